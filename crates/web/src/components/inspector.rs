//! The inspector: tabs, and the panel of the one that is open.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

use super::{agenda, cluster, data, events, jobs, plots, schedules, storage};
use crate::el::{El, On, button, of};
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
    pub(crate) on: On,
}

/// The inspector.
#[component]
pub(crate) fn InspectorPanel(props: &InspectorProps) -> Html {
    let (at, on) = (&props.at, &props.on);
    let tabs = of("div", "tabs")
        .set("role", "tablist")
        .set("aria-label", "Inspector")
        .kids(Tab::ALL.into_iter().map(|tab| tab_button(tab, at.tab, on)));
    let panel = of("div", "tab-panel")
        .set("role", "tabpanel")
        .set("id", "inspector-panel")
        .set("aria-labelledby", at.tab.id())
        .set("tabindex", "0")
        .kids(body(props));
    of("section", "panel inspector").set("aria-label", "Inspector").kid(tabs).kid(panel).done()
}

/// What the open tab shows; a view that has not come yet shows a sign of waiting.
fn body(props: &InspectorProps) -> Vec<El> {
    let (world, at, on) = (&props.world, &props.at, &props.on);
    let now = world.clock.now;
    let drawn = match at.tab {
        Tab::Agenda => world.agenda.as_deref().map(agenda::agenda),
        Tab::Cluster => world.cluster.as_deref().map(|view| cluster::cluster(view, now, at, on)),
        Tab::Storage => world.storage.as_deref().map(|view| storage::storage(view, world, at, on)),
        Tab::Jobs => world.jobs.as_deref().map(|view| jobs::jobs(view, now, at, on)),
        Tab::Schedules => {
            world.schedules.as_deref().map(|view| schedules::schedules(view, now, on))
        }
        Tab::Data => world.tables.as_deref().map(|view| data::data(view, world, at, on)),
        Tab::Plots => world.plots.as_deref().map(|view| plots::plots(view, &world.map)),
        Tab::Events => world.events.as_deref().map(|view| events::events(view, world, at, on)),
    };
    drawn.unwrap_or_else(|| vec![of("p", "empty muted waiting").text("…")])
}

fn tab_button(tab: Tab, open: Tab, on: &On) -> El {
    let keys = Rc::new(move |event: &Event| {
        let place = Tab::ALL.iter().position(|found| *found == tab).unwrap_or(0);
        let last = Tab::ALL.len() - 1;
        let to = match event.unchecked_ref::<KeyboardEvent>().key().as_str() {
            "ArrowRight" if place == last => 0,
            "ArrowRight" => place + 1,
            "ArrowLeft" if place == 0 => last,
            "ArrowLeft" => place - 1,
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        event.prevent_default();
        Tab::ALL.get(to).map(|tab| Intent::Inspect(inspect::Intent::Tab(*tab)))
    });
    let selected = tab == open;
    button("", tab.name(), on, Intent::Inspect(inspect::Intent::Tab(tab)))
        .set("id", tab.id())
        .set("role", "tab")
        .truth("aria-selected", selected)
        .set("aria-controls", "inspector-panel")
        .set("tabindex", if selected { "0" } else { "-1" })
        .hear(ListenerKind::onkeydown, on, keys)
}
