//! GRANT and REVOKE: on objects (bits in descriptors), on the system (rows of `system.privileges`), of roles (rows of
//! `system.role_members`).
//!
//! *Source*: CockroachDB's GRANT page; `spec/system-tables.md` §2.2.

use std::sync::Arc;

use base::sort;
use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use crate::ast::grant::{Grant, GrantTarget};
use crate::ast::{Name, ObjectName, Statement, TablePattern};
use crate::catalog::descpb::{PrivilegeDescriptor, State};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Place, kind_of};
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::system::ids;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::types::Datum;

/// Runs GRANT or REVOKE.
pub(crate) fn run(stmt: &Grant, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let tag = if stmt.revoke { "REVOKE" } else { "GRANT" };
    cx.check_writable(tag)?;
    let snapshot = cx.snapshot()?;
    let grantees = names(&stmt.grantees, cx);
    if !matches!(stmt.target, GrantTarget::Roles) {
        for name in &grantees {
            snapshot.users.check(name)?;
        }
    }
    match &stmt.target {
        GrantTarget::Roles => roles(stmt, &grantees, &snapshot, cx)?,
        GrantTarget::System => path(stmt, &grantees, "/global/", Kind::System, &snapshot, cx)?,
        GrantTarget::ExternalConnections(connections) => {
            for name in connections {
                let at = format!("/externalconn/{name}");
                path(stmt, &grantees, &at, Kind::ExternalConnection, &snapshot, cx)?;
            }
        }
        GrantTarget::Databases(_)
        | GrantTarget::Schemas(_)
        | GrantTarget::Tables(_)
        | GrantTarget::Sequences(_)
        | GrantTarget::Types(_)
        | GrantTarget::Functions(_)
        | GrantTarget::AllInSchemas(..) => objects(stmt, &grantees, &snapshot, cx)?,
    }
    Ok(Outcome::tag(tag))
}

/// Grantees as they are looked up: `CURRENT_USER` and its kin stand for the session's user.
fn names(given: &[Name], cx: &Cx<'_>) -> Vec<String> {
    given
        .iter()
        .map(|name| match name.as_str() {
            "current_user" | "session_user" | "current_role" => cx.session.user.clone(),
            other => other.to_owned(),
        })
        .collect()
}

