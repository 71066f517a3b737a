//! What a person does to objects behind the database's back: look, delete, damage.
//!
//! | command | here |
//! |---|---|
//! | `\sim bucket ls URI` | [`ls`] |
//! | `\sim bucket rm URI` | [`rm`] |
//! | `\sim bucket flip URI [BYTE]` | [`flip`] |
//! | `\sim bucket truncate URI [BYTES]` | [`truncate`] |
//! | `\sim bucket cp URI URI` | [`copy`] |
//! | `\sim bucket outage URI` and the like | [`trouble`] |
//!
//! Shape: a URI names one object, or all below it when it ends with a slash. Credentials are not asked for: this is the
//! operator's own hand.

use base::hlc::Timestamp;
use base::num::{to_u64, to_usize};

use crate::access::Scheme;
use crate::bucket::{Buckets, Object, StoreId, Trouble};
use crate::error::Error;
use crate::store::{Entry, Opener};
use crate::uri;

/// Where a URI points, without asking for credentials.
///
/// *Errors*: A text that is no URI, or a scheme that is not simulated.
pub fn locate(text: &str, who: Opener<'_>, buckets: &Buckets) -> Result<(StoreId, String), Error> {
    let uri = uri::parse(text)?;
    let scheme = match uri.scheme.as_str() {
        "s3" => Scheme::S3,
        "gs" => Scheme::Gs,
        "azure" | "azure-blob" | "azure-storage" => Scheme::Azure,
        "nodelocal" => Scheme::Nodelocal,
        "userfile" => Scheme::Userfile,
        _ => return Err(Error::UnsupportedScheme { scheme: uri.scheme }),
    };
    let (host, cluster) = match scheme {
        Scheme::S3 | Scheme::Gs | Scheme::Azure => (uri.host, String::new()),
        Scheme::Nodelocal => {
            let own = matches!(uri.host.as_str(), "self" | "0" | "");
            let host = if own { who.node.to_string() } else { uri.host };
            (host, buckets.nodelocal_owner(who.cluster).to_owned())
        }
        Scheme::Userfile => {
            let own = format!("defaultdb.public.userfiles_{}", who.user);
            (if uri.host.is_empty() { own } else { uri.host }, who.cluster.to_owned())
        }
    };
    Ok((StoreId { scheme, host, cluster }, clean(&uri.path)))
}

/// The objects at a URI or below it: whole paths and sizes, in order.
///
/// *Errors*: As [`locate`].
pub fn ls(buckets: &Buckets, text: &str, who: Opener<'_>) -> Result<Vec<Entry>, Error> {
    let (store, path) = locate(text, who, buckets)?;
    Ok(buckets
        .objects(&store, &path)
        .filter(|(found, _)| is_at_or_below(found, &path))
        .map(|(found, object)| Entry {
            name: found.to_owned(),
            size_bytes: to_u64(object.bytes.len()),
        })
        .collect())
}

/// Deletes the object at a URI, or all below it; answers how many went.
///
/// *Errors*: As [`locate`]; [`Error::NotFound`] when there is nothing to delete.
pub fn rm(buckets: &mut Buckets, text: &str, who: Opener<'_>) -> Result<usize, Error> {
    let (store, path) = locate(text, who, buckets)?;
    let paths: Vec<String> = buckets
        .objects(&store, &path)
        .map(|(found, _)| found.to_owned())
        .filter(|found| is_at_or_below(found, &path))
        .collect();
    if paths.is_empty() {
        return Err(not_found(&store, text));
    }
    check_lock(buckets, &store, &path)?;
    for found in &paths {
        buckets.remove(&store, found);
    }
    Ok(paths.len())
}

