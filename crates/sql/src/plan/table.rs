//! A table made ready for planning: its columns by ordinal, its indexes, and on the first write its rules.
//!
//! ```text
//!   catalog::Table (descriptor, types, codec)  ─▶ Table { columns, indexes }     cached by the session
//!                                                   └─ first write ─▶ Rules { defaults, computed, checks, … }
//! ```
//!
//! Shape: ordinals are those of the row codec: public columns in the order of the descriptor, then columns that are
//! being added or removed, which cannot be named but are written. Left out: writes to inverted indexes, whose
//! definitions are only kept.

use std::sync::{Arc, OnceLock};

use base::span::Span;

use super::expr::Resolver;
use super::scope::{Scope, ScopeColumn, SourceName};
use crate::ast::Statement;
use crate::ast::expr::Expr;
use crate::ast::query::SelectBody;
use crate::catalog;
use crate::catalog::descpb::{TableDescriptor, index_kind};
use crate::cx::Cx;
use crate::error::Error;
use crate::row::IndexCodec;
use crate::types::expr::{self as types_expr, Scalar};
use crate::types::{Datum, Type};

/// A table, view or sequence as the planner sees it.
#[derive(Debug)]
pub struct Table {
    /// What the catalog knows of it.
    pub base: Arc<catalog::Table>,
    /// Its descriptor.
    pub desc: Arc<TableDescriptor>,
    /// By ordinal.
    pub columns: Vec<Column>,
    /// The primary one first, then as the codec has them.
    pub indexes: Vec<Index>,
    rules: OnceLock<Arc<Rules>>,
}

/// A column.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the descriptor")]
pub struct Column {
    /// The descriptor's id.
    pub id: u32,
    /// Its name.
    pub name: String,
    label: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Whether NULL may stand in it.
    pub nullable: bool,
    /// `*` leaves it out.
    pub hidden: bool,
    /// It can be named: not one that is being added or removed.
    pub public: bool,
    /// Its value is computed from the others.
    pub computed: bool,
    /// It is not stored.
    pub is_virtual: bool,
}

impl Column {
    /// Its name in a scope, empty if it cannot be named.
    pub fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// The descriptor's id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Whether no two rows may have one key.
    pub unique: bool,
    /// Ordinals of the key columns.
    pub key_columns: Vec<usize>,
    /// The order of its entries: key columns, then the rest of the primary key, each with `descending`.
    pub order: Vec<(usize, bool)>,
    /// What stands in an entry.
    pub covers: Vec<bool>,
    /// Reads may choose it: public, of all rows, one entry a row.
    pub usable: bool,
    /// It is kept up to date: not an inverted one.
    pub written: bool,
    /// Which rows it holds, as SQL; empty for all.
    pub predicate: String,
}

impl Index {
    /// The columns by which it can be searched, in order.
    pub fn lookup_columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.key_columns.iter().copied()
    }

    /// Whether a key column is stored greatest first.
    pub fn descending(&self, position: usize) -> bool {
        self.order.get(position).is_some_and(|(_, descending)| *descending)
    }
}

/// What a table asks of rows that are written.
#[derive(Debug, Default)]
pub struct Rules {
    /// By ordinal; over no row.
    pub defaults: Vec<Option<Scalar>>,
    /// Computed columns in an order in which each may use those before it; over the row.
    pub computed: Vec<(usize, Scalar)>,
    /// Columns that UPDATE sets unless it names them.
    pub on_update: Vec<(usize, Scalar)>,
    /// CHECKs over the row, with their text.
    pub checks: Vec<(Scalar, String)>,
    /// By index: which rows it holds.
    pub predicates: Vec<Option<Scalar>>,
}

