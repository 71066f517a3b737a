//! Carrying out INSERT, UPSERT, UPDATE and DELETE.
//!
//! ```text
//!   values ─▶ row: defaults, computed columns ─▶ NOT NULL, CHECK ─▶ unique keys free? ─▶ keys and values ─▶ put
//!                                                       └ taken: refuse, skip, or change the row that is there
//!   at the end of the statement: foreign keys, with their actions
//! ```
//!
//! Shape: all rows that come in are read before the first is written, so a statement never sees its own writes.
//! *Errors*: 23502, 23505, 23514, 23503 with the real texts.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::span::Span;

use super::Error as ExecError;
use super::fk::ForeignKeys;
use super::run::{Flow, Run};
use crate::error::Error;
use crate::plan::table::{Rules, Table, key_text};
use crate::plan::write::{Action, Conflict, Verb, Write};
use crate::row::RowDecoder;
use crate::types::Datum;
use crate::types::expr::Scalar;

/// The end of a key of column family 0, which every row has.
const FAMILY_ZERO: u8 = 0x88;

/// What a write did.
#[derive(Debug, Default)]
pub struct Written {
    /// Rows written, changed or removed.
    pub count: u64,
    /// What RETURNING gives.
    pub rows: Vec<Vec<Datum>>,
}

/// A table being written: what its rows must be, who refers to it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The table.
    pub table: Arc<Table>,
    /// What it asks of rows.
    pub rules: Arc<Rules>,
    /// The statement, as messages call it.
    pub verb: Verb,
}

/// A key and its whole value.
type Pair = (Vec<u8>, Vec<u8>);

/// A key taken by a row that is there.
struct Taken {
    index: usize,
    /// The row's entry in that index.
    key: Vec<u8>,
    value: kv::Value,
}

impl Run<'_, '_> {
    /// Runs a write.
    pub fn run_write(&mut self, write: &Write) -> Result<Written, Error> {
        let target = Target {
            table: Arc::clone(&write.table),
            rules: Arc::clone(&write.rules),
            verb: write.verb,
        };
        let mut fks = ForeignKeys::default();
        let mut written = Written::default();
        match &write.action {
            Action::Insert { columns, conflict } => {
                self.insert(write, &target, columns, conflict.as_ref(), &mut fks, &mut written)?;
            }
            Action::Update { set } => {
                self.update(write, &target, set, &mut fks, &mut written)?;
            }
            Action::Delete => self.delete(write, &target, &mut fks, &mut written)?,
        }
        self.check_foreign_keys(fks)?;
        Ok(written)
    }

    fn insert(
        &mut self,
        write: &Write,
        target: &Target,
        columns: &[usize],
        conflict: Option<&Conflict>,
        fks: &mut ForeignKeys,
        written: &mut Written,
    ) -> Result<(), Error> {
        let table = &*target.table;
        let absent: Vec<(usize, &Scalar)> = target
            .rules
            .defaults
            .iter()
            .enumerate()
            .filter(|(ordinal, _)| !columns.contains(ordinal))
            .filter_map(|(ordinal, default)| Some((ordinal, default.as_ref()?)))
            .collect();
        let input = self.collect(&write.input)?;
        let mut touched: BTreeSet<Vec<u8>> = BTreeSet::new();
        for values in input.iter() {
            self.step(1)?;
            let mut row = vec![Datum::Null; table.columns.len()];
            for (value, &ordinal) in values.iter().zip(columns) {
                row[ordinal] = value.clone();
            }
            for (ordinal, default) in &absent {
                row[*ordinal] = self.cx.with_eval(|eval| default.eval(&[], eval))?;
            }
            self.complete(target, &mut row)?;
            let stored = match conflict {
                None => {
                    self.insert_row(target, &row, fks)?;
                    Some(row)
                }
                Some(conflict) => self.insert_or(target, conflict, row, &mut touched, fks)?,
            };
            if let Some(row) = stored {
                self.give_back(write, &row, written)?;
            }
        }
        Ok(())
    }

    /// Computed columns, NOT NULL and CHECK of a row.
    pub fn complete(&mut self, target: &Target, row: &mut [Datum]) -> Result<(), Error> {
        for (ordinal, scalar) in &target.rules.computed {
            row[*ordinal] = self.cx.with_eval(|eval| scalar.eval(row, eval))?;
        }
        for (column, value) in target.table.columns.iter().zip(row.iter()) {
            if value.is_null() && !column.nullable && !column.is_virtual {
                return Err(ExecError::NotNull { column: column.name.clone() }.into());
            }
        }
        for (check, text) in &target.rules.checks {
            let value = self.cx.with_eval(|eval| check.eval(row, eval))?;
            if value == Datum::Bool(false) {
                let snapshot = self.cx.snapshot()?;
                let expression = super::show_create::shown_expr(text, &snapshot);
                return Err(ExecError::Check { expression }.into());
            }
        }
        Ok(())
    }

