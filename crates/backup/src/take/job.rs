//! A BACKUP as a machine of steps.
//!
//! ```text
//!   Resolve ─▶ Lock ─▶ Checkpoint ─▶ Verify ─▶ Export … Export ─▶ Statistics ─▶ Manifest ─▶ Latest ─▶ Release ─▶ Done
//!   (v26.2)                          GC passed?  one file a step                the backup exists   (full)
//! ```
//!
//! Shape: state is saved after each step, so a crash repeats one step at most; each step waits as long as the store
//! took. *Source*: `spec/backup.md` §12, `spec/collections-and-chains.md` §3, §8. Errors: those of the phase; the caller
//! marks the job and calls [`abandon`]. Left out: the slim manifest and index files of v26.2.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::ids::{NodeId, TxnId};
use base::num::{to_i64, to_usize};
use base::span::{Span, subtract};
use cloud::store::{Opener, Store};
use kv::Window;
use sql::catalog::protected;
use sql::jobs::{Record, Step};
use wire::Message;

use super::files::{Builder, ENTRY_BYTES_MAX};
use super::resolve;
use super::spec::{Job, Phase};
use crate::cx::Cx;
use crate::dest::collection::Place;
use crate::dest::home::{self, Home};
use crate::dest::{collection, lock, names};
use crate::error::Error;
use crate::jobrow;
use crate::manifest::codec;
use crate::manifest::model::BackupPartitionDescriptor;
use crate::statement;
use crate::sys;
use crate::targets::{Selection, Snapshot};

/// The least that a step takes. *Units*: nanoseconds.
const STEP_NANOS_MIN: i64 = 10_000_000;
/// How fast a node reads and writes what it exports. *Units*: bytes a microsecond.
const EXPORT_BYTES_PER_MICRO: i64 = 100;
/// Setting: how large a data file becomes.
const FILE_SIZE: &str = "bulkio.backup.file_size";
/// Setting: how long to wait for another transaction before it is pushed aside.
const PRIORITY_AFTER: &str = "bulkio.backup.read_with_priority_after";
/// How long until a span with intents is read again. *Units*: nanoseconds.
const RETRY_NANOS: i64 = 5 * NANOS_PER_SEC;

/// One step of a BACKUP.
///
/// *Errors*: whatever makes the job fail.
pub(crate) fn step(record: Record, cx: &mut Cx<'_, '_>) -> Result<Step, Error> {
    let mut job = Job::open(record)?;
    let began = cx.now();
    let phase = job.phase();
    let outcome = match phase {
        Phase::Resolve => resolve_directory(&mut job, cx)?,
        Phase::Lock => take_directory(&mut job, cx)?,
        Phase::Checkpoint => first_checkpoint(&mut job, cx)?,
        Phase::Verify => verify(&mut job, cx)?,
        Phase::Export => export(&mut job, cx)?,
        Phase::Statistics => statistics(&mut job, cx)?,
        Phase::Manifest => manifest(&mut job, cx)?,
        Phase::Latest => latest(&mut job, cx)?,
        Phase::Release => release(&mut job, cx)?,
        Phase::Done => return Ok(Step::Finished),
    };
    let took = match outcome {
        Outcome::Took(nanos) => nanos,
        Outcome::PausedAt(point) => return crate::job::pause_at(&point, &job.record(), cx),
        Outcome::RetryAt(at) => {
            jobrow::save(cx, &job.record())?;
            return Ok(Step::WaitUntil(at));
        }
    };
    if job.phase() == Phase::Done {
        job.succeed(cx.now());
        jobrow::save(cx, &job.record())?;
        return Ok(Step::Finished);
    }
    jobrow::save(cx, &job.record())?;
    Ok(Step::WaitUntil(Timestamp::from_wall(began.wall).add_nanos(took.max(STEP_NANOS_MIN))))
}

/// What a phase answers.
enum Outcome {
    /// It is done, and took so long.
    Took(i64),
    /// A pause point was met; the phase will be run again.
    PausedAt(String),
    /// It must be tried again at this time.
    RetryAt(Timestamp),
}

fn next(job: &mut Job, phase: Phase, nanos: i64) -> Outcome {
    job.state.phase = phase.into();
    Outcome::Took(nanos)
}

