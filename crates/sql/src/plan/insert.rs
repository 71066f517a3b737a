//! INSERT and UPSERT: where rows come from, which columns they give, what happens where a key is taken.
//!
//! ```text
//!   VALUES …          each value is fitted to its column; DEFAULT stands for the column's default
//!   SELECT …          its columns are fitted by a projection
//!   ON CONFLICT (k)   the unique indexes over k are asked; UPSERT asks the primary one
//! ```

use std::sync::Arc;

use super::expr::{Stage, Want};
use super::node::{Node, SetOp};
use super::scope::{Scope, SourceName};
use super::table::{Rules, Table};
use super::write::{
    Action, Conflict, Verb, Write, column_want, default_scalar, named_columns, row_scope,
};
use super::{Error as PlanError, Planner, Relation};
use crate::ast::dml::{Insert, OnConflict};
use crate::ast::expr::Expr;
use crate::ast::query::{Select, SelectBody};
use crate::catalog::privilege::Privilege;
use crate::error::Error;
use crate::types::expr::Scalar;

impl Planner<'_, '_> {
    /// INSERT and UPSERT.
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<Write, Error> {
        let verb = if insert.upsert { Verb::Upsert } else { Verb::Insert };
        self.cx.check_writable(verb.upper())?;
        let (table, mut source) = self.target(&insert.table)?;
        self.require(&table, Privilege::Insert)?;
        if insert.upsert || insert.on_conflict.as_ref().is_some_and(|c| c.update.is_some()) {
            self.require(&table, Privilege::Select)?;
            self.require(&table, Privilege::Update)?;
        }
        if let Some(alias) = &insert.alias {
            source = SourceName::alias(alias.clone());
        }
        let rules = table.rules(self.cx)?;
        let (columns, input) = self.insert_source(insert, verb, &table, &rules)?;
        let conflict = match &insert.on_conflict {
            Some(clause) => Some(self.conflict(clause, &table, &source)?),
            None if insert.upsert => Some(upsert(&table, &columns)),
            None => None,
        };
        let relation =
            Relation { node: Node::Values { rows: Vec::new() }, scope: row_scope(&table, &source) };
        let (returning, returning_scope) =
            self.returning(&insert.returning, &table, &relation.scope)?;
        let action = Action::Insert { columns, conflict };
        Ok(Write { verb, table, rules, input, action, returning, returning_scope })
    }

    /// The ordinals that an INSERT gives, and the plan of the rows.
    fn insert_source(
        &mut self,
        insert: &Insert,
        verb: Verb,
        table: &Arc<Table>,
        rules: &Rules,
    ) -> Result<(Vec<usize>, Node), Error> {
        let explicit = !insert.columns.is_empty();
        let mut columns = if explicit {
            named_columns(&insert.columns, table)?
        } else {
            (0..table.columns.len())
                .filter(|&o| table.columns[o].public && !table.columns[o].hidden)
                .collect()
        };
        let Some(select) = &insert.source else {
            // DEFAULT VALUES: one row without columns.
            return Ok((Vec::new(), Node::Values { rows: vec![Vec::new()] }));
        };
        let width = self.source_width(select)?;
        let (given, relation) = match width {
            SourceWidth::Values(rows) => (rows.first().map_or(0, Vec::len), None),
            SourceWidth::Query(relation) => (relation.scope.width(), Some(relation)),
        };
        if given > columns.len() || (explicit && given < columns.len()) {
            return Err(PlanError::InsertWidth {
                what: verb.upper(),
                values: given,
                columns: columns.len(),
            }
            .into());
        }
        columns.truncate(given);
        if let Some(relation) = relation {
            refuse_computed(&columns, table)?;
            let node = self.assign_columns(relation, &columns, table)?;
            return Ok((columns, node));
        }
        let SelectBody::Values(rows) = &select.body else {
            return Ok((columns, Node::Values { rows: Vec::new() }));
        };
        let node = self.insert_values(rows, &columns, table, rules)?;
        Ok((columns, node))
    }

