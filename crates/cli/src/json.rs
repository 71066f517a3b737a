//! One object a statement, on a line of its own.
//!
//! ```text
//!   {"n":1,"sql":"…","at":"2022-04-01T02:00:00.001000000Z","tag":"SELECT 1",
//!    "columns":[{"name":"a","type":"INT8"}],"rows":[["1",null]],"notices":[…],"error":null}
//!   {"n":2,"sim":"advance 26h","at":"…","events":[…],"lines":[…],"error":null}
//! ```
//!
//! Shape: keys in this order; values of rows in their SQL text form.

use protocol::event::SimEvent;
use protocol::result::{Column, StatementResult};
use serde::Serialize;
use simulator::calendar;

/// A statement.
#[derive(Serialize)]
pub(crate) struct Statement<'a> {
    n: u64,
    sql: &'a str,
    at: String,
    tag: Option<&'a str>,
    columns: &'a [Column],
    rows: &'a [Vec<Option<String>>],
    notices: Vec<Notice<'a>>,
    error: Option<Error<'a>>,
}

#[derive(Serialize)]
struct Notice<'a> {
    severity: &'a str,
    code: &'a str,
    message: &'a str,
    detail: Option<&'a str>,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    detail: Option<&'a str>,
    hint: Option<&'a str>,
}

/// A `\sim` line.
#[derive(Serialize)]
pub(crate) struct Command<'a> {
    n: u64,
    sim: &'a str,
    at: String,
    events: Vec<Event<'a>>,
    lines: &'a [String],
    columns: &'a [Column],
    rows: &'a [Vec<Option<String>>],
    error: Option<Error<'a>>,
}

#[derive(Serialize)]
struct Event<'a> {
    at: String,
    kind: &'a str,
    words: &'a str,
    job_id: Option<&'a str>,
}

impl<'a> Statement<'a> {
    /// The object of a statement that was the `n`th.
    pub(crate) fn of(n: u64, result: &'a StatementResult) -> Self {
        Self {
            n,
            sql: &result.sql,
            at: calendar::stamp(result.at),
            tag: result.tag.as_deref(),
            columns: &result.columns,
            rows: &result.rows,
            notices: result
                .notices
                .iter()
                .map(|notice| Notice {
                    severity: &notice.severity,
                    code: &notice.code,
                    message: &notice.message,
                    detail: notice.detail.as_deref(),
                    hint: notice.hint.as_deref(),
                })
                .collect(),
            error: error(result),
        }
    }
}

impl<'a> Command<'a> {
    /// The object of a `\sim` line that was the `n`th.
    pub(crate) fn of(n: u64, result: &'a StatementResult, events: &'a [SimEvent]) -> Self {
        Self {
            n,
            sim: result.sql.trim_start_matches("\\sim").trim(),
            at: calendar::stamp(result.at),
            events: events
                .iter()
                .map(|event| Event {
                    at: calendar::stamp(event.at),
                    kind: &event.kind,
                    words: &event.words,
                    job_id: event.job_id.as_deref(),
                })
                .collect(),
            lines: &result.lines,
            columns: &result.columns,
            rows: &result.rows,
            error: error(result),
        }
    }
}

fn error(result: &StatementResult) -> Option<Error<'_>> {
    result.error.as_ref().map(|error| Error {
        code: &error.code,
        message: &error.message,
        detail: error.detail.as_deref(),
        hint: error.hint.as_deref(),
    })
}

/// An object as one line.
pub(crate) fn line(object: &impl Serialize) -> String {
    // Only maps with keys that are no strings and failing writers can make this fail: there are none.
    serde_json::to_string(object).unwrap_or_default()
}
