//! `amber`: the native command line.
//!
//! ```text
//!   amber shell                      type statements
//!   amber run FILE|- [-e SQL]        run statements, print results
//!   amber test PATH…                 run datadriven files, count directives
//!   amber replay FILE                replay a snapshot and compare its hash
//!   amber fuzz [--seeds N]           random runs against a model of all history
//!   amber inspect PATH…              tell what backups lie in a folder or an archive
//! ```
//!
//! Shape: arguments → one command → exit status 0, 1 (something failed) or 2 (bad arguments). Never knows: JavaScript.

mod args;
mod fuzz;
mod inspect;
mod json;
mod run;
mod shell;
mod test;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::parse() {
        Ok(args::Command::Help(text)) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Ok(args::Command::Run(options)) => run::run(&options),
        Ok(args::Command::Shell(options)) => shell::shell(&options),
        Ok(args::Command::Test(options)) => test::test(&options),
        Ok(args::Command::Inspect(options)) => inspect::inspect(&options),
        Ok(args::Command::Replay(path)) => run::replay(&path),
        Ok(args::Command::Fuzz(run, seeds)) => fuzz::fuzz(&run, seeds),
        Err(message) => {
            eprintln!("amber: {message}\n\n{}", args::USAGE);
            ExitCode::from(2)
        }
    }
}
