//! Entries in order → bytes of a table file.
//!
//! ```text
//!   add, add, add …  ─▶ data block ─▶ data block ─▶ …       each checked, perhaps compressed
//!   finish           ─▶ index ─▶ [range keys] ─▶ properties ─▶ metaindex ─▶ footer
//! ```
//!
//! Shape: one level of index, a restart every 16 entries. Units: bytes.
//! Left out: bloom filter, block properties, shortened index keys: readers do without.
//! *Source*: `spec/sst-format.md` §2–§7.

use base::hlc::Timestamp;
use base::num::to_u64;

use super::block::{BlockBuilder, Handle, append, trailer, varint_into};
use super::{Error, Format, KIND_RANGE_KEY_SET, KIND_SET, MAGIC_PEBBLE, MAGIC_ROCKSDB};
use crate::mvcc::RangeTombstone;
use crate::mvcc::key;
use crate::mvcc::tombstones::{Fragment, RangeTombstones};

/// How to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// The container.
    pub format: Format,
    /// Whether blocks are compressed with Snappy where that saves an eighth.
    pub snappy: bool,
    /// Target size of a data block. *Units*: bytes.
    pub block_bytes: usize,
}

impl Options {
    /// What backups use: blocks of 128 KiB, Snappy.
    pub const fn backup(format: Format) -> Self {
        Self { format, snappy: true, block_bytes: 128 << 10 }
    }
}

#[derive(Debug, Default)]
struct Counts {
    entries: u64,
    deleted: u64,
    key_bytes: u64,
    value_bytes: u64,
    data_blocks: u64,
    /// Of user keys and values: what file size settings speak of.
    data_bytes: u64,
}

/// Collects entries.
#[derive(Debug)]
pub struct Writer {
    options: Options,
    file: Vec<u8>,
    data: BlockBuilder,
    index: BlockBuilder,
    tombstones: RangeTombstones,
    counts: Counts,
    internal_key: Vec<u8>,
    last_user_key: Vec<u8>,
    last_ts: Timestamp,
    encoder: snap::raw::Encoder,
    compressed: Vec<u8>,
}

impl Writer {
    /// A writer of an empty file.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            file: Vec::new(),
            data: BlockBuilder::new(16),
            index: BlockBuilder::new(1),
            tombstones: RangeTombstones::default(),
            counts: Counts::default(),
            internal_key: Vec::new(),
            last_user_key: Vec::new(),
            last_ts: Timestamp::ZERO,
            encoder: snap::raw::Encoder::new(),
            compressed: Vec::new(),
        }
    }

    /// Adds a version. [`Timestamp::ZERO`] writes a key without version.
    ///
    /// *Errors*: [`Error::Unsorted`] if it does not come after all before it.
    pub fn add(&mut self, key: &[u8], ts: Timestamp, value: &[u8]) -> Result<(), Error> {
        let last = (self.last_user_key.as_slice(), self.last_ts);
        if self.counts.entries > 0 && key::compare(last, (key, ts)).is_ge() {
            return Err(Error::Unsorted);
        }
        self.internal_key.clear();
        key::encode_into(&mut self.internal_key, key, ts);
        self.internal_key.extend_from_slice(&trailer(KIND_SET));
        let more = self.internal_key.len() + value.len();
        if !self.data.is_empty() && self.data.size() + more > self.options.block_bytes {
            self.close_block();
        }
        self.data.add(&self.internal_key, value);
        self.counts.entries += 1;
        self.counts.key_bytes += to_u64(self.internal_key.len());
        self.counts.value_bytes += to_u64(value.len());
        self.counts.data_bytes += to_u64(key.len() + value.len());
        self.last_user_key.clear();
        self.last_user_key.extend_from_slice(key);
        self.last_ts = ts;
        Ok(())
    }

    /// Adds a range tombstone, in any order; only [`Format::PebbleV2`] can hold them.
    ///
    /// *Errors*: [`Error::Unsupported`] for other formats.
    pub fn add_range_tombstone(&mut self, tombstone: &RangeTombstone) -> Result<(), Error> {
        if self.options.format < Format::PebbleV2 {
            return Err(Error::Unsupported { what: "range keys in this format".to_owned() });
        }
        self.tombstones.add(&tombstone.span, tombstone.ts);
        Ok(())
    }

    /// Bytes of keys and values added so far: what file size settings are compared with.
    pub const fn data_bytes(&self) -> u64 {
        self.counts.data_bytes
    }

    /// How many versions were added.
    pub const fn entries(&self) -> u64 {
        self.counts.entries
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.counts.entries == 0 && self.tombstones.is_empty()
    }

    /// The file.
    ///
    /// *Errors*: none at present beyond those of adding.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        if !self.data.is_empty() || self.counts.data_blocks == 0 {
            self.close_block();
        }
        let data_size = to_u64(self.file.len());
        let index = self.index.finish();
        let index = append(&mut self.file, index, 0);
        let mut metaindex = BlockBuilder::new(1);
        let mut properties = Properties::default();
        self.common_properties(&mut properties, data_size, index);
        if !self.tombstones.is_empty() {
            let mut block = BlockBuilder::new(1);
            properties.range_keys(self.tombstones.fragments(), &mut block);
            let handle = append(&mut self.file, block.finish(), 0);
            metaindex.add(b"pebble.range_key", &encoded(handle));
        }
        let handle = append(&mut self.file, properties.block().finish(), 0);
        metaindex.add(b"rocksdb.properties", &encoded(handle));
        let metaindex = append(&mut self.file, metaindex.finish(), 0);
        self.footer(metaindex, index);
        Ok(self.file)
    }

    fn close_block(&mut self) {
        let last_key = self.data.last_key().to_vec();
        let block = self.data.finish();
        let mut handle = None;
        if self.options.snappy && !block.is_empty() {
            self.compressed.resize(snap::raw::max_compress_len(block.len()), 0);
            let packed = self.encoder.compress(block, &mut self.compressed);
            if let Ok(length) = packed
                && length + length / 7 < block.len()
            {
                handle = Some(append(&mut self.file, &self.compressed[..length], 1));
            }
        }
        let handle = match handle {
            Some(handle) => handle,
            None => append(&mut self.file, block, 0),
        };
        self.data.reset();
        self.counts.data_blocks += 1;
        if self.counts.entries > 0 {
            self.index.add(&last_key, &encoded(handle));
        } else {
            let mut behind = vec![0];
            behind.extend_from_slice(&trailer(KIND_SET));
            self.index.add(&behind, &encoded(handle));
        }
    }

    fn common_properties(&self, properties: &mut Properties, data_size: u64, index: Handle) {
        let counts = &self.counts;
        let zero_numbers: &[&str] = match self.options.format {
            Format::RocksDbV2 => &[
                "rocksdb.creation.time",
                "rocksdb.fixed.key.length",
                "rocksdb.format.version",
                "rocksdb.index.key.is.user.key",
                "rocksdb.index.value.is.delta.encoded",
                "rocksdb.oldest.key.time",
            ],
            Format::PebbleV2 => &[],
        };
        for name in zero_numbers {
            properties.number(name, 0);
        }
        if self.options.format == Format::RocksDbV2 {
            properties.number("rocksdb.column.family.id", 2_147_483_647);
        }
        let compression = if self.options.snappy { "Snappy" } else { "NoCompression" };
        properties.text("rocksdb.block.based.table.index.type", &[0; 4]);
        properties.text("rocksdb.block.based.table.prefix.filtering", b"0");
        properties.text("rocksdb.block.based.table.whole.key.filtering", b"0");
        properties.text("rocksdb.comparator", super::COMPARATOR);
        properties.text("rocksdb.compression", compression.as_bytes());
        properties.number("rocksdb.data.size", data_size);
        properties.number("rocksdb.deleted.keys", counts.deleted);
        properties.number("rocksdb.filter.size", 0);
        properties.number("rocksdb.index.size", index.length + 5);
        properties.number("rocksdb.merge.operands", 0);
        properties.text("rocksdb.merge.operator", b"nullptr");
        properties.number("rocksdb.num.data.blocks", counts.data_blocks);
        properties.number("rocksdb.num.entries", counts.entries);
        properties.number("rocksdb.num.range-deletions", 0);
        properties.text("rocksdb.property.collectors", b"[]");
        properties.number("rocksdb.raw.key.size", counts.key_bytes);
        properties.number("rocksdb.raw.value.size", counts.value_bytes);
    }

    fn footer(&mut self, metaindex: Handle, index: Handle) {
        let mut footer = vec![1];
        metaindex.encode_into(&mut footer);
        index.encode_into(&mut footer);
        footer.resize(41, 0);
        footer.extend_from_slice(&2_u32.to_le_bytes());
        footer.extend_from_slice(match self.options.format {
            Format::RocksDbV2 => &MAGIC_ROCKSDB,
            Format::PebbleV2 => &MAGIC_PEBBLE,
        });
        self.file.extend_from_slice(&footer);
    }
}

