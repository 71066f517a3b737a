//! Pictures of the page: 1440, 820 and 390 px, light and dark, at the start and after the story of a broken chain.
//!
//! `cargo xtask screens [DIR]`; the pictures are for people and are not committed.

use std::path::PathBuf;

use tests::webdriver::{Browser, save};
use tests::{Result, server::Server};

const SIZES: [(u32, u32); 3] = [(1440, 900), (820, 1180), (390, 844)];

fn main() -> Result {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "screenshots".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let dist =
        std::env::var("AMBER_DIST").map_or_else(|_| tests::root().join("dist"), PathBuf::from);
    let server = Server::start(dist)?;
    for (width, height) in SIZES {
        for scheme in ["light", "dark"] {
            let browser = Browser::start(width, height)?;
            browser.scheme(scheme)?;
            browser.open(&server.url)?;
            browser.until("the prompt", "return !!document.querySelector('textarea') && document.body.dataset.ready === 'true'")?;
            save(&browser.picture()?, &folder.join(format!("{width}-{scheme}-start.png")))?;
            for statement in STORY {
                run(&browser, statement)?;
            }
            save(&browser.picture()?, &folder.join(format!("{width}-{scheme}-story.png")))?;
            println!("  {width} × {height}, {scheme}");
        }
    }
    Ok(())
}

/// A chain that grows, a link that tears, a new full.
const STORY: [&str; 6] = [
    "BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit';",
    "\\sim advance 1h",
    "BACKUP DATABASE bank INTO LATEST IN 's3://acme/prod?AUTH=implicit';",
    "ALTER DATABASE bank CONFIGURE ZONE USING gc.ttlseconds = 600;",
    "\\sim advance 30m",
    "BACKUP DATABASE bank INTO LATEST IN 's3://acme/prod?AUTH=implicit';",
];

/// Types one statement and waits for its end, which the page marks on its body.
fn run(browser: &Browser, statement: &str) -> Result {
    let done = browser.script("return Number(document.body.dataset.done || 0)")?;
    browser.script("const t = document.querySelector('textarea'); t.focus(); t.select();")?;
    browser.keys("textarea", &format!("{statement}\u{e009}\u{e007}\u{e000}"))?;
    browser.until(statement, &format!("return Number(document.body.dataset.done || 0) > {done}"))
}
