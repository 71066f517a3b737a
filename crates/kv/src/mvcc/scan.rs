//! Reading many keys at one time: a lending cursor.
//!
//! ```text
//!   stored, range by range   a1    c3    d2    f1
//!   own writes               a2 b1       d.            of the transaction, not committed
//!   what comes               a2 b1 c3          f1
//! ```
//!
//! Shape: the walk skips leaves that hold nothing old enough, and jumps over long rows of versions. An intent of another
//! transaction is an error when the walk comes to it, not before.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::TxnId;
use base::span::{Key, Span};

use super::tree::{Cursor, Leaf, TimeFilter};
use super::value::Value;
use crate::cluster::{Direction, Kv};
use crate::error::Error;
use crate::range::Range;
use crate::txn::{Pending, Reader, Txn, Writes};

/// A key and its value.
pub type Pair<'a> = (&'a [u8], &'a [u8]);

/// Beyond so many versions of no interest in a row the walk seeks instead of stepping.
const STEPS_MAX: u32 = 16;

/// A walk over the keys of a span, each with the value that its transaction sees.
#[derive(Debug)]
pub struct Scan<'a> {
    stored: Stored<'a>,
    next_stored: Option<Pair<'a>>,
    own: Option<Own>,
    /// The first intent of another transaction on the way.
    lock: Option<(Key, TxnId)>,
    direction: Direction,
}

impl Kv {
    /// A walk over the keys of `span` as the transaction sees them, its own writes included.
    ///
    /// *Errors*: those of [`Kv::get`], here or from the walk.
    pub fn scan<'a>(
        &'a self,
        txn: &mut Txn,
        span: &Span,
        direction: Direction,
    ) -> Result<Scan<'a>, Error> {
        txn.record_read(span);
        let reader = txn.reader();
        let mut stored = Stored::new(self, reader, span.clone(), direction);
        let next_stored = stored.next()?;
        let own = Own::new(txn.writes(), span, direction);
        let lock = self.first_foreign_lock(reader, span, direction);
        Ok(Scan { stored, next_stored, own, lock, direction })
    }
}

impl<'a> Scan<'a> {
    /// The next key and its value; the bytes are lent until the next call.
    ///
    /// *Errors*: what [`Kv::get`](crate::Kv::get) may answer, met on the way.
    #[expect(clippy::should_implement_trait, reason = "it lends, an Iterator cannot")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Pair<'_>>, Error> {
        if self.own.is_none() && self.lock.is_none() {
            return self.take_stored();
        }
        self.next_merged()
    }

    #[inline]
    fn take_stored(&mut self) -> Result<Option<Pair<'a>>, Error> {
        let found = self.next_stored;
        if found.is_some() {
            self.next_stored = self.stored.next()?;
        }
        Ok(found)
    }

    fn next_merged(&mut self) -> Result<Option<Pair<'_>>, Error> {
        loop {
            let stored = self.next_stored.map(|(key, _)| key);
            let own = self.own.as_ref().and_then(Own::key);
            let takes_own = match (stored, own) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(stored), Some(own)) => !self.is_before(stored, own),
            };
            let key = if takes_own { own } else { stored };
            if let Some((lock, txn)) = &self.lock
                && key.is_none_or(|key| !self.is_before(key, lock))
            {
                return Err(Error::Conflict { txn: *txn, key: lock.clone() });
            }
            if !takes_own {
                return self.take_stored();
            }
            if stored == own {
                self.take_stored()?;
            }
            let Some(own) = &mut self.own else { return Ok(None) };
            if own.advance() {
                break;
            }
        }
        Ok(self.own.as_ref().and_then(Own::current))
    }

    fn is_before(&self, a: &[u8], b: &[u8]) -> bool {
        match self.direction {
            Direction::Forward => a < b,
            Direction::Reverse => a > b,
        }
    }
}

/// The transaction's own writes in the span, one looked at, one lent.
#[derive(Debug)]
struct Own {
    writes: Arc<BTreeMap<Key, Pending>>,
    span: Span,
    direction: Direction,
    next: Option<(Key, Value)>,
    current: Option<(Key, Value)>,
}

impl Own {
    fn new(writes: &Writes, span: &Span, direction: Direction) -> Option<Self> {
        let writes = writes.as_ref().filter(|writes| !writes.is_empty() && !span.is_empty())?;
        let writes = Arc::clone(writes);
        let mut own = Self { writes, span: span.clone(), direction, next: None, current: None };
        own.next = own.fetch(None);
        own.next.is_some().then_some(own)
    }

    fn key(&self) -> Option<&[u8]> {
        self.next.as_ref().map(|(key, _)| key.as_slice())
    }

    fn current(&self) -> Option<Pair<'_>> {
        self.current.as_ref().map(|(key, value)| (key.as_slice(), &**value))
    }

    /// Lends what was looked at and looks at the one behind. Answers whether it is a value.
    fn advance(&mut self) -> bool {
        let next = self.next.as_ref().and_then(|(key, _)| self.fetch(Some(key)));
        self.current = std::mem::replace(&mut self.next, next);
        self.current.as_ref().is_some_and(|(_, value)| !value.is_tombstone())
    }

    fn fetch(&self, after: Option<&Key>) -> Option<(Key, Value)> {
        let (start, end) = (self.span.start.as_slice(), self.span.end.as_slice());
        let found = match (self.direction, after) {
            (Direction::Forward, after) => {
                let from = after.map_or(Bound::Included(start), |key| Bound::Excluded(key));
                self.writes.range::<[u8], _>((from, Bound::Excluded(end))).next()
            }
            (Direction::Reverse, after) => {
                let to = after.map_or(Bound::Excluded(end), |key| Bound::Excluded(key));
                self.writes.range::<[u8], _>((Bound::Included(start), to)).next_back()
            }
        };
        found.map(|(key, pending)| (key.clone(), pending.value().clone()))
    }
}

