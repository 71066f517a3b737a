//! Export: what a span gives to a backup.
//!
//! ```text
//!   30          b3                Window (0, 20], latest:   a2 b1      nothing lies below, so no tombstones
//!   20    a2         c.           Window (10, 20], latest:  a2 c.      a tombstone must erase the layer below
//!   10    a1    b1   c1           Window (0, 20], all:      a2 a1 b1 c. c1
//!         a     b    c   keys     (c. is a tombstone)
//! ```
//!
//! Shape: span × window → versions in key order, newest first; leaves without a time in the window are not entered, so an
//! incremental costs what changed. Units: bytes of keys and values.
//! Errors: `BelowGcThreshold`, `Intents`, `RangeUnavailable`.
//! *Source*: `spec/keys-and-values.md` §6, `spec/gc-and-protected-timestamps.md` §4.

use base::hlc::Timestamp;
use base::num::to_u64;
use base::span::{Key, Span};

use super::RangeTombstone;
use super::batch::Batch;
use super::tombstones::RangeTombstones;
use super::tree::TimeFilter;
use crate::cluster::Kv;
use crate::error::Error;
use crate::range::Range;

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

impl Window {
    /// Whether deletions are part of what is told.
    const fn keeps_tombstones(&self) -> bool {
        self.all_revisions || !self.start.is_zero()
    }
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

impl Kv {
    /// Versions of the keys of `span` in the window, until about `limit_bytes` are reached; then `resume` says where to
    /// go on. Stops only between keys.
    ///
    /// *Errors*: `BelowGcThreshold` if the window's start (its end, for a window from zero) is not above a range's own
    /// threshold; `Intents`; `RangeUnavailable`.
    pub fn export(&self, span: &Span, window: Window, limit_bytes: u64) -> Result<Export, Error> {
        let mut export = Export::default();
        for range in self.ranges_in(span) {
            check(range, window)?;
            let Some(part) = range.span().intersect(span) else { continue };
            self.check_intents(&part, window)?;
            export_range(range, &part, window, limit_bytes, &mut export);
            if export.resume.is_some() {
                break;
            }
        }
        Ok(export)
    }

    fn check_intents(&self, span: &Span, window: Window) -> Result<(), Error> {
        let locks: Vec<_> = self
            .locks_in(span)
            .filter(|(_, lock)| lock.ts > window.start && lock.ts <= window.end)
            .map(|(key, lock)| (lock.txn, key.clone()))
            .collect();
        if locks.is_empty() { Ok(()) } else { Err(Error::Intents { locks }) }
    }
}

fn check(range: &Range, window: Window) -> Result<(), Error> {
    range.check_available()?;
    let earliest = if window.start.is_zero() { window.end } else { window.start };
    if earliest <= range.gc_threshold() {
        return Err(Error::BelowGcThreshold {
            ts: earliest,
            threshold: range.gc_threshold(),
            range: range.id(),
        });
    }
    Ok(())
}

fn export_range(range: &Range, span: &Span, window: Window, limit_bytes: u64, out: &mut Export) {
    let tombstones = range.tombstones.inside(span).within(window.start, window.end);
    let filter = TimeFilter { after: window.start, through: window.end };
    let mut cursor = range.tree.cursor(filter);
    cursor.seek(&span.start, Timestamp::MAX);
    let mut last: Option<&[u8]> = None;
    while let Some((key, ts, value)) = cursor.entry() {
        if key >= span.end.as_slice() {
            break;
        }
        let is_same_key = last.is_some_and(|last| last == key);
        if ts > window.end || ts <= window.start {
            cursor.advance();
            continue;
        }
        if is_same_key && !window.all_revisions {
            cursor.advance();
            continue;
        }
        if !is_same_key && to_u64(out.batch.size_bytes()) >= limit_bytes && !out.batch.is_empty() {
            out.resume = Some(key.to_vec());
            break;
        }
        last = Some(key);
        cursor.advance();
        let is_hidden = value.is_empty() && !window.keeps_tombstones()
            || !window.all_revisions && tombstones.covering(key, ts, window.end).is_some();
        if !is_hidden {
            out.batch.push(key, ts, value);
        }
    }
    if window.keeps_tombstones() {
        let end = out.resume.as_ref().unwrap_or(&span.end);
        out.tombstones.extend(told(&tombstones, window, &Span::new(&*span.start, &**end)));
    }
}

fn told(tombstones: &RangeTombstones, window: Window, span: &Span) -> Vec<RangeTombstone> {
    let inside = tombstones.inside(span);
    if window.all_revisions { inside.to_list() } else { inside.newest_only().to_list() }
}
