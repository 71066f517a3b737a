//! The chain map: collections, chains, layers, GC edges, protections, writes, and what is to come.

use backup::manifest::model::BackupManifest;
use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::map::{Map, Set};
use base::num;
use base::sort;
use base::span::Span;
use kv::VersionState;
use protocol::chain::{
    Attempt, Chain, ChainMap, ChainState, Collection, ForecastKind, ForecastMark, GcEdge, Layer,
    LayerKind, Protection, Writes,
};
use protocol::time::Nanos;
use sql::catalog::descpb::Union;

use super::words;
use crate::chains;
use crate::cluster::Cluster;
use crate::nature::{self, Fate, Nature, Standing};
use crate::scenario;
use crate::state::State;

/// Most versions looked at for the ticks of writes.
const WRITES_MAX: usize = 50_000;

/// How many steps the histogram of writes has at most.
const STEPS_MAX: i64 = 120;

/// Whether something holds of a chain of a collection whose URI holds `name`.
pub(crate) fn any(
    state: &mut State,
    name: &str,
    holds: impl Fn(&Standing, Timestamp) -> bool,
) -> bool {
    let now = state.now();
    let nature = nature::known(state);
    nature
        .collections
        .iter()
        .filter(|collection| collection.uri.contains(name))
        .flat_map(|collection| &collection.chains)
        .filter_map(|chain| nature::standing(state, chain))
        .any(|standing| holds(&standing, now))
}

pub(crate) fn map(state: &mut State) -> ChainMap {
    let now = state.now();
    let nature = nature::known(state);
    let collections: Vec<Collection> = nature
        .collections
        .iter()
        .map(|collection| one_collection(state, collection, now))
        .collect();
    let (edges, spans) = edges(state, &nature.collections, now);
    let mut forecast = forecast(&nature, now);
    forecast.extend(super::schedules::marks(state, &collections));
    forecast.sort_by_key(|mark| mark.at);
    let starter = scenario::parse(scenario::text(&state.config.scenario))
        .map_or(String::new(), |script| script.starter.to_owned());
    ChainMap {
        now: Nanos(now.wall),
        start: Nanos(state.config.start.wall),
        collections,
        writes: writes(state, &spans, now),
        edges,
        protections: protections(state),
        forecast,
        starter,
    }
}

/// What befalls chains by itself.
fn forecast(nature: &Nature, now: Timestamp) -> Vec<ForecastMark> {
    let coming = nature.coming.iter().filter(|one| one.at > now);
    coming
        .map(|one| ForecastMark {
            at: Nanos(one.at.wall),
            kind: match one.fate {
                Fate::Torn => ForecastKind::ChainEnds,
                Fate::Broken => ForecastKind::GcPasses,
            },
            collection: Some(one.collection.as_ref().to_owned()),
            words: match one.fate {
                Fate::Torn => format!("the TTL of {} passes this chain's end", one.table),
                Fate::Broken => format!("GC of {} breaks this chain for good", one.table),
            },
        })
        .collect()
}

fn one_collection(state: &State, collection: &chains::Collection, now: Timestamp) -> Collection {
    let chains: Vec<Chain> =
        collection.chains.iter().map(|chain| one_chain(state, collection, chain, now)).collect();
    let mut held: Vec<&str> = chains.iter().map(|chain| chain.target_words.as_str()).collect();
    held.dedup();
    let words = format!("{} · {}", held.join(", "), words::count(chains.len(), "chain"));
    Collection {
        name: collection.uri.as_ref().to_owned(),
        uri: spelled_uri(collection),
        words,
        latest: collection.latest.clone(),
        chains,
    }
}

/// The URI as a statement may spell it. Which credentials were used is not known to a bucket: the machine's own are named.
pub(super) fn spelled_uri(collection: &chains::Collection) -> String {
    let parameters = match collection.store.scheme {
        cloud::access::Scheme::S3 | cloud::access::Scheme::Gs => "?AUTH=implicit",
        cloud::access::Scheme::Azure => "?AZURE_ACCOUNT_NAME=redacted&AZURE_ACCOUNT_KEY=redacted",
        cloud::access::Scheme::Nodelocal | cloud::access::Scheme::Userfile => "",
    };
    format!("{}{parameters}", collection.uri)
}

