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
//! An error that may pass is tried again, each time later; a job whose node is gone is taken over by another.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::{JobId, NodeId};
use base::sqlstate::SqlState;
use protocol::agenda::Tone;
use protocol::result::{ErrorReply, StatementResult};
use protocol::time::Nanos;
use sql::catalog::system::ids;
use sql::jobs::{self, Kind as JobKind, Record, Status, Step, control, pausepoint};
use sql::outcome::Rows;
use sql::session::Session;

use crate::cluster::Cluster;
use crate::dispatch::{self, Answer, Ran};
use crate::event::{Event, Kind};
use crate::input::SessionRef;
use crate::state::{CLOCK_MAX, ITEMS_MAX, Item, State};
use crate::{calendar, schedule as schedules, waiting};

/// What a step takes that says only that it can go on. *Units*: nanoseconds.
const STEP_NANOS: i64 = 100_000;

/// How long a statement waits for its job: 30 days of virtual time.
const WAIT_NANOS: i64 = 30 * 86_400 * 1_000_000_000;

/// Most failures kept for those who wait.
const FAILURES_MAX: usize = 256;

/// How often an error that may pass is tried again before it fails its job.
const TRIES_MAX: i64 = 5;

/// Most errors that a row keeps: `jobs.execution_errors.max_entries`, by default.
const ERRORS_MAX: usize = 3;

/// How long until rows that cannot be read or written are tried again. *Units*: nanoseconds.
const ROWS_AGAIN_NANOS: i64 = 10 * NANOS_PER_SEC;

/// Time between two rounds that forget old jobs. *Units*: nanoseconds.
const PURGE_NANOS: i64 = 12 * 3600 * NANOS_PER_SEC;

/// How long the session of a node that is gone holds its jobs: `server.sqlliveness.ttl`. *Units*: nanoseconds.
const SESSION_NANOS: i64 = 40 * NANOS_PER_SEC;

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
pub(crate) fn schedule(state: &mut State, name: &str, record: &Record, at: Timestamp) {
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
    state.agenda.retain(|_, item| !is_step_of(item, name, id));
}

pub(crate) fn is_scheduled(state: &State, name: &str, id: JobId) -> bool {
    state.agenda.iter().any(|(_, item)| is_step_of(item, name, id))
}

fn is_step_of(item: &Item, name: &str, id: JobId) -> bool {
    matches!(item, Item::JobStep { cluster, job, .. } if *job == id && cluster == name)
}

/// Takes up all jobs that are not at an end, from their rows alone: their next steps are due now.
pub(crate) fn adopt(state: &mut State, name: &str) {
    state
        .agenda
        .retain(|_, item| !matches!(item, Item::JobStep { cluster, .. } if cluster == name));
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
pub(crate) fn load(state: &mut State, name: &str, id: JobId) -> Option<Record> {
    in_txn(state, name, |sys| jobs::load(sys, id))?.ok().flatten()
}

/// Changes a job's row; answers whether that could be done. If not, the step is to be taken again.
fn change(
    state: &mut State,
    name: &str,
    mut record: Record,
    edit: impl Fn(&mut Record, Timestamp),
) -> bool {
    let now = state.clock.tick();
    edit(&mut record, now);
    let saved = in_txn(state, name, |sys| jobs::save(sys, &mut record, now));
    let done = matches!(saved, Some(Ok(())));
    if !done {
        again(state, name, record.id, record.kind() == JobKind::SchemaChangeGc);
    }
    done
}

/// Puts a step off whose rows cannot be read or written now.
fn again(state: &mut State, name: &str, id: JobId, background: bool) {
    take_off(state, name, id);
    let at = state.now().add_nanos(ROWS_AGAIN_NANOS);
    state.agenda.push(at, Item::JobStep { cluster: name.to_owned(), job: id, background });
}

/// One step of a job.
pub(crate) fn step(state: &mut State, name: &str, id: JobId, background: bool) {
    match in_txn(state, name, |sys| jobs::load(sys, id)) {
        Some(Ok(Some(record))) if !is_orphan(state, name, &record) => {
            take_step(state, name, record);
            dispatch::settle(state, name);
        }
        Some(Err(_)) => again(state, name, id, background),
        Some(Ok(_)) | None => {}
    }
}

/// Whether the node that runs a job is gone. Then the job rests until its session has run out, and is taken over by a
/// node that is there, which goes on from the last checkpoint.
fn is_orphan(state: &mut State, name: &str, record: &Record) -> bool {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return false };
    let node = record.claimed_by.and_then(|node| u32::try_from(node).ok()).map(NodeId);
    let runs = |node: &kv::Node| node.process == kv::Process::Running;
    let Some(node) = node.filter(|node| !cluster.kv.node(*node).is_some_and(runs)) else {
        cluster.orphans.remove(&record.id);
        return false;
    };
    let due = *cluster.orphans.entry(record.id).or_insert(now.add_nanos(SESSION_NANOS));
    let heir = cluster.kv.gateway().filter(|_| due <= now);
    let Some(heir) = heir else {
        let at = if due > now { due } else { now.add_nanos(ROWS_AGAIN_NANOS) };
        schedule(state, name, record, at);
        return true;
    };
    cluster.orphans.remove(&record.id);
    let adopted = change(state, name, record.clone(), |record, now| {
        record.claimed_by = Some(i64::from(heir.0));
        record.num_runs += 1;
        record.last_run_micros = Some(jobs::record::micros(now));
    });
    if adopted {
        let words =
            format!("was on {node}, which is gone; {heir} goes on from the last checkpoint");
        tell(state, record.id, Tone::Warn, &words);
        schedule(state, name, record, now);
    }
    true
}

