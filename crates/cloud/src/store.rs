//! An opened place in a store: what a job reads from and writes to.
//!
//! ```text
//!   open("nodelocal://1/c") ─▶ Store{(nodelocal, 1), "c"}
//!      .join("2022/04/01-020000.00")         ─▶ Store{…, "c/2022/04/01-020000.00"}
//!      .put(buckets, "BACKUP_MANIFEST", …)   ─▶ Timed { value, took_nanos }
//! ```
//!
//! Shape: a store is a plain value without a borrow; each call takes the buckets and answers how long it would have
//! taken. Units: nanoseconds of virtual time. *Source*: `spec/storage-uris.md` §3, §10.
//! Errors: those of [`crate::error`]. Left out: troubles of single objects' paths (a store has them as a whole).

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::NodeId;
use base::num::{to_i64, to_u64};

use crate::access::{self, Scheme};
use crate::bucket::{Buckets, Object, StoreId, Trouble};
use crate::error::Error;
use crate::uri::{self, Uri, join_path};

/// What a call gives and how long it took. *Units*: nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timed<T> {
    /// The answer.
    pub value: T,
    /// Virtual time that passed until it came.
    pub took_nanos: i64,
}

impl<T> Timed<T> {
    /// The answer, its time added to a running total.
    pub fn count(self, total_nanos: &mut i64) -> T {
        *total_nanos = total_nanos.saturating_add(self.took_nanos);
        self.value
    }

    fn map<U>(self, f: impl FnOnce(T) -> U) -> Timed<U> {
        Timed { value: f(self.value), took_nanos: self.took_nanos }
    }
}

/// Who opens a store: a node of a cluster on behalf of a user.
#[derive(Clone, Copy, Debug)]
pub struct Opener<'a> {
    /// The cluster's name in the world.
    pub cluster: &'a str,
    /// The node that makes the calls: `nodelocal://self` means its own disk.
    pub node: NodeId,
    /// The user: `userfile:///` means a table named after it.
    pub user: &'a str,
}

/// One name under a prefix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Relative to the store's place. Ends with the delimiter where more lies below.
    pub name: String,
    /// Bytes of the object; 0 for what stands for more below.
    pub size_bytes: u64,
}

/// A place in a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    uri: Uri,
    id: StoreId,
    prefix: String,
}

impl Store {
    /// Opens the place that a URI names.
    ///
    /// *Errors*: Whatever [`uri::parse`] and [`access::check`] refuse.
    pub fn open(text: &str, who: Opener<'_>, buckets: &Buckets) -> Result<Self, Error> {
        let uri = uri::parse(text)?;
        let scheme = access::check(&uri, text)?;
        let (host, cluster) = match scheme {
            Scheme::S3 | Scheme::Gs | Scheme::Azure => (uri.host.clone(), String::new()),
            Scheme::Nodelocal => {
                // Node 0 appears in some samples of the docs and means what `self` means.
                let own = matches!(uri.host.as_str(), "self" | "0");
                let host = if own { who.node.to_string() } else { uri.host.clone() };
                (host, buckets.nodelocal_owner(who.cluster).to_owned())
            }
            Scheme::Userfile => {
                let own = format!("defaultdb.public.userfiles_{}", who.user);
                let host = if uri.host.is_empty() { own } else { uri.host.clone() };
                (host, who.cluster.to_owned())
            }
        };
        let prefix = clean(&uri.path);
        let store = Self { uri, id: StoreId { scheme, host, cluster }, prefix };
        store.answers(buckets)?;
        Ok(store)
    }

    /// Whether the store answers at all. Asked once when a place is opened: what a job does in one step succeeds or fails
    /// as one.
    fn answers(&self, buckets: &Buckets) -> Result<(), Error> {
        let is = |trouble| buckets.has_trouble(&self.id, trouble);
        let (scheme, place) = (self.id.scheme, self.uri.bare());
        if is(Trouble::NodeDown) {
            return Err(Error::NodeDown { node: self.id.host.clone() });
        }
        if is(Trouble::Outage) {
            return Err(Error::Unreachable { scheme, place });
        }
        if is(Trouble::Expired) {
            return Err(Error::ExpiredCredentials { scheme, place });
        }
        if is(Trouble::Denied) {
            return Err(Error::Denied { scheme, place });
        }
        Ok(())
    }

    /// The place below this one.
    #[must_use]
    pub fn join(&self, more: &str) -> Self {
        Self {
            uri: self.uri.join(more),
            id: self.id.clone(),
            prefix: clean(&join_path(&self.prefix, more)),
        }
    }

    /// The URI without parameters: fit for any text.
    pub fn bare(&self) -> String {
        self.uri.bare()
    }

    /// The URI in its parts.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Which store this is.
    pub fn id(&self) -> &StoreId {
        &self.id
    }

    /// Where in the store this place is, without slashes at its ends.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The whole path of an object in the store.
    pub fn path(&self, name: &str) -> String {
        clean(&join_path(&self.prefix, name))
    }

