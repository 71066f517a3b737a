//! The agenda: what will happen next, in sentences, each with what follows from it.

use std::rc::Rc;

use protocol::agenda::{AgendaItem, AgendaKind, AgendaView, Consequence, Tone};
use protocol::time::Nanos;
use yew::prelude::*;

use super::cause_card::with_bold;
use super::icons;
use crate::format;

/// What the agenda needs.
#[derive(Properties, PartialEq)]
pub(crate) struct AgendaProps {
    /// The view.
    pub(crate) view: Rc<AgendaView>,
}

/// The class of a tone.
pub(crate) const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "tone-neutral",
        Tone::Safe => "tone-good",
        Tone::Warn => "tone-warn",
        Tone::Breaks => "tone-broken",
        Tone::Hold => "tone-hold",
    }
}

/// The agenda.
#[component]
pub(crate) fn AgendaTab(props: &AgendaProps) -> Html {
    let view = &props.view;
    if view.items.is_empty() {
        return html! {
            <div class="empty">
                <p><b>{ "Nothing is due." }</b></p>
                <p class="muted">{ "Visits of garbage collection, TTLs that pass a chain's end, steps of jobs: whatever waits for time to pass will stand here, with what it breaks." }</p>
            </div>
        };
    }
    let more = if view.more > 0 { format!("{} more. ", view.more) } else { String::new() };
    html! {
        <>
            <ol class="agenda">{ for view.items.iter().map(|found| item(found, view.now)) }</ol>
            <p class="forecast-note">{ more }{ "Forecast if nobody acts. Computed on a throw-away branch." }</p>
        </>
    }
}

fn item(item: &AgendaItem, now: Nanos) -> Html {
    let gravity = item.consequence.as_ref().map_or(Tone::Neutral, |consequence| consequence.tone);
    let picture = match item.kind {
        AgendaKind::Gc => icons::scissors(),
        AgendaKind::Ttl | AgendaKind::Schedule => icons::clock(),
        AgendaKind::Job => icons::gear(),
        AgendaKind::Protection => icons::pin(),
        AgendaKind::Fault => icons::bolt(),
        AgendaKind::Other => icons::dot(),
    };
    let repeats = (item.repeats > 0).then(|| format!(" · and {} more like it", item.repeats));
    html! {
        <li class="agenda-item">
            <span class="due" title={format::moment(item.due)}>{ format::due(item.due, now) }</span>
            <span class={classes!("badge", tone(gravity))}>{ picture }</span>
            <span class="agenda-words">
                <span class="agenda-title">{ with_bold(&item.title, item.subject.as_deref()) }</span>
                if !item.detail.is_empty() || repeats.is_some() {
                    <span class="agenda-detail">{ &item.detail }{ repeats }</span>
                }
            </span>
            { item.consequence.as_ref().map(tag) }
        </li>
    }
}

/// A small tag of words.
pub(crate) fn tag(consequence: &Consequence) -> Html {
    html! { <span class={classes!("tag", tone(consequence.tone))}>{ &consequence.words }</span> }
}
