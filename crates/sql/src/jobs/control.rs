//! PAUSE, RESUME, CANCEL of one job.
//!
//! Shape: each writes the row's new state; the job's next step sees it. *Errors*: the texts of
//! `spec/schedules-and-jobs.md` §9.

use base::hlc::Timestamp;
use base::ids::JobId;
use base::sqlstate::SqlState;

use super::record::Record;
use super::registry::{must_load, save};
use super::state::Status;
use crate::catalog::error::Error;
use crate::catalog::sys::Sys;

/// PAUSE JOB. Answers the state after it.
pub fn pause(
    sys: &mut Sys<'_>,
    id: JobId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<Status, Error> {
    let mut record = must_load(sys, id)?;
    let next = record.status.pause()?;
    if next != record.status {
        reason.unwrap_or_default().clone_into(&mut record.payload.pause_reason);
        record.status = next;
        save(sys, &mut record, now)?;
    }
    Ok(next)
}

/// RESUME JOB. Answers the state after it.
pub fn resume(sys: &mut Sys<'_>, id: JobId, now: Timestamp) -> Result<Status, Error> {
    let mut record = must_load(sys, id)?;
    let next = record.status.resume()?;
    if next != record.status {
        record.payload.pause_reason.clear();
        record.status = if record.payload.reverts { Status::Reverting } else { next };
        // A resumed job begins its tries anew.
        record.num_runs = 1;
        record.payload.execution_errors.clear();
        record.last_run_micros = Some(super::record::micros(now));
        save(sys, &mut record, now)?;
    }
    Ok(next)
}

/// CANCEL JOB. Answers the state after it.
pub fn cancel(sys: &mut Sys<'_>, id: JobId, now: Timestamp) -> Result<Status, Error> {
    let mut record = must_load(sys, id)?;
    if record.payload.noncancelable && !record.status.is_terminal() {
        let message = format!("job {id}: not cancelable");
        return Err(Error::refused(SqlState::UNCATEGORIZED, message));
    }
    let next = record.status.cancel()?;
    if next != record.status {
        record.status = next;
        save(sys, &mut record, now)?;
    }
    Ok(next)
}

/// What a step does first: a requested pause is granted, and answers `true`.
pub fn grant_pause(sys: &mut Sys<'_>, record: &mut Record, now: Timestamp) -> Result<bool, Error> {
    if record.status != Status::PauseRequested {
        return Ok(false);
    }
    record.status = Status::Paused;
    record.claimed_by = None;
    save(sys, record, now)?;
    Ok(true)
}
