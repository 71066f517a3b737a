//! Merging: the versions of many files into what one moment saw.
//!
//! ```text
//!   full     a@10  b@10  c@10
//!   inc      a@25        c.@22       (c. is a tombstone)
//!   t = 30   a@25  b@10                     the newest version of each key at or below t, deletions left out
//!   t = 20   a@10  b@10  c@10               with revision history; later versions are passed over
//!   written  /Table/<new id>/… @ now        key with its new table, value sealed again
//! ```
//!
//! Shape: files are walked side by side, each once. Errors: every block's and every value's checksum is compared, and every
//! key and time with what the manifest says of its file; what does not fit names the object. *Source*:
//! `spec/keys-and-values.md` §6, `spec/restore.md` §7.

use base::map::Map;
use std::cmp::Ordering;
use std::sync::Arc;

use base::hlc::Timestamp;
use base::num::to_i64;
use base::span::{self, Key, Span};
use kv::mvcc::value;
use kv::sst::reader::{Entries, Reader};
use kv::{Batch, RangeTombstone};

use super::error::Error;
use crate::keyspan::{self, PrimaryIndexes, RowCounter};
use crate::manifest::model::{BackupManifest, RowCount};

/// One file to be read: where it lies and its bytes.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its URI, without secrets.
    pub object: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// What the manifest says of it.
    pub held: Held,
}

/// What a file may hold by its layer's manifest: a whole file in the place of another has good checksums too.
#[derive(Clone, Default, Debug)]
pub struct Held {
    /// Which keys, in order.
    spans: Vec<Span>,
    /// Versions after this…
    start: Timestamp,
    /// … up to this.
    end: Timestamp,
}

impl Held {
    /// What a layer says of the file at `path`.
    pub fn by(layer: &BackupManifest, path: &str) -> Self {
        let mut held = Self { start: Timestamp::MAX, ..Self::default() };
        for file in layer.files.iter().filter(|file| file.path == path) {
            let (start, end) = file.window(layer);
            held.start = held.start.min(start);
            held.end = held.end.max(end);
            held.spans.push(Span::from(&file.span));
        }
        held.spans = span::merge(held.spans);
        held
    }

    fn allows(&self, ts: Timestamp) -> bool {
        self.start < ts && ts <= self.end
    }
}

/// What is wanted of the files.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Which keys, in order.
    pub spans: &'a [Span],
    /// As of when.
    pub at: Timestamp,
    /// Table in the backup → table here. Keys of other tables are passed over.
    pub tables: &'a Map<u32, u32>,
    /// The time of the versions that are written.
    pub stamp: Timestamp,
    /// Which keys of a table in the backup are rows.
    pub primaries: &'a PrimaryIndexes,
}

/// What came of it.
#[derive(Clone, Default, Debug)]
pub struct Merged {
    /// Versions to be ingested, in order of their new keys.
    pub batch: Batch,
    /// What they are.
    pub counts: RowCount,
}

/// One file as it is walked.
struct Cursor<'a> {
    object: &'a str,
    held: &'a Held,
    /// The first of the file's spans that may hold the next key.
    span: usize,
    entries: Entries<'a>,
    key: Key,
    ts: Timestamp,
    value: Vec<u8>,
    is_done: bool,
}

impl Cursor<'_> {
    fn advance(&mut self) -> Result<(), Error> {
        match self.entries.next().map_err(|cause| corrupt(self.object, &cause))? {
            Some((key, ts, value)) => {
                self.key.clear();
                self.key.extend_from_slice(key);
                self.ts = ts;
                self.value.clear();
                self.value.extend_from_slice(value);
                self.check()?;
            }
            None => self.is_done = true,
        }
        Ok(())
    }

    /// Compares the entry with what the manifest says of its file.
    fn check(&mut self) -> Result<(), Error> {
        let spans = &self.held.spans;
        while spans.get(self.span).is_some_and(|span| span.end <= self.key) {
            self.span += 1;
        }
        let is_held = spans.get(self.span).is_some_and(|span| span.start <= self.key);
        if is_held && self.held.allows(self.ts) { Ok(()) } else { Err(foreign(self.object)) }
    }

    /// Keys rise; of one key the newest stands first.
    fn order(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(other.ts.cmp(&self.ts))
    }
}

