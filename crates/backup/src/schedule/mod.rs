//! Schedules of backups: rows that make jobs when their time comes.
//!
//! ```text
//!   CREATE SCHEDULE ─▶ incremental (paused) ⇄ full ─┐                       rows of system.scheduled_jobs
//!                                                   │ next_run passed
//!   scheduler's tick ─▶ executor::fire ─▶ BACKUP … AS OF SYSTEM TIME next_run ─▶ job
//!   job's end ─▶ executor::job_ended ─▶ incremental set free, protection moved on, retry, pause
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`cron`] | when a recurrence fires |
//! | [`record`] | one schedule as a value and as a row |
//! | [`options`], [`create`], [`alter`], [`control`] | what statements do to them |
//! | [`executor`] | what the scheduler does, and what a job's end means |
//! | [`show`] | SHOW SCHEDULES, SHOW CREATE SCHEDULE |
//!
//! *Source*: `spec/schedules-and-jobs.md` §1 to §7, `spec/v26.2.md` §6, `spec/gc-and-protected-timestamps.md` §7.

pub mod alter;
pub mod control;
pub mod create;
pub mod cron;
pub mod executor;
pub mod options;
pub mod record;
pub mod show;
