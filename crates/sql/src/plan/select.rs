//! Queries: WITH, the body, ORDER BY, LIMIT.
//!
//! ```text
//!   clause:  FROM ▶ WHERE ▶ GROUP BY, aggregates ▶ HAVING ▶ windows, set functions ▶ targets ▶ DISTINCT ▶ ORDER BY
//! ```
//!
//! *Source*: the order of evaluation that PostgreSQL documents for SELECT.

use std::borrow::Cow;
use std::sync::Arc;

use super::expr::{Stage, Want};
use super::label::label;
use super::node::{Node, Recursive, SetOp};
use super::scope::{Scope, ScopeColumn, SourceName};
use super::{CteEntry, Error as PlanError, Planner, Relation};
use crate::ast::expr::Expr;
use crate::ast::query::{self, Distinct, Limit, Select, SelectBody, SelectClause, Union, With};
use crate::error::Error;
use crate::types::Type;
use crate::types::expr::Scalar;

/// A target of SELECT or RETURNING, stars spelt out.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is computed.
    pub expr: Expr,
    /// Its name.
    pub name: Arc<str>,
    /// The source, when it is a plain column: a subquery's `*` keeps hidden names apart by it.
    pub alias: bool,
}

/// A common table expression that has been planned.
#[derive(Debug)]
pub struct PlannedCte {
    slot: usize,
    query: Node,
    recursive: Option<Recursive>,
}

impl PlannedCte {
    /// The plan that reads it.
    pub fn around(self, body: Node) -> Node {
        Node::With {
            slot: self.slot,
            query: Box::new(self.query),
            recursive: self.recursive,
            body: Box::new(body),
        }
    }
}

impl Planner<'_, '_> {
    /// Plans a query.
    pub fn select(&mut self, select: &Select) -> Result<Relation, Error> {
        self.deeper("query", |planner| planner.select_inside(select))
    }

    fn select_inside(&mut self, select: &Select) -> Result<Relation, Error> {
        let in_sight = self.ctes.len();
        let ctes = self.with(select.with.as_ref())?;
        let relation = self.ordered(select);
        self.ctes.truncate(in_sight);
        let mut relation = relation?;
        for cte in ctes.into_iter().rev() {
            let body = relation.take_node();
            relation.node = cte.around(body);
        }
        Ok(relation)
    }

    /// Body, ORDER BY and LIMIT.
    fn ordered(&mut self, select: &Select) -> Result<Relation, Error> {
        let mut relation = match &select.body {
            SelectBody::Clause(clause) => self.clause(clause, &select.order_by)?,
            SelectBody::Values(rows) => {
                let values = self.values(rows)?;
                self.order_output(values, &select.order_by)?
            }
            SelectBody::Table(name) => {
                let mut table = self.named_source(name, None, None)?;
                let shown = table.scope.star(&[]).unwrap_or_default();
                keep(&mut table, &shown);
                self.order_output(table, &select.order_by)?
            }
            SelectBody::Union(union) => {
                let union = self.union(union)?;
                self.order_output(union, &select.order_by)?
            }
            SelectBody::Paren(inner) => {
                let inner = self.select(inner)?;
                self.order_output(inner, &select.order_by)?
            }
        };
        self.limit(&mut relation, select.limit.as_ref(), select.offset.as_ref())?;
        Ok(relation)
    }

    /// LIMIT and OFFSET over a plan.
    pub fn limit(
        &mut self,
        relation: &mut Relation,
        limit: Option<&Limit>,
        offset: Option<&Expr>,
    ) -> Result<(), Error> {
        let limit = match limit {
            Some(Limit::Rows(expr)) => Some(self.limit_count(expr, "LIMIT")?),
            Some(Limit::All) | None => None,
        };
        let offset = offset.map(|expr| self.limit_count(expr, "OFFSET")).transpose()?;
        if limit.is_some() || offset.is_some() {
            let input = Box::new(relation.take_node());
            relation.node = Node::Limit { input, limit, offset };
        }
        Ok(())
    }

    fn limit_count(&mut self, expr: &Expr, clause: &'static str) -> Result<Scalar, Error> {
        let scalar = self.compile(expr, &Scope::default(), Some(&Type::INT))?;
        if !scalar.ty.clone().equivalent(&Type::INT) {
            let found = scalar.ty.clone().name();
            return Err(PlanError::ArgumentType { clause, wanted: "int", found }.into());
        }
        Ok(scalar)
    }

