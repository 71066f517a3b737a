//! DROP of databases, schemas, tables, views, sequences and types.
//!
//! ```text
//!   table      state DROP, name gone; a GC job clears its span after the TTL, then the descriptor
//!   the rest   state DROP, name gone; descriptor gone at once, or by the job if a pause point holds it
//! ```
//!
//! Shape: what is to be dropped is gathered first with everything that goes along, so that order does not matter.
//! *Errors*: the texts for what others depend on. *Source*: CockroachDB's DROP pages; refusals as its test files have
//! them.

use std::sync::Arc;

use base::map::Set;
use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::{ddl_comment, ddl_fk, ddl_sequence, ddl_type};
use crate::ast::ddl::Drop;
use crate::ast::{DropBehavior, ObjectKind, ObjectName, Statement};
use crate::catalog::descpb::{State, TableDescriptor, TypeKind};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Place, dotted, kind_of};
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::{write, zones};
use crate::cx::Cx;
use crate::error::Error;
use crate::jobs::schema_change;
use crate::outcome::Outcome;

/// What a statement drops.
#[derive(Default)]
struct Doomed {
    tables: Set<u32>,
    types: Set<u32>,
    schemas: Set<u32>,
    databases: Set<u32>,
    functions: Set<u32>,
    /// Schemas with a name but no descriptor: `public` of v21.2, and those of temporary objects.
    bare_schemas: Set<(u32, String)>,
}

/// Runs DROP.
pub(crate) fn run(stmt: &Drop, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let tag = format!("DROP {}", stmt.kind.words());
    cx.check_writable("DROP")?;
    let snapshot = cx.snapshot()?;
    let mut doomed = Doomed::default();
    let mut full = Vec::new();
    for name in &stmt.names {
        match gather(stmt, name, &mut doomed, &snapshot, cx) {
            Ok(named) => full.push(named),
            Err(Error::Catalog(cause)) if stmt.if_exists && is_undefined(&cause) => {
                if cx.rules.job_info_table() {
                    let text = cause.to_string();
                    let what = text.trim_end_matches(" does not exist").to_owned();
                    cx.notice_skip(what, "does not exist", SqlState::SUCCESSFUL_COMPLETION);
                }
            }
            Err(cause) => return Err(cause),
        }
    }
    if full.is_empty() {
        return Ok(Outcome::tag(tag));
    }
    let named = Drop { names: full, ..stmt.clone() };
    let description = ddl::describe(&Statement::Drop(named));
    carry_out(stmt, doomed, &snapshot, &description, cx)?;
    Ok(Outcome::tag(tag))
}

fn is_undefined(cause: &CatalogError) -> bool {
    matches!(cause, CatalogError::Undefined { .. })
        || cause.sqlstate() == SqlState::UNDEFINED_FUNCTION
}

