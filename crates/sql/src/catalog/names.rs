//! From a name to what it stands for.
//!
//! ```text
//!   t          pg_catalog.t, then each schema of the search path in the current database
//!   x.t        schema x of the current database, else schema public of database x
//!   db.s.t     just that
//! ```
//!
//! *Errors*: `Undefined`, `WrongKind`, `NoTarget`, and a refusal for what is offline.

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::descpb::{
    DatabaseDescriptor, FunctionDescriptor, SqlType, State, TableDescriptor, TypeDescriptor,
    TypeKind,
};
use super::error::{Error, Kind};
use super::snapshot::{Snapshot, Table};
use super::system::PUBLIC_SCHEMA;
use crate::ast::ObjectName;
use crate::session::Session;
use crate::types::Type;
use crate::types::wire::TypeSource;

/// Schemas whose tables are made up when they are read.
pub const VIRTUAL_SCHEMAS: [&str; 4] =
    ["crdb_internal", "information_schema", "pg_catalog", "pg_extension"];

/// What names of schemas begin with that hold a session's temporary objects.
pub const TEMP_PREFIX: &str = "pg_temp_";

/// From where names are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The current database; empty when there is none.
    pub database: &'a str,
    /// Schemas for names without one, in order.
    pub search_path: &'a [String],
    /// Whose `$user` it is.
    pub user: &'a str,
}

impl<'a> Scope<'a> {
    /// The scope of a session.
    pub fn of(session: &'a Session) -> Self {
        Self { database: &session.database, search_path: &session.search_path, user: &session.user }
    }

    fn schemas(&self) -> impl Iterator<Item = &'a str> {
        let user = self.user;
        self.search_path.iter().map(move |name| if name == "$user" { user } else { name.as_str() })
    }
}

/// A schema of a database: where an object is, or will be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The database.
    pub database: u32,
    /// Its name.
    pub database_name: String,
    /// The schema.
    pub schema: u32,
    /// Its name.
    pub schema_name: String,
}

impl Place {
    /// `db.schema.name`.
    pub fn full(&self, name: &str) -> String {
        format!("{}.{}.{name}", self.database_name, self.schema_name)
    }
}

/// What the name of a source in FROM stands for.
#[derive(Clone, Debug)]
pub enum Source {
    /// A table, view or sequence that is stored.
    Stored(Arc<Table>),
    /// A table made up when it is read.
    Virtual {
        /// The database that it speaks of.
        database: String,
        /// Its schema.
        schema: &'static str,
        /// Its name.
        name: String,
    },
}

/// What a table descriptor describes.
pub fn kind_of(desc: &TableDescriptor) -> Kind {
    if desc.sequence_opts.is_some() {
        Kind::Sequence
    } else if desc.is_materialized_view {
        Kind::MaterializedView
    } else if desc.view_query.is_empty() {
        Kind::Table
    } else {
        Kind::View
    }
}

/// A name as messages print it.
pub fn dotted(name: &ObjectName) -> String {
    name.parts.join(".")
}

fn virtual_schema(name: &str) -> Option<&'static str> {
    VIRTUAL_SCHEMAS.into_iter().find(|schema| *schema == name)
}

impl Snapshot {
    /// A database by name.
    pub fn resolve_database(&self, name: &str) -> Result<&DatabaseDescriptor, Error> {
        self.database_by_name(name).ok_or_else(|| Error::undefined(Kind::Database, name))
    }

    fn place(&self, database: &str, schema: &str) -> Option<Place> {
        let db = self.database_by_name(database)?;
        let id = self.id_of(db.id, 0, schema)?;
        if self.schema(id).is_some_and(|desc| desc.state() != State::Public) {
            return None;
        }
        Some(Place {
            database: db.id,
            database_name: db.name.clone(),
            schema: id,
            schema_name: schema.to_owned(),
        })
    }

    /// The places that a name's prefix may mean, most likely first.
    fn places(&self, prefix: &[String], scope: Scope<'_>) -> Vec<Place> {
        match prefix {
            [] => scope.schemas().filter_map(|name| self.place(scope.database, name)).collect(),
            [one] => {
                let candidates = [self.place(scope.database, one), self.place(one, "public")];
                candidates.into_iter().flatten().collect()
            }
            [db, schema, ..] => self.place(db, schema).into_iter().collect(),
        }
    }

    /// Where a new object of this name goes.
    pub fn place_for(&self, name: &ObjectName, scope: Scope<'_>) -> Result<Place, Error> {
        if name.prefix().is_empty() && scope.database.is_empty() {
            return Err(Error::NoDatabase);
        }
        if let Some(schema) = name.prefix().last().filter(|schema| virtual_schema(schema).is_some())
        {
            let message = format!("schema cannot be modified: \"{schema}\"");
            return Err(Error::refused(SqlState::INSUFFICIENT_PRIVILEGE, message));
        }
        let found = self.places(name.prefix(), scope);
        found
            .into_iter()
            .find(|place| !name.prefix().is_empty() || !place.schema_name.starts_with(TEMP_PREFIX))
            .ok_or_else(|| Error::NoTarget { name: dotted(name) })
    }

    /// The place of a schema: `s` in the current database, `db.s`, or `db` for its `public`.
    pub fn resolve_schema(&self, name: &ObjectName, scope: Scope<'_>) -> Result<Place, Error> {
        let found = match name.parts.as_slice() {
            [schema] => self.place(scope.database, schema),
            [db, schema] => {
                self.resolve_database(db)?;
                self.place(db, schema)
            }
            _ => None,
        };
        found.ok_or_else(|| Error::undefined(Kind::Schema, dotted(name)))
    }

