//! What happens by itself: garbage collection, and what it does to chains.
//!
//! ```text
//!   visits      :00      :10      :20      :30        every 10 virtual minutes, each range
//!   chain end E ─┤  ◀── ttl ──▶ │ torn   │ broken
//!                               E + ttl   first visit at or after E + ttl
//! ```
//!
//! Shape: nothing of this is stored on the agenda. Visits that remove something and the moments that befall chains are
//! computed in closed form; all other visits are skipped, and a range's threshold is brought to where they would have left
//! it before anyone can look. That is exact, since between two inputs neither zones nor protections change, except at the
//! agenda's items, at which time stops. Units: nanoseconds. Source: `spec/gc-and-protected-timestamps.md` §3, §4.

use std::sync::Arc;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::RangeId;
use base::sort;
use protocol::agenda::Tone;

use crate::chains::{self, Chain, Collection};
use crate::cluster::Cluster;
use crate::event::{Event, Kind};
use crate::state::State;

/// Time between two visits of GC to one range.
pub(crate) const VISIT_NANOS: i64 = 600 * NANOS_PER_SEC;

/// What is known of the chains, and what will befall them if nobody acts.
#[derive(Clone, Debug)]
pub(crate) struct Nature {
    pub(crate) collections: Arc<Vec<Collection>>,
    /// Soonest first.
    pub(crate) coming: Arc<Vec<Coming>>,
}

/// What befalls a chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Fate {
    /// The TTL passes its end.
    Torn,
    /// A threshold passes its end.
    Broken,
}

/// Something that will befall a chain.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Coming {
    pub(crate) at: Timestamp,
    pub(crate) fate: Fate,
    pub(crate) collection: Arc<str>,
    pub(crate) subdir: String,
    /// The table whose TTL does it.
    pub(crate) table: String,
    pub(crate) ttl_secs: i64,
}

/// How one chain stands, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    /// When the TTL passes (or passed) its end; `None` if protection or the rules never let that happen.
    pub(crate) torn_at: Option<Timestamp>,
    /// When the threshold passes (or passed) its end.
    pub(crate) broken_at: Option<Timestamp>,
    /// Whether a threshold has passed its end already.
    pub(crate) gone: bool,
    /// The table that decides.
    pub(crate) table: String,
    /// Its `gc.ttlseconds`.
    pub(crate) ttl_secs: i64,
}

/// The visit at or before `at`.
pub(crate) const fn visit_before(at: Timestamp) -> Timestamp {
    Timestamp::from_wall(at.wall.div_euclid(VISIT_NANOS) * VISIT_NANOS)
}

/// The visit at or after `at`.
pub(crate) const fn visit_after(at: Timestamp) -> Timestamp {
    let before = visit_before(at);
    if before.wall == at.wall && at.logical == 0 { before } else { before.add_nanos(VISIT_NANOS) }
}

/// Lets time pass up to `to`, with what happens by itself until then.
pub(crate) fn pass(state: &mut State, to: Timestamp) {
    while pass_one(state, to) {}
}

/// Lets time pass up to the next thing that happens by itself, or to `to` if there is none; answers whether there was.
pub(crate) fn pass_one(state: &mut State, to: Timestamp) -> bool {
    let Some((at, coming)) = next(state, to) else {
        state.clock.advance_to(to);
        settle(state);
        return false;
    };
    state.work += 1;
    state.clock.advance_to(at);
    let now = state.now();
    visit(state, now);
    for one in coming {
        let event = told(&one, now);
        state.note(event);
    }
    true
}

/// When the next thing happens by itself, up to `to`.
pub(crate) fn peek(state: &mut State, to: Timestamp) -> Option<Timestamp> {
    next(state, to).map(|(at, _)| at)
}

/// The next moment up to `to` at which something can be seen to happen, and what befalls chains then.
fn next(state: &mut State, to: Timestamp) -> Option<(Timestamp, Vec<Coming>)> {
    let now = state.now();
    if to <= now {
        return None;
    }
    let visit = if visit_before(to) > visit_before(now) {
        state.clusters.values().filter_map(|cluster| next_removal(cluster, now, to)).min()
    } else {
        None
    };
    let nature = known(state);
    let soonest = nature.coming.iter().find(|one| one.at > now && one.at <= to).map(|one| one.at);
    let at = [visit, soonest].into_iter().flatten().min()?;
    let coming = nature.coming.iter().filter(|one| one.at == at).cloned().collect();
    Some((at, coming))
}

