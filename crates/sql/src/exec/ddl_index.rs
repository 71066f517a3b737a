//! CREATE INDEX, DROP INDEX, visibility, SPLIT AT.

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::{ddl_backfill, ddl_build};
use crate::ast::ddl::{AlterIndexVisible, CreateIndex, DropIndex, Split, SplitAction};
use crate::ast::zone::TableIndex;
use crate::ast::{DropBehavior, ObjectName, Statement};
use crate::catalog::descpb::{GcMutation, State, TableDescriptor};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{dotted, kind_of};
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::jobs;
use crate::outcome::{Column, Notice, Outcome, Rows};
use crate::types::{Datum, Type};

/// Runs CREATE INDEX.
pub(crate) fn create(stmt: &CreateIndex, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE INDEX")?;
    let snapshot = cx.snapshot()?;
    let desc = Arc::clone(snapshot.resolve_relation(&stmt.table, cx.name_scope())?);
    if !matches!(kind_of(&desc), Kind::Table | Kind::MaterializedView) {
        let name = desc.name.clone();
        return Err(CatalogError::WrongKind { name, wanted: Kind::Table }.into());
    }
    cx.require_alter(&snapshot, &desc)?;
    if let Some(name) = stmt.index.name.as_ref().filter(|name| ddl_build::name_taken(&desc, name)) {
        if stmt.if_not_exists {
            let what = format!("index \"{name}\"");
            cx.notice_skip(what, "already exists", SqlState::DUPLICATE_RELATION);
            return Ok(Outcome::tag("CREATE INDEX"));
        }
        return Err(CatalogError::exists(Kind::Index, name).into());
    }
    let mut made = (*desc).clone();
    let index = ddl_build::add_index(&mut made, &stmt.index, cx.ddl_env(&snapshot))?;
    if let Some(index) = made.indexes.last_mut() {
        index.created_explicitly = true;
    }
    let full = ddl::full_object_name(snapshot.full_name(&desc));
    let mut draft = Draft::new(snapshot);
    *draft.table(desc.id)? = made;
    draft.write(cx)?;
    ddl_backfill::fill_index(desc.id, index, cx)?;
    let named = CreateIndex { table: full, ..stmt.clone() };
    let description = ddl::describe(&Statement::CreateIndex(Box::new(named)));
    ddl::note_job(&JobNote { description: &description, ids: &[desc.id], of_type: false }, cx)?;
    Ok(Outcome::tag("CREATE INDEX"))
}

