//! Schedules: the scheduler's ticks on the agenda, and the statements about schedules.
//!
//! ```text
//!   rows of system.scheduled_jobs ─ changed? ─▶ soonest next_run ─▶ one item a cluster, at the scheduler's next look
//!   tick ─▶ executor::fire for each that is due ─▶ jobs ─▶ agenda        looks that would find nothing are never run
//! ```
//!
//! Shape: the real scheduler looks every minute, so a run begins up to a minute late, but backs up as of its scheduled time;
//! looks stand on whole minutes here. Source: `spec/schedules-and-jobs.md` §5.

use std::sync::Arc;

use backup::schedule::executor::{self, Fired};
use backup::schedule::record::{self, Schedule};
use backup::schedule::{alter, control, create, show};
use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::sqlstate::SqlState;
use protocol::agenda::Tone;
use protocol::result::ErrorReply;
use sql::ast::query::{Select, SelectBody};
use sql::ast::schedule::{ControlSchedules, ScheduleCommand};
use sql::ast::{Expr, Show, Statement};
use sql::catalog::system::ids;
use sql::jobs::{Record, Status};
use sql::outcome::Rows;
use sql::session::Session;

use crate::dispatch::{self, Answer};
use crate::event::{Event, Kind};
use crate::input::SessionRef;
use crate::state::{Item, State};
use crate::{job, job_control, view};

/// Time between two looks of the scheduler: setting `jobs.scheduler.pace`, by default.
const PACE_NANOS: i64 = 60 * NANOS_PER_SEC;

/// The first look of the scheduler at or after a moment.
pub(crate) const fn look_at(at: Timestamp) -> Timestamp {
    let over = at.wall.rem_euclid(PACE_NANOS);
    if over == 0 && at.logical == 0 {
        at
    } else {
        Timestamp::from_wall(at.wall - over).add_nanos(PACE_NANOS)
    }
}

/// Microseconds of a row as a moment.
pub(crate) const fn moment(micros: i64) -> Timestamp {
    Timestamp::from_wall(micros.saturating_mul(1000))
}

/// Puts the scheduler's next look on the agenda if rows of schedules have changed.
pub(crate) fn replan(state: &mut State, name: &str) {
    let Some(cluster) = state.clusters.get_mut(name) else { return };
    let written = cluster.kv.last_write(&sql::row::table_span(ids::SCHEDULED_JOBS));
    if written == cluster.schedules_seen {
        return;
    }
    let Some(Ok(all)) = job::in_txn(state, name, record::all) else {
        // Rows under an open transaction: its end brings us here again.
        return;
    };
    if let Some(cluster) = state.clusters.get_mut(name) {
        cluster.schedules_seen = written;
    }
    let now = state.now();
    plan(state, name, &all, now);
}

fn plan(state: &mut State, name: &str, all: &[Schedule], from: Timestamp) {
    state.agenda.retain(|_, item| !matches!(item, Item::Scheduler { cluster } if cluster == name));
    if let Some(next) = all.iter().filter_map(|one| one.next_run).min() {
        let at = look_at(moment(next).max(from));
        state.agenda.push(at, Item::Scheduler { cluster: name.to_owned() });
    }
}

/// The scheduler looks.
pub(crate) fn tick(state: &mut State, name: &str) {
    let now = state.now();
    let Some(Ok(all)) = job::in_txn(state, name, record::all) else {
        // Nobody can read the rows now. What is missed meanwhile is run once, as of its time.
        let at = look_at(now.next());
        state.agenda.push(at, Item::Scheduler { cluster: name.to_owned() });
        return;
    };
    let is_due = |one: &&Schedule| one.next_run.is_some_and(|next| moment(next) <= now);
    for one in all.iter().filter(is_due) {
        let fired = call(state, name, &one.owner, |cx| executor::fire(one.id, cx));
        let said = match fired {
            Ok(Fired::Nothing) => continue,
            Ok(Fired::Started) => (Tone::Neutral, "starts a backup".to_owned()),
            Ok(Fired::Waits) => (Tone::Warn, "waits: its last job is still at work".to_owned()),
            Ok(Fired::Foreign) => (
                Tone::Hold,
                "is of another cluster and was paused; RESUME SCHEDULE starts it".to_owned(),
            ),
            Ok(Fired::Failed(why)) => {
                let error = dispatch::reply(SqlState::UNCATEGORIZED, why.as_str());
                remember(state, name, one, error);
                (Tone::Breaks, format!("could not make its job: {why}"))
            }
            Err(error) => (Tone::Breaks, format!("could not run: {}", error.message)),
        };
        tell(state, one, said.0, &said.1);
        dispatch::settle(state, name);
    }
    // Whatever is still due is looked at by the next look, not by this one again.
    let left = job::in_txn(state, name, record::all).and_then(Result::ok).unwrap_or(all);
    plan(state, name, &left, now.next());
}

