//! Nodes of a cluster.

use base::ids::NodeId;

/// What is known of a node before it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeConfig {
    /// Its number, from 1.
    pub id: NodeId,
    /// Tiers from broad to narrow: `region=us-east`, `az=a`.
    pub locality: Vec<(String, String)>,
}

/// A node as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Number and locality.
    pub config: NodeConfig,
    /// Whether it runs and is heard.
    pub live: bool,
}
