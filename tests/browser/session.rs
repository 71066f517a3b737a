//! What comes back: after a reload, by a link, after a reset.

use tests::Result;
use tests::webdriver::Browser;

use super::{C, console_is_silent, page, ready, run};

const LAYERS: &str = "return document.querySelectorAll('[data-layer]').length";

fn layers(browser: &Browser) -> Result<u64> {
    Ok(browser.script(LAYERS)?.as_u64().unwrap_or(0))
}

/// Presses what stands in a menu.
fn choose(browser: &Browser, menu: &str, words: &str) -> Result {
    browser.click(&format!("[data-menu={menu}]"))?;
    let press = format!(
        "const item = [...document.querySelectorAll('.panel-menu button')].find((one) => one.innerText.startsWith('{words}'));
         item.click(); return true"
    );
    browser.until(words, &press)
}

#[test]
fn a_world_comes_back() -> Result {
    let Some((server, browser)) = page()? else { return Ok(()) };
    run(&browser, &format!("BACKUP DATABASE bank INTO {C};"))?;
    run(&browser, "\\sim advance 1h")?;
    run(&browser, "\\sim goto '03:30'")?;
    run(&browser, &format!("BACKUP DATABASE bank INTO LATEST IN {C};"))?;
    let kept = "return (localStorage['amber.1.snapshot'] || '').length > 0 && document.querySelectorAll('[data-layer]').length === 2";
    browser.until("two layers on a branch", kept)?;
    // Kept after the views have come: asked for until it is there.
    browser.until(
        "both branches to be kept",
        "return atob(localStorage['amber.1.snapshot']).includes('line main-2')",
    )?;

    let link = link(&browser)?;
    assert!(link.starts_with(&format!("{}#a1=", server.url)) && link.len() < 2_000, "{link}");

    browser.open(&server.url)?;
    ready(&browser)?;
    assert_eq!(layers(&browser)?, 2, "after a reload");
    browser.until("the branch", "return document.querySelector('[data-menu=branch]')?.innerText.includes('main-2') === true")?;

    browser.click("[data-menu=scenario]")?;
    browser.click("[aria-label^='empty under']")?;
    browser.until("a reset", "return document.querySelectorAll('[data-layer]').length === 0")?;
    choose(&browser, "scenario", "Back to the world before")?;
    browser
        .until("the undo of it", "return document.querySelectorAll('[data-layer]').length === 2")?;

    browser.script("localStorage.clear(); return true")?;
    browser.open("about:blank")?;
    browser.open(&link)?;
    ready(&browser)?;
    assert_eq!(layers(&browser)?, 2, "by the link");
    browser.until_text("its hash is the same")?;
    console_is_silent(&browser)
}

/// The link that Share copies: headless browsers have no clipboard to read, so its writing is listened to.
fn link(browser: &Browser) -> Result<String> {
    browser.script(
        "Object.defineProperty(navigator, 'clipboard', { configurable: true,
             value: { writeText: (text) => { window.copied = text; return Promise.resolve(); } } }); return true",
    )?;
    choose(browser, "share", "Copy a link")?;
    browser.until("a link", "return typeof window.copied === 'string'")?;
    browser.click("[data-menu=share]")?;
    Ok(browser.script("return window.copied")?.as_str().unwrap_or_default().to_owned())
}