    /// Writes an object, over one of the same name.
    pub fn put(
        &self,
        buckets: &mut Buckets,
        name: &str,
        bytes: impl Into<Arc<[u8]>>,
        now: Timestamp,
    ) -> Timed<()> {
        let bytes = bytes.into();
        let took_nanos = self.took(buckets, to_u64(bytes.len()));
        buckets.insert(&self.id, &self.path(name), Object { bytes, written: now });
        Timed { value: (), took_nanos }
    }

    /// Writes an object unless one of that name is there.
    ///
    /// *Errors*: [`Error::Exists`].
    pub fn put_if_absent(
        &self,
        buckets: &mut Buckets,
        name: &str,
        bytes: impl Into<Arc<[u8]>>,
        now: Timestamp,
    ) -> Result<Timed<()>, Error> {
        if buckets.object(&self.id, &self.path(name)).is_some() {
            return Err(Error::Exists { path: self.shown(name) });
        }
        Ok(self.put(buckets, name, bytes, now))
    }

    /// The bytes of an object.
    ///
    /// *Errors*: [`Error::NotFound`].
    pub fn get(&self, buckets: &Buckets, name: &str) -> Result<Timed<Arc<[u8]>>, Error> {
        let object = self.find(buckets, name)?;
        let took_nanos = self.took(buckets, to_u64(object.bytes.len()));
        Ok(Timed { value: Arc::clone(&object.bytes), took_nanos })
    }

    /// The length of an object.
    ///
    /// *Errors*: [`Error::NotFound`].
    pub fn size(&self, buckets: &Buckets, name: &str) -> Result<Timed<u64>, Error> {
        let object = self.find(buckets, name)?;
        Ok(Timed { value: to_u64(object.bytes.len()), took_nanos: self.took(buckets, 0) })
    }

    /// Whether there is an object of this name.
    pub fn exists(&self, buckets: &Buckets, name: &str) -> Timed<bool> {
        let there = buckets.object(&self.id, &self.path(name)).is_some();
        Timed { value: there, took_nanos: self.took(buckets, 0) }
    }

    /// Removes an object. One that is not there is as good as removed; one that is locked stays, as its callers only tidy up.
    pub fn delete(&self, buckets: &mut Buckets, name: &str) -> Timed<()> {
        if !buckets.has_trouble(&self.id, Trouble::Locked) {
            buckets.remove(&self.id, &self.path(name));
        }
        Timed { value: (), took_nanos: self.took(buckets, 0) }
    }

    /// The names that begin with `prefix`, in order. With a delimiter, names are cut after its first place behind the
    /// prefix and told once, so that what lies below is neither listed nor paid for.
    pub fn list(&self, buckets: &Buckets, prefix: &str, delimiter: &str) -> Timed<Vec<Entry>> {
        let root = if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) };
        let whole = format!("{root}{}", prefix.trim_start_matches('/'));
        let mut entries: Vec<Entry> = Vec::new();
        for (path, object) in buckets.objects(&self.id, &whole) {
            let name = &path[root.len()..];
            let below = &path[whole.len()..];
            let cut = (!delimiter.is_empty()).then(|| below.find(delimiter)).flatten();
            let entry = match cut {
                Some(at) => Entry {
                    name: name[..whole.len() - root.len() + at + delimiter.len()].to_owned(),
                    size_bytes: 0,
                },
                None => Entry { name: name.to_owned(), size_bytes: to_u64(object.bytes.len()) },
            };
            if entries.last().is_none_or(|last| last.name != entry.name) {
                entries.push(entry);
            }
        }
        let listed = to_u64(entries.len()).saturating_mul(LISTED_BYTES);
        let took_nanos = self.took(buckets, listed);
        Timed { value: entries, took_nanos }
    }

    /// The names of the objects below this place, however deep. Stops at names for which `stop` says so.
    pub fn names(&self, buckets: &Buckets, prefix: &str) -> Timed<Vec<String>> {
        self.list(buckets, prefix, "").map(|all| all.into_iter().map(|entry| entry.name).collect())
    }

    fn find<'b>(&self, buckets: &'b Buckets, name: &str) -> Result<&'b Object, Error> {
        buckets
            .object(&self.id, &self.path(name))
            .ok_or_else(|| Error::NotFound { scheme: self.id.scheme, path: self.shown(name) })
    }

    fn shown(&self, name: &str) -> String {
        self.uri.join(name).bare()
    }

    fn took(&self, buckets: &Buckets, bytes: u64) -> i64 {
        let mut profile = profile(self.id.scheme);
        if buckets.has_trouble(&self.id, Trouble::Slow) {
            profile.latency_nanos = profile.latency_nanos.saturating_mul(SLOW_FACTOR);
        }
        if buckets.has_trouble(&self.id, Trouble::Throttled) {
            profile.bytes_per_micro = 1;
            profile.latency_nanos = profile.latency_nanos.saturating_add(THROTTLED_NANOS);
        }
        let transfer =
            to_i64(base::num::to_usize(bytes)).saturating_mul(1_000) / profile.bytes_per_micro;
        profile.latency_nanos.saturating_add(transfer)
    }
}

