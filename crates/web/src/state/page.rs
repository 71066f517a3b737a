//! The page itself: theme, menus, reset and its undo, what is kept and what leaves.
//!
//! | kept under | what |
//! |---|---|
//! | snapshot | the log of inputs, as the engine exports it |
//! | transcript | a JSON list of `[text, results]`, the newest last, at most [`TRANSCRIPT_BYTES_MAX`] |
//! | history | typed statements, parted by the unit separator U+001F |

use std::rc::Rc;

use protocol::message::Load;
use protocol::result::StatementResult;

use super::shell::{Body, Entry};
use super::{Effect, Key, UiState};
use crate::base64::encode;
use crate::client::Ask;
use crate::components::result_table::{csv, markdown};

/// Bytes of results kept for the next visit.
const TRANSCRIPT_BYTES_MAX: usize = 400_000;
/// Bytes of an archive that one command carries: its text stays below what the engine takes.
const UPLOAD_BYTES: usize = 2_400_000;
/// Parts statements of the kept history; cannot be typed.
const UNIT_SEPARATOR: &str = "\u{1f}";

/// Which colours are shown.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Theme {
    /// As the system wants.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// As an attribute has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a name; anything else is `auto`.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }
}

/// Menus of the header, one open at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Menu {
    /// Scenarios and reset.
    Scenario,
    /// Clusters of the world.
    Cluster,
    /// Branches of time.
    Branch,
    /// The typed time and jumps.
    Clock,
    /// Link and files.
    Share,
    /// Help.
    Help,
}

/// Which parts a cell inside another page shows.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Embed {
    /// The chain map.
    pub(crate) map: bool,
    /// The shell.
    pub(crate) shell: bool,
    /// The inspector.
    pub(crate) inspector: bool,
}

/// The page itself.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct PageUi {
    /// Which colours.
    pub(crate) theme: Theme,
    /// The menu that is open.
    pub(crate) menu: Option<Menu>,
    /// One line for a screen reader.
    pub(crate) announce: String,
    /// The log of inputs as last exported.
    pub(crate) snapshot: Option<Vec<u8>>,
    /// What the next export becomes.
    pub(crate) sharing: Option<Sharing>,
    /// The scenario chosen, if it is not the first.
    pub(crate) scenario: Option<String>,
    /// Whether single keys on the player do nothing.
    pub(crate) keys_off: bool,
    /// What is shown, where it is a cell inside another page.
    pub(crate) embed: Option<Embed>,
    /// What a reset threw away.
    pub(crate) undo: Option<Undo>,
    /// A short word beside Share: what happened to the link.
    pub(crate) share_words: String,
}

impl Menu {
    /// As an attribute has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Cluster => "cluster",
            Self::Branch => "branch",
            Self::Clock => "clock",
            Self::Share => "share",
            Self::Help => "help",
        }
    }
}

/// How a moment leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sharing {
    /// In an address.
    Link,
    /// In a file.
    File,
}

/// What a reset or a link pushed aside.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Undo {
    snapshot: Vec<u8>,
    entries: Vec<Rc<Entry>>,
}

impl Undo {
    /// A world without what its shell showed.
    pub(crate) const fn of(snapshot: Vec<u8>) -> Self {
        Self { snapshot, entries: Vec::new() }
    }
}

/// What a user wants of the page.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Intent {
    /// The next theme.
    Theme,
    /// Open a menu, or close all.
    Menu(Option<Menu>),
    /// Begin anew.
    Reset(Load),
    /// Take the last reset back.
    UndoReset,
    /// A link to this moment, or a file of it.
    Share(Sharing),
    /// Choose a session or a file of statements.
    Open,
    /// A file was read.
    File(Vec<u8>),
    /// What became of the link.
    Shared(String),
    /// The transcript as a file.
    Transcript,
    /// Single keys on the player, on or off.
    Keys,
    /// Run a line and close the menu.
    MenuRun(String),
    /// Copy the rows of a result: as Markdown, or as CSV.
    CopyRows(Rc<StatementResult>, bool),
    /// The engine once more, after it failed to start.
    Retry,
}

/// History as it is kept.
pub(crate) fn kept_lines(lines: &[String]) -> String {
    lines.join(UNIT_SEPARATOR)
}

/// History that was kept.
pub(crate) fn read_lines(text: &str) -> Vec<String> {
    text.split(UNIT_SEPARATOR).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The transcript as it is kept: a line of text, then its JSON, newest entries within the bound.
pub(crate) fn kept_transcript(entries: &[Rc<Entry>]) -> String {
    let mut kept = Vec::new();
    let mut bytes = 0;
    for entry in entries.iter().rev().filter(|entry| !entry.json.is_empty()) {
        bytes += entry.text.len() + entry.json.len();
        if bytes > TRANSCRIPT_BYTES_MAX {
            break;
        }
        kept.push(format!("{}{UNIT_SEPARATOR}{}", entry.text, entry.json));
    }
    kept.reverse();
    kept.join("\u{1e}")
}

/// The transcript that was kept.
pub(crate) fn read_transcript(text: &str) -> Vec<(String, String)> {
    let entries = text.split('\u{1e}').filter_map(|entry| entry.split_once(UNIT_SEPARATOR));
    entries.map(|(text, json)| (text.to_owned(), json.to_owned())).collect()
}

/// The log as a script that `amber run` takes: errors become comments.
pub(crate) fn script(entries: &[Rc<Entry>]) -> String {
    let mut script = String::new();
    for entry in entries.iter().filter(|entry| !entry.text.is_empty()) {
        script.push_str(&entry.text);
        script.push('\n');
        if let Body::Results(results) = &entry.body {
            for error in results.iter().filter_map(|result| result.error.as_ref()) {
                let message = error.message.replace('\n', "\n-- ");
                let comment = ["-- ERROR: ", &message, "\n-- SQLSTATE: ", &error.code, "\n"];
                script.extend(comment);
            }
        }
    }
    script
}

/// Whether bytes are a zip, a gzip or a tar.
fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
        || bytes.starts_with(&[0x1f, 0x8b])
        || bytes.get(257..262) == Some(b"ustar")
}

