//! CREATE VIEW, CREATE MATERIALIZED VIEW, REFRESH.
//!
//! ```text
//!   view                columns and the query's text; reads what it names when it is read
//!   materialized view   also a hidden rowid, a primary index and rows
//! ```

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::ddl_table::ddl_build_as;
use super::{ddl_backfill, ddl_build, ddl_query, ddl_table, ddl_temp, ddl_truncate, ddl_type};
use crate::ast::ddl::{CreateView, Persistence, Refresh};
use crate::ast::{ObjectName, Select, Statement};
use crate::catalog::descpb::{DependedOn, TableDescriptor};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Scope, kind_of};
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Outcome};
use crate::print;

/// Runs CREATE VIEW.
pub(crate) fn create(stmt: &CreateView, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE VIEW")?;
    let tag = if stmt.materialized { "CREATE MATERIALIZED VIEW" } else { "CREATE VIEW" };
    let snapshot = cx.snapshot()?;
    let place = ddl_temp::place_for(&stmt.name, stmt.persistence, &snapshot, cx)?;
    let old = snapshot
        .id_of(place.database, place.schema, stmt.name.object())
        .and_then(|id| snapshot.table_desc(id))
        .filter(|desc| stmt.replace && kind_of(desc) == Kind::View)
        .cloned();
    if old.is_none()
        && let Some(found) = ddl_table::existing(&snapshot, &place, &stmt.name, stmt.if_not_exists)?
    {
        cx.notice_skip(
            format_args!("relation \"{found}\""),
            "already exists",
            SqlState::DUPLICATE_RELATION,
        );
        return Ok(Outcome::tag(tag));
    }
    cx.require_create_in(&snapshot, &place)?;
    let columns = ddl_query::describe(&stmt.query, cx)?;
    check_columns(stmt, &columns)?;
    let mut query = (*stmt.query).clone();
    ddl_query::expand_star(&mut query, &columns);
    let reads = ddl_query::qualify(&mut query, &snapshot, Scope::of(cx.session))?;
    for read in &reads {
        if snapshot.table_desc(read.id).is_some_and(|desc| desc.parent_id != place.database) {
            let error = CatalogError::refused(
                SqlState::FEATURE_NOT_SUPPORTED,
                "the view cannot refer to other databases; (see the 'sql.cross_db_views.enabled' cluster setting)",
            );
            return Err(error.into());
        }
    }
    if let Some(old) = &old {
        may_replace(old, stmt, &columns)?;
    }
    let id = match &old {
        Some(old) => old.id,
        None => cx.new_desc_id()?,
    };
    let owner = cx.session.user.clone();
    let mut desc = ddl_table::blank(id, &stmt.name, &place, Kind::View, &owner, &snapshot);
    desc.temporary = stmt.persistence == Persistence::Temporary;
    ddl_build_as::columns(&mut desc, &columns, &stmt.columns)?;
    desc.view_query = text(&query);
    desc.is_materialized_view = stmt.materialized;
    desc.depends_on = reads.iter().map(|read| read.id).collect();
    if stmt.materialized {
        make_stored(&mut desc, cx)?;
    } else {
        desc.families.clear();
    }
    put(desc, old.as_deref(), reads, snapshot, cx)?;
    if stmt.materialized && !stmt.no_data {
        fill(id, &stmt.query, cx)?;
    }
    let description = describe(stmt, &query, &place.full(stmt.name.object()));
    ddl::note_job(&JobNote { description: &description, ids: &[id], of_type: false }, cx)?;
    Ok(Outcome::tag(tag))
}

/// Writes a view in place of `old`, if there is one, and tells what it reads of it.
fn put(
    mut desc: TableDescriptor,
    old: Option<&TableDescriptor>,
    reads: Vec<ddl_query::Read>,
    snapshot: Arc<Snapshot>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let id = desc.id;
    let mut draft = Draft::new(snapshot);
    if let Some(old) = old {
        desc.version = old.version;
        desc.privileges.clone_from(&old.privileges);
        desc.depended_on_by.clone_from(&old.depended_on_by);
        for base in &old.depends_on {
            draft.table(*base)?.depended_on_by.retain(|by| by.id != id);
        }
        *draft.table(id)? = desc;
    } else {
        draft.add_table(desc);
    }
    for read in reads {
        let by = DependedOn { id, column_ids: read.columns, ..Default::default() };
        draft.table(read.id)?.depended_on_by.push(by);
    }
    ddl_type::refer(&mut draft, id)?;
    draft.write(cx)
}

