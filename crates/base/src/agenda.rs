//! Work by due time, then sequence.
//!
//! ```text
//!   push(10:31, gc)      pop_due(10:31) ─▶ gc, then step
//!   push(10:31, step)    same time: who came first goes first
//! ```
//!
//! Shape: an ordered map, so that it can be listed, cloned and hashed as it stands.

use std::collections::BTreeMap;

use crate::hlc::Timestamp;

/// The place of one item: its due time and the order in which it was put there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot {
    /// When it is due.
    pub due: Timestamp,
    /// Breaks ties; grows with each push.
    pub seq: u64,
}

/// Things to come, soonest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agenda<T> {
    items: BTreeMap<Slot, T>,
    next_seq: u64,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { items: BTreeMap::new(), next_seq: 0 }
    }
}

impl<T> Agenda<T> {
    /// Puts `item` at `due`, behind what is already due then.
    pub fn push(&mut self, due: Timestamp, item: T) -> Slot {
        let slot = Slot { due, seq: self.next_seq };
        self.next_seq += 1;
        self.items.insert(slot, item);
        slot
    }

    /// When the next item is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.items.keys().next().map(|slot| slot.due)
    }

    /// Takes the next item if it is due at `until` or before.
    pub fn pop_due(&mut self, until: Timestamp) -> Option<(Slot, T)> {
        let slot = *self.items.keys().next()?;
        if slot.due > until {
            return None;
        }
        self.items.remove(&slot).map(|item| (slot, item))
    }

    /// Takes one item back.
    pub fn remove(&mut self, slot: Slot) -> Option<T> {
        self.items.remove(&slot)
    }

    /// Keeps only the items that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(Slot, &T) -> bool) {
        self.items.retain(|slot, item| keep(*slot, item));
    }

    /// All items, soonest first.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        self.items.iter().map(|(slot, item)| (*slot, item))
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_first_then_sequence() {
        let mut agenda = Agenda::default();
        let t = Timestamp::from_secs;
        agenda.push(t(2), "b");
        agenda.push(t(1), "a");
        agenda.push(t(2), "c");
        let mut order = Vec::new();
        while let Some((_, item)) = agenda.pop_due(t(2)) {
            order.push(item);
        }
        assert_eq!(order, ["a", "b", "c"]);
    }
}
