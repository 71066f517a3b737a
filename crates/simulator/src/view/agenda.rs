//! What will happen next, and what it will break.
//!
//! Shape: items of the agenda, and what happens by itself up to a horizon, computed in closed form (module `nature`), soonest
//! first. Only a fault that was put off costs more than listing: a copy of the world runs ahead to it.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::JobId;
use base::num;
use base::sort;
use protocol::agenda::{AgendaItem, AgendaKind, AgendaView, Consequence, Tone};
use protocol::time::Nanos;

use super::{forecast, words};
use crate::chains::{Chain, Collection};
use crate::nature::{self, Coming, Fate, Nature};
use crate::nodes;
use crate::state::{Item, State};
use crate::workload::Workload;

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
        .filter_map(|(slot, item)| one_item(state, slot.due, item))
        .collect();
    items.extend(super::schedules::firings(state).filter(|item| item.due.0 <= to.wall));
    let nature = nature::known(state);
    items.extend(fates(nature.coming.iter().filter(|one| one.at > now && one.at <= to)));
    items.extend(next_visit(state, &nature, now, to));
    sort::by_key(&mut items, |item| item.due);
    let all = items.len();
    items.truncate(num::index(limit).min(ITEMS_MAX));
    AgendaView {
        now: Nanos(now.wall),
        more: num::to_u32(all - items.len()),
        items,
        horizon: Nanos(HORIZON_NANOS),
    }
}

fn one_item(state: &State, due: Timestamp, item: &Item) -> Option<AgendaItem> {
    let (cluster, item) = match item {
        Item::JobStep { cluster, job, background } => (cluster, job_step(*job, *background)),
        Item::Liveness { cluster } => (cluster, liveness(state, cluster, due)),
        Item::Replicate { cluster, change } => (cluster, replicate(state, cluster, change)),
        Item::Fault { cluster, line } => (cluster, planned(state, due, line)),
        Item::Workload { cluster, name } => (cluster, workload(state, cluster, name)),
        // What schedules do is told by their own view.
        Item::Scheduler { .. } => return None,
    };
    let mut item = AgendaItem { due: Nanos(due.wall), ..item };
    if state.clusters.len() > 1 {
        item.detail = format!(
            "on cluster {cluster}{}{}",
            if item.detail.is_empty() { "" } else { ": " },
            item.detail
        );
    }
    Some(item)
}

fn job_step(job: JobId, background: bool) -> AgendaItem {
    let title = if background {
        format!("job {job} clears what was dropped")
    } else {
        format!("job {job} takes its next step")
    };
    AgendaItem {
        kind: AgendaKind::Job,
        title,
        subject: Some(job.to_string()),
        ..AgendaItem::default()
    }
}

fn says(tone: Tone, words: &str) -> Consequence {
    Consequence { tone, words: words.to_owned() }
}

/// Nodes whose record runs out, or that count as dead from then on; and what that does, found out on a copy.
fn liveness(state: &State, name: &str, due: Timestamp) -> AgendaItem {
    let Some(cluster) = state.clusters.get(name) else { return AgendaItem::default() };
    let mut ahead = cluster.kv.clone();
    let before = nodes::toll(&ahead);
    let told = ahead.expire(due);
    let after = nodes::toll(&ahead);
    let names = |dead: bool| -> Vec<String> {
        told.iter().filter(|(_, is)| *is == dead).map(|(id, _)| format!("n{id}")).collect()
    };
    let (silent, dead) = (names(false), names(true));
    let consequence = if !dead.is_empty() {
        match ahead.next_change(false) {
            Some(_) => says(Tone::Safe, "replicas are replaced"),
            None => says(Tone::Warn, "no room to replace its replicas"),
        }
    } else if after.waiting < before.waiting {
        says(Tone::Safe, "leases move, ranges answer again")
    } else if after.lost > 0 {
        says(Tone::Breaks, "ranges stay without a majority")
    } else {
        says(Tone::Neutral, "leases move")
    };
    let title = if dead.is_empty() {
        format!("the liveness record of {} runs out", silent.join(", "))
    } else {
        format!("{} counts as dead", dead.join(", "))
    };
    let subject = silent.first().or(dead.first()).cloned();
    let consequence = Some(consequence);
    AgendaItem { kind: AgendaKind::Fault, title, subject, consequence, ..AgendaItem::default() }
}

