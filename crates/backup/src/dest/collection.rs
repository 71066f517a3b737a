//! A collection: LATEST, the fulls in it, and which directory a statement means.
//!
//! ```text
//!   LATEST   ─▶ its content ─┐
//!   'sub'    ─▶ "/sub"       ├─▶ BACKUP_MANIFEST there?   yes ─▶ append to that chain
//!   (none)   ─▶ dated name  ─┘                            no  ─▶ a full (v21.2), or refused
//! ```
//!
//! Shape: functions over an opened [`Store`]; each adds the time of its calls to a running total.
//! *Source*: `spec/collections-and-chains.md` §1–§4.

use base::hlc::Timestamp;
use cloud::bucket::Buckets;
use cloud::store::Store;
use sql::rules::Rules;

use super::error::Error;
use super::names;

/// Which directory of a collection a statement means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A new full.
    New,
    /// The chain that LATEST names.
    Latest,
    /// A path as typed.
    Subdir(String),
    /// The URI itself: not in a collection (`BACKUP TO`).
    Root,
}

/// What a place turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The path of the full, with its slash.
    pub full_subdir: String,
    /// Whether a finished full lies there, so that the backup is appended.
    pub append: bool,
}

/// The path that LATEST holds.
///
/// *Errors*: [`Error::NoLatest`], [`Error::MalformedLatest`].
pub fn read_latest(
    collection: &Store,
    buckets: &Buckets,
    rules: Rules,
    nanos: &mut i64,
) -> Result<String, Error> {
    let mut name = names::LATEST.to_owned();
    if rules.latest_in_metadata() {
        let prefix = format!("{}/{}-", names::LATEST_DIR, names::LATEST);
        let listed = collection.names(buckets, &prefix).count(nanos);
        if let Some(newest) = listed.into_iter().next() {
            name = newest;
        }
    }
    let content = collection
        .get(buckets, &name)
        .map_err(|cause| Error::NoLatest { cause: rules.latest_in_metadata().then_some(cause) })?;
    let content = content.count(nanos);
    let path = String::from_utf8_lossy(&content);
    let path = path.trim();
    if path.is_empty() { Err(Error::MalformedLatest) } else { Ok(names::normal_subdir(path)) }
}

/// Makes LATEST name a full.
pub fn write_latest(
    collection: &Store,
    buckets: &mut Buckets,
    full_subdir: &str,
    rules: Rules,
    now: Timestamp,
) -> i64 {
    let name = if rules.latest_in_metadata() {
        names::timed_latest(now)
    } else {
        names::LATEST.to_owned()
    };
    collection.put(buckets, &name, full_subdir.as_bytes(), now).took_nanos
}

/// The paths of all finished fulls that lie three levels deep, in order of name: what SHOW BACKUPS lists.
pub fn fulls(collection: &Store, buckets: &Buckets, nanos: &mut i64) -> Vec<String> {
    let entries = collection.list(buckets, "", names::DATA_DIR).count(nanos);
    let mut found: Vec<String> = Vec::new();
    for entry in entries {
        let parts: Vec<&str> = entry.name.split('/').collect();
        if let [year, month, day, names::MANIFEST] = parts.as_slice() {
            found.push(format!("/{year}/{month}/{day}"));
        }
    }
    found
}

/// What a place is now.
///
/// *Errors*: Those of [`read_latest`]; [`Error::FullExists`] and [`Error::NoFull`] by the version's rules.
pub fn resolve(
    collection: &Store,
    place: &Place,
    end: Timestamp,
    buckets: &Buckets,
    rules: Rules,
    nanos: &mut i64,
) -> Result<Target, Error> {
    let full_subdir = match place {
        Place::New => names::full_dir(end),
        Place::Latest => read_latest(collection, buckets, rules, nanos)?,
        Place::Subdir(typed) => names::normal_subdir(typed),
        Place::Root => String::new(),
    };
    let full = collection.join(&full_subdir);
    let append = full.exists(buckets, names::MANIFEST).count(nanos);
    match place {
        Place::New if append && !rules.same_instant_full_appends() => Err(Error::FullExists {
            dir: full.bare(),
            subdir: full_subdir,
            collection: collection.bare(),
        }),
        Place::Latest | Place::Subdir(_) if !append && !rules.full_into_named_subdir() => {
            Err(Error::NoFull { subdir: full_subdir })
        }
        Place::New | Place::Latest | Place::Subdir(_) | Place::Root => {
            Ok(Target { full_subdir, append })
        }
    }
}

/// Where the incrementals of a chain lie and go: a path in the collection.
///
/// *Errors*: [`Error::MixedIncrementals`].
pub fn incrementals_base(
    collection: &Store,
    full_subdir: &str,
    buckets: &Buckets,
    rules: Rules,
    nanos: &mut i64,
) -> Result<String, Error> {
    if !rules.incrementals_in_own_directory() {
        return Ok(full_subdir.to_owned());
    }
    let own = format!("/{}{full_subdir}", names::INCREMENTALS_DIR);
    let in_own = !incrementals(collection, &own, buckets, nanos).is_empty();
    let in_full = !incrementals(collection, full_subdir, buckets, nanos).is_empty();
    match (in_own, in_full) {
        (true, true) => Err(Error::MixedIncrementals),
        (false, true) => Ok(full_subdir.to_owned()),
        (true | false, false) => Ok(own),
    }
}

