//! PAUSE, RESUME, CANCEL of jobs.
//!
//! Source: `spec/schedules-and-jobs.md` §9.

use super::expr::Expr;
use super::query::Select;

/// PAUSE|RESUME|CANCEL JOB(S) ….
#[derive(Clone, PartialEq, Debug)]
pub struct ControlJobs {
    /// What to do.
    pub command: JobCommand,
    /// Which jobs.
    pub jobs: JobSet,
    /// `WITH REASON = '…'` after PAUSE.
    pub reason: Option<Expr>,
}

/// What to do with jobs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobCommand {
    /// PAUSE
    Pause,
    /// RESUME
    Resume,
    /// CANCEL
    Cancel,
}

/// Which jobs a statement means.
#[derive(Clone, PartialEq, Debug)]
pub enum JobSet {
    /// By a query with one column; one ID is `VALUES (id)`.
    Ids(Select),
    /// `FOR SCHEDULES` query.
    ForSchedules(Select),
    /// `ALL BACKUP|CHANGEFEED|IMPORT|RESTORE JOBS`: the kind in lower case.
    AllOfKind(String),
}
