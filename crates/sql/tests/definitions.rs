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
