//! CREATE STATISTICS, ANALYZE, SHOW STATISTICS: rows of `system.table_statistics`.
//!
//! ```text
//!   CREATE STATISTICS s ON a, b FROM t     one row, about (a, b) together
//!   ANALYZE t                              one row a column, one a longer prefix of an index
//! ```
//!
//! Shape: every row of the table is read, so the counts are exact; a histogram of a single column has at most
//! [`BUCKETS_MAX`] buckets of about the same number of rows. *Source*: CockroachDB's page CREATE STATISTICS. Left out:
//! automatic collection; statistics with a predicate (USING EXTREMES).

use std::collections::BTreeSet;
use std::sync::Arc;

use wire::Message;

use super::ddl_query;
use super::show::texts;
use crate::ast::ddl::CreateStatistics;
use crate::ast::expr::Expr;
use crate::ast::query::{
    Select, SelectBody, SelectClause, SelectItem, SourceKind, TableExpr, TableSource,
};
use crate::ast::{ObjectName, Statement};
use crate::catalog::descpb::{SqlType, TableDescriptor};
use crate::catalog::error::Error as CatalogError;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::sys::Row;
use crate::catalog::system::ids;
use crate::cx::Cx;
use crate::error::Error;
use crate::jobs::jobspb::{CreateStatsDetails, Details};
use crate::jobs::{self, Record};
use crate::outcome::{Column, Outcome, Rows};
use crate::plan::Error as PlanError;
use crate::row;
use crate::types::{Datum, Json, Type};

/// Most buckets of a histogram.
const BUCKETS_MAX: usize = 200;

/// The version of the histogram's form.
const HISTOGRAM_VERSION: u32 = 3;

/// A histogram, as it stands in its column.
#[derive(Clone, PartialEq, Message)]
pub struct Histogram {
    /// The buckets, least first.
    #[wire(message, repeated, tag = "2")]
    pub buckets: Vec<Bucket>,
    /// The column's type.
    #[wire(message, optional, tag = "3")]
    pub column_type: Option<SqlType>,
    /// Its form.
    #[wire(uint32, tag = "4")]
    pub version: u32,
}

/// One bucket of a histogram.
#[derive(Clone, PartialEq, Message)]
pub struct Bucket {
    /// Rows equal to the upper bound.
    #[wire(int64, tag = "1")]
    pub num_eq: i64,
    /// Rows below it and above the bucket before.
    #[wire(int64, tag = "2")]
    pub num_range: i64,
    /// The upper bound, as a part of a row's value.
    #[wire(bytes = "vec", tag = "3")]
    pub upper_bound: Vec<u8>,
    /// Distinct values among those below it.
    #[wire(double, tag = "4")]
    pub distinct_range: f64,
}

/// Runs CREATE STATISTICS and ANALYZE.
pub(crate) fn create(stmt: &CreateStatistics, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let tag = if stmt.name.is_some() { "CREATE STATISTICS" } else { "ANALYZE" };
    cx.check_writable(tag)?;
    let snapshot = cx.snapshot()?;
    if !snapshot.settings.bool(*cx.rules, "feature.stats.enabled") {
        let text = format!("feature {tag} was disabled by the database administrator");
        let code = base::sqlstate::SqlState::OPERATOR_INTERVENTION;
        return Err(CatalogError::refused(code, text).into());
    }
    let desc = Arc::clone(snapshot.resolve_relation(&stmt.table, cx.name_scope())?);
    if !desc.view_query.is_empty() && !desc.is_materialized_view {
        let code = base::sqlstate::SqlState::WRONG_OBJECT_TYPE;
        return Err(CatalogError::refused(code, "cannot create statistics on views").into());
    }
    let groups = match stmt.columns.as_slice() {
        [] => default_groups(&desc),
        names => vec![
            names
                .iter()
                .map(|name| {
                    let found = desc.columns.iter().position(|column| column.name == *name);
                    found.ok_or_else(|| PlanError::UndefinedColumn { name: name.clone() })
                })
                .collect::<Result<_, _>>()?,
        ],
    };
    let rows = ddl_query::rows(&whole(&desc), cx)?.rows;
    let name = stmt.name.as_deref().filter(|name| !name.is_empty());
    for group in groups {
        write(&desc, name, &group, &rows, cx)?;
    }
    note(stmt, &desc, &snapshot, cx)?;
    Ok(Outcome::tag(tag))
}

