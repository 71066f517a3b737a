//! ALTER TABLE … COLUMN: drop, rename, type, default, NOT NULL.

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::alter_table::{Target, change, now};
use super::ddl::Draft;
use super::{
    ddl_backfill, ddl_build, ddl_drop, ddl_expr, ddl_fk, ddl_index, ddl_sequence, ddl_table,
    ddl_type,
};
use crate::ast::expr::TypeName;
use crate::ast::{DropBehavior, Expr};
use crate::catalog::descpb::TableDescriptor;
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Notice;
use crate::types::{Type, wire};

/// DROP COLUMN.
pub(crate) fn drop(
    target: &Target<'_>,
    name: &str,
    if_exists: bool,
    behavior: DropBehavior,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (snapshot, old) = now(target, cx)?;
    let desc = &old.desc;
    if cx.session.flag("sql_safe_updates", false) {
        let text = "rejected (sql_safe_updates = true): ALTER TABLE DROP COLUMN will remove all data in that column";
        return Err(CatalogError::refused(SqlState::WARNING, text).into());
    }
    let Some(column) = desc.columns.iter().find(|column| column.name == name) else {
        if if_exists {
            cx.notice_skip(
                format_args!("column \"{name}\""),
                "does not exist",
                SqlState::UNDEFINED_COLUMN,
            );
            return Ok(());
        }
        return Err(CatalogError::undefined(Kind::Column, name).into());
    };
    if desc.primary_index.key_column_ids.contains(&column.id) {
        let text = format!("column \"{name}\" is referenced by the primary key");
        return Err(CatalogError::refused(SqlState::INVALID_COLUMN_REFERENCE, text).into());
    }
    let mut draft = Draft::new(Arc::clone(&snapshot));
    let cascade = behavior == DropBehavior::Cascade;
    views_over(&mut draft, desc, column.id, target, cascade, cx)?;
    constraints_over(&mut draft, desc, column.id, cascade)?;
    ddl_sequence::stop_using(&mut draft, desc.id, Some(column.id), &column.uses_sequence_ids)?;
    let owned = column.owns_sequence_ids.clone();
    let indexes: Vec<u32> = desc
        .indexes
        .iter()
        .filter(|index| {
            index.key_column_ids.contains(&column.id) || index.store_column_ids.contains(&column.id)
        })
        .map(|index| index.id)
        .collect();
    for index in &indexes {
        ddl_index::remove_index(&mut draft, desc.id, *index, target.description, cx)?;
    }
    take_out(draft.table(desc.id)?, column.id);
    ddl_type::refer(&mut draft, desc.id)?;
    ddl_drop::along_with_column(&mut draft, &owned, target.description, cx)?;
    draft.write(cx)?;
    ddl_backfill::rewrite_rows(&old, target.id, None, cx)?;
    if !indexes.is_empty() {
        let notice = Notice::new("the data for dropped indexes is reclaimed asynchronously")
            .with_hint(
                "The reclamation delay can be customized in the zone configuration for the table.",
            );
        cx.notice(notice);
    }
    Ok(())
}

/// The column out of the table, its checks and its families.
fn take_out(made: &mut TableDescriptor, id: u32) {
    made.columns.retain(|column| column.id != id);
    made.checks.retain(|check| !check.column_ids.contains(&id));
    for family in &mut made.families {
        let keep = family.column_ids.iter().position(|known| *known == id);
        if let Some(at) = keep {
            family.column_ids.remove(at);
            if at < family.column_names.len() {
                family.column_names.remove(at);
            }
        }
    }
    made.families.retain(|family| family.id == 0 || !family.column_ids.is_empty());
    ddl_build::settle_families(made);
    ddl_build::store_rest(made);
}

