//! Files of one's own in buckets: `\\sim bucket put`, `add`, `unpack`, `inspect`.
//!
//! Shape: words → [`Files`]. What is looked at changes nothing and is never logged, so a passphrase stays out of every link.

use super::{Error, Words};
use crate::archive;

/// One command about files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Files {
    /// Writes an object; makes one longer if told so.
    Put(String, Vec<u8>, bool),
    /// Unpacks an archive below a place.
    Unpack(String, String),
    /// Tells what backups lie at a place.
    Inspect(String, Inspect),
}

/// How `bucket inspect` looks.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Inspect {
    /// What opens encrypted chains.
    pub passphrase: Option<String>,
    /// Whether rows are told too.
    pub rows: bool,
    /// Whether the answer is JSON.
    pub json: bool,
}

/// The words behind `bucket` that begin such a command.
pub(super) const VERBS: [&str; 4] = ["put", "add", "unpack", "inspect"];

/// Reads the rest of a line that begins with `bucket` and one of [`VERBS`].
///
/// *Errors*: words that are missing or do not fit.
pub(super) fn parse(words: &mut Words) -> Result<Files, Error> {
    let verb = words.want("put, add, unpack or inspect")?;
    let uri = words.want("a URI")?;
    match verb.as_str() {
        "unpack" => Ok(Files::Unpack(uri, words.want("a URI")?)),
        "inspect" => inspect(words, uri),
        _ => {
            let text = words.want("bytes in base64")?;
            let bytes = archive::base64(&text);
            let bytes = bytes.ok_or(Error::Bad { what: "base64", word: text })?;
            Ok(Files::Put(uri, bytes, verb == "add"))
        }
    }
}

fn inspect(words: &mut Words, uri: String) -> Result<Files, Error> {
    let mut how = Inspect::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "rows" => how.rows = true,
            "json" => how.json = true,
            other => match other.strip_prefix("passphrase=") {
                Some(passphrase) => how.passphrase = Some(passphrase.to_owned()),
                None => return Err(Error::Bad { what: "passphrase=P, rows or json", word }),
            },
        }
    }
    Ok(Files::Inspect(uri, how))
}
