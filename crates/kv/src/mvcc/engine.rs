//! One tree and its range tombstones, bare: what scripts about versions drive.
//!
//! Shape: no ranges, no nodes, no transactions, no thresholds: those stand in [`Kv`](crate::Kv) and use the same tree, the
//! same export and the same collection.

use base::hlc::Timestamp;
use base::span::{Key, Span};

use super::batch::Entry;
use super::export::{Export, Limits, TooLarge, Walk, Window};
use super::stats::{self, MvccStats};
use super::tombstones::RangeTombstones;
use super::tree::{Builder, TimeFilter, Tree};
use super::value::Value;

/// Versions of keys, and deletions of spans.
#[derive(Clone, Default, Debug)]
pub struct Engine {
    tree: Tree,
    tombstones: RangeTombstones,
}

impl Engine {
    /// Writes a version; one of the same time is replaced.
    pub fn write(&mut self, key: &[u8], ts: Timestamp, value: &[u8]) {
        self.tree.insert(key, ts, value);
    }

    /// Deletes all keys of `span` at `ts`.
    pub fn delete_range(&mut self, span: &Span, ts: Timestamp) {
        self.tombstones.add(span, ts);
    }

    /// Removes everything in `span` without a trace.
    pub fn clear(&mut self, span: &Span) {
        self.tree.clear(span);
        self.tombstones.clear(span);
    }

    /// Removes versions in MVCC order from the first one of `key` at or below `from` on, up to the key `end`.
    pub fn clear_versions(&mut self, key: &[u8], from: Timestamp, end: &[u8]) {
        let mut kept = Builder::default();
        self.visit(|(at, ts, value)| {
            let is_before = at < key || (at == key && ts > from);
            if is_before || at >= end {
                kept.push(at, ts, value);
            }
        });
        self.tree = kept.finish();
    }

    /// The newest version of `key` at `ts` or before, be it a deletion.
    pub fn newest(&self, key: &[u8], ts: Timestamp) -> Option<(Timestamp, Value)> {
        let (time, value) = self.tree.newest_at(key, ts)?;
        Some((time, Value::new(value)))
    }

    /// The newest time after `after` and through `through` at which a range tombstone deleted `key`.
    pub fn covering(&self, key: &[u8], after: Timestamp, through: Timestamp) -> Option<Timestamp> {
        self.tombstones.covering(key, after, through)
    }

    /// The first key at or behind `key` that has a value at `ts`.
    pub fn seek_visible(&self, key: &[u8], ts: Timestamp) -> Option<(Key, Timestamp, Value)> {
        let mut cursor = self.tree.cursor(TimeFilter::through(ts));
        cursor.seek(key, ts);
        while let Some((found, time, value)) = cursor.entry() {
            if time > ts {
                cursor.seek(found, ts);
                continue;
            }
            if !value.is_empty() && self.covering(found, time, ts).is_none() {
                return Some((found.to_vec(), time, Value::new(value)));
            }
            cursor.seek_past(found);
        }
        None
    }

    /// Shows every version in MVCC order.
    pub fn visit(&self, mut see: impl FnMut(Entry<'_>)) {
        let mut cursor = self.tree.cursor(TimeFilter::ALL);
        cursor.seek_first();
        while let Some(entry) = cursor.entry() {
            see(entry);
            cursor.advance();
        }
    }

    /// The range tombstones.
    pub const fn range_tombstones(&self) -> &RangeTombstones {
        &self.tombstones
    }

    /// What a backup is given: from the version `from` of the first key of `span` on.
    ///
    /// *Errors*: more bytes than allowed, with no place to stop before.
    pub fn export(
        &self,
        span: &Span,
        from: Timestamp,
        window: Window,
        limits: Limits,
    ) -> Result<Export, TooLarge> {
        let mut export = Export::default();
        Walk::new(&self.tombstones, span, window, limits, &mut export).run(&self.tree, from)?;
        Ok(export)
    }

    /// Statistics at `now`; `extra` tells bytes that a version has beside its value.
    pub fn stats(&self, now: Timestamp, extra: &dyn Fn(&[u8], Timestamp) -> u64) -> MvccStats {
        stats::of(&self.tree, &self.tombstones, now, extra)
    }
}
