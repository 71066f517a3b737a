//! Jobs on the wire: payload and progress of a row of `system.jobs`.
//!
//! ```text
//!   Payload    description, user, times, error, statement    + details:  10 backup · 11 restore · 12 schemaChange · 21 schemaChangeGC
//!   Progress   fraction or high water, running status        + details:  10 backup · 11 restore · 12 schemaChange · 16 schemaChangeGC
//! ```
//!
//! *Source*: `spec/system-tables.md` §4.2. Ours: field 1000 of the progress messages holds where a step machine stands,
//! as bytes of its own owner; the real messages have no such field, and a reader of them skips it.

use base::map::Map;
use wire::Message;

use crate::catalog::descpb::{
    DatabaseDescriptor, SchemaDescriptor, TableDescriptor, Timestamp, TypeDescriptor,
};

/// What a job is.
#[derive(Clone, PartialEq, Message)]
pub struct Payload {
    /// What SHOW JOBS prints.
    #[wire(string, tag = "1")]
    pub description: String,
    /// Who started it.
    #[wire(string, tag = "2")]
    pub username: String,
    /// *Units*: microseconds, 0 for not yet.
    #[wire(int64, tag = "3")]
    pub started_micros: i64,
    /// *Units*: microseconds, 0 for not yet.
    #[wire(int64, tag = "4")]
    pub finished_micros: i64,
    /// Descriptors that it works on.
    #[wire(uint32, repeated, tag = "6")]
    pub descriptor_ids: Vec<u32>,
    /// Why it failed.
    #[wire(string, tag = "8")]
    pub error: String,
    /// Statements that it carries out.
    #[wire(string, repeated, tag = "16")]
    pub statement: Vec<String>,
    /// Whether CANCEL JOB is refused.
    #[wire(bool, tag = "20")]
    pub noncancelable: bool,
    /// Why it is paused.
    #[wire(string, tag = "28")]
    pub pause_reason: String,
    /// Ours: errors after which it was tried again, as SHOW JOBS prints them.
    #[wire(string, repeated, tag = "1001")]
    pub execution_errors: Vec<String>,
    /// Ours: it is being undone, and RESUME goes on with that.
    #[wire(bool, tag = "1002")]
    pub reverts: bool,
    /// Its kind, and what only that kind has.
    #[wire(oneof = "Details", tags = "10, 11, 12, 15, 21, 22, 24")]
    pub details: Option<Details>,
}

/// What only one kind of job has.
#[allow(
    clippy::large_enum_variant,
    reason = "one is in memory at a time; on wasm32 it is small enough"
)]
#[derive(Clone, PartialEq, wire::Oneof)]
pub enum Details {
    /// `BACKUP`.
    #[wire(message, tag = "10")]
    Backup(BackupDetails),
    /// `RESTORE`.
    #[wire(message, tag = "11")]
    Restore(Box<RestoreDetails>),
    /// `SCHEMA CHANGE`.
    #[wire(message, tag = "12")]
    SchemaChange(SchemaChangeDetails),
    /// `CREATE STATS`.
    #[wire(message, tag = "15")]
    CreateStats(CreateStatsDetails),
    /// `SCHEMA CHANGE GC`.
    #[wire(message, tag = "21")]
    SchemaChangeGc(SchemaChangeGcDetails),
    /// `TYPEDESC SCHEMA CHANGE`.
    #[wire(message, tag = "22")]
    TypeSchemaChange(TypeSchemaChangeDetails),
    /// `NEW SCHEMA CHANGE`.
    #[wire(message, tag = "24")]
    NewSchemaChange(NewSchemaChangeDetails),
}

/// How far a job is.
#[derive(Clone, PartialEq, Message)]
pub struct Progress {
    /// When it was last written. *Units*: microseconds.
    #[wire(int64, tag = "2")]
    pub modified_micros: i64,
    /// What SHOW JOBS prints as `running_status`.
    #[wire(string, tag = "4")]
    pub running_status: String,
    /// Trace of its last run.
    #[wire(uint64, tag = "21")]
    pub trace_id: u64,
    /// A fraction, or a time.
    #[wire(oneof = "Done", tags = "1, 3")]
    pub done: Option<Done>,
    /// What only one kind has.
    #[wire(oneof = "ProgressDetails", tags = "10, 11, 12, 15, 16, 17, 19")]
    pub details: Option<ProgressDetails>,
}

/// How much is done.
#[derive(Clone, Copy, PartialEq, wire::Oneof)]
pub enum Done {
    /// From 0 to 1.
    #[wire(float, tag = "1")]
    FractionCompleted(f32),
    /// Everything up to this time.
    #[wire(message, tag = "3")]
    HighWater(Timestamp),
}

