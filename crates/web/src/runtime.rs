//! All that the page does to the world outside: the engine, storage, clipboard, focus, files.
//!
//! ```text
//!   Effect ─▶ run ─▶ at once: engine, storage, clipboard        drawn ─▶ once the screen has changed: focus, scroll, marks
//! ```
//!
//! Errors: a sandboxed frame has no storage and no clipboard; every such call may fail and the page goes on without.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use protocol::message::Load;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement, Storage, Window};
use yew::Callback;

use crate::client::{self, Client};
use crate::num;
use crate::state::{Effect, Intent, Kept, Key, Startup, map, page, time};

#[wasm_bindgen]
extern "C" {
    /// An engine behind a port, as `www/boot.js` hands it out.
    type Engine;

    #[wasm_bindgen(js_namespace = amberEngine, js_name = start)]
    fn start_engine(hear: &js_sys::Function) -> Engine;

    #[wasm_bindgen(method)]
    fn post(this: &Engine, message: &JsValue);

    #[wasm_bindgen(method)]
    fn end(this: &Engine);

    /// What the address holds: bytes, `null` for nothing, `false` for what cannot be read.
    #[wasm_bindgen(js_namespace = amberEngine)]
    fn link() -> JsValue;

    /// Hands on the bytes of each file that is chosen or dropped; none for one that is too large.
    #[wasm_bindgen(js_namespace = amberEngine)]
    fn files(hear: &js_sys::Function);

    /// Lets the user choose a file.
    #[wasm_bindgen(js_namespace = amberEngine)]
    fn pick();

    /// A parameter of the address.
    #[wasm_bindgen(js_namespace = amberEngine)]
    fn param(name: &str) -> Option<String>;

    /// Whether the page is a cell inside another one.
    #[wasm_bindgen(js_namespace = amberEngine)]
    fn embedded() -> bool;

    /// Packs bytes for an address and hands the text on.
    #[wasm_bindgen(js_namespace = amberEngine)]
    fn pack(bytes: &[u8], hear: &js_sys::Function);
}

/// The page's hands.
pub(crate) struct Runtime {
    on: Callback<Intent>,
    client: Rc<RefCell<Client>>,
    hear: Closure<dyn FnMut(JsValue)>,
    engine: Engine,
    after: Vec<Effect>,
    opened: bool,
    kept: Vec<Closure<dyn FnMut(JsValue)>>,
}

