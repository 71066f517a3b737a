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
    /// A host with a character that no host has, as in a template that was not filled in.
    BadHost {
        /// The URI without what follows its place.
        uri: String,
        /// The character.
        character: char,
    },
    /// A bucket without a name.
    NoBucket,
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
    /// The store does not answer.
    Unreachable {
        /// Which kind of store, for the wording.
        scheme: Scheme,
        /// Where, without the query string.
        place: String,
    },
    /// A directory of a node that does not run.
    NodeDown {
        /// The node's number.
        node: String,
    },
    /// The store refuses what is asked of it.
    Denied {
        /// Which kind of store, for the wording.
        scheme: Scheme,
        /// Where, without the query string.
        place: String,
    },
    /// The credentials are no longer good.
    ExpiredCredentials {
        /// Which kind of store, for the wording.
        scheme: Scheme,
        /// Where, without the query string.
        place: String,
    },
    /// An object that may neither be deleted nor changed (fault commands only).
    Locked {
        /// The object.
        path: String,
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
            // What may pass has a code of its own: jobs try again.
            Self::Unreachable { .. } | Self::NodeDown { .. } => SqlState::IO_ERROR,
            Self::NotSimulated { .. } => SqlState::FEATURE_NOT_SUPPORTED,
            Self::OutOfBounds { .. } => SqlState::INVALID_PARAMETER_VALUE,
            Self::Malformed { .. }
            | Self::BadHost { .. }
            | Self::NoBucket
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
            | Self::Denied { .. }
            | Self::ExpiredCredentials { .. }
            | Self::Locked { .. }
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
                Some("the fidelity sheet lists what Amber simulates".to_owned())
            }
            Self::Malformed { .. }
            | Self::BadHost { .. }
            | Self::NoBucket
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
            | Self::Unreachable { .. }
            | Self::NodeDown { .. }
            | Self::Denied { .. }
            | Self::ExpiredCredentials { .. }
            | Self::Locked { .. }
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
            Self::BadHost { uri, character } => {
                write!(f, "parse \"{uri}\": invalid character \"{character}\" in host name")
            }
            Self::NoBucket => f.write_str(
                "InvalidParameter: 1 validation error(s) found.\n- minimum field size of 1, PutObjectInput.Bucket.",
            ),
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
            Self::Unreachable { scheme, place } => {
                write!(f, "failed to access {place}: {}", unreachable_words(*scheme))
            }
            Self::NodeDown { node } => write!(
                f,
                "rpc error: code = Unavailable desc = connection error: desc = \"unable to dial n{node}\""
            ),
            Self::Denied { scheme, place } => {
                write!(f, "failed to access {place}: {}", denied_words(*scheme))
            }
            Self::ExpiredCredentials { scheme, place } => {
                write!(f, "failed to access {place}: {}", expired_words(*scheme))
            }
            Self::Locked { path } => write!(
                f,
                "{path}: AccessDenied: object is WORM protected and cannot be overwritten or deleted"
            ),
            Self::OutOfBounds { path, size_bytes } => {
                write!(f, "object {path} has only {size_bytes} bytes")
            }
        }
    }
}

const fn unreachable_words(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::S3 => "RequestError: send request failed caused by: dial tcp: i/o timeout",
        Scheme::Gs => "googleapi: Error 503: Service Unavailable, backendError",
        Scheme::Azure => "ServiceCode=ServerBusy: The server is busy",
        Scheme::Nodelocal | Scheme::Userfile => "i/o timeout",
    }
}

const fn denied_words(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::S3 => "AccessDenied: Access Denied status code: 403",
        Scheme::Gs => "googleapi: Error 403: access denied, forbidden",
        Scheme::Azure => "ServiceCode=AuthorizationPermissionMismatch: status code: 403",
        Scheme::Nodelocal | Scheme::Userfile => "permission denied",
    }
}

const fn expired_words(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::S3 => "ExpiredToken: The provided token has expired. status code: 400",
        Scheme::Gs => "googleapi: Error 401: Invalid Credentials, authError",
        Scheme::Azure => "ServiceCode=AuthenticationFailed: status code: 403",
        Scheme::Nodelocal | Scheme::Userfile => "permission denied",
    }
}

impl std::error::Error for Error {}
