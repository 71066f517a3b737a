//! What the scheduler does: starts the backups that are due, and hears how they ended.
//!
//! ```text
//!   full's end F ──────┬── record of the pair at F                       GC may take what is older
//!   incremental's end I ──────────────┬── the record moves to I
//!   a new full's end G ───────────────────────────┬── a new record at G, the old one released
//! ```
//!
//! Shape: one schedule a call, in a session of its owner. *Source*: `spec/schedules-and-jobs.md` §5,
//! `spec/gc-and-protected-timestamps.md` §7. Units: microseconds. Errors: those of the key space; a backup that cannot be
//! made is no error here but a message of its schedule.

use base::hlc::Timestamp;
use base::ids::Uuid;
use sql::ast::expr::Expr;
use sql::catalog::{Sys, protected};
use sql::jobs::{Record, Status, registry};
use sql::rules::Rules;

use super::create::micros;
use super::record::{self, CREATED_BY, Schedule};
use crate::cx::Cx;
use crate::error::Error;
use crate::moment::plain_text;
use crate::sys;
use crate::take::spec::Job;
use crate::take::{self, Scheduled};

/// How long until a schedule that waits or retries is looked at again.
const AGAIN_MICROS: i64 = 60 * 1_000_000;

/// What became of a schedule whose time had come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fired {
    /// It was not due.
    Nothing,
    /// Its job was made.
    Started,
    /// An earlier job of its is still at work.
    Waits,
    /// It belongs to another cluster, and is paused.
    Foreign,
    /// Its job could not be made.
    Failed(String),
}

/// The schedule that made a job.
pub fn made_by(job: &Record) -> Option<i64> {
    job.created_by.as_ref().filter(|by| by.kind == CREATED_BY).map(|by| by.id)
}

/// Runs a schedule if it is due.
///
/// *Errors*: those of the key space.
pub fn fire(id: i64, cx: &mut Cx<'_, '_>) -> Result<Fired, Error> {
    let rules = cx.rules();
    let now = micros(cx);
    let (one, count) = sys::alone(cx, |sys| {
        let one = record::load(sys, id)?;
        Ok((one, registry::at_work(sys, CREATED_BY, id)?))
    })?;
    let Some(mut one) = one else { return Ok(Fired::Nothing) };
    let Some(due) = one.next_run.filter(|due| *due <= now) else { return Ok(Fired::Nothing) };
    let fired = if count > 0 && one.details.wait != 1 {
        step_aside(&mut one, count, now, rules);
        Fired::Waits
    } else {
        one.state.clear();
        one.to_next_tick(now);
        if is_foreign(&one, cx) {
            one.details.cluster_id = cx.sql.cluster_id.0.to_vec();
            one.pause("");
            Fired::Foreign
        } else {
            match start(&one, due, cx) {
                Ok(()) => Fired::Started,
                Err(cause) => {
                    let why = format!("failed to create job for schedule {id}: err={cause}");
                    failed(&mut one, &why, now);
                    Fired::Failed(cause.to_string())
                }
            }
        }
    };
    sys::alone(cx, |sys| record::save(sys, &one))?;
    Ok(fired)
}

/// A schedule whose job of before is still at work.
fn step_aside(one: &mut Schedule, count: usize, now: i64, rules: Rules) {
    let skips = one.details.wait == 2;
    if skips {
        one.to_next_tick(now);
    } else {
        one.next_run = Some(now + AGAIN_MICROS);
    }
    one.state = match (rules.schedule_messages_later(), skips) {
        (false, false) => format!("reschedule: {count} running"),
        (false, true) => format!("rescheduled: {count} running"),
        (true, false) => format!("delayed due to {count} already running"),
        (true, true) => format!("rescheduled due to {count} already running"),
    };
}

/// Whether the schedule came with a cluster restore from elsewhere.
fn is_foreign(one: &Schedule, cx: &Cx<'_, '_>) -> bool {
    let home = &one.details.cluster_id;
    cx.rules().cluster_restore_pauses_schedules()
        && !home.is_empty()
        && *home != cx.sql.cluster_id.0
}

