//! Two lines of moments side by side: where they part, and what came of it.
//!
//! ```text
//!   main     ──4──┬─ gc.ttlseconds 600 ──▶ GC passed the end of the chain ──▶ incremental refused
//!   what-if       └─ gc.ttlseconds 90000 ▶ …                              ──▶ chain of 3 layers
//!              part after input 4    first event that differs    chains · errors · rows
//! ```
//!
//! Shape: two states at the ends of their lines → sentences, the first divergence first. Nothing is changed.
//! Source: `spec/time.md` 3.

use base::hlc::Timestamp;
use base::map::{Map, Set};
use kv::VersionState;
use protocol::agenda::Tone;
use protocol::chain::ChainMap;
use sql::catalog::descpb::State as DescState;

use super::{Outcome, line_index, lines};
use crate::calendar;
use crate::event::{Event, Kind};
use crate::input::Input;
use crate::state::State;
use crate::view;
use crate::world::World;

/// Most differences of one kind that are told; the rest are counted.
const TOLD_MAX: usize = 20;

/// Most rows of a table that are compared.
const ROWS_MAX: usize = 50_000;

/// Compares the ends of two lines.
pub(super) fn diff(world: &World, a: &str, b: &str) -> Outcome {
    let (at_a, at_b) = (line_index(world, a)?, line_index(world, b)?);
    let mut sides = [side(world, at_a), side(world, at_b)];
    let mut out = vec![parting(world, at_a, at_b)];
    let names = [a, b];
    out.push(first_event(world, at_a, at_b, names));
    let maps = sides.each_mut().map(view::chains::map);
    push(&mut out, "chains", chains(&maps, names));
    push(&mut out, "errors", errors(world, at_a, at_b, names));
    push(&mut out, "rows", rows(&sides, names));
    Ok(lines(out))
}

/// The state at the end of a line.
fn side(world: &World, line: usize) -> State {
    let known = &world.lines[line];
    let is_here = line == world.line && world.cursor == known.log.len() && !world.off_log;
    if is_here { world.state.clone() } else { known.state_at(known.log.len()).0 }
}

fn push(out: &mut Vec<String>, what: &str, mut found: Vec<String>) {
    if found.is_empty() {
        out.push(format!("{what}: the same"));
        return;
    }
    let more = found.len().saturating_sub(TOLD_MAX);
    found.truncate(TOLD_MAX);
    out.push(format!("{what}:"));
    out.extend(found.into_iter().map(|line| format!("  {line}")));
    if more > 0 {
        out.push(format!("  … and {more} more"));
    }
}

fn shared_inputs(world: &World, a: usize, b: usize) -> usize {
    let (a, b) = (&world.lines[a], &world.lines[b]);
    if a.seed() != b.seed() {
        return 0;
    }
    let pairs = a.log.iter().zip(&b.log);
    pairs.take_while(|(one, other)| one.input == other.input).count()
}

/// Most characters of an input that is told.
const INPUT_CHARS_MAX: usize = 120;

