//! Targets, DISTINCT and ORDER BY: the last steps of a SELECT clause.
//!
//! ```text
//!   ORDER BY 2          the second target          ORDER BY name    the target called so, else a column of FROM
//!   ORDER BY a + b      computed beside the targets, sorted by, taken away again
//! ```
//!
//! Shape: a sort is left out where the scan below gives the order anyway.

use std::borrow::Cow;

use super::expr::{Stage, Want};
use super::node::{Node, Scan, SortKey};
use super::scope::{Scope, ScopeColumn, SourceName};
use super::select::Target;
use super::{Error as PlanError, Planner, Relation};
use crate::ast::expr::{Expr, Literal};
use crate::ast::query::{Direction, Nulls, OrderBy, OrderKey, SelectClause};
use crate::error::Error;
use crate::types::expr::Scalar;

/// What a clause shows and sorts by, while its parts are rewritten step by step.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The targets.
    pub targets: Vec<Target>,
    /// The terms of ORDER BY.
    pub order: Vec<Term>,
    /// HAVING.
    pub having: Option<Expr>,
}

/// A term of ORDER BY.
#[derive(Clone, Debug)]
pub struct Term {
    /// By what.
    pub by: By,
    /// Greatest first.
    pub descending: bool,
    /// NULLs come first.
    pub nulls_first: bool,
}

/// What a term sorts by.
#[derive(Clone, Debug)]
pub enum By {
    /// A target.
    Target(usize),
    /// Something else.
    Expr(Expr),
}

impl Shape {
    /// The shape of a clause, numbers and names of ORDER BY resolved to targets.
    pub fn of(
        clause: &SelectClause,
        targets: Vec<Target>,
        order_by: &[OrderBy],
    ) -> Result<Self, Error> {
        let order = terms(order_by, &targets, "ORDER BY")?;
        Ok(Self { targets, order, having: clause.having.clone() })
    }

    /// Every expression, to be rewritten.
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let targets = self.targets.iter_mut().map(|target| &mut target.expr);
        let order = self.order.iter_mut().filter_map(|term| match &mut term.by {
            By::Target(_) => None,
            By::Expr(expr) => Some(expr),
        });
        targets.chain(order).chain(self.having.as_mut())
    }

    /// Every expression, to be looked at.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let targets = self.targets.iter().map(|target| &target.expr);
        let order = self.order.iter().filter_map(|term| match &term.by {
            By::Target(_) => None,
            By::Expr(expr) => Some(expr),
        });
        targets.chain(order).chain(self.having.as_ref())
    }
}

