//! Statements parsed and printed again, in the five forms of the parser suite.
//!
//! ```text
//!   parse
//!   BACKUP INTO 'bar'
//!   ----
//!   BACKUP INTO '*****' -- normalized!
//!   BACKUP INTO ('*****') -- fully parenthesized
//!   BACKUP INTO '_' -- literals removed
//!   BACKUP INTO '*****' -- identifiers removed
//!   BACKUP INTO 'bar' -- passwords exposed        only if something was hidden
//! ```

use std::fmt::Write as _;

use sql::parser::{self, Parsed};
use sql::print::{self, Flags};

use crate::datadriven::{self, Directive, File};
use crate::report::{Report, Suite};

/// Runs a file.
pub fn run(file: &File) -> Report {
    let mut report = Report::new(Suite::Parser);
    for directive in &file.directives {
        let got = match directive.command.as_str() {
            "parse" => parse(directive),
            "error" => error(directive),
            other => format!("unknown command: {other}"),
        };
        let same = datadriven::same(&directive.wanted, &got);
        report.record(directive, &directive.wanted, got, same);
    }
    report
}

fn parse(directive: &Directive) -> String {
    match parser::parse(&directive.input) {
        Ok(parsed) => forms(&directive.input, &parsed),
        Err(cause) => told(&cause),
    }
}

fn forms(input: &str, parsed: &[Parsed]) -> String {
    let print = |flags: Flags<'_>| {
        let texts: Vec<String> =
            parsed.iter().map(|one| print::to_string(&one.stmt, &flags)).collect();
        texts.join("; ")
    };
    let normal = print(Flags::default());
    let changed = if normal == input.trim() { "" } else { " -- normalized!" };
    let mut out = format!("{normal}{changed}\n");
    for (flags, words) in [
        (Flags { group_exprs: true, ..Flags::default() }, "fully parenthesized"),
        (Flags { hide_constants: true, ..Flags::default() }, "literals removed"),
        (Flags { anonymize: true, ..Flags::default() }, "identifiers removed"),
    ] {
        let _ = writeln!(out, "{} -- {words}", print(flags));
    }
    let shown = print(Flags { show_secrets: true, ..Flags::default() });
    if shown != normal {
        let _ = writeln!(out, "{shown} -- passwords exposed");
    }
    out
}

fn error(directive: &Directive) -> String {
    match parser::parse(&directive.input) {
        Ok(parsed) => format!("no error\n{}", forms(&directive.input, &parsed)),
        Err(cause) => told(&cause),
    }
}

fn told(cause: &parser::Error) -> String {
    let mut out = format!("{}\n", cause.message);
    for (name, value) in [("DETAIL", &cause.detail), ("HINT", &cause.hint)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
    out
}
