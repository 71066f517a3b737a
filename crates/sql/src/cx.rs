//! What a statement may touch while it runs.
//!
//! ```text
//!   simulator ──lends──▶ Cx { kv, catalog, session, rules, clock, rng, ints, … } ──▶ exec, plan
//! ```
//!
//! Shape: borrows of the world's parts, made anew for each statement. Nothing is looked up elsewhere.

use base::hlc::{Clock, Timestamp};
use base::ids::{JobId, NodeId, UniqueInts, Uuid};
use base::rng::Rng;

use crate::catalog::Catalog;
use crate::error::Error;
use crate::outcome::{Notice, Rows};
use crate::rules::Rules;
use crate::session::{OpenTxn, Session, TxnState};

/// The parts of a cluster that a statement works on.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The key space.
    pub kv: &'a mut kv::Kv,
    /// The derived cache of descriptors.
    pub catalog: &'a mut Catalog,
    /// Who asks.
    pub session: &'a mut Session,
    /// What this version does.
    pub rules: &'a Rules,
    /// The world's clock.
    pub clock: &'a mut Clock,
    /// Chance for `random()` and `gen_random_uuid()`.
    pub rng: &'a mut Rng,
    /// Integers for `unique_rowid()` and job ids.
    pub ints: &'a mut UniqueInts,
    /// The cluster's name for good.
    pub cluster_id: Uuid,
    /// The gateway node.
    pub node: NodeId,
    /// Rows for those `[SHOW …]` sources that others run, in order of appearance.
    pub holes: Vec<Rows>,
    /// Notices of this statement, in order.
    pub notices: Vec<Notice>,
    /// Jobs that a committed transaction left to be started.
    pub jobs_started: Vec<JobId>,
}

impl Cx<'_> {
    /// The key space and the open transaction, for a read or a write.
    ///
    /// *Errors*: `NoTransaction` when none is open; statements run inside [`crate::exec::execute`] always have one.
    pub fn txn(&mut self) -> Result<(&mut kv::Kv, &mut kv::Txn), Error> {
        match &mut self.session.txn {
            TxnState::Open(open) => Ok((self.kv, &mut open.kv)),
            TxnState::Idle | TxnState::Aborted(_) => Err(Error::NoTransaction),
        }
    }

    /// The open transaction's own record.
    pub fn open(&mut self) -> Result<&mut OpenTxn, Error> {
        match &mut self.session.txn {
            TxnState::Open(open) => Ok(open),
            TxnState::Idle | TxnState::Aborted(_) => Err(Error::NoTransaction),
        }
    }

    /// Refuses when the transaction may not write. `what` is the statement's name in capitals, `INSERT`.
    pub fn check_writable(&self, what: &'static str) -> Result<(), Error> {
        match &self.session.txn {
            TxnState::Open(open) if open.read_only => Err(Error::ReadOnly { what }),
            TxnState::Open(_) | TxnState::Idle | TxnState::Aborted(_) => Ok(()),
        }
    }

    /// When the transaction began: `now()`.
    pub fn txn_at(&self) -> Timestamp {
        match &self.session.txn {
            TxnState::Open(open) | TxnState::Aborted(open) => open.started,
            TxnState::Idle => self.session.stmt_at,
        }
    }

    /// Notes a job whose row the open transaction wrote: it starts when that commits.
    pub fn start_job(&mut self, id: JobId) {
        match &mut self.session.txn {
            TxnState::Open(open) => open.jobs.push(id),
            TxnState::Idle | TxnState::Aborted(_) => self.jobs_started.push(id),
        }
    }

    /// Adds a notice.
    pub fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }
}
