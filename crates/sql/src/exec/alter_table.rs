//! ALTER TABLE: its commands one after the other, each with what it must check or fill.
//!
//! ```text
//!   ADD COLUMN without default     only the descriptor         ADD CONSTRAINT    existing rows are checked
//!   ADD COLUMN with default        rows are rewritten          DROP COLUMN       rows are rewritten without it
//! ```
//!
//! Shape: every command writes its own version of the descriptor, so that the next one sees it. One job for all.

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::ddl::{self, Draft, JobNote};
use super::{
    alter_column, ddl_backfill, ddl_build, ddl_fk, ddl_index, ddl_sequence, ddl_table, ddl_type,
};
use crate::ast::ddl::{
    AlterTable, AlterTableCommand, ColumnDef, ConstraintDef, ConstraintKind, IndexDef,
};
use crate::ast::{DropBehavior, Statement};
use crate::catalog::descpb::{TableDescriptor, validity};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Scope, kind_of};
use crate::catalog::snapshot::{Snapshot, Table};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;

/// The table that a statement alters, and its description for jobs.
pub(crate) struct Target<'a> {
    /// The table.
    pub id: u32,
    /// The statement with full names.
    pub description: &'a str,
}

/// Runs ALTER TABLE.
pub(crate) fn run(stmt: &AlterTable, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("ALTER TABLE")?;
    let snapshot = cx.snapshot()?;
    let desc = match snapshot.resolve_relation(&stmt.name, cx.name_scope()) {
        Ok(desc) => Arc::clone(desc),
        Err(CatalogError::Undefined { kind, name }) if stmt.if_exists => {
            let what = format!("{} \"{name}\"", kind.word());
            cx.notice_skip(what, "does not exist", SqlState::UNDEFINED_TABLE);
            return Ok(Outcome::tag("ALTER TABLE"));
        }
        Err(cause) => return Err(cause.into()),
    };
    if kind_of(&desc) != Kind::Table {
        let name = desc.name.clone();
        return Err(CatalogError::WrongKind { name, wanted: Kind::Table }.into());
    }
    cx.require_alter(&snapshot, &desc)?;
    let name = ddl::full_object_name(snapshot.full_name(&desc));
    let full = AlterTable { name, ..stmt.clone() };
    let description = ddl::describe(&Statement::AlterTable(Box::new(full)));
    let target = Target { id: desc.id, description: &description };
    for command in &stmt.commands {
        run_command(&target, command, cx)?;
    }
    let note = JobNote { description: &description, ids: &[desc.id], of_type: false };
    ddl::note_job(&note, cx)?;
    Ok(Outcome::tag("ALTER TABLE"))
}

fn run_command(
    target: &Target<'_>,
    command: &AlterTableCommand,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    match command {
        AlterTableCommand::AddColumn { if_not_exists, column } => {
            add_column(target, *if_not_exists, column, cx)
        }
        AlterTableCommand::DropColumn { if_exists, column, behavior } => {
            alter_column::drop(target, column, *if_exists, *behavior, cx)
        }
        AlterTableCommand::AddConstraint { constraint, not_valid } => {
            add_constraint(target, constraint, *not_valid, cx)
        }
        AlterTableCommand::DropConstraint { if_exists, name, behavior } => {
            drop_constraint(target, name, *if_exists, *behavior, cx)
        }
        AlterTableCommand::ValidateConstraint(name) => validate_constraint(target, name, cx),
        AlterTableCommand::RenameColumn(from, to) => alter_column::rename(target, from, to, cx),
        AlterTableCommand::RenameConstraint(from, to) => rename_constraint(target, from, to, cx),
        AlterTableCommand::SetType { column, ty, using } => {
            alter_column::set_type(target, column, ty, using.is_some(), cx)
        }
        AlterTableCommand::SetDefault(column, expr) => {
            alter_column::set_default(target, column, expr.as_ref(), cx)
        }
        AlterTableCommand::SetOnUpdate(column, expr) => {
            alter_column::set_on_update(target, column, expr.as_ref(), cx)
        }
        AlterTableCommand::SetNotNull(column, not_null) => {
            alter_column::set_not_null(target, column, *not_null, cx)
        }
        AlterTableCommand::SetVisible(column, visible) => change(target, cx, |desc| {
            let id = ddl_build::find_column(desc, column)?.id;
            for column in desc.columns.iter_mut().filter(|column| column.id == id) {
                column.hidden = !visible;
            }
            Ok(())
        }),
        AlterTableCommand::DropStored(column) => change(target, cx, |desc| {
            let id = ddl_build::find_column(desc, column)?.id;
            for column in desc.columns.iter_mut().filter(|column| column.id == id) {
                column.compute_expr = None;
            }
            Ok(())
        }),
        AlterTableCommand::AlterPrimaryKey(index) => alter_primary_key(target, index, cx),
        AlterTableCommand::SetParams(params) => {
            let rules = *cx.rules;
            change(target, cx, |desc| ddl_table::params(desc, params, rules))
        }
        AlterTableCommand::ResetParams(names) => change(target, cx, |desc| {
            if names.iter().any(|name| name == "exclude_data_from_backup") {
                desc.exclude_data_from_backup = desc.exclude_data_from_backup.map(|_| false);
            }
            Ok(())
        }),
        AlterTableCommand::SetLocality(_) => {
            Err(CatalogError::unsupported("ALTER TABLE … SET LOCALITY").into())
        }
        AlterTableCommand::PartitionBy(_) => {
            Err(CatalogError::unsupported("ALTER TABLE … PARTITION BY").into())
        }
    }
}

