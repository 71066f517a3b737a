//! Facts as JSON: names and shapes as the shared fixtures have them.

use std::collections::BTreeMap;
use std::sync::Arc;

use backup::dest::chain::Layer;
use backup::keyspan;
use backup::manifest::model::{BackupManifest, File, RowCount, Span};
use backup::moment;
use backup::take::append::uuid_of;
use backup::targets::{Snapshot, parents, schema_of};
use base::hlc::Timestamp;
use base::num;
use sql::catalog::Snapshot as Catalog;
use sql::catalog::descpb::{Descriptor, State, TableDescriptor, Union};
use sql::catalog::names::kind_of;
use sql::rules::{Rules, Version};
use sql::types::json::Json;
use sql::types::{Datum, Type};

use super::words::restorable;
use super::{ChainSeen, LayerSeen, Look, Seen};

pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::object(fields.map(|(name, value)| (Arc::from(name), value)))
}

fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::Array(items.into_iter().collect())
}

fn int(n: impl Into<i64>) -> Json {
    Json::int(n.into())
}

fn wide(n: u64) -> Json {
    Json::int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Json {
    list(all.into_iter().map(|text| Json::string(text.as_str())))
}

/// A collection.
pub(super) fn collection(seen: &Seen, look: &Look) -> Json {
    let first = seen.chains.iter().find_map(|chain| chain.layers.first()?.read.as_ref());
    let manifest = first.map(|layer| &layer.manifest);
    object([
        ("uri", Json::string(seen.uri.as_str())),
        ("latest", seen.latest.as_deref().map_or(Json::Null, Json::string)),
        (
            "cluster_id",
            manifest.map_or(Json::Null, |m| Json::string(uuid_of(&m.cluster_id).to_string())),
        ),
        ("revision_history", Json::Bool(manifest.is_some_and(BackupManifest::has_history))),
        ("cluster_backup", Json::Bool(manifest.is_some_and(BackupManifest::is_cluster))),
        ("elided_prefix", int(manifest.map_or(0, |m| m.elided_prefix))),
        ("chains", list(seen.chains.iter().map(|one| chain(one, look)))),
        ("problems", texts(&seen.problems)),
        (
            "objects",
            list(seen.objects.iter().map(|(path, bytes, sha)| {
                object([
                    ("path", Json::string(path.as_str())),
                    ("bytes", wide(num::to_u64(*bytes))),
                    ("sha256", Json::string(sha.as_str())),
                ])
            })),
        ),
    ])
}

fn chain(seen: &ChainSeen, look: &Look) -> Json {
    let layers = seen.layers.iter().enumerate().map(|(i, one)| {
        let rows = look.rows.then(|| look.rows(seen, i + 1)).flatten();
        layer(one, rows)
    });
    let moments = restorable(seen).into_iter().map(|(after, through)| match after {
        Some(after) => object([
            ("after", Json::string(after.to_decimal_string())),
            ("through", Json::string(through.to_decimal_string())),
        ]),
        None => object([("only", Json::string(through.to_decimal_string()))]),
    });
    object([
        ("full", Json::string(seen.full.as_str())),
        ("encrypted", Json::Bool(seen.is_encrypted)),
        ("layers", list(layers)),
        ("restorable", list(moments)),
        ("problems", texts(&seen.problems)),
    ])
}

fn layer(seen: &LayerSeen, rows: Option<BTreeMap<String, Vec<Vec<Json>>>>) -> Json {
    let dir = ("dir", Json::string(seen.dir.trim_start_matches('/')));
    let problems = ("problems", texts(&seen.problems));
    let Some(read) = &seen.read else { return object([dir, problems]) };
    let m = &read.manifest;
    let snapshot: Snapshot = m.descriptors().collect();
    let of = |kind: fn(&Descriptor, &Snapshot) -> Option<Json>| {
        list(snapshot.by_id.values().filter_map(|descriptor| kind(descriptor, &snapshot)))
    };
    let tables = tables(read, &snapshot);
    object([
        dir,
        problems,
        ("full", Json::Bool(m.is_full())),
        ("compacted", Json::Bool(m.is_compacted)),
        ("start_time", time(m.start())),
        ("end_time", time(m.end())),
        ("revision_start_time", time(m.revision_start())),
        ("backup_id", Json::string(uuid_of(&m.id).to_string())),
        ("build_tag", Json::string(m.build_info.tag.as_str())),
        ("cluster_version", Json::string(m.cluster_version.short())),
        ("complete_dbs", list(m.complete_dbs.iter().map(|id| int(*id)))),
        ("entry_counts", counts(m.entry_counts)),
        ("databases", of(database)),
        ("schemas", of(schema)),
        ("types", of(user_type)),
        ("tables", list(tables)),
        ("spans", list(m.spans.iter().map(span))),
        ("introduced_spans", list(m.introduced_spans.iter().map(span))),
        ("files", list(m.files.iter().map(|one| file(one, seen)))),
        ("descriptor_changes", list(changes(m))),
        ("kv_count", wide(seen.entries)),
        ("kv_sha256", Json::string(seen.digest.as_str())),
        (
            "rows_at_end",
            rows.map_or(Json::Null, |rows| {
                Json::object(
                    rows.into_iter().map(|(name, rows)| {
                        (Arc::from(name), list(rows.into_iter().map(Json::Array)))
                    }),
                )
            }),
        ),
    ])
}

fn time(at: Timestamp) -> Json {
    if at.is_zero() {
        return Json::Null;
    }
    object([
        ("wall", Json::string(at.wall.to_string())),
        ("logical", int(at.logical)),
        ("utc", Json::string(moment::plain_text(at))),
        ("decimal", Json::string(at.to_decimal_string())),
    ])
}

fn counts(c: RowCount) -> Json {
    object([
        ("data_size", int(c.data_size)),
        ("rows", int(c.rows)),
        ("index_entries", int(c.index_entries)),
    ])
}

fn span(s: &Span) -> Json {
    list([keyspan::words(&s.key), keyspan::words(&s.end_key)].map(Json::string))
}

fn named(id: u32, name: &str, database: u32) -> Json {
    object([
        ("id", int(id)),
        ("name", Json::string(name)),
        ("database", if database == 0 { Json::Null } else { int(database) }),
    ])
}

fn database(d: &Descriptor, _: &Snapshot) -> Option<Json> {
    let Some(Union::Database(d)) = &d.union else { return None };
    Some(object([("id", int(d.id)), ("name", Json::string(d.name.as_str()))]))
}

fn schema(d: &Descriptor, _: &Snapshot) -> Option<Json> {
    let Some(Union::Schema(d)) = &d.union else { return None };
    Some(named(d.id, &d.name, d.parent_id))
}

fn user_type(d: &Descriptor, _: &Snapshot) -> Option<Json> {
    let Some(Union::Type(t)) = &d.union else { return None };
    Some(named(t.id, &t.name, parents(d).0))
}

fn tables(read: &Layer, snapshot: &Snapshot) -> Vec<Json> {
    let mut held: BTreeMap<u32, RowCount> = BTreeMap::new();
    for file in &read.manifest.files {
        if let Some(table) = keyspan::table_of(&file.span.key) {
            held.entry(table).or_default().add(file.entry_counts);
        }
    }
    let catalog = catalog(read);
    let one = |t: &TableDescriptor| table(t, snapshot, &catalog, held.get(&t.id).copied());
    snapshot.tables().map(one).collect()
}

fn catalog(read: &Layer) -> Catalog {
    let version = read.manifest.cluster_version;
    let rules = if version.major < 22 { Version::V21_2 } else { Version::V26_2 };
    Catalog::of_descriptors(read.manifest.descriptors(), Rules::of(rules))
}

fn table(
    t: &TableDescriptor,
    snapshot: &Snapshot,
    catalog: &Catalog,
    held: Option<RowCount>,
) -> Json {
    let database =
        snapshot.database(t.parent_id).map_or(Json::Null, |d| Json::string(d.name.as_str()));
    let built = catalog.table(t.id);
    let types = built.as_ref().map_or(&[][..], |built| built.types.as_slice());
    let columns = t.columns.iter().enumerate().map(|(i, column)| {
        object([
            ("id", int(column.id)),
            ("name", Json::string(column.name.as_str())),
            ("type", types.get(i).map_or(Json::Null, |ty: &Type| Json::string(ty.to_string()))),
            ("nullable", Json::Bool(column.nullable)),
        ])
    });
    let indexes = t.indexes.iter().map(|index| {
        object([
            ("id", int(index.id)),
            ("name", Json::string(index.name.as_str())),
            ("unique", Json::Bool(index.unique)),
            ("columns", texts(&index.key_column_names)),
            ("storing", texts(&index.store_column_names)),
        ])
    });
    let c = held.unwrap_or_default();
    let state = State::try_from(t.state).unwrap_or(State::Public);
    object([
        ("id", int(t.id)),
        ("name", Json::string(t.name.as_str())),
        ("database", database),
        ("schema", Json::string(snapshot.schema_name(schema_of(t)))),
        ("kind", Json::string(kind_of(t).word())),
        ("version", wide(t.version)),
        ("state", Json::string(state_word(state))),
        ("columns", list(columns)),
        ("primary_key", texts(&t.primary_index.key_column_names)),
        ("indexes", list(indexes)),
        ("families", list(t.families.iter().map(|f| Json::string(f.name.as_str())))),
        ("rows", int(c.rows)),
        ("index_entries", int(c.index_entries)),
        ("data_size", int(c.data_size)),
        ("spans", list(keyspan::spans_of(t).into_iter().map(|s| span(&s.into())))),
    ])
}

const fn state_word(state: State) -> &'static str {
    match state {
        State::Public => "public",
        State::Add => "add",
        State::Drop => "drop",
        State::Offline => "offline",
    }
}

