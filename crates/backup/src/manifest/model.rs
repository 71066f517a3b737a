//! The messages of a backup, with CockroachDB's field numbers.
//!
//! ```text
//!   BackupManifest ─┬─ 1, 2 (start, end]           3 spans, 15 introduced spans
//!                   ├─ 4 files ── span, path, counts, (own times)
//!                   ├─ 5 descriptors at the end     16 descriptor changes (revision history)
//!                   └─ 9 cluster, 18 id, 25 version, 13 filter, 14 complete databases, 22 coverage
//! ```
//!
//! Shape: `required` marks what the real writer writes also when it is empty or zero; the rest vanishes when empty.
//! Descriptors stay bytes here: they are read one at a time, and fields that we do not know survive.
//! *Source*: `spec/manifest-wire.md` §2, §3. Left out: tenants (kept out of simulated backups).

use base::hlc;
use base::map::Map;
use base::span;
use wire::Message;

use sql::catalog::descpb::{Descriptor, Timestamp};

/// `mvcc_filter`: only the newest version of each key.
pub const FILTER_LATEST: i32 = 0;
/// `mvcc_filter`: every version in the window, which is `revision_history`.
pub const FILTER_ALL: i32 = 1;
/// `descriptor_coverage`: only what was asked for.
pub const COVERAGE_REQUESTED: i32 = 0;
/// `descriptor_coverage`: the whole cluster.
pub const COVERAGE_CLUSTER: i32 = 1;

/// What one layer holds.
#[derive(Clone, PartialEq, Message)]
pub struct BackupManifest {
    /// Exclusive; empty in a full.
    #[wire(message, required, tag = "1")]
    pub start_time: Timestamp,
    /// Inclusive; the moment of AS OF SYSTEM TIME.
    #[wire(message, required, tag = "2")]
    pub end_time: Timestamp,
    /// Everything asked for, also where nothing new lies.
    #[wire(message, repeated, tag = "3")]
    pub spans: Vec<Span>,
    /// What lies in which file, by start and end key.
    #[wire(message, repeated, tag = "4")]
    pub files: Vec<File>,
    /// Descriptors at the end time, each an encoded [`Descriptor`].
    #[wire(bytes, repeated, tag = "5")]
    pub descriptors: Vec<Vec<u8>>,
    /// Without meaning in the object; readers know where they read from.
    #[wire(message, required, tag = "7")]
    pub dir: ExternalStorage,
    /// 1: complete databases are tracked.
    #[wire(uint32, tag = "8")]
    pub format_version: u32,
    /// The cluster that was backed up.
    #[wire(bytes, required, tag = "9")]
    pub cluster_id: Vec<u8>,
    /// The gateway.
    #[wire(int32, tag = "10")]
    pub node_id: i32,
    /// Which binary wrote this.
    #[wire(message, required, tag = "11")]
    pub build_info: BuildInfo,
    /// The sum over all files.
    #[wire(message, required, tag = "12")]
    pub entry_counts: RowCount,
    /// [`FILTER_LATEST`] or [`FILTER_ALL`].
    #[wire(int32, tag = "13")]
    pub mvcc_filter: i32,
    /// Databases whose every table is here.
    #[wire(uint32, repeated, tag = "14")]
    pub complete_dbs: Vec<u32>,
    /// The part of `spans` that the previous layer does not cover; it goes back to the beginning.
    #[wire(message, repeated, tag = "15")]
    pub introduced_spans: Vec<Span>,
    /// What happened to descriptors inside the window (revision history only).
    #[wire(message, repeated, tag = "16")]
    pub descriptor_changes: Vec<DescriptorRevision>,
    /// No moment at or before this can be restored by revision history.
    #[wire(message, required, tag = "17")]
    pub revision_start_time: Timestamp,
    /// Random, one a backup.
    #[wire(bytes, required, tag = "18")]
    pub id: Vec<u8>,
    /// Partial manifests of other localities.
    #[wire(string, repeated, tag = "19")]
    pub partition_descriptor_filenames: Vec<String>,
    /// Their localities, in the same order.
    #[wire(string, repeated, tag = "20")]
    pub locality_kvs: Vec<String>,
    /// [`COVERAGE_REQUESTED`] or [`COVERAGE_CLUSTER`].
    #[wire(int32, tag = "22")]
    pub descriptor_coverage: i32,
    /// Table → the file that holds its statistics.
    #[wire(map = "uint32, string", tag = "23")]
    pub statistics_filenames: Map<u32, String>,
    /// The cluster's active version.
    #[wire(message, required, tag = "25")]
    pub cluster_version: Version,
    /// Whether the lists lie in files of their own (slim manifest).
    #[wire(bool, tag = "27")]
    pub has_external_manifest_ssts: bool,
    /// What was cut off the front of every key: 0 nothing, 1 tenant, 2 tenant and table.
    #[wire(int32, tag = "28")]
    pub elided_prefix: i32,
    /// Whether this layer was made by merging others.
    #[wire(bool, tag = "29")]
    pub is_compacted: bool,
}

