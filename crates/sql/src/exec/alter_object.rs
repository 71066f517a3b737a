//! ALTER … RENAME TO, SET SCHEMA, OWNER TO, for every kind of object.

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::{ddl_index, routine};
use crate::ast::ddl::{Owner, Rename, SetSchema};
use crate::ast::grant::ReassignOwned;
use crate::ast::zone::TableIndex;
use crate::ast::{ObjectKind, ObjectName, Statement};
use crate::catalog::descpb::{PrivilegeDescriptor, State, TableDescriptor, Union};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::kind_of;
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::write;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;

fn tag(kind: ObjectKind, rename: bool) -> String {
    let words = kind.words();
    if rename { format!("RENAME {words}") } else { format!("ALTER {words}") }
}

/// Whether a missing object is forgiven, with a notice.
fn forgive(if_exists: bool, cause: &CatalogError, cx: &mut Cx<'_>) -> bool {
    let CatalogError::Undefined { kind, name } = cause else { return false };
    if if_exists {
        let what = format!("{} \"{name}\"", kind.word());
        cx.notice_skip(what, "does not exist", SqlState::UNDEFINED_OBJECT);
    }
    if_exists
}

fn wanted(kind: ObjectKind) -> Kind {
    match kind {
        ObjectKind::View => Kind::View,
        ObjectKind::MaterializedView => Kind::MaterializedView,
        ObjectKind::Sequence => Kind::Sequence,
        ObjectKind::Database => Kind::Database,
        ObjectKind::Schema => Kind::Schema,
        ObjectKind::Type => Kind::Type,
        ObjectKind::Index => Kind::Index,
        ObjectKind::Function | ObjectKind::Procedure => Kind::Function,
        ObjectKind::Table => Kind::Table,
    }
}

