//! How many bytes the user tables took over time: for the plots.
//!
//! ```text
//!   a point after an input or a GC visit, no closer than `step`      full ─▶ every second point goes, `step` doubles
//! ```
//!
//! Shape: derived, never hashed; part of the state, so that a rewind and a branch have the past that is theirs.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use protocol::plots::SizePoint;
use protocol::time::Nanos;

use crate::cluster::Cluster;

/// Most points kept.
const POINTS_MAX: usize = 400;

/// What was measured.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    pub(crate) points: Vec<SizePoint>,
    step_nanos: i64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { points: Vec::new(), step_nanos: NANOS_PER_SEC }
    }
}

impl Sizes {
    /// Measures a cluster, unless it was measured a moment ago.
    pub(crate) fn measure(&mut self, cluster: &Cluster, now: Timestamp) {
        let due = self.points.last().is_none_or(|last| now.wall - last.at.0 >= self.step_nanos);
        if !due {
            return;
        }
        if self.points.len() >= POINTS_MAX {
            let mut place = 0_usize;
            self.points.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.step_nanos = self.step_nanos.saturating_mul(2);
        }
        let mut point = SizePoint { at: Nanos(now.wall), ..SizePoint::default() };
        let users = cluster.kv.ranges().filter(|range| !range.config().ignore_strict_enforcement);
        for range in users {
            let stats = range.stats();
            point.live_bytes += stats.live_bytes;
            point.garbage_bytes += stats.garbage_bytes;
        }
        self.points.push(point);
    }
}
