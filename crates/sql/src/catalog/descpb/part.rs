//! Parts of a table descriptor: constraints, sequence options, what depends on what, changes under way.
//!
//! *Source*: `spec/manifest-wire.md` §6.4–6.8.

use wire::Message;

use super::{ColumnDescriptor, IndexDescriptor, Timestamp};

/// A CHECK.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Check {
    /// As SQL.
    #[wire(string, required, tag = "1")]
    pub expr: String,
    /// Its name.
    #[wire(string, required, tag = "2")]
    pub name: String,
    /// See `validity`.
    #[wire(int32, required, tag = "3")]
    pub validity: i32,
    /// Columns that it reads.
    #[wire(uint32, repeated, packed = "false", tag = "5")]
    pub column_ids: Vec<u32>,
    /// Whether it stands for NOT NULL.
    #[wire(bool, required, tag = "6")]
    pub is_non_null: bool,
    /// Whether it comes from a hash-sharded index.
    #[wire(bool, required, tag = "7")]
    pub hidden: bool,
    /// Since v22.1.
    #[wire(uint32, optional, tag = "8")]
    pub constraint_id: Option<u32>,
}

/// What happens to a row whose target goes or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, wire::Enumeration)]
#[repr(i32)]
pub enum FkAction {
    /// The change is refused at the end of the statement.
    NoAction = 0,
    /// The change is refused.
    Restrict = 1,
    /// Its columns become NULL.
    SetNull = 2,
    /// Its columns become their defaults.
    SetDefault = 3,
    /// It goes or changes too.
    Cascade = 4,
}

/// What NULLs among several columns mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, wire::Enumeration)]
#[repr(i32)]
pub enum FkMatch {
    /// Any NULL: nothing to check.
    Simple = 0,
    /// All or none may be NULL.
    Full = 1,
    /// Not supported.
    Partial = 2,
}

/// A foreign key.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ForeignKey {
    /// The table that refers.
    #[wire(uint32, required, tag = "1")]
    pub origin_table_id: u32,
    /// Its columns.
    #[wire(uint32, repeated, packed = "false", tag = "2")]
    pub origin_column_ids: Vec<u32>,
    /// Columns of the target.
    #[wire(uint32, repeated, packed = "false", tag = "3")]
    pub referenced_column_ids: Vec<u32>,
    /// The target.
    #[wire(uint32, required, tag = "4")]
    pub referenced_table_id: u32,
    /// Its name.
    #[wire(string, required, tag = "5")]
    pub name: String,
    /// See `validity`.
    #[wire(int32, required, tag = "6")]
    pub validity: i32,
    /// One of [`FkAction`].
    #[wire(enumeration = "FkAction", required, tag = "7")]
    pub on_delete: i32,
    /// One of [`FkAction`].
    #[wire(enumeration = "FkAction", required, tag = "8")]
    pub on_update: i32,
    /// One of [`FkMatch`].
    #[wire(enumeration = "FkMatch", required, tag = "9")]
    pub match_kind: i32,
    /// Since v22.1.
    #[wire(uint32, optional, tag = "14")]
    pub constraint_id: Option<u32>,
}

/// A unique constraint that no index backs.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UniqueWithoutIndex {
    /// Its table.
    #[wire(uint32, required, tag = "1")]
    pub table_id: u32,
    /// Its columns.
    #[wire(uint32, repeated, packed = "false", tag = "2")]
    pub column_ids: Vec<u32>,
    /// Its name.
    #[wire(string, required, tag = "3")]
    pub name: String,
    /// See `validity`.
    #[wire(int32, required, tag = "4")]
    pub validity: i32,
    /// Which rows it binds; empty for all.
    #[wire(string, required, tag = "5")]
    pub predicate: String,
    /// Since v22.1.
    #[wire(uint32, optional, tag = "6")]
    pub constraint_id: Option<u32>,
}

/// Who reads this table or uses this sequence.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DependedOn {
    /// The reader.
    #[wire(uint32, required, tag = "1")]
    pub id: u32,
    /// An index that it names, or 0.
    #[wire(uint32, required, tag = "2")]
    pub index_id: u32,
    /// Columns that it reads.
    #[wire(uint32, repeated, packed = "false", tag = "3")]
    pub column_ids: Vec<u32>,
    /// Whether it refers by id.
    #[wire(bool, required, tag = "4")]
    pub by_id: bool,
}

/// Which job carries out a schema change.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct MutationJob {
    /// The change.
    #[wire(uint32, required, tag = "1")]
    pub mutation_id: u32,
    /// The job.
    #[wire(int64, required, tag = "2")]
    pub job_id: i64,
}

