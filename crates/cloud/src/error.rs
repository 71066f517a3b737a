//! What stores answer when they refuse.
//!
//! Errors: one variant a cause, each with the values of its text. *Source*: `spec/storage-uris.md`; texts marked there
//! as unverified are ours. No text carries a query string, so no secret can leave through an error.

use std::fmt;

use base::sqlstate::SqlState;

use crate::access::Scheme;

/// Why a store refuses a URI or a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// No URI at all: no scheme, or a broken percent sequence.
    Malformed {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A scheme that no store answers to.
    UnsupportedScheme {
        /// As typed.
        scheme: String,
    },
    /// A scheme that the real system knows and that is not simulated.
    NotSimulated {
        /// As typed.
        scheme: String,
    },
    /// `nodelocal://` with no host.
    NodelocalHostEmpty {
        /// The URI as typed.
        uri: String,
    },
    /// `nodelocal://abc/…`.
    NodelocalHostNotANode {
        /// The URI as typed.
        uri: String,
    },
    /// `userfile://` with a host that is not `db.schema.table`.
    UserfileHost {
        /// The host as typed.
        host: String,
    },
    /// `AUTH=specified` (said or by default) without a parameter that it needs.
    CredentialMissing {
        /// The parameter that is not there.
        param: &'static str,
    },
    /// Azure without its account.
    AzureParamMissing {
        /// The parameter that is not there.
        param: &'static str,
    },
    /// A value of AUTH that is not known.
    UnsupportedAuth {
        /// As typed.
        value: String,
    },
    /// Parameters that the store does not know.
    UnknownParams {
        /// The store's name in the text.
        store: &'static str,
        /// The names, in order.
        names: Vec<String>,
    },
    /// No object of this name.
    NotFound {
        /// Which kind of store, for the wording.
        scheme: Scheme,
        /// Where the object would be, without the query string.
        path: String,
    },
    /// An object that must not exist yet.
    Exists {
        /// Where it is, without the query string.
        path: String,
    },
    /// A key service refuses, or a URI names no key.
    Kms {
        /// The whole text; it names no key.
        text: String,
    },
    /// A byte outside an object (fault commands only).
    OutOfBounds {
        /// The object.
        path: String,
        /// The object's length.
        size_bytes: u64,
    },
}

impl Error {
    /// The five characters. The real system gives most of these no code.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::NotSimulated { .. } => SqlState::FEATURE_NOT_SUPPORTED,
            Self::OutOfBounds { .. } => SqlState::INVALID_PARAMETER_VALUE,
            Self::Malformed { .. }
            | Self::UnsupportedScheme { .. }
            | Self::NodelocalHostEmpty { .. }
            | Self::NodelocalHostNotANode { .. }
            | Self::UserfileHost { .. }
            | Self::CredentialMissing { .. }
            | Self::AzureParamMissing { .. }
            | Self::UnsupportedAuth { .. }
            | Self::UnknownParams { .. }
            | Self::NotFound { .. }
            | Self::Kms { .. }
            | Self::Exists { .. } => SqlState::UNCATEGORIZED,
        }
    }

    /// Advice, where there is some.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::CredentialMissing { .. } => Some(
                "use AUTH=implicit to take the credentials from the environment of each node"
                    .to_owned(),
            ),
            Self::NotSimulated { .. } => {
                Some("the fidelity sheet lists what is not simulated".to_owned())
            }
            Self::Malformed { .. }
            | Self::UnsupportedScheme { .. }
            | Self::NodelocalHostEmpty { .. }
            | Self::NodelocalHostNotANode { .. }
            | Self::UserfileHost { .. }
            | Self::AzureParamMissing { .. }
            | Self::UnsupportedAuth { .. }
            | Self::UnknownParams { .. }
            | Self::NotFound { .. }
            | Self::Exists { .. }
            | Self::Kms { .. }
            | Self::OutOfBounds { .. } => None,
        }
    }

    /// Whether the store is well and only the object is missing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { reason } => write!(f, "invalid URI: {reason}"),
            Self::UnsupportedScheme { scheme } => write!(
                f,
                "unsupported storage scheme: \"{scheme}\" - refer to docs to find supported storage schemes"
            ),
            Self::NotSimulated { scheme } => {
                write!(f, "storage scheme \"{scheme}\" is not simulated")
            }
            Self::NodelocalHostEmpty { uri } => write!(
                f,
                "host component of nodelocal URI must be a node ID (use 'self' to specify each node should access its own local filesystem): {uri}"
            ),
            Self::NodelocalHostNotANode { uri } => {
                write!(f, "host component of nodelocal URI must be a node ID: {uri}")
            }
            Self::UserfileHost { host } => {
                write!(f, "invalid host \"{host}\" in userfile URI: want database.schema.table")
            }
            Self::CredentialMissing { param } => {
                write!(f, "AUTH is set to 'specified', but {param} is not set")
            }
            Self::AzureParamMissing { param } => {
                write!(f, "azure uri missing \"{param}\" parameter")
            }
            Self::UnsupportedAuth { value } => write!(f, "unsupported value {value} for AUTH"),
            Self::UnknownParams { store, names } => {
                write!(f, "unknown {store} query parameters: {}", names.join(", "))
            }
            Self::NotFound { scheme, path } => {
                let noun = match scheme {
                    Scheme::Nodelocal => "nodelocal storage file does not exist",
                    Scheme::S3 => "s3 object does not exist",
                    Scheme::Gs => "gcs object does not exist",
                    Scheme::Azure => "azure blob does not exist",
                    Scheme::Userfile => "file does not exist in the UserFileTableSystem",
                };
                write!(f, "{noun}: {path}: external_storage: file doesn't exist")
            }
            Self::Kms { text } => f.write_str(text),
            Self::Exists { path } => write!(f, "object already exists: {path}"),
            Self::OutOfBounds { path, size_bytes } => {
                write!(f, "object {path} has only {size_bytes} bytes")
            }
        }
    }
}

impl std::error::Error for Error {}
