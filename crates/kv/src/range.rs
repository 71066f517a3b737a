//! Ranges: pieces of the key space, each with replicas on nodes.
//!
//! ```text
//!   r7 [/Table/106, /Table/107)   log 42     n1 42 (lease)   n2 42   n3 40 (down)
//!                                            a majority is live: available
//! ```
//!
//! Shape: every change moves the range's log by one. A replica that is caught up has no position of its own, so a write
//! costs the same with any number of replicas; one whose node is down keeps the position at which it stopped.
//! Left out: a tree of its own for a replica that lags (nobody reads it while it lags).
//! *Source*: `design.md` §5, `spec/zone-configs-and-cluster.md` §7.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::{NodeId, RangeId};
use base::num::to_u64;
use base::span::Span;

use crate::error::Error;
use crate::mvcc::tombstones::RangeTombstones;
use crate::mvcc::tree::{TimeFilter, Tree};
use crate::node::{Node, allocate, choose_leaseholder};
use crate::zone::SpanConfig;

/// One replica of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replica {
    /// Where it lies.
    pub node: NodeId,
    /// How far it has applied the log.
    pub position: u64,
}

/// What a range holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// Keys with at least one version.
    pub keys: u64,
    /// Keys whose newest version is a value.
    pub live_keys: u64,
    /// Versions, deletions included.
    pub versions: u64,
    /// Bytes of what a read now sees.
    pub live_bytes: u64,
    /// Bytes of all the rest.
    pub garbage_bytes: u64,
    /// Range tombstones.
    pub range_tombstones: u64,
}

