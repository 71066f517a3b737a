//! What a statement answers: rows with named columns, a command tag, notices.
//!
//! ```text
//!   SELECT id, name FROM t     Rows{columns, rows}, "SELECT 2"
//!   INSERT INTO t …            Tag("INSERT 0 1")
//!   COMMIT outside a block     Tag("COMMIT") and a Notice{severity: "WARNING", …}
//! ```
//!
//! Shape: plain values with public fields; nothing here points back into the engine.

use base::sqlstate::SqlState;

use crate::types::{Datum, Type};

/// One column of a result.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// The name a client shows; two columns may have the same.
    pub name: String,
    /// The type of every value below it (NULL fits all).
    pub ty: Type,
}

impl Column {
    /// A column of this name and type.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self { name: name.into(), ty }
    }
}

/// A table of values that a statement answers with.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// Names and types, left to right.
    pub columns: Vec<Column>,
    /// The rows, each as wide as `columns`.
    pub rows: Vec<Vec<Datum>>,
}

impl Rows {
    /// An empty table with these columns.
    pub fn with_columns(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }
}

/// The answer to one statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// Rows, and the tag PostgreSQL would print below them: `SELECT 3`, `INSERT 0 1`, `SHOW`.
    Rows(Rows, String),
    /// Only a tag: `INSERT 0 3`, `CREATE TABLE`, `CONFIGURE ZONE 1`.
    Tag(String),
}

impl Outcome {
    /// A tag without rows.
    pub fn tag(tag: impl Into<String>) -> Self {
        Self::Tag(tag.into())
    }

    /// Rows of a query, tagged `SELECT n`.
    pub fn select(rows: Rows) -> Self {
        let tag = format!("SELECT {}", rows.rows.len());
        Self::Rows(rows, tag)
    }

    /// Rows of a SHOW statement, tagged `SHOW n`.
    pub fn show(rows: Rows) -> Self {
        let tag = format!("SHOW {}", rows.rows.len());
        Self::Rows(rows, tag)
    }

    /// The command tag.
    pub fn command_tag(&self) -> &str {
        match self {
            Self::Rows(_, tag) | Self::Tag(tag) => tag,
        }
    }
}

/// A message that comes beside an answer and does not end the statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// `NOTICE` or `WARNING`.
    pub severity: &'static str,
    /// The text, as PostgreSQL would print it after the severity.
    pub message: String,
    /// More about it, if there is more.
    pub detail: Option<String>,
    /// What the user might do.
    pub hint: Option<String>,
    /// The SQLSTATE: 00000 for most notices.
    pub code: SqlState,
}

impl Notice {
    /// A `NOTICE` without detail or hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            severity: "NOTICE",
            message: message.into(),
            detail: None,
            hint: None,
            code: SqlState::SUCCESSFUL_COMPLETION,
        }
    }

    /// A `WARNING` with its SQLSTATE.
    pub fn warning(message: impl Into<String>, code: SqlState) -> Self {
        Self { severity: "WARNING", message: message.into(), detail: None, hint: None, code }
    }

    /// The same notice with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
