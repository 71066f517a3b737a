//! The one door.
//!
//! ```text
//!   exec, sim, advance ─▶ apply ─▶ log, state, events ─▶ results
//!   view, hash, snapshot                                 read only
//! ```

use protocol::query::{Query, View};
use protocol::result::StatementResult;

use crate::input::{Config, Input, Output};

/// A world with its past and its branches.
#[derive(Clone, Debug)]
pub struct World {
    config: Config,
}

/// Why a snapshot cannot be loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotError {
    /// The bytes are no snapshot.
    Malformed,
    /// A format that this build does not know.
    Version {
        /// The format's number.
        found: u32,
    },
    /// The replay came to another state: the snapshot was made by another build.
    Hash {
        /// The hash that it names.
        wanted: u128,
        /// The hash that the replay gave.
        got: u128,
    },
}

impl World {
    /// A world at its first moment.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Lets one input in. Never fails: what is wrong with it stands in the output.
    pub fn apply(&mut self, _input: Input) -> Output {
        Output::default()
    }

    /// Runs a text of statements and `\sim` lines as a shell does: one after the other, each with a result of its own.
    pub fn exec(&mut self, _text: &str) -> Vec<StatementResult> {
        Vec::new()
    }

    /// Runs one `\sim` line.
    pub fn sim(&mut self, _line: &str) -> StatementResult {
        StatementResult::default()
    }

    /// Lets time pass, in nanoseconds.
    pub fn advance(&mut self, nanos: i64) {
        self.apply(Input::Advance { nanos });
    }

    /// Answers a question. Moves neither time nor anything hashed; `mut` is for caches.
    pub fn view(&mut self, _query: &Query) -> View {
        View::Clock(protocol::time::Clock::default())
    }

    /// The hash of the state: equal for equal runs on every platform.
    pub fn hash(&self) -> u128 {
        0
    }

    /// The log of this branch and the hash it leads to, as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Replays a snapshot and compares the hash.
    ///
    /// *Errors*: bytes that are no snapshot; a state that differs.
    pub fn restore(_bytes: &[u8]) -> Result<Self, SnapshotError> {
        Err(SnapshotError::Malformed)
    }

    /// What the world was made from.
    pub fn config(&self) -> &Config {
        &self.config
    }
}