fn start(one: &Schedule, due: i64, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let unreadable = || Error::Schedule("failed to evaluate backup stmt".to_owned());
    let mut backup = one.statement(cx.rules()).ok_or_else(unreadable)?;
    backup.options.detached = Some(true);
    let at = Timestamp::from_wall(due.saturating_mul(1000));
    backup.as_of = Some(Expr::string(format!("{}+00:00", plain_text(at))));
    let mut record = Vec::new();
    if one.args.chain_protected_timestamp_records {
        let partner = one.args.dependent_schedule_id;
        record.clone_from(&one.args.protected_timestamp_record);
        if !one.is_incremental() {
            let other = sys::alone(cx, |sys| record::load(sys, partner))?;
            record = other.map_or_else(Vec::new, |other| other.args.protected_timestamp_record);
        }
    }
    take::plan_scheduled(&backup, Scheduled { schedule: one.id, record }, cx).map(drop)
}

/// What a failure does to its schedule.
fn failed(one: &mut Schedule, why: &str, now: i64) {
    match one.details.on_error {
        1 => {
            one.next_run = Some(now + AGAIN_MICROS);
            one.state = format!("retrying: {why}");
        }
        2 => one.pause(format!("schedule paused: {why}")),
        _ => one.state = format!("reschedule: {why}"),
    }
}

/// Hears that a job of a schedule has ended.
///
/// *Errors*: those of the key space.
pub fn job_ended(job: &Record, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let rules = cx.rules();
    let Some(id) = made_by(job) else { return Ok(()) };
    let now = micros(cx);
    let fresh = Uuid::from_chance(cx.sql.rng.bytes16());
    let backup = Job::open(job.clone())?;
    sys::alone(cx, |sys| {
        let Some(mut one) = record::load(sys, id)? else { return Ok(()) };
        if job.status == Status::Succeeded {
            chain(sys, &mut one, &backup, fresh)?;
            set_free(sys, &mut one, now)?;
        } else {
            job_failed(&mut one, job, now, rules);
        }
        record::save(sys, &one)
    })
}

/// The failure of a job as its schedule tells it.
fn job_failed(one: &mut Schedule, job: &Record, now: i64, rules: Rules) {
    let (id, schedule, status) = (job.id, one.id, job.status.word());
    if rules.schedule_messages_later() {
        let why = format!(
            "backup job {id} failed with err=backup job {id} scheduled by {schedule} failed with state {status}"
        );
        return failed(one, &why, now);
    }
    let error = &job.payload.error;
    let why = if error.is_empty() { status } else { error };
    match one.details.on_error {
        1 => {
            one.next_run = Some(now + AGAIN_MICROS);
            one.state = format!("retrying job {id} due to failure: {why}");
        }
        2 => one.pause(format!("schedule paused due job {id} failure: {why}")),
        _ => {}
    }
}

/// The first success of a full sets its incremental free.
fn set_free(sys: &mut Sys<'_>, one: &mut Schedule, now: i64) -> Result<(), sql::catalog::Error> {
    let waiting = std::mem::take(&mut one.args.unpause_on_success);
    if waiting == 0 {
        return Ok(());
    }
    let Some(mut other) = record::load(sys, waiting)? else { return Ok(()) };
    other.state.clear();
    other.to_next_tick(now);
    record::save(sys, &other)
}

/// Holds GC back from the end of the backup that has succeeded.
fn chain(
    sys: &mut Sys<'_>,
    one: &mut Schedule,
    backup: &Job,
    fresh: Uuid,
) -> Result<(), sql::catalog::Error> {
    if !one.args.chain_protected_timestamp_records {
        return Ok(());
    }
    let old: Option<Uuid> = backup.plan.schedule_record.as_slice().try_into().ok().map(Uuid);
    if one.is_incremental() {
        // A newer full may have taken the record away meanwhile: then this chain is history.
        if let Some(old) = old {
            protected::update(sys, old, backup.end())?;
        }
        return Ok(());
    }
    let Some(mut other) = record::load(sys, one.args.dependent_schedule_id)? else {
        return Ok(());
    };
    let record = take::record_over(backup, fresh, backup.end(), ("schedules", other.id));
    protected::protect(sys, &record)?;
    if let Some(old) = old {
        protected::release(sys, old)?;
    }
    other.args.protected_timestamp_record = fresh.0.to_vec();
    record::save(sys, &other)
}