fn take_step(state: &mut State, name: &str, mut record: Record) {
    let id = record.id;
    match record.status {
        Status::Pending | Status::Running => run(state, name, &record),
        Status::PauseRequested => {
            let now = state.clock.tick();
            in_txn(state, name, |sys| control::grant_pause(sys, &mut record, now));
            tell(state, id, Tone::Hold, "paused");
            answer_waiting(state, name, id);
        }
        Status::CancelRequested => {
            let at = state.now();
            if change(state, name, record.clone(), |record, _| to_reverting(record)) {
                schedule(state, name, &record, at);
            }
        }
        Status::Reverting => revert(state, name, &record),
        Status::Paused
        | Status::Succeeded
        | Status::Failed
        | Status::Canceled
        | Status::RevertFailed => {}
    }
}

fn to_reverting(record: &mut Record) {
    record.status = Status::Reverting;
    record.payload.reverts = true;
    record.num_runs = 1;
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
        Err(error) if may_pass(&error) && tries_left(record) => {
            retry(state, name, record, &error);
        }
        Err(error) => {
            let failed = change(state, name, record.clone(), |record, _| {
                record.payload.error.clone_from(&error.message);
                to_reverting(record);
            });
            if !failed {
                return;
            }
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

/// Whether the same may succeed later: a range without a majority, a lost race, a store that does not answer.
fn may_pass(error: &ErrorReply) -> bool {
    [SqlState::RANGE_UNAVAILABLE, SqlState::SERIALIZATION_FAILURE, SqlState::IO_ERROR]
        .iter()
        .any(|code| code.code() == error.code)
}

/// Whether a job that met an error is tried once more. What nobody can cancel is tried for ever.
fn tries_left(record: &Record) -> bool {
    record.payload.noncancelable || record.num_runs <= TRIES_MAX
}

/// Lets a job wait after an error that may pass.
fn retry(state: &mut State, name: &str, record: &Record, error: &ErrorReply) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    // Where settings cannot be read either, the defaults' first delay will do.
    let backoff = cluster.catalog.committed(&mut cluster.kv, now.next()).ok();
    let delay = backoff.map_or(30 * NANOS_PER_SEC, |snapshot| {
        jobs::Backoff::of(&snapshot).delay_nanos(record.num_runs)
    });
    let text = format!(
        "{} execution from '{}' to '{}' on {} failed: {}",
        record.status.word(),
        calendar::short(Timestamp::from_wall(record.last_run_micros.unwrap_or(0) * 1000)),
        calendar::short(now),
        record.claimed_by.unwrap_or(0),
        error.message
    );
    // The row as the step left it: what it has done is kept.
    let Some(fresh) = load(state, name, record.id) else {
        return again(state, name, record.id, record.kind() == JobKind::SchemaChangeGc);
    };
    let kept = change(state, name, fresh, |record, now| {
        let errors = &mut record.payload.execution_errors;
        errors.push(text.clone());
        let old = errors.len().saturating_sub(ERRORS_MAX);
        errors.drain(..old);
        record.num_runs += 1;
        record.last_run_micros = Some(jobs::record::micros(now));
    });
    if kept {
        let words = format!("is tried again in {}: {}", calendar::length(delay), error.message);
        tell(state, record.id, Tone::Warn, &words);
        schedule(state, name, record, now.add_nanos(delay));
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
    if let Err(error) = &undone
        && may_pass(error)
    {
        return retry(state, name, record, error);
    }
    let Some(record) = load(state, name, id) else { return };
    let failed = !record.payload.error.is_empty();
    let (status, words) = match (&undone, failed) {
        (Err(_), _) => (Status::RevertFailed, "could not be undone"),
        (Ok(()), true) => (Status::Failed, "failed"),
        (Ok(()), false) => (Status::Canceled, "canceled"),
    };
    let error = record.payload.error.clone();
    let kind = record.kind().words();
    let ended_so = change(state, name, record, |record, now| {
        if let Err(cause) = &undone {
            record.payload.error.clone_from(&cause.message);
        }
        record.finish(status, now);
    });
    if !ended_so {
        return;
    }
    let said = if failed { format!("{kind} {words}: {error}") } else { format!("{kind} {words}") };
    tell(state, id, Tone::Breaks, &said);
    ended(state, name, id);
}

fn finished(state: &mut State, name: &str, id: JobId) {
    let Some(record) = load(state, name, id) else { return };
    let kind = record.kind();
    if !record.status.is_terminal() && !change(state, name, record, Record::succeed) {
        return;
    }
    tell(state, id, Tone::Safe, &format!("{} succeeded", kind.words()));
    ended(state, name, id);
}

/// Asks jobs that wait for a TTL again, once zones have changed.
pub(crate) fn ask_waiting(state: &mut State, name: &str) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let written = cluster.kv.last_write(&sql::row::table_span(ids::ZONES));
    if written == cluster.zones_seen {
        return;
    }
    cluster.zones_seen = written;
    let mut asked = Vec::new();
    state.agenda.retain(|slot, item| match item {
        Item::JobStep { cluster, background: true, .. } if cluster == name && slot.due > now => {
            asked.push(item.clone());
            false
        }
        Item::JobStep { .. }
        | Item::Scheduler { .. }
        | Item::Liveness { .. }
        | Item::Replicate { .. }
        | Item::Workload { .. }
        | Item::Fault { .. } => true,
    });
    for item in asked {
        state.agenda.push(now, item);
    }
}

/// Forgets jobs that ended longer ago than `jobs.retention_time`, a few times a day at most.
fn purge(state: &mut State, name: &str) {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    if now < cluster.purged.add_nanos(PURGE_NANOS) {
        return;
    }
    cluster.purged = now;
    let Ok(snapshot) = cluster.catalog.committed(&mut cluster.kv, now.next()) else { return };
    let kept = snapshot.settings.number(cluster.rules, "jobs.retention_time");
    let oldest = jobs::record::micros(now.add_nanos(-kept));
    // What cannot be removed now is removed by the next round.
    in_txn(state, name, |sys| jobs::registry::purge(sys, oldest));
}

fn ended(state: &mut State, name: &str, id: JobId) {
    take_off(state, name, id);
    if let Some(record) = load(state, name, id) {
        schedules::job_ended(state, name, &record);
    }
    state.forget_forecast();
    answer_waiting(state, name, id);
    purge(state, name);
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
    let mut heard = state.now();
    for _ in 0..ITEMS_MAX {
        if let Some(end) = outcome(state, name, who, id) {
            return end;
        }
        if waiting::jobs_can_run(state, name) {
            heard = state.now();
        } else if waiting::has_waited(heard, state.now()) {
            return Err(waiting::unreachable_job(id));
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
