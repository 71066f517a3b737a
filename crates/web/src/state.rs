//! What the screen shows, and how it changes.
//!
//! ```text
//!   Intent ─▶ UiState::apply ─▶ Vec<Effect> ─▶ runtime ─▶ engine, storage, clipboard, focus
//!                  ▲                                          │
//!                  └──────────────── Intent::Said ◀───────────┘
//! ```
//!
//! Shape: a reducer. `World` holds views as the engine gave them; the rest is what the screen adds: selection, tab, speed.
//! Nothing here knows the DOM, so all of it is tested natively.

pub(crate) mod engine;
pub(crate) mod inspect;
pub(crate) mod map;
pub(crate) mod next;
pub(crate) mod page;
pub(crate) mod shell;
#[cfg(test)]
mod tests;
pub(crate) mod time;

use std::rc::Rc;

use protocol::message::{Info, Load};
use protocol::result::StatementResult;
use protocol::time::Clock;
use protocol::{agenda, chain, cluster, data, event, jobs, moment, plots, schedules, storage};

use crate::client::{Ask, Said};
use inspect::Inspector;
use map::MapUi;
use page::PageUi;
use shell::Shell;
use time::TimeUi;

/// Something a user or the engine wants.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Intent {
    /// The engine said something.
    Said(Said),
    /// About the shell.
    Shell(shell::Intent),
    /// About time.
    Time(time::Intent),
    /// About the chain map.
    Map(map::Intent),
    /// About the inspector.
    Inspect(inspect::Intent),
    /// About the page itself.
    Page(page::Intent),
}

/// Something to be done outside.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Effect {
    /// Ask the engine.
    Ask(Ask),
    /// End the engine and start another.
    RestartEngine,
    /// Keep a text for the next visit.
    Keep(Key, String),
    /// Keep bytes for the next visit.
    KeepBytes(Key, Vec<u8>),
    /// Forget what was kept.
    Forget(Key),
    /// Put the cursor into the prompt, at its end.
    FocusPrompt,
    /// Put the focus on an element, once it is drawn.
    Focus(&'static str),
    /// Show the end of the log.
    ScrollLog,
    /// Offer a file.
    Download(&'static str, String),
    /// Put a text on the clipboard.
    Copy(String),
    /// A link that holds these bytes on the clipboard, or a file where it would be too long.
    Share(Vec<u8>),
    /// Offer these bytes as a session file.
    SaveSession(Vec<u8>),
    /// Show another theme.
    Theme(page::Theme),
    /// Say on the body that statements so far are done and drawn: their number.
    MarkDone(u32),
    /// Let the user choose a file of statements.
    PickFile,
}

/// What is kept for the next visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    /// The log of inputs.
    Snapshot,
    /// What the shell showed.
    Transcript,
    /// What was typed.
    History,
    /// The theme.
    Theme,
    /// `off` if single keys do nothing.
    Keys,
}

/// What the page finds when it opens.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Startup {
    /// The theme chosen before, or by the address.
    pub(crate) theme: page::Theme,
    /// The log of an earlier visit or of a link.
    pub(crate) snapshot: Option<Vec<u8>>,
    /// Whether `snapshot` came with a link.
    pub(crate) shared: bool,
    /// Whether the address held a link that cannot be read.
    pub(crate) broken_link: bool,
    /// The log of an earlier visit that a link pushed aside.
    pub(crate) aside: Option<Vec<u8>>,
    /// What the log showed before.
    pub(crate) transcript: Vec<Kept>,
    /// What was typed before.
    pub(crate) history: Vec<String>,
    /// Whether single keys on the player do nothing.
    pub(crate) keys_off: bool,
    /// What the address wants.
    pub(crate) load: Load,
    /// What is shown where the page is a cell inside another.
    pub(crate) embed: Option<page::Embed>,
    /// Statements that came with the address.
    pub(crate) sql: String,
    /// What becomes of them: `none`, `prefill`, `auto`.
    pub(crate) run: String,
}

/// An entry of the log from an earlier visit.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Kept {
    /// What was run.
    pub(crate) text: String,
    /// Its results as JSON.
    pub(crate) json: String,
    /// Its results.
    pub(crate) results: Vec<StatementResult>,
}

/// Where the engine stands.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) enum Boot {
    /// On its way.
    #[default]
    Starting,
    /// There.
    Ready,
    /// Gone, in words.
    Failed(String),
}