fn encoded(handle: Handle) -> Vec<u8> {
    let mut out = Vec::with_capacity(12);
    handle.encode_into(&mut out);
    out
}

/// Names and values, to be sorted.
#[derive(Debug, Default)]
struct Properties {
    all: Vec<(String, Vec<u8>)>,
}

impl Properties {
    fn text(&mut self, name: &str, value: &[u8]) {
        self.all.push((name.to_owned(), value.to_vec()));
    }

    fn number(&mut self, name: &str, value: u64) {
        let mut bytes = Vec::new();
        varint_into(&mut bytes, value);
        self.text(name, &bytes);
    }

    /// The range keys go into `block`, what is to be said of them among the properties.
    fn range_keys(&mut self, fragments: &[Fragment], block: &mut BlockBuilder) {
        let (mut key_bytes, mut value_bytes) = (0, 0);
        for fragment in fragments {
            let mut key = key::encode(&fragment.span.start, Timestamp::ZERO);
            key.extend_from_slice(&trailer(KIND_RANGE_KEY_SET));
            let end = key::encode(&fragment.span.end, Timestamp::ZERO);
            let mut value = Vec::new();
            varint_into(&mut value, to_u64(end.len()));
            value.extend_from_slice(&end);
            for ts in &fragment.times {
                let mut version = Vec::with_capacity(13);
                key::version_into(&mut version, *ts);
                varint_into(&mut value, to_u64(version.len()));
                value.extend_from_slice(&version);
                value.push(0);
            }
            key_bytes += to_u64(key.len());
            value_bytes += to_u64(value.len());
            block.add(&key, &value);
        }
        self.number("pebble.num.range-key-dels", 0);
        self.number("pebble.num.range-key-sets", to_u64(fragments.len()));
        self.number("pebble.num.range-key-unsets", 0);
        self.number("pebble.raw.range-key.key.size", key_bytes);
        self.number("pebble.raw.range-key.value.size", value_bytes);
    }

    fn block(mut self) -> BlockBuilder {
        self.all.sort();
        let mut block = BlockBuilder::new(0);
        self.all.iter().for_each(|(name, value)| block.add(name.as_bytes(), value));
        block
    }
}
