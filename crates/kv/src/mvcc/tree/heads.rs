//! Eight bytes of each key side by side, so that a search looks at few places.
//!
//! ```text
//!   keys   /Table/106/1/1000   /Table/106/1/1001   /Table/106/1/1500
//!          └── skip ──┘└ head, as a number: compared first, the rest of the key only when equal
//! ```
//!
//! Shape: `skip` is what the first and the last of some ordered keys share, so what all of them share.

use std::cmp::Ordering;

/// The eight bytes after the first `skip`, as a number in the order of bytes; zeros stand for what is missing.
#[inline]
pub(crate) fn head(key: &[u8], skip: usize) -> u64 {
    let tail = key.get(skip..).unwrap_or_default();
    if let Some(eight) = tail.first_chunk::<8>() {
        return u64::from_be_bytes(*eight);
    }
    tail.iter().fold(0, |head, byte| head << 8 | u64::from(*byte)).wrapping_shl(shift(tail.len()))
}

const fn shift(length: usize) -> u32 {
    match length {
        0 | 8.. => 0,
        1 => 56,
        2 => 48,
        3 => 40,
        4 => 32,
        5 => 24,
        6 => 16,
        7 => 8,
    }
}

/// How many bytes two keys share from the front.
pub(super) fn shared(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// A key that is searched among keys that share the first `skip` bytes of `first`.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// It shares them too: its head.
    Inside(u64),
    /// It comes before all of them.
    Before,
    /// It comes behind all of them.
    Behind,
}

impl Wanted {
    #[inline]
    pub(super) fn new(key: &[u8], first: &[u8], skip: usize) -> Self {
        let prefix = first.get(..skip).unwrap_or(first);
        match key.get(..skip) {
            Some(start) if start == prefix => Self::Inside(head(key, skip)),
            _ => match key.cmp(prefix) {
                Ordering::Less | Ordering::Equal => Self::Before,
                Ordering::Greater => Self::Behind,
            },
        }
    }
}
