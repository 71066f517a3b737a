//! What a world begins with, as a text.
//!
//! ```text
//!   @name bank                       its name; @words and @starter say more to people
//!   @nodes 3                         or one @node region=…,az=… for each
//!   CREATE DATABASE bank;            statements, as a shell would run them
//!   @workload bank every 12s..70s    statements that go on while time passes (module `workload`), one a line
//!   10* UPDATE … {101..108}
//!   @at 1h                           time passes up to this age of the world
//!   @stop bank   @sim LINE   @repeat N STATEMENT
//! ```
//!
//! Shape: text → [`Script`] → a state. It runs before the log begins: a scenario is part of the configuration, by name or as
//! its whole text, so it is never logged. Errors: in words, with the line; ours have none.

use std::sync::Arc;

use base::hlc::Timestamp;

use crate::cluster::Cluster;
use crate::input::{SCENARIOS, SessionRef};
use crate::sim_command::NewCluster;
use crate::state::State;
use crate::workload::{self, Workload};
use crate::{calendar, command, dispatch, split};

/// Most bytes of a scenario's text.
pub(crate) const TEXT_BYTES_MAX: usize = 256 << 10;

/// Most nodes of a scenario.
const NODES_MAX: usize = 64;

/// Most times that one statement is repeated.
const REPEAT_MAX: u64 = 10_000;

/// A scenario as it was read.
#[derive(Default, Debug)]
pub(crate) struct Script<'a> {
    pub(crate) name: &'a str,
    pub(crate) starter: &'a str,
    localities: Vec<String>,
    nodes: usize,
    steps: Vec<Step<'a>>,
}

/// One thing that a scenario does.
#[derive(Debug)]
enum Step<'a> {
    Sql(&'a str),
    Sim(&'a str),
    /// Runs a statement so many times; `{#}` counts from 0.
    Repeat(u64, &'a str),
    /// Time passes up to this age. *Units*: nanoseconds.
    At(i64),
    Start(Workload),
    Stop(&'a str),
}

/// The text that a configuration names.
pub(crate) fn text(scenario: &str) -> &str {
    SCENARIOS.iter().find(|known| known.name == scenario).map_or(scenario, |known| known.text)
}

/// Whether a configuration may name this: a scenario of ours, or a whole text that can be read.
///
/// *Errors*: what is wrong with it.
pub(crate) fn check(scenario: &str) -> Result<(), String> {
    if SCENARIOS.iter().any(|known| known.name == scenario) {
        return Ok(());
    }
    if !scenario.contains('\n') {
        return Err(format!("there is no scenario \"{scenario}\""));
    }
    parse(scenario).map(|_| ())
}

/// Reads a scenario's text.
///
/// *Errors*: the first line that cannot be read.
pub(crate) fn parse(text: &str) -> Result<Script<'_>, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("a scenario has at most {TEXT_BYTES_MAX} bytes"));
    }
    let mut script = Script { nodes: 3, ..Script::default() };
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let end = at + line.len();
        let Some(rest) = line.strip_prefix('@') else {
            let stop = next_directive(text, at);
            for piece in split::pieces(&text[at..stop]) {
                script.steps.push(Step::Sql(&text[at..stop][piece.range]));
            }
            at = stop;
            continue;
        };
        let (word, rest) = rest.split_once(' ').unwrap_or((rest.trim_end(), ""));
        at = if word == "workload" {
            let stop = next_directive(text, end);
            let made = workload::parse(rest.trim(), &text[end..stop]);
            script.steps.push(Step::Start(made.map_err(|e| wrong(line, &e))?));
            stop
        } else {
            directive(&mut script, word, rest.trim()).map_err(|e| wrong(line, &e))?;
            end
        };
    }
    Ok(script)
}

fn wrong(line: &str, cause: &str) -> String {
    format!("{}: {cause}", line.trim())
}

/// The line that begins at a place, with its end.
fn line_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.find('\n').map_or(rest.len(), |end| end + 1)]
}

/// Where the next line that begins with `@` begins.
fn next_directive(text: &str, from: usize) -> usize {
    let mut at = from;
    while at < text.len() && !text[at..].starts_with('@') {
        at += line_at(text, at).len();
    }
    at
}

