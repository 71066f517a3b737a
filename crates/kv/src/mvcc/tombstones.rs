//! Range tombstones of one range.
//!
//! ```text
//!   [a, d)@5 and [b, c)@3      a ─── b ─── c ─── d
//!                                {5}  {5,3}  {5}       fragments that do not overlap, times newest first
//! ```
//!
//! Shape: few; a list in order of start. Neighbours with equal times are one fragment.
//! *Source*: `spec/keys-and-values.md` §6, `spec/sst-format.md` §6.

use base::hlc::Timestamp;
use base::span::{Key, Span};

use super::RangeTombstone;
use super::hash;

/// A piece of the key space and the times at which all of it was deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fragment {
    /// Which keys.
    pub span: Span,
    /// When, newest first; never empty.
    pub times: Vec<Timestamp>,
}

/// All range tombstones of a range, as fragments.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RangeTombstones {
    fragments: Vec<Fragment>,
}

impl RangeTombstones {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.fragments.is_empty()
    }

    /// In order of start.
    pub fn fragments(&self) -> &[Fragment] {
        &self.fragments
    }

    /// Deletes `span` at `ts`.
    pub fn add(&mut self, span: &Span, ts: Timestamp) {
        if span.is_empty() {
            return;
        }
        self.cut(&span.start);
        self.cut(&span.end);
        let mut all = Vec::with_capacity(self.fragments.len() + 2);
        let mut start = span.start.clone();
        for mut fragment in std::mem::take(&mut self.fragments) {
            if span.contains(&fragment.span) {
                push_gap(&mut all, &start, &fragment.span.start, ts);
                start.clone_from(&fragment.span.end);
                if let Err(at) = fragment.times.binary_search_by(|time| ts.cmp(time)) {
                    fragment.times.insert(at, ts);
                }
            } else if fragment.span.start >= span.end {
                push_gap(&mut all, &start, &span.end, ts);
                start.clone_from(&span.end);
            }
            all.push(fragment);
        }
        push_gap(&mut all, &start, &span.end, ts);
        self.fragments = all;
        self.join();
    }

    /// The newest time after `after` and through `through` at which `key` was deleted.
    pub fn covering(&self, key: &[u8], after: Timestamp, through: Timestamp) -> Option<Timestamp> {
        if self.fragments.is_empty() {
            return None;
        }
        let at = self.fragments.partition_point(|fragment| fragment.span.end.as_slice() <= key);
        let fragment = self.fragments.get(at).filter(|f| f.span.contains_key(key))?;
        let newest = fragment.times.iter().find(|time| **time <= through)?;
        (*newest > after).then_some(*newest)
    }

    /// The oldest time after `after` at which `key` was deleted: when a version written then became garbage.
    pub fn next_after(&self, key: &[u8], after: Timestamp) -> Option<Timestamp> {
        let at = self.fragments.partition_point(|fragment| fragment.span.end.as_slice() <= key);
        let fragment = self.fragments.get(at).filter(|f| f.span.contains_key(key))?;
        fragment.times.iter().rev().find(|time| **time > after).copied()
    }

    /// The parts inside `span`.
    #[must_use]
    pub fn inside(&self, span: &Span) -> Self {
        let fragments = self
            .fragments
            .iter()
            .filter_map(|fragment| {
                let both = fragment.span.intersect(span)?;
                Some(Fragment { span: both, times: fragment.times.clone() })
            })
            .collect();
        Self { fragments }
    }

    /// Only times after `after` and through `through`.
    #[must_use]
    pub fn within(&self, after: Timestamp, through: Timestamp) -> Self {
        let mut within = Self { fragments: self.fragments.clone() };
        for fragment in &mut within.fragments {
            fragment.times.retain(|time| *time > after && *time <= through);
        }
        within.join();
        within
    }

    /// Takes out the parts inside `span`.
    pub fn clear(&mut self, span: &Span) {
        self.cut(&span.start);
        self.cut(&span.end);
        self.fragments.retain(|fragment| !span.contains(&fragment.span));
        self.join();
    }

    /// Takes those of `other` in, whose keys come after all of these.
    pub(crate) fn append(&mut self, other: Self) {
        self.fragments.extend(other.fragments);
        self.join();
    }

    /// The newest time that touches `span`; zero if there is none.
    pub fn last_write(&self, span: &Span) -> Timestamp {
        let touching = self.fragments.iter().filter(|fragment| fragment.span.overlaps(span));
        touching.filter_map(|fragment| fragment.times.first()).max().copied().unwrap_or_default()
    }

    /// The oldest time of all.
    pub fn first(&self) -> Option<Timestamp> {
        self.fragments.iter().filter_map(|fragment| fragment.times.last()).min().copied()
    }

    /// How many pairs of fragment and time there are.
    pub fn count(&self) -> usize {
        self.fragments.iter().map(|fragment| fragment.times.len()).sum()
    }

    /// One tombstone a fragment and time: in order of start, newest first.
    pub fn to_list(&self) -> Vec<RangeTombstone> {
        let one = |fragment: &Fragment| {
            let span = fragment.span.clone();
            let times = fragment.times.clone();
            times.into_iter().map(move |ts| RangeTombstone { span: span.clone(), ts })
        };
        self.fragments.iter().flat_map(one).collect()
    }

    /// The sum of their hashes.
    pub(crate) fn hash(&self) -> u128 {
        let one = |sum: u128, tombstone: &RangeTombstone| {
            let span = &tombstone.span;
            sum.wrapping_add(hash::version(&span.start, tombstone.ts, &span.end))
        };
        self.to_list().iter().fold(0, one)
    }

    /// Makes `key` a bound of fragments.
    fn cut(&mut self, key: &[u8]) {
        let at = self.fragments.partition_point(|fragment| fragment.span.end.as_slice() <= key);
        if let Some(fragment) = self.fragments.get_mut(at)
            && fragment.span.start.as_slice() < key
        {
            let left = Span { start: fragment.span.start.clone(), end: key.to_vec() };
            fragment.span.start = key.to_vec();
            let times = fragment.times.clone();
            self.fragments.insert(at, Fragment { span: left, times });
        }
    }

    /// Joins neighbours with equal times and drops those without any.
    fn join(&mut self) {
        self.fragments.retain(|fragment| !fragment.times.is_empty());
        self.fragments.dedup_by(|right, left| {
            let is_one = left.span.end == right.span.start && left.times == right.times;
            if is_one {
                left.span.end = std::mem::take(&mut right.span.end);
            }
            is_one
        });
    }
}

