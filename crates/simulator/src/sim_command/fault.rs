//! Faults as they are typed: what befalls nodes, the network, clocks and buckets.
//!
//! | line | does |
//! |---|---|
//! | `node N stop\|restart\|kill` | ends a process, starts it again, ends it for ever with its disk |
//! | `node N drain\|undrain`, `decommission`, `recommission` | hands leases over; moves replicas away |
//! | `node join [region=r,az=z]` | one more node |
//! | `partition 1,2 \| 3`, `heal` | cuts the network, and joins it again |
//! | `link 1 3 +200ms`, `clock 2 +400ms` | a slow link, a clock that is off |
//! | `bucket outage\|deny\|expire\|slow\|throttle\|lock URI`, `allow URI` | how a store answers; `allow` ends all that |
//! | `bucket rm\|flip\|truncate URI`, `bucket cp URI URI` | what befalls objects |
//! | `… at 10:31`, `… in 5m` | any of them, put off |
//!
//! Shape: words → [`Fault`]. Errors: those of [`Error`]. Source: `spec/time.md` 3.

use super::{Error, Words, files};
use crate::calendar;

/// What befalls the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A node by its number, and what befalls it.
    Node(u32, NodeVerb),
    /// One more node, with its locality.
    Join(String),
    /// Groups of nodes that hear each other.
    Partition(Vec<Vec<u32>>),
    /// The network is whole again.
    Heal,
    /// A node's clock is off by so many nanoseconds.
    Clock(u32, i64),
    /// Messages between two nodes take so many nanoseconds longer.
    Link(u32, u32, i64),
    /// A store answers otherwise.
    Store(StoreVerb, String),
    /// Removes an object, or all under a path that ends with a slash.
    Rm(String),
    /// Flips the lowest bit of one byte of an object; the middle one if none is named.
    Flip(String, Option<u64>),
    /// Cuts an object to so many bytes; half if not said.
    Truncate(String, Option<u64>),
    /// Copies an object over another or to a new place.
    Copy(String, String),
}

/// What befalls a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeVerb {
    /// Its process ends.
    Stop,
    /// Its process starts again.
    Restart,
    /// Its process and its disk are gone for ever.
    Kill,
    /// It hands its leases over and takes no clients.
    Drain,
    /// It takes them again.
    Undrain,
    /// Its replicas move away, then it leaves.
    Decommission,
    /// It stays after all.
    Recommission,
}

/// How a store answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreVerb {
    /// Not at all.
    Outage,
    /// It refuses the credentials' rights.
    Deny,
    /// It says that the credentials have expired.
    Expire,
    /// Late.
    Slow,
    /// With little bandwidth.
    Throttle,
    /// As before, but nothing in it can be deleted or changed.
    Lock,
    /// As it should.
    Allow,
}

/// A fault, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What.
    pub fault: Fault,
    /// When: a moment as written, or a length; now if not said.
    pub when: Option<When>,
}

/// When a fault comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// A moment as written: read against the clock when it is used.
    At(String),
    /// So many nanoseconds from now.
    In(i64),
}

const NODE_VERBS: [(&str, NodeVerb); 8] = [
    ("stop", NodeVerb::Stop),
    ("restart", NodeVerb::Restart),
    ("start", NodeVerb::Restart),
    ("kill", NodeVerb::Kill),
    ("drain", NodeVerb::Drain),
    ("undrain", NodeVerb::Undrain),
    ("decommission", NodeVerb::Decommission),
    ("recommission", NodeVerb::Recommission),
];

const STORE_VERBS: [(&str, StoreVerb); 7] = [
    ("outage", StoreVerb::Outage),
    ("deny", StoreVerb::Deny),
    ("expire", StoreVerb::Expire),
    ("slow", StoreVerb::Slow),
    ("throttle", StoreVerb::Throttle),
    ("lock", StoreVerb::Lock),
    ("allow", StoreVerb::Allow),
];

fn find<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == word).map(|(_, verb)| *verb)
}

