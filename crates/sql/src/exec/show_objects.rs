//! SHOW DATABASES, SCHEMAS, TABLES, COLUMNS, INDEXES, CONSTRAINTS, SEQUENCES, TYPES.
//!
//! *Source*: `spec/system-tables.md` §5.

use std::sync::Arc;

use super::ddl_comment::{self, On};
use super::show::{current_database, name_list, owner_of, texts};
use super::show_create;
use crate::ast::ObjectName;
use crate::catalog::descpb::{
    IndexDescriptor, State, TableDescriptor, TypeKind, direction, validity,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{VIRTUAL_SCHEMAS, kind_of};
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::system;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Rows};
use crate::types::{Datum, Type};
use base::sort;

fn text(text: &str) -> Datum {
    Datum::from(text)
}

fn optional(text: Option<&str>) -> Datum {
    text.map_or(Datum::Null, Datum::from)
}

fn string_array(items: impl Iterator<Item = String>) -> Datum {
    Datum::array(items.map(Datum::from).collect())
}

/// SHOW DATABASES.
pub(crate) fn databases(with_comment: bool, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let mut columns = texts(&["database_name", "owner", "primary_region"]);
    let late = !cx.rules.old_show_create();
    if late {
        columns.push(Column::new("secondary_region", Type::STRING));
    }
    columns.push(Column::new("regions", Type::array(Type::STRING)));
    columns.push(Column::new("survival_goal", Type::STRING));
    if with_comment {
        columns.push(Column::new("comment", Type::STRING));
    }
    let mut rows = Vec::new();
    for (name, id) in snapshot.names(0, 0) {
        let Some(db) = snapshot.database(id).filter(|db| db.state() == State::Public) else {
            continue;
        };
        if !snapshot.users.may(&cx.session.user, db.privileges.as_ref(), Privilege::Connect) {
            continue;
        }
        let mut row = vec![text(name), owner_of(&snapshot, id), Datum::Null];
        if late {
            row.push(Datum::Null);
        }
        row.push(Datum::array(Vec::new()));
        row.push(Datum::Null);
        if with_comment {
            row.push(optional(ddl_comment::get(&mut cx.sys()?, On::Database, id, 0)?.as_deref()));
        }
        rows.push(row);
    }
    Ok(Rows { columns, rows })
}

/// SHOW SCHEMAS.
pub(crate) fn schemas(
    database: Option<&str>,
    with_comment: bool,
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let name = match database {
        Some(name) => name.to_owned(),
        None => current_database(cx)?,
    };
    let db = snapshot.resolve_database(&name)?.id;
    let mut columns = texts(&["schema_name", "owner"]);
    if with_comment {
        columns.push(Column::new("comment", Type::STRING));
    }
    let late = cx.rules.public_schema_descriptor();
    let mut rows = Vec::new();
    for schema in VIRTUAL_SCHEMAS {
        rows.push(vec![text(schema), if late { text("node") } else { Datum::Null }]);
    }
    for (schema, id) in snapshot.names(db, 0) {
        let owner = match snapshot.schema(id) {
            Some(_) => owner_of(&snapshot, id),
            None => text("admin"),
        };
        rows.push(vec![text(schema), owner]);
        if with_comment && let Some(row) = rows.last_mut() {
            row.push(optional(ddl_comment::get(&mut cx.sys()?, On::Schema, id, 0)?.as_deref()));
        }
    }
    for row in &mut rows {
        row.resize(columns.len(), Datum::Null);
    }
    sort::natural(&mut rows);
    Ok(Rows { columns, rows })
}

