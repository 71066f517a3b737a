//! Why a statement was refused: what the layers below say, and what sessions say themselves.
//!
//! ```text
//!   parser::Error  types::Error  catalog::Error  kv::Error  plan::Error  exec::Error
//!         └───────────┴──────────────┴─────┬────────┴────────────┴───────────┘
//!                                     sql::Error ── sqlstate(), Display, detail(), hint(), position()
//! ```
//!
//! Shape: each layer keeps its own enum; here they are only joined. *Errors* print in PostgreSQL's manner: lower
//! case, no full stop.

use std::fmt;

use base::hlc::Timestamp;
use base::sqlstate::SqlState;

use crate::{catalog, exec, parser, plan, types};

/// A refused statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// The text is no statement.
    Parse(Box<parser::Error>),
    /// An expression has no type or no value.
    Types(Box<types::Error>),
    /// A name stands for nothing, or for something else; a definition that cannot be.
    Catalog(Box<catalog::Error>),
    /// The key space could not serve a read or a write.
    Kv(Box<kv::Error>),
    /// The statement cannot be planned.
    Plan(Box<plan::Error>),
    /// A row breaks a rule of its table, or a limit was met.
    Exec(Box<exec::Error>),
    /// A transaction that failed hears only its end.
    InFailedTransaction,
    /// COMMIT, ROLLBACK or SAVEPOINT outside a transaction.
    NoTransaction,
    /// BEGIN inside a transaction.
    TransactionInProgress,
    /// A write where only reads are allowed.
    ReadOnly {
        /// The statement's name, `INSERT`.
        what: &'static str,
    },
    /// No savepoint of this name.
    UnknownSavepoint {
        /// The name as given.
        name: String,
    },
    /// Two times in one transaction.
    InconsistentTime {
        /// The transaction's.
        expected: Timestamp,
        /// The statement's.
        got: Timestamp,
    },
    /// SET TRANSACTION after the first statement, or another call that comes too late.
    TooLate {
        /// What was asked for.
        what: &'static str,
    },
    /// EXECUTE or DEALLOCATE of a name that PREPARE has not given.
    UnknownPrepared {
        /// The name as given.
        name: String,
    },
    /// PREPARE with a name in use.
    DuplicatePrepared {
        /// The name as given.
        name: String,
    },
    /// A statement that Amber does not carry out.
    Unsupported {
        /// What is not supported, as the user would name it.
        what: String,
    },
}

