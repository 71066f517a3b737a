//! What must be clean: formatting, clippy on host and wasm32, documentation, licences.

use crate::run::{Result, cargo, command, run, say};
use crate::tools;

/// The crates that also run in the browser.
const WASM_CRATES: [&str; 9] =
    ["base", "kv", "cloud", "sql", "backup", "protocol", "simulator", "js", "web"];

/// Everything, in order of cost.
pub(crate) fn all() -> Result {
    say("formatting");
    cargo(&["fmt", "--all", "--check"])?;
    say("clippy on the host, warnings denied");
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])?;
    tools::wasm_target()?;
    say("clippy on wasm32, warnings denied");
    let mut args = vec!["clippy", "--target", "wasm32-unknown-unknown", "--quiet"];
    for name in WASM_CRATES {
        args.extend(["--package", name]);
    }
    args.extend(["--", "-D", "warnings"]);
    cargo(&args)?;
    say("documentation, warnings denied");
    let mut doc = command(
        "cargo",
        &["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
    );
    // The documentation is for who works here: it shows private items, and may link to them.
    doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    run(doc)?;
    deny()
}

/// Licences, bans and sources of what is built in.
fn deny() -> Result {
    let bin = tools::cargo_deny()?;
    say("licences, bans, sources");
    run(command(
        bin.join("cargo-deny"),
        &["--log-level", "error", "check", "licenses", "bans", "sources"],
    ))
}
