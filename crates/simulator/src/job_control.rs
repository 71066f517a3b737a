//! Statements about jobs: PAUSE, RESUME, CANCEL, and SHOW JOBS that waits for them.
//!
//! Shape: rows are changed in one transaction; whatever moves then takes its next step on the agenda. *Source*:
//! `spec/schedules-and-jobs.md` §8, §9.

use std::sync::Arc;

use backup::schedule::executor;
use base::hlc::NANOS_PER_SEC;
use base::ids::JobId;
use base::sqlstate::SqlState;
use protocol::result::ErrorReply;
use sql::ast::job::{ControlJobs, JobCommand, JobSet};
use sql::ast::show::{ShowJobs, ShowJobsWhich};
use sql::ast::{Select, Show, Statement};
use sql::catalog::privilege::Privilege;
use sql::jobs::{self, Record, Status, control};
use sql::types::Datum;

use crate::dispatch::{self, Answer};
use crate::input::SessionRef;
use crate::job::{in_txn, is_scheduled, load, schedule};
use crate::state::{CLOCK_MAX, ITEMS_MAX, State};

/// How long SHOW JOBS WHEN COMPLETE waits: 24 hours.
const WAIT_NANOS: i64 = 24 * 3600 * NANOS_PER_SEC;

/// PAUSE, RESUME, CANCEL JOB(S).
pub(crate) fn control(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &ControlJobs,
) -> Result<Answer, ErrorReply> {
    let ids = match &stmt.jobs {
        JobSet::Ids(select) => chosen(state, name, who, select)?,
        JobSet::ForSchedules(select) => {
            let schedules = chosen(state, name, who, select)?;
            let of_them = |by: i64| schedules.iter().any(|id| id.0 == by);
            those(state, name, stmt.command, |job| executor::made_by(job).is_some_and(of_them))?
        }
        JobSet::AllOfKind(kind) => {
            let kind = kind.to_uppercase();
            those(state, name, stmt.command, |job| job.kind().words() == kind)?
        }
    };
    check_controls(state, name, who, &ids)?;
    let printed = |expr| sql::print::expr_to_string(expr, &sql::print::Flags::default());
    let reason = stmt.reason.as_ref().map(printed);
    let reason = reason.as_deref().map(|text| text.trim_matches('\''));
    let now = state.clock.tick();
    let statuses = in_txn(state, name, |sys| {
        let one = |id: &JobId| match stmt.command {
            JobCommand::Pause => control::pause(sys, *id, reason, now),
            JobCommand::Resume => control::resume(sys, *id, now),
            JobCommand::Cancel => control::cancel(sys, *id, now),
        };
        ids.iter().map(one).collect::<Result<Vec<Status>, _>>()
    });
    let statuses = match statuses {
        Some(Ok(statuses)) => statuses,
        Some(Err(cause)) => return Err(dispatch::of_sql(&cause.into())),
        None => Vec::new(),
    };
    for (id, status) in ids.iter().zip(statuses) {
        let moves = match status {
            Status::PauseRequested | Status::CancelRequested => true,
            Status::Running => !is_scheduled(state, name, *id),
            Status::Pending
            | Status::Paused
            | Status::Reverting
            | Status::Succeeded
            | Status::Failed
            | Status::Canceled
            | Status::RevertFailed => false,
        };
        if moves && let Some(record) = load(state, name, *id) {
            let at = state.now();
            schedule(state, name, &record, at);
        }
    }
    let verb = match stmt.command {
        JobCommand::Pause => "PAUSE",
        JobCommand::Resume => "RESUME",
        JobCommand::Cancel => "CANCEL",
    };
    let set = match &stmt.jobs {
        JobSet::ForSchedules(_) => "JOBS FOR SCHEDULES",
        JobSet::Ids(_) | JobSet::AllOfKind(_) => "JOBS",
    };
    Ok(Answer { tag: Some(format!("{verb} {set} {}", ids.len())), ..Answer::default() })
}

/// The ids that a query gives.
pub(crate) fn chosen(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    select: &Select,
) -> Result<Vec<JobId>, ErrorReply> {
    let stmt = Statement::Select(Box::new(select.clone()));
    let answer = dispatch::by_sql(state, name, who, &stmt)?;
    let rows = answer.rows.map(|rows| rows.rows).unwrap_or_default();
    rows.iter()
        .filter(|row| !matches!(row.first(), None | Some(Datum::Null)))
        .map(|row| match row.first() {
            Some(Datum::Int(id)) => Ok(JobId(*id)),
            Some(other) => other.to_text().parse().map(JobId).map_err(|_| {
                dispatch::reply(
                    SqlState::DATATYPE_MISMATCH,
                    format!("{} is not the ID of a job", other.to_text()),
                )
            }),
            None => Ok(JobId(0)),
        })
        .collect()
}

