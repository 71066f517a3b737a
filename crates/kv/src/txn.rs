//! Transactions as plain values.
//!
//! ```text
//!   begin @10 ── get a ── put b ────────── commit @25
//!     reads at 10   │        │ lock on b      │ a unchanged in (10, 25]? then b@25, lock off; else 40001
//!     span of a ◀───┘        └▶ others who meet b before 25: Conflict
//! ```
//!
//! Shape: what a transaction writes stays in it until the commit; the lock table says who holds which key. So a
//! transaction is a value like any other, and taking it back is forgetting it. `autocommit` lays no locks and notes no
//! reads, since nothing can come between.
//! Units: times are HLC. Left out: priorities and pushes by waiting (the caller decides who waits), uncertainty (one clock).
//! *Source*: `design.md` §5; serializability by refreshing reads, as in the real system.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::TxnId;
use base::num::to_u64;
use base::span::{Key, Span, merge};

use crate::cluster::{Kv, Lock};
use crate::error::{Error, RetryReason};
use crate::mvcc::value::Value;
use crate::range::Range;

/// Beyond so many spans, the spans that a transaction has read are joined.
const READS_MAX: usize = 512;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Serializable,
    Autocommit,
    Historical,
}

/// A serializable transaction. A session keeps it; cloning it copies nothing that it has written.
#[derive(Clone, Debug)]
pub struct Txn {
    id: TxnId,
    kind: Kind,
    read_ts: Timestamp,
    began: Timestamp,
    reads: Vec<Span>,
    writes: Writes,
    bytes: u64,
    seq: u32,
}

/// What a transaction has written; `None` for nothing, so that a read costs no allocation.
pub(crate) type Writes = Option<Arc<BTreeMap<Key, Pending>>>;

/// What a transaction has written to one key: the newest value, and those before it to which it can go back.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    seq: u32,
    value: Value,
    older: Vec<(u32, Value)>,
}

impl Pending {
    pub(crate) const fn value(&self) -> &Value {
        &self.value
    }
}

/// A place in a transaction to which it can go back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Savepoint {
    seq: u32,
}

/// Who reads, and at what time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    pub(crate) txn: TxnId,
    pub(crate) ts: Timestamp,
    /// The present, for the reader.
    pub(crate) now: Timestamp,
}

impl Txn {
    /// Its number; 0 for one that only reads the past.
    pub const fn id(&self) -> TxnId {
        self.id
    }

    /// The time at which it reads.
    pub const fn read_ts(&self) -> Timestamp {
        self.read_ts
    }

    /// Says that nothing else runs between its begin and its commit (a single statement): writes are held back until
    /// the commit and no intents are laid.
    #[must_use]
    pub fn autocommit(mut self) -> Self {
        if self.kind == Kind::Serializable {
            self.kind = Kind::Autocommit;
        }
        self
    }

    /// Whether it only reads, in the past.
    pub fn is_historical(&self) -> bool {
        self.kind == Kind::Historical
    }

    /// Whether it has written anything.
    pub fn has_writes(&self) -> bool {
        self.writes.as_ref().is_some_and(|writes| !writes.is_empty())
    }

    pub(crate) const fn writes(&self) -> &Writes {
        &self.writes
    }

    fn pending(&self) -> impl Iterator<Item = (&Key, &Pending)> {
        self.writes.iter().flat_map(|writes| writes.iter())
    }

    pub(crate) const fn reader(&self) -> Reader {
        Reader { txn: self.id, ts: self.read_ts, now: self.began }
    }

    /// Notes that `span` was read, so that the commit can see whether it changed.
    pub(crate) fn record_read(&mut self, span: &Span) {
        if self.kind != Kind::Serializable || self.reads.last() == Some(span) {
            return;
        }
        self.reads.push(span.clone());
        if self.reads.len() > READS_MAX {
            self.reads = merge(std::mem::take(&mut self.reads));
            if self.reads.len() > READS_MAX / 2 {
                self.reads = condense(std::mem::take(&mut self.reads));
            }
        }
    }
}

impl Kv {
    /// Begins a serializable transaction that reads at `now`, a moment that no other call is given.
    pub fn begin(&mut self, now: Timestamp) -> Txn {
        self.last_txn += 1;
        new_txn(TxnId(self.last_txn), Kind::Serializable, now, now)
    }

