//! Table files: the sorted files of a backup.
//!
//! | module | holds |
//! |---|---|
//! | `block` | the pieces of which files are made |
//! | [`writer`] | entries in order → bytes of a file |
//! | [`reader`] | bytes of a file → entries, checked |
//!
//! *Source*: `spec/sst-format.md`.

mod block;
pub mod reader;
pub mod writer;

use std::fmt;

pub use reader::Reader;
pub use writer::{Options, Writer};

/// The last eight bytes of a file, by family.
const MAGIC_LEVELDB: [u8; 8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
const MAGIC_ROCKSDB: [u8; 8] = [0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88];
const MAGIC_PEBBLE: [u8; 8] = [0xf0, 0x9f, 0xaa, 0xb3, 0xf0, 0x9f, 0xaa, 0xb3];

/// The order in which keys stand, by its name.
const COMPARATOR: &[u8] = b"cockroach_comparator";

/// Kinds of entries.
const KIND_SET: u8 = 1;
const KIND_SET_WITH_DELETE: u8 = 18;
const KIND_RANGE_KEY_SET: u8 = 21;

/// The formats that we can write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Format {
    /// Up to v22.1.
    RocksDbV2,
    /// From v22.2: range keys.
    PebbleV2,
}

/// Why bytes are not a table file that we can read, or entries not one that we can write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// A block whose checksum does not fit, or that cannot be taken apart.
    Corrupt {
        /// Where and what.
        what: &'static str,
        /// The block's place in the file. *Units*: bytes.
        offset: u64,
    },
    /// A file of a form that is not read here.
    Unsupported {
        /// Which.
        what: String,
    },
    /// Entries given to the writer out of order, or twice.
    Unsorted,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt { what, offset } => {
                write!(f, "corruption in table file: {what} at offset {offset}")
            }
            Self::Unsupported { what } => write!(f, "{what}, not read here"),
            Self::Unsorted => f.write_str("keys must be added in strictly increasing order"),
        }
    }
}

impl std::error::Error for Error {}
