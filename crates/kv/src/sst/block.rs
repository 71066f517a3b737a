//! Row blocks: the pieces of a table file.
//!
//! ```text
//!   entry     shared · unshared · value length · unshared key bytes · value       lengths are LEB128
//!   block     entry … entry · restart offsets (u32 each) · their count (u32)      little-endian
//!   in file   block · type (1) · masked CRC-32C of both (4)
//! ```
//!
//! Shape: at a restart point the key stands in full; between them only what differs from the key before.
//! Errors: [`Error::Corrupt`] with the offset of the block.
//! *Source*: `spec/sst-format.md` §2, §3.

use std::borrow::Cow;

use base::crc;
use base::num::{index, low_u8, low_u32, to_u32, to_u64, to_usize};

use super::Error;
use crate::mvcc::scan::Pair;

/// Bytes behind each block: type and checksum.
pub(super) const TRAILER: usize = 5;
/// The most bytes of a block once decompressed.
const PLAIN_MAX: usize = 64 << 20;

/// Where a block lies, without its trailer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Handle {
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Handle {
    pub(super) fn encode_into(self, out: &mut Vec<u8>) {
        varint_into(out, self.offset);
        varint_into(out, self.length);
    }

    pub(super) fn decode(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self { offset: varint(bytes)?, length: varint(bytes)? })
    }
}

/// LEB128.
pub(super) fn varint_into(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_u8(value) | 0x80);
        value >>= 7;
    }
    out.push(low_u8(value));
}

/// Takes a LEB128 number off the front.
#[inline]
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The checksum that stands in files.
fn masked_checksum(block: &[u8], kind: u8) -> u32 {
    crc::castagnoli(&[block, &[kind]]).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// Builds one block.
#[derive(Debug)]
pub(super) struct BlockBuilder {
    bytes: Vec<u8>,
    restarts: Vec<u32>,
    last_key: Vec<u8>,
    interval: u32,
    since_restart: u32,
}

impl BlockBuilder {
    /// With a restart every `interval` entries; 0 for never again after the first.
    pub(super) const fn new(interval: u32) -> Self {
        Self {
            bytes: Vec::new(),
            restarts: Vec::new(),
            last_key: Vec::new(),
            interval,
            since_restart: 0,
        }
    }

    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        let starts =
            self.restarts.is_empty() || (self.interval > 0 && self.since_restart == self.interval);
        let shared = if starts {
            self.restarts.push(to_u32(self.bytes.len()));
            self.since_restart = 0;
            0
        } else {
            key.iter().zip(&self.last_key).take_while(|(a, b)| a == b).count()
        };
        varint_into(&mut self.bytes, to_u64(shared));
        varint_into(&mut self.bytes, to_u64(key.len() - shared));
        varint_into(&mut self.bytes, to_u64(value.len()));
        self.bytes.extend_from_slice(&key[shared..]);
        self.bytes.extend_from_slice(value);
        self.last_key.truncate(shared);
        self.last_key.extend_from_slice(&key[shared..]);
        self.since_restart += 1;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.restarts.is_empty()
    }

    /// The length of the block as it stands.
    pub(super) const fn size(&self) -> usize {
        self.bytes.len() + 4 * self.restarts.len() + 4
    }

    /// The key added last.
    pub(super) fn last_key(&self) -> &[u8] {
        &self.last_key
    }

    /// The finished block; the builder is as new, with its memory.
    pub(super) fn finish(&mut self) -> &[u8] {
        if self.restarts.is_empty() {
            self.restarts.push(0);
        }
        for restart in &self.restarts {
            self.bytes.extend_from_slice(&restart.to_le_bytes());
        }
        self.bytes.extend_from_slice(&to_u32(self.restarts.len()).to_le_bytes());
        &self.bytes
    }

    /// Begins the next block.
    pub(super) fn reset(&mut self) {
        self.bytes.clear();
        self.restarts.clear();
        self.last_key.clear();
        self.since_restart = 0;
    }
}