fn one_chain(
    state: &State,
    collection: &chains::Collection,
    chain: &chains::Chain,
    now: Timestamp,
) -> Chain {
    let standing = nature::standing(state, chain);
    let layers: Vec<Layer> = chain.layers.iter().map(one_layer).collect();
    let (target, target_words) = chain.last().map_or_else(unknown_target, target);
    let mut shown = Chain {
        subdir: chain.subdir.clone(),
        target,
        target_words,
        is_latest: collection.latest.as_deref() == Some(chain.subdir.as_str()),
        encrypted: chain.layers.iter().any(|layer| layer.encrypted),
        attempts: attempts(state, collection, chain),
        ..Chain::default()
    };
    shown.restorable = is_restorable(&chain.layers);
    shown.restore_words = restore_words(&layers, &shown);
    say_state(&mut shown, chain, standing.as_ref(), now);
    shown.layers = layers;
    shown
}

fn unknown_target() -> (String, String) {
    (String::new(), "unknown".to_owned())
}

fn say_state(
    shown: &mut Chain,
    chain: &chains::Chain,
    standing: Option<&Standing>,
    now: Timestamp,
) {
    let damaged = chain.layers.iter().find_map(|layer| layer.fault.as_deref());
    if let Some(fault) = damaged {
        shown.state = ChainState::Damaged;
        shown.words = format!("damaged: {fault}");
        return;
    }
    let Some(standing) = standing else {
        shown.state = if shown.encrypted { ChainState::Healthy } else { ChainState::Broken };
        shown.words = if shown.encrypted {
            "encrypted: needs its key to be read".to_owned()
        } else {
            "written by a cluster that is not here".to_owned()
        };
        return;
    };
    if !standing.table.is_empty() {
        shown.culprit = Some(standing.table.clone());
        shown.ttl_secs = Some(standing.ttl_secs);
    }
    let table = &standing.table;
    if standing.gone {
        shown.state = ChainState::Broken;
        shown.words = format!("cannot be extended: GC of {table} has collected its history");
    } else if standing.torn_at.is_some_and(|at| at <= now) {
        shown.state = ChainState::Torn;
        shown.words = match standing.broken_at {
            Some(at) => format!(
                "cannot be extended: the TTL of {table} passed its end; a longer TTL cures it until GC visits in {}",
                words::length(at.wall - now.wall)
            ),
            None => format!("cannot be extended: the TTL of {table} passed its end"),
        };
    } else {
        shown.state = ChainState::Healthy;
        let until = standing.torn_at.or(standing.broken_at);
        shown.extendable_until = until.map(|at| Nanos(at.wall));
        shown.words = match until {
            Some(at) => format!("extendable for {}", words::length(at.wall - now.wall)),
            None => "extendable: its history is protected".to_owned(),
        };
    }
}

fn one_layer(layer: &chains::Layer) -> Layer {
    let mut shown = Layer {
        path: layer.dir.clone(),
        finished: Nanos(layer.written.wall),
        fault: layer.fault.clone(),
        ..Layer::default()
    };
    if let Some(manifest) = &layer.manifest {
        let counts = &manifest.entry_counts;
        shown.kind = if manifest.is_full() { LayerKind::Full } else { LayerKind::Incremental };
        shown.start = Nanos(manifest.start().wall);
        shown.end = Nanos(manifest.end().wall);
        shown.size_bytes = chains::size_bytes(manifest);
        shown.rows = num::as_unsigned(counts.rows.max(0));
        shown.index_entries = num::as_unsigned(counts.index_entries.max(0));
        let files: Set<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        shown.files = num::to_u32(files.len());
        shown.revision_history = manifest.has_history();
        shown.restorable_from = restorable_from(manifest);
    }
    shown
}

/// From when on every moment of a layer can be restored: its end, without revision history.
pub(super) fn restorable_from(manifest: &BackupManifest) -> Nanos {
    if !manifest.has_history() {
        return Nanos(manifest.end().wall);
    }
    let start = manifest.start().max(manifest.revision_start());
    Nanos(if start.is_zero() { manifest.end().wall } else { start.wall })
}

