//! A RESTORE as a machine of steps.
//!
//! ```text
//!   Prepare ─▶ Data … Data ─▶ Publish ─▶ Published ─▶ System ─▶ Done
//!   names and    a piece a     offline ─▶ public        (cluster)
//!   descriptors, step: files
//!   offline      read, merged,
//!                ingested
//! ```
//!
//! Shape: state is saved after each step; a piece that is done twice writes the same rows again. Nothing but the objects
//! is read: manifests are opened anew in each step. *Source*: `spec/restore.md` §4 to §7, §12. Errors: those of the
//! phase; the caller marks the job and calls [`super::abandon::abandon`], which leaves nothing behind.

use base::hlc::Timestamp;
use base::map::Set;
use base::num::{index, to_i64};
use base::sort;
use base::span::Span;
use sql::catalog::descpb::{
    DatabaseDescriptor, Descriptor, PrivilegeDescriptor, SchemaEntry, State as DescriptorState,
    Union,
};
use sql::catalog::{Sys, privilege, write};
use sql::jobs::{Record, Step};
use sql::rules::Rules;
use wire::Message as _;

use super::contents;
use super::covering::{self, Piece};
use super::error::Error as RestoreError;
use super::merge::{self, Held, Input, Wanted};
use super::rewrite::{Privileges, Rewriter};
use super::spec::{Job, Phase};
use super::system;
use crate::cx::Cx;
use crate::dest::chain::{self, Layer};
use crate::dest::{self, home, names};
use crate::error::Error;
use crate::jobrow;
use crate::keyspan;
use crate::manifest::model::BackupManifest;
use crate::manifest::model::StatsTable;
use crate::sys;
use crate::targets::{PUBLIC_SCHEMA, SYSTEM_DB, Snapshot, merge_by_table};

/// The least that a step takes. *Units*: nanoseconds.
const STEP_NANOS_MIN: i64 = 10_000_000;
/// About how much one step restores. *Units*: bytes.
const PIECE_BYTES: u64 = 32 << 20;
/// How fast rows are written. *Units*: bytes a microsecond.
const INGEST_BYTES_PER_MICRO: i64 = 50;
/// Pause point.
const BEFORE_PUBLISHING: &str = "restore.before_publishing_descriptors";
/// Pause point.
const AFTER_PUBLISHING: &str = "restore.after_publishing_descriptors";

/// The layers of a job and what they hold at its moment.
#[derive(Debug)]
pub struct Backup {
    /// In order, the full first.
    pub layers: Vec<Layer>,
    /// Descriptors at the moment.
    pub snapshot: Snapshot,
    /// How long it took to read. *Units*: nanoseconds.
    pub nanos: i64,
}

impl Backup {
    /// The manifests in order.
    pub fn manifests(&self) -> Vec<&BackupManifest> {
        self.layers.iter().map(|layer| &layer.manifest).collect()
    }
}

/// One step of a RESTORE.
///
/// *Errors*: whatever makes the job fail.
pub(crate) fn step(record: Record, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    let mut job = Job::open(record)?;
    let began = cx.now();
    if job.phase() == Phase::Done {
        return Ok(Step::Finished);
    }
    let backup = open(&job, cx)?;
    let done = match job.phase() {
        Phase::Prepare => prepare(&mut job, &backup, cx)?,
        Phase::Data => data(&mut job, &backup, cx)?,
        Phase::System => system_tables(&mut job, &backup, cx)?,
        Phase::Publish => publish(&mut job, &backup, cx)?,
        Phase::Published => published(&mut job, cx)?,
        Phase::Done => Outcome::Took(0),
    };
    let took = match done {
        Outcome::PausedAt(point) => return crate::job::pause_at(&point, &job.record(), cx),
        Outcome::Took(nanos) => nanos.saturating_add(backup.nanos),
    };
    if job.phase() == Phase::Done {
        download(&job, cx)?;
        job.succeed(cx.now());
        jobrow::save(cx, &job.record())?;
        return Ok(Step::Finished);
    }
    jobrow::save(cx, &job.record())?;
    Ok(Step::WaitUntil(Timestamp::from_wall(began.wall).add_nanos(took.max(STEP_NANOS_MIN))))
}

/// The second job of an online restore. The data are there already.
fn download(job: &Job, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    if job.plan.download_job == 0 {
        return Ok(());
    }
    let mut record = job.record();
    record.id = base::ids::JobId(job.plan.download_job);
    let description = &record.payload.description;
    record.payload.description = format!("Background Data Download for {description}");
    record.succeed(cx.now());
    jobrow::create(cx, &record)
}

enum Outcome {
    Took(i64),
    PausedAt(String),
}

