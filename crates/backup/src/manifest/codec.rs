//! From a message to an object and back: protobuf, gzip, checksum file.
//!
//! ```text
//!   write   message ─▶ protobuf ─▶ gzip ─▶ object        first 4 bytes of SHA-256 over the object ─▶ object-CHECKSUM
//!   read    object ─▶ checksum compared ─▶ gunzip if it is gzip ─▶ message
//! ```
//!
//! Errors: [`Error`]; its text never names the object, the caller wraps that around. *Source*: `spec/manifest-wire.md`
//! §1. Encryption stands between gzip and checksum; see [`crate::crypt`].

use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use wire::Message;

use super::gzip;
use super::model::BackupManifest;
use crate::crypt::{self, Key};

/// How large a manifest may become when it is unpacked.
const MANIFEST_BYTES_MAX: usize = 256 << 20;

/// Why an object is no manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The object is not what its checksum file says.
    ChecksumMismatch {
        /// What the checksum file holds, in hex.
        expected: String,
        /// What the object's bytes give, in hex.
        got: String,
    },
    /// The object begins as encrypted ones do, and no key was given.
    Encrypted,
    /// The key that was given does not open the object.
    Crypt(crypt::Error),
    /// The object is broken gzip.
    Gzip(gzip::Error),
    /// The object is no such message.
    Proto {
        /// What the decoder says.
        reason: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChecksumMismatch { expected, got } => {
                write!(f, "checksum mismatch; expected {expected}, got {got}")
            }
            Self::Encrypted => f.write_str(
                "file appears encrypted -- try specifying one of \"encryption_passphrase\" or \"kms\"",
            ),
            Self::Crypt(cause) => cause.fmt(f),
            Self::Gzip(cause) => cause.fmt(f),
            Self::Proto { reason } => write!(f, "proto: {reason}"),
        }
    }
}

/// The content of a checksum file.
pub fn checksum(object: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(object);
    let mut sum = [0; 4];
    sum.copy_from_slice(&digest[..4]);
    sum
}

/// Compares an object with the content of its checksum file.
///
/// *Errors*: [`Error::ChecksumMismatch`].
pub fn verify(object: &[u8], checksum_file: &[u8]) -> Result<(), Error> {
    let got = checksum(object);
    if got == checksum_file {
        return Ok(());
    }
    Err(Error::ChecksumMismatch { expected: hex(checksum_file), got: hex(&got) })
}

/// A message as it is stored, but for encryption.
pub fn encode(message: &impl Message) -> Vec<u8> {
    gzip::pack(&message.encode_to_vec())
}

/// A stored object as the manifest that it is. `key` is set where objects are encrypted.
///
/// *Errors*: [`Error::Encrypted`], [`Error::Crypt`], [`Error::Gzip`], [`Error::Proto`].
pub fn decode(object: &[u8], key: Option<&Key>) -> Result<BackupManifest, Error> {
    decode_as(object, key)
}

/// A stored object as a message of its kind.
///
/// *Errors*: as [`decode`].
pub fn decode_as<M: Message + Default>(object: &[u8], key: Option<&Key>) -> Result<M, Error> {
    let opened = key.map(|key| crypt::open(key, object)).transpose().map_err(Error::Crypt)?;
    let packed = opened.as_deref().unwrap_or(object);
    let unpacked = packed
        .starts_with(&gzip::MAGIC)
        .then(|| gzip::unpack(packed, MANIFEST_BYTES_MAX))
        .transpose()
        .map_err(Error::Gzip)?;
    let plain = unpacked.as_deref().unwrap_or(packed);
    M::decode(plain).map_err(|cause| {
        if crypt::is_sealed(packed) {
            Error::Encrypted
        } else {
            Error::Proto { reason: cause.to_string() }
        }
    })
}

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use base::hlc::Timestamp;
    use sql::catalog::descpb::Union;

    use super::*;
    use crate::manifest::invariants;

    /// The sample of `spec/manifest-wire.md` §9.
    const SAMPLE: &str = "0a00120c0880ca8ed983e7e8f01610071a081a02bd892202bd8a22320a081a02bd892202bd8a121b646174612f373439\
        3531323330333231383532343136312e737374320508d90110053a0042002a1812160a0462616e6b1034220a0880c0ce\
        88eef1daf01628012a450a430a026b76183520342802420f0a016b10011a060801104050142000420d0a017610021a04\
        08075019200152140a077072696d6172791001180122016b30014000c0021d3a0612001a00420040014a109c3f2a1e5b\
        7d4e0f8a6c1d2e3f40516250015a0a12087632312e322e3137620508d90110057201348a01009201100b1c2d3e4f5a4b\
        6c9d8e7f6a5b4c3d2eba0115083512114241434b55502d53544154495354494353ca01080815100218002000";

    fn sample() -> Vec<u8> {
        let digits: Vec<u8> = SAMPLE.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    #[test]
    fn the_sample_opens() {
        let object = sample();
        assert_eq!(object.len(), 284);
        assert_eq!(checksum(&object), [0x1f, 0x8f, 0x2e, 0x36]);
        let manifest = decode(&object, None).unwrap();
        assert_eq!(manifest.end(), Timestamp { wall: 1_648_778_400_500_000_000, logical: 7 });
        assert!(manifest.is_full() && !manifest.has_history() && !manifest.is_cluster());
        assert_eq!(manifest.files[0].path, "data/749512303218524161.sst");
        assert_eq!(manifest.entry_counts.rows, 5);
        assert_eq!(manifest.complete_dbs, [52]);
        assert_eq!(manifest.build_info.tag, "v21.2.17");
        assert_eq!(manifest.cluster_version.short(), "21.2");
        let statistics = manifest.statistics_filenames.get(&53).map(String::as_str);
        assert_eq!(statistics, Some("BACKUP-STATISTICS"));
        let names: Vec<String> = manifest.descriptors().map(|d| d.name().to_owned()).collect();
        assert_eq!(names, ["bank", "kv"]);
        let tables = manifest.descriptors().filter(|d| matches!(d.union, Some(Union::Table(_))));
        assert_eq!(tables.count(), 1);
        assert_eq!(invariants::check(&manifest), []);
    }

    #[test]
    fn written_and_read() {
        let mut manifest = decode(&sample(), None).unwrap();
        manifest.descriptors.push(vec![0x2a, 0]);
        let object = encode(&manifest);
        assert_eq!(decode(&object, None), Ok(manifest));
        let mut sum = checksum(&object);
        assert_eq!(verify(&object, &sum), Ok(()));
        sum[0] ^= 1;
        assert!(
            verify(&object, &sum)
                .unwrap_err()
                .to_string()
                .starts_with("checksum mismatch; expected ")
        );
    }

    #[test]
    fn empty_parts_are_written() {
        let bytes = BackupManifest::default().encode_to_vec();
        assert!(
            bytes.starts_with(&[0x0a, 0, 0x12, 0, 0x3a, 6, 0x12, 0, 0x1a, 0, 0x42, 0, 0x4a, 0])
        );
        assert_eq!(BackupManifest::decode(bytes.as_slice()), Ok(BackupManifest::default()));
    }

    #[test]
    fn what_is_no_manifest() {
        assert_eq!(decode(b"encrypt\x01xxxxxxxxxxxx", None), Err(Error::Encrypted));
        assert!(matches!(decode(&[0xff; 9], None), Err(Error::Proto { .. })));
    }
}