/// What a manifest holds, as a statement spells it and in words.
pub(super) fn target(manifest: &BackupManifest) -> (String, String) {
    if manifest.is_cluster() {
        return (String::new(), "the cluster".to_owned());
    }
    let mut databases: Map<u32, String> = Map::new();
    let mut tables = Vec::new();
    for descriptor in manifest.descriptors() {
        match &descriptor.union {
            Some(Union::Database(_)) => {
                databases.insert(descriptor.id(), descriptor.name().to_owned());
            }
            Some(Union::Table(_)) => {
                tables.push((descriptor.parents().0, descriptor.name().to_owned()));
            }
            Some(_) | None => {}
        }
    }
    let complete: Vec<String> = manifest
        .complete_dbs
        .iter()
        .filter_map(|id| databases.get(id))
        .map(|name| words::quoted(name))
        .collect();
    if !complete.is_empty() {
        let list = complete.join(", ");
        return (format!("DATABASE {list}"), list);
    }
    let tables: Vec<String> = tables
        .iter()
        .map(|(parent, name)| match databases.get(parent) {
            Some(database) => format!("{}.{}", words::quoted(database), words::quoted(name)),
            None => words::quoted(name),
        })
        .collect();
    let list = tables.join(", ");
    (format!("TABLE {list}"), list)
}

/// Whether the layers hang together from the first on and nothing of them is missing.
pub(super) fn is_restorable(layers: &[chains::Layer]) -> bool {
    let mut end = Timestamp::ZERO;
    for layer in layers {
        let Some(manifest) = &layer.manifest else { return layer.encrypted };
        if layer.fault.is_some() || manifest.start() != end {
            return false;
        }
        end = manifest.end();
    }
    !layers.is_empty()
}

fn restore_words(layers: &[Layer], chain: &Chain) -> String {
    if chain.encrypted {
        return "can be restored with its key".to_owned();
    }
    if !chain.restorable {
        return "cannot be restored to its end".to_owned();
    }
    let points = layers.iter().filter(|layer| !layer.revision_history).count();
    let history = layers.iter().filter(|layer| layer.revision_history);
    let span: i64 = history.map(|layer| layer.end.since(layer.restorable_from).0).sum();
    match (points, span) {
        (points, 0) => {
            format!("can be restored to {}", words::count(points.max(layers.len()), "moment"))
        }
        (0, span) => format!("can be restored to every moment of {}", words::length(span)),
        (points, span) => format!(
            "can be restored to {} and every moment of {}",
            words::count(points, "moment"),
            words::length(span)
        ),
    }
}

fn attempts(state: &State, collection: &chains::Collection, chain: &chains::Chain) -> Vec<Attempt> {
    state
        .attempts
        .iter()
        .filter(|one| one.collection == collection.uri && one.subdir == chain.subdir)
        .map(|one| Attempt {
            at: Nanos(one.at.wall),
            code: one.error.code.clone(),
            message: one.error.message.clone(),
            job_id: None,
            cause: one.error.cause.clone(),
        })
        .collect()
}

/// The edges of what the chains hold, or of the current database where there are none; and the spans of it all.
fn edges(
    state: &State,
    collections: &[chains::Collection],
    now: Timestamp,
) -> (Vec<GcEdge>, Vec<(String, Vec<Span>)>) {
    let mut targets: Map<String, Vec<Span>> = Map::new();
    for manifest in collections.iter().flat_map(|c| &c.chains).filter_map(chains::Chain::last) {
        let (_, words) = target(manifest);
        targets.entry(words).or_default().extend(chains::spans(manifest));
    }
    let Some(cluster) = state.clusters.get(&state.current) else { return (Vec::new(), Vec::new()) };
    if targets.is_empty() {
        targets.extend(current_database(cluster, now));
    }
    let mut edges: Vec<GcEdge> =
        targets.iter().filter_map(|(words, spans)| edge(cluster, words, spans, now)).collect();
    sort::by_key(&mut edges, |edge| std::cmp::Reverse(edge.readable_since));
    (edges, targets.into_iter().collect())
}

/// The database that the shell speaks to, with the spans of its tables.
fn current_database(cluster: &Cluster, now: Timestamp) -> Option<(String, Vec<Span>)> {
    let session = cluster.seats.iter().find(|(who, _)| who.is_shell()).map(|(_, seat)| seat);
    let name = session.map_or("defaultdb", |seat| seat.session.database.as_str());
    let snapshot = cluster.look(now)?;
    let database = snapshot.database_by_name(name)?.id;
    let spans: Vec<Span> = snapshot
        .tables()
        .filter(|table| table.parent_id == database)
        .map(|table| sql::row::table_span(table.id))
        .collect();
    (!spans.is_empty()).then(|| (name.to_owned(), spans))
}

