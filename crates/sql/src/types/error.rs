//! What can be wrong with a value or an expression.
//!
//! Shape: one enum that carries its data, `Display` in the real system's words, a SQLSTATE for each variant.
//! Source: CockroachDB's `pkg/sql/sem/tree` and `pkg/sql/sem/builtins` as seen in its test files.

use std::fmt;

use base::sqlstate::SqlState;

/// Why an expression cannot be typed, or a value not be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// A column that no source has. The name as written, dots included.
    UndefinedColumn(String),
    /// A column name that several sources have, with the candidates: `a.x, b.x`.
    AmbiguousColumn {
        /// The name as written.
        name: String,
        /// The qualified names that fit.
        candidates: String,
    },
    /// A qualifier that no source has: `no data source matches prefix: t in this context`.
    UndefinedSource(String),
    /// A function that does not exist.
    UnknownFunction(String),
    /// A function called with types that it does not take.
    UnknownSignature {
        /// The function.
        name: String,
        /// The argument types, in order.
        args: Vec<String>,
        /// The return type wanted, if the context says one.
        want: Option<String>,
    },
    /// Several overloads fit equally.
    AmbiguousCall {
        /// The call as written with its types.
        call: String,
        /// The candidates, one a line.
        candidates: String,
    },
    /// A binary operator over types that it does not take.
    UnsupportedBinary {
        /// Left type.
        left: String,
        /// The operator.
        op: &'static str,
        /// Right type.
        right: String,
    },
    /// A comparison over types that do not compare.
    UnsupportedComparison {
        /// Left type.
        left: String,
        /// The operator.
        op: &'static str,
        /// Right type.
        right: String,
    },
    /// A unary operator over a type that it does not take.
    UnsupportedUnary {
        /// The operator.
        op: &'static str,
        /// The type.
        ty: String,
    },
    /// An expression of the wrong type where one type is needed:
    /// `argument of WHERE must be type bool, not type int`.
    WrongArgument {
        /// What needs it: `WHERE`, `AND`.
        place: &'static str,
        /// Type wanted.
        want: String,
        /// Type found.
        found: String,
    },
    /// A value of the wrong type for a column or other target.
    TypeMismatch {
        /// The expression's type.
        found: String,
        /// The target's type.
        want: String,
        /// The column, when the target is one.
        column: String,
    },
    /// Branches or elements whose types differ.
    IncompatibleTypes {
        /// The clause: `CASE`, `COALESCE`, `VALUES`.
        place: &'static str,
        /// The types, first and other.
        types: (String, String),
    },
    /// A cast that does not exist.
    InvalidCast {
        /// Type of the value.
        from: String,
        /// Type asked for.
        to: String,
    },
    /// A text that is not of its type's form: `could not parse "x" as type int: …`.
    Parse {
        /// The text.
        text: String,
        /// The type.
        ty: String,
        /// What is wrong with it, if more is known.
        cause: String,
        /// The SQLSTATE, which differs by type.
        code: SqlState,
    },
    /// An enum value that is none.
    InvalidEnumValue {
        /// The enum.
        name: String,
        /// The text.
        text: String,
    },
    /// A number outside its type: `integer out of range for type int2`.
    OutOfRange(String),
    /// A string or bit array longer than its type.
    TooLong(String),
    /// A decimal with more digits than its type.
    DecimalTooLong {
        /// The type's digits in all.
        precision: u32,
        /// The type's digits after the point.
        scale: u32,
    },
    /// Division by zero.
    DivisionByZero,
    /// A subquery with more than one row where one value is wanted.
    SubqueryRows,
    /// A construct that is known but not simulated. What it is.
    Unsupported(String),
    /// A construct that is not allowed where it stands: an aggregate in WHERE, a subquery in DEFAULT.
    NotAllowed {
        /// What: `aggregate functions`.
        what: &'static str,
        /// Where: `WHERE`.
        place: &'static str,
        /// The SQLSTATE.
        code: SqlState,
    },
    /// A function that refuses its arguments, in its own words.
    Refused {
        /// The SQLSTATE.
        code: SqlState,
        /// The message.
        message: String,
        /// What to do about it.
        hint: Option<&'static str>,
    },
    /// An error of the host (sequences, catalog, subqueries), carried through.
    Host {
        /// The SQLSTATE.
        code: SqlState,
        /// The message.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Bytes of a key or value that are not what they should be.
    Corrupt(&'static str),
}

impl Error {
    /// A refusal with code 22023.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Refused {
            code: SqlState::INVALID_PARAMETER_VALUE,
            message: message.into(),
            hint: None,
        }
    }

    /// A text that is not of its type's form.
    pub fn parse(text: &str, ty: &str, cause: impl Into<String>) -> Self {
        Self::Parse {
            text: text.to_owned(),
            ty: ty.to_owned(),
            cause: cause.into(),
            code: SqlState::INVALID_TEXT_REPRESENTATION,
        }
    }

    /// A text that is no date or time.
    pub fn parse_time(text: &str, ty: &str, cause: impl Into<String>) -> Self {
        Self::Parse {
            text: text.to_owned(),
            ty: ty.to_owned(),
            cause: cause.into(),
            code: SqlState::INVALID_DATETIME_FORMAT,
        }
    }

    /// The five characters.
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            Self::UndefinedColumn(_) => SqlState::UNDEFINED_COLUMN,
            Self::AmbiguousColumn { .. } => SqlState::AMBIGUOUS_COLUMN,
            Self::UndefinedSource(_) => SqlState::UNDEFINED_TABLE,
            Self::UnknownFunction(_) | Self::UnknownSignature { .. } => {
                SqlState::UNDEFINED_FUNCTION
            }
            Self::AmbiguousCall { .. } => SqlState::AMBIGUOUS_FUNCTION,
            Self::UnsupportedBinary { .. }
            | Self::UnsupportedComparison { .. }
            | Self::UnsupportedUnary { .. } => SqlState::INVALID_PARAMETER_VALUE,
            Self::WrongArgument { .. }
            | Self::TypeMismatch { .. }
            | Self::IncompatibleTypes { .. } => SqlState::DATATYPE_MISMATCH,
            Self::InvalidCast { .. } => SqlState::CANNOT_COERCE,
            Self::InvalidEnumValue { .. } => SqlState::INVALID_TEXT_REPRESENTATION,
            Self::OutOfRange(_) | Self::DecimalTooLong { .. } => {
                SqlState::NUMERIC_VALUE_OUT_OF_RANGE
            }
            Self::TooLong(_) => SqlState::STRING_DATA_RIGHT_TRUNCATION,
            Self::DivisionByZero => SqlState::DIVISION_BY_ZERO,
            Self::SubqueryRows => SqlState::CARDINALITY_VIOLATION,
            Self::Unsupported(_) => SqlState::FEATURE_NOT_SUPPORTED,
            Self::Parse { code, .. }
            | Self::NotAllowed { code, .. }
            | Self::Refused { code, .. }
            | Self::Host { code, .. } => *code,
            Self::Corrupt(_) => SqlState::DATA_CORRUPTED,
        }
    }

    /// What the reader may do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Refused { hint, .. } => *hint,
            Self::Host { hint, .. } => hint.as_deref(),
            Self::UndefinedColumn(_)
            | Self::AmbiguousColumn { .. }
            | Self::UndefinedSource(_)
            | Self::UnknownFunction(_)
            | Self::UnknownSignature { .. }
            | Self::AmbiguousCall { .. }
            | Self::UnsupportedBinary { .. }
            | Self::UnsupportedComparison { .. }
            | Self::UnsupportedUnary { .. }
            | Self::WrongArgument { .. }
            | Self::TypeMismatch { .. }
            | Self::IncompatibleTypes { .. }
            | Self::InvalidCast { .. }
            | Self::Parse { .. }
            | Self::InvalidEnumValue { .. }
            | Self::OutOfRange(_)
            | Self::TooLong(_)
            | Self::DecimalTooLong { .. }
            | Self::DivisionByZero
            | Self::SubqueryRows
            | Self::Unsupported(_)
            | Self::NotAllowed { .. }
            | Self::Corrupt(_) => None,
        }
    }

    /// What more is known about it: nothing yet for errors of this module.
    pub const fn detail(&self) -> Option<&str> {
        None
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UndefinedColumn(name) => write!(f, "column \"{name}\" does not exist"),
            Self::AmbiguousColumn { name, candidates } => {
                write!(f, "column reference \"{name}\" is ambiguous (candidates: {candidates})")
            }
            Self::UndefinedSource(name) => {
                write!(f, "no data source matches prefix: {name} in this context")
            }
            Self::UnknownFunction(name) => write!(f, "unknown function: {name}()"),
            Self::UnknownSignature { name, args, want } => {
                write!(f, "unknown signature: {name}({})", args.join(", "))?;
                want.as_ref().map_or(Ok(()), |want| write!(f, " (desired <{want}>)"))
            }
            Self::AmbiguousCall { call, candidates } => {
                write!(f, "ambiguous call: {call}, candidates are:\n{candidates}")
            }
            Self::UnsupportedBinary { left, op, right } => {
                write!(f, "unsupported binary operator: <{left}> {op} <{right}>")
            }
            Self::UnsupportedComparison { left, op, right } => {
                write!(f, "unsupported comparison operator: <{left}> {op} <{right}>")
            }
            Self::UnsupportedUnary { op, ty } => {
                write!(f, "unsupported unary operator: {op} <{ty}>")
            }
            Self::WrongArgument { place, want, found } => {
                write!(f, "argument of {place} must be type {want}, not type {found}")
            }
            Self::TypeMismatch { found, want, column } => {
                write!(f, "value type {found} doesn't match type {want} of column \"{column}\"")
            }
            Self::IncompatibleTypes { place, types: (a, b) } => {
                write!(f, "{place} types {a} and {b} cannot be matched")
            }
            Self::InvalidCast { from, to } => write!(f, "invalid cast: {from} -> {to}"),
            Self::Parse { text, ty, cause, .. } => {
                write!(f, "could not parse {text:?} as type {ty}")?;
                if cause.is_empty() { Ok(()) } else { write!(f, ": {cause}") }
            }
            Self::InvalidEnumValue { name, text } => {
                write!(f, "invalid input value for enum {name}: \"{text}\"")
            }
            Self::OutOfRange(what) => f.write_str(what),
            Self::TooLong(ty) => write!(f, "value too long for type {ty}"),
            Self::DecimalTooLong { precision, scale } => {
                let places = precision.saturating_sub(*scale);
                write!(
                    f,
                    "type DECIMAL({precision},{scale}): value with precision {precision}, scale {scale} \
                     must round to an absolute value less than "
                )?;
                if places == 0 { f.write_str("1") } else { write!(f, "10^{places}") }
            }
            Self::DivisionByZero => f.write_str("division by zero"),
            Self::SubqueryRows => {
                f.write_str("more than one row returned by a subquery used as an expression")
            }
            Self::Unsupported(what) => write!(f, "unimplemented: {what}"),
            Self::NotAllowed { what, place, .. } => {
                write!(f, "{what} are not allowed in {place}")
            }
            Self::Refused { message, .. } | Self::Host { message, .. } => f.write_str(message),
            Self::Corrupt(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}
