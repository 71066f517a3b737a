//! Why something failed: one sentence, one small axis, what would have saved it.

use std::rc::Rc;

use protocol::result::{Cause, CauseAxis, CauseMark, CauseMarkKind, Remedy};
use yew::prelude::*;

use crate::map::axis::Scale;
use crate::map::labels::{Band, width};
use crate::num::px;
use crate::state::map::Window;
use crate::state::{Intent, shell};

/// The axis is drawn for wide and for narrow cards; the style sheet shows the one that fits.
const WIDTHS: [(f64, &str); 2] =
    [(620.0, "cause-axis axis-wide"), (290.0, "cause-axis axis-narrow")];
const HIGH: f64 = 62.0;
const BASE: f64 = 32.0;

/// What a cause card needs.
#[derive(Properties, PartialEq)]
pub(crate) struct CauseCardProps {
    /// The cause.
    pub(crate) cause: Rc<Cause>,
    /// Where intents go.
    pub(crate) on: Callback<Intent>,
}

/// The card.
#[component]
pub(crate) fn CauseCard(props: &CauseCardProps) -> Html {
    let cause = &props.cause;
    let why = use_state(|| false);
    let toggle = {
        let why = why.clone();
        Callback::from(move |_: MouseEvent| why.set(!*why))
    };
    html! {
        <div class="cause">
            { for cause.axis.iter().flat_map(|found| WIDTHS.map(|(wide, class)| axis(found, wide, class))) }
            <p class="cause-text">{ with_bold(&cause.text, cause.culprit.as_deref()) }</p>
            <div class="row">
                { for cause.remedies.iter().enumerate().map(|(place, remedy)| button(remedy, place == 0, &props.on)) }
                if !cause.why.is_empty() {
                    <button aria-expanded={why.to_string()} onclick={toggle}>{ "Why?" }</button>
                }
            </div>
            if *why { <p class="cause-why">{ &cause.why }</p> }
        </div>
    }
}

fn button(remedy: &Remedy, first: bool, on: &Callback<Intent>) -> Html {
    let lines = remedy.lines.clone();
    let onclick = on.reform(move |_: MouseEvent| Intent::Shell(shell::Intent::Run(lines.clone())));
    let title = format!("{}\n\n{}", remedy.words, remedy.lines.join("\n"));
    html! { <button class={first.then_some("accent")} {title} {onclick}>{ &remedy.title }</button> }
}

/// A text with one of its parts in bold.
pub(crate) fn with_bold(text: &str, part: Option<&str>) -> Html {
    match part
        .filter(|part| !part.is_empty())
        .and_then(|part| text.split_once(part).map(|sides| (part, sides)))
    {
        Some((part, (before, after))) => html! { <>{ before }<b>{ part }</b>{ after }</> },
        None => html! { { text } },
    }
}

fn axis(axis: &CauseAxis, wide: f64, class: &'static str) -> Html {
    let scale =
        Scale { window: Window { from: axis.from, to: axis.to }, left: 8.0, right: wide - 8.0 };
    let gone = axis.gone_before.map(|to| {
        let gone = px((scale.inside(scale.x(to)) - scale.left).max(0.0));
        html! { <rect class="cause-gone" x={px(scale.left)} y={px(BASE - 8.0)} width={gone} height="16" /> }
    });
    let spoken = axis.marks.iter().map(|mark| mark.words.as_str()).collect::<Vec<_>>().join("; ");
    let mut above = Band::default();
    let mut below = Band::default();
    html! {
        <svg {class} viewBox={format!("0 0 {wide} {HIGH}")} role="img" aria-label={spoken}>
            { gone }
            <line class="cause-line" x1={px(scale.left)} y1={px(BASE)} x2={px(scale.right)} y2={px(BASE)} />
            { for axis.marks.iter().map(|found| mark(found, &scale, &mut above, &mut below)) }
        </svg>
    }
}

fn mark(mark: &CauseMark, scale: &Scale, above: &mut Band, below: &mut Band) -> Html {
    let x = scale.inside(scale.x(mark.at));
    let (up, down) = (px(BASE - 14.0), px(BASE + 14.0));
    let (class, shape) = match mark.kind {
        CauseMarkKind::ChainEnd => {
            ("words-muted", html! { <circle class="ring" cx={px(x)} cy={px(BASE)} r="6" /> })
        }
        CauseMarkKind::Threshold => (
            "words-broken",
            html! { <line class="cause-edge" x1={px(x)} y1={up} x2={px(x)} y2={down} /> },
        ),
        CauseMarkKind::Protection => (
            "words-hold",
            html! {
                <><line class="pin" x1={px(x)} y1={up.clone()} x2={px(x)} y2={px(BASE)} /><circle class="pin-head" cx={px(x)} cy={up} r="4" /></>
            },
        ),
        CauseMarkKind::Wanted => (
            "words-ink",
            html! {
                <path class="cause-wanted" d={format!("M{} {} l6 6 l-6 6 l-6 -6 z", px(x), px(BASE - 6.0))} />
            },
        ),
        CauseMarkKind::Now => (
            "words-muted",
            html! { <line class="now" x1={px(x)} y1={px(BASE - 8.0)} x2={px(x)} y2={px(BASE + 8.0)} /> },
        ),
    };
    let wide = width(&mark.words, 12.0);
    let bounds = (scale.left, scale.right);
    let up_first = mark.kind == CauseMarkKind::Threshold;
    let mut try_place = |up: bool| {
        let (band, y, wanted) =
            if up { (&mut *above, 13.0, x + 6.0) } else { (&mut *below, 58.0, x - wide / 2.0) };
        band.place(wanted, wide, bounds).map(|left| (left, y))
    };
    let place = try_place(up_first).or_else(|| try_place(!up_first));
    html! {
        <g>
            <title>{ &mark.words }</title>
            { shape }
            { place.map(|(left, y)| html! { <text class={class} x={px(left)} y={px(y)}>{ &mark.words }</text> }) }
        </g>
    }
}
