//! Scripts against whole clusters.
//!
//! | directive | does |
//! |---|---|
//! | `new-cluster name=`, `switch-cluster`, `reset` | clusters; `empty` makes no `data` database |
//! | `exec-sql`, `query-sql`, `let`, `save-cluster-ts` | statements, as one batch, in a session for each cluster and user |
//! | `backup`, `restore`, `schema-change`, `new-schema-change`, `job` | jobs by tag |
//! | `kv`, `corrupt-backup` | what befalls keys and objects |
//! | `sim` | ours: `\sim` lines; `show` prints what they say |
//! | `hash` | ours: `tag=A` keeps the state hash, or says whether it is the same again |
//!
//! Shape: file → report. Source: the commands of CockroachDB's own driver for its backup tests. Left out: the check for
//! invalid descriptors at the end of a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use protocol::result::{Notice, StatementResult};
use regex_lite::Regex;
use simulator::input::{Config, DEFAULT_START, Input, Policy, SessionRef};
use simulator::world::World;

use crate::datadriven::{self, Directive, File};
use crate::report::{Report, Suite};
use crate::run::Options;
use crate::values;

/// How many things on the agenda a `job` directive waits for.
const STEPS_MAX: u32 = 100_000;

/// Runs a file.
pub fn run(file: &File, options: Options) -> Report {
    let mut report = Report::new(Suite::Sql);
    let mut runner = Runner::new(options);
    for directive in &file.directives {
        let input = runner.replace(&directive.input);
        let got = runner.directive(directive, &input);
        let wanted = runner.replace(&directive.wanted);
        let same = datadriven::same(&without_autocommit(&wanted), &without_autocommit(&got))
            || directive.has("retry") && runner.retry(directive, &input, &wanted);
        report.record(directive, &wanted, got, same);
    }
    report
}

/// Some versions of the files have this notice, others not.
fn without_autocommit(text: &str) -> String {
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("NOTICE: auto-committing transaction"))
        .collect();
    kept.join("\n")
}

struct Runner {
    options: Options,
    world: World,
    /// The cluster made or switched to last.
    cluster: String,
    sessions: BTreeMap<(String, String), Arc<SessionRef>>,
    /// Job tags, by their ids.
    jobs: BTreeMap<String, String>,
    times: BTreeMap<String, String>,
    hashes: BTreeMap<String, u128>,
    /// Longest name first.
    variables: Vec<(String, String)>,
}

impl Runner {
    fn new(options: Options) -> Self {
        Self {
            options,
            world: world(options),
            cluster: "main".to_owned(),
            sessions: BTreeMap::new(),
            jobs: BTreeMap::new(),
            times: BTreeMap::new(),
            hashes: BTreeMap::new(),
            variables: Vec::new(),
        }
    }

    fn replace(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.variables {
            text = text.replace(name.as_str(), value);
        }
        text
    }

    fn directive(&mut self, directive: &Directive, input: &str) -> String {
        match directive.command.as_str() {
            "new-cluster" | "new-server" => self.new_cluster(directive),
            "switch-cluster" => self.switch(directive),
            "exec-sql" => self.exec_sql(directive, input),
            "query-sql" => self.query_sql(directive, input),
            "let" => self.let_variables(directive, input),
            "save-cluster-ts" => self.save_time(directive),
            "backup" => self.job_statement(directive, input, "BACKUP"),
            "restore" => self.job_statement(directive, input, "RESTORE"),
            "schema-change" => self.job_statement(directive, input, "SCHEMA CHANGE"),
            "new-schema-change" => self.job_statement(directive, input, "NEW SCHEMA CHANGE"),
            "job" => self.job(directive),
            "kv" => self.kv(directive),
            "corrupt-backup" => self.corrupt(directive),
            "set-cluster-setting" => self.setting(directive),
            "sleep" => self.sleep(directive),
            "reset" => {
                *self = Self::new(self.options);
                String::new()
            }
            "sim" => self.sim(directive, input),
            "hash" => self.hash(directive),
            other => format!("unknown command: {other}"),
        }
    }

    fn target(&self, directive: &Directive) -> String {
        directive.value("cluster").unwrap_or(&self.cluster).to_owned()
    }

    fn session(&mut self, cluster: &str, user: &str) -> Arc<SessionRef> {
        let key = (cluster.to_owned(), user.to_owned());
        let made = self.sessions.entry(key);
        Arc::clone(made.or_insert_with(|| Arc::new(SessionRef::of(cluster, user))))
    }

