//! The shell: log above, prompt below.

use std::rc::Rc;

use protocol::chain::ChainMap;
use protocol::time::Clock;
use yew::prelude::*;

use super::entry::EntryView;
use super::prompt;
use crate::el::{El, On, button, el, nodes, of};
use crate::state::Intent;
use crate::state::next::suggestions;
use crate::state::shell::{self, Shell};

/// What the shell needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ShellPanelProps {
    /// The shell.
    pub(crate) shell: Shell,
    /// Where time stands, for the prompt.
    pub(crate) clock: Rc<Clock>,
    /// The chain map, for what to try next.
    pub(crate) map: Rc<ChainMap>,
    /// Whether the engine is still on its way.
    pub(crate) starting: bool,
    /// Where intents go.
    pub(crate) on: On,
}

/// The shell.
#[component]
pub(crate) fn ShellPanel(props: &ShellPanelProps) -> Html {
    let (shell, on) = (&props.shell, &props.on);
    let prompt = &props.clock.prompt;
    let place = if prompt.user.is_empty() {
        String::new()
    } else {
        [&prompt.user, "@", &prompt.host, "/", &prompt.database].concat()
    };
    let search = button("quiet", "Search", on, Intent::Shell(shell::Intent::Search));
    let clear = button("quiet", "Clear", on, Intent::Shell(shell::Intent::ClearLog));
    let head = of("div", "panel-head")
        .kid(el("h2").set("id", "shell-title").text("Shell"))
        .kid(of("span", "muted place").text(&place))
        .kid(of("span", "spring"))
        .kid(search.set("title", "Search the history (Ctrl+R, Alt+R)"))
        .kid(clear.flag("disabled", shell.entries.is_empty()));
    let log = of("div", "log")
        .set("id", "shell-log")
        .set("role", "log")
        .set("aria-live", "off")
        .set("aria-label", "Statements and their results")
        .set("tabindex", "0");
    let entries = shell.entries.iter().map(|entry| {
        html! { <EntryView key={entry.id} entry={entry.clone()} on={on.clone()} /> }
    });
    let log = log
        .put(nodes(entries.collect()))
        .maybe((shell.entries.is_empty() && !props.starting).then(welcome))
        .maybe(shell.running.map(|_| running(on)));
    of("section", "panel shell")
        .set("aria-labelledby", "shell-title")
        .kid(head)
        .kid(log)
        .maybe(next(props))
        .kid(prompt::prompt(shell, prompt, props.starting, on))
        .done()
}

/// What to try next, while nothing is typed and nothing runs.
fn next(props: &ShellPanelProps) -> Option<El> {
    let found = suggestions(&props.map);
    let idle = props.shell.input.trim().is_empty() && props.shell.running.is_none();
    (idle && !props.starting && !found.is_empty()).then(|| {
        of("div", "next")
            .set("role", "group")
            .set("aria-label", "Try next")
            .kid(of("span", "muted").text("Try next"))
            .kids(found.into_iter().map(|found| {
                let title = found.line.clone();
                let prefill = Intent::Shell(shell::Intent::Prefill(found.line));
                button("small", found.words, &props.on, prefill).set("title", &title)
            }))
    })
}

/// The first minute, in three steps; what to try next leads through them.
const STEPS: [&str; 3] = [
    "Take a full backup: a chain begins in the map.",
    "Let time pass and append an incremental: the chain grows.",
    "Let garbage collection pass the chain's end, try again, and read why it fails.",
];

/// What the log says before the first statement.
fn welcome() -> El {
    let steps = STEPS.iter().map(|step| el("li").text(step));
    of("div", "welcome")
        .kid(
            el("p")
                .text("A statement waits in the prompt below. ")
                .kid(el("kbd").text("Enter"))
                .text(" runs it."),
        )
        .kid(el("ol").kids(steps))
}

/// Shown after a moment, so that what is quick does not flicker.
fn running(on: &On) -> El {
    of("p", "running").key("running").kid(el("span").text("Running…")).kid(button(
        "small",
        "Cancel",
        on,
        Intent::Shell(shell::Intent::Stop),
    ))
}
