//! Versions: keys with times, their values, and what is done with them.
//!
//! ```text
//!   30          b3
//!   20    a2         c.      newest version at or below a time is what a read at that time sees
//!   10    a1    b1   c1      (c. is a tombstone: at 20 and later c is not there)
//!         a     b    c
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`key`] | a key with its time as bytes |
//! | [`value`] | checksum, tag, data |
//! | [`batch`] | many versions packed |
//! | `tree` | the copy-on-write tree of one range |
//! | [`tombstones`] | deletions of whole spans |
//! | [`stats`] | statistics with ages |
//! | [`engine`] | a bare tree, for scripts |
//! | [`write`](mod@write) | bulk writes past transactions |
//! | [`scan`] | reading many keys at a time |
//! | [`export`] | what a range gives to a backup |
//! | [`gc`] | which versions may go |

pub mod batch;
pub mod engine;
pub mod export;
pub mod gc;
mod hash;
pub mod key;
pub mod scan;
pub mod stats;
pub mod tombstones;
pub(crate) mod tree;
pub mod value;
pub mod write;

use base::hlc::Timestamp;
use base::ids::TxnId;
use base::span::{Key, Span};

/// A deletion of every key of a span at one time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RangeTombstone {
    /// Which keys.
    pub span: Span,
    /// When.
    pub ts: Timestamp,
}

/// Where one version of a key stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VersionState {
    /// What a read now sees.
    Live,
    /// Overwritten or deleted at this time: garbage since then.
    Garbage(Timestamp),
    /// A deletion that is the newest version of its key.
    Tombstone,
    /// Not committed: laid by this transaction.
    Intent(TxnId),
}

/// One version of a key, for people to look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The key.
    pub key: Key,
    /// When it was written.
    pub ts: Timestamp,
    /// What; empty for a deletion.
    pub value: Value,
    /// What it is now.
    pub state: VersionState,
}

pub use value::Value;
