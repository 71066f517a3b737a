//! Sizes and speeds, as a command and never as a timed test.
//!
//! Shape: builds the release, then hands over to `tests/bench/bench.mjs`: Node runs the same wasm in the same V8 as the
//! browser, Chromium is asked for cold starts only. *Errors*: without Node there is nothing that could run wasm.

use crate::run::{Result, command, root, run, say, succeeds};
use crate::{page, tools};

/// Builds what is measured and measures it. `--quick` for fewer rows and rounds, `--cpu` for processor time on a busy
/// machine, `--built` to take `dist/` as it is.
pub(crate) fn all(options: &[&str]) -> Result {
    if !succeeds("node", &["--version"]) {
        return Err("the benchmark runs wasm under Node, which is not on PATH".into());
    }
    if !options.contains(&"--built") {
        tools::setup_page()?;
        page::release()?;
    }
    say("sizes and speeds, peers beside them where npm has them");
    let mut words = vec!["tests/bench/bench.mjs"];
    words.extend(options.iter().filter(|word| **word != "--built"));
    let mut bench = command("node", &words);
    bench.env("AMBER_DIST", root().join("dist"));
    match tools::browser() {
        Ok(browser) => {
            bench.env("CHROMIUM", browser.chromium).env("CHROMEDRIVER", browser.driver);
        }
        Err(cause) => println!("  no cold starts: {cause}"),
    }
    run(bench)
}