fn describe(stmt: &CreateView, query: &Select, full: &str) -> String {
    let parts = full.split('.').map(str::to_owned).collect();
    let named =
        CreateView { name: ObjectName { parts }, query: Box::new(query.clone()), ..stmt.clone() };
    ddl::describe(&Statement::CreateView(Box::new(named)))
}

/// The text that a descriptor keeps of a query.
pub(crate) fn text(query: &Select) -> String {
    let flags = print::Flags { show_secrets: true, ..Default::default() };
    print::to_string(&Statement::Select(Box::new(query.clone())), &flags)
}

/// A new query must give what the old one gave, and may give more.
fn may_replace(old: &TableDescriptor, stmt: &CreateView, new: &[Column]) -> Result<(), Error> {
    let refuse =
        |text: String| Err(CatalogError::refused(SqlState::INVALID_TABLE_DEFINITION, text).into());
    if new.len() < old.columns.len() {
        return refuse("cannot drop columns from view".to_owned());
    }
    for (at, (old, new)) in old.columns.iter().zip(new).enumerate() {
        let name = stmt.columns.get(at).unwrap_or(&new.name);
        if old.name != *name {
            return refuse(format!(
                "cannot change name of view column \"{}\" to \"{name}\"",
                old.name
            ));
        }
        let ty = crate::types::wire::to_message(&new.ty);
        if old.ty.as_ref().is_some_and(|old| old.family != ty.family) {
            return refuse(format!("cannot change type of view column \"{name}\""));
        }
    }
    Ok(())
}

fn check_columns(stmt: &CreateView, columns: &[Column]) -> Result<(), Error> {
    if !stmt.columns.is_empty() && stmt.columns.len() != columns.len() {
        return Err(CatalogError::refused(
            SqlState::SYNTAX_ERROR,
            format!(
                "CREATE VIEW specifies {} column name{}, but data source has {} column{}",
                stmt.columns.len(),
                if stmt.columns.len() == 1 { "" } else { "s" },
                columns.len(),
                if columns.len() == 1 { "" } else { "s" }
            ),
        )
        .into());
    }
    Ok(())
}

fn make_stored(desc: &mut TableDescriptor, cx: &Cx<'_>) -> Result<(), Error> {
    let rowid = ddl_build::add_rowid(desc);
    ddl_build::set_primary(desc, None, &[(rowid, false)], *cx.rules)?;
    let ids: Vec<u32> = desc.columns.iter().map(|column| column.id).collect();
    for id in ids {
        ddl_build::place_in_family(desc, id, None)?;
    }
    Ok(())
}

fn fill(id: u32, query: &Select, cx: &mut Cx<'_>) -> Result<(), Error> {
    let rows = ddl_query::rows(query, cx)?;
    ddl_backfill::insert_rows(id, rows.rows, cx)
}

/// Runs REFRESH MATERIALIZED VIEW: new indexes with the query's rows of now.
pub(crate) fn refresh(stmt: &Refresh, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("REFRESH MATERIALIZED VIEW")?;
    let snapshot = cx.snapshot()?;
    let desc = snapshot.resolve_relation(&stmt.name, cx.name_scope())?;
    if !desc.is_materialized_view {
        let text = format!("\"{}\" is not a materialized view", desc.name);
        return Err(CatalogError::refused(SqlState::WRONG_OBJECT_TYPE, text).into());
    }
    let desc = Arc::clone(desc);
    cx.require_owner(&snapshot, desc.privileges.as_ref(), (Kind::MaterializedView, &desc.name))?;
    let full = ddl::full_object_name(snapshot.full_name(&desc));
    let named = Refresh { name: full, ..stmt.clone() };
    let description = ddl::describe(&Statement::Refresh(named));
    let query = crate::parser::parse(&desc.view_query)?;
    let rows = match query.into_iter().next().map(|parsed| parsed.stmt) {
        Some(Statement::Select(query)) if stmt.with_data != Some(false) => {
            ddl_query::rows(&query, cx)?.rows
        }
        Some(_) | None => Vec::new(),
    };
    ddl_truncate::empty(desc.id, &description, cx)?;
    ddl_backfill::insert_rows(desc.id, rows, cx)?;
    Ok(Outcome::tag("REFRESH MATERIALIZED VIEW"))
}