/// Flips the lowest bit of one byte of an object: the byte asked for, else the one in the middle. Answers which.
///
/// *Errors*: As [`locate`]; [`Error::NotFound`]; [`Error::OutOfBounds`].
pub fn flip(
    buckets: &mut Buckets,
    text: &str,
    byte: Option<u64>,
    who: Opener<'_>,
    now: Timestamp,
) -> Result<u64, Error> {
    let (store, path) = locate(text, who, buckets)?;
    let object = buckets.object(&store, &path).ok_or_else(|| not_found(&store, text))?;
    check_lock(buckets, &store, &path)?;
    let size_bytes = to_u64(object.bytes.len());
    let at = byte.unwrap_or(size_bytes / 2);
    let mut bytes = object.bytes.to_vec();
    match bytes.get_mut(to_usize(at)) {
        Some(found) => *found ^= 1,
        None => return Err(Error::OutOfBounds { path, size_bytes }),
    }
    buckets.insert(&store, &path, Object { bytes: bytes.into(), written: now });
    Ok(at)
}

/// Cuts an object off: to the length asked for, else to half of it. Answers the length left.
///
/// *Errors*: As [`locate`]; [`Error::NotFound`]; [`Error::OutOfBounds`] when it is shorter than that already.
pub fn truncate(
    buckets: &mut Buckets,
    text: &str,
    bytes: Option<u64>,
    who: Opener<'_>,
    now: Timestamp,
) -> Result<u64, Error> {
    let (store, path) = locate(text, who, buckets)?;
    let object = buckets.object(&store, &path).ok_or_else(|| not_found(&store, text))?;
    check_lock(buckets, &store, &path)?;
    let size_bytes = to_u64(object.bytes.len());
    let left = bytes.unwrap_or(size_bytes / 2);
    let Some(kept) = object.bytes.get(..to_usize(left)) else {
        return Err(Error::OutOfBounds { path, size_bytes });
    };
    let kept = Object { bytes: kept.into(), written: now };
    buckets.insert(&store, &path, kept);
    Ok(left)
}

/// Copies an object over another, or to where there was none.
///
/// *Errors*: As [`locate`]; [`Error::NotFound`].
pub fn copy(
    buckets: &mut Buckets,
    from: &str,
    to: &str,
    who: Opener<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let (store, path) = locate(from, who, buckets)?;
    let (target, place) = locate(to, who, buckets)?;
    let object = buckets.object(&store, &path).ok_or_else(|| not_found(&store, from))?;
    let copy = Object { bytes: object.bytes.clone(), written: now };
    check_lock(buckets, &target, &place)?;
    buckets.insert(&target, &place, copy);
    Ok(())
}

/// Says that something is wrong with the store of a URI, as a whole. Answers which store.
///
/// *Errors*: As [`locate`].
pub fn trouble(
    buckets: &mut Buckets,
    text: &str,
    trouble: Trouble,
    who: Opener<'_>,
) -> Result<StoreId, Error> {
    let (store, _) = locate(text, who, buckets)?;
    buckets.set_trouble(&store, trouble, true);
    Ok(store)
}

/// Ends all troubles of the store of a URI, except that its node does not run. Answers which store.
///
/// *Errors*: As [`locate`].
pub fn allow(buckets: &mut Buckets, text: &str, who: Opener<'_>) -> Result<StoreId, Error> {
    let (store, _) = locate(text, who, buckets)?;
    for trouble in Trouble::ALL.into_iter().filter(|trouble| *trouble != Trouble::NodeDown) {
        buckets.set_trouble(&store, trouble, false);
    }
    Ok(store)
}

fn check_lock(buckets: &Buckets, store: &StoreId, path: &str) -> Result<(), Error> {
    if buckets.has_trouble(store, Trouble::Locked) {
        return Err(Error::Locked { path: path.to_owned() });
    }
    Ok(())
}

/// A path without empty parts; a slash at its end stays, since it says that all below is meant.
fn clean(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    format!("{}{end}", parts.join("/"))
}

/// Whether a path is the one named or lies below it, as a directory would hold it.
fn is_at_or_below(found: &str, named: &str) -> bool {
    let rest = found.strip_prefix(named).unwrap_or(found);
    rest.is_empty() || named.is_empty() || named.ends_with('/') || rest.starts_with('/')
}

