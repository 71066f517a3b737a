//! Half-open ranges of keys, `[start, end)`, and their algebra.
//!
//! ```text
//!   a ├──────────┤             merge(a, b)     ├───────────────┤
//!   b       ├──────────┤       subtract(a, b)  ├───┤
//!   a,b touch when a.end == b.start
//! ```
//!
//! Shape: keys are bytes, ordered as bytes. Left out: spans of a single key (`[k, k\0)` stands for one).

/// A key: order-preserving bytes.
pub type Key = Vec<u8>;

/// Keys from `start` (inclusive) to `end` (exclusive). Empty when `start >= end`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// First key inside.
    pub start: Key,
    /// First key after.
    pub end: Key,
}

impl Span {
    /// The span from `start` to `end`.
    pub fn new(start: impl Into<Key>, end: impl Into<Key>) -> Self {
        Self { start: start.into(), end: end.into() }
    }

    /// All keys that begin with `prefix`.
    pub fn prefix(prefix: impl Into<Key>) -> Self {
        let start: Key = prefix.into();
        let end = prefix_end(&start);
        Self { start, end }
    }

    /// Just one key.
    pub fn point(key: impl Into<Key>) -> Self {
        let start: Key = key.into();
        let end = next_key(&start);
        Self { start, end }
    }

    /// Whether no key lies inside.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether `key` lies inside.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.start.as_slice() <= key && key < self.end.as_slice()
    }

    /// Whether all of `other` lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether a key lies in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// What lies in both, if anything.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let both = Self {
            start: self.start.clone().max(other.start.clone()),
            end: self.end.clone().min(other.end.clone()),
        };
        (!both.is_empty()).then_some(both)
    }
}

/// The first key after all keys that begin with `prefix`: 1 is added to the last byte that is not ff,
/// what follows is dropped. A prefix of nothing but ff has no such key; `ff ff` (`/Max`) stands for it.
pub fn prefix_end(prefix: &[u8]) -> Key {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return end;
        }
    }
    vec![0xff, 0xff]
}

/// The least key after `key`.
pub fn next_key(key: &[u8]) -> Key {
    let mut next = Key::with_capacity(key.len() + 1);
    next.extend_from_slice(key);
    next.push(0);
    next
}

/// The same keys as fewest spans in order: sorted, overlapping and touching ones joined, empty ones gone.
pub fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => {
                last.end = span.end.max(std::mem::take(&mut last.end));
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// The keys of `from` that lie in none of `taken`, as fewest spans in order.
pub fn subtract(from: Vec<Span>, taken: Vec<Span>) -> Vec<Span> {
    let taken = merge(taken);
    let mut left = Vec::new();
    for span in merge(from) {
        let mut start = span.start;
        for cut in &taken {
            if cut.end <= start || cut.start >= span.end {
                continue;
            }
            if cut.start > start {
                left.push(Span { start: start.clone(), end: cut.start.clone() });
            }
            start = start.max(cut.end.clone());
        }
        if start < span.end {
            left.push(Span { start, end: span.end });
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: &str, end: &str) -> Span {
        Span::new(start, end)
    }

    #[test]
    fn merge_joins_what_touches() {
        let merged = merge(vec![span("d", "e"), span("a", "b"), span("b", "c"), span("x", "x")]);
        assert_eq!(merged, vec![span("a", "c"), span("d", "e")]);
    }

    #[test]
    fn subtract_keeps_the_rest() {
        let left = subtract(vec![span("a", "m")], vec![span("c", "d"), span("k", "z")]);
        assert_eq!(left, vec![span("a", "c"), span("d", "k")]);
        assert!(subtract(left.clone(), left).is_empty());
    }

    #[test]
    fn prefix_end_skips_ff() {
        assert_eq!(prefix_end(&[0xbd, 0xff]), vec![0xbe]);
        assert_eq!(prefix_end(&[0xff]), vec![0xff, 0xff]);
    }
}
