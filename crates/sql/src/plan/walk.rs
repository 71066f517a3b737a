//! Walks over expressions: the children of a node, to look at or to replace.
//!
//! Shape: one level only; callers recurse. Queries inside an expression (subqueries) are not entered, since their
//! names mean something else. Depth is bounded by the parser.

use std::borrow::Cow;

use crate::ast::expr::{CompareOp, Expr, Function, Over};
use crate::ast::query::{FrameBound, OrderKey, WindowSpec};

/// Gives each direct operand of an expression to `f`.
pub fn each_child<'a>(expr: &'a Expr, f: &mut dyn FnMut(&'a Expr)) {
    match expr {
        Expr::Literal(_)
        | Expr::Placeholder(_)
        | Expr::Default
        | Expr::Column(_)
        | Expr::Star(_)
        | Expr::Ordinal(_)
        | Expr::Subquery(_)
        | Expr::Exists(_)
        | Expr::ArraySubquery(_) => {}
        Expr::Paren(inner)
        | Expr::Unary(_, inner)
        | Expr::Not(inner)
        | Expr::IsNull { expr: inner, .. }
        | Expr::IsOfType { expr: inner, .. }
        | Expr::Cast { expr: inner, .. }
        | Expr::Annotate { expr: inner, .. }
        | Expr::Collate { expr: inner, .. }
        | Expr::Field { expr: inner, .. } => f(inner),
        Expr::Binary(_, a, b)
        | Expr::Compare(_, a, b)
        | Expr::Quantified(_, _, a, b)
        | Expr::And(a, b)
        | Expr::Or(a, b) => {
            f(a);
            f(b);
        }
        Expr::Between(between) => {
            f(&between.expr);
            f(&between.low);
            f(&between.high);
        }
        Expr::Function(call) => each_of_call(call, f),
        Expr::Case(case) => {
            case.operand.iter().for_each(&mut *f);
            for (when, then) in &case.whens {
                f(when);
                f(then);
            }
            case.otherwise.iter().for_each(&mut *f);
        }
        Expr::Coalesce { args, .. } | Expr::Array(args) => args.iter().for_each(&mut *f),
        Expr::If(parts) => parts.iter().for_each(&mut *f),
        Expr::NullIf(parts) => parts.iter().for_each(&mut *f),
        Expr::IfError(parts) => {
            f(&parts.cond);
            parts.otherwise.iter().for_each(&mut *f);
            parts.code.iter().for_each(&mut *f);
        }
        Expr::Tuple(tuple) => tuple.exprs.iter().for_each(&mut *f),
        Expr::Index { expr, subscripts } => {
            f(expr);
            for subscript in subscripts {
                subscript.begin.iter().for_each(&mut *f);
                subscript.end.iter().for_each(&mut *f);
            }
        }
    }
}

fn each_of_call<'a>(call: &'a Function, f: &mut dyn FnMut(&'a Expr)) {
    call.args.iter().for_each(&mut *f);
    for term in &call.order_by {
        if let OrderKey::Expr(key) = &term.key {
            f(key);
        }
    }
    call.filter.iter().for_each(&mut *f);
    if let Some(Over::Spec(spec)) = &call.over {
        each_of_window(spec, f);
    }
}

fn each_of_window<'a>(spec: &'a WindowSpec, f: &mut dyn FnMut(&'a Expr)) {
    spec.partition_by.iter().for_each(&mut *f);
    for term in &spec.order_by {
        if let OrderKey::Expr(key) = &term.key {
            f(key);
        }
    }
    if let Some(frame) = &spec.frame {
        for bound in std::iter::once(&frame.start).chain(&frame.end) {
            if let FrameBound::Preceding(n) | FrameBound::Following(n) = bound {
                f(n);
            }
        }
    }
}

