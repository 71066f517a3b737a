//! One entry of the log: what was run and what came of it.

use std::rc::Rc;

use protocol::result::{ErrorReply, Notice, StatementResult};
use yew::prelude::*;

use super::cause_card::cause_card;
use super::highlight::highlight;
use super::result_table::{copies, result_table};
use crate::el::{El, On, el, of};
use crate::format;
use crate::state::shell::{Body, Entry};

/// What an entry needs.
#[derive(Properties, PartialEq)]
pub(crate) struct EntryProps {
    /// The entry.
    pub(crate) entry: Rc<Entry>,
    /// Where intents go.
    pub(crate) on: On,
}

/// The entry.
#[component]
pub(crate) fn EntryView(props: &EntryProps) -> Html {
    let (entry, on) = (&props.entry, &props.on);
    let sign = entry.prompt.rsplit('/').next().filter(|sign| !sign.is_empty()).unwrap_or(">");
    let echo = (!entry.text.is_empty()).then(|| {
        let sign = of("span", "sign").set("title", &entry.prompt).text(sign).text(" ");
        let (text, more) = shown(&entry.text);
        highlight(of("pre", "echo").kid(sign), text, &entry.tokens).text(&more)
    });
    let article = of("article", "entry").maybe(echo);
    match &entry.body {
        Body::Running => article,
        Body::Words(words) => article.kids(words.iter().map(|line| of("p", "words").text(line))),
        Body::Refused(why) => {
            article.kid(of("div", "error-card").kid(of("p", "error-text").text(why)))
        }
        Body::Results(results) => {
            article.kids(results.iter().flat_map(|result| one(result, entry.expanded, on)))
        }
    }
    .done()
}

/// A message that is longer than its first lines by less than this is shown whole.
const LINE_CHARS: usize = 120;

/// Bytes of a statement that the log shows.
const ECHO_BYTES_MAX: usize = 8_000;

/// A text as the log shows it: what is longer than a screen is cut.
fn shown(text: &str) -> (&str, String) {
    // Bytes on their way into a bucket say nothing to a reader.
    let most = if text.starts_with("\\sim bucket ") { 160 } else { ECHO_BYTES_MAX };
    if text.len() <= most {
        return (text, String::new());
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let size = format::bytes(u64::try_from(text.len()).unwrap_or(u64::MAX));
    (&text[..end], ["… ", &size, " in all"].concat())
}

fn one(result: &Rc<StatementResult>, expanded: bool, on: &On) -> Vec<El> {
    let mut parts: Vec<El> = result.notices.iter().map(notice).collect();
    parts.extend(result.lines.iter().map(|line| of("p", "words").text(line)));
    match &result.error {
        Some(error) => parts.push(error_card(error, &result.sql, on)),
        None if !result.columns.is_empty() => {
            parts.push(result_table(result, expanded));
            let foot = of("div", "result-foot").maybe(foot(result)).kid(copies(result, on));
            parts.push(foot);
            return parts;
        }
        None => {}
    }
    parts.extend(foot(result));
    parts
}

/// Tag or row count, then where time stands and what the statement took of it.
fn foot(result: &StatementResult) -> Option<El> {
    let what = if result.error.is_some() {
        None
    } else if result.columns.is_empty() {
        result.tag.clone()
    } else {
        let rows = u64::try_from(result.rows.len()).unwrap_or(u64::MAX);
        Some(format::counted(rows, "row", "rows"))
    };
    if what.is_none() && result.at.0 == 0 {
        return None;
    }
    let took = (result.took.0 > 0).then(|| ["took ", &format::duration(result.took)].concat());
    let parts = [what, Some(format::seconds(result.at)), took];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Some(of("p", "foot").text(&words))
}

fn notice(notice: &Notice) -> El {
    let head = el("p").kid(el("b").text(&notice.severity)).text(": ").text(&notice.message);
    of("div", "notice")
        .kid(head)
        .maybe(field("p", "DETAIL", notice.detail.as_deref()))
        .maybe(field("p", "HINT", notice.hint.as_deref()))
}

fn field(tag: &'static str, name: &str, text: Option<&str>) -> Option<El> {
    let text = text?;
    Some(of(tag, "error-detail").kid(el("b").text(name)).text(": ").text(text))
}

/// Code and message of an error; of a long one the beginning, the rest behind a click.
pub(crate) fn error_text(code: &str, message: &str) -> El {
    let code = of("b", "error-code").text(&["ERROR ", code, " "].concat());
    let (head, rest) = message.split_at(seen_at_once(message));
    let more = (!rest.is_empty()).then(|| {
        let lines = u64::try_from(rest.trim_start().lines().count()).unwrap_or(0);
        let words = [&format::counted(lines, "more line", "more lines"), " of the error"].concat();
        el("details")
            .kid(el("summary").text(&words))
            .kid(of("p", "error-text").text(rest.trim_start_matches('\n')))
    });
    el("div").kid(of("p", "error-text").kid(code).text(head)).maybe(more)
}

/// How much of a message is shown at once: all of it if it is short, else its first lines.
fn seen_at_once(message: &str) -> usize {
    let lines = message.match_indices('\n').map(|(at, _)| at);
    lines.skip(1).find(|at| message.len() > at + LINE_CHARS).unwrap_or(message.len())
}

fn error_card(error: &ErrorReply, sql: &str, on: &On) -> El {
    // The detail of a syntax error already shows the source with its caret.
    let has_caret = error.detail.as_ref().is_some_and(|detail| detail.contains('^'));
    let caret = error.position.filter(|_| !has_caret).and_then(|position| caret(sql, position));
    of("div", "error-card")
        .kid(error_text(&error.code, &error.message))
        .maybe(caret.map(|text| of("pre", "error-detail").text(&text)))
        .maybe(field("pre", "DETAIL", error.detail.as_deref()))
        .maybe(field("p", "HINT", error.hint.as_deref()))
        .maybe(error.cause.as_ref().map(|cause| cause_card(cause, on)))
}

/// The line of the statement in which it went wrong, with a caret under the place.
fn caret(sql: &str, position: u32) -> Option<String> {
    let at = usize::try_from(position).ok()?.checked_sub(1)?;
    let before = sql.get(..at)?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = sql[start..].lines().next()?;
    let column = sql[start..at].chars().count();
    Some(format!("{line}\n{}^", " ".repeat(column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_error_begins_with_its_first_lines() {
        let long = format!("a\nb\n{}", "c".repeat(200));
        assert_eq!(seen_at_once(&long), 3);
        assert_eq!(seen_at_once("a\nb\nc"), 5);
        assert_eq!(shown(&"é".repeat(5_000)).0.len(), ECHO_BYTES_MAX);
    }

    #[test]
    fn a_caret_stands_under_its_place() {
        assert_eq!(caret("SELECT 1\nFROM t", 10).as_deref(), Some("FROM t\n^"));
        assert_eq!(caret("SELEC 1", 7).as_deref(), Some("SELEC 1\n      ^"));
        assert_eq!(caret("x", 9), None);
    }
}
