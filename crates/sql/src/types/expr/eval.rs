//! Evaluation of a typed expression over a row.
//!
//! Shape: columns and constants are borrowed where they are only looked at, so a comparison of a column with a
//! constant copies nothing. AND, OR, CASE and COALESCE stop as soon as the answer is known.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::borrow::Cow;

use super::EvalCx;
use super::like;
use super::scalar::{CmpOp, Node, Scalar, SubqueryUse};
use crate::types::{Datum, Error, cast, json_ops};

impl Scalar {
    /// The value for a row.
    ///
    /// *Errors*: what the operators and functions inside refuse.
    pub fn eval(&self, row: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
        match &self.node {
            Node::Const(value) => Ok(value.clone()),
            Node::Column(ordinal) => Ok(row.get(*ordinal).cloned().unwrap_or(Datum::Null)),
            Node::Not(arg) => Ok(match arg.truth(row, cx)? {
                Some(value) => Datum::Bool(!value),
                None => Datum::Null,
            }),
            Node::And(args) => junction(args, false, row, cx),
            Node::Or(args) => junction(args, true, row, cx),
            Node::IsNull { arg, negated } => {
                let is_null = arg.eval_ref(row, cx)?.is_null();
                Ok(Datum::Bool(is_null != *negated))
            }
            Node::Compare(op, args) => {
                let left = args[0].eval_ref(row, cx)?;
                if left.is_null() {
                    return Ok(Datum::Null);
                }
                let right = args[1].eval_ref(row, cx)?;
                if right.is_null() {
                    return Ok(Datum::Null);
                }
                Ok(compare(*op, &left, &right))
            }
            Node::Binary(f, args) => {
                let left = args[0].eval_ref(row, cx)?;
                if left.is_null() {
                    return Ok(Datum::Null);
                }
                let right = args[1].eval_ref(row, cx)?;
                if right.is_null() {
                    return Ok(Datum::Null);
                }
                f(&left, &right, cx)
            }
            Node::Unary(f, arg) => {
                let value = arg.eval_ref(row, cx)?;
                if value.is_null() { Ok(Datum::Null) } else { f(&value) }
            }
            Node::Call { overload, args } => {
                let mut values = Vec::with_capacity(args.len());
                for arg in args {
                    let value = arg.eval(row, cx)?;
                    if value.is_null() && !overload.null_ok {
                        return Ok(Datum::Null);
                    }
                    values.push(value);
                }
                overload.call(&values, cx)
            }
            Node::Distinct { .. }
            | Node::Match { .. }
            | Node::In { .. }
            | Node::Quantified { .. } => self.eval_test(row, cx),
            Node::Case { .. } | Node::Coalesce(_) | Node::NullIf(_) | Node::IfError { .. } => {
                self.eval_choice(row, cx)
            }
            _ => self.eval_made(row, cx),
        }
    }

    /// What is true or false of its operands, beyond the plain comparisons.
    fn eval_test(&self, row: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
        match &self.node {
            Node::Distinct { args, negated } => {
                let left = args[0].eval_ref(row, cx)?;
                let right = args[1].eval_ref(row, cx)?;
                Ok(Datum::Bool((*left != *right) != *negated))
            }
            Node::Match { args, kind, negated, pattern } => {
                let text = args[0].eval_ref(row, cx)?;
                let Some(text) = text.as_str() else { return Ok(Datum::Null) };
                let found = if let Some(pattern) = pattern {
                    pattern.matches(text)
                } else {
                    let source = args[1].eval_ref(row, cx)?;
                    let Some(source) = source.as_str() else { return Ok(Datum::Null) };
                    like::Pattern::new(*kind, source)?.matches(text)
                };
                Ok(Datum::Bool(found != *negated))
            }
            Node::In { arg, list, negated, set } => {
                in_list(arg, list, *negated, set.as_ref(), row, cx)
            }
            Node::Quantified { op, all, args } => {
                let left = args[0].eval(row, cx)?;
                let Datum::Array(elements) = args[1].eval(row, cx)? else { return Ok(Datum::Null) };
                Ok(quantified(*op, *all, &left, elements.iter()))
            }
            _ => Ok(Datum::Null),
        }
    }

