//! What can be seen: the types of crate `protocol`, filled from the state by pure code.
//!
//! ```text
//!   Query ─▶ World::view ─▶ clock · chains · agenda · bucket · cluster · jobs · schedules · data · timeline ─▶ View
//! ```
//!
//! Shape: reading moves neither time nor anything hashed; key spaces are cloned before a transaction reads them. Lists have
//! bounds, and say how much they leave out.

pub(crate) mod agenda;
mod bucket;
pub(crate) mod cause;
pub(crate) mod chains;
mod clock;
mod cluster;
mod data;
mod forecast;
mod jobs;
mod restore_plan;
mod schedules;
#[cfg(test)]
mod tests;
pub(crate) mod timeline;
mod words;

use protocol::query::{Query, View};

use crate::world::World;

impl World {
    /// Answers a question. Moves neither time nor anything hashed; `mut` is for what is derived and kept.
    pub fn view(&mut self, query: &Query) -> View {
        match query {
            Query::Clock => View::Clock(clock::clock(self)),
            Query::ChainMap => View::ChainMap(chains::map(&mut self.state)),
            Query::RestorePlan { collection, subdir, at } => View::RestorePlan(restore_plan::plan(
                &mut self.state,
                collection,
                subdir.as_deref(),
                *at,
            )),
            Query::Agenda { limit } => View::Agenda(agenda::agenda(&mut self.state, *limit)),
            Query::Storage => View::Storage(bucket::storage(&self.state)),
            Query::Object { bucket, path } => {
                View::Object(bucket::object(&self.state, bucket, path))
            }
            Query::Cluster => View::Cluster(cluster::cluster(&self.state)),
            Query::Jobs => View::Jobs(jobs::jobs(self)),
            Query::Schedules => View::Schedules(schedules::schedules(&self.state)),
            Query::Tables => View::Tables(data::tables(&self.state)),
            Query::Rows { table, at, limit } => {
                View::Rows(data::rows(&self.state, *table, *at, *limit))
            }
            Query::Versions { table, key } => {
                View::Versions(data::versions(&self.state, *table, key))
            }
            Query::Plots => {
                View::Plots(protocol::plots::PlotsView { sizes: self.state.sizes.points.clone() })
            }
            Query::Moments => View::Moments(timeline::moments(self)),
            Query::Events { since, limit } => View::Events(timeline::events(self, *since, *limit)),
        }
    }
}
