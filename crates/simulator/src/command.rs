//! Carrying out `\sim` lines.
//!
//! ```text
//!   run(world, …)    what moves between moments and lines, or only tells: never logged
//!   apply(state, …)  what changes the world: an input like any other, logged and replayed
//! ```
//!
//! Errors: SQLSTATE 42601 and 22023 for lines that do not fit, 55000 for what cannot be done now, 42704 for unknown names.

mod change;
mod compare;
mod faults;
mod files;

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::NodeId;
use base::sqlstate::SqlState;
use cloud::fault;
use cloud::store::Opener;
use protocol::result::{Column, ErrorReply, StatementResult};

use crate::calendar;
use crate::console::{self, Format};
use crate::event::{Event, Kind};
use crate::input::Input;
use crate::sim_command::files::Files;
use crate::sim_command::{self, Command, Place};
use crate::state::{CLOCK_MAX, State};
use crate::view;
use crate::world::{Mark, World};

pub(crate) use faults::fault_due;

/// Most events that a command tells; the rest are counted.
const TOLD_MAX: usize = 20;

/// Most characters of a cluster's, branch's or mark's name.
const NAME_CHARS_MAX: usize = 64;

/// A refused command.
pub(crate) struct Refusal(SqlState, String);

type Outcome = Result<StatementResult, Refusal>;

pub(crate) fn refuse(code: SqlState, message: impl Into<String>) -> Refusal {
    Refusal(code, message.into())
}

fn finish(outcome: Outcome) -> StatementResult {
    outcome.unwrap_or_else(|Refusal(code, message)| StatementResult {
        error: Some(ErrorReply { code: code.code().to_owned(), message, ..ErrorReply::default() }),
        ..StatementResult::default()
    })
}

fn lines(lines: Vec<String>) -> StatementResult {
    StatementResult { lines, ..StatementResult::default() }
}

fn table(columns: &[(&str, &str)], rows: Vec<Vec<Option<String>>>) -> StatementResult {
    StatementResult {
        columns: columns
            .iter()
            .map(|(name, ty)| Column { name: (*name).to_owned(), ty: (*ty).to_owned() })
            .collect(),
        rows,
        ..StatementResult::default()
    }
}

/// Carries out a command in a world.
pub(crate) fn run(world: &mut World, line: &str, command: Command) -> StatementResult {
    let outcome = match command {
        Command::Advance(nanos) => {
            let before = world.events().len();
            let answers = world.push(Input::Advance { nanos });
            let mut said = told(&world.events()[before..], world.now());
            said.extend(answers.iter().flat_map(answered));
            Ok(lines(said))
        }
        Command::Play(_) => Err(refuse(
            SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
            "only a page can let time run by itself; use advance",
        )),
        Command::Pause | Command::Now => Ok(lines(vec![now_line(world.now())])),
        Command::Goto(place) => goto(world, &place),
        Command::Mark(name) => mark(world, name),
        Command::Branch(name) => branch(world, &name),
        Command::Branches => Ok(branches(world)),
        Command::Use(name) => use_line(world, &name),
        Command::Workloads => Ok(workloads(&world.state)),
        Command::Diff(a, b) => compare::diff(world, &a, &b),
        Command::Agenda(limit) => Ok(agenda(world, limit)),
        Command::ClusterList => Ok(clusters(&world.state)),
        Command::Files(Files::Inspect(uri, how)) => Ok(files::inspect(&world.state, &uri, how)),
        Command::KmsLs => Ok(kms_ls(&world.state)),
        Command::BucketLs(uri) => bucket_ls(&world.state, &uri),
        Command::Seed => Ok(lines(vec![format!("seed {}", world.state.config.seed)])),
        Command::Reseed(seed) => Ok(reseed(world, seed)),
        Command::Hash => Ok(lines(vec![format!("{:032x}", world.hash())])),
        Command::Help => Ok(lines(sim_command::HELP.lines().map(str::to_owned).collect())),
        Command::Step(..)
        | Command::Until(..)
        | Command::ClusterNew(_)
        | Command::ClusterUse(_)
        | Command::Crash
        | Command::Files(_)
        | Command::Kms(..)
        | Command::Fault(_)
        | Command::WorkloadStart(..)
        | Command::WorkloadStop(_)
        | Command::RangeDelete(..) => {
            let logged = Input::Sim { line: Arc::from(line.trim()) };
            let mut results = world.push(logged).into_iter();
            let mut result = results.next().unwrap_or_default();
            result.lines.extend(results.flat_map(|answer| answered(&answer)));
            Ok(result)
        }
    };
    finish(outcome)
}

