//! One lane: the chains of a collection laid out in rows.
//!
//! ```text
//!   row 0   ▣━━━●━━━●┄┄┄⊗        ▣━━●┄┄┄┄┤        a chain follows another in the same row when it begins after the other's end
//!   row 1                   ▣━━━━━━━━●            else it takes a row of its own
//! ```
//!
//! Units: pixels; y counts from the lane's top.

use protocol::chain::{Chain, ChainState, Collection, Layer, LayerKind};
use protocol::time::Nanos;

use super::axis::Scale;
use super::labels::{Band, REACHES, width};
use crate::num;
use crate::state::map::Mark;

/// Size of the words beside marks.
pub(crate) const WORDS: f64 = 12.0;
/// Half the height of the largest full.
const FULL_HALF_MAX: f64 = 20.0;
const FULL_HALF_MIN: f64 = 10.0;
/// Half the width of a full.
pub(crate) const FULL_HALF_WIDTH: f64 = 10.0;
const RING_MAX: f64 = 8.5;
const RING_MIN: f64 = 2.5;

/// How high things are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Measures {
    /// Height of a row.
    pub(crate) row: f64,
    /// From a row's top to its line.
    pub(crate) line: f64,
    /// Room above the first row, for a lane's name on narrow screens.
    pub(crate) head: f64,
}

/// A layer on screen.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Block {
    /// Full or incremental.
    pub(crate) kind: LayerKind,
    /// Its end.
    pub(crate) x: f64,
    /// The layer before it, if it is on screen or left of it.
    pub(crate) from: Option<f64>,
    /// Half its height, or its radius.
    pub(crate) half: f64,
    /// Stretch of which every moment can be restored.
    pub(crate) band: Option<(f64, f64)>,
    /// What is wrong with it.
    pub(crate) fault: bool,
    /// Its directory: a restore names those it reads.
    pub(crate) path: String,
    /// Which it is.
    pub(crate) mark: Mark,
    /// Its facts, for a pointer that rests on it.
    pub(crate) title: String,
}

/// What follows a chain's last layer.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Tail {
    /// It can be extended until there, if that is known; whether that is on screen.
    Open(f64, bool),
    /// It cannot: from the last layer to the last failure, torn or broken at the middle one.
    Cut {
        /// Where it ends.
        to: f64,
        /// Where the sign stands.
        at: f64,
        /// Whether it is lost for good.
        for_good: bool,
    },
    /// Nothing to draw.
    None,
}

/// A failed backup on screen.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Failure {
    /// When.
    pub(crate) x: f64,
    /// Which it is.
    pub(crate) mark: Mark,
    /// Its error, for a pointer that rests on it.
    pub(crate) title: String,
}

/// A chain on screen.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    /// Its line.
    pub(crate) y: f64,
    /// State, for its shape.
    pub(crate) state: ChainState,
    /// Layers.
    pub(crate) blocks: Vec<Block>,
    /// What follows.
    pub(crate) tail: Tail,
    /// Failed backups.
    pub(crate) failures: Vec<Failure>,
    /// Words.
    pub(crate) words: Vec<Words>,
}

/// Words beside a mark.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Words {
    /// Left end.
    pub(crate) x: f64,
    /// Base line.
    pub(crate) y: f64,
    /// The words.
    pub(crate) text: String,
    /// How they are drawn: a class.
    pub(crate) class: &'static str,
}

/// Lays the chains of a collection out; the rows and the lane's height.
pub(crate) fn lay(
    collection: &Collection,
    scale: &Scale,
    now: Nanos,
    edges: &[f64],
    measures: Measures,
) -> (Vec<Row>, f64) {
    let largest = collection.chains.iter().flat_map(|chain| &chain.layers);
    let largest = largest.map(|layer| layer.size_bytes).max().unwrap_or(1).max(1);
    let mut ends: Vec<f64> = Vec::new();
    let mut rows = Vec::new();
    for chain in &collection.chains {
        let (left, right) = reach(chain, scale, now);
        let place = ends.iter().position(|end| *end + 14.0 <= left).unwrap_or(ends.len());
        if place == ends.len() {
            ends.push(right);
        } else if let Some(end) = ends.get_mut(place) {
            *end = right;
        }
        let y = measures.head + measures.row * num::count(place) + measures.line;
        rows.push((place, row(collection, chain, scale, now, largest, y)));
    }
    let count = ends.len().max(1);
    end_tails_before_next(&mut rows);
    let mut bands = vec![(Band::default(), Band::default()); count];
    // Words stand beside the lines that cross a lane, never on them.
    let now_x = scale.x(now);
    for (above, below) in &mut bands {
        for x in edges.iter().chain([&now_x]) {
            above.block(x - 2.0, x + 2.0);
            below.block(x - 2.0, x + 2.0);
        }
    }
    // The newest chain chooses first: it is the one that matters.
    for ((place, row), chain) in rows.iter_mut().zip(&collection.chains).rev() {
        if let Some((above, below)) = bands.get_mut(*place) {
            write_words(row, chain, scale, above, below);
        }
    }
    let height = measures.head + measures.row * num::count(count);
    (rows.into_iter().map(|(_, row)| row).collect(), height)
}

