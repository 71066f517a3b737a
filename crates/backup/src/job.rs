//! One door to the steps of both kinds of jobs.
//!
//! | call | when |
//! |---|---|
//! | [`step`] | the job is due |
//! | [`abandon`] | it failed or was cancelled and is `reverting` |
//! | [`result_rows`] | it succeeded and its statement waits |

use base::ids::JobId;
use sql::jobs::jobspb::Details;
use sql::jobs::{self, Kind, Record, Step};
use sql::outcome::{Column, Rows};
use sql::types::{Datum, Type};

use crate::cx::Cx;
use crate::error::Error;
use crate::jobrow;
use crate::manifest::model::RowCount;
use crate::{restore, sys, take};

/// One step of a job that is `running`. Its state is saved; when it is done its row says `succeeded`.
///
/// *Errors*: what makes the job fail. The row is left as it was: the caller makes it `reverting` and calls [`abandon`].
pub fn step(job: JobId, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    let record = jobrow::load(cx, job)?;
    match record.kind() {
        Kind::Backup => take::job::step(record, cx),
        Kind::Restore => restore::job::step(record, cx),
        Kind::SchemaChange
        | Kind::NewSchemaChange
        | Kind::TypeSchemaChange
        | Kind::SchemaChangeGc
        | Kind::CreateStats
        | Kind::Unknown => Err(Error::BrokenJob { job }),
    }
}

/// Undoes what a failed or cancelled job left. Its last state is the caller's to set.
///
/// *Errors*: those of the key space.
pub fn abandon(job: JobId, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let record = jobrow::load(cx, job)?;
    match record.kind() {
        Kind::Backup => take::job::abandon(record, cx),
        Kind::Restore => restore::abandon::abandon(record, cx),
        Kind::SchemaChange
        | Kind::NewSchemaChange
        | Kind::TypeSchemaChange
        | Kind::SchemaChangeGc
        | Kind::CreateStats
        | Kind::Unknown => Err(Error::BrokenJob { job }),
    }
}

/// Pauses a job at a pause point that is set.
pub(crate) fn pause_at(point: &str, record: &Record, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
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
            let opened = restore::spec::Job::open(row)?;
            if opened.plan.download_job != 0 {
                return Ok(online_rows(job, &opened));
            }
            (opened.state.counts, rules.restore_six_columns())
        }
        _ => return Err(Error::BrokenJob { job }),
    };
    Ok(rows(job, counts, is_wide))
}

/// What an online restore answers.
fn online_rows(id: JobId, job: &restore::spec::Job) -> Rows {
    let counts = job.state.counts;
    let values = [
        ("job_id", id.0),
        ("tables", base::num::to_i64(job.plan.ids.len())),
        ("approx_rows", counts.rows),
        ("approx_bytes", counts.data_size),
        ("background_download_job_id", job.plan.download_job),
    ];
    Rows {
        columns: values.iter().map(|(name, _)| Column::new(*name, Type::INT)).collect(),
        rows: vec![values.iter().map(|(_, value)| Datum::Int(*value)).collect()],
    }
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
