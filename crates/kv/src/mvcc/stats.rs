//! Statistics of versions as the real system counts them, with ages.
//!
//! ```text
//!   key a:  a@5 → v (live)      key   len + 1 once, 12 a version       value   its bytes
//!           a@2 → v             garbage since 5: (12 + value bytes) × (now − 5 s)
//! ```
//!
//! Units: bytes; ages in bytes × seconds. A version is garbage from the next newer version or the first range tombstone
//! above it on, a deletion from its own time on; range tombstones are garbage from the start.
//! *Source*: `MVCCStats` of CockroachDB, as its mvcc test files show it.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::num::{to_i64, to_u64};

use super::tombstones::{Fragment, RangeTombstones};
use super::tree::summary::VERSION_BYTES;
use super::tree::{TimeFilter, Tree};

/// The sums.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct MvccStats {
    /// Keys.
    pub key_count: i64,
    /// Keys once, and each version's time.
    pub key_bytes: i64,
    /// Versions.
    pub val_count: i64,
    /// Values.
    pub val_bytes: i64,
    /// Fragments of range tombstones.
    pub range_key_count: i64,
    /// Their bounds, and each time.
    pub range_key_bytes: i64,
    /// Range tombstones, one a fragment and time.
    pub range_val_count: i64,
    /// Their values: none have any, unless they know a local time.
    pub range_val_bytes: i64,
    /// Keys that a read now sees.
    pub live_count: i64,
    /// Their bytes.
    pub live_bytes: i64,
    /// Garbage × age.
    pub gc_bytes_age: i64,
    /// Intents.
    pub intent_count: i64,
    /// Their versions.
    pub intent_bytes: i64,
    /// Locks.
    pub lock_count: i64,
    /// Locks × age.
    pub lock_age: i64,
}

/// How old something of `ts` is at `now`. *Units*: whole seconds, both cut off.
pub fn age_secs(now: Timestamp, ts: Timestamp) -> i64 {
    now.wall.div_euclid(NANOS_PER_SEC) - ts.wall.div_euclid(NANOS_PER_SEC)
}

/// The statistics of a tree and its range tombstones at `now`. `extra` tells bytes that a version has beside its value.
pub(crate) fn of(
    tree: &Tree,
    tombstones: &RangeTombstones,
    now: Timestamp,
    extra: &dyn Fn(&[u8], Timestamp) -> u64,
) -> MvccStats {
    let mut stats = MvccStats::default();
    for fragment in tombstones.fragments() {
        stats.add_fragment(fragment, now);
    }
    let mut cursor = tree.cursor(TimeFilter::ALL);
    cursor.seek_first();
    while let Some((key, ts, value)) = cursor.entry() {
        let newer = cursor.newer();
        let key_bytes = VERSION_BYTES + if newer.is_none() { to_u64(key.len()) + 1 } else { 0 };
        let value_bytes = to_u64(value.len()) + extra(key, ts);
        let (key_bytes, value_bytes) = (signed(key_bytes), signed(value_bytes));
        stats.key_count += i64::from(newer.is_none());
        stats.key_bytes += key_bytes;
        stats.val_count += 1;
        stats.val_bytes += value_bytes;
        let covered = tombstones.next_after(key, ts);
        let since = match (newer, covered) {
            _ if value.is_empty() => Some(ts),
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if let Some(since) = since {
            stats.gc_bytes_age += (key_bytes + value_bytes) * age_secs(now, since);
        } else {
            stats.live_count += 1;
            stats.live_bytes += key_bytes + value_bytes;
        }
        cursor.advance();
    }
    stats
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

impl MvccStats {
    fn add_fragment(&mut self, fragment: &Fragment, now: Timestamp) {
        let bounds = to_i64(fragment.span.start.len() + fragment.span.end.len()) + 2;
        self.range_key_count += 1;
        for (at, ts) in fragment.times.iter().enumerate() {
            // The version bytes of a time: 9, or 13 with a logical part.
            let version = if ts.logical == 0 { 9 } else { 13 };
            let bytes = version + if at == 0 { bounds } else { 0 };
            self.range_key_bytes += bytes;
            self.range_val_count += 1;
            self.gc_bytes_age += bytes * age_secs(now, *ts);
        }
    }
}
