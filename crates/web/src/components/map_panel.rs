//! The chain map's panel: head with legend and zoom, the picture or the table, the strip for what is chosen.

use std::rc::Rc;

use protocol::chain::ChainMap;
use protocol::time::Nanos;
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, PointerEvent};
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

use super::icons::{self, Icon, icon};
use super::map_strip::strip;
use crate::el::{El, Meaning, On, button, el, of};
use crate::map::axis::Scale;
use crate::map::paint::{circle, line, rect};
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
    pub(crate) on: On,
}

/// The panel.
#[component]
pub(crate) fn MapPanel(props: &MapPanelProps) -> Html {
    let (map, ui, on) = (&props.map, &props.ui, &props.on);
    let head = of("div", "panel-head")
        .kid(el("h2").set("id", "map-title").text("Chain map"))
        .kid(modes(ui, on))
        .maybe((!ui.as_table).then(legend))
        .maybe((!ui.as_table).then(|| zoom(on)));
    let body = if ui.as_table {
        region("map-table", "Backups, as a table").kid(table::table(map, ui.sort, Some(on)))
    } else {
        picture(props)
    };
    of("section", "panel map-panel")
        .set("aria-labelledby", "map-title")
        .kid(head)
        .kid(of("div", "map-area").set("id", "map-area").kid(body))
        .maybe(strip(map, ui, on))
        .done()
}

/// A part that scrolls by itself and can be reached by keyboard.
pub(crate) fn region(class: &str, label: &str) -> El {
    of("div", class).set("role", "region").set("aria-label", label).set("tabindex", "0")
}

fn modes(ui: &MapUi, on: &On) -> El {
    let mode = |as_table: bool, words: &str| {
        button("", words, on, Intent::Map(map::Intent::AsTable(as_table)))
            .truth("aria-pressed", ui.as_table == as_table)
            .set("data-mode", if as_table { "table" } else { "map" })
    };
    of("div", "modes")
        .set("role", "group")
        .set("aria-label", "Show as")
        .kid(mode(false, "Map"))
        .kid(mode(true, "Table"))
}

fn legend() -> El {
    let item = |words: &str, shapes: Vec<El>| {
        let svg = el("svg").set("width", "20").set("height", "14").set("viewBox", "0 0 20 14");
        el("li").kid(svg.kids(shapes)).text(words)
    };
    let band = |class| rect(class, 0.5, 1.5, 19.0, 11.0).set("rx", "2");
    of("ul", "legend")
        .set("aria-hidden", "true")
        .kid(item("full", vec![rect("full", 4.5, 1.5, 11.0, 11.0).set("rx", "3")]))
        .kid(item("incremental", vec![circle("ring", 10.0, 7.0, 4.6)]))
        .kid(item("any moment restorable", vec![band("band"), band("band-hatch")]))
        .kid(item("GC edge", vec![line("edge", 10.0, 0.0, 10.0, 14.0)]))
        .kid(item(
            "protected",
            vec![circle("pin-head", 10.0, 4.0, 3.4), line("pin", 10.0, 6.0, 10.0, 13.0)],
        ))
}

fn zoom(on: &On) -> El {
    let quiet = |label: &str, intent| {
        of("button", "quiet")
            .set("aria-label", label)
            .set("title", label)
            .click(on, Intent::Map(intent))
    };
    let drawn = |label: &str, face: Icon, intent| quiet(label, intent).kid(icon(face));
    of("div", "zoom")
        .set("role", "group")
        .set("aria-label", "Zoom")
        .kid(drawn("Earlier", icons::LEFT, map::Intent::Pan(-250)).set("data-pan", ""))
        .kid(drawn("Later", icons::RIGHT, map::Intent::Pan(250)).set("data-pan", ""))
        .kid(drawn("Zoom out", icons::MINUS, map::Intent::Zoom(false, None)))
        .kid(drawn("Zoom in", icons::PLUS, map::Intent::Zoom(true, None)))
        .kid(quiet("Now: jump there", map::Intent::ToNow).set("data-pan", "").text("Now"))
        .kid(quiet("Fit everything", map::Intent::Fit).text("Fit"))
}

