//! The shell: a log of entries, a text being typed, a queue of what still runs.
//!
//! ```text
//!   input ─ scan ─▶ pieces ─▶ queue ─▶ one entry at a time, its answer filled in when it comes ─▶ log
//! ```
//!
//! Shape: statements are sent one by one; an error empties the queue, as a script under `cockroach sql` stops.
//! Units: `cursor` and token offsets are UTF-16 units.

use std::collections::VecDeque;
use std::rc::Rc;

use protocol::result::StatementResult;
use protocol::text::{Completions, Token};
use protocol::time::Prompt;

use super::{Effect, Kept, Key, UiState, page};
use crate::client::{Ask, Painted};
use crate::scan::{self, Piece};
use crate::{meta, num};

/// Statements typed that are remembered.
const HISTORY_MAX: usize = 500;
/// Entries that the log shows; older ones leave it.
pub(crate) const ENTRIES_MAX: usize = 400;

/// Longest text that is coloured and remembered: what is longer was pasted, and every token of it would be an element.
pub(crate) const PAINTED_BYTES_MAX: usize = 20_000;

/// Asks for the colours of a text.
const fn paint(whose: Painted, text: String) -> Effect {
    Effect::Ask(Ask::Tokens(whose, text))
}

/// One thing that was run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// Its number; grows.
    pub(crate) id: u32,
    /// The prompt before it.
    pub(crate) prompt: String,
    /// What was run.
    pub(crate) text: String,
    /// Colours of `text`.
    pub(crate) tokens: Vec<Token>,
    /// What came of it.
    pub(crate) body: Body,
    /// Its result as JSON, for the next visit.
    pub(crate) json: String,
    /// Whether rows stand one value a line.
    pub(crate) expanded: bool,
}

/// What came of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Body {
    /// Not known yet.
    Running,
    /// Results, mostly one.
    Results(Vec<Rc<StatementResult>>),
    /// Words of the page itself.
    Words(Vec<String>),
    /// It ended without an answer.
    Refused(String),
}

/// Completion being shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Popup {
    /// What may stand there.
    pub(crate) found: Completions,
    /// Which is chosen.
    pub(crate) chosen: usize,
}

/// Search through what was typed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Search {
    /// What is looked for.
    pub(crate) text: String,
    /// Place in the history of what was found.
    pub(crate) hit: Option<usize>,
}

/// The shell as the screen shows it.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Shell {
    /// The log.
    pub(crate) entries: Vec<Rc<Entry>>,
    /// What is being typed.
    pub(crate) input: String,
    /// Where the cursor stands.
    pub(crate) cursor: u32,
    /// Colours of `input`, or of what it was a moment ago.
    pub(crate) tokens: Rc<Vec<Token>>,
    /// What was typed, oldest first.
    pub(crate) history: Vec<String>,
    /// Completion, if open.
    pub(crate) popup: Option<Popup>,
    /// Search, if open.
    pub(crate) search: Option<Search>,
    /// Whether Tab completes rather than leaves.
    pub(crate) tab_completes: bool,
    /// Whether results stand one value a line.
    pub(crate) expanded: bool,
    /// The entry that runs.
    pub(crate) running: Option<u32>,
    /// Entries finished since the page opened.
    pub(crate) finished: u32,
    place: Option<usize>,
    draft: String,
    queue: VecDeque<Piece>,
    next_id: u32,
}

/// What a user wants of the shell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Intent {
    /// The text is now this, the cursor there.
    Typed(String, u32),
    /// Run what is typed.
    Submit,
    /// An older statement.
    Older,
    /// A newer one.
    Newer,
    /// Look through the history; again: further back.
    Search,
    /// What to look for.
    SearchFor(String),
    /// Take what was found into the prompt.
    SearchTake,
    /// What may stand here?
    Complete,
    /// Choose the next item, or the one before.
    Choose(bool),
    /// Take an item: this one, or the chosen.
    Take(Option<usize>),
    /// Close what is open, or let Tab leave.
    Escape,
    /// Empty the prompt.
    ClearInput,
    /// Empty the log.
    ClearLog,
    /// Run these lines: what a button stands for.
    Run(Vec<String>),
    /// Run these lines; a branch among them gets a name that is free.
    Try(Vec<String>),
    /// Put this into the prompt.
    Prefill(String),
    /// Give up the statement that runs: end the engine and rebuild the world from its log.
    Stop,
    /// A file of statements was read.
    File(String),
}

/// The prompt as `cockroach sql` prints it.
pub(crate) fn prompt_text(prompt: &Prompt) -> String {
    let txn = if prompt.txn.is_empty() { String::new() } else { format!("  {}", prompt.txn) };
    let database = if prompt.database.is_empty() { "?" } else { &prompt.database };
    format!("{}@{}/{database}{txn}>", prompt.user, prompt.host)
}

