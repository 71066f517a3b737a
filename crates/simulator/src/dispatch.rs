//! From a text to its answer: who carries out which statement.
//!
//! ```text
//!   text ─▶ parse (the version's dialect) ─▶ BACKUP, RESTORE, SHOW BACKUP(S) ─▶ crate backup, job on the agenda
//!                                          ├▶ PAUSE, RESUME, CANCEL JOB      ─▶ job
//!                                          ├▶ CREATE SCHEDULE and the like   ─▶ schedule
//!                                          └▶ all others                     ─▶ sql::execute, [SHOW BACKUP …] filled first
//!   afterwards: time passes, jobs of a committed transaction start, the key space hears of new zones and protections
//! ```
//!
//! Errors: one form, [`ErrorReply`], whatever layer refused. Source: `spec/time.md` 2 for what time a statement takes.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::JobId;
use base::num;
use base::sqlstate::SqlState;
use protocol::agenda::Tone;
use protocol::result::{Column, ErrorReply, Notice, StatementResult};
use protocol::time::Nanos;
use sql::ast::Statement;
use sql::outcome::{Outcome, Rows};
use sql::parser::{self, Dialect};
use sql::rules::Version;
use sql::session::{Session, TxnState};
use sql::types::Datum;

use crate::cluster::Seat;
use crate::event::{Event, Kind};
use crate::input::{Policy, SessionRef};
use crate::state::{Attempt, STATEMENT_NANOS, State};
use crate::{job, job_control, nodes, schedule, userfile, view, waiting};

/// What a BACKUP costs at least, so that two fulls never share a name by accident. *Units*: nanoseconds.
const BACKUP_NANOS: i64 = 10_000_000;

/// Most failed backups kept for the map.
const ATTEMPTS_MAX: usize = 200;

/// Most rows of one result.
const ROWS_MAX: usize = 1_000_000;

/// What a statement led to, before it is told.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Option<Rows>,
    pub(crate) tag: Option<String>,
    pub(crate) notices: Vec<sql::outcome::Notice>,
    pub(crate) jobs: Vec<JobId>,
}

impl Answer {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Rows(rows, tag) => {
                Self { rows: Some(rows), tag: Some(tag), ..Self::default() }
            }
            Outcome::Tag(tag) => Self { tag: Some(tag), ..Self::default() },
        }
    }
}

/// Runs a text in a session: one statement, or a batch.
pub(crate) fn exec(
    state: &mut State,
    who: &Arc<SessionRef>,
    text: &Arc<str>,
    batch: bool,
) -> Vec<StatementResult> {
    let begun = state.now();
    let name = if who.cluster.is_empty() { state.current.clone() } else { who.cluster.clone() };
    let parsed = match admit(state, &name, who).and_then(|()| parse(state, &name, text)) {
        Ok(parsed) => parsed,
        Err(error) => {
            abort_block(state, &name, who);
            state.run_until(begun.add_nanos(STATEMENT_NANOS));
            let result = refused(text, begun, state.now(), error);
            tell(state, text, true, begun);
            return vec![result];
        }
    };
    let statements = if batch { parsed.len() } else { 1 };
    begin_batch(state, &name, who, statements);
    let mut results: Vec<StatementResult> = Vec::with_capacity(parsed.len());
    for one in &parsed {
        let sql: Arc<str> =
            if parsed.len() == 1 { Arc::clone(text) } else { Arc::from(&text[one.span.clone()]) };
        let result = statement(state, &name, who, &sql, &one.stmt);
        let failed = result.error.is_some();
        results.push(result);
        if failed && batch {
            break;
        }
    }
    if statements > 1 {
        end_batch(state, &name, who, &mut results);
    }
    for (i, result) in results.iter_mut().enumerate() {
        result.n = num::to_u32(i + 1);
    }
    results
}

/// Whether the session may speak now.
pub(crate) fn admit(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
) -> Result<(), ErrorReply> {
    let now = state.now();
    if let Some(nobody) = waiting::nobody(state, name) {
        return Err(nobody);
    }
    let Some(cluster) = state.clusters.get_mut(name) else {
        return Err(reply(SqlState::UNDEFINED_OBJECT, format!("there is no cluster \"{name}\"")));
    };
    let seat = cluster.seat(who, now).map_err(|cause| of_sql(&cause.into()))?;
    match seat.waits_for {
        Some(job) => Err(ErrorReply {
            hint: Some("let time pass (\\sim step, \\sim advance), or use another session".into()),
            ..reply(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("this session waits for job {job}"),
            )
        }),
        None => Ok(()),
    }
}

