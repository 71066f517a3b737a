//! Buckets, their objects, and one object decoded.

use backup::dest::names;
use backup::manifest::codec;
use backup::manifest::model::BackupManifest;
use base::num;
use cloud::bucket::{Object as Stored, StoreId};
use protocol::storage::{Bucket, Object, ObjectView, Section, StorageView};
use protocol::time::Nanos;

use super::words;
use crate::calendar;
use crate::state::State;

/// Most objects listed of one store.
const OBJECTS_MAX: usize = 2_000;

/// Most rows of one section.
const ROWS_MAX: usize = 200;

/// Most lines of 16 bytes shown.
const HEX_LINES_MAX: usize = 64;

/// `s3://acme`.
fn uri(store: &StoreId) -> String {
    format!("{}://{}", store.scheme.name(), store.host)
}

pub(super) fn storage(state: &State) -> StorageView {
    let buckets = state
        .buckets
        .stores()
        .map(|store| {
            let mut objects: Vec<Object> = state
                .buckets
                .objects(store, "")
                .take(OBJECTS_MAX)
                .map(|(path, object)| Object {
                    path: path.to_owned(),
                    size_bytes: num::to_u64(object.bytes.len()),
                    modified: Nanos(object.written.wall),
                    kind: kind(path).to_owned(),
                })
                .collect();
            objects.shrink_to_fit();
            let all = state.buckets.objects(store, "").count();
            Bucket {
                scheme: store.scheme.name().to_owned(),
                uri: uri(store),
                size_bytes: state.buckets.size_bytes(store),
                more: num::to_u32(all - objects.len()),
                objects,
            }
        })
        .filter(|bucket| !bucket.objects.is_empty())
        .collect();
    StorageView { buckets }
}

/// What an object is, by its name.
fn kind(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(names::CHECKSUM_SUFFIX) {
        "checksum"
    } else if name == names::MANIFEST {
        "manifest"
    } else if name == names::METADATA || name == "metadata.sst" {
        "metadata"
    } else if name.starts_with(names::LATEST) {
        "latest"
    } else if name.starts_with(names::LOCK_PREFIX) {
        "lock"
    } else if name.starts_with(names::CHECKPOINT) {
        "checkpoint"
    } else if name.starts_with(names::STATISTICS) {
        "statistics"
    } else if name.rsplit('.').next() == Some("sst") {
        "data"
    } else {
        "other"
    }
}

pub(super) fn object(state: &State, bucket: &str, path: &str) -> ObjectView {
    let mut shown = ObjectView {
        uri: format!("{bucket}/{path}"),
        kind: kind(path).to_owned(),
        ..ObjectView::default()
    };
    let store = state.buckets.stores().find(|store| uri(store) == bucket);
    let Some((store, object)) =
        store.and_then(|store| Some((store, state.buckets.object(store, path)?)))
    else {
        "there is no such object".clone_into(&mut shown.words);
        return shown;
    };
    shown.size_bytes = num::to_u64(object.bytes.len());
    shown.hex = hex_lines(&object.bytes);
    shown.sound = true;
    match shown.kind.as_str() {
        "manifest" | "checkpoint" => manifest(state, store, path, object, &mut shown),
        "data" => data(object, &mut shown),
        "latest" => {
            let text = String::from_utf8_lossy(&object.bytes).trim().to_owned();
            shown.words = format!("names the newest full backup of this collection: {text}");
        }
        "checksum" => {
            "the first four bytes of the SHA-256 of the object beside it"
                .clone_into(&mut shown.words);
        }
        "lock" => {
            "keeps other backups out of this directory while its job runs"
                .clone_into(&mut shown.words);
        }
        "statistics" => "table statistics at the time of the backup".clone_into(&mut shown.words),
        "metadata" => {
            "a second copy of the backup's metadata".clone_into(&mut shown.words);
        }
        _ => "not a file that a backup writes".clone_into(&mut shown.words),
    }
    shown
}

fn manifest(state: &State, store: &StoreId, path: &str, object: &Stored, shown: &mut ObjectView) {
    let checksum = state
        .buckets
        .object(store, &names::checksum_of(path))
        .map_or(Ok(()), |sum| codec::verify(&object.bytes, &sum.bytes));
    let decoded = checksum.and_then(|()| codec::decode(&object.bytes, None));
    match decoded {
        Ok(manifest) => {
            "what this backup holds; its presence says that the backup is complete"
                .clone_into(&mut shown.words);
            shown.sections = sections(&manifest);
        }
        Err(cause) => {
            shown.sound = matches!(cause, codec::Error::Encrypted);
            shown.words = cause.to_string();
        }
    }
}

