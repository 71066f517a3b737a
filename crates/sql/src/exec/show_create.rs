//! SHOW CREATE: the statement that would make an object.
//!
//! ```text
//!   CREATE TABLE public.t (              v21.2: CONSTRAINT "primary" PRIMARY KEY (id ASC), FAMILY "primary" (id, a)
//!       id INT8 NOT NULL,                   v26.2: CONSTRAINT t_pkey PRIMARY KEY (id ASC), no automatic family, `;` at the end
//!       a STRING NULL, …
//! ```
//!
//! Shape: pure over a snapshot, so that SHOW BACKUP SCHEMAS can print what a backup holds; comments and zones are added by
//! the caller that has them. *Source*: CockroachDB's SHOW CREATE page and test files.

use std::fmt::Write as _;

use super::ddl_comment::{self, On};
use super::show::{name_list, name_text, quote, texts};
use super::{ddl_expr, routine};
use crate::ast::expr::{Expr, Literal, TypeKind, TypeName};
use crate::ast::{ObjectKind, ObjectName};
use crate::catalog::descpb::TypeKind as DescKind;
use crate::catalog::descpb::{
    ColumnDescriptor, FkAction, FkMatch, ForeignKey, IndexDescriptor, SequenceOpts, State,
    TableDescriptor, TypeDescriptor, direction, index_kind, validity,
};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::{dotted, kind_of};
use crate::catalog::snapshot::Snapshot;
use crate::catalog::zone_text;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Rows};
use crate::rules::Rules;
use crate::types::{Datum, Type};

/// SHOW CREATE of one object.
pub(crate) fn one(kind: ObjectKind, name: &ObjectName, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let end = if cx.rules.old_show_create() { "" } else { ";" };
    match kind {
        ObjectKind::Database => {
            let db = snapshot.resolve_database(name.object())?;
            let text = format!("CREATE DATABASE {}{end}", name_text(&db.name));
            Ok(pair("database_name", &db.name, text))
        }
        ObjectKind::Schema => {
            let place = snapshot.resolve_schema(name, cx.name_scope())?;
            let text = format!("CREATE SCHEMA {}{end}", name_text(&place.schema_name));
            Ok(pair("schema_name", &place.schema_name, text))
        }
        ObjectKind::Type => {
            let desc = snapshot.resolve_type(name, cx.name_scope())?;
            Ok(pair("type_name", &desc.name, format!("{}{end}", enum_text(desc, &snapshot))))
        }
        ObjectKind::Table
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence
        | ObjectKind::Index => relation(kind, name, cx),
        ObjectKind::Function | ObjectKind::Procedure => {
            let desc = routine::resolve(name, &snapshot, cx)?;
            let column = format!("{}_name", kind.words().to_lowercase());
            let text = format!("{}{end}", routine::create_text(desc, &snapshot));
            Ok(pair(&column, &desc.name, text))
        }
    }
}

fn pair(column: &str, name: &str, text: String) -> Rows {
    let columns = texts(&[column, "create_statement"]);
    Rows { columns, rows: vec![vec![Datum::from(name), Datum::from(text)]] }
}

fn relation(kind: ObjectKind, name: &ObjectName, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let desc = snapshot.resolve_relation(name, cx.name_scope())?;
    let wanted = match kind {
        ObjectKind::View => Kind::View,
        ObjectKind::Sequence => Kind::Sequence,
        ObjectKind::Table
        | ObjectKind::MaterializedView
        | ObjectKind::Index
        | ObjectKind::Database
        | ObjectKind::Schema
        | ObjectKind::Type
        | ObjectKind::Function
        | ObjectKind::Procedure => Kind::Relation,
    };
    if wanted != Kind::Relation && kind_of(desc) != wanted {
        let name = desc.name.clone();
        return Err(CatalogError::WrongKind { name, wanted }.into());
    }
    let shown =
        if name.prefix().is_empty() { dotted(name) } else { snapshot.full_name(desc).join(".") };
    let text = with_extras(desc, &snapshot, cx)?;
    Ok(pair("table_name", &shown, text))
}

