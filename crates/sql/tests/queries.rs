//! Queries: what they answer, column names, refusals.

mod harness;

use harness::check;

const TABLES: &str = "
    > CREATE TABLE t (a INT PRIMARY KEY, b INT, c STRING, INDEX (b))
    > INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'), (3, 10, NULL), (4, NULL, 'x')
    > CREATE TABLE u (id INT PRIMARY KEY, a INT, d STRING)
    > INSERT INTO u VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 2, 'zwei'), (4, 9, 'none')
";

#[track_caller]
fn with_tables(script: &str) {
    check(&format!("{TABLES}{script}"));
}

#[test]
fn without_tables() {
    check(
        "
        > SELECT 1
        ?column?
        1
        > SELECT 1 AS a, 'x' b, NULL
        a b ?column?
        1 x NULL
        > SELECT 1::INT8, true, 'a'::STRING, ARRAY[1,2], CASE WHEN true THEN 1 END
        int8 bool text array case
        1 true a {1,2} 1
        > VALUES (1, 'a'), (2, 'b')
        column1 column2
        1 a
        2 b
        > SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (x, y) WHERE x = 2
        x y
        2 b
        > SELECT * FROM generate_series(1, 3)
        generate_series
        1
        2
        3
        > SELECT g * 2 AS d FROM generate_series(1, 3) AS g
        d
        2
        4
        6
        > SELECT generate_series(1, 2), 'x'
        generate_series ?column?
        1 x
        2 x
        > SELECT a, ordinality FROM (VALUES ('p'), ('q')) WITH ORDINALITY AS v (a)
        a ordinality
        p 1
        q 2
        > SELECT *
        ERROR 42601: cannot use \"*\" without a FROM clause
        > SELECT x
        ERROR 42703: column \"x\" does not exist
        ",
    );
}

#[test]
fn filters() {
    with_tables(
        "
        > SELECT * FROM t
        a b c
        1 10 x
        2 20 y
        3 10 NULL
        4 NULL x
        > TABLE t
        a b c
        1 10 x
        2 20 y
        3 10 NULL
        4 NULL x
        > SELECT a FROM t WHERE b = 10
        a
        1
        3
        > SELECT a FROM t WHERE b = 10 AND c IS NULL
        a
        3
        > SELECT a FROM t WHERE a IN (4, 1, 7)
        a
        1
        4
        > SELECT a FROM t WHERE a > 1 AND a <= 3
        a
        2
        3
        > SELECT a FROM t WHERE a BETWEEN 2 AND 3
        a
        2
        3
        ",
    );
}

#[test]
fn order() {
    with_tables(
        "
        > SELECT a, b FROM t ORDER BY b DESC, a
        a b
        2 20
        1 10
        3 10
        4 NULL
        > SELECT a, b FROM t ORDER BY b, a DESC LIMIT 3
        a b
        4 NULL
        3 10
        1 10
        > SELECT a, b FROM t ORDER BY b NULLS LAST, a LIMIT 2 OFFSET 1
        a b
        3 10
        2 20
        > SELECT a FROM t ORDER BY a DESC LIMIT 1
        a
        4
        > SELECT c AS z FROM t ORDER BY z, a
        z
        NULL
        x
        x
        y
        > SELECT a FROM t ORDER BY 1 DESC LIMIT 2
        a
        4
        3
        > SELECT a FROM t ORDER BY (b, c)
        a
        4
        3
        1
        2
        ",
    );
}

#[test]
fn distinct_and_refusals() {
    with_tables(
        "
        > SELECT DISTINCT b FROM t
        b
        10
        20
        NULL
        > SELECT DISTINCT ON (b) b, a FROM t ORDER BY b, a DESC
        b a
        NULL 4
        10 3
        20 2
        > SELECT DISTINCT b FROM t ORDER BY a
        ERROR 42P10: for SELECT DISTINCT, ORDER BY expressions must appear in select list
        > SELECT a FROM t ORDER BY 2
        ERROR 42P10: ORDER BY position 2 is not in select list
        > SELECT t.a FROM t AS v
        ERROR 42P01: no data source matches prefix: t in this context
        > SELECT a FROM nope
        ERROR 42P01: relation \"nope\" does not exist
        > SELECT a FROM t WHERE b
        ERROR 42804: argument of WHERE must be type bool, not type int
        > SELECT a FROM t WHERE count(*) > 1
        ERROR 42803: aggregate functions are not allowed in WHERE
        > SELECT a FROM t LIMIT -1
        ERROR 2201W: negative value for LIMIT
        ",
    );
}

