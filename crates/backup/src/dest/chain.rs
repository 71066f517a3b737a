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

use std::sync::Arc;

use base::hlc::Timestamp;
use base::sort;
use base::span::{Span, merge, subtract};
use cloud::bucket::Buckets;
use cloud::store::Store;
use sql::rules::Rules;

use super::collection;
use super::error::{Error, Unreadable};
use super::home::Home;
use super::names;
use crate::crypt::{self, Key};
use crate::manifest::codec;
use crate::manifest::model::{BackupManifest, BackupPartitionDescriptor};

/// One layer: where it lies and what it holds.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its directory.
    pub dir: Store,
    /// Its path in the collection; empty for a backup outside of collections.
    pub subdir: String,
    /// Its manifest.
    pub manifest: BackupManifest,
    /// Localities whose stores are known, with the layer's directory there.
    pub parts: Vec<(String, Store)>,
    /// What opens its objects.
    pub key: Option<Key>,
}

impl Layer {
    /// Where the files of a locality lie.
    pub fn store_of(&self, locality: &str) -> &Store {
        let part = self.parts.iter().find(|(pair, _)| pair == locality);
        part.map_or(&self.dir, |(_, store)| store)
    }

    /// A data file, decrypted.
    ///
    /// *Errors*: one that is missing or does not open.
    pub fn get(
        &self,
        locality: &str,
        path: &str,
        buckets: &Buckets,
        nanos: &mut i64,
    ) -> Result<Arc<[u8]>, Unreadable> {
        let store = self.store_of(locality);
        let object = store.get(buckets, path).map_err(Unreadable::Store)?.count(nanos);
        let Some(key) = &self.key else { return Ok(object) };
        let broken = |cause| Unreadable::Codec {
            object: store.join(path).bare(),
            cause: codec::Error::Crypt(cause),
        };
        Ok(crypt::open(key, &object).map_err(broken)?.into())
    }
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

    /// Leaves out what comes after the layer at a path.
    pub fn end_at(&mut self, subdir: &str) {
        if let Some(i) = self.layers.iter().position(|layer| layer.subdir == subdir) {
            self.layers.truncate(i + 1);
        }
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
    /// RESTORE: files will be read, so each locality's store must be there.
    Restore,
    /// SHOW BACKUP.
    Show,
}

/// Where a chain lies.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The collection.
    pub home: &'a Home,
    /// The path of the full in it.
    pub full_subdir: &'a str,
    /// `incremental_location`, if it was given.
    pub incrementals: Option<&'a Home>,
    /// What opens the chain.
    pub key: Option<&'a Key>,
}

/// Reads the full at a path and all finished incrementals on it.
///
/// *Errors*: A manifest that is missing, damaged or encrypted; incrementals in both places; a locality's store that is not
/// among the URIs.
pub fn read(
    place: Place<'_>,
    buckets: &Buckets,
    rules: Rules,
    reader: Reader,
    nanos: &mut i64,
) -> Result<Chain, Error> {
    let Place { home, full_subdir, incrementals, key } = place;
    let mut layers = vec![read_layer(home, full_subdir, key, buckets, reader, nanos)?];
    let (below, base) = match incrementals {
        Some(below) => (below, full_subdir.to_owned()),
        None => {
            (home, collection::incrementals_base(&home.main, full_subdir, buckets, rules, nanos)?)
        }
    };
    for subdir in collection::incrementals(&below.main, &base, buckets, nanos) {
        layers.push(read_layer(below, &subdir, key, buckets, reader, nanos)?);
    }
    sort(&mut layers);
    Ok(Chain { full_subdir: full_subdir.to_owned(), layers })
}

/// Reads one layer.
///
/// *Errors*: as [`read`].
pub fn read_layer(
    home: &Home,
    subdir: &str,
    key: Option<&Key>,
    buckets: &Buckets,
    reader: Reader,
    nanos: &mut i64,
) -> Result<Layer, Error> {
    let at = home.join(subdir);
    let manifest = read_manifest(&at.main, key, buckets, nanos)
        .map_err(|cause| explain(cause, &at.main, reader, buckets, nanos))?;
    if manifest.elided_prefix != 0 && reader == Reader::Restore {
        return Err(Error::refused(
            "unimplemented: data files whose keys lack their prefix (elided_prefix)",
        ));
    }
    let mut parts = Vec::new();
    let named = manifest.locality_kvs.iter().zip(&manifest.partition_descriptor_filenames);
    for (pair, file) in named.filter(|_| reader != Reader::Append) {
        let mut stores = [&at.main].into_iter().chain(at.parts.iter().map(|(_, store)| store));
        let found = stores.find(|store| is_part_of(&manifest, store, file, key, buckets, nanos));
        match found {
            Some(store) => parts.push((pair.clone(), store.clone())),
            None if reader == Reader::Restore => {
                let text = format!("expected manifest {file} not found in backup locations");
                return Err(Error::refused(text));
            }
            None => {}
        }
    }
    let dir = at.main;
    Ok(Layer { dir, subdir: subdir.to_owned(), manifest, parts, key: key.cloned() })
}

/// Whether a store holds a partial manifest of just this layer.
fn is_part_of(
    manifest: &BackupManifest,
    store: &Store,
    file: &str,
    key: Option<&Key>,
    buckets: &Buckets,
    nanos: &mut i64,
) -> bool {
    let Ok(object) = store.get(buckets, file) else { return false };
    let part = codec::decode_as::<BackupPartitionDescriptor>(&object.count(nanos), key);
    part.is_ok_and(|part| part.backup_id == manifest.id)
}

/// Reads the manifest of one directory: checksum compared where there is one, then taken apart.
///
/// *Errors*: See [`Unreadable`].
pub fn read_manifest(
    dir: &Store,
    key: Option<&Key>,
    buckets: &Buckets,
    nanos: &mut i64,
) -> Result<BackupManifest, Unreadable> {
    let object = dir.get(buckets, names::MANIFEST).map_err(Unreadable::Store)?.count(nanos);
    let broken = |cause| Unreadable::Codec { object: dir.join(names::MANIFEST).bare(), cause };
    if let Ok(sum) = dir.get(buckets, &names::checksum_of(names::MANIFEST)) {
        codec::verify(&object, &sum.count(nanos)).map_err(broken)?;
    }
    codec::decode(&object, key).map_err(broken)
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
        Reader::Restore | Reader::Show => {
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
    sort::by_key(layers, |layer| (layer.manifest.end(), layer.manifest.start()));
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
    sort::natural(&mut parts);
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
    sort::natural(&mut next);
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
