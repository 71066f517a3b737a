//! Histories of versions: the scripts that CockroachDB's storage tests speak.
//!
//! ```text
//!   run ok stats
//!   with t=A
//!     put k=a v=b          operations, one a line; indented ones inherit the arguments of `with`
//!   ----
//!   >> at end:
//!   data: "a"/1.000000000,0 -> /BYTES/b
//! ```
//!
//! Shape: a directive and the state so far → what it prints. The versions lie in kv's own tree; inline values, intents and
//! local times, which clusters of ours do not have in that form, lie beside it.
//! Left out: lock lines and `resolve_intent` lines, whose form differs between the years of the files: [`is_same`] drops
//! them on both sides.

mod line;
mod ops;
mod print;

use std::collections::BTreeMap;

use base::hlc::Timestamp;
use base::span::Key;
use kv::RangeTombstone;
use kv::mvcc::engine::Engine;
use kv::mvcc::stats::{MvccStats, age_secs};

use crate::datadriven::Directive;

/// The moment at which ages are taken.
const NOW: Timestamp = Timestamp::from_secs(100);
/// What a local time adds to a value in the statistics. *Units*: bytes.
const LOCAL_BYTES: u64 = 16;

#[derive(Clone, Debug)]
struct Txn {
    id: u32,
    key: Key,
    ts: Timestamp,
}

#[derive(Clone, Debug)]
struct Intent {
    /// As it was when the intent was laid.
    txn: Txn,
    is_deletion: bool,
    value_len: usize,
}

#[derive(Clone, Debug)]
struct Iter {
    as_of: Timestamp,
    /// The key from which the rest is to be seen; `None` behind all.
    at: Option<Key>,
}

/// A range tombstone that knows a local time.
#[derive(Clone, Debug)]
struct RangeLocal {
    tombstone: RangeTombstone,
    local: Timestamp,
}

/// What a file of histories has made so far.
#[derive(Clone, Default, Debug)]
pub struct Histories {
    engine: Engine,
    inline: BTreeMap<Key, Vec<u8>>,
    intents: BTreeMap<Key, Intent>,
    local: BTreeMap<(Key, Timestamp), Timestamp>,
    range_local: Vec<RangeLocal>,
    txns: BTreeMap<String, Txn>,
    last_txn: u32,
    iter: Option<Iter>,
}

/// What the operations of one directive have touched.
#[derive(Clone, Default, Debug)]
struct Touched {
    data: bool,
    txn: Option<String>,
}

/// Runs one directive and answers what it prints.
pub fn run(state: &mut Histories, directive: &Directive) -> String {
    let with_stats = directive.has("stats");
    let mut out = String::new();
    let mut touched = Touched::default();
    let mut error = None;
    for line in line::parse(&directive.input) {
        let writes = ops::writes(&line.command);
        let before = state.stats();
        if with_stats && writes {
            print::push_line(&mut out, &format!(">> {}", line.text()));
        }
        touched.data |= writes;
        if let Err(found) = state.operate(&line, &mut out, &mut touched) {
            error = Some(found);
            break;
        }
        if with_stats && writes {
            let change = print::stats_change(&before, &state.stats());
            print::push_line(&mut out, &format!("stats: {change}"));
        }
    }
    state.print_end(&touched, with_stats, &mut out);
    if let Some(error) = error {
        print::push_line(&mut out, &format!("error: {error}"));
    }
    out
}

/// Whether two outputs tell the same, leaving out what differs between the years of the files.
pub fn is_same(got: &str, wanted: &str) -> bool {
    normal(got) == normal(wanted)
}

fn normal(text: &str) -> Vec<String> {
    let is_kept = |line: &&str| {
        !line.starts_with("put: lock acquisition")
            && !line.starts_with("del: lock acquisition")
            && !line.starts_with("cput: lock acquisition")
            && !line.starts_with("resolve_intent:")
    };
    let one = |line: &str| {
        let line = line.replace("iso=Serializable ", "").replace(" wto=false", "");
        without_ids(&line.replace("*roachpb.", "*kvpb."))
    };
    let mut lines: Vec<_> = text.lines().filter(is_kept).map(one).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Files number their transactions from 0 or from 1.
fn without_ids(line: &str) -> String {
    let mut parts = line.split("id=");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("id=");
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        text.push_str(if digits == 8 { part.get(8..).unwrap_or_default() } else { part });
    }
    text
}

