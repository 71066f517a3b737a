//! The trace: what followed from the inputs.
//!
//! ```text
//!   inputs ─▶ statement, job, GC visit, chain torn, chain broken …      derived, never stored in a link
//! ```
//!
//! Shape: small values in order of time; the page's words are in them. Left out: what happens inside a statement.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::JobId;
use protocol::agenda::Tone;
use protocol::event::SimEvent;
use protocol::time::Nanos;

/// What kind of thing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A statement or command was carried out.
    Statement,
    /// A job began, stepped aside or ended.
    Job,
    /// A schedule's time came.
    Schedule,
    /// GC removed something.
    Gc,
    /// The TTL passed the end of a chain: it cannot be extended as things stand.
    ChainTorn,
    /// GC moved a threshold past the end of a chain: lost for good.
    ChainBroken,
    /// Something befell an object.
    Bucket,
    /// A cluster came to be.
    Cluster,
    /// Something befell a node or the network.
    Node,
    /// Ranges stopped answering, answer again, or have moved.
    Range,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Job => "job",
            Self::Schedule => "schedule",
            Self::Gc => "gc",
            Self::ChainTorn | Self::ChainBroken => "backup",
            Self::Bucket => "bucket",
            Self::Cluster => "cluster",
            Self::Node => "node",
            Self::Range => "range",
        }
    }
}

/// One thing that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: Kind,
    /// How grave it is.
    pub tone: Tone,
    /// In one sentence without full stop; for a statement, its text.
    pub words: Arc<str>,
    /// The job it belongs to.
    pub job: Option<JobId>,
    /// What it befell: a collection's URI, a table's name; empty if nothing is to be named.
    pub subject: Arc<str>,
}

impl Event {
    /// An event that belongs to no job.
    pub fn new(at: Timestamp, kind: Kind, tone: Tone, words: impl Into<Arc<str>>) -> Self {
        Self { at, kind, tone, words: words.into(), job: None, subject: Arc::from("") }
    }

    /// The same, about `subject`.
    #[must_use]
    pub fn about(mut self, subject: impl Into<Arc<str>>) -> Self {
        self.subject = subject.into();
        self
    }

    /// The same, of `job`.
    #[must_use]
    pub fn of_job(mut self, job: JobId) -> Self {
        self.job = Some(job);
        self
    }

    /// As it crosses the process. `seq` counts from 1.
    pub(crate) fn to_view(&self, seq: u64) -> SimEvent {
        SimEvent {
            seq,
            at: Nanos(self.at.wall),
            kind: self.kind.name().to_owned(),
            tone: self.tone,
            words: self.words.as_ref().to_owned(),
            job_id: self.job.map(|job| job.to_string()),
        }
    }
}
