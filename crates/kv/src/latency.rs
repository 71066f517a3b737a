//! How long messages between nodes take.
//!
//! ```text
//!   gateway us-east1 ── 66 ms ──▶ leaseholder us-west1 ── to the nearest majority ──▶ committed
//! ```
//!
//! Shape: round trips by the tier `region`; slow links come on top. A statement is charged the longest way of its reads and
//! the longest way of its writes. Units: nanoseconds. Left out: distances inside a region (0), more than one round trip a
//! statement. *Source*: the table of `cockroach demo --global`.

use std::sync::Arc;

use crate::cluster::Kv;
use crate::range::Range;
use base::ids::NodeId;
use base::sort;

const MILLI: i64 = 1_000_000;

/// Round trips between regions as `cockroach demo --global` has them.
const ROUND_TRIPS: [(&str, &str, i64); 3] = [
    ("us-east1", "us-west1", 66 * MILLI),
    ("us-east1", "europe-west1", 64 * MILLI),
    ("us-west1", "europe-west1", 146 * MILLI),
];

/// Between regions that are not in the table.
const FAR: i64 = 60 * MILLI;

impl Kv {
    /// A message and its answer between two nodes.
    pub fn round_trip(&self, a: NodeId, b: NodeId) -> i64 {
        if a == b {
            return 0;
        }
        let slow = self
            .slow_links
            .iter()
            .find(|link| (link.a, link.b) == (a, b) || (link.b, link.a) == (a, b));
        let region = |id| self.node(id).and_then(|node| node.config.region());
        let (from, to) = (region(a).unwrap_or(""), region(b).unwrap_or(""));
        let known = ROUND_TRIPS
            .iter()
            .find(|(x, y, _)| (*x, *y) == (from, to) || (*y, *x) == (from, to))
            .map_or(FAR, |(_, _, nanos)| *nanos);
        let between = if from == to { 0 } else { known };
        between + slow.map_or(0, |link| link.nanos)
    }

    /// Notes that a range was asked.
    #[inline]
    pub(crate) fn note_read(&self, range: &Range, is_past: bool) {
        if self.has_latency {
            self.note_way(range, is_past);
        }
    }

    fn note_way(&self, range: &Range, is_past: bool) {
        let Some(gateway) = self.gateway() else { return };
        let way = if is_past {
            // A read that lies far enough in the past is answered by the nearest replica.
            let near = range.nodes().map(|node| self.round_trip(gateway, node)).min();
            near.unwrap_or(0)
        } else {
            self.round_trip(gateway, range.leaseholder())
        };
        self.way_nanos.set(self.way_nanos.get().max(way));
    }

    /// Notes that a range takes a write: from its leaseholder to the nearest majority.
    pub(crate) fn note_write(&self, range: &Arc<Range>) {
        if !self.has_latency {
            return;
        }
        let leader = range.leaseholder();
        let mut ways: Vec<i64> = range.nodes().map(|node| self.round_trip(leader, node)).collect();
        sort::natural(&mut ways);
        let commit = ways.get(ways.len() / 2).copied().unwrap_or(0);
        let to_leader = self.gateway().map_or(0, |gateway| self.round_trip(gateway, leader));
        self.commit_nanos.set(self.commit_nanos.get().max(to_leader + commit));
    }

    /// What the calls since the last time would have taken between nodes.
    pub fn take_latency(&self) -> i64 {
        self.way_nanos.take() + self.commit_nanos.take()
    }
}
