//! Bytes of a table file → entries, checked.
//!
//! ```text
//!   footer ─▶ metaindex ─▶ properties, range keys
//!          └▶ index (one or two levels) ─▶ data blocks, one after the other
//! ```
//!
//! Shape: reads LevelDB, RocksDBv2 and Pebble v1–v4 tables with blocks that are plain or Snappy. Every block is checked
//! before it is believed.
//! Errors: [`Error::Corrupt`] with the place, [`Error::Unsupported`] for columnar tables (v5 on) and other compressions.
//! Left out: value blocks, merges and deletions of the engine below MVCC: backups hold none.
//! *Source*: `spec/sst-format.md`.

use base::hlc::Timestamp;
use base::num::{to_u64, to_usize};
use base::span::Span;

use super::block::{BlockEntries, Handle, read, split_internal, varint};
use super::{
    COMPARATOR, Error, KIND_RANGE_KEY_SET, KIND_SET, KIND_SET_WITH_DELETE, MAGIC_LEVELDB,
    MAGIC_PEBBLE, MAGIC_ROCKSDB,
};
use crate::mvcc::batch::Entry;
use crate::mvcc::tombstones::{Fragment, RangeTombstones};
use crate::mvcc::{RangeTombstone, key, value};

/// The most index blocks and data blocks that a file may name.
const BLOCKS_MAX: usize = 1 << 22;

/// An opened file: footer, index and properties read and checked; data blocks are read as they are reached.
#[derive(Debug)]
pub struct Reader<'a> {
    file: &'a [u8],
    blocks: Vec<Handle>,
    tombstones: Vec<RangeTombstone>,
    properties: Vec<(Vec<u8>, Vec<u8>)>,
    has_value_prefix: bool,
}

struct Footer {
    metaindex: Handle,
    index: Handle,
    /// Of Pebble's formats; 0 for the older ones.
    pebble_version: u32,
}

impl<'a> Reader<'a> {
    /// Opens `file`.
    ///
    /// *Errors*: [`Error::Corrupt`] for broken bytes, [`Error::Unsupported`] for columnar and unknown formats.
    pub fn open(file: &'a [u8]) -> Result<Self, Error> {
        let footer = footer(file)?;
        let mut reader = Self {
            file,
            blocks: Vec::new(),
            tombstones: Vec::new(),
            properties: Vec::new(),
            has_value_prefix: footer.pebble_version >= 3,
        };
        let mut metaindex = entries(file, footer.metaindex)?;
        while let Some((name, mut handle)) = metaindex.next()? {
            let handle = Handle::decode(&mut handle);
            let Some(handle) = handle else { return Err(bad("bad handle", footer.metaindex)) };
            match name {
                b"rocksdb.properties" => reader.read_properties(handle)?,
                b"pebble.range_key" => reader.read_range_keys(handle)?,
                b"pebble.value_index" => {
                    return Err(Error::Unsupported { what: "value blocks".to_owned() });
                }
                _ => {}
            }
        }
        let is_two_level = reader
            .property(b"rocksdb.block.based.table.index.type")
            .is_some_and(|kind| kind.first() == Some(&2));
        reader.read_index(footer.index, is_two_level)?;
        Ok(reader)
    }

    /// The value of a property of the file.
    pub fn property(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.properties.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_slice())
    }

    /// The range tombstones, in order of start, newest first.
    pub fn range_tombstones(&self) -> &[RangeTombstone] {
        &self.tombstones
    }

    /// A walk over all entries in order.
    pub fn entries(&self) -> Entries<'_> {
        Entries { reader: self, next_block: 0, block: None }
    }

    fn read_properties(&mut self, handle: Handle) -> Result<(), Error> {
        let mut properties = entries(self.file, handle)?;
        while let Some((name, value)) = properties.next()? {
            self.properties.push((name.to_vec(), value.to_vec()));
        }
        match self.property(b"rocksdb.comparator") {
            Some(name) if name != COMPARATOR => {
                let name = String::from_utf8_lossy(name).into_owned();
                Err(Error::Unsupported { what: format!("comparator {name}") })
            }
            _ => Ok(()),
        }
    }

    fn read_index(&mut self, handle: Handle, is_two_level: bool) -> Result<(), Error> {
        let mut index = entries(self.file, handle)?;
        while let Some((_, mut below)) = index.next()? {
            let below = Handle::decode(&mut below).ok_or(bad("bad handle", handle))?;
            if is_two_level {
                self.read_index(below, false)?;
            } else {
                self.blocks.push(below);
            }
            if self.blocks.len() > BLOCKS_MAX {
                return Err(bad("too many blocks", handle));
            }
        }
        Ok(())
    }

    fn read_range_keys(&mut self, handle: Handle) -> Result<(), Error> {
        let mut tombstones = RangeTombstones::default();
        let mut block = entries(self.file, handle)?;
        while let Some((internal, value)) = block.next()? {
            let corrupt = || bad("bad range key", handle);
            let (engine, kind) = split_internal(internal).ok_or_else(corrupt)?;
            if kind != KIND_RANGE_KEY_SET {
                return Err(Error::Unsupported { what: format!("range key of kind {kind}") });
            }
            let (start, _) = key::split(engine).ok_or_else(corrupt)?;
            let fragment = range_key(start, value).ok_or_else(corrupt)?;
            fragment.times.iter().for_each(|ts| tombstones.add(&fragment.span, *ts));
        }
        self.tombstones = tombstones.to_list();
        Ok(())
    }
}

