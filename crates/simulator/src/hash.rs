//! The state hash.
//!
//! ```text
//!   clock, chance, agenda, buckets, clusters{ key space (additive, kept by kv), sessions, generators }  ─▶ 128 bits
//! ```
//!
//! Shape: two lanes of 64 bits over the canonical parts in order. Blind to caches and to the shape of trees. Not for secrets.

use base::hlc::Timestamp;
use base::num;

use crate::state::{Item, State};

/// Two lanes that swallow words.
pub(crate) struct Hasher {
    low: u64,
    high: u64,
}

impl Hasher {
    pub(crate) const fn new() -> Self {
        Self { low: 0x9e37_79b9_7f4a_7c15, high: 0xc2b2_ae3d_27d4_eb4f }
    }

    pub(crate) const fn word(&mut self, word: u64) {
        self.low = (self.low ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29);
        self.high = (self.high ^ word.rotate_left(32))
            .wrapping_mul(0xc4ce_b9fe_1a85_ec53)
            .rotate_left(31)
            .wrapping_add(self.low);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.word(num::to_u64(bytes.len()));
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last));
    }

    pub(crate) fn time(&mut self, at: Timestamp) {
        self.word(num::as_unsigned(at.wall));
        self.word(u64::from(at.logical.unsigned_abs()));
    }

    pub(crate) fn wide(&mut self, value: u128) {
        self.bytes(&value.to_le_bytes());
    }

    pub(crate) fn finish(&self) -> u128 {
        (u128::from(self.high) << 64) | u128::from(self.low)
    }
}

/// The hash of a state.
pub(crate) fn of(state: &State) -> u128 {
    let mut hasher = Hasher::new();
    hasher.time(state.now());
    hasher.word(state.rng.state());
    hasher.bytes(state.current.as_bytes());
    for (slot, item) in state.agenda.iter() {
        hasher.time(slot.due);
        match item {
            Item::JobStep { cluster, job, .. } => {
                hasher.bytes(cluster.as_bytes());
                hasher.word(num::as_unsigned(job.0));
            }
            Item::Scheduler { cluster } | Item::Liveness { cluster } => {
                hasher.bytes(cluster.as_bytes());
            }
            Item::Replicate { cluster, change } => {
                hasher.bytes(cluster.as_bytes());
                hasher.word(change.bytes);
                hasher.word(num::to_u64(change.moves.len()));
            }
            Item::Workload { cluster, name } => {
                hasher.bytes(cluster.as_bytes());
                hasher.bytes(name.as_bytes());
            }
            Item::Fault { cluster, line } => {
                hasher.bytes(cluster.as_bytes());
                hasher.bytes(line.as_bytes());
            }
        }
    }
    for store in state.buckets.stores() {
        hasher.bytes(store.scheme.name().as_bytes());
        hasher.bytes(store.host.as_bytes());
        hasher.bytes(store.cluster.as_bytes());
        for (path, object) in state.buckets.objects(store, "") {
            hasher.bytes(path.as_bytes());
            hasher.bytes(&object.bytes);
            hasher.time(object.written);
        }
    }
    for (key, may) in state.buckets.kms.keys() {
        hasher.bytes(key.name().as_bytes());
        hasher.bytes(may.word().as_bytes());
    }
    for (store, trouble) in state.buckets.troubles() {
        hasher.bytes(store.host.as_bytes());
        hasher.bytes(trouble.word().as_bytes());
    }
    for (name, cluster) in &state.clusters {
        hasher.bytes(name.as_bytes());
        cluster.hash(&mut hasher);
    }
    hasher.finish()
}