impl Table {
    /// What the catalog knows, made ready.
    pub fn new(base: &Arc<catalog::Table>) -> Self {
        let desc = Arc::clone(&base.desc);
        let codec = &base.codec;
        let columns = codec
            .columns
            .iter()
            .enumerate()
            .map(|(ordinal, column)| {
                let described = desc.columns.iter().find(|described| described.id == column.id);
                let public = ordinal < codec.public
                    && described.is_some_and(|described| !described.inaccessible);
                Column {
                    id: column.id,
                    name: column.name.clone(),
                    label: if public { column.name.as_str().into() } else { Arc::default() },
                    ty: column.ty.clone(),
                    nullable: column.nullable,
                    hidden: described.is_none_or(|d| d.hidden || d.inaccessible),
                    public,
                    computed: described.is_some_and(|d| d.compute_expr.is_some()),
                    is_virtual: described.is_some_and(|d| d.is_virtual),
                }
            })
            .collect();
        let width = codec.columns.len();
        let indexes = std::iter::once(&codec.primary)
            .chain(&codec.secondary)
            .enumerate()
            .map(|(position, index)| made_index(&desc, index, position == 0, width))
            .collect();
        Self { base: Arc::clone(base), desc, columns, indexes, rules: OnceLock::new() }
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.desc.id
    }

    /// How an index is written.
    pub fn index_codec(&self, index: usize) -> &IndexCodec {
        match index.checked_sub(1) {
            Some(position) => {
                self.base.codec.secondary.get(position).unwrap_or(&self.base.codec.primary)
            }
            None => &self.base.codec.primary,
        }
    }

    /// All keys of an index.
    pub fn index_span(&self, index: usize) -> Span {
        self.index_codec(index).span()
    }

    /// The ordinal of a column that can be named.
    pub fn ordinal(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.public && column.name == name)
    }

    /// The ordinal of a column by its id.
    pub fn ordinal_of_id(&self, id: u32) -> Option<usize> {
        self.columns.iter().position(|column| column.id == id)
    }

    /// Whether each row has one key in the primary index.
    pub fn single_family(&self) -> bool {
        self.desc.families.len() <= 1
    }

    /// Whether a row is known by some of its columns together with some that are the same in all rows.
    pub fn is_unique_on(&self, index: usize, columns: &[usize], fixed: &[usize]) -> bool {
        let known = |column: &usize| columns.contains(column) || fixed.contains(column);
        self.indexes.get(index).is_some_and(|index| {
            index.unique
                && index.key_columns.iter().all(|column| {
                    known(column) && self.columns.get(*column).is_some_and(|c| !c.nullable)
                })
        })
    }

    /// The scope of one row of the table.
    pub fn scope(&self) -> Scope {
        let source = SourceName::alias(self.desc.name.clone());
        let columns = self.columns.iter().map(|column| {
            let mut made = ScopeColumn::new(column.label(), column.ty.clone(), source.clone());
            made.hidden = column.hidden;
            made
        });
        Scope::of(columns.collect())
    }

    /// What it asks of rows that are written.
    pub fn rules(&self, cx: &mut Cx<'_>) -> Result<Arc<Rules>, Error> {
        if let Some(known) = self.rules.get() {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(self.compile_rules(cx)?);
        Ok(Arc::clone(self.rules.get_or_init(|| made)))
    }

    /// Computed columns that are not stored: they are computed when read.
    pub fn virtual_columns(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.columns.len()).filter(|&ordinal| self.columns[ordinal].is_virtual)
    }

    fn compile_rules(&self, cx: &mut Cx<'_>) -> Result<Rules, Error> {
        let mut rules = Rules::default();
        let scope = self.scope();
        let nothing = Scope::default();
        let described = self.described();
        for (ordinal, column) in self.columns.iter().enumerate() {
            let Some(described) = described.get(ordinal).copied().flatten() else {
                rules.defaults.push(None);
                continue;
            };
            let default = described.default_expr.as_deref().filter(|_| !column.computed);
            rules.defaults.push(match default {
                Some(text) => Some(assign(text, &nothing, column, cx)?),
                None => None,
            });
            if let Some(text) = &described.compute_expr {
                rules.computed.push((ordinal, assign(text, &scope, column, cx)?));
            }
            if let Some(text) = &described.on_update_expr {
                rules.on_update.push((ordinal, assign(text, &nothing, column, cx)?));
            }
        }
        for check in &self.desc.checks {
            let scalar = condition(&check.expr, &scope, cx)?;
            rules.checks.push((scalar, check.expr.clone()));
        }
        for index in &self.indexes {
            rules.predicates.push(if index.predicate.is_empty() {
                None
            } else {
                Some(condition(&index.predicate, &scope, cx)?)
            });
        }
        Ok(rules)
    }

    /// The descriptors of the columns by ordinal, those of schema changes under way included.
    fn described(&self) -> Vec<Option<&catalog::descpb::ColumnDescriptor>> {
        let changing = self.desc.mutations.iter().filter_map(|mutation| mutation.column.as_ref());
        let all: Vec<_> = self.desc.columns.iter().chain(changing).collect();
        self.columns
            .iter()
            .map(|column| all.iter().copied().find(|described| described.id == column.id))
            .collect()
    }
}

