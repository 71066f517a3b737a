//! Hostile texts: whatever is pasted ends in an answer, soon, and the world lives.
//!
//! Shape: texts of a megabyte made of one piece over and over; a budget of real time for each, wide enough for a build
//! without optimization on a busy machine, since what it guards against is growth that is not linear.

#![allow(
    clippy::disallowed_types,
    clippy::expect_used,
    reason = "how long an answer takes is what is tested; a helper that fails ends the test"
)]

use std::time::{Duration, Instant};

use fuzz::chance::Chance;
use fuzz::stage::Stage;
use simulator::input::{Policy, Version};

/// The issue asks for a second in a browser; tests are built without optimization and share their machine.
const BUDGET: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });

const MEGABYTE: usize = 1 << 20;

fn stage() -> Stage {
    let mut stage = Stage::new(Version::V26_2, 1, Policy::Auto);
    stage
        .must("CREATE TABLE t (a INT PRIMARY KEY, b INT); INSERT INTO t VALUES (1, 2)")
        .expect("a table");
    stage
}

/// Runs a text and looks whether the world still answers.
fn survive(stage: &mut Stage, what: &str, text: &str) -> Option<String> {
    let begun = Instant::now();
    let results = stage.world.exec(text);
    let took = begun.elapsed();
    assert!(took < BUDGET, "{what}: {took:?}");
    let rows = stage.rows("SELECT * FROM t").expect("the world lives");
    assert_eq!(rows, [[Some("1".to_owned()), Some("2".to_owned())]], "{what}");
    results.into_iter().find_map(|result| result.error).map(|error| error.code)
}

#[test]
fn nested_and_endless_texts() {
    let mut stage = stage();
    let pieces = [
        ("SELECT ", "("),
        ("SELECT ", "(("),
        ("", "("),
        ("", "(SELECT "),
        ("SELECT ", "[SHOW "),
        ("SELECT ", "ARRAY["),
        ("SELECT ", "- "),
        ("SELECT ", "NOT "),
        ("SELECT ", "~ "),
        ("SELECT ", "CASE WHEN "),
        ("SELECT ", "f("),
        ("SELECT ", "CAST("),
        ("SELECT 1", " + 1"),
        ("SELECT 1", " || 'a'"),
        ("SELECT true", " AND true"),
        ("SELECT 1", "::INT"),
        ("SELECT a", "[1]"),
        ("SELECT a", ".a"),
        ("SELECT 1 IN (1", ", 1"),
        ("SELECT 1", ", 1"),
        ("SELECT * FROM ", "(SELECT * FROM "),
        ("SELECT * FROM t", " JOIN t ON true"),
        ("SELECT * FROM t", ", t"),
        ("SELECT 1", " UNION SELECT 1"),
        ("", "WITH x AS ("),
        ("", "EXPLAIN "),
        ("CREATE TABLE x (a INT", ", a INT"),
        ("CREATE TABLE x (a INT", "[]"),
        ("SELECT '", "a"),
        ("SELECT '", "''"),
        ("SELECT e'", "\\x41"),
        ("SELECT $$", "a"),
        ("", "/*"),
        ("", "\""),
        ("SELECT 1", "1"),
        ("SELECT 1", ".1"),
        ("SELECT ", "$1"),
        ("GRANT ", "SELECT, "),
        ("BACKUP INTO ", "('a', "),
        ("INSERT INTO t VALUES (3, 4)", ", (3, 4)"),
        ("PREPARE p AS ", "PREPARE p AS "),
        ("SELECT 1 ", "COLLATE a "),
        ("SELECT 1 WHERE 1 ", "BETWEEN 1 AND "),
        ("SELECT 1 WHERE 1 ", "= ANY ("),
        ("SELECT row_number() OVER ", "(PARTITION BY "),
        ("SELECT INTERVAL '", "1 day "),
        ("SELECT '{", "{"),
        ("SELECT JSONB '", "["),
        ("SELECT JSONB '", "{\"a\":"),
    ];
    for (i, (head, piece)) in pieces.into_iter().enumerate() {
        // Growth shows in an eighth as well, and most of the time is the test build's.
        let bytes = if i < 4 { MEGABYTE } else { MEGABYTE / 8 };
        let text = format!("{head}{}", piece.repeat(bytes / piece.len()));
        survive(&mut stage, &format!("{head}{piece}…"), &text);
    }
}

#[test]
fn closed_nesting() {
    let mut stage = stage();
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("ARRAY[", "1", "]"),
        ("- ", "1", ""),
        ("NOT ", "true", ""),
        ("(1 + ", "1", ")"),
        ("CASE WHEN true THEN ", "1", " END"),
        ("coalesce(", "1", ")"),
        ("(SELECT ", "1", ")"),
    ] {
        for depth in [50, 500, 5_000, 50_000] {
            let text = format!("SELECT {}{middle}{}", open.repeat(depth), close.repeat(depth));
            survive(&mut stage, &format!("{depth} times {open}"), &text);
        }
    }
}

#[test]
fn garbage() {
    let mut stage = stage();
    let mut chance = Chance::new(1, "garbage");
    let words = [
        "SELECT", "FROM", "(", ")", "'", "\"", ";", "BACKUP", "INTO", "*", ",", "1", "a", ".",
        "::", "[", "]", "--", "/*", "*/", "\n", "\\sim", "$1", "e'", "\u{0}", "é", "\u{202e}", "=",
        "||",
    ];
    for round in 0..6 {
        let mut text = String::with_capacity(MEGABYTE);
        while text.len() < MEGABYTE / 4 {
            if round % 2 == 0 {
                text.push_str(words[chance.below(words.len())]);
                text.push(' ');
            } else {
                text.push(char::from_u32(u32::from(chance.byte())).unwrap_or(' '));
            }
        }
        // A text of many statements is many inputs; here it is to be one.
        let text = text.replace(';', ",").replace("\\sim", "sim");
        survive(&mut stage, &format!("garbage {round}"), &text);
    }
}

#[test]
fn ten_megabytes() {
    let mut stage = stage();
    let before = stage.world.hash();
    let code = survive_hash(&mut stage, &format!("SELECT '{}'", "a".repeat(10 * MEGABYTE)));
    assert_eq!(code.as_deref(), Some("54000"));
    assert_eq!(stage.world.hash(), before, "a refused text changes nothing");
    let line = format!("\\sim mark {}", "a".repeat(10 * MEGABYTE));
    assert_eq!(survive_hash(&mut stage, &line).as_deref(), Some("54000"));
    assert_eq!(stage.world.hash(), before);
}

fn survive_hash(stage: &mut Stage, text: &str) -> Option<String> {
    let begun = Instant::now();
    let results = stage.world.exec(text);
    assert!(begun.elapsed() < BUDGET);
    results.into_iter().find_map(|result| result.error).map(|error| error.code)
}