impl BackupManifest {
    /// The start of the window, exclusive.
    pub fn start(&self) -> hlc::Timestamp {
        self.start_time.into()
    }

    /// The end of the window, inclusive.
    pub fn end(&self) -> hlc::Timestamp {
        self.end_time.into()
    }

    /// Where revision history begins, exclusive.
    pub fn revision_start(&self) -> hlc::Timestamp {
        self.revision_start_time.into()
    }

    /// Whether this is the first layer of a chain.
    pub fn is_full(&self) -> bool {
        self.start().is_zero()
    }

    /// Whether every version in the window is here.
    pub fn has_history(&self) -> bool {
        self.mvcc_filter == FILTER_ALL
    }

    /// Whether the whole cluster was backed up.
    pub fn is_cluster(&self) -> bool {
        self.descriptor_coverage == COVERAGE_CLUSTER
    }

    /// The descriptors at the end time. Broken ones are left out.
    pub fn descriptors(&self) -> impl Iterator<Item = Descriptor> {
        self.descriptors.iter().filter_map(|bytes| Descriptor::decode(bytes.as_slice()).ok())
    }
}

/// A descriptor from its bytes, if it can be read.
pub fn descriptor(bytes: &[u8]) -> Option<Descriptor> {
    Descriptor::decode(bytes).ok()
}

/// Keys from `key` (inclusive) to `end_key` (exclusive).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Message)]
pub struct Span {
    /// First key.
    #[wire(bytes, tag = "3")]
    pub key: Vec<u8>,
    /// First key after; empty for the one key.
    #[wire(bytes, tag = "4")]
    pub end_key: Vec<u8>,
}

impl From<span::Span> for Span {
    fn from(s: span::Span) -> Self {
        Self { key: s.start, end_key: s.end }
    }
}

impl From<&Span> for span::Span {
    fn from(s: &Span) -> Self {
        if s.end_key.is_empty() {
            Self::point(s.key.clone())
        } else {
            Self::new(s.key.clone(), s.end_key.clone())
        }
    }
}

/// One span's entries in one object.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct File {
    /// Which keys.
    #[wire(message, required, tag = "1")]
    pub span: Span,
    /// The object, relative to the layer. Several entries may name one object.
    #[wire(string, tag = "2")]
    pub path: String,
    /// What is in it, for this span.
    #[wire(message, required, tag = "6")]
    pub entry_counts: RowCount,
    /// With `end_time`, the window of an introduced span's part; else the layer's.
    #[wire(message, required, tag = "7")]
    pub start_time: Timestamp,
    /// See `start_time`; empty for the layer's own.
    #[wire(message, required, tag = "8")]
    pub end_time: Timestamp,
    /// The locality whose store holds it; empty for the default store.
    #[wire(string, tag = "9")]
    pub locality_kv: String,
    /// Length of the table file, 0 for unknown.
    #[wire(uint64, tag = "10")]
    pub backing_file_size: u64,
}

impl File {
    /// The window of this entry: its own, else the layer's.
    pub fn window(&self, layer: &BackupManifest) -> (hlc::Timestamp, hlc::Timestamp) {
        let own: hlc::Timestamp = self.end_time.into();
        if own.is_zero() { (layer.start(), layer.end()) } else { (self.start_time.into(), own) }
    }
}

/// What is in a file, or in all of them.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct RowCount {
    /// User keys without times, and values. *Units*: bytes.
    #[wire(int64, tag = "1")]
    pub data_size: i64,
    /// Distinct rows of primary indexes, deletions included.
    #[wire(int64, tag = "2")]
    pub rows: i64,
    /// Distinct keys of secondary indexes, deletions included.
    #[wire(int64, tag = "3")]
    pub index_entries: i64,
}

impl RowCount {
    /// Adds another count to this one.
    pub fn add(&mut self, other: Self) {
        self.data_size = self.data_size.saturating_add(other.data_size);
        self.rows = self.rows.saturating_add(other.rows);
        self.index_entries = self.index_entries.saturating_add(other.index_entries);
    }
}

/// A descriptor as it became at a moment.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DescriptorRevision {
    /// When.
    #[wire(message, required, tag = "1")]
    pub time: Timestamp,
    /// Which.
    #[wire(uint32, tag = "2")]
    pub id: u32,
    /// What it became, an encoded [`Descriptor`]; absent when it was deleted.
    #[wire(bytes, optional, tag = "3")]
    pub desc: Option<Vec<u8>>,
}