impl Runtime {
    /// Starts the engine.
    pub(crate) fn start(on: Callback<Intent>) -> Self {
        let client = Rc::new(RefCell::new(Client::default()));
        let hear = {
            let (client, on) = (Rc::clone(&client), on.clone());
            Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
                let said = client.borrow_mut().hear(&message);
                if let Some(said) = said {
                    on.emit(Intent::Said(said));
                }
            })
        };
        let engine = start_engine(hear.as_ref().unchecked_ref());
        Self { on, client, hear, engine, after: Vec::new(), opened: false, kept: Vec::new() }
    }

    /// Does what the state wants.
    pub(crate) fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(ask) => {
                    let message = self.client.borrow_mut().ask(ask);
                    self.engine.post(&message);
                }
                Effect::RestartEngine => {
                    self.engine.end();
                    self.client.borrow_mut().forget();
                    self.engine = start_engine(self.hear.as_ref().unchecked_ref());
                }
                Effect::Keep(key, text) => keep(key, &text),
                Effect::KeepBytes(key, bytes) => keep(key, &base64(&bytes)),
                Effect::Forget(key) => forget(key),
                Effect::Copy(text) => copy(&text),
                Effect::Share(bytes) => self.share(bytes),
                Effect::SaveSession(bytes) => {
                    let _offered = download(SESSION_FILE, &bytes);
                }
                Effect::Download(name, text) => {
                    // A frame without `allow-downloads` has no other way than the clipboard.
                    if download(name, text.as_bytes()).is_none() {
                        copy(&text);
                    }
                }
                Effect::Theme(theme) => show_theme(theme),
                Effect::PickFile => pick(),
                Effect::FocusPrompt
                | Effect::Focus(_)
                | Effect::ScrollLog
                | Effect::MarkDone(_) => self.after.push(effect),
            }
        }
    }

    /// Does what had to wait for the screen.
    pub(crate) fn drawn(&mut self, first: bool) {
        if first {
            self.watch();
        }
        for effect in std::mem::take(&mut self.after) {
            match effect {
                Effect::FocusPrompt => {
                    focus_prompt();
                    if !std::mem::replace(&mut self.opened, true)
                        && let Some(window) = window()
                    {
                        // The page opens at its top, whatever has the focus.
                        window.scroll_to_with_x_and_y(0.0, 0.0);
                    }
                }
                Effect::Focus(selector) => {
                    if let Some(element) = find(selector) {
                        let _shown = element.unchecked_ref::<HtmlElement>().focus();
                    }
                }
                Effect::ScrollLog => scroll_log(),
                Effect::MarkDone(count) => mark_body("data-done", &count.to_string()),
                Effect::Ask(_)
                | Effect::RestartEngine
                | Effect::Keep(..)
                | Effect::KeepBytes(..)
                | Effect::Forget(_)
                | Effect::Copy(_)
                | Effect::Share(_)
                | Effect::SaveSession(_)
                | Effect::Download(..)
                | Effect::Theme(_)
                | Effect::PickFile => {}
            }
        }
    }

    /// Follows the map's width and whether anybody looks.
    fn watch(&mut self) {
        let on = self.on.clone();
        let resized = Closure::<dyn FnMut(JsValue)>::new(move |entries: JsValue| {
            let entries: Array = entries.unchecked_into();
            let entry = entries.get(0).unchecked_into::<web_sys::ResizeObserverEntry>();
            let width = num::whole(entry.content_rect().width());
            if width > 0 {
                on.emit(Intent::Map(map::Intent::Resized(width)));
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref())
            && let Some(area) = find("#map-area")
        {
            observer.observe(&area);
        }
        let on = self.on.clone();
        let hidden = Closure::<dyn FnMut(JsValue)>::new(move |_: JsValue| {
            if document().is_some_and(|document| document.hidden()) {
                on.emit(Intent::Time(time::Intent::Hold));
            }
        });
        if let Some(document) = document() {
            let callback = hidden.as_ref().unchecked_ref();
            let _added = document.add_event_listener_with_callback("visibilitychange", callback);
        }
        let on = self.on.clone();
        let chosen = Closure::<dyn FnMut(JsValue)>::new(move |bytes: JsValue| {
            on.emit(Intent::Page(page::Intent::File(Uint8Array::new(&bytes).to_vec())));
        });
        files(chosen.as_ref().unchecked_ref());
        self.kept.push(chosen);
        self.kept.push(resized);
        self.kept.push(hidden);
    }

    fn share(&mut self, bytes: Vec<u8>) {
        let on = self.on.clone();
        let given = bytes.clone();
        let packed = Closure::<dyn FnMut(JsValue)>::new(move |link: JsValue| {
            let link = link.as_string().unwrap_or_default();
            let words = if link.is_empty() || link.len() > LINK_CHARS_MAX {
                let _offered = download(SESSION_FILE, &bytes);
                "Too long for a link: saved as a file."
            } else {
                let location = window().map(|window| window.location());
                let base = location.and_then(|location| location.href().ok()).unwrap_or_default();
                let base = base.split(['#', '?']).next().unwrap_or_default();
                copy(&[base, "#a1=", &link].concat());
                "Link copied."
            };
            on.emit(Intent::Page(page::Intent::Shared(words.to_owned())));
        });
        pack(&given, packed.as_ref().unchecked_ref());
        self.kept.push(packed);
    }
}

/// Characters that a link may have; longer ones are cut by mail programs and chats.
const LINK_CHARS_MAX: usize = 16_000;
/// The name of a moment in a file.
const SESSION_FILE: &str = "session.amber";

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

fn mark_body(name: &str, value: &str) {
    if let Some(body) = document().and_then(|document| document.body()) {
        let _set = body.set_attribute("data-ready", "true");
        let _set = body.set_attribute(name, value);
    }
}

/// Shows the newest entry once it is drawn: its end, or its beginning if it is higher than the log. Entries are components of their
/// own and may come after the page.
fn scroll_log() {
    let scroll = Closure::once_into_js(|| {
        let Some(log) = find("#shell-log") else { return };
        let newest = find("#shell-log > article:last-of-type");
        let top = newest.map_or(i32::MAX, |one| one.unchecked_ref::<HtmlElement>().offset_top());
        let end = log.scroll_height().saturating_sub(log.client_height());
        log.set_scroll_top(end.min(top.saturating_sub(10)));
    });
    if let Some(window) = window() {
        // Refused only by a window that is gone.
        let _asked = window.request_animation_frame(scroll.unchecked_ref());
    }
}

fn focus_prompt() {
    let Some(prompt) = find("#shell-input") else { return };
    let prompt: HtmlTextAreaElement = prompt.unchecked_into();
    let end = prompt.value().encode_utf16().count();
    let _focused = prompt.focus();
    let end = u32::try_from(end).ok();
    let _placed = prompt.set_selection_start(end);
    let _placed = prompt.set_selection_end(end);
}

fn show_theme(theme: page::Theme) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _set = root.set_attribute("data-theme", theme.name());
    }
}

