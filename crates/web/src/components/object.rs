//! One object of a bucket, decoded; and what may be done to it.

use std::rc::Rc;

use protocol::storage::{ObjectView, Section};
use yew::prelude::*;

use crate::format;
use crate::state::{Intent, inspect, shell};

/// What the pane needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ObjectProps {
    /// Its bucket.
    pub(crate) bucket: String,
    /// Its path.
    pub(crate) path: String,
    /// The object, once it came.
    pub(crate) view: Option<Rc<ObjectView>>,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The pane.
#[component]
pub(crate) fn ObjectPane(props: &ObjectProps) -> Html {
    let back = props.on.reform(|_: MouseEvent| Intent::Inspect(inspect::Intent::Object(None)));
    html! {
        <div class="object">
            <button class="small" onclick={back}>{ "← All objects" }</button>
            <h3 class="object-path"><code>{ format!("{}/{}", props.bucket, props.path) }</code></h3>
            { props.view.as_ref().map(|view| decoded(view, props)) }
        </div>
    }
}

fn decoded(view: &ObjectView, props: &ObjectProps) -> Html {
    let uri = format!("{}/{}", props.bucket, props.path);
    let act = |line: String| {
        props.on.reform(move |_: MouseEvent| Intent::Shell(shell::Intent::Run(vec![line.clone()])))
    };
    let sound =
        if view.sound { ("tag tone-good", "sound") } else { ("tag tone-broken", "damaged") };
    html! {
        <>
            <p><span class={sound.0}>{ sound.1 }</span>{ " " }<span class="muted">{ format!("{} · {}", view.kind, format::bytes(view.size_bytes)) }</span></p>
            <p>{ &view.words }</p>
            { for view.sections.iter().map(section) }
            if !view.hex.is_empty() {
                <details><summary>{ "Bytes" }</summary><pre class="hex" tabindex="0">{ view.hex.join("\n") }</pre></details>
            }
            <div class="row">
                <button onclick={act(format!("\\sim bucket flip '{uri}'"))}>{ "Flip a bit" }</button>
                <button onclick={act(format!("\\sim bucket truncate '{uri}'"))}>{ "Cut off half" }</button>
                <button onclick={act(format!("\\sim bucket rm '{uri}'"))}>{ "Delete" }</button>
            </div>
        </>
    }
}

fn section(section: &Section) -> Html {
    html! {
        <>
            <h4>{ &section.title }</h4>
            <div class="scroll" role="region" aria-label={section.title.clone()} tabindex="0">
                <table class="facts">
                    <thead><tr>{ for section.columns.iter().map(|column| html! { <th scope="col">{ column }</th> }) }</tr></thead>
                    <tbody>{ for section.rows.iter().map(|row| html! {
                        <tr>{ for row.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr>
                    }) }</tbody>
                </table>
            </div>
            if section.more > 0 { <p class="muted">{ format!("{} more", section.more) }</p> }
        </>
    }
}
