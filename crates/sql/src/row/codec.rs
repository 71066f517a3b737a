//! What a table descriptor says about its rows: which column stands where.
//!
//! ```text
//!   (id INT PRIMARY KEY, name STRING, price DECIMAL, INDEX (name))
//!
//!   ordinal   0        1      2            primary: key [0], family 0: tuple of 1, 2
//!   column    1        2      3            secondary 2: key [1], suffix [0]
//! ```
//!
//! Shape: encoding appends into buffers that the caller may reuse. Values are whole: checksum, tag, data.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::sort;
use base::span::{Span, prefix_end};
use kv::mvcc::value::{seal, tag};

use super::{key, lone, part, put_family, value};
use crate::catalog::descpb::{ColumnDescriptor, IndexDescriptor, TableDescriptor};
use crate::types::wire::{TypeSource, from_message};
use crate::types::{Datum, Decimal, Error, Type};

/// Schema change states in which a column or index takes no new values.
const DELETE_ONLY: i32 = 1;

/// A column as rows see it.
#[derive(Clone, Debug)]
pub struct CodecColumn {
    /// The descriptor's column id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether NULL may stand in it.
    pub nullable: bool,
    /// Whether it is computed when read and never stored.
    pub is_virtual: bool,
}

/// A column family.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) id: u32,
    /// Ordinals of the columns that stand in its values, in the order of their ids.
    pub(crate) columns: Vec<usize>,
    /// The one column that is written alone, with its own tag.
    pub(crate) lone: Option<usize>,
}

/// How the rows of a table are written.
#[derive(Clone, Debug)]
pub struct RowCodec {
    /// The table's id.
    pub table_id: u32,
    /// Columns by ordinal.
    pub columns: Vec<CodecColumn>,
    /// How many of them are public: those come first.
    pub public: usize,
    /// The primary index.
    pub primary: IndexCodec,
    /// The secondary indexes: public ones in the descriptor's order, then those being built or removed.
    pub secondary: Vec<IndexCodec>,
    pub(crate) families: Vec<Family>,
    /// Ordinal + 1 of the column with an id; 0 for none.
    pub(crate) by_id: Vec<u16>,
}

/// How one index is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the index")]
pub struct IndexCodec {
    /// The descriptor's index id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Whether it is a primary index.
    pub is_primary: bool,
    /// Whether no two rows may have one key.
    pub unique: bool,
    /// Ordinals of the key columns with their directions (`true`: descending).
    pub key: Vec<(usize, bool)>,
    /// Ordinals of the rest of the primary key (secondary indexes).
    pub suffix: Vec<usize>,
    /// Ordinals of the columns in its values: stored and composite ones, in the order of their ids.
    pub stored: Vec<usize>,
    /// `/Table/<id>/<index>`.
    pub prefix: Vec<u8>,
    /// Whether reads may use it.
    pub public: bool,
    /// Whether new entries are written (else only old ones are removed).
    pub writable: bool,
}

/// Where an encoded pair goes: key and whole value.
pub type Sink<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), Error> + 'a;

impl RowCodec {
    /// How the rows of `table` are written.
    ///
    /// *Errors*: a type that Amber does not hold, an index over a column that is not there.
    pub fn new(table: &TableDescriptor, types: &dyn TypeSource) -> Result<Self, Error> {
        let changing = table.mutations.iter().filter_map(|mutation| mutation.column.as_ref());
        let columns = table
            .columns
            .iter()
            .chain(changing)
            .map(|column| codec_column(column, types))
            .collect::<Result<Vec<_>, _>>()?;
        let mut by_id = Vec::new();
        for (ordinal, column) in columns.iter().enumerate() {
            let id = base::num::index(column.id);
            if id >= by_id.len() {
                by_id.resize(id + 1, 0);
            }
            by_id[id] = u16::try_from(ordinal + 1)
                .map_err(|_| Error::Unsupported("tables with so many columns".to_owned()))?;
        }
        let mut codec = Self {
            table_id: table.id,
            public: table.columns.len(),
            columns,
            primary: IndexCodec::empty(),
            secondary: Vec::new(),
            families: Vec::new(),
            by_id,
        };
        codec.primary = codec.index_codec(&table.primary_index, true)?;
        codec.primary.is_primary = true;
        codec.families = codec.families(table)?;
        for index in table.indexes.iter().filter(|index| index.kind == 0) {
            let index = codec.index_codec(index, false)?;
            codec.secondary.push(index);
        }
        for mutation in &table.mutations {
            if let Some(index) = mutation.index.as_ref().filter(|index| index.kind == 0) {
                let mut index = codec.index_codec(index, index.encoding_type == 1)?;
                index.public = false;
                index.writable = mutation.state != DELETE_ONLY;
                codec.secondary.push(index);
            }
        }
        Ok(codec)
    }

