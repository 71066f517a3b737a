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
    bind_engine(flavour, out, &["--remove-name-section"])
}

fn bind_engine(flavour: &str, out: &Path, options: &[&str]) -> Result {
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
    let mut args = vec!["--remove-producers-section", "--target", flavour];
    args.extend(["--out-name", "engine", "--out-dir", &out, &wasm]);
    args.extend(options);
    run(command(bin.join("wasm-bindgen"), &args))
}

/// The engine as it is released: functions that are the same become one, and those of like names lie side by side, so
/// that Brotli finds what they share. All else that `wasm-opt` can do makes the file shorter and its compressed form
/// longer (docs/weight.md).
fn released_engine(flavour: &str, out: &Path, wasm_opt: Option<&Path>) -> Result {
    let Some(program) = wasm_opt else { return engine(flavour, out) };
    bind_engine(flavour, out, &[])?;
    let passes =
        ["--duplicate-function-elimination", "--reorder-functions-by-name", "--strip-debug"];
    optimise(program, &out.join("engine_bg.wasm"), &passes)
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
    let cell = without_integrity(&page.replacen("<html", "<html data-embed", 1));
    Ok(fs::write(folder.join("embed.html"), cell)?)
}

/// A document whose style sheets and scripts carry no digest: in the opaque origin of a sandboxed frame a digest makes every file
/// a cross-origin one that the browser then refuses to compare.
fn without_integrity(page: &str) -> String {
    let mut parts = page.split(" integrity=");
    let mut cell = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = match part.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map(|at| at + 2),
            None => part.find([' ', '>']),
        };
        cell.push_str(end.and_then(|end| part.get(end..)).unwrap_or_default());
    }
    cell
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
    let wasm_opt = wasm_opt()?;
    let wasm_opt = wasm_opt.as_deref();
    if let Some(program) = wasm_opt {
        for file in wasm_files(&dist)? {
            optimise(program, &file, &["-Os"])?;
        }
    }
    released_engine("web", &dist.join("engine"), wasm_opt)?;
    let npm = dist.join("npm");
    say("building the npm package");
    released_engine("web", &npm.join("web"), wasm_opt)?;
    released_engine("nodejs", &npm.join("node"), wasm_opt)?;
    // Node takes `.js` for a module when the package says so; the Node flavour is CommonJS.
    fs::write(npm.join("node/package.json"), "{ \"type\": \"commonjs\" }\n")?;
    fs::copy(root().join("www/package.json"), npm.join("package.json"))?;
    fs::copy(root().join("README.md"), npm.join("README.md"))?;
    fs::copy(root().join("www/api.d.ts"), npm.join("api.d.ts"))?;
    say("done: dist/ is the page for any file server, dist/npm the package");
    Ok(())
}

/// `wasm-opt` of the npm package `binaryen`, if npm is there.
fn wasm_opt() -> Result<Option<PathBuf>> {
    let home = root().join("target/tools");
    let program = home.join("node_modules/.bin/wasm-opt");
    if !program.is_file() {
        let home_text = home.to_string_lossy().into_owned();
        fs::create_dir_all(&home)?;
        let words = ["install", "--silent", "--no-save", "--prefix", &home_text, "binaryen@130"];
        if !succeeds("npm", &words) {
            println!("  npm is not there: wasm files stay as the compiler left them");
            return Ok(None);
        }
    }
    Ok(Some(program))
}

/// Runs `wasm-opt` over one file.
fn optimise(program: &Path, file: &Path, passes: &[&str]) -> Result {
    let text = file.to_string_lossy().into_owned();
    println!("  wasm-opt {}", file.file_name().unwrap_or_default().to_string_lossy());
    let mut args = passes.to_vec();
    // What today's compiler takes for granted. All that the tool knows would be more than browsers read.
    args.extend([
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-call-indirect-overlong",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ]);
    args.extend([text.as_str(), "-o", &text]);
    run(command(program, &args))
}

/// The wasm files that lie in a folder itself: in `dist/`, those of the page.
fn wasm_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "wasm") {
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
