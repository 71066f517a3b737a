//! ENCRYPTION-INFO: what a chain keeps beside its full so that a secret opens it.
//!
//! ```text
//!   passphrase   1 scheme (absent)   2 salt                                     the key is derived
//!   KMS          3 map: SHA-256(master key id) ─▶ data key as that KMS wrapped it
//!   ALTER BACKUP … ADD NEW_KMS       ENCRYPTION-INFO-2, -3, …  beside the first; readers take the newest that fits
//! ```
//!
//! Shape: [`Sealing`] is what a statement says, then what a job's row keeps: a passphrase is forgotten once its key is
//! derived; a KMS is asked anew by every step. The map's keys are raw bytes. *Source*: `spec/encryption-format.md` §4,
//! `spec/storage-uris.md` §8. Errors: [`Error`].

use std::fmt;

use base::hlc::Timestamp;
use base::rng::Rng;
use cloud::bucket::Buckets;
use cloud::kms::{self, Kms};
use cloud::store::Store;
use sha2::{Digest, Sha256};
use wire::Message;

use super::{Key, SALT_BYTES};
use crate::dest::names;

/// What lies beside the full.
#[derive(Clone, PartialEq, Message)]
pub struct EncryptionInfo {
    /// 0 is AES-256-GCM.
    #[wire(int32, tag = "1")]
    pub scheme: i32,
    /// Sixteen random bytes; absent with KMS.
    #[wire(bytes, tag = "2")]
    pub salt: Vec<u8>,
    /// One a master key.
    #[wire(message, repeated, tag = "3")]
    pub wrapped: Vec<Wrapped>,
}

/// The data key under one master key.
#[derive(Clone, PartialEq, Message)]
pub struct Wrapped {
    /// SHA-256 of the master key's id.
    #[wire(bytes, tag = "1")]
    pub master: Vec<u8>,
    /// What that key made of the data key.
    #[wire(bytes, tag = "2")]
    pub data_key: Vec<u8>,
}

/// Why a chain cannot be locked or unlocked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// No info beside the full, or none that can be read.
    NoInfo,
    /// A KMS that the full does not know.
    UnknownKms,
    /// An old KMS of ALTER BACKUP that opens nothing.
    NotAltered,
    /// A key service refuses.
    Kms(cloud::error::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInfo => f.write_str("could not find or read encryption information"),
            Self::UnknownKms => {
                f.write_str("one of the provided URIs was not used when encrypting the base BACKUP")
            }
            Self::NotAltered => f.write_str(
                "no key in the provided OLD_KMS was able to decrypt the data key of the backup",
            ),
            Self::Kms(cause) => cause.fmt(f),
        }
    }
}

/// How a backup is encrypted: as said, and once it is resolved, how its key is had.
#[derive(Clone, PartialEq, Message)]
pub struct Sealing {
    /// As said; forgotten when the key is known.
    #[wire(string, optional, tag = "1")]
    pub passphrase: Option<String>,
    /// As said.
    #[wire(string, repeated, tag = "2")]
    pub kms: Vec<String>,
    /// The key that the passphrase gave.
    #[wire(bytes, tag = "3")]
    pub key: Vec<u8>,
    /// The KMS that opens the data key.
    #[wire(string, tag = "4")]
    pub opener: String,
    /// The data key as that KMS wrapped it.
    #[wire(bytes, tag = "5")]
    pub wrapped: Vec<u8>,
}

impl Sealing {
    /// Whether anything is encrypted.
    pub fn is_wanted(&self) -> bool {
        self.passphrase.is_some() || !self.kms.is_empty() || !self.key.is_empty()
    }

    /// Finds the key in the info beside a full: a passphrase with the first info, a KMS with the newest that fits.
    /// With `all`, every KMS must be one of the full's.
    ///
    /// *Errors*: see [`Error`].
    pub fn unlock(
        &mut self,
        full: &Store,
        all: bool,
        buckets: &Buckets,
        nanos: &mut i64,
    ) -> Result<(), Error> {
        if !self.is_wanted() {
            return Ok(());
        }
        let infos = read_all(full, buckets, nanos);
        if let Some(passphrase) = &self.passphrase {
            let first = infos.last().ok_or(Error::NoInfo)?;
            self.key = Key::derive(passphrase, &first.salt).bytes().to_vec();
            self.passphrase = None;
            return Ok(());
        }
        if infos.is_empty() {
            return Err(Error::NoInfo);
        }
        let mut refused = Error::UnknownKms;
        for uri in &self.kms {
            let Some(wrapped) = find(&infos, uri).map_err(Error::Kms)? else {
                if all {
                    return Err(Error::UnknownKms);
                }
                continue;
            };
            match buckets.kms.unwrap(uri, &wrapped) {
                Ok(_) if self.opener.is_empty() => {
                    self.opener.clone_from(uri);
                    self.wrapped = wrapped;
                }
                Ok(_) => {}
                Err(cause) => refused = Error::Kms(cause),
            }
        }
        if self.opener.is_empty() { Err(refused) } else { Ok(()) }
    }

