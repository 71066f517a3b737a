//! What can be wrong with a name, a definition or a right.
//!
//! ```text
//!   Undefined, Exists, WrongKind     a name stands for nothing, for something already, for something else
//!   Privilege, Dependents            the user may not; others need it
//!   Refused                          a rule of one statement, in the real system's own words
//!   Kv, Types, Wire                  a layer below, or bytes that are no message
//! ```
//!
//! *Source*: texts and codes of CockroachDB's `pkg/sql/sqlerrors` as seen in its test files; `spec/error-messages.md`.

use std::fmt;

use base::sqlstate::SqlState;

use crate::types;

/// Kinds of things that have names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A database.
    Database,
    /// A schema.
    Schema,
    /// A table, view or sequence: what SQL calls a relation.
    Relation,
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A sequence.
    Sequence,
    /// A user-defined type.
    Type,
    /// An index.
    Index,
    /// A column.
    Column,
    /// A constraint.
    Constraint,
    /// A user or role.
    Role,
    /// A cluster setting.
    ClusterSetting,
    /// A session variable.
    Variable,
    /// A job.
    Job,
    /// The system as a whole, for privileges.
    System,
    /// An external connection.
    ExternalConnection,
    /// A function or procedure.
    Function,
}

impl Kind {
    /// The word in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Relation => "relation",
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Type => "type",
            Self::Index => "index",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Role => "role/user",
            Self::ClusterSetting => "cluster setting",
            Self::Variable => "session variable",
            Self::Job => "job",
            Self::System => "system",
            Self::ExternalConnection => "external connection",
            Self::Function => "function",
        }
    }

    const fn undefined(self) -> SqlState {
        match self {
            Self::Database => SqlState::INVALID_CATALOG_NAME,
            Self::Schema => SqlState::INVALID_SCHEMA_NAME,
            Self::Relation | Self::Table | Self::View | Self::MaterializedView | Self::Sequence => {
                SqlState::UNDEFINED_TABLE
            }
            Self::Function => SqlState::UNDEFINED_FUNCTION,
            Self::Column => SqlState::UNDEFINED_COLUMN,
            Self::ClusterSetting | Self::Job => SqlState::UNCATEGORIZED,
            Self::Type
            | Self::Index
            | Self::Constraint
            | Self::Role
            | Self::Variable
            | Self::System
            | Self::ExternalConnection => SqlState::UNDEFINED_OBJECT,
        }
    }

    const fn duplicate(self) -> SqlState {
        match self {
            Self::Database => SqlState::DUPLICATE_DATABASE,
            Self::Schema => SqlState::DUPLICATE_SCHEMA,
            Self::Relation
            | Self::Table
            | Self::View
            | Self::MaterializedView
            | Self::Sequence
            | Self::Index => SqlState::DUPLICATE_RELATION,
            Self::Function => SqlState::DUPLICATE_FUNCTION,
            Self::Column => SqlState::DUPLICATE_COLUMN,
            Self::ClusterSetting
            | Self::Job
            | Self::Type
            | Self::Constraint
            | Self::Role
            | Self::Variable
            | Self::System
            | Self::ExternalConnection => SqlState::DUPLICATE_OBJECT,
        }
    }
}

/// Why the catalog refuses.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// Nothing of this kind has this name.
    Undefined {
        /// Which kind was wanted.
        kind: Kind,
        /// The name as asked for.
        name: String,
    },
    /// Something has this name already.
    Exists {
        /// What stands there.
        kind: Kind,
        /// The name as it is told.
        name: String,
    },
    /// The name stands for another kind of thing.
    WrongKind {
        /// The name.
        name: String,
        /// What was wanted.
        wanted: Kind,
    },
    /// The place for a new object does not exist.
    NoTarget {
        /// The object's name as written.
        name: String,
    },
    /// No database is named or current.
    NoDatabase,
    /// The user lacks a privilege.
    Privilege {
        /// The user.
        user: String,
        /// The privilege in capitals.
        privilege: &'static str,
        /// On what kind of object.
        kind: Kind,
        /// The object.
        name: String,
    },
    /// The user does not own the object.
    NotOwner {
        /// On what kind of object.
        kind: Kind,
        /// The object.
        name: String,
    },
    /// Only an admin may do this.
    AdminOnly {
        /// What, as it follows `are allowed to`.
        what: String,
    },
    /// Others need what is to be dropped or changed.
    Dependents {
        /// The message.
        message: String,
        /// What the user might do.
        hint: Option<String>,
    },
    /// A rule of one statement, in the real system's words.
    Refused {
        /// The SQLSTATE.
        code: SqlState,
        /// The message.
        message: String,
        /// More about it.
        detail: Option<String>,
        /// What the user might do.
        hint: Option<String>,
    },
    /// A value or expression in a definition.
    Types(Box<types::Error>),
    /// The key space.
    Kv(Box<kv::Error>),
    /// A row of a system table that holds no message of its kind.
    Wire {
        /// Where it stands.
        place: &'static str,
    },
}