/// The target that a number or a bare name of ORDER BY or GROUP BY stands for.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn target_of(
    expr: &Expr,
    targets: &[Target],
    clause: &'static str,
) -> Result<Option<usize>, PlanError> {
    match expr.strip_parens() {
        Expr::Literal(Literal::Int(text)) => {
            let position: i64 = text.parse().unwrap_or(i64::MAX);
            let index = usize::try_from(position).ok().and_then(|p| p.checked_sub(1));
            match index {
                Some(index) if index < targets.len() => Ok(Some(index)),
                _ => Err(PlanError::PositionOutOfRange { clause, position }),
            }
        }
        Expr::Literal(Literal::Decimal(_) | Literal::String(_)) => {
            Err(PlanError::NonIntegerPosition { clause })
        }
        Expr::Column(parts) if parts.len() == 1 => {
            let mut hits = targets
                .iter()
                .enumerate()
                .filter(|(_, target)| parts.first().is_some_and(|name| **name == *target.name))
                .map(|(index, _)| index);
            let Some(first) = hits.next() else { return Ok(None) };
            if hits.any(|other| targets[other].expr != targets[first].expr) {
                return Err(PlanError::AmbiguousTarget { clause, name: parts[0].clone() });
            }
            Ok(Some(first))
        }
        _ => Ok(None),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn terms(
    order_by: &[OrderBy],
    targets: &[Target],
    clause: &'static str,
) -> Result<Vec<Term>, Error> {
    let mut terms = Vec::with_capacity(order_by.len());
    for term in order_by {
        let OrderKey::Expr(expr) = &term.key else {
            return Err(PlanError::Unsupported { what: "ORDER BY INDEX" }.into());
        };
        let descending = term.direction == Direction::Desc;
        let nulls_first = match term.nulls {
            Nulls::Default => !descending,
            Nulls::First => true,
            Nulls::Last => false,
        };
        let fields = match expr.strip_parens() {
            Expr::Tuple(tuple) => tuple.exprs.iter().collect(),
            other => vec![other],
        };
        for field in fields {
            let by = match target_of(field, targets, clause)? {
                Some(index) => By::Target(index),
                None => By::Expr(field.clone()),
            };
            terms.push(Term { by, descending, nulls_first });
        }
    }
    Ok(terms)
}

impl Planner<'_, '_> {
    /// Targets, DISTINCT, ORDER BY over a plan.
    pub fn project(
        &mut self,
        mut relation: Relation,
        shape: Shape,
        distinct: Option<&[Expr]>,
    ) -> Result<Relation, Error> {
        let rows_only = distinct.is_some_and(<[Expr]>::is_empty);
        let Shape { targets, order, .. } = shape;
        let mut exprs: Vec<Cow<'_, Expr>> =
            targets.iter().map(|target| Cow::Borrowed(&target.expr)).collect();
        let shown = exprs.len();
        let mut on = Vec::new();
        for expr in distinct.unwrap_or_default() {
            let index = target_of(expr, &targets, "DISTINCT ON")?;
            on.push(index.unwrap_or_else(|| position_of(&mut exprs, expr)));
        }
        let mut keys = Vec::with_capacity(order.len());
        for term in &order {
            let column = match &term.by {
                By::Target(index) => *index,
                By::Expr(expr) => position_of(&mut exprs, expr),
            };
            if rows_only && column >= shown {
                return Err(PlanError::OrderByNotInDistinct.into());
            }
            keys.push(SortKey {
                column,
                descending: term.descending,
                nulls_first: term.nulls_first,
            });
        }
        check_distinct_on(&on, &keys)?;

        let mut stage = Stage::new();
        for expr in &exprs {
            stage.push(expr, Want::Any);
        }
        let scalars = self.run_stage(&mut relation, stage)?;
        let ordered = distinct.is_none() && order_by_scan(&mut relation.node, &scalars, &keys);
        let columns = shown_columns(&targets, &scalars, &relation.scope);
        let extra: Vec<crate::types::Type> =
            scalars[shown..].iter().map(|scalar| scalar.ty.clone()).collect();
        let types: Vec<crate::types::Type> =
            scalars[..shown].iter().map(|scalar| scalar.ty.clone()).collect();
        let mut node = project_node(relation.node, scalars, ordered.then_some(shown));
        if rows_only {
            node = Node::Distinct { input: Box::new(node), on: (0..shown).collect() };
        }
        if !keys.is_empty() && !ordered {
            node = Node::Sort { input: Box::new(node), keys };
        }
        if !on.is_empty() {
            node = Node::Distinct { input: Box::new(node), on };
        }
        if !extra.is_empty() && !ordered {
            let exprs = types
                .into_iter()
                .enumerate()
                .map(|(column, ty)| Scalar::column(column, ty))
                .collect();
            node = Node::Project { input: Box::new(node), exprs };
        }
        Ok(Relation { node, scope: Scope::of(columns) })
    }

    /// ORDER BY over a plan whose columns are already final: only they can be named.
    pub fn order_output(
        &mut self,
        relation: Relation,
        order_by: &[OrderBy],
    ) -> Result<Relation, Error> {
        if order_by.is_empty() {
            return Ok(relation);
        }
        let columns = relation.scope.columns.clone();
        let targets: Vec<Target> = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| !column.hidden)
            .map(|(position, column)| Target {
                expr: Expr::Ordinal(base::num::to_u32(position + 1)),
                name: column.name.clone(),
                alias: false,
            })
            .collect();
        let order = terms(order_by, &targets, "ORDER BY")?;
        self.project(relation, Shape { targets, order, having: None }, None)
    }
}

/// The position of an expression in a list, put there if it is not yet.
fn position_of<'e>(exprs: &mut Vec<Cow<'e, Expr>>, expr: &'e Expr) -> usize {
    let bare = expr.strip_parens();
    if let Some(position) = exprs.iter().position(|known| known.strip_parens() == bare) {
        return position;
    }
    exprs.push(Cow::Borrowed(bare));
    exprs.len() - 1
}

