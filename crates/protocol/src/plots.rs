//! Plots: how much the data took over time. What backups took stands in the chain map.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// Measurements over time.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct PlotsView {
    /// Sizes of the user tables of the cluster in use, oldest first.
    pub sizes: Vec<SizePoint>,
}

/// The size of the user tables at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct SizePoint {
    /// When.
    pub at: Nanos,
    /// Bytes that a read can see.
    pub live_bytes: u64,
    /// Bytes that only a historical read can see.
    pub garbage_bytes: u64,
}