/// How many times later a slow store answers.
const SLOW_FACTOR: i64 = 50;

/// How long a call waits that was first turned away (`SlowDown`). *Units*: nanoseconds.
const THROTTLED_NANOS: i64 = 1_000_000_000;

/// What a listed name costs, in bytes of answer.
const LISTED_BYTES: u64 = 200;

struct Profile {
    latency_nanos: i64,
    /// Megabytes a second, which is the same number.
    bytes_per_micro: i64,
}

/// Round figures in the middle of what these stores do. *Units*: nanoseconds, bytes a microsecond.
const fn profile(scheme: Scheme) -> Profile {
    match scheme {
        Scheme::S3 => Profile { latency_nanos: 30_000_000, bytes_per_micro: 80 },
        Scheme::Gs => Profile { latency_nanos: 40_000_000, bytes_per_micro: 80 },
        Scheme::Azure => Profile { latency_nanos: 35_000_000, bytes_per_micro: 60 },
        Scheme::Nodelocal => Profile { latency_nanos: 2_000_000, bytes_per_micro: 200 },
        Scheme::Userfile => Profile { latency_nanos: 8_000_000, bytes_per_micro: 30 },
    }
}

/// A path without empty parts, `.` and `..`, and without slashes at its ends.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Opener<'_> = Opener { cluster: "main", node: NodeId(2), user: "root" };

    fn open(text: &str, buckets: &Buckets) -> Store {
        Store::open(text, WHO, buckets).unwrap()
    }

    #[test]
    fn which_store_a_uri_means() {
        let buckets = Buckets::default();
        let own = open("nodelocal://self/c/", &buckets);
        assert_eq!((own.id().host.as_str(), own.prefix()), ("2", "c"));
        assert_eq!(own.id(), open("nodelocal://2//c", &buckets).id());
        assert_ne!(own.id(), open("nodelocal://1/c", &buckets).id());
        assert_eq!(
            open("userfile:///x", &buckets),
            Store {
                uri: uri::parse("userfile:///x").unwrap(),
                ..open("userfile://defaultdb.public.userfiles_root/x", &buckets)
            }
        );
        let (a, b) =
            ("s3://b/p?AUTH=implicit", "s3://b/p?AWS_ACCESS_KEY_ID=k&AWS_SECRET_ACCESS_KEY=s");
        assert_eq!(open(a, &buckets).id(), open(b, &buckets).id());
    }

    #[test]
    fn put_get_list_delete() {
        let mut buckets = Buckets::default();
        let store = open("nodelocal://1/c", &buckets);
        let now = Timestamp::from_secs(1);
        for name in
            ["LATEST", "2022/04/01-020000.00/BACKUP_MANIFEST", "2022/04/01-020000.00/data/1.sst"]
        {
            assert!(store.put(&mut buckets, name, name.as_bytes(), now).took_nanos > 0);
        }
        let full = store.join("/2022/04/01-020000.00");
        assert_eq!(
            &*full.get(&buckets, "data/1.sst").unwrap().value,
            b"2022/04/01-020000.00/data/1.sst"
        );
        assert_eq!(full.size(&buckets, "BACKUP_MANIFEST").unwrap().value, 36);
        let names = |listed: Timed<Vec<Entry>>| -> Vec<String> {
            listed.value.into_iter().map(|entry| entry.name).collect()
        };
        assert_eq!(names(store.list(&buckets, "", "/")), ["2022/", "LATEST"]);
        assert_eq!(names(full.list(&buckets, "", "data/")), ["BACKUP_MANIFEST", "data/"]);
        assert_eq!(names(full.list(&buckets, "data/", "")), ["data/1.sst"]);
        assert!(full.put_if_absent(&mut buckets, "BACKUP_MANIFEST", *b"", now).is_err());
        full.delete(&mut buckets, "BACKUP_MANIFEST");
        assert_eq!(
            full.get(&buckets, "BACKUP_MANIFEST").unwrap_err().to_string(),
            "nodelocal storage file does not exist: nodelocal://1/c/2022/04/01-020000.00/BACKUP_MANIFEST: external_storage: file doesn't exist"
        );
    }

    #[test]
    fn errors_never_show_the_query() {
        let buckets = Buckets::default();
        let store = open("s3://b/p?AWS_ACCESS_KEY_ID=k&AWS_SECRET_ACCESS_KEY=hush", &buckets);
        assert!(!store.get(&buckets, "x").unwrap_err().to_string().contains("hush"));
        assert!(!store.bare().contains("hush"));
    }

    #[test]
    fn paths_cannot_climb_out() {
        let buckets = Buckets::default();
        assert_eq!(open("nodelocal://1/../../a/./b", &buckets).prefix(), "a/b");
    }
}
