//! A chain: the layers of one full in order, and what is wrong with them.
//!
//! ```text
//!   full (0, E0] ─ inc (E0, E1] ─ inc (E1, E2]        each start is the end before it
//!   spans new to the chain are introduced: here from 0, whatever the layer's own start is
//!
//!   coverage of one span    0 ├──────────┼─────┼────▶   a gap is a hole: no restore across it
//!                             full        inc   inc
//! ```
//!
//! *Source*: `spec/collections-and-chains.md` §5, §6, `spec/manifest-wire.md` §7.
//! Errors: those of [`super::error`].

use base::hlc::Timestamp;
use base::span::{Span, merge, subtract};
use cloud::bucket::Buckets;
use cloud::store::Store;
use sql::rules::Rules;

use super::collection;
use super::error::{Error, Unreadable};
use super::names;
use crate::manifest::codec;
use crate::manifest::model::BackupManifest;

/// One layer: where it lies and what it holds.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its directory.
    pub dir: Store,
    /// Its path in the collection; empty for a backup outside of collections.
    pub subdir: String,
    /// Its manifest.
    pub manifest: BackupManifest,
}

/// The layers of one full.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The full's path in the collection.
    pub full_subdir: String,
    /// In order of time, the full first.
    pub layers: Vec<Layer>,
}

impl Chain {
    /// The end of the last layer; zero for a chain without layers.
    pub fn end(&self) -> Timestamp {
        self.layers.last().map_or(Timestamp::ZERO, |layer| layer.manifest.end())
    }

    /// The manifests in order.
    pub fn manifests(&self) -> Vec<&BackupManifest> {
        self.layers.iter().map(|layer| &layer.manifest).collect()
    }
}

/// For whom a chain is read: this decides the words of an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// A backup that is appended.
    Append,
    /// RESTORE or SHOW BACKUP.
    Restore,
}

/// Reads the full at a path and all finished incrementals on it.
///
/// *Errors*: A manifest that is missing, damaged or encrypted; incrementals in both places.
pub fn read(
    collection: &Store,
    full_subdir: &str,
    buckets: &Buckets,
    rules: Rules,
    reader: Reader,
    nanos: &mut i64,
) -> Result<Chain, Error> {
    let mut subdirs = vec![full_subdir.to_owned()];
    let base = collection::incrementals_base(collection, full_subdir, buckets, rules, nanos)?;
    subdirs.extend(collection::incrementals(collection, &base, buckets, nanos));
    let mut layers = Vec::with_capacity(subdirs.len());
    for subdir in subdirs {
        let dir = collection.join(&subdir);
        let manifest = read_manifest(&dir, buckets, nanos)
            .map_err(|cause| explain(cause, &dir, reader, buckets, nanos))?;
        layers.push(Layer { dir, subdir, manifest });
    }
    sort(&mut layers);
    Ok(Chain { full_subdir: full_subdir.to_owned(), layers })
}

/// Reads the manifest of one directory: checksum compared where there is one, then taken apart.
///
/// *Errors*: See [`Unreadable`].
pub fn read_manifest(
    dir: &Store,
    buckets: &Buckets,
    nanos: &mut i64,
) -> Result<BackupManifest, Unreadable> {
    let object = dir.get(buckets, names::MANIFEST).map_err(Unreadable::Store)?.count(nanos);
    let broken = |cause| Unreadable::Codec { object: dir.join(names::MANIFEST).bare(), cause };
    if let Ok(sum) = dir.get(buckets, &names::checksum_of(names::MANIFEST)) {
        codec::verify(&object, &sum.count(nanos)).map_err(broken)?;
    }
    codec::decode(&object).map_err(broken)
}

/// The error of a manifest that cannot be read, in the reader's words.
pub fn explain(
    cause: Unreadable,
    dir: &Store,
    reader: Reader,
    buckets: &Buckets,
    nanos: &mut i64,
) -> Error {
    if let Unreadable::Codec { cause: codec::Error::Encrypted, .. } = &cause {
        return Error::Descriptor { cause, is_root: false };
    }
    match reader {
        Reader::Append => Error::Layer { uri: dir.bare(), cause },
        Reader::Restore => {
            let is_root =
                matches!(cause, Unreadable::Store(_)) && is_collection(dir, buckets, nanos);
            Error::Descriptor { cause, is_root }
        }
    }
}

fn is_collection(place: &Store, buckets: &Buckets, nanos: &mut i64) -> bool {
    let latest = format!("{}/", names::LATEST_DIR);
    place.exists(buckets, names::LATEST).count(nanos)
        || !place.names(buckets, &latest).count(nanos).is_empty()
        || !collection::fulls(place, buckets, nanos).is_empty()
}

/// Orders layers by end, then start, and leaves out those that others replace: a layer with the end of another and a
/// later start, and whatever lies between a layer and the one whose end is its start.
fn sort(layers: &mut Vec<Layer>) {
    layers.sort_by_key(|layer| (layer.manifest.end(), layer.manifest.start()));
    if layers.iter().all(|layer| !layer.manifest.is_compacted) {
        return;
    }
    layers.dedup_by(|later, earlier| later.manifest.end() == earlier.manifest.end());
    let mut kept: Vec<Layer> = Vec::new();
    let mut want: Option<Timestamp> = None;
    while let Some(layer) = layers.pop() {
        if want.is_none_or(|end| layer.manifest.end() == end) {
            want = Some(layer.manifest.start());
            kept.push(layer);
        }
    }
    kept.reverse();
    *layers = kept;
}