fn not_found(store: &StoreId, text: &str) -> Error {
    let path = uri::parse(text).map_or_else(|_| text.to_owned(), |uri| uri.bare());
    Error::NotFound { scheme: store.scheme, path }
}

#[cfg(test)]
mod tests {
    use base::ids::NodeId;

    use super::*;
    use crate::store::Store;

    const WHO: Opener<'_> = Opener { cluster: "main", node: NodeId(1), user: "root" };

    #[test]
    fn troubles_of_a_store() {
        let mut buckets = Buckets::default();
        let open = |buckets: &Buckets| Store::open("s3://b/c?AUTH=implicit", WHO, buckets);
        let well = open(&buckets).unwrap().exists(&buckets, "x").took_nanos;
        for (one, text) in [
            (
                Trouble::Denied,
                "failed to access s3://b/c: AccessDenied: Access Denied status code: 403",
            ),
            (
                Trouble::Expired,
                "failed to access s3://b/c: ExpiredToken: The provided token has expired. status code: 400",
            ),
            (
                Trouble::Outage,
                "failed to access s3://b/c: RequestError: send request failed caused by: dial tcp: i/o timeout",
            ),
        ] {
            trouble(&mut buckets, "s3://b", one, WHO).unwrap();
            let error = open(&buckets).unwrap_err();
            assert_eq!(error.to_string(), text);
            let passes = error.sqlstate() == base::sqlstate::SqlState::IO_ERROR;
            assert_eq!(passes, one == Trouble::Outage);
        }
        allow(&mut buckets, "s3://b/anything", WHO).unwrap();
        trouble(&mut buckets, "s3://b", Trouble::Slow, WHO).unwrap();
        assert!(open(&buckets).unwrap().exists(&buckets, "x").took_nanos > 10 * well);
        assert!(Store::open("s3://other?AUTH=implicit", WHO, &buckets).is_ok());
    }

    #[test]
    fn look_damage_delete() {
        let mut buckets = Buckets::default();
        let now = Timestamp::from_secs(1);
        let store = Store::open("s3://b/c?AUTH=implicit", WHO, &buckets).unwrap();
        store.put(&mut buckets, "x", *b"abcd", now);
        store.put(&mut buckets, "xy", *b"-", now);
        assert_eq!(ls(&buckets, "s3://b/c", WHO).unwrap().len(), 2);
        assert_eq!(flip(&mut buckets, "s3://b/c/x", None, WHO, now), Ok(2));
        assert_eq!(&*store.get(&buckets, "x").unwrap().value, b"abbd");
        assert_eq!(truncate(&mut buckets, "s3://b/c/x", Some(1), WHO, now), Ok(1));
        assert!(flip(&mut buckets, "s3://b/c/x", Some(1), WHO, now).is_err());
        assert_eq!(copy(&mut buckets, "s3://b/c/xy", "s3://b/c/x", WHO, now), Ok(()));
        assert_eq!(&*store.get(&buckets, "x").unwrap().value, b"-");
        assert!(copy(&mut buckets, "s3://b/c/none", "s3://b/c/x", WHO, now).is_err());
        assert_eq!(rm(&mut buckets, "s3://b/c/x", WHO), Ok(1));
        assert!(rm(&mut buckets, "s3://b/c/x", WHO).is_err());
        trouble(&mut buckets, "s3://b", Trouble::Locked, WHO).unwrap();
        assert!(matches!(rm(&mut buckets, "s3://b/c/", WHO), Err(Error::Locked { .. })));
        store.delete(&mut buckets, "xy");
        assert_eq!(ls(&buckets, "s3://b/c", WHO).unwrap().len(), 1, "a lock holds for all");
        allow(&mut buckets, "s3://b", WHO).unwrap();
        assert_eq!(rm(&mut buckets, "s3://b/c/", WHO), Ok(1));
    }
}
