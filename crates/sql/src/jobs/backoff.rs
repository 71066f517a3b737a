//! Tries after an error that may pass: each waits twice as long as the one before.
//!
//! ```text
//!   run 1 ✗ ── 30 s ── run 2 ✗ ── 1 m ── run 3 ✗ ── 2 m ── run 4        jobs.registry.retry.initial_delay, .max_delay
//! ```
//!
//! Shape: the row stays `running` or `reverting`; that it waits is shown, not stored. *Source*:
//! `spec/schedules-and-jobs.md` §9. Units: nanoseconds; microseconds in rows.

use super::record::Record;
use super::state::Status;
use crate::catalog::snapshot::Snapshot;

/// How long a job waits between its tries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    initial_nanos: i64,
    max_nanos: i64,
}

impl Backoff {
    /// As the settings say.
    pub fn of(snapshot: &Snapshot) -> Self {
        let number = |name| snapshot.settings.number(snapshot.rules(), name);
        Self {
            initial_nanos: number("jobs.registry.retry.initial_delay"),
            max_nanos: number("jobs.registry.retry.max_delay"),
        }
    }

    /// How long the try after `runs` of them waits.
    pub fn delay_nanos(self, runs: i64) -> i64 {
        let doublings = u32::try_from(runs.saturating_sub(1).clamp(0, 40)).unwrap_or(0);
        self.initial_nanos.saturating_mul(1 << doublings).min(self.max_nanos)
    }

    /// When a job is tried again that waits for that; else when it last began.
    pub fn next_run_micros(self, job: &Record) -> Option<i64> {
        let last = job.last_run_micros?;
        let waits = job.num_runs > 1 && !job.payload.execution_errors.is_empty();
        Some(if waits { last + self.delay_nanos(job.num_runs - 1) / 1000 } else { last })
    }

    /// The state that SHOW JOBS prints: `retry-running` and `retry-reverting` while a job waits.
    pub fn shown(self, job: &Record, now_micros: i64) -> String {
        let word = job.status.word();
        let goes = matches!(job.status, Status::Running | Status::Reverting);
        if goes && self.next_run_micros(job).is_some_and(|next| next > now_micros) {
            return format!("retry-{word}");
        }
        word.to_owned()
    }
}
