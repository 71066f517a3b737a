//! Resolving a BACKUP: which directory, which chain, what is new to it; and holding back garbage collection.
//!
//! ```text
//!   v21.2   inside planning: a refusal leaves no job            v26.2   first step of the job: a refusal fails it
//! ```
//!
//! *Source*: `spec/collections-and-chains.md` §4, §6, `spec/gc-and-protected-timestamps.md` §4, §5.

use base::hlc::Timestamp;
use base::ids::Uuid;
use base::span::{Span, subtract};
use sql::catalog::protected::{self, Record, Target};

use super::append::{self, Candidate};
use super::draft;
use super::error::{Error as TakeError, LostRange};
use super::spec::Job;
use crate::crypt::Sealer;
use crate::cx::Cx;
use crate::dest::chain::{self, Chain};
use crate::dest::home::Home;
use crate::dest::{self, collection, lock, names};
use crate::error::Error;
use crate::keyspan;
use crate::sys;
use crate::targets::{Selection, Snapshot};

/// Finds the directory and drafts the manifest. Answers the time that the store took.
///
/// `before_append` is asked once it is known that the backup is appended (v21.2: the licence).
///
/// *Errors*: whatever stands in the way of writing there, or of appending.
pub(super) fn resolve(
    job: &mut Job,
    snapshot: &Snapshot,
    selection: &Selection,
    cx: &mut Cx<'_, '_>,
    before_append: impl FnOnce(&Cx<'_, '_>) -> Result<(), Error>,
) -> Result<i64, Error> {
    let rules = cx.rules();
    let mut nanos = 0;
    let home = cx.home(&job.plan.home)?;
    let end = job.end();
    let mut full_subdir = String::new();
    let mut appended = None;
    if job.plan.previous.is_empty() {
        let place = job.plan.place();
        let target = collection::resolve(&home.main, &place, end, cx.buckets, rules, &mut nanos)?;
        full_subdir = target.full_subdir;
        if target.append {
            before_append(cx)?;
            appended = Some(chain_of(job, &home, &full_subdir, cx, &mut nanos)?);
        }
    } else {
        before_append(cx)?;
        appended = Some(listed_chain(job, cx, &mut nanos)?);
    }
    let mut dest_subdir = full_subdir.clone();
    if let Some(found) = &appended {
        let candidate = Candidate {
            snapshot,
            selection,
            is_cluster: job.plan.is_cluster,
            cluster: cx.sql.cluster_id,
            end,
        };
        append::check(found, candidate)?;
        append::check_localities(found, &job.plan, rules)?;
        if job.plan.previous.is_empty() {
            dest_subdir = incremental_subdir(job, &home, found, cx, &mut nanos)?;
        }
    }
    let manifest =
        draft::draft(cx, job.id(), &job.plan, (snapshot, selection), appended.as_ref(), end)?;
    if let Some(found) = &appended {
        check_covered(found, &manifest, cx)?;
        job.details.start_time = Some(found.end().into());
    }
    job.plan.is_elsewhere = appended.is_some() && !job.plan.incrementals.is_empty();
    if dest_subdir.is_empty() {
        "/".clone_into(&mut dest_subdir);
    }
    let dest = cx.home(job.plan.dest())?.main.join(&dest_subdir);
    lock::check_free(&dest, job.id().0, cx.buckets, rules, &mut nanos)?;
    if appended.is_none() && job.plan.sealing.is_wanted() {
        let chance = cx.sql.rng.fork(&format!("key of {}", job.id()));
        let now = cx.now();
        let made = job.plan.sealing.establish(&dest, chance, cx.buckets, now);
        nanos += made.map_err(dest::Error::Info)?;
    }
    job.details.uri = dest.bare();
    job.draft = manifest;
    job.plan.full_subdir = full_subdir;
    job.plan.dest_subdir = dest_subdir;
    Ok(nanos)
}

/// The chain of a collection, opened with what the statement says.
fn chain_of(
    job: &mut Job,
    home: &Home,
    full_subdir: &str,
    cx: &Cx<'_, '_>,
    nanos: &mut i64,
) -> Result<Chain, Error> {
    let full = home.main.join(full_subdir);
    job.plan.sealing.unlock(&full, true, cx.buckets, nanos).map_err(dest::Error::Info)?;
    let key = job.plan.sealing.key(&cx.buckets.kms).map_err(dest::Error::Info)?;
    let below =
        (!job.plan.incrementals.is_empty()).then(|| cx.home(&job.plan.incrementals)).transpose()?;
    let place = chain::Place { home, full_subdir, incrementals: below.as_ref(), key: key.as_ref() };
    Ok(chain::read(place, cx.buckets, cx.rules(), chain::Reader::Append, nanos)?)
}

/// The chain that INCREMENTAL FROM lists.
fn listed_chain(job: &mut Job, cx: &Cx<'_, '_>, nanos: &mut i64) -> Result<Chain, Error> {
    let mut layers = Vec::new();
    let mut key = None;
    for uri in &job.plan.previous {
        let home = Home::from(cx.open(uri)?);
        if layers.is_empty() {
            let sealing = &mut job.plan.sealing;
            sealing.unlock(&home.main, true, cx.buckets, nanos).map_err(dest::Error::Info)?;
            key = sealing.key(&cx.buckets.kms).map_err(dest::Error::Info)?;
        }
        let reader = chain::Reader::Append;
        layers.push(chain::read_layer(&home, "", key.as_ref(), cx.buckets, reader, nanos)?);
    }
    Ok(Chain { full_subdir: String::new(), layers })
}