fn file(f: &File, seen: &LayerSeen) -> Json {
    let sizes = seen.files.get(&f.path);
    let own: Timestamp = f.end_time.into();
    let is_default = f.locality_kv.is_empty() || f.locality_kv == "default";
    object([
        ("path", Json::string(f.path.as_str())),
        ("store", if is_default { Json::Null } else { Json::string(f.locality_kv.as_str()) }),
        ("start", Json::string(keyspan::words(&f.span.key))),
        ("end", Json::string(keyspan::words(&f.span.end_key))),
        ("table", keyspan::table_of(&f.span.key).map_or(Json::Null, int)),
        ("rows", int(f.entry_counts.rows)),
        ("index_entries", int(f.entry_counts.index_entries)),
        ("data_size", int(f.entry_counts.data_size)),
        ("range_keys", sizes.map_or(Json::Null, |told| Json::Bool(told.has_range_keys))),
        (
            "times",
            if own.is_zero() { Json::Null } else { list([time(f.start_time.into()), time(own)]) },
        ),
        ("plain_bytes", sizes.map_or(Json::Null, |told| wide(told.plain_bytes))),
        ("object_bytes", sizes.map_or(Json::Null, |told| wide(told.object_bytes))),
    ])
}

fn changes(m: &BackupManifest) -> Vec<Json> {
    let one = |change: &backup::manifest::model::DescriptorRevision| {
        let read = change.desc.as_deref().and_then(backup::manifest::model::descriptor);
        object([
            ("time", time(change.time.into())),
            ("id", int(change.id)),
            ("name", read.as_ref().map_or(Json::Null, |d| Json::string(d.name()))),
            ("state", Json::string(read.as_ref().map_or("deleted", |d| state_word(d.state())))),
        ])
    };
    m.descriptor_changes.iter().map(one).collect()
}