/// SELECT of all columns, hidden ones too.
fn whole(desc: &TableDescriptor) -> Select {
    let item = |name: &str| SelectItem { expr: Expr::Column(vec![name.to_owned()]), alias: None };
    let source = TableSource {
        kind: SourceKind::ById { id: desc.id, columns: None },
        hint: None,
        ordinality: false,
        lateral: false,
        alias: None,
    };
    Select::bare(SelectBody::Clause(Box::new(SelectClause {
        items: desc.columns.iter().map(|column| item(&column.name)).collect(),
        from: vec![TableExpr::Source(Box::new(source))],
        ..SelectClause::default()
    })))
}

/// Prefixes of indexes first, then the other columns.
fn default_groups(desc: &TableDescriptor) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut add = |group: Vec<usize>| {
        if !group.is_empty() && !groups.contains(&group) {
            groups.push(group);
        }
    };
    let position = |id: &u32| desc.columns.iter().position(|column| column.id == *id);
    for index in std::iter::once(&desc.primary_index).chain(&desc.indexes) {
        let key: Vec<usize> = index.key_column_ids.iter().filter_map(position).collect();
        add(key.iter().copied().take(1).collect());
        for count in 2..=key.len() {
            add(key.iter().copied().take(count).collect());
        }
    }
    for at in 0..desc.columns.len() {
        add(vec![at]);
    }
    groups
}

fn write(
    desc: &TableDescriptor,
    name: Option<&str>,
    group: &[usize],
    rows: &[Vec<Datum>],
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let int = |n: usize| Datum::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let mut values: Vec<Vec<&Datum>> = Vec::with_capacity(rows.len());
    let (mut nulls, mut bytes) = (0, Vec::new());
    for row in rows {
        let value: Vec<&Datum> = group.iter().filter_map(|at| row.get(*at)).collect();
        if value.iter().all(|datum| **datum == Datum::Null) {
            nulls += 1;
        }
        for datum in &value {
            row::value::put_column(&mut bytes, 0, datum)?;
        }
        values.push(value);
    }
    let distinct: BTreeSet<&Vec<&Datum>> = values.iter().collect();
    let column_ids: Vec<u32> =
        group.iter().filter_map(|at| desc.columns.get(*at)).map(|column| column.id).collect();
    let histogram = match group {
        [one] => desc.columns.get(*one).and_then(|column| column.ty.as_ref()).map(|ty| {
            let plain = values.iter().filter_map(|value| value.first().copied());
            histogram(plain.filter(|datum| **datum != Datum::Null).collect(), ty)
        }),
        _ => None,
    };
    let (rows_count, distinct_count) = (rows.len(), distinct.len());
    let column_ids =
        Datum::array(column_ids.into_iter().map(|id| Datum::Int(i64::from(id))).collect());
    let id = cx.ints.next(cx.clock.now(), cx.node);
    let mut row = vec![
        ("tableID", Datum::Int(i64::from(desc.id))),
        ("statisticID", Datum::Int(id)),
        ("name", name.map_or(Datum::Null, Datum::from)),
        ("columnIDs", column_ids.clone()),
        ("createdAt", Datum::Timestamp(cx.txn_at().wall / 1000)),
        ("rowCount", int(rows_count)),
        ("distinctCount", int(distinct_count)),
        ("nullCount", int(nulls)),
    ];
    if let Some(histogram) = histogram.transpose()? {
        row.push(("histogram", Datum::bytes(histogram.encode_to_vec())));
    }
    if cx.rules.user_ids() {
        row.push(("avgSize", int(bytes.len() / rows_count.max(1))));
        row.push(("delayDelete", Datum::Bool(false)));
    }
    let mut sys = cx.sys()?;
    let table = Datum::Int(i64::from(desc.id));
    for old in sys.rows(ids::TABLE_STATISTICS, std::slice::from_ref(&table))? {
        if *old.get("columnIDs") == column_ids {
            let key = [table.clone(), old.get("statisticID").clone()];
            sys.delete(ids::TABLE_STATISTICS, &key)?;
        }
    }
    Ok(sys.insert(ids::TABLE_STATISTICS, &row)?)
}

