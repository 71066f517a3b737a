//! What lies in a folder or bucket of backup files, told from their bytes alone.
//!
//! ```text
//!   objects ─▶ collections ─▶ chains ─▶ layers ─▶ manifest, files opened and counted ─▶ facts (JSON) or words
//!                                         └─▶ what is missing, damaged, unfinished, out of order
//! ```
//!
//! Shape: nothing is believed: each object is opened with its checksum, each data file is walked to its end, and whatever
//! is wrong becomes a problem in words; none ends the look. *Source*: `spec/manifest-wire.md`, `spec/encryption-format.md`,
//! `spec/collections-and-chains.md` §6. Errors: none; hostile bytes are problems. Left out: files of localities that lie
//! in other buckets are told as missing.

mod facts;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use backup::crypt::Key;
use backup::crypt::info::Sealing;
use backup::dest::chain::{self, Reader};
use backup::dest::home::Home;
use backup::dest::{collection, names};
use backup::keyspan;
use backup::manifest::codec::hex;
use backup::restore::merge::{self, Held, Input, Wanted};
use backup::targets::Snapshot;
use base::hlc::Timestamp;
use base::ids::NodeId;
use base::num;
use base::span::Span;
use cloud::bucket::Buckets;
use cloud::store::{Opener, Store};
use sha2::{Digest, Sha256};
use sql::rules::Rules;
use sql::types::json::Json;

use crate::chains::{self, Collection, Manifests};

/// Where [`Look::at_files`] puts what it is given.
const PLACE: &str = "nodelocal://1/";

/// What is looked at, and how.
#[derive(Debug)]
pub struct Look {
    buckets: Buckets,
    cluster: String,
    /// Only what lies below this URI.
    place: String,
    /// What opens encrypted chains, if the user said it.
    pub passphrase: Option<String>,
    /// Whether rows are told too.
    pub rows: bool,
}

