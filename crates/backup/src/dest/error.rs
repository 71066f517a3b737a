//! Why a collection refuses.
//!
//! Errors: exact texts of `spec/backup.md` §9, `spec/restore.md` §11 and `spec/error-messages.md` §2, §5, §6. URIs in
//! them are bare: no query string, so no secret.

use std::fmt;

use base::hlc::Timestamp;
use base::sqlstate::SqlState;

use super::names;
use crate::crypt::info;
use crate::manifest::codec;

/// What went wrong with an object of a layer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// The store did not give it.
    Store(cloud::error::Error),
    /// Its bytes are not what they should be.
    Codec {
        /// The object.
        object: String,
        /// Why.
        cause: codec::Error,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(cause) => cause.fmt(f),
            Self::Codec { object, cause } => write!(f, "{object}: {cause}"),
        }
    }
}

/// Why a collection refuses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The store refuses the call or the URI.
    Store(cloud::error::Error),
    /// No LATEST file.
    NoLatest {
        /// What the version adds to the text.
        cause: Option<cloud::error::Error>,
    },
    /// LATEST cannot be read by SHOW BACKUP of later versions.
    LatestPath(Box<Self>),
    /// LATEST is empty.
    MalformedLatest,
    /// A finished backup lies at the destination.
    ManifestExists {
        /// The destination.
        dest: String,
    },
    /// An unfinished backup lies at the destination.
    CheckpointExists {
        /// The destination.
        dest: String,
    },
    /// Another job writes there.
    LockExists {
        /// The destination.
        dest: String,
        /// The other job.
        job: i64,
    },
    /// A full of the same instant.
    FullExists {
        /// Where it lies.
        dir: String,
        /// Its path in the collection.
        subdir: String,
        /// The collection.
        collection: String,
    },
    /// Nothing to append to.
    NoFull {
        /// The path in the collection.
        subdir: String,
    },
    /// Incrementals in both places where they may be.
    MixedIncrementals,
    /// A manifest that cannot be read, when appending.
    Layer {
        /// The layer's URI.
        uri: String,
        /// Why.
        cause: Unreadable,
    },
    /// A manifest that cannot be read, when restoring or showing.
    Descriptor {
        /// Why.
        cause: Unreadable,
        /// Whether the path given is the root of a collection.
        is_root: bool,
    },
    /// A hole in the chain.
    Hole {
        /// Covered until here.
        from: Timestamp,
        /// Covered again from here.
        to: Timestamp,
        /// First key, in words.
        start: String,
        /// Key after the last, in words.
        end: String,
    },
    /// A hole in the chain, as later versions tell it.
    NotContinuous {
        /// The layer before the hole, from 0.
        layer: usize,
        /// Its end.
        end: Timestamp,
        /// The next layer's start.
        start: Timestamp,
    },
    /// What a chain needs to be opened is not there, or a key service refuses it.
    Info(info::Error),
    /// A refusal without code and advice.
    Refused {
        /// The whole text.
        text: String,
    },
}

impl Error {
    /// A refusal without code and advice.
    pub fn refused(text: impl Into<String>) -> Self {
        Self::Refused { text: text.into() }
    }

    /// The five characters.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::Store(cause) => cause.sqlstate(),
            Self::LatestPath(cause) => cause.sqlstate(),
            Self::NoLatest { .. } => SqlState::UNDEFINED_FILE,
            Self::ManifestExists { .. }
            | Self::CheckpointExists { .. }
            | Self::LockExists { .. } => SqlState::FILE_ALREADY_EXISTS,
            Self::MalformedLatest
            | Self::FullExists { .. }
            | Self::NoFull { .. }
            | Self::MixedIncrementals
            | Self::Layer { .. }
            | Self::Descriptor { .. }
            | Self::Hole { .. }
            | Self::NotContinuous { .. }
            | Self::Info(_)
            | Self::Refused { .. } => SqlState::UNCATEGORIZED,
        }
    }

    /// Advice, where there is some.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(cause) => cause.hint(),
            Self::LatestPath(cause) => cause.hint(),
            Self::Descriptor { is_root: true, .. } => Some(
                "The specified path is the root of a backup collection. Use SHOW BACKUPS IN with this path to list \
                 all the backup subdirectories in the collection. SHOW BACKUP can be used with any of these \
                 subdirectories to inspect a backup."
                    .to_owned(),
            ),
            Self::NoLatest { .. }
            | Self::MalformedLatest
            | Self::ManifestExists { .. }
            | Self::CheckpointExists { .. }
            | Self::LockExists { .. }
            | Self::FullExists { .. }
            | Self::NoFull { .. }
            | Self::MixedIncrementals
            | Self::Layer { .. }
            | Self::Descriptor { .. }
            | Self::Hole { .. }
            | Self::NotContinuous { .. }
            | Self::Info(_)
            | Self::Refused { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(cause) => cause.fmt(f),
            Self::LatestPath(cause) => write!(f, "read LATEST path: {cause}"),
            Self::NoLatest { cause } => {
                f.write_str("path does not contain a completed latest backup")?;
                match cause {
                    Some(cause) => write!(
                        f,
                        ": LATEST file could not be read in base or metadata directory: {cause}"
                    ),
                    None => Ok(()),
                }
            }
            Self::MalformedLatest => f.write_str("malformed LATEST file"),
            Self::ManifestExists { dest } => {
                write!(f, "{dest} already contains a {} file", names::MANIFEST)
            }
            Self::CheckpointExists { dest } => write!(
                f,
                "{dest} already contains a {} file (is another operation already in progress?)",
                names::CHECKPOINT
            ),
            Self::LockExists { dest, job } => write!(
                f,
                "checking for BACKUP-LOCK file: {dest} already contains a `BACKUP-LOCK` file written by job {job}"
            ),
            Self::FullExists { dir, subdir, collection } => write!(
                f,
                "A full backup already exists in {dir}. Consider running an incremental backup to this full backup \
                 via `BACKUP INTO '{subdir}' IN '{collection}'`"
            ),
            Self::NoFull { subdir } => write!(
                f,
                "No full backup exists in \"{subdir}\" to append an incremental backup to. To take a full backup, \
                 remove the subdirectory from the backup command (i.e. run 'BACKUP ... INTO <collectionURI>'). "
            ),
            Self::MixedIncrementals => f.write_str(
                "Incremental layers found in both old and new default locations. Please choose a location manually \
                 with the `incremental_location` parameter.",
            ),
            Self::Layer { uri, cause } => write!(f, "failed to read backup from \"{uri}\": {cause}"),
            Self::Descriptor { cause, .. } => {
                write!(f, "failed to read backup descriptor: {cause}")
            }
            Self::Hole { from, to, start, end } => write!(
                f,
                "no backup covers time [{from},{to}) for range [{start},{end}) (or backups out of order)"
            ),
            Self::NotContinuous { layer, end, start } => write!(
                f,
                "backups are not continuous: {layer}th backup ends at {end}, {}th backup starts at {start}",
                layer + 1
            ),
            Self::Info(cause) => cause.fmt(f),
            Self::Refused { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<cloud::error::Error> for Error {
    fn from(cause: cloud::error::Error) -> Self {
        Self::Store(cause)
    }
}

impl From<info::Error> for Error {
    fn from(cause: info::Error) -> Self {
        Self::Info(cause)
    }
}
