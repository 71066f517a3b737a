//! A text in the colours of its tokens, as text nodes only.

use protocol::text::{Token, TokenKind};
use yew::prelude::*;

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

/// The text cut at its tokens. Tokens may be those of a text typed a moment ago: offsets past the end are ignored.
pub(crate) fn highlight(text: &str, tokens: &[Token]) -> Html {
    let mut parts = Vec::new();
    let mut at = 0;
    for token in tokens {
        let start = scan::byte_of_unit(text, token.start).max(at);
        let end = scan::byte_of_unit(text, token.end);
        if end <= start {
            continue;
        }
        if start > at {
            parts.push(html! { { &text[at..start] } });
        }
        parts.push(html! { <span class={class(token.kind)}>{ &text[start..end] }</span> });
        at = end;
    }
    if at < text.len() {
        parts.push(html! { { &text[at..] } });
    }
    html! { <>{ for parts }</> }
}
