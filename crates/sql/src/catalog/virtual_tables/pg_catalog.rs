//! `pg_catalog`: the few tables that tools ask for first.
//!
//! *Source*: PostgreSQL's catalog pages, as CockroachDB answers them. Left out: everything that no tool of this project
//! reads. Oids are descriptor ids.

#![expect(clippy::unnecessary_wraps, reason = "every table is filled through one signature")]

use super::{Def, View, text};
use crate::catalog::descpb::{State, TableDescriptor, TypeKind};
use crate::catalog::error::Kind;
use crate::catalog::names::{VIRTUAL_SCHEMAS, kind_of};
use crate::catalog::snapshot::Snapshot;
use crate::error::Error;
use crate::exec;
use crate::types::{Datum, oid};

/// The tables.
pub(super) const TABLES: &[Def] = &[
    Def::both(
        "pg_namespace",
        "oid OID, nspname STRING, nspowner OID, nspacl STRING[]",
        fill_namespace,
    ),
    Def::both(
        "pg_class",
        "oid OID, relname STRING, relnamespace OID, reltype OID, reloftype OID, relowner OID, relkind STRING, relnatts INT8, relhasindex BOOL, relpersistence STRING",
        fill_class,
    ),
    Def::both(
        "pg_attribute",
        "attrelid OID, attname STRING, atttypid OID, attnum INT8, attnotnull BOOL, atthasdef BOOL, attisdropped BOOL, atttypmod INT8",
        fill_attribute,
    ),
    Def::both(
        "pg_index",
        "indexrelid OID, indrelid OID, indnatts INT8, indisunique BOOL, indisprimary BOOL, indisvalid BOOL",
        fill_index,
    ),
    Def::both(
        "pg_database",
        "oid OID, datname STRING, datdba OID, encoding INT8, datcollate STRING, datctype STRING, datistemplate BOOL, datallowconn BOOL",
        fill_database,
    ),
    Def::both(
        "pg_type",
        "oid OID, typname STRING, typnamespace OID, typtype STRING, typelem OID, typarray OID",
        fill_type,
    ),
    Def::both(
        "pg_enum",
        "oid OID, enumtypid OID, enumsortorder FLOAT, enumlabel STRING",
        fill_enum,
    ),
    Def::both(
        "pg_roles",
        "oid OID, rolname STRING, rolsuper BOOL, rolinherit BOOL, rolcreaterole BOOL, rolcreatedb BOOL, rolcanlogin BOOL",
        fill_roles,
    ),
    Def::both(
        "pg_user",
        "usename STRING, usesysid OID, usecreatedb BOOL, usesuper BOOL",
        fill_user,
    ),
    Def::both(
        "pg_tables",
        "schemaname STRING, tablename STRING, tableowner STRING, tablespace STRING, hasindexes BOOL, hasrules BOOL, hastriggers BOOL, rowsecurity BOOL",
        fill_tables,
    ),
    Def::both(
        "pg_views",
        "schemaname STRING, viewname STRING, viewowner STRING, definition STRING",
        fill_views,
    ),
    Def::both(
        "pg_sequences",
        "schemaname STRING, sequencename STRING, sequenceowner STRING, start_value INT8, min_value INT8, max_value INT8, increment_by INT8, cycle BOOL, cache_size INT8",
        fill_sequences,
    ),
    Def::both(
        "pg_settings",
        "name STRING, setting STRING, unit STRING, category STRING, short_desc STRING",
        fill_settings,
    ),
];

type Filled = Result<Vec<Vec<Datum>>, Error>;

fn user_oid(snapshot: &Snapshot, name: &str) -> Datum {
    // Versions without numbers get one by the place among all users.
    let at = snapshot.users.iter().position(|(known, _)| known == name);
    let number = snapshot.users.get(name).map_or(0, |user| user.id);
    let place = at.map_or(0, base::num::to_u32);
    Datum::Oid(if number > 0 { number } else { place + 1 })
}

fn owner(snapshot: &Snapshot, id: u32) -> &str {
    let privileges = snapshot.descriptor(id).and_then(|desc| desc.privileges());
    privileges.map_or("node", |privileges| &privileges.owner)
}

