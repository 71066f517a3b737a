//! Covering: which files of which layers a restore to a moment must read.
//!
//! ```text
//!   chain     full (0,E0]   inc (E0,E1]   inc (E1,E2]
//!   t = E1    ✓             ✓             –             later layers are ignored
//!
//!   keys      a ───────── m ───────── z
//!   full      1.sst        2.sst              piece [a,m) reads 1.sst, 3.sst
//!   inc       3.sst  (all)                    piece [m,z) reads 2.sst, 3.sst
//! ```
//!
//! Shape: pure functions over manifests. *Source*: `spec/restore.md` §7, `spec/manifest-wire.md` §7.
//! Errors: E1, E2, E3 of the sheet.

use base::hlc::Timestamp;
use base::map::Set;
use base::sort;
use base::span::{Key, Span, merge};

use super::error::Error;
use crate::manifest::model::BackupManifest;

/// How many layers a restore to `at` reads, and the moment that it restores. No time at all means the chain's end.
///
/// *Errors*: no layer covers the moment, or the one that does lacks the history for it.
pub fn layers_for(
    layers: &[&BackupManifest],
    at: Option<Timestamp>,
) -> Result<(usize, Timestamp), Error> {
    let Some(at) = at else {
        let end = layers.last().map_or(Timestamp::ZERO, |layer| layer.end());
        return Ok((layers.len(), end));
    };
    let found = layers.iter().position(|layer| layer.start() < at && at <= layer.end());
    let Some((i, layer)) = found.and_then(|i| layers.get(i).map(|layer| (i, layer))) else {
        return Err(Error::TimeNotCovered);
    };
    if at == layer.end() {
        return Ok((i + 1, at));
    }
    if !layer.has_history() {
        return Err(Error::NoHistory {
            start: (!layer.is_full()).then(|| layer.start()),
            end: layer.end(),
        });
    }
    if at <= layer.revision_start() {
        return Err(Error::HistoryStartsLater { start: layer.revision_start() });
    }
    Ok((i + 1, at))
}

/// One file that a piece reads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Source {
    /// Which layer, from 0.
    pub layer: u32,
    /// The object, relative to the layer.
    pub path: String,
    /// The locality whose store holds it; empty for the default.
    pub locality: String,
}

/// Keys that are restored together, and the files in which they lie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Which keys, in order.
    pub spans: Vec<Span>,
    /// All files with versions of them, by layer and name.
    pub sources: Vec<Source>,
    /// About how much they hold. *Units*: bytes.
    pub data_bytes: u64,
}

/// Cuts what is wanted into pieces of about `piece_bytes`, in order of keys. What no file holds is left out.
pub fn pieces(layers: &[&BackupManifest], wanted: &[Span], piece_bytes: u64) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (span, sources, bytes) in elementary(layers, wanted) {
        match pieces.last_mut() {
            Some(last) if last.data_bytes < piece_bytes => {
                last.spans.push(span);
                last.spans = merge(std::mem::take(&mut last.spans));
                last.data_bytes = last.data_bytes.saturating_add(bytes);
                let mut all: Set<Source> = last.sources.drain(..).collect();
                all.extend(sources);
                last.sources = all.into_iter().collect();
            }
            _ => pieces.push(Piece {
                spans: vec![span],
                sources: sources.into_iter().collect(),
                data_bytes: bytes,
            }),
        }
    }
    pieces
}

/// The wanted keys cut at every bound of a file's span, each with its files and its share of their bytes.
fn elementary(layers: &[&BackupManifest], wanted: &[Span]) -> Vec<(Span, Set<Source>, u64)> {
    let mut held: Vec<(Span, Source, u64)> = Vec::new();
    for (i, layer) in layers.iter().enumerate() {
        for file in &layer.files {
            let source = Source {
                layer: base::num::to_u32(i),
                path: file.path.clone(),
                locality: file.locality_kv.clone(),
            };
            let bytes = u64::try_from(file.entry_counts.data_size).unwrap_or(0);
            held.push((Span::from(&file.span), source, bytes));
        }
    }
    sort::natural(&mut held);
    let mut found = Vec::new();
    for span in merge(wanted.to_vec()) {
        let near: Vec<&(Span, Source, u64)> =
            held.iter().filter(|(file, ..)| file.overlaps(&span)).collect();
        let mut bounds: Set<Key> = Set::new();
        for (file, ..) in &near {
            for bound in [&file.start, &file.end] {
                if span.contains_key(bound) {
                    bounds.insert(bound.clone());
                }
            }
        }
        let mut start = span.start.clone();
        let ends = bounds.into_iter().chain([span.end.clone()]);
        for end in ends.filter(|end| *end > span.start) {
            let part = Span::new(std::mem::replace(&mut start, end.clone()), end);
            let over = near.iter().filter(|(file, ..)| file.overlaps(&part));
            // A span that a later layer introduced again is whole there; what older layers hold of it is stale.
            let since = introduced_at(layers, &part);
            let over = over.filter(|(_, source, _)| source.layer >= since);
            let sources: Set<Source> = over.clone().map(|(_, source, _)| source.clone()).collect();
            let bytes = over.map(|(_, _, bytes)| *bytes).sum();
            if !sources.is_empty() {
                found.push((part, sources, bytes));
            }
        }
    }
    found
}

