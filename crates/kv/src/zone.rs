//! What a zone says about a span of keys.
//!
//! Shape: sql derives these from `system.zones` and pushes them in; kv never reads rows.
//! Units: seconds, bytes.
//! *Source*: `spec/zone-configs-and-cluster.md` §2, §3.

/// One demand on the nodes that hold replicas: `+region=us-east` or `-ssd`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Constraint {
    /// Tier or attribute; an attribute has an empty key.
    pub key: String,
    /// What it must be.
    pub value: String,
    /// Whether it must *not* be so (`-`).
    pub prohibited: bool,
}

/// Constraints for some or all of the replicas.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conjunction {
    /// For how many replicas; `None` for all.
    pub num_replicas: Option<u32>,
    /// All of these must hold.
    pub constraints: Vec<Constraint>,
}

/// The effective zone of a span: every field filled in, nearest zone first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpanConfig {
    /// How long overwritten and deleted versions stay. *Units*: seconds.
    pub gc_ttl_secs: i64,
    /// How many replicas; fewer if there are fewer nodes.
    pub num_replicas: u32,
    /// Smaller ranges merge.
    pub range_min_bytes: i64,
    /// Larger ranges split.
    pub range_max_bytes: i64,
    /// Which nodes may hold replicas.
    pub constraints: Vec<Conjunction>,
    /// Which nodes should hold the lease; the first that fits wins.
    pub lease_preferences: Vec<Vec<Constraint>>,
    /// Rows stay out of backups, and protection records ignore the span (v22.1 on).
    pub exclude_data_from_backup: bool,
    /// Reads are refused by the range's threshold only, never by the TTL: so for system tables.
    pub ignore_strict_enforcement: bool,
}

impl Default for SpanConfig {
    fn default() -> Self {
        Self {
            gc_ttl_secs: 90_000,
            num_replicas: 3,
            range_min_bytes: 134_217_728,
            range_max_bytes: 536_870_912,
            constraints: Vec::new(),
            lease_preferences: Vec::new(),
            exclude_data_from_backup: false,
            ignore_strict_enforcement: false,
        }
    }
}
