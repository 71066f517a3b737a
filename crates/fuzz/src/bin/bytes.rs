//! `bytes TARGET --seconds N [--from N]`: cases of one target, one after the other, until the time is over.
//!
//! Shape: a line for each finding (its number replays it: `--from N --seconds 0`), a closing line with the count. Exit
//! status 1 for findings.

#![allow(
    clippy::disallowed_types,
    reason = "how long to go on, and how long a case takes, is real time"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fuzz::bytes::{TARGETS, Target};

/// A case may take so long in a build without optimization.
const CASE_MAX: Duration = Duration::from_secs(5);

/// After so many findings there is enough to do.
const FINDINGS_MAX: u32 = 10;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: u64| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).map_or(Some(default), |word| word.parse().ok())
    };
    let Some(target) = words.first().and_then(|word| Target::named(word)) else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("bytes TARGET [--seconds N] [--from N]; targets: {}", names.join(", "));
        return ExitCode::from(2);
    };
    let end = Instant::now() + Duration::from_secs(number("--seconds", 60).unwrap_or(60));
    let cases = target.cases();
    let (first, mut findings) = (number("--from", 0).unwrap_or(0), 0);
    let mut n = first;
    loop {
        let case = cases.case(n);
        let begun = Instant::now();
        let verdict = catch_unwind(AssertUnwindSafe(|| (target.attack)(&case)));
        let words = match verdict {
            Err(_) => Some("panic".to_owned()),
            Ok(Err(words)) => Some(words),
            Ok(Ok(())) if begun.elapsed() > CASE_MAX => Some(format!("took {:?}", begun.elapsed())),
            Ok(Ok(())) => None,
        };
        if let Some(words) = words {
            findings += 1;
            println!("{} case {n}: {words}\n  {}", target.name, case.escape_ascii());
        }
        n += 1;
        if Instant::now() >= end || findings >= FINDINGS_MAX {
            break;
        }
    }
    println!("{}: {} cases, {findings} findings", target.name, n - first);
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
