//! Records that hold garbage collection back.
//!
//! ```text
//!   now − ttl ─────────────▶│           the threshold wants to come here,
//!             p.ts ▏                    stops just below the oldest record over the range,
//!   threshold ─────▶│                   and reads at p.ts or later still work
//! ```
//!
//! Shape: sql derives these from `system.protected_ts_records` and pushes them in.
//! *Source*: `spec/gc-and-protected-timestamps.md` §3–§6.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::Uuid;
use base::span::Span;

use crate::cluster::Kv;
use crate::mvcc::gc;
use crate::range::Range;

/// One record: everything needed to read the spans at `ts` or later must stay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Protection {
    /// The record's name.
    pub id: Uuid,
    /// The earliest time that must stay readable.
    pub ts: Timestamp,
    /// Over which keys.
    pub spans: Vec<Span>,
}

impl Protection {
    /// Whether this record holds `range` back. Ranges kept out of backups are not held.
    pub fn covers(&self, range: &Range) -> bool {
        !range.config().exclude_data_from_backup
            && self.spans.iter().any(|span| span.overlaps(range.span()))
    }
}

/// The oldest protected time over `range`, leaving out the record `ignoring`.
pub(crate) fn oldest(
    protections: &[Protection],
    range: &Range,
    ignoring: Option<Uuid>,
) -> Option<Timestamp> {
    protections
        .iter()
        .filter(|record| Some(record.id) != ignoring && record.covers(range))
        .map(|record| record.ts)
        .min()
}

impl Kv {
    /// Sets the records that hold garbage collection back.
    pub fn set_protections(&mut self, protections: Vec<Protection>) {
        self.protections = Arc::new(protections);
    }

    /// The records that hold garbage collection back.
    pub fn protections(&self) -> &[Protection] {
        &self.protections
    }

    /// Whether reads older than the TTL are refused even before the collector came
    /// (`kv.gc_ttl.strict_enforcement.enabled`).
    pub const fn set_strict_gc(&mut self, on: bool) {
        self.strict_gc = on;
    }

    /// Reads must be later than this: the range's own threshold, or `now` − TTL under strict enforcement, held back by
    /// protection records. System ranges know only their own.
    pub fn effective_threshold(&self, range: &Range, now: Timestamp) -> Timestamp {
        self.effective_threshold_without(range, now, None)
    }

    /// The same as if the record `ignoring` did not exist: a backup's verification of its own record.
    pub fn effective_threshold_without(
        &self,
        range: &Range,
        now: Timestamp,
        ignoring: Option<Uuid>,
    ) -> Timestamp {
        if !self.strict_gc || range.config().ignore_strict_enforcement {
            return range.gc_threshold();
        }
        let oldest = oldest(&self.protections, range, ignoring);
        range.gc_threshold().max(gc::allowed(range, now, oldest))
    }
}
