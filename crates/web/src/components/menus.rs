//! The header's menus: a button and, while it is open, a small panel under it.

use protocol::cluster::ClusterView;
use protocol::message::{Info, Load};
use protocol::time::Clock;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::icons;
use crate::format;
use crate::state::page::{self, Menu, PageUi};
use crate::state::{Intent, shell, time};

fn toggle(menu: Menu, on: &Callback<Intent>) -> Callback<MouseEvent> {
    on.reform(move |_| Intent::Page(page::Intent::Menu(Some(menu))))
}

/// Runs lines and closes the menu.
fn run(lines: &[&str], on: &Callback<Intent>) -> Callback<MouseEvent> {
    let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let on = on.clone();
    Callback::from(move |_| {
        on.emit(Intent::Page(page::Intent::Menu(None)));
        on.emit(Intent::Shell(shell::Intent::Run(lines.clone())));
    })
}

/// A button with its panel; Escape closes it.
fn menu(
    which: Menu,
    page: &PageUi,
    on: &Callback<Intent>,
    button: (&'static str, &'static str, Html),
    panel: impl FnOnce() -> Html,
) -> Html {
    let open = page.menu == Some(which);
    let (class, label, face) = button;
    let onkeydown = on.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            onkeydown.emit(Intent::Page(page::Intent::Menu(None)));
        }
    });
    html! {
        <div class="menu" {onkeydown}>
            <button class={class} aria-label={label} aria-expanded={open.to_string()} onclick={toggle(which, on)}>{ face }</button>
            if open { <div class="panel-menu" role="group" aria-label={label}>{ panel() }</div> }
        </div>
    }
}

/// Scenarios, reset and its undo.
pub(crate) fn scenario(
    clock: &Clock,
    info: Option<&Info>,
    page: &PageUi,
    on: &Callback<Intent>,
) -> Html {
    let face = html! {
        <><span class="chip-label">{ "scenario" }</span>{ " " }<b>{ &clock.scenario }</b>{ icons::down() }</>
    };
    menu(Menu::Scenario, page, on, ("chip", "Scenario", face), || {
        let versions = info.map(|info| info.versions.clone()).unwrap_or_default();
        let scenarios = info.map(|info| info.scenarios.clone()).unwrap_or_default();
        let undo = page.undo.as_ref().map(|_| {
            let onclick = on.reform(|_: MouseEvent| Intent::Page(page::Intent::UndoReset));
            html! { <button class="menu-item" {onclick}>{ "Undo the last reset" }</button> }
        });
        html! {
            <>
                <p class="menu-title">{ "Begin anew with" }</p>
                { for scenarios.iter().enumerate().flat_map(|(place, scenario)| {
                    versions.iter().map(move |version| (place, scenario, version))
                }).map(|(place, scenario, version)| {
                    let load = Load {
                        scenario: Some(scenario.name.clone()),
                        version: Some(version.trim_start_matches('v').to_owned()),
                        ..Load::default()
                    };
                    let onclick = on.reform(move |_: MouseEvent| Intent::Page(page::Intent::Reset(load.clone())));
                    html! {
                        <button class="menu-item" data-first={(place == 0).then_some("true")} {onclick}>
                            <b>{ &scenario.name }</b>{ " · " }{ version }<span class="menu-words">{ &scenario.words }</span>
                        </button>
                    }
                }) }
                { undo }
                <p class="menu-words">{ "A reset can be undone here until the next one." }</p>
            </>
        }
    })
}

/// Clusters of the world.
pub(crate) fn cluster(
    clock: &Clock,
    view: Option<&ClusterView>,
    page: &PageUi,
    on: &Callback<Intent>,
) -> Html {
    let prompt = &clock.prompt;
    let all_live = prompt.nodes_live == prompt.nodes;
    let (dot, health) = if all_live {
        ("dot dot-good", "all nodes live")
    } else {
        ("dot dot-bad", "nodes are down")
    };
    let face = html! {
        <>
            <span class="chip-label">{ "cluster" }</span>{ " " }<b>{ &clock.version }</b>
            <span class="chip-label wide-only">{ format!(" · {} nodes ", prompt.nodes) }</span>
            <span class={dot} role="img" aria-label={health}></span>{ icons::down() }
        </>
    };
    menu(Menu::Cluster, page, on, ("chip", "Cluster", face), || {
        let names = view.map(|view| view.clusters.clone()).unwrap_or_default();
        let next = format!("\\sim cluster new c{}", names.len().max(1) + 1);
        let next_words = format!("A fresh cluster ({next})");
        html! {
            <>
                <p class="menu-title">{ format!("The shell talks to {}", prompt.cluster) }</p>
                { for names.iter().filter(|name| **name != prompt.cluster).map(|name| {
                    let line = format!("\\sim cluster use {name}");
                    html! { <button class="menu-item" onclick={run(&[&line], on)}>{ format!("Use {name}") }</button> }
                }) }
                <button class="menu-item" data-first="true" onclick={run(&[&next], on)}>{ next_words }</button>
                <p class="menu-words">{ "A full-cluster restore wants a cluster without user tables. Buckets and the clock are shared." }</p>
            </>
        }
    })
}

