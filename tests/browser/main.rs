//! The page in a real browser: the main story, what comes back after a reload and by a link, hostile input, axe-core.
//!
//! Runs where `AMBER_DIST` names a built page, as `cargo xtask test` sets it; a plain `cargo test` has no page to open and
//! says so.

use std::path::PathBuf;

use tests::Result;
use tests::server::Server;
use tests::webdriver::Browser;

mod axe;
mod hostile;
mod session;
mod story;

/// The collection of the stories.
const C: &str = "'s3://acme/prod?AUTH=implicit'";

/// The built page on a local address, or a word that there is none.
fn served() -> Result<Option<Server>> {
    let Ok(dist) = std::env::var("AMBER_DIST") else {
        println!("no AMBER_DIST: `cargo xtask test` builds the page and runs this");
        return Ok(None);
    };
    Ok(Some(Server::start(PathBuf::from(dist))?))
}

/// Opens the page and waits for its prompt.
fn open(server: &Server, browser: &Browser) -> Result {
    browser.open(&server.url)?;
    ready(browser)
}

fn ready(browser: &Browser) -> Result {
    browser.until("the page to be ready", "return document.body.dataset.ready === 'true'")
}

/// The built page and a window on it, or a word that there is none.
fn page() -> Result<Option<(Server, Browser)>> {
    let Some(server) = served()? else { return Ok(None) };
    let browser = Browser::start(1440, 900)?;
    open(&server, &browser)?;
    Ok(Some((server, browser)))
}

/// Types one statement, runs it, waits for its answer.
fn run(browser: &Browser, statement: &str) -> Result {
    let done = browser.script("return Number(document.body.dataset.done || 0)")?;
    browser.script("const t = document.querySelector('#shell-input'); t.focus(); t.select();")?;
    browser.keys("#shell-input", &format!("{statement}\u{e009}\u{e007}\u{e000}"))?;
    browser.until(statement, &format!("return Number(document.body.dataset.done || 0) > {done}"))
}

/// The console said nothing at the level of errors.
fn console_is_silent(browser: &Browser) -> Result {
    assert_eq!(browser.console_errors()?, Vec::<String>::new());
    Ok(())
}
