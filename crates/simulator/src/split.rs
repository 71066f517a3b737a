//! A text as it is typed or pasted, cut into statements and command lines.
//!
//! ```text
//!   > BACKUP INTO 'nodelocal://1/c'      Sql
//!   AS OF SYSTEM TIME '-10s';
//!   \sim advance 26h                     Command: a line that begins with a backslash where a statement could begin
//!   SELECT 1; SELECT 2                   Sql, Sql
//! ```
//!
//! Shape: pieces in order, as ranges of the text; nothing is dropped but white space, comments between statements and
//! semicolons. Left out: judging whether a piece parses.

use std::ops::Range;

use sql::lexer::{self, TokenKind};

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A statement, without its semicolon.
    Sql,
    /// A line that begins with a backslash.
    Command,
}

/// One piece of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: Range<usize>,
    /// Whether its semicolon is there; a command always ends with its line.
    pub ended: bool,
}

/// The pieces of a text.
pub fn pieces(text: &str) -> Vec<Piece> {
    if let Some(only) = lone_statement(text) {
        return vec![only];
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        // Statements reach to the next line that begins with a backslash; if one is open there, the line is its own.
        let mut end = next_command_line(text, at).unwrap_or(text.len());
        let mut found = statements(text, at, end);
        while end < text.len() && found.last().is_some_and(|piece| !piece.ended) {
            end = line_end(text, end);
            end = next_command_line(text, end).unwrap_or(text.len());
            found = statements(text, at, end);
        }
        // A command may also follow a semicolon on the same line.
        let inside = found.iter().position(|piece| text[piece.range.clone()].starts_with('\\'));
        if let Some(place) = inside {
            let start = found[place].range.start;
            found.truncate(place);
            pieces.append(&mut found);
            at = push_command(&mut pieces, text, start);
            continue;
        }
        pieces.append(&mut found);
        at = if end < text.len() { push_command(&mut pieces, text, end) } else { end };
    }
    pieces
}

/// The one statement of a text that plainly holds one: nothing in it could be a comment, a command line or a name in
/// quotes, every string has its end, and a semicolon stands at most at the end. What a program sends is of this kind, and
/// need not be cut into tokens twice.
fn lone_statement(text: &str) -> Option<Piece> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    let inner = text.trim_matches(is_space);
    let body = inner.strip_suffix(';').unwrap_or(inner).trim_end_matches(is_space);
    let mut in_string = false;
    let mut last = 0;
    for byte in body.bytes() {
        match byte {
            b'\'' => in_string = !in_string,
            b';' | b'\\' | b'"' | b'$' => return None,
            b'-' if last == b'-' => return None,
            b'*' if last == b'/' => return None,
            _ => {}
        }
        last = byte;
    }
    if in_string || body.is_empty() {
        return None;
    }
    let start = text.find(|c| !is_space(c))?;
    let range = start..start + body.len();
    Some(Piece { kind: Kind::Sql, range, ended: inner.ends_with(';') })
}

/// Takes the rest of the line at `from` as a command; answers where the next line begins.
fn push_command(pieces: &mut Vec<Piece>, text: &str, from: usize) -> usize {
    let stop = line_end(text, from);
    let line = &text[from..stop];
    let start = from + (line.len() - trim_prompt(line).len());
    let trimmed = text[start..stop].trim_end();
    pieces.push(Piece { kind: Kind::Command, range: start..start + trimmed.len(), ended: true });
    stop
}

/// Whether a shell may run what has been typed: every statement has its semicolon, or it is a command line.
pub fn is_complete(text: &str) -> bool {
    pieces(text).last().is_none_or(|piece| piece.ended)
}

fn statements(text: &str, from: usize, to: usize) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for token in lexer::tokens(&text[from..to]) {
        if token.kind == TokenKind::Comment {
            continue;
        }
        let range = from + token.start..from + token.end;
        if token.kind == TokenKind::Punct && &text[range.clone()] == ";" {
            found.extend(open.take().map(|range| Piece { kind: Kind::Sql, range, ended: true }));
        } else {
            open = Some(open.map_or(range.clone(), |begun| begun.start..range.end));
        }
    }
    found.extend(open.map(|range| Piece { kind: Kind::Sql, range, ended: false }));
    found
}

/// The start of the first line at or after `from` that begins with a backslash, prompts aside.
fn next_command_line(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        let stop = line_end(text, at);
        if trim_prompt(&text[at..stop]).starts_with('\\') && starts_line(text, at) {
            return Some(at);
        }
        at = stop;
    }
    None
}

fn starts_line(text: &str, at: usize) -> bool {
    at == 0 || text.as_bytes()[at - 1] == b'\n'
}

/// The place after the newline that ends the line at `at`.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

/// A line without white space and a pasted `>` before it.
fn trim_prompt(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix('>').map_or(line, str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(Kind, &str)> {
        pieces(text).into_iter().map(|piece| (piece.kind, &text[piece.range])).collect()
    }

    #[test]
    fn statements_and_commands() {
        let text = "SELECT 1; SELECT ';' -- a;\n;\n\\sim advance 1h\n> \\sim agenda \n;SELECT 2";
        assert_eq!(
            cut(text),
            [
                (Kind::Sql, "SELECT 1"),
                (Kind::Sql, "SELECT ';'"),
                (Kind::Command, "\\sim advance 1h"),
                (Kind::Command, "\\sim agenda"),
                (Kind::Sql, "SELECT 2"),
            ]
        );
        assert!(!is_complete(text));
        assert!(is_complete("SELECT 1;  -- done\n"));
        assert!(is_complete("\\sim agenda"));
        assert!(is_complete(""));
    }

    #[test]
    fn a_plain_statement_is_cut_as_any_other() {
        let texts = [
            " SELECT 1 ;\n",
            "SELECT 'a;b'; ",
            "SELECT 'open;",
            "SELECT 1 -- c;",
            "SELECT 1 /* ; */;",
            "SELECT '--', '''x'",
            "> SELECT \u{a0}1",
            ";",
            "SELECT 1;;",
        ];
        for text in texts {
            assert_eq!(pieces(text), statements(text, 0, text.len()), "{text}");
        }
    }

    #[test]
    fn a_command_behind_a_semicolon() {
        assert_eq!(
            cut("SELECT 1; \\sim advance 1h\nSELECT 2;"),
            [(Kind::Sql, "SELECT 1"), (Kind::Command, "\\sim advance 1h"), (Kind::Sql, "SELECT 2")]
        );
    }

    #[test]
    fn a_backslash_inside_a_statement_stays_inside() {
        assert_eq!(cut("SELECT '\n\\sim x\n';"), [(Kind::Sql, "SELECT '\n\\sim x\n'")]);
    }
}
