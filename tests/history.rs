//! A share of `amber fuzz` in every run. `AMBER_SEEDS` for more.

#![allow(clippy::panic, reason = "a failure ends the test with the line that replays it")]

use fuzz::history::Run;

/// How many actions each seed is good for.
const STEPS: usize = 120;

#[test]
fn history_is_what_was_written() {
    let seeds = std::env::var("AMBER_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let mut compared = 0;
    for seed in 1..=seeds {
        let run = Run::new(seed, STEPS);
        match run.play() {
            Ok(stats) => compared += stats.restored,
            Err(found) => {
                let (small, found) = run.shrink(&found);
                panic!("{}: {}\n{}", found.rule, found.words, small.line());
            }
        }
    }
    assert!(compared > 10, "{compared} restores compared: the fuzzer does too little");
}
