//! What names mean inside a query.
//!
//! ```text
//!   FROM t AS x JOIN u      Scope: x.a x.b u.a u.c       `b` is x.b, `a` is ambiguous, `x.a` is clear
//!   a subquery in WHERE     Scope of its own; a name that it lacks is looked up in the levels around it
//! ```
//!
//! Shape: columns in the order of the row that the plan makes, so a position here is an ordinal there. Columns
//! without a name (answers of subqueries) are in the row but cannot be named. Columns that USING merged are hidden
//! from `*` but can still be named with their source.

use std::cell::Cell;
use std::sync::Arc;

use super::node::Used;
use super::walk::each_child_mut;
use crate::ast::expr::Expr;
use crate::types::{Error as TypesError, Type};

/// Who has a column: the name of its source, shared by all its columns. None for a source without a name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourceName(Option<Arc<SourceParts>>);

/// The parts of a source's name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct SourceParts {
    table: String,
    /// Unless an alias took its place.
    schema: Option<String>,
    database: Option<String>,
}

impl SourceName {
    /// An alias.
    pub fn alias(name: impl Into<String>) -> Self {
        Self(Some(Arc::new(SourceParts { table: name.into(), schema: None, database: None })))
    }

    /// A table's own name.
    pub fn of(database: String, schema: String, table: String) -> Self {
        let (schema, database) = (Some(schema), Some(database));
        Self(Some(Arc::new(SourceParts { table, schema, database })))
    }

    /// The alias or the table's own name; empty for a source without one.
    pub fn table(&self) -> &str {
        self.0.as_ref().map_or("", |parts| &parts.table)
    }

    /// Whether a qualifier (`x`, `s.x`, `db.s.x`, `db.x`) means this source.
    pub fn answers(&self, qualifier: &[String]) -> bool {
        let Some(parts) = &self.0 else { return qualifier.is_empty() };
        match qualifier {
            [] => true,
            [table] => *table == parts.table,
            [schema, table] => {
                *table == parts.table
                    && (parts.schema.as_deref() == Some(schema)
                        || (parts.database.as_deref() == Some(schema)
                            && parts.schema.as_deref() == Some("public")))
            }
            [database, schema, table] => {
                *table == parts.table
                    && parts.schema.as_deref() == Some(schema)
                    && parts.database.as_deref() == Some(database)
            }
            _ => false,
        }
    }
}

/// A column of a scope.
#[derive(Clone, Debug)]
pub struct ScopeColumn {
    /// Its name; empty if it cannot be named.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Its source.
    pub source: SourceName,
    /// `*` leaves it out.
    pub hidden: bool,
    /// It can only be named with its source: USING made a merged one.
    pub merged: bool,
    /// The table column that must be read for it.
    pub used: Option<(Used, usize)>,
}

impl ScopeColumn {
    /// A column of a source without a table behind it.
    pub fn new(name: impl Into<Arc<str>>, ty: Type, source: SourceName) -> Self {
        Self { name: name.into(), ty, source, hidden: false, merged: false, used: None }
    }

    /// A column that cannot be named.
    pub fn nameless(ty: Type) -> Self {
        Self {
            name: Arc::default(),
            ty,
            source: SourceName::default(),
            hidden: true,
            merged: true,
            used: None,
        }
    }

    /// Notes that the plan reads it.
    pub fn mark(&self) {
        if let Some((used, ordinal)) = &self.used
            && let Some(flag) = used.columns.borrow_mut().get_mut(*ordinal)
        {
            *flag = true;
        }
    }
}

/// The columns that can be named at one place of a query.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// In the order of the row.
    pub columns: Vec<ScopeColumn>,
    /// Columns that come first in `*`: those that USING merged.
    pub first: Vec<usize>,
}

/// What a lookup in one scope found.
enum Found {
    One(usize),
    None,
    /// The qualifier means no source here.
    NoSource,
    Many(Vec<usize>),
}

impl Scope {
    /// A scope of these columns.
    pub fn of(columns: Vec<ScopeColumn>) -> Self {
        Self { columns, first: Vec::new() }
    }