    /// The id under a name, with its place.
    pub fn find(&self, name: &ObjectName, scope: Scope<'_>) -> Option<(Place, u32)> {
        self.places(name.prefix(), scope).into_iter().find_map(|place| {
            let id = self.id_of(place.database, place.schema, name.object())?;
            Some((place, id))
        })
    }

    /// A table, view or sequence that can be used. Offline ones are refused, dropped ones are not there.
    pub fn resolve_relation(
        &self,
        name: &ObjectName,
        scope: Scope<'_>,
    ) -> Result<&Arc<TableDescriptor>, Error> {
        let missing = || Error::undefined(Kind::Relation, dotted(name));
        let (_, id) = self.find(name, scope).ok_or_else(missing)?;
        let Some(desc) = self.table_desc(id) else {
            return Err(Error::WrongKind { name: name.object().to_owned(), wanted: Kind::Table });
        };
        match desc.state() {
            State::Public => Ok(desc),
            State::Add | State::Drop => Err(missing()),
            State::Offline => Err(offline(desc)),
        }
    }

    /// The same, of one kind. A table may also be a materialized view where `wanted` is a view.
    pub fn resolve_kind(
        &self,
        name: &ObjectName,
        scope: Scope<'_>,
        wanted: Kind,
    ) -> Result<&Arc<TableDescriptor>, Error> {
        let desc = self.resolve_relation(name, scope)?;
        let found = kind_of(desc);
        let fits = found == wanted || wanted == Kind::Relation;
        if fits { Ok(desc) } else { Err(Error::WrongKind { name: desc.name.clone(), wanted }) }
    }

    /// What a name in FROM stands for.
    pub fn resolve_source(&self, name: &ObjectName, scope: Scope<'_>) -> Result<Source, Error> {
        if let Some(found) = self.virtual_source(name, scope) {
            return Ok(found);
        }
        let desc = self.resolve_relation(name, scope)?;
        let table = self.table(desc.id).ok_or_else(|| {
            Error::unsupported(format_args!("a column type of table \"{}\"", desc.name))
        })?;
        Ok(Source::Stored(table))
    }

    fn virtual_source(&self, name: &ObjectName, scope: Scope<'_>) -> Option<Source> {
        let object = name.object();
        let (database, schema) = match name.prefix() {
            // An unqualified name is looked for in pg_catalog first, unless the user has an object of that name.
            [] if self.find(name, scope).is_some() => return None,
            [] => (scope.database, "pg_catalog"),
            [schema] => (scope.database, virtual_schema(schema)?),
            [db, schema, ..] => (db.as_str(), virtual_schema(schema)?),
        };
        super::virtual_tables::exists(schema, object).then(|| Source::Virtual {
            database: database.to_owned(),
            schema,
            name: object.to_owned(),
        })
    }

    /// A user-defined type that can be used.
    pub fn resolve_type(
        &self,
        name: &ObjectName,
        scope: Scope<'_>,
    ) -> Result<&TypeDescriptor, Error> {
        self.find(name, scope)
            .and_then(|(_, id)| self.type_desc(id))
            .filter(|desc| desc.state() == State::Public)
            .ok_or_else(|| Error::undefined(Kind::Type, dotted(name)))
    }

    /// The function or procedure that a name means.
    pub fn find_function(
        &self,
        name: &ObjectName,
        scope: Scope<'_>,
    ) -> Option<&FunctionDescriptor> {
        self.places(name.prefix(), scope).into_iter().find_map(|place| {
            self.functions().find(|routine| {
                (routine.parent_id, routine.parent_schema_id) == (place.database, place.schema)
                    && routine.name == name.object()
                    && routine.state == i32::from(State::Public)
            })
        })
    }

    /// The type of a column as an expression may name it, with the session's names.
    pub fn type_source<'a>(&'a self, scope: Scope<'a>) -> ScopedTypes<'a> {
        ScopedTypes { snapshot: self, scope }
    }

    /// The user-defined types that a column's type is made of.
    pub fn types_in(&self, message: &SqlType) -> Vec<u32> {
        let base = crate::types::oid::USER_TYPE_BASE;
        let Some(id) = message.oid.checked_sub(base) else { return Vec::new() };
        let Some(desc) = self.type_desc(id) else { return Vec::new() };
        // An array brings its element, as an enum brings its array.
        match TypeKind::try_from(desc.kind) {
            Ok(TypeKind::Alias) => {
                let element = desc
                    .alias
                    .as_ref()
                    .and_then(|alias| alias.array_contents.as_ref())
                    .and_then(|element| element.oid.checked_sub(base));
                element.into_iter().chain([id]).collect()
            }
            Ok(TypeKind::Enum | TypeKind::MultiRegionEnum | TypeKind::Composite) | Err(_) => {
                vec![id, desc.array_type_id]
            }
        }
    }

    /// Whether a place is the schema `public` of its database.
    pub fn is_public(&self, place: &Place) -> bool {
        place.schema == PUBLIC_SCHEMA || place.schema_name == "public"
    }
}

fn offline(desc: &TableDescriptor) -> Error {
    let reason = if desc.offline_reason.is_empty() { "" } else { ": " };
    Error::refused(
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!("relation \"{}\" is offline{reason}{}", desc.name, desc.offline_reason),
    )
}

/// User-defined types as a session names them.
#[derive(Clone, Copy, Debug)]
pub struct ScopedTypes<'a> {
    snapshot: &'a Snapshot,
    scope: Scope<'a>,
}

impl TypeSource for ScopedTypes<'_> {
    fn by_name(&self, name: &ObjectName) -> Option<Type> {
        let desc = self.snapshot.resolve_type(name, self.scope).ok()?;
        self.snapshot.by_id(desc.id)
    }

    fn by_id(&self, id: u32) -> Option<Type> {
        self.snapshot.by_id(id)
    }
}