pub(crate) fn parse(
    state: &State,
    name: &str,
    text: &str,
) -> Result<Vec<parser::Parsed>, ErrorReply> {
    let version = state.clusters.get(name).map_or(state.config.version, |c| c.rules.version());
    let mut dialect = match version {
        Version::V21_2 => Dialect::V21_2,
        Version::V26_2 => Dialect::V26_2,
    };
    dialect.incremental_location |= state.config.incremental_location;
    parser::parse_with(text, dialect).map_err(|cause| of_sql(&cause.into()))
}

/// A text that cannot be parsed fails the transaction block that it was said in.
fn abort_block(state: &mut State, name: &str, who: &Arc<SessionRef>) {
    let Some(seat) = state.clusters.get_mut(name).and_then(|c| c.seats.get_mut(who)) else {
        return;
    };
    seat.session.txn = match std::mem::replace(&mut seat.session.txn, TxnState::Idle) {
        TxnState::Open(open) => TxnState::Aborted(open),
        other @ (TxnState::Idle | TxnState::Aborted(_)) => other,
    };
}

/// Opens the transaction that a batch shares, where the version has one.
fn begin_batch(state: &mut State, name: &str, who: &Arc<SessionRef>, statements: usize) {
    if statements > 1 {
        let begun: Result<Ran<()>, ErrorReply> = with_sql(state, name, who, |cx| {
            sql::exec::txn::begin_batch(statements, cx);
            Ok::<(), sql::error::Error>(())
        });
        debug_assert!(begun.is_ok(), "the session was admitted");
    }
}

/// Ends the transaction that a batch shared.
fn end_batch(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    results: &mut [StatementResult],
) {
    match with_sql(state, name, who, sql::exec::txn::end_batch) {
        Ok(ran) => job::start(state, name, &ran.answer.jobs),
        Err(error) => {
            if let Some(last) = results.last_mut().filter(|last| last.error.is_none()) {
                last.error = Some(error);
            }
        }
    }
    settle(state, name);
}

/// Runs one statement and lets its time pass.
fn statement(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    sql: &Arc<str>,
    stmt: &Statement,
) -> StatementResult {
    let begun = state.now();
    waiting::take_latency(state, name);
    let answer = waiting::carry_out(state, name, who, stmt);
    settle(state, name);
    let cost = if matches!(stmt, Statement::Backup(_)) { BACKUP_NANOS } else { STATEMENT_NANOS };
    let cost = cost + waiting::take_latency(state, name);
    state.run_until(begun.add_nanos(cost));
    let now = state.now();
    let failed = answer.is_err();
    let mut result = match answer {
        Ok(answer) => told(answer),
        Err(mut error) => {
            error.cause = view::cause::explain(state, name, stmt, &error).map(Box::new);
            remember_attempt(state, name, stmt, &error);
            StatementResult { error: Some(error), ..StatementResult::default() }
        }
    };
    result.n = 1;
    sql.as_ref().clone_into(&mut result.sql);
    result.at = Nanos(now.wall);
    result.took = Nanos(now.wall.saturating_sub(begun.wall));
    tell(state, sql, failed, begun);
    result
}

/// Keeps a backup that was to extend a chain and failed: the map shows it there.
pub(crate) fn remember_attempt(
    state: &mut State,
    name: &str,
    stmt: &Statement,
    error: &ErrorReply,
) {
    let Statement::Backup(backup) = stmt else { return };
    let Some((collections, place, chain)) = view::cause::chain_of(state, name, backup) else {
        return;
    };
    let collection = &collections[place];
    if state.attempts.len() >= ATTEMPTS_MAX {
        state.attempts.remove(0);
    }
    state.attempts.push(Attempt {
        at: state.now(),
        collection: Arc::clone(&collection.uri),
        subdir: collection.chains[chain].subdir.clone(),
        error: error.clone(),
    });
}