/// Which binary wrote a manifest.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct BuildInfo {
    /// Compiler.
    #[wire(string, required, tag = "1")]
    pub go_version: String,
    /// `v21.2.17`.
    #[wire(string, required, tag = "2")]
    pub tag: String,
    /// When it was built.
    #[wire(string, required, tag = "3")]
    pub time: String,
    /// Of which source.
    #[wire(string, required, tag = "4")]
    pub revision: String,
    /// C compiler.
    #[wire(string, required, tag = "5")]
    pub cgo_compiler: String,
    /// Operating system and processor.
    #[wire(string, required, tag = "6")]
    pub platform: String,
    /// `CCL`.
    #[wire(string, required, tag = "7")]
    pub distribution: String,
    /// `release`.
    #[wire(string, required, tag = "8")]
    pub kind: String,
    /// `official-binary`.
    #[wire(string, required, tag = "9")]
    pub channel: String,
    /// Target of the C compiler.
    #[wire(string, required, tag = "10")]
    pub cgo_target_triple: String,
    /// Channel as the environment had it.
    #[wire(string, required, tag = "11")]
    pub env_channel: String,
}

/// A cluster version.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Message)]
pub struct Version {
    /// 21 of v21.2.
    #[wire(int32, required, tag = "1")]
    pub major: i32,
    /// 2 of v21.2.
    #[wire(int32, required, tag = "2")]
    pub minor: i32,
    /// Always 0.
    #[wire(int32, required, tag = "3")]
    pub patch: i32,
    /// Steps towards the next version.
    #[wire(int32, required, tag = "4")]
    pub internal: i32,
}

impl Version {
    /// As error texts have it: `21.2`.
    pub fn short(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

/// Empty on disk but for its parts that are always written.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ExternalStorage {
    /// Kind of store; 0 on disk.
    #[wire(int32, tag = "1")]
    pub provider: i32,
    /// Part of nodelocal.
    #[wire(message, required, tag = "2")]
    pub local_file: Opaque,
    /// Part of http.
    #[wire(message, required, tag = "3")]
    pub http: Opaque,
    /// Part of userfile.
    #[wire(message, required, tag = "8")]
    pub file_table: Opaque,
    /// Part of external connections (v22.2+).
    #[wire(message, optional, tag = "9")]
    pub external_connection: Option<Opaque>,
}

/// A message whose fields do not matter here.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Opaque {}

/// A part of a locality-aware manifest: what lies in the store of one locality.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct BackupPartitionDescriptor {
    /// `region=eu-west`.
    #[wire(string, tag = "1")]
    pub locality_kv: String,
    /// Its entries.
    #[wire(message, repeated, tag = "2")]
    pub files: Vec<File>,
    /// The manifest's id.
    #[wire(bytes, required, tag = "3")]
    pub backup_id: Vec<u8>,
}

/// The content of `BACKUP-STATISTICS`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StatsTable {
    /// All statistics of all tables.
    #[wire(message, repeated, tag = "1")]
    pub statistics: Vec<TableStatistic>,
}

/// One statistic of one table.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct TableStatistic {
    /// The table.
    #[wire(uint32, tag = "1")]
    pub table_id: u32,
    /// The statistic.
    #[wire(uint64, tag = "2")]
    pub statistic_id: u64,
    /// `__auto__`, or the user's name.
    #[wire(string, tag = "3")]
    pub name: String,
    /// Columns told about.
    #[wire(uint32, repeated, tag = "4")]
    pub column_ids: Vec<u32>,
    /// When it was made.
    #[wire(message, required, tag = "5")]
    pub created_at: GoogleTimestamp,
    /// Rows of the table.
    #[wire(uint64, tag = "6")]
    pub row_count: u64,
    /// Distinct values.
    #[wire(uint64, tag = "7")]
    pub distinct_count: u64,
    /// NULLs.
    #[wire(uint64, tag = "8")]
    pub null_count: u64,
    /// The histogram, a message of its own.
    #[wire(bytes = "vec", optional, tag = "9")]
    pub histogram: Option<Vec<u8>>,
    /// *Units*: bytes of a value.
    #[wire(uint64, tag = "10")]
    pub avg_size: u64,
}

/// A moment in Google's form.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct GoogleTimestamp {
    /// Since 1970.
    #[wire(int64, tag = "1")]
    pub seconds: i64,
    /// In the second.
    #[wire(int32, tag = "2")]
    pub nanos: i32,
}
