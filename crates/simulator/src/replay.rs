//! A run as bytes: its configuration, its inputs, and the hash of the state that they lead to.
//!
//! ```text
//!   amber 1                                         format
//!   world v21.2 7 1648778400000000000 auto bank     version, seed, start, policy, scenario
//!   exec 0 0 4 0 12        batch, lengths of cluster, user, session name, text; then those bytes and a newline
//!   sim 16                 length; then the line
//!   advance 3600000000000  nanoseconds
//!   hash 00112233445566778899aabbccddeeff
//! ```
//!
//! What is kept for the next visit holds more than the line up to now: every branch behind the first line, each as what it
//! adds to the line that it left, then marks, then where the world stands.
//!
//! ```text
//!   line what-if 0 12 7 1648778400000000000    name, the line it left, inputs shared with it, seed, when it left; its inputs follow
//!   mark before-gc 1 14 1648778400000000000    name, line, inputs before it, when
//!   at 1 14 0                                  line, inputs; nanoseconds that have been run into the next one
//! ```
//!
//! Shape: text by lines, so that a bug report can be read; lengths, so that a statement may hold anything.
//! Errors: [`SnapshotError`]. Hostile until parsed: every length is checked against what is left.

use std::fmt::Write as _;
use std::sync::Arc;

use base::hlc::Timestamp;
use sql::rules::Version;

use crate::input::{Config, Input, Policy, SessionRef};
use crate::scenario;
use crate::world::{Mark, World};

/// The format that is written.
const FORMAT: u32 = 1;

/// Largest snapshot that is read.
pub const SNAPSHOT_BYTES_MAX: usize = 256 << 20;

/// Most branches that are read.
const LINES_MAX: usize = 1_000;

/// Longest name of a branch that is read.
const NAME_BYTES_MAX: usize = 256;

/// Why a snapshot cannot be loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// The bytes are no snapshot.
    Malformed {
        /// Where they stop making sense.
        offset: usize,
    },
    /// A format that this build does not know.
    Format {
        /// The format's number.
        found: u32,
    },
    /// More bytes than are read.
    TooLarge,
    /// The replay came to another state: the snapshot was made by another build.
    Hash {
        /// The hash that it names.
        wanted: u128,
        /// The hash that the replay gave.
        got: u128,
    },
}

impl std::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed { offset } => write!(f, "not a snapshot (byte {offset})"),
            Self::Format { found } => write!(f, "snapshot of unknown format {found}"),
            Self::TooLarge => {
                write!(f, "snapshot is larger than the limit of {SNAPSHOT_BYTES_MAX} bytes")
            }
            Self::Hash { wanted, got } => write!(
                f,
                "the replay differs: this snapshot was made by another build (hash {wanted:032x}, now {got:032x})"
            ),
        }
    }
}

impl std::error::Error for SnapshotError {}

/// The world's line up to now.
pub(crate) fn write(world: &World) -> Vec<u8> {
    let mut out = head(&world.state.config, world.state.config.seed);
    let line = &world.lines[world.line];
    for logged in &line.log[..world.cursor] {
        write_input(&mut out, &logged.input);
    }
    if world.off_log {
        write_input(&mut out, &Input::Advance { nanos: run_ahead(world) });
    }
    foot(out, world)
}

/// All lines of the world.
pub(crate) fn keep(world: &World) -> Vec<u8> {
    let mut out = head(&world.state.config, world.lines[0].seed());
    for (place, line) in world.lines.iter().enumerate() {
        let parent = line.parent.as_ref();
        let parent = parent.and_then(|name| world.lines.iter().position(|one| one.name == *name));
        let shared = match parent {
            Some(parent) if place > 0 => {
                let shared = line.shared(&world.lines[parent]);
                let (name, seed, left) = (&line.name, line.seed(), line.forked_at.wall);
                let _ = writeln!(out, "line {name} {parent} {shared} {seed} {left}");
                shared
            }
            Some(_) | None => 0,
        };
        for logged in &line.log[shared..] {
            write_input(&mut out, &logged.input);
        }
    }
    for (name, mark) in &world.marks {
        let Some(line) = world.lines.iter().position(|one| one.name == mark.line) else { continue };
        let _ = writeln!(out, "mark {name} {line} {} {}", mark.position, mark.at.wall);
    }
    let ahead = if world.off_log { run_ahead(world) } else { 0 };
    let _ = writeln!(out, "at {} {} {ahead}", world.line, world.cursor);
    foot(out, world)
}

