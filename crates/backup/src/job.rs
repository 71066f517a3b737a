//! One door to the steps of both kinds of jobs.
//!
//! | call | when |
//! |---|---|
//! | [`step`] | the job is due |
//! | [`result_rows`] | it succeeded and its statement waits |

use base::ids::JobId;
use sql::jobs::jobspb::Details;
use sql::jobs::{self, Kind, Record, Status, Step};
use sql::outcome::{Column, Rows};
use sql::types::{Datum, Type};

use crate::cx::Cx;
use crate::error::Error;
use crate::jobrow;
use crate::manifest::model::RowCount;
use crate::{restore, sys, take};

/// One step of a BACKUP or RESTORE. The row says afterwards where it stands: `succeeded`, `paused` (as was asked) and
/// `canceled` answer [`Step::Finished`]; after an error it is `failed`, and nothing is left behind.
///
/// *Errors*: what made the job fail, for the statement that waits for it.
pub fn step(job: JobId, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    let mut record = jobrow::load(cx, job)?;
    let now = cx.now();
    match record.status {
        Status::PauseRequested => {
            sys::alone(cx, |sys| jobs::control::grant_pause(sys, &mut record.clone(), now))?;
            Ok(Step::Finished)
        }
        Status::CancelRequested => {
            record.status = Status::Reverting;
            jobrow::save(cx, &record)?;
            revert(record, cx)
        }
        Status::Reverting => revert(record, cx),
        Status::Pending | Status::Running => match run(record, cx) {
            Ok(step) => Ok(step),
            Err(cause) => Err(fail(job, cause, cx)),
        },
        Status::Paused
        | Status::Succeeded
        | Status::Failed
        | Status::Canceled
        | Status::RevertFailed => Ok(Step::Finished),
    }
}

fn run(record: Record, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    match record.kind() {
        Kind::Backup => take::job::step(record, cx),
        Kind::Restore => restore::job::step(record, cx),
        Kind::SchemaChange
        | Kind::NewSchemaChange
        | Kind::TypeSchemaChange
        | Kind::SchemaChangeGc
        | Kind::CreateStats
        | Kind::Unknown => Err(Error::BrokenJob { job: record.id }),
    }
}

/// Undoes what a job left, and ends it: as failed if it has an error, else as cancelled.
fn revert(record: Record, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    let job = record.id;
    match record.kind() {
        Kind::Backup => take::job::abandon(record, cx)?,
        Kind::Restore => restore::job::abandon(record, cx)?,
        Kind::SchemaChange
        | Kind::NewSchemaChange
        | Kind::TypeSchemaChange
        | Kind::SchemaChangeGc
        | Kind::CreateStats
        | Kind::Unknown => {}
    }
    let mut record = jobrow::load(cx, job)?;
    let status = if record.payload.error.is_empty() { Status::Canceled } else { Status::Failed };
    record.finish(status, cx.now());
    jobrow::save(cx, &record)?;
    Ok(Step::Finished)
}

/// Notes why a job fails, undoes what it left, and ends it. Answers the cause, or why that could not be done.
fn fail(job: JobId, cause: Error, cx: &mut Cx<'_, '_>) -> Error {
    let done = jobrow::load(cx, job).and_then(|mut record| {
        record.payload.error = cause.to_string();
        record.status = Status::Reverting;
        jobrow::save(cx, &record)?;
        revert(record, cx)
    });
    match done {
        Ok(_) => cause,
        Err(worse) => worse,
    }
}

/// Pauses a job at a pause point that is set.
pub(crate) fn pause_at(point: &str, record: Record, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    let now = cx.now();
    sys::alone(cx, |sys| jobs::pausepoint::pause(sys, &mut record.clone(), point, now))?;
    Ok(Step::PausedAt(point.to_owned()))
}

/// What a foreground statement answers once its job has succeeded.
///
/// *Errors*: [`Error::BrokenJob`].
pub fn result_rows(job: JobId, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let rules = cx.rules();
    let row = jobrow::load(cx, job)?;
    let (counts, is_wide) = match &row.payload.details {
        Some(Details::Backup(_)) => {
            let job = take::spec::Job::open(row)?;
            (job.manifest().entry_counts, rules.backup_six_columns())
        }
        Some(Details::Restore(_)) => {
            let job = restore::spec::Job::open(row)?;
            (job.state.counts, rules.restore_six_columns())
        }
        _ => return Err(Error::BrokenJob { job }),
    };
    Ok(rows(job, counts, is_wide))
}

fn rows(job: JobId, counts: RowCount, is_wide: bool) -> Rows {
    let mut columns = vec![
        Column::new("job_id", Type::INT),
        Column::new("status", Type::STRING),
        Column::new("fraction_completed", Type::FLOAT),
        Column::new("rows", Type::INT),
    ];
    let mut values = vec![
        Datum::Int(job.0),
        Datum::from("succeeded"),
        Datum::Float(1.0),
        Datum::Int(counts.rows),
    ];
    if is_wide {
        columns.push(Column::new("index_entries", Type::INT));
        columns.push(Column::new("bytes", Type::INT));
        values.push(Datum::Int(counts.index_entries));
        values.push(Datum::Int(counts.data_size));
    }
    Rows { columns, rows: vec![values] }
}
