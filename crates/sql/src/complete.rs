//! Completion: what may stand at the cursor.
//!
//! ```text
//!   BACKUP DATABASE shop IN▏          ─▶ INTO                     the grammar is asked, word by word
//!   BACKUP ▏                          ─▶ DATABASE, INTO, TABLE, and the tables
//!   RESTORE FROM '▏' IN 'nodelocal://1/c'  ─▶ the subdirectories of that collection
//! ```
//!
//! The grammar is the parser itself: a word is offered when the text before the cursor with that word after it can still
//! become a statement. Where a name may stand, nearly every word may too, as a name; such a word is offered only if what may
//! follow it differs from what may follow a name. So no second grammar can fall behind the first.
//!
//! Shape: text and cursor → where the word begins, and items sorted by kind and text. Names come from whoever implements
//! [`Names`]. Bounds: statements of more than [`MAX_BYTES`] get no words. Left out: columns of subqueries.

use std::ops::Range;

use crate::lexer::{self, Token, TokenKind, keywords};
use crate::parser::{self, Dialect};
use crate::print;
use base::sort;

/// The longest statement for which words are looked for.
pub const MAX_BYTES: usize = 4096;

/// What an item of completion is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A name of a column of the tables in the statement.
    Column,
    /// A table, view or sequence.
    Table,
    /// A schema.
    Schema,
    /// A database.
    Database,
    /// The subdirectory of a full backup, for the collection beside it.
    Subdirectory,
    /// The URI of a collection.
    Collection,
    /// The name of an external connection.
    Connection,
    /// A job's ID.
    Job,
    /// A schedule's ID.
    Schedule,
    /// A user or role.
    User,
    /// A cluster setting.
    Setting,
    /// A session variable.
    Variable,
    /// A type.
    Type,
    /// A function.
    Function,
    /// A word or phrase of the language.
    Keyword,
}

/// What names are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// Names of what.
    pub kind: Kind,
    /// What they are in: the parts before the dot of a table or column; the tables of the statement for a bare column; the
    /// collection for a subdirectory.
    pub within: Vec<String>,
}

/// Who knows the names: a session with its catalog, buckets, jobs.
pub trait Names {
    /// All names of a kind, in any order. They need not begin with what was typed.
    fn names(&self, want: &Want) -> Vec<String>;
}

/// One thing that may stand at the cursor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// The text that replaces the word under the cursor.
    pub text: String,
}

/// All that may stand at the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// The bytes that an item's text replaces.
    pub replace: Range<usize>,
    /// The items, sorted.
    pub items: Vec<Item>,
}

/// What may stand at a byte offset of a text.
pub fn complete(text: &str, cursor: usize, dialect: Dialect, names: &dyn Names) -> Completions {
    let cursor = floor(text, cursor);
    let place = Place::new(text, cursor);
    let mut items = Vec::new();
    if let Some(quote) = place.string {
        let typed = text.get(quote + 1..cursor).unwrap_or_default();
        for want in place.wants_in_string(text) {
            offer(&mut items, &want, names, typed);
        }
        sort::natural(&mut items);
        items.dedup();
        return Completions { replace: quote + 1..cursor, items };
    }
    let typed = text.get(place.word..cursor).unwrap_or_default();
    let grammar =
        Grammar { before: text.get(place.start..place.word).unwrap_or_default(), dialect };
    if place.word - place.start <= MAX_BYTES {
        if place.dotted.is_empty() {
            grammar.words(typed, &mut items);
        }
        if grammar.accepts("zzz") || !place.dotted.is_empty() {
            for want in place.wants() {
                offer(&mut items, &want, names, typed);
            }
        } else if grammar.accepts("1") {
            for want in
                place.wants().into_iter().filter(|w| matches!(w.kind, Kind::Job | Kind::Schedule))
            {
                offer(&mut items, &want, names, typed);
            }
        }
    }
    sort::natural(&mut items);
    items.dedup();
    Completions { replace: place.word..cursor, items }
}

