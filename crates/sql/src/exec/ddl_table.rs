//! CREATE TABLE.
//!
//! ```text
//!   columns ─▶ primary key (or hidden rowid) ─▶ families ─▶ indexes, unique, checks ─▶ foreign keys ─▶ rows of AS
//! ```
//!
//! Shape: one pass over the definition; the descriptor and all back references are written at the end.
//! Left out: temporary tables, PARTITION BY, LOCALITY other than in single-region databases.

use base::sqlstate::SqlState;

use super::ddl::{self, Draft};
use super::ddl_build::{self, ColumnExtras, KeyColumn};
use super::{ddl_fk, ddl_sequence, ddl_temp, ddl_type, default_privileges};
use crate::ast::ddl::{
    ColumnDef, ConstraintDef, ConstraintKind, CreateTable, Persistence, TableItem,
};
use crate::ast::expr::{Expr, Literal};
use crate::ast::{KvOption, ObjectName};
use crate::catalog::descpb::{DependedOn, TableDescriptor};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{Place, Scope, dotted};
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::rules::Rules;

/// Runs CREATE TABLE.
pub(crate) fn create(stmt: &CreateTable, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    cx.check_writable("CREATE TABLE")?;
    let snapshot = cx.snapshot()?;
    let place = ddl_temp::place_for(&stmt.name, stmt.persistence, &snapshot, cx)?;
    let tag = if stmt.source.is_some() { "CREATE TABLE AS" } else { "CREATE TABLE" };
    if let Some(found) = existing(&snapshot, &place, &stmt.name, stmt.if_not_exists)? {
        cx.notice_skip(
            format_args!("relation \"{found}\""),
            "already exists",
            SqlState::DUPLICATE_RELATION,
        );
        return Ok(Outcome::tag(tag));
    }
    cx.require_create_in(&snapshot, &place)?;
    let id = cx.new_desc_id()?;
    let rules = *cx.rules;
    let draft = Draft::new(snapshot);
    let owner = cx.session.user.clone();
    let mut desc = blank(id, &stmt.name, &place, Kind::Table, &owner, &draft.snapshot);
    desc.temporary = stmt.persistence == Persistence::Temporary;
    params(&mut desc, &stmt.params, rules)?;
    if let Some(source) = &stmt.source {
        return create_as(stmt, source, desc, draft, cx);
    }
    let mut late = Late::default();
    columns(&mut desc, stmt, &mut late, &draft, cx)?;
    primary_key(&mut desc, &mut late, rules)?;
    families(&mut desc, stmt, &late)?;
    constraints(&mut desc, stmt, &late, &draft, cx)?;
    finish(desc, stmt, &late, draft, cx)?;
    Ok(Outcome::tag(tag))
}

/// The full name of what stands where a new object is to be, if IF NOT EXISTS lets it pass.
pub(crate) fn existing(
    snapshot: &Snapshot,
    place: &Place,
    name: &ObjectName,
    if_not_exists: bool,
) -> Result<Option<String>, Error> {
    let object = name.object();
    let Some(id) = snapshot.id_of(place.database, place.schema, object) else { return Ok(None) };
    let full = place.full(object);
    if snapshot.type_desc(id).is_some() {
        return Err(CatalogError::exists(Kind::Type, full).into());
    }
    if if_not_exists {
        return Ok(Some(dotted(name)));
    }
    Err(CatalogError::exists(Kind::Relation, full).into())
}

/// A table, view or sequence without anything in it.
pub(crate) fn blank(
    id: u32,
    name: &ObjectName,
    place: &Place,
    kind: Kind,
    owner: &str,
    snapshot: &Snapshot,
) -> TableDescriptor {
    let rules = snapshot.rules();
    TableDescriptor {
        name: name.object().to_owned(),
        id,
        parent_id: place.database,
        unexposed_parent_schema_id: place.schema,
        next_column_id: 1,
        next_index_id: 1,
        next_mutation_id: 1,
        format_version: 3,
        privileges: Some(default_privileges::for_new(owner, kind, place, snapshot)),
        exclude_data_from_backup: rules.exclude_data_from_backup().then_some(false),
        next_constraint_id: rules.constraint_ids().then_some(1),
        ..Default::default()
    }
}

/// What is known while columns are read, and used when all are there.
#[derive(Default)]
struct Late {
    extras: Vec<(u32, ColumnExtras)>,
    primary: Option<(Option<String>, Vec<KeyColumn>)>,
}

