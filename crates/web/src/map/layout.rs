//! Where everything of the chain map stands.
//!
//! ```text
//!   ├ gutter ┤├────────────── plot ──────────────┤
//!              02:00     03:00     04:00               ruler
//!   prod       ▣━━━━━━━━━●━━━━━━━━━●        ░░░░░░     lanes
//!   writes     ▂▃▂▅▂▁▂▃▆▂▂▁▂▃▂▂▁▂▃▂▆        ░░░░░░     writes up, deletes down
//!              history collected ┊ readable   now      foot
//! ```
//!
//! Shape: (view, window, width) → picture, pure. Units: pixels. On narrow screens the gutter goes and names stand above lanes.

use protocol::chain::{ChainMap, ForecastKind, GcEdge};
use protocol::time::Nanos;

use super::axis::{Scale, Tick};
use super::labels::{Band, width};
use super::lane::{self, Measures, Row, WORDS, Words};
use crate::state::map::{Cursor, Window};
use crate::{format, num};

/// Below this width the gutter goes.
const NARROW: f64 = 640.0;
const GUTTER: f64 = 190.0;
const RULER: f64 = 30.0;
const FOOT: f64 = 26.0;
/// Room for the words of an empty map.
const EMPTY: f64 = 104.0;
const EMPTY_NARROW: f64 = 136.0;
/// How far runs to come stand apart.
const GHOSTS_APART: f64 = 17.0;
const WRITES: f64 = 74.0;
/// From the top of the lane of writes to its base line, and the most that a bar rises or falls.
const WRITES_BASE: f64 = 52.0;
const BAR_UP: f64 = 38.0;
const BAR_DOWN: f64 = 14.0;

/// A lane with its place.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Lane {
    /// Top.
    pub(crate) y: f64,
    /// Height.
    pub(crate) height: f64,
    /// The collection's name.
    pub(crate) name: String,
    /// What it holds, in words.
    pub(crate) words: String,
    /// Its chains.
    pub(crate) rows: Vec<Row>,
    /// Future marks.
    pub(crate) forecast: Vec<(f64, bool, String)>,
    /// GC edges that hold for this lane.
    pub(crate) edges: Vec<f64>,
}

/// One bar of the histogram.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Bar {
    /// Left end.
    pub(crate) x: f64,
    /// Width.
    pub(crate) width: f64,
    /// How far it rises.
    pub(crate) up: f64,
    /// How far it falls.
    pub(crate) down: f64,
}

/// A protected timestamp on screen.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Pin {
    /// Where.
    pub(crate) x: f64,
    /// Its words.
    pub(crate) words: Words,
}

/// The picture.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Picture {
    /// Width of all.
    pub(crate) width: f64,
    /// Height of all.
    pub(crate) height: f64,
    /// Whether names stand above lanes.
    pub(crate) narrow: bool,
    /// Time and pixels.
    pub(crate) scale: Scale,
    /// Ticks of the ruler.
    pub(crate) ticks: Vec<Tick>,
    /// Lanes.
    pub(crate) lanes: Vec<Lane>,
    /// Top of the lane of writes.
    pub(crate) writes_y: f64,
    /// What the lane of writes counts.
    pub(crate) writes_words: String,
    /// Bars.
    pub(crate) bars: Vec<Bar>,
    /// The right end of the history that can no longer be read.
    pub(crate) gone_to: Option<f64>,
    /// Where now is, if it is inside.
    pub(crate) now: Option<f64>,
    /// Left end of the future, if it is inside.
    pub(crate) future: Option<f64>,
    /// Protected timestamps.
    pub(crate) pins: Vec<Pin>,
    /// Words of the foot.
    pub(crate) foot: Vec<Words>,
    /// The restore cursor: where, and the lane's place.
    pub(crate) cursor: Option<(f64, usize)>,
}

impl Picture {
    /// From the ruler's base to the foot's top.
    pub(crate) fn body(&self) -> (f64, f64) {
        (RULER, self.height - FOOT)
    }

    /// The base line of the bars.
    pub(crate) fn base(&self) -> f64 {
        self.writes_y + WRITES_BASE
    }
}

