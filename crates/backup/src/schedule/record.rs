//! One schedule as a value, and its row in `system.scheduled_jobs`.
//!
//! | column | message |
//! |---|---|
//! | `schedule_state` | [`StateMessage`] |
//! | `schedule_details` | [`Details`] |
//! | `execution_args` | [`Arguments`] around [`Args`] |
//!
//! *Source*: `spec/system-tables.md` §2.3, §4.3. The number of `cluster_id` is from memory. Units: microseconds since 1970.
//! Errors: a row that cannot be read.

use sql::ast::Statement;
use sql::ast::backup::Backup;
use sql::catalog::sys::Row;
use sql::catalog::system::ids;
use sql::catalog::{Error as CatalogError, Sys};
use sql::parser::{self, Dialect};
use sql::print::{self, Flags};
use sql::rules::{Rules, Version};
use sql::types::Datum;
use wire::Message;

use super::cron::Cron;

/// What `executor_type` says of backups.
const EXECUTOR: &str = "scheduled-backup-executor";

/// What `created_by_type` says of a schedule's jobs.
pub const CREATED_BY: &str = "crdb_schedule";

/// The state of an incremental whose full has not succeeded yet.
pub const WAITING: &str = "Waiting for initial backup to complete";

const TYPE_URL: &str = "type.googleapis.com/cockroach.ccl.backupccl.ScheduledBackupExecutionArgs";

/// `schedule_details`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Details {
    /// 0 wait, 1 no wait, 2 skip.
    #[wire(int32, tag = "1")]
    pub wait: i32,
    /// 0 retry at the next tick, 1 retry soon, 2 pause.
    #[wire(int32, tag = "2")]
    pub on_error: i32,
    /// The cluster whose schedule this is (26.2): another one pauses it.
    #[wire(bytes, tag = "3")]
    pub cluster_id: Vec<u8>,
}

/// `schedule_state`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StateMessage {
    /// What SHOW SCHEDULES prints as `state`.
    #[wire(string, tag = "1")]
    pub status: String,
}

/// `execution_args`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Arguments {
    /// Any.
    #[wire(message, optional, tag = "1")]
    pub args: Option<Any>,
}

/// A message with its type.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Any {
    /// Which type.
    #[wire(string, tag = "1")]
    pub type_url: String,
    /// The message.
    #[wire(bytes, tag = "2")]
    pub value: Vec<u8>,
}

/// What a backup schedule runs.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Args {
    /// 0 full, 1 incremental.
    #[wire(int32, tag = "1")]
    pub backup_type: i32,
    /// The statement, secrets and all.
    #[wire(string, tag = "2")]
    pub backup_statement: String,
    /// The incremental that the first success sets free; 0 for none.
    #[wire(int64, tag = "3")]
    pub unpause_on_success: i64,
    /// Whether a success moves the metric of the last backup.
    #[wire(bool, tag = "4")]
    pub updates_last_backup_metric: bool,
    /// The other one of a pair; 0 for none.
    #[wire(int64, tag = "6")]
    pub dependent_schedule_id: i64,
    /// Whether GC is held back from one run to the next.
    #[wire(bool, tag = "7")]
    pub chain_protected_timestamp_records: bool,
    /// The record that does so, on the incremental of a pair.
    #[wire(bytes, tag = "8")]
    pub protected_timestamp_record: Vec<u8>,
}

/// A schedule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// Its number.
    pub id: i64,
    /// Its label.
    pub label: String,
    /// When it was made.
    pub created: i64,
    /// Whose it is.
    pub owner: String,
    /// When it runs next; `None` is paused.
    pub next_run: Option<i64>,
    /// What SHOW SCHEDULES prints as `state`.
    pub state: String,
    /// When it recurs.
    pub recurrence: String,
    /// How it waits and fails.
    pub details: Details,
    /// What it runs.
    pub args: Args,
}

impl Schedule {
    /// Whether it only runs again after RESUME.
    pub const fn is_paused(&self) -> bool {
        self.next_run.is_none()
    }

    /// Whether it takes incrementals.
    pub const fn is_incremental(&self) -> bool {
        self.args.backup_type == 1
    }

    /// Stops it.
    pub fn pause(&mut self, state: impl Into<String>) {
        self.next_run = None;
        self.state = state.into();
    }

    /// Sets its next run to the next tick after `now`.
    pub fn to_next_tick(&mut self, now: i64) {
        self.next_run = Cron::parse(&self.recurrence).and_then(|cron| cron.next(now));
    }

