//! Why BACKUP, RESTORE or SHOW BACKUP is refused, or its job fails.
//!
//! ```text
//!   cloud::Error ─▶ dest::Error ─┐      take::Error  restore::Error
//!   kv::Error, sql::Error ───────┴──────────┴──────────────┴───────▶ Error ── sqlstate(), detail(), hint(), Display
//! ```
//!
//! Shape: what all three share stands here, what only one has stands in its own module. Errors: exact texts of
//! `spec/backup.md` §9 to §11, `spec/restore.md` §10, §11, `spec/error-messages.md` §2, §4.

use std::fmt;

use base::ids::{JobId, Uuid};
use base::sqlstate::SqlState;

use crate::{dest, restore, take, targets};

/// A refused statement or a failed step.
#[derive(Clone, PartialEq, Debug)]
pub enum Error {
    /// A layer below, or an expression in the statement.
    Sql(Box<sql::error::Error>),
    /// The key space could not serve a step.
    Kv(Box<kv::Error>),
    /// A collection or its store refuses.
    Dest(Box<dest::Error>),
    /// A target means nothing.
    Target {
        /// `BACKUP` or `RESTORE`.
        what: &'static str,
        /// Why.
        cause: targets::Error,
    },
    /// Switched off by `feature.<what>.enabled`.
    Disabled {
        /// `BACKUP` or `RESTORE`.
        what: &'static str,
    },
    /// A foreground statement that is not alone in its transaction.
    InTransaction {
        /// `BACKUP` or `RESTORE`.
        what: &'static str,
        /// The version's words for such a transaction.
        words: &'static str,
    },
    /// Passphrase and KMS at once.
    BothKeys,
    /// A feature that needs a licence, and none is there.
    Licence {
        /// As the text names it.
        feature: &'static str,
        /// This cluster.
        cluster: Uuid,
    },
    /// A URI that only an admin may use.
    UriNeedsAdmin {
        /// `BACKUP to` or `RESTORE from`, up to v21.2.
        what: &'static str,
        /// The URI's scheme.
        scheme: String,
        /// Whether the version names the system privilege.
        privilege: bool,
    },
    /// A privilege that the user lacks.
    Denied {
        /// The whole text.
        text: String,
        /// Advice, where there is some.
        hint: Option<String>,
    },
    /// An option with a value that it does not take, or one that the version does not have.
    BadOption {
        /// The whole text.
        text: String,
    },
    /// Files that SHOW BACKUP looked for and did not find.
    Missing {
        /// The whole text.
        text: String,
    },
    /// What only schedules meet: the whole text.
    Schedule(String),
    /// A cause with words before it.
    Within {
        /// The words: `failed to dry run backup`.
        words: &'static str,
        /// The cause.
        cause: Box<Self>,
    },
    /// What only BACKUP meets.
    Take(Box<take::Error>),
    /// What only RESTORE meets.
    Restore(Box<restore::Error>),
    /// A job whose row is gone or cannot be read.
    BrokenJob {
        /// Which.
        job: JobId,
    },
    /// Not simulated; the fidelity sheet says so.
    NotSimulated {
        /// What.
        what: String,
    },
}

