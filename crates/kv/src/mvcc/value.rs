//! Values: checksum, tag, data.
//!
//! | bytes | part |
//! |---|---|
//! | 4 | CRC-32 (IEEE) over user key, tag, data; 0 becomes 1; four zero bytes: none stored |
//! | 1 | tag |
//! | rest | data |
//!
//! A value of length 0 is a deletion (a tombstone). In files a value may stand behind a header, see [`simple`].
//! *Source*: `spec/keys-and-values.md` §4, §6.

use std::ops::Deref;
use std::sync::Arc;

use base::crc;

/// What stands first in the data part: how the rest is to be read.
pub mod tag {
    /// Zig-zag varint.
    pub const INT: u8 = 1;
    /// Eight bytes IEEE.
    pub const FLOAT: u8 = 2;
    /// Raw bytes.
    pub const BYTES: u8 = 3;
    /// A moment, as the key part.
    pub const TIME: u8 = 4;
    /// A plain decimal.
    pub const DECIMAL: u8 = 5;
    /// An interval, as the key part.
    pub const DURATION: u8 = 6;
    /// The columns of a family.
    pub const TUPLE: u8 = 10;
    /// Bits.
    pub const BITARRAY: u8 = 11;
    /// Time of day with an offset.
    pub const TIMETZ: u8 = 12;
}

/// Bytes of a value, cheap to clone. Empty for a deletion.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Value(Arc<[u8]>);

impl Value {
    /// A copy of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }

    /// Whether this is a deletion.
    pub fn is_tombstone(&self) -> bool {
        self.0.is_empty()
    }
}

impl Default for Value {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl Deref for Value {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Value {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::from(bytes))
    }
}

/// A value taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decoded<'a> {
    /// The stored checksum; 0 if none is stored.
    pub checksum: u32,
    /// How to read the data, one of [`tag`].
    pub tag: u8,
    /// The rest.
    pub data: &'a [u8],
}

/// The checksum of a value under `key`.
pub fn checksum(key: &[u8], tag: u8, data: &[u8]) -> u32 {
    crc::ieee(&[key, &[tag], data]).max(1)
}

/// A whole value for `key`.
pub fn encode(key: &[u8], tag: u8, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(5 + data.len());
    out.extend_from_slice(&checksum(key, tag, data).to_be_bytes());
    out.push(tag);
    out.extend_from_slice(data);
    out
}

/// Writes the checksum for `key` over the first four bytes of a value (a no-op for a deletion): for values built in
/// place, and for those whose key was rewritten.
pub fn seal(key: &[u8], value: &mut [u8]) {
    if let Some((head, body)) = value.split_first_chunk_mut::<4>()
        && !body.is_empty()
    {
        *head = crc::ieee(&[key, body]).max(1).to_be_bytes();
    }
}

/// Takes a value apart. `None` for a deletion and for what is too short.
pub fn decode(value: &[u8]) -> Option<Decoded<'_>> {
    let (head, body) = value.split_first_chunk::<4>()?;
    let (tag, data) = body.split_first()?;
    Some(Decoded { checksum: u32::from_be_bytes(*head), tag: *tag, data })
}

/// Whether a value's checksum fits its key. Deletions and values without a checksum fit.
pub fn verify(key: &[u8], value: &[u8]) -> bool {
    if value.is_empty() {
        return true;
    }
    decode(value).is_some_and(|parts| {
        parts.checksum == 0 || parts.checksum == checksum(key, parts.tag, parts.data)
    })
}

/// The byte that stands where a tag would in a value with a header.
const HEADER_SENTINEL: u8 = 0x65;

/// The simple value inside one that may stand behind a header: length (4), `65`, header, then the value.
/// `None` if the header is longer than the bytes.
pub fn simple(value: &[u8]) -> Option<&[u8]> {
    match decode(value) {
        Some(parts) if parts.tag == HEADER_SENTINEL => {
            parts.data.get(base::num::index(parts.checksum)..)
        }
        _ => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
    }

    /// Key in hex, whole value in hex, as printed in the sheet.
    const VECTORS: [(&str, &str); 8] = [
        ("bb898988", "b244bd870a3505348d0f4272"),
        ("bb89898989", "30c8fbd403416c696365"),
        ("bb898b88", "cf8b38950a"),
        ("bb898988", "4aac12300a2605416c6963651505348d0f4272"),
        ("bb8a12416c696365000188", "24090bce03893505348d0f4272"),
        ("bb8a008c88", "7f2009cc038c3505348c0e57ea"),
        ("bb8b124361726f6c00018b88", "45c61b8403"),
        ("bf898888", "ae73c74701c801"),
    ];

    #[test]
    fn vectors_of_the_sheet() {
        for (key, want) in VECTORS {
            let (key, want) = (bytes(key), bytes(want));
            let parts = decode(&want).unwrap();
            assert_eq!(encode(&key, parts.tag, parts.data), want);
            assert!(verify(&key, &want));
            assert!(!verify(b"other", &want));
            let mut blank = want.clone();
            blank[..4].fill(0);
            assert!(verify(b"other", &blank), "no checksum stored, nothing to check");
            seal(&key, &mut blank);
            assert_eq!(blank, want);
        }
    }

    #[test]
    fn header_is_skipped() {
        let plain = bytes("ae73c74701c801");
        let mut with_header = vec![0, 0, 0, 2, HEADER_SENTINEL, 8, 7];
        with_header.extend_from_slice(&plain);
        assert_eq!(simple(&with_header), Some(&plain[..]));
        assert_eq!(simple(&plain), Some(&plain[..]));
        assert_eq!(simple(&[0, 0, 0, 9, HEADER_SENTINEL, 8]), None);
    }
}
