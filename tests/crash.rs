//! Crashes: before every step of every backup and restore all nodes stop and start. Objects and result are those of an
//! undisturbed run. A cancelled job leaves no descriptor, key, record or lock behind, whenever it was cancelled.
//!
//! ```text
//!   steps       0 ── 1 ── 2 ── … ── n            undisturbed
//!   crash       0 ── 1 ╳ ── 2 ── … ── n          nothing but rows and buckets comes through
//!   torn        0 ── 1(rows) + 2(bucket) ╳ …     the step's objects are there, its row is not
//!   pause       0 ── 1 ‖ ╳ ▶ 2 ── … ── n         paused, crashed, resumed
//!   cancel      0 ── 1 ╳                          as if it had never begun; the same statement then works
//! ```

#![allow(clippy::expect_used, reason = "a helper that fails ends the test")]

use backup::manifest::codec;
use fuzz::stage::{Object, Row, Stage};
use protocol::query::{Query, View};
use simulator::input::{Policy, Version};

const STEPS_MAX: usize = 120;

/// A job under attack.
struct Case {
    version: Version,
    setup: String,
    /// Ends so that `detached` can be added.
    statement: &'static str,
    options: Vec<&'static str>,
    /// What must be the same in the end.
    queries: Vec<&'static str>,
}

const DATA: &str = "SET CLUSTER SETTING bulkio.backup.file_size = '1 KiB';
    CREATE DATABASE d; CREATE DATABASE r;
    CREATE TABLE d.t (k INT PRIMARY KEY, v STRING, INDEX (v));
    CREATE TABLE d.u (a STRING PRIMARY KEY, n INT REFERENCES d.t (k));
    INSERT INTO d.t SELECT i, 'v' || i::STRING FROM generate_series(1, 60) AS g(i);
    INSERT INTO d.u VALUES ('a', 1), ('b', 2);";
const FULL: &str = "BACKUP DATABASE d INTO 's3://b/c?AUTH=implicit'; \\sim until job done\n";
const CLUSTER: &str = "BACKUP INTO 's3://b/c?AUTH=implicit'; \\sim until job done\n";
const CHANGES: &str = "\\sim advance 10m
    UPDATE d.t SET v = 'x' WHERE k < 9; DELETE FROM d.t WHERE k > 50;";
const SHOWN: &str = "SELECT object_name, backup_type, end_time, rows FROM [SHOW BACKUP FROM LATEST IN 's3://b/c?AUTH=implicit']";
const OLD_SHOWN: &str = "SELECT object_name, backup_type, end_time, rows FROM [SHOW BACKUP LATEST IN 's3://b/c?AUTH=implicit']";
const ROWS: [&str; 4] = [
    "SELECT * FROM d.t",
    "SELECT k FROM d.t@t_v_idx WHERE v = 'v7'",
    "SELECT * FROM d.u",
    "SHOW CREATE TABLE d.u",
];

/// Everything that a run leads to.
#[derive(PartialEq, Eq, Debug)]
struct End {
    objects: Vec<(String, Vec<u8>)>,
    answers: Vec<Vec<Row>>,
}

/// The objects of a collection without what hangs on the moment at which a step ran: data files stand under their place
/// in their manifest, the time in the name of LATEST is cut off. Data files that no manifest names are left out: a step
/// that is run again gives its file another name, as in the real system.
fn settled(objects: &[Object]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for object in objects.iter().filter(|object| !object.uri.contains("/data/")) {
        if object.name() != "BACKUP_MANIFEST" {
            let name = object.uri.split("LATEST-").next().unwrap_or_default();
            // The sum of a manifest hangs on the names in it.
            let bytes =
                if name.ends_with("-CHECKSUM") { Vec::new() } else { object.bytes.to_vec() };
            all.push((name.to_owned(), bytes));
            continue;
        }
        let mut manifest = codec::decode(&object.bytes, None).expect("a manifest");
        let dir = object.uri.trim_end_matches("BACKUP_MANIFEST");
        for (i, file) in manifest.files.iter_mut().enumerate() {
            let uri = format!("{dir}{}", file.path);
            let data =
                objects.iter().find(|object| object.uri == uri).expect("a file that is named");
            file.path = i.to_string();
            all.push((format!("{dir}data/{i}"), data.bytes.to_vec()));
        }
        all.push((object.uri.clone(), codec::encode(&manifest)));
    }
    all.sort();
    // LATEST may have been written twice.
    all.dedup();
    all
}