/// How far time has been run past the last applied input.
fn run_ahead(world: &World) -> i64 {
    world.now().wall - world.lines[world.line].time_at(world.cursor).wall
}

fn head(config: &Config, seed: u64) -> String {
    let policy = match config.policy {
        Policy::Auto => "auto",
        Policy::Manual => "manual",
    };
    format!(
        "amber {FORMAT}\nworld {} {seed} {} {policy} {}\n",
        config.version.short(),
        config.start.wall,
        packed(&config.scenario)
    )
}

/// A scenario as one word: a text's spaces and line ends are spelled out.
fn packed(scenario: &str) -> String {
    scenario.replace('\\', "\\\\").replace(' ', "\\s").replace('\n', "\\n")
}

fn unpacked(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            (_, true) => out.push(match chars.next() {
                Some('s') => ' ',
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            }),
        }
    }
    out
}

fn foot(mut out: String, world: &World) -> Vec<u8> {
    let _ = writeln!(out, "hash {:032x}", world.hash());
    out.into_bytes()
}

fn write_input(out: &mut String, input: &Input) {
    // Writing to a string cannot fail.
    let _ = match input {
        Input::Exec { session, sql, batch } => writeln!(
            out,
            "exec {} {} {} {} {}\n{}{}{}{sql}",
            u8::from(*batch),
            session.cluster.len(),
            session.user.len(),
            session.name.len(),
            sql.len(),
            session.cluster,
            session.user,
            session.name,
        ),
        Input::Sim { line } => writeln!(out, "sim {}\n{line}", line.len()),
        Input::Advance { nanos } => writeln!(out, "advance {nanos}"),
    };
}

/// Replays a snapshot.
pub(crate) fn read(bytes: &[u8]) -> Result<World, SnapshotError> {
    if bytes.len() > SNAPSHOT_BYTES_MAX {
        return Err(SnapshotError::TooLarge);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|e| SnapshotError::Malformed { offset: e.valid_up_to() })?;
    let mut reader = Reader { text, at: 0 };
    let mut head = reader.line()?;
    if head.word()? != "amber" {
        return Err(head.malformed());
    }
    let found = head.number()?;
    if found != FORMAT {
        return Err(SnapshotError::Format { found });
    }
    let config = read_config(reader.line()?)?;
    let mut world = World::new(config);
    loop {
        let mut line = reader.line()?;
        match line.word()? {
            "exec" => {
                let input = read_exec(&mut reader, line)?;
                world.push(input);
            }
            "sim" => {
                let len = line.number()?;
                let line = Arc::from(reader.take(len)?);
                reader.newline()?;
                world.push(Input::Sim { line });
            }
            "advance" => {
                world.push(Input::Advance { nanos: line.number()? });
            }
            "line" => read_line(&mut world, line)?,
            "mark" => read_mark(&mut world, line)?,
            "at" => read_at(&mut world, line)?,
            "hash" => {
                let wanted =
                    u128::from_str_radix(line.word()?, 16).map_err(|_| line.malformed())?;
                let got = world.hash();
                return if wanted == got {
                    Ok(world)
                } else {
                    Err(SnapshotError::Hash { wanted, got })
                };
            }
            _ => return Err(line.malformed()),
        }
    }
}

/// Leaves a line for a new one, as it once was left.
fn read_line(world: &mut World, mut line: Words<'_>) -> Result<(), SnapshotError> {
    let name = line.word()?;
    let (parent, shared): (usize, usize) = (line.number()?, line.number()?);
    let (seed, left): (u64, i64) = (line.number()?, line.number()?);
    let fits = name.len() <= NAME_BYTES_MAX && world.lines.iter().all(|one| one.name != name);
    let Some(from) = world.lines.get(parent).filter(|_| fits && world.lines.len() < LINES_MAX)
    else {
        return Err(line.malformed());
    };
    if seed == from.seed() {
        world.seek(parent, shared);
        world.fork(name);
    } else {
        world.begin(name, parent, seed);
    }
    world.lines[world.line].forked_at = Timestamp::from_wall(left);
    Ok(())
}

