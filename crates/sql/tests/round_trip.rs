//! Printing and parsing are each other's inverse.
//!
//! ```text
//!   text ─parse▶ AST ─print▶ normal text ─parse▶ the same AST ─print▶ the same text
//! ```

use std::fmt::Write;

use proptest::prelude::*;
use sql::ast::Statement;
use sql::parser::{self, Dialect};
use sql::print::{self, Flags};

fn one(text: &str) -> Statement {
    match parser::parse(text) {
        Ok(mut parsed) if parsed.len() == 1 => parsed.remove(0).stmt,
        Ok(parsed) => panic!("{} statements in {text}", parsed.len()),
        Err(error) => panic!("{text}\n{error}\n{}", error.detail.as_deref().unwrap_or_default()),
    }
}

/// Checks that the normal form is a fixed point, and gives it.
fn fixed_point(text: &str) -> String {
    let normal = print::to_string(&one(text), &Flags::plain());
    assert_eq!(print::to_string(&one(&normal), &Flags::plain()), normal, "{text}");
    normal
}

/// Checks that the normal form means the same statement. The text has all parentheses that printing would add.
fn checked(text: &str) {
    let stmt = one(text);
    let normal = fixed_point(text);
    assert_eq!(stmt, one(&normal), "{text}\n{normal}");
}

#[test]
fn normal_forms() {
    let cases = include_str!("round_trip.txt");
    let mut failures = Vec::new();
    for case in cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (typed, wanted) = case.split_once(" => ").unwrap_or((case, case));
        let got = fixed_point(typed);
        if got != wanted {
            failures.push(format!("{typed}\n  wanted {wanted}\n  got    {got}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn pasted_documentation() {
    let text =
        "> BACKUP INTO \\\n's3://b/c' \\\nAS OF SYSTEM TIME '-10s';\n> SHOW BACKUPS IN 's3://b/c';";
    let parsed = parser::parse(text).unwrap();
    assert_eq!(parsed.len(), 2);
    assert_eq!(&text[parsed[1].span.clone()], "SHOW BACKUPS IN 's3://b/c'");
}

#[test]
fn versions_differ() {
    let old = "BACKUP TABLE t TO 'x' INCREMENTAL FROM 'y' WITH revision_history";
    assert!(parser::parse_with(old, Dialect::V21_2).is_ok());
    assert!(parser::parse_with(old, Dialect::V26_2).is_err());
    assert!(parser::parse_with("SHOW BACKUP 'x/2022/01/01-000000.00'", Dialect::V21_2).is_ok());
    assert!(parser::parse_with("RESTORE DATABASE d FROM 'full', 'inc'", Dialect::V21_2).is_ok());
    let location = "BACKUP INTO 'x' WITH incremental_location = 'y'";
    assert!(parser::parse_with(location, Dialect::V21_2).is_err());
    assert!(parser::parse_with(location, Dialect::V26_2).is_err());
    let named = "RESTORE DATABASE d FROM LATEST IN 'x' WITH new_db_name = 'e'";
    assert!(parser::parse_with(named, Dialect::V26_2).is_ok());
    let error = parser::parse_with(named, Dialect::V21_2).unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("try \\h RESTORE"));
}

#[test]
fn job_descriptions_are_redacted() {
    let stmt = one(
        "BACKUP DATABASE shop INTO 's3://b/c?KEY=secret' WITH revision_history, detached, encryption_passphrase = 'p'",
    );
    let redact = |uri: &str| uri.replace("secret", "redacted");
    let flags = Flags {
        redact_uri: Some(&redact),
        password: Some("redacted"),
        old_options: true,
        ..Flags::default()
    };
    assert_eq!(
        print::to_string(&stmt, &flags),
        "BACKUP DATABASE shop INTO 's3://b/c?KEY=redacted' WITH revision_history, encryption_passphrase = 'redacted', detached"
    );
}

#[test]
fn hostile_texts_end_in_errors() {
    let size = 1 << 20;
    let deep = [
        "(".repeat(size),
        "SELECT ".to_owned() + &"(".repeat(size),
        "SELECT ".to_owned() + &"(SELECT ".repeat(size / 8),
        "SELECT ".to_owned() + &"NOT ".repeat(size / 4) + "a",
        "SELECT ".to_owned() + &"- ".repeat(size / 2) + "1",
        "SELECT 1".to_owned() + &"+1".repeat(size / 2),
        "SELECT a".to_owned() + &" AND a".repeat(size / 6),
        "SELECT ".to_owned() + &"f(".repeat(size / 2),
        "SELECT ARRAY".to_owned() + &"[".repeat(size),
        "SELECT ".to_owned() + &"CASE WHEN ".repeat(size / 10),
        "SELECT 1".to_owned() + &" UNION SELECT 1".repeat(size / 15),
        "SELECT * FROM ".to_owned() + &"(".repeat(size),
        "SELECT * FROM a".to_owned() + &" JOIN a".repeat(size / 7),
        "SELECT * FROM a".to_owned() + &" CROSS JOIN a".repeat(size / 13),
        "EXPLAIN ".repeat(size / 8),
        "SELECT * FROM ".to_owned() + &"[EXPLAIN SELECT * FROM ".repeat(size / 24),
        "WITH a AS (".repeat(size / 11),
        "SELECT a::".to_owned() + &"INT[]".repeat(size / 5),
        "SELECT 'a".to_owned() + &"''".repeat(size / 2),
        "/*".repeat(size / 2),
        "$a$".to_owned() + &"$".repeat(size),
    ];
    for text in deep {
        let head: String = text.chars().take(40).collect();
        assert!(parser::parse(&text).is_err(), "{head}");
    }
    // Long but flat is fine.
    let flat = "INSERT INTO t VALUES (1)".to_owned() + &", (1)".repeat(size / 5);
    assert_eq!(parser::parse(&flat).unwrap().len(), 1);
    let many = "SELECT 1;".repeat(size / 9);
    assert_eq!(parser::parse(&many).unwrap().len(), size / 9);
}

#[test]
fn errors_have_their_place() {
    let error = parser::parse("SELECT 1;\nSELECT * FROM t WHERE (a = ").unwrap_err();
    assert_eq!(error.message, "at or near \"EOF\": syntax error");
    assert_eq!(
        error.detail.as_deref(),
        Some("source SQL:\nSELECT * FROM t WHERE (a = \n                           ^")
    );
    assert_eq!(error.hint.as_deref(), Some("try \\h SELECT"));
    assert_eq!(error.position, 37);
    assert_eq!(error.sqlstate().code(), "42601");
    let error = parser::parse("SELECT 'abc").unwrap_err();
    assert_eq!(error.message, "lexical error: unterminated string");
    assert_eq!(
        parser::parse("SELECT count(a b)").unwrap_err().hint.as_deref(),
        Some("try \\hf count")
    );
    assert_eq!(parser::parse("FOO BAR").unwrap_err().message, "at or near \"foo\": syntax error");
    assert_eq!(
        parser::parse("SELECT a::b::").unwrap_err().message,
        "at or near \"EOF\": syntax error"
    );
    assert_eq!(
        parser::parse("IMPORT INTO t CSV DATA ('x')").unwrap_err().sqlstate().code(),
        "0A000"
    );
}

/// Names that need quotes now and then.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a".to_owned()),
        Just("t1".to_owned()),
        Just("\"B c\"".to_owned()),
        Just("\"select\"".to_owned()),
        Just("\"left\"".to_owned()),
        Just("backup".to_owned()),
        Just("\"é\"".to_owned()),
        Just("_x$1".to_owned()),
    ]
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("'x'".to_owned()),
        Just("'it''s'".to_owned()),
        Just("e'\\n\\\\'".to_owned()),
        Just("'é\u{1F600}'".to_owned()),
        Just("$1".to_owned()),
        "[a-z '\\\\]{0,6}".prop_map(|s| format!("'{}'", s.replace('\'', "''"))),
    ]
}

