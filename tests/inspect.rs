//! Real-layout collections beside the workspace, told by `inspect` and restored into a simulated cluster.
//!
//! Shape: the folder is read where it is to be had; each fact of its JSON files that we tell must be the same.

#![allow(clippy::expect_used, reason = "a test fails by saying what it wanted")]

use std::fs;
use std::path::{Path, PathBuf};

use base::hlc::Timestamp;
use serde_json::Value;
use simulator::archive::{File, to_base64};
use simulator::input::{Config, Version};
use simulator::inspect::Look;
use simulator::world::World;

fn fixtures() -> Option<PathBuf> {
    let folder = tests::root().parent()?.join("shared/fixtures/collections");
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path, below: &str) -> Vec<File> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/")));
        } else {
            found.push((name, fs::read(entry.path()).expect("a file")));
        }
    }
    found.sort();
    found
}

/// Facts of the sheets that a reader cannot see in the bytes, or that we do not tell.
const UNTOLD: [&str; 6] =
    ["collection", "written_as", "note", "table_format", "encryption", "rows_at_moments"];

/// What differs, by path.
fn differences(got: &Value, want: &Value, at: &str, out: &mut Vec<String>) {
    match (got, want) {
        (Value::Object(got), Value::Object(want)) => {
            for (name, want) in want.iter().filter(|(name, _)| !UNTOLD.contains(&name.as_str())) {
                let got = got.get(name).unwrap_or(&Value::Null);
                differences(got, want, &format!("{at}.{name}"), out);
            }
        }
        (Value::Array(got), Value::Array(want)) if got.len() == want.len() => {
            for (i, (got, want)) in got.iter().zip(want).enumerate() {
                differences(got, want, &format!("{at}[{i}]"), out);
            }
        }
        _ if got == want => {}
        _ => out.push(format!("{at}: got {got}, want {want}")),
    }
}

fn looked(files: Vec<File>) -> Look {
    let mut look = Look::at_files(files);
    look.passphrase = Some("correct horse".to_owned());
    look.rows = true;
    look
}

#[test]
fn every_fact_of_every_collection() {
    let Some(folder) = fixtures() else { return };
    for name in ["bank-v21.2", "notes-v22.2-encrypted"] {
        let look = looked(files(&folder.join(name), ""));
        assert!(look.is_sound(), "{name}: {:?}", look.words());
        let mut told: Value = serde_json::from_str(&look.json()).expect("JSON");
        let text = fs::read_to_string(folder.join(format!("{name}.expected.json"))).expect("facts");
        let mut want: Value = serde_json::from_str(&text).expect("JSON");
        for facts in [&mut want, &mut told["collections"][0]] {
            let objects = facts["objects"].as_array_mut().expect("objects");
            objects.sort_by_key(|object| object["path"].to_string());
        }
        let mut wrong = Vec::new();
        differences(&told["collections"][0], &want, name, &mut wrong);
        assert_eq!(wrong, Vec::<String>::new());
    }
}

#[test]
fn damage_is_told_and_never_a_panic() {
    let Some(folder) = fixtures() else { return };
    for (name, places) in [("bank-v21.2", 5), ("notes-v22.2-encrypted", 1)] {
        let whole = files(&folder.join(name), "");
        for (i, (path, bytes)) in whole.iter().enumerate() {
            let mut without = whole.clone();
            without.remove(i);
            let needed = path.ends_with("BACKUP_MANIFEST")
                || path.contains("/data/")
                || path.ends_with("ENCRYPTION-INFO");
            assert!(!needed || !looked(without).is_sound(), "{path} is missing");
            for place in 1..=places {
                let at = bytes.len() * place / (places + 1);
                let mut broken = whole.clone();
                broken[i].1[at] ^= 0x10;
                assert!(!needed || !looked(broken).is_sound(), "{path} at {at}");
                let mut cut = whole.clone();
                cut[i].1.truncate(at);
                assert!(!needed || !looked(cut).is_sound(), "{path} cut at {at}");
            }
        }
    }
}

/// A world with the files of a collection in `nodelocal://1/x`.
fn world_with(folder: &Path, version: Version) -> World {
    let mut world = World::new(Config {
        version,
        start: Timestamp::from_secs(1_675_209_600),
        ..Config::default()
    });
    for (path, bytes) in files(folder, "") {
        let line = format!("bucket put 'nodelocal://1/x/{path}' '{}'", to_base64(&bytes));
        assert_eq!(world.sim(&line).error, None, "{path}");
    }
    world
}

fn told(world: &mut World, sql: &str) -> Vec<Vec<Option<String>>> {
    let mut rows = Vec::new();
    for result in world.exec(sql) {
        assert_eq!(result.error, None, "{sql}");
        rows = result.rows;
    }
    rows
}

#[test]
fn a_real_collection_is_restored() {
    let Some(folder) = fixtures() else { return };
    let mut world = world_with(&folder.join("bank-v21.2"), Version::V21_2);
    told(&mut world, "RESTORE DATABASE bank FROM LATEST IN 'nodelocal://1/x'");
    let rows = told(&mut world, "SELECT sum(balance) FROM bank.accounts");
    assert_eq!(rows, [[Some("1002.00".to_owned())]]);
    let rows =
        told(&mut world, "SELECT id FROM bank.accounts@accounts_owner_idx WHERE owner = 'Bob'");
    assert_eq!(rows, [[Some("2".to_owned())]]);
}

#[test]
fn an_encrypted_collection_is_restored_to_a_moment() {
    let Some(folder) = fixtures() else { return };
    let mut world = world_with(&folder.join("notes-v22.2-encrypted"), Version::V26_2);
    let restore = "RESTORE DATABASE pad FROM LATEST IN 'nodelocal://1/x'";
    let options = "encryption_passphrase = 'correct horse'";
    let refused = world.exec(&format!("{restore} WITH {options}"));
    let error = refused[0].error.as_ref().expect("too old a backup");
    assert!(error.message.starts_with("backup from version 22.2 is older than the minimum"));
    let options = format!("{options}, unsafe_restore_incompatible_version");
    told(&mut world, &format!("{restore} WITH {options}"));
    let rows = told(&mut world, "SELECT count(*), count(stars) FROM pad.notes");
    assert_eq!(rows, [[Some("3".to_owned()), Some("1".to_owned())]]);
    let moment = "AS OF SYSTEM TIME '1673255700000000000.0000000000'";
    told(&mut world, &format!("{restore} {moment} WITH {options}, new_db_name = 'before'"));
    let rows = told(&mut world, "SELECT title FROM before.notes WHERE title LIKE 'milk%'");
    assert_eq!(rows, [[Some("milk".to_owned())]]);
}
