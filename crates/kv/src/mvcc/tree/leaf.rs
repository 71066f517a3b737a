//! Leaves: some dozens of versions, packed into two allocations.
//!
//! ```text
//!   slots   (a,30) (a,10) (b,20) …      32 bytes each, in MVCC order, with the head of the key
//!   bytes   a v3 b v2 a v1 …            keys and values, in order of arrival
//!   newer   40?                         the version before the first one, if a leaf to the left holds the same key
//! ```
//!
//! Shape: inserting moves slots, never bytes. Bytes without a slot never arise: what is removed makes a new leaf.

use std::cmp::Ordering;
use std::ops::Range;

use base::hlc::Timestamp;
use base::num::{index, to_u32, to_u64};

use super::heads::{Wanted, head, shared};
use super::summary::{Item, Summary, VERSION_BYTES};
use crate::mvcc::batch::Entry;
use crate::mvcc::hash;

/// The most versions in a leaf.
pub(super) const LEAF_SLOTS: usize = 64;
/// Beyond this a leaf takes no more. *Units*: bytes of keys and values.
const LEAF_BYTES: usize = 16 << 10;
/// By how much the two allocations grow: small, so that a full leaf wastes little.
const GROW_SLOTS: usize = 16;
const GROW_BYTES: usize = 2 << 10;

/// Where one version lies.
#[derive(Clone, Copy, Debug)]
struct Slot {
    head: u64,
    wall: i64,
    logical: i32,
    offset: u32,
    key_len: u32,
    value_len: u32,
}

impl Slot {
    const fn ts(&self) -> Timestamp {
        Timestamp { wall: self.wall, logical: self.logical }
    }
}

/// Versions in MVCC order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaf {
    /// How many bytes all keys share.
    skip: usize,
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    newer: Option<Timestamp>,
}

/// Where a new version goes, and what stands beside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) at: usize,
    /// The next newer version of its key.
    pub(super) newer: Option<Timestamp>,
    /// The length of the next older version's value.
    pub(super) older: Option<u32>,
}

impl Leaf {
    /// A leaf of one version.
    pub(super) fn single(item: &Item<'_>, newer: Option<Timestamp>) -> Self {
        let mut leaf = Self { newer, ..Self::default() };
        leaf.insert(0, item.key, item.ts, item.value);
        leaf
    }

    /// An empty leaf whose first version will have `newer` before it.
    pub(super) fn after(newer: Option<Timestamp>) -> Self {
        Self { newer, ..Self::default() }
    }

    /// An empty leaf with room for as much as a leaf holds.
    pub(super) fn roomy() -> Self {
        Self {
            slots: Vec::with_capacity(LEAF_SLOTS),
            bytes: Vec::with_capacity(LEAF_BYTES),
            ..Self::default()
        }
    }

    /// Empties it and keeps its memory; its next first version will have `newer` before it.
    pub(super) fn restart(&mut self, newer: Option<Timestamp>) {
        self.skip = 0;
        self.slots.clear();
        self.bytes.clear();
        self.newer = newer;
    }

    /// A copy with room for one more version of `more` bytes, and some others.
    pub(super) fn with_room(&self, more: usize) -> Self {
        let mut slots = Vec::with_capacity(self.slots.len() + GROW_SLOTS);
        slots.extend_from_slice(&self.slots);
        let mut bytes = Vec::with_capacity(self.bytes.len() + more.max(GROW_BYTES));
        bytes.extend_from_slice(&self.bytes);
        Self { skip: self.skip, slots, bytes, newer: self.newer }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The next newer version of the first entry's key, in a leaf to the left.
    pub(super) fn newer(&self) -> Option<Timestamp> {
        self.newer
    }

    /// Whether `more` bytes of key and value would be too many.
    pub(super) fn is_full(&self, more: usize) -> bool {
        self.slots.len() >= LEAF_SLOTS
            || (!self.slots.is_empty() && self.bytes.len() + more > LEAF_BYTES)
    }

    /// Whether this leaf and `other` fit into one with room to spare.
    pub(super) fn fits_with(&self, other: &Self) -> bool {
        (self.slots.len() + other.slots.len()) * 4 <= LEAF_SLOTS * 3
            && (self.bytes.len() + other.bytes.len()) * 4 <= LEAF_BYTES * 3
    }

    /// The entry at `at`, which exists.
    #[inline]
    pub(crate) fn entry(&self, at: usize) -> Entry<'_> {
        let slot = &self.slots[at];
        let key = index(slot.offset);
        let value = key + index(slot.key_len);
        let end = value + index(slot.value_len);
        (&self.bytes[key..value], slot.ts(), &self.bytes[value..end])
    }