/// What only one kind of job keeps of its progress.
#[derive(Clone, PartialEq, wire::Oneof)]
pub enum ProgressDetails {
    /// `BACKUP`.
    #[wire(message, tag = "10")]
    Backup(StepState),
    /// `RESTORE`.
    #[wire(message, tag = "11")]
    Restore(RestoreProgress),
    /// `SCHEMA CHANGE`.
    #[wire(message, tag = "12")]
    SchemaChange(StepState),
    /// `CREATE STATS`.
    #[wire(message, tag = "15")]
    CreateStats(StepState),
    /// `SCHEMA CHANGE GC`.
    #[wire(message, tag = "16")]
    SchemaChangeGc(SchemaChangeGcProgress),
    /// `TYPEDESC SCHEMA CHANGE`.
    #[wire(message, tag = "17")]
    TypeSchemaChange(StepState),
    /// `NEW SCHEMA CHANGE`.
    #[wire(message, tag = "19")]
    NewSchemaChange(StepState),
}

/// Where a step machine stands; the real message is empty.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StepState {
    /// Bytes of the machine's own owner.
    #[wire(bytes, tag = "1000")]
    pub state: Vec<u8>,
}

/// Details of a BACKUP.
#[derive(Clone, PartialEq, Message)]
pub struct BackupDetails {
    /// Exclusive; zero for a full.
    #[wire(message, optional, tag = "1")]
    pub start_time: Option<Timestamp>,
    /// Inclusive.
    #[wire(message, optional, tag = "2")]
    pub end_time: Option<Timestamp>,
    /// Where the layer goes.
    #[wire(string, tag = "3")]
    pub uri: String,
    /// The manifest as planned (early versions), or empty.
    #[wire(bytes, tag = "4")]
    pub backup_manifest: Vec<u8>,
    /// Locality to destination.
    #[wire(map = "string, string", tag = "5")]
    pub uris_by_locality_kv: Map<String, String>,
    /// How files are encrypted.
    #[wire(message, optional, tag = "6")]
    pub encryption_options: Option<BackupEncryptionOptions>,
    /// The record that holds GC back, 16 bytes.
    #[wire(bytes, tag = "7")]
    pub protected_timestamp_record: Vec<u8>,
    /// The collection.
    #[wire(string, tag = "8")]
    pub collection_uri: String,
    /// The ENCRYPTION-INFO to be written by a full.
    #[wire(bytes, tag = "9")]
    pub encryption_info: Vec<u8>,
    /// Where it was asked to go.
    #[wire(message, optional, tag = "11")]
    pub destination: Option<BackupDestination>,
    /// Ours: whatever else the plan fixed, as bytes of crate `backup`.
    #[wire(bytes, tag = "1000")]
    pub plan: Vec<u8>,
}

/// Where a BACKUP was asked to go.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct BackupDestination {
    /// URIs as written.
    #[wire(string, repeated, tag = "1")]
    pub to: Vec<String>,
    /// Subdirectory as written, `LATEST` or empty.
    #[wire(string, tag = "2")]
    pub subdir: String,
    /// Other stores for incrementals.
    #[wire(string, repeated, tag = "3")]
    pub incremental_storage: Vec<String>,
    /// Whether a full must be there.
    #[wire(bool, tag = "4")]
    pub exists: bool,
}

/// How files are encrypted.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct BackupEncryptionOptions {
    /// The derived or decrypted key.
    #[wire(bytes, tag = "1")]
    pub key: Vec<u8>,
    /// 0 passphrase, 1 KMS, 2 none.
    #[wire(int32, tag = "2")]
    pub mode: i32,
    /// The KMS that holds the key.
    #[wire(message, optional, tag = "3")]
    pub kms: Option<KmsRef>,
}

/// A data key under a key of a KMS.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct KmsRef {
    /// The KMS key.
    #[wire(string, tag = "1")]
    pub uri: String,
    /// The data key, encrypted.
    #[wire(bytes, tag = "2")]
    pub encrypted_data_key: Vec<u8>,
}