fn relations<'a>(
    view: &'a View<'_, '_>,
) -> impl Iterator<Item = &'a std::sync::Arc<TableDescriptor>> {
    let db = view.snapshot.database_by_name(view.database).map_or(0, |db| db.id);
    view.snapshot.tables().filter(move |desc| desc.parent_id == db && desc.state() == State::Public)
}

fn fill_namespace(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let db = snapshot.database_by_name(view.database).map_or(0, |db| db.id);
    let virtual_ones = (0..).zip(VIRTUAL_SCHEMAS).map(|(at, name)| {
        vec![Datum::Oid(u32::MAX - at), text(name), user_oid(snapshot, "node"), Datum::Null]
    });
    let own = snapshot.names(db, 0).map(|(name, id)| {
        vec![Datum::Oid(id), text(name), user_oid(snapshot, owner(snapshot, id)), Datum::Null]
    });
    Ok(own.chain(virtual_ones).collect())
}

/// The letter of a relation's kind.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is left are tables")]
fn letter(desc: &TableDescriptor) -> &'static str {
    match kind_of(desc) {
        Kind::View => "v",
        Kind::MaterializedView => "m",
        Kind::Sequence => "S",
        _ => "r",
    }
}

/// A number for an index: its table's and its own.
fn index_oid(table: u32, index: u32) -> Datum {
    Datum::Oid(table.wrapping_mul(10_000).wrapping_add(index) | 0x8000_0000)
}

fn fill_class(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let mut rows = Vec::new();
    for desc in relations(view) {
        let namespace = Datum::Oid(desc.unexposed_parent_schema_id);
        let by = user_oid(snapshot, owner(snapshot, desc.id));
        let row = |oid: Datum, name: &str, kind: &str, width: usize| {
            vec![
                oid,
                text(name),
                namespace.clone(),
                Datum::Oid(0),
                Datum::Oid(0),
                by.clone(),
                text(kind),
                Datum::Int(base::num::to_i64(width)),
                Datum::Bool(kind == "r"),
                text("p"),
            ]
        };
        rows.push(row(Datum::Oid(desc.id), &desc.name, letter(desc), desc.columns.len()));
        if kind_of(desc) == Kind::Table {
            for index in std::iter::once(&desc.primary_index).chain(&desc.indexes) {
                let oid = index_oid(desc.id, index.id);
                rows.push(row(oid, &index.name, "i", index.key_column_ids.len()));
            }
        }
    }
    Ok(rows)
}

fn fill_attribute(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for desc in relations(view) {
        for column in &desc.columns {
            let ty = column.ty.as_ref().map_or(0, |ty| ty.oid);
            rows.push(vec![
                Datum::Oid(desc.id),
                text(&column.name),
                Datum::Oid(ty),
                Datum::Int(i64::from(column.id)),
                Datum::Bool(!column.nullable),
                Datum::Bool(column.default_expr.is_some()),
                Datum::Bool(false),
                Datum::Int(-1),
            ]);
        }
    }
    Ok(rows)
}

fn fill_index(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for desc in relations(view).filter(|desc| kind_of(desc) == Kind::Table) {
        for index in std::iter::once(&desc.primary_index).chain(&desc.indexes) {
            rows.push(vec![
                index_oid(desc.id, index.id),
                Datum::Oid(desc.id),
                Datum::Int(base::num::to_i64(index.key_column_ids.len())),
                Datum::Bool(index.unique),
                Datum::Bool(index.id == desc.primary_index.id),
                Datum::Bool(true),
            ]);
        }
    }
    Ok(rows)
}

fn fill_database(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    Ok(snapshot
        .databases()
        .filter(|db| db.state() == State::Public)
        .map(|db| {
            vec![
                Datum::Oid(db.id),
                text(&db.name),
                user_oid(snapshot, owner(snapshot, db.id)),
                Datum::Int(6),
                text("en_US.utf8"),
                text("en_US.utf8"),
                Datum::Bool(false),
                Datum::Bool(true),
            ]
        })
        .collect())
}

