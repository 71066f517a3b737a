//! SHOW RANGES, SHOW RANGE … FOR ROW.
//!
//! ```text
//!   21.2   start_key end_key range_id range_size_mb lease_holder lease_holder_locality replicas replica_localities
//!   26.2   start_key end_key range_id replicas replica_localities voting_replicas … split_enforced_until, and more WITH
//! ```
//!
//! *Source*: `spec/system-tables.md` §5.

use std::cmp::Ordering;
use std::sync::Arc;

use base::sort;
use base::span::Span;
use base::sqlstate::SqlState;

use super::show::texts;
use super::show_cluster::locality_of;
use crate::ast::show::RangesTarget;
use crate::ast::{Expr, ObjectName};
use crate::catalog::descpb::{State, TableDescriptor};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::system;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Rows};
use crate::plan::Planner;
use crate::types::{Datum, Decimal, Type};

/// What ranges are shown of: a span with the object that it belongs to.
struct Part {
    span: Span,
    table: Option<Arc<TableDescriptor>>,
    index: Option<(u32, String)>,
}

/// One range, taken out of the key space.
struct Shown {
    span: Span,
    id: i64,
    size_bytes: i64,
    lease_holder: base::ids::NodeId,
    replicas: Vec<base::ids::NodeId>,
}

/// SHOW RANGES.
pub(crate) fn ranges(
    target: &RangesTarget,
    options: &[String],
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let parts = parts(target, options, &snapshot, cx)?;
    authorize(&parts, &snapshot, cx)?;
    if cx.rules.show_ranges_lease_holder() {
        return Ok(old_form(target, &parts, cx));
    }
    Ok(new_form(&parts, options, &snapshot, cx))
}

fn authorize(parts: &[Part], snapshot: &Snapshot, cx: &mut Cx<'_>) -> Result<(), Error> {
    let user = cx.session.user.clone();
    let zone_config = parts.iter().all(|part| {
        part.table.as_ref().is_some_and(|table| {
            snapshot.users.may(&user, table.privileges.as_ref(), Privilege::ZoneConfig)
        })
    });
    if zone_config && !parts.is_empty() {
        return Ok(());
    }
    cx.require_admin(snapshot, "read ranges")
}

fn table_span(desc: &TableDescriptor) -> Span {
    Span::new(system::table_prefix(desc.id), system::table_prefix(desc.id + 1))
}

