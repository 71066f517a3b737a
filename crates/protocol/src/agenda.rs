//! The agenda: what will happen next, and what it will break.
//!
//! Shape: items soonest first; forecasts come from a throw-away branch run ahead.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// The future if nobody acts.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct AgendaView {
    /// Now.
    pub now: Nanos,
    /// Items, soonest first.
    pub items: Vec<AgendaItem>,
    /// How far ahead was looked.
    pub horizon: Nanos,
    /// Items left out because there are too many.
    pub more: u32,
}

/// One thing to come.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct AgendaItem {
    /// When it is due.
    pub due: Nanos,
    /// What it is.
    pub kind: AgendaKind,
    /// One sentence without full stop: `GC reaches the end of chain s3://acme/prod`.
    pub title: String,
    /// The part of `title` to be set in bold.
    pub subject: Option<String>,
    /// A second, smaller sentence.
    pub detail: String,
    /// What follows from it, if anything.
    pub consequence: Option<Consequence>,
    /// How many times the like of it follow before the next other item (idle GC visits are folded).
    pub repeats: u32,
}

/// Kinds of agenda items.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgendaKind {
    /// A GC visit.
    #[default]
    Gc,
    /// A TTL passes something.
    Ttl,
    /// A schedule fires.
    Schedule,
    /// A job takes its next step.
    Job,
    /// A protected timestamp is released.
    Protection,
    /// A fault begins or ends.
    Fault,
    /// Anything else.
    Other,
}

/// What an item does to the user's backups.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Consequence {
    /// How it is drawn.
    pub tone: Tone,
    /// Words of the tag: `breaks a chain`, `safe`.
    pub words: String,
}

/// How grave something is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to mind.
    #[default]
    Neutral,
    /// Good.
    Safe,
    /// Soon bad.
    Warn,
    /// Something breaks or broke.
    Breaks,
    /// About a protected timestamp.
    Hold,
}