fn next(job: &mut Job, phase: Phase, nanos: i64) -> Outcome {
    job.state.phase = phase.into();
    Outcome::Took(nanos)
}

/// Reads the manifests of a job's layers.
///
/// *Errors*: a manifest that is missing or damaged.
pub fn open(job: &Job, cx: &Cx<'_, '_>) -> Result<Backup, Error> {
    let mut homes = Vec::with_capacity(job.plan.homes.len());
    for stores in &job.plan.homes {
        homes.push(cx.home(&home::listed(&stores.uris))?);
    }
    let key = job.plan.sealing.key(&cx.buckets.kms).map_err(dest::Error::Info)?;
    let reader = chain::Reader::Restore;
    let mut nanos = 0;
    let mut layers = Vec::with_capacity(job.plan.layers.len());
    for at in &job.plan.layers {
        let home = homes.get(index(at.home)).ok_or(Error::BrokenJob { job: job.id() })?;
        let layer =
            chain::read_layer(home, &at.subdir, key.as_ref(), cx.buckets, reader, &mut nanos)?;
        layers.push(layer);
    }
    let snapshot = layers
        .last()
        .map_or_else(Snapshot::default, |last| contents::descriptors_at(&last.manifest, job.at()));
    Ok(Backup { layers, snapshot, nanos })
}

/// Privileges of what is restored: the restoring user owns it, and nobody else was granted anything.
#[derive(Debug)]
struct Owned<'a> {
    user: &'a str,
    rules: Rules,
    /// Users here, if they get the grants that they had.
    grants: Option<&'a sql::catalog::users::Users>,
}

impl Privileges for Owned<'_> {
    fn of(&self, like: &Descriptor) -> PrivilegeDescriptor {
        let mut made = privilege::for_owner(self.user, self.rules);
        let public = match &like.union {
            Some(Union::Database(_)) => privilege::Privilege::Connect.bit(),
            Some(Union::Type(_)) => privilege::Privilege::Usage.bit(),
            Some(Union::Schema(schema)) if schema.name == "public" => {
                privilege::Privilege::Usage.bit() | privilege::Privilege::Create.bit()
            }
            Some(Union::Function(_)) => privilege::Privilege::Execute.bit(),
            Some(Union::Schema(_) | Union::Table(_)) | None => 0,
        };
        if public != 0 {
            privilege::grant(&mut made, "public", public, false);
        }
        let old = like.privileges().into_iter().flat_map(|held| &held.users);
        for entry in old.filter(|_| self.grants.is_some()) {
            if self.grants.is_some_and(|users| users.get(&entry.user).is_some()) {
                privilege::grant(&mut made, &entry.user, entry.privileges, false);
                privilege::grant(&mut made, &entry.user, entry.with_grant_option, true);
            }
        }
        made
    }
}

/// The descriptors that the job writes, offline.
fn new_descriptors(
    job: &Job,
    backup: &Backup,
    cx: &mut Cx<'_, '_>,
) -> Result<Vec<Descriptor>, Error> {
    if job.plan.is_cluster {
        return Ok(system::kept_descriptors(job, &backup.snapshot));
    }
    let here = sys::catalog_now(cx)?;
    let grants = job.plan.grants.then_some(&here.users);
    let privileges = Owned { user: job.user(), rules: cx.rules(), grants };
    let rewriter = Rewriter {
        rewrites: &job.details.descriptor_rewrites,
        databases: &job.plan.databases,
        privileges: &privileges,
        now: cx.now(),
    };
    let coming = backup.snapshot.by_id.values();
    Ok(coming.filter_map(|descriptor| rewriter.descriptor(descriptor)).collect())
}

fn prepare(job: &mut Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    if job.plan.is_cluster {
        system::clear_defaults(&backup.snapshot, cx)?;
        system::restore_zones(job, backup, cx)?;
    }
    let descriptors = new_descriptors(job, backup, cx)?;
    let now = cx.now();
    let next_id = descriptors.iter().map(Descriptor::id).max().unwrap_or(0).saturating_add(1);
    let taken = sys::alone(cx, |sys| {
        for descriptor in &descriptors {
            if let Some(taken) = write_offline(sys, descriptor, now, rules)? {
                return Ok(Some(taken));
            }
        }
        link_schemas(sys, &descriptors, now)?;
        write::raise_counter(sys.kv, sys.txn, rules, next_id)?;
        Ok(None)
    })?;
    if let Some(name) = taken {
        return Err(RestoreError::Exists { kind: "relation", name }.into());
    }
    job.details.prepare_completed = true;
    Ok(next(job, Phase::Data, 0))
}

