//! Backup schedules, in the columns and words of SHOW SCHEDULES.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// All backup schedules, in order of their making: the incremental of a pair before its full.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct SchedulesView {
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// Newer ones left out.
    pub more: u32,
    /// The metric `schedules_backup_last_completed_time`, if a schedule keeps it.
    pub last_completed: Option<Nanos>,
}

/// One schedule.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Its number, a string because it exceeds 2^53.
    pub id: String,
    /// Its label; both of a pair have the same.
    pub label: String,
    /// `ACTIVE` or `PAUSED`.
    pub status: String,
    /// The last message: `Waiting for initial backup to complete`, `retrying …`.
    pub state: Option<String>,
    /// When it runs next; none while it is paused.
    pub next_run: Option<Nanos>,
    /// Its recurrence as typed: `@daily`, `0 */6 * * *`.
    pub recurrence: String,
    /// Time between its next two runs.
    pub every: Option<Nanos>,
    /// Its next runs after [`Self::next_run`], soonest first: for marks in the future.
    pub then: Vec<Nanos>,
    /// `FULL` or `INCREMENTAL`.
    pub backup_type: String,
    /// The other one of a full and incremental pair.
    pub partner: Option<String>,
    /// The incremental that the first success of this full sets free.
    pub unpauses: Option<String>,
    /// Its statement, secrets redacted.
    pub command: String,
    /// Whose it is.
    pub owner: String,
    /// When it was made.
    pub created: Nanos,
    /// How many of its jobs are at work.
    pub jobs_running: u32,
    /// `WAIT`, `NO_WAIT` or `SKIP`.
    pub on_previous_running: String,
    /// `RETRY_SCHED`, `RETRY_SOON` or `PAUSE_SCHED`.
    pub on_execution_failure: String,
    /// From when on it holds garbage collection back.
    pub protects_from: Option<Nanos>,
    /// Its newest job.
    pub last: Option<LastRun>,
}

/// The newest job of a schedule.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct LastRun {
    /// The job's number.
    pub job: String,
    /// `running`, `succeeded`, `failed`, …
    pub status: String,
    /// When it began.
    pub started: Nanos,
    /// When it ended.
    pub finished: Option<Nanos>,
    /// Why it failed.
    pub error: Option<String>,
}
