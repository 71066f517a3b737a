//! The prompt: a plain text area under a coloured copy of its text, completion, search.
//!
//! ```text
//!   bank> BACKUP DATABASE bank INTO LATEST IN 's3://acme/prod';█
//! ```
//!
//! Shape: the copy carries the colours and makes the height; the text area above it carries the letters' place, the cursor
//! and the keys. Both have the same font, so that letters lie on letters.

use std::rc::Rc;

use protocol::text::Token;
use web_sys::{HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};
use yew::prelude::*;

use super::highlight::highlight;
use crate::scan;
use crate::state::Intent;
use crate::state::shell::{self, Popup, Search};

/// What the prompt needs.
#[derive(Properties, PartialEq)]
pub(crate) struct PromptProps {
    /// What is being typed.
    pub(crate) input: String,
    /// Its colours.
    pub(crate) tokens: Rc<Vec<Token>>,
    /// Completion, if open.
    pub(crate) popup: Option<Popup>,
    /// Search, if open.
    pub(crate) search: Option<Search>,
    /// What the search found.
    pub(crate) hit: Option<String>,
    /// Whether Tab completes.
    pub(crate) tab_completes: bool,
    /// The session's database.
    pub(crate) database: String,
    /// Sign of an open transaction.
    pub(crate) txn: String,
    /// Whether the engine is still on its way.
    pub(crate) starting: bool,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The prompt.
#[component]
pub(crate) fn PromptView(props: &PromptProps) -> Html {
    let on = &props.on;
    let oninput = on.reform(|event: InputEvent| {
        let area: HtmlTextAreaElement = event.target_unchecked_into();
        let cursor = area.selection_start().ok().flatten().unwrap_or(0);
        Intent::Shell(shell::Intent::Typed(area.value(), cursor))
    });
    let onkeydown = {
        let (on, popup, completes) = (on.clone(), props.popup.is_some(), props.tab_completes);
        Callback::from(move |event: KeyboardEvent| {
            let area: HtmlTextAreaElement = event.target_unchecked_into();
            let text = area.value();
            let start = area.selection_start().ok().flatten().unwrap_or(0);
            let end = area.selection_end().ok().flatten().unwrap_or(start);
            let press = Press {
                key: event.key(),
                shift: event.shift_key(),
                command: event.ctrl_key() || event.meta_key(),
                alt: event.alt_key(),
            };
            let at = At { text: &text, cursor: start, selected: end > start, popup, completes };
            if event.is_composing() {
                return;
            }
            if let Some(intent) = meaning(&press, &at) {
                event.prevent_default();
                on.emit(Intent::Shell(intent));
            }
        })
    };
    let database = if props.database.is_empty() { "?" } else { &props.database };
    let sign = format!("{database}{}{}>", if props.txn.is_empty() { "" } else { " " }, props.txn);
    let active = props.popup.as_ref().map(|popup| format!("completion-{}", popup.chosen));
    let run = on.reform(|_: MouseEvent| Intent::Shell(shell::Intent::Submit));
    html! {
        <div class="prompt">
            { search(props) }
            { popup(props) }
            <div class="prompt-line">
                <label class="sign" for="shell-input">{ sign }<span class="sr">{ " statement" }</span></label>
                <div class="editor">
                    <pre class="ink" aria-hidden="true">{ highlight(&props.input, &props.tokens) }{ "\n" }</pre>
                    <textarea id="shell-input" rows="1" spellcheck="false" autocomplete="off" autocapitalize="off"
                        aria-describedby="shell-rule" aria-autocomplete="list"
                        aria-controls="completions" aria-activedescendant={active}
                        value={props.input.clone()} {oninput} {onkeydown} />
                </div>
                <button class="run" onclick={run} disabled={props.starting || props.input.trim().is_empty()}>{ "Run" }</button>
            </div>
            <p id="shell-rule" class="rule">{ "Enter runs a statement that ends in ; · Ctrl+Enter always runs · Tab completes · Esc then Tab leaves" }</p>
        </div>
    }
}

fn search(props: &PromptProps) -> Option<Html> {
    let search = props.search.as_ref()?;
    let on = &props.on;
    let oninput = on.reform(|event: InputEvent| {
        let field: HtmlInputElement = event.target_unchecked_into();
        Intent::Shell(shell::Intent::SearchFor(field.value()))
    });
    let keys = on.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let again = (event.ctrl_key() || event.alt_key()) && event.key().eq_ignore_ascii_case("r");
        let intent = match event.key().as_str() {
            _ if again => shell::Intent::Search,
            "Enter" => shell::Intent::SearchTake,
            "Escape" => shell::Intent::Escape,
            _ => return,
        };
        event.prevent_default();
        keys.emit(Intent::Shell(intent));
    });
    let found = match &props.hit {
        Some(line) => html! { <code>{ line }</code> },
        None if search.text.is_empty() => {
            html! { <span class="muted">{ "type a part of an earlier statement" }</span> }
        }
        None => html! { <span class="muted">{ "nothing found" }</span> },
    };
    Some(html! {
        <div class="search">
            <label>{ "search " }<input id="shell-search" value={search.text.clone()} autocomplete="off" spellcheck="false" {oninput} {onkeydown} /></label>
            <span class="search-hit" role="status">{ found }</span>
        </div>
    })
}

