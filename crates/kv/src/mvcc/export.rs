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
//! incremental costs what changed. A range tombstone is held back until the walk has left it, since where it ends is
//! known only then. Units: bytes of keys and values; a range tombstone counts its two bounds, for each of its times.
//! Errors: `BelowGcThreshold`, `Intents`, `RangeUnavailable`.
//! *Source*: `spec/keys-and-values.md` §6, `spec/gc-and-protected-timestamps.md` §4.

use base::hlc::Timestamp;
use base::num::{to_u64, to_usize};
use base::span::{Key, Span, next_key};

use super::RangeTombstone;
use super::batch::{Batch, Entry};
use super::tombstones::{Fragment, RangeTombstones};
use super::tree::{TimeFilter, Tree};
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

/// When to stop.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Limits {
    /// Stops at the next key once so many bytes are reached; 0 for never.
    pub target_bytes: u64,
    /// Never more than this; 0 for no bound.
    pub max_bytes: u64,
    /// Whether it may stop between versions of a key rather than pass `max_bytes`.
    pub stop_mid_key: bool,
}

/// More bytes than an export may have, and no place to stop before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// What it would have come to.
    pub reached_bytes: u64,
    /// What is allowed.
    pub max_bytes: u64,
}

/// A piece of an export.
#[derive(Clone, Default, Debug)]
pub struct Export {
    /// Versions in key order, newest first.
    pub batch: Batch,
    /// Range tombstones that do not overlap each other unless at different times; in order of start, newest first.
    pub tombstones: Vec<RangeTombstone>,
    /// Bytes of all that.
    pub data_bytes: u64,
    /// Where to go on, if a limit ended it.
    pub resume: Option<Key>,
    /// From which version of that key on; zero for all of them, always so unless [`Limits::stop_mid_key`].
    pub resume_ts: Timestamp,
}

/// Larger pieces are not made, whatever the caller allows.
const TARGET_MAX: u64 = 256 << 20;

