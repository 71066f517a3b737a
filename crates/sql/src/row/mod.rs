//! Rows as keys and values.
//!
//! ```text
//!   INSERT (2, 'Alice')   /Table/106/1/2/0         → checksum, 0a, tuple        primary index, a key for each family
//!                         /Table/106/2/"Alice"/2/0 → checksum, 03               secondary index
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`key`] | values as key parts |
//! | `value` | values in tuples and alone |
//! | [`codec`] | what a table descriptor says about its rows |
//! | [`decode`] | pairs back to rows |
//!
//! Shape: a [`RowCodec`] is made once from a table descriptor. A row is a slice of [`Datum`]s by *ordinal*: the public
//! columns in the order of the descriptor, then the columns that are being added or removed.
//! Source: `spec/keys-and-values.md`. Left out: inverted indexes (they are not written).
//!
//! [`Datum`]: crate::types::Datum

use base::span::Span;

use crate::types::Error;

pub mod codec;
pub mod decode;
mod json;
pub mod key;
mod lone;
pub(crate) mod part;
pub(crate) mod value;

pub use codec::{CodecColumn, IndexCodec, RowCodec};
pub use decode::RowDecoder;

/// The start of all keys of a table.
pub fn table_prefix(id: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(5);
    part::put_uvarint(&mut out, u64::from(id));
    out
}

/// All keys of a table: `/Table/<id>` to `/Table/<id + 1>`.
pub fn table_span(id: u32) -> Span {
    Span::prefix(table_prefix(id))
}

/// The start of all keys of one index.
pub fn index_prefix(table: u32, index: u32) -> Vec<u8> {
    let mut out = table_prefix(table);
    part::put_uvarint(&mut out, u64::from(index));
    out
}

/// All keys of one index.
pub fn index_span(table: u32, index: u32) -> Span {
    Span::prefix(index_prefix(table, index))
}

/// The table and, if there is one, the index at the start of a key, with the rest of the key.
pub fn split_key(mut key: &[u8]) -> Option<(u32, Option<u32>, &[u8])> {
    let table = u32::try_from(part::take_uvarint(&mut key)?).ok()?;
    let mut rest = key;
    let index = part::take_uvarint(&mut rest).and_then(|index| u32::try_from(index).ok());
    Some((table, index, if index.is_some() { rest } else { key }))
}

/// The same key under another table id (and index ids are kept): what RESTORE does to every key.
pub fn rewrite_table(key: &[u8], to: u32) -> Option<Vec<u8>> {
    let mut rest = key;
    part::take_uvarint(&mut rest)?;
    let mut out = table_prefix(to);
    out.extend_from_slice(rest);
    Some(out)
}

/// The family part at the end of a key of a primary index.
pub(crate) fn put_family(out: &mut Vec<u8>, family: u32) {
    let start = out.len();
    part::put_uvarint(out, u64::from(family));
    if family > 0 {
        let len = out.len() - start;
        part::put_uvarint(out, base::num::to_u64(len));
    }
}

/// A row's key without its family part. `None` where the key ends otherwise than a key of a row does.
pub fn row_prefix(key: &[u8]) -> Option<&[u8]> {
    let last = key.last()?.checked_sub(part::INT_ZERO)?;
    // The last part says how long the family part is, 0 for family 0 which is this byte alone.
    key.get(..key.len().checked_sub(usize::from(last) + 1)?)
}

/// The key of a sequence: `/Table/<id>/1/0/0`.
pub fn sequence_key(id: u32) -> Vec<u8> {
    let mut out = index_prefix(id, 1);
    out.extend([part::INT_ZERO, part::INT_ZERO]);
    out
}

/// The whole value of a sequence under its key.
pub fn sequence_value(key: &[u8], value: i64) -> Vec<u8> {
    let mut data = Vec::with_capacity(10);
    value::put_zigzag(&mut data, value);
    kv::mvcc::value::encode(key, kv::mvcc::value::tag::INT, &data)
}

/// The number in the value of a sequence.
///
/// *Errors*: the value is of another kind.
pub fn decode_sequence(bytes: &[u8]) -> Result<i64, Error> {
    kv::mvcc::value::decode(bytes)
        .filter(|parts| parts.tag == kv::mvcc::value::tag::INT)
        .and_then(|parts| value::take_zigzag(&mut &*parts.data))
        .ok_or_else(value::broken)
}

#[cfg(test)]
mod tests;
