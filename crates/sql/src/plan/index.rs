//! Where conditions go: into joins, and into the spans of an index.
//!
//! ```text
//!   WHERE a = 1 AND b IN (2, 3) AND c > 4 AND d = 5     index (a, b, c)
//!   spans  [/1/2/5 … /1/2/∞)  [/1/3/5 … /1/3/∞)          left as filter: c > 4, d = 5
//! ```
//!
//! Shape: rules, no statistics. The index with the longest run of equal columns wins; a full unique key beats all; a
//! range on the next column counts half; the primary index wins ties. Without a usable condition: the primary index.

use std::borrow::Cow;

use base::sort;
use base::span::{self, Span};

use super::node::{Join, JoinKind, Node, Scan};
use super::scope::Scope;
use super::table::Table;
use super::using::{Side, side_of};
use super::walk::{any, conjuncts, split_tuples};
use super::{Planner, Relation};
use crate::ast::expr::{CompareOp, Expr};
use crate::error::Error;
use crate::types::expr::Scalar;
use crate::types::{Datum, Type};

/// How many spans one scan may have.
const SPANS_MAX: usize = 4096;

/// What conditions say about one column.
#[derive(Clone, Debug, Default)]
struct Bounds {
    /// It is one of these, sorted; the condition that says so.
    one_of: Option<(Vec<Datum>, usize)>,
    /// It equals a value that is known only when the scan starts.
    later: Option<(Scalar, usize)>,
    /// It is at least (or above, if not `true`) this.
    low: Option<(Datum, bool)>,
    /// It is at most (or below) this.
    high: Option<(Datum, bool)>,
}

/// A way to read a table.
struct Candidate {
    index: usize,
    equal: usize,
    ranged: bool,
    whole_key: bool,
}

