//! The one value through which everything is reached.

use base::hlc::Timestamp;
use base::ids::{NodeId, RangeId, TxnId, Uuid};
use base::span::{Key, Span};

use crate::error::Error;
use crate::mvcc::batch::Batch;
use crate::mvcc::export::{Export, Window};
use crate::mvcc::gc::GcReport;
use crate::mvcc::scan::Scan;
use crate::mvcc::value::Value;
use crate::mvcc::{RangeTombstone, Version};
use crate::node::{Node, NodeConfig};
use crate::protected::Protection;
use crate::range::Range;
use crate::txn::{Savepoint, Txn};
use crate::zone::SpanConfig;

/// Which way a scan goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Keys rise.
    Forward,
    /// Keys fall.
    Reverse,
}

/// What a cluster's key space is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// Its nodes, at least one.
    pub nodes: Vec<NodeConfig>,
}

/// What an ingest did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Ingested {
    /// Versions written.
    pub entries: u64,
    /// Their keys and values. *Units*: bytes.
    pub bytes: u64,
}

/// One cluster's replicated, ranged, versioned key space. Cloning costs as many steps as there are ranges.
#[derive(Clone, Debug)]
pub struct Kv {
    nodes: Vec<Node>,
    ranges: Vec<Range>,
    protections: Vec<Protection>,
}

impl Kv {
    /// An empty key space in one range, on the nodes of `config`.
    pub fn new(config: Config) -> Self {
        let _ = config;
        todo_skeleton()
    }

    /// Tells which part of a key is its row, so that ranges split between rows. Answers a length.
    pub fn set_row_prefix(&mut self, row_prefix_len: fn(&[u8]) -> usize) {
        let _ = row_prefix_len;
    }

    /// Begins a serializable transaction that reads at `now`, a moment that no other call is given.
    pub fn begin(&mut self, now: Timestamp) -> Txn {
        let _ = now;
        todo_skeleton()
    }

    /// A transaction that reads the past (`AS OF SYSTEM TIME`) and cannot write.
    pub fn begin_historical(&self, at: Timestamp, now: Timestamp) -> Txn {
        let _ = (at, now);
        todo_skeleton()
    }

    /// The value of `key` as the transaction sees it, its own writes included. `None` if there is none.
    ///
    /// *Errors*: `Conflict`, `BelowGcThreshold`, `RangeUnavailable`.
    pub fn get(&self, txn: &mut Txn, key: &[u8]) -> Result<Option<Value>, Error> {
        let _ = (txn, key);
        Ok(None)
    }

