//! A manifest as JSON: what `WITH as_json` answers, one row a layer.
//!
//! Shape: names as protobuf's JSON has them, 64-bit numbers as strings. *Source*: `spec/show-backup.md` §5; only
//! `entryCounts` and `files[].path` are documented, the rest follows the same mapping. Left out: descriptors.

use std::sync::Arc;

use base::hlc::Timestamp;
use sql::outcome::{Column, Rows};
use sql::types::json::Json;
use sql::types::{Datum, Type};

use crate::dest::chain::Chain;
use crate::keyspan;
use crate::manifest::model::{BackupManifest, File, RowCount, Span};
use crate::take::append::uuid_of;

/// One row a layer.
pub(super) fn rows(chain: &Chain) -> Rows {
    let rows = chain.layers.iter().map(|layer| vec![Datum::json(manifest(&layer.manifest))]);
    Rows { columns: vec![Column::new("manifest", Type::Json)], rows: rows.collect() }
}

fn manifest(m: &BackupManifest) -> Json {
    object([
        ("buildInfo", object([("tag", Json::string(m.build_info.tag.as_str()))])),
        ("clusterId", Json::string(uuid_of(&m.cluster_id).to_string())),
        (
            "clusterVersion",
            object([
                ("majorVal", Json::int(i64::from(m.cluster_version.major))),
                ("minorVal", Json::int(i64::from(m.cluster_version.minor))),
            ]),
        ),
        ("completeDbs", list(m.complete_dbs.iter().map(|id| Json::int(i64::from(*id))))),
        ("descriptorCoverage", Json::int(i64::from(m.descriptor_coverage))),
        ("endTime", time(m.end())),
        ("entryCounts", counts(m.entry_counts)),
        ("files", list(m.files.iter().map(file))),
        ("formatVersion", Json::int(i64::from(m.format_version))),
        ("id", Json::string(uuid_of(&m.id).to_string())),
        ("introducedSpans", list(m.introduced_spans.iter().map(span))),
        ("mvccFilter", Json::string(if m.has_history() { "All" } else { "Latest" })),
        ("nodeId", Json::int(i64::from(m.node_id))),
        ("revisionStartTime", time(m.revision_start())),
        ("spans", list(m.spans.iter().map(span))),
        ("startTime", time(m.start())),
    ])
}

fn file(f: &File) -> Json {
    object([
        ("entryCounts", counts(f.entry_counts)),
        ("path", Json::string(f.path.as_str())),
        ("span", span(&f.span)),
    ])
}

fn counts(c: RowCount) -> Json {
    object([
        ("dataSize", Json::string(c.data_size.to_string())),
        ("indexEntries", Json::string(c.index_entries.to_string())),
        ("rows", Json::string(c.rows.to_string())),
    ])
}

fn span(s: &Span) -> Json {
    object([
        ("endKey", Json::string(keyspan::words(&s.end_key))),
        ("key", Json::string(keyspan::words(&s.key))),
    ])
}

fn time(at: Timestamp) -> Json {
    if at.is_zero() {
        return object([]);
    }
    object([
        ("logical", Json::int(i64::from(at.logical))),
        ("wallTime", Json::string(at.wall.to_string())),
    ])
}

fn list(items: impl Iterator<Item = Json>) -> Json {
    Json::Array(items.collect())
}

fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::object(fields.map(|(name, value)| (Arc::from(name), value)))
}
