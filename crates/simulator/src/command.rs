//! Carrying out `\sim` lines.
//!
//! ```text
//!   run(world, …)    what moves between moments and lines, or only tells: never logged
//!   apply(state, …)  what changes the world: an input like any other, logged and replayed
//! ```
//!
//! Errors: SQLSTATE 42601 and 22023 for lines that do not fit, 55000 for what cannot be done now, 42704 for unknown names.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::NodeId;
use base::sqlstate::SqlState;
use cloud::fault;
use cloud::store::Opener;
use protocol::agenda::Tone;
use protocol::result::{Column, ErrorReply, StatementResult};

use crate::calendar;
use crate::cluster::Cluster;
use crate::console::{self, Format};
use crate::event::{Event, Kind};
use crate::input::Input;
use crate::nature;
use crate::sim_command::{self, Command, Condition, Grain, NewCluster, Place};
use crate::state::{CLOCK_MAX, ITEMS_MAX, State};
use crate::timeline::Line;
use crate::view;
use crate::world::{Mark, World};

/// Most events that a command tells; the rest are counted.
const TOLD_MAX: usize = 20;

/// Most characters of a cluster's, branch's or mark's name.
const NAME_CHARS_MAX: usize = 64;

/// A refused command.
struct Refusal(SqlState, String);

type Outcome = Result<StatementResult, Refusal>;

