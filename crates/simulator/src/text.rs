//! Text being typed: its colours, and what may stand at the cursor.
//!
//! ```text
//!   RESTORE TABLE bank.accounts FROM '|       collections and subdirectories       after IN, INTO, FROM inside a string
//!   SELECT * FROM |                           tables                               after FROM, TABLE, INTO, UPDATE, JOIN
//!   PAUSE JOB |                               job ids                              after JOB
//!   \sim |                                    commands                             in a line that begins with a backslash
//! ```
//!
//! Shape: (views, text, cursor) → items; looks only at the words before the cursor, never parses.
//! Units: UTF-16 units on the outside, bytes inside. Left out: columns, grammar.

use protocol::query::{Query, View};
use protocol::text::{Completion, Completions, Token, TokenKind};
use sql::lexer;

use crate::world::World;

/// Most items given.
const ITEMS_MAX: usize = 40;

/// Words of the dialect worth completing.
const KEYWORDS: &[&str] = &[
    "ADD",
    "ALTER",
    "AND",
    "AS OF SYSTEM TIME",
    "BACKUP",
    "BEGIN",
    "BY",
    "CANCEL JOB",
    "CASE",
    "CLUSTER SETTING",
    "COLUMN",
    "COMMIT",
    "CONFIGURE ZONE USING",
    "CREATE",
    "DATABASE",
    "DEFAULT",
    "DELETE FROM",
    "DROP",
    "FROM",
    "GRANT",
    "GROUP BY",
    "gc.ttlseconds",
    "IN",
    "INDEX",
    "INSERT INTO",
    "INTO",
    "INTO LATEST IN",
    "into_db",
    "JOIN",
    "LATEST IN",
    "LIMIT",
    "NOT NULL",
    "ORDER BY",
    "PAUSE JOB",
    "PRIMARY KEY",
    "RESTORE",
    "RESUME JOB",
    "RETURNING",
    "revision_history",
    "ROLLBACK",
    "SELECT",
    "SET",
    "SHOW BACKUP",
    "SHOW BACKUPS IN",
    "SHOW CLUSTER SETTING",
    "SHOW COLUMNS FROM",
    "SHOW CREATE TABLE",
    "SHOW DATABASES",
    "SHOW JOBS",
    "SHOW TABLES",
    "SHOW ZONE CONFIGURATION FROM",
    "TABLE",
    "TRUNCATE",
    "UNIQUE",
    "UPDATE",
    "UPSERT INTO",
    "USE",
    "USING",
    "VALUES",
    "VIEW",
    "WHERE",
    "WITH",
];

/// Commands of the simulator worth completing.
const COMMANDS: &[&str] = &[
    "advance 1h",
    "agenda",
    "branch",
    "branches",
    "bucket allow",
    "bucket deny",
    "bucket expire",
    "bucket flip",
    "bucket lock",
    "bucket ls",
    "bucket outage",
    "bucket rm",
    "bucket slow",
    "bucket throttle",
    "bucket truncate",
    "clock",
    "cluster list",
    "cluster new",
    "cluster use",
    "diff",
    "goto",
    "hash",
    "heal",
    "help",
    "link",
    "mark",
    "node",
    "node join",
    "now",
    "partition",
    "pause",
    "play 1h/s",
    "seed",
    "step",
    "step job",
    "workload list",
    "workload start",
    "workload stop",
    "until gc",
    "until job done",
    "use",
];

/// The tokens of a text. Offsets are UTF-16 units.
pub fn tokens(text: &str) -> Vec<Token> {
    if text.trim_start().starts_with('\\') {
        return vec![Token { start: 0, end: units(text), kind: TokenKind::Command }];
    }
    let mut at = 0;
    let mut unit = 0;
    let mut unit_of = |byte: usize| {
        unit += units(text.get(at..byte).unwrap_or_default());
        at = byte;
        unit
    };
    let tokens = lexer::tokens(text);
    tokens
        .iter()
        .map(|token| {
            let start = unit_of(token.start);
            Token { start, end: unit_of(token.end), kind: kind(token.kind) }
        })
        .collect()
}

const fn kind(kind: lexer::TokenKind) -> TokenKind {
    match kind {
        lexer::TokenKind::Keyword => TokenKind::Keyword,
        lexer::TokenKind::Ident | lexer::TokenKind::QuotedIdent => TokenKind::Name,
        lexer::TokenKind::String | lexer::TokenKind::Bytes => TokenKind::String,
        lexer::TokenKind::Number => TokenKind::Number,
        lexer::TokenKind::Placeholder => TokenKind::Placeholder,
        lexer::TokenKind::Operator | lexer::TokenKind::Punct => TokenKind::Operator,
        lexer::TokenKind::Comment => TokenKind::Comment,
        lexer::TokenKind::Bad => TokenKind::Error,
    }
}

