//! What a world begins with.
//!
//! | name | holds |
//! |---|---|
//! | `empty` | a cluster `main` of three nodes |
//! | `bank` | the same with database `bank`: customers, and accounts that refer to them; one virtual hour of deposits old |
//!
//! Shape: statements and a passing of time, run before the log begins. A scenario is part of the configuration, so it is
//! never logged.

use std::sync::Arc;

use base::hlc::NANOS_PER_SEC;

use crate::cluster::Cluster;
use crate::dispatch;
use crate::input::SessionRef;
use crate::sim_command::NewCluster;
use crate::state::State;

/// How old the bank is when the world opens. *Units*: nanoseconds.
const BANK_AGE_NANOS: i64 = 3600 * NANOS_PER_SEC;

const BANK: &str = "CREATE DATABASE bank;
USE bank;
CREATE TABLE customers (
  id INT PRIMARY KEY,
  name STRING NOT NULL,
  city STRING
);
CREATE TABLE accounts (
  id INT PRIMARY KEY,
  customer_id INT NOT NULL REFERENCES customers (id),
  balance DECIMAL(12,2) NOT NULL,
  INDEX (customer_id)
);
INSERT INTO customers VALUES
  (1, 'Ada', 'London'), (2, 'Grace', 'New York'), (3, 'Edsger', 'Rotterdam'),
  (4, 'Barbara', 'Los Angeles'), (5, 'Leslie', 'New York'), (6, 'Radia', 'Boston');
INSERT INTO accounts VALUES
  (101, 1, 1000.50), (102, 2, 250.00), (103, 3, 700.25), (104, 4, 4200.00),
  (105, 5, 87.10), (106, 6, 310.00), (107, 1, 55.00), (108, 4, 1999.99)";

/// Longest wait between two deposits. *Units*: seconds.
const WAIT_SECS_MAX: u64 = 70;

/// Lets an hour pass at the bank: deposits and withdrawals, and now and then an account that is opened and closed again.
fn open_bank(state: &mut State) {
    for statement in BANK.split(';') {
        run(state, statement.trim());
    }
    let mut chance = state.rng.fork("scenario/bank");
    let opens = state.config.start.add_nanos(BANK_AGE_NANOS);
    let mut passing: Option<u64> = None;
    loop {
        let wait = i64::try_from(12 + chance.below(WAIT_SECS_MAX - 12)).unwrap_or(12);
        let next = state.now().add_nanos(wait * NANOS_PER_SEC);
        if next >= opens {
            break;
        }
        state.run_until(next);
        state.measure();
        let (id, cents) = (101 + chance.below(8), chance.below(9_000) + 100);
        let sign = if chance.below(2) == 0 { '+' } else { '-' };
        let amount = format!("{}.{:02}", cents / 100, cents % 100);
        run(
            state,
            &format!("UPDATE accounts SET balance = balance {sign} {amount} WHERE id = {id}"),
        );
        if chance.below(6) > 0 {
            continue;
        }
        let (line, open) = match passing {
            Some(id) => (format!("DELETE FROM accounts WHERE id = {id}"), None),
            None => {
                let (id, who) = (200 + chance.below(100), 1 + chance.below(6));
                (format!("INSERT INTO accounts VALUES ({id}, {who}, {amount})"), Some(id))
            }
        };
        run(state, &line);
        passing = open;
    }
    if let Some(id) = passing {
        run(state, &format!("DELETE FROM accounts WHERE id = {id}"));
    }
    state.run_until(opens);
}

/// Runs one statement of a scenario. It is ours: if it is refused, that is a bug of ours.
fn run(state: &mut State, statement: &str) {
    let shell = Arc::new(SessionRef::shell());
    let results = dispatch::exec(state, &shell, &Arc::from(statement), false);
    let failed = results.iter().find_map(|result| result.error.as_ref());
    assert!(failed.is_none(), "scenario bank: {failed:?}");
}

/// Lays out the world that the state's configuration names.
pub(crate) fn set_up(state: &mut State) {
    let main = NewCluster {
        name: state.current.clone(),
        nodes: 3,
        localities: Vec::new(),
        share: None,
        implicit_access: false,
    };
    let cluster = Cluster::new(state, &main);
    state.clusters.insert(main.name, cluster);
    if state.config.scenario == "bank" {
        open_bank(state);
    }
    state.outbox.clear();
}
