//! Nodes and ranges.

use base::hlc::Timestamp;
use base::num;
use protocol::cluster::{ClusterView, Node, Range};
use protocol::time::Nanos;

use crate::chains;
use crate::cluster::Cluster;
use crate::nature;
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
        nodes: nodes(cluster),
        more_ranges: num::to_u32(cluster.kv.ranges().count().saturating_sub(ranges.len())),
        ranges,
    }
}

fn nodes(cluster: &Cluster) -> Vec<Node> {
    cluster
        .kv
        .nodes()
        .iter()
        .map(|node| {
            let id = node.config.id;
            let mut shown = Node {
                id: id.0,
                locality: locality(&node.config.locality),
                liveness: if node.live { "live" } else { "suspect" }.to_owned(),
                is_live: node.live,
                ..Node::default()
            };
            for range in cluster.kv.ranges() {
                if range.replicas().iter().any(|replica| replica.node == id) {
                    shown.replicas += 1;
                    shown.size_bytes += range.stats().total_bytes();
                }
                shown.leases += u32::from(range.leaseholder() == id);
            }
            shown
        })
        .collect()
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
    }
}
