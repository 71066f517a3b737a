//! Users, roles, memberships and system privileges, as read from `system.users` and its neighbours.
//!
//! *Source*: `spec/system-tables.md` §2.2.

use super::descpb::PrivilegeDescriptor;
use super::error::{Error, Kind};
use super::privilege::{self, Privilege};
use super::sys::Sys;
use super::system::ids;
use crate::types::Datum;
use base::map::{Map, Set};
use base::sort;

/// The role that all belong to.
pub const PUBLIC: &str = "public";
/// The role that may do everything.
pub const ADMIN: &str = "admin";
/// The user that a new cluster has.
pub const ROOT: &str = "root";
/// The owner of what belongs to the system itself.
pub const NODE: &str = "node";

/// A user or role.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct User {
    /// Whether it was made by CREATE ROLE.
    pub is_role: bool,
    /// Its number, 0 where the version has none.
    pub id: u32,
    /// Options with their values, by word.
    pub options: Map<String, Option<String>>,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Users {
    by_name: Map<String, User>,
    /// Member to its roles, each with whether it may hand the role on.
    members: Map<String, Map<String, bool>>,
    /// User and path to privileges and those that may be handed on.
    system: Map<(String, String), (Vec<String>, Vec<String>)>,
}

impl Users {
    pub(super) fn read(sys: &mut Sys<'_>) -> Result<Self, Error> {
        let mut read = Self::default();
        for row in sys.rows(ids::USERS, &[])? {
            let Some(name) = row.str("username") else { continue };
            let user = User {
                is_role: row.bool("isRole").unwrap_or(false),
                id: row.oid("user_id").unwrap_or(0),
                options: Map::new(),
            };
            read.by_name.insert(name.to_owned(), user);
        }
        for row in sys.rows(ids::ROLE_OPTIONS, &[])? {
            let (Some(name), Some(option)) = (row.str("username"), row.str("option")) else {
                continue;
            };
            if let Some(user) = read.by_name.get_mut(name) {
                user.options.insert(option.to_owned(), row.str("value").map(str::to_owned));
            }
        }
        for row in sys.rows(ids::ROLE_MEMBERS, &[])? {
            if let (Some(role), Some(member), Some(admin)) =
                (row.str("role"), row.str("member"), row.bool("isAdmin"))
            {
                read.members.entry(member.to_owned()).or_default().insert(role.to_owned(), admin);
            }
        }
        if sys.tables.get(ids::PRIVILEGES).is_some() {
            for row in sys.rows(ids::PRIVILEGES, &[])? {
                if let (Some(user), Some(path)) = (row.str("username"), row.str("path")) {
                    let held = (words(row.get("privileges")), words(row.get("grant_options")));
                    read.system.insert((user.to_owned(), path.to_owned()), held);
                }
            }
        }
        Ok(read)
    }

    /// A user or role by name.
    pub fn get(&self, name: &str) -> Option<&User> {
        self.by_name.get(name)
    }

    /// All users and roles by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &User)> {
        self.by_name.iter().map(|(name, user)| (name.as_str(), user))
    }

    /// Refuses a name that is no user, `public` excepted.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        if name == PUBLIC || self.by_name.contains_key(name) {
            return Ok(());
        }
        Err(Error::undefined(Kind::Role, name))
    }

    /// Roles that a user was granted directly, with whether it may hand them on.
    pub fn roles_of(&self, member: &str) -> impl Iterator<Item = (&str, bool)> {
        self.members
            .get(member)
            .into_iter()
            .flat_map(|roles| roles.iter().map(|(role, admin)| (role.as_str(), *admin)))
    }

    /// All memberships: role, member, whether it may hand the role on; by role.
    pub fn memberships(&self) -> Vec<(&str, &str, bool)> {
        let mut all: Vec<_> = self
            .members
            .iter()
            .flat_map(|(member, roles)| {
                roles.iter().map(move |(role, admin)| (role.as_str(), member.as_str(), *admin))
            })
            .collect();
        sort::natural(&mut all);
        all
    }

    /// The user itself, all its roles through any number of steps, and `public`.
    pub fn identities<'a>(&'a self, user: &'a str) -> Set<&'a str> {
        let mut found = Set::from([user, PUBLIC]);
        let mut open = vec![user];
        while let Some(member) = open.pop() {
            for (role, _) in self.roles_of(member) {
                if found.insert(role) {
                    open.push(role);
                }
            }
        }
        found
    }

    /// Whether a user is root or has role admin.
    pub fn is_admin(&self, user: &str) -> bool {
        user == ROOT || user == NODE || self.identities(user).contains(ADMIN)
    }

    /// Whether a user has a role option, itself or by being an admin.
    pub fn has_option(&self, user: &str, option: &str) -> bool {
        self.is_admin(user)
            || self
                .identities(user)
                .iter()
                .any(|name| self.get(name).is_some_and(|user| user.options.contains_key(option)))
    }

    /// Whether a user has a privilege on an object.
    pub fn may(&self, user: &str, on: Option<&PrivilegeDescriptor>, wanted: Privilege) -> bool {
        user == NODE
            || on.is_some_and(|desc| privilege::allows(desc, &self.identities(user), wanted))
    }

    /// Whether a user holds a system privilege, itself, by a role or by being an admin.
    pub fn may_system(&self, user: &str, wanted: Privilege) -> bool {
        self.is_admin(user) || self.holds_path(user, "/global/", wanted)
    }

    /// Whether a user holds a privilege on a path of `system.privileges`.
    pub fn holds_path(&self, user: &str, path: &str, wanted: Privilege) -> bool {
        self.identities(user).iter().any(|name| {
            self.system.get(&((*name).to_owned(), path.to_owned())).is_some_and(|(held, _)| {
                held.iter().any(|word| word == wanted.word() || word == "ALL")
            })
        })
    }

    /// Rows of `system.privileges`: user, path, privileges, those that may be handed on.
    pub fn system_privileges(&self) -> impl Iterator<Item = (&str, &str, &[String], &[String])> {
        self.system.iter().map(|((user, path), (held, options))| {
            (user.as_str(), path.as_str(), held.as_slice(), options.as_slice())
        })
    }
}

fn words(datum: &Datum) -> Vec<String> {
    let Datum::Array(elements) = datum else { return Vec::new() };
    elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect()
}
