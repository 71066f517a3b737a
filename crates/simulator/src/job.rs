//! Jobs on the agenda: the closed match over their kinds, their steps, their ends, and who waits for them.
//!
//! ```text
//!   start ─▶ agenda ─▶ step ─▶ backup::job::step │ sql::jobs::step ─▶ Again, WaitUntil(t) ─▶ agenda
//!                        │                                          ─▶ PausedAt ─▶ off the agenda until RESUME
//!                        │                                          ─▶ Finished ─▶ succeeded
//!                        └─ error, CANCEL ─▶ reverting ─▶ abandon ─▶ failed │ canceled
//! ```
//!
//! Shape: the state of a job is its row; here is only when its next step is due. Source: `spec/schedules-and-jobs.md` §9.
//! Left out: retries of transient errors (no storage fault is transient yet).

use std::sync::Arc;

use backup::schedule::executor;
use base::hlc::Timestamp;
use base::ids::JobId;
use base::sqlstate::SqlState;
use protocol::agenda::Tone;
use protocol::result::{ErrorReply, StatementResult};
use protocol::time::Nanos;
use sql::ast::job::{ControlJobs, JobCommand, JobSet};
use sql::ast::show::{ShowJobs, ShowJobsWhich};
use sql::ast::{Select, Show, Statement};
use sql::catalog::privilege::Privilege;
use sql::jobs::{self, Kind as JobKind, Record, Status, Step, control, pausepoint};
use sql::outcome::Rows;
use sql::session::Session;
use sql::types::Datum;

use crate::cluster::Cluster;
use crate::dispatch::{self, Answer, Ran};
use crate::event::{Event, Kind};
use crate::input::SessionRef;
use crate::schedule;
use crate::state::{CLOCK_MAX, ITEMS_MAX, Item, State};

/// What a step takes that says only that it can go on. *Units*: nanoseconds.
const STEP_NANOS: i64 = 100_000;

/// How long a statement waits for its job: 30 days of virtual time.
const WAIT_NANOS: i64 = 30 * 86_400 * 1_000_000_000;

/// Most failures kept for those who wait.
const FAILURES_MAX: usize = 256;

/// Puts new jobs on the agenda.
pub(crate) fn start(state: &mut State, name: &str, started: &[JobId]) {
    for &job in started {
        let Some(record) = load(state, name, job) else { continue };
        let at = state.now();
        schedule(state, name, &record, at);
        let words =
            format!("{} job {job} started: {}", record.kind().words(), record.payload.description);
        let event = Event::new(at, Kind::Job, Tone::Neutral, words).of_job(job);
        state.note(event);
    }
}

/// Puts a job's next step on the agenda, in the place of any other of its steps.
fn schedule(state: &mut State, name: &str, record: &Record, at: Timestamp) {
    take_off(state, name, record.id);
    state.agenda.push(
        at,
        Item::JobStep {
            cluster: name.to_owned(),
            job: record.id,
            background: record.kind() == JobKind::SchemaChangeGc,
        },
    );
}

fn take_off(state: &mut State, name: &str, id: JobId) {
    state.agenda.retain(|_, item| match item {
        Item::JobStep { cluster, job, .. } => *job != id || cluster != name,
        Item::Scheduler { .. } => true,
    });
}

fn is_scheduled(state: &State, name: &str, id: JobId) -> bool {
    state.agenda.iter().any(|(_, item)| match item {
        Item::JobStep { cluster, job, .. } => *job == id && cluster == name,
        Item::Scheduler { .. } => false,
    })
}

/// Takes up all jobs that are not at an end, from their rows alone: their next steps are due now.
pub(crate) fn adopt(state: &mut State, name: &str) {
    state.agenda.retain(|_, item| match item {
        Item::JobStep { cluster, .. } => cluster != name,
        Item::Scheduler { .. } => true,
    });
    let Some(Ok(records)) = in_txn(state, name, jobs::all) else { return };
    let at = state.now();
    for record in records {
        if !record.status.is_terminal() && record.status != Status::Paused {
            schedule(state, name, &record, at);
        }
    }
}

