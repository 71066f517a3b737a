//! Nodes, and on which of them replicas go.
//!
//! ```text
//!   n1 us-east/a   n2 us-east/b   n3 us-west/a   n4 us-west/b        three replicas of r7: n2, n3, then n1 or n4:
//!                                                                    as far apart as tiers tell, ties by turns
//! ```
//!
//! Shape: pure functions of nodes, zone and range number, so the same cluster is always laid out the same way.
//! Left out: load, disk space, moving replicas over time (they jump).
//! *Source*: `spec/zone-configs-and-cluster.md` §2, §7, §8.

use base::ids::{NodeId, RangeId};
use base::num::{index, to_u64, to_usize};

use crate::zone::{Constraint, SpanConfig};

/// What is known of a node before it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeConfig {
    /// Its number, from 1.
    pub id: NodeId,
    /// Tiers from broad to narrow: `region=us-east`, `az=a`.
    pub locality: Vec<(String, String)>,
}

impl NodeConfig {
    /// Whether a constraint holds here.
    pub fn satisfies(&self, constraint: &Constraint) -> bool {
        let is_so = self
            .locality
            .iter()
            .any(|(key, value)| *key == constraint.key && *value == constraint.value);
        is_so != constraint.prohibited
    }

    /// As it is printed: `region=us-east,az=a`.
    pub fn locality_text(&self) -> String {
        let mut text = String::new();
        for (key, value) in &self.locality {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(key);
            text.push('=');
            text.push_str(value);
        }
        text
    }

    /// How many tiers from the top are the same.
    fn shared_tiers(&self, other: &Self) -> usize {
        self.locality.iter().zip(&other.locality).take_while(|(a, b)| a == b).count()
    }
}

/// A node as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Number and locality.
    pub config: NodeConfig,
    /// Whether it runs and is heard.
    pub live: bool,
}

/// The nodes that hold replicas of a range, in order of number.
pub(crate) fn allocate(nodes: &[Node], zone: &SpanConfig, range: RangeId) -> Vec<NodeId> {
    let order = by_turns(nodes, range);
    let mut chosen: Vec<&NodeConfig> = Vec::new();
    for conjunction in &zone.constraints {
        let Some(wanted) = conjunction.num_replicas else { continue };
        let fits: Vec<_> = suited(&order, &conjunction.constraints);
        for _ in 0..wanted {
            add_farthest(&mut chosen, &fits);
        }
    }
    let for_all: Vec<Constraint> = zone
        .constraints
        .iter()
        .filter(|conjunction| conjunction.num_replicas.is_none())
        .flat_map(|conjunction| conjunction.constraints.clone())
        .collect();
    let mut fits = suited(&order, &for_all);
    if fits.is_empty() {
        // A constraint that no node meets stays and has no effect.
        fits.clone_from(&order);
    }
    let wanted = replica_count(fits.len(), index(zone.num_replicas));
    chosen.truncate(wanted);
    while chosen.len() < wanted && add_farthest(&mut chosen, &fits) {}
    let mut ids: Vec<_> = chosen.into_iter().map(|node| node.id).collect();
    ids.sort_unstable();
    ids
}

/// How many replicas are useful: as many as the zone says; with fewer nodes an odd number, since one more would not
/// survive one more failure.
const fn replica_count(nodes: usize, wanted: usize) -> usize {
    if nodes >= wanted {
        wanted
    } else if nodes.is_multiple_of(2) && nodes > 0 {
        nodes - 1
    } else {
        nodes
    }
}

/// The node that should hold the lease, of those `live`: preferences first, then by turns.
pub(crate) fn choose_leaseholder(
    nodes: &[Node],
    zone: &SpanConfig,
    live: &[NodeId],
    range: RangeId,
) -> Option<NodeId> {
    let config = |id: &NodeId| nodes.iter().find(|node| node.config.id == *id);
    let preferred = zone.lease_preferences.iter().find_map(|wanted| {
        live.iter().find(|id| {
            config(id).is_some_and(|node| wanted.iter().all(|one| node.config.satisfies(one)))
        })
    });
    preferred.or_else(|| turn(live, range)).copied()
}

fn turn<T>(items: &[T], range: RangeId) -> Option<&T> {
    let length = to_u64(items.len()).max(1);
    items.get(to_usize(range.0.wrapping_sub(1) % length))
}

/// The nodes, beginning with another one for each range.
fn by_turns(nodes: &[Node], range: RangeId) -> Vec<&NodeConfig> {
    let length = to_u64(nodes.len()).max(1);
    let mut order: Vec<_> = nodes.iter().map(|node| &node.config).collect();
    order.rotate_left(to_usize(range.0.wrapping_sub(1) % length));
    order
}

fn suited<'a>(nodes: &[&'a NodeConfig], constraints: &[Constraint]) -> Vec<&'a NodeConfig> {
    let meets = |node: &&&NodeConfig| constraints.iter().all(|one| node.satisfies(one));
    nodes.iter().filter(meets).copied().collect()
}

/// Adds the node that shares fewest tiers with those chosen; the first of equals. Answers whether there was one.
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
    use super::*;
    use crate::zone::Conjunction;

    fn nodes(localities: &[&str]) -> Vec<Node> {
        let node = |(at, text): (usize, &&str)| {
            let tiers = text.split(',').filter_map(|tier| tier.split_once('='));
            let locality = tiers.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            let id = NodeId(base::num::to_u32(at + 1));
            Node { config: NodeConfig { id, locality }, live: true }
        };
        localities.iter().enumerate().map(node).collect()
    }

    #[test]
    fn replicas_lie_far_apart() {
        let nodes = nodes(&["r=e,a=1", "r=e,a=1", "r=e,a=2", "r=w,a=1"]);
        let zone = SpanConfig::default();
        assert_eq!(allocate(&nodes, &zone, RangeId(1)), [NodeId(1), NodeId(3), NodeId(4)]);
        assert_eq!(allocate(&nodes, &zone, RangeId(2)), [NodeId(2), NodeId(3), NodeId(4)]);
        let five = SpanConfig { num_replicas: 5, ..SpanConfig::default() };
        assert_eq!(allocate(&nodes, &five, RangeId(1)).len(), 3);
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
        assert_eq!(allocate(&nodes, &zone, RangeId(9)), [NodeId(1), NodeId(2), NodeId(3)]);
        zone.constraints =
            vec![Conjunction { num_replicas: Some(2), constraints: vec![only("w", false)] }];
        let chosen = allocate(&nodes, &zone, RangeId(1));
        assert_eq!(chosen.len(), 3);
        assert!(chosen.ends_with(&[NodeId(4), NodeId(5)]));
        assert_eq!(choose_leaseholder(&nodes, &zone, &chosen, RangeId(1)), Some(NodeId(4)));
    }
}
