//! Rows of jobs, as backups use them: made by a plan, read and written by each step.
//!
//! Shape: payload and progress whole; who may pause or cancel, and which state follows which, is the registry's.

use base::ids::JobId;
use prost::Message;
use sql::catalog::system::ids;
use sql::jobs::jobspb::{Payload, Progress};
use sql::types::Datum;

use crate::cx::Cx;
use crate::error::Error;
use crate::sys;

/// A job as a step sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct JobRow {
    /// What it is.
    pub payload: Payload,
    /// How far it is.
    pub progress: Progress,
}

/// Makes the row of a new job and notes that it is to be started.
///
/// *Errors*: those of the key space.
pub fn create(cx: &mut Cx<'_, '_>, job: JobId, row: &JobRow) -> Result<(), Error> {
    let created = Datum::Timestamp(cx.now().wall / 1000);
    sys::within(cx, |sys| {
        let columns = [
            ("id", Datum::Int(job.0)),
            ("status", Datum::from("running")),
            ("created", created.clone()),
            ("payload", Datum::bytes(row.payload.encode_to_vec())),
            ("progress", Datum::bytes(row.progress.encode_to_vec())),
        ];
        sys.insert(ids::JOBS, &columns)
    })?;
    cx.sql.start_job(job);
    Ok(())
}

/// Reads a job.
///
/// *Errors*: [`Error::BrokenJob`].
pub fn load(cx: &mut Cx<'_, '_>, job: JobId) -> Result<JobRow, Error> {
    let row = sys::alone(cx, |sys| sys.row(ids::JOBS, &[Datum::Int(job.0)]))?;
    let read = row.and_then(|row| {
        Some(JobRow {
            payload: Payload::decode(row.bytes("payload")?).ok()?,
            progress: Progress::decode(row.bytes("progress")?).ok()?,
        })
    });
    read.ok_or(Error::BrokenJob { job })
}

/// Writes a job's payload and progress.
///
/// *Errors*: those of the key space.
pub fn save(cx: &mut Cx<'_, '_>, job: JobId, row: &JobRow) -> Result<(), Error> {
    sys::alone(cx, |sys| {
        let columns = [
            ("id", Datum::Int(job.0)),
            ("payload", Datum::bytes(row.payload.encode_to_vec())),
            ("progress", Datum::bytes(row.progress.encode_to_vec())),
        ];
        sys.upsert(ids::JOBS, &columns)
    })
}