fn read_mark(world: &mut World, mut line: Words<'_>) -> Result<(), SnapshotError> {
    let name = line.word()?.to_owned();
    let (of, position): (usize, usize) = (line.number()?, line.number()?);
    let at = Timestamp::from_wall(line.number()?);
    let of = world.lines.get(of).filter(|of| position <= of.log.len());
    let of = of.ok_or(line.malformed())?.name.clone();
    world.marks.insert(name, Mark { line: of, position, at });
    Ok(())
}

fn read_at(world: &mut World, mut line: Words<'_>) -> Result<(), SnapshotError> {
    let (place, position): (usize, usize) = (line.number()?, line.number()?);
    let ahead: i64 = line.number()?;
    if world.lines.get(place).is_none_or(|of| position > of.log.len()) || ahead < 0 {
        return Err(line.malformed());
    }
    world.seek(place, position);
    if ahead > 0 {
        world.run_off_log(world.now().add_nanos(ahead));
    }
    Ok(())
}

fn read_config(mut line: Words<'_>) -> Result<Config, SnapshotError> {
    if line.word()? != "world" {
        return Err(line.malformed());
    }
    let version = Version::parse(line.word()?).ok_or(line.malformed())?;
    let seed = line.number()?;
    let start = Timestamp::from_wall(line.number()?);
    let policy = match line.word()? {
        "auto" => Policy::Auto,
        "manual" => Policy::Manual,
        _ => return Err(line.malformed()),
    };
    let scenario = unpacked(line.word()?);
    if start.wall <= 0 || scenario::check(&scenario).is_err() {
        return Err(line.malformed());
    }
    Ok(Config { version, seed, start, scenario, policy, ..Config::default() })
}

fn read_exec(reader: &mut Reader<'_>, mut line: Words<'_>) -> Result<Input, SnapshotError> {
    let batch = match line.word()? {
        "0" => false,
        "1" => true,
        _ => return Err(line.malformed()),
    };
    let lengths: [usize; 4] = [line.number()?, line.number()?, line.number()?, line.number()?];
    let session = SessionRef {
        cluster: reader.take(lengths[0])?.to_owned(),
        user: reader.take(lengths[1])?.to_owned(),
        name: reader.take(lengths[2])?.to_owned(),
    };
    let sql = Arc::from(reader.take(lengths[3])?);
    reader.newline()?;
    Ok(Input::Exec { session: Arc::new(session), sql, batch })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    const fn malformed(&self) -> SnapshotError {
        SnapshotError::Malformed { offset: self.at }
    }

    fn line(&mut self) -> Result<Words<'a>, SnapshotError> {
        let rest = self.text.get(self.at..).ok_or(self.malformed())?;
        let len = rest.find('\n').ok_or(self.malformed())?;
        let words = Words { words: rest[..len].split(' '), offset: self.at };
        self.at += len + 1;
        Ok(words)
    }

    fn take(&mut self, len: usize) -> Result<&'a str, SnapshotError> {
        let end = self.at.checked_add(len).ok_or(self.malformed())?;
        let taken = self.text.get(self.at..end).ok_or(self.malformed())?;
        self.at = end;
        Ok(taken)
    }

    fn newline(&mut self) -> Result<(), SnapshotError> {
        if self.take(1)? == "\n" { Ok(()) } else { Err(self.malformed()) }
    }
}

struct Words<'a> {
    words: std::str::Split<'a, char>,
    offset: usize,
}

impl<'a> Words<'a> {
    const fn malformed(&self) -> SnapshotError {
        SnapshotError::Malformed { offset: self.offset }
    }

    fn word(&mut self) -> Result<&'a str, SnapshotError> {
        self.words.next().ok_or(self.malformed())
    }

    fn number<N: std::str::FromStr>(&mut self) -> Result<N, SnapshotError> {
        self.word()?.parse().map_err(|_| self.malformed())
    }
}
