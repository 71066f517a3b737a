//! Jobs: long work as rows of `system.jobs`, and as steps.
//!
//! ```text
//!   statement ─▶ Record ─ create ─▶ system.jobs (26.2: and system.job_info)
//!   agenda ─▶ step ─▶ Again | WaitUntil(t) | PausedAt(point) | Finished        the row is saved after each step
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`record`] | one job as a value |
//! | [`state`] | its states, and what may follow what |
//! | [`registry`] | reading and writing rows |
//! | [`control`] | PAUSE, RESUME, CANCEL |
//! | [`backoff`] | how long a job waits after an error that may pass |
//! | [`pausepoint`] | places where a job stops for a look |
//! | [`gc_job`], [`schema_change`] | the kinds that sql itself carries out |
//! | [`show`] | SHOW JOBS |
//!
//! *Source*: `spec/schedules-and-jobs.md` §8–9, `spec/system-tables.md` §2.3, §4.2.

pub mod backoff;
pub mod control;
pub mod gc_job;
pub mod jobspb;
pub mod pausepoint;
pub mod record;
pub mod registry;
pub mod schema_change;
pub mod show;
pub mod state;
pub mod step;

pub use backoff::Backoff;
pub use record::{CreatedBy, Kind, Record};
pub use registry::{all, create, load, save};
pub use state::Status;
pub use step::Step;

use base::hlc::Clock;
use base::ids::JobId;

use crate::catalog::error::Error;
use crate::catalog::{Catalog, Sys};
use crate::rules::Rules;

/// The parts of a cluster that a job's step works on.
#[derive(Debug)]
pub struct World<'a> {
    /// The key space.
    pub kv: &'a mut kv::Kv,
    /// The cache of descriptors.
    pub catalog: &'a mut Catalog,
    /// The clock.
    pub clock: &'a mut Clock,
    /// The rules of the version.
    pub rules: Rules,
}

impl World<'_> {
    /// Does something in a transaction of its own, and commits it. A conflict or retry is tried again a few times, since
    /// nothing was seen of it outside.
    pub fn in_txn<T>(
        &mut self,
        mut work: impl FnMut(&mut Sys<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut last = None;
        for _ in 0..ATTEMPTS_MAX {
            let mut txn = self.kv.begin(self.clock.tick());
            let mut sys = Sys { kv: self.kv, txn: &mut txn, tables: self.catalog.system() };
            let failed = match work(&mut sys) {
                Ok(value) => match self.kv.commit(txn, self.clock.tick()) {
                    Ok(_) => return Ok(value),
                    Err(cause) => Error::from(cause),
                },
                Err(cause) => {
                    self.kv.rollback(txn);
                    cause
                }
            };
            let again = matches!(&failed, Error::Kv(cause) if cause.is_retryable());
            if !again {
                return Err(failed);
            }
            last = Some(failed);
        }
        Err(last.unwrap_or(Error::Wire { place: "transaction" }))
    }
}

/// How often a job's own small transaction is tried.
const ATTEMPTS_MAX: usize = 4;

/// One step of a job of a kind that sql carries out. Others answer `None`.
pub fn step(id: JobId, world: &mut World<'_>) -> Result<Option<Step>, Error> {
    let Some(record) = world.in_txn(|sys| load(sys, id))? else { return Ok(Some(Step::Finished)) };
    Ok(match record.kind() {
        Kind::SchemaChangeGc => Some(gc_job::step(record, world)?),
        Kind::SchemaChange | Kind::NewSchemaChange | Kind::TypeSchemaChange => {
            Some(schema_change::step(record, world)?)
        }
        Kind::Backup | Kind::Restore | Kind::CreateStats | Kind::Unknown => None,
    })
}
