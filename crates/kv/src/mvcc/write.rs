//! Bulk writes past all transactions: ingest, clear, range tombstones.
//!
//! | call | leaves a trace? | used by |
//! |---|---|---|
//! | [`Kv::ingest`] | versions at their own times | RESTORE |
//! | [`Kv::clear_span`] | none | clean-up of a failed RESTORE, data of dropped tables |
//! | [`Kv::delete_range`] | a range tombstone | deletions of whole tables from v22.2 on |

use std::sync::Arc;

use base::hlc::Timestamp;
use base::num::to_u64;
use base::span::{Key, Span, next_key};

use super::RangeTombstone;
use super::batch::{Batch, Entry};
use super::key::compare;
use super::tree::Builder;
use crate::cluster::{Ingested, Kv, MAX_KEY};
use crate::error::Error;
use crate::range::Range;

/// What a version costs in a leaf beside its key and value.
const SLOT_BYTES: usize = 32;

impl Kv {
    /// Writes many versions at their own times, past all transactions. They must be in order: keys rise, times fall.
    /// A version that is there already is replaced.
    ///
    /// *Errors*: `Unsorted`, `RangeUnavailable`, `Budget`; then nothing is written.
    pub fn ingest(&mut self, batch: &Batch) -> Result<Ingested, Error> {
        check_order(batch)?;
        self.check_budget(to_u64(batch.size_bytes()))?;
        base::room::make(batch.size_bytes() + batch.len() * SLOT_BYTES);
        let mut from = 0;
        let mut parts = Vec::new();
        while let Some((key, ..)) = batch.get(from) {
            let at = self.index_of(key);
            let range = &self.ranges[at];
            range.check_available()?;
            let to = from + batch.count_before(from, &range.span().end);
            parts.push((at, from..to));
            from = to;
        }
        for (at, entries) in &parts {
            let range = Arc::make_mut(&mut self.ranges[*at]);
            let before = range.tree.summary().total_bytes;
            ingest_range(range, entries.clone().filter_map(|entry| batch.get(entry)));
            let more = range.tree.summary().total_bytes.saturating_sub(before);
            range.advance_log(more);
            self.bytes += more;
        }
        for (at, _) in parts.iter().rev() {
            self.split_by_size(*at);
        }
        Ok(Ingested { entries: to_u64(batch.len()), bytes: to_u64(batch.size_bytes()) })
    }

    /// Removes all versions, intents and range tombstones of `span` without a trace.
    pub fn clear_span(&mut self, span: &Span) {
        let locked: Vec<Key> = self.intents(span).into_iter().map(|(key, _)| key).collect();
        if !locked.is_empty() {
            let locks = Arc::make_mut(&mut self.locks);
            for key in &locked {
                locks.remove(key);
            }
        }
        for range in &mut self.ranges {
            if !range.span().overlaps(span)
                || (range.tree.is_empty() && range.tombstones.is_empty())
            {
                continue;
            }
            let range = Arc::make_mut(range);
            let before = range.tree.summary().total_bytes;
            range.tree.clear(span);
            range.tombstones.clear(span);
            range.advance_log(0);
            let removed = before.saturating_sub(range.tree.summary().total_bytes);
            self.bytes = self.bytes.saturating_sub(removed);
        }
    }

    /// Deletes all keys of `span` at `now` by one range tombstone.
    ///
    /// *Errors*: `Conflict`, `RangeUnavailable`.
    pub fn delete_range(&mut self, span: &Span, now: Timestamp) -> Result<(), Error> {
        if let Some((key, txn)) = self.intents(span).into_iter().next() {
            return Err(Error::Conflict { txn, key });
        }
        for range in self.ranges_in(span) {
            range.check_available()?;
        }
        let tombstone = RangeTombstone { span: span.clone(), ts: now };
        self.ingest_range_tombstones(&[tombstone]);
        Ok(())
    }

    /// Writes range tombstones at their own times, past all transactions (RESTORE).
    pub fn ingest_range_tombstones(&mut self, tombstones: &[RangeTombstone]) {
        for tombstone in tombstones {
            for range in &mut self.ranges {
                let Some(part) = range.span().intersect(&tombstone.span) else { continue };
                let range = Arc::make_mut(range);
                range.tombstones.add(&part, tombstone.ts);
                range.advance_log(0);
            }
        }
    }
}

fn check_order(batch: &Batch) -> Result<(), Error> {
    let mut last: Option<(&[u8], Timestamp)> = None;
    for (key, ts, _) in batch.iter() {
        let is_outside = ts.is_zero() || key >= MAX_KEY.as_slice();
        if is_outside || last.is_some_and(|last| compare(last, (key, ts)).is_ge()) {
            return Err(Error::Unsorted { key: key.to_vec() });
        }
        last = Some((key, ts));
    }
    Ok(())
}

/// Where nothing lies between the first and the last of the keys, they come in as a tree of their own.
fn ingest_range<'a>(
    range: &mut Range,
    entries: impl DoubleEndedIterator<Item = Entry<'a>> + Clone,
) {
    let mut ends = entries.clone();
    let Some((first, ..)) = ends.next() else { return };
    let last = ends.next_back().map_or(first, |(key, ..)| key);
    if range.tree.holds_any(&Span::new(first, next_key(last))) {
        entries.for_each(|(key, ts, value)| range.tree.insert(key, ts, value));
        return;
    }
    let mut builder = Builder::bulk();
    entries.for_each(|(key, ts, value)| builder.push(key, ts, value));
    let (left, right) = std::mem::take(&mut range.tree).split(first);
    range.tree = left.join(builder.finish()).join(right);
}
