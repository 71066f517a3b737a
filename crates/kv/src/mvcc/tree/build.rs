//! Building in bulk, cutting in two, joining.
//!
//! ```text
//!   builder   e e e e e …  ─▶  full leaves  ─▶  full inner nodes  ─▶  root
//!   split     one path is cut, all beside it moves as it is
//!   join      the lower tree is wrapped until both are of one height
//! ```

use std::sync::Arc;

use base::hlc::Timestamp;
use base::span::Span;

use super::leaf::Leaf;
use super::{Child, FANOUT, Inner, Node, Sep, Tree};

/// Collects entries in MVCC order into full leaves.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    done: Vec<Child>,
    /// Where entries are gathered: emptied for each leaf, its memory kept.
    leaf: Leaf,
}

impl Builder {
    /// One for many entries, with room for the largest leaf.
    pub(crate) fn bulk() -> Self {
        Self { done: Vec::new(), leaf: Leaf::roomy() }
    }

    /// Adds an entry, which comes after all before it.
    pub(crate) fn push(&mut self, key: &[u8], ts: Timestamp, value: &[u8]) {
        if self.leaf.is_full(key.len() + value.len()) {
            let last = self.leaf.len() - 1;
            let newer = (self.leaf.key(last) == key).then(|| self.leaf.ts(last));
            self.close(newer);
        }
        self.leaf.push((key, ts, value));
    }

    fn close(&mut self, newer_of_next: Option<Timestamp>) {
        if self.leaf.len() > 0 {
            // A clone has no memory to spare.
            let leaf = self.leaf.clone();
            let sep = Sep::before(leaf.key(0), leaf.ts(0), leaf.newer());
            self.done.push(Child::leaf(sep, leaf));
        }
        self.leaf.restart(newer_of_next);
    }

    /// The tree of all entries.
    pub(crate) fn finish(mut self) -> Tree {
        self.close(None);
        let mut level = self.done;
        while level.len() > 1 {
            let mut above = Vec::with_capacity(level.len().div_ceil(FANOUT));
            let mut rest = level.into_iter();
            loop {
                let children: Vec<Child> = rest.by_ref().take(FANOUT).collect();
                let Some(inner) = Child::inner(children) else { break };
                above.push(inner);
            }
            level = above;
        }
        Tree { root: level.pop() }
    }
}

impl Tree {
    /// Cuts before `key`: versions of keys below it, and the rest.
    pub(crate) fn split(self, key: &[u8]) -> (Self, Self) {
        let Some(root) = self.root else { return (Self::default(), Self::default()) };
        let (left, right) = split_child(root, key);
        (Self::of(left), Self::of(right))
    }

    /// Both together; every key of `right` comes after all keys of this tree.
    #[must_use]
    pub(crate) fn join(self, right: Self) -> Self {
        let (Some(mut left), Some(mut right)) = (self.root.clone(), right.root.clone()) else {
            return Self { root: self.root.or(right.root) };
        };
        let (left_height, right_height) = (height(&left), height(&right));
        for _ in left_height..right_height {
            left = wrap(left);
        }
        for _ in right_height..left_height {
            right = wrap(right);
        }
        if let Some((key, ..)) = right.first() {
            right.sep = Sep::before_key(key);
        }
        Self::of(match merge(&left, &right) {
            Some(both) => Some(both),
            None => Child::inner(vec![left, right]),
        })
    }

    /// Takes out all versions of keys in `span`.
    pub(crate) fn clear(&mut self, span: &Span) {
        if span.is_empty() {
            return;
        }
        let (left, rest) = std::mem::take(self).split(&span.start);
        let (_, right) = rest.split(&span.end);
        *self = left.join(right);
    }

    /// Of a root, with levels of a single child taken off.
    pub(super) fn of(mut root: Option<Child>) -> Self {
        while let Some(child) = &root
            && let Node::Inner(inner) = &child.node
            && let [only] = inner.children.as_slice()
        {
            root = Some(only.clone());
        }
        Self { root }
    }
}

/// Puts two neighbours of one height into one node if they fit with room to spare. The right one's separator is true.
pub(super) fn merge(left: &Child, right: &Child) -> Option<Child> {
    let node = match (&left.node, &right.node) {
        (Node::Leaf(a), Node::Leaf(b)) if a.fits_with(b) => {
            let mut both = a.copy(0..a.len());
            (0..b.len()).for_each(|at| both.push(b.entry(at)));
            Node::Leaf(Arc::new(both))
        }
        (Node::Inner(a), Node::Inner(b))
            if (a.children.len() + b.children.len()) * 4 <= FANOUT * 3 =>
        {
            let mut children = a.children.clone();
            let joint = children.len();
            children.extend(b.children.iter().cloned());
            children[joint].sep = right.sep.clone();
            Node::Inner(Arc::new(Inner::new(children)))
        }
        _ => return None,
    };
    Some(Child { sep: left.sep.clone(), summary: left.summary.plus(&right.summary), node })
}

fn height(child: &Child) -> usize {
    let mut node = &child.node;
    let mut levels = 1;
    while let Node::Inner(inner) = node
        && let Some(first) = inner.children.first()
    {
        node = &first.node;
        levels += 1;
    }
    levels
}

fn wrap(child: Child) -> Child {
    let (sep, summary) = (child.sep.clone(), child.summary);
    Child { sep, summary, node: Node::Inner(Arc::new(Inner::new(vec![child]))) }
}

fn split_child(child: Child, key: &[u8]) -> (Option<Child>, Option<Child>) {
    match child.node {
        Node::Leaf(ref leaf) => {
            let at = leaf.lower_bound(key, Timestamp::MAX);
            if at == 0 {
                return (None, Some(child));
            }
            if at == leaf.len() {
                return (Some(child), None);
            }
            let (left, right) = (leaf.copy(0..at), leaf.copy(at..leaf.len()));
            let sep = Sep::before_key(right.key(0));
            (Some(Child::leaf(child.sep, left)), Some(Child::leaf(sep, right)))
        }
        Node::Inner(inner) => {
            let at = inner.child_index(key, Timestamp::MAX);
            let mut left = inner.into_children();
            let mut rest = left.split_off(at);
            let (cut_left, cut_right) =
                if rest.is_empty() { (None, None) } else { split_child(rest.remove(0), key) };
            left.extend(cut_left);
            let right = cut_right.into_iter().chain(rest).collect();
            (Child::inner(left), Child::inner(right))
        }
    }
}
