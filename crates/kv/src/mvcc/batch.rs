//! Many versions, packed: what an export gives and an ingest takes.
//!
//! ```text
//!   bytes  k1 v1 k2 v2 k3 v3 …        slots  (offset, key length, value length, time) each
//! ```
//!
//! Shape: two allocations for any number of entries. Units: bytes.

use base::hlc::Timestamp;
use base::num::{index, to_u32};

/// Where one entry lies in the bytes of its block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) wall: i64,
    pub(crate) logical: i32,
    pub(crate) offset: u32,
    pub(crate) key_len: u32,
    pub(crate) value_len: u32,
}

impl Slot {
    pub(crate) const fn ts(&self) -> Timestamp {
        Timestamp { wall: self.wall, logical: self.logical }
    }
}

/// One version as it stands in a batch or a tree: key, time, value (empty for a deletion).
pub type Entry<'a> = (&'a [u8], Timestamp, &'a [u8]);

/// Versions of keys in the order in which they were pushed.
#[derive(Clone, Default, Debug)]
pub struct Batch {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

impl Batch {
    /// The most bytes of keys and values that one batch may hold.
    pub const MAX_BYTES: usize = 1 << 30;

    /// Makes room for what is to come.
    pub(crate) fn reserve(&mut self, entries: usize, bytes: usize) {
        self.slots.reserve(entries);
        self.bytes.reserve(bytes);
    }

    /// Adds a version. Beyond [`Batch::MAX_BYTES`] it is refused and `false` comes back.
    pub fn push(&mut self, key: &[u8], ts: Timestamp, value: &[u8]) -> bool {
        if self.bytes.len() + key.len() + value.len() > Self::MAX_BYTES {
            return false;
        }
        self.slots.push(Slot {
            wall: ts.wall,
            logical: ts.logical,
            offset: to_u32(self.bytes.len()),
            key_len: to_u32(key.len()),
            value_len: to_u32(value.len()),
        });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        true
    }

    /// How many versions it holds.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Bytes of keys and values.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The entry at `at`.
    pub fn get(&self, at: usize) -> Option<Entry<'_>> {
        self.slots.get(at).map(|slot| self.entry(slot))
    }

    /// How many entries from `from` on, which are in order of keys, have a key before `end`.
    pub(crate) fn count_before(&self, from: usize, end: &[u8]) -> usize {
        let rest = self.slots.get(from..).unwrap_or_default();
        rest.partition_point(|slot| self.entry(slot).0 < end)
    }

    /// All entries.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> {
        self.slots.iter().map(|slot| self.entry(slot))
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
    }

    fn entry(&self, slot: &Slot) -> Entry<'_> {
        let key = index(slot.offset);
        let value = key + index(slot.key_len);
        let end = value + index(slot.value_len);
        (&self.bytes[key..value], slot.ts(), &self.bytes[value..end])
    }
}
