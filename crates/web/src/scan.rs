//! What the shell must know of SQL by itself: where a statement ends, and what a paste from the documentation means.
//!
//! ```text
//!   > BACKUP DATABASE bank INTO LATEST IN 'nodelocal://1/b' \        a prompt sign in front, a backslash at a line's end
//!       WITH revision_history;                                       ─▶ one piece, cleaned
//!   \sim advance 1h                                                  ─▶ one piece: a command, to its line's end
//! ```
//!
//! Shape: text → pieces, each sent and answered by itself. Left out: everything else about SQL; the engine's lexer colours.

/// One thing to be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Piece {
    /// A statement, with its semicolon if it had one.
    Sql(String),
    /// A line that starts with a backslash.
    Command(String),
}

impl Piece {
    /// Its text.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Sql(text) | Self::Command(text) => text,
        }
    }
}

/// A text taken apart.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Scanned {
    /// Its pieces in order.
    pub(crate) pieces: Vec<Piece>,
    /// Whether the last piece is a statement without its end, or an open string.
    pub(crate) open: bool,
}

/// Takes a text apart.
pub(crate) fn scan(text: &str) -> Scanned {
    let mut rest = text;
    let mut pieces = Vec::new();
    loop {
        rest = skip_prompt(rest.trim_start());
        if rest.is_empty() {
            return Scanned { pieces, open: false };
        }
        if rest.starts_with('\\') {
            let end = rest.find('\n').unwrap_or(rest.len());
            pieces.push(Piece::Command(rest[..end].trim_end().to_owned()));
            rest = &rest[end..];
            continue;
        }
        let (statement, end) = statement(rest);
        if let Some(end) = end {
            pieces.push(Piece::Sql(statement));
            rest = &rest[end..];
        } else {
            let only_comment = is_only_comment(&statement);
            if !only_comment {
                pieces.push(Piece::Sql(statement));
            }
            return Scanned { pieces, open: !only_comment };
        }
    }
}

/// Leaves out a prompt sign in front: `> `, or what the real shell prints before it.
fn skip_prompt(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or("");
    if let Some(rest) = text.strip_prefix('>') {
        return rest.trim_start();
    }
    match line.find("> ") {
        Some(at) if line.starts_with("root@") && !line[..at].contains(' ') => {
            text[at + 2..].trim_start()
        }
        _ => text,
    }
}

/// Copies one statement without backslashes at line ends and continuation signs; answers where it ends, if it does.
fn statement(text: &str) -> (String, Option<usize>) {
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some(length) = opaque(rest) {
            clean.push_str(&rest[..length]);
            at += length;
            if length == rest.len() && !is_closed(rest) {
                return (clean, None);
            }
        } else if c == ';' {
            clean.push(';');
            return (clean, Some(at + 1));
        } else if c == '\\' && rest[1..].trim_start_matches([' ', '\t', '\r']).starts_with('\n') {
            let kept = clean.trim_end().len();
            clean.truncate(kept);
            at += 1;
        } else if c == '\n' {
            clean.push('\n');
            at += 1;
            let line = text[at..].trim_start_matches([' ', '\t']);
            if let Some(after) = line.strip_prefix("-> ") {
                at = text.len() - after.len();
            }
        } else {
            clean.push(c);
            at += c.len_utf8();
        }
    }
    (clean.trim_end().to_owned(), None)
}

/// The length of a string, quoted name or comment at the start of `text`, to the text's end if it is open.
fn opaque(text: &str) -> Option<usize> {
    let to = |end: Option<usize>, close: usize| end.map_or(text.len(), |at| at + close);
    if text.starts_with("--") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if let Some(inside) = text.strip_prefix("/*") {
        return Some(to(inside.find("*/").map(|at| at + 2), 2));
    }
    if let Some(inside) = text.strip_prefix("$$") {
        return Some(to(inside.find("$$").map(|at| at + 2), 2));
    }
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    Some(to(text[1..].find(quote).map(|at| at + 1), 1))
}

/// Whether an opaque piece that reaches the text's end is complete there.
fn is_closed(text: &str) -> bool {
    if text.starts_with("--") {
        return true;
    }
    let ends = |sign: &str| text.len() >= 2 * sign.len() && text.ends_with(sign);
    match text.chars().next() {
        Some('/') => text.len() >= 4 && text.ends_with("*/"),
        Some('$') => ends("$$"),
        Some('"') => ends("\""),
        _ => ends("'"),
    }
}

/// Whether nothing but comments and space is there.
fn is_only_comment(text: &str) -> bool {
    let mut rest = text.trim_start();
    while rest.starts_with("--") || rest.starts_with("/*") {
        let Some(length) = opaque(rest) else { break };
        rest = rest[length..].trim_start();
    }
    rest.is_empty()
}

/// The byte at which UTF-16 unit `unit` of `text` begins.
pub(crate) fn byte_of_unit(text: &str, unit: u32) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= unit {
            return at;
        }
        units += u32::try_from(c.len_utf16()).unwrap_or(1);
    }
    text.len()
}

/// How many UTF-16 units `text` has.
pub(crate) fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        scan(text).pieces.iter().map(|piece| piece.text().to_owned()).collect()
    }

    #[test]
    fn a_paste_from_the_documentation_is_cleaned() {
        let paste = "> BACKUP DATABASE bank INTO 'x' \\\n    AS OF SYSTEM TIME '-10s' \\\n    WITH revision_history;";
        assert_eq!(
            texts(paste),
            [
                "BACKUP DATABASE bank INTO 'x'\n    AS OF SYSTEM TIME '-10s'\n    WITH revision_history;"
            ]
        );
        assert_eq!(texts("root@amber:26257/bank> SELECT 1\n -> , 2;"), ["SELECT 1\n, 2;"]);
    }

    #[test]
    fn ends_inside_quotes_and_comments_do_not_count() {
        assert_eq!(texts("SELECT ';' ; -- a;\nSELECT \"b;\" /* ; */;").len(), 2);
        assert!(scan("SELECT 'abc;").open);
        assert!(scan("SELECT 1").open);
        assert!(!scan("-- only a remark").open);
        assert!(scan("-- only a remark").pieces.is_empty());
    }

    #[test]
    fn commands_end_with_their_line() {
        let scanned = scan("\\sim advance 1h\nSELECT 1;");
        assert_eq!(scanned.pieces[0], Piece::Command("\\sim advance 1h".to_owned()));
        assert_eq!(scanned.pieces[1], Piece::Sql("SELECT 1;".to_owned()));
        assert!(!scanned.open);
    }

    #[test]
    fn units_are_utf16() {
        assert_eq!(units("aé😀"), 4);
        assert_eq!(byte_of_unit("aé😀b", 4), 7);
        assert_eq!(byte_of_unit("ab", 9), 2);
    }
}
