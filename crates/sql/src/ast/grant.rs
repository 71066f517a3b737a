//! Users, roles, GRANT, REVOKE.

use super::expr::Expr;
use super::{DropBehavior, Name, ObjectName, TablePattern};

/// CREATE USER|ROLE.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateRole {
    /// ROLE rather than USER (a role cannot log in by itself).
    pub is_role: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The name.
    pub name: Name,
    /// WITH ….
    pub options: Vec<RoleOption>,
}

/// ALTER USER|ROLE.
#[derive(Clone, PartialEq, Debug)]
pub struct AlterRole {
    /// ROLE rather than USER.
    pub is_role: bool,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The name; `None` for ALL.
    pub name: Option<Name>,
    /// What changes.
    pub change: RoleChange,
}

/// What ALTER ROLE changes.
#[derive(Clone, PartialEq, Debug)]
pub enum RoleChange {
    /// WITH options.
    Options(Vec<RoleOption>),
    /// [IN DATABASE db] SET var = values, or RESET when there are none.
    Setting {
        /// IN DATABASE.
        database: Option<Name>,
        /// The variable; `all` for RESET ALL.
        var: Name,
        /// Its values; empty means reset.
        values: Vec<Expr>,
    },
}

/// One option of a role: `LOGIN`, `PASSWORD 'x'`, `VALID UNTIL '…'`.
#[derive(Clone, PartialEq, Debug)]
pub struct RoleOption {
    /// The words in capitals: `CREATEDB`, `NOLOGIN`, `PASSWORD`, `VALID UNTIL`.
    pub word: String,
    /// The value, where the option has one; `PASSWORD NULL` is the literal NULL.
    pub value: Option<Expr>,
}

/// DROP USER|ROLE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DropRole {
    /// ROLE rather than USER.
    pub is_role: bool,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The names.
    pub names: Vec<Name>,
}

/// GRANT or REVOKE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// REVOKE rather than GRANT.
    pub revoke: bool,
    /// GRANT OPTION FOR, ADMIN OPTION FOR: take only the right to pass it on.
    pub option_for: bool,
    /// Privilege words in capitals (`ALL`, `SELECT`, `BACKUP`, `EXTERNALIOIMPLICITACCESS`), or role names as typed.
    pub privileges: Vec<Name>,
    /// On what.
    pub target: GrantTarget,
    /// To or from whom.
    pub grantees: Vec<Name>,
    /// WITH GRANT OPTION, WITH ADMIN OPTION.
    pub with_option: bool,
}

/// What privileges are about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GrantTarget {
    /// No ON: the privileges are roles.
    Roles,
    /// SYSTEM privileges.
    System,
    /// ON DATABASE
    Databases(Vec<Name>),
    /// ON SCHEMA
    Schemas(Vec<ObjectName>),
    /// ON \[TABLE\]
    Tables(Vec<TablePattern>),
    /// ON SEQUENCE
    Sequences(Vec<TablePattern>),
    /// ON TYPE
    Types(Vec<ObjectName>),
    /// ON FUNCTION, ON PROCEDURE: names with their argument types as text.
    Functions(Vec<ObjectName>),
    /// ON EXTERNAL CONNECTION
    ExternalConnections(Vec<Name>),
    /// ON ALL TABLES|SEQUENCES|FUNCTIONS IN SCHEMA: the word in capitals, and the schemas.
    AllInSchemas(String, Vec<ObjectName>),
}

/// ALTER DEFAULT PRIVILEGES.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the statement")]
pub struct AlterDefaultPrivileges {
    /// FOR ROLE; empty is the current user.
    pub roles: Vec<Name>,
    /// FOR ALL ROLES.
    pub all_roles: bool,
    /// IN SCHEMA.
    pub schemas: Vec<ObjectName>,
    /// REVOKE rather than GRANT.
    pub revoke: bool,
    /// GRANT OPTION FOR.
    pub option_for: bool,
    /// Privilege words in capitals.
    pub privileges: Vec<Name>,
    /// TABLES, SEQUENCES, SCHEMAS, TYPES, FUNCTIONS in capitals.
    pub on: String,
    /// To or from whom.
    pub grantees: Vec<Name>,
    /// WITH GRANT OPTION.
    pub with_option: bool,
}

/// REASSIGN OWNED BY … TO ….
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReassignOwned {
    /// The old owners.
    pub from: Vec<Name>,
    /// The new one.
    pub to: Name,
}

/// DROP OWNED BY ….
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DropOwned {
    /// Whose objects.
    pub roles: Vec<Name>,
    /// CASCADE or RESTRICT.
    pub behavior: DropBehavior,
}
