//! From the picture to SVG. Colours and strokes are classes of `www/map.css`; here are only places and shapes.

use protocol::chain::LayerKind;
use yew::Html;

use super::labels::width;
use super::lane::{Block, FULL_HALF_WIDTH, Failure, Row, Tail, WORDS, Words};
use super::layout::{Lane, Picture};
use crate::el::{El, On, el, of};
use crate::num::px;
use crate::state::Intent;
use crate::state::map::{self, Mark};

/// What is drawn beside the picture itself.
pub(crate) struct Extras<'a> {
    /// The summary that stands for the picture.
    pub(crate) summary: String,
    /// Directories of the layers that a restore to the cursor reads.
    pub(crate) reads: &'a [String],
    /// The mark chosen.
    pub(crate) chosen: Option<&'a Mark>,
    /// Where intents go.
    pub(crate) on: &'a On,
}

/// A line from one point to another.
pub(crate) fn line(class: &str, x1: f64, y1: f64, x2: f64, y2: f64) -> El {
    of("line", class).px("x1", x1).px("y1", y1).px("x2", x2).px("y2", y2)
}

/// A rectangle: left, top, width, height.
pub(crate) fn rect(class: &str, x: f64, y: f64, width: f64, height: f64) -> El {
    of("rect", class)
        .px("x", x)
        .px("y", y)
        .px("width", width.max(0.0))
        .px("height", height.max(0.0))
}

/// A circle.
pub(crate) fn circle(class: &str, x: f64, y: f64, radius: f64) -> El {
    of("circle", class).px("cx", x).px("cy", y).px("r", radius)
}

/// A path.
pub(crate) fn path(class: &str, d: &str) -> El {
    of("path", class).set("d", d)
}

/// Words at a place.
pub(crate) fn words(class: &str, x: f64, y: f64, text: &str) -> El {
    of("text", class).px("x", x).px("y", y).text(text)
}

/// A group with a title that a resting pointer shows.
fn titled(title: &str) -> El {
    el("g").kid(el("title").text(title))
}

/// A group of which only the plot is seen.
fn clipped() -> El {
    el("g").set("clip-path", "url(#map-plot)")
}

/// The whole picture.
pub(crate) fn paint(picture: &Picture, extras: &Extras<'_>) -> Html {
    let (width, height) = (px(picture.width), px(picture.height));
    let lanes = picture.lanes.iter().enumerate().map(|(place, lane)| {
        let under_cursor = picture.cursor.is_some_and(|(_, chosen)| chosen == place);
        paint_lane(picture, lane, under_cursor, extras)
    });
    of("svg", "map")
        .set("width", &width)
        .set("height", &height)
        .set("viewBox", &["0 0 ", &width, " ", &height].concat())
        .set("role", "img")
        .set("aria-label", &extras.summary)
        .kid(defs(picture))
        .maybe(picture.future.map(|x| rect("future", x, 0.0, picture.width - x, picture.height)))
        .kid(ticks(picture))
        .kid(writes(picture))
        .kid(edges(picture))
        .maybe(cursor(picture))
        .kids(lanes)
        .kid(pins(picture))
        .maybe(now(picture))
        .kids(picture.foot.iter().map(|found| words(found.class, found.x, found.y, &found.text)))
        .done()
}

fn pattern(id: &str, size: &str, turn: &str, class: &str) -> El {
    el("pattern")
        .set("id", id)
        .set("width", size)
        .set("height", size)
        .set("patternUnits", "userSpaceOnUse")
        .set("patternTransform", turn)
        .kid(line(class, 0.0, 0.0, 0.0, 6.0))
}

fn defs(picture: &Picture) -> El {
    let wide = picture.scale.right - picture.scale.left + 10.0;
    let plot = rect("", picture.scale.left - 10.0, 0.0, wide, picture.height);
    el("defs")
        .kid(pattern("hatch-gone", "6", "rotate(-45)", "hatch-gone"))
        .kid(pattern("hatch-band", "5", "rotate(45)", "hatch-band"))
        .kid(el("clipPath").set("id", "map-plot").kid(plot))
}

fn ticks(picture: &Picture) -> El {
    let (top, bottom) = picture.body();
    clipped().kids(picture.ticks.iter().map(|tick| {
        let class = if tick.day { "tick tick-day" } else { "tick" };
        // A label that would be cut off by the edge is left out.
        let half = width(&tick.label, WORDS) / 2.0;
        let fits = tick.x - half > 4.0 && tick.x + half < picture.width - 4.0;
        let label = words("tick-words", tick.x, 18.0, &tick.label).set("text-anchor", "middle");
        el("g")
            .key(&tick.t.0.to_string())
            .kid(line(class, tick.x, top - 4.0, tick.x, bottom))
            .maybe(fits.then_some(label))
    }))
}