/// The statement with zones and comments behind it.
fn with_extras(
    desc: &TableDescriptor,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<String, Error> {
    let rules = *cx.rules;
    let mut parts = vec![create_text(desc, snapshot, rules)];
    let full = snapshot.full_name(desc);
    let full = full.iter().map(|part| name_text(part)).collect::<Vec<_>>().join(".");
    if let Some(row) = snapshot.zones.get(desc.id) {
        if !crate::catalog::zones::is_placeholder(row) {
            parts.push(zone_text::statement(&format!("TABLE {full}"), row));
        }
        for subzone in &row.subzones {
            let index = desc.indexes.iter().chain([&desc.primary_index]);
            if let Some(index) = index.into_iter().find(|index| index.id == subzone.index_id) {
                let target = format!("INDEX {full}@{}", name_text(&index.name));
                parts.push(zone_text::statement(&target, &subzone.config));
            }
        }
    }
    parts.extend(comments(desc, snapshot, cx)?);
    let text = parts.join(";\n");
    Ok(if rules.old_show_create() { text } else { format!("{text};") })
}

fn comments(
    desc: &TableDescriptor,
    snapshot: &Snapshot,
    cx: &mut Cx<'_>,
) -> Result<Vec<String>, Error> {
    let name = schema_name(desc, snapshot);
    let mut made = Vec::new();
    let mut sys = cx.sys()?;
    if let Some(text) = ddl_comment::get(&mut sys, On::Table, desc.id, 0)? {
        made.push(format!("COMMENT ON TABLE {name} IS {}", quote(&text)));
    }
    for (sub, text) in ddl_comment::all(&mut sys, On::Column, desc.id)? {
        let column = name_text(super::ddl_build::column_name(desc, sub));
        made.push(format!("COMMENT ON COLUMN {name}.{column} IS {}", quote(&text)));
    }
    for (sub, text) in ddl_comment::all(&mut sys, On::Index, desc.id)? {
        let index = desc.indexes.iter().chain([&desc.primary_index]).find(|i| i.id == sub);
        if let Some(index) = index {
            let index = name_text(&index.name);
            made.push(format!("COMMENT ON INDEX {name}@{index} IS {}", quote(&text)));
        }
    }
    Ok(made)
}

/// SHOW CREATE ALL SCHEMAS, TABLES, TYPES.
pub(crate) fn all(kind: ObjectKind, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let snapshot = cx.snapshot()?;
    let db = snapshot.resolve_database(&super::show::current_database(cx)?)?.id;
    let mut made = Vec::new();
    match kind {
        ObjectKind::Schema => {
            for (name, _) in snapshot.names(db, 0) {
                made.push(format!("CREATE SCHEMA {};", name_text(name)));
            }
        }
        ObjectKind::Type => {
            for ty in snapshot.types() {
                let shown = ty.parent_id == db && ty.state() == State::Public;
                if shown && ty.kind() != DescKind::Alias {
                    made.push(format!("{};", enum_text(ty, &snapshot)));
                }
            }
        }
        ObjectKind::Table
        | ObjectKind::Database
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence
        | ObjectKind::Index
        | ObjectKind::Function
        | ObjectKind::Procedure => {
            for desc in snapshot.tables() {
                if desc.parent_id == db && desc.state() == State::Public {
                    made.push(format!("{};", create_text(desc, &snapshot, *cx.rules)));
                }
            }
        }
    }
    let rows = made.into_iter().map(|text| vec![Datum::from(text)]).collect();
    Ok(Rows { columns: vec![Column::new("create_statement", Type::STRING)], rows })
}

/// `public.t`.
fn schema_name(desc: &TableDescriptor, snapshot: &Snapshot) -> String {
    let schema = snapshot.schema_name(desc.unexposed_parent_schema_id);
    format!("{}.{}", name_text(schema), name_text(&desc.name))
}

/// The statement that makes a table, view or sequence, without anything behind it.
pub fn create_text(desc: &TableDescriptor, snapshot: &Snapshot, rules: Rules) -> String {
    if desc.sequence_opts.is_some() {
        sequence_text(desc, snapshot)
    } else if desc.view_query.is_empty() {
        table_text(desc, snapshot, rules)
    } else {
        view_text(desc, snapshot, rules)
    }
}

fn enum_text(desc: &TypeDescriptor, snapshot: &Snapshot) -> String {
    let labels: Vec<String> =
        desc.enum_members.iter().map(|member| quote(&member.logical)).collect();
    let schema = snapshot.schema_name(desc.parent_schema_id);
    format!(
        "CREATE TYPE {}.{} AS ENUM ({})",
        name_text(schema),
        name_text(&desc.name),
        labels.join(", ")
    )
}

fn sequence_text(desc: &TableDescriptor, snapshot: &Snapshot) -> String {
    let blank = SequenceOpts::default();
    let opts = desc.sequence_opts.as_ref().unwrap_or(&blank);
    let mut out = format!("CREATE SEQUENCE {}", schema_name(desc, snapshot));
    if let Some(ty) = opts.as_integer_type.as_ref().filter(|ty| !ty.is_empty()) {
        let _ = write!(out, " AS {ty}");
    }
    let _ = write!(
        out,
        " MINVALUE {} MAXVALUE {} INCREMENT {} START {}",
        opts.min_value, opts.max_value, opts.increment, opts.start
    );
    if opts.is_virtual {
        out.push_str(" VIRTUAL");
    }
    if opts.cache_size > 1 {
        let _ = write!(out, " CACHE {}", opts.cache_size);
    }
    out
}

fn view_text(desc: &TableDescriptor, snapshot: &Snapshot, rules: Rules) -> String {
    let word = if desc.is_materialized_view { "MATERIALIZED VIEW" } else { "VIEW" };
    let names: Vec<String> = desc
        .columns
        .iter()
        .filter(|column| !column.hidden)
        .map(|column| name_text(&column.name))
        .collect();
    let columns = if rules.old_show_create() {
        format!("({})", names.join(", "))
    } else {
        format!("(\n\t{}\n)", names.join(",\n\t"))
    };
    format!("CREATE {word} {} {columns} AS {}", schema_name(desc, snapshot), desc.view_query)
}

fn table_text(desc: &TableDescriptor, snapshot: &Snapshot, rules: Rules) -> String {
    let mut lines: Vec<String> =
        desc.columns.iter().map(|column| column_text(column, snapshot)).collect();
    lines.push(format!(
        "CONSTRAINT {} PRIMARY KEY ({})",
        name_text(&desc.primary_index.name),
        key_text(&desc.primary_index)
    ));
    for fk in &desc.outbound_fks {
        // A key whose target is not there (in a backup without it) is left out.
        if snapshot.table_desc(fk.referenced_table_id).is_some() {
            let text = fk_text(fk, desc, snapshot, true);
            lines.push(format!("CONSTRAINT {} {text}", name_text(&fk.name)));
        }
    }
    lines.extend(desc.indexes.iter().map(|index| index_text(index, snapshot)));
    lines.extend(family_lines(desc, rules));
    for check in &desc.checks {
        let not_valid = if check.validity == validity::UNVALIDATED { " NOT VALID" } else { "" };
        lines.push(format!(
            "CONSTRAINT {} CHECK ({}){not_valid}",
            name_text(&check.name),
            shown_expr(&check.expr, snapshot)
        ));
    }
    for unique in &desc.unique_without_index {
        let names = super::ddl_build::column_names(desc, &unique.column_ids);
        lines.push(format!(
            "CONSTRAINT {} UNIQUE WITHOUT INDEX ({})",
            name_text(&unique.name),
            name_list(&names)
        ));
    }
    let mut out =
        format!("CREATE TABLE {} (\n\t{}\n)", schema_name(desc, snapshot), lines.join(",\n\t"));
    if desc.exclude_data_from_backup == Some(true) {
        out.push_str(" WITH (exclude_data_from_backup = true)");
    }
    out
}

/// Newer versions leave out the one family that every table gets by itself.
fn family_lines(desc: &TableDescriptor, rules: Rules) -> Vec<String> {
    let automatic = matches!(desc.families.as_slice(), [one] if one.name == "primary");
    if automatic && !rules.old_show_create() {
        return Vec::new();
    }
    desc.families
        .iter()
        .map(|family| {
            format!("FAMILY {} ({})", name_text(&family.name), name_list(&family.column_names))
        })
        .collect()
}

/// A column as CREATE TABLE has it.
fn column_text(column: &ColumnDescriptor, snapshot: &Snapshot) -> String {
    let ty = snapshot
        .hydrate(&column.ty.clone().unwrap_or_default())
        .map_or_else(|_| "UNKNOWN".to_owned(), |ty| type_text(&ty, snapshot));
    let mut out = format!("{} {ty}", name_text(&column.name));
    if let Some(locale) = column.ty.as_ref().and_then(|ty| ty.locale.as_deref()) {
        let _ = write!(out, " COLLATE {}", name_text(locale));
    }
    if column.hidden {
        out.push_str(" NOT VISIBLE");
    }
    out.push_str(if column.nullable { " NULL" } else { " NOT NULL" });
    match column.generated_as_identity {
        1 => out.push_str(" GENERATED ALWAYS AS IDENTITY"),
        2 => out.push_str(" GENERATED BY DEFAULT AS IDENTITY"),
        _ => {
            if let Some(expr) = &column.default_expr {
                let _ = write!(out, " DEFAULT {}", shown_expr(expr, snapshot));
            }
        }
    }
    if let Some(expr) = &column.on_update_expr {
        let _ = write!(out, " ON UPDATE {}", shown_expr(expr, snapshot));
    }
    if let Some(expr) = &column.compute_expr {
        let kind = if column.is_virtual { "VIRTUAL" } else { "STORED" };
        let _ = write!(out, " AS ({}) {kind}", shown_expr(expr, snapshot));
    }
    out
}

/// A type as CREATE TABLE has it: user-defined ones with their schema.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others print themselves")]
pub(crate) fn type_text(ty: &Type, snapshot: &Snapshot) -> String {
    match ty {
        Type::Enum(ty) => match snapshot.type_desc(ty.id) {
            Some(desc) => format!(
                "{}.{}",
                name_text(snapshot.schema_name(desc.parent_schema_id)),
                name_text(&desc.name)
            ),
            None => ty.name.clone(),
        },
        Type::Array(element) => format!("{}[]", type_text(element, snapshot)),
        other => other.to_string(),
    }
}

/// Key columns with their directions.
pub(crate) fn key_text(index: &IndexDescriptor) -> String {
    let parts: Vec<String> = index
        .key_column_names
        .iter()
        .zip(&index.key_column_directions)
        .map(|(name, dir)| {
            if index.kind == index_kind::INVERTED {
                return name_text(name);
            }
            let word = if *dir == direction::DESC { "DESC" } else { "ASC" };
            format!("{} {word}", name_text(name))
        })
        .collect();
    parts.join(", ")
}

fn index_text(index: &IndexDescriptor, snapshot: &Snapshot) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let inverted = if index.kind == index_kind::INVERTED { "INVERTED " } else { "" };
    let mut out =
        format!("{unique}{inverted}INDEX {} ({})", name_text(&index.name), key_text(index));
    if !index.store_column_names.is_empty() {
        let _ = write!(out, " STORING ({})", name_list(&index.store_column_names));
    }
    if !index.predicate.is_empty() {
        let _ = write!(out, " WHERE {}", shown_expr(&index.predicate, snapshot));
    }
    if index.not_visible == Some(true) {
        out.push_str(" NOT VISIBLE");
    }
    out
}

