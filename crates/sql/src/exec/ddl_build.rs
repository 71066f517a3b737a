//! Table descriptors under construction: columns, indexes, families, constraints, with the names that the real system
//! makes up.
//!
//! | made up | v21.2 | v26.2 |
//! |---|---|---|
//! | primary key | `primary` | `t_pkey` |
//! | index on a, b | `t_a_b_idx` | the same |
//! | unique on a | `t_a_key` | the same |
//! | check over a | `check_a` | the same |
//! | foreign key a → p | `fk_a_ref_p` | `t_a_fkey` |
//!
//! Shape: functions over a [`TableDescriptor`] and what is around it; CREATE TABLE and ALTER TABLE share them.

use base::sqlstate::SqlState;

use super::ddl_expr::{self, Env};
use crate::ast::ddl::{ColumnDef, ColumnQualKind, IndexDef, IndexElem, IndexKey, SequenceOption};
use crate::ast::expr::{TypeKind, TypeName};
use crate::ast::query::Direction;
use crate::catalog::descpb::{
    Check, ColumnDescriptor, FamilyDescriptor, IndexDescriptor, TableDescriptor,
    UniqueWithoutIndex, direction, encoding, index_kind,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::error::Error;
use crate::rules::Rules;
use crate::types::{Type, wire};

/// What a column brings besides itself.
#[derive(Debug, Default)]
#[expect(clippy::option_option, reason = "a constraint may be there without a name")]
pub(crate) struct ColumnExtras {
    /// It is the primary key, under this name if one was given.
    pub primary: Option<Option<String>>,
    /// UNIQUE: name if given, WITHOUT INDEX.
    pub unique: Option<(Option<String>, bool)>,
    /// CHECKs: name if given.
    pub checks: Vec<(Option<String>, crate::ast::Expr)>,
    /// REFERENCES: name if given.
    pub reference: Option<(Option<String>, crate::ast::ddl::Reference)>,
    /// Its family: name if given, CREATE, IF NOT EXISTS.
    pub family: Option<(Option<String>, bool, bool)>,
    /// Sequences that its default draws from.
    pub sequences: Vec<u32>,
    /// A sequence to be made for it: options.
    pub identity: Option<Vec<SequenceOption>>,
}

fn invalid(message: impl Into<String>) -> Error {
    CatalogError::refused(SqlState::INVALID_TABLE_DEFINITION, message).into()
}

/// A name that none of `taken` has: `base`, `base1`, `base2`, ….
pub(crate) fn free_name(base: &str, mut taken: impl FnMut(&str) -> bool) -> String {
    let mut name = base.to_owned();
    let mut n = 0_u32;
    while taken(&name) {
        n += 1;
        name = format!("{base}{n}");
    }
    name
}

/// The column of a definition, without what it brings: that is answered beside it.
pub(crate) fn column(
    desc: &mut TableDescriptor,
    def: &ColumnDef,
    env: Env<'_>,
) -> Result<(ColumnDescriptor, ColumnExtras), Error> {
    let name = &def.name;
    let (mut column, ty) = bare_column(desc, def, env)?;
    let mut extras = ColumnExtras::default();
    let mut said_null = None;
    for qual in &def.quals {
        let given = qual.name.clone();
        match &qual.kind {
            ColumnQualKind::NotNull | ColumnQualKind::Null => {
                let null = matches!(qual.kind, ColumnQualKind::Null);
                if said_null.is_some_and(|said: bool| said != null) {
                    let text =
                        format!("conflicting NULL/NOT NULL declarations for column \"{name}\"");
                    return Err(CatalogError::refused(SqlState::SYNTAX_ERROR, text).into());
                }
                said_null = Some(null);
                column.nullable = null;
            }
            ColumnQualKind::NotVisible => column.hidden = true,
            ColumnQualKind::PrimaryKey { hash, .. } => {
                refuse_hash(hash.is_some())?;
                extras.primary = Some(given);
            }
            ColumnQualKind::Unique { without_index } => {
                extras.unique = Some((given, *without_index));
            }
            ColumnQualKind::Check(expr) => extras.checks.push((given, expr.clone())),
            ColumnQualKind::References(reference) => {
                extras.reference = Some((given, (**reference).clone()));
            }
            ColumnQualKind::Family { name, create, if_not_exists } => {
                extras.family = Some((name.clone(), *create, *if_not_exists));
            }
            ColumnQualKind::Default(expr) => {
                if column.default_expr.is_some() {
                    let text = format!("multiple default values specified for column \"{name}\"");
                    return Err(CatalogError::refused(SqlState::SYNTAX_ERROR, text).into());
                }
                set_default(&mut column, expr, &ty, &mut extras, env)?;
            }
            ColumnQualKind::OnUpdate(expr) => {
                let kept = ddl_expr::keep_default(expr, &ty, name, env)?;
                column.on_update_expr = Some(kept.text);
            }
            ColumnQualKind::Computed { expr, stored } => {
                column.is_virtual = !stored;
                let (kept, _) = ddl_expr::keep_over(expr, &ty, "computed column", desc, env)?;
                column.compute_expr = Some(kept.text);
            }
            ColumnQualKind::Identity { always, options } => {
                column.generated_as_identity = if *always { 1 } else { 2 };
                column.nullable = false;
                extras.identity = Some(options.clone());
            }
        }
    }
    Ok((column, extras))
}

/// A column with its type alone; a SERIAL one has its default.
fn bare_column(
    desc: &TableDescriptor,
    def: &ColumnDef,
    env: Env<'_>,
) -> Result<(ColumnDescriptor, Type), Error> {
    let name = &def.name;
    if desc.columns.iter().any(|column| column.name == *name) {
        let text = format!("duplicate column name: \"{name}\"");
        return Err(CatalogError::refused(SqlState::DUPLICATE_COLUMN, text).into());
    }
    let Some(type_name) = &def.ty else { return Err(invalid("a column has no type")) };
    let ty = wire::from_ast(type_name, &env.snapshot.type_source(env.names))?;
    refuse_type(&ty)?;
    let serial = is_serial(type_name);
    let ty = if serial { Type::INT } else { ty };
    let mut kept = wire::to_message(&ty);
    if let TypeName::Collated(_, locale) = type_name {
        kept.locale = Some(locale.clone());
    }
    let column = ColumnDescriptor {
        name: name.clone(),
        id: desc.next_column_id,
        ty: Some(kept),
        nullable: !serial,
        default_expr: serial.then(|| "unique_rowid()".to_owned()),
        ..Default::default()
    };
    Ok((column, ty))
}

/// Sets a column's default; `NULL` is none.
pub(crate) fn set_default(
    column: &mut ColumnDescriptor,
    expr: &crate::ast::Expr,
    ty: &Type,
    extras: &mut ColumnExtras,
    env: Env<'_>,
) -> Result<(), Error> {
    use crate::ast::expr::{Expr, Literal};
    if matches!(expr.strip_parens(), Expr::Literal(Literal::Null)) {
        column.default_expr = None;
        return Ok(());
    }
    let kept = ddl_expr::keep_default(expr, ty, &column.name, env)?;
    column.default_expr = Some(kept.text);
    column.uses_sequence_ids.clone_from(&kept.sequences);
    extras.sequences = kept.sequences;
    Ok(())
}

/// Puts a column behind the others.
pub(crate) fn push_column(desc: &mut TableDescriptor, column: ColumnDescriptor) {
    desc.next_column_id = desc.next_column_id.max(column.id + 1);
    desc.columns.push(column);
}

fn is_serial(name: &TypeName) -> bool {
    matches!(
        name,
        TypeName::Builtin { kind: TypeKind::Serial2 | TypeKind::Serial4 | TypeKind::Serial8, .. }
    )
}

fn refuse_type(ty: &Type) -> Result<(), Error> {
    if matches!(ty, Type::Unknown | Type::Void | Type::Tuple(_)) {
        let text = format!(
            "value type {} cannot be used for table columns",
            ty.to_string().to_lowercase()
        );
        return Err(invalid(text));
    }
    Ok(())
}

fn refuse_hash(hash: bool) -> Result<(), Error> {
    if hash {
        return Err(CatalogError::unsupported("hash-sharded indexes").into());
    }
    Ok(())
}

/// The hidden column of a table without a primary key.
pub(crate) fn add_rowid(desc: &mut TableDescriptor) -> u32 {
    let name = free_name("rowid", |name| desc.columns.iter().any(|column| column.name == name));
    // The next suffix of a taken `rowid` is `rowid_1`.
    let name = match name.strip_prefix("rowid") {
        Some("") | None => name,
        Some(n) => format!("rowid_{n}"),
    };
    let id = desc.next_column_id;
    let column = ColumnDescriptor {
        name,
        id,
        ty: Some(wire::to_message(&Type::INT)),
        nullable: false,
        default_expr: Some("unique_rowid()".to_owned()),
        hidden: true,
        ..Default::default()
    };
    push_column(desc, column);
    id
}

/// A key column: its id, and whether it is descending.
pub(crate) type KeyColumn = (u32, bool);

/// The key columns of an index definition.
pub(crate) fn key_columns(
    desc: &TableDescriptor,
    elems: &[IndexElem],
) -> Result<Vec<KeyColumn>, Error> {
    let mut key: Vec<KeyColumn> = Vec::new();
    for elem in elems {
        let IndexKey::Column(name) = &elem.key else {
            return Err(CatalogError::unsupported("expression indexes").into());
        };
        let column = find_column(desc, name)?;
        if key.iter().any(|(id, _)| *id == column.id) {
            return Err(CatalogError::refused(
                SqlState::FEATURE_NOT_SUPPORTED,
                format!("index contains duplicate column \"{name}\""),
            )
            .into());
        }
        key.push((column.id, elem.direction == Direction::Desc));
    }
    Ok(key)
}

/// A column of a table by name.
///
/// *Errors*: `column "x" does not exist`.
pub(crate) fn find_column<'a>(
    desc: &'a TableDescriptor,
    name: &str,
) -> Result<&'a ColumnDescriptor, Error> {
    desc.columns
        .iter()
        .find(|column| column.name == name)
        .ok_or_else(|| CatalogError::undefined(Kind::Column, name).into())
}

