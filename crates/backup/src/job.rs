//! One door to the steps of both kinds of jobs.
//!
//! | call | when |
//! |---|---|
//! | [`step`] | the job is due |
//! | [`abandon`] | it failed or was cancelled and is `reverting` |
//! | [`result_rows`] | it succeeded and its statement waits |

use base::ids::JobId;
use sql::jobs::Step;
use sql::jobs::jobspb::Details;
use sql::outcome::{Column, Rows};
use sql::types::{Datum, Type};

use crate::cx::Cx;
use crate::error::Error;
use crate::jobrow;
use crate::manifest::model::RowCount;
use crate::{restore, take};

/// One step of a BACKUP or RESTORE. Its state is saved; `succeeded` and `failed` are the registry's to set.
///
/// *Errors*: whatever makes the job fail.
pub fn step(job: JobId, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    match jobrow::load(cx, job)?.payload.details {
        Some(Details::Backup(_)) => take::job::step(job, cx),
        Some(Details::Restore(_)) => restore::job::step(job, cx),
        _ => Err(Error::BrokenJob { job }),
    }
}

/// Undoes what a failed or cancelled job left.
///
/// *Errors*: those of the key space.
pub fn abandon(job: JobId, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    match jobrow::load(cx, job)?.payload.details {
        Some(Details::Backup(_)) => take::job::abandon(job, cx),
        Some(Details::Restore(_)) => restore::job::abandon(job, cx),
        _ => Err(Error::BrokenJob { job }),
    }
}

/// What a foreground statement answers once its job has succeeded.
///
/// *Errors*: [`Error::BrokenJob`].
pub fn result_rows(job: JobId, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let rules = cx.rules();
    let row = jobrow::load(cx, job)?;
    let (counts, is_wide) = match &row.payload.details {
        Some(Details::Backup(_)) => {
            let job = take::spec::Job::open(job, row)?;
            (job.manifest().entry_counts, rules.backup_six_columns())
        }
        Some(Details::Restore(_)) => {
            let job = restore::spec::Job::open(job, row)?;
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