/// The nearest place at or before an offset where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Adds the names that begin with what was typed.
fn offer(items: &mut Vec<Item>, want: &Want, names: &dyn Names, typed: &str) {
    let bare = matches!(
        want.kind,
        Kind::Collection
            | Kind::Subdirectory
            | Kind::Job
            | Kind::Schedule
            | Kind::Setting
            | Kind::Variable
            | Kind::Type
            | Kind::Function
            | Kind::Connection
            | Kind::Keyword
    );
    let wanted = typed.trim_start_matches('"').to_lowercase();
    for name in names.names(want) {
        if name.to_lowercase().starts_with(&wanted) {
            let text = if bare { name } else { print::name_to_string(&name) };
            items.push(Item { kind: want.kind, text });
        }
    }
}

/// The parser as an oracle.
struct Grammar<'a> {
    before: &'a str,
    dialect: Dialect,
}

/// Words that are no keywords, and phrases that are read as one.
const PHRASES: &[&str] = &[
    "AS OF SYSTEM TIME",
    "CONFIGURE ZONE DISCARD",
    "CONFIGURE ZONE USING",
    "CROSS JOIN",
    "DISTINCT ON",
    "EXECUTION LOCALITY =",
    "EXTERNAL CONNECTION",
    "FROM LATEST IN",
    "FULL BACKUP",
    "FULL BACKUP ALWAYS",
    "GROUP BY",
    "IF EXISTS",
    "IF NOT EXISTS",
    "INNER JOIN",
    "INTO LATEST IN",
    "IS NOT NULL",
    "IS NULL",
    "LEFT JOIN",
    "NEWER THAN",
    "NOT NULL",
    "NULLS FIRST",
    "NULLS LAST",
    "OLDER THAN",
    "ON CONFLICT",
    "ON CONFLICT DO NOTHING",
    "OR REPLACE",
    "ORDER BY",
    "PARTITION BY",
    "PRIMARY KEY",
    "REVISION_START_TIME",
    "SCHEDULE FOR BACKUP",
    "SKIP SIZE",
    "STRICT STORAGE LOCALITY",
    "SYSTEM USERS",
    "UNION ALL",
    "WHEN COMPLETE",
    "WITH COMMENT",
    "WITH DETAILS",
    "WITH GRANT OPTION",
    "WITH OPTIONS (",
    "WITH SCHEDULE OPTIONS",
];

/// What is tried after a word to tell it from a name.
const PROBES: &[&str] =
    &["", " zzz", " (", " 'z'", " .", " =", " TABLE", " BACKUP", " FROM 'z'", " AS"];

impl Grammar<'_> {
    /// Whether the text up to the cursor and this can still become a statement.
    fn accepts(&self, word: &str) -> bool {
        let text = format!("{}{word}", self.before);
        match parser::parse_with(&text, self.dialect) {
            Ok(_) => true,
            Err(error) => error.position >= text.trim_end().len(),
        }
    }

    /// The words and phrases that begin with what was typed and may stand here.
    fn words(&self, typed: &str, items: &mut Vec<Item>) {
        let typed = typed.to_ascii_uppercase();
        let named = self.accepts("zzz");
        let as_name: Vec<bool> = if named {
            PROBES.iter().map(|probe| self.accepts(&format!("zzz{probe}"))).collect()
        } else {
            Vec::new()
        };
        let mut push = |text: String| items.push(Item { kind: Kind::Keyword, text });
        for (word, _) in &keywords::WORDS {
            let word = word.to_ascii_uppercase();
            if !word.starts_with(&typed) || !self.accepts(&word) {
                continue;
            }
            let special = !named
                || PROBES
                    .iter()
                    .zip(&as_name)
                    .any(|(probe, name)| self.accepts(&format!("{word}{probe}")) != *name);
            if special {
                push(word);
            }
        }
        for phrase in PHRASES {
            let rest = phrase.split_once(' ').map_or("", |(_, rest)| rest);
            let special = !named || !self.accepts(&format!("zzz {rest}"));
            if phrase.starts_with(&typed) && special && self.accepts(phrase) {
                push((*phrase).to_owned());
            }
            if let Some(rest) = self.begun(phrase)
                && rest.starts_with(&typed)
            {
                push(rest.to_owned());
            }
        }
    }

    /// What is left of a phrase whose first words have been typed already.
    fn begun<'p>(&self, phrase: &'p str) -> Option<&'p str> {
        let before = self.before.trim_end();
        let mut at = phrase.rfind(' ')?;
        loop {
            let (head, rest) = phrase.split_at(at);
            let cut = before.len().checked_sub(head.len())?;
            if before.get(cut..).is_some_and(|tail| tail.eq_ignore_ascii_case(head)) {
                let earlier = Grammar { before: before.get(..cut)?, dialect: self.dialect };
                return earlier.accepts(phrase).then(|| rest.trim_start());
            }
            at = head.rfind(' ')?;
        }
    }
}

