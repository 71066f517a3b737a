//! What must come of a run: all history in a plain map.
//!
//! ```text
//!   rows now ──keep──▶ moments: (wall time, rows then)        nothing happens at a moment, only before and after
//!   chains: layers (start, end], in moments; with history every moment inside counts, from where GC had let it
//! ```
//!
//! Units: wall nanoseconds.

use std::collections::BTreeMap;

/// All rows of the table.
pub(super) type Rows = BTreeMap<i64, i64>;

/// Whether something must be, must not be, or may be: between the threshold of a range and `now - ttl` a reader may be
/// refused or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Must {
    Hold,
    Fail,
    Either,
}

/// One layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) history: bool,
    /// From here on its history is surely there…
    pub(super) sure_from: i64,
    /// … and up to here surely not.
    pub(super) gone_to: i64,
}

/// What is known of nodes.
#[derive(Clone, Default, Debug)]
pub(super) struct Nodes {
    /// Whether the world knows faults of nodes.
    pub(super) are_mortal: bool,
    pub(super) stopped: Vec<u32>,
    pub(super) killed: Vec<u32>,
    pub(super) cut: Vec<u32>,
    /// A majority was away at some time since all was last well.
    pub(super) shaken: bool,
}

impl Nodes {
    /// How many of the three are away.
    pub(super) fn away(&self) -> usize {
        let is_away =
            |n: &u32| self.stopped.contains(n) || self.killed.contains(n) || self.cut.contains(n);
        (1..=3).filter(is_away).count()
    }
}

/// The model.
#[derive(Clone, Default, Debug)]
pub(super) struct Model {
    pub(super) rows: Rows,
    pub(super) moments: Vec<(i64, Rows)>,
    pub(super) chains: Vec<Vec<Layer>>,
    pub(super) ttl_secs: i64,
    /// Since when nothing has kept GC from its work: no protection, no change of the TTL, all nodes there.
    pub(super) calm_since: i64,
    /// Range by number → its threshold when last seen.
    pub(super) thresholds: BTreeMap<String, i64>,
    pub(super) nodes: Nodes,
}

/// The bounds of history over the table: readers above `sure` must be served, those at or below `gone` refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Bounds {
    pub(super) sure: i64,
    pub(super) gone: i64,
}

impl Bounds {
    /// Whether a moment can be read.
    pub(super) fn reads(self, at: i64) -> Must {
        if at > self.sure {
            Must::Hold
        } else if at <= self.gone {
            Must::Fail
        } else {
            Must::Either
        }
    }
}

impl Model {
    /// Whether a chain gives a moment back.
    pub(super) fn covers(chain: &[Layer], at: i64) -> Must {
        let Some(layer) = chain.iter().find(|l| l.start < at && at <= l.end) else {
            return Must::Fail;
        };
        if at == layer.end {
            Must::Hold
        } else if !layer.history || at <= layer.gone_to {
            Must::Fail
        } else if at > layer.sure_from {
            Must::Hold
        } else {
            Must::Either
        }
    }
}
