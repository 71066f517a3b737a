//! Definitions and what SHOW says of them, in both versions.

mod harness;

use harness::Cluster;
use sql::rules::Rules;

#[test]
fn tables_are_shown_as_v21_2_shows_them() {
    Cluster::new(Rules::v21_2()).check(
        "
> CREATE TABLE customers (id INT PRIMARY KEY, name STRING NOT NULL, vip BOOL DEFAULT false)
CREATE TABLE
> CREATE SEQUENCE order_seq
CREATE SEQUENCE
> CREATE TABLE orders (id INT PRIMARY KEY DEFAULT nextval('order_seq'), customer_id INT NOT NULL REFERENCES customers (id) ON DELETE CASCADE, total DECIMAL(10,2) DEFAULT 0, status STRING DEFAULT 'open', at TIMESTAMPTZ DEFAULT now(), INDEX (customer_id), UNIQUE (status, id), CHECK (total >= 0))
CREATE TABLE
> SHOW CREATE TABLE orders
table_name create_statement
orders CREATE TABLE public.orders (
	id INT8 NOT NULL DEFAULT nextval('public.order_seq'::REGCLASS),
	customer_id INT8 NOT NULL,
	total DECIMAL(10,2) NULL DEFAULT 0:::DECIMAL,
	status STRING NULL DEFAULT 'open':::STRING,
	at TIMESTAMPTZ NULL DEFAULT now():::TIMESTAMPTZ,
	CONSTRAINT \"primary\" PRIMARY KEY (id ASC),
	CONSTRAINT fk_customer_id_ref_customers FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE,
	INDEX orders_customer_id_idx (customer_id ASC),
	UNIQUE INDEX orders_status_id_key (status ASC, id ASC),
	FAMILY \"primary\" (id, customer_id, total, status, at),
	CONSTRAINT check_total CHECK (total >= 0:::DECIMAL)
)
> CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open'
CREATE VIEW
> SHOW CREATE VIEW open_orders
table_name create_statement
open_orders CREATE VIEW public.open_orders (id, customer_id, total, status, at) AS SELECT id, customer_id, total, status, at FROM defaultdb.public.orders WHERE status = 'open'
> DROP TABLE customers
ERROR 2BP01: \"customers\" is referenced by foreign key from table \"orders\"
> DROP TABLE orders
ERROR 2BP01: cannot drop relation \"orders\" because view \"open_orders\" depends on it
HINT: you can drop open_orders instead.
> DROP SEQUENCE order_seq
ERROR 2BP01: cannot drop sequence order_seq because other objects depend on it
> SHOW CREATE SEQUENCE order_seq
table_name create_statement
order_seq CREATE SEQUENCE public.order_seq MINVALUE 1 MAXVALUE 9223372036854775807 INCREMENT 1 START 1
> SELECT table_name, type FROM [SHOW TABLES]
table_name type
customers table
open_orders view
order_seq sequence
orders table
",
    );
}

#[test]
fn tables_are_shown_as_v26_2_shows_them() {
    Cluster::new(Rules::v26_2()).check(
        "
> CREATE DATABASE d
CREATE DATABASE
> CREATE TABLE d.t1 (x INT)
CREATE TABLE
> COMMENT ON TABLE d.t1 IS 'kept'
COMMENT ON TABLE
> SHOW CREATE TABLE d.t1
table_name create_statement
d.public.t1 CREATE TABLE public.t1 (
	x INT8 NULL,
	rowid INT8 NOT VISIBLE NOT NULL DEFAULT unique_rowid(),
	CONSTRAINT t1_pkey PRIMARY KEY (rowid ASC)
);
COMMENT ON TABLE public.t1 IS 'kept';
> SHOW GRANTS ON DATABASE d
database_name grantee privilege_type is_grantable
d admin ALL true
d public CONNECT false
d root ALL true
> SHOW SCHEMAS FROM d
schema_name owner
crdb_internal node
information_schema node
pg_catalog node
pg_extension node
public root
> SELECT name, id FROM system.namespace WHERE \"parentID\" = 0 ORDER BY id
name id
system 1
defaultdb 100
postgres 102
d 104
> CREATE TYPE d.greeting AS ENUM ('hello', 'howdy')
CREATE TYPE
> CREATE TABLE d.t2 (x d.greeting DEFAULT 'howdy', y d.greeting[])
CREATE TABLE
> INSERT INTO d.t2 VALUES (DEFAULT, ARRAY['hello'])
INSERT 0 1
> SHOW CREATE TABLE d.t2
table_name create_statement
d.public.t2 CREATE TABLE public.t2 (
	x public.greeting NULL DEFAULT 'howdy':::public.greeting,
	y public.greeting[] NULL,
	rowid INT8 NOT VISIBLE NOT NULL DEFAULT unique_rowid(),
	CONSTRAINT t2_pkey PRIMARY KEY (rowid ASC)
);
> DROP TYPE d.greeting
ERROR 2BP01: cannot drop type \"greeting\" because other objects ([d.public.t2]) still depend on it
> DROP DATABASE d
DROP DATABASE
> DROP DATABASE d
ERROR 3D000: database \"d\" does not exist
",
    );
}

