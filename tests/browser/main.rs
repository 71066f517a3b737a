//! The page in a real browser: the main story, from typed statements to the broken link and the restored table.
//!
//! Runs where `AMBER_DIST` names a built page, as `cargo xtask test` sets it; a plain `cargo test` has no page to open and
//! says so.

use std::path::PathBuf;

use tests::Result;
use tests::server::Server;
use tests::webdriver::Browser;

mod story;

/// The built page and a window on it, or a word that there is none.
fn page() -> Result<Option<(Server, Browser)>> {
    let Ok(dist) = std::env::var("AMBER_DIST") else {
        println!("no AMBER_DIST: `cargo xtask test` builds the page and runs this");
        return Ok(None);
    };
    let server = Server::start(PathBuf::from(dist))?;
    let browser = Browser::start(1440, 900)?;
    browser.open(&server.url)?;
    browser.until("the page to be ready", "return document.body.dataset.ready === 'true'")?;
    Ok(Some((server, browser)))
}
