//! Messages, version 1: how the page, a docs cell and any other client talk to an engine behind a port.
//!
//! ```text
//!   client ── {id, method, params} ──▶ engine        Request
//!   client ◀── {id, result} | {id, error} ── engine  Reply
//!   client ◀── {event, seq, at, data} ── engine      Event; seq has no gaps
//! ```
//!
//! Shape: envelopes are generic over their payload, so that each side may keep it as its own value.
//! Errors: an unknown method, an unknown field, input over a limit: [`RpcError`] names the offender.
//! Source: `spec/embedding.md` 3.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// The version of these messages.
pub const VERSION: u32 = 1;

/// Names of the methods.
pub mod method {
    /// → [`super::Info`].
    pub const INFO: &str = "info";
    /// [`super::Load`] → [`super::Info`].
    pub const LOAD: &str = "load";
    /// [`super::Text`] → list of [`crate::result::StatementResult`].
    pub const EXEC: &str = "exec";
    /// [`super::Text`] (a `\sim` line) → [`crate::result::StatementResult`].
    pub const SIM: &str = "sim";
    /// [`super::Complete`] → [`crate::text::Completions`].
    pub const COMPLETE: &str = "complete";
    /// [`super::Text`] → list of [`crate::text::Token`].
    pub const TOKENS: &str = "tokens";
    /// [`crate::query::Query`] → that view.
    pub const QUERY: &str = "query";
    /// [`super::Play`] → [`crate::time::Clock`].
    pub const PLAY: &str = "time.play";
    /// nothing → [`crate::time::Clock`].
    pub const PAUSE: &str = "time.pause";
    /// nothing → bytes.
    pub const EXPORT: &str = "snapshot.export";
    /// The same for all branches and marks.
    pub const KEEP: &str = "snapshot.keep";
    /// bytes → [`crate::time::Clock`].
    pub const IMPORT: &str = "snapshot.import";
    /// nothing → state hash as hex.
    pub const HASH: &str = "hash";
}

/// A request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Request<P> {
    /// Chosen by the client; comes back in the reply.
    pub id: u32,
    /// One of [`method`].
    pub method: String,
    /// What that method wants.
    pub params: P,
}

/// The answer to a request: exactly one of `result` and `error` is there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reply<R> {
    /// The request's.
    pub id: u32,
    /// What the method gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<R>,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RpcError>,
}

/// Why a request was not answered. Errors of SQL are no such: they are results.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RpcError {
    /// `unknown_method`, `bad_params`, `too_big`, `crashed`, `bad_snapshot`.
    pub code: String,
    /// In words, naming the offender.
    pub message: String,
}

/// Something the engine says of its own accord.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event<D> {
    /// `ready`, `time`, `idle`, `error`.
    pub event: String,
    /// From 1, without gaps.
    pub seq: u64,
    /// Virtual time.
    pub at: Nanos,
    /// What that event carries.
    pub data: D,
}

/// What an engine is.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Info {
    /// Versions of these messages it speaks.
    pub v: Vec<u32>,
    /// Its own version.
    pub build: String,
    /// Scenarios it knows.
    pub scenarios: Vec<Scenario>,
    /// CockroachDB versions it knows.
    pub versions: Vec<String>,
    /// Statement text it takes at most.
    pub max_sql_bytes: u32,
}

/// A world to begin with.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// In a sentence.
    pub words: String,
    /// The statement that stands in the prompt when it opens.
    pub starter: String,
}

/// What to begin with. Every field may be left out.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// A scenario's name; `bank` if none.
    pub scenario: Option<String>,
    /// `21.2` or `26.2`.
    pub version: Option<String>,
    /// Seed in decimal.
    pub seed: Option<String>,
    /// Start time.
    pub start: Option<Nanos>,
}

/// A text.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Statements, a command, or what is being typed.
    pub text: String,
}

/// A text and where the cursor stands in it.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// What is being typed.
    pub text: String,
    /// The cursor, in UTF-16 units.
    pub cursor: u32,
}

/// How fast virtual time runs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// Virtual time a real second.
    pub rate: Nanos,
}