    /// Makes a key for a new full and writes the info that brings it back.
    ///
    /// *Errors*: a KMS that refuses.
    pub fn establish(
        &mut self,
        full: &Store,
        mut chance: Rng,
        buckets: &mut Buckets,
        now: Timestamp,
    ) -> Result<i64, Error> {
        let mut info = EncryptionInfo::default();
        if let Some(passphrase) = self.passphrase.take() {
            info.salt = chance.bytes16()[..SALT_BYTES].to_vec();
            self.key = Key::derive(&passphrase, &info.salt).bytes().to_vec();
        } else {
            let mut key = [0; kms::DATA_KEY_BYTES];
            key[..16].copy_from_slice(&chance.bytes16());
            key[16..].copy_from_slice(&chance.bytes16());
            info.wrapped = wrap_all(&self.kms, &key, &mut chance, &mut buckets.kms)?;
            self.opener = self.kms.first().cloned().unwrap_or_default();
            self.wrapped = info.wrapped.first().map_or_else(Vec::new, |w| w.data_key.clone());
        }
        let bytes = info.encode_to_vec();
        Ok(full.put(buckets, names::ENCRYPTION_INFO, bytes, now).took_nanos)
    }

    /// The key; none if nothing is encrypted. A KMS is asked each time, and may refuse now what it did before.
    ///
    /// *Errors*: a KMS that refuses.
    pub fn key(&self, services: &Kms) -> Result<Option<Key>, Error> {
        if let Ok(bytes) = <[u8; 32]>::try_from(self.key.as_slice()) {
            return Ok(Some(Key::new(bytes)));
        }
        if self.opener.is_empty() {
            return Ok(None);
        }
        let key = services.unwrap(&self.opener, &self.wrapped).map_err(Error::Kms)?;
        Ok(Some(Key::new(key)))
    }
}

/// Adds keys to a chain: a new info beside the old ones, with the data key under each new KMS.
///
/// *Errors*: an old KMS that opens nothing; a new one that refuses.
pub fn add_kms(
    full: &Store,
    old: &[String],
    new: &[String],
    mut chance: Rng,
    buckets: &mut Buckets,
    now: Timestamp,
) -> Result<(), Error> {
    let mut sealing = Sealing { kms: old.to_vec(), ..Sealing::default() };
    sealing.unlock(full, false, buckets, &mut 0).map_err(|cause| match cause {
        Error::UnknownKms => Error::NotAltered,
        Error::NoInfo | Error::NotAltered | Error::Kms(_) => cause,
    })?;
    let key = sealing.key(&buckets.kms)?.ok_or(Error::NoInfo)?;
    let mut wrapped = wrap_all(new, key.bytes(), &mut chance, &mut buckets.kms)?;
    // The newest info is read first and must open for all that opened before.
    let known = read_all(full, buckets, &mut 0);
    for before in known.iter().flat_map(|info| &info.wrapped) {
        if wrapped.iter().all(|now| now.master != before.master) {
            wrapped.push(before.clone());
        }
    }
    let info = EncryptionInfo { wrapped, ..EncryptionInfo::default() };
    let name = format!("{}-{}", names::ENCRYPTION_INFO, known.len() + 1);
    full.put(buckets, &name, info.encode_to_vec(), now);
    Ok(())
}

fn wrap_all(
    uris: &[String],
    key: &[u8; kms::DATA_KEY_BYTES],
    chance: &mut Rng,
    services: &mut Kms,
) -> Result<Vec<Wrapped>, Error> {
    let one = |uri: &String| {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&chance.bytes16()[..12]);
        let data_key = services.wrap(uri, key, nonce).map_err(Error::Kms)?;
        Ok(Wrapped { master: digest(uri).map_err(Error::Kms)?, data_key })
    };
    uris.iter().map(one).collect()
}

fn digest(uri: &str) -> Result<Vec<u8>, cloud::error::Error> {
    Ok(Sha256::digest(kms::key_of(uri)?.name().as_bytes()).to_vec())
}

/// The data key as one KMS wrapped it, in the newest info that knows that KMS.
fn find(infos: &[EncryptionInfo], uri: &str) -> Result<Option<Vec<u8>>, cloud::error::Error> {
    let master = digest(uri)?;
    let mut all = infos.iter().flat_map(|info| &info.wrapped);
    Ok(all.find(|wrapped| wrapped.master == master).map(|wrapped| wrapped.data_key.clone()))
}

