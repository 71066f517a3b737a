//! Transactions that interleave at random: those that commit look as if they had run one after the other.
//!
//! Shape: each transaction notes what it read and wrote; afterwards all that committed are played again in order of their
//! times on a plain map, and every read must give the same.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not happen")]

use std::collections::BTreeMap;

use base::hlc::Timestamp;
use base::span::Span;
use kv::{Config, Direction, Error, Kv, Savepoint, Txn};
use proptest::prelude::*;

type Map = BTreeMap<u8, u32>;

/// What one of three sessions does next, on keys below 6.
#[derive(Clone, Debug)]
enum Step {
    Get(u8),
    Scan(u8, u8),
    Put(u8),
    Delete(u8),
    Savepoint,
    Back,
    Commit,
    Rollback,
    /// One statement of its own, between those of others.
    Blind(u8),
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let key = 0..6_u8;
    let step = prop_oneof![
        5 => key.clone().prop_map(Step::Get),
        2 => (key.clone(), 1..6_u8).prop_map(|(from, count)| Step::Scan(from, count)),
        5 => key.clone().prop_map(Step::Put),
        2 => key.clone().prop_map(Step::Delete),
        1 => Just(Step::Savepoint),
        1 => Just(Step::Back),
        3 => Just(Step::Commit),
        1 => Just(Step::Rollback),
        1 => key.prop_map(Step::Blind),
    ];
    prop::collection::vec((0..3_usize, step), 1..80)
}

/// What a transaction did, in order.
#[derive(Clone, Debug)]
enum Done {
    Read(u8, Option<u32>),
    Scanned(u8, u8, Map),
    Wrote(u8, Option<u32>),
}

struct Session {
    txn: Txn,
    log: Vec<Done>,
    savepoint: Option<(Savepoint, usize)>,
}

#[derive(Default)]
struct Sessions {
    open: [Option<Session>; 3],
    committed: Vec<(Timestamp, bool, Vec<Done>)>,
    next_value: u32,
}

fn span(from: u8, count: u8) -> Span {
    Span::new(vec![from], vec![from.saturating_add(count)])
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes.try_into().unwrap())
}

/// Runs one step of a session; what fails ends its transaction.
fn run(kv: &mut Kv, all: &mut Sessions, who: usize, step: &Step, now: Timestamp) {
    let mut session = all.open[who].take().unwrap_or_else(|| Session {
        txn: kv.begin(now),
        log: Vec::new(),
        savepoint: None,
    });
    let result = match step {
        Step::Commit => {
            let writes = session.txn.has_writes();
            if let Ok(ts) = kv.commit(session.txn, now) {
                all.committed.push((ts, !writes, session.log));
            }
            return;
        }
        Step::Rollback => return kv.rollback(session.txn),
        Step::Blind(key) => {
            all.next_value += 1;
            blind(kv, all, *key, now);
            Ok(())
        }
        Step::Get(_)
        | Step::Scan(..)
        | Step::Put(_)
        | Step::Delete(_)
        | Step::Savepoint
        | Step::Back => {
            all.next_value += 1;
            act(kv, &mut session, step, all.next_value)
        }
    };
    match result {
        Ok(()) => all.open[who] = Some(session),
        Err(error) => {
            assert!(error.is_retryable(), "{error}");
            kv.rollback(session.txn);
        }
    }
}

fn blind(kv: &mut Kv, all: &mut Sessions, key: u8, now: Timestamp) {
    let mut txn = kv.begin(now).autocommit();
    if kv.put(&mut txn, &[key], &all.next_value.to_be_bytes()).is_ok() {
        let ts = kv.commit(txn, now).unwrap();
        all.committed.push((ts, false, vec![Done::Wrote(key, Some(all.next_value))]));
    }
}

fn act(kv: &mut Kv, session: &mut Session, step: &Step, value: u32) -> Result<(), Error> {
    let txn = &mut session.txn;
    match step {
        Step::Get(key) => {
            let found = kv.get(txn, &[*key])?.map(|bytes| number(&bytes));
            session.log.push(Done::Read(*key, found));
        }
        Step::Scan(from, count) => {
            let direction =
                if count.is_multiple_of(2) { Direction::Forward } else { Direction::Reverse };
            let mut walk = kv.scan(txn, &span(*from, *count), direction)?;
            let mut found = Map::new();
            while let Some((key, bytes)) = walk.next()? {
                found.insert(key[0], number(bytes));
            }
            session.log.push(Done::Scanned(*from, *count, found));
        }
        Step::Put(key) => {
            kv.put(txn, &[*key], &value.to_be_bytes())?;
            session.log.push(Done::Wrote(*key, Some(value)));
        }
        Step::Delete(key) => {
            kv.delete(txn, &[*key])?;
            session.log.push(Done::Wrote(*key, None));
        }
        Step::Savepoint => session.savepoint = Some((kv.savepoint(txn), session.log.len())),
        Step::Back => {
            if let Some((savepoint, length)) = session.savepoint {
                kv.rollback_to(txn, &savepoint);
                // Reads may have seen writes that are gone now, so they are no longer compared.
                session.log.truncate(length);
                session.log.retain(|done| matches!(done, Done::Wrote(..)));
                session.savepoint = None;
            }
        }
        Step::Commit | Step::Rollback | Step::Blind(_) => {}
    }
    Ok(())
}

fn replay(mut committed: Vec<(Timestamp, bool, Vec<Done>)>) -> Map {
    committed.sort_by_key(|(ts, only_read, _)| (*ts, *only_read));
    let mut map = Map::new();
    for (ts, _, log) in committed {
        for done in log {
            match done {
                Done::Read(key, found) => assert_eq!(map.get(&key).copied(), found, "{key} @{ts}"),
                Done::Scanned(from, count, found) => {
                    let inside = map.range(from..from.saturating_add(count));
                    assert!(inside.eq(found.iter()), "{from}+{count} @{ts}: {map:?} {found:?}");
                }
                Done::Wrote(key, Some(value)) => {
                    map.insert(key, value);
                }
                Done::Wrote(key, None) => {
                    map.remove(&key);
                }
            }
        }
    }
    map
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn looks_as_if_one_after_the_other(steps in steps()) {
        let mut kv = Kv::new(Config::default());
        let mut all = Sessions::default();
        let mut now = Timestamp::from_secs(1);
        for (who, step) in &steps {
            now = now.next().next();
            run(&mut kv, &mut all, *who, step, now);
        }
        for session in std::mem::take(&mut all.open).into_iter().flatten() {
            kv.rollback(session.txn);
        }
        let map = replay(all.committed);
        let mut txn = kv.begin(now.next());
        let mut walk = kv.scan(&mut txn, &span(0, 255), Direction::Forward).unwrap();
        let mut stored = Map::new();
        while let Some((key, bytes)) = walk.next().unwrap() {
            stored.insert(key[0], number(bytes));
        }
        prop_assert_eq!(stored, map);
        prop_assert!(kv.intents(&span(0, 255)).is_empty());
    }
}
