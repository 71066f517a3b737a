//! The parser's cursor: the tokens of one statement, a place in them, and what to say when that place is wrong.
//!
//! ```text
//!   text    …; BACKUP foo INTO 'bar' WITH oops
//!   tokens     backup foo into 'bar' with oops
//!   at                                    ▲       fault: at or near "oops": syntax error
//!   help       BACKUP                             hint:  try \h BACKUP
//! ```
//!
//! Shape: a keyword is compared by its lower-case word, a symbol by its characters: `is("into")`, `is("(")`. Help is the
//! innermost construct entered and not left when the fault arose, as CockroachDB's grammar recovers from errors.
//! Units: byte offsets into the whole text. Bounds: `MAX_DEPTH` constructs inside one another, `MAX_HEIGHT` for the tree
//! that comes out, so that no consumer's recursion can exhaust a browser's stack.

use std::ops::Range;

use base::sqlstate::SqlState;

use super::{Dialect, Error};
use crate::ast::{Name, ObjectName};
use crate::lexer::keywords::Class;
use crate::lexer::{self, Token, TokenKind};

/// How many constructs may stand inside one another.
pub(super) const MAX_DEPTH: u32 = 100;
/// How many levels the tree of an expression or query may have, chains of operators included.
pub(super) const MAX_HEIGHT: u32 = 400;

/// Why parsing stopped. The place is a token's number, so that the text around it is found only when it is shown.
#[derive(Debug)]
pub(super) struct Fault(Box<Reason>);

#[derive(Debug)]
struct Reason {
    at: usize,
    text: Option<String>,
    /// No HINT: the fault was raised by a rule's own check rather than by the grammar.
    plain: bool,
    code: SqlState,
}

/// What the parser gives back everywhere.
pub(super) type Result<T> = std::result::Result<T, Fault>;

/// What `\h` helps with at this place.
#[derive(Clone, Copy, Default)]
pub(super) struct Help {
    /// The command, or nothing.
    pub(super) command: &'static str,
    /// A text instead of the bare syntax error: a form that is no longer supported.
    pub(super) text: &'static str,
    /// The token that names a function, when the place is between its parentheses.
    pub(super) function: Option<usize>,
}

/// One token with what it is compared by.
#[derive(Clone, Copy)]
pub(super) struct Lexeme<'a> {
    pub(super) token: Token,
    /// The keyword in lower case, the symbol, or nothing.
    key: &'a str,
}

