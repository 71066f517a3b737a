//! Where a backup lies: one store, or one for each locality.
//!
//! ```text
//!   'nodelocal://1/c'                                                  main
//!   ('s3://east/c?COCKROACH_LOCALITY=default',                         main: manifest, LATEST, what matches no other
//!    's3://west/c?COCKROACH_LOCALITY=region%3Dus-west')                part region=us-west: files of ranges led there
//! ```
//!
//! Shape: for a BACKUP exactly one URI is the default; for RESTORE and SHOW BACKUP the default stands first, and which store
//! holds which locality is found by the partial manifests in them. *Source*: `spec/storage-uris.md` §7. Errors: those of
//! [`super::error`].

use cloud::store::Store;

use super::error::Error;

/// The parameter that names a locality.
const PARAM: &str = "COCKROACH_LOCALITY";
/// The value of the store that takes what no other does.
const DEFAULT: &str = "default";

/// A URI and the locality whose files go there; the default has none. Part of a job's row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, wire::Message)]
pub struct Located {
    /// `region=us-west`.
    #[wire(string, tag = "1")]
    pub locality: String,
    /// With its credentials.
    #[wire(string, tag = "2")]
    pub uri: String,
}

/// The stores of a destination.
#[derive(Clone, Debug)]
pub struct Home {
    /// Manifest, LATEST, and all files without a store of their own.
    pub main: Store,
    /// Stores of localities (`region=us-west`), in order of these. Without a name in a list that is only read.
    pub parts: Vec<(String, Store)>,
}

impl From<Store> for Home {
    fn from(main: Store) -> Self {
        Self { main, parts: Vec::new() }
    }
}

impl Home {
    /// The same places, further down.
    #[must_use]
    pub fn join(&self, more: &str) -> Self {
        let parts = self.parts.iter().map(|(pair, store)| (pair.clone(), store.join(more)));
        Self { main: self.main.join(more), parts: parts.collect() }
    }
}

/// A typed list of a BACKUP in order: the default first, then pairs with their URIs.
///
/// *Errors*: lists whose localities make no sense.
pub fn localities(uris: &[String]) -> Result<Vec<Located>, Error> {
    let mut found: Vec<Located> = Vec::new();
    for typed in uris {
        let uri = cloud::uri::parse(typed)?;
        let pair = match uri.param(PARAM) {
            None | Some(DEFAULT) if uris.len() == 1 => String::new(),
            Some(pair) if uris.len() == 1 => {
                return Err(Error::refused(format!(
                    "{PARAM} {pair} is invalid for a single BACKUP location"
                )));
            }
            None => {
                return Err(Error::refused(format!(
                    "multiple URLs are provided for partitioned BACKUP, but {PARAM} is not specified"
                )));
            }
            Some(DEFAULT) => String::new(),
            Some(pair) => {
                check_pair(pair)?;
                pair.to_owned()
            }
        };
        if found.iter().any(|known| known.locality == pair) {
            return Err(match pair.as_str() {
                "" => Error::refused("multiple default URLs provided for partition backup"),
                _ => Error::refused(format!("duplicate URIs for locality {pair}")),
            });
        }
        found.push(Located { locality: pair, uri: typed.clone() });
    }
    found.sort();
    match found.first() {
        Some(first) if first.locality.is_empty() => Ok(found),
        _ => Err(Error::refused("no default URL provided for partitioned backup")),
    }
}

fn check_pair(pair: &str) -> Result<(), Error> {
    let mut parts = pair.split('=');
    let is_pair = parts.next().is_some_and(|key| !key.is_empty())
        && parts.next().is_some_and(|value| !value.is_empty())
        && parts.next().is_none();
    if is_pair {
        return Ok(());
    }
    Err(Error::refused(format!(
        "failed to parse backup locality {pair}: tier must be in the form \"key=value\" not \"{pair}\""
    )))
}

/// A list that is only read: the default stands first, and parameters are not asked for.
pub fn listed(uris: &[String]) -> Vec<Located> {
    uris.iter().map(|uri| Located { locality: String::new(), uri: uri.clone() }).collect()
}

/// Which of `pairs` a node's locality matches: the one of its last, most specific tier. None for the default.
pub fn matching<'a>(
    tiers: &[(String, String)],
    pairs: &(impl Iterator<Item = &'a str> + Clone),
) -> Option<&'a str> {
    let is = |pair: &str, (key, value): &(String, String)| {
        pair.split_once('=').is_some_and(|(k, v)| k == key && v == value)
    };
    tiers.iter().rev().find_map(|tier| pairs.clone().find(|pair| is(pair, tier)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(uris: &[&str]) -> String {
        let uris: Vec<String> = uris.iter().map(|uri| (*uri).to_owned()).collect();
        match localities(&uris) {
            Ok(found) => {
                found.iter().map(|one| one.locality.as_str()).collect::<Vec<_>>().join("|")
            }
            Err(cause) => cause.to_string(),
        }
    }

    /// `spec/storage-uris.md` §7.
    #[test]
    fn lists_and_their_errors() {
        let (d, w) = (
            "nodelocal://1/a?COCKROACH_LOCALITY=default",
            "nodelocal://2/a?COCKROACH_LOCALITY=region%3Dus-west",
        );
        assert_eq!(told(&[w, d]), "|region=us-west");
        assert_eq!(told(&["nodelocal://1/a"]), "");
        assert_eq!(
            told(&[w]),
            "COCKROACH_LOCALITY region=us-west is invalid for a single BACKUP location"
        );
        assert_eq!(
            told(&[d, "nodelocal://2/a"]),
            "multiple URLs are provided for partitioned BACKUP, but COCKROACH_LOCALITY is not specified"
        );
        assert_eq!(told(&[d, d]), "multiple default URLs provided for partition backup");
        assert_eq!(told(&[d, w, w]), "duplicate URIs for locality region=us-west");
        assert_eq!(
            told(&[w, "nodelocal://3/a?COCKROACH_LOCALITY=az%3D1"]),
            "no default URL provided for partitioned backup"
        );
        let two = "nodelocal://2/a?COCKROACH_LOCALITY=region%3Dus%2Caz%3D1";
        assert!(told(&[d, two]).starts_with("failed to parse backup locality"));
    }

    #[test]
    fn the_later_tier_wins() {
        let tiers = [("region", "us"), ("az", "1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let of = |pairs: &[&'static str]| matching(&tiers, &pairs.iter().copied());
        assert_eq!(of(&["region=us", "az=1"]), Some("az=1"));
        assert_eq!(of(&["region=us", "az=2"]), Some("region=us"));
        assert_eq!(of(&["region=eu"]), None);
    }
}
