//! Every script under `tests/datadriven/` holds, natively.
//!
//! `REWRITE=1 cargo run -p amber -- test FILE` fills in what stands under `----`; read it line by line before it is kept.

use std::fs;
use std::path::PathBuf;

use script::run::{Options, run};

#[test]
fn scripts_hold() {
    let folder = tests::root().join("tests/datadriven");
    let entries = fs::read_dir(folder).expect("the folder");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no scripts");
    let mut failures = Vec::new();
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a text");
        let report = run(&text, Options::default()).expect("a datadriven file");
        failures.extend(report.failures.iter().map(|failure| format!("{name}: {failure:?}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
