//! SHOW SCHEDULES, SHOW CREATE SCHEDULE.
//!
//! *Source*: `spec/schedules-and-jobs.md` §6, `spec/system-tables.md` §5, `spec/v26.2.md` §6.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::Uuid;
use sql::ast::backup::BackupDest;
use sql::ast::expr::Expr;
use sql::ast::schedule::{CreateSchedule, FullBackup};
use sql::ast::show::{ScheduleExecutor, ScheduleState, ShowSchedules};
use sql::ast::{KvOption, Statement};
use sql::jobs::{self, Record, Status};
use sql::outcome::{Column, Rows};
use sql::rules::Rules;
use sql::types::{Datum, Type, json::Json};

use super::alter::missing;
use super::executor::made_by;
use super::record::{self, Schedule};
use crate::cx::Cx;
use crate::error::Error;
use crate::moment::plain_text;
use crate::{statement, sys};

/// `ACTIVE` or `PAUSED`.
pub const fn status(schedule: &Schedule) -> &'static str {
    if schedule.is_paused() { "PAUSED" } else { "ACTIVE" }
}

/// `FULL` or `INCREMENTAL`.
pub const fn backup_type(schedule: &Schedule) -> &'static str {
    if schedule.is_incremental() { "INCREMENTAL" } else { "FULL" }
}

/// The column `on_previous_running`.
pub const fn wait(schedule: &Schedule) -> &'static str {
    match schedule.details.wait {
        1 => "NO_WAIT",
        2 => "SKIP",
        _ => "WAIT",
    }
}

/// The column `on_execution_failure`.
pub const fn on_error(schedule: &Schedule) -> &'static str {
    match schedule.details.on_error {
        1 => "RETRY_SOON",
        2 => "PAUSE_SCHED",
        _ => "RETRY_SCHED",
    }
}

/// SHOW SCHEDULES in all its forms. `id` is the value of SHOW SCHEDULE's argument.
///
/// *Errors*: a user who may not read the table.
pub fn schedules(
    stmt: &ShowSchedules,
    id: Option<i64>,
    cx: &mut Cx<'_, '_>,
) -> Result<Rows, Error> {
    let rules = cx.rules();
    check_reads(cx)?;
    let (mut all, jobs) = sys::within(cx, |sys| Ok((record::all(sys)?, jobs::all(sys)?)))?;
    all.retain(|one| match stmt.state {
        ScheduleState::Any => true,
        ScheduleState::Running => !one.is_paused(),
        ScheduleState::Paused => one.is_paused(),
    });
    if matches!(stmt.executor, ScheduleExecutor::SqlStatistics | ScheduleExecutor::Changefeed) {
        all.clear();
    }
    if stmt.id.is_some() {
        all.retain(|one| Some(one.id) == id);
    }
    all.sort_by_key(|one| (one.created, one.id));
    let of_backups = stmt.executor == ScheduleExecutor::Backup;
    let rows = all.iter().map(|one| row(one, &jobs, of_backups, rules)).collect();
    Ok(Rows { columns: columns(of_backups, rules), rows })
}

/// The rows come from a system table, which only admins may read.
fn check_reads(cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let catalog = sys::catalog_now(cx)?;
    let user = &cx.sql.session.user;
    if catalog.users.is_admin(user) {
        return Ok(());
    }
    let text = format!("user {user} does not have SELECT privilege on relation scheduled_jobs");
    Err(Error::Denied { text, hint: None })
}

fn columns(of_backups: bool, rules: Rules) -> Vec<Column> {
    let mut made = vec![Column::new("id", Type::INT)];
    made.extend(["label", "schedule_status"].map(|name| Column::new(name, Type::STRING)));
    made.push(Column::new("next_run", Type::TIMESTAMPTZ));
    made.extend(["state", "recurrence"].map(|name| Column::new(name, Type::STRING)));
    made.push(Column::new("jobsrunning", Type::INT));
    made.push(Column::new("owner", Type::STRING));
    made.push(Column::new("created", Type::TIMESTAMPTZ));
    if rules.show_schedules_policies() {
        let names = ["on_previous_running", "on_execution_failure"];
        made.extend(names.map(|name| Column::new(name, Type::STRING)));
    }
    made.push(Column::new("command", if of_backups { Type::STRING } else { Type::Json }));
    if of_backups && rules.show_schedules_policies() {
        made.push(Column::new("backup_type", Type::STRING));
    }
    made
}

