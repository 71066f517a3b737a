//! Undoing a RESTORE that failed or was cancelled.
//!
//! ```text
//!   names ───────────────────────▶ gone at once, so that they can be used again
//!   databases, schemas, types ───▶ gone at once
//!   tables ──────────────────────▶ DROP, and a GC job that is due soon clears their keys
//!   types that were here before ─▶ no longer refer to the tables
//!   defaultdb, postgres (cluster) ▶ made again, if the restore had taken them away
//! ```
//!
//! *Source*: `spec/restore.md` §12; the shared script `restore-on-fail-or-cancel-schema-objects`. Errors: those of the key
//! space.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::JobId;
use sql::catalog::descpb::{Descriptor, State, TypeDescriptor, Union};
use sql::catalog::{
    Error as CatalogError, Snapshot, Sys, system as sql_system, users, write, zones,
};
use sql::jobs::jobspb::Details;
use sql::jobs::{self, Record, gc_job};

use super::empty::DEFAULT_DATABASES;
use super::job::{read_database, set_state};
use super::spec::Job;
use super::system;
use crate::cx::Cx;
use crate::error::Error;
use crate::sys;
use crate::targets::PUBLIC_SCHEMA;

/// Removes everything that a RESTORE wrote.
///
/// *Errors*: those of the key space.
pub(crate) fn abandon(record: Record, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let job = Job::open(record)?;
    if job.plan.is_cluster && !job.details.prepare_completed {
        // The ids of the backup may still be those of the databases that every cluster has.
        return restore_defaults(&job, cx);
    }
    let ids = written_ids(&job, cx);
    let kept: Vec<u32> = job
        .details
        .descriptor_rewrites
        .values()
        .filter(|to| to.to_existing)
        .map(|to| to.id)
        .collect();
    let now = cx.now();
    let catalog = sys::catalog_now(cx)?;
    let gc = JobId(cx.sql.ints.next(cx.sql.clock.now(), cx.sql.node));
    let has_tables = sys::alone(cx, |sys| {
        for id in &kept {
            forget_users(sys, *id, &ids, now)?;
        }
        let tables = remove_all(sys, &ids, now)?;
        if tables.is_empty() {
            return Ok(false);
        }
        let job = gc_record(gc, &tables, now, &catalog);
        jobs::create(sys, &job)?;
        Ok(true)
    })?;
    if has_tables {
        cx.sql.start_job(gc);
    }
    restore_defaults(&job, cx)
}

/// Ids of all descriptors that the job wrote.
fn written_ids(job: &Job, cx: &Cx<'_, '_>) -> Vec<u32> {
    if job.plan.is_cluster {
        let first = cx.rules().first_user_id();
        return job.plan.ids.iter().copied().filter(|id| *id >= first).collect();
    }
    let rewrites = job.details.descriptor_rewrites.values();
    rewrites.filter(|to| !to.to_existing && to.id != 0).map(|to| to.id).collect()
}

/// How long until the tables' keys are cleared: what was never public has no history that anyone could want.
/// *Units*: nanoseconds.
const CLEAR_NANOS: i64 = 30 * NANOS_PER_SEC;

/// A job that clears tables without waiting for their TTL: they count as dropped so long ago that it has almost passed.
fn gc_record(id: JobId, tables: &[u32], now: Timestamp, catalog: &Snapshot) -> Record {
    let description = "GC for dropping descriptors created by RESTORE";
    let mut record = gc_job::for_tables(id, users::ROOT, description, tables, now);
    if let Some(Details::SchemaChangeGc(details)) = &mut record.payload.details {
        for table in &mut details.tables {
            let Some(desc) = catalog.table_desc(table.id) else { continue };
            let zone = catalog.zones.effective(&catalog.zones.chain(desc, None));
            let ttl_secs = zone.gc.map_or(0, |gc| i64::from(gc.ttl_seconds));
            table.drop_time = (now.wall + CLEAR_NANOS - ttl_secs * NANOS_PER_SEC).max(1);
        }
    }
    record
}

/// Removes descriptors and their names; tables stay as dropped ones, and their ids are answered.
fn remove_all(sys: &mut Sys<'_>, ids: &[u32], now: Timestamp) -> Result<Vec<u32>, CatalogError> {
    let mut tables = Vec::new();
    for id in ids {
        let Some(mut descriptor) = system::descriptor_of(sys, *id)? else { continue };
        if descriptor.state() == State::Drop {
            continue;
        }
        let (parent, schema) = descriptor.parents();
        let schema = if parent == 0 { 0 } else { schema };
        if descriptor.is_named() {
            write::drop_name(sys, parent, schema, descriptor.name())?;
        }
        zones::remove(sys, *id)?;
        match &descriptor.union {
            Some(Union::Table(table)) => {
                tables.push(table.id);
                set_state(&mut descriptor, State::Drop, "");
                if let Some(Union::Table(table)) = &mut descriptor.union {
                    table.drop_time = now.wall;
                }
                write::update(sys, descriptor, now)?;
                continue;
            }
            Some(Union::Database(database)) => write::drop_name(sys, database.id, 0, "public")?,
            Some(Union::Schema(gone)) if !ids.contains(&gone.parent_id) => {
                if let Some(mut database) = read_database(sys, gone.parent_id)? {
                    database.schemas.remove(&gone.name);
                    write::update(sys, database, now)?;
                }
            }
            Some(Union::Schema(_) | Union::Type(_) | Union::Function(_)) | None => {}
        }
        write::remove(sys, *id)?;
    }
    Ok(tables)
}

/// Takes references to what goes away out of a type that stays.
fn forget_users(
    sys: &mut Sys<'_>,
    id: u32,
    gone: &[u32],
    now: Timestamp,
) -> Result<(), CatalogError> {
    let read = system::descriptor_of(sys, id)?;
    let Some(Descriptor { union: Some(Union::Type(ty)) }) = read else { return Ok(()) };
    let mut left: TypeDescriptor = ty.clone();
    left.referencing_descriptor_ids.retain(|user| !gone.contains(user));
    if left.referencing_descriptor_ids.len() < ty.referencing_descriptor_ids.len() {
        write::update(sys, left, now)?;
    }
    Ok(())
}

/// Makes the databases again that every cluster has, with new ids.
fn restore_defaults(job: &Job, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    if !job.plan.is_cluster {
        return Ok(());
    }
    let rules = cx.rules();
    let catalog = sys::catalog_now(cx)?;
    for name in DEFAULT_DATABASES {
        if catalog.database_by_name(name).is_some() {
            continue;
        }
        let id = write::new_id(cx.sql.kv, cx.sql.clock, rules)?;
        if rules.public_schema_descriptor() {
            // Its schema `public` has the number after its own.
            write::new_id(cx.sql.kv, cx.sql.clock, rules)?;
        }
        let (database, schema) = sql_system::new_database(name, id, rules, users::ROOT);
        let now = cx.now();
        sys::alone(cx, |sys| {
            match &schema {
                Some(schema) => write::create(sys, schema.clone(), now)?,
                None => write::set_name(sys, id, 0, "public", PUBLIC_SCHEMA)?,
            }
            write::create(sys, database.clone(), now)
        })?;
    }
    Ok(())
}
