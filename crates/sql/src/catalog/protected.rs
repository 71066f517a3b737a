//! Records that hold garbage collection back: rows of `system.protected_ts_records`, and what they mean for the key
//! space.
//!
//! ```text
//!   21.2   spans column  ──────────────────────────────────────▶ kv::Protection
//!   26.2   target column ─ databases and tables at this moment ─▶ kv::Protection
//! ```
//!
//! *Source*: `spec/system-tables.md` §2.4, §4.4; `spec/gc-and-protected-timestamps.md` §5.

use base::hlc::Timestamp;
use base::ids::Uuid;
use base::span::Span;
use wire::Message;

use super::descpb::{State, TableDescriptor};
use super::error::Error;
use super::ptspb;
use super::snapshot::Snapshot;
use super::sys::{Row, Sys};
use super::system::ids;
use crate::types::{Datum, Decimal};

/// What a record protects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// All tables of the cluster.
    Cluster,
    /// Databases and tables, by id.
    Objects(Vec<u32>),
}

/// A record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its id.
    pub id: Uuid,
    /// The earliest time that stays readable.
    pub ts: Timestamp,
    /// Who holds it: `jobs` or `schedules`.
    pub meta_type: String,
    /// The id of the job or schedule.
    pub meta: i64,
    /// What it is over.
    pub target: Target,
    /// The spans of the target when it was made: what 21.2 keeps.
    pub spans: Vec<Span>,
}

/// Writes a new record.
pub fn protect(sys: &mut Sys<'_>, record: &Record) -> Result<(), Error> {
    let by_target = sys.tables.rules().protection_targets();
    let mut spans = ptspb::Spans::default();
    if !by_target {
        spans.spans = record
            .spans
            .iter()
            .map(|span| ptspb::Span { key: span.start.clone(), end_key: span.end.clone() })
            .collect();
    }
    let num_spans = base::num::to_i64(spans.spans.len());
    let spans = spans.encode_to_vec();
    let target = target_message(&record.target).encode_to_vec();
    let bytes = base::num::to_i64(if by_target { target.len() } else { spans.len() });
    let mut row = vec![
        ("id", Datum::Uuid(record.id.0)),
        ("ts", Datum::decimal(decimal(record.ts))),
        ("meta_type", Datum::from(record.meta_type.as_str())),
        ("meta", Datum::bytes(record.meta.to_string().into_bytes())),
        ("num_spans", Datum::Int(num_spans)),
        ("spans", Datum::bytes(spans)),
        ("verified", Datum::Bool(false)),
    ];
    if by_target {
        row.push(("target", Datum::bytes(target)));
    }
    sys.insert(ids::PROTECTED_TS_RECORDS, &row)?;
    count(sys, 1, num_spans, bytes)
}

/// Moves a record to another time.
pub fn update(sys: &mut Sys<'_>, id: Uuid, ts: Timestamp) -> Result<bool, Error> {
    if sys.row(ids::PROTECTED_TS_RECORDS, &[Datum::Uuid(id.0)])?.is_none() {
        return Ok(false);
    }
    let row = [("id", Datum::Uuid(id.0)), ("ts", Datum::decimal(decimal(ts)))];
    sys.upsert(ids::PROTECTED_TS_RECORDS, &row)?;
    Ok(true)
}

/// Marks a record as checked against the ranges (21.2).
pub fn mark_verified(sys: &mut Sys<'_>, id: Uuid) -> Result<(), Error> {
    let row = [("id", Datum::Uuid(id.0)), ("verified", Datum::Bool(true))];
    sys.upsert(ids::PROTECTED_TS_RECORDS, &row)
}

/// Takes a record away; answers whether it was there.
pub fn release(sys: &mut Sys<'_>, id: Uuid) -> Result<bool, Error> {
    let key = [Datum::Uuid(id.0)];
    let Some(row) = sys.row(ids::PROTECTED_TS_RECORDS, &key)? else { return Ok(false) };
    let spans = row.int("num_spans").unwrap_or(0);
    let column = if sys.tables.rules().protection_targets() { "target" } else { "spans" };
    let bytes = base::num::to_i64(row.bytes(column).map_or(0, <[u8]>::len));
    sys.delete(ids::PROTECTED_TS_RECORDS, &key)?;
    count(sys, -1, -spans, -bytes)?;
    Ok(true)
}