/// Changes only the table's own descriptor.
pub(crate) fn change(
    target: &Target<'_>,
    cx: &mut Cx<'_>,
    f: impl FnOnce(&mut TableDescriptor) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut draft = Draft::new(cx.snapshot()?);
    f(draft.table(target.id)?)?;
    draft.write(cx)
}

/// The table with its codec, as the statement sees it now.
pub(crate) fn now(
    target: &Target<'_>,
    cx: &mut Cx<'_>,
) -> Result<(Arc<Snapshot>, Arc<Table>), Error> {
    ddl_backfill::table_now(target.id, cx)
}

fn add_column(
    target: &Target<'_>,
    if_not_exists: bool,
    def: &ColumnDef,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (snapshot, old) = now(target, cx)?;
    if old.desc.columns.iter().any(|column| column.name == def.name) {
        let full = format!("column \"{}\"", def.name);
        if if_not_exists {
            cx.notice_skip(full, "already exists", SqlState::DUPLICATE_COLUMN);
            return Ok(());
        }
        let text = format!("{full} of relation \"{}\" already exists", old.desc.name);
        return Err(CatalogError::refused(SqlState::DUPLICATE_COLUMN, text).into());
    }
    let mut draft = Draft::new(snapshot);
    let mut desc = (*old.desc).clone();
    let (column, extras) = {
        let snapshot = Arc::clone(&draft.snapshot);
        ddl_build::column(&mut desc, def, cx.ddl_env(&snapshot))?
    };
    if extras.primary.is_some() {
        let text = format!("multiple primary keys for table \"{}\" are not allowed", desc.name);
        return Err(CatalogError::refused(SqlState::INVALID_TABLE_DEFINITION, text).into());
    }
    let id = column.id;
    let filled = column.default_expr.is_some()
        || (column.compute_expr.is_some() && !column.is_virtual)
        || !column.nullable
        || extras.identity.is_some();
    let stored = !column.is_virtual;
    ddl_build::push_column(&mut desc, column);
    if stored {
        ddl_build::place_in_family(&mut desc, id, extras.family.as_ref())?;
        ddl_build::settle_families(&mut desc);
        ddl_build::store_rest(&mut desc);
    }
    for (name, expr) in &extras.checks {
        let snapshot = Arc::clone(&draft.snapshot);
        ddl_build::add_check(&mut desc, name.as_deref(), expr, cx.ddl_env(&snapshot))?;
    }
    *draft.table(target.id)? = desc;
    ddl_table::use_sequences(&mut draft, target.id, id, &extras.sequences)?;
    if let Some(options) = &extras.identity {
        ddl_sequence::for_identity(&mut draft, target.id, id, options, cx)?;
    }
    if let Some((name, reference)) = &extras.reference {
        let (scope, rules) = (Scope::of(cx.session), *cx.rules);
        let columns = [def.name.clone()];
        ddl_fk::add(&mut draft, target.id, name.as_deref(), &columns, reference, scope, rules)?;
    }
    ddl_type::refer(&mut draft, target.id)?;
    draft.write(cx)?;
    if filled {
        ddl_backfill::rewrite_rows(&old, target.id, Some(id), cx)?;
    }
    if let Some((name, _)) = &extras.unique {
        let index = ddl_table::single_column_index(name.clone(), def.name.clone());
        add_index(target, &index, cx)?;
    }
    Ok(())
}