fn status(stage: &mut Stage) -> String {
    stage
        .run_as("watch", "SELECT status FROM [SHOW JOBS] WHERE job_type IN ('BACKUP', 'RESTORE') ORDER BY created DESC LIMIT 1")
        .expect("jobs")
        .rows
        .into_iter()
        .flatten()
        .flatten()
        .next()
        .unwrap_or_default()
}

/// Descriptors, names, records, zones, keys of users, and what would bar the next backup.
fn traces(stage: &mut Stage) -> Vec<Vec<Row>> {
    let mut all = Vec::new();
    for sql in [
        "SELECT count(*) FROM system.descriptor",
        // Numbers apart: databases that every cluster has are made again with new ones.
        "SELECT name FROM system.namespace ORDER BY 1",
        "SELECT id FROM system.protected_ts_records",
        "SELECT id, config FROM system.zones ORDER BY id",
        "SELECT username FROM system.users ORDER BY 1",
    ] {
        all.push(stage.run_as("watch", sql).expect("a system table").rows);
    }
    if let View::Cluster(view) = stage.world.view(&Query::Cluster) {
        let of_users = view.ranges.iter().filter(|range| !range.is_system && range.keys > 0);
        all.push(of_users.map(|r| vec![r.table.clone(), Some(r.keys.to_string())]).collect());
    }
    let objects = stage.objects().into_iter().filter(|o| o.uri.contains("CHECKPOINT"));
    all.push(objects.map(|o| vec![Some(o.uri)]).collect());
    all
}

impl Case {
    /// The states before each step, and the state before the statement.
    fn walk(&self) -> (Stage, Vec<Stage>) {
        let mut stage = Stage::new(self.version, 1, Policy::Manual);
        stage.must(&self.setup).expect("the setup");
        let before = stage.clone();
        stage.must(&self.text(true)).expect("the statement");
        let mut states = Vec::new();
        while status(&mut stage) != "succeeded" {
            assert!(states.len() < STEPS_MAX, "the job has no end: {}", self.statement);
            states.push(stage.clone());
            stage.must("\\sim step job").expect("a step");
        }
        states.push(stage);
        (before, states)
    }

    fn text(&self, detached: bool) -> String {
        let mut options: Vec<&str> = self.options.clone();
        options.extend(detached.then_some("detached"));
        let with = if options.is_empty() { "" } else { " WITH " };
        format!("{}{with}{}", self.statement, options.join(", "))
    }

    fn end(&self, stage: &mut Stage) -> End {
        stage.must("\\sim until job done").expect("time");
        let answers = self.queries.iter().map(|sql| {
            let answer = stage.run_as("watch", sql);
            answer.map_or_else(|e| vec![vec![Some(e.message)]], |result| result.rows)
        });
        let answers = answers.collect();
        End { objects: settled(&stage.objects()), answers }
    }

    fn attack(&self) {
        let (mut before, states) = self.walk();
        let last = states.len() - 1;
        let wanted = self.end(&mut states[last].clone());
        assert!(last > 3, "{}: {last} steps", self.statement);
        for (i, state) in states.iter().enumerate() {
            let mut stage = state.clone();
            stage.must("\\sim crash").expect("a crash");
            assert_eq!(self.end(&mut stage), wanted, "crash before step {i} of {}", self.statement);
            if let Some(after) = states.get(i + 1) {
                let mut stage = state.clone();
                stage.world.tear(&after.world);
                stage.must("\\sim crash").expect("a crash");
                let got = self.end(&mut stage);
                assert_eq!(got, wanted, "crash inside step {i} of {}", self.statement);
            }
        }
        for (i, state) in states.iter().enumerate().take(last) {
            self.pause(i, state, &wanted);
            self.cancel(i, state, &mut before);
        }
    }

