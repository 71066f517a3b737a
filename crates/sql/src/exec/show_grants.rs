//! SHOW GRANTS in its forms, SHOW USERS and ROLES.
//!
//! *Source*: `spec/system-tables.md` §5.

use super::grant;
use super::show::{current_database, texts};
use crate::ast::grant::GrantTarget;
use crate::catalog::descpb::{Descriptor, PrivilegeDescriptor, State, Union};
use crate::catalog::error::Error as CatalogError;
use crate::catalog::names::kind_of;
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Notice, Rows};
use crate::rules::Rules;
use crate::types::{Datum, Type};
use base::sort;

/// SHOW USERS, SHOW ROLES.
pub(crate) fn users(cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let late = cx.rules.user_ids();
    let list = Type::array(Type::STRING);
    let mut columns = texts(&["username"]);
    columns.push(Column::new("options", if late { list.clone() } else { Type::STRING }));
    columns.push(Column::new("member_of", list));
    if late {
        columns.push(Column::new("estimated_last_login_time", Type::TIMESTAMPTZ));
        cx.notice(Notice::new(
            "estimated_last_login_time is computed on a best effort basis; it is not guaranteed to \
             capture every login event",
        ));
    }
    let mut rows = Vec::new();
    for (name, user) in snapshot.users.iter() {
        let options: Vec<String> = user
            .options
            .iter()
            .map(|(word, value)| match value {
                Some(value) => format!("{word}={value}"),
                None => word.clone(),
            })
            .collect();
        let roles = snapshot.users.roles_of(name).map(|(role, _)| Datum::from(role)).collect();
        let shown = if late {
            Datum::array(options.into_iter().map(Datum::from).collect())
        } else {
            Datum::from(options.join(", "))
        };
        let mut row = vec![Datum::from(name), shown, Datum::array(roles)];
        if late {
            row.push(Datum::Null);
        }
        rows.push(row);
    }
    Ok(Rows { columns, rows })
}

/// One privilege of one grantee.
struct Entry<'a> {
    grantee: &'a str,
    privilege: Privilege,
    grantable: bool,
}

/// Entries of an object in order: by grantee, then by privilege.
fn entries(privileges: Option<&PrivilegeDescriptor>) -> Vec<Entry<'_>> {
    let mut all = Vec::new();
    for user in privileges.iter().flat_map(|privileges| &privileges.users) {
        let every = user.with_grant_option & Privilege::All.bit() != 0;
        for privilege in Privilege::of_bits(user.privileges) {
            let grantable = every || user.with_grant_option & privilege.bit() != 0;
            all.push(Entry { grantee: &user.user, privilege, grantable });
        }
    }
    all
}

/// SHOW GRANTS.
pub(crate) fn grants(
    on: Option<&GrantTarget>,
    grantees: &[String],
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    for name in grantees {
        snapshot.users.check(name)?;
    }
    let rules = *cx.rules;
    let wanted = |grantee: &str| grantees.is_empty() || grantees.iter().any(|name| name == grantee);
    match on {
        None => all_grants(&wanted, &snapshot, cx),
        Some(GrantTarget::ExternalConnections(names)) => {
            let mut rows = Vec::new();
            for (user, path, held, options) in snapshot.users.system_privileges() {
                let Some(name) = path.strip_prefix("/externalconn/") else { continue };
                if !names.iter().any(|known| known == name) || !wanted(user) {
                    continue;
                }
                for word in held {
                    rows.push(vec![
                        Datum::from(name),
                        Datum::from(user),
                        Datum::from(word.as_str()),
                        Datum::Bool(options.contains(word)),
                    ]);
                }
            }
            let mut columns = texts(&["connection_name", "grantee", "privilege_type"]);
            columns.push(Column::new("is_grantable", Type::Bool));
            Ok(Rows { columns, rows })
        }
        Some(target) => {
            let found = grant::targets(target, &snapshot, cx)?;
            let mut rows = Vec::new();
            for (_, id) in found {
                let Some(desc) = snapshot.descriptor(id) else { continue };
                let place = place(desc, &snapshot);
                for entry in entries(desc.privileges()).into_iter().filter(|e| wanted(e.grantee)) {
                    rows.push(row(&place, &entry, rules));
                }
            }
            sort::natural(&mut rows);
            Ok(Rows { columns: columns_for(target, rules), rows })
        }
    }
}

fn columns_for(target: &GrantTarget, rules: Rules) -> Vec<Column> {
    let mut names = vec!["database_name"];
    match target {
        GrantTarget::Databases(_) => {}
        GrantTarget::Schemas(_) => names.push("schema_name"),
        GrantTarget::Types(_) => names.extend(["schema_name", "type_name"]),
        GrantTarget::Functions(_) => names.extend(["schema_name", "routine_signature"]),
        GrantTarget::Tables(_)
        | GrantTarget::Sequences(_)
        | GrantTarget::AllInSchemas(..)
        | GrantTarget::Roles
        | GrantTarget::System
        | GrantTarget::ExternalConnections(_) => names.extend(["schema_name", "table_name"]),
    }
    names.extend(["grantee", "privilege_type"]);
    let mut columns = texts(&names);
    if rules.grant_options() {
        columns.push(Column::new("is_grantable", Type::Bool));
    }
    columns
}

