//! The last look at a plan: joins of few rows with an indexed table look its rows up one by one.
//!
//! ```text
//!   orders(id = 5) ⋈ customers(id = orders.customer)
//!     hash join    reads all customers
//!     lookup join  reads one:  for each order: customers, span [/customer]
//! ```
//!
//! Shape: few means at most [`FEW_ROWS`] by what the plan itself says (whole keys, LIMIT, VALUES); statistics do not
//! exist. The keys must be plain columns, since they are read from the row beside.

use super::node::{Join, JoinKind, Node, Scan};
use crate::types::expr::{CmpOp, Node as ExprNode, Scalar};
use crate::types::{Datum, Type};

/// How many rows on the left are worth single lookups.
const FEW_ROWS: u64 = 200;

/// Rewrites the joins of a plan.
pub fn rewrite(node: &mut Node) {
    match node {
        Node::Filter { input, .. }
        | Node::Project { input, .. }
        | Node::ProjectSet { input, .. }
        | Node::Number { input }
        | Node::Aggregate { input, .. }
        | Node::Window { input, .. }
        | Node::Sort { input, .. }
        | Node::Distinct { input, .. }
        | Node::Limit { input, .. } => rewrite(input),
        Node::Extend { input, subqueries } => {
            rewrite(input);
            for subquery in subqueries {
                rewrite(&mut subquery.node);
            }
        }
        Node::SetOp { left, right, .. } => {
            rewrite(left);
            rewrite(right);
        }
        Node::With { query, recursive, body, .. } => {
            rewrite(query);
            if let Some(recursive) = recursive {
                rewrite(&mut recursive.step);
            }
            rewrite(body);
        }
        Node::Join(join) => {
            rewrite(&mut join.left);
            rewrite(&mut join.right);
            rewrite_join(join);
        }
        Node::Values { .. } | Node::Rows(_) | Node::Scan(_) | Node::Cte { .. } | Node::Write(_) => {
        }
    }
}

/// How many rows a node makes at most, if it can be told.
fn at_most(node: &Node) -> Option<u64> {
    match node {
        Node::Values { rows } => Some(base::num::to_u64(rows.len())),
        Node::Rows(rows) => Some(base::num::to_u64(rows.len())),
        Node::Scan(scan) => scan_at_most(scan),
        Node::Filter { input, .. }
        | Node::Project { input, .. }
        | Node::Extend { input, .. }
        | Node::Number { input }
        | Node::Window { input, .. }
        | Node::Sort { input, .. }
        | Node::Distinct { input, .. } => at_most(input),
        Node::Aggregate { input, keys, .. } => {
            if keys.is_empty() {
                Some(1)
            } else {
                at_most(input)
            }
        }
        Node::Limit { input, limit, .. } => {
            let given = limit.as_ref().and_then(Scalar::as_const).and_then(Datum::as_int);
            match (given.and_then(|n| u64::try_from(n).ok()), at_most(input)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (known, None) | (None, known) => known,
            }
        }
        Node::Join(join) if join.kind == JoinKind::Inner => {
            Some(at_most(&join.left)?.saturating_mul(at_most(&join.right)?))
        }
        Node::With { body, .. } => at_most(body),
        Node::Join(_)
        | Node::ProjectSet { .. }
        | Node::SetOp { .. }
        | Node::Cte { .. }
        | Node::Write(_) => None,
    }
}

fn scan_at_most(scan: &Scan) -> Option<u64> {
    let index = scan.used.table.indexes.get(scan.index)?;
    let whole = scan.used.table.is_unique_on(scan.index, &[], &scan.fixed);
    if scan.point {
        return Some(base::num::to_u64(scan.spans.len()));
    }
    (index.unique && whole).then_some(1)
}

fn rewrite_join(join: &mut Join) {
    let fits = matches!(join.kind, JoinKind::Inner | JoinKind::Left)
        && !join.lateral
        && !join.left_keys.is_empty()
        && at_most(&join.left).is_some_and(|rows| rows <= FEW_ROWS);
    let Node::Scan(scan) = &mut join.right else { return };
    if !fits || !is_whole(scan) {
        return;
    }
    let pairs: Option<Vec<(usize, usize, Type)>> = join
        .left_keys
        .iter()
        .zip(&join.right_keys)
        .map(|(left, right)| {
            (left.ty.family() == right.ty.family()).then_some((
                left.as_column()?,
                right.as_column()?,
                left.ty.clone(),
            ))
        })
        .collect();
    let Some(pairs) = pairs else { return };
    let Some((position, taken)) = best_index(scan, &pairs) else { return };
    let table = std::sync::Arc::clone(&scan.used.table);
    scan.index = position;
    scan.point =
        position == 0 && taken == table.indexes[0].key_columns.len() && table.single_family();
    let mut rest = pairs;
    for column in table.indexes[position].key_columns.iter().take(taken) {
        let Some(at) = rest.iter().position(|(_, right, _)| right == column) else { continue };
        let (left, _, ty) = rest.remove(at);
        scan.keys.push(Scalar::column(join.right_width + left, ty));
    }
    // The left row comes between the scan's own row and what was around it.
    if let Some(filter) = &mut scan.filter {
        let (own, left) = (join.right_width, join.left_width);
        filter.remap(&|ordinal| if ordinal < own { ordinal } else { ordinal + left });
    }
    join.left_keys.clear();
    join.right_keys.clear();
    join.lateral = true;
    let mut conditions: Vec<Scalar> = rest
        .into_iter()
        .map(|(left, right, ty)| {
            let sides =
                [Scalar::column(left, ty.clone()), Scalar::column(join.left_width + right, ty)];
            Scalar { ty: Type::Bool, node: ExprNode::Compare(CmpOp::Eq, Box::new(sides)) }
        })
        .collect();
    conditions.extend(join.on.take());
    join.on = match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(Scalar { ty: Type::Bool, node: ExprNode::And(conditions) }),
    };
}

/// Whether a scan reads all of its table, so that nothing is lost by another index.
fn is_whole(scan: &Scan) -> bool {
    scan.keys.is_empty()
        && !scan.hinted
        && !scan.reverse
        && scan.spans == [scan.used.table.index_span(scan.index)]
}

/// The index with the longest run of key columns among the join's columns, and how long it is.
fn best_index(scan: &Scan, pairs: &[(usize, usize, Type)]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (position, index) in scan.used.table.indexes.iter().enumerate() {
        let run = index
            .key_columns
            .iter()
            .take_while(|column| pairs.iter().any(|(_, right, _)| right == *column))
            .count();
        if index.usable && run > best.map_or(0, |(_, longest)| longest) {
            best = Some((position, run));
        }
    }
    best
}