#[test]
fn zones_inherit_and_are_shown() {
    Cluster::new(Rules::v21_2()).check(
        "
> CREATE TABLE carts (id INT PRIMARY KEY, INDEX by_id (id DESC))
CREATE TABLE
> SHOW ZONE CONFIGURATION FROM TABLE carts
target raw_config_sql
RANGE default ALTER RANGE default CONFIGURE ZONE USING
range_min_bytes = 134217728,
range_max_bytes = 536870912,
gc.ttlseconds = 90000,
num_replicas = 3,
constraints = '[]',
lease_preferences = '[]'
> ALTER TABLE carts CONFIGURE ZONE USING gc.ttlseconds = 0
ERROR 23514: could not validate zone config: GC.TTLSeconds 0 less than minimum allowed 1
> ALTER TABLE carts CONFIGURE ZONE USING num_replicas = 2
ERROR 23514: could not validate zone config: at least 3 replicas are required for multi-replica configurations
> ALTER TABLE carts CONFIGURE ZONE USING shelf = 2
ERROR 22023: unsupported zone config parameter: \"shelf\"
> ALTER TABLE carts CONFIGURE ZONE USING gc.ttlseconds = 600
CONFIGURE ZONE 1
> SHOW ZONE CONFIGURATION FROM TABLE carts
target raw_config_sql
TABLE carts ALTER TABLE carts CONFIGURE ZONE USING
range_min_bytes = 134217728,
range_max_bytes = 536870912,
gc.ttlseconds = 600,
num_replicas = 3,
constraints = '[]',
lease_preferences = '[]'
> ALTER INDEX carts@by_id CONFIGURE ZONE USING gc.ttlseconds = 700
CONFIGURE ZONE 1
> SELECT target FROM [SHOW ALL ZONE CONFIGURATIONS]
target
RANGE default
DATABASE system
RANGE meta
RANGE system
RANGE liveness
TABLE system.public.replication_constraint_stats
TABLE system.public.replication_stats
TABLE defaultdb.public.carts
INDEX defaultdb.public.carts@by_id
> SELECT raw_config_sql FROM [SHOW ALL ZONE CONFIGURATIONS] WHERE target LIKE '%carts'
raw_config_sql
ALTER TABLE defaultdb.public.carts CONFIGURE ZONE USING
gc.ttlseconds = 600
> ALTER DATABASE defaultdb CONFIGURE ZONE USING gc.ttlseconds = COPY FROM PARENT, num_replicas = 5
CONFIGURE ZONE 1
> ALTER TABLE carts CONFIGURE ZONE DISCARD
CONFIGURE ZONE 1
> SHOW ZONE CONFIGURATION FROM TABLE carts
target raw_config_sql
DATABASE defaultdb ALTER DATABASE defaultdb CONFIGURE ZONE USING
range_min_bytes = 134217728,
range_max_bytes = 536870912,
gc.ttlseconds = 90000,
num_replicas = 5,
constraints = '[]',
lease_preferences = '[]'
> ALTER RANGE default CONFIGURE ZONE DISCARD
ERROR 23514: cannot remove default zone
",
    );
}

#[test]
fn settings_have_kinds_and_defaults() {
    Cluster::new(Rules::v21_2()).check(
        "
> SHOW CLUSTER SETTING bulkio.backup.file_size
bulkio.backup.file_size
128 MiB
> SET CLUSTER SETTING bulkio.backup.file_size = '64MiB'
SET CLUSTER SETTING
> SHOW CLUSTER SETTING bulkio.backup.file_size
bulkio.backup.file_size
64 MiB
> SET CLUSTER SETTING jobs.retention_time = '7d'
SET CLUSTER SETTING
> SELECT value, \"valueType\" FROM system.settings WHERE name = 'jobs.retention_time'
value valueType
168h0m0s d
> RESET CLUSTER SETTING jobs.retention_time
> SHOW CLUSTER SETTING jobs.retention_time
jobs.retention_time
336:00:00
> SET CLUSTER SETTING no.such = 1
ERROR XXUUU: unknown cluster setting 'no.such'
> SET CLUSTER SETTING feature.backup.enabled = 'maybe'
ERROR 22P02: could not parse \"maybe\" as type bool
> SET database = nowhere
ERROR 3D000: database \"nowhere\" does not exist
> USE postgres
SET
> SHOW database
database
postgres
> SET nonsense = 1
ERROR 42704: unrecognized configuration parameter \"nonsense\"
> BEGIN
> SET CLUSTER SETTING feature.backup.enabled = false
ERROR 25001: SET CLUSTER SETTING cannot be used inside a multi-statement transaction
> ROLLBACK
",
    );
}