#[test]
fn groups() {
    with_tables(
        "
        > SELECT count(*), count(b), sum(b), min(c), max(a) FROM t
        count count sum min max
        4 3 40 x 4
        > SELECT count(*) FROM t WHERE false
        count
        0
        > SELECT b, count(*) FROM t GROUP BY b ORDER BY b
        b count
        NULL 1
        10 2
        20 1
        > SELECT b + 1 AS k, sum(a) FROM t GROUP BY b + 1 ORDER BY k
        k sum
        NULL 4
        11 4
        21 2
        > SELECT b, sum(a) AS s FROM t GROUP BY 1 HAVING sum(a) > 2 ORDER BY s
        b s
        10 4
        NULL 4
        > SELECT count(DISTINCT c), count(*) FILTER (WHERE b = 10) FROM t
        count count
        2 2
        > SELECT a, c, count(*) FROM t GROUP BY a HAVING a < 3
        a c count
        1 x 1
        2 y 1
        > SELECT string_agg(c, ',' ORDER BY a DESC) FROM t
        string_agg
        x,y,x
        > SELECT a, count(*) FROM t
        ERROR 42803: column \"a\" must appear in the GROUP BY clause or be used in an aggregate function
        > SELECT sum(count(*)) FROM t
        ERROR 42803: sum(): aggregate function calls cannot be nested
        > SELECT c FROM t GROUP BY b
        ERROR 42803: column \"c\" must appear in the GROUP BY clause or be used in an aggregate function
        ",
    );
}

#[test]
fn joins() {
    with_tables(
        "
        > SELECT t.a, u.d FROM t JOIN u ON t.a = u.a ORDER BY u.id
        a d
        1 one
        2 two
        2 zwei
        > SELECT t.a, d FROM t, u WHERE t.a = u.a AND d = 'two'
        a d
        2 two
        > SELECT t.a, d FROM t LEFT JOIN u ON t.a = u.a ORDER BY t.a, d
        a d
        1 one
        2 two
        2 zwei
        3 NULL
        4 NULL
        > SELECT t.a, d FROM t RIGHT JOIN u ON t.a = u.a ORDER BY u.id
        a d
        1 one
        2 two
        2 zwei
        NULL none
        > SELECT t.a, u.id FROM t FULL JOIN u ON t.a = u.a AND u.id < 3 ORDER BY t.a, u.id
        a id
        NULL 3
        NULL 4
        1 1
        2 2
        3 NULL
        4 NULL
        > SELECT * FROM t JOIN u USING (a) WHERE id = 1
        a b c id d
        1 10 x 1 one
        > SELECT a FROM t JOIN u USING (a) ORDER BY a
        a
        1
        2
        2
        > SELECT a, id FROM t FULL JOIN u USING (a) ORDER BY a, id
        a id
        1 1
        2 2
        2 3
        3 NULL
        4 NULL
        9 4
        ",
    );
}

#[test]
fn joins_without_equality_and_refusals() {
    with_tables(
        "
        > SELECT count(*) FROM t CROSS JOIN u
        count
        16
        > SELECT x.a, y.a FROM t AS x JOIN t AS y ON y.a = x.a + 1 ORDER BY 1
        a a
        1 2
        2 3
        3 4
        > SELECT t.a, g FROM t, generate_series(1, t.a) AS g WHERE t.a < 3 ORDER BY t.a, g
        a g
        1 1
        2 1
        2 2
        > SELECT t.a, s.n FROM t, LATERAL (SELECT count(*) AS n FROM u WHERE u.a = t.a) AS s
        a n
        1 1
        2 2
        3 0
        4 0
        > SELECT a FROM t JOIN u ON t.a = u.a
        ERROR 42702: column reference \"a\" is ambiguous (candidates: t.a, u.a)
        > SELECT 1 FROM t, t
        ERROR 42712: source name \"t\" specified more than once (missing AS clause)
        > SELECT * FROM t JOIN u USING (d)
        ERROR 42703: column \"d\" specified in USING clause does not exist in left table
        ",
    );
}

