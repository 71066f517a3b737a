//! The lexer: one for parsing, colouring and completion.
//!
//! ```text
//!   > BACKUP INTO 's3://b/c' AS OF SYSTEM TIME '-10s'; -- nightly
//!   ─ ────── ──── ────────── ── ── ────── ──── ─────── ──────────
//!   O K      K    S          K  K  K      K    S     P C            (O at the start of a statement is a prompt: skipped)
//! ```
//!
//! Shape: text → tokens with byte offsets; never fails, linear. White space is no token; a backslash at the end of a line
//! (as documentation is pasted) is white space. What no SQL token begins with, or what has no end, is a token of kind
//! [`TokenKind::Bad`], and [`fault`] says what is wrong with it.
//! Source: CockroachDB, "SQL Constants" and "Keywords & Identifiers".

pub mod keywords;

use base::num;

/// What a token is, as far as its looks go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TokenKind {
    /// A word of the language (also when it is used as a name).
    Keyword,
    /// A name.
    Ident,
    /// A name in double quotes.
    QuotedIdent,
    /// A string constant.
    String,
    /// A bytes or bit constant.
    Bytes,
    /// A number.
    Number,
    /// `$1`.
    Placeholder,
    /// An operator.
    Operator,
    /// Brackets, comma, semicolon, dot, colon, at.
    Punct,
    /// A comment.
    Comment,
    /// Something that is not SQL: a stray character, a constant without an end.
    Bad,
}

/// One token: `text[start..end]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Byte offset of its first byte.
    pub start: usize,
    /// Byte offset after its last byte.
    pub end: usize,
    /// For a keyword, its place in [`keywords::WORDS`].
    pub(crate) word: u16,
}

impl Token {
    /// The keyword in lower case, or nothing.
    pub(crate) fn keyword(&self) -> &'static str {
        if self.kind != TokenKind::Keyword {
            return "";
        }
        keywords::WORDS.get(usize::from(self.word)).map_or("", |(word, _)| word)
    }

    /// Where the keyword may be a name; `None` for other tokens.
    pub(crate) fn class(&self) -> Option<keywords::Class> {
        if self.kind != TokenKind::Keyword {
            return None;
        }
        keywords::WORDS.get(usize::from(self.word)).map(|(_, class)| *class)
    }
}

/// The tokens of a text, without white space.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = next_token(text, at) {
        at = token.end;
        found.push(token);
    }
    found
}

/// The first token at or after a byte offset.
pub(crate) fn next_token(text: &str, from: usize) -> Option<Token> {
    let bytes = text.as_bytes();
    let start = skip_space(bytes, from);
    let first = *bytes.get(start)?;
    let (kind, end, word) = match first {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => word_or_prefixed(bytes, start),
        b'0'..=b'9' => number(bytes, start),
        b'.' if digit_at(bytes, start + 1) => number(bytes, start),
        b'\'' => quoted(bytes, start, TokenKind::String, false),
        b'"' => quoted(bytes, start, TokenKind::QuotedIdent, false),
        b'$' => dollar(bytes, start),
        b'-' if bytes.get(start + 1) == Some(&b'-') => {
            (TokenKind::Comment, line_end(bytes, start), 0)
        }
        b'/' if bytes.get(start + 1) == Some(&b'*') => block_comment(bytes, start),
        _ => symbol(bytes, start),
    };
    Some(Token { kind, start, end, word })
}

/// What is wrong with a token of kind `Bad`, as CockroachDB puts it. `None` for a character that begins no token: that is
/// an ordinary syntax error.
pub(crate) fn fault(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let first = bytes.first().copied()?;
    Some(match first {
        b'/' => "unterminated comment",
        b'0'..=b'9' | b'.' if text.starts_with("0x") || text.starts_with("0X") => {
            "invalid hexadecimal numeric literal"
        }
        b'0'..=b'9' | b'.' => "invalid floating point literal",
        b'x' | b'X' => "invalid hexadecimal bytes literal",
        b'B' if bytes.last() == Some(&b'\'') && bytes.len() > 2 => "invalid bit literal",
        b'\'' | b'"' | b'e' | b'E' | b'b' | b'B' | b'$' if bytes.len() > 1 => "unterminated string",
        b'\'' | b'"' => "unterminated string",
        _ => return None,
    })
}