    /// Width of the row.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Positions of the columns that `*` or `x.*` stands for. `None` if no source is called so.
    pub fn star(&self, qualifier: &[String]) -> Option<Vec<usize>> {
        let mut known = qualifier.is_empty();
        let mut positions = Vec::new();
        for (position, column) in self.columns.iter().enumerate() {
            if column.name.is_empty() || !column.source.answers(qualifier) {
                continue;
            }
            known = true;
            if !column.hidden && (!column.merged || !qualifier.is_empty()) {
                positions.push(position);
            }
        }
        if qualifier.is_empty() && !self.first.is_empty() {
            positions.retain(|position| !self.first.contains(position));
            positions.splice(0..0, self.first.iter().copied());
        }
        known.then_some(positions)
    }

    fn find(&self, parts: &[String]) -> Found {
        let Some((name, qualifier)) = parts.split_last() else { return Found::None };
        let mut hits: Vec<usize> = Vec::new();
        let mut source_known = qualifier.is_empty();
        for (position, column) in self.columns.iter().enumerate() {
            if !qualifier.is_empty() && !column.source.answers(qualifier) {
                continue;
            }
            source_known = true;
            if *column.name == **name
                && !column.name.is_empty()
                && (!column.merged || !qualifier.is_empty())
            {
                hits.push(position);
            }
        }
        match hits.as_slice() {
            [] if source_known => Found::None,
            [] => Found::NoSource,
            [one] => Found::One(*one),
            _ => Found::Many(hits),
        }
    }

    fn candidates(&self, positions: &[usize]) -> String {
        let names: Vec<String> = positions
            .iter()
            .filter_map(|&position| self.columns.get(position))
            .map(|column| {
                if column.source.table().is_empty() {
                    format!("<anonymous>.{}", column.name)
                } else {
                    format!("{}.{}", column.source.table(), column.name)
                }
            })
            .collect();
        names.join(", ")
    }
}

/// A query around a subquery.
#[derive(Clone, Debug)]
pub struct Level {
    /// What can be named there; its row is the subquery's outer row.
    pub scope: Scope,
    /// The subquery named something of it, or of a level around it.
    pub touched: Cell<bool>,
}

/// Finds a column in a scope or in the levels around it, innermost last in `levels`. Answers ordinal and type.
pub fn resolve(
    scope: &Scope,
    levels: &[Level],
    parts: &[String],
) -> Result<(usize, Type), TypesError> {
    let mut no_source = false;
    let mut offset = 0;
    for depth in 0..=levels.len() {
        let here = match depth {
            0 => scope,
            _ => &levels[levels.len() - depth].scope,
        };
        match here.find(parts) {
            Found::One(position) => {
                let column = &here.columns[position];
                column.mark();
                for level in &levels[levels.len() - depth..] {
                    level.touched.set(true);
                }
                return Ok((offset + position, column.ty.clone()));
            }
            Found::Many(positions) => {
                return Err(TypesError::AmbiguousColumn {
                    name: parts.join("."),
                    candidates: here.candidates(&positions),
                });
            }
            Found::None if depth == 0 => {}
            Found::NoSource if depth == 0 => no_source = true,
            Found::None | Found::NoSource => {}
        }
        offset += here.width();
    }
    let name = parts.join(".");
    if no_source && parts.len() > 1 {
        return Err(TypesError::UndefinedSource(parts[..parts.len() - 1].join(".")));
    }
    Err(TypesError::UndefinedColumn(name))
}

impl Scope {
    /// Whether a name means a column of this scope.
    pub fn has(&self, parts: &[String]) -> bool {
        matches!(self.find(parts), Found::One(_) | Found::Many(_))
    }

    /// The position of a name, if it means one column of this scope.
    pub fn position(&self, parts: &[String]) -> Option<usize> {
        if let Found::One(position) = self.find(parts) { Some(position) } else { None }
    }

    /// Rewrites the columns of this scope to ordinals; others are left as they are.
    pub fn to_ordinals(&self, expr: &mut Expr) -> Result<(), TypesError> {
        if let Expr::Column(parts) = expr {
            match self.find(parts) {
                Found::One(position) => *expr = Expr::Ordinal(base::num::to_u32(position + 1)),
                Found::Many(positions) => {
                    return Err(TypesError::AmbiguousColumn {
                        name: parts.join("."),
                        candidates: self.candidates(&positions),
                    });
                }
                Found::None | Found::NoSource => {}
            }
            return Ok(());
        }
        each_child_mut(expr, &mut |child| self.to_ordinals(child))
    }
}
