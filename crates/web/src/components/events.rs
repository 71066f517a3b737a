//! The trace, and the inputs and branches one can go back to.

use std::rc::Rc;

use protocol::event::{EventsView, SimEvent};
use protocol::moment::{Branch, InputMoment, MomentsView};
use protocol::time::Nanos;
use yew::virtual_dom::ListenerKind;

use super::agenda::toned;
use super::header::value_of;
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::inspect::{self, Inspector};
use crate::state::{Intent, World, shell};

/// The tab.
pub(crate) fn events(view: &EventsView, world: &World, at: &Inspector, on: &On) -> Vec<El> {
    let now = world.clock.now;
    let shown = view.events.iter().rev();
    let wanted = at.event_words.to_lowercase();
    let shown = shown.filter(|event| at.event_kind.as_ref().is_none_or(|kind| *kind == event.kind));
    let shown = shown.filter(|event| event.words.to_lowercase().contains(&wanted));
    let mut parts = Vec::new();
    if let Some(moments) = &world.moments {
        parts.extend(ways_back(moments, now, on));
    }
    parts.push(of("div", "head-row").kid(el("h3").text("What happened")).kid(kinds(view, at, on)));
    if view.events.is_empty() {
        let words = "Nothing yet. Every input and all that follows from it will stand here.";
        parts.push(of("p", "empty muted").text(words));
    }
    parts.push(of("ol", "events").kids(shown.map(|found| event(found, now, on))));
    parts
}

fn kinds(view: &EventsView, at: &Inspector, on: &On) -> El {
    let mut kinds: Vec<&str> = Vec::new();
    for event in &view.events {
        if !kinds.contains(&event.kind.as_str()) {
            kinds.push(&event.kind);
        }
    }
    let chosen = Rc::new(|event: &web_sys::Event| {
        let kind = Some(value_of(event)).filter(|kind| !kind.is_empty());
        Some(Intent::Inspect(inspect::Intent::EventKind(kind)))
    });
    let option = |value: &str, words: &str, selected| {
        el("option").set("value", value).property("selected", selected).text(words)
    };
    let select = el("select")
        .hear(ListenerKind::onchange, on, chosen)
        .kid(option("", "all", at.event_kind.is_none()))
        .kids(kinds.iter().map(|kind| option(kind, kind, at.event_kind.as_deref() == Some(kind))));
    let typed = Rc::new(|event: &web_sys::Event| {
        Some(Intent::Inspect(inspect::Intent::EventWords(value_of(event))))
    });
    let words = el("input")
        .set("placeholder", "with these words")
        .set("aria-label", "Show events with these words")
        .value(&at.event_words)
        .hear(ListenerKind::oninput, on, typed);
    of("div", "check").kid(el("label").text("show ").kid(select)).kid(words)
}

fn event(event: &SimEvent, now: Nanos, on: &On) -> El {
    let line = ["\\sim goto '", &format::exact(event.at), "'"].concat();
    let go = Intent::Shell(shell::Intent::Run(vec![line.clone()]));
    el("li")
        .key(&event.seq.to_string())
        .kid(button("link-button due", &format::near(event.at, now), on, go).set("title", &line))
        .kid(of("span", &toned("tag", event.tone)).text(&event.kind))
        .kid(of("span", "event-words").text(&event.words))
}

fn run(words: &str, line: &str, on: &On) -> El {
    let intent = Intent::Shell(shell::Intent::Run(vec![line.to_owned()]));
    button("small", words, on, intent).set("title", line)
}

/// Branches and the inputs of the current one, each a way back.
fn ways_back(view: &MomentsView, now: Nanos, on: &On) -> Vec<El> {
    let mut parts = Vec::new();
    if view.branches.len() > 1 {
        let rows = view.branches.iter().map(|found| branch(found, now, on));
        parts.push(
            of("section", "branches").kid(el("h3").text("Branches")).kid(el("ul").kids(rows)),
        );
    }
    if !view.inputs.is_empty() {
        let count = u64::try_from(view.inputs.len()).unwrap_or(0);
        let words =
            [&format::counted(count, "input", "inputs"), " so far: go back to any"].concat();
        let rows = view.inputs.iter().rev().map(|found| input(found, now, on));
        let details =
            el("details").kid(el("summary").text(&words)).kid(of("ol", "inputs").kids(rows));
        parts.push(of("section", "branches").kid(details));
    }
    parts
}

fn input(input: &InputMoment, now: Nanos, on: &On) -> El {
    let before = input.n.saturating_sub(1).to_string();
    let words = ["before #", &input.n.to_string()].concat();
    el("li")
        .key(&before)
        .kid(run(&words, &["\\sim goto #", &before].concat(), on))
        .kid(of("span", "due").text(&format::near(input.at, now)))
        .kid(el("code").text(&input.text))
}

fn branch(branch: &Branch, now: Nanos, on: &On) -> El {
    let mut words = String::from(" ");
    if let Some(parent) = &branch.parent {
        words.extend(["left ", parent, " at ", &format::near(branch.forked_at, now), ", "]);
    }
    words.extend(["stands at ", &format::near(branch.head, now)]);
    let here = if branch.is_current {
        of("span", "tag tone-good").text("here")
    } else {
        run("Use", &["\\sim use ", &branch.name].concat(), on)
    };
    el("li").kid(el("b").text(&branch.name)).kid(of("span", "muted").text(&words)).kid(here)
}
