//! The table descriptor. One message serves tables, views, materialized views and sequences.
//!
//! ```text
//!   table      columns, primary_index, indexes, families       view      view_query is not empty
//!   sequence   sequence_opts is set; one column `value`        mat. view view_query and is_materialized_view
//! ```
//!
//! *Source*: `spec/manifest-wire.md` §6. Left out: fields that only old or much later versions use.

use wire::Message;

use super::{
    Check, DependedOn, ForeignKey, GcMutation, LocalityConfig, Mutation, MutationJob,
    PrivilegeDescriptor, Replacement, RowLevelTtl, SequenceOpts, SqlType, Timestamp,
    UniqueWithoutIndex,
};

/// Values of [`Check::validity`] and its like.
pub mod validity {
    /// All rows hold.
    pub const VALIDATED: i32 = 0;
    /// Only new rows are known to hold.
    pub const UNVALIDATED: i32 = 1;
    /// Being checked.
    pub const VALIDATING: i32 = 2;
    /// Being dropped.
    pub const DROPPING: i32 = 3;
}

/// Values of [`IndexDescriptor::key_column_directions`].
pub mod direction {
    /// Least first.
    pub const ASC: i32 = 0;
    /// Greatest first.
    pub const DESC: i32 = 1;
}

/// Values of [`IndexDescriptor::kind`].
pub mod index_kind {
    /// One entry a row.
    pub const FORWARD: i32 = 0;
    /// Many entries a row.
    pub const INVERTED: i32 = 1;
}

/// Values of [`IndexDescriptor::encoding_type`].
pub mod encoding {
    /// A secondary index.
    pub const SECONDARY: u32 = 0;
    /// A primary index.
    pub const PRIMARY: u32 = 1;
}

/// A table, view, materialized view or sequence.
#[derive(Clone, PartialEq, Message)]
pub struct TableDescriptor {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "3")]
    pub id: u32,
    /// Its database.
    #[wire(uint32, required, tag = "4")]
    pub parent_id: u32,
    /// How often it has been changed, from 1.
    #[wire(uint64, required, tag = "5")]
    pub version: u64,
    /// When it was last changed.
    #[wire(message, required, tag = "7")]
    pub modification_time: Timestamp,
    /// Public columns in the order of their making.
    #[wire(message, repeated, tag = "8")]
    pub columns: Vec<ColumnDescriptor>,
    /// The id that the next column gets.
    #[wire(uint32, required, tag = "9")]
    pub next_column_id: u32,
    /// The index that holds the rows.
    #[wire(message, required, tag = "10")]
    pub primary_index: IndexDescriptor,
    /// Secondary indexes.
    #[wire(message, repeated, tag = "11")]
    pub indexes: Vec<IndexDescriptor>,
    /// The id that the next index gets.
    #[wire(uint32, required, tag = "12")]
    pub next_index_id: u32,
    /// Who may do what with it.
    #[wire(message, optional, tag = "13")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// Schema changes under way.
    #[wire(message, repeated, tag = "14")]
    pub mutations: Vec<Mutation>,
    /// The id that the next schema change gets.
    #[wire(uint32, required, tag = "16")]
    pub next_mutation_id: u32,
    /// 3: rows in families, a table may be interleaved.
    #[wire(uint32, required, tag = "17")]
    pub format_version: u32,
    /// One of [`super::State`].
    #[wire(enumeration = "super::State", required, tag = "19")]
    pub state: i32,
    /// CHECK constraints.
    #[wire(message, repeated, tag = "20")]
    pub checks: Vec<Check>,
    /// Column families.
    #[wire(message, repeated, tag = "22")]
    pub families: Vec<FamilyDescriptor>,
    /// The id that the next family gets.
    #[wire(uint32, required, tag = "23")]
    pub next_family_id: u32,
    /// The query of a view, as text with full names.
    #[wire(string, required, tag = "24")]
    pub view_query: String,
    /// What a view reads.
    #[wire(uint32, repeated, packed = "false", tag = "25")]
    pub depends_on: Vec<u32>,
    /// Views and tables that read this one (a sequence: tables that use it).
    #[wire(message, repeated, tag = "26")]
    pub depended_on_by: Vec<DependedOn>,
    /// Jobs of the schema changes under way.
    #[wire(message, repeated, tag = "27")]
    pub mutation_jobs: Vec<MutationJob>,
    /// Set for a sequence.
    #[wire(message, optional, tag = "28")]
    pub sequence_opts: Option<SequenceOpts>,
    /// When it was dropped. *Units*: nanoseconds, 0 for never.
    #[wire(int64, required, tag = "29")]
    pub drop_time: i64,
    /// Which table it replaces (TRUNCATE of old versions).
    #[wire(message, required, tag = "30")]
    pub replacement_of: Replacement,
    /// 0 off.
    #[wire(int32, required, tag = "31")]
    pub audit_mode: i32,
    /// The job that drops it.
    #[wire(int64, required, tag = "32")]
    pub drop_job_id: i64,
    /// Indexes whose data wait for the GC TTL.
    #[wire(message, repeated, tag = "33")]
    pub gc_mutations: Vec<GcMutation>,
    /// The query of CREATE TABLE AS.
    #[wire(string, required, tag = "34")]
    pub create_query: String,
    /// When CREATE TABLE AS read.
    #[wire(message, required, tag = "35")]
    pub create_as_of_time: Timestamp,
    /// Foreign keys of this table.
    #[wire(message, repeated, tag = "36")]
    pub outbound_fks: Vec<ForeignKey>,
    /// Foreign keys of others that point here.
    #[wire(message, repeated, tag = "37")]
    pub inbound_fks: Vec<ForeignKey>,
    /// Why it is offline.
    #[wire(string, required, tag = "38")]
    pub offline_reason: String,
    /// Whether it ends with its session.
    #[wire(bool, required, tag = "39")]
    pub temporary: bool,
    /// Its schema; 0 or 29 is `public` of v21.2.
    #[wire(uint32, required, tag = "40")]
    pub unexposed_parent_schema_id: u32,
    /// Whether a view keeps its rows.
    #[wire(bool, required, tag = "41")]
    pub is_materialized_view: bool,
    /// Where its rows live, if its database has regions.
    #[wire(message, optional, tag = "42")]
    pub locality_config: Option<LocalityConfig>,
    /// Unique constraints that no index backs.
    #[wire(message, repeated, tag = "43")]
    pub unique_without_index: Vec<UniqueWithoutIndex>,
    /// Whether all indexes are partitioned alike.
    #[wire(bool, required, tag = "44")]
    pub partition_all_by: bool,
    /// User-defined types that a view uses.
    #[wire(uint32, repeated, packed = "false", tag = "45")]
    pub depends_on_types: Vec<u32>,
    /// Rows that expire.
    #[wire(message, optional, tag = "47")]
    pub row_level_ttl: Option<RowLevelTtl>,
    /// Whether backups take its schema only. Since v22.1.
    #[wire(bool, optional, tag = "48")]
    pub exclude_data_from_backup: Option<bool>,
    /// The id that the next constraint gets. Since v22.1.
    #[wire(uint32, optional, tag = "49")]
    pub next_constraint_id: Option<u32>,
}

