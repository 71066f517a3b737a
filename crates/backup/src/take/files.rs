//! Data files: exported versions into table files, and what the manifest says of them.
//!
//! ```text
//!   span a ── export ─┐                         data/749…161.sst
//!   span b ── export ─┼─▶ one Builder ─finish─▶ ├ entry: span a, 3 rows, 231 bytes
//!   span c ── (none)  ┘                         └ entry: span b, 1 row,   26 bytes      no entry for c
//! ```
//!
//! Shape: spans are added in order of keys; a span with nothing to tell leaves no entry. Units: bytes; `data_size`
//! counts user keys and values, not times. *Source*: `spec/manifest-wire.md` §3.2, §7, `spec/sst-format.md` §1, §5.

use base::hlc::Timestamp;
use base::num::{to_i64, to_u64};
use base::span::Span;
use kv::Export;
use kv::sst::Format;
use kv::sst::writer::{Options, Writer};
use sql::rules::Rules;

use super::error::Error;
use crate::keyspan::{self, PrimaryIndexes, RowCounter};
use crate::manifest::model::{File, RowCount};

/// The most that one entry of the manifest's list tells of. *Units*: bytes.
pub const ENTRY_BYTES_MAX: u64 = 64 << 20;

/// A data file that grows.
#[derive(Debug)]
pub struct Builder {
    writer: Writer,
    path: String,
    entries: Vec<File>,
    with_size: bool,
    primaries: PrimaryIndexes,
}

/// A finished data file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What the manifest says of it.
    pub entries: Vec<File>,
}

impl Builder {
    /// An empty file that will lie at `path`.
    pub fn new(path: String, rules: Rules, primaries: PrimaryIndexes) -> Self {
        // Range keys, and with them the newer container, came when incrementals had left the full's directory.
        let newer = rules.slim_metadata();
        let format = if newer { Format::PebbleV2 } else { Format::RocksDbV2 };
        Self {
            writer: Writer::new(Options::backup(format)),
            path,
            entries: Vec::new(),
            with_size: newer,
            primaries,
        }
    }

    /// Bytes of keys and values so far.
    pub fn data_bytes(&self) -> u64 {
        self.writer.data_bytes()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds what a span gave. `window` is set for introduced spans, whose part is (0, start of the layer].
    ///
    /// *Errors*: entries out of order.
    pub fn add(
        &mut self,
        span: &Span,
        export: &Export,
        window: Option<(Timestamp, Timestamp)>,
    ) -> Result<(), Error> {
        if export.batch.is_empty() && export.tombstones.is_empty() {
            return Ok(());
        }
        let broken = |cause| Error::TableFile { cause };
        let mut counts = RowCount::default();
        let mut rows = RowCounter::default();
        for (key, ts, value) in export.batch.iter() {
            self.writer.add(key, ts, value).map_err(broken)?;
            counts.data_size = counts.data_size.saturating_add(to_i64(key.len() + value.len()));
            if rows.is_new(key) {
                let is_row = keyspan::take_uvarint(key)
                    .is_some_and(|(table, rest)| self.primaries.holds(table, rest));
                if is_row {
                    counts.rows += 1;
                } else {
                    counts.index_entries += 1;
                }
            }
        }
        for tombstone in &export.tombstones {
            self.writer.add_range_tombstone(tombstone).map_err(broken)?;
        }
        let (start, end) = window.unwrap_or_default();
        self.entries.push(File {
            span: span.clone().into(),
            path: self.path.clone(),
            entry_counts: counts,
            start_time: start.into(),
            end_time: end.into(),
            locality_kv: String::new(),
            backing_file_size: 0,
        });
        Ok(())
    }

    /// The file's bytes and entries.
    ///
    /// *Errors*: those of the writer.
    pub fn finish(self) -> Result<DataFile, Error> {
        let mut entries = self.entries;
        let bytes = self.writer.finish().map_err(|cause| Error::TableFile { cause })?;
        if self.with_size {
            for entry in &mut entries {
                entry.backing_file_size = to_u64(bytes.len());
            }
        }
        Ok(DataFile { bytes, entries })
    }
}
