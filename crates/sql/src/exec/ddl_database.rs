//! CREATE DATABASE, CREATE SCHEMA, ALTER DATABASE.

use base::sqlstate::SqlState;

use super::ddl::Draft;
use crate::ast::ddl::{AlterDatabase, CreateDatabase, CreateSchema, DatabaseChange};
use crate::catalog::descpb::{SchemaDescriptor, SchemaEntry};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::system::PUBLIC_SCHEMA;
use crate::catalog::{system, write};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;

/// Runs CREATE DATABASE.
pub(crate) fn create(stmt: &CreateDatabase, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE DATABASE")?;
    let name = &stmt.name;
    if name.is_empty() {
        return Err(CatalogError::refused(SqlState::SYNTAX_ERROR, "empty database name").into());
    }
    let snapshot = cx.snapshot()?;
    if !snapshot.users.has_option(&cx.session.user, "CREATEDB") {
        let text = "permission denied to create database";
        return Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into());
    }
    if snapshot.id_of(0, 0, name).is_some() {
        if stmt.if_not_exists {
            let what = format!("database \"{name}\"");
            cx.notice_skip(what, "already exists", SqlState::DUPLICATE_DATABASE);
            return Ok(Outcome::tag("CREATE DATABASE"));
        }
        return Err(CatalogError::exists(Kind::Database, name).into());
    }
    if let Some((option, _)) = stmt.options.iter().find(|(option, _)| {
        option.contains("REGION") || option.contains("SURVIVE") || option.contains("PLACEMENT")
    }) {
        return Err(CatalogError::unsupported(format_args!("{option} of databases")).into());
    }
    let id = cx.new_desc_id()?;
    let rules = *cx.rules;
    let owner = cx.session.user.clone();
    let (mut db, mut schema) = system::new_database(name, id, rules, &owner);
    if let Some(schema) = &mut schema {
        schema.id = cx.new_desc_id()?;
        if let Some(entry) = db.schemas.get_mut("public") {
            entry.id = schema.id;
        }
    }
    let now = cx.clock.now();
    let mut sys = cx.sys_changing()?;
    match schema {
        Some(schema) => write::create(&mut sys, schema, now)?,
        None => write::set_name(&mut sys, id, 0, "public", PUBLIC_SCHEMA)?,
    }
    write::create(&mut sys, db, now)?;
    Ok(Outcome::tag("CREATE DATABASE"))
}

/// Runs CREATE SCHEMA.
pub(crate) fn create_schema(stmt: &CreateSchema, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE SCHEMA")?;
    let snapshot = cx.snapshot()?;
    let parts = stmt.name.as_ref().map(|name| name.parts.as_slice()).unwrap_or_default();
    let owner = stmt.owner.clone().unwrap_or_else(|| cx.session.user.clone());
    snapshot.users.check(&owner)?;
    let (db_name, name) = match parts {
        [] => (cx.session.database.clone(), owner.clone()),
        [name] => (cx.session.database.clone(), name.clone()),
        [db, name, ..] => (db.clone(), name.clone()),
    };
    let db = snapshot.resolve_database(&db_name)?;
    cx.require(&snapshot, db.privileges.as_ref(), Privilege::Create, (Kind::Database, &db.name))?;
    if snapshot.id_of(db.id, 0, &name).is_some() || is_virtual(&name) {
        if stmt.if_not_exists {
            let what = format!("schema \"{name}\"");
            cx.notice_skip(what, "already exists", SqlState::DUPLICATE_SCHEMA);
            return Ok(Outcome::tag("CREATE SCHEMA"));
        }
        return Err(CatalogError::exists(Kind::Schema, name).into());
    }
    if name.starts_with("pg_") {
        let error = CatalogError::refused(
            SqlState::RESERVED_NAME,
            format!("unacceptable schema name \"{name}\""),
        );
        return Err(error.with_detail("The prefix \"pg_\" is reserved for system schemas.").into());
    }
    let (db_id, rules) = (db.id, *cx.rules);
    let id = cx.new_desc_id()?;
    let schema = SchemaDescriptor {
        parent_id: db_id,
        name: name.clone(),
        id,
        privileges: Some(privilege::for_owner(&owner, rules)),
        ..Default::default()
    };
    let mut draft = Draft::new(snapshot);
    draft.database(db_id)?.schemas.insert(name, SchemaEntry { id, dropped: false });
    draft.write(cx)?;
    let now = cx.clock.now();
    write::create(&mut cx.sys_changing()?, schema, now)?;
    Ok(Outcome::tag("CREATE SCHEMA"))
}

fn is_virtual(name: &str) -> bool {
    crate::catalog::names::VIRTUAL_SCHEMAS.contains(&name)
}

/// Runs what ALTER DATABASE has besides names, owners and zones.
pub(crate) fn alter(stmt: &AlterDatabase, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let snapshot = cx.snapshot()?;
    snapshot.resolve_database(&stmt.name)?;
    let what = match &stmt.change {
        DatabaseChange::AddRegion(..) => "ALTER DATABASE … ADD REGION",
        DatabaseChange::DropRegion(..) => "ALTER DATABASE … DROP REGION",
        DatabaseChange::PrimaryRegion(_) => "ALTER DATABASE … PRIMARY REGION",
        DatabaseChange::Survive(_) => "ALTER DATABASE … SURVIVE",
        DatabaseChange::Setting(..) => "ALTER DATABASE … SET",
        DatabaseChange::Other(_) => "this form of ALTER DATABASE",
    };
    Err(CatalogError::unsupported(what).into())
}