impl Shell {
    fn entry_mut(&mut self, id: u32) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| entry.id == id).map(Rc::make_mut)
    }

    /// Adds an entry; its number.
    fn push(&mut self, prompt: String, text: String, body: Body) -> u32 {
        self.next_id += 1;
        let (id, expanded) = (self.next_id, self.expanded);
        let json = String::new();
        let tokens = Vec::new();
        let entry = Entry { id, prompt, text, tokens, body, json, expanded };
        self.entries.push(Rc::new(entry));
        if self.entries.len() > ENTRIES_MAX {
            self.entries.remove(0);
        }
        id
    }

    /// Puts words of the page itself into the log.
    pub(super) fn say(&mut self, words: Vec<String>) {
        self.push(String::new(), String::new(), Body::Words(words));
    }

    /// Puts an entry of an earlier visit into the log; its colours are asked for.
    pub(super) fn show_kept(&mut self, kept: Kept) -> Effect {
        let results = kept.results.into_iter().map(Rc::new).collect();
        let id = self.push(String::new(), kept.text.clone(), Body::Results(results));
        if let Some(entry) = self.entry_mut(id) {
            entry.json = kept.json;
        }
        paint(Painted::Entry(id), kept.text)
    }

    fn remember(&mut self, text: &str) {
        let fits = text.len() <= PAINTED_BYTES_MAX;
        if fits && self.history.last().is_none_or(|last| last != text) {
            self.history.push(text.to_owned());
            if self.history.len() > HISTORY_MAX {
                self.history.remove(0);
            }
        }
        self.place = None;
    }

    fn set_input(&mut self, text: String) {
        self.cursor = scan::units(&text);
        self.input = text;
        self.popup = None;
    }

    fn go_older(&mut self) {
        let place = self.place.unwrap_or(self.history.len());
        if place == 0 {
            return;
        }
        if self.place.is_none() {
            self.draft.clone_from(&self.input);
        }
        self.place = Some(place - 1);
        self.set_input(self.history.get(place - 1).cloned().unwrap_or_default());
    }

    fn go_newer(&mut self) {
        let Some(place) = self.place else { return };
        if place + 1 < self.history.len() {
            self.place = Some(place + 1);
            self.set_input(self.history.get(place + 1).cloned().unwrap_or_default());
        } else {
            self.place = None;
            let draft = std::mem::take(&mut self.draft);
            self.set_input(draft);
        }
    }

    /// Looks further back for the text of an open search, or opens one.
    fn look_back(&mut self) {
        let search = self.search.take().unwrap_or_default();
        let before = search.hit.unwrap_or(self.history.len());
        self.search = Some(self.found(search.text, before).unwrap_or_else(|search| search));
    }

    /// The newest history entry before `before` with `text` in it; else a search without a hit.
    fn found(&self, text: String, before: usize) -> Result<Search, Search> {
        let older = self.history.get(..before).unwrap_or_default();
        let low = text.to_ascii_lowercase();
        let hit = older.iter().rposition(|line| line.to_ascii_lowercase().contains(&low));
        if hit.is_some() && !text.is_empty() {
            Ok(Search { text, hit })
        } else {
            Err(Search { text, hit: None })
        }
    }

    /// Takes an item of the popup into the text.
    fn take(&mut self, item: Option<usize>) {
        let Some(popup) = self.popup.take() else { return };
        let Some(item) = popup.found.items.get(item.unwrap_or(popup.chosen)) else { return };
        let from = scan::byte_of_unit(&self.input, popup.found.start);
        let to = scan::byte_of_unit(&self.input, popup.found.end.max(popup.found.start));
        self.input.replace_range(from..to, &item.text);
        self.cursor = popup.found.start + scan::units(&item.text);
    }
}

