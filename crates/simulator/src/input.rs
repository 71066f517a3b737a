//! What can influence a run: its configuration and its inputs, nothing else.
//!
//! ```text
//!   Config ─▶ World ◀── Input, Input, Input …        the same ones give the same state hash everywhere
//! ```
//!
//! Shape: plain values; texts are kept as typed, so that a log can be read. Faults are `\sim` lines like any other.

use std::sync::Arc;

use base::hlc::Timestamp;
pub use sql::rules::Version;

/// The start of a world unless told otherwise: 2022-04-01T02:00:00Z.
pub const DEFAULT_START: Timestamp = Timestamp::from_secs(1_648_778_400);

/// Most bytes that one text may have.
pub const TEXT_BYTES_MAX: usize = 4 << 20;

/// What a world is made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Whose rules hold.
    pub version: Version,
    /// Seed of all chance.
    pub seed: u64,
    /// Where the clock starts.
    pub start: Timestamp,
    /// What is there at the beginning: a name of [`SCENARIOS`], or a whole text of that form.
    pub scenario: String,
    /// How a statement moves time.
    pub policy: Policy,
    /// Whether the option `incremental_location` is understood, as from v22.1 to v26.1: for scripts of that time. It is no
    /// part of a snapshot.
    pub incremental_location: bool,
}

/// A world to begin with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// In a sentence.
    pub words: &'static str,
    /// The statement that stands in the prompt when it opens.
    pub starter: &'static str,
    /// What it is made of: see module `scenario`.
    pub text: &'static str,
}

/// The worlds to begin with.
pub const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "bank",
        words: "three nodes, a bucket, and a bank with a few customers and accounts, one hour of deposits old",
        starter: "BACKUP DATABASE bank INTO 's3://acme/prod?AUTH=implicit';",
        text: include_str!("../scenarios/bank.txt"),
    },
    Scenario {
        name: "empty",
        words: "three nodes and nothing else",
        starter: "BACKUP INTO 'nodelocal://1/backups';",
        text: include_str!("../scenarios/empty.txt"),
    },
    Scenario {
        name: "movr",
        words: "three nodes and a vehicle-sharing company whose rides go on while time passes",
        starter: "BACKUP DATABASE movr INTO 's3://acme/movr?AUTH=implicit' WITH revision_history;",
        text: include_str!("../scenarios/movr.txt"),
    },
    Scenario {
        name: "three-regions",
        words: "nine nodes in three regions, and tables that lie near those who use them",
        starter: "BACKUP DATABASE shop INTO ('s3://us-east1/shop?AUTH=implicit&COCKROACH_LOCALITY=default', 's3://us-west1/shop?AUTH=implicit&COCKROACH_LOCALITY=region%3Dus-west1', 's3://europe-west1/shop?AUTH=implicit&COCKROACH_LOCALITY=region%3Deurope-west1');",
        text: include_str!("../scenarios/three-regions.txt"),
    },
    Scenario {
        name: "big",
        words: "three nodes and a million rows",
        starter: "BACKUP DATABASE big INTO 's3://acme/big?AUTH=implicit';",
        text: include_str!("../scenarios/big.txt"),
    },
];

impl Default for Config {
    fn default() -> Self {
        Self {
            version: Version::V21_2,
            seed: 1,
            start: DEFAULT_START,
            scenario: "empty".to_owned(),
            policy: Policy::Auto,
            incremental_location: false,
        }
    }
}

/// How a statement that starts a job moves time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// It runs until the job is done.
    Auto,
    /// It answers `pending`; the user moves time.
    Manual,
}

/// Who speaks. A session comes to be with its first statement.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SessionRef {
    /// The cluster by name; empty stands for the one in use.
    pub cluster: String,
    /// The user.
    pub user: String,
    /// Tells sessions of one user apart.
    pub name: String,
}

impl SessionRef {
    /// The shell: root on the cluster in use.
    pub fn shell() -> Self {
        Self::of("", "root")
    }

    /// Whether this is the shell.
    pub fn is_shell(&self) -> bool {
        self.cluster.is_empty() && self.user == "root" && self.name.is_empty()
    }

    /// The one session of `user` on `cluster`.
    pub fn of(cluster: &str, user: &str) -> Self {
        Self { cluster: cluster.to_owned(), user: user.to_owned(), name: String::new() }
    }
}

/// One thing from outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// One statement in a session, or one batch.
    Exec {
        /// Who says it.
        session: Arc<SessionRef>,
        /// What is said.
        sql: Arc<str>,
        /// The whole text is one batch under the version's rule for batches; else it is one statement.
        batch: bool,
    },
    /// A `\sim` line, with or without the `\sim`.
    Sim {
        /// The line.
        line: Arc<str>,
    },
    /// Time passes: what `play` turns into.
    Advance {
        /// How long, in nanoseconds.
        nanos: i64,
    },
}

/// What an input led to.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Output {
    /// One result a statement; one for a `\sim` line; none for a passing of time.
    pub results: Vec<protocol::result::StatementResult>,
}
