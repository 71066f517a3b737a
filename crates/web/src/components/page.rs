//! The page: header, map, shell, inspector, in reading order.

use yew::prelude::*;

use super::header::Header;
use super::inspector::InspectorPanel;
use super::map_panel::MapPanel;
use super::shell_panel::ShellPanel;
use crate::el::{On, button, el, nodes, of};
use crate::state::{Boot, Intent, UiState, page};

/// Draws the page.
pub(crate) fn page(state: &UiState, on: &On) -> Html {
    if let Boot::Failed(why) = &state.boot {
        return failed(why, on);
    }
    let starting = state.boot == Boot::Starting;
    let clock = &state.world.clock;
    let parts = state.page.embed;
    let shows = |part: fn(&page::Embed) -> bool| parts.as_ref().is_none_or(part);
    let main = of("main", if parts.is_some() { "page embed" } else { "page" })
        .truth("aria-busy", starting)
        .put(if shows(|parts| parts.map) {
            html! { <MapPanel map={state.world.map.clone()} ui={state.map.clone()} {starting} on={on.clone()} /> }
        } else {
            Html::default()
        })
        .put(if shows(|parts| parts.shell) {
            html! { <ShellPanel shell={state.shell.clone()} clock={clock.clone()} map={state.world.map.clone()} {starting} on={on.clone()} /> }
        } else {
            Html::default()
        })
        .put(if shows(|parts| parts.inspector) {
            html! { <InspectorPanel world={state.world.clone()} at={state.inspect.clone()} on={on.clone()} /> }
        } else {
            Html::default()
        })
        .done();
    nodes(vec![
        of("a", "skip").set("href", "#shell-input").text("Skip to the shell").done(),
        html! {
            <Header clock={clock.clone()} time={state.time.clone()} page={state.page.clone()} info={state.info.clone()}
                cluster={state.world.cluster.clone()} {starting} on={on.clone()} />
        },
        main,
        of("div", "sr")
            .set("role", "status")
            .set("aria-live", "polite")
            .text(&state.page.announce)
            .done(),
    ])
}

/// The engine did not start: why, and once more.
fn failed(why: &str, on: &On) -> Html {
    of("main", "failed")
        .kid(el("h1").text("Amber could not start"))
        .kid(el("p").text(
            "The engine is a WebAssembly module that runs in a worker of this tab. It answered:",
        ))
        .kid(el("pre").text(why))
        .kid(el("p").text("Chromium 123, Firefox 120 and Safari 17.5 or later can run it."))
        .kid(button("primary", "Try again", on, Intent::Page(page::Intent::Retry)))
        .done()
}
