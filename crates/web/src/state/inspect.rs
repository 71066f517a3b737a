//! The inspector: one tab at a time, each with its place remembered.

use protocol::query::Query;
use protocol::time::Nanos;

use super::{Effect, UiState};

/// Rows of a table asked for.
const ROWS_MAX: u32 = 200;

/// Tabs, in their order on screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(crate) enum Tab {
    /// What comes next.
    #[default]
    Agenda,
    /// Nodes and ranges.
    Cluster,
    /// Buckets.
    Storage,
    /// Jobs.
    Jobs,
    /// Backup schedules.
    Schedules,
    /// Tables and versions.
    Data,
    /// Bytes and the recovery point over time.
    Plots,
    /// The trace.
    Events,
}

impl Tab {
    /// All, in order.
    pub(crate) const ALL: [Self; 8] = [
        Self::Agenda,
        Self::Cluster,
        Self::Storage,
        Self::Jobs,
        Self::Schedules,
        Self::Data,
        Self::Plots,
        Self::Events,
    ];

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Agenda => "Agenda",
            Self::Cluster => "Cluster",
            Self::Storage => "Storage",
            Self::Jobs => "Jobs",
            Self::Schedules => "Schedules",
            Self::Data => "Data",
            Self::Plots => "Plots",
            Self::Events => "Events",
        }
    }

    /// Its element.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Agenda => "tab-agenda",
            Self::Cluster => "tab-cluster",
            Self::Storage => "tab-storage",
            Self::Jobs => "tab-jobs",
            Self::Schedules => "tab-schedules",
            Self::Data => "tab-data",
            Self::Plots => "tab-plots",
            Self::Events => "tab-events",
        }
    }
}

/// Where the inspector stands.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Inspector {
    /// The tab shown.
    pub(crate) tab: Tab,
    /// The object opened: bucket and path.
    pub(crate) object: Option<(String, String)>,
    /// Folders closed: bucket and path with its slash.
    pub(crate) closed: Vec<(String, String)>,
    /// The table opened.
    pub(crate) table: Option<u32>,
    /// The moment its rows are read at; `None` is now.
    pub(crate) rows_at: Option<Nanos>,
    /// The row opened.
    pub(crate) row: Option<String>,
    /// The job opened.
    pub(crate) job: Option<String>,
    /// The kind of events shown; `None` is all.
    pub(crate) event_kind: Option<String>,
    /// What the words of events shown must hold.
    pub(crate) event_words: String,
    /// Whether ranges of system tables are shown.
    pub(crate) system_ranges: bool,
}

/// What a user wants of the inspector.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Intent {
    /// Another tab.
    Tab(Tab),
    /// Open an object, or close it.
    Object(Option<(String, String)>),
    /// Open or close a folder.
    Folder(String, String),
    /// Open a table, or close it.
    Table(Option<u32>),
    /// Read its rows at another moment.
    RowsAt(Option<Nanos>),
    /// Open a row, or close it.
    Row(Option<String>),
    /// Open a job, or close it.
    Job(String),
    /// Show only events of a kind.
    EventKind(Option<String>),
    /// Show only events with these words.
    EventWords(String),
    /// Show or hide system ranges.
    SystemRanges,
}

impl Inspector {
    pub(super) fn data_queries(&self) -> Vec<Query> {
        let mut queries = vec![Query::Tables];
        if let Some(table) = self.table {
            queries.push(Query::Rows { table, at: self.rows_at, limit: ROWS_MAX });
            if let Some(key) = self.row.clone() {
                queries.push(Query::Versions { table, key });
            }
        }
        queries
    }
}

impl UiState {
    pub(super) fn inspect_intent(&mut self, intent: Intent) -> Vec<Effect> {
        let at = &mut self.inspect;
        let mut effects = Vec::new();
        match intent {
            Intent::Tab(tab) => {
                at.tab = tab;
                effects.push(Effect::Focus("[role=tab][aria-selected=true]"));
            }
            Intent::Object(object) => {
                at.tab = Tab::Storage;
                at.object = object;
                self.world.object = None;
            }
            Intent::Folder(bucket, path) => {
                let folder = (bucket, path);
                let before = at.closed.len();
                at.closed.retain(|closed| *closed != folder);
                if at.closed.len() == before {
                    at.closed.push(folder);
                }
                return Vec::new();
            }
            Intent::Table(table) => {
                at.tab = Tab::Data;
                at.table = table;
                at.rows_at = None;
                at.row = None;
                self.world.rows = None;
                self.world.versions = None;
            }
            Intent::RowsAt(moment) => at.rows_at = moment,
            Intent::Row(row) => {
                at.row = row;
                self.world.versions = None;
            }
            Intent::Job(id) => {
                at.job = if at.job.as_ref() == Some(&id) { None } else { Some(id) };
                return Vec::new();
            }
            Intent::EventKind(kind) => {
                at.event_kind = kind;
                return Vec::new();
            }
            Intent::EventWords(words) => {
                at.event_words = words;
                return Vec::new();
            }
            Intent::SystemRanges => {
                at.system_ranges = !at.system_ranges;
                return Vec::new();
            }
        }
        effects.extend(self.look_again());
        effects
    }
}