/// The name of a column by id.
pub(crate) fn column_name(desc: &TableDescriptor, id: u32) -> &str {
    desc.columns.iter().find(|column| column.id == id).map_or("", |column| &column.name)
}

/// Names of columns by id.
pub(crate) fn column_names(desc: &TableDescriptor, ids: &[u32]) -> Vec<String> {
    ids.iter().map(|id| column_name(desc, *id).to_owned()).collect()
}

/// Whether an index or constraint of a table has a name.
pub(crate) fn name_taken(desc: &TableDescriptor, name: &str) -> bool {
    desc.primary_index.name == name
        || desc.indexes.iter().any(|index| index.name == name)
        || desc.checks.iter().any(|check| check.name == name)
        || desc.outbound_fks.iter().any(|fk| fk.name == name)
        || desc.unique_without_index.iter().any(|unique| unique.name == name)
}

/// The number of the next constraint, where the version counts them.
pub(crate) fn constraint_id(desc: &mut TableDescriptor) -> Option<u32> {
    let next = desc.next_constraint_id.as_mut()?;
    let id = *next;
    *next += 1;
    Some(id)
}

fn blank_index(desc: &mut TableDescriptor, name: String, key: &[KeyColumn]) -> IndexDescriptor {
    let ids: Vec<u32> = key.iter().map(|(id, _)| *id).collect();
    let counted = desc.next_constraint_id.is_some();
    let id = desc.next_index_id;
    desc.next_index_id += 1;
    IndexDescriptor {
        name,
        id,
        key_column_names: column_names(desc, &ids),
        key_column_directions: key
            .iter()
            .map(|(_, desc)| if *desc { direction::DESC } else { direction::ASC })
            .collect(),
        composite_column_ids: composite(desc, &ids),
        key_column_ids: ids,
        version: 3,
        use_delete_preserving_encoding: counted.then_some(false),
        created_at_nanos: counted.then_some(0),
        constraint_id: counted.then_some(0),
        not_visible: counted.then_some(false),
        ..Default::default()
    }
}

