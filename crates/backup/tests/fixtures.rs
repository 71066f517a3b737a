//! The plain collection of the shared fixtures, opened by our reader and compared with what it must hold.
//!
//! Shape: the folder lies beside the workspace where it is to be had; without it there is nothing to compare.

#![allow(clippy::unwrap_used, reason = "a test fails by saying what it wanted")]

use base::map::Map;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use backup::dest::{chain, collection};
use backup::keyspan;
use backup::manifest::codec::hex;
use backup::restore::merge::{self, Held, Input, Wanted};
use backup::targets::Snapshot;
use base::hlc::Timestamp;
use base::ids::NodeId;
use base::span::Span;
use cloud::bucket::Buckets;
use cloud::store::{Opener, Store};
use kv::sst::reader::Reader;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sql::rules::Rules;

fn fixtures() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?;
    let folder = root.join("shared/fixtures/collections");
    folder.is_dir().then_some(folder)
}

/// Puts all files of a folder into a bucket.
fn load(folder: &Path, below: &str, store: &Store, buckets: &mut Buckets) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            load(&entry.path(), &format!("{name}/"), store, buckets);
        } else {
            store.put(buckets, &name, fs::read(entry.path()).unwrap(), Timestamp::ZERO);
        }
    }
}

fn moment(value: &Value) -> Timestamp {
    match value["wall"].as_str() {
        Some(wall) => Timestamp {
            wall: wall.parse().unwrap(),
            logical: value["logical"].as_i64().unwrap().try_into().unwrap(),
        },
        None => Timestamp::ZERO,
    }
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

/// The digest over all entries of a layer, as `spec/keys-and-values.md` ends with it.
fn digest(layer: &chain::Layer, buckets: &Buckets) -> (i64, String) {
    let mut paths: Vec<&str> = Vec::new();
    for file in &layer.manifest.files {
        if !paths.contains(&file.path.as_str()) {
            paths.push(&file.path);
        }
    }
    let (mut count, mut text) = (0, String::new());
    for path in paths {
        let bytes = layer.dir.get(buckets, path).unwrap().value;
        let reader = Reader::open(&bytes).unwrap();
        let mut entries = reader.entries();
        while let Some((key, ts, value)) = entries.next().unwrap() {
            writeln!(text, "{}@{},{}={}", hex(key), ts.wall, ts.logical, hex(value)).unwrap();
            count += 1;
        }
    }
    (count, hex(&Sha256::digest(text.as_bytes())))
}

#[test]
fn the_plain_collection_holds_what_it_must() {
    let Some(folder) = fixtures() else { return };
    let text = fs::read_to_string(folder.join("bank-v21.2.expected.json")).unwrap();
    let want: Value = serde_json::from_str(&text).unwrap();
    let mut buckets = Buckets::default();
    let who = Opener { cluster: "main", node: NodeId(1), user: "root" };
    let store = Store::open("nodelocal://1/bank", who, &buckets).unwrap();
    load(&folder.join("bank-v21.2"), "", &store, &mut buckets);
    let rules = Rules::v21_2();
    let latest = collection::read_latest(&store, &buckets, rules, &mut 0).unwrap();
    assert_eq!(latest, want["latest"].as_str().unwrap());
    let home = store.clone().into();
    let place = chain::Place { home: &home, full_subdir: &latest, incrementals: None, key: None };
    let chain = chain::read(place, &buckets, rules, chain::Reader::Restore, &mut 0).unwrap();
    let layers = want["chains"][0]["layers"].as_array().unwrap();
    assert_eq!(chain.layers.len(), layers.len());
    for (layer, want) in chain.layers.iter().zip(layers) {
        check_layer(layer, want);
        let (count, sha) = digest(layer, &buckets);
        assert_eq!(count, number(&want["kv_count"]));
        assert_eq!(sha, want["kv_sha256"].as_str().unwrap());
    }
    for (used, want) in (1..=chain.layers.len()).zip(layers) {
        check_rows(&chain.layers[..used], want, &buckets);
    }
}

fn check_layer(layer: &chain::Layer, want: &Value) {
    let manifest = &layer.manifest;
    assert_eq!(layer.subdir.trim_start_matches('/'), want["dir"].as_str().unwrap());
    assert_eq!(manifest.start(), moment(&want["start_time"]));
    assert_eq!(manifest.end(), moment(&want["end_time"]));
    assert_eq!(manifest.build_info.tag, want["build_tag"].as_str().unwrap());
    assert_eq!(manifest.cluster_version.short(), want["cluster_version"].as_str().unwrap());
    let counts = |value: &Value| {
        (number(&value["data_size"]), number(&value["rows"]), number(&value["index_entries"]))
    };
    let c = manifest.entry_counts;
    assert_eq!((c.data_size, c.rows, c.index_entries), counts(&want["entry_counts"]));
    assert_eq!(manifest.files.len(), want["files"].as_array().unwrap().len());
    for (file, want) in manifest.files.iter().zip(want["files"].as_array().unwrap()) {
        assert_eq!(file.path, want["path"].as_str().unwrap());
        assert_eq!(keyspan::words(&file.span.key), want["start"].as_str().unwrap());
        assert_eq!(keyspan::words(&file.span.end_key), want["end"].as_str().unwrap());
        let c = file.entry_counts;
        assert_eq!((c.data_size, c.rows, c.index_entries), counts(want));
    }
    let snapshot: Snapshot = manifest.descriptors().collect();
    for want in want["tables"].as_array().unwrap() {
        let id = u32::try_from(number(&want["id"])).unwrap();
        let table = snapshot.table(id).unwrap();
        assert_eq!(table.name, want["name"].as_str().unwrap());
        let spans: Vec<[String; 2]> = keyspan::spans_of(table)
            .iter()
            .map(|span| [keyspan::words(&span.start), keyspan::words(&span.end)])
            .collect();
        let wanted: Vec<[String; 2]> = serde_json::from_value(want["spans"].clone()).unwrap();
        assert_eq!(spans, wanted);
    }
    assert_eq!(backup::manifest::invariants::check(manifest), []);
}

/// What a restore to the end of the last layer would write, as rows.
fn check_rows(layers: &[chain::Layer], want: &Value, buckets: &Buckets) {
    let last = layers.last().unwrap();
    let snapshot: Snapshot = last.manifest.descriptors().collect();
    let tables: Map<u32, u32> = snapshot.tables().map(|t| (t.id, t.id)).collect();
    let spans: Vec<Span> = last.manifest.spans.iter().map(Into::into).collect();
    let mut inputs = Vec::new();
    for layer in layers {
        for file in &layer.manifest.files {
            let object = layer.dir.join(&file.path).bare();
            if inputs.iter().all(|input: &Input| input.object != object) {
                let bytes = layer.dir.get(buckets, &file.path).unwrap().value;
                let held = Held::by(&layer.manifest, &file.path);
                inputs.push(Input { object, bytes, held });
            }
        }
    }
    let at = last.manifest.end();
    let stamp = at.next();
    let primaries = snapshot.tables().collect();
    let wanted = Wanted { spans: &spans, at, tables: &tables, stamp, primaries: &primaries };
    let merged = merge::merge(&inputs, wanted).unwrap();
    for (name, rows) in want["rows_at_end"].as_object().unwrap() {
        let table = snapshot.tables().find(|table| name.ends_with(&table.name)).unwrap();
        let primary = keyspan::index_prefix(table.id, 1);
        let found = merged.batch.iter().filter(|(key, ..)| key.starts_with(&primary)).count();
        assert_eq!(found, rows.as_array().unwrap().len(), "{name}");
    }
}
