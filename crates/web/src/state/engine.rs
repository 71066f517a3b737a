//! What the engine says, taken into the state; and which views are asked for when.
//!
//! Shape: whenever time or data may have moved, the views on screen are asked for again, never twice at once: what arrives in
//! between only marks that they must be asked once more.

use std::rc::Rc;

use protocol::message::{Load, RpcError};
use protocol::query::Query;

use super::inspect::Tab;
use super::shell::Body;
use super::{Boot, Effect, Key, UiState};
use crate::client::{Ask, Said, Seen};

/// Items of the agenda asked for.
const AGENDA_MAX: u32 = 40;
/// Events asked for.
const EVENTS_MAX: u32 = 300;

/// Views on their way.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Refresh {
    waiting: u32,
    again: bool,
    /// Whether the log of inputs should be kept when the views have come.
    keep: bool,
}

impl UiState {
    pub(super) fn hear(&mut self, said: Said) -> Vec<Effect> {
        match said {
            Said::Info(info) => {
                self.info = Some(Rc::new(info));
                self.begin()
            }
            Said::Loaded(info) => {
                self.info = Some(Rc::new(info));
                self.ready()
            }
            Said::Imported => self.ready(),
            Said::Results(id, results) => {
                let json = results.iter().map(|(_, json)| json.as_str()).collect::<Vec<_>>();
                let json = format!("[{}]", json.join(","));
                let results = results.into_iter().map(|(result, _)| Rc::new(result)).collect();
                self.refresh.keep = true;
                self.finish(id, Body::Results(results), json)
            }
            Said::Tokens(whose, tokens) => {
                self.painted(whose, tokens);
                Vec::new()
            }
            Said::Completions(found) => self.completions(found),
            Said::View(seen) => self.see(seen),
            Said::Playing(rate) => {
                self.time.playing = true;
                self.time.rate = rate;
                Vec::new()
            }
            Said::Paused => {
                self.time.playing = false;
                self.refresh.keep = true;
                self.look_again()
            }
            Said::Kept(bytes) => {
                self.page.snapshot = Some(bytes.clone());
                let transcript = super::page::kept_transcript(&self.shell.entries);
                vec![
                    Effect::KeepBytes(Key::Snapshot, bytes),
                    Effect::Keep(Key::Transcript, transcript),
                ]
            }
            Said::Exported(bytes) => match self.page.sharing.take() {
                Some(super::page::Sharing::Link) => vec![Effect::Share(bytes)],
                Some(super::page::Sharing::File) => vec![Effect::SaveSession(bytes)],
                None => Vec::new(),
            },
            Said::Changed => {
                self.refresh.keep = true;
                self.look_again()
            }
            Said::Time(clock) => {
                self.world.clock = clock;
                self.look_again()
            }
            Said::Refused(ask, error) => self.refused(ask, error),
            Said::Died(why) => self.died(why),
        }
    }

    /// The engine is there: an earlier world or a new one.
    fn begin(&mut self) -> Vec<Effect> {
        let ask = match self.startup.snapshot.take() {
            Some(bytes) => Ask::Import(bytes),
            None => Ask::Load(std::mem::take(&mut self.startup.load)),
        };
        vec![Effect::Ask(ask)]
    }

    /// A world stands: the first statement into the prompt, or what was shown before into the log.
    fn ready(&mut self) -> Vec<Effect> {
        let first = self.boot != Boot::Ready;
        // A world that came with a link is not kept before something is done in it: the own one stays for a reload.
        self.refresh.keep = !self.startup.shared;
        self.boot = Boot::Ready;
        self.time.playing = false;
        let mut effects = self.look_again();
        if first {
            effects.extend(self.tell_earlier_visit());
        }
        if self.shell.input.is_empty() && self.shell.entries.is_empty() {
            let sql = std::mem::take(&mut self.startup.sql);
            if sql.is_empty() {
                let starter = self.starter();
                effects.extend(self.prefill(starter));
            } else if self.startup.run == "auto" {
                effects.extend(self.shell_intent(super::shell::Intent::File(sql)));
            } else if self.startup.run != "none" {
                effects.extend(self.prefill(sql));
            }
        }
        if self.page.embed.is_some() {
            // A cell does not take the focus from the page around it.
            effects.retain(|effect| *effect != Effect::FocusPrompt);
        }
        effects
    }