fn edge(cluster: &Cluster, target: &str, spans: &[Span], now: Timestamp) -> Option<GcEdge> {
    let first_user = cluster.rules.first_user_id();
    let mut nearest: Option<(Timestamp, &kv::Range, u32)> = None;
    for span in spans {
        let Some(id) = chains::table_of(&span.start).filter(|id| *id >= first_user) else {
            continue;
        };
        for range in cluster.kv.ranges_in(span) {
            let at = cluster.kv.effective_threshold(range, now);
            let ttl = range.config().gc_ttl_secs;
            let nearer = nearest
                .as_ref()
                .is_none_or(|(known, with, _)| (at, -ttl) > (*known, -with.config().gc_ttl_secs));
            if nearer {
                nearest = Some((at, range, id));
            }
        }
    }
    let (readable, range, id) = nearest?;
    let ttl = range.config().gc_ttl_secs;
    let table = cluster.table_name(id, now);
    let wanted = now.add_nanos(-ttl.saturating_mul(NANOS_PER_SEC));
    let held = (readable < wanted)
        .then(|| cluster.kv.protections().iter().find(|record| record.covers(range)))
        .flatten();
    Some(GcEdge {
        target: target.to_owned(),
        words: format!("history collected ({table}, {})", words::ttl(ttl)),
        table,
        ttl_secs: ttl,
        readable_since: Nanos(readable.wall),
        threshold: Nanos(range.gc_threshold().wall),
        next_visit: Some(Nanos(nature::visit_after(now.next()).wall)),
        held_by: held.map(|record| record.id.to_string()),
    })
}

fn protections(state: &State) -> Vec<Protection> {
    let Some(cluster) = state.clusters.get(&state.current) else { return Vec::new() };
    let records = cluster.kv.protections();
    if records.is_empty() {
        return Vec::new();
    }
    let jobs = super::jobs::records(state);
    records
        .iter()
        .map(|record| {
            let text = record.id.to_string();
            let job = jobs.iter().filter(|job| !job.status.is_terminal()).find(|job| {
                job.kind() == sql::jobs::Kind::Backup || job.payload.description.contains(&text)
            });
            let tables: Set<u32> =
                record.spans.iter().filter_map(|span| chains::table_of(&span.start)).collect();
            Protection {
                id: text,
                at: Nanos(record.ts.wall),
                target: words::count(tables.len(), "table"),
                words: match job {
                    Some(job) => format!("held for job {}", job.id),
                    None => "held".to_owned(),
                },
                job_id: job.map(|job| job.id.to_string()),
            }
        })
        .collect()
}

/// How much was written and deleted over time.
fn writes(state: &State, targets: &[(String, Vec<Span>)], now: Timestamp) -> Writes {
    let start = state.config.start.wall;
    let whole = now.wall.saturating_sub(start).max(1);
    let step = whole.div_euclid(STEPS_MAX).max(NANOS_PER_SEC) / NANOS_PER_SEC * NANOS_PER_SEC;
    let steps = num::to_usize(num::as_unsigned(whole / step + 1));
    let words: Vec<String> = targets
        .iter()
        .map(|(words, _)| {
            if words.contains('.') || words == "the cluster" {
                words.clone()
            } else {
                format!("{words}.*")
            }
        })
        .collect();
    let mut shown = Writes {
        words: words.join(", "),
        start: Nanos(start),
        step: Nanos(step),
        puts: vec![0; steps],
        deletes: vec![0; steps],
    };
    let Some(cluster) = state.clusters.get(&state.current) else { return shown };
    let first_user = cluster.rules.first_user_id();
    let spans = targets.iter().flat_map(|(_, spans)| spans.clone()).collect();
    for span in base::span::merge(spans) {
        if chains::table_of(&span.start).is_none_or(|id| id < first_user) {
            continue;
        }
        for version in cluster.kv.versions(&span, WRITES_MAX) {
            let place = (version.ts.wall - start).div_euclid(step);
            let Ok(place) = usize::try_from(place) else { continue };
            // One row is one key of a primary index: others would count it again.
            let primary = sql::row::split_key(&version.key).is_some_and(|(_, i, _)| i == Some(1));
            let counts =
                if version.value.is_tombstone() { &mut shown.deletes } else { &mut shown.puts };
            let intent = matches!(version.state, VersionState::Intent(_));
            if let Some(count) = counts.get_mut(place).filter(|_| primary && !intent) {
                *count += 1;
            }
        }
    }
    shown
}
