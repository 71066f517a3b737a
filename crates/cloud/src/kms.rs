//! Key services: master keys that wrap data keys and never leave.
//!
//! ```text
//!   aws:///<key id or ARN>?AUTH=…&REGION=…                                          AWS KMS
//!   gs:///projects/<p>/locations/<l>/keyRings/<r>/cryptoKeys/<k>?AUTH=…             Google Cloud KMS (v22.1+)
//!   azure-kms:///<key>/<version>?AZURE_VAULT_NAME=…&AZURE_CLIENT_ID=…               Azure Key Vault  (v23.1+)
//!   wrap     data key ─▶ nonce (12) ++ data key under the master key (32) ++ tag (16)
//! ```
//!
//! Shape: a key is there once it is used, as buckets are; only what befell it is kept. Its secret is a pure function of its
//! name, so a run repeats. *Source*: `spec/storage-uris.md` §8; the services' own words are as they are publicly known.
//! Left out: rotation, grants, regions (a key id is looked up without its region).

use std::collections::BTreeMap;

use crate::aead::{Cipher, NONCE_BYTES, TAG_BYTES};
use crate::error::Error;
use crate::uri::{self, Uri};

/// Bytes of a data key.
pub const DATA_KEY_BYTES: usize = 32;

/// What may be done with a master key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum KeyState {
    /// All.
    Enabled,
    /// Nothing until it is enabled again.
    Disabled,
    /// Nothing by this cluster: its credentials are refused.
    Denied,
    /// Nothing, for ever.
    Deleted,
}

impl KeyState {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Denied => "denied",
            Self::Deleted => "deleted",
        }
    }
}

/// Whose service it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Provider {
    Aws,
    Gcp,
    Azure,
    /// `testkms`, by which CockroachDB's own scripts do without a service.
    Test,
}

/// A master key as a URI names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct KeyId {
    provider: Provider,
    name: String,
}

impl KeyId {
    /// The name by which ENCRYPTION-INFO knows the key (as a digest).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The service: `aws`.
    pub const fn service(&self) -> &'static str {
        match self.provider {
            Provider::Aws => "aws",
            Provider::Gcp => "gcp",
            Provider::Azure => "azure",
            Provider::Test => "test",
        }
    }

    /// Whether only versions after v21.2 know this service.
    pub fn is_newer(&self) -> bool {
        matches!(self.provider, Provider::Gcp | Provider::Azure)
    }
}

/// All key services of a world: what befell their keys.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Kms {
    keys: BTreeMap<KeyId, KeyState>,
}

