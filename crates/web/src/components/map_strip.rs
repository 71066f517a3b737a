//! The strip under the map: the mark that is chosen, or what a restore to the cursor would read.

use std::rc::Rc;

use protocol::chain::{Attempt, Chain, ChainMap, Layer, LayerKind, RestorePlan};
use yew::prelude::*;

use super::cause_card::CauseCard;
use super::icons;
use crate::format;
use crate::state::map::{self, Cursor, MapUi, Mark};
use crate::state::{Intent, inspect};

/// What the strip needs.
#[derive(Properties, PartialEq)]
pub(crate) struct MapStripProps {
    /// The view.
    pub(crate) map: Rc<ChainMap>,
    /// Cursor and choice.
    pub(crate) ui: MapUi,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The strip, or nothing.
#[component]
pub(crate) fn MapStrip(props: &MapStripProps) -> Html {
    let (map, ui, on) = (&props.map, &props.ui, &props.on);
    match (&ui.chosen, &ui.cursor) {
        (Some(Mark::Layer(collection, subdir, place)), _) => map::chain(map, collection, subdir)
            .and_then(|chain| Some(layer(collection, chain, chain.layers.get(*place)?, map, on)))
            .unwrap_or_default(),
        (Some(Mark::Attempt(collection, subdir, place)), _) => map::chain(map, collection, subdir)
            .and_then(|chain| Some(attempt(chain.attempts.get(*place)?, map, on)))
            .unwrap_or_default(),
        (None, Some(cursor)) => plan(cursor, ui.plan.as_deref(), map, on),
        (None, None) => Html::default(),
    }
}

fn strip(body: Html, close: Callback<MouseEvent>) -> Html {
    html! {
        <div class="strip">
            <div class="strip-body">{ body }</div>
            <button class="quiet" aria-label="Close" onclick={close}>{ icons::close() }</button>
        </div>
    }
}

fn unchoose(on: &Callback<Intent>) -> Callback<MouseEvent> {
    on.reform(|_| Intent::Map(map::Intent::Choose(None)))
}

fn layer(
    collection: &str,
    chain: &Chain,
    layer: &Layer,
    map: &ChainMap,
    on: &Callback<Intent>,
) -> Html {
    let kind = match layer.kind {
        LayerKind::Full => "Full",
        LayerKind::Incremental => "Incremental",
    };
    let covers = if layer.start.0 == 0 {
        format!("everything until {}", format::near(layer.end, map.now))
    } else {
        format!("({}, {}]", format::near(layer.start, map.now), format::near(layer.end, map.now))
    };
    let files = format::counted(u64::from(layer.files), "file", "files");
    let rows = format::counted(layer.rows, "row", "rows");
    let history = if layer.revision_history { " · with revision history" } else { "" };
    let (lane, end) = (collection.to_owned(), layer.end);
    let restore =
        on.reform(move |_: MouseEvent| Intent::Map(map::Intent::RestoreTo(lane.clone(), end)));
    let storage =
        on.reform(|_: MouseEvent| Intent::Inspect(inspect::Intent::Tab(inspect::Tab::Storage)));
    let body = html! {
        <>
            <p class="strip-title"><b>{ kind }</b>{ " of " }{ &chain.target_words }{ " · " }<code>{ &layer.path }</code></p>
            <p class="muted">{ format!("covers {covers} · {rows} · {} in {files}{history}", format::bytes(layer.size_bytes)) }</p>
            { layer.fault.as_ref().map(|fault| html! { <p class="bad">{ fault }</p> }) }
            <div class="row">
                <button onclick={restore}>{ "Restore to its end…" }</button>
                <button onclick={storage}>{ "Look into the bucket" }</button>
            </div>
        </>
    };
    strip(body, unchoose(on))
}

fn attempt(attempt: &Attempt, map: &ChainMap, on: &Callback<Intent>) -> Html {
    let card = attempt.cause.as_ref().map(|cause| {
        html! { <CauseCard cause={Rc::new((**cause).clone())} on={on.clone()} /> }
    });
    let body = html! {
        <div class="error-card">
            <p class="error-text"><b class="error-code">{ format!("ERROR {} ", attempt.code) }</b>{ &attempt.message }</p>
            <p class="muted">{ format!("failed at {}", format::near(attempt.at, map.now)) }</p>
            { card }
        </div>
    };
    strip(body, unchoose(on))
}

fn plan(
    cursor: &Cursor,
    plan: Option<&RestorePlan>,
    map: &ChainMap,
    on: &Callback<Intent>,
) -> Html {
    let off = on.reform(|_| Intent::Map(map::Intent::CursorOff));
    let step = |forward: bool| {
        on.reform(move |_: MouseEvent| Intent::Map(map::Intent::CursorStep(forward)))
    };
    let write = on.reform(|_: MouseEvent| Intent::Map(map::Intent::CursorWrite));
    let fresh = plan.filter(|plan| plan.at == cursor.at);
    let possible = fresh.is_some_and(|plan| plan.possible);
    let words = fresh.map_or_else(|| "…".to_owned(), |plan| plan.words.clone());
    let statement = fresh.filter(|plan| plan.possible).map(|plan| {
        html! { <code class="strip-statement">{ &plan.statement }</code> }
    });
    let body = html! {
        <>
            <p class="strip-title">{ "Restore " }<b>{ &cursor.collection }</b>{ " to " }<b>{ format::near(cursor.at, map.now) }</b></p>
            <p class={if possible { "muted" } else { "bad" }}>{ words }</p>
            { statement }
            <div class="row">
                <button class="primary" disabled={!possible} onclick={write}>{ "Write the statement" }</button>
                <button onclick={step(false)}>{ "Backup before" }</button>
                <button onclick={step(true)}>{ "Backup after" }</button>
            </div>
        </>
    };
    strip(body, off)
}