#[test]
fn alter_table_fills_and_checks() {
    Cluster::new(Rules::v21_2()).check(
        "
> CREATE TABLE t (id INT PRIMARY KEY, a STRING)
> INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'y')
> ALTER TABLE t ADD COLUMN b INT NOT NULL DEFAULT 7, ADD COLUMN c STRING
ALTER TABLE
> SELECT * FROM t ORDER BY id
id a b c
1 x 7 NULL
2 y 7 NULL
3 y 7 NULL
> CREATE UNIQUE INDEX u ON t (a)
ERROR 23505: duplicate key value violates unique constraint \"u\"
DETAIL: Key (a)=('y') already exists.
> CREATE INDEX i ON t (a) STORING (b)
CREATE INDEX
> SELECT id FROM t@i WHERE a = 'y' ORDER BY id
id
2
3
> ALTER TABLE t ADD CONSTRAINT small CHECK (b < 5)
ERROR 23514: validation of CHECK \"b < 5:::INT8\" failed on row: id=1, a=x, b=7, c=NULL
> ALTER TABLE t DROP COLUMN b
NOTICE: the data for dropped indexes is reclaimed asynchronously
ALTER TABLE
> SELECT * FROM t WHERE id = 1
id a c
1 x NULL
> ALTER TABLE t RENAME COLUMN a TO word
> ALTER TABLE t ALTER COLUMN word SET NOT NULL
> INSERT INTO t (id) VALUES (9)
ERROR 23502: null value in column \"word\" violates not-null constraint
> ALTER TABLE t RENAME TO words
RENAME TABLE
> SHOW INDEXES FROM words
table_name index_name non_unique seq_in_index column_name direction storing implicit
words primary false 1 id ASC false false
words primary false 2 word N/A true false
words primary false 3 c N/A true false
> TRUNCATE words
TRUNCATE
> SELECT count(*) FROM words
count
0
> SELECT job_type, status, description FROM [SHOW JOBS] WHERE description LIKE '%TRUNCATE%' ORDER BY job_type
job_type status description
SCHEMA CHANGE succeeded TRUNCATE TABLE defaultdb.public.words
SCHEMA CHANGE GC running GC for TRUNCATE TABLE defaultdb.public.words
",
    );
}

#[test]
fn rights_are_given_and_asked_for() {
    let mut cluster = Cluster::new(Rules::v26_2());
    cluster.check(
        "
> CREATE USER maxi
CREATE ROLE
> CREATE USER maxi
ERROR 42710: a role/user named maxi already exists
> CREATE TABLE t (a INT)
> GRANT SELECT, INSERT ON TABLE t TO maxi WITH GRANT OPTION
GRANT
> REVOKE INSERT ON t FROM maxi
REVOKE
> SHOW GRANTS ON TABLE t
database_name schema_name table_name grantee privilege_type is_grantable
defaultdb public t admin ALL true
defaultdb public t maxi SELECT true
defaultdb public t root ALL true
> GRANT FLY ON TABLE t TO maxi
ERROR 42601: not a valid privilege: \"fly\"
> GRANT SELECT ON TABLE t TO nobody
ERROR 42704: role/user \"nobody\" does not exist
> GRANT SYSTEM BACKUP TO maxi
GRANT
> SHOW SYSTEM GRANTS
grantee privilege_type is_grantable
maxi BACKUP false
> GRANT admin TO maxi
> SELECT username, member_of FROM [SHOW USERS]
NOTICE: estimated_last_login_time is computed on a best effort basis; it is not guaranteed to capture every login event
username member_of
admin {}
maxi {admin}
root {admin}
> REVOKE admin FROM maxi
> DROP USER maxi
ERROR 2BP01: cannot drop role/user maxi: grants still exist on defaultdb.public.t
",
    );
    cluster.session.user = "maxi".to_owned();
    cluster.check(
        "
> SELECT * FROM t
a
> DROP TABLE t
ERROR 42501: user maxi does not have DROP privilege on relation t
> SET CLUSTER SETTING feature.backup.enabled = false
ERROR 42501: only users with the MODIFYCLUSTERSETTING privilege are allowed to set cluster setting 'feature.backup.enabled'
",
    );
}

#[test]
fn what_is_dropped_can_still_be_read_in_the_past() {
    let mut cluster = Cluster::new(Rules::v21_2());
    cluster.check("> CREATE TABLE t (a INT PRIMARY KEY)\n> INSERT INTO t VALUES (1)");
    let before = cluster.clock.now().to_decimal_string();
    cluster.check(&format!(
        "
> DROP TABLE t
DROP TABLE
> SELECT * FROM t
ERROR 42P01: relation \"t\" does not exist
> SELECT * FROM t AS OF SYSTEM TIME '{before}'
a
1
> SELECT name, state FROM crdb_internal.tables WHERE name = 't'
name state
t DROP
> SELECT job_type, status, running_status FROM [SHOW JOBS] ORDER BY job_type
job_type status running_status
SCHEMA CHANGE succeeded NULL
SCHEMA CHANGE GC running waiting for GC TTL
> BEGIN
> CREATE TABLE u (a INT)
> INSERT INTO u VALUES (5)
> SELECT a FROM u
a
5
> ROLLBACK
> SELECT a FROM u
ERROR 42P01: relation \"u\" does not exist
"
    ));
}
