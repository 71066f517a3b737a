//! From a name in a query to a table, and whether the user may touch it.

use std::sync::Arc;

use super::Planner;
use super::scope::SourceName;
use super::table::Table;
use crate::ast::ObjectName;
use crate::catalog::descpb::TableDescriptor;
use crate::catalog::names::{Source, kind_of};
use crate::catalog::privilege::Privilege;
use crate::catalog::{self, Snapshot, virtual_tables};
use crate::error::Error;
use crate::outcome::Rows;

/// What a name in FROM stands for.
#[derive(Debug)]
pub enum Found {
    /// A table, view or sequence that is stored.
    Stored(Arc<Table>, SourceName),
    /// The rows of a table that is made up when it is read.
    Virtual(Rows, SourceName),
}

impl Planner<'_, '_> {
    /// What a name in FROM stands for.
    pub fn find_source(&mut self, name: &ObjectName) -> Result<Found, Error> {
        let snapshot = self.cx.snapshot()?;
        let scope = self.cx.name_scope();
        if let Some((table, source)) = self.cx.session.tables.named(name, &snapshot, scope) {
            return Ok(Found::Stored(table, source));
        }
        let found = match snapshot.resolve_source(name, scope) {
            Ok(found) => found,
            Err(unknown) => return self.lent(name).ok_or_else(|| unknown.into()),
        };
        match found {
            Source::Stored(table) => {
                let source = source_name(&snapshot, &table.desc);
                let session = &mut *self.cx.session;
                let ready = session.tables.ready(&table);
                let under = (session.database.clone(), session.search_path.clone());
                session.tables.remember(name, &snapshot, under, &ready, &source);
                Ok(Found::Stored(ready, source))
            }
            Source::Virtual { database, schema, name } => {
                let source = SourceName::of(database.clone(), schema.to_owned(), name.clone());
                let rows = virtual_tables::rows(schema, &name, &database, self.cx)
                    .ok_or_else(|| catalog::Error::undefined(catalog::Kind::Relation, name))??;
                Ok(Found::Virtual(rows, source))
            }
        }
    }

    /// A table whose rows others keep.
    fn lent(&self, name: &ObjectName) -> Option<Found> {
        let session = &*self.cx.session;
        let (full, rows) = session.lent.iter().find(|([database, schema, table], _)| {
            let is_here = name.object() == table;
            is_here
                && match name.prefix() {
                    [] => *database == session.database,
                    [one] => one == schema && *database == session.database || one == database,
                    [db, .., s] => db == database && s == schema,
                }
        })?;
        let [database, schema, table] = full.clone();
        Some(Found::Virtual(rows.clone(), SourceName::of(database, schema, table)))
    }

    /// A stored table by the id of its descriptor.
    pub fn find_by_id(&mut self, id: u32) -> Result<(Arc<Table>, SourceName), Error> {
        let snapshot = self.cx.snapshot()?;
        let table = snapshot
            .table(id)
            .ok_or_else(|| catalog::Error::undefined(catalog::Kind::Relation, format!("[{id}]")))?;
        let source = source_name(&snapshot, &table.desc);
        Ok((self.cx.session.tables.ready(&table), source))
    }

    /// Refuses a user who lacks a privilege on a table. Inside a view its owner has answered already.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    pub fn require(&mut self, table: &Table, privilege: Privilege) -> Result<(), Error> {
        if self.in_views > 0 {
            return Ok(());
        }
        let snapshot = self.cx.snapshot()?;
        let session = &*self.cx.session;
        if session.tables.is_allowed(&snapshot, &session.user, table.id(), privilege) {
            return Ok(());
        }
        let on = table.desc.privileges.as_ref();
        let kind = match kind_of(&table.desc) {
            catalog::Kind::Sequence => catalog::Kind::Sequence,
            _ => catalog::Kind::Relation,
        };
        self.cx.require(&snapshot, on, privilege, (kind, &table.desc.name))?;
        let session = &mut *self.cx.session;
        session.tables.allow(&snapshot, &session.user, table.id(), privilege);
        Ok(())
    }
}

fn source_name(snapshot: &Snapshot, desc: &TableDescriptor) -> SourceName {
    let [database, schema, table] = snapshot.full_name(desc);
    SourceName::of(database, schema, table)
}
