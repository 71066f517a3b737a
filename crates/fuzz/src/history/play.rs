//! Doing a plan: each action in the world and in the model, then the checks.
//!
//! Errors: [`Found`], with the name of the rule that did not hold.

use protocol::query::{Query, View};
use protocol::result::{ErrorReply, StatementResult};
use simulator::input::{Policy, Version};
use simulator::world::World;

use super::Found;
use super::action::{Action, Disturb, End};
use super::check;
use super::model::{Layer, Model, Must};
use crate::stage::Stage;

pub(super) const COLLECTION: &str = "'s3://b/c?AUTH=implicit'";

/// What a run has seen: a fuzzer that does nothing finds nothing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stats {
    /// Actions done.
    pub actions: usize,
    /// Layers written.
    pub layers: usize,
    /// Moments restored and compared.
    pub restored: usize,
    /// Moments read and compared.
    pub read: usize,
    /// Readers and backups refused because history is gone.
    pub refused: usize,
}

pub(super) struct Player {
    pub(super) stage: Stage,
    pub(super) model: Model,
    pub(super) stats: Stats,
    /// The place of the action, for whoever fails.
    pub(super) at: usize,
}

pub(super) type Outcome<T = ()> = Result<T, Found>;

/// Does a plan.
pub(super) fn play(seed: u64, actions: &[(usize, Action)], at: &mut usize) -> Outcome<Stats> {
    let version = if seed.is_multiple_of(2) { Version::V26_2 } else { Version::V21_2 };
    let mut player = Player {
        stage: Stage::new(version, seed, Policy::Auto),
        model: Model { ttl_secs: 90_000, ..Model::default() },
        stats: Stats::default(),
        at: 0,
    };
    match player.run(seed, actions, at) {
        Ok(()) => Ok(player.stats),
        Err(found) => Err(Found { script: player.script(), ..found }),
    }
}

impl Player {
    pub(super) fn found<T>(&self, rule: &'static str, words: impl Into<String>) -> Outcome<T> {
        Err(Found { at: self.at, rule, words: words.into(), script: String::new() })
    }

    /// All inputs so far as `amber run` takes them.
    fn script(&mut self) -> String {
        let View::Moments(view) = self.stage.world.view(&Query::Moments) else {
            return String::new();
        };
        view.inputs.into_iter().map(|input| input.text + "\n").collect()
    }

    fn run(&mut self, seed: u64, actions: &[(usize, Action)], at: &mut usize) -> Outcome {
        self.set_up()?;
        for (place, action) in actions {
            (self.at, *at) = (*place, *place);
            self.act(action)?;
            self.keep();
            self.check()?;
            self.stats.actions += 1;
        }
        if seed.is_multiple_of(8) { self.replay() } else { Ok(()) }
    }

    fn set_up(&mut self) -> Outcome {
        let text = "CREATE DATABASE d; CREATE DATABASE r;
            SET CLUSTER SETTING bulkio.backup.file_size = '1 KiB';
            CREATE TABLE d.t (k INT PRIMARY KEY, v INT, INDEX (v));
            ALTER TABLE d.t CONFIGURE ZONE USING gc.ttlseconds = 90000";
        if let Err(words) = self.stage.must(text) {
            return self.found("set_up", words);
        }
        let mut probe = self.stage.clone();
        self.model.nodes.are_mortal = probe.run("\\sim node 1 stop").is_ok();
        self.keep();
        Ok(())
    }

    /// Keeps what is there now as a moment of its own: nothing happens at it.
    fn keep(&mut self) {
        // Backups are named after hundredths of seconds.
        self.stage.world.advance(10_000_000);
        let at = self.stage.world.now().wall;
        self.stage.world.advance(10_000_000);
        self.model.moments.push((at, self.model.rows.clone()));
    }

