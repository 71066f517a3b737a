//! What befalls nodes, and what follows for ranges.
//!
//! ```text
//!   stop n2 at 0 s     its replicas stop; where it holds the lease nobody answers
//!           at 9 s     its record runs out: leases move to those that a majority hears
//!           at 5 min   it counts as dead: its replicas are replaced where there is room (module `replicate`)
//!   start n2           it is heard again; its replicas lag until they have caught up
//! ```
//!
//! Shape: each call changes nodes, then [`Kv::settle_nodes`] finds who is heard and lets every range follow. When records
//! run out is for the caller to come back to ([`Kv::next_expiry`]). Heartbeats need a majority of the range that holds
//! them: without it every record runs out.
//! Left out: Raft's own elections (a majority acts as one), leases by expiration (all go by liveness).
//! *Source*: `design.md` §5.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::NodeId;

use crate::cluster::Kv;
use crate::node::{Membership, Node, NodeConfig, Process, TOLERATED_OFFSET_NANOS};

/// Extra time that messages between two nodes take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SlowLink {
    /// One end.
    pub a: NodeId,
    /// The other.
    pub b: NodeId,
    /// For a message and its answer. *Units*: nanoseconds.
    pub nanos: i64,
}

/// What a range sees of the nodes when it follows them.
pub(crate) struct Net<'a> {
    pub(crate) nodes: &'a [Node],
    /// The side of the node to which clients speak.
    pub(crate) gateway_side: Option<u32>,
    pub(crate) now: Timestamp,
}

impl Net<'_> {
    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.config.id == id)
    }

    /// The side on which a node can be reached.
    pub(crate) fn side(&self, id: NodeId) -> Option<u32> {
        self.node(id).and_then(Node::reached_on)
    }
}