fn parts(
    target: &RangesTarget,
    options: &[String],
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Result<Vec<Part>, Error> {
    let of_table = |desc: &Arc<TableDescriptor>| Part {
        span: table_span(desc),
        table: Some(Arc::clone(desc)),
        index: None,
    };
    let mut made = match target {
        RangesTarget::Table(name) => {
            vec![of_table(snapshot.resolve_relation(name, cx.name_scope())?)]
        }
        RangesTarget::Index(table, name) => {
            let desc = snapshot.resolve_relation(table, cx.name_scope())?;
            let index = desc.indexes.iter().chain([&desc.primary_index]);
            let index = index
                .into_iter()
                .find(|index| index.name == *name)
                .ok_or_else(|| CatalogError::undefined(Kind::Index, name))?;
            vec![Part {
                span: Span::prefix(system::index_prefix(desc.id, index.id)),
                table: Some(Arc::clone(desc)),
                index: Some((index.id, index.name.clone())),
            }]
        }
        RangesTarget::Database(name) => {
            let db = snapshot.resolve_database(name)?.id;
            tables_of(Some(db), snapshot).iter().map(of_table).collect()
        }
        RangesTarget::Current => {
            let db = snapshot.resolve_database(&super::show::current_database(cx)?)?.id;
            tables_of(Some(db), snapshot).iter().map(of_table).collect()
        }
        RangesTarget::Cluster => {
            let whole = Span::new(Vec::new(), vec![0xff, 0xff]);
            vec![Part { span: whole, table: None, index: None }]
        }
    };
    if options.iter().any(|option| option == "indexes") {
        made = made.into_iter().flat_map(by_index).collect();
    }
    Ok(made)
}

fn tables_of(db: Option<u32>, snapshot: &Snapshot) -> Vec<Arc<TableDescriptor>> {
    snapshot
        .tables()
        .filter(|desc| db.is_none_or(|db| desc.parent_id == db) && desc.state() == State::Public)
        .filter(|desc| desc.view_query.is_empty() || desc.is_materialized_view)
        .map(Arc::clone)
        .collect()
}

/// The same part, cut by its indexes.
fn by_index(part: Part) -> Vec<Part> {
    let Some(desc) = part.table.clone().filter(|_| part.index.is_none()) else {
        return vec![part];
    };
    std::iter::once(&desc.primary_index)
        .chain(&desc.indexes)
        .map(|index| Part {
            span: Span::prefix(system::index_prefix(desc.id, index.id)),
            table: Some(Arc::clone(&desc)),
            index: Some((index.id, index.name.clone())),
        })
        .collect()
}

fn found(span: &Span, cx: &Cx<'_>) -> Vec<Shown> {
    cx.kv
        .ranges_in(span)
        .map(|range| Shown {
            span: range.span().clone(),
            id: i64::try_from(range.id().0).unwrap_or(i64::MAX),
            size_bytes: i64::try_from(range.stats().total_bytes()).unwrap_or(i64::MAX),
            lease_holder: range.leaseholder(),
            replicas: range.replicas().iter().map(|replica| replica.node).collect(),
        })
        .collect()
}

/// A bound inside an object, without the object's own prefix.
fn bound(key: &[u8], part: &Part) -> String {
    let pretty = crate::pretty::key(key);
    let Some(table) = &part.table else { return pretty };
    let mut prefix = format!("/Table/{}", table.id);
    let primary = table.primary_index.id;
    let index = part.index.as_ref().map_or(primary, |(id, _)| *id);
    let with_index = format!("{prefix}/{index}");
    if pretty.starts_with(&with_index) {
        prefix = with_index;
    }
    pretty.strip_prefix(prefix.as_str()).map_or(pretty.clone(), str::to_owned)
}

fn old_bounds(range: &Span, part: &Part) -> [Datum; 2] {
    let start = if range.start <= part.span.start {
        Datum::Null
    } else {
        Datum::from(bound(&range.start, part))
    };
    let end =
        if range.end >= part.span.end { Datum::Null } else { Datum::from(bound(&range.end, part)) };
    [start, end]
}

fn new_bounds(range: &Span, part: &Part) -> [Datum; 2] {
    if part.table.is_none() {
        return [&range.start, &range.end].map(|key| Datum::from(crate::pretty::key(key)));
    }
    let edge = |word: &str, key: &[u8]| format!("<{word}:{}>", crate::pretty::key(key));
    let start = match range.start.cmp(&part.span.start) {
        Ordering::Less => edge("before", &range.start),
        Ordering::Equal => "…".to_owned(),
        Ordering::Greater => format!("…{}", bound(&range.start, part)),
    };
    let end = match range.end.cmp(&part.span.end) {
        Ordering::Greater => edge("after", &range.end),
        Ordering::Equal => "…".to_owned(),
        Ordering::Less => format!("…{}", bound(&range.end, part)),
    };
    [Datum::from(start), Datum::from(end)]
}

/// Millions of bytes, six digits behind the point.
fn megabytes(bytes: i64) -> Datum {
    Datum::decimal(Decimal::new(bytes, -6))
}

fn node_list(nodes: &[base::ids::NodeId]) -> Datum {
    Datum::array(nodes.iter().map(|node| Datum::Int(i64::from(node.0))).collect())
}

fn localities(nodes: &[base::ids::NodeId], cx: &Cx<'_>) -> Datum {
    Datum::array(nodes.iter().map(|node| Datum::from(locality_of(cx.kv, *node))).collect())
}

fn old_form(target: &RangesTarget, parts: &[Part], cx: &Cx<'_>) -> Rows {
    let of_database = matches!(target, RangesTarget::Database(_) | RangesTarget::Current);
    let mut columns = if of_database { texts(&["table_name"]) } else { Vec::new() };
    columns.extend(texts(&["start_key", "end_key"]));
    columns.push(Column::new("range_id", Type::INT));
    columns.push(Column::new("range_size_mb", Type::DECIMAL));
    columns.push(Column::new("lease_holder", Type::INT));
    columns.push(Column::new("lease_holder_locality", Type::STRING));
    columns.push(Column::new("replicas", Type::array(Type::INT)));
    columns.push(Column::new("replica_localities", Type::array(Type::STRING)));
    let mut rows = Vec::new();
    for part in parts {
        for range in found(&part.span, cx) {
            let mut row = Vec::new();
            if of_database {
                row.push(Datum::from(part.table.as_ref().map_or("", |table| table.name.as_str())));
            }
            row.extend(old_bounds(&range.span, part));
            row.extend([
                Datum::Int(range.id),
                megabytes(range.size_bytes),
                Datum::Int(i64::from(range.lease_holder.0)),
                Datum::from(locality_of(cx.kv, range.lease_holder)),
                node_list(&range.replicas),
                localities(&range.replicas, cx),
            ]);
            rows.push(row);
        }
    }
    if of_database {
        sort::by(&mut rows, |a, b| a.first().cmp(&b.first()));
    }
    Rows { columns, rows }
}

/// Which columns WITH asks for.
#[derive(Clone, Copy)]
struct With<'a>(&'a [String]);

