//! The chain map: collections, their chains of layers, and what garbage collection does to them.
//!
//! ```text
//!   s3://acme/prod   ▣━━━●━━━●━━━●┄┄✂      ▣  full   ● incremental   ✂ cannot be extended
//!                              ▏→          GC edge: history left of it can no longer be read
//!                                📌        protected timestamp: holds the edge
//! ```
//!
//! Shape: everything the picture and its table twin show, words included. Units: nanoseconds, bytes.

use serde::{Deserialize, Serialize};

use crate::result::Cause;
use crate::time::Nanos;

/// The whole map at one moment.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ChainMap {
    /// Now.
    pub now: Nanos,
    /// When the world began: the map's natural left end.
    pub start: Nanos,
    /// Collections in order of their first backup.
    pub collections: Vec<Collection>,
    /// For each target of a chain shown (or the current database when there is none), its oldest readable time. Nearest edge first.
    pub edges: Vec<GcEdge>,
    /// Protected timestamps of the cluster.
    pub protections: Vec<Protection>,
    /// Writes and deletes over time.
    pub writes: Writes,
    /// What is to come, soonest first: hollow marks right of now.
    pub forecast: Vec<ForecastMark>,
    /// The statement that fills an empty map.
    pub starter: String,
}

/// Everything under one destination URI.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Collection {
    /// The URI without its query, secrets redacted: `s3://acme/prod`. Unique in the map.
    pub name: String,
    /// The URI as a statement must spell it to reach the collection, or with `redacted` where a secret was.
    pub uri: String,
    /// What its chains hold, in words: `bank · 2 chains`.
    pub words: String,
    /// The subdirectory that LATEST names.
    pub latest: Option<String>,
    /// Chains in order of their full's end time.
    pub chains: Vec<Chain>,
}

/// One full and its incrementals.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Chain {
    /// Subdirectory of the full: `/2022/04/01-020000.00`.
    pub subdir: String,
    /// The target as a statement spells it: `DATABASE bank`, `TABLE bank.orders`, empty for the cluster.
    pub target: String,
    /// The target in words: `bank`, `the cluster`.
    pub target_words: String,
    /// Whether `INTO LATEST IN` would extend this one.
    pub is_latest: bool,
    /// Whether its layers are encrypted.
    pub encrypted: bool,
    /// Layers in time order, the full first.
    pub layers: Vec<Layer>,
    /// Whether it can be extended.
    pub state: ChainState,
    /// Until when it can be extended as things stand; `None` if it cannot or nothing ends it.
    pub extendable_until: Option<Nanos>,
    /// The table whose TTL decides that.
    pub culprit: Option<String>,
    /// That table's `gc.ttlseconds`.
    pub ttl_secs: Option<i64>,
    /// State in words: `extendable for 1 h 18 min`, `cannot be extended`.
    pub words: String,
    /// What can be restored, in words: `can be restored to 4 moments`, or why not.
    pub restore_words: String,
    /// Whether a restore to its end would succeed, as far as its manifests and files tell.
    pub restorable: bool,
    /// Backups that were to extend it and failed, in time order.
    pub attempts: Vec<Attempt>,
}

/// Whether a chain can be extended.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainState {
    /// An incremental taken now would succeed.
    #[default]
    Healthy,
    /// The TTL has passed its end: refused now, cured by a longer TTL before GC visits.
    Torn,
    /// GC has moved its threshold past the end: lost for good.
    Broken,
    /// A layer or an object of it is missing or damaged.
    Damaged,
}

/// One backup of a chain.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Layer {
    /// Full or incremental.
    pub kind: LayerKind,
    /// Exclusive start of what it covers; 0 for a full.
    pub start: Nanos,
    /// Inclusive end.
    pub end: Nanos,
    /// When its job finished.
    pub finished: Nanos,
    /// Data bytes as its manifest counts them.
    pub size_bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Index entries.
    pub index_entries: u64,
    /// Data files.
    pub files: u32,
    /// Whether every moment inside can be restored.
    pub revision_history: bool,
    /// From when on, with revision history; else its end.
    pub restorable_from: Nanos,
    /// Its directory inside the collection.
    pub path: String,
    /// The job that wrote it, if known.
    pub job_id: Option<String>,
    /// What is wrong with its objects, if anything.
    pub fault: Option<String>,
}

/// Kinds of layers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Stands alone.
    #[default]
    Full,
    /// Needs the layers before it.
    Incremental,
}

/// A backup that failed to extend a chain.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// When it failed.
    pub at: Nanos,
    /// SQLSTATE.
    pub code: String,
    /// The error's text.
    pub message: String,
    /// Its job.
    pub job_id: Option<String>,
    /// Why.
    pub cause: Option<Box<Cause>>,
}

/// The oldest readable time of one target.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct GcEdge {
    /// The target as chains spell it.
    pub target: String,
    /// The table with the latest edge in the target: `carts`.
    pub table: String,
    /// Its `gc.ttlseconds`.
    pub ttl_secs: i64,
    /// History at or before this is refused: max(threshold, strict ? now - TTL : 0), protections respected.
    pub readable_since: Nanos,
    /// Where the range's GC threshold itself stands; 0 if never collected.
    pub threshold: Nanos,
    /// When GC visits next.
    pub next_visit: Option<Nanos>,
    /// The protection that holds it back, if one does.
    pub held_by: Option<String>,
    /// In words: `history collected (carts, 90 min)`.
    pub words: String,
}

/// One protected timestamp.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Protection {
    /// UUID of its record.
    pub id: String,
    /// The moment that stays readable.
    pub at: Nanos,
    /// What it covers, in words.
    pub target: String,
    /// The job that holds it.
    pub job_id: Option<String>,
    /// In words: `held for job …0007`.
    pub words: String,
}

/// A histogram of the data's changes.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Writes {
    /// What is counted: `bank.*`.
    pub words: String,
    /// Left end of the first step.
    pub start: Nanos,
    /// Width of a step.
    pub step: Nanos,
    /// Rows written in each step.
    pub puts: Vec<u32>,
    /// Rows deleted in each step.
    pub deletes: Vec<u32>,
}

/// Something to come on the map.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct ForecastMark {
    /// When.
    pub at: Nanos,
    /// What.
    pub kind: ForecastKind,
    /// The collection's name, if it belongs to one.
    pub collection: Option<String>,
    /// In words.
    pub words: String,
}

/// Kinds of forecast marks.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastKind {
    /// A schedule takes a full.
    ScheduledFull,
    /// A schedule takes an incremental.
    ScheduledIncremental,
    /// The TTL passes a chain's end.
    #[default]
    ChainEnds,
    /// GC visits a range and moves its threshold past a chain's end.
    GcPasses,
}

/// What a restore to one moment would read.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct RestorePlan {
    /// The moment asked for.
    pub at: Nanos,
    /// Whether the chain can give it.
    pub possible: bool,
    /// `reads 1 full and 2 incrementals, 3 files, 4.1 KiB`, or why not.
    pub words: String,
    /// Directories of the layers it reads.
    pub layers: Vec<String>,
    /// Data files it reads.
    pub files: u32,
    /// Bytes it reads.
    pub size_bytes: u64,
    /// The statement that does it, ending in `;`.
    pub statement: String,
    /// The nearest moments that can be restored, before and after.
    pub nearest: Vec<Nanos>,
}
