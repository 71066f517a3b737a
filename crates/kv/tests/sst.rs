//! Table files: the example of the sheet byte by byte, what was written is read, what is broken is refused.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not happen")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use base::hlc::Timestamp;
use base::span::Span;
use kv::RangeTombstone;
use kv::mvcc::{key, value};
use kv::sst::{Error, Format, Options, Reader, Writer};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

type Owned = (Vec<u8>, Timestamp, Vec<u8>);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn write(options: Options, entries: &[Owned]) -> Vec<u8> {
    let mut writer = Writer::new(options);
    for (key, ts, value) in entries {
        writer.add(key, *ts, value).unwrap();
    }
    writer.finish().unwrap()
}

fn read(file: &[u8]) -> Result<Vec<Owned>, Error> {
    let reader = Reader::open(file)?;
    let mut entries = reader.entries();
    let mut all = Vec::new();
    while let Some((key, ts, value)) = entries.next()? {
        all.push((key.to_vec(), ts, value.to_vec()));
    }
    Ok(all)
}

const PLAIN: Options = Options { format: Format::RocksDbV2, snappy: false, block_bytes: 128 << 10 };

#[test]
fn example_of_the_sheet() {
    let row = vec![0xf2, 0x89, 0x8a, 0x88];
    let data = [0x26, 0x05, b'A', b'l', b'i', b'c', b'e'];
    let value = value::encode(&row, value::tag::TUPLE, &data);
    assert_eq!(hex(&value), "be6863e20a2605416c696365");
    let file = write(PLAIN, &[(row, Timestamp::from_secs(1_648_778_400), value)]);
    assert_eq!(file.len(), 663);
    assert_eq!(
        hex(&file[..55]),
        "00160cf2898a880016e1a3381d564000090100000000000000be6863e20a2605416c6963650000000001000000\
         00dfec0f5d0016\
         02f289"
    );
    assert_eq!(sha256(&file), "01f836f936d14bcdb1cb8e15805a532292d5653df8250480c91b38c8d152d014");
}

#[test]
fn range_tombstones_come_back_in_fragments() {
    let t = Timestamp::from_wall;
    let mut writer = Writer::new(Options::backup(Format::PebbleV2));
    let tombstone =
        |start: &str, end: &str, wall| RangeTombstone { span: Span::new(start, end), ts: t(wall) };
    writer.add_range_tombstone(&tombstone("a", "d", 5)).unwrap();
    writer.add_range_tombstone(&tombstone("b", "c", 3)).unwrap();
    let file = writer.finish().unwrap();
    let reader = Reader::open(&file).unwrap();
    let want = [("a", "b", 5), ("b", "c", 5), ("b", "c", 3), ("c", "d", 5)]
        .map(|(start, end, wall)| tombstone(start, end, wall));
    assert_eq!(reader.range_tombstones(), want);
    assert!(reader.entries().next().unwrap().is_none());
    let mut old = Writer::new(PLAIN);
    assert!(matches!(
        old.add_range_tombstone(&tombstone("a", "d", 5)),
        Err(Error::Unsupported { .. })
    ));
}

#[test]
fn order_is_kept_and_columnar_files_are_named() {
    let t = Timestamp::from_wall;
    let mut writer = Writer::new(PLAIN);
    writer.add(b"b", t(1), b"x").unwrap();
    for (key, ts) in [(b"b", t(1)), (b"b", t(2)), (b"a", t(1))] {
        assert_eq!(writer.add(key, ts, b"x"), Err(Error::Unsorted));
    }
    let mut file = write(Options { format: Format::PebbleV2, ..PLAIN }, &[]);
    assert_eq!(read(&file).unwrap(), []);
    let version = file.len() - 12;
    file[version] = 5;
    assert_eq!(
        Reader::open(&file).unwrap_err().to_string(),
        "columnar table (format v5), not read here"
    );
}

fn owned_entries() -> impl Strategy<Value = Vec<Owned>> {
    let entry = (
        prop::collection::vec(any::<u8>(), 0..12),
        (1..50_i64, 0..3_i32),
        prop::collection::vec(any::<u8>(), 0..60),
    );
    prop::collection::vec(entry, 0..200).prop_map(|entries| {
        let mut entries: Vec<Owned> = entries
            .into_iter()
            .map(|(key, (wall, logical), data)| {
                let value = if data.is_empty() { data } else { value::encode(&key, 3, &data) };
                (key, Timestamp { wall, logical }, value)
            })
            .collect();
        entries.sort_by(|a, b| key::compare((&a.0, a.1), (&b.0, b.1)));
        entries.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
        entries
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(
        entries in owned_entries(),
        snappy in any::<bool>(),
        block_bytes in 1..4000_usize,
    ) {
        for format in [Format::RocksDbV2, Format::PebbleV2] {
            let file = write(Options { format, snappy, block_bytes }, &entries);
            prop_assert_eq!(&read(&file).unwrap(), &entries);
        }
    }

    #[test]
    fn broken_files_are_refused_or_the_same(
        entries in owned_entries(),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let mut file = write(Options::backup(Format::PebbleV2), &entries);
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        if let Ok(same) = read(&file) {
            prop_assert_eq!(same, entries);
        }
        let _ = read(&file[..at]);
    }
}

/// Whether the collections made outside the repository lie beside it.
fn fixture(name: &str) -> Option<(PathBuf, serde_json::Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/collections");
    let expected = fs::read(root.join(format!("{name}.expected.json"))).ok()?;
    Some((root.join(name), serde_json::from_slice(&expected).unwrap()))
}

#[test]
fn foreign_files_are_read() {
    let Some((root, expected)) = fixture("bank-v21.2") else {
        println!("no fixtures beside the workspace: nothing compared");
        return;
    };
    for chain in expected["chains"].as_array().unwrap() {
        for layer in chain["layers"].as_array().unwrap() {
            let dir = root.join(layer["dir"].as_str().unwrap());
            let mut digest = Sha256::new();
            let mut count = 0_u64;
            let mut paths: Vec<&str> = Vec::new();
            for file in layer["files"].as_array().unwrap() {
                let path = file["path"].as_str().unwrap();
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
            for path in paths {
                for (key, ts, stored) in read(&fs::read(dir.join(path)).unwrap()).unwrap() {
                    assert!(value::verify(&key, &stored), "{}", hex(&key));
                    let (wall, logical) = (ts.wall, ts.logical);
                    digest.update(format!("{}@{wall},{logical}={}\n", hex(&key), hex(&stored)));
                    count += 1;
                }
            }
            assert_eq!(count, layer["kv_count"].as_u64().unwrap());
            assert_eq!(hex(&digest.finalize()), layer["kv_sha256"].as_str().unwrap());
        }
    }
}
