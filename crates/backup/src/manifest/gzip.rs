//! Gzip: the 18 bytes around a deflate stream.
//!
//! ```text
//!   1f 8b 08 flags  mtime(4) xfl os  [extra][name][comment][crc16]  deflate …  crc32(4) length(4)   (little-endian)
//! ```
//!
//! Shape: one member is written; several are read. Errors: [`Error`]. Left out: nothing that a reader meets.

use base::crc;
use base::num::{low_u32, to_u64};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// How the first bytes of a gzip member look.
pub const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Go's default level.
const LEVEL: u8 = 6;

/// Why bytes are no gzip file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// They end too early, or the stream is broken.
    Corrupt,
    /// The checksum behind the stream is of other bytes.
    Checksum,
    /// The content is larger than is allowed.
    TooLarge,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Corrupt => "gzip: invalid header",
            Self::Checksum => "gzip: invalid checksum",
            Self::TooLarge => "gzip: content too large",
        })
    }
}

/// Packs bytes as one member without name and time.
pub fn pack(plain: &[u8]) -> Vec<u8> {
    let deflated = compress_to_vec(plain, LEVEL);
    let mut packed = Vec::with_capacity(deflated.len() + 18);
    packed.extend_from_slice(&MAGIC);
    packed.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0xff]);
    packed.extend_from_slice(&deflated);
    packed.extend_from_slice(&crc::ieee(&[plain]).to_le_bytes());
    packed.extend_from_slice(&low_u32(to_u64(plain.len())).to_le_bytes());
    packed
}

/// Unpacks all members. *Units*: `limit` bytes at most.
///
/// *Errors*: See [`Error`].
pub fn unpack(mut packed: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::new();
    loop {
        packed = member(packed, &mut plain, limit)?;
        if packed.is_empty() {
            return Ok(plain);
        }
    }
}

/// Unpacks a bare deflate stream. *Units*: `limit` bytes at most.
///
/// *Errors*: [`Error::Corrupt`], [`Error::TooLarge`].
pub fn inflate(stream: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::new();
    deflated(stream, &mut plain, limit)?;
    Ok(plain)
}

/// Unpacks one member behind what is there already; answers what follows it.
fn member<'a>(packed: &'a [u8], plain: &mut Vec<u8>, limit: usize) -> Result<&'a [u8], Error> {
    let stream = skip_header(packed).ok_or(Error::Corrupt)?;
    let from = plain.len();
    let read = deflated(stream, plain, limit)?;
    let (sum, rest) =
        stream.get(read..).and_then(<[u8]>::split_first_chunk::<4>).ok_or(Error::Corrupt)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(Error::Corrupt)?;
    let content = plain.get(from..).ok_or(Error::Corrupt)?;
    let fits = u32::from_le_bytes(*sum) == crc::ieee(&[content])
        && u32::from_le_bytes(*length) == low_u32(to_u64(content.len()));
    if fits { Ok(rest) } else { Err(Error::Checksum) }
}

/// Unpacks a stream behind what is there already; answers how many bytes it took.
fn deflated(stream: &[u8], plain: &mut Vec<u8>, limit: usize) -> Result<usize, Error> {
    let mut state = DecompressorOxide::new();
    let (mut read, mut written) = (0, plain.len());
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    loop {
        let input = stream.get(read..).ok_or(Error::Corrupt)?;
        let room = (written + 4 * input.len().max(1024)).min(limit);
        plain.resize(room.max(written), 0);
        let (status, took, gave) = decompress(&mut state, input, plain, written, flags);
        read += took;
        written += gave;
        match status {
            TINFLStatus::Done => break,
            TINFLStatus::HasMoreOutput if written < limit => {}
            TINFLStatus::HasMoreOutput => return Err(Error::TooLarge),
            TINFLStatus::FailedCannotMakeProgress
            | TINFLStatus::BadParam
            | TINFLStatus::Adler32Mismatch
            | TINFLStatus::Failed
            | TINFLStatus::NeedsMoreInput => return Err(Error::Corrupt),
        }
    }
    plain.truncate(written);
    Ok(read)
}

/// What follows the header, optional parts included.
fn skip_header(packed: &[u8]) -> Option<&[u8]> {
    let (head, mut rest) = packed.split_first_chunk::<10>()?;
    if head[..3] != MAGIC {
        return None;
    }
    let flags = head[3];
    if flags & 4 != 0 {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        rest = tail.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn several_members_and_damage() {
        let mut packed = pack(b"abc");
        packed.extend_from_slice(&pack(b"def"));
        assert_eq!(unpack(&packed, 100), Ok(b"abcdef".to_vec()));
        assert_eq!(unpack(&packed, 5), Err(Error::TooLarge));
        assert_eq!(unpack(&packed[..20], 100), Err(Error::Corrupt));
        let at = packed.len() - 6;
        packed[at] ^= 1;
        assert_eq!(unpack(&packed, 100), Err(Error::Checksum));
        assert_eq!(unpack(b"", 100), Err(Error::Corrupt));
    }

    proptest! {
        #[test]
        fn pack_and_back(plain in proptest::collection::vec(0_u8..4, 0..5000)) {
            prop_assert_eq!(unpack(&pack(&plain), 5000), Ok(plain));
        }

        #[test]
        fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut packed = MAGIC.to_vec();
            packed.extend_from_slice(&noise);
            let _ = unpack(&packed, 10_000);
        }
    }
}
