//! BIT and VARBIT: rows of bits.
//!
//! Shape: bits from the left, packed into 64-bit words; the last word is filled with zeros on the right.

use std::cmp::Ordering;
use std::fmt;

use base::num;

use super::Error;

/// A row of bits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bits {
    /// Words of 64 bits, the first bit highest.
    pub words: Vec<u64>,
    /// Number of bits.
    pub len: usize,
}

impl Bits {
    /// Reads a row of `0` and `1`.
    ///
    /// *Errors*: another character.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut bits = Self::default();
        for c in text.chars() {
            let bit = match c {
                '0' => 0,
                '1' => 1,
                _ => {
                    return Err(Error::parse(
                        text,
                        "varbit",
                        format!("{c:?} is not a valid binary digit"),
                    ));
                }
            };
            bits.push(bit);
        }
        Ok(bits)
    }

    fn push(&mut self, bit: u64) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        let shift = 63 - num::to_u32(self.len % 64);
        if let Some(last) = self.words.last_mut() {
            *last |= bit << shift;
        }
        self.len += 1;
    }

    /// Bits used in the last word: 1 to 64, 0 when there are none.
    pub fn last_used(&self) -> usize {
        if self.len == 0 { 0 } else { (self.len - 1) % 64 + 1 }
    }

    /// The first `len` bits.
    #[must_use]
    pub fn truncated(&self, len: usize) -> Self {
        let mut out = Self::default();
        for at in 0..len.min(self.len) {
            out.push(self.bit(at));
        }
        out
    }

    fn bit(&self, at: usize) -> u64 {
        self.words.get(at / 64).map_or(0, |word| (word >> (63 - at % 64)) & 1)
    }

    /// Order as of strings of `0` and `1`.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.words.cmp(&other.words).then(self.len.cmp(&other.len))
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for at in 0..self.len {
            f.write_str(if self.bit(at) == 1 { "1" } else { "0" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        let text = "10".repeat(40);
        let bits = Bits::parse(&text).unwrap();
        assert_eq!((bits.to_string(), bits.last_used()), (text, 16));
        assert_eq!(bits.truncated(3).to_string(), "101");
        assert!(Bits::parse("102").is_err());
    }
}
