//! Descriptors: what a database, schema, type, table, view or sequence is, as protobuf messages with CockroachDB's
//! field numbers.
//!
//! ```text
//!   Descriptor (union)   1 table · 2 database · 3 type · 4 schema · 5 function
//!     TableDescriptor    columns, families, indexes, constraints, privileges, state     (also views and sequences)
//!     DatabaseDescriptor, SchemaDescriptor, TypeDescriptor
//! ```
//!
//! Shape: proto2, so a field that the real writer always writes is `required` here and stands on the wire also when
//! it is zero; fields that came after v21.2 are `optional` and are set under the rules of v26.2 only.
//! *Source*: `spec/manifest-wire.md` §4–6. Left out: the declarative schema changer's state is not modelled.

mod object;
mod part;
mod routine;
mod sqltype;
mod table;

pub use object::{
    Alias, AllRoles, Composite, CompositeElement, DatabaseDescriptor, DefaultPrivileges,
    DefaultPrivilegesForRole, EnumMember, ExplicitRole, PrivilegeDescriptor, RegionConfig,
    SchemaDescriptor, SchemaEntry, TypeDescriptor, TypeKind, UserPrivileges,
};
pub use part::{
    Check, ConstraintChange, DependedOn, FkAction, FkMatch, ForeignKey, GcMutation, LocalityConfig,
    Mutation, MutationJob, Replacement, RowLevelTtl, SequenceOpts, SequenceOwner,
    UniqueWithoutIndex,
};
pub use routine::{FunctionDescriptor, FunctionParam, FunctionReturn, LANG_SQL, class, volatility};
pub use sqltype::{IntervalField, SqlType, TypeMeta, family};
pub use table::{
    ColumnDescriptor, FamilyDescriptor, GeoConfig, IndexDescriptor, Interleave, OldForeignKey,
    Partitioning, Sharded, TableDescriptor, direction, encoding, index_kind, validity,
};

use base::hlc;
use wire::Message;

/// A moment, as it stands on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Timestamp {
    /// *Units*: nanoseconds since 1970.
    #[wire(int64, tag = "1")]
    pub wall_time: i64,
    /// Order inside one nanosecond.
    #[wire(int32, tag = "2")]
    pub logical: i32,
}

impl From<hlc::Timestamp> for Timestamp {
    fn from(t: hlc::Timestamp) -> Self {
        Self { wall_time: t.wall, logical: t.logical }
    }
}

impl From<Timestamp> for hlc::Timestamp {
    fn from(t: Timestamp) -> Self {
        Self { wall: t.wall_time, logical: t.logical }
    }
}

/// Whether a descriptor can be seen and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, wire::Enumeration)]
#[repr(i32)]
pub enum State {
    /// In use.
    Public = 0,
    /// Being made.
    Add = 1,
    /// Dropped; its data wait for the GC TTL.
    Drop = 2,
    /// Kept away from users, for instance while a RESTORE fills it.
    Offline = 3,
}

/// The row of `system.descriptor`: exactly one of its fields is set.
#[derive(Clone, PartialEq, Message)]
pub struct Descriptor {
    /// Which kind, and the descriptor itself.
    #[wire(oneof = "Union", tags = "1, 2, 3, 4, 5")]
    pub union: Option<Union>,
}

/// What a [`Descriptor`] holds.
#[expect(clippy::large_enum_variant, reason = "it lives behind an Arc; most of them are tables")]
#[derive(Clone, PartialEq, wire::Oneof)]
pub enum Union {
    /// A table, view, materialized view or sequence.
    #[wire(message, tag = "1")]
    Table(TableDescriptor),
    /// A database.
    #[wire(message, tag = "2")]
    Database(DatabaseDescriptor),
    /// A user-defined type.
    #[wire(message, tag = "3")]
    Type(TypeDescriptor),
    /// A schema other than `public` of v21.2.
    #[wire(message, tag = "4")]
    Schema(SchemaDescriptor),
    /// A function or procedure.
    #[wire(message, tag = "5")]
    Function(FunctionDescriptor),
}

impl From<TableDescriptor> for Descriptor {
    fn from(d: TableDescriptor) -> Self {
        Self { union: Some(Union::Table(d)) }
    }
}

impl From<DatabaseDescriptor> for Descriptor {
    fn from(d: DatabaseDescriptor) -> Self {
        Self { union: Some(Union::Database(d)) }
    }
}

