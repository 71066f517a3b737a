//! Expressions as a user types them, from text to text.
//!
//! The row has the columns `i INT`, `d DECIMAL`, `f FLOAT`, `s STRING`, `b BOOL`, `ts TIMESTAMP`, `j JSONB`,
//! `arr INT[]`, `n INT` (NULL).

use base::hlc::Timestamp;

use super::*;
use crate::ast::Name;
use crate::parser::parse_expr;
use crate::types::Json;

struct Row;

const NAMES: [&str; 9] = ["i", "d", "f", "s", "b", "ts", "j", "arr", "n"];

fn types() -> Vec<Type> {
    vec![
        Type::INT,
        Type::DECIMAL,
        Type::FLOAT,
        Type::STRING,
        Type::Bool,
        Type::TIMESTAMP,
        Type::Json,
        Type::array(Type::INT),
        Type::INT,
    ]
}

fn row() -> Vec<Datum> {
    vec![
        Datum::Int(7),
        Datum::decimal(crate::types::Decimal::parse("2.50").unwrap()),
        Datum::Float(0.5),
        "Hello".into(),
        Datum::Bool(true),
        Datum::Timestamp(1_648_778_400_000_000),
        Datum::json(Json::parse(r#"{"a": [1, {"b": "x"}], "c": null}"#).unwrap()),
        Datum::array(vec![Datum::Int(1), Datum::Null, Datum::Int(3)]),
        Datum::Null,
    ]
}

impl Scope for Row {
    fn column(&mut self, parts: &[Name]) -> Result<Column, Error> {
        let name = parts.join(".");
        let ordinal = NAMES.iter().position(|found| *found == name);
        ordinal
            .map(|ordinal| Column { ordinal, ty: types().swap_remove(ordinal) })
            .ok_or(Error::UndefinedColumn(name))
    }
}

struct Sequences(i64);

impl Host for Sequences {
    fn sequence(&mut self, _: SequenceRef<'_>, op: SequenceOp) -> Result<i64, Error> {
        match op {
            SequenceOp::Next => self.0 += 1,
            SequenceOp::Current => {}
            SequenceOp::Set(value, _) => self.0 = value,
        }
        Ok(self.0)
    }
}

fn run(text: &str) -> Result<(String, String), Error> {
    let expr = parse_expr(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let scalar = compile(&expr, &mut Row, None)?;
    let start = Timestamp::from_secs(1_648_778_400);
    let mut cx = EvalCx {
        stmt_time: start,
        txn_time: start,
        logical_time: Timestamp { wall: start.wall, logical: 3 },
        zone_secs: 0,
        rng: &mut Rng::new(1),
        ints: &mut UniqueInts::default(),
        node: NodeId(1),
        cluster_id: Uuid::default(),
        user: "root",
        database: "bank",
        search_path: &["public".to_owned()],
        version: "CockroachDB CCL v21.2.17",
        host: &mut Sequences(0),
    };
    let value = scalar.eval(&row(), &mut cx)?;
    Ok((value.to_text(), scalar.ty.name()))
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        let got = match run(text) {
            Ok((value, _)) => value,
            Err(error) => format!("{} {error}", error.sqlstate()),
        };
        assert_eq!(got, *want, "{text}");
    }
}

#[track_caller]
fn check_types(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        assert_eq!(run(text).map(|(_, ty)| ty).unwrap(), *want, "{text}");
    }
}

#[test]
fn numbers() {
    check(&[
        ("1 + 2 * 3", "7"),
        ("7 / 2", "3.5"),
        ("7 // 2", "3"),
        ("i % 4", "3"),
        ("2 ^ 10", "1024"),
        ("i + 1.5", "8.5"),
        ("d * 2", "5.00"),
        ("f + 1", "1.5"),
        ("f * 2.5", "1.25"),
        ("-i", "-7"),
        ("1 / 3", "0.33333333333333333333"),
        ("1 / 0", "22012 division by zero"),
        ("9223372036854775807 + 1", "22003 integer out of range"),
        ("9223372036854775808", "9223372036854775808"),
        ("0x1f", "31"),
        ("i + NULL", "NULL"),
        ("i & 3 | 8", "11"),
        ("i + f", "22023 unsupported binary operator: <int> + <float>"),
        (
            "i + 'x'",
            "22P02 could not parse \"x\" as type int: strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        ("s + 1", "22023 unsupported binary operator: <string> + <int>"),
        ("round(2.345, 2)", "2.35"),
        ("abs(-5)", "5"),
        ("power(2, 3)", "8"),
        ("sqrt(16.0)", "4"),
        ("sqrt(2.0)", "1.4142135623730950488"),
        ("sqrt(0.0025)", "0.05"),
        (
            "'1e400'::FLOAT",
            "22003 could not parse \"1e400\" as type float: strconv.ParseFloat: parsing \"1e400\": value out of range",
        ),
        ("ceil(1.2)", "2"),
        ("floor(-1.2)", "-2"),
        ("greatest(1, i, 3)", "7"),
        ("least(1, NULL, 3)", "1"),
    ]);
    check_types(&[
        ("1", "int"),
        ("1.5", "decimal"),
        ("1 / 2", "decimal"),
        ("f / 2", "float"),
        ("i * 2", "int"),
        ("ceil(i)", "float"),
    ]);
}

#[test]
fn texts() {
    check(&[
        ("s || ' ' || 'World'", "Hello World"),
        ("s || i", "Hello7"),
        ("length(s)", "5"),
        ("upper(s) || lower(s)", "HELLOhello"),
        ("substr(s, 2, 3)", "ell"),
        ("substring(s from 2 for 2)", "el"),
        ("position('l' in s)", "3"),
        ("trim(both 'H' from s)", "ello"),
        ("split_part('a,b,c', ',', 2)", "b"),
        ("lpad('7', 3, '0')", "007"),
        ("repeat('ab', 3)", "ababab"),
        ("replace(s, 'l', 'L')", "HeLLo"),
        ("left(s, 2) || right(s, -3)", "Helo"),
        ("concat('a', NULL, 1, true)", "a1true"),
        ("concat_ws('-', 'a', NULL, 'b')", "a-b"),
        ("regexp_replace('foobar', 'o+', '0')", "f0bar"),
        ("regexp_replace('a1b2', '[0-9]', '<\\&>', 'g')", "a<1>b<2>"),
        ("to_hex(255)", "ff"),
        ("encode(b'abc', 'base64')", "YWJj"),
        ("decode('616263', 'hex')", "\\x616263"),
        ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("initcap('hello world')", "Hello World"),
        ("s LIKE 'H%o'", "true"),
        ("s NOT LIKE 'h%'", "true"),
        ("s ILIKE 'h%'", "true"),
        ("s ~ '^H.*o$'", "true"),
        ("s SIMILAR TO '(Hello|World)'", "true"),
        ("i LIKE 'x'", "22023 unsupported comparison operator: <int> LIKE <string>"),
        ("foo(1)", "42883 unknown function: foo()"),
        ("length(1)", "42883 unknown signature: length(int)"),
        ("array_to_string(ARRAY['a', 'b'], ',')", "a,b"),
        ("format('%s-%I-%L', 1, 'A b', 'x')", "1-\"A b\"-'x'"),
    ]);
}

#[test]
fn comparisons_and_logic() {
    check(&[
        ("i = 7", "true"),
        ("i = 7.0", "true"),
        ("7 = i AND d > 2", "true"),
        ("i = '7'", "true"),
        (
            "i = 'x'",
            "22P02 could not parse \"x\" as type int: strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        ("s = 1", "22023 unsupported comparison operator: <string> = <int>"),
        ("n = 1", "NULL"),
        ("n IS NULL AND i IS NOT NULL", "true"),
        ("n IS DISTINCT FROM 1", "true"),
        ("b IS TRUE", "true"),
        ("NOT b OR n = 1", "NULL"),
        ("i IN (1, 7)", "true"),
        ("i NOT IN (1, 2)", "true"),
        ("i IN (1, NULL)", "NULL"),
        ("s IN ('Hello', 'x')", "true"),
        ("i BETWEEN 1 AND 10", "true"),
        ("i NOT BETWEEN SYMMETRIC 10 AND 1", "false"),
        ("(1, 'a') = (1, 'a')", "true"),
        ("(i, s) IN ((7, 'Hello'), (8, 'x'))", "true"),
        ("(1, 2) < (1, 3)", "true"),
        ("i = ANY (arr)", "NULL"),
        ("3 = ANY (arr)", "true"),
        ("i = ANY (ARRAY[1, 7])", "true"),
        ("i > ALL (ARRAY[1, 2])", "true"),
        ("i = ANY ('{1,7}')", "true"),
        ("ts > '2022-01-01'", "true"),
        ("ts < now()", "false"),
        ("i AND b", "42804 incompatible AND argument type: int"),
        ("unknown_column", "42703 column \"unknown_column\" does not exist"),
    ]);
}

#[test]
fn conditionals() {
    check(&[
        ("CASE WHEN i > 5 THEN 'big' ELSE 'small' END", "big"),
        ("CASE i WHEN 1 THEN 'one' WHEN 7 THEN 'seven' END", "seven"),
        ("CASE WHEN n = 1 THEN 1 END", "NULL"),
        ("CASE WHEN true THEN 1 ELSE 2.5 END", "1"),
        ("COALESCE(n, 5)", "5"),
        ("IFNULL(n, i)", "7"),
        (
            "COALESCE(1, 'a')",
            "22P02 could not parse \"a\" as type int: strconv.ParseInt: parsing \"a\": invalid syntax",
        ),
        ("NULLIF(i, 7)", "NULL"),
        ("IF(b, 'y', 'n')", "y"),
        ("CASE WHEN b THEN 1 ELSE s END", "42804 CASE types string and int cannot be matched"),
        (
            "COALESCE(i, 'x')",
            "22P02 could not parse \"x\" as type int: strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        ("IFERROR(1 / 0, 5)", "5"),
    ]);
}

#[test]
fn times() {
    check(&[
        ("now()", "2022-04-01 02:00:00+00"),
        ("current_date", "2022-04-01"),
        ("now():::TIMESTAMP", "2022-04-01 02:00:00"),
        ("pg_typeof(1::INT2)", "smallint"),
        ("cluster_logical_timestamp()", "1648778400000000000.0000000003"),
        ("ts + '1 day'", "2022-04-02 02:00:00"),
        ("ts - INTERVAL '1h'", "2022-04-01 01:00:00"),
        ("now() - '2022-03-31'", "1 day 02:00:00"),
        ("now() - '1h'", "2022-04-01 01:00:00+00"),
        ("'2022-04-01'::DATE + 1", "2022-04-02"),
        ("DATE '2022-04-01' - DATE '2022-03-01'", "31"),
        ("extract(year from ts)", "2022"),
        ("extract(dow from ts)", "5"),
        ("date_trunc('month', ts)", "2022-04-01 00:00:00"),
        ("age('2022-04-01'::TIMESTAMP, '2021-02-28'::TIMESTAMP)", "1 year 1 mon 4 days"),
        ("to_char(ts, 'YYYY-MM-DD HH24:MI')", "2022-04-01 02:00"),
        ("ts AT TIME ZONE 'UTC'", "2022-04-01 02:00:00+00"),
        ("'2022-04-01 02:00:00+02'::TIMESTAMPTZ", "2022-04-01 00:00:00+00"),
        ("follower_read_timestamp()", "2022-04-01 01:59:55.2+00"),
        ("INTERVAL '1h' * 2", "02:00:00"),
        ("2 * '1h'::INTERVAL", "02:00:00"),
        ("'x'::DATE", "22007 parsing as type date: could not parse \"x\""),
    ]);
}

#[test]
fn casts() {
    check(&[
        ("'abcd'::VARCHAR(3)", "abc"),
        ("1::STRING || 'x'", "1x"),
        ("1.5::INT", "2"),
        ("'1.005'::DECIMAL(10, 2)", "1.01"),
        ("CAST(i AS FLOAT)", "7"),
        ("'true'::BOOL", "true"),
        ("'{1,2}'::INT[]", "{1,2}"),
        ("'\\x6162'::BYTES", "\\x6162"),
        ("300000::INT2", "22003 integer out of range for type int2"),
        ("i::UUID", "42846 invalid cast: int -> uuid"),
        ("0:::INT8", "0"),
        ("'x':::STRING", "x"),
        ("'63616665-b0ba-5eed-0123-456789abcdef'::UUID", "63616665-b0ba-5eed-0123-456789abcdef"),
        ("j::STRING", "{\"a\": [1, {\"b\": \"x\"}], \"c\": null}"),
        ("B'101'::INT", "5"),
        ("'now'::TIMESTAMPTZ", "2022-04-01 02:00:00+00"),
    ]);
}

#[test]
fn json_and_arrays() {
    check(&[
        ("j -> 'a' -> 1 ->> 'b'", "x"),
        ("j ->> 'c'", "NULL"),
        ("j #>> '{a,1,b}'", "x"),
        ("j @> '{\"a\": [1]}'", "true"),
        ("j ? 'c'", "true"),
        ("j - 'a'", "{\"c\": null}"),
        ("json_array_length(j -> 'a')", "2"),
        ("jsonb_build_object('k', i, 'l', arr)", "{\"k\": 7, \"l\": [1, null, 3]}"),
        ("to_jsonb(s)", "\"Hello\""),
        ("jsonb_set(j, '{c}', '5') -> 'c'", "5"),
        ("arr[1]", "1"),
        ("arr[9]", "NULL"),
        ("arr[2:3]", "{NULL,3}"),
        ("array_length(arr, 1)", "3"),
        ("array_append(arr, 4)", "{1,NULL,3,4}"),
        ("arr || 4", "{1,NULL,3,4}"),
        ("ARRAY[1, 2] || ARRAY[3]", "{1,2,3}"),
        ("ARRAY[1, 2.5]", "{1,2.5}"),
        ("ARRAY[]::INT[]", "{}"),
        ("arr @> ARRAY[3]", "true"),
        ("array_position(arr, 3)", "3"),
        ("(1, 'a', NULL)", "(1,a,)"),
        ("((1, 'a') AS x, y)", "(1,a)"),
        ("(((1, 'a') AS x, y)).y", "a"),
        ("to_jsonb(((1, 'a') AS x, y))", "{\"x\": 1, \"y\": \"a\"}"),
        ("json_array_length(j)", "22023 cannot get array length of a non-array"),
    ]);
}

#[test]
fn session_and_sequences() {
    check(&[
        ("nextval('seq') + nextval('seq')", "3"),
        ("nextval(110:::REGCLASS)", "1"),
        ("setval('seq', 9)", "9"),
        ("current_user()", "root"),
        ("current_database()", "bank"),
        ("version()", "CockroachDB CCL v21.2.17"),
        ("pg_typeof(i)", "bigint"),
        ("gen_random_uuid() = gen_random_uuid()", "false"),
        ("unique_rowid() < unique_rowid()", "true"),
        ("count(*)", "42803 aggregate functions are not allowed in this context"),
        ("(SELECT 1)", "0A000 subqueries are not allowed in this context"),
        ("crdb_internal.node_id()", "1"),
        ("pg_catalog.length('abc')", "3"),
        ("$1", "42P02 no value provided for placeholder: $1"),
        (
            "DEFAULT",
            "42601 DEFAULT can only appear in a VALUES list within INSERT or on the right side of a SET",
        ),
    ]);
}

#[test]
fn assignments() {
    let assign = |text: &str, ty: &Type| {
        let scalar = compile_assign(&parse_expr(text).unwrap(), &mut Row, ty, "c")?;
        assert_eq!(scalar.ty, *ty);
        with_pure_cx(|cx| scalar.eval(&row(), cx)).map(|value| value.to_text())
    };
    let text = |text: &str, ty: &Type| match assign(text, ty) {
        Ok(value) => value,
        Err(error) => format!("{} {error}", error.sqlstate()),
    };
    let v3 = Type::String(crate::types::StringKind::Varchar, 3);
    assert_eq!(text("'abcd'", &v3), "22001 value too long for type VARCHAR(3)");
    assert_eq!(text("99999", &Type::INT2), "22003 integer out of range for type int2");
    assert_eq!(text("i", &Type::INT2), "7");
    assert_eq!(
        text("i", &Type::Uuid),
        "42804 value type int doesn't match type uuid of column \"c\""
    );
    assert_eq!(text("1.005", &Type::Decimal { precision: 4, scale: 2 }), "1.01");
    assert_eq!(text("NULL", &Type::INT2), "NULL");
    assert_eq!(text("'2022-04-01 02:00:00.5'", &Type::Timestamp(Some(0))), "2022-04-01 02:00:01");
    assert_eq!(text("'{a,b}'", &Type::array(Type::STRING)), "{a,b}");
    assert_eq!(text("i", &Type::STRING), "7");
    assert_eq!(text("'{\"a\": 1}'", &Type::Json), "{\"a\": 1}");
    assert_eq!(text("ts", &Type::Date), "2022-04-01");
}

#[test]
fn constants_are_folded() {
    for (text, folded) in [
        ("1 + 2", true),
        ("upper('a')", true),
        ("CASE WHEN true THEN 1 END", true),
        ("now()", false),
        ("i + 1", false),
        ("1 / 0", false),
        ("random()", false),
    ] {
        let scalar = compile(&parse_expr(text).unwrap(), &mut Row, None).unwrap();
        assert_eq!(scalar.as_const().is_some(), folded, "{text}");
    }
}

#[test]
fn rows_of_functions() {
    let rows = |text: &str| {
        let Expr::Function(call) = parse_expr(text).unwrap() else { panic!() };
        let function = set_function::SetFunction::compile(&call, &mut Row).unwrap();
        let found = with_pure_cx(|cx| function.open(&row(), cx)).unwrap();
        found
            .map(|row| row.iter().map(Datum::to_text).collect::<Vec<_>>().join("|"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(rows("generate_series(1, 3)"), "1 2 3");
    assert_eq!(rows("generate_series(5, 1, -2)"), "5 3 1");
    assert_eq!(rows("generate_series(1, i, 3)"), "1 4 7");
    assert_eq!(rows("unnest(arr)"), "1 NULL 3");
    assert_eq!(rows("unnest(arr, ARRAY['a'])"), "1|a NULL|NULL 3|NULL");
    assert_eq!(rows("jsonb_array_elements(j -> 'a')"), "1 {\"b\": \"x\"}");
    assert_eq!(rows("json_each_text(j)"), "a|[1, {\"b\": \"x\"}] c|NULL");
    assert_eq!(rows("json_object_keys(j)"), "a c");
    assert_eq!(
        rows("generate_series('2022-01-31'::TIMESTAMP, '2022-03-31', '1 month')"),
        "2022-01-31 00:00:00 2022-02-28 00:00:00 2022-03-31 00:00:00"
    );
}
