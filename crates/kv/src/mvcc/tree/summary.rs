//! What a node knows of everything below it.
//!
//! ```text
//!   [min 10 … max 30, first garbage 20, 5 versions, 3 keys, 2 live]
//!        ├─ [min 10 … max 20, …]         an export since 20 never enters the left child,
//!        └─ [min 25 … max 30, …]         a collection up to 15 enters neither
//! ```
//!
//! Shape: summaries add up; a write moves them by a [`Delta`]. A version becomes garbage when the next newer one of its
//! key is written; a deletion is garbage from its own time on. Range tombstones are not known here.
//! Units: bytes. A key counts its length and 1, a version 12 and its value, as in the real system's statistics.

use base::hlc::Timestamp;
use base::num::{as_signed, as_unsigned, to_u64};

use crate::mvcc::hash;

/// Bytes that a version costs beside its value.
pub(crate) const VERSION_BYTES: u64 = 12;

/// The sum over some versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Summary {
    /// Sum of the versions' hashes.
    pub(crate) hash: u128,
    /// Oldest version.
    pub(crate) min_ts: Timestamp,
    /// Newest version.
    pub(crate) max_ts: Timestamp,
    /// When the first of them became garbage; `MAX` if none is.
    pub(crate) first_garbage: Timestamp,
    /// How many there are.
    pub(crate) versions: u64,
    /// How many keys, each counted where its newest version lies.
    pub(crate) keys: u64,
    /// Keys whose newest version is a value.
    pub(crate) live_keys: u64,
    /// Bytes of those keys and values.
    pub(crate) live_bytes: u64,
    /// All bytes.
    pub(crate) total_bytes: u64,
}

impl Summary {
    /// Of nothing.
    pub(crate) const EMPTY: Self = Self {
        hash: 0,
        min_ts: Timestamp::MAX,
        max_ts: Timestamp::ZERO,
        first_garbage: Timestamp::MAX,
        versions: 0,
        keys: 0,
        live_keys: 0,
        live_bytes: 0,
        total_bytes: 0,
    };

    /// The two together.
    #[must_use]
    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            hash: self.hash.wrapping_add(other.hash),
            min_ts: self.min_ts.min(other.min_ts),
            max_ts: self.max_ts.max(other.max_ts),
            first_garbage: self.first_garbage.min(other.first_garbage),
            versions: self.versions + other.versions,
            keys: self.keys + other.keys,
            live_keys: self.live_keys + other.live_keys,
            live_bytes: self.live_bytes + other.live_bytes,
            total_bytes: self.total_bytes + other.total_bytes,
        }
    }

    /// Moves by one write.
    pub(crate) fn apply(&mut self, delta: &Delta) {
        self.hash = self.hash.wrapping_add(delta.hash);
        self.min_ts = self.min_ts.min(delta.ts);
        self.max_ts = self.max_ts.max(delta.ts);
        self.first_garbage = self.first_garbage.min(delta.garbage_at);
        self.versions += 1;
        self.keys += delta.keys;
        self.live_keys = self.live_keys.wrapping_add(delta.live_keys);
        self.live_bytes = self.live_bytes.wrapping_add(delta.live_bytes);
        self.total_bytes += delta.total_bytes;
    }
}

/// What one new version changes in every summary above it. Falling numbers wrap around.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delta {
    hash: u128,
    ts: Timestamp,
    garbage_at: Timestamp,
    keys: u64,
    live_keys: u64,
    live_bytes: u64,
    total_bytes: u64,
}

impl Delta {
    /// Of the version `item`, which stands between the next `newer` one of its key and the next older one, of which the
    /// length of the value is given.
    pub(crate) fn new(item: &Item<'_>, newer: Option<Timestamp>, older: Option<u32>) -> Self {
        let key_bytes = to_u64(item.key.len()) + 1;
        let value_bytes = to_u64(item.value.len());
        let is_first = newer.is_none() && older.is_none();
        let mut live_keys = 0;
        let mut live_bytes = 0;
        if newer.is_none() {
            if let Some(length) = older.filter(|length| *length > 0) {
                live_keys -= 1;
                live_bytes -= as_signed(key_bytes + VERSION_BYTES + u64::from(length));
            }
            if value_bytes > 0 {
                live_keys += 1;
                live_bytes += as_signed(key_bytes + VERSION_BYTES + value_bytes);
            }
        }
        let own = if older.is_some() || item.value.is_empty() { item.ts } else { Timestamp::MAX };
        Self {
            hash: item.hash,
            ts: item.ts,
            garbage_at: own.min(newer.unwrap_or(Timestamp::MAX)),
            keys: u64::from(is_first),
            live_keys: as_unsigned(live_keys),
            live_bytes: as_unsigned(live_bytes),
            total_bytes: VERSION_BYTES + value_bytes + if is_first { key_bytes } else { 0 },
        }
    }
}

/// A version on its way into the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) ts: Timestamp,
    pub(crate) value: &'a [u8],
    pub(crate) hash: u128,
}

impl<'a> Item<'a> {
    /// With its hash.
    pub(crate) fn new(key: &'a [u8], ts: Timestamp, value: &'a [u8]) -> Self {
        Self { key, ts, value, hash: hash::version(key, ts, value) }
    }
}