    /// One of the operands, by what the others are.
    fn eval_choice(&self, row: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
        match &self.node {
            Node::Case { whens, otherwise } => {
                for (when, then) in whens {
                    if when.truth(row, cx)? == Some(true) {
                        return then.eval(row, cx);
                    }
                }
                otherwise.as_ref().map_or(Ok(Datum::Null), |value| value.eval(row, cx))
            }
            Node::Coalesce(args) => {
                for arg in args {
                    let value = arg.eval(row, cx)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Datum::Null)
            }
            Node::NullIf(args) => {
                let left = args[0].eval(row, cx)?;
                let right = args[1].eval_ref(row, cx)?;
                Ok(if left == *right { Datum::Null } else { left })
            }
            Node::IfError { arg, otherwise } => match (arg.eval(row, cx), otherwise) {
                (Ok(value), Some(_)) => Ok(value),
                (Err(_), Some(otherwise)) => otherwise.eval(row, cx),
                (result, None) => Ok(Datum::Bool(result.is_err())),
            },
            _ => Ok(Datum::Null),
        }
    }

    /// Casts, arrays and tuples, their parts, and subqueries.
    fn eval_made(&self, row: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
        match &self.node {
            Node::Cast { arg, assign } => {
                let value = arg.eval(row, cx)?;
                if *assign {
                    cast::assign(value, &self.ty, cx)
                } else {
                    cast::cast(value, &arg.ty, &self.ty, cx)
                }
            }
            Node::Array(args) => Ok(Datum::Array(eval_all(args, row, cx)?.into())),
            Node::Tuple(args) => Ok(Datum::Tuple(eval_all(args, row, cx)?.into())),
            Node::Index(args) => {
                let value = args[0].eval(row, cx)?;
                let at = args[1].eval(row, cx)?;
                Ok(element(&value, &at))
            }
            Node::Slice(arg, ends) => slice(arg, ends, row, cx),
            Node::Field(arg, at) => Ok(match arg.eval(row, cx)? {
                Datum::Tuple(fields) => fields.get(*at).cloned().unwrap_or(Datum::Null),
                _ => Datum::Null,
            }),
            Node::Subquery { index, usage } => subquery(*index, usage, row, cx),
            // What remains is evaluated by the caller.
            _ => Ok(Datum::Null),
        }
    }

    /// The value for a row, borrowed when it is a column or a constant.
    pub fn eval_ref<'a>(
        &'a self,
        row: &'a [Datum],
        cx: &mut EvalCx<'_>,
    ) -> Result<Cow<'a, Datum>, Error> {
        const NULL: &Datum = &Datum::Null;
        match &self.node {
            Node::Const(value) => Ok(Cow::Borrowed(value)),
            Node::Column(ordinal) => Ok(Cow::Borrowed(row.get(*ordinal).unwrap_or(NULL))),
            _ => self.eval(row, cx).map(Cow::Owned),
        }
    }

    /// The truth for a row; nothing for NULL.
    pub fn truth(&self, row: &[Datum], cx: &mut EvalCx<'_>) -> Result<Option<bool>, Error> {
        self.eval_ref(row, cx).map(|value| value.as_bool())
    }

    /// The value of an expression that needs neither row nor context.
    ///
    /// *Errors*: as [`Scalar::eval`].
    pub fn eval_pure(&self) -> Result<Datum, Error> {
        super::with_pure_cx(|cx| self.eval(&[], cx))
    }
}

fn eval_all(args: &[Scalar], row: &[Datum], cx: &mut EvalCx<'_>) -> Result<Vec<Datum>, Error> {
    args.iter().map(|arg| arg.eval(row, cx)).collect()
}

/// AND (`decides` false) or OR (`decides` true).
fn junction(
    args: &[Scalar],
    decides: bool,
    row: &[Datum],
    cx: &mut EvalCx<'_>,
) -> Result<Datum, Error> {
    let mut unknown = false;
    for arg in args {
        match arg.truth(row, cx)? {
            Some(value) if value == decides => return Ok(Datum::Bool(decides)),
            Some(_) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Bool(!decides) })
}

/// A comparison; a NULL inside tuples makes it NULL unless an earlier field decides.
fn compare(op: CmpOp, left: &Datum, right: &Datum) -> Datum {
    if let (Datum::Tuple(a), Datum::Tuple(b)) = (left, right) {
        let mut unknown = false;
        for (a, b) in a.iter().zip(b.iter()) {
            if a.is_null() || b.is_null() {
                // An equality may still turn out false; an order is unknown from here on.
                if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
                    return Datum::Null;
                }
                unknown = true;
                continue;
            }
            let order = a.compare(b);
            if order.is_ne() {
                return Datum::Bool(op.holds(order));
            }
        }
        return if unknown {
            Datum::Null
        } else {
            Datum::Bool(op.holds(std::cmp::Ordering::Equal))
        };
    }
    Datum::Bool(op.holds(left.compare(right)))
}

