//! Writing one version.
//!
//! ```text
//!   full leaf, new version at its end     [..64..] [1]       keys that rise leave full leaves behind
//!   full leaf, new version at its front   [1] [..64..]       so do versions of one busy key
//!   elsewhere                             [..32..] [..33..]  cut between two keys if that can be
//! ```
//!
//! Shape: down the path once; each summary on it moves by the same delta. Two rare cases rebuild the versions of the
//! key instead: a time that is there already, and an old version that lands between two leaves.

use std::mem;
use std::sync::Arc;

use base::hlc::Timestamp;
use base::span::next_key;

use super::build::Builder;
use super::leaf::Leaf;
use super::summary::{Delta, Item};
use super::{Child, FANOUT, Inner, Node, Sep, TimeFilter, Tree, sum};

enum Step {
    /// It is in.
    Done(Delta),
    /// It is in, and the node had to be cut: this is its right part.
    Split(Delta, Box<Child>),
    /// Nothing was done.
    Rebuild,
}

impl Tree {
    /// Writes a version; one with the same key and time is replaced.
    pub(crate) fn insert(&mut self, key: &[u8], ts: Timestamp, value: &[u8]) {
        let item = Item::new(key, ts, value);
        let Some(root) = &mut self.root else {
            self.root = Some(Child::leaf(Sep::before_key(key), Leaf::single(&item, None)));
            return;
        };
        match insert_below(root, &item, None) {
            Step::Done(_) => {}
            Step::Split(_, right) => {
                if let Some(left) = self.root.take() {
                    self.root = Child::inner(vec![left, *right]);
                }
            }
            Step::Rebuild => self.rebuild(&item),
        }
    }

    /// Takes all versions of the item's key out and puts them back with the item among them.
    fn rebuild(&mut self, item: &Item<'_>) {
        let (left, rest) = mem::take(self).split(item.key);
        let (versions, right) = rest.split(&next_key(item.key));
        let mut builder = Builder::default();
        let mut cursor = versions.cursor(TimeFilter::ALL);
        cursor.seek_first();
        let mut is_in = false;
        while let Some((key, ts, value)) = cursor.entry() {
            if !is_in && ts <= item.ts {
                builder.push(item.key, item.ts, item.value);
                is_in = true;
            }
            if ts != item.ts {
                builder.push(key, ts, value);
            }
            cursor.advance();
        }
        if !is_in {
            builder.push(item.key, item.ts, item.value);
        }
        *self = left.join(builder.finish()).join(right);
    }
}

/// Writes `item` below `child`; `upper` is the separator behind it.
fn insert_below(child: &mut Child, item: &Item<'_>, upper: Option<&Sep>) -> Step {
    match &mut child.node {
        Node::Leaf(leaf) => {
            let Some(place) = leaf.place(item) else { return Step::Rebuild };
            if place.at == leaf.len() && upper.is_some_and(|sep| is_inside_key(sep, item.key)) {
                return Step::Rebuild;
            }
            let delta = Delta::new(item, place.newer, place.older);
            if leaf.is_full(item.key.len() + item.value.len()) {
                return Step::Split(delta, Box::new(split_leaf(child, place.at, item)));
            }
            if Arc::get_mut(leaf).is_none() {
                *leaf = Arc::new(leaf.with_room(item.key.len() + item.value.len()));
            }
            Arc::make_mut(leaf).insert(place.at, item.key, item.ts, item.value);
            child.summary.apply(&delta);
            Step::Done(delta)
        }
        Node::Inner(inner) => {
            let inner = Arc::make_mut(inner);
            let at = inner.child_index(item.key, item.ts);
            let children = &mut inner.children;
            let (head, tail) = children.split_at_mut(at + 1);
            let upper = tail.first().map(|next| &next.sep).or(upper);
            match insert_below(&mut head[at], item, upper) {
                Step::Done(delta) => {
                    child.summary.apply(&delta);
                    Step::Done(delta)
                }
                Step::Rebuild => Step::Rebuild,
                Step::Split(delta, right) => {
                    children.insert(at + 1, *right);
                    child.summary.apply(&delta);
                    match split_inner(child, at) {
                        Some(right) => Step::Split(delta, Box::new(right)),
                        None => Step::Done(delta),
                    }
                }
            }
        }
    }
}

/// Whether the separator stands between versions of `key`.
fn is_inside_key(sep: &Sep, key: &[u8]) -> bool {
    sep.from != Timestamp::MAX && *sep.key == *key
}

/// Puts `item` into a full leaf by cutting it; answers the right part.
fn split_leaf(child: &mut Child, at: usize, item: &Item<'_>) -> Child {
    let Node::Leaf(leaf) = &mut child.node else { return child.clone() };
    let len = leaf.len();
    if at == len {
        let newer = (leaf.key(len - 1) == item.key).then(|| leaf.ts(len - 1));
        if let Some(leaf) = Arc::get_mut(leaf) {
            leaf.shrink();
        }
        return Child::leaf(Sep::before(item.key, item.ts, newer), Leaf::single(item, newer));
    }
    if at == 0 && leaf.key(0) != item.key {
        let sep = Sep::before_key(leaf.key(0));
        let left = Child::leaf(child.sep.clone(), Leaf::single(item, None));
        return Child { sep, ..mem::replace(child, left) };
    }
    let leaf = Arc::make_mut(leaf);
    leaf.insert(at, item.key, item.ts, item.value);
    let cut = if at == 0 { 1 } else { leaf.middle() };
    let right = leaf.copy(cut..leaf.len());
    *leaf = leaf.copy(0..cut);
    let sep = Sep::before(right.key(0), right.ts(0), right.newer());
    let right = Child::leaf(sep, right);
    child.summary = leaf.summary();
    right
}

/// Cuts an inner node that has one child too many; `at` is where the new one stands behind.
fn split_inner(child: &mut Child, at: usize) -> Option<Child> {
    let Node::Inner(inner) = &mut child.node else { return None };
    let inner = Arc::make_mut(inner);
    let len = inner.children.len();
    if len <= FANOUT {
        inner.index();
        return None;
    }
    let children = &mut inner.children;
    let cut = match at {
        0 => 1,
        _ if at + 2 == len => len - 1,
        _ => len / 2,
    };
    let right = children.split_off(cut);
    if cut + 1 == len {
        children.shrink_to_fit();
    }
    child.summary = sum(children);
    inner.index();
    Child::inner(right)
}

impl Inner {
    pub(super) fn into_children(self: Arc<Self>) -> Vec<Child> {
        Arc::unwrap_or_clone(self).children
    }
}
