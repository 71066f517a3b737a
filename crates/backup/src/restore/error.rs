//! Why a RESTORE in particular is refused or fails.
//!
//! Errors: exact texts of `spec/restore.md` §4 to §8, §11, `spec/error-messages.md` §4, §5.

use std::fmt;

use base::hlc::Timestamp;
use base::sqlstate::SqlState;

use crate::moment::go_text;

/// What only RESTORE meets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// E3: no layer holds the moment.
    TimeNotCovered,
    /// E1: the layer that holds the moment keeps only its end.
    NoHistory {
        /// The layer's start; `None` for a full.
        start: Option<Timestamp>,
        /// The layer's end.
        end: Timestamp,
    },
    /// E2: the layer's history starts later.
    HistoryStartsLater {
        /// Where it starts, exclusive.
        start: Timestamp,
    },
    /// A cluster restore of something less.
    NotAClusterBackup,
    /// A cluster restore into a cluster in use.
    ClusterInUse {
        /// How many descriptors stand in the way.
        count: usize,
        /// Their names, at most twenty in the text of later versions.
        names: Vec<String>,
        /// Whether the version prints a comma list instead of brackets.
        commas: bool,
    },
    /// `into_db` with databases.
    IntoDbWithDatabase,
    /// `new_db_name` with anything but one database.
    NewDbNameMisuse,
    /// `verify_backup_table_data` alone.
    VerifyWithoutSchemaOnly,
    /// The database is there already.
    DatabaseExists {
        /// Its name.
        name: String,
    },
    /// A relation or type is there already.
    Exists {
        /// `relation` or `type`.
        kind: &'static str,
        /// Its name, qualified.
        name: String,
    },
    /// The database for a table is not there.
    NoDatabase {
        /// Its name.
        name: String,
        /// `table`, `type`; empty for a schema.
        kind: &'static str,
        /// The object's name.
        object: String,
    },
    /// RESTORE DATABASE from a backup of tables.
    NotACompleteDatabase {
        /// `DATABASE`, or the pattern asked for.
        what: String,
    },
    /// A foreign key to a table that is not restored.
    MissingTable {
        /// The table restored.
        table: String,
        /// The one it refers to.
        referenced: u32,
    },
    /// A column that uses a sequence that is not restored.
    MissingSequence {
        /// The table restored.
        table: String,
        /// The sequence.
        sequence: u32,
    },
    /// A column that owns a sequence that is not restored.
    MissingOwnedSequence {
        /// The table restored.
        table: String,
        /// The sequence.
        sequence: u32,
    },
    /// A sequence whose owner is not restored.
    MissingOwner {
        /// The sequence restored.
        sequence: String,
        /// The table that owns it.
        table: u32,
    },
    /// A view without what it reads.
    MissingViewInput {
        /// The view.
        view: String,
    },
    /// A column of a type that is not in the backup.
    MissingType {
        /// The table.
        table: String,
        /// The type.
        ty: u32,
    },
    /// A type of the same name that is another.
    TypeMismatch {
        /// The type restored.
        name: String,
        /// Why.
        cause: String,
    },
    /// The backup is of a later version.
    NewerVersion {
        /// The backup's.
        backup: String,
        /// The cluster's.
        current: String,
    },
    /// The backup is of a version too old.
    OlderVersion {
        /// The backup's.
        backup: String,
        /// The least that is taken.
        minimum: String,
    },
    /// A descriptor in the backup without its database.
    NoParent {
        /// The database's id.
        database: u32,
        /// The object.
        object: String,
        /// Its id.
        id: u32,
    },
    /// An object that is missing or damaged.
    BadObject {
        /// Where it is, without secrets.
        object: String,
        /// What is wrong with it.
        cause: String,
        /// Whether its bytes are wrong, rather than gone.
        corrupt: bool,
    },
}

impl Error {
    /// The five characters.
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            Self::DatabaseExists { .. } => SqlState::DUPLICATE_DATABASE,
            Self::Exists { kind, .. } => {
                if kind.len() == "type".len() {
                    SqlState::DUPLICATE_OBJECT
                } else {
                    SqlState::DUPLICATE_RELATION
                }
            }
            Self::BadObject { corrupt: true, .. } => SqlState::DATA_CORRUPTED,
            Self::NoDatabase { .. } => SqlState::UNDEFINED_OBJECT,
            Self::TimeNotCovered
            | Self::NoHistory { .. }
            | Self::HistoryStartsLater { .. }
            | Self::NotAClusterBackup
            | Self::ClusterInUse { .. }
            | Self::IntoDbWithDatabase
            | Self::NewDbNameMisuse
            | Self::VerifyWithoutSchemaOnly
            | Self::NotACompleteDatabase { .. }
            | Self::MissingTable { .. }
            | Self::MissingSequence { .. }
            | Self::MissingOwnedSequence { .. }
            | Self::MissingOwner { .. }
            | Self::MissingViewInput { .. }
            | Self::MissingType { .. }
            | Self::TypeMismatch { .. }
            | Self::NewerVersion { .. }
            | Self::OlderVersion { .. }
            | Self::NoParent { .. }
            | Self::BadObject { corrupt: false, .. } => SqlState::UNCATEGORIZED,
        }
    }

    /// Advice, where there is some.
    pub fn hint(&self) -> Option<String> {
        matches!(self, Self::OlderVersion { .. }).then(|| {
            "refer to our documentation about restoring across versions: \
             https://www.cockroachlabs.com/docs/stable/restoring-backups-across-versions.html"
                .to_owned()
        })
    }
}