/// Key columns whose values must also stand in the value.
fn composite(desc: &TableDescriptor, ids: &[u32]) -> Vec<u32> {
    use crate::catalog::descpb::family;
    let is_composite = |id: &u32| {
        let column = desc.columns.iter().find(|column| column.id == *id);
        column.and_then(|column| column.ty.as_ref()).is_some_and(|ty| {
            matches!(ty.family, family::FLOAT | family::DECIMAL | family::COLLATED_STRING)
        })
    };
    ids.iter().copied().filter(is_composite).collect()
}

/// Makes the primary index over `key`.
pub(crate) fn set_primary(
    desc: &mut TableDescriptor,
    name: Option<&str>,
    key: &[KeyColumn],
    rules: Rules,
) -> Result<(), Error> {
    indexable(desc, key)?;
    let name = match name {
        Some(name) => name.to_owned(),
        None if rules.old_show_create() => "primary".to_owned(),
        None => format!("{}_pkey", desc.name),
    };
    let mut index = blank_index(desc, name, key);
    index.unique = true;
    index.encoding_type = encoding::PRIMARY;
    index.version = 4;
    if index.constraint_id.is_some() {
        index.constraint_id = constraint_id(desc);
    }
    for column in &mut desc.columns {
        if index.key_column_ids.contains(&column.id) {
            column.nullable = false;
        }
    }
    desc.primary_index = index;
    store_rest(desc);
    Ok(())
}

