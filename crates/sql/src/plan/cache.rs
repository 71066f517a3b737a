//! What a session remembers about the tables that it used: each made ready once, until its descriptor changes.
//!
//! ```text
//!   name ─▶ Named { catalog, database, search path } the same as now? ─▶ table     else look it up
//! ```

use std::sync::Arc;

use super::scope::SourceName;
use super::table::Table;
use crate::ast::ObjectName;
use crate::catalog::privilege::Privilege;
use crate::catalog::{self, Snapshot, names};
use base::map::Map;

/// How many tables, and how many names, a session remembers.
const ENTRIES_MAX: usize = 256;

/// Tables made ready, by id and by name. Dropped whenever in doubt.
#[derive(Clone, Debug, Default)]
pub struct TableCache {
    tables: Map<u32, Arc<Table>>,
    named: Map<ObjectName, Named>,
    allowed: Option<Allowed>,
}

/// Privileges that were found to be there, of one user in one state of the catalog.
#[derive(Clone, Debug)]
struct Allowed {
    snapshot: Arc<Snapshot>,
    user: String,
    tables: Vec<(u32, Privilege)>,
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

    /// Whether the user was found to have a privilege on a table before.
    pub fn is_allowed(
        &self,
        snapshot: &Arc<Snapshot>,
        user: &str,
        table: u32,
        privilege: Privilege,
    ) -> bool {
        self.allowed.as_ref().is_some_and(|known| {
            Arc::ptr_eq(&known.snapshot, snapshot)
                && known.user == user
                && known.tables.contains(&(table, privilege))
        })
    }

    /// Remembers that the user has a privilege on a table.
    pub fn allow(
        &mut self,
        snapshot: &Arc<Snapshot>,
        user: &str,
        table: u32,
        privilege: Privilege,
    ) {
        let same = self
            .allowed
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(&known.snapshot, snapshot) && known.user == user);
        if !same {
            let (snapshot, user) = (Arc::clone(snapshot), user.to_owned());
            self.allowed = Some(Allowed { snapshot, user, tables: Vec::new() });
        }
        if let Some(known) = &mut self.allowed {
            if known.tables.len() >= ENTRIES_MAX {
                known.tables.clear();
            }
            known.tables.push((table, privilege));
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.allowed = None;
        self.tables.clear();
        self.named.clear();
    }
}
