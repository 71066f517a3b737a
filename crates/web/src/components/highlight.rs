//! A text in the colours of its tokens, as text nodes only.

use protocol::text::{Token, TokenKind};

use crate::el::{El, of};
use crate::scan;

const fn class(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Keyword => "t-keyword",
        TokenKind::Name => "t-name",
        TokenKind::String => "t-string",
        TokenKind::Number => "t-number",
        TokenKind::Comment => "t-comment",
        TokenKind::Operator => "t-operator",
        TokenKind::Placeholder => "t-placeholder",
        TokenKind::Command => "t-command",
        TokenKind::Error => "t-error",
    }
}

/// Puts a text, cut at its tokens, into an element. Tokens may be those of a text typed a moment ago: offsets past the end are
/// ignored.
pub(crate) fn highlight(mut into: El, text: &str, tokens: &[Token]) -> El {
    let mut at = 0;
    for token in tokens {
        let start = scan::byte_of_unit(text, token.start).max(at);
        let end = scan::byte_of_unit(text, token.end);
        if end <= start {
            continue;
        }
        if start > at {
            into = into.text(&text[at..start]);
        }
        into = into.kid(of("span", class(token.kind)).text(&text[start..end]));
        at = end;
    }
    if at < text.len() { into.text(&text[at..]) } else { into }
}
