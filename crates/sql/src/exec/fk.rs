//! Foreign keys: checked at the end of a statement, with their actions.
//!
//! ```text
//!   insert, update of a child    its values must stand in the parent            MATCH FULL: all or none NULL
//!   delete, update of a parent   children: refuse │ go too │ NULL │ default
//! ```
//!
//! Shape: during the statement only values are noted, each once; at its end they are looked up, in a queue, since an
//! action may change rows that others refer to. *Source*: CockroachDB's page on foreign keys.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use base::map::Map;
use base::span::Span;

use super::Error as ExecError;
use super::run::Run;
use super::write::Target;
use crate::catalog::descpb::{FkAction, FkMatch, ForeignKey};
use crate::error::Error;
use crate::plan::Planner;
use crate::plan::table::{Table, key_text};
use crate::plan::write::Verb;
use crate::types::Datum;

/// How many rounds of actions one statement may set off.
const ROUNDS_MAX: usize = 1_000_000;

/// What is to be checked.
#[derive(Debug, Default)]
pub struct ForeignKeys {
    /// By table and foreign key: values that must stand in the parent.
    outbound: Map<(u32, usize), Wanted>,
    /// Keys of parents that went away or changed.
    inbound: VecDeque<Gone>,
    /// By table and constraint: values that may stand in one row only, without an index to tell.
    unique: Map<(u32, usize), Wanted>,
}

/// Values that must stand in a parent, for one foreign key of a table.
#[derive(Debug)]
struct Wanted {
    target: Target,
    keys: BTreeSet<Vec<Datum>>,
}

/// A key of a parent that went away, or became another.
#[derive(Debug)]
struct Gone {
    target: Target,
    /// Position among the parent's inbound foreign keys.
    fk: usize,
    old: Vec<Datum>,
    new: Option<Vec<Datum>>,
}

impl ForeignKeys {
    /// A row was added.
    pub fn inserted(&mut self, target: &Target, row: &[Datum]) {
        for (position, fk) in target.table.desc.outbound_fks.iter().enumerate() {
            self.note_outbound(target, position, fk, row);
        }
        self.note_unique(target, row);
    }

    fn note_unique(&mut self, target: &Target, row: &[Datum]) {
        for (position, unique) in target.table.desc.unique_without_index.iter().enumerate() {
            let key = values(&target.table, &unique.column_ids, row);
            if !key.iter().any(Datum::is_null) && unique.predicate.is_empty() {
                self.unique
                    .entry((target.table.id(), position))
                    .or_insert_with(|| Wanted { target: target.clone(), keys: BTreeSet::new() })
                    .keys
                    .insert(key);
            }
        }
    }

    /// A row went away.
    pub fn deleted(&mut self, target: &Target, old: &[Datum]) {
        self.note_inbound(target, old, None);
    }

    /// A row became another.
    pub fn updated(&mut self, target: &Target, old: &[Datum], new: &[Datum]) {
        for (position, fk) in target.table.desc.outbound_fks.iter().enumerate() {
            let before = values(&target.table, &fk.origin_column_ids, old);
            if before != values(&target.table, &fk.origin_column_ids, new) {
                self.note_outbound(target, position, fk, new);
            }
        }
        self.note_inbound(target, old, Some(new));
        self.note_unique(target, new);
    }

    fn note_outbound(&mut self, target: &Target, position: usize, fk: &ForeignKey, row: &[Datum]) {
        let key = values(&target.table, &fk.origin_column_ids, row);
        let nulls = key.iter().filter(|value| value.is_null()).count();
        let partly = nulls > 0 && nulls < key.len() && fk.match_kind == i32::from(FkMatch::Full);
        if nulls == 0 || partly {
            self.outbound
                .entry((target.table.id(), position))
                .or_insert_with(|| Wanted { target: target.clone(), keys: BTreeSet::new() })
                .keys
                .insert(key);
        }
    }

    fn note_inbound(&mut self, target: &Target, old: &[Datum], new: Option<&[Datum]>) {
        for (fk, described) in target.table.desc.inbound_fks.iter().enumerate() {
            let before = values(&target.table, &described.referenced_column_ids, old);
            let after = new.map(|new| values(&target.table, &described.referenced_column_ids, new));
            if before.iter().any(Datum::is_null) || after.as_ref() == Some(&before) {
                continue;
            }
            self.inbound.push_back(Gone { target: target.clone(), fk, old: before, new: after });
        }
    }
}

impl Run<'_, '_> {
    /// Checks what a statement noted, and carries out actions.
    pub fn check_foreign_keys(&mut self, mut fks: ForeignKeys) -> Result<(), Error> {
        for _ in 0..ROUNDS_MAX {
            let Some(gone) = fks.inbound.pop_front() else {
                self.check_unique(std::mem::take(&mut fks.unique))?;
                return self.check_outbound(fks);
            };
            self.step(1)?;
            self.parent_gone(&gone, &mut fks)?;
        }
        Err(ExecError::TooDeep { what: "foreign key actions", limit: ROUNDS_MAX }.into())
    }

    /// Unique constraints without an index: more than one row with a value is one too many.
    fn check_unique(&mut self, unique: Map<(u32, usize), Wanted>) -> Result<(), Error> {
        for ((_, position), Wanted { target, keys }) in unique {
            let Some(described) = target.table.desc.unique_without_index.get(position) else {
                continue;
            };
            for key in keys {
                if self.find(&target.table, &described.column_ids, &key)?.len() > 1 {
                    return Err(ExecError::Unique {
                        constraint: described.name.clone(),
                        columns: column_names(&target.table, &described.column_ids),
                        values: key_text(key.iter()),
                    }
                    .into());
                }
            }
        }
        Ok(())
    }