fn row(one: &Schedule, jobs: &[Record], of_backups: bool, rules: Rules) -> Vec<Datum> {
    let at_work = |job: &&Record| made_by(job) == Some(one.id) && job.status == Status::Running;
    let text = |text: &str| if text.is_empty() { Datum::Null } else { Datum::from(text) };
    let mut made = vec![
        Datum::Int(one.id),
        Datum::from(one.label.as_str()),
        Datum::from(status(one)),
        one.next_run.map_or(Datum::Null, Datum::TimestampTz),
        text(&one.state),
        Datum::from(if one.recurrence.is_empty() { "NEVER" } else { &one.recurrence }),
        Datum::Int(base::num::to_i64(jobs.iter().filter(at_work).count())),
        Datum::from(one.owner.as_str()),
        Datum::TimestampTz(one.created),
    ];
    if rules.show_schedules_policies() {
        made.push(Datum::from(wait(one)));
        made.push(Datum::from(on_error(one)));
    }
    if of_backups {
        made.push(Datum::from(one.shown_statement(rules)));
        if rules.show_schedules_policies() {
            made.push(Datum::from(backup_type(one)));
        }
    } else {
        made.push(Datum::json(command(one, rules)));
    }
    made
}

/// The message of `execution_args` as JSON: fields with their default value are left out.
fn command(one: &Schedule, rules: Rules) -> Json {
    let args = &one.args;
    let mut fields: Vec<(Arc<str>, Json)> =
        vec![("backup_statement".into(), Json::string(one.shown_statement(rules)))];
    for (name, value) in [
        ("backup_type", i64::from(args.backup_type)),
        ("unpause_on_success", args.unpause_on_success),
        ("dependent_schedule_id", args.dependent_schedule_id),
    ] {
        if value != 0 {
            fields.push((name.into(), Json::int(value)));
        }
    }
    for (name, on) in [
        ("updates_last_backup_metric", args.updates_last_backup_metric),
        ("chain_protected_timestamp_records", args.chain_protected_timestamp_records),
    ] {
        if on {
            fields.push((name.into(), Json::Bool(true)));
        }
    }
    if let Ok(id) = args.protected_timestamp_record.as_slice().try_into() {
        fields.push(("protected_timestamp_record".into(), Json::string(Uuid(id).to_string())));
    }
    Json::object(fields)
}

/// SHOW CREATE SCHEDULE id, SHOW CREATE ALL SCHEDULES.
///
/// *Errors*: a schedule that is not there.
pub fn create_statements(id: Option<i64>, cx: &mut Cx<'_, '_>) -> Result<Rows, Error> {
    let rules = cx.rules();
    check_reads(cx)?;
    let now = super::create::micros(cx);
    let all = sys::within(cx, record::all)?;
    if let Some(id) = id.filter(|id| all.iter().all(|one| one.id != *id)) {
        return Err(missing(id));
    }
    let mut rows = Vec::new();
    for one in all.iter().filter(|one| id.is_none_or(|id| one.id == id)) {
        let partner = all.iter().find(|other| other.id == one.args.dependent_schedule_id);
        let text = create_statement(one, partner, now, rules).unwrap_or_default();
        rows.push(vec![Datum::Int(one.id), Datum::from(text)]);
    }
    let columns =
        vec![Column::new("schedule_id", Type::INT), Column::new("create_statement", Type::STRING)];
    Ok(Rows { columns, rows })
}

/// A statement that would make the pair again, with its first full when the next of the two was due.
fn create_statement(
    one: &Schedule,
    partner: Option<&Schedule>,
    now: i64,
    rules: Rules,
) -> Option<String> {
    let mut backup = one.statement(rules)?;
    let (often, full) = match partner {
        None if one.is_incremental() => (one, FullBackup::Unset),
        None => (one, FullBackup::Always),
        Some(full) if one.is_incremental() => (one, cron(full)),
        Some(incremental) => (incremental, cron(one)),
    };
    backup.dest = BackupDest::Into;
    let runs = [Some(one), partner].into_iter().flatten().filter_map(|one| one.next_run);
    let first = Timestamp::from_wall(runs.min().unwrap_or(now).saturating_mul(1000));
    let words = |list: [&str; 3], at: i32| {
        let at = usize::try_from(at).unwrap_or(0);
        list.get(at).copied().unwrap_or_default().to_owned()
    };
    let options = [
        ("first_run", format!("{}+00:00", plain_text(first))),
        ("on_execution_failure", words(["RESCHEDULE", "RETRY", "PAUSE"], one.details.on_error)),
        ("on_previous_running", words(["WAIT", "START", "SKIP"], one.details.wait)),
    ];
    let made = CreateSchedule {
        if_not_exists: false,
        label: Some(Expr::string(one.label.as_str())),
        backup,
        recurring: Some(Expr::string(often.recurrence.as_str())),
        full_backup: full,
        options: options
            .map(|(key, value)| KvOption { key: key.to_owned(), value: Some(Expr::string(value)) })
            .into(),
    };
    Some(statement::description(&Statement::CreateSchedule(Box::new(made)), rules))
}

fn cron(one: &Schedule) -> FullBackup {
    FullBackup::Cron(Expr::string(one.recurrence.as_str()))
}
