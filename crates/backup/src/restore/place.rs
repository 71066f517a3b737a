//! Placing: where each restored object goes in this cluster, and whether its place is free.
//!
//! ```text
//!   RESTORE DATABASE shop            shop must not be here; everything in it gets a new id
//!   RESTORE TABLE shop.orders        shop must be here; schemas and types of the same name are used, tables must not be here
//!     WITH into_db = 'lab'           lab instead of shop
//! ```
//!
//! *Source*: `spec/restore.md` §5, §6, `spec/error-messages.md` §4. Errors: those of [`super::error`]; nothing is
//! written but the counter of ids.

use base::map::{Map, Set};
use sql::catalog::Snapshot as Catalog;
use sql::catalog::descpb::{Descriptor, TypeDescriptor, Union};
use sql::catalog::privilege::Privilege;
use sql::catalog::write;
use sql::jobs::jobspb::DescriptorRewrite;

use super::error::Error as RestoreError;
use super::plan::NEW_MODEL;
use crate::cx::Cx;
use crate::error::Error;
use crate::targets::{PUBLIC_SCHEMA, Snapshot, parents};

/// Where things go.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Places {
    /// By id in the backup.
    pub(super) rewrites: Map<u32, DescriptorRewrite>,
    /// New names of databases by their names in the backup.
    pub(super) databases: Map<String, String>,
    /// Objects whose schema is made anew too, with the schema's id in the backup.
    in_new_schema: Map<u32, u32>,
}

/// What is placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restored<'a> {
    /// The backup's descriptors at the moment.
    pub(super) snapshot: &'a Snapshot,
    /// Those of them that come.
    pub(super) ids: &'a Set<u32>,
    /// `new_db_name`.
    pub(super) new_db_name: Option<&'a str>,
    /// `into_db`.
    pub(super) into_db: Option<&'a str>,
}

/// An id that is not known yet: it is drawn when all is found free.
const NEW: u32 = 0;

/// Places whole databases.
///
/// *Errors*: [`RestoreError::DatabaseExists`].
pub(super) fn databases(
    restored: Restored<'_>,
    catalog: &Catalog,
    cx: &mut Cx<'_, '_>,
) -> Result<Places, Error> {
    let mut places = Places::default();
    for database in restored.snapshot.databases().filter(|d| restored.ids.contains(&d.id)) {
        let name = restored.new_db_name.unwrap_or(&database.name);
        if catalog.id_of(0, 0, name).is_some() {
            return Err(RestoreError::DatabaseExists { name: name.to_owned() }.into());
        }
        places.databases.insert(database.name.clone(), name.to_owned());
        places.rewrites.insert(database.id, DescriptorRewrite::default());
    }
    for id in restored.ids {
        let Some(descriptor) = restored.snapshot.by_id.get(id) else { continue };
        let (database, schema) = parents(descriptor);
        let to = DescriptorRewrite {
            id: NEW,
            parent_id: database,
            to_existing: false,
            parent_schema_id: schema,
        };
        places.rewrites.entry(*id).or_insert(to);
    }
    draw_ids(&mut places, cx)?;
    let drawn = places.rewrites.clone();
    let moved = |old: u32| drawn.get(&old).map_or(old, |to| to.id);
    for to in places.rewrites.values_mut() {
        to.parent_id = moved(to.parent_id);
        to.parent_schema_id = moved(to.parent_schema_id);
    }
    Ok(places)
}

/// Places tables into databases that are here.
///
/// *Errors*: a database that is not here, a privilege that the user lacks, a name that is taken, a type that is another.
pub(super) fn tables(
    restored: Restored<'_>,
    catalog: &Catalog,
    cx: &mut Cx<'_, '_>,
) -> Result<Places, Error> {
    let mut places = Places::default();
    for table in restored.ids.iter().filter_map(|id| restored.snapshot.table(*id)) {
        let descriptor = Descriptor::from(table.clone());
        place_object(&descriptor, "table", restored, catalog, cx, &mut places)?;
    }
    for ty in restored.ids.iter().filter_map(|id| restored.snapshot.user_type(*id)) {
        let descriptor = Descriptor::from(ty.clone());
        place_object(&descriptor, "type", restored, catalog, cx, &mut places)?;
    }
    draw_ids(&mut places, cx)?;
    for (object, schema) in std::mem::take(&mut places.in_new_schema) {
        let made = places.rewrites.get(&schema).map_or(PUBLIC_SCHEMA, |to| to.id);
        if let Some(to) = places.rewrites.get_mut(&object) {
            to.parent_schema_id = made;
        }
    }
    Ok(places)
}