impl With<'_> {
    fn has(self, word: &str) -> bool {
        self.0.iter().any(|option| option == word)
    }
}

fn new_columns(with: With<'_>) -> Vec<Column> {
    let mut columns = texts(&["start_key", "end_key"]);
    let bytes = |name: &str| Column::new(name, Type::Bytes);
    if with.has("keys") {
        columns.extend([bytes("raw_start_key"), bytes("raw_end_key")]);
    }
    columns.push(Column::new("range_id", Type::INT));
    let (tables, indexes) = (with.has("tables"), with.has("indexes"));
    if tables || indexes {
        columns.extend(texts(&["schema_name", "table_name"]));
        columns.push(Column::new("table_id", Type::INT));
    }
    if indexes {
        columns.push(Column::new("index_name", Type::STRING));
        columns.push(Column::new("index_id", Type::INT));
    }
    if tables || indexes {
        let word = if indexes { "index" } else { "table" };
        columns.push(Column::new(format!("{word}_start_key"), Type::STRING));
        columns.push(Column::new(format!("{word}_end_key"), Type::STRING));
        if with.has("keys") {
            columns.push(bytes(&format!("raw_{word}_start_key")));
            columns.push(bytes(&format!("raw_{word}_end_key")));
        }
    }
    if with.has("details") {
        columns.push(Column::new("range_size_mb", Type::DECIMAL));
        columns.push(Column::new("lease_holder", Type::INT));
        columns.push(Column::new("lease_holder_locality", Type::STRING));
    }
    let nodes = Type::array(Type::INT);
    columns.push(Column::new("replicas", nodes.clone()));
    columns.push(Column::new("replica_localities", Type::array(Type::STRING)));
    for name in ["voting_replicas", "non_voting_replicas", "learner_replicas"] {
        columns.push(Column::new(name, nodes.clone()));
    }
    columns.push(Column::new("split_enforced_until", Type::TIMESTAMP));
    if with.has("details") {
        columns.push(Column::new("range_size", Type::INT));
        columns.push(Column::new("span_stats", Type::Json));
    }
    columns
}

fn new_form(parts: &[Part], options: &[String], snapshot: &Snapshot, cx: &Cx<'_>) -> Rows {
    let with = With(options);
    let named = with.has("tables") || with.has("indexes");
    let mut rows = Vec::new();
    let mut seen = base::map::Set::new();
    for part in parts {
        for range in found(&part.span, cx) {
            // Without names a range that holds several objects is told once.
            if named || seen.insert(range.id) {
                rows.push(new_row(part, &range, with, snapshot, cx));
            }
        }
    }
    Rows { columns: new_columns(with), rows }
}

