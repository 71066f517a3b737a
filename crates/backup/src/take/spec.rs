//! What a BACKUP is to do, as its job row keeps it.
//!
//! | message | in | fixed |
//! |---|---|---|
//! | [`Plan`] | payload, details, field 1000 | when the statement is planned; directories when they are resolved |
//! | draft manifest | payload, details, field 4 | when the directory is resolved: everything but files |
//! | [`State`] | progress, details, field 1000 | after each step |
//!
//! Shape: protobuf messages of ours inside fields that the real messages do not have. *Source*:
//! `spec/system-tables.md` §4.2. Errors: a row that cannot be read back is [`Error::BrokenJob`].

use base::hlc::Timestamp;
use base::ids::JobId;
use base::sort;
use sql::jobs::Record;
use sql::jobs::jobspb::{BackupDetails, Details, Done, ProgressDetails, StepState};
use wire::Message;

use crate::crypt::info::Sealing;
use crate::dest::collection::Place;
use crate::dest::home::Located;
use crate::error::Error;
use crate::manifest::model::{BackupManifest, File, Span};

/// What planning fixed.
#[derive(Clone, PartialEq, Message)]
pub struct Plan {
    /// 0 a new full, 1 LATEST, 2 a path, 3 the URI itself (`TO`).
    #[wire(int32, tag = "1")]
    pub place: i32,
    /// The path as typed.
    #[wire(string, tag = "2")]
    pub subdir: String,
    /// Whether the whole cluster was asked for.
    #[wire(bool, tag = "3")]
    pub is_cluster: bool,
    /// Whether every version was asked for.
    #[wire(bool, tag = "4")]
    pub history: bool,
    /// Descriptors to be taken.
    #[wire(uint32, repeated, tag = "5")]
    pub ids: Vec<u32>,
    /// Databases asked for as a whole.
    #[wire(uint32, repeated, tag = "6")]
    pub complete_dbs: Vec<u32>,
    /// What was named itself.
    #[wire(uint32, repeated, tag = "7")]
    pub named: Vec<u32>,
    /// The full's path, once it is known.
    #[wire(string, tag = "8")]
    pub full_subdir: String,
    /// The layer's path, once it is known.
    #[wire(string, tag = "9")]
    pub dest_subdir: String,
    /// The gateway.
    #[wire(uint32, tag = "10")]
    pub node: u32,
    /// The record of a schedule that this backup's success moves on; empty for none.
    #[wire(bytes, tag = "101")]
    pub schedule_record: Vec<u8>,
    /// The collection's stores, the default first; those of the backup itself with `TO`.
    #[wire(message, repeated, tag = "11")]
    pub home: Vec<Located>,
    /// `incremental_location`.
    #[wire(message, repeated, tag = "12")]
    pub incrementals: Vec<Located>,
    /// `INCREMENTAL FROM`: the layers before, the full first.
    #[wire(string, repeated, tag = "13")]
    pub previous: Vec<String>,
    /// How it is encrypted.
    #[wire(message, required, tag = "14")]
    pub sealing: Sealing,
    /// `execution locality`, or empty.
    #[wire(string, tag = "15")]
    pub execution: String,
    /// Whether the layer goes to `incrementals`.
    #[wire(bool, tag = "16")]
    pub is_elsewhere: bool,
}

impl Plan {
    /// Which directory was asked for.
    pub fn place(&self) -> Place {
        match self.place {
            0 => Place::New,
            1 => Place::Latest,
            3 => Place::Root,
            _ => Place::Subdir(self.subdir.clone()),
        }
    }

    /// Sets which directory was asked for.
    pub fn set_place(&mut self, place: &Place) {
        (self.place, self.subdir) = match place {
            Place::New => (0, String::new()),
            Place::Latest => (1, String::new()),
            Place::Root => (3, String::new()),
            Place::Subdir(typed) => (2, typed.clone()),
        };
    }

    /// Where the layer's stores are.
    pub fn dest(&self) -> &[Located] {
        if self.is_elsewhere { &self.incrementals } else { &self.home }
    }

