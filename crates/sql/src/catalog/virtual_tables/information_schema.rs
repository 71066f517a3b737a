//! `information_schema`: the standard's words for what exists, in one database.
//!
//! *Source*: CockroachDB's `information_schema` page. Left out: privileges, routines, most columns of `columns` that are
//! always NULL stand as NULL.

#![expect(clippy::unnecessary_wraps, reason = "every table is filled through one signature")]

use super::{Def, View, text, yes_no};
use crate::catalog::descpb::{State, TableDescriptor};
use crate::catalog::error::Kind;
use crate::catalog::names::{VIRTUAL_SCHEMAS, kind_of};
use crate::error::Error;
use crate::types::{Datum, Type, Width};
use base::sort;

/// The tables.
pub(super) const TABLES: &[Def] = &[
    Def::both(
        "tables",
        "table_catalog STRING, table_schema STRING, table_name STRING, table_type STRING, is_insertable_into STRING, version INT8",
        fill_tables,
    ),
    Def::both(
        "columns",
        "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, ordinal_position INT8, column_default STRING, is_nullable STRING, data_type STRING, character_maximum_length INT8, character_octet_length INT8, numeric_precision INT8, numeric_precision_radix INT8, numeric_scale INT8, datetime_precision INT8, udt_catalog STRING, udt_schema STRING, udt_name STRING, is_identity STRING, is_generated STRING, generation_expression STRING, is_updatable STRING, is_hidden STRING, crdb_sql_type STRING",
        fill_columns,
    ),
    Def::both(
        "schemata",
        "catalog_name STRING, schema_name STRING, default_character_set_name STRING, sql_path STRING, crdb_is_user_defined STRING",
        fill_schemata,
    ),
    Def::both(
        "views",
        "table_catalog STRING, table_schema STRING, table_name STRING, view_definition STRING, check_option STRING, is_updatable STRING, is_insertable_into STRING",
        fill_views,
    ),
    Def::both(
        "sequences",
        "sequence_catalog STRING, sequence_schema STRING, sequence_name STRING, data_type STRING, numeric_precision INT8, numeric_precision_radix INT8, numeric_scale INT8, start_value STRING, minimum_value STRING, maximum_value STRING, increment STRING, cycle_option STRING",
        fill_sequences,
    ),
    Def::both(
        "table_constraints",
        "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, table_schema STRING, table_name STRING, constraint_type STRING, is_deferrable STRING, initially_deferred STRING",
        fill_constraints,
    ),
];

type Filled = Result<Vec<Vec<Datum>>, Error>;

/// Public relations of the database with their names, in order of name.
fn relations(view: &View<'_, '_>) -> Vec<(std::sync::Arc<TableDescriptor>, [String; 3])> {
    let snapshot = &view.snapshot;
    let Some(db) = snapshot.database_by_name(view.database) else { return Vec::new() };
    let mut found: Vec<_> = snapshot
        .tables()
        .filter(|desc| desc.parent_id == db.id && desc.state() == State::Public)
        .map(|desc| (std::sync::Arc::clone(desc), snapshot.full_name(desc)))
        .collect();
    sort::by(&mut found, |a, b| a.1.cmp(&b.1));
    found
}

fn names(full: &[String; 3]) -> Vec<Datum> {
    full.iter().map(|part| text(part)).collect()
}

fn fill_tables(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for schema in VIRTUAL_SCHEMAS {
        for name in super::names(schema, *view.cx.rules) {
            let full = [view.database.to_owned(), schema.to_owned(), name.to_owned()];
            let mut row = names(&full);
            row.extend([text("SYSTEM VIEW"), yes_no(false), Datum::Int(1)]);
            rows.push(row);
        }
    }
    for (desc, full) in relations(view) {
        let own = kind_of(&desc);
        if own == Kind::Sequence {
            continue;
        }
        let is_view = matches!(own, Kind::View | Kind::MaterializedView);
        let kind = if is_view { "VIEW" } else { "BASE TABLE" };
        let mut row = names(&full);
        row.extend([
            text(kind),
            yes_no(kind == "BASE TABLE"),
            Datum::Int(i64::try_from(desc.version).unwrap_or(i64::MAX)),
        ]);
        rows.push(row);
    }
    Ok(rows)
}