impl Kv {
    /// Versions of the keys of `span` in the window, until about `limit_bytes` are reached; then `resume` says where to
    /// go on. Stops only between keys.
    ///
    /// *Errors*: `BelowGcThreshold` if the window's start (its end, for a window from zero) is not above a range's own
    /// threshold; `Intents`; `RangeUnavailable`.
    pub fn export(&self, span: &Span, window: Window, limit_bytes: u64) -> Result<Export, Error> {
        let mut export = Export::default();
        let target_bytes = limit_bytes.clamp(1, TARGET_MAX);
        let limits = Limits { target_bytes, ..Limits::default() };
        for range in self.ranges_in(span) {
            check(range, window)?;
            let Some(part) = range.span().intersect(span) else { continue };
            self.check_intents(&part, window)?;
            if window.start.is_zero() && part == *range.span() {
                make_room(range, target_bytes, &mut export);
            }
            let mut walk = Walk::new(&range.tombstones, &part, window, limits, &mut export);
            // Without a bound nothing can be too large.
            let _ = walk.run(&range.tree, Timestamp::MAX);
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

/// A full export of a range takes about what it holds, up to the limit.
fn make_room(range: &Range, target_bytes: u64, export: &mut Export) {
    let sum = range.tree.summary();
    let bytes = sum.total_bytes.min(target_bytes);
    let entries = sum.versions.saturating_mul(bytes) / sum.total_bytes.max(1);
    export.batch.reserve(to_usize(entries), to_usize(bytes));
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

/// One walk over a piece of a tree.
pub(crate) struct Walk<'a> {
    span: &'a Span,
    window: Window,
    limits: Limits,
    out: &'a mut Export,
    /// All range tombstones of the window, for hiding what they delete.
    hiding: RangeTombstones,
    /// Those to be told, in order.
    told: std::vec::IntoIter<Fragment>,
    /// The one in which the walk stands.
    held: Option<Fragment>,
    key: Vec<u8>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        tombstones: &RangeTombstones,
        span: &'a Span,
        window: Window,
        limits: Limits,
        out: &'a mut Export,
    ) -> Self {
        let inside = tombstones.inside(span);
        let mut told: Vec<Fragment> = Vec::new();
        if window.keeps_tombstones() {
            for mut fragment in inside.fragments().iter().cloned() {
                fragment.times.retain(|ts| *ts > window.start && *ts <= window.end);
                fragment.times.truncate(if window.all_revisions { usize::MAX } else { 1 });
                if !fragment.times.is_empty() {
                    told.push(fragment);
                }
            }
        }
        let hiding = if window.all_revisions {
            RangeTombstones::default()
        } else {
            inside.within(window.start, window.end)
        };
        let told = told.into_iter();
        Self { span, window, limits, out, hiding, told, held: None, key: Vec::new() }
    }

    /// Walks from the version `from` of the first key on.
    pub(crate) fn run(&mut self, tree: &Tree, from: Timestamp) -> Result<(), TooLarge> {
        let filter = TimeFilter { after: self.window.start, through: self.window.end };
        let mut cursor = tree.cursor(filter);
        cursor.seek(&self.span.start, from);
        let mut last: Option<&[u8]> = None;
        // Keys lie far from times in memory: a version outside the window shows its key only at the start of a leaf.
        let mut is_new_leaf = true;
        while let Some((key, ts, value)) = cursor.entry() {
            let is_outside = ts > self.window.end || ts <= self.window.start;
            if (is_new_leaf || !is_outside) && key >= self.span.end.as_slice() {
                break;
            }
            is_new_leaf = is_outside && cursor.skip_outside();
            if is_outside {
                continue;
            }
            cursor.advance();
            let is_same_key = last.is_some_and(|last| last == key);
            if is_same_key && !self.window.all_revisions {
                continue;
            }
            last = Some(key);
            if !self.hiding.is_empty() && self.hiding.covering(key, ts, self.window.end).is_some() {
                continue;
            }
            if self.has_tombstones() && !self.pass_tombstones(Some(key))? {
                return Ok(());
            }
            if value.is_empty() && !self.window.keeps_tombstones() {
                continue;
            }
            if !self.point((key, ts, value), is_same_key)? {
                return Ok(());
            }
        }
        if self.has_tombstones() {
            self.pass_tombstones(None)?;
        }
        Ok(())
    }

    fn has_tombstones(&self) -> bool {
        self.held.is_some() || !self.told.as_slice().is_empty()
    }

    /// Takes a version in; `false` if the walk ends before it.
    fn point(&mut self, entry: Entry<'_>, is_same_key: bool) -> Result<bool, TooLarge> {
        let (key, ts, value) = entry;
        let is_new_key = !is_same_key && (self.key.is_empty() || self.key != key);
        let done = self.out.data_bytes;
        let with_held = done + self.held_bytes_if_cut(key);
        let after = with_held + to_u64(key.len() + value.len());
        let is_enough =
            self.limits.target_bytes > 0 && done > 0 && with_held >= self.limits.target_bytes;
        let is_too_much = self.limits.max_bytes > 0 && after > self.limits.max_bytes;
        let may_stop = self.limits.target_bytes > 0;
        if may_stop && (is_new_key && is_enough || self.limits.stop_mid_key && is_too_much) {
            self.out.resume_ts = if is_new_key { Timestamp::ZERO } else { ts };
            self.stop(key);
            return Ok(false);
        }
        if is_too_much {
            return Err(self.too_large(after));
        }
        self.out.batch.push(key, ts, value);
        self.out.data_bytes += to_u64(key.len() + value.len());
        Ok(true)
    }

    /// Tells the range tombstones that the walk has left when it comes to `key`, or all; enters the next ones. `false` if
    /// the walk ends before one of them.
    fn pass_tombstones(&mut self, key: Option<&[u8]>) -> Result<bool, TooLarge> {
        loop {
            let has_left =
                |fragment: &Fragment| key.is_none_or(|key| fragment.span.end.as_slice() <= key);
            if self.held.as_ref().is_some_and(has_left) {
                self.tell_held();
            }
            let comes = self.told.as_slice().first();
            if comes.is_none_or(|f| key.is_some_and(|key| f.span.start.as_slice() > key)) {
                return Ok(true);
            }
            self.tell_held();
            self.held = self.told.next();
            let Some(start) = self.held.as_ref().map(|fragment| fragment.span.start.clone()) else {
                return Ok(true);
            };
            let done = self.out.data_bytes;
            let after = done + self.held_bytes_if_cut(&start);
            let is_enough = done >= self.limits.target_bytes;
            let is_too_much = self.limits.max_bytes > 0 && after > self.limits.max_bytes;
            if self.limits.target_bytes > 0 && done > 0 && (is_enough || is_too_much) {
                self.held = None;
                self.out.resume_ts = Timestamp::ZERO;
                self.stop(&start);
                return Ok(false);
            }
            if is_too_much {
                return Err(self.too_large(after));
            }
            self.key = start;
        }
    }

    /// Ends the walk before `key` (or inside it, as `resume_ts` says): what is held ends there too.
    fn stop(&mut self, key: &[u8]) {
        if let Some(held) = &mut self.held {
            held.span.end = if self.out.resume_ts.is_zero() { key.to_vec() } else { next_key(key) };
        }
        self.tell_held();
        self.out.resume = Some(key.to_vec());
    }

    fn tell_held(&mut self) {
        let Some(Fragment { span, times }) = self.held.take() else { return };
        if span.is_empty() {
            return;
        }
        self.out.data_bytes += to_u64(times.len() * (span.start.len() + span.end.len()));
        let tombstones = times.into_iter().map(|ts| RangeTombstone { span: span.clone(), ts });
        self.out.tombstones.extend(tombstones);
    }

    /// What the held range tombstones come to at worst, should they have to end in `key`.
    fn held_bytes_if_cut(&self, key: &[u8]) -> u64 {
        self.held.as_ref().map_or(0, |Fragment { span, times }| {
            let end = span.end.len().max(key.len() + 1);
            to_u64(times.len() * (span.start.len() + end))
        })
    }

    const fn too_large(&self, reached_bytes: u64) -> TooLarge {
        TooLarge { reached_bytes, max_bytes: self.limits.max_bytes }
    }
}
