//! The versions of one range: a copy-on-write B+tree.
//!
//! ```text
//!                    [ root ]            each child stands behind a separator and carries a summary
//!              ┌────────┴────────┐       of all that lies below: times, garbage, bytes, hash
//!          [ inner ]         [ inner ]
//!         ┌────┴────┐       ┌────┴────┐
//!      leaf      leaf     leaf      leaf  versions packed in MVCC order: key up, time down
//! ```
//!
//! Shape: nodes are shared by `Arc`; a clone copies nothing, a write copies the path that it touches if somebody else
//! holds it too. Separators between versions of one key carry a time, all others stand before every version of their key;
//! so the newest version of a key always lands beside the one that it replaces.
//! Units: bytes. Left out: filling of nodes after removals beyond joining small neighbours.
//! *Source*: `design.md` §4.

mod build;
mod collect;
mod cursor;
pub(crate) mod heads;
mod insert;
mod leaf;
pub(crate) mod summary;

use std::cmp::Ordering;
use std::sync::Arc;

use base::hlc::Timestamp;
use base::span::{Key, Span};

pub(crate) use build::Builder;
pub(crate) use cursor::{Cursor, TimeFilter};
use heads::{Wanted, head, shared};
pub(crate) use leaf::Leaf;
use summary::Summary;

/// The most children of an inner node.
const FANOUT: usize = 64;

/// Before every version of a key, or, with a time, before the versions from there on down.
#[derive(Clone, Debug)]
struct Sep {
    key: Arc<[u8]>,
    from: Timestamp,
}

impl Sep {
    fn before_key(key: &[u8]) -> Self {
        Self { key: Arc::from(key), from: Timestamp::MAX }
    }

    /// Before the entry (key, ts), which has a newer version to the left, or not.
    fn before(key: &[u8], ts: Timestamp, newer: Option<Timestamp>) -> Self {
        Self { key: Arc::from(key), from: if newer.is_some() { ts } else { Timestamp::MAX } }
    }

    /// Whether it stands at or before (key, ts).
    fn is_at_or_before(&self, key: &[u8], ts: Timestamp) -> bool {
        match (*self.key).cmp(key) {
            Ordering::Less => true,
            Ordering::Equal => self.from >= ts,
            Ordering::Greater => false,
        }
    }
}

#[derive(Clone, Debug)]
enum Node {
    Leaf(Arc<Leaf>),
    Inner(Arc<Inner>),
}

/// Children in order, and the heads of their separators.
#[derive(Clone, Debug)]
struct Inner {
    children: Vec<Child>,
    heads: Vec<u64>,
    /// How many bytes all separators but the first share.
    skip: usize,
}

impl Inner {
    fn new(children: Vec<Child>) -> Self {
        let mut inner = Self { children, heads: Vec::new(), skip: 0 };
        inner.index();
        inner
    }

    /// Takes in changed separators.
    fn index(&mut self) {
        self.heads.clear();
        if let [_, first, ..] = self.children.as_slice()
            && let Some(last) = self.children.last()
        {
            self.skip = shared(&first.sep.key, &last.sep.key);
            let heads = self.children.iter().map(|child| head(&child.sep.key, self.skip));
            self.heads.extend(heads);
        }
    }