/// The finished incrementals below a base, as paths in the collection, in order of name.
pub fn incrementals(
    collection: &Store,
    base: &str,
    buckets: &Buckets,
    nanos: &mut i64,
) -> Vec<String> {
    let place = collection.join(base);
    let entries = place.list(buckets, "", names::DATA_DIR).count(nanos);
    let dirs = entries.into_iter().filter_map(|entry| {
        let dir = entry.name.strip_suffix(names::MANIFEST)?.strip_suffix('/')?;
        names::parse_incremental_dir(dir)?;
        Some(format!("{base}/{dir}"))
    });
    dirs.collect()
}

#[cfg(test)]
mod tests {
    use base::ids::NodeId;
    use cloud::store::Opener;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_648_778_400);

    fn world(objects: &[&str]) -> (Store, Buckets) {
        let mut buckets = Buckets::default();
        let who = Opener { cluster: "main", node: NodeId(1), user: "root" };
        let store = Store::open("nodelocal://1/c", who, &buckets).unwrap();
        for name in objects {
            store.put(&mut buckets, name, *b"/x", NOW);
        }
        (store, buckets)
    }

    fn resolved(place: &Place, rules: Rules, objects: &[&str]) -> Result<(String, bool), String> {
        let (store, buckets) = world(objects);
        resolve(&store, place, NOW, &buckets, rules, &mut 0)
            .map(|target| (target.full_subdir, target.append))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn latest_is_the_last_completed() {
        let (old, new) = (Rules::v21_2(), Rules::v26_2());
        let (store, mut buckets) = world(&[]);
        assert_eq!(
            read_latest(&store, &buckets, old, &mut 0).unwrap_err().to_string(),
            "path does not contain a completed latest backup"
        );
        assert!(
            read_latest(&store, &buckets, new, &mut 0)
                .unwrap_err()
                .to_string()
                .starts_with("path does not contain a completed latest backup: LATEST file could not be read in base or metadata directory: ")
        );
        for rules in [old, new] {
            for (after_secs, path) in [(0, "/b"), (1, "/a")] {
                write_latest(
                    &store,
                    &mut buckets,
                    path,
                    rules,
                    NOW.add_nanos(after_secs * 1_000_000_000),
                );
            }
            assert_eq!(read_latest(&store, &buckets, rules, &mut 0), Ok("/a".to_owned()));
        }
        store.put(&mut buckets, names::LATEST, *b" \n", NOW);
        assert_eq!(read_latest(&store, &buckets, old, &mut 0), Err(Error::MalformedLatest));
    }

    #[test]
    fn which_directory() {
        let (old, new) = (Rules::v21_2(), Rules::v26_2());
        let dated = "/2022/04/01-020000.00";
        let manifest = "2022/04/01-020000.00/BACKUP_MANIFEST";
        assert_eq!(resolved(&Place::New, old, &[]), Ok((dated.to_owned(), false)));
        assert_eq!(resolved(&Place::New, old, &[manifest]), Ok((dated.to_owned(), true)));
        assert_eq!(
            resolved(&Place::New, new, &[manifest]),
            Err("A full backup already exists in nodelocal://1/c/2022/04/01-020000.00. Consider running an incremental backup to this full backup via `BACKUP INTO '/2022/04/01-020000.00' IN 'nodelocal://1/c'`".to_owned())
        );
        let monday = Place::Subdir("monday/".to_owned());
        assert_eq!(resolved(&monday, old, &[]), Ok(("/monday".to_owned(), false)));
        assert!(
            resolved(&monday, new, &[])
                .unwrap_err()
                .starts_with("No full backup exists in \"/monday\"")
        );
        assert_eq!(
            resolved(&Place::Latest, old, &["LATEST", "x/BACKUP_MANIFEST"]),
            Ok(("/x".to_owned(), true))
        );
    }

    #[test]
    fn what_is_listed() {
        let (store, buckets) = world(&[
            "2022/04/01-020000.00/BACKUP_MANIFEST",
            "2022/04/01-020000.00/20220401/030000.50/BACKUP_MANIFEST",
            "2022/04/01-020000.00/20220401/040000.00/data/1.sst",
            "2022/04/02-020000.00/data/1.sst",
            "monday/BACKUP_MANIFEST",
        ]);
        let full = "/2022/04/01-020000.00";
        assert_eq!(fulls(&store, &buckets, &mut 0), [full]);
        assert_eq!(
            incrementals(&store, full, &buckets, &mut 0),
            ["/2022/04/01-020000.00/20220401/030000.50"]
        );
        let base = |rules| incrementals_base(&store, full, &buckets, rules, &mut 0).unwrap();
        assert_eq!(base(Rules::v21_2()), full);
        assert_eq!(base(Rules::v26_2()), full, "a chain goes on where it began");
    }
}
