//! Filling what a definition adds: entries of a new index, values of a new column, rows of a new table.
//!
//! ```text
//!   rows of the primary index ─▶ decode by the old codec ─▶ encode by the new codec ─▶ put
//! ```
//!
//! Shape: all in the statement's own transaction. *Errors*: 23505, 23502, 23514 as an INSERT would have them.

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::ddl_expr;
use super::error::Error as ExecError;
use crate::catalog::descpb::TableDescriptor;
use crate::catalog::error::Error as CatalogError;
use crate::catalog::snapshot::{Snapshot, Table};
use crate::cx::Cx;
use crate::error::Error;
use crate::row::{RowCodec, RowDecoder};
use crate::types::Datum;
use crate::types::expr::Scalar;

/// A table as the open transaction sees it now.
pub(crate) fn table_now(id: u32, cx: &mut Cx<'_>) -> Result<(Arc<Snapshot>, Arc<Table>), Error> {
    let snapshot = cx.snapshot()?;
    let table = snapshot.table(id).ok_or(CatalogError::Wire { place: "table" })?;
    Ok((snapshot, table))
}

/// All rows of a table, by the ordinals of its codec.
pub(crate) fn read_rows(codec: &RowCodec, cx: &mut Cx<'_>) -> Result<Vec<Vec<Datum>>, Error> {
    let index = &codec.primary;
    let needed = vec![true; codec.columns.len()];
    let mut decoder = RowDecoder::new(codec, index, &needed);
    let mut rows = Vec::new();
    let (kv, txn) = cx.txn()?;
    let mut scan = kv.scan(txn, &index.span(), kv::Direction::Forward)?;
    while let Some((key, value)) = scan.next()? {
        rows.extend(decoder.feed(key, value)?);
    }
    rows.extend(decoder.finish());
    Ok(rows)
}

/// Writes the entries of one index for rows that are there.
pub(crate) fn fill_index(table: u32, index: u32, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (snapshot, table) = table_now(table, cx)?;
    let rows = read_rows(&table.codec, cx)?;
    let Some(desc) = table.desc.indexes.iter().find(|desc| desc.id == index) else {
        return Ok(());
    };
    let Some(codec) = table.codec.index(index) else { return Ok(()) };
    let predicate = predicate(&desc.predicate, &table.desc, &snapshot)?;
    for row in &rows {
        if let Some(predicate) = &predicate
            && !holds(predicate, row, cx)?
        {
            continue;
        }
        let (key, value) = table.codec.encode_secondary(codec, row)?;
        let (kv, txn) = cx.txn()?;
        if desc.unique && kv.get(txn, &key)?.is_some() {
            let values: Vec<String> = codec
                .key
                .iter()
                .filter_map(|(at, _)| row.get(*at))
                .map(|datum| format!("'{}'", datum.to_text()))
                .collect();
            return Err(ExecError::Unique {
                constraint: desc.name.clone(),
                columns: desc.key_column_names.join(", "),
                values: values.join(", "),
            }
            .into());
        }
        kv.put(txn, &key, &value)?;
    }
    Ok(())
}

fn predicate(
    text: &str,
    desc: &TableDescriptor,
    snapshot: &Snapshot,
) -> Result<Option<Scalar>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let bool = crate::types::Type::Bool;
    Ok(Some(ddl_expr::compile_kept(text, &bool, desc, snapshot)?))
}

fn holds(scalar: &Scalar, row: &[Datum], cx: &mut Cx<'_>) -> Result<bool, Error> {
    let value = cx.with_eval(|eval| scalar.eval(row, eval))?;
    Ok(matches!(value, Datum::Bool(true)))
}

/// Rewrites all rows of a table whose columns changed: `old` says how they were written. A new column gets its default
/// or its computed value.
pub(crate) fn rewrite_rows(
    old: &Table,
    id: u32,
    added: Option<u32>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (snapshot, new) = table_now(id, cx)?;
    let rows = read_rows(&old.codec, cx)?;
    let fill = match added.and_then(|id| position(&new.desc, id)) {
        Some(at) => Some((at, column_value(&new, at, &snapshot)?)),
        None => None,
    };
    for row in rows {
        let mut made: Vec<Datum> = new
            .codec
            .columns
            .iter()
            .map(|column| {
                let at = old.codec.ordinal_of(column.id);
                at.and_then(|at| row.get(at).cloned()).unwrap_or(Datum::Null)
            })
            .collect();
        if let Some((at, scalar)) = &fill {
            let value = match scalar {
                Some(scalar) => cx.with_eval(|eval| scalar.eval(&made, eval))?,
                None => Datum::Null,
            };
            let column = new.desc.columns.get(*at).cloned().unwrap_or_default();
            if value.is_null() && !column.nullable {
                return Err(ExecError::NotNull { column: column.name }.into());
            }
            if let Some(place) = made.get_mut(*at) {
                *place = value;
            }
        }
        rewrite(old, &new, &row, &made, cx)?;
    }
    Ok(())
}

