//! The one door.
//!
//! ```text
//!   exec, sim, advance ─▶ apply ─▶ log, state, events ─▶ results
//!   view, hash, snapshot                                 read only
//! ```
//!
//! Shape: a state, and the lines of inputs that lead to it and to others. An input at a past moment leaves its line for a
//! new one and keeps the old.

use std::sync::Arc;

use base::hlc::Timestamp;
use base::map::Map;
use base::num;
use protocol::result::{ErrorReply, StatementResult};
use protocol::time::Nanos;

use crate::event::Event;
use crate::input::{Config, Input, Output, SessionRef, TEXT_BYTES_MAX};
use crate::meta::{self, Meta};
use crate::split::{self, Kind};
use crate::state::State;
use crate::timeline::{Line, Logged};
use crate::{command, replay, sim_command};

/// Most inputs of one line.
const INPUTS_MAX: usize = 4_000_000;

/// A world with its past and its branches.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) state: State,
    pub(crate) lines: Vec<Line>,
    /// Which line statements go to.
    pub(crate) line: usize,
    /// How many of its inputs are applied.
    pub(crate) cursor: usize,
    /// How many of its events have happened.
    pub(crate) seen: usize,
    /// Time has been run past the last applied input, into the next: only a forward move inside an `advance`.
    pub(crate) off_log: bool,
    pub(crate) marks: Map<String, Mark>,
    /// The last input is time that runs by itself, and may still grow.
    playing: bool,
    shell: Arc<SessionRef>,
    ahead: base::room::Ahead,
}

/// A named moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    pub(crate) line: String,
    pub(crate) position: usize,
    pub(crate) at: Timestamp,
}

impl World {
    /// A world at its first moment.
    pub fn new(config: Config) -> Self {
        let mut state = State::new(config);
        state.outbox.clear();
        let line = Line::new("main", &state);
        Self {
            state,
            lines: vec![line],
            line: 0,
            cursor: 0,
            seen: 0,
            off_log: false,
            marks: Map::new(),
            playing: false,
            shell: Arc::new(SessionRef::shell()),
            ahead: base::room::Ahead::default(),
        }
    }

    /// Lets one input in. Never fails: what is wrong with it stands in the output.
    pub fn apply(&mut self, input: Input) -> Output {
        if let Input::Sim { line } = &input {
            return Output { results: vec![self.sim(&Arc::clone(line))] };
        }
        Output { results: self.push(input) }
    }

    /// Logs an input and carries it out.
    pub(crate) fn push(&mut self, input: Input) -> Vec<StatementResult> {
        self.playing = false;
        self.leave_past();
        if self.lines[self.line].log.len() >= INPUTS_MAX {
            return vec![self.refused("54000", "this run has too many inputs")];
        }
        let input = Arc::new(input);
        let line = &mut self.lines[self.line];
        line.checkpoint(&mut self.state);
        line.log.push(Logged { input: Arc::clone(&input), before: self.state.now() });
        let mut results = self.state.apply(&input);
        results.append(&mut self.state.answers);
        line.events.append(&mut self.state.outbox);
        line.head = self.state.now();
        self.cursor = line.log.len();
        self.seen = line.events.len();
        self.ahead.keep();
        results
    }

    /// An input at a past moment makes a branch of its own.
    fn leave_past(&mut self) {
        let at_end = self.cursor == self.lines[self.line].log.len();
        if at_end && !self.off_log {
            return;
        }
        let parent = &self.lines[self.line];
        let name = self.free_name(&parent.name);
        self.fork(&name);
    }

    /// `name-2`, `name-3`, … whichever is free.
    fn free_name(&self, name: &str) -> String {
        let stem = name.rsplit_once('-').map_or(name, |(stem, tail)| {
            if tail.bytes().all(|b| b.is_ascii_digit()) { stem } else { name }
        });
        let mut n = 2_u64;
        loop {
            let name = format!("{stem}-{n}");
            if self.lines.iter().all(|line| line.name != name) {
                return name;
            }
            n += 1;
        }
    }

    /// Leaves the current line at this moment for a new one.
    pub(crate) fn fork(&mut self, name: &str) {
        let now = self.state.now();
        let parent = &self.lines[self.line];
        let before = parent.time_at(self.cursor);
        let mut line = parent.fork(name, self.cursor, self.seen, now);
        if self.off_log {
            // The time that was run into the next input becomes an input of its own, or the log would not lead here.
            let nanos = now.wall.saturating_sub(before.wall);
            line.log.push(Logged { input: Arc::new(Input::Advance { nanos }), before });
            self.cursor += 1;
            self.off_log = false;
        }
        self.lines.push(line);
        self.line = self.lines.len() - 1;
    }