/// Views as the engine gave them. `None` has not come yet.
#[derive(Clone, Default, Debug)]
pub(crate) struct World {
    /// Where time stands.
    pub(crate) clock: Rc<Clock>,
    /// The chain map.
    pub(crate) map: Rc<chain::ChainMap>,
    /// The agenda.
    pub(crate) agenda: Option<Rc<agenda::AgendaView>>,
    /// Buckets.
    pub(crate) storage: Option<Rc<storage::StorageView>>,
    /// The object opened.
    pub(crate) object: Option<Rc<storage::ObjectView>>,
    /// Nodes and ranges.
    pub(crate) cluster: Option<Rc<cluster::ClusterView>>,
    /// Jobs.
    pub(crate) jobs: Option<Rc<jobs::JobsView>>,
    /// Schedules.
    pub(crate) schedules: Option<Rc<schedules::SchedulesView>>,
    /// Tables.
    pub(crate) tables: Option<Rc<data::TablesView>>,
    /// Rows of the table opened.
    pub(crate) rows: Option<Rc<data::RowsView>>,
    /// Versions of the row opened.
    pub(crate) versions: Option<Rc<data::VersionsView>>,
    /// Branches and inputs.
    pub(crate) moments: Option<Rc<moment::MomentsView>>,
    /// The trace.
    pub(crate) events: Option<Rc<event::EventsView>>,
    /// Sizes over time.
    pub(crate) plots: Option<Rc<plots::PlotsView>>,
}

fn same<T>(one: Option<&Rc<T>>, other: Option<&Rc<T>>) -> bool {
    one.map(Rc::as_ptr) == other.map(Rc::as_ptr)
}

/// Views are compared by address: each is made anew whenever it is asked for, and comparing their insides would cost more code than
/// drawing them once more costs time.
impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.clock, &other.clock)
            && Rc::ptr_eq(&self.map, &other.map)
            && same(self.agenda.as_ref(), other.agenda.as_ref())
            && same(self.storage.as_ref(), other.storage.as_ref())
            && same(self.object.as_ref(), other.object.as_ref())
            && same(self.cluster.as_ref(), other.cluster.as_ref())
            && same(self.jobs.as_ref(), other.jobs.as_ref())
            && same(self.schedules.as_ref(), other.schedules.as_ref())
            && same(self.tables.as_ref(), other.tables.as_ref())
            && same(self.rows.as_ref(), other.rows.as_ref())
            && same(self.versions.as_ref(), other.versions.as_ref())
            && same(self.moments.as_ref(), other.moments.as_ref())
            && same(self.events.as_ref(), other.events.as_ref())
            && same(self.plots.as_ref(), other.plots.as_ref())
    }
}

/// All that the page shows.
#[derive(Clone, Default, Debug)]
pub(crate) struct UiState {
    /// Where the engine stands.
    pub(crate) boot: Boot,
    /// What the engine is.
    pub(crate) info: Option<Rc<Info>>,
    /// Its views.
    pub(crate) world: World,
    /// The shell.
    pub(crate) shell: Shell,
    /// Playing and speed.
    pub(crate) time: TimeUi,
    /// The chain map's zoom, cursor, selection.
    pub(crate) map: MapUi,
    /// The inspector's tab and place.
    pub(crate) inspect: Inspector,
    /// Theme, menus, announcements.
    pub(crate) page: PageUi,
    /// Views asked for that have not come, and whether to ask again when they have.
    refresh: engine::Refresh,
    /// What to begin with, until it is used.
    startup: Startup,
}

impl UiState {
    /// A page that has just opened, and what it does first.
    pub(crate) fn open(startup: Startup) -> (Self, Vec<Effect>) {
        let mut state = Self { startup, ..Self::default() };
        state.page.theme = state.startup.theme;
        state.page.keys_off = state.startup.keys_off;
        state.page.embed = state.startup.embed;
        state.shell.history = std::mem::take(&mut state.startup.history);
        let effects = vec![Effect::Theme(state.page.theme), Effect::Ask(Ask::Info)];
        (state, effects)
    }

    /// Takes one intent; what must be done outside.
    pub(crate) fn apply(&mut self, intent: Intent) -> Vec<Effect> {
        match intent {
            Intent::Said(said) => self.hear(said),
            Intent::Shell(intent) => self.shell_intent(intent),
            Intent::Time(intent) => self.time_intent(intent),
            Intent::Map(intent) => self.map_intent(intent),
            Intent::Inspect(intent) => self.inspect_intent(intent),
            Intent::Page(intent) => self.page_intent(intent),
        }
    }
}
