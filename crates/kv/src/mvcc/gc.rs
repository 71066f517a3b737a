//! Garbage collection of one range.

use base::hlc::Timestamp;

/// What one visit of the collector did.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct GcReport {
    /// The range's threshold after the visit.
    pub threshold: Timestamp,
    /// Whether it moved.
    pub moved: bool,
    /// Versions that are gone.
    pub removed_versions: u64,
    /// Their keys and values. *Units*: bytes.
    pub removed_bytes: u64,
    /// Range tombstones that are gone.
    pub removed_range_tombstones: u64,
}
