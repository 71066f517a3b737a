//! Planning a BACKUP: all checks in the real order, then the job's row.
//!
//! ```text
//!   switched on? ─ options ─ alone? ─ licence ─ AS OF ─ targets ─ privileges ─ URIs ─┐
//!                                                                                     ├─ (v21.2) destination, chain
//!   row of system.jobs ◀─ protection (v21.2) ◀────────────────────────────────────────┘
//! ```
//!
//! *Source*: `spec/backup.md` §9 to §11, `spec/v26.2.md` §1, `spec/error-messages.md` §2. Errors: see [`Error`]; none
//! leaves a row or an object behind.

use base::hlc::Timestamp;
use base::ids::JobId;
use sql::ast::backup::{Backup, BackupDest};
use sql::ast::{Statement, TablePattern, backup::Targets};
use sql::catalog::Snapshot as Catalog;
use sql::jobs::Record;
use sql::jobs::jobspb::{BackupDestination, BackupDetails, Details};
use sql::rules::Rules;

use super::draft;
use super::privileges;
use super::resolve;
use super::spec::{Job, Plan};
use crate::connection;
use crate::crypt::info::Sealing;
use crate::cx::{Cx, Planned};
use crate::dest;
use crate::dest::collection::Place;
use crate::dest::home::{self, Located};
use crate::error::Error;
use crate::jobrow;
use crate::statement::{self, flag, text, texts};
use crate::sys;
use crate::targets::{self, Scope, Selection, Snapshot};

/// What the statement says, as values.
#[derive(Clone, Debug)]
struct Said {
    place: Place,
    uris: Vec<String>,
    incrementals: Vec<String>,
    previous: Vec<String>,
    history: bool,
    detached: bool,
    sealing: Sealing,
}

/// A BACKUP that a schedule makes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scheduled {
    /// The schedule.
    pub schedule: i64,
    /// The record of the pair that this backup's success moves on; empty for none.
    pub record: Vec<u8>,
}

/// Checks a BACKUP and makes its job.
///
/// *Errors*: whatever is wrong with it, the first thing first.
pub fn plan(stmt: &Backup, cx: &mut Cx<'_, '_>) -> Result<Planned, Error> {
    let examined = examine(stmt, cx)?;
    write_down(stmt, examined, cx)
}

/// Checks a BACKUP as [`plan`] does, and leaves nothing behind.
///
/// *Errors*: those of [`plan`].
pub fn dry_run(stmt: &Backup, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    examine(stmt, cx).map(drop)
}

/// Checks a BACKUP of a schedule and makes its job.
///
/// *Errors*: those of [`plan`].
pub fn plan_scheduled(stmt: &Backup, by: Scheduled, cx: &mut Cx<'_, '_>) -> Result<Planned, Error> {
    let mut examined = examine(stmt, cx)?;
    examined.job.set_schedule(by.schedule);
    examined.job.plan.schedule_record = by.record;
    write_down(stmt, examined, cx)
}

/// A BACKUP of which nothing is written yet.
struct Examined {
    job: Job,
    snapshot: Snapshot,
    detached: bool,
}

fn examine(stmt: &Backup, cx: &mut Cx<'_, '_>) -> Result<Examined, Error> {
    let rules = cx.rules();
    let catalog = sys::catalog_now(cx)?;
    statement::check_enabled("BACKUP", "feature.backup.enabled", &catalog, rules)?;
    let said = read(stmt, rules)?;
    statement::check_alone("BACKUP", said.detached, cx)?;
    if said.uris.len() > 1 {
        check_licence("partitioned destinations", &catalog, cx)?;
    }
    let end = end_time(stmt, cx)?;
    if said.sealing.is_wanted() {
        check_licence("encryption", &catalog, cx)?;
    }
    if said.history {
        check_licence("revision_history", &catalog, cx)?;
    }
    let snapshot = sys::descriptors_at(cx, end)?;
    let selection = select(stmt, &snapshot, cx)?;
    privileges::check(stmt, &snapshot, &selection, &catalog, cx)?;
    let homes = homes(&said, &catalog, cx)?;
    let execution = statement::execution(stmt.options.execution_locality.as_ref(), cx)?;
    let id = JobId(cx.sql.ints.next(cx.sql.clock.now(), cx.sql.node));
    let mut job = make(stmt, cx, &said, homes, (id, end), &selection);
    job.plan.execution = execution;
    if rules.destination_errors_in_plan() {
        resolve::resolve(&mut job, &snapshot, &selection, cx, |cx| {
            check_licence("incremental", &catalog, cx)
        })?;
    }
    Ok(Examined { job, snapshot, detached: said.detached })
}

