//! The one cipher of the house: AES-256-GCM without associated data.
//!
//! Shape: bytes in place, the tag apart. Units: a key of 32 bytes, a nonce of 12, a tag of 16. Errors: [`Forged`] when the
//! tag is of other bytes or of another key. Never knows: who made the key, and what the bytes are.

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};

/// Bytes of a tag.
pub const TAG_BYTES: usize = 16;
/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;

/// The tag does not fit: other bytes, another key, or another nonce.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forged;

/// A key made ready.
pub struct Cipher(Aes256Gcm);

impl Cipher {
    /// Makes a key ready.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Encrypts in place; answers the tag.
    pub fn seal(&self, nonce: &[u8; NONCE_BYTES], bytes: &mut [u8]) -> [u8; TAG_BYTES] {
        // The only error is a message of more than 64 GiB, which no object of ours is.
        let tag = self.0.encrypt_in_place_detached(Nonce::from_slice(nonce), b"", bytes);
        tag.map(Into::into).unwrap_or_default()
    }

    /// Decrypts in place.
    ///
    /// *Errors*: [`Forged`]; the bytes are then worth nothing.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_BYTES],
        bytes: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> Result<(), Forged> {
        let (nonce, tag) = (Nonce::from_slice(nonce), Tag::from_slice(tag));
        self.0.decrypt_in_place_detached(nonce, b"", bytes, tag).map_err(|_| Forged)
    }
}
