//! Rows of a result: a real table in a region that scrolls sideways, or one value a line.

use std::rc::Rc;

use protocol::result::{Column, StatementResult};

use crate::el::{El, On, button, el, of};
use crate::state::{Intent, page};

/// Rows drawn; more stand in the copied text.
const ROWS_DRAWN: usize = 200;

/// Whether values of a type stand at the right.
pub(crate) fn is_number(column: &Column) -> bool {
    let numbers = ["INT", "DECIMAL", "FLOAT", "NUMERIC", "SERIAL"];
    let head = |number: &str| {
        column.ty.get(..number.len()).is_some_and(|head| head.eq_ignore_ascii_case(number))
    };
    numbers.iter().any(|number| head(number)) && !column.ty.ends_with("[]") && !head("INTERVAL")
}

/// A cell, at the right for numbers; NULL told from the text `NULL`.
pub(crate) fn cell(value: Option<&String>, column: &Column) -> El {
    let cell = if is_number(column) { of("td", "num") } else { el("td") };
    put_value(cell, value)
}

/// A value into an element.
pub(crate) fn put_value(into: El, value: Option<&String>) -> El {
    match value {
        Some(text) => into.text(text),
        None => into.kid(of("span", "null").text("NULL")),
    }
}

/// Column heads.
pub(crate) fn heads(columns: &[Column]) -> impl Iterator<Item = El> {
    columns.iter().map(|column| {
        let head = el("th").set("scope", "col").set("title", &column.ty).text(&column.name);
        if is_number(column) { head.set("class", "num") } else { head }
    })
}

/// Rows on the clipboard.
pub(crate) fn copies(result: &Rc<StatementResult>, on: &On) -> El {
    let copy = |words: &str, label: &str, markdown| {
        let intent = page::Intent::CopyRows(Rc::clone(result), markdown);
        button("quiet", words, on, Intent::Page(intent)).set("aria-label", label)
    };
    of("div", "result-tools").kid(copy("CSV", "Copy as CSV", false)).kid(copy(
        "Markdown",
        "Copy as Markdown",
        true,
    ))
}

/// The table.
pub(crate) fn result_table(result: &StatementResult, expanded: bool) -> El {
    let more = result.rows.len().saturating_sub(ROWS_DRAWN);
    let more = (more > 0).then(|| {
        let words = [&more.to_string(), " more rows are not drawn; a copy has them all"].concat();
        of("p", "foot").text(&words)
    });
    // A group, not a region: a log of many would crowd the list of landmarks.
    let scroll = of("div", "result-scroll")
        .set("role", "group")
        .set("aria-label", "Result")
        .set("tabindex", "0");
    let scroll = if expanded { scroll.kids(records(result)) } else { scroll.kid(table(result)) };
    of("div", "result").kid(scroll).maybe(more)
}

fn table(result: &StatementResult) -> El {
    let rows = result.rows.iter().take(ROWS_DRAWN).map(|row| {
        let cells = row.iter().zip(&result.columns);
        el("tr").kids(cells.map(|(value, column)| cell(value.as_ref(), column)))
    });
    of("table", "rows")
        .kid(el("thead").kid(el("tr").kids(heads(&result.columns))))
        .kid(el("tbody").kids(rows))
}

fn records(result: &StatementResult) -> impl Iterator<Item = El> {
    result.rows.iter().take(ROWS_DRAWN).enumerate().map(|(place, row)| {
        let lines = row.iter().zip(&result.columns).map(|(value, column)| {
            let head = el("th").set("scope", "row").text(&column.name);
            el("tr").kid(head).kid(put_value(el("td"), value.as_ref()))
        });
        let caption = ["record ", &(place + 1).to_string()].concat();
        of("table", "rows records").kid(el("caption").text(&caption)).kid(el("tbody").kids(lines))
    })
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

/// Rows as comma separated values.
pub(crate) fn csv(result: &StatementResult) -> String {
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

/// Rows as a table of Markdown.
pub(crate) fn markdown(result: &StatementResult) -> String {
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
