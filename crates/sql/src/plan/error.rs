//! Why a query cannot be planned.
//!
//! *Errors*: texts and codes are those of CockroachDB's optimizer front end (`optbuilder`), as read in its test files.

use std::fmt;

use base::sqlstate::SqlState;

/// A query that names, groups, joins or orders what it must not.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each field is what the message prints under its name")]
pub enum Error {
    /// A column that the table of a write does not have.
    UndefinedColumn { name: String },
    /// `*` where there is no FROM.
    StarWithoutFrom,
    /// `t.* AS x`.
    StarAliased {
        /// The source.
        source: String,
    },
    /// A name of ORDER BY that several targets have.
    AmbiguousTarget { clause: &'static str, name: String },
    /// OVER names a window that WINDOW does not define.
    UndefinedWindow { name: String },
    /// Two sources of one FROM with the same name.
    DuplicateSource { name: String },
    /// A common table expression named twice.
    DuplicateCte { name: String },
    /// `t AS x (a, b, c)` over two columns.
    TooManyAliases { source: String, available: usize, given: usize },
    /// A column outside GROUP BY and aggregates.
    Ungrouped { name: String },
    /// An aggregate inside the arguments of another.
    NestedAggregate { name: String },
    /// An aggregate or window function where there are no groups.
    NotAllowed { what: &'static str, place: &'static str },
    /// `ORDER BY 4` over three columns.
    PositionOutOfRange { clause: &'static str, position: i64 },
    /// `ORDER BY 1.5`.
    NonIntegerPosition { clause: &'static str },
    /// `SELECT DISTINCT a … ORDER BY b`.
    OrderByNotInDistinct,
    /// `SELECT DISTINCT ON (a) … ORDER BY b`.
    DistinctOnOrder,
    /// A set operation over different widths.
    SetWidth { op: &'static str, left: usize, right: usize },
    /// A set operation, VALUES or CASE over different types.
    SetTypes { op: &'static str, left: String, right: String },
    /// VALUES lists of different lengths.
    ValuesWidth { first: usize, other: usize },
    /// USING names a column that a side does not have.
    UsingMissing { column: String, side: &'static str },
    /// USING names a column that a side has twice.
    UsingAmbiguous { column: String, side: &'static str },
    /// USING over two types that do not compare.
    UsingTypes { column: String, left: String, right: String },
    /// A subquery with more or fewer columns than its place has.
    SubqueryWidth { wanted: usize, found: usize },
    /// An argument of a type that its clause does not take.
    ArgumentType { clause: &'static str, wanted: &'static str, found: String },
    /// `t@idx` where t has no such index.
    UndefinedIndex { name: String },
    /// An INSERT with more values than columns, or fewer.
    InsertWidth { what: &'static str, values: usize, columns: usize },
    /// A column assigned twice.
    DuplicateAssignment { column: String },
    /// A write of a computed column.
    ComputedColumn { column: String },
    /// `SET (a, b) = (1)`.
    AssignmentWidth { values: usize, columns: usize },
    /// A value of another type than its column.
    ValueType { column: String, wanted: String, found: String },
    /// ON CONFLICT names columns without a unique index.
    NoArbiter,
    /// ON CONFLICT, RETURNING … over something that is no table.
    NotATable { name: String, what: &'static str },
    /// DELETE or UPDATE with LIMIT and without ORDER BY in a version that wants it, and the like.
    Refused { message: &'static str, code: SqlState, hint: Option<&'static str> },
    /// `RETURNING` in a data-modifying source and other shapes that Amber does not plan.
    Unsupported { what: &'static str },
}

impl Error {
    /// The SQLSTATE.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::UndefinedColumn { .. } | Self::UsingMissing { .. } => SqlState::UNDEFINED_COLUMN,
            Self::AmbiguousTarget { .. } | Self::UsingAmbiguous { .. } => {
                SqlState::AMBIGUOUS_COLUMN
            }
            Self::DuplicateSource { .. } | Self::DuplicateCte { .. } => SqlState::DUPLICATE_ALIAS,
            Self::TooManyAliases { .. }
            | Self::PositionOutOfRange { .. }
            | Self::OrderByNotInDistinct
            | Self::DistinctOnOrder
            | Self::NoArbiter => SqlState::INVALID_COLUMN_REFERENCE,
            Self::Ungrouped { .. } | Self::NotAllowed { .. } | Self::NestedAggregate { .. } => {
                SqlState::GROUPING_ERROR
            }
            Self::NonIntegerPosition { .. }
            | Self::StarWithoutFrom
            | Self::StarAliased { .. }
            | Self::SetWidth { .. }
            | Self::ValuesWidth { .. }
            | Self::SubqueryWidth { .. }
            | Self::InsertWidth { .. }
            | Self::DuplicateAssignment { .. }
            | Self::AssignmentWidth { .. } => SqlState::SYNTAX_ERROR,
            Self::SetTypes { .. }
            | Self::UsingTypes { .. }
            | Self::ArgumentType { .. }
            | Self::ValueType { .. } => SqlState::DATATYPE_MISMATCH,
            Self::UndefinedIndex { .. } | Self::UndefinedWindow { .. } => {
                SqlState::UNDEFINED_OBJECT
            }
            Self::ComputedColumn { .. } => SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
            Self::NotATable { .. } => SqlState::WRONG_OBJECT_TYPE,
            Self::Refused { code, .. } => *code,
            Self::Unsupported { .. } => SqlState::FEATURE_NOT_SUPPORTED,
        }
    }

    /// What the user might do.
    pub fn hint(&self) -> Option<String> {
        if let Self::Refused { hint, .. } = self { hint.map(str::to_owned) } else { None }
    }
}

impl fmt::Display for Error {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is fmt_match's and fmt_write's")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UndefinedColumn { name } => write!(f, "column \"{name}\" does not exist"),
            Self::StarWithoutFrom => f.write_str("cannot use \"*\" without a FROM clause"),
            Self::StarAliased { source } => write!(f, "\"{source}.*\" cannot be aliased"),
            Self::AmbiguousTarget { clause, name } => {
                write!(f, "{clause} \"{name}\" is ambiguous")
            }
            Self::UndefinedWindow { name } => write!(f, "window \"{name}\" does not exist"),
            Self::DuplicateSource { name } => {
                write!(f, "source name \"{name}\" specified more than once (missing AS clause)")
            }
            Self::DuplicateCte { name } => {
                write!(f, "WITH query name {name} specified more than once")
            }
            Self::TooManyAliases { source, available, given } => write!(
                f,
                "source \"{source}\" has {available} columns available but {given} columns specified"
            ),
            Self::Ungrouped { name } => write!(
                f,
                "column \"{name}\" must appear in the GROUP BY clause or be used in an aggregate \
                 function"
            ),
            Self::NestedAggregate { name } => {
                write!(f, "{name}(): aggregate function calls cannot be nested")
            }
            Self::NotAllowed { what, place } => write!(f, "{what} are not allowed in {place}"),
            Self::PositionOutOfRange { clause, position } => {
                write!(f, "{clause} position {position} is not in select list")
            }
            Self::NonIntegerPosition { clause } => {
                write!(f, "non-integer constant in {clause}")
            }
            Self::OrderByNotInDistinct => {
                f.write_str("for SELECT DISTINCT, ORDER BY expressions must appear in select list")
            }
            Self::DistinctOnOrder => f.write_str(
                "SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
            ),
            _ => self.fmt_match(f),
        }
    }
}

impl Error {
    /// Two sides that do not match: widths and types.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is fmt_write's")]
    fn fmt_match(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetWidth { op, left, right } => {
                write!(f, "each {op} query must have the same number of columns: {left} vs {right}")
            }
            Self::SetTypes { op, left, right } => {
                write!(f, "{op} types {left} and {right} cannot be matched")
            }
            Self::ValuesWidth { first, other } => write!(
                f,
                "VALUES lists must all be the same length, expected {first} columns, found {other}"
            ),
            Self::UsingMissing { column, side } => write!(
                f,
                "column \"{column}\" specified in USING clause does not exist in {side} table"
            ),
            Self::UsingAmbiguous { column, side } => {
                write!(f, "common column name \"{column}\" appears more than once in {side} table")
            }
            Self::UsingTypes { column, left, right } => write!(
                f,
                "JOIN/USING types {left} for left and {right} for right cannot be matched for \
                 column \"{column}\""
            ),
            Self::SubqueryWidth { wanted: 1, found } => {
                write!(f, "subquery must return only one column, found {found}")
            }
            Self::SubqueryWidth { wanted, found } => {
                write!(f, "subquery must return {wanted} columns, found {found}")
            }
            Self::ArgumentType { clause, wanted, found } => {
                write!(f, "argument of {clause} must be type {wanted}, not type {found}")
            }
            _ => self.fmt_write(f),
        }
    }

    /// Writes, indexes and what is refused; names every kind, so that a new one finds its place.
    fn fmt_write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UndefinedIndex { name } => write!(f, "index \"{name}\" not found"),
            Self::InsertWidth { what, values, columns } => {
                let more = if values > columns {
                    "expressions than target columns"
                } else {
                    "target columns than expressions"
                };
                write!(f, "{what} has more {more}, {values} expressions for {columns} targets")
            }
            Self::DuplicateAssignment { column } => {
                write!(f, "multiple assignments to the same column \"{column}\"")
            }
            Self::ComputedColumn { column } => {
                write!(f, "cannot write directly to computed column \"{column}\"")
            }
            Self::AssignmentWidth { values, columns } => write!(
                f,
                "number of columns ({columns}) does not match number of values ({values})"
            ),
            Self::ValueType { column, wanted, found } => {
                write!(f, "value type {found} doesn't match type {wanted} of column \"{column}\"")
            }
            Self::NoArbiter => f.write_str(
                "there is no unique or exclusion constraint matching the ON CONFLICT specification",
            ),
            Self::NotATable { name, what } => write!(f, "\"{name}\" is not a {what}"),
            Self::Refused { message, .. } => f.write_str(message),
            Self::Unsupported { what } => write!(f, "unimplemented: {what}"),
            // Printed by fmt and fmt_match.
            Self::UndefinedColumn { .. }
            | Self::StarWithoutFrom
            | Self::StarAliased { .. }
            | Self::AmbiguousTarget { .. }
            | Self::UndefinedWindow { .. }
            | Self::DuplicateSource { .. }
            | Self::DuplicateCte { .. }
            | Self::TooManyAliases { .. }
            | Self::Ungrouped { .. }
            | Self::NestedAggregate { .. }
            | Self::NotAllowed { .. }
            | Self::PositionOutOfRange { .. }
            | Self::NonIntegerPosition { .. }
            | Self::OrderByNotInDistinct
            | Self::DistinctOnOrder
            | Self::SetWidth { .. }
            | Self::SetTypes { .. }
            | Self::ValuesWidth { .. }
            | Self::UsingMissing { .. }
            | Self::UsingAmbiguous { .. }
            | Self::UsingTypes { .. }
            | Self::SubqueryWidth { .. }
            | Self::ArgumentType { .. } => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