fn pauses_at(point: &str, cx: &mut Cx<'_, '_>) -> Result<bool, Error> {
    let rules = cx.rules();
    Ok(sys::catalog_now(cx)?.settings.pauses_at(rules, point))
}

/// The layer's directory in the default store.
fn dest(job: &Job, cx: &Cx<'_, '_>) -> Result<Store, Error> {
    Ok(home(job, cx)?.main)
}

/// The layer's directories.
fn home(job: &Job, cx: &Cx<'_, '_>) -> Result<Home, Error> {
    Ok(cx.home(job.plan.dest())?.join(&job.plan.dest_subdir))
}

fn resolve_directory(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    if job.plan.is_resolved() {
        return Ok(next(job, Phase::Verify, 0));
    }
    let snapshot = sys::descriptors_at(cx, job.end())?;
    let selection = Selection {
        ids: job.plan.ids.iter().copied().collect(),
        complete_dbs: job.plan.complete_dbs.iter().copied().collect(),
        named: job.plan.named.iter().copied().collect(),
    };
    let nanos = resolve::resolve(job, &snapshot, &selection, cx, |_| Ok(()))?;
    resolve::protect(job, cx)?;
    sys::push_protections(cx)?;
    Ok(next(job, Phase::Verify, nanos))
}

fn take_directory(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    let mut nanos = 0;
    let dest = dest(job, cx)?;
    if !rules.lock_file() {
        return Ok(next(job, Phase::Checkpoint, nanos));
    }
    lock::check_free(&dest, job.id().0, cx.buckets, rules, &mut nanos)?;
    let now = cx.now();
    nanos += lock::write_lock(&dest, job.id().0, cx.buckets, now);
    if pauses_at("backup.after.write_lock", cx)? {
        return Ok(Outcome::PausedAt("backup.after.write_lock".to_owned()));
    }
    Ok(next(job, Phase::Checkpoint, nanos))
}

fn first_checkpoint(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    if pauses_at("backup.before.write_first_checkpoint", cx)? {
        return Ok(Outcome::PausedAt("backup.before.write_first_checkpoint".to_owned()));
    }
    let dest = dest(job, cx)?;
    let now = cx.now();
    let written = (&job.manifest(), &resolve::sealer(job, cx)?);
    let mut nanos = lock::write_checkpoint(&dest, written, cx.buckets, rules, now);
    lock::clear_temporary(&dest, job.id().0, cx.buckets, &mut nanos);
    if pauses_at("backup.after.write_first_checkpoint", cx)? {
        // The phase is done: what comes next must not look for foreign checkpoints again.
        job.state.phase = Phase::Export.into();
        return Ok(Outcome::PausedAt("backup.after.write_first_checkpoint".to_owned()));
    }
    Ok(next(job, Phase::Export, nanos))
}

/// Once, and first: from here on the job's own record holds what it needs, however long the job is paused.
fn verify(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    resolve::verify(job, cx)?;
    if let Some(record) = resolve::record_of(job).filter(|_| cx.rules().verify_protection()) {
        sys::alone(cx, |sys| protected::mark_verified(sys, record))?;
    }
    Ok(next(job, Phase::Lock, 0))
}

/// Which part of a layer an export is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Introduced spans from the beginning to the layer's start.
    Introduced,
    /// Introduced spans from the beginning to the layer's end: where the layer's start can no longer be read, as in a
    /// table made since then with a short TTL.
    Whole,
    /// All spans in the layer's window.
    Window,
}

/// What is to be exported next: spans not done yet, and in which window.
struct Todo {
    spans: Vec<Span>,
    window: Window,
    part: Part,
}

fn todo(job: &Job, kv: &kv::Kv) -> Todo {
    let spans_of = |list: &[crate::manifest::model::Span]| list.iter().map(Into::into).collect();
    let all_revisions = job.draft.has_history();
    let introduced: Vec<Span> =
        subtract(spans_of(&job.draft.introduced_spans), spans_of(&job.state.done_introduced));
    let (whole, parts): (Vec<Span>, Vec<Span>) = introduced
        .into_iter()
        .partition(|span| kv.ranges_in(span).any(|range| range.gc_threshold() >= job.start()));
    for (spans, end, part) in
        [(whole, job.end(), Part::Whole), (parts, job.start(), Part::Introduced)]
    {
        if !spans.is_empty() {
            let window = Window { start: Timestamp::ZERO, end, all_revisions };
            return Todo { spans, window, part };
        }
    }
    let spans = subtract(spans_of(&job.draft.spans), spans_of(&job.state.done));
    let window = Window { start: job.start(), end: job.end(), all_revisions };
    Todo { spans, window, part: Part::Window }
}