#[test]
fn subqueries() {
    with_tables(
        "
        > SELECT (SELECT max(a) FROM t), (SELECT d FROM u WHERE id = 99)
        max d
        4 NULL
        > SELECT a FROM t WHERE a IN (SELECT a FROM u)
        a
        1
        2
        > SELECT a FROM t WHERE a NOT IN (SELECT a FROM u) ORDER BY a
        a
        3
        4
        > SELECT a FROM t WHERE b NOT IN (SELECT b FROM t WHERE a > 3)
        a
        > SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)
        a
        1
        2
        > SELECT a, (SELECT count(*) FROM u WHERE u.a = t.a) AS n FROM t
        a n
        1 1
        2 2
        3 0
        4 0
        > SELECT a FROM t WHERE a = ANY (SELECT a FROM u) AND a > ALL (SELECT 1)
        a
        2
        > SELECT ARRAY(SELECT a FROM t ORDER BY a DESC)
        array
        {4,3,2,1}
        > SELECT x FROM (SELECT a + 1 AS x FROM t) AS s WHERE x > 3
        x
        4
        5
        > SELECT b, (SELECT max(d) FROM u WHERE u.a = t.b / 10) FROM t GROUP BY b ORDER BY b
        b max
        NULL NULL
        10 one
        20 zwei
        > SELECT (SELECT a FROM t)
        ERROR 21000: more than one row returned by a subquery used as an expression
        > SELECT a FROM t WHERE a IN (SELECT a, b FROM t)
        ERROR 42601: subquery must return only one column, found 2
        ",
    );
}

#[test]
fn common_table_expressions_and_set_operations() {
    with_tables(
        "
        > WITH x AS (SELECT a FROM t WHERE b = 10), y AS (SELECT a + 1 AS a FROM x) SELECT * FROM x, y WHERE y.a = x.a + 1
        a a
        1 2
        3 4
        > WITH x (k) AS (VALUES (1), (2)) SELECT k FROM x ORDER BY k DESC
        k
        2
        1
        > WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT sum(i), count(*) FROM n
        sum count
        10 4
        > WITH i AS (INSERT INTO t VALUES (5, 50, 'z') RETURNING a, b) SELECT b FROM i
        b
        50
        > SELECT a FROM t WHERE a > 3 UNION SELECT a FROM u ORDER BY a
        a
        1
        2
        4
        5
        9
        > SELECT 1 UNION ALL SELECT 1
        ?column?
        1
        1
        > SELECT a FROM t INTERSECT SELECT a FROM u ORDER BY 1
        a
        1
        2
        > SELECT a FROM t EXCEPT SELECT a FROM u ORDER BY a
        a
        3
        4
        5
        > SELECT 1, 2 UNION SELECT 1
        ERROR 42601: each UNION query must have the same number of columns: 2 vs 1
        > SELECT 1 UNION SELECT 'a'::STRING
        ERROR 42804: UNION types int and string cannot be matched
        > WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x
        ERROR 42712: WITH query name x specified more than once
        ",
    );
}

#[test]
fn windows() {
    with_tables(
        "
        > SELECT a, row_number() OVER (ORDER BY a DESC) AS r FROM t ORDER BY a
        a r
        1 4
        2 3
        3 2
        4 1
        > SELECT a, sum(a) OVER (PARTITION BY b ORDER BY a) AS s FROM t ORDER BY a
        a s
        1 1
        2 2
        3 4
        4 4
        > SELECT a, lag(a) OVER (ORDER BY a), lead(a, 1, 0) OVER (ORDER BY a) FROM t
        a lag lead
        1 NULL 2
        2 1 3
        3 2 4
        4 3 0
        > SELECT b, rank() OVER (ORDER BY b), dense_rank() OVER w FROM t WINDOW w AS (ORDER BY b) ORDER BY a
        b rank dense_rank
        10 2 2
        20 4 3
        10 2 2
        NULL 1 1
        > SELECT a FROM t WHERE row_number() OVER () = 1
        ERROR 42803: window functions are not allowed in WHERE
        ",
    );
}
