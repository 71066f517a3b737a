//! Pairs back to rows.
//!
//! ```text
//!   /Table/106/1/2/0    family 0  ┐
//!   /Table/106/1/2/1/1  family 1  ┴─▶ one row       the key without its family part tells where a row ends
//!   /Table/106/1/3/0    family 0  ──▶ next row
//! ```
//!
//! Shape: fed in key order. Only the columns asked for are decoded; the others stay NULL. A key column is taken from the
//! key, and again from the value where the key does not tell all.

use kv::mvcc::value::{self as whole, tag};

use super::codec::{IndexCodec, RowCodec};
use super::{key, lone, part, value};
use crate::types::{Datum, Error};

/// Puts rows together from the pairs of one index.
#[derive(Clone, Debug)]
pub struct RowDecoder<'a> {
    codec: &'a RowCodec,
    index: &'a IndexCodec,
    needed: Vec<bool>,
    /// Key columns up to the last one needed: what follows is not looked at.
    key_len: usize,
    /// The greatest id among the needed columns: what follows in a tuple is not looked at. 0 for none.
    last_id: u64,
    /// Whether a row has one pair: then its key need not be kept.
    single: bool,
    /// The key of the row at hand without its family part.
    current: Vec<u8>,
    row: Option<Vec<Datum>>,
}

impl<'a> RowDecoder<'a> {
    /// Rows of `index`; `needed[ordinal]` says which columns are looked at, the others stay NULL.
    pub fn new(codec: &'a RowCodec, index: &'a IndexCodec, needed: &[bool]) -> Self {
        let is_needed = |ordinal: usize| needed.get(ordinal).copied().unwrap_or(false);
        let key_len =
            index.key.iter().rposition(|(ordinal, _)| is_needed(*ordinal)).map_or(0, |at| at + 1);
        Self {
            codec,
            index,
            needed: needed.to_vec(),
            key_len,
            last_id: codec
                .columns
                .iter()
                .enumerate()
                .filter(|(ordinal, _)| is_needed(*ordinal))
                .map(|(_, column)| u64::from(column.id))
                .max()
                .unwrap_or(0),
            single: !index.is_primary || codec.families.len() == 1,
            current: Vec::new(),
            row: None,
        }
    }

    /// Takes in the next pair; gives the row before it, if this pair begins another.
    ///
    /// *Errors*: bytes that are no row of the index.
    pub fn feed(&mut self, key: &[u8], value: &[u8]) -> Result<Option<Vec<Datum>>, Error> {
        let mut done = None;
        if self.single {
            done = self.row.take();
        } else {
            let prefix = super::row_prefix(key).ok_or_else(key::broken)?;
            if self.row.is_none() || prefix != self.current {
                done = self.row.take();
                self.current.clear();
                self.current.extend_from_slice(prefix);
            }
        }
        let mut row = match self.row.take() {
            Some(row) => row,
            None => self.begin(key)?,
        };
        self.take_value(key, value, &mut row)?;
        self.row = Some(row);
        Ok(done)
    }

    /// The last row.
    pub fn finish(&mut self) -> Option<Vec<Datum>> {
        self.row.take()
    }

    /// One pair that is a whole row, at once: for indexes with one pair a row, and point reads of family 0.
    ///
    /// *Errors*: bytes that are no row of the index.
    pub fn one(&mut self, key: &[u8], value: &[u8]) -> Result<Vec<Datum>, Error> {
        let mut row = self.begin(key)?;
        self.take_value(key, value, &mut row)?;
        Ok(row)
    }

    /// Whether each pair is a whole row, so that [`Self::one_into`] may be used.
    pub const fn is_single(&self) -> bool {
        self.single
    }

    /// The same as [`Self::one`] into a row that is there: needed columns are written, the others left as they are.
    ///
    /// *Errors*: bytes that are no row of the index.
    pub fn one_into(&self, key: &[u8], value: &[u8], row: &mut [Datum]) -> Result<(), Error> {
        for (place, needed) in row.iter_mut().zip(&self.needed) {
            if *needed {
                *place = Datum::Null;
            }
        }
        self.take_key(key, row)?;
        self.take_value(key, value, row)
    }

    fn is_needed(&self, ordinal: usize) -> bool {
        self.needed.get(ordinal).copied().unwrap_or(false)
    }

    /// A row with its key columns.
    fn begin(&self, key: &[u8]) -> Result<Vec<Datum>, Error> {
        let mut row = Vec::new();
        row.resize_with(self.codec.columns.len(), || Datum::Null);
        self.take_key(key, &mut row)?;
        Ok(row)
    }

