//! Where replicas and leases go.
//!
//! ```text
//!   n1 us-east/a   n2 us-east/b   n3 us-west/a   n4 us-west/b        three replicas of r7: n2, n3, then n1 or n4:
//!                                                                    as far apart as tiers tell, ties by turns
//! ```
//!
//! Shape: pure functions of nodes, zone, range number and the replicas that are there, which stay where they may.
//! Left out: load, disk space. *Source*: `spec/zone-configs-and-cluster.md` §2, §7, §8.

use crate::node::{Membership, Node, NodeConfig};
use crate::zone::{Constraint, SpanConfig};
use base::ids::{NodeId, RangeId};
use base::num::{index, to_u64, to_usize};
use base::sort;

/// What a placement is made from.
pub(crate) struct Placement<'a> {
    pub(crate) nodes: &'a [Node],
    pub(crate) zone: &'a SpanConfig,
    pub(crate) range: RangeId,
    /// Where replicas are.
    pub(crate) keep: &'a [NodeId],
    /// The side on which new replicas can be made.
    pub(crate) side: Option<u32>,
}

impl Placement<'_> {
    /// The nodes that should hold replicas, in order of number.
    pub(crate) fn targets(&self) -> Vec<NodeId> {
        let order = self.candidates();
        let mut chosen: Vec<&NodeConfig> = Vec::new();
        for conjunction in &self.zone.constraints {
            let Some(wanted) = conjunction.num_replicas else { continue };
            let fits = suited(&order, &conjunction.constraints);
            for _ in 0..wanted {
                self.add(&mut chosen, &fits);
            }
        }
        let mut fits = suited(&order, &for_all(self.zone));
        if fits.is_empty() {
            // A constraint that no node meets stays and has no effect.
            fits.clone_from(&order);
        }
        let wanted = self.wanted(order.len());
        chosen.truncate(wanted);
        while chosen.len() < wanted && self.add(&mut chosen, &fits) {}
        // Too few nodes meet the constraint: the rest lies elsewhere rather than nowhere.
        while chosen.len() < wanted && self.add(&mut chosen, &order) {}
        let mut ids: Vec<_> = chosen.into_iter().map(|node| node.id).collect();
        sort::natural(&mut ids);
        ids
    }

    /// How many replicas there should be when `candidates` nodes could hold some.
    fn wanted(&self, candidates: usize) -> usize {
        let active = self.nodes.iter().filter(|n| n.membership == Membership::Active).count();
        let needed = needed(index(self.zone.num_replicas), active);
        if candidates >= needed || candidates <= self.keep.len() {
            return needed.min(candidates);
        }
        // One more replica that makes an even number would not survive one more failure.
        let odd = if candidates.is_multiple_of(2) { candidates - 1 } else { candidates };
        odd.max(self.keep.len().min(needed))
    }

    /// The nodes that may hold a replica, beginning with another one for each range.
    fn candidates(&self) -> Vec<&NodeConfig> {
        let may = |node: &&Node| {
            let is_new = !self.keep.contains(&node.id());
            let reached = !is_new
                || (node.may_lead() && (self.side.is_none() || node.reached_on() == self.side));
            node.may_keep() && reached
        };
        let mut order: Vec<_> = self.nodes.iter().filter(may).map(|node| &node.config).collect();
        let length = to_u64(order.len()).max(1);
        order.rotate_left(to_usize(self.range.0.wrapping_sub(1) % length));
        order
    }

    /// Adds the node that shares fewest tiers with those chosen: of those that hold a replica, then of all; the first of
    /// equals. Answers whether there was one.
    fn add<'a>(&self, chosen: &mut Vec<&'a NodeConfig>, from: &[&'a NodeConfig]) -> bool {
        let kept: Vec<_> =
            from.iter().filter(|node| self.keep.contains(&node.id)).copied().collect();
        add_farthest(chosen, &kept) || add_farthest(chosen, from)
    }
}

/// How many replicas a zone that asks for `wanted` needs on so many nodes: never an even number because nodes are few, and
/// never fewer than three for that reason.
fn needed(wanted: usize, nodes: usize) -> usize {
    if nodes >= wanted {
        return wanted;
    }
    let odd = if nodes.is_multiple_of(2) { nodes.saturating_sub(1) } else { nodes };
    odd.max(3).min(wanted)
}

/// How many replicas a range needs on the nodes that belong to the cluster.
pub(crate) fn replicas_needed(nodes: &[Node], zone: &SpanConfig) -> usize {
    let active = nodes.iter().filter(|node| node.membership == Membership::Active).count();
    needed(index(zone.num_replicas), active)
}

/// The constraints that hold for all replicas.
pub(crate) fn for_all(zone: &SpanConfig) -> Vec<Constraint> {
    zone.constraints
        .iter()
        .filter(|conjunction| conjunction.num_replicas.is_none())
        .flat_map(|conjunction| conjunction.constraints.clone())
        .collect()
}

/// The node that should hold the lease, of those that may: preferences first, then by turns.
pub(crate) fn choose_leaseholder(
    nodes: &[Node],
    zone: &SpanConfig,
    may: &[NodeId],
    range: RangeId,
) -> Option<NodeId> {
    preferred(nodes, zone, may).or_else(|| turn(may, range).copied())
}

