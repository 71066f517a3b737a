//! Tools at their versions: found if they are there, fetched ready-made where the network allows, compiled otherwise.
//!
//! | tool | version | for |
//! |---|---|---|
//! | wasm32 target | the toolchain's | everything in the browser |
//! | `wasm-bindgen` and its test runner | exactly that of `Cargo.lock` | glue, headless tests |
//! | Trunk | pinned below | the page |
//! | Chromium, ChromeDriver | the system's | browser tests, pictures |
//! | cargo-deny | pinned below | licences, bans, sources |
//!
//! Compiled tools go to a folder of their own under cargo's home, so that nobody's own versions are touched.

use std::path::{Path, PathBuf};

use crate::run::{Result, command, first_line, root, run, say, succeeds};

const TRUNK: &str = "0.21.14";
const CARGO_DENY: &str = "0.20.2";
const PREBUILT_SECONDS_MAX: &str = "20";

/// A tool that cargo can install.
struct Tool {
    /// Its package's name.
    package: &'static str,
    /// The program that tells its version.
    program: &'static str,
    /// The version wanted, or any.
    version: String,
    /// Whether to build with the lock file it ships.
    locked: bool,
    /// Where a ready-made one may be had.
    prebuilt: Option<String>,
}

/// Sets up all that serving, building and testing need.
pub(crate) fn setup_all() -> Result {
    setup_page()?;
    browser()?;
    say("all tools are there");
    Ok(())
}

/// Sets up what building the page needs.
pub(crate) fn setup_page() -> Result {
    wasm_target()?;
    wasm_bindgen()?;
    trunk()?;
    Ok(())
}

/// The version of axe-core with which the page is checked.
const AXE: &str = "axe-core@4.11.1";

/// axe-core as one script, from npm; `None` on a machine without npm.
pub(crate) fn axe() -> Result<Option<PathBuf>> {
    let home = root().join("target/tools");
    let script = home.join("node_modules/axe-core/axe.min.js");
    if script.is_file() {
        return Ok(Some(script));
    }
    if !succeeds("npm", &["--version"]) {
        return Ok(None);
    }
    say(&format!("installing {AXE} with npm"));
    std::fs::create_dir_all(&home)?;
    let home = home.to_string_lossy().into_owned();
    run(command("npm", &["install", "--silent", "--no-save", "--prefix", &home, AXE]))?;
    Ok(Some(script))
}

/// The wasm32 target.
pub(crate) fn wasm_target() -> Result {
    let listed = command("rustup", &["target", "list", "--installed"]).output();
    let there = listed
        .is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("wasm32-unknown-unknown"));
    if there {
        return Ok(());
    }
    say("adding the target wasm32-unknown-unknown");
    run(command("rustup", &["target", "add", "wasm32-unknown-unknown"]))
}

/// The folder that holds `wasm-bindgen` and `wasm-bindgen-test-runner` of the locked version.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    let version = locked_version("wasm-bindgen")?;
    let release = format!(
        "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-x86_64-unknown-linux-musl.tar.gz"
    );
    install(&Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version,
        locked: false,
        prebuilt: Some(release),
    })
}

/// The folder that holds `trunk`.
pub(crate) fn trunk() -> Result<PathBuf> {
    let release = format!(
        "https://github.com/trunk-rs/trunk/releases/download/v{TRUNK}/trunk-x86_64-unknown-linux-gnu.tar.gz"
    );
    install(&Tool {
        package: "trunk",
        program: "trunk",
        version: TRUNK.to_owned(),
        locked: true,
        prebuilt: Some(release),
    })
}

/// The folder that holds `cargo-deny`.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    let release = format!(
        "https://github.com/EmbarkStudios/cargo-deny/releases/download/{CARGO_DENY}/cargo-deny-{CARGO_DENY}-x86_64-unknown-linux-musl.tar.gz"
    );
    install(&Tool {
        package: "cargo-deny",
        program: "cargo-deny",
        version: CARGO_DENY.to_owned(),
        locked: true,
        prebuilt: Some(release),
    })
}

/// Chromium and its driver, as programs to start.
pub(crate) struct Browser {
    /// The browser.
    pub(crate) chromium: PathBuf,
    /// Its WebDriver server.
    pub(crate) driver: PathBuf,
}

