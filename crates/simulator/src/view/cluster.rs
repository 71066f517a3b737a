//! Nodes and ranges.

use base::hlc::Timestamp;
use base::num;
use protocol::cluster::{ClusterView, Node, Range};
use protocol::time::Nanos;

use crate::chains;
use crate::cluster::Cluster;
use crate::nature;
use crate::nodes;
use crate::state::State;

/// Most ranges listed.
const RANGES_MAX: usize = 1_000;

pub(super) fn cluster(state: &State) -> ClusterView {
    let clusters: Vec<String> = state.clusters.keys().cloned().collect();
    let Some(cluster) = state.clusters.get(&state.current) else {
        return ClusterView { clusters, ..ClusterView::default() };
    };
    let now = state.now();
    let ranges: Vec<Range> =
        cluster.kv.ranges().take(RANGES_MAX).map(|range| one_range(cluster, range, now)).collect();
    ClusterView {
        name: cluster.name.clone(),
        id: cluster.id.to_string(),
        version: cluster.rules.version().tag().to_owned(),
        clusters,
        nodes: all_nodes(cluster),
        unavailable: count(cluster.kv.ranges().filter(|range| !range.is_available())),
        under_replicated: count(cluster.kv.ranges().filter(|range| !lagging(range).is_empty())),
        is_cut: cluster.kv.is_cut(),
        queue: cluster
            .kv
            .next_change(cluster.balancing)
            .map(|change| nodes::change_words(cluster, &change, now, false)),
        more_ranges: num::to_u32(cluster.kv.ranges().count().saturating_sub(ranges.len())),
        ranges,
    }
}

fn count<'a>(ranges: impl Iterator<Item = &'a kv::Range>) -> u32 {
    num::to_u32(ranges.count())
}

/// The nodes whose replica of a range lags or cannot be reached.
fn lagging(range: &kv::Range) -> Vec<u32> {
    let position = range.log_position();
    let stopped = range.stopped();
    let replicas = range.replicas().into_iter();
    replicas
        .filter(|replica| replica.position < position || stopped.contains(&replica.node))
        .map(|replica| replica.node.0)
        .collect()
}

fn all_nodes(cluster: &Cluster) -> Vec<Node> {
    let gateway = cluster.kv.gateway();
    cluster
        .kv
        .nodes()
        .iter()
        .map(|node| {
            let id = node.config.id;
            let mut shown = Node {
                id: id.0,
                locality: locality(&node.config.locality),
                liveness: node.liveness_word().to_owned(),
                is_live: node.live,
                process: process_word(node.process).to_owned(),
                is_gateway: gateway == Some(id),
                draining: node.draining,
                membership: node.membership.word().to_owned(),
                side: node.side,
                clock_offset: Nanos(node.clock_offset_nanos),
                expires: node.expires.map(|at| Nanos(at.wall)),
                ..Node::default()
            };
            for range in cluster.kv.ranges() {
                if range.replicas().iter().any(|replica| replica.node == id) {
                    shown.replicas += 1;
                    shown.size_bytes += range.stats().total_bytes();
                    shown.lagging += u32::from(lagging(range).contains(&id.0));
                }
                shown.leases += u32::from(range.leaseholder() == id);
            }
            shown
        })
        .collect()
}

const fn process_word(process: kv::Process) -> &'static str {
    match process {
        kv::Process::Running => "running",
        kv::Process::Stopped => "stopped",
        kv::Process::Lost => "lost",
    }
}

const fn standing_words(range: &kv::Range) -> &'static str {
    if range.is_available() {
        return "";
    }
    match range.standing() {
        kv::Standing::Served => "on the other side of the partition",
        kv::Standing::LeaseHeld => "its lease is held by a node that does not answer",
        kv::Standing::CatchingUp => "replicas catch up",
        kv::Standing::LostQuorum => "lost its majority",
    }
}

fn locality(tiers: &[(String, String)]) -> String {
    let tiers: Vec<String> = tiers.iter().map(|(key, value)| format!("{key}={value}")).collect();
    tiers.join(",")
}

fn one_range(cluster: &Cluster, range: &kv::Range, now: Timestamp) -> Range {
    let stats = range.stats();
    let table = chains::table_of(&range.span().start)
        .filter(|id| *id >= cluster.rules.first_user_id())
        .map(|id| cluster.table_name(id, now));
    Range {
        id: range.id().to_string(),
        start: sql::pretty::key(&range.span().start),
        end: sql::pretty::key(&range.span().end),
        is_system: range.config().ignore_strict_enforcement,
        table,
        replicas: range.replicas().iter().map(|replica| replica.node.0).collect(),
        leaseholder: Some(range.leaseholder().0),
        live_bytes: stats.live_bytes,
        garbage_bytes: stats.garbage_bytes,
        keys: stats.keys,
        gc_threshold: Nanos(range.gc_threshold().wall),
        ttl_secs: range.config().gc_ttl_secs,
        next_visit: Some(Nanos(nature::visit_after(now.next()).wall)),
        available: range.is_available(),
        standing: standing_words(range).to_owned(),
        lagging: lagging(range),
    }
}
