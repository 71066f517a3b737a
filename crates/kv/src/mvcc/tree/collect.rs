//! Taking garbage out of a tree.
//!
//! ```text
//!   threshold 25     30          b3               stays: newer than the threshold, or the newest at or below it
//!                    20    a2         c.          a1 goes (a2 is newer and not after 25)
//!                    10    a1    b1   c1          c. and c1 go; b1 stays: a read at 26 sees it
//! ```
//!
//! A version goes when it became garbage at the threshold or before: overwritten, a deletion, or under a range
//! tombstone. Nodes whose first garbage is younger are not entered, so a visit costs what it removes.
//! *Source*: `spec/gc-and-protected-timestamps.md` §3.

use std::sync::Arc;

use base::hlc::Timestamp;

use super::build::merge;
use super::leaf::Leaf;
use super::{Child, Node, Tree, sum};
use crate::mvcc::tombstones::RangeTombstones;

struct Collect<'a> {
    threshold: Timestamp,
    /// Range tombstones at the threshold or before.
    tombstones: &'a RangeTombstones,
}

impl Tree {
    /// Removes what became garbage at `threshold` or before; `tombstones` are those with such times.
    pub(crate) fn collect(&mut self, threshold: Timestamp, tombstones: &RangeTombstones) {
        let collect = Collect { threshold, tombstones };
        if let Some(root) = self.root.take() {
            let upper = [0xff; 2];
            self.root = if collect.is_needed(&root, &[], Some(&upper)) {
                collect.below(root, Some(&upper))
            } else {
                Some(root)
            };
        }
        *self = Self::of(self.root.take());
    }
}

impl Collect<'_> {
    /// Whether anything between `start` and `end` may go.
    fn is_needed(&self, child: &Child, start: &[u8], end: Option<&[u8]>) -> bool {
        child.summary.first_garbage <= self.threshold
            || self.tombstones.fragments().iter().any(|fragment| {
                end.is_none_or(|end| fragment.span.start.as_slice() <= end)
                    && start < fragment.span.end.as_slice()
            })
    }

    /// What is left of `child`.
    fn below(&self, child: Child, end: Option<&[u8]>) -> Option<Child> {
        match child.node {
            Node::Leaf(ref leaf) => match self.leaf(leaf) {
                None => Some(child),
                Some(kept) if kept.len() == 0 => None,
                Some(kept) => {
                    let sep = super::Sep::before(kept.key(0), kept.ts(0), kept.newer());
                    Some(Child::leaf(sep, kept))
                }
            },
            Node::Inner(inner) => {
                let mut children = inner.into_children();
                let mut kept: Vec<Child> = Vec::with_capacity(children.len());
                let ends: Vec<_> =
                    children.iter().skip(1).map(|c| Arc::clone(&c.sep.key)).collect();
                for (at, child) in children.drain(..).enumerate() {
                    let end = ends.get(at).map(|key| &**key).or(end);
                    let start = if at == 0 { Arc::from([]) } else { Arc::clone(&child.sep.key) };
                    let is_needed = self.is_needed(&child, &start, end);
                    let left = if is_needed { self.below(child, end) } else { Some(child) };
                    let Some(left) = left else { continue };
                    match kept.last().filter(|_| is_needed).and_then(|last| merge(last, &left)) {
                        Some(both) => {
                            kept.pop();
                            kept.push(both);
                        }
                        None => kept.push(left),
                    }
                }
                let sep = child.sep;
                Some(Child { sep, summary: sum(&kept), ..Child::inner(kept)? })
            }
        }
    }

    /// What is left of a leaf; `None` if all is.
    fn leaf(&self, leaf: &Leaf) -> Option<Leaf> {
        let goes = |at: usize| {
            let (key, ts, _) = leaf.entry(at);
            leaf.garbage_at(at) <= self.threshold
                || self.tombstones.covering(key, ts, self.threshold).is_some()
        };
        let first = (0..leaf.len()).find(|at| goes(*at))?;
        // The versions of a key that go are its oldest ones; so if the first entry goes, what then comes first is the
        // newest version of its key.
        let newer = if first == 0 { None } else { leaf.newer() };
        let mut kept = Leaf::after(newer);
        (0..leaf.len()).filter(|at| !goes(*at)).for_each(|at| kept.push(leaf.entry(at)));
        kept.shrink();
        Some(kept)
    }
}