fn units(text: &str) -> u32 {
    base::num::to_u32(text.encode_utf16().count())
}

/// The byte at which a UTF-16 unit begins.
fn byte_of_unit(text: &str, unit: u32) -> usize {
    let mut at = 0;
    for (byte, c) in text.char_indices() {
        if at >= unit {
            return byte;
        }
        at += base::num::to_u32(c.len_utf16());
    }
    text.len()
}

/// What may stand at the cursor.
pub fn complete(world: &mut World, text: &str, cursor: u32) -> Completions {
    let before = &text[..byte_of_unit(text, cursor)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (typed, items) = if line.trim_start().starts_with('\\') {
        let typed = line.trim_start();
        let typed = typed.strip_prefix("\\sim").map_or(typed, str::trim_start);
        (typed, named(COMMANDS.iter().map(|name| (*name).to_owned()), "command"))
    } else if let Some(word) = open_string(before) {
        (word, places(world))
    } else {
        let word_start = before
            .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let last = before[..word_start].split_whitespace().next_back().unwrap_or_default();
        (&before[word_start..], words(world, &last.to_uppercase()))
    };
    let low = typed.to_lowercase();
    let fits = |item: &Completion| item.text.to_lowercase().starts_with(&low);
    let mut items: Vec<Completion> = items.into_iter().filter(fits).collect();
    items.truncate(ITEMS_MAX);
    let start = cursor.saturating_sub(units(typed));
    Completions { start, end: cursor, items }
}

/// What stands in a string that is still open, if one is.
fn open_string(before: &str) -> Option<&str> {
    let last = lexer::tokens(before).into_iter().next_back()?;
    let piece = before.get(last.start..)?;
    let open = last.kind == lexer::TokenKind::Bad && last.end == before.len();
    piece.strip_prefix('\'').filter(|_| open)
}

fn named(names: impl Iterator<Item = String>, kind: &str) -> Vec<Completion> {
    names.map(|text| Completion { text, kind: kind.to_owned(), words: String::new() }).collect()
}

/// What may follow the word `last`.
fn words(world: &mut World, last: &str) -> Vec<Completion> {
    match last {
        "JOB" | "JOBS" => jobs(world),
        "SCHEDULE" | "SCHEDULES" => schedules(world),
        "DATABASE" | "USE" => databases(world),
        "FROM" | "TABLE" | "INTO" | "UPDATE" | "JOIN" | "," => {
            let mut items = tables(world);
            items.extend(keywords());
            items
        }
        _ => {
            let mut items = keywords();
            items.extend(tables(world));
            items
        }
    }
}

fn keywords() -> Vec<Completion> {
    named(KEYWORDS.iter().map(|word| (*word).to_owned()), "keyword")
}

fn tables(world: &mut World) -> Vec<Completion> {
    let View::Tables(view) = world.view(&Query::Tables) else { return Vec::new() };
    let item = |table: protocol::data::Table| Completion {
        text: table.sql_name,
        kind: table.kind,
        words: table.rows.map(|rows| format!("{rows} rows")).unwrap_or_default(),
    };
    view.tables.into_iter().map(item).collect()
}

fn databases(world: &mut World) -> Vec<Completion> {
    let View::Tables(view) = world.view(&Query::Tables) else { return Vec::new() };
    let mut names: Vec<String> = view.tables.into_iter().map(|table| table.database).collect();
    names.dedup();
    named(names.into_iter(), "database")
}

fn jobs(world: &mut World) -> Vec<Completion> {
    let View::Jobs(view) = world.view(&Query::Jobs) else { return Vec::new() };
    let item = |job: protocol::jobs::Job| Completion {
        text: job.id,
        kind: "job".to_owned(),
        words: format!("{} {}", job.kind, job.status),
    };
    view.jobs.into_iter().map(item).collect()
}

fn schedules(world: &mut World) -> Vec<Completion> {
    let View::Schedules(view) = world.view(&Query::Schedules) else { return Vec::new() };
    let item = |one: protocol::schedules::Schedule| Completion {
        text: one.id,
        kind: "schedule".to_owned(),
        words: format!("{} {} {}", one.label, one.backup_type, one.recurrence),
    };
    view.schedules.into_iter().map(item).collect()
}

/// Collections and the subdirectories of their fulls.
fn places(world: &mut World) -> Vec<Completion> {
    let View::ChainMap(map) = world.view(&Query::ChainMap) else { return Vec::new() };
    let mut items = Vec::new();
    for collection in map.collections {
        for chain in collection.chains.iter().rev() {
            items.push(Completion {
                text: chain.subdir.trim_start_matches('/').to_owned(),
                kind: "subdirectory".to_owned(),
                words: format!("{}, {}", chain.target_words, chain.words),
            });
        }
        items.push(Completion {
            text: collection.uri,
            kind: "collection".to_owned(),
            words: collection.words,
        });
    }
    items
}
