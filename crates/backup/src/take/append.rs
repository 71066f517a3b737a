//! What may be appended to a chain, and what is new to it.
//!
//! ```text
//!   last layer      full of shop        {customers, orders, carts}
//!   appended        DATABASE shop       {customers, orders, carts, returns}
//!                                        returns: its database was complete, so it may come; its spans are introduced
//! ```
//!
//! Shape: pure checks over manifests and descriptors. *Source*: `spec/backup.md` §7. The real system looks at tables
//! before databases; we look at databases first, since the sheets' scenarios 12 and 33 want that text.

use base::hlc::Timestamp;
use base::ids::Uuid;
use base::map::Set;
use base::span::{Span, merge, subtract};
use sql::catalog::descpb::{State, Union};
use sql::rules::Rules;

use super::error::Error;
use super::spec::Plan;
use crate::dest::Error as DestError;
use crate::dest::chain::Chain;
use crate::keyspan;
use crate::manifest::model::BackupManifest;
use crate::targets::{Selection, Snapshot, merge_by_table};

/// The backup that wants to be appended.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The descriptors at its end.
    pub snapshot: &'a Snapshot,
    /// What it takes.
    pub selection: &'a Selection,
    /// Whether it takes the whole cluster.
    pub is_cluster: bool,
    /// Whose it is.
    pub cluster: Uuid,
    /// Its end.
    pub end: Timestamp,
}

/// Whether the candidate fits onto the chain.
///
/// *Errors*: another cluster's chain, an end before the chain's end, targets that the chain does not hold.
pub fn check(chain: &Chain, candidate: Candidate<'_>) -> Result<(), Error> {
    for layer in &chain.layers {
        if layer.manifest.cluster_id != candidate.cluster.0 {
            return Err(Error::OtherCluster { cluster: uuid_of(&layer.manifest.cluster_id) });
        }
    }
    if candidate.end < chain.end() {
        return Err(Error::EndBeforeChain { end: candidate.end, previous: chain.end() });
    }
    let first_is_cluster = chain.layers.first().is_some_and(|layer| layer.manifest.is_cluster());
    if first_is_cluster && !candidate.is_cluster {
        return Err(Error::AppendToCluster);
    }
    match chain.layers.last() {
        Some(last) if !candidate.is_cluster => check_held(&last.manifest, candidate),
        _ => Ok(()),
    }
}

/// Whether a layer goes to the localities of the layers before it.
///
/// *Errors*: other localities, in versions that want the same.
pub(super) fn check_localities(chain: &Chain, plan: &Plan, rules: Rules) -> Result<(), DestError> {
    let Some(last) = chain.layers.last().filter(|_| rules.same_localities()) else { return Ok(()) };
    let ours: Set<&str> = plan.dest().iter().skip(1).map(|part| part.locality.as_str()).collect();
    let theirs: Set<&str> = last.manifest.locality_kvs.iter().map(String::as_str).collect();
    if ours == theirs {
        return Ok(());
    }
    let told = |set: Set<&str>| set.into_iter().collect::<Vec<_>>().join(" ");
    Err(DestError::refused(format!(
        "Requested backup has localities [{}], but a previous backup layer in this collection has localities [{}]. \
         Mismatched backup layers are not supported. Please take a new full backup with the new localities, or an \
         incremental backup with matching localities.",
        told(ours),
        told(theirs)
    )))
}

fn check_held(last: &BackupManifest, candidate: Candidate<'_>) -> Result<(), Error> {
    let complete: Set<u32> = last.complete_dbs.iter().copied().collect();
    for id in &candidate.selection.complete_dbs {
        if !complete.contains(id) {
            let name = candidate.snapshot.database(*id).map_or("", |d| d.name.as_str());
            return Err(Error::DatabaseNotHeld { name: name.to_owned() });
        }
    }
    let held: Set<u32> = last.descriptors().map(|d| d.id()).collect();
    for table in candidate.selection.tables(candidate.snapshot) {
        let replaces = table.replacement_of.id != 0 && held.contains(&table.replacement_of.id);
        if !held.contains(&table.id) && !complete.contains(&table.parent_id) && !replaces {
            return Err(Error::TableNotHeld { name: table.name.clone() });
        }
    }
    Ok(())
}

/// The spans that the last layer does not cover, or not in a state that can be built on: they are exported from 0.
pub fn introduced(chain: &Chain, spans: &[Span]) -> Vec<Span> {
    let Some(last) = chain.layers.last() else { return Vec::new() };
    let held = merge(last.manifest.spans.iter().map(Into::into).collect());
    let mut fresh = subtract(spans.to_vec(), held);
    for descriptor in last.manifest.descriptors() {
        if descriptor.state() == State::Offline
            && let Some(Union::Table(table)) = &descriptor.union
        {
            let whole = keyspan::table_span(table.id);
            fresh.extend(spans.iter().filter_map(|span| span.intersect(&whole)));
        }
    }
    merge_by_table(fresh)
}

/// Sixteen bytes of a manifest as a UUID; zeros where there are fewer.
pub fn uuid_of(bytes: &[u8]) -> Uuid {
    Uuid(bytes.try_into().unwrap_or_default())
}
