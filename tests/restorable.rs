//! Restore is the identity at a moment: random schemas, writes, schema changes, layers, revision history, time. Every
//! moment that a chain covers restores to what the cluster held then; every other is refused; and the map knows which.
//!
//! ```text
//!   moments    m0 · m1 · m2 · m3 · m4 · m5       the database is kept at each of them
//!   chain 1        ▣━━━━━━━●━━━━━━━●              layer ends: always; inside: with revision history
//!   chain 2                     ▣━━━━━━━●
//! ```

#![allow(clippy::expect_used, reason = "a helper that fails ends the test")]

use fuzz::chance::Chance;
use fuzz::schema::{Dump, Schema, dump};
use fuzz::stage::Stage;
use protocol::query::{Query, View};
use protocol::time::Nanos;
use simulator::input::{Policy, Version};

const COLLECTION: &str = "'s3://b/c?AUTH=implicit'";

/// A moment and what was there. *Units*: nanoseconds.
struct Moment {
    at: i64,
    held: Dump,
}

/// One layer of a chain, in nanoseconds: `(start, end]`.
#[derive(Clone, Copy, Debug)]
struct Layer {
    start: i64,
    end: i64,
    history: bool,
}

#[derive(Default)]
struct Run {
    moments: Vec<Moment>,
    chains: Vec<Vec<Layer>>,
    log: Vec<String>,
}

impl Run {
    /// Keeps what is there now, at a moment around which nothing happens.
    fn keep(&mut self, stage: &mut Stage) {
        stage.must("\\sim advance 1s").expect("time");
        let at = stage.world.now().wall;
        stage.must("\\sim advance 1s").expect("time");
        let held = dump(stage, "d").expect("a database");
        self.moments.push(Moment { at, held });
    }

    /// Takes a full or appends to the newest chain, as of the newest moment.
    fn back_up(&mut self, stage: &mut Stage, chance: &mut Chance) {
        let Some(end) = self.moments.last().map(|moment| moment.at) else { return };
        let last = self.chains.last().and_then(|chain| chain.last()).copied();
        let append = last.is_some_and(|layer| layer.end < end) && chance.percent(75);
        if !append && last.is_some_and(|layer| layer.end == end) {
            return;
        }
        let history = match (append, last) {
            (true, Some(layer)) => layer.history,
            _ => chance.percent(60),
        };
        let into = if append { "INTO LATEST IN" } else { "INTO" };
        let with = if history { " WITH revision_history" } else { "" };
        let sql = format!(
            "BACKUP DATABASE d {into} {COLLECTION} AS OF SYSTEM TIME '{end}.0000000000'{with}"
        );
        self.log.push(sql.clone());
        stage.must(&sql).unwrap_or_else(|e| panic!("{e}\n{}", self.log.join(";\n")));
        let start = if append { last.map_or(0, |layer| layer.end) } else { 0 };
        let layer = Layer { start, end, history };
        match self.chains.last_mut().filter(|_| append) {
            Some(chain) => chain.push(layer),
            None => self.chains.push(vec![layer]),
        }
    }

    /// Whether a chain gives a moment back.
    fn covers(chain: &[Layer], at: i64) -> bool {
        chain.iter().any(|l| l.start < at && at <= l.end && (at == l.end || l.history))
    }

    fn check(&self, stage: &Stage, seed: u64) {
        let mut stage = stage.clone();
        let fulls = stage.rows(&format!("SHOW BACKUPS IN {COLLECTION}")).expect("fulls");
        let fulls: Vec<String> = fulls.into_iter().flatten().flatten().collect();
        assert_eq!(fulls.len(), self.chains.len(), "seed {seed}");
        for (subdir, chain) in fulls.iter().zip(&self.chains) {
            for moment in &self.moments {
                self.restore(&stage, subdir, chain, moment, seed);
            }
        }
    }

    fn restore(&self, stage: &Stage, subdir: &str, chain: &[Layer], moment: &Moment, seed: u64) {
        let mut stage = stage.clone();
        let at = moment.at;
        let query = Query::RestorePlan {
            collection: "s3://b/c".to_owned(),
            subdir: Some(subdir.to_owned()),
            at: Nanos(at),
        };
        let View::RestorePlan(plan) = stage.world.view(&query) else { panic!("no plan") };
        let expected = Self::covers(chain, at);
        let story =
            || format!("seed {seed}, {subdir} at {at}, chain {chain:?}\n{}", self.log.join(";\n"));
        assert_eq!(plan.possible, expected, "the map: {} — {}", plan.words, story());
        stage.must("DROP DATABASE d CASCADE").expect("dropped");
        let sql = format!(
            "RESTORE DATABASE d FROM '{subdir}' IN {COLLECTION} AS OF SYSTEM TIME '{at}.0000000000'"
        );
        match stage.run(&sql) {
            Ok(_) => {
                assert!(expected, "restored what no layer covers: {}", story());
                let got = dump(&mut stage, "d").expect("a database");
                assert_eq!(got, moment.held, "{}", story());
            }
            Err(error) => assert!(!expected, "{} — {}", error.message, story()),
        }
    }
}

fn run(version: Version, seed: u64) {
    let mut chance = Chance::new(seed, "restorable");
    let mut stage = Stage::new(version, seed, Policy::Auto);
    let mut schema = Schema::new("d");
    let mut run = Run::default();
    stage.must("CREATE DATABASE d").expect("a database");
    for _ in 0..chance.between(4, 7) {
        for _ in 0..chance.between(1, 9) {
            let sql = schema.step(&mut chance);
            if stage.run(&sql).is_ok() {
                run.log.push(sql);
            }
            if chance.percent(10) {
                let minutes = chance.between(1, 90);
                run.log.push(format!("\\sim advance {minutes}m"));
                stage.must(&format!("\\sim advance {minutes}m")).expect("time");
            }
        }
        run.keep(&mut stage);
        if chance.percent(60) {
            run.back_up(&mut stage, &mut chance);
        }
    }
    run.check(&stage, seed);
}

/// How many seeds are tried for each version: `AMBER_SEEDS` for more than the share of every run.
fn seeds() -> u64 {
    std::env::var("AMBER_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[test]
fn every_moment_of_an_old_cluster() {
    (1..=seeds()).for_each(|seed| run(Version::V21_2, seed));
}

#[test]
fn every_moment_of_a_new_cluster() {
    (1..=seeds()).for_each(|seed| run(Version::V26_2, seed));
}