fn action_text(action: FkAction) -> &'static str {
    match action {
        FkAction::NoAction => "",
        FkAction::Restrict => "RESTRICT",
        FkAction::SetNull => "SET NULL",
        FkAction::SetDefault => "SET DEFAULT",
        FkAction::Cascade => "CASCADE",
    }
}

/// A foreign key as CREATE TABLE has it; SHOW CONSTRAINTS leaves out the target's schema.
pub(crate) fn fk_text(
    fk: &ForeignKey,
    desc: &TableDescriptor,
    snapshot: &Snapshot,
    with_schema: bool,
) -> String {
    let origin = super::ddl_build::column_names(desc, &fk.origin_column_ids);
    let target = snapshot.table_desc(fk.referenced_table_id);
    let name = match target {
        Some(target) if !with_schema => name_text(&target.name),
        Some(target) if target.parent_id == desc.parent_id => schema_name(target, snapshot),
        Some(target) => {
            let parts = snapshot.full_name(target);
            parts.iter().map(|part| name_text(part)).collect::<Vec<_>>().join(".")
        }
        None => format!("[{}]", fk.referenced_table_id),
    };
    let columns =
        target.map(|target| super::ddl_build::column_names(target, &fk.referenced_column_ids));
    let mut out = format!(
        "FOREIGN KEY ({}) REFERENCES {name}({})",
        name_list(&origin),
        name_list(&columns.unwrap_or_default())
    );
    if fk.match_kind() == FkMatch::Full {
        out.push_str(" MATCH FULL");
    }
    for (word, action) in [("DELETE", fk.on_delete()), ("UPDATE", fk.on_update())] {
        let action = action_text(action);
        if !action.is_empty() {
            let _ = write!(out, " ON {word} {action}");
        }
    }
    if fk.validity == validity::UNVALIDATED {
        out.push_str(" NOT VALID");
    }
    out
}