    /// The statement that a newcomer finds in the prompt.
    fn starter(&self) -> String {
        let info = self.info.as_deref();
        let scenario = info.and_then(|info| {
            let wanted = self.page.scenario.as_deref().unwrap_or("bank");
            info.scenarios.iter().find(|scenario| scenario.name == wanted)
        });
        scenario.map(|scenario| scenario.starter.clone()).unwrap_or_default()
    }

    /// What an earlier visit or a link left behind, said in the log.
    fn tell_earlier_visit(&mut self) -> Vec<Effect> {
        let kept = std::mem::take(&mut self.startup.transcript);
        if std::mem::take(&mut self.startup.broken_link) {
            let words = "The link in the address cannot be read: it is cut off or was changed. This is a fresh world.";
            self.shell.say(vec![words.to_owned()]);
        }
        self.page.undo = self.startup.aside.take().map(super::page::Undo::of);
        if std::mem::take(&mut self.startup.shared) {
            let words = "This world came with the link: every input was run again, and its hash is the same. \
                         The menu \"scenario\" leads back to your own.";
            self.shell.say(vec![words.to_owned()]);
            return Vec::new();
        }
        if kept.is_empty() {
            return Vec::new();
        }
        let mut effects: Vec<Effect> =
            kept.into_iter().map(|kept| self.shell.show_kept(kept)).collect();
        let words = "Your last visit, restored. Reset starts anew.";
        self.shell.say(vec![words.to_owned()]);
        effects.push(Effect::ScrollLog);
        effects
    }

    /// Asks for what is on screen, now or when what was asked has come.
    pub(super) fn look_again(&mut self) -> Vec<Effect> {
        if self.refresh.waiting > 0 {
            self.refresh.again = true;
            return Vec::new();
        }
        self.refresh.again = false;
        let queries = self.on_screen();
        self.refresh.waiting = crate::num::small(queries.len());
        queries.into_iter().map(|query| Effect::Ask(Ask::View(query))).collect()
    }

    fn on_screen(&self) -> Vec<Query> {
        let mut queries = vec![Query::Clock, Query::ChainMap];
        match self.inspect.tab {
            Tab::Agenda => queries.push(Query::Agenda { limit: AGENDA_MAX }),
            Tab::Cluster => queries.push(Query::Cluster),
            Tab::Storage => {
                queries.push(Query::Storage);
                if let Some((bucket, path)) = self.inspect.object.clone() {
                    queries.push(Query::Object { bucket, path });
                }
            }
            Tab::Jobs => queries.push(Query::Jobs),
            Tab::Schedules => queries.push(Query::Schedules),
            Tab::Data => queries.extend(self.inspect.data_queries()),
            Tab::Plots => queries.push(Query::Plots),
            Tab::Events => {
                queries.push(Query::Events { since: 0, limit: EVENTS_MAX });
                queries.push(Query::Moments);
            }
        }
        queries.extend(self.map.plan_query());
        queries
    }

    fn see(&mut self, seen: Seen) -> Vec<Effect> {
        let world = &mut self.world;
        match seen {
            Seen::Clock(view) => world.clock = view,
            Seen::Map(view) => world.map = view,
            Seen::Plan(view) => self.map.plan = Some(view),
            Seen::Agenda(view) => world.agenda = Some(view),
            Seen::Storage(view) => world.storage = Some(view),
            Seen::Object(view) => world.object = Some(view),
            Seen::Cluster(view) => world.cluster = Some(view),
            Seen::Jobs(view) => world.jobs = Some(view),
            Seen::Schedules(view) => world.schedules = Some(view),
            Seen::Tables(view) => world.tables = Some(view),
            Seen::Rows(view) => world.rows = Some(view),
            Seen::Versions(view) => world.versions = Some(view),
            Seen::Moments(view) => world.moments = Some(view),
            Seen::Events(view) => world.events = Some(view),
            Seen::Plots(view) => world.plots = Some(view),
        }
        self.came()
    }

