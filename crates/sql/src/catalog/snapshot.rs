//! Everything that exists, at one time, as one transaction sees it.
//!
//! ```text
//!   (0, 0)   ─▶ bank 52 …                 databases by name
//!   (52, 0)  ─▶ public 29, s 53           schemas of a database
//!   (52, 29) ─▶ accounts 54, _color 56 …  objects of a schema
//! ```
//!
//! Shape: immutable; descriptors are shared between snapshots as long as their bytes are the same.

use std::sync::{Arc, OnceLock};

use super::descpb::{
    DatabaseDescriptor, Descriptor, FunctionDescriptor, SchemaDescriptor, SqlType, State,
    TableDescriptor, TypeDescriptor, TypeKind, Union,
};
use super::error::Error;
use super::sys::Sys;
use super::system::{PUBLIC_SCHEMA, SYSTEM_DB, ids};
use super::users::Users;
use super::zones::Zones;
use crate::ast::ObjectName;
use crate::row::RowCodec;
use crate::rules::Rules;
use crate::settings::Values;
use crate::types::wire::{self, TypeSource};
use crate::types::{EnumMember, EnumType, TupleType, Type};
use ::wire::Message;
use base::hlc::Timestamp;
use base::map::Map;

/// A table, view or sequence, ready to be read and written.
#[derive(Debug)]
pub struct Table {
    /// Its descriptor.
    pub desc: Arc<TableDescriptor>,
    /// The type of each column of the descriptor, in its order, with enums filled in.
    pub types: Vec<Type>,
    /// From rows to keys and values and back.
    pub codec: RowCodec,
}

impl Table {
    /// Its id.
    pub fn id(&self) -> u32 {
        self.desc.id
    }
}

/// One descriptor with its bytes, and what was made of it.
#[derive(Debug)]
struct Entry {
    bytes: Arc<[u8]>,
    desc: Descriptor,
    table: Option<Arc<TableDescriptor>>,
    built: OnceLock<Option<Arc<Table>>>,
}

/// Database and schema to names and ids.
type Names = Map<(u32, u32), Map<String, u32>>;

/// What exists at one time.
#[derive(Debug)]
pub struct Snapshot {
    /// The newest write that it knows of.
    pub written: Timestamp,
    /// When it was read.
    pub read_at: Timestamp,
    rules: Rules,
    entries: Map<u32, Arc<Entry>>,
    names: Names,
    /// Users, roles and system privileges.
    pub users: Users,
    /// Values of cluster settings.
    pub settings: Values,
    /// Zone configurations.
    pub zones: Zones,
}

impl Snapshot {
    /// Reads everything through a transaction. Descriptors that `known` has with the same bytes are taken from there,
    /// unless types differ.
    pub(super) fn read(sys: &mut Sys<'_>, known: Option<&Self>) -> Result<Self, Error> {
        let mut entries = Map::new();
        let mut types_same = true;
        for row in sys.rows(ids::DESCRIPTOR, &[])? {
            let (Some(id), Some(bytes)) =
                (row.int("id").and_then(|id| u32::try_from(id).ok()), row.bytes("descriptor"))
            else {
                continue;
            };
            let old = known.and_then(|known| known.entries.get(&id));
            if let Some(old) = old.filter(|old| *old.bytes == *bytes) {
                entries.insert(id, Arc::clone(old));
                continue;
            }
            let desc = Descriptor::decode(bytes)
                .map_err(|_| Error::Wire { place: "system.descriptor" })?;
            types_same &= !matches!(desc.union, Some(Union::Type(_)));
            entries.insert(id, Arc::new(Entry::new(Arc::from(bytes), desc)));
        }
        if !types_same {
            // A table's codec holds the members of its enums.
            for entry in entries.values_mut() {
                *entry = Arc::new(Entry::new(Arc::clone(&entry.bytes), entry.desc.clone()));
            }
        }
        Ok(Self {
            written: sys.tables.last_write(sys.kv),
            read_at: sys.txn.read_ts(),
            rules: sys.tables.rules(),
            entries,
            names: read_names(sys)?,
            users: Users::read(sys)?,
            settings: Values::read(sys)?,
            zones: Zones::read(sys)?,
        })
    }

    /// A snapshot of nothing but these descriptors: what a backup holds. Names are theirs; there are no users, settings
    /// and zones.
    pub fn of_descriptors(descriptors: impl IntoIterator<Item = Descriptor>, rules: Rules) -> Self {
        let mut entries = Map::new();
        let mut names: Map<(u32, u32), Map<String, u32>> = Map::new();
        for desc in descriptors {
            if desc.is_named() {
                names.entry(desc.parents()).or_default().insert(desc.name().to_owned(), desc.id());
            }
            let bytes = Arc::from(desc.encode_to_vec());
            entries.insert(desc.id(), Arc::new(Entry::new(bytes, desc)));
        }
        Self {
            written: Timestamp::ZERO,
            read_at: Timestamp::ZERO,
            rules,
            entries,
            names,
            users: Users::default(),
            settings: Values::default(),
            zones: Zones::default(),
        }
    }

