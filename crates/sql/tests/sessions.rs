//! What sessions add: privileges, limits, prepared statements, plans, sources in brackets.

mod harness;

use harness::{Cluster, check};
use sql::exec::foreign_sources;
use sql::rules::Rules;
use sql::session::Session;

#[test]
fn privileges() {
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY)
        > CREATE VIEW v AS SELECT a FROM t
        > CREATE USER u
        > GRANT SELECT ON v TO u
        ",
    );
    let mut root = Session::new("u", "defaultdb");
    std::mem::swap(&mut cluster.session, &mut root);
    cluster.check(
        "
        > SELECT * FROM t
        ERROR 42501: user u does not have SELECT privilege on relation t
        > SELECT * FROM v
        a
        > INSERT INTO t VALUES (1)
        ERROR 42501: user u does not have INSERT privilege on relation t
        > UPDATE t SET a = 1
        ERROR 42501: user u does not have UPDATE privilege on relation t
        > DELETE FROM t
        ERROR 42501: user u does not have DELETE privilege on relation t
        ",
    );
    std::mem::swap(&mut cluster.session, &mut root);
    cluster.check("> GRANT INSERT ON t TO u");
    std::mem::swap(&mut cluster.session, &mut root);
    cluster.check(
        "
        > INSERT INTO t VALUES (1)
        INSERT 0 1
        > INSERT INTO t VALUES (2) RETURNING a
        ERROR 42501: user u does not have SELECT privilege on relation t
        > SELECT a FROM v
        a
        1
        ",
    );
}

#[test]
fn a_runaway_statement_ends() {
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.session.row_steps_max = 10_000;
    cluster.check(
        "
        > SELECT count(*) FROM generate_series(1, 1000) AS a, generate_series(1, 1000) AS b
        ERROR 54000: statement exceeds the limit of 10000 row steps
        > SELECT 1
        ?column?
        1
        ",
    );
}

#[test]
fn prepared_statements() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY, b STRING)
        > PREPARE p AS INSERT INTO t VALUES ($1, $2)
        PREPARE
        > EXECUTE p (1, 'x')
        INSERT 0 1
        > PREPARE q (INT) AS SELECT b FROM t WHERE a = $1
        > EXECUTE q (1)
        b
        x
        > PREPARE q AS SELECT 1
        ERROR 42P05: prepared statement \"q\" already exists
        > EXECUTE nope
        ERROR 26000: prepared statement \"nope\" does not exist
        > DEALLOCATE q
        DEALLOCATE
        > EXECUTE q (1)
        ERROR 26000: prepared statement \"q\" does not exist
        ",
    );
}

#[test]
fn plans() {
    check(
        "
        > CREATE TABLE t (a INT, b INT, c INT, PRIMARY KEY (a, b), INDEX i (c))
        > EXPLAIN SELECT c FROM t WHERE a = 1 AND b IN (2, 3)
        info
        distribution: local
        • scan
        missing stats
        table: t@primary
        spans: [/Table/52/1/1/2 - /Table/52/1/1/3] [/Table/52/1/1/3 - /Table/52/1/1/4]
        > EXPLAIN SELECT a FROM t WHERE c > 5 AND c < 7
        info
        distribution: local
        • filter
        │
        └── • scan
        missing stats
        table: t@i
        spans: [/Table/52/2/6 - /Table/52/2/7]
        > EXPLAIN SELECT a FROM t WHERE b = 1 ORDER BY a DESC LIMIT 1
        info
        distribution: local
        • limit
        │
        └── • filter
        │
        └── • revscan
        missing stats
        table: t@primary
        spans: FULL SCAN
        > EXPLAIN DELETE FROM t WHERE a = 1
        info
        distribution: local
        • delete
        │ from: t
        │
        └── • scan
        missing stats
        table: t@primary
        spans: [/Table/52/1/1 - /Table/52/1/2]
        ",
    );
}

#[test]
fn sources_that_others_run() {
    let parsed = sql::parser::parse(
        "WITH a AS (SHOW BACKUP LATEST IN 'nodelocal://1/b') SELECT * FROM a, [SHOW TABLES], \
         (SELECT * FROM [SHOW SCHEDULES]) AS s WHERE id IN (SELECT job_id FROM [SHOW BACKUPS IN 'x'])",
    )
    .unwrap();
    assert_eq!(foreign_sources(&parsed[0].stmt).len(), 3);
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.check(
        "
        > SELECT * FROM [SHOW BACKUPS IN 'nodelocal://1/b']
        ERROR XX000: a source of the statement was not run before it
        > SELECT count(*) FROM [SHOW DATABASES]
        count
        3
        ",
    );
}
