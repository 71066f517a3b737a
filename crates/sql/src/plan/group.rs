//! GROUP BY, aggregates, HAVING; then window functions and functions that return sets.
//!
//! ```text
//!   SELECT a + 1, sum(b) … GROUP BY a + 1      keys: @1+1     calls: sum(@2)
//!   ─▶ targets over the group's row:  @1, @2                  (keys first, calls after)
//! ```
//!
//! Shape: columns are first rewritten to ordinals of the row that comes in, so that `a` and `t.a` are the same; then
//! what equals a key, and every call, becomes an ordinal of the row that goes out. A column that depends on a grouped
//! primary key becomes one more key.

use std::rc::Rc;
use std::sync::Arc;

use super::node::{
    AggregateCall, Bound, Frame, Node, SetCall, SetSource, WindowCall, WindowFunction,
};
use super::order::{Shape, target_of};
use super::scope::{Scope, ScopeColumn};
use super::walk::{any, each_child_mut};
use super::{Error as PlanError, Planner, Relation};
use crate::ast::expr::{Expr, Function, FunctionSet, Literal, Over};
use crate::ast::query::{
    Direction, FrameBound, FrameMode, OrderBy, OrderKey, SelectClause, WindowDef, WindowSpec,
};
use crate::error::Error;
use crate::types::expr::Scalar;
use crate::types::expr::set_function::{SetFunction, is_set_function};
use crate::types::{TupleType, Type, aggregate};

/// Ordinals from here on stand for calls while their final place is not known.
const CALL_BASE: u32 = 1 << 24;

/// Whether an expression is a call of an aggregate, without OVER.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn as_aggregate(expr: &Expr) -> Option<&Function> {
    match expr {
        Expr::Function(call) if call.over.is_none() && is_aggregate(call) => Some(call),
        _ => None,
    }
}

