//! Commands that change the world: clusters made, time run to something.
//!
//! Shape: state → what to say. Each is an input of the log, so none asks for anything but the state.

use base::hlc::Timestamp;
use base::sqlstate::SqlState;
use cloud::kms::KeyState;
use protocol::agenda::Tone;
use protocol::result::StatementResult;

use super::faults::bucket_changed;
use super::{Outcome, Refusal, lines, named, refuse, store_error, told};
use crate::calendar;
use crate::cluster::Cluster;
use crate::event::{Event, Kind};
use crate::job;
use crate::nature;
use crate::sim_command::{self, Condition, Grain, NewCluster};
use crate::state::{CLOCK_MAX, ITEMS_MAX, Item, State};
use crate::view;
use crate::workload;

/// All nodes stop and start at once: what is not in rows or buckets is gone, and jobs are taken up from their rows.
pub(super) fn crash(state: &mut State) -> StatementResult {
    let name = state.current.clone();
    if let Some(cluster) = state.clusters.get_mut(&name) {
        cluster.forget();
        cluster.push(&mut state.clock);
    }
    job::adopt(state, &name);
    state.forget_forecast();
    let words = format!("all nodes of {name} stopped and started: sessions ended");
    let event = Event::new(state.now(), Kind::Cluster, Tone::Warn, words.clone());
    state.note(event);
    lines(vec![words])
}

pub(super) fn kms(state: &mut State, to: KeyState, uri: &str) -> Outcome {
    let key = cloud::kms::named(uri).map_err(|cause| store_error(&cause))?;
    let words = format!("{} key {} is {}", key.service(), key.name(), to.word());
    state.buckets.kms.set(key, to).map_err(|cause| store_error(&cause))?;
    Ok(lines(vec![bucket_changed(state, Tone::Warn, words)]))
}

pub(super) fn cluster_new(state: &mut State, new: &NewCluster) -> Outcome {
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

pub(super) fn cluster_use(state: &mut State, name: String) -> Outcome {
    if !state.clusters.contains_key(&name) {
        return Err(unknown_cluster(&name));
    }
    let said = format!("on cluster {name}");
    state.current = name;
    Ok(lines(vec![said]))
}

pub(super) fn workload_start(state: &mut State, name: &str, every: Option<&str>) -> Outcome {
    let mut made = workload::known(name).ok_or_else(|| {
        let known = workload::names().join(", ");
        refuse(SqlState::UNDEFINED_OBJECT, format!("there is no workload \"{name}\": {known}"))
    })?;
    if let Some(every) = every {
        let every = workload::parse_every(every);
        made.every = every.map_err(|cause| refuse(SqlState::INVALID_PARAMETER_VALUE, cause))?;
    }
    let words = format!("workload {name} writes {}", made.every_words());
    let cluster = state.current.clone();
    workload::start(state, &cluster, made);
    let event = Event::new(state.now(), Kind::Cluster, Tone::Neutral, words.clone());
    state.note(event);
    Ok(lines(vec![words]))
}

pub(super) fn workload_stop(state: &mut State, name: Option<&str>) -> StatementResult {
    let cluster = state.current.clone();
    let ended = workload::stop(state, &cluster, name);
    if ended.is_empty() {
        return lines(vec!["no workload runs".to_owned()]);
    }
    let words = format!("workload {} ended", ended.join(", "));
    let event = Event::new(state.now(), Kind::Cluster, Tone::Neutral, words.clone());
    state.note(event);
    lines(vec![words])
}

pub(super) fn range_delete(state: &mut State, cluster: &str, table: &str) -> Outcome {
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

pub(super) fn step(state: &mut State, grain: Grain, count: u32) -> Outcome {
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
    // What a workload writes is no step: it goes on beside them.
    let is_step = |item: &Item| !matches!(item, Item::Workload { .. });
    let due = state.agenda.iter().find(|(_, item)| is_step(item)).map(|(slot, _)| slot.due);
    let by_itself = nature::peek(state, far);
    let Some(at) = due.into_iter().chain(by_itself).min() else { return false };
    let mut left = ITEMS_MAX;
    while left > 0 && writes_before(state, at) && state.run_next(at) {
        left -= 1;
    }
    state.run_one(at)
}

fn writes_before(state: &State, at: Timestamp) -> bool {
    let next = state.agenda.iter().next();
    next.is_some_and(|(slot, item)| slot.due <= at && matches!(item, Item::Workload { .. }))
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

pub(super) fn until(state: &mut State, condition: &Condition, cap: i64) -> StatementResult {
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
