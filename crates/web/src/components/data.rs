//! Data: tables, their rows at a chosen moment, every stored version of a row.

use std::rc::Rc;

use protocol::data::{DataRow, RowsView, Table, TablesView, Version, VersionState, VersionsView};
use protocol::time::Nanos;
use yew::virtual_dom::ListenerKind;

use super::agenda::empty;
use super::cluster::{facts, number};
use super::header::value_of;
use super::map_panel::{region, statement};
use super::result_table::{cell, heads, put_value};
use crate::el::{El, On, button, el, of};
use crate::format;
use crate::map::table::head;
use crate::state::inspect::{self, Inspector};
use crate::state::{Intent, World};

/// The tab.
pub(crate) fn data(view: &TablesView, world: &World, at: &Inspector, on: &On) -> Vec<El> {
    let now = world.clock.now;
    let open = at.table.and_then(|id| view.tables.iter().find(|table| table.id == id));
    let Some(table) = open else { return list(view, now, on) };
    let back = Intent::Inspect(inspect::Intent::Table(None));
    let mut parts = vec![
        of("div", "head-row")
            .kid(button("small", "← All tables", on, back))
            .kid(el("h3").text(&table.sql_name)),
        moments(table, now, at, on),
    ];
    if let Some(rows) = &world.rows {
        parts.extend(rows_table(rows, now, at, on));
    }
    if let (Some(_), Some(found)) = (&at.row, &world.versions) {
        parts.push(versions(found, now));
    }
    parts
}

fn list(view: &TablesView, now: Nanos, on: &On) -> Vec<El> {
    if view.tables.is_empty() {
        let words = "Each row keeps its versions until garbage collection takes them; here they can be seen.";
        let starter = statement("CREATE TABLE t (k INT PRIMARY KEY, v STRING);", on);
        return vec![empty("No tables.", words).maybe(starter)];
    }
    let heads = ["Table", "#Rows", "#Live", "#Garbage", "TTL", "Readable since"];
    vec![facts("Tables", &heads, view.tables.iter().map(|found| table(found, now, on)))]
}

fn table(table: &Table, now: Nanos, on: &On) -> El {
    let open = Intent::Inspect(inspect::Intent::Table(Some(table.id)));
    let rows = table.rows.map_or_else(|| "–".to_owned(), |rows| rows.to_string());
    el("tr")
        .kid(el("th").set("scope", "row").kid(button("link-button", &table.sql_name, on, open)))
        .kid(number(&rows))
        .kid(number(&format::bytes(table.live_bytes)))
        .kid(number(&format::bytes(table.garbage_bytes)))
        .kid(of("td", "short").text(&format::ttl(table.ttl_secs)))
        .kid(of("td", "short").text(&format::near(table.readable_since, now)))
}

/// From when to when it can be read: a slider, and the way back to now.
fn moments(table: &Table, now: Nanos, at: &Inspector, on: &On) -> El {
    let words = match at.rows_at {
        None => ["now, ", &format::seconds(now)].concat(),
        Some(at) => ["at ", &format::near(at, now)].concat(),
    };
    let moved = Rc::new(|event: &web_sys::Event| {
        let secs = value_of(event).parse::<i64>().ok();
        Some(Intent::Inspect(inspect::Intent::RowsAt(secs.map(Nanos::from_secs))))
    });
    let slider = el("input")
        .set("type", "range")
        .set("min", &(table.readable_since.secs().max(0) + 1).to_string())
        .set("max", &now.secs().to_string())
        .set("aria-valuetext", &words)
        .value(&at.rows_at.unwrap_or(now).secs().to_string())
        .hear(ListenerKind::oninput, on, moved);
    let back = button("small", "Now", on, Intent::Inspect(inspect::Intent::RowsAt(None)));
    of("div", "moments")
        .kid(el("label").text("Rows ").kid(el("b").text(&words)).kid(slider))
        .kid(back.flag("disabled", at.rows_at.is_none()))
}

fn rows_table(rows: &RowsView, now: Nanos, at: &Inspector, on: &On) -> Vec<El> {
    if let Some(error) = &rows.error {
        return vec![of("p", "bad").text(error)];
    }
    let heads = el("tr").kids(heads(&rows.columns)).kid(head("written")).kid(head("versions"));
    let body = rows.rows.iter().map(|found| row(found, rows, now, at, on));
    let table = of("table", "rows").kid(el("thead").kid(heads)).kid(el("tbody").kids(body));
    let words = match (rows.rows.is_empty(), rows.more) {
        (true, _) => "no rows at that moment",
        (false, true) => "there are more rows",
        (false, false) => "",
    };
    vec![region("scroll", "Rows").kid(table), of("p", "foot").text(words)]
}

fn row(row: &DataRow, rows: &RowsView, now: Nanos, at: &Inspector, on: &On) -> El {
    let chosen = at.row.as_ref() == Some(&row.key);
    let open = inspect::Intent::Row((!chosen).then(|| row.key.clone()));
    let words = format::counted(u64::from(row.versions), "version", "versions");
    let button = button("small", &words, on, Intent::Inspect(open)).truth("aria-expanded", chosen);
    let cells = row.values.iter().zip(&rows.columns);
    of("tr", if chosen { "chosen-row" } else { "" })
        .key(&row.key)
        .kids(cells.map(|(value, column)| cell(value.as_ref(), column)))
        .kid(of("td", "muted").text(&format::near(row.written, now)))
        .kid(el("td").kid(button))
}

fn versions(view: &VersionsView, now: Nanos) -> El {
    let collected = (view.collected > 0).then(|| {
        let many = format::counted(u64::from(view.collected), "older version", "older versions");
        of("p", "muted").text(&[&many, " collected by GC"].concat())
    });
    of("section", "versions")
        .kid(el("h4").text("Every version of ").kid(el("code").text(&view.pretty)))
        .kid(el("ol").kids(view.versions.iter().map(|found| version(found, view, now))))
        .maybe(collected)
}

fn version(version: &Version, view: &VersionsView, now: Nanos) -> El {
    let (class, state) = match version.state {
        VersionState::Live => ("version version-live", "live"),
        VersionState::Intent => ("version version-intent", "not committed"),
        VersionState::Garbage => ("version version-garbage", "the next GC visit removes it"),
        VersionState::History => ("version version-history", "history"),
    };
    let until = version.collectable_at.filter(|_| version.state == VersionState::History);
    let until = until.map(|at| [", collectable ", &format::due(at, now)].concat());
    let values = of("span", "version-values");
    let values = if version.deleted {
        values.kid(el("i").text("deleted"))
    } else {
        values.kids(version.values.iter().zip(&view.columns).map(|(value, column)| {
            let name = of("span", "muted").text(&column.name).text(" ");
            put_value(of("span", "pair").kid(name), value.as_ref())
        }))
    };
    of("li", class)
        .kid(of("span", "due").text(&format::near(version.at, now)))
        .kid(values)
        .kid(of("span", "muted").text(state).text(&until.unwrap_or_default()))
}
