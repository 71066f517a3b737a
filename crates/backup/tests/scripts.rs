//! BACKUP and RESTORE end to end, as scripts.

mod harness;

use harness::World;
use sql::rules::Rules;

/// A small shop: customers, orders that refer to them with a sequence, carts, a view.
const SHOP: &str = "
    > CREATE DATABASE shop
    > USE shop
    > CREATE TABLE customers (id INT PRIMARY KEY, name STRING NOT NULL, INDEX (name))
    > CREATE SEQUENCE order_seq
    > CREATE TABLE orders (id INT PRIMARY KEY DEFAULT nextval('order_seq'), customer INT REFERENCES customers (id), total DECIMAL(10,2))
    > CREATE TABLE carts (id INT PRIMARY KEY, note STRING)
    > CREATE VIEW open_orders AS SELECT id, total FROM shop.public.orders
    > INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cy')
    > INSERT INTO orders (customer, total) VALUES (1, 10.50), (1, 20), (2, 30)
    > INSERT INTO carts VALUES (1, 'x'), (2, 'y')
    ";

fn shop(rules: Rules) -> World {
    let mut world = World::new(rules);
    world.check(SHOP);
    world
}

fn both(script: &str) {
    for rules in [Rules::v21_2(), Rules::v26_2()] {
        shop(rules).check(script);
    }
}

#[test]
fn full_incremental_restore() {
    let mut world = shop(Rules::v21_2());
    world.check(
        "
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        <job> succeeded 1 9 3 170
        > SHOW BACKUPS IN 'nodelocal://1/c'
        /2022/04/01-020000.00
        + 1h
        > INSERT INTO orders (customer, total) VALUES (3, 40), (3, 50)
        > UPDATE orders SET total = 11 WHERE id = 1
        > DELETE FROM carts WHERE id = 2
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        <job> succeeded 1 …
        > SELECT object_name, object_type, backup_type, rows FROM [SHOW BACKUP LATEST IN 'nodelocal://1/c']
        shop database full NULL
        customers table full 3
        order_seq table full 1
        orders table full 3
        carts table full 2
        open_orders table full 0
        shop database incremental NULL
        customers table incremental 0
        order_seq table incremental 1
        orders table incremental 3
        carts table incremental 1
        open_orders table incremental 0
        > SELECT create_statement FROM [SHOW BACKUP SCHEMAS FROM LATEST IN 'nodelocal://1/c'] WHERE object_name = 'carts' AND backup_type = 'full'
        CREATE TABLE carts (
        id INT8 NOT NULL,
        note STRING NULL,
        CONSTRAINT \"primary\" PRIMARY KEY (id ASC),
        FAMILY \"primary\" (id, note)
        )
        > SELECT privileges, owner FROM [SHOW BACKUP LATEST IN 'nodelocal://1/c' WITH privileges] WHERE object_name = 'carts' AND backup_type = 'full'
        GRANT ALL ON TABLE carts TO admin; GRANT ALL ON TABLE carts TO root;  root
        > SELECT manifest->'entryCounts'->>'rows' FROM [SHOW BACKUP LATEST IN 'nodelocal://1/c' WITH as_json]
        9
        5
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        ERROR 42P04: database \"shop\" already exists
        > USE defaultdb
        > DROP DATABASE shop CASCADE
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        <job> succeeded 1 …
        > SELECT * FROM shop.orders ORDER BY id
        1 1 11.00
        2 1 20.00
        3 2 30.00
        4 3 40.00
        5 3 50.00
        > SELECT * FROM shop.carts
        1 x
        > SELECT id FROM shop.customers@customers_name_idx WHERE name = 'Bob'
        2
        > INSERT INTO shop.orders (customer, total) VALUES (1, 60) RETURNING id
        6
        > INSERT INTO shop.orders (customer, total) VALUES (9, 60)
        ERROR 23503: …
        > SELECT * FROM shop.open_orders WHERE id = 6
        6 60.00
        ",
    );
}

