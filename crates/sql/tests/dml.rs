//! INSERT, UPSERT, UPDATE, DELETE, and what tables ask of rows.

mod harness;

use harness::{check, check_new};

#[test]
fn inserts() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY, b INT DEFAULT 7, c STRING NOT NULL DEFAULT 'd')
        > INSERT INTO t VALUES (1, 2, 'x'), (2, DEFAULT, 'y')
        INSERT 0 2
        > INSERT INTO t (c, a) VALUES ('z', 3)
        INSERT 0 1
        > INSERT INTO t (a) SELECT a + 10 FROM t
        INSERT 0 3
        > SELECT * FROM t
        a b c
        1 2 x
        2 7 y
        3 7 z
        11 7 d
        12 7 d
        13 7 d
        > INSERT INTO t VALUES (20) RETURNING a, b + 1 AS n
        a n
        20 8
        > INSERT INTO t VALUES (21, (SELECT max(a) FROM t), 'q') RETURNING *
        a b c
        21 20 q
        > INSERT INTO t VALUES (1, 1, 'again')
        ERROR 23505: duplicate key value violates unique constraint \"primary\"
        DETAIL: Key (a)=(1) already exists.
        > INSERT INTO t VALUES (30, 1, NULL)
        ERROR 23502: null value in column \"c\" violates not-null constraint
        > INSERT INTO t VALUES (1, 2, 'x', 4)
        ERROR 42601: INSERT has more expressions than target columns, 4 expressions for 3 targets
        > INSERT INTO t (a, b) VALUES (1)
        ERROR 42601: INSERT has more target columns than expressions, 1 expressions for 2 targets
        > INSERT INTO t (a, nope) VALUES (1, 2)
        ERROR 42703: column \"nope\" does not exist
        > INSERT INTO t (a, a) VALUES (1, 2)
        ERROR 42601: multiple assignments to the same column \"a\"
        > INSERT INTO t VALUES (1, 2), (3)
        ERROR 42601: VALUES lists must all be the same length, expected 2 columns, found 1
        > INSERT INTO t (a) VALUES ('x')
        ERROR 22P02: could not parse \"x\" as type int: strconv.ParseInt: parsing \"x\": invalid syntax
        > SELECT count(*) FROM t
        count
        8
        ",
    );
}

#[test]
fn conflicts() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY, b INT, c INT, UNIQUE INDEX t_b (b))
        > INSERT INTO t VALUES (1, 10, 0), (2, 20, 0)
        > INSERT INTO t VALUES (3, 10, 0)
        ERROR 23505: duplicate key value violates unique constraint \"t_b\"
        DETAIL: Key (b)=(10) already exists.
        > INSERT INTO t VALUES (3, 10, 0) ON CONFLICT DO NOTHING
        INSERT 0 0
        > INSERT INTO t VALUES (3, 10, 5) ON CONFLICT (b) DO UPDATE SET c = excluded.c + t.a RETURNING *
        a b c
        1 10 6
        > INSERT INTO t VALUES (1, 11, 5) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.c > 100
        INSERT 0 0
        > UPSERT INTO t VALUES (2, 21, 9), (4, 40, 9)
        INSERT 0 2
        > SELECT * FROM t
        a b c
        1 10 6
        2 21 9
        4 40 9
        > SELECT a FROM t WHERE b = 20
        a
        > UPSERT INTO t VALUES (1, 21, 0)
        ERROR 23505: duplicate key value violates unique constraint \"t_b\"
        DETAIL: Key (b)=(21) already exists.
        > INSERT INTO t VALUES (1, 1, 1) ON CONFLICT (c) DO NOTHING
        ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
        > INSERT INTO t VALUES (7, 70, 1), (7, 71, 1) ON CONFLICT (a) DO UPDATE SET c = 2
        ERROR 21000: UPSERT or INSERT...ON CONFLICT command cannot affect row a second time
        > INSERT INTO t (a) VALUES (8), (9) RETURNING a
        a
        8
        9
        ",
    );
}

#[test]
fn updates_and_deletes() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY, b INT, c STRING, INDEX (b))
        > INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 30, 'z')
        > UPDATE t SET b = b + 1 WHERE a = 1
        UPDATE 1
        > UPDATE t SET (b, c) = (99, 'w') WHERE a = 2 RETURNING *
        a b c
        2 99 w
        > UPDATE t SET (b, c) = (SELECT 7, 'q') WHERE a = 3
        UPDATE 1
        > SELECT a FROM t WHERE b = 99
        a
        2
        > SELECT a FROM t WHERE b = 20
        a
        > UPDATE t SET a = a + 1
        UPDATE 3
        > SELECT * FROM t
        a b c
        2 11 x
        3 99 w
        4 7 q
        > UPDATE t SET a = 2 WHERE a = 4
        ERROR 23505: duplicate key value violates unique constraint \"primary\"
        DETAIL: Key (a)=(2) already exists.
        > CREATE TABLE u (k INT PRIMARY KEY, v INT)
        > INSERT INTO u VALUES (2, 200), (3, 300)
        > UPDATE t SET b = u.v FROM u WHERE u.k = t.a RETURNING t.a, b, u.v
        a b v
        2 200 200
        3 300 300
        > UPDATE t SET b = DEFAULT WHERE a = 2
        UPDATE 1
        > DELETE FROM t WHERE a = 3 RETURNING c
        c
        w
        > DELETE FROM t ORDER BY a DESC LIMIT 1 RETURNING a
        a
        4
        > SELECT * FROM t
        a b c
        2 NULL x
        > DELETE FROM t USING u WHERE u.k = t.a
        DELETE 1
        > DELETE FROM t
        DELETE 0
        > UPDATE t SET b = 1, b = 2
        ERROR 42601: multiple assignments to the same column \"b\"
        > UPDATE t SET nope = 1
        ERROR 42703: column \"nope\" does not exist
        > UPDATE nope SET a = 1
        ERROR 42P01: relation \"nope\" does not exist
        ",
    );
}