/// WITH (…): what Amber acts on is set, what changes nothing here is accepted, the rest is refused.
pub(crate) fn params(
    desc: &mut TableDescriptor,
    params: &[KvOption],
    rules: Rules,
) -> Result<(), Error> {
    for option in params {
        match option.key.as_str() {
            "exclude_data_from_backup" if rules.exclude_data_from_backup() => {
                desc.exclude_data_from_backup = Some(flag(option)?);
            }
            "schema_locked" if rules.exclude_data_from_backup() => {}
            "fillfactor" | "autovacuum_enabled" | "sql_stats_automatic_collection_enabled" => {}
            key => {
                let text = format!("invalid storage parameter \"{key}\"");
                let code = SqlState::INVALID_PARAMETER_VALUE;
                return Err(CatalogError::refused(code, text).into());
            }
        }
    }
    Ok(())
}

fn flag(option: &KvOption) -> Result<bool, Error> {
    let value = match &option.value {
        None => Some(true),
        Some(Expr::Literal(Literal::Bool(on))) => Some(*on),
        Some(Expr::Literal(Literal::String(text))) => match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Some(true),
            "false" | "off" | "no" | "0" => Some(false),
            _ => None,
        },
        Some(Expr::Column(parts)) => match parts.first().map(String::as_str) {
            Some("on") => Some(true),
            Some("off") => Some(false),
            Some(_) | None => None,
        },
        Some(_) => None,
    };
    value.ok_or_else(|| {
        let text = format!("parameter \"{}\" requires a Boolean value", option.key);
        CatalogError::refused(SqlState::INVALID_PARAMETER_VALUE, text).into()
    })
}

fn columns(
    desc: &mut TableDescriptor,
    stmt: &CreateTable,
    late: &mut Late,
    draft: &Draft,
    cx: &Cx<'_>,
) -> Result<(), Error> {
    let env = cx.ddl_env(&draft.snapshot);
    // A computed column may name columns behind it, so plain ones are made first, keeping the order of ids.
    let defs: Vec<&ColumnDef> = stmt.items.iter().filter_map(as_column).collect();
    for def in defs {
        let (column, extras) = ddl_build::column(desc, def, env)?;
        let id = column.id;
        ddl_build::push_column(desc, column);
        if let Some(name) = extras.primary.clone() {
            set_primary(late, &desc.name, name, vec![(id, false)])?;
        }
        late.extras.push((id, extras));
    }
    for item in &stmt.items {
        match item {
            TableItem::Constraint(def) => {
                if let ConstraintKind::PrimaryKey(index) = &def.kind {
                    let key = ddl_build::key_columns(desc, &index.columns)?;
                    let name = def.name.clone().or_else(|| index.name.clone());
                    set_primary(late, &desc.name, name, key)?;
                }
            }
            TableItem::Like { .. } => {
                return Err(CatalogError::unsupported("CREATE TABLE … (LIKE …)").into());
            }
            TableItem::Column(_) | TableItem::Index(_) | TableItem::Family { .. } => {}
        }
    }
    Ok(())
}

fn as_column(item: &TableItem) -> Option<&ColumnDef> {
    if let TableItem::Column(def) = item { Some(def) } else { None }
}

fn set_primary(
    late: &mut Late,
    table: &str,
    name: Option<String>,
    key: Vec<KeyColumn>,
) -> Result<(), Error> {
    if late.primary.is_some() {
        let text = format!("multiple primary keys for table \"{table}\" are not allowed");
        return Err(CatalogError::refused(SqlState::INVALID_TABLE_DEFINITION, text).into());
    }
    late.primary = Some((name, key));
    Ok(())
}

fn primary_key(desc: &mut TableDescriptor, late: &mut Late, rules: Rules) -> Result<(), Error> {
    if let Some((name, key)) = late.primary.take() {
        return ddl_build::set_primary(desc, name.as_deref(), &key, rules);
    }
    let id = ddl_build::add_rowid(desc);
    ddl_build::set_primary(desc, None, &[(id, false)], rules)
}

/// Named families first; all other columns go into the first one, in order.
fn families(desc: &mut TableDescriptor, stmt: &CreateTable, late: &Late) -> Result<(), Error> {
    for item in &stmt.items {
        let TableItem::Family { name, columns } = item else { continue };
        let first = columns.first().map_or("", String::as_str);
        let at = ddl_build::new_family(desc, name.as_deref(), first);
        for column in columns {
            let id = ddl_build::find_column(desc, column)?.id;
            if let Some(family) = desc.families.get_mut(at) {
                family.column_ids.push(id);
                family.column_names.push(column.clone());
            }
        }
    }
    let placed = |desc: &TableDescriptor, id: u32| {
        desc.families.iter().any(|family| family.column_ids.contains(&id))
    };
    let stored: Vec<u32> =
        desc.columns.iter().filter(|column| !column.is_virtual).map(|column| column.id).collect();
    for id in stored {
        if placed(desc, id) {
            continue;
        }
        let family = late
            .extras
            .iter()
            .find(|(column, _)| *column == id)
            .and_then(|(_, extras)| extras.family.as_ref());
        ddl_build::place_in_family(desc, id, family)?;
    }
    ddl_build::settle_families(desc);
    Ok(())
}

