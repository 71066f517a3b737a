//! Tables that are made up when they are read: `crdb_internal`, `information_schema`, `pg_catalog`.
//!
//! ```text
//!   SELECT … FROM crdb_internal.tables ─▶ rows("crdb_internal", "tables", …) ─▶ from the snapshot, jobs, ranges of now
//! ```
//!
//! Shape: a table is a name, columns in the notation of the sheet, and a function that fills it.
//! *Source*: `spec/system-tables.md` §6. Left out: most tables of statistics and sessions; those that exist have their
//! real columns.

mod crdb_internal;
mod information_schema;
mod pg_catalog;

use super::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Rows};
use crate::rules::Rules;
use crate::types::{Datum, Type};

/// What a function that fills a table may look at.
pub(super) struct View<'v, 'c> {
    /// What exists.
    pub snapshot: std::sync::Arc<Snapshot>,
    /// The database in whose name the table is read.
    pub database: &'v str,
    /// The rest.
    pub cx: &'v mut Cx<'c>,
}

/// Fills a table.
pub(super) type Fill = fn(&mut View<'_, '_>) -> Result<Vec<Vec<Datum>>, Error>;

/// A table in short.
#[derive(Clone, Copy)]
pub(super) struct Def {
    name: &'static str,
    /// Columns of v21.2; empty where that version does not have it.
    old: &'static str,
    /// Columns of v26.2; empty where that version does not have it.
    new: &'static str,
    fill: Fill,
}

impl Def {
    /// A table with the same columns in both versions.
    pub(super) const fn both(name: &'static str, columns: &'static str, fill: Fill) -> Self {
        Self { name, old: columns, new: columns, fill }
    }

    /// A table whose columns differ.
    pub(super) const fn each(
        name: &'static str,
        old: &'static str,
        new: &'static str,
        fill: Fill,
    ) -> Self {
        Self { name, old, new, fill }
    }

    fn columns(&self, rules: Rules) -> Vec<Column> {
        let text = if rules.job_info_table() { self.new } else { self.old };
        text.split(", ")
            .filter_map(|part| part.split_once(' '))
            .map(|(name, ty)| Column::new(name, column_type(ty)))
            .collect()
    }
}

fn column_type(text: &str) -> Type {
    if let Some(element) = text.strip_suffix("[]") {
        return Type::array(column_type(element));
    }
    match text {
        "INT8" => Type::INT,
        "BYTES" => Type::Bytes,
        "BOOL" => Type::Bool,
        "FLOAT" => Type::FLOAT,
        "DECIMAL" => Type::DECIMAL,
        "TIMESTAMP" => Type::TIMESTAMP,
        "TIMESTAMPTZ" => Type::TIMESTAMPTZ,
        "UUID" => Type::Uuid,
        "OID" => Type::OID,
        "JSONB" => Type::Json,
        _ => Type::STRING,
    }
}

fn tables(schema: &str) -> &'static [Def] {
    match schema {
        "crdb_internal" => crdb_internal::TABLES,
        "information_schema" => information_schema::TABLES,
        "pg_catalog" => pg_catalog::TABLES,
        _ => &[],
    }
}

fn find(schema: &str, name: &str) -> Option<&'static Def> {
    tables(schema).iter().find(|def| def.name == name)
}

/// Whether a schema has a virtual table of this name, in some version.
pub fn exists(schema: &str, name: &str) -> bool {
    find(schema, name).is_some()
}

/// Names of a schema's virtual tables in one version.
pub fn names(schema: &str, rules: Rules) -> impl Iterator<Item = &'static str> {
    tables(schema)
        .iter()
        .filter(move |def| !if rules.job_info_table() { def.new } else { def.old }.is_empty())
        .map(|def| def.name)
}

/// The rows of a virtual table as a user in a database sees them; `None` if the version does not have it.
pub fn rows(
    schema: &str,
    name: &str,
    database: &str,
    cx: &mut Cx<'_>,
) -> Option<Result<Rows, Error>> {
    let def = find(schema, name)?;
    let columns = def.columns(*cx.rules);
    if columns.is_empty() {
        return None;
    }
    Some(fill(def, columns, database, cx))
}

fn fill(def: &Def, columns: Vec<Column>, database: &str, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let mut rows = (def.fill)(&mut View { snapshot, database, cx })?;
    for row in &mut rows {
        row.resize(columns.len(), Datum::Null);
    }
    Ok(Rows { columns, rows })
}

/// A text.
pub(super) fn text(text: &str) -> Datum {
    Datum::from(text)
}

/// A number of an id.
pub(super) fn int(id: u32) -> Datum {
    Datum::Int(i64::from(id))
}

/// `YES` or `NO`.
pub(super) fn yes_no(yes: bool) -> Datum {
    text(if yes { "YES" } else { "NO" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_columns_in_some_version() {
        for schema in super::super::names::VIRTUAL_SCHEMAS {
            for def in tables(schema) {
                let counts = [Rules::v21_2(), Rules::v26_2()].map(|rules| def.columns(rules).len());
                assert!(counts.iter().any(|count| *count > 0), "{}", def.name);
            }
        }
    }
}