/// The primary index stores every stored column that its key does not have.
pub(crate) fn store_rest(desc: &mut TableDescriptor) {
    let key = &desc.primary_index.key_column_ids;
    let rest: Vec<(u32, String)> = desc
        .columns
        .iter()
        .filter(|column| !column.is_virtual && !key.contains(&column.id))
        .map(|column| (column.id, column.name.clone()))
        .collect();
    (desc.primary_index.store_column_ids, desc.primary_index.store_column_names) =
        rest.into_iter().unzip();
}

/// Adds a secondary index. Answers its id.
pub(crate) fn add_index(
    desc: &mut TableDescriptor,
    def: &IndexDef,
    env: Env<'_>,
) -> Result<u32, Error> {
    refuse_hash(def.hash.is_some())?;
    if def.vector {
        return Err(CatalogError::unsupported("vector indexes").into());
    }
    let key = key_columns(desc, &def.columns)?;
    if !def.inverted {
        indexable(desc, &key)?;
    }
    let name = match &def.name {
        Some(name) if name_taken(desc, name) => {
            return Err(CatalogError::exists(Kind::Index, name).into());
        }
        Some(name) => name.clone(),
        None => index_name(desc, &key, def.unique),
    };
    let mut index = blank_index(desc, name, &key);
    index.unique = def.unique;
    index.kind = if def.inverted { index_kind::INVERTED } else { index_kind::FORWARD };
    index.not_visible = index.not_visible.map(|_| def.not_visible);
    if def.unique && index.constraint_id.is_some() {
        index.constraint_id = constraint_id(desc);
    }
    let primary = &desc.primary_index.key_column_ids;
    index.key_suffix_column_ids =
        primary.iter().copied().filter(|id| !index.key_column_ids.contains(id)).collect();
    for stored in &def.storing {
        let column = find_column(desc, stored)?;
        if primary.contains(&column.id) || index.key_column_ids.contains(&column.id) {
            let text = format!("index \"{}\" already contains column \"{stored}\"", index.name);
            return Err(CatalogError::refused(SqlState::DUPLICATE_COLUMN, text).into());
        }
        index.store_column_ids.push(column.id);
        index.store_column_names.push(column.name.clone());
    }
    if let Some(filter) = &def.filter {
        let (kept, _) = ddl_expr::keep_over(filter, &Type::Bool, "index predicate", desc, env)?;
        index.predicate = kept.text;
    }
    let id = index.id;
    desc.indexes.push(index);
    Ok(id)
}

fn index_name(desc: &TableDescriptor, key: &[KeyColumn], unique: bool) -> String {
    let ids: Vec<u32> = key.iter().map(|(id, _)| *id).collect();
    let columns = column_names(desc, &ids).join("_");
    let end = if unique { "key" } else { "idx" };
    free_name(&format!("{}_{columns}_{end}", desc.name), |name| name_taken(desc, name))
}

/// Refuses key columns whose types have no order in keys.
fn indexable(desc: &TableDescriptor, key: &[KeyColumn]) -> Result<(), Error> {
    use crate::catalog::descpb::family;
    for (id, _) in key {
        let Some(column) = desc.columns.iter().find(|column| column.id == *id) else { continue };
        let Some(ty) = &column.ty else { continue };
        if matches!(ty.family, family::JSON | family::GEOMETRY | family::GEOGRAPHY | family::TUPLE)
        {
            let name = wire::from_message(ty, &wire::NoTypes)
                .map_or_else(|_| "tuple".to_owned(), |ty| ty.to_string().to_lowercase());
            return Err(CatalogError::refused(
                SqlState::FEATURE_NOT_SUPPORTED,
                format!("column {} is of type {name} and thus is not indexable", column.name),
            )
            .into());
        }
    }
    Ok(())
}