/// The commands that put an archive into a bucket, unpack it and tell what backups it holds.
fn unpacking(bytes: &[u8]) -> Vec<String> {
    let mut verb = "put";
    let mut lines = Vec::new();
    for part in bytes.chunks(UPLOAD_BYTES) {
        lines.push(
            ["\\sim bucket ", verb, " 'nodelocal://1/upload.archive' ", &encode(part)].concat(),
        );
        verb = "add";
    }
    lines.push(
        "\\sim bucket unpack 'nodelocal://1/upload.archive' 'nodelocal://1/upload'".to_owned(),
    );
    lines.push("\\sim bucket inspect 'nodelocal://1/upload'".to_owned());
    lines
}

impl UiState {
    pub(super) fn page_intent(&mut self, intent: Intent) -> Vec<Effect> {
        match intent {
            Intent::Theme => {
                self.page.theme = self.page.theme.next();
                let name = self.page.theme.name().to_owned();
                vec![Effect::Theme(self.page.theme), Effect::Keep(Key::Theme, name)]
            }
            Intent::Menu(menu) => {
                let same = self.page.menu == menu;
                self.page.menu = if same { None } else { menu };
                match self.page.menu {
                    Some(_) => vec![Effect::Focus(".menu [data-first]")],
                    None => Vec::new(),
                }
            }
            Intent::Reset(load) => self.reset(load),
            Intent::UndoReset => {
                let Some(undo) = self.page.undo.take() else { return Vec::new() };
                self.shell.entries = undo.entries;
                self.page.menu = None;
                vec![Effect::Ask(Ask::Import(undo.snapshot)), Effect::ScrollLog]
            }
            Intent::Share(as_what) => {
                self.page.sharing = Some(as_what);
                vec![Effect::Ask(Ask::Export)]
            }
            Intent::Open => {
                self.page.menu = None;
                vec![Effect::PickFile]
            }
            Intent::File(bytes) => self.open_file(bytes),
            Intent::Shared(words) => {
                self.page.announce.clone_from(&words);
                self.page.share_words = words;
                Vec::new()
            }
            Intent::Transcript => {
                vec![Effect::Download("amber.sql", script(&self.shell.entries))]
            }
            Intent::Keys => {
                self.page.keys_off = !self.page.keys_off;
                let kept = if self.page.keys_off { "off" } else { "" };
                vec![Effect::Keep(Key::Keys, kept.to_owned())]
            }
            Intent::MenuRun(line) => {
                self.page.menu = None;
                self.run_lines(vec![line])
            }
            Intent::CopyRows(result, as_markdown) => {
                "copied".clone_into(&mut self.page.announce);
                let text = if as_markdown { markdown(&result) } else { csv(&result) };
                vec![Effect::Copy(text)]
            }
            Intent::Retry => {
                self.boot = super::Boot::Starting;
                vec![Effect::RestartEngine, Effect::Ask(Ask::Info)]
            }
        }
    }

    /// A session begins with its format's name; anything else is statements.
    fn open_file(&mut self, bytes: Vec<u8>) -> Vec<Effect> {
        if bytes.starts_with(b"amber ") {
            self.push_aside();
            return vec![Effect::Ask(Ask::Import(bytes))];
        }
        if is_archive(&bytes) {
            return self.run_lines(unpacking(&bytes));
        }
        match String::from_utf8(bytes) {
            Ok(text) if !text.is_empty() => self.shell_intent(super::shell::Intent::File(text)),
            Ok(_) | Err(_) => {
                let words = "That file is empty, larger than 64 MB, or neither a session, nor statements, \
                             nor an archive (tar, tar.gz, zip) of backup files.";
                self.shell.say(vec![words.to_owned()]);
                vec![Effect::ScrollLog]
            }
        }
    }

    /// Keeps the world that stands for an undo and empties the log.
    fn push_aside(&mut self) {
        let entries = std::mem::take(&mut self.shell.entries);
        self.page.undo = self.page.snapshot.take().map(|snapshot| Undo { snapshot, entries });
    }

    fn reset(&mut self, load: Load) -> Vec<Effect> {
        self.push_aside();
        self.page.menu = None;
        self.page.scenario.clone_from(&load.scenario);
        self.map = super::map::MapUi { width: self.map.width, ..Default::default() };
        self.inspect = super::inspect::Inspector { tab: self.inspect.tab, ..Default::default() };
        self.world = super::World { clock: Rc::clone(&self.world.clock), ..Default::default() };
        self.shell.input.clear();
        vec![
            Effect::Forget(Key::Snapshot),
            Effect::Forget(Key::Transcript),
            Effect::Ask(Ask::Load(load)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let lines = vec!["SELECT 1;".to_owned(), "SELECT\n2;".to_owned()];
        assert_eq!(read_lines(&kept_lines(&lines)), lines);
        assert_eq!(read_transcript("a\u{1f}[1]\u{1e}b\u{1f}[2]").len(), 2);
        assert!(read_transcript("").is_empty());
    }

    #[test]
    fn themes_go_round() {
        assert_eq!(Theme::Auto.next().next().next(), Theme::Auto);
        assert_eq!(Theme::named(Theme::Dark.name()), Theme::Dark);
    }
}
