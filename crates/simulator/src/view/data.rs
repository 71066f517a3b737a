//! Tables, their rows at a moment, and every version of a row.
//!
//! Shape: straight from the versions that the key space keeps, decoded by the table's codec of today: rows of another
//! time are shown through today's columns. Left out: rows under intents are shown as they were before.

use std::fmt::Write as _;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::num;
use base::sort;
use base::span::Span;
use kv::VersionState as KvState;
use protocol::data::{DataRow, RowsView, Table, TablesView, Version, VersionState, VersionsView};
use protocol::result::Column;
use protocol::time::Nanos;
use sql::catalog::descpb::State as DescState;
use sql::catalog::{Snapshot, names};

use super::words;
use crate::cluster::Cluster;
use crate::dispatch;
use crate::state::State;

/// Most versions looked at for one answer.
const VERSIONS_MAX: usize = 20_000;

/// Most live keys of a table whose rows are counted.
const COUNTED_MAX: u64 = 20_000;

/// Most rows at once.
const ROWS_MAX: u32 = 1_000;

pub(super) fn tables(state: &State) -> TablesView {
    let now = state.now();
    let Some(cluster) = state.clusters.get(&state.current) else { return TablesView::default() };
    let Some(snapshot) = cluster.look(now) else { return TablesView::default() };
    let mut tables: Vec<Table> = snapshot
        .tables()
        .filter(|desc| !snapshot.is_system(desc.id) && desc.state() != DescState::Drop)
        .map(|desc| one_table(cluster, &snapshot, desc.id, now))
        .collect();
    sort::by(&mut tables, |a, b| (&a.database, &a.name).cmp(&(&b.database, &b.name)));
    TablesView { tables }
}

fn one_table(cluster: &Cluster, snapshot: &Snapshot, id: u32, now: Timestamp) -> Table {
    let mut shown = Table { id, ..Table::default() };
    let Some(desc) = snapshot.table_desc(id) else { return shown };
    let [database, schema, name] = snapshot.full_name(desc);
    let parts =
        if schema == "public" { vec![&database, &name] } else { vec![&database, &schema, &name] };
    let parts: Vec<String> = parts.into_iter().map(|part| words::quoted(part)).collect();
    shown.sql_name = parts.join(".");
    names::kind_of(desc).word().clone_into(&mut shown.kind);
    let mut live_keys = 0;
    for range in cluster.kv.ranges_in(&sql::row::table_span(id)) {
        let stats = range.stats();
        live_keys += stats.live_keys;
        shown.live_bytes += stats.live_bytes;
        shown.garbage_bytes += stats.garbage_bytes;
        shown.ttl_secs = range.config().gc_ttl_secs;
        let readable = cluster.kv.effective_threshold(range, now);
        shown.readable_since = shown.readable_since.max(Nanos(readable.wall));
    }
    if live_keys <= COUNTED_MAX {
        shown.rows = snapshot.table(id).map(|table| {
            let span = table.codec.primary.span();
            let versions = cluster.kv.versions(&span, VERSIONS_MAX);
            let mut rows: Vec<&[u8]> = versions
                .iter()
                .filter(|version| version.state == KvState::Live)
                .map(|version| row_of(&version.key))
                .collect();
            rows.dedup();
            num::to_u64(rows.len())
        });
    }
    (shown.database, shown.schema, shown.name) = (database, schema, name);
    shown
}

fn row_of(key: &[u8]) -> &[u8] {
    sql::row::row_prefix(key).unwrap_or(key)
}

fn columns(table: &sql::catalog::Table) -> Vec<Column> {
    table
        .codec
        .columns
        .iter()
        .map(|column| Column { name: column.name.clone(), ty: column.ty.to_string() })
        .collect()
}

/// The values of a row from the newest of its versions at a time; `None` if there is none then.
fn row_at(
    table: &sql::catalog::Table,
    versions: &[kv::Version],
    at: Timestamp,
) -> Option<Vec<Option<String>>> {
    let mut decoder = table.codec.decoder();
    let mut done = None;
    let mut last_key: Option<&[u8]> = None;
    for version in versions {
        let older = last_key == Some(version.key.as_slice());
        if older || version.ts > at || matches!(version.state, KvState::Intent(_)) {
            continue;
        }
        last_key = Some(&version.key);
        if !version.value.is_tombstone() {
            done = decoder.feed(&version.key, &version.value).ok()?.or(done);
        }
    }
    let row = decoder.finish().or(done)?;
    Some(row.iter().map(dispatch::value).collect())
}