/// Adds a unique constraint that no index backs.
pub(crate) fn add_unique_without_index(
    desc: &mut TableDescriptor,
    name: Option<&str>,
    column_ids: Vec<u32>,
) {
    let columns = column_names(desc, &column_ids).join("_");
    let name = name.map_or_else(
        || free_name(&format!("unique_{columns}"), |name| name_taken(desc, name)),
        str::to_owned,
    );
    let constraint_id = constraint_id(desc);
    desc.unique_without_index.push(UniqueWithoutIndex {
        table_id: desc.id,
        column_ids,
        name,
        constraint_id,
        ..Default::default()
    });
}

/// Adds a CHECK.
pub(crate) fn add_check(
    desc: &mut TableDescriptor,
    name: Option<&str>,
    expr: &crate::ast::Expr,
    env: Env<'_>,
) -> Result<(), Error> {
    let (kept, column_ids) = ddl_expr::keep_over(expr, &Type::Bool, "CHECK", desc, env)?;
    let name = match name {
        Some(name) if name_taken(desc, name) => return Err(duplicate_constraint(name)),
        Some(name) => name.to_owned(),
        None => {
            let mut base = "check".to_owned();
            for column in column_names(desc, &column_ids) {
                base.push('_');
                base.push_str(&column);
            }
            free_name(&base, |name| name_taken(desc, name))
        }
    };
    let constraint_id = constraint_id(desc);
    desc.checks.push(Check {
        expr: kept.text,
        name,
        column_ids,
        constraint_id,
        ..Default::default()
    });
    Ok(())
}

/// `duplicate constraint name: "c"`.
pub(crate) fn duplicate_constraint(name: &str) -> Error {
    let text = format!("duplicate constraint name: \"{name}\"");
    CatalogError::refused(SqlState::DUPLICATE_OBJECT, text).into()
}

/// Puts a column into a family: a named one, else the first.
pub(crate) fn place_in_family(
    desc: &mut TableDescriptor,
    column: u32,
    family: Option<&(Option<String>, bool, bool)>,
) -> Result<(), Error> {
    let name = column_name(desc, column).to_owned();
    let wanted = family.and_then(|(name, ..)| name.as_deref());
    let create = family.is_some_and(|(_, create, _)| *create);
    let if_not_exists = family.is_some_and(|(.., if_not_exists)| *if_not_exists);
    let found = match wanted {
        Some(wanted) => desc.families.iter().position(|family| family.name == wanted),
        None if create => None,
        None => (!desc.families.is_empty()).then_some(0),
    };
    let at = match found {
        Some(at) if !create || if_not_exists || wanted.is_none() => at,
        Some(_) => {
            let text = format!("family \"{}\" already exists", wanted.unwrap_or_default());
            return Err(invalid(text));
        }
        None if create || wanted.is_none() => new_family(desc, wanted, &name),
        None => {
            let text = format!("unknown family \"{}\"", wanted.unwrap_or_default());
            return Err(invalid(text));
        }
    };
    if let Some(family) = desc.families.get_mut(at) {
        family.column_names.push(name);
        family.column_ids.push(column);
    }
    Ok(())
}

/// Adds an empty family; answers its place.
pub(crate) fn new_family(desc: &mut TableDescriptor, name: Option<&str>, first: &str) -> usize {
    let id = desc.next_family_id;
    desc.next_family_id += 1;
    let name = match name {
        Some(name) => name.to_owned(),
        None if id == 0 => "primary".to_owned(),
        None => format!("fam_{id}_{first}"),
    };
    desc.families.push(FamilyDescriptor { name, id, ..Default::default() });
    desc.families.len() - 1
}

/// Sets the one column of each family that has just one and is not the first.
pub(crate) fn settle_families(desc: &mut TableDescriptor) {
    let key = desc.primary_index.key_column_ids.clone();
    for family in &mut desc.families {
        let mut own = family.column_ids.iter().filter(|id| !key.contains(id));
        family.default_column_id = match (own.next(), own.next()) {
            (Some(only), None) if family.id != 0 => *only,
            _ => 0,
        };
    }
}