/// What stands before the texts about times.
const TIME: &str = "invalid RESTORE timestamp: ";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeNotCovered
            | Self::NoHistory { .. }
            | Self::HistoryStartsLater { .. }
            | Self::NewerVersion { .. }
            | Self::OlderVersion { .. } => self.fmt_time_or_version(f),
            Self::MissingTable { .. }
            | Self::MissingSequence { .. }
            | Self::MissingOwnedSequence { .. }
            | Self::MissingOwner { .. }
            | Self::MissingViewInput { .. }
            | Self::MissingType { .. }
            | Self::TypeMismatch { .. } => self.fmt_missing(f),
            Self::NotAClusterBackup => {
                f.write_str("full cluster RESTORE can only be used on full cluster BACKUP files")
            }
            Self::ClusterInUse { count, names, commas } => {
                write!(
                    f,
                    "full cluster restore can only be run on a cluster with no tables or databases but found {count} \
                     descriptors: "
                )?;
                if *commas {
                    let more = if names.len() > 20 { "..." } else { "" };
                    let first: Vec<&str> = names.iter().take(20).map(String::as_str).collect();
                    write!(f, "{}{more}", first.join(", "))
                } else {
                    write!(f, "[{}]", names.join(" "))
                }
            }
            Self::IntoDbWithDatabase => {
                f.write_str("cannot use \"into_db\" option when restoring database(s)")
            }
            Self::NewDbNameMisuse => f.write_str(
                "new_db_name can only be used for RESTORE DATABASE with a single target database",
            ),
            Self::VerifyWithoutSchemaOnly => f.write_str(
                "to set the verify_backup_table_data option, the schema_only option must be set",
            ),
            Self::DatabaseExists { name } => write!(f, "database \"{name}\" already exists"),
            Self::Exists { kind, name } => write!(f, "{kind} \"{name}\" already exists"),
            Self::NoDatabase { name, kind: "", .. } => {
                write!(f, "a database named \"{name}\" needs to exist")
            }
            Self::NoDatabase { name, kind, object } => write!(
                f,
                "a database named \"{name}\" needs to exist to restore {kind} \"{object}\""
            ),
            Self::NotACompleteDatabase { what } => write!(
                f,
                "cannot RESTORE {what} from a backup of individual tables (use SHOW BACKUP to determine available tables)"
            ),
            Self::NoParent { database, object, id } => {
                write!(f, "no database with ID {database} in backup for object \"{object}\" ({id})")
            }
            Self::BadObject { object, cause, .. } => write!(f, "{object}: {cause}"),
        }
    }
}

impl Error {
    #[expect(clippy::wildcard_enum_match_arm, reason = "Display calls it for these variants only")]
    fn fmt_time_or_version(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeNotCovered => {
                write!(f, "{TIME}supplied backups do not cover requested time")
            }
            Self::NoHistory { start, end } => {
                write!(
                    f,
                    "{TIME}restoring to arbitrary time requires that BACKUP for requested time be created with \
                     'revision_history' option. "
                )?;
                match start {
                    Some(start) => write!(
                        f,
                        "nearest BACKUP times are {} or {}",
                        go_text(*start),
                        go_text(*end)
                    ),
                    None => write!(f, "nearest backup time is {}", go_text(*end)),
                }
            }
            Self::HistoryStartsLater { start } => write!(
                f,
                "{TIME}BACKUP for requested time only has revision history from {}",
                go_text(*start)
            ),
            Self::NewerVersion { backup, current } => {
                write!(f, "backup from version {backup} is newer than current version {current}")
            }
            Self::OlderVersion { backup, minimum } => write!(
                f,
                "backup from version {backup} is older than the minimum restorable version {minimum}"
            ),
            _ => Ok(()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "Display calls it for these variants only")]
    fn fmt_missing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingTable { table, referenced } => write!(
                f,
                "cannot restore table \"{table}\" without referenced table {referenced} (or \
                 \"skip_missing_foreign_keys\" option)"
            ),
            Self::MissingSequence { table, sequence } => write!(
                f,
                "cannot restore table \"{table}\" without referenced sequence {sequence} (or \
                 \"skip_missing_sequences\" option)"
            ),
            Self::MissingOwnedSequence { table, sequence } => write!(
                f,
                "cannot restore table \"{table}\" without referenced sequence {sequence} (or \
                 \"skip_missing_sequence_owners\" option)"
            ),
            Self::MissingOwner { sequence, table } => write!(
                f,
                "cannot restore sequence \"{sequence}\" without referenced owner table {table} (or \
                 \"skip_missing_sequence_owners\" option)"
            ),
            Self::MissingViewInput { view } => write!(
                f,
                "cannot restore view \"{view}\" without restoring referenced table (or \"skip_missing_views\" option)"
            ),
            Self::MissingType { table, ty } => {
                write!(f, "cannot restore table \"{table}\" without referenced type {ty}")
            }
            Self::TypeMismatch { name, cause } => write!(
                f,
                "\"{name}\" is not compatible with type \"{name}\" existing in cluster: {cause}"
            ),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
