//! The inspector: tabs, and the panel of the one that is open.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::agenda::AgendaTab;
use super::cluster::ClusterTab;
use super::data::DataTab;
use super::events::EventsTab;
use super::jobs::JobsTab;
use super::storage::StorageTab;
use crate::state::inspect::{self, Inspector, Tab};
use crate::state::{Intent, World};

/// What the inspector needs.
#[derive(Properties, PartialEq)]
pub(crate) struct InspectorProps {
    /// The views.
    pub(crate) world: World,
    /// The tab and its place.
    pub(crate) at: Inspector,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The inspector.
#[component]
pub(crate) fn InspectorPanel(props: &InspectorProps) -> Html {
    let (at, on) = (&props.at, &props.on);
    html! {
        <section class="panel inspector" aria-label="Inspector">
            <div class="tabs" role="tablist" aria-label="Inspector">
                { for Tab::ALL.into_iter().map(|tab| tab_button(tab, at.tab, on)) }
            </div>
            <div class="tab-panel" role="tabpanel" id="inspector-panel" aria-labelledby={at.tab.id()} tabindex="0">
                { body(props) }
            </div>
        </section>
    }
}

fn body(props: &InspectorProps) -> Html {
    let (world, at, on) = (&props.world, &props.at, props.on.clone());
    let loading = || html! { <p class="empty muted">{ "…" }</p> };
    match at.tab {
        Tab::Agenda => world.agenda.clone().map_or_else(loading, |view| html! { <AgendaTab {view} /> }),
        Tab::Cluster => world.cluster.clone().map_or_else(loading, |view| {
            html! { <ClusterTab {view} now={world.clock.now} system={at.system_ranges} {on} /> }
        }),
        Tab::Storage => world.storage.clone().map_or_else(loading, |view| html! {
            <StorageTab {view} object={world.object.clone()} opened={at.object.clone()} closed={at.closed.clone()}
                now={world.clock.now} starter={world.map.starter.clone()} {on} />
        }),
        Tab::Jobs => world.jobs.clone().map_or_else(loading, |view| {
            html! { <JobsTab {view} now={world.clock.now} opened={at.job.clone()} {on} /> }
        }),
        Tab::Data => world.tables.clone().map_or_else(loading, |tables| html! {
            <DataTab {tables} rows={world.rows.clone()} versions={world.versions.clone()} at={at.clone()}
                now={world.clock.now} {on} />
        }),
        Tab::Events => world.events.clone().map_or_else(loading, |view| html! {
            <EventsTab {view} moments={world.moments.clone()} now={world.clock.now} kind={at.event_kind.clone()} {on} />
        }),
    }
}

fn tab_button(tab: Tab, open: Tab, on: &Callback<Intent>) -> Html {
    let go = move |to: Tab| Intent::Inspect(inspect::Intent::Tab(to));
    let onclick = on.reform(move |_: MouseEvent| go(tab));
    let keys = on.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let place = Tab::ALL.iter().position(|found| *found == tab).unwrap_or(0);
        let last = Tab::ALL.len() - 1;
        let to = match event.key().as_str() {
            "ArrowRight" => {
                if place == last {
                    0
                } else {
                    place + 1
                }
            }
            "ArrowLeft" => {
                if place == 0 {
                    last
                } else {
                    place - 1
                }
            }
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(tab) = Tab::ALL.get(to) {
            keys.emit(go(*tab));
        }
    });
    let selected = tab == open;
    html! {
        <button id={tab.id()} role="tab" aria-selected={selected.to_string()} aria-controls="inspector-panel"
            tabindex={if selected { "0" } else { "-1" }} {onclick} {onkeydown}>{ tab.name() }</button>
    }
}
