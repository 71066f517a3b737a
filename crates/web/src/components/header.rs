//! The header: what world this is, where its time stands, and the few things that concern the whole page.

use std::rc::Rc;

use protocol::cluster::ClusterView;
use protocol::message::Info;
use protocol::time::{Clock, Nanos};
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;
use yew::virtual_dom::ListenerKind;

use super::icons::{self, Icon, icon};
use super::menus;
use crate::el::{El, On, el, of};
use crate::format;
use crate::state::page::{self, PageUi};
use crate::state::time::{self, RATES, TimeUi};
use crate::state::{Intent, shell};

/// What the header needs.
#[derive(Properties, PartialEq)]
pub(crate) struct HeaderProps {
    /// Where time stands.
    pub(crate) clock: Rc<Clock>,
    /// Playing and speed.
    pub(crate) time: TimeUi,
    /// Theme and menus.
    pub(crate) page: PageUi,
    /// What the engine is.
    pub(crate) info: Option<Rc<Info>>,
    /// The cluster, where it was looked at.
    pub(crate) cluster: Option<Rc<ClusterView>>,
    /// Whether the engine is still on its way.
    pub(crate) starting: bool,
    /// Where intents go.
    pub(crate) on: On,
}

/// The header.
#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let (clock, page, on) = (&props.clock, &props.page, &props.on);
    let theme = ["Theme: ", page.theme.name(), ". Change"].concat();
    if page.embed.is_some() {
        let link = of("a", "brand-link")
            .set("href", "./index.html")
            .set("target", "_blank")
            .set("rel", "noopener")
            .set("title", "Open the whole page")
            .kid(icons::amber())
            .kid(el("span").text("Amber"));
        return of("header", "header header-embed")
            .kid(of("h1", "brand").kid(link))
            .kid(controls(props))
            .done();
    }
    let worlds = of("div", "worlds")
        .kid(menus::scenario(clock, props.info.as_deref(), page, on))
        .kid(menus::cluster(clock, props.cluster.as_deref(), page, on))
        .maybe((clock.branches.len() > 1).then(|| menus::branch(clock, page, on)));
    let tools = of("div", "tools")
        .kid(menus::share(page, on))
        .kid(square(icons::THEME, &theme, &theme, on, Intent::Page(page::Intent::Theme)))
        .kid(menus::help(page, on));
    of("header", "header")
        .kid(of("h1", "brand").kid(icons::amber()).kid(el("span").text("Amber")))
        .kid(worlds)
        .kid(controls(props))
        .kid(tools)
        .done()
}

/// A button with an icon.
fn square(face: Icon, label: &str, title: &str, on: &On, intent: Intent) -> El {
    of("button", "square")
        .set("aria-label", label)
        .set("title", title)
        .kid(icon(face))
        .click(on, intent)
}

fn controls(props: &HeaderProps) -> El {
    let (clock, on, playing) = (&props.clock, &props.on, props.time.playing);
    let first = clock.inputs == 0 || props.starting;
    let control = |face, label, title, intent, off| {
        square(face, label, title, on, Intent::Time(intent)).flag("disabled", off)
    };
    let (face, label) = if playing {
        (icons::PAUSE, "Pause (\\sim pause)")
    } else {
        (icons::PLAY, "Play (\\sim play)")
    };
    let play = of("button", "square play")
        .set("aria-label", label)
        .set("title", label)
        .flag("disabled", props.starting)
        .kid(icon(face))
        .click(on, Intent::Time(time::Intent::Toggle));
    let buttons = of("div", "buttons")
        .kid(control(
            icons::TO_START,
            "To the start (\\sim goto #0)",
            "To the start",
            time::Intent::ToStart,
            first,
        ))
        .kid(control(
            icons::BACK,
            "Back to before the last input (\\sim goto)",
            "Back to before the last input",
            time::Intent::Back,
            first,
        ))
        .kid(play)
        .kid(control(
            icons::NEXT,
            "To the next event (\\sim step)",
            "To the next event",
            time::Intent::Next,
            props.starting,
        ));
    let (inputs, active) = (clock.inputs, !props.page.keys_off);
    let keys = Rc::new(move |event: &Event| {
        let intent = shortcut(event.unchecked_ref(), inputs).filter(|_| active)?;
        event.prevent_default();
        Some(intent)
    });
    of("div", "time")
        .hear(ListenerKind::onkeydown, on, keys)
        .set("role", "group")
        .set("aria-label", "Time")
        .kid(buttons)
        .kid(speed(&props.time, on))
        .kid(menus::clock(clock, &props.page, on))
}

/// What a single key on one of the player's buttons does. Space presses the button itself.
fn shortcut(event: &KeyboardEvent, inputs: u64) -> Option<Intent> {
    let on_button = event.target()?.dyn_into::<web_sys::Element>().ok()?.tag_name() == "BUTTON";
    if !on_button || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let run = |line: &str| Intent::Shell(shell::Intent::Try(vec![line.to_owned()]));
    Some(match event.key().as_str() {
        "." => Intent::Time(time::Intent::Next),
        "," | "[" => Intent::Time(time::Intent::Back),
        "]" => run(&["\\sim goto #", &(inputs + 1).to_string()].concat()),
        "j" | "J" => Intent::Page(page::Intent::Menu(Some(page::Menu::Clock))),
        "b" | "B" => run("\\sim branch what-if"),
        "m" | "M" => run(&["\\sim mark m", &inputs.to_string()].concat()),
        "?" => Intent::Page(page::Intent::Menu(Some(page::Menu::Help))),
        _ => return None,
    })
}

/// The value of the field or the choice that an event comes from.
pub(crate) fn value_of(event: &Event) -> String {
    let Some(target) = event.target() else { return String::new() };
    if let Some(select) = target.dyn_ref::<web_sys::HtmlSelectElement>() {
        return select.value();
    }
    target
        .dyn_ref::<web_sys::HtmlInputElement>()
        .map(web_sys::HtmlInputElement::value)
        .unwrap_or_default()
}

fn speed(time: &TimeUi, on: &On) -> El {
    let choice = |rate: Nanos, words: &str| {
        el("option")
            .set("value", &rate.secs().to_string())
            .property("selected", rate == time.rate)
            .text(words)
    };
    let known = RATES.iter().any(|(rate, _)| *rate == time.rate);
    let other =
        (!known).then(|| choice(time.rate, &[&format::duration(time.rate), " / s"].concat()));
    let chosen = Rc::new(|event: &Event| {
        let secs = value_of(event).parse().unwrap_or(60);
        Some(Intent::Time(time::Intent::Rate(Nanos::from_secs(secs))))
    });
    of("select", "speed")
        .set("aria-label", "Speed: virtual time a real second")
        .hear(ListenerKind::onchange, on, chosen)
        .kids(RATES.iter().map(|(rate, words)| choice(*rate, words)))
        .maybe(other)
}