fn paint_lane(picture: &Picture, lane: &Lane, under_cursor: bool, extras: &Extras<'_>) -> El {
    let (name_x, name_y) = if picture.narrow {
        (12.0, lane.y + 16.0)
    } else {
        (18.0, lane.y + lane.height.min(92.0) / 2.0 - 2.0)
    };
    let tint = under_cursor.then(|| rect("lane-chosen", 0.0, lane.y, picture.width, lane.height));
    let y = lane.y + lane.rows.last().map_or(lane.height / 2.0, |row| row.y);
    let forecast = lane.forecast.iter().map(|(x, full, title)| {
        let shape = if *full {
            rect("ghost", x - 7.0, y - 10.0, 14.0, 20.0).set("rx", "3")
        } else {
            circle("ghost", *x, y, 6.5)
        };
        titled(title).kid(shape)
    });
    let rows = lane.rows.iter().map(|row| paint_row(lane, row, extras));
    el("g")
        .key(&lane.name)
        .maybe(tint)
        .kid(name_words(picture, lane, name_x, name_y))
        .kid(clipped().kids(rows).kids(forecast))
}

/// A lane's name, cut in the middle of what a gutter holds, whole for a pointer that rests on it.
fn name_words(picture: &Picture, lane: &Lane, x: f64, y: f64) -> El {
    let (name, below) = if picture.narrow {
        (lane.name.clone(), String::new())
    } else {
        (shorten(&lane.name, 22), cut(&lane.words, 25))
    };
    titled(&[&lane.name, " · ", &lane.words].concat())
        .kid(words("lane-name", x, y, &name))
        .kid(words("lane-words", x, y + 17.0, &below))
}

/// At most so many characters, cut at the end.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    format!("{}…", head.trim_end())
}

/// At most so many characters, cut in the middle; the end is what tells collections apart.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most / 2 - 1).collect();
    let tail: String = text.chars().skip(count - (most - most / 2)).collect();
    format!("{head}…{tail}")
}

fn paint_row(lane: &Lane, row: &Row, extras: &Extras<'_>) -> El {
    let y = lane.y + row.y;
    el("g")
        .maybe(tail(row, y))
        .kids(row.blocks.iter().filter_map(|block| band(block, y)))
        .kids(row.blocks.iter().filter_map(|block| link(block, y)))
        .kids(row.blocks.iter().map(|block| paint_block(block, y, extras)))
        .kids(row.failures.iter().map(|failure| paint_failure(failure, y, extras)))
        .kids(
            row.words.iter().map(|Words { x, y, text, class }| words(class, *x, lane.y + y, text)),
        )
}

fn band(block: &Block, y: f64) -> Option<El> {
    let (left, right) = block.band?;
    let part = |class| rect(class, left, y - 15.0, right - left, 30.0).set("rx", "5");
    Some(el("g").kid(part("band")).kid(part("band-hatch")))
}

fn link(block: &Block, y: f64) -> Option<El> {
    let from = block.from?;
    let to = block.x - block.half;
    (to > from).then(|| line("link", from, y, to, y))
}

fn paint_block(block: &Block, y: f64, extras: &Extras<'_>) -> El {
    let (kind, shape) = match block.kind {
        LayerKind::Full => {
            let (left, wide) = (block.x - FULL_HALF_WIDTH, FULL_HALF_WIDTH * 2.0);
            ("full", rect("full", left, y - block.half, wide, block.half * 2.0).set("rx", "4.5"))
        }
        LayerKind::Incremental => {
            let class = if block.half < 4.5 { "ring ring-small" } else { "ring" };
            ("incremental", circle(class, block.x, y, block.half))
        }
    };
    let shape = if extras.reads.contains(&block.path) {
        el("g").kid(circle("read", block.x, y, block.half.max(10.0) + 5.0)).kid(shape)
    } else {
        shape
    };
    let fault = block.fault.then(|| {
        let (x, y) = (px(block.x + 9.0), px(y - block.half - 8.0));
        path("fault", &["M", &x, " ", &y, " l-5 9 h10 z"].concat())
    });
    let halo = block.half.max(10.0) + 5.0;
    mark(&block.title, block.x, y, halo, &block.mark, extras)
        .set("data-layer", kind)
        .kid(shape)
        .maybe(fault)
}

/// A mark that can be chosen: large enough to be hit, with a halo if it is.
fn mark(title: &str, x: f64, y: f64, halo: f64, mark: &Mark, extras: &Extras<'_>) -> El {
    let chosen = (extras.chosen == Some(mark)).then(|| circle("chosen", x, y, halo));
    let choose = Intent::Map(map::Intent::Choose(Some(mark.clone())));
    titled(title)
        .set("class", "mark")
        .click(extras.on, choose)
        .kid(circle("hit", x, y, 12.0))
        .maybe(chosen)
}

fn tail(row: &Row, y: f64) -> Option<El> {
    let last = row.blocks.last();
    let from = last.map_or(0.0, |block| block.x + block.half);
    match row.tail {
        Tail::None => None,
        Tail::Open(to, inside) => {
            let cap = inside.then(|| line("deadline", to, y - 8.0, to, y + 8.0));
            let open = || titled("can be extended until here").kid(line("open", from, y, to, y));
            (to > from).then(|| open().maybe(cap))
        }
        Tail::Cut { to, at, for_good } => {
            let (state, class, title) = if for_good {
                ("broken", "cut", "cannot be extended")
            } else {
                ("torn", "cut cut-torn", "refused now; a longer TTL would cure it")
            };
            let bare = row.failures.is_empty();
            let sign = bare.then(|| if for_good { cross(at, y) } else { tear(at, y) });
            let group = titled(title).set("data-chain", state);
            Some(group.kid(line(class, from, y, to, y)).maybe(sign))
        }
    }
}

