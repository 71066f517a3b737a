//! Targets: which objects a BACKUP or RESTORE means.
//!
//! ```text
//!   (none)          every database, chosen system tables
//!   DATABASE d      d, its schemas, types, tables, views, sequences            d is complete
//!   d.*, d.s.*      the same, or what lies in one schema                       d.* is complete
//!   d.t             t, and with it d, its schema, the types it uses            nothing is complete
//! ```
//!
//! Shape: pure functions over a [`Snapshot`], the descriptors at one moment. BACKUP takes it from the cluster at its
//! end time, RESTORE from a manifest, so both mean the same by a name. *Source*: `spec/backup.md` §2, §3,
//! `spec/error-messages.md` §3. Errors: [`Error`]. Left out: temporary tables are never targets; virtual clusters.

use std::fmt;

use base::map::{Map, Set};
use base::sort;
use base::span::{Span, merge};
use base::sqlstate::SqlState;
use sql::ast::backup::Targets;
use sql::ast::{ObjectName, TablePattern};
use sql::catalog::descpb::{
    DatabaseDescriptor, Descriptor, SchemaDescriptor, SqlType, State, TableDescriptor,
    TypeDescriptor, Union, family,
};
use sql::rules::Rules;

use crate::keyspan;

/// The database `system`.
pub const SYSTEM_DB: u32 = 1;
/// Schema `public` of every database up to v21.2.
pub const PUBLIC_SCHEMA: u32 = 29;
/// What is added to a type's id to make its oid.
const TYPE_OID_OFFSET: u32 = 100_000;

/// System tables that a cluster backup of v21.2 holds, as SHOW BACKUP lists them.
const SYSTEM_TABLES_21_2: [&str; 10] = [
    "users",
    "zones",
    "settings",
    "ui",
    "jobs",
    "locations",
    "role_members",
    "role_options",
    "comments",
    "scheduled_jobs",
];
/// The same of v26.2.
const SYSTEM_TABLES_26_2: [&str; 14] = [
    "users",
    "zones",
    "settings",
    "ui",
    "locations",
    "role_members",
    "role_options",
    "comments",
    "scheduled_jobs",
    "database_role_settings",
    "tenant_settings",
    "privileges",
    "external_connections",
    "role_id_seq",
];

/// Whether a cluster backup holds this system table.
pub fn backs_up_system_table(name: &str, rules: Rules) -> bool {
    if rules.jobs_table_in_backup() {
        name == "database_role_settings" || SYSTEM_TABLES_21_2.contains(&name)
    } else {
        SYSTEM_TABLES_26_2.contains(&name)
    }
}

/// Why a target means nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// No such database, or one that is being dropped.
    Database {
        /// As typed.
        name: String,
        /// Whether a time was given to RESTORE, which may be the reason.
        timed: bool,
    },
    /// No such table.
    Table {
        /// As typed.
        name: String,
    },
    /// No such schema in a pattern.
    Schema {
        /// As typed.
        name: String,
        /// The database's id.
        database: u32,
    },
    /// A virtual cluster.
    Tenant,
}

impl Error {
    /// The five characters: none in the real system.
    pub const fn sqlstate(&self) -> SqlState {
        match self {
            Self::Tenant => SqlState::FEATURE_NOT_SUPPORTED,
            Self::Database { .. } | Self::Table { .. } | Self::Schema { .. } => {
                SqlState::UNCATEGORIZED
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database { name, timed: false } => {
                write!(f, "database \"{name}\" does not exist")
            }
            Self::Database { name, timed: true } => write!(
                f,
                "database \"{name}\" does not exist, or invalid RESTORE timestamp: supplied backups do not cover requested time"
            ),
            Self::Table { name } => write!(f, "table \"{name}\" does not exist"),
            Self::Schema { name, database } => {
                write!(f, "schema with name {name} not found in DB {database}")
            }
            Self::Tenant => f.write_str("virtual clusters are not simulated"),
        }
    }
}

/// The descriptors of one moment.
#[derive(Clone, Default, Debug)]
pub struct Snapshot {
    /// By id, dropped ones included.
    pub by_id: Map<u32, Descriptor>,
}

impl FromIterator<Descriptor> for Snapshot {
    fn from_iter<I: IntoIterator<Item = Descriptor>>(descriptors: I) -> Self {
        Self { by_id: descriptors.into_iter().map(|d| (d.id(), d)).collect() }
    }
}

impl Snapshot {
    /// A database by id.
    pub fn database(&self, id: u32) -> Option<&DatabaseDescriptor> {
        match &self.by_id.get(&id)?.union {
            Some(Union::Database(d)) => Some(d),
            _ => None,
        }
    }