/// Hands what a statement changed to those who cannot read rows.
pub(crate) fn settle(state: &mut State, name: &str) {
    let changed =
        state.clusters.get_mut(name).is_some_and(|cluster| cluster.push(&mut state.clock));
    if changed {
        state.forget_forecast();
        nodes::follow(state, name);
    }
    schedule::replan(state, name);
    job::ask_waiting(state, name);
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other statement is carried out by sql alone"
)]
pub(crate) fn carry_out(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &Statement,
) -> Result<Answer, ErrorReply> {
    if let Some(answer) = schedule::statement(state, name, who, stmt) {
        return answer;
    }
    match stmt {
        Statement::Backup(backup) => {
            let planned = with_backup(state, name, who, |cx| backup::take::plan(backup, cx))?;
            job_statement(state, name, who, planned, "BACKUP")
        }
        Statement::Restore(restore) => {
            let planned = with_backup(state, name, who, |cx| backup::restore::plan(restore, cx))?;
            job_statement(state, name, who, planned, "RESTORE")
        }
        Statement::ShowBackups(_)
        | Statement::ShowBackup(_)
        | Statement::CheckExternalConnection(_) => {
            let (rows, mut answer) = rows_of(state, name, who, stmt)?;
            answer.tag = Some(format!("SHOW {}", rows.rows.len()));
            answer.rows = Some(rows);
            Ok(answer)
        }
        Statement::CreateExternalConnection(made) => {
            let made = with_backup(state, name, who, |cx| backup::connection::create(made, cx))?;
            let tag = Some("CREATE EXTERNAL CONNECTION".to_owned());
            Ok(Answer { tag, ..made.answer })
        }
        Statement::DropExternalConnection(gone) => {
            let gone = with_backup(state, name, who, |cx| backup::connection::remove(gone, cx))?;
            Ok(Answer { tag: Some("DROP EXTERNAL CONNECTION".to_owned()), ..gone.answer })
        }
        Statement::AlterBackup(alter) => {
            let done = with_backup(state, name, who, |cx| backup::alter::alter(alter, cx))?;
            Ok(Answer { tag: Some("ALTER BACKUP".to_owned()), ..done.answer })
        }
        Statement::ControlJobs(control) => job_control::control(state, name, who, control),
        _ => match job_control::waits_for_jobs(stmt) {
            Some(jobs) => job_control::show_when_complete(state, name, who, jobs),
            None => by_sql(state, name, who, stmt),
        },
    }
}

/// The rows of a statement that only the simulator can run.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest go through the front door")]
fn rows_of(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &Statement,
) -> Result<(Rows, Answer), ErrorReply> {
    match stmt {
        Statement::ShowBackups(show) => {
            let rows = with_backup(state, name, who, |cx| backup::show::backups(show, cx))?;
            Ok((rows.value, rows.answer))
        }
        Statement::CheckExternalConnection(check) => {
            let rows = with_backup(state, name, who, |cx| backup::connection::check(check, cx))?;
            Ok((rows.value, rows.answer))
        }
        Statement::ShowBackup(show) => {
            let rows = with_backup(state, name, who, |cx| backup::show::backup(show, cx))?;
            Ok((rows.value, rows.answer))
        }
        _ => {
            let mut answer = carry_out(state, name, who, stmt)?;
            let rows = answer.rows.take().unwrap_or_default();
            Ok((rows, answer))
        }
    }
}

pub(crate) fn by_sql(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    stmt: &Statement,
) -> Result<Answer, ErrorReply> {
    let mut holes = Vec::new();
    let mut before = Answer::default();
    for source in sql::exec::foreign_sources(stmt) {
        let (rows, answer) = rows_of(state, name, who, source)?;
        holes.push(rows);
        before.notices.extend(answer.notices);
        before.jobs.extend(answer.jobs);
    }
    let lent = userfile::tables(&state.buckets, name, &who.user, stmt);
    let ran = with_sql(state, name, who, |cx| {
        cx.holes = holes;
        cx.session.lent = lent;
        let done = sql::exec::execute(stmt, cx);
        cx.session.lent.clear();
        done
    })?;
    let mut answer = Answer::of(ran.value);
    if answer.rows.as_ref().is_some_and(|rows| rows.rows.len() > ROWS_MAX) {
        return Err(reply(
            SqlState::PROGRAM_LIMIT_EXCEEDED,
            format!("the result has more than {ROWS_MAX} rows"),
        ));
    }
    answer.notices = before.notices;
    answer.notices.extend(ran.answer.notices);
    answer.jobs = before.jobs;
    if !ran.answer.jobs.is_empty() {
        settle(state, name);
        job::start(state, name, &ran.answer.jobs);
        if state.config.policy == Policy::Auto {
            job::wait_for_definitions(state, name, who, &ran.answer.jobs)?;
        }
    }
    answer.jobs.extend(ran.answer.jobs);
    Ok(answer)
}