/// Fills one file with what one node has to give, and puts it where that node writes.
fn export(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    if job.state.done.is_empty() && job.state.done_introduced.is_empty() {
        for point in ["backup.before.flow", "backup.before_flow"] {
            if pauses_at(point, cx)? {
                return Ok(Outcome::PausedAt(point.to_owned()));
            }
        }
    }
    let todo = todo(job, cx.sql.kv);
    let pieces = pieces_of_first_node(&todo.spans, &job.plan.execution, cx);
    let Some((node, pieces)) = pieces else { return Ok(next(job, Phase::Statistics, 0)) };
    let rules = cx.rules();
    let settings = sys::catalog_now(cx)?;
    let file_bytes = u64::try_from(settings.settings.number(rules, FILE_SIZE)).unwrap_or(0).max(1);
    let unique = cx.sql.ints.next(cx.sql.clock.now(), node);
    let taken: Snapshot = job.draft.descriptors().collect();
    let primaries = taken.tables().collect();
    let mut file = Builder::new(names::data_file(unique), rules, primaries);
    let mut done: Vec<Span> = Vec::new();
    for piece in pieces {
        match fill(&mut file, piece, &todo, file_bytes, cx) {
            Ok((covered, is_full)) => {
                done.extend(covered);
                if is_full {
                    break;
                }
            }
            Err(Error::Kv(cause)) => {
                let kv::Error::Intents { locks } = *cause else { return Err(Error::Kv(cause)) };
                if done.is_empty() {
                    return Ok(wait_for(job, locks.iter().map(|(txn, _)| *txn), cx, &settings));
                }
                break;
            }
            Err(cause) => return Err(cause),
        }
    }
    job.state.waiting_since_nanos = 0;
    let mut nanos =
        to_i64(to_usize(file.data_bytes())).saturating_mul(1000) / EXPORT_BYTES_PER_MICRO;
    if !file.is_empty() {
        nanos += put(job, file, node, cx)?;
    }
    shorten_history(job, &done, &todo, cx);
    mark_done(job, &done, todo.part, cx);
    Ok(next(job, Phase::Export, nanos))
}

/// The todo list cut at ranges, as far as it is exported by the node that exports its first piece.
fn pieces_of_first_node(
    spans: &[Span],
    execution: &str,
    cx: &Cx<'_, '_>,
) -> Option<(NodeId, Vec<Span>)> {
    let mut first = None;
    let mut pieces = Vec::new();
    for span in spans {
        for range in cx.sql.kv.ranges_in(span) {
            let node = exporter(range.leaseholder(), execution, cx);
            if *first.get_or_insert(node) == node
                && let Some(piece) = range.span().intersect(span)
            {
                pieces.push(piece);
            }
        }
    }
    first.map(|node| (node, pieces))
}

/// Who exports a range: its leaseholder, unless `execution locality` leaves that out.
fn exporter(leaseholder: NodeId, execution: &str, cx: &Cx<'_, '_>) -> NodeId {
    if execution.is_empty() {
        return leaseholder;
    }
    let fits = |node: &&kv::node::Node| {
        node.live && statement::matches_filter(&node.config.locality, execution)
    };
    let mut able = cx.sql.kv.nodes().iter().filter(fits).map(|node| node.config.id);
    let first = able.clone().next();
    able.find(|id| *id == leaseholder).or(first).unwrap_or(leaseholder)
}