fn refuse(code: SqlState, message: impl Into<String>) -> Refusal {
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
        Command::Agenda(limit) => Ok(agenda(world, limit)),
        Command::ClusterList => Ok(clusters(&world.state)),
        Command::BucketLs(uri) => bucket_ls(&world.state, &uri),
        Command::Seed => Ok(lines(vec![format!("seed {}", world.state.config.seed)])),
        Command::Reseed(seed) => Ok(reseed(world, seed)),
        Command::Hash => Ok(lines(vec![format!("{:032x}", world.hash())])),
        Command::Help => Ok(lines(sim_command::HELP.lines().map(str::to_owned).collect())),
        Command::Step(..)
        | Command::Until(..)
        | Command::ClusterNew(_)
        | Command::ClusterUse(_)
        | Command::BucketRm(_)
        | Command::BucketFlip(..)
        | Command::BucketTruncate(..)
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
        Command::Step(grain, count) => step(state, grain, count),
        Command::Until(condition, cap) => Ok(until(state, &condition, cap)),
        Command::ClusterNew(new) => cluster_new(state, &new),
        Command::ClusterUse(name) => cluster_use(state, name),
        Command::BucketRm(uri) => bucket_rm(state, &uri),
        Command::BucketFlip(uri, byte) => bucket_flip(state, &uri, byte),
        Command::BucketTruncate(uri, bytes) => bucket_truncate(state, &uri, bytes),
        Command::RangeDelete(cluster, table) => range_delete(state, &cluster, &table),
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
        | Command::Agenda(_)
        | Command::ClusterList
        | Command::BucketLs(_)
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
    let mut config = world.state.config.clone();
    config.seed = seed;
    let mut state = State::new(config);
    state.outbox.clear();
    let stem = format!("seed-{seed}");
    let taken = |name: &str| world.lines.iter().any(|line| line.name == name);
    let mut name = stem.clone();
    let mut n = 1_u64;
    while taken(&name) {
        n += 1;
        name = format!("{stem}.{n}");
    }
    let mut line = Line::new(&name, &state);
    line.parent = Some(world.lines[world.line].name.clone());
    world.lines.push(line);
    world.seek(world.lines.len() - 1, 0);
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

fn bucket_changed(state: &mut State, words: String) -> StatementResult {
    state.forget_forecast();
    let event = Event::new(state.now(), Kind::Bucket, Tone::Warn, words.clone());
    state.note(event);
    lines(vec![words])
}

fn bucket_rm(state: &mut State, uri: &str) -> Outcome {
    let current = state.current.clone();
    let gone =
        fault::rm(&mut state.buckets, uri, hand(&current)).map_err(|cause| store_error(&cause))?;
    let bare = bare(uri);
    Ok(bucket_changed(state, format!("{gone} objects removed at {bare}")))
}

fn bucket_flip(state: &mut State, uri: &str, byte: Option<u64>) -> Outcome {
    let (current, now) = (state.current.clone(), state.now());
    let at = fault::flip(&mut state.buckets, uri, byte, hand(&current), now)
        .map_err(|cause| store_error(&cause))?;
    let bare = bare(uri);
    Ok(bucket_changed(state, format!("a bit of byte {at} flipped in {bare}")))
}

fn bucket_truncate(state: &mut State, uri: &str, bytes: Option<u64>) -> Outcome {
    let (current, now) = (state.current.clone(), state.now());
    let left = fault::truncate(&mut state.buckets, uri, bytes, hand(&current), now)
        .map_err(|cause| store_error(&cause))?;
    let bare = bare(uri);
    Ok(bucket_changed(state, format!("{bare} cut to {left} bytes")))
}

/// A URI without its parameters, which may hold secrets.
fn bare(uri: &str) -> &str {
    uri.split('?').next().unwrap_or(uri)
}

fn cluster_new(state: &mut State, new: &NewCluster) -> Outcome {
    named(&new.name)?;
    if state.clusters.contains_key(&new.name) {
        return Err(refuse(
            SqlState::DUPLICATE_OBJECT,
            format!("cluster \"{}\" already exists", new.name),
        ));
    }
    if let Some(other) = &new.share {
        if !state.clusters.contains_key(other) {
            return Err(unknown_cluster(other));
        }
        state.buckets.share_nodelocal(&new.name, other);
    }
    let cluster = Cluster::new(state, new);
    state.clusters.insert(new.name.clone(), cluster);
    state.current.clone_from(&new.name);
    state.forget_forecast();
    let words = format!("cluster {} with {} nodes", new.name, new.nodes);
    let event = Event::new(state.now(), Kind::Cluster, Tone::Neutral, words.clone());
    state.note(event);
    Ok(lines(vec![words]))
}

fn unknown_cluster(name: &str) -> Refusal {
    refuse(SqlState::UNDEFINED_OBJECT, format!("there is no cluster \"{name}\""))
}

fn cluster_use(state: &mut State, name: String) -> Outcome {
    if !state.clusters.contains_key(&name) {
        return Err(unknown_cluster(&name));
    }
    let said = format!("on cluster {name}");
    state.current = name;
    Ok(lines(vec![said]))
}

fn range_delete(state: &mut State, cluster: &str, table: &str) -> Outcome {
    let now = state.clock.tick();
    let name = if cluster.is_empty() { state.current.clone() } else { cluster.to_owned() };
    let found = state.clusters.get_mut(&name).ok_or_else(|| unknown_cluster(&name))?;
    let span = found.table_span(table, now).ok_or_else(|| {
        refuse(SqlState::UNDEFINED_TABLE, format!("relation \"{table}\" does not exist"))
    })?;
    found
        .kv
        .delete_range(&span, now)
        .map_err(|cause| refuse(cause.sqlstate(), cause.to_string()))?;
    Ok(lines(vec![format!("all rows of {table} deleted by a range tombstone")]))
}

fn step(state: &mut State, grain: Grain, count: u32) -> Outcome {
    let before = state.outbox.len();
    let far = state.now().add_nanos(sim_command::UNTIL_CAP_NANOS).min(CLOCK_MAX);
    for done in 0..count {
        let moved = match grain {
            Grain::Item => step_item(state, far),
            Grain::Job => state.run_next(CLOCK_MAX),
            Grain::Statement => step_statement(state),
        };
        if !moved && done == 0 {
            return Err(refuse(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                "nothing is on the agenda",
            ));
        }
        if !moved {
            break;
        }
    }
    Ok(lines(told(&state.outbox[before..], state.now())))
}

/// Runs the next thing that happens, if anything does; time stands still otherwise.
fn step_item(state: &mut State, far: Timestamp) -> bool {
    let due = state.agenda.next_due();
    let by_itself = nature::peek(state, far);
    due.into_iter().chain(by_itself).min().is_some_and(|at| state.run_one(at))
}

/// Runs the agenda until one more waiting statement has its answer.
fn step_statement(state: &mut State) -> bool {
    let waiting = state.waiting();
    if waiting == 0 {
        return false;
    }
    for _ in 0..ITEMS_MAX {
        if !state.run_next(CLOCK_MAX) {
            return false;
        }
        if state.waiting() < waiting {
            return true;
        }
    }
    false
}

fn until(state: &mut State, condition: &Condition, cap: i64) -> StatementResult {
    let before = state.outbox.len();
    let to = state.now().add_nanos(cap.max(0)).min(CLOCK_MAX);
    let mut met = holds(state, condition);
    let mut left = ITEMS_MAX;
    while !met && left > 0 {
        let seen = state.outbox.len();
        if !state.run_one(to) {
            break;
        }
        left -= 1;
        met = match condition {
            Condition::JobsDone => holds(state, condition),
            Condition::Gc | Condition::ChainTorn(_) | Condition::ChainBroken(_) => {
                state.outbox[seen..].iter().any(|event| is_it(event, condition))
            }
        };
    }
    let mut said = told(&state.outbox[before..], state.now());
    said.push(if met {
        "the condition holds".to_owned()
    } else if left == 0 {
        format!("stopped after {ITEMS_MAX} things on the agenda")
    } else {
        format!("stopped after {}", calendar::length(cap))
    });
    lines(said)
}

/// Whether a condition holds already.
fn holds(state: &mut State, condition: &Condition) -> bool {
    match condition {
        Condition::JobsDone => !state.jobs_run(),
        Condition::Gc => false,
        Condition::ChainTorn(name) => view::chains::any(state, name, |standing, now| {
            standing.gone || standing.torn_at.is_some_and(|at| at <= now)
        }),
        Condition::ChainBroken(name) => view::chains::any(state, name, |standing, _| standing.gone),
    }
}

fn is_it(event: &Event, condition: &Condition) -> bool {
    match condition {
        Condition::JobsDone => false,
        Condition::Gc => matches!(event.kind, Kind::Gc | Kind::ChainBroken),
        Condition::ChainTorn(name) => {
            event.kind == Kind::ChainTorn && event.subject.contains(name.as_str())
        }
        Condition::ChainBroken(name) => {
            event.kind == Kind::ChainBroken && event.subject.contains(name.as_str())
        }
    }
}
