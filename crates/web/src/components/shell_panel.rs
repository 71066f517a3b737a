//! The shell: log above, prompt below.

use std::rc::Rc;

use protocol::time::Clock;
use yew::prelude::*;

use super::entry::EntryView;
use super::prompt::PromptView;
use crate::state::Intent;
use crate::state::shell::{self, Shell};

/// What the shell needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ShellPanelProps {
    /// The shell.
    pub(crate) shell: Shell,
    /// Where time stands, for the prompt.
    pub(crate) clock: Rc<Clock>,
    /// Whether the engine is still on its way.
    pub(crate) starting: bool,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The shell.
#[component]
pub(crate) fn ShellPanel(props: &ShellPanelProps) -> Html {
    let (shell, on) = (&props.shell, &props.on);
    let prompt = &props.clock.prompt;
    let place = if prompt.user.is_empty() {
        String::new()
    } else {
        format!("{}@{}/{}", prompt.user, prompt.host, prompt.database)
    };
    let search = on.reform(|_: MouseEvent| Intent::Shell(shell::Intent::Search));
    let clear = on.reform(|_: MouseEvent| Intent::Shell(shell::Intent::ClearLog));
    html! {
        <section class="panel shell" aria-labelledby="shell-title">
            <div class="panel-head">
                <h2 id="shell-title">{ "Shell" }</h2>
                <span class="muted place">{ place }</span>
                <span class="spring"></span>
                <button class="quiet" onclick={search} title="Search the history (Ctrl+R, Alt+R)">{ "Search" }</button>
                <button class="quiet" onclick={clear} disabled={shell.entries.is_empty()}>{ "Clear" }</button>
            </div>
            <div id="shell-log" class="log" role="log" aria-live="off" aria-label="Statements and their results" tabindex="0">
                { for shell.entries.iter().map(|entry| html! {
                    <EntryView key={entry.id} entry={entry.clone()} on={on.clone()} />
                }) }
                if shell.entries.is_empty() && !props.starting { { welcome() } }
                if shell.running.is_some() { { running(on) } }
            </div>
            <PromptView input={shell.input.clone()} tokens={shell.tokens.clone()} popup={shell.popup.clone()}
                search={shell.search.clone()} hit={shell.search.as_ref().and_then(|search| shell.history.get(search.hit?)).cloned()}
                tab_completes={shell.tab_completes} database={prompt.database.clone()} txn={prompt.txn.clone()}
                starting={props.starting} on={on.clone()} />
        </section>
    }
}

/// What the log says before the first statement.
fn welcome() -> Html {
    html! {
        <p class="welcome">{ "A statement waits in the prompt below. " }<kbd>{ "Enter" }</kbd>{ " runs it." }</p>
    }
}

/// Shown after a moment, so that what is quick does not flicker.
fn running(on: &Callback<Intent>) -> Html {
    let stop = on.reform(|_: MouseEvent| Intent::Shell(shell::Intent::Stop));
    html! {
        <p class="running"><span>{ "Running…" }</span><button class="small" onclick={stop}>{ "Cancel" }</button></p>
    }
}
