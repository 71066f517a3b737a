//! The chain map on screen: picture or table, zoom, restore cursor, selection.
//!
//! Units: pixels for widths, nanoseconds for time.

use std::rc::Rc;

use protocol::chain::{Chain, ChainMap, Collection, RestorePlan};
use protocol::query::Query;
use protocol::time::Nanos;

use super::{Effect, UiState};
use crate::num;

/// The narrowest and the widest stretch of time that the map shows.
const SPAN_MIN: Nanos = Nanos::from_secs(2);
const SPAN_MAX: Nanos = Nanos::from_secs(400 * 86_400);
/// The width before the page has measured it. *Units*: pixels.
const WIDTH_FIRST: i64 = 1180;

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Window {
    /// Left end.
    pub(crate) from: Nanos,
    /// Right end.
    pub(crate) to: Nanos,
}

impl Window {
    /// Its length.
    pub(crate) const fn span(self) -> Nanos {
        self.to.since(self.from)
    }
}

/// The moment to which a restore is being considered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Cursor {
    /// The collection.
    pub(crate) collection: String,
    /// The moment.
    pub(crate) at: Nanos,
}

/// A mark that was chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    /// A layer: collection, chain, place in it.
    Layer(String, String, usize),
    /// A failed backup: collection, chain, place among its failures.
    Attempt(String, String, usize),
}

/// Columns by which the table can be sorted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Column {
    /// By collection, chain, time: as the picture has it.
    #[default]
    Place,
    /// By end time.
    End,
    /// By size.
    Size,
    /// By rows.
    Rows,
}

/// The map on screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct MapUi {
    /// Whether the table is shown instead of the picture.
    pub(crate) as_table: bool,
    /// Width of the drawing. *Units*: pixels.
    pub(crate) width: i64,
    /// What is shown; `None` fits all and follows time.
    pub(crate) window: Option<Window>,
    /// The restore cursor.
    pub(crate) cursor: Option<Cursor>,
    /// What a restore to the cursor would read.
    pub(crate) plan: Option<Rc<RestorePlan>>,
    /// The mark chosen.
    pub(crate) chosen: Option<Mark>,
    /// The table's order, and whether it is turned.
    pub(crate) sort: (Column, bool),
}

impl Default for MapUi {
    fn default() -> Self {
        Self {
            as_table: false,
            width: WIDTH_FIRST,
            window: None,
            cursor: None,
            plan: None,
            chosen: None,
            sort: (Column::Place, false),
        }
    }
}

/// What a user wants of the map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Intent {
    /// Its area has another width.
    Resized(i64),
    /// Picture or table.
    AsTable(bool),
    /// In (true) or out, around a moment or the middle.
    Zoom(bool, Option<Nanos>),
    /// By so many thousandths of the window.
    Pan(i64),
    /// All of it.
    Fit,
    /// To where now is.
    ToNow,
    /// The restore cursor to a moment, in the lane it stands in or the first.
    CursorAt(Nanos),
    /// To the next moment that can be restored, or the one before.
    CursorStep(bool),
    /// To another collection.
    CursorLane(bool),
    /// The statement of the restore into the prompt.
    CursorWrite,
    /// No restore cursor.
    CursorOff,
    /// A mark is chosen, or none.
    Choose(Option<Mark>),
    /// The restore cursor to the end of a layer.
    RestoreTo(String, Nanos),
    /// Another order of the table.
    Sort(Column),
}

/// The window that fits a map: its beginning to now, and a good part of the future.
pub(crate) fn fitting(map: &ChainMap) -> Window {
    let first = map.collections.iter().flat_map(|collection| &collection.chains);
    // What a first full with history reaches back to lies before anything happened here.
    let first = first.flat_map(|chain| &chain.layers).map(|layer| layer.end);
    let first = first.filter(|at| at.0 > 0).min();
    let from = first.map_or(map.start, |at| at.min(map.start)).min(map.now);
    let past = map.now.since(from).0.max(Nanos::from_secs(600).0);
    Window {
        from: Nanos(map.now.0.saturating_sub(past).saturating_sub(past / 24)),
        to: Nanos(map.now.0.saturating_add(past / 3)),
    }
}

impl MapUi {
    /// What is shown of `map`.
    pub(crate) fn shown(&self, map: &ChainMap) -> Window {
        self.window.unwrap_or_else(|| fitting(map))
    }

    pub(super) fn plan_query(&self) -> Option<Query> {
        let cursor = self.cursor.as_ref()?;
        Some(Query::RestorePlan {
            collection: cursor.collection.clone(),
            subdir: None,
            at: cursor.at,
        })
    }
}

/// Moments of a collection that a cursor stops at: ends of its layers, in order.
fn stops(collection: &Collection) -> Vec<Nanos> {
    let layers = collection.chains.iter().flat_map(|chain| &chain.layers);
    let mut stops: Vec<Nanos> = layers.map(|layer| layer.end).collect();
    num::order(&mut stops, |stop| stop.0);
    stops.dedup();
    stops
}

