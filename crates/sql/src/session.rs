//! One user's conversation with a cluster: who speaks, to which database, inside which transaction.
//!
//! ```text
//!            BEGIN                  error
//!   Idle ───────────────▶ Open ───────────────▶ Aborted      only ROLLBACK, COMMIT and ROLLBACK TO are heard
//!    ▲  └─ a statement ─▶ Open(implicit) ─┐        │
//!    └──── COMMIT, ROLLBACK, its end ─────┴────────┘
//! ```
//!
//! Shape: a plain value; a clone of the world clones its sessions with their open transactions.
//! Left out: idle timeouts, cursors.

use std::sync::Arc;

use crate::ast;
use crate::catalog::Snapshot;
use crate::outcome::Rows;
use crate::plan::cache::TableCache;
use crate::types::Type;
use base::hlc::Timestamp;
use base::ids::{DescId, JobId};
use base::map::Map;

/// How many row steps one statement may take unless the session says otherwise.
pub const ROW_STEPS_MAX: u64 = 50_000_000;

/// A user's session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who speaks, a normalized user name.
    pub user: String,
    /// The current database; empty when there is none.
    pub database: String,
    /// Schemas searched for unqualified names, in order.
    pub search_path: Vec<String>,
    /// Values given by SET, by lower-case variable name. What is absent has its default.
    pub vars: Map<String, String>,
    /// The transaction, if one is open.
    pub txn: TxnState,
    /// When the running (or last) statement began.
    pub stmt_at: Timestamp,
    /// Statements come as one batch that shares an implicit transaction.
    pub in_batch: bool,
    /// The last value that this session drew from each sequence, by table id.
    pub sequence_values: Map<DescId, i64>,
    /// The sequence drawn from last, for `lastval()`.
    pub last_sequence: Option<DescId>,
    /// What PREPARE has named.
    pub prepared: Map<String, Prepared>,
    /// The bound of one statement. *Units*: rows read, joined or written.
    pub row_steps_max: u64,
    /// The session's time zone. *Units*: seconds east of UTC.
    pub zone_secs: i32,
    /// The catalog as the running statement sees it: derived, dropped when that changes.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Tables whose rows others keep, by full name: lent for one statement.
    pub lent: Vec<([String; 3], Rows)>,
    /// What is known of tables that this session used: derived, safe to drop at any time.
    pub tables: TableCache,
}

impl Session {
    /// A session of `user` in `database` with everything else at its default.
    pub fn new(user: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            database: database.into(),
            search_path: vec!["public".to_owned()],
            vars: Map::new(),
            txn: TxnState::Idle,
            stmt_at: Timestamp::ZERO,
            in_batch: false,
            sequence_values: Map::new(),
            last_sequence: None,
            prepared: Map::new(),
            row_steps_max: ROW_STEPS_MAX,
            zone_secs: 0,
            snapshot: None,
            lent: Vec::new(),
            tables: TableCache::default(),
        }
    }

    /// The value that SET gave to a variable, if it did. `name` is lower case.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str)
    }

    /// Whether a boolean variable is on; `default` where SET said nothing.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.var(name) {
            Some("on" | "true" | "yes" | "1") => true,
            Some(_) => false,
            None => default,
        }
    }

    /// Whether a transaction block (BEGIN) is open, failed or not.
    pub fn in_block(&self) -> bool {
        match &self.txn {
            TxnState::Idle => false,
            TxnState::Open(open) | TxnState::Aborted(open) => !open.implicit,
        }
    }

    /// The moment at which reads happen when the open transaction looks into the past.
    pub fn reads_at(&self) -> Option<Timestamp> {
        match &self.txn {
            TxnState::Open(open) => open.historical,
            TxnState::Idle | TxnState::Aborted(_) => None,
        }
    }
}

/// A statement that PREPARE has named.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The statement.
    pub stmt: Arc<ast::Statement>,
    /// Types of its placeholders, as far as PREPARE told them.
    pub types: Vec<Type>,
}

/// Where a session stands with transactions.
#[derive(Clone, Debug)]
pub enum TxnState {
    /// None is open.
    Idle,
    /// One is open and can go on.
    Open(Box<OpenTxn>),
    /// One is open, but a statement in it failed.
    Aborted(Box<OpenTxn>),
}

/// An open transaction.
#[derive(Clone, Debug)]
pub struct OpenTxn {
    /// What the key space knows of it.
    pub kv: kv::Txn,
    /// When it began: `now()`.
    pub started: Timestamp,
    /// The past moment it reads at, if AS OF SYSTEM TIME was given.
    pub historical: Option<Timestamp>,
    /// It refuses writes.
    pub read_only: bool,
    /// It was not begun by BEGIN, and ends with its statement or batch.
    pub implicit: bool,
    /// Named points to go back to, oldest first.
    pub savepoints: Vec<Savepoint>,
    /// Statements run in it so far.
    pub statements: u32,
    /// It changed descriptors, so names must be resolved through it.
    pub changed_schema: bool,
    /// Jobs whose rows it wrote: they start when it commits.
    pub jobs: Vec<JobId>,
}

/// A named point inside a transaction.
#[derive(Clone, Debug)]
pub struct Savepoint {
    /// Its name, normalized.
    pub name: String,
    /// What the key space needs to go back.
    pub kv: kv::Savepoint,
    /// How many jobs the transaction had made by then.
    pub jobs: usize,
}
