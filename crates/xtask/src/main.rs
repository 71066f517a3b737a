//! `cargo xtask`: what a developer types.
//!
//! ```text
//!   setup ─▶ tools at their versions      serve ─▶ engine, page, local address
//!   lint  ─▶ fmt, clippy, docs, deny      test  ─▶ native, wasm in Chromium, browser, conformance
//!   build ─▶ dist/ and npm package        bench ─▶ sizes and speeds
//! ```
//!
//! Each step says what it does before it does it. Errors end the run with a sentence and the command that failed.

mod bench;
mod lint;
mod page;
mod run;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N] [--no-open]   set up what is missing, build the page, serve it on a local address
  test                           set up what is missing, run all tests
  build                          static release folder (dist/) and npm package (dist/npm)
  bench [--quick] [--cpu]        sizes and speeds, peers beside them where npm has them
  screens [DIR]                  pictures of the page: 1440, 820, 390 px, light and dark
  lint                           formatting, clippy on host and wasm32, documentation, licences
  fuzz TARGET [--seconds N]      bytes at random against a reader: lexer, parser, key, value, manifest, sst, …
  setup                          only set up what is missing
  engine                         only build the engine for the page (what Trunk's hook calls)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.split_first() {
        Some((&"serve", options)) => page::serve(options),
        Some((&"test", _)) => test::all(),
        Some((&"build", _)) => page::release(),
        Some((&"bench", options)) => bench::all(options),
        Some((&"screens", rest)) => page::screens(rest.first().copied().unwrap_or("screenshots")),
        Some((&"fuzz", rest)) => test::fuzz(rest),
        Some((&"lint", _)) => lint::all(),
        Some((&"setup", _)) => tools::setup_all(),
        Some((&"engine", _)) => page::engine_for_trunk(),
        Some((&"embed", _)) => page::embed_for_trunk(),
        _ => {
            print!("{HELP}");
            return if words.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
