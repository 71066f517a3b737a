//! The collections and chains that lie in the buckets, as their own bytes tell.
//!
//! ```text
//!   every …/BACKUP_MANIFEST in every store ─▶ root, full, layers in order ─▶ per layer: manifest, files there or missing
//! ```
//!
//! Shape: what a person sees who looks into the bucket, with no need for a cluster or a key; nothing is remembered from the
//! jobs that wrote it. A manifest that cannot be read is a layer with a fault. Source: `spec/collections-and-chains.md`.
//! Left out: encrypted manifests are known by name only.

use std::sync::Arc;

use backup::dest::names;
use backup::manifest::codec;
use backup::manifest::model::BackupManifest;
use base::hlc::Timestamp;
use base::map::Map;
use base::num;
use base::sort;
use base::span::Span;
use cloud::bucket::{Buckets, StoreId};

/// Everything under one root of one store.
#[derive(Clone, Debug)]
pub(crate) struct Collection {
    pub(crate) store: StoreId,
    /// Path of the root inside the store, without slashes at its ends.
    pub(crate) root: String,
    /// `s3://acme/prod`: how the map names it.
    pub(crate) uri: Arc<str>,
    /// The path that LATEST holds, with its slash.
    pub(crate) latest: Option<String>,
    /// In order of their fulls' end times.
    pub(crate) chains: Vec<Chain>,
}

/// One full and what was appended to it.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Path of the full in the collection, with its slash.
    pub(crate) subdir: String,
    /// The full first, then by end time.
    pub(crate) layers: Vec<Layer>,
}

impl Chain {
    /// The end of the last layer that can be read.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.layers.iter().rev().find_map(|layer| layer.manifest.as_ref().map(|m| m.end()))
    }

    /// The newest manifest that can be read.
    pub(crate) fn last(&self) -> Option<&BackupManifest> {
        self.layers.iter().rev().find_map(|layer| layer.manifest.as_deref())
    }
}

/// One backup of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// Its directory in the collection, with its slash.
    pub(crate) dir: String,
    /// What its manifest says, if that can be read.
    pub(crate) manifest: Option<Arc<BackupManifest>>,
    /// When its manifest was written.
    pub(crate) written: Timestamp,
    /// Whether it begins as an encrypted object does.
    pub(crate) encrypted: bool,
    /// What is wrong: an unreadable manifest, a missing file.
    pub(crate) fault: Option<String>,
}

/// Manifests by where they lie, with the bytes they were read from: so that none is read twice.
#[derive(Clone, Default, Debug)]
pub(crate) struct Manifests {
    read: Arc<Map<(StoreId, Arc<str>), Read>>,
    /// What lay in the buckets when they had seen so many changes.
    surveyed: Option<(u64, Arc<Vec<Collection>>)>,
}

#[derive(Clone, Debug)]
struct Read {
    bytes: Arc<[u8]>,
    /// The object with its checksum, if there was one.
    sum: Option<Arc<[u8]>>,
    manifest: Result<Arc<BackupManifest>, codec::Error>,
}

impl Manifests {
    /// The buckets have been changed for others, which may have seen as many changes.
    pub(crate) fn forget_survey(&mut self) {
        self.surveyed = None;
    }

    fn decode(
        &mut self,
        store: &StoreId,
        path: &str,
        bytes: &Arc<[u8]>,
        sum: Option<&Arc<[u8]>>,
    ) -> Result<Arc<BackupManifest>, codec::Error> {
        let key = (store.clone(), Arc::from(path));
        if let Some(read) = self.read.get(&key)
            && Arc::ptr_eq(&read.bytes, bytes)
            && match (&read.sum, sum) {
                (None, None) => true,
                (Some(known), Some(sum)) => Arc::ptr_eq(known, sum),
                (None, Some(_)) | (Some(_), None) => false,
            }
        {
            return read.manifest.clone();
        }
        let checked = sum.map_or(Ok(()), |sum| codec::verify(bytes, sum));
        let manifest = checked.and_then(|()| codec::decode(bytes, None)).map(Arc::new);
        let read = Read { bytes: Arc::clone(bytes), sum: sum.cloned(), manifest: manifest.clone() };
        Arc::make_mut(&mut self.read).insert(key, read);
        manifest
    }
}

