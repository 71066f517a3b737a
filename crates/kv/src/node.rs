//! Nodes: what is known of them, and how they stand.
//!
//! ```text
//!   running ─ heard by the side that holds a majority ─▶ live        its leases and its place in quorums count
//!      │  └── not heard: 9 s ─▶ suspect (leases move) ─ 5 min ─▶ dead (its replicas are replaced)
//!      └─ stopped (may come back) · lost (never, and its disk with it)
//! ```
//!
//! Shape: plain values; what follows for ranges is told in [`liveness`](crate::liveness), where replicas go in `allocator`.
//! Units: nanoseconds. *Source*: `spec/zone-configs-and-cluster.md` §7, §8.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::NodeId;

use crate::zone::Constraint;

/// How long a node counts as live after it was last heard, unless told otherwise.
pub(crate) const LIVENESS_NANOS: i64 = 9 * NANOS_PER_SEC;

/// How long a node is suspect before it counts as dead (`server.time_until_store_dead`), unless told otherwise.
pub(crate) const STORE_DEAD_NANOS: i64 = 300 * NANOS_PER_SEC;

/// Offset of a clock, in nanoseconds, beyond which a node stops itself: four fifths of `--max-offset=500ms`.
pub const TOLERATED_OFFSET_NANOS: i64 = 400_000_000;

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

    /// The value of its tier `region`, if it has one.
    pub fn region(&self) -> Option<&str> {
        self.locality.iter().find(|(key, _)| key == "region").map(|(_, value)| value.as_str())
    }

    /// How many tiers from the top are the same.
    pub(crate) fn shared_tiers(&self, other: &Self) -> usize {
        self.locality.iter().zip(&other.locality).take_while(|(a, b)| a == b).count()
    }
}

/// Whether a node's process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Process {
    /// It runs.
    Running,
    /// It has stopped and may come back with its disk.
    Stopped,
    /// It is gone for ever, and its disk with it.
    Lost,
}

/// Whether a node belongs to the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Membership {
    /// It does.
    Active,
    /// Its replicas are being moved away.
    Decommissioning,
    /// It has left and cannot come back.
    Decommissioned,
}

impl Membership {
    /// As the liveness record says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Decommissioning => "decommissioning",
            Self::Decommissioned => "decommissioned",
        }
    }
}

/// A node as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Number and locality.
    pub config: NodeConfig,
    /// Whether its liveness record holds: it has been heard within the last seconds.
    pub live: bool,
    /// Whether its process runs.
    pub process: Process,
    /// Its side of a partition of the network: nodes of one side hear each other.
    pub side: u32,
    /// It takes no clients and no leases.
    pub draining: bool,
    /// Whether it belongs to the cluster.
    pub membership: Membership,
    /// Grows each time its liveness record has run out.
    pub epoch: u64,
    /// When its liveness record runs out (or ran out); `None` while it is heard.
    pub expires: Option<Timestamp>,
    /// It has been silent for so long that its replicas are replaced.
    pub dead: bool,
    /// How far its clock is off. *Units*: nanoseconds.
    pub clock_offset_nanos: i64,
    /// When its process started.
    pub started: Timestamp,
}

impl Node {
    /// A node that runs.
    pub(crate) const fn new(config: NodeConfig, now: Timestamp) -> Self {
        Self {
            config,
            live: true,
            process: Process::Running,
            side: 0,
            draining: false,
            membership: Membership::Active,
            epoch: 1,
            expires: None,
            dead: false,
            clock_offset_nanos: 0,
            started: now,
        }
    }

    /// Its number.
    pub const fn id(&self) -> NodeId {
        self.config.id
    }

    /// The side on which it can be reached, if it runs.
    pub fn reached_on(&self) -> Option<u32> {
        (self.process == Process::Running).then_some(self.side)
    }

    /// Whether it may be given leases and clients.
    pub(crate) fn may_lead(&self) -> bool {
        self.live && self.process == Process::Running && !self.draining
    }

    /// Whether what it holds may stay there.
    pub(crate) fn may_keep(&self) -> bool {
        self.membership == Membership::Active && !self.dead
    }

    /// How it stands, in the console's words.
    pub const fn liveness_word(&self) -> &'static str {
        match (self.membership, self.process) {
            (Membership::Decommissioned, _) => "decommissioned",
            (_, Process::Lost) => "lost",
            _ if self.dead => "dead",
            _ if !self.live || self.expires.is_some() => "suspect",
            (Membership::Decommissioning, _) => "decommissioning",
            _ if self.draining => "draining",
            (Membership::Active, _) => "live",
        }
    }
}