/// Buckets of about the same number of rows, each closed by a value that stands in the column.
fn histogram(mut values: Vec<&Datum>, ty: &SqlType) -> Result<Histogram, Error> {
    values.sort();
    let depth = values.len().div_ceil(BUCKETS_MAX).max(1);
    let mut buckets: Vec<Bucket> = Vec::new();
    let (mut below, mut distinct_below) = (0, 0_u32);
    for run in values.chunk_by(|a, b| a == b) {
        let is_last = run.last().zip(values.last()).is_some_and(|(a, b)| a == b);
        if !buckets.is_empty() && !is_last && below + run.len() < depth {
            below += run.len();
            distinct_below += 1;
            continue;
        }
        let mut upper_bound = Vec::new();
        if let Some(value) = run.first() {
            row::value::put_column(&mut upper_bound, 1, value)?;
        }
        buckets.push(Bucket {
            num_eq: i64::try_from(run.len()).unwrap_or(i64::MAX),
            num_range: i64::try_from(below).unwrap_or(i64::MAX),
            upper_bound,
            distinct_range: f64::from(distinct_below),
        });
        (below, distinct_below) = (0, 0);
    }
    Ok(Histogram { buckets, column_type: Some(ty.clone()), version: HISTOGRAM_VERSION })
}

/// The job that SHOW JOBS has of it.
fn note(
    stmt: &CreateStatistics,
    desc: &TableDescriptor,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let parts = snapshot.full_name(desc).into();
    let named = CreateStatistics { table: ObjectName { parts }, ..stmt.clone() };
    let description = super::ddl::describe(&Statement::CreateStatistics(named));
    let name = stmt.name.clone().unwrap_or_default();
    let now = cx.clock.now();
    let details = Details::CreateStats(CreateStatsDetails { name });
    let mut record =
        Record::new(cx.new_job_id(), &cx.session.user.clone(), description, details, now);
    record.succeed(now);
    jobs::create(&mut cx.sys()?, &record)?;
    Ok(())
}

/// SHOW STATISTICS.
pub(crate) fn show(using_json: bool, table: &ObjectName, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = Arc::clone(snapshot.resolve_relation(table, cx.name_scope())?);
    let mut found = cx.sys()?.rows(ids::TABLE_STATISTICS, &[Datum::Int(i64::from(desc.id))])?;
    found.sort_by_key(|row| (row.micros("createdAt"), row.int("statisticID")));
    if using_json {
        let all = found.iter().map(|row| as_json(row, &desc, &snapshot));
        let all = Json::Array(all.collect());
        let columns = vec![Column::new("statistics", Type::Json)];
        return Ok(Rows { columns, rows: vec![vec![Datum::Json(Arc::new(all))]] });
    }
    let late = cx.rules.user_ids();
    let rows = found.iter().map(|row| {
        let micros = row.micros("createdAt").unwrap_or(0);
        let created = if late { Datum::TimestampTz(micros) } else { Datum::Timestamp(micros) };
        let names = column_names(row, &desc).into_iter().map(Datum::from).collect();
        let histogram = match row.bytes("histogram") {
            Some(_) => row.get("statisticID").clone(),
            None => Datum::Null,
        };
        let mut shown = vec![row.get("name").clone(), Datum::array(names), created];
        shown.extend(["rowCount", "distinctCount", "nullCount"].map(|name| row.get(name).clone()));
        if late {
            shown.extend([row.get("avgSize").clone(), Datum::Null]);
        }
        shown.push(histogram);
        if late {
            shown.push(Datum::Int(0));
        }
        shown
    });
    Ok(Rows { rows: rows.collect(), columns: columns(late) })
}

fn columns(late: bool) -> Vec<Column> {
    let time = if late { Type::TIMESTAMPTZ } else { Type::TIMESTAMP };
    let mut columns = texts(&["statistics_name"]);
    columns.push(Column::new("column_names", Type::array(Type::STRING)));
    columns.push(Column::new("created", time));
    let mut names = vec!["row_count", "distinct_count", "null_count"];
    if late {
        names.push("avg_size");
    }
    columns.extend(names.into_iter().map(|name| Column::new(name, Type::INT)));
    if late {
        columns.extend(texts(&["partial_predicate"]));
    }
    columns.push(Column::new("histogram_id", Type::INT));
    if late {
        columns.push(Column::new("full_histogram_id", Type::INT));
    }
    columns
}

fn column_names(row: &Row, desc: &TableDescriptor) -> Vec<String> {
    let Datum::Array(ids) = row.get("columnIDs") else { return Vec::new() };
    ids.iter()
        .filter_map(|id| {
            let Datum::Int(id) = id else { return None };
            desc.columns.iter().find(|column| i64::from(column.id) == *id)
        })
        .map(|column| column.name.clone())
        .collect()
}