#[test]
fn without_a_licence() {
    let mut world = shop(Rules::v21_2());
    world.check(
        "
        > SET CLUSTER SETTING enterprise.license = ''
        > BACKUP INTO 'nodelocal://1/c'
        > BACKUP INTO 'nodelocal://1/c' WITH revision_history
        ERROR XXC02: use of BACKUP with revision_history requires an enterprise license. see https://cockroachlabs.com/pricing?cluster=07070707-0707-0707-0707-070707070707 for details on how to enable enterprise features
        > BACKUP INTO LATEST IN 'nodelocal://1/c'
        ERROR XXC02: use of BACKUP with incremental requires …
        > BACKUP INTO 'nodelocal://1/c' WITH encryption_passphrase = 'x'
        ERROR XXC02: use of BACKUP with encryption requires …
        > BACKUP INTO ('nodelocal://1/c', 'nodelocal://2/c')
        ERROR XXC02: use of BACKUP with partitioned destinations requires …
        > DROP DATABASE shop CASCADE
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        ",
    );
}

#[test]
fn in_a_transaction() {
    let mut world = shop(Rules::v21_2());
    world.check(
        "
        > BEGIN
        > BACKUP INTO 'nodelocal://1/c'
        ERROR XXUUU: BACKUP cannot be used inside a transaction without DETACHED option
        > ROLLBACK
        > BEGIN
        > BACKUP INTO 'nodelocal://1/c' WITH DETACHED
        <job>
        > ROLLBACK
        > SELECT count(*) FROM [SHOW JOBS] WHERE job_type = 'BACKUP'
        0
        > BEGIN
        > BACKUP INTO 'nodelocal://1/d' WITH DETACHED
        <job>
        > COMMIT
        > SELECT count(*) FROM [SHOW JOBS] WHERE job_type = 'BACKUP'
        1
        > SELECT count(*) FROM system.protected_ts_records
        1
        ",
    );
}

#[test]
fn who_may() {
    let mut world = shop(Rules::v21_2());
    world.check(
        "
        > CREATE USER clerk
        ! user clerk
        > BACKUP INTO 'userfile:///c'
        ERROR 42501: only users with the admin role are allowed to perform full cluster backups
        > BACKUP TABLE shop.carts INTO 'userfile:///c'
        ERROR 42501: user clerk does not have SELECT privilege on relation carts
        ! user root
        > GRANT SELECT ON TABLE shop.carts TO clerk
        > GRANT CONNECT ON DATABASE shop TO clerk
        ! user clerk
        > BACKUP TABLE shop.carts INTO 'nodelocal://1/c'
        ERROR 42501: only users with the admin role are allowed to BACKUP to the specified nodelocal URI
        > BACKUP TABLE shop.carts INTO 'userfile:///c'
        > SHOW BACKUPS IN 'userfile:///c'
        /2022/…
        > RESTORE DATABASE shop FROM LATEST IN 'userfile:///c'
        ERROR 42501: only users with the CREATEDB privilege can restore databases
        > RESTORE TABLE shop.carts FROM LATEST IN 'userfile:///c' WITH into_db = 'defaultdb'
        ERROR 42501: user clerk does not have CREATE privilege on database defaultdb
        > RESTORE FROM LATEST IN 'userfile:///c'
        ERROR 42501: only users with the admin role are allowed to restore full cluster backups
        ",
    );
}

#[test]
fn many_files() {
    both(
        "
        > CREATE TABLE shop.big (id INT PRIMARY KEY, pad STRING, INDEX (pad))
        > INSERT INTO shop.big SELECT i, repeat('x', 500) || i::STRING FROM generate_series(1, 2000) AS g(i)
        > SET CLUSTER SETTING bulkio.backup.file_size = '64KiB'
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        > SELECT count(DISTINCT path) > 10 FROM [SHOW BACKUP FILES FROM LATEST IN 'nodelocal://1/c']
        true
        > SELECT rows FROM [SHOW BACKUP FROM LATEST IN 'nodelocal://1/c'] WHERE object_name = 'big'
        2000
        > UPDATE shop.big SET pad = 'y' WHERE id % 500 = 0
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        > USE defaultdb
        > DROP DATABASE shop CASCADE
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        > SELECT count(*), count(DISTINCT pad) FROM shop.big
        2000 1997
        > SELECT count(*) FROM shop.big@big_pad_idx WHERE pad = 'y'
        4
        ",
    );
}