/// The first visit after `now`, up to `to`, that removes something from a user's range.
fn next_removal(cluster: &Cluster, now: Timestamp, to: Timestamp) -> Option<Timestamp> {
    cluster
        .kv
        .ranges()
        .filter_map(|range| range_removal(cluster, range, now))
        .filter(|at| *at <= to)
        .min()
}

/// The first visit after `now` that removes something from this range, if it is a user's.
fn range_removal(cluster: &Cluster, range: &kv::Range, now: Timestamp) -> Option<Timestamp> {
    if range.config().ignore_strict_enforcement || !range.is_available() {
        return None;
    }
    let garbage = cluster.kv.next_garbage(range.id())?;
    let ttl = range.config().gc_ttl_secs.saturating_mul(NANOS_PER_SEC);
    // A protection record below the garbage holds it for as long as the record stands.
    let held = cluster
        .kv
        .protections()
        .iter()
        .any(|record| record.covers(range) && record.ts <= garbage.add_nanos(-ttl));
    (!held).then(|| visit_after(garbage.max(now.next())))
}

/// The next visit that removes something from the cluster in use, with the names of the tables.
pub(crate) fn next_removals(
    state: &State,
    now: Timestamp,
    to: Timestamp,
) -> Option<(Timestamp, Vec<String>)> {
    let cluster = state.clusters.get(&state.current)?;
    let at = next_removal(cluster, now, to)?;
    let mut tables: Vec<String> = cluster
        .kv
        .ranges()
        .filter(|range| range_removal(cluster, range, now) == Some(at))
        .filter_map(|range| chains::table_of(&range.span().start))
        .map(|id| cluster.table_name(id, now))
        .collect();
    tables.dedup();
    Some((at, tables))
}

/// One visit of GC to all ranges of all clusters.
fn visit(state: &mut State, now: Timestamp) {
    let at = visit_before(now);
    let mut events = Vec::new();
    for cluster in state.clusters.values_mut() {
        if cluster.visited >= at {
            continue;
        }
        cluster.visited = at;
        for (id, table) in cluster.ranges_with_tables() {
            let report = cluster.kv.gc_range(id, at);
            if let Some(table) = table.filter(|_| report.removed_versions > 0) {
                events.push(removed(at, &cluster.table_name(table, at), id, &report));
            }
        }
    }
    state.outbox.append(&mut events);
    state.measure();
}

fn removed(at: Timestamp, table: &str, id: RangeId, report: &kv::GcReport) -> Event {
    let words = format!(
        "GC removed {} old versions of {table} (range {id}), {} bytes",
        report.removed_versions, report.removed_bytes
    );
    Event::new(at, Kind::Gc, Tone::Neutral, words).about(table)
}

/// Brings thresholds to where all visits up to now have left them.
pub(crate) fn settle(state: &mut State) {
    let now = state.now();
    let at = visit_before(now);
    if state.clusters.values().any(|cluster| cluster.visited < at) {
        visit(state, now);
    }
}

/// What is known of the chains; found out if it is not.
pub(crate) fn known(state: &mut State) -> Nature {
    if let Some(nature) = &state.nature {
        return nature.clone();
    }
    let collections = chains::survey(&state.buckets, &mut state.manifests);
    let mut coming = Vec::new();
    for collection in collections.iter() {
        for chain in &collection.chains {
            foresee(state, collection, chain, &mut coming);
        }
    }
    sort::natural(&mut coming);
    let nature = Nature { collections, coming: Arc::new(coming) };
    state.nature = Some(nature.clone());
    nature
}

