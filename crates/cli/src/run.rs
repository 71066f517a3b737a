//! `amber run`: statements and `\sim` lines in order, results on stdout.
//!
//! Shape: text → pieces → one at a time into the world; stops at the first failure unless told to keep going. Exit status 1
//! if any failed.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use protocol::query::{Query, View};
use protocol::result::StatementResult;
use simulator::console::{self, Format};
use simulator::meta::{self, Meta};
use simulator::split::{self, Kind};
use simulator::world::World;

use crate::args::{Run, Source};
use crate::json;

/// How deep files may include one another.
const DEPTH_MAX: u32 = 16;

/// Runs everything that was asked for.
pub(crate) fn run(options: &Run) -> ExitCode {
    let mut runner = Runner {
        world: World::new(options.config.clone()),
        out: io::BufWriter::new(io::stdout()),
        options,
        format: options.format,
        n: 0,
        events_seen: 0,
        failed: false,
    };
    let result = runner.all();
    if let Err(e) = result.and_then(|()| runner.out.flush()) {
        eprintln!("amber: {e}");
        return ExitCode::FAILURE;
    }
    if let Some(path) = &options.save
        && let Err(e) = fs::write(path, runner.world.snapshot())
    {
        eprintln!("amber: {}: {e}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::from(u8::from(runner.failed))
}

/// Replays a snapshot and says whether it leads to the same state.
pub(crate) fn replay(path: &Path) -> ExitCode {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) => {
            eprintln!("amber: {}: {e}", path.display());
            return ExitCode::FAILURE;
        }
    };
    match World::restore(&bytes) {
        Ok(world) => {
            println!("{:032x}", world.hash());
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("amber: {}: {e}", path.display());
            ExitCode::FAILURE
        }
    }
}

struct Runner<'a> {
    world: World,
    out: io::BufWriter<io::Stdout>,
    options: &'a Run,
    format: Format,
    n: u64,
    /// The number of the last event that was printed.
    events_seen: u64,
    failed: bool,
}

/// Whether to go on.
enum Flow {
    On,
    Stop,
}

impl Runner<'_> {
    fn all(&mut self) -> io::Result<()> {
        for source in &self.options.sources {
            let text = match source {
                Source::Text(text) => text.clone(),
                Source::File(path) => read_file(path)?,
                Source::Stdin => {
                    let mut text = String::new();
                    io::stdin().read_to_string(&mut text)?;
                    text
                }
            };
            if matches!(self.text(&text, 0)?, Flow::Stop) {
                break;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str, depth: u32) -> io::Result<Flow> {
        for piece in split::pieces(text) {
            let part = &text[piece.range];
            let flow = match piece.kind {
                Kind::Sql => self.sql(part)?,
                Kind::Command => self.command(part, depth)?,
            };
            if matches!(flow, Flow::Stop) {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::On)
    }

    fn sql(&mut self, sql: &str) -> io::Result<Flow> {
        for result in self.world.exec(sql) {
            self.n += 1;
            if self.options.json {
                let object = json::Statement::of(self.n, &result);
                writeln!(self.out, "{}", json::line(&object))?;
            } else {
                write!(self.out, "{}", console::result(&result, self.format))?;
            }
            if matches!(self.after(&result), Flow::Stop) {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::On)
    }

    fn command(&mut self, line: &str, depth: u32) -> io::Result<Flow> {
        match meta::parse(line) {
            Meta::Sim(line) => self.sim(&line),
            Meta::Sql(sql) => self.sql(&sql),
            Meta::Include(path) if depth < DEPTH_MAX => {
                let text = read_file(Path::new(&path))?;
                self.text(&text, depth + 1)
            }
            Meta::Include(path) => Err(io::Error::other(format!("{path}: included too deep"))),
            Meta::Text(text) => writeln!(self.out, "{text}").map(|()| Flow::On),
            Meta::Expanded(on) => {
                let records = on.unwrap_or(self.format != Format::Records);
                self.format = if records { Format::Records } else { Format::Table };
                Ok(Flow::On)
            }
            Meta::Set(Some(name), Some(value)) if name == "display_format" => {
                self.format = Format::parse(&value).unwrap_or(self.format);
                Ok(Flow::On)
            }
            Meta::Set(..) | Meta::Unset(_) => Ok(Flow::On),
            Meta::Quit => Ok(Flow::Stop),
            Meta::Unknown(line) => {
                self.failed = true;
                writeln!(self.out, "invalid syntax: {line}. Try \\? for help.")?;
                Ok(if self.options.keep_going { Flow::On } else { Flow::Stop })
            }
        }
    }

    fn sim(&mut self, line: &str) -> io::Result<Flow> {
        let result = match crate::inspect::load(line) {
            Some(lines) => self.loaded(lines?),
            None => self.world.sim(line),
        };
        self.n += 1;
        if self.options.json {
            let query = Query::Events { since: self.events_seen + 1, limit: u32::MAX };
            let View::Events(view) = self.world.view(&query) else { return Ok(Flow::On) };
            let object = json::Command::of(self.n, &result, &view.events);
            writeln!(self.out, "{}", json::line(&object))?;
        } else {
            write!(self.out, "{}", console::result(&result, self.format))?;
        }
        Ok(self.after(&result))
    }

    /// Puts files of this machine into a bucket, one command a file; answers to the last, or to the first that failed.
    fn loaded(&mut self, lines: Vec<String>) -> StatementResult {
        let mut last = StatementResult::default();
        for line in lines {
            last = self.world.sim(&line);
            if last.error.is_some() {
                break;
            }
        }
        last
    }

    /// What follows from a result: a failure stops the run unless told otherwise.
    fn after(&mut self, result: &StatementResult) -> Flow {
        self.events_seen = self.world.event_count();
        if result.error.is_none() {
            return Flow::On;
        }
        self.failed = true;
        if self.options.keep_going { Flow::On } else { Flow::Stop }
    }
}

fn read_file(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
        .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}