/// Does something to rows of jobs in a transaction of its own.
pub(crate) fn in_txn<T>(
    state: &mut State,
    name: &str,
    work: impl FnMut(&mut sql::catalog::Sys<'_>) -> Result<T, sql::catalog::Error>,
) -> Option<Result<T, sql::catalog::Error>> {
    let cluster = state.clusters.get_mut(name)?;
    Some(world(cluster, &mut state.clock).in_txn(work))
}

fn world<'a>(cluster: &'a mut Cluster, clock: &'a mut base::hlc::Clock) -> jobs::World<'a> {
    jobs::World { kv: &mut cluster.kv, catalog: &mut cluster.catalog, clock, rules: cluster.rules }
}

/// A job's row.
fn load(state: &mut State, name: &str, id: JobId) -> Option<Record> {
    in_txn(state, name, |sys| jobs::load(sys, id))?.ok().flatten()
}

/// Changes a job's row.
fn change(
    state: &mut State,
    name: &str,
    mut record: Record,
    edit: impl Fn(&mut Record, Timestamp),
) {
    let now = state.clock.tick();
    edit(&mut record, now);
    // A row that cannot be written now is written by the step that comes again.
    let saved = in_txn(state, name, |sys| jobs::save(sys, &mut record, now));
    debug_assert!(matches!(saved, Some(Ok(()))), "job {}: {saved:?}", record.id);
}

/// One step of a job.
pub(crate) fn step(state: &mut State, name: &str, id: JobId) {
    let Some(mut record) = load(state, name, id) else { return };
    match record.status {
        Status::Pending | Status::Running => run(state, name, &record),
        Status::PauseRequested => {
            let now = state.clock.tick();
            in_txn(state, name, |sys| control::grant_pause(sys, &mut record, now));
            tell(state, id, Tone::Hold, "paused");
            answer_waiting(state, name, id);
        }
        Status::CancelRequested => {
            change(state, name, record.clone(), |record, _| record.status = Status::Reverting);
            let at = state.now();
            schedule(state, name, &record, at);
        }
        Status::Reverting => revert(state, name, &record),
        Status::Paused
        | Status::Succeeded
        | Status::Failed
        | Status::Canceled
        | Status::RevertFailed => {}
    }
    dispatch::settle(state, name);
}

fn run(state: &mut State, name: &str, record: &Record) {
    let id = record.id;
    match kind_step(state, name, record) {
        Ok(Step::Again) => {
            let at = state.now().add_nanos(STEP_NANOS);
            schedule(state, name, record, at);
        }
        Ok(Step::WaitUntil(at)) => schedule(state, name, record, at.max(state.now())),
        Ok(Step::PausedAt(point)) => {
            tell(state, id, Tone::Hold, &format!("paused at pause point {point}"));
            answer_waiting(state, name, id);
        }
        Ok(Step::Finished) => finished(state, name, id),
        Err(error) => {
            change(state, name, record.clone(), |record, _| {
                record.payload.error.clone_from(&error.message);
                record.status = Status::Reverting;
            });
            if let Some(cluster) = state.clusters.get_mut(name) {
                while cluster.failures.len() >= FAILURES_MAX {
                    cluster.failures.pop_first();
                }
                cluster.failures.insert(id, error);
            }
            let at = state.now();
            schedule(state, name, record, at);
        }
    }
}

/// The closed match over kinds.
fn kind_step(state: &mut State, name: &str, record: &Record) -> Result<Step, ErrorReply> {
    match record.kind() {
        JobKind::Backup | JobKind::Restore => {
            as_user(state, name, record, |cx| backup::job::step(record.id, cx))
        }
        JobKind::SchemaChange
        | JobKind::NewSchemaChange
        | JobKind::TypeSchemaChange
        | JobKind::SchemaChangeGc
        | JobKind::CreateStats
        | JobKind::Unknown => {
            let Some(cluster) = state.clusters.get_mut(name) else { return Ok(Step::Finished) };
            let stepped = jobs::step(record.id, &mut world(cluster, &mut state.clock));
            match stepped {
                Ok(step) => Ok(step.unwrap_or(Step::Finished)),
                Err(cause) => Err(dispatch::of_sql(&cause.into())),
            }
        }
    }
}

/// Calls `backup` as the job's own user, in no transaction.
fn as_user<T>(
    state: &mut State,
    name: &str,
    record: &Record,
    call: impl FnOnce(&mut backup::cx::Cx<'_, '_>) -> Result<T, backup::error::Error>,
) -> Result<T, ErrorReply> {
    let mut session = Session::new(record.payload.username.clone(), "defaultdb");
    let Ran { value, answer } = dispatch::backup_call(state, name, &mut session, call)?;
    start(state, name, &answer.jobs);
    Ok(value)
}

/// Undoes what a failed or cancelled job left, then gives it its last state.
fn revert(state: &mut State, name: &str, record: &Record) {
    let id = record.id;
    let undone = match record.kind() {
        JobKind::Backup | JobKind::Restore => {
            as_user(state, name, record, |cx| backup::job::abandon(id, cx))
        }
        JobKind::SchemaChange
        | JobKind::NewSchemaChange
        | JobKind::TypeSchemaChange
        | JobKind::SchemaChangeGc
        | JobKind::CreateStats
        | JobKind::Unknown => Ok(()),
    };
    let Some(record) = load(state, name, id) else { return };
    let failed = !record.payload.error.is_empty();
    let (status, words) = match (&undone, failed) {
        (Err(_), _) => (Status::RevertFailed, "could not be undone"),
        (Ok(()), true) => (Status::Failed, "failed"),
        (Ok(()), false) => (Status::Canceled, "canceled"),
    };
    let error = record.payload.error.clone();
    let kind = record.kind().words();
    change(state, name, record, |record, now| {
        if let Err(cause) = &undone {
            record.payload.error.clone_from(&cause.message);
        }
        record.finish(status, now);
    });
    let said = if failed { format!("{kind} {words}: {error}") } else { format!("{kind} {words}") };
    tell(state, id, Tone::Breaks, &said);
    ended(state, name, id);
}

fn finished(state: &mut State, name: &str, id: JobId) {
    let Some(record) = load(state, name, id) else { return };
    let kind = record.kind();
    if !record.status.is_terminal() {
        change(state, name, record, Record::succeed);
    }
    tell(state, id, Tone::Safe, &format!("{} succeeded", kind.words()));
    ended(state, name, id);
}

fn ended(state: &mut State, name: &str, id: JobId) {
    take_off(state, name, id);
    if let Some(record) = load(state, name, id) {
        schedule::job_ended(state, name, &record);
    }
    state.forget_forecast();
    answer_waiting(state, name, id);
}

fn tell(state: &mut State, id: JobId, tone: Tone, words: &str) {
    let event = Event::new(state.now(), Kind::Job, tone, format!("job {id} {words}")).of_job(id);
    state.note(event);
}

/// Under policy manual: the sessions that wait for a job have their answer.
fn answer_waiting(state: &mut State, name: &str, id: JobId) {
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let waiting: Vec<Arc<SessionRef>> = cluster
        .seats
        .iter_mut()
        .filter(|(_, seat)| seat.waits_for == Some(id))
        .map(|(who, seat)| {
            seat.waits_for = None;
            Arc::clone(who)
        })
        .collect();
    for who in waiting {
        let Some(end) = outcome(state, name, &who, id) else { continue };
        let mut result = match end {
            Ok(rows) => dispatch::told(Answer {
                rows: Some(rows),
                tag: Some("BACKUP".to_owned()),
                jobs: vec![id],
                ..Answer::default()
            }),
            Err(error) => StatementResult { error: Some(error), ..StatementResult::default() },
        };
        result.at = Nanos(state.now().wall);
        state.answers.push(result);
    }
}

/// Lets time pass until a job has ended, and answers what its statement answers.
pub(crate) fn wait(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    id: JobId,
) -> Result<Rows, ErrorReply> {
    let to = state.now().add_nanos(WAIT_NANOS).min(CLOCK_MAX);
    for _ in 0..ITEMS_MAX {
        if let Some(end) = outcome(state, name, who, id) {
            return end;
        }
        if !state.run_next(to) {
            break;
        }
    }
    Err(dispatch::reply(
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!("job {id} has not ended after 30 days of virtual time; it goes on"),
    ))
}

/// Whether a job carries out the rest of a definition, for which the statement waits.
fn is_schema_change(record: &Record) -> bool {
    matches!(
        record.kind(),
        JobKind::SchemaChange | JobKind::NewSchemaChange | JobKind::TypeSchemaChange
    )
}

/// Waits for what a definition left to a job of its own (it does so where a pause point is set).
pub(crate) fn wait_for_definitions(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    jobs: &[JobId],
) -> Result<(), ErrorReply> {
    for &id in jobs {
        if load(state, name, id).is_some_and(|record| is_schema_change(&record)) {
            wait(state, name, who, id)?;
        }
    }
    Ok(())
}

/// What a foreground statement answers when its job stands still; `None` while it runs.
fn outcome(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    id: JobId,
) -> Option<Result<Rows, ErrorReply>> {
    let record = load(state, name, id)?;
    let uncategorized = |text: String| Err(dispatch::reply(SqlState::UNCATEGORIZED, text));
    Some(match record.status {
        Status::Succeeded if is_schema_change(&record) => Ok(Rows::default()),
        Status::Succeeded => {
            dispatch::with_backup(state, name, who, |cx| backup::job::result_rows(id, cx))
                .map(|ran| ran.value)
        }
        Status::Failed | Status::RevertFailed => {
            let kept = state.clusters.get_mut(name).and_then(|c| c.failures.remove(&id));
            match kept {
                Some(error) => Err(error),
                None => uncategorized(record.payload.error),
            }
        }
        Status::Canceled => {
            Err(dispatch::reply(SqlState::QUERY_CANCELED, format!("job {id}: canceled")))
        }
        Status::Paused => {
            let reason = &record.payload.pause_reason;
            match reason.strip_prefix("pause point \"").and_then(|r| r.strip_suffix("\" hit")) {
                Some(point) => uncategorized(pausepoint::waiting_error(id, point)),
                None => uncategorized(format!("job {id} was paused before it completed")),
            }
        }
        Status::Pending
        | Status::Running
        | Status::PauseRequested
        | Status::CancelRequested
        | Status::Reverting => return None,
    })
}

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
    match in_txn(state, name, jobs::all) {
        Some(Ok(records)) => Ok(records
            .into_iter()
            .filter(|record| wanted(record) && takes(record.status))
            .map(|record| record.id)
            .collect()),
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

/// SHOW JOBS WHEN COMPLETE: lets time pass until the jobs have ended, then shows them.
pub(crate) fn show_when_complete(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    show: &ShowJobs,
) -> Result<Answer, ErrorReply> {
    if let ShowJobsWhich::Ids(select) = &show.which {
        let to = state.now().add_nanos(WAIT_NANOS).min(CLOCK_MAX);
        for id in chosen(state, name, who, select)? {
            let mut left = ITEMS_MAX;
            while load(state, name, id).is_some_and(|record| !record.status.is_terminal())
                && left > 0
                && state.run_next(to)
            {
                left -= 1;
            }
        }
    }
    let plain = ShowJobs { when_complete: false, ..show.clone() };
    dispatch::by_sql(state, name, who, &Statement::Show(Box::new(Show::Jobs(plain))))
}