    /// Sends a text as one batch.
    fn send(&mut self, cluster: &str, user: &str, sql: &str) -> Vec<StatementResult> {
        let session = self.session(cluster, user);
        let input = Input::Exec { session, sql: Arc::from(sql), batch: true };
        self.world.apply(input).results
    }

    fn send_root(&mut self, sql: &str) -> Vec<StatementResult> {
        let cluster = self.cluster.clone();
        self.send(&cluster, "root", sql)
    }

    fn new_cluster(&mut self, directive: &Directive) -> String {
        let Some(name) = directive.value("name") else { return "name is missing".to_owned() };
        let mut line = format!("cluster new {name}");
        match directive.value("localities") {
            Some(list) => {
                let regions: Vec<String> =
                    list.split(',').map(|one| format!("region={}", one.trim())).collect();
                let _ = write!(line, " localities={}", regions.join(";"));
            }
            None => {
                let _ = write!(line, " nodes={}", directive.value("nodes").unwrap_or("1"));
            }
        }
        let share = directive.value("share-io-dir");
        if let Some(other) = share {
            let _ = write!(line, " share={other}");
        }
        if directive.has("allow-implicit-access") {
            line.push_str(" implicit-access");
        }
        if let Some(failed) = failed(&self.world.sim(&line)) {
            return failed;
        }
        name.clone_into(&mut self.cluster);
        if share.is_some() || directive.has("empty") {
            return String::new();
        }
        let splits = directive.value("splits").and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
        let made = self.send_root(&format!(
            "CREATE DATABASE data;
             CREATE TABLE data.bank (id INT PRIMARY KEY, balance INT, payload STRING);
             INSERT INTO data.bank SELECT i, 0, 'initial-' || i::STRING FROM generate_series(0, {splits} - 1) AS g(i);"
        ));
        made.iter().find_map(failed).unwrap_or_default()
    }

    fn switch(&mut self, directive: &Directive) -> String {
        match directive.value("name") {
            Some(name) => {
                name.clone_into(&mut self.cluster);
                String::new()
            }
            None => "name is missing".to_owned(),
        }
    }

    fn exec_sql(&mut self, directive: &Directive, input: &str) -> String {
        let cluster = self.target(directive);
        let user = directive.value("user").unwrap_or("root").to_owned();
        let results = self.send(&cluster, &user, input);
        let mut out = String::new();
        if !directive.has("ignore-notice") {
            for notice in results.iter().flat_map(|result| &result.notices) {
                push_notice(&mut out, notice);
            }
        }
        let Some(error) = results.iter().find_map(|result| result.error.as_ref()) else {
            return out;
        };
        let text = format!("pq: {}", error.message);
        if directive.has("expect-error-ignore") {
            return "ignoring expected error".to_owned();
        }
        if let Some(pattern) = directive.value("expect-error-regex")
            && matches(pattern, &text)
        {
            return "regex matches error".to_owned();
        }
        out.push_str(&text);
        out.push('\n');
        push_fields(&mut out, error.detail.as_deref(), error.hint.as_deref());
        out
    }

    fn query_sql(&mut self, directive: &Directive, input: &str) -> String {
        let cluster = self.target(directive);
        let user = directive.value("user").unwrap_or("root").to_owned();
        let results = self.send(&cluster, &user, input);
        let out = match rows(&results) {
            Ok(rows) => {
                let mut lines: Vec<String> = rows.iter().map(|row| row.join(" ")).collect();
                lines.push(String::new());
                lines.join("\n")
            }
            Err(text) => text,
        };
        match directive.value("regex") {
            Some(pattern) => matches(pattern, out.trim_end_matches('\n')).to_string(),
            None => out,
        }
    }

    /// Runs a query again and again, time passing, until it prints what is wanted.
    fn retry(&mut self, directive: &Directive, input: &str, wanted: &str) -> bool {
        for _ in 0..60 {
            self.world.advance(60_000_000_000);
            let got = self.query_sql(directive, input);
            if datadriven::same(wanted, &got) {
                return true;
            }
        }
        false
    }

