//! The chain map's panel: head with legend and zoom, the picture or the table, the strip for what is chosen.

use std::rc::Rc;

use protocol::chain::ChainMap;
use web_sys::{KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::icons;
use super::map_strip::MapStrip;
use crate::map::axis::Scale;
use crate::map::{layout, paint, table};
use crate::state::map::{self, MapUi};
use crate::state::{Intent, shell};
use crate::{format, num};

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub(crate) struct MapPanelProps {
    /// The view.
    pub(crate) map: Rc<ChainMap>,
    /// Zoom, cursor, choice.
    pub(crate) ui: MapUi,
    /// Whether the engine is still on its way.
    pub(crate) starting: bool,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The panel.
#[component]
pub(crate) fn MapPanel(props: &MapPanelProps) -> Html {
    let (map, ui, on) = (&props.map, &props.ui, &props.on);
    html! {
        <section class="panel map-panel" aria-labelledby="map-title">
            <div class="panel-head">
                <h2 id="map-title">{ "Chain map" }</h2>
                { modes(ui, on) }
                if !ui.as_table { { legend() } }
                { zoom(ui, on) }
            </div>
            <div id="map-area" class="map-area">
                if ui.as_table {
                    <div class="map-table" role="region" aria-label="Backups, as a table" tabindex="0">
                        { table::table(map, ui.sort, Some(on)) }
                    </div>
                } else {
                    { picture(props) }
                }
            </div>
            <MapStrip map={map.clone()} ui={ui.clone()} on={on.clone()} />
        </section>
    }
}

fn modes(ui: &MapUi, on: &Callback<Intent>) -> Html {
    let mode = |as_table: bool, words: &'static str| {
        let onclick = on.reform(move |_: MouseEvent| Intent::Map(map::Intent::AsTable(as_table)));
        let pressed = ui.as_table == as_table;
        html! { <button aria-pressed={pressed.to_string()} {onclick}>{ words }</button> }
    };
    html! {
        <div class="modes" role="group" aria-label="Show as">{ mode(false, "Map") }{ mode(true, "Table") }</div>
    }
}

fn legend() -> Html {
    let item = |shape: Html, words: &'static str| {
        html! { <li><svg width="20" height="14" viewBox="0 0 20 14">{ shape }</svg>{ words }</li> }
    };
    html! {
        <ul class="legend" aria-hidden="true">
            { item(html! { <rect class="full" x="4.5" y="1.5" width="11" height="11" rx="3" /> }, "full") }
            { item(html! { <circle class="ring" cx="10" cy="7" r="4.6" /> }, "incremental") }
            { item(html! { <><rect class="band" x="0.5" y="1.5" width="19" height="11" rx="2" /><rect class="band-hatch" x="0.5" y="1.5" width="19" height="11" rx="2" /></> }, "any moment restorable") }
            { item(html! { <line class="edge" x1="10" y1="0" x2="10" y2="14" /> }, "GC edge") }
            { item(html! { <><circle class="pin-head" cx="10" cy="4" r="3.4" /><line class="pin" x1="10" y1="6" x2="10" y2="13" /></> }, "protected") }
        </ul>
    }
}

fn zoom(ui: &MapUi, on: &Callback<Intent>) -> Html {
    let button = |label: &'static str, face: Html, intent: map::Intent| {
        let onclick = on.reform(move |_: MouseEvent| Intent::Map(intent.clone()));
        html! { <button class="quiet" aria-label={label} title={label} {onclick}>{ face }</button> }
    };
    if ui.as_table {
        return Html::default();
    }
    html! {
        <div class="zoom" role="group" aria-label="Zoom">
            { button("Earlier", icons::left(), map::Intent::Pan(-250)) }
            { button("Later", icons::right(), map::Intent::Pan(250)) }
            { button("Zoom out", icons::minus(), map::Intent::Zoom(false, None)) }
            { button("Zoom in", icons::plus(), map::Intent::Zoom(true, None)) }
            { button("Jump to now", html! { "Now" }, map::Intent::ToNow) }
            { button("Fit everything", html! { "Fit" }, map::Intent::Fit) }
        </div>
    }
}

fn picture(props: &MapPanelProps) -> Html {
    let (map, ui, on) = (&props.map, &props.ui, &props.on);
    let picture = layout::lay(map, ui.shown(map), ui.width, ui.cursor.as_ref());
    let extras = paint::Extras { summary: paint::summary(map), chosen: ui.chosen.as_ref(), on };
    let empty = map.collections.is_empty();
    let wide = num::float(ui.width.max(1));
    let onpointermove = on.clone();
    let onpointermove = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 1 && event.movement_x() != 0 {
            let by = num::whole(f64::from(-event.movement_x()) / wide * 1000.0);
            onpointermove.emit(Intent::Map(map::Intent::Pan(by)));
        }
    });
    html! {
        <div class="map-scroll" tabindex="0" role="region" aria-label="Chain map, picture">
            { ruler(&picture.scale, map, ui, on) }
            <div class="map-drag" {onpointermove}>{ paint::paint(&picture, &extras) }</div>
            if empty { { empty_words(map, props.starting, on) } }
            <div class="sr">{ table::table(map, ui.sort, None) }</div>
        </div>
    }
}

