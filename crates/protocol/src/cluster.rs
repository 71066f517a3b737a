//! The cluster: nodes and ranges.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// One cluster, and the names of all.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ClusterView {
    /// Its name.
    pub name: String,
    /// Its UUID.
    pub id: String,
    /// Its version.
    pub version: String,
    /// All clusters of the world.
    pub clusters: Vec<String>,
    /// Nodes by number.
    pub nodes: Vec<Node>,
    /// Ranges by start key.
    pub ranges: Vec<Range>,
    /// Ranges left out because there are too many.
    pub more_ranges: u32,
    /// Ranges that do not answer.
    pub unavailable: u32,
    /// Ranges with a replica that lags or cannot be reached.
    pub under_replicated: u32,
    /// The network is cut or a link is slow: `\sim heal` ends that.
    pub is_cut: bool,
    /// What the replicate queue does next, in words.
    pub queue: Option<String>,
}

/// One node.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its number.
    pub id: u32,
    /// Locality: `region=us-east1,az=b`.
    pub locality: String,
    /// Its state in the field's words: `live`, `suspect`, `dead`, `lost`, `draining`, `decommissioning`, `decommissioned`.
    pub liveness: String,
    /// Whether it answers.
    pub is_live: bool,
    /// Replicas it holds.
    pub replicas: u32,
    /// Leases it holds.
    pub leases: u32,
    /// Bytes of its replicas.
    pub size_bytes: u64,
    /// Its process: `running`, `stopped` (may be restarted), `lost` (never again).
    pub process: String,
    /// Whether clients speak to it.
    pub is_gateway: bool,
    /// Whether it hands its leases over.
    pub draining: bool,
    /// `active`, `decommissioning`, `decommissioned`.
    pub membership: String,
    /// Its side of a partition; 0 while the network is whole.
    pub side: u32,
    /// How far its clock is off.
    pub clock_offset: Nanos,
    /// When its liveness record runs out; nothing while it is heard.
    pub expires: Option<Nanos>,
    /// Replicas that lag behind.
    pub lagging: u32,
}

/// One range.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Range {
    /// Its number.
    pub id: String,
    /// Start key, pretty: `/Table/106`.
    pub start: String,
    /// End key, pretty.
    pub end: String,
    /// The table inside, if it is one: `bank.accounts`.
    pub table: Option<String>,
    /// Whether it holds system tables.
    pub is_system: bool,
    /// Nodes with a replica.
    pub replicas: Vec<u32>,
    /// Node with the lease.
    pub leaseholder: Option<u32>,
    /// Bytes that a read now can see.
    pub live_bytes: u64,
    /// Bytes that only a historical read can see.
    pub garbage_bytes: u64,
    /// Keys.
    pub keys: u64,
    /// GC threshold; 0 if never collected.
    pub gc_threshold: Nanos,
    /// `gc.ttlseconds` that holds here.
    pub ttl_secs: i64,
    /// When GC visits next.
    pub next_visit: Option<Nanos>,
    /// Whether it answers: a majority of its replicas lives and can be reached, and one of it holds the lease.
    pub available: bool,
    /// Why it does not answer, in words; empty if it does.
    pub standing: String,
    /// Nodes whose replica lags or cannot be reached.
    pub lagging: Vec<u32>,
}
