//! Plots: live and garbage bytes, what full and incremental backups take in buckets, how much a loss would cost.
//!
//! ```text
//!   ▁▂▂▃▃▄▄▅   one axis of time for all, from the world's beginning to now; a list of the same numbers behind each
//! ```
//!
//! Shape: (views) → series of points → paths in a box of 1000 × 100, stretched by the style sheet; words stand outside it.

use protocol::chain::{ChainMap, Layer, LayerKind};
use protocol::plots::PlotsView;
use protocol::time::Nanos;

use super::cluster::{facts, number};
use crate::el::{El, el, of};
use crate::map::paint::path;
use crate::num::{self, px};
use crate::{format, map::axis::Scale, state::map::Window};

const WIDE: f64 = 1000.0;
const HIGH: f64 = 100.0;
/// Rows of the list behind a plot.
const ROWS_MAX: usize = 24;

/// A measure over time: moments with a value for each of its parts, stacked.
struct Plot {
    title: &'static str,
    /// The newest value, or what it means.
    words: String,
    /// Names and classes of the parts, from the base up.
    parts: &'static [(&'static str, &'static str)],
    /// Oldest first; a value holds until the next point.
    points: Vec<(Nanos, Vec<f64>)>,
    /// Whether it grows from point to point instead of holding.
    slopes: bool,
    say: fn(f64) -> String,
}

/// The tab.
pub(crate) fn plots(view: &PlotsView, map: &ChainMap) -> Vec<El> {
    let window = Window { from: map.start, to: map.now };
    let plots = [data(view), buckets(map), recovery(map)];
    plots.iter().map(|plot| draw(plot, window)).collect()
}

fn bytes(value: f64) -> String {
    format::bytes(u64::try_from(num::whole(value)).unwrap_or(0))
}

fn length(value: f64) -> String {
    format::duration(Nanos(num::whole(value)))
}

fn data(view: &PlotsView) -> Plot {
    let of_point = |live: u64, garbage: u64| vec![num::size(live), num::size(garbage)];
    let points = view.sizes.iter();
    let points: Vec<_> =
        points.map(|one| (one.at, of_point(one.live_bytes, one.garbage_bytes))).collect();
    let words = view.sizes.last().map_or_else(String::new, |one| {
        [&format::bytes(one.live_bytes), " live, ", &format::bytes(one.garbage_bytes), " garbage"]
            .concat()
    });
    Plot {
        title: "Data in the cluster",
        words,
        parts: &[("live", "plot-data"), ("garbage, until GC takes it", "plot-garbage")],
        points,
        slopes: false,
        say: bytes,
    }
}

/// Layers of all chains in the order in which their jobs finished.
fn layers(map: &ChainMap) -> Vec<&Layer> {
    let chains = map.collections.iter().flat_map(|collection| &collection.chains);
    let mut layers: Vec<&Layer> = chains.flat_map(|chain| &chain.layers).collect();
    num::order(&mut layers, |layer| layer.finished.0);
    layers
}

fn buckets(map: &ChainMap) -> Plot {
    let (mut full, mut incremental) = (0_u64, 0_u64);
    let mut points = vec![(map.start, vec![0.0, 0.0])];
    for layer in layers(map) {
        match layer.kind {
            LayerKind::Full => full += layer.size_bytes,
            LayerKind::Incremental => incremental += layer.size_bytes,
        }
        points.push((layer.finished, vec![num::size(full), num::size(incremental)]));
    }
    let words = [&format::bytes(full), " full, ", &format::bytes(incremental), " incremental"];
    Plot {
        title: "Data in backups",
        words: words.concat(),
        parts: &[("full", "plot-full"), ("incremental", "plot-incremental")],
        points,
        slopes: false,
        say: bytes,
    }
}

/// How much would be lost if the cluster were lost: the time since the newest moment that a backup holds.
fn recovery(map: &ChainMap) -> Plot {
    let mut held = map.start;
    let mut points = vec![(map.start, vec![0.0])];
    for layer in layers(map) {
        if layer.fault.is_none() && layer.end > held {
            points.push((layer.finished, vec![num::float(layer.finished.since(held).0)]));
            held = layer.end;
            points.push((layer.finished, vec![num::float(layer.finished.since(held).0)]));
        }
    }
    let lag = map.now.since(held);
    points.push((map.now, vec![num::float(lag.0)]));
    Plot {
        title: "Recovery point",
        words: ["a loss now would cost the last ", &format::duration(lag)].concat(),
        parts: &[("time that no backup holds", "plot-lag")],
        points,
        slopes: true,
        say: length,
    }
}