/// The clock: opens a field for a typed time and some usual jumps.
pub(crate) fn clock(clock: &Clock, page: &PageUi, on: &Callback<Intent>) -> Html {
    let now = clock.now;
    let face = html! {
        <><span class="clock-date">{ format::date(now) }</span><span class="clock-time">{ format::seconds(now) }</span></>
    };
    let spoken = "Virtual time. Jump";
    menu(Menu::Clock, page, on, ("clock", spoken, face), || {
        let onsubmit = on.reform(|event: SubmitEvent| {
            event.prevent_default();
            let form = event.target().map(JsCast::unchecked_into::<web_sys::Element>);
            let field = form.and_then(|form| form.query_selector("input").ok().flatten());
            let text =
                field.map(|field| field.unchecked_into::<web_sys::HtmlInputElement>().value());
            Intent::Time(time::Intent::Jump(text.unwrap_or_default()))
        });
        let jumps: [(&str, &str); 6] = [
            ("+ 10 min", "\\sim advance 10m"),
            ("+ 1 h", "\\sim advance 1h"),
            ("+ 6 h", "\\sim advance 6h"),
            ("+ 1 day", "\\sim advance 24h"),
            ("until jobs are done", "\\sim until job done"),
            ("until GC", "\\sim until gc"),
        ];
        html! {
            <>
                <form class="jump" {onsubmit}>
                    <label>{ "Go to" }<input data-first="true" name="to" autocomplete="off" spellcheck="false" placeholder="10:31, +90m, #12, @mark" /></label>
                    <button class="primary">{ "Go" }</button>
                </form>
                <div class="jumps">
                    { for jumps.iter().map(|(words, line)| html! {
                        <button class="small" title={*line} onclick={run(&[line], on)}>{ *words }</button>
                    }) }
                </div>
                <p class="menu-words">{ format!("{} UTC · {} inputs on branch {}", format::moment(now), clock.inputs, clock.branch) }</p>
            </>
        }
    })
}

/// A link, a transcript.
pub(crate) fn share(page: &PageUi, on: &Callback<Intent>) -> Html {
    menu(Menu::Share, page, on, ("chip", "Share", html! { "Share" }), || {
        let link = on.reform(|_: MouseEvent| Intent::Page(page::Intent::Share));
        let script = on.reform(|_: MouseEvent| Intent::Page(page::Intent::Transcript));
        html! {
            <>
                <button class="menu-item" data-first="true" onclick={link}>{ "Copy a link to this moment" }
                    <span class="menu-words">{ "Every input is in it; whoever opens it runs them again and compares the hash." }</span></button>
                <button class="menu-item" onclick={script}>{ "Download the transcript as .sql" }
                    <span class="menu-words">{ "Runs under amber run, and on a real cluster without its \\sim lines." }</span></button>
                <p class="menu-words" role="status">{ &page.share_words }</p>
            </>
        }
    })
}

/// Help: always in the same place.
pub(crate) fn help(page: &PageUi, on: &Callback<Intent>) -> Html {
    menu(
        Menu::Help,
        page,
        on,
        ("square", "Help", html! { <b aria-hidden="true">{ "?" }</b> }),
        || {
            let keys: [(&str, &str); 8] = [
                ("Enter", "runs a statement that ends in ;"),
                ("Ctrl / ⌘ + Enter", "runs what is typed"),
                ("Tab", "completes while you type"),
                ("Esc, then Tab", "leaves the prompt"),
                ("↑ ↓", "earlier statements"),
                ("Ctrl + R, Alt + R", "search them"),
                ("← → on the ruler", "restore cursor, from backup to backup"),
                ("\\?", "what the shell itself understands"),
            ];
            let show = run(&["\\?"], on);
            html! {
                <>
                    <p class="menu-title">{ "Amber" }</p>
                    <p class="menu-words">{ "A CockroachDB-style cluster in this tab. Type the real statements; time moves only when you say so. Take a full backup, let time pass, append incrementals, and watch what garbage collection does to a chain that waits too long." }</p>
                    <dl class="keys">
                        { for keys.iter().map(|(key, words)| html! { <><dt>{ *key }</dt><dd>{ *words }</dd></> }) }
                    </dl>
                    <button class="small" data-first="true" onclick={show}>{ "List commands in the shell" }</button>
                    <p class="menu-words">{ "Not affiliated with, nor endorsed by, Cockroach Labs." }</p>
                </>
            }
        },
    )
}