    /// The same world with other chance, from its first moment, as a line of its own.
    pub(crate) fn begin(&mut self, name: &str, parent: usize, seed: u64) {
        let mut state = State::new(Config { seed, ..self.state.config.clone() });
        state.outbox.clear();
        let mut line = Line::new(name, &state);
        line.parent = Some(self.lines[parent].name.clone());
        self.lines.push(line);
        self.seek(self.lines.len() - 1, 0);
    }

    /// Runs a text of statements and `\sim` lines as a shell does: one after the other, each with a result of its own.
    /// A statement that fails does not stop those behind it.
    pub fn exec(&mut self, text: &str) -> Vec<StatementResult> {
        let session = Arc::clone(&self.shell);
        self.exec_as(&session, text)
    }

    /// The same, in another session.
    pub fn exec_as(&mut self, session: &Arc<SessionRef>, text: &str) -> Vec<StatementResult> {
        if text.len() > TEXT_BYTES_MAX {
            return vec![self.refused(
                "54000",
                &format!(
                    "statement text of {} bytes is larger than the limit of {TEXT_BYTES_MAX} bytes",
                    text.len()
                ),
            )];
        }
        let mut results = Vec::new();
        for piece in split::pieces(text) {
            let part = &text[piece.range];
            match piece.kind {
                Kind::Sql => {
                    let input = Input::Exec {
                        session: Arc::clone(session),
                        sql: Arc::from(part),
                        batch: false,
                    };
                    results.append(&mut self.push(input));
                }
                Kind::Command => self.command(session, part, &mut results),
            }
        }
        for (i, result) in results.iter_mut().enumerate() {
            result.n = num::to_u32(i + 1);
        }
        results
    }

    /// Runs a line that begins with a backslash, as far as a world can.
    fn command(
        &mut self,
        session: &Arc<SessionRef>,
        line: &str,
        results: &mut Vec<StatementResult>,
    ) {
        let mut result = match meta::parse(line) {
            Meta::Sim(line) => self.sim(&line),
            Meta::Sql(sql) => {
                results.append(&mut self.exec_as(session, &sql));
                return;
            }
            Meta::Text(text) => StatementResult {
                lines: text.lines().map(str::to_owned).collect(),
                ..StatementResult::default()
            },
            Meta::Expanded(_)
            | Meta::Include(_)
            | Meta::Set(..)
            | Meta::Unset(_)
            | Meta::Quit
            | Meta::Unknown(_) => {
                self.refused("42601", &format!("invalid syntax: {line}. Try \\? for help."))
            }
        };
        line.clone_into(&mut result.sql);
        result.at = Nanos(self.state.now().wall);
        results.push(result);
    }

    /// Runs one `\sim` line.
    pub fn sim(&mut self, line: &str) -> StatementResult {
        self.playing = false;
        let begun = self.state.now();
        let parsed = if line.len() > TEXT_BYTES_MAX {
            Err(self.refused("54000", "the line is too long"))
        } else {
            sim_command::parse(line).map_err(|e| self.refused(e.sqlstate().code(), &e.to_string()))
        };
        let mut result = match parsed {
            Ok(parsed) => command::run(self, line, parsed),
            Err(refused) => refused,
        };
        line.trim().clone_into(&mut result.sql);
        result.n = 1;
        let now = self.state.now();
        result.at = Nanos(now.wall);
        result.took = Nanos(now.wall.saturating_sub(begun.wall).max(0));
        result
    }

    /// Lets time pass, in nanoseconds.
    pub fn advance(&mut self, nanos: i64) {
        self.push(Input::Advance { nanos });
    }

    /// Lets time run by itself: frame after frame grows one input, or a minute of playing would be thousands of them.
    pub fn play(&mut self, nanos: i64) {
        let grown =
            if self.playing { self.lines[self.line].grow(nanos, &self.state) } else { false };
        if !grown {
            self.push(Input::Advance { nanos });
            self.playing = true;
            return;
        }
        self.state.advance(nanos);
        self.state.answers.clear();
        let line = &mut self.lines[self.line];
        line.events.append(&mut self.state.outbox);
        line.head = self.state.now();
        self.seen = line.events.len();
    }