/// Carries out a line of the log.
pub(crate) fn apply(state: &mut State, line: &str) -> StatementResult {
    state.work += 1;
    let command = match sim_command::parse(line) {
        Ok(command) => command,
        Err(cause) => return finish(Err(refuse(cause.sqlstate(), cause.to_string()))),
    };
    finish(match command {
        Command::Step(grain, count) => change::step(state, grain, count),
        Command::Until(condition, cap) => Ok(change::until(state, &condition, cap)),
        Command::ClusterNew(new) => change::cluster_new(state, &new),
        Command::ClusterUse(name) => change::cluster_use(state, name),
        Command::Crash => Ok(change::crash(state)),
        Command::Files(what) => files::change(state, what),
        Command::Kms(key, uri) => change::kms(state, key, &uri),
        Command::Fault(planned) => faults::fault(state, line, &planned),
        Command::WorkloadStart(name, every) => {
            change::workload_start(state, &name, every.as_deref())
        }
        Command::WorkloadStop(name) => Ok(change::workload_stop(state, name.as_deref())),
        Command::RangeDelete(cluster, table) => change::range_delete(state, &cluster, &table),
        Command::Advance(nanos) => {
            state.advance(nanos);
            Ok(StatementResult::default())
        }
        Command::Play(_)
        | Command::Pause
        | Command::Now
        | Command::Goto(_)
        | Command::Mark(_)
        | Command::Branch(_)
        | Command::Branches
        | Command::Use(_)
        | Command::Diff(..)
        | Command::Workloads
        | Command::Agenda(_)
        | Command::ClusterList
        | Command::BucketLs(_)
        | Command::KmsLs
        | Command::Seed
        | Command::Reseed(_)
        | Command::Hash
        | Command::Help => Ok(StatementResult::default()),
    })
}

/// The answer of a statement that had to wait, as lines.
fn answered(result: &StatementResult) -> Vec<String> {
    console::result(result, Format::Table).lines().map(str::to_owned).collect()
}

fn now_line(now: Timestamp) -> String {
    format!("now {}", calendar::short(now))
}

/// What happened, then where the clock stands. Statements are not told: who runs a command knows what was said.
fn told(events: &[Event], now: Timestamp) -> Vec<String> {
    let mut out: Vec<String> = events
        .iter()
        .filter(|event| event.kind != Kind::Statement)
        .map(|event| format!("{}  {}", calendar::short(event.at), event.words))
        .collect();
    if out.len() > TOLD_MAX {
        let more = out.len() - TOLD_MAX;
        out.truncate(TOLD_MAX);
        out.push(format!("… and {more} more"));
    }
    out.push(now_line(now));
    out
}

fn goto(world: &mut World, place: &Place) -> Outcome {
    let old = world.now();
    match place {
        Place::Input(number) => {
            let position = usize::try_from(*number).unwrap_or(usize::MAX);
            let len = world.lines[world.line].log.len();
            if position > len {
                return Err(refuse(
                    SqlState::INVALID_PARAMETER_VALUE,
                    format!("there is no input #{number}: this branch has {len}"),
                ));
            }
            world.seek(world.line, position);
        }
        Place::Mark(name) => {
            let mark = world.marks.get(name).cloned().ok_or_else(|| {
                refuse(SqlState::UNDEFINED_OBJECT, format!("there is no mark \"{name}\""))
            })?;
            let line = line_index(world, &mark.line)?;
            world.seek(line, mark.position);
            run_into(world, mark.at);
        }
        Place::Time(text) => {
            let at = calendar::parse_moment(text, old).filter(|at| *at <= CLOCK_MAX).ok_or_else(
                || refuse(SqlState::INVALID_PARAMETER_VALUE, format!("\"{text}\" is not a moment")),
            )?;
            goto_time(world, at)?;
        }
    }
    let mut out =
        vec![format!("from {} to {}", calendar::short(old), calendar::short(world.now()))];
    if world.cursor < world.lines[world.line].log.len() {
        out.push("in the past of this branch: an input here starts a branch of its own".to_owned());
    }
    Ok(lines(out))
}

