//! A descriptor as JSON: `crdb_internal.pb_to_json('cockroach.sql.sqlbase.Descriptor', descriptor)`.
//!
//! ```text
//!   {"table": {"id": 104, "name": "t", "version": "1", "columns": [{"id": 1, "name": "a", …}], …}}
//! ```
//!
//! Shape: the names of protobuf's JSON mapping; fields at their default are left out, 64-bit numbers are strings, enums
//! their names. *Source*: `spec/manifest-wire.md` §6. Left out: fields that nobody queries (partitioning, privileges of
//! columns, locality).

use std::sync::Arc;

use wire::Message;

use crate::catalog::descpb::{
    ColumnDescriptor, DatabaseDescriptor, Descriptor, ForeignKey, IndexDescriptor,
    PrivilegeDescriptor, SchemaDescriptor, State, TableDescriptor, TypeDescriptor, Union,
};
use crate::types::{Datum, Error, Json};

/// Fields of an object, those at their default left out.
#[derive(Default)]
struct Fields(Vec<(Arc<str>, Json)>);

impl Fields {
    fn text(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push((name.into(), Json::string(value)));
        }
        self
    }

    fn number(mut self, name: &'static str, value: i64) -> Self {
        if value != 0 {
            self.0.push((name.into(), Json::int(value)));
        }
        self
    }

    /// A 64-bit number, which JSON mapping writes as text.
    fn long(self, name: &'static str, value: u64) -> Self {
        if value == 0 { self } else { self.text(name, &value.to_string()) }
    }

    fn flag(mut self, name: &'static str, value: bool) -> Self {
        if value {
            self.0.push((name.into(), Json::Bool(true)));
        }
        self
    }

    fn list(mut self, name: &'static str, values: Vec<Json>) -> Self {
        if !values.is_empty() {
            self.0.push((name.into(), Json::Array(values)));
        }
        self
    }

    fn ids(self, name: &'static str, values: &[u32]) -> Self {
        self.list(name, values.iter().map(|id| Json::int(i64::from(*id))).collect())
    }

    fn object(mut self, name: &'static str, value: Json) -> Self {
        self.0.push((name.into(), value));
        self
    }

    fn done(self) -> Json {
        Json::object(self.0)
    }
}

/// The JSON of the bytes of a message.
///
/// *Errors*: a message that Amber cannot print, bytes that are no such message.
pub fn pb_to_json(message: &str, bytes: &[u8]) -> Result<Datum, Error> {
    if message != "cockroach.sql.sqlbase.Descriptor" {
        return Err(Error::Unsupported(format!("JSON of {message}")));
    }
    let descriptor =
        Descriptor::decode(bytes).map_err(|_| Error::Corrupt("bytes that are no descriptor"))?;
    Ok(Datum::json(descriptor_json(&descriptor)))
}

fn descriptor_json(descriptor: &Descriptor) -> Json {
    let fields = Fields::default();
    match &descriptor.union {
        Some(Union::Table(table)) => fields.object("table", table_json(table)),
        Some(Union::Database(database)) => fields.object("database", database_json(database)),
        Some(Union::Type(ty)) => fields.object("type", type_json(ty)),
        Some(Union::Schema(schema)) => fields.object("schema", schema_json(schema)),
        Some(Union::Function(_)) => fields.object("function", Json::object([])),
        None => fields,
    }
    .done()
}

fn state_name(state: i32) -> &'static str {
    match State::try_from(state) {
        Ok(State::Add) => "ADD",
        Ok(State::Drop) => "DROP",
        Ok(State::Offline) => "OFFLINE",
        Ok(State::Public) | Err(_) => "",
    }
}

fn privileges_json(privileges: Option<&PrivilegeDescriptor>) -> Json {
    let Some(privileges) = privileges else { return Json::object([]) };
    let users = privileges.users.iter().map(|user| {
        Fields::default()
            .text("userProto", &user.user)
            .long("privileges", user.privileges)
            .long("withGrantOption", user.with_grant_option)
            .done()
    });
    Fields::default()
        .text("ownerProto", &privileges.owner)
        .list("users", users.collect())
        .number("version", i64::from(privileges.version))
        .done()
}

fn database_json(database: &DatabaseDescriptor) -> Json {
    let schemas = database.schemas.iter().map(|(name, entry)| {
        let entry = Fields::default().number("id", i64::from(entry.id)).done();
        (Arc::from(name.as_str()), entry)
    });
    Fields::default()
        .number("id", i64::from(database.id))
        .text("name", &database.name)
        .long("version", database.version)
        .text("state", state_name(database.state))
        .text("offlineReason", &database.offline_reason)
        .object("schemas", Json::object(schemas))
        .object("privileges", privileges_json(database.privileges.as_ref()))
        .done()
}

fn schema_json(schema: &SchemaDescriptor) -> Json {
    Fields::default()
        .number("id", i64::from(schema.id))
        .text("name", &schema.name)
        .number("parentId", i64::from(schema.parent_id))
        .long("version", schema.version)
        .text("state", state_name(schema.state))
        .text("offlineReason", &schema.offline_reason)
        .object("privileges", privileges_json(schema.privileges.as_ref()))
        .done()
}

