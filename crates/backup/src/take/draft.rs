//! The draft of a manifest: everything but the files.
//!
//! ```text
//!   selection at the end time ─▶ descriptors, complete databases, spans
//!   last layer of the chain   ─▶ start time, introduced spans
//!   revision history          ─▶ every version of the chosen descriptors in the window, and the spans they had
//! ```
//!
//! *Source*: `spec/manifest-wire.md` §3, §7, `spec/backup.md` §7, `spec/restore.md` §7.

use base::hlc::Timestamp;
use base::ids::{JobId, Uuid};
use base::map::Set;
use base::sort;
use base::span::Span;
use kv::Window;
use kv::mvcc::value::{self, tag};
use sql::catalog::descpb::{Descriptor, State, Union};
use sql::catalog::system::ids;
use sql::rules::Rules;
use wire::Message;

use super::append;
use super::spec::Plan;
use crate::cx::Cx;
use crate::dest::chain::Chain;
use crate::dest::names;
use crate::error::Error;
use crate::keyspan;
use crate::manifest::model::{
    BackupManifest, BuildInfo, COVERAGE_CLUSTER, COVERAGE_REQUESTED, DescriptorRevision,
    ExternalStorage, FILTER_ALL, FILTER_LATEST, Opaque, Version,
};
use crate::sys;
use crate::targets::{self, SYSTEM_DB, Selection, Snapshot, merge_by_table};

/// Drafts the manifest of a backup up to `end`, appended to `chain` if there is one.
///
/// *Errors*: history that cannot be read.
pub(super) fn draft(
    cx: &mut Cx<'_, '_>,
    job: JobId,
    plan: &Plan,
    selected: (&Snapshot, &Selection),
    chain: Option<&Chain>,
    end: Timestamp,
) -> Result<BackupManifest, Error> {
    let (snapshot, selection) = selected;
    let rules = cx.rules();
    let start = chain.map_or(Timestamp::ZERO, Chain::end);
    let mut spans = selection.spans(snapshot);
    let mut changes = Vec::new();
    if plan.history {
        changes = history(cx, plan, selection, start, end)?;
        spans.extend(changes.iter().filter_map(revision).flat_map(|d| spans_of(&d)));
        spans = merge_by_table(spans);
    }
    let introduced = chain.map_or_else(Vec::new, |chain| append::introduced(chain, &spans));
    let revision_start = match (plan.history, start.is_zero()) {
        (false, _) => Timestamp::ZERO,
        (true, false) => start,
        (true, true) => oldest_history(cx, &spans),
    };
    let (major, minor) = rules.version().numbers();
    let chosen = selection.ids.iter().filter_map(|id| snapshot.by_id.get(id));
    Ok(BackupManifest {
        start_time: start.into(),
        end_time: end.into(),
        spans: spans.into_iter().map(Into::into).collect(),
        descriptors: chosen.map(Message::encode_to_vec).collect(),
        dir: ExternalStorage {
            external_connection: rules.external_connections().then_some(Opaque {}),
            ..ExternalStorage::default()
        },
        format_version: 1,
        cluster_id: cx.sql.cluster_id.0.to_vec(),
        node_id: i32::try_from(plan.node).unwrap_or(1),
        build_info: build_info(rules),
        mvcc_filter: if plan.history { FILTER_ALL } else { FILTER_LATEST },
        complete_dbs: plan.complete_dbs.clone(),
        introduced_spans: introduced.into_iter().map(Into::into).collect(),
        descriptor_changes: changes,
        revision_start_time: revision_start.into(),
        id: named_by_job("backup", job, cx).0.to_vec(),
        descriptor_coverage: if plan.is_cluster { COVERAGE_CLUSTER } else { COVERAGE_REQUESTED },
        statistics_filenames: statistics_files(snapshot, selection),
        cluster_version: Version { major, minor, patch: 0, internal: 0 },
        ..BackupManifest::default()
    })
}

/// A UUID that belongs to a job, the same each time it is asked for: no other draw moves it, and it moves none.
pub(super) fn named_by_job(what: &str, job: JobId, cx: &Cx<'_, '_>) -> Uuid {
    Uuid::from_chance(cx.sql.rng.fork(&format!("{what} of {job}")).bytes16())
}

fn build_info(rules: Rules) -> BuildInfo {
    BuildInfo {
        tag: rules.version().tag().to_owned(),
        platform: "amber".to_owned(),
        distribution: "CCL".to_owned(),
        kind: "release".to_owned(),
        ..BuildInfo::default()
    }
}

