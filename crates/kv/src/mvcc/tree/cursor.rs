//! Walking over versions, either way, past all nodes that hold nothing of interest.
//!
//! ```text
//!   filter (20, 30]      [10…18] skipped   [15…25] entered   [31…40] skipped
//! ```
//!
//! Shape: the filter works on whole leaves; entries outside it still come up beside others.

use base::hlc::Timestamp;

use super::leaf::Leaf;
use super::{Child, Inner, Node};
use crate::mvcc::batch::Entry;

/// Which times are of interest: after the one, through the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeFilter {
    pub(crate) after: Timestamp,
    pub(crate) through: Timestamp,
}

impl TimeFilter {
    /// All times.
    pub(crate) const ALL: Self = Self { after: super::BEHIND_ALL, through: Timestamp::MAX };

    /// What a read at `ts` may need.
    pub(crate) const fn through(ts: Timestamp) -> Self {
        Self { after: super::BEHIND_ALL, through: ts }
    }

    fn wants(&self, child: &Child) -> bool {
        child.summary.max_ts > self.after && child.summary.min_ts <= self.through
    }
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Up,
    Down,
}

/// A place among the versions of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    root: Option<&'a Child>,
    filter: TimeFilter,
    path: Vec<(&'a Inner, usize)>,
    leaf: Option<&'a Leaf>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(root: Option<&'a Child>, filter: TimeFilter) -> Self {
        Self { root, filter, path: Vec::new(), leaf: None, at: 0 }
    }

    /// A walk over nothing.
    pub(crate) const fn empty() -> Self {
        Self::new(None, TimeFilter::ALL)
    }

    /// The version here; `None` behind the last one, before the first one, and before any seek.
    #[inline]
    pub(crate) fn entry(&self) -> Option<Entry<'a>> {
        self.leaf.map(|leaf| leaf.entry(self.at))
    }

    /// Whether the key here is plainly another one than that of the version before it; `false` where that takes a
    /// comparison of whole keys.
    #[inline]
    pub(crate) fn is_plainly_new(&self) -> bool {
        self.leaf.is_some_and(|leaf| leaf.heads_differ(self.at))
    }

    /// The leaf in which it stands.
    #[inline]
    pub(crate) fn leaf(&self) -> Option<&'a Leaf> {
        self.leaf
    }

    /// The next newer version of the key here, whether the filter wants it or not.
    pub(crate) fn newer(&self) -> Option<Timestamp> {
        self.leaf.and_then(|leaf| leaf.newer_of(self.at))
    }

    /// To the first version.
    pub(crate) fn seek_first(&mut self) {
        self.seek(&[], Timestamp::MAX);
    }

    /// To the first version at or behind (key, ts) in MVCC order.
    pub(crate) fn seek(&mut self, key: &[u8], ts: Timestamp) {
        let Some(leaf) = self.descend(key, ts) else { return };
        let at = leaf.lower_bound(key, ts);
        if at < leaf.len() {
            self.stand(leaf, at);
        } else {
            self.leave(Way::Up);
        }
    }

    /// To the first version of the first key behind `key`.
    pub(crate) fn seek_past(&mut self, key: &[u8]) {
        self.seek(key, super::BEHIND_ALL);
    }

    /// To the last version of the last key before `key`.
    pub(crate) fn seek_before(&mut self, key: &[u8]) {
        let Some(leaf) = self.descend(key, Timestamp::MAX) else { return };
        match leaf.lower_bound(key, Timestamp::MAX).checked_sub(1) {
            Some(at) => self.stand(leaf, at),
            None => self.leave(Way::Down),
        }
    }

    /// To the next version.
    #[inline]
    pub(crate) fn advance(&mut self) {
        if let Some(leaf) = self.leaf {
            self.at += 1;
            if self.at >= leaf.len() {
                self.leave(Way::Up);
            }
        }
    }

    /// Past versions that the filter rules out, by their times alone; at the latest to the first one of the next leaf.
    /// Answers whether the leaf was left.
    pub(crate) fn skip_outside(&mut self) -> bool {
        let Some(leaf) = self.leaf else { return true };
        let (after, through) = (self.filter.after, self.filter.through);
        let is_wanted = |at: &usize| leaf.ts(*at) > after && leaf.ts(*at) <= through;
        if let Some(at) = (self.at..leaf.len()).find(is_wanted) {
            self.at = at;
            return false;
        }
        self.leave(Way::Up);
        true
    }

    /// To the version before.
    #[inline]
    pub(crate) fn retreat(&mut self) {
        if self.leaf.is_some() {
            match self.at.checked_sub(1) {
                Some(at) => self.at = at,
                None => self.leave(Way::Down),
            }
        }
    }

    fn stand(&mut self, leaf: &'a Leaf, at: usize) {
        self.leaf = Some(leaf);
        self.at = at;
    }

    /// The leaf where (key, ts) lies or would lie, with the path to it.
    fn descend(&mut self, key: &[u8], ts: Timestamp) -> Option<&'a Leaf> {
        self.path.clear();
        self.leaf = None;
        let mut child = self.root?;
        loop {
            match &child.node {
                Node::Leaf(leaf) => return Some(leaf),
                Node::Inner(inner) => {
                    let at = inner.child_index(key, ts);
                    self.path.push((inner, at));
                    child = inner.children.get(at)?;
                }
            }
        }
    }

    /// To the next leaf of interest. A node is entered with a place outside its children on the side from which we come.
    fn leave(&mut self, way: Way) {
        self.leaf = None;
        while let Some((inner, at)) = self.path.pop() {
            let children = &inner.children;
            let next = match way {
                Way::Up => (at.wrapping_add(1)..children.len()).find(|at| self.wants(inner, *at)),
                Way::Down => (0..at).rev().find(|at| self.wants(inner, *at)),
            };
            let Some(at) = next else { continue };
            self.path.push((inner, at));
            match (&children[at].node, way) {
                (Node::Leaf(leaf), Way::Up) => return self.stand(leaf, 0),
                (Node::Leaf(leaf), Way::Down) => return self.stand(leaf, leaf.len() - 1),
                (Node::Inner(below), Way::Up) => self.path.push((below, usize::MAX)),
                (Node::Inner(below), Way::Down) => self.path.push((below, below.children.len())),
            }
        }
    }

    fn wants(&self, inner: &Inner, at: usize) -> bool {
        inner.children.get(at).is_some_and(|child| self.filter.wants(child))
    }
}