fn count(sys: &mut Sys<'_>, records: i64, spans: i64, bytes: i64) -> Result<(), Error> {
    let old = sys.row(ids::PROTECTED_TS_META, &[Datum::Bool(true)])?;
    let had = |name: &str| old.as_ref().and_then(|row| row.int(name)).unwrap_or(0);
    let row = [
        ("singleton", Datum::Bool(true)),
        ("version", Datum::Int(had("version") + 1)),
        ("num_records", Datum::Int(had("num_records") + records)),
        ("num_spans", Datum::Int(had("num_spans") + spans)),
        ("total_bytes", Datum::Int(had("total_bytes") + bytes)),
    ];
    sys.upsert(ids::PROTECTED_TS_META, &row)
}

/// All records, in order of id.
pub fn records(sys: &mut Sys<'_>) -> Result<Vec<Record>, Error> {
    let rows = sys.rows(ids::PROTECTED_TS_RECORDS, &[])?;
    rows.iter()
        .map(|row| read(row).ok_or(Error::Wire { place: "system.protected_ts_records" }))
        .collect()
}

/// One record.
pub fn record(sys: &mut Sys<'_>, id: Uuid) -> Result<Option<Record>, Error> {
    let row = sys.row(ids::PROTECTED_TS_RECORDS, &[Datum::Uuid(id.0)])?;
    Ok(row.as_ref().and_then(read))
}

fn read(row: &Row) -> Option<Record> {
    let Datum::Uuid(id) = row.get("id") else { return None };
    let Datum::Decimal(ts) = row.get("ts") else { return None };
    let spans = ptspb::Spans::decode(row.bytes("spans")?).ok()?;
    let target = match row.bytes("target") {
        Some(bytes) => read_target(&ptspb::Target::decode(bytes).ok()?),
        None => Target::Cluster,
    };
    Some(Record {
        id: Uuid(*id),
        ts: timestamp(&ts.to_string())?,
        meta_type: row.str("meta_type")?.to_owned(),
        meta: std::str::from_utf8(row.bytes("meta").unwrap_or_default()).ok()?.parse().ok()?,
        target,
        spans: spans.spans.into_iter().map(|span| Span::new(span.key, span.end_key)).collect(),
    })
}

fn target_message(target: &Target) -> ptspb::Target {
    let mut made = ptspb::Target { ignore_if_excluded_from_backup: true, ..Default::default() };
    match target {
        Target::Cluster => made.cluster = Some(ptspb::Cluster {}),
        Target::Objects(ids) => {
            made.schema_objects = Some(ptspb::SchemaObjects { ids: ids.clone() });
        }
    }
    made
}

fn read_target(message: &ptspb::Target) -> Target {
    match &message.schema_objects {
        Some(objects) => Target::Objects(objects.ids.clone()),
        None => Target::Cluster,
    }
}

/// The time as the column holds it: wall nanoseconds, point, logical counter of ten digits.
fn decimal(ts: Timestamp) -> Decimal {
    Decimal::parse(&ts.to_decimal_string()).unwrap_or_else(|_| Decimal::zero())
}

fn timestamp(text: &str) -> Option<Timestamp> {
    let (wall, logical) = text.split_once('.').unwrap_or((text, "0"));
    let padded = format!("{logical:0<10}");
    Some(Timestamp { wall: wall.parse().ok()?, logical: padded.parse().ok()? })
}

/// The records as the key space needs them.
pub fn protections(sys: &mut Sys<'_>, snapshot: &Snapshot) -> Result<Vec<kv::Protection>, Error> {
    let records = records(sys)?;
    Ok(records
        .into_iter()
        .map(|record| {
            let spans = if record.spans.is_empty() {
                target_spans(&record.target, snapshot)
            } else {
                record.spans
            };
            kv::Protection { id: record.id, ts: record.ts, spans }
        })
        .collect())
}

/// The spans of what a record names, at this moment. Tables that are left out of backups are not in them.
pub fn target_spans(target: &Target, snapshot: &Snapshot) -> Vec<Span> {
    let chosen = |table: &TableDescriptor| match target {
        Target::Cluster => true,
        Target::Objects(ids) => ids.contains(&table.id) || ids.contains(&table.parent_id),
    };
    let spans = snapshot
        .tables()
        .filter(|table| chosen(table) && table.exclude_data_from_backup != Some(true))
        .filter(|table| table.state() != State::Drop || matches!(target, Target::Cluster))
        .map(|table| crate::row::table_span(table.id))
        .collect();
    base::span::merge(spans)
}
