//! Schemes, credentials, and who needs the admin role for a URI.
//!
//! | scheme | host | must be there | admin when |
//! |---|---|---|---|
//! | `s3` | bucket | both keys, unless `AUTH=implicit` | `AUTH=implicit`, `AWS_ENDPOINT` |
//! | `gs` | bucket | `CREDENTIALS` (or a bearer token), unless `AUTH=implicit` | `AUTH=implicit` |
//! | `azure`, `azure-blob`, `azure-storage` | container | account name and key | never |
//! | `nodelocal` | node ID or `self` | – | always |
//! | `userfile` | `db.schema.table` or empty | – | never |
//!
//! Errors: those of [`crate::error`]. *Source*: `spec/storage-uris.md` §1–§4. Left out: whether credentials are the
//! right ones (any non-empty value opens a simulated bucket), `external://` (a later issue), `http` (the real system
//! cannot back up to it).

use crate::error::Error;
use crate::uri::Uri;
use base::sort;

/// The kinds of stores that are simulated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scheme {
    /// Amazon S3 and services like it.
    S3,
    /// Google Cloud Storage.
    Gs,
    /// Azure Blob Storage, under any of its three schemes.
    Azure,
    /// Disk of a node.
    Nodelocal,
    /// Files inside the database.
    Userfile,
}

impl Scheme {
    /// As it is written in a URI.
    pub const fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gs => "gs",
            Self::Azure => "azure",
            Self::Nodelocal => "nodelocal",
            Self::Userfile => "userfile",
        }
    }

    /// The number of this kind in a manifest's `ExternalStorage`. *Source*: `spec/manifest-wire.md` §3.1.
    pub const fn provider(self) -> i32 {
        match self {
            Self::Nodelocal => 1,
            Self::S3 => 3,
            Self::Gs => 4,
            Self::Azure => 5,
            Self::Userfile => 7,
        }
    }
}

const LOCALITY: &str = "COCKROACH_LOCALITY";
const S3_PARAMS: [&str; 18] = [
    "AUTH",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_ENDPOINT",
    "S3_STORAGE_CLASS",
    "ASSUME_ROLE",
    "AWS_SERVER_ENC_MODE",
    "AWS_SERVER_KMS_ID",
    "AWS_USE_PATH_STYLE",
    "AWS_SKIP_CHECKSUM",
    "AWS_SKIP_TLS_VERIFY",
    "TEMP_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_DEFAULT_REGION",
    "S3_BUCKET_OWNER",
    LOCALITY,
];
const GS_PARAMS: [&str; 6] =
    ["AUTH", "CREDENTIALS", "BEARER_TOKEN", "ASSUME_ROLE", "GOOGLE_BILLING_PROJECT", LOCALITY];
const AZURE_PARAMS: [&str; 8] = [
    "AUTH",
    "AZURE_ACCOUNT_NAME",
    "AZURE_ACCOUNT_KEY",
    "AZURE_ENVIRONMENT",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    LOCALITY,
];

/// Which store a URI means, after its host and parameters have been found fit.
///
/// *Errors*: An unknown scheme, a host that is none, a missing or unknown parameter.
pub fn check(uri: &Uri, typed: &str) -> Result<Scheme, Error> {
    match uri.scheme.as_str() {
        "s3" => check_s3(uri).map(|()| Scheme::S3),
        "gs" => check_gs(uri).map(|()| Scheme::Gs),
        "azure" | "azure-blob" | "azure-storage" => check_azure(uri).map(|()| Scheme::Azure),
        "nodelocal" => check_nodelocal(uri, typed).map(|()| Scheme::Nodelocal),
        "userfile" => check_userfile(uri).map(|()| Scheme::Userfile),
        "http" | "https" | "external" | "null" => {
            Err(Error::NotSimulated { scheme: uri.scheme.clone() })
        }
        _ => Err(Error::UnsupportedScheme { scheme: uri.scheme.clone() }),
    }
}

/// Whether only an admin may use this URI, and the scheme's name for the refusal.
///
/// *Source*: `spec/storage-uris.md` §2. A flag of the server may lift the rule; the caller knows that.
pub fn needs_admin(uri: &Uri) -> bool {
    match uri.scheme.as_str() {
        "s3" => uri.param("AUTH") == Some("implicit") || uri.param("AWS_ENDPOINT").is_some(),
        "gs" => uri.param("AUTH") == Some("implicit"),
        "nodelocal" | "http" | "https" => true,
        _ => false,
    }
}

fn check_s3(uri: &Uri) -> Result<(), Error> {
    if uri.host.is_empty() {
        return Err(Error::NoBucket);
    }
    known_params(uri, "S3", &S3_PARAMS)?;
    if specified(uri)? {
        need(uri, "AWS_ACCESS_KEY_ID")?;
        need(uri, "AWS_SECRET_ACCESS_KEY")?;
    }
    Ok(())
}