/// A BACKUP or RESTORE whose job has been made: answers at once, or when the job has ended.
fn job_statement(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    planned: Ran<backup::cx::Planned>,
    tag: &str,
) -> Result<Answer, ErrorReply> {
    let Ran { value: planned, answer: mut so_far } = planned;
    settle(state, name);
    job::start(state, name, &so_far.jobs);
    so_far.jobs = vec![planned.job];
    so_far.tag = Some(tag.to_owned());
    if planned.detached {
        so_far.rows = Some(planned.detached_rows());
        return Ok(so_far);
    }
    match state.config.policy {
        Policy::Auto => {
            let rows = job::wait(state, name, who, planned.job)?;
            so_far.rows = Some(rows);
            Ok(so_far)
        }
        Policy::Manual => {
            if let Some(seat) = state.clusters.get_mut(name).and_then(|c| c.seats.get_mut(who)) {
                seat.waits_for = Some(planned.job);
            }
            so_far.tag = Some("pending".to_owned());
            Ok(so_far)
        }
    }
}

/// What a call into a layer gave, beside what it said on the way.
pub(crate) struct Ran<T> {
    pub(crate) value: T,
    pub(crate) answer: Answer,
}

/// Calls `sql` with what it may touch.
pub(crate) fn with_sql<T, E: Into<sql::error::Error>>(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    call: impl FnOnce(&mut sql::cx::Cx<'_>) -> Result<T, E>,
) -> Result<Ran<T>, ErrorReply> {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else {
        return Err(reply(SqlState::UNDEFINED_OBJECT, format!("there is no cluster \"{name}\"")));
    };
    let mut seat = take_seat(cluster, who, now)?;
    let mut loan = cluster.lend(&mut state.clock, &mut seat.session);
    let value = call(&mut loan.cx);
    let answer = said(&mut loan.cx);
    cluster.seats.insert(Arc::clone(who), seat);
    match value {
        Ok(value) => Ok(Ran { value, answer }),
        Err(cause) => Err(of_sql(&cause.into())),
    }
}

/// Calls `backup` with what it may touch.
pub(crate) fn with_backup<T>(
    state: &mut State,
    name: &str,
    who: &Arc<SessionRef>,
    call: impl FnOnce(&mut backup::cx::Cx<'_, '_>) -> Result<T, backup::error::Error>,
) -> Result<Ran<T>, ErrorReply> {
    let now = state.now();
    let Some(cluster) = state.clusters.get_mut(name) else {
        return Err(reply(SqlState::UNDEFINED_OBJECT, format!("there is no cluster \"{name}\"")));
    };
    let mut seat = take_seat(cluster, who, now)?;
    let ran = backup_call(state, name, &mut seat.session, call);
    if let Some(cluster) = state.clusters.get_mut(name) {
        cluster.seats.insert(Arc::clone(who), seat);
    }
    ran
}

/// The same for a session that is nobody's seat: a job's own.
pub(crate) fn backup_call<T>(
    state: &mut State,
    name: &str,
    session: &mut Session,
    call: impl FnOnce(&mut backup::cx::Cx<'_, '_>) -> Result<T, backup::error::Error>,
) -> Result<Ran<T>, ErrorReply> {
    let Some(cluster) = state.clusters.get_mut(name) else {
        return Err(reply(SqlState::UNDEFINED_OBJECT, format!("there is no cluster \"{name}\"")));
    };
    let implicit_access = cluster.implicit_access;
    let mut loan = cluster.lend(&mut state.clock, session);
    let mut cx = backup::cx::Cx {
        sql: &mut loan.cx,
        buckets: &mut state.buckets,
        cluster: loan.cluster,
        implicit_access,
    };
    let value = call(&mut cx);
    let answer = said(&mut loan.cx);
    match value {
        Ok(value) => Ok(Ran { value, answer }),
        Err(cause) => Err(of_backup(&cause)),
    }
}

fn take_seat(
    cluster: &mut crate::cluster::Cluster,
    who: &Arc<SessionRef>,
    now: Timestamp,
) -> Result<Seat, ErrorReply> {
    cluster.seat(who, now).map_err(|cause| of_sql(&cause.into()))?;
    cluster
        .seats
        .remove(who)
        .ok_or_else(|| reply(SqlState::INTERNAL_ERROR, "the session is in use".to_owned()))
}

fn said(cx: &mut sql::cx::Cx<'_>) -> Answer {
    Answer {
        notices: std::mem::take(&mut cx.notices),
        jobs: std::mem::take(&mut cx.jobs_started),
        ..Answer::default()
    }
}

/// An error with nothing but a code and a text.
pub(crate) fn reply(code: SqlState, message: impl Into<String>) -> ErrorReply {
    ErrorReply { code: code.code().to_owned(), message: message.into(), ..ErrorReply::default() }
}

/// An error of `sql` as a client sees it.
pub(crate) fn of_sql(cause: &sql::error::Error) -> ErrorReply {
    ErrorReply {
        code: cause.sqlstate().code().to_owned(),
        message: cause.to_string(),
        detail: cause.detail(),
        hint: cause.hint(),
        position: cause.position().map(|at| num::to_u32(at.saturating_add(1))),
        cause: None,
    }
}

/// An error of `backup` as a client sees it.
pub(crate) fn of_backup(cause: &backup::error::Error) -> ErrorReply {
    ErrorReply {
        code: cause.sqlstate().code().to_owned(),
        message: cause.to_string(),
        detail: cause.detail(),
        hint: cause.hint(),
        ..ErrorReply::default()
    }
}

fn refused(sql: &str, begun: Timestamp, now: Timestamp, error: ErrorReply) -> StatementResult {
    StatementResult {
        n: 1,
        sql: sql.to_owned(),
        at: Nanos(now.wall),
        took: Nanos(now.wall.saturating_sub(begun.wall)),
        error: Some(error),
        ..StatementResult::default()
    }
}

fn tell(state: &mut State, sql: &Arc<str>, failed: bool, begun: Timestamp) {
    let tone = if failed { Tone::Warn } else { Tone::Neutral };
    state.note(Event::new(begun, Kind::Statement, tone, Arc::clone(sql)));
}

/// An answer in the text forms that cross a process.
pub(crate) fn told(answer: Answer) -> StatementResult {
    let (columns, rows) = match answer.rows {
        Some(rows) => text_rows(&rows),
        None => (Vec::new(), Vec::new()),
    };
    StatementResult {
        tag: answer.tag,
        columns,
        rows,
        notices: answer.notices.into_iter().map(notice).collect(),
        jobs: answer.jobs.iter().map(ToString::to_string).collect(),
        ..StatementResult::default()
    }
}

fn notice(notice: sql::outcome::Notice) -> Notice {
    Notice {
        severity: notice.severity.to_owned(),
        code: notice.code.code().to_owned(),
        message: notice.message,
        hint: notice.hint,
        detail: notice.detail,
    }
}

/// Rows with every value in its SQL text form.
pub(crate) fn text_rows(rows: &Rows) -> (Vec<Column>, Vec<Vec<Option<String>>>) {
    let columns = rows
        .columns
        .iter()
        .map(|column| Column { name: column.name.clone(), ty: column.ty.to_string() })
        .collect();
    let texts = rows.rows.iter().map(|row| row.iter().map(value).collect::<Vec<_>>()).collect();
    (columns, texts)
}

/// A value in its SQL text form; `None` for NULL.
pub(crate) fn value(datum: &Datum) -> Option<String> {
    if matches!(datum, Datum::Null) { None } else { Some(datum.to_text()) }
}