    /// Writes a new row; a taken key is refused.
    pub fn insert_row(
        &mut self,
        target: &Target,
        row: &[Datum],
        fks: &mut ForeignKeys,
    ) -> Result<(), Error> {
        if target.table.indexes.len() == 1 {
            self.insert_lean(target, row)?;
        } else {
            if let Some(taken) = self.taken(target, row, None, &[])? {
                return Err(unique_error(&target.table, taken.index, row));
            }
            self.put_row(target, row)?;
        }
        fks.inserted(target, row);
        Ok(())
    }

    /// Writes a new row of a table without secondary indexes: its key is made only once.
    fn insert_lean(&mut self, target: &Target, row: &[Datum]) -> Result<(), Error> {
        let (kv, txn) = self.cx.txn()?;
        let mut first = true;
        let mut taken = false;
        let mut failed = None;
        target.table.base.codec.encode_primary(row, &mut |key, value| {
            if std::mem::take(&mut first) {
                match kv.get(txn, key) {
                    Ok(known) => taken = known.is_some(),
                    Err(cause) => failed = Some(cause),
                }
            }
            if !taken && failed.is_none() {
                failed = kv.put(txn, key, value).err();
            }
            Ok(())
        })?;
        match failed {
            Some(cause) => Err(cause.into()),
            None if taken => Err(unique_error(&target.table, 0, row)),
            None => Ok(()),
        }
    }

    /// Writes a new row, or does what ON CONFLICT says. Answers the row as it is then, if one was written.
    fn insert_or(
        &mut self,
        target: &Target,
        conflict: &Conflict,
        row: Vec<Datum>,
        touched: &mut BTreeSet<Vec<u8>>,
        fks: &mut ForeignKeys,
    ) -> Result<Option<Vec<Datum>>, Error> {
        let table = &*target.table;
        let Some(taken) = self.taken(target, &row, None, &conflict.arbiters)? else {
            self.insert_row(target, &row, fks)?;
            touched.insert(table.base.codec.primary_key(&row)?);
            return Ok(Some(row));
        };
        let Some(set) = &conflict.set else { return Ok(None) };
        let old = self.row_of(table, &taken)?;
        let key = table.base.codec.primary_key(&old)?;
        if !touched.insert(key) {
            return Err(ExecError::SecondTime.into());
        }
        let mut wide = old.clone();
        wide.extend(row);
        if let Some(filter) = &conflict.filter
            && !self.holds(filter, &wide)?
        {
            return Ok(None);
        }
        let new = self.assign(target, set, &old, &wide)?;
        self.replace_row(target, &old, &new, fks)?;
        Ok(Some(new))
    }

    /// The row that an assignment makes of `old`; expressions read `wide`.
    fn assign(
        &mut self,
        target: &Target,
        set: &[(usize, Scalar)],
        old: &[Datum],
        wide: &[Datum],
    ) -> Result<Vec<Datum>, Error> {
        let mut new = old.to_vec();
        for (ordinal, scalar) in set {
            new[*ordinal] = self.eval(scalar, wide)?;
        }
        for (ordinal, scalar) in &target.rules.on_update {
            if !set.iter().any(|(known, _)| known == ordinal) {
                new[*ordinal] = self.cx.with_eval(|eval| scalar.eval(&[], eval))?;
            }
        }
        self.complete(target, &mut new)?;
        Ok(new)
    }

    fn update(
        &mut self,
        write: &Write,
        target: &Target,
        set: &[(usize, Scalar)],
        fks: &mut ForeignKeys,
        written: &mut Written,
    ) -> Result<(), Error> {
        let table = &*target.table;
        let width = table.columns.len();
        let input = self.collect(&write.input)?;
        let changes_key =
            set.iter().any(|(ordinal, _)| table.indexes[0].key_columns.contains(ordinal));
        // FROM may meet a row several times; it is changed once.
        let several = input.len() > 1 && write.input_is_joined();
        let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut moved: Vec<(Vec<Datum>, Vec<Datum>, &Vec<Datum>)> = Vec::new();
        for wide in input.iter() {
            self.step(1)?;
            let old = &wide[..width];
            if several && !seen.insert(table.base.codec.primary_key(old)?) {
                continue;
            }
            let new = self.assign(target, set, old, wide)?;
            if changes_key {
                moved.push((old.to_vec(), new, wide));
                continue;
            }
            self.replace_row(target, old, &new, fks)?;
            self.give_back_beside(write, new, wide, written)?;
        }
        // Rows that move give up their keys first, so that k = k + 1 does not stumble over itself.
        for (old, _, _) in &moved {
            self.remove_keys(target, old)?;
        }
        for (old, new, wide) in moved {
            if let Some(taken) = self.taken(target, &new, None, &[])? {
                return Err(unique_error(table, taken.index, &new));
            }
            self.put_row(target, &new)?;
            fks.updated(target, &old, &new);
            self.give_back_beside(write, new, wide, written)?;
        }
        Ok(())
    }

