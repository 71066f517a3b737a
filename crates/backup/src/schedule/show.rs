//! SHOW SCHEDULES, SHOW CREATE SCHEDULE.
//!
//! *Source*: `spec/schedules-and-jobs.md` §6, `spec/system-tables.md` §5, `spec/v26.2.md` §6.

use super::record::Schedule;

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
