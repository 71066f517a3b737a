//! The house keeps itself tidy: who may use whom, lengths, heads, forbidden words.

#![allow(clippy::expect_used, reason = "a file of the project that is not there ends the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

/// The crate table: what each crate may use of ours.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("base", &[]),
    ("wire-derive", &[]),
    ("wire", &["base", "wire-derive"]),
    ("kv", &["base"]),
    ("cloud", &["base"]),
    ("protocol", &["base"]),
    ("sql", &["base", "wire", "kv"]),
    ("backup", &["base", "wire", "kv", "cloud", "sql"]),
    ("simulator", &["base", "kv", "cloud", "sql", "backup", "protocol"]),
    ("script", &["base", "kv", "sql", "simulator", "protocol"]),
    ("fuzz", &["base", "kv", "cloud", "sql", "backup", "simulator", "protocol"]),
    ("js", &["simulator", "protocol"]),
    ("web", &["protocol"]),
    ("cli", &["simulator", "script", "fuzz", "protocol"]),
    ("xtask", &[]),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project").flatten() {
        let path = entry.path();
        if path.is_dir()
            && path.file_name().is_some_and(|name| name != "target" && name != "node_modules")
        {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> BTreeMap<String, String> {
    let root = tests::root();
    let mut files = Vec::new();
    rust_files(&root.join("crates"), &mut files);
    rust_files(&root.join("tests"), &mut files);
    let name =
        |path: &Path| path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("text"))).collect()
}

/// Fails with one line a finding.
fn check(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let ours: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let mut findings = Vec::new();
    for (name, allowed) in MAY_USE {
        let file = tests::root().join("crates").join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(file).expect("a manifest");
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines() {
            let used = line.split([' ', '=', '.']).next().unwrap_or_default();
            if ours.contains(&used) && !allowed.contains(&used) {
                findings.push(format!("{name} may not use {used}"));
            }
        }
    }
    check(&findings);
}

#[test]
fn files_are_short_and_have_heads() {
    let mut findings = Vec::new();
    for (name, text) in sources() {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            findings.push(format!("{name}: {lines} lines, at most {FILE_LINES_MAX}"));
        }
        if !text.starts_with("//!") {
            findings.push(format!("{name}: no head"));
        }
    }
    check(&findings);
}

#[test]
fn functions_are_short() {
    let mut findings = Vec::new();
    for (name, text) in sources() {
        let mut open = None;
        for (at, line) in text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let head = line.trim_start();
            let opens = head.starts_with("fn ") || head.contains(" fn ") && head.starts_with("pub");
            if opens && !head.ends_with(';') && open.is_none() {
                open = Some((at, indent));
            }
            if let Some((first, depth)) = open
                && indent == depth
                && line.trim_end().ends_with('}')
            {
                if at - first + 1 > FUNCTION_LINES_MAX {
                    findings.push(format!("{name}:{}: {} lines", first + 1, at - first + 1));
                }
                open = None;
            }
        }
    }
    check(&findings);
}

#[test]
fn nothing_unfinished_and_no_ignored_test() {
    let words = [
        "todo!(",
        "unimplemented!(",
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
    ];
    let mut findings = Vec::new();
    for (name, text) in sources() {
        if name.ends_with("tidy.rs") {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            for word in words {
                if line.contains(word) {
                    findings.push(format!("{name}:{}: {word}", at + 1));
                }
            }
        }
    }
    check(&findings);
}

#[test]
fn the_engine_asks_no_clock_and_no_chance() {
    let engine = ["base", "wire", "kv", "cloud", "sql", "backup", "simulator", "protocol"];
    let words = [
        "SystemTime",
        "Instant::now",
        "thread_rng",
        "HashMap",
        "HashSet",
        "thread_local!",
        "static mut",
    ];
    let mut findings = Vec::new();
    for (name, text) in sources() {
        if !engine.iter().any(|part| name.starts_with(&format!("crates/{part}/src/"))) {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if !code.starts_with("//") && words.iter().any(|word| code.contains(word)) {
                findings.push(format!("{name}:{}: {}", at + 1, code));
            }
        }
    }
    check(&findings);
}