/// Details of a RESTORE.
#[derive(Clone, PartialEq, Message)]
pub struct RestoreDetails {
    /// Old id to new.
    #[wire(map = "uint32, message", tag = "2")]
    pub descriptor_rewrites: Map<u32, DescriptorRewrite>,
    /// One for each layer.
    #[wire(string, repeated, tag = "3")]
    pub uris: Vec<String>,
    /// The moment that is restored; zero for the newest.
    #[wire(message, optional, tag = "4")]
    pub end_time: Option<Timestamp>,
    /// New tables.
    #[wire(message, repeated, tag = "5")]
    pub table_descs: Vec<TableDescriptor>,
    /// Database of `into_db`.
    #[wire(string, tag = "6")]
    pub override_db: String,
    /// Whether descriptors are written.
    #[wire(bool, tag = "8")]
    pub prepare_completed: bool,
    /// Whether statistics are written.
    #[wire(bool, tag = "9")]
    pub stats_inserted: bool,
    /// Whether descriptors are public.
    #[wire(bool, tag = "10")]
    pub descriptors_published: bool,
    /// 0 requested descriptors, 1 all.
    #[wire(int32, tag = "11")]
    pub descriptor_coverage: i32,
    /// How files are encrypted.
    #[wire(message, optional, tag = "12")]
    pub encryption: Option<BackupEncryptionOptions>,
    /// New types.
    #[wire(message, repeated, tag = "14")]
    pub type_descs: Vec<TypeDescriptor>,
    /// New schemas.
    #[wire(message, repeated, tag = "15")]
    pub schema_descs: Vec<SchemaDescriptor>,
    /// New databases.
    #[wire(message, repeated, tag = "16")]
    pub database_descs: Vec<DatabaseDescriptor>,
    /// System tables that are done.
    #[wire(map = "string, bool", tag = "17")]
    pub system_tables_migrated: Map<String, bool>,
    /// Where to stop for a look.
    #[wire(string, tag = "20")]
    pub debug_pause_on: String,
    /// Ours: whatever else the plan fixed, as bytes of crate `backup`.
    #[wire(bytes, tag = "1000")]
    pub plan: Vec<u8>,
}

/// The new place of one descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct DescriptorRewrite {
    /// New id.
    #[wire(uint32, tag = "1")]
    pub id: u32,
    /// New database.
    #[wire(uint32, tag = "2")]
    pub parent_id: u32,
    /// Whether the object is there already.
    #[wire(bool, tag = "3")]
    pub to_existing: bool,
    /// New schema.
    #[wire(uint32, tag = "4")]
    pub parent_schema_id: u32,
}

/// How far a RESTORE is.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RestoreProgress {
    /// Up to which key data are in.
    #[wire(bytes, tag = "1")]
    pub high_water: Vec<u8>,
    /// Ours: where the step machine stands, as bytes of crate `backup`.
    #[wire(bytes, tag = "1000")]
    pub state: Vec<u8>,
}

/// Details of a SCHEMA CHANGE.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaChangeDetails {
    /// The table.
    #[wire(uint32, tag = "6")]
    pub desc_id: u32,
    /// The mutation.
    #[wire(uint32, tag = "7")]
    pub table_mutation_id: u32,
    /// 3: rows in families.
    #[wire(uint32, tag = "8")]
    pub format_version: u32,
}

/// Details of a TYPEDESC SCHEMA CHANGE.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct TypeSchemaChangeDetails {
    /// The type.
    #[wire(uint32, tag = "1")]
    pub type_id: u32,
}

/// Details of a NEW SCHEMA CHANGE: nothing of their own, the payload names the descriptors.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct NewSchemaChangeDetails {}

/// Details of a CREATE STATS.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct CreateStatsDetails {
    /// Name of the statistics.
    #[wire(string, tag = "1")]
    pub name: String,
}

/// Details of a SCHEMA CHANGE GC: what will be cleared, and from when the TTL counts.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaChangeGcDetails {
    /// Dropped indexes of a living table.
    #[wire(message, repeated, tag = "1")]
    pub indexes: Vec<DroppedIndex>,
    /// The living table of `indexes`.
    #[wire(uint32, tag = "2")]
    pub parent_id: u32,
    /// Dropped tables.
    #[wire(message, repeated, tag = "3")]
    pub tables: Vec<DroppedTable>,
}

/// An index to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct DroppedIndex {
    /// The index.
    #[wire(uint32, tag = "1")]
    pub index_id: u32,
    /// *Units*: nanoseconds.
    #[wire(int64, tag = "2")]
    pub drop_time: i64,
}

/// A table to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct DroppedTable {
    /// The table.
    #[wire(uint32, tag = "1")]
    pub id: u32,
    /// *Units*: nanoseconds.
    #[wire(int64, tag = "2")]
    pub drop_time: i64,
}

/// How far a SCHEMA CHANGE GC is.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaChangeGcProgress {
    /// Each index.
    #[wire(message, repeated, tag = "1")]
    pub indexes: Vec<GcItem>,
    /// Each table.
    #[wire(message, repeated, tag = "2")]
    pub tables: Vec<GcItem>,
}

/// One thing that waits to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct GcItem {
    /// Index or table.
    #[wire(uint32, tag = "1")]
    pub id: u32,
    /// 0 waiting for GC, 1 deleting, 2 deleted.
    #[wire(int32, tag = "2")]
    pub status: i32,
}
