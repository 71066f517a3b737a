//! The replicate queue: what is to be done so that replicas and leases are where they should be.
//!
//! ```text
//!   catch up by log ▸ by snapshot ▸ replace the dead, the leaving, the misplaced ▸ add ▸ remove ▸ leases ▸ balance
//! ```
//!
//! Shape: [`Kv::next_change`] says what comes next and what it costs, [`Kv::make_change`] does it; the caller lets the time
//! pass between the two. A change gathers small ranges, so that a node with many empty ones does not need as many steps.
//! Units: bytes, nanoseconds. Left out: load.
//! *Source*: `design.md` §5; rates and bounds are the defaults of `kv.snapshot_rebalance.max_rate` and of the Raft log.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::{NodeId, RangeId};
use base::num::{as_signed, to_i64, to_u64};

use crate::allocator::{Placement, choose_leaseholder, for_all, is_preferred, replicas_needed};
use crate::cluster::Kv;
use crate::node::Node;
use crate::range::Range;

/// A replica that misses more than this is sent a snapshot: the log does not reach back so far.
const LOG_BYTES_MAX: u64 = 16 << 20;

/// What a snapshot or a log sends in a second.
const BYTES_PER_SEC: u64 = 32 << 20;

/// One change gathers ranges up to this size.
const GATHERED_BYTES: u64 = 4 << 20;

/// One change gathers at most so many ranges.
const GATHERED_MAX: usize = 64;

/// What any change takes, and what each further range of it takes.
const CHANGE_NANOS: i64 = 100_000_000;
const RANGE_NANOS: i64 = 10_000_000;

/// What kind of change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// A replica that lags is sent the part of the log that it misses.
    Log,
    /// A replica that lags too far is sent everything.
    Snapshot,
    /// A replica moves because its node is dead or leaves, or a constraint says so.
    Replace,
    /// A range has too few replicas.
    Add,
    /// A range has too many replicas.
    Remove,
    /// A replica moves to a node that holds fewer.
    Balance,
    /// A lease moves to where it is preferred, or to a node that holds fewer.
    Lease,
}

/// What happens to one range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    /// Which range.
    pub range: RangeId,
    /// The node that loses a replica or the lease.
    pub from: Option<NodeId>,
    /// The node that gains it.
    pub to: Option<NodeId>,
}

/// One change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// What kind.
    pub kind: ChangeKind,
    /// What happens to which ranges.
    pub moves: Vec<Move>,
    /// What is sent.
    pub bytes: u64,
}

impl Change {
    const fn of(kind: ChangeKind) -> Self {
        Self { kind, moves: Vec::new(), bytes: 0 }
    }

    fn push(&mut self, one: Move, bytes: u64) {
        self.moves.push(one);
        self.bytes += bytes;
    }

    fn is_full(&self) -> bool {
        self.bytes >= GATHERED_BYTES || self.moves.len() >= GATHERED_MAX
    }

    /// How long it takes.
    pub fn took_nanos(&self) -> i64 {
        let sent = self.bytes.saturating_mul(1_000_000_000) / BYTES_PER_SEC;
        CHANGE_NANOS + RANGE_NANOS * to_i64(self.moves.len().saturating_sub(1)) + as_signed(sent)
    }
}

impl Kv {
    /// What is to be done next; `None` if all is where it should be, or nothing can be done. With `balancing` also what
    /// only makes nodes hold equally much.
    pub fn next_change(&self, balancing: bool) -> Option<Change> {
        let urgent = self.catch_up().or_else(|| self.relocate());
        let change = urgent.or_else(|| self.lease_moves(balancing));
        change.or_else(|| balancing.then(|| self.balance()).flatten())
    }

    fn catch_up(&self) -> Option<Change> {
        let mut log = Change::of(ChangeKind::Log);
        let mut snapshot = Change::of(ChangeKind::Snapshot);
        for range in self.ranges() {
            for (node, missed) in range.lagging(&self.nodes) {
                let one = Move { range: range.id(), from: None, to: Some(node) };
                if missed <= LOG_BYTES_MAX {
                    log.push(one, missed);
                } else if !snapshot.is_full() {
                    snapshot.push(one, range.stats().total_bytes());
                }
            }
        }
        [log, snapshot].into_iter().find(|change| !change.moves.is_empty())
    }

    /// The first ranges whose replicas are not where the zone wants them; of one kind.
    fn relocate(&self) -> Option<Change> {
        let mut change: Option<Change> = None;
        for range in self.ranges() {
            if range.quorum_side().is_none() {
                continue;
            }
            let Some((kind, one)) = self.relocation(range) else { continue };
            let change = change.get_or_insert_with(|| Change::of(kind));
            if change.kind == kind {
                let sent = if one.to.is_some() { range.stats().total_bytes() } else { 0 };
                change.push(one, sent);
            }
            if change.is_full() {
                break;
            }
        }
        change
    }

    fn relocation(&self, range: &Range) -> Option<(ChangeKind, Move)> {
        let members: Vec<NodeId> = range.nodes().collect();
        let placement = Placement {
            nodes: &self.nodes,
            zone: range.config(),
            range: range.id(),
            keep: &members,
            side: range.quorum_side(),
        };
        let targets = placement.targets();
        let gone = members.iter().filter(|id| !targets.contains(id));
        // The lease's own replica goes last: the lease would have to move first.
        let from = gone.min_by_key(|id| (**id == range.leaseholder(), **id)).copied();
        let to = targets.iter().find(|id| !members.contains(id)).copied();
        let spare = members.len() > replicas_needed(&self.nodes, range.config());
        let kind = match (from, to) {
            (Some(_), Some(_)) => ChangeKind::Replace,
            (None, Some(_)) => ChangeKind::Add,
            (Some(_), None) if spare => ChangeKind::Remove,
            (Some(_) | None, None) => return None,
        };
        Some((kind, Move { range: range.id(), from, to }))
    }

