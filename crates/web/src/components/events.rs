//! The trace, and the inputs and branches one can go back to.

use std::collections::BTreeSet;
use std::rc::Rc;

use protocol::event::{EventsView, SimEvent};
use protocol::moment::{Branch, MomentsView};
use protocol::time::Nanos;
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::agenda::tone;
use crate::format;
use crate::state::{Intent, inspect, shell};

/// What the tab needs.
#[derive(Properties, PartialEq)]
pub(crate) struct EventsProps {
    /// The trace.
    pub(crate) view: Rc<EventsView>,
    /// Branches and inputs.
    pub(crate) moments: Option<Rc<MomentsView>>,
    /// Now.
    pub(crate) now: Nanos,
    /// The kind shown.
    pub(crate) kind: Option<String>,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The tab.
#[component]
pub(crate) fn EventsTab(props: &EventsProps) -> Html {
    let kinds: BTreeSet<&str> = props.view.events.iter().map(|event| event.kind.as_str()).collect();
    let onchange = props.on.reform(|event: Event| {
        let select =
            event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        let kind = select.map(|select| select.value()).filter(|kind| !kind.is_empty());
        Intent::Inspect(inspect::Intent::EventKind(kind))
    });
    let shown = props.view.events.iter().rev();
    let shown = shown.filter(|event| props.kind.as_ref().is_none_or(|kind| *kind == event.kind));
    html! {
        <>
            { props.moments.as_ref().map(|moments| branches(moments, props)) }
            <div class="head-row">
                <h3>{ "What happened" }</h3>
                <label class="check">{ "show " }<select {onchange}>
                    <option value="" selected={props.kind.is_none()}>{ "all" }</option>
                    { for kinds.iter().map(|kind| html! {
                        <option value={(*kind).to_owned()} selected={props.kind.as_deref() == Some(*kind)}>{ *kind }</option>
                    }) }
                </select></label>
            </div>
            if props.view.events.is_empty() { <p class="empty muted">{ "Nothing yet. Every input and all that follows from it will stand here." }</p> }
            <ol class="events">{ for shown.map(|found| event(found, props.now)) }</ol>
        </>
    }
}

fn event(event: &SimEvent, now: Nanos) -> Html {
    html! {
        <li key={event.seq}>
            <span class="due" title={format!("event {}", event.seq)}>{ format::near(event.at, now) }</span>
            <span class={classes!("tag", tone(event.tone))}>{ &event.kind }</span>
            <span class="event-words">{ &event.words }</span>
        </li>
    }
}

fn run(line: String, on: &Callback<Intent>) -> Callback<MouseEvent> {
    on.reform(move |_| Intent::Shell(shell::Intent::Run(vec![line.clone()])))
}

/// Branches and the inputs of the current one, each a way back.
fn branches(view: &MomentsView, props: &EventsProps) -> Html {
    let many = view.branches.len() > 1;
    html! {
        <section class="branches">
            if many {
                <h3>{ "Branches" }</h3>
                <ul>{ for view.branches.iter().map(|found| branch(found, props)) }</ul>
            }
            if !view.inputs.is_empty() {
                <details>
                    <summary>{ format!("{} so far: go back to any", format::counted(u64::try_from(view.inputs.len()).unwrap_or(0), "input", "inputs")) }</summary>
                    <ol class="inputs">{ for view.inputs.iter().rev().map(|input| html! {
                        <li key={input.n}>
                            <button class="small" onclick={run(format!("\\sim goto #{}", input.n.saturating_sub(1)), &props.on)}>{ format!("before #{}", input.n) }</button>
                            <span class="due">{ format::near(input.at, props.now) }</span><code>{ &input.text }</code>
                        </li>
                    }) }</ol>
                </details>
            }
        </section>
    }
}

fn branch(branch: &Branch, props: &EventsProps) -> Html {
    let line = format!("\\sim use {}", branch.name);
    let from = branch
        .parent
        .as_ref()
        .map(|parent| format!("left {parent} at {}, ", format::near(branch.forked_at, props.now)));
    html! {
        <li>
            <b>{ &branch.name }</b>
            <span class="muted">{ format!(" {}stands at {}", from.unwrap_or_default(), format::near(branch.head, props.now)) }</span>
            if branch.is_current { <span class="tag tone-good">{ "here" }</span> } else { <button class="small" onclick={run(line, &props.on)}>{ "Use" }</button> }
        </li>
    }
}