/// Writes one descriptor and its name. Answers the name if it was taken meanwhile.
fn write_offline(
    sys: &mut Sys<'_>,
    descriptor: &Descriptor,
    now: Timestamp,
    rules: Rules,
) -> Result<Option<String>, sql::catalog::Error> {
    let (parent, schema) = descriptor.parents();
    let schema = if parent == 0 { 0 } else { schema };
    if descriptor.is_named()
        && system::name_of(sys, parent, schema, descriptor.name())?
            .is_some_and(|id| id != descriptor.id())
    {
        return Ok(Some(descriptor.name().to_owned()));
    }
    write::create(sys, descriptor.clone(), now)?;
    if let Some(Union::Database(database)) = &descriptor.union
        && !rules.public_schema_descriptor()
    {
        write::set_name(sys, database.id, 0, "public", PUBLIC_SCHEMA)?;
    }
    Ok(None)
}

/// Tells databases that were here before of the schemas that were made in them.
fn link_schemas(
    sys: &mut Sys<'_>,
    descriptors: &[Descriptor],
    now: Timestamp,
) -> Result<(), sql::catalog::Error> {
    let made: Set<u32> = descriptors.iter().map(Descriptor::id).collect();
    for descriptor in descriptors {
        let Some(Union::Schema(schema)) = &descriptor.union else { continue };
        if made.contains(&schema.parent_id) {
            continue;
        }
        if let Some(mut database) = read_database(sys, schema.parent_id)? {
            let entry = SchemaEntry { id: schema.id, dropped: false };
            database.schemas.insert(schema.name.clone(), entry);
            write::update(sys, database, now)?;
        }
    }
    Ok(())
}

pub(super) fn read_database(
    sys: &mut Sys<'_>,
    id: u32,
) -> Result<Option<DatabaseDescriptor>, sql::catalog::Error> {
    Ok(match system::descriptor_of(sys, id)?.and_then(|d| d.union) {
        Some(Union::Database(database)) => Some(database),
        _ => None,
    })
}

/// The spans whose rows are restored: user tables, and with tables as targets also system tables that were named.
fn data_spans(job: &Job, backup: &Backup) -> Vec<Span> {
    let tables = job.plan.ids.iter().filter_map(|id| backup.snapshot.table(*id));
    let of_users = tables.filter(|table| !job.plan.is_cluster || table.parent_id != SYSTEM_DB);
    merge_by_table(of_users.flat_map(keyspan::spans_of).collect())
}

fn data(job: &mut Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let after = Phase::Publish;
    if job.plan.schema_only && !job.plan.verify_data {
        return Ok(next(job, after, 0));
    }
    let pieces = covering::pieces(&backup.manifests(), &data_spans(job, backup), PIECE_BYTES);
    let Some(piece) = pieces.get(index(job.state.next_piece)) else {
        return Ok(next(job, after, 0));
    };
    let mut nanos = 0;
    let inputs = read_inputs(backup, piece, cx, &mut nanos)?;
    let stamp = cx.sql.clock.tick();
    let tables = job.tables();
    let primaries = backup.snapshot.tables().collect();
    let wanted =
        Wanted { spans: &piece.spans, at: job.at(), tables: &tables, stamp, primaries: &primaries };
    let merged = merge::merge(&inputs, wanted)?;
    if !job.plan.schema_only {
        cx.sql.kv.ingest(&merged.batch)?;
        job.state.counts.add(merged.counts);
    }
    nanos += to_i64(merged.batch.size_bytes()).saturating_mul(1000) / INGEST_BYTES_PER_MICRO;
    job.state.next_piece += 1;
    job.set_fraction(index(job.state.next_piece), pieces.len());
    Ok(next(job, Phase::Data, nanos))
}

/// Gets the files of a piece.
///
/// *Errors*: [`RestoreError::BadObject`] for one that is missing.
pub fn read_inputs(
    backup: &Backup,
    piece: &Piece,
    cx: &Cx<'_, '_>,
    nanos: &mut i64,
) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::with_capacity(piece.sources.len());
    for source in &piece.sources {
        let Some(layer) = backup.layers.get(index(source.layer)) else { continue };
        let object = layer.store_of(&source.locality).join(&source.path).bare();
        let got = layer.get(&source.locality, &source.path, cx.buckets, nanos);
        let bytes = got.map_err(|cause| {
            let corrupt = matches!(cause, dest::error::Unreadable::Codec { .. });
            RestoreError::BadObject { object: object.clone(), cause: cause.to_string(), corrupt }
        })?;
        let held = Held::by(&layer.manifest, &source.path);
        inputs.push(Input { object, bytes, held });
    }
    Ok(inputs)
}

fn system_tables(job: &mut Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let mut nanos = 0;
    if job.plan.is_cluster || job.plan.system_users {
        nanos = system::restore_tables(job, backup, cx)?;
    }
    job.set_fraction(1, 1);
    Ok(next(job, Phase::Done, nanos))
}

