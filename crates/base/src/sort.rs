//! Sorting that weighs little: one merge sort of places for all types.
//!
//! ```text
//!   items  c a b   ─ sort places by what lies there ─▶  1 2 0   ─ swap along the cycles ─▶  a b c
//! ```
//!
//! The library's sort costs some five kilobytes of wasm for every type and comparison. Here only the comparison and the
//! swap are made for each type. Where rows are sorted by the hundred thousand, the library's sort stays.
//!
//! Shape: stable, like the library's.

use std::cmp::Ordering;

/// Sorts by the natural order.
pub fn natural<T: Ord>(items: &mut [T]) {
    by(items, T::cmp);
}

/// Sorts by a key.
pub fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison.
pub fn by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let places = order(items.len(), &|a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    arrange(places, &mut |a, b| items.swap(a, b));
}

/// The places of `len` things in the order of what lies there.
#[inline(never)]
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Brings everything to its place: `places[i]` tells where the thing that belongs to `i` lies.
#[inline(never)]
fn arrange(mut places: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..places.len() {
        let mut to = start;
        loop {
            let from = places[to];
            places[to] = to;
            if from == start || from == to {
                break;
            }
            swap(to, from);
            to = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn sorts_as_the_library_does() {
        let mut rng = Rng::new(3);
        for len in 0..60 {
            let mut ours: Vec<(u64, usize)> = (0..len).map(|i| (rng.below(9), i)).collect();
            let mut theirs = ours.clone();
            by_key(&mut ours, |item| item.0);
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
            natural(&mut ours[..]);
            theirs.sort_unstable();
            assert_eq!(ours, theirs);
        }
    }
}