    fn refused(&self, code: &str, message: &str) -> StatementResult {
        StatementResult {
            n: 1,
            at: Nanos(self.state.now().wall),
            error: Some(ErrorReply {
                code: code.to_owned(),
                message: message.to_owned(),
                ..ErrorReply::default()
            }),
            ..StatementResult::default()
        }
    }

    /// Puts the world at a moment of a line: after `position` of its inputs.
    pub(crate) fn seek(&mut self, line: usize, position: usize) {
        let position = position.min(self.lines[line].log.len());
        let (state, seen) = self.lines[line].state_at(position);
        self.state = state;
        self.line = line;
        self.cursor = position;
        self.seen = seen;
        self.off_log = false;
    }

    /// Lets time run without logging it: only between two inputs of the log, of which the next lets time pass.
    pub(crate) fn run_off_log(&mut self, to: Timestamp) {
        self.state.run_until(to);
        self.seen += self.state.outbox.len();
        self.state.outbox.clear();
        self.off_log = true;
    }

    /// What has happened on this line up to now.
    pub(crate) fn events(&self) -> &[Event] {
        let events = &self.lines[self.line].events;
        &events[..self.seen.min(events.len())]
    }

    /// How many events there have been on this line up to now.
    pub fn event_count(&self) -> u64 {
        num::to_u64(self.events().len())
    }

    /// The hash of the state: equal for equal runs on every platform.
    pub fn hash(&self) -> u128 {
        self.state.hash()
    }