/// Where the cursor stands in its statement.
struct Place {
    /// Where the statement begins.
    start: usize,
    /// Where the word under the cursor begins.
    word: usize,
    /// Where the string under the cursor begins: its quote.
    string: Option<usize>,
    /// The names and dots right before the word.
    dotted: Vec<String>,
    /// The words before, in lower case; symbols as they are, names as `?`, strings as `'`.
    words: Vec<String>,
    /// Tables named after FROM, JOIN, INTO, UPDATE, TABLE anywhere in the statement.
    tables: Vec<String>,
}

impl Place {
    fn new(text: &str, cursor: usize) -> Self {
        let tokens = lexer::tokens(text);
        let slice = |t: &Token| text.get(t.start..t.end).unwrap_or_default();
        let ends = |t: &&Token| slice(t) == ";";
        let start =
            tokens.iter().filter(ends).map(|t| t.end).rfind(|end| *end <= cursor).unwrap_or(0);
        let end = tokens
            .iter()
            .filter(ends)
            .map(|t| t.start)
            .find(|at| *at >= cursor)
            .unwrap_or(text.len());
        let inside: Vec<&Token> = tokens
            .iter()
            .filter(|t| t.start >= start && t.end <= end && t.kind != TokenKind::Comment)
            .collect();
        let under = inside.iter().find(|t| t.start < cursor && cursor <= t.end);
        let open =
            |t: &Token| slice(t).starts_with('\'') && (t.kind == TokenKind::Bad || cursor < t.end);
        let string = under.filter(|t| open(t)).map(|t| t.start);
        let wordy = |t: &Token| {
            matches!(
                t.kind,
                TokenKind::Keyword | TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::Number
            ) || t.kind == TokenKind::Bad && slice(t).starts_with('"')
        };
        let word = string.unwrap_or_else(|| under.filter(|t| wordy(t)).map_or(cursor, |t| t.start));
        let before: Vec<&Token> = inside.iter().copied().filter(|t| t.end <= word).collect();
        Self {
            start,
            word,
            string,
            dotted: dotted(text, &before),
            words: before.iter().map(|t| shape(text, t)).collect(),
            tables: tables(text, &inside),
        }
    }

    fn first(&self) -> &str {
        let at = usize::from(self.words.first().is_some_and(|w| w == "explain"));
        self.words.get(at).map_or("", String::as_str)
    }

    /// The nearest word before the cursor that is no name, comma, dot or string.
    fn governing(&self) -> &str {
        let skip = ["?", ",", ".", "'", "("];
        self.words.iter().rev().find(|w| !skip.contains(&w.as_str())).map_or("", String::as_str)
    }