fn replicate(state: &State, name: &str, change: &kv::Change) -> AgendaItem {
    let Some(cluster) = state.clusters.get(name) else { return AgendaItem::default() };
    AgendaItem {
        kind: AgendaKind::Other,
        title: nodes::change_words(cluster, change, state.now(), false),
        consequence: Some(says(Tone::Safe, "ranges move")),
        ..AgendaItem::default()
    }
}

fn workload(state: &State, cluster: &str, name: &str) -> AgendaItem {
    let running = state.clusters.get(cluster).and_then(|found| found.workloads.get(name));
    AgendaItem {
        kind: AgendaKind::Other,
        title: format!("workload {name} writes"),
        subject: Some(name.to_owned()),
        detail: running.map(Workload::every_words).unwrap_or_default(),
        ..AgendaItem::default()
    }
}

/// A fault to come, and what it would do: a throw-away copy of the world runs ahead to it.
fn planned(state: &State, due: Timestamp, line: &str) -> AgendaItem {
    let shown: Vec<&str> =
        line.split(' ').map(|word| word.split('?').next().unwrap_or(word)).collect();
    AgendaItem {
        kind: AgendaKind::Fault,
        title: format!("\\sim {}", shown.join(" ")),
        consequence: forecast::of_fault(state, due),
        ..AgendaItem::default()
    }
}

/// What befalls chains: one line for all chains of a collection that the same befalls at the same time.
fn fates<'a>(coming: impl Iterator<Item = &'a Coming>) -> Vec<AgendaItem> {
    let mut groups: Vec<(&Coming, Vec<&str>)> = Vec::new();
    for one in coming {
        let same = |first: &Coming| {
            // To the second: what is shown as one time is one line.
            let second = |one: &Coming| one.at.wall.div_euclid(NANOS_PER_SEC);
            (second(first), first.fate, &first.collection, &first.table)
                == (second(one), one.fate, &one.collection, &one.table)
        };
        match groups.iter_mut().find(|(first, _)| same(first)) {
            Some((_, chains)) => chains.push(&one.subdir),
            None => groups.push((one, vec![&one.subdir])),
        }
    }
    groups.into_iter().map(|(one, chains)| fate(one, &chains)).collect()
}

fn fate(one: &Coming, chains: &[&str]) -> AgendaItem {
    let Coming { collection, table, .. } = one;
    let ttl = words::ttl(one.ttl_secs);
    let (ends, listed) = match chains {
        [only] => (format!("the end of chain {only} in {collection}"), String::new()),
        more => {
            (format!("the end of {} chains in {collection}", more.len()), more.join(", ") + ": ")
        }
    };
    let (kind, title, detail, tone, says) = match one.fate {
        Fate::Torn => (
            AgendaKind::Ttl,
            format!("the TTL of {table} passes {ends}"),
            format!(
                "{listed}gc.ttlseconds of {table} is {ttl}; a longer one set before GC visits would keep it"
            ),
            Tone::Warn,
            "cannot be extended",
        ),
        Fate::Broken => (
            AgendaKind::Gc,
            format!("GC reaches {ends}"),
            format!("{listed}GC of {table} moves its threshold past the end for good"),
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
    // The table comes with its database in front.
    let name = table.rsplit('.').next().unwrap_or(table);
    manifests
        .flat_map(backup::manifest::model::BackupManifest::descriptors)
        .any(|one| one.name() == name)
}
