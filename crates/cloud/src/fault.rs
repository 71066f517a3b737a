//! What a person does to objects behind the database's back: look, delete, damage.
//!
//! | command | here |
//! |---|---|
//! | `\sim bucket ls URI` | [`ls`] |
//! | `\sim bucket rm URI` | [`rm`] |
//! | `\sim bucket flip URI [BYTE]` | [`flip`] |
//! | `\sim bucket truncate URI [BYTES]` | [`truncate`] |
//! | `\sim bucket cp URI URI` | [`copy`] |
//!
//! Shape: a URI names one object, or all below it when it ends with a slash. Credentials are not asked for: this is the
//! operator's own hand. Left out: outages, throttling, denials, object lock.

use base::hlc::Timestamp;
use base::num::{to_u64, to_usize};

use crate::access::Scheme;
use crate::bucket::{Buckets, Object, StoreId};
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
    buckets.insert(&target, &place, copy);
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
        assert_eq!(rm(&mut buckets, "s3://b/c/", WHO), Ok(1));
    }
}