    /// What names may stand here.
    fn wants(&self) -> Vec<Want> {
        let wanted = |kind| Want { kind, within: self.dotted.clone() };
        let objects = vec![wanted(Kind::Table), wanted(Kind::Schema), wanted(Kind::Database)];
        let first = self.first();
        match self.governing() {
            "database" | "use" => vec![wanted(Kind::Database)],
            "schema" | "schemas" => vec![wanted(Kind::Schema), wanted(Kind::Database)],
            "job" | "jobs" | "complete" => vec![wanted(Kind::Job)],
            "schedule" | "schedules" => vec![wanted(Kind::Schedule)],
            "connection" => vec![wanted(Kind::Connection)],
            "setting" => vec![wanted(Kind::Setting)],
            "user" | "role" => vec![wanted(Kind::User)],
            "to" if matches!(first, "grant" | "alter") => vec![wanted(Kind::User)],
            "from" if first == "revoke" => vec![wanted(Kind::User)],
            "set" | "reset" | "show" | "session" | "local"
                if matches!(first, "set" | "reset" | "show") =>
            {
                vec![wanted(Kind::Variable)]
            }
            "::" | ":::" | "type" => vec![wanted(Kind::Type)],
            "on" if matches!(first, "select" | "with") => self.column_wants(),
            "from" | "join" | "into" | "update" | "table" | "truncate" | "backup" | "restore"
            | "view" | "sequence" | "on" | "columns" | "exists" | "analyze" | "references"
            | "create" | "index" => objects,
            _ => self.column_wants(),
        }
    }

    /// Where an expression stands: columns and functions.
    fn column_wants(&self) -> Vec<Want> {
        let bare = self.dotted.is_empty();
        let within = if bare { self.tables.clone() } else { self.dotted.clone() };
        let mut wants = vec![Want { kind: Kind::Column, within }];
        if bare {
            wants.push(Want { kind: Kind::Function, within: Vec::new() });
        }
        wants
    }

    /// What a string under the cursor may hold.
    fn wants_in_string(&self, text: &str) -> Vec<Want> {
        let collection = Want { kind: Kind::Collection, within: Vec::new() };
        let backups = ["backup", "restore", "show", "create", "alter"];
        if !backups.contains(&self.first()) {
            return Vec::new();
        }
        let subdirectory =
            || Want { kind: Kind::Subdirectory, within: collection_after(text, self.word) };
        match self.governing() {
            "in" | "to" | "as" => vec![collection],
            "into" => vec![collection, subdirectory()],
            "from" | "backup" => vec![subdirectory(), collection],
            _ => Vec::new(),
        }
    }
}

/// The parts of a dotted name that end right before a place.
fn dotted(text: &str, before: &[&Token]) -> Vec<String> {
    let slice = |t: &Token| text.get(t.start..t.end).unwrap_or_default();
    let mut parts = Vec::new();
    let mut rest = before;
    while let [earlier @ .., name, dot] = rest {
        let named =
            matches!(name.kind, TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::Keyword);
        if slice(dot) != "." || !named {
            break;
        }
        parts.push(lexer::name_value(slice(name)));
        rest = earlier;
    }
    parts.reverse();
    parts
}

/// A token as a word for looking at: the keyword, the symbol, `?` for a name, `'` for a constant.
fn shape(text: &str, token: &Token) -> String {
    match token.kind {
        TokenKind::Keyword => token.keyword().to_owned(),
        TokenKind::Operator | TokenKind::Punct => {
            text.get(token.start..token.end).unwrap_or_default().to_owned()
        }
        TokenKind::Ident | TokenKind::QuotedIdent => "?".to_owned(),
        TokenKind::String
        | TokenKind::Bytes
        | TokenKind::Number
        | TokenKind::Placeholder
        | TokenKind::Comment
        | TokenKind::Bad => "'".to_owned(),
    }
}

/// The tables that a statement names, as dotted text.
fn tables(text: &str, tokens: &[&Token]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !matches!(token.keyword(), "from" | "join" | "into" | "update" | "table") {
            continue;
        }
        let mut name = String::new();
        for next in tokens.iter().skip(at + 1) {
            let piece = text.get(next.start..next.end).unwrap_or_default();
            let named =
                matches!(next.kind, TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::Keyword);
            if piece == "." || named && (name.is_empty() || name.ends_with('.')) {
                name.push_str(piece);
            } else {
                break;
            }
        }
        if !name.is_empty() && !name.ends_with('.') {
            found.push(name);
        }
    }
    found
}

