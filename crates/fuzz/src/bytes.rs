//! Bytes at random: what reads the outside must answer, never panic, hang or eat the memory.
//!
//! ```text
//!   corpus (valid inputs) ─▶ flips, cuts, repeats, splices ─▶ reader ─▶ answer or error; what it accepts must hold
//! ```
//!
//! Shape: one [`Target`] a reader; the n-th case of a target hangs on n alone, so a finding is its number.

use std::sync::Arc;

use backup::crypt;
use backup::manifest::codec;
use base::hlc::Timestamp;
use kv::mvcc::{key, value};
use kv::sst::reader::Reader;
use simulator::input::{Policy, Version};
use simulator::world::World;
use sql::parser::{self, Dialect};
use sql::types::Type;

use crate::chance::Chance;
use crate::stage::Stage;
use crate::statements;

/// Largest input that is made. *Units*: bytes.
const BYTES_MAX: usize = 1 << 16;

/// Bytes that readers trip over.
const ODD: [u8; 12] = [0, 1, 0x7f, 0x80, 0xff, 0xfe, b'\'', b'"', b'\\', b'\n', b'(', 0x12];

/// What is wrong, in words.
type Verdict = Result<(), String>;

/// Something that reads bytes from outside.
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    corpus: fn() -> Vec<Vec<u8>>,
    /// Reads one input.
    ///
    /// *Errors*: something was accepted that does not hold.
    pub attack: fn(&[u8]) -> Verdict,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "lexer", corpus: texts, attack: lexer },
    Target { name: "parser", corpus: texts, attack: parser },
    Target { name: "key", corpus: keys, attack: keys_read },
    Target { name: "value", corpus: values, attack: values_read },
    Target { name: "manifest", corpus: manifests, attack: manifest },
    Target { name: "sst", corpus: tables, attack: table },
    Target { name: "encryption", corpus: sealed, attack: open },
    Target { name: "uri", corpus: uris, attack: uri },
    Target { name: "snapshot", corpus: snapshots, attack: snapshot },
];

/// The cases of a target.
pub struct Cases {
    corpus: Vec<Vec<u8>>,
    name: &'static str,
}

impl Target {
    /// The target of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// Its cases; making the corpus takes a moment.
    pub fn cases(&self) -> Cases {
        Cases { corpus: (self.corpus)(), name: self.name }
    }
}

impl Cases {
    /// The n-th case.
    pub fn case(&self, n: u64) -> Vec<u8> {
        let mut chance = Chance::new(n, self.name);
        let mut bytes = chance.pick(self.corpus.as_slice()).clone();
        for _ in 0..chance.between(1, 6) {
            self.mutate(&mut bytes, &mut chance);
        }
        bytes.truncate(BYTES_MAX);
        bytes
    }

