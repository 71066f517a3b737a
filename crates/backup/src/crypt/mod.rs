//! Encrypted objects: the bytes of one file.
//!
//! ```text
//!   0        7        8        20
//!   encrypt  version  IV       chunk 0 (65536) tag (16)   chunk 1 (65536) tag (16)   …   last chunk (< 65536) tag (16)
//!
//!   nonce of chunk i    IV[0..4] ++ (IV[4..12] + i), big-endian, wrapping
//! ```
//!
//! Shape: the last chunk is always shorter than the others, empty if need be: a file cut at a chunk's border has no end
//! and does not open. Version 2 is written; version 1 (one message, no chunks) is read too. Units: bytes.
//! *Source*: `spec/encryption-format.md` §2, §3. Errors: [`Error`].

pub mod info;

use std::fmt;

use base::hlc::Timestamp;
use base::num::to_u64;
use base::rng::Rng;
use cloud::aead::{Cipher, NONCE_BYTES, TAG_BYTES};
use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;

/// Where an encrypted object begins.
pub const PREAMBLE: &[u8] = b"encrypt";
/// What is written.
const VERSION: u8 = 2;
/// Preamble, version and IV.
const HEADER_BYTES: usize = 20;
/// Plain bytes of a chunk that is not the last.
const CHUNK_BYTES: usize = 64 << 10;
/// Rounds of the key derivation.
const ROUNDS: u32 = 64_000;
/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// The data key of a chain. It prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// A key from its bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key that a passphrase means under a salt.
    pub fn derive(passphrase: &str, salt: &[u8]) -> Self {
        let mut key = [0; 32];
        pbkdf2_hmac::<Sha256>(passphrase.as_bytes(), salt, ROUNDS, &mut key);
        Self(key)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why an object does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// A key was given, and the object is plain.
    NotEncrypted,
    /// Too short for a header.
    Header,
    /// A version from the future.
    Version(u8),
    /// The key is another, or the bytes are.
    Decrypt,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEncrypted => f.write_str("file does not appear to be encrypted"),
            Self::Header => f.write_str("invalid encryption header"),
            Self::Version(n) => write!(f, "unexpected encryption scheme/config version {n}"),
            Self::Decrypt => f.write_str("failed to decrypt — maybe incorrect key"),
        }
    }
}

/// Whether an object begins as encrypted ones do.
pub fn is_sealed(object: &[u8]) -> bool {
    object.starts_with(PREAMBLE)
}

/// Encrypts an object. An IV is used once under a key.
pub fn seal(key: &Key, iv: [u8; NONCE_BYTES], plain: &[u8]) -> Vec<u8> {
    let cipher = Cipher::new(&key.0);
    let chunks = plain.len() / CHUNK_BYTES + 1;
    let mut out = Vec::with_capacity(HEADER_BYTES + plain.len() + TAG_BYTES * chunks);
    out.extend_from_slice(PREAMBLE);
    out.push(VERSION);
    out.extend_from_slice(&iv);
    let mut rest = plain;
    for i in 0.. {
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK_BYTES));
        let from = out.len();
        out.extend_from_slice(chunk);
        let tag = cipher.seal(&nonce(iv, i), out.get_mut(from..).unwrap_or_default());
        out.extend_from_slice(&tag);
        if chunk.len() < CHUNK_BYTES {
            break;
        }
        rest = after;
    }
    out
}

/// What a job puts between an object and its store: nothing, or the chain's key with IVs of the job's own chance.
#[derive(Clone, Debug)]
pub struct Sealer {
    key: Option<Key>,
    chance: Rng,
}

impl Sealer {
    /// Encrypts with `key`; `chance` is the job's own. Without a key objects stay plain.
    pub const fn new(key: Option<Key>, chance: Rng) -> Self {
        Self { key, chance }
    }

    /// Leaves objects as they are.
    pub const fn plain() -> Self {
        Self { key: None, chance: Rng::new(0) }
    }

    /// An object as it is stored. The IV is drawn by name and time, so that a step that is done again with other bytes
    /// never meets the same one.
    pub fn seal(&self, name: &str, now: Timestamp, plain: Vec<u8>) -> Vec<u8> {
        let Some(key) = &self.key else { return plain };
        let mut iv = [0; NONCE_BYTES];
        let drawn = self.chance.fork(&format!("{name} {now}")).bytes16();
        iv.copy_from_slice(&drawn[..NONCE_BYTES]);
        seal(key, iv, &plain)
    }
}

/// Decrypts an object.
///
/// *Errors*: see [`Error`].
pub fn open(key: &Key, object: &[u8]) -> Result<Vec<u8>, Error> {
    if !is_sealed(object) {
        return Err(Error::NotEncrypted);
    }
    let (header, body) = object.split_first_chunk::<HEADER_BYTES>().ok_or(Error::Header)?;
    let mut iv = [0; NONCE_BYTES];
    iv.copy_from_slice(&header[8..]);
    let cipher = Cipher::new(&key.0);
    match header[7] {
        1 => {
            let mut plain = Vec::new();
            open_chunk(&cipher, iv, body, &mut plain).map(|()| plain)
        }
        VERSION => open_chunks(&cipher, iv, body),
        other => Err(Error::Version(other)),
    }
}

fn open_chunks(cipher: &Cipher, iv: [u8; 12], mut body: &[u8]) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::with_capacity(body.len());
    for i in 0.. {
        let (chunk, rest) = body.split_at(body.len().min(CHUNK_BYTES + TAG_BYTES));
        open_chunk(cipher, nonce(iv, i), chunk, &mut plain)?;
        if chunk.len() < CHUNK_BYTES + TAG_BYTES {
            break;
        }
        body = rest;
    }
    Ok(plain)
}