/// All collections of all stores. Buckets that have not changed since are not looked through again.
pub(crate) fn survey(buckets: &Buckets, manifests: &mut Manifests) -> Arc<Vec<Collection>> {
    if let Some((changes, known)) = &manifests.surveyed
        && *changes == buckets.changes()
    {
        return Arc::clone(known);
    }
    let mut collections = Vec::new();
    for store in buckets.stores() {
        let places = places(buckets, store);
        for (root, fulls) in places {
            let uri = uri(store, &root);
            let mut collection = Collection {
                latest: latest(buckets, store, &root),
                store: store.clone(),
                root,
                uri,
                chains: Vec::new(),
            };
            for (subdir, dirs) in fulls {
                let chain = chain(buckets, &collection, subdir, dirs, manifests);
                collection.chains.push(chain);
            }
            sort::by_key(&mut collection.chains, |chain| {
                (
                    chain.layers.first().and_then(|l| l.manifest.as_ref()).map(|m| m.end()),
                    chain.subdir.clone(),
                )
            });
            collections.push(collection);
        }
    }
    let collections = Arc::new(collections);
    manifests.surveyed = Some((buckets.changes(), Arc::clone(&collections)));
    collections
}

/// `s3://acme/prod`, `nodelocal://1/c`.
fn uri(store: &StoreId, root: &str) -> Arc<str> {
    let slash = if root.is_empty() { "" } else { "/" };
    Arc::from(format!("{}://{}{slash}{root}", store.scheme.name(), store.host))
}

/// Root → path of the full → directories of its layers, the full's own first.
type Places = Map<String, Map<String, Vec<String>>>;

fn places(buckets: &Buckets, store: &StoreId) -> Places {
    let mut roots: Vec<String> = Vec::new();
    let mut dirs: Vec<&str> = Vec::new();
    for (path, _) in buckets.objects(store, "") {
        if let Some(root) = root_of_latest(path) {
            if roots.last().map(String::as_str) != Some(root) {
                roots.push(root.to_owned());
            }
        } else if let Some(dir) = strip_name(path, names::MANIFEST) {
            dirs.push(dir);
        }
    }
    let mut places = Places::new();
    for dir in dirs {
        let (root, full) = locate(dir, &roots);
        let layers = places.entry(root.clone()).or_default().entry(full.clone()).or_default();
        layers.push(format!("/{}", dir[root.len()..].trim_start_matches('/')));
    }
    for fulls in places.values_mut() {
        for (full, layers) in fulls.iter_mut() {
            sort::by_key(layers, |layer| (layer != full, layer.clone()));
        }
    }
    places
}

/// `a/b/LATEST` and `a/b/metadata/latest/LATEST-…` lie in the collection `a/b`.
fn root_of_latest(path: &str) -> Option<&str> {
    if let Some(root) = strip_name(path, names::LATEST) {
        return Some(root);
    }
    let at = path.rfind(names::LATEST_DIR)?;
    path[at + names::LATEST_DIR.len()..].strip_prefix("/LATEST-")?;
    Some(path[..at].trim_end_matches('/'))
}

/// `a/b/NAME` gives `a/b`; `NAME` gives the empty path.
fn strip_name<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let dir = path.strip_suffix(name)?;
    if dir.is_empty() { Some(dir) } else { dir.strip_suffix('/') }
}

/// Root and full (with its slash) of a directory that holds a manifest.
fn locate(dir: &str, roots: &[String]) -> (String, String) {
    let parts: Vec<&str> = dir.split('/').collect();
    let is_incremental = parts.len() > 2
        && names::parse_incremental_dir(&parts[parts.len() - 2..].join("/")).is_some();
    let full = if is_incremental { &parts[..parts.len() - 2] } else { &parts[..] };
    let full_path = full.join("/");
    // The deepest collection that holds the directory; else what stands before a dated path.
    let known = roots
        .iter()
        .filter(|root| root.is_empty() || full_path.starts_with(&format!("{root}/")))
        .max_by_key(|root| root.len())
        .cloned();
    let dated = (full.len() >= 3
        && names::parse_full_dir(&full[full.len() - 3..].join("/")).is_some())
    .then(|| {
        let before = &full[..full.len() - 3];
        let before = before.strip_suffix(&[names::INCREMENTALS_DIR]).unwrap_or(before);
        before.join("/")
    });
    let root = known.or(dated).unwrap_or_else(|| full[..full.len().saturating_sub(1)].join("/"));
    let rest = full_path[root.len()..].trim_start_matches('/');
    let rest =
        rest.strip_prefix(names::INCREMENTALS_DIR).map_or(rest, |r| r.trim_start_matches('/'));
    (root, format!("/{rest}"))
}

