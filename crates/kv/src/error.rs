//! What can go wrong between a key and its value.
//!
//! | variant | who cures it |
//! |---|---|
//! | `Conflict` | the caller waits for the other transaction, or gives up |
//! | `Retry`, `Aborted` | the client begins again (40001) |
//! | `BelowGcThreshold` | nobody: the history is gone, or counts as gone |
//! | `Intents` | the caller waits, then exports again |
//! | `RangeUnavailable` | nodes must come back |
//! | `ReadOnly`, `Unsorted`, `Budget` | the caller asked for what cannot be |
//!
//! *Source*: `spec/error-messages.md` §9, `spec/gc-and-protected-timestamps.md` §3; retry texts as printed by the real
//! system, without the transaction's own dump.

use std::fmt;

use base::hlc::Timestamp;
use base::ids::{NodeId, RangeId, TxnId};
use base::span::{Key, Span};
use base::sqlstate::SqlState;

use crate::range::Standing;

/// Why a transaction must begin again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RetryReason {
    /// Something that it read was written by another before it could commit.
    Serializable {
        /// A span that it read and that changed.
        span: Span,
    },
    /// It wrote a key that it had read and that another has written since.
    WriteTooOld {
        /// The key.
        key: Key,
        /// When the transaction wanted to write.
        wanted: Timestamp,
        /// The version that is in the way.
        actual: Timestamp,
    },
}

/// Why the key space refuses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// Another transaction has laid an intent on this key.
    Conflict {
        /// Who holds it.
        txn: TxnId,
        /// Where.
        key: Key,
    },
    /// The transaction cannot be made to look as if it had run alone.
    Retry(RetryReason),
    /// The transaction's intents were taken away.
    Aborted {
        /// Whose.
        txn: TxnId,
    },
    /// A read at a time whose history may have been collected.
    BelowGcThreshold {
        /// The time of the read.
        ts: Timestamp,
        /// Reads must be later than this.
        threshold: Timestamp,
        /// The range that refuses.
        range: RangeId,
    },
    /// Intents stand in the window of an export.
    Intents {
        /// Whose, and where.
        locks: Vec<(TxnId, Key)>,
    },
    /// A range without a majority of live replicas.
    RangeUnavailable {
        /// Which.
        range: RangeId,
        /// What it holds.
        span: Span,
        /// Why it does not answer.
        standing: Standing,
        /// Its replicas' nodes.
        replicas: Vec<NodeId>,
        /// Those of them that are down.
        down: Vec<NodeId>,
    },
    /// A write in a transaction that reads the past.
    ReadOnly,
    /// Entries to be ingested that are not in order, or lie outside the key space.
    Unsorted {
        /// The first such key.
        key: Key,
    },
    /// More bytes than the cluster may hold.
    Budget {
        /// The bound, in bytes.
        limit_bytes: u64,
    },
}

impl Error {
    /// What the client sees.
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            Self::Conflict { .. } | Self::Retry(_) | Self::Aborted { .. } => {
                SqlState::SERIALIZATION_FAILURE
            }
            Self::BelowGcThreshold { .. } | Self::Intents { .. } => SqlState::UNCATEGORIZED,
            Self::RangeUnavailable { .. } => SqlState::RANGE_UNAVAILABLE,
            Self::ReadOnly => SqlState::READ_ONLY_SQL_TRANSACTION,
            Self::Unsorted { .. } => SqlState::DATA_CORRUPTED,
            Self::Budget { .. } => SqlState::OUT_OF_MEMORY,
        }
    }

    /// What the client may do.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Retry(_) | Self::Aborted { .. } => Some(
                "See: https://www.cockroachlabs.com/docs/stable/transaction-retry-error-reference.html",
            ),
            Self::Conflict { .. }
            | Self::BelowGcThreshold { .. }
            | Self::Intents { .. }
            | Self::RangeUnavailable { .. }
            | Self::ReadOnly
            | Self::Unsorted { .. }
            | Self::Budget { .. } => None,
        }
    }

    /// Whether the same statement may succeed when simply tried again.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Retry(_) | Self::Aborted { .. } | Self::Conflict { .. })
    }
}

const RESTART: &str = "restart transaction: TransactionRetryWithProtoRefreshError: ";

impl fmt::Display for RetryReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serializable { .. } => f.write_str(
                "TransactionRetryError: retry txn (RETRY_SERIALIZABLE - failed preemptive refresh)",
            ),
            Self::WriteTooOld { wanted, actual, .. } => write!(
                f,
                "WriteTooOldError: write at timestamp {wanted} too old; wrote at {actual}"
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { txn, .. } => {
                write!(f, "conflicting intents: held by transaction {txn}")
            }
            Self::Retry(reason) => write!(f, "{RESTART}{reason}"),
            Self::Aborted { .. } => {
                write!(f, "{RESTART}TransactionAbortedError(ABORT_REASON_CLIENT_REJECT)")
            }
            Self::BelowGcThreshold { ts, threshold, .. } => {
                write!(f, "batch timestamp {ts} must be after replica GC threshold {threshold}")
            }
            Self::Intents { locks } => {
                write!(f, "conflicting intents on {} keys", locks.len())
            }
            Self::RangeUnavailable { range, replicas, down, standing, .. } => {
                write!(f, "replica unavailable: unable to serve request to r{range}: [")?;
                list(f, replicas, replicas, ", ")?;
                write!(f, ", next={}, gen=0]: ", replicas.len() + 1)?;
                if *standing == Standing::LostQuorum {
                    f.write_str("lost quorum (down: ")?;
                    list(f, down, replicas, ",")?;
                    return f.write_str(")");
                }
                f.write_str("lease held by a node that does not answer")
            }
            Self::ReadOnly => f.write_str("cannot execute a write in a read-only transaction"),
            Self::Unsorted { .. } => f.write_str("keys to be ingested are out of order"),
            Self::Budget { limit_bytes } => {
                write!(f, "memory budget exceeded: the cluster may hold {limit_bytes} bytes")
            }
        }
    }
}

/// Replicas as descriptors are printed: `(n1,s1):1`, with their numbers among all of the range.
fn list(f: &mut fmt::Formatter<'_>, nodes: &[NodeId], all: &[NodeId], comma: &str) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        let comma = if i == 0 { "" } else { comma };
        let number = all.iter().position(|other| other == node).map_or(0, |at| at + 1);
        write!(f, "{comma}(n{node},s{node}):{number}")?;
    }
    Ok(())
}

impl std::error::Error for Error {}