/// Whether a name may stand without quotes.
pub(crate) fn is_bare_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let starts = bytes.first().is_some_and(|b| b.is_ascii_lowercase() || *b == b'_');
    starts
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'$'))
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => at += 1,
            b'\\' => {
                let mut line = at + 1;
                while matches!(bytes.get(line), Some(b' ' | b'\t' | b'\r')) {
                    line += 1;
                }
                if bytes.get(line) != Some(&b'\n') && line < bytes.len() {
                    break;
                }
                at = (line + 1).min(bytes.len());
            }
            _ => break,
        }
    }
    at
}

fn digit_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

fn name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn run(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> usize {
    let mut at = from;
    while bytes.get(at).is_some_and(|byte| wanted(*byte)) {
        at += 1;
    }
    at
}

type Scanned = (TokenKind, usize, u16);

fn word_or_prefixed(bytes: &[u8], start: usize) -> Scanned {
    if bytes.get(start + 1) == Some(&b'\'') {
        match bytes.get(start) {
            Some(b'e' | b'E') => return quoted(bytes, start + 1, TokenKind::String, true),
            Some(b'b') => return quoted(bytes, start + 1, TokenKind::Bytes, true),
            Some(b'B') => return digits_literal(bytes, start + 1, |b| matches!(b, b'0' | b'1')),
            Some(b'x' | b'X') => return hex_literal(bytes, start + 1),
            _ => {}
        }
    }
    let end = run(bytes, start, name_byte);
    let word = bytes.get(start..end).unwrap_or_default();
    match keyword_index(word) {
        Some(index) => (TokenKind::Keyword, end, index),
        None => (TokenKind::Ident, end, 0),
    }
}

fn keyword_index(word: &[u8]) -> Option<u16> {
    let mut buffer = [0_u8; keywords::LONGEST];
    let lower = buffer.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let index = keywords::find(std::str::from_utf8(lower).ok()?)?;
    u16::try_from(index).ok()
}

fn number(bytes: &[u8], start: usize) -> Scanned {
    if bytes.get(start) == Some(&b'0') && matches!(bytes.get(start + 1), Some(b'x' | b'X')) {
        let end = run(bytes, start + 2, |b| b.is_ascii_hexdigit());
        let kind = if end == start + 2 { TokenKind::Bad } else { TokenKind::Number };
        return (kind, end, 0);
    }
    let mut end = run(bytes, start, |b| b.is_ascii_digit());
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
        end = run(bytes, end + 1, |b| b.is_ascii_digit());
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let digits = run(bytes, end + 1 + sign, |b| b.is_ascii_digit());
        if digits == end + 1 + sign {
            return (TokenKind::Bad, digits, 0);
        }
        end = digits;
    }
    (TokenKind::Number, end, 0)
}

/// A constant or name between quotes. Strings that only a line break parts are one constant.
fn quoted(bytes: &[u8], open: usize, kind: TokenKind, escapes: bool) -> Scanned {
    let quote = bytes.get(open).copied().unwrap_or(b'\'');
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\\' && escapes {
            at += 2;
        } else if *byte != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            let after = run(bytes, at + 1, |b| b.is_ascii_whitespace());
            let parted = bytes.get(at..after).is_some_and(|gap| gap.contains(&b'\n'));
            if quote == b'\'' && parted && bytes.get(after) == Some(&quote) {
                at = after + 1;
                continue;
            }
            return (kind, at + 1, 0);
        }
    }
    (TokenKind::Bad, bytes.len(), 0)
}

fn digits_literal(bytes: &[u8], open: usize, digit: impl Fn(u8) -> bool) -> Scanned {
    let (kind, end, _) = quoted(bytes, open, TokenKind::Bytes, false);
    let inner = bytes.get(open + 1..end.saturating_sub(1)).unwrap_or_default();
    let good = kind == TokenKind::Bytes && inner.iter().all(|b| digit(*b));
    (if good { TokenKind::Bytes } else { TokenKind::Bad }, end, 0)
}

fn hex_literal(bytes: &[u8], open: usize) -> Scanned {
    let (kind, end, word) = digits_literal(bytes, open, |b| b.is_ascii_hexdigit());
    let digits = end.saturating_sub(open + 2);
    (if digits % 2 == 0 { kind } else { TokenKind::Bad }, end, word)
}