fn goto_time(world: &mut World, at: Timestamp) -> Result<(), Refusal> {
    let line = &world.lines[world.line];
    let beginning = line.time_at(0);
    if at < beginning {
        return Err(refuse(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("this branch begins at {}", calendar::short(beginning)),
        ));
    }
    let at_end = world.cursor == line.log.len() && !world.off_log;
    if at >= line.head {
        if !at_end {
            world.seek(world.line, usize::MAX);
        }
        let nanos = at.wall.saturating_sub(world.now().wall);
        if nanos > 0 {
            world.push(Input::Advance { nanos });
        }
        return Ok(());
    }
    world.seek(world.line, line.position_at(at));
    run_into(world, at);
    Ok(())
}

/// Runs time on to `at` if the next input of the log would do so too.
fn run_into(world: &mut World, at: Timestamp) {
    if at <= world.now() {
        return;
    }
    let next = world.lines[world.line].log.get(world.cursor);
    let passes = next.is_some_and(|logged| match &*logged.input {
        Input::Advance { .. } => true,
        Input::Sim { line } => matches!(
            sim_command::parse(line),
            Ok(Command::Advance(_) | Command::Step(..) | Command::Until(..))
        ),
        Input::Exec { .. } => false,
    });
    if passes {
        world.run_off_log(at);
    }
}

fn named(name: &str) -> Result<(), Refusal> {
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if fits {
        return Ok(());
    }
    Err(refuse(
        SqlState::INVALID_NAME,
        format!(
            "\"{name}\" is not a name: letters, digits, - _ . and at most {NAME_CHARS_MAX} of them"
        ),
    ))
}

fn line_index(world: &World, name: &str) -> Result<usize, Refusal> {
    world
        .lines
        .iter()
        .position(|line| line.name == name)
        .ok_or_else(|| refuse(SqlState::UNDEFINED_OBJECT, format!("there is no branch \"{name}\"")))
}

fn mark(world: &mut World, name: String) -> Outcome {
    named(&name)?;
    let mark = Mark {
        line: world.lines[world.line].name.clone(),
        position: world.cursor,
        at: world.now(),
    };
    let said = format!("@{name} is {}", calendar::short(mark.at));
    world.marks.insert(name, mark);
    Ok(lines(vec![said]))
}

fn branch(world: &mut World, name: &str) -> Outcome {
    named(name)?;
    if line_index(world, name).is_ok() {
        return Err(refuse(
            SqlState::DUPLICATE_OBJECT,
            format!("branch \"{name}\" already exists"),
        ));
    }
    world.fork(name);
    Ok(lines(vec![format!("on branch {name} at {}", calendar::short(world.now()))]))
}

fn use_line(world: &mut World, name: &str) -> Outcome {
    let line = line_index(world, name)?;
    world.seek(line, usize::MAX);
    Ok(lines(vec![format!("on branch {name} at {}", calendar::short(world.now()))]))
}

fn branches(world: &World) -> StatementResult {
    let rows = world
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let current = if i == world.line { "*" } else { "" };
            vec![
                Some(current.to_owned()),
                Some(line.name.clone()),
                line.parent.clone(),
                line.parent.as_ref().map(|_| calendar::short(line.forked_at)),
                Some(calendar::short(line.head)),
                Some(line.log.len().to_string()),
            ]
        })
        .collect();
    table(
        &[
            ("", "STRING"),
            ("branch", "STRING"),
            ("from", "STRING"),
            ("forked_at", "STRING"),
            ("head", "STRING"),
            ("inputs", "INT8"),
        ],
        rows,
    )
}