/// The master key that a URI names, for a statement: with all that the service asks for.
///
/// *Errors*: as [`named`]; a parameter that is missing.
pub fn key_of(text: &str) -> Result<KeyId, Error> {
    let key = named(text)?;
    let needed: &[&str] = match key.provider {
        Provider::Aws => &["REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
        Provider::Gcp => &["CREDENTIALS"],
        Provider::Azure => {
            &["AZURE_VAULT_NAME", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]
        }
        Provider::Test => &[],
    };
    check_params(&uri::parse(text)?, needed)?;
    Ok(key)
}

/// The master key that a URI names, without asking for credentials.
///
/// *Errors*: no key service's scheme, no key.
pub fn named(text: &str) -> Result<KeyId, Error> {
    let uri = uri::parse(text)?;
    let provider = match uri.scheme.as_str() {
        "aws" | "aws-kms" => Provider::Aws,
        "gs" | "gcp-kms" => Provider::Gcp,
        "azure-kms" => Provider::Azure,
        "testkms" => Provider::Test,
        scheme => {
            let text = format!("no factory method found for scheme {scheme}");
            return Err(Error::Kms { text });
        }
    };
    let name = uri.path.trim_start_matches('/').to_owned();
    if name.is_empty() {
        let text =
            "path component of the KMS cannot be empty; must contain the Customer Managed Key ID";
        return Err(Error::Kms { text: text.to_owned() });
    }
    Ok(KeyId { provider, name })
}

fn check_params(uri: &Uri, needed: &[&str]) -> Result<(), Error> {
    let implicit = uri.param("AUTH") == Some("implicit");
    for param in needed {
        let always = matches!(*param, "REGION" | "AZURE_VAULT_NAME");
        if (always || !implicit) && uri.param(param).is_none() {
            let text = if always {
                format!("kms URI is missing the \"{param}\" parameter")
            } else {
                format!("AUTH is set to 'specified', but {param} is not set")
            };
            return Err(Error::Kms { text });
        }
    }
    Ok(())
}

impl Kms {
    /// All keys that were used or that something befell, in order.
    pub fn keys(&self) -> impl Iterator<Item = (&KeyId, KeyState)> {
        self.keys.iter().map(|(key, state)| (key, *state))
    }

    /// What may be done with a key.
    pub fn state(&self, key: &KeyId) -> KeyState {
        self.keys.get(key).copied().unwrap_or(KeyState::Enabled)
    }

    /// Lets something befall a key. One that is deleted stays so.
    ///
    /// *Errors*: a deleted key.
    pub fn set(&mut self, key: KeyId, state: KeyState) -> Result<(), Error> {
        if self.state(&key) == KeyState::Deleted && state != KeyState::Deleted {
            return Err(refused(&key, KeyState::Deleted, "change"));
        }
        self.keys.insert(key, state);
        Ok(())
    }

    /// A data key under a master key.
    ///
    /// *Errors*: a key that cannot be used.
    pub fn wrap(
        &mut self,
        text: &str,
        data_key: &[u8; DATA_KEY_BYTES],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Vec<u8>, Error> {
        let key = key_of(text)?;
        self.check(&key, "encrypt data key")?;
        let mut bytes = *data_key;
        let tag = Cipher::new(&secret(&key)).seal(&nonce, &mut bytes);
        self.keys.entry(key).or_insert(KeyState::Enabled);
        Ok([&nonce[..], &bytes, &tag].concat())
    }

    /// The data key that [`Kms::wrap`] hid.
    ///
    /// *Errors*: a key that cannot be used, or that did not wrap these bytes.
    pub fn unwrap(&self, text: &str, wrapped: &[u8]) -> Result<[u8; DATA_KEY_BYTES], Error> {
        let key = key_of(text)?;
        self.check(&key, "decrypt data key")?;
        let opened = (|| {
            let (nonce, rest) = wrapped.split_first_chunk::<NONCE_BYTES>()?;
            let (bytes, tag) = rest.split_first_chunk::<DATA_KEY_BYTES>()?;
            let tag: &[u8; TAG_BYTES] = tag.try_into().ok()?;
            let mut bytes = *bytes;
            Cipher::new(&secret(&key)).open(nonce, &mut bytes, tag).ok()?;
            Some(bytes)
        })();
        opened.ok_or_else(|| Error::Kms {
            text: "failed to decrypt data key: InvalidCiphertextException".to_owned(),
        })
    }

    fn check(&self, key: &KeyId, what: &str) -> Result<(), Error> {
        match self.state(key) {
            KeyState::Enabled => Ok(()),
            state @ (KeyState::Disabled | KeyState::Denied | KeyState::Deleted) => {
                Err(refused(key, state, what))
            }
        }
    }
}

/// How each service says no. The key's name is a secret of the URI and is not told.
fn refused(key: &KeyId, state: KeyState, what: &str) -> Error {
    let words = match (key.provider, state) {
        (Provider::Aws, KeyState::Denied) => {
            "AccessDeniedException: the ciphertext refers to a key that does not exist or that you are not allowed to access"
        }
        (Provider::Aws, KeyState::Deleted) => "NotFoundException: the key does not exist",
        (Provider::Aws, KeyState::Disabled | KeyState::Enabled) => {
            "DisabledException: the key is disabled"
        }
        (Provider::Gcp, KeyState::Denied) => {
            "rpc error: code = PermissionDenied desc = permission denied on the key (or it may not exist)"
        }
        (Provider::Gcp, KeyState::Deleted) => {
            "rpc error: code = FailedPrecondition desc = the key version is not enabled, current state is: DESTROYED"
        }
        (Provider::Gcp, KeyState::Disabled | KeyState::Enabled) => {
            "rpc error: code = FailedPrecondition desc = the key version is not enabled, current state is: DISABLED"
        }
        (Provider::Azure | Provider::Test, KeyState::Denied) => {
            "403 Forbidden: the caller is not permitted to use the key"
        }
        (Provider::Azure | Provider::Test, KeyState::Deleted) => {
            "404 KeyNotFound: the key was not found in this key vault"
        }
        (Provider::Azure | Provider::Test, KeyState::Disabled | KeyState::Enabled) => {
            "403 KeyDisabled: operations are not allowed on a disabled key"
        }
    };
    Error::Kms { text: format!("failed to {what}: {words}") }
}

/// The secret of a master key. It hides nothing from who reads this; it only has to differ from key to key.
fn secret(key: &KeyId) -> [u8; 32] {
    let mut rng = base::rng::Rng::new(0x6b6d_7300).fork(key.service()).fork(&key.name);
    let mut secret = [0; 32];
    secret[..16].copy_from_slice(&rng.bytes16());
    secret[16..].copy_from_slice(&rng.bytes16());
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aws:///a?AUTH=implicit&REGION=us-east-1";
    const B: &str = "aws:///b?AUTH=implicit&REGION=us-east-1";

    #[test]
    fn only_the_key_that_wrapped_unwraps() {
        let mut kms = Kms::default();
        let wrapped = kms.wrap(A, &[7; 32], [1; 12]).unwrap();
        assert_eq!(kms.unwrap(A, &wrapped), Ok([7; 32]));
        assert!(kms.unwrap(B, &wrapped).is_err());
        assert!(kms.unwrap(A, &wrapped[..59]).is_err());
        let mut broken = wrapped.clone();
        broken[20] ^= 1;
        assert!(kms.unwrap(A, &broken).is_err());
    }

    #[test]
    fn what_befalls_keys() {
        let mut kms = Kms::default();
        let wrapped = kms.wrap(A, &[7; 32], [1; 12]).unwrap();
        let key = key_of(A).unwrap();
        for state in [KeyState::Disabled, KeyState::Denied, KeyState::Enabled, KeyState::Deleted] {
            kms.set(key.clone(), state).unwrap();
            assert_eq!(kms.unwrap(A, &wrapped).is_ok(), state == KeyState::Enabled);
        }
        assert!(kms.set(key, KeyState::Enabled).is_err(), "deleted is for ever");
    }

    #[test]
    fn what_is_no_key() {
        for (text, wanted) in [
            ("aws:///?AUTH=implicit&REGION=x", "path component of the KMS cannot be empty"),
            ("aws:///k?AUTH=implicit", "kms URI is missing the \"REGION\" parameter"),
            ("aws:///k?REGION=x", "AWS_ACCESS_KEY_ID is not set"),
            ("s3://k", "no factory method found for scheme s3"),
        ] {
            let said = key_of(text).unwrap_err().to_string();
            assert!(said.contains(wanted), "{text}: {said}");
        }
    }
}
