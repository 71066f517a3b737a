//! What a fault that was put off will do: a throw-away copy of the world runs ahead to it.
//!
//! Shape: state → the worst that follows within the time that leases need to move. The copy shares all that it does not
//! change, and nothing of it is kept.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use protocol::agenda::{Consequence, Tone};

use crate::nodes;
use crate::state::{Item, State};

/// How far behind the fault is looked: until leases have moved.
const BEHIND_NANOS: i64 = 15 * NANOS_PER_SEC;

/// Most items that the copy runs.
const ITEMS_MAX: u64 = 2_000;

/// The consequence of the faults that are due at `due`.
pub(super) fn of_fault(state: &State, due: Timestamp) -> Option<Consequence> {
    let mut ahead = state.clone();
    let mut left = ITEMS_MAX;
    // Up to the fault, but not through it.
    while left > 0 && ahead.agenda.next_due().is_some_and(|at| at < due) && ahead.run_next(due) {
        left -= 1;
    }
    ahead.outbox.clear();
    while left > 0 && next_is_fault(&ahead, due) && ahead.run_next(due) {
        left -= 1;
    }
    let at_once = silent(&ahead);
    ahead.run_until(due.add_nanos(BEHIND_NANOS));
    let later = silent(&ahead);
    let says = |tone, words: String| Some(Consequence { tone, words });
    match (at_once, later) {
        (0, 0) => {
            let worst = ahead.outbox.iter().map(|event| event.tone).max_by_key(|tone| grave(*tone));
            match worst {
                Some(Tone::Breaks) => says(Tone::Breaks, "something breaks".to_owned()),
                _ => says(Tone::Safe, "ranges answer all the time".to_owned()),
            }
        }
        (n, 0) => says(Tone::Warn, format!("{n} ranges do not answer until leases have moved")),
        (_, n) => says(Tone::Breaks, format!("{n} ranges lose their majority")),
    }
}

fn next_is_fault(state: &State, due: Timestamp) -> bool {
    let next = state.agenda.iter().next();
    next.is_some_and(|(slot, item)| slot.due <= due && matches!(item, Item::Fault { .. }))
}

fn silent(state: &State) -> usize {
    let of = |kv| {
        let toll = nodes::toll(kv);
        toll.lost + toll.waiting
    };
    state.clusters.values().map(|cluster| of(&cluster.kv)).sum()
}

const fn grave(tone: Tone) -> u8 {
    match tone {
        Tone::Neutral | Tone::Safe | Tone::Hold => 0,
        Tone::Warn => 1,
        Tone::Breaks => 2,
    }
}
