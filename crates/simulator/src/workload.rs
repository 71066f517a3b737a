//! Statements that write in the background while time passes.
//!
//! ```text
//!   @workload bank every 12s..70s
//!   10* UPDATE bank.accounts SET balance = balance {+|-} {1..89} WHERE id = {101..108}
//!        └ weight                                   └ one of   └ a number between, both included
//! ```
//!
//! Shape: each tick draws one statement and fills its braces; it takes no time of its own, is not logged, and is not told
//! unless it begins to fail. Chance is forked by the workload's name, so that no other draw moves. Bounds: see the constants.

use std::sync::Arc;

use base::hlc::NANOS_PER_SEC;
use base::rng::Rng;
use protocol::agenda::Tone;
use protocol::result::ErrorReply;

use crate::event::{Event, Kind};
use crate::input::{SCENARIOS, SessionRef};
use crate::state::{Item, State};
use crate::{calendar, dispatch, scenario};

/// Most statements of a workload, their weights counted.
const STATEMENTS_MAX: usize = 1_000;

/// Shortest time between two ticks: a tenth of a second.
const EVERY_NANOS_MIN: i64 = NANOS_PER_SEC / 10;

/// Most workloads of a cluster.
const WORKLOADS_MAX: usize = 16;

/// A workload, running or yet to be started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Workload {
    pub(crate) name: String,
    /// Shortest and longest time between two ticks. *Units*: nanoseconds.
    pub(crate) every: (i64, i64),
    statements: Arc<Vec<(usize, String)>>,
    rng: Rng,
    /// Its last statement was refused.
    failing: bool,
}

impl Workload {
    /// What of it a state hash is made of.
    pub(crate) const fn hashed(&self) -> [u64; 3] {
        [
            self.rng.state(),
            base::num::as_unsigned(self.every.0),
            base::num::as_unsigned(self.every.1),
        ]
    }

    /// How often it writes, in words.
    pub(crate) fn every_words(&self) -> String {
        let (least, most) = self.every;
        if least == most {
            return format!("every {}", calendar::length(least));
        }
        format!("every {} to {}", calendar::length(least), calendar::length(most))
    }

    fn next_wait(&mut self) -> i64 {
        let (least, most) = self.every;
        let room = base::num::as_unsigned(most - least) / 1_000_000_000;
        // Whole seconds, so that moments can be read.
        let more = if room == 0 { 0 } else { self.rng.below(room + 1) };
        least + base::num::as_signed(more).saturating_mul(NANOS_PER_SEC)
    }

    fn draw(&mut self) -> Option<String> {
        let all: usize = self.statements.iter().map(|(weight, _)| weight).sum();
        let mut at = base::num::to_usize(self.rng.below(base::num::to_u64(all).max(1)));
        let statements = Arc::clone(&self.statements);
        let found = statements.iter().find(|(weight, _)| {
            let is_it = at < *weight;
            at = at.saturating_sub(*weight);
            is_it
        });
        found.map(|(_, text)| fill(text, &mut self.rng))
    }
}

/// Reads `NAME every 5s[..10s]` and the statements behind it, one a line.
///
/// *Errors*: what is missing or does not fit.
pub(crate) fn parse(head: &str, body: &str) -> Result<Workload, String> {
    let (name, every) = head.split_once(" every ").ok_or("want NAME every LENGTH")?;
    let mut statements = Vec::new();
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let weighted = line.split_once("* ").and_then(|(n, rest)| Some((n.parse().ok()?, rest)));
        let (weight, text) = weighted.unwrap_or((1, line));
        statements.push((weight, text.trim_end_matches(';').to_owned()));
    }
    let weights: usize =
        statements.iter().map(|(weight, _)| *weight).fold(0, usize::saturating_add);
    if statements.is_empty() || weights > STATEMENTS_MAX {
        return Err("want from 1 to 1000 statements".to_owned());
    }
    Ok(Workload {
        name: name.trim().to_owned(),
        every: parse_every(every)?,
        statements: Arc::new(statements),
        rng: Rng::new(0),
        failing: false,
    })
}

/// Reads `5s` or `5s..10s`.
pub(crate) fn parse_every(text: &str) -> Result<(i64, i64), String> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let length = |text: &str| {
        calendar::parse_length(text.trim())
            .filter(|nanos| *nanos >= EVERY_NANOS_MIN)
            .ok_or_else(|| format!("\"{text}\" is not a length of time of at least 100ms"))
    };
    let (least, most) = (length(least)?, length(most)?);
    if least > most { Err("the shorter time comes first".to_owned()) } else { Ok((least, most)) }
}

/// A workload of a scenario of ours, by its name.
pub(crate) fn known(name: &str) -> Option<Workload> {
    SCENARIOS.iter().find_map(|one| {
        let text = scenario::text(one.name);
        let (_, rest) = text.split_once(&format!("@workload {name} "))?;
        let (head, body) = rest.split_once('\n')?;
        let body = body.split("\n@").next().unwrap_or(body);
        parse(&format!("{name} {head}"), body).ok()
    })
}

