//! `amber fuzz`: seeds against a model of all history.
//!
//! Shape: a line for all seeds that held, or the failure made small: what did not hold, the actions, and the line that
//! replays them. Exit status 1 for a failure.

use std::process::ExitCode;

use fuzz::history::Run;

/// Tries seeds one after the other; the first failure ends it.
pub(crate) fn fuzz(first: &Run, seeds: u64) -> ExitCode {
    let mut done = fuzz::history::Stats::default();
    for seed in first.seed..first.seed.saturating_add(seeds) {
        let run = Run { seed, ..first.clone() };
        match run.play() {
            Ok(stats) => {
                done.actions += stats.actions;
                done.layers += stats.layers;
                done.restored += stats.restored;
                done.read += stats.read;
                done.refused += stats.refused;
            }
            Err(found) => {
                println!("seed {seed}: {} after action {}: {}", found.rule, found.at, found.words);
                // What panics again and again would be told again and again.
                std::panic::set_hook(Box::new(|_| {}));
                let (small, found) = run.shrink(&found);
                println!("made smaller: {}: {}", found.rule, found.words);
                for (at, action) in small.actions() {
                    println!("  {at:4}  {action}");
                }
                println!("\n-- as inputs of `amber run`:\n{}", found.script);
                println!("{}", small.line());
                return ExitCode::FAILURE;
            }
        }
    }
    println!(
        "{seeds} seeds held: {} actions, {} layers, {} restores and {} reads equal, {} refusals",
        done.actions, done.layers, done.restored, done.read, done.refused
    );
    ExitCode::SUCCESS
}