/// A column.
#[expect(clippy::struct_excessive_bools, reason = "a message has the fields that it has")]
#[derive(Clone, PartialEq, Message)]
pub struct ColumnDescriptor {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "2")]
    pub id: u32,
    /// Its type.
    #[wire(message, optional, tag = "3")]
    pub ty: Option<SqlType>,
    /// Whether NULL may stand in it.
    #[wire(bool, required, tag = "4")]
    pub nullable: bool,
    /// Its default, as SQL with types spelt out.
    #[wire(string, optional, tag = "5")]
    pub default_expr: Option<String>,
    /// Whether `SELECT *` leaves it out.
    #[wire(bool, required, tag = "6")]
    pub hidden: bool,
    /// Sequences that its default uses.
    #[wire(uint32, repeated, packed = "false", tag = "10")]
    pub uses_sequence_ids: Vec<u32>,
    /// How it is computed.
    #[wire(string, optional, tag = "11")]
    pub compute_expr: Option<String>,
    /// Sequences that are dropped with it.
    #[wire(uint32, repeated, packed = "false", tag = "12")]
    pub owns_sequence_ids: Vec<u32>,
    /// Position in `pg_attribute`, 0 for the id.
    #[wire(uint32, required, tag = "13")]
    pub pg_attribute_num: u32,
    /// Whether its type is being changed.
    #[wire(bool, required, tag = "14")]
    pub alter_column_type_in_progress: bool,
    /// Not 0 for `tableoid` and its like.
    #[wire(int32, required, tag = "15")]
    pub system_column_kind: i32,
    /// Whether a computed column is not stored.
    #[wire(bool, required, tag = "16")]
    pub is_virtual: bool,
    /// Whether no query may name it.
    #[wire(bool, required, tag = "17")]
    pub inaccessible: bool,
    /// What UPDATE sets it to.
    #[wire(string, optional, tag = "18")]
    pub on_update_expr: Option<String>,
    /// 0 none, 1 always, 2 by default.
    #[wire(int32, required, tag = "19")]
    pub generated_as_identity: i32,
    /// Options of an identity column's sequence.
    #[wire(string, optional, tag = "20")]
    pub identity_sequence_option: Option<String>,
}

