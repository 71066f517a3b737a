//! Text being typed: tokens for its colours, items that complete it.
//!
//! Units: offsets are bytes of the text in Rust, UTF-16 units where `js` hands them to JavaScript.

use serde::{Deserialize, Serialize};

/// One token; what lies between tokens is white space.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Its first unit.
    pub start: u32,
    /// The unit after its last.
    pub end: u32,
    /// What it is.
    pub kind: TokenKind,
}

/// Kinds of tokens, as far as colours go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// A keyword.
    Keyword,
    /// A name.
    Name,
    /// A string or bytes literal.
    String,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// An operator or punctuation.
    Operator,
    /// A placeholder.
    Placeholder,
    /// A line for the shell or the simulator: `\sim …`.
    Command,
    /// What the lexer cannot read: an open string.
    Error,
}

/// What may stand at the cursor.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Completions {
    /// First unit of the word that an item replaces.
    pub start: u32,
    /// The unit after it.
    pub end: u32,
    /// Items, best first.
    pub items: Vec<Completion>,
}

/// One thing that may stand there.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Completion {
    /// Text put in.
    pub text: String,
    /// What it is: `keyword`, `table`, `database`, `column`, `subdirectory`, `collection`, `job`, `setting`, `command`.
    pub kind: String,
    /// A few words beside it: a subdirectory's age, a job's statement.
    pub words: String,
}