fn fill_columns(view: &mut View<'_, '_>) -> Filled {
    let snapshot = std::sync::Arc::clone(&view.snapshot);
    let mut rows = Vec::new();
    for (desc, full) in relations(view) {
        if kind_of(&desc) == Kind::Sequence {
            continue;
        }
        let types = snapshot.column_types(&desc)?;
        for (at, (column, ty)) in (1..).zip(desc.columns.iter().zip(&types)) {
            let shown = |expr: &Option<String>| {
                expr.as_ref().map(|expr| crate::exec::show_create::shown_expr(expr, &snapshot))
            };
            let shape = Shape::of(ty);
            let mut row = names(&full);
            row.extend([
                text(&column.name),
                Datum::Int(at),
                shown(&column.default_expr).map_or(Datum::Null, Datum::from),
                yes_no(column.nullable),
                text(&standard_name(ty)),
                optional(shape.length),
                optional(shape.length.map(|length| length.saturating_mul(4))),
                optional(shape.precision),
                optional(shape.radix),
                optional(shape.scale),
                optional(shape.fraction),
                text(&full[0]),
                text("pg_catalog"),
                Datum::from(ty.to_string().to_lowercase()),
                yes_no(column.generated_as_identity != 0),
                text(if column.compute_expr.is_some() { "ALWAYS" } else { "NEVER" }),
                Datum::from(shown(&column.compute_expr).unwrap_or_default()),
                yes_no(kind_of(&desc) == Kind::Table && column.compute_expr.is_none()),
                yes_no(column.hidden),
                Datum::from(ty.to_string()),
            ]);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn optional(value: Option<i64>) -> Datum {
    value.map_or(Datum::Null, Datum::Int)
}

/// Widths of a type in the standard's columns.
#[derive(Default)]
struct Shape {
    length: Option<i64>,
    precision: Option<i64>,
    radix: Option<i64>,
    scale: Option<i64>,
    fraction: Option<i64>,
}

impl Shape {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have no widths")]
    fn of(ty: &Type) -> Self {
        let set = |n: u32| (n > 0).then(|| i64::from(n));
        match ty {
            Type::Int(width) => {
                let bits = match width {
                    Width::W2 => 16,
                    Width::W4 => 32,
                    Width::W8 => 64,
                };
                Self { precision: Some(bits), radix: Some(2), scale: Some(0), ..Self::default() }
            }
            Type::Float(width) => {
                let bits = if *width == Width::W8 { 53 } else { 24 };
                Self { precision: Some(bits), radix: Some(2), ..Self::default() }
            }
            Type::Decimal { precision, scale } => Self {
                precision: set(*precision),
                radix: Some(10),
                scale: (*precision > 0).then(|| i64::from(*scale)),
                ..Self::default()
            },
            Type::String(_, width) => Self { length: set(*width), ..Self::default() },
            Type::Timestamp(digits) | Type::TimestampTz(digits) | Type::Time(digits) => {
                Self { fraction: Some(digits.map_or(6, i64::from)), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

/// A type by the standard's name.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others have the same name")]
fn standard_name(ty: &Type) -> String {
    let name = match ty {
        Type::Bool => "boolean",
        Type::Int(Width::W2) => "smallint",
        Type::Int(Width::W4) => "integer",
        Type::Int(Width::W8) => "bigint",
        Type::Float(Width::W8) => "double precision",
        Type::Float(_) => "real",
        Type::Decimal { .. } => "numeric",
        Type::String(crate::types::StringKind::String, _) => "text",
        Type::String(crate::types::StringKind::Varchar, _) => "character varying",
        Type::String(crate::types::StringKind::Char, _) => "character",
        Type::Bytes => "bytea",
        Type::Timestamp(_) => "timestamp without time zone",
        Type::TimestampTz(_) => "timestamp with time zone",
        Type::Time(_) => "time without time zone",
        Type::TimeTz(_) => "time with time zone",
        Type::Json => "jsonb",
        Type::Array(_) => "ARRAY",
        Type::Enum(_) => "USER-DEFINED",
        other => return other.to_string().to_lowercase(),
    };
    name.to_owned()
}

fn fill_schemata(view: &mut View<'_, '_>) -> Filled {
    let snapshot = &view.snapshot;
    let mut names: Vec<(String, bool)> =
        VIRTUAL_SCHEMAS.iter().map(|name| ((*name).to_owned(), false)).collect();
    if let Some(db) = snapshot.database_by_name(view.database) {
        names.extend(snapshot.names(db.id, 0).map(|(name, _)| (name.to_owned(), name != "public")));
    }
    sort::natural(&mut names);
    Ok(names
        .into_iter()
        .map(|(name, own)| {
            vec![text(view.database), Datum::from(name), Datum::Null, Datum::Null, yes_no(own)]
        })
        .collect())
}

fn fill_views(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for (desc, full) in relations(view) {
        if kind_of(&desc) == Kind::View {
            let mut row = names(&full);
            row.extend([text(&desc.view_query), text("NONE"), yes_no(false), yes_no(false)]);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn fill_sequences(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for (desc, full) in relations(view) {
        let Some(opts) = &desc.sequence_opts else { continue };
        let mut row = names(&full);
        row.extend([text("bigint"), Datum::Int(64), Datum::Int(2), Datum::Int(0)]);
        for value in [opts.start, opts.min_value, opts.max_value, opts.increment] {
            row.push(Datum::from(value.to_string()));
        }
        row.push(yes_no(false));
        rows.push(row);
    }
    Ok(rows)
}

fn fill_constraints(view: &mut View<'_, '_>) -> Filled {
    let mut rows = Vec::new();
    for (desc, full) in relations(view) {
        if kind_of(&desc) != Kind::Table {
            continue;
        }
        let unique = desc.indexes.iter().filter(|index| index.unique);
        let mut found = vec![(desc.primary_index.name.clone(), "PRIMARY KEY")];
        found.extend(unique.map(|index| (index.name.clone(), "UNIQUE")));
        found.extend(desc.checks.iter().map(|check| (check.name.clone(), "CHECK")));
        found.extend(desc.outbound_fks.iter().map(|fk| (fk.name.clone(), "FOREIGN KEY")));
        sort::natural(&mut found);
        for (name, kind) in found {
            let mut row = vec![text(&full[0]), text(&full[1]), Datum::from(name)];
            row.extend(names(&full));
            row.extend([text(kind), yes_no(false), yes_no(false)]);
            rows.push(row);
        }
    }
    Ok(rows)
}
