//! One object a statement, on a line of its own.
//!
//! ```text
//!   {"n":1,"sql":"…","at":"2022-04-01T02:00:00.001000000Z","tag":"SELECT 1",
//!    "columns":[{"name":"a","type":"INT8"}],"rows":[["1",null]],"notices":[…],"error":null}
//!   {"n":2,"sim":"advance 26h","at":"…","events":[…],"error":null}
//! ```

use base::hlc::Timestamp;
use protocol::event::SimEvent;
use protocol::result::StatementResult;
use serde_json::{Value, json};
use simulator::calendar;

/// A statement's object.
pub(crate) fn statement(n: u64, result: &StatementResult) -> Value {
    let columns: Vec<Value> = result
        .columns
        .iter()
        .map(|column| json!({"name": column.name, "type": column.ty}))
        .collect();
    let notices: Vec<Value> = result
        .notices
        .iter()
        .map(|notice| {
            json!({
                "severity": notice.severity,
                "code": notice.code,
                "message": notice.message,
                "detail": notice.detail,
                "hint": notice.hint,
            })
        })
        .collect();
    json!({
        "n": n,
        "sql": result.sql,
        "at": at(result),
        "tag": result.tag,
        "columns": columns,
        "rows": result.rows,
        "notices": notices,
        "error": error(result),
    })
}

/// A `\sim` line's object.
pub(crate) fn sim(n: u64, result: &StatementResult, events: &[SimEvent]) -> Value {
    let events: Vec<Value> = events
        .iter()
        .map(|event| {
            json!({
                "at": calendar::rfc3339(Timestamp::from_wall(event.at.0)),
                "kind": event.kind,
                "words": event.words,
                "job_id": event.job_id,
            })
        })
        .collect();
    let line = result.sql.trim_start_matches("\\sim").trim();
    json!({
        "n": n,
        "sim": line,
        "at": at(result),
        "events": events,
        "lines": result.lines,
        "error": error(result),
    })
}

fn at(result: &StatementResult) -> String {
    calendar::rfc3339(Timestamp::from_wall(result.at.0))
}

fn error(result: &StatementResult) -> Option<Value> {
    result.error.as_ref().map(|error| {
        json!({
            "code": error.code,
            "message": error.message,
            "detail": error.detail,
            "hint": error.hint,
        })
    })
}