    /// Runs a statement that must work while a majority of nodes does. Answers whether it did.
    fn do_it(&mut self, sql: &str) -> Outcome<bool> {
        match self.stage.run(sql) {
            Ok(_) => Ok(true),
            Err(error) => self.excuse(sql, &error).map(|()| false),
        }
    }

    /// A statement may fail only while a majority of nodes is away, or has been.
    fn excuse(&self, sql: &str, error: &ErrorReply) -> Outcome {
        if self.model.nodes.shaken {
            return Ok(());
        }
        self.found("statements_work", format!("{sql}: {} {}", error.code, error.message))
    }

    fn act(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Put(k, v) => {
                if self.do_it(&format!("UPSERT INTO d.t VALUES ({k}, {v})"))? {
                    self.model.rows.insert(*k, *v);
                }
            }
            Action::Insert(k, v) => self.insert(*k, *v)?,
            Action::Add(low, high) => {
                let sql = format!("UPDATE d.t SET v = v + 1 WHERE k BETWEEN {low} AND {high}");
                if self.do_it(&sql)? {
                    self.model.rows.range_mut(*low..=*high).for_each(|(_, v)| *v += 1);
                }
            }
            Action::Delete(low, high) => {
                let sql = format!("DELETE FROM d.t WHERE k BETWEEN {low} AND {high}");
                if self.do_it(&sql)? {
                    self.model.rows.retain(|k, _| k < low || k > high);
                }
            }
            Action::Txn(writes, end) => self.transaction(writes, *end)?,
            Action::Advance(secs) => self.stage.world.advance(secs * 1_000_000_000),
            Action::Ttl(secs) => {
                let zone = "ALTER TABLE d.t CONFIGURE ZONE USING gc.ttlseconds";
                if self.do_it(&format!("{zone} = {secs}"))? {
                    self.model.ttl_secs = *secs;
                    self.model.calm_since = 0;
                }
            }
            Action::Split(k) => {
                // A split that is there already, or is not to be had now, changes nothing.
                let _answer = self.stage.run(&format!("ALTER TABLE d.t SPLIT AT VALUES ({k})"));
            }
            Action::Full(history, disturb) => self.back_up(Some(*history), *disturb)?,
            Action::Append(disturb) => self.back_up(None, *disturb)?,
            Action::Restore(chain, moment) => self.restore(*chain, *moment)?,
            Action::Read(moment, by_index) => self.read(*moment, *by_index)?,
            Action::Crash => {
                let _told = self.stage.run("\\sim crash");
            }
            Action::Stop(_)
            | Action::Start(_)
            | Action::Kill(_)
            | Action::Cut(_)
            | Action::Heal => {
                self.fault(action);
            }
        }
        Ok(())
    }

    fn insert(&mut self, k: i64, v: i64) -> Outcome {
        let sql = format!("INSERT INTO d.t VALUES ({k}, {v})");
        let is_taken = self.model.rows.contains_key(&k);
        match self.stage.run(&sql) {
            Ok(_) if is_taken => self.found("keys_are_unique", sql),
            Ok(_) => {
                self.model.rows.insert(k, v);
                Ok(())
            }
            Err(error) if is_taken && error.code == "23505" => Ok(()),
            Err(error) => self.excuse(&sql, &error),
        }
    }

    fn transaction(&mut self, writes: &[(i64, Option<i64>)], end: End) -> Outcome {
        let mut rows = self.model.rows.clone();
        let session = "writer";
        let run = |stage: &mut Stage, sql: &str| stage.run_as(session, sql);
        let mut failed = run(&mut self.stage, "BEGIN").err();
        for (i, (k, v)) in writes.iter().enumerate() {
            let sql = match v {
                Some(v) => format!("UPSERT INTO d.t VALUES ({k}, {v})"),
                None => format!("DELETE FROM d.t WHERE k = {k}"),
            };
            failed = failed.or_else(|| run(&mut self.stage, &sql).err());
            if i == 0 || end != End::Savepoint {
                match v {
                    Some(v) => rows.insert(*k, *v),
                    None => rows.remove(k),
                };
            }
            if i == 0 && end == End::Savepoint {
                failed = failed.or_else(|| run(&mut self.stage, "SAVEPOINT here").err());
            }
        }
        let (last, commits) = match end {
            End::Commit => ("COMMIT", true),
            End::Savepoint => {
                failed =
                    failed.or_else(|| run(&mut self.stage, "ROLLBACK TO SAVEPOINT here").err());
                ("COMMIT", true)
            }
            End::Rollback => ("ROLLBACK", false),
            End::Crash => ("\\sim crash", false),
        };
        if let Some(error) = failed {
            let _ended = self.stage.run_as(session, "ROLLBACK");
            return self.excuse("in a transaction", &error);
        }
        match run(&mut self.stage, last) {
            Ok(_) if commits => {
                self.model.rows = rows;
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(error) => {
                let _ended = self.stage.run_as(session, "ROLLBACK");
                self.excuse(last, &error)
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "an action that does not fit the nodes does nothing"
    )]
    fn fault(&mut self, action: &Action) {
        let nodes = &mut self.model.nodes;
        if !nodes.are_mortal {
            return;
        }
        let alive = |n: &u32, list: &[u32]| !list.contains(n);
        let line = match action {
            Action::Stop(n) if alive(n, &nodes.stopped) && alive(n, &nodes.killed) => {
                nodes.stopped.push(*n);
                format!("\\sim node {n} stop")
            }
            Action::Start(n) if nodes.stopped.contains(n) => {
                nodes.stopped.retain(|stopped| stopped != n);
                format!("\\sim node {n} restart")
            }
            // One disk may go for ever, and only while the other two are there: more is more than a majority survives.
            Action::Kill(n) if nodes.away() == 0 && nodes.killed.is_empty() => {
                nodes.killed.push(*n);
                format!("\\sim node {n} kill")
            }
            Action::Cut(n) if nodes.cut.is_empty() => {
                nodes.cut.push(*n);
                let others: Vec<String> =
                    (1..=3).filter(|m| m != n).map(|m: u32| m.to_string()).collect();
                format!("\\sim partition {n} | {}", others.join(","))
            }
            Action::Heal if !nodes.cut.is_empty() => {
                nodes.cut.clear();
                "\\sim heal".to_owned()
            }
            _ => return,
        };
        nodes.shaken |= nodes.away() > 1;
        let _told = self.stage.run(&line);
        // Leases move when records have run out.
        self.stage.world.advance(30_000_000_000);
    }

    /// A full with history or not, or else a layer on the newest chain, as of the newest moment.
    fn back_up(&mut self, full: Option<bool>, disturb: Disturb) -> Outcome {
        let Some(end) = self.model.moments.last().map(|(at, _)| *at) else { return Ok(()) };
        let last = self.model.chains.last().and_then(|chain| chain.last()).copied();
        let append = full.is_none();
        if append && last.is_none() {
            return Ok(());
        }
        let history = full.unwrap_or_else(|| last.is_some_and(|layer| layer.history));
        let bounds = check::bounds(self);
        let into = if append { "INTO LATEST IN" } else { "INTO" };
        let options = match (history, disturb) {
            (true, Disturb::None) => " WITH revision_history",
            (false, Disturb::None) => "",
            (true, _) => " WITH revision_history, detached",
            (false, _) => " WITH detached",
        };
        let sql = format!(
            "BACKUP TABLE d.t {into} {COLLECTION} AS OF SYSTEM TIME '{end}.0000000000'{options}"
        );
        let start = last.filter(|_| append).map_or(0, |layer| layer.end);
        // Before its first steps a job holds no record yet (v26.2), and waits without one.
        let must = if matches!(disturb, Disturb::Pause(0..=1, _)) {
            Must::Either
        } else if append {
            bounds.reads(start)
        } else {
            Must::Hold
        };
        let before = self.manifests();
        let mut answer = match self.stage.run(&sql) {
            Ok(result) => self.disturb(disturb, &result)?,
            Err(error) => Err(error),
        };
        // A job that is cancelled after it has written its manifest has made a backup, of which LATEST may not know.
        let is_late = answer == Ok(false) && self.manifests() > before;
        if is_late {
            answer = Ok(true);
        }
        match answer {
            Ok(false) => Ok(()),
            Ok(true) if must == Must::Fail => self
                .found("chains_break_with_gc", format!("{sql}: start {start} is gone: {bounds:?}")),
            Ok(true) => {
                self.stats.layers += 1;
                // A layer that begins with another's end has all its history, or it would not be there.
                // A full's history goes while its job is paused.
                let (sure_from, gone_to) = if append {
                    (0, 0)
                } else {
                    (check::bounds(self).sure.max(bounds.sure), bounds.gone)
                };
                self.model.calm_since = 0;
                let layer = Layer { start, end, history, sure_from, gone_to };
                match self.model.chains.last_mut().filter(|_| append) {
                    Some(chain) => chain.push(layer),
                    None => self.model.chains.push(vec![layer]),
                }
                if is_late && !append {
                    self.keep();
                    return self.back_up(full, Disturb::None);
                }
                Ok(())
            }
            Err(_) if must != Must::Hold => {
                self.stats.refused += 1;
                Ok(())
            }
            Err(error) => self.excuse(&sql, &error),
        }
    }

    /// How many finished backups lie in the bucket.
    fn manifests(&self) -> usize {
        let objects = self.stage.objects();
        objects.iter().filter(|object| object.name() == "BACKUP_MANIFEST").count()
    }

    /// Lets a job befall what is to, and answers whether it wrote its backup.
    fn disturb(
        &mut self,
        disturb: Disturb,
        result: &StatementResult,
    ) -> Outcome<Result<bool, ErrorReply>> {
        let steps = match disturb {
            Disturb::None => return Ok(Ok(true)),
            Disturb::Crash(n) | Disturb::Pause(n, _) | Disturb::Cancel(n) => n,
        };
        let job = result.rows.iter().flatten().next().cloned().flatten().unwrap_or_default();
        for _ in 0..steps {
            let _stepped = self.stage.run("\\sim step job");
        }
        match disturb {
            Disturb::None => {}
            Disturb::Crash(_) => drop(self.stage.run("\\sim crash")),
            Disturb::Cancel(_) => drop(self.stage.run(&format!("CANCEL JOB {job}"))),
            Disturb::Pause(_, secs) => {
                drop(self.stage.run(&format!("PAUSE JOB {job}")));
                self.stage.world.advance(secs * 1_000_000_000);
                self.check_thresholds()?;
                drop(self.stage.run(&format!("RESUME JOB {job}")));
            }
        }
        Ok(self.end_of_job(&job))
    }

    fn end_of_job(&mut self, job: &str) -> Result<bool, ErrorReply> {
        self.stage.run("\\sim until job done cap 2d")?;
        let rows = self.stage.rows(&format!("SELECT status, error FROM [SHOW JOB {job}]"))?;
        let row = rows.into_iter().next().unwrap_or_default();
        let word = |i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        match word(0).as_str() {
            "succeeded" => Ok(true),
            "canceled" => Ok(false),
            other => {
                let message = format!("{other}: {}", word(1));
                Err(ErrorReply { message, ..ErrorReply::default() })
            }
        }
    }

    /// The log leads to the same state again.
    fn replay(&self) -> Outcome {
        let world = &self.stage.world;
        match World::restore(&world.snapshot()) {
            Ok(again) if again.hash() == world.hash() => Ok(()),
            Ok(_) => self.found("replay_is_the_same", "another hash"),
            Err(error) => self.found("replay_is_the_same", error.to_string()),
        }
    }
}