impl Look {
    /// Looks at files by their paths.
    pub fn at_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut buckets = Buckets::default();
        let who = Opener { cluster: "", node: NodeId(1), user: "root" };
        if let Ok(store) = Store::open(PLACE, who, &buckets) {
            for (path, bytes) in files {
                store.put(&mut buckets, &path, bytes, Timestamp::ZERO);
            }
        }
        Self {
            buckets,
            cluster: String::new(),
            place: PLACE.to_owned(),
            passphrase: None,
            rows: false,
        }
    }

    /// Looks at what lies in a world's bucket at a URI and below.
    pub(crate) fn at_bucket(buckets: &Buckets, cluster: &str, uri: &str) -> Self {
        let place = uri.split('?').next().unwrap_or(uri).to_owned();
        let (buckets, cluster) = (buckets.clone(), cluster.to_owned());
        Self { buckets, cluster, place, passphrase: None, rows: false }
    }

    /// All facts as JSON, one document.
    pub fn json(&self) -> String {
        let found = self.collections();
        let all: Vec<Json> = found.iter().map(|one| facts::collection(one, self)).collect();
        facts::object([("collections", Json::Array(all))]).to_string()
    }

    /// The facts that people ask for, as lines.
    pub fn words(&self) -> Vec<String> {
        let found = self.collections();
        if found.is_empty() {
            return vec![format!("no backup lies in {}", self.place)];
        }
        found.iter().flat_map(|one| words::collection(one, self)).collect()
    }

    /// Whether anything is wrong.
    pub fn is_sound(&self) -> bool {
        self.collections().iter().all(|one| {
            one.problems.is_empty()
                && one.chains.iter().all(|chain| {
                    chain.problems.is_empty()
                        && chain.layers.iter().all(|layer| layer.problems.is_empty())
                })
        })
    }

    fn who(&self) -> Opener<'_> {
        Opener { cluster: &self.cluster, node: NodeId(1), user: "root" }
    }

    fn collections(&self) -> Vec<Seen> {
        let Ok(place) = Store::open(&self.place, self.who(), &self.buckets) else {
            return Vec::new();
        };
        let all = chains::survey(&self.buckets, &mut Manifests::default());
        let here = all.iter().filter(|one| {
            let below = one.root == place.prefix()
                || place.prefix().is_empty()
                || one.root.starts_with(&format!("{}/", place.prefix()));
            one.store == *place.id() && below
        });
        here.map(|one| self.collection(one)).collect()
    }

    fn collection(&self, one: &Collection) -> Seen {
        let uri = format!("{}://{}/{}", one.store.scheme.name(), one.store.host, one.root);
        let home = Store::open(&uri, self.who(), &self.buckets).map(Home::from);
        let mut seen =
            Seen { uri: one.uri.to_string(), latest: one.latest.clone(), ..Seen::default() };
        let Ok(home) = home else { return seen };
        for known in &one.chains {
            seen.chains.push(self.chain(&home, &known.subdir));
        }
        match &one.latest {
            Some(latest) if one.chains.iter().all(|chain| chain.subdir != *latest) => {
                seen.problems.push(format!("LATEST names {latest}, where no finished full lies"));
            }
            Some(_) | None => {}
        }
        seen.problems.extend(self.unfinished(&home.main));
        seen.objects = home
            .main
            .list(&self.buckets, "", "")
            .value
            .into_iter()
            .filter_map(|entry| {
                let bytes = home.main.get(&self.buckets, &entry.name).ok()?.value;
                Some((entry.name, bytes.len(), hex(&Sha256::digest(&bytes))))
            })
            .collect();
        seen
    }

    /// Directories with data and without a manifest.
    fn unfinished(&self, home: &Store) -> Vec<String> {
        let mut dirs: BTreeSet<String> = BTreeSet::new();
        for name in home.names(&self.buckets, "").value {
            if let Some((dir, _)) = name.split_once("/data/") {
                dirs.insert(dir.to_owned());
            }
        }
        dirs.retain(|dir| !home.join(dir).exists(&self.buckets, names::MANIFEST).value);
        dirs.into_iter().map(|dir| format!("{dir} has data and no manifest: unfinished")).collect()
    }

    fn chain(&self, home: &Home, full: &str) -> ChainSeen {
        // Later versions read both layouts.
        let rules = Rules::v26_2();
        let mut seen = ChainSeen { full: full.to_owned(), ..ChainSeen::default() };
        let mut subdirs = vec![full.to_owned()];
        match collection::incrementals_base(&home.main, full, &self.buckets, rules, &mut 0) {
            Ok(base) => {
                subdirs.extend(collection::incrementals(&home.main, &base, &self.buckets, &mut 0));
            }
            Err(cause) => seen.problems.push(cause.to_string()),
        }
        let full_dir = home.main.join(full);
        seen.is_encrypted = full_dir.exists(&self.buckets, names::ENCRYPTION_INFO).value;
        let key = match self.key(&full_dir, seen.is_encrypted) {
            Ok(key) => key,
            Err(why) => {
                seen.problems.push(why);
                None
            }
        };
        for subdir in subdirs {
            seen.layers.push(self.layer(home, &subdir, key.as_ref()));
        }
        seen.layers.sort_by_key(|layer| layer.read.as_ref().map(|read| read.manifest.end()));
        check_order(&mut seen);
        seen
    }

    fn key(&self, full: &Store, is_encrypted: bool) -> Result<Option<Key>, String> {
        if !is_encrypted {
            return Ok(None);
        }
        let Some(passphrase) = &self.passphrase else {
            return Err("encrypted: give the passphrase to look inside".to_owned());
        };
        let mut sealing = Sealing { passphrase: Some(passphrase.clone()), ..Sealing::default() };
        let opened = sealing.unlock(full, false, &self.buckets, &mut 0);
        let key = opened.and_then(|()| sealing.key(&self.buckets.kms));
        key.map_err(|cause| cause.to_string())
    }

    fn layer(&self, home: &Home, subdir: &str, key: Option<&Key>) -> LayerSeen {
        let mut seen = LayerSeen { dir: subdir.to_owned(), ..LayerSeen::default() };
        let read = chain::read_layer(home, subdir, key, &self.buckets, Reader::Show, &mut 0);
        let layer = match read {
            Ok(layer) => layer,
            Err(cause) => {
                seen.problems.push(cause.to_string());
                return seen;
            }
        };
        let mut entries = Sha256::new();
        for file in &layer.manifest.files {
            if seen.files.contains_key(&file.path) {
                continue;
            }
            let stored = layer.store_of(&file.locality_kv).size(&self.buckets, &file.path);
            let got = layer.get(&file.locality_kv, &file.path, &self.buckets, &mut 0);
            match got {
                Ok(bytes) => {
                    let plain = num::to_u64(bytes.len());
                    let object = stored.map_or(plain, |timed| timed.value);
                    let mut told = FileSeen {
                        plain_bytes: plain,
                        object_bytes: object,
                        has_range_keys: false,
                    };
                    match walk(&bytes, &mut entries) {
                        Ok((count, has_range_keys)) => {
                            seen.entries += count;
                            told.has_range_keys = has_range_keys;
                        }
                        Err(cause) => seen.problems.push(format!("{}: {cause}", file.path)),
                    }
                    seen.files.insert(file.path.clone(), told);
                }
                Err(cause) => seen.problems.push(format!("{}: {cause}", file.path)),
            }
        }
        if layer.manifest.elided_prefix != 0 {
            let said =
                "keys of its data files lack their prefix: they can be counted, not restored";
            seen.problems.push(said.to_owned());
        }
        seen.digest = hex(&entries.finalize());
        for wrong in backup::manifest::invariants::check(&layer.manifest) {
            seen.problems.push(format!("manifest: {} ({})", wrong.rule, wrong.found));
        }
        seen.read = Some(layer);
        seen
    }

    /// What a restore to the end of the first `count` layers would bring, by whole name of the table.
    fn rows(&self, chain: &ChainSeen, count: usize) -> Option<BTreeMap<String, Vec<Vec<Json>>>> {
        let layers: Vec<_> =
            chain.layers.iter().take(count).filter_map(|layer| layer.read.as_ref()).collect();
        let last = layers.last()?;
        let snapshot: Snapshot = last.manifest.descriptors().collect();
        let tables = snapshot.tables().map(|t| (t.id, t.id)).collect();
        let spans: Vec<Span> = last.manifest.spans.iter().map(Span::from).collect();
        let mut inputs = Vec::new();
        for layer in &layers {
            let paths: BTreeSet<(&str, &str)> = layer
                .manifest
                .files
                .iter()
                .map(|file| (file.locality_kv.as_str(), file.path.as_str()))
                .collect();
            for (locality, path) in paths {
                let bytes = layer.get(locality, path, &self.buckets, &mut 0).ok()?;
                let held = Held::by(&layer.manifest, path);
                inputs.push(Input { object: path.to_owned(), bytes, held });
            }
        }
        let at = last.manifest.end();
        let primaries = snapshot.tables().collect();
        let wanted =
            Wanted { spans: &spans, at, tables: &tables, stamp: at.next(), primaries: &primaries };
        let merged = merge::merge(&inputs, wanted).ok()?;
        Some(facts::rows(&merged.batch, &snapshot, last))
    }
}