    /// A walk over the keys of `span` as the transaction sees them, its own writes included.
    ///
    /// *Errors*: those of [`Kv::get`], here or from the walk.
    pub fn scan<'a>(
        &'a self,
        txn: &mut Txn,
        span: &Span,
        direction: Direction,
    ) -> Result<Scan<'a>, Error> {
        let _ = (txn, span, direction);
        Ok(Scan::empty())
    }

    /// Writes a value: a whole one, with checksum and tag. Lays an intent, unless the transaction is `autocommit`.
    ///
    /// *Errors*: `Conflict`, `Retry`, `ReadOnly`, `RangeUnavailable`, `Budget`.
    pub fn put(&mut self, txn: &mut Txn, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let _ = (txn, key, value);
        Ok(())
    }

    /// Deletes a key, whether it exists or not.
    ///
    /// *Errors*: those of [`Kv::put`].
    pub fn delete(&mut self, txn: &mut Txn, key: &[u8]) -> Result<(), Error> {
        self.put(txn, key, &[])
    }

    /// A place to come back to.
    pub fn savepoint(&self, txn: &Txn) -> Savepoint {
        let _ = txn;
        Savepoint { seq: 0 }
    }

    /// Takes back what was written since `savepoint`.
    pub fn rollback_to(&mut self, txn: &mut Txn, savepoint: &Savepoint) {
        let _ = (txn, savepoint);
    }

    /// Makes the writes real at `now` (or just above, answered) if everything read still stands as it was read.
    ///
    /// *Errors*: `Retry` and `Aborted` (40001), `RangeUnavailable`; then all is taken back.
    pub fn commit(&mut self, txn: Txn, now: Timestamp) -> Result<Timestamp, Error> {
        let _ = txn;
        Ok(now)
    }

    /// Takes all writes back.
    pub fn rollback(&mut self, txn: Txn) {
        self.abort(txn.id());
    }

    /// Takes the intents of a transaction away whose session is gone; should it try to commit, it is refused.
    pub fn abort(&mut self, txn: TxnId) {
        let _ = txn;
    }

    /// Versions of the keys of `span` in the window, until about `limit_bytes` are reached; then `resume` says where to
    /// go on. Stops only between keys.
    ///
    /// *Errors*: `BelowGcThreshold` if the window's start (its end, for a window from zero) is not above a range's own
    /// threshold; `Intents`; `RangeUnavailable`.
    pub fn export(&self, span: &Span, window: Window, limit_bytes: u64) -> Result<Export, Error> {
        let _ = (span, window, limit_bytes);
        Ok(Export::default())
    }

    /// Writes many versions at their own times, past all transactions. They must be in order: keys rise, times fall.
    /// A version that is there already is replaced.
    ///
    /// *Errors*: `Unsorted`, `RangeUnavailable`, `Budget`; then nothing is written.
    pub fn ingest(&mut self, batch: &Batch) -> Result<Ingested, Error> {
        let _ = batch;
        Ok(Ingested::default())
    }

    /// Removes all versions, intents and range tombstones of `span` without a trace.
    pub fn clear_span(&mut self, span: &Span) {
        let _ = span;
    }

    /// Deletes all keys of `span` at `now` by one range tombstone.
    ///
    /// *Errors*: `Conflict`, `RangeUnavailable`.
    pub fn delete_range(&mut self, span: &Span, now: Timestamp) -> Result<(), Error> {
        let _ = (span, now);
        Ok(())
    }

    /// Writes range tombstones at their own times, past all transactions (RESTORE).
    pub fn ingest_range_tombstones(&mut self, tombstones: &[RangeTombstone]) {
        let _ = tombstones;
    }

    /// Sets what zones say, splits ranges at the spans' bounds, joins ranges that no bound keeps apart. Keys in no span
    /// have the default.
    pub fn set_span_configs(&mut self, configs: Vec<(Span, SpanConfig)>, now: Timestamp) {
        let _ = (configs, now);
    }

    /// Splits the range that holds `key` there, for good (`ALTER TABLE … SPLIT AT`).
    pub fn split_at(&mut self, key: &[u8]) {
        let _ = key;
    }

    /// Sets the records that hold garbage collection back.
    pub fn set_protections(&mut self, protections: Vec<Protection>) {
        self.protections = protections;
    }

    /// The records that hold garbage collection back.
    pub fn protections(&self) -> &[Protection] {
        &self.protections
    }

    /// Whether reads older than the TTL are refused even before the collector came
    /// (`kv.gc_ttl.strict_enforcement.enabled`).
    pub fn set_strict_gc(&mut self, on: bool) {
        let _ = on;
    }

    /// Says that a node runs and is heard, or not. Leases move off a node that is down where a majority is left.
    pub fn set_node_live(&mut self, node: NodeId, live: bool) {
        let _ = (node, live);
    }

    /// The nodes in order of number.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All ranges in order of keys.
    pub fn ranges(&self) -> impl Iterator<Item = &Range> {
        self.ranges.iter()
    }

    /// The ranges that hold keys of `span`, in order.
    pub fn ranges_in(&self, span: &Span) -> impl Iterator<Item = &Range> {
        let span = span.clone();
        self.ranges.iter().filter(move |range| range.span().overlaps(&span))
    }

    /// The range that holds `key`.
    pub fn range_of(&self, key: &[u8]) -> &Range {
        let _ = key;
        &self.ranges[0]
    }

    /// Reads must be later than this: the range's own threshold, or `now` − TTL under strict enforcement, held back by
    /// protection records. System ranges know only their own.
    pub fn effective_threshold(&self, range: &Range, now: Timestamp) -> Timestamp {
        self.effective_threshold_without(range, now, None)
    }

    /// The same as if the record `ignoring` did not exist: a backup's verification of its own record.
    pub fn effective_threshold_without(
        &self,
        range: &Range,
        now: Timestamp,
        ignoring: Option<Uuid>,
    ) -> Timestamp {
        let _ = (now, ignoring);
        range.gc_threshold()
    }

    /// One visit of the collector: moves the range's threshold to `now` − TTL, held back by protection records, never
    /// down, and removes what nobody can read any more. Costs what there is to remove.
    pub fn gc_range(&mut self, id: RangeId, now: Timestamp) -> GcReport {
        let _ = (id, now);
        GcReport::default()
    }

    /// The earliest time at which a visit could find something to remove, not counting protection records.
    pub fn next_garbage(&self, id: RangeId) -> Option<Timestamp> {
        let _ = id;
        None
    }

    /// The time of the newest version or range tombstone in `span`; zero if there is none. Costs a path of the tree.
    pub fn last_write(&self, span: &Span) -> Timestamp {
        let _ = span;
        Timestamp::ZERO
    }

    /// All versions of the keys of `span`, intents too, at most `limit`: for people to look at.
    pub fn versions(&self, span: &Span, limit: usize) -> Vec<Version> {
        let _ = (span, limit);
        Vec::new()
    }

    /// The intents on keys of `span`.
    pub fn intents(&self, span: &Span) -> Vec<(Key, TxnId)> {
        let _ = span;
        Vec::new()
    }

    /// An additive hash of all keys, times and values, blind to how they are stored.
    pub fn state_hash(&self) -> u128 {
        0
    }
}

#[expect(clippy::panic, reason = "the skeleton of the first hour; the bodies replace it")]
fn todo_skeleton() -> ! {
    panic!("kv: not yet built")
}
