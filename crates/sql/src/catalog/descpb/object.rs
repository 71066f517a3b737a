//! The small descriptors: databases, schemas, types; and privileges.
//!
//! *Source*: `spec/manifest-wire.md` §5.

use std::collections::BTreeMap;

use prost::Message;

use super::{SqlType, Timestamp};

/// A database.
#[derive(Clone, PartialEq, Message)]
pub struct DatabaseDescriptor {
    /// Its name.
    #[prost(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[prost(uint32, required, tag = "2")]
    pub id: u32,
    /// Who may do what with it.
    #[prost(message, optional, tag = "3")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// When it was last changed.
    #[prost(message, required, tag = "4")]
    pub modification_time: Timestamp,
    /// How often it has been changed, from 1.
    #[prost(uint64, required, tag = "5")]
    pub version: u64,
    /// Its schemas by name, all but `public` in v21.2.
    #[prost(btree_map = "string, message", tag = "7")]
    pub schemas: BTreeMap<String, SchemaEntry>,
    /// One of [`super::State`].
    #[prost(enumeration = "super::State", required, tag = "8")]
    pub state: i32,
    /// Why it is offline.
    #[prost(string, required, tag = "9")]
    pub offline_reason: String,
    /// Its regions, if it has several.
    #[prost(message, optional, tag = "10")]
    pub region_config: Option<RegionConfig>,
    /// Privileges that new objects in it get.
    #[prost(message, optional, tag = "11")]
    pub default_privileges: Option<DefaultPrivileges>,
}

/// A schema as its database knows it.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct SchemaEntry {
    /// Its id.
    #[prost(uint32, required, tag = "1")]
    pub id: u32,
    /// Whether it is being dropped.
    #[prost(bool, required, tag = "2")]
    pub dropped: bool,
}

/// Regions of a database.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegionConfig {
    /// 0 a zone, 1 a region may fail.
    #[prost(int32, required, tag = "2")]
    pub survival_goal: i32,
    /// Where its data live first.
    #[prost(string, required, tag = "3")]
    pub primary_region: String,
    /// The enum of its regions.
    #[prost(uint32, required, tag = "4")]
    pub region_enum_id: u32,
    /// 0 default, 1 restricted.
    #[prost(int32, required, tag = "5")]
    pub placement: i32,
}

/// Privileges that new objects get.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DefaultPrivileges {
    /// One entry a role, and one for all roles.
    #[prost(message, repeated, tag = "1")]
    pub roles: Vec<DefaultPrivilegesForRole>,
    /// 0 of a database, 1 of a schema.
    #[prost(int32, required, tag = "2")]
    pub kind: i32,
}

/// Privileges that objects of one role get.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DefaultPrivilegesForRole {
    /// The role that makes the objects.
    #[prost(message, optional, tag = "12")]
    pub explicit_role: Option<ExplicitRole>,
    /// Whoever makes the objects.
    #[prost(message, optional, tag = "13")]
    pub for_all_roles: Option<AllRoles>,
    /// By kind of object: 1 tables, 2 sequences, 3 types, 4 schemas.
    #[prost(btree_map = "uint32, message", tag = "14")]
    pub by_object: BTreeMap<u32, PrivilegeDescriptor>,
}

/// The role that makes objects.
#[derive(Clone, PartialEq, Eq, Message)]
#[expect(clippy::struct_excessive_bools, reason = "a message has the fields that it has")]
pub struct ExplicitRole {
    /// Its name.
    #[prost(string, required, tag = "1")]
    pub user: String,
    /// Whether everybody may use its types.
    #[prost(bool, required, tag = "4")]
    pub public_has_usage_on_types: bool,
    /// Whether it has all rights on its own tables.
    #[prost(bool, required, tag = "5")]
    pub all_on_tables: bool,
    /// Whether it has all rights on its own sequences.
    #[prost(bool, required, tag = "6")]
    pub all_on_sequences: bool,
    /// Whether it has all rights on its own schemas.
    #[prost(bool, required, tag = "7")]
    pub all_on_schemas: bool,
    /// Whether it has all rights on its own types.
    #[prost(bool, required, tag = "8")]
    pub all_on_types: bool,
}

/// Whoever makes objects.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct AllRoles {
    /// Whether everybody may use types.
    #[prost(bool, required, tag = "11")]
    pub public_has_usage_on_types: bool,
}

