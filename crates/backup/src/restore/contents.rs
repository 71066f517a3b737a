//! What a chain holds at a moment: descriptors, spans, versions.
//!
//! ```text
//!   t = end of a layer        its descriptors
//!   t inside a layer          its descriptor changes up to t, newest of each; without dropped ones and orphans
//! ```
//!
//! *Source*: `spec/manifest-wire.md` §7, `spec/restore.md` §8.

use base::hlc::Timestamp;
use base::map::{Map, Set};
use sql::catalog::descpb::{Descriptor, State};
use sql::rules::Rules;
use wire::Message;

use super::error::Error;
use crate::manifest::model::{BackupManifest, Version};
use crate::targets::{SYSTEM_DB, Snapshot, parents};

/// The descriptors of a layer at a moment inside it.
pub(super) fn descriptors_at(layer: &BackupManifest, at: Timestamp) -> Snapshot {
    if at >= layer.end() || layer.descriptor_changes.is_empty() {
        return layer.descriptors().collect();
    }
    let mut newest: Map<u32, (Timestamp, Option<Descriptor>)> = Map::new();
    for change in &layer.descriptor_changes {
        let time: Timestamp = change.time.into();
        let is_newer = newest.get(&change.id).is_none_or(|(known, _)| *known < time);
        if time <= at && is_newer {
            let read = change.desc.as_deref().and_then(|bytes| Descriptor::decode(bytes).ok());
            newest.insert(change.id, (time, read));
        }
    }
    let alive: Vec<Descriptor> = newest
        .into_values()
        .filter_map(|(_, descriptor)| descriptor.filter(|d| d.state() != State::Drop))
        .collect();
    let databases: Set<u32> = alive.iter().map(Descriptor::id).collect();
    // System tables come from the list at the end: their definitions do not change.
    let system = layer.descriptors().filter(|d| parents(d).0 == SYSTEM_DB || d.id() == SYSTEM_DB);
    let mut all: Snapshot = system.collect();
    for descriptor in alive {
        let (parent, _) = parents(&descriptor);
        if parent == 0 || databases.contains(&parent) || parent == SYSTEM_DB {
            all.by_id.insert(descriptor.id(), descriptor);
        }
    }
    all
}

/// Refuses backups of versions that this one does not read.
///
/// `any` lets older ones through (`unsafe_restore_incompatible_version`).
///
/// *Errors*: [`Error::NewerVersion`], [`Error::OlderVersion`].
pub(super) fn check_version(
    layers: &[&BackupManifest],
    rules: Rules,
    any: bool,
) -> Result<(), Error> {
    let (major, minor) = rules.version().numbers();
    let current = Version { major, minor, patch: 0, internal: 0 };
    for layer in layers {
        let theirs = layer.cluster_version;
        let backup = theirs.short();
        if (theirs.major, theirs.minor) > (current.major, current.minor) {
            return Err(Error::NewerVersion { backup, current: current.short() });
        }
        let minimum = minimum_version(current, rules);
        if !any
            && theirs.major != 0
            && (theirs.major, theirs.minor) < (minimum.major, minimum.minor)
        {
            return Err(Error::OlderVersion { backup, minimum: minimum.short() });
        }
    }
    Ok(())
}

/// The least version that is restored. Releases come in fours a year, and one in between may be skipped.
fn minimum_version(current: Version, rules: Rules) -> Version {
    if !rules.restore_version_window() {
        return Version { major: current.major - 1, minor: 1, ..current };
    }
    Version { major: current.major - 1, minor: 4, ..current }
}