    fn mutate(&self, bytes: &mut Vec<u8>, chance: &mut Chance) {
        if bytes.is_empty() {
            bytes.extend_from_slice(&self.corpus[chance.below(self.corpus.len())]);
            return;
        }
        let at = chance.below(bytes.len());
        let end = (at + 1 + chance.below(16)).min(bytes.len());
        match chance.below(8) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = *chance.pick(&ODD),
            2 => bytes[at] = chance.byte(),
            3 => bytes.insert(at, *chance.pick(&ODD)),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let piece: Vec<u8> = bytes[at..end].repeat(1 + chance.below(4));
                bytes.splice(at..at, piece);
            }
            6 => bytes.truncate(at),
            _ => {
                let other = chance.pick(self.corpus.as_slice());
                let from = chance.below(other.len().max(1)).min(other.len());
                let to = (from + chance.below(64)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
}

fn texts() -> Vec<Vec<u8>> {
    let mut chance = Chance::new(1, "corpus");
    (0..400).map(|_| statements::statement(&mut chance).into_bytes()).collect()
}

fn lexer(bytes: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(bytes);
    let mut at = 0;
    for token in sql::lexer::tokens(&text) {
        let is_next = token.start >= at && token.end > token.start && token.end <= text.len();
        // A backslash at the end of a line is blank, as the documentation prints it.
        let is_blank = |c: char| c.is_whitespace() || c == '\\';
        let gap = text.get(at..token.start);
        if !is_next
            || gap.is_none_or(|gap| !gap.chars().all(is_blank))
            || text.get(token.start..token.end).is_none()
        {
            return Err(format!("token {token:?} after byte {at}"));
        }
        at = token.end;
    }
    Ok(())
}

/// Print∘parse is the identity on what parses.
pub fn parser(bytes: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(bytes);
    // What is printed is the newest version's form, so the old dialect only has to answer.
    let _old = parser::parse_with(&text, Dialect::V21_2);
    let dialect = Dialect::V26_2;
    if let Ok(parsed) = parser::parse_with(&text, dialect) {
        for one in parsed {
            let flags = sql::print::Flags::default();
            let printed = sql::print::to_string(&one.stmt, &flags);
            let again = parser::parse_with(&printed, dialect)
                .map_err(|error| format!("{printed} does not parse: {error}"))?;
            let [again] = again.as_slice() else {
                return Err(format!("{printed} is {} statements", again.len()));
            };
            let twice = sql::print::to_string(&again.stmt, &flags);
            if twice != printed {
                return Err(format!("{printed}\n  printed again: {twice}"));
            }
        }
    }
    Ok(())
}

/// A small world with a row of every type, and a chain in a bucket.
fn stage() -> Stage {
    let mut stage = Stage::new(Version::V26_2, 1, Policy::Auto);
    let setup = "CREATE TABLE t (k INT PRIMARY KEY, s STRING, d DECIMAL, f FLOAT, b BYTES, o BOOL, ts TIMESTAMP, dt DATE,
            u UUID, j JSONB, i INTERVAL, a INT[], n INET, ti TIME, INDEX (s, d DESC), INDEX (ts), INDEX (f DESC, u));
        INSERT INTO t VALUES (1, 'a', 1.50, 2.5, b'\\x00a', true, '2020-01-01 10:00:00', '2020-01-01',
            '00000000-0000-4000-8000-000000000001', '{\"a\": [1, null, \"x\"]}', '1 day 2:00:00', ARRAY[1, NULL], '10.0.0.1', '10:00'),
            (-7, 'ü''', -1e30, -0.0, b'', false, '1960-01-01', '1999-12-31', NULL, '[]', '-3 mons', ARRAY[], '::1', '23:59:59.999');
        BACKUP INTO 's3://b/c?AUTH=implicit' WITH revision_history;
        UPDATE t SET s = 'b'; DELETE FROM t WHERE k = 1;
        BACKUP INTO LATEST IN 's3://b/c?AUTH=implicit' WITH revision_history;";
    // A setup that fails leaves a smaller corpus.
    let _done = stage.must(setup);
    stage
}

/// Keys and values of all data files.
fn entries() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    for object in tables() {
        let Ok(reader) = Reader::open(&object) else { continue };
        let mut entries = reader.entries();
        while let Ok(Some((key, _, value))) = entries.next() {
            all.push((key.to_vec(), value.to_vec()));
        }
    }
    all
}

fn keys() -> Vec<Vec<u8>> {
    entries().into_iter().map(|(entry, _)| key::encode(&entry, Timestamp::from_secs(1))).collect()
}

/// Types in the order in which a key is tried.
const TYPES: [Type; 9] = [
    Type::INT,
    Type::STRING,
    Type::FLOAT,
    Type::Decimal { precision: 0, scale: 0 },
    Type::Bytes,
    Type::Bool,
    Type::Date,
    Type::Uuid,
    Type::Interval,
];

fn keys_read(bytes: &[u8]) -> Verdict {
    let _words = sql::pretty::key(bytes);
    let _prefix = sql::row::row_prefix(bytes);
    if let Some((entry, ts)) = key::decode(bytes)
        && key::decode(&key::encode(entry, ts)) != Some((entry, ts))
    {
        return Err("an engine key does not come back".to_owned());
    }
    for ty in TYPES {
        for desc in [false, true] {
            let mut rest = bytes;
            let mut skipped = bytes;
            let read = sql::row::key::decode(&mut rest, &ty, desc);
            let _skipped = sql::row::key::skip(&mut skipped);
            let Ok(datum) = read else { continue };
            let mut out = Vec::new();
            if sql::row::key::encode(&mut out, &datum, desc).is_ok() {
                let mut again = out.as_slice();
                let back = sql::row::key::decode(&mut again, &ty, desc);
                let mut twice = Vec::new();
                let is_same = back.as_ref().is_ok_and(|back| {
                    // Zero has one key, whatever its exponent.
                    sql::row::key::encode(&mut twice, back, desc).is_ok() && twice == out
                });
                if !is_same {
                    return Err(format!("{ty}: {datum:?} comes back as {back:?}"));
                }
            }
        }
    }
    Ok(())
}

/// A value of the corpus stands behind its key and the key's length.
fn values() -> Vec<Vec<u8>> {
    let pair = |(key, value): (Vec<u8>, Vec<u8>)| {
        let len = u8::try_from(key.len()).unwrap_or(u8::MAX);
        [vec![len], key, value].concat()
    };
    entries().into_iter().map(pair).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "an attack like the others: here any answer will do")]