fn dollar(bytes: &[u8], start: usize) -> Scanned {
    if digit_at(bytes, start + 1) {
        return (TokenKind::Placeholder, run(bytes, start + 1, |b| b.is_ascii_digit()), 0);
    }
    let tag_end = run(bytes, start + 1, |b| name_byte(b) && b != b'$');
    if bytes.get(tag_end) != Some(&b'$') {
        return (TokenKind::Bad, start + 1, 0);
    }
    let tag = bytes.get(start..=tag_end).unwrap_or_default();
    let mut at = tag_end + 1;
    while at < bytes.len() {
        if bytes.get(at) == Some(&b'$') && bytes.get(at..at + tag.len()) == Some(tag) {
            return (TokenKind::String, at + tag.len(), 0);
        }
        at += 1;
    }
    (TokenKind::Bad, bytes.len(), 0)
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    run(bytes, start, |b| b != b'\n')
}

fn block_comment(bytes: &[u8], start: usize) -> Scanned {
    let mut depth = 0_u32;
    let mut at = start;
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => {
                depth += 1;
                at += 2;
            }
            Some(b"*/") => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return (TokenKind::Comment, at, 0);
                }
            }
            _ => at += 1,
        }
    }
    (TokenKind::Bad, bytes.len(), 0)
}

/// Operators of more than one character, longest first.
const OPERATORS: &[&[u8]] = &[
    b"!~*", b"->>", b"#>>", b"||/", b":::", b"!=", b"!~", b"<>", b"<=", b"<<", b"<@", b">=", b">>",
    b"||", b"|/", b"//", b"~*", b"->", b"#>", b"#-", b"@>", b"@@", b"?|", b"?&", b"&&", b"::",
    b":=", b"=>",
];

fn symbol(bytes: &[u8], start: usize) -> Scanned {
    let rest = bytes.get(start..).unwrap_or_default();
    // Most symbols stand before a space, a name or a constant: then the list need not be asked.
    let goes_on = rest.get(1).is_some_and(|next| b"!#&*-/:<=>?@|~".contains(next));
    if goes_on && let Some(op) = OPERATORS.iter().find(|op| rest.starts_with(op)) {
        return (TokenKind::Operator, start + op.len(), 0);
    }
    let kind = match rest.first() {
        Some(b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' | b'.' | b':' | b'@') => {
            TokenKind::Punct
        }
        Some(
            b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'<' | b'>' | b'=' | b'~' | b'|' | b'&'
            | b'#' | b'?' | b'!',
        ) => TokenKind::Operator,
        _ => TokenKind::Bad,
    };
    (kind, start + 1, 0)
}

/// The text that a string constant means.
///
/// # Errors
/// What CockroachDB says of an escape that is not one.
pub(crate) fn string_value(token: &str) -> Result<String, &'static str> {
    if token.starts_with('$') {
        let tag = token.bytes().skip(1).position(|b| b == b'$').map_or(0, |at| at + 2);
        return Ok(token.get(tag..token.len().saturating_sub(tag)).unwrap_or_default().to_owned());
    }
    let escapes = token.starts_with(['e', 'E']);
    if !escapes {
        let inner = token.get(1..token.len().saturating_sub(1)).unwrap_or_default();
        if !inner.contains('\'') {
            return Ok(inner.to_owned());
        }
    }
    let bytes = unquote(token.as_bytes(), usize::from(escapes), escapes)?;
    String::from_utf8(bytes).map_err(|_| "invalid UTF-8 byte sequence")
}

/// The bytes that `b'…'` or `x'…'` means.
///
/// # Errors
/// What CockroachDB says of an escape that is not one.
pub(crate) fn bytes_value(token: &str) -> Result<Vec<u8>, &'static str> {
    if token.starts_with('b') {
        return unquote(token.as_bytes(), 1, true);
    }
    let digits = token.as_bytes().get(2..token.len().saturating_sub(1)).unwrap_or_default();
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok()).unwrap_or(0);
    Ok(digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0_u8, |acc, b| acc.wrapping_mul(16) | nibble(*b)))
        .collect())
}

/// The name that a token means: quotes taken off, or folded to lower case.
pub(crate) fn name_value(token: &str) -> String {
    if let Some(inner) = token.strip_prefix('"') {
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        return if inner.contains('"') { inner.replace("\"\"", "\"") } else { inner.to_owned() };
    }
    if token.is_ascii() { token.to_ascii_lowercase() } else { token.to_lowercase() }
}