fn tell(state: &mut State, one: &Schedule, tone: Tone, words: &str) {
    let kind = if one.is_incremental() { "incremental" } else { "full" };
    let words = format!("schedule {} ({kind} {}) {words}", one.label, one.id);
    let event = Event::new(state.now(), Kind::Schedule, tone, words).about(one.label.as_str());
    state.note(event);
}

/// Calls `backup` as a user, in no transaction.
fn call<T>(
    state: &mut State,
    name: &str,
    user: &str,
    work: impl FnOnce(&mut backup::cx::Cx<'_, '_>) -> Result<T, backup::error::Error>,
) -> Result<T, ErrorReply> {
    let mut session = Session::new(user, "defaultdb");
    let ran = dispatch::backup_call(state, name, &mut session, work)?;
    job::start(state, name, &ran.answer.jobs);
    Ok(ran.value)
}

/// A schedule hears that its job has ended.
pub(crate) fn job_ended(state: &mut State, name: &str, record: &Record) {
    let Some(id) = executor::made_by(record) else { return };
    if record.status == Status::Failed
        && let Some(Ok(Some(one))) = job::in_txn(state, name, |sys| record::load(sys, id))
    {
        let error = dispatch::reply(SqlState::UNCATEGORIZED, record.payload.error.as_str());
        remember(state, name, &one, error);
    }
    let heard = call(state, name, "root", |cx| executor::job_ended(record, cx));
    debug_assert!(heard.is_ok(), "job {}: {heard:?}", record.id);
}

/// Keeps a scheduled backup that failed where it was to extend a chain: the map shows it there, with its cause.
fn remember(state: &mut State, name: &str, one: &Schedule, mut error: ErrorReply) {
    let Some(rules) = state.clusters.get(name).map(|cluster| cluster.rules) else { return };
    let Some(backup) = one.statement(rules) else { return };
    let stmt = Statement::Backup(Box::new(backup));
    error.cause = view::cause::explain(state, name, &stmt, &error).map(Box::new);
    dispatch::remember_attempt(state, name, &stmt, &error);
}

/// Carries out a statement about schedules; `None` for any other.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other statement is somebody else's")]
pub(crate) fn statement(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &Statement,
) -> Option<Result<Answer, ErrorReply>> {
    Some(match stmt {
        Statement::CreateSchedule(stmt) => {
            dispatch::with_backup(state, name, who, |cx| create::create(stmt, cx))
                .map(|ran| answer(ran.value, ran.answer, "CREATE SCHEDULE"))
        }
        Statement::AlterBackupSchedule(stmt) => {
            dispatch::with_backup(state, name, who, |cx| alter::alter(stmt, cx))
                .map(|ran| answer(ran.value, ran.answer, "ALTER BACKUP SCHEDULE"))
        }
        Statement::ControlSchedules(stmt) => controlled(state, name, who, stmt),
        Statement::Show(show) => shown(state, name, who, show)?,
        _ => return None,
    })
}

fn answer(rows: Rows, said: Answer, tag: &str) -> Answer {
    Answer { rows: Some(rows), tag: Some(tag.to_owned()), ..said }
}

fn controlled(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &ControlSchedules,
) -> Result<Answer, ErrorReply> {
    let chosen = job_control::chosen(state, name, who, &stmt.schedules)?;
    let chosen: Vec<i64> = chosen.into_iter().map(|id| id.0).collect();
    let command: ScheduleCommand = stmt.command;
    let ran = dispatch::with_backup(state, name, who, |cx| control::control(command, &chosen, cx))?;
    let tag = format!("{} SCHEDULES {}", control::word(command), ran.value);
    Ok(Answer { tag: Some(tag), ..ran.answer })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other SHOW is sql's own")]
fn shown(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    show: &Show,
) -> Option<Result<Answer, ErrorReply>> {
    let (id, of_creation) = match show {
        Show::Schedules(stmt) => (stmt.id.as_ref(), false),
        Show::CreateSchedules(id) => (id.as_ref(), true),
        _ => return None,
    };
    let id = match id.map(|id| number(state, name, who, id)).transpose() {
        Ok(id) => id.flatten(),
        Err(error) => return Some(Err(error)),
    };
    let ran = dispatch::with_backup(state, name, who, |cx| match show {
        Show::Schedules(stmt) if !of_creation => show::schedules(stmt, id, cx),
        _ => show::create_statements(id, cx),
    });
    Some(ran.map(|ran| {
        let tag = format!("SHOW {}", ran.value.rows.len());
        answer(ran.value, ran.answer, &tag)
    }))
}

/// The value of an expression that names a schedule.
fn number(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    id: &Expr,
) -> Result<Option<i64>, ErrorReply> {
    let select = Select::bare(SelectBody::Values(vec![vec![id.clone()]]));
    Ok(job_control::chosen(state, name, who, &select)?.first().map(|id| id.0))
}