    /// A table, view or sequence by id.
    pub fn table(&self, id: u32) -> Option<&TableDescriptor> {
        as_table(self.by_id.get(&id)?)
    }

    /// A type by id.
    pub fn user_type(&self, id: u32) -> Option<&TypeDescriptor> {
        match &self.by_id.get(&id)?.union {
            Some(Union::Type(d)) => Some(d),
            _ => None,
        }
    }

    /// A schema with a descriptor, by id.
    pub fn schema(&self, id: u32) -> Option<&SchemaDescriptor> {
        match &self.by_id.get(&id)?.union {
            Some(Union::Schema(d)) => Some(d),
            _ => None,
        }
    }

    /// All tables, views and sequences.
    pub fn tables(&self) -> impl Iterator<Item = &TableDescriptor> {
        self.by_id.values().filter_map(as_table)
    }

    /// All databases.
    pub fn databases(&self) -> impl Iterator<Item = &DatabaseDescriptor> {
        self.by_id.values().filter_map(|d| match &d.union {
            Some(Union::Database(d)) => Some(d),
            _ => None,
        })
    }

    /// The public database of a name.
    pub fn database_named(&self, name: &str) -> Option<&DatabaseDescriptor> {
        self.databases().find(|d| d.name == name && d.state == i32::from(State::Public))
    }

    /// The id of a schema of a database. `public` of v21.2 has no descriptor.
    pub fn schema_named(&self, database: u32, name: &str) -> Option<u32> {
        let found = self.by_id.values().find(|d| {
            matches!(&d.union, Some(Union::Schema(s))
                if s.parent_id == database && s.name == name && d.state() != State::Drop)
        });
        match found {
            Some(schema) => Some(schema.id()),
            None if name == "public" => Some(PUBLIC_SCHEMA),
            None => None,
        }
    }

    /// The name of a schema, by the id that a table or type carries.
    pub fn schema_name(&self, id: u32) -> &str {
        self.schema(id).map_or("public", |schema| &schema.name)
    }

    /// The public table of a name. Temporary tables are not found.
    pub fn table_named(&self, database: u32, schema: u32, name: &str) -> Option<&TableDescriptor> {
        self.tables().find(|t| {
            t.parent_id == database
                && schema_of(t) == schema
                && t.name == name
                && !t.temporary
                && t.state == i32::from(State::Public)
        })
    }

    /// Everything in a database (or one schema of it) that a backup takes: schemas that are not dropped; types, and
    /// tables public and offline.
    fn members(&self, database: u32, schema: Option<u32>) -> Vec<u32> {
        let inside = |d: &&Descriptor| {
            let (parent, in_schema) = parents(d);
            let fits = schema.is_none_or(|wanted| in_schema == wanted || d.id() == wanted);
            let temporary = as_table(d).is_some_and(|table| table.temporary);
            parent == database && fits && !temporary && taken(d)
        };
        self.by_id.values().filter(inside).map(Descriptor::id).collect()
    }
}

/// What was asked for, resolved.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Selection {
    /// All descriptors of the backup, by id.
    pub ids: Set<u32>,
    /// Databases that are asked for as a whole.
    pub complete_dbs: Set<u32>,
    /// What was named itself, and not only came along.
    pub named: Set<u32>,
}

impl Selection {
    /// The selected tables, views and sequences.
    pub fn tables<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a TableDescriptor> {
        self.ids.iter().filter_map(|id| snapshot.table(*id)).collect()
    }

    /// The spans of all selected tables.
    pub fn spans(&self, snapshot: &Snapshot) -> Vec<Span> {
        let tables = self.tables(snapshot);
        merge_by_table(tables.into_iter().flat_map(keyspan::spans_of).collect())
    }
}