impl Planner<'_, '_> {
    /// Puts conditions where they cost least; answers those that are still to be asked of each row.
    pub fn choose_index<'e>(
        &mut self,
        relation: &mut Relation,
        filter: &'e Expr,
    ) -> Result<Vec<Cow<'e, Expr>>, Error> {
        let list = split_tuples(conjuncts(filter));
        self.place(relation, list)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn place<'e>(
        &mut self,
        relation: &mut Relation,
        list: Vec<Cow<'e, Expr>>,
    ) -> Result<Vec<Cow<'e, Expr>>, Error> {
        match &mut relation.node {
            Node::Join(_) => self.place_in_join(relation, list),
            Node::Scan(scan) if scan.filter.is_none() && scan.keys.is_empty() => {
                self.place_in_scan(relation, list)
            }
            _ => Ok(list),
        }
    }

    fn place_in_join<'e>(
        &mut self,
        relation: &mut Relation,
        list: Vec<Cow<'e, Expr>>,
    ) -> Result<Vec<Cow<'e, Expr>>, Error> {
        let Node::Join(mut join) =
            std::mem::replace(&mut relation.node, Node::Values { rows: Vec::new() })
        else {
            return Ok(list);
        };
        let to_left = matches!(join.kind, JoinKind::Inner | JoinKind::Left);
        let to_right = join.kind == JoinKind::Inner && !join.lateral;
        let (mut left, mut right, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for expr in list {
            match side_of(&expr, &relation.scope, join.left_width) {
                Some(Side::Left) if to_left => left.push(expr),
                Some(Side::Right) if to_right => right.push(expr),
                Some(_) | None => {
                    if to_right
                        && let Some((a, b)) = self.split_equality(&expr, &relation.scope, &join)?
                    {
                        join.left_keys.push(a);
                        join.right_keys.push(b);
                    } else {
                        rest.push(expr);
                    }
                }
            }
        }
        self.filter_side(&mut join, &relation.scope, left, Side::Left)?;
        self.filter_side(&mut join, &relation.scope, right, Side::Right)?;
        relation.node = Node::Join(join);
        Ok(rest)
    }

    /// Filters one input of a join.
    fn filter_side(
        &mut self,
        join: &mut Join,
        scope: &Scope,
        list: Vec<Cow<'_, Expr>>,
        side: Side,
    ) -> Result<(), Error> {
        if list.is_empty() {
            return Ok(());
        }
        let (node, columns, offset) = match side {
            Side::Left => (&mut join.left, &scope.columns[..join.left_width], 0),
            Side::Right => (&mut join.right, &scope.columns[join.left_width..], join.left_width),
        };
        let mut below = Relation {
            node: std::mem::replace(node, Node::Values { rows: Vec::new() }),
            scope: Scope::of(columns.to_vec()),
        };
        for column in &mut below.scope.columns {
            column.merged = column.name.is_empty();
        }
        let width = below.scope.width();
        let list = list.into_iter().map(|expr| shift_ordinals(expr, offset)).collect();
        let rest = self.place(&mut below, list)?;
        self.filter_all(&mut below, rest, "WHERE")?;
        debug_assert_eq!(below.scope.width(), width, "a pushed condition holds no subquery");
        let node = match side {
            Side::Left => &mut join.left,
            Side::Right => &mut join.right,
        };
        *node = below.node;
        Ok(())
    }

    fn place_in_scan<'e>(
        &mut self,
        relation: &mut Relation,
        list: Vec<Cow<'e, Expr>>,
    ) -> Result<Vec<Cow<'e, Expr>>, Error> {
        let scope = &relation.scope;
        let Node::Scan(scan) = &mut relation.node else { return Ok(list) };
        let table = std::sync::Arc::clone(&scan.used.table);
        let mut bounds: Vec<Bounds> = vec![Bounds::default(); table.columns.len()];
        let mut found = false;
        for (number, expr) in list.iter().enumerate() {
            found |= self.bound(expr, number, scope, &mut bounds)?;
        }
        if !found {
            return Ok(list);
        }
        let Some(best) = best_index(&table, &bounds, scan) else { return Ok(list) };
        let index = &table.indexes[best.index];
        scan.index = best.index;
        scan.point = best.index == 0 && best.whole_key && table.single_family();
        let mut taken = Vec::new();
        let equal: Vec<usize> = index.lookup_columns().take(best.equal).collect();
        let later = equal.iter().any(|&column| bounds[column].one_of.is_none());
        if later {
            for &column in &equal {
                let bound = &bounds[column];
                let (scalar, number) = match (&bound.one_of, &bound.later) {
                    (Some((values, number)), _) if values.len() == 1 => {
                        let ty = table.columns[column].ty.clone();
                        (Scalar::constant(values[0].clone(), ty), *number)
                    }
                    (_, Some((scalar, number))) => (scalar.clone(), *number),
                    (_, None) => break,
                };
                scan.keys.push(scalar);
                scan.fixed.push(column);
                taken.push(number);
            }
        } else {
            let next = index.lookup_columns().nth(best.equal);
            let range = next.filter(|_| best.ranged).map(|column| &bounds[column]);
            let mut values = Vec::with_capacity(equal.len());
            for &column in &equal {
                if let Some((list, number)) = &bounds[column].one_of {
                    values.push(list.as_slice());
                    taken.push(*number);
                    if list.len() == 1 {
                        scan.fixed.push(column);
                    }
                }
            }
            scan.spans = spans_of(&table, best.index, &values, range)?;
        }
        let mut number = 0;
        let mut rest = list;
        rest.retain(|_| {
            number += 1;
            !taken.contains(&(number - 1))
        });
        Ok(rest)
    }

    /// Notes what one condition says about a column. Answers whether it says anything.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn bound(
        &mut self,
        expr: &Expr,
        number: usize,
        scope: &Scope,
        bounds: &mut [Bounds],
    ) -> Result<bool, Error> {
        match expr {
            Expr::Compare(op, a, b) => {
                if let Some(column) = column_of(a, scope) {
                    return self.bound_by(*op, column, b, number, scope, &mut bounds[column]);
                }
                if let (Some(column), Some(op)) = (column_of(b, scope), flip(*op)) {
                    return self.bound_by(op, column, a, number, scope, &mut bounds[column]);
                }
                Ok(false)
            }
            Expr::Between(between) if !between.negated && !between.symmetric => {
                let Some(column) = column_of(&between.expr, scope) else { return Ok(false) };
                let ty = scope.columns[column].ty.clone();
                let low = self.constant(&between.low, &ty);
                let high = self.constant(&between.high, &ty);
                let (Some(low), Some(high)) = (low, high) else { return Ok(false) };
                narrow_low(&mut bounds[column], low, true);
                narrow_high(&mut bounds[column], high, true);
                Ok(true)
            }
            Expr::Column(_) | Expr::Ordinal(_) => {
                let Some(column) = column_of(expr, scope) else { return Ok(false) };
                if scope.columns[column].ty != Type::Bool {
                    return Ok(false);
                }
                Ok(restrict(&mut bounds[column], vec![Datum::Bool(true)], number))
            }
            Expr::Not(inner) => {
                let Some(column) = column_of(inner, scope) else { return Ok(false) };
                if scope.columns[column].ty != Type::Bool {
                    return Ok(false);
                }
                Ok(restrict(&mut bounds[column], vec![Datum::Bool(false)], number))
            }
            Expr::IsNull { expr: inner, negated: false } => {
                let Some(column) = column_of(inner, scope) else { return Ok(false) };
                Ok(restrict(&mut bounds[column], vec![Datum::Null], number))
            }
            _ => Ok(false),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn bound_by(
        &mut self,
        op: CompareOp,
        column: usize,
        value: &Expr,
        number: usize,
        scope: &Scope,
        bound: &mut Bounds,
    ) -> Result<bool, Error> {
        let ty = scope.columns[column].ty.clone();
        if op == CompareOp::In {
            let Expr::Tuple(tuple) = value.strip_parens() else { return Ok(false) };
            let mut values = Vec::with_capacity(tuple.exprs.len());
            for expr in &tuple.exprs {
                match self.constant(expr, &ty) {
                    Some(Datum::Null) => {}
                    Some(value) => values.push(value),
                    None => return Ok(false),
                }
            }
            sort::natural(&mut values);
            values.dedup();
            return Ok(restrict(bound, values, number));
        }
        let Some(value_now) = self.constant(value, &ty) else {
            if op == CompareOp::Eq && bound.later.is_none() && free_of(value, scope) {
                let scalar = self.compile(value, scope, Some(&ty))?;
                if scalar.ty.family() == ty.family() {
                    bound.later = Some((scalar, number));
                    return Ok(true);
                }
            }
            return Ok(false);
        };
        if value_now.is_null() {
            return Ok(false);
        }
        match op {
            CompareOp::Eq => Ok(restrict(bound, vec![value_now], number)),
            CompareOp::Lt => Ok(narrow_high(bound, value_now, false)),
            CompareOp::Le => Ok(narrow_high(bound, value_now, true)),
            CompareOp::Gt => Ok(narrow_low(bound, value_now, false)),
            CompareOp::Ge => Ok(narrow_low(bound, value_now, true)),
            _ => Ok(false),
        }
    }

    /// The value of an expression of constants as a value of a column's type; `None` if it is not one.
    fn constant(&mut self, expr: &Expr, ty: &Type) -> Option<Datum> {
        if !is_constant(expr) {
            return None;
        }
        // What does not compile or evaluate here is refused later, where the whole condition is typed.
        let scalar = self.compile(expr, &Scope::default(), Some(ty)).ok()?;
        let value = self.cx.with_eval(|eval| scalar.eval(&[], eval)).ok()?;
        let fits = value.is_null() || scalar.ty.family() == ty.family();
        fits.then_some(value)
    }
}

/// The ordinal of a plain column of the scope.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn column_of(expr: &Expr, scope: &Scope) -> Option<usize> {
    match expr.strip_parens() {
        Expr::Column(parts) => scope.position(parts),
        Expr::Ordinal(n) => base::num::index(*n).checked_sub(1).filter(|n| *n < scope.width()),
        _ => None,
    }
}