/// Makes the job of a BACKUP that may be taken.
fn write_down(stmt: &Backup, examined: Examined, cx: &mut Cx<'_, '_>) -> Result<Planned, Error> {
    let Examined { mut job, snapshot, detached } = examined;
    if cx.rules().destination_errors_in_plan() {
        resolve::protect(&job, cx)?;
        resolve::hold_directory(&job, cx)?;
    }
    describe(stmt, &mut job, &snapshot, cx);
    jobrow::create(cx, &job.record())?;
    if !cx.sql.session.in_block() {
        // Inside a block the record counts from its COMMIT on, and whoever commits tells the key space.
        sys::push_protections(cx)?;
    }
    Ok(Planned { job: job.id(), detached })
}

fn read(stmt: &Backup, rules: Rules) -> Result<Said, Error> {
    let options = &stmt.options;
    let passphrase = options.encryption_passphrase.as_ref();
    let sealing = statement::sealing(passphrase, &options.kms, rules)?;
    let place = match &stmt.dest {
        BackupDest::Into => Place::New,
        BackupDest::IntoLatest => Place::Latest,
        BackupDest::IntoSubdir(subdir) => {
            let typed = text(subdir, "BACKUP INTO")?;
            if typed.eq_ignore_ascii_case("latest") { Place::Latest } else { Place::Subdir(typed) }
        }
        BackupDest::To => Place::Root,
    };
    Ok(Said {
        place,
        uris: texts(&stmt.to, "BACKUP")?,
        history: flag(options.revision_history.as_ref(), "revision_history")?,
        detached: options.is_detached(),
        incrementals: texts(&options.incremental_location, "incremental_location")?,
        previous: texts(&stmt.incremental_from, "INCREMENTAL FROM")?,
        sealing,
    })
}

/// Where it goes: the collection's stores, those for incrementals, and the layers before it.
struct Homes {
    home: Vec<Located>,
    incrementals: Vec<Located>,
    previous: Vec<String>,
}

/// Checks and resolves all URIs. One that no store answers to is refused here in both versions: nothing could even be
/// recorded of it.
fn homes(said: &Said, catalog: &Catalog, cx: &mut Cx<'_, '_>) -> Result<Homes, Error> {
    let located = |typed: &[String], cx: &mut Cx<'_, '_>| -> Result<Vec<Located>, Error> {
        statement::check_uris("BACKUP to", typed, catalog, cx)?;
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let uris = connection::resolve_all(typed, cx)?;
        let places = home::localities(&uris)?;
        cx.home(&places)?;
        Ok(places)
    };
    if !said.incrementals.is_empty() && said.incrementals.len() != said.uris.len() {
        return Err(dest::Error::refused(
            "the incremental_location option must contain the same number of locality aware URIs as the full backup \
             destination",
        )
        .into());
    }
    let home = located(&said.uris, cx)?;
    let incrementals = located(&said.incrementals, cx)?;
    statement::check_uris("BACKUP to", &said.previous, catalog, cx)?;
    let previous = connection::resolve_all(&said.previous, cx)?;
    Ok(Homes { home, incrementals, previous })
}

/// Refuses a feature that needs a licence where there is none.
pub(crate) fn check_licence(
    feature: &'static str,
    catalog: &Catalog,
    cx: &Cx<'_, '_>,
) -> Result<(), Error> {
    let rules = cx.rules();
    let licence = catalog.settings.text(rules, "enterprise.license");
    if rules.licence_refusals() && licence.is_empty() {
        return Err(Error::Licence { feature, cluster: cx.sql.cluster_id });
    }
    Ok(())
}

/// What a layer's end without AS OF is a multiple of. *Units*: nanoseconds.
const END_NANOS: i64 = 1_000;