/// A chain's tail ends before the next chain of its row begins.
fn end_tails_before_next(rows: &mut [(usize, Row)]) {
    for first in 0..rows.len() {
        let place = rows[first].0;
        let next = rows[first + 1..].iter().filter(|(found, _)| *found == place);
        let next = next.filter_map(|(_, row)| row.blocks.first()).map(|block| block.x - 16.0);
        let Some(end) = next.reduce(f64::min) else { continue };
        let row = &mut rows[first].1;
        let from = row.blocks.last().map_or(end, |block| block.x + block.half + 4.0);
        match &mut row.tail {
            Tail::Open(to, inside) if *to > end => {
                *to = end.max(from);
                *inside = false;
            }
            Tail::Cut { to, at, .. } => {
                *to = to.min(end).max(from);
                *at = at.min(*to - 8.0).max(from);
            }
            Tail::Open(..) | Tail::None => {}
        }
    }
}

/// The stretch that a chain takes in its row.
fn reach(chain: &Chain, scale: &Scale, now: Nanos) -> (f64, f64) {
    let first = chain.layers.first().map_or(now, |layer| layer.restorable_from.min(layer.end));
    let last = chain.layers.last().map_or(now, |layer| layer.end);
    let failed = chain.attempts.last().map_or(last, |attempt| attempt.at.max(last));
    (scale.x(first) - 12.0, scale.x(failed) + 12.0)
}

fn row(
    collection: &Collection,
    chain: &Chain,
    scale: &Scale,
    now: Nanos,
    largest: u64,
    y: f64,
) -> Row {
    let mut blocks = Vec::new();
    let mut from = None;
    for (place, layer) in chain.layers.iter().enumerate() {
        let x = scale.x(layer.end);
        let half = half_height(layer, largest, room(chain, place, scale));
        if x >= scale.left - 12.0 && from.unwrap_or(x) <= scale.right {
            let band = layer.revision_history.then(|| {
                let start =
                    if layer.kind == LayerKind::Full { layer.restorable_from } else { layer.start };
                (scale.inside(scale.x(start)), scale.inside(x))
            });
            blocks.push(Block {
                kind: layer.kind,
                x,
                from: from.filter(|_| layer.kind == LayerKind::Incremental),
                half,
                band: band.filter(|(left, right)| right > left),
                fault: layer.fault.is_some(),
                path: layer.path.clone(),
                mark: Mark::Layer(collection.name.clone(), chain.subdir.clone(), place),
                title: layer_title(layer),
            });
        }
        from = Some(x + if layer.kind == LayerKind::Full { FULL_HALF_WIDTH } else { half });
    }
    let failures = chain.attempts.iter().enumerate().filter_map(|(place, attempt)| {
        let x = scale.x(attempt.at);
        let mark = Mark::Attempt(collection.name.clone(), chain.subdir.clone(), place);
        let title = format!("{}: {}", crate::format::moment(attempt.at), attempt.message);
        scale.holds(x).then_some(Failure { x, mark, title })
    });
    let failures = failures.collect();
    Row {
        y,
        state: chain.state,
        blocks,
        tail: tail(chain, scale, now),
        failures,
        words: Vec::new(),
    }
}

/// How far the nearest other layer is; those at the very same place do not count, they lie on each other at any size.
fn room(chain: &Chain, place: usize, scale: &Scale) -> f64 {
    let x = |layer: &Layer| scale.x(layer.end);
    let Some(here) = chain.layers.get(place).map(x) else { return f64::MAX };
    let before = place.checked_sub(1).and_then(|before| chain.layers.get(before));
    let after = chain.layers.get(place + 1);
    let distances = before.into_iter().chain(after).map(|layer| (x(layer) - here).abs());
    distances.filter(|distance| *distance > 1.5).fold(f64::MAX, f64::min)
}