    /// Whether the directory is known.
    pub fn is_resolved(&self) -> bool {
        !self.dest_subdir.is_empty()
    }
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, wire::Enumeration)]
#[repr(i32)]
pub enum Phase {
    /// Find the directory, if planning did not.
    Resolve = 0,
    /// Look whether the history needed is still there.
    Verify = 1,
    /// Take the directory for this job.
    Lock = 2,
    /// Write the first checkpoint.
    Checkpoint = 3,
    /// Export spans.
    Export = 4,
    /// Write statistics.
    Statistics = 5,
    /// Write the manifest: from here on the backup exists.
    Manifest = 6,
    /// Make LATEST name it, if it is a full.
    Latest = 7,
    /// Let go of what was held.
    Release = 8,
    /// Nothing.
    Done = 9,
}

/// How far the job is.
#[derive(Clone, PartialEq, Message)]
pub struct State {
    /// What comes next.
    #[wire(enumeration = "Phase", tag = "1")]
    pub phase: i32,
    /// Spans exported in the layer's window.
    #[wire(message, repeated, tag = "2")]
    pub done: Vec<Span>,
    /// Introduced spans exported from the beginning.
    #[wire(message, repeated, tag = "3")]
    pub done_introduced: Vec<Span>,
    /// What the files hold.
    #[wire(message, repeated, tag = "4")]
    pub files: Vec<File>,
    /// Since when intents of others are waited for; 0 for not at all. *Units*: nanoseconds since 1970.
    #[wire(int64, tag = "5")]
    pub waiting_since_nanos: i64,
}

/// A BACKUP job, taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Job {
    /// Its row, whose details are put together again by [`Job::record`].
    record: Record,
    /// The details.
    pub details: BackupDetails,
    /// What planning fixed.
    pub plan: Plan,
    /// The manifest without files; empty until the directory is known.
    pub draft: BackupManifest,
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
        let Some(Details::Backup(details)) = &record.payload.details else { return Err(broken()) };
        let details = details.clone();
        let plan = Plan::decode(details.plan.as_slice()).map_err(|_| broken())?;
        let draft =
            BackupManifest::decode(details.backup_manifest.as_slice()).map_err(|_| broken())?;
        let state = match &record.progress.details {
            Some(ProgressDetails::Backup(kept)) => {
                State::decode(kept.state.as_slice()).map_err(|_| broken())?
            }
            _ => State::default(),
        };
        Ok(Self { record, details, plan, draft, state })
    }

    /// A new job.
    pub fn new(record: Record, plan: Plan, details: BackupDetails) -> Self {
        Self { record, details, plan, draft: BackupManifest::default(), state: State::default() }
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
        details.backup_manifest =
            if self.plan.is_resolved() { self.draft.encode_to_vec() } else { Vec::new() };
        row.payload.details = Some(Details::Backup(details));
        row.progress.details =
            Some(ProgressDetails::Backup(StepState { state: self.state.encode_to_vec() }));
        row
    }

    /// Who started it.
    pub fn user(&self) -> &str {
        &self.record.payload.username
    }

    /// Gives it the text that SHOW JOBS prints.
    pub fn set_description(&mut self, text: String) {
        self.record.payload.description = text;
    }

    /// A schedule made it.
    pub fn set_schedule(&mut self, id: i64) {
        let kind = crate::schedule::record::CREATED_BY.to_owned();
        self.record.created_by = Some(sql::jobs::CreatedBy { kind, id });
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

    /// The end of the layer.
    pub fn end(&self) -> Timestamp {
        self.details.end_time.unwrap_or_default().into()
    }

    /// The start of the layer; zero for a full.
    pub fn start(&self) -> Timestamp {
        self.details.start_time.unwrap_or_default().into()
    }

    /// The manifest as far as files are written.
    pub fn manifest(&self) -> BackupManifest {
        let mut manifest = self.draft.clone();
        manifest.files.clone_from(&self.state.files);
        sort::by(&mut manifest.files, |a, b| {
            (&a.span.key, &a.span.end_key, &a.path).cmp(&(&b.span.key, &b.span.end_key, &b.path))
        });
        for file in &manifest.files {
            manifest.entry_counts.add(file.entry_counts);
        }
        manifest
    }
}