fn made_index(desc: &TableDescriptor, codec: &IndexCodec, primary: bool, width: usize) -> Index {
    let changing = desc.mutations.iter().filter_map(|mutation| mutation.index.as_ref());
    let described = std::iter::once(&desc.primary_index)
        .chain(&desc.indexes)
        .chain(changing)
        .find(|index| index.id == codec.id);
    let forward = described.is_none_or(|index| index.kind != index_kind::INVERTED);
    let predicate = described.map(|index| index.predicate.clone()).unwrap_or_default();
    let mut covers = vec![primary; width];
    let mut order = codec.key.clone();
    order.extend(codec.suffix.iter().map(|&column| (column, false)));
    for column in order.iter().map(|(column, _)| *column).chain(codec.stored.iter().copied()) {
        if let Some(flag) = covers.get_mut(column) {
            *flag = true;
        }
    }
    let visible = described.is_none_or(|index| !index.not_visible.unwrap_or(false));
    Index {
        id: codec.id,
        name: codec.name.clone(),
        unique: codec.unique || primary,
        key_columns: codec.key.iter().map(|(column, _)| *column).collect(),
        order,
        covers,
        usable: codec.public && forward && predicate.is_empty() && visible,
        written: forward,
        predicate,
    }
}

/// An expression of a descriptor.
pub fn parse_expr(text: &str) -> Result<Expr, Error> {
    let parsed = crate::parser::parse(&format!("SELECT {text}"))?;
    if let Some(Statement::Select(select)) = parsed.into_iter().next().map(|parsed| parsed.stmt)
        && let SelectBody::Clause(mut clause) = select.body
        && let Some(item) = clause.items.pop()
    {
        return Ok(item.expr);
    }
    Err(Error::unsupported(format!("expression {text}")))
}

fn assign(text: &str, scope: &Scope, column: &Column, cx: &mut Cx<'_>) -> Result<Scalar, Error> {
    let expr = parse_expr(text)?;
    let snapshot = cx.snapshot()?;
    let names = snapshot.type_source(cx.name_scope());
    let mut resolver =
        Resolver { scope, levels: &[], types: &names, text_cx: cx.text_cx(), placeholders: &[] };
    Ok(types_expr::compile_assign(&expr, &mut resolver, &column.ty, &column.name)?)
}

fn condition(text: &str, scope: &Scope, cx: &mut Cx<'_>) -> Result<Scalar, Error> {
    let expr = parse_expr(text)?;
    let snapshot = cx.snapshot()?;
    let names = snapshot.type_source(cx.name_scope());
    let mut resolver =
        Resolver { scope, levels: &[], types: &names, text_cx: cx.text_cx(), placeholders: &[] };
    Ok(types_expr::compile_bool(&expr, &mut resolver, "CHECK")?)
}

/// Values as DETAIL prints them: what is no number and no truth stands in quotes.
pub fn key_text<'a>(values: impl Iterator<Item = &'a Datum>) -> String {
    let texts: Vec<String> = values
        .map(|value| {
            if matches!(
                value,
                Datum::Null
                    | Datum::Bool(_)
                    | Datum::Int(_)
                    | Datum::Float(_)
                    | Datum::Decimal(_)
                    | Datum::Oid(_)
            ) {
                return if value.is_null() { "NULL".to_owned() } else { value.to_text() };
            }
            format!("'{}'", value.to_text().replace('\'', "''"))
        })
        .collect();
    texts.join(", ")
}
