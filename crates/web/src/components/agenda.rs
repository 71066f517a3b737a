//! The agenda: what will happen next, in sentences, each with what follows from it.

use protocol::agenda::{AgendaItem, AgendaKind, AgendaView, Tone};
use protocol::time::Nanos;

use super::cause_card::with_bold;
use super::icons::{self, icon};
use crate::el::{El, el, of};
use crate::format;

/// The classes of a tone on something: a tag, a badge.
pub(crate) fn toned(what: &str, tone: Tone) -> String {
    let tone = match tone {
        Tone::Neutral => "tone-neutral",
        Tone::Safe => "tone-good",
        Tone::Warn => "tone-warn",
        Tone::Breaks => "tone-broken",
        Tone::Hold => "tone-hold",
    };
    [what, " ", tone].concat()
}

/// What an empty tab says: a heading, and what will stand here.
pub(crate) fn empty(head: &str, words: &str) -> El {
    of("div", "empty").kid(el("p").kid(el("b").text(head))).kid(of("p", "muted").text(words))
}

/// The agenda.
pub(crate) fn agenda(view: &AgendaView) -> Vec<El> {
    if view.items.is_empty() {
        return vec![empty(
            "Nothing is due in the next 30 days.",
            "Visits of garbage collection, TTLs that pass a chain's end, schedules, steps of jobs: whatever waits for time to pass will stand here, with what it breaks.",
        )];
    }
    let has_chain = view.items.iter().any(|item| {
        let tone = item.consequence.as_ref().map(|consequence| consequence.tone);
        item.kind == AgendaKind::Ttl || tone == Some(Tone::Breaks)
    });
    let more =
        if view.more > 0 { [&view.more.to_string(), " more. "].concat() } else { String::new() };
    vec![
        of("ol", "agenda").kids(view.items.iter().map(|found| item(found, view.now))),
        of("p", "forecast-note").text(&more).text("Forecast for 30 days if nobody acts.").text(
            if has_chain {
                ""
            } else {
                " Take a backup, and the moment at which its chain ends stands here too."
            },
        ),
    ]
}

fn item(item: &AgendaItem, now: Nanos) -> El {
    let tone = item.consequence.as_ref().map_or(Tone::Neutral, |consequence| consequence.tone);
    let face = match item.kind {
        AgendaKind::Gc => icons::SCISSORS,
        AgendaKind::Ttl | AgendaKind::Schedule => icons::CLOCK,
        AgendaKind::Job => icons::GEAR,
        AgendaKind::Protection => icons::PIN,
        AgendaKind::Fault => icons::BOLT,
        AgendaKind::Other => icons::DOT,
    };
    let mut detail = item.detail.clone();
    if item.repeats > 0 {
        detail.extend([" · and ", &item.repeats.to_string(), " more like it"]);
    }
    let detail = (!detail.is_empty()).then(|| of("span", "agenda-detail").text(&detail));
    let title = with_bold(
        of("span", "agenda-title"),
        &format::capital(&item.title),
        item.subject.as_deref(),
    );
    let tag = item
        .consequence
        .as_ref()
        .map(|consequence| of("span", &toned("tag", consequence.tone)).text(&consequence.words));
    of("li", "agenda-item")
        .kid(
            of("span", "due")
                .set("title", &format::moment(item.due))
                .text(&format::due(item.due, now)),
        )
        .kid(of("span", &toned("badge", tone)).kid(icon(face)))
        .kid(of("span", "agenda-words").kid(title).maybe(detail))
        .maybe(tag)
}