fn place_object(
    descriptor: &Descriptor,
    kind: &'static str,
    restored: Restored<'_>,
    catalog: &Catalog,
    cx: &Cx<'_, '_>,
    places: &mut Places,
) -> Result<(), Error> {
    let (old_database, old_schema) = parents(descriptor);
    let name = descriptor.name().to_owned();
    let origin = restored.snapshot.database(old_database).ok_or_else(|| {
        RestoreError::NoParent { database: old_database, object: name.clone(), id: descriptor.id() }
    })?;
    let wanted = restored.into_db.unwrap_or(&origin.name);
    let database = catalog.database_by_name(wanted).ok_or_else(|| RestoreError::NoDatabase {
        name: wanted.to_owned(),
        kind,
        object: name.clone(),
    })?;
    check_create(database.id, wanted, catalog, cx)?;
    places.databases.insert(origin.name.clone(), wanted.to_owned());
    let schema_name = restored.snapshot.schema_name(old_schema);
    let schema = catalog.id_of(database.id, 0, schema_name);
    let to_schema = DescriptorRewrite {
        id: schema.unwrap_or(NEW),
        parent_id: database.id,
        to_existing: schema.is_some(),
        parent_schema_id: 0,
    };
    places.rewrites.entry(old_schema).or_insert(to_schema);
    let mut to = DescriptorRewrite {
        id: NEW,
        parent_id: database.id,
        to_existing: false,
        parent_schema_id: schema.unwrap_or(0),
    };
    if schema.is_none() {
        places.in_new_schema.insert(descriptor.id(), old_schema);
    }
    if let Some(taken) = schema.and_then(|schema| catalog.id_of(database.id, schema, &name)) {
        let fits = match (&descriptor.union, catalog.type_desc(taken)) {
            (Some(Union::Type(ours)), Some(theirs)) => {
                check_compatible(ours, theirs).map(|()| true)?
            }
            _ => false,
        };
        if !fits {
            let kind = if kind == "type" { "type" } else { "relation" };
            return Err(RestoreError::Exists { kind, name }.into());
        }
        to.id = taken;
        to.to_existing = true;
    }
    places.rewrites.insert(descriptor.id(), to);
    Ok(())
}

/// Refuses a database in which the user may not create.
fn check_create(id: u32, name: &str, catalog: &Catalog, cx: &Cx<'_, '_>) -> Result<(), Error> {
    let user = &cx.sql.session.user;
    let on = catalog.descriptor(id).and_then(Descriptor::privileges);
    let holds_new =
        cx.rules().restore_privilege() && catalog.users.may(user, on, Privilege::Restore);
    if holds_new || catalog.users.is_admin(user) || catalog.users.may(user, on, Privilege::Create) {
        return Ok(());
    }
    let hint = cx.rules().restore_privilege().then(|| {
        format!(
            "{NEW_MODEL} RESTORE TABLE, user {user} will exclusively require the RESTORE privilege on database {name}."
        )
    });
    let text = format!("user {user} does not have CREATE privilege on database {name}");
    Err(Error::Denied { text, hint })
}

/// Whether a type of the same name is the same type.
fn check_compatible(ours: &TypeDescriptor, theirs: &TypeDescriptor) -> Result<(), RestoreError> {
    let mismatch = |cause: &str| {
        Err(RestoreError::TypeMismatch { name: ours.name.clone(), cause: cause.to_owned() })
    };
    if ours.kind != theirs.kind {
        return mismatch("types are not of the same kind");
    }
    if ours.enum_members.len() != theirs.enum_members.len() {
        return mismatch("enums have different numbers of members");
    }
    let same = ours
        .enum_members
        .iter()
        .zip(&theirs.enum_members)
        .all(|(a, b)| a.logical == b.logical && a.physical == b.physical);
    if same { Ok(()) } else { mismatch("enum members differ") }
}

/// Draws new ids, in order of the old ones, so that keys keep their order.
fn draw_ids(places: &mut Places, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let rules = cx.rules();
    for to in places.rewrites.values_mut() {
        if !to.to_existing {
            to.id = write::new_id(cx.sql.kv, cx.sql.clock, rules)?;
        }
    }
    Ok(())
}