fn gather(
    stmt: &Drop,
    name: &ObjectName,
    doomed: &mut Doomed,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<ObjectName, Error> {
    match stmt.kind {
        ObjectKind::Database => gather_database(stmt, name, doomed, snapshot, cx),
        ObjectKind::Schema => gather_schema(stmt, name, doomed, snapshot, cx),
        ObjectKind::Type => gather_type(name, doomed, snapshot, cx),
        ObjectKind::Table => gather_relation(name, Kind::Table, doomed, snapshot, cx),
        ObjectKind::View => gather_relation(name, Kind::View, doomed, snapshot, cx),
        ObjectKind::MaterializedView => {
            gather_relation(name, Kind::MaterializedView, doomed, snapshot, cx)
        }
        ObjectKind::Sequence => gather_relation(name, Kind::Sequence, doomed, snapshot, cx),
        ObjectKind::Function | ObjectKind::Procedure => {
            gather_routine(stmt, name, doomed, snapshot, cx)
        }
        ObjectKind::Index => Err(CatalogError::unsupported("DROP INDEX").into()),
    }
}

fn gather_routine(
    stmt: &Drop,
    name: &ObjectName,
    doomed: &mut Doomed,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<ObjectName, Error> {
    let Some(desc) = snapshot.find_function(name, cx.name_scope()) else {
        if stmt.if_exists {
            let what = format_args!("{}()", dotted(name));
            let what = format!("{} {what} does not exist", stmt.kind.words().to_lowercase());
            return Err(CatalogError::refused(SqlState::UNDEFINED_FUNCTION, what).into());
        }
        return Err(crate::plan::routine::unknown(name));
    };
    if desc.is_procedure != (stmt.kind == ObjectKind::Procedure) {
        let text = format!(
            "{} is not a {}",
            super::routine::signature(desc, snapshot),
            stmt.kind.words().to_lowercase()
        );
        return Err(CatalogError::refused(SqlState::WRONG_OBJECT_TYPE, text).into());
    }
    cx.require_owner(snapshot, desc.privileges.as_ref(), (Kind::Function, &desc.name))?;
    doomed.functions.insert(desc.id);
    Ok(name.clone())
}

fn gather_relation(
    name: &ObjectName,
    wanted: Kind,
    doomed: &mut Doomed,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<ObjectName, Error> {
    let desc = snapshot.resolve_relation(name, cx.name_scope())?;
    let found = kind_of(desc);
    if found != wanted {
        let name = desc.name.clone();
        let mut error = CatalogError::WrongKind { name, wanted };
        if found == Kind::MaterializedView && wanted == Kind::View {
            error = CatalogError::refused(
                SqlState::WRONG_OBJECT_TYPE,
                format!("\"{}\" is a materialized view", desc.name),
            )
            .with_hint("use the corresponding MATERIALIZED VIEW command");
        }
        return Err(error.into());
    }
    let on = desc.privileges.as_ref();
    cx.require(snapshot, on, Privilege::Drop, (Kind::Relation, &desc.name))?;
    doomed.tables.insert(desc.id);
    Ok(ddl::full_object_name(snapshot.full_name(desc)))
}

fn gather_type(
    name: &ObjectName,
    doomed: &mut Doomed,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<ObjectName, Error> {
    let desc = snapshot.resolve_type(name, cx.name_scope())?;
    if desc.kind == i32::from(TypeKind::Alias) {
        let text = format!("\"{}\" is an implicit array type and cannot be modified", desc.name);
        return Err(CatalogError::refused(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, text).into());
    }
    cx.require_owner(snapshot, desc.privileges.as_ref(), (Kind::Type, &desc.name))?;
    doomed.types.insert(desc.id);
    doomed.types.insert(desc.array_type_id);
    Ok(ddl::full_object_name(snapshot.full_type_name(desc)))
}

fn gather_schema(
    stmt: &Drop,
    name: &ObjectName,
    doomed: &mut Doomed,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<ObjectName, Error> {
    let place = snapshot.resolve_schema(name, cx.name_scope())?;
    if snapshot.is_public(&place) {
        let text = format!("cannot drop schema \"{}\"", place.schema_name);
        return Err(CatalogError::refused(SqlState::INVALID_SCHEMA_NAME, text).into());
    }
    let on = snapshot.schema(place.schema).and_then(|schema| schema.privileges.as_ref());
    cx.require_owner(snapshot, on, (Kind::Schema, &place.schema_name))?;
    let filled = gather_contents(&place, doomed, snapshot);
    if filled && stmt.behavior != DropBehavior::Cascade {
        let text =
            format!("schema \"{}\" is not empty and CASCADE was not specified", place.schema_name);
        return Err(CatalogError::dependents(text).into());
    }
    doomed.schemas.insert(place.schema);
    Ok(ObjectName { parts: vec![place.database_name, place.schema_name] })
}

/// Everything in a schema; answers whether there was anything.
fn gather_contents(place: &Place, doomed: &mut Doomed, snapshot: &Snapshot) -> bool {
    let mut any = false;
    for (_, id) in snapshot.names(place.database, place.schema) {
        any = true;
        if snapshot.table_desc(id).is_some() {
            doomed.tables.insert(id);
        } else if snapshot.type_desc(id).is_some() {
            doomed.types.insert(id);
        }
    }
    for routine in snapshot.functions() {
        if (routine.parent_id, routine.parent_schema_id) == (place.database, place.schema) {
            any = true;
            doomed.functions.insert(routine.id);
        }
    }
    any
}

fn gather_database(
    stmt: &Drop,
    name: &ObjectName,
    doomed: &mut Doomed,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<ObjectName, Error> {
    let db = snapshot.resolve_database(name.object())?;
    cx.require(snapshot, db.privileges.as_ref(), Privilege::Drop, (Kind::Database, &db.name))?;
    let mut filled = false;
    for (schema_name, schema) in snapshot.names(db.id, 0) {
        let place = Place {
            database: db.id,
            database_name: db.name.clone(),
            schema,
            schema_name: schema_name.to_owned(),
        };
        filled |= gather_contents(&place, doomed, snapshot);
        if snapshot.schema(schema).is_some() {
            filled |= schema_name != "public";
            doomed.schemas.insert(schema);
        } else {
            doomed.bare_schemas.insert((db.id, schema_name.to_owned()));
        }
    }
    if filled {
        let safe = cx.session.flag("sql_safe_updates", false);
        if stmt.behavior == DropBehavior::Restrict {
            let text = format!("database \"{}\" is not empty and RESTRICT was specified", db.name);
            return Err(CatalogError::dependents(text).into());
        }
        if stmt.behavior == DropBehavior::Default && safe {
            let text = "rejected (sql_safe_updates = true): DROP DATABASE on non-empty database \
                        without explicit CASCADE";
            return Err(CatalogError::refused(SqlState::WARNING, text).into());
        }
    }
    doomed.databases.insert(db.id);
    Ok(ObjectName::simple(db.name.clone()))
}

fn carry_out(
    stmt: &Drop,
    mut doomed: Doomed,
    snapshot: &Arc<Snapshot>,
    description: &str,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let mut draft = Draft::new(Arc::clone(snapshot));
    let cascade = stmt.behavior == DropBehavior::Cascade
        || matches!(stmt.kind, ObjectKind::Database | ObjectKind::Schema);
    take_along(&mut doomed, snapshot, cascade)?;
    for id in doomed.tables.clone() {
        cut_references(&mut draft, id, &doomed)?;
    }
    check_types(&doomed, snapshot)?;
    mark(&mut draft, &doomed, cx)?;
    drop_names(&doomed, snapshot, cx)?;
    for id in &doomed.tables {
        ddl_comment::remove_all(*id, cx)?;
    }
    let mut ids: Vec<u32> = doomed.databases.iter().copied().collect();
    ids.extend(doomed.schemas.iter().chain(&doomed.types).chain(&doomed.tables));
    ids.extend(&doomed.functions);
    let with_data: Vec<u32> =
        doomed.tables.iter().copied().filter(|id| has_data(snapshot, *id)).collect();
    draft.write(cx)?;
    let of_type = stmt.kind == ObjectKind::Type;
    let pending = ddl::note_job(&JobNote { description, ids: &ids, of_type }, cx)?;
    if !pending {
        let now_there = cx.snapshot()?;
        schema_change::remove_dropped(&mut cx.sys_changing()?, &now_there, &ids)?;
        // Zones of what has no data go at once; others with their GC job.
        for id in doomed.databases.iter().filter(|_| with_data.is_empty()) {
            zones::remove(&mut cx.sys_changing()?, *id)?;
        }
    }
    ddl::note_gc(&with_data, description, cx)
}

fn has_data(snapshot: &Snapshot, id: u32) -> bool {
    snapshot
        .table_desc(id)
        .is_some_and(|desc| desc.view_query.is_empty() || desc.is_materialized_view)
}

/// Views over what is dropped, and sequences that its columns own, go along; or others' needs forbid it.
fn take_along(doomed: &mut Doomed, snapshot: &Snapshot, cascade: bool) -> Result<(), Error> {
    let mut open: Vec<u32> = doomed.tables.iter().copied().collect();
    while let Some(id) = open.pop() {
        let Some(desc) = snapshot.table_desc(id) else { continue };
        for sequence in desc.columns.iter().flat_map(|column| &column.owns_sequence_ids) {
            if doomed.tables.insert(*sequence) {
                open.push(*sequence);
            }
        }
        for by in &desc.depended_on_by {
            if doomed.tables.contains(&by.id) {
                continue;
            }
            let Some(user) = snapshot.table_desc(by.id) else { continue };
            let is_view = !user.view_query.is_empty();
            if !cascade {
                return Err(depended(desc, user, is_view));
            }
            if is_view && doomed.tables.insert(by.id) {
                open.push(by.id);
            }
        }
        for routine in snapshot.functions().filter(|routine| routine.depends_on.contains(&id)) {
            if !cascade && !doomed.functions.contains(&routine.id) {
                let text = format!(
                    "cannot drop relation \"{}\" because function \"{}\" depends on it",
                    desc.name, routine.name
                );
                let hint = format!("you can drop {} instead.", routine.name);
                return Err(CatalogError::dependents(text).with_hint(hint).into());
            }
            doomed.functions.insert(routine.id);
        }
        for fk in &desc.inbound_fks {
            if !cascade && !doomed.tables.contains(&fk.origin_table_id) {
                let origin = snapshot.table_desc(fk.origin_table_id).map_or("", |desc| &desc.name);
                let text = format!(
                    "\"{}\" is referenced by foreign key from table \"{origin}\"",
                    desc.name
                );
                return Err(CatalogError::dependents(text).into());
            }
        }
    }
    Ok(())
}

fn depended(desc: &TableDescriptor, user: &TableDescriptor, is_view: bool) -> Error {
    if desc.sequence_opts.is_some() && !is_view {
        let text = format!("cannot drop sequence {} because other objects depend on it", desc.name);
        return CatalogError::dependents(text).into();
    }
    let text = format!(
        "cannot drop relation \"{}\" because view \"{}\" depends on it",
        desc.name, user.name
    );
    let hint = format!("you can drop {} instead.", user.name);
    CatalogError::dependents(text).with_hint(hint).into()
}

/// Takes a dropped table out of everything that knows it.
fn cut_references(draft: &mut Draft, id: u32, doomed: &Doomed) -> Result<(), Error> {
    let Some(desc) = draft.see_table(id).cloned() else { return Ok(()) };
    for fk in &desc.outbound_fks {
        if doomed.tables.contains(&fk.referenced_table_id) {
            draft.table(id)?.outbound_fks.retain(|own| own.name != fk.name);
        } else {
            ddl_fk::remove(draft, id, &fk.name)?;
        }
    }
    for fk in &desc.inbound_fks {
        if !doomed.tables.contains(&fk.origin_table_id) {
            ddl_fk::remove(draft, fk.origin_table_id, &fk.name)?;
        }
    }
    draft.table(id)?.inbound_fks.clear();
    for base in &desc.depends_on {
        if !doomed.tables.contains(base) && draft.see_table(*base).is_some() {
            draft.table(*base)?.depended_on_by.retain(|by| by.id != id);
        }
    }
    let used: Vec<u32> =
        desc.columns.iter().flat_map(|column| &column.uses_sequence_ids).copied().collect();
    let outside: Vec<u32> = used.into_iter().filter(|seq| !doomed.tables.contains(seq)).collect();
    ddl_sequence::stop_using(draft, id, None, &outside)?;
    if desc.sequence_opts.is_some() {
        drop_defaults(draft, &desc, doomed)?;
        let owner = desc.sequence_opts.as_ref().map_or(0, |opts| opts.owner.table_id);
        if owner != 0 && !doomed.tables.contains(&owner) {
            ddl_sequence::disown(draft, id)?;
        }
    }
    forget_types(draft, id, doomed)
}

/// Columns elsewhere that draw from a dropped sequence lose their defaults.
fn drop_defaults(
    draft: &mut Draft,
    sequence: &TableDescriptor,
    doomed: &Doomed,
) -> Result<(), Error> {
    for by in &sequence.depended_on_by {
        if doomed.tables.contains(&by.id) || draft.see_table(by.id).is_none() {
            continue;
        }
        for column in &mut draft.table(by.id)?.columns {
            if column.uses_sequence_ids.contains(&sequence.id) {
                column.default_expr = None;
                column.uses_sequence_ids.retain(|id| *id != sequence.id);
            }
        }
    }
    Ok(())
}

fn forget_types(draft: &mut Draft, table: u32, doomed: &Doomed) -> Result<(), Error> {
    let known: Vec<u32> = draft
        .snapshot
        .types()
        .filter(|ty| ty.referencing_descriptor_ids.contains(&table))
        .map(|ty| ty.id)
        .filter(|id| !doomed.types.contains(id))
        .collect();
    for id in known {
        draft.type_desc(id)?.referencing_descriptor_ids.retain(|user| *user != table);
    }
    Ok(())
}

/// A type that tables outside use cannot go.
fn check_types(doomed: &Doomed, snapshot: &Snapshot) -> Result<(), Error> {
    for id in &doomed.types {
        let Some(desc) = snapshot.type_desc(*id) else { continue };
        let outside =
            desc.referencing_descriptor_ids.iter().any(|user| !doomed.tables.contains(user));
        let called = snapshot.functions().find(|routine| {
            routine.depends_on_types.contains(id) && !doomed.functions.contains(&routine.id)
        });
        if outside || called.is_some() {
            // The array type is told by its element's name.
            let shown = snapshot.types().find(|ty| ty.array_type_id == desc.id).unwrap_or(desc);
            let mut users = ddl_type::users_of(snapshot, shown);
            users.extend(called.map(|routine| routine.name.clone()));
            let users = users.join(" ");
            let text = format!(
                "cannot drop type \"{}\" because other objects ([{users}]) still depend on it",
                shown.name
            );
            return Err(CatalogError::dependents(text).into());
        }
    }
    Ok(())
}

/// Puts everything into state DROP.
fn mark(draft: &mut Draft, doomed: &Doomed, cx: &Cx<'_>) -> Result<(), Error> {
    let drop = i32::from(State::Drop);
    let at = cx.clock.now().wall;
    for id in &doomed.tables {
        let desc = draft.table(*id)?;
        desc.state = drop;
        desc.drop_time = at;
        desc.depended_on_by.clear();
    }
    for id in &doomed.types {
        let desc = draft.type_desc(*id)?;
        desc.state = drop;
        desc.referencing_descriptor_ids.clear();
    }
    for id in &doomed.functions {
        draft.function(*id)?.state = drop;
    }
    for id in &doomed.schemas {
        let schema = draft.schema(*id)?;
        schema.state = drop;
        let (db, name) = (schema.parent_id, schema.name.clone());
        if !doomed.databases.contains(&db) {
            draft.database(db)?.schemas.remove(&name);
        }
    }
    for id in &doomed.databases {
        let db = draft.database(*id)?;
        db.state = drop;
        db.schemas.clear();
    }
    Ok(())
}

fn drop_names(doomed: &Doomed, snapshot: &Snapshot, cx: &mut Cx<'_>) -> Result<(), Error> {
    let mut sys = cx.sys_changing()?;
    let all = doomed.tables.iter().chain(&doomed.types).chain(&doomed.schemas);
    for id in all.chain(&doomed.databases) {
        let Some(desc) = snapshot.descriptor(*id) else { continue };
        let (parent, schema) = desc.parents();
        write::drop_name(&mut sys, parent, schema, desc.name())?;
    }
    for (database, name) in &doomed.bare_schemas {
        write::drop_name(&mut sys, *database, 0, name)?;
    }
    Ok(())
}

/// Drops sequences and other relations that go with a column: their descriptors are in the caller's draft.
pub(crate) fn along_with_column(
    draft: &mut Draft,
    ids: &[u32],
    description: &str,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let mut doomed = Doomed::default();
    doomed.tables.extend(ids.iter().copied());
    let snapshot = Arc::clone(&draft.snapshot);
    for id in ids {
        cut_references(draft, *id, &doomed)?;
    }
    mark(draft, &doomed, cx)?;
    drop_names(&doomed, &snapshot, cx)?;
    let with_data: Vec<u32> = ids.iter().copied().filter(|id| has_data(&snapshot, *id)).collect();
    ddl::note_gc(&with_data, description, cx)
}
