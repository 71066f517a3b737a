//! Jobs on the wire: payload and progress of a row of `system.jobs`.
//!
//! ```text
//!   Payload    description, user, times, error, statement    + details:  10 backup · 11 restore · 12 schemaChange · 21 schemaChangeGC
//!   Progress   fraction or high water, running status        + details:  10 backup · 11 restore · 12 schemaChange · 16 schemaChangeGC
//! ```
//!
//! *Source*: `spec/system-tables.md` §4.2. Ours: field 1000 of the progress messages holds where a step machine stands,
//! as bytes of its own owner; the real messages have no such field, and a reader of them skips it.

use std::collections::BTreeMap;

use prost::Message;

use crate::catalog::descpb::{
    DatabaseDescriptor, SchemaDescriptor, TableDescriptor, Timestamp, TypeDescriptor,
};

/// What a job is.
#[derive(Clone, PartialEq, Message)]
pub struct Payload {
    /// What SHOW JOBS prints.
    #[prost(string, tag = "1")]
    pub description: String,
    /// Who started it.
    #[prost(string, tag = "2")]
    pub username: String,
    /// *Units*: microseconds, 0 for not yet.
    #[prost(int64, tag = "3")]
    pub started_micros: i64,
    /// *Units*: microseconds, 0 for not yet.
    #[prost(int64, tag = "4")]
    pub finished_micros: i64,
    /// Descriptors that it works on.
    #[prost(uint32, repeated, tag = "6")]
    pub descriptor_ids: Vec<u32>,
    /// Why it failed.
    #[prost(string, tag = "8")]
    pub error: String,
    /// Statements that it carries out.
    #[prost(string, repeated, tag = "16")]
    pub statement: Vec<String>,
    /// Whether CANCEL JOB is refused.
    #[prost(bool, tag = "20")]
    pub noncancelable: bool,
    /// Why it is paused.
    #[prost(string, tag = "28")]
    pub pause_reason: String,
    /// Ours: errors after which it was tried again, as SHOW JOBS prints them.
    #[prost(string, repeated, tag = "1001")]
    pub execution_errors: Vec<String>,
    /// Ours: it is being undone, and RESUME goes on with that.
    #[prost(bool, tag = "1002")]
    pub reverts: bool,
    /// Its kind, and what only that kind has.
    #[prost(oneof = "Details", tags = "10, 11, 12, 15, 21, 22, 24")]
    pub details: Option<Details>,
}

/// What only one kind of job has.
#[allow(
    clippy::large_enum_variant,
    reason = "one is in memory at a time; on wasm32 it is small enough"
)]
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Details {
    /// `BACKUP`.
    #[prost(message, tag = "10")]
    Backup(BackupDetails),
    /// `RESTORE`.
    #[prost(message, tag = "11")]
    Restore(Box<RestoreDetails>),
    /// `SCHEMA CHANGE`.
    #[prost(message, tag = "12")]
    SchemaChange(SchemaChangeDetails),
    /// `CREATE STATS`.
    #[prost(message, tag = "15")]
    CreateStats(CreateStatsDetails),
    /// `SCHEMA CHANGE GC`.
    #[prost(message, tag = "21")]
    SchemaChangeGc(SchemaChangeGcDetails),
    /// `TYPEDESC SCHEMA CHANGE`.
    #[prost(message, tag = "22")]
    TypeSchemaChange(TypeSchemaChangeDetails),
    /// `NEW SCHEMA CHANGE`.
    #[prost(message, tag = "24")]
    NewSchemaChange(NewSchemaChangeDetails),
}

/// How far a job is.
#[derive(Clone, PartialEq, Message)]
pub struct Progress {
    /// When it was last written. *Units*: microseconds.
    #[prost(int64, tag = "2")]
    pub modified_micros: i64,
    /// What SHOW JOBS prints as `running_status`.
    #[prost(string, tag = "4")]
    pub running_status: String,
    /// Trace of its last run.
    #[prost(uint64, tag = "21")]
    pub trace_id: u64,
    /// A fraction, or a time.
    #[prost(oneof = "Done", tags = "1, 3")]
    pub done: Option<Done>,
    /// What only one kind has.
    #[prost(oneof = "ProgressDetails", tags = "10, 11, 12, 15, 16, 17, 19")]
    pub details: Option<ProgressDetails>,
}

/// How much is done.
#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub enum Done {
    /// From 0 to 1.
    #[prost(float, tag = "1")]
    FractionCompleted(f32),
    /// Everything up to this time.
    #[prost(message, tag = "3")]
    HighWater(Timestamp),
}