    /// One of the views asked for is there, or will not come.
    fn came(&mut self) -> Vec<Effect> {
        self.refresh.waiting = self.refresh.waiting.saturating_sub(1);
        if self.refresh.waiting > 0 {
            return Vec::new();
        }
        if self.refresh.again {
            return self.look_again();
        }
        if self.boot != Boot::Ready || self.shell.running.is_some() {
            return Vec::new();
        }
        let mut effects = vec![Effect::MarkDone(self.shell.finished)];
        if !self.time.playing && std::mem::take(&mut self.refresh.keep) {
            effects.push(Effect::Ask(Ask::Keep));
        }
        effects
    }

    fn refused(&mut self, ask: Ask, error: RpcError) -> Vec<Effect> {
        match ask {
            Ask::Exec(id, _) | Ask::Sim(id, _) => {
                self.finish(id, Body::Refused(error.message), String::new())
            }
            Ask::View(query) => {
                self.forget_place(&query);
                self.came()
            }
            Ask::Import(_) => self.not_opened(&error.message),
            Ask::Info | Ask::Load(_) => {
                self.boot = Boot::Failed(error.message);
                Vec::new()
            }
            Ask::Export => {
                if self.page.sharing.take().is_some() {
                    self.shell.say(vec![["No link: ", &error.message].concat()]);
                }
                Vec::new()
            }
            Ask::Play(_) | Ask::Pause => {
                self.time.playing = false;
                self.shell.say(vec![error.message]);
                Vec::new()
            }
            Ask::Keep | Ask::Tokens(..) | Ask::Complete(..) => Vec::new(),
        }
    }

    /// A kept or shared world does not open: while a world stands, it stays; else a fresh one begins.
    fn not_opened(&mut self, why: &str) -> Vec<Effect> {
        let what = if self.startup.shared { "The world of the link" } else { "That world" };
        self.shell.say(vec![[what, " could not be opened: ", why].concat()]);
        if self.boot == Boot::Ready {
            return vec![Effect::ScrollLog];
        }
        self.startup.transcript.clear();
        let shared = std::mem::take(&mut self.startup.shared);
        if let Some(own) = self.startup.aside.take().filter(|_| shared) {
            return vec![Effect::Ask(Ask::Import(own))];
        }
        vec![Effect::Forget(Key::Snapshot), Effect::Ask(Ask::Load(Load::default()))]
    }

    /// A place in the inspector that is no longer there is left.
    fn forget_place(&mut self, query: &Query) {
        if let Query::Object { .. } = query {
            self.inspect.object = None;
            self.world.object = None;
        }
        if let Query::Rows { .. } = query {
            self.inspect.table = None;
            self.world.rows = None;
        }
        if let Query::Versions { .. } = query {
            self.inspect.row = None;
            self.world.versions = None;
        }
        if let Query::RestorePlan { .. } = query {
            self.map.cursor = None;
            self.map.plan = None;
        }
    }

    /// The engine ended: the world is rebuilt once from its log; a second time says so instead.
    fn died(&mut self, why: String) -> Vec<Effect> {
        self.time.playing = false;
        self.refresh = Refresh::default();
        if self.boot != Boot::Ready {
            self.boot = Boot::Failed(why);
            return Vec::new();
        }
        self.boot = Boot::Starting;
        let mut effects = Vec::new();
        if let Some(id) = self.shell.running {
            let words = format!("internal error: the engine ended: {why}");
            effects.extend(self.finish(id, Body::Refused(words), String::new()));
        }
        self.shell.say(vec!["The engine ended; the world is rebuilt from its log.".to_owned()]);
        self.startup.snapshot.clone_from(&self.page.snapshot);
        self.refresh = Refresh::default();
        effects.retain(|effect| !matches!(effect, Effect::Ask(_)));
        effects.push(Effect::RestartEngine);
        effects.push(Effect::Ask(Ask::Info));
        effects
    }
}
