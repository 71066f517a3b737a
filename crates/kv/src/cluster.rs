//! The one value through which everything is reached.
//!
//! ```text
//!   Kv ─┬─ ranges   Arc each: a clone copies pointers, a write copies what it touches
//!       ├─ locks    key → transaction, time
//!       ├─ nodes, span configs, protection records
//!       └─ counters of ranges and transactions, bytes held
//! ```
//!
//! Shape: the calls stand where their idea is told: transactions in [`txn`](crate::txn), scans, export, collection and
//! bulk writes in [`mvcc`](crate::mvcc), bounds of ranges in `split`, thresholds in [`protected`](crate::protected).
//! Units: bytes.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::{NodeId, RangeId, TxnId};
use base::sort;
use base::span::{Key, Span};

use crate::liveness::{Net, SlowLink, many_regions};
use crate::mvcc::tree::TimeFilter;
use crate::mvcc::value::Value;
use crate::mvcc::{Version, VersionState};
use crate::node::{LIVENESS_NANOS, Node, NodeConfig, STORE_DEAD_NANOS};
use crate::protected::Protection;
use crate::range::Range;
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
    /// Its nodes; none stands for one without locality.
    pub nodes: Vec<NodeConfig>,
    /// When they start.
    pub start: Timestamp,
}

/// What an ingest did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Ingested {
    /// Versions written.
    pub entries: u64,
    /// Their keys and values. *Units*: bytes.
    pub bytes: u64,
}

/// Who has laid an intent on a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Lock {
    pub(crate) txn: TxnId,
    /// Reads before this need not wait.
    pub(crate) ts: Timestamp,
}

/// The bytes that a cluster may hold unless told otherwise: what a browser tab bears.
const BUDGET_BYTES: u64 = 1 << 30;

/// The first key after all.
pub(crate) const MAX_KEY: [u8; 2] = [0xff; 2];

/// One cluster's replicated, ranged, versioned key space. Cloning costs as many steps as there are ranges.
#[derive(Clone, Debug)]
pub struct Kv {
    pub(crate) nodes: Arc<Vec<Node>>,
    pub(crate) ranges: Vec<Arc<Range>>,
    /// The first bytes of each range's start, for a quick search.
    pub(crate) heads: Vec<u64>,
    pub(crate) locks: Arc<BTreeMap<Key, Lock>>,
    pub(crate) protections: Arc<Vec<Protection>>,
    pub(crate) configs: Arc<Vec<(Span, Arc<SpanConfig>)>>,
    pub(crate) bounds: Arc<BTreeSet<Key>>,
    pub(crate) default_config: Arc<SpanConfig>,
    pub(crate) strict_gc: bool,
    pub(crate) last_range: u64,
    pub(crate) last_txn: u64,
    pub(crate) bytes: u64,
    pub(crate) budget_bytes: u64,
    pub(crate) row_prefix_len: fn(&[u8]) -> usize,
    pub(crate) liveness_key: Key,
    pub(crate) liveness_nanos: i64,
    pub(crate) store_dead_nanos: i64,
    pub(crate) slow_links: Arc<Vec<SlowLink>>,
    /// When ranges last followed the nodes.
    pub(crate) followed: Timestamp,
    /// Some range does not answer.
    pub(crate) degraded: bool,
    /// Some nodes are far apart.
    pub(crate) has_latency: bool,
    /// The longest way of a read since it was last asked, and of a write. *Units*: nanoseconds.
    pub(crate) way_nanos: Cell<i64>,
    pub(crate) commit_nanos: Cell<i64>,
}

impl Kv {
    /// An empty key space in one range, on the nodes of `config`. Strict enforcement of TTLs is on.
    pub fn new(config: Config) -> Self {
        let start = |node| Node::new(node, config.start);
        let mut nodes: Vec<_> = config.nodes.into_iter().map(start).collect();
        if nodes.is_empty() {
            nodes.push(start(NodeConfig { id: NodeId(1), locality: Vec::new() }));
        }
        sort::by_key(&mut nodes, |node| node.config.id);
        let default_config = Arc::new(SpanConfig::default());
        let all = Span { start: Key::new(), end: MAX_KEY.to_vec() };
        let net = Net { nodes: &nodes, gateway_side: Some(0), now: config.start };
        let first = Range::new(RangeId(1), all, Arc::clone(&default_config), &net);
        let has_latency = many_regions(&nodes);
        Self {
            nodes: Arc::new(nodes),
            ranges: vec![Arc::new(first)],
            heads: vec![0],
            locks: Arc::default(),
            protections: Arc::default(),
            configs: Arc::default(),
            bounds: Arc::default(),
            default_config,
            strict_gc: true,
            last_range: 1,
            last_txn: 0,
            bytes: 0,
            budget_bytes: BUDGET_BYTES,
            row_prefix_len: <[u8]>::len,
            liveness_key: Key::new(),
            liveness_nanos: LIVENESS_NANOS,
            store_dead_nanos: STORE_DEAD_NANOS,
            slow_links: Arc::default(),
            followed: config.start,
            degraded: false,
            has_latency,
            way_nanos: Cell::new(0),
            commit_nanos: Cell::new(0),
        }
    }

