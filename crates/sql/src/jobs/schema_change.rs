//! SCHEMA CHANGE: the jobs behind DDL.
//!
//! ```text
//!   DDL ─ changes descriptors in its own transaction ─ row of a job that has already succeeded
//!       └ if a pause point is set: what it dropped stays in state DROP, the job runs when the transaction commits
//! ```
//!
//! Shape: Amber changes schemas at once, so that a statement's end is also the end of its change; the row is there because
//! the real system shows one. *Source*: `spec/error-messages.md` §10. Left out: states between (delete-only, write-only).

use base::hlc::Timestamp;
use base::ids::JobId;

use super::World;
use super::jobspb::Details;
use super::pausepoint;
use super::record::{Kind, Record};
use super::registry::{create, save};
use super::state::Status;
use super::step::Step;
use crate::catalog::descpb::{State, Union};
use crate::catalog::error::Error;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::sys::Sys;
use crate::catalog::write;

/// The point before a change is carried out, by kind of schema changer.
pub const fn point(kind: Kind) -> &'static str {
    match kind {
        Kind::NewSchemaChange => "newschemachanger.before.exec",
        Kind::SchemaChange
        | Kind::TypeSchemaChange
        | Kind::Backup
        | Kind::Restore
        | Kind::SchemaChangeGc
        | Kind::CreateStats
        | Kind::Unknown => "schemachanger.before.exec",
    }
}

/// A change of descriptors, as a new job.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The job's id.
    pub id: JobId,
    /// Who changes.
    pub user: &'a str,
    /// The statement with full names.
    pub description: &'a str,
    /// What is changed.
    pub descriptors: &'a [u32],
    /// Of what kind.
    pub details: Details,
}

/// Writes the row of a change that is already carried out.
pub fn record_done(sys: &mut Sys<'_>, change: Change<'_>, now: Timestamp) -> Result<(), Error> {
    let mut record = make(change, now);
    record.succeed(now);
    create(sys, &record)
}

/// Writes the row of a change whose rest is to be done after the transaction: removing what is in state DROP.
pub fn record_pending(sys: &mut Sys<'_>, change: Change<'_>, now: Timestamp) -> Result<(), Error> {
    create(sys, &make(change, now))
}

fn make(change: Change<'_>, now: Timestamp) -> Record {
    let mut record = Record::new(change.id, change.user, change.description, change.details, now);
    record.payload.descriptor_ids = change.descriptors.to_vec();
    record
}

/// Carries out the rest of a change.
pub fn step(mut job: Record, world: &mut World<'_>) -> Result<Step, Error> {
    if !job.status.can_step() {
        return Ok(Step::Finished);
    }
    let now = world.clock.tick();
    let snapshot = world.catalog.committed(world.kv, now)?;
    let point = point(job.kind());
    match job.status {
        Status::PauseRequested => {
            world.in_txn(|sys| super::control::grant_pause(sys, &mut job, now))?;
            return Ok(Step::Finished);
        }
        Status::CancelRequested | Status::Reverting => {
            // What is dropped stays dropped; there is nothing to take back.
            job.finish(Status::Canceled, now);
            world.in_txn(|sys| save(sys, &mut job, now))?;
            return Ok(Step::Finished);
        }
        Status::Pending
        | Status::Running
        | Status::Paused
        | Status::Succeeded
        | Status::Failed
        | Status::Canceled
        | Status::RevertFailed => {}
    }
    if pausepoint::is_set(&snapshot, point) {
        world.in_txn(|sys| pausepoint::pause(sys, &mut job, point, now))?;
        return Ok(Step::PausedAt(point.to_owned()));
    }
    job.succeed(now);
    world.in_txn(|sys| {
        remove_dropped(sys, &snapshot, &job.payload.descriptor_ids)?;
        add_constraints(sys, &snapshot, &job.payload.descriptor_ids, now)?;
        save(sys, &mut job, now)
    })?;
    Ok(Step::Finished)
}

/// Turns foreign keys that are changes under way into foreign keys, on both sides.
fn add_constraints(
    sys: &mut Sys<'_>,
    snapshot: &Snapshot,
    ids: &[u32],
    now: Timestamp,
) -> Result<(), Error> {
    for table in ids.iter().filter_map(|id| snapshot.table_desc(*id)) {
        let mut desc = (**table).clone();
        let (added, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut desc.mutations)
            .into_iter()
            .partition(|mutation| mutation.constraint.as_ref().is_some_and(|c| c.kind == 1));
        desc.mutations = rest;
        for fk in added.into_iter().filter_map(|mutation| mutation.constraint) {
            let fk = fk.foreign_key;
            desc.outbound_fks.push(fk.clone());
            if fk.referenced_table_id == desc.id {
                desc.inbound_fks.push(fk);
            } else if let Some(target) = snapshot.table_desc(fk.referenced_table_id) {
                let mut target = (**target).clone();
                target.inbound_fks.push(fk);
                write::update(sys, target, now)?;
            }
        }
        if desc.outbound_fks.len() != table.outbound_fks.len() {
            write::update(sys, desc, now)?;
        }
    }
    Ok(())
}

/// Removes descriptors in state DROP that have no data: databases, schemas, types, views. Tables wait for their GC job.
pub fn remove_dropped(sys: &mut Sys<'_>, snapshot: &Snapshot, ids: &[u32]) -> Result<(), Error> {
    for id in ids {
        let Some(desc) = snapshot.descriptor(*id) else { continue };
        let has_data = match &desc.union {
            Some(Union::Table(table)) => table.view_query.is_empty() || table.is_materialized_view,
            Some(Union::Database(_) | Union::Schema(_) | Union::Type(_) | Union::Function(_))
            | None => false,
        };
        if desc.state() == State::Drop && !has_data {
            write::remove(sys, *id)?;
        }
    }
    Ok(())
}