fn directive<'a>(script: &mut Script<'a>, word: &str, rest: &'a str) -> Result<(), String> {
    match word {
        "name" => script.name = rest,
        "words" => {}
        "starter" => script.starter = rest,
        "nodes" => {
            let count = rest.parse().ok().filter(|count| (1..=NODES_MAX).contains(count));
            script.nodes = count.ok_or("not a number of nodes from 1 to 64")?;
        }
        "node" if script.localities.len() < NODES_MAX => script.localities.push(rest.to_owned()),
        "node" => return Err("too many nodes".to_owned()),
        "at" => {
            let nanos = calendar::parse_length(rest).ok_or("not a length of time")?;
            script.steps.push(Step::At(nanos));
        }
        "stop" => script.steps.push(Step::Stop(rest)),
        "sim" => script.steps.push(Step::Sim(rest)),
        "repeat" => {
            let (count, statement) = rest.split_once(' ').ok_or("a statement is missing")?;
            let count = count.parse().ok().filter(|count| *count <= REPEAT_MAX);
            script.steps.push(Step::Repeat(count.ok_or("not a number of times")?, statement));
        }
        _ => return Err("unknown directive".to_owned()),
    }
    Ok(())
}

/// Lays out the world that the state's configuration names.
pub(crate) fn set_up(state: &mut State) {
    let scenario = state.config.scenario.clone();
    let script = parse(text(&scenario)).unwrap_or(Script { nodes: 3, ..Script::default() });
    let nodes = if script.localities.is_empty() { script.nodes } else { script.localities.len() };
    let main = NewCluster {
        name: state.current.clone(),
        nodes: base::num::to_u32(nodes),
        localities: script.localities.clone(),
        share: None,
        implicit_access: false,
    };
    let cluster = Cluster::new(state, &main);
    state.clusters.insert(main.name, cluster);
    for step in script.steps {
        take(state, step);
    }
    state.outbox.retain(|event| event.tone == protocol::agenda::Tone::Breaks);
}

fn take(state: &mut State, step: Step<'_>) {
    let name = state.current.clone();
    match step {
        Step::Sql(sql) => run(state, sql),
        Step::Repeat(count, statement) => {
            for number in 0..count {
                run(state, &statement.replace("{#}", &number.to_string()));
            }
        }
        Step::Sim(line) => {
            command::apply(state, line);
        }
        Step::At(age) => pass(state, state.config.start.add_nanos(age)),
        Step::Start(made) => workload::start(state, &name, made),
        Step::Stop(which) => {
            workload::stop(state, &name, Some(which));
        }
    }
}

/// Lets time pass, and measures on the way so that plots show it.
fn pass(state: &mut State, to: Timestamp) {
    while state.agenda.next_due().is_some_and(|due| due <= to) && state.run_next(to) {
        state.measure();
    }
    state.run_until(to);
    state.measure();
}

/// Runs one statement of a scenario. One of ours that is refused is a bug of ours; one of others is told.
fn run(state: &mut State, statement: &str) {
    let shell = Arc::new(SessionRef::shell());
    let results = dispatch::exec(state, &shell, &Arc::from(statement), false);
    let Some(error) = results.iter().find_map(|result| result.error.as_ref()) else { return };
    let is_ours = SCENARIOS.iter().any(|known| known.name == state.config.scenario);
    debug_assert!(!is_ours, "scenario {}: {statement}: {error:?}", state.config.scenario);
    let words = format!("scenario: {statement}: {}", error.message);
    let tone = protocol::agenda::Tone::Breaks;
    state.note(crate::event::Event::new(state.now(), crate::event::Kind::Statement, tone, words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_can_be_read() {
        for known in SCENARIOS {
            let script = parse(known.text).unwrap();
            assert_eq!((script.name, script.starter), (known.name, known.starter));
            assert!(known.text.contains(known.words), "{}", known.name);
        }
    }

    #[test]
    fn says_which_line_is_wrong() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(error("@nodes 0\n"), "@nodes 0: not a number of nodes from 1 to 64");
        assert_eq!(error("SELECT 1;\n@fly\n"), "@fly: unknown directive");
        assert_eq!(check("nowhere").unwrap_err(), "there is no scenario \"nowhere\"");
    }

    #[test]
    fn a_text_is_a_world() {
        let text = "@name two\n@nodes 5\nCREATE TABLE t (k INT PRIMARY KEY);\n@workload w every 1m\nUPSERT INTO t VALUES ({1..9})\n@at 30m\n";
        let config = crate::input::Config { scenario: text.to_owned(), ..Default::default() };
        let mut world = crate::world::World::new(config);
        let rows =
            world.exec("SELECT count(*) FROM t; SELECT count(*) FROM crdb_internal.gossip_nodes;");
        assert_ne!(rows[0].rows[0][0].as_deref(), Some("0"));
        assert_eq!(rows[1].rows[0][0].as_deref(), Some("5"));
        let again = crate::world::World::restore(&world.snapshot()).unwrap();
        assert_eq!(again.hash(), world.hash());
    }
}
