//! axe-core over the page's main states, wide and narrow, light and dark: it must find nothing.
//!
//! Runs where `AMBER_AXE` names `axe.min.js`, as `cargo xtask test` sets it. All rules run in light; in dark, where only colours
//! differ, those about contrast.

use tests::Result;
use tests::server::Server;
use tests::webdriver::Browser;

use super::{C, console_is_silent, open, run};

const SIZES: [(u32, u32); 2] = [(1440, 900), (390, 844)];
const TABS: [&str; 8] =
    ["agenda", "cluster", "storage", "jobs", "schedules", "data", "plots", "events"];

#[test]
fn axe_finds_nothing() -> Result {
    let Some(server) = super::served()? else { return Ok(()) };
    let file = std::env::var("AMBER_AXE").map_err(|_| "AMBER_AXE names no axe.min.js")?;
    let axe = std::fs::read_to_string(file)?;
    let mut findings = Vec::new();
    for (width, height) in SIZES {
        let browser = Browser::start(width, height)?;
        states(&server, &browser, &axe, &mut |state, found| {
            findings.extend(found.into_iter().map(|one| format!("{width} px, {state}: {one}")));
        })?;
        console_is_silent(&browser)?;
    }
    assert!(findings.is_empty(), "axe found:\n{}", findings.join("\n"));
    Ok(())
}

type Report<'a> = &'a mut dyn FnMut(&str, Vec<String>);

/// Leads the page through its states and looks at each.
fn states(server: &Server, browser: &Browser, axe: &str, report: Report<'_>) -> Result {
    open(server, browser)?;
    // The driver's scripts are functions; what axe defines goes to the window.
    browser.script(axe)?;
    // Where only a part has changed, only that part is looked at: axe takes its time.
    let mut look = |state: &str, part: &str| -> Result {
        browser.scheme("light")?;
        report(&format!("{state}, light"), found(browser, part, "")?);
        browser.scheme("dark")?;
        report(&format!("{state}, dark"), found(browser, part, ", runOnly: ['color-contrast']")?);
        Ok(())
    };
    look("start", "html")?;
    for menu in ["scenario", "cluster", "clock", "share", "help"] {
        browser.click(&format!("[data-menu={menu}]"))?;
        look(&format!("menu {menu}"), ".panel-menu")?;
        browser.click(&format!("[data-menu={menu}]"))?;
    }
    run(browser, &format!("BACKUP DATABASE bank INTO {C};"))?;
    run(browser, "\\sim advance 1h")?;
    run(browser, &format!("BACKUP DATABASE bank INTO LATEST IN {C};"))?;
    browser.script("document.querySelector('[data-layer=full]').dispatchEvent(new MouseEvent('click', { bubbles: true }))")?;
    browser.until("the strip", "return !!document.querySelector('.strip')")?;
    look("a chosen layer", ".map-panel")?;
    run(browser, "ALTER DATABASE bank CONFIGURE ZONE USING gc.ttlseconds = 600;")?;
    run(browser, "\\sim advance 30m")?;
    run(browser, &format!("BACKUP DATABASE bank INTO LATEST IN {C};"))?;
    browser.until("the card", "return !!document.querySelector('.error-card')")?;
    look("a broken chain", "html")?;
    browser.click("[data-mode=table]")?;
    look("the map as a table", ".map-panel")?;
    for tab in TABS {
        browser.click(&format!("#tab-{tab}"))?;
        let came = "return !document.querySelector('#inspector-panel > .waiting')";
        browser.until(tab, came)?;
        look(&format!("tab {tab}"), ".inspector")?;
    }
    Ok(())
}

/// What axe finds, a line each.
fn found(browser: &Browser, part: &str, options: &str) -> Result<Vec<String>> {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const line = (rule) => rule.id + ' at ' + rule.nodes.slice(0, 3)
             .map((node) => node.target.join(' ') + ' (' + node.failureSummary.split('\\n')[1] + ')').join('; ');
         axe.run(document.querySelector('{part}'), {{ resultTypes: ['violations']{options} }})
             .then((found) => done(found.violations.map(line)), (error) => done(['axe itself: ' + error]));"
    );
    let answer = browser.script_async(&script)?;
    let list = answer.as_array().ok_or("axe answered nothing")?;
    Ok(list.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect())
}