    fn let_variables(&mut self, directive: &Directive, input: &str) -> String {
        let cluster = self.target(directive);
        let user = directive.value("user").unwrap_or("root").to_owned();
        let results = self.send(&cluster, &user, input);
        let names: Vec<&str> = directive
            .args
            .iter()
            .filter(|arg| arg.key.starts_with('$'))
            .map(|arg| arg.key.as_str())
            .collect();
        let rows = match rows(&results) {
            Ok(rows) => rows,
            Err(text) => return text,
        };
        if rows.len() != names.len() {
            return format!("{} rows for {} variables", rows.len(), names.len());
        }
        for (name, row) in names.iter().zip(rows) {
            self.variables.retain(|(known, _)| known != name);
            self.variables.push(((*name).to_owned(), row.join(" ")));
        }
        self.variables.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        String::new()
    }

    fn save_time(&mut self, directive: &Directive) -> String {
        let cluster = self.target(directive);
        let results = self.send(&cluster, "root", "SELECT cluster_logical_timestamp()");
        match (directive.value("tag"), one_value(&results)) {
            (Some(tag), Ok(time)) => {
                self.times.insert(tag.to_owned(), time);
                String::new()
            }
            (None, _) => "tag is missing".to_owned(),
            (_, Err(text)) => text,
        }
    }

    fn job_statement(&mut self, directive: &Directive, input: &str, kind: &str) -> String {
        let mut sql = input.to_owned();
        if let Some(tag) = directive.value("aost") {
            match self.times.get(tag) {
                Some(time) => sql = sql.replacen(tag, &format!("'{time}'"), 1),
                None => return format!("no time was saved as {tag}"),
            }
        }
        let results = self.send_root(&sql);
        let error = results.iter().find_map(failed);
        let newest = self.send_root(&format!(
            "SELECT job_id FROM [SHOW JOBS] WHERE job_type = '{kind}' ORDER BY created DESC, job_id DESC LIMIT 1"
        ));
        let job = one_value(&newest);
        if let (Some(tag), Ok(job)) = (directive.value("tag"), &job) {
            self.jobs.insert(tag.to_owned(), job.clone());
        }
        match error {
            Some(text) if directive.has("expect-pausepoint") => {
                let paused = text.contains("pause point") && text.trim_end().ends_with("hit");
                match job {
                    Ok(job) if paused => self
                        .wait_for(&job, "paused")
                        .err()
                        .unwrap_or_else(|| "job paused at pausepoint".to_owned()),
                    Ok(_) | Err(_) => text,
                }
            }
            Some(text) => text,
            None if directive.has("expect-pausepoint") => "no pause point was hit".to_owned(),
            None => String::new(),
        }
    }

    fn job(&mut self, directive: &Directive) -> String {
        let id = |runner: &Self, tag: &str| runner.jobs.get(tag).cloned();
        for (verb, state) in [("resume", None), ("cancel", Some("canceled"))] {
            let Some(tag) = directive.value(verb) else { continue };
            let Some(job) = id(self, tag) else { return format!("no job is tagged {tag}") };
            let results = self.send_root(&format!("{} JOB {job}", verb.to_uppercase()));
            if let Some(text) = results.iter().find_map(failed) {
                return text;
            }
            return state.map_or_else(String::new, |state| {
                self.wait_for(&job, state).err().unwrap_or_default()
            });
        }
        let (Some(tag), Some(state)) = (directive.value("tag"), directive.value("wait-for-state"))
        else {
            return "tag and wait-for-state are missing".to_owned();
        };
        let Some(job) = id(self, tag) else { return format!("no job is tagged {tag}") };
        let state = if state == "cancelled" { "canceled" } else { state };
        self.wait_for(&job, state).err().unwrap_or_default()
    }

    /// Runs the agenda until a job is in a state.
    fn wait_for(&mut self, job: &str, state: &str) -> Result<(), String> {
        for _ in 0..STEPS_MAX {
            let status =
                one_value(&self.send_root(&format!("SELECT status FROM [SHOW JOB {job}]")))?;
            if status == state {
                return Ok(());
            }
            let done = matches!(status.as_str(), "succeeded" | "failed" | "canceled");
            let before = self.world.now();
            let stepped = self.world.sim("step");
            if done || (stepped.error.is_some() && self.world.now() == before) {
                return Err(format!("job {job} is {status}, not {state}\n"));
            }
        }
        Err(format!("job {job} never came to be {state}\n"))
    }

    fn kv(&mut self, directive: &Directive) -> String {
        match (directive.value("request"), directive.value("target")) {
            (Some("DeleteRange"), Some(table)) => {
                let session = self.session(&self.cluster.clone(), "root");
                let line = format!("range-delete '{}' {table}", session.cluster);
                failed(&self.world.sim(&line)).unwrap_or_default()
            }
            (request, _) => format!("unknown request: {}", request.unwrap_or("")),
        }
    }