/// A relation that ALTER TABLE, VIEW or SEQUENCE may name: ALTER TABLE takes them all.
fn relation(
    kind: ObjectKind,
    name: &ObjectName,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<Arc<TableDescriptor>, Error> {
    let desc = Arc::clone(snapshot.resolve_relation(name, cx.name_scope())?);
    let wanted = wanted(kind);
    if wanted != Kind::Table && kind_of(&desc) != wanted {
        let name = desc.name.clone();
        return Err(CatalogError::WrongKind { name, wanted }.into());
    }
    Ok(desc)
}

/// Runs ALTER … RENAME TO.
pub(crate) fn rename(stmt: &Rename, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER")?;
    let done = match stmt.kind {
        ObjectKind::Database => rename_database(stmt, cx),
        ObjectKind::Schema => rename_schema(stmt, cx),
        ObjectKind::Type => rename_type(stmt, cx),
        ObjectKind::Index => rename_index(stmt, cx),
        ObjectKind::Table
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence => rename_relation(stmt, cx),
        ObjectKind::Function | ObjectKind::Procedure => {
            let name = stmt.new_name.object().to_owned();
            move_routine(&stmt.name, None, name, &Statement::Rename(stmt.clone()), cx)
        }
    };
    match done {
        Err(Error::Catalog(cause)) if forgive(stmt.if_exists, &cause, cx) => {}
        Err(cause) => return Err(cause),
        Ok(()) => {}
    }
    Ok(Outcome::tag(tag(stmt.kind, true)))
}

fn note(stmt: &Statement, id: u32, of_type: bool, cx: &mut Cx<'_>) -> Result<(), Error> {
    let description = ddl::describe(stmt);
    ddl::note_job(&JobNote { description: &description, ids: &[id], of_type }, cx)?;
    Ok(())
}

fn rename_database(stmt: &Rename, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let db = snapshot.resolve_database(stmt.name.object())?.clone();
    let to = stmt.new_name.object().to_owned();
    cx.require(&snapshot, db.privileges.as_ref(), Privilege::Drop, (Kind::Database, &db.name))?;
    if snapshot.is_system(db.id) {
        return Err(CatalogError::Privilege {
            user: cx.session.user.clone(),
            privilege: "DROP",
            kind: Kind::Database,
            name: db.name,
        }
        .into());
    }
    if snapshot.id_of(0, 0, &to).is_some() {
        return Err(CatalogError::exists(Kind::Database, to).into());
    }
    if let Some(view) =
        snapshot.tables().find(|table| table.parent_id == db.id && !table.view_query.is_empty())
    {
        let text = format!(
            "cannot rename database because relation \"{}\" depends on relation \"{}\"",
            snapshot.full_name(view).join("."),
            view.depends_on
                .first()
                .and_then(|id| snapshot.table_desc(*id))
                .map(|desc| snapshot.full_name(desc).join("."))
                .unwrap_or_default()
        );
        return Err(CatalogError::dependents(text).into());
    }
    let mut draft = Draft::new(snapshot);
    draft.database(db.id)?.name.clone_from(&to);
    draft.write(cx)?;
    let mut sys = cx.sys_changing()?;
    write::drop_name(&mut sys, 0, 0, &db.name)?;
    write::set_name(&mut sys, 0, 0, &to, db.id)?;
    if cx.session.database == db.name {
        cx.session.database = to;
    }
    note(&Statement::Rename(stmt.clone()), db.id, false, cx)
}

fn rename_schema(stmt: &Rename, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let place = snapshot.resolve_schema(&stmt.name, cx.name_scope())?;
    let to = stmt.new_name.object().to_owned();
    if snapshot.is_public(&place) {
        let text = format!("cannot rename schema \"{}\"", place.schema_name);
        return Err(CatalogError::refused(SqlState::INVALID_SCHEMA_NAME, text).into());
    }
    if snapshot.id_of(place.database, 0, &to).is_some() {
        return Err(CatalogError::exists(Kind::Schema, to).into());
    }
    let mut draft = Draft::new(snapshot);
    draft.schema(place.schema)?.name.clone_from(&to);
    let schemas = &mut draft.database(place.database)?.schemas;
    if let Some(entry) = schemas.remove(&place.schema_name) {
        schemas.insert(to.clone(), entry);
    }
    draft.write(cx)?;
    let mut sys = cx.sys_changing()?;
    write::drop_name(&mut sys, place.database, 0, &place.schema_name)?;
    write::set_name(&mut sys, place.database, 0, &to, place.schema)?;
    note(&Statement::Rename(stmt.clone()), place.schema, false, cx)
}

fn rename_type(stmt: &Rename, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let desc = snapshot.resolve_type(&stmt.name, cx.name_scope())?.clone();
    let to = stmt.new_name.object().to_owned();
    if snapshot.id_of(desc.parent_id, desc.parent_schema_id, &to).is_some() {
        let [db, schema, _] = snapshot.full_type_name(&desc);
        return Err(CatalogError::exists(Kind::Type, format!("{db}.{schema}.{to}")).into());
    }
    let array = snapshot.type_desc(desc.array_type_id).cloned();
    let mut draft = Draft::new(snapshot);
    draft.type_desc(desc.id)?.name.clone_from(&to);
    let new_array = format!("_{to}");
    if let Some(array) = &array {
        draft.type_desc(array.id)?.name.clone_from(&new_array);
    }
    draft.write(cx)?;
    let mut sys = cx.sys_changing()?;
    let (db, schema) = (desc.parent_id, desc.parent_schema_id);
    write::drop_name(&mut sys, db, schema, &desc.name)?;
    write::set_name(&mut sys, db, schema, &to, desc.id)?;
    if let Some(array) = array {
        write::drop_name(&mut sys, db, schema, &array.name)?;
        write::set_name(&mut sys, db, schema, &new_array, array.id)?;
    }
    note(&Statement::Rename(stmt.clone()), desc.id, true, cx)
}

fn rename_index(stmt: &Rename, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let name = match &stmt.index {
        Some(index) => {
            TableIndex { table: Some(stmt.name.clone()), index: ObjectName::simple(index.clone()) }
        }
        None => TableIndex { table: None, index: stmt.name.clone() },
    };
    let (desc, id) = ddl_index::resolve(&name, &snapshot, cx)?;
    cx.require_alter(&snapshot, &desc)?;
    let to = stmt.new_name.object().to_owned();
    if super::ddl_build::name_taken(&desc, &to) {
        return Err(CatalogError::exists(Kind::Index, to).into());
    }
    let mut draft = Draft::new(snapshot);
    let table = draft.table(desc.id)?;
    for index in std::iter::once(&mut table.primary_index).chain(&mut table.indexes) {
        if index.id == id {
            index.name.clone_from(&to);
        }
    }
    draft.write(cx)?;
    note(&Statement::Rename(stmt.clone()), desc.id, false, cx)
}

/// Views keep the names of what they read, so what they read keeps its name.
fn refuse_readers(desc: &TableDescriptor, what: &str, snapshot: &Snapshot) -> Result<(), Error> {
    let reader =
        desc.depended_on_by.iter().filter(|by| !by.by_id).find_map(|by| snapshot.table_desc(by.id));
    let Some(view) = reader else { return Ok(()) };
    let text = format!(
        "cannot {what} relation \"{}\" because view \"{}\" depends on it",
        desc.name, view.name
    );
    let hint = format!("you can drop {} instead.", view.name);
    Err(CatalogError::dependents(text).with_hint(hint).into())
}

fn rename_relation(stmt: &Rename, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let desc = relation(stmt.kind, &stmt.name, &snapshot, cx)?;
    let on = desc.privileges.as_ref();
    cx.require(&snapshot, on, Privilege::Drop, (Kind::Relation, &desc.name))?;
    refuse_readers(&desc, "rename", &snapshot)?;
    let [db, schema, _] = snapshot.full_name(&desc);
    if stmt.new_name.parts.len() > 1 {
        let place = snapshot.place_for(&stmt.new_name, cx.name_scope())?;
        if place.database_name != db || place.schema_name != schema {
            return Err(CatalogError::refused(
                SqlState::INVALID_NAME,
                "cannot change database or schema of table when renaming",
            )
            .into());
        }
    }
    let to = stmt.new_name.object().to_owned();
    move_relation(&desc, desc.unexposed_parent_schema_id, &to, [&db, &schema], snapshot, cx)?;
    let named = Rename {
        name: ObjectName { parts: vec![db.clone(), schema.clone(), desc.name.clone()] },
        new_name: ObjectName { parts: vec![db, schema, to] },
        ..stmt.clone()
    };
    note(&Statement::Rename(named), desc.id, false, cx)
}

fn move_relation(
    desc: &TableDescriptor,
    schema: u32,
    name: &str,
    [db_name, schema_name]: [&str; 2],
    snapshot: Arc<Snapshot>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    if snapshot.id_of(desc.parent_id, schema, name).is_some() {
        let full = format!("{db_name}.{schema_name}.{name}");
        return Err(CatalogError::exists(Kind::Relation, full).into());
    }
    let mut draft = Draft::new(snapshot);
    let table = draft.table(desc.id)?;
    name.clone_into(&mut table.name);
    table.unexposed_parent_schema_id = schema;
    draft.write(cx)?;
    let mut sys = cx.sys_changing()?;
    let old = desc.unexposed_parent_schema_id;
    write::drop_name(&mut sys, desc.parent_id, old, &desc.name)?;
    write::set_name(&mut sys, desc.parent_id, schema, name, desc.id)?;
    Ok(())
}

/// Another name, another schema.
fn move_routine(
    name: &ObjectName,
    schema: Option<&str>,
    to: String,
    stmt: &Statement,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let desc = routine::resolve(name, &snapshot, cx)?;
    cx.require_owner(&snapshot, desc.privileges.as_ref(), (Kind::Function, &desc.name))?;
    let mut at = desc.parent_schema_id;
    if let Some(schema) = schema {
        let db = snapshot.database(desc.parent_id).map_or("", |db| &db.name);
        let target = ObjectName { parts: vec![db.to_owned(), schema.to_owned()] };
        at = snapshot.resolve_schema(&target, cx.name_scope())?.schema;
    }
    let taken = snapshot.functions().any(|known| {
        (known.parent_schema_id, &known.name) == (at, &to)
            && known.id != desc.id
            && known.state == desc.state
    });
    if taken {
        let text = format!("function \"{to}\" already exists with same argument types");
        return Err(CatalogError::refused(SqlState::DUPLICATE_FUNCTION, text).into());
    }
    let id = desc.id;
    let mut draft = Draft::new(Arc::clone(&snapshot));
    let changed = draft.function(id)?;
    changed.name = to;
    changed.parent_schema_id = at;
    draft.write(cx)?;
    note(stmt, id, false, cx)
}

/// Runs ALTER … SET SCHEMA.
pub(crate) fn set_schema(stmt: &SetSchema, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER")?;
    match move_to_schema(stmt, cx) {
        Err(Error::Catalog(cause)) if forgive(stmt.if_exists, &cause, cx) => {}
        Err(cause) => return Err(cause),
        Ok(()) => {}
    }
    Ok(Outcome::tag(tag(stmt.kind, false)))
}

fn move_to_schema(stmt: &SetSchema, cx: &mut Cx<'_>) -> Result<(), Error> {
    if stmt.kind == ObjectKind::Type {
        return Err(CatalogError::unsupported("ALTER TYPE … SET SCHEMA").into());
    }
    if matches!(stmt.kind, ObjectKind::Function | ObjectKind::Procedure) {
        let name = stmt.name.object().to_owned();
        let done = Statement::SetSchema(stmt.clone());
        return move_routine(&stmt.name, Some(&stmt.schema), name, &done, cx);
    }
    let snapshot = cx.snapshot()?;
    let desc = relation(stmt.kind, &stmt.name, &snapshot, cx)?;
    cx.require_alter(&snapshot, &desc)?;
    refuse_readers(&desc, "set schema on", &snapshot)?;
    let [db, _, name] = snapshot.full_name(&desc);
    let target = ObjectName { parts: vec![db.clone(), stmt.schema.clone()] };
    let place = snapshot.resolve_schema(&target, cx.name_scope())?;
    if place.schema == desc.unexposed_parent_schema_id {
        return Ok(());
    }
    move_relation(&desc, place.schema, &name, [&db, &place.schema_name], snapshot, cx)?;
    note(&Statement::SetSchema(stmt.clone()), desc.id, false, cx)
}

/// Runs ALTER … OWNER TO.
pub(crate) fn owner(stmt: &Owner, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER")?;
    match give(stmt, cx) {
        Err(Error::Catalog(cause)) if forgive(stmt.if_exists, &cause, cx) => {}
        Err(cause) => return Err(cause),
        Ok(()) => {}
    }
    Ok(Outcome::tag(tag(stmt.kind, false)))
}

fn give(stmt: &Owner, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    snapshot.users.check(&stmt.owner)?;
    let mut draft = Draft::new(Arc::clone(&snapshot));
    let rules = *cx.rules;
    let (id, of_type, name, privileges): (u32, bool, String, &mut Option<PrivilegeDescriptor>) =
        match stmt.kind {
            ObjectKind::Database => {
                let id = snapshot.resolve_database(stmt.name.object())?.id;
                let desc = draft.database(id)?;
                (id, false, desc.name.clone(), &mut desc.privileges)
            }
            ObjectKind::Schema => {
                let id = snapshot.resolve_schema(&stmt.name, cx.name_scope())?.schema;
                let desc = draft.schema(id)?;
                (id, false, desc.name.clone(), &mut desc.privileges)
            }
            ObjectKind::Type => {
                let id = snapshot.resolve_type(&stmt.name, cx.name_scope())?.id;
                let desc = draft.type_desc(id)?;
                (id, true, desc.name.clone(), &mut desc.privileges)
            }
            ObjectKind::Function | ObjectKind::Procedure => {
                let id = routine::resolve(&stmt.name, &snapshot, cx)?.id;
                let desc = draft.function(id)?;
                (id, false, desc.name.clone(), &mut desc.privileges)
            }
            ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index => {
                let id = relation(stmt.kind, &stmt.name, &snapshot, cx)?.id;
                let desc = draft.table(id)?;
                (id, false, desc.name.clone(), &mut desc.privileges)
            }
        };
    let privileges = privileges.get_or_insert_with(|| privilege::for_owner(&stmt.owner, rules));
    cx.require_owner(&snapshot, Some(privileges), (wanted(stmt.kind), &name))?;
    privileges.owner.clone_from(&stmt.owner);
    draft.write(cx)?;
    note(&Statement::Owner(stmt.clone()), id, of_type, cx)
}

/// Runs REASSIGN OWNED BY: everything of some roles in this database, and the database itself.
pub(crate) fn reassign(stmt: &ReassignOwned, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("REASSIGN OWNED BY")?;
    let snapshot = cx.snapshot()?;
    let user = cx.session.user.clone();
    for role in stmt.from.iter().chain([&stmt.to]) {
        snapshot.users.check(role)?;
        if !snapshot.users.is_admin(&user) && !snapshot.users.identities(&user).contains(&**role) {
            let text = format!("must be member of role \"{role}\"");
            return Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into());
        }
    }
    let db = snapshot.resolve_database(&cx.session.database)?.id;
    let mut draft = Draft::new(Arc::clone(&snapshot));
    for desc in snapshot.descriptors().filter(|desc| desc.state() == State::Public) {
        let owner = desc.privileges().map_or("", |held| held.owner.as_str());
        let is_here = desc.id() == db || desc.parents().0 == db;
        if !is_here || !stmt.from.iter().any(|role| role == owner) {
            continue;
        }
        let id = desc.id();
        let held = match &desc.union {
            Some(Union::Table(_)) => &mut draft.table(id)?.privileges,
            Some(Union::Database(_)) => &mut draft.database(id)?.privileges,
            Some(Union::Type(_)) => &mut draft.type_desc(id)?.privileges,
            Some(Union::Schema(_)) => &mut draft.schema(id)?.privileges,
            Some(Union::Function(_)) => &mut draft.function(id)?.privileges,
            None => continue,
        };
        if let Some(held) = held {
            held.owner.clone_from(&stmt.to);
        }
    }
    draft.write(cx)?;
    Ok(Outcome::tag("REASSIGN OWNED BY"))
}
