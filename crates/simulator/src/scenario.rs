//! What a world begins with.
//!
//! | name | holds |
//! |---|---|
//! | `empty` | a cluster `main` of three nodes |
//! | `bank` | the same with database `bank`: customers, and accounts that refer to them; one virtual hour old |
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
        let shell = Arc::new(SessionRef::shell());
        for statement in BANK.split(';') {
            let sql: Arc<str> = Arc::from(statement.trim());
            let results = dispatch::exec(state, &shell, &sql, false);
            // A scenario is ours: a refused statement of it is a bug of ours.
            let failed = results.iter().find_map(|result| result.error.as_ref());
            assert!(failed.is_none(), "scenario bank: {failed:?}");
        }
        let opens = state.config.start.add_nanos(BANK_AGE_NANOS);
        state.run_until(opens);
    }
    state.outbox.clear();
}
