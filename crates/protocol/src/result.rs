//! What one statement, or one `\sim` command, answers.
//!
//! Shape: one [`StatementResult`] a statement, in order. Exactly one of `error` and `tag` is set for SQL; a `\sim` command has
//! neither tag nor, as a rule, columns, but `lines`.
//! Units: `position` counts bytes of `sql` from 1, as PostgreSQL's error field does.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// The answer to one statement.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct StatementResult {
    /// Place in its batch, from 1.
    pub n: u32,
    /// The statement's own text, or the `\sim` line.
    pub sql: String,
    /// Virtual time after it.
    pub at: Nanos,
    /// Virtual time it took.
    pub took: Nanos,
    /// Command tag as PostgreSQL prints it: `INSERT 0 3`, `CREATE TABLE`; `None` after an error or for `\sim`.
    pub tag: Option<String>,
    /// Columns of the rows; empty if it gives no rows.
    pub columns: Vec<Column>,
    /// Values in their SQL text form; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Notices and warnings, in order.
    pub notices: Vec<Notice>,
    /// Why it failed.
    pub error: Option<ErrorReply>,
    /// Lines of plain words: what a `\sim` command has to say.
    pub lines: Vec<String>,
    /// Jobs it started or waited for.
    pub jobs: Vec<String>,
}

/// One column of a result.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as CockroachDB spells it: `INT8`, `STRING`.
    #[serde(rename = "type")]
    pub ty: String,
}

/// A notice, warning or other message that is no error.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// `NOTICE`, `WARNING`.
    pub severity: String,
    /// SQLSTATE.
    pub code: String,
    /// Its text.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// More of it.
    pub detail: Option<String>,
}

/// An error as a client of PostgreSQL's protocol sees it, with the simulator's explanation.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ErrorReply {
    /// SQLSTATE, five characters.
    pub code: String,
    /// The message.
    pub message: String,
    /// DETAIL, possibly of many lines.
    pub detail: Option<String>,
    /// HINT.
    pub hint: Option<String>,
    /// Where in the statement, in bytes from 1.
    pub position: Option<u32>,
    /// Why it failed, where the simulator can tell.
    pub cause: Option<Box<Cause>>,
}

/// A cause card: why something failed, on one axis, with what would have saved it.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Cause {
    /// In a few words: `the GC threshold has passed the end of this chain`.
    pub title: String,
    /// In a sentence or two, plain text.
    pub text: String,
    /// The name inside `text` to be set in bold: a table, a bucket's object.
    pub culprit: Option<String>,
    /// The moments that matter.
    pub axis: Option<CauseAxis>,
    /// What helps, best first.
    pub remedies: Vec<Remedy>,
    /// The longer explanation behind "Why?".
    pub why: String,
}

/// A small time axis.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct CauseAxis {
    /// Left end.
    pub from: Nanos,
    /// Right end.
    pub to: Nanos,
    /// History before this is gone; drawn shaded.
    pub gone_before: Option<Nanos>,
    /// Its marks in time order.
    pub marks: Vec<CauseMark>,
}

/// One mark of a cause card's axis.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct CauseMark {
    /// Where.
    pub at: Nanos,
    /// What it is.
    pub kind: CauseMarkKind,
    /// The words beside it: `chain ends 05:00`.
    pub words: String,
}

/// Kinds of marks on a cause card's axis.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseMarkKind {
    /// The end time of a chain's last layer.
    ChainEnd,
    /// The GC threshold.
    Threshold,
    /// A protected timestamp.
    Protection,
    /// The moment asked for (`AS OF SYSTEM TIME`).
    Wanted,
    /// The present.
    #[default]
    Now,
}

/// Something that helps, as the lines that a user would type.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Remedy {
    /// Words on its button.
    pub title: String,
    /// What it does and shows, for the button's description.
    pub words: String,
    /// Statements and `\sim` commands, run in order; a remedy that must not touch the present begins with `\sim branch …`.
    pub lines: Vec<String>,
}