/// The ruler: a slider that carries the restore cursor.
fn ruler(scale: &Scale, map: &ChainMap, ui: &MapUi, on: &Callback<Intent>) -> Html {
    if map.collections.is_empty() {
        return Html::default();
    }
    let at = ui.cursor.as_ref().map_or(map.now, |cursor| cursor.at);
    let words = match (&ui.cursor, &ui.plan) {
        (Some(cursor), Some(plan)) => {
            format!("{} in {}, {}", format::moment(at), cursor.collection, plan.words)
        }
        (Some(cursor), None) => format!("{} in {}", format::moment(at), cursor.collection),
        (None, _) => "no moment chosen".to_owned(),
    };
    let point = {
        let (on, scale) = (on.clone(), *scale);
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 1 {
                let t = scale.t(f64::from(event.offset_x()));
                on.emit(Intent::Map(map::Intent::CursorAt(t)));
            }
        })
    };
    let onkeydown = {
        let on = on.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(intent) = ruler_key(&event.key()) {
                event.prevent_default();
                on.emit(Intent::Map(intent));
            }
        })
    };
    let secs = |t: protocol::time::Nanos| t.secs().to_string();
    html! {
        <div class="ruler" role="slider" tabindex="0" aria-label="Restore cursor" aria-orientation="horizontal"
            aria-valuemin={secs(scale.window.from.min(at))} aria-valuemax={secs(scale.window.to.max(at))}
            aria-valuenow={secs(at)} aria-valuetext={words}
            onpointerdown={point.clone()} onpointermove={point} {onkeydown}
            title="Click or drag: what would a restore to this moment read?"></div>
    }
}

/// What a key on the ruler does.
fn ruler_key(key: &str) -> Option<map::Intent> {
    Some(match key {
        "ArrowRight" => map::Intent::CursorStep(true),
        "ArrowLeft" => map::Intent::CursorStep(false),
        "ArrowDown" => map::Intent::CursorLane(true),
        "ArrowUp" => map::Intent::CursorLane(false),
        "Enter" => map::Intent::CursorWrite,
        "Escape" => map::Intent::CursorOff,
        "+" => map::Intent::Zoom(true, None),
        "-" => map::Intent::Zoom(false, None),
        "0" => map::Intent::Fit,
        _ => return None,
    })
}

/// An empty map says which statement fills it.
fn empty_words(map: &ChainMap, starting: bool, on: &Callback<Intent>) -> Html {
    if starting {
        return html! { <p class="map-empty"><span class="muted">{ "Starting the cluster…" }</span></p> };
    }
    let statement = map.starter.clone();
    let prefill =
        on.reform(move |_: MouseEvent| Intent::Shell(shell::Intent::Prefill(statement.clone())));
    html! {
        <div class="map-empty">
            <p><b>{ "No backups yet." }</b>{ " A full backup starts a chain here; incrementals grow it to the right." }</p>
            if !map.starter.is_empty() {
                <button class="statement" onclick={prefill} title="Put it into the prompt"><code>{ &map.starter }</code></button>
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn html(ui: MapUi) -> String {
        fixture::draw::<MapPanel>(MapPanelProps {
            map: Rc::new(fixture::map()),
            ui,
            starting: false,
            on: Callback::noop(),
        })
    }

    #[test]
    fn the_picture_has_every_layer_and_what_broke() {
        let html = html(MapUi::default());
        assert_eq!(html.matches("data-layer=\"full\"").count(), 3);
        assert_eq!(html.matches("data-layer=\"incremental\"").count(), 3);
        assert!(html.contains("data-chain=\"broken\""));
        assert_eq!(html.matches("data-failure").count(), 1);
        for words in ["cannot be extended", "extendable for 1 h 18 min", "now 06:42", "forecast", "held for job"] {
            assert!(html.contains(words), "{words}");
        }
        assert!(html.contains("role=\"slider\"") && html.contains("role=\"img\""));
    }

    #[test]
    fn the_table_is_always_there() {
        for as_table in [false, true] {
            let html = html(MapUi { as_table, ..MapUi::default() });
            assert!(html.contains("<caption"), "{as_table}");
            assert!(html.contains("every moment since 03:12"), "{as_table}");
        }
    }

    #[test]
    fn a_failure_explains_itself_when_chosen() {
        let mark = map::Mark::Attempt("s3://acme/prod".to_owned(), "/2022/04/01-020000.00".to_owned(), 0);
        let html = html(MapUi { chosen: Some(mark), ..MapUi::default() });
        assert!(html.contains("ERROR XXUUU"));
        assert!(html.contains("<b>carts</b>"));
        assert!(html.contains("Take a new full"));
    }

    #[test]
    fn an_empty_map_says_what_fills_it() {
        let map = ChainMap { starter: "BACKUP INTO 'x';".to_owned(), ..ChainMap::default() };
        let html = fixture::draw::<MapPanel>(MapPanelProps {
            map: Rc::new(map),
            ui: MapUi::default(),
            starting: false,
            on: Callback::noop(),
        });
        assert!(html.contains("No backups yet.") && html.contains("BACKUP INTO &#x27;x&#x27;;"));
    }
}