fn check_gs(uri: &Uri) -> Result<(), Error> {
    if uri.host.is_empty() {
        return Err(Error::NoBucket);
    }
    known_params(uri, "GS", &GS_PARAMS)?;
    if specified(uri)? && uri.param("BEARER_TOKEN").is_none() {
        need(uri, "CREDENTIALS")?;
    }
    Ok(())
}

fn check_azure(uri: &Uri) -> Result<(), Error> {
    known_params(uri, "azure", &AZURE_PARAMS)?;
    for param in ["AZURE_ACCOUNT_NAME", "AZURE_ACCOUNT_KEY"] {
        if uri.param(param).is_none() {
            return Err(Error::AzureParamMissing { param });
        }
    }
    Ok(())
}

fn check_nodelocal(uri: &Uri, typed: &str) -> Result<(), Error> {
    if uri.host.is_empty() {
        return Err(Error::NodelocalHostEmpty { uri: typed.to_owned() });
    }
    let is_node = uri.host == "self" || uri.host.parse::<u32>().is_ok();
    if is_node { Ok(()) } else { Err(Error::NodelocalHostNotANode { uri: typed.to_owned() }) }
}

fn check_userfile(uri: &Uri) -> Result<(), Error> {
    let parts = uri.host.split('.');
    let fits =
        uri.host.is_empty() || (parts.clone().count() == 3 && parts.clone().all(|p| !p.is_empty()));
    if fits { Ok(()) } else { Err(Error::UserfileHost { host: uri.host.clone() }) }
}

/// Whether credentials stand in the URI itself.
fn specified(uri: &Uri) -> Result<bool, Error> {
    match uri.param("AUTH") {
        None | Some("specified") => Ok(true),
        Some("implicit") => Ok(false),
        Some(value) => Err(Error::UnsupportedAuth { value: value.to_owned() }),
    }
}

fn need(uri: &Uri, param: &'static str) -> Result<(), Error> {
    if uri.param(param).is_some() { Ok(()) } else { Err(Error::CredentialMissing { param }) }
}

fn known_params(uri: &Uri, store: &'static str, known: &[&str]) -> Result<(), Error> {
    let mut names: Vec<String> = uri
        .params
        .iter()
        .map(|(key, _)| key.clone())
        .filter(|key| !known.contains(&key.as_str()))
        .collect();
    sort::natural(&mut names);
    names.dedup();
    if names.is_empty() { Ok(()) } else { Err(Error::UnknownParams { store, names }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uri::parse;

    fn checked(text: &str) -> String {
        match check(&parse(text).unwrap(), text) {
            Ok(scheme) => scheme.name().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_each_scheme_wants() {
        assert_eq!(checked("s3://b/p?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=b"), "s3");
        assert_eq!(checked("s3://b/p?AUTH=implicit"), "s3");
        assert_eq!(
            checked("s3://b/p?AWS_ACCESS_KEY_ID=a"),
            "AUTH is set to 'specified', but AWS_SECRET_ACCESS_KEY is not set"
        );
        assert_eq!(checked("s3://b/p?AUTH=maybe"), "unsupported value maybe for AUTH");
        assert_eq!(checked("s3://b/p?AUTH=implicit&NOPE=1"), "unknown S3 query parameters: NOPE");
        assert_eq!(checked("gs://b/p"), "AUTH is set to 'specified', but CREDENTIALS is not set");
        assert_eq!(
            checked("azure://c/p?AZURE_ACCOUNT_KEY=k"),
            "azure uri missing \"AZURE_ACCOUNT_NAME\" parameter"
        );
        assert_eq!(checked("userfile:///x"), "userfile");
        assert_eq!(checked("nodelocal://self/x"), "nodelocal");
        assert_eq!(
            checked("nodelocal:///x"),
            "host component of nodelocal URI must be a node ID (use 'self' to specify each node should access its own local filesystem): nodelocal:///x"
        );
        assert_eq!(
            checked("nodelocal://abc/x"),
            "host component of nodelocal URI must be a node ID: nodelocal://abc/x"
        );
        assert_eq!(
            checked("ftp://h/x"),
            "unsupported storage scheme: \"ftp\" - refer to docs to find supported storage schemes"
        );
    }

    #[test]
    fn who_needs_admin() {
        let admin = |text: &str| needs_admin(&parse(text).unwrap());
        assert!(admin("nodelocal://1/x") && admin("s3://b/p?AUTH=implicit"));
        assert!(admin("s3://b/p?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=b&AWS_ENDPOINT=h"));
        assert!(!admin("userfile:///x") && !admin("gs://b/p?CREDENTIALS=c"));
    }
}
