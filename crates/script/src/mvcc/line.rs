//! Lines of a history: an operation and its arguments, its own first, then those of the `with` above it.
//!
//! Shape: as the origin does it, an indented `with` adds to the one above, a line without indent ends them all.

use base::hlc::Timestamp;
use base::span::{Key, next_key, prefix_end};

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) command: String,
    args: Vec<String>,
}

/// The operations of a script in order.
pub(super) fn parse(input: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut shared: Vec<String> = Vec::new();
    for line in input.lines() {
        let is_indented = line.starts_with([' ', '\t']);
        let mut words = line.split_whitespace().map(str::to_owned);
        let Some(command) = words.next().filter(|word| !word.starts_with('#')) else { continue };
        if !is_indented {
            shared.clear();
        }
        if command == "with" {
            shared.extend(words);
            continue;
        }
        let args = words.chain(shared.iter().cloned()).collect();
        lines.push(Line { command, args });
    }
    lines
}

impl Line {
    /// As it is printed before its effect.
    pub(super) fn text(&self) -> String {
        let mut text = self.command.clone();
        for arg in &self.args {
            text.push(' ');
            text.push_str(arg);
        }
        text
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.args.iter().any(|arg| arg.split('=').next() == Some(name))
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='))
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.value(name)?.parse().ok()
    }

    /// A size; 0 for none.
    pub(super) fn size(&self, name: &str) -> u64 {
        self.number(name).and_then(|size| u64::try_from(size).ok()).unwrap_or(0)
    }

    /// `W[,L]`: seconds and logical.
    pub(super) fn ts(&self, name: &str) -> Option<Timestamp> {
        let text = self.value(name)?;
        let (secs, logical) = text.split_once(',').unwrap_or((text, "0"));
        let secs = Timestamp::from_secs(secs.parse().ok()?);
        Some(Timestamp { logical: logical.parse().ok()?, ..secs })
    }

    /// `foo`, `=foo`: the key; `+foo`: the next one; `-foo`: the end of its prefix.
    pub(super) fn key(&self, name: &str) -> Key {
        let text = self.value(name).unwrap_or_default();
        let rest = text.get(1..).unwrap_or_default().as_bytes();
        match text.as_bytes().first() {
            Some(b'=') => rest.to_vec(),
            Some(b'+') => next_key(rest),
            Some(b'-') => prefix_end(rest),
            _ => text.as_bytes().to_vec(),
        }
    }
}
