//! Definitions: which function carries out which statement, and what they share.
//!
//! ```text
//!   statement ─▶ Draft { tables, types, … }  ─ changed in memory, also back references ─▶ write: rows of descriptors
//!                                                                                     └─▶ row of a finished job
//! ```
//!
//! Shape: a [`Draft`] holds every descriptor that a statement changes, so that one version step is written for each.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::JobId;
use base::map::{Map, Set};
use base::sqlstate::SqlState;

use super::ddl_expr::Env;
use super::{
    alter_object, alter_table, ddl_comment, ddl_database, ddl_drop, ddl_index, ddl_sequence,
    ddl_table, ddl_truncate, ddl_type, ddl_view, default_privileges, grant, role, routine, set,
    show, zone,
};
use crate::ast::{ObjectName, Statement};
use crate::catalog::descpb::{
    DatabaseDescriptor, Descriptor, FunctionDescriptor, PrivilegeDescriptor, SchemaDescriptor,
    TableDescriptor, TypeDescriptor,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Place, Scope};
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::write;
use crate::cx::Cx;
use crate::error::Error;
use crate::jobs::{self, schema_change};
use crate::outcome::{Notice, Outcome};
use crate::print;

/// Runs a definition, a grant, a zone or setting statement, or SHOW. `None` for statements of other kinds.
#[expect(clippy::wildcard_enum_match_arm, reason = "queries, DML, sessions, backups are others'")]
pub(crate) fn run(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Option<Outcome>, Error> {
    Ok(Some(match stmt {
        Statement::CreateDatabase(create) => ddl_database::create(create, cx)?,
        Statement::CreateSchema(create) => ddl_database::create_schema(create, cx)?,
        Statement::AlterDatabase(alter) => ddl_database::alter(alter, cx)?,
        Statement::CreateTable(create) => ddl_table::create(create, cx)?,
        Statement::CreateIndex(create) => ddl_index::create(create, cx)?,
        Statement::DropIndex(drop) => ddl_index::drop(drop, cx)?,
        Statement::AlterIndexVisible(alter) => ddl_index::set_visible(alter, cx)?,
        Statement::CreateSequence(create) => ddl_sequence::create(create, cx)?,
        Statement::AlterSequence(alter) => ddl_sequence::alter(alter, cx)?,
        Statement::CreateView(create) => ddl_view::create(create, cx)?,
        Statement::Refresh(refresh) => ddl_view::refresh(refresh, cx)?,
        Statement::CreateType(create) => ddl_type::create(create, cx)?,
        Statement::CreateFunction(create) => routine::create(create, cx)?,
        Statement::AlterType(alter) => ddl_type::alter(alter, cx)?,
        Statement::Drop(drop) => ddl_drop::run(drop, cx)?,
        Statement::Truncate(truncate) => ddl_truncate::run(truncate, cx)?,
        Statement::AlterTable(alter) => alter_table::run(alter, cx)?,
        Statement::Split(split) => ddl_index::split(split, cx)?,
        Statement::Rename(rename) => alter_object::rename(rename, cx)?,
        Statement::SetSchema(set) => alter_object::set_schema(set, cx)?,
        Statement::Owner(owner) => alter_object::owner(owner, cx)?,
        Statement::Comment(comment) => ddl_comment::run(comment, cx)?,
        Statement::ReassignOwned(stmt) => alter_object::reassign(stmt, cx)?,
        Statement::CreateRole(create) => role::create(create, cx)?,
        Statement::AlterRole(alter) => role::alter(alter, cx)?,
        Statement::DropRole(drop) => role::drop(drop, cx)?,
        Statement::Grant(stmt) => grant::run(stmt, cx)?,
        Statement::AlterDefaultPrivileges(alter) => default_privileges::alter(alter, cx)?,
        Statement::SetClusterSetting(stmt) => set::cluster_setting(stmt, cx)?,
        Statement::ConfigureZone(stmt) => zone::configure(stmt, cx)?,
        Statement::Show(stmt) => return show::run(stmt, cx),
        _ => return Ok(None),
    }))
}

/// Every descriptor that a statement changes.
#[derive(Debug)]
pub(crate) struct Draft {
    /// What existed before it.
    pub snapshot: Arc<Snapshot>,
    tables: Map<u32, TableDescriptor>,
    types: Map<u32, TypeDescriptor>,
    schemas: Map<u32, SchemaDescriptor>,
    databases: Map<u32, DatabaseDescriptor>,
    functions: Map<u32, FunctionDescriptor>,
    made: Set<u32>,
}

macro_rules! drafts {
    ($($(#[$doc:meta])* $get:ident, $field:ident: $ty:ty = $find:expr;)*) => {
        impl Draft {
            $($(#[$doc])* pub(crate) fn $get(&mut self, id: u32) -> Result<&mut $ty, Error> {
                if !self.$field.contains_key(&id) {
                    let find: fn(&Snapshot, u32) -> Option<$ty> = $find;
                    if let Some(found) = find(&self.snapshot, id) {
                        self.$field.insert(id, found);
                    }
                }
                let missing = CatalogError::Wire { place: "descriptor" };
                Ok(self.$field.get_mut(&id).ok_or(missing)?)
            })*
        }
    };
}

drafts! {
    /// A table, to be changed.
    table, tables: TableDescriptor = |snapshot, id| snapshot.table_desc(id).map(|desc| (**desc).clone());
    /// A type, to be changed.
    type_desc, types: TypeDescriptor = |snapshot, id| snapshot.type_desc(id).cloned();
    /// A schema, to be changed.
    schema, schemas: SchemaDescriptor = |snapshot, id| snapshot.schema(id).cloned();
    /// A database, to be changed.
    database, databases: DatabaseDescriptor = |snapshot, id| snapshot.database(id).cloned();
    /// A function, to be changed.
    function, functions: FunctionDescriptor = |snapshot, id| snapshot.function(id).cloned();
}

impl Draft {
    /// Nothing changed yet.
    pub(crate) fn new(snapshot: Arc<Snapshot>) -> Self {
        Self {
            snapshot,
            tables: Map::new(),
            types: Map::new(),
            schemas: Map::new(),
            databases: Map::new(),
            functions: Map::new(),
            made: Set::new(),
        }
    }

    /// A table as it stands: changed here, else as it was.
    pub(crate) fn see_table(&self, id: u32) -> Option<&TableDescriptor> {
        self.tables.get(&id).or_else(|| self.snapshot.table_desc(id).map(|desc| &**desc))
    }

    /// A new table, view or sequence.
    pub(crate) fn add_table(&mut self, desc: TableDescriptor) {
        self.made.insert(desc.id);
        self.tables.insert(desc.id, desc);
    }

    /// A new type.
    pub(crate) fn add_type(&mut self, desc: TypeDescriptor) {
        self.made.insert(desc.id);
        self.types.insert(desc.id, desc);
    }

    /// A new function.
    pub(crate) fn add_function(&mut self, desc: FunctionDescriptor) {
        self.made.insert(desc.id);
        self.functions.insert(desc.id, desc);
    }

    /// Ids of all that is changed or new.
    pub(crate) fn ids(&self) -> Vec<u32> {
        let ids = self.tables.keys().chain(self.types.keys());
        let ids = ids.chain(self.schemas.keys()).chain(self.databases.keys());
        ids.chain(self.functions.keys()).copied().collect()
    }

    /// Writes everything: new ones with their names, changed ones one version up.
    pub(crate) fn write(self, cx: &mut Cx<'_>) -> Result<(), Error> {
        let now = cx.clock.now();
        let mut sys = cx.sys_changing()?;
        let made = self.made;
        let all = (self.databases.into_values().map(Descriptor::from))
            .chain(self.schemas.into_values().map(Descriptor::from))
            .chain(self.types.into_values().map(Descriptor::from))
            .chain(self.tables.into_values().map(Descriptor::from))
            .chain(self.functions.into_values().map(Descriptor::from));
        for desc in all {
            if made.contains(&desc.id()) {
                write::create(&mut sys, desc, now)?;
            } else {
                write::update(&mut sys, desc, now)?;
            }
        }
        Ok(())
    }
}

impl Cx<'_> {
    /// A descriptor id that nothing else has.
    pub(crate) fn new_desc_id(&mut self) -> Result<u32, Error> {
        Ok(write::new_id(self.kv, self.clock, *self.rules)?)
    }

    /// An id for a new job.
    pub(crate) fn new_job_id(&mut self) -> JobId {
        JobId(self.ints.next(self.clock.now(), self.node))
    }

    /// Where expressions of definitions look things up.
    pub(crate) fn ddl_env<'a>(&'a self, snapshot: &'a Snapshot) -> Env<'a> {
        Env { snapshot, names: Scope::of(self.session), text_cx: self.text_cx() }
    }

    /// Says that something was there, or not there, already.
    pub(crate) fn notice_skip(
        &mut self,
        what: impl std::fmt::Display,
        state: &str,
        code: SqlState,
    ) {
        let mut notice = Notice::new(format!("{what} {state}, skipping"));
        notice.code = code;
        self.notice(notice);
    }

    /// Refuses a user who may not make objects in a place.
    pub(crate) fn require_create_in(
        &mut self,
        snapshot: &Snapshot,
        place: &Place,
    ) -> Result<(), Error> {
        // `public` of v21.2 has no descriptor: there the database decides, and lets everybody in.
        let Some(schema) = snapshot.schema(place.schema) else { return Ok(()) };
        let on = schema.privileges.as_ref();
        self.require(snapshot, on, Privilege::Create, (Kind::Schema, &place.schema_name))
    }

    /// Refuses a user who neither owns an object, himself or by a role, nor is an admin.
    pub(crate) fn require_owner(
        &self,
        snapshot: &Snapshot,
        on: Option<&PrivilegeDescriptor>,
        (kind, name): (Kind, &str),
    ) -> Result<(), Error> {
        let owner = on.map_or("", |privileges| &privileges.owner);
        let user = &self.session.user;
        if snapshot.users.is_admin(user) || snapshot.users.identities(user).contains(owner) {
            return Ok(());
        }
        Err(CatalogError::NotOwner { kind, name: name.to_owned() }.into())
    }

    /// Refuses a user who has no CREATE on a table and does not own it.
    pub(crate) fn require_alter(
        &mut self,
        snapshot: &Snapshot,
        desc: &TableDescriptor,
    ) -> Result<(), Error> {
        if snapshot.is_system(desc.id) {
            let text = format!("{} is a system catalog", desc.name);
            let code = SqlState::INSUFFICIENT_PRIVILEGE;
            return Err(CatalogError::refused(code, text).into());
        }
        let on = desc.privileges.as_ref();
        self.require(snapshot, on, Privilege::Create, (Kind::Relation, &desc.name))
    }
}

/// The form of a statement that a job's description has.
pub(crate) fn describe(stmt: &Statement) -> String {
    print::to_string(stmt, &print::Flags::default())
}

/// A name with all its parts.
pub(crate) fn full_object_name(parts: [String; 3]) -> ObjectName {
    ObjectName { parts: parts.into() }
}

/// What a finished or pending change of descriptors leaves in SHOW JOBS.
#[derive(Debug)]
pub(crate) struct JobNote<'a> {
    /// The statement with full names.
    pub description: &'a str,
    /// What it changed.
    pub ids: &'a [u32],
    /// Whether it is about a type.
    pub of_type: bool,
}

/// Whether this session's changes are those of the declarative schema changer.
pub(crate) fn declarative(cx: &Cx<'_>) -> bool {
    cx.rules.job_info_table()
        && cx.session.var("use_declarative_schema_changer").is_none_or(|value| value != "off")
}

fn changer(cx: &Cx<'_>) -> jobs::Kind {
    if declarative(cx) { jobs::Kind::NewSchemaChange } else { jobs::Kind::SchemaChange }
}

/// Whether a pause point holds the rest of changes back.
pub(crate) fn is_held(snapshot: &Snapshot, cx: &Cx<'_>) -> bool {
    jobs::pausepoint::is_set(snapshot, schema_change::point(changer(cx)))
}

/// Writes the job of a change. If a pause point asks for it, the rest of the change waits for the job; answers whether
/// it does.
pub(crate) fn note_job(note: &JobNote<'_>, cx: &mut Cx<'_>) -> Result<bool, Error> {
    let new = declarative(cx);
    let first = note.ids.first().copied().unwrap_or(0);
    let details = if note.of_type {
        jobs::record::type_change_details(new, first)
    } else {
        jobs::record::schema_change_details(new, first)
    };
    let snapshot = cx.snapshot()?;
    let pending = is_held(&snapshot, cx);
    let id = cx.new_job_id();
    let user = cx.session.user.clone();
    let now: Timestamp = cx.clock.now();
    let change = schema_change::Change {
        id,
        user: &user,
        description: note.description,
        descriptors: note.ids,
        details,
    };
    let mut sys = cx.sys()?;
    if pending {
        schema_change::record_pending(&mut sys, change, now)?;
        cx.start_job(id);
    } else {
        schema_change::record_done(&mut sys, change, now)?;
    }
    Ok(pending)
}

/// Writes the job that will clear dropped tables, and lets it start with the commit.
pub(crate) fn note_gc(tables: &[u32], description: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    if tables.is_empty() {
        return Ok(());
    }
    let id = cx.new_job_id();
    let user = cx.session.user.clone();
    let record = jobs::gc_job::for_tables(id, &user, description, tables, cx.clock.now());
    jobs::create(&mut cx.sys()?, &record)?;
    cx.start_job(id);
    Ok(())
}
