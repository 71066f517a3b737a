//! The tables of database `system`: their ids, descriptors, and a new cluster's first rows.
//!
//! ```text
//!   /Table/3/…   descriptor      /Table/30/…  namespace       /Table/5/…  zones       /Table/15/…  jobs
//! ```
//!
//! *Source*: `spec/system-tables.md` §1–2.

mod bootstrap;
mod def;
mod defs;

use std::sync::Arc;

use base::hlc::Timestamp;
use base::map::Map;
use base::sort;
use base::span::{Key, Span};

pub use bootstrap::{TRIAL_LICENSE, bootstrap, new_database};

use super::descpb::TableDescriptor;
use crate::row::RowCodec;
use crate::rules::Rules;
use crate::types::Type;
use crate::types::wire::{self, NoTypes};

/// The id of database `system`.
pub const SYSTEM_DB: u32 = 1;
/// The id of schema `public` of database `system`, and in v21.2 of every database.
pub const PUBLIC_SCHEMA: u32 = 29;

/// Ids of the tables that Amber itself reads or writes.
#[expect(missing_docs, reason = "each is the table of that name")]
pub mod ids {
    pub const DESCRIPTOR: u32 = 3;
    pub const USERS: u32 = 4;
    pub const ZONES: u32 = 5;
    pub const SETTINGS: u32 = 6;
    pub const DESCRIPTOR_ID_SEQ: u32 = 7;
    pub const EVENTLOG: u32 = 12;
    pub const UI: u32 = 14;
    pub const JOBS: u32 = 15;
    pub const TABLE_STATISTICS: u32 = 20;
    pub const LOCATIONS: u32 = 21;
    pub const ROLE_MEMBERS: u32 = 23;
    pub const COMMENTS: u32 = 24;
    pub const REPLICATION_CONSTRAINT_STATS: u32 = 25;
    pub const REPLICATION_STATS: u32 = 27;
    pub const NAMESPACE: u32 = 30;
    pub const PROTECTED_TS_META: u32 = 31;
    pub const PROTECTED_TS_RECORDS: u32 = 32;
    pub const ROLE_OPTIONS: u32 = 33;
    pub const SCHEDULED_JOBS: u32 = 37;
    pub const DATABASE_ROLE_SETTINGS: u32 = 44;
    pub const ROLE_ID_SEQ: u32 = 48;
    pub const TENANT_SETTINGS: u32 = 50;
    pub const PRIVILEGES: u32 = 52;
    pub const EXTERNAL_CONNECTIONS: u32 = 53;
    pub const JOB_INFO: u32 = 54;
}

/// A system table, ready to be read and written.
#[derive(Debug)]
pub struct SystemTable {
    /// Its descriptor.
    pub desc: Arc<TableDescriptor>,
    /// The type of each column.
    pub types: Vec<Type>,
    /// From rows to keys and values and back.
    pub codec: RowCodec,
    columns: Map<String, usize>,
}

impl SystemTable {
    /// The place of a column.
    pub fn ordinal(&self, column: &str) -> Option<usize> {
        self.columns.get(column).copied()
    }
}

/// All system tables of one version, by id.
#[derive(Debug)]
pub struct SystemTables {
    rules: Rules,
    tables: Map<u32, Arc<SystemTable>>,
    cached: Vec<Span>,
}

impl SystemTables {
    /// The tables of a version.
    pub fn new(rules: Rules) -> Self {
        let mut tables = Map::new();
        for desc in descriptors(rules) {
            let types: Vec<Type> = desc
                .columns
                .iter()
                .filter_map(|column| wire::from_message(column.ty.as_ref()?, &NoTypes).ok())
                .collect();
            let Ok(codec) = RowCodec::new(&desc, &NoTypes) else { continue };
            let columns =
                (0..).zip(&desc.columns).map(|(at, column)| (column.name.clone(), at)).collect();
            let desc = Arc::new(desc);
            tables.insert(desc.id, Arc::new(SystemTable { desc, types, codec, columns }));
        }
        // Descriptors, users, zones and settings lie side by side, so one look serves four tables.
        let mut cached = vec![
            Span::new(table_prefix(ids::DESCRIPTOR), table_prefix(ids::SETTINGS + 1)),
            Span::prefix(table_prefix(ids::ROLE_MEMBERS)),
            Span::prefix(table_prefix(ids::NAMESPACE)),
            Span::prefix(table_prefix(ids::ROLE_OPTIONS)),
        ];
        // Where the version has no such table, its id is a user's first table.
        if tables.contains_key(&ids::PRIVILEGES) {
            cached.push(Span::prefix(table_prefix(ids::PRIVILEGES)));
        }
        Self { rules, tables, cached }
    }

    /// The rules of the version.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// A table by id.
    pub fn get(&self, id: u32) -> Option<&Arc<SystemTable>> {
        self.tables.get(&id)
    }

    /// All tables in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<SystemTable>> {
        self.tables.values()
    }

    /// When one of the rows that a [`super::Snapshot`] holds was last written.
    pub fn last_write(&self, kv: &kv::Kv) -> Timestamp {
        self.cached.iter().map(|span| kv.last_write(span)).max().unwrap_or_default()
    }
}

/// The descriptors of a version's system tables.
fn descriptors(rules: Rules) -> Vec<TableDescriptor> {
    let own = if rules.job_info_table() { defs::NEW } else { defs::OLD };
    let mut all: Vec<_> = defs::BOTH.iter().chain(own).map(|def| def.build(rules)).collect();
    if rules.user_ids() {
        all.push(def::sequence(ids::DESCRIPTOR_ID_SEQ, "descriptor_id_seq", 1, i64::MAX, rules));
        all.push(def::sequence(ids::ROLE_ID_SEQ, "role_id_seq", 100, i64::from(i32::MAX), rules));
    }
    sort::by_key(&mut all, |desc| desc.id);
    all
}

/// The key of the counter of descriptor ids.
pub fn id_counter_key(rules: Rules) -> Key {
    if rules.user_ids() { sequence_key(ids::DESCRIPTOR_ID_SEQ) } else { b"\x04desc-idgen".to_vec() }
}

/// The one key of a sequence.
pub fn sequence_key(id: u32) -> Key {
    let mut key = index_prefix(id, 1);
    key.extend([0x88, 0x88]);
    key
}

/// What every key of a table begins with.
pub fn table_prefix(id: u32) -> Key {
    let mut key = Vec::with_capacity(4);
    put_id(&mut key, id);
    key
}

/// What every key of an index begins with.
pub fn index_prefix(table: u32, index: u32) -> Key {
    let mut key = table_prefix(table);
    put_id(&mut key, index);
    key
}

/// An id as a key part: one byte up to 109, else a length and the least bytes.
fn put_id(key: &mut Key, id: u32) {
    match u8::try_from(id) {
        Ok(small) if small <= 109 => key.push(0x88 + small),
        Ok(_) | Err(_) => {
            let bytes = id.to_be_bytes();
            let from = bytes.iter().position(|byte| *byte != 0).unwrap_or(3);
            let length = u8::try_from(4 - from).unwrap_or(4);
            key.push(0xf5 + length);
            key.extend_from_slice(bytes.get(from..).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_the_sheets() {
        assert_eq!(table_prefix(51), [0xbb]);
        assert_eq!(index_prefix(106, 1), [0xf2, 0x89]);
        assert_eq!(index_prefix(200, 1), [0xf6, 0xc8, 0x89]);
        assert_eq!(sequence_key(55), [0xbf, 0x89, 0x88, 0x88]);
    }
}