fn picture(props: &MapPanelProps) -> El {
    let (map, ui, on) = (&props.map, &props.ui, &props.on);
    let picture = layout::lay(map, ui.shown(map), ui.width, ui.cursor.as_ref());
    let plan = ui.plan.as_ref().filter(|_| ui.cursor.is_some());
    let reads = plan.map_or(&[][..], |plan| &plan.layers);
    let extras =
        paint::Extras { summary: paint::summary(map), reads, chosen: ui.chosen.as_ref(), on };
    let wide = num::float(ui.width.max(1));
    let drag = Rc::new(move |event: &Event| {
        let event: &PointerEvent = event.unchecked_ref();
        let moved = f64::from(event.movement_x());
        let by = num::whole(-moved / wide * 1000.0);
        (event.buttons() & 1 == 1 && by != 0).then_some(Intent::Map(map::Intent::Pan(by)))
    });
    let drawing = of("div", "map-drag")
        .hear(ListenerKind::onpointermove, on, drag)
        .put(paint::paint(&picture, &extras));
    let empty = map.collections.is_empty();
    region("map-scroll", "Chain map, picture")
        .maybe((!empty).then(|| ruler(&picture.scale, map, ui, on)))
        .kid(drawing)
        .maybe(empty.then(|| empty_words(map, props.starting, on)))
        .kid(of("div", "sr").kid(table::table(map, ui.sort, None)))
}

/// The ruler: a slider that carries the restore cursor.
fn ruler(scale: &Scale, map: &ChainMap, ui: &MapUi, on: &On) -> El {
    let at = ui.cursor.as_ref().map_or(map.now, |cursor| cursor.at);
    let words = match (&ui.cursor, &ui.plan) {
        (Some(cursor), Some(plan)) => {
            [&format::moment(at), " in ", &cursor.collection, ", ", &plan.words].concat()
        }
        (Some(cursor), None) => [&format::moment(at), " in ", &cursor.collection].concat(),
        (None, _) => "no moment chosen".to_owned(),
    };
    let scale = *scale;
    let point: Meaning = Rc::new(move |event| {
        let event: &PointerEvent = event.unchecked_ref();
        let t = scale.t(f64::from(event.offset_x()));
        (event.buttons() & 1 == 1).then_some(Intent::Map(map::Intent::CursorAt(t)))
    });
    let keys = Rc::new(|event: &Event| {
        let intent = ruler_key(&event.unchecked_ref::<KeyboardEvent>().key())?;
        event.prevent_default();
        Some(Intent::Map(intent))
    });
    let secs = |t: Nanos| t.secs().to_string();
    of("div", "ruler")
        .set("role", "slider")
        .set("tabindex", "0")
        .set("aria-label", "Restore cursor")
        .set("aria-valuemin", &secs(scale.window.from.min(at)))
        .set("aria-valuemax", &secs(scale.window.to.max(at)))
        .set("aria-valuenow", &secs(at))
        .set("aria-valuetext", &words)
        .set("title", "Click or drag: what would a restore to this moment read?")
        .hear(ListenerKind::onpointerdown, on, Rc::clone(&point))
        .hear(ListenerKind::onpointermove, on, point)
        .hear(ListenerKind::onkeydown, on, keys)
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

/// A statement as a button that puts it into the prompt.
pub(crate) fn statement(sql: &str, on: &On) -> Option<El> {
    let prefill = Intent::Shell(shell::Intent::Prefill(sql.to_owned()));
    (!sql.is_empty()).then(|| {
        of("button", "statement")
            .set("title", "Put it into the prompt")
            .click(on, prefill)
            .kid(el("code").text(sql))
    })
}

/// An empty map says which statement fills it.
fn empty_words(map: &ChainMap, starting: bool, on: &On) -> El {
    if starting {
        return of("p", "map-empty muted").text("Starting the cluster…");
    }
    let words = " A full backup starts a chain here; incrementals grow it to the right.";
    of("div", "map-empty")
        .kid(el("p").kid(el("b").text("No backups yet.")).text(words))
        .maybe(statement(&map.starter, on))
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
        for words in [
            "cannot be extended",
            "extendable for 1 h 18 min",
            "now 06:42",
            "forecast",
            "held for job",
        ] {
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
        let mark =
            map::Mark::Attempt("s3://acme/prod".to_owned(), "/2022/04/01-020000.00".to_owned(), 0);
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
        assert!(html.contains("No backups yet.") && html.contains("<code>BACKUP INTO"));
    }
}