    /// The key at `at`, which exists.
    #[inline]
    pub(super) fn key(&self, at: usize) -> &[u8] {
        self.slot_key(&self.slots[at])
    }

    /// The last key, if there is one.
    pub(crate) fn last_key(&self) -> Option<&[u8]> {
        self.slots.last().map(|slot| self.slot_key(slot))
    }

    /// Whether the heads alone tell that the keys at `at` and before it are not the same.
    #[inline]
    pub(super) fn heads_differ(&self, at: usize) -> bool {
        match (at.checked_sub(1).and_then(|before| self.slots.get(before)), self.slots.get(at)) {
            (Some(before), Some(here)) => before.head != here.head,
            _ => false,
        }
    }

    /// The time at `at`, which exists.
    #[inline]
    pub(super) fn ts(&self, at: usize) -> Timestamp {
        self.slots[at].ts()
    }

    fn slot_key(&self, slot: &Slot) -> &[u8] {
        let key = index(slot.offset);
        &self.bytes[key..key + index(slot.key_len)]
    }

    /// How a slot stands to (key, ts), of which the head is known.
    #[inline]
    fn compare(&self, slot: &Slot, head: u64, key: &[u8], ts: Timestamp) -> Ordering {
        slot.head
            .cmp(&head)
            .then_with(|| self.slot_key(slot)[self.skip..].cmp(&key[self.skip..]))
            .then_with(|| ts.cmp(&slot.ts()))
    }

    /// The first place whose version is not before (key, ts) in MVCC order.
    pub(super) fn lower_bound(&self, key: &[u8], ts: Timestamp) -> usize {
        let Some(first) = self.slots.first() else { return 0 };
        match Wanted::new(key, self.slot_key(first), self.skip) {
            Wanted::Before => 0,
            Wanted::Behind => self.len(),
            Wanted::Inside(head) => self
                .slots
                .partition_point(|slot| self.compare(slot, head, key, ts) == Ordering::Less),
        }
    }

    /// The same, where it is likely behind all.
    fn lower_bound_from_behind(&self, key: &[u8], ts: Timestamp) -> usize {
        let Some(last) = self.slots.last() else { return 0 };
        match Wanted::new(key, self.slot_key(last), self.skip) {
            Wanted::Before => 0,
            Wanted::Behind => self.len(),
            Wanted::Inside(head) => match self.compare(last, head, key, ts) {
                Ordering::Less => self.len(),
                Ordering::Equal | Ordering::Greater => self
                    .slots
                    .partition_point(|slot| self.compare(slot, head, key, ts) == Ordering::Less),
            },
        }
    }

    /// Where `item` goes; `None` if a version with its time is there already.
    pub(super) fn place(&self, item: &Item<'_>) -> Option<Place> {
        let at = self.lower_bound_from_behind(item.key, item.ts);
        let next = self.slots.get(at).filter(|slot| self.slot_key(slot) == item.key);
        if next.is_some_and(|slot| slot.ts() == item.ts) {
            return None;
        }
        let newer = match at.checked_sub(1) {
            Some(before) => (self.key(before) == item.key).then(|| self.ts(before)),
            None if next.is_some() => self.newer,
            None => None,
        };
        Some(Place { at, newer, older: next.map(|slot| slot.value_len) })
    }