    /// VALUES lists; columns are `column1`, `column2`, …
    pub fn values(&mut self, rows: &[Vec<Expr>]) -> Result<Relation, Error> {
        let width = rows.first().map_or(0, Vec::len);
        let wants = vec![None; width];
        self.values_as(rows, &wants)
    }

    /// VALUES lists whose columns should have these types.
    pub fn values_as(
        &mut self,
        rows: &[Vec<Expr>],
        wants: &[Option<Type>],
    ) -> Result<Relation, Error> {
        let width = rows.first().map_or(0, Vec::len);
        let scope = Scope::default();
        let mut unit = Relation::unit();
        let mut types: Vec<Type> =
            wants.iter().map(|want| want.clone().unwrap_or(Type::Unknown)).collect();
        types.resize(width, Type::Unknown);
        let mut planned = Vec::with_capacity(rows.len());
        let subqueries = rows.iter().flatten().any(super::walk::has_subquery);
        if subqueries {
            return self.values_with_subqueries(rows, &types);
        }
        for row in rows {
            if row.len() != width {
                return Err(PlanError::ValuesWidth { first: width, other: row.len() }.into());
            }
            let mut scalars = Vec::with_capacity(width);
            for (column, expr) in row.iter().enumerate() {
                let want = (types[column] != Type::Unknown).then(|| types[column].clone());
                let scalar = self.compile(expr, &scope, want.as_ref())?;
                let found = scalar.ty.clone();
                if types[column] == Type::Unknown {
                    types[column] = found;
                } else if !types[column].equivalent(&found)
                    && wants.get(column).is_none_or(Option::is_none)
                {
                    return Err(PlanError::SetTypes {
                        op: "VALUES",
                        left: found.name(),
                        right: types[column].name(),
                    }
                    .into());
                }
                scalars.push(scalar);
            }
            planned.push(scalars);
        }
        unit.node = Node::Values { rows: planned };
        unit.scope = Scope::of(value_columns(types));
        Ok(unit)
    }

    /// VALUES lists with subqueries: each list is a SELECT without FROM.
    fn values_with_subqueries(
        &mut self,
        rows: &[Vec<Expr>],
        types: &[Type],
    ) -> Result<Relation, Error> {
        let mut all: Option<Relation> = None;
        for row in rows {
            if row.len() != types.len() {
                return Err(PlanError::ValuesWidth { first: types.len(), other: row.len() }.into());
            }
            let mut unit = Relation::unit();
            let mut stage = Stage::new();
            for (expr, want) in row.iter().zip(types) {
                let known = *want != Type::Unknown;
                stage.push(expr, if known { Want::Type(want.clone()) } else { Want::Any });
            }
            let exprs = self.run_stage(&mut unit, stage)?;
            let scope =
                Scope::of(value_columns(exprs.iter().map(|scalar| scalar.ty.clone()).collect()));
            let node = Node::Project { input: Box::new(unit.node), exprs };
            all = Some(match all {
                None => Relation { node, scope },
                Some(before) => Relation {
                    scope: before.scope,
                    node: Node::SetOp {
                        op: SetOp::Union,
                        all: true,
                        left: Box::new(before.node),
                        right: Box::new(node),
                    },
                },
            });
        }
        Ok(all.unwrap_or_else(Relation::unit))
    }

    fn union(&mut self, union: &Union) -> Result<Relation, Error> {
        let left = self.select(&union.left)?;
        let right = self.select(&union.right)?;
        let (op, word) = match union.op {
            query::SetOp::Union => (SetOp::Union, "UNION"),
            query::SetOp::Intersect => (SetOp::Intersect, "INTERSECT"),
            query::SetOp::Except => (SetOp::Except, "EXCEPT"),
        };
        Ok(set_op(op, word, union.all, left, right)?)
    }