/// What is stored, across ranges.
#[derive(Debug)]
struct Stored<'a> {
    kv: &'a Kv,
    reader: Reader,
    span: Span,
    direction: Direction,
    /// The range in which the cursor stands, and its place in the order; `None` when all are done.
    range: Option<(usize, &'a Range)>,
    cursor: Cursor<'a>,
    /// The key that came last, to skip its other versions.
    last: Option<&'a [u8]>,
    /// The leaf that was looked at last, and whether all of it lies before the end of the span.
    leaf: Option<(&'a Leaf, bool)>,
    is_open: bool,
}

impl<'a> Stored<'a> {
    fn new(kv: &'a Kv, reader: Reader, span: Span, direction: Direction) -> Self {
        let at = match direction {
            Direction::Forward => kv.index_of(&span.start),
            Direction::Reverse => kv.index_before(&span.end),
        };
        let range = if span.is_empty() { None } else { kv.range_at(at) };
        let cursor = Cursor::empty();
        Self { kv, reader, span, direction, range, cursor, last: None, leaf: None, is_open: false }
    }

    #[inline]
    fn next(&mut self) -> Result<Option<Pair<'a>>, Error> {
        while let Some((at, range)) = self.range {
            if !self.is_open {
                self.open(range)?;
            }
            let found = match self.direction {
                Direction::Forward => self.forward(range),
                Direction::Reverse => self.reverse(range),
            };
            if found.is_some() {
                return Ok(found);
            }
            self.leave(at, range);
        }
        Ok(None)
    }

    fn open(&mut self, range: &'a Range) -> Result<(), Error> {
        self.kv.check_read(range, self.reader)?;
        self.cursor = range.tree.cursor(TimeFilter::through(self.reader.ts));
        match self.direction {
            Direction::Forward => self.cursor.seek(&self.span.start, Timestamp::MAX),
            Direction::Reverse => self.cursor.seek_before(&self.span.end),
        }
        self.is_open = true;
        Ok(())
    }

    fn leave(&mut self, at: usize, range: &Range) {
        let is_last = match self.direction {
            Direction::Forward => range.span().end >= self.span.end,
            Direction::Reverse => range.span().start <= self.span.start,
        };
        let next = match self.direction {
            Direction::Forward => at.checked_add(1),
            Direction::Reverse => at.checked_sub(1),
        };
        self.range = if is_last { None } else { next.and_then(|at| self.kv.range_at(at)) };
        self.is_open = false;
        self.last = None;
    }

    #[inline]
    fn forward(&mut self, range: &'a Range) -> Option<Pair<'a>> {
        let mut steps = 0;
        loop {
            let (key, ts, value) = self.cursor.entry()?;
            // Most keys are told from the one before by their heads, and most leaves lie inside the span as a whole.
            if !self.cursor.is_plainly_new() && self.last.is_some_and(|last| last == key) {
                steps += 1;
                if steps > STEPS_MAX {
                    self.cursor.seek_past(key);
                    steps = 0;
                } else {
                    self.cursor.advance();
                }
                continue;
            }
            if !self.is_leaf_inside() && key >= self.span.end.as_slice() {
                return None;
            }
            if ts > self.reader.ts {
                steps += 1;
                if steps > STEPS_MAX {
                    self.cursor.seek(key, self.reader.ts);
                    steps = 0;
                } else {
                    self.cursor.advance();
                }
                continue;
            }
            self.last = Some(key);
            self.cursor.advance();
            if !value.is_empty() && !range.is_covered(key, ts, self.reader.ts) {
                return Some((key, value));
            }
        }
    }

    #[inline]
    fn is_leaf_inside(&mut self) -> bool {
        let Some(leaf) = self.cursor.leaf() else { return false };
        match self.leaf {
            Some((known, is_inside)) if std::ptr::eq(known, leaf) => is_inside,
            _ => {
                let is_inside = leaf.last_key().is_some_and(|key| key < self.span.end.as_slice());
                self.leaf = Some((leaf, is_inside));
                is_inside
            }
        }
    }

    fn reverse(&mut self, range: &'a Range) -> Option<Pair<'a>> {
        loop {
            let (key, ..) = self.cursor.entry()?;
            if key < self.span.start.as_slice() {
                return None;
            }
            // Versions come oldest first; the last one that is old enough is the newest of them.
            let mut seen = None;
            let mut steps = 0;
            while let Some((same, ts, value)) = self.cursor.entry()
                && same == key
            {
                if ts <= self.reader.ts {
                    seen = Some((ts, value));
                }
                steps += 1;
                if steps > STEPS_MAX {
                    seen = range.tree.newest_at(key, self.reader.ts);
                    self.cursor.seek_before(key);
                    break;
                }
                self.cursor.retreat();
            }
            if let Some((ts, value)) = seen
                && !value.is_empty()
                && !range.is_covered(key, ts, self.reader.ts)
            {
                return Some((key, value));
            }
        }
    }
}