fn in_list(
    arg: &Scalar,
    list: &[Scalar],
    negated: bool,
    set: Option<&base::map::Set<Datum>>,
    row: &[Datum],
    cx: &mut EvalCx<'_>,
) -> Result<Datum, Error> {
    let value = arg.eval_ref(row, cx)?;
    if value.is_null() && !list.is_empty() {
        return Ok(Datum::Null);
    }
    if let Some(set) = set {
        return Ok(Datum::Bool(set.contains(&*value) != negated));
    }
    let values = eval_all(list, row, cx)?;
    let found = quantified(CmpOp::Eq, false, &value, values.iter());
    Ok(found.as_bool().map_or(Datum::Null, |found| Datum::Bool(found != negated)))
}

/// Whether the comparison holds for one element, or for all.
fn quantified<'a>(
    op: CmpOp,
    all: bool,
    left: &Datum,
    elements: impl Iterator<Item = &'a Datum>,
) -> Datum {
    let mut unknown = false;
    for element in elements {
        if left.is_null() || element.is_null() {
            unknown = true;
            continue;
        }
        match compare(op, left, element).as_bool() {
            Some(holds) if holds != all => return Datum::Bool(holds),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { Datum::Null } else { Datum::Bool(all) }
}

fn element(value: &Datum, at: &Datum) -> Datum {
    match (value, at) {
        (Datum::Array(elements), Datum::Int(at)) => usize::try_from(*at)
            .ok()
            .and_then(|at| at.checked_sub(1))
            .and_then(|at| elements.get(at))
            .cloned()
            .unwrap_or(Datum::Null),
        (Datum::Json(json), Datum::Int(at)) => {
            json.element(*at).map_or(Datum::Null, |value| Datum::json(value.clone()))
        }
        (Datum::Json(json), Datum::String(name)) => {
            json_ops::at_path(json, &[Datum::String(name.clone())])
                .map_or(Datum::Null, |value| Datum::json(value.clone()))
        }
        _ => Datum::Null,
    }
}

fn slice(
    arg: &Scalar,
    ends: &[Option<Scalar>; 2],
    row: &[Datum],
    cx: &mut EvalCx<'_>,
) -> Result<Datum, Error> {
    let Datum::Array(elements) = arg.eval(row, cx)? else { return Ok(Datum::Null) };
    let mut bounds = [1, base::num::to_i64(elements.len())];
    for (bound, end) in bounds.iter_mut().zip(ends) {
        if let Some(end) = end {
            let Some(value) = end.eval(row, cx)?.as_int() else { return Ok(Datum::Null) };
            *bound = value;
        }
    }
    let from = usize::try_from(bounds[0].max(1) - 1).unwrap_or(usize::MAX);
    let to = usize::try_from(bounds[1].max(0)).unwrap_or(usize::MAX).min(elements.len());
    Ok(Datum::array(elements.get(from..to).unwrap_or(&[]).to_vec()))
}

fn subquery(
    index: usize,
    usage: &SubqueryUse,
    row: &[Datum],
    cx: &mut EvalCx<'_>,
) -> Result<Datum, Error> {
    match usage {
        SubqueryUse::Value => {
            let rows = cx.host.subquery(index, row, 2)?;
            if rows.len() > 1 {
                return Err(Error::SubqueryRows);
            }
            Ok(rows.first().map_or(Datum::Null, |row| as_value(row)))
        }
        SubqueryUse::Exists => Ok(Datum::Bool(!cx.host.subquery(index, row, 1)?.is_empty())),
        SubqueryUse::Array => {
            let rows = cx.host.subquery(index, row, usize::MAX)?;
            Ok(Datum::array(rows.iter().map(|row| as_value(row)).collect()))
        }
        SubqueryUse::Quantified { op, all, left } => {
            let left = left.eval(row, cx)?;
            let rows = cx.host.subquery(index, row, usize::MAX)?;
            let values: Vec<Datum> = rows.iter().map(|row| as_value(row)).collect();
            Ok(quantified(*op, *all, &left, values.iter()))
        }
    }
}

/// A row of one column is its value, a wider one a tuple.
fn as_value(row: &[Datum]) -> Datum {
    if let [value] = row { value.clone() } else { Datum::Tuple(row.to_vec().into()) }
}
