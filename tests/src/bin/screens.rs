//! Pictures of the page: 1440, 820 and 390 px, light and dark, at the start, through the story of a broken
//! chain, and each tab after it.
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
            let shot = |name: &str| -> Result {
                save(&browser.picture()?, &folder.join(format!("{width}-{scheme}-{name}.png")))
            };
            shot("1-start")?;
            for (name, statements) in STORY {
                for statement in statements {
                    run(&browser, statement)?;
                }
                shot(name)?;
            }
            for tab in TABS {
                browser.click(&format!("#tab-{tab}"))?;
                browser.until(tab, "return !document.querySelector('.waiting')")?;
                browser.script("document.querySelector('.inspector').scrollIntoView()")?;
                shot(&format!("5-{tab}"))?;
            }
            println!("  {width} × {height}, {scheme}");
        }
    }
    Ok(())
}

const TABS: [&str; 8] =
    ["agenda", "cluster", "storage", "jobs", "schedules", "data", "plots", "events"];

/// A chain that grows, a link that tears, a new full and a table restored from it.
const STORY: [(&str, &[&str]); 3] = [
    (
        "2-chain",
        &[
            "BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit';",
            "\\sim advance 1h",
            "BACKUP DATABASE bank INTO LATEST IN 's3://acme/prod?AUTH=implicit';",
        ],
    ),
    (
        "3-break",
        &[
            "ALTER DATABASE bank CONFIGURE ZONE USING gc.ttlseconds = 600;",
            "\\sim advance 30m",
            "BACKUP DATABASE bank INTO LATEST IN 's3://acme/prod?AUTH=implicit';",
        ],
    ),
    (
        "4-restore",
        &[
            "BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit';",
            "DROP TABLE bank.accounts;",
            "RESTORE TABLE bank.accounts FROM LATEST IN 's3://acme/prod?AUTH=implicit' WITH skip_missing_foreign_keys;",
        ],
    ),
];

/// Types one statement and waits for its end, which the page marks on its body.
fn run(browser: &Browser, statement: &str) -> Result {
    let done = browser.script("return Number(document.body.dataset.done || 0)")?;
    browser.script("const t = document.querySelector('textarea'); t.focus(); t.select();")?;
    browser.keys("textarea", &format!("{statement}\u{e009}\u{e007}\u{e000}"))?;
    browser.until(statement, &format!("return Number(document.body.dataset.done || 0) > {done}"))
}
