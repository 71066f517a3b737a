//! Ranges: pieces of the key space, each with replicas on nodes.
//!
//! ```text
//!   r7 [/Table/106, /Table/107)   log 42     n1 42 (lease)   n2 42   n3 40 (down)
//!                                            a majority is live: available
//! ```
//!
//! Shape: every change moves the range's log by one. A replica that is caught up has no position of its own, so a write
//! costs the same with any number of replicas; one that cannot be reached keeps the position at which it stopped, and
//! counts for nothing until it has caught up. A quorum is a majority of replicas on one side of the network that are
//! caught up: so no majority can ever miss what another one committed.
//! A replica that lags needs no tree of its own: what it may answer (reads at or below its closed timestamp) is the same
//! in the tree of those that are ahead.
//! *Source*: `design.md` §5, `spec/zone-configs-and-cluster.md` §7.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::{NodeId, RangeId};
use base::num::to_u64;
use base::sort;
use base::span::Span;

use crate::allocator::{Placement, choose_leaseholder};
use crate::error::Error;
use crate::liveness::Net;
use crate::mvcc::tombstones::RangeTombstones;
use crate::mvcc::tree::{TimeFilter, Tree};
use crate::node::Node;
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

/// How far behind the present a range closes time (`kv.closed_timestamp.target_duration`): at or below, any replica answers.
const CLOSED_NANOS: i64 = 3 * NANOS_PER_SEC;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Member {
    node: NodeId,
    /// Whether its node runs, on the side where most are (on any, if there is no such side).
    is_reached: bool,
    /// Where it stopped; `None` while it is caught up.
    stopped: Option<Stopped>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stopped {
    position: u64,
    /// What the log had taken in by then.
    log_bytes: u64,
    /// Reads at this time or before can be answered from here.
    closed: Timestamp,
}

/// Whether a range answers, and if not, why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It does, to those who can reach its leaseholder.
    Served,
    /// Its lease is held by a node that is not heard, until that node's liveness record runs out.
    LeaseHeld,
    /// A majority can be reached, but not enough of it has caught up.
    CatchingUp,
    /// No majority can be reached.
    LostQuorum,
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
    /// What the log has taken in, in bytes.
    pub(crate) log_bytes: u64,
    standing: Standing,
    /// The side of the network on which a majority stands.
    side: Option<u32>,
    /// Whether it answers to clients: `standing`, and on their side.
    is_available: bool,
    /// A replica on the clients' side answers reads at this time or before, come what may.
    closed: Timestamp,
    /// Whether a user asked for a bound at its start.
    pub(crate) is_pinned: bool,
    pub(crate) tree: Tree,
    pub(crate) tombstones: RangeTombstones,
}

