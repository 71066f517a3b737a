//! CREATE, ALTER and DROP of users and roles: rows of `system.users` and `system.role_options`.
//!
//! *Source*: CockroachDB's CREATE USER page; `spec/system-tables.md` §2.2. Left out: per-role session defaults.

use base::sqlstate::SqlState;

use super::password;
use crate::ast::expr::{Expr, Literal};
use crate::ast::grant::{AlterRole, CreateRole, DropRole, RoleChange, RoleOption};
use crate::catalog::descpb::{State, Union};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::system::{self, ids};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::types::Datum;

fn tag(verb: &str, is_role: bool, cx: &Cx<'_>) -> String {
    // Newer versions answer ROLE to both words.
    let word = if is_role || !cx.rules.old_show_create() { "ROLE" } else { "USER" };
    format!("{verb} {word}")
}

fn require_create_role(snapshot: &Snapshot, cx: &Cx<'_>) -> Result<(), Error> {
    if snapshot.users.has_option(&cx.session.user, "CREATEROLE") {
        return Ok(());
    }
    let text = format!("user {} does not have CREATEROLE privilege", cx.session.user);
    Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into())
}

/// Runs CREATE USER or ROLE.
pub(crate) fn create(stmt: &CreateRole, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE ROLE")?;
    let answer = tag("CREATE", stmt.is_role, cx);
    let snapshot = cx.snapshot()?;
    require_create_role(&snapshot, cx)?;
    let name = stmt.name.to_lowercase();
    check_name(&name)?;
    if snapshot.users.get(&name).is_some() {
        if stmt.if_not_exists {
            return Ok(Outcome::tag(answer));
        }
        return Err(CatalogError::exists(Kind::Role, name).into());
    }
    let mut row = vec![
        ("username", Datum::from(name.as_str())),
        ("hashedPassword", Datum::bytes(Vec::new())),
        ("isRole", Datum::Bool(stmt.is_role)),
    ];
    let mut id = 0;
    if cx.rules.user_ids() {
        id = next_user_id(cx)?;
        row.push(("user_id", Datum::Oid(id)));
    }
    cx.sys_changing()?.insert(ids::USERS, &row)?;
    let login =
        stmt.options.iter().any(|option| matches!(option.word.as_str(), "LOGIN" | "NOLOGIN"));
    if stmt.is_role && !login {
        write_option(&name, id, "NOLOGIN", None, cx)?;
    }
    for option in &stmt.options {
        set_option(&name, id, option, cx)?;
    }
    Ok(Outcome::tag(answer))
}

fn check_name(name: &str) -> Result<(), Error> {
    if matches!(name, "public" | "node" | "none") {
        let text = format!("role name \"{name}\" is reserved");
        return Err(CatalogError::refused(SqlState::RESERVED_NAME, text).into());
    }
    let fits = !name.is_empty()
        && name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'));
    if fits {
        return Ok(());
    }
    let error = CatalogError::refused(SqlState::INVALID_NAME, "username is invalid");
    Err(error
        .with_hint(
            "Usernames are case insensitive, must start with a letter, digit or underscore, may \
             contain letters, digits, dashes, periods, or underscores, and must not exceed 63 \
             characters.",
        )
        .into())
}

/// The next number for a user, from `role_id_seq`.
fn next_user_id(cx: &mut Cx<'_>) -> Result<u32, Error> {
    let key = system::sequence_key(ids::ROLE_ID_SEQ);
    let now = cx.clock.tick();
    let mut txn = cx.kv.begin(now).autocommit();
    let last = match cx.kv.get(&mut txn, &key)? {
        Some(value) => crate::row::decode_sequence(&value)?,
        None => 99,
    };
    let next = last + 1;
    cx.kv.put(&mut txn, &key, &crate::row::sequence_value(&key, next))?;
    let now = cx.clock.tick();
    cx.kv.commit(txn, now)?;
    u32::try_from(next).map_err(|_| CatalogError::Wire { place: "role_id_seq" }.into())
}