fn constraints(
    desc: &mut TableDescriptor,
    stmt: &CreateTable,
    late: &Late,
    draft: &Draft,
    cx: &Cx<'_>,
) -> Result<(), Error> {
    let env = cx.ddl_env(&draft.snapshot);
    for (id, extras) in &late.extras {
        let Some((name, without_index)) = &extras.unique else { continue };
        if *without_index {
            require_unique_without_index(cx)?;
            ddl_build::add_unique_without_index(desc, name.as_deref(), vec![*id]);
        } else {
            let column = ddl_build::column_name(desc, *id).to_owned();
            let def = single_column_index(name.clone(), column);
            ddl_build::add_index(desc, &def, env)?;
        }
    }
    for item in &stmt.items {
        match item {
            TableItem::Index(def) => {
                ddl_build::add_index(desc, def, env)?;
            }
            TableItem::Constraint(def) => table_constraint(desc, def, draft, cx)?,
            TableItem::Column(_) | TableItem::Family { .. } | TableItem::Like { .. } => {}
        }
    }
    for (_, extras) in &late.extras {
        for (name, expr) in &extras.checks {
            ddl_build::add_check(desc, name.as_deref(), expr, env)?;
        }
    }
    Ok(())
}

/// UNIQUE of one column as an index definition.
pub(crate) fn single_column_index(
    name: Option<String>,
    column: String,
) -> crate::ast::ddl::IndexDef {
    use crate::ast::ddl::{IndexDef, IndexElem, IndexKey};
    use crate::ast::query::{Direction, Nulls};
    IndexDef {
        name,
        unique: true,
        inverted: false,
        vector: false,
        columns: vec![IndexElem {
            key: IndexKey::Column(column),
            op_class: None,
            direction: Direction::Default,
            nulls: Nulls::Default,
        }],
        hash: None,
        storing: Vec::new(),
        partition: None,
        params: Vec::new(),
        filter: None,
        not_visible: false,
    }
}

fn require_unique_without_index(cx: &Cx<'_>) -> Result<(), Error> {
    if cx.session.flag("experimental_enable_unique_without_index_constraints", false) {
        return Ok(());
    }
    Err(CatalogError::refused(
        SqlState::FEATURE_NOT_SUPPORTED,
        "unique constraints without an index are not yet supported",
    )
    .into())
}

fn table_constraint(
    desc: &mut TableDescriptor,
    def: &ConstraintDef,
    draft: &Draft,
    cx: &Cx<'_>,
) -> Result<(), Error> {
    let env = cx.ddl_env(&draft.snapshot);
    match &def.kind {
        ConstraintKind::Unique { index, without_index: true } => {
            require_unique_without_index(cx)?;
            let key = ddl_build::key_columns(desc, &index.columns)?;
            let ids = key.into_iter().map(|(id, _)| id).collect();
            ddl_build::add_unique_without_index(desc, def.name.as_deref(), ids);
        }
        ConstraintKind::Unique { index, without_index: false } => {
            let mut index = (**index).clone();
            index.unique = true;
            index.name = def.name.clone().or(index.name);
            ddl_build::add_index(desc, &index, env)?;
        }
        ConstraintKind::Check(expr) => {
            ddl_build::add_check(desc, def.name.as_deref(), expr, env)?;
        }
        ConstraintKind::PrimaryKey(_) | ConstraintKind::ForeignKey { .. } => {}
    }
    Ok(())
}

/// Foreign keys, sequences, types; then everything is written.
fn finish(
    desc: TableDescriptor,
    stmt: &CreateTable,
    late: &Late,
    mut draft: Draft,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let (id, rules) = (desc.id, *cx.rules);
    draft.add_table(desc);
    for (column, extras) in &late.extras {
        if let Some((name, reference)) = &extras.reference {
            let scope = Scope::of(cx.session);
            let own =
                draft.see_table(id).map(|desc| ddl_build::column_name(desc, *column).to_owned());
            let columns: Vec<String> = own.into_iter().collect();
            ddl_fk::add(&mut draft, id, name.as_deref(), &columns, reference, scope, rules)?;
        }
        use_sequences(&mut draft, id, *column, &extras.sequences)?;
        if let Some(options) = &extras.identity {
            ddl_sequence::for_identity(&mut draft, id, *column, options, cx)?;
        }
    }
    for item in &stmt.items {
        if let TableItem::Constraint(def) = item
            && let ConstraintKind::ForeignKey { columns, reference } = &def.kind
        {
            let scope = Scope::of(cx.session);
            ddl_fk::add(&mut draft, id, def.name.as_deref(), columns, reference, scope, rules)?;
        }
    }
    ddl_type::refer(&mut draft, id)?;
    let others: Vec<u32> = draft.ids().into_iter().filter(|other| *other != id).collect();
    draft.write(cx)?;
    if !others.is_empty() {
        let note = ddl::JobNote {
            description: &format!("updating references of table {}({id})", stmt.name.object()),
            ids: &others,
            of_type: false,
        };
        ddl::note_job(&note, cx)?;
    }
    Ok(())
}

