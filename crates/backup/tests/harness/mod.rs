//! A small cluster with a bucket, to run SQL texts on, and one check.
//!
//! ```text
//!   check("
//!   > BACKUP DATABASE shop INTO 'nodelocal://1/c'
//!   <job> succeeded 1 3 0 90
//!   > RESTORE DATABASE shop FROM LATEST IN 'nodelocal://1/c'
//!   ERROR XXUUU: database \"shop\" already exists
//!   ");
//! ```
//!
//! Shape: a line that begins with `> ` is a statement, `+ 26h` lets time pass, `! rm URI` and `! flip URI` are faults;
//! the lines that follow are what it answers: values of rows joined by a space, else the tag, which is compared only
//! where something is expected. Job ids print as `<job>`. Jobs run to their end at once.

#![allow(clippy::unwrap_used, reason = "a test fails by saying what it wanted")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use base::hlc::{Clock, Timestamp};
use base::ids::{NodeId, UniqueInts, Uuid};
use base::rng::Rng;
use cloud::bucket::Buckets;
use cloud::store::Opener;
use sql::ast::Statement;
use sql::catalog::{Catalog, protected, system, zones};
use sql::jobs::Step;
use sql::outcome::{Outcome, Rows};
use sql::rules::Rules;
use sql::session::Session;

/// One cluster.
#[derive(Clone)]
pub struct Cluster {
    pub kv: kv::Kv,
    pub catalog: Catalog,
    pub session: Session,
    rng: Rng,
    ints: UniqueInts,
    id: Uuid,
}

/// Clusters that share a clock and buckets. The first is the one that statements go to.
#[derive(Clone)]
pub struct World {
    /// The step of a job that is done twice, as after a crash before its state was saved.
    pub repeat: Option<usize>,
    /// Jobs are cancelled after so many steps.
    pub cancel_after: Option<usize>,
    pub clusters: Vec<Cluster>,
    pub clock: Clock,
    pub buckets: Buckets,
    pub rules: Rules,
}

struct Failure {
    code: String,
    message: String,
    hint: Option<String>,
}

impl From<backup::error::Error> for Failure {
    fn from(e: backup::error::Error) -> Self {
        Self { code: e.sqlstate().to_string(), message: e.to_string(), hint: e.hint() }
    }
}

impl From<sql::error::Error> for Failure {
    fn from(e: sql::error::Error) -> Self {
        Self { code: e.sqlstate().to_string(), message: e.to_string(), hint: e.hint() }
    }
}

impl World {
    /// A world with one new cluster.
    pub fn new(rules: Rules) -> Self {
        let mut world = Self {
            repeat: None,
            cancel_after: None,
            clusters: Vec::new(),
            clock: Clock::new(Timestamp::from_secs(1_648_778_400)),
            buckets: Buckets::default(),
            rules,
        };
        world.add_cluster();
        world
    }

    /// Another new cluster, to which statements go from now on. It shares the first one's nodelocal directories.
    pub fn add_cluster(&mut self) {
        let nodes =
            (1..=3).map(|n| kv::NodeConfig { id: NodeId(n), locality: Vec::new() }).collect();
        let mut kv = kv::Kv::new(kv::Config { nodes, ..kv::Config::default() });
        let catalog = Catalog::new(self.rules);
        let tables = std::sync::Arc::clone(catalog.system());
        let n = u8::try_from(self.clusters.len()).unwrap();
        let id = Uuid([7 + n; 16]);
        system::bootstrap(&mut kv, &mut self.clock, &tables, id).unwrap();
        kv.set_strict_gc(true);
        let cluster = Cluster {
            kv,
            catalog,
            session: Session::new("root", "defaultdb"),
            rng: Rng::new(u64::from(n)),
            ints: UniqueInts::default(),
            id,
        };
        self.clusters.insert(0, cluster);
    }

    /// Lends the first cluster.
    fn with<T>(&mut self, call: impl FnOnce(&mut backup::cx::Cx<'_, '_>) -> T) -> T {
        let cluster = &mut self.clusters[0];
        let mut cx = sql::cx::Cx {
            kv: &mut cluster.kv,
            catalog: &mut cluster.catalog,
            session: &mut cluster.session,
            rules: &self.rules,
            clock: &mut self.clock,
            rng: &mut cluster.rng,
            ints: &mut cluster.ints,
            cluster_id: cluster.id,
            node: NodeId(1),
            holes: Vec::new(),
            notices: Vec::new(),
            jobs_started: Vec::new(),
        };
        call(&mut backup::cx::Cx {
            sql: &mut cx,
            buckets: &mut self.buckets,
            cluster: "main",
            implicit_access: false,
        })
    }