/// Whether an expression is made of constants and operators only.
fn is_constant(expr: &Expr) -> bool {
    !any(expr, &mut |e| {
        !matches!(
            e,
            Expr::Literal(_)
                | Expr::Placeholder(_)
                | Expr::Paren(_)
                | Expr::Unary(..)
                | Expr::Binary(..)
                | Expr::Cast { .. }
                | Expr::Annotate { .. }
                | Expr::Array(_)
        )
    })
}

/// Whether an expression names columns around, but none of this scope, and has one value while the scan runs.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn free_of(expr: &Expr, scope: &Scope) -> bool {
    let mut outer = false;
    let own = any(expr, &mut |e| match e {
        Expr::Column(parts) => {
            outer = true;
            scope.has(parts)
        }
        Expr::Literal(_) | Expr::Paren(_) | Expr::Cast { .. } | Expr::Binary(..) => false,
        _ => true,
    });
    outer && !own
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
const fn flip(op: CompareOp) -> Option<CompareOp> {
    match op {
        CompareOp::Eq => Some(CompareOp::Eq),
        CompareOp::Lt => Some(CompareOp::Gt),
        CompareOp::Le => Some(CompareOp::Ge),
        CompareOp::Gt => Some(CompareOp::Lt),
        CompareOp::Ge => Some(CompareOp::Le),
        _ => None,
    }
}

fn restrict(bound: &mut Bounds, values: Vec<Datum>, number: usize) -> bool {
    if bound.one_of.is_some() {
        return false;
    }
    bound.one_of = Some((values, number));
    true
}

fn narrow_low(bound: &mut Bounds, value: Datum, inclusive: bool) -> bool {
    let tighter = bound
        .low
        .as_ref()
        .is_none_or(|(known, had)| value > *known || (value == *known && *had && !inclusive));
    if tighter {
        bound.low = Some((value, inclusive));
    }
    true
}

