//! What running a file gave, counted by directive.

use crate::datadriven::Directive;

/// The suites, each with its own directives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Suite {
    /// Scripts against whole clusters.
    Sql,
    /// Statements parsed and printed.
    Parser,
    /// Histories of versioned keys.
    Mvcc,
}

impl Suite {
    /// As counts name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sql => "backup-restore",
            Self::Parser => "parser",
            Self::Mvcc => "mvcc",
        }
    }
}

/// A directive that did not print what was wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The line of its command, from 1.
    pub line: usize,
    /// Its command.
    pub command: String,
    /// What the file says.
    pub wanted: String,
    /// What was printed.
    pub got: String,
}

/// What one file gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Which suite it is of.
    pub suite: Suite,
    /// Directives that printed what was wanted.
    pub passed: usize,
    /// The others, in order.
    pub failures: Vec<Failure>,
    /// What each directive printed, for a rewrite of the file.
    pub outputs: Vec<Option<String>>,
}

impl Report {
    /// Nothing run yet.
    pub const fn new(suite: Suite) -> Self {
        Self { suite, passed: 0, failures: Vec::new(), outputs: Vec::new() }
    }

    /// Counts one directive.
    pub fn record(&mut self, directive: &Directive, wanted: &str, got: String, same: bool) {
        if same {
            self.passed += 1;
            // What passes is left as it stands: a wanted text may hold variables.
            self.outputs.push(None);
        } else {
            self.failures.push(Failure {
                line: directive.line,
                command: directive.command.clone(),
                wanted: wanted.to_owned(),
                got: got.clone(),
            });
            self.outputs.push(Some(got));
        }
    }
}

impl Failure {
    /// One line: `file:12: exec-sql: wanted "…", got "…"`.
    pub fn line(&self, file: &str) -> String {
        format!(
            "{file}:{}: {}: wanted {:?}, got {:?}",
            self.line, self.command, self.wanted, self.got
        )
    }
}
