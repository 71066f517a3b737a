//! The parser: recursive descent over the lexer's tokens.
//!
//! ```text
//!   parse("BACKUP INTO 'x'; SELECT 1")  ─▶  [Backup @0..16, Select @17..26]
//! ```
//!
//! Errors: `Error`, always SQLSTATE 42601 (or 0A000, 54000), with the position, the source line with a caret, and a HINT.

mod alter;
mod backup;
mod call;
mod constant;
mod create;
mod cursor;
mod dml;
mod drop;
mod expr;
mod from;
mod grant;
mod job;
mod primary;
mod query;
mod restore;
mod routine;
mod schedule;
mod session;
mod show;
mod show_backup;
mod statement;
mod table;
mod types;
mod zone;

use std::ops::Range;

use base::sqlstate::SqlState;

use crate::ast::{Expr, ObjectName, Statement, TypeName};

use cursor::Parser;

/// A statement and where it stands in the text.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed {
    /// The statement.
    pub stmt: Statement,
    /// Its bytes in the text, without the semicolon.
    pub span: Range<usize>,
    /// How many placeholders it has: the highest number in it.
    pub placeholders: u32,
}

/// What differs between versions in the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one rule of the version table")]
pub struct Dialect {
    /// `BACKUP … TO 'uri' [INCREMENTAL FROM …]` and `RESTORE … FROM 'uri'` without IN.
    pub backup_to: bool,
    /// `SHOW BACKUP 'whole/path'` without IN.
    pub show_backup_whole_path: bool,
    /// The option `incremental_location`.
    pub incremental_location: bool,
    /// What came after v21.2: `strict storage locality`, `new_db_name`, `schema_only`, `grants`, boolean values of options …
    pub newer_options: bool,
}

impl Dialect {
    /// Everything that any version accepts, but not what newer versions refuse with a text of their own: what the parser
    /// suite of the conformance set expects.
    pub const SUITE: Self = Self {
        backup_to: false,
        show_backup_whole_path: false,
        incremental_location: true,
        newer_options: true,
    };
    /// v21.2.
    pub const V21_2: Self = Self {
        backup_to: true,
        show_backup_whole_path: true,
        incremental_location: false,
        newer_options: false,
    };
    /// v26.2.
    pub const V26_2: Self = Self {
        backup_to: false,
        show_backup_whole_path: false,
        incremental_location: false,
        newer_options: true,
    };
}

/// Why a text could not be parsed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// `at or near "x": syntax error`, with what was expected if that is known.
    pub message: String,
    /// `source SQL:`, the text up to the offending line, and a caret line.
    pub detail: Option<String>,
    /// `try \h BACKUP`.
    pub hint: Option<String>,
    /// Byte offset of the offending token in the text that was parsed.
    pub position: usize,
    /// 42601 unless said otherwise.
    pub code: SqlState,
}

impl Error {
    fn too_long(bytes: usize) -> Self {
        Self {
            message: format!(
                "statement text of {bytes} bytes is longer than the limit of {MAX_TEXT_BYTES} bytes"
            ),
            detail: None,
            hint: None,
            position: MAX_TEXT_BYTES,
            code: SqlState::PROGRAM_LIMIT_EXCEEDED,
        }
    }

    /// The code that a client sees.
    pub const fn sqlstate(&self) -> SqlState {
        self.code
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The longest text that is looked at: what CockroachDB takes in one message.
pub const MAX_TEXT_BYTES: usize = 16 << 20;

/// The statements of a text, in the dialect that accepts most.
///
/// # Errors
/// The first syntax error.
pub fn parse(text: &str) -> Result<Vec<Parsed>, Error> {
    parse_with(text, Dialect::SUITE)
}

/// The statements of a text, in the dialect of a version.
///
/// # Errors
/// The first syntax error.
pub fn parse_with(text: &str, dialect: Dialect) -> Result<Vec<Parsed>, Error> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Error::too_long(text.len()));
    }
    let mut parser = Parser::new(text, dialect);
    let mut found = Vec::new();
    while parser.next_statement() {
        match parser.whole_statement() {
            Ok(stmt) => {
                let span = parser.span();
                found.push(Parsed { stmt, span, placeholders: parser.placeholders });
            }
            Err(fault) => return Err(parser.explain(&fault)),
        }
    }
    Ok(found)
}

/// One expression, as descriptors keep it (DEFAULT, CHECK, computed columns).
///
/// # Errors
/// The first syntax error.
pub fn parse_expr(text: &str) -> Result<Expr, Error> {
    let mut parser = Parser::new(text, Dialect::SUITE);
    parser.next_statement();
    let parsed = parser.expr().and_then(|expr| parser.finish().map(|()| expr));
    parsed.map_err(|fault| parser.explain(&fault))
}

/// One type, as casts of text to REGTYPE and column definitions in SHOW output need it.
///
/// # Errors
/// The first syntax error.
pub fn parse_type(text: &str) -> Result<TypeName, Error> {
    let mut parser = Parser::new(text, Dialect::SUITE);
    parser.next_statement();
    let parsed = parser.type_name().and_then(|ty| parser.finish().map(|()| ty));
    parsed.map_err(|fault| parser.explain(&fault))
}

/// A name of one to three parts, as functions such as `nextval('db.s.q')` and casts to REGCLASS take it.
///
/// # Errors
/// The first syntax error.
pub fn parse_object_name(text: &str) -> Result<ObjectName, Error> {
    let mut parser = Parser::new(text, Dialect::SUITE);
    parser.next_statement();
    let parsed = parser.object_name().and_then(|name| parser.finish().map(|()| name));
    parsed.map_err(|fault| parser.explain(&fault))
}