/// The layer's end. Without AS OF it is now, moved to the next whole microsecond: so it is later than all that was
/// written, and the time that SHOW BACKUP prints is the exact one.
fn end_time(stmt: &Backup, cx: &mut Cx<'_, '_>) -> Result<Timestamp, Error> {
    let now = cx.sql.clock.tick();
    match &stmt.as_of {
        None => {
            let end = Timestamp::from_wall((now.wall / END_NANOS + 1) * END_NANOS);
            cx.sql.clock.advance_to(end);
            Ok(end)
        }
        Some(expr) => {
            let cause = |error: sql::types::Error| Error::from(sql::error::Error::from(error));
            sql::types::as_of::eval(expr, now).map_err(cause)
        }
    }
}

fn select(stmt: &Backup, snapshot: &Snapshot, cx: &Cx<'_, '_>) -> Result<Selection, Error> {
    let scope = Scope {
        database: &cx.sql.session.database,
        search_path: &cx.sql.session.search_path,
        timed: false,
    };
    targets::resolve(snapshot, stmt.targets.as_ref(), scope, cx.rules())
        .map_err(|cause| Error::Target { what: "BACKUP", cause })
}

fn make(
    stmt: &Backup,
    cx: &Cx<'_, '_>,
    said: &Said,
    homes: Homes,
    (id, end): (JobId, Timestamp),
    selection: &Selection,
) -> Job {
    let mut plan = Plan {
        is_cluster: stmt.targets.is_none(),
        history: said.history,
        ids: selection.ids.iter().copied().collect(),
        complete_dbs: selection.complete_dbs.iter().copied().collect(),
        named: selection.named.iter().copied().collect(),
        node: cx.sql.node.0,
        home: homes.home,
        incrementals: homes.incrementals,
        previous: homes.previous,
        sealing: said.sealing.clone(),
        ..Plan::default()
    };
    plan.set_place(&said.place);
    let subdir = match &said.place {
        Place::New | Place::Root => String::new(),
        Place::Latest => "LATEST".to_owned(),
        Place::Subdir(typed) => typed.clone(),
    };
    let details = BackupDetails {
        end_time: Some(end.into()),
        protected_timestamp_record: draft::named_by_job("record", id, cx).0.to_vec(),
        collection_uri: plan.home.first().map_or_else(String::new, |main| main.uri.clone()),
        uris_by_locality_kv: plan
            .home
            .iter()
            .skip(1)
            .map(|part| (part.locality.clone(), part.uri.clone()))
            .collect(),
        destination: Some(BackupDestination {
            to: said.uris.clone(),
            subdir,
            exists: said.place != Place::New,
            ..BackupDestination::default()
        }),
        ..BackupDetails::default()
    };
    let now = cx.now();
    let kind = Details::Backup(BackupDetails::default());
    let mut record = Record::new(id, &cx.sql.session.user, "", kind, now);
    record.payload.descriptor_ids.clone_from(&plan.ids);
    record.claimed_by = Some(i64::from(cx.sql.node.0));
    Job::new(record, plan, details)
}

/// Gives the job the text that SHOW JOBS prints: the directory resolved, table names whole.
fn describe(stmt: &Backup, job: &mut Job, snapshot: &Snapshot, cx: &Cx<'_, '_>) {
    let mut shown = stmt.clone();
    if let Some(Targets::Tables(patterns)) = &mut shown.targets {
        for pattern in patterns {
            if let TablePattern::Name(name) = pattern {
                let scope = Scope {
                    database: &cx.sql.session.database,
                    search_path: &cx.sql.session.search_path,
                    timed: false,
                };
                if let Some(whole) = targets::whole_name(snapshot, name, scope) {
                    name.parts = whole.into();
                }
            }
        }
    }
    if job.plan.place() == Place::Root {
        // `TO` names the backup itself.
    } else if job.plan.is_resolved() {
        shown.dest = BackupDest::IntoSubdir(statement::literal(&job.plan.full_subdir));
    } else if job.plan.place() == Place::New {
        shown.dest = BackupDest::IntoSubdir(statement::literal(dest::names::full_dir(job.end())));
    }
    let text = statement::description(&Statement::Backup(Box::new(shown)), cx.rules());
    job.set_description(text);
}
