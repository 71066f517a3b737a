//! CREATE SCHEDULE FOR BACKUP, ALTER BACKUP SCHEDULE, PAUSE|RESUME|DROP|EXECUTE SCHEDULE(S).
//!
//! Source: `spec/schedules-and-jobs.md` §1, §7; `spec/v26.2.md` §6.

use super::KvOption;
use super::backup::{Backup, BackupOptions};
use super::expr::Expr;
use super::query::Select;

/// CREATE SCHEDULE … FOR BACKUP ….
#[derive(Clone, PartialEq, Debug)]
pub struct CreateSchedule {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The label: a string, a bare word or a placeholder.
    pub label: Option<Expr>,
    /// The backup; `dest` is always `Into`, `as_of` none.
    pub backup: Backup,
    /// RECURRING; `None` is the words RECURRING NEVER.
    pub recurring: Option<Expr>,
    /// FULL BACKUP.
    pub full_backup: FullBackup,
    /// WITH SCHEDULE OPTIONS.
    pub options: Vec<KvOption>,
}

/// The FULL BACKUP clause.
#[derive(Clone, PartialEq, Debug)]
pub enum FullBackup {
    /// Not given: derived from RECURRING.
    Unset,
    /// ALWAYS: no incrementals.
    Always,
    /// A cron text of its own.
    Cron(Expr),
}

/// ALTER BACKUP SCHEDULE id ….
#[derive(Clone, PartialEq, Debug)]
pub struct AlterBackupSchedule {
    /// The schedule.
    pub id: u64,
    /// The commands in order.
    pub commands: Vec<AlterScheduleCommand>,
}

/// One command of ALTER BACKUP SCHEDULE.
#[derive(Clone, PartialEq, Debug)]
pub enum AlterScheduleCommand {
    /// SET LABEL
    Label(Expr),
    /// SET INTO
    Into(Vec<Expr>),
    /// SET WITH
    With(Box<BackupOptions>),
    /// SET RECURRING
    Recurring(Expr),
    /// SET FULL BACKUP
    FullBackup(FullBackup),
    /// SET SCHEDULE OPTION
    Option(KvOption),
    /// EXECUTE IMMEDIATELY
    Execute,
    /// EXECUTE FULL IMMEDIATELY
    ExecuteFull,
}

/// PAUSE, RESUME, DROP or EXECUTE of schedules.
#[derive(Clone, PartialEq, Debug)]
pub struct ControlSchedules {
    /// What to do.
    pub command: ScheduleCommand,
    /// Which: a query with one column. One ID is `VALUES (id)`.
    pub schedules: Select,
}

/// What to do with schedules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScheduleCommand {
    /// PAUSE
    Pause,
    /// RESUME
    Resume,
    /// DROP
    Drop,
    /// EXECUTE (v26.x)
    Execute,
}
