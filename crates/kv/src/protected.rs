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

use base::hlc::Timestamp;
use base::ids::Uuid;
use base::span::Span;

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