const TAKEN: &str = "
    + 1h
    > BACKUP DATABASE shop INTO 'nodelocal://1/c' WITH revision_history
    + 1h
    > DELETE FROM shop.carts WHERE id = 1
    > CREATE TABLE shop.late (id INT PRIMARY KEY)
    > INSERT INTO shop.late VALUES (5)
    ";

#[test]
fn a_step_done_twice_changes_nothing() {
    for rules in [Rules::v21_2(), Rules::v26_2()] {
        let mut world = shop(rules);
        world.check(TAKEN);
        for n in 0..14 {
            let mut again = world.clone();
            again.repeat = Some(n);
            again.check(
                "
                > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c' WITH revision_history
                > USE defaultdb
                > DROP DATABASE shop CASCADE
                ",
            );
            again.repeat = Some(n);
            again.check(
                "
                > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
                > SELECT count(*), sum(total) FROM shop.orders
                3 60.50
                > SELECT * FROM shop.carts
                2 y
                > SELECT * FROM shop.late
                5
                > SELECT count(*) FROM system.protected_ts_records
                0
                ",
            );
        }
    }
}

#[test]
fn a_cancelled_restore_leaves_nothing() {
    for rules in [Rules::v21_2(), Rules::v26_2()] {
        let mut world = shop(rules);
        world.check(TAKEN);
        world.check(
            "> USE defaultdb
            > CREATE DATABASE lab
            > DROP DATABASE shop CASCADE",
        );
        for n in 0..4 {
            let mut cancelled = world.clone();
            cancelled.cancel_after = Some(n);
            cancelled.check(
                "
                > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
                ERROR 57014: canceled
                > RESTORE TABLE shop.carts FROM LATEST IN 'nodelocal://1/c' WITH into_db = 'lab'
                ERROR 57014: canceled
                ",
            );
            cancelled.cancel_after = None;
            cancelled.check(
                "
                > SELECT count(*) FROM system.namespace WHERE name IN ('shop', 'carts', 'orders')
                0
                > SHOW TABLES FROM lab
                > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
                > RESTORE TABLE shop.carts FROM LATEST IN 'nodelocal://1/c' WITH into_db = 'lab'
                > SELECT count(*) FROM shop.carts
                2
                ",
            );
        }
    }
}

#[test]
fn refusals_before_a_job() {
    both(
        "
        > BACKUP DATABASE nope INTO 'nodelocal://1/c'
        ERROR XXUUU: failed to resolve targets specified in the BACKUP stmt: database \"nope\" does not exist
        > BACKUP TABLE shop.nope INTO 'nodelocal://1/c'
        ERROR XXUUU: failed to resolve targets specified in the BACKUP stmt: table \"shop.nope\" does not exist
        > BACKUP INTO 'nodelocal://abc/c'
        ERROR XXUUU: host component of nodelocal URI must be a node ID: nodelocal://abc/c
        > BACKUP INTO 'nodelocal://1/c' WITH encryption_passphrase = 'a', kms = 'b'
        ERROR XXUUU: cannot have both encryption_passphrase and kms option set
        > SHOW BACKUPS IN 'nodelocal://1/c'
        ",
    );
}

