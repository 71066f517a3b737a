//! SCHEMA CHANGE GC: clears what was dropped, after the GC TTL.
//!
//! ```text
//!   DROP TABLE            drop_time + gc.ttlseconds, and no record protects a time before the drop
//!     │ state DROP, job waiting for GC TTL                  │ span cleared, descriptor and zone gone, job succeeded
//!   ──┴─────────────────────────────────────────────────────┴──▶ time
//! ```
//!
//! Shape: a step looks at everything that waits; the zone counts as it is at that moment, so after a change of zones the
//! step may be asked again before its time. *Source*: `spec/gc-and-protected-timestamps.md` §3, SHOW JOBS pages.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::JobId;
use base::span::Span;

use super::World;
use super::jobspb::{
    Details, DroppedIndex, DroppedTable, GcItem, ProgressDetails, SchemaChangeGcDetails,
    SchemaChangeGcProgress,
};
use super::pausepoint;
use super::record::Record;
use super::registry::save;
use super::state::Status;
use super::step::Step;
use crate::catalog::descpb::TableDescriptor;
use crate::catalog::error::Error;
use crate::catalog::snapshot::Snapshot;
use crate::catalog::{system, write, zones};

/// How long to wait when a protection record is in the way. *Units*: seconds.
const PROTECTED_WAIT_SECS: i64 = 300;

const POINT: &str = "gcjob.before_resume";

/// What SHOW JOBS says while the TTL runs.
pub const WAITING: &str = "waiting for GC TTL";

/// A job that will clear dropped tables.
pub fn for_tables(
    id: JobId,
    user: &str,
    description: &str,
    tables: &[u32],
    now: Timestamp,
) -> Record {
    let details = SchemaChangeGcDetails {
        tables: tables.iter().map(|id| DroppedTable { id: *id, drop_time: now.wall }).collect(),
        ..Default::default()
    };
    record(id, user, description, tables.to_vec(), details, now)
}

/// A job that will clear dropped indexes of a living table.
pub fn for_indexes(
    id: JobId,
    user: &str,
    description: &str,
    table: u32,
    indexes: &[u32],
    now: Timestamp,
) -> Record {
    let details = SchemaChangeGcDetails {
        indexes: indexes
            .iter()
            .map(|id| DroppedIndex { index_id: *id, drop_time: now.wall })
            .collect(),
        parent_id: table,
        ..Default::default()
    };
    record(id, user, description, vec![table], details, now)
}

fn record(
    id: JobId,
    user: &str,
    description: &str,
    ids: Vec<u32>,
    details: SchemaChangeGcDetails,
    now: Timestamp,
) -> Record {
    let description = format!("GC for {description}");
    let mut made = Record::new(id, user, description, Details::SchemaChangeGc(details), now);
    made.payload.descriptor_ids = ids;
    made.payload.noncancelable = true;
    made.set_running_status(WAITING);
    made
}

/// One look at what waits.
pub fn step(mut job: Record, world: &mut World<'_>) -> Result<Step, Error> {
    if !job.status.can_step() {
        return Ok(Step::Finished);
    }
    let now = world.clock.tick();
    let snapshot = world.catalog.committed(world.kv, now)?;
    if job.status == Status::PauseRequested {
        world.in_txn(|sys| super::control::grant_pause(sys, &mut job, now))?;
        return Ok(Step::Finished);
    }
    if pausepoint::is_set(&snapshot, POINT) {
        world.in_txn(|sys| pausepoint::pause(sys, &mut job, POINT, now))?;
        return Ok(Step::PausedAt(POINT.to_owned()));
    }
    let Some(Details::SchemaChangeGc(details)) = job.payload.details.clone() else {
        return Ok(Step::Finished);
    };
    let mut next: Option<Timestamp> = None;
    let mut progress = SchemaChangeGcProgress::default();
    let mut ready = Ready::default();
    for table in &details.tables {
        let done = match snapshot.table_desc(table.id) {
            None => true,
            Some(desc) => {
                let due = due(&snapshot, desc, None, table.drop_time);
                let span = Span::prefix(system::table_prefix(table.id));
                wait_until(due, &span, table.drop_time, now, world, &mut next)
            }
        };
        if done {
            ready.tables.push(table.id);
        }
        progress.tables.push(GcItem { id: table.id, status: if done { 2 } else { 0 } });
    }
    for index in &details.indexes {
        let done = match snapshot.table_desc(details.parent_id) {
            None => true,
            Some(desc) => {
                let due = due(&snapshot, desc, Some(index.index_id), index.drop_time);
                let span = Span::prefix(system::index_prefix(desc.id, index.index_id));
                wait_until(due, &span, index.drop_time, now, world, &mut next)
            }
        };
        if done {
            ready.indexes.push(index.index_id);
        }
        progress.indexes.push(GcItem { id: index.index_id, status: if done { 2 } else { 0 } });
    }
    job.progress.details = Some(ProgressDetails::SchemaChangeGc(progress));
    clear(&mut job, &details, &ready, next.is_none(), &snapshot, world)?;
    Ok(next.map_or(Step::Finished, Step::WaitUntil))
}