fn publish(job: &mut Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    if sys::catalog_now(cx)?.settings.pauses_at(rules, BEFORE_PUBLISHING) {
        return Ok(Outcome::PausedAt(BEFORE_PUBLISHING.to_owned()));
    }
    let ids: Vec<u32> = new_ids(job, backup);
    let rewrites = &job.details.descriptor_rewrites;
    let now = cx.now();
    sys::alone(cx, |sys| {
        for id in &ids {
            if let Some(mut descriptor) = system::descriptor_of(sys, *id)? {
                set_state(&mut descriptor, DescriptorState::Public, "");
                write::update(sys, descriptor, now)?;
            }
        }
        refer_back(sys, rewrites, &backup.snapshot, now)
    })?;
    restore_statistics(job, backup, cx)?;
    job.details.descriptors_published = true;
    Ok(next(job, Phase::Published, 0))
}

/// Ids of the descriptors that the job wrote.
fn new_ids(job: &Job, backup: &Backup) -> Vec<u32> {
    if job.plan.is_cluster {
        let kept = system::kept_descriptors(job, &backup.snapshot);
        return kept.iter().map(Descriptor::id).collect();
    }
    let rewrites = job.details.descriptor_rewrites.values();
    rewrites.filter(|to| !to.to_existing && to.id != 0).map(|to| to.id).collect()
}

/// Tells types that were here before of the tables that now use them.
fn refer_back(
    sys: &mut Sys<'_>,
    rewrites: &base::map::Map<u32, sql::jobs::jobspb::DescriptorRewrite>,
    snapshot: &Snapshot,
    now: Timestamp,
) -> Result<(), sql::catalog::Error> {
    for (old, to) in rewrites.iter().filter(|(_, to)| to.to_existing) {
        let Some(ty) = snapshot.user_type(*old) else { continue };
        let users = ty.referencing_descriptor_ids.iter().filter_map(|id| rewrites.get(id));
        let users: Vec<u32> = users.filter(|to| !to.to_existing).map(|to| to.id).collect();
        if users.is_empty() {
            continue;
        }
        if let Some(Union::Type(mut here)) =
            system::descriptor_of(sys, to.id)?.and_then(|d| d.union)
        {
            here.referencing_descriptor_ids.extend(users);
            sort::natural(&mut here.referencing_descriptor_ids);
            here.referencing_descriptor_ids.dedup();
            write::update(sys, here, now)?;
        }
    }
    Ok(())
}

fn published(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    if sys::catalog_now(cx)?.settings.pauses_at(rules, AFTER_PUBLISHING) {
        return Ok(Outcome::PausedAt(AFTER_PUBLISHING.to_owned()));
    }
    Ok(next(job, Phase::System, 0))
}

/// Statistics of the restored tables, from the last layer's file. One that cannot be read costs no more than that.
fn restore_statistics(job: &Job, backup: &Backup, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let Some(layer) = backup.layers.last() else { return Ok(()) };
    let Ok(bytes) = layer.get("", names::STATISTICS, cx.buckets, &mut 0) else { return Ok(()) };
    let Ok(held) = StatsTable::decode(bytes.as_ref()) else { return Ok(()) };
    let privileges = Owned { user: job.user(), rules: cx.rules(), grants: None };
    let rewriter = Rewriter {
        rewrites: &job.details.descriptor_rewrites,
        databases: &job.plan.databases,
        privileges: &privileges,
        now: cx.now(),
    };
    let moved = job.details.descriptor_rewrites.iter().map(|(old, to)| (*old, to.id));
    let tables = if job.plan.is_cluster {
        job.plan.ids.iter().map(|id| (*id, *id)).collect()
    } else {
        moved.collect()
    };
    let is_new = cx.rules().user_ids();
    sys::alone(cx, |sys| {
        crate::statistics::write(sys, &held, &tables, &|ty| rewriter.sql_type(ty), is_new)
    })
}

/// Sets the state of a descriptor of any kind.
pub fn set_state(descriptor: &mut Descriptor, state: DescriptorState, reason: &str) {
    let (place, why) = match &mut descriptor.union {
        Some(Union::Table(d)) => (&mut d.state, &mut d.offline_reason),
        Some(Union::Database(d)) => (&mut d.state, &mut d.offline_reason),
        Some(Union::Type(d)) => (&mut d.state, &mut d.offline_reason),
        Some(Union::Schema(d)) => (&mut d.state, &mut d.offline_reason),
        Some(Union::Function(d)) => (&mut d.state, &mut d.offline_reason),
        None => return,
    };
    *place = state.into();
    reason.clone_into(why);
}