    /// Plans common table expressions, which come into sight.
    pub fn with(&mut self, with: Option<&With>) -> Result<Vec<PlannedCte>, Error> {
        let mut planned = Vec::new();
        let Some(with) = with else { return Ok(planned) };
        for (position, cte) in with.ctes.iter().enumerate() {
            let name = &cte.alias.name;
            if with.ctes[..position].iter().any(|other| other.alias.name == *name) {
                return Err(PlanError::DuplicateCte { name: name.clone() }.into());
            }
            let slot = self.slot();
            if with.recursive
                && let crate::ast::Statement::Select(select) = &cte.stmt
                && let Some(union) = recursive_union(select)
            {
                planned.push(self.recursive_cte(slot, cte, union)?);
                continue;
            }
            let mut relation = self.statement_source(&cte.stmt)?;
            visible(&mut relation);
            rename(&mut relation.scope, &cte.alias)?;
            let entry = CteEntry { name: name.clone(), slot, scope: relation.scope };
            self.ctes.push(entry);
            planned.push(PlannedCte { slot, query: relation.node, recursive: None });
        }
        Ok(planned)
    }

    fn recursive_cte(
        &mut self,
        slot: usize,
        cte: &query::Cte,
        union: &Union,
    ) -> Result<PlannedCte, Error> {
        let mut first = self.select(&union.left)?;
        visible(&mut first);
        rename(&mut first.scope, &cte.alias)?;
        let scope = first.scope.clone();
        self.ctes.push(CteEntry { name: cte.alias.name.clone(), slot, scope: scope.clone() });
        let mut step = self.select(&union.right)?;
        let (a, b) = (scope.width(), visible(&mut step));
        if a != b {
            return Err(PlanError::SetWidth { op: "UNION", left: a, right: b }.into());
        }
        Ok(PlannedCte {
            slot,
            query: first.node,
            recursive: Some(Recursive { step: Box::new(step.node), all: union.all }),
        })
    }

    /// A SELECT clause with the ORDER BY that follows it.
    fn clause(
        &mut self,
        clause: &SelectClause,
        order_by: &[query::OrderBy],
    ) -> Result<Relation, Error> {
        let mut relation = self.from(&clause.from)?;
        if let Some(filter) = &clause.filter {
            self.filter(&mut relation, filter, "WHERE")?;
        }
        let targets = self.targets(&clause.items, &relation.scope)?;
        let mut shape = super::order::Shape::of(clause, targets, order_by)?;
        self.group(&mut relation, clause, &mut shape)?;
        self.windows(&mut relation, clause, &mut shape)?;
        self.set_functions(&mut relation, &mut shape)?;
        let on = match &clause.distinct {
            Distinct::No => None,
            Distinct::Rows => Some(&[][..]),
            Distinct::On(exprs) => Some(exprs.as_slice()),
        };
        self.project(relation, shape, on)
    }

    /// WHERE or HAVING: each AND-ed condition by itself, so that scans can take theirs.
    pub fn filter(
        &mut self,
        relation: &mut Relation,
        filter: &Expr,
        place: &'static str,
    ) -> Result<(), Error> {
        self.refuse_aggregates(filter, place)?;
        let rest = self.choose_index(relation, filter)?;
        self.filter_all(relation, rest, place)
    }

    /// Several conditions over a plan: those without subqueries first and as one, so that they spare the others work.
    pub fn filter_all(
        &mut self,
        relation: &mut Relation,
        conditions: Vec<Cow<'_, Expr>>,
        place: &'static str,
    ) -> Result<(), Error> {
        let (asking, plain): (Vec<Cow<'_, Expr>>, Vec<Cow<'_, Expr>>) =
            conditions.into_iter().partition(|expr| super::walk::has_subquery(expr));
        let both = |a: Cow<'_, Expr>, b: Cow<'_, Expr>| {
            Cow::Owned(Expr::And(Box::new(a.into_owned()), Box::new(b.into_owned())))
        };
        if let Some(all) = plain.into_iter().reduce(both) {
            self.filter_by(relation, &all, place)?;
        }
        for condition in asking {
            self.filter_by(relation, &condition, place)?;
        }
        Ok(())
    }