/// Finds Chromium and ChromeDriver, or asks the system's package manager for them.
pub(crate) fn browser() -> Result<Browser> {
    if let Some(found) = find_browser() {
        return Ok(found);
    }
    if succeeds("apt-get", &["--version"]) {
        say("installing Chromium and ChromeDriver with apt-get");
        run(command("apt-get", &["update"]))?;
        run(command(
            "apt-get",
            &["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"],
        ))?;
    }
    find_browser().ok_or_else(|| {
        "no Chromium with ChromeDriver found; install both and put them on PATH".into()
    })
}

fn find_browser() -> Option<Browser> {
    let chromium =
        ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| on_path(name))?;
    let driver = on_path("chromedriver")?;
    Some(Browser { chromium, driver })
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Makes sure of one tool; answers the folder it lies in.
fn install(tool: &Tool) -> Result<PathBuf> {
    if let Some(file) = on_path(tool.program)
        && has_version(&file, &tool.version)
    {
        return Ok(file.parent().unwrap_or(Path::new("")).to_path_buf());
    }
    let bin = tool_home(tool).join("bin");
    if has_version(&bin.join(tool.program), &tool.version) {
        return Ok(bin);
    }
    if fetch_prebuilt(tool, &bin) && has_version(&bin.join(tool.program), &tool.version) {
        return Ok(bin);
    }
    say(&format!("compiling {} {} (a few minutes, once)", tool.package, tool.version));
    let home = tool_home(tool);
    let home_text = home.to_string_lossy().into_owned();
    let mut args = vec!["install", tool.package, "--version", &tool.version, "--root", &home_text];
    if tool.locked {
        args.push("--locked");
    }
    let mut install = command("cargo", &args);
    // A target folder or wasm flags of the caller are not for tools of the host.
    install.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
    run(install)?;
    Ok(bin)
}

fn has_version(program: &Path, version: &str) -> bool {
    first_line(program, &["--version"])
        .is_some_and(|line| line.split_whitespace().any(|word| word == version))
}

fn tool_home(tool: &Tool) -> PathBuf {
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo"),
        PathBuf::from,
    );
    cargo_home.join("amber-tools").join(format!("{}-{}", tool.package, tool.version))
}

/// Tries for a ready-made program; a network that does not allow it costs seconds, not minutes.
fn fetch_prebuilt(tool: &Tool, bin: &Path) -> bool {
    let Some(url) =
        tool.prebuilt.as_deref().filter(|_| cfg!(all(target_os = "linux", target_arch = "x86_64")))
    else {
        return false;
    };
    say(&format!("looking for a ready-made {} {}", tool.package, tool.version));
    let archive =
        std::env::temp_dir().join(format!("amber-{}-{}.tar.gz", tool.package, tool.version));
    let archive_text = archive.to_string_lossy().into_owned();
    let fetched = succeeds(
        "curl",
        &[
            "-fsSL",
            "--connect-timeout",
            "5",
            "--max-time",
            PREBUILT_SECONDS_MAX,
            "-o",
            &archive_text,
            url,
        ],
    );
    if !fetched || std::fs::create_dir_all(bin).is_err() {
        return false;
    }
    let bin_text = bin.to_string_lossy().into_owned();
    // Archives differ in whether they hold a folder; programs are moved up to where they are looked for.
    succeeds("tar", &["-xzf", &archive_text, "-C", &bin_text])
        && succeeds(
            "sh",
            &[
                "-c",
                &format!("find '{bin_text}' -mindepth 2 -type f -exec mv {{}} '{bin_text}' \\;"),
            ],
        )
}

/// The version of a package in `Cargo.lock`.
fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    let mut lines = lock.lines();
    let name = format!("name = \"{package}\"");
    while let Some(line) = lines.next() {
        if line == name
            && let Some(version) = lines
                .next()
                .and_then(|next| next.strip_prefix("version = \""))
                .and_then(|rest| rest.strip_suffix('"'))
        {
            return Ok(version.to_owned());
        }
    }
    Err(format!("{package} is not in Cargo.lock").into())
}

/// `PATH` with these folders in front.
pub(crate) fn path_with(folders: &[PathBuf]) -> Result<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&old));
    Ok(std::env::join_paths(all)?)
}
