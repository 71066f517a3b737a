//! Icons: inline SVG with one stroke width, hidden from screen readers; the control they stand in has the words.
//!
//! Shape: a path drawn as a line, then one that is filled; either may be empty.

use crate::el::{El, el, of};
use crate::map::paint::path;

/// What an icon is drawn from: the line, the filled part.
pub(crate) type Icon = (&'static str, &'static str);

/// To the first moment.
pub(crate) const TO_START: Icon = ("M4 3.5v9", "M12.5 3.5v9L5.8 8z");
/// One step back.
pub(crate) const BACK: Icon = ("", "M11 3.2v9.6L4 8z");
/// Play.
pub(crate) const PLAY: Icon = ("", "M5 3.2v9.6L12.4 8z");
/// Pause.
pub(crate) const PAUSE: Icon = ("", "M4.5 3.5h2.6v9H4.5zM8.9 3.5h2.6v9H8.9z");
/// To the next event.
pub(crate) const NEXT: Icon = ("M12 3.5v9", "M3.5 3.5v9L10.2 8z");
/// The theme: half light, half dark.
pub(crate) const THEME: Icon =
    ("M8 2.4a5.6 5.6 0 1 0 0 11.2a5.6 5.6 0 1 0 0-11.2", "M8 2.4a5.6 5.6 0 0 1 0 11.2z");
/// Nearer.
pub(crate) const PLUS: Icon = ("M8 3.5v9M3.5 8h9", "");
/// Farther.
pub(crate) const MINUS: Icon = ("M3.5 8h9", "");
/// To the left.
pub(crate) const LEFT: Icon = ("M9.8 3.6 5.4 8l4.4 4.4", "");
/// To the right.
pub(crate) const RIGHT: Icon = ("M6.2 3.6 10.6 8l-4.4 4.4", "");
/// Close.
pub(crate) const CLOSE: Icon = ("M4 4l8 8M12 4l-8 8", "");
/// GC.
pub(crate) const SCISSORS: Icon =
    ("M5.7 10 11 3M10.3 10 5 3M4.6 9.7a1.9 1.9 0 1 0 .01 0M11.4 9.7a1.9 1.9 0 1 0 .01 0", "");
/// A schedule, a TTL: anything by the clock.
pub(crate) const CLOCK: Icon = ("M8 2.6a5.4 5.4 0 1 0 .01 0M8 4.8V8l2.2 1.6", "");
/// A protected timestamp.
pub(crate) const PIN: Icon = ("M8 2.8a2.8 2.8 0 1 0 .01 0M8 8.4v4.8", "");
/// A job.
pub(crate) const GEAR: Icon = (
    "M8 5.6a2.4 2.4 0 1 0 .01 0M8 2.4v2M8 11.6v2M2.4 8h2M11.6 8h2M4 4l1.5 1.5M10.5 10.5 12 12M12 4l-1.5 1.5M5.5 10.5 4 12",
    "",
);
/// A fault.
pub(crate) const BOLT: Icon = ("M9 2.5 4.6 9H8l-1 4.5L11.4 7H8z", "");
/// Anything else.
pub(crate) const DOT: Icon = ("", "M8 5.6a2.4 2.4 0 1 0 .01 0");
/// An open folder.
pub(crate) const OPEN: Icon = ("M3.6 6 8 10.4 12.4 6", "");
/// A closed folder.
pub(crate) const CLOSED: Icon = ("M6 3.6 10.4 8 6 12.4", "");

fn svg(class: &str, size: &str, body: [El; 2]) -> El {
    of("svg", class)
        .set("width", size)
        .set("height", size)
        .set("viewBox", &["0 0 ", size, " ", size].concat())
        .set("aria-hidden", "true")
        .kids(body)
}

/// An icon.
pub(crate) fn icon((stroke, solid): Icon) -> El {
    svg("icon", "16", [path("", stroke), path("solid", solid)])
}

/// A menu opens here.
pub(crate) fn caret() -> El {
    svg("caret", "8", [path("", "M0.8 2 H7.2 L4 6.4 Z"), el("g")])
}

/// Amber's mark: an insect in a drop of resin.
pub(crate) fn amber() -> El {
    let bug = "M13 10a3.1 4.2 0 1 0 .01 0M13 7a1.9 1.9 0 1 0 .01 0";
    let legs = "M10 12.4 7.2 10.8M10 14.6H6.8M10.3 16.8 7.6 18.8M16 12.4 18.8 10.8M16 14.6H19.2M15.7 16.8 18.4 18.8";
    let drop = path("drop", "M13 2.2 22.2 7.6 V18.4 L13 23.8 3.8 18.4 V7.6 Z");
    svg("brand-mark", "26", [drop, el("g").kid(path("bug", bug)).kid(path("legs", legs))])
}
