//! Questions about the world, and their answers.
//!
//! Shape: [`Query`] is `"chain_map"` or `{"rows": {"table": 106, …}}` in JSON; [`View`] is written without a tag, since who asked
//! knows the type. Asking never moves time.

use serde::{Deserialize, Serialize};

use crate::{agenda, chain, cluster, data, event, jobs, moment, plots, schedules, storage, time};
use time::Nanos;

/// A question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// → [`time::Clock`].
    Clock,
    /// → [`chain::ChainMap`].
    ChainMap,
    /// → [`chain::RestorePlan`]: what a restore to a moment would read.
    RestorePlan {
        /// [`chain::Collection::name`].
        collection: String,
        /// [`chain::Chain::subdir`]; `None` lets the chain be chosen by the moment.
        subdir: Option<String>,
        /// The moment.
        at: Nanos,
    },
    /// → [`agenda::AgendaView`].
    Agenda {
        /// Most items wanted.
        limit: u32,
    },
    /// → [`storage::StorageView`].
    Storage,
    /// → [`storage::ObjectView`].
    Object {
        /// [`storage::Bucket::uri`].
        bucket: String,
        /// [`storage::Object::path`].
        path: String,
    },
    /// → [`cluster::ClusterView`].
    Cluster,
    /// → [`jobs::JobsView`].
    Jobs,
    /// → [`schedules::SchedulesView`].
    Schedules,
    /// → [`data::TablesView`].
    Tables,
    /// → [`data::RowsView`].
    Rows {
        /// [`data::Table::id`].
        table: u32,
        /// The moment; `None` is now.
        at: Option<Nanos>,
        /// Most rows wanted.
        limit: u32,
    },
    /// → [`data::VersionsView`].
    Versions {
        /// [`data::Table::id`].
        table: u32,
        /// [`data::DataRow::key`].
        key: String,
    },
    /// → [`moment::MomentsView`].
    Moments,
    /// → [`plots::PlotsView`].
    Plots,
    /// → [`event::EventsView`].
    Events {
        /// First number wanted.
        since: u64,
        /// Most events wanted, the newest of them.
        limit: u32,
    },
}

/// The answer to a [`Query`] of the same name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum View {
    /// See [`Query::Clock`].
    Clock(time::Clock),
    /// See [`Query::ChainMap`].
    ChainMap(chain::ChainMap),
    /// See [`Query::RestorePlan`].
    RestorePlan(chain::RestorePlan),
    /// See [`Query::Agenda`].
    Agenda(agenda::AgendaView),
    /// See [`Query::Storage`].
    Storage(storage::StorageView),
    /// See [`Query::Object`].
    Object(storage::ObjectView),
    /// See [`Query::Cluster`].
    Cluster(cluster::ClusterView),
    /// See [`Query::Jobs`].
    Jobs(jobs::JobsView),
    /// See [`Query::Schedules`].
    Schedules(schedules::SchedulesView),
    /// See [`Query::Tables`].
    Tables(data::TablesView),
    /// See [`Query::Rows`].
    Rows(data::RowsView),
    /// See [`Query::Versions`].
    Versions(data::VersionsView),
    /// See [`Query::Moments`].
    Moments(moment::MomentsView),
    /// See [`Query::Events`].
    Events(event::EventsView),
    /// To `plots`.
    Plots(plots::PlotsView),
}
