//! All tests, cheapest first.
//!
//! | step | what |
//! |---|---|
//! | native | every crate's tests, scripts, properties, tidiness |
//! | wasm | the engine under `wasm-bindgen-test` in headless Chromium |
//! | Node | the same engine module, the same recorded state |
//! | browser | the page, driven through ChromeDriver |
//! | conformance | CockroachDB's own files, where they lie beside the project; counts may only rise |

use crate::run::{Result, cargo, command, root, run, say, succeeds};
use crate::{page, tools};

/// Everything.
pub(crate) fn all() -> Result {
    tools::setup_all()?;
    native()?;
    let browser = tools::browser()?;
    say("the engine in headless Chromium");
    let bindgen = tools::wasm_bindgen()?;
    // Not quiet: the flag would reach the runner, which does not know it.
    let mut wasm =
        command("cargo", &["test", "--package", "js", "--target", "wasm32-unknown-unknown"]);
    wasm.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        bindgen.join("wasm-bindgen-test-runner"),
    )
    .env("CHROMEDRIVER", &browser.driver);
    run(wasm)?;
    let dist = page::build()?;
    node()?;
    say("the page in headless Chromium");
    let axe = tools::axe()?;
    let mut args = vec![
        "test",
        "--quiet",
        "--package",
        "tests",
        "--test",
        "browser",
        "--",
        "--test-threads=1",
    ];
    if axe.is_none() {
        say("no npm on PATH: the page is not checked with axe-core");
        args.extend(["--skip", "axe"]);
    }
    let mut pages = command("cargo", &args);
    pages.envs(axe.map(|script| ("AMBER_AXE", script)));
    pages
        .env("AMBER_DIST", dist)
        .env("CHROMEDRIVER", browser.driver)
        .env("CHROMIUM", browser.chromium);
    run(pages)?;
    conformance()
}

/// Bytes at random against one of the readers of what comes from outside.
pub(crate) fn fuzz(words: &[&str]) -> Result {
    cargo(&[&["run", "--package", "fuzz", "--bin", "bytes", "--"], words].concat())
}

/// What needs no browser.
fn native() -> Result {
    say("native tests");
    cargo(&["test", "--workspace", "--quiet"])
}

/// The engine under Node, where Node is there.
fn node() -> Result {
    if !succeeds("node", &["--version"]) {
        say("no Node on PATH: that step is left out");
        return Ok(());
    }
    say("the engine under Node");
    let module = root().join("target/node");
    page::engine("nodejs", &module)?;
    let mut check = command("node", &["tests/node/hash.mjs"]);
    check.env("AMBER_ENGINE", module.join("engine.js"));
    run(check)
}

/// CockroachDB's own files against the recorded counts.
fn conformance() -> Result {
    let folder = root().join("../shared/conformance");
    if !folder.is_dir() {
        say("no conformance files beside the project: that step is left out");
        return Ok(());
    }
    say("conformance, against the counts in tests/conformance.ratchet");
    for suite in ["parser", "backup-restore", "mvcc"] {
        let files = folder.join(suite).to_string_lossy().into_owned();
        let mut check =
            command("cargo", &["run", "--quiet", "--package", "amber", "--", "test", &files]);
        let output = check.output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let passed =
            passed_count(&text).ok_or_else(|| format!("{suite}: no closing count in\n{text}"))?;
        let floor = ratchet(suite)?;
        println!("  {suite}: {} (floor {floor})", text.lines().last().unwrap_or_default());
        if passed < floor {
            return Err(format!("{suite}: {passed} directives pass, {floor} did before").into());
        }
    }
    Ok(())
}

/// The first number of a closing line `N passed, N failed`.
fn passed_count(text: &str) -> Option<u64> {
    text.lines().last()?.split_once(" passed,")?.0.trim().parse().ok()
}

/// The recorded count of a suite: a line `suite N` in `tests/conformance.ratchet`.
fn ratchet(suite: &str) -> Result<u64> {
    let recorded = std::fs::read_to_string(root().join("tests/conformance.ratchet"))?;
    let line = recorded.lines().find_map(|line| line.strip_prefix(suite)?.strip_prefix(' '));
    Ok(line.unwrap_or("0").trim().parse()?)
}