/// One message with its tag behind it.
fn open_chunk(
    cipher: &Cipher,
    nonce: [u8; 12],
    sealed: &[u8],
    plain: &mut Vec<u8>,
) -> Result<(), Error> {
    let (bytes, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or(Error::Decrypt)?;
    let from = plain.len();
    plain.extend_from_slice(bytes);
    let place = plain.get_mut(from..).unwrap_or_default();
    cipher.open(&nonce, place, tag).map_err(|_| Error::Decrypt)
}

fn nonce(iv: [u8; 12], chunk: usize) -> [u8; 12] {
    let mut counter = [0; 8];
    counter.copy_from_slice(&iv[4..]);
    let counter = u64::from_be_bytes(counter).wrapping_add(to_u64(chunk));
    let mut nonce = iv;
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    nonce
}

#[cfg(test)]
mod tests {
    use sha2::Digest;

    use super::*;
    use crate::manifest::codec::hex;

    const IV: [u8; 12] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab];

    fn salt() -> Vec<u8> {
        (0..16).collect()
    }

    fn key() -> Key {
        Key::derive("abcdefg", &salt())
    }

    /// The vectors of `spec/encryption-format.md` §5.
    #[test]
    fn keys_of_passphrases() {
        for (passphrase, wanted) in [
            ("abcdefg", "02c89fd6089725aeb974cab591835948a1fe10fc99650c2cbb03fedc40de370c"),
            (
                "correct horse battery staple",
                "b1799651c8c298d25843d678e5124c0983183ece192a53174a4a04be9675351a",
            ),
            ("sésame", "eaa223accf18f0737822c8556af53f5646da0c4522fb9913a5d514fdcfe0cb30"),
            (" x ", "f819cf28e1555bb2e407a6d9f957e880d7a298217e5002ba1474bf16475d183d"),
            ("", "faff83e569a41315912daac367b2527acf5d3b60fcc8c8de1455dadd2bb8603c"),
        ] {
            assert_eq!(hex(Key::derive(passphrase, &salt()).bytes()), wanted, "{passphrase:?}");
        }
    }

    #[test]
    fn files_as_the_vectors_have_them() {
        let key = key();
        assert_eq!(
            hex(&seal(&key, IV, b"")),
            "656e637279707402a0a1a2a3a4a5a6a7a8a9aaabfc07a46e10297728fbd7f62544bcdf43"
        );
        let hello = seal(&key, IV, b"hello");
        assert_eq!(
            hex(&hello),
            "656e637279707402a0a1a2a3a4a5a6a7a8a9aaabd0029b63dc84bc032631dddcb2e0686cadcbdbab16"
        );
        let mut first = hello;
        first[7] = 1;
        assert_eq!(open(&key, &first), Ok(b"hello".to_vec()));
        let wraps = [0, 0x11, 0x22, 0x33, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        for (byte, len, iv, size, sha) in [
            (
                b'a',
                65535,
                IV,
                65571,
                "f1272eacdb2479e9a7526e93d84d9fe2f6454cbc1d5608f19ad908e11a46e709",
            ),
            (
                b'a',
                65536,
                IV,
                65588,
                "376fca72eb60e271244e434870ab78c0a157927d932985ebf7482bc09ee263f2",
            ),
            (
                b'a',
                65537,
                IV,
                65589,
                "eb3a9e4e829675f95de3bf473cec26d799133294a1c6d45b9e4db75355ec379f",
            ),
            (
                b'a',
                131_072,
                IV,
                131_140,
                "94f0837c1453fe62a668250603910d034bdb4a4dbbc5d4b7e7a172264a09bdd7",
            ),
            (
                b'b',
                65537,
                wraps,
                65589,
                "28f15dae5447de20cd09fc41122a9d568c903dae559bf856e4b74979ee81062a",
            ),
        ] {
            let plain = vec![byte; len];
            let sealed = seal(&key, iv, &plain);
            assert_eq!(sealed.len(), size);
            assert_eq!(hex(&Sha256::digest(&sealed)), sha, "{len}");
            assert_eq!(open(&key, &sealed).as_ref(), Ok(&plain));
        }
    }

    #[test]
    fn what_does_not_open() {
        let key = key();
        assert_eq!(open(&key, b"plain"), Err(Error::NotEncrypted));
        assert_eq!(open(&key, b"encrypt\x02"), Err(Error::Header));
        let sealed = seal(&key, IV, &vec![b'a'; 65536]);
        assert_eq!(open(&key, &sealed[..65572]), Err(Error::Decrypt), "cut at a chunk's border");
        for at in [20, 65571, 65580, 12] {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert_eq!(open(&key, &broken), Err(Error::Decrypt), "byte {at}");
        }
        let mut newer = sealed;
        newer[7] = 9;
        assert_eq!(open(&key, &newer), Err(Error::Version(9)));
        let mut swapped = seal(&key, IV, &vec![b'a'; 131_072]);
        let (first, rest) = swapped[20..].split_at_mut(65552);
        first.swap_with_slice(&mut rest[..65552]);
        assert_eq!(open(&key, &swapped), Err(Error::Decrypt));
        assert_eq!(open(&Key::new([0; 32]), &seal(&key, IV, b"x")), Err(Error::Decrypt));
    }
}