    fn index_codec(&self, index: &IndexDescriptor, primary: bool) -> Result<IndexCodec, Error> {
        let find = |id: &u32| {
            self.ordinal_of(*id).ok_or(Error::Corrupt("index over a column that does not exist"))
        };
        let mut key = Vec::with_capacity(index.key_column_ids.len());
        for (at, id) in index.key_column_ids.iter().enumerate() {
            let desc = index.key_column_directions.get(at).is_some_and(|direction| *direction == 1);
            key.push((find(id)?, desc));
        }
        let suffix = index.key_suffix_column_ids.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let mut stored = Vec::new();
        if !primary {
            let composite = index.composite_column_ids.iter();
            stored = index
                .store_column_ids
                .iter()
                .chain(composite)
                .map(find)
                .collect::<Result<_, _>>()?;
            // A descriptor may name only the composite ones of its own key: those of the rest of the primary key lose
            // as much.
            let in_key = key.iter().map(|(ordinal, _)| *ordinal).chain(suffix.iter().copied());
            stored.extend(in_key.filter(|ordinal| {
                self.columns.get(*ordinal).is_some_and(|column| column.ty.is_composite())
            }));
            sort::by_key(&mut stored, |ordinal| self.columns.get(*ordinal).map(|column| column.id));
            stored.dedup();
        }
        Ok(IndexCodec {
            id: index.id,
            name: index.name.clone(),
            is_primary: primary,
            unique: index.unique || primary,
            key,
            suffix,
            stored,
            prefix: super::index_prefix(self.table_id, index.id),
            public: true,
            writable: true,
        })
    }

    fn families(&self, table: &TableDescriptor) -> Result<Vec<Family>, Error> {
        let in_key = |ordinal: usize| {
            self.primary.key.iter().any(|(key, _)| *key == ordinal)
                && self.columns.get(ordinal).is_some_and(|column| !column.ty.is_composite())
        };
        let mut families = Vec::with_capacity(table.families.len().max(1));
        for family in &table.families {
            let mut columns = Vec::with_capacity(family.column_ids.len());
            for id in &family.column_ids {
                let Some(ordinal) = self.ordinal_of(*id) else {
                    return Err(Error::Corrupt("family with a column that does not exist"));
                };
                let is_virtual = self.columns.get(ordinal).is_some_and(|column| column.is_virtual);
                if !in_key(ordinal) && !is_virtual {
                    columns.push(ordinal);
                }
            }
            sort::by_key(&mut columns, |ordinal| {
                self.columns.get(*ordinal).map(|column| column.id)
            });
            let lone = (family.id != 0 && family.default_column_id != 0)
                .then(|| self.ordinal_of(family.default_column_id))
                .flatten();
            families.push(Family { id: family.id, columns, lone });
        }
        if families.is_empty() {
            let columns = (0..self.columns.len()).filter(|ordinal| !in_key(*ordinal)).collect();
            families.push(Family { id: 0, columns, lone: None });
        }
        sort::by_key(&mut families, |family| family.id);
        Ok(families)
    }

    /// The ordinal of a column by its id.
    pub fn ordinal_of(&self, id: u32) -> Option<usize> {
        usize::from(*self.by_id.get(base::num::index(id))?).checked_sub(1)
    }

    /// The index with an id.
    pub fn index(&self, id: u32) -> Option<&IndexCodec> {
        std::iter::once(&self.primary).chain(&self.secondary).find(|index| index.id == id)
    }

