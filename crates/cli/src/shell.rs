//! `amber shell`: statements typed at a prompt, with line editing and a history.
//!
//! ```text
//!   root@amber:26257/bank> SELECT 1;
//!   root@amber:26257/bank  OPEN>            inside a transaction
//!                       ->                  a statement goes on
//! ```

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use protocol::query::{Query, View};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use simulator::console::{self, Format};
use simulator::meta::{self, Meta};
use simulator::split::{self, Kind};
use simulator::world::World;

use crate::args::Shell;

/// Runs until the user leaves.
pub(crate) fn shell(options: &Shell) -> ExitCode {
    let mut editor = match DefaultEditor::new() {
        Ok(editor) => editor,
        Err(e) => {
            eprintln!("amber: {e}");
            return ExitCode::FAILURE;
        }
    };
    let history = history_file();
    if let Some(path) = &history {
        // A first run has no history yet.
        let _ = editor.load_history(path);
    }
    let mut talk = Talk { world: World::new(options.config.clone()), format: options.format };
    println!(
        "# Amber {}. Not affiliated with Cockroach Labs. \\? for help.",
        env!("CARGO_PKG_VERSION")
    );
    talk.read_all(&mut editor);
    if let Some(path) = &history {
        let _ = editor.save_history(path);
    }
    if let Some(path) = &options.save
        && let Err(e) = fs::write(path, talk.world.snapshot())
    {
        eprintln!("amber: {}: {e}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn history_file() -> Option<PathBuf> {
    std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".amber_history"))
}

struct Talk {
    world: World,
    format: Format,
}

impl Talk {
    fn read_all(&mut self, editor: &mut DefaultEditor) {
        let mut typed = String::new();
        loop {
            let prompt = self.prompt();
            let shown = if typed.is_empty() {
                prompt
            } else {
                format!("{}-> ", " ".repeat(prompt.chars().count().saturating_sub(3)))
            };
            match editor.readline(&shown) {
                Ok(line) => typed.push_str(&line),
                Err(ReadlineError::Interrupted) if !typed.is_empty() => {
                    typed.clear();
                    continue;
                }
                Err(ReadlineError::Interrupted | ReadlineError::Eof) => return,
                Err(e) => {
                    eprintln!("amber: {e}");
                    return;
                }
            }
            if !split::is_complete(&typed) {
                typed.push('\n');
                continue;
            }
            let text = std::mem::take(&mut typed);
            if !text.trim().is_empty() {
                let _ = editor.add_history_entry(text.trim_end());
            }
            if self.run(&text, 0) {
                return;
            }
        }
    }

    fn prompt(&mut self) -> String {
        let View::Clock(clock) = self.world.view(&Query::Clock) else { return "> ".to_owned() };
        let prompt = clock.prompt;
        let txn = if prompt.txn.is_empty() { String::new() } else { format!("  {}", prompt.txn) };
        format!("{}@{}/{}{txn}> ", prompt.user, prompt.host, prompt.database)
    }

    /// Runs what was typed; answers whether the user wants to leave.
    fn run(&mut self, text: &str, depth: u32) -> bool {
        for piece in split::pieces(text) {
            let part = &text[piece.range];
            match piece.kind {
                Kind::Sql => self.sql(part),
                Kind::Command => {
                    if self.command(part, depth) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn sql(&mut self, sql: &str) {
        for result in self.world.exec(sql) {
            print!("{}", console::result(&result, self.format));
        }
    }

    fn command(&mut self, line: &str, depth: u32) -> bool {
        match meta::parse(line) {
            Meta::Sim(line) => {
                let result = self.world.sim(&line);
                print!("{}", console::result(&result, self.format));
            }
            Meta::Sql(sql) => self.sql(&sql),
            Meta::Text(text) => println!("{text}"),
            Meta::Include(path) if depth < 16 => match fs::read_to_string(&path) {
                Ok(text) => return self.run(&text, depth + 1),
                Err(e) => println!("{path}: {e}"),
            },
            Meta::Include(path) => println!("{path}: included too deep"),
            Meta::Expanded(on) => {
                let records = on.unwrap_or(self.format != Format::Records);
                self.format = if records { Format::Records } else { Format::Table };
            }
            Meta::Set(Some(name), Some(value)) if name == "display_format" => {
                match Format::parse(&value) {
                    Some(format) => self.format = format,
                    None => println!("invalid display_format: {value}"),
                }
            }
            Meta::Set(None, _) => println!("display_format\t{:?}", self.format),
            Meta::Set(Some(name), _) | Meta::Unset(name) => println!("unknown option: {name}"),
            Meta::Quit => return true,
            Meta::Unknown(line) => println!("invalid syntax: {line}. Try \\? for help."),
        }
        false
    }
}