fn push_gap(all: &mut Vec<Fragment>, start: &Key, end: &Key, ts: Timestamp) {
    if start < end {
        let span = Span { start: start.clone(), end: end.clone() };
        all.push(Fragment { span, times: vec![ts] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(tombstones: &RangeTombstones) -> String {
        let text = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
        let one = |fragment: &Fragment| {
            let times: Vec<_> = fragment.times.iter().map(|time| time.wall.to_string()).collect();
            let span = &fragment.span;
            format!("{}-{}@{}", text(&span.start), text(&span.end), times.join(","))
        };
        tombstones.fragments.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn fragments_join_and_part() {
        let t = Timestamp::from_wall;
        let mut tombstones = RangeTombstones::default();
        tombstones.add(&Span::new("a", "d"), t(5));
        tombstones.add(&Span::new("b", "c"), t(3));
        assert_eq!(print(&tombstones), "a-b@5 b-c@5,3 c-d@5");
        tombstones.add(&Span::new("c", "f"), t(3));
        assert_eq!(print(&tombstones), "a-b@5 b-d@5,3 d-f@3");
        tombstones.add(&Span::new("0", "z"), t(7));
        assert_eq!(print(&tombstones), "0-a@7 a-b@7,5 b-d@7,5,3 d-f@7,3 f-z@7");
        assert_eq!(tombstones.covering(b"b", t(5), t(6)), None);
        assert_eq!(tombstones.covering(b"b", t(4), t(6)), Some(t(5)));
        assert_eq!(tombstones.next_after(b"b", t(2)), Some(t(3)));
        assert_eq!(print(&tombstones.within(t(2), t(5))), "a-b@5 b-d@5,3 d-f@3");
        tombstones.clear(&Span::new("c", "e"));
        assert_eq!(print(&tombstones), "0-a@7 a-b@7,5 b-c@7,5,3 e-f@7,3 f-z@7");
    }
}