impl Error {
    /// The five characters.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::Sql(cause) => cause.sqlstate(),
            Self::Kv(cause) => cause.sqlstate(),
            Self::Dest(cause) => cause.sqlstate(),
            Self::Target { cause, .. } => cause.sqlstate(),
            Self::Take(cause) => cause.sqlstate(),
            Self::Restore(cause) => cause.sqlstate(),
            Self::Within { cause, .. } => cause.sqlstate(),
            Self::Disabled { .. } => SqlState::OPERATOR_INTERVENTION,
            Self::InTransaction { .. }
            | Self::BothKeys
            | Self::Missing { .. }
            | Self::Schedule(_) => SqlState::UNCATEGORIZED,
            Self::Licence { .. } => SqlState::CCL_VALID_LICENSE_REQUIRED,
            Self::UriNeedsAdmin { .. } | Self::Denied { .. } => SqlState::INSUFFICIENT_PRIVILEGE,
            Self::BadOption { .. } => SqlState::INVALID_PARAMETER_VALUE,
            Self::BrokenJob { .. } => SqlState::INTERNAL_ERROR,
            Self::NotSimulated { .. } => SqlState::FEATURE_NOT_SUPPORTED,
        }
    }

    /// More about what happened.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other layer has details")]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Sql(cause) => cause.detail(),
            Self::Within { cause, .. } => cause.detail(),
            _ => None,
        }
    }

    /// What the user might do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Sql(cause) => cause.hint(),
            Self::Kv(cause) => cause.hint().map(str::to_owned),
            Self::Dest(cause) => cause.hint(),
            Self::Restore(cause) => cause.hint(),
            Self::Within { cause, .. } => cause.hint(),
            Self::Denied { hint, .. } => hint.clone(),
            Self::NotSimulated { .. } => {
                Some("the fidelity sheet lists what Amber simulates".to_owned())
            }
            Self::Target { .. }
            | Self::Disabled { .. }
            | Self::InTransaction { .. }
            | Self::BothKeys
            | Self::Licence { .. }
            | Self::UriNeedsAdmin { .. }
            | Self::BadOption { .. }
            | Self::Missing { .. }
            | Self::Schedule(_)
            | Self::Take(_)
            | Self::BrokenJob { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(cause) => cause.fmt(f),
            Self::Kv(cause) => cause.fmt(f),
            Self::Dest(cause) => cause.fmt(f),
            Self::Take(cause) => cause.fmt(f),
            Self::Restore(cause) => cause.fmt(f),
            Self::Within { words, cause } => write!(f, "{words}: {cause}"),
            Self::Target { what: "BACKUP", cause } => {
                write!(f, "failed to resolve targets specified in the BACKUP stmt: {cause}")
            }
            Self::Target { what, cause } => write!(
                f,
                "failed to resolve targets in the BACKUP location specified by the {what}, use SHOW BACKUP to find \
                 correct targets: {cause}"
            ),
            Self::Disabled { what } => {
                write!(f, "feature {what} was disabled by the database administrator")
            }
            Self::InTransaction { what, words } => {
                write!(f, "{what} cannot be used {words} without DETACHED option")
            }
            Self::BothKeys => {
                f.write_str("cannot have both encryption_passphrase and kms option set")
            }
            Self::Licence { feature, cluster } => write!(
                f,
                "use of {}{feature} requires an enterprise license. see \
                 https://cockroachlabs.com/pricing?cluster={cluster} for details on how to enable enterprise features",
                // A schedule names the statement that it would need.
                if feature.starts_with("BACKUP ") { "" } else { "BACKUP with " }
            ),
            Self::UriNeedsAdmin { scheme, privilege: true, .. } => write!(
                f,
                "only users with the admin role or the EXTERNALIOIMPLICITACCESS system privilege are allowed to \
                 access the specified {scheme} URI"
            ),
            Self::UriNeedsAdmin { what, scheme, privilege: false } => write!(
                f,
                "only users with the admin role are allowed to {what} the specified {scheme} URI"
            ),
            Self::Denied { text, .. }
            | Self::BadOption { text }
            | Self::Missing { text }
            | Self::Schedule(text) => f.write_str(text),
            Self::BrokenJob { job } => write!(f, "job {job} cannot be read"),
            Self::NotSimulated { what } => write!(f, "unimplemented: {what}"),
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
    Sql(sql::error::Error),
    Kv(kv::Error),
    Dest(dest::Error),
    Take(take::Error),
    Restore(restore::Error)
);

impl From<cloud::error::Error> for Error {
    fn from(cause: cloud::error::Error) -> Self {
        dest::Error::Store(cause).into()
    }
}

impl From<sql::catalog::Error> for Error {
    fn from(cause: sql::catalog::Error) -> Self {
        sql::error::Error::from(cause).into()
    }
}
