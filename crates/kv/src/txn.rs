//! Transactions as plain values.

use base::hlc::Timestamp;
use base::ids::TxnId;

/// A serializable transaction. A session keeps it; cloning it clones what it has written so far.
#[derive(Clone, Debug)]
pub struct Txn {
    id: TxnId,
    read_ts: Timestamp,
    autocommit: bool,
}

/// A place in a transaction to which it can go back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Savepoint {
    pub(crate) seq: u32,
}

impl Txn {
    /// Its number.
    pub const fn id(&self) -> TxnId {
        self.id
    }

    /// The time at which it reads.
    pub const fn read_ts(&self) -> Timestamp {
        self.read_ts
    }

    /// Says that nothing else runs between its begin and its commit (a single statement): writes are held back until
    /// the commit and no intents are laid.
    #[must_use]
    pub const fn autocommit(mut self) -> Self {
        self.autocommit = true;
        self
    }

    /// Whether it only reads, in the past.
    pub const fn is_historical(&self) -> bool {
        false
    }

    /// Whether it has written anything.
    pub const fn has_writes(&self) -> bool {
        false
    }
}