/// The names of those.
pub(crate) fn names() -> Vec<&'static str> {
    let texts = SCENARIOS.iter().map(|one| one.text);
    let lines = texts.flat_map(|text| text.split("@workload ").skip(1));
    lines.filter_map(|rest| rest.split_once(' ').map(|(name, _)| name)).collect()
}

/// Lets a workload run on a cluster, in the place of one of the same name.
pub(crate) fn start(state: &mut State, cluster: &str, mut made: Workload) {
    stop(state, cluster, Some(&made.name));
    made.rng = state.rng.fork(&format!("workload/{cluster}/{}", made.name));
    let at = state.now().add_nanos(made.next_wait());
    let name = made.name.clone();
    let Some(found) = state.clusters.get_mut(cluster) else { return };
    if found.workloads.len() < WORKLOADS_MAX {
        found.workloads.insert(name.clone(), made);
        state.agenda.push(at, Item::Workload { cluster: cluster.to_owned(), name });
    }
}

/// Ends a workload, or all of a cluster; answers their names.
pub(crate) fn stop(state: &mut State, cluster: &str, which: Option<&str>) -> Vec<String> {
    let is_it = |name: &str| which.is_none_or(|which| which == name);
    let Some(found) = state.clusters.get_mut(cluster) else { return Vec::new() };
    let ended: Vec<String> = found.workloads.keys().filter(|name| is_it(name)).cloned().collect();
    found.workloads.retain(|name, _| !is_it(name));
    state.agenda.retain(|_, item| {
        !matches!(item, Item::Workload { cluster: of, name } if of == cluster && is_it(name))
    });
    ended
}

/// A tick: one statement, then the next tick.
pub(crate) fn tick(state: &mut State, cluster: &str, name: &str) {
    let now = state.now();
    let Some(found) = state.clusters.get_mut(cluster) else { return };
    let Some(running) = found.workloads.get_mut(name) else { return };
    let (statement, wait) = (running.draw(), running.next_wait());
    let was_failing = running.failing;
    let at = now.add_nanos(wait);
    let again = Item::Workload { cluster: cluster.to_owned(), name: name.to_owned() };
    state.agenda.push(at, again);
    let Some(statement) = statement else { return };
    let who = SessionRef { name: "workload".to_owned(), ..SessionRef::of(cluster, "root") };
    let refused = run(state, cluster, &Arc::new(who), &statement).err();
    // A key that is there already is no failure: chance draws keys twice.
    let refused = refused.filter(|error| !error.code.starts_with("23"));
    let is_failing = refused.is_some();
    if let Some(error) = refused.filter(|_| !was_failing) {
        let words = format!("workload {name} is refused: {}", error.message);
        state.note(Event::new(now, Kind::Cluster, Tone::Warn, words));
    } else if was_failing && !is_failing {
        let words = format!("workload {name} goes through again");
        state.note(Event::new(now, Kind::Cluster, Tone::Safe, words));
    }
    let running = state.clusters.get_mut(cluster).and_then(|one| one.workloads.get_mut(name));
    if let Some(running) = running {
        running.failing = is_failing;
    }
}

/// Runs one statement without letting time pass.
fn run(
    state: &mut State,
    cluster: &str,
    who: &Arc<SessionRef>,
    statement: &str,
) -> Result<(), ErrorReply> {
    dispatch::admit(state, cluster, who)?;
    for one in dispatch::parse(state, cluster, statement)? {
        dispatch::carry_out(state, cluster, who, &one.stmt)?;
    }
    dispatch::settle(state, cluster);
    Ok(())
}

/// Fills the braces of a statement: `{1..9}` with a number, `{a|b}` with one of them; others stay as they are.
fn fill(text: &str, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((inside, behind)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        let bounds = inside.split_once("..").and_then(|(low, high)| {
            let (low, high): (u64, u64) = (low.parse().ok()?, high.parse().ok()?);
            (low <= high && high < u64::MAX).then_some((low, high))
        });
        match bounds {
            Some((low, high)) => out.push_str(&(low + rng.below(high - low + 1)).to_string()),
            None if inside.contains('|') => {
                let count = inside.split('|').count();
                let at = base::num::to_usize(rng.below(base::num::to_u64(count)));
                out.push_str(inside.split('|').nth(at).unwrap_or_default());
            }
            None => {
                out.push('{');
                out.push_str(inside);
                out.push('}');
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_filled() {
        let mut rng = Rng::new(7);
        for _ in 0..50 {
            let text = fill("a {1..3} {x|y} {json: 1} {", &mut rng);
            let words: Vec<&str> = text.split(' ').collect();
            assert!(["1", "2", "3"].contains(&words[1]) && ["x", "y"].contains(&words[2]));
            assert!(text.ends_with("{json: 1} {"), "{text}");
        }
    }

    #[test]
    fn ours_are_known_by_name() {
        assert_eq!(names(), ["bank", "movr", "orders", "kv"]);
        for name in names() {
            assert!(known(name).is_some(), "{name}");
        }
        assert!(parse("x every 1ms", "SELECT 1").is_err());
    }
}
