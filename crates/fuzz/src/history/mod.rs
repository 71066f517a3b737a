//! `amber fuzz`: random statements, time and faults against a model that keeps all history in a plain map.
//!
//! ```text
//!   seed ─▶ plan: actions ─▶ play ─┬─▶ world          after each action: what must hold (module `check`)
//!                                  └─▶ model          moment ─▶ all rows then; layers of each chain; TTL; nodes
//!   failure ─▶ shrink: fewer actions, same failure ─▶ one line that replays it
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`action`] | what may be done, drawn from a seed |
//! | `model` | what must come of it |
//! | `play` | doing it |
//! | `check` | what must hold after each action |
//!
//! Shape: a plan hangs on the seed alone, never on what happens, so that any part of it can be left out.

pub mod action;
mod check;
mod model;
mod play;

use std::panic::{AssertUnwindSafe, catch_unwind};

use action::Action;

pub use play::Stats;

/// Most runs that a failure is made smaller with.
const SHRINKS_MAX: usize = 300;

/// A failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The place of the action after which it showed, in the plan.
    pub at: usize,
    /// The name of what did not hold.
    pub rule: &'static str,
    /// What was found, in words and values.
    pub words: String,
    /// The inputs that led there, as `amber run` takes them.
    pub script: String,
}

/// A run by its numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The seed of the plan and of the world.
    pub seed: u64,
    /// How many actions are drawn.
    pub steps: usize,
    /// The places of the actions that are done; all if empty.
    pub only: Vec<usize>,
}

impl Run {
    /// The whole plan of a seed.
    pub fn new(seed: u64, steps: usize) -> Self {
        Self { seed, steps, only: Vec::new() }
    }

    /// The line that does it again.
    pub fn line(&self) -> String {
        let line = format!("amber fuzz --seed {} --steps {}", self.seed, self.steps);
        if self.only.is_empty() {
            return line;
        }
        let only: Vec<String> = self.only.iter().map(ToString::to_string).collect();
        format!("{line} --only {}", only.join(","))
    }

    /// The actions that are done, each with its place.
    pub fn actions(&self) -> Vec<(usize, Action)> {
        let plan = action::plan(self.seed, self.steps);
        let wanted = |at: &usize| self.only.is_empty() || self.only.contains(at);
        plan.into_iter().enumerate().filter(|(at, _)| wanted(at)).collect()
    }

    /// Does it.
    ///
    /// *Errors*: the first thing that did not hold. A panic of the engine is one.
    pub fn play(&self) -> Result<Stats, Found> {
        let actions = self.actions();
        let mut at = 0;
        let played = catch_unwind(AssertUnwindSafe(|| play::play(self.seed, &actions, &mut at)));
        played.unwrap_or_else(|_| {
            Err(Found {
                at,
                rule: "no_panic",
                words: "the engine panicked".to_owned(),
                script: String::new(),
            })
        })
    }

    /// The smallest run found that fails by the same rule.
    pub fn shrink(&self, found: &Found) -> (Self, Found) {
        let mut best = Self { only: (0..=found.at).collect(), ..self.clone() };
        if !self.only.is_empty() {
            best.only = self.only.iter().copied().filter(|at| *at <= found.at).collect();
        }
        let mut found = found.clone();
        let (mut runs, mut chunk) = (0, best.only.len().div_ceil(2));
        while chunk > 0 {
            let mut from = 0;
            while from < best.only.len() && runs < SHRINKS_MAX {
                let mut fewer = best.clone();
                fewer.only.drain(from..(from + chunk).min(best.only.len()));
                runs += 1;
                let again = if fewer.only.is_empty() { Ok(Stats::default()) } else { fewer.play() };
                match again {
                    Err(smaller) if smaller.rule == found.rule => (best, found) = (fewer, smaller),
                    Err(_) | Ok(_) => from += chunk,
                }
            }
            chunk /= 2;
        }
        (best, found)
    }
}