/// Adds an index and fills it.
fn add_index(target: &Target<'_>, def: &IndexDef, cx: &mut Cx<'_>) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    let mut draft = Draft::new(Arc::clone(&snapshot));
    let mut desc = draft.table(target.id)?.clone();
    let index = ddl_build::add_index(&mut desc, def, cx.ddl_env(&snapshot))?;
    *draft.table(target.id)? = desc;
    draft.write(cx)?;
    ddl_backfill::fill_index(target.id, index, cx)
}

fn add_constraint(
    target: &Target<'_>,
    def: &ConstraintDef,
    not_valid: bool,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let snapshot = cx.snapshot()?;
    if let Some(name) = &def.name
        && let Some(desc) = snapshot.table_desc(target.id)
        && ddl_build::name_taken(desc, name)
    {
        if def.if_not_exists {
            return Ok(());
        }
        return Err(ddl_build::duplicate_constraint(name));
    }
    match &def.kind {
        ConstraintKind::PrimaryKey(index) => alter_primary_key(target, index, cx),
        ConstraintKind::Unique { index, without_index: false } => {
            let mut index = (**index).clone();
            index.unique = true;
            index.name = def.name.clone().or(index.name);
            add_index(target, &index, cx)
        }
        ConstraintKind::Unique { index, without_index: true } => change(target, cx, |desc| {
            let key = ddl_build::key_columns(desc, &index.columns)?;
            let ids = key.into_iter().map(|(id, _)| id).collect();
            ddl_build::add_unique_without_index(desc, def.name.as_deref(), ids);
            Ok(())
        }),
        ConstraintKind::Check(expr) => {
            let mut draft = Draft::new(Arc::clone(&snapshot));
            let mut desc = draft.table(target.id)?.clone();
            ddl_build::add_check(&mut desc, def.name.as_deref(), expr, cx.ddl_env(&snapshot))?;
            let name = desc.checks.last().map(|check| check.name.clone()).unwrap_or_default();
            if let Some(check) = desc.checks.last_mut().filter(|_| not_valid) {
                check.validity = validity::UNVALIDATED;
            }
            *draft.table(target.id)? = desc;
            draft.write(cx)?;
            if not_valid { Ok(()) } else { ddl_backfill::validate_check(target.id, &name, cx) }
        }
        ConstraintKind::ForeignKey { columns, reference } => {
            let held = ddl::is_held(&snapshot, cx);
            let mut draft = Draft::new(snapshot);
            let (scope, rules) = (Scope::of(cx.session), *cx.rules);
            let name = def.name.as_deref();
            ddl_fk::add(&mut draft, target.id, name, columns, reference, scope, rules)?;
            if held {
                // The job will add it, once the pause point lets it.
                ddl_fk::hold_back(&mut draft, target.id)?;
                return draft.write(cx);
            }
            let made = draft.table(target.id)?.outbound_fks.last_mut();
            let name = made
                .map(|fk| {
                    if not_valid {
                        fk.validity = validity::UNVALIDATED;
                    }
                    fk.name.clone()
                })
                .unwrap_or_default();
            draft.write(cx)?;
            if not_valid { Ok(()) } else { ddl_backfill::validate_fk(target.id, &name, cx) }
        }
    }
}

fn missing_constraint(name: &str, desc: &TableDescriptor) -> Error {
    let text = format!("constraint \"{name}\" of relation \"{}\" does not exist", desc.name);
    CatalogError::refused(SqlState::UNDEFINED_OBJECT, text).into()
}

fn drop_constraint(
    target: &Target<'_>,
    name: &str,
    if_exists: bool,
    behavior: DropBehavior,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let mut draft = Draft::new(cx.snapshot()?);
    let desc = draft.table(target.id)?;
    if desc.outbound_fks.iter().any(|fk| fk.name == name) {
        ddl_fk::remove(&mut draft, target.id, name)?;
        return draft.write(cx);
    }
    let before = (desc.checks.len(), desc.unique_without_index.len());
    desc.checks.retain(|check| check.name != name);
    desc.unique_without_index.retain(|unique| unique.name != name);
    if before != (desc.checks.len(), desc.unique_without_index.len()) {
        return draft.write(cx);
    }
    if desc.primary_index.name == name {
        let error = CatalogError::refused(
            SqlState::FEATURE_NOT_SUPPORTED,
            "primary key dropped without subsequent addition of new primary key in same transaction",
        );
        return Err(error.into());
    }
    let index = desc.indexes.iter().find(|index| index.name == name && index.unique);
    if let Some(index) = index.map(|index| index.id) {
        if behavior != DropBehavior::Cascade {
            let error = CatalogError::refused(
                SqlState::FEATURE_NOT_SUPPORTED,
                format!(
                    "unimplemented: cannot drop UNIQUE constraint \"{name}\" using ALTER TABLE DROP CONSTRAINT, use DROP INDEX CASCADE instead"
                ),
            );
            return Err(error.into());
        }
        ddl_index::remove_index(&mut draft, target.id, index, target.description, cx)?;
        return draft.write(cx);
    }
    if if_exists {
        return Ok(());
    }
    Err(missing_constraint(name, draft.table(target.id)?))
}

