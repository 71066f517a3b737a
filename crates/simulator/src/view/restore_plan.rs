//! What a restore to one moment would read, or why it cannot be.
//!
//! ```text
//!   ▣━━━━━●━━━━━●        wanted │ reads the full, and every layer that begins before the moment;
//!         └──────┴─ bands: revision history, every moment;   points: only the ends
//! ```

use base::hlc::Timestamp;
use base::map::Set;
use base::num;
use protocol::chain::RestorePlan;
use protocol::time::Nanos;

use super::{chains as chain_view, words};
use crate::calendar;
use crate::chains::{Chain, Collection, Layer};
use crate::nature;
use crate::state::State;

pub(super) fn plan(
    state: &mut State,
    collection: &str,
    subdir: Option<&str>,
    at: Nanos,
) -> RestorePlan {
    let nature = nature::known(state);
    let mut shown = RestorePlan { at, ..RestorePlan::default() };
    let Some(collection) = nature.collections.iter().find(|one| &*one.uri == collection) else {
        "there is no such collection".clone_into(&mut shown.words);
        return shown;
    };
    let Some(chain) = choose(collection, subdir, at) else {
        "no backup reaches back to this moment".clone_into(&mut shown.words);
        return shown;
    };
    fill(&mut shown, collection, chain, at);
    shown
}

/// The chain asked for; else the youngest that begins before the moment and reaches it, else the youngest before it.
fn choose<'a>(collection: &'a Collection, subdir: Option<&str>, at: Nanos) -> Option<&'a Chain> {
    if let Some(subdir) = subdir {
        return collection.chains.iter().find(|chain| chain.subdir == subdir);
    }
    let begins = |chain: &&Chain| {
        let full = chain.layers.first().and_then(|layer| layer.manifest.as_ref());
        full.is_some_and(|full| chain_view::restorable_from(full) <= at)
    };
    let reaches = |chain: &&Chain| chain.end().is_some_and(|end| end.wall >= at.0);
    let chains = &collection.chains;
    chains
        .iter()
        .rev()
        .find(|chain| begins(chain) && reaches(chain))
        .or_else(|| chains.iter().rev().find(begins))
}

fn fill(shown: &mut RestorePlan, collection: &Collection, chain: &Chain, at: Nanos) {
    let ends: Vec<(Nanos, Nanos)> = chain
        .layers
        .iter()
        .filter_map(|layer| layer.manifest.as_ref())
        .map(|manifest| (chain_view::restorable_from(manifest), Nanos(manifest.end().wall)))
        .collect();
    let before = ends.iter().map(|(_, end)| *end).filter(|end| *end <= at).max();
    let after = ends.iter().map(|(_, end)| *end).filter(|end| *end > at).min();
    shown.nearest = before.into_iter().chain(after).collect();
    // The layer whose window holds the moment decides whether the moment itself can be had.
    let last = ends.iter().position(|(_, end)| *end >= at);
    let Some(last) = last else {
        "the moment lies after the chain's last layer".clone_into(&mut shown.words);
        return;
    };
    if at < ends[last].0 {
        "only the ends of layers without revision_history can be restored"
            .clone_into(&mut shown.words);
        return;
    }
    let layers = &chain.layers[..=last.min(chain.layers.len() - 1)];
    if let Some(fault) = layers.iter().find_map(|layer| layer.fault.as_deref()) {
        shown.words = format!("damaged: {fault}");
        return;
    }
    if !chain_view::is_restorable(layers) {
        "a layer is missing or encrypted".clone_into(&mut shown.words);
        return;
    }
    shown.possible = true;
    shown.layers = layers.iter().map(|layer| layer.dir.clone()).collect();
    let (files, bytes) = reads(layers);
    shown.files = files;
    shown.size_bytes = bytes;
    let incrementals = layers.len() - 1;
    shown.words = format!(
        "reads 1 full and {}, {}, {}",
        words::count(incrementals, "incremental"),
        words::count(num::index(files), "file"),
        words::size(bytes)
    );
    shown.statement = statement(collection, chain, layers, at);
}

fn reads(layers: &[Layer]) -> (u32, u64) {
    let mut files: Set<(&str, &str)> = Set::new();
    let mut bytes = 0_u64;
    for layer in layers {
        let Some(manifest) = &layer.manifest else { continue };
        for file in &manifest.files {
            files.insert((&layer.dir, &file.path));
        }
        bytes += num::as_unsigned(manifest.entry_counts.data_size.max(0));
    }
    (num::to_u32(files.len()), bytes)
}

fn statement(collection: &Collection, chain: &Chain, layers: &[Layer], at: Nanos) -> String {
    let target = chain.last().map(|manifest| chain_view::target(manifest).0).unwrap_or_default();
    let space = if target.is_empty() { "" } else { " " };
    let is_latest = collection.latest.as_deref() == Some(chain.subdir.as_str());
    let from = if is_latest { "LATEST".to_owned() } else { words::string(&chain.subdir) };
    let uri = words::string(&chain_view::spelled_uri(collection));
    let end = layers.last().and_then(|layer| layer.manifest.as_ref()).map(|m| m.end());
    let whole = layers.len() == chain.layers.len() && end.is_some_and(|end| end.wall == at.0);
    let as_of = match end {
        _ if whole => String::new(),
        // The end of a layer without history must be met exactly, logical part and all.
        Some(end) if end.wall == at.0 && end.logical > 0 => {
            format!(" AS OF SYSTEM TIME {}", end.to_decimal_string())
        }
        Some(_) | None => {
            let text = calendar::rfc3339(Timestamp::from_wall(at.0));
            let text = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
            format!(" AS OF SYSTEM TIME '{}'", text.replace('T', " "))
        }
    };
    format!("RESTORE {target}{space}FROM {from} IN {uri}{as_of};")
}
