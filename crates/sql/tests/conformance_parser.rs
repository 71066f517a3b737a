//! CockroachDB's own parser files, where the conformance set lies beside the checkout.
//!
//! Shape: every `parse` and `error` directive through `print::suite::forms`; the counts are printed and held as a floor.

use std::fs;
use std::path::{Path, PathBuf};

use sql::parser;
use sql::print::suite;

/// What passed when this was last looked at; it never goes down.
const FLOOR: usize = 117;

#[test]
fn parser_directives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/parser");
    let Some(files) = files(&root) else {
        println!("no conformance set beside this checkout: nothing to do");
        return;
    };
    let (mut passed, mut failed) = (0, 0);
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for directive in directives(&text) {
            let got = suite::forms(&directive.input);
            if got.trim_end() == directive.expected.trim_end() {
                passed += 1;
            } else {
                failed += 1;
                println!(
                    "{}:{}\n{}\n---- wanted\n{}\n---- got\n{got}\n",
                    file.display(),
                    directive.line,
                    directive.input,
                    directive.expected
                );
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    assert!(passed >= FLOOR.min(passed + failed), "{passed} passed, the floor is {FLOOR}");
}

/// Statements of the backup scripts that parse; the rest are wrong on purpose.
const STATEMENTS_FLOOR: usize = 379;

#[test]
fn statements_of_backup_scripts() {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/backup-restore");
    let Some(files) = files(&root) else {
        println!("no conformance set beside this checkout: nothing to do");
        return;
    };
    let commands =
        ["exec-sql", "query-sql", "let", "backup", "restore", "schema-change", "new-schema-change"];
    let (mut passed, mut failed) = (0, 0);
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for directive in directives(&text) {
            let command = directive.command.split_whitespace().next().unwrap_or_default();
            if !commands.contains(&command) {
                continue;
            }
            match parser::parse(&without_variables(&directive.input)) {
                Ok(_) => passed += 1,
                Err(error) => {
                    failed += 1;
                    println!(
                        "{}:{} {}\n{error}\n{}",
                        file.display(),
                        directive.line,
                        directive.command,
                        directive.input
                    );
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    assert!(
        passed >= STATEMENTS_FLOOR.min(passed + failed),
        "{passed} passed, the floor is {STATEMENTS_FLOOR}"
    );
}

/// Variables of scripts (`$id`) as numbers; `$1` and `$$` stay.
fn without_variables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, variable) = rest.split_at(at);
        out.push_str(before);
        let name = variable[1..]
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(variable.len(), |n| n + 1);
        let is_variable = variable[1..].starts_with(|c: char| c.is_alphabetic());
        let taken = if is_variable { name } else { 1 };
        out.push_str(if is_variable { "1" } else { "$" });
        rest = &variable[taken..];
    }
    out + rest
}

fn files(root: &Path) -> Option<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Some(found)
}

struct Directive {
    line: usize,
    command: String,
    input: String,
    expected: String,
}

fn directives(text: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let take = |lines: &mut dyn Iterator<Item = (usize, &str)>, end: &str| {
            let block: Vec<String> =
                lines.map(|(_, l)| l.to_owned()).take_while(|l| l != end).collect();
            block.join("\n")
        };
        let input = take(&mut lines, "----");
        let expected = take(&mut lines, "");
        found.push(Directive { line: at + 1, command: line.to_owned(), input, expected });
    }
    found
}