fn foresee(state: &State, collection: &Collection, chain: &Chain, coming: &mut Vec<Coming>) {
    let Some(standing) = standing(state, chain) else { return };
    for (at, fate) in [(standing.torn_at, Fate::Torn), (standing.broken_at, Fate::Broken)] {
        coming.extend(at.filter(|at| *at > state.now()).map(|at| Coming {
            at,
            fate,
            collection: Arc::clone(&collection.uri),
            subdir: chain.subdir.clone(),
            table: standing.table.clone(),
            ttl_secs: standing.ttl_secs,
        }));
    }
}

/// How a chain stands in the cluster that wrote it. `None` if there is no such cluster, or the chain cannot be read.
pub(crate) fn standing(state: &State, chain: &Chain) -> Option<Standing> {
    let manifest = chain.last()?;
    let end = manifest.end();
    let cluster =
        state.clusters.values().find(|cluster| cluster.id.0.as_slice() == manifest.cluster_id)?;
    // The table is named at the end: its name stands in a descriptor, which must be read.
    let mut worst: Option<(Standing, Option<u32>)> = None;
    for span in chains::spans(manifest) {
        for range in cluster.kv.ranges_in(&span) {
            let Some(one) = range_standing(cluster, range, end) else { continue };
            let sooner = worst.as_ref().is_none_or(|(worst, _)| rank(&one) < rank(worst));
            if sooner {
                let table =
                    chains::table_of(&range.span().start).or_else(|| chains::table_of(&span.start));
                worst = Some((one, table));
            }
        }
    }
    let Some((standing, table)) = worst else {
        return Some(Standing {
            torn_at: None,
            broken_at: None,
            gone: false,
            table: String::new(),
            ttl_secs: 0,
        });
    };
    let table = table.map_or_else(String::new, |id| chains::table_name(manifest, id));
    Some(Standing { table, ..standing })
}

/// What decides between two ranges: who tears first, then who breaks first.
fn rank(standing: &Standing) -> (Timestamp, Timestamp) {
    let first = standing.torn_at.or(standing.broken_at).unwrap_or(Timestamp::MAX);
    (first, standing.broken_at.unwrap_or(Timestamp::MAX))
}

/// When a range's history no longer reaches back to `end`.
fn range_standing(cluster: &Cluster, range: &kv::Range, end: Timestamp) -> Option<Standing> {
    let config = range.config();
    if config.exclude_data_from_backup {
        return None;
    }
    let ttl = config.gc_ttl_secs.saturating_mul(NANOS_PER_SEC);
    // The threshold has no logical part, so it passes an end with one a nanosecond later.
    let passed = end.add_nanos(ttl.saturating_add(i64::from(end.logical > 0)));
    if range.gc_threshold() >= end {
        return Some(Standing {
            torn_at: Some(end),
            broken_at: Some(end),
            gone: true,
            table: String::new(),
            ttl_secs: config.gc_ttl_secs,
        });
    }
    let visit = visit_after(passed);
    let held =
        cluster.kv.protections().iter().any(|record| record.covers(range) && record.ts <= end);
    Some(Standing {
        torn_at: (cluster.kv.effective_threshold(range, passed) >= end).then_some(passed),
        broken_at: (!held).then_some(visit),
        gone: false,
        table: String::new(),
        ttl_secs: config.gc_ttl_secs,
    })
}

/// The event of something that has befallen a chain.
fn told(one: &Coming, at: Timestamp) -> Event {
    let Coming { collection, subdir, table, .. } = one;
    let (kind, tone, words) = match one.fate {
        Fate::Torn => (
            Kind::ChainTorn,
            Tone::Warn,
            format!(
                "the TTL of {table} passed the end of chain {subdir} in {collection}: it cannot be extended as things stand"
            ),
        ),
        Fate::Broken => (
            Kind::ChainBroken,
            Tone::Breaks,
            format!(
                "GC of {table} passed the end of chain {subdir} in {collection}: it can never be extended again"
            ),
        ),
    };
    Event::new(at, kind, tone, words).about(Arc::clone(collection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_stand_on_a_grid() {
        let t = |secs| Timestamp::from_secs(secs);
        assert_eq!(visit_before(t(1199)), t(600));
        assert_eq!(visit_after(t(1200)), t(1200));
        assert_eq!(visit_after(t(1201)), t(1800));
        assert_eq!(visit_after(t(1200).next()), t(1800));
    }
}
