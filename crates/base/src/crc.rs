//! The two checksums of the formats: CRC-32 (IEEE) over values, CRC-32C (Castagnoli) over blocks of table files.
//!
//! Shape: table-driven, sixteen bytes a step. The tables are made at their first use: nothing shrinks 16 kB of noise on
//! its way to a browser.
//! *Source*: `spec/keys-and-values.md` §4, `spec/sst-format.md` §2.

use std::sync::OnceLock;

use crate::num::{index, low_u32};

type Tables = [[u32; 256]; 16];

static IEEE: OnceLock<Box<Tables>> = OnceLock::new();
static CASTAGNOLI: OnceLock<Box<Tables>> = OnceLock::new();

/// CRC-32 (IEEE) of several pieces one after the other.
pub fn ieee(pieces: &[&[u8]]) -> u32 {
    let tables = IEEE.get_or_init(|| tables(0xedb8_8320));
    !pieces.iter().fold(!0, |crc, piece| update(tables, crc, piece))
}

/// CRC-32C (Castagnoli) of several pieces one after the other.
pub fn castagnoli(pieces: &[&[u8]]) -> u32 {
    let tables = CASTAGNOLI.get_or_init(|| tables(0x82f6_3b78));
    !pieces.iter().fold(!0, |crc, piece| update(tables, crc, piece))
}

fn update(tables: &Tables, mut crc: u32, bytes: &[u8]) -> u32 {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = tables;
    for chunk in chunks {
        let (words, _) = chunk.as_chunks::<4>();
        // Written out, since a build for size keeps a loop, and much of a backup's time is spent here.
        crc = quad([t15, t14, t13, t12], u32::from_le_bytes(words[0]) ^ crc)
            ^ quad([t11, t10, t9, t8], u32::from_le_bytes(words[1]))
            ^ quad([t7, t6, t5, t4], u32::from_le_bytes(words[2]))
            ^ quad([t3, t2, t1, t0], u32::from_le_bytes(words[3]));
    }
    for byte in rest {
        crc = t0[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8);
    }
    crc
}

/// What four bytes come to, each by its own table.
#[expect(clippy::inline_always, reason = "it is sixteen lookups, not a function")]
#[inline(always)]
fn quad(tables: [&[u32; 256]; 4], word: u32) -> u32 {
    let [a, b, c, d] = word.to_le_bytes();
    tables[0][usize::from(a)]
        ^ tables[1][usize::from(b)]
        ^ tables[2][usize::from(c)]
        ^ tables[3][usize::from(d)]
}

fn tables(polynomial: u32) -> Box<Tables> {
    let mut tables = Box::new([[0; 256]; 16]);
    for byte in 0..256 {
        let mut crc = low_u32(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ polynomial } else { crc >> 1 };
        }
        tables[0][index(low_u32(byte))] = crc;
    }
    for k in 1..16 {
        for byte in 0..256 {
            let before = tables[k - 1][byte];
            tables[k][byte] = tables[0][index(before & 0xff)] ^ (before >> 8);
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(ieee(&[b"123456789"]), 0xcbf4_3926);
        assert_eq!(castagnoli(&[b"123456789"]), 0xe306_9283);
        let long: Vec<u8> = (0..=255).cycle().take(1000).collect();
        assert_eq!(castagnoli(&[&long]), castagnoli(&[&long[..333], &long[333..]]));
    }
}