fn fill_type(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let db = snapshot.database_by_name(view.database).map_or(0, |db| db.id);
    Ok(snapshot
        .types()
        .filter(|ty| ty.parent_id == db && ty.state() == State::Public)
        .map(|ty| {
            let alias = ty.kind() == TypeKind::Alias;
            let element = ty.alias.as_ref().and_then(|alias| alias.array_contents.as_ref());
            vec![
                Datum::Oid(oid::USER_TYPE_BASE + ty.id),
                text(&ty.name),
                Datum::Oid(ty.parent_schema_id),
                text(if alias { "b" } else { "e" }),
                Datum::Oid(element.map_or(0, |element| element.oid)),
                Datum::Oid(if alias { 0 } else { oid::USER_TYPE_BASE + ty.array_type_id }),
            ]
        })
        .collect())
}

fn fill_enum(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let db = snapshot.database_by_name(view.database).map_or(0, |db| db.id);
    let mut rows = Vec::new();
    for ty in snapshot.types().filter(|ty| ty.parent_id == db && ty.state() == State::Public) {
        for (at, member) in (0..).zip(&ty.enum_members) {
            rows.push(vec![
                Datum::Oid(ty.id.wrapping_mul(1000).wrapping_add(at)),
                Datum::Oid(oid::USER_TYPE_BASE + ty.id),
                Datum::Float(f64::from(at)),
                text(&member.logical),
            ]);
        }
    }
    Ok(rows)
}

fn fill_roles(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let users = &snapshot.users;
    Ok(users
        .iter()
        .map(|(name, user)| {
            vec![
                user_oid(snapshot, name),
                text(name),
                Datum::Bool(users.is_admin(name)),
                Datum::Bool(true),
                Datum::Bool(users.has_option(name, "CREATEROLE")),
                Datum::Bool(users.has_option(name, "CREATEDB")),
                Datum::Bool(!user.is_role && !user.options.contains_key("NOLOGIN")),
            ]
        })
        .collect())
}

fn fill_user(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let users = &snapshot.users;
    Ok(users
        .iter()
        .filter(|(_, user)| !user.is_role)
        .map(|(name, _)| {
            vec![
                text(name),
                user_oid(snapshot, name),
                Datum::Bool(users.has_option(name, "CREATEDB")),
                Datum::Bool(users.is_admin(name)),
            ]
        })
        .collect())
}

fn fill_tables(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    Ok(relations(view)
        .filter(|desc| kind_of(desc) == Kind::Table)
        .map(|desc| {
            vec![
                text(snapshot.schema_name(desc.unexposed_parent_schema_id)),
                text(&desc.name),
                text(owner(snapshot, desc.id)),
                Datum::Null,
                Datum::Bool(true),
                Datum::Bool(false),
                Datum::Bool(false),
                Datum::Bool(false),
            ]
        })
        .collect())
}

fn fill_views(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    Ok(relations(view)
        .filter(|desc| kind_of(desc) == Kind::View)
        .map(|desc| {
            vec![
                text(snapshot.schema_name(desc.unexposed_parent_schema_id)),
                text(&desc.name),
                text(owner(snapshot, desc.id)),
                text(&desc.view_query),
            ]
        })
        .collect())
}

fn fill_sequences(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    Ok(relations(view)
        .filter_map(|desc| desc.sequence_opts.as_ref().map(|opts| (desc, opts)))
        .map(|(desc, opts)| {
            let mut row = vec![
                text(snapshot.schema_name(desc.unexposed_parent_schema_id)),
                text(&desc.name),
                text(owner(snapshot, desc.id)),
            ];
            row.extend(
                [opts.start, opts.min_value, opts.max_value, opts.increment].map(Datum::Int),
            );
            row.extend([Datum::Bool(false), Datum::Int(opts.cache_size.max(1))]);
            row
        })
        .collect())
}

fn fill_settings(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for (name, value) in exec::session_variables(view.cx)? {
        rows.push(vec![text(name), Datum::from(value), Datum::Null, Datum::Null, Datum::Null]);
    }
    Ok(rows)
}