/// The last layer that introduced keys of `part`; 0 for the full.
fn introduced_at(layers: &[&BackupManifest], part: &Span) -> u32 {
    let introduces = |layer: &&BackupManifest| {
        layer.introduced_spans.iter().any(|span| Span::from(span).overlaps(part))
    };
    layers.iter().rposition(introduces).map_or(0, base::num::to_u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::model::{FILTER_ALL, File, RowCount};

    fn secs(n: i64) -> Timestamp {
        Timestamp::from_secs(n)
    }

    fn layer(
        start: i64,
        end: i64,
        history: Option<i64>,
        files: &[(&str, &str, &str)],
    ) -> BackupManifest {
        BackupManifest {
            start_time: secs(start).into(),
            end_time: secs(end).into(),
            mvcc_filter: history.map_or(0, |_| FILTER_ALL),
            revision_start_time: secs(history.unwrap_or(0)).into(),
            files: files
                .iter()
                .map(|(a, b, path)| File {
                    span: Span::new(*a, *b).into(),
                    path: (*path).to_owned(),
                    entry_counts: RowCount { data_size: 10, rows: 1, index_entries: 0 },
                    ..File::default()
                })
                .collect(),
            ..BackupManifest::default()
        }
    }

    #[test]
    fn which_layers_for_a_moment() {
        let chain = [
            layer(0, 100, Some(50), &[]),
            layer(100, 200, Some(100), &[]),
            layer(200, 300, None, &[]),
        ];
        let layers: Vec<&BackupManifest> = chain.iter().collect();
        let at = |n: i64| {
            layers_for(&layers, Some(secs(n)))
                .map(|(count, _)| count)
                .map_err(|error| error.to_string())
        };
        assert_eq!(layers_for(&layers, None), Ok((3, secs(300))));
        assert_eq!(at(100), Ok(1));
        assert_eq!(at(60), Ok(1));
        assert_eq!(at(150), Ok(2));
        assert_eq!(at(300), Ok(3));
        assert_eq!(
            at(50),
            Err("invalid RESTORE timestamp: BACKUP for requested time only has revision history from 1970-01-01 00:00:50 +0000 UTC".to_owned())
        );
        assert_eq!(
            at(250),
            Err("invalid RESTORE timestamp: restoring to arbitrary time requires that BACKUP for requested time be created with 'revision_history' option. nearest BACKUP times are 1970-01-01 00:03:20 +0000 UTC or 1970-01-01 00:05:00 +0000 UTC".to_owned())
        );
        assert_eq!(
            at(301),
            Err("invalid RESTORE timestamp: supplied backups do not cover requested time"
                .to_owned())
        );
        let plain = layer(0, 100, None, &[]);
        assert_eq!(
            layers_for(&[&plain], Some(secs(7))).unwrap_err().to_string(),
            "invalid RESTORE timestamp: restoring to arbitrary time requires that BACKUP for requested time be created with 'revision_history' option. nearest backup time is 1970-01-01 00:01:40 +0000 UTC"
        );
    }

    #[test]
    fn which_files_for_which_keys() {
        let chain = [
            layer(0, 100, None, &[("a", "m", "1"), ("m", "z", "2")]),
            layer(100, 200, None, &[("c", "p", "3")]),
        ];
        let layers: Vec<&BackupManifest> = chain.iter().collect();
        let told = |piece_bytes: u64| -> Vec<String> {
            pieces(&layers, &[Span::new("b", "z")], piece_bytes)
                .iter()
                .map(|piece| {
                    let spans: Vec<String> = piece
                        .spans
                        .iter()
                        .map(|s| {
                            format!(
                                "{}-{}",
                                String::from_utf8_lossy(&s.start),
                                String::from_utf8_lossy(&s.end)
                            )
                        })
                        .collect();
                    let files: Vec<&str> = piece.sources.iter().map(|s| s.path.as_str()).collect();
                    format!("{} {}", spans.join(","), files.join(","))
                })
                .collect()
        };
        assert_eq!(told(1), ["b-c 1", "c-m 1,3", "m-p 2,3", "p-z 2"]);
        assert_eq!(told(1000), ["b-z 1,2,3"]);
    }
}