/// A schema.
#[derive(Clone, PartialEq, Message)]
pub struct SchemaDescriptor {
    /// Its database.
    #[prost(uint32, required, tag = "1")]
    pub parent_id: u32,
    /// Its name.
    #[prost(string, required, tag = "2")]
    pub name: String,
    /// Its id.
    #[prost(uint32, required, tag = "3")]
    pub id: u32,
    /// Who may do what with it.
    #[prost(message, optional, tag = "4")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// When it was last changed.
    #[prost(message, required, tag = "5")]
    pub modification_time: Timestamp,
    /// How often it has been changed, from 1.
    #[prost(uint64, required, tag = "6")]
    pub version: u64,
    /// One of [`super::State`].
    #[prost(enumeration = "super::State", required, tag = "8")]
    pub state: i32,
    /// Why it is offline.
    #[prost(string, required, tag = "9")]
    pub offline_reason: String,
    /// Privileges that new objects in it get.
    #[prost(message, optional, tag = "10")]
    pub default_privileges: Option<DefaultPrivileges>,
}

/// What a user-defined type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
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
    #[prost(uint32, required, tag = "1")]
    pub parent_id: u32,
    /// Its schema.
    #[prost(uint32, required, tag = "2")]
    pub parent_schema_id: u32,
    /// Its name.
    #[prost(string, required, tag = "3")]
    pub name: String,
    /// Its id.
    #[prost(uint32, required, tag = "4")]
    pub id: u32,
    /// One of [`TypeKind`].
    #[prost(enumeration = "TypeKind", required, tag = "5")]
    pub kind: i32,
    /// Members of an enum in order.
    #[prost(message, repeated, tag = "6")]
    pub enum_members: Vec<EnumMember>,
    /// What an alias stands for.
    #[prost(message, optional, tag = "7")]
    pub alias: Option<Alias>,
    /// The implicit array type of an enum.
    #[prost(uint32, required, tag = "8")]
    pub array_type_id: u32,
    /// How often it has been changed, from 1.
    #[prost(uint64, required, tag = "9")]
    pub version: u64,
    /// When it was last changed.
    #[prost(message, required, tag = "10")]
    pub modification_time: Timestamp,
    /// Tables that use it.
    #[prost(uint32, repeated, packed = "false", tag = "12")]
    pub referencing_descriptor_ids: Vec<u32>,
    /// One of [`super::State`].
    #[prost(enumeration = "super::State", required, tag = "13")]
    pub state: i32,
    /// Who may do what with it.
    #[prost(message, optional, tag = "14")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// Why it is offline.
    #[prost(string, required, tag = "15")]
    pub offline_reason: String,
    /// Fields of a composite type.
    #[prost(message, optional, tag = "18")]
    pub composite: Option<Composite>,
}

/// Fields of a composite type.
#[derive(Clone, PartialEq, Message)]
pub struct Composite {
    /// In order.
    #[prost(message, repeated, tag = "1")]
    pub elements: Vec<CompositeElement>,
}

/// One field of a composite type.
#[derive(Clone, PartialEq, Message)]
pub struct CompositeElement {
    /// Its type.
    #[prost(message, optional, tag = "1")]
    pub element_type: Option<SqlType>,
    /// Its name.
    #[prost(string, required, tag = "2")]
    pub label: String,
}

/// What an alias stands for: the type itself.
pub type Alias = SqlType;

/// One member of an enum.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct EnumMember {
    /// What stands in keys and values; ordered as the members are.
    #[prost(bytes = "vec", optional, tag = "1")]
    pub physical: Option<Vec<u8>>,
    /// What a user writes.
    #[prost(string, required, tag = "2")]
    pub logical: String,
    /// 0 all, 1 read only.
    #[prost(int32, required, tag = "3")]
    pub capability: i32,
    /// 0 none, 1 being added, 2 being removed.
    #[prost(int32, required, tag = "4")]
    pub direction: i32,
}

/// Who may do what with an object, and who owns it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PrivilegeDescriptor {
    /// Grants by user, in order of their names.
    #[prost(message, repeated, tag = "1")]
    pub users: Vec<UserPrivileges>,
    /// Its owner.
    #[prost(string, required, tag = "2")]
    pub owner: String,
    /// 2 since v21.2.
    #[prost(uint32, required, tag = "3")]
    pub version: u32,
}

/// Grants of one user.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UserPrivileges {
    /// The user or role.
    #[prost(string, required, tag = "1")]
    pub user: String,
    /// A bit for each privilege, see [`crate::catalog::privilege`].
    #[prost(uint64, required, tag = "2")]
    pub privileges: u64,
    /// A bit for each privilege that the user may hand on.
    #[prost(uint64, required, tag = "3")]
    pub with_grant_option: u64,
}