    fn source_width<'a>(&mut self, select: &'a Select) -> Result<SourceWidth<'a>, Error> {
        let plain = select.with.is_none()
            && select.order_by.is_empty()
            && select.limit.is_none()
            && select.offset.is_none();
        if plain && let SelectBody::Values(rows) = &select.body {
            return Ok(SourceWidth::Values(rows));
        }
        let mut relation = self.select(select)?;
        super::select::visible(&mut relation);
        Ok(SourceWidth::Query(Box::new(relation)))
    }

    /// VALUES as the source of an INSERT: DEFAULT is allowed, each value is fitted to its column.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn insert_values(
        &mut self,
        rows: &[Vec<Expr>],
        columns: &[usize],
        table: &Table,
        rules: &Rules,
    ) -> Result<Node, Error> {
        let scope = Scope::default();
        let mut planned = Vec::with_capacity(rows.len());
        for (position, &ordinal) in columns.iter().enumerate() {
            let default_only =
                rows.iter().all(|row| matches!(row.get(position), Some(Expr::Default)));
            if table.columns[ordinal].computed && !default_only {
                let column = table.columns[ordinal].name.clone();
                return Err(PlanError::ComputedColumn { column }.into());
            }
        }
        let wants: Vec<Want> = columns.iter().map(|&ordinal| column_want(table, ordinal)).collect();
        if rows.iter().flatten().any(super::walk::has_subquery) {
            return self.insert_subqueries(rows, columns, table, rules, &wants);
        }
        for row in rows {
            if row.len() != columns.len() {
                return Err(
                    PlanError::ValuesWidth { first: columns.len(), other: row.len() }.into()
                );
            }
            let mut scalars = Vec::with_capacity(row.len());
            for ((expr, want), &ordinal) in row.iter().zip(&wants).zip(columns.iter()) {
                scalars.push(match expr {
                    Expr::Default => default_scalar(table, rules, ordinal),
                    expr => self.compile_wanted(expr, &scope, want)?,
                });
            }
            planned.push(scalars);
        }
        Ok(Node::Values { rows: planned })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn insert_subqueries(
        &mut self,
        rows: &[Vec<Expr>],
        columns: &[usize],
        table: &Table,
        rules: &Rules,
        wants: &[Want],
    ) -> Result<Node, Error> {
        let mut all: Option<Node> = None;
        for row in rows {
            let mut unit = Relation::unit();
            let mut stage = Stage::new();
            for (expr, want) in row.iter().zip(wants).filter(|(e, _)| !matches!(e, Expr::Default)) {
                stage.push(expr, want.clone());
            }
            let mut given = self.run_stage(&mut unit, stage)?.into_iter();
            let exprs = row
                .iter()
                .zip(columns)
                .map(|(expr, &ordinal)| match expr {
                    Expr::Default => default_scalar(table, rules, ordinal),
                    _ => given.next().unwrap_or_else(|| default_scalar(table, rules, ordinal)),
                })
                .collect();
            let node = Node::Project { input: Box::new(unit.node), exprs };
            all = Some(match all {
                None => node,
                Some(before) => Node::SetOp {
                    op: SetOp::Union,
                    all: true,
                    left: Box::new(before),
                    right: Box::new(node),
                },
            });
        }
        Ok(all.unwrap_or(Node::Values { rows: Vec::new() }))
    }

    /// Fits the columns of a query to those of the table.
    #[allow(
        clippy::boxed_local,
        reason = "boxed where it is made; too large to move about on the host"
    )]
    fn assign_columns(
        &mut self,
        relation: Box<Relation>,
        columns: &[usize],
        table: &Table,
    ) -> Result<Node, Error> {
        let mut exprs = Vec::with_capacity(columns.len());
        for (position, &ordinal) in columns.iter().enumerate() {
            let expr = Expr::Ordinal(base::num::to_u32(position + 1));
            let want = column_want(table, ordinal);
            exprs.push(self.compile_wanted(&expr, &relation.scope, &want)?);
        }
        Ok(Node::Project { input: Box::new(relation.node), exprs })
    }

    fn conflict(
        &mut self,
        clause: &OnConflict,
        table: &Arc<Table>,
        source: &SourceName,
    ) -> Result<Conflict, Error> {
        let arbiters = arbiters(clause, table)?;
        let Some(update) = &clause.update else {
            return Ok(Conflict { arbiters, set: None, filter: None });
        };
        let mut scope = row_scope(table, source);
        scope.columns.extend(row_scope(table, &SourceName::alias("excluded")).columns);
        let mut relation = Relation { node: Node::Values { rows: Vec::new() }, scope };
        let rules = table.rules(self.cx)?;
        let set = self.assignments(&update.set, table, &rules, &mut relation)?;
        let filter = match &update.filter {
            Some(filter) => Some(self.compile_bool(filter, &relation.scope, "WHERE")?),
            None => None,
        };
        if matches!(relation.node, Node::Extend { .. }) {
            return Err(PlanError::Unsupported { what: "subqueries in ON CONFLICT" }.into());
        }
        Ok(Conflict { arbiters, set: Some(set), filter })
    }
}