impl From<TypeDescriptor> for Descriptor {
    fn from(d: TypeDescriptor) -> Self {
        Self { union: Some(Union::Type(d)) }
    }
}

impl From<FunctionDescriptor> for Descriptor {
    fn from(d: FunctionDescriptor) -> Self {
        Self { union: Some(Union::Function(d)) }
    }
}

impl From<SchemaDescriptor> for Descriptor {
    fn from(d: SchemaDescriptor) -> Self {
        Self { union: Some(Union::Schema(d)) }
    }
}

impl Descriptor {
    /// Its id; 0 if the union is empty.
    pub fn id(&self) -> u32 {
        match &self.union {
            Some(Union::Table(d)) => d.id,
            Some(Union::Database(d)) => d.id,
            Some(Union::Type(d)) => d.id,
            Some(Union::Schema(d)) => d.id,
            Some(Union::Function(d)) => d.id,
            None => 0,
        }
    }

    /// Its name; empty if the union is empty.
    pub fn name(&self) -> &str {
        match &self.union {
            Some(Union::Table(d)) => &d.name,
            Some(Union::Database(d)) => &d.name,
            Some(Union::Type(d)) => &d.name,
            Some(Union::Schema(d)) => &d.name,
            Some(Union::Function(d)) => &d.name,
            None => "",
        }
    }

    /// Database and schema it lies in; 0 where there is none.
    pub fn parents(&self) -> (u32, u32) {
        match &self.union {
            Some(Union::Table(d)) => (d.parent_id, d.unexposed_parent_schema_id),
            Some(Union::Type(d)) => (d.parent_id, d.parent_schema_id),
            Some(Union::Schema(d)) => (d.parent_id, 0),
            Some(Union::Function(d)) => (d.parent_id, d.parent_schema_id),
            Some(Union::Database(_)) | None => (0, 0),
        }
    }

    /// Whether `system.namespace` has its name: functions share theirs with overloads.
    pub const fn is_named(&self) -> bool {
        !matches!(self.union, Some(Union::Function(_)) | None)
    }

    /// Its state. A state from a later version counts as offline.
    pub fn state(&self) -> State {
        let raw = match &self.union {
            Some(Union::Table(d)) => d.state,
            Some(Union::Database(d)) => d.state,
            Some(Union::Type(d)) => d.state,
            Some(Union::Schema(d)) => d.state,
            Some(Union::Function(d)) => d.state,
            None => 0,
        };
        State::try_from(raw).unwrap_or(State::Offline)
    }

    /// How often it has been changed, from 1.
    pub fn version(&self) -> u64 {
        match &self.union {
            Some(Union::Table(d)) => d.version,
            Some(Union::Database(d)) => d.version,
            Some(Union::Type(d)) => d.version,
            Some(Union::Schema(d)) => d.version,
            Some(Union::Function(d)) => d.version,
            None => 0,
        }
    }

    /// When it was last changed.
    pub fn modification_time(&self) -> hlc::Timestamp {
        match &self.union {
            Some(Union::Table(d)) => d.modification_time.into(),
            Some(Union::Database(d)) => d.modification_time.into(),
            Some(Union::Type(d)) => d.modification_time.into(),
            Some(Union::Schema(d)) => d.modification_time.into(),
            Some(Union::Function(d)) => d.modification_time.into(),
            None => hlc::Timestamp::ZERO,
        }
    }

    /// Who may do what with it.
    pub fn privileges(&self) -> Option<&PrivilegeDescriptor> {
        match &self.union {
            Some(Union::Table(d)) => d.privileges.as_ref(),
            Some(Union::Database(d)) => d.privileges.as_ref(),
            Some(Union::Type(d)) => d.privileges.as_ref(),
            Some(Union::Schema(d)) => d.privileges.as_ref(),
            Some(Union::Function(d)) => d.privileges.as_ref(),
            None => None,
        }
    }

    /// Marks one more change, made at `now`.
    pub fn touch(&mut self, now: hlc::Timestamp) {
        let (version, time) = match &mut self.union {
            Some(Union::Table(d)) => (&mut d.version, &mut d.modification_time),
            Some(Union::Database(d)) => (&mut d.version, &mut d.modification_time),
            Some(Union::Type(d)) => (&mut d.version, &mut d.modification_time),
            Some(Union::Schema(d)) => (&mut d.version, &mut d.modification_time),
            Some(Union::Function(d)) => (&mut d.version, &mut d.modification_time),
            None => return,
        };
        *version += 1;
        *time = now.into();
    }
}
