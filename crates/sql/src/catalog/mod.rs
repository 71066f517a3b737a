//! The catalog: what exists, as rows of `system` tables, and a derived cache over them.
//!
//! ```text
//!   system.descriptor ─┐
//!   system.namespace   ├─ read through a transaction ─▶ Snapshot ─ names, tables, users, settings, zones
//!   system.users …     │                                  ▲
//!   system.zones       ┘      Catalog keeps the newest one, and one of the past, until a row of these is written
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`descpb`], [`zonepb`], [`ptspb`] | messages inside those rows |
//! | [`system`] | the system tables themselves, and a new cluster's first rows |
//! | [`sys`] | reading and writing rows of system tables |
//! | [`snapshot`] | everything that exists, at one time |
//! | [`names`] | from a name to what it stands for |
//! | [`write`](mod@write) | changing descriptors and names |
//! | [`privilege`], [`users`] | who may do what |
//! | [`zones`] | zone configurations, and what they mean for spans |
//! | [`protected`] | records that hold garbage collection back |
//! | [`virtual_tables`] | tables that are made up when they are read |
//!
//! *Source*: `spec/system-tables.md`, `spec/manifest-wire.md` §4–6. Left out: leases on descriptors; a schema change
//! takes effect at its commit.

pub mod access;
pub mod descpb;
pub mod error;
pub mod names;
pub mod privilege;
pub mod protected;
pub mod ptspb;
pub mod snapshot;
pub mod sys;
pub mod system;
pub mod users;
pub mod virtual_tables;
pub mod write;
pub mod zone_text;
pub mod zonepb;
pub mod zones;

use std::sync::Arc;

use base::hlc::Timestamp;

pub use error::{Error, Kind};
pub use snapshot::{Snapshot, Table};
pub use sys::{Row, Sys};
pub use system::SystemTables;

use crate::rules::Rules;

/// The derived cache of one cluster's catalog. Cloning it is cheap; dropping what it holds is always safe.
#[derive(Clone, Debug)]
pub struct Catalog {
    system: Arc<SystemTables>,
    newest: Option<Arc<Snapshot>>,
    past: Option<Arc<Snapshot>>,
}

impl Catalog {
    /// A cache that knows nothing yet.
    pub fn new(rules: Rules) -> Self {
        Self { system: Arc::new(SystemTables::new(rules)), newest: None, past: None }
    }

    /// The system tables' own descriptors, which need no reading.
    pub fn system(&self) -> &Arc<SystemTables> {
        &self.system
    }

    /// What exists now, by committed rows. Costs a few lookups when nothing has changed.
    pub fn committed(&mut self, kv: &mut kv::Kv, now: Timestamp) -> Result<Arc<Snapshot>, Error> {
        if let Some(newest) = self.newest.as_ref()
            && self.system.last_write(kv) == newest.written
        {
            return Ok(Arc::clone(newest));
        }
        let mut txn = kv.begin(now);
        let made = self.read(kv, &mut txn);
        kv.rollback(txn);
        let made = made?;
        self.newest = Some(Arc::clone(&made));
        Ok(made)
    }

    /// What exists in the eyes of a transaction.
    ///
    /// `changed` says that the transaction itself has written descriptors or other cached rows: then they are read
    /// through it, each time.
    pub fn seen_by(
        &mut self,
        kv: &mut kv::Kv,
        txn: &mut kv::Txn,
        changed: bool,
    ) -> Result<Arc<Snapshot>, Error> {
        if changed {
            return self.read(kv, txn);
        }
        let written = self.system.last_write(kv);
        let at = txn.read_ts();
        let fits = |known: &&Arc<Snapshot>| known.written == written && written <= at;
        if let Some(newest) = self.newest.as_ref().filter(fits) {
            return Ok(Arc::clone(newest));
        }
        if let Some(past) = self.past.as_ref().filter(|past| past.read_at == at) {
            return Ok(Arc::clone(past));
        }
        let made = self.read(kv, txn)?;
        if written <= at {
            self.newest = Some(Arc::clone(&made));
        } else {
            self.past = Some(Arc::clone(&made));
        }
        Ok(made)
    }

    fn read(&self, kv: &mut kv::Kv, txn: &mut kv::Txn) -> Result<Arc<Snapshot>, Error> {
        let mut sys = Sys { kv, txn, tables: &self.system };
        Ok(Arc::new(Snapshot::read(&mut sys, self.newest.as_deref())?))
    }
}
