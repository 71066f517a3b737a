//! Cutting ranges and joining them again.
//!
//! | cut by | stays as long as |
//! |---|---|
//! | bounds of span configs (a table each) | the bound exists |
//! | a user (`SPLIT AT`) | for ever |
//! | size beyond `range_max_bytes` | neighbours are too large to be joined |
//!
//! The left part keeps the number, the right one gets the next.
//! *Source*: `spec/zone-configs-and-cluster.md` §7.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::RangeId;
use base::num::as_unsigned;
use base::sort;
use base::span::{Key, Span};

use crate::cluster::Kv;
use crate::liveness::Net;
use crate::zone::SpanConfig;

impl Kv {
    /// Sets what zones say, splits ranges at the spans' bounds, joins ranges that no bound keeps apart. Spans are in
    /// order and do not overlap; keys in none of them have the default.
    pub fn set_span_configs(&mut self, configs: Vec<(Span, SpanConfig)>, now: Timestamp) {
        let mut shared: Vec<(Span, Arc<SpanConfig>)> = Vec::with_capacity(configs.len());
        for (span, config) in configs {
            let same = shared.iter().rev().find(|(_, known)| **known == config);
            let config = same.map_or_else(|| Arc::new(config), |(_, known)| Arc::clone(known));
            shared.push((span, config));
        }
        sort::by(&mut shared, |(a, _), (b, _)| a.start.cmp(&b.start));
        let bounds: BTreeSet<Key> =
            shared.iter().flat_map(|(span, _)| [span.start.clone(), span.end.clone()]).collect();
        self.configs = Arc::new(shared);
        self.bounds = Arc::new(bounds);
        for bound in Arc::clone(&self.bounds).iter() {
            self.cut(bound);
        }
        let nodes = Arc::clone(&self.nodes);
        self.followed = self.followed.max(now);
        let net = Net { nodes: &nodes, gateway_side: self.gateway_side(), now };
        for at in 0..self.ranges.len() {
            let config = self.config_at(&self.ranges[at].span().start);
            if *self.ranges[at].config() != *config {
                Arc::make_mut(&mut self.ranges[at]).set_config(config, &net);
            }
        }
        self.join_small();
        for at in (0..self.ranges.len()).rev() {
            self.split_by_size(at);
        }
    }

    /// Splits the range that holds `key` there, for good (`ALTER TABLE … SPLIT AT`).
    pub fn split_at(&mut self, key: &[u8]) {
        self.cut(key);
        let at = self.index_of(key);
        if self.ranges[at].span().start == key {
            Arc::make_mut(&mut self.ranges[at]).is_pinned = true;
        }
    }

    fn config_at(&self, key: &[u8]) -> Arc<SpanConfig> {
        let after = self.configs.partition_point(|(span, _)| span.start.as_slice() <= key);
        let before = after.checked_sub(1).and_then(|at| self.configs.get(at));
        match before {
            Some((span, config)) if span.contains_key(key) => Arc::clone(config),
            _ => Arc::clone(&self.default_config),
        }
    }

    /// Makes `key` the start of a range. Bounds outside the key space are left alone.
    fn cut(&mut self, key: &[u8]) {
        let at = self.index_of(key);
        let span = self.ranges[at].span();
        if span.start == key || !span.contains_key(key) {
            return;
        }
        self.last_range += 1;
        let id = RangeId(self.last_range);
        let nodes = Arc::clone(&self.nodes);
        let net = Net { nodes: &nodes, gateway_side: self.gateway_side(), now: self.followed };
        let right = Arc::make_mut(&mut self.ranges[at]).split_off(key, id, &net);
        self.ranges.insert(at + 1, Arc::new(right));
        self.index_ranges();
    }

    /// Cuts the range at a place until no part is larger than its zone allows.
    pub(crate) fn split_by_size(&mut self, at: usize) {
        let range = &self.ranges[at];
        let max_bytes = as_unsigned(range.config().range_max_bytes.max(1));
        if range.tree.summary().total_bytes <= max_bytes {
            return;
        }
        let Some(mut key) = range.tree.middle_key() else { return };
        key.truncate((self.row_prefix_len)(&key));
        if key <= range.span().start {
            // One row fills the half: it cannot be cut.
            return;
        }
        self.cut(&key);
        self.split_by_size(at + 1);
        self.split_by_size(at);
    }

    /// Joins neighbours that together are smaller than the zone's minimum and that no bound keeps apart.
    fn join_small(&mut self) {
        let mut at = 1;
        while at < self.ranges.len() {
            let (left, right) = (&self.ranges[at - 1], &self.ranges[at]);
            let bytes = left.tree.summary().total_bytes + right.tree.summary().total_bytes;
            let is_small = bytes < as_unsigned(left.config().range_min_bytes.max(1));
            let is_kept = right.is_pinned || self.bounds.contains(&right.span().start);
            if is_kept || !is_small || !left.lies_with(right) {
                at += 1;
                continue;
            }
            let right = Arc::unwrap_or_clone(self.ranges.remove(at));
            self.heads.remove(at);
            Arc::make_mut(&mut self.ranges[at - 1]).absorb(right);
        }
    }
}