    /// Tells which part of a key is its row, so that ranges split between rows. Answers a length.
    pub fn set_row_prefix(&mut self, row_prefix_len: fn(&[u8]) -> usize) {
        self.row_prefix_len = row_prefix_len;
    }

    /// How many bytes of keys and values it may hold.
    pub const fn set_budget(&mut self, budget_bytes: u64) {
        self.budget_bytes = budget_bytes;
    }

    /// Bytes of keys and values that it holds.
    pub const fn size_bytes(&self) -> u64 {
        self.bytes
    }

    /// The nodes in order of number.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All ranges in order of keys.
    pub fn ranges(&self) -> impl Iterator<Item = &Range> {
        self.ranges.iter().map(|range| &**range)
    }

    /// The time of the newest version or range tombstone in `span`; zero if there is none. Costs a path of the tree.
    pub fn last_write(&self, span: &Span) -> Timestamp {
        let mut newest = Timestamp::ZERO;
        let from = if span.is_empty() { self.ranges.len() } else { self.index_of(&span.start) };
        for range in self.ranges.iter().skip(from) {
            if range.span().start >= span.end {
                break;
            }
            newest = newest.max(range.last_write(span));
        }
        newest
    }

    /// All versions of the keys of `span`, intents too, at most `limit`: for people to look at.
    pub fn versions(&self, span: &Span, limit: usize) -> Vec<Version> {
        let mut versions = Vec::new();
        let mut intents = self.intents(span).into_iter().peekable();
        for range in self.ranges_in(span) {
            let mut cursor = range.tree.cursor(TimeFilter::ALL);
            cursor.seek(&span.start, Timestamp::MAX);
            while let Some((key, ts, value)) = cursor.entry()
                && key < span.end.as_slice()
            {
                while let Some(intent) = intents.next_if(|(at, _)| at.as_slice() <= key) {
                    versions.push(self.intent_version(intent));
                }
                if versions.len() >= limit {
                    versions.truncate(limit);
                    return versions;
                }
                let state = state(range, key, ts, value, cursor.newer());
                versions.push(Version { key: key.to_vec(), ts, value: Value::new(value), state });
                cursor.advance();
            }
        }
        versions.extend(intents.map(|intent| self.intent_version(intent)));
        versions.truncate(limit);
        versions
    }

    fn intent_version(&self, (key, txn): (Key, TxnId)) -> Version {
        let ts = self.locks.get(&key).map_or(Timestamp::ZERO, |lock| lock.ts);
        Version { key, ts, value: Value::default(), state: VersionState::Intent(txn) }
    }

    /// The intents on keys of `span`.
    pub fn intents(&self, span: &Span) -> Vec<(Key, TxnId)> {
        self.locks_in(span).map(|(key, lock)| (key.clone(), lock.txn)).collect()
    }

    /// An additive hash of all keys, times and values, blind to how they are stored.
    pub fn state_hash(&self) -> u128 {
        self.ranges().fold(0, |sum: u128, range| {
            sum.wrapping_add(range.tree.summary().hash).wrapping_add(range.tombstones.hash())
        })
    }
}

fn state(
    range: &Range,
    key: &[u8],
    ts: Timestamp,
    value: &[u8],
    newer: Option<Timestamp>,
) -> VersionState {
    let covered = range.tombstones.next_after(key, ts);
    match (newer, covered) {
        (Some(newer), covered) => VersionState::Garbage(covered.map_or(newer, |ts| newer.min(ts))),
        (None, Some(covered)) => VersionState::Garbage(covered),
        (None, None) if value.is_empty() => VersionState::Tombstone,
        (None, None) => VersionState::Live,
    }
}