    /// Tells the key space what the catalog says.
    fn settle(&mut self) {
        let now = self.clock.tick();
        let cluster = &mut self.clusters[0];
        let snapshot = cluster.catalog.committed(&mut cluster.kv, now).unwrap();
        cluster.kv.set_span_configs(zones::span_configs(&snapshot), now);
        let mut txn = cluster.kv.begin(self.clock.tick());
        let tables = std::sync::Arc::clone(cluster.catalog.system());
        let mut sys = sql::catalog::Sys { kv: &mut cluster.kv, txn: &mut txn, tables: &tables };
        let records = protected::protections(&mut sys, &snapshot).unwrap();
        cluster.kv.rollback(txn);
        cluster.kv.set_protections(records);
    }

    fn record(&mut self, job: base::ids::JobId) -> sql::jobs::Record {
        self.with(|cx| backup::sys::alone(cx, |sys| sql::jobs::load(sys, job))).unwrap().unwrap()
    }

    fn run_job(&mut self, job: base::ids::JobId) -> Result<(), Failure> {
        for n in 0..1000 {
            if self.cancel_after == Some(n) {
                self.with(|cx| backup::job::abandon(job, cx)).unwrap();
                self.settle();
                return Err(Failure {
                    code: "57014".to_owned(),
                    message: "canceled".to_owned(),
                    hint: None,
                });
            }
            let before = self.record(job);
            let step = self.with(|cx| backup::job::step(job, cx));
            self.settle();
            if self.repeat == Some(n) && step.is_ok() {
                let now = self.clock.now();
                let save = |sys: &mut sql::catalog::Sys<'_>| {
                    sql::jobs::save(sys, &mut before.clone(), now)
                };
                self.with(|cx| backup::sys::alone(cx, save)).unwrap();
                self.repeat = None;
                continue;
            }
            match step {
                Ok(Step::Again) => {}
                Ok(Step::WaitUntil(at)) => self.clock.advance_to(at),
                Ok(Step::Finished) => return Ok(()),
                Ok(Step::PausedAt(point)) => {
                    return Err(Failure {
                        code: "PAUSE".to_owned(),
                        message: format!("paused at {point}"),
                        hint: None,
                    });
                }
                Err(cause) => {
                    self.with(|cx| backup::job::abandon(job, cx)).unwrap();
                    self.settle();
                    return Err(cause.into());
                }
            }
        }
        panic!("job {job} does not end")
    }

    fn planned(
        &mut self,
        planned: Result<backup::cx::Planned, backup::error::Error>,
    ) -> Result<Rows, Failure> {
        let planned = planned?;
        if self.clusters[0].session.in_block() {
            return Ok(planned.detached_rows());
        }
        self.settle();
        self.run_job(planned.job)?;
        if planned.detached {
            return Ok(planned.detached_rows());
        }
        Ok(self.with(|cx| backup::job::result_rows(planned.job, cx))?)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for sql alone")]
    fn execute(&mut self, statement: &Statement) -> Result<Outcome, Failure> {
        let rows = match statement {
            Statement::Backup(stmt) => {
                let planned = self.with(|cx| backup::take::plan(stmt, cx));
                self.planned(planned)?
            }
            Statement::Restore(stmt) => {
                let planned = self.with(|cx| backup::restore::plan(stmt, cx));
                self.planned(planned)?
            }
            Statement::ShowBackups(stmt) => self.with(|cx| backup::show::backups(stmt, cx))?,
            Statement::ShowBackup(stmt) => self.with(|cx| backup::show::backup(stmt, cx))?,
            _ => {
                let mut holes = Vec::new();
                for source in sql::exec::foreign_sources(statement) {
                    if let Outcome::Rows(rows, _) = self.execute(source)? {
                        holes.push(rows);
                    }
                }
                let outcome = self.with(|cx| {
                    cx.sql.holes = holes;
                    sql::exec::execute(statement, cx.sql)
                });
                self.settle();
                return Ok(outcome?);
            }
        };
        Ok(Outcome::show(rows))
    }

    /// What a statement answers, as lines.
    pub fn answer(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let dialect = match self.rules.version() {
            sql::rules::Version::V21_2 => sql::parser::Dialect::V21_2,
            sql::rules::Version::V26_2 => sql::parser::Dialect::V26_2,
        };
        let parsed = match sql::parser::parse_with(text, dialect) {
            Ok(parsed) => parsed,
            Err(refused) => return vec![format!("ERROR 42601: {refused}")],
        };
        for statement in parsed {
            match self.execute(&statement.stmt) {
                Ok(Outcome::Tag(tag)) => lines.push(format!("({tag})")),
                Ok(Outcome::Rows(rows, _)) => {
                    for row in &rows.rows {
                        let cells = row.iter().zip(&rows.columns).map(|(value, column)| {
                            match (column.name.as_str(), value.is_null()) {
                                (_, true) => "NULL".to_owned(),
                                ("job_id", false) => "<job>".to_owned(),
                                _ => value.to_text(),
                            }
                        });
                        lines.push(cells.collect::<Vec<_>>().join(" "));
                    }
                }
                Err(failure) => {
                    lines.push(format!("ERROR {}: {}", failure.code, failure.message));
                    lines.extend(failure.hint.map(|hint| format!("HINT: {hint}")));
                    break;
                }
            }
        }
        lines
            .iter()
            .flat_map(|line| line.lines().map(|l| l.trim_start().to_owned()).collect::<Vec<_>>())
            .collect()
    }

    /// Lets time pass, with a visit of the collector to every range at its end.
    pub fn advance(&mut self, text: &str) {
        let (number, unit) = text.split_at(text.len() - 1);
        let secs = number.parse::<i64>().unwrap()
            * match unit {
                "s" => 1,
                "m" => 60,
                "h" => 3600,
                _ => 86_400,
            };
        let to = self.clock.now().add_nanos(secs * 1_000_000_000);
        self.clock.advance_to(to);
    }

    /// Lets the collector visit every range.
    pub fn collect(&mut self) {
        let now = self.clock.now();
        let ids: Vec<_> = self.clusters[0].kv.ranges().map(kv::Range::id).collect();
        for id in ids {
            self.clusters[0].kv.gc_range(id, now);
        }
    }

    fn fault(&mut self, text: &str) {
        let who = Opener { cluster: "main", node: NodeId(1), user: "root" };
        let now = self.clock.now();
        match text.split_once(' ').unwrap_or((text, "")) {
            ("rm", uri) => {
                cloud::fault::rm(&mut self.buckets, uri, who).unwrap();
            }
            ("flip", uri) => {
                let all = cloud::fault::ls(&self.buckets, uri, who).unwrap();
                let (base, _) = uri.split_at(uri.find("://").unwrap() + 3);
                let host = uri[base.len()..].split('/').next().unwrap();
                let first = format!("{base}{host}/{}", all[0].name);
                cloud::fault::flip(&mut self.buckets, &first, None, who, now).unwrap();
            }
            ("gc", _) => self.collect(),
            ("user", name) => {
                self.clusters[0].session = Session::new(name, "defaultdb");
            }
            ("new", _) => self.add_cluster(),
            (other, _) => panic!("fault {other}"),
        }
    }

    /// Runs a script and compares all answers.
    #[track_caller]
    pub fn check(&mut self, script: &str) {
        let mut failures = Vec::new();
        for (line, wanted) in pieces(script) {
            if let Some(time) = line.strip_prefix("+ ") {
                self.advance(time);
                continue;
            }
            if let Some(fault) = line.strip_prefix("! ") {
                self.fault(fault);
                continue;
            }
            let got = self.answer(line.trim_start_matches("> "));
            let quiet = wanted.is_empty() && got.iter().all(|l| !l.starts_with("ERROR"));
            let same = wanted.len() == got.len()
                && wanted.iter().zip(&got).all(|(want, got)| match want.strip_suffix('…') {
                    Some(start) => got.starts_with(start),
                    None => want == got,
                });
            if !same && !quiet {
                failures.push(format!(
                    "{line}\nwanted:\n{}\ngot:\n{}\n",
                    wanted.join("\n"),
                    got.join("\n")
                ));
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

fn pieces(script: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in script.lines() {
        let line = line.trim_start();
        if line.starts_with("> ") || line.starts_with("+ ") || line.starts_with("! ") {
            found.push((line.to_owned(), Vec::new()));
        } else if let Some((_, wanted)) = found.last_mut()
            && !line.is_empty()
        {
            wanted.push(line.to_owned());
        }
    }
    found
}
