//! `amber test`: datadriven files run and counted by directive.
//!
//! ```text
//!   tests/datadriven/16-ttl-passed: 14 passed, 0 failed
//!   …
//!   backup-restore: 440 passed, 0 failed        a line a suite
//!   669 passed, 0 failed                        the last line: all together
//! ```
//!
//! With `REWRITE=1` in the environment, files get what was printed in the place of what was wanted.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use script::report::Suite;
use script::run;

use crate::args::Test;

/// Runs all files.
pub(crate) fn test(options: &Test) -> ExitCode {
    let rewrite = std::env::var_os("REWRITE").is_some_and(|value| value == "1");
    let mut files = Vec::new();
    for path in &options.paths {
        if let Err(e) = collect(path, &mut files) {
            eprintln!("amber: {}: {e}", path.display());
            return ExitCode::from(2);
        }
    }
    let mut suites: BTreeMap<Suite, (usize, usize)> = BTreeMap::new();
    let mut unreadable = 0;
    for file in &files {
        match one(file, options.options, rewrite) {
            Ok((suite, passed, failed)) => {
                let counts = suites.entry(suite).or_default();
                counts.0 += passed;
                counts.1 += failed;
            }
            Err(e) => {
                println!("{}: {e}", file.display());
                unreadable += 1;
            }
        }
    }
    let (mut passed, mut failed) = (0, unreadable);
    for (suite, (good, bad)) in &suites {
        println!("{}: {good} passed, {bad} failed", suite.name());
        passed += good;
        failed += bad;
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

/// All files at or below a path, in order of name.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        fs::metadata(path)?;
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

fn one(file: &Path, options: run::Options, rewrite: bool) -> Result<(Suite, usize, usize), String> {
    let text = fs::read_to_string(file).map_err(|e| e.to_string())?;
    let report = run::run(&text, options).map_err(|e| e.to_string())?;
    let name = file.display().to_string();
    for failure in &report.failures {
        println!("{}", failure.line(&name));
    }
    println!("{name}: {} passed, {} failed", report.passed, report.failures.len());
    if rewrite && !report.failures.is_empty() {
        let new = run::rewrite(&text, &report).map_err(|e| e.to_string())?;
        fs::write(file, new).map_err(|e| e.to_string())?;
    }
    Ok((report.suite, report.passed, report.failures.len()))
}
