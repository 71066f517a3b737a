//! The small descriptors: databases, schemas, types; and privileges.
//!
//! *Source*: `spec/manifest-wire.md` §5.

use base::map::Map;
use wire::Message;

use super::{SqlType, Timestamp};

/// A database.
#[derive(Clone, PartialEq, Message)]
pub struct DatabaseDescriptor {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "2")]
    pub id: u32,
    /// Who may do what with it.
    #[wire(message, optional, tag = "3")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// When it was last changed.
    #[wire(message, required, tag = "4")]
    pub modification_time: Timestamp,
    /// How often it has been changed, from 1.
    #[wire(uint64, required, tag = "5")]
    pub version: u64,
    /// Its schemas by name, all but `public` in v21.2.
    #[wire(map = "string, message", tag = "7")]
    pub schemas: Map<String, SchemaEntry>,
    /// One of [`super::State`].
    #[wire(enumeration = "super::State", required, tag = "8")]
    pub state: i32,
    /// Why it is offline.
    #[wire(string, required, tag = "9")]
    pub offline_reason: String,
    /// Its regions, if it has several.
    #[wire(message, optional, tag = "10")]
    pub region_config: Option<RegionConfig>,
    /// Privileges that new objects in it get.
    #[wire(message, optional, tag = "11")]
    pub default_privileges: Option<DefaultPrivileges>,
}

/// A schema as its database knows it.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct SchemaEntry {
    /// Its id.
    #[wire(uint32, required, tag = "1")]
    pub id: u32,
    /// Whether it is being dropped.
    #[wire(bool, required, tag = "2")]
    pub dropped: bool,
}

/// Regions of a database.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegionConfig {
    /// 0 a zone, 1 a region may fail.
    #[wire(int32, required, tag = "2")]
    pub survival_goal: i32,
    /// Where its data live first.
    #[wire(string, required, tag = "3")]
    pub primary_region: String,
    /// The enum of its regions.
    #[wire(uint32, required, tag = "4")]
    pub region_enum_id: u32,
    /// 0 default, 1 restricted.
    #[wire(int32, required, tag = "5")]
    pub placement: i32,
}

/// Privileges that new objects get.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DefaultPrivileges {
    /// One entry a role, and one for all roles.
    #[wire(message, repeated, tag = "1")]
    pub roles: Vec<DefaultPrivilegesForRole>,
    /// 0 of a database, 1 of a schema.
    #[wire(int32, required, tag = "2")]
    pub kind: i32,
}

/// Privileges that objects of one role get.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DefaultPrivilegesForRole {
    /// The role that makes the objects.
    #[wire(message, optional, tag = "12")]
    pub explicit_role: Option<ExplicitRole>,
    /// Whoever makes the objects.
    #[wire(message, optional, tag = "13")]
    pub for_all_roles: Option<AllRoles>,
    /// By kind of object: 1 tables, 2 sequences, 3 types, 4 schemas.
    #[wire(map = "uint32, message", tag = "14")]
    pub by_object: Map<u32, PrivilegeDescriptor>,
}

/// The role that makes objects.
#[derive(Clone, PartialEq, Eq, Message)]
#[expect(clippy::struct_excessive_bools, reason = "a message has the fields that it has")]
pub struct ExplicitRole {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub user: String,
    /// Whether everybody may use its types.
    #[wire(bool, required, tag = "4")]
    pub public_has_usage_on_types: bool,
    /// Whether it has all rights on its own tables.
    #[wire(bool, required, tag = "5")]
    pub all_on_tables: bool,
    /// Whether it has all rights on its own sequences.
    #[wire(bool, required, tag = "6")]
    pub all_on_sequences: bool,
    /// Whether it has all rights on its own schemas.
    #[wire(bool, required, tag = "7")]
    pub all_on_schemas: bool,
    /// Whether it has all rights on its own types.
    #[wire(bool, required, tag = "8")]
    pub all_on_types: bool,
}

/// Whoever makes objects.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct AllRoles {
    /// Whether everybody may use types.
    #[wire(bool, required, tag = "11")]
    pub public_has_usage_on_types: bool,
}

