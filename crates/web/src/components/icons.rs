//! Icons: inline SVG with one stroke width, hidden from screen readers; the control they stand in has the words.

use yew::prelude::*;

fn icon(body: Html) -> Html {
    html! { <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{ body }</svg> }
}

fn path(d: &'static str) -> Html {
    icon(html! { <path d={d} /> })
}

/// Amber's mark: an insect in a drop of resin.
pub(crate) fn amber() -> Html {
    html! {
        <svg class="brand-mark" width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
            <path class="drop" d="M13 2.2 22.2 7.6 V18.4 L13 23.8 3.8 18.4 V7.6 Z" />
            <ellipse class="bug" cx="13" cy="14.2" rx="3.1" ry="4.2" />
            <circle class="bug" cx="13" cy="8.9" r="1.9" />
            <path class="legs" d="M10 12.4 7.2 10.8 M10 14.6 H6.8 M10.3 16.8 7.6 18.8 M16 12.4 18.8 10.8 M16 14.6 H19.2 M15.7 16.8 18.4 18.8" />
        </svg>
    }
}

/// To the first moment.
pub(crate) fn to_start() -> Html {
    icon(html! { <><path class="solid" d="M12.5 3.5v9L5.8 8z" /><path d="M4 3.5v9" /></> })
}

/// One step back.
pub(crate) fn back() -> Html {
    icon(html! { <path class="solid" d="M11 3.2v9.6L4 8z" /> })
}

/// Play.
pub(crate) fn play() -> Html {
    icon(html! { <path class="solid" d="M5 3.2v9.6L12.4 8z" /> })
}

/// Pause.
pub(crate) fn pause() -> Html {
    icon(html! { <path class="solid" d="M4.5 3.5h2.6v9H4.5zM8.9 3.5h2.6v9H8.9z" /> })
}

/// To the next event.
pub(crate) fn next() -> Html {
    icon(html! { <><path class="solid" d="M3.5 3.5v9L10.2 8z" /><path d="M12 3.5v9" /></> })
}

/// A menu opens here.
pub(crate) fn down() -> Html {
    html! { <svg class="caret" width="8" height="8" viewBox="0 0 8 8" aria-hidden="true"><path d="M0.8 2 H7.2 L4 6.4 Z" /></svg> }
}

/// The theme: half light, half dark.
pub(crate) fn theme() -> Html {
    icon(
        html! { <><circle cx="8" cy="8" r="5.6" /><path class="solid" d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" /></> },
    )
}

/// Nearer.
pub(crate) fn plus() -> Html {
    path("M8 3.5v9M3.5 8h9")
}

/// Farther.
pub(crate) fn minus() -> Html {
    path("M3.5 8h9")
}

/// To the left.
pub(crate) fn left() -> Html {
    path("M9.8 3.6 5.4 8l4.4 4.4")
}

/// To the right.
pub(crate) fn right() -> Html {
    path("M6.2 3.6 10.6 8l-4.4 4.4")
}

/// Close.
pub(crate) fn close() -> Html {
    path("M4 4l8 8M12 4l-8 8")
}

/// GC.
pub(crate) fn scissors() -> Html {
    icon(
        html! { <><circle cx="4.6" cy="11.6" r="1.9" /><circle cx="11.4" cy="11.6" r="1.9" /><path d="M5.7 10 11 3M10.3 10 5 3" /></> },
    )
}

/// A schedule, a TTL: anything by the clock.
pub(crate) fn clock() -> Html {
    icon(html! { <><circle cx="8" cy="8" r="5.4" /><path d="M8 4.8V8l2.2 1.6" /></> })
}

/// A protected timestamp.
pub(crate) fn pin() -> Html {
    icon(html! { <><circle cx="8" cy="5.6" r="2.8" /><path d="M8 8.4v4.8" /></> })
}

/// A job.
pub(crate) fn gear() -> Html {
    icon(
        html! { <><circle cx="8" cy="8" r="2.4" /><path d="M8 2.4v2M8 11.6v2M2.4 8h2M11.6 8h2M4 4l1.5 1.5M10.5 10.5 12 12M12 4l-1.5 1.5M5.5 10.5 4 12" /></> },
    )
}

/// A fault.
pub(crate) fn bolt() -> Html {
    path("M9 2.5 4.6 9H8l-1 4.5L11.4 7H8z")
}

/// Anything else.
pub(crate) fn dot() -> Html {
    icon(html! { <circle class="solid" cx="8" cy="8" r="2.4" /> })
}

/// A folder: open or closed.
pub(crate) fn folder(open: bool) -> Html {
    path(if open { "M3.6 6 8 10.4 12.4 6" } else { "M6 3.6 10.4 8 6 12.4" })
}