/// The same world with other chance, from its beginning, as a line of its own.
fn reseed(world: &mut World, seed: u64) -> StatementResult {
    let stem = format!("seed-{seed}");
    let taken = |name: &str| world.lines.iter().any(|line| line.name == name);
    let mut name = stem.clone();
    let mut n = 1_u64;
    while taken(&name) {
        n += 1;
        name = format!("{stem}.{n}");
    }
    world.begin(&name, world.line, seed);
    lines(vec![format!("on branch {name} at {}", calendar::short(world.now()))])
}

fn agenda(world: &mut World, limit: u32) -> StatementResult {
    let view = view::agenda::agenda(&mut world.state, limit);
    let rows = view
        .items
        .into_iter()
        .map(|item| {
            let due = Timestamp::from_wall(item.due.0);
            let left = calendar::length(item.due.0.saturating_sub(view.now.0));
            vec![
                Some(calendar::short(due)),
                Some(format!("in {left}")),
                Some(item.title),
                item.consequence.map(|consequence| consequence.words),
            ]
        })
        .collect();
    table(
        &[("due", "STRING"), ("left", "STRING"), ("what", "STRING"), ("consequence", "STRING")],
        rows,
    )
}

fn clusters(state: &State) -> StatementResult {
    let rows = state
        .clusters
        .iter()
        .map(|(name, cluster)| {
            let current = if *name == state.current { "*" } else { "" };
            vec![
                Some(current.to_owned()),
                Some(name.clone()),
                Some(cluster.id.to_string()),
                Some(cluster.rules.version().tag().to_owned()),
                Some(cluster.kv.nodes().len().to_string()),
            ]
        })
        .collect();
    table(
        &[
            ("", "STRING"),
            ("cluster", "STRING"),
            ("id", "UUID"),
            ("version", "STRING"),
            ("nodes", "INT8"),
        ],
        rows,
    )
}

fn kms_ls(state: &State) -> StatementResult {
    let keys = state.buckets.kms.keys();
    let rows = keys.map(|(key, may)| {
        vec![
            Some(key.service().to_owned()),
            Some(key.name().to_owned()),
            Some(may.word().to_owned()),
        ]
    });
    table(&[("service", "STRING"), ("key", "STRING"), ("state", "STRING")], rows.collect())
}

fn workloads(state: &State) -> StatementResult {
    let mut rows = Vec::new();
    for (cluster, found) in &state.clusters {
        for (name, running) in &found.workloads {
            let words = [name.clone(), cluster.clone(), running.every_words()];
            rows.push(words.map(Some).to_vec());
        }
    }
    for name in crate::workload::names() {
        rows.push(vec![Some(name.to_owned()), None, Some("can be started".to_owned())]);
    }
    table(&[("workload", "STRING"), ("cluster", "STRING"), ("runs", "STRING")], rows)
}

/// The operator's own hand: root on the first node of the cluster in use.
fn hand(current: &str) -> Opener<'_> {
    Opener { cluster: current, node: NodeId(1), user: "root" }
}

fn bucket_ls(state: &State, uri: &str) -> Outcome {
    let mut rows = Vec::new();
    let mut push = |path: String, size: u64| rows.push(vec![Some(path), Some(size.to_string())]);
    if uri.is_empty() {
        for store in state.buckets.stores() {
            for (path, object) in state.buckets.objects(store, "") {
                push(
                    format!("{}://{}/{path}", store.scheme.name(), store.host),
                    base::num::to_u64(object.bytes.len()),
                );
            }
        }
    } else {
        let entries = fault::ls(&state.buckets, uri, hand(&state.current))
            .map_err(|cause| store_error(&cause))?;
        for entry in entries {
            push(entry.name, entry.size_bytes);
        }
    }
    Ok(table(&[("path", "STRING"), ("bytes", "INT8")], rows))
}

fn store_error(cause: &cloud::error::Error) -> Refusal {
    refuse(cause.sqlstate(), cause.to_string())
}
