//! Transactions of a session: blocks, failures, savepoints, reads of the past.

mod harness;

use base::ids::{NodeId, UniqueInts, Uuid};
use base::rng::Rng;
use harness::{Cluster, check, check_new};
use sql::cx::Cx;
use sql::rules::Rules;
use sql::session::Session;

#[test]
fn blocks() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY)
        > BEGIN
        BEGIN
        > INSERT INTO t VALUES (1)
        > SELECT a FROM t
        a
        1
        > ROLLBACK
        ROLLBACK
        > SELECT a FROM t
        a
        > BEGIN
        > INSERT INTO t VALUES (2)
        > COMMIT
        COMMIT
        > SELECT a FROM t
        a
        2
        > COMMIT
        ERROR 25P01: there is no transaction in progress
        > BEGIN
        > BEGIN
        ERROR 25001: there is already a transaction in progress
        > SELECT 1
        ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
        > COMMIT
        ROLLBACK
        ",
    );
}

#[test]
fn failed_blocks_and_savepoints() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY)
        > BEGIN
        > INSERT INTO t VALUES (1)
        > SAVEPOINT s
        SAVEPOINT
        > INSERT INTO t VALUES (2)
        > INSERT INTO t VALUES (1)
        ERROR 23505: duplicate key value violates unique constraint \"primary\"
        DETAIL: Key (a)=(1) already exists.
        > INSERT INTO t VALUES (3)
        ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
        > ROLLBACK TO SAVEPOINT s
        ROLLBACK
        > INSERT INTO t VALUES (4)
        > RELEASE SAVEPOINT s
        RELEASE
        > RELEASE SAVEPOINT s
        ERROR 3B001: savepoint \"s\" does not exist
        > ROLLBACK
        > BEGIN
        > INSERT INTO t VALUES (5)
        > SAVEPOINT x
        > INSERT INTO t VALUES (6)
        > ROLLBACK TO SAVEPOINT x
        > COMMIT
        > SELECT a FROM t
        a
        5
        ",
    );
}

#[test]
fn ends_without_beginnings_warn_in_the_new_version() {
    check_new(
        "
        > ROLLBACK
        WARNING: there is no transaction in progress
        ROLLBACK
        > BEGIN
        > CREATE TABLE t (a INT PRIMARY KEY)
        NOTICE: auto-committing transaction before processing DDL due to autocommit_before_ddl setting
        CREATE TABLE
        > COMMIT
        WARNING: there is no transaction in progress
        COMMIT
        > SELECT count(*) FROM t
        count
        0
        ",
    );
}

#[test]
fn read_only() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY)
        > BEGIN READ ONLY
        > INSERT INTO t VALUES (1)
        ERROR 25006: cannot execute INSERT in a read-only transaction
        > ROLLBACK
        ",
    );
}

#[test]
fn the_past() {
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY)
        > INSERT INTO t VALUES (1)
        ",
    );
    let then = cluster.clock.now();
    cluster.clock.advance_to(then.add_nanos(60_000_000_000));
    cluster.check(&format!(
        "
        > INSERT INTO t VALUES (2)
        > SELECT a FROM t AS OF SYSTEM TIME '-30s'
        a
        1
        > SELECT a FROM t AS OF SYSTEM TIME {}
        a
        1
        > BEGIN AS OF SYSTEM TIME '-30s'
        > SELECT a FROM t
        a
        1
        > INSERT INTO t VALUES (3)
        ERROR 25006: cannot execute INSERT in a read-only transaction
        > ROLLBACK
        > BEGIN
        > SET TRANSACTION AS OF SYSTEM TIME '-30s'
        > SELECT count(*) FROM t
        count
        1
        > COMMIT
        > SELECT a FROM t AS OF SYSTEM TIME '-1h'
        ERROR 42P01: relation \"t\" does not exist
        > SELECT a FROM t AS OF SYSTEM TIME '2099-01-01'
        ERROR 22023: AS OF SYSTEM TIME: cannot specify timestamp in the future
        ",
        then.to_decimal_string()
    ));
}

#[test]
fn two_sessions() {
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.check("> CREATE TABLE t (a INT PRIMARY KEY, b INT)\n> INSERT INTO t VALUES (1, 0)");
    cluster.check("> BEGIN\n> SELECT b FROM t\nb\n0");
    let mut other = Session::new("root", "defaultdb");
    std::mem::swap(&mut cluster.session, &mut other);
    cluster.check("> UPDATE t SET b = 5 WHERE a = 1");
    std::mem::swap(&mut cluster.session, &mut other);
    let answer = cluster.answer("UPDATE t SET b = b + 1 WHERE a = 1");
    let answer = if answer[0].starts_with("UPDATE") { cluster.answer("COMMIT") } else { answer };
    assert!(answer[0].starts_with("ERROR 40001: restart transaction"), "{answer:?}");
    cluster.check("> ROLLBACK\n> SELECT b FROM t\nb\n5");
}

#[test]
fn a_batch_of_the_new_version_is_one_transaction() {
    let mut cluster = Cluster::new(Rules::v26_2());
    cluster.check("> CREATE TABLE t (a INT PRIMARY KEY)");
    let parsed = sql::parser::parse("INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)").unwrap();
    let mut cx = Cx {
        kv: &mut cluster.kv,
        catalog: &mut cluster.catalog,
        session: &mut cluster.session,
        rules: &cluster.rules,
        clock: &mut cluster.clock,
        rng: &mut Rng::new(1),
        ints: &mut UniqueInts::default(),
        cluster_id: Uuid([7; 16]),
        node: NodeId(1),
        holes: Vec::new(),
        notices: Vec::new(),
        jobs_started: Vec::new(),
    };
    sql::exec::txn::begin_batch(parsed.len(), &mut cx);
    assert!(sql::exec::execute(&parsed[0].stmt, &mut cx).is_ok());
    assert!(sql::exec::execute(&parsed[1].stmt, &mut cx).is_err());
    sql::exec::txn::end_batch(&mut cx).unwrap();
    cluster.check("> SELECT count(*) FROM t\ncount\n0");
}