/// Views that read the column forbid its end, or go along.
fn views_over(
    draft: &mut Draft,
    desc: &TableDescriptor,
    column: u32,
    target: &Target<'_>,
    cascade: bool,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let readers: Vec<u32> = desc
        .depended_on_by
        .iter()
        .filter(|by| by.column_ids.contains(&column))
        .map(|by| by.id)
        .collect();
    let Some(first) = readers.first() else { return Ok(()) };
    if !cascade {
        let name = ddl_build::column_name(desc, column);
        let view = draft.see_table(*first).map_or("", |view| &view.name).to_owned();
        let text = format!("cannot drop column \"{name}\" because view \"{view}\" depends on it");
        let hint = format!("you can drop {view} instead.");
        return Err(CatalogError::dependents(text).with_hint(hint).into());
    }
    ddl_drop::along_with_column(draft, &readers, target.description, cx)
}

fn constraints_over(
    draft: &mut Draft,
    desc: &TableDescriptor,
    column: u32,
    cascade: bool,
) -> Result<(), Error> {
    for fk in desc.outbound_fks.iter().filter(|fk| fk.origin_column_ids.contains(&column)) {
        ddl_fk::remove(draft, desc.id, &fk.name)?;
    }
    for fk in desc.inbound_fks.iter().filter(|fk| fk.referenced_column_ids.contains(&column)) {
        if !cascade {
            let origin = draft.see_table(fk.origin_table_id).map_or("", |desc| &desc.name);
            let text = format!(
                "\"{}\" is referenced by foreign key from table \"{origin}\"",
                ddl_build::column_name(desc, column)
            );
            return Err(CatalogError::dependents(text).into());
        }
        ddl_fk::remove(draft, fk.origin_table_id, &fk.name)?;
    }
    Ok(())
}

/// RENAME COLUMN.
pub(crate) fn rename(
    target: &Target<'_>,
    from: &str,
    to: &str,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let mut draft = Draft::new(Arc::clone(&snapshot));
    let desc = draft.table(target.id)?;
    let id = ddl_build::find_column(desc, from)?.id;
    if from == to {
        return Ok(());
    }
    if let Some(by) = desc.depended_on_by.iter().find(|by| by.column_ids.contains(&id)) {
        let view = snapshot.table_desc(by.id).map_or("", |view| &view.name);
        let text = format!("cannot rename column \"{from}\" because view \"{view}\" depends on it");
        let hint = format!("you can drop {view} instead.");
        return Err(CatalogError::dependents(text).with_hint(hint).into());
    }
    if desc.columns.iter().any(|column| column.name == to) {
        let text = format!("column \"{to}\" of relation \"{}\" already exists", desc.name);
        return Err(CatalogError::refused(SqlState::DUPLICATE_COLUMN, text).into());
    }
    rename_in(desc, from, to)?;
    draft.write(cx)
}

fn rename_in(desc: &mut TableDescriptor, from: &str, to: &str) -> Result<(), Error> {
    let swap = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    for column in &mut desc.columns {
        swap(&mut column.name);
        if let Some(expr) = &mut column.compute_expr {
            *expr = ddl_expr::rename_column(expr, from, to)?;
        }
    }
    for family in &mut desc.families {
        family.column_names.iter_mut().for_each(swap);
    }
    for index in std::iter::once(&mut desc.primary_index).chain(&mut desc.indexes) {
        index.key_column_names.iter_mut().for_each(swap);
        index.store_column_names.iter_mut().for_each(swap);
        if !index.predicate.is_empty() {
            index.predicate = ddl_expr::rename_column(&index.predicate, from, to)?;
        }
    }
    for check in &mut desc.checks {
        check.expr = ddl_expr::rename_column(&check.expr, from, to)?;
    }
    Ok(())
}