    fn corrupt(&mut self, directive: &Directive) -> String {
        let Some(uri) = directive.value("uri") else { return "uri is missing".to_owned() };
        let uri = uri.trim_matches('\'').trim_end_matches('/').to_owned();
        let files = self.send_root(&format!(
            "SELECT path FROM [SHOW BACKUP FILES FROM LATEST IN '{uri}'] LIMIT 1"
        ));
        let fulls = self.send_root(&format!("SHOW BACKUPS IN '{uri}'"));
        let (file, full) = match (one_value(&files), rows(&fulls)) {
            (Ok(file), Ok(fulls)) => {
                (file, fulls.last().map_or_else(String::new, |row| row.join("")))
            }
            (Err(text), _) | (_, Err(text)) => return text,
        };
        let line = format!("bucket flip '{uri}/{}/{file}' 20", full.trim_matches('/'));
        failed(&self.world.sim(&line)).unwrap_or_default()
    }

    fn setting(&mut self, directive: &Directive) -> String {
        let name = directive.value("setting").unwrap_or("");
        let value = directive.value("value").unwrap_or("");
        let results = self.send_root(&format!("SET CLUSTER SETTING {name} = '{value}'"));
        results.iter().find_map(failed).unwrap_or_default()
    }

    fn sleep(&mut self, directive: &Directive) -> String {
        match directive.value("ms").and_then(|ms| ms.parse::<i64>().ok()) {
            Some(ms) => {
                self.world.advance(ms.saturating_mul(1_000_000));
                String::new()
            }
            None => "ms is missing".to_owned(),
        }
    }

    fn sim(&mut self, directive: &Directive, input: &str) -> String {
        let mut out = String::new();
        for line in input.lines().filter(|line| !line.trim().is_empty()) {
            let result = self.world.sim(line);
            if let Some(text) = failed(&result) {
                out.push_str(&text);
            } else if directive.has("show") {
                for line in &result.lines {
                    out.push_str(line);
                    out.push('\n');
                }
                for row in &result.rows {
                    let cells = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL"));
                    out.push_str(&cells.collect::<Vec<_>>().join(" "));
                    out.push('\n');
                }
            }
        }
        out
    }

    fn hash(&mut self, directive: &Directive) -> String {
        let hash = self.world.hash();
        match directive.value("tag") {
            None => format!("{hash:032x}"),
            Some(tag) => match self.hashes.get(tag) {
                None => {
                    self.hashes.insert(tag.to_owned(), hash);
                    "kept".to_owned()
                }
                Some(kept) if *kept == hash => "same".to_owned(),
                Some(_) => "different".to_owned(),
            },
        }
    }
}

fn world(options: Options) -> World {
    World::new(Config {
        version: options.version,
        seed: options.seed,
        start: DEFAULT_START,
        scenario: "empty".to_owned(),
        policy: Policy::Auto,
        incremental_location: options.incremental_location,
    })
}

fn push_notice(out: &mut String, notice: &Notice) {
    if notice.message.starts_with("waiting for job") {
        return;
    }
    let _ = writeln!(out, "{}: {}", notice.severity, notice.message);
    push_fields(out, notice.detail.as_deref(), notice.hint.as_deref());
}

fn push_fields(out: &mut String, detail: Option<&str>, hint: Option<&str>) {
    for (name, value) in [("DETAIL", detail), ("HINT", hint)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
}

/// The error of a result as a script prints it.
fn failed(result: &StatementResult) -> Option<String> {
    result.error.as_ref().map(|error| format!("pq: {}\n", error.message))
}

/// The rows of the statement that returned some, in the driver's forms.
fn rows(results: &[StatementResult]) -> Result<Vec<Vec<String>>, String> {
    if let Some(text) = results.iter().find_map(failed) {
        return Err(text);
    }
    let Some(result) = results.iter().rev().find(|result| !result.columns.is_empty()) else {
        return Ok(Vec::new());
    };
    Ok(result
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .zip(&result.columns)
                .map(|(value, column)| values::go(value.as_deref(), &column.ty))
                .collect()
        })
        .collect())
}

fn one_value(results: &[StatementResult]) -> Result<String, String> {
    let rows = rows(results)?;
    rows.first().and_then(|row| row.first()).cloned().ok_or_else(|| "no row\n".to_owned())
}

/// Whether a Go pattern is found in a text. The patterns used are common to both dialects.
fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}
