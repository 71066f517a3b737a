//! Table files: the sorted files of a backup.
//!
//! | module | holds |
//! |---|---|
//! | [`writer`] | entries in order → bytes of a file |
//! | [`reader`] | bytes of a file → entries, checked |
//!
//! *Source*: `spec/sst-format.md`.

pub mod reader;
pub mod writer;

use std::fmt;

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
