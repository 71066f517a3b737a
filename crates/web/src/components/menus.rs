//! The header's menus: a button and, while it is open, a small panel under it.

use std::rc::Rc;

use protocol::cluster::ClusterView;
use protocol::message::{Info, Load};
use protocol::time::Clock;
use wasm_bindgen::JsCast;
use yew::virtual_dom::ListenerKind;

use super::icons;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::page::{self, Menu, PageUi};
use crate::state::{Intent, time};

fn small_words(words: &str) -> El {
    of("p", "menu-words").text(words)
}

fn title(words: &str) -> El {
    of("p", "menu-title").text(words)
}

/// Runs a line and closes the menu.
fn run(line: &str) -> Intent {
    Intent::Page(page::Intent::MenuRun(line.to_owned()))
}

/// A button with its panel; Escape closes it.
fn menu(
    which: Menu,
    page: &PageUi,
    on: &On,
    label: &str,
    face: El,
    panel: impl FnOnce() -> Vec<El>,
) -> El {
    let open = page.menu == Some(which);
    let escape = Rc::new(|event: &web_sys::Event| {
        let key = event.dyn_ref::<web_sys::KeyboardEvent>()?.key();
        (key == "Escape").then(|| {
            event.stop_propagation();
            Intent::Page(page::Intent::Menu(None))
        })
    });
    let head = face
        .set("data-menu", which.name())
        .truth("aria-expanded", open)
        .click(on, Intent::Page(page::Intent::Menu(Some(which))));
    let body = open.then(|| {
        of("div", "panel-menu").set("role", "group").set("aria-label", label).kids(panel())
    });
    of("div", "menu").hear(ListenerKind::onkeydown, on, escape).kid(head).maybe(body)
}

fn item(words: &str, below: &str, on: &On, intent: Intent) -> El {
    let below = (!below.is_empty()).then(|| of("span", "menu-words").text(below));
    button("menu-item", words, on, intent).maybe(below)
}

fn chip(name: &str, value: &str) -> El {
    let label = of("span", "chip-label").text(name);
    of("button", "chip").kid(label).text(" ").kid(el("b").text(value))
}

/// Scenarios, reset and its undo.
pub(crate) fn scenario(clock: &Clock, info: Option<&Info>, page: &PageUi, on: &On) -> El {
    let face = chip("scenario", &clock.scenario).kid(icons::caret());
    menu(Menu::Scenario, page, on, "Scenario", face, || {
        let mut items = vec![title("Begin anew with")];
        for scenario in info.iter().flat_map(|info| &info.scenarios) {
            let versions = info.iter().flat_map(|info| &info.versions).map(|version| {
                let load = Load {
                    scenario: Some(scenario.name.clone()),
                    version: Some(version.trim_start_matches('v').to_owned()),
                    ..Load::default()
                };
                let label = [&scenario.name, " under ", version].concat();
                button("small", version, on, Intent::Page(page::Intent::Reset(load)))
                    .set("aria-label", &label)
                    .flag("data-first", true)
            });
            let words = el("p")
                .kid(el("b").text(&scenario.name))
                .kid(of("span", "menu-words").text(&scenario.words));
            items.push(of("div", "scenario").kid(words).kids(versions));
        }
        if page.undo.is_some() {
            let undo = Intent::Page(page::Intent::UndoReset);
            items.push(item(
                "Back to the world before",
                "what the last reset or link pushed aside",
                on,
                undo,
            ));
        }
        let open = Intent::Page(page::Intent::Open);
        items.push(item("Open a file…", "a saved session, SQL statements, or an archive of backup files; dropping it on the page does the same", on, open));
        items.push(small_words("Whatever is pushed aside can be had back here once."));
        items
    })
}

/// Clusters of the world.
pub(crate) fn cluster(clock: &Clock, view: Option<&ClusterView>, page: &PageUi, on: &On) -> El {
    let prompt = &clock.prompt;
    let (dot, health) = if prompt.nodes_live == prompt.nodes {
        ("dot dot-good", "all nodes live")
    } else {
        ("dot dot-bad", "nodes are down")
    };
    let nodes = [" · ", &prompt.nodes.to_string(), " nodes "].concat();
    let face = chip("cluster", &clock.version)
        .kid(of("span", "chip-label wide-only").text(&nodes))
        .kid(of("span", dot).set("role", "img").set("aria-label", health))
        .kid(icons::caret());
    menu(Menu::Cluster, page, on, "Cluster", face, || {
        let names = view.map(|view| view.clusters.as_slice()).unwrap_or_default();
        let next = ["\\sim cluster new c", &(names.len().max(1) + 1).to_string()].concat();
        let mut items = vec![title(&["The shell talks to ", &prompt.cluster].concat())];
        for name in names.iter().filter(|name| **name != prompt.cluster) {
            let line = ["\\sim cluster use ", name].concat();
            items.push(item(&["Use ", name].concat(), "", on, run(&line)));
        }
        items.push(item("A fresh cluster", &next, on, run(&next)).flag("data-first", true));
        items.push(small_words(
            "A full-cluster restore wants a cluster without user tables. Buckets and the clock are shared.",
        ));
        items
    })
}

