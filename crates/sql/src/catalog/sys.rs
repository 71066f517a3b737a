//! Reading and writing rows of system tables, by name of column.
//!
//! ```text
//!   sys.upsert(ids::SETTINGS, &[("name", …), ("value", …)])    columns that are not named keep their value, or are NULL
//! ```
//!
//! Shape: all inside one transaction of the caller. Rows are small and few, so each call reads what it changes.

use std::sync::Arc;

use base::span::Span;

use super::error::Error;
use super::system::{SystemTable, SystemTables};
use crate::row::RowDecoder;
use crate::types::Datum;

/// The key space, a transaction, and the system tables to go through.
#[derive(Debug)]
pub struct Sys<'a> {
    /// The key space.
    pub kv: &'a mut kv::Kv,
    /// The transaction.
    pub txn: &'a mut kv::Txn,
    /// The tables of the cluster's version.
    pub tables: &'a SystemTables,
}

/// One row of a system table.
#[derive(Clone, Debug)]
pub struct Row {
    table: Arc<SystemTable>,
    values: Vec<Datum>,
}

impl Row {
    /// The value of a column; NULL if the table has none of that name.
    pub fn get(&self, column: &str) -> &Datum {
        self.table.ordinal(column).and_then(|at| self.values.get(at)).unwrap_or(&Datum::Null)
    }

    /// An integer.
    pub fn int(&self, column: &str) -> Option<i64> {
        self.get(column).as_int()
    }

    /// A string.
    pub fn str(&self, column: &str) -> Option<&str> {
        self.get(column).as_str()
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> Option<&[u8]> {
        self.get(column).as_bytes()
    }

    /// A truth.
    pub fn bool(&self, column: &str) -> Option<bool> {
        self.get(column).as_bool()
    }

    /// An object id.
    pub fn oid(&self, column: &str) -> Option<u32> {
        if let Datum::Oid(value) = self.get(column) { Some(*value) } else { None }
    }

    /// A timestamp, with or without zone. *Units*: microseconds since 1970.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other datum is a moment")]
    pub fn micros(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Datum::Timestamp(micros) | Datum::TimestampTz(micros) => Some(*micros),
            _ => None,
        }
    }

    /// All values in the order of the columns.
    pub fn values(&self) -> &[Datum] {
        &self.values
    }
}

impl Sys<'_> {
    fn table(&self, id: u32) -> Result<Arc<SystemTable>, Error> {
        self.tables.get(id).cloned().ok_or(Error::Wire { place: "system table" })
    }

    /// The rows whose primary key begins with `prefix`, in order.
    pub fn rows(&mut self, table: u32, prefix: &[Datum]) -> Result<Vec<Row>, Error> {
        let table = self.table(table)?;
        let index = &table.codec.primary;
        let span = Span::prefix(index.key_prefix(prefix)?);
        let needed = vec![true; table.codec.columns.len()];
        let mut decoder = RowDecoder::new(&table.codec, index, &needed);
        let mut rows = Vec::new();
        let mut keep = |values: Vec<Datum>| rows.push(Row { table: Arc::clone(&table), values });
        let mut walk = self.kv.scan(self.txn, &span, kv::Direction::Forward)?;
        while let Some((key, value)) = walk.next()? {
            if let Some(row) = decoder.feed(key, value)? {
                keep(row);
            }
        }
        if let Some(row) = decoder.finish() {
            keep(row);
        }
        Ok(rows)
    }

    /// The row with a primary key.
    pub fn row(&mut self, table: u32, key: &[Datum]) -> Result<Option<Row>, Error> {
        Ok(self.rows(table, key)?.into_iter().next())
    }

    /// Writes a row that is known to be new. Columns that are not named are NULL.
    pub fn insert(&mut self, table: u32, columns: &[(&str, Datum)]) -> Result<(), Error> {
        let table = self.table(table)?;
        let row = assign(&table, vec![Datum::Null; table.types.len()], columns);
        self.write(&table, &row)
    }

    /// Writes a row in place of the one with its key, if there is one.
    pub fn upsert(&mut self, table_id: u32, columns: &[(&str, Datum)]) -> Result<(), Error> {
        let table = self.table(table_id)?;
        let row = assign(&table, vec![Datum::Null; table.types.len()], columns);
        let key: Vec<Datum> =
            table.codec.primary.key.iter().filter_map(|(at, _)| row.get(*at).cloned()).collect();
        match self.row(table_id, &key)? {
            None => self.write(&table, &row),
            Some(old) => {
                let new = assign(&table, old.values.clone(), columns);
                self.replace(&table, &old.values, &new)
            }
        }
    }

    /// Removes the row with a primary key; answers whether it was there.
    pub fn delete(&mut self, table_id: u32, key: &[Datum]) -> Result<bool, Error> {
        let table = self.table(table_id)?;
        let Some(row) = self.row(table_id, key)? else { return Ok(false) };
        for (key, _) in pairs(&table, &row.values)? {
            self.kv.delete(self.txn, &key)?;
        }
        Ok(true)
    }

    /// Writes a whole row that is known to be new, by ordinal.
    pub fn insert_values(&mut self, table_id: u32, row: &[Datum]) -> Result<(), Error> {
        let table = self.table(table_id)?;
        self.write(&table, row)
    }

    fn write(&mut self, table: &SystemTable, row: &[Datum]) -> Result<(), Error> {
        for (key, value) in pairs(table, row)? {
            self.kv.put(self.txn, &key, &value)?;
        }
        Ok(())
    }

    fn replace(&mut self, table: &SystemTable, old: &[Datum], new: &[Datum]) -> Result<(), Error> {
        let before = pairs(table, old)?;
        let after = pairs(table, new)?;
        for (key, _) in before.iter().filter(|(key, _)| !after.iter().any(|(new, _)| new == key)) {
            self.kv.delete(self.txn, key)?;
        }
        for pair in after.iter().filter(|pair| !before.contains(pair)) {
            self.kv.put(self.txn, &pair.0, &pair.1)?;
        }
        Ok(())
    }
}

fn assign(table: &SystemTable, mut row: Vec<Datum>, columns: &[(&str, Datum)]) -> Vec<Datum> {
    for (name, value) in columns {
        if let Some(place) = table.ordinal(name).and_then(|at| row.get_mut(at)) {
            place.clone_from(value);
        }
    }
    row
}

/// Keys with their values.
type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// All keys and values of a row, secondary indexes too.
fn pairs(table: &SystemTable, row: &[Datum]) -> Result<Pairs, Error> {
    let mut pairs = Vec::new();
    table.codec.encode_primary(row, &mut |key, value| {
        pairs.push((key.to_vec(), value.to_vec()));
        Ok(())
    })?;
    for index in &table.codec.secondary {
        pairs.push(table.codec.encode_secondary(index, row)?);
    }
    Ok(pairs)
}