const OPERATORS: &[&str] = &[
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "^",
    "||",
    "->",
    "->>",
    "#>",
    "=",
    "<",
    ">=",
    "!=",
    "~",
    "!~*",
    "@>",
    "?",
    "&&",
    "AND",
    "OR",
    "LIKE",
    "NOT ILIKE",
    "SIMILAR TO",
    "IS DISTINCT FROM",
    "IS NOT DISTINCT FROM",
];

const POSTFIXES: &[&str] = &[
    "IS NULL",
    "IS NOT NULL",
    "IS TRUE",
    "IS NOT FALSE",
    "::INT8",
    "::STRING[]",
    "::DECIMAL(10,2)",
    ":::TIMESTAMPTZ",
    "COLLATE en",
    "AT TIME ZONE 'UTC'",
    "IN (1, 2)",
    "NOT IN (SELECT 1)",
    "[1]",
    "[1:2]",
    "= ANY (ARRAY[1])",
    "BETWEEN 1 AND 2",
    "NOT BETWEEN SYMMETRIC 1 AND 2",
];

fn scalar() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        name(),
        (name(), name()).prop_map(|(a, b)| format!("{a}.{b}")),
        string(),
        (0_u32..100).prop_map(|n| n.to_string()),
        Just("-1".to_owned()),
        Just("1.5e3".to_owned()),
        Just("b'\\x00a'".to_owned()),
        Just("NULL".to_owned()),
        Just("true".to_owned()),
        Just("INTERVAL '1 day'".to_owned()),
        Just("DATE '2022-01-01'".to_owned()),
        Just("CURRENT_TIMESTAMP".to_owned()),
        Just("count(*)".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let op = prop::sample::select(OPERATORS);
        let post = prop::sample::select(POSTFIXES);
        let pre = prop::sample::select(vec!["-", "NOT ", "~", "+", "|/"]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("(({a}) {op} ({b}))")),
            (inner.clone(), post).prop_map(|(a, post)| format!("(({a}){post})")),
            (pre, inner.clone()).prop_map(|(pre, a)| format!("({pre}({a}))")),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|v| format!("f({})", v.join(", "))),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|v| format!("ARRAY[{}]", v.join(", "))),
            prop::collection::vec(inner.clone(), 2..3).prop_map(|v| format!("({})", v.join(", "))),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|v| format!("COALESCE({})", v.join(", "))),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("CASE WHEN {a} THEN {b} ELSE NULL END")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!(
                "sum(DISTINCT {a}) FILTER (WHERE {b}) OVER (PARTITION BY 1)"
            )),
            inner.clone().prop_map(|a| format!("CAST({a} AS INT4)")),
            inner.prop_map(|a| format!("(SELECT {a})")),
        ]
    })
}