/// An expression as a descriptor keeps it, with names in place of ids.
pub fn shown_expr(text: &str, snapshot: &Snapshot) -> String {
    if !text.contains('@') && !text.contains("REGCLASS") {
        return text.to_owned();
    }
    let Ok(mut expr) = ddl_expr::parse(text) else { return text.to_owned() };
    ddl_expr::visit(&mut expr, &mut |part| {
        if let Some(shown) = named(part, snapshot) {
            *part = shown;
        }
    });
    ddl_expr::text(&expr)
}

/// A part with a name where it had an id.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these types have ids")]
fn named(part: &Expr, snapshot: &Snapshot) -> Option<Expr> {
    let (Expr::Annotate { expr, ty, .. } | Expr::Cast { expr, ty, .. }) = part else {
        return None;
    };
    match ty {
        TypeName::ById(oid) => {
            let shown = type_by_oid(*oid, snapshot)?;
            let (expr, ty) = (expr.clone(), shown);
            Some(match part {
                Expr::Cast { syntax, .. } => Expr::Cast { expr, ty, syntax: *syntax },
                _ => Expr::Annotate { expr, ty, short: true },
            })
        }
        TypeName::Builtin { kind: TypeKind::RegClass, .. } => {
            let Expr::Literal(Literal::Int(id)) = &**expr else { return None };
            let desc = snapshot.table_desc(id.parse().ok()?)?;
            Some(Expr::Cast {
                expr: Box::new(Expr::Literal(Literal::String(schema_name(desc, snapshot)))),
                ty: ty.clone(),
                syntax: crate::ast::expr::CastSyntax::Short,
            })
        }
        _ => None,
    }
}

fn type_by_oid(oid: u32, snapshot: &Snapshot) -> Option<TypeName> {
    let desc = snapshot.type_desc(oid.checked_sub(crate::types::oid::USER_TYPE_BASE)?)?;
    if desc.kind() == DescKind::Alias {
        let element = desc.alias.as_ref()?.array_contents.as_ref()?;
        return Some(TypeName::Array(Box::new(type_by_oid(element.oid, snapshot)?)));
    }
    let schema = snapshot.schema_name(desc.parent_schema_id).to_owned();
    Some(TypeName::User(ObjectName { parts: vec![schema, desc.name.clone()] }))
}