fn unquote(bytes: &[u8], open: usize, escapes: bool) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => {
                out.push(b'\'');
                at += 2;
            }
            b'\'' => {
                // Either the end, or a gap with a line break before the next part.
                let after = run(bytes, at + 1, |b| b.is_ascii_whitespace());
                if after >= bytes.len() {
                    break;
                }
                at = after + 1;
            }
            b'\\' if escapes => at = escape(bytes, at + 1, &mut out)?,
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Ok(out)
}

/// One escape after its backslash; gives where the text goes on.
fn escape(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, &'static str> {
    let Some(byte) = bytes.get(at).copied() else { return Ok(at) };
    let digits = |from: usize, count: usize, radix: u32| -> Option<u32> {
        let text = std::str::from_utf8(bytes.get(from..from + count)?).ok()?;
        u32::from_str_radix(text, radix).ok()
    };
    let mut push_char = |code: Option<u32>, next: usize| {
        let c = code.and_then(char::from_u32).ok_or("invalid Unicode escape sequence")?;
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(next)
    };
    match byte {
        b'u' => return push_char(digits(at + 1, 4, 16), at + 5),
        b'U' => return push_char(digits(at + 1, 8, 16), at + 9),
        b'x' | b'X' => {
            let code = digits(at + 1, 2, 16).ok_or("invalid hexadecimal escape sequence")?;
            out.push(num::low_u8(u64::from(code)));
            return Ok(at + 3);
        }
        b'0'..=b'7' => {
            let code = digits(at, 3, 8).ok_or("invalid octal escape sequence")?;
            out.push(num::low_u8(u64::from(code)));
            return Ok(at + 3);
        }
        _ => {}
    }
    out.push(match byte {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        other => other,
    });
    Ok(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let name = |token: &Token| format!("{:?}:{}", token.kind, &text[token.start..token.end]);
        tokens(text).iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn kinds() {
        assert_eq!(
            shown("SELECT \"A b\".x, 'it''s', e'\\n', b'\\x01', x'00ff', $1, 1.5e-3 -- end"),
            "Keyword:SELECT QuotedIdent:\"A b\" Punct:. Ident:x Punct:, String:'it''s' Punct:, String:e'\\n' Punct:, \
             Bytes:b'\\x01' Punct:, Bytes:x'00ff' Punct:, Placeholder:$1 Punct:, Number:1.5e-3 Comment:-- end"
        );
        assert_eq!(
            shown("a->>'b' /* x /* y */ */ ::INT"),
            "Ident:a Operator:->> String:'b' Comment:/* x /* y */ */ Operator::: Keyword:INT"
        );
        assert_eq!(
            shown("BACKUP INTO 'x' \\\n  WITH detached"),
            "Keyword:BACKUP Keyword:INTO String:'x' Keyword:WITH Keyword:detached"
        );
    }

    #[test]
    fn values() {
        assert_eq!(string_value("'it''s'"), Ok("it's".to_owned()));
        assert_eq!(string_value("'a'\n  'b'"), Ok("ab".to_owned()));
        assert_eq!(string_value(r"e'\x41\u00e9\n\101'"), Ok("Aé\nA".to_owned()));
        assert_eq!(string_value("$x$ it's $y$ $x$"), Ok(" it's $y$ ".to_owned()));
        assert_eq!(bytes_value("x'00fF'"), Ok(vec![0, 255]));
        assert_eq!(name_value("\"a\"\"B\""), "a\"B");
    }

    #[test]
    fn bad_pieces_never_stop_it() {
        assert_eq!(shown("'abc"), "Bad:'abc");
        assert_eq!(shown("a ` b"), "Ident:a Bad:` Ident:b");
        assert_eq!(fault("'abc"), Some("unterminated string"));
        assert_eq!(fault("/* x"), Some("unterminated comment"));
        assert_eq!(fault("1e+"), Some("invalid floating point literal"));
        assert_eq!(shown("\\"), "");
        assert_eq!(shown("x'0'"), "Bad:x'0'");
        for text in ["é", "'é", "e'\\", "$é$ $", "B'02'", "\u{feff}x"] {
            let end = tokens(text).last().map_or(text.len(), |t| t.end);
            assert!(end <= text.len(), "{text}");
        }
    }

    #[test]
    fn words_are_sorted() {
        assert!(keywords::WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(keywords::WORDS.iter().all(|(word, _)| word.len() <= keywords::LONGEST));
    }
}
