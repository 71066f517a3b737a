//! The little that backups must know of keys: which table and index, where a row ends, where a table's spans lie.
//!
//! ```text
//!   f2      89     8a 8b …        88
//!   table   index  key columns    family part, whose last byte tells its own length
//!   └─────────── row ───────────┘
//! ```
//!
//! *Source*: `spec/keys-and-values.md` §2, §3, §7. Left out: tenants.

use base::map::Map;
use base::num::index;
use base::span::{Key, Span, merge};
use sql::catalog::descpb::TableDescriptor;

/// Adds the ascending form of an unsigned number.
pub fn push_uvarint(key: &mut Key, n: u32) {
    if n <= 109 {
        key.push(0x88 + base::num::low_u8(u64::from(n)));
        return;
    }
    let bytes = n.to_be_bytes();
    let skip = index(n.leading_zeros() / 8);
    let length = base::num::low_u8(base::num::to_u64(4 - skip));
    key.push(0xf5 + length);
    key.extend_from_slice(&bytes[skip..]);
}

/// Takes such a number off the front.
pub fn take_uvarint(key: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = key.split_first()?;
    match first {
        0x88..=0xf5 => Some((u32::from(first - 0x88), rest)),
        0xf6..=0xf9 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0xf5))?;
            Some((digits.iter().fold(0, |n, byte| (n << 8) | u32::from(*byte)), rest))
        }
        _ => None,
    }
}

/// The first key of a table.
pub fn table_prefix(table: u32) -> Key {
    let mut key = Key::new();
    push_uvarint(&mut key, table);
    key
}

/// The first key of an index.
pub fn index_prefix(table: u32, index: u32) -> Key {
    let mut key = table_prefix(table);
    push_uvarint(&mut key, index);
    key
}

/// All keys of a table.
pub fn table_span(table: u32) -> Span {
    Span::prefix(table_prefix(table))
}

/// Table, index and the rest of a key.
pub fn split(key: &[u8]) -> Option<(u32, u32, &[u8])> {
    let (table, rest) = take_uvarint(key)?;
    let (index, rest) = take_uvarint(rest)?;
    Some((table, index, rest))
}

/// The table of a key, also of a bare prefix.
pub fn table_of(key: &[u8]) -> Option<u32> {
    take_uvarint(key).map(|(table, _)| table)
}

/// The key without its family part: what is the same for all families of a row.
pub fn row_of(key: &[u8]) -> &[u8] {
    let family = match key.last() {
        Some(last @ 0x88..=0x8d) => usize::from(last - 0x88) + 1,
        _ => 0,
    };
    &key[..key.len().saturating_sub(family)]
}

/// The spans of a table: one an index, neighbours joined. A view has none, a sequence that of its one key.
pub fn spans_of(table: &TableDescriptor) -> Vec<Span> {
    if !has_data(table) {
        return Vec::new();
    }
    let mut ids = vec![table.primary_index.id.max(1)];
    ids.extend(table.indexes.iter().map(|index| index.id));
    merge(ids.into_iter().map(|id| Span::prefix(index_prefix(table.id, id))).collect())
}

/// Which index of each table is the primary one. It is the first, unless ALTER PRIMARY KEY has made another.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PrimaryIndexes(Map<u32, u32>);

impl<'a> FromIterator<&'a TableDescriptor> for PrimaryIndexes {
    fn from_iter<I: IntoIterator<Item = &'a TableDescriptor>>(tables: I) -> Self {
        let others = tables.into_iter().filter(|table| table.primary_index.id > 1);
        Self(others.map(|table| (table.id, table.primary_index.id)).collect())
    }
}

impl PrimaryIndexes {
    /// Whether a key without its table lies in the primary index of that table.
    pub fn holds(&self, table: u32, rest: &[u8]) -> bool {
        let primary = self.0.get(&table).copied().unwrap_or(1);
        take_uvarint(rest).is_some_and(|(index, _)| index == primary)
    }
}

/// Whether a descriptor of this kind has keys of its own.
pub fn has_data(table: &TableDescriptor) -> bool {
    table.view_query.is_empty() || table.is_materialized_view
}

/// A key in words, as errors and SHOW BACKUP FILES print it.
pub fn words(key: &[u8]) -> String {
    if key.is_empty() {
        return "/Min".to_owned();
    }
    if key == [0xff, 0xff] {
        return "/Max".to_owned();
    }
    match take_uvarint(key) {
        Some((table, [])) => format!("/Table/{table}"),
        Some(_) | None => sql::pretty::key(key),
    }
}

/// How many distinct rows follow one another in keys given in order.
#[derive(Clone, Default, Debug)]
pub struct RowCounter {
    last: Key,
}

impl RowCounter {
    /// Whether this key begins a row that the last one did not belong to.
    pub fn is_new(&mut self, key: &[u8]) -> bool {
        let row = row_of(key);
        if self.last == row {
            return false;
        }
        self.last.clear();
        self.last.extend_from_slice(row);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vectors_of_the_sheet() {
        let hex = |key: &[u8]| crate::manifest::codec::hex(key);
        assert_eq!(hex(&index_prefix(106, 1)), "f289");
        assert_eq!(hex(&index_prefix(200, 1)), "f6c889");
        assert_eq!(hex(&table_prefix(109)), "f5");
        assert_eq!(hex(&table_prefix(65_536)), "f8010000");
        assert_eq!(row_of(&[0xbb, 0x89, 0x89, 0x89, 0x89]), [0xbb, 0x89, 0x89]);
        assert_eq!(row_of(&[0xf2, 0x89, 0x8a, 0x88]), [0xf2, 0x89, 0x8a]);
    }

    proptest! {
        #[test]
        fn numbers_and_back(n in any::<u32>(), m in any::<u32>()) {
            let key = index_prefix(n, m);
            prop_assert_eq!(split(&key), Some((n, m, &[][..])));
            prop_assert_eq!(n.cmp(&m), table_prefix(n).cmp(&table_prefix(m)));
        }
    }
}