    /// Its statement; `None` for one that can no longer be read.
    pub fn statement(&self, rules: Rules) -> Option<Backup> {
        let dialect = match rules.version() {
            Version::V21_2 => Dialect::V21_2,
            Version::V26_2 => Dialect::V26_2,
        };
        let parsed = parser::parse_with(&self.args.backup_statement, dialect).ok()?;
        let Statement::Backup(backup) = parsed.into_iter().next()?.stmt else { return None };
        Some(*backup)
    }

    /// Sets its statement.
    pub fn set_statement(&mut self, backup: Backup, rules: Rules) {
        let flags = Flags { old_options: rules.backup_to_syntax(), ..Flags::plain() };
        self.args.backup_statement = print::to_string(&Statement::Backup(Box::new(backup)), &flags);
    }

    /// Its statement as people may see it: secrets redacted.
    pub fn shown_statement(&self, rules: Rules) -> String {
        self.statement(rules).map_or_else(String::new, |backup| {
            crate::statement::description(&Statement::Backup(Box::new(backup)), rules)
        })
    }
}

/// All backup schedules, in order of id.
pub fn all(sys: &mut Sys<'_>) -> Result<Vec<Schedule>, CatalogError> {
    let rows = sys.rows(ids::SCHEDULED_JOBS, &[])?;
    rows.iter().filter(|row| row.str("executor_type") == Some(EXECUTOR)).map(read).collect()
}

/// A schedule by id.
pub fn load(sys: &mut Sys<'_>, id: i64) -> Result<Option<Schedule>, CatalogError> {
    let row = sys.row(ids::SCHEDULED_JOBS, &[Datum::Int(id)])?;
    row.filter(|row| row.str("executor_type") == Some(EXECUTOR)).as_ref().map(read).transpose()
}

/// Writes a schedule, new or changed.
pub fn save(sys: &mut Sys<'_>, schedule: &Schedule) -> Result<(), CatalogError> {
    let text = |text: &str| if text.is_empty() { Datum::Null } else { Datum::from(text) };
    let value = schedule.args.encode_to_vec();
    let args = Arguments { args: Some(Any { type_url: TYPE_URL.to_owned(), value }) };
    let state = StateMessage { status: schedule.state.clone() };
    let row = [
        ("schedule_id", Datum::Int(schedule.id)),
        ("schedule_name", Datum::from(schedule.label.as_str())),
        ("created", Datum::TimestampTz(schedule.created)),
        ("owner", Datum::from(schedule.owner.as_str())),
        ("next_run", schedule.next_run.map_or(Datum::Null, Datum::TimestampTz)),
        ("schedule_state", Datum::bytes(state.encode_to_vec())),
        ("schedule_expr", text(&schedule.recurrence)),
        ("schedule_details", Datum::bytes(schedule.details.encode_to_vec())),
        ("executor_type", Datum::from(EXECUTOR)),
        ("execution_args", Datum::bytes(args.encode_to_vec())),
    ];
    sys.upsert(ids::SCHEDULED_JOBS, &row)
}

/// Forgets a schedule.
pub fn remove(sys: &mut Sys<'_>, id: i64) -> Result<bool, CatalogError> {
    sys.delete(ids::SCHEDULED_JOBS, &[Datum::Int(id)])
}

fn read(row: &Row) -> Result<Schedule, CatalogError> {
    let bad = || CatalogError::Wire { place: "system.scheduled_jobs" };
    let bytes = |column: &str| row.bytes(column).unwrap_or_default();
    let args = Arguments::decode(bytes("execution_args")).map_err(|_| bad())?;
    let args = args.args.unwrap_or_default();
    Ok(Schedule {
        id: row.int("schedule_id").ok_or_else(bad)?,
        label: row.str("schedule_name").unwrap_or_default().to_owned(),
        created: row.micros("created").unwrap_or_default(),
        owner: row.str("owner").unwrap_or_default().to_owned(),
        next_run: row.micros("next_run"),
        state: StateMessage::decode(bytes("schedule_state")).map_err(|_| bad())?.status,
        recurrence: row.str("schedule_expr").unwrap_or_default().to_owned(),
        details: Details::decode(bytes("schedule_details")).map_err(|_| bad())?,
        args: Args::decode(args.value.as_slice()).map_err(|_| bad())?,
    })
}
