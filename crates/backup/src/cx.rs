//! What a backup or restore may touch.
//!
//! ```text
//!   simulator ──lends──▶ Cx { sql: kv, catalog, session, clock, …   buckets   cluster name }
//! ```
//!
//! Shape: borrows, made anew for each call. A job's step needs a session too: one of the job's own user, in no transaction.

use base::hlc::Timestamp;
use base::ids::JobId;
use cloud::bucket::Buckets;
use cloud::store::{Opener, Store};
use sql::outcome::{Column, Rows};
use sql::rules::Rules;
use sql::types::{Datum, Type};

use crate::dest::home::Home;
use crate::dest::{self, home::Located};
use crate::error::Error;

/// The parts of the world that backups work on.
#[derive(Debug)]
pub struct Cx<'a, 'w> {
    /// The cluster, and who asks.
    pub sql: &'a mut sql::cx::Cx<'w>,
    /// All stores of the world.
    pub buckets: &'a mut Buckets,
    /// The cluster's name in the world: nodelocal and userfile stores belong to it.
    pub cluster: &'a str,
    /// Whether non-admins may use storage with the machine's own credentials
    /// (`--external-io-enable-non-admin-implicit-access`).
    pub implicit_access: bool,
}

impl Cx<'_, '_> {
    /// The version's rules.
    pub fn rules(&self) -> Rules {
        *self.sql.rules
    }

    /// Where the clock stands.
    pub fn now(&self) -> Timestamp {
        self.sql.clock.now()
    }

    /// Opens a URI as the session's user on the gateway node.
    ///
    /// *Errors*: whatever the store refuses.
    pub fn open(&self, uri: &str) -> Result<Store, Error> {
        let who =
            Opener { cluster: self.cluster, node: self.sql.node, user: &self.sql.session.user };
        Ok(Store::open(uri, who, self.buckets)?)
    }

    /// Opens a list of stores: localities with their URIs, the default first.
    ///
    /// *Errors*: as [`Cx::open`].
    pub fn home(&self, places: &[Located]) -> Result<Home, Error> {
        let mut home: Option<Home> = None;
        for place in places {
            let store = self.open(&place.uri)?;
            match &mut home {
                Some(home) => home.parts.push((place.locality.clone(), store)),
                None => home = Some(store.into()),
            }
        }
        home.ok_or_else(|| dest::Error::refused("invalid base backup specified").into())
    }
}

/// What planning a BACKUP or RESTORE made: a job, written in the session's transaction block if there is one, else in a
/// transaction of its own that has committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Planned {
    /// The job. It is also in [`sql::cx::Cx::jobs_started`] (or in the open transaction's jobs).
    pub job: JobId,
    /// Whether the statement answers at once with [`Planned::detached_rows`]; otherwise it waits for the job and
    /// answers with [`crate::job::result_rows`].
    pub detached: bool,
}

impl Planned {
    /// The one column of a detached statement.
    pub fn detached_rows(&self) -> Rows {
        Rows {
            columns: vec![Column::new("job_id", Type::INT)],
            rows: vec![vec![Datum::Int(self.job.0)]],
        }
    }
}