/// Lays a map out.
pub(crate) fn lay(map: &ChainMap, window: Window, width: i64, cursor: Option<&Cursor>) -> Picture {
    let width = num::float(width.clamp(240, 6_000));
    let narrow = width < NARROW;
    let left = if narrow { 14.0 } else { GUTTER };
    let scale = Scale { window, left, right: width - if narrow { 10.0 } else { 16.0 } };
    let measures = measures(map.collections.len(), narrow);
    let mut y = RULER;
    let mut lanes = Vec::new();
    for collection in &map.collections {
        let targets = |edge: &&GcEdge| {
            collection.chains.iter().any(|chain| chain.target_words == edge.target)
        };
        let edges = map.edges.iter().filter(targets).map(|edge| scale.x(edge.readable_since));
        let edges: Vec<f64> = edges.filter(|x| scale.holds(*x)).collect();
        let nearest = map.edges.first().map(|edge| scale.x(edge.readable_since));
        let crossing: Vec<f64> = edges.iter().copied().chain(nearest).collect();
        let (rows, height) = lane::lay(collection, &scale, map.now, &crossing, measures);
        let forecast = forecast(map, &collection.name, &scale);
        lanes.push(Lane {
            y,
            height,
            name: collection.name.clone(),
            words: collection.words.clone(),
            rows,
            forecast,
            edges,
        });
        y += height;
    }
    if map.collections.is_empty() {
        y += if narrow { EMPTY_NARROW } else { EMPTY };
    }
    let now = scale.x(map.now);
    let edge = map.edges.first();
    let gone_to = edge.map(|edge| scale.x(edge.readable_since)).filter(|x| *x > scale.left);
    let placed = cursor.and_then(|cursor| {
        let lane = map.collections.iter().position(|found| found.name == cursor.collection)?;
        let x = scale.x(cursor.at);
        scale.holds(x).then_some((x, lane))
    });
    let head = if narrow { 18.0 } else { 0.0 };
    let height = y + head + WRITES + FOOT;
    Picture {
        width,
        height,
        narrow,
        scale,
        ticks: scale.ticks(),
        lanes,
        writes_y: y + head,
        writes_words: map.writes.words.clone(),
        bars: bars(map, &scale),
        gone_to: gone_to.map(|x| x.min(scale.right)),
        now: scale.holds(now).then_some(now),
        future: (now < scale.right).then(|| now.max(scale.left)),
        pins: pins(map, &scale, y + head),
        foot: foot(map, &scale, height - 8.0),
        cursor: placed,
    }
}

/// Fewer pixels a lane when there are many.
fn measures(lanes: usize, narrow: bool) -> Measures {
    let head = if narrow { 22.0 } else { 0.0 };
    if lanes > 4 {
        Measures { row: 74.0, line: 36.0, head }
    } else {
        Measures { row: 92.0, line: 45.0, head }
    }
}

/// Runs to come of a lane's schedules: fulls all, incrementals as far as they do not touch.
fn forecast(map: &ChainMap, lane: &str, scale: &Scale) -> Vec<(f64, bool, String)> {
    let mut found: Vec<(f64, bool, String)> = Vec::new();
    let of_lane = map.forecast.iter().filter(|mark| mark.collection.as_deref() == Some(lane));
    for mark in of_lane {
        let full = match mark.kind {
            ForecastKind::ScheduledFull => true,
            ForecastKind::ScheduledIncremental => false,
            ForecastKind::ChainEnds | ForecastKind::GcPasses => continue,
        };
        let x = scale.x(mark.at);
        let crowded = |last: &(f64, bool, String)| x - last.0 < GHOSTS_APART;
        if full && found.last().is_some_and(|last| !last.1 && crowded(last)) {
            found.pop();
        }
        if scale.holds(x) && (full || !found.last().is_some_and(crowded)) {
            found.push((x, full, mark.words.clone()));
        }
    }
    found
}

/// Bars no thinner than three pixels: neighbours are added up.
fn bars(map: &ChainMap, scale: &Scale) -> Vec<Bar> {
    let writes = &map.writes;
    if writes.step.0 <= 0 {
        return Vec::new();
    }
    let step_px = scale.x(writes.start.plus(writes.step)) - scale.x(writes.start);
    let group = num::whole((3.2 / step_px.max(1e-9)).ceil()).max(1);
    let group_len = usize::try_from(group).unwrap_or(usize::MAX).max(1);
    let mut found: Vec<(f64, u64, u64)> = Vec::new();
    let sum = |part: &[u32]| part.iter().map(|n| u64::from(*n)).sum::<u64>();
    let deletes = writes.deletes.chunks(group_len).map(sum).chain(std::iter::repeat(0));
    let mut at = writes.start;
    for (puts, deletes) in writes.puts.chunks(group_len).map(sum).zip(deletes) {
        if puts > 0 || deletes > 0 {
            found.push((scale.x(at), puts, deletes));
        }
        at = at.plus(Nanos(writes.step.0.saturating_mul(group)));
    }
    let most = found.iter().map(|(_, puts, deletes)| (*puts).max(*deletes)).max().unwrap_or(1);
    let high = |n: u64, room: f64| {
        if n == 0 {
            0.0
        } else {
            2.0 + (num::size(n) / num::size(most.max(1))).sqrt() * (room - 2.0)
        }
    };
    let wide = (step_px * num::float(group) - 1.2).clamp(2.0, 7.0);
    let inside = found.into_iter().filter(|(x, ..)| *x >= scale.left - wide && *x <= scale.right);
    inside
        .map(|(x, puts, deletes)| Bar {
            x: x.max(scale.left),
            width: wide,
            up: high(puts, BAR_UP),
            down: high(deletes, BAR_DOWN),
        })
        .collect()
}