/// SET DEFAULT, DROP DEFAULT.
pub(crate) fn set_default(
    target: &Target<'_>,
    name: &str,
    expr: Option<&Expr>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (snapshot, table) = now(target, cx)?;
    let mut draft = Draft::new(Arc::clone(&snapshot));
    let column = ddl_build::find_column(&table.desc, name)?.clone();
    let ty = snapshot.hydrate(&column.ty.clone().unwrap_or_default())?;
    ddl_sequence::stop_using(&mut draft, target.id, Some(column.id), &column.uses_sequence_ids)?;
    let mut made = column;
    made.default_expr = None;
    made.uses_sequence_ids.clear();
    let mut extras = ddl_build::ColumnExtras::default();
    if let Some(expr) = expr {
        let env = cx.ddl_env(&snapshot);
        ddl_build::set_default(&mut made, expr, &ty, &mut extras, env)?;
    }
    ddl_table::use_sequences(&mut draft, target.id, made.id, &extras.sequences)?;
    for column in &mut draft.table(target.id)?.columns {
        if column.id == made.id {
            column.clone_from(&made);
        }
    }
    draft.write(cx)
}

/// SET ON UPDATE, DROP ON UPDATE.
pub(crate) fn set_on_update(
    target: &Target<'_>,
    name: &str,
    expr: Option<&Expr>,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (snapshot, table) = now(target, cx)?;
    let column = ddl_build::find_column(&table.desc, name)?;
    let (id, ty) = (column.id, snapshot.hydrate(&column.ty.clone().unwrap_or_default())?);
    let kept = match expr {
        Some(expr) => Some(ddl_expr::keep_default(expr, &ty, name, cx.ddl_env(&snapshot))?.text),
        None => None,
    };
    change(target, cx, |desc| {
        for column in desc.columns.iter_mut().filter(|column| column.id == id) {
            column.on_update_expr.clone_from(&kept);
        }
        Ok(())
    })
}

/// SET NOT NULL, DROP NOT NULL.
pub(crate) fn set_not_null(
    target: &Target<'_>,
    name: &str,
    not_null: bool,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (_, table) = now(target, cx)?;
    let column = ddl_build::find_column(&table.desc, name)?;
    let id = column.id;
    if !not_null && table.desc.primary_index.key_column_ids.contains(&id) {
        let text = format!("column \"{name}\" is in a primary index");
        return Err(CatalogError::refused(SqlState::INVALID_TABLE_DEFINITION, text).into());
    }
    if not_null {
        ddl_backfill::validate_not_null(target.id, id, cx)?;
    }
    change(target, cx, |desc| {
        for column in desc.columns.iter_mut().filter(|column| column.id == id) {
            column.nullable = !not_null;
        }
        Ok(())
    })
}

/// ALTER COLUMN … TYPE: only changes that leave stored values as they are.
pub(crate) fn set_type(
    target: &Target<'_>,
    name: &str,
    ty: &TypeName,
    using: bool,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (snapshot, table) = now(target, cx)?;
    let column = ddl_build::find_column(&table.desc, name)?;
    let id = column.id;
    let old = snapshot.hydrate(&column.ty.clone().unwrap_or_default())?;
    let new = wire::from_ast(ty, &snapshot.type_source(cx.name_scope()))?;
    if using || !is_trivial(&old, &new) {
        let error = CatalogError::refused(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!(
                "ALTER COLUMN TYPE from {} to {} is only supported experimentally",
                old.to_string().to_lowercase(),
                new.to_string().to_lowercase()
            ),
        );
        let hint = "you can enable alter column type general support by running `SET enable_experimental_alter_column_type_general = true`";
        return Err(error.with_hint(hint).into());
    }
    change(target, cx, |desc| {
        for column in desc.columns.iter_mut().filter(|column| column.id == id) {
            column.ty = Some(wire::to_message(&new));
        }
        Ok(())
    })
}

/// Whether every value of the old type is one of the new, in the same bytes.
fn is_trivial(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Int(a), Type::Int(b)) => a <= b,
        (Type::String(_, a), Type::String(_, b)) => *b == 0 || (*a != 0 && a <= b),
        (Type::Decimal { precision: a, scale: x }, Type::Decimal { precision: b, scale: y }) => {
            *b == 0 || (*a != 0 && a <= b && x == y)
        }
        (Type::Timestamp(_), Type::Timestamp(None))
        | (Type::TimestampTz(_), Type::TimestampTz(None)) => true,
        (a, b) => a == b,
    }
}