/// An index.
#[derive(Clone, PartialEq, Message)]
pub struct IndexDescriptor {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "2")]
    pub id: u32,
    /// Whether no two rows may have one key.
    #[wire(bool, required, tag = "3")]
    pub unique: bool,
    /// Names of the key columns.
    #[wire(string, repeated, tag = "4")]
    pub key_column_names: Vec<String>,
    /// Names of the stored columns.
    #[wire(string, repeated, tag = "5")]
    pub store_column_names: Vec<String>,
    /// Ids of the key columns.
    #[wire(uint32, repeated, packed = "false", tag = "6")]
    pub key_column_ids: Vec<u32>,
    /// The rest of the primary key.
    #[wire(uint32, repeated, packed = "false", tag = "7")]
    pub key_suffix_column_ids: Vec<u32>,
    /// Order of each key column, see [`direction`].
    #[wire(int32, repeated, packed = "false", tag = "8")]
    pub key_column_directions: Vec<i32>,
    /// Always empty now.
    #[wire(message, required, tag = "9")]
    pub old_foreign_key: OldForeignKey,
    /// Always empty now.
    #[wire(message, required, tag = "11")]
    pub interleave: Interleave,
    /// Key columns whose values must also stand in the value.
    #[wire(uint32, repeated, packed = "false", tag = "13")]
    pub composite_column_ids: Vec<u32>,
    /// Ids of the stored columns.
    #[wire(uint32, repeated, packed = "false", tag = "14")]
    pub store_column_ids: Vec<u32>,
    /// How it is cut.
    #[wire(message, required, tag = "15")]
    pub partitioning: Partitioning,
    /// See [`index_kind`].
    #[wire(int32, required, tag = "16")]
    pub kind: i32,
    /// Whether CREATE INDEX made it.
    #[wire(bool, required, tag = "17")]
    pub created_explicitly: bool,
    /// 3 secondary, 4 primary with stored columns.
    #[wire(uint32, required, tag = "18")]
    pub version: u32,
    /// See [`encoding`].
    #[wire(uint32, required, tag = "19")]
    pub encoding_type: u32,
    /// Hash sharding.
    #[wire(message, required, tag = "20")]
    pub sharded: Sharded,
    /// Whether it may not be used.
    #[wire(bool, required, tag = "21")]
    pub disabled: bool,
    /// Geometry settings.
    #[wire(message, required, tag = "22")]
    pub geo_config: GeoConfig,
    /// Which rows it holds; empty for all.
    #[wire(string, required, tag = "23")]
    pub predicate: String,
    /// A backfill in progress. Since v22.1.
    #[wire(bool, optional, tag = "24")]
    pub use_delete_preserving_encoding: Option<bool>,
    /// *Units*: nanoseconds. Since v22.1.
    #[wire(int64, optional, tag = "25")]
    pub created_at_nanos: Option<i64>,
    /// The constraint that it backs. Since v22.1.
    #[wire(uint32, optional, tag = "26")]
    pub constraint_id: Option<u32>,
    /// Whether the planner must not see it. Since v22.2.
    #[wire(bool, optional, tag = "28")]
    pub not_visible: Option<bool>,
}

/// The old form of a foreign key: eight zeros.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct OldForeignKey {
    /// Zero.
    #[wire(uint32, required, tag = "1")]
    pub table: u32,
    /// Zero.
    #[wire(uint32, required, tag = "2")]
    pub index: u32,
    /// Empty.
    #[wire(string, required, tag = "3")]
    pub name: String,
    /// Zero.
    #[wire(int32, required, tag = "4")]
    pub validity: i32,
    /// Zero.
    #[wire(int32, required, tag = "5")]
    pub shared_prefix_len: i32,
    /// Zero.
    #[wire(int32, required, tag = "6")]
    pub on_delete: i32,
    /// Zero.
    #[wire(int32, required, tag = "7")]
    pub on_update: i32,
    /// Zero.
    #[wire(int32, required, tag = "8")]
    pub match_kind: i32,
}

/// Interleaving, which no longer exists.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Interleave {}

/// Settings of a geometry index, always empty here.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct GeoConfig {}

/// How an index is cut; the parts are kept as bytes.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Partitioning {
    /// How many leading columns decide.
    #[wire(uint32, required, tag = "1")]
    pub num_columns: u32,
    /// Parts by list.
    #[wire(bytes, repeated, tag = "2")]
    pub list: Vec<Vec<u8>>,
    /// Parts by range.
    #[wire(bytes, repeated, tag = "3")]
    pub range: Vec<Vec<u8>>,
    /// How many of the columns are implicit.
    #[wire(uint32, required, tag = "4")]
    pub num_implicit_columns: u32,
}

/// Hash sharding of an index.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Sharded {
    /// Whether it is sharded.
    #[wire(bool, required, tag = "1")]
    pub is_sharded: bool,
    /// The shard column.
    #[wire(string, required, tag = "2")]
    pub name: String,
    /// How many shards.
    #[wire(int32, required, tag = "3")]
    pub shard_buckets: i32,
    /// What is hashed.
    #[wire(string, repeated, tag = "4")]
    pub column_names: Vec<String>,
}

/// A column family: columns that share one key and value.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct FamilyDescriptor {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "2")]
    pub id: u32,
    /// Names of its columns.
    #[wire(string, repeated, tag = "3")]
    pub column_names: Vec<String>,
    /// Ids of its columns.
    #[wire(uint32, repeated, packed = "false", tag = "4")]
    pub column_ids: Vec<u32>,
    /// Its one column, written with its own tag; 0 for a tuple.
    #[wire(uint32, required, tag = "5")]
    pub default_column_id: u32,
}