/// Branches: where the world stands, the others, a comparison.
pub(crate) fn branch(clock: &Clock, page: &PageUi, on: &On) -> El {
    let face = chip("branch", &clock.branch).kid(icons::caret());
    menu(Menu::Branch, page, on, "Branches", face, || {
        let others = clock.branches.iter().filter(|name| **name != clock.branch);
        let mut items = vec![title("Branches of time")];
        for (place, name) in others.enumerate() {
            let use_line = ["\\sim use ", name].concat();
            let words = ["Use ", name].concat();
            items.push(item(&words, "", on, run(&use_line)).flag("data-first", place == 0));
            let line = ["\\sim diff ", name, " ", &clock.branch].concat();
            let words = ["Compare ", name, " with ", &clock.branch].concat();
            items.push(item(&words, "", on, run(&line)));
        }
        items.push(small_words(
            "An input at a past moment starts a branch; the old one stays as it was.",
        ));
        items
    })
}

/// Usual jumps: words and line.
const JUMPS: [(&str, &str); 6] = [
    ("+ 10 min", "\\sim advance 10m"),
    ("+ 1 h", "\\sim advance 1h"),
    ("+ 6 h", "\\sim advance 6h"),
    ("+ 1 day", "\\sim advance 24h"),
    ("until jobs are done", "\\sim until job done"),
    ("until GC", "\\sim until gc"),
];

/// The clock: opens a field for a typed time and some usual jumps.
pub(crate) fn clock(clock: &Clock, page: &PageUi, on: &On) -> El {
    let now = clock.now;
    let face = of("button", "clock")
        .set("title", "Jump to another time")
        .kid(of("span", "clock-date").text(&format::date(now)))
        .kid(of("span", "clock-time").text(&format::seconds(now)));
    menu(Menu::Clock, page, on, "Jump in virtual time", face, || {
        let jump = Rc::new(|event: &web_sys::Event| {
            event.prevent_default();
            let form = event.target()?.dyn_into::<web_sys::Element>().ok()?;
            let field = form.query_selector("input").ok()??;
            let text = field.unchecked_ref::<web_sys::HtmlInputElement>().value();
            Some(Intent::Time(time::Intent::Jump(text)))
        });
        let field = el("input")
            .flag("data-first", true)
            .set("autocomplete", "off")
            .set("spellcheck", "false")
            .set("placeholder", "10:31, +90m, #12, @mark");
        let form = of("form", "jump")
            .hear(ListenerKind::onsubmit, on, jump)
            .kid(el("label").text("Go to").kid(field))
            .kid(of("button", "primary").text("Go"));
        let jumps = JUMPS
            .iter()
            .map(|(words, line)| button("small", words, on, run(line)).set("title", line));
        let inputs = clock.inputs.to_string();
        let place = [&format::moment(now), " UTC · ", &inputs, " inputs on branch ", &clock.branch];
        vec![form, of("div", "jumps").kids(jumps), small_words(&place.concat())]
    })
}

/// A link, a transcript.
pub(crate) fn share(page: &PageUi, on: &On) -> El {
    let face = of("button", "chip").text("Share");
    menu(Menu::Share, page, on, "Share", face, || {
        let link = "Every input is in it; whoever opens it runs them again and compares the hash.";
        let file = "The same as text: open it with the scenario menu, or replay it.";
        let script = "Runs under amber run, and on a real cluster without its \\sim lines.";
        let share = |as_what| Intent::Page(page::Intent::Share(as_what));
        vec![
            item("Copy a link to this moment", link, on, share(page::Sharing::Link))
                .flag("data-first", true),
            item("Save this moment as a file", file, on, share(page::Sharing::File)),
            item(
                "Download the transcript as .sql",
                script,
                on,
                Intent::Page(page::Intent::Transcript),
            ),
            small_words(&page.share_words).set("role", "status"),
        ]
    })
}

/// Keys and what they do.
const KEYS: [(&str, &str); 10] = [
    ("Enter", "runs a statement that ends in ;"),
    ("Ctrl / ⌘ + Enter", "runs what is typed"),
    ("Tab", "completes while you type"),
    ("Esc, then Tab", "leaves the prompt"),
    ("↑ ↓", "earlier statements"),
    ("Ctrl + R, Alt + R", "search them"),
    ("← → on the ruler", "restore cursor, from backup to backup"),
    (". , [ ]", "on the player: next event, back, earlier and later statement"),
    ("J B M ?", "on the player: jump, branch, bookmark, help"),
    ("\\?", "what the shell itself understands"),
];

/// Help: always in the same place.
pub(crate) fn help(page: &PageUi, on: &On) -> El {
    let face = of("button", "square")
        .set("aria-label", "Help")
        .kid(el("b").set("aria-hidden", "true").text("?"));
    menu(Menu::Help, page, on, "Help", face, || {
        let keys = KEYS.iter().flat_map(|(key, words)| [el("dt").text(key), el("dd").text(words)]);
        vec![
            title("Amber"),
            small_words(
                "A CockroachDB-style cluster in this tab. Type the real statements; time moves only when you say so. Take a full backup, let time pass, append incrementals, and watch what garbage collection does to a chain that waits too long.",
            ),
            of("dl", "keys").kids(keys),
            of("div", "jumps")
                .kid(
                    button("small", "List commands in the shell", on, run("\\?"))
                        .flag("data-first", true),
                )
                .kid(
                    button(
                        "small",
                        "Single keys on the player",
                        on,
                        Intent::Page(page::Intent::Keys),
                    )
                    .truth("aria-pressed", !page.keys_off),
                ),
            small_words("Not affiliated with, nor endorsed by, Cockroach Labs."),
        ]
    })
}