/// The URI after the next IN, for a subdirectory that is typed before it.
fn collection_after(text: &str, from: usize) -> Vec<String> {
    let tokens = lexer::tokens(text.get(from..).unwrap_or_default());
    let rest = text.get(from..).unwrap_or_default();
    let after = tokens.iter().skip_while(|t| t.keyword() != "in").skip(1);
    let uri = after.take(2).find(|t| t.kind == TokenKind::String);
    let value = uri.and_then(|t| lexer::string_value(rest.get(t.start..t.end)?).ok());
    value.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shop;

    impl Names for Shop {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the shop has no others")]
        fn names(&self, want: &Want) -> Vec<String> {
            let list: &[&str] = match want.kind {
                Kind::Table => &["orders", "customers"],
                Kind::Database => &["shop", "Bank"],
                Kind::Column => &["id", "total"],
                Kind::Collection => &["nodelocal://1/c"],
                Kind::Subdirectory if want.within == ["nodelocal://1/c"] => {
                    &["2022/04/01-020000.00"]
                }
                Kind::Job => &["748211903365120001"],
                Kind::Setting => &["kv.gc_ttl.strict_enforcement.enabled"],
                _ => &[],
            };
            list.iter().map(|name| (*name).to_owned()).collect()
        }
    }

    fn at(text: &str) -> String {
        let cursor = text.find('^').unwrap();
        let found = complete(&text.replacen('^', "", 1), cursor, Dialect::V26_2, &Shop);
        found.items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn words_by_grammar() {
        assert!(at("BAC^").starts_with("BACKUP"));
        assert_eq!(at("BACKUP DATABASE shop IN^"), "INTO | INTO LATEST IN");
        assert_eq!(at("BACKUP INTO 'x' WITH d^"), "DETACHED");
        assert_eq!(
            at("RESTORE FROM LATEST IN 'x' WITH skip_m^"),
            "SKIP_MISSING_FOREIGN_KEYS | SKIP_MISSING_SEQUENCES | SKIP_MISSING_SEQUENCE_OWNERS | SKIP_MISSING_UDFS | SKIP_MISSING_VIEWS"
        );
        assert_eq!(at("SHOW BACKUP LATEST IN 'x' WITH check^"), "CHECK_FILES");
        assert_eq!(at("CREATE TABLE IF^"), "IF NOT EXISTS");
        assert_eq!(at("CREATE TABLE IF N^"), "NOT EXISTS");
        assert!(at("BACKUP D^").contains("DATABASE"));
        assert!(at("SELECT 1; BACKUP ^").contains("INTO"));
        assert!(!at("SELECT * FROM orders WH^").contains("WHEN"));
        assert!(at("SELECT * FROM orders WH^").contains("WHERE"));
    }

    #[test]
    fn names_by_place() {
        assert_eq!(
            at("USE ^")
                .split(" | ")
                .filter(|n| n.to_lowercase() == *n || n.starts_with('"'))
                .collect::<Vec<_>>(),
            ["\"Bank\"", "shop"]
        );
        assert!(at("SELECT * FROM ord^").contains("orders"));
        assert!(at("SELECT to^ FROM orders").contains("total"));
        assert_eq!(at("BACKUP INTO 'node^'"), "nodelocal://1/c");
        assert_eq!(
            at("RESTORE FROM '^' IN 'nodelocal://1/c'"),
            "2022/04/01-020000.00 | nodelocal://1/c"
        );
        assert!(at("PAUSE JOB 7^").contains("748211903365120001"));
        assert!(at("SET CLUSTER SETTING kv^").contains("kv.gc_ttl.strict_enforcement.enabled"));
        assert_eq!(at("SELECT orders.i^").as_str(), "id");
    }

    #[test]
    fn odd_places() {
        for text in ["^", "'^", "\"^", ";^;", "é^", "SELECT '^é'", "$^", "-- x^"] {
            let _ = at(text);
        }
        assert_eq!(complete("é", 1, Dialect::V26_2, &Shop).replace, 0..0);
    }
}
