//! Garbage collection of one range.
//!
//! ```text
//!   threshold before ────▶│                       never moves back
//!        oldest record ───────────▏p              the new one stays just below p
//!              now − ttl ──────────────▶│         and never passes this
//! ```
//!
//! At threshold T, every version at or below T goes except the newest such of a key if it is a live value.
//! *Source*: `spec/gc-and-protected-timestamps.md` §3.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::RangeId;

use crate::cluster::Kv;
use crate::protected;
use crate::range::Range;

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

impl Kv {
    /// One visit of the collector: moves the range's threshold to `now` − TTL, held back by protection records, never
    /// down, and removes what nobody can read any more. Costs what there is to remove. A range without a majority is
    /// not visited.
    pub fn gc_range(&mut self, id: RangeId, now: Timestamp) -> GcReport {
        let Some(at) = self.ranges.iter().position(|range| range.id() == id) else {
            return GcReport::default();
        };
        let range = &self.ranges[at];
        let before = range.gc_threshold();
        if !range.is_available() {
            return GcReport { threshold: before, ..GcReport::default() };
        }
        let oldest = protected::oldest(&self.protections, range, None);
        let threshold = before.max(allowed(range, now, oldest));
        let has_garbage = first_garbage(range).is_some_and(|first| first <= threshold);
        if threshold == before && !has_garbage {
            return GcReport { threshold, ..GcReport::default() };
        }
        let range = Arc::make_mut(&mut self.ranges[at]);
        range.gc_threshold = threshold;
        let mut report = GcReport { threshold, moved: threshold > before, ..GcReport::default() };
        if has_garbage {
            collect(range, &mut report);
            self.bytes = self.bytes.saturating_sub(report.removed_bytes);
        }
        report
    }

    /// The earliest time at which a visit could find something to remove, not counting protection records.
    pub fn next_garbage(&self, id: RangeId) -> Option<Timestamp> {
        let range = self.ranges.iter().find(|range| range.id() == id)?;
        let first = first_garbage(range)?;
        Some(first.add_nanos(range.config().gc_ttl_secs.saturating_mul(NANOS_PER_SEC)))
    }
}

/// How far the threshold may go: `now` − TTL, but below the oldest protected time.
pub(crate) fn allowed(range: &Range, now: Timestamp, oldest: Option<Timestamp>) -> Timestamp {
    let ttl_nanos = range.config().gc_ttl_secs.saturating_mul(NANOS_PER_SEC);
    let expired = Timestamp { wall: now.wall.saturating_sub(ttl_nanos), logical: now.logical };
    let expired = if expired.wall < 0 { Timestamp::ZERO } else { expired };
    oldest.map_or(expired, |ts| expired.min(ts.prev()))
}

fn first_garbage(range: &Range) -> Option<Timestamp> {
    let first = range.tree.summary().first_garbage;
    let of_points = (first < Timestamp::MAX).then_some(first);
    match (of_points, range.tombstones.first()) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn collect(range: &mut Range, report: &mut GcReport) {
    let before = range.tree.summary();
    let old = range.tombstones.within(Timestamp::ZERO, report.threshold);
    range.tree.collect(report.threshold, &old);
    let kept = range.tombstones.within(report.threshold, Timestamp::MAX);
    let after = range.tree.summary();
    report.removed_versions = before.versions - after.versions;
    report.removed_bytes = before.total_bytes - after.total_bytes;
    report.removed_range_tombstones = base::num::to_u64(old.count());
    range.tombstones = kept;
    range.advance_log(0);
}