/// A table and one of its secondary indexes, by `table@index` or by the index's name alone.
pub(crate) fn resolve(
    name: &TableIndex,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<(Arc<TableDescriptor>, u32), Error> {
    let index = name.index.object();
    let find = |desc: &TableDescriptor| {
        if desc.primary_index.name == index {
            return Some(desc.primary_index.id);
        }
        desc.indexes.iter().find(|known| known.name == index).map(|known| known.id)
    };
    if let Some(table) = &name.table {
        let desc = snapshot.resolve_relation(table, cx.name_scope())?;
        let id = find(desc).ok_or_else(|| CatalogError::undefined(Kind::Index, index))?;
        return Ok((Arc::clone(desc), id));
    }
    let mut found: Option<(Arc<TableDescriptor>, u32)> = None;
    for desc in candidates(&name.index, snapshot, cx) {
        let Some(id) = find(&desc) else { continue };
        if let Some((first, _)) = &found {
            let name = |desc: &TableDescriptor| snapshot.full_name(desc).join(".");
            let text = format!(
                "index name \"{index}\" is ambiguous (found in {} and {})",
                name(&desc),
                name(first)
            );
            return Err(CatalogError::refused(SqlState::AMBIGUOUS_PARAMETER, text).into());
        }
        found = Some((desc, id));
    }
    found.ok_or_else(|| CatalogError::undefined(Kind::Index, dotted(&name.index)).into())
}

/// Tables among which an index is looked for by its bare name.
fn candidates(index: &ObjectName, snapshot: &Snapshot, cx: &Cx<'_>) -> Vec<Arc<TableDescriptor>> {
    let scope = cx.name_scope();
    let (db, schema) = match index.prefix() {
        [] => (scope.database, None),
        [one] if snapshot.database_by_name(one).is_some() => (one.as_str(), None),
        [schema] => (scope.database, Some(schema.as_str())),
        [db, schema, ..] => (db.as_str(), Some(schema.as_str())),
    };
    let Some(db) = snapshot.database_by_name(db) else { return Vec::new() };
    snapshot
        .tables()
        .filter(|desc| desc.parent_id == db.id && desc.state() == State::Public)
        .filter(|desc| {
            let own = snapshot.schema_name(desc.unexposed_parent_schema_id);
            schema.is_none_or(|schema| schema == own)
        })
        .map(Arc::clone)
        .collect()
}

/// Runs DROP INDEX.
pub(crate) fn drop(stmt: &DropIndex, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("DROP INDEX")?;
    for name in &stmt.indexes {
        let snapshot = cx.snapshot()?;
        let (desc, id) = match resolve(name, &snapshot, cx) {
            Ok(found) => found,
            Err(Error::Catalog(cause))
                if stmt.if_exists && matches!(*cause, CatalogError::Undefined { .. }) =>
            {
                continue;
            }
            Err(cause) => return Err(cause),
        };
        cx.require_alter(&snapshot, &desc)?;
        drop_one(stmt, &desc, id, snapshot, cx)?;
    }
    Ok(Outcome::tag("DROP INDEX"))
}

fn drop_one(
    stmt: &DropIndex,
    desc: &TableDescriptor,
    id: u32,
    snapshot: Arc<Snapshot>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    if desc.primary_index.id == id {
        let error = CatalogError::refused(
            SqlState::FEATURE_NOT_SUPPORTED,
            "cannot drop the primary index of a table using DROP INDEX",
        );
        return Err(error.with_hint("instead, use ALTER TABLE ... ALTER PRIMARY KEY or").into());
    }
    let Some(index) = desc.indexes.iter().find(|index| index.id == id) else { return Ok(()) };
    let cascade = stmt.behavior == DropBehavior::Cascade;
    if index.unique && !index.created_explicitly && !cascade {
        let text = format!("index \"{}\" is in use as unique constraint", index.name);
        let hint = "use CASCADE if you really want to drop it.";
        return Err(CatalogError::dependents(text).with_hint(hint).into());
    }
    check_references(desc, id, &snapshot, cascade)?;
    let name = index.name.clone();
    let full = snapshot.full_name(desc);
    let mut draft = Draft::new(snapshot);
    if cascade {
        let columns = index.key_column_ids.clone();
        for fk in
            desc.inbound_fks.iter().filter(|fk| same_columns(&fk.referenced_column_ids, &columns))
        {
            super::ddl_fk::remove(&mut draft, fk.origin_table_id, &fk.name)?;
        }
    }
    let description = format!("DROP INDEX {}@{name}", full.join("."));
    remove_index(&mut draft, desc.id, id, &description, cx)?;
    draft.write(cx)?;
    ddl::note_job(&JobNote { description: &description, ids: &[desc.id], of_type: false }, cx)?;
    if cx.rules.drop_index_notice() {
        let notice = Notice::new("the data for dropped indexes is reclaimed asynchronously")
            .with_hint(
                "The reclamation delay can be customized in the zone configuration for the table.",
            );
        cx.notice(notice);
    }
    Ok(())
}

fn same_columns(a: &[u32], b: &[u32]) -> bool {
    a.len() == b.len() && a.iter().all(|id| b.contains(id))
}

/// A unique index that a foreign key needs may not go, unless another one serves as well.
fn check_references(
    desc: &TableDescriptor,
    id: u32,
    snapshot: &Snapshot,
    cascade: bool,
) -> Result<(), Error> {
    let Some(index) = desc.indexes.iter().find(|index| index.id == id) else { return Ok(()) };
    if !index.unique || cascade {
        return Ok(());
    }
    let others = std::iter::once(&desc.primary_index)
        .chain(desc.indexes.iter().filter(|other| other.id != id && other.unique))
        .any(|other| same_columns(&other.key_column_ids, &index.key_column_ids));
    let needed = desc
        .inbound_fks
        .iter()
        .find(|fk| same_columns(&fk.referenced_column_ids, &index.key_column_ids));
    if let Some(fk) = needed.filter(|_| !others) {
        let origin = snapshot.table_desc(fk.origin_table_id).map_or("", |desc| &desc.name);
        let text =
            format!("\"{}\" is referenced by foreign key from table \"{origin}\"", index.name);
        return Err(CatalogError::dependents(text).into());
    }
    Ok(())
}

/// Takes an index out of a table and leaves its data to a GC job.
pub(crate) fn remove_index(
    draft: &mut Draft,
    table: u32,
    index: u32,
    description: &str,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let now = cx.clock.now();
    let job_id = cx.new_job_id();
    let desc = draft.table(table)?;
    desc.indexes.retain(|known| known.id != index);
    desc.gc_mutations.push(GcMutation { index_id: index, drop_time: now.wall, job_id: job_id.0 });
    let user = cx.session.user.clone();
    let record = jobs::gc_job::for_indexes(job_id, &user, description, table, &[index], now);
    jobs::create(&mut cx.sys()?, &record)?;
    cx.start_job(job_id);
    Ok(())
}

/// Runs ALTER INDEX … VISIBLE.
pub(crate) fn set_visible(stmt: &AlterIndexVisible, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER INDEX")?;
    let snapshot = cx.snapshot()?;
    let (desc, id) = resolve(&stmt.index, &snapshot, cx)?;
    cx.require_alter(&snapshot, &desc)?;
    let mut draft = Draft::new(snapshot);
    for index in &mut draft.table(desc.id)?.indexes {
        if index.id == id {
            index.not_visible = Some(!stmt.visible);
        }
    }
    draft.write(cx)?;
    Ok(Outcome::tag("ALTER INDEX"))
}

/// Runs SPLIT AT, UNSPLIT, SCATTER. Ranges that were split stay so; scattering does nothing to simulated nodes.
pub(crate) fn split(stmt: &Split, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let snapshot = cx.snapshot()?;
    let desc = snapshot.resolve_relation(&stmt.table, cx.name_scope())?;
    let table = snapshot.table(desc.id).ok_or(CatalogError::Wire { place: "table" })?;
    let index = match &stmt.index {
        None => &table.codec.primary,
        Some(name) => table
            .codec
            .secondary
            .iter()
            .find(|index| index.name == *name)
            .ok_or_else(|| CatalogError::undefined(Kind::Index, name))?,
    };
    let mut columns = vec![Column::new("key", Type::Bytes), Column::new("pretty", Type::STRING)];
    let mut made = Vec::new();
    match &stmt.action {
        SplitAction::Split(rows, _) => {
            columns.push(Column::new("split_enforced_until", Type::TIMESTAMP));
            for row in super::ddl_query::rows(rows, cx)?.rows {
                let key = index.key_prefix(&row)?;
                cx.kv.split_at(&key);
                let pretty = crate::pretty::key(&key);
                // The far future that the real system prints for a split without end.
                let forever = Datum::Timestamp(9_223_372_036_854_775);
                made.push(vec![Datum::bytes(key), Datum::from(pretty), forever]);
            }
        }
        SplitAction::Unsplit(_) | SplitAction::UnsplitAll | SplitAction::Scatter(_) => {}
    }
    let tag = match &stmt.action {
        SplitAction::Split(..) => "SPLIT",
        SplitAction::Unsplit(_) | SplitAction::UnsplitAll => "UNSPLIT",
        SplitAction::Scatter(_) => "SCATTER",
    };
    Ok(Outcome::Rows(Rows { columns, rows: made }, tag.to_owned()))
}
