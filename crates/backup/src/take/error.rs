//! Why a BACKUP in particular is refused or fails.
//!
//! Errors: exact texts of `spec/backup.md` §9, `spec/gc-and-protected-timestamps.md` §4,
//! `spec/error-messages.md` §2.

use std::fmt;

use base::hlc::Timestamp;
use base::ids::{RangeId, Uuid};
use base::sqlstate::SqlState;

use crate::dest;
use crate::moment::go_text;

/// One range whose history no longer reaches back far enough.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostRange {
    /// Which.
    pub range: RangeId,
    /// Its first key, in words.
    pub start: String,
    /// Its end key, in words.
    pub end: String,
    /// Its threshold.
    pub threshold: Timestamp,
}

/// What only BACKUP meets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The chain was written by another cluster.
    OtherCluster {
        /// Which.
        cluster: Uuid,
    },
    /// The end lies before the chain's end.
    EndBeforeChain {
        /// What was asked for.
        end: Timestamp,
        /// The chain's end.
        previous: Timestamp,
    },
    /// A part of a cluster onto a chain of the whole.
    AppendToCluster,
    /// A table that the last layer does not hold.
    TableNotHeld {
        /// Its name.
        name: String,
    },
    /// A database that the last layer does not hold as a whole.
    DatabaseNotHeld {
        /// Its name.
        name: String,
    },
    /// The chain would have a hole.
    NotCovered {
        /// Where.
        cause: dest::Error,
        /// Whether the version puts words before it.
        prefixed: bool,
    },
    /// The history needed is gone, as the protection record's verification tells it (v21.2).
    Verification {
        /// The record.
        record: Uuid,
        /// What it protects.
        at: Timestamp,
        /// The ranges that cannot serve it.
        ranges: Vec<LostRange>,
    },
    /// The history needed is gone, as the export tells it (later versions).
    BelowThreshold {
        /// The time that had to be readable.
        at: Timestamp,
        /// The first range that cannot serve it.
        lost: LostRange,
    },
    /// The job was begun by another cluster.
    ResumedElsewhere {
        /// Whose checkpoint.
        theirs: Uuid,
        /// Who resumes.
        ours: Uuid,
    },
    /// A table file could not be built.
    TableFile {
        /// Why.
        cause: kv::sst::Error,
    },
}

impl Error {
    /// The five characters: none in the real system.
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            Self::TableFile { .. } => SqlState::INTERNAL_ERROR,
            Self::OtherCluster { .. }
            | Self::EndBeforeChain { .. }
            | Self::AppendToCluster
            | Self::TableNotHeld { .. }
            | Self::DatabaseNotHeld { .. }
            | Self::NotCovered { .. }
            | Self::Verification { .. }
            | Self::BelowThreshold { .. }
            | Self::ResumedElsewhere { .. } => SqlState::UNCATEGORIZED,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCluster { cluster } => {
                write!(f, "previous BACKUP belongs to cluster {cluster}")
            }
            Self::EndBeforeChain { end, previous } => write!(
                f,
                "`AS OF SYSTEM TIME` {} must be greater than the previous backup's end time of {}.",
                go_text(*end),
                go_text(*previous)
            ),
            Self::AppendToCluster => f.write_str(
                "cannot append a backup of specific tables or databases to a cluster backup",
            ),
            Self::TableNotHeld { name } => {
                write!(f, "previous backup does not contain table \"{name}\"")
            }
            Self::DatabaseNotHeld { name } => {
                write!(f, "previous backup does not contain the complete database \"{name}\"")
            }
            Self::NotCovered { cause, prefixed } => {
                if *prefixed {
                    f.write_str("new backup would not cover expected time: ")?;
                }
                cause.fmt(f)
            }
            Self::Verification { record, at, ranges } => {
                write!(
                    f,
                    "protected ts verification error: failed to verify protection record {record} with ts: {at}:"
                )?;
                for lost in ranges {
                    let LostRange { range, start, end, threshold } = lost;
                    write!(
                        f,
                        "\nrange ID: {range}, range span: {start} - {end}: protected ts: {at} is less than equal to \
                         the GCThreshold: {threshold} for the range {start} - {end}"
                    )?;
                }
                Ok(())
            }
            Self::BelowThreshold { at, lost } => write!(
                f,
                "batch timestamp {at} must be after replica GC threshold {}",
                lost.threshold
            ),
            Self::ResumedElsewhere { theirs, ours } => {
                write!(f, "cannot resume backup started on another cluster ({theirs} != {ours})")
            }
            Self::TableFile { cause } => cause.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