/// Finds the first hole: a span of the last layer that is not covered from 0 to that layer's end.
///
/// `words` prints a key. *Source*: coverage span by span up to v22.1, layer by layer later.
///
/// *Errors*: [`Error::Hole`], [`Error::NotContinuous`].
pub fn check_covered(
    layers: &[&BackupManifest],
    wanted: &[Span],
    rules: Rules,
    words: fn(&[u8]) -> String,
) -> Result<(), Error> {
    if rules.incremental_dir_has_start() {
        for (i, pair) in layers.windows(2).enumerate() {
            if let [before, after] = pair
                && before.end() != after.start()
            {
                return Err(Error::NotContinuous {
                    layer: i,
                    end: before.end(),
                    start: after.start(),
                });
            }
        }
    }
    // What is covered, and until when. A span may lie in several entries with different times.
    let mut covered: Vec<(Span, Timestamp)> = Vec::new();
    for layer in layers {
        let spans = merge(layer.spans.iter().map(Into::into).collect());
        let introduced = merge(layer.introduced_spans.iter().map(Into::into).collect());
        let continued = subtract(spans.clone(), introduced);
        let continued: Vec<Span> = intersect(&continued, wanted);
        for span in &continued {
            for (part, until) in times_of(&covered, span) {
                if until < layer.start() {
                    return Err(Error::Hole {
                        from: until,
                        to: layer.start(),
                        start: words(&part.start),
                        end: words(&part.end),
                    });
                }
            }
        }
        for span in spans {
            cover(&mut covered, span, layer.end());
        }
    }
    Ok(())
}

/// The parts of `span` with the times until which they are covered; zero where nothing covers.
fn times_of(covered: &[(Span, Timestamp)], span: &Span) -> Vec<(Span, Timestamp)> {
    let mut parts: Vec<(Span, Timestamp)> =
        covered.iter().filter_map(|(held, until)| Some((held.intersect(span)?, *until))).collect();
    let held = parts.iter().map(|(part, _)| part.clone()).collect();
    parts
        .extend(subtract(vec![span.clone()], held).into_iter().map(|part| (part, Timestamp::ZERO)));
    parts.sort();
    parts
}

fn cover(covered: &mut Vec<(Span, Timestamp)>, span: Span, until: Timestamp) {
    let mut next = Vec::with_capacity(covered.len() + 1);
    for (held, time) in covered.drain(..) {
        for part in subtract(vec![held], vec![span.clone()]) {
            next.push((part, time));
        }
    }
    next.push((span, until));
    next.sort();
    *covered = next;
}

/// What lies in both lists.
pub fn intersect(a: &[Span], b: &[Span]) -> Vec<Span> {
    merge(a.iter().flat_map(|x| b.iter().filter_map(|y| x.intersect(y))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(
        start: i64,
        end: i64,
        spans: &[(&str, &str)],
        introduced: &[(&str, &str)],
    ) -> BackupManifest {
        let spans_of =
            |list: &[(&str, &str)]| list.iter().map(|(a, b)| Span::new(*a, *b).into()).collect();
        BackupManifest {
            start_time: Timestamp::from_secs(start).into(),
            end_time: Timestamp::from_secs(end).into(),
            spans: spans_of(spans),
            introduced_spans: spans_of(introduced),
            ..BackupManifest::default()
        }
    }

    fn checked(layers: &[BackupManifest], rules: Rules) -> Result<(), String> {
        let layers: Vec<&BackupManifest> = layers.iter().collect();
        let all = [Span::new("a", "z")];
        check_covered(&layers, &all, rules, |key| String::from_utf8_lossy(key).into_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn holes() {
        let full = layer(0, 10, &[("a", "c")], &[]);
        let whole = [
            full.clone(),
            layer(10, 20, &[("a", "d")], &[("c", "d")]),
            layer(20, 30, &[("a", "d")], &[]),
        ];
        assert_eq!(checked(&whole, Rules::v21_2()), Ok(()));
        assert_eq!(checked(&whole, Rules::v26_2()), Ok(()));
        let holed = [whole[0].clone(), whole[2].clone()];
        assert_eq!(
            checked(&holed, Rules::v21_2()),
            Err("no backup covers time [10.000000000,0,20.000000000,0) for range [a,c) (or backups out of order)".to_owned())
        );
        assert!(
            checked(&holed, Rules::v26_2())
                .unwrap_err()
                .starts_with("backups are not continuous: 0th backup ends at 10.0")
        );
        let unintroduced = [full, layer(10, 20, &[("a", "d")], &[])];
        assert_eq!(
            checked(&unintroduced, Rules::v21_2()),
            Err("no backup covers time [0.000000000,0,10.000000000,0) for range [c,d) (or backups out of order)".to_owned())
        );
    }
}
