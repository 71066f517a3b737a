//! One job as a value.

use base::hlc::Timestamp;
use base::ids::JobId;

use super::jobspb::{
    Details, Done, NewSchemaChangeDetails, Payload, Progress, ProgressDetails, RestoreProgress,
    SchemaChangeDetails, SchemaChangeGcProgress, StepState, TypeSchemaChangeDetails,
};
use super::state::Status;

/// What a job does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A backup.
    Backup,
    /// A restore.
    Restore,
    /// A change of a table or database.
    SchemaChange,
    /// The same, by 26.2's declarative schema changer.
    NewSchemaChange,
    /// A change of a type.
    TypeSchemaChange,
    /// Clears what was dropped, after the GC TTL.
    SchemaChangeGc,
    /// Statistics.
    CreateStats,
    /// A job of a backup from elsewhere, of a kind that Amber does not have.
    Unknown,
}

impl Kind {
    /// The words of SHOW JOBS.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Backup => "BACKUP",
            Self::Restore => "RESTORE",
            Self::SchemaChange => "SCHEMA CHANGE",
            Self::NewSchemaChange => "NEW SCHEMA CHANGE",
            Self::TypeSchemaChange => "TYPEDESC SCHEMA CHANGE",
            Self::SchemaChangeGc => "SCHEMA CHANGE GC",
            Self::CreateStats => "CREATE STATS",
            Self::Unknown => "UNSPECIFIED",
        }
    }
}

/// Who made a job, if it was not a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreatedBy {
    /// `crdb_schedule`.
    pub kind: String,
    /// The schedule.
    pub id: i64,
}

/// A job.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// Its id.
    pub id: JobId,
    /// Its state.
    pub status: Status,
    /// *Units*: microseconds since 1970.
    pub created_micros: i64,
    /// What it is.
    pub payload: Payload,
    /// How far it is.
    pub progress: Progress,
    /// Who made it.
    pub created_by: Option<CreatedBy>,
    /// The node that runs it.
    pub claimed_by: Option<i64>,
    /// How often it was started.
    pub num_runs: i64,
    /// *Units*: microseconds since 1970.
    pub last_run_micros: Option<i64>,
}

/// Microseconds of a moment.
pub const fn micros(at: Timestamp) -> i64 {
    at.wall / 1000
}

impl Record {
    /// A new job, running from now on.
    pub fn new(
        id: JobId,
        user: &str,
        description: impl Into<String>,
        details: Details,
        now: Timestamp,
    ) -> Self {
        let progress = Progress {
            modified_micros: micros(now),
            done: Some(Done::FractionCompleted(0.0)),
            details: Some(progress_for(&details)),
            ..Default::default()
        };
        Self {
            id,
            status: Status::Running,
            created_micros: micros(now),
            payload: Payload {
                description: description.into(),
                username: user.to_owned(),
                started_micros: micros(now),
                details: Some(details),
                ..Default::default()
            },
            progress,
            created_by: None,
            claimed_by: Some(1),
            num_runs: 1,
            last_run_micros: Some(micros(now)),
        }
    }

    /// What it does.
    pub fn kind(&self) -> Kind {
        match &self.payload.details {
            Some(Details::Backup(_)) => Kind::Backup,
            Some(Details::Restore(_)) => Kind::Restore,
            Some(Details::SchemaChange(_)) => Kind::SchemaChange,
            Some(Details::NewSchemaChange(_)) => Kind::NewSchemaChange,
            Some(Details::TypeSchemaChange(_)) => Kind::TypeSchemaChange,
            Some(Details::SchemaChangeGc(_)) => Kind::SchemaChangeGc,
            Some(Details::CreateStats(_)) => Kind::CreateStats,
            None => Kind::Unknown,
        }
    }

    /// How much is done, from 0 to 1. `None` when a time says it instead.
    pub fn fraction(&self) -> Option<f32> {
        if self.status == Status::Succeeded {
            return Some(1.0);
        }
        match self.progress.done {
            Some(Done::FractionCompleted(fraction)) => Some(fraction),
            Some(Done::HighWater(_)) => None,
            None => Some(0.0),
        }
    }

    /// Sets how much is done.
    pub fn set_fraction(&mut self, fraction: f32) {
        self.progress.done = Some(Done::FractionCompleted(fraction.clamp(0.0, 1.0)));
    }

    /// What SHOW JOBS says that it is doing.
    pub fn set_running_status(&mut self, text: impl Into<String>) {
        self.progress.running_status = text.into();
    }

    /// It is done, and well.
    pub fn succeed(&mut self, now: Timestamp) {
        self.set_fraction(1.0);
        self.progress.running_status.clear();
        self.finish(Status::Succeeded, now);
    }

    /// It is done, and failed.
    pub fn fail(&mut self, error: impl Into<String>, now: Timestamp) {
        self.payload.error = error.into();
        self.finish(Status::Failed, now);
    }

    /// It is done, in a terminal state.
    pub fn finish(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.payload.finished_micros = micros(now);
    }
}

fn progress_for(details: &Details) -> ProgressDetails {
    match details {
        Details::Backup(_) => ProgressDetails::Backup(StepState::default()),
        Details::Restore(_) => ProgressDetails::Restore(RestoreProgress::default()),
        Details::SchemaChange(_) => ProgressDetails::SchemaChange(StepState::default()),
        Details::NewSchemaChange(_) => ProgressDetails::NewSchemaChange(StepState::default()),
        Details::TypeSchemaChange(_) => ProgressDetails::TypeSchemaChange(StepState::default()),
        Details::CreateStats(_) => ProgressDetails::CreateStats(StepState::default()),
        Details::SchemaChangeGc(_) => {
            ProgressDetails::SchemaChangeGc(SchemaChangeGcProgress::default())
        }
    }
}

/// Details of a change of a descriptor, of the kind that the version makes.
pub fn schema_change_details(new: bool, desc_id: u32) -> Details {
    if new {
        Details::NewSchemaChange(NewSchemaChangeDetails {})
    } else {
        Details::SchemaChange(SchemaChangeDetails {
            desc_id,
            format_version: 3,
            ..Default::default()
        })
    }
}

/// Details of a change of a type, of the kind that the version makes.
pub fn type_change_details(new: bool, type_id: u32) -> Details {
    if new {
        Details::NewSchemaChange(NewSchemaChangeDetails {})
    } else {
        Details::TypeSchemaChange(TypeSchemaChangeDetails { type_id })
    }
}