    /// Leases to where they are preferred, then from nodes with many to the one with fewest.
    fn lease_moves(&self, balancing: bool) -> Option<Change> {
        let mut change = Change::of(ChangeKind::Lease);
        for range in self.ranges().filter(|range| range.is_available()) {
            let may = range.may_lead(&self.nodes);
            let holder = range.leaseholder();
            if !is_preferred(&self.nodes, range.config(), &may, holder)
                && let Some(to) = choose_leaseholder(&self.nodes, range.config(), &may, range.id())
            {
                change.push(Move { range: range.id(), from: Some(holder), to: Some(to) }, 0);
            }
        }
        if balancing && change.moves.is_empty() {
            self.balance_leases(&mut change);
        }
        (!change.moves.is_empty()).then_some(change)
    }

    fn balance_leases(&self, change: &mut Change) {
        let mut held = self.counts(|range, id| range.leaseholder() == id);
        let Some(&(to, least)) = held.iter().min_by_key(|(id, count)| (*count, *id)) else {
            return;
        };
        let mean = held.iter().map(|(_, count)| count).sum::<usize>() / held.len().max(1);
        let slack = 2 + mean / 20;
        if mean < least + slack {
            return;
        }
        let mut room = mean - least;
        for range in self.ranges().filter(|range| range.is_available()) {
            let holder = range.leaseholder();
            let full = held.iter_mut().find(|(id, count)| *id == holder && *count > mean);
            let Some(full) = full else { continue };
            let may = range.may_lead(&self.nodes);
            if may.contains(&to) && is_preferred(&self.nodes, range.config(), &may, to) {
                change.push(Move { range: range.id(), from: Some(holder), to: Some(to) }, 0);
                full.1 -= 1;
                room -= 1;
            }
            if room == 0 {
                break;
            }
        }
    }

    /// Replicas from the node with most to the one with fewest, where nothing is lost by it.
    fn balance(&self) -> Option<Change> {
        let mut held = self.counts(|range, id| range.nodes().any(|node| node == id));
        let (to, least) = *held.iter().min_by_key(|(id, count)| (*count, *id))?;
        let mean = held.iter().map(|(_, count)| count).sum::<usize>() / held.len().max(1);
        if mean < least + 2 + mean / 20 {
            return None;
        }
        let mut room = mean - least;
        let mut change = Change::of(ChangeKind::Balance);
        for range in self.ranges().filter(|range| range.is_available()) {
            let Some(from) = self.better_on(range, to, &held, mean) else { continue };
            change.push(
                Move { range: range.id(), from: Some(from), to: Some(to) },
                range.stats().total_bytes(),
            );
            if let Some(many) = held.iter_mut().find(|(id, _)| *id == from) {
                many.1 -= 1;
            }
            room -= 1;
            if room == 0 || change.is_full() {
                break;
            }
        }
        (!change.moves.is_empty()).then_some(change)
    }

    /// The replica of a range that had better lie on `to`: on a node with more than the mean, and no nearer to the others.
    fn better_on(
        &self,
        range: &Range,
        to: NodeId,
        held: &[(NodeId, usize)],
        mean: usize,
    ) -> Option<NodeId> {
        let members: Vec<&Node> = range.nodes().filter_map(|id| self.node(id)).collect();
        let target = self.node(to)?;
        let fits = for_all(range.config()).iter().all(|one| target.config.satisfies(one));
        let is_plain = range.config().constraints.iter().all(|c| c.num_replicas.is_none());
        if !fits || !is_plain || members.iter().any(|node| node.id() == to) {
            return None;
        }
        let closeness = |node: &Node, without: NodeId| -> usize {
            let others = members.iter().filter(|other| other.id() != without);
            others.map(|other| node.config.shared_tiers(&other.config)).sum()
        };
        members
            .iter()
            .filter(|node| node.id() != range.leaseholder())
            .filter(|node| held.iter().any(|(id, count)| *id == node.id() && *count > mean))
            .find(|node| closeness(target, node.id()) <= closeness(node, node.id()))
            .map(|node| node.id())
    }

    /// Of the nodes that may take more: of how many ranges `is_so` holds.
    fn counts(&self, is_so: impl Fn(&Range, NodeId) -> bool) -> Vec<(NodeId, usize)> {
        self.nodes
            .iter()
            .filter(|node| node.may_lead() && node.may_keep())
            .map(|node| (node.id(), self.ranges().filter(|range| is_so(range, node.id())).count()))
            .collect()
    }

    /// Makes a change, as far as it still can be made. Answers how many replicas or leases moved.
    pub fn make_change(&mut self, change: &Change, now: Timestamp) -> u64 {
        let mut done = 0;
        for one in &change.moves {
            let Some(at) = self.ranges.iter().position(|range| range.id() == one.range) else {
                continue;
            };
            let range = Arc::make_mut(&mut self.ranges[at]);
            let made = match change.kind {
                ChangeKind::Log | ChangeKind::Snapshot => {
                    one.to.is_some_and(|id| range.catch_up(id))
                }
                ChangeKind::Lease => one.to.is_some_and(|id| range.move_lease(id)),
                ChangeKind::Replace
                | ChangeKind::Add
                | ChangeKind::Remove
                | ChangeKind::Balance => range.change_members(one.from, one.to),
            };
            done += to_u64(usize::from(made));
        }
        self.settle_nodes(now);
        done
    }
}