fn query() -> impl Strategy<Value = String> {
    let source = prop_oneof![
        name(),
        (name(), name()).prop_map(|(a, b)| format!("{a} AS {b}")),
        (name(), name(), name()).prop_map(|(a, b, c)| format!("{a} LEFT JOIN {b} ON {c} = 1")),
        name().prop_map(|a| format!("(SELECT 1) AS {a}")),
        Just("generate_series(1, 3) AS g (x)".to_owned()),
        Just("[SHOW JOBS] AS j".to_owned()),
        name().prop_map(|a| format!("{a}@primary AS OF SYSTEM TIME '-1s'")),
    ];
    (
        prop::collection::vec(scalar(), 1..3),
        source,
        prop::option::of(scalar()),
        prop::option::of(scalar()),
    )
        .prop_map(|(items, source, filter, order)| {
            let mut text = format!("SELECT {} FROM {source}", items.join(", "));
            if let Some(filter) = filter {
                text.push_str(" WHERE ");
                text.push_str(&filter);
            }
            if let Some(order) = order {
                let _ = write!(text, " ORDER BY {order} DESC NULLS LAST LIMIT 1");
            }
            text
        })
}

fn backup() -> impl Strategy<Value = String> {
    let targets = prop_oneof![
        Just(String::new()),
        (name(), name()).prop_map(|(a, b)| format!("TABLE {a}, {a}.{b} ")),
        name().prop_map(|a| format!("{a}.* ")),
        (name(), name()).prop_map(|(a, b)| format!("DATABASE {a}, {b} ")),
    ];
    let place = prop_oneof![
        string().prop_map(|u| format!("INTO {u}")),
        string().prop_map(|u| format!("INTO LATEST IN ({u}, {u})")),
        (string(), string()).prop_map(|(s, u)| format!("INTO {s} IN {u}")),
    ];
    let options = prop::sample::subsequence(
        vec![
            "revision_history",
            "detached",
            "kms = ('a', $2)",
            "encryption_passphrase = 'p'",
            "execution locality = 'a=b'",
            "strict storage locality",
            "incremental_location = 'i'",
        ],
        0..5,
    );
    (targets, place, prop::option::of(string()), options).prop_map(
        |(targets, place, time, options)| {
            let mut text = format!("BACKUP {targets}{place}");
            if let Some(time) = time {
                let _ = write!(text, " AS OF SYSTEM TIME {time}");
            }
            if !options.is_empty() {
                let _ = write!(text, " WITH {}", options.join(", "));
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expressions(text in scalar()) {
        checked(&format!("SELECT {text}"));
    }

    #[test]
    fn queries(text in query()) {
        checked(&text);
    }

    #[test]
    fn backups(text in backup()) {
        checked(&text);
    }

    #[test]
    fn any_text_is_an_answer(text in "\\PC{0,60}") {
        let _ = parser::parse(&text);
        for token in sql::lexer::tokens(&text) {
            prop_assert!(text.get(token.start..token.end).is_some());
        }
    }

    #[test]
    fn any_words_are_an_answer(words in prop::collection::vec(prop::sample::select(vec![
        "SELECT", "FROM", "(", ")", "a", "'x'", ",", "BACKUP", "INTO", "IN", "WITH", "=", "$1", "NOT", "CASE", "WHEN",
        "END", ".", "*", "::", "INT", "[", "]", "AS", "OF", "SYSTEM", "TIME", "SHOW", "JOBS", "RESTORE", "CREATE",
        "TABLE", "ALTER", "SET", "GRANT", "ON", "TO", "1", "DROP", "INDEX", "@", "UNION", "VALUES", "JOIN", ";",
    ]), 0..14)) {
        let _ = parser::parse(&words.join(" "));
    }
}