/// The chain of a name.
pub(crate) fn chain<'a>(map: &'a ChainMap, collection: &str, subdir: &str) -> Option<&'a Chain> {
    let collection = map.collections.iter().find(|found| found.name == collection)?;
    collection.chains.iter().find(|chain| chain.subdir == subdir)
}

impl UiState {
    pub(super) fn map_intent(&mut self, intent: Intent) -> Vec<Effect> {
        match intent {
            Intent::Resized(width) => self.map.width = width,
            Intent::AsTable(on) => self.map.as_table = on,
            Intent::Zoom(inwards, around) => self.zoom(inwards, around),
            Intent::Pan(thousandths) => {
                let shown = self.map.shown(&self.world.map);
                let by = Nanos(shown.span().0 / 1000 * thousandths);
                self.map.window = Some(Window { from: shown.from.plus(by), to: shown.to.plus(by) });
            }
            Intent::Fit => self.map.window = None,
            Intent::ToNow => {
                let span = self.map.shown(&self.world.map).span().0;
                let now = self.world.clock.now;
                let from = Nanos(now.0 - span / 4 * 3);
                self.map.window = Some(Window { from, to: from.plus(Nanos(span)) });
            }
            Intent::CursorAt(at) => return self.put_cursor(None, at),
            Intent::CursorStep(forward) => return self.step_cursor(forward),
            Intent::CursorLane(down) => return self.move_lane(down),
            Intent::RestoreTo(collection, at) => return self.put_cursor(Some(collection), at),
            Intent::CursorWrite => {
                let plan = self.map.plan.clone();
                let statement = plan.filter(|plan| plan.possible);
                return statement
                    .map_or_else(Vec::new, |plan| self.prefill(plan.statement.clone()));
            }
            Intent::CursorOff => {
                self.map.cursor = None;
                self.map.plan = None;
            }
            Intent::Choose(mark) => {
                self.map.chosen = if self.map.chosen == mark { None } else { mark };
            }
            Intent::Sort(column) => {
                let (old, turned) = self.map.sort;
                self.map.sort = (column, old == column && !turned);
            }
        }
        Vec::new()
    }

    fn zoom(&mut self, inwards: bool, around: Option<Nanos>) {
        let shown = self.map.shown(&self.world.map);
        let span = shown.span().0.max(1);
        let wanted = if inwards { span / 8 * 5 } else { span / 5 * 8 };
        let wanted = wanted.clamp(SPAN_MIN.0, SPAN_MAX.0);
        let middle = around.unwrap_or(Nanos(shown.from.0 + span / 2));
        // The moment under the pointer stays where it is.
        let share = num::float(middle.since(shown.from).0) / num::float(span);
        let left = num::whole(num::float(wanted) * share);
        let from = Nanos(middle.0.saturating_sub(left));
        self.map.window = Some(Window { from, to: from.plus(Nanos(wanted)) });
    }

    fn put_cursor(&mut self, collection: Option<String>, at: Nanos) -> Vec<Effect> {
        let old = self.map.cursor.take().map(|cursor| cursor.collection);
        let first = || self.world.map.collections.first().map(|first| first.name.clone());
        let Some(collection) = collection.or(old).or_else(first) else { return Vec::new() };
        let at = at.min(self.world.clock.now);
        self.map.chosen = None;
        self.map.cursor = Some(Cursor { collection, at });
        self.look_again()
    }

    fn step_cursor(&mut self, forward: bool) -> Vec<Effect> {
        let map = Rc::clone(&self.world.map);
        let name = self.map.cursor.as_ref().map(|cursor| cursor.collection.clone());
        let lane = name.and_then(|name| map.collections.iter().find(|found| found.name == name));
        let Some(lane) = lane.or(map.collections.first()) else { return Vec::new() };
        let stops = stops(lane);
        let at = self.map.cursor.as_ref().map_or(self.world.clock.now, |cursor| cursor.at);
        let to = if forward {
            stops.iter().find(|stop| **stop > at).or(stops.last())
        } else {
            stops.iter().rev().find(|stop| **stop < at).or(stops.first())
        };
        let lane = lane.name.clone();
        to.copied().map_or_else(Vec::new, |to| self.put_cursor(Some(lane), to))
    }

    fn move_lane(&mut self, down: bool) -> Vec<Effect> {
        let lanes = &self.world.map.collections;
        let name = self.map.cursor.as_ref().map(|cursor| cursor.collection.as_str());
        let place = lanes.iter().position(|lane| Some(lane.name.as_str()) == name).unwrap_or(0);
        let to = if down { place + 1 } else { place.saturating_sub(1) };
        let Some(lane) = lanes.get(to.min(lanes.len().saturating_sub(1))) else {
            return Vec::new();
        };
        let at = self.map.cursor.as_ref().map_or(self.world.clock.now, |cursor| cursor.at);
        let lane = lane.name.clone();
        self.put_cursor(Some(lane), at)
    }
}
