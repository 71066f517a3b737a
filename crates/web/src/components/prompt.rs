//! The prompt: a plain text area under a coloured copy of its text, completion, search.
//!
//! ```text
//!   bank> BACKUP DATABASE bank INTO LATEST IN 's3://acme/prod';█
//! ```
//!
//! Shape: the copy carries the colours and makes the height; the text area above it carries the letters' place, the cursor
//! and the keys. Both have the same font, so that letters lie on letters.

use std::rc::Rc;

use protocol::text::Completion;
use protocol::time::Prompt;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlTextAreaElement, KeyboardEvent};
use yew::virtual_dom::ListenerKind;

use super::header::value_of;
use super::highlight::highlight;
use crate::el::{El, Meaning, On, button, el, of};
use crate::scan;
use crate::state::Intent;
use crate::state::shell::{self, PAINTED_BYTES_MAX, Shell};

/// Items of the popup that are seen at once.
const ITEMS_SEEN: usize = 10;
const RULE: &str = "Enter runs a statement that ends in ; · Ctrl+Enter always runs · Tab completes · Esc then Tab leaves";

/// The prompt.
pub(crate) fn prompt(shell: &Shell, prompt: &Prompt, starting: bool, on: &On) -> El {
    let database = if prompt.database.is_empty() { "?" } else { &prompt.database };
    let space = if prompt.txn.is_empty() { "" } else { " " };
    let sign = of("label", "sign")
        .set("for", "shell-input")
        .text(&[database, space, &prompt.txn, ">"].concat())
        .kid(of("span", "sr").text(" statement"));
    let idle = starting || shell.input.trim().is_empty();
    let run = button("run", "Run", on, Intent::Shell(shell::Intent::Submit)).flag("disabled", idle);
    let line = of("div", "prompt-line").kid(sign).kid(editor(shell, on)).kid(run);
    of("div", "prompt")
        .maybe(search(shell, on))
        .kid(popup(shell, on))
        .kid(line)
        .kid(of("p", "rule").set("id", "shell-rule").text(RULE))
}

fn editor(shell: &Shell, on: &On) -> El {
    let typed: Meaning = Rc::new(|event: &Event| {
        let area = event.target()?.dyn_into::<HtmlTextAreaElement>().ok()?;
        let cursor = area.selection_start().ok().flatten().unwrap_or(0);
        Some(Intent::Shell(shell::Intent::Typed(area.value(), cursor)))
    });
    let open = (shell.popup.is_some(), shell.tab_completes);
    let pressed: Meaning = Rc::new(move |event: &Event| {
        let area = event.target()?.dyn_into::<HtmlTextAreaElement>().ok()?;
        let intent = key_down(event.unchecked_ref(), &area, open)?;
        event.prevent_default();
        Some(Intent::Shell(intent))
    });
    let active = shell.popup.as_ref().map(|popup| item_id(popup.chosen));
    let ink = of("pre", "ink").set("aria-hidden", "true");
    // A huge paste stands in the text area alone: its coloured copy would be laid out a second time.
    let is_huge = shell.input.len() > PAINTED_BYTES_MAX;
    let copy = if is_huge { "" } else { shell.input.as_str() };
    let area = of("textarea", if is_huge { "huge" } else { "" })
        .set("id", "shell-input")
        .set("rows", "1")
        .set("spellcheck", "false")
        .set("autocomplete", "off")
        .set("autocapitalize", "off")
        .set("aria-describedby", "shell-rule")
        .set("aria-autocomplete", "list")
        .set("aria-controls", "completions")
        .set_some("aria-activedescendant", active.as_deref())
        .value(&shell.input)
        .hear(ListenerKind::oninput, on, typed)
        .hear(ListenerKind::onkeydown, on, pressed);
    of("div", "editor").kid(highlight(ink, copy, &shell.tokens).text("\n")).kid(area)
}

fn key_down(
    event: &KeyboardEvent,
    area: &HtmlTextAreaElement,
    (popup, completes): (bool, bool),
) -> Option<shell::Intent> {
    if event.is_composing() {
        return None;
    }
    let text = area.value();
    let cursor = area.selection_start().ok().flatten().unwrap_or(0);
    let end = area.selection_end().ok().flatten().unwrap_or(cursor);
    let press = Press {
        key: event.key(),
        shift: event.shift_key(),
        command: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
    };
    meaning(&press, &At { text: &text, cursor, selected: end > cursor, popup, completes })
}

fn search(shell: &Shell, on: &On) -> Option<El> {
    let search = shell.search.as_ref()?;
    let typed =
        Rc::new(|event: &Event| Some(Intent::Shell(shell::Intent::SearchFor(value_of(event)))));
    let pressed = Rc::new(|event: &Event| {
        let pressed: &KeyboardEvent = event.unchecked_ref();
        let again = pressed.ctrl_key() || pressed.alt_key();
        let intent = match pressed.key().as_str() {
            "r" | "R" | "®" if again => shell::Intent::Search,
            "Enter" => shell::Intent::SearchTake,
            "Escape" => shell::Intent::Escape,
            _ => return None,
        };
        event.prevent_default();
        Some(Intent::Shell(intent))
    });
    let field = el("input")
        .set("id", "shell-search")
        .set("autocomplete", "off")
        .set("spellcheck", "false")
        .value(&search.text)
        .hear(ListenerKind::oninput, on, typed)
        .hear(ListenerKind::onkeydown, on, pressed);
    let found = match search.hit.and_then(|at| shell.history.get(at)) {
        Some(line) => el("code").text(line),
        None if search.text.is_empty() => {
            of("span", "muted").text("type a part of an earlier statement")
        }
        None => of("span", "muted").text("nothing found"),
    };
    Some(
        of("div", "search")
            .kid(el("label").text("search ").kid(field))
            .kid(of("span", "search-hit").set("role", "status").kid(found)),
    )
}

fn item_id(place: usize) -> String {
    ["completion-", &place.to_string()].concat()
}

fn popup(shell: &Shell, on: &On) -> El {
    let list =
        el("ul").set("id", "completions").set("role", "listbox").set("aria-label", "Completions");
    let Some(popup) = &shell.popup else { return list.flag("hidden", true) };
    // What is chosen stays in sight: items before it scroll away by being left out.
    let first = popup.chosen.saturating_sub(ITEMS_SEEN - 3);
    let seen = popup.found.items.iter().enumerate().skip(first).take(ITEMS_SEEN);
    list.set("class", "completions")
        .kids(seen.map(|(place, found)| item(place, found, place == popup.chosen, on)))
}

fn item(place: usize, item: &Completion, chosen: bool, on: &On) -> El {
    let take = Rc::new(move |event: &Event| {
        // The prompt keeps the focus.
        event.prevent_default();
        Some(Intent::Shell(shell::Intent::Take(Some(place))))
    });
    let id = item_id(place);
    el("li")
        .key(&id)
        .set("id", &id)
        .set("role", "option")
        .truth("aria-selected", chosen)
        .hear(ListenerKind::onpointerdown, on, take)
        .kid(el("code").text(&item.text))
        .kid(of("span", "kind").text(&item.kind))
        .kid(of("span", "kind").text(&item.words))
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