/// A cross in a circle: lost for good, or a backup that failed.
fn cross(x: f64, y: f64) -> El {
    let d = ["M", &px(x - 3.5), " ", &px(y - 3.5), " l7 7 m0 -7 l-7 7"].concat();
    of("g", "cross").kid(circle("", x, y, 11.0)).kid(path("", &d))
}

/// A torn edge: refused, but not lost.
fn tear(x: f64, y: f64) -> El {
    let d = ["M", &px(x - 3.0), " ", &px(y - 10.0), " l6 5 l-6 5 l6 5 l-6 5"].concat();
    of("g", "tear").kid(circle("", x, y, 13.0)).kid(path("", &d))
}

fn paint_failure(failure: &Failure, y: f64, extras: &Extras<'_>) -> El {
    mark(&failure.title, failure.x, y, 16.0, &failure.mark, extras)
        .set("data-failure", "true")
        .kid(cross(failure.x, y))
}

fn writes(picture: &Picture) -> El {
    let base = picture.base();
    let (x, y) = if picture.narrow {
        (12.0, picture.writes_y - 4.0)
    } else {
        (18.0, picture.writes_y + 34.0)
    };
    let (left, top) = (picture.scale.left, picture.writes_y + 10.0);
    let below = if picture.narrow { String::new() } else { cut(&picture.writes_words, 25) };
    let bars = picture.bars.iter().flat_map(|bar| {
        [
            rect("put", bar.x, base - bar.up, bar.width, bar.up),
            rect("delete", bar.x, base + 1.5, bar.width, bar.down),
        ]
    });
    el("g")
        .kid(words("lane-name", x, y, "writes"))
        .kid(words("lane-words", x, y + 17.0, &below))
        .maybe(picture.gone_to.map(|to| rect("gone", left, top, to - left, base - top + 8.0)))
        .kid(line("base", left, base, picture.scale.right, base))
        .kid(clipped().kids(bars))
}

/// The nearest edge runs through all; others only through their lanes.
fn edges(picture: &Picture) -> El {
    let (top, bottom) = picture.body();
    let first = picture.gone_to.filter(|x| picture.scale.holds(*x));
    let own = picture.lanes.iter().flat_map(|lane| {
        let other = move |x: &&f64| first.is_none_or(|first| (**x - first).abs() > 2.0);
        let (from, to) = (lane.y + 4.0, lane.y + lane.height - 4.0);
        lane.edges.iter().filter(other).map(move |x| line("edge", *x, from, *x, to))
    });
    el("g").maybe(first.map(|x| line("edge", x, top, x, bottom))).kids(own)
}

fn pins(picture: &Picture) -> El {
    let y = picture.writes_y + 4.0;
    el("g").kids(picture.pins.iter().map(|pin| {
        el("g")
            .kid(line("pin", pin.x, y, pin.x, picture.base()))
            .kid(circle("pin-head", pin.x, y, 4.5))
            .kid(words(pin.words.class, pin.words.x, pin.words.y, &pin.words.text))
    }))
}

fn now(picture: &Picture) -> Option<El> {
    let x = picture.now?;
    let (top, bottom) = picture.body();
    let head = ["M", &px(x - 7.0), " ", &px(top - 9.0), " h14 l-7 8 z"].concat();
    Some(el("g").kid(line("now", x, top - 4.0, x, bottom)).kid(path("now-head", &head)))
}

fn cursor(picture: &Picture) -> Option<El> {
    let (x, _) = picture.cursor?;
    let (top, bottom) = picture.body();
    Some(of("g", "cursor").kid(line("", x, top, x, bottom)).kid(circle("", x, top - 5.0, 6.5)))
}

/// The map in one sentence or two, for who does not see it.
pub(crate) fn summary(map: &protocol::chain::ChainMap) -> String {
    let chains = map.collections.iter().flat_map(|collection| &collection.chains);
    let layers: usize = chains.clone().map(|chain| chain.layers.len()).sum();
    if layers == 0 {
        return "Chain map: no backups yet.".to_owned();
    }
    let count = |state| chains.clone().filter(|chain| chain.state == state).count();
    let cut = count(protocol::chain::ChainState::Torn) + count(protocol::chain::ChainState::Broken);
    let many = |n: usize, one: &str, many: &str| {
        crate::format::counted(u64::try_from(n).unwrap_or(u64::MAX), one, many)
    };
    let total = chains.clone().count();
    format!(
        "Chain map: {} in {}, {}; {} cannot be extended now. The table has all facts.",
        many(layers, "backup", "backups"),
        many(map.collections.len(), "collection", "collections"),
        many(total, "chain", "chains"),
        cut
    )
}
