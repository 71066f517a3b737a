//! Damage: every object of a collection is deleted, cut, flipped in a bit, swapped with another. Each is named by
//! `check_files` or by RESTORE, none restores wrong data, and the database stays as it was.
//!
//! ```text
//!   full ─ inc ─ inc   ──damage one object──▶  SHOW BACKUP … check_files │ RESTORE LATEST │ RESTORE to a moment
//! ```
//!
//! Objects that no reader needs are listed in [`spared`]: without them a restore is right all the same.

#![allow(clippy::expect_used, reason = "a helper that fails ends the test")]

use fuzz::stage::{Object, Row, Stage};
use simulator::input::{Policy, Version};

/// How a chain says that a layer is missing.
const GAPS: [&str; 3] =
    ["backups are not continuous", "no backup covers time", "do not cover requested time"];

const COLLECTION: &str = "'s3://b/c?AUTH=implicit'";

/// A chain of three layers, and what it must restore to.
struct Chain {
    stage: Stage,
    version: Version,
    /// What follows the collection in RESTORE, and the rows that must come of it.
    moments: Vec<(String, Vec<Vec<Row>>)>,
    /// The same for each layer's end: what LATEST gives when the manifests behind it are gone.
    ends: Vec<Vec<Vec<Row>>>,
    before: Vec<Vec<Row>>,
}

fn tables(stage: &mut Stage, db: &str) -> Vec<Vec<Row>> {
    ["t", "u"]
        .map(|table| {
            stage.rows(&format!("SELECT * FROM {db}.{table} ORDER BY 1")).expect("a table")
        })
        .to_vec()
}

/// All that a failed restore must leave as it was.
fn rest(stage: &mut Stage) -> Vec<Vec<Row>> {
    let mut all = tables(stage, "d");
    for sql in [
        "SELECT id, descriptor FROM system.descriptor ORDER BY id",
        "SELECT * FROM system.namespace ORDER BY 1, 2, 3",
        "SELECT id FROM system.protected_ts_records",
        "SELECT id, config FROM system.zones ORDER BY id",
        "SELECT count(*) FROM [SHOW JOBS] WHERE status IN ('running', 'reverting', 'paused')",
    ] {
        all.push(stage.rows(sql).expect("a system table"));
    }
    all
}

impl Chain {
    fn take(version: Version, history: bool) -> Self {
        let mut stage = Stage::new(version, 1, Policy::Auto);
        let with = if history { " WITH revision_history" } else { "" };
        let full = format!("BACKUP DATABASE d INTO {COLLECTION}{with}");
        let more = format!("BACKUP DATABASE d INTO LATEST IN {COLLECTION}{with}");
        let (mut moments, mut ends) = (Vec::new(), Vec::new());
        let setup = "CREATE DATABASE d; CREATE DATABASE r;
            CREATE TABLE d.t (k INT PRIMARY KEY, v STRING, INDEX (v));
            CREATE TABLE d.u (a STRING PRIMARY KEY, n INT);
            INSERT INTO d.t SELECT i, 'v' || i::STRING FROM generate_series(1, 12) AS g(i);
            INSERT INTO d.u VALUES ('a', 1), ('b', 2)";
        let first = "UPDATE d.t SET v = 'x' WHERE k < 4; DELETE FROM d.t WHERE k = 7; UPDATE d.u SET n = 5 WHERE a = 'a'";
        let second = "UPDATE d.t SET v = 'y' WHERE k < 4; DELETE FROM d.u WHERE a = 'b'; INSERT INTO d.t VALUES (99, 'z')";
        for (changes, backup) in [(setup, &full), (first, &more), (second, &more)] {
            stage.must(changes).expect("changes");
            stage.must("\\sim advance 10m").expect("time");
            if history {
                let at = stage.value("SELECT cluster_logical_timestamp()").expect("a time");
                let rows = tables(&mut stage, "d");
                moments.push((format!("AS OF SYSTEM TIME {at}"), rows));
            }
            stage.must("\\sim advance 10m").expect("time");
            stage.must(backup).expect("a backup");
            ends.push(tables(&mut stage, "d"));
        }
        moments.extend(ends.pop().map(|latest| (String::new(), latest)));
        stage.must("\\sim advance 1m").expect("time");
        let before = rest(&mut stage);
        Self { stage, version, moments, ends, before }
    }