/// Adds a stored block and its trailer to a file; answers where it lies.
pub(super) fn append(file: &mut Vec<u8>, stored: &[u8], kind: u8) -> Handle {
    let handle = Handle { offset: to_u64(file.len()), length: to_u64(stored.len()) };
    file.extend_from_slice(stored);
    file.push(kind);
    file.extend_from_slice(&masked_checksum(stored, kind).to_le_bytes());
    handle
}

/// The block at `handle`, checked and decompressed.
pub(super) fn read(file: &[u8], handle: Handle) -> Result<Cow<'_, [u8]>, Error> {
    let corrupt = |what| Error::Corrupt { what, offset: handle.offset };
    let start = to_usize(handle.offset);
    let end = start.saturating_add(to_usize(handle.length));
    let stored = file.get(start..end).ok_or(corrupt("block outside the file"))?;
    let trailer = file.get(end..end.saturating_add(TRAILER));
    let Some(&[kind, c0, c1, c2, c3]) = trailer else {
        return Err(corrupt("block outside the file"));
    };
    if masked_checksum(stored, kind) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(corrupt("checksum mismatch"));
    }
    match kind {
        0 => Ok(Cow::Borrowed(stored)),
        1 => {
            let length = snap::raw::decompress_len(stored).map_err(|_| corrupt("bad snappy"))?;
            if length > PLAIN_MAX {
                return Err(corrupt("block too large"));
            }
            let mut plain = vec![0; length];
            let written = snap::raw::Decoder::new()
                .decompress(stored, &mut plain)
                .map_err(|_| corrupt("bad snappy"))?;
            plain.truncate(written);
            Ok(Cow::Owned(plain))
        }
        _ => Err(Error::Unsupported { what: format!("block of compression type {kind}") }),
    }
}

/// A walk over the entries of a block.
#[derive(Debug)]
pub(super) struct BlockEntries<'a> {
    block: Cow<'a, [u8]>,
    at: usize,
    end: usize,
    offset: u64,
    key: Vec<u8>,
}

impl<'a> BlockEntries<'a> {
    /// Of a block that lay at `offset`.
    pub(super) fn new(block: Cow<'a, [u8]>, offset: u64) -> Result<Self, Error> {
        let corrupt = Error::Corrupt { what: "bad restart points", offset };
        let Some((rest, count)) = block.split_last_chunk::<4>() else { return Err(corrupt) };
        let restarts = index(u32::from_le_bytes(*count)).checked_mul(4);
        let Some(end) = restarts.and_then(|bytes| rest.len().checked_sub(bytes)) else {
            return Err(corrupt);
        };
        Ok(Self { block, at: 0, end, offset, key: Vec::new() })
    }

    /// Whether no entry is left.
    pub(super) const fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// The next key and value, lent until the next call.
    pub(super) fn next(&mut self) -> Result<Option<Pair<'_>>, Error> {
        let corrupt = Error::Corrupt { what: "bad entry", offset: self.offset };
        if self.at >= self.end {
            return Ok(None);
        }
        let mut rest = &self.block[self.at..self.end];
        let lengths = (varint(&mut rest), varint(&mut rest), varint(&mut rest));
        let (Some(shared), Some(unshared), Some(length)) = lengths else { return Err(corrupt) };
        let (shared, unshared) = (to_usize(shared), to_usize(unshared));
        let key_start = self.end - rest.len();
        let key_end = key_start.saturating_add(unshared);
        let value_end = key_end.saturating_add(to_usize(length));
        if shared > self.key.len() || value_end > self.end {
            return Err(corrupt);
        }
        self.key.truncate(shared);
        self.key.extend_from_slice(&self.block[key_start..key_end]);
        self.at = value_end;
        Ok(Some((&self.key, &self.block[key_end..value_end])))
    }
}

/// The trailer of an internal key.
pub(super) fn trailer(kind: u8) -> [u8; 8] {
    u64::from(kind).to_le_bytes()
}

/// Splits an internal key into engine key and kind.
pub(super) fn split_internal(key: &[u8]) -> Option<(&[u8], u8)> {
    let (engine, trailer) = key.split_last_chunk::<8>()?;
    Some((engine, low_u8(u64::from(low_u32(u64::from_le_bytes(*trailer))))))
}
