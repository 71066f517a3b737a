//! TRUNCATE: new, empty indexes in place of the old ones, whose data wait for the GC TTL.
//!
//! ```text
//!   index ids 1, 2 ─▶ 3, 4        /Table/53/{1-3} stays readable in the past, /Table/53/{3-5} is empty
//! ```
//!
//! *Source*: CockroachDB's TRUNCATE page; v21.1 and later keep the table's id.

use super::ddl::{self, Draft, JobNote};
use crate::ast::dml::Truncate;
use crate::ast::{DropBehavior, Statement};
use crate::catalog::descpb::{GcMutation, TableDescriptor};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::privilege::Privilege;
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::jobs;
use crate::outcome::Outcome;
use base::map::Set;

/// Runs TRUNCATE.
pub(crate) fn run(stmt: &Truncate, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("TRUNCATE")?;
    let snapshot = cx.snapshot()?;
    let (mut chosen, mut full) = (Set::new(), Vec::new());
    for name in &stmt.tables {
        let desc = snapshot.resolve_kind(name, cx.name_scope(), Kind::Table)?;
        let on = desc.privileges.as_ref();
        cx.require(&snapshot, on, Privilege::Drop, (Kind::Relation, &desc.name))?;
        chosen.insert(desc.id);
        full.push(ddl::full_object_name(snapshot.full_name(desc)));
    }
    with_referrers(&mut chosen, &snapshot, stmt.behavior)?;
    let named = Truncate { tables: full, behavior: stmt.behavior };
    let description = ddl::describe(&Statement::Truncate(named));
    for id in chosen {
        empty(id, &description, cx)?;
    }
    Ok(Outcome::tag("TRUNCATE"))
}

/// Tables that refer to a truncated one: they go along under CASCADE, else they forbid it.
fn with_referrers(
    chosen: &mut Set<u32>,
    snapshot: &Snapshot,
    behavior: DropBehavior,
) -> Result<(), Error> {
    let mut open: Vec<u32> = chosen.iter().copied().collect();
    while let Some(id) = open.pop() {
        let Some(desc) = snapshot.table_desc(id) else { continue };
        for fk in &desc.inbound_fks {
            if chosen.contains(&fk.origin_table_id) {
                continue;
            }
            if behavior != DropBehavior::Cascade {
                let origin = snapshot.table_desc(fk.origin_table_id).map_or("", |desc| &desc.name);
                let text = format!(
                    "\"{}\" is referenced by foreign key from table \"{origin}\"",
                    desc.name
                );
                return Err(CatalogError::dependents(text).into());
            }
            chosen.insert(fk.origin_table_id);
            open.push(fk.origin_table_id);
        }
    }
    Ok(())
}

/// Replaces the indexes of a table by empty ones, and leaves the old ones to a GC job.
pub(crate) fn empty(id: u32, description: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    let mut draft = Draft::new(cx.snapshot()?);
    let now = cx.clock.now();
    let gc_job = cx.new_job_id();
    let desc = draft.table(id)?;
    let old = renumber(desc);
    for index_id in &old {
        desc.gc_mutations.push(GcMutation {
            index_id: *index_id,
            drop_time: now.wall,
            job_id: gc_job.0,
        });
    }
    draft.write(cx)?;
    ddl::note_job(&JobNote { description, ids: &[id], of_type: false }, cx)?;
    let user = cx.session.user.clone();
    let record = jobs::gc_job::for_indexes(gc_job, &user, description, id, &old, now);
    jobs::create(&mut cx.sys()?, &record)?;
    cx.start_job(gc_job);
    Ok(())
}

/// Gives every index a new id; answers the old ones.
fn renumber(desc: &mut TableDescriptor) -> Vec<u32> {
    let mut old = Vec::new();
    let mut next = desc.next_index_id;
    for index in std::iter::once(&mut desc.primary_index).chain(&mut desc.indexes) {
        old.push(index.id);
        index.id = next;
        next += 1;
    }
    desc.next_index_id = next;
    old
}
