//! Jobs, in the columns and words of the DB Console.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// All jobs, newest first.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct JobsView {
    /// Jobs, newest first.
    pub jobs: Vec<Job>,
    /// Older ones left out.
    pub more: u32,
}

/// One job.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its number, a string because it exceeds 2^53.
    pub id: String,
    /// `BACKUP`, `RESTORE`, `SCHEMA CHANGE`, `SCHEMA CHANGE GC`.
    pub kind: String,
    /// What it does: its statement, redacted.
    pub description: String,
    /// Who started it.
    pub user: String,
    /// `running`, `succeeded`, `failed`, `paused`, `canceled`, `reverting`, …
    pub status: String,
    /// Finer than status: `waiting for GC TTL`.
    pub running_status: Option<String>,
    /// Done so far, 0 to 1000.
    pub permille: u32,
    /// When it was made.
    pub created: Nanos,
    /// When it ended.
    pub finished: Option<Nanos>,
    /// Its error.
    pub error: Option<String>,
    /// Whether PAUSE JOB would be taken.
    pub can_pause: bool,
    /// Whether RESUME JOB would be taken.
    pub can_resume: bool,
    /// Whether CANCEL JOB would be taken.
    pub can_cancel: bool,
    /// What it did, a line a step.
    pub steps: Vec<JobStep>,
}

/// One line of a job's trace.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct JobStep {
    /// When.
    pub at: Nanos,
    /// What.
    pub words: String,
}