/// Height tells bytes, by the root so that small ones can be seen; never so large that neighbours touch.
fn half_height(layer: &Layer, largest: u64, room: f64) -> f64 {
    let share = (num::size(layer.size_bytes) / num::size(largest)).sqrt();
    match layer.kind {
        LayerKind::Full => FULL_HALF_MIN + share * (FULL_HALF_MAX - FULL_HALF_MIN),
        LayerKind::Incremental => (5.5 + share * 4.0).min(room * 0.42).clamp(RING_MIN, RING_MAX),
    }
}

fn layer_title(layer: &Layer) -> String {
    let kind = match layer.kind {
        LayerKind::Full => "full",
        LayerKind::Incremental => "incremental",
    };
    let size = crate::format::bytes(layer.size_bytes);
    let rows = crate::format::counted(layer.rows, "row", "rows");
    let fault = layer.fault.as_ref().map(|fault| format!(" · {fault}")).unwrap_or_default();
    format!("{kind} {} · {rows} · {size}{fault}", crate::format::moment(layer.end))
}

fn tail(chain: &Chain, scale: &Scale, now: Nanos) -> Tail {
    let Some(last) = chain.layers.last() else { return Tail::None };
    match chain.state {
        ChainState::Healthy => match chain.extendable_until {
            Some(until) if until > last.end => {
                let x = scale.x(until);
                Tail::Open(scale.inside(x), scale.holds(x))
            }
            _ => Tail::None,
        },
        ChainState::Torn | ChainState::Broken | ChainState::Damaged => {
            let failed = chain.attempts.last().map(|attempt| attempt.at);
            let passed = chain.ttl_secs.map(|ttl| last.end.plus(Nanos::from_secs(ttl)));
            let at = passed.filter(|at| *at <= now).or(failed).unwrap_or(now);
            let to = failed.map_or(at, |failed| failed.max(at)).max(at);
            let from = scale.x(last.end);
            let at = scale.x(at).max(from + 22.0);
            let to = (scale.x(to).max(at) + 26.0).min(scale.x(now).max(at));
            if from > scale.right || to < scale.left {
                return Tail::None;
            }
            let for_good = chain.state != ChainState::Torn;
            Tail::Cut { to: scale.inside(to), at, for_good }
        }
    }
}

/// Puts a chain's words beside it.
fn write_words(row: &mut Row, chain: &Chain, scale: &Scale, above: &mut Band, below: &mut Band) {
    let bounds = (scale.left + 2.0, scale.right - 4.0);
    let last = chain.layers.last().map_or(scale.left, |layer| scale.x(layer.end));
    let first = chain.layers.first().map_or(scale.left, |layer| scale.x(layer.end));
    let shown = row.blocks.last().is_some() || row.tail != Tail::None;
    if !shown {
        return;
    }
    let (high, low) = (row.y - 27.0, row.y + 33.0);
    let class = match chain.state {
        ChainState::Healthy => "words-good",
        ChainState::Torn => "words-warn",
        ChainState::Broken | ChainState::Damaged => "words-broken",
    };
    let failed = row.failures.last().map(|failure| failure.x);
    let anchor = match row.tail {
        Tail::Cut { at, .. } => failed.unwrap_or(at),
        Tail::Open(..) | Tail::None => last,
    };
    let mut put = |text: &str, middle: f64, class, up_first: bool| {
        let wide = width(text, WORDS) * 1.04;
        for reach in REACHES {
            let mut bands = [(&mut *above, high), (&mut *below, low)];
            if !up_first {
                bands.reverse();
            }
            for (band, y) in bands {
                let left = middle - wide / 2.0;
                if let Some(x) = band.place_within(left, wide, bounds, reach + wide / 2.0) {
                    row.words.push(Words { x, y, text: text.to_owned(), class });
                    return true;
                }
            }
        }
        false
    };
    // The verdict is enough here; why stands in the strip, the table and the card.
    let short = chain.words.split(':').next().unwrap_or_default();
    if !short.is_empty() {
        put(short, anchor, class, true);
    }
    if !chain.restore_words.is_empty() {
        let class = if chain.restorable { "words-restore" } else { "words-broken" };
        let middle = first - 10.0 + width(&chain.restore_words, WORDS) / 2.0;
        put(&chain.restore_words, middle, class, false);
    }
}
