//! What was asked for on the command line.

use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};
use simulator::console::Format;
use simulator::input::{Config, DEFAULT_START, Policy, SCENARIOS, Version};

/// The short help.
pub(crate) const USAGE: &str = "\
usage: amber shell [options]
       amber run FILE|- [-e SQL]… [--json] [--keep-going] [--format table|records|csv|tsv] [options]
       amber test [--version 21.2|26.2] PATH…      (REWRITE=1 fills in what was got)
       amber replay SNAPSHOT
       amber fuzz [--seed N] [--seeds N] [--steps N] [--only N,N,…]
       amber inspect PATH… [--passphrase P] [--rows] [--json]     (a folder, or a tar or zip of one)

options: --version 21.2|26.2   whose rules hold (default 21.2)
         --seed N              seed of all chance (default 1)
         --start TIME          where the clock starts (default 2022-04-01T02:00:00Z)
         --scenario NAME|FILE  empty (default), bank, movr, three-regions, big, or a text of that form
         --manual              a statement that starts a job does not move time
         --save FILE           write a snapshot at the end";

/// One command with its options.
#[derive(Debug)]
pub(crate) enum Command {
    Help(String),
    Run(Run),
    Shell(Shell),
    Test(Test),
    Replay(PathBuf),
    /// A run, and how many seeds from its own on.
    Fuzz(fuzz::history::Run, u64),
    Inspect(Inspect),
}

/// `amber inspect`.
#[derive(Debug)]
pub(crate) struct Inspect {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) passphrase: Option<String>,
    pub(crate) rows: bool,
    pub(crate) json: bool,
}

/// `amber run`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) config: Config,
    pub(crate) sources: Vec<Source>,
    pub(crate) json: bool,
    pub(crate) keep_going: bool,
    pub(crate) format: Format,
    pub(crate) save: Option<PathBuf>,
}

/// Where statements come from.
#[derive(Debug)]
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
    Text(String),
}

/// `amber shell`.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) config: Config,
    pub(crate) format: Format,
    pub(crate) save: Option<PathBuf>,
}

/// `amber test`.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) options: script::run::Options,
}

/// All options together, before it is known which command they are for.
struct Raw {
    config: Config,
    version: Option<Version>,
    scenario: Option<String>,
    words: Vec<std::ffi::OsString>,
    texts: Vec<String>,
    json: bool,
    keep_going: bool,
    format: Format,
    save: Option<PathBuf>,
    seeds: u64,
    steps: usize,
    only: Vec<usize>,
    passphrase: Option<String>,
    rows: bool,
}

/// Reads the arguments of this process.
pub(crate) fn parse() -> Result<Command, String> {
    let raw = read(lexopt::Parser::from_env()).map_err(|e| e.to_string())?;
    let Some(raw) = raw else { return Ok(Command::Help(USAGE.to_owned())) };
    let mut words = raw.words.into_iter();
    let command = words.next().map(|word| word.to_string_lossy().into_owned());
    let mut config = raw.config;
    if let Some(version) = raw.version {
        config.version = version;
    }
    if let Some(scenario) = raw.scenario {
        config.scenario = scenario;
    }
    match command.as_deref() {
        Some("run") => {
            let mut sources: Vec<Source> = words
                .map(|word| if word == "-" { Source::Stdin } else { Source::File(word.into()) })
                .collect();
            sources.extend(raw.texts.into_iter().map(Source::Text));
            if sources.is_empty() {
                return Err("run: a file, - or -e SQL is needed".to_owned());
            }
            Ok(Command::Run(Run {
                config,
                sources,
                json: raw.json,
                keep_going: raw.keep_going,
                format: raw.format,
                save: raw.save,
            }))
        }
        Some("shell") | None => {
            Ok(Command::Shell(Shell { config, format: raw.format, save: raw.save }))
        }
        Some("test") => {
            let paths: Vec<PathBuf> = words.map(PathBuf::from).collect();
            if paths.is_empty() {
                return Err("test: a path is needed".to_owned());
            }
            let mut options = script::run::Options { seed: config.seed, ..Default::default() };
            if let Some(version) = raw.version {
                options.version = version;
            }
            Ok(Command::Test(Test { paths, options }))
        }
        Some("inspect") => {
            let paths: Vec<PathBuf> = words.map(PathBuf::from).collect();
            if paths.is_empty() {
                return Err("inspect: a path is needed".to_owned());
            }
            let (passphrase, rows, json) = (raw.passphrase, raw.rows, raw.json);
            Ok(Command::Inspect(Inspect { paths, passphrase, rows, json }))
        }
        Some("replay") => match words.next() {
            Some(path) => Ok(Command::Replay(path.into())),
            None => Err("replay: a snapshot is needed".to_owned()),
        },
        Some("fuzz") => {
            let run = fuzz::history::Run { seed: config.seed, steps: raw.steps, only: raw.only };
            Ok(Command::Fuzz(run, raw.seeds))
        }
        Some(other) => Err(format!("unknown command \"{other}\"")),
    }
}

fn read(mut parser: lexopt::Parser) -> Result<Option<Raw>, lexopt::Error> {
    let mut raw = Raw {
        config: Config::default(),
        version: None,
        scenario: None,
        words: Vec::new(),
        texts: Vec::new(),
        json: false,
        keep_going: false,
        format: Format::Table,
        save: None,
        seeds: 1,
        steps: 200,
        only: Vec::new(),
        passphrase: None,
        rows: false,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Short('h') | Long("help") => return Ok(None),
            Short('e') | Long("execute") => raw.texts.push(parser.value()?.string()?),
            Long("json") => raw.json = true,
            Long("passphrase") => raw.passphrase = Some(parser.value()?.string()?),
            Long("rows") => raw.rows = true,
            Long("keep-going") => raw.keep_going = true,
            Long("manual") => raw.config.policy = Policy::Manual,
            Long("format") => {
                raw.format = parser.value()?.parse_with(|text| {
                    Format::parse(text).ok_or("not one of table, records, csv, tsv")
                })?;
            }
            Long("version") => {
                raw.version = Some(
                    parser
                        .value()?
                        .parse_with(|text| Version::parse(text).ok_or("not one of 21.2, 26.2"))?,
                );
            }
            Long("seed") => raw.config.seed = parser.value()?.parse()?,
            Long("start") => {
                raw.config.start = parser.value()?.parse_with(|text| {
                    simulator::calendar::parse_moment(text, DEFAULT_START)
                        .ok_or("not a moment like 2022-04-01T02:00:00Z")
                })?;
            }
            Long("scenario") => {
                raw.scenario = Some(parser.value()?.parse_with(scenario)?);
            }
            Long("seeds") => raw.seeds = parser.value()?.parse()?,
            Long("steps") => raw.steps = parser.value()?.parse()?,
            Long("only") => {
                raw.only = parser.value()?.parse_with(|text| {
                    let places = text.split(',').map(str::parse);
                    places.collect::<Result<_, _>>().map_err(|_| "not places like 3,17,44")
                })?;
            }
            Long("save") => raw.save = Some(parser.value()?.into()),
            Value(word) => raw.words.push(word),
            Short(_) | Long(_) => return Err(arg.unexpected()),
        }
    }
    Ok(Some(raw))
}
/// A scenario of ours by name, or the text of a file.
fn scenario(text: &str) -> Result<String, String> {
    let named = if SCENARIOS.iter().any(|scenario| scenario.name == text) {
        text.to_owned()
    } else {
        std::fs::read_to_string(text).map_err(|e| format!("{text}: {e}"))?
    };
    simulator::load::check_scenario(&named).map(|()| named)
}
