//! Rows as keys and values.
//!
//! ```text
//!   INSERT (2, 'Alice')   /Table/106/1/2/0        →  checksum, 0a, tuple        primary index, a key for each family
//!                         /Table/106/2/"Alice"/2/0 → checksum, 03              secondary index
//! ```
//!
//! Shape: a [`RowCodec`] is made once from a table descriptor. A row is a slice of [`Datum`]s by *ordinal*: the public
//! columns in the order of the descriptor, then the columns that are being added or removed.
//! Source: `spec/keys-and-values.md`.

use base::span::Span;

use crate::catalog::descpb::{IndexDescriptor, TableDescriptor};
use crate::types::wire::TypeSource;
use crate::types::{Datum, Error, Type};

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
}

/// How the rows of a table are written.
#[derive(Clone, Debug)]
pub struct RowCodec {
    /// Columns by ordinal.
    pub columns: Vec<CodecColumn>,
    /// How many of them are public: those come first.
    pub public: usize,
    /// The primary index.
    pub primary: IndexCodec,
    /// The secondary indexes: public ones in the descriptor's order, then those being built or removed.
    pub secondary: Vec<IndexCodec>,
}

/// How one index is written.
#[derive(Clone, Debug)]
pub struct IndexCodec {
    /// The descriptor's index id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Whether no two rows may have one key.
    pub unique: bool,
    /// Ordinals of the key columns with their directions (`true`: descending).
    pub key: Vec<(usize, bool)>,
    /// Ordinals of the rest of the primary key (secondary indexes).
    pub suffix: Vec<usize>,
    /// Ordinals of the stored columns.
    pub stored: Vec<usize>,
    /// `/Table/<id>/<index>`.
    pub prefix: Vec<u8>,
    /// Whether reads may use it.
    pub public: bool,
}

impl RowCodec {
    /// How the rows of `table` are written.
    ///
    /// *Errors*: a type that Amber does not hold.
    pub fn new(_table: &TableDescriptor, _types: &dyn TypeSource) -> Result<Self, Error> {
        Err(Error::Unsupported("rows".to_owned()))
    }

    /// The ordinal of a column by its id.
    pub fn ordinal_of(&self, id: u32) -> Option<usize> {
        self.columns.iter().position(|column| column.id == id)
    }

    /// The index with an id.
    pub fn index(&self, id: u32) -> Option<&IndexCodec> {
        std::iter::once(&self.primary).chain(&self.secondary).find(|index| index.id == id)
    }

    /// Gives each pair of the primary index to `sink`: key and whole value.
    pub fn encode_primary(
        &self,
        _row: &[Datum],
        _sink: &mut dyn FnMut(&[u8], &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// The pair of a secondary index.
    pub fn encode_secondary(
        &self,
        _index: &IndexCodec,
        _row: &[Datum],
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        Ok((Vec::new(), Vec::new()))
    }

    /// The key of a row in the primary index without family part.
    pub fn primary_key(&self, _row: &[Datum]) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }
}

impl IndexCodec {
    /// All keys of the index.
    pub fn span(&self) -> Span {
        Span::prefix(self.prefix.clone())
    }

    /// The key of the first `values.len()` key columns: a prefix of all rows with these values. Values must be of the
    /// columns' types.
    pub fn key_prefix(&self, _values: &[Datum]) -> Result<Vec<u8>, Error> {
        Ok(self.prefix.clone())
    }
}

/// Puts rows together from the pairs of one index, in key order.
#[derive(Clone, Debug)]
pub struct RowDecoder<'a> {
    codec: &'a RowCodec,
    index: &'a IndexCodec,
}

impl<'a> RowDecoder<'a> {
    /// Rows of `index`; `needed[ordinal]` says which columns are looked at, the others stay NULL.
    pub fn new(codec: &'a RowCodec, index: &'a IndexCodec, _needed: &[bool]) -> Self {
        Self { codec, index }
    }

    /// Takes in the next pair; gives the row before it, if this pair begins another.
    ///
    /// *Errors*: bytes that are no row of the index.
    pub fn feed(&mut self, _key: &[u8], _value: &[u8]) -> Result<Option<Vec<Datum>>, Error> {
        let _ = (self.codec, self.index);
        Ok(None)
    }

    /// The last row.
    pub fn finish(&mut self) -> Option<Vec<Datum>> {
        None
    }
}

/// The key of a sequence: `/Table/<id>/1/0/0`.
pub fn sequence_key(_id: u32) -> Vec<u8> {
    Vec::new()
}

/// The whole value of a sequence.
pub fn sequence_value(_key: &[u8], _value: i64) -> Vec<u8> {
    Vec::new()
}

/// The number in the value of a sequence.
pub fn decode_sequence(_value: &[u8]) -> Result<i64, Error> {
    Ok(0)
}

/// All keys of a table: `/Table/<id>` to `/Table/<id + 1>`.
pub fn table_span(_id: u32) -> Span {
    Span::default()
}

/// All keys of one index.
pub fn index_span(_table: u32, _index: u32) -> Span {
    Span::default()
}

/// Whether an index has one key a row in the primary layout.
pub(crate) fn is_primary(index: &IndexDescriptor) -> bool {
    index.encoding_type == 1
}
