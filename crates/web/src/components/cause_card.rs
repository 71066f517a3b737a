//! Why something failed: one sentence, one small axis, what would have saved it.

use protocol::result::{Cause, CauseAxis, CauseMark, CauseMarkKind, Remedy};

use crate::el::{El, On, button, el, of};
use crate::map::axis::Scale;
use crate::map::labels::{Band, width};
use crate::map::paint::{circle, line, path, rect, words};
use crate::num::px;
use crate::state::map::Window;
use crate::state::{Intent, shell};

/// The axis is drawn for wide and for narrow cards; the style sheet shows the one that fits.
const WIDTHS: [(f64, &str); 2] =
    [(620.0, "cause-axis axis-wide"), (290.0, "cause-axis axis-narrow")];
const HIGH: f64 = 62.0;
const BASE: f64 = 32.0;

/// The card.
pub(crate) fn cause_card(cause: &Cause, on: &On) -> El {
    let drawn =
        cause.axis.as_ref().map(|found| WIDTHS.map(|(wide, class)| axis(found, wide, class)));
    let remedies = cause.remedies.iter().enumerate();
    let buttons =
        of("div", "row").kids(remedies.map(|(place, found)| remedy(found, place == 0, on)));
    let why = (!cause.why.is_empty()).then(|| {
        of("details", "cause-why").kid(el("summary").text("Why?")).kid(el("p").text(&cause.why))
    });
    of("div", "cause")
        .kids(drawn.into_iter().flatten())
        .kid(with_bold(of("p", "cause-text"), &cause.text, cause.culprit.as_deref()))
        .kid(buttons)
        .maybe(why)
}

fn remedy(remedy: &Remedy, first: bool, on: &On) -> El {
    let run = Intent::Shell(shell::Intent::Try(remedy.lines.clone()));
    let title = [&remedy.words, "\n\n", &remedy.lines.join("\n")].concat();
    button(if first { "accent" } else { "" }, &remedy.title, on, run).set("title", &title)
}

/// A text with one of its parts in bold.
pub(crate) fn with_bold(into: El, text: &str, part: Option<&str>) -> El {
    let part = part.filter(|part| !part.is_empty());
    match part.and_then(|part| text.split_once(part).map(|sides| (part, sides))) {
        Some((part, (before, after))) => into.text(before).kid(el("b").text(part)).text(after),
        None => into.text(text),
    }
}

fn axis(axis: &CauseAxis, wide: f64, class: &str) -> El {
    let window = Window { from: axis.from, to: axis.to };
    let scale = Scale { window, left: 8.0, right: wide - 8.0 };
    let gone = axis.gone_before.map(|to| {
        rect("cause-gone", scale.left, BASE - 8.0, scale.inside(scale.x(to)) - scale.left, 16.0)
    });
    let spoken = axis.marks.iter().map(|mark| mark.words.as_str()).collect::<Vec<_>>().join("; ");
    let mut bands = (Band::default(), Band::default());
    of("svg", class)
        .set("viewBox", &["0 0 ", &px(wide), " ", &px(HIGH)].concat())
        .set("role", "img")
        .set("aria-label", &spoken)
        .maybe(gone)
        .kid(line("cause-line", scale.left, BASE, scale.right, BASE))
        .kids(axis.marks.iter().map(|found| mark(found, &scale, &mut bands)))
}

fn mark(mark: &CauseMark, scale: &Scale, bands: &mut (Band, Band)) -> El {
    let x = scale.inside(scale.x(mark.at));
    let upright = |class, high: f64| line(class, x, BASE - high, x, BASE + high);
    let (class, shape) = match mark.kind {
        CauseMarkKind::ChainEnd => ("words-muted", circle("ring", x, BASE, 6.0)),
        CauseMarkKind::Threshold => ("words-broken", upright("cause-edge", 14.0)),
        CauseMarkKind::Protection => (
            "words-hold",
            el("g").kid(upright("pin", 14.0)).kid(circle("pin-head", x, BASE - 14.0, 4.0)),
        ),
        CauseMarkKind::Wanted => {
            let d = ["M", &px(x), " ", &px(BASE - 6.0), " l6 6 l-6 6 l-6 -6 z"].concat();
            ("words-ink", path("cause-wanted", &d))
        }
        CauseMarkKind::Now => ("words-muted", upright("now", 8.0)),
    };
    let wide = width(&mark.words, 12.0);
    let bounds = (scale.left, scale.right);
    let up_first = mark.kind == CauseMarkKind::Threshold;
    let mut try_place = |up: bool| {
        let (band, y, wanted) =
            if up { (&mut bands.0, 13.0, x + 6.0) } else { (&mut bands.1, 58.0, x - wide / 2.0) };
        // On a card there is no other place for these words: any distance is better than none.
        band.place_within(wanted, wide, bounds, bounds.1).map(|left| (left, y))
    };
    let place = try_place(up_first).or_else(|| try_place(!up_first));
    el("g")
        .kid(el("title").text(&mark.words))
        .kid(shape)
        .maybe(place.map(|(left, y)| words(class, left, y, &mark.words)))
}
