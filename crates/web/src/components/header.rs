//! The header: what world this is, where its time stands, and the few things that concern the whole page.

use std::rc::Rc;

use protocol::cluster::ClusterView;
use protocol::message::Info;
use protocol::time::{Clock, Nanos};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::{icons, menus};
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
    pub(crate) on: Callback<Intent>,
}

/// The header.
#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let (clock, page, on) = (&props.clock, &props.page, &props.on);
    let theme = on.reform(|_: MouseEvent| Intent::Page(page::Intent::Theme));
    let theme_label = format!("Theme: {}. Change", page.theme.name());
    html! {
        <header class="header">
            <h1 class="brand">{ icons::amber() }<span>{ "Amber" }</span></h1>
            <div class="worlds">
                { menus::scenario(clock, props.info.as_deref(), page, on) }
                { menus::cluster(clock, props.cluster.as_deref(), page, on) }
                { branch(clock, on) }
            </div>
            { controls(props) }
            <div class="tools">
                { menus::share(page, on) }
                <button class="square" aria-label={theme_label.clone()} title={theme_label} onclick={theme}>{ icons::theme() }</button>
                { menus::help(page, on) }
            </div>
        </header>
    }
}

/// The branch, where it is not the main one, and the way back.
fn branch(clock: &Clock, on: &Callback<Intent>) -> Option<Html> {
    if clock.branch.is_empty() || clock.branch == "main" {
        return None;
    }
    let back = on.reform(|_: MouseEvent| {
        Intent::Shell(shell::Intent::Run(vec!["\\sim use main".to_owned()]))
    });
    Some(html! {
        <span class="chip chip-branch">
            <span class="chip-label">{ "branch" }</span>{ " " }<b>{ &clock.branch }</b>
            <button class="small" onclick={back}>{ "back to main" }</button>
        </span>
    })
}

fn controls(props: &HeaderProps) -> Html {
    let (clock, on, playing) = (&props.clock, &props.on, props.time.playing);
    let send = |intent: time::Intent| on.reform(move |_: MouseEvent| Intent::Time(intent.clone()));
    let first = clock.inputs == 0 || props.starting;
    let (play_label, play_icon) = if playing {
        ("Pause (\\sim pause)", icons::pause())
    } else {
        ("Play (\\sim play)", icons::play())
    };
    html! {
        <div class="time" role="group" aria-label="Time">
            <div class="buttons">
                <button class="square" aria-label="To the start (\\sim goto #0)" title="To the start"
                    disabled={first} onclick={send(time::Intent::ToStart)}>{ icons::to_start() }</button>
                <button class="square" aria-label="Back to before the last input (\\sim goto)" title="Back to before the last input"
                    disabled={first} onclick={send(time::Intent::Back)}>{ icons::back() }</button>
                <button class="square play" aria-label={play_label} title={play_label} aria-pressed={playing.to_string()}
                    disabled={props.starting} onclick={send(time::Intent::Toggle)}>{ play_icon }</button>
                <button class="square" aria-label="To the next event (\\sim step)" title="To the next event"
                    disabled={props.starting} onclick={send(time::Intent::Next)}>{ icons::next() }</button>
            </div>
            { speed(&props.time, on) }
            { menus::clock(clock, &props.page, on) }
        </div>
    }
}

fn speed(time: &TimeUi, on: &Callback<Intent>) -> Html {
    let onchange = on.reform(|event: Event| {
        let select =
            event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        let secs = select.and_then(|select| select.value().parse().ok()).unwrap_or(60);
        Intent::Time(time::Intent::Rate(Nanos::from_secs(secs)))
    });
    let known = RATES.iter().any(|(rate, _)| *rate == time.rate);
    let other = (!known).then(|| {
        let words = format!("{} / s", format::duration(time.rate));
        html! { <option value={time.rate.secs().to_string()} selected=true>{ words }</option> }
    });
    html! {
        <select class="speed" aria-label="Speed: virtual time a real second" {onchange}>
            { for RATES.iter().map(|(rate, words)| html! {
                <option value={rate.secs().to_string()} selected={*rate == time.rate}>{ *words }</option>
            }) }
            { other }
        </select>
    }
}