/// Reads the files and gives what the moment saw.
///
/// *Errors*: [`Error::BadObject`].
pub fn merge(inputs: &[Input], wanted: Wanted<'_>) -> Result<Merged, Error> {
    let mut readers = Vec::with_capacity(inputs.len());
    for input in inputs {
        let reader = Reader::open(&input.bytes).map_err(|cause| corrupt(&input.object, &cause))?;
        if !reader.range_tombstones().iter().all(|t| input.held.allows(t.ts)) {
            return Err(foreign(&input.object));
        }
        readers.push((input, reader));
    }
    let mut tombstones: Vec<RangeTombstone> = Vec::new();
    let mut cursors = Vec::with_capacity(readers.len());
    for (input, reader) in &readers {
        tombstones.extend(reader.range_tombstones().iter().filter(|t| t.ts <= wanted.at).cloned());
        let mut cursor = Cursor {
            object: &input.object,
            held: &input.held,
            span: 0,
            entries: reader.entries(),
            key: Key::new(),
            ts: Timestamp::ZERO,
            value: Vec::new(),
            is_done: false,
        };
        cursor.advance()?;
        cursors.push(cursor);
    }
    let mut out = Output {
        merged: Merged::default(),
        rows: RowCounter::default(),
        wanted,
        key: Key::new(),
        last_table: None,
        last_span: 0,
    };
    let mut decided: Option<Key> = None;
    loop {
        let next = cursors.iter_mut().filter(|cursor| !cursor.is_done).min_by(|a, b| a.order(b));
        let Some(cursor) = next else { return Ok(out.merged) };
        let is_decided = decided.as_ref() == Some(&cursor.key);
        if !is_decided && cursor.ts <= wanted.at {
            let key = decided.get_or_insert_default();
            key.clear();
            key.extend_from_slice(&cursor.key);
            let is_deleted = cursor.value.is_empty()
                || tombstones.iter().any(|t| t.ts > cursor.ts && t.span.contains_key(&cursor.key));
            if !is_deleted {
                out.take(cursor)?;
            }
        }
        cursor.advance()?;
    }
}

struct Output<'a> {
    merged: Merged,
    rows: RowCounter,
    wanted: Wanted<'a>,
    /// The new key, in a place that is used again.
    key: Key,
    /// The table looked up last, and where it goes.
    last_table: Option<(u32, Option<u32>)>,
    /// The span in which the last key lay.
    last_span: usize,
}

impl Output<'_> {
    fn take(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Error> {
        if !value::verify(&cursor.key, &cursor.value) {
            return Err(Error::BadObject {
                object: cursor.object.to_owned(),
                cause: format!("checksum mismatch; value of key {}", keyspan::words(&cursor.key)),
                corrupt: true,
            });
        }
        if !self.is_wanted(&cursor.key) {
            return Ok(());
        }
        let Some((old, rest)) = keyspan::take_uvarint(&cursor.key) else { return Ok(()) };
        let Some(table) = self.table(old) else { return Ok(()) };
        self.key.clear();
        keyspan::push_uvarint(&mut self.key, table);
        self.key.extend_from_slice(rest);
        if table != old {
            value::seal(&self.key, &mut cursor.value);
        }
        let size = to_i64(self.key.len() + cursor.value.len());
        let counts = &mut self.merged.counts;
        counts.data_size = counts.data_size.saturating_add(size);
        if self.rows.is_new(&self.key) {
            if self.wanted.primaries.holds(old, rest) {
                counts.rows += 1;
            } else {
                counts.index_entries += 1;
            }
        }
        self.merged.batch.push(&self.key, self.wanted.stamp, &cursor.value);
        Ok(())
    }

    /// Whether a key lies in one of the spans. Keys come in order, so most lie where the last one did.
    fn is_wanted(&mut self, key: &[u8]) -> bool {
        let spans = self.wanted.spans;
        if spans.get(self.last_span).is_some_and(|span| span.contains_key(key)) {
            return true;
        }
        let after = spans.partition_point(|span| span.start.as_slice() <= key);
        self.last_span = after.saturating_sub(1);
        spans.get(self.last_span).is_some_and(|span| span.contains_key(key))
    }

    fn table(&mut self, old: u32) -> Option<u32> {
        match self.last_table {
            Some((known, to)) if known == old => to,
            _ => {
                let to = self.wanted.tables.get(&old).copied();
                self.last_table = Some((old, to));
                to
            }
        }
    }
}

/// A sound file that is not the one which the manifest describes.
fn foreign(object: &str) -> Error {
    let cause = "checksum mismatch; the file holds keys or times that its manifest does not name";
    Error::BadObject { object: object.to_owned(), cause: cause.to_owned(), corrupt: true }
}

fn corrupt(object: &str, cause: &kv::sst::Error) -> Error {
    let cause = cause.to_string();
    // Whatever is wrong with the bytes, the reader sees a block that is not what its checksum says, or no file at all.
    let cause = if cause.contains("checksum mismatch") {
        cause
    } else {
        format!("checksum mismatch; {cause}")
    };
    Error::BadObject { object: object.to_owned(), cause, corrupt: true }
}