/// A schema.
#[derive(Clone, PartialEq, Message)]
pub struct SchemaDescriptor {
    /// Its database.
    #[wire(uint32, required, tag = "1")]
    pub parent_id: u32,
    /// Its name.
    #[wire(string, required, tag = "2")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "3")]
    pub id: u32,
    /// Who may do what with it.
    #[wire(message, optional, tag = "4")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// When it was last changed.
    #[wire(message, required, tag = "5")]
    pub modification_time: Timestamp,
    /// How often it has been changed, from 1.
    #[wire(uint64, required, tag = "6")]
    pub version: u64,
    /// One of [`super::State`].
    #[wire(enumeration = "super::State", required, tag = "8")]
    pub state: i32,
    /// Why it is offline.
    #[wire(string, required, tag = "9")]
    pub offline_reason: String,
    /// Privileges that new objects in it get.
    #[wire(message, optional, tag = "10")]
    pub default_privileges: Option<DefaultPrivileges>,
}

/// What a user-defined type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, wire::Enumeration)]
#[repr(i32)]
pub enum TypeKind {
    /// A list of names in order.
    Enum = 0,
    /// Another name for a type: the implicit array type `_name`.
    Alias = 1,
    /// The regions of a database.
    MultiRegionEnum = 2,
    /// A row type with named fields.
    Composite = 4,
}

/// A user-defined type.
#[derive(Clone, PartialEq, Message)]
pub struct TypeDescriptor {
    /// Its database.
    #[wire(uint32, required, tag = "1")]
    pub parent_id: u32,
    /// Its schema.
    #[wire(uint32, required, tag = "2")]
    pub parent_schema_id: u32,
    /// Its name.
    #[wire(string, required, tag = "3")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "4")]
    pub id: u32,
    /// One of [`TypeKind`].
    #[wire(enumeration = "TypeKind", required, tag = "5")]
    pub kind: i32,
    /// Members of an enum in order.
    #[wire(message, repeated, tag = "6")]
    pub enum_members: Vec<EnumMember>,
    /// What an alias stands for.
    #[wire(message, optional, tag = "7")]
    pub alias: Option<Alias>,
    /// The implicit array type of an enum.
    #[wire(uint32, required, tag = "8")]
    pub array_type_id: u32,
    /// How often it has been changed, from 1.
    #[wire(uint64, required, tag = "9")]
    pub version: u64,
    /// When it was last changed.
    #[wire(message, required, tag = "10")]
    pub modification_time: Timestamp,
    /// Tables that use it.
    #[wire(uint32, repeated, packed = "false", tag = "12")]
    pub referencing_descriptor_ids: Vec<u32>,
    /// One of [`super::State`].
    #[wire(enumeration = "super::State", required, tag = "13")]
    pub state: i32,
    /// Who may do what with it.
    #[wire(message, optional, tag = "14")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// Why it is offline.
    #[wire(string, required, tag = "15")]
    pub offline_reason: String,
    /// Fields of a composite type.
    #[wire(message, optional, tag = "18")]
    pub composite: Option<Composite>,
}

/// Fields of a composite type.
#[derive(Clone, PartialEq, Message)]
pub struct Composite {
    /// In order.
    #[wire(message, repeated, tag = "1")]
    pub elements: Vec<CompositeElement>,
}

/// One field of a composite type.
#[derive(Clone, PartialEq, Message)]
pub struct CompositeElement {
    /// Its type.
    #[wire(message, optional, tag = "1")]
    pub element_type: Option<SqlType>,
    /// Its name.
    #[wire(string, required, tag = "2")]
    pub label: String,
}

/// What an alias stands for: the type itself.
pub type Alias = SqlType;

/// One member of an enum.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct EnumMember {
    /// What stands in keys and values; ordered as the members are.
    #[wire(bytes, optional, tag = "1")]
    pub physical: Option<Vec<u8>>,
    /// What a user writes.
    #[wire(string, required, tag = "2")]
    pub logical: String,
    /// 0 all, 1 read only.
    #[wire(int32, required, tag = "3")]
    pub capability: i32,
    /// 0 none, 1 being added, 2 being removed.
    #[wire(int32, required, tag = "4")]
    pub direction: i32,
}

/// Who may do what with an object, and who owns it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PrivilegeDescriptor {
    /// Grants by user, in order of their names.
    #[wire(message, repeated, tag = "1")]
    pub users: Vec<UserPrivileges>,
    /// Its owner.
    #[wire(string, required, tag = "2")]
    pub owner: String,
    /// 2 since v21.2.
    #[wire(uint32, required, tag = "3")]
    pub version: u32,
}

/// Grants of one user.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UserPrivileges {
    /// The user or role.
    #[wire(string, required, tag = "1")]
    pub user: String,
    /// A bit for each privilege, see [`crate::catalog::privilege`].
    #[wire(uint64, required, tag = "2")]
    pub privileges: u64,
    /// A bit for each privilege that the user may hand on.
    #[wire(uint64, required, tag = "3")]
    pub with_grant_option: u64,
}