/// All infos that can be read, the newest first.
fn read_all(full: &Store, buckets: &Buckets, nanos: &mut i64) -> Vec<EncryptionInfo> {
    let listed = full.list(buckets, names::ENCRYPTION_INFO, "").count(nanos);
    let number = |name: &str| name.rsplit_once("INFO-").and_then(|(_, n)| n.parse::<u32>().ok());
    let mut found: Vec<(u32, EncryptionInfo)> = Vec::new();
    for entry in listed {
        let at = number(&entry.name).unwrap_or(0);
        let object = full.get(buckets, &entry.name).ok().map(|timed| timed.count(nanos));
        let info = object.and_then(|object| EncryptionInfo::decode(&object[..]).ok());
        found.extend(info.map(|info| (at, info)));
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found.into_iter().map(|(_, info)| info).collect()
}

#[cfg(test)]
mod tests {
    use base::ids::NodeId;
    use cloud::kms::KeyState;
    use cloud::store::Opener;

    use super::*;
    use crate::manifest::codec::hex;

    const K1: &str = "aws:///k1?AUTH=implicit&REGION=us-east-1";
    const K2: &str = "aws:///k2?AUTH=implicit&REGION=us-east-1";
    const K3: &str = "gs:///projects/p/cryptoKeys/k3?AUTH=implicit";

    fn world() -> (Store, Buckets) {
        let buckets = Buckets::default();
        let who = Opener { cluster: "main", node: NodeId(1), user: "root" };
        (Store::open("nodelocal://1/c", who, &buckets).unwrap(), buckets)
    }

    fn said(passphrase: Option<&str>, kms: &[&str]) -> Sealing {
        Sealing {
            passphrase: passphrase.map(str::to_owned),
            kms: kms.iter().map(|uri| (*uri).to_owned()).collect(),
            ..Sealing::default()
        }
    }

    /// The vectors of `spec/encryption-format.md` §4.
    #[test]
    fn bytes_of_infos() {
        let info = EncryptionInfo { salt: (0..16).collect(), ..EncryptionInfo::default() };
        assert_eq!(hex(&info.encode_to_vec()), "1210000102030405060708090a0b0c0d0e0f");
        let master =
            digest("gs:///projects/demo/locations/x/keyRings/r/cryptoKeys/k?AUTH=implicit");
        let wrapped = Wrapped { master: master.unwrap(), data_key: [0xc0, 0xff, 0xee].repeat(4) };
        let info = EncryptionInfo { wrapped: vec![wrapped], ..EncryptionInfo::default() };
        assert_eq!(
            hex(&info.encode_to_vec()),
            "1a300a202791cf3d97096109c99f13a9ed89dd61e5994147aa1df668ab5f282e771cecae120cc0ffeec0ffeec0ffeec0ffee"
        );
    }

    #[test]
    fn passphrases() {
        let (full, mut buckets) = world();
        let mut made = said(Some("a"), &[]);
        assert_eq!(said(Some("a"), &[]).unlock(&full, false, &buckets, &mut 0), Err(Error::NoInfo));
        made.establish(&full, Rng::new(1), &mut buckets, Timestamp::ZERO).unwrap();
        assert_eq!(made.passphrase, None, "a job keeps the key, not the secret");
        let mut again = said(Some("a"), &[]);
        again.unlock(&full, true, &buckets, &mut 0).unwrap();
        assert_eq!(again.key(&buckets.kms), made.key(&buckets.kms));
        let mut other = said(Some("b"), &[]);
        other.unlock(&full, true, &buckets, &mut 0).unwrap();
        assert_ne!(other.key(&buckets.kms), made.key(&buckets.kms));
    }

    #[test]
    fn key_services() {
        let (full, mut buckets) = world();
        let mut made = said(None, &[K1, K2]);
        made.establish(&full, Rng::new(1), &mut buckets, Timestamp::ZERO).unwrap();
        let key = made.key(&buckets.kms).unwrap();
        let unlocked = |uris: &[&str], all, buckets: &Buckets| {
            let mut sealing = said(None, uris);
            sealing.unlock(&full, all, buckets, &mut 0)?;
            sealing.key(&buckets.kms)
        };
        assert_eq!(unlocked(&[K2], true, &buckets).as_ref(), Ok(&key));
        assert_eq!(unlocked(&[K2, K3], true, &buckets), Err(Error::UnknownKms));
        assert_eq!(unlocked(&[K3, K2], false, &buckets).as_ref(), Ok(&key));
        buckets.kms.set(kms::key_of(K2).unwrap(), KeyState::Disabled).unwrap();
        assert!(matches!(unlocked(&[K2], false, &buckets), Err(Error::Kms(_))));
        assert_eq!(unlocked(&[K2, K1], false, &buckets).as_ref(), Ok(&key), "any one is enough");
        let add = |old: &str, buckets: &mut Buckets| {
            let (old, new) = ([old.to_owned()], [K3.to_owned()]);
            add_kms(&full, &old, &new, Rng::new(2), buckets, Timestamp::ZERO)
        };
        assert_eq!(add(K3, &mut buckets), Err(Error::NotAltered));
        assert!(matches!(add(K2, &mut buckets), Err(Error::Kms(_))));
        add(K1, &mut buckets).unwrap();
        assert!(full.exists(&buckets, "ENCRYPTION-INFO-2").value);
        assert_eq!(unlocked(&[K3], true, &buckets).as_ref(), Ok(&key));
        assert_eq!(unlocked(&[K1], true, &buckets).as_ref(), Ok(&key));
    }
}
