//! ALTER DEFAULT PRIVILEGES, and what new objects get by it.
//!
//! ```text
//!   ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT BACKUP ON TABLES TO u    kept in the schema (or database)
//!   CREATE TABLE public.t …                                                  t: admin ALL, root ALL, u BACKUP
//! ```
//!
//! *Source*: CockroachDB's ALTER DEFAULT PRIVILEGES page; `spec/manifest-wire.md` §5.

use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::show::current_database;
use crate::ast::Statement;
use crate::ast::grant::AlterDefaultPrivileges;
use crate::catalog::descpb::{
    AllRoles, DefaultPrivileges, DefaultPrivilegesForRole, ExplicitRole, PrivilegeDescriptor,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::Place;
use crate::catalog::privilege::{self, Privilege};
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;

/// The number of a kind of object in the message.
fn object_number(kind: Kind) -> Option<u32> {
    match kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Relation => Some(1),
        Kind::Sequence => Some(2),
        Kind::Type => Some(3),
        Kind::Schema => Some(4),
        Kind::Function => Some(5),
        Kind::Database
        | Kind::Index
        | Kind::Column
        | Kind::Constraint
        | Kind::Role
        | Kind::ClusterSetting
        | Kind::Variable
        | Kind::Job
        | Kind::System
        | Kind::ExternalConnection => None,
    }
}

fn kind_of_word(word: &str) -> Option<Kind> {
    match word {
        "TABLES" => Some(Kind::Table),
        "SEQUENCES" => Some(Kind::Sequence),
        "TYPES" => Some(Kind::Type),
        "SCHEMAS" => Some(Kind::Schema),
        "FUNCTIONS" | "ROUTINES" => Some(Kind::Function),
        _ => None,
    }
}

/// Privileges of a new object of a kind in a place.
pub(crate) fn for_new(
    owner: &str,
    kind: Kind,
    place: &Place,
    snapshot: &Snapshot,
) -> PrivilegeDescriptor {
    let rules = snapshot.rules();
    let mut made = privilege::for_owner(owner, rules);
    let Some(number) = object_number(kind) else { return made };
    let database = snapshot.database(place.database).and_then(|db| db.default_privileges.as_ref());
    let schema =
        snapshot.schema(place.schema).and_then(|schema| schema.default_privileges.as_ref());
    for role in database.into_iter().chain(schema).flat_map(|defaults| &defaults.roles) {
        let fits = role.for_all_roles.is_some()
            || role.explicit_role.as_ref().is_some_and(|role| role.user == owner);
        let given = role.by_object.get(&number).filter(|_| fits);
        for entry in given.into_iter().flat_map(|given| &given.users) {
            privilege::grant(&mut made, &entry.user, entry.privileges, false);
            privilege::grant(&mut made, &entry.user, entry.with_grant_option, true);
        }
    }
    made.users.retain(|entry| entry.privileges != 0);
    made
}

/// Runs ALTER DEFAULT PRIVILEGES.
pub(crate) fn alter(stmt: &AlterDefaultPrivileges, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER DEFAULT PRIVILEGES")?;
    let snapshot = cx.snapshot()?;
    let db = snapshot.resolve_database(&current_database(cx)?)?.id;
    let kind = kind_of_word(&stmt.on).ok_or_else(|| {
        CatalogError::unsupported(format_args!("default privileges on {}", stmt.on))
    })?;
    for name in stmt.grantees.iter().chain(&stmt.roles) {
        snapshot.users.check(name)?;
    }
    let valid = Privilege::valid_on(kind, *cx.rules);
    let mut bits = 0;
    for word in &stmt.privileges {
        let privilege = Privilege::parse(word)?;
        if !valid.contains(&privilege) {
            let text = format!("invalid privilege type {} for {}", privilege.word(), kind.word());
            return Err(CatalogError::refused(SqlState::INVALID_GRANT_OPERATION, text).into());
        }
        bits |= privilege.bit();
    }
    let change = Change { stmt, kind, bits, valid };
    let mut draft = Draft::new(std::sync::Arc::clone(&snapshot));
    let mut ids = Vec::new();
    if stmt.schemas.is_empty() {
        change.apply(draft.database(db)?.default_privileges.get_or_insert_default(), cx);
        ids.push(db);
    }
    for name in &stmt.schemas {
        let place = snapshot.resolve_schema(name, cx.name_scope())?;
        // `public` of v21.2 has no descriptor of its own to keep them.
        if snapshot.schema(place.schema).is_some() {
            let schema = draft.schema(place.schema)?;
            let defaults = schema
                .default_privileges
                .get_or_insert_with(|| DefaultPrivileges { kind: 1, ..Default::default() });
            change.apply(defaults, cx);
            ids.push(place.schema);
        } else {
            change.apply(
                draft.database(place.database)?.default_privileges.get_or_insert_default(),
                cx,
            );
            ids.push(place.database);
        }
    }
    draft.write(cx)?;
    let description = ddl::describe(&Statement::AlterDefaultPrivileges(Box::new(stmt.clone())));
    ddl::note_job(&JobNote { description: &description, ids: &ids, of_type: false }, cx)?;
    Ok(Outcome::tag("ALTER DEFAULT PRIVILEGES"))
}

struct Change<'a> {
    stmt: &'a AlterDefaultPrivileges,
    kind: Kind,
    bits: u64,
    valid: Vec<Privilege>,
}

impl Change<'_> {
    fn apply(&self, defaults: &mut DefaultPrivileges, cx: &Cx<'_>) {
        let own = [cx.session.user.clone()];
        let roles: &[String] = if self.stmt.roles.is_empty() { &own } else { &self.stmt.roles };
        if self.stmt.all_roles {
            self.change_role(entry(defaults, None));
        } else {
            for role in roles {
                self.change_role(entry(defaults, Some(role)));
            }
        }
        defaults.roles.retain(|role| !role.by_object.is_empty());
    }

    fn change_role(&self, role: &mut DefaultPrivilegesForRole) {
        let Some(number) = object_number(self.kind) else { return };
        let given = role.by_object.entry(number).or_default();
        for grantee in &self.stmt.grantees {
            if self.stmt.revoke {
                privilege::revoke(given, grantee, self.bits, &self.valid, self.stmt.option_for);
            } else {
                privilege::grant(given, grantee, self.bits, self.stmt.with_option);
            }
        }
        if given.users.is_empty() {
            role.by_object.remove(&number);
        }
    }
}

/// The entry of a role, or that of all roles.
fn entry<'a>(
    defaults: &'a mut DefaultPrivileges,
    role: Option<&str>,
) -> &'a mut DefaultPrivilegesForRole {
    let found = defaults.roles.iter().position(|entry| match role {
        Some(role) => entry.explicit_role.as_ref().is_some_and(|known| known.user == role),
        None => entry.for_all_roles.is_some(),
    });
    let at = found.unwrap_or_else(|| {
        let mut made = DefaultPrivilegesForRole::default();
        match role {
            Some(role) => {
                made.explicit_role = Some(ExplicitRole {
                    user: role.to_owned(),
                    public_has_usage_on_types: true,
                    all_on_tables: true,
                    all_on_sequences: true,
                    all_on_schemas: true,
                    all_on_types: true,
                });
            }
            None => made.for_all_roles = Some(AllRoles { public_has_usage_on_types: true }),
        }
        defaults.roles.push(made);
        defaults.roles.len() - 1
    });
    &mut defaults.roles[at]
}