/// The schemas that `FROM x` means: a database, a schema, or both.
fn schemas_of(
    from: Option<&ObjectName>,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<Vec<(u32, u32, String)>, Error> {
    let all = |db: u32| {
        snapshot.names(db, 0).map(|(name, id)| (db, id, name.to_owned())).collect::<Vec<_>>()
    };
    let Some(from) = from else {
        let name = current_database(cx)?;
        return Ok(all(snapshot.resolve_database(&name)?.id));
    };
    if let [name] = from.parts.as_slice()
        && let Some(db) = snapshot.database_by_name(name)
        && snapshot.resolve_schema(from, cx.name_scope()).is_err()
    {
        return Ok(all(db.id));
    }
    if let [name] = from.parts.as_slice()
        && snapshot.resolve_schema(from, cx.name_scope()).is_err()
    {
        // A name that is neither is told as a missing database, as the real system does.
        return Err(crate::catalog::Error::refused(
            base::sqlstate::SqlState::INVALID_SCHEMA_NAME,
            format!("target database or schema does not exist: \"{name}\""),
        )
        .into());
    }
    let place = snapshot.resolve_schema(from, cx.name_scope())?;
    Ok(vec![(place.database, place.schema, place.schema_name)])
}

/// SHOW TABLES.
pub(crate) fn tables(
    from: Option<&ObjectName>,
    with_comment: bool,
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let mut columns = texts(&["schema_name", "table_name", "type", "owner"]);
    columns.push(Column::new("estimated_row_count", Type::INT));
    columns.push(Column::new("locality", Type::STRING));
    if with_comment {
        columns.push(Column::new("comment", Type::STRING));
    }
    let mut rows = Vec::new();
    for (db, schema, schema_name) in schemas_of(from, &snapshot, cx)? {
        for (name, id) in snapshot.names(db, schema) {
            let Some(desc) = snapshot.table_desc(id) else { continue };
            if desc.state() != State::Public {
                continue;
            }
            let mut row = vec![
                text(&schema_name),
                text(name),
                text(kind_of(desc).word()),
                owner_of(&snapshot, id),
                Datum::Int(estimated_rows(desc, cx)),
                Datum::Null,
            ];
            if with_comment {
                let comment = ddl_comment::get(&mut cx.sys()?, On::Table, id, 0)?;
                row.push(text(comment.as_deref().unwrap_or_default()));
            }
            rows.push(row);
        }
    }
    sort::natural(&mut rows);
    Ok(Rows { columns, rows })
}

/// How many rows a table has, told from the keys of its ranges: right when each row has the same number of keys and the
/// ranges hold nothing else.
pub(crate) fn estimated_rows(desc: &TableDescriptor, cx: &Cx<'_>) -> i64 {
    if kind_of(desc) == Kind::View {
        return 0;
    }
    let start = system::table_prefix(desc.id);
    let end = system::table_prefix(desc.id + 1);
    let span = base::span::Span::new(start, end);
    let keys: u64 = cx.kv.ranges_in(&span).map(|range| range.stats().live_keys).sum();
    let a_row = base::num::to_u64(desc.families.len().max(1) + desc.indexes.len());
    i64::try_from(keys / a_row).unwrap_or(i64::MAX)
}

fn table_of(
    name: &ObjectName,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<Arc<TableDescriptor>, Error> {
    Ok(Arc::clone(snapshot.resolve_relation(name, cx.name_scope())?))
}

/// SHOW COLUMNS.
pub(crate) fn columns(
    name: &ObjectName,
    with_comment: bool,
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = table_of(name, &snapshot, cx)?;
    let mut columns = texts(&["column_name", "data_type"]);
    columns.push(Column::new("is_nullable", Type::Bool));
    columns.extend(texts(&["column_default", "generation_expression"]));
    columns.push(Column::new("indices", Type::array(Type::STRING)));
    columns.push(Column::new("is_hidden", Type::Bool));
    if with_comment {
        columns.push(Column::new("comment", Type::STRING));
    }
    let comments = if with_comment {
        ddl_comment::all(&mut cx.sys()?, On::Column, desc.id)?
    } else {
        Vec::new()
    };
    let mut rows = Vec::new();
    for column in &desc.columns {
        let ty = snapshot.hydrate(&column.ty.clone().unwrap_or_default())?;
        let expr = |text: &Option<String>| {
            text.as_ref().map(|text| show_create::shown_expr(text, &snapshot))
        };
        let mut row = vec![
            text(&column.name),
            Datum::from(show_create::type_text(&ty, &snapshot)),
            Datum::Bool(column.nullable),
            optional(expr(&column.default_expr).as_deref()),
            text(&expr(&column.compute_expr).unwrap_or_default()),
            string_array(indexes_with(&desc, column.id)),
            Datum::Bool(column.hidden),
        ];
        if with_comment {
            let comment = comments.iter().find(|(sub, _)| *sub == column.id);
            row.push(optional(comment.map(|(_, text)| text.as_str())));
        }
        rows.push(row);
    }
    Ok(Rows { columns, rows })
}

/// Names of the indexes that hold a column, in order.
fn indexes_with(desc: &TableDescriptor, column: u32) -> impl Iterator<Item = String> {
    let mut names: Vec<String> = all_indexes(desc)
        .filter(|index| {
            index.key_column_ids.contains(&column)
                || index.store_column_ids.contains(&column)
                || index.key_suffix_column_ids.contains(&column)
        })
        .map(|index| index.name.clone())
        .collect();
    sort::natural(&mut names);
    names.into_iter()
}

fn all_indexes(desc: &TableDescriptor) -> impl Iterator<Item = &IndexDescriptor> {
    let has_primary = !desc.primary_index.key_column_ids.is_empty();
    std::iter::once(&desc.primary_index).filter(move |_| has_primary).chain(&desc.indexes)
}

fn index_columns(with_comment: bool, cx: &Cx<'_>) -> Vec<Column> {
    let mut columns = texts(&["table_name", "index_name"]);
    columns.push(Column::new("non_unique", Type::Bool));
    columns.push(Column::new("seq_in_index", Type::INT));
    columns.extend(texts(&["column_name", "direction"]));
    columns.push(Column::new("storing", Type::Bool));
    columns.push(Column::new("implicit", Type::Bool));
    if !cx.rules.old_show_create() {
        columns.push(Column::new("visible", Type::Bool));
        columns.push(Column::new("visibility", Type::FLOAT));
    }
    if with_comment {
        columns.push(Column::new("comment", Type::STRING));
    }
    columns
}

/// SHOW INDEXES.
pub(crate) fn indexes(
    name: &ObjectName,
    with_comment: bool,
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = table_of(name, &snapshot, cx)?;
    let rows = index_rows(&desc, with_comment, cx)?;
    Ok(Rows { columns: index_columns(with_comment, cx), rows })
}

/// SHOW INDEXES FROM DATABASE.
pub(crate) fn database_indexes(
    database: &str,
    with_comment: bool,
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let db = snapshot.resolve_database(database)?.id;
    let mut rows = Vec::new();
    for desc in snapshot.tables() {
        if desc.parent_id == db && desc.state() == State::Public {
            rows.extend(index_rows(desc, with_comment, cx)?);
        }
    }
    Ok(Rows { columns: index_columns(with_comment, cx), rows })
}

fn index_rows(
    desc: &TableDescriptor,
    with_comment: bool,
    cx: &mut Cx<'_>,
) -> Result<Vec<Vec<Datum>>, Error> {
    let late = !cx.rules.old_show_create();
    let comments = if with_comment {
        ddl_comment::all(&mut cx.sys()?, On::Index, desc.id)?
    } else {
        Vec::new()
    };
    let mut sorted: Vec<&IndexDescriptor> = all_indexes(desc).collect();
    sort::by(&mut sorted, |a, b| a.name.cmp(&b.name));
    let mut rows = Vec::new();
    for index in sorted {
        let keys =
            index.key_column_names.iter().zip(&index.key_column_directions).map(|(name, dir)| {
                let word = if *dir == direction::DESC { "DESC" } else { "ASC" };
                (name.clone(), word, false, false)
            });
        let stored = index.store_column_names.iter().map(|name| (name.clone(), "N/A", true, false));
        let implicit = super::ddl_build::column_names(desc, &index.key_suffix_column_ids)
            .into_iter()
            .map(|name| (name, "ASC", false, true));
        for (seq, (column, direction, storing, implicit)) in
            (1..).zip(keys.chain(stored).chain(implicit))
        {
            let mut row = vec![
                text(&desc.name),
                text(&index.name),
                Datum::Bool(!index.unique),
                Datum::Int(seq),
                Datum::from(column),
                text(direction),
                Datum::Bool(storing),
                Datum::Bool(implicit),
            ];
            if late {
                let hidden = index.not_visible == Some(true);
                row.push(Datum::Bool(!hidden));
                row.push(Datum::Float(if hidden { 0.0 } else { 1.0 }));
            }
            if with_comment {
                let comment = comments.iter().find(|(sub, _)| *sub == index.id);
                row.push(optional(comment.map(|(_, text)| text.as_str())));
            }
            rows.push(row);
        }
    }
    Ok(rows)
}

/// SHOW CONSTRAINTS.
pub(crate) fn constraints(name: &ObjectName, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = table_of(name, &snapshot, cx)?;
    let mut columns = texts(&["table_name", "constraint_name", "constraint_type", "details"]);
    columns.push(Column::new("validated", Type::Bool));
    let mut rows = Vec::new();
    let mut push = |name: &str, kind: &str, details: String, validated: bool| {
        rows.push(vec![
            text(&desc.name),
            text(name),
            text(kind),
            Datum::from(details),
            Datum::Bool(validated),
        ]);
    };
    if kind_of(&desc) == Kind::Table {
        let primary = &desc.primary_index;
        let details = format!("PRIMARY KEY ({})", show_create::key_text(primary));
        push(&primary.name, "PRIMARY KEY", details, true);
    }
    for index in desc.indexes.iter().filter(|index| index.unique) {
        let details = format!("UNIQUE ({})", show_create::key_text(index));
        push(&index.name, "UNIQUE", details, true);
    }
    for unique in &desc.unique_without_index {
        let names = super::ddl_build::column_names(&desc, &unique.column_ids);
        let details = format!("UNIQUE WITHOUT INDEX ({})", name_list(&names));
        push(&unique.name, "UNIQUE", details, unique.validity == validity::VALIDATED);
    }
    for fk in &desc.outbound_fks {
        let details = show_create::fk_text(fk, &desc, &snapshot, false);
        push(&fk.name, "FOREIGN KEY", details, fk.validity == validity::VALIDATED);
    }
    for check in &desc.checks {
        let details = format!("CHECK (({}))", show_create::shown_expr(&check.expr, &snapshot));
        push(&check.name, "CHECK", details, check.validity == validity::VALIDATED);
    }
    sort::natural(&mut rows);
    Ok(Rows { columns, rows })
}

/// SHOW SEQUENCES.
pub(crate) fn sequences(database: Option<&str>, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let name = match database {
        Some(name) => name.to_owned(),
        None => current_database(cx)?,
    };
    let db = snapshot.resolve_database(&name)?.id;
    let mut rows: Vec<Vec<Datum>> = snapshot
        .tables()
        .filter(|desc| desc.parent_id == db && desc.state() == State::Public)
        .filter(|desc| kind_of(desc) == Kind::Sequence)
        .map(|desc| {
            let schema = snapshot.schema_name(desc.unexposed_parent_schema_id);
            vec![text(schema), text(&desc.name)]
        })
        .collect();
    sort::natural(&mut rows);
    Ok(Rows { columns: texts(&["sequence_schema", "sequence_name"]), rows })
}

/// SHOW TYPES, SHOW ENUMS.
pub(crate) fn types(enums: bool, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let db = snapshot.resolve_database(&current_database(cx)?)?.id;
    let mut columns = texts(&["schema", "name"]);
    if enums {
        columns.push(Column::new("values", Type::array(Type::STRING)));
    }
    columns.push(Column::new("owner", Type::STRING));
    let mut rows: Vec<Vec<Datum>> = snapshot
        .types()
        .filter(|ty| ty.parent_id == db && ty.state() == State::Public)
        .filter(|ty| ty.kind() != TypeKind::Alias)
        .map(|ty| {
            let mut row = vec![text(snapshot.schema_name(ty.parent_schema_id)), text(&ty.name)];
            if enums {
                row.push(string_array(ty.enum_members.iter().map(|member| member.logical.clone())));
            }
            row.push(owner_of(&snapshot, ty.id));
            row
        })
        .collect();
    sort::natural(&mut rows);
    Ok(Rows { columns, rows })
}

/// SHOW `EXPERIMENTAL_FINGERPRINTS`: for each index a number that two tables share when they hold the same rows.
///
/// *Shape*: ours: FNV-1a over the texts of a row's columns, the rows' numbers joined by exclusive or.
pub(crate) fn fingerprints(name: &ObjectName, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = table_of(name, &snapshot, cx)?;
    let table = snapshot.table(desc.id).ok_or(CatalogError::Wire { place: "table" })?;
    let stored = super::ddl_backfill::read_rows(&table.codec, cx)?;
    let mut rows = Vec::new();
    for index in all_indexes(&desc) {
        let ids = index.key_column_ids.iter().chain(&index.store_column_ids);
        let places: Vec<usize> = ids
            .chain(&index.key_suffix_column_ids)
            .filter_map(|id| table.codec.ordinal_of(*id))
            .collect();
        let of_row = |row: &Vec<Datum>| {
            let texts = places.iter().filter_map(|at| row.get(*at)).map(Datum::to_text);
            texts.fold(FNV_START, |hash, text| fnv(fnv(hash, text.as_bytes()), &[0xff]))
        };
        let sum = stored.iter().map(of_row).fold(0, |sum: u64, hash| sum ^ hash);
        let shown = base::num::as_signed(sum).to_string();
        rows.push(vec![text(&index.name), Datum::from(shown)]);
    }
    sort::natural(&mut rows);
    Ok(Rows { columns: texts(&["index_name", "fingerprint"]), rows })
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
