//! A small cluster to run SQL texts on, and one check.
//!
//! ```text
//!   check("
//!   > SELECT 1 AS a, NULL AS b
//!   a b
//!   1 NULL
//!   > SELECT x
//!   ERROR 42703: column \"x\" does not exist
//!   ");
//! ```
//!
//! Shape: a line that begins with `> ` is a statement; those up to the next are what it answers: for a query the column
//! names, then rows, columns joined by a space; else the tag, unless nothing is expected; notices first.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use base::hlc::{Clock, Timestamp};
use base::ids::{NodeId, UniqueInts, Uuid};
use base::rng::Rng;
use sql::catalog::{Catalog, system};
use sql::cx::Cx;
use sql::error::Error;
use sql::outcome::{Notice, Outcome};
use sql::rules::Rules;
use sql::session::Session;

/// One cluster with one session.
pub struct Cluster {
    pub kv: kv::Kv,
    pub catalog: Catalog,
    pub session: Session,
    pub rules: Rules,
    pub clock: Clock,
    rng: Rng,
    ints: UniqueInts,
}

impl Cluster {
    /// A new cluster of a version, with a session of root in `defaultdb`.
    pub fn new(rules: Rules) -> Self {
        let nodes =
            (1..=3).map(|n| kv::NodeConfig { id: NodeId(n), locality: Vec::new() }).collect();
        let mut kv = kv::Kv::new(kv::Config { nodes, ..kv::Config::default() });
        let mut clock = Clock::new(Timestamp::from_secs(1_648_778_400));
        let catalog = Catalog::new(rules);
        let tables = std::sync::Arc::clone(catalog.system());
        system::bootstrap(&mut kv, &mut clock, &tables, Uuid([7; 16])).unwrap();
        clock.advance_to(clock.now().add_nanos(1_000_000_000));
        Self {
            kv,
            catalog,
            session: Session::new("root", "defaultdb"),
            rules,
            clock,
            rng: Rng::new(1),
            ints: UniqueInts::default(),
        }
    }

    /// Runs statements one by one; answers the last one's outcome and all notices.
    pub fn run(&mut self, text: &str) -> (Result<Outcome, Error>, Vec<Notice>) {
        let parsed = match sql::parser::parse(text) {
            Ok(parsed) => parsed,
            Err(refused) => return (Err(refused.into()), Vec::new()),
        };
        let mut last = Ok(Outcome::tag(""));
        let mut notices = Vec::new();
        for statement in parsed {
            self.clock.advance_to(self.clock.now().add_nanos(1_000_000));
            let mut cx = Cx {
                kv: &mut self.kv,
                catalog: &mut self.catalog,
                session: &mut self.session,
                rules: &self.rules,
                clock: &mut self.clock,
                rng: &mut self.rng,
                ints: &mut self.ints,
                cluster_id: Uuid([7; 16]),
                node: NodeId(1),
                holes: Vec::new(),
                notices: Vec::new(),
                jobs_started: Vec::new(),
            };
            last = sql::exec::execute(&statement.stmt, &mut cx);
            notices.append(&mut cx.notices);
            if last.is_err() {
                break;
            }
        }
        (last, notices)
    }

    /// What a statement answers, as text.
    pub fn answer(&mut self, text: &str) -> Vec<String> {
        let (outcome, notices) = self.run(text);
        let mut lines: Vec<String> = notices
            .into_iter()
            .filter(|notice| !notice.message.starts_with("waiting for job"))
            .map(|notice| format!("{}: {}", notice.severity, notice.message))
            .collect();
        match outcome {
            Ok(Outcome::Tag(tag)) => lines.push(tag),
            Ok(Outcome::Rows(rows, _)) => {
                let names: Vec<&str> = rows.columns.iter().map(|c| c.name.as_str()).collect();
                lines.push(names.join(" "));
                for row in rows.rows {
                    let values: Vec<String> = row
                        .iter()
                        .map(
                            |value| {
                                if value.is_null() { "NULL".to_owned() } else { value.to_text() }
                            },
                        )
                        .collect();
                    lines.push(values.join(" "));
                }
            }
            Err(error) => {
                lines.push(format!("ERROR {}: {error}", error.sqlstate()));
                lines.extend(error.detail().map(|detail| format!("DETAIL: {detail}")));
                lines.extend(error.hint().map(|hint| format!("HINT: {hint}")));
            }
        }
        // Texts of several lines (SHOW CREATE) are compared line by line, without their indent.
        lines.iter().flat_map(|text| text.split('\n')).map(|line| line.trim().to_owned()).collect()
    }

    /// Runs a script and compares all answers.
    #[track_caller]
    pub fn check(&mut self, script: &str) {
        let mut failures = Vec::new();
        for (statement, wanted) in statements(script) {
            let got: Vec<String> = self
                .answer(&statement)
                .iter()
                .flat_map(|line| line.lines())
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect();
            // A tag that nobody asked for is not compared.
            let quiet = wanted.is_empty() && got.len() == 1 && !got[0].starts_with("ERROR");
            if got != wanted && !quiet {
                failures.push(format!(
                    "> {statement}\nwanted:\n{}\ngot:\n{}\n",
                    wanted.join("\n"),
                    got.join("\n")
                ));
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

/// Statements with the lines that follow them.
fn statements(script: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in script.lines() {
        let line = line.trim_start();
        if let Some(statement) = line.strip_prefix("> ") {
            found.push((statement.to_owned(), Vec::new()));
        } else if let Some(more) = line.strip_prefix(">> ")
            && let Some((statement, _)) = found.last_mut()
        {
            statement.push('\n');
            statement.push_str(more);
        } else if let Some((_, wanted)) = found.last_mut()
            && !line.is_empty()
        {
            wanted.push(line.to_owned());
        }
    }
    found
}

/// Runs a script on a new cluster of v21.2.
#[track_caller]
pub fn check(script: &str) {
    Cluster::new(Rules::v21_2()).check(script);
}

/// Runs a script on a new cluster of v26.2.
#[track_caller]
pub fn check_new(script: &str) {
    Cluster::new(Rules::v26_2()).check(script);
}
