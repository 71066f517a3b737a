//! What may be done to a world, drawn from a seed.
//!
//! Shape: closed; numbers that choose among what is there at the time (a moment, a chain) are drawn as they are and taken
//! modulo when they are used.

use std::fmt;

use crate::chance::Chance;

/// Keys lie below this, so that they are met again.
pub const KEYS: i64 = 24;

/// One action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Writes a row.
    Put(i64, i64),
    /// Inserts a row; an error if its key is taken.
    Insert(i64, i64),
    /// Adds one to the values of some keys, both ends included.
    Add(i64, i64),
    /// Deletes the rows of some keys, both ends included.
    Delete(i64, i64),
    /// Writes (or deletes) rows in one transaction, which ends so.
    Txn(Vec<(i64, Option<i64>)>, End),
    /// Lets time pass. *Units*: seconds.
    Advance(i64),
    /// Sets `gc.ttlseconds`.
    Ttl(i64),
    /// Splits the table's range at a key.
    Split(i64),
    /// Takes a full, with history or not, disturbed or not.
    Full(bool, Disturb),
    /// Appends to the newest chain.
    Append(Disturb),
    /// Restores a moment (modulo) from a chain (modulo) into another database of a copy of the world.
    Restore(usize, usize),
    /// Reads a moment (modulo) of the past, through the secondary index or not.
    Read(usize, bool),
    /// All nodes stop and start.
    Crash,
    /// A node stops.
    Stop(u32),
    /// A stopped node starts again.
    Start(u32),
    /// A node is gone for ever, with its disk.
    Kill(u32),
    /// A node is cut off from the others.
    Cut(u32),
    /// The network is whole again.
    Heal,
}

/// How a transaction ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// With COMMIT.
    Commit,
    /// With ROLLBACK.
    Rollback,
    /// With all nodes stopping.
    Crash,
    /// A savepoint after the first row is gone back to, then COMMIT.
    Savepoint,
}

/// What befalls a job after some of its steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disturb {
    /// Nothing.
    None,
    /// All nodes stop and start.
    Crash(u32),
    /// It is paused, time passes (in seconds), it is resumed.
    Pause(u32, i64),
    /// It is cancelled.
    Cancel(u32),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Kinds of actions by weight.
const WEIGHTS: [(u64, u8); 18] = [
    (22, 0),
    (5, 1),
    (10, 2),
    (10, 3),
    (9, 4),
    (16, 5),
    (4, 6),
    (2, 7),
    (4, 8),
    (9, 9),
    (8, 10),
    (8, 11),
    (2, 12),
    (3, 13),
    (5, 14),
    (1, 15),
    (2, 16),
    (3, 17),
];

/// The actions of a seed.
pub fn plan(seed: u64, steps: usize) -> Vec<Action> {
    let mut chance = Chance::new(seed, "history");
    // Half of the seeds leave nodes alone, so that what hangs on GC and chains is not always excused.
    let are_mortal = seed % 4 > 1;
    let drawn = (0..steps).map(|_| action(&mut chance));
    drawn.map(|one| if one.is_of_nodes() && !are_mortal { Action::Heal } else { one }).collect()
}

impl Action {
    fn is_of_nodes(&self) -> bool {
        matches!(self, Self::Stop(_) | Self::Start(_) | Self::Kill(_) | Self::Cut(_))
    }
}

fn action(chance: &mut Chance) -> Action {
    let key = chance.between(0, KEYS - 1);
    let value = chance.between(0, 999);
    let far = key + chance.between(0, 5);
    let node = u32::try_from(chance.between(1, 3)).unwrap_or(1);
    match chance.weighted(&WEIGHTS) {
        0 => Action::Put(key, value),
        1 => Action::Insert(key, value),
        2 => Action::Add(key, far),
        3 => Action::Delete(key, far),
        4 => transaction(chance),
        5 => {
            let long = *chance.pick(&[1, 30, 300, 601, 1800, 7200, 40_000, 100_000]);
            Action::Advance(long)
        }
        6 => Action::Ttl(*chance.pick(&[60, 600, 3600, 14_400, 90_000])),
        7 => Action::Split(key),
        8 => Action::Full(chance.percent(50), disturb(chance)),
        9 => Action::Append(disturb(chance)),
        10 => Action::Restore(chance.below(1000), chance.below(1000)),
        11 => Action::Read(chance.below(1000), chance.percent(50)),
        12 => Action::Crash,
        13 => Action::Stop(node),
        14 => Action::Start(node),
        15 => Action::Kill(node),
        16 => Action::Cut(node),
        _ => Action::Heal,
    }
}

fn transaction(chance: &mut Chance) -> Action {
    let write = |chance: &mut Chance| {
        let value = chance.between(0, 999);
        (chance.between(0, KEYS - 1), chance.percent(75).then_some(value))
    };
    let writes = (0..chance.between(2, 5)).map(|_| write(chance)).collect();
    let end = [End::Commit, End::Commit, End::Rollback, End::Crash, End::Savepoint];
    Action::Txn(writes, *chance.pick(&end))
}

fn disturb(chance: &mut Chance) -> Disturb {
    let steps = u32::try_from(chance.between(0, 9)).unwrap_or(0);
    match chance.below(8) {
        0 => Disturb::Crash(steps),
        1 => Disturb::Pause(steps, *chance.pick(&[10, 4000, 100_000])),
        2 => Disturb::Cancel(steps),
        _ => Disturb::None,
    }
}
