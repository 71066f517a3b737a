//! LIKE, SIMILAR TO and regular expressions.
//!
//! | written | becomes |
//! |---|---|
//! | `LIKE 'a%_'` | its own matcher: `%` any text, `_` one character, `\` takes the next as it is |
//! | `SIMILAR TO` | a regular expression with `%` and `_` replaced, from end to end |
//! | `~`, `~*` | a regular expression anywhere |

use std::fmt::Write;

use base::sqlstate::SqlState;
use regex_lite::{Regex, RegexBuilder};

use crate::types::Error;

/// Kinds of patterns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// LIKE.
    Like,
    /// ILIKE.
    ILike,
    /// SIMILAR TO.
    Similar,
    /// `~`.
    Regex,
    /// `~*`.
    IRegex,
}

/// A pattern ready for matching.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// LIKE: the pieces; lower case when letters do not count.
    Like {
        /// The pieces.
        pieces: Vec<Piece>,
        /// ILIKE.
        fold: bool,
    },
    /// The others.
    Regex(Regex),
}

/// One piece of a LIKE pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// This character.
    Char(char),
    /// `_`.
    One,
    /// `%`.
    Any,
}

impl Pattern {
    /// Makes a pattern ready.
    ///
    /// *Errors*: it is no pattern of its kind.
    pub fn new(kind: Kind, source: &str) -> Result<Self, Error> {
        match kind {
            Kind::Like => Ok(Self::Like { pieces: like_pieces(source)?, fold: false }),
            Kind::ILike => {
                Ok(Self::Like { pieces: like_pieces(&source.to_lowercase())?, fold: true })
            }
            Kind::Similar => regex(&similar_to_regex(source), false).map(Self::Regex),
            Kind::Regex => regex(source, false).map(Self::Regex),
            Kind::IRegex => regex(source, true).map(Self::Regex),
        }
    }

    /// Whether a text fits.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Like { pieces, fold: false } => like(pieces, text),
            Self::Like { pieces, fold: true } => like(pieces, &text.to_lowercase()),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// The text with which everything that fits begins; for bounds of an index.
    pub fn literal_prefix(&self) -> String {
        match self {
            Self::Like { pieces, fold: false } => pieces
                .iter()
                .map_while(|piece| if let Piece::Char(c) = piece { Some(*c) } else { None })
                .collect(),
            Self::Like { .. } | Self::Regex(_) => String::new(),
        }
    }
}

/// A regular expression, with the error of the real system.
pub(crate) fn regex(source: &str, fold: bool) -> Result<Regex, Error> {
    RegexBuilder::new(source).case_insensitive(fold).build().map_err(|cause| Error::Refused {
        code: SqlState::INVALID_REGULAR_EXPRESSION,
        message: format!("error parsing regexp: {cause}"),
        hint: None,
    })
}

fn like_pieces(source: &str) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '%' => Piece::Any,
            '_' => Piece::One,
            '\\' => Piece::Char(chars.next().ok_or(Error::Refused {
                code: SqlState::INVALID_ESCAPE_SEQUENCE,
                message: "LIKE pattern must not end with escape character".to_owned(),
                hint: None,
            })?),
            c => Piece::Char(c),
        });
    }
    Ok(pieces)
}

/// Matches by going back to the last `%` only, so time is at most length times length.
fn like(pieces: &[Piece], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let mut chars = rest.chars();
        match pieces.get(at) {
            Some(Piece::Any) => {
                at += 1;
                retry = Some((at, rest));
                continue;
            }
            Some(Piece::One) if chars.next().is_some() => {
                at += 1;
                rest = chars.as_str();
                continue;
            }
            Some(Piece::Char(want)) if chars.next() == Some(*want) => {
                at += 1;
                rest = chars.as_str();
                continue;
            }
            None if rest.is_empty() => return true,
            _ => {}
        }
        let Some((from, text)) = retry else { return false };
        let mut chars = text.chars();
        if chars.next().is_none() {
            return false;
        }
        (at, rest) = (from, chars.as_str());
        retry = Some((from, rest));
    }
}

fn similar_to_regex(source: &str) -> String {
    let mut out = String::from("^(?:");
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            '\\' => {
                if let Some(next) = chars.next() {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\{next}");
                }
            }
            '.' | '^' | '$' => {
                let _ = write!(out, "\\{c}");
            }
            c => out.push(c),
        }
    }
    out.push_str(")$");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (kind, pattern, text, want) in [
            (Kind::Like, "a%", "abc", true),
            (Kind::Like, "%b%c", "abbbc", true),
            (Kind::Like, "a_c", "abc", true),
            (Kind::Like, "a_c", "ac", false),
            (Kind::Like, "100\\%", "100%", true),
            (Kind::Like, "", "", true),
            (Kind::Like, "A%", "abc", false),
            (Kind::ILike, "A%", "abc", true),
            (Kind::Similar, "(a|b)%", "bxx", true),
            (Kind::Similar, "a.c", "abc", false),
            (Kind::Regex, "b+", "abbc", true),
            (Kind::IRegex, "^AB", "abc", true),
        ] {
            assert_eq!(
                Pattern::new(kind, pattern).unwrap().matches(text),
                want,
                "{text} {pattern}"
            );
        }
        assert!(Pattern::new(Kind::Like, "a\\").is_err());
        assert!(Pattern::new(Kind::Regex, "(").is_err());
        assert_eq!(Pattern::new(Kind::Like, "ab%c").unwrap().literal_prefix(), "ab");
    }
}