    fn take_key(&self, key: &[u8], row: &mut [Datum]) -> Result<(), Error> {
        if self.key_len == 0 && self.index.is_primary {
            return Ok(());
        }
        let mut rest = key.strip_prefix(self.index.prefix.as_slice()).ok_or_else(key::broken)?;
        for (ordinal, desc) in self.index.key.iter().take(self.key_len) {
            self.take_part(&mut rest, *ordinal, *desc, row)?;
        }
        if self.index.is_primary || self.index.unique || self.index.suffix.is_empty() {
            return Ok(());
        }
        for (_, _) in self.index.key.iter().skip(self.key_len) {
            key::skip(&mut rest)?;
        }
        for ordinal in &self.index.suffix {
            self.take_part(&mut rest, *ordinal, false, row)?;
        }
        Ok(())
    }

    fn take_part(
        &self,
        rest: &mut &[u8],
        ordinal: usize,
        desc: bool,
        row: &mut [Datum],
    ) -> Result<(), Error> {
        if let (true, Some(place), Some(column)) =
            (self.is_needed(ordinal), row.get_mut(ordinal), self.codec.columns.get(ordinal))
        {
            *place = key::decode(rest, &column.ty, desc)?;
            Ok(())
        } else {
            key::skip(rest)
        }
    }

    fn take_value(&self, key: &[u8], bytes: &[u8], row: &mut [Datum]) -> Result<(), Error> {
        if self.last_id == 0 {
            return Ok(());
        }
        let simple = whole::simple(bytes).ok_or_else(value::broken)?;
        let parts = whole::decode(simple).ok_or_else(value::broken)?;
        if parts.tag == tag::TUPLE {
            return self.take_tuple(parts.data, row);
        }
        let mut data = parts.data;
        if !self.index.is_primary {
            if self.index.unique {
                for ordinal in &self.index.suffix {
                    self.take_part(&mut data, *ordinal, false, row)?;
                }
            }
            return self.take_tuple(data, row);
        }
        let family = family_of(key).ok_or_else(key::broken)?;
        let alone =
            self.codec.families.iter().find(|found| found.id == family).and_then(|f| f.lone);
        // A family that is not known belongs to a column that has been dropped.
        if let Some(ordinal) = alone.filter(|ordinal| self.is_needed(*ordinal))
            && let (Some(place), Some(column)) =
                (row.get_mut(ordinal), self.codec.columns.get(ordinal))
        {
            *place = lone::take(parts.tag, data, &column.ty).ok_or_else(value::broken)?;
        }
        Ok(())
    }

    fn take_tuple(&self, mut data: &[u8], row: &mut [Datum]) -> Result<(), Error> {
        let mut id = 0_u64;
        while !data.is_empty() {
            let (delta, kind) = value::take_head(&mut data).ok_or_else(value::broken)?;
            id = id.saturating_add(delta);
            if id > self.last_id {
                break;
            }
            let ordinal = self
                .codec
                .by_id
                .get(base::num::to_usize(id))
                .and_then(|ordinal| usize::from(*ordinal).checked_sub(1))
                .filter(|ordinal| self.is_needed(*ordinal));
            if let Some(ordinal) = ordinal
                && let (Some(place), Some(column)) =
                    (row.get_mut(ordinal), self.codec.columns.get(ordinal))
            {
                *place =
                    value::take_column(&mut data, kind, &column.ty).ok_or_else(value::broken)?;
                if id == self.last_id {
                    break;
                }
            } else {
                value::skip_column(&mut data, kind).ok_or_else(value::broken)?;
            }
        }
        Ok(())
    }
}

/// The family at the end of a key of a primary index.
fn family_of(key: &[u8]) -> Option<u32> {
    let mut family = key.get(super::row_prefix(key)?.len()..)?;
    u32::try_from(part::take_uvarint(&mut family)?).ok()
}

impl IndexCodec {
    /// The value of a row's key columns, and for secondary indexes of the rest of the primary key where the key holds
    /// it: for messages that name a key.
    ///
    /// *Errors*: bytes that are no key of the index.
    pub fn key_values(&self, codec: &RowCodec, key: &[u8]) -> Result<Vec<Datum>, Error> {
        let mut rest = key.strip_prefix(self.prefix.as_slice()).ok_or_else(key::broken)?;
        self.key
            .iter()
            .map(|(ordinal, desc)| {
                let column = codec.columns.get(*ordinal).ok_or_else(key::broken)?;
                key::decode(&mut rest, &column.ty, *desc)
            })
            .collect()
    }
}