    /// A decoder of the primary index that reads every column.
    pub fn decoder(&self) -> super::RowDecoder<'_> {
        super::RowDecoder::new(self, &self.primary, &vec![true; self.columns.len()])
    }

    /// The key of a row in the primary index without family part.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn primary_key(&self, row: &[Datum]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(self.primary.prefix.len() + 16);
        self.primary.put_key(&mut out, row)?;
        Ok(out)
    }

    /// Gives each pair of the row in the primary index to `sink`.
    ///
    /// *Errors*: a value that no key can hold, those of the sink.
    pub fn encode_primary(&self, row: &[Datum], sink: &mut Sink<'_>) -> Result<(), Error> {
        self.encode_rows_of(&self.primary, row, sink)
    }

    /// The pairs of an index in the primary layout: the primary index, or one that is to become it.
    fn encode_rows_of(
        &self,
        index: &IndexCodec,
        row: &[Datum],
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        let mut key = Vec::with_capacity(index.prefix.len() + 16);
        index.put_key(&mut key, row)?;
        let row_len = key.len();
        let mut bytes = Vec::with_capacity(192);
        for family in &self.families {
            bytes.clear();
            if !self.put_family_value(&mut bytes, family, row)? {
                continue;
            }
            key.truncate(row_len);
            put_family(&mut key, family.id);
            seal(&key, &mut bytes);
            sink(&key, &bytes)?;
        }
        Ok(())
    }

    /// The keys of the row in the primary index, one for each family that may have one: for deletion.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn primary_keys(&self, row: &[Datum]) -> Result<Vec<Vec<u8>>, Error> {
        let prefix = self.primary_key(row)?;
        Ok(self
            .families
            .iter()
            .map(|family| {
                let mut key = prefix.clone();
                put_family(&mut key, family.id);
                key
            })
            .collect())
    }

    /// Checksum (left open), tag and data of a family; `false` if it has no key for this row.
    fn put_family_value(
        &self,
        out: &mut Vec<u8>,
        family: &Family,
        row: &[Datum],
    ) -> Result<bool, Error> {
        out.extend([0; 4]);
        if let Some(ordinal) = family.lone {
            let datum = row.get(ordinal).unwrap_or(&Datum::Null);
            return Ok(!datum.is_null() && lone::put(out, datum).map(|()| true)?);
        }
        out.push(tag::TUPLE);
        let empty = out.len();
        self.put_tuple(out, &family.columns, row)?;
        Ok(family.id == 0 || out.len() > empty)
    }

    /// The columns of a tuple that are not NULL. Key columns among them only where the key does not tell all.
    fn put_tuple(&self, out: &mut Vec<u8>, ordinals: &[usize], row: &[Datum]) -> Result<(), Error> {
        let mut last_id = 0;
        for ordinal in ordinals {
            let (Some(datum), Some(column)) = (row.get(*ordinal), self.columns.get(*ordinal))
            else {
                continue;
            };
            if datum.is_null() || self.is_key(*ordinal) && !key_loses(datum) {
                continue;
            }
            value::put_column(out, column.id - last_id, datum)?;
            last_id = column.id;
        }
        Ok(())
    }

    /// Whether the column stands in the key of the primary index.
    fn is_key(&self, ordinal: usize) -> bool {
        self.primary.key.iter().any(|(key, _)| *key == ordinal)
    }

    /// The pair of a row in a secondary index.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn encode_secondary(
        &self,
        index: &IndexCodec,
        row: &[Datum],
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let key = self.secondary_key(index, row)?;
        let mut bytes = Vec::with_capacity(16);
        bytes.extend([0; 4]);
        bytes.push(tag::BYTES);
        if index.unique {
            for ordinal in &index.suffix {
                key::encode(&mut bytes, row.get(*ordinal).unwrap_or(&Datum::Null), false)?;
            }
        }
        let mut last_id = 0;
        for ordinal in &index.stored {
            let (Some(datum), Some(column)) = (row.get(*ordinal), self.columns.get(*ordinal))
            else {
                continue;
            };
            let in_key =
                index.key.iter().any(|(key, _)| key == ordinal) || index.suffix.contains(ordinal);
            if datum.is_null() || in_key && !key_loses(datum) {
                continue;
            }
            value::put_column(&mut bytes, column.id - last_id, datum)?;
            last_id = column.id;
        }
        seal(&key, &mut bytes);
        Ok((key, bytes))
    }

    /// The key of a row in a secondary index.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn secondary_key(&self, index: &IndexCodec, row: &[Datum]) -> Result<Vec<u8>, Error> {
        let mut key = Vec::with_capacity(index.prefix.len() + 24);
        let any_null = index.put_key(&mut key, row)?;
        if !index.unique || any_null {
            for ordinal in &index.suffix {
                key::encode(&mut key, row.get(*ordinal).unwrap_or(&Datum::Null), false)?;
            }
        }
        key.push(part::INT_ZERO);
        Ok(key)
    }

    /// Gives every pair of the row to `sink`: primary index, then each index that takes new entries.
    ///
    /// *Errors*: a value that no key can hold, those of the sink.
    pub fn encode_all(&self, row: &[Datum], sink: &mut Sink<'_>) -> Result<(), Error> {
        self.encode_primary(row, sink)?;
        for index in self.secondary.iter().filter(|index| index.writable) {
            self.encode_index(index, row, sink)?;
        }
        Ok(())
    }

    /// Gives the pairs of the row in one index to `sink`.
    ///
    /// *Errors*: a value that no key can hold, those of the sink.
    pub fn encode_index(
        &self,
        index: &IndexCodec,
        row: &[Datum],
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        if index.is_primary {
            return self.encode_rows_of(index, row, sink);
        }
        let (key, value) = self.encode_secondary(index, row)?;
        sink(&key, &value)
    }
}