fn position(desc: &TableDescriptor, id: u32) -> Option<usize> {
    desc.columns.iter().position(|column| column.id == id)
}

fn column_value(table: &Table, at: usize, snapshot: &Snapshot) -> Result<Option<Scalar>, Error> {
    let (Some(column), Some(ty)) = (table.desc.columns.get(at), table.types.get(at)) else {
        return Ok(None);
    };
    let text = column.compute_expr.as_ref().or(column.default_expr.as_ref());
    match text {
        Some(text) => Ok(Some(ddl_expr::compile_kept(text, ty, &table.desc, snapshot)?)),
        None => Ok(None),
    }
}

/// Puts a row in the new form in place of the old form, in all indexes.
fn rewrite(
    old: &Table,
    new: &Table,
    before: &[Datum],
    after: &[Datum],
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let was = pairs(&old.codec, before)?;
    let is = pairs(&new.codec, after)?;
    let (kv, txn) = cx.txn()?;
    for (key, _) in was.iter().filter(|(key, _)| !is.iter().any(|(new, _)| new == key)) {
        kv.delete(txn, key)?;
    }
    for pair in is.iter().filter(|pair| !was.contains(pair)) {
        kv.put(txn, &pair.0, &pair.1)?;
    }
    Ok(())
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn pairs(codec: &RowCodec, row: &[Datum]) -> Result<Pairs, Error> {
    let mut pairs = Vec::new();
    codec.encode_primary(row, &mut |key, value| {
        pairs.push((key.to_vec(), value.to_vec()));
        Ok(())
    })?;
    for index in &codec.secondary {
        pairs.push(codec.encode_secondary(index, row)?);
    }
    Ok(pairs)
}

/// Writes rows into a table that is new: given columns first, then hidden ones by their defaults.
pub(crate) fn insert_rows(id: u32, rows: Vec<Vec<Datum>>, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (snapshot, table) = table_now(id, cx)?;
    let width = rows.first().map_or(0, Vec::len);
    let mut defaults = Vec::new();
    for at in width..table.desc.columns.len() {
        defaults.push(column_value(&table, at, &snapshot)?);
    }
    for mut row in rows {
        for scalar in &defaults {
            let value = match scalar {
                Some(scalar) => cx.with_eval(|eval| scalar.eval(&row, eval))?,
                None => Datum::Null,
            };
            row.push(value);
        }
        for (key, value) in pairs(&table.codec, &row)? {
            let (kv, txn) = cx.txn()?;
            kv.put(txn, &key, &value)?;
        }
    }
    Ok(())
}

/// Refuses if a row of a table makes a CHECK false.
pub(crate) fn validate_check(table: u32, name: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (snapshot, table) = table_now(table, cx)?;
    let Some(check) = table.desc.checks.iter().find(|check| check.name == name) else {
        return Ok(());
    };
    let bool = crate::types::Type::Bool;
    let scalar = ddl_expr::compile_kept(&check.expr, &bool, &table.desc, &snapshot)?;
    for row in read_rows(&table.codec, cx)? {
        let value = cx.with_eval(|eval| scalar.eval(&row, eval))?;
        if matches!(value, Datum::Bool(false)) {
            let shown: Vec<String> = table
                .desc
                .columns
                .iter()
                .zip(&row)
                .map(|(column, datum)| format!("{}={}", column.name, datum.to_text()))
                .collect();
            let text = format!(
                "validation of CHECK \"{}\" failed on row: {}",
                check.expr,
                shown.join(", ")
            );
            return Err(CatalogError::refused(SqlState::CHECK_VIOLATION, text).into());
        }
    }
    Ok(())
}

/// Refuses if a row of a table has NULL in a column.
pub(crate) fn validate_not_null(table: u32, column: u32, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (_, table) = table_now(table, cx)?;
    let Some(at) = table.codec.ordinal_of(column) else { return Ok(()) };
    let rows = read_rows(&table.codec, cx)?;
    if rows.iter().any(|row| row.get(at).is_some_and(Datum::is_null)) {
        let name = table.desc.columns.get(at).map_or("", |column| &column.name);
        let text = format!(
            "validation of NOT NULL constraint failed: validation of CHECK \"{name} IS NOT NULL\" failed"
        );
        return Err(CatalogError::refused(SqlState::CHECK_VIOLATION, text).into());
    }
    Ok(())
}

/// Refuses if a row of a table refers to nothing.
pub(crate) fn validate_fk(table: u32, name: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (snapshot, origin) = table_now(table, cx)?;
    let Some(fk) = origin.desc.outbound_fks.iter().find(|fk| fk.name == name) else {
        return Ok(());
    };
    let Some(target) = snapshot.table(fk.referenced_table_id) else { return Ok(()) };
    let places = |codec: &RowCodec, ids: &[u32]| -> Vec<usize> {
        ids.iter().filter_map(|id| codec.ordinal_of(*id)).collect()
    };
    let (from, to) = (
        places(&origin.codec, &fk.origin_column_ids),
        places(&target.codec, &fk.referenced_column_ids),
    );
    let pick = |row: &[Datum], at: &[usize]| -> Vec<Datum> {
        at.iter().filter_map(|at| row.get(*at).cloned()).collect()
    };
    let mut known: std::collections::BTreeSet<Vec<Datum>> = std::collections::BTreeSet::new();
    for row in read_rows(&target.codec, cx)? {
        known.insert(pick(&row, &to));
    }
    for row in read_rows(&origin.codec, cx)? {
        let key = pick(&row, &from);
        if key.iter().any(Datum::is_null) || known.contains(&key) {
            continue;
        }
        let names = super::ddl_build::column_names(&origin.desc, &fk.origin_column_ids);
        let shown: Vec<String> = names
            .iter()
            .zip(&key)
            .map(|(name, datum)| format!("{name}='{}'", datum.to_text()))
            .collect();
        let text = format!(
            "foreign key violation: \"{}\" row {} has no match in \"{}\"",
            origin.desc.name,
            shown.join(", "),
            target.desc.name
        );
        return Err(CatalogError::refused(SqlState::FOREIGN_KEY_VIOLATION, text).into());
    }
    Ok(())
}

/// Writes all rows of a table again under new indexes; the old ones are left as they are.
pub(crate) fn copy_rows(old: &Table, id: u32, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (_, new) = table_now(id, cx)?;
    for row in read_rows(&old.codec, cx)? {
        for (key, value) in pairs(&new.codec, &row)? {
            let (kv, txn) = cx.txn()?;
            if kv.get(txn, &key)?.is_some() {
                let names = super::ddl_build::column_names(
                    &new.desc,
                    &new.desc.primary_index.key_column_ids,
                );
                return Err(ExecError::Unique {
                    constraint: new.desc.primary_index.name.clone(),
                    columns: names.join(", "),
                    values: new
                        .codec
                        .primary
                        .key
                        .iter()
                        .filter_map(|(at, _)| row.get(*at))
                        .map(|datum| format!("'{}'", datum.to_text()))
                        .collect::<Vec<_>>()
                        .join(", "),
                }
                .into());
            }
            kv.put(txn, &key, &value)?;
        }
    }
    Ok(())
}

/// Leaves the data of replaced indexes to a GC job.
pub(crate) fn leave_to_gc(
    target: &super::alter_table::Target<'_>,
    indexes: &[u32],
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    use crate::catalog::descpb::GcMutation;
    let now = cx.clock.now();
    let job_id = cx.new_job_id();
    super::alter_table::change(target, cx, |desc| {
        desc.gc_mutations.extend(indexes.iter().map(|index_id| GcMutation {
            index_id: *index_id,
            drop_time: now.wall,
            job_id: job_id.0,
        }));
        Ok(())
    })?;
    let user = cx.session.user.clone();
    let record = crate::jobs::gc_job::for_indexes(
        job_id,
        &user,
        target.description,
        target.id,
        indexes,
        now,
    );
    crate::jobs::create(&mut cx.sys()?, &record)?;
    cx.start_job(job_id);
    Ok(())
}
