//! Ids of backups (a preview of v26.2), made of the times in directories' names.
//!
//! ```text
//!   F = end of the chain's full, E = end of this backup          Unix milliseconds, cut to 10 ms
//!   (F xor E) ++ E, big-endian ─▶ bytes reversed ─▶ trailing zeros dropped ─▶ URL-safe base64 with padding
//! ```
//!
//! Shape: a full has a short id, since F xor E is zero. *Source*: `spec/v26.2.md` §3.1. Errors: an id that is none, or that
//! names no backup. Left out: the index files from which the real system reads them; here names tell the same.

use base::hlc::Timestamp;
use base::num::as_unsigned;
use cloud::bucket::Buckets;
use cloud::store::Store;
use sql::rules::Rules;

use super::error::Error;
use super::{collection, names};

/// A backup that can be restored, by its names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The end of its chain's full. *Units*: hundredths of a second count.
    pub full: Timestamp,
    /// Its own end.
    pub end: Timestamp,
    /// The full's path.
    pub full_subdir: String,
    /// Its own path.
    pub subdir: String,
}

impl Named {
    /// Its id.
    pub fn id(&self) -> String {
        encode(centis(self.full), centis(self.end))
    }
}

/// Milliseconds, cut to ten.
fn centis(at: Timestamp) -> u64 {
    as_unsigned(at.wall / 10_000_000 * 10)
}

/// All backups of a collection, the newest first.
///
/// *Errors*: incrementals in both places.
pub fn all(
    home: &Store,
    buckets: &Buckets,
    rules: Rules,
    nanos: &mut i64,
) -> Result<Vec<Named>, Error> {
    let mut found = Vec::new();
    for full_subdir in collection::fulls(home, buckets, nanos) {
        let Some(full) = names::parse_full_dir(&full_subdir) else { continue };
        let base = collection::incrementals_base(home, &full_subdir, buckets, rules, nanos)?;
        let incrementals = collection::incrementals(home, &base, buckets, nanos);
        let whole = Named {
            full,
            end: full,
            full_subdir: full_subdir.clone(),
            subdir: full_subdir.clone(),
        };
        found.push(whole);
        for subdir in incrementals {
            let dir = subdir.get(base.len()..).unwrap_or_default().trim_start_matches('/');
            if let Some((end, _)) = names::parse_incremental_dir(dir) {
                found.push(Named { full, end, full_subdir: full_subdir.clone(), subdir });
            }
        }
    }
    base::sort::by(&mut found, |a, b| (b.end, b.full).cmp(&(a.end, a.full)));
    found.dedup_by(|a, b| (a.end, a.full) == (b.end, b.full));
    Ok(found)
}

/// The backup of an id. `None` for a text that is no id: a path, most likely.
///
/// *Errors*: an id that names no backup here.
pub fn find(
    home: &Store,
    typed: &str,
    buckets: &Buckets,
    rules: Rules,
    nanos: &mut i64,
) -> Result<Option<Named>, Error> {
    if !rules.restore_by_id() || typed.contains('/') || decode(typed).is_none() {
        return Ok(None);
    }
    if home.join(typed).exists(buckets, names::MANIFEST).count(nanos) {
        return Ok(None);
    }
    let found = all(home, buckets, rules, nanos)?.into_iter().find(|named| named.id() == typed);
    found.map(Some).ok_or_else(|| Error::refused(format!("backup with ID {typed} not found")))
}

fn encode(full: u64, end: u64) -> String {
    let mut bytes = [(full ^ end).to_be_bytes(), end.to_be_bytes()].concat();
    bytes.reverse();
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    to_base64(&bytes, b"-_")
}

/// F and E of an id. *Units*: milliseconds.
fn decode(id: &str) -> Option<(u64, u64)> {
    let mut bytes = base64(id)?;
    if bytes.len() < 5 || bytes.len() > 16 || !id.len().is_multiple_of(4) {
        return None;
    }
    bytes.resize(16, 0);
    bytes.reverse();
    let (xor, end) = bytes.split_first_chunk::<8>()?;
    let end = u64::from_be_bytes(end.try_into().ok()?);
    let full = u64::from_be_bytes(*xor) ^ end;
    let fits = |millis: u64| {
        millis.is_multiple_of(10) && i64::try_from(millis).is_ok_and(|n| n < i64::MAX / 1_000_000)
    };
    (fits(end) && fits(full) && full <= end).then_some((full, end))
}

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Bytes from base64 of either alphabet, padded or not; none if it is not.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in text.bytes().filter(|c| *c != b'=') {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [.., low] = (held >> bits).to_be_bytes();
            bytes.push(low);
        }
    }
    Some(bytes)
}

/// Base64 of bytes, padded; `last` are the alphabet's two last letters.
pub fn to_base64(bytes: &[u8], last: &[u8; 2]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut three = [0; 4];
        for (to, from) in three[1..].iter_mut().zip(chunk) {
            *to = *from;
        }
        let held = u32::from_be_bytes(three);
        for i in 0..4 {
            let six = base::num::index((held >> (18 - 6 * i)) & 63);
            let letter = LETTERS.iter().chain(last).nth(six).copied().unwrap_or(b'=');
            let is_there = base::num::index(i) <= chunk.len();
            text.push(char::from(if is_there { letter } else { b'=' }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of `spec/v26.2.md` §3.1.
    #[test]
    fn ids_of_the_sheet() {
        let (full, end) = (1_776_349_435_000, 1_776_420_923_000);
        assert_eq!(encode(full, end), "eCbwmp0BAAAAcl0M");
        assert_eq!(encode(full, full), "eFStlp0B");
        assert_eq!(decode("eCbwmp0BAAAAcl0M"), Some((full, end)));
        assert_eq!(decode("eFStlp0B"), Some((full, full)));
        for typed in ["monday", "2022", "LATEST", "", "eFStlp0", "%%%%%%%%"] {
            assert_eq!(decode(typed), None, "{typed}");
        }
    }

    #[test]
    fn base64_of_both_alphabets() {
        assert_eq!(base64("aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(base64("-_8"), base64("+/8="));
        assert_eq!(base64("a b"), None);
        for text in ["", "a", "ab", "abc", "abcd"] {
            assert_eq!(base64(&to_base64(text.as_bytes(), b"+/")), Some(text.as_bytes().to_vec()));
        }
        assert_eq!(to_base64(b"ab", b"+/"), "YWI=");
    }
}