    /// The log of this branch up to now and the hash it leads to, as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        replay::write(self)
    }

    /// All branches and marks with where the world stands, and the hash, as bytes: for the next visit.
    pub fn keep(&self) -> Vec<u8> {
        replay::keep(self)
    }

    /// Replays a snapshot and compares the hash.
    ///
    /// *Errors*: bytes that are no snapshot; a state that differs.
    pub fn restore(bytes: &[u8]) -> Result<Self, replay::SnapshotError> {
        replay::read(bytes)
    }

    /// What lies in the buckets.
    pub fn buckets(&self) -> &cloud::bucket::Buckets {
        &self.state.buckets
    }

    /// Puts the buckets of another moment under this one, past the log: a crash after a step has written its objects and
    /// before it has saved its row. For tests of crashes; such a run cannot be replayed.
    pub fn tear(&mut self, later: &Self) {
        self.state.buckets = later.state.buckets.clone();
        self.state.manifests.forget_survey();
    }

    /// What the world was made from.
    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Where the clock stands.
    pub fn now(&self) -> Timestamp {
        self.state.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;

    fn world() -> World {
        World::new(Config::default())
    }

    fn clock(world: &World) -> String {
        calendar::short(world.now())[11..].to_owned()
    }

    fn ok(world: &mut World, line: &str) -> Vec<String> {
        let result = world.sim(line);
        assert_eq!(result.error, None, "{line}");
        result.lines
    }

    #[test]
    fn back_and_ahead_lead_to_the_same_state() {
        let mut world = world();
        world.exec("SELECT 1; SELECT 2;");
        ok(&mut world, "\\sim advance 1h");
        world.exec("SELECT 3;");
        ok(&mut world, "\\sim advance 1h");
        let end = world.hash();
        let middle = {
            ok(&mut world, "\\sim goto #3");
            assert_eq!(clock(&world), "03:00:00");
            world.hash()
        };
        ok(&mut world, "\\sim use main");
        assert_eq!(world.hash(), end);
        ok(&mut world, "\\sim goto #3");
        assert_eq!(world.hash(), middle);
        ok(&mut world, "\\sim goto 02:30");
        assert_eq!(clock(&world), "02:30:00");
        ok(&mut world, "\\sim goto 04:30");
        assert_eq!(clock(&world), "04:30:00");
    }

    #[test]
    fn an_input_in_the_past_makes_a_branch() {
        let mut world = world();
        ok(&mut world, "advance 1h");
        let main = world.hash();
        ok(&mut world, "goto 02:30");
        ok(&mut world, "mark half");
        world.exec("SELECT 1");
        assert_eq!(world.lines.len(), 2);
        assert_eq!(world.lines[1].name, "main-2");
        assert_eq!(clock(&world), "02:30:00");
        let there = world.hash();
        let restored = World::restore(&world.snapshot()).unwrap();
        assert_eq!(restored.hash(), there);
        ok(&mut world, "use main");
        assert_eq!(world.hash(), main);
        ok(&mut world, "goto @half");
        assert_eq!(clock(&world), "02:30:00");
        ok(&mut world, "branch what-if");
        ok(&mut world, "advance 1h");
        assert_eq!(world.lines[2].name, "what-if");
        assert_eq!(world.lines.len(), 3);
    }

    #[test]
    fn time_that_runs_by_itself_is_one_input() {
        let mut played = world();
        for _ in 0..600 {
            played.play(16_000_000_000);
        }
        assert_eq!(played.lines[0].log.len(), 1);
        let mut jumped = world();
        jumped.advance(600 * 16_000_000_000);
        assert_eq!(played.hash(), jumped.hash());
        assert_eq!(World::restore(&played.snapshot()).unwrap().hash(), played.hash());
        ok(&mut played, "mark here");
        let there = played.hash();
        played.play(1_000_000_000);
        assert_eq!(played.lines[0].log.len(), 2, "what was marked no longer grows");
        ok(&mut played, "goto @here");
        assert_eq!(played.hash(), there);
    }

    #[test]
    fn all_branches_are_kept() {
        let mut world = world();
        ok(&mut world, "advance 1h");
        ok(&mut world, "mark one");
        ok(&mut world, "advance 1h");
        let main = world.hash();
        ok(&mut world, "goto 02:30");
        world.exec("SELECT 1");
        let branch = world.hash();
        ok(&mut world, "reseed 9");
        ok(&mut world, "advance 2h");
        let seeded = world.hash();
        let mut again = World::restore(&world.keep()).unwrap();
        assert_eq!(again.hash(), seeded);
        assert_eq!(again.lines.len(), 3);
        ok(&mut again, "use main");
        assert_eq!(again.hash(), main);
        ok(&mut again, "use main-2");
        assert_eq!(again.hash(), branch);
        ok(&mut again, "goto @one");
        assert_eq!(clock(&again), "03:00:00");
        ok(&mut again, "goto 02:10");
        let inside = again.hash();
        let third = World::restore(&again.keep()).unwrap();
        assert_eq!((third.hash(), third.line, third.cursor), (inside, again.line, again.cursor));
        for cut in [40, again.keep().len() - 40] {
            assert!(World::restore(&again.keep()[..cut]).is_err());
        }
    }

    #[test]
    fn snapshots_are_hostile_until_parsed() {
        let mut world = world();
        world.exec("SELECT 'a\nb'");
        let bytes = world.snapshot();
        assert_eq!(World::restore(&bytes).unwrap().hash(), world.hash());
        for cut in [0, 5, 9, 20, bytes.len() / 2, bytes.len() - 1] {
            assert!(World::restore(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let text = String::from_utf8(bytes).unwrap();
        let other = text.replace("SELECT 'a", "SELECT 'b");
        assert!(World::restore(other.as_bytes()).is_ok(), "a SELECT leaves no trace in the state");
        let longer = text.replace("exec 0 0 4 0", "exec 0 0 4 99999999999");
        assert!(matches!(
            World::restore(longer.as_bytes()),
            Err(replay::SnapshotError::Malformed { .. })
        ));
    }

    #[test]
    fn commands_that_cannot_be() {
        let mut world = world();
        let before = world.hash();
        for (line, code) in [
            ("\\sim fly", "42601"),
            ("\\sim goto #7", "22023"),
            ("\\sim goto @nowhere", "42704"),
            ("\\sim goto 2021-01-01", "22023"),
            ("\\sim play 1h/s", "55000"),
            ("\\sim step", "55000"),
            ("\\sim use nowhere", "42704"),
            ("\\sim cluster use nowhere", "42704"),
            ("\\sim cluster new 'a b'", "42602"),
            ("\\sim bucket rm s3://a/b", "XXUUU"),
        ] {
            let error = world.sim(line).error.unwrap();
            assert_eq!(error.code, code, "{line}: {}", error.message);
        }
        let big = "x".repeat(TEXT_BYTES_MAX + 1);
        assert_eq!(world.exec(&big)[0].error.as_ref().unwrap().code, "54000");
        assert_eq!(world.lines[0].log.len(), 4, "refused commands that reach the state are logged");
        assert_eq!(world.hash(), before);
    }
}