/// Notes on each sequence that a column of a table draws from it.
pub(crate) fn use_sequences(
    draft: &mut Draft,
    table: u32,
    column: u32,
    sequences: &[u32],
) -> Result<(), Error> {
    for sequence in sequences {
        let by = &mut draft.table(*sequence)?.depended_on_by;
        match by.iter_mut().find(|by| by.id == table) {
            Some(by) => {
                if !by.column_ids.contains(&column) {
                    by.column_ids.push(column);
                }
            }
            None => by.push(DependedOn {
                id: table,
                column_ids: vec![column],
                by_id: true,
                ..Default::default()
            }),
        }
    }
    Ok(())
}

/// CREATE TABLE … AS: columns from the query, then its rows.
fn create_as(
    stmt: &CreateTable,
    source: &crate::ast::Select,
    mut desc: TableDescriptor,
    mut draft: Draft,
    cx: &mut Cx<'_>,
) -> Result<Outcome, Error> {
    let names: Vec<String> =
        stmt.items.iter().filter_map(as_column).map(|def| def.name.clone()).collect();
    let rows = super::ddl_query::rows(source, cx)?;
    ddl_build_as::columns(&mut desc, &rows.columns, &names)?;
    let primary: Vec<KeyColumn> = stmt
        .items
        .iter()
        .filter_map(as_column)
        .filter(|def| {
            def.quals
                .iter()
                .any(|qual| matches!(qual.kind, crate::ast::ddl::ColumnQualKind::PrimaryKey { .. }))
        })
        .filter_map(|def| ddl_build::find_column(&desc, &def.name).ok())
        .map(|column| (column.id, false))
        .collect();
    let key =
        if primary.is_empty() { vec![(ddl_build::add_rowid(&mut desc), false)] } else { primary };
    ddl_build::set_primary(&mut desc, None, &key, *cx.rules)?;
    let ids: Vec<u32> = desc.columns.iter().map(|column| column.id).collect();
    for id in ids {
        ddl_build::place_in_family(&mut desc, id, None)?;
    }
    desc.create_query = ddl::describe(&crate::ast::Statement::Select(Box::new(source.clone())));
    let id = desc.id;
    draft.add_table(desc);
    draft.write(cx)?;
    let count = rows.rows.len();
    super::ddl_backfill::insert_rows(id, rows.rows, cx)?;
    let _ = count;
    Ok(Outcome::tag("CREATE TABLE AS"))
}

/// Columns of CREATE TABLE AS and of views.
pub(crate) mod ddl_build_as {
    use super::{CatalogError, ddl_build};
    use crate::catalog::descpb::{ColumnDescriptor, TableDescriptor};
    use crate::error::Error;
    use crate::outcome::Column;
    use crate::types::{Type, wire};

    /// Gives a table the columns of a query, under `names` as far as they go.
    pub(crate) fn columns(
        desc: &mut TableDescriptor,
        columns: &[Column],
        names: &[String],
    ) -> Result<(), Error> {
        if names.len() > columns.len() {
            return Err(CatalogError::refused(
                base::sqlstate::SqlState::SYNTAX_ERROR,
                format!(
                    "CREATE TABLE specifies {} column names, but data source has {} columns",
                    names.len(),
                    columns.len()
                ),
            )
            .into());
        }
        for (at, column) in columns.iter().enumerate() {
            let name = names.get(at).unwrap_or(&column.name);
            if desc.columns.iter().any(|known| known.name == *name) {
                let text = format!("duplicate column name: \"{name}\"");
                let code = base::sqlstate::SqlState::DUPLICATE_COLUMN;
                return Err(CatalogError::refused(code, text).into());
            }
            let ty = if column.ty == Type::Unknown { &Type::STRING } else { &column.ty };
            let made = ColumnDescriptor {
                name: name.clone(),
                id: desc.next_column_id,
                ty: Some(wire::to_message(ty)),
                nullable: true,
                ..Default::default()
            };
            ddl_build::push_column(desc, made);
        }
        Ok(())
    }
}