/// Joins neighbours inside one table only, so that each span tells its table.
pub fn merge_by_table(spans: Vec<Span>) -> Vec<Span> {
    let mut by_table: Map<Option<u32>, Vec<Span>> = Map::new();
    for span in spans {
        by_table.entry(keyspan::table_of(&span.start)).or_default().push(span);
    }
    let mut all: Vec<Span> = by_table.into_values().flat_map(merge).collect();
    sort::natural(&mut all);
    all
}

/// Where names without a prefix are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The session's database; may be empty.
    pub database: &'a str,
    /// Its schemas in order.
    pub search_path: &'a [String],
    /// Whether RESTORE was given a time.
    pub timed: bool,
}

/// What targets mean. None at all means the whole cluster.
///
/// *Errors*: a name that means nothing.
pub fn resolve(
    snapshot: &Snapshot,
    targets: Option<&Targets>,
    scope: Scope<'_>,
    rules: Rules,
) -> Result<Selection, Error> {
    let mut selection = Selection::default();
    match targets {
        None => return Ok(cluster(snapshot, rules)),
        Some(Targets::Databases(names)) => {
            for name in names {
                let database = snapshot
                    .database_named(name)
                    .ok_or_else(|| Error::Database { name: name.clone(), timed: scope.timed })?;
                add_database(snapshot, database.id, &mut selection);
            }
        }
        Some(Targets::Tables(patterns)) => {
            for pattern in patterns {
                match pattern {
                    TablePattern::Name(name) => {
                        let table = find_table(snapshot, name, scope)
                            .ok_or_else(|| Error::Table { name: name.parts.join(".") })?;
                        selection.named.insert(table);
                        selection.ids.insert(table);
                    }
                    TablePattern::All(prefix) => add_all(snapshot, prefix, scope, &mut selection)?,
                }
            }
        }
        Some(Targets::VirtualCluster(_)) => return Err(Error::Tenant),
    }
    add_dependencies(snapshot, &mut selection);
    Ok(selection)
}

/// Everything: all databases, all that is in them, and the chosen system tables.
fn cluster(snapshot: &Snapshot, rules: Rules) -> Selection {
    let mut selection = Selection::default();
    for database in snapshot.databases() {
        if database.id == SYSTEM_DB {
            selection.ids.insert(SYSTEM_DB);
        } else if database.state == i32::from(State::Public)
            || database.state == i32::from(State::Offline)
        {
            add_database(snapshot, database.id, &mut selection);
        }
    }
    let system = snapshot
        .tables()
        .filter(|table| table.parent_id == SYSTEM_DB && backs_up_system_table(&table.name, rules));
    selection.ids.extend(system.map(|table| table.id));
    add_dependencies(snapshot, &mut selection);
    selection
}

fn add_database(snapshot: &Snapshot, id: u32, selection: &mut Selection) {
    selection.named.insert(id);
    selection.complete_dbs.insert(id);
    selection.ids.insert(id);
    selection.ids.extend(snapshot.members(id, None));
}

/// `*`, `x.*`, `d.s.*`. With one part a schema of the session's database is tried before a database.
fn add_all(
    snapshot: &Snapshot,
    prefix: &[String],
    scope: Scope<'_>,
    selection: &mut Selection,
) -> Result<(), Error> {
    let own = snapshot.database_named(scope.database);
    let (database, schema) = match prefix {
        [] => {
            let own = own.ok_or_else(|| Error::Database {
                name: scope.database.to_owned(),
                timed: scope.timed,
            })?;
            let schema = scope.search_path.first().map_or("public", String::as_str);
            (own, Some(schema))
        }
        [name] => {
            let schema = own.filter(|own| snapshot.schema_named(own.id, name).is_some());
            match (schema, snapshot.database_named(name)) {
                // `public.*` is a schema of every database, so a database of the session decides.
                (Some(own), _) => (own, Some(name.as_str())),
                (None, Some(database)) => (database, None),
                (None, None) => {
                    return Err(Error::Database { name: name.clone(), timed: scope.timed });
                }
            }
        }
        [database, .., schema] => {
            let found = snapshot
                .database_named(database)
                .ok_or_else(|| Error::Database { name: database.clone(), timed: scope.timed })?;
            (found, Some(schema.as_str()))
        }
    };
    let Some(schema) = schema else {
        add_database(snapshot, database.id, selection);
        return Ok(());
    };
    let id = snapshot
        .schema_named(database.id, schema)
        .ok_or_else(|| Error::Schema { name: schema.to_owned(), database: database.id })?;
    let members = snapshot.members(database.id, Some(id));
    selection.named.extend(members.iter().copied());
    selection.ids.extend(members);
    Ok(())
}

