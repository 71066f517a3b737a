//! The objects of all stores: one plain value that the world owns.
//!
//! ```text
//!   Buckets ─▶ (s3, acme)              ─▶ "c/LATEST"                             ─▶ bytes
//!          │                              "c/2022/04/01-020000.00/BACKUP_MANIFEST" ─▶ bytes
//!          └─▶ (nodelocal, 1, of "main")─▶ …
//! ```
//!
//! Shape: ordered maps behind `Arc`; a clone costs one step a store, and a write after it copies the map of one store
//! (names and pointers, never bytes). Paths have no leading slash. Left out: that a bucket must be made before use;
//! here a store is there when it is first written to.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::access::Scheme;
use crate::kms::Kms;
use base::hlc::Timestamp;
use base::map::Map;

/// What tells one store from another. Credentials do not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StoreId {
    /// The kind of store.
    pub scheme: Scheme,
    /// Bucket, container, node number, or table of user files.
    pub host: String,
    /// The cluster whose disks or tables these are; empty for stores that all clusters reach.
    pub cluster: String,
}

/// One object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its content, shared and never changed in place.
    pub bytes: Arc<[u8]>,
    /// When it was last written.
    pub written: Timestamp,
}

type Objects = Arc<Map<Arc<str>, Object>>;

/// How many changes of objects there have been: for those who remember what they saw. Equal stores may have come about
/// in different ways, so it does not count when they are compared.
#[derive(Clone, Copy, Default, Debug)]
struct Changes(u64);

impl PartialEq for Changes {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Changes {}

/// All stores of a world.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Buckets {
    stores: Map<StoreId, Objects>,
    changes: Changes,
    /// Cluster → cluster whose nodelocal directories it uses.
    shared: Map<String, String>,
    /// The key services beside the stores.
    pub kms: Kms,
    /// What is wrong with which stores.
    troubles: BTreeSet<(StoreId, Trouble)>,
}

/// What may be wrong with a store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trouble {
    /// It does not answer.
    Outage,
    /// It refuses what is asked of it.
    Denied,
    /// It says that the credentials have expired.
    Expired,
    /// It answers late.
    Slow,
    /// It has little bandwidth.
    Throttled,
    /// Its objects can neither be deleted nor changed.
    Locked,
    /// The node whose disk it is does not run.
    NodeDown,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Outage,
        Self::Denied,
        Self::Expired,
        Self::Slow,
        Self::Throttled,
        Self::Locked,
        Self::NodeDown,
    ];

    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Denied => "access denied",
            Self::Expired => "credentials expired",
            Self::Slow => "slow",
            Self::Throttled => "throttled",
            Self::Locked => "locked",
            Self::NodeDown => "node down",
        }
    }
}

impl Buckets {
    /// Lets one cluster use the nodelocal directories of another, as a shared mount would.
    pub fn share_nodelocal(&mut self, cluster: &str, with: &str) {
        let owner = self.nodelocal_owner(with).to_owned();
        self.shared.insert(cluster.to_owned(), owner);
    }

    /// Whose nodelocal directories a cluster uses: its own, unless shared.
    pub fn nodelocal_owner<'a>(&'a self, cluster: &'a str) -> &'a str {
        self.shared.get(cluster).map_or(cluster, String::as_str)
    }

    /// Says that something is wrong with a store, or no longer.
    pub fn set_trouble(&mut self, store: &StoreId, trouble: Trouble, on: bool) {
        let entry = (store.clone(), trouble);
        if on {
            self.troubles.insert(entry);
        } else {
            self.troubles.remove(&entry);
        }
    }

    /// Whether something is wrong with a store.
    pub fn has_trouble(&self, store: &StoreId, trouble: Trouble) -> bool {
        !self.troubles.is_empty() && self.troubles.contains(&(store.clone(), trouble))
    }

    /// All that is wrong with stores, in order.
    pub fn troubles(&self) -> impl Iterator<Item = &(StoreId, Trouble)> {
        self.troubles.iter()
    }

    /// Whether another cluster uses the nodelocal directories of this one, or the other way about.
    pub fn shares_nodelocal(&self, cluster: &str) -> bool {
        self.shared.iter().any(|(one, other)| one == cluster || other == cluster)
    }

    /// How many changes of objects these buckets have seen. Of one value it only rises, so that what was seen at a number
    /// is still true while the number stands.
    pub const fn changes(&self) -> u64 {
        self.changes.0
    }

    /// All stores that were ever written to, in order.
    pub fn stores(&self) -> impl Iterator<Item = &StoreId> {
        self.stores.keys()
    }

    /// The objects of one store whose paths begin with `prefix`, in order of their paths.
    pub fn objects<'a>(
        &'a self,
        store: &StoreId,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Object)> {
        let map = self.stores.get(store).map(|objects| &**objects);
        map.into_iter()
            .flat_map(move |objects| objects.from_key(prefix))
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(path, object)| (&**path, object))
    }

    /// One object.
    pub fn object(&self, store: &StoreId, path: &str) -> Option<&Object> {
        self.stores.get(store)?.get(path)
    }

    /// Writes an object, over one of the same path.
    pub fn insert(&mut self, store: &StoreId, path: &str, object: Object) {
        self.changes.0 += 1;
        if let Some(objects) = self.stores.get_mut(store) {
            Arc::make_mut(objects).insert(path.into(), object);
        } else {
            let objects = Map::from([(path.into(), object)]);
            self.stores.insert(store.clone(), Arc::new(objects));
        }
    }

    /// Removes an object; answers whether there was one.
    pub fn remove(&mut self, store: &StoreId, path: &str) -> bool {
        let Some(objects) = self.stores.get_mut(store) else { return false };
        self.changes.0 += 1;
        objects.contains_key(path) && Arc::make_mut(objects).remove(path).is_some()
    }

    /// Removes all objects whose paths begin with `prefix`; answers how many there were.
    pub fn remove_prefix(&mut self, store: &StoreId, prefix: &str) -> usize {
        let paths: Vec<String> =
            self.objects(store, prefix).map(|(path, _)| path.to_owned()).collect();
        for path in &paths {
            self.remove(store, path);
        }
        paths.len()
    }

    /// Bytes of all objects of one store.
    pub fn size_bytes(&self, store: &StoreId) -> u64 {
        self.objects(store, "").map(|(_, object)| base::num::to_u64(object.bytes.len())).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had() {
        let id = StoreId { scheme: Scheme::S3, host: "b".to_owned(), cluster: String::new() };
        let object =
            |text: &str| Object { bytes: text.as_bytes().into(), written: Timestamp::ZERO };
        let mut buckets = Buckets::default();
        buckets.insert(&id, "c/a", object("1"));
        let before = buckets.clone();
        buckets.insert(&id, "c/b", object("22"));
        buckets.insert(&id, "d", object("3"));
        assert_eq!(before.objects(&id, "").count(), 1);
        assert_eq!(buckets.objects(&id, "c/").count(), 2);
        assert_eq!(buckets.size_bytes(&id), 4);
        assert_eq!(buckets.remove_prefix(&id, "c/"), 2);
        assert!(!buckets.remove(&id, "c/a"));
    }

    #[test]
    fn sharing_goes_to_the_first_owner() {
        let mut buckets = Buckets::default();
        buckets.share_nodelocal("b", "a");
        buckets.share_nodelocal("c", "b");
        assert_eq!(buckets.nodelocal_owner("c"), "a");
        assert_eq!(buckets.nodelocal_owner("a"), "a");
    }
}