impl Stats {
    /// All bytes.
    pub const fn total_bytes(&self) -> u64 {
        self.live_bytes + self.garbage_bytes
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Member {
    node: NodeId,
    /// Where it stopped; `None` while it is caught up.
    stopped_at: Option<u64>,
}

/// A piece of the key space.
#[derive(Clone, Debug)]
pub struct Range {
    id: RangeId,
    span: Span,
    config: Arc<SpanConfig>,
    pub(crate) gc_threshold: Timestamp,
    leaseholder: NodeId,
    members: Vec<Member>,
    position: u64,
    is_available: bool,
    /// Whether a user asked for a bound at its start.
    pub(crate) is_pinned: bool,
    pub(crate) tree: Tree,
    pub(crate) tombstones: RangeTombstones,
}

impl Range {
    pub(crate) fn new(id: RangeId, span: Span, config: Arc<SpanConfig>, nodes: &[Node]) -> Self {
        let mut range = Self {
            id,
            span,
            config,
            gc_threshold: Timestamp::ZERO,
            leaseholder: NodeId(0),
            members: Vec::new(),
            position: 0,
            is_available: false,
            is_pinned: false,
            tree: Tree::default(),
            tombstones: RangeTombstones::default(),
        };
        range.place(nodes);
        range
    }

    /// Its number.
    pub const fn id(&self) -> RangeId {
        self.id
    }

    /// Its keys.
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// What its zone says.
    pub fn config(&self) -> &SpanConfig {
        &self.config
    }

    /// Reads must be later than this.
    pub const fn gc_threshold(&self) -> Timestamp {
        self.gc_threshold
    }

    /// The node that answers for it.
    pub const fn leaseholder(&self) -> NodeId {
        self.leaseholder
    }

    /// How many changes it has seen.
    pub const fn log_position(&self) -> u64 {
        self.position
    }

    /// Its replicas, in order of node.
    pub fn replicas(&self) -> Vec<Replica> {
        let one = |member: &Member| Replica {
            node: member.node,
            position: member.stopped_at.unwrap_or(self.position),
        };
        self.members.iter().map(one).collect()
    }

    /// Whether a majority of its replicas is live.
    pub const fn is_available(&self) -> bool {
        self.is_available
    }

    /// Its range tombstones.
    pub const fn range_tombstones(&self) -> &RangeTombstones {
        &self.tombstones
    }

    /// What it holds. Costs nothing, unless there are range tombstones: then what lies under them.
    pub fn stats(&self) -> Stats {
        let sum = self.tree.summary();
        let mut stats = Stats {
            keys: sum.keys,
            live_keys: sum.live_keys,
            versions: sum.versions,
            live_bytes: sum.live_bytes,
            garbage_bytes: sum.total_bytes - sum.live_bytes,
            range_tombstones: to_u64(self.tombstones.count()),
        };
        for fragment in self.tombstones.fragments() {
            self.take_covered(&mut stats, &fragment.span);
        }
        stats
    }

    /// Counts what the tree thinks live in `span` but a range tombstone deletes as garbage.
    fn take_covered(&self, stats: &mut Stats, span: &Span) {
        let mut cursor = self.tree.cursor(TimeFilter::ALL);
        cursor.seek(&span.start, Timestamp::MAX);
        while let Some((key, ts, value)) = cursor.entry()
            && key < span.end.as_slice()
        {
            let is_newest = cursor.newer().is_none();
            if is_newest && !value.is_empty() && self.is_covered(key, ts, Timestamp::MAX) {
                let bytes = to_u64(key.len() + value.len()) + 1 + 12;
                stats.live_keys -= 1;
                stats.live_bytes -= bytes;
                stats.garbage_bytes += bytes;
            }
            cursor.advance();
        }
    }

    /// Whether a range tombstone at `through` or before deletes the version of `key` at `ts`.
    #[inline]
    pub(crate) fn is_covered(&self, key: &[u8], ts: Timestamp, through: Timestamp) -> bool {
        !self.tombstones.is_empty() && self.tombstones.covering(key, ts, through).is_some()
    }

    /// The live value of `key` at `ts`.
    pub(crate) fn read(&self, key: &[u8], ts: Timestamp) -> Option<&[u8]> {
        let (time, value) = self.tree.newest_at(key, ts)?;
        (!value.is_empty() && !self.is_covered(key, time, ts)).then_some(value)
    }

    /// The newest write in `span`, of which only the part inside counts.
    pub(crate) fn last_write(&self, span: &Span) -> Timestamp {
        let of_points = if self.tree.is_empty() {
            Timestamp::ZERO
        } else if span.contains(&self.span) {
            self.tree.summary().max_ts
        } else {
            self.tree.last_write(span)
        };
        if self.tombstones.is_empty() {
            return of_points;
        }
        of_points.max(self.tombstones.last_write(span))
    }

    pub(crate) fn check_available(&self) -> Result<(), Error> {
        if self.is_available {
            return Ok(());
        }
        let stopped = self.members.iter().filter(|member| member.stopped_at.is_some());
        Err(Error::RangeUnavailable {
            range: self.id,
            span: self.span.clone(),
            replicas: self.members.iter().map(|member| member.node).collect(),
            down: stopped.map(|member| member.node).collect(),
        })
    }

    /// One more change is in the log.
    pub(crate) const fn advance_log(&mut self) {
        self.position += 1;
    }

    /// Gives it a zone; replicas move at once if they must.
    pub(crate) fn set_config(&mut self, config: Arc<SpanConfig>, nodes: &[Node]) {
        if self.config != config {
            self.config = config;
            self.place(nodes);
        }
    }

    /// Puts replicas where the zone wants them.
    pub(crate) fn place(&mut self, nodes: &[Node]) {
        let wanted = allocate(nodes, &self.config, self.id);
        let old = std::mem::take(&mut self.members);
        let member = |node: NodeId| {
            let known = old.iter().find(|member| member.node == node);
            known.copied().unwrap_or(Member { node, stopped_at: None })
        };
        self.members = wanted.into_iter().map(member).collect();
        self.leaseholder = NodeId(0);
        self.follow(nodes);
    }

    /// Takes in which nodes are live: replicas stop or catch up, the lease moves off a node that is down.
    pub(crate) fn follow(&mut self, nodes: &[Node]) {
        let is_live = |id: NodeId| nodes.iter().any(|node| node.config.id == id && node.live);
        let live: Vec<_> =
            self.members.iter().map(|member| member.node).filter(|node| is_live(*node)).collect();
        self.is_available = live.len() * 2 > self.members.len();
        for member in &mut self.members {
            if !is_live(member.node) {
                member.stopped_at = member.stopped_at.or(Some(self.position));
            } else if self.is_available {
                // A majority holds every change, so whoever comes back finds all of them there.
                member.stopped_at = None;
            }
        }
        if self.is_available && !live.contains(&self.leaseholder) {
            let chosen = choose_leaseholder(nodes, &self.config, &live, self.id);
            self.leaseholder = chosen.unwrap_or(self.leaseholder);
        }
    }

    /// Cuts at `key`, which lies inside; this keeps the left part and the right one is answered under a new number.
    pub(crate) fn split_off(&mut self, key: &[u8], id: RangeId, nodes: &[Node]) -> Self {
        let right_span = Span { start: key.to_vec(), end: std::mem::take(&mut self.span.end) };
        self.span.end = key.to_vec();
        let mut right = Self::new(id, right_span, Arc::clone(&self.config), nodes);
        // The right part starts with the replicas and the log of the left one, as in the real system; leases go by turns.
        right.members.clone_from(&self.members);
        right.gc_threshold = self.gc_threshold;
        right.position = self.position;
        let (left_tree, right_tree) = std::mem::take(&mut self.tree).split(key);
        self.tree = left_tree;
        right.tree = right_tree;
        right.tombstones = self.tombstones.inside(&right.span);
        self.tombstones = self.tombstones.inside(&self.span);
        right.follow(nodes);
        right
    }

    /// Takes in the range behind it.
    pub(crate) fn absorb(&mut self, right: Self) {
        self.span.end = right.span.end;
        self.gc_threshold = self.gc_threshold.max(right.gc_threshold);
        self.position = self.position.max(right.position) + 1;
        self.tree = std::mem::take(&mut self.tree).join(right.tree);
        self.tombstones.append(right.tombstones);
    }
}