/// Takes the value of a range key set apart.
fn range_key(start: &[u8], mut value: &[u8]) -> Option<Fragment> {
    let (end, _) = key::split(take(&mut value)?)?;
    let mut times = Vec::new();
    while !value.is_empty() {
        times.push(key::decode_version(take(&mut value)?)?);
        take(&mut value)?;
    }
    Some(Fragment { span: Span::new(start, end), times })
}

/// Takes a length and so many bytes off the front.
fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = to_usize(varint(bytes)?);
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn bad(what: &'static str, handle: Handle) -> Error {
    Error::Corrupt { what, offset: handle.offset }
}

fn entries(file: &[u8], handle: Handle) -> Result<BlockEntries<'_>, Error> {
    BlockEntries::new(read(file, handle)?, handle.offset)
}

fn footer(file: &[u8]) -> Result<Footer, Error> {
    let corrupt = Error::Corrupt { what: "not a table file", offset: to_u64(file.len()) };
    let Some((rest, magic)) = file.split_last_chunk::<8>() else { return Err(corrupt) };
    let mut pebble_version = 0;
    let mut handles = match *magic {
        MAGIC_LEVELDB => {
            let Some(handles) = rest.last_chunk::<40>() else { return Err(corrupt) };
            &handles[..]
        }
        MAGIC_ROCKSDB | MAGIC_PEBBLE => {
            let Some((rest, version)) = rest.split_last_chunk::<4>() else { return Err(corrupt) };
            let version = u32::from_le_bytes(*version);
            if *magic == MAGIC_PEBBLE {
                pebble_version = version;
            }
            if pebble_version >= 5 {
                let what = format!("columnar table (format v{version})");
                return Err(Error::Unsupported { what });
            }
            let Some([checksum, handles @ ..]) = rest.last_chunk::<41>() else {
                return Err(corrupt);
            };
            if *checksum != 1 {
                return Err(Error::Unsupported { what: format!("checksum of kind {checksum}") });
            }
            handles
        }
        _ => return Err(corrupt),
    };
    let metaindex = Handle::decode(&mut handles);
    let index = Handle::decode(&mut handles);
    match (metaindex, index) {
        (Some(metaindex), Some(index)) => Ok(Footer { metaindex, index, pebble_version }),
        _ => Err(corrupt),
    }
}

/// A walk over the entries of a file.
#[derive(Debug)]
pub struct Entries<'a> {
    reader: &'a Reader<'a>,
    next_block: usize,
    block: Option<(Handle, BlockEntries<'a>)>,
}

impl Entries<'_> {
    /// The next entry, its bytes lent until the next call. Values behind a header come without it.
    ///
    /// *Errors*: [`Error::Corrupt`] when a block's checksum or form is wrong.
    #[expect(clippy::should_implement_trait, reason = "it lends, an Iterator cannot")]
    pub fn next(&mut self) -> Result<Option<Entry<'_>>, Error> {
        while self.block.as_ref().is_none_or(|(_, block)| block.is_done()) {
            let Some(handle) = self.reader.blocks.get(self.next_block) else { return Ok(None) };
            self.block = Some((*handle, entries(self.reader.file, *handle)?));
            self.next_block += 1;
        }
        let Some((handle, block)) = &mut self.block else { return Ok(None) };
        let Some((internal, stored)) = block.next()? else { return Ok(None) };
        let (engine, kind) = split_internal(internal).ok_or(bad("bad key", *handle))?;
        // The bit that marks obsolete entries (v4) says nothing here.
        let kind = kind & 0xbf;
        if kind != KIND_SET && kind != KIND_SET_WITH_DELETE {
            return Err(Error::Unsupported { what: format!("entry of kind {kind}") });
        }
        let (key, ts): (&[u8], Timestamp) = key::decode(engine).ok_or(bad("bad key", *handle))?;
        let stored = if self.reader.has_value_prefix && kind == KIND_SET {
            match stored.split_first() {
                Some((prefix, rest)) if prefix & 0xc0 == 0 => rest,
                _ => return Err(Error::Unsupported { what: "value outside its block".to_owned() }),
            }
        } else {
            stored
        };
        let stored = value::simple(stored).ok_or(bad("bad value header", *handle))?;
        Ok(Some((key, ts, stored)))
    }
}