    fn delete(
        &mut self,
        write: &Write,
        target: &Target,
        fks: &mut ForeignKeys,
        written: &mut Written,
    ) -> Result<(), Error> {
        let width = target.table.columns.len();
        let input = self.collect(&write.input)?;
        let several = input.len() > 1 && write.input_is_joined();
        let mut seen: BTreeSet<Vec<u8>> = BTreeSet::new();
        for wide in input.iter() {
            self.step(1)?;
            let old = &wide[..width];
            if several && !seen.insert(target.table.base.codec.primary_key(old)?) {
                continue;
            }
            self.delete_row(target, old, fks)?;
            self.give_back(write, wide, written)?;
        }
        Ok(())
    }

    /// Removes a row.
    pub fn delete_row(
        &mut self,
        target: &Target,
        old: &[Datum],
        fks: &mut ForeignKeys,
    ) -> Result<(), Error> {
        self.remove_keys(target, old)?;
        fks.deleted(target, old);
        Ok(())
    }

    fn give_back_beside(
        &mut self,
        write: &Write,
        mut new: Vec<Datum>,
        wide: &[Datum],
        written: &mut Written,
    ) -> Result<(), Error> {
        if write.returning.is_some() {
            let width = new.len();
            new.extend_from_slice(&wide[width..]);
        }
        self.give_back(write, &new, written)
    }

    /// Counts a row and keeps what RETURNING wants of it.
    fn give_back(
        &mut self,
        write: &Write,
        row: &[Datum],
        written: &mut Written,
    ) -> Result<(), Error> {
        written.count += 1;
        if let Some(exprs) = &write.returning {
            let mut out = Vec::with_capacity(exprs.len());
            self.eval_all(exprs, row, &mut out)?;
            self.hold(out.len())?;
            written.rows.push(out);
        }
        Ok(())
    }

    /// The first unique key of a row that is taken. `old` is the row's former self, whose keys do not count; `asked`
    /// narrows to some indexes, empty means all.
    fn taken(
        &mut self,
        target: &Target,
        row: &[Datum],
        old: Option<&[Datum]>,
        asked: &[usize],
    ) -> Result<Option<Taken>, Error> {
        let table = &*target.table;
        let codec = &table.base.codec;
        for (position, index) in table.indexes.iter().enumerate() {
            if !index.unique
                || !index.written
                || !(asked.is_empty() || asked.contains(&position))
                || !self.in_index(target, position, row)?
            {
                continue;
            }
            let key = if position == 0 {
                let mut key = codec.primary_key(row)?;
                key.push(FAMILY_ZERO);
                key
            } else {
                // With a NULL among the columns the key holds the primary key too: it cannot be taken.
                if index.key_columns.iter().any(|&column| row[column].is_null()) {
                    continue;
                }
                if let Some(old) = old
                    && index.key_columns.iter().all(|&column| row[column] == old[column])
                    && self.in_index(target, position, old)?
                {
                    continue;
                }
                codec.encode_secondary(table.index_codec(position), row)?.0
            };
            let (kv, txn) = self.cx.txn()?;
            if let Some(value) = kv.get(txn, &key)? {
                return Ok(Some(Taken { index: position, key, value }));
            }
        }
        Ok(None)
    }

    /// Whether an index holds a row: a partial one holds some.
    fn in_index(&mut self, target: &Target, position: usize, row: &[Datum]) -> Result<bool, Error> {
        match target.rules.predicates.get(position) {
            Some(Some(predicate)) => {
                let holds = self.cx.with_eval(|eval| predicate.eval(row, eval))?;
                Ok(holds == Datum::Bool(true))
            }
            Some(None) | None => Ok(true),
        }
    }

    /// The whole row behind an entry of an index.
    fn row_of(&mut self, table: &Table, taken: &Taken) -> Result<Vec<Datum>, Error> {
        let codec = &table.base.codec;
        let needed = vec![true; table.columns.len()];
        let mut entry = RowDecoder::new(codec, table.index_codec(taken.index), &needed);
        entry.feed(&taken.key, &taken.value)?;
        let entry = entry.finish().unwrap_or_default();
        if taken.index == 0 && table.single_family() {
            return Ok(entry);
        }
        let key = codec.primary_key(&entry)?;
        let mut whole = RowDecoder::new(codec, &codec.primary, &needed);
        let (kv, txn) = self.cx.txn()?;
        let mut scan = kv.scan(txn, &Span::prefix(key), kv::Direction::Forward)?;
        while let Some((key, value)) = scan.next()? {
            whole.feed(key, value)?;
        }
        Ok(whole.finish().unwrap_or(entry))
    }