fn statistics_files(snapshot: &Snapshot, selection: &Selection) -> base::map::Map<u32, String> {
    let tables = selection.tables(snapshot).into_iter().filter(|t| keyspan::has_data(t));
    tables.map(|table| (table.id, names::STATISTICS.to_owned())).collect()
}

fn spans_of(descriptor: &Descriptor) -> Vec<Span> {
    match &descriptor.union {
        Some(Union::Table(table)) if descriptor.state() != State::Drop => keyspan::spans_of(table),
        _ => Vec::new(),
    }
}

/// The descriptor of a revision, if it has one.
pub(super) fn revision(change: &DescriptorRevision) -> Option<Descriptor> {
    Descriptor::decode(change.desc.as_deref()?).ok()
}

/// What happened to the chosen descriptors in (start, end], and what they were at the start.
///
/// If nothing happened there is nothing to tell: the descriptors at the end are those of the whole window.
fn history(
    cx: &mut Cx<'_, '_>,
    plan: &Plan,
    selection: &Selection,
    start: Timestamp,
    end: Timestamp,
) -> Result<Vec<DescriptorRevision>, Error> {
    let mut changes = read_history(cx, start, end)?;
    let chosen = chosen_in_history(plan, selection, &changes);
    changes.retain(|change| chosen.contains(&change.id));
    if changes.is_empty() || start.is_zero() {
        return Ok(changes);
    }
    let before = sys::descriptors_at(cx, start)?;
    for (id, descriptor) in before.by_id {
        if chosen.contains(&id) || is_in_complete(plan, &descriptor) {
            changes.push(DescriptorRevision {
                time: start.into(),
                id,
                desc: Some(descriptor.encode_to_vec()),
            });
        }
    }
    sort::by_key(&mut changes, |change| {
        (change.id, std::cmp::Reverse(Timestamp::from(change.time)))
    });
    Ok(changes)
}

/// Ids that a history is told of: what is taken, and whatever was in a complete database at any time.
fn chosen_in_history(
    plan: &Plan,
    selection: &Selection,
    changes: &[DescriptorRevision],
) -> Set<u32> {
    let mut chosen = selection.ids.clone();
    for descriptor in changes.iter().filter_map(revision) {
        if is_in_complete(plan, &descriptor) {
            chosen.insert(descriptor.id());
        }
    }
    chosen
}

fn is_in_complete(plan: &Plan, descriptor: &Descriptor) -> bool {
    let (parent, _) = targets::parents(descriptor);
    let is_user = parent != SYSTEM_DB && descriptor.id() != SYSTEM_DB;
    let is_whole =
        plan.complete_dbs.contains(&parent) || plan.complete_dbs.contains(&descriptor.id());
    is_whole || (plan.is_cluster && is_user)
}

/// All versions of rows of `system.descriptor` in a window, by id, newest first.
fn read_history(
    cx: &Cx<'_, '_>,
    start: Timestamp,
    end: Timestamp,
) -> Result<Vec<DescriptorRevision>, Error> {
    let span = Span::prefix(keyspan::index_prefix(ids::DESCRIPTOR, 1));
    let window = Window { start, end, all_revisions: true };
    let export = cx.sql.kv.export(&span, window, u64::MAX)?;
    let mut changes = Vec::new();
    for (key, ts, bytes) in export.batch.iter() {
        let id = keyspan::split(key).and_then(|(_, _, rest)| keyspan::take_uvarint(rest));
        let Some((id, _)) = id else { continue };
        // Every row has a key for each family; the one with the descriptor holds lone bytes. A deletion shows on all.
        let is_descriptor_family = key.len() > keyspan::row_of(key).len() + 1;
        if !is_descriptor_family {
            continue;
        }
        let desc = match value::decode(bytes) {
            Some(parts) if parts.tag == tag::BYTES => Some(parts.data.to_vec()),
            Some(_) => continue,
            None => None,
        };
        changes.push(DescriptorRevision { time: ts.into(), id, desc });
    }
    Ok(changes)
}

/// The moment after which every version of the spans is still there.
fn oldest_history(cx: &Cx<'_, '_>, spans: &[Span]) -> Timestamp {
    let now = cx.now();
    let mut highest = Timestamp::ZERO;
    for span in spans {
        for range in cx.sql.kv.ranges_in(span) {
            highest = highest.max(cx.sql.kv.effective_threshold(range, now));
        }
    }
    highest
}