/// Options that stand in `system.role_options`; their opposites take them away.
const OPTIONS: &[&str] = &[
    "CREATEROLE",
    "CREATEDB",
    "CREATELOGIN",
    "CONTROLJOB",
    "CONTROLCHANGEFEED",
    "VIEWACTIVITY",
    "VIEWACTIVITYREDACTED",
    "CANCELQUERY",
    "MODIFYCLUSTERSETTING",
    "VIEWCLUSTERSETTING",
    "NOSQLLOGIN",
    "REPLICATION",
];

fn set_option(name: &str, id: u32, option: &RoleOption, cx: &mut Cx<'_>) -> Result<(), Error> {
    match option.word.as_str() {
        "PASSWORD" => {
            let salt = cx.rng.fork(&format!("salt of {name} at {}", cx.clock.now())).bytes16();
            let hashed = match &option.value {
                Some(Expr::Literal(Literal::String(text))) if !text.is_empty() => {
                    Datum::bytes(password::hash(text, salt).into_bytes())
                }
                Some(_) | None => Datum::Null,
            };
            let row = [("username", Datum::from(name)), ("hashedPassword", hashed)];
            cx.sys_changing()?.upsert(ids::USERS, &row)?;
            Ok(())
        }
        "VALID UNTIL" => {
            let value = match &option.value {
                Some(Expr::Literal(Literal::String(text))) => Some(text.as_str()),
                Some(_) | None => None,
            };
            write_option(name, id, "VALID UNTIL", value, cx)
        }
        "NOLOGIN" => write_option(name, id, "NOLOGIN", None, cx),
        "LOGIN" => remove_option(name, "NOLOGIN", cx),
        "SQLLOGIN" => remove_option(name, "NOSQLLOGIN", cx),
        word if OPTIONS.contains(&word) => write_option(name, id, word, None, cx),
        word => {
            if let Some(rest) = word.strip_prefix("NO").filter(|rest| OPTIONS.contains(rest)) {
                return remove_option(name, rest, cx);
            }
            let text = format!("unrecognized role option {}", word.to_lowercase());
            Err(CatalogError::refused(SqlState::SYNTAX_ERROR, text).into())
        }
    }
}

fn write_option(
    name: &str,
    id: u32,
    option: &str,
    value: Option<&str>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let mut row = vec![
        ("username", Datum::from(name)),
        ("option", Datum::from(option)),
        ("value", value.map_or(Datum::Null, Datum::from)),
    ];
    if cx.rules.user_ids() {
        row.push(("user_id", Datum::Oid(id)));
    }
    cx.sys_changing()?.upsert(ids::ROLE_OPTIONS, &row)?;
    Ok(())
}

fn remove_option(name: &str, option: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    let key = [Datum::from(name), Datum::from(option)];
    cx.sys_changing()?.delete(ids::ROLE_OPTIONS, &key)?;
    Ok(())
}

/// Runs ALTER USER or ROLE.
pub(crate) fn alter(stmt: &AlterRole, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER ROLE")?;
    let answer = tag("ALTER", stmt.is_role, cx);
    let snapshot = cx.snapshot()?;
    require_create_role(&snapshot, cx)?;
    let RoleChange::Options(options) = &stmt.change else {
        return Err(CatalogError::unsupported("ALTER ROLE … SET").into());
    };
    let name = stmt.name.clone().unwrap_or_default().to_lowercase();
    let Some(user) = snapshot.users.get(&name) else {
        if stmt.if_exists {
            return Ok(Outcome::tag(answer));
        }
        return Err(CatalogError::undefined(Kind::Role, name).into());
    };
    if name == "root" || name == "admin" {
        let text = format!("cannot edit {name} {}", if user.is_role { "role" } else { "user" });
        return Err(CatalogError::refused(SqlState::INSUFFICIENT_PRIVILEGE, text).into());
    }
    let id = user.id;
    for option in options {
        set_option(&name, id, option, cx)?;
    }
    Ok(Outcome::tag(answer))
}

