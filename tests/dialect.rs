//! Print∘parse is the identity on statements from a grammar. (The printer writes the newest version's form.)

#![allow(clippy::panic, reason = "a failure ends the test with the statement")]

use fuzz::chance::Chance;
use fuzz::{bytes, statements};
use sql::parser::{self, Dialect};

/// How many statements are tried.
const TRIED: usize = 4000;

#[test]
fn print_after_parse_is_the_identity() {
    let mut chance = Chance::new(1, "dialect");
    let mut parsed = 0;
    for _ in 0..TRIED {
        let text = statements::statement(&mut chance);
        if let Err(words) = bytes::parser(text.as_bytes()) {
            panic!("{text}\n  {words}");
        }
        parsed += usize::from(parser::parse_with(&text, Dialect::V26_2).is_ok());
    }
    assert!(
        parsed * 10 > TRIED * 8,
        "{parsed} of {TRIED} parse: the grammar says what nobody reads"
    );
}

/// What fuzzing has found.
#[test]
fn a_row_of_one_has_no_comma() {
    assert_eq!(bytes::parser(b"SELECT ROW(1), (2,)"), Ok(()));
}
