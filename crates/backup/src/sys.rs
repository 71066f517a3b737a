//! Rows of system tables, in the transaction that fits: the session's block while a statement is planned in one, else
//! one of its own.
//!
//! Shape: a closure over [`Sys`]. Errors: the closure's, and those of a commit; a retry is tried a few times, since
//! nothing else of the world runs in between.

use base::hlc::Timestamp;
use sql::catalog::{Error as CatalogError, Snapshot, Sys};
use sql::session::TxnState;

use crate::cx::Cx;
use crate::error::Error;
use crate::targets;

/// How often a transaction of our own is tried.
const TRIES: usize = 5;

/// Runs `work` in the session's open block, or in a transaction of its own.
///
/// *Errors*: those of `work` and of the commit.
pub fn within<T>(
    cx: &mut Cx<'_, '_>,
    mut work: impl FnMut(&mut Sys<'_>) -> Result<T, CatalogError>,
) -> Result<T, Error> {
    if matches!(cx.sql.session.txn, TxnState::Open(_)) && cx.sql.session.in_block() {
        let mut sys = cx.sql.sys_changing()?;
        return Ok(work(&mut sys)?);
    }
    alone(cx, work)
}

/// Runs `work` in a transaction of its own.
///
/// *Errors*: those of `work` and of the commit.
pub fn alone<T>(
    cx: &mut Cx<'_, '_>,
    mut work: impl FnMut(&mut Sys<'_>) -> Result<T, CatalogError>,
) -> Result<T, Error> {
    let mut tries = 1;
    loop {
        let began = cx.sql.clock.tick();
        let mut txn = cx.sql.kv.begin(began);
        let done = work(&mut Sys { kv: cx.sql.kv, txn: &mut txn, tables: cx.sql.catalog.system() });
        let value = match done {
            Ok(value) => value,
            Err(cause) => {
                cx.sql.kv.rollback(txn);
                return Err(cause.into());
            }
        };
        let committed = cx.sql.kv.commit(txn, cx.sql.clock.tick());
        match committed {
            Ok(_) => return Ok(value),
            Err(kv::Error::Retry(_)) if tries < TRIES => tries += 1,
            Err(cause) => return Err(cause.into()),
        }
    }
}

/// The cluster's catalog now, as the session's open block sees it if there is one.
///
/// *Errors*: rows that cannot be read.
pub fn catalog_now(cx: &mut Cx<'_, '_>) -> Result<std::sync::Arc<Snapshot>, Error> {
    if cx.sql.session.in_block() {
        return Ok(cx.sql.snapshot()?);
    }
    let now = cx.sql.clock.tick();
    Ok(cx.sql.catalog.committed(cx.sql.kv, now)?)
}

/// The cluster's descriptors at a moment.
///
/// *Errors*: a moment below the GC threshold of the system tables.
pub fn descriptors_at(cx: &mut Cx<'_, '_>, at: Timestamp) -> Result<targets::Snapshot, Error> {
    let now = cx.now();
    let mut txn = cx.sql.kv.begin_historical(at, now);
    let read = cx.sql.catalog.seen_by(cx.sql.kv, &mut txn, false)?;
    Ok(read.descriptors().cloned().collect())
}

/// Tells the key space which records hold garbage collection back, after one was written or released.
///
/// *Errors*: rows that cannot be read.
pub fn push_protections(cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let snapshot = catalog_now(cx)?;
    let records = alone(cx, |sys| sql::catalog::protected::protections(sys, &snapshot))?;
    cx.sql.kv.set_protections(records);
    Ok(())
}