fn narrow_high(bound: &mut Bounds, value: Datum, inclusive: bool) -> bool {
    let tighter = bound
        .high
        .as_ref()
        .is_none_or(|(known, had)| value < *known || (value == *known && *had && !inclusive));
    if tighter {
        bound.high = Some((value, inclusive));
    }
    true
}

fn best_index(table: &Table, bounds: &[Bounds], scan: &Scan) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for (position, index) in table.indexes.iter().enumerate() {
        if (scan.hinted && position != scan.index) || !index.usable {
            continue;
        }
        let mut equal = 0;
        let mut spans = 1_usize;
        for column in index.lookup_columns() {
            let count = match (&bounds[column].one_of, &bounds[column].later) {
                (Some((values, _)), _) => values.len(),
                (None, Some(_)) => 1,
                (None, None) => break,
            };
            spans = spans.saturating_mul(count);
            if spans > SPANS_MAX {
                break;
            }
            equal += 1;
        }
        let next = index.lookup_columns().nth(equal);
        let ranged = next
            .is_some_and(|column| bounds[column].low.is_some() || bounds[column].high.is_some());
        let candidate = Candidate {
            index: position,
            equal,
            ranged,
            whole_key: index.unique && equal >= index.key_columns.len(),
        };
        if candidate.score() > 0 && best.as_ref().is_none_or(|b| candidate.score() > b.score()) {
            best = Some(candidate);
        }
    }
    best
}

impl Candidate {
    fn score(&self) -> usize {
        usize::from(self.whole_key) * 1000 + self.equal * 2 + usize::from(self.ranged)
    }
}

/// The spans of all combinations of equal values, each narrowed by a range on the next column.
fn spans_of(
    table: &Table,
    index: usize,
    values: &[&[Datum]],
    range: Option<&Bounds>,
) -> Result<Vec<Span>, Error> {
    let mut keys: Vec<Vec<Datum>> = vec![Vec::new()];
    for list in values {
        let mut longer = Vec::with_capacity(keys.len() * list.len());
        for key in &keys {
            for value in *list {
                let mut key = key.clone();
                key.push(value.clone());
                longer.push(key);
            }
        }
        keys = longer;
    }
    let mut spans = Vec::with_capacity(keys.len());
    for key in keys {
        spans.push(match range {
            None => Span::prefix(table.index_codec(index).key_prefix(&key)?),
            Some(bounds) => range_span(table, index, &key, bounds)?,
        });
    }
    spans.retain(|span| !span.is_empty());
    sort::natural(&mut spans);
    spans.dedup();
    Ok(spans)
}

/// The keys below a prefix whose next part lies between the bounds. NULL lies outside all bounds.
fn range_span(table: &Table, index: usize, key: &[Datum], bounds: &Bounds) -> Result<Span, Error> {
    let codec = table.index_codec(index);
    let prefix = codec.key_prefix(key)?;
    let descending = table.indexes[index].descending(key.len());
    let part = |value: &Datum| -> Result<Vec<u8>, Error> {
        let mut key = key.to_vec();
        key.push(value.clone());
        Ok(codec.key_prefix(&key)?)
    };
    let (first, last) =
        if descending { (&bounds.high, &bounds.low) } else { (&bounds.low, &bounds.high) };
    let start = match first {
        Some((value, true)) => part(value)?,
        Some((value, false)) => span::prefix_end(&part(value)?),
        None if descending => prefix.clone(),
        // The marker of "not NULL": NULLs stand first when ascending.
        None => [prefix.as_slice(), &[0x01]].concat(),
    };
    let end = match last {
        Some((value, true)) => span::prefix_end(&part(value)?),
        Some((value, false)) => part(value)?,
        None if descending => [prefix.as_slice(), &[0xfe]].concat(),
        None => span::prefix_end(&prefix),
    };
    Ok(Span::new(start, end))
}

/// Ordinals of one side of a join, counted from that side's first column.
fn shift_ordinals(mut expr: Cow<'_, Expr>, offset: usize) -> Cow<'_, Expr> {
    fn shift(expr: &mut Expr, offset: u32) {
        if let Expr::Ordinal(n) = expr {
            *n = n.saturating_sub(offset);
            return;
        }
        let done: Result<(), std::convert::Infallible> =
            super::walk::each_child_mut(expr, &mut |child| {
                shift(child, offset);
                Ok(())
            });
        let Ok(()) = done;
    }
    if offset > 0 {
        shift(expr.to_mut(), base::num::to_u32(offset));
    }
    expr
}