/// The parts up to `part`, added up.
fn stacked(values: &[f64], part: usize) -> f64 {
    values.iter().take(part + 1).sum()
}

fn draw(plot: &Plot, window: Window) -> El {
    let scale = Scale { window, left: 0.0, right: WIDE };
    let last = plot.parts.len() - 1;
    let most = plot.points.iter().map(|(_, values)| stacked(values, last)).fold(0.0, f64::max);
    let svg = el("svg")
        .set("viewBox", "0 0 1000 100")
        .set("preserveAspectRatio", "none")
        .set("role", "img")
        .set("aria-label", &[plot.title, ": ", &plot.words].concat())
        .kids((0..=last).rev().map(|part| {
            let class = plot.parts.get(part).map_or("", |(_, class)| class);
            path(class, &area(plot, part, &scale, most))
        }));
    let legend = plot
        .parts
        .iter()
        .map(|(name, class)| el("li").kid(of("span", &["swatch ", class].concat())).text(name));
    let ends = of("p", "plot-ends")
        .kid(el("span").text(&format::near(window.from, window.to)))
        .kid(el("span").text(&["now ", &format::near(window.to, window.to)].concat()));
    let head = of("div", "head-row")
        .kid(el("h3").text(plot.title))
        .kid(of("span", "muted").text(&plot.words));
    of("section", "plot")
        .kid(head)
        .kid(of("div", "plot-box").kid(of("span", "plot-most").text(&(plot.say)(most))).kid(svg))
        .kid(ends)
        .kid(of("ul", "legend").kids(legend))
        .kid(numbers(plot, window.to))
}

/// The area below the top of a part.
fn area(plot: &Plot, part: usize, scale: &Scale, most: f64) -> String {
    let y = |values: &[f64]| HIGH - stacked(values, part) / most.max(1.0) * (HIGH - 6.0);
    let mut d = String::new();
    let mut before = px(HIGH);
    let mut first = px(0.0);
    for (at, values) in &plot.points {
        let (x, y) = (px(scale.inside(scale.x(*at))), px(y(values)));
        if d.is_empty() {
            first.clone_from(&x);
            d.extend(["M", &x, " ", &before]);
        } else if !plot.slopes {
            d.extend([" L", &x, " ", &before]);
        }
        d.extend([" L", &x, " ", &y]);
        before = y;
    }
    if d.is_empty() {
        return d;
    }
    if !plot.slopes {
        d.extend([" L", &px(WIDE), " ", &before]);
    }
    d.extend([" L", &px(WIDE), " ", &px(HIGH), " L", &first, " ", &px(HIGH), " Z"]);
    d
}

/// The newest numbers as a table: what the picture says, for who does not see it.
fn numbers(plot: &Plot, now: Nanos) -> El {
    let mut heads = vec!["When".to_owned()];
    heads.extend(plot.parts.iter().map(|(name, _)| ["#", name].concat()));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = plot.points.iter().rev().take(ROWS_MAX).map(|(at, values)| {
        let cells = values.iter().map(|value| number(&(plot.say)(*value)));
        el("tr").kid(el("td").text(&format::near(*at, now))).kids(cells)
    });
    el("details").kid(el("summary").text("Numbers")).kid(facts(plot.title, &heads, rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_loss_costs_the_time_since_the_newest_end() {
        let map = fixture::map();
        let plot = recovery(&map);
        let newest = map.collections.iter().flat_map(|one| &one.chains).flat_map(|one| &one.layers);
        let newest = newest.map(|layer| layer.end).max().expect("layers");
        let lag = plot.points.last().expect("a point").1[0];
        assert_eq!(num::whole(lag), map.now.since(newest).0);
        assert!(
            area(
                &plot,
                0,
                &Scale { window: Window { from: map.start, to: map.now }, left: 0.0, right: WIDE },
                1.0
            )
            .starts_with('M')
        );
    }

    #[test]
    fn nothing_measured_is_no_path() {
        let plot = data(&PlotsView::default());
        let window = Window { from: Nanos(0), to: Nanos(0) };
        let html = draw(&plot, window);
        drop(html);
        assert!(area(&plot, 0, &Scale { window, left: 0.0, right: WIDE }, 0.0).is_empty());
    }
}
