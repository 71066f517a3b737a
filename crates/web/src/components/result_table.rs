//! Rows of a result: a real table in a region that scrolls sideways, or one value a line.

use std::rc::Rc;

use protocol::result::{Column, StatementResult};
use yew::prelude::*;

use crate::state::{Intent, page};

/// Rows drawn; more stand in the copied text.
const ROWS_DRAWN: usize = 200;

/// What a result table needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ResultTableProps {
    /// The result.
    pub(crate) result: Rc<StatementResult>,
    /// One value a line.
    pub(crate) expanded: bool,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// Whether values of a type stand at the right.
pub(crate) fn is_number(column: &Column) -> bool {
    let ty = column.ty.to_ascii_uppercase();
    let numbers = ["INT", "DECIMAL", "FLOAT", "NUMERIC", "SERIAL"];
    numbers.iter().any(|number| ty.starts_with(number))
        && !ty.ends_with("[]")
        && !ty.starts_with("INTERVAL")
}

/// A value, NULL told from the text `NULL`.
pub(crate) fn value(value: Option<&String>) -> Html {
    match value {
        Some(text) => html! { { text } },
        None => html! { <span class="null">{ "NULL" }</span> },
    }
}

/// The table.
#[component]
pub(crate) fn ResultTable(props: &ResultTableProps) -> Html {
    let result = &props.result;
    let (csv, markdown) = (copy(props, csv), copy(props, markdown));
    let more = result.rows.len().saturating_sub(ROWS_DRAWN);
    html! {
        <div class="result">
            <div class="result-scroll" role="region" aria-label="Result" tabindex="0">
                if props.expanded { { records(result) } } else { { table(result) } }
            </div>
            if more > 0 { <p class="foot">{ format!("{more} more rows are not drawn; a copy has them all") }</p> }
            <div class="result-tools">
                <button class="quiet" onclick={csv} aria-label="Copy as CSV">{ "CSV" }</button>
                <button class="quiet" onclick={markdown} aria-label="Copy as Markdown">{ "Markdown" }</button>
            </div>
        </div>
    }
}

fn table(result: &StatementResult) -> Html {
    let class = |column: &Column| is_number(column).then_some("num");
    html! {
        <table class="rows">
            <thead><tr>{ for result.columns.iter().map(|column| html! {
                <th scope="col" class={class(column)} title={column.ty.clone()}>{ &column.name }</th>
            }) }</tr></thead>
            <tbody>{ for result.rows.iter().take(ROWS_DRAWN).map(|row| html! {
                <tr>{ for row.iter().zip(&result.columns).map(|(cell, column)| html! {
                    <td class={class(column)}>{ value(cell.as_ref()) }</td>
                }) }</tr>
            }) }</tbody>
        </table>
    }
}

fn records(result: &StatementResult) -> Html {
    html! {
        <>{ for result.rows.iter().take(ROWS_DRAWN).enumerate().map(|(place, row)| html! {
            <table class="rows records">
                <caption>{ format!("record {}", place + 1) }</caption>
                <tbody>{ for row.iter().zip(&result.columns).map(|(cell, column)| html! {
                    <tr><th scope="row">{ &column.name }</th><td>{ value(cell.as_ref()) }</td></tr>
                }) }</tbody>
            </table>
        }) }</>
    }
}

fn copy(props: &ResultTableProps, text: fn(&StatementResult) -> String) -> Callback<MouseEvent> {
    let result = Rc::clone(&props.result);
    props.on.reform(move |_| Intent::Page(page::Intent::Copy(text(&result))))
}

fn lines<'a>(
    result: &'a StatementResult,
    cell: impl Fn(&str) -> String + 'a,
    sign: &'a str,
) -> impl Iterator<Item = String> + 'a {
    result.rows.iter().map(move |row| {
        let cells = row.iter().map(|value| cell(value.as_deref().unwrap_or("NULL")));
        cells.collect::<Vec<_>>().join(sign)
    })
}

fn csv(result: &StatementResult) -> String {
    let quote = |text: &str| {
        if text.contains([',', '"', '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let head =
        result.columns.iter().map(|column| quote(&column.name)).collect::<Vec<_>>().join(",");
    let rows = lines(result, quote, ",").collect::<Vec<_>>().join("\n");
    format!("{head}\n{rows}\n")
}

fn markdown(result: &StatementResult) -> String {
    let escape = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let head = result.columns.iter().map(|column| escape(&column.name)).collect::<Vec<_>>();
    let rule = vec!["---"; head.len()].join(" | ");
    let rows = lines(result, escape, " | ").collect::<Vec<_>>().join(" |\n| ");
    format!("| {} |\n| {rule} |\n| {rows} |\n", head.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_quoted() {
        let column = |name: &str, ty: &str| Column { name: name.to_owned(), ty: ty.to_owned() };
        let result = StatementResult {
            columns: vec![column("a,b", "INT8"), column("c", "INTERVAL")],
            rows: vec![vec![Some("1".to_owned()), None], vec![Some("x|\"".to_owned()), None]],
            ..StatementResult::default()
        };
        assert_eq!(csv(&result), "\"a,b\",c\n1,NULL\n\"x|\"\"\",NULL\n");
        assert!(markdown(&result).ends_with("| 1 | NULL |\n| x\\|\" | NULL |\n"));
        assert!(is_number(&result.columns[0]) && !is_number(&result.columns[1]));
    }
}