/// What only one kind of job keeps of its progress.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum ProgressDetails {
    /// `BACKUP`.
    #[prost(message, tag = "10")]
    Backup(StepState),
    /// `RESTORE`.
    #[prost(message, tag = "11")]
    Restore(RestoreProgress),
    /// `SCHEMA CHANGE`.
    #[prost(message, tag = "12")]
    SchemaChange(StepState),
    /// `CREATE STATS`.
    #[prost(message, tag = "15")]
    CreateStats(StepState),
    /// `SCHEMA CHANGE GC`.
    #[prost(message, tag = "16")]
    SchemaChangeGc(SchemaChangeGcProgress),
    /// `TYPEDESC SCHEMA CHANGE`.
    #[prost(message, tag = "17")]
    TypeSchemaChange(StepState),
    /// `NEW SCHEMA CHANGE`.
    #[prost(message, tag = "19")]
    NewSchemaChange(StepState),
}

/// Where a step machine stands; the real message is empty.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct StepState {
    /// Bytes of the machine's own owner.
    #[prost(bytes = "vec", tag = "1000")]
    pub state: Vec<u8>,
}

/// Details of a BACKUP.
#[derive(Clone, PartialEq, Message)]
pub struct BackupDetails {
    /// Exclusive; zero for a full.
    #[prost(message, optional, tag = "1")]
    pub start_time: Option<Timestamp>,
    /// Inclusive.
    #[prost(message, optional, tag = "2")]
    pub end_time: Option<Timestamp>,
    /// Where the layer goes.
    #[prost(string, tag = "3")]
    pub uri: String,
    /// The manifest as planned (early versions), or empty.
    #[prost(bytes = "vec", tag = "4")]
    pub backup_manifest: Vec<u8>,
    /// Locality to destination.
    #[prost(btree_map = "string, string", tag = "5")]
    pub uris_by_locality_kv: BTreeMap<String, String>,
    /// How files are encrypted.
    #[prost(message, optional, tag = "6")]
    pub encryption_options: Option<BackupEncryptionOptions>,
    /// The record that holds GC back, 16 bytes.
    #[prost(bytes = "vec", tag = "7")]
    pub protected_timestamp_record: Vec<u8>,
    /// The collection.
    #[prost(string, tag = "8")]
    pub collection_uri: String,
    /// The ENCRYPTION-INFO to be written by a full.
    #[prost(bytes = "vec", tag = "9")]
    pub encryption_info: Vec<u8>,
    /// Where it was asked to go.
    #[prost(message, optional, tag = "11")]
    pub destination: Option<BackupDestination>,
    /// Ours: whatever else the plan fixed, as bytes of crate `backup`.
    #[prost(bytes = "vec", tag = "1000")]
    pub plan: Vec<u8>,
}

/// Where a BACKUP was asked to go.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct BackupDestination {
    /// URIs as written.
    #[prost(string, repeated, tag = "1")]
    pub to: Vec<String>,
    /// Subdirectory as written, `LATEST` or empty.
    #[prost(string, tag = "2")]
    pub subdir: String,
    /// Other stores for incrementals.
    #[prost(string, repeated, tag = "3")]
    pub incremental_storage: Vec<String>,
    /// Whether a full must be there.
    #[prost(bool, tag = "4")]
    pub exists: bool,
}

/// How files are encrypted.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct BackupEncryptionOptions {
    /// The derived or decrypted key.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// 0 passphrase, 1 KMS, 2 none.
    #[prost(int32, tag = "2")]
    pub mode: i32,
    /// The KMS that holds the key.
    #[prost(message, optional, tag = "3")]
    pub kms: Option<KmsRef>,
}

/// A data key under a key of a KMS.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct KmsRef {
    /// The KMS key.
    #[prost(string, tag = "1")]
    pub uri: String,
    /// The data key, encrypted.
    #[prost(bytes = "vec", tag = "2")]
    pub encrypted_data_key: Vec<u8>,
}

