//! Foreign keys in definitions: found, checked, and written on both sides.
//!
//! ```text
//!   orders.customer_id ── outbound_fks ─▶ customers.id
//!                      ◀─ inbound_fks ──                    the target must have a unique index over those columns
//! ```

use base::sqlstate::SqlState;

use super::ddl::Draft;
use super::ddl_build;
use crate::ast::ddl::{Match, RefAction, Reference};
use crate::catalog::descpb::{
    ConstraintChange, FkAction, FkMatch, ForeignKey, Mutation, SqlType, TableDescriptor,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Scope, kind_of};
use crate::error::Error;
use crate::rules::Rules;

fn action(action: RefAction) -> FkAction {
    match action {
        RefAction::NoAction => FkAction::NoAction,
        RefAction::Restrict => FkAction::Restrict,
        RefAction::Cascade => FkAction::Cascade,
        RefAction::SetNull => FkAction::SetNull,
        RefAction::SetDefault => FkAction::SetDefault,
    }
}

fn matching(kind: Match) -> Result<FkMatch, Error> {
    match kind {
        Match::Simple => Ok(FkMatch::Simple),
        Match::Full => Ok(FkMatch::Full),
        Match::Partial => Err(CatalogError::unsupported("MATCH PARTIAL").into()),
    }
}

fn refuse(message: String) -> Error {
    CatalogError::refused(SqlState::INVALID_FOREIGN_KEY, message).into()
}

/// Adds a foreign key of table `origin` (in the draft) over `columns`, on both sides.
pub(crate) fn add(
    draft: &mut Draft,
    origin: u32,
    name: Option<&str>,
    columns: &[String],
    reference: &Reference,
    scope: Scope<'_>,
    rules: Rules,
) -> Result<(), Error> {
    let target_id = resolve_target(draft, origin, reference, scope)?;
    let snapshot = std::sync::Arc::clone(&draft.snapshot);
    let missing = || Error::from(CatalogError::Wire { place: "descriptor" });
    let (key, name) = {
        let desc = draft.see_table(origin).ok_or_else(missing)?;
        let target = draft.see_table(target_id).ok_or_else(missing)?;
        let key = pair_columns(desc, target, columns, reference)?;
        check_types(desc, target, &key, &|ty| snapshot.hydrate(ty).ok())?;
        if !is_unique(target, &key.referenced) {
            return Err(refuse(format!(
                "there is no unique constraint matching given keys for referenced table {}",
                target.name
            )));
        }
        (key, constraint_name(desc, target, name, columns, rules)?)
    };
    check_actions(draft, origin, &key, reference)?;
    let constraint_id = ddl_build::constraint_id(draft.table(origin)?);
    let fk = ForeignKey {
        origin_table_id: origin,
        origin_column_ids: key.origin,
        referenced_column_ids: key.referenced,
        referenced_table_id: target_id,
        name,
        validity: 0,
        on_delete: action(reference.on_delete).into(),
        on_update: action(reference.on_update).into(),
        match_kind: matching(reference.matching)?.into(),
        constraint_id,
    };
    draft.table(origin)?.outbound_fks.push(fk.clone());
    draft.table(target_id)?.inbound_fks.push(fk);
    Ok(())
}

/// Columns of both sides, in order.
struct Key {
    origin: Vec<u32>,
    referenced: Vec<u32>,
}

fn resolve_target(
    draft: &Draft,
    origin: u32,
    reference: &Reference,
    scope: Scope<'_>,
) -> Result<u32, Error> {
    // A table may refer to itself while it is being made.
    let own = draft.see_table(origin).filter(|desc| {
        desc.version == 0
            && reference.table.object() == desc.name
            && reference.table.prefix().last().is_none_or(|schema| {
                draft.snapshot.schema_name(desc.unexposed_parent_schema_id) == schema
                    || draft.snapshot.database(desc.parent_id).is_some_and(|db| db.name == *schema)
            })
    });
    if let Some(own) = own {
        return Ok(own.id);
    }
    let desc = draft.snapshot.resolve_relation(&reference.table, scope)?;
    if kind_of(desc) == Kind::Table {
        return Ok(desc.id);
    }
    Err(refuse(format!("referenced relation \"{}\" is not a table", desc.name)))
}

fn pair_columns(
    desc: &TableDescriptor,
    target: &TableDescriptor,
    columns: &[String],
    reference: &Reference,
) -> Result<Key, Error> {
    let mut origin = Vec::new();
    for name in columns {
        origin.push(ddl_build::find_column(desc, name)?.id);
    }
    let referenced = if reference.columns.is_empty() {
        target.primary_index.key_column_ids.clone()
    } else {
        let mut ids = Vec::new();
        for name in &reference.columns {
            ids.push(ddl_build::find_column(target, name)?.id);
        }
        ids
    };
    if origin.len() != referenced.len() {
        return Err(CatalogError::refused(
            SqlState::SYNTAX_ERROR,
            format!(
                "{} columns must reference exactly {} columns in referenced table (found {})",
                origin.len(),
                origin.len(),
                referenced.len()
            ),
        )
        .into());
    }
    Ok(Key { origin, referenced })
}