/// The names of an object, outermost first.
fn place(desc: &Descriptor, snapshot: &Snapshot) -> Vec<String> {
    match &desc.union {
        Some(Union::Database(db)) => vec![db.name.clone()],
        Some(Union::Schema(schema)) => {
            let db = snapshot.database(schema.parent_id).map_or("", |db| &db.name);
            vec![db.to_owned(), schema.name.clone()]
        }
        Some(Union::Table(table)) => snapshot.full_name(table).into(),
        Some(Union::Type(ty)) => snapshot.full_type_name(ty).into(),
        Some(Union::Function(desc)) => {
            let db = snapshot.database(desc.parent_id).map_or("", |db| &db.name);
            let schema = snapshot.schema_name(desc.parent_schema_id);
            vec![db.to_owned(), schema.to_owned(), super::routine::signature(desc, snapshot)]
        }
        None => Vec::new(),
    }
}

fn row(place: &[String], entry: &Entry<'_>, rules: Rules) -> Vec<Datum> {
    let mut row: Vec<Datum> = place.iter().map(|part| Datum::from(part.as_str())).collect();
    row.push(Datum::from(entry.grantee));
    row.push(Datum::from(entry.privilege.word()));
    if rules.grant_options() {
        row.push(Datum::Bool(entry.grantable));
    }
    row
}

/// SHOW GRANTS without ON: everything in the current database.
fn all_grants(
    wanted: &dyn Fn(&str) -> bool,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<Rows, Error> {
    let rules = *cx.rules;
    let db = snapshot.resolve_database(&current_database(cx)?)?.id;
    let late = rules.grant_options();
    let mut columns = texts(&["database_name", "schema_name"]);
    if late {
        columns.extend(texts(&["object_name", "object_type"]));
    } else {
        columns.extend(texts(&["relation_name"]));
    }
    columns.extend(texts(&["grantee", "privilege_type"]));
    if late {
        columns.push(Column::new("is_grantable", Type::Bool));
    }
    let mut rows = Vec::new();
    for desc in snapshot.descriptors() {
        let inside = desc.id() == db || desc.parents().0 == db;
        if !inside || desc.state() != State::Public {
            continue;
        }
        let kind = match &desc.union {
            Some(Union::Table(table)) => kind_of(table).word(),
            Some(Union::Type(_)) => "type",
            Some(Union::Schema(_)) => "schema",
            Some(Union::Database(_) | Union::Function(_)) | None => "database",
        };
        let mut names: Vec<Datum> = place(desc, snapshot).into_iter().map(Datum::from).collect();
        names.resize(3, Datum::Null);
        if late {
            names.push(Datum::from(kind));
        }
        for entry in entries(desc.privileges()).into_iter().filter(|e| wanted(e.grantee)) {
            let mut made = names.clone();
            made.extend(row(&[], &entry, rules));
            rows.push(made);
        }
    }
    sort::natural(&mut rows);
    Ok(Rows { columns, rows })
}

/// SHOW GRANTS ON ROLE.
pub(crate) fn role_grants(
    roles: &[String],
    grantees: &[String],
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let mut columns = texts(&["role_name", "member"]);
    columns.push(Column::new("is_admin", Type::Bool));
    let fits = |given: &[String], name: &str| given.is_empty() || given.iter().any(|g| g == name);
    let rows = snapshot
        .users
        .memberships()
        .into_iter()
        .filter(|(role, member, _)| fits(roles, role) && fits(grantees, member))
        .map(|(role, member, admin)| {
            vec![Datum::from(role), Datum::from(member), Datum::Bool(admin)]
        })
        .collect();
    Ok(Rows { columns, rows })
}

/// SHOW SYSTEM GRANTS.
pub(crate) fn system_grants(grantees: &[String], cx: &mut Cx<'_>) -> Result<Rows, Error> {
    if !cx.rules.system_privileges() {
        return Err(CatalogError::unsupported("system privileges before v22.2").into());
    }
    let snapshot = cx.snapshot()?;
    let mut columns = texts(&["grantee", "privilege_type"]);
    columns.push(Column::new("is_grantable", Type::Bool));
    let mut rows = Vec::new();
    for (user, path, held, options) in snapshot.users.system_privileges() {
        if path != "/global/" || !(grantees.is_empty() || grantees.iter().any(|g| g == user)) {
            continue;
        }
        for word in held {
            rows.push(vec![
                Datum::from(user),
                Datum::from(word.as_str()),
                Datum::Bool(options.contains(word)),
            ]);
        }
    }
    Ok(Rows { columns, rows })
}

/// SHOW DEFAULT PRIVILEGES of the current user in the current database.
pub(crate) fn default_privileges(cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let db = snapshot.resolve_database(&current_database(cx)?)?;
    let mut columns = vec![
        Column::new("role", Type::STRING),
        Column::new("for_all_roles", Type::Bool),
        Column::new("object_type", Type::STRING),
        Column::new("grantee", Type::STRING),
        Column::new("privilege_type", Type::STRING),
    ];
    if cx.rules.grant_options() {
        columns.push(Column::new("is_grantable", Type::Bool));
    }
    let schemas = snapshot.schemas().filter(|schema| schema.parent_id == db.id);
    let all = db.default_privileges.iter();
    let all = all.chain(schemas.filter_map(|schema| schema.default_privileges.as_ref()));
    let mut rows = Vec::new();
    for role in all.flat_map(|defaults| &defaults.roles) {
        let name =
            role.explicit_role.as_ref().map_or(Datum::Null, |r| Datum::from(r.user.as_str()));
        for (number, given) in &role.by_object {
            let object = match number {
                1 => "tables",
                2 => "sequences",
                3 => "types",
                _ => "schemas",
            };
            for entry in entries(Some(given)) {
                let mut made = vec![
                    name.clone(),
                    Datum::Bool(role.for_all_roles.is_some()),
                    Datum::from(object),
                ];
                made.extend(row(&[], &entry, *cx.rules));
                rows.push(made);
            }
        }
    }
    sort::natural(&mut rows);
    Ok(Rows { columns, rows })
}