impl UiState {
    pub(super) fn shell_intent(&mut self, intent: Intent) -> Vec<Effect> {
        match intent {
            Intent::Typed(text, cursor) => self.typed(text, cursor),
            Intent::Submit => self.submit(),
            Intent::Older => self.recall(Shell::go_older),
            Intent::Newer => self.recall(Shell::go_newer),
            Intent::Search => {
                self.shell.look_back();
                vec![Effect::Focus("#shell-search")]
            }
            Intent::SearchFor(text) => {
                let all = self.shell.history.len();
                self.shell.search = Some(self.shell.found(text, all).unwrap_or_else(|none| none));
                Vec::new()
            }
            Intent::SearchTake => {
                let hit = self.shell.search.take().and_then(|search| search.hit);
                let line = hit.and_then(|at| self.shell.history.get(at)).cloned();
                line.map_or_else(|| vec![Effect::FocusPrompt], |line| self.prefill(line))
            }
            Intent::Complete => {
                vec![Effect::Ask(Ask::Complete(self.shell.input.clone(), self.shell.cursor))]
            }
            Intent::Choose(forward) => {
                if let Some(popup) = &mut self.shell.popup {
                    let items = popup.found.items.len().max(1);
                    popup.chosen = (popup.chosen + if forward { 1 } else { items - 1 }) % items;
                }
                Vec::new()
            }
            Intent::Take(item) => {
                self.shell.take(item);
                self.repaint()
            }
            Intent::Escape => {
                let open = self.shell.popup.take().is_some() || self.shell.search.take().is_some();
                self.shell.tab_completes = false;
                if open { vec![Effect::FocusPrompt] } else { Vec::new() }
            }
            Intent::ClearInput => self.prefill(String::new()),
            Intent::ClearLog => {
                self.shell.entries.clear();
                vec![Effect::Keep(Key::Transcript, String::new())]
            }
            Intent::Run(lines) => self.run_lines(lines),
            Intent::Try(lines) => {
                let taken = &self.world.clock.branches;
                let lines = lines.into_iter().map(|line| free_branch(line, taken));
                self.run_lines(lines.collect())
            }
            Intent::Prefill(text) => self.prefill(text),
            Intent::Stop => self.stop(),
            Intent::File(text) => {
                let lines = scan::scan(&text).pieces;
                self.enqueue(lines)
            }
        }
    }

    fn typed(&mut self, text: String, cursor: u32) -> Vec<Effect> {
        self.shell.cursor = cursor;
        self.shell.tab_completes = true;
        if self.shell.input == text {
            return Vec::new();
        }
        self.shell.input = text;
        let mut effects = self.repaint();
        if self.shell.popup.is_some() {
            effects.push(Effect::Ask(Ask::Complete(self.shell.input.clone(), cursor)));
        }
        effects
    }

    fn repaint(&mut self) -> Vec<Effect> {
        if self.shell.input.len() > PAINTED_BYTES_MAX {
            self.shell.tokens = Rc::default();
            return Vec::new();
        }
        vec![paint(Painted::Input, self.shell.input.clone())]
    }

    fn recall(&mut self, go: impl Fn(&mut Shell)) -> Vec<Effect> {
        go(&mut self.shell);
        let mut effects = self.repaint();
        effects.push(Effect::FocusPrompt);
        effects
    }

    /// Puts a text into the prompt and the cursor behind it.
    pub(super) fn prefill(&mut self, text: String) -> Vec<Effect> {
        self.shell.set_input(text);
        let mut effects = self.repaint();
        effects.push(Effect::FocusPrompt);
        effects
    }

    fn submit(&mut self) -> Vec<Effect> {
        let text = std::mem::take(&mut self.shell.input);
        self.shell.set_input(String::new());
        self.shell.tokens = Rc::default();
        self.shell.tab_completes = false;
        if text.trim().is_empty() {
            return Vec::new();
        }
        self.shell.remember(text.trim());
        let mut effects = vec![Effect::Keep(Key::History, page::kept_lines(&self.shell.history))];
        effects.extend(self.enqueue(scan::scan(&text).pieces));
        effects
    }

    /// Runs what a button stands for: each line is printed as if typed.
    pub(super) fn run_lines(&mut self, lines: Vec<String>) -> Vec<Effect> {
        let pieces = lines.into_iter().map(|line| {
            if line.starts_with('\\') { Piece::Command(line) } else { Piece::Sql(line) }
        });
        self.enqueue(pieces.collect())
    }

    fn enqueue(&mut self, pieces: Vec<Piece>) -> Vec<Effect> {
        self.shell.queue.extend(pieces);
        self.next()
    }

    /// Starts the next piece if nothing runs.
    fn next(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while self.shell.running.is_none() {
            let Some(piece) = self.shell.queue.pop_front() else { break };
            effects.extend(self.start(&piece));
        }
        effects
    }