/// The table that a name means: `t` on the search path, `s.t` or `d.t`, `d.s.t`.
fn find_table(snapshot: &Snapshot, name: &ObjectName, scope: Scope<'_>) -> Option<u32> {
    let lookup = |database: &str, schema: &str, table: &str| {
        let database = snapshot.database_named(database)?;
        let schema = snapshot.schema_named(database.id, schema)?;
        snapshot.table_named(database.id, schema, table).map(|table| table.id)
    };
    match name.parts.as_slice() {
        [table] => scope.search_path.iter().find_map(|s| lookup(scope.database, s, table)),
        [first, table] => {
            lookup(scope.database, first, table).or_else(|| lookup(first, "public", table))
        }
        [database, schema, table] => lookup(database, schema, table),
        _ => None,
    }
}

/// The three parts of the name of a table that a statement means.
pub fn whole_name(snapshot: &Snapshot, name: &ObjectName, scope: Scope<'_>) -> Option<[String; 3]> {
    let table = snapshot.table(find_table(snapshot, name, scope)?)?;
    let database = snapshot.database(table.parent_id)?;
    let schema = snapshot.schema_name(table.unexposed_parent_schema_id);
    Some([database.name.clone(), schema.to_owned(), table.name.clone()])
}

/// What comes along with a table: its database, its schema, the types it uses and their array types.
fn add_dependencies(snapshot: &Snapshot, selection: &mut Selection) {
    let mut along: Set<u32> = Set::new();
    for table in selection.tables(snapshot) {
        for id in types_of(table) {
            along.insert(id);
            if let Some(found) = snapshot.user_type(id) {
                along.insert(found.array_type_id);
            }
        }
    }
    selection.ids.extend(along.iter().copied().filter(|id| snapshot.by_id.contains_key(id)));
    let mut parents_of: Set<u32> = Set::new();
    for id in &selection.ids {
        if let Some(found) = snapshot.by_id.get(id) {
            let (database, schema) = parents(found);
            parents_of.extend([database, schema]);
        }
    }
    selection.ids.extend(parents_of.into_iter().filter(|id| snapshot.by_id.contains_key(id)));
}

/// Ids of the user-defined types that a table's columns have.
pub fn types_of(table: &TableDescriptor) -> Set<u32> {
    let mut ids: Set<u32> = table.depends_on_types.iter().copied().collect();
    for column in &table.columns {
        if let Some(ty) = &column.ty {
            add_type(ty, &mut ids);
        }
    }
    ids
}

fn add_type(ty: &SqlType, ids: &mut Set<u32>) {
    if ty.family == family::ENUM && ty.oid > TYPE_OID_OFFSET {
        ids.insert(ty.oid - TYPE_OID_OFFSET);
    }
    if let Some(element) = &ty.array_contents {
        add_type(element, ids);
    }
}

/// The schema that a table lies in, as an id that is never 0.
pub fn schema_of(table: &TableDescriptor) -> u32 {
    match table.unexposed_parent_schema_id {
        0 => PUBLIC_SCHEMA,
        id => id,
    }
}

/// Database and schema of any descriptor, 0 where there is none.
pub fn parents(d: &Descriptor) -> (u32, u32) {
    match &d.union {
        Some(Union::Table(t)) => (t.parent_id, schema_of(t)),
        _ => d.parents(),
    }
}

fn as_table(d: &Descriptor) -> Option<&TableDescriptor> {
    match &d.union {
        Some(Union::Table(table)) => Some(table),
        _ => None,
    }
}

/// Whether a descriptor in this state is taken into a backup.
fn taken(d: &Descriptor) -> bool {
    match d.state() {
        State::Public | State::Offline => true,
        State::Add => !matches!(&d.union, Some(Union::Table(_))),
        State::Drop => false,
    }
}