/// The first of `may` that the first preference that anyone meets wants.
pub(crate) fn preferred(nodes: &[Node], zone: &SpanConfig, may: &[NodeId]) -> Option<NodeId> {
    let config = |id: &NodeId| nodes.iter().find(|node| node.config.id == *id);
    zone.lease_preferences.iter().find_map(|wanted| {
        may.iter()
            .find(|id| {
                config(id).is_some_and(|node| wanted.iter().all(|one| node.config.satisfies(one)))
            })
            .copied()
    })
}

/// Whether the node meets the first preference that any of `may` meets.
pub(crate) fn is_preferred(
    nodes: &[Node],
    zone: &SpanConfig,
    may: &[NodeId],
    node: NodeId,
) -> bool {
    let meets = |wanted: &Vec<Constraint>, id: &NodeId| {
        let found = nodes.iter().find(|node| node.config.id == *id);
        found.is_some_and(|node| wanted.iter().all(|one| node.config.satisfies(one)))
    };
    let first = zone.lease_preferences.iter().find(|wanted| may.iter().any(|id| meets(wanted, id)));
    first.is_none_or(|wanted| meets(wanted, &node))
}

fn turn<T>(items: &[T], range: RangeId) -> Option<&T> {
    let length = to_u64(items.len()).max(1);
    items.get(to_usize(range.0.wrapping_sub(1) % length))
}

fn suited<'a>(nodes: &[&'a NodeConfig], constraints: &[Constraint]) -> Vec<&'a NodeConfig> {
    let meets = |node: &&&NodeConfig| constraints.iter().all(|one| node.satisfies(one));
    nodes.iter().filter(meets).copied().collect()
}

fn add_farthest<'a>(chosen: &mut Vec<&'a NodeConfig>, from: &[&'a NodeConfig]) -> bool {
    let closeness =
        |node: &NodeConfig| -> usize { chosen.iter().map(|other| node.shared_tiers(other)).sum() };
    let free = from.iter().filter(|node| chosen.iter().all(|other| other.id != node.id));
    let farthest = free.min_by_key(|node| closeness(node)).copied();
    chosen.extend(farthest);
    farthest.is_some()
}

#[cfg(test)]
mod tests {
    use base::hlc::Timestamp;

    use super::*;
    use crate::zone::Conjunction;

    fn nodes(localities: &[&str]) -> Vec<Node> {
        let node = |(at, text): (usize, &&str)| {
            let tiers = text.split(',').filter_map(|tier| tier.split_once('='));
            let locality = tiers.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            let id = NodeId(base::num::to_u32(at + 1));
            Node::new(NodeConfig { id, locality }, Timestamp::ZERO)
        };
        localities.iter().enumerate().map(node).collect()
    }

    fn place(nodes: &[Node], zone: &SpanConfig, range: u64, keep: &[u32]) -> Vec<u32> {
        let keep: Vec<NodeId> = keep.iter().map(|id| NodeId(*id)).collect();
        let placement = Placement { nodes, zone, range: RangeId(range), keep: &keep, side: None };
        placement.targets().into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn replicas_lie_far_apart() {
        let nodes = nodes(&["r=e,a=1", "r=e,a=1", "r=e,a=2", "r=w,a=1"]);
        let zone = SpanConfig::default();
        assert_eq!(place(&nodes, &zone, 1, &[]), [1, 3, 4]);
        assert_eq!(place(&nodes, &zone, 2, &[]), [2, 3, 4]);
        let five = SpanConfig { num_replicas: 5, ..SpanConfig::default() };
        assert_eq!(place(&nodes, &five, 1, &[]).len(), 3);
    }

    #[test]
    fn what_is_there_stays_and_the_dead_are_replaced() {
        let mut nodes = nodes(&["a=1", "a=2", "a=3", "a=4"]);
        let zone = SpanConfig::default();
        assert_eq!(place(&nodes, &zone, 1, &[2, 3, 4]), [2, 3, 4]);
        nodes[2].dead = true;
        assert_eq!(place(&nodes, &zone, 1, &[2, 3, 4]), [1, 2, 4]);
        nodes[0].live = false;
        assert_eq!(place(&nodes, &zone, 1, &[2, 3, 4]), [2, 4], "nobody can take it over");
    }

    #[test]
    fn constraints_and_preferences_hold() {
        let nodes = nodes(&["r=e", "r=e", "r=e", "r=w", "r=w"]);
        let only = |value: &str, prohibited| Constraint {
            key: "r".to_owned(),
            value: value.to_owned(),
            prohibited,
        };
        let mut zone = SpanConfig {
            constraints: vec![Conjunction {
                num_replicas: None,
                constraints: vec![only("w", true)],
            }],
            lease_preferences: vec![vec![only("x", false)], vec![only("w", false)]],
            ..SpanConfig::default()
        };
        assert_eq!(place(&nodes, &zone, 9, &[]), [1, 2, 3]);
        zone.constraints =
            vec![Conjunction { num_replicas: Some(2), constraints: vec![only("w", false)] }];
        let chosen = place(&nodes, &zone, 1, &[]);
        assert_eq!(chosen.len(), 3);
        assert!(chosen.ends_with(&[4, 5]));
        let chosen: Vec<NodeId> = chosen.into_iter().map(NodeId).collect();
        assert_eq!(choose_leaseholder(&nodes, &zone, &chosen, RangeId(1)), Some(NodeId(4)));
        assert!(!is_preferred(&nodes, &zone, &chosen, chosen[0]));
    }
}
