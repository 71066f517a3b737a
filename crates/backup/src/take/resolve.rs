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
use crate::cx::Cx;
use crate::dest::{chain, collection, lock, names};
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
    let home = cx.open(&job.details.collection_uri)?;
    let end = job.end();
    let place = job.plan.place();
    let target = collection::resolve(&home, &place, end, cx.buckets, rules, &mut nanos)?;
    let mut appended = None;
    let mut dest_subdir = target.full_subdir.clone();
    if target.append {
        before_append(cx)?;
        let full = &target.full_subdir;
        let reader = chain::Reader::Append;
        let found = chain::read(&home, full, cx.buckets, rules, reader, &mut nanos)?;
        let candidate = Candidate {
            snapshot,
            selection,
            is_cluster: job.plan.is_cluster,
            cluster: cx.sql.cluster_id,
            end,
        };
        append::check(&found, candidate)?;
        let base = collection::incrementals_base(&home, full, cx.buckets, rules, &mut nanos)?;
        let with_start = rules.incremental_dir_has_start();
        dest_subdir = format!("{base}/{}", names::incremental_dir(found.end(), end, with_start));
        appended = Some(found);
    }
    let manifest =
        draft::draft(cx, job.id(), &job.plan, (snapshot, selection), appended.as_ref(), end)?;
    if let Some(found) = &appended {
        check_covered(found, &manifest, cx)?;
        job.details.start_time = Some(found.end().into());
    }
    job.details.uri = home.join(&dest_subdir).bare();
    job.draft = manifest;
    job.plan.full_subdir = target.full_subdir;
    job.plan.dest_subdir = dest_subdir;
    let dest = home.join(&job.plan.dest_subdir);
    lock::check_free(&dest, job.id().0, cx.buckets, rules, &mut nanos)?;
    Ok(nanos)
}

/// The chain and the new layer together must have no hole.
fn check_covered(
    found: &chain::Chain,
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
    let dest = cx.open(&job.details.collection_uri)?.join(&job.plan.dest_subdir);
    let now = cx.now();
    Ok(lock::write_temporary_checkpoint(&dest, job.id().0, &job.draft, cx.buckets, now))
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