pub(super) fn rows(state: &State, id: u32, at: Option<Nanos>, limit: u32) -> RowsView {
    let now = state.now();
    let moment = at.map_or(now, |at| Timestamp { wall: at.0, logical: i32::MAX });
    let mut shown = RowsView { table: id, at: Nanos(moment.wall), ..RowsView::default() };
    let Some(cluster) = state.clusters.get(&state.current) else { return shown };
    let Some(table) = cluster.look(now).and_then(|snapshot| snapshot.table(id)) else {
        shown.error = Some(format!("relation [{id}] does not exist"));
        return shown;
    };
    shown.columns = columns(&table);
    let span = table.codec.primary.span();
    if at.is_some_and(|at| at.0 < now.wall) {
        let unreadable = cluster.kv.ranges_in(&span).find_map(|range| {
            let threshold = cluster.kv.effective_threshold(range, now);
            (moment <= threshold).then_some(threshold)
        });
        if let Some(threshold) = unreadable {
            let asked = Timestamp::from_wall(moment.wall);
            shown.error = Some(format!(
                "batch timestamp {asked} must be after replica GC threshold {threshold}"
            ));
            return shown;
        }
    }
    let limit = num::index(limit.min(ROWS_MAX));
    let versions = cluster.kv.versions(&span, VERSIONS_MAX);
    let cut = versions.len() == VERSIONS_MAX;
    for group in versions.chunk_by(|a, b| row_of(&a.key) == row_of(&b.key)) {
        let Some(values) = row_at(&table, group, moment) else { continue };
        if shown.rows.len() == limit {
            shown.more = true;
            return shown;
        }
        let written = group.iter().map(|version| version.ts).filter(|ts| *ts <= moment).max();
        let mut times: Vec<Timestamp> = group.iter().map(|version| version.ts).collect();
        sort::natural(&mut times);
        times.dedup();
        shown.rows.push(DataRow {
            key: hex(row_of(&group[0].key)),
            values,
            written: Nanos(written.unwrap_or_default().wall),
            versions: num::to_u32(times.len()),
        });
    }
    shown.more = cut;
    shown
}

pub(super) fn versions(state: &State, id: u32, key: &str) -> VersionsView {
    let now = state.now();
    let mut shown = VersionsView::default();
    let Some(cluster) = state.clusters.get(&state.current) else { return shown };
    let Some(table) = cluster.look(now).and_then(|snapshot| snapshot.table(id)) else {
        return shown;
    };
    let Some(key) = unhex(key).filter(|key| sql::row::table_span(id).contains_key(key)) else {
        return shown;
    };
    shown.pretty = sql::pretty::key(&key);
    shown.columns = columns(&table);
    let range = cluster.kv.range_of(&key);
    let readable = cluster.kv.effective_threshold(range, now);
    let ttl = range.config().gc_ttl_secs.saturating_mul(NANOS_PER_SEC);
    shown.readable_since = Nanos(readable.wall);
    let found = cluster.kv.versions(&Span::prefix(key.clone()), VERSIONS_MAX);
    let found: Vec<kv::Version> =
        found.into_iter().filter(|version| row_of(&version.key) == key.as_slice()).collect();
    let mut times: Vec<Timestamp> = found.iter().map(|version| version.ts).collect();
    sort::natural(&mut times);
    times.dedup();
    for at in times.into_iter().rev() {
        let values = row_at(&table, &found, at);
        let states = found.iter().filter(|version| version.ts == at).map(|version| version.state);
        let (state, collectable) = standing(states, now, ttl);
        shown.versions.push(Version {
            at: Nanos(at.wall),
            logical: at.logical,
            deleted: values.is_none() && state != VersionState::Intent,
            values: values.unwrap_or_default(),
            state,
            collectable_at: collectable.map(|at| Nanos(at.wall)),
        });
    }
    shown
}

/// Where the keys of one version of a row stand together, and when GC may have them.
fn standing(
    states: impl Iterator<Item = KvState>,
    now: Timestamp,
    ttl: i64,
) -> (VersionState, Option<Timestamp>) {
    let mut shown = VersionState::Live;
    let mut collectable: Option<Timestamp> = None;
    for state in states {
        match state {
            KvState::Live | KvState::Tombstone => {}
            KvState::Intent(_) => shown = VersionState::Intent,
            KvState::Garbage(since) => {
                let at = since.add_nanos(ttl);
                collectable = Some(collectable.map_or(at, |known| known.max(at)));
                shown = if at <= now { VersionState::Garbage } else { VersionState::History };
            }
        }
    }
    (shown, collectable)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || text.len() > 4096 {
        return None;
    }
    pairs
        .iter()
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|s| u8::from_str_radix(s, 16).ok()))
        .collect()
}