impl IndexCodec {
    const fn empty() -> Self {
        Self {
            id: 0,
            name: String::new(),
            is_primary: true,
            unique: true,
            key: Vec::new(),
            suffix: Vec::new(),
            stored: Vec::new(),
            prefix: Vec::new(),
            public: true,
            writable: true,
        }
    }

    /// All keys of the index.
    pub fn span(&self) -> Span {
        Span::prefix(self.prefix.clone())
    }

    /// Prefix and key columns of a row; tells whether one of them is NULL.
    fn put_key(&self, out: &mut Vec<u8>, row: &[Datum]) -> Result<bool, Error> {
        out.extend_from_slice(&self.prefix);
        let mut any_null = false;
        for (ordinal, desc) in &self.key {
            let datum = row.get(*ordinal).unwrap_or(&Datum::Null);
            any_null |= datum.is_null();
            key::encode(out, datum, *desc)?;
        }
        Ok(any_null)
    }

    /// The key of the first `values.len()` key columns: a prefix of all rows with these values, which must be of the
    /// columns' types.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn key_prefix(&self, values: &[Datum]) -> Result<Vec<u8>, Error> {
        let mut out = self.prefix.clone();
        for (value, (_, desc)) in values.iter().zip(&self.key) {
            key::encode(&mut out, value, *desc)?;
        }
        Ok(out)
    }

    /// The keys of all rows whose first columns have these values.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn prefix_span(&self, values: &[Datum]) -> Result<Span, Error> {
        self.key_prefix(values).map(Span::prefix)
    }

    /// The keys of all rows whose first columns have the values `equal`, and whose next column lies between two bounds
    /// (value, inclusive). NULL lies in no range.
    ///
    /// *Errors*: a value that no key can hold.
    pub fn range_span(
        &self,
        equal: &[Datum],
        low: Option<(&Datum, bool)>,
        high: Option<(&Datum, bool)>,
    ) -> Result<Span, Error> {
        let prefix = self.key_prefix(equal)?;
        let Some((_, desc)) = self.key.get(equal.len()) else {
            return Ok(Span::prefix(prefix));
        };
        // Descending columns hold greater values first, so the bounds change sides; NULL is last there.
        let (first, last) = if *desc { (high, low) } else { (low, high) };
        let mut start = prefix.clone();
        match first {
            Some((value, inclusive)) => {
                key::encode(&mut start, value, *desc)?;
                if !inclusive {
                    start = prefix_end(&start);
                }
            }
            // The marker after NULL.
            None if !desc => start.push(0x01),
            None => {}
        }
        let mut end = prefix.clone();
        match last {
            Some((value, inclusive)) => {
                key::encode(&mut end, value, *desc)?;
                if inclusive {
                    end = prefix_end(&end);
                }
            }
            None if *desc => end.push(part::NULL_DESC),
            None => end = prefix_end(&prefix),
        }
        Ok(Span { start, end })
    }
}

fn codec_column(column: &ColumnDescriptor, types: &dyn TypeSource) -> Result<CodecColumn, Error> {
    let ty = column.ty.as_ref().map_or(Ok(Type::Unknown), |ty| from_message(ty, types))?;
    Ok(CodecColumn {
        id: column.id,
        name: column.name.clone(),
        ty,
        nullable: column.nullable,
        is_virtual: column.is_virtual,
    })
}

/// Whether a value is more than its key part tells: trailing zeros of a decimal, the sign of a zero.
fn key_loses(datum: &Datum) -> bool {
    match datum {
        Datum::Decimal(value) => {
            if let Decimal::Finite { coeff, .. } = &**value {
                // What ends in a zero loses it; zero itself loses its scale.
                use num_traits::Zero;
                (coeff % 10u32).is_zero()
            } else {
                false
            }
        }
        Datum::Float(value) => *value == 0.0 && value.is_sign_negative(),
        Datum::Array(elements) => elements.iter().any(key_loses),
        _ => false,
    }
}