/// Objects that a target names, by kind and id.
pub(crate) fn targets(
    target: &GrantTarget,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<Vec<(Kind, u32)>, Error> {
    let mut found = Vec::new();
    match target {
        GrantTarget::Databases(names) => {
            for name in names {
                found.push((Kind::Database, snapshot.resolve_database(name)?.id));
            }
        }
        GrantTarget::Schemas(names) => {
            for name in names {
                let place = snapshot.resolve_schema(name, cx.name_scope())?;
                found.push((Kind::Schema, place.schema));
            }
        }
        GrantTarget::Tables(patterns) | GrantTarget::Sequences(patterns) => {
            let sequences = matches!(target, GrantTarget::Sequences(_));
            for pattern in patterns {
                found.extend(pattern_tables(pattern, sequences, snapshot, cx)?);
            }
        }
        GrantTarget::Types(names) => {
            for name in names {
                found.push((Kind::Type, snapshot.resolve_type(name, cx.name_scope())?.id));
            }
        }
        GrantTarget::AllInSchemas(word, schemas) => {
            for name in schemas {
                let place = snapshot.resolve_schema(name, cx.name_scope())?;
                if matches!(word.as_str(), "FUNCTIONS" | "PROCEDURES" | "ROUTINES") {
                    let here = snapshot.functions().filter(|desc| {
                        desc.parent_schema_id == place.schema
                            && desc.is_procedure != (word == "FUNCTIONS")
                            && desc.state == i32::from(State::Public)
                    });
                    found.extend(here.map(|desc| (Kind::Function, desc.id)));
                    continue;
                }
                found.extend(in_schema(&place, word == "SEQUENCES", snapshot));
            }
        }
        GrantTarget::Functions(names) => {
            for name in names {
                found.push((Kind::Function, super::routine::resolve(name, snapshot, cx)?.id));
            }
        }
        GrantTarget::Roles | GrantTarget::System | GrantTarget::ExternalConnections(_) => {}
    }
    Ok(found)
}

fn pattern_tables(
    pattern: &TablePattern,
    sequences: bool,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<Vec<(Kind, u32)>, Error> {
    match pattern {
        TablePattern::Name(name) => {
            let desc = snapshot.resolve_relation(name, cx.name_scope())?;
            let kind = kind_of(desc);
            if sequences && kind != Kind::Sequence {
                let name = desc.name.clone();
                return Err(CatalogError::WrongKind { name, wanted: Kind::Sequence }.into());
            }
            Ok(vec![(kind, desc.id)])
        }
        TablePattern::All(prefix) => {
            let name = match prefix.as_slice() {
                [] => ObjectName { parts: vec![cx.session.database.clone(), "public".to_owned()] },
                [one] if snapshot.database_by_name(one).is_some() => {
                    ObjectName { parts: vec![one.clone(), "public".to_owned()] }
                }
                parts => ObjectName { parts: parts.to_vec() },
            };
            let place = snapshot.resolve_schema(&name, cx.name_scope())?;
            Ok(in_schema(&place, sequences, snapshot))
        }
    }
}

fn in_schema(place: &Place, sequences: bool, snapshot: &Snapshot) -> Vec<(Kind, u32)> {
    snapshot
        .names(place.database, place.schema)
        .filter_map(|(_, id)| snapshot.table_desc(id))
        .filter(|desc| desc.state() == State::Public)
        .map(|desc| (kind_of(desc), desc.id))
        .filter(|(kind, _)| !sequences || *kind == Kind::Sequence)
        .collect()
}

fn parse(stmt: &Grant, kind: Kind, cx: &Cx<'_>) -> Result<u64, Error> {
    let valid = Privilege::valid_on(kind, *cx.rules);
    let mut bits = 0;
    for word in &stmt.privileges {
        let privilege = Privilege::parse(word)?;
        if !valid.contains(&privilege) {
            let on = match kind {
                Kind::View | Kind::MaterializedView => "table",
                Kind::Relation
                | Kind::Table
                | Kind::Sequence
                | Kind::Database
                | Kind::Schema
                | Kind::Type
                | Kind::Index
                | Kind::Column
                | Kind::Constraint
                | Kind::Role
                | Kind::ClusterSetting
                | Kind::Variable
                | Kind::Job
                | Kind::System
                | Kind::ExternalConnection
                | Kind::Function => kind.word(),
            };
            let text = format!("invalid privilege type {} for {on}", privilege.word());
            return Err(CatalogError::refused(SqlState::INVALID_GRANT_OPERATION, text).into());
        }
        bits |= privilege.bit();
    }
    Ok(bits)
}

fn objects(
    stmt: &Grant,
    grantees: &[String],
    snapshot: &Arc<Snapshot>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let found = targets(&stmt.target, snapshot, cx)?;
    let mut draft = Draft::new(Arc::clone(snapshot));
    for (kind, id) in &found {
        let bits = parse(stmt, *kind, cx)?;
        let valid = Privilege::valid_on(*kind, *cx.rules);
        let privileges = match kind {
            Kind::Database => &mut draft.database(*id)?.privileges,
            Kind::Schema => &mut draft.schema(*id)?.privileges,
            Kind::Type => &mut draft.type_desc(*id)?.privileges,
            Kind::Function => &mut draft.function(*id)?.privileges,
            Kind::Relation
            | Kind::Table
            | Kind::View
            | Kind::MaterializedView
            | Kind::Sequence
            | Kind::Index
            | Kind::Column
            | Kind::Constraint
            | Kind::Role
            | Kind::ClusterSetting
            | Kind::Variable
            | Kind::Job
            | Kind::System
            | Kind::ExternalConnection => &mut draft.table(*id)?.privileges,
        };
        let name = snapshot.descriptor(*id).map_or("", |desc| desc.name());
        let desc = privileges.get_or_insert_with(PrivilegeDescriptor::default);
        may_grant(desc, bits, (*kind, name), snapshot, cx)?;
        for grantee in grantees {
            if stmt.revoke {
                privilege::revoke(desc, grantee, bits, &valid, stmt.option_for);
            } else {
                let option = stmt.with_option && cx.rules.grant_options();
                privilege::grant(desc, grantee, bits, option);
            }
        }
    }
    draft.write(cx)?;
    let changed: Vec<u32> = found.iter().map(|(_, id)| *id).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let description = ddl::describe(&Statement::Grant(Box::new(stmt.clone())));
    let of_type = matches!(stmt.target, GrantTarget::Types(_));
    ddl::note_job(&JobNote { description: &description, ids: &changed, of_type }, cx)?;
    Ok(())
}

/// A user may grant what it may hand on: as an admin, as the owner, or by a grant option (21.2: by GRANT).
fn may_grant(
    desc: &PrivilegeDescriptor,
    bits: u64,
    (kind, name): (Kind, &str),
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<(), Error> {
    let user = cx.session.user.as_str();
    let identities = snapshot.users.identities(user);
    if snapshot.users.is_admin(user) && !snapshot_is_node(desc)
        || identities.contains(desc.owner.as_str())
    {
        return Ok(());
    }
    let all = Privilege::All.bit();
    let allowed = desc.users.iter().any(|entry| {
        let held = if cx.rules.grant_options() {
            entry.with_grant_option
        } else {
            entry.privileges & (all | Privilege::Grant.bit())
        };
        identities.contains(entry.user.as_str())
            && (held & all != 0
                || (cx.rules.grant_options() && held & bits == bits)
                || (!cx.rules.grant_options() && held != 0))
    });
    if allowed {
        return Ok(());
    }
    let privilege = "GRANT";
    if cx.rules.grant_options() {
        let words: Vec<&str> = Privilege::of_bits(bits).into_iter().map(Privilege::word).collect();
        let text =
            format!("user {user} missing WITH GRANT OPTION privilege on {}", words.join(", "));
        return Err(CatalogError::refused(SqlState::WARNING_PRIVILEGE_NOT_GRANTED, text).into());
    }
    let (user, name) = (user.to_owned(), name.to_owned());
    Err(CatalogError::Privilege { user, privilege, kind, name }.into())
}

/// What belongs to the system itself is not handed on.
fn snapshot_is_node(desc: &PrivilegeDescriptor) -> bool {
    desc.owner == crate::catalog::users::NODE
}

/// Privileges that stand in `system.privileges` under a path.
fn path(
    stmt: &Grant,
    grantees: &[String],
    path: &str,
    kind: Kind,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    if !cx.rules.system_privileges() {
        return Err(CatalogError::unsupported("system privileges before v22.2").into());
    }
    parse(stmt, kind, cx)?;
    if !snapshot.users.is_admin(&cx.session.user) {
        let words = stmt.privileges.join(", ");
        let text =
            format!("user {} missing WITH GRANT OPTION privilege on {words}", cx.session.user);
        return Err(CatalogError::refused(SqlState::WARNING_PRIVILEGE_NOT_GRANTED, text).into());
    }
    for grantee in grantees {
        let (mut held, mut options) = snapshot
            .users
            .system_privileges()
            .find(|(user, at, ..)| user == grantee && *at == path)
            .map(|(_, _, held, options)| (held.to_vec(), options.to_vec()))
            .unwrap_or_default();
        for word in &stmt.privileges {
            let word = Privilege::parse(word)?.word().to_owned();
            if stmt.revoke {
                options.retain(|known| *known != word && word != "ALL");
                if !stmt.option_for {
                    held.retain(|known| *known != word && word != "ALL");
                }
            } else {
                add(&mut held, &word);
                if stmt.with_option {
                    add(&mut options, &word);
                }
            }
        }
        write_path(grantee, path, &held, &options, snapshot, cx)?;
    }
    Ok(())
}

fn add(words: &mut Vec<String>, word: &str) {
    if !words.iter().any(|known| known == word) {
        words.push(word.to_owned());
        sort::natural(words);
    }
}

fn write_path(
    user: &str,
    path: &str,
    held: &[String],
    options: &[String],
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let id = snapshot.users.get(user).map_or(4, |user| user.id);
    let mut sys = cx.sys_changing()?;
    let key = [Datum::from(user), Datum::from(path)];
    if held.is_empty() {
        sys.delete(ids::PRIVILEGES, &key)?;
        return Ok(());
    }
    let array = |words: &[String]| {
        Datum::array(words.iter().map(|word| Datum::from(word.as_str())).collect())
    };
    let [user, path] = key;
    let row = [
        ("username", user),
        ("path", path),
        ("privileges", array(held)),
        ("grant_options", array(options)),
        ("user_id", Datum::Oid(id)),
    ];
    sys.upsert(ids::PRIVILEGES, &row)?;
    Ok(())
}

/// Membership in roles.
fn roles(
    stmt: &Grant,
    grantees: &[String],
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let user = cx.session.user.clone();
    for role in &stmt.privileges {
        let role = role.to_lowercase();
        snapshot.users.check(&role)?;
        let admin = snapshot.users.is_admin(&user)
            || snapshot.users.roles_of(&user).any(|(name, admin)| name == role && admin);
        if !admin {
            let text = if role == "admin" {
                format!("{user} is not a role admin for role {role}")
            } else {
                format!("{user} is not a superuser or role admin for role {role}")
            };
            return Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into());
        }
        for member in grantees {
            snapshot.users.check(member)?;
            if stmt.revoke {
                leave(&role, member, stmt.option_for, cx)?;
            } else {
                join(&role, member, stmt.with_option, snapshot, cx)?;
            }
        }
    }
    Ok(())
}

fn join(
    role: &str,
    member: &str,
    with_admin: bool,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    if role == member {
        let text = format!("{role} cannot be a member of itself");
        return Err(CatalogError::refused(SqlState::INVALID_GRANT_OPERATION, text).into());
    }
    if snapshot.users.identities(role).contains(member) {
        let text = format!("making {member} a member of {role} would create a cycle");
        return Err(CatalogError::refused(SqlState::INVALID_GRANT_OPERATION, text).into());
    }
    let had = snapshot.users.roles_of(member).any(|(name, admin)| name == role && admin);
    let id = |name: &str| Datum::Oid(snapshot.users.get(name).map_or(0, |user| user.id));
    let mut row = vec![
        ("role", Datum::from(role)),
        ("member", Datum::from(member)),
        ("isAdmin", Datum::Bool(with_admin || had)),
    ];
    if cx.rules.user_ids() {
        row.extend([("role_id", id(role)), ("member_id", id(member))]);
    }
    cx.sys_changing()?.upsert(ids::ROLE_MEMBERS, &row)?;
    Ok(())
}

fn leave(role: &str, member: &str, option_only: bool, cx: &mut Cx<'_>) -> Result<(), Error> {
    if role == "admin" && member == "root" {
        let text = "user root cannot be removed from role admin or lose the ADMIN OPTION";
        return Err(CatalogError::refused(SqlState::OBJECT_IN_USE, text).into());
    }
    let key = [Datum::from(role), Datum::from(member)];
    let mut sys = cx.sys_changing()?;
    if !option_only {
        sys.delete(ids::ROLE_MEMBERS, &key)?;
    } else if sys.row(ids::ROLE_MEMBERS, &key)?.is_some() {
        let [role, member] = key;
        let row = [("role", role), ("member", member), ("isAdmin", Datum::Bool(false))];
        sys.upsert(ids::ROLE_MEMBERS, &row)?;
    }
    Ok(())
}