fn validate_constraint(target: &Target<'_>, name: &str, cx: &mut Cx<'_>) -> Result<(), Error> {
    let mut draft = Draft::new(cx.snapshot()?);
    let desc = draft.table(target.id)?;
    let mut found = false;
    for check in desc.checks.iter_mut().filter(|check| check.name == name) {
        check.validity = validity::VALIDATED;
        found = true;
    }
    for fk in desc.outbound_fks.iter_mut().filter(|fk| fk.name == name) {
        fk.validity = validity::VALIDATED;
        found = true;
    }
    if !found {
        return Err(missing_constraint(name, desc));
    }
    draft.write(cx)?;
    ddl_backfill::validate_check(target.id, name, cx)?;
    ddl_backfill::validate_fk(target.id, name, cx)
}

fn rename_constraint(
    target: &Target<'_>,
    from: &str,
    to: &str,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let mut draft = Draft::new(cx.snapshot()?);
    let desc = draft.table(target.id)?;
    if !ddl_build::name_taken(desc, from) {
        return Err(missing_constraint(from, desc));
    }
    if ddl_build::name_taken(desc, to) {
        return Err(ddl_build::duplicate_constraint(to));
    }
    let referenced: Vec<u32> = desc
        .outbound_fks
        .iter()
        .filter(|fk| fk.name == from)
        .map(|fk| fk.referenced_table_id)
        .collect();
    let names = std::iter::once(&mut desc.primary_index.name)
        .chain(desc.indexes.iter_mut().map(|index| &mut index.name))
        .chain(desc.checks.iter_mut().map(|check| &mut check.name))
        .chain(desc.outbound_fks.iter_mut().map(|fk| &mut fk.name))
        .chain(desc.unique_without_index.iter_mut().map(|unique| &mut unique.name));
    for name in names.filter(|name| *name == from) {
        to.clone_into(name);
    }
    for id in referenced {
        for fk in &mut draft.table(id)?.inbound_fks {
            if fk.name == from && fk.origin_table_id == target.id {
                to.clone_into(&mut fk.name);
            }
        }
    }
    draft.write(cx)
}

/// A new primary index in place of the old one; a hidden rowid that was the key goes out of it but stays.
fn alter_primary_key(target: &Target<'_>, def: &IndexDef, cx: &mut Cx<'_>) -> Result<(), Error> {
    let (snapshot, old) = now(target, cx)?;
    let mut draft = Draft::new(snapshot);
    let mut desc = (*old.desc).clone();
    let key = ddl_build::key_columns(&desc, &def.columns)?;
    for (id, _) in &key {
        if let Some(column) = desc.columns.iter().find(|column| column.id == *id && column.nullable)
        {
            let error = CatalogError::refused(
                SqlState::INVALID_SCHEMA_DEFINITION,
                format!("cannot use nullable column \"{}\" in primary key", column.name),
            );
            return Err(error.into());
        }
    }
    let old_primary = desc.primary_index.id;
    let name = desc.primary_index.name.clone();
    let wanted = def.name.clone().unwrap_or(name);
    ddl_build::set_primary(&mut desc, Some(&wanted), &key, *cx.rules)?;
    ddl_build::settle_families(&mut desc);
    // Secondary indexes carry the primary key, so they are made anew as well.
    let primary = desc.primary_index.key_column_ids.clone();
    let mut dropped = vec![old_primary];
    let mut next = desc.next_index_id;
    for index in &mut desc.indexes {
        dropped.push(index.id);
        index.id = next;
        next += 1;
        index.key_suffix_column_ids =
            primary.iter().copied().filter(|id| !index.key_column_ids.contains(id)).collect();
        let kept: Vec<(u32, String)> = index
            .store_column_ids
            .iter()
            .copied()
            .zip(index.store_column_names.iter().cloned())
            .filter(|(id, _)| !primary.contains(id))
            .collect();
        (index.store_column_ids, index.store_column_names) = kept.into_iter().unzip();
    }
    desc.next_index_id = next;
    *draft.table(target.id)? = desc;
    draft.write(cx)?;
    ddl_backfill::copy_rows(&old, target.id, cx)?;
    ddl_backfill::leave_to_gc(target, &dropped, cx)
}