    /// One condition over a plan.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    pub fn filter_by(
        &mut self,
        relation: &mut Relation,
        expr: &Expr,
        place: &'static str,
    ) -> Result<(), Error> {
        let mut stage = Stage::new();
        stage.push(expr, Want::Condition(place));
        let mut exprs = self.run_stage(relation, stage)?;
        let Some(predicate) = exprs.pop() else { return Ok(()) };
        let input = Box::new(relation.take_node());
        relation.node = match *input {
            Node::Scan(mut scan) if scan.filter.is_none() => {
                scan.filter = Some(predicate);
                Node::Scan(scan)
            }
            other => Node::Filter { input: Box::new(other), predicate },
        };
        Ok(())
    }

    /// Spells out the stars of a target list and names the targets.
    pub fn targets(
        &mut self,
        items: &[query::SelectItem],
        scope: &Scope,
    ) -> Result<Vec<Target>, Error> {
        let mut targets = Vec::with_capacity(items.len());
        for item in items {
            let Expr::Star(qualifier) = &item.expr else {
                let name = item.alias.clone().unwrap_or_else(|| label(&item.expr)).into();
                targets.push(Target { expr: item.expr.clone(), name, alias: item.alias.is_some() });
                continue;
            };
            if item.alias.is_some() {
                return Err(PlanError::StarAliased { source: qualifier.join(".") }.into());
            }
            let Some(positions) = scope.star(qualifier) else {
                return Err(crate::types::Error::UndefinedSource(qualifier.join(".")).into());
            };
            if scope.columns.is_empty() && qualifier.is_empty() {
                return Err(PlanError::StarWithoutFrom.into());
            }
            for position in positions {
                targets.push(Target {
                    expr: Expr::Ordinal(base::num::to_u32(position + 1)),
                    name: scope.columns[position].name.clone(),
                    alias: false,
                });
            }
        }
        Ok(targets)
    }
}

/// Takes away columns that are only there for the plan; answers how many are left.
pub fn visible(relation: &mut Relation) -> usize {
    if relation.scope.columns.iter().any(|column| column.hidden) {
        let kept: Vec<usize> = (0..relation.scope.width())
            .filter(|&position| !relation.scope.columns[position].hidden)
            .collect();
        keep(relation, &kept);
    }
    relation.scope.width()
}

/// Keeps only some columns of a plan, in this order.
pub fn keep(relation: &mut Relation, positions: &[usize]) {
    let exprs = positions
        .iter()
        .map(|&position| {
            let column = &relation.scope.columns[position];
            column.mark();
            Scalar::column(position, column.ty.clone())
        })
        .collect();
    let columns = positions
        .iter()
        .map(|&position| {
            let mut column = relation.scope.columns[position].clone();
            column.used = None;
            column
        })
        .collect();
    let input = Box::new(relation.take_node());
    relation.node = Node::Project { input, exprs };
    relation.scope = Scope::of(columns);
}

/// Gives the columns of a plan the names of an alias.
pub fn rename(scope: &mut Scope, alias: &query::Alias) -> Result<(), PlanError> {
    let available = scope.columns.iter().filter(|column| !column.hidden).count();
    if alias.columns.len() > available {
        return Err(PlanError::TooManyAliases {
            source: alias.name.clone(),
            available,
            given: alias.columns.len(),
        });
    }
    let mut names = alias.columns.iter();
    for column in &mut scope.columns {
        column.source = SourceName::alias(alias.name.clone());
        if !column.hidden
            && let Some(name) = names.next()
        {
            column.name = name.as_str().into();
        }
    }
    Ok(())
}

fn value_columns(types: Vec<Type>) -> Vec<ScopeColumn> {
    types
        .into_iter()
        .enumerate()
        .map(|(i, ty)| ScopeColumn::new(format!("column{}", i + 1), ty, SourceName::default()))
        .collect()
}

/// The union of a recursive common table expression, if it has that form.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn recursive_union(select: &Select) -> Option<&Union> {
    match &select.body {
        SelectBody::Union(union)
            if union.op == query::SetOp::Union
                && select.order_by.is_empty()
                && select.limit.is_none() =>
        {
            Some(union)
        }
        _ => None,
    }
}

/// Two plans under each other, their types made equal where a NULL or a number allows it.
fn set_op(
    op: SetOp,
    word: &'static str,
    all: bool,
    mut left: Relation,
    mut right: Relation,
) -> Result<Relation, PlanError> {
    let (a, b) = (visible(&mut left), visible(&mut right));
    if a != b {
        return Err(PlanError::SetWidth { op: word, left: a, right: b });
    }
    for (one, other) in left.scope.columns.iter_mut().zip(&right.scope.columns) {
        if !one.ty.equivalent(&other.ty) {
            return Err(PlanError::SetTypes {
                op: word,
                left: one.ty.name(),
                right: other.ty.name(),
            });
        }
        if one.ty == Type::Unknown {
            one.ty = other.ty.clone();
        }
        one.source = SourceName::default();
        one.used = None;
    }
    let node = Node::SetOp { op, all, left: Box::new(left.node), right: Box::new(right.node) };
    Ok(Relation { node, scope: left.scope })
}