/// Details of a RESTORE.
#[derive(Clone, PartialEq, Message)]
pub struct RestoreDetails {
    /// Old id to new.
    #[prost(btree_map = "uint32, message", tag = "2")]
    pub descriptor_rewrites: BTreeMap<u32, DescriptorRewrite>,
    /// One for each layer.
    #[prost(string, repeated, tag = "3")]
    pub uris: Vec<String>,
    /// The moment that is restored; zero for the newest.
    #[prost(message, optional, tag = "4")]
    pub end_time: Option<Timestamp>,
    /// New tables.
    #[prost(message, repeated, tag = "5")]
    pub table_descs: Vec<TableDescriptor>,
    /// Database of `into_db`.
    #[prost(string, tag = "6")]
    pub override_db: String,
    /// Whether descriptors are written.
    #[prost(bool, tag = "8")]
    pub prepare_completed: bool,
    /// Whether statistics are written.
    #[prost(bool, tag = "9")]
    pub stats_inserted: bool,
    /// Whether descriptors are public.
    #[prost(bool, tag = "10")]
    pub descriptors_published: bool,
    /// 0 requested descriptors, 1 all.
    #[prost(int32, tag = "11")]
    pub descriptor_coverage: i32,
    /// How files are encrypted.
    #[prost(message, optional, tag = "12")]
    pub encryption: Option<BackupEncryptionOptions>,
    /// New types.
    #[prost(message, repeated, tag = "14")]
    pub type_descs: Vec<TypeDescriptor>,
    /// New schemas.
    #[prost(message, repeated, tag = "15")]
    pub schema_descs: Vec<SchemaDescriptor>,
    /// New databases.
    #[prost(message, repeated, tag = "16")]
    pub database_descs: Vec<DatabaseDescriptor>,
    /// System tables that are done.
    #[prost(btree_map = "string, bool", tag = "17")]
    pub system_tables_migrated: BTreeMap<String, bool>,
    /// Where to stop for a look.
    #[prost(string, tag = "20")]
    pub debug_pause_on: String,
    /// Ours: whatever else the plan fixed, as bytes of crate `backup`.
    #[prost(bytes = "vec", tag = "1000")]
    pub plan: Vec<u8>,
}

/// The new place of one descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct DescriptorRewrite {
    /// New id.
    #[prost(uint32, tag = "1")]
    pub id: u32,
    /// New database.
    #[prost(uint32, tag = "2")]
    pub parent_id: u32,
    /// Whether the object is there already.
    #[prost(bool, tag = "3")]
    pub to_existing: bool,
    /// New schema.
    #[prost(uint32, tag = "4")]
    pub parent_schema_id: u32,
}

/// How far a RESTORE is.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RestoreProgress {
    /// Up to which key data are in.
    #[prost(bytes = "vec", tag = "1")]
    pub high_water: Vec<u8>,
    /// Ours: where the step machine stands, as bytes of crate `backup`.
    #[prost(bytes = "vec", tag = "1000")]
    pub state: Vec<u8>,
}

/// Details of a SCHEMA CHANGE.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaChangeDetails {
    /// The table.
    #[prost(uint32, tag = "6")]
    pub desc_id: u32,
    /// The mutation.
    #[prost(uint32, tag = "7")]
    pub table_mutation_id: u32,
    /// 3: rows in families.
    #[prost(uint32, tag = "8")]
    pub format_version: u32,
}

/// Details of a TYPEDESC SCHEMA CHANGE.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct TypeSchemaChangeDetails {
    /// The type.
    #[prost(uint32, tag = "1")]
    pub type_id: u32,
}

/// Details of a NEW SCHEMA CHANGE: nothing of their own, the payload names the descriptors.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct NewSchemaChangeDetails {}

/// Details of a CREATE STATS.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct CreateStatsDetails {
    /// Name of the statistics.
    #[prost(string, tag = "1")]
    pub name: String,
}

/// Details of a SCHEMA CHANGE GC: what will be cleared, and from when the TTL counts.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaChangeGcDetails {
    /// Dropped indexes of a living table.
    #[prost(message, repeated, tag = "1")]
    pub indexes: Vec<DroppedIndex>,
    /// The living table of `indexes`.
    #[prost(uint32, tag = "2")]
    pub parent_id: u32,
    /// Dropped tables.
    #[prost(message, repeated, tag = "3")]
    pub tables: Vec<DroppedTable>,
}

/// An index to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct DroppedIndex {
    /// The index.
    #[prost(uint32, tag = "1")]
    pub index_id: u32,
    /// *Units*: nanoseconds.
    #[prost(int64, tag = "2")]
    pub drop_time: i64,
}

/// A table to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct DroppedTable {
    /// The table.
    #[prost(uint32, tag = "1")]
    pub id: u32,
    /// *Units*: nanoseconds.
    #[prost(int64, tag = "2")]
    pub drop_time: i64,
}

/// How far a SCHEMA CHANGE GC is.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaChangeGcProgress {
    /// Each index.
    #[prost(message, repeated, tag = "1")]
    pub indexes: Vec<GcItem>,
    /// Each table.
    #[prost(message, repeated, tag = "2")]
    pub tables: Vec<GcItem>,
}

/// One thing that waits to be cleared.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct GcItem {
    /// Index or table.
    #[prost(uint32, tag = "1")]
    pub id: u32,
    /// 0 waiting for GC, 1 deleting, 2 deleted.
    #[prost(int32, tag = "2")]
    pub status: i32,
}