impl Error {
    /// A rule of one statement.
    pub fn refused(code: SqlState, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into(), detail: None, hint: None }
    }

    /// The same with a hint, if it is a refusal.
    #[must_use]
    pub fn with_hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Refused { hint, .. } | Self::Dependents { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// The same with a detail, if it is a refusal.
    #[must_use]
    pub fn with_detail(mut self, text: impl Into<String>) -> Self {
        if let Self::Refused { detail, .. } = &mut self {
            *detail = Some(text.into());
        }
        self
    }

    /// What Amber does not do.
    pub fn unsupported(what: impl fmt::Display) -> Self {
        Self::refused(SqlState::FEATURE_NOT_SUPPORTED, format!("unimplemented: {what}"))
            .with_hint("the fidelity sheet lists what Amber simulates")
    }

    /// Nothing of this kind has this name.
    pub fn undefined(kind: Kind, name: impl Into<String>) -> Self {
        Self::Undefined { kind, name: name.into() }
    }

    /// Something has this name already.
    pub fn exists(kind: Kind, name: impl Into<String>) -> Self {
        Self::Exists { kind, name: name.into() }
    }

    /// Others need what is to be dropped.
    pub fn dependents(message: impl Into<String>) -> Self {
        Self::Dependents { message: message.into(), hint: None }
    }

    /// The five characters.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::Undefined { kind, .. } => kind.undefined(),
            Self::Exists { kind, .. } => kind.duplicate(),
            Self::WrongKind { .. } => SqlState::WRONG_OBJECT_TYPE,
            Self::NoTarget { .. } | Self::NoDatabase => SqlState::INVALID_SCHEMA_NAME,
            Self::Privilege { .. } | Self::NotOwner { .. } | Self::AdminOnly { .. } => {
                SqlState::INSUFFICIENT_PRIVILEGE
            }
            Self::Dependents { .. } => SqlState::DEPENDENT_OBJECTS_STILL_EXIST,
            Self::Refused { code, .. } => *code,
            Self::Types(cause) => cause.sqlstate(),
            Self::Kv(cause) => cause.sqlstate(),
            Self::Wire { .. } => SqlState::DATA_CORRUPTED,
        }
    }

    /// What the user might do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoTarget { .. } => Some(
                "verify that the current database and search_path are valid and/or the target \
                 database exists"
                    .to_owned(),
            ),
            Self::Dependents { hint, .. } | Self::Refused { hint, .. } => hint.clone(),
            Self::Types(cause) => cause.hint().map(str::to_owned),
            Self::Kv(cause) => cause.hint().map(str::to_owned),
            Self::Undefined { .. }
            | Self::Exists { .. }
            | Self::WrongKind { .. }
            | Self::NoDatabase
            | Self::Privilege { .. }
            | Self::NotOwner { .. }
            | Self::AdminOnly { .. }
            | Self::Wire { .. } => None,
        }
    }

    /// More about it.
    pub fn detail(&self) -> Option<String> {
        if let Self::Refused { detail, .. } = self { detail.clone() } else { None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined { kind: Kind::Schema, name } => write!(f, "unknown schema \"{name}\""),
            Self::Undefined { kind: Kind::ClusterSetting, name } => {
                write!(f, "unknown cluster setting '{name}'")
            }
            Self::Undefined { kind: Kind::Variable, name } => {
                write!(f, "unrecognized configuration parameter \"{name}\"")
            }
            Self::Undefined { kind: Kind::Job, name } => {
                write!(f, "job with ID {name} does not exist")
            }
            Self::Undefined { kind: Kind::Role, name } => {
                write!(f, "role/user \"{name}\" does not exist")
            }
            Self::Undefined { kind: Kind::Constraint, name } => {
                write!(f, "constraint \"{name}\" does not exist")
            }
            Self::Undefined {
                kind: Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence,
                name,
            } => write!(f, "relation \"{name}\" does not exist"),
            Self::Undefined { kind, name } => {
                write!(f, "{} \"{name}\" does not exist", kind.word())
            }
            Self::Exists { kind: Kind::Role, name } => {
                write!(f, "a role/user named {name} already exists")
            }
            Self::Exists { kind: Kind::Index, name } => {
                write!(f, "index with name \"{name}\" already exists")
            }
            Self::Exists { kind, name } => write!(f, "{} \"{name}\" already exists", kind.word()),
            Self::WrongKind { name, wanted } => {
                let article = if matches!(wanted, Kind::Index) { "an" } else { "a" };
                write!(f, "\"{name}\" is not {article} {}", wanted.word())
            }
            Self::NoTarget { name } => write!(
                f,
                "cannot create \"{name}\" because the target database or schema does not exist"
            ),
            Self::NoDatabase => f.write_str("no database or schema specified"),
            Self::Privilege { user, privilege, kind: Kind::System, .. } => {
                write!(f, "user {user} does not have {privilege} system privilege")
            }
            Self::Privilege { user, privilege, kind, name } => {
                write!(
                    f,
                    "user {user} does not have {privilege} privilege on {} {name}",
                    kind.word()
                )
            }
            Self::NotOwner { kind, name } => write!(f, "must be owner of {} {name}", kind.word()),
            Self::AdminOnly { what } => {
                write!(f, "only users with the admin role are allowed to {what}")
            }
            Self::Dependents { message, .. } | Self::Refused { message, .. } => {
                f.write_str(message)
            }
            Self::Types(cause) => cause.fmt(f),
            Self::Kv(cause) => cause.fmt(f),
            Self::Wire { place } => write!(f, "{place}: row holds no message of its kind"),
        }
    }
}

impl std::error::Error for Error {}

impl From<types::Error> for Error {
    fn from(cause: types::Error) -> Self {
        Self::Types(Box::new(cause))
    }
}

impl From<kv::Error> for Error {
    fn from(cause: kv::Error) -> Self {
        Self::Kv(Box::new(cause))
    }
}
