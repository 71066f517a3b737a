//! The chain map as a table: the same facts, sortable.

use protocol::chain::{Chain, ChainMap, Collection, Layer, LayerKind};

use crate::el::{El, On, button, el, of};
use crate::state::Intent;
use crate::state::map::{self, Column};
use crate::{format, num};

/// One row of the table.
struct Line<'a> {
    collection: &'a Collection,
    chain: &'a Chain,
    layer: &'a Layer,
    is_last: bool,
}

fn lines(map: &ChainMap, sort: (Column, bool)) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for collection in &map.collections {
        for chain in &collection.chains {
            let last = chain.layers.len();
            for (place, layer) in chain.layers.iter().enumerate() {
                lines.push(Line { collection, chain, layer, is_last: place + 1 == last });
            }
        }
    }
    let measure = |line: &Line<'_>| match sort.0 {
        Column::Place => 0,
        Column::End => line.layer.end.0,
        Column::Size => i64::try_from(line.layer.size_bytes).unwrap_or(i64::MAX),
        Column::Rows => i64::try_from(line.layer.rows).unwrap_or(i64::MAX),
    };
    num::order(&mut lines, measure);
    if sort.1 {
        lines.reverse();
    }
    lines
}

/// A head cell.
pub(crate) fn head(words: &str) -> El {
    el("th").set("scope", "col").text(words)
}

/// The table; `on` is missing where it only stands behind the picture for a screen reader.
pub(crate) fn table(map: &ChainMap, sort: (Column, bool), on: Option<&On>) -> El {
    let sortable = |column: Column, words: &str, class: &str| {
        let order = match (sort.0 == column, sort.1) {
            (false, _) => None,
            (true, false) => Some("ascending"),
            (true, true) => Some("descending"),
        };
        let cell = of("th", class).set("scope", "col").set_some("aria-sort", order);
        match on {
            None => cell.text(words),
            Some(on) => cell.kid(button("sort", words, on, Intent::Map(map::Intent::Sort(column)))),
        }
    };
    let actions = on.map(|_| el("th").set("scope", "col").kid(of("span", "sr").text("Actions")));
    let heads = el("tr")
        .kid(sortable(Column::Place, "Collection", ""))
        .kid(head("Backup"))
        .kid(head("Covers"))
        .kid(sortable(Column::End, "Ends", ""))
        .kid(sortable(Column::Rows, "Rows", "num"))
        .kid(sortable(Column::Size, "Size", "num"))
        .kid(head("Restorable moments"))
        .kid(head("Chain"))
        .maybe(actions);
    of("table", "facts")
        .kid(of("caption", "sr").text("Backups by collection and chain"))
        .kid(el("thead").kid(heads))
        .kid(el("tbody").kids(lines(map, sort).iter().map(|line| row(line, map, on))))
}

fn row(line: &Line<'_>, map: &ChainMap, on: Option<&On>) -> El {
    let layer = line.layer;
    let near = |t| format::near(t, map.now);
    let kind = match layer.kind {
        LayerKind::Full => "full",
        LayerKind::Incremental => "incremental",
    };
    let fault = layer.fault.as_ref().map(|fault| of("span", "bad").text(" · ").text(fault));
    let covers = if layer.start.0 == 0 {
        "everything until its end".to_owned()
    } else {
        ["(", &near(layer.start), ", ", &near(layer.end), "]"].concat()
    };
    let moments = if layer.revision_history {
        ["every moment since ", &near(layer.restorable_from)].concat()
    } else {
        "its end".to_owned()
    };
    let action = on.map(|on| {
        let intent = map::Intent::RestoreTo(line.collection.name.clone(), layer.end);
        let label = ["Restore to ", &format::moment(layer.end)].concat();
        el("td")
            .kid(button("small", "Restore to…", on, Intent::Map(intent)).set("aria-label", &label))
    });
    let mut state = String::new();
    if line.is_last {
        state.extend([&line.chain.words, "; ", &line.chain.restore_words]);
        if let Some(failed) = line.chain.attempts.last() {
            // The whole text stands in the shell and in the failure's own strip.
            let message = failed.message.split(':').next().unwrap_or_default();
            state.extend(["; failed ", &near(failed.at), ": ", message]);
        }
    }
    el("tr")
        .kid(el("td").text(&line.collection.name))
        .kid(el("td").text(kind).maybe(fault))
        .kid(el("td").text(&covers))
        .kid(el("td").text(&near(layer.end)))
        .kid(of("td", "num").text(&layer.rows.to_string()))
        .kid(of("td", "num").text(&format::bytes(layer.size_bytes)))
        .kid(el("td").text(&moments))
        .kid(of("td", "chain-state").text(&state))
        .maybe(action)
}