fn popup(props: &PromptProps) -> Html {
    let Some(popup) = &props.popup else {
        return html! { <ul id="completions" role="listbox" aria-label="Completions" hidden=true></ul> };
    };
    let item = |(place, item): (usize, &protocol::text::Completion)| {
        let on = props.on.clone();
        let onpointerdown = Callback::from(move |event: PointerEvent| {
            // The prompt keeps the focus.
            event.prevent_default();
            on.emit(Intent::Shell(shell::Intent::Take(Some(place))));
        });
        let chosen = place == popup.chosen;
        html! {
            <li key={place} id={format!("completion-{place}")} role="option" aria-selected={chosen.to_string()} {onpointerdown}>
                <code>{ &item.text }</code><span class="kind">{ &item.kind }</span><span class="muted">{ &item.words }</span>
            </li>
        }
    };
    // What is chosen stays in sight: items before it scroll away by being left out.
    let first = popup.chosen.saturating_sub(7);
    html! {
        <ul id="completions" class="completions" role="listbox" aria-label="Completions">
            { for popup.found.items.iter().enumerate().skip(first).take(10).map(item) }
        </ul>
    }
}

/// A key as it was pressed.
struct Press {
    key: String,
    shift: bool,
    command: bool,
    alt: bool,
}

/// Where the cursor stands when it is.
struct At<'a> {
    text: &'a str,
    cursor: u32,
    selected: bool,
    popup: bool,
    completes: bool,
}

/// What a key means; `None` leaves it to the browser.
fn meaning(press: &Press, at: &At<'_>) -> Option<shell::Intent> {
    use shell::Intent as I;
    let cursor = scan::byte_of_unit(at.text, at.cursor);
    Some(match press.key.as_str() {
        "Enter" if press.command => I::Submit,
        "Enter" if at.popup => I::Take(None),
        "Enter" if !press.shift && !press.alt && runs(at.text, cursor) => I::Submit,
        "Tab" if press.shift || press.command || press.alt => return None,
        "Tab" if at.popup => I::Take(None),
        "Tab" if at.completes && !at.text.trim().is_empty() => I::Complete,
        "Escape" => I::Escape,
        "ArrowUp" if at.popup => I::Choose(false),
        "ArrowDown" if at.popup => I::Choose(true),
        "ArrowUp" if !press.shift && !at.text[..cursor].contains('\n') => I::Older,
        "ArrowDown" if !press.shift && !at.text[cursor..].contains('\n') => I::Newer,
        "r" | "R" | "®" if (press.command || press.alt) && !press.shift => I::Search,
        "c" if press.command && !at.selected => I::ClearInput,
        "l" if press.command => I::ClearLog,
        _ => return None,
    })
}

/// Whether Enter runs the text: all of it is ended, and the cursor does not stand in the middle of it.
fn runs(text: &str, cursor: usize) -> bool {
    let at_end = text[cursor..].trim().is_empty();
    at_end && !text.trim().is_empty() && !scan::scan(text).open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press { key: key.to_owned(), shift: false, command: false, alt: false }
    }

    fn at(text: &str) -> At<'_> {
        let cursor = scan::units(text);
        At { text, cursor, selected: false, popup: false, completes: true }
    }

    #[test]
    fn enter_runs_what_is_ended() {
        assert_eq!(meaning(&press("Enter"), &at("SELECT 1;")), Some(shell::Intent::Submit));
        assert_eq!(meaning(&press("Enter"), &at("\\sim step")), Some(shell::Intent::Submit));
        assert_eq!(meaning(&press("Enter"), &at("SELECT 1")), None);
        let command = Press { command: true, ..press("Enter") };
        assert_eq!(meaning(&command, &at("SELECT 1")), Some(shell::Intent::Submit));
    }

    #[test]
    fn tab_leaves_after_escape() {
        assert_eq!(meaning(&press("Tab"), &at("SEL")), Some(shell::Intent::Complete));
        assert_eq!(meaning(&press("Tab"), &At { completes: false, ..at("SEL") }), None);
        assert_eq!(meaning(&press("Tab"), &at("")), None);
    }

    #[test]
    fn arrows_move_inside_many_lines_first() {
        assert_eq!(meaning(&press("ArrowUp"), &at("a")), Some(shell::Intent::Older));
        assert_eq!(meaning(&press("ArrowUp"), &at("a\nb")), None);
    }
}