fn sections(manifest: &BackupManifest) -> Vec<Section> {
    let time = |at: base::hlc::Timestamp| {
        if at.is_zero() { "0".to_owned() } else { calendar::rfc3339(at) }
    };
    let counts = &manifest.entry_counts;
    let facts = [
        ("start_time", time(manifest.start())),
        ("end_time", time(manifest.end())),
        ("mvcc_filter", if manifest.has_history() { "All" } else { "Latest" }.to_owned()),
        (
            "descriptor_coverage",
            if manifest.is_cluster() { "AllDescriptors" } else { "RequestedDescriptors" }
                .to_owned(),
        ),
        ("cluster_version", manifest.cluster_version.short()),
        ("rows", counts.rows.to_string()),
        ("index_entries", counts.index_entries.to_string()),
        ("data_size", counts.data_size.to_string()),
    ];
    let facts = facts.map(|(name, value)| vec![name.to_owned(), value]).to_vec();
    let files = manifest.files.iter().map(|file| {
        vec![
            sql::pretty::key(&file.span.key),
            sql::pretty::key(&file.span.end_key),
            file.path.clone(),
            file.entry_counts.rows.to_string(),
            file.entry_counts.data_size.to_string(),
        ]
    });
    let spans = manifest
        .spans
        .iter()
        .map(|span| vec![sql::pretty::key(&span.key), sql::pretty::key(&span.end_key)]);
    let descriptors = manifest.descriptors().map(|descriptor| {
        vec![
            descriptor.id().to_string(),
            descriptor.name().to_owned(),
            descriptor.version().to_string(),
        ]
    });
    vec![
        section("backup", &["field", "value"], facts.into_iter()),
        section("files", &["from", "to", "path", "rows", "bytes"], files),
        section("spans", &["from", "to"], spans),
        section("descriptors", &["id", "name", "version"], descriptors),
    ]
}

fn section(title: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Section {
    let mut kept = Vec::new();
    let mut more = 0;
    for row in rows {
        if kept.len() < ROWS_MAX {
            kept.push(row);
        } else {
            more += 1;
        }
    }
    Section {
        title: title.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows: kept,
        more,
    }
}

fn data(object: &Stored, shown: &mut ObjectView) {
    let mut rows = Vec::new();
    let mut total = 0_u64;
    let outcome = read_entries(&object.bytes, |row| {
        total += 1;
        if rows.len() < ROWS_MAX {
            rows.push(row);
        }
    });
    let more = total - num::to_u64(rows.len());
    shown.sections = vec![Section {
        title: "entries".to_owned(),
        columns: ["key", "time", "value"].map(str::to_owned).to_vec(),
        rows,
        more,
    }];
    match outcome {
        Ok(()) => {
            shown.words = format!(
                "sorted keys with times and values: {total} entries, {}",
                words::size(shown.size_bytes)
            );
        }
        Err(cause) => {
            shown.sound = false;
            shown.words = cause.to_string();
        }
    }
}

fn read_entries(bytes: &[u8], mut row: impl FnMut(Vec<String>)) -> Result<(), kv::sst::Error> {
    let reader = kv::sst::Reader::open(bytes)?;
    for tombstone in reader.range_tombstones() {
        row(vec![
            sql::pretty::span(&tombstone.span),
            tombstone.ts.to_string(),
            "(range tombstone)".to_owned(),
        ]);
    }
    let mut entries = reader.entries();
    while let Some((key, ts, value)) = entries.next()? {
        let said = if value.is_empty() {
            "(tombstone)".to_owned()
        } else {
            printable(value.get(5..).unwrap_or(value))
        };
        row(vec![sql::pretty::key(key), ts.to_string(), said]);
    }
    Ok(())
}

/// Bytes with everything that is no plain letter as a dot.
fn printable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(64)
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' })
        .collect()
}

fn hex_lines(bytes: &[u8]) -> Vec<String> {
    bytes
        .chunks(16)
        .take(HEX_LINES_MAX)
        .enumerate()
        .map(|(i, line)| {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String = line
                .iter()
                .map(|b| if (0x20..0x7f).contains(b) { char::from(*b) } else { '.' })
                .collect();
            format!("{:04x}  {:<47}  |{text}|", i * 16, hex.join(" "))
        })
        .collect()
}
