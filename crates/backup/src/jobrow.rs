//! Rows of jobs, as backups use them: made by a plan, read and written by each step.
//!
//! Shape: whole records; which state follows which is the registry's. Errors: [`Error::BrokenJob`] for a row that is gone.

use base::ids::JobId;
use sql::jobs::{self, Record};

use crate::cx::Cx;
use crate::error::Error;
use crate::sys;

/// Makes the row of a new job and notes that it is to be started.
///
/// *Errors*: those of the key space.
pub(crate) fn create(cx: &mut Cx<'_, '_>, record: &Record) -> Result<(), Error> {
    sys::within(cx, |sys| jobs::create(sys, record))?;
    cx.sql.start_job(record.id);
    Ok(())
}

/// Reads a job.
///
/// *Errors*: [`Error::BrokenJob`].
pub(crate) fn load(cx: &mut Cx<'_, '_>, job: JobId) -> Result<Record, Error> {
    sys::alone(cx, |sys| jobs::load(sys, job))?.ok_or(Error::BrokenJob { job })
}

/// Writes a changed job.
///
/// *Errors*: those of the key space.
pub(crate) fn save(cx: &mut Cx<'_, '_>, record: &Record) -> Result<(), Error> {
    let now = cx.now();
    sys::alone(cx, |sys| jobs::save(sys, &mut record.clone(), now))
}