fn pins(map: &ChainMap, scale: &Scale, y: f64) -> Vec<Pin> {
    let mut band = Band::default();
    let mut pins = Vec::new();
    for protection in &map.protections {
        let x = scale.x(protection.at);
        if !scale.holds(x) {
            continue;
        }
        let wide = width(&protection.words, WORDS);
        let place = band.place(x + 8.0, wide, (scale.left, scale.right));
        let text = place.map(|_| protection.words.clone()).unwrap_or_default();
        let words = Words { x: place.unwrap_or(x), y: y + 8.0, text, class: "words-hold" };
        pins.push(Pin { x, words });
    }
    pins
}

/// Words of the foot: what is now, what is gone, what is forecast; nearest to the eye first.
fn foot(map: &ChainMap, scale: &Scale, y: f64) -> Vec<Words> {
    let mut band = Band::default();
    let mut words = Vec::new();
    let bounds = (scale.left, scale.right);
    let mut put = |text: String, wanted: f64, class| {
        let wide = width(&text, WORDS) * 1.1;
        if let Some(x) = band.place(wanted, wide, bounds) {
            words.push(Words { x, y, text, class });
        }
    };
    let now = scale.x(map.now);
    if scale.holds(now) {
        put(format!("now {}", format::near(map.now, map.now)), now + 8.0, "words-now");
    }
    if now + 150.0 < scale.right {
        put("forecast".to_owned(), scale.right - 56.0, "words-muted");
    }
    if let Some(edge) = map.edges.first() {
        let x = scale.x(edge.readable_since);
        let since = format::near(edge.readable_since, map.now);
        if x > scale.left {
            let x = x.min(scale.right);
            put(format!("readable since {since}"), x + 8.0, "words-ink");
            put(edge.words.clone(), x - 8.0 - width(&edge.words, WORDS), "words-muted");
        } else {
            put(format!("← readable since {since}"), scale.left, "words-muted");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use protocol::chain::{Chain, Collection, Layer, LayerKind, Writes};

    use super::*;

    fn map(lanes: usize, layers: i64) -> ChainMap {
        let start = Nanos::from_secs(1_648_778_400);
        let layer = |n: i64| Layer {
            kind: if n == 0 { LayerKind::Full } else { LayerKind::Incremental },
            end: start.plus(Nanos::from_secs(600 * n)),
            size_bytes: 4_096,
            ..Layer::default()
        };
        let chain = Chain {
            layers: (0..layers).map(layer).collect(),
            words: "extendable for 1 h 18 min".to_owned(),
            restore_words: "can be restored to 4 moments".to_owned(),
            ..Chain::default()
        };
        let lane = |n| Collection {
            name: format!("s3://acme/{n}"),
            chains: vec![chain.clone()],
            ..Collection::default()
        };
        ChainMap {
            start,
            now: start.plus(Nanos::from_secs(600 * layers)),
            collections: (0..lanes).map(lane).collect(),
            writes: Writes { step: Nanos::from_secs(60), puts: vec![3; 100], ..Writes::default() },
            ..ChainMap::default()
        }
    }

    #[test]
    fn sixty_layers_and_twelve_lanes_stay_apart_and_inside() {
        let map = map(12, 60);
        for width in [320, 820, 1_400] {
            let picture = lay(&map, crate::state::map::fitting(&map), width, None);
            for lane in &picture.lanes {
                let blocks = &lane.rows[0].blocks;
                assert_eq!(blocks.len(), 60);
                for pair in blocks.windows(2).skip(1) {
                    let free = pair[1].x - pair[0].x - pair[0].half - pair[1].half;
                    assert!(free > -1.5, "{width}: {free}");
                }
                for words in &lane.rows[0].words {
                    assert!(words.x >= 0.0 && words.x < picture.width);
                }
            }
            assert!(picture.now.is_some() && picture.future.is_some());
        }
    }

    #[test]
    fn chains_that_overlap_take_rows_of_their_own() {
        let mut map = map(1, 4);
        let second = map.collections[0].chains[0].clone();
        map.collections[0].chains.push(second);
        let picture = lay(&map, crate::state::map::fitting(&map), 1_200, None);
        let rows = &picture.lanes[0].rows;
        assert!(rows[1].y > rows[0].y);
    }

    #[test]
    fn ticks_of_two_days_are_told_apart() {
        let mut map = map(1, 4);
        map.start = Nanos(map.now.0 - Nanos::from_secs(30 * 3_600).0);
        let picture = lay(&map, crate::state::map::fitting(&map), 1_200, None);
        let mut times: Vec<i64> = picture.ticks.iter().map(|tick| tick.t.0).collect();
        times.dedup();
        assert_eq!(times.len(), picture.ticks.len());
    }

    #[test]
    fn an_empty_map_has_a_picture() {
        let map = ChainMap::default();
        let picture = lay(&map, crate::state::map::fitting(&map), 1_200, None);
        assert!(picture.lanes.is_empty() && picture.height > 60.0);
    }
}