/// Lets `f` replace each direct operand of an expression.
pub fn each_child_mut<E>(
    expr: &mut Expr,
    f: &mut dyn FnMut(&mut Expr) -> Result<(), E>,
) -> Result<(), E> {
    match expr {
        Expr::Literal(_)
        | Expr::Placeholder(_)
        | Expr::Default
        | Expr::Column(_)
        | Expr::Star(_)
        | Expr::Ordinal(_)
        | Expr::Subquery(_)
        | Expr::Exists(_)
        | Expr::ArraySubquery(_) => Ok(()),
        Expr::Paren(inner)
        | Expr::Unary(_, inner)
        | Expr::Not(inner)
        | Expr::IsNull { expr: inner, .. }
        | Expr::IsOfType { expr: inner, .. }
        | Expr::Cast { expr: inner, .. }
        | Expr::Annotate { expr: inner, .. }
        | Expr::Collate { expr: inner, .. }
        | Expr::Field { expr: inner, .. } => f(inner),
        Expr::Binary(_, a, b)
        | Expr::Compare(_, a, b)
        | Expr::Quantified(_, _, a, b)
        | Expr::And(a, b)
        | Expr::Or(a, b) => {
            f(a)?;
            f(b)
        }
        Expr::Between(between) => {
            f(&mut between.expr)?;
            f(&mut between.low)?;
            f(&mut between.high)
        }
        Expr::Function(call) => each_of_call_mut(call, f),
        Expr::Case(case) => {
            case.operand.iter_mut().try_for_each(&mut *f)?;
            for (when, then) in &mut case.whens {
                f(when)?;
                f(then)?;
            }
            case.otherwise.iter_mut().try_for_each(&mut *f)
        }
        Expr::Coalesce { args, .. } | Expr::Array(args) => args.iter_mut().try_for_each(&mut *f),
        Expr::If(parts) => parts.iter_mut().try_for_each(&mut *f),
        Expr::NullIf(parts) => parts.iter_mut().try_for_each(&mut *f),
        Expr::IfError(parts) => {
            f(&mut parts.cond)?;
            parts.otherwise.iter_mut().try_for_each(&mut *f)?;
            parts.code.iter_mut().try_for_each(&mut *f)
        }
        Expr::Tuple(tuple) => tuple.exprs.iter_mut().try_for_each(&mut *f),
        Expr::Index { expr, subscripts } => {
            f(expr)?;
            for subscript in subscripts {
                subscript.begin.iter_mut().try_for_each(&mut *f)?;
                subscript.end.iter_mut().try_for_each(&mut *f)?;
            }
            Ok(())
        }
    }
}

fn each_of_call_mut<E>(
    call: &mut Function,
    f: &mut dyn FnMut(&mut Expr) -> Result<(), E>,
) -> Result<(), E> {
    call.args.iter_mut().try_for_each(&mut *f)?;
    for term in &mut call.order_by {
        if let OrderKey::Expr(key) = &mut term.key {
            f(key)?;
        }
    }
    call.filter.iter_mut().try_for_each(&mut *f)?;
    if let Some(Over::Spec(spec)) = &mut call.over {
        spec.partition_by.iter_mut().try_for_each(&mut *f)?;
        for term in &mut spec.order_by {
            if let OrderKey::Expr(key) = &mut term.key {
                f(key)?;
            }
        }
    }
    Ok(())
}

/// Whether `test` holds for the expression or any operand below it.
pub fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    let mut found = false;
    each_child(expr, &mut |child| found = found || any(child, test));
    found
}

/// Whether a subquery, or a call of a function that is not built in, stands anywhere in the expression.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn has_subquery(expr: &Expr) -> bool {
    any(expr, &mut |e| match e {
        Expr::Subquery(_) | Expr::Exists(_) | Expr::ArraySubquery(_) => true,
        Expr::Function(call) => super::routine::is_call(call),
        _ => false,
    })
}

/// The operands of a chain of ANDs, parentheses taken off.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    let mut out = Vec::new();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match expr.strip_parens() {
            Expr::And(a, b) => {
                stack.push(b);
                stack.push(a);
            }
            other => out.push(other),
        }
    }
    out
}

/// `(a, b) = (1, 2)` as `a = 1`, `b = 2`; everything else as it is. Only for conditions, where NULL is as good as false.
pub fn split_tuples(list: Vec<&Expr>) -> Vec<Cow<'_, Expr>> {
    let mut out = Vec::with_capacity(list.len());
    for expr in list {
        if let Expr::Compare(CompareOp::Eq, a, b) = expr
            && let (Expr::Tuple(a), Expr::Tuple(b)) = (a.strip_parens(), b.strip_parens())
            && a.exprs.len() == b.exprs.len()
        {
            for (a, b) in a.exprs.iter().zip(&b.exprs) {
                let sides = (Box::new(a.clone()), Box::new(b.clone()));
                out.push(Cow::Owned(Expr::Compare(CompareOp::Eq, sides.0, sides.1)));
            }
        } else {
            out.push(Cow::Borrowed(expr));
        }
    }
    out
}
