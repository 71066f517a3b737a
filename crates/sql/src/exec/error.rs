//! Why a statement that could be planned could not be carried out.
//!
//! *Errors*: texts and codes of CockroachDB's `sqlerrors` and `row` packages.

use std::fmt;

use base::sqlstate::SqlState;

/// A row that breaks a rule of its table, or a bound that was met.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each field is what the message prints under its name")]
pub enum Error {
    /// NULL in a column that takes none.
    NotNull { column: String },
    /// A second row with the same key. `columns` and `values` are lists joined by `, `.
    Unique { constraint: String, columns: String, values: String },
    /// A CHECK that is false. `expression` is printed as SHOW CREATE would.
    Check { expression: String },
    /// A row that refers to nothing.
    ForeignKeyMissing {
        verb: &'static str,
        table: String,
        constraint: String,
        columns: String,
        values: String,
        referenced: String,
    },
    /// A row that others refer to.
    ForeignKeyReferenced {
        verb: &'static str,
        table: String,
        constraint: String,
        origin: String,
        columns: String,
        values: String,
    },
    /// A reference that is NULL in part, under MATCH FULL.
    ForeignKeyMatchFull { verb: &'static str, table: String, constraint: String },
    /// ON CONFLICT or UPSERT meets a row of its own.
    SecondTime,
    /// A scalar subquery with several rows.
    SubqueryRows,
    /// A negative LIMIT or OFFSET.
    NegativeLimit { clause: &'static str },
    /// The statement did too much.
    RowSteps { limit: u64 },
    /// The statement holds too much.
    Memory { limit_bytes: u64 },
    /// A recursive query, cascade or view goes too deep.
    TooDeep { what: &'static str, limit: usize },
    /// More holes in the plan than rows to fill them: the caller forgot to run a `[SHOW …]` source.
    MissingSource,
}

impl Error {
    /// The SQLSTATE.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::NotNull { .. } => SqlState::NOT_NULL_VIOLATION,
            Self::Unique { .. } => SqlState::UNIQUE_VIOLATION,
            Self::Check { .. } => SqlState::CHECK_VIOLATION,
            Self::ForeignKeyMissing { .. }
            | Self::ForeignKeyReferenced { .. }
            | Self::ForeignKeyMatchFull { .. } => SqlState::FOREIGN_KEY_VIOLATION,
            Self::SecondTime | Self::SubqueryRows => SqlState::CARDINALITY_VIOLATION,
            Self::NegativeLimit { clause: "LIMIT" } => SqlState::INVALID_ROW_COUNT_IN_LIMIT,
            Self::NegativeLimit { .. } => SqlState::INVALID_ROW_COUNT_IN_OFFSET,
            Self::RowSteps { .. } | Self::TooDeep { .. } => SqlState::PROGRAM_LIMIT_EXCEEDED,
            Self::Memory { .. } => SqlState::OUT_OF_MEMORY,
            Self::MissingSource => SqlState::INTERNAL_ERROR,
        }
    }

    /// More about the row.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Unique { columns, values, .. } => {
                Some(format!("Key ({columns})=({values}) already exists."))
            }
            Self::ForeignKeyMissing { columns, values, referenced, .. } => Some(format!(
                "Key ({columns})=({values}) is not present in table \"{referenced}\"."
            )),
            Self::ForeignKeyReferenced { columns, values, origin, .. } => Some(format!(
                "Key ({columns})=({values}) is still referenced from table \"{origin}\"."
            )),
            Self::ForeignKeyMatchFull { .. } => {
                Some("MATCH FULL does not allow mixing of null and nonnull key values.".to_owned())
            }
            Self::NotNull { .. }
            | Self::Check { .. }
            | Self::SecondTime
            | Self::SubqueryRows
            | Self::NegativeLimit { .. }
            | Self::RowSteps { .. }
            | Self::Memory { .. }
            | Self::TooDeep { .. }
            | Self::MissingSource => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull { column } => {
                write!(f, "null value in column \"{column}\" violates not-null constraint")
            }
            Self::Unique { constraint, .. } => {
                write!(f, "duplicate key value violates unique constraint \"{constraint}\"")
            }
            Self::Check { expression } => {
                write!(f, "failed to satisfy CHECK constraint ({expression})")
            }
            Self::ForeignKeyMissing { verb, table, constraint, .. }
            | Self::ForeignKeyMatchFull { verb, table, constraint } => write!(
                f,
                "{verb} on table \"{table}\" violates foreign key constraint \"{constraint}\""
            ),
            Self::ForeignKeyReferenced { verb, table, constraint, origin, .. } => write!(
                f,
                "{verb} on table \"{table}\" violates foreign key constraint \"{constraint}\" on \
                 table \"{origin}\""
            ),
            Self::SecondTime => f.write_str(
                "UPSERT or INSERT...ON CONFLICT command cannot affect row a second time",
            ),
            Self::SubqueryRows => {
                f.write_str("more than one row returned by a subquery used as an expression")
            }
            Self::NegativeLimit { clause } => write!(f, "negative value for {clause}"),
            Self::RowSteps { limit } => {
                write!(f, "statement exceeds the limit of {limit} row steps")
            }
            Self::Memory { limit_bytes } => {
                write!(f, "statement exceeds the limit of {limit_bytes} bytes")
            }
            Self::TooDeep { what, limit } => {
                write!(f, "{what} exceeds the limit of {limit} levels")
            }
            Self::MissingSource => f.write_str("a source of the statement was not run before it"),
        }
    }
}

impl std::error::Error for Error {}