/// The state of parsing one text.
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Lexeme<'a>>,
    at: usize,
    start: usize,
    end: usize,
    next: usize,
    pub(super) dialect: Dialect,
    pub(super) placeholders: u32,
    pub(super) help: Help,
    /// The outermost construct that ended last.
    ended: &'static str,
    depth: u32,
    pub(super) height: u32,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            text,
            // Most texts have a token for every five or six bytes.
            tokens: Vec::with_capacity(text.len().min(64 << 10) / 6),
            at: 0,
            start: 0,
            end: 0,
            next: 0,
            dialect,
            placeholders: 0,
            help: Help::default(),
            ended: "",
            depth: 0,
            height: 0,
        }
    }

    /// Loads the tokens of the next statement that has any. False at the end of the text.
    pub(super) fn next_statement(&mut self) -> bool {
        self.tokens.clear();
        self.at = 0;
        self.placeholders = 0;
        self.help = Help::default();
        self.depth = 0;
        self.height = 0;
        let mut atomic = false;
        loop {
            let Some(token) = lexer::next_token(self.text, self.next) else {
                self.end = self.text.len();
                self.start = self.tokens.first().map_or(self.end, |first| first.token.start);
                return !self.tokens.is_empty();
            };
            self.next = token.end;
            let key = match token.kind {
                TokenKind::Keyword => token.keyword(),
                TokenKind::Operator | TokenKind::Punct => self.slice(&token),
                TokenKind::Comment => continue,
                TokenKind::Ident
                | TokenKind::QuotedIdent
                | TokenKind::String
                | TokenKind::Bytes
                | TokenKind::Number
                | TokenKind::Placeholder
                | TokenKind::Bad => "",
            };
            // A prompt that was copied with the statement.
            if key == ">" && self.tokens.is_empty() {
                continue;
            }
            if key == ";" && !atomic {
                if self.tokens.is_empty() {
                    continue;
                }
                self.end = token.start;
                self.start = self.tokens.first().map_or(self.end, |first| first.token.start);
                return true;
            }
            // BEGIN ATOMIC … END of a function's body holds whole statements.
            atomic = match key {
                "atomic" => self.tokens.last().is_some_and(|last| last.key == "begin"),
                "end" => false,
                _ => atomic,
            };
            self.tokens.push(Lexeme { token, key });
        }
    }

    /// Where the statement stands, without white space around it.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.tokens.last().map_or(self.end, |last| last.token.end)
    }

    /// Whether all tokens are used.
    pub(super) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// A fault unless all tokens are used; `\\h` knows what ended before them.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.at_end() {
            return Ok(());
        }
        self.help = Help { command: self.ended, ..Help::default() };
        Err(self.fault())
    }

    pub(super) fn slice(&self, token: &Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    pub(super) fn lexeme(&self, ahead: usize) -> Option<&Lexeme<'a>> {
        self.tokens.get(self.at + ahead)
    }

    /// The kind of the token some places ahead.
    pub(super) fn kind(&self, ahead: usize) -> Option<TokenKind> {
        self.lexeme(ahead).map(|l| l.token.kind)
    }

    /// The keyword or symbol at this place, or nothing.
    pub(super) fn key(&self) -> &'a str {
        self.key_at(0)
    }

    /// The keyword or symbol some places ahead, or nothing.
    pub(super) fn key_at(&self, ahead: usize) -> &'a str {
        self.lexeme(ahead).map_or("", |l| l.key)
    }

    /// The class of the word some places ahead.
    pub(super) fn class(&self, ahead: usize) -> Option<Class> {
        self.lexeme(ahead).and_then(|l| l.token.class())
    }

    /// Whether this keyword or symbol stands here.
    pub(super) fn is(&self, key: &str) -> bool {
        self.key() == key
    }

    /// Whether this word stands here that is no keyword: options and settings that only one statement knows.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind(0) == Some(TokenKind::Ident)
            && self.lexeme(0).is_some_and(|l| self.slice(&l.token).eq_ignore_ascii_case(word))
    }

    /// Whether these stand here, one after another.
    pub(super) fn are(&self, keys: &[&str]) -> bool {
        keys.iter().enumerate().all(|(ahead, key)| self.key_at(ahead) == *key)
    }

    /// Steps over one token.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// Steps over this keyword or symbol if it stands here.
    pub(super) fn eat(&mut self, key: &str) -> bool {
        let found = self.is(key);
        if found {
            self.at += 1;
        }
        found
    }

    /// Steps over all of these if they stand here.
    pub(super) fn eat_all(&mut self, keys: &[&str]) -> bool {
        let found = self.are(keys);
        if found {
            self.at += keys.len();
        }
        found
    }

    /// Steps over this keyword or symbol, which must stand here.
    pub(super) fn expect(&mut self, key: &str) -> Result<()> {
        if self.eat(key) { Ok(()) } else { Err(self.fault()) }
    }

    /// Steps over all of these, which must stand here.
    pub(super) fn expect_all(&mut self, keys: &[&str]) -> Result<()> {
        keys.iter().try_for_each(|key| self.expect(key))
    }

    /// IF NOT EXISTS.
    pub(super) fn if_not_exists(&mut self) -> bool {
        self.eat_all(&["if", "not", "exists"])
    }

    /// IF EXISTS.
    pub(super) fn if_exists(&mut self) -> bool {
        self.eat_all(&["if", "exists"])
    }

    /// The place, to go back to or to take text from.
    pub(super) const fn mark(&self) -> usize {
        self.at
    }

    /// Goes back to a place.
    pub(super) fn reset(&mut self, mark: usize) {
        self.at = mark;
    }

    /// The text from a place to here, as typed.
    pub(super) fn text_since(&self, mark: usize) -> String {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        match (self.tokens.get(mark), last) {
            (Some(first), Some(last)) => {
                self.text.get(first.token.start..last.token.end).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        }
    }

    // Faults.

    fn reason(at: usize, text: Option<String>, plain: bool, code: SqlState) -> Fault {
        Fault(Box::new(Reason { at, text, plain, code }))
    }

    /// This place is wrong.
    pub(super) fn fault(&self) -> Fault {
        Self::reason(self.at, None, false, SqlState::SYNTAX_ERROR)
    }

    /// A rule's own check failed at the token `back` places before this one; no HINT.
    pub(super) fn refuse(&self, back: usize, text: impl Into<String>) -> Fault {
        let at = self.at.saturating_sub(back);
        Self::reason(at, Some(text.into()), true, SqlState::SYNTAX_ERROR)
    }

    /// Known to CockroachDB, not simulated here.
    pub(super) fn unsupported(&self, what: &str) -> Fault {
        let text = Some(format!("unimplemented: {what} is not simulated"));
        Self::reason(self.at, text, true, SqlState::FEATURE_NOT_SUPPORTED)
    }

    /// One level deeper, as long as there is room.
    pub(super) fn descend(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.too_deep()) } else { Ok(()) }
    }

    /// One level up.
    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// The tree under construction has one level more.
    pub(super) fn grow(&mut self) -> Result<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT { Err(self.too_deep()) } else { Ok(()) }
    }

    fn too_deep(&self) -> Fault {
        let text = Some("statement is too deeply nested".to_owned());
        Self::reason(self.at, text, true, SqlState::PROGRAM_LIMIT_EXCEEDED)
    }

    /// Parses a construct that `\h` knows.
    pub(super) fn helped<T>(
        &mut self,
        command: &'static str,
        parse: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let outer = std::mem::replace(&mut self.help, Help { command, ..Help::default() });
        let parsed = parse(self)?;
        self.help = outer;
        self.ended = command;
        Ok(parsed)
    }

    /// A fault as the client sees it.
    pub(super) fn explain(&self, fault: &Fault) -> Error {
        let fault = &fault.0;
        let lexeme = self.tokens.get(fault.at);
        let position = lexeme.map_or(self.end, |l| l.token.start);
        let near = lexeme.map_or_else(|| "EOF".to_owned(), |l| self.shown(l));
        let lexical = lexeme
            .filter(|l| l.token.kind == TokenKind::Bad)
            .and_then(|l| lexer::fault(self.slice(&l.token)));
        let help = if fault.plain { Help::default() } else { self.help };
        let because = fault.text.as_deref().unwrap_or(help.text);
        let message = match (lexical, because) {
            (Some(what), _) => format!("lexical error: {what}"),
            (None, "") => format!("at or near \"{near}\": syntax error"),
            (None, text) if text.starts_with("unimplemented") => {
                format!("at or near \"{near}\": {text}")
            }
            (None, text) => format!("at or near \"{near}\": syntax error: {text}"),
        };
        let function = help.function.and_then(|at| self.tokens.get(at));
        let hint = match (function, help.command) {
            (Some(name), _) => Some(format!("try \\hf {}", self.shown(name))),
            (None, "") => None,
            (None, command) => Some(format!("try \\h {command}")),
        };
        Error { message, detail: Some(self.source_sql(position)), hint, position, code: fault.code }
    }

    /// How a token is shown in a message: folded, without quotes; of an operator only its first character.
    fn shown(&self, lexeme: &Lexeme<'a>) -> String {
        let text = self.slice(&lexeme.token);
        match lexeme.token.kind {
            TokenKind::Keyword | TokenKind::Punct => lexeme.key.to_owned(),
            TokenKind::Operator => text.get(..1).unwrap_or_default().to_owned(),
            TokenKind::Ident | TokenKind::QuotedIdent => lexer::name_value(text),
            TokenKind::String => lexer::string_value(text).unwrap_or_default(),
            TokenKind::Bytes => lexer::bytes_value(text)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default(),
            TokenKind::Placeholder => text.get(1..).unwrap_or_default().to_owned(),
            TokenKind::Number | TokenKind::Comment | TokenKind::Bad => text.to_owned(),
        }
    }

    /// `source SQL:`, the statement up to the end of the offending line, and a caret under the offending token.
    fn source_sql(&self, position: usize) -> String {
        let stmt = self.text.get(self.start..self.end).unwrap_or_default();
        let at = position.saturating_sub(self.start).min(stmt.len());
        let tail = stmt.get(at..).unwrap_or_default();
        let head = stmt.get(..at).unwrap_or_default();
        let line_end = tail.find('\n').map_or(stmt.len(), |i| at + i);
        let line_start = head.rfind('\n').map_or(0, |i| i + 1);
        let shown = stmt.get(..line_end).unwrap_or_default();
        format!("source SQL:\n{shown}\n{}^", " ".repeat(at - line_start))
    }

    // Names.

    /// Whether a name may begin here: an identifier or a word that is free for names.
    pub(super) fn is_name(&self) -> bool {
        self.is_name_at(0)
    }

    /// Whether a name may begin some places ahead.
    pub(super) fn is_name_at(&self, ahead: usize) -> bool {
        match self.kind(ahead) {
            Some(TokenKind::Ident | TokenKind::QuotedIdent) => true,
            _ => matches!(self.class(ahead), Some(Class::Unreserved | Class::ColumnName)),
        }
    }

    /// Takes the token here as a name, whatever it is.
    pub(super) fn take_name(&mut self) -> Name {
        let name = self.lexeme(0).map_or_else(String::new, |l| {
            if l.token.kind == TokenKind::Keyword {
                l.key.to_owned()
            } else {
                lexer::name_value(self.slice(&l.token))
            }
        });
        self.at += 1;
        name
    }

    /// A name: an identifier or a word that is free for names.
    pub(super) fn name(&mut self) -> Result<Name> {
        if self.is_name() { Ok(self.take_name()) } else { Err(self.fault()) }
    }

    /// The first part of an object's name, which may also be FAMILY.
    pub(super) fn object_name_part(&mut self) -> Result<Name> {
        if self.is_name() || self.is("family") { Ok(self.take_name()) } else { Err(self.fault()) }
    }

    /// A name where any word will do: after a dot, after AS, an index.
    pub(super) fn any_name(&mut self) -> Result<Name> {
        match self.kind(0) {
            Some(TokenKind::Ident | TokenKind::QuotedIdent | TokenKind::Keyword) => {
                Ok(self.take_name())
            }
            _ => Err(self.fault()),
        }
    }

    /// A function's or type's name.
    pub(super) fn is_function_name(&self) -> bool {
        match self.kind(0) {
            Some(TokenKind::Ident | TokenKind::QuotedIdent) => true,
            _ => matches!(self.class(0), Some(Class::Unreserved | Class::TypeOrFunction)),
        }
    }

    /// A word that is not reserved.
    pub(super) fn is_free_word(&self) -> bool {
        self.is_name() || self.class(0) == Some(Class::TypeOrFunction)
    }

    /// `a`, `a.b`, `a.b.c`.
    pub(super) fn object_name(&mut self) -> Result<ObjectName> {
        let mut parts = vec![self.object_name_part()?];
        while parts.len() < 3 && self.is(".") && self.key_at(1) != "*" {
            self.skip();
            parts.push(self.any_name()?);
        }
        Ok(ObjectName { parts })
    }

    /// `a` or `a.b`: a schema, perhaps with its database.
    pub(super) fn schema_name(&mut self) -> Result<ObjectName> {
        let mut parts = vec![self.name()?];
        if self.eat(".") {
            parts.push(self.name()?);
        }
        Ok(ObjectName { parts })
    }

    /// A user or role: a name, `CURRENT_USER` or `SESSION_USER`.
    pub(super) fn role(&mut self) -> Result<Name> {
        if matches!(self.key(), "current_user" | "session_user" | "current_role") {
            return Ok(self.take_name());
        }
        self.name()
    }

    /// Items parted by commas.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut items = Vec::with_capacity(4);
        items.push(item(self)?);
        while self.eat(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Items parted by commas between parentheses.
    pub(super) fn paren_list<T>(
        &mut self,
        item: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.expect("(")?;
        let items = self.list(item)?;
        self.expect(")")?;
        Ok(items)
    }

    /// `( a, b )` or nothing.
    pub(super) fn optional_columns(&mut self) -> Result<Vec<Name>> {
        if self.is("(") { self.paren_list(Self::name) } else { Ok(Vec::new()) }
    }
}