fn is_aggregate(call: &Function) -> bool {
    aggregate::is_aggregate(call.name.object())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn as_window(expr: &Expr) -> Option<&Function> {
    match expr {
        Expr::Function(call) if call.over.is_some() => Some(call),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn as_set_function(expr: &Expr) -> Option<&Function> {
    match expr {
        Expr::Function(call) if is_set_function(call.name.object()) => Some(call),
        _ => None,
    }
}

impl Planner<'_, '_> {
    /// Refuses aggregates and window functions where there are no groups.
    pub fn refuse_aggregates(&self, expr: &Expr, place: &'static str) -> Result<(), PlanError> {
        if any(expr, &mut |e| as_aggregate(e).is_some()) && place != "HAVING" {
            return Err(PlanError::NotAllowed { what: "aggregate functions", place });
        }
        if any(expr, &mut |e| as_window(e).is_some()) {
            return Err(PlanError::NotAllowed { what: "window functions", place });
        }
        Ok(())
    }

    /// GROUP BY, aggregates and HAVING of a clause.
    pub fn group(
        &mut self,
        relation: &mut Relation,
        clause: &SelectClause,
        shape: &mut Shape,
    ) -> Result<(), Error> {
        let called = shape.exprs().any(|expr| any(expr, &mut |e| as_aggregate(e).is_some()));
        if !called && clause.group_by.is_empty() && clause.having.is_none() {
            return Ok(());
        }
        let mut keys = self.group_keys(relation, clause, shape)?;
        let mut calls: Vec<Function> = Vec::new();
        for expr in shape.exprs_mut() {
            relation.scope.to_ordinals(expr)?;
        }
        let scope = relation.scope.clone();
        for expr in shape.exprs_mut() {
            regroup(expr, &scope, &mut keys, &mut calls)?;
        }
        let width = base::num::to_u32(keys.len());
        for expr in shape.exprs_mut() {
            settle(expr, width);
        }
        let scalar = clause.group_by.is_empty();
        self.aggregate_node(relation, keys, calls, scalar)?;
        if let Some(having) = shape.having.take() {
            self.filter_by(relation, &having, "HAVING")?;
        }
        Ok(())
    }

    /// The expressions of GROUP BY over the row that comes in.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn group_keys(
        &mut self,
        relation: &Relation,
        clause: &SelectClause,
        shape: &Shape,
    ) -> Result<Vec<Expr>, Error> {
        let mut keys = Vec::with_capacity(clause.group_by.len());
        for expr in &clause.group_by {
            let fields = match expr.strip_parens() {
                Expr::Tuple(tuple) => tuple.exprs.iter().collect(),
                other => vec![other],
            };
            for field in fields {
                self.refuse_aggregates(field, "GROUP BY")?;
                let mut key = field.strip_parens().clone();
                let is_input = matches!(&key, Expr::Column(parts) if relation.scope.has(parts));
                if !is_input && let Some(target) = target_of(&key, &shape.targets, "GROUP BY")? {
                    key = shape.targets[target].expr.strip_parens().clone();
                    self.refuse_aggregates(&key, "GROUP BY")?;
                }
                relation.scope.to_ordinals(&mut key)?;
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        Ok(keys)
    }

    fn aggregate_node(
        &mut self,
        relation: &mut Relation,
        mut keys: Vec<Expr>,
        mut calls: Vec<Function>,
        scalar: bool,
    ) -> Result<(), Error> {
        self.lift_all(relation, keys.iter_mut().chain(calls.iter_mut().flat_map(operands)))?;
        let scope = &relation.scope;
        let mut columns: Vec<ScopeColumn> = Vec::with_capacity(keys.len() + calls.len());
        let mut key_scalars = Vec::with_capacity(keys.len());
        for key in &keys {
            let compiled = self.compile(key, scope, None)?;
            columns.push(key_column(key, &compiled, scope));
            key_scalars.push(compiled);
        }
        let mut planned = Vec::with_capacity(calls.len());
        for call in &calls {
            let aggregate =
                self.with_resolver(scope, |resolver| aggregate::compile(call, resolver))?;
            columns.push(ScopeColumn::nameless(aggregate.ty.clone()));
            planned.push(AggregateCall {
                aggregate,
                distinct: call.set == FunctionSet::Distinct,
                filter: self.call_filter(call, scope)?,
                order: self.order_scalars(&call.order_by, scope)?,
            });
        }
        let input = Box::new(relation.take_node());
        relation.node = Node::Aggregate { input, keys: key_scalars, calls: planned, scalar };
        relation.scope = Scope::of(columns);
        Ok(())
    }

    fn call_filter(&mut self, call: &Function, scope: &Scope) -> Result<Option<Scalar>, Error> {
        call.filter.as_ref().map(|filter| self.compile_bool(filter, scope, "FILTER")).transpose()
    }

    fn order_scalars(
        &mut self,
        order_by: &[OrderBy],
        scope: &Scope,
    ) -> Result<Vec<(Scalar, bool)>, Error> {
        let mut scalars = Vec::with_capacity(order_by.len());
        for term in order_by {
            if let OrderKey::Expr(expr) = &term.key {
                let descending = term.direction == Direction::Desc;
                scalars.push((self.compile(expr, scope, None)?, descending));
            }
        }
        Ok(scalars)
    }

    /// Window functions of a clause.
    pub fn windows(
        &mut self,
        relation: &mut Relation,
        clause: &SelectClause,
        shape: &mut Shape,
    ) -> Result<(), Error> {
        if !shape.exprs().any(|expr| any(expr, &mut |e| as_window(e).is_some())) {
            return Ok(());
        }
        let mut calls: Vec<Function> = Vec::new();
        for expr in shape.exprs_mut() {
            lift_calls(expr, &mut calls, as_window);
        }
        for call in &mut calls {
            let spec = window_spec(call, &clause.windows)?;
            call.over = Some(Over::Spec(Box::new(spec)));
        }
        self.lift_all(relation, calls.iter_mut().flat_map(operands))?;
        let width = base::num::to_u32(relation.scope.width());
        let mut planned = Vec::with_capacity(calls.len());
        let mut types = Vec::with_capacity(calls.len());
        for call in &calls {
            let Some(Over::Spec(spec)) = &call.over else { continue };
            let (window, ty) = self.window_call(call, spec, &relation.scope)?;
            planned.push(window);
            types.push(ty);
        }
        relation.scope.columns.extend(types.into_iter().map(ScopeColumn::nameless));
        for expr in shape.exprs_mut() {
            settle(expr, width);
        }
        let input = Box::new(relation.take_node());
        relation.node = Node::Window { input, calls: planned };
        Ok(())
    }

    fn window_call(
        &mut self,
        call: &Function,
        spec: &WindowSpec,
        scope: &Scope,
    ) -> Result<(WindowCall, Type), Error> {
        let (function, args, ty) = self.window_function(call, scope)?;
        let mut partition = Vec::with_capacity(spec.partition_by.len());
        for expr in &spec.partition_by {
            partition.push(self.compile(expr, scope, None)?);
        }
        let order = self.order_scalars(&spec.order_by, scope)?;
        let frame = frame_of(spec, order.is_empty())?;
        let filter = self.call_filter(call, scope)?;
        Ok((WindowCall { function, args, filter, partition, order, frame }, ty))
    }

    fn window_function(
        &mut self,
        call: &Function,
        scope: &Scope,
    ) -> Result<(WindowFunction, Vec<Scalar>, Type), Error> {
        let fixed = match call.name.object() {
            "row_number" => Some((WindowFunction::RowNumber, Type::INT)),
            "rank" => Some((WindowFunction::Rank, Type::INT)),
            "dense_rank" => Some((WindowFunction::DenseRank, Type::INT)),
            "percent_rank" => Some((WindowFunction::PercentRank, Type::FLOAT)),
            "cume_dist" => Some((WindowFunction::CumeDist, Type::FLOAT)),
            "ntile" => Some((WindowFunction::Ntile, Type::INT)),
            "lag" => Some((WindowFunction::Lag, Type::Unknown)),
            "lead" => Some((WindowFunction::Lead, Type::Unknown)),
            "first_value" => Some((WindowFunction::FirstValue, Type::Unknown)),
            "last_value" => Some((WindowFunction::LastValue, Type::Unknown)),
            "nth_value" => Some((WindowFunction::NthValue, Type::Unknown)),
            _ => None,
        };
        let Some((function, ty)) = fixed else {
            let aggregate =
                self.with_resolver(scope, |resolver| aggregate::compile(call, resolver))?;
            let (args, ty) = (aggregate.args.clone(), aggregate.ty.clone());
            return Ok((WindowFunction::Aggregate(aggregate), args, ty));
        };
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.compile(arg, scope, None)?);
        }
        let first = args.first().map(|arg| arg.ty.clone());
        let ty = if ty == Type::Unknown { first.unwrap_or(Type::Unknown) } else { ty };
        Ok((function, args, ty))
    }

    /// Functions that return sets, among the targets of a clause.
    pub fn set_functions(
        &mut self,
        relation: &mut Relation,
        shape: &mut Shape,
    ) -> Result<(), Error> {
        if !shape.exprs().any(|expr| any(expr, &mut |e| as_set_function(e).is_some())) {
            return Ok(());
        }
        let mut calls: Vec<Function> = Vec::new();
        for expr in shape.exprs_mut() {
            lift_calls(expr, &mut calls, as_set_function);
        }
        self.lift_all(relation, calls.iter_mut().flat_map(operands))?;
        let width = base::num::to_u32(relation.scope.width());
        let mut sets = Vec::with_capacity(calls.len());
        let mut types = Vec::with_capacity(calls.len());
        for call in &calls {
            let function = self
                .with_resolver(&relation.scope, |resolver| SetFunction::compile(call, resolver))?;
            types.push(match function.columns.as_slice() {
                [(_, ty)] => ty.clone(),
                columns => Type::Tuple(Arc::new(TupleType {
                    types: columns.iter().map(|(_, ty)| ty.clone()).collect(),
                    labels: columns.iter().map(|(label, _)| label.clone()).collect(),
                    composite: None,
                })),
            });
            let width = function.columns.len();
            sets.push(SetCall { source: SetSource::Function(function), width, tuple: width != 1 });
        }
        relation.scope.columns.extend(types.into_iter().map(ScopeColumn::nameless));
        for expr in shape.exprs_mut() {
            settle(expr, width);
        }
        let input = Box::new(relation.take_node());
        relation.node = Node::ProjectSet { input, sets, ordinality: false };
        Ok(())
    }
}

/// Everything in a call that is computed of the row that comes in.
fn operands(call: &mut Function) -> impl Iterator<Item = &mut Expr> {
    let over = call.over.as_mut().into_iter().flat_map(|over| match over {
        Over::Name(_) => Vec::new(),
        Over::Spec(spec) => spec
            .partition_by
            .iter_mut()
            .chain(spec.order_by.iter_mut().filter_map(order_expr))
            .collect(),
    });
    call.args
        .iter_mut()
        .chain(call.order_by.iter_mut().filter_map(order_expr))
        .chain(call.filter.as_mut())
        .chain(over)
}

fn order_expr(term: &mut OrderBy) -> Option<&mut Expr> {
    match &mut term.key {
        OrderKey::Expr(expr) => Some(expr),
        OrderKey::PrimaryKey(_) | OrderKey::Index(..) => None,
    }
}

/// The column that a key makes: it keeps its name if it is a plain column.
fn key_column(key: &Expr, scalar: &Scalar, scope: &Scope) -> ScopeColumn {
    if let Expr::Ordinal(n) = key
        && let Some(column) = usize::try_from(*n)
            .ok()
            .and_then(|n| n.checked_sub(1))
            .and_then(|position| scope.columns.get(position))
    {
        let mut column = column.clone();
        column.used = None;
        return column;
    }
    ScopeColumn::nameless(scalar.ty.clone())
}

/// Replaces keys by their ordinals and calls by stand-ins; refuses every other column.
fn regroup(
    expr: &mut Expr,
    scope: &Scope,
    keys: &mut Vec<Expr>,
    calls: &mut Vec<Function>,
) -> Result<(), Error> {
    let bare = expr.strip_parens();
    if let Some(position) = keys.iter().position(|key| key == bare) {
        *expr = Expr::Ordinal(base::num::to_u32(position + 1));
        return Ok(());
    }
    if let Some(call) = as_aggregate(bare) {
        let nested = call.args.iter().any(|arg| any(arg, &mut |e| as_aggregate(e).is_some()));
        if nested {
            let name = call.name.object().to_owned();
            return Err(PlanError::NestedAggregate { name }.into());
        }
        let position = calls.iter().position(|known| known == call).unwrap_or_else(|| {
            calls.push(call.clone());
            calls.len() - 1
        });
        *expr = Expr::Ordinal(CALL_BASE + base::num::to_u32(position));
        return Ok(());
    }
    if let Expr::Ordinal(n) = bare {
        let position = usize::try_from(*n).ok().and_then(|n| n.checked_sub(1));
        let column = position.and_then(|position| scope.columns.get(position));
        let Some(column) = column else {
            return Err(PlanError::Ungrouped { name: format!("@{n}") }.into());
        };
        if !depends_on_keys(column, scope, keys) {
            return Err(PlanError::Ungrouped { name: column.name.to_string() }.into());
        }
        keys.push(Expr::Ordinal(*n));
        *expr = Expr::Ordinal(base::num::to_u32(keys.len()));
        return Ok(());
    }
    each_child_mut(expr, &mut |child| regroup(child, scope, keys, calls))
}

/// Whether the primary key of the column's table is among the keys.
fn depends_on_keys(column: &ScopeColumn, scope: &Scope, keys: &[Expr]) -> bool {
    let Some((used, _)) = &column.used else { return false };
    let Some(primary) = used.table.indexes.first() else { return false };
    primary.key_columns.iter().all(|key_column| {
        scope.columns.iter().enumerate().any(|(position, other)| {
            matches!(&other.used, Some((u, c)) if Rc::ptr_eq(u, used) && c == key_column)
                && keys.contains(&Expr::Ordinal(base::num::to_u32(position + 1)))
        })
    })
}

/// Puts calls where they belong: after `width` columns.
fn settle(expr: &mut Expr, width: u32) {
    if let Expr::Ordinal(n) = expr {
        if *n >= CALL_BASE {
            *n = *n - CALL_BASE + width + 1;
        }
        return;
    }
    let done: Result<(), std::convert::Infallible> = each_child_mut(expr, &mut |child| {
        settle(child, width);
        Ok(())
    });
    let Ok(()) = done;
}

/// Replaces calls that `is` knows by stand-ins.
fn lift_calls(expr: &mut Expr, calls: &mut Vec<Function>, is: fn(&Expr) -> Option<&Function>) {
    if let Some(call) = is(expr) {
        calls.push(call.clone());
        *expr = Expr::Ordinal(CALL_BASE + base::num::to_u32(calls.len() - 1));
        return;
    }
    let done: Result<(), std::convert::Infallible> = each_child_mut(expr, &mut |child| {
        lift_calls(child, calls, is);
        Ok(())
    });
    let Ok(()) = done;
}

/// What OVER says, a named window looked up.
fn window_spec(call: &Function, windows: &[WindowDef]) -> Result<WindowSpec, PlanError> {
    let named = |name: &str| {
        windows
            .iter()
            .find(|window| window.name == name)
            .map(|window| window.spec.clone())
            .ok_or_else(|| PlanError::UndefinedWindow { name: name.to_owned() })
    };
    match &call.over {
        Some(Over::Name(name)) => named(name),
        Some(Over::Spec(spec)) => {
            let mut spec = (**spec).clone();
            if let Some(name) = &spec.base {
                let base = named(name)?;
                if spec.partition_by.is_empty() {
                    spec.partition_by = base.partition_by;
                }
                if spec.order_by.is_empty() {
                    spec.order_by = base.order_by;
                }
            }
            Ok(spec)
        }
        None => Ok(WindowSpec::default()),
    }
}

fn frame_of(spec: &WindowSpec, unordered: bool) -> Result<Frame, PlanError> {
    let Some(frame) = &spec.frame else {
        let end = if unordered { Bound::UnboundedFollowing } else { Bound::CurrentRow };
        return Ok(Frame { rows: false, start: Bound::UnboundedPreceding, end });
    };
    let end = frame.end.as_ref().map_or(Ok(Bound::CurrentRow), bound_of)?;
    let start = bound_of(&frame.start)?;
    let rows = match frame.mode {
        FrameMode::Rows => true,
        FrameMode::Range | FrameMode::Groups => false,
    };
    let counted = |bound: &Bound| matches!(bound, Bound::Preceding(_) | Bound::Following(_));
    if !rows && (counted(&start) || counted(&end)) {
        return Err(PlanError::Unsupported { what: "RANGE and GROUPS with an offset" });
    }
    Ok(Frame { rows, start, end })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn bound_of(bound: &FrameBound) -> Result<Bound, PlanError> {
    let count = |expr: &Expr| match expr.strip_parens() {
        Expr::Literal(Literal::Int(text)) => text.parse::<u64>().ok(),
        _ => None,
    };
    let refuse = PlanError::Unsupported { what: "frame bounds that are not whole numbers" };
    match bound {
        FrameBound::UnboundedPreceding => Ok(Bound::UnboundedPreceding),
        FrameBound::CurrentRow => Ok(Bound::CurrentRow),
        FrameBound::UnboundedFollowing => Ok(Bound::UnboundedFollowing),
        FrameBound::Preceding(n) => count(n).map(Bound::Preceding).ok_or(refuse),
        FrameBound::Following(n) => count(n).map(Bound::Following).ok_or(refuse),
    }
}