fn latest(buckets: &Buckets, store: &StoreId, root: &str) -> Option<String> {
    let under = |name: &str| {
        if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") }
    };
    let timed = under(&format!("{}/{}-", names::LATEST_DIR, names::LATEST));
    let newest = buckets.objects(store, &timed).next().map(|(_, object)| object);
    let object = newest.or_else(|| buckets.object(store, &under(names::LATEST)))?;
    let text = std::str::from_utf8(&object.bytes).ok()?.trim();
    (!text.is_empty()).then(|| names::normal_subdir(text))
}

fn chain(
    buckets: &Buckets,
    collection: &Collection,
    subdir: String,
    dirs: Vec<String>,
    manifests: &mut Manifests,
) -> Chain {
    let mut layers: Vec<Layer> =
        dirs.into_iter().filter_map(|dir| layer(buckets, collection, dir, manifests)).collect();
    sort::by_key(&mut layers[..], |layer| {
        (layer.dir != subdir, layer.manifest.as_ref().map_or(layer.written, |m| m.end()))
    });
    Chain { subdir, layers }
}

fn layer(
    buckets: &Buckets,
    collection: &Collection,
    dir: String,
    manifests: &mut Manifests,
) -> Option<Layer> {
    let base = format!("{}{dir}", collection.root);
    let base = base.trim_start_matches('/');
    let path = format!("{base}/{}", names::MANIFEST);
    let object = buckets.object(&collection.store, path.trim_start_matches('/'))?;
    let sum = buckets
        .object(&collection.store, names::checksum_of(&path).trim_start_matches('/'))
        .map(|sum| &sum.bytes);
    let decoded = manifests.decode(&collection.store, &path, &object.bytes, sum);
    let (manifest, encrypted, mut fault) = match decoded {
        Ok(manifest) => (Some(manifest), false, None),
        Err(codec::Error::Encrypted) => (None, true, None),
        Err(cause) => (None, false, Some(format!("{}: {cause}", names::MANIFEST))),
    };
    if let Some(manifest) = &manifest {
        let missing = manifest.files.iter().find(|file| {
            let path = format!("{base}/{}", file.path);
            buckets.object(&collection.store, path.trim_start_matches('/')).is_none()
        });
        fault = missing.map(|file| format!("{} is missing", file.path));
    }
    Some(Layer { dir, manifest, written: object.written, encrypted, fault })
}

/// The table of a key, if the key lies in one.
pub(crate) fn table_of(key: &[u8]) -> Option<u32> {
    sql::row::split_key(key).map(|(table, ..)| table)
}

/// The spans that a layer covers.
pub(crate) fn spans(manifest: &BackupManifest) -> Vec<Span> {
    manifest.spans.iter().map(Span::from).collect()
}

/// The name of a table in a layer: `carts`.
pub(crate) fn table_name(manifest: &BackupManifest, id: u32) -> String {
    manifest
        .descriptors()
        .find(|descriptor| descriptor.id() == id)
        .map_or_else(|| format!("table {id}"), |descriptor| descriptor.name().to_owned())
}

/// Data bytes of a layer. *Units*: bytes.
pub(crate) fn size_bytes(manifest: &BackupManifest) -> u64 {
    num::as_unsigned(manifest.entry_counts.data_size.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_fulls() {
        let roots = ["a".to_owned(), "a/b".to_owned()];
        for (dir, root, full) in [
            ("a/2022/04/01-020000.00", "a", "/2022/04/01-020000.00"),
            ("a/b/2022/04/01-020000.00/20220401/030000.50", "a/b", "/2022/04/01-020000.00"),
            (
                "a/b/incrementals/2022/04/01-020000.00/20220401/030000.50-20220401-020000.00",
                "a/b",
                "/2022/04/01-020000.00",
            ),
            ("a/monday", "a", "/monday"),
            ("c/2022/04/01-020000.00", "c", "/2022/04/01-020000.00"),
            ("2022/04/01-020000.00", "", "/2022/04/01-020000.00"),
        ] {
            assert_eq!(locate(dir, &roots), (root.to_owned(), full.to_owned()), "{dir}");
        }
        assert_eq!(root_of_latest("a/b/LATEST"), Some("a/b"));
        assert_eq!(root_of_latest("a/metadata/latest/LATEST-13"), Some("a"));
        assert_eq!(root_of_latest("metadata/latest/LATEST-13"), Some(""));
        assert_eq!(root_of_latest("a/x"), None);
    }

    #[test]
    fn tables_of_keys() {
        assert_eq!(table_of(&[0xf2, 0x89]), Some(106));
        assert_eq!(table_of(&[0x8b]), Some(3));
        assert_eq!(table_of(&[0xf6, 0xff]), Some(255));
        assert_eq!(table_of(&[0xf7, 0x01, 0x00]), Some(256));
        assert_eq!(table_of(&[0x04]), None);
    }
}