/// Runs DROP USER or ROLE.
pub(crate) fn drop(stmt: &DropRole, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("DROP ROLE")?;
    let answer = tag("DROP", stmt.is_role, cx);
    let snapshot = cx.snapshot()?;
    require_create_role(&snapshot, cx)?;
    for name in &stmt.names {
        let name = name.to_lowercase();
        if snapshot.users.get(&name).is_none() {
            if stmt.if_exists {
                continue;
            }
            return Err(CatalogError::undefined(Kind::Role, name).into());
        }
        check_drop(&name, &snapshot, cx)?;
        remove(&name, &snapshot, cx)?;
    }
    Ok(Outcome::tag(answer))
}

/// A user that owns something, has rights, or is needed by the system stays.
fn check_drop(name: &str, snapshot: &Snapshot, cx: &Cx<'_>) -> Result<(), Error> {
    if name == "root" || name == "admin" {
        let word = if name == "root" { "user" } else { "role" };
        let text = format!("cannot drop special {word} {name}");
        return Err(CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, text).into());
    }
    if name == cx.session.user {
        let text = "current user cannot be dropped";
        return Err(CatalogError::refused(SqlState::OBJECT_IN_USE, text).into());
    }
    let (mut owned, mut granted) = (Vec::new(), Vec::new());
    for desc in snapshot.descriptors().filter(|desc| desc.state() != State::Drop) {
        let Some(privileges) = desc.privileges() else { continue };
        let (kind, full) = shown(desc, snapshot);
        if privileges.owner == name {
            owned.push(format!("owner of {kind} {full}"));
        } else if privileges.users.iter().any(|entry| entry.user == name) {
            granted.push(full);
        }
    }
    if !owned.is_empty() {
        let text = format!("role {name} cannot be dropped because some objects depend on it");
        let error = CatalogError::refused(SqlState::DEPENDENT_OBJECTS_STILL_EXIST, text);
        return Err(error.with_detail(owned.join("\n")).into());
    }
    if !granted.is_empty() {
        let text =
            format!("cannot drop role/user {name}: grants still exist on {}", granted.join(", "));
        return Err(CatalogError::dependents(text).into());
    }
    Ok(())
}

fn shown(desc: &crate::catalog::descpb::Descriptor, snapshot: &Snapshot) -> (&'static str, String) {
    match &desc.union {
        Some(Union::Table(table)) => ("table", snapshot.full_name(table).join(".")),
        Some(Union::Type(ty)) => ("type", snapshot.full_type_name(ty).join(".")),
        Some(Union::Schema(schema)) => {
            let db = snapshot.database(schema.parent_id).map_or("", |db| &db.name);
            ("schema", format!("{db}.{}", schema.name))
        }
        Some(Union::Database(_) | Union::Function(_)) | None => {
            ("database", desc.name().to_owned())
        }
    }
}

fn remove(name: &str, snapshot: &Snapshot, cx: &mut Cx<'_>) -> Result<(), Error> {
    let mut sys = cx.sys_changing()?;
    sys.delete(ids::USERS, &[Datum::from(name)])?;
    for row in sys.rows(ids::ROLE_OPTIONS, &[Datum::from(name)])? {
        let key = ["username", "option"].map(|column| row.get(column).clone());
        sys.delete(ids::ROLE_OPTIONS, &key)?;
    }
    for (role, member, _) in snapshot.users.memberships() {
        if role == name || member == name {
            sys.delete(ids::ROLE_MEMBERS, &[Datum::from(role), Datum::from(member)])?;
        }
    }
    if sys.tables.get(ids::PRIVILEGES).is_some() {
        for row in sys.rows(ids::PRIVILEGES, &[Datum::from(name)])? {
            let key = ["username", "path"].map(|column| row.get(column).clone());
            sys.delete(ids::PRIVILEGES, &key)?;
        }
    }
    Ok(())
}
