//! Full, incrementals, garbage collection past the end, the real error, a new full, a lost table restored.

use tests::Result;
use tests::webdriver::Browser;

use super::{C, console_is_silent, page, run};

#[test]
fn main_story() -> Result {
    let Some((_server, browser)) = page()? else { return Ok(()) };
    story(&browser)?;
    console_is_silent(&browser)
}

fn story(browser: &Browser) -> Result {
    run(browser, &format!("BACKUP DATABASE bank INTO {C};"))?;
    browser.until(
        "a full in the map",
        "return document.querySelectorAll('[data-layer=full]').length === 1",
    )?;
    run(browser, "\\sim advance 5m")?;
    run(browser, &format!("BACKUP DATABASE bank INTO LATEST IN {C};"))?;
    browser.until(
        "an incremental",
        "return document.querySelectorAll('[data-layer=incremental]').length === 1",
    )?;
    run(browser, "ALTER DATABASE bank CONFIGURE ZONE USING gc.ttlseconds = 600;")?;
    run(browser, "\\sim advance 30m")?;
    run(browser, &format!("BACKUP DATABASE bank INTO LATEST IN {C};"))?;
    browser.until_text("protected ts verification error")?;
    browser.until("the broken link", "return !!document.querySelector('[data-chain=broken]')")?;
    run(browser, &format!("BACKUP DATABASE bank INTO {C};"))?;
    browser.until(
        "a second full",
        "return document.querySelectorAll('[data-layer=full]').length === 2",
    )?;
    run(browser, "DROP TABLE bank.accounts;")?;
    run(
        browser,
        &format!("RESTORE TABLE bank.accounts FROM LATEST IN {C} WITH skip_missing_foreign_keys;"),
    )?;
    run(browser, "SELECT count(*) FROM bank.accounts;")?;
    browser.until("rows again", "return [...document.querySelectorAll('[role=log] td')].some(td => Number(td.innerText) > 1)")
}
