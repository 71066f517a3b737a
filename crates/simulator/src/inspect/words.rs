//! Facts as lines for a person.

use backup::moment;
use backup::targets::Snapshot;
use base::hlc::Timestamp;

use super::{ChainSeen, LayerSeen, Look, Seen};

/// A collection in lines.
pub(super) fn collection(seen: &Seen, look: &Look) -> Vec<String> {
    let mut out = vec![format!("collection {}", seen.uri)];
    if let Some(latest) = &seen.latest {
        out.push(format!("  LATEST names {latest}"));
    }
    for one in &seen.chains {
        chain(one, look, &mut out);
    }
    out.extend(seen.problems.iter().map(|problem| format!("  problem: {problem}")));
    out
}

fn chain(seen: &ChainSeen, look: &Look, out: &mut Vec<String>) {
    let locked = if seen.is_encrypted { ", encrypted" } else { "" };
    out.push(format!("  chain {} ({} layers{locked})", seen.full, seen.layers.len()));
    for layer in &seen.layers {
        layer_lines(layer, out);
    }
    for (after, through) in restorable(seen) {
        out.push(match after {
            Some(after) => format!(
                "    can be restored to any moment after {} through {}",
                moment::plain_text(after),
                moment::plain_text(through)
            ),
            None => format!("    can be restored to {}", moment::plain_text(through)),
        });
    }
    out.extend(seen.problems.iter().map(|problem| format!("    problem: {problem}")));
    if !look.rows {
        return;
    }
    for (name, rows) in look.rows(seen, seen.layers.len()).unwrap_or_default() {
        out.push(format!("    rows of {name} at the end:"));
        for row in rows {
            let cells: Vec<String> =
                row.iter().map(|cell| cell.to_bare_text().unwrap_or("NULL".to_owned())).collect();
            out.push(format!("      {}", cells.join(" | ")));
        }
    }
}

fn layer_lines(seen: &LayerSeen, out: &mut Vec<String>) {
    if let Some(layer) = &seen.read {
        let manifest = &layer.manifest;
        let kind = if manifest.is_full() { "full" } else { "incremental" };
        let window = if manifest.is_full() {
            moment::plain_text(manifest.end())
        } else {
            format!(
                "({}, {}]",
                moment::plain_text(manifest.start()),
                moment::plain_text(manifest.end())
            )
        };
        let stored: u64 = seen.files.values().map(|told| told.object_bytes).sum();
        let counts = manifest.entry_counts;
        out.push(format!("    {kind} {window}  by {}", manifest.build_info.tag));
        out.push(format!(
            "      {} rows, {} index entries, {} bytes of data; {} files, {stored} bytes stored{}",
            counts.rows,
            counts.index_entries,
            counts.data_size,
            seen.files.len(),
            if manifest.has_history() { "; revision history" } else { "" }
        ));
        out.push(format!("      holds {}", targets(layer)));
    } else {
        out.push(format!("    {}", seen.dir));
    }
    out.extend(seen.problems.iter().map(|problem| format!("      problem: {problem}")));
}

/// Databases with their tables: `bank (accounts, transfers)`.
fn targets(layer: &backup::dest::chain::Layer) -> String {
    let snapshot: Snapshot = layer.manifest.descriptors().collect();
    let one = |database: &sql::catalog::descpb::DatabaseDescriptor| {
        let tables = snapshot.tables().filter(|table| table.parent_id == database.id);
        let names: Vec<&str> = tables.map(|table| table.name.as_str()).collect();
        format!("{} ({})", database.name, names.join(", "))
    };
    let all: Vec<String> = snapshot.databases().map(one).collect();
    let whole = if layer.manifest.is_cluster() { "the cluster: " } else { "" };
    format!("{whole}{}", all.join(", "))
}

/// The moments to which a chain can be restored: single ones, or all after one through another. Nothing behind a layer
/// with a problem.
pub(super) fn restorable(seen: &ChainSeen) -> Vec<(Option<Timestamp>, Timestamp)> {
    let mut found = Vec::new();
    let mut reached: Option<Timestamp> = None;
    for layer in &seen.layers {
        let Some(manifest) = layer.read.as_ref().map(|read| &read.manifest) else { break };
        let follows = reached.map_or(manifest.is_full(), |end| end == manifest.start());
        if !follows || !layer.problems.is_empty() {
            break;
        }
        reached = Some(manifest.end());
        let after = manifest.has_history().then(|| manifest.revision_start());
        found.push((after, manifest.end()));
    }
    found
}
