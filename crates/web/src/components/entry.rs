//! One entry of the log: what was run and what came of it.

use std::rc::Rc;

use protocol::result::{ErrorReply, Notice, StatementResult};
use yew::prelude::*;

use super::cause_card::CauseCard;
use super::highlight::highlight;
use super::result_table::ResultTable;
use crate::format;
use crate::state::Intent;
use crate::state::shell::{Body, Entry};

/// What an entry needs.
#[derive(Properties, PartialEq)]
pub(crate) struct EntryProps {
    /// The entry.
    pub(crate) entry: Rc<Entry>,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The entry.
#[component]
pub(crate) fn EntryView(props: &EntryProps) -> Html {
    let entry = &props.entry;
    let sign = entry.prompt.rsplit('/').next().unwrap_or(">");
    let sign = if sign.is_empty() { ">" } else { sign };
    let echo = (!entry.text.is_empty()).then(|| {
        html! {
            <pre class="echo"><span class="sign" title={entry.prompt.clone()}>{ sign }{ " " }</span>{ highlight(&entry.text, &entry.tokens) }</pre>
        }
    });
    let body = match &entry.body {
        Body::Running => Html::default(),
        Body::Words(words) => {
            html! { <>{ for words.iter().map(|line| html! { <p class="words">{ line }</p> }) }</> }
        }
        Body::Refused(why) => {
            html! { <div class="error-card"><p class="error-text">{ why }</p></div> }
        }
        Body::Results(results) => html! {
            <>{ for results.iter().map(|result| one(result, entry, &props.on)) }</>
        },
    };
    html! { <article class="entry">{ echo }{ body }</article> }
}

fn one(result: &Rc<StatementResult>, entry: &Entry, on: &Callback<Intent>) -> Html {
    let error = result.error.as_ref().map(|error| error_card(error, &result.sql, on));
    html! {
        <>
            { for result.notices.iter().map(notice) }
            { for result.lines.iter().map(|line| html! { <p class="words">{ line }</p> }) }
            if !result.columns.is_empty() && error.is_none() {
                <ResultTable result={result.clone()} expanded={entry.expanded} on={on.clone()} />
            }
            { error }
            { foot(result) }
        </>
    }
}

/// Tag or row count, then where time stands and what the statement took of it.
fn foot(result: &StatementResult) -> Option<Html> {
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
    let took = (result.took.0 > 0).then(|| format!("took {}", format::duration(result.took)));
    let parts = [what, Some(format::seconds(result.at)), took];
    let words = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    Some(html! { <p class="foot">{ words }</p> })
}

fn notice(notice: &Notice) -> Html {
    html! {
        <div class="notice">
            <p><b>{ &notice.severity }</b>{ ": " }{ &notice.message }</p>
            { field("DETAIL", notice.detail.as_deref()) }
            { field("HINT", notice.hint.as_deref()) }
        </div>
    }
}

fn field(name: &'static str, text: Option<&str>) -> Option<Html> {
    let text = text?;
    Some(html! { <p class="error-field"><b>{ name }</b>{ ": " }{ text }</p> })
}

fn error_card(error: &ErrorReply, sql: &str, on: &Callback<Intent>) -> Html {
    // The detail of a syntax error already shows the source with its caret.
    let has_caret = error.detail.as_ref().is_some_and(|detail| detail.contains('^'));
    let caret = error.position.filter(|_| !has_caret).and_then(|position| caret(sql, position));
    let detail = error.detail.as_deref().map(|detail| {
        html! { <pre class="error-detail"><b>{ "DETAIL" }</b>{ ": " }{ detail }</pre> }
    });
    html! {
        <div class="error-card">
            <p class="error-text"><b class="error-code">{ format!("ERROR {} ", error.code) }</b>{ &error.message }</p>
            { caret.map(|text| html! { <pre class="error-detail">{ text }</pre> }) }
            { detail }
            { field("HINT", error.hint.as_deref()) }
            { error.cause.as_ref().map(|cause| html! {
                <CauseCard cause={Rc::new((**cause).clone())} on={on.clone()} />
            }) }
        </div>
    }
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
    fn a_caret_stands_under_its_place() {
        assert_eq!(caret("SELECT 1\nFROM t", 10).as_deref(), Some("FROM t\n^"));
        assert_eq!(caret("SELEC 1", 7).as_deref(), Some("SELEC 1\n      ^"));
        assert_eq!(caret("x", 9), None);
    }
}
