//! A world with the few calls that attacks need.
//!
//! Shape: a plain value, as cheap to clone as its world. Errors: the engine's own, or a text that says what was asked.

use std::sync::Arc;

use protocol::result::{ErrorReply, StatementResult};
use simulator::input::{Config, Policy, SessionRef, Version};
use simulator::world::World;

/// A row of a result.
pub type Row = Vec<Option<String>>;

/// What went wrong, in words.
pub type Failure = String;

/// A world under attack.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The world.
    pub world: World,
}

/// One object of a bucket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// A URI that `\sim bucket` takes.
    pub uri: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

impl Object {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.uri.rsplit('/').next().unwrap_or(&self.uri)
    }
}

impl Stage {
    /// An empty world.
    pub fn new(version: Version, seed: u64, policy: Policy) -> Self {
        Self { world: World::new(Config { version, seed, policy, ..Config::default() }) }
    }

    /// Runs statements and `\sim` lines; the first error ends it.
    ///
    /// *Errors*: the statement and what it answered.
    pub fn must(&mut self, text: &str) -> Result<Vec<StatementResult>, Failure> {
        let results = self.world.exec(text);
        match results.iter().find_map(|r| r.error.as_ref().map(|error| (r, error))) {
            Some((r, error)) => Err(format!("{}\n  → {} {}", r.sql, error.code, error.message)),
            None => Ok(results),
        }
    }

    /// Runs one statement as the shell does.
    ///
    /// *Errors*: what it answered.
    pub fn run(&mut self, sql: &str) -> Result<StatementResult, ErrorReply> {
        settle(self.world.exec(sql))
    }

    /// Runs one statement in a session of its own name.
    ///
    /// *Errors*: what it answered.
    pub fn run_as(&mut self, session: &str, sql: &str) -> Result<StatementResult, ErrorReply> {
        let who = SessionRef { name: session.to_owned(), ..SessionRef::shell() };
        settle(self.world.exec_as(&Arc::new(who), sql))
    }

    /// The rows of a query.
    ///
    /// *Errors*: what it answered.
    pub fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ErrorReply> {
        self.run(sql).map(|result| result.rows)
    }

    /// The one value of a query, empty for NULL and for no row.
    ///
    /// *Errors*: what it answered.
    pub fn value(&mut self, sql: &str) -> Result<String, ErrorReply> {
        let rows = self.rows(sql)?;
        Ok(rows.into_iter().flatten().next().flatten().unwrap_or_default())
    }

    /// All objects of all buckets, in order.
    pub fn objects(&self) -> Vec<Object> {
        let buckets = self.world.buckets();
        let of_store = |store| {
            let found = buckets.objects(store, "");
            found.map(move |(path, object)| Object {
                uri: format!("{}://{}/{path}", store.scheme.name(), store.host),
                bytes: Arc::clone(&object.bytes),
            })
        };
        buckets.stores().flat_map(of_store).collect()
    }
}

fn settle(results: Vec<StatementResult>) -> Result<StatementResult, ErrorReply> {
    let mut last = StatementResult::default();
    for mut result in results {
        if let Some(error) = result.error.take() {
            return Err(error);
        }
        last = result;
    }
    Ok(last)
}