/// Storage, where there is one: in an opaque origin even asking throws, and a cell in a page keeps nothing.
fn storage() -> Option<Storage> {
    if embedded() {
        return None;
    }
    window()?.local_storage().ok()?
}

const fn name(key: Key) -> &'static str {
    match key {
        Key::Snapshot => "amber.1.snapshot",
        Key::Transcript => "amber.1.transcript",
        Key::History => "amber.1.history",
        Key::Theme => "amber.1.theme",
        Key::Keys => "amber.1.keys",
    }
}

fn keep(key: Key, text: &str) {
    if let Some(storage) = storage() {
        let _kept = storage.set_item(name(key), text);
    }
}

fn forget(key: Key) {
    if let Some(storage) = storage() {
        let _forgotten = storage.remove_item(name(key));
    }
}

fn kept(key: Key) -> Option<String> {
    storage()?.get_item(name(key)).ok()?.filter(|text| !text.is_empty())
}

fn base64(bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    window().and_then(|window| window.btoa(&text).ok()).unwrap_or_default()
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = window()?.atob(text).ok()?;
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

fn copy(text: &str) {
    if let Some(window) = window() {
        let promise = window.navigator().clipboard().write_text(text);
        wasm_bindgen_futures::spawn_local(async move {
            // Refused without a gesture or in a frame; the text stays on screen to be copied by hand.
            let _copied = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
}

fn download(name: &str, bytes: &[u8]) -> Option<()> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = web_sys::Blob::new_with_u8_array_sequence(&parts).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let link = document()?.create_element("a").ok()?;
    let link: web_sys::HtmlAnchorElement = link.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url).ok()
}

/// What the page finds: the address first, then what an earlier visit kept.
pub(crate) fn startup() -> Startup {
    let load = Load {
        scenario: param("scenario"),
        version: param("version"),
        seed: param("seed"),
        start: None,
    };
    let link = link();
    let broken_link = link.as_bool() == Some(false);
    let shared = link.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec());
    let asked = shared.is_some() || load != Load::default();
    let earlier = kept(Key::Snapshot).and_then(|text| from_base64(&text));
    let (own, aside) = if asked { (None, earlier) } else { (earlier, None) };
    let transcript = if own.is_some() { kept(Key::Transcript) } else { None };
    let transcript = transcript.map(|text| page::read_transcript(&text)).unwrap_or_default();
    let theme = param("theme").or_else(|| kept(Key::Theme)).unwrap_or_default();
    let parts = param("view").unwrap_or_else(|| "chain shell agenda".to_owned());
    Startup {
        embed: embedded().then(|| page::Embed {
            map: parts.contains("chain"),
            shell: parts.contains("shell"),
            inspector: parts.contains("agenda") || parts.contains("inspector"),
        }),
        sql: param("sql").unwrap_or_default(),
        run: param("run").unwrap_or_default(),
        theme: page::Theme::named(&theme),
        keys_off: kept(Key::Keys).is_some(),
        shared: shared.is_some(),
        broken_link,
        aside,
        snapshot: shared.or(own),
        transcript: transcript.into_iter().filter_map(kept_entry).collect(),
        history: kept(Key::History).map(|text| page::read_lines(&text)).unwrap_or_default(),
        load,
    }
}

fn kept_entry((text, json): (String, String)) -> Option<Kept> {
    Some(Kept { results: client::kept_results(&json)?, text, json })
}
