//! System tables of a cluster restore.
//!
//! ```text
//!   zones ──── before the data ────▶ system.zones
//!   users, role_members, role_options, … ─▶ emptied, then filled
//!   jobs (v21.2) ─▶ added where the id is free; RESTORE and IMPORT that ran come cancelled
//!   settings ── last of all ─▶ emptied and filled, but for `version`
//! ```
//!
//! Shape: rows are decoded from the backup's files and written through the tables of this version, whose definitions are
//! the same: only backups of this version's kind come so far. *Source*: `spec/restore.md` §4, `spec/system-tables.md` §3.
//! Left out: rewriting of ids (they are kept).

use base::hlc::Timestamp;
use base::sort;
use kv::Batch;
use sql::catalog::descpb::{Descriptor, State};
use sql::catalog::system::ids;
use sql::catalog::{Error as CatalogError, Sys, SystemTables, write};
use sql::row::RowDecoder;
use sql::types::Datum;
use wire::Message;

use super::covering;
use super::empty::DEFAULT_DATABASES;
use super::job::{Backup, read_inputs, set_state};
use super::merge::{self, Wanted};
use super::rewrite::OFFLINE_REASON;
use super::spec::Job;
use crate::cx::Cx;
use crate::error::Error;
use crate::keyspan::{self, PrimaryIndexes};
use crate::sys;
use crate::targets::{SYSTEM_DB, Snapshot, parents};

/// The user's objects of a backup, offline, with the ids that they had.
pub(super) fn kept_descriptors(job: &Job, snapshot: &Snapshot) -> Vec<Descriptor> {
    let kept = job.plan.ids.iter().filter_map(|id| snapshot.by_id.get(id));
    kept.filter(|d| d.id() != SYSTEM_DB && parents(d).0 != SYSTEM_DB)
        .map(|descriptor| {
            let mut offline = descriptor.clone();
            set_state(&mut offline, State::Offline, OFFLINE_REASON);
            offline
        })
        .collect()
}

/// The id behind a name.
///
/// *Errors*: rows that cannot be read.
pub(super) fn name_of(
    sys: &mut Sys<'_>,
    parent: u32,
    schema: u32,
    name: &str,
) -> Result<Option<u32>, CatalogError> {
    let key = [Datum::Int(i64::from(parent)), Datum::Int(i64::from(schema)), Datum::from(name)];
    let row = sys.row(ids::NAMESPACE, &key)?;
    Ok(row.and_then(|row| row.int("id")).and_then(|id| u32::try_from(id).ok()))
}

/// A descriptor as the transaction sees it.
///
/// *Errors*: rows that cannot be read.
pub(super) fn descriptor_of(
    sys: &mut Sys<'_>,
    id: u32,
) -> Result<Option<Descriptor>, CatalogError> {
    let row = sys.row(ids::DESCRIPTOR, &[Datum::Int(i64::from(id))])?;
    Ok(row.and_then(|row| Descriptor::decode(row.bytes("descriptor")?).ok()))
}

/// Takes the databases away that every cluster has: all of them, or in v21.2 those that the backup brings again.
///
/// *Errors*: those of the key space.
pub(super) fn clear_defaults(snapshot: &Snapshot, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let all = cx.rules().cluster_restore_counts_public();
    let catalog = sys::catalog_now(cx)?;
    let gone = DEFAULT_DATABASES
        .iter()
        .filter(|name| all || snapshot.databases().any(|database| database.name == **name));
    let gone: Vec<u32> = gone
        .filter_map(|name| catalog.database_by_name(name))
        .map(|database| database.id)
        .collect();
    sys::alone(cx, |sys| {
        for database in catalog.databases().filter(|database| gone.contains(&database.id)) {
            write::drop_name(sys, database.id, 0, "public")?;
            write::drop_name(sys, 0, 0, &database.name)?;
            write::remove(sys, database.id)?;
        }
        for schema in catalog.schemas().filter(|schema| gone.contains(&schema.parent_id)) {
            write::remove(sys, schema.id)?;
        }
        Ok(())
    })
}

/// Puts the backup's zone configurations in the place of those here.
///
/// *Errors*: files that cannot be read.
pub(super) fn restore_zones(job: &Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let rows = rows_of(ids::ZONES, job, backup, cx, &mut 0)?;
    sys::alone(cx, |sys| replace(sys, ids::ZONES, &rows))
}

/// Puts the rows of all other system tables of the backup in the place of those here. Answers the time it took.
///
/// *Errors*: files that cannot be read.
pub(super) fn restore_tables(
    job: &Job,
    backup: &Backup,
    cx: &mut Cx<'_, '_>,
) -> Result<i64, Error> {
    let mut nanos = 0;
    if job.plan.system_users {
        return restore_users(job, backup, cx);
    }
    for table in order(job, backup) {
        let rows = rows_of(table, job, backup, cx, &mut nanos)?;
        sys::alone(cx, |sys| match table {
            ids::SETTINGS => replace_settings(sys, &rows),
            ids::JOBS => add_jobs(sys, &rows),
            table => replace(sys, table, &rows),
        })?;
    }
    Ok(nanos)
}