fn check_types(
    desc: &TableDescriptor,
    target: &TableDescriptor,
    key: &Key,
    hydrate: &dyn Fn(&SqlType) -> Option<crate::types::Type>,
) -> Result<(), Error> {
    let column = |table: &TableDescriptor, id: u32| {
        table.columns.iter().find(|column| column.id == id).cloned().unwrap_or_default()
    };
    for (origin, referenced) in key.origin.iter().zip(&key.referenced) {
        let (from, to) = (column(desc, *origin), column(target, *referenced));
        let types = from.ty.as_ref().and_then(hydrate).zip(to.ty.as_ref().and_then(hydrate));
        if let Some((a, b)) = types
            && !a.equivalent(&b)
        {
            let text = |ty: &crate::types::Type| ty.to_string().to_lowercase();
            return Err(CatalogError::refused(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "type of \"{}\" ({}) does not match foreign key \"{}\".\"{}\" ({})",
                    from.name,
                    text(&a),
                    target.name,
                    to.name,
                    text(&b)
                ),
            )
            .into());
        }
    }
    Ok(())
}

/// Whether an index or constraint makes the columns unique, in any order.
fn is_unique(target: &TableDescriptor, columns: &[u32]) -> bool {
    let same =
        |ids: &[u32]| ids.len() == columns.len() && ids.iter().all(|id| columns.contains(id));
    same(&target.primary_index.key_column_ids)
        || target
            .indexes
            .iter()
            .any(|index| index.unique && index.predicate.is_empty() && same(&index.key_column_ids))
        || target.unique_without_index.iter().any(|unique| same(&unique.column_ids))
}

fn constraint_name(
    desc: &TableDescriptor,
    target: &TableDescriptor,
    given: Option<&str>,
    columns: &[String],
    rules: Rules,
) -> Result<String, Error> {
    if let Some(name) = given {
        if ddl_build::name_taken(desc, name) {
            return Err(ddl_build::duplicate_constraint(name));
        }
        return Ok(name.to_owned());
    }
    let columns = columns.join("_");
    let base = if rules.old_show_create() {
        format!("fk_{columns}_ref_{}", target.name)
    } else {
        format!("{}_{columns}_fkey", desc.name)
    };
    Ok(ddl_build::free_name(&base, |name| ddl_build::name_taken(desc, name)))
}

/// SET NULL needs columns that may be NULL, SET DEFAULT a default or such columns.
fn check_actions(
    draft: &Draft,
    origin: u32,
    key: &Key,
    reference: &Reference,
) -> Result<(), Error> {
    let Some(desc) = draft.see_table(origin) else { return Ok(()) };
    let full = |column: &str| format!("{}.{column}", draft.snapshot.full_name(desc).join("."));
    for action in [reference.on_delete, reference.on_update] {
        for id in &key.origin {
            let Some(column) = desc.columns.iter().find(|column| column.id == *id) else {
                continue;
            };
            if action == RefAction::SetNull && !column.nullable {
                let text = format!(
                    "cannot add a SET NULL cascading action on column \"{}\" which has a NOT NULL \
                     constraint",
                    full(&column.name)
                );
                return Err(refuse(text));
            }
            if action == RefAction::SetDefault && !column.nullable && column.default_expr.is_none()
            {
                let text = format!(
                    "cannot add a SET DEFAULT cascading action on column \"{}\" which has a NOT \
                     NULL constraint and a NULL default expression",
                    full(&column.name)
                );
                return Err(refuse(text));
            }
        }
    }
    Ok(())
}

/// Makes the newest foreign key of a table a change under way: [`crate::jobs::schema_change`] finishes it.
pub(crate) fn hold_back(draft: &mut Draft, origin: u32) -> Result<(), Error> {
    let desc = draft.table(origin)?;
    let Some(fk) = desc.outbound_fks.pop() else { return Ok(()) };
    let mutation_id = desc.next_mutation_id;
    desc.next_mutation_id += 1;
    desc.mutations.push(Mutation {
        constraint: Some(ConstraintChange {
            kind: 1,
            name: fk.name.clone(),
            foreign_key: fk.clone(),
            ..Default::default()
        }),
        state: 2,
        direction: 1,
        mutation_id,
        ..Default::default()
    });
    draft
        .table(fk.referenced_table_id)?
        .inbound_fks
        .retain(|back| back.origin_table_id != origin || back.name != fk.name);
    Ok(())
}

/// Takes a foreign key of a table away, on both sides.
pub(crate) fn remove(draft: &mut Draft, origin: u32, name: &str) -> Result<(), Error> {
    let desc = draft.table(origin)?;
    let Some(at) = desc.outbound_fks.iter().position(|fk| fk.name == name) else { return Ok(()) };
    let fk = desc.outbound_fks.remove(at);
    if draft.see_table(fk.referenced_table_id).is_some() {
        draft
            .table(fk.referenced_table_id)?
            .inbound_fks
            .retain(|back| back.origin_table_id != origin || back.name != name);
    }
    Ok(())
}
