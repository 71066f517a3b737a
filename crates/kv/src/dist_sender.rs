//! From keys to ranges: routing, checks before a range answers, writes to many ranges.
//!
//! ```text
//!   key ──▶ index of its range ──▶ available? late enough? ──▶ tree
//! ```
//!
//! Shape: ranges stand in an ordered list without gaps, so a key always has one.

use std::ops::Bound;
use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::TxnId;
use base::span::{Key, Span};

use crate::cluster::{Direction, Kv, Lock};
use crate::error::Error;
use crate::mvcc::tree::heads::head;
use crate::range::Range;
use crate::txn::Reader;

impl Kv {
    /// The place of the range that holds `key`.
    #[inline]
    pub(crate) fn index_of(&self, key: &[u8]) -> usize {
        self.starts_before(key, |start| start <= key).saturating_sub(1)
    }

    /// The place of the range that holds the last key before `key`.
    pub(crate) fn index_before(&self, key: &[u8]) -> usize {
        self.starts_before(key, |start| start < key).saturating_sub(1)
    }

    /// How many ranges start before `key`; where the heads are equal, `is_before` says so of the start.
    #[inline]
    fn starts_before(&self, key: &[u8], is_before: impl Fn(&[u8]) -> bool) -> usize {
        let head = head(key, 0);
        let after = self.heads.partition_point(|known| *known < head);
        let rest = self.ranges.get(after..).unwrap_or_default();
        let heads = self.heads.get(after..).unwrap_or_default();
        let equal = heads.iter().take_while(|known| **known == head).count();
        let equal = rest.get(..equal).unwrap_or_default();
        after + equal.partition_point(|range| is_before(&range.span().start))
    }

    /// Takes in changed bounds of ranges.
    pub(crate) fn index_ranges(&mut self) {
        self.heads.clear();
        self.heads.extend(self.ranges.iter().map(|range| head(&range.span().start, 0)));
    }

    /// The range at a place.
    pub(crate) fn range_at(&self, at: usize) -> Option<(usize, &Range)> {
        self.ranges.get(at).map(|range| (at, &**range))
    }

    /// The range that holds `key`.
    pub fn range_of(&self, key: &[u8]) -> &Range {
        &self.ranges[self.index_of(key)]
    }

    /// The ranges that hold keys of `span`, in order.
    pub fn ranges_in(&self, span: &Span) -> impl Iterator<Item = &Range> {
        let from = if span.is_empty() { self.ranges.len() } else { self.index_of(&span.start) };
        let end = span.end.clone();
        let rest = self.ranges[from..].iter().map(|range| &**range);
        rest.take_while(move |range| range.span().start < end)
    }

    /// Whether a read may go to `range`.
    #[inline]
    pub(crate) fn check_read(&self, range: &Range, reader: Reader) -> Result<(), Error> {
        if !range.is_available() && reader.ts > range.closed_timestamp() {
            range.check_available()?;
        }
        self.note_read(range, reader.ts < reader.now);
        let ttl_nanos = range.config().gc_ttl_secs.saturating_mul(NANOS_PER_SEC);
        let is_young = reader.ts.wall > reader.now.wall.saturating_sub(ttl_nanos);
        if reader.ts > range.gc_threshold() && is_young {
            return Ok(());
        }
        let threshold = self.effective_threshold(range, reader.now);
        if reader.ts > threshold {
            return Ok(());
        }
        Err(Error::BelowGcThreshold { ts: reader.ts, threshold, range: range.id() })
    }

    pub(crate) fn check_budget(&self, more_bytes: u64) -> Result<(), Error> {
        if self.bytes.saturating_add(more_bytes) > self.budget_bytes {
            return Err(Error::Budget { limit_bytes: self.budget_bytes });
        }
        Ok(())
    }

    /// The lock of another transaction on `key`.
    #[inline]
    pub(crate) fn foreign_lock(&self, key: &[u8], txn: TxnId) -> Option<&Lock> {
        if self.locks.is_empty() {
            return None;
        }
        self.locks.get(key).filter(|lock| lock.txn != txn)
    }

    /// The locks on keys of `span`.
    pub(crate) fn locks_in(&self, span: &Span) -> impl DoubleEndedIterator<Item = (&Key, &Lock)> {
        let end = span.end.as_slice().max(span.start.as_slice());
        let bounds = (Bound::Included(span.start.as_slice()), Bound::Excluded(end));
        self.locks.range::<[u8], _>(bounds)
    }

    /// The first lock of another transaction that a scan comes to and may not pass.
    pub(crate) fn first_foreign_lock(
        &self,
        reader: Reader,
        span: &Span,
        direction: Direction,
    ) -> Option<(Key, TxnId)> {
        if self.locks.is_empty() {
            return None;
        }
        let stops = |lock: &Lock| lock.txn != reader.txn && lock.ts <= reader.ts;
        let mut locks = self.locks_in(span).filter(|(_, lock)| stops(lock));
        let found = match direction {
            Direction::Forward => locks.next(),
            Direction::Reverse => locks.next_back(),
        };
        found.map(|(key, lock)| (key.clone(), lock.txn))
    }

    /// Writes versions at `ts`, in order of keys; each range's log moves by one.
    pub(crate) fn apply<'a>(
        &mut self,
        writes: impl Iterator<Item = (&'a [u8], &'a [u8])>,
        ts: Timestamp,
    ) {
        let mut touched: Vec<usize> = Vec::with_capacity(4);
        for (key, value) in writes {
            let at = match touched.last() {
                Some(at) if key < self.ranges[*at].span().end.as_slice() => *at,
                _ => {
                    let at = self.index_of(key);
                    self.note_write(&self.ranges[at]);
                    Arc::make_mut(&mut self.ranges[at]).advance_log(0);
                    touched.push(at);
                    at
                }
            };
            let range = Arc::make_mut(&mut self.ranges[at]);
            let before = range.tree.summary().total_bytes;
            range.tree.insert(key, ts, value);
            let more = range.tree.summary().total_bytes.saturating_sub(before);
            range.log_bytes += more;
            self.bytes += more;
        }
        for at in touched.into_iter().rev() {
            self.split_by_size(at);
        }
    }
}