impl Error {
    /// An error of the kind "not simulated".
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }

    /// The SQLSTATE.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::Parse(cause) => cause.sqlstate(),
            Self::Types(cause) => cause.sqlstate(),
            Self::Catalog(cause) => cause.sqlstate(),
            Self::Kv(cause) => cause.sqlstate(),
            Self::Plan(cause) => cause.sqlstate(),
            Self::Exec(cause) => cause.sqlstate(),
            Self::InFailedTransaction => SqlState::IN_FAILED_SQL_TRANSACTION,
            Self::NoTransaction => SqlState::NO_ACTIVE_SQL_TRANSACTION,
            Self::TransactionInProgress | Self::TooLate { .. } => SqlState::ACTIVE_SQL_TRANSACTION,
            Self::ReadOnly { .. } => SqlState::READ_ONLY_SQL_TRANSACTION,
            Self::UnknownSavepoint { .. } => SqlState::INVALID_SAVEPOINT,
            Self::InconsistentTime { .. } | Self::Unsupported { .. } => {
                SqlState::FEATURE_NOT_SUPPORTED
            }
            Self::UnknownPrepared { .. } => SqlState::INVALID_SQL_STATEMENT_NAME,
            Self::DuplicatePrepared { .. } => SqlState::DUPLICATE_PREPARED_STATEMENT,
        }
    }

    /// More about what happened.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Parse(cause) => cause.detail.clone(),
            Self::Types(cause) => cause.detail().map(str::to_owned),
            Self::Catalog(cause) => cause.detail(),
            Self::Exec(cause) => cause.detail(),
            Self::Kv(_)
            | Self::Plan(_)
            | Self::InFailedTransaction
            | Self::NoTransaction
            | Self::TransactionInProgress
            | Self::ReadOnly { .. }
            | Self::UnknownSavepoint { .. }
            | Self::InconsistentTime { .. }
            | Self::TooLate { .. }
            | Self::UnknownPrepared { .. }
            | Self::DuplicatePrepared { .. }
            | Self::Unsupported { .. } => None,
        }
    }

    /// What the user might do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Parse(cause) => cause.hint.clone(),
            Self::Types(cause) => cause.hint().map(str::to_owned),
            Self::Catalog(cause) => cause.hint(),
            Self::Kv(cause) => cause.hint().map(str::to_owned),
            Self::Plan(cause) => cause.hint(),
            Self::Exec(_)
            | Self::InFailedTransaction
            | Self::NoTransaction
            | Self::TransactionInProgress
            | Self::ReadOnly { .. }
            | Self::UnknownSavepoint { .. }
            | Self::InconsistentTime { .. }
            | Self::TooLate { .. }
            | Self::UnknownPrepared { .. }
            | Self::DuplicatePrepared { .. } => None,
            Self::Unsupported { .. } => {
                Some("the fidelity sheet lists what Amber simulates".to_owned())
            }
        }
    }

    /// Where in the statement's text it went wrong, for errors that know. *Units*: bytes from 0.
    pub fn position(&self) -> Option<usize> {
        if let Self::Parse(cause) = self { Some(cause.position) } else { None }
    }

    /// Whether trying the whole transaction again may succeed.
    pub fn is_retry(&self) -> bool {
        self.sqlstate() == SqlState::SERIALIZATION_FAILURE
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(cause) => cause.fmt(f),
            Self::Types(cause) => cause.fmt(f),
            Self::Catalog(cause) => cause.fmt(f),
            Self::Kv(cause) => cause.fmt(f),
            Self::Plan(cause) => cause.fmt(f),
            Self::Exec(cause) => cause.fmt(f),
            Self::InFailedTransaction => f.write_str(
                "current transaction is aborted, commands ignored until end of transaction block",
            ),
            Self::NoTransaction => f.write_str("there is no transaction in progress"),
            Self::TransactionInProgress => {
                f.write_str("there is already a transaction in progress")
            }
            Self::ReadOnly { what } => {
                write!(f, "cannot execute {what} in a read-only transaction")
            }
            Self::UnknownSavepoint { name } => {
                write!(f, "savepoint \"{name}\" does not exist")
            }
            Self::InconsistentTime { expected, got } => write!(
                f,
                "inconsistent AS OF SYSTEM TIME timestamp; expected: {expected}, got: {got}"
            ),
            Self::TooLate { what } => {
                write!(f, "{what} cannot be changed after the transaction's first statement")
            }
            Self::UnknownPrepared { name } => {
                write!(f, "prepared statement \"{name}\" does not exist")
            }
            Self::DuplicatePrepared { name } => {
                write!(f, "prepared statement \"{name}\" already exists")
            }
            Self::Unsupported { what } => write!(f, "unimplemented: {what}"),
        }
    }
}

impl std::error::Error for Error {}

macro_rules! from {
    ($($variant:ident($inner:ty)),*) => {
        $(impl From<$inner> for Error {
            fn from(cause: $inner) -> Self {
                Self::$variant(Box::new(cause))
            }
        })*
    };
}

from!(
    Parse(parser::Error),
    Types(types::Error),
    Kv(kv::Error),
    Plan(plan::Error),
    Exec(exec::Error)
);

impl From<catalog::Error> for Error {
    /// What the catalog only passes on keeps its own variant, so that callers can tell a conflict from a wrong name.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn from(cause: catalog::Error) -> Self {
        match cause {
            catalog::Error::Kv(cause) => Self::Kv(cause),
            catalog::Error::Types(cause) => Self::Types(cause),
            own => Self::Catalog(Box::new(own)),
        }
    }
}