    /// A transaction that reads the past (`AS OF SYSTEM TIME`) and cannot write. `now` is the present: the TTL counts
    /// from there.
    pub fn begin_historical(&self, at: Timestamp, now: Timestamp) -> Txn {
        new_txn(TxnId(0), Kind::Historical, at, now)
    }

    /// The value of `key` as the transaction sees it, its own writes included. `None` if there is none.
    ///
    /// *Errors*: `Conflict`, `BelowGcThreshold`, `RangeUnavailable`.
    pub fn get(&self, txn: &mut Txn, key: &[u8]) -> Result<Option<Value>, Error> {
        if let Some(writes) = &txn.writes
            && let Some(pending) = writes.get(key)
        {
            return Ok((!pending.value.is_tombstone()).then(|| pending.value.clone()));
        }
        if txn.kind == Kind::Serializable {
            txn.record_read(&Span::point(key));
        }
        let range = self.range_of(key);
        self.check_read(range, txn.reader())?;
        if let Some(lock) = self.foreign_lock(key, txn.id)
            && lock.ts <= txn.read_ts
        {
            return Err(Error::Conflict { txn: lock.txn, key: key.to_vec() });
        }
        Ok(range.read(key, txn.read_ts).map(Value::new))
    }

    /// Writes a value: a whole one, with checksum and tag. Lays an intent, unless the transaction is `autocommit`.
    ///
    /// *Errors*: `Conflict`, `Retry`, `ReadOnly`, `RangeUnavailable`, `Budget`.
    pub fn put(&mut self, txn: &mut Txn, key: &[u8], value: &[u8]) -> Result<(), Error> {
        if txn.kind == Kind::Historical {
            return Err(Error::ReadOnly);
        }
        if let Some(lock) = self.foreign_lock(key, txn.id) {
            return Err(Error::Conflict { txn: lock.txn, key: key.to_vec() });
        }
        let range = self.range_of(key);
        range.check_available()?;
        self.meet_newer(txn, range, key)?;
        txn.bytes += to_u64(key.len() + value.len());
        self.check_budget(txn.bytes)?;
        if txn.kind == Kind::Serializable {
            let lock = Lock { txn: txn.id, ts: txn.read_ts };
            Arc::make_mut(&mut self.locks).insert(key.to_vec(), lock);
        }
        txn.seq += 1;
        let (seq, value) = (txn.seq, Value::new(value));
        let writes = Arc::make_mut(txn.writes.get_or_insert_default());
        if let Some(pending) = writes.get_mut(key) {
            let older = std::mem::replace(&mut pending.value, value);
            pending.older.push((pending.seq, older));
            pending.seq = seq;
        } else {
            writes.insert(key.to_vec(), Pending { seq, value, older: Vec::new() });
        }
        Ok(())
    }

    /// Deletes a key, whether it exists or not.
    ///
    /// *Errors*: those of [`Kv::put`].
    pub fn delete(&mut self, txn: &mut Txn, key: &[u8]) -> Result<(), Error> {
        self.put(txn, key, &[])
    }

    /// A place to come back to.
    pub const fn savepoint(&self, txn: &Txn) -> Savepoint {
        Savepoint { seq: txn.seq }
    }

    /// Takes back what was written since `savepoint`.
    pub fn rollback_to(&mut self, txn: &mut Txn, savepoint: &Savepoint) {
        if txn.seq == savepoint.seq {
            return;
        }
        let locks = Arc::make_mut(&mut self.locks);
        let id = txn.id;
        let Some(writes) = &mut txn.writes else { return };
        Arc::make_mut(writes).retain(|key, pending| {
            while pending.seq > savepoint.seq {
                let Some((seq, value)) = pending.older.pop() else {
                    if locks.get(key).is_some_and(|lock| lock.txn == id) {
                        locks.remove(key);
                    }
                    return false;
                };
                (pending.seq, pending.value) = (seq, value);
            }
            true
        });
    }

    /// Makes the writes real at `now` (or just above, answered) if everything read still stands as it was read.
    ///
    /// *Errors*: `Retry` and `Aborted` (40001), `RangeUnavailable`; then all is taken back.
    #[expect(clippy::needless_pass_by_value, reason = "a transaction ends with its commit")]
    pub fn commit(&mut self, txn: Txn, now: Timestamp) -> Result<Timestamp, Error> {
        if !txn.has_writes() {
            // What was only read was read at one moment: it can be put there.
            return Ok(txn.read_ts);
        }
        if txn.kind == Kind::Serializable {
            let verdict = self.check_commit(&txn);
            self.abort(txn.id);
            verdict?;
        }
        let ts = self.commit_time(&txn, now);
        self.apply(txn.pending().map(|(key, pending)| (key.as_slice(), &*pending.value)), ts);
        Ok(ts)
    }