    /// The rules of the cluster's version.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Every descriptor in order of id, dropped and offline ones too.
    pub fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.entries.values().map(|entry| &entry.desc)
    }

    /// A descriptor by id, whatever its state.
    pub fn descriptor(&self, id: u32) -> Option<&Descriptor> {
        self.entries.get(&id).map(|entry| &entry.desc)
    }

    /// Every table, view and sequence in order of id, whatever its state.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<TableDescriptor>> {
        self.entries.values().filter_map(|entry| entry.table.as_ref())
    }

    /// Every database in order of id, whatever its state.
    pub fn databases(&self) -> impl Iterator<Item = &DatabaseDescriptor> {
        self.descriptors().filter_map(|desc| match &desc.union {
            Some(Union::Database(db)) => Some(db),
            Some(Union::Table(_) | Union::Type(_) | Union::Schema(_) | Union::Function(_))
            | None => None,
        })
    }

    /// Every type in order of id, whatever its state.
    pub fn types(&self) -> impl Iterator<Item = &TypeDescriptor> {
        self.descriptors().filter_map(|desc| match &desc.union {
            Some(Union::Type(ty)) => Some(ty),
            Some(Union::Table(_) | Union::Database(_) | Union::Schema(_) | Union::Function(_))
            | None => None,
        })
    }

    /// Every schema that has a descriptor, in order of id, whatever its state.
    pub fn schemas(&self) -> impl Iterator<Item = &SchemaDescriptor> {
        self.descriptors().filter_map(|desc| match &desc.union {
            Some(Union::Schema(schema)) => Some(schema),
            Some(Union::Table(_) | Union::Database(_) | Union::Type(_) | Union::Function(_))
            | None => None,
        })
    }

    /// Every function and procedure in order of id, whatever its state.
    pub fn functions(&self) -> impl Iterator<Item = &FunctionDescriptor> {
        self.descriptors().filter_map(|desc| match &desc.union {
            Some(Union::Function(routine)) => Some(routine),
            Some(Union::Table(_) | Union::Database(_) | Union::Type(_) | Union::Schema(_))
            | None => None,
        })
    }

    /// A function or procedure by id.
    pub fn function(&self, id: u32) -> Option<&FunctionDescriptor> {
        self.functions().find(|routine| routine.id == id)
    }

    /// A database by id.
    pub fn database(&self, id: u32) -> Option<&DatabaseDescriptor> {
        match self.descriptor(id)?.union.as_ref()? {
            Union::Database(db) => Some(db),
            Union::Table(_) | Union::Type(_) | Union::Schema(_) | Union::Function(_) => None,
        }
    }

    /// A schema's descriptor by id; `public` of v21.2 has none.
    pub fn schema(&self, id: u32) -> Option<&SchemaDescriptor> {
        match self.descriptor(id)?.union.as_ref()? {
            Union::Schema(schema) => Some(schema),
            Union::Table(_) | Union::Type(_) | Union::Database(_) | Union::Function(_) => None,
        }
    }

    /// A type by id.
    pub fn type_desc(&self, id: u32) -> Option<&TypeDescriptor> {
        match self.descriptor(id)?.union.as_ref()? {
            Union::Type(ty) => Some(ty),
            Union::Table(_) | Union::Schema(_) | Union::Database(_) | Union::Function(_) => None,
        }
    }

    /// A table's descriptor by id, whatever its state.
    pub fn table_desc(&self, id: u32) -> Option<&Arc<TableDescriptor>> {
        self.entries.get(&id)?.table.as_ref()
    }

    /// A table by id with its codec, whatever its state. `None` also when a column's type is one that Amber does not
    /// hold.
    pub fn table(&self, id: u32) -> Option<Arc<Table>> {
        let entry = self.entries.get(&id)?;
        entry.built.get_or_init(|| self.build(entry.table.as_ref()?)).clone()
    }

    fn build(&self, desc: &Arc<TableDescriptor>) -> Option<Arc<Table>> {
        let types = self.column_types(desc).ok()?;
        let codec = RowCodec::new(desc, self).ok()?;
        Some(Arc::new(Table { desc: Arc::clone(desc), types, codec }))
    }

    /// The types of a table's columns in the order of the descriptor.
    pub fn column_types(&self, desc: &TableDescriptor) -> Result<Vec<Type>, Error> {
        desc.columns
            .iter()
            .map(|column| {
                let message = column.ty.as_ref().ok_or(Error::Wire { place: "column" })?;
                Ok(self.hydrate(message)?)
            })
            .collect()
    }

    /// A type from its message, with enums filled in.
    pub fn hydrate(&self, message: &SqlType) -> Result<Type, crate::types::Error> {
        wire::from_message(message, self)
    }

    /// The id under a name, if there is one.
    pub fn id_of(&self, parent: u32, schema: u32, name: &str) -> Option<u32> {
        self.names.get(&(parent, schema))?.get(name).copied()
    }

    /// Names under a database and schema (0, 0: databases; db, 0: schemas), in order.
    pub fn names(&self, parent: u32, schema: u32) -> impl Iterator<Item = (&str, u32)> {
        self.names
            .get(&(parent, schema))
            .into_iter()
            .flat_map(|names| names.iter().map(|(name, id)| (name.as_str(), *id)))
    }

    /// Every name: database, schema, name, id; in order.
    pub fn all_names(&self) -> impl Iterator<Item = (u32, u32, &str, u32)> {
        self.names.iter().flat_map(|((parent, schema), names)| {
            names.iter().map(|(name, id)| (*parent, *schema, name.as_str(), *id))
        })
    }

    /// A public database by name.
    pub fn database_by_name(&self, name: &str) -> Option<&DatabaseDescriptor> {
        self.database(self.id_of(0, 0, name)?).filter(|db| db.state() == State::Public)
    }

    /// The name of a schema by id.
    pub fn schema_name(&self, id: u32) -> &str {
        if id == PUBLIC_SCHEMA || id == 0 {
            return "public";
        }
        if let Some(schema) = self.schema(id) {
            return &schema.name;
        }
        // Schemas of temporary objects have a name but no descriptor.
        let mut schemas = self.names.iter().filter(|((_, schema), _)| *schema == 0);
        schemas
            .find_map(|(_, names)| names.iter().find(|(_, known)| **known == id))
            .map_or("", |(name, _)| name)
    }

    /// `db.schema.name` of a table.
    pub fn full_name(&self, desc: &TableDescriptor) -> [String; 3] {
        let db = self.database(desc.parent_id).map_or("", |db| &db.name);
        let schema = self.schema_name(desc.unexposed_parent_schema_id);
        [db.to_owned(), schema.to_owned(), desc.name.clone()]
    }

    /// `db.schema.name` of a type.
    pub fn full_type_name(&self, desc: &TypeDescriptor) -> [String; 3] {
        let db = self.database(desc.parent_id).map_or("", |db| &db.name);
        [db.to_owned(), self.schema_name(desc.parent_schema_id).to_owned(), desc.name.clone()]
    }

    /// Whether an id belongs to database `system`, or is it.
    pub fn is_system(&self, id: u32) -> bool {
        id == SYSTEM_DB || self.descriptor(id).is_some_and(|desc| desc.parents().0 == SYSTEM_DB)
    }

    fn enum_type(&self, desc: &TypeDescriptor) -> Arc<EnumType> {
        let schema = self.schema_name(desc.parent_schema_id);
        let name =
            if schema == "public" { desc.name.clone() } else { format!("{schema}.{}", desc.name) };
        Arc::new(EnumType {
            id: desc.id,
            array_id: desc.array_type_id,
            name,
            members: desc
                .enum_members
                .iter()
                .map(|member| EnumMember {
                    physical: member.physical.clone().unwrap_or_default(),
                    logical: member.logical.clone(),
                    read_only: member.capability == 1,
                })
                .collect(),
        })
    }
}

