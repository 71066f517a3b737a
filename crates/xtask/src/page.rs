//! The page and its engine: two wasm modules.
//!
//! ```text
//!   crates/js  ─ cargo, wasm-bindgen ─▶ target/engine/{engine.js, engine_bg.wasm}     the engine (worker, Node, npm)
//!   crates/web ─ trunk ─────────────▶ dist/                                           the page, with the engine beside it
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Result, command, root, run, say, succeeds, target_dir};
use crate::tools;

/// Where the engine for the page lies; `index.html` copies from here.
fn engine_dir() -> PathBuf {
    root().join("target").join("engine")
}

/// Builds the engine as a module for `flavour` of `wasm-bindgen` into `out`.
pub(crate) fn engine(flavour: &str, out: &Path) -> Result {
    let bin = tools::wasm_bindgen()?;
    run(command(
        "cargo",
        &[
            "build",
            "--quiet",
            "--profile",
            "engine",
            "--package",
            "js",
            "--target",
            "wasm32-unknown-unknown",
        ],
    ))?;
    let wasm = target_dir().join("wasm32-unknown-unknown/engine/js.wasm");
    let (wasm, out) = (wasm.to_string_lossy().into_owned(), out.to_string_lossy().into_owned());
    run(command(
        bin.join("wasm-bindgen"),
        &[
            "--remove-name-section",
            "--remove-producers-section",
            "--target",
            flavour,
            "--out-name",
            "engine",
            "--out-dir",
            &out,
            &wasm,
        ],
    ))
}

/// What Trunk's hook calls before it builds the page.
pub(crate) fn engine_for_trunk() -> Result {
    engine("web", &engine_dir())
}

/// What Trunk's hook calls after it has built the page: `embed.html` is the page's document, told that it is a cell.
pub(crate) fn embed_for_trunk() -> Result {
    let folder =
        std::env::var_os("TRUNK_STAGING_DIR").ok_or("no TRUNK_STAGING_DIR: Trunk calls this")?;
    let folder = PathBuf::from(folder);
    let page = fs::read_to_string(folder.join("index.html"))?;
    Ok(fs::write(folder.join("embed.html"), page.replacen("<html", "<html data-embed", 1))?)
}

/// Builds the page with Trunk; `verb` is `build` or `serve`.
fn trunk(verb: &str, options: &[&str]) -> Result {
    let folders = [tools::trunk()?, tools::wasm_bindgen()?];
    let mut args = vec![verb, "--release", "--offline"];
    args.extend_from_slice(options);
    let mut trunk = command(folders[0].join("trunk"), &args);
    trunk.env("PATH", tools::path_with(&folders)?).env_remove("NO_COLOR");
    run(trunk)
}

/// Sets up, builds and serves the page until it is stopped.
pub(crate) fn serve(options: &[&str]) -> Result {
    tools::setup_page()?;
    let port = options
        .iter()
        .position(|word| *word == "--port")
        .and_then(|at| options.get(at + 1))
        .copied()
        .unwrap_or("8080");
    say("building the engine and the page (minutes the first time, seconds later)");
    engine_for_trunk()?;
    say(&format!("serving http://127.0.0.1:{port}/ — stop with Ctrl+C"));
    let mut args = vec!["--address", "127.0.0.1", "--port", port];
    if !options.contains(&"--no-open") && has_display() {
        args.push("--open");
    }
    trunk("serve", &args)
}

fn has_display() -> bool {
    cfg!(any(target_os = "macos", target_os = "windows"))
        || std::env::var_os("DISPLAY").is_some()
        || std::env::var_os("WAYLAND_DISPLAY").is_some()
}

/// Builds the page into `dist/`, as the browser tests and the release want it.
pub(crate) fn build() -> Result<PathBuf> {
    tools::setup_page()?;
    say("building the engine");
    engine_for_trunk()?;
    say("building the page");
    trunk("build", &[])?;
    Ok(root().join("dist"))
}

/// The release: a static folder that works under any sub-path, and the npm package.
pub(crate) fn release() -> Result {
    let dist = build()?;
    optimise(&dist)?;
    let npm = dist.join("npm");
    say("building the npm package");
    engine("web", &npm.join("web"))?;
    engine("nodejs", &npm.join("node"))?;
    optimise(&npm)?;
    // Node takes `.js` for a module when the package says so; the Node flavour is CommonJS.
    fs::write(npm.join("node/package.json"), "{ \"type\": \"commonjs\" }\n")?;
    fs::copy(root().join("www/package.json"), npm.join("package.json"))?;
    fs::copy(root().join("README.md"), npm.join("README.md"))?;
    fs::copy(root().join("www/api.d.ts"), npm.join("api.d.ts"))?;
    say("done: dist/ is the page for any file server, dist/npm the package");
    Ok(())
}

/// Runs `wasm-opt` of the npm package `binaryen` over each wasm file, if npm is there.
fn optimise(folder: &Path) -> Result {
    let home = root().join("target/tools");
    let program = home.join("node_modules/.bin/wasm-opt");
    if !program.is_file() {
        let home_text = home.to_string_lossy().into_owned();
        fs::create_dir_all(&home)?;
        if !succeeds(
            "npm",
            &["install", "--silent", "--no-save", "--prefix", &home_text, "binaryen@130"],
        ) {
            println!(
                "  npm is not there: wasm files stay as the compiler left them (larger, not slower)"
            );
            return Ok(());
        }
    }
    for file in wasm_files(folder)? {
        let text = file.to_string_lossy().into_owned();
        println!("  wasm-opt {}", file.file_name().unwrap_or_default().to_string_lossy());
        run(command(&program, &["-O3", "--all-features", &text, "-o", &text]))?;
    }
    Ok(())
}

fn wasm_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(wasm_files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "wasm") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Takes pictures of the page into `folder`.
pub(crate) fn screens(folder: &str) -> Result {
    let browser = tools::browser()?;
    let dist = build()?;
    say(&format!("taking pictures into {folder}/"));
    let mut shots = command(
        "cargo",
        &["run", "--quiet", "--package", "tests", "--bin", "screens", "--", folder],
    );
    shots
        .env("AMBER_DIST", dist)
        .env("CHROMEDRIVER", browser.driver)
        .env("CHROMIUM", browser.chromium);
    run(shots)
}