/// The jobs of some sort that a command can do something to.
fn those(
    state: &mut State,
    name: &str,
    command: JobCommand,
    wanted: impl Fn(&Record) -> bool,
) -> Result<Vec<JobId>, ErrorReply> {
    let takes = |status: Status| match command {
        JobCommand::Pause => {
            matches!(status, Status::Pending | Status::Running | Status::Reverting)
        }
        JobCommand::Resume => status == Status::Paused,
        JobCommand::Cancel => {
            matches!(status, Status::Pending | Status::Running | Status::Paused)
        }
    };
    some(state, name, |record| wanted(record) && takes(record.status))
}

/// The jobs of some sort.
fn some(
    state: &mut State,
    name: &str,
    wanted: impl Fn(&Record) -> bool,
) -> Result<Vec<JobId>, ErrorReply> {
    match in_txn(state, name, jobs::all) {
        Some(Ok(records)) => {
            Ok(records.into_iter().filter(wanted).map(|record| record.id).collect())
        }
        Some(Err(cause)) => Err(dispatch::of_sql(&cause.into())),
        None => Ok(Vec::new()),
    }
}

/// Refuses users who may not control jobs: not admins' by others, and nobody's without CONTROLJOB.
fn check_controls(
    state: &mut State,
    name: &str,
    who: &SessionRef,
    ids: &[JobId],
) -> Result<(), ErrorReply> {
    let now = state.clock.tick();
    let Some(cluster) = state.clusters.get_mut(name) else { return Ok(()) };
    let Ok(catalog) = cluster.catalog.committed(&mut cluster.kv, now) else { return Ok(()) };
    let users = &catalog.users;
    if users.is_admin(&who.user) {
        return Ok(());
    }
    let by_owner = cluster.rules.schedule_owner_controls();
    let controls = users.has_option(&who.user, "CONTROLJOB")
        || users.may_system(&who.user, Privilege::ControlJob);
    let denied = |text: String| Err(dispatch::reply(SqlState::INSUFFICIENT_PRIVILEGE, text));
    if !controls && !by_owner {
        return denied(format!("user {} does not have CONTROLJOB privilege", who.user));
    }
    for &id in ids {
        let Some(record) = load(state, name, id) else { continue };
        let owner = &record.payload.username;
        if *owner == who.user {
            continue;
        }
        if catalog.users.is_admin(owner) {
            return denied("only admins can control jobs owned by other admins".to_owned());
        }
        if !controls {
            return denied(format!("user {} does not have privileges for job {id}", who.user));
        }
    }
    Ok(())
}

/// SHOW JOBS WHEN COMPLETE, which lets time pass.
pub(crate) fn waits_for_jobs(stmt: &Statement) -> Option<&ShowJobs> {
    let Statement::Show(show) = stmt else { return None };
    let Show::Jobs(jobs) = &**show else { return None };
    jobs.when_complete.then_some(jobs)
}

/// SHOW JOBS WHEN COMPLETE: lets time pass until the jobs have ended, then shows them.
///
/// *Errors*: jobs that have not ended after a day.
pub(crate) fn show_when_complete(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    show: &ShowJobs,
) -> Result<Answer, ErrorReply> {
    let jobs = match &show.which {
        ShowJobsWhich::Ids(select) => chosen(state, name, who, select)?,
        ShowJobsWhich::ForSchedules(select) => {
            let schedules = chosen(state, name, who, select)?;
            let of_them = |by: i64| schedules.iter().any(|id| id.0 == by);
            some(state, name, |job| executor::made_by(job).is_some_and(of_them))?
        }
        ShowJobsWhich::All | ShowJobsWhich::Automatic | ShowJobsWhich::Changefeed => Vec::new(),
    };
    let to = state.now().add_nanos(WAIT_NANOS).min(CLOCK_MAX);
    for id in jobs {
        let mut left = ITEMS_MAX;
        while load(state, name, id).is_some_and(|record| !record.status.is_terminal()) {
            if left == 0 || !state.run_next(to) {
                state.run_until(to);
                return Err(dispatch::reply(SqlState::UNCATEGORIZED, "timed out waiting for jobs"));
            }
            left -= 1;
        }
    }
    let plain = ShowJobs { when_complete: false, ..show.clone() };
    dispatch::by_sql(state, name, who, &Statement::Show(Box::new(Show::Jobs(plain))))
}