    fn start(&mut self, piece: &Piece) -> Vec<Effect> {
        let text = piece.text().to_owned();
        let prompt = prompt_text(&self.world.clock.prompt);
        let play = self.play_line(piece);
        let meta = meta::read(piece);
        let body = match &meta {
            meta::Meta::Words(words) => Body::Words(words.clone()),
            meta::Meta::Expanded => {
                self.shell.expanded = !self.shell.expanded;
                let state = if self.shell.expanded { "on" } else { "off" };
                Body::Words(vec![format!("Expanded display is {state}.")])
            }
            meta::Meta::Sql(_) | meta::Meta::Sim(_) | meta::Meta::PickFile => Body::Running,
        };
        let id = self.shell.push(prompt, text.clone(), body);
        let mut effects = vec![Effect::ScrollLog];
        if text.len() <= PAINTED_BYTES_MAX {
            effects.push(paint(Painted::Entry(id), text));
        }
        let ask = match (play, meta) {
            (Some(ask), _) => Some(ask),
            (None, meta::Meta::Sql(sql)) => Some(Ask::Exec(id, sql)),
            (None, meta::Meta::Sim(line)) => Some(Ask::Sim(id, line)),
            (None, meta::Meta::PickFile) => {
                effects.push(Effect::PickFile);
                None
            }
            (None, meta::Meta::Words(_) | meta::Meta::Expanded) => None,
        };
        if let Some(ask @ (Ask::Exec(..) | Ask::Sim(..))) = &ask {
            self.shell.running = Some(id);
            effects.push(Effect::Ask(ask.clone()));
            return effects;
        }
        if let Some(entry) = self.shell.entry_mut(id)
            && entry.body == Body::Running
        {
            entry.body = Body::Words(Vec::new());
        }
        self.shell.finished += 1;
        effects.extend(ask.map(Effect::Ask));
        effects.extend(self.look_again());
        effects
    }

    /// An entry has its answer.
    pub(super) fn finish(&mut self, id: u32, body: Body, json: String) -> Vec<Effect> {
        let failed = match &body {
            Body::Results(results) => results.iter().any(|result| result.error.is_some()),
            Body::Refused(_) => true,
            Body::Running | Body::Words(_) => false,
        };
        self.page.announce = announcement(&body);
        if let Some(entry) = self.shell.entry_mut(id) {
            entry.body = body;
            entry.json = json;
        }
        self.shell.running = None;
        self.shell.finished += 1;
        if failed && !self.shell.queue.is_empty() {
            let left = num::small(self.shell.queue.len());
            self.shell.queue.clear();
            let words =
                crate::format::counted(u64::from(left), "line after it was", "lines after it were");
            self.shell.say(vec![format!("The {words} not run.")]);
        }
        let mut effects = self.look_again();
        effects.push(Effect::ScrollLog);
        effects.extend(self.next());
        effects
    }

    /// Colours came.
    pub(super) fn painted(&mut self, whose: Painted, tokens: Vec<Token>) {
        match whose {
            Painted::Input => self.shell.tokens = Rc::new(tokens),
            Painted::Entry(id) => {
                if let Some(entry) = self.shell.entry_mut(id) {
                    entry.tokens = tokens;
                }
            }
        }
    }

    /// Completions came: a single one is taken at once when asked for by Tab.
    pub(super) fn completions(&mut self, found: Completions) -> Vec<Effect> {
        let open = self.shell.popup.is_some();
        match found.items.len() {
            0 => {
                self.shell.popup = None;
                Vec::new()
            }
            1 if !open => {
                self.shell.popup = Some(Popup { found, chosen: 0 });
                self.shell.take(None);
                self.repaint()
            }
            _ => {
                self.shell.popup = Some(Popup { found, chosen: 0 });
                Vec::new()
            }
        }
    }

    /// Ends an engine that does not answer and rebuilds its world.
    fn stop(&mut self) -> Vec<Effect> {
        let Some(id) = self.shell.running else { return Vec::new() };
        self.shell.queue.clear();
        let words = "query execution canceled; the world was rebuilt from its log".to_owned();
        let mut effects = vec![Effect::RestartEngine];
        self.startup.snapshot.clone_from(&self.page.snapshot);
        effects.push(Effect::Ask(Ask::Info));
        self.refresh = super::engine::Refresh::default();
        effects.extend(self.finish(id, Body::Refused(words), String::new()));
        effects
    }
}

/// A line `\\sim branch NAME` with a name that no branch has; any other line as it is.
fn free_branch(line: String, taken: &[String]) -> String {
    let Some(name) = line.strip_prefix("\\sim branch ") else { return line };
    let is_free = |wanted: &str| taken.iter().all(|one| one != wanted);
    let mut n = 1;
    let mut wanted = name.to_owned();
    while !is_free(&wanted) {
        n += 1;
        wanted = format!("{name}-{n}");
    }
    ["\\sim branch ", &wanted].concat()
}

/// One line for a screen reader.
fn announcement(body: &Body) -> String {
    let of = |result: &Rc<StatementResult>| {
        if let Some(error) = &result.error {
            format!("error {}: {}", error.code, error.message)
        } else if result.columns.is_empty() {
            let line = result.lines.first().cloned();
            result.tag.clone().or(line).unwrap_or_else(|| "done".to_owned())
        } else {
            let rows = u64::try_from(result.rows.len()).unwrap_or(u64::MAX);
            crate::format::counted(rows, "row", "rows")
        }
    };
    match body {
        Body::Results(results) => results.last().map(of).unwrap_or_default(),
        Body::Refused(why) => why.clone(),
        Body::Words(words) => words.first().cloned().unwrap_or_default(),
        Body::Running => String::new(),
    }
}