fn type_json(ty: &TypeDescriptor) -> Json {
    let members = ty
        .enum_members
        .iter()
        .map(|member| Fields::default().text("logicalRepresentation", &member.logical).done());
    Fields::default()
        .number("id", i64::from(ty.id))
        .text("name", &ty.name)
        .number("parentId", i64::from(ty.parent_id))
        .number("parentSchemaId", i64::from(ty.parent_schema_id))
        .number("arrayTypeId", i64::from(ty.array_type_id))
        .long("version", ty.version)
        .text("state", state_name(ty.state))
        .text("offlineReason", &ty.offline_reason)
        .list("enumMembers", members.collect())
        .ids("referencingDescriptorIds", &ty.referencing_descriptor_ids)
        .object("privileges", privileges_json(ty.privileges.as_ref()))
        .done()
}

fn table_json(table: &TableDescriptor) -> Json {
    let mutations = table.mutations.iter().map(|mutation| {
        let fields = Fields::default()
            .number("mutationId", i64::from(mutation.mutation_id))
            .text("direction", if mutation.direction == 2 { "DROP" } else { "ADD" });
        let fields = match &mutation.column {
            Some(column) => fields.object("column", column_json(column)),
            None => fields,
        };
        match &mutation.index {
            Some(index) => fields.object("index", index_json(index)),
            None => fields,
        }
        .done()
    });
    let checks = table.checks.iter().map(|check| {
        Fields::default()
            .text("name", &check.name)
            .text("expr", &check.expr)
            .ids("columnIds", &check.column_ids)
            .done()
    });
    Fields::default()
        .number("id", i64::from(table.id))
        .text("name", &table.name)
        .number("parentId", i64::from(table.parent_id))
        .number("unexposedParentSchemaId", i64::from(table.unexposed_parent_schema_id))
        .long("version", table.version)
        .text("state", state_name(table.state))
        .text("offlineReason", &table.offline_reason)
        .text("viewQuery", &table.view_query)
        .flag("temporary", table.temporary)
        .flag("isMaterializedView", table.is_materialized_view)
        .list("columns", table.columns.iter().map(column_json).collect())
        .object("primaryIndex", index_json(&table.primary_index))
        .list("indexes", table.indexes.iter().map(index_json).collect())
        .list("mutations", mutations.collect())
        .list("checks", checks.collect())
        .list("outboundFks", table.outbound_fks.iter().map(foreign_key_json).collect())
        .list("inboundFks", table.inbound_fks.iter().map(foreign_key_json).collect())
        .ids("dependsOn", &table.depends_on)
        .number("nextColumnId", i64::from(table.next_column_id))
        .number("nextIndexId", i64::from(table.next_index_id))
        .object("privileges", privileges_json(table.privileges.as_ref()))
        .done()
}

fn column_json(column: &ColumnDescriptor) -> Json {
    let fields = Fields::default()
        .number("id", i64::from(column.id))
        .text("name", &column.name)
        .flag("nullable", column.nullable)
        .flag("hidden", column.hidden)
        .text("defaultExpr", column.default_expr.as_deref().unwrap_or_default())
        .text("computeExpr", column.compute_expr.as_deref().unwrap_or_default())
        .ids("usesSequenceIds", &column.uses_sequence_ids)
        .ids("ownsSequenceIds", &column.owns_sequence_ids);
    match &column.ty {
        Some(ty) => {
            fields.object("type", Fields::default().number("oid", i64::from(ty.oid)).done())
        }
        None => fields,
    }
    .done()
}

fn index_json(index: &IndexDescriptor) -> Json {
    let names = |names: &[String]| names.iter().map(|name| Json::string(name.as_str())).collect();
    let directions = index
        .key_column_directions
        .iter()
        .map(|direction| Json::string(if *direction == 1 { "DESC" } else { "ASC" }));
    Fields::default()
        .number("id", i64::from(index.id))
        .text("name", &index.name)
        .flag("unique", index.unique)
        .list("keyColumnNames", names(&index.key_column_names))
        .list("storeColumnNames", names(&index.store_column_names))
        .ids("keyColumnIds", &index.key_column_ids)
        .ids("keySuffixColumnIds", &index.key_suffix_column_ids)
        .list("keyColumnDirections", directions.collect())
        .text("predicate", &index.predicate)
        .done()
}

fn foreign_key_json(fk: &ForeignKey) -> Json {
    Fields::default()
        .text("name", &fk.name)
        .number("originTableId", i64::from(fk.origin_table_id))
        .ids("originColumnIds", &fk.origin_column_ids)
        .number("referencedTableId", i64::from(fk.referenced_table_id))
        .ids("referencedColumnIds", &fk.referenced_column_ids)
        .text("validity", if fk.validity == 0 { "" } else { "Unvalidated" })
        .done()
}
