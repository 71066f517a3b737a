//! The axis: from time to pixels and back, and where its ticks stand.

use protocol::time::{NANOS_PER_SEC, Nanos};

use crate::state::map::Window;
use crate::{format, num};

/// Lengths between ticks. *Units*: seconds.
const STEPS: [i64; 18] = [
    1, 5, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
    604_800, 2_592_000,
];

/// A window of time laid over a stretch of pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Scale {
    /// The window.
    pub(crate) window: Window,
    /// Pixel of its left end.
    pub(crate) left: f64,
    /// Pixel of its right end.
    pub(crate) right: f64,
}

/// One tick.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Tick {
    /// When: what tells it from others, whose labels may be the same on another day.
    pub(crate) t: Nanos,
    /// Where.
    pub(crate) x: f64,
    /// Its label.
    pub(crate) label: String,
    /// Whether a day begins here.
    pub(crate) day: bool,
}

impl Scale {
    /// Where a moment stands; may lie outside.
    pub(crate) fn x(&self, t: Nanos) -> f64 {
        let span = num::float(self.window.span().0.max(1));
        let share = num::float(t.since(self.window.from).0) / span;
        self.left + share * (self.right - self.left)
    }

    /// The moment at a pixel.
    pub(crate) fn t(&self, x: f64) -> Nanos {
        let share = (x - self.left) / (self.right - self.left).max(1.0);
        let by = num::whole(share * num::float(self.window.span().0));
        self.window.from.plus(Nanos(by))
    }

    /// A pixel moved inside.
    pub(crate) fn inside(&self, x: f64) -> f64 {
        x.clamp(self.left, self.right)
    }

    /// Whether a pixel lies inside.
    pub(crate) fn holds(&self, x: f64) -> bool {
        x >= self.left && x <= self.right
    }

    /// Ticks at round times, no closer than their labels need.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        let span_secs = (self.window.span().0 / NANOS_PER_SEC).max(1);
        let room = num::whole((self.right - self.left) / 76.0).max(2);
        let step = STEPS.into_iter().find(|step| span_secs / step <= room).unwrap_or(7_776_000);
        let mut at = self.window.from.secs().div_euclid(step) * step;
        let mut ticks = Vec::new();
        while ticks.len() < 64 {
            let t = Nanos::from_secs(at);
            at += step;
            if t > self.window.to {
                break;
            }
            if t >= self.window.from {
                ticks.push(self.tick(t, step));
            }
        }
        ticks
    }

    fn tick(&self, t: Nanos, step: i64) -> Tick {
        let day = t.secs() % 86_400 == 0;
        let label = if day {
            format::short_date(t)
        } else if step < 60 {
            format::seconds(t)
        } else {
            format::minutes(t)
        };
        Tick { t, x: self.x(t), label, day }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(secs: i64) -> Scale {
        let from = Nanos::from_secs(1_648_778_400);
        let window = Window { from, to: from.plus(Nanos::from_secs(secs)) };
        Scale { window, left: 100.0, right: 1_100.0 }
    }

    #[test]
    fn pixels_and_time_go_both_ways() {
        let scale = scale(3_600);
        let t = scale.window.from.plus(Nanos::from_secs(900));
        assert!((scale.x(t) - 350.0).abs() < 1e-6);
        assert_eq!(scale.t(350.0).secs(), t.secs());
    }

    #[test]
    fn ticks_never_crowd_from_seconds_to_a_year() {
        for secs in [2, 60, 3_600, 86_400, 30 * 86_400, 400 * 86_400] {
            let ticks = scale(secs).ticks();
            assert!(ticks.len() <= 14, "{secs}: {}", ticks.len());
            for pair in ticks.windows(2) {
                assert!(pair[1].x - pair[0].x > 60.0, "{secs}");
            }
        }
    }
}