impl Range {
    pub(crate) fn new(id: RangeId, span: Span, config: Arc<SpanConfig>, net: &Net<'_>) -> Self {
        let mut range = Self {
            id,
            span,
            config,
            gc_threshold: Timestamp::ZERO,
            leaseholder: NodeId(0),
            members: Vec::new(),
            position: 0,
            log_bytes: 0,
            standing: Standing::LostQuorum,
            side: None,
            is_available: false,
            closed: Timestamp::ZERO,
            is_pinned: false,
            tree: Tree::default(),
            tombstones: RangeTombstones::default(),
        };
        range.place(net);
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
            position: member.stopped.map_or(self.position, |stopped| stopped.position),
        };
        self.members.iter().map(one).collect()
    }

    /// The nodes with a replica, in order of number.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.members.iter().map(|member| member.node)
    }

    /// The nodes whose replica cannot be reached or has not caught up.
    pub fn stopped(&self) -> Vec<NodeId> {
        let stopped = self.members.iter().filter(|member| member.stopped.is_some());
        stopped.map(|member| member.node).collect()
    }

    /// Whether clients are answered: a majority is live, caught up and on their side, and one of it holds the lease.
    pub const fn is_available(&self) -> bool {
        self.is_available
    }

    /// Whether it answers, and if not, why.
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// The side of the network on which a majority that has caught up stands.
    pub const fn quorum_side(&self) -> Option<u32> {
        match self.standing {
            Standing::Served | Standing::LeaseHeld => self.side,
            Standing::CatchingUp | Standing::LostQuorum => None,
        }
    }

    /// Reads at this time or before are answered by some replica that clients can reach, even without a majority.
    pub const fn closed_timestamp(&self) -> Timestamp {
        self.closed
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
        if self.is_available { Ok(()) } else { Err(self.unavailable()) }
    }

    #[cold]
    fn unavailable(&self) -> Error {
        let down = self.members.iter().filter(|member| !member.is_reached);
        Error::RangeUnavailable {
            range: self.id,
            span: self.span.clone(),
            standing: self.standing,
            replicas: self.members.iter().map(|member| member.node).collect(),
            down: down.map(|member| member.node).collect(),
        }
    }

    /// One more change is in the log, of about so many bytes.
    pub(crate) const fn advance_log(&mut self, bytes: u64) {
        self.position += 1;
        self.log_bytes += bytes;
    }

    /// Gives it a zone; replicas follow by the replicate queue, except where nothing would have to be sent.
    pub(crate) fn set_config(&mut self, config: Arc<SpanConfig>, net: &Net<'_>) {
        if self.config != config {
            self.config = config;
            if self.tree.is_empty() && self.quorum_side().is_some() {
                self.place(net);
            }
        }
    }

    /// Puts replicas where the zone wants them: for a range that holds nothing yet.
    pub(crate) fn place(&mut self, net: &Net<'_>) {
        let placement = Placement {
            nodes: net.nodes,
            zone: &self.config,
            range: self.id,
            keep: &[],
            side: net.gateway_side,
        };
        let wanted = placement.targets();
        if wanted.is_empty() {
            return;
        }
        self.members = wanted
            .into_iter()
            .map(|node| Member { node, is_reached: true, stopped: None })
            .collect();
        self.leaseholder = NodeId(0);
        self.follow(net);
    }

    /// Takes in which nodes can be reached: replicas stop, the lease moves when its node's record has run out.
    pub(crate) fn follow(&mut self, net: &Net<'_>) {
        let majority = self.members.len() / 2 + 1;
        let on = |side: u32| {
            self.members.iter().filter(|member| net.side(member.node) == Some(side)).count()
        };
        self.side = self
            .members
            .iter()
            .filter_map(|member| net.side(member.node))
            .find(|side| on(*side) >= majority);
        let (position, log_bytes) = (self.position, self.log_bytes);
        let closed = net.now.add_nanos(-CLOSED_NANOS);
        for member in &mut self.members {
            let side = net.side(member.node);
            let is_here = self.side.is_some() && side == self.side;
            member.is_reached = is_here || (self.side.is_none() && side.is_some());
            if !is_here {
                member.stopped.get_or_insert(Stopped { position, log_bytes, closed });
            } else if member.stopped.is_some_and(|stopped| stopped.position == position) {
                member.stopped = None;
            }
        }
        let caught_up = self.members.iter().filter(|member| member.stopped.is_none()).count();
        self.standing = if self.side.is_none() {
            Standing::LostQuorum
        } else if caught_up < majority {
            Standing::CatchingUp
        } else if self.hold_lease(net) {
            Standing::Served
        } else {
            Standing::LeaseHeld
        };
        self.is_available = self.standing == Standing::Served && net.gateway_side == self.side;
        self.closed = self
            .members
            .iter()
            .filter(|member| {
                net.gateway_side.is_some() && net.side(member.node) == net.gateway_side
            })
            .map(|member| member.stopped.map_or(closed, |stopped| stopped.closed))
            .max()
            .unwrap_or(Timestamp::ZERO);
    }

    /// Lets the lease move if its holder has lost it; answers whether someone of the majority holds it.
    fn hold_lease(&mut self, net: &Net<'_>) -> bool {
        let holder = net.node(self.leaseholder);
        let is_member = self.members.iter().any(|member| member.node == self.leaseholder);
        let may = self.may_lead(net.nodes);
        if may.contains(&self.leaseholder) {
            return true;
        }
        let is_here = net.side(self.leaseholder) == self.side;
        // A node that is not heard keeps its leases until its record has run out.
        let is_held = is_member && !is_here && holder.is_some_and(|node| node.live);
        if is_held {
            return false;
        }
        match choose_leaseholder(net.nodes, &self.config, &may, self.id) {
            Some(chosen) => {
                self.leaseholder = chosen;
                true
            }
            // Only nodes that drain are left: the lease stays where it is.
            None => is_member && is_here && holder.is_some_and(|node| node.live),
        }
    }

    /// The nodes that may be given the lease, in order of number.
    pub(crate) fn may_lead(&self, nodes: &[Node]) -> Vec<NodeId> {
        let may = |id: NodeId| {
            nodes.iter().any(|node| {
                node.config.id == id && node.may_lead() && node.reached_on() == self.side
            })
        };
        let caught_up = self.members.iter().filter(|member| member.stopped.is_none());
        caught_up.map(|member| member.node).filter(|id| may(*id)).collect()
    }

    /// The replicas that can be reached and lag, with the bytes of the log that they miss.
    pub(crate) fn lagging(&self, nodes: &[Node]) -> Vec<(NodeId, u64)> {
        let here = |id: NodeId| {
            let node = nodes.iter().find(|node| node.config.id == id);
            node.is_some_and(|node| node.reached_on() == self.side)
        };
        let of = |member: &Member| {
            let missed = self.log_bytes - member.stopped?.log_bytes;
            (self.side.is_some() && here(member.node)).then_some((member.node, missed))
        };
        self.members.iter().filter_map(of).collect()
    }

    /// A replica has been sent what it missed.
    pub(crate) fn catch_up(&mut self, id: NodeId) -> bool {
        let member = self.members.iter_mut().find(|member| member.node == id);
        member.is_some_and(|member| member.stopped.take().is_some())
    }

    /// Gives the lease to another replica.
    pub(crate) fn move_lease(&mut self, id: NodeId) -> bool {
        let may = self.members.iter().any(|member| member.node == id && member.stopped.is_none());
        if may {
            self.leaseholder = id;
        }
        may
    }

    /// Takes a replica away and makes another, which is sent everything before it counts.
    pub(crate) fn change_members(&mut self, from: Option<NodeId>, to: Option<NodeId>) -> bool {
        if self.quorum_side().is_none() {
            return false;
        }
        self.members.retain(|member| Some(member.node) != from);
        if let Some(node) = to
            && self.members.iter().all(|member| member.node != node)
        {
            self.members.push(Member { node, is_reached: true, stopped: None });
            sort::by_key(&mut self.members, |member| member.node);
        }
        true
    }

    /// Whether the replicas of two ranges lie on the same nodes and none lags.
    pub(crate) fn lies_with(&self, other: &Self) -> bool {
        self.is_available
            && other.is_available
            && self.members == other.members
            && self.members.iter().all(|member| member.stopped.is_none())
    }

    /// Cuts at `key`, which lies inside; this keeps the left part and the right one is answered under a new number.
    pub(crate) fn split_off(&mut self, key: &[u8], id: RangeId, net: &Net<'_>) -> Self {
        let right_span = Span { start: key.to_vec(), end: std::mem::take(&mut self.span.end) };
        self.span.end = key.to_vec();
        let mut right = Self::new(id, right_span, Arc::clone(&self.config), net);
        // The right part starts with the replicas and the log of the left one, as in the real system; leases go by turns.
        right.members.clone_from(&self.members);
        right.gc_threshold = self.gc_threshold;
        (right.position, right.log_bytes) = (self.position, self.log_bytes);
        let (left_tree, right_tree) = std::mem::take(&mut self.tree).split(key);
        self.tree = left_tree;
        right.tree = right_tree;
        right.tombstones = self.tombstones.inside(&right.span);
        self.tombstones = self.tombstones.inside(&self.span);
        right.follow(net);
        right
    }

    /// Takes in the range behind it.
    pub(crate) fn absorb(&mut self, right: Self) {
        self.span.end = right.span.end;
        self.gc_threshold = self.gc_threshold.max(right.gc_threshold);
        self.position = self.position.max(right.position) + 1;
        self.log_bytes += right.log_bytes;
        self.tree = std::mem::take(&mut self.tree).join(right.tree);
        self.tombstones.append(right.tombstones);
    }
}