    /// Puts a version at `at`; the caller has asked [`Leaf::place`].
    pub(super) fn insert(&mut self, at: usize, key: &[u8], ts: Timestamp, value: &[u8]) {
        let more = key.len() + value.len();
        if self.bytes.capacity() - self.bytes.len() < more {
            self.bytes.reserve_exact(more.max(GROW_BYTES));
        }
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact(GROW_SLOTS);
        }
        self.share(key);
        let slot = Slot {
            head: head(key, self.skip),
            wall: ts.wall,
            logical: ts.logical,
            offset: to_u32(self.bytes.len()),
            key_len: to_u32(key.len()),
            value_len: to_u32(value.len()),
        };
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.slots.insert(at, slot);
    }

    /// Makes `skip` hold for `key` too.
    #[inline]
    fn share(&mut self, key: &[u8]) {
        let Some(first) = self.slots.first() else {
            self.skip = key.len();
            return;
        };
        let first = self.slot_key(first);
        if key.get(..self.skip).is_some_and(|start| *start == first[..self.skip]) {
            return;
        }
        let skip = shared(first, key);
        for at in 0..self.slots.len() {
            self.slots[at].head = head(self.key(at), skip);
        }
        self.skip = skip;
    }

    /// Puts a version behind all others.
    pub(super) fn push(&mut self, (key, ts, value): Entry<'_>) {
        self.insert(self.len(), key, ts, value);
    }

    /// Gives spare memory back: the leaf is not likely to grow again.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.slots.shrink_to_fit();
    }

    /// A copy of some entries, with no memory to spare.
    pub(super) fn copy(&self, range: Range<usize>) -> Self {
        let newer = match range.start.checked_sub(1) {
            None => self.newer,
            Some(before) if range.start < self.len() => {
                (self.key(before) == self.key(range.start)).then(|| self.ts(before))
            }
            Some(_) => None,
        };
        let slots = &self.slots[range.clone()];
        let size = slots.iter().map(|slot| index(slot.key_len) + index(slot.value_len)).sum();
        let mut copy = Self {
            skip: 0,
            slots: Vec::with_capacity(slots.len()),
            bytes: Vec::with_capacity(size),
            newer,
        };
        range.for_each(|at| copy.push(self.entry(at)));
        copy
    }

    /// Where to cut it: near the middle, between two keys if that can be.
    pub(super) fn middle(&self) -> usize {
        let half = self.len() / 2;
        (0..half)
            .flat_map(|off| [half - off, half + off])
            .find(|at| (1..self.len()).contains(at) && self.key(at - 1) != self.key(*at))
            .unwrap_or(half)
    }

    /// When the entry at `at` became garbage; `MAX` if it is not.
    pub(super) fn garbage_at(&self, at: usize) -> Timestamp {
        let slot = &self.slots[at];
        let own = if slot.value_len == 0 { slot.ts() } else { Timestamp::MAX };
        own.min(self.newer_of(at).unwrap_or(Timestamp::MAX))
    }

    /// The next newer version of the key at `at`.
    pub(super) fn newer_of(&self, at: usize) -> Option<Timestamp> {
        match at.checked_sub(1) {
            None => self.newer,
            Some(before) => (self.key(before) == self.key(at)).then(|| self.ts(before)),
        }
    }

    /// The sum over all entries.
    pub(super) fn summary(&self) -> Summary {
        (0..self.len()).fold(Summary::EMPTY, |sum, at| sum.plus(&self.summary_of(at)))
    }

    fn summary_of(&self, at: usize) -> Summary {
        let (key, ts, value) = self.entry(at);
        let is_newest = self.newer_of(at).is_none();
        let is_live = is_newest && !value.is_empty();
        let (key_bytes, value_bytes) = (to_u64(key.len()) + 1, to_u64(value.len()));
        Summary {
            hash: hash::version(key, ts, value),
            min_ts: ts,
            max_ts: ts,
            first_garbage: self.garbage_at(at),
            versions: 1,
            keys: u64::from(is_newest),
            live_keys: u64::from(is_live),
            live_bytes: if is_live { key_bytes + VERSION_BYTES + value_bytes } else { 0 },
            total_bytes: VERSION_BYTES + value_bytes + if is_newest { key_bytes } else { 0 },
        }
    }
}