    /// Takes all writes back.
    pub fn rollback(&mut self, txn: Txn) {
        if txn.kind == Kind::Serializable && txn.has_writes() {
            self.abort(txn.id);
        }
        drop(txn);
    }

    /// Takes the intents of a transaction away whose session is gone; should it try to commit, it is refused.
    pub fn abort(&mut self, txn: TxnId) {
        if self.locks.values().any(|lock| lock.txn == txn) {
            Arc::make_mut(&mut self.locks).retain(|_, lock| lock.txn != txn);
        }
    }

    /// Moves the intents of a transaction above `ts`, so that reads and exports at `ts` need not wait for it. It may
    /// still commit: commits are later than all that was read.
    pub fn push(&mut self, txn: TxnId, ts: Timestamp) {
        let held = |lock: &Lock| lock.txn == txn && lock.ts <= ts;
        if self.locks.values().any(held) {
            let locks = Arc::make_mut(&mut self.locks);
            locks.values_mut().filter(|lock| held(lock)).for_each(|lock| lock.ts = ts.next());
        }
    }

    /// Meets a version that is newer than the transaction's reads: moves the reads up if nothing read has changed.
    fn meet_newer(&self, txn: &mut Txn, range: &Range, key: &[u8]) -> Result<(), Error> {
        if range.tree.summary().max_ts <= txn.read_ts && range.tombstones.is_empty() {
            return Ok(());
        }
        let newest = range.last_write(&Span::point(key));
        if newest <= txn.read_ts {
            return Ok(());
        }
        if self.changed_since_read(txn).is_some() {
            return Err(Error::Retry(RetryReason::WriteTooOld {
                key: key.to_vec(),
                wanted: txn.read_ts,
                actual: newest.next(),
            }));
        }
        txn.read_ts = newest;
        Ok(())
    }

    /// A span that was read and has changed since.
    fn changed_since_read(&self, txn: &Txn) -> Option<Span> {
        txn.reads.iter().find(|span| self.last_write(span) > txn.read_ts).cloned()
    }

    fn check_commit(&self, txn: &Txn) -> Result<(), Error> {
        for (key, _) in txn.pending() {
            self.range_of(key).check_available()?;
            if self.locks.get(key).is_none_or(|lock| lock.txn != txn.id) {
                return Err(Error::Aborted { txn: txn.id });
            }
        }
        match self.changed_since_read(txn) {
            Some(span) => Err(Error::Retry(RetryReason::Serializable { span })),
            None => Ok(()),
        }
    }

    /// `now`, or just above the newest version of a key to be written.
    fn commit_time(&self, txn: &Txn, now: Timestamp) -> Timestamp {
        let mut ts = now.max(txn.read_ts);
        for (key, _) in txn.pending() {
            let range = self.range_of(key);
            if range.tree.summary().max_ts >= ts || !range.tombstones.is_empty() {
                let newest = range.last_write(&Span::point(key.as_slice()));
                if newest >= ts {
                    ts = newest.next();
                }
            }
        }
        ts
    }
}

/// Fewer spans that hold the same reads and more: neighbours that begin alike become one. What lies far apart stays
/// apart, or a write that has nothing to do with the transaction would make it begin again.
fn condense(reads: Vec<Span>) -> Vec<Span> {
    let head = |span: &Span| span.start.get(..2).map(<[u8]>::to_vec);
    let mut condensed: Vec<Span> = Vec::new();
    for span in reads {
        match condensed.last_mut() {
            Some(last) if head(last) == head(&span) => last.end = span.end,
            Some(_) | None => condensed.push(span),
        }
    }
    if condensed.len() > READS_MAX / 2
        && let (Some(first), Some(last)) = (condensed.first(), condensed.last())
    {
        return vec![Span { start: first.start.clone(), end: last.end.clone() }];
    }
    condensed
}

fn new_txn(id: TxnId, kind: Kind, read_ts: Timestamp, began: Timestamp) -> Txn {
    Txn { id, kind, read_ts, began, reads: Vec::new(), writes: None, bytes: 0, seq: 0 }
}
