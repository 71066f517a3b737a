//! The page: header, map, shell, inspector, in reading order.

use yew::prelude::*;

use super::header::Header;
use super::inspector::InspectorPanel;
use super::map_panel::MapPanel;
use super::shell_panel::ShellPanel;
use crate::state::{Boot, Intent, UiState, page};

/// What the page needs.
#[derive(Properties, PartialEq)]
pub(crate) struct PageProps {
    /// All that it shows.
    pub(crate) state: UiState,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The page.
#[component]
pub(crate) fn Page(props: &PageProps) -> Html {
    let (state, on) = (&props.state, &props.on);
    if let Boot::Failed(why) = &state.boot {
        return failed(why, on);
    }
    let starting = state.boot == Boot::Starting;
    html! {
        <>
            <a class="skip" href="#shell-input">{ "Skip to the shell" }</a>
            <Header clock={state.world.clock.clone()} time={state.time.clone()} page={state.page.clone()}
                info={state.info.clone()} cluster={state.world.cluster.clone()} {starting} on={on.clone()} />
            <main class="page" aria-busy={starting.to_string()}>
                <MapPanel map={state.world.map.clone()} ui={state.map.clone()} {starting} on={on.clone()} />
                <ShellPanel shell={state.shell.clone()} clock={state.world.clock.clone()} {starting} on={on.clone()} />
                <InspectorPanel world={state.world.clone()} at={state.inspect.clone()} on={on.clone()} />
            </main>
            <div class="sr" role="status" aria-live="polite">{ &state.page.announce }</div>
        </>
    }
}

/// The engine did not start: why, and once more.
fn failed(why: &str, on: &Callback<Intent>) -> Html {
    let retry = on.reform(|_: MouseEvent| Intent::Page(page::Intent::Retry));
    html! {
        <main class="failed">
            <h1>{ "Amber could not start" }</h1>
            <p>{ "The engine is a WebAssembly module that runs in a worker of this tab. It answered:" }</p>
            <pre>{ why }</pre>
            <p>{ "Chromium 95, Firefox 114 and Safari 16.4 or later can run it." }</p>
            <button class="primary" onclick={retry}>{ "Try again" }</button>
        </main>
    }
}