/// Exports one piece into a file, until the piece or the file is done. Answers what of it is done, and whether the
/// file is full.
fn fill(
    file: &mut Builder,
    piece: Span,
    todo: &Todo,
    file_bytes: u64,
    cx: &Cx<'_, '_>,
) -> Result<(Option<Span>, bool), Error> {
    let excluded = cx.sql.kv.range_of(&piece.start).config().exclude_data_from_backup;
    if excluded {
        return Ok((Some(piece), false));
    }
    let is_own = todo.part != Part::Window;
    let entry_window = is_own.then_some((todo.window.start, todo.window.end));
    let mut start = piece.start.clone();
    loop {
        let room = file_bytes.saturating_sub(file.data_bytes()).clamp(1, ENTRY_BYTES_MAX);
        let rest = Span::new(start.clone(), piece.end.clone());
        let export = cx.sql.kv.export(&rest, todo.window, room)?;
        let end = export.resume.clone().unwrap_or_else(|| piece.end.clone());
        file.add(&Span::new(start, end.clone()), &export, entry_window)?;
        let is_full = file.data_bytes() >= file_bytes;
        if is_full || export.resume.is_none() {
            return Ok((Some(Span::new(piece.start, end)), is_full));
        }
        start = end;
    }
}

/// Waits for other transactions; after a minute they are pushed aside.
fn wait_for(
    job: &mut Job,
    txns: impl Iterator<Item = TxnId>,
    cx: &mut Cx<'_, '_>,
    settings: &sql::catalog::Snapshot,
) -> Outcome {
    let now = cx.now();
    if job.state.waiting_since_nanos == 0 {
        job.state.waiting_since_nanos = now.wall;
    }
    let patience = settings.settings.number(cx.rules(), PRIORITY_AFTER).max(NANOS_PER_SEC);
    if now.wall - job.state.waiting_since_nanos >= patience {
        // As a read of high priority does: their writes move above the end, and they may still commit.
        for txn in txns {
            cx.sql.kv.push(txn, job.end());
        }
        return Outcome::RetryAt(now.add_nanos(STEP_NANOS_MIN));
    }
    Outcome::RetryAt(now.add_nanos(RETRY_NANOS))
}

/// Writes a data file as the node that made it, into the store of that node's locality.
fn put(job: &mut Job, file: Builder, node: NodeId, cx: &mut Cx<'_, '_>) -> Result<i64, Error> {
    let mut data = file.finish()?;
    let who = Opener { cluster: cx.cluster, node, user: job.user() };
    let places = job.plan.dest();
    let tiers = cx.sql.kv.nodes().iter().find(|known| known.config.id == node);
    let tiers = tiers.map_or(&[][..], |known| known.config.locality.as_slice());
    let pairs = places.iter().skip(1).map(|part| part.locality.as_str());
    let locality = home::matching(tiers, &pairs).unwrap_or_default().to_owned();
    let Some(place) = places.iter().find(|place| place.locality == locality) else {
        return Ok(0);
    };
    let dest = Store::open(&place.uri, who, cx.buckets)?.join(&job.plan.dest_subdir);
    let sealer = resolve::sealer(job, cx)?;
    let now = cx.now();
    let Some(path) = data.entries.first().map(|entry| entry.path.clone()) else { return Ok(0) };
    let bytes = sealer.seal(&path, now, data.bytes);
    let nanos = dest.put(cx.buckets, &path, bytes, now).took_nanos;
    for entry in &mut data.entries {
        entry.locality_kv.clone_from(&locality);
    }
    job.state.files.extend(data.entries);
    Ok(nanos)
}

/// A full's record holds its end, not the history before it, and a table that is new to a chain may have a short TTL: what
/// GC took before its span was exported is not in the file, so the layer's history begins later.
fn shorten_history(job: &mut Job, done: &[Span], todo: &Todo, cx: &Cx<'_, '_>) {
    if !todo.window.all_revisions {
        return;
    }
    let ranges = done.iter().flat_map(|span| cx.sql.kv.ranges_in(span));
    let held = ranges.filter(|range| !range.config().exclude_data_from_backup);
    let lost = held.map(kv::Range::gc_threshold).filter(|lost| *lost > todo.window.start).max();
    if let Some(lost) = lost.filter(|lost| *lost > job.draft.revision_start()) {
        job.draft.revision_start_time = lost.into();
    }
}