/// A sequence's settings.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SequenceOpts {
    /// From one value to the next.
    #[wire(int64, required, tag = "1")]
    pub increment: i64,
    /// Least value.
    #[wire(int64, required, tag = "2")]
    pub min_value: i64,
    /// Greatest value.
    #[wire(int64, required, tag = "3")]
    pub max_value: i64,
    /// First value.
    #[wire(int64, required, tag = "4")]
    pub start: i64,
    /// Whether it is `unique_rowid()` in disguise.
    #[wire(bool, required, tag = "5")]
    pub is_virtual: bool,
    /// The column with which it is dropped.
    #[wire(message, required, tag = "6")]
    pub owner: SequenceOwner,
    /// How many values a session takes at once; 0 is 1.
    #[wire(int64, required, tag = "7")]
    pub cache_size: i64,
    /// `INT4` or the like. Since v22.1.
    #[wire(string, optional, tag = "8")]
    pub as_integer_type: Option<String>,
}

/// The column with which a sequence is dropped; zeros for none.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct SequenceOwner {
    /// The column.
    #[wire(uint32, required, tag = "1")]
    pub column_id: u32,
    /// Its table.
    #[wire(uint32, required, tag = "2")]
    pub table_id: u32,
}

/// Which table this one replaces.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Replacement {
    /// The table, 0 for none.
    #[wire(uint32, required, tag = "1")]
    pub id: u32,
    /// When.
    #[wire(message, required, tag = "2")]
    pub time: Timestamp,
}

/// An index whose data wait for the GC TTL.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct GcMutation {
    /// The index.
    #[wire(uint32, required, tag = "1")]
    pub index_id: u32,
    /// *Units*: nanoseconds.
    #[wire(int64, required, tag = "2")]
    pub drop_time: i64,
    /// The job that will clear it.
    #[wire(int64, required, tag = "3")]
    pub job_id: i64,
}

/// A schema change under way.
#[derive(Clone, PartialEq, Message)]
pub struct Mutation {
    /// A column that comes or goes.
    #[wire(message, optional, tag = "1")]
    pub column: Option<ColumnDescriptor>,
    /// An index that comes or goes.
    #[wire(message, optional, tag = "2")]
    pub index: Option<IndexDescriptor>,
    /// A constraint that comes or goes.
    #[wire(message, optional, tag = "8")]
    pub constraint: Option<ConstraintChange>,
    /// 1 delete only, 2 delete and write only, 3 backfilling, 4 merging.
    #[wire(int32, required, tag = "3")]
    pub state: i32,
    /// 1 add, 2 drop.
    #[wire(int32, required, tag = "4")]
    pub direction: i32,
    /// Its number.
    #[wire(uint32, required, tag = "5")]
    pub mutation_id: u32,
    /// Whether it is being undone.
    #[wire(bool, required, tag = "7")]
    pub rollback: bool,
}

/// A constraint that comes or goes.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ConstraintChange {
    /// 0 a check, 1 a foreign key, 2 NOT NULL, 3 unique without index.
    #[wire(int32, required, tag = "1")]
    pub kind: i32,
    /// Its name.
    #[wire(string, required, tag = "2")]
    pub name: String,
    /// The check.
    #[wire(message, required, tag = "3")]
    pub check: Check,
    /// The foreign key.
    #[wire(message, required, tag = "4")]
    pub foreign_key: ForeignKey,
    /// The column that will be NOT NULL.
    #[wire(uint32, required, tag = "6")]
    pub not_null_column: u32,
}

/// Where rows live: one of three, kept as bytes.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LocalityConfig {
    /// Everywhere.
    #[wire(bytes, optional, tag = "1")]
    pub global: Option<Vec<u8>>,
    /// The table in one region.
    #[wire(bytes, optional, tag = "2")]
    pub regional_by_table: Option<Vec<u8>>,
    /// Each row in its own.
    #[wire(bytes, optional, tag = "3")]
    pub regional_by_row: Option<Vec<u8>>,
}

/// Rows that expire.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RowLevelTtl {
    /// How long a row lives, as SQL.
    #[wire(string, required, tag = "1")]
    pub duration_expr: String,
    /// Rows read at once.
    #[wire(int64, required, tag = "2")]
    pub select_batch_size: i64,
    /// Rows deleted at once.
    #[wire(int64, required, tag = "3")]
    pub delete_batch_size: i64,
    /// When the job runs.
    #[wire(string, required, tag = "4")]
    pub deletion_cron: String,
    /// Its schedule.
    #[wire(int64, required, tag = "5")]
    pub schedule_id: i64,
}