/// DISTINCT ON takes the first row of each kind, so the kinds must come first in the order.
fn check_distinct_on(on: &[usize], keys: &[SortKey]) -> Result<(), PlanError> {
    let leading = keys.iter().take_while(|key| on.contains(&key.column)).count();
    let met = on.iter().all(|column| keys[..leading].iter().any(|key| key.column == *column));
    if on.is_empty() || met || leading == keys.len() {
        return Ok(());
    }
    Err(PlanError::DistinctOnOrder)
}

fn shown_columns(targets: &[Target], scalars: &[Scalar], scope: &Scope) -> Vec<ScopeColumn> {
    targets
        .iter()
        .zip(scalars)
        .map(|(target, scalar)| {
            let source = match scalar.as_column() {
                Some(position) if !target.alias => scope
                    .columns
                    .get(position)
                    .map_or_else(SourceName::default, |column| column.source.clone()),
                _ => SourceName::default(),
            };
            ScopeColumn::new(target.name.clone(), scalar.ty.clone(), source)
        })
        .collect()
}

/// A projection, cut to `width` columns if that is given; none at all if it would change nothing.
fn project_node(input: Node, mut exprs: Vec<Scalar>, width: Option<usize>) -> Node {
    if let Some(width) = width {
        exprs.truncate(width);
    }
    Node::Project { input: Box::new(input), exprs }
}

/// Whether the plan's scan can give the order that is asked for; turns it around if that helps.
fn order_by_scan(node: &mut Node, scalars: &[Scalar], keys: &[SortKey]) -> bool {
    if keys.is_empty() {
        return true;
    }
    let Some(scan) = scan_below(node) else { return false };
    let table = std::rc::Rc::clone(&scan.used);
    let Some(index) = table.table.indexes.get(scan.index) else { return false };
    let mut order = index.order.iter().filter(|(column, _)| !scan.fixed.contains(column));
    let mut reverse = None;
    let mut seen: Vec<usize> = Vec::new();
    for key in keys {
        let Some(column) = scalars.get(key.column).and_then(Scalar::as_column) else {
            return false;
        };
        if scan.fixed.contains(&column) || seen.contains(&column) {
            continue;
        }
        // The key of a unique index ends the order: nothing after it can matter.
        if table.table.is_unique_on(scan.index, &seen, &scan.fixed) {
            break;
        }
        let Some((have, have_descending)) = order.next() else { return false };
        let plain_nulls = key.nulls_first != key.descending;
        if *have != column || (!plain_nulls && table.table.columns[column].nullable) {
            return false;
        }
        let turned = *have_descending != key.descending;
        if reverse.is_some_and(|reverse| reverse != turned) {
            return false;
        }
        reverse = Some(turned);
        seen.push(column);
    }
    scan.reverse = reverse.unwrap_or(false);
    true
}

/// The scan that feeds a chain of nodes that keep rows and order as they are.
fn scan_below(node: &mut Node) -> Option<&mut Scan> {
    match node {
        Node::Scan(scan) => Some(scan),
        Node::Filter { input, .. } | Node::Extend { input, .. } => scan_below(input),
        Node::Values { .. }
        | Node::Rows(_)
        | Node::Project { .. }
        | Node::ProjectSet { .. }
        | Node::Number { .. }
        | Node::Join(_)
        | Node::Aggregate { .. }
        | Node::Window { .. }
        | Node::Sort { .. }
        | Node::Distinct { .. }
        | Node::Limit { .. }
        | Node::SetOp { .. }
        | Node::With { .. }
        | Node::Cte { .. }
        | Node::Write(_) => None,
    }
}