#[test]
fn checks_and_computed_columns() {
    check(
        "
        > CREATE TABLE t (a INT PRIMARY KEY, b INT CHECK (b > 0), c INT AS (a + b) STORED)
        > INSERT INTO t (a, b) VALUES (1, 2)
        > SELECT * FROM t
        a b c
        1 2 3
        > UPDATE t SET b = 5 WHERE a = 1
        > SELECT c FROM t
        c
        6
        > INSERT INTO t (a, b) VALUES (2, 0)
        ERROR 23514: failed to satisfy CHECK constraint (b > 0:::INT8)
        > INSERT INTO t (a, b, c) VALUES (2, 1, 1)
        ERROR 55000: cannot write directly to computed column \"c\"
        > UPDATE t SET c = 1
        ERROR 55000: cannot write directly to computed column \"c\"
        ",
    );
}

#[test]
fn foreign_keys() {
    check(
        "
        > CREATE TABLE p (id INT PRIMARY KEY, n STRING)
        > CREATE TABLE c (id INT PRIMARY KEY, p_id INT REFERENCES p (id))
        > INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, 'c')
        > INSERT INTO c VALUES (1, 1), (2, NULL)
        > INSERT INTO c VALUES (3, 9)
        ERROR 23503: insert on table \"c\" violates foreign key constraint \"fk_p_id_ref_p\"
        DETAIL: Key (p_id)=(9) is not present in table \"p\".
        > UPDATE c SET p_id = 9 WHERE id = 1
        ERROR 23503: update on table \"c\" violates foreign key constraint \"fk_p_id_ref_p\"
        DETAIL: Key (p_id)=(9) is not present in table \"p\".
        > DELETE FROM p WHERE id = 1
        ERROR 23503: delete on table \"p\" violates foreign key constraint \"fk_p_id_ref_p\" on table \"c\"
        DETAIL: Key (id)=(1) is still referenced from table \"c\".
        > UPDATE p SET id = 10 WHERE id = 1
        ERROR 23503: update on table \"p\" violates foreign key constraint \"fk_p_id_ref_p\" on table \"c\"
        DETAIL: Key (id)=(1) is still referenced from table \"c\".
        > DELETE FROM p WHERE id = 2
        DELETE 1
        > CREATE TABLE d (id INT PRIMARY KEY, p_id INT REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE)
        > CREATE TABLE e (id INT PRIMARY KEY, p_id INT REFERENCES p (id) ON DELETE SET NULL)
        > INSERT INTO d VALUES (1, 3), (2, 3)
        > INSERT INTO e VALUES (1, 3)
        > DELETE FROM p WHERE id = 3
        DELETE 1
        > SELECT count(*) FROM d
        count
        0
        > SELECT * FROM e
        id p_id
        1 NULL
        > INSERT INTO p VALUES (5, 'e')
        > INSERT INTO d VALUES (1, 5)
        > UPDATE p SET id = 6 WHERE id = 5
        UPDATE 1
        > SELECT * FROM d
        id p_id
        1 6
        ",
    );
}

#[test]
fn names_of_the_new_version() {
    check_new(
        "
        > CREATE TABLE t (a INT PRIMARY KEY, b STRING UNIQUE)
        > INSERT INTO t VALUES (1, 'x')
        > INSERT INTO t VALUES (1, 'y')
        ERROR 23505: duplicate key value violates unique constraint \"t_pkey\"
        DETAIL: Key (a)=(1) already exists.
        > INSERT INTO t VALUES (2, 'x')
        ERROR 23505: duplicate key value violates unique constraint \"t_b_key\"
        DETAIL: Key (b)=('x') already exists.
        ",
    );
}

#[test]
fn sequences_and_generated_keys() {
    check(
        "
        > CREATE SEQUENCE s START 10 INCREMENT 5
        > CREATE TABLE t (a INT PRIMARY KEY DEFAULT nextval('s'), b STRING)
        > INSERT INTO t (b) VALUES ('x'), ('y')
        > SELECT * FROM t
        a b
        10 x
        15 y
        > SELECT nextval('s'), currval('s'), lastval()
        nextval currval lastval
        20 20 20
        > BEGIN
        > SELECT nextval('s')
        nextval
        25
        > ROLLBACK
        > SELECT nextval('s')
        nextval
        30
        > SELECT nextval('nope')
        ERROR 42P01: relation \"nope\" does not exist
        > CREATE TABLE r (v STRING)
        > INSERT INTO r VALUES ('p'), ('q')
        > SELECT v FROM r
        v
        p
        q
        > SELECT count(DISTINCT rowid) FROM r
        count
        2
        ",
    );
}