    /// The child in which (key, ts) lies or would lie. The first separator is never asked.
    fn child_index(&self, key: &[u8], ts: Timestamp) -> usize {
        let [_, rest @ ..] = self.children.as_slice() else { return 0 };
        let Some(first) = rest.first() else { return 0 };
        let head = match Wanted::new(key, &first.sep.key, self.skip) {
            Wanted::Before => return 0,
            Wanted::Behind => return rest.len(),
            Wanted::Inside(head) => head,
        };
        let is_at_or_before = |at: usize| match self.heads[at].cmp(&head) {
            Ordering::Less => true,
            Ordering::Equal => self.children[at].sep.is_at_or_before(key, ts),
            Ordering::Greater => false,
        };
        if is_at_or_before(rest.len()) {
            return rest.len();
        }
        let (mut low, mut high) = (0, rest.len());
        while low + 1 < high {
            let middle = usize::midpoint(low, high);
            if is_at_or_before(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// A node as its parent sees it. The separator of a first child is never asked.
#[derive(Clone, Debug)]
struct Child {
    sep: Sep,
    summary: Summary,
    node: Node,
}

impl Child {
    fn leaf(sep: Sep, leaf: Leaf) -> Self {
        Self { sep, summary: leaf.summary(), node: Node::Leaf(Arc::new(leaf)) }
    }

    fn inner(children: Vec<Self>) -> Option<Self> {
        let sep = children.first()?.sep.clone();
        let summary = sum(&children);
        Some(Self { sep, summary, node: Node::Inner(Arc::new(Inner::new(children))) })
    }

    /// The first entry below.
    fn first(&self) -> Option<crate::mvcc::batch::Entry<'_>> {
        let mut node = &self.node;
        loop {
            match node {
                Node::Leaf(leaf) => return (leaf.len() > 0).then(|| leaf.entry(0)),
                Node::Inner(inner) => node = &inner.children.first()?.node,
            }
        }
    }
}

fn sum(children: &[Child]) -> Summary {
    children.iter().fold(Summary::EMPTY, |sum, child| sum.plus(&child.summary))
}

/// Later in MVCC order than every version of a key.
const BEHIND_ALL: Timestamp = Timestamp { wall: -1, logical: 0 };

/// The versions of one range.
#[derive(Clone, Default, Debug)]
pub(crate) struct Tree {
    root: Option<Child>,
}

impl Tree {
    /// Of all versions.
    pub(crate) fn summary(&self) -> Summary {
        self.root.as_ref().map_or(Summary::EMPTY, |root| root.summary)
    }

    /// Whether it holds nothing.
    pub(crate) const fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// Whether there is any version of a key in `span`.
    pub(crate) fn holds_any(&self, span: &Span) -> bool {
        let mut cursor = self.cursor(TimeFilter::ALL);
        cursor.seek(&span.start, Timestamp::MAX);
        cursor.entry().is_some_and(|(key, ..)| key < span.end.as_slice())
    }

    /// The newest version of `key` at `ts` or before.
    pub(crate) fn newest_at(&self, key: &[u8], ts: Timestamp) -> Option<(Timestamp, &[u8])> {
        let mut child = self.root.as_ref()?;
        let mut right: Option<&Child> = None;
        let leaf = loop {
            match &child.node {
                Node::Leaf(leaf) => break leaf,
                Node::Inner(inner) => {
                    let at = inner.child_index(key, ts);
                    right = inner.children.get(at + 1).or(right);
                    child = inner.children.get(at)?;
                }
            }
        };
        let at = leaf.lower_bound(key, ts);
        let (found, time, value) = if at < leaf.len() { leaf.entry(at) } else { right?.first()? };
        (found == key).then_some((time, value))
    }

    /// A walk over the versions that `filter` does not rule out.
    pub(crate) fn cursor(&self, filter: TimeFilter) -> Cursor<'_> {
        Cursor::new(self.root.as_ref(), filter)
    }

    /// The time of the newest version of a key in `span`; zero if there is none.
    pub(crate) fn last_write(&self, span: &Span) -> Timestamp {
        match &self.root {
            Some(root) if !span.is_empty() => newest_in(root, span, Timestamp::ZERO),
            _ => Timestamp::ZERO,
        }
    }

    /// A key in the middle of the bytes.
    pub(crate) fn middle_key(&self) -> Option<Key> {
        let mut child = self.root.as_ref()?;
        let mut half = child.summary.total_bytes / 2;
        loop {
            match &child.node {
                Node::Leaf(leaf) => return Some(leaf.key(leaf.len() / 2).to_vec()),
                Node::Inner(inner) => {
                    for next in &inner.children {
                        child = next;
                        if half < next.summary.total_bytes {
                            break;
                        }
                        half -= next.summary.total_bytes;
                    }
                }
            }
        }
    }
}

/// The newest time in `span` below `child`, if that is later than `best`.
fn newest_in(child: &Child, span: &Span, mut best: Timestamp) -> Timestamp {
    if child.summary.max_ts <= best {
        return best;
    }
    match &child.node {
        Node::Leaf(leaf) => {
            let from = leaf.lower_bound(&span.start, Timestamp::MAX);
            let to = leaf.lower_bound(&span.end, Timestamp::MAX);
            (from..to).fold(best, |best, at| best.max(leaf.ts(at)))
        }
        Node::Inner(inner) => {
            let from = inner.child_index(&span.start, Timestamp::MAX);
            let to = inner.child_index(&span.end, Timestamp::MAX);
            for (at, child) in inner.children.iter().enumerate().take(to + 1).skip(from) {
                best = if at == from || at == to {
                    newest_in(child, span, best)
                } else {
                    best.max(child.summary.max_ts)
                };
            }
            best
        }
    }
}
