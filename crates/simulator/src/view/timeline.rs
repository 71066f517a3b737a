//! Branches, inputs, marks, events.

use base::num;
use protocol::event::EventsView;
use protocol::moment::{Branch, InputMoment, Mark, MomentsView};
use protocol::time::Nanos;

use crate::calendar;
use crate::input::Input;
use crate::world::World;

/// Most inputs listed; older ones are left out.
const INPUTS_MAX: usize = 2_000;

/// Most events listed at once.
const EVENTS_MAX: usize = 5_000;

pub(super) fn moments(world: &World) -> MomentsView {
    let current = &world.lines[world.line];
    let skipped = current.log.len().saturating_sub(INPUTS_MAX);
    MomentsView {
        branches: world
            .lines
            .iter()
            .enumerate()
            .map(|(i, line)| Branch {
                name: line.name.clone(),
                parent: line.parent.clone(),
                forked_at: Nanos(line.forked_at.wall),
                head: Nanos(line.head.wall),
                is_current: i == world.line,
            })
            .collect(),
        inputs: current
            .log
            .iter()
            .enumerate()
            .skip(skipped)
            .map(|(i, logged)| InputMoment {
                n: num::to_u64(i + 1),
                at: Nanos(logged.before.wall),
                text: text(&logged.input),
            })
            .collect(),
        marks: world
            .marks
            .iter()
            .map(|(name, mark)| Mark { name: name.clone(), at: Nanos(mark.at.wall) })
            .collect(),
        position: num::to_u64(world.cursor),
    }
}

/// An input as a user would type it.
pub(crate) fn text(input: &Input) -> String {
    match input {
        Input::Exec { sql, .. } => format!("{sql};"),
        Input::Sim { line } if line.starts_with('\\') => line.as_ref().to_owned(),
        Input::Sim { line } => format!("\\sim {line}"),
        Input::Advance { nanos } => format!("\\sim advance {}", calendar::length(*nanos)),
    }
}

pub(super) fn events(world: &World, since: u64, limit: u32) -> EventsView {
    let all = world.events();
    let from = num::to_usize(since.max(1) - 1).min(all.len());
    let wanted = num::index(limit).min(EVENTS_MAX);
    let from = from.max(all.len().saturating_sub(wanted));
    EventsView {
        events: all[from..]
            .iter()
            .enumerate()
            .map(|(i, event)| event.to_view(num::to_u64(from + i + 1)))
            .collect(),
        next: num::to_u64(all.len() + 1),
    }
}