/// Whether the layers make one chain.
fn check_order(seen: &mut ChainSeen) {
    let read: Vec<_> = seen.layers.iter().filter_map(|layer| layer.read.as_ref()).collect();
    match read.first() {
        Some(first) if !first.manifest.is_full() => {
            seen.problems
                .push("the full is missing: nothing of this chain can be restored".to_owned());
        }
        Some(_) | None => {}
    }
    let manifests: Vec<_> = read.iter().map(|layer| &layer.manifest).collect();
    let wanted: Vec<Span> =
        manifests.last().map_or_else(Vec::new, |last| last.spans.iter().map(Span::from).collect());
    if let Err(cause) = chain::check_covered(&manifests, &wanted, Rules::v21_2(), keyspan::words) {
        seen.problems.push(cause.to_string());
    }
}

/// Walks a data file to its end; answers how many entries it has, and whether it has range keys; adds what it holds to a digest (`spec/keys-and-values.md`, end).
fn walk(bytes: &[u8], digest: &mut Sha256) -> Result<(u64, bool), kv::sst::Error> {
    let reader = kv::sst::Reader::open(bytes)?;
    let mut entries = reader.entries();
    let mut count = 0;
    let mut line = String::new();
    while let Some((key, ts, value)) = entries.next()? {
        line.clear();
        let _ = writeln!(line, "{}@{},{}={}", hex(key), ts.wall, ts.logical, hex(value));
        digest.update(line.as_bytes());
        count += 1;
    }
    for tombstone in reader.range_tombstones() {
        line.clear();
        let (start, end) = (hex(&tombstone.span.start), hex(&tombstone.span.end));
        let _ = writeln!(line, "[{start},{end})@{},{}", tombstone.ts.wall, tombstone.ts.logical);
        digest.update(line.as_bytes());
    }
    Ok((count, !reader.range_tombstones().is_empty()))
}

/// A collection as it was found.
#[derive(Default, Debug)]
struct Seen {
    uri: String,
    latest: Option<String>,
    chains: Vec<ChainSeen>,
    problems: Vec<String>,
    /// Name, bytes, SHA-256 in hex.
    objects: Vec<(String, usize, String)>,
}

/// A chain as it was found.
#[derive(Default, Debug)]
struct ChainSeen {
    full: String,
    is_encrypted: bool,
    layers: Vec<LayerSeen>,
    problems: Vec<String>,
}

/// A layer as it was found.
#[derive(Default, Debug)]
struct LayerSeen {
    dir: String,
    read: Option<chain::Layer>,
    /// By path.
    files: BTreeMap<String, FileSeen>,
    /// Entries of all data files.
    entries: u64,
    digest: String,
    problems: Vec<String>,
}

/// A data file as it was found.
#[derive(Clone, Copy, Default, Debug)]
struct FileSeen {
    plain_bytes: u64,
    object_bytes: u64,
    has_range_keys: bool,
}
