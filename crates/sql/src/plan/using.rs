//! Which side of a join an expression reads, and what USING and NATURAL make of two columns.

use super::Error as PlanError;
use super::Relation;
use super::node::{JoinKind, Node};
use super::scope::{Scope, SourceName};
use crate::ast::expr::Expr;
use crate::types::expr::{self as types_expr, Scalar};

/// Which side of a join an expression reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Only the left.
    Left,
    /// Only the right.
    Right,
}

/// The side that an expression reads; `None` for both, neither, or if it holds a subquery or an unknown name.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn side_of(expr: &Expr, scope: &Scope, left_width: usize) -> Option<Side> {
    let mut side: Option<Side> = None;
    let mut mixed = false;
    super::walk::any(expr, &mut |e| {
        let position = match e {
            Expr::Column(parts) => scope.position(parts),
            Expr::Ordinal(n) => base::num::index(*n).checked_sub(1),
            Expr::Subquery(_) | Expr::Exists(_) | Expr::ArraySubquery(_) => None,
            Expr::Function(call) if super::routine::is_call(call) => None,
            _ => return false,
        };
        let Some(position) = position else {
            mixed = true;
            return true;
        };
        let here = if position < left_width { Side::Left } else { Side::Right };
        if side.is_some_and(|side| side != here) {
            mixed = true;
        }
        side = Some(here);
        mixed
    });
    if mixed { None } else { side }
}

/// Two sources of one FROM must differ in name.
pub(super) fn check_names(left: &Scope, right: &Scope) -> Result<(), PlanError> {
    let mut seen: Vec<&SourceName> = Vec::new();
    for column in &right.columns {
        if column.source.table().is_empty() || seen.contains(&&column.source) {
            continue;
        }
        seen.push(&column.source);
        if left.columns.iter().any(|other| other.source == column.source) {
            return Err(PlanError::DuplicateSource { name: column.source.table().to_owned() });
        }
    }
    Ok(())
}

/// Names that both sides of a NATURAL JOIN have, in the order of the left.
pub(super) fn shared_names(left: &Scope, right: &Scope) -> Vec<String> {
    left.columns
        .iter()
        .filter(|column| !column.hidden && !column.name.is_empty())
        .filter(|column| right.columns.iter().any(|c| !c.hidden && c.name == column.name))
        .map(|column| column.name.to_string())
        .collect()
}

/// The positions of USING columns on both sides.
pub(super) fn merge_columns(
    names: &[String],
    left: &Scope,
    right: &Scope,
) -> Result<Vec<(usize, usize)>, PlanError> {
    let find = |scope: &Scope, name: &String, side: &'static str| {
        let parts = std::slice::from_ref(name);
        if !scope.has(parts) {
            return Err(PlanError::UsingMissing { column: name.clone(), side });
        }
        scope
            .position(parts)
            .ok_or_else(|| PlanError::UsingAmbiguous { column: name.clone(), side })
    };
    let mut merged = Vec::with_capacity(names.len());
    for name in names {
        let (a, b) = (find(left, name, "left")?, find(right, name, "right")?);
        let (one, other) = (&left.columns[a].ty, &right.columns[b].ty);
        if !one.equivalent(other) {
            return Err(PlanError::UsingTypes {
                column: name.clone(),
                left: one.name(),
                right: other.name(),
            });
        }
        merged.push((a, b));
    }
    Ok(merged)
}

/// Makes one visible column of each pair that USING merged, and lets these come first in `*`.
pub(super) fn apply_using(
    relation: &mut Relation,
    kind: JoinKind,
    merged: &[(usize, usize)],
    left_width: usize,
) {
    if merged.is_empty() {
        return;
    }
    let mut first = Vec::with_capacity(merged.len());
    let mut exprs: Option<Vec<Scalar>> = None;
    for (a, b) in merged {
        let (left, right) = (*a, left_width + *b);
        match kind {
            JoinKind::Inner | JoinKind::Left => {
                relation.scope.columns[right].merged = true;
                first.push(left);
            }
            JoinKind::Right => {
                relation.scope.columns[left].merged = true;
                first.push(right);
            }
            JoinKind::Full => {
                let both = [left, right].map(|position| {
                    let column = &relation.scope.columns[position];
                    Scalar::column(position, column.ty.clone())
                });
                let exprs = exprs.get_or_insert_with(|| {
                    let all = relation.scope.columns.iter().enumerate();
                    all.map(|(position, column)| {
                        column.mark();
                        Scalar::column(position, column.ty.clone())
                    })
                    .collect()
                });
                let mut made = relation.scope.columns[left].clone();
                made.source = SourceName::default();
                made.used = None;
                relation.scope.columns[left].merged = true;
                relation.scope.columns[right].merged = true;
                let ty = made.ty.clone();
                exprs.push(Scalar { ty, node: types_expr::Node::Coalesce(both.to_vec()) });
                relation.scope.columns.push(made);
                first.push(relation.scope.width() - 1);
            }
        }
    }
    if let Some(exprs) = exprs {
        let input = Box::new(relation.take_node());
        relation.node = Node::Project { input, exprs };
    }
    relation.scope.first = first;
}