    fn check_outbound(&mut self, fks: ForeignKeys) -> Result<(), Error> {
        for ((_, position), Wanted { target, keys }) in fks.outbound {
            let Some(fk) = target.table.desc.outbound_fks.get(position).cloned() else { continue };
            let parent = self.table(fk.referenced_table_id)?;
            for key in keys {
                if key.iter().any(Datum::is_null) {
                    return Err(ExecError::ForeignKeyMatchFull {
                        verb: target.verb.lower(),
                        table: target.table.desc.name.clone(),
                        constraint: fk.name.clone(),
                    }
                    .into());
                }
                if self.find(&parent, &fk.referenced_column_ids, &key)?.is_empty() {
                    return Err(ExecError::ForeignKeyMissing {
                        verb: target.verb.lower(),
                        table: target.table.desc.name.clone(),
                        constraint: fk.name.clone(),
                        columns: column_names(&target.table, &fk.origin_column_ids),
                        values: key_text(key.iter()),
                        referenced: parent.desc.name.clone(),
                    }
                    .into());
                }
            }
        }
        Ok(())
    }

    fn parent_gone(&mut self, gone: &Gone, fks: &mut ForeignKeys) -> Result<(), Error> {
        let parent = &gone.target.table;
        let Some(fk) = parent.desc.inbound_fks.get(gone.fk).cloned() else { return Ok(()) };
        let child = self.table(fk.origin_table_id)?;
        let rows = self.find(&child, &fk.origin_column_ids, &gone.old)?;
        if rows.is_empty() || !self.find(parent, &fk.referenced_column_ids, &gone.old)?.is_empty() {
            return Ok(());
        }
        let action = if gone.new.is_some() { fk.on_update } else { fk.on_delete };
        let rules = child.rules(self.cx)?;
        let verb = if gone.new.is_none() { Verb::Delete } else { Verb::Update };
        let target = Target { table: Arc::clone(&child), rules, verb };
        let replacement = match FkAction::try_from(action).unwrap_or(FkAction::NoAction) {
            FkAction::NoAction | FkAction::Restrict => {
                return Err(ExecError::ForeignKeyReferenced {
                    verb: gone.target.verb.lower(),
                    table: parent.desc.name.clone(),
                    constraint: fk.name.clone(),
                    origin: child.desc.name.clone(),
                    columns: column_names(parent, &fk.referenced_column_ids),
                    values: key_text(gone.old.iter()),
                }
                .into());
            }
            FkAction::Cascade => gone.new.clone(),
            FkAction::SetNull => Some(vec![Datum::Null; gone.old.len()]),
            FkAction::SetDefault => Some(self.defaults(&target, &fk.origin_column_ids)?),
        };
        for old in rows {
            self.step(1)?;
            let Some(values) = &replacement else {
                self.delete_row(&target, &old, fks)?;
                continue;
            };
            let mut new = old.clone();
            for (id, value) in fk.origin_column_ids.iter().zip(values) {
                if let Some(ordinal) = child.ordinal_of_id(*id) {
                    new[ordinal] = value.clone();
                }
            }
            self.complete(&target, &mut new)?;
            self.replace_row(&target, &old, &new, fks)?;
        }
        Ok(())
    }

    fn defaults(&mut self, target: &Target, ids: &[u32]) -> Result<Vec<Datum>, Error> {
        let mut made = Vec::with_capacity(ids.len());
        for id in ids {
            let default = target
                .table
                .ordinal_of_id(*id)
                .and_then(|ordinal| target.rules.defaults.get(ordinal).cloned().flatten());
            made.push(match default {
                Some(scalar) => self.cx.with_eval(|eval| scalar.eval(&[], eval))?,
                None => Datum::Null,
            });
        }
        Ok(made)
    }

    fn table(&mut self, id: u32) -> Result<Arc<Table>, Error> {
        Ok(Planner::new(self.cx).find_by_id(id)?.0)
    }

    /// The rows of a table with these values in these columns, by an index that begins with them if there is one.
    fn find(
        &mut self,
        table: &Arc<Table>,
        ids: &[u32],
        key: &[Datum],
    ) -> Result<Vec<Vec<Datum>>, Error> {
        let ordinals: Vec<usize> = ids.iter().filter_map(|id| table.ordinal_of_id(*id)).collect();
        for (position, index) in table.indexes.iter().enumerate() {
            let Some(leading) = index.key_columns.get(..ordinals.len()) else { continue };
            if !index.usable || !ordinals.iter().all(|column| leading.contains(column)) {
                continue;
            }
            let in_order: Vec<Datum> = leading
                .iter()
                .filter_map(|column| ordinals.iter().position(|other| other == column))
                .filter_map(|place| key.get(place).cloned())
                .collect();
            let prefix = table.index_codec(position).key_prefix(&in_order)?;
            return self.rows_in(table, position, Span::prefix(prefix));
        }
        let mut rows = self.rows_in(table, 0, table.index_span(0))?;
        rows.retain(|row| ordinals.iter().zip(key).all(|(&column, value)| row[column] == *value));
        Ok(rows)
    }
}

/// The values of some columns of a row.
fn values(table: &Table, ids: &[u32], row: &[Datum]) -> Vec<Datum> {
    ids.iter()
        .filter_map(|id| table.ordinal_of_id(*id))
        .filter_map(|ordinal| row.get(ordinal).cloned())
        .collect()
}

fn column_names(table: &Table, ids: &[u32]) -> String {
    let names: Vec<&str> = ids
        .iter()
        .filter_map(|id| table.ordinal_of_id(*id))
        .map(|ordinal| table.columns[ordinal].name.as_str())
        .collect();
    names.join(", ")
}
