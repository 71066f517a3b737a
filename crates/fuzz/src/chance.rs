//! Draws from a seed.
//!
//! Shape: one stream; what is drawn depends on the seed and on the draws before it, on nothing else.

use base::num;
use base::rng::Rng;

/// A stream of draws.
#[derive(Clone, Debug)]
pub struct Chance {
    rng: Rng,
}

impl Chance {
    /// The stream of a seed, apart from all other uses of the same seed.
    pub fn new(seed: u64, what_for: &str) -> Self {
        Self { rng: Rng::new(seed).fork(what_for) }
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        num::to_usize(self.rng.below(num::to_u64(bound)))
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = num::as_unsigned(high.saturating_sub(low).saturating_add(1).max(1));
        low.saturating_add(i64::try_from(self.rng.below(width)).unwrap_or(0))
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.rng.below(100) < percent
    }

    /// One of a list; the list is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One of a list by weight.
    pub fn weighted<T: Copy>(&mut self, list: &[(u64, T)]) -> T {
        let sum = list.iter().map(|(weight, _)| weight).sum();
        let mut left = self.rng.below(sum);
        for (weight, item) in list {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        list[0].1
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        u8::try_from(self.rng.below(256)).unwrap_or(0)
    }

    /// Any 64 bits.
    pub fn word(&mut self) -> u64 {
        self.rng.next_u64()
    }
}
