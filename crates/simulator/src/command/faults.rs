//! Faults carried out: now, or put on the agenda.
//!
//! Shape: state and fault → what to say and what followed. Each is an input of the log; one that was put off is an item of
//! the agenda, and happens to the cluster for which it was meant.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::sqlstate::SqlState;
use cloud::bucket::Trouble;
use protocol::agenda::Tone;

use super::{Outcome, Refusal, hand, lines, refuse, store_error};
use crate::calendar;
use crate::event::{Event, Kind};
use crate::nodes;
use crate::sim_command::fault::{Fault, Planned, StoreVerb, When};
use crate::sim_command::{self, Command};
use crate::state::{CLOCK_MAX, Item, State};

/// Most faults that may wait on the agenda.
const PLANNED_MAX: usize = 1_000;

/// A fault as it was typed.
pub(super) fn fault(state: &mut State, line: &str, planned: &Planned) -> Outcome {
    let cluster = state.current.clone();
    let Some(when) = &planned.when else {
        let before = state.outbox.len();
        let said = carry_out(state, &cluster, &planned.fault)?;
        let mut out = vec![said];
        // The first event is what was just said.
        out.extend(state.outbox.iter().skip(before + 1).map(|event| event.words.to_string()));
        return Ok(lines(out));
    };
    let at = moment(state, when)?;
    let waiting =
        state.agenda.iter().filter(|(_, item)| matches!(item, Item::Fault { .. })).count();
    if waiting >= PLANNED_MAX {
        return Err(refuse(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many faults wait already"));
    }
    let line = without_when(line);
    let said = format!("{}: {line}", calendar::short(at));
    state.agenda.push(at, Item::Fault { cluster, line: Arc::from(line) });
    Ok(lines(vec![said]))
}

fn moment(state: &State, when: &When) -> Result<Timestamp, Refusal> {
    let now = state.now();
    let at = match when {
        When::In(nanos) => Some(now.add_nanos(*nanos)),
        When::At(text) => calendar::parse_moment(text, now),
    };
    at.filter(|at| *at > now && *at <= CLOCK_MAX).ok_or_else(|| {
        refuse(SqlState::INVALID_PARAMETER_VALUE, "a fault can only be put off to a moment to come")
    })
}

/// The line without `\sim` before it and its time behind it.
fn without_when(line: &str) -> &str {
    let line = line.trim().trim_end_matches(';').trim_end();
    let line = line.strip_prefix("\\sim").map_or(line, str::trim_start);
    let cut = line.rfind(" at ").into_iter().chain(line.rfind(" in ")).max();
    cut.map_or(line, |cut| line[..cut].trim_end())
}

/// A fault that was put off comes.
pub(crate) fn fault_due(state: &mut State, cluster: &str, line: &str) {
    let outcome = match sim_command::parse(line) {
        Ok(Command::Fault(planned)) => carry_out(state, cluster, &planned.fault),
        Ok(_) | Err(_) => return,
    };
    if let Err(Refusal(_, message)) = outcome {
        let words = format!("{line}: {message}");
        state.note(Event::new(state.now(), Kind::Node, Tone::Neutral, words));
    }
}

fn carry_out(state: &mut State, cluster: &str, fault: &Fault) -> Result<String, Refusal> {
    match fault {
        Fault::Node(..)
        | Fault::Join(_)
        | Fault::Partition(_)
        | Fault::Heal
        | Fault::Clock(..)
        | Fault::Link(..) => nodes::befall(state, cluster, fault),
        Fault::Store(verb, uri) => store(state, cluster, *verb, uri),
        Fault::Rm(uri) => {
            let gone = cloud::fault::rm(&mut state.buckets, uri, hand(cluster));
            let gone = gone.map_err(|cause| store_error(&cause))?;
            Ok(bucket_changed(
                state,
                Tone::Warn,
                format!("{gone} objects removed at {}", bare(uri)),
            ))
        }
        Fault::Copy(from, to) => {
            let now = state.now();
            cloud::fault::copy(&mut state.buckets, from, to, hand(cluster), now)
                .map_err(|cause| store_error(&cause))?;
            let words = format!("{} copied to {}", bare(from), bare(to));
            Ok(bucket_changed(state, Tone::Warn, words))
        }
        Fault::Flip(uri, byte) => {
            let now = state.now();
            let at = cloud::fault::flip(&mut state.buckets, uri, *byte, hand(cluster), now);
            let at = at.map_err(|cause| store_error(&cause))?;
            let words = format!("a bit of byte {at} flipped in {}", bare(uri));
            Ok(bucket_changed(state, Tone::Warn, words))
        }
        Fault::Truncate(uri, bytes) => {
            let now = state.now();
            let left = cloud::fault::truncate(&mut state.buckets, uri, *bytes, hand(cluster), now);
            let left = left.map_err(|cause| store_error(&cause))?;
            Ok(bucket_changed(state, Tone::Warn, format!("{} cut to {left} bytes", bare(uri))))
        }
    }
}

fn store(state: &mut State, cluster: &str, verb: StoreVerb, uri: &str) -> Result<String, Refusal> {
    let (trouble, words) = match verb {
        StoreVerb::Outage => (Some(Trouble::Outage), "does not answer any more"),
        StoreVerb::Deny => (Some(Trouble::Denied), "denies access"),
        StoreVerb::Expire => (Some(Trouble::Expired), "takes the credentials for expired"),
        StoreVerb::Slow => (Some(Trouble::Slow), "answers late"),
        StoreVerb::Throttle => (Some(Trouble::Throttled), "is throttled"),
        StoreVerb::Lock => {
            (Some(Trouble::Locked), "is locked: nothing in it can be deleted or changed")
        }
        StoreVerb::Allow => (None, "answers as it should"),
    };
    let store = match trouble {
        Some(trouble) => cloud::fault::trouble(&mut state.buckets, uri, trouble, hand(cluster)),
        None => cloud::fault::allow(&mut state.buckets, uri, hand(cluster)),
    };
    let store = store.map_err(|cause| store_error(&cause))?;
    let tone = if trouble.is_some() { Tone::Warn } else { Tone::Safe };
    let words = format!("{}://{} {words}", store.scheme.name(), store.host);
    Ok(bucket_changed(state, tone, words))
}

pub(super) fn bucket_changed(state: &mut State, tone: Tone, words: String) -> String {
    state.forget_forecast();
    let event = Event::new(state.now(), Kind::Bucket, tone, words.clone());
    state.note(event);
    words
}

/// A URI without its parameters, which may hold secrets.
pub(super) fn bare(uri: &str) -> &str {
    uri.split('?').next().unwrap_or(uri)
}