/// The rows of all tables in a batch of primary keys, by `database.schema.table`. A table that cannot be read is left out.
pub(super) fn rows(
    batch: &kv::Batch,
    snapshot: &Snapshot,
    read: &Layer,
) -> BTreeMap<String, Vec<Vec<Json>>> {
    let catalog = catalog(read);
    let mut found = BTreeMap::new();
    for desc in snapshot.tables().filter(|table| keyspan::has_data(table)) {
        let Some(table) = catalog.table(desc.id) else { continue };
        let mut decoder = table.codec.decoder();
        let span = table.codec.primary.span();
        let mut rows = Vec::new();
        let mut push = |row: Vec<Datum>| rows.push(row.iter().map(cell).collect());
        for (key, _, value) in batch.iter().filter(|(key, ..)| span.contains_key(key)) {
            match decoder.feed(key, value) {
                Ok(row) => row.into_iter().for_each(&mut push),
                Err(_) => break,
            }
        }
        decoder.finish().into_iter().for_each(&mut push);
        let database = snapshot.database(desc.parent_id).map_or("", |d| d.name.as_str());
        let schema = snapshot.schema_name(schema_of(desc));
        found.insert(format!("{database}.{schema}.{}", desc.name), rows);
    }
    found
}

/// A datum as text in UTC; truth and NULL as JSON has them.
fn cell(datum: &Datum) -> Json {
    if let Datum::Bool(on) = datum {
        return Json::Bool(*on);
    }
    if matches!(datum, Datum::Null) {
        return Json::Null;
    }
    let text = datum.to_text();
    let is_zoned = matches!(datum, Datum::TimestampTz(_));
    let text = if is_zoned { text.split('+').next().unwrap_or(&text) } else { &text };
    Json::string(text)
}