    /// What a damage leads to: the words of all who name it. Fails where it goes unnoticed and matters.
    fn judge(
        &self,
        what: &str,
        damaged: &[&Object],
        commands: &[String],
        findings: &mut Vec<String>,
    ) {
        let mut stage = self.stage.clone();
        for command in commands {
            stage.must(command).expect("damage is possible");
        }
        let mut said = String::new();
        if self.version == Version::V26_2 {
            let check = format!("SHOW BACKUP FROM LATEST IN {COLLECTION} WITH check_files");
            if let Err(error) = stage.rows(&check) {
                said.push_str(&error.message);
            }
        }
        let is_gone = what.starts_with("delete") && damaged[0].name() == "BACKUP_MANIFEST";
        for (at, wanted) in &self.moments {
            let mut stage = stage.clone();
            let restore = format!(
                "RESTORE TABLE d.t, d.u FROM LATEST IN {COLLECTION} {at} WITH into_db = 'r'"
            );
            match stage.run(&restore) {
                Ok(_) => {
                    let got = tables(&mut stage, "r");
                    if is_gone && at.is_empty() && self.ends.contains(&got) {
                        // A directory without a manifest is a backup that never ended.
                        said.push_str("backups are not continuous");
                    } else if got != *wanted {
                        findings.push(format!("{what}: wrong data restored {at}"));
                    }
                }
                Err(error) => {
                    said.push_str(&error.message);
                    // What was made is dropped at once; its descriptors go with the GC job.
                    stage.must("\\sim advance 1m").expect("time");
                    let left = rest(&mut stage);
                    if let Some((was, is)) =
                        self.before.iter().zip(&left).find(|(was, is)| was != is)
                    {
                        findings.push(format!("{what}: left behind {is:?}, was {was:?}"));
                    }
                }
            }
        }
        let named = damaged.iter().any(|object| names(&said, object));
        let harmless = said.is_empty() && damaged.iter().all(|object| spared(object));
        if !named && !harmless {
            findings.push(format!("{what}: not named, said: {said:?}"));
        }
    }
}

/// Whether words name an object. A sum is named with what it is the sum of; LATEST by the place that it leads to; a
/// manifest that is gone by the gap in its chain.
fn names(said: &str, object: &Object) -> bool {
    let name = object.name();
    let path = object.uri.trim_end_matches("-CHECKSUM");
    said.contains(path.trim_start_matches("s3://"))
        || name.starts_with("LATEST") && !said.is_empty()
        || name == "BACKUP_MANIFEST" && GAPS.iter().any(|gap| said.contains(gap))
}

/// Objects without which every restore is right: bookkeeping of the writer, and sums that readers go without.
fn spared(object: &Object) -> bool {
    let name = object.name();
    name.starts_with("BACKUP-LOCK") || name == "BACKUP-STATISTICS" || name.ends_with("-CHECKSUM")
}

/// The kind of an object by the end of its name, so that like is swapped with like.
fn kind(object: &Object) -> &str {
    object.name().rsplit(['.', '-', '_']).next().unwrap_or_default()
}

fn each_object(version: Version, history: bool) {
    let chain = Chain::take(version, history);
    let objects = chain.stage.objects();
    assert!(objects.len() > 8, "a chain of three layers: {objects:?}");
    let mut findings = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        let uri = &object.uri;
        let mut judge = |what: String, damaged: &[&Object], commands: &[String]| {
            chain.judge(&what, damaged, commands, &mut findings);
        };
        judge(format!("delete {uri}"), &[object], &[format!("\\sim bucket rm {uri}")]);
        let len = object.bytes.len();
        let mut cuts = vec![0, len / 2, len.saturating_sub(1)];
        cuts.dedup();
        for cut in cuts.into_iter().filter(|cut| *cut < len) {
            let command = format!("\\sim bucket truncate {uri} {cut}");
            judge(format!("cut {uri} to {cut}"), &[object], &[command]);
        }
        for at in (0..len).step_by((len / 5).max(1)) {
            let command = format!("\\sim bucket flip {uri} {at}");
            judge(format!("flip {uri} at {at}"), &[object], &[command]);
        }
        for (j, other) in objects.iter().enumerate().skip(i + 1) {
            if other.bytes == object.bytes || j > i + 1 && kind(other) != kind(object) {
                continue;
            }
            let (there, aside) = (&other.uri, "s3://aside/x");
            let commands = [(uri.as_str(), aside), (there, uri), (aside, there)]
                .map(|(from, to)| format!("\\sim bucket cp {from} {to}"));
            judge(format!("swap {uri} and {there}"), &[object, other], &commands);
        }
    }
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn every_object_of_an_old_chain() {
    each_object(Version::V21_2, false);
}

#[test]
fn every_object_of_a_new_chain_with_history() {
    each_object(Version::V26_2, true);
}
