//! Reads the tokens of a struct or an enum as far as the derives need them.
//!
//! Shape: names and attributes; types are passed over. *Errors*: a sentence, which the compiler shows.

use std::iter::Peekable;

use proc_macro::token_stream::IntoIter;
use proc_macro::{Delimiter, TokenStream, TokenTree};

/// A struct or an enum.
pub(crate) struct Item {
    /// Its name.
    pub name: String,
    /// Its fields or variants.
    pub parts: Vec<Part>,
}

/// A field or a variant.
pub(crate) struct Part {
    /// Its name.
    pub name: String,
    /// What its `#[wire(…)]` says: words, and what stands behind their `=`.
    pub words: Vec<(String, String)>,
    /// The number of a variant.
    pub number: Option<String>,
}

impl Part {
    /// What stands behind a word.
    pub(crate) fn word(&self, wanted: &str) -> Option<&str> {
        self.words.iter().find(|(word, _)| word == wanted).map(|(_, text)| text.as_str())
    }

    /// Its tags.
    pub(crate) fn tags(&self) -> Result<Vec<u32>, String> {
        let text = self.word("tag").or_else(|| self.word("tags"));
        let text = text.ok_or_else(|| format!("{} has no tag", self.name))?;
        text.split(',')
            .map(|tag| tag.trim().parse().map_err(|_| format!("{tag}: no tag")))
            .collect()
    }

    /// The variant of `wire::How`.
    pub(crate) fn how(&self) -> &'static str {
        match (self.word("required"), self.word("packed")) {
            (Some(_), _) => "Required",
            (None, Some("false")) => "Unpacked",
            (None, _) => "Plain",
        }
    }
}

type Tokens = Peekable<IntoIter>;

/// The whole item.
pub(crate) fn item(input: TokenStream) -> Result<Item, String> {
    let mut tokens = input.into_iter().peekable();
    let mut name = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if ["struct", "enum"].contains(&word.to_string().as_str()) => {
                name = tokens.next().map(|name| name.to_string());
            }
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                let name = name.ok_or("no name")?;
                return Ok(Item { name, parts: parts(body.stream())? });
            }
            TokenTree::Ident(_)
            | TokenTree::Punct(_)
            | TokenTree::Literal(_)
            | TokenTree::Group(_) => {}
        }
    }
    Err("only structs with named fields and enums can be messages".to_owned())
}

fn parts(body: TokenStream) -> Result<Vec<Part>, String> {
    let mut tokens = body.into_iter().peekable();
    let mut parts = Vec::new();
    while tokens.peek().is_some() {
        parts.push(part(&mut tokens)?);
    }
    Ok(parts)
}

fn part(tokens: &mut Tokens) -> Result<Part, String> {
    let mut part = Part { name: String::new(), words: Vec::new(), number: None };
    let mut depth = 0;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) => match mark.as_char() {
                '#' => {
                    if let Some(TokenTree::Group(attribute)) = tokens.next() {
                        attribute_words(attribute.stream(), &mut part.words);
                    }
                }
                '<' => depth += 1,
                '>' => depth -= 1,
                ',' if depth == 0 => break,
                '=' => part.number = tokens.next().map(|number| number.to_string()),
                _ => {}
            },
            TokenTree::Ident(word) if part.name.is_empty() && word.to_string() != "pub" => {
                part.name = word.to_string();
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_) => {}
        }
    }
    if part.name.is_empty() { Err("a field has no name".to_owned()) } else { Ok(part) }
}

/// The words of `wire(…)`; other attributes say nothing here.
fn attribute_words(attribute: TokenStream, words: &mut Vec<(String, String)>) {
    let mut tokens = attribute.into_iter();
    let ours = tokens.next().is_some_and(|name| name.to_string() == "wire");
    let (true, Some(TokenTree::Group(inner))) = (ours, tokens.next()) else { return };
    for token in inner.stream() {
        match token {
            TokenTree::Ident(word) => words.push((word.to_string(), String::new())),
            TokenTree::Literal(text) => {
                if let Some(last) = words.last_mut() {
                    text.to_string().trim_matches('"').clone_into(&mut last.1);
                }
            }
            TokenTree::Punct(_) | TokenTree::Group(_) => {}
        }
    }
}