/// Reads the rest of a fault's line behind its first word; `None` if that word begins no fault.
pub(super) fn parse(first: &str, words: &mut Words) -> Result<Option<Planned>, Error> {
    if !matches!(first, "node" | "partition" | "heal" | "clock" | "link" | "bucket") {
        return Ok(None);
    }
    let is_no_fault = |word: &str| word == "ls" || files::VERBS.contains(&word);
    if first == "bucket" && words.peek().is_some_and(is_no_fault) {
        return Ok(None);
    }
    let when = take_when(words)?;
    let fault = match first {
        "node" => node(words)?,
        "partition" => Fault::Partition(groups(words)?),
        "heal" => Fault::Heal,
        "clock" => Fault::Clock(number(words)?, offset(words)?),
        "link" => Fault::Link(number(words)?, number(words)?, offset(words)?),
        _ => bucket(words)?,
    };
    Ok(Some(Planned { fault, when }))
}

/// Takes `at 10:31`, `at 2022-04-01 10:31` or `in 5m` off the end.
fn take_when(words: &mut Words) -> Result<Option<When>, Error> {
    let mut all: Vec<String> = std::iter::from_fn(|| words.next()).collect();
    let place = all.iter().rposition(|word| word == "at" || word == "in");
    let place = place.filter(|place| *place > 0 && *place + 1 < all.len());
    let tail = all.split_off(place.unwrap_or(all.len()));
    words.words = all.into_iter().peekable();
    let Some((word, rest)) = tail.split_first() else { return Ok(None) };
    let text = rest.join(" ");
    if word == "in" {
        let nanos = calendar::parse_length(&text).filter(|nanos| *nanos > 0);
        return nanos
            .map(|nanos| Some(When::In(nanos)))
            .ok_or(Error::Bad { what: "a length of time", word: text });
    }
    if calendar::parse_moment(&text, base::hlc::Timestamp::from_secs(1)).is_none() {
        return Err(Error::Bad { what: "a moment (10:31, 2022-04-01 10:31)", word: text });
    }
    Ok(Some(When::At(text)))
}

fn number(words: &mut Words) -> Result<u32, Error> {
    words.number("a node's number")?.ok_or(Error::Missing { what: "a node's number" })
}

fn node(words: &mut Words) -> Result<Fault, Error> {
    if matches!(words.peek(), Some("join")) {
        words.next();
        return Ok(Fault::Join(words.next().unwrap_or_default()));
    }
    let id = number(words)?;
    let word = words.want("stop, restart, kill, drain, undrain, decommission or recommission")?;
    match find(&NODE_VERBS, &word) {
        Some(verb) => Ok(Fault::Node(id, verb)),
        None => Err(Error::Bad {
            what: "stop, restart, kill, drain, undrain, decommission or recommission",
            word,
        }),
    }
}

/// `1,2 | 3` as groups.
fn groups(words: &mut Words) -> Result<Vec<Vec<u32>>, Error> {
    let mut text = words.want("groups of nodes (1,2 | 3)")?;
    while let Some(word) = words.next() {
        // Numbers with nothing but a space between them stay apart.
        text.push(' ');
        text.push_str(&word);
    }
    let bad = |word: &str| Error::Bad { what: "a node's number", word: word.to_owned() };
    text.split('|')
        .map(|group| {
            let numbers = group.split([',', ' ']).filter(|word| !word.is_empty());
            numbers.map(|word| word.parse().map_err(|_| bad(word))).collect()
        })
        .collect()
}

/// `+400ms`, `-2s`, `0`.
fn offset(words: &mut Words) -> Result<i64, Error> {
    let word = words.want("a length of time (+400ms)")?;
    let bare = word.trim_start_matches(['+', '-']);
    let nanos = calendar::parse_length(bare)
        .ok_or_else(|| Error::Bad { what: "a length of time (+400ms)", word: word.clone() })?;
    Ok(if word.starts_with('-') { -nanos } else { nanos })
}

const BUCKET_VERBS: &str =
    "ls, rm, cp, flip, truncate, outage, deny, expire, slow, throttle, lock or allow";

fn bucket(words: &mut Words) -> Result<Fault, Error> {
    let verb = words.want(BUCKET_VERBS)?;
    let uri = words.want("a URI")?;
    if let Some(verb) = find(&STORE_VERBS, &verb) {
        return Ok(Fault::Store(verb, uri));
    }
    match verb.as_str() {
        "rm" => Ok(Fault::Rm(uri)),
        "cp" => Ok(Fault::Copy(uri, words.want("where to copy it")?)),
        "flip" => Ok(Fault::Flip(uri, words.number("a byte's place")?)),
        "truncate" => Ok(Fault::Truncate(uri, words.number("a number of bytes")?)),
        _ => Err(Error::Bad { what: BUCKET_VERBS, word: verb }),
    }
}