#[test]
fn chain_rules() {
    both(
        "
        > BACKUP TABLE shop.orders, shop.customers, shop.order_seq INTO 'nodelocal://1/t'
        > BACKUP TABLE shop.orders, shop.carts INTO LATEST IN 'nodelocal://1/t'
        ERROR XXUUU: previous backup does not contain table \"carts\"
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/t'
        ERROR XXUUU: previous backup does not contain the complete database \"shop\"
        > BACKUP INTO 'nodelocal://1/all'
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/all'
        ERROR XXUUU: cannot append a backup of specific tables or databases to a cluster backup
        > BACKUP DATABASE shop INTO 'nodelocal://1/d'
        > CREATE TABLE shop.returns (id INT PRIMARY KEY)
        > INSERT INTO shop.returns SELECT generate_series(1, 7)
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/d'
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/d'
        > RESTORE TABLE shop.carts FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab'
        ERROR 42704: a database named \"lab\" needs to exist to restore table \"carts\"
        > CREATE DATABASE lab
        > RESTORE TABLE shop.carts FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab'
        > RESTORE TABLE shop.carts FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab'
        ERROR 42P07: relation \"carts\" already exists
        > RESTORE TABLE shop.returns FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab'
        > SELECT count(*) FROM lab.returns
        7
        > SELECT count(*) FROM lab.carts
        2
        ",
    );
}

#[test]
fn dependencies() {
    both(
        "
        > CREATE DATABASE lab
        > BACKUP DATABASE shop INTO 'nodelocal://1/d'
        > RESTORE TABLE shop.orders FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab'
        ERROR XXUUU: cannot restore table \"orders\" without referenced table …
        > RESTORE TABLE shop.orders FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab', skip_missing_foreign_keys
        ERROR XXUUU: cannot restore table \"orders\" without referenced sequence …
        > RESTORE TABLE shop.orders FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab', skip_missing_foreign_keys, skip_missing_sequences
        > SELECT * FROM lab.orders WHERE id = 1
        1 1 10.50
        > INSERT INTO lab.orders VALUES (99, 99, 1)
        > RESTORE TABLE shop.open_orders FROM LATEST IN 'nodelocal://1/d' WITH into_db = 'lab'
        ERROR XXUUU: cannot restore view \"open_orders\" without restoring referenced table (or \"skip_missing_views\" option)
        > BACKUP TABLE shop.orders, shop.customers, shop.order_seq INTO 'nodelocal://1/t'
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/t'
        ERROR XXUUU: cannot RESTORE DATABASE from a backup of individual tables (use SHOW BACKUP to determine available tables)
        > RESTORE FROM LATEST IN 'nodelocal://1/d'
        ERROR XXUUU: full cluster restore can only be run on a cluster with no tables or databases but found …
        ",
    );
}

#[test]
fn point_in_time() {
    both(
        "
        + 10m
        > BACKUP DATABASE shop INTO 'nodelocal://1/h' WITH revision_history
        > BACKUP DATABASE shop INTO 'nodelocal://1/p'
        + 19m
        > CREATE TABLE shop.late (id INT PRIMARY KEY)
        + 1m
        > DELETE FROM shop.orders WHERE true
        + 30m
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/h' WITH revision_history
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/p'
        > USE defaultdb
        > DROP DATABASE shop CASCADE
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/p' AS OF SYSTEM TIME '2022-04-01 02:15:00'
        ERROR XXUUU: invalid RESTORE timestamp: restoring to arbitrary time requires …
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/h' AS OF SYSTEM TIME '2022-03-20 02:15:00'
        ERROR XXUUU: invalid RESTORE timestamp: BACKUP for requested time only has revision history from …
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/h' AS OF SYSTEM TIME '2022-04-01 02:25:00'
        > SELECT count(*) FROM shop.orders
        3
        > SELECT count(*) FROM shop.late
        ERROR 42P01: relation \"shop.late\" does not exist
        > DROP DATABASE shop CASCADE
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/h'
        > SELECT count(*) FROM shop.orders
        0
        > SELECT count(*) FROM shop.late
        0
        ",
    );
}

