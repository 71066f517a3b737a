//! The strip under the map: the mark that is chosen, or what a restore to the cursor would read.

use protocol::chain::{Attempt, Chain, ChainMap, Layer, LayerKind, RestorePlan};

use super::cause_card::cause_card;
use super::icons::{self, icon};
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::state::map::{self, Cursor, MapUi, Mark};
use crate::state::{Intent, inspect};

/// The strip, where there is something for it.
pub(crate) fn strip(map: &ChainMap, ui: &MapUi, on: &On) -> Option<El> {
    let (body, close) = match (&ui.chosen, &ui.cursor) {
        (Some(mark), _) => (chosen(mark, map, on)?, map::Intent::Choose(None)),
        (None, Some(cursor)) => (plan(cursor, ui.plan.as_deref(), map, on), map::Intent::CursorOff),
        (None, None) => return None,
    };
    let close = of("button", "quiet")
        .set("aria-label", "Close")
        .click(on, Intent::Map(close))
        .kid(icon(icons::CLOSE));
    Some(of("div", "strip").kid(of("div", "strip-body").kids(body)).kid(close))
}

fn chosen(mark: &Mark, map: &ChainMap, on: &On) -> Option<Vec<El>> {
    match mark {
        Mark::Layer(collection, subdir, place) => {
            let chain = map::chain(map, collection, subdir)?;
            Some(layer(collection, chain, chain.layers.get(*place)?, map, on))
        }
        Mark::Attempt(collection, subdir, place) => {
            let chain = map::chain(map, collection, subdir)?;
            Some(attempt(chain.attempts.get(*place)?, map, on))
        }
    }
}

fn layer(collection: &str, chain: &Chain, layer: &Layer, map: &ChainMap, on: &On) -> Vec<El> {
    let kind = match layer.kind {
        LayerKind::Full => "Full",
        LayerKind::Incremental => "Incremental",
    };
    let end = format::near(layer.end, map.now);
    let covers = if layer.start.0 == 0 {
        ["covers everything until ", &end].concat()
    } else {
        ["covers (", &format::near(layer.start, map.now), ", ", &end, "]"].concat()
    };
    let history = if layer.revision_history { " · with revision history" } else { "" };
    let rows = format::counted(layer.rows, "row", "rows");
    let files = format::counted(u64::from(layer.files), "file", "files");
    let size = format::bytes(layer.size_bytes);
    let facts = [&covers, " · ", &rows, " · ", &size, " in ", &files, history].concat();
    let restore = Intent::Map(map::Intent::RestoreTo(collection.to_owned(), layer.end));
    let storage = Intent::Inspect(inspect::Intent::Tab(inspect::Tab::Storage));
    let title = of("p", "strip-title")
        .kid(el("b").text(kind))
        .text(&[" of ", &chain.target_words, " · "].concat())
        .kid(el("code").text(&layer.path));
    let mut parts = vec![title, of("p", "muted").text(&facts)];
    parts.extend(layer.fault.as_ref().map(|fault| of("p", "bad").text(fault)));
    parts.push(of("div", "row").kid(button("", "Restore to its end…", on, restore)).kid(button(
        "",
        "Look into the bucket",
        on,
        storage,
    )));
    parts
}

fn attempt(attempt: &Attempt, map: &ChainMap, on: &On) -> Vec<El> {
    let when = ["failed at ", &format::near(attempt.at, map.now)].concat();
    let card = of("div", "error-card")
        .kid(super::entry::error_text(&attempt.code, &attempt.message))
        .kid(of("p", "muted").text(&when))
        .maybe(attempt.cause.as_ref().map(|cause| cause_card(cause, on)));
    vec![card]
}

fn plan(cursor: &Cursor, plan: Option<&RestorePlan>, map: &ChainMap, on: &On) -> Vec<El> {
    let fresh = plan.filter(|plan| plan.at == cursor.at);
    let possible = fresh.filter(|plan| plan.possible);
    let words = fresh.map_or("…", |plan| plan.words.as_str());
    let step =
        |words: &str, forward| button("", words, on, Intent::Map(map::Intent::CursorStep(forward)));
    let title = of("p", "strip-title")
        .text("Restore ")
        .kid(el("b").text(&cursor.collection))
        .text(" to ")
        .kid(el("b").text(&format::near(cursor.at, map.now)));
    let write = button("primary", "Write the statement", on, Intent::Map(map::Intent::CursorWrite));
    let class = if possible.is_some() { "muted" } else { "bad" };
    let mut parts = vec![title, of("p", class).text(words)];
    parts.extend(possible.filter(|plan| !plan.layers.is_empty()).map(|plan| {
        let layers = plan.layers.iter().map(|layer| el("li").kid(el("code").text(layer)));
        el("details").kid(el("summary").text("Layers, in order")).kid(el("ol").kids(layers))
    }));
    parts.extend(possible.map(|plan| of("code", "strip-statement").text(&plan.statement)));
    parts.push(
        of("div", "row")
            .kid(write.flag("disabled", possible.is_none()))
            .kid(step("Backup before", false))
            .kid(step("Backup after", true)),
    );
    parts
}