fn mark_done(job: &mut Job, done: &[Span], part: Part, cx: &Cx<'_, '_>) {
    let add = |list: &mut Vec<crate::manifest::model::Span>| {
        let mut all: Vec<Span> = list.iter().map(Into::into).collect();
        all.extend(done.iter().cloned());
        *list = base::span::merge(all).into_iter().map(Into::into).collect();
    };
    if part != Part::Window {
        add(&mut job.state.done_introduced);
    }
    if part != Part::Introduced {
        add(&mut job.state.done);
    }
    let left = weight(&todo(job, cx.sql.kv).spans, cx.sql.kv);
    let all: Vec<Span> = job.draft.spans.iter().map(Into::into).collect();
    let whole = weight(&all, cx.sql.kv);
    job.set_fraction(whole.saturating_sub(left), whole);
}

/// How much there is in the ranges of spans: their bytes, and a little for each, so that empty ones count too.
fn weight(spans: &[Span], kv: &kv::Kv) -> usize {
    let of_range = |range: &kv::Range| {
        let stats = range.stats();
        to_usize(stats.live_bytes + stats.garbage_bytes) + 1
    };
    spans.iter().flat_map(|span| kv.ranges_in(span)).map(of_range).sum()
}

fn statistics(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let dest = dest(job, cx)?;
    let now = cx.now();
    let tables: Vec<u32> = job.draft.statistics_filenames.keys().copied().collect();
    let held = sys::alone(cx, |sys| crate::statistics::read(sys, tables.iter().copied()))?;
    let bytes = held.encode_to_vec();
    let bytes = resolve::sealer(job, cx)?.seal(names::STATISTICS, now, bytes);
    let nanos = dest.put(cx.buckets, names::STATISTICS, bytes, now).took_nanos;
    Ok(next(job, Phase::Manifest, nanos))
}

fn manifest(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let home = home(job, cx)?;
    let now = cx.now();
    let sealer = resolve::sealer(job, cx)?;
    let mut manifest = job.manifest();
    let mut nanos = 0;
    for (i, (locality, store)) in home.parts.iter().enumerate() {
        let own = manifest.files.iter().filter(|file| file.locality_kv == *locality);
        let part = BackupPartitionDescriptor {
            locality_kv: locality.clone(),
            files: own.cloned().collect(),
            backup_id: manifest.id.clone(),
        };
        let name = names::part(i + 1, locality);
        let object = sealer.seal(&name, now, codec::encode(&part));
        nanos += store.put(cx.buckets, &name, object, now).took_nanos;
        manifest.partition_descriptor_filenames.push(name);
        manifest.locality_kvs.push(locality.clone());
    }
    let written = (&manifest, &sealer);
    nanos += lock::write_with_checksum(&home.main, names::MANIFEST, written, cx.buckets, now);
    Ok(next(job, Phase::Latest, nanos))
}

fn latest(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    let mut nanos = 0;
    if job.start().is_zero() && job.plan.place() != Place::Root {
        let home = cx.home(&job.plan.home)?.main;
        let now = cx.sql.clock.tick();
        nanos = collection::write_latest(&home, cx.buckets, &job.plan.full_subdir, rules, now);
    }
    Ok(next(job, Phase::Release, nanos))
}

fn release(job: &mut Job, cx: &mut Cx<'_, '_>) -> Result<Outcome, Error> {
    let rules = cx.rules();
    let mut nanos = 0;
    let dest = dest(job, cx)?;
    lock::clear(&dest, job.id().0, cx.buckets, rules, &mut nanos);
    release_record(job, cx)?;
    job.set_fraction(1, 1);
    Ok(next(job, Phase::Done, nanos))
}

fn release_record(job: &Job, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let Some(record) = resolve::record_of(job) else { return Ok(()) };
    sys::alone(cx, |sys| protected::release(sys, record))?;
    sys::push_protections(cx)
}

/// Lets go of what a failed or cancelled BACKUP held: its record, and in v21.2 its checkpoint. Data files stay, as they do
/// in the real system: no manifest names them.
///
/// *Errors*: those of the key space.
pub(crate) fn abandon(record: Record, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
    let job = Job::open(record)?;
    release_record(&job, cx)?;
    if job.plan.is_resolved()
        && let Ok(dest) = dest(&job, cx)
    {
        let rules = cx.rules();
        lock::clear(&dest, job.id().0, cx.buckets, rules, &mut 0);
    }
    Ok(())
}