    fn pause(&self, i: usize, before_step: &Stage, wanted: &End) {
        let mut stage = before_step.clone();
        let all = "(SELECT job_id FROM [SHOW JOBS] WHERE status = 'running' AND job_type IN ('BACKUP', 'RESTORE'))";
        stage.run_as("watch", &format!("PAUSE JOBS {all}")).expect("a pause");
        stage.must("\\sim until job done").expect("time");
        assert_eq!(status(&mut stage), "paused", "step {i} of {}", self.statement);
        stage.must("\\sim crash").expect("a crash");
        let paused = all.replace("'running'", "'paused'");
        stage.run_as("watch", &format!("RESUME JOBS {paused}")).expect("a resumption");
        let got = self.end(&mut stage);
        // Time has passed, so files have other names.
        assert_eq!(
            got.objects.len(),
            wanted.objects.len(),
            "paused before step {i} of {}",
            self.statement
        );
        assert_eq!(got.answers, wanted.answers, "paused before step {i} of {}", self.statement);
    }

    fn cancel(&self, i: usize, before_step: &Stage, before: &mut Stage) {
        let mut stage = before_step.clone();
        let all = "CANCEL JOBS (SELECT job_id FROM [SHOW JOBS] WHERE status = 'running' AND job_type IN ('BACKUP', 'RESTORE'))";
        stage.run_as("watch", all).expect("a cancellation");
        stage.must("\\sim until job done").expect("time");
        assert_eq!(status(&mut stage), "canceled", "step {i} of {}", self.statement);
        stage.must("\\sim advance 1h").expect("time");
        assert_eq!(
            traces(&mut stage),
            traces(before),
            "cancelled before step {i} of {}",
            self.statement
        );
        let again = stage.must(&self.text(true)).and_then(|_| stage.must("\\sim until job done"));
        again.expect("the same statement again");
        assert_eq!(status(&mut stage), "succeeded", "again after step {i} of {}", self.statement);
    }
}

#[test]
fn a_full_backup() {
    for (version, shown) in [(Version::V21_2, OLD_SHOWN), (Version::V26_2, SHOWN)] {
        let case = Case {
            version,
            setup: DATA.to_owned(),
            statement: "BACKUP DATABASE d INTO 's3://b/c?AUTH=implicit'",
            options: vec!["revision_history"],
            queries: vec![shown],
        };
        case.attack();
    }
}

#[test]
fn an_incremental_backup() {
    for (version, shown) in [(Version::V21_2, OLD_SHOWN), (Version::V26_2, SHOWN)] {
        let case = Case {
            version,
            setup: [DATA, FULL, CHANGES].concat(),
            statement: "BACKUP DATABASE d INTO LATEST IN 's3://b/c?AUTH=implicit'",
            options: Vec::new(),
            queries: vec![shown],
        };
        case.attack();
    }
}

#[test]
fn a_restored_database() {
    for version in [Version::V21_2, Version::V26_2] {
        let case = Case {
            version,
            setup: [DATA, FULL, "DROP DATABASE d CASCADE; \\sim advance 10m\n"].concat(),
            statement: "RESTORE DATABASE d FROM LATEST IN 's3://b/c?AUTH=implicit'",
            options: Vec::new(),
            queries: ROWS.to_vec(),
        };
        case.attack();
    }
}

#[test]
fn restored_tables() {
    let case = Case {
        version: Version::V26_2,
        setup: [DATA, FULL, CHANGES].concat(),
        statement: "RESTORE TABLE d.t, d.u FROM LATEST IN 's3://b/c?AUTH=implicit'",
        options: vec!["into_db = 'r'"],
        queries: vec!["SELECT * FROM r.t", "SELECT * FROM r.u", "SHOW CREATE TABLE r.u"],
    };
    case.attack();
}

#[test]
fn a_restored_cluster() {
    for version in [Version::V21_2, Version::V26_2] {
        let case = Case {
            version,
            setup: [DATA, "CREATE USER ann;", CLUSTER, "\\sim cluster new two\n"].concat(),
            statement: "RESTORE FROM LATEST IN 's3://b/c?AUTH=implicit'",
            options: Vec::new(),
            queries: vec![ROWS[0], ROWS[2], ROWS[3], "SHOW USERS", "SHOW DATABASES"],
        };
        case.attack();
    }
}