fn values_read(bytes: &[u8]) -> Verdict {
    let Some((len, rest)) = bytes.split_first() else { return Ok(()) };
    let (key, held) = rest.split_at(usize::from(*len).min(rest.len()));
    let _sound = value::verify(key, held);
    let _parts = value::decode(held);
    let _plain = value::simple(held);
    let _number = sql::row::decode_sequence(held);
    let system = sql::catalog::SystemTables::new(sql::rules::Rules::v26_2());
    for table in system.iter() {
        let mut decoder = table.codec.decoder();
        let _row = decoder.feed(key, held);
        let _last = decoder.finish();
    }
    Ok(())
}

fn objects(ending: &str) -> Vec<Vec<u8>> {
    let all = stage().objects();
    let wanted = all.iter().filter(|object| object.uri.ends_with(ending));
    wanted.map(|object| object.bytes.to_vec()).collect()
}

/// Manifests as they are stored, and unpacked, so that mutations reach the message.
fn manifests() -> Vec<Vec<u8>> {
    let mut all = objects("BACKUP_MANIFEST");
    let plain: Vec<Vec<u8>> = all
        .iter()
        .filter_map(|object| backup::manifest::gzip::unpack(object, 1 << 24).ok())
        .collect();
    all.extend(plain);
    all
}

fn manifest(bytes: &[u8]) -> Verdict {
    let Ok(manifest) = codec::decode(bytes, None) else { return Ok(()) };
    let _broken = backup::manifest::invariants::check(&manifest);
    let names: Vec<String> = manifest.descriptors().map(|d| d.name().to_owned()).collect();
    let again = codec::decode(&codec::encode(&manifest), None);
    if names.len() > bytes.len().saturating_mul(1100) || again.as_ref() != Ok(&manifest) {
        return Err("a manifest does not come back".to_owned());
    }
    Ok(())
}

fn tables() -> Vec<Vec<u8>> {
    objects(".sst")
}

fn table(bytes: &[u8]) -> Verdict {
    let Ok(reader) = Reader::open(bytes) else { return Ok(()) };
    let _tombstones = reader.range_tombstones();
    let mut entries = reader.entries();
    let mut left = bytes.len().saturating_mul(1024);
    while let Ok(Some(_)) = entries.next() {
        left = left.checked_sub(1).ok_or("a table file without end")?;
    }
    Ok(())
}

fn sealed() -> Vec<Vec<u8>> {
    let key = crypt::Key::new([5; 32]);
    let long = vec![7; 70_000];
    let plain: [&[u8]; 3] = [b"", b"abc", &long];
    plain.iter().map(|plain| crypt::seal(&key, [3; 12], plain)).collect()
}

fn open(bytes: &[u8]) -> Verdict {
    let key = crypt::Key::new([5; 32]);
    match crypt::open(&key, bytes) {
        Ok(plain) if !sealed_plain(&plain) => {
            Err("changed bytes were taken for sealed ones".to_owned())
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn sealed_plain(plain: &[u8]) -> bool {
    plain.is_empty() || plain == b"abc" || plain.iter().all(|b| *b == 7)
}

fn uris() -> Vec<Vec<u8>> {
    [
        "s3://acme/prod?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=b%2F&AUTH=specified",
        "nodelocal://1/a/b",
        "userfile:///x",
        "gs://b/c?AUTH=implicit&COCKROACH_LOCALITY=region%3Dus-west",
        "azure-blob://c/p?AZURE_ACCOUNT_NAME=x",
        "external://conn/sub",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn uri(bytes: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(bytes);
    let redacted = cloud::uri::redact(&text);
    let Ok(parsed) = cloud::uri::parse(&text) else { return Ok(()) };
    let _bare = parsed.join("../x").bare();
    let name = "AWS_SECRET_ACCESS_KEY";
    match parsed.param(name).filter(|secret| !secret.is_empty()) {
        Some(secret) if redacted.contains(&format!("{name}={secret}")) && secret != "redacted" => {
            Err(format!("a secret stays in {redacted}"))
        }
        Some(_) | None => Ok(()),
    }
}

fn snapshots() -> Vec<Vec<u8>> {
    let mut stage = Stage::new(Version::V21_2, 1, Policy::Auto);
    let _made = stage.must("CREATE TABLE t (a INT); INSERT INTO t VALUES (1); \\sim advance 1h");
    vec![stage.world.snapshot()]
}

#[expect(clippy::unnecessary_wraps, reason = "an attack like the others: here any answer will do")]
fn snapshot(bytes: &[u8]) -> Verdict {
    let _world: Result<Arc<World>, _> = World::restore(bytes).map(Arc::new);
    Ok(())
}