/// What can be cleared now.
#[derive(Debug, Default)]
struct Ready {
    tables: Vec<u32>,
    indexes: Vec<u32>,
}

/// When the TTL of something dropped has passed.
fn due(
    snapshot: &Snapshot,
    desc: &TableDescriptor,
    index: Option<u32>,
    drop_time: i64,
) -> Timestamp {
    let zone = snapshot.zones.effective(&snapshot.zones.chain(desc, index));
    let ttl = zone.gc.map_or(0, |gc| i64::from(gc.ttl_seconds));
    Timestamp::from_wall(drop_time).add_nanos(ttl.saturating_mul(NANOS_PER_SEC))
}

/// Whether something can be cleared; if not, `next` learns when to look again.
fn wait_until(
    due: Timestamp,
    span: &Span,
    drop_time: i64,
    now: Timestamp,
    world: &World<'_>,
    next: &mut Option<Timestamp>,
) -> bool {
    let protected = || {
        world.kv.protections().iter().any(|record| {
            record.ts.wall < drop_time && record.spans.iter().any(|kept| kept.overlaps(span))
        })
    };
    let wait = if due > now {
        Some(due)
    } else if protected() {
        Some(now.add_nanos(PROTECTED_WAIT_SECS * NANOS_PER_SEC))
    } else {
        None
    };
    if let Some(at) = wait {
        *next = Some(next.map_or(at, |known| known.min(at)));
    }
    wait.is_none()
}

fn clear(
    job: &mut Record,
    details: &SchemaChangeGcDetails,
    ready: &Ready,
    finished: bool,
    snapshot: &Snapshot,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let now = world.clock.tick();
    if finished {
        job.succeed(now);
    } else {
        job.set_running_status(WAITING);
    }
    world.in_txn(|sys| {
        for id in &ready.tables {
            write::remove(sys, *id)?;
            zones::remove(sys, *id)?;
        }
        if let Some(desc) = snapshot.table_desc(details.parent_id)
            && !ready.indexes.is_empty()
        {
            let mut desc = (**desc).clone();
            desc.gc_mutations.retain(|gc| !ready.indexes.contains(&gc.index_id));
            write::update(sys, desc, now)?;
        }
        save(sys, job, now)
    })?;
    // Only what no descriptor names any more is cleared, so a crash in between leaves bytes, not holes.
    for id in &ready.tables {
        world.kv.clear_span(&Span::prefix(system::table_prefix(*id)));
    }
    for index in &ready.indexes {
        world.kv.clear_span(&Span::prefix(system::index_prefix(details.parent_id, *index)));
    }
    drop_empty_database_zones(snapshot, ready, world)
}

/// The zone of a dropped database goes with the last of its tables.
fn drop_empty_database_zones(
    snapshot: &Snapshot,
    ready: &Ready,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let mut gone: Vec<u32> = ready
        .tables
        .iter()
        .filter_map(|id| snapshot.table_desc(*id).map(|desc| desc.parent_id))
        .filter(|db| snapshot.database(*db).is_none() && snapshot.zones.get(*db).is_some())
        .filter(|db| {
            !snapshot
                .tables()
                .any(|table| table.parent_id == *db && !ready.tables.contains(&table.id))
        })
        .collect();
    gone.dedup();
    if gone.is_empty() {
        return Ok(());
    }
    world.in_txn(|sys| {
        for db in &gone {
            zones::remove(sys, *db)?;
        }
        Ok(())
    })
}
