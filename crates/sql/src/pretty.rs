//! Keys in words: `/Table/106/1/2/0`.

use base::span::Span;

/// The text of a key.
pub fn key(_key: &[u8]) -> String {
    String::new()
}

/// The text of a span: common text, then `{a-b}`.
pub fn span(_span: &Span) -> String {
    String::new()
}