impl Histories {
    /// The local time of the range tombstone at `ts` over `key`.
    fn range_local(&self, key: &[u8], ts: Timestamp) -> Option<Timestamp> {
        let found = self
            .range_local
            .iter()
            .find(|one| one.tombstone.ts == ts && one.tombstone.span.contains_key(key));
        found.map(|one| one.local)
    }

    fn stats(&self) -> MvccStats {
        let extra = |key: &[u8], ts| {
            let local = self.local.contains_key(&(key.to_vec(), ts));
            let meta = self.intents.get(key).filter(|intent| intent.txn.ts == ts);
            meta.map_or(0, print::meta_bytes) + if local { LOCAL_BYTES } else { 0 }
        };
        let mut stats = self.engine.stats(NOW, &extra);
        for intent in self.intents.values() {
            let bytes = base::num::to_i64(intent.value_len) + 12;
            stats.intent_count += 1;
            stats.intent_bytes += bytes;
            stats.lock_count += 1;
            stats.lock_age += age_secs(NOW, intent.txn.ts);
        }
        for (key, value) in &self.inline {
            let key_bytes = base::num::to_i64(key.len()) + 1;
            let value_bytes = base::num::to_i64(value.len()) + 14;
            stats.key_count += 1;
            stats.key_bytes += key_bytes;
            stats.val_count += 1;
            stats.val_bytes += value_bytes;
            stats.live_count += 1;
            stats.live_bytes += key_bytes + value_bytes;
        }
        for fragment in self.engine.range_tombstones().fragments() {
            let start = &fragment.span.start;
            let local = fragment.times.iter().filter(|ts| self.range_local(start, **ts).is_some());
            for ts in local {
                let bytes = base::num::as_signed(LOCAL_BYTES);
                stats.range_val_bytes += bytes;
                stats.gc_bytes_age += bytes * age_secs(NOW, *ts);
            }
        }
        stats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadriven;

    const STORY: &str = r#"
run stats ok
put k=a v=1 ts=2
----
>> put k=a v=1 ts=2
stats: key_count=+1 key_bytes=+14 val_count=+1 val_bytes=+6 live_count=+1 live_bytes=+20
>> at end:
data: "a"/2.000000000,0 -> /BYTES/1
stats: key_count=1 key_bytes=14 val_count=1 val_bytes=6 live_count=1 live_bytes=20

run ok
with t=A
  txn_begin ts=4
  del k=b
del_range_ts k=a end=+a ts=3
get k=a ts=3 tombstones
----
del: "b": found key false
get: "a" -> /<empty> @3.000000000,0
>> at end:
txn: "A" meta={id=00000001 key=/Min pri=0.00000000 epo=0 ts=4.000000000,0 min=0,0 seq=0} lock=true stat=PENDING rts=4.000000000,0 gul=0,0
rangekey: a{-\x00}/[3.000000000,0=/<empty>]
data: "a"/2.000000000,0 -> /BYTES/1
meta: "b"/0,0 -> txn={id=00000001 key=/Min pri=0.00000000 epo=0 ts=4.000000000,0 min=0,0 seq=0} ts=4.000000000,0 del=true klen=12 vlen=0 mergeTs=<nil> txnDidNotUpdateMeta=true
data: "b"/4.000000000,0 -> /<empty>

run error
export k=a end=z
----
error: (*kvpb.LockConflictError:) conflicting locks on "b"

run error
put k=a v=2 ts=1
----
>> at end:
rangekey: a{-\x00}/[3.000000000,0=/<empty>]
data: "a"/3.000000000,1 -> /BYTES/2
data: "a"/2.000000000,0 -> /BYTES/1
meta: "b"/0,0 -> txn={id=00000001 key=/Min pri=0.00000000 epo=0 ts=4.000000000,0 min=0,0 seq=0} ts=4.000000000,0 del=true klen=12 vlen=0 mergeTs=<nil> txnDidNotUpdateMeta=true
data: "b"/4.000000000,0 -> /<empty>
error: (*kvpb.WriteTooOldError:) WriteTooOldError: write for key "a" at timestamp 1.000000000,0 too old; must write at or above 3.000000000,1
"#;

    #[test]
    fn a_story() {
        let file = datadriven::parse(STORY).unwrap();
        let mut state = Histories::default();
        for directive in &file.directives {
            let got = run(&mut state, directive);
            assert!(is_same(&got, &directive.wanted), "line {}:\n{got}", directive.line);
        }
    }
}