/// Users that are not here, with their options and memberships. Answers the time it took.
fn restore_users(job: &Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<i64, Error> {
    let mut nanos = 0;
    let known = sys::catalog_now(cx)?;
    let is_new = |row: &[Datum], at: usize| {
        row.get(at).and_then(Datum::as_str).is_some_and(|name| known.users.get(name).is_none())
    };
    // The column of the user whose coming brings the row: members bring what they are members of.
    for (table, column) in [(ids::USERS, 0), (ids::ROLE_OPTIONS, 0), (ids::ROLE_MEMBERS, 1)] {
        let rows = rows_of(table, job, backup, cx, &mut nanos)?;
        sys::alone(cx, |sys| {
            for row in rows.iter().filter(|row| is_new(row, column)) {
                sys.insert_values(table, row)?;
            }
            Ok(())
        })?;
    }
    Ok(nanos)
}

/// Users first, then what refers to them, settings last of all; zones are done.
fn order(job: &Job, backup: &Backup) -> Vec<u32> {
    let tables = job.plan.ids.iter().filter_map(|id| backup.snapshot.table(*id));
    let mut system: Vec<u32> = tables
        .filter(|table| table.parent_id == SYSTEM_DB && table.id != ids::ZONES)
        .filter(|table| table.sequence_opts.is_none())
        .map(|table| table.id)
        .collect();
    sort::by_key(&mut system, |id| match *id {
        ids::USERS => (0, *id),
        ids::SETTINGS => (2, *id),
        id => (1, id),
    });
    system
}

/// The rows of one system table at the job's moment.
fn rows_of(
    table: u32,
    job: &Job,
    backup: &Backup,
    cx: &Cx<'_, '_>,
    nanos: &mut i64,
) -> Result<Vec<Vec<Datum>>, Error> {
    let Some(descriptor) = backup.snapshot.table(table) else { return Ok(Vec::new()) };
    let spans = keyspan::spans_of(descriptor);
    let mut rows = Vec::new();
    for piece in covering::pieces(&backup.manifests(), &spans, u64::MAX) {
        let inputs = read_inputs(backup, &piece, cx, nanos)?;
        let tables = [(table, table)].into();
        let wanted = Wanted {
            spans: &piece.spans,
            at: job.at(),
            tables: &tables,
            stamp: Timestamp::MAX,
            primaries: &PrimaryIndexes::default(),
        };
        let merged = merge::merge(&inputs, wanted)?;
        rows.extend(decode(table, &merged.batch, cx.sql.catalog.system())?);
    }
    Ok(rows)
}

fn decode(table: u32, batch: &Batch, system: &SystemTables) -> Result<Vec<Vec<Datum>>, Error> {
    let Some(table) = system.get(table) else { return Ok(Vec::new()) };
    let index = &table.codec.primary;
    let needed = vec![true; table.codec.columns.len()];
    let mut decoder = RowDecoder::new(&table.codec, index, &needed);
    let mut rows = Vec::new();
    let broken = |cause: sql::types::Error| Error::from(sql::error::Error::from(cause));
    for (key, _, value) in batch.iter().filter(|(key, ..)| key.starts_with(&index.prefix)) {
        rows.extend(decoder.feed(key, value).map_err(broken)?);
    }
    rows.extend(decoder.finish());
    Ok(rows)
}

/// The primary key of a row.
fn key_of(table: u32, row: &[Datum], system: &SystemTables) -> Vec<Datum> {
    let Some(table) = system.get(table) else { return Vec::new() };
    let key = table.codec.primary.key.iter();
    key.filter_map(|(ordinal, _)| row.get(*ordinal).cloned()).collect()
}

fn replace(sys: &mut Sys<'_>, table: u32, rows: &[Vec<Datum>]) -> Result<(), CatalogError> {
    for old in sys.rows(table, &[])? {
        let key = key_of(table, old.values(), sys.tables);
        sys.delete(table, &key)?;
    }
    for row in rows {
        sys.insert_values(table, row)?;
    }
    Ok(())
}

/// As [`replace`], but the row `version` stays as it is here.
fn replace_settings(sys: &mut Sys<'_>, rows: &[Vec<Datum>]) -> Result<(), CatalogError> {
    let is_version = |row: &[Datum]| row.first().and_then(Datum::as_str) == Some("version");
    for old in sys.rows(ids::SETTINGS, &[])? {
        if !is_version(old.values()) {
            let key = key_of(ids::SETTINGS, old.values(), sys.tables);
            sys.delete(ids::SETTINGS, &key)?;
        }
    }
    for row in rows.iter().filter(|row| !is_version(row)) {
        sys.insert_values(ids::SETTINGS, row)?;
    }
    Ok(())
}

/// Jobs whose ids are free here. One that was at work when the backup was taken comes cancelled.
fn add_jobs(sys: &mut Sys<'_>, rows: &[Vec<Datum>]) -> Result<(), CatalogError> {
    let status = sys.tables.get(ids::JOBS).and_then(|table| table.ordinal("status"));
    for row in rows {
        let key = key_of(ids::JOBS, row, sys.tables);
        if sys.row(ids::JOBS, &key)?.is_some() {
            continue;
        }
        let mut row = row.clone();
        if let Some(cell) = status.and_then(|at| row.get_mut(at)) {
            let is_over = matches!(cell.as_str(), Some("succeeded" | "failed" | "canceled"));
            if !is_over {
                *cell = Datum::from("canceled");
            }
        }
        sys.insert_values(ids::JOBS, &row)?;
    }
    Ok(())
}
