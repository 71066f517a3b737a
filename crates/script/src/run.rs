//! Which suite a file is of, and running it.

use sql::rules::Version;

use crate::datadriven::{self, File};
use crate::report::{Report, Suite};
use crate::{mvcc, parser_suite, sql_suite};

/// How files are run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whose rules hold where a file's head does not say `# version: …`.
    pub version: Version,
    /// Seed of the world.
    pub seed: u64,
    /// Whether `incremental_location` is understood. CockroachDB's own files, which name no version, are older than its
    /// removal; files that name one get what that version has.
    pub incremental_location: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { version: Version::V26_2, seed: 1, incremental_location: false }
    }
}

/// The suite of a file: told by its directives.
pub fn suite(file: &File) -> Suite {
    for directive in &file.directives {
        match directive.command.as_str() {
            "parse" | "error" => return Suite::Parser,
            "run" => return Suite::Mvcc,
            _ => {}
        }
    }
    Suite::Sql
}

/// Runs a file's text.
///
/// *Errors*: a text that is no datadriven file.
pub fn run(text: &str, options: Options) -> Result<Report, datadriven::Error> {
    let file = datadriven::parse(text)?;
    let named = file.head_value("version").and_then(Version::parse);
    let version = named.unwrap_or(options.version);
    let incremental_location = named.is_none() && version == Version::V26_2;
    Ok(match suite(&file) {
        Suite::Parser => parser_suite::run(&file),
        Suite::Mvcc => run_histories(&file),
        Suite::Sql => sql_suite::run(&file, Options { version, incremental_location, ..options }),
    })
}

fn run_histories(file: &File) -> Report {
    let mut report = Report::new(Suite::Mvcc);
    let mut histories = mvcc::Histories::default();
    for directive in &file.directives {
        let got = mvcc::run(&mut histories, directive);
        let same = mvcc::is_same(&got, &directive.wanted);
        report.record(directive, &directive.wanted, got, same);
    }
    report
}

/// The file's text with the outputs that were got.
///
/// *Errors*: a text that is no datadriven file.
pub fn rewrite(text: &str, report: &Report) -> Result<String, datadriven::Error> {
    Ok(datadriven::rewrite(text, &datadriven::parse(text)?, &report.outputs))
}