/// An input on one line, cut where it is long.
fn short(input: &Input) -> String {
    let text = view::timeline::text(input);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let text = text.trim_end_matches(';');
    match text.char_indices().nth(INPUT_CHARS_MAX) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// After which input they part, and how each goes on.
fn parting(world: &World, a: usize, b: usize) -> String {
    let shared = shared_inputs(world, a, b);
    let next = |line: usize| {
        let line = &world.lines[line];
        match line.log.get(shared) {
            Some(logged) => format!("{} goes on with {}", line.name, short(&logged.input)),
            None => format!("{} ends there", line.name),
        }
    };
    if shared == world.lines[a].log.len() && shared == world.lines[b].log.len() {
        return "the same inputs".to_owned();
    }
    let at = calendar::short(world.lines[a].time_at(shared));
    format!("they part after input {shared} ({at}): {}, {}", next(a), next(b))
}

/// The first thing that happened on one line only; what was said does not count.
fn first_event(world: &World, a: usize, b: usize, names: [&str; 2]) -> String {
    let own = |line: usize| world.lines[line].events.iter().filter(|e| e.kind != Kind::Statement);
    let (mut left, mut right) = (own(a), own(b));
    loop {
        let (one, other) = (left.next(), right.next());
        let told = |event: Option<&Event>| match event {
            Some(event) => format!("{} {}", calendar::short(event.at), event.words),
            None => "nothing more".to_owned(),
        };
        match (one, other) {
            (None, None) => return "the same events".to_owned(),
            (Some(x), Some(y)) if (x.at, &x.words) == (y.at, &y.words) => {}
            (x, y) => {
                return format!(
                    "first event that differs: {}: {} · {}: {}",
                    names[0],
                    told(x),
                    names[1],
                    told(y)
                );
            }
        }
    }
}

/// What a chain is in one line's map, in words.
fn chain_words(map: &ChainMap) -> Map<(String, String), String> {
    let mut found = Map::new();
    for collection in &map.collections {
        for chain in &collection.chains {
            let count = chain.layers.len();
            let layers = if count == 1 { "1 layer".to_owned() } else { format!("{count} layers") };
            let words = format!("{layers}, {}, {}", chain.words, chain.restore_words);
            found.insert((collection.name.clone(), chain.subdir.clone()), words);
        }
    }
    found
}

fn chains(maps: &[ChainMap; 2], names: [&str; 2]) -> Vec<String> {
    let [a, b] = [chain_words(&maps[0]), chain_words(&maps[1])];
    differences(&a, &b, names, |(collection, subdir)| format!("{subdir} in {collection}"))
}

/// What differs between two tables of words.
fn differences<K: Ord>(
    a: &Map<K, String>,
    b: &Map<K, String>,
    names: [&str; 2],
    say: impl Fn(&K) -> String,
) -> Vec<String> {
    let keys: Set<&K> = a.keys().chain(b.keys()).collect();
    let word = |known: Option<&String>| known.map_or("none", String::as_str).to_owned();
    keys.into_iter()
        .filter(|key| a.get(*key) != b.get(*key))
        .map(|key| {
            let (one, other) = (word(a.get(key)), word(b.get(key)));
            format!("{}: {}: {one} · {}: {other}", say(key), names[0], names[1])
        })
        .collect()
}

/// Statements that were refused and things that broke on one line only.
fn errors(world: &World, a: usize, b: usize, names: [&str; 2]) -> Vec<String> {
    let of = |line: usize| -> Set<(Timestamp, String)> {
        let is_bad = |event: &&Event| {
            event.tone == Tone::Breaks
                || (event.kind == Kind::Statement && event.tone == Tone::Warn)
        };
        let events = world.lines[line].events.iter().filter(is_bad);
        events.map(|event| (event.at, event.words.to_string())).collect()
    };
    let sides = [of(a), of(b)];
    let mut out = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let other = &sides[1 - at];
        for event in sides[at].iter().filter(|event| !other.contains(*event)) {
            out.push(format!("only {name}: {} {}", calendar::short(event.0), event.1));
        }
    }
    out
}

/// The rows of a table by key: what is behind the table's own prefix, and the value without its checksum.
type Rows = Map<Vec<u8>, Vec<u8>>;

fn table_rows(state: &State) -> Map<String, Rows> {
    let mut found = Map::new();
    for (name, cluster) in &state.clusters {
        let Some(snapshot) = cluster.look(state.now()) else { continue };
        for desc in snapshot.tables() {
            let Some(table) = snapshot.table(desc.id) else { continue };
            if snapshot.is_system(desc.id) || desc.state() == DescState::Drop {
                continue;
            }
            let span = table.codec.primary.span();
            let cut = span.start.len();
            let versions = cluster.kv.versions(&span, ROWS_MAX);
            let live = versions.into_iter().filter(|version| version.state == VersionState::Live);
            let rows = live.map(|version| {
                let value = version.value.get(4..).unwrap_or_default().to_vec();
                (version.key.get(cut..).unwrap_or_default().to_vec(), value)
            });
            let title = snapshot.full_name(desc).join(".");
            found.insert(format!("{name}: {title}"), rows.collect());
        }
    }
    found
}

fn rows(sides: &[State; 2], names: [&str; 2]) -> Vec<String> {
    let [a, b] = [table_rows(&sides[0]), table_rows(&sides[1])];
    let tables: Set<&String> = a.keys().chain(b.keys()).collect();
    let mut out = Vec::new();
    for table in tables {
        let words = match (a.get(table), b.get(table)) {
            (Some(one), Some(other)) => {
                let only =
                    |x: &Rows, y: &Rows| x.keys().filter(|key| !y.contains_key(*key)).count();
                let changed = one
                    .iter()
                    .filter(|(key, value)| other.get(*key).is_some_and(|theirs| theirs != *value));
                let counts = (only(one, other), only(other, one), changed.count());
                if counts == (0, 0, 0) {
                    continue;
                }
                format!(
                    "{} only in {}, {} only in {}, {} with other values",
                    counts.0, names[0], counts.1, names[1], counts.2
                )
            }
            (Some(_), None) => format!("only in {}", names[0]),
            (None, _) => format!("only in {}", names[1]),
        };
        // The cluster is named only where there are several.
        let several = sides.iter().any(|state| state.clusters.len() > 1);
        let bare = table.split_once(": ").map_or(table.as_str(), |(_, bare)| bare);
        out.push(format!("{}: {words}", if several { table.as_str() } else { bare }));
    }
    out
}
