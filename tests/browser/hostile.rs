//! Hostile input: whatever is typed, pasted or linked to, the page answers and lives.

use tests::Result;

use super::{console_is_silent, page, ready, run};

#[test]
fn the_page_lives() -> Result {
    let Some((server, browser)) = page()? else { return Ok(()) };
    for (statement, answer) in [
        ("SELEC 1;", "42601"),
        ("SELECT nope FROM bank.accounts;", "42703"),
        ("BACKUP INTO 'nowhere://x';", "ERROR"),
        ("PAUSE JOB 1;", "ERROR"),
        ("\\sim goto #999", "22023"),
        ("\\sim fly", "42601"),
        ("\\nope", "invalid syntax"),
        ("SELECT '<img src=x onerror=alert(1)>' AS \"<b>x</b>\";", "<img src=x onerror=alert(1)>"),
    ] {
        run(&browser, statement)?;
        browser.until(
            statement,
            &format!("return [...document.querySelectorAll('article')].at(-1).innerText.includes('{answer}')"),
        )?;
    }
    assert!(
        browser.script("return document.querySelector('article img, article b > b')")?.is_null()
    );

    // Ten megabytes pasted: refused with its own error, nothing lost.
    browser.script(
        "const t = document.querySelector('#shell-input');
         t.value = \"SELECT '\" + 'x'.repeat(10 << 20) + \"';\";
         t.dispatchEvent(new InputEvent('input', { bubbles: true }));
         t.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }));",
    )?;
    browser.until_text("has more than")?;
    run(&browser, "SELECT 41 + 1;")?;
    browser.until(
        "an answer after it",
        "return [...document.querySelectorAll('td')].some((td) => td.innerText === '42')",
    )?;

    for fragment in
        ["#a1=", "#a1=%00%ff", "#a1=AAAA", "#a1=S0zMTUpVMAQA", "#s=x", "#tab-data", "#[\"'"]
    {
        browser.open("about:blank")?;
        browser.open(&format!("{}{fragment}", server.url))?;
        ready(&browser)?;
        run(&browser, "SELECT 1;")?;
    }
    browser.open("about:blank")?;
    browser.open(&format!("{}?scenario=nope&version=x&seed=-1", server.url))?;
    browser.until_text("there is no scenario")?;
    console_is_silent(&browser)
}
