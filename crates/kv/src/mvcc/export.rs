//! Export: what a span gives to a backup.

use base::hlc::Timestamp;
use base::span::Key;

use super::RangeTombstone;
use super::batch::Batch;

/// Which versions are wanted: those with start < time ≤ end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// Exclusive. [`Timestamp::ZERO`] for a full backup: then latest-only leaves deletions out.
    pub start: Timestamp,
    /// Inclusive.
    pub end: Timestamp,
    /// Every version instead of the newest of each key.
    pub all_revisions: bool,
}

/// A piece of an export.
#[derive(Clone, Default, Debug)]
pub struct Export {
    /// Versions in key order, newest first.
    pub batch: Batch,
    /// Range tombstones that do not overlap each other unless at different times; in order of start, newest first.
    pub tombstones: Vec<RangeTombstone>,
    /// Where to go on, if the limit ended it: a key, never between versions of one.
    pub resume: Option<Key>,
}