    /// Writes all keys of a row.
    fn put_row(&mut self, target: &Target, row: &[Datum]) -> Result<(), Error> {
        let table = &*target.table;
        let codec = &table.base.codec;
        for position in 1..table.indexes.len() {
            if table.indexes[position].written && self.in_index(target, position, row)? {
                let (key, value) = codec.encode_secondary(table.index_codec(position), row)?;
                let (kv, txn) = self.cx.txn()?;
                kv.put(txn, &key, &value)?;
            }
        }
        let (kv, txn) = self.cx.txn()?;
        let mut failed = None;
        codec.encode_primary(row, &mut |key, value| {
            if failed.is_none() {
                failed = kv.put(txn, key, value).err();
            }
            Ok(())
        })?;
        failed.map_or(Ok(()), |cause| Err(cause.into()))
    }

    /// Removes all keys of a row.
    fn remove_keys(&mut self, target: &Target, row: &[Datum]) -> Result<(), Error> {
        for (key, _) in self.pairs(target, row)? {
            let (kv, txn) = self.cx.txn()?;
            kv.delete(txn, &key)?;
        }
        Ok(())
    }

    /// Writes a row in place of another with the same or another key.
    pub fn replace_row(
        &mut self,
        target: &Target,
        old: &[Datum],
        new: &[Datum],
        fks: &mut ForeignKeys,
    ) -> Result<(), Error> {
        let table = &*target.table;
        let key_columns = &table.indexes[0].key_columns;
        if key_columns.iter().any(|&column| old[column] != new[column]) {
            self.remove_keys(target, old)?;
            if let Some(taken) = self.taken(target, new, None, &[])? {
                return Err(unique_error(table, taken.index, new));
            }
            self.put_row(target, new)?;
            fks.updated(target, old, new);
            return Ok(());
        }
        let secondary: Vec<usize> = (1..table.indexes.len()).collect();
        if !secondary.is_empty()
            && let Some(taken) = self.taken(target, new, Some(old), &secondary)?
        {
            return Err(unique_error(table, taken.index, new));
        }
        if secondary.is_empty() && table.single_family() {
            self.put_row(target, new)?;
            fks.updated(target, old, new);
            return Ok(());
        }
        let before = self.pairs(target, old)?;
        let after = self.pairs(target, new)?;
        let (kv, txn) = self.cx.txn()?;
        for (key, _) in &before {
            if !after.iter().any(|(kept, _)| kept == key) {
                kv.delete(txn, key)?;
            }
        }
        for pair in &after {
            if !before.contains(pair) {
                kv.put(txn, &pair.0, &pair.1)?;
            }
        }
        fks.updated(target, old, new);
        Ok(())
    }

    /// All keys and values of a row.
    fn pairs(&mut self, target: &Target, row: &[Datum]) -> Result<Vec<Pair>, Error> {
        let table = &*target.table;
        let codec = &table.base.codec;
        let mut pairs = Vec::new();
        codec.encode_primary(row, &mut |key, value| {
            pairs.push((key.to_vec(), value.to_vec()));
            Ok(())
        })?;
        for position in 1..table.indexes.len() {
            if table.indexes[position].written && self.in_index(target, position, row)? {
                pairs.push(codec.encode_secondary(table.index_codec(position), row)?);
            }
        }
        Ok(pairs)
    }

    /// The rows of a table in a span of one of its indexes, whole.
    pub fn rows_in(
        &mut self,
        table: &Arc<Table>,
        index: usize,
        keys: Span,
    ) -> Result<Vec<Vec<Datum>>, Error> {
        let scan = crate::plan::node::Scan::whole(table, index, keys);
        let mut rows = Vec::new();
        self.scan(&scan, &mut |run, row| {
            run.hold(row.len())?;
            rows.push(row.to_vec());
            Ok(Flow::More)
        })?;
        Ok(rows)
    }
}

fn unique_error(table: &Table, index: usize, row: &[Datum]) -> Error {
    let index = &table.indexes[index];
    let names: Vec<&str> =
        index.key_columns.iter().map(|&column| table.columns[column].name.as_str()).collect();
    ExecError::Unique {
        constraint: index.name.clone(),
        columns: names.join(", "),
        values: key_text(index.key_columns.iter().map(|&column| &row[column])),
    }
    .into()
}
