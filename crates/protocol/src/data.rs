//! Data: tables, their rows at a moment, and every version of a key.
//!
//! ```text
//!   key /Table/106/1/2   02:10 ─ 7   02:31 ─ 9   02:40 ─ (deleted)     what each version says and how long it stays
//! ```

use serde::{Deserialize, Serialize};

use crate::result::Column;
use crate::time::Nanos;

/// The user tables of the session's cluster.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct TablesView {
    /// Tables by database, then name.
    pub tables: Vec<Table>,
}

/// One table.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Table {
    /// Descriptor id.
    pub id: u32,
    /// Its database.
    pub database: String,
    /// Its schema, mostly `public`.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// How a statement names it: `bank.accounts` or `bank.public."odd name"`.
    pub sql_name: String,
    /// `table`, `view`, `sequence`.
    pub kind: String,
    /// Rows now; `None` if that would take too long to count.
    pub rows: Option<u64>,
    /// `gc.ttlseconds` that holds.
    pub ttl_secs: i64,
    /// Bytes that a read now can see.
    pub live_bytes: u64,
    /// Bytes that only a historical read can see.
    pub garbage_bytes: u64,
    /// Oldest readable time.
    pub readable_since: Nanos,
}

/// Rows of one table at one moment.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct RowsView {
    /// The table's id.
    pub table: u32,
    /// The moment.
    pub at: Nanos,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows in key order.
    pub rows: Vec<DataRow>,
    /// Whether there are more.
    pub more: bool,
    /// Why they cannot be read at that moment.
    pub error: Option<String>,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct DataRow {
    /// Its primary key as hex: what [`crate::query::Query::Versions`] wants.
    pub key: String,
    /// Values in SQL text form.
    pub values: Vec<Option<String>>,
    /// When this version was written.
    pub written: Nanos,
    /// Versions of the row that are stored, this one included.
    pub versions: u32,
}

/// Every stored version of one row.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct VersionsView {
    /// The key, pretty.
    pub pretty: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Versions, newest first.
    pub versions: Vec<Version>,
    /// Oldest readable time here.
    pub readable_since: Nanos,
    /// Versions that GC has removed, as far as remembered.
    pub collected: u32,
}

/// One version of a row.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Version {
    /// When it was written.
    pub at: Nanos,
    /// The logical part of that time.
    pub logical: i32,
    /// Whether it is a tombstone.
    pub deleted: bool,
    /// Values; empty for a tombstone.
    pub values: Vec<Option<String>>,
    /// Where it stands.
    pub state: VersionState,
    /// From when on GC may remove it; `None` for a live one.
    pub collectable_at: Option<Nanos>,
}

/// Where a version stands.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionState {
    /// What a read now sees.
    #[default]
    Live,
    /// Superseded, but still readable in the past.
    History,
    /// Its TTL has passed; the next GC visit removes it.
    Garbage,
    /// Written by a transaction that has not ended.
    Intent,
}