#[test]
fn the_gc_break() {
    let mut world = shop(Rules::v21_2());
    world.check(
        "
        > ALTER TABLE shop.carts CONFIGURE ZONE USING gc.ttlseconds = 600
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        + 9m
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        + 11m
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        ERROR XXUUU: protected ts verification error: failed to verify protection record …
        range ID: …
        > ALTER TABLE shop.carts CONFIGURE ZONE USING gc.ttlseconds = 90000
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        > ALTER TABLE shop.carts CONFIGURE ZONE USING gc.ttlseconds = 600
        + 11m
        ! gc
        > ALTER TABLE shop.carts CONFIGURE ZONE USING gc.ttlseconds = 90000
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        ERROR XXUUU: protected ts verification error: failed to verify protection record …
        range ID: …
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        > SHOW BACKUPS IN 'nodelocal://1/c'
        /2022/04/01-020000.00
        /2022/04/01-0231…
        ",
    );
    let mut world = shop(Rules::v21_2());
    world.check(
        "
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        + 1m
        > CREATE TABLE shop.brief (id INT PRIMARY KEY)
        > ALTER TABLE shop.brief CONFIGURE ZONE USING gc.ttlseconds = 600
        > INSERT INTO shop.brief VALUES (1)
        + 20m
        ! gc
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        > USE defaultdb
        > DROP DATABASE shop CASCADE
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        > SELECT count(*) FROM shop.brief
        1
        ",
    );
    let mut world = shop(Rules::v26_2());
    world.check(
        "
        > SHOW BACKUP FROM LATEST IN 'nodelocal://1/c'
        ERROR 58P01: read LATEST path: path does not contain a completed latest backup: LATEST file could not be read in base or metadata directory: …
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        + 5h
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        ERROR XXUUU: batch timestamp 16487784…
        ",
    );
}

#[test]
fn damage() {
    both(
        "
        > BACKUP DATABASE shop INTO 'nodelocal://1/c'
        + 1h
        > INSERT INTO shop.carts VALUES (7, 'z')
        > BACKUP DATABASE shop INTO LATEST IN 'nodelocal://1/c'
        > USE defaultdb
        > DROP DATABASE shop CASCADE
        ! flip nodelocal://1/c/2022/04/01-020000.00/data/
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        ERROR XX001: nodelocal://1/c/2022/04/01-020000.00/data/…
        ! rm nodelocal://1/c/2022/04/01-020000.00/data/
        > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
        ERROR XXUUU: nodelocal://1/c/2022/04/01-020000.00/data/…
        > SHOW DATABASES
        defaultdb …
        postgres …
        system …
        > SELECT count(*) FROM system.namespace WHERE name = 'carts'
        0
        ",
    );
}

#[test]
fn whole_cluster() {
    for rules in [Rules::v21_2(), Rules::v26_2()] {
        let mut world = shop(rules);
        world.check(
            "
            > CREATE USER clerk
            > GRANT SELECT ON TABLE shop.orders TO clerk
            > ALTER TABLE shop.carts CONFIGURE ZONE USING gc.ttlseconds = 6001
            > SET CLUSTER SETTING cluster.organization = 'Acme'
            > COMMENT ON TABLE shop.carts IS 'short lived'
            > BACKUP INTO 'nodelocal://1/c'
            + 1h
            > INSERT INTO shop.carts VALUES (3, 'z')
            > BACKUP INTO LATEST IN 'nodelocal://1/c'
            ! new
            > RESTORE FROM LATEST IN 'nodelocal://1/c'
            <job> succeeded 1 …
            > SELECT * FROM shop.carts
            1 x
            2 y
            3 z
            > SELECT total FROM shop.orders WHERE id = 2
            20.00
            > SHOW CLUSTER SETTING cluster.organization
            Acme
            > SELECT username FROM system.users WHERE username = 'clerk'
            clerk
            > SELECT raw_config_sql FROM [SHOW ZONE CONFIGURATION FROM TABLE shop.carts]
            ALTER TABLE …
            range_min…
            range_max…
            gc.ttlseconds = 6001,
            num_replicas…
            constraints…
            lease_preferences…
            > CREATE TABLE shop.more (id INT PRIMARY KEY)
            > SELECT count(*) FROM shop.more
            0
            ",
        );
    }
}
