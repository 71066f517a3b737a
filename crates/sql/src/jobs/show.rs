//! SHOW JOBS: columns by version, which jobs, in which order.
//!
//! *Source*: `spec/system-tables.md` §5, `spec/v26.2.md` §7, `spec/schedules-and-jobs.md` §8.

use base::hlc::Timestamp;

use super::backoff::Backoff;
use super::record::{Record, micros};
use crate::outcome::{Column, Rows};
use crate::rules::Rules;
use crate::types::{Datum, Type};
use base::sort;

/// How long a finished job is listed. *Units*: microseconds.
const WINDOW_MICROS: i64 = 12 * 3600 * 1_000_000;

/// How many characters of a description 26.2's list shows.
const DESCRIPTION_MAX: usize = 100;

/// Which form is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// SHOW JOBS: unfinished and newly finished ones, in short.
    List,
    /// SHOW JOB id and its kin: just those, with everything.
    Chosen,
    /// The same WITH EXECUTION DETAILS.
    Details,
}

/// The columns of a form.
pub fn columns(rules: Rules, form: Form) -> Vec<Column> {
    let time = if rules.jobs_timestamptz() { Type::TIMESTAMPTZ } else { Type::TIMESTAMP };
    let texts = Type::array(Type::STRING);
    let old = rules.show_jobs_nineteen_columns();
    let full = old || form != Form::List;
    let mut made = vec![
        Column::new("job_id", Type::INT),
        Column::new("job_type", Type::STRING),
        Column::new("description", Type::STRING),
    ];
    if full {
        made.push(Column::new("statement", Type::STRING));
    }
    for name in ["user_name", "status", "running_status"] {
        made.push(Column::new(name, Type::STRING));
    }
    made.push(Column::new("created", time.clone()));
    if old {
        made.push(Column::new("started", time.clone()));
    }
    for name in ["finished", "modified"] {
        made.push(Column::new(name, time.clone()));
    }
    made.push(Column::new("fraction_completed", Type::FLOAT));
    made.push(Column::new("error", Type::STRING));
    made.push(Column::new("coordinator_id", Type::INT));
    if full {
        made.push(Column::new("trace_id", Type::INT));
    }
    if old {
        made.push(Column::new("last_run", time.clone()));
        made.push(Column::new("next_run", time));
        made.push(Column::new("num_runs", Type::INT));
    }
    if full {
        made.push(Column::new("execution_errors", texts));
    }
    if form == Form::Details {
        made.push(Column::new("plan_diagram", Type::STRING));
    }
    made
}

/// The rows of a form.
pub fn rows(
    rules: Rules,
    form: Form,
    mut jobs: Vec<Record>,
    backoff: Backoff,
    now: Timestamp,
) -> Rows {
    if form == Form::List {
        let oldest = micros(now) - WINDOW_MICROS;
        jobs.retain(|job| job.payload.finished_micros == 0 || job.payload.finished_micros > oldest);
    }
    // Unfinished ones first, then the newest end; among equals the newest start.
    let end = |job: &Record| match job.payload.finished_micros {
        0 => i64::MAX,
        at => at,
    };
    sort::by_key(&mut jobs, |job| {
        (
            std::cmp::Reverse(end(job)),
            std::cmp::Reverse(job.payload.started_micros),
            std::cmp::Reverse(job.id),
        )
    });
    let rows = jobs.iter().map(|job| row(rules, form, job, backoff, micros(now))).collect();
    Rows { columns: columns(rules, form), rows }
}

/// A text, or NULL for none.
fn text_or_null(text: &str) -> Datum {
    if text.is_empty() { Datum::Null } else { Datum::from(text) }
}

fn moment(rules: Rules, micros: i64) -> Datum {
    match micros {
        0 => Datum::Null,
        at if rules.jobs_timestamptz() => Datum::TimestampTz(at),
        at => Datum::Timestamp(at),
    }
}

fn row(rules: Rules, form: Form, job: &Record, backoff: Backoff, now: i64) -> Vec<Datum> {
    let old = rules.show_jobs_nineteen_columns();
    let full = old || form != Form::List;
    let time = |micros: i64| moment(rules, micros);
    let payload = &job.payload;
    let description = if !old && form == Form::List {
        payload.description.chars().take(DESCRIPTION_MAX).collect()
    } else {
        payload.description.clone()
    };
    let mut made =
        vec![Datum::Int(job.id.0), Datum::from(job.kind().words()), Datum::from(description)];
    if full {
        made.push(Datum::from(payload.statement.join("; ")));
    }
    made.extend([
        Datum::from(payload.username.as_str()),
        Datum::from(backoff.shown(job, now)),
        text_or_null(&job.progress.running_status),
        time(job.created_micros),
    ]);
    if old {
        made.push(time(payload.started_micros));
    }
    made.extend([
        time(payload.finished_micros),
        time(job.progress.modified_micros),
        job.fraction().map_or(Datum::Null, |fraction| Datum::Float(f64::from(fraction))),
        Datum::from(payload.error.as_str()),
        job.claimed_by.map_or(Datum::Null, Datum::Int),
    ]);
    if full {
        let trace = i64::try_from(job.progress.trace_id).unwrap_or(0);
        made.push(if trace == 0 { Datum::Null } else { Datum::Int(trace) });
    }
    if old {
        made.extend([
            time(job.last_run_micros.unwrap_or(0)),
            time(backoff.next_run_micros(job).unwrap_or(0)),
            Datum::Int(job.num_runs),
        ]);
    }
    if full {
        made.push(execution_errors(job));
    }
    if form == Form::Details {
        made.push(Datum::Null);
    }
    made
}

/// The errors after which a job was tried again; NULL for none.
pub fn execution_errors(job: &Record) -> Datum {
    let errors = &job.payload.execution_errors;
    if errors.is_empty() {
        return Datum::Null;
    }
    Datum::array(errors.iter().map(|error| Datum::from(error.as_str())).collect::<Vec<_>>())
}
