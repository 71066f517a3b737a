//! Words beside marks: placed where they fit, left out where nothing fits. The table has them all.
//!
//! ```text
//!   band   ├──── taken ────┤      ├─ wanted ─┤      shifted to the nearest gap within reach, else into another band, else out
//! ```

use crate::num;

/// How far words may stand from their mark, beyond half their width: touching it first, then near. *Units*: pixels.
pub(crate) const REACHES: [f64; 2] = [12.0, 60.0];
/// The same for words that need not touch a mark.
const REACH: f64 = 150.0;
/// Room between two words. *Units*: pixels.
const GAP: f64 = 10.0;

/// About how wide a text is. *Units*: pixels, at a font size in pixels.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    num::count(text.chars().count()) * size * 0.56
}

/// A line of words with what is taken of it.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Band {
    taken: Vec<(f64, f64)>,
}

impl Band {
    /// Takes `[left, right]` whatever stands there.
    pub(crate) fn block(&mut self, left: f64, right: f64) {
        self.taken.push((left, right));
    }

    /// The left end nearest to `wanted` at which `wide` pixels are free inside `bounds`; taken if there is one.
    pub(crate) fn place(&mut self, wanted: f64, wide: f64, bounds: (f64, f64)) -> Option<f64> {
        self.place_within(wanted, wide, bounds, REACH)
    }

    /// The same, no farther than `reach` from `wanted`.
    pub(crate) fn place_within(
        &mut self,
        wanted: f64,
        wide: f64,
        bounds: (f64, f64),
        reach: f64,
    ) -> Option<f64> {
        let last = bounds.1 - wide;
        if last < bounds.0 {
            return None;
        }
        let mut places = vec![wanted.clamp(bounds.0, last)];
        for (left, right) in &self.taken {
            places.push(right + GAP);
            places.push(left - GAP - wide);
        }
        places.retain(|left| *left >= bounds.0 && *left <= last);
        places.retain(|left| (left - wanted).abs() <= reach && self.is_free(*left, wide));
        let left =
            places.into_iter().min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))?;
        self.taken.push((left, left + wide));
        Some(left)
    }

    fn is_free(&self, left: f64, wide: f64) -> bool {
        self.taken
            .iter()
            .all(|(from, to)| left + wide + GAP / 2.0 < *from || left - GAP / 2.0 > *to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_never_overlap_and_stay_inside() {
        let mut band = Band::default();
        let bounds = (0.0, 400.0);
        let mut placed = Vec::new();
        for wanted in [10.0, 20.0, 390.0, 200.0, 210.0, 220.0] {
            if let Some(left) = band.place(wanted, 90.0, bounds) {
                placed.push(left);
            }
        }
        placed.sort_by(f64::total_cmp);
        assert!(placed.len() >= 3);
        assert!(placed.windows(2).all(|pair| pair[1] - pair[0] >= 90.0));
        assert!(placed.iter().all(|left| *left >= 0.0 && *left + 90.0 <= 400.0));
        assert_eq!(band.place(0.0, 500.0, bounds), None);
    }
}
