//! What a RESTORE is to do, as its job row keeps it.
//!
//! | message | in | fixed |
//! |---|---|---|
//! | [`Plan`] | payload, details, field 1000 | when the statement is planned |
//! | rewrites | payload, details, field 2 | when the statement is planned |
//! | [`State`] | progress, details, field 1000 | after each step |
//!
//! *Source*: `spec/system-tables.md` §4.2. Errors: a row that cannot be read back is [`Error::BrokenJob`].

use base::hlc::Timestamp;
use base::ids::JobId;
use base::map::{Map, Set};
use sql::jobs::Record;
use sql::jobs::jobspb::{Details, Done, ProgressDetails, RestoreDetails, RestoreProgress};
use wire::Message;

use crate::crypt::info::Sealing;
use crate::error::Error;
use crate::manifest::model::RowCount;

/// What planning fixed.
#[expect(clippy::struct_excessive_bools, reason = "a message has the fields that it has")]
#[derive(Clone, PartialEq, Message)]
pub struct Plan {
    /// The stores of what is restored: of the collection, then of `incremental_location`; one for each layer without IN.
    #[wire(message, repeated, tag = "1")]
    pub homes: Vec<Stores>,
    /// The layers, the full first.
    #[wire(message, repeated, tag = "2")]
    pub layers: Vec<LayerAt>,
    /// Descriptors of the backup that are restored.
    #[wire(uint32, repeated, tag = "3")]
    pub ids: Vec<u32>,
    /// Whether the whole cluster is restored.
    #[wire(bool, tag = "4")]
    pub is_cluster: bool,
    /// New names of databases, by the names that they have in the backup.
    #[wire(map = "string, string", tag = "5")]
    pub databases: Map<String, String>,
    /// Whether rows are left out.
    #[wire(bool, tag = "6")]
    pub schema_only: bool,
    /// Whether rows that are left out are read and checked all the same.
    #[wire(bool, tag = "7")]
    pub verify_data: bool,
    /// What opens the backup.
    #[wire(message, required, tag = "8")]
    pub sealing: Sealing,
    /// The job that ends an online restore; 0 for none.
    #[wire(int64, tag = "20")]
    pub download_job: i64,
    /// Whether users that are here get the grants that they had.
    #[wire(bool, tag = "21")]
    pub grants: bool,
    /// Whether only users come.
    #[wire(bool, tag = "22")]
    pub system_users: bool,
}

/// A list of URIs, the default first.
#[derive(Clone, PartialEq, Message)]
pub struct Stores {
    /// With their credentials.
    #[wire(string, repeated, tag = "1")]
    pub uris: Vec<String>,
}

/// Where a layer lies.
#[derive(Clone, PartialEq, Message)]
pub struct LayerAt {
    /// Which of the job's stores, from 0.
    #[wire(uint32, tag = "1")]
    pub home: u32,
    /// Its path in them.
    #[wire(string, tag = "2")]
    pub subdir: String,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, wire::Enumeration)]
#[repr(i32)]
pub enum Phase {
    /// Write descriptors and names, offline.
    Prepare = 0,
    /// Read files and write keys.
    Data = 1,
    /// Make descriptors public.
    Publish = 2,
    /// Stop here if a pause point is set.
    Published = 3,
    /// Copy system tables (cluster).
    System = 4,
    /// Nothing.
    Done = 5,
}

/// How far the job is.
#[derive(Clone, PartialEq, Message)]
pub struct State {
    /// What comes next.
    #[wire(enumeration = "Phase", tag = "1")]
    pub phase: i32,
    /// The next piece of data.
    #[wire(uint32, tag = "2")]
    pub next_piece: u32,
    /// What was written so far.
    #[wire(message, required, tag = "3")]
    pub counts: RowCount,
}

/// A RESTORE job, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Job {
    /// Its row, whose details are put together again by [`Job::record`].
    record: Record,
    /// The details.
    pub details: RestoreDetails,
    /// What planning fixed.
    pub plan: Plan,
    /// How far it is.
    pub state: State,
}

impl Job {
    /// A job from its row.
    ///
    /// *Errors*: [`Error::BrokenJob`].
    pub fn open(record: Record) -> Result<Self, Error> {
        let job = record.id;
        let broken = || Error::BrokenJob { job };
        let Some(Details::Restore(details)) = &record.payload.details else { return Err(broken()) };
        let details = details.as_ref().clone();
        let plan = Plan::decode(details.plan.as_slice()).map_err(|_| broken())?;
        let state = match &record.progress.details {
            Some(ProgressDetails::Restore(kept)) => {
                State::decode(kept.state.as_slice()).map_err(|_| broken())?
            }
            _ => State::default(),
        };
        Ok(Self { record, details, plan, state })
    }

    /// A new job.
    pub fn new(record: Record, plan: Plan, details: RestoreDetails) -> Self {
        Self { record, details, plan, state: State::default() }
    }

    /// Its number.
    pub fn id(&self) -> JobId {
        self.record.id
    }

    /// The row as it is to be written.
    pub fn record(&self) -> Record {
        let mut row = self.record.clone();
        let mut details = self.details.clone();
        details.plan = self.plan.encode_to_vec();
        row.payload.details = Some(Details::Restore(Box::new(details)));
        row.progress.details = Some(ProgressDetails::Restore(RestoreProgress {
            state: self.state.encode_to_vec(),
            ..RestoreProgress::default()
        }));
        row
    }

    /// Who started it.
    pub fn user(&self) -> &str {
        &self.record.payload.username
    }

    /// It is done, and well.
    pub fn succeed(&mut self, now: Timestamp) {
        self.record.succeed(now);
    }

    /// Tells how much is done. *Units*: parts of `whole`.
    pub fn set_fraction(&mut self, done: usize, whole: usize) {
        let percent = (done * 100).checked_div(whole).unwrap_or(100).min(100);
        let percent = u8::try_from(percent).unwrap_or(100);
        self.record.progress.done = Some(Done::FractionCompleted(f32::from(percent) / 100.0));
    }

    /// What comes next.
    pub fn phase(&self) -> Phase {
        self.state.phase()
    }

    /// The moment that is restored.
    pub fn at(&self) -> Timestamp {
        self.details.end_time.unwrap_or_default().into()
    }

    /// Descriptors of the backup that are restored.
    pub fn ids(&self) -> Set<u32> {
        self.plan.ids.iter().copied().collect()
    }

    /// Table in the backup → table here, for those whose rows are restored.
    pub fn tables(&self) -> Map<u32, u32> {
        let moved = |id: u32| self.details.descriptor_rewrites.get(&id).map_or(id, |to| to.id);
        self.plan.ids.iter().map(|id| (*id, moved(*id))).collect()
    }
}