fn as_json(row: &Row, desc: &TableDescriptor, snapshot: &Snapshot) -> Json {
    let number = |name: &str| Json::int(row.int(name).unwrap_or(0));
    let names = column_names(row, desc).into_iter().map(Json::string).collect();
    let mut fields: Vec<(Arc<str>, Json)> = vec![
        ("avg_size".into(), number("avgSize")),
        ("columns".into(), Json::Array(names)),
        ("created_at".into(), Json::string(row.get("createdAt").to_text())),
        ("distinct_count".into(), number("distinctCount")),
        ("null_count".into(), number("nullCount")),
        ("row_count".into(), number("rowCount")),
    ];
    if let Some(name) = row.str("name") {
        fields.push(("name".into(), Json::string(name)));
    }
    let histogram = row.bytes("histogram").and_then(|bytes| Histogram::decode(bytes).ok());
    if let Some(histogram) = histogram
        && let Some(ty) = histogram.column_type.as_ref().and_then(|ty| snapshot.hydrate(ty).ok())
    {
        let buckets = histogram.buckets.iter().map(|bucket| bucket_json(bucket, &ty, snapshot));
        let buckets = Json::Array(buckets.collect());
        fields.push(("histo_buckets".into(), buckets));
        fields.push(("histo_col_type".into(), Json::string(type_text(&ty, true, snapshot))));
        fields.push(("histo_version".into(), Json::int(i64::from(histogram.version))));
    }
    Json::object(fields)
}

fn bound_of(mut bytes: &[u8], ty: &Type) -> Option<Datum> {
    let (_, kind) = row::value::take_head(&mut bytes)?;
    row::value::take_column(&mut bytes, kind, ty)
}

fn bucket_json(bucket: &Bucket, ty: &Type, snapshot: &Snapshot) -> Json {
    let bound = bound_of(&bucket.upper_bound, ty);
    let text = bound.map_or_else(String::new, |datum| bound_text(&datum, ty, snapshot));
    let distinct = crate::types::decimal::from_f64(bucket.distinct_range);
    Json::object([
        ("distinct_range".into(), Json::Number(distinct)),
        ("num_eq".into(), Json::int(bucket.num_eq)),
        ("num_range".into(), Json::int(bucket.num_range)),
        ("upper_bound".into(), Json::string(text)),
    ])
}

/// A type by its name: a user-defined one with its schema, and with its database if it stands alone.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is named in SQL's own words")]
fn type_text(ty: &Type, alone: bool, snapshot: &Snapshot) -> String {
    match ty {
        Type::Enum(of) => {
            let full = snapshot.type_desc(of.id).map(|desc| snapshot.full_type_name(desc));
            full.map_or_else(String::new, |full| full[usize::from(!alone)..].join("."))
        }
        Type::Array(element) => format!("{}[]", type_text(element, false, snapshot)),
        other => other.to_string(),
    }
}

/// A bound as text: bare, but the elements of an array as SQL writes them.
fn bound_text(datum: &Datum, ty: &Type, snapshot: &Snapshot) -> String {
    let (Datum::Array(elements), Type::Array(of)) = (datum, ty) else { return datum.to_text() };
    let shown: Vec<String> = elements
        .iter()
        .map(|element| match (element, &**of) {
            (Datum::Null, _) => "NULL".to_owned(),
            (Datum::Enum(_), of) => format!(
                "{}:::{}",
                crate::print::quote(&element.to_text()),
                type_text(of, false, snapshot)
            ),
            (Datum::String(text), _) => crate::print::quote(text),
            (other, _) => other.to_text(),
        })
        .collect();
    format!("ARRAY[{}]", shown.join(","))
}

/// What the newest statistics of a table say: rows, and when they were counted. *Units*: microseconds.
pub(crate) fn newest(
    cx: &mut Cx<'_>,
) -> Result<std::collections::BTreeMap<i64, (i64, i64)>, Error> {
    let mut found = std::collections::BTreeMap::new();
    for row in cx.sys()?.rows(ids::TABLE_STATISTICS, &[])? {
        let (table, at) = (row.int("tableID").unwrap_or(0), row.micros("createdAt").unwrap_or(0));
        let told = (row.int("rowCount").unwrap_or(0), at);
        let known = found.entry(table).or_insert(told);
        if known.1 <= at {
            *known = told;
        }
    }
    Ok(found)
}
