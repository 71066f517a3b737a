//! Data: tables, their rows at a chosen moment, every stored version of a row.

use std::rc::Rc;

use protocol::data::{DataRow, RowsView, Table, TablesView, Version, VersionState, VersionsView};
use protocol::time::Nanos;
use yew::prelude::*;

use super::result_table::{is_number, value};
use crate::format;
use crate::state::inspect::{self, Inspector};
use crate::state::{Intent, shell};

/// What the tab needs.
#[derive(Properties, PartialEq)]
pub(crate) struct DataProps {
    /// Tables.
    pub(crate) tables: Rc<TablesView>,
    /// Rows of the one opened.
    pub(crate) rows: Option<Rc<RowsView>>,
    /// Versions of the row opened.
    pub(crate) versions: Option<Rc<VersionsView>>,
    /// Where the inspector stands.
    pub(crate) at: Inspector,
    /// Now.
    pub(crate) now: Nanos,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The tab.
#[component]
pub(crate) fn DataTab(props: &DataProps) -> Html {
    let open =
        props.at.table.and_then(|id| props.tables.tables.iter().find(|table| table.id == id));
    match open {
        Some(table) => opened(table, props),
        None => list(props),
    }
}

fn list(props: &DataProps) -> Html {
    if props.tables.tables.is_empty() {
        let statement = "CREATE TABLE t (k INT PRIMARY KEY, v STRING);".to_owned();
        let prefill = props
            .on
            .reform(move |_: MouseEvent| Intent::Shell(shell::Intent::Prefill(statement.clone())));
        return html! {
            <div class="empty">
                <p><b>{ "No tables." }</b></p>
                <p class="muted">{ "Each row keeps its versions until garbage collection takes them; here they can be seen." }</p>
                <button class="statement" onclick={prefill}><code>{ "CREATE TABLE t (k INT PRIMARY KEY, v STRING);" }</code></button>
            </div>
        };
    }
    html! {
        <div class="scroll" role="region" aria-label="Tables" tabindex="0">
            <table class="facts">
                <thead><tr>
                    <th scope="col">{ "Table" }</th><th scope="col" class="num">{ "Rows" }</th>
                    <th scope="col" class="num">{ "Live" }</th><th scope="col" class="num">{ "Garbage" }</th>
                    <th scope="col">{ "TTL" }</th><th scope="col">{ "Readable since" }</th>
                </tr></thead>
                <tbody>{ for props.tables.tables.iter().map(|found| table(found, props)) }</tbody>
            </table>
        </div>
    }
}

fn table(table: &Table, props: &DataProps) -> Html {
    let id = table.id;
    let open =
        props.on.reform(move |_: MouseEvent| Intent::Inspect(inspect::Intent::Table(Some(id))));
    html! {
        <tr>
            <th scope="row"><button class="link-button" onclick={open}>{ &table.sql_name }</button></th>
            <td class="num">{ table.rows.map_or_else(|| "–".to_owned(), |rows| rows.to_string()) }</td>
            <td class="num">{ format::bytes(table.live_bytes) }</td>
            <td class="num">{ format::bytes(table.garbage_bytes) }</td>
            <td>{ format::ttl(table.ttl_secs) }</td>
            <td>{ format::near(table.readable_since, props.now) }</td>
        </tr>
    }
}

fn opened(table: &Table, props: &DataProps) -> Html {
    let back = props.on.reform(|_: MouseEvent| Intent::Inspect(inspect::Intent::Table(None)));
    html! {
        <>
            <div class="head-row">
                <button class="small" onclick={back}>{ "← All tables" }</button>
                <h3>{ &table.sql_name }</h3>
            </div>
            { moments(table, props) }
            { props.rows.as_ref().map(|rows| rows_table(rows, props)) }
            { props.at.row.as_ref().and(props.versions.as_ref()).map(|found| versions(found, props)) }
        </>
    }
}

/// From when to when it can be read: a slider with the usual moments as buttons.
fn moments(table: &Table, props: &DataProps) -> Html {
    let from = table.readable_since.max(Nanos(0));
    let at = props.at.rows_at.unwrap_or(props.now);
    let oninput = props.on.reform(|event: InputEvent| {
        let field: web_sys::HtmlInputElement = event.target_unchecked_into();
        let secs = field.value().parse::<i64>().ok();
        Intent::Inspect(inspect::Intent::RowsAt(secs.map(Nanos::from_secs)))
    });
    let now = props.on.reform(|_: MouseEvent| Intent::Inspect(inspect::Intent::RowsAt(None)));
    let words = match props.at.rows_at {
        None => format!("now, {}", format::seconds(props.now)),
        Some(at) => format!("at {}", format::near(at, props.now)),
    };
    html! {
        <div class="moments">
            <label>{ "Rows " }<b>{ &words }</b>
                <input type="range" min={(from.secs() + 1).to_string()} max={props.now.secs().to_string()} value={at.secs().to_string()}
                    aria-valuetext={words.clone()} {oninput} /></label>
            <button class="small" disabled={props.at.rows_at.is_none()} onclick={now}>{ "Now" }</button>
        </div>
    }
}

fn rows_table(rows: &RowsView, props: &DataProps) -> Html {
    if let Some(error) = &rows.error {
        return html! { <p class="bad">{ error }</p> };
    }
    html! {
        <>
            <div class="scroll" role="region" aria-label="Rows" tabindex="0">
                <table class="rows">
                    <thead><tr>
                        { for rows.columns.iter().map(|column| html! { <th scope="col" class={is_number(column).then_some("num")}>{ &column.name }</th> }) }
                        <th scope="col">{ "written" }</th><th scope="col">{ "versions" }</th>
                    </tr></thead>
                    <tbody>{ for rows.rows.iter().map(|found| row(found, rows, props)) }</tbody>
                </table>
            </div>
            <p class="foot">{ if rows.rows.is_empty() { "no rows at that moment" } else if rows.more { "there are more rows" } else { "" } }</p>
        </>
    }
}

fn row(row: &DataRow, rows: &RowsView, props: &DataProps) -> Html {
    let chosen = props.at.row.as_ref() == Some(&row.key);
    let key = (!chosen).then(|| row.key.clone());
    let open =
        props.on.reform(move |_: MouseEvent| Intent::Inspect(inspect::Intent::Row(key.clone())));
    html! {
        <tr key={row.key.clone()} class={chosen.then_some("chosen-row")}>
            { for row.values.iter().zip(&rows.columns).map(|(cell, column)| html! {
                <td class={is_number(column).then_some("num")}>{ value(cell.as_ref()) }</td>
            }) }
            <td class="muted">{ format::near(row.written, props.now) }</td>
            <td><button class="small" aria-expanded={chosen.to_string()} onclick={open}>{ format::counted(u64::from(row.versions), "version", "versions") }</button></td>
        </tr>
    }
}

fn versions(view: &VersionsView, props: &DataProps) -> Html {
    html! {
        <section class="versions">
            <h4>{ "Every version of " }<code>{ &view.pretty }</code></h4>
            <ol>{ for view.versions.iter().map(|found| version(found, view, props.now)) }</ol>
            if view.collected > 0 {
                <p class="muted">{ format!("{} collected by GC", format::counted(u64::from(view.collected), "older version", "older versions")) }</p>
            }
        </section>
    }
}

fn version(version: &Version, view: &VersionsView, now: Nanos) -> Html {
    let (class, state) = match version.state {
        VersionState::Live => ("version version-live", "live".to_owned()),
        VersionState::Intent => ("version version-intent", "not committed".to_owned()),
        VersionState::Garbage => {
            ("version version-garbage", "the next GC visit removes it".to_owned())
        }
        VersionState::History => {
            let until =
                version.collectable_at.map(|at| format!(", collectable {}", format::due(at, now)));
            ("version version-history", format!("history{}", until.unwrap_or_default()))
        }
    };
    let what = if version.deleted {
        html! { <i>{ "deleted" }</i> }
    } else {
        html! { <>{ for version.values.iter().zip(&view.columns).map(|(cell, column)| html! {
            <span class="pair"><span class="muted">{ &column.name }{ " " }</span>{ value(cell.as_ref()) }</span>
        }) }</> }
    };
    html! {
        <li class={class}>
            <span class="due">{ format::near(version.at, now) }</span>
            <span class="version-values">{ what }</span>
            <span class="muted">{ state }</span>
        </li>
    }
}
