//! What will happen next, and what it will break.
//!
//! Shape: items of the agenda, and what happens by itself up to a horizon, computed in closed form (module `nature`), soonest
//! first. Nothing runs ahead, so looking costs no more than listing.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::num;
use protocol::agenda::{AgendaItem, AgendaKind, AgendaView, Consequence, Tone};
use protocol::time::Nanos;

use super::words;
use crate::chains::{Chain, Collection};
use crate::nature::{self, Coming, Fate, Nature};
use crate::state::{Item, State};

/// How far ahead is looked: 30 days.
const HORIZON_NANOS: i64 = 30 * 86_400 * NANOS_PER_SEC;

/// Most items given, whatever was asked for.
const ITEMS_MAX: usize = 500;

pub(crate) fn agenda(state: &mut State, limit: u32) -> AgendaView {
    let now = state.now();
    let to = now.add_nanos(HORIZON_NANOS);
    let mut items: Vec<AgendaItem> = state
        .agenda
        .iter()
        .filter(|(slot, _)| slot.due <= to)
        .filter_map(|(slot, item)| job_step(state, slot.due, item))
        .collect();
    items.extend(super::schedules::firings(state).filter(|item| item.due.0 <= to.wall));
    let nature = nature::known(state);
    items.extend(nature.coming.iter().filter(|one| one.at > now && one.at <= to).map(fate));
    items.extend(next_visit(state, &nature, now, to));
    items.sort_by_key(|item| item.due);
    let all = items.len();
    items.truncate(num::index(limit).min(ITEMS_MAX));
    AgendaView {
        now: Nanos(now.wall),
        more: num::to_u32(all - items.len()),
        items,
        horizon: Nanos(HORIZON_NANOS),
    }
}

fn job_step(state: &State, due: Timestamp, item: &Item) -> Option<AgendaItem> {
    let Item::JobStep { cluster, job, background } = item else { return None };
    let title = if *background {
        format!("job {job} clears what was dropped")
    } else {
        format!("job {job} takes its next step")
    };
    let detail =
        if state.clusters.len() > 1 { format!("on cluster {cluster}") } else { String::new() };
    Some(AgendaItem {
        due: Nanos(due.wall),
        kind: AgendaKind::Job,
        title,
        subject: Some(job.to_string()),
        detail,
        ..AgendaItem::default()
    })
}

fn fate(one: &Coming) -> AgendaItem {
    let Coming { collection, subdir, table, .. } = one;
    let ttl = words::ttl(one.ttl_secs);
    let (kind, title, detail, tone, says) = match one.fate {
        Fate::Torn => (
            AgendaKind::Ttl,
            format!("the TTL of {table} passes the end of chain {collection}"),
            format!(
                "{subdir}: gc.ttlseconds of {table} is {ttl}; a longer one set before GC visits would keep the chain"
            ),
            Tone::Warn,
            "cannot be extended",
        ),
        Fate::Broken => (
            AgendaKind::Gc,
            format!("GC reaches the end of chain {collection}"),
            format!("{subdir}: GC of {table} moves its threshold past the chain's end for good"),
            Tone::Breaks,
            "breaks a chain",
        ),
    };
    AgendaItem {
        due: Nanos(one.at.wall),
        kind,
        title,
        subject: Some(table.clone()),
        detail,
        consequence: Some(Consequence { tone, words: says.to_owned() }),
        repeats: 0,
    }
}

/// The next visit of GC that removes something; those that find nothing are not told.
fn next_visit(state: &State, nature: &Nature, now: Timestamp, to: Timestamp) -> Option<AgendaItem> {
    let (at, tables) = nature::next_removals(state, now, to)?;
    let subject = tables.join(", ");
    let many = tables.len() > 1;
    let held = tables.iter().all(|table| nature.collections.iter().any(|one| holds(one, table)));
    let (tone, says) = match (held, many) {
        (true, _) => (Tone::Neutral, "frees space"),
        (false, true) => (Tone::Warn, "no backup of them"),
        (false, false) => (Tone::Warn, "no backup of it"),
    };
    Some(AgendaItem {
        due: Nanos(at.wall),
        kind: AgendaKind::Gc,
        title: format!("GC removes old versions of {subject}"),
        subject: Some(subject),
        detail: "what was overwritten or deleted a TTL ago; visits that find nothing are not told"
            .to_owned(),
        consequence: Some(Consequence { tone, words: says.to_owned() }),
        repeats: 0,
    })
}

/// Whether a chain of the collection has the table in it.
fn holds(collection: &Collection, table: &str) -> bool {
    let manifests = collection.chains.iter().filter_map(Chain::last);
    manifests.flat_map(|manifest| manifest.descriptors()).any(|one| one.name() == table)
}
