//! What a session remembers about the tables that it used: each made ready once, until its descriptor changes.
//!
//! ```text
//!   name ─▶ Named { catalog, database, search path } the same as now? ─▶ table     else look it up
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scope::SourceName;
use super::table::Table;
use crate::ast::ObjectName;
use crate::catalog::{self, Snapshot, names};

/// How many tables, and how many names, a session remembers.
const ENTRIES_MAX: usize = 256;

/// Tables made ready, by id and by name. Dropped whenever in doubt.
#[derive(Clone, Debug, Default)]
pub struct TableCache {
    tables: BTreeMap<u32, Arc<Table>>,
    named: BTreeMap<ObjectName, Named>,
}

/// What a name meant, and under which circumstances.
#[derive(Clone, Debug)]
struct Named {
    snapshot: Arc<Snapshot>,
    database: String,
    search_path: Vec<String>,
    table: Arc<Table>,
    source: SourceName,
}

impl TableCache {
    /// The table made ready, from memory if the catalog still knows it as the same.
    pub fn ready(&mut self, base: &Arc<catalog::Table>) -> Arc<Table> {
        if let Some(known) = self.tables.get(&base.id())
            && Arc::ptr_eq(&known.base, base)
        {
            return Arc::clone(known);
        }
        if self.tables.len() >= ENTRIES_MAX {
            self.tables.clear();
        }
        let made = Arc::new(Table::new(base));
        self.tables.insert(base.id(), Arc::clone(&made));
        made
    }

    /// What a name meant, if nothing has changed that could change its meaning.
    pub fn named(
        &self,
        name: &ObjectName,
        snapshot: &Arc<Snapshot>,
        scope: names::Scope<'_>,
    ) -> Option<(Arc<Table>, SourceName)> {
        let known = self.named.get(name)?;
        let same = Arc::ptr_eq(&known.snapshot, snapshot)
            && known.database == scope.database
            && known.search_path == scope.search_path;
        same.then(|| (Arc::clone(&known.table), known.source.clone()))
    }

    /// Remembers what a name means now.
    pub fn remember(
        &mut self,
        name: &ObjectName,
        snapshot: &Arc<Snapshot>,
        (database, search_path): (String, Vec<String>),
        table: &Arc<Table>,
        source: &SourceName,
    ) {
        if self.named.len() >= ENTRIES_MAX {
            self.named.clear();
        }
        let known = Named {
            snapshot: Arc::clone(snapshot),
            database,
            search_path,
            table: Arc::clone(table),
            source: source.clone(),
        };
        self.named.insert(name.clone(), known);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.tables.clear();
        self.named.clear();
    }
}
