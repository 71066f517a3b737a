//! What a session remembers about the tables that it used: each made ready once, until its descriptor changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::table::Table;
use crate::catalog;

/// How many tables a session remembers.
const TABLES_MAX: usize = 256;

/// Tables made ready, by id. Dropped whenever in doubt.
#[derive(Clone, Debug, Default)]
pub struct TableCache {
    tables: BTreeMap<u32, Arc<Table>>,
}

impl TableCache {
    /// The table made ready, from memory if the catalog still knows it as the same.
    pub fn ready(&mut self, base: &Arc<catalog::Table>) -> Arc<Table> {
        if let Some(known) = self.tables.get(&base.id())
            && Arc::ptr_eq(&known.base, base)
        {
            return Arc::clone(known);
        }
        if self.tables.len() >= TABLES_MAX {
            self.tables.clear();
        }
        let made = Arc::new(Table::new(base));
        self.tables.insert(base.id(), Arc::clone(&made));
        made
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.tables.clear();
    }
}