fn new_row(
    part: &Part,
    range: &Shown,
    with: With<'_>,
    snapshot: &Snapshot,
    cx: &Cx<'_>,
) -> Vec<Datum> {
    let raw = |key: &[u8]| Datum::bytes(key.to_vec());
    let mut row: Vec<Datum> = new_bounds(&range.span, part).into();
    if with.has("keys") {
        row.extend([raw(&range.span.start), raw(&range.span.end)]);
    }
    row.push(Datum::Int(range.id));
    if with.has("tables") || with.has("indexes") {
        let table = part.table.as_ref();
        let names = table.map(|desc| snapshot.full_name(desc)).unwrap_or_default();
        let [_, schema, name] = names;
        row.extend([Datum::from(schema), Datum::from(name)]);
        row.push(table.map_or(Datum::Null, |desc| Datum::Int(i64::from(desc.id))));
        if let Some((id, name)) = part.index.as_ref().filter(|_| with.has("indexes")) {
            row.extend([Datum::from(name.as_str()), Datum::Int(i64::from(*id))]);
        }
        let pretty = |key: &[u8]| Datum::from(crate::pretty::key(key));
        row.extend([pretty(&part.span.start), pretty(&part.span.end)]);
        if with.has("keys") {
            row.extend([raw(&part.span.start), raw(&part.span.end)]);
        }
    }
    if with.has("details") {
        row.extend([
            megabytes(range.size_bytes),
            Datum::Int(i64::from(range.lease_holder.0)),
            Datum::from(locality_of(cx.kv, range.lease_holder)),
        ]);
    }
    let nodes = node_list(&range.replicas);
    let none = Datum::array(Vec::new());
    row.extend([nodes.clone(), localities(&range.replicas, cx), nodes, none.clone(), none]);
    row.push(Datum::Null);
    if with.has("details") {
        row.extend([Datum::Int(range.size_bytes), Datum::Null]);
    }
    row
}

/// SHOW RANGE FROM TABLE t FOR ROW (…).
pub(crate) fn for_row(
    table: &ObjectName,
    index: Option<&str>,
    row: &[Expr],
    cx: &mut Cx<'_>,
) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = Arc::clone(snapshot.resolve_relation(table, cx.name_scope())?);
    let found_table = snapshot.table(desc.id).ok_or(CatalogError::Wire { place: "table" })?;
    let codec = match index {
        None => &found_table.codec.primary,
        Some(name) => found_table
            .codec
            .secondary
            .iter()
            .find(|index| index.name == name)
            .ok_or_else(|| CatalogError::undefined(Kind::Index, name))?,
    };
    let mut values = Vec::new();
    for (expr, (at, _)) in row.iter().zip(&codec.key) {
        let ty = found_table.types.get(*at).cloned();
        values.push(Planner::new(cx).value(expr, ty.as_ref())?);
    }
    if values.len() < row.len() {
        let text = format!("expected {} values, got {}", codec.key.len(), row.len());
        return Err(CatalogError::refused(SqlState::SYNTAX_ERROR, text).into());
    }
    let key = codec.key_prefix(&values)?;
    let part = Part { span: table_span(&desc), table: Some(desc), index: None };
    let mut columns = texts(&["start_key", "end_key"]);
    columns.push(Column::new("range_id", Type::INT));
    columns.push(Column::new("lease_holder", Type::INT));
    columns.push(Column::new("lease_holder_locality", Type::STRING));
    columns.push(Column::new("replicas", Type::array(Type::INT)));
    columns.push(Column::new("replica_localities", Type::array(Type::STRING)));
    let mut rows = Vec::new();
    for range in found(&Span::point(key), cx) {
        let mut made: Vec<Datum> = old_bounds(&range.span, &part).into();
        made.extend([
            Datum::Int(range.id),
            Datum::Int(i64::from(range.lease_holder.0)),
            Datum::from(locality_of(cx.kv, range.lease_holder)),
            node_list(&range.replicas),
            localities(&range.replicas, cx),
        ]);
        rows.push(made);
    }
    Ok(Rows { columns, rows })
}