/// Where a layer of a chain goes.
fn incremental_subdir(
    job: &Job,
    home: &Home,
    found: &Chain,
    cx: &Cx<'_, '_>,
    nanos: &mut i64,
) -> Result<String, Error> {
    let rules = cx.rules();
    let full = &found.full_subdir;
    let base = if job.plan.incrementals.is_empty() {
        collection::incrementals_base(&home.main, full, cx.buckets, rules, nanos)?
    } else {
        full.clone()
    };
    let with_start = rules.incremental_dir_has_start();
    Ok(format!("{base}/{}", names::incremental_dir(found.end(), job.end(), with_start)))
}

/// What the job's objects are encrypted with. A key service is asked, and may refuse.
pub(super) fn sealer(job: &Job, cx: &Cx<'_, '_>) -> Result<Sealer, Error> {
    let key = job.plan.sealing.key(&cx.buckets.kms).map_err(dest::Error::Info)?;
    Ok(Sealer::new(key, cx.sql.rng.fork(&format!("iv of {}", job.id()))))
}

/// The chain and the new layer together must have no hole.
fn check_covered(
    found: &Chain,
    manifest: &crate::manifest::model::BackupManifest,
    cx: &Cx<'_, '_>,
) -> Result<(), Error> {
    let rules = cx.rules();
    let mut layers = found.manifests();
    layers.push(manifest);
    let wanted: Vec<Span> = manifest.spans.iter().map(Into::into).collect();
    chain::check_covered(&layers, &wanted, rules, keyspan::words).map_err(|cause| {
        TakeError::NotCovered { cause, prefixed: rules.incrementals_in_own_directory() }.into()
    })
}

/// Writes the record that holds garbage collection back: at the start of an incremental, at the end of a full.
///
/// *Errors*: those of the key space.
pub(super) fn protect(job: &Job, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let Some(id) = record_of(job) else { return Ok(()) };
    let record = record_over(job, id, protected_time(job), ("jobs", job.id().0));
    sys::within(cx, |sys| match protected::record(sys, id)? {
        // A step that is done again finds its own record.
        Some(_) => Ok(()),
        None => protected::protect(sys, &record),
    })
}

/// A record over all that a backup takes.
pub(crate) fn record_over(
    job: &Job,
    id: Uuid,
    ts: Timestamp,
    (meta_type, meta): (&str, i64),
) -> Record {
    Record {
        id,
        ts,
        meta_type: meta_type.to_owned(),
        meta,
        target: if job.plan.is_cluster { Target::Cluster } else { Target::Objects(objects(job)) },
        spans: job.draft.spans.iter().map(Into::into).collect(),
    }
}

/// Ids that a record names: whole databases, and the tables that come alone.
fn objects(job: &Job) -> Vec<u32> {
    let mut ids = job.plan.complete_dbs.clone();
    ids.extend(job.plan.named.iter().filter(|id| !job.plan.complete_dbs.contains(id)));
    ids
}

/// The earliest moment that must stay readable.
pub(super) fn protected_time(job: &Job) -> Timestamp {
    if job.start().is_zero() { job.end() } else { job.start() }
}

/// The name of the job's record, fixed when it was planned.
pub(super) fn record_of(job: &Job) -> Option<Uuid> {
    job.details.protected_timestamp_record.as_slice().try_into().ok().map(Uuid)
}

/// Takes the directory for a job that waits to be run (v21.2).
///
/// *Errors*: a URI that no longer opens.
pub(super) fn hold_directory(job: &Job, cx: &mut Cx<'_, '_>) -> Result<i64, Error> {
    let dest = cx.home(job.plan.dest())?.main.join(&job.plan.dest_subdir);
    let sealer = sealer(job, cx)?;
    let now = cx.now();
    let written = (&job.draft, &sealer);
    Ok(lock::write_temporary_checkpoint(&dest, job.id().0, written, cx.buckets, now))
}

/// Looks whether every range still has the history that the layer needs.
///
/// Spans new to the chain are read like a full, so they need no more than the layer's end.
///
/// *Errors*: [`TakeError::Verification`] or [`TakeError::BelowThreshold`], by the version.
pub(super) fn verify(job: &Job, cx: &Cx<'_, '_>) -> Result<(), Error> {
    let own = record_of(job);
    let introduced: Vec<Span> = job.draft.introduced_spans.iter().map(Into::into).collect();
    let all: Vec<Span> = job.draft.spans.iter().map(Into::into).collect();
    let continued = subtract(all, introduced.clone());
    let mut lost = lost_ranges(&continued, protected_time(job), own, cx);
    let mut at = protected_time(job);
    if lost.is_empty() {
        at = job.end();
        lost = lost_ranges(&introduced, at, own, cx);
    }
    let Some(first) = lost.first().cloned() else { return Ok(()) };
    if cx.rules().verify_protection() {
        let record = own.unwrap_or_default();
        return Err(TakeError::Verification { record, at, ranges: lost }.into());
    }
    Err(TakeError::BelowThreshold { at, lost: first }.into())
}

fn lost_ranges(
    spans: &[Span],
    at: Timestamp,
    own: Option<Uuid>,
    cx: &Cx<'_, '_>,
) -> Vec<LostRange> {
    let now = cx.now();
    let mut lost: Vec<LostRange> = Vec::new();
    for span in spans {
        for range in cx.sql.kv.ranges_in(span) {
            let threshold = cx.sql.kv.effective_threshold_without(range, now, own);
            let is_known = lost.last().is_some_and(|last| last.range == range.id());
            if at <= threshold && !range.config().exclude_data_from_backup && !is_known {
                lost.push(LostRange {
                    range: range.id(),
                    start: keyspan::words(&range.span().start),
                    end: keyspan::words(&range.span().end),
                    threshold,
                });
            }
        }
    }
    lost
}
