//! SERIALIZABLE under random interleavings: transactions that read and write a few keys in several sessions; the graph of
//! what they depend on has no cycle.
//!
//! ```text
//!   every write is of a number of its own, after a read of the key in the same transaction
//!   T1 wrote what T2 read        T1 ─▶ T2       write before read
//!   T1 wrote what T2 replaced    T1 ─▶ T2       write before write
//!   T1 read what T2 replaced     T1 ─▶ T2       read before write
//! ```

#![allow(clippy::expect_used, reason = "a helper that fails ends the test")]

use std::collections::{BTreeMap, BTreeSet};

use fuzz::chance::Chance;
use fuzz::stage::Stage;
use simulator::input::{Policy, Version};

const KEYS: i64 = 4;
const SESSIONS: usize = 4;
const STEPS: usize = 160;

/// A transaction under way, or done.
#[derive(Clone, Default, Debug)]
struct Txn {
    /// Key → the number that it saw.
    reads: BTreeMap<i64, i64>,
    /// Key → the number that it wrote.
    writes: BTreeMap<i64, i64>,
}

struct Run {
    stage: Stage,
    open: Vec<Option<Txn>>,
    done: Vec<Txn>,
    next: i64,
    failed: usize,
}

impl Run {
    fn step(&mut self, session: usize, chance: &mut Chance) {
        let name = format!("s{session}");
        let Some(txn) = self.open[session].take() else {
            self.stage.run_as(&name, "BEGIN").expect("a transaction");
            self.open[session] = Some(Txn::default());
            return;
        };
        let key = chance.between(0, KEYS - 1);
        let kept = match chance.below(6) {
            0 | 1 => self.read(&name, txn, "", key),
            2 => self.read(&name, txn, "scan", key),
            3 | 4 => self.write(&name, txn, key),
            _ => {
                if self.stage.run_as(&name, "COMMIT").is_ok() {
                    self.done.push(txn);
                } else {
                    self.failed += 1;
                }
                return;
            }
        };
        if kept.is_none() {
            self.failed += 1;
            self.stage.run_as(&name, "ROLLBACK").expect("a rollback");
        }
        self.open[session] = kept;
    }

    fn read(&mut self, name: &str, mut txn: Txn, how: &str, key: i64) -> Option<Txn> {
        let clause = if how == "scan" { String::new() } else { format!(" WHERE k = {key}") };
        let rows = self.stage.run_as(name, &format!("SELECT k, v FROM t{clause}")).ok()?.rows;
        for row in rows {
            let number = |i: usize| -> i64 {
                row[i].as_deref().and_then(|text| text.parse().ok()).expect("a number")
            };
            let (k, v) = (number(0), number(1));
            if let Some(own) = txn.writes.get(&k) {
                assert_eq!(*own, v, "a transaction sees its own writes");
            } else {
                let first = *txn.reads.entry(k).or_insert(v);
                assert_eq!(first, v, "a read is repeatable");
            }
        }
        Some(txn)
    }

    fn write(&mut self, name: &str, txn: Txn, key: i64) -> Option<Txn> {
        let mut txn = self.read(name, txn, "", key)?;
        self.next += 1;
        let value = self.next;
        self.stage.run_as(name, &format!("UPDATE t SET v = {value} WHERE k = {key}")).ok()?;
        txn.writes.insert(key, value);
        Some(txn)
    }
}

/// Which transaction comes before which others.
fn edges(done: &[Txn]) -> Vec<BTreeSet<usize>> {
    let mut edges = vec![BTreeSet::new(); done.len()];
    for (i, a) in done.iter().enumerate() {
        for (j, b) in done.iter().enumerate().filter(|(j, _)| *j != i) {
            for key in 0..KEYS {
                let (wrote, seen) = (a.writes.get(&key), b.reads.get(&key));
                let replaced = b.writes.contains_key(&key);
                if wrote.is_some() && wrote == seen {
                    edges[i].insert(j);
                }
                if replaced && seen.is_some() && a.reads.get(&key) == seen && wrote.is_none() {
                    edges[i].insert(j);
                }
                // Two that replace the same are a lost update.
                let lost = replaced && wrote.is_some() && a.reads.get(&key) == seen;
                assert!(!lost, "an update is lost: {a:?} and {b:?}");
            }
        }
    }
    edges
}

fn has_cycle(edges: &[BTreeSet<usize>]) -> bool {
    let mut left: BTreeSet<usize> = (0..edges.len()).collect();
    loop {
        let free = left.iter().copied().find(|i| left.iter().all(|j| !edges[*j].contains(i)));
        match free {
            Some(i) => left.remove(&i),
            None => return !left.is_empty(),
        };
    }
}

fn run(seed: u64) -> (usize, usize) {
    let mut chance = Chance::new(seed, "serializable");
    let version = if seed.is_multiple_of(2) { Version::V21_2 } else { Version::V26_2 };
    let mut stage = Stage::new(version, seed, Policy::Auto);
    stage.must("CREATE TABLE t (k INT PRIMARY KEY, v INT)").expect("a table");
    for key in 0..KEYS {
        stage.must(&format!("INSERT INTO t VALUES ({key}, {})", -1 - key)).expect("a row");
    }
    let open = vec![None; SESSIONS];
    let mut run = Run { stage, open, done: Vec::new(), next: 0, failed: 0 };
    for _ in 0..STEPS {
        let session = chance.below(SESSIONS);
        run.step(session, &mut chance);
    }
    assert!(!has_cycle(&edges(&run.done)), "seed {seed}: {:?}", run.done);
    (run.done.len(), run.failed)
}

#[test]
fn no_cycles() {
    let seeds = std::env::var("AMBER_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let (mut done, mut failed) = (0, 0);
    for seed in 1..=seeds {
        let (more, fewer) = run(seed);
        done += more;
        failed += fewer;
    }
    assert!(done > 100 && failed > 10, "{done} done, {failed} failed: too little happens");
}

#[test]
fn a_cycle_is_found() {
    let txn = |reads: &[(i64, i64)], writes: &[(i64, i64)]| Txn {
        reads: reads.iter().copied().collect(),
        writes: writes.iter().copied().collect(),
    };
    // Write skew: each reads what the other replaces.
    let skew = [txn(&[(0, -1), (1, -2)], &[(0, 5)]), txn(&[(0, -1), (1, -2)], &[(1, 6)])];
    assert!(has_cycle(&edges(&skew)));
    assert!(!has_cycle(&edges(&skew[..1])));
}