/// Where the rows of an INSERT come from.
enum SourceWidth<'a> {
    Values(&'a [Vec<Expr>]),
    Query(Box<Relation>),
}

/// UPSERT: the given columns of the row with the same primary key take the new values.
fn upsert(table: &Table, columns: &[usize]) -> Conflict {
    let width = table.columns.len();
    let set = columns
        .iter()
        .filter(|ordinal| !table.indexes[0].key_columns.contains(ordinal))
        .map(|&ordinal| {
            (ordinal, Scalar::column(width + ordinal, table.columns[ordinal].ty.clone()))
        })
        .collect();
    Conflict { arbiters: vec![0], set: Some(set), filter: None }
}

fn refuse_computed(columns: &[usize], table: &Table) -> Result<(), PlanError> {
    match columns.iter().find(|&&ordinal| table.columns[ordinal].computed) {
        Some(&ordinal) => {
            Err(PlanError::ComputedColumn { column: table.columns[ordinal].name.clone() })
        }
        None => Ok(()),
    }
}

/// The unique indexes that ON CONFLICT names.
fn arbiters(clause: &OnConflict, table: &Table) -> Result<Vec<usize>, Error> {
    if let Some(name) = &clause.constraint {
        let found = table.indexes.iter().position(|index| index.unique && index.name == *name);
        return match found {
            Some(index) => Ok(vec![index]),
            None => Err(crate::catalog::Error::refused(
                base::sqlstate::SqlState::UNDEFINED_OBJECT,
                format!(
                    "unique constraint \"{name}\" for table \"{}\" does not exist",
                    table.desc.name
                ),
            )
            .into()),
        };
    }
    if clause.columns.is_empty() {
        if clause.update.is_some() {
            return Err(PlanError::Refused {
                message: "ON CONFLICT DO UPDATE requires explicit conflict columns",
                code: base::sqlstate::SqlState::SYNTAX_ERROR,
                hint: None,
            }
            .into());
        }
        return Ok(Vec::new());
    }
    let mut wanted = named_columns(&clause.columns, table)?;
    wanted.sort_unstable();
    let found: Vec<usize> = table
        .indexes
        .iter()
        .enumerate()
        .filter(|(_, index)| {
            index.unique && (index.predicate.is_empty() || clause.arbiter.is_some())
        })
        .filter(|(_, index)| {
            let mut key = index.key_columns.clone();
            key.sort_unstable();
            key == wanted
        })
        .map(|(position, _)| position)
        .collect();
    if found.is_empty() { Err(PlanError::NoArbiter.into()) } else { Ok(found) }
}
