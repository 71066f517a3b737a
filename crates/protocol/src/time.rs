//! Moments and spans of virtual time as they cross a process.
//!
//! Units: nanoseconds. In JSON and JavaScript a time is a decimal string, because it exceeds 2^53.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Nanoseconds in a second.
pub const NANOS_PER_SEC: i64 = 1_000_000_000;

/// Nanoseconds: since 1970-01-01 UTC for a moment, or a length of time. 0 as a moment means "no time".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Nanos(pub i64);

impl Nanos {
    /// Whole seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// The time from `earlier` to this, negative if this comes first. Saturates.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// This moment moved by `by`. Saturates.
    #[must_use]
    pub const fn plus(self, by: Self) -> Self {
        Self(self.0.saturating_add(by.0))
    }

    /// Whole seconds, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(NANOS_PER_SEC)
    }
}

impl Serialize for Nanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Nanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Nanos;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("nanoseconds as a decimal string")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Nanos, E> {
                text.parse()
                    .map(Nanos)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// How a statement moves time.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// A statement runs to its end, with the jobs it waits for.
    #[default]
    Auto,
    /// A statement starts its job and waits for the user to move time.
    Manual,
}

/// Where the world stands: its one clock, and the session that the page types into.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Clock {
    /// Now.
    pub now: Nanos,
    /// The logical part of now.
    pub logical: i32,
    /// When this world began.
    pub start: Nanos,
    /// How a statement moves time.
    pub policy: Policy,
    /// Scenario it was made from: `bank`, `empty`.
    pub scenario: String,
    /// Seed of its chance, in decimal.
    pub seed: String,
    /// Version whose rules hold: `v21.2` or `v26.2`.
    pub version: String,
    /// The branch that statements go to.
    pub branch: String,
    /// All branches by name, oldest first.
    pub branches: Vec<String>,
    /// Inputs so far on this branch.
    pub inputs: u64,
    /// Events so far; also the revision of every view: equal numbers, equal views.
    pub events: u64,
    /// When the next item of the agenda is due, if there is one.
    pub next_due: Option<Nanos>,
    /// What the prompt of the session shows.
    pub prompt: Prompt,
}

/// The parts of the shell's prompt, `root@amber:26257/bank>`.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Prompt {
    /// The session's user.
    pub user: String,
    /// Host and port.
    pub host: String,
    /// Its current database.
    pub database: String,
    /// Sign of an open transaction as the real shell prints it: empty, `OPEN`, `ERROR`.
    pub txn: String,
    /// The cluster the session talks to.
    pub cluster: String,
    /// Nodes of that cluster that are alive, and all.
    pub nodes_live: u32,
    /// All nodes of that cluster.
    pub nodes: u32,
}