impl Kv {
    /// A node by its number.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.config.id == id)
    }

    /// The node to which clients speak: the first that is live and takes them, else the first that runs.
    pub fn gateway(&self) -> Option<NodeId> {
        let first = |may: &dyn Fn(&Node) -> bool| {
            self.nodes.iter().find(|node| may(node)).map(|node| node.config.id)
        };
        let runs = |node: &Node| node.process == Process::Running;
        first(&|node| node.may_lead()).or_else(|| first(&runs))
    }

    /// Tells how long a node counts as live after it was heard, and how long it is suspect before it counts as dead.
    pub const fn set_liveness(&mut self, liveness_nanos: i64, store_dead_nanos: i64) {
        self.liveness_nanos = liveness_nanos;
        self.store_dead_nanos = store_dead_nanos;
    }

    /// Tells under which key liveness records lie: without a majority of that range no node is heard.
    pub fn set_liveness_key(&mut self, key: &[u8]) {
        self.liveness_key = key.to_vec();
    }

    fn change_node(&mut self, id: NodeId, now: Timestamp, change: impl Fn(&mut Node)) {
        let nodes = Arc::make_mut(&mut self.nodes);
        if let Some(node) = nodes.iter_mut().find(|node| node.config.id == id) {
            change(node);
        }
        self.settle_nodes(now);
    }

    /// A node's process ends; with `lost` for ever, and its disk is gone.
    pub fn stop_node(&mut self, id: NodeId, lost: bool, now: Timestamp) {
        self.change_node(id, now, |node| {
            node.process = if lost { Process::Lost } else { Process::Stopped };
        });
    }

    /// A node's process starts (again). It takes clients and leases.
    pub fn start_node(&mut self, id: NodeId, now: Timestamp) {
        self.change_node(id, now, |node| {
            if node.process == Process::Stopped {
                node.process = Process::Running;
                node.started = now;
                node.draining = false;
            }
        });
    }

    /// A node hands its leases over and takes no clients; or takes them again.
    pub fn drain_node(&mut self, id: NodeId, draining: bool, now: Timestamp) {
        self.change_node(id, now, |node| node.draining = draining);
    }

    /// Says whether a node belongs to the cluster. One that has left stops.
    pub fn set_membership(&mut self, id: NodeId, membership: Membership, now: Timestamp) {
        self.change_node(id, now, |node| {
            node.membership = membership;
            if membership == Membership::Decommissioned && node.process == Process::Running {
                node.process = Process::Stopped;
            }
        });
    }

    /// A new node joins; answers its number. It holds nothing yet.
    pub fn join_node(&mut self, locality: Vec<(String, String)>, now: Timestamp) -> NodeId {
        let last = self.nodes.iter().map(|node| node.config.id.0).max().unwrap_or(0);
        let id = NodeId(last + 1);
        let node = Node::new(NodeConfig { id, locality }, now);
        Arc::make_mut(&mut self.nodes).push(node);
        self.settle_nodes(now);
        id
    }

    /// Cuts the network: nodes of one group hear each other, nodes in none of them form one more group.
    pub fn partition(&mut self, groups: &[Vec<NodeId>], now: Timestamp) {
        for node in Arc::make_mut(&mut self.nodes) {
            let group = groups.iter().position(|group| group.contains(&node.config.id));
            node.side = base::num::to_u32(group.map_or(0, |group| group + 1));
        }
        self.settle_nodes(now);
    }

    /// All nodes hear each other again, without delay.
    pub fn heal(&mut self, now: Timestamp) {
        self.slow_links = Arc::default();
        self.partition(&[], now);
    }

    /// Whether the network is cut or a link is slow.
    pub fn is_cut(&self) -> bool {
        !self.slow_links.is_empty() || self.nodes.iter().any(|node| node.side != 0)
    }

    /// Makes a link slow; with 0 as it was.
    pub fn slow_link(&mut self, link: SlowLink) {
        let links = Arc::make_mut(&mut self.slow_links);
        let same = |known: &SlowLink| {
            (known.a, known.b) == (link.a, link.b) || (known.b, known.a) == (link.a, link.b)
        };
        links.retain(|known| !same(known));
        if link.nanos > 0 {
            links.push(link);
        }
    }

    /// Lets ranges follow after a link has changed.
    pub fn refollow(&mut self, now: Timestamp) {
        self.settle_nodes(now);
    }

    /// The links that are slow.
    pub fn slow_links(&self) -> &[SlowLink] {
        &self.slow_links
    }

    /// Sets a node's clock off. Answers the nodes that find themselves too far from half of those that run, themselves
    /// included, and how many they agree with: these stop themselves.
    pub fn set_clock_offset(&mut self, id: NodeId, nanos: i64) -> Vec<(NodeId, usize, usize)> {
        let nodes = Arc::make_mut(&mut self.nodes);
        if let Some(node) = nodes.iter_mut().find(|node| node.config.id == id) {
            node.clock_offset_nanos = nanos;
        }
        let running: Vec<_> =
            nodes.iter().filter(|node| node.process == Process::Running).collect();
        let agree = |node: &Node| {
            let near = |other: &&&Node| {
                let apart = node.clock_offset_nanos.abs_diff(other.clock_offset_nanos);
                apart <= TOLERATED_OFFSET_NANOS.unsigned_abs()
            };
            running.iter().filter(near).count()
        };
        running
            .iter()
            .map(|node| (node.config.id, agree(node), running.len()))
            .filter(|(_, near, all)| *near <= all / 2)
            .collect()
    }

    /// Until when a node's liveness record holds (or held).
    pub fn liveness_until(&self, node: &Node, now: Timestamp) -> Timestamp {
        node.expires.unwrap_or(now.add_nanos(self.liveness_nanos))
    }

    /// When the next record runs out or the next node counts as dead.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.nodes.iter().filter_map(|node| self.expiry_of(node)).min()
    }

    fn expiry_of(&self, node: &Node) -> Option<Timestamp> {
        let expires = node.expires?;
        if node.live {
            return Some(expires);
        }
        let dead_at = expires.add_nanos(self.store_dead_nanos - self.liveness_nanos);
        (!node.dead && node.membership == Membership::Active).then_some(dead_at)
    }

    /// Lets records run out and nodes count as dead whose time has come. Answers them: (who, whether dead).
    pub fn expire(&mut self, now: Timestamp) -> Vec<(NodeId, bool)> {
        let mut told = Vec::new();
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            if self.expiry_of(node).is_none_or(|due| due > now) {
                continue;
            }
            let was_live = node.live;
            let node = &mut Arc::make_mut(&mut self.nodes)[at];
            if was_live {
                node.live = false;
                node.epoch += 1;
            } else {
                node.dead = true;
            }
            told.push((node.config.id, !was_live));
        }
        if !told.is_empty() {
            self.settle_nodes(now);
        }
        told
    }

    /// Finds who is heard, and lets every range follow.
    pub(crate) fn settle_nodes(&mut self, now: Timestamp) {
        let heard_on = self.heartbeat_side(now);
        let until = now.add_nanos(self.liveness_nanos);
        for node in Arc::make_mut(&mut self.nodes) {
            let is_heard = heard_on.is_some() && node.reached_on() == heard_on;
            if is_heard {
                node.expires = None;
                node.live = true;
                node.dead = false;
            } else if node.expires.is_none() {
                node.expires = Some(until);
            }
        }
        self.follow_all(now);
    }

    /// The side on which heartbeats are taken.
    fn heartbeat_side(&mut self, now: Timestamp) -> Option<u32> {
        let at = self.index_of(&self.liveness_key);
        let nodes = Arc::clone(&self.nodes);
        let net = Net { nodes: &nodes, gateway_side: None, now };
        let range = Arc::make_mut(&mut self.ranges[at]);
        range.follow(&net);
        range.quorum_side()
    }

    /// Lets every range follow the nodes as they stand.
    pub(crate) fn follow_all(&mut self, now: Timestamp) {
        self.followed = now;
        let nodes = Arc::clone(&self.nodes);
        let gateway_side = self.gateway_side();
        let net = Net { nodes: &nodes, gateway_side, now };
        for range in &mut self.ranges {
            Arc::make_mut(range).follow(&net);
        }
        self.degraded = !self.ranges.iter().all(|range| range.is_available());
        self.has_latency = !self.slow_links.is_empty() || many_regions(&nodes);
    }

    pub(crate) fn gateway_side(&self) -> Option<u32> {
        self.gateway().and_then(|id| self.node(id)).and_then(Node::reached_on)
    }

    /// Whether some range does not answer.
    pub const fn is_degraded(&self) -> bool {
        self.degraded
    }
}

/// Whether the nodes lie in more than one region.
pub(crate) fn many_regions(nodes: &[Node]) -> bool {
    let mut regions = nodes.iter().map(|node| node.config.region());
    let first = regions.next();
    regions.any(|region| Some(region) != first)
}