impl TypeSource for Snapshot {
    fn by_name(&self, name: &ObjectName) -> Option<Type> {
        // Only full names can be looked up without a session; `names::Scope` does the rest.
        let [db, schema, object] = name.parts.as_slice() else { return None };
        let db = self.id_of(0, 0, db)?;
        let schema = self.id_of(db, 0, schema)?;
        self.by_id(self.id_of(db, schema, object)?)
    }

    fn by_id(&self, id: u32) -> Option<Type> {
        let desc = self.type_desc(id)?;
        match TypeKind::try_from(desc.kind).ok()? {
            TypeKind::Enum | TypeKind::MultiRegionEnum => Some(Type::Enum(self.enum_type(desc))),
            TypeKind::Alias => wire::from_message(desc.alias.as_ref()?, self).ok(),
            TypeKind::Composite => {
                let elements = &desc.composite.as_ref()?.elements;
                let types = elements
                    .iter()
                    .map(|element| wire::from_message(element.element_type.as_ref()?, self).ok());
                Some(Type::Tuple(Arc::new(TupleType {
                    types: types.collect::<Option<Vec<_>>>()?,
                    labels: elements.iter().map(|element| element.label.clone()).collect(),
                    composite: Some((desc.id, desc.name.clone())),
                })))
            }
        }
    }
}

impl Entry {
    fn new(bytes: Arc<[u8]>, desc: Descriptor) -> Self {
        let table = match &desc.union {
            Some(Union::Table(table)) => Some(Arc::new(table.clone())),
            Some(Union::Database(_) | Union::Type(_) | Union::Schema(_) | Union::Function(_))
            | None => None,
        };
        Self { bytes, desc, table, built: OnceLock::new() }
    }
}

fn read_names(sys: &mut Sys<'_>) -> Result<Names, Error> {
    let mut names = Names::new();
    let number = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
    for row in sys.rows(ids::NAMESPACE, &[])? {
        if let (Some(parent), Some(schema), Some(name), Some(id)) = (
            number(row.int("parentID")),
            number(row.int("parentSchemaID")),
            row.str("name"),
            number(row.int("id")),
        ) {
            names.entry((parent, schema)).or_default().insert(name.to_owned(), id);
        }
    }
    Ok(names)
}
