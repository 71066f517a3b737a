//! The chain map as a table: the same facts, sortable.

use protocol::chain::{Chain, ChainMap, Collection, Layer, LayerKind};
use yew::prelude::*;

use crate::format;
use crate::state::Intent;
use crate::state::map::{self, Column};

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
    match sort.0 {
        Column::Place => {}
        Column::End => lines.sort_by_key(|line| line.layer.end),
        Column::Size => lines.sort_by_key(|line| line.layer.size_bytes),
        Column::Rows => lines.sort_by_key(|line| line.layer.rows),
    }
    if sort.1 {
        lines.reverse();
    }
    lines
}

/// The table; `on` is missing where it only stands behind the picture for a screen reader.
pub(crate) fn table(map: &ChainMap, sort: (Column, bool), on: Option<&Callback<Intent>>) -> Html {
    let head = |column: Column, words: &'static str, class: &'static str| {
        let order = match (sort.0 == column, sort.1) {
            (false, _) => None,
            (true, false) => Some("ascending"),
            (true, true) => Some("descending"),
        };
        let words = match on {
            None => html! { words },
            Some(on) => {
                let onclick =
                    on.reform(move |_: MouseEvent| Intent::Map(map::Intent::Sort(column)));
                html! { <button class="sort" {onclick}>{ words }</button> }
            }
        };
        html! { <th scope="col" class={class} aria-sort={order}>{ words }</th> }
    };
    html! {
        <table class="facts">
            <caption class="sr">{ "Backups by collection and chain" }</caption>
            <thead><tr>
                { head(Column::Place, "Collection", "") }
                <th scope="col">{ "Backup" }</th>
                <th scope="col">{ "Covers" }</th>
                { head(Column::End, "Ends", "") }
                { head(Column::Rows, "Rows", "num") }
                { head(Column::Size, "Size", "num") }
                <th scope="col">{ "Restorable moments" }</th>
                <th scope="col">{ "Chain" }</th>
                { on.map(|_| html! { <th scope="col"><span class="sr">{ "Actions" }</span></th> }) }
            </tr></thead>
            <tbody>{ for lines(map, sort).iter().map(|line| row(line, map, on)) }</tbody>
        </table>
    }
}

fn row(line: &Line<'_>, map: &ChainMap, on: Option<&Callback<Intent>>) -> Html {
    let layer = line.layer;
    let kind = match layer.kind {
        LayerKind::Full => "full",
        LayerKind::Incremental => "incremental",
    };
    let covers = if layer.start.0 == 0 {
        "everything until its end".to_owned()
    } else {
        format!("({}, {}]", format::near(layer.start, map.now), format::near(layer.end, map.now))
    };
    let moments = if layer.revision_history {
        format!("every moment since {}", format::near(layer.restorable_from, map.now))
    } else {
        "its end".to_owned()
    };
    let action = on.map(|on| {
        let (name, at) = (line.collection.name.clone(), layer.end);
        let onclick = on
            .reform(move |_: MouseEvent| Intent::Map(map::Intent::RestoreTo(name.clone(), at)));
        let label = format!("Restore to {}", format::moment(layer.end));
        html! { <td><button class="small" aria-label={label} {onclick}>{ "Restore to…" }</button></td> }
    });
    let state = line.is_last.then(|| {
        let failures = line.chain.attempts.last().map(|attempt| {
            html! { <>{ "; failed " }{ format::near(attempt.at, map.now) }{ ": " }{ &attempt.message }</> }
        });
        html! { <>{ &line.chain.words }{ "; " }{ &line.chain.restore_words }{ failures }</> }
    });
    html! {
        <tr>
            <td>{ &line.collection.name }</td>
            <td>{ kind }{ layer.fault.as_ref().map(|fault| html! { <span class="bad">{ " · " }{ fault }</span> }) }</td>
            <td>{ covers }</td>
            <td>{ format::near(layer.end, map.now) }</td>
            <td class="num">{ layer.rows }</td>
            <td class="num">{ format::bytes(layer.size_bytes) }</td>
            <td>{ moments }</td>
            <td class="chain-state">{ state }</td>
            { action }
        </tr>
    }
}
