//! Comparisons, in all their forms.
//!
//! ```text
//!   a = 1        a IN (1, 2)        a LIKE 'x%'        a = ANY (arr)        a BETWEEN 1 AND 2        a @> b
//! ```

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use super::compile::{compile as expr_of, fold, single_column, subquery};
use super::like::{Kind, Pattern};
use super::literal::open_kind;
use super::scalar::{CmpOp, Node, Scalar, SubqueryUse};
use super::{Scope, containment};
use crate::ast::expr::{Between, CompareOp, Expr, Quantifier};
use crate::types::{Datum, Error, Family, Type};
use base::map::Set;

/// Both sides of a comparison; an open one takes the other's type where it can.
fn sides(left: &Expr, right: &Expr, scope: &mut dyn Scope) -> Result<(Scalar, Scalar), Error> {
    let hint = |ty: &Type, expr: &Expr| {
        open_kind(expr).is_none_or(|open| open.may_be(ty.family())).then(|| ty.clone())
    };
    match (left.strip_parens(), right.strip_parens()) {
        (Expr::Tuple(a), Expr::Tuple(b)) => {
            if a.exprs.len() != b.exprs.len() {
                return Err(Error::Refused {
                    code: base::sqlstate::SqlState::DATATYPE_MISMATCH,
                    message: format!(
                        "expected tuple to have a length of {}, found {}",
                        a.exprs.len(),
                        b.exprs.len()
                    ),
                    hint: None,
                });
            }
            let mut fields = (Vec::new(), Vec::new());
            for (a, b) in a.exprs.iter().zip(&b.exprs) {
                let (a, b) = sides(a, b, scope)?;
                fields.0.push(a);
                fields.1.push(b);
            }
            Ok((tuple(fields.0), tuple(fields.1)))
        }
        _ if open_kind(left).is_some() && open_kind(right).is_none() => {
            let right = expr_of(right, scope, None)?;
            let want = hint(&right.ty, left);
            Ok((expr_of(left, scope, want.as_ref())?, right))
        }
        _ if open_kind(left) == Some(super::literal::Open::Text)
            && open_kind(right) != Some(super::literal::Open::Text) =>
        {
            let right = expr_of(right, scope, None)?;
            let want = hint(&right.ty, left);
            Ok((expr_of(left, scope, want.as_ref())?, right))
        }
        _ => {
            let left = expr_of(left, scope, None)?;
            let want = hint(&left.ty, right);
            Ok((left, expr_of(right, scope, want.as_ref())?))
        }
    }
}

fn tuple(args: Vec<Scalar>) -> Scalar {
    let ty = Type::tuple(args.iter().map(|arg| arg.ty.clone()).collect());
    fold(Scalar { ty, node: Node::Tuple(args) })
}

/// Whether values of two types have an order between them.
pub(super) fn comparable(a: &Type, b: &Type) -> bool {
    use Family as F;
    if a.equivalent(b) {
        return true;
    }
    let number = |family: F| matches!(family, F::Int | F::Float | F::Decimal);
    let moment = |family: F| matches!(family, F::Date | F::Timestamp | F::TimestampTz);
    let (a, b) = (a.family(), b.family());
    number(a) && number(b)
        || moment(a) && moment(b)
        || matches!(
            (a, b),
            (F::Int, F::Oid) | (F::Oid, F::Int) | (F::Time, F::TimeTz) | (F::TimeTz, F::Time)
        )
}

/// A comparison of two typed sides.
///
/// *Errors*: the types do not compare.
pub(super) fn of_types(op: CmpOp, left: Scalar, right: Scalar) -> Result<Scalar, Error> {
    check(op.symbol(), &left.ty, &right.ty)?;
    Ok(fold(Scalar { ty: Type::Bool, node: Node::Compare(op, Box::new([left, right])) }))
}

fn check(op: &'static str, left: &Type, right: &Type) -> Result<(), Error> {
    if comparable(left, right) {
        return Ok(());
    }
    Err(Error::UnsupportedComparison { left: left.name(), op, right: right.name() })
}

const fn order_op(op: CompareOp) -> Option<CmpOp> {
    Some(match op {
        CompareOp::Eq => CmpOp::Eq,
        CompareOp::Ne => CmpOp::Ne,
        CompareOp::Lt => CmpOp::Lt,
        CompareOp::Le => CmpOp::Le,
        CompareOp::Gt => CmpOp::Gt,
        CompareOp::Ge => CmpOp::Ge,
        _ => return None,
    })
}

/// Types a comparison.
pub(super) fn compile(
    op: CompareOp,
    left: &Expr,
    right: &Expr,
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    if let Some(op) = order_op(op) {
        let (left, right) = sides(left, right, scope)?;
        return of_types(op, left, right);
    }
    match op {
        CompareOp::In => in_list(left, right, false, scope),
        CompareOp::NotIn => in_list(left, right, true, scope),
        CompareOp::Like => matching(left, right, Kind::Like, false, scope),
        CompareOp::NotLike => matching(left, right, Kind::Like, true, scope),
        CompareOp::ILike => matching(left, right, Kind::ILike, false, scope),
        CompareOp::NotILike => matching(left, right, Kind::ILike, true, scope),
        CompareOp::SimilarTo => matching(left, right, Kind::Similar, false, scope),
        CompareOp::NotSimilarTo => matching(left, right, Kind::Similar, true, scope),
        CompareOp::RegMatch => matching(left, right, Kind::Regex, false, scope),
        CompareOp::NotRegMatch => matching(left, right, Kind::Regex, true, scope),
        CompareOp::RegIMatch => matching(left, right, Kind::IRegex, false, scope),
        CompareOp::NotRegIMatch => matching(left, right, Kind::IRegex, true, scope),
        CompareOp::IsDistinctFrom | CompareOp::IsNotDistinctFrom => {
            let (left, right) = sides(left, right, scope)?;
            check("IS DISTINCT FROM", &left.ty, &right.ty)?;
            let negated = op == CompareOp::IsNotDistinctFrom;
            let args = Box::new([left, right]);
            Ok(fold(Scalar { ty: Type::Bool, node: Node::Distinct { args, negated } }))
        }
        CompareOp::Contains
        | CompareOp::ContainedBy
        | CompareOp::JsonExists
        | CompareOp::JsonSomeExists
        | CompareOp::JsonAllExists
        | CompareOp::Overlaps => contains(op, left, right, scope),
        CompareOp::TextMatches => Err(Error::Unsupported("text search".to_owned())),
        CompareOp::Eq
        | CompareOp::Lt
        | CompareOp::Gt
        | CompareOp::Le
        | CompareOp::Ge
        | CompareOp::Ne => Err(Error::Unsupported("this comparison".to_owned())),
    }
}

fn in_list(
    left: &Expr,
    right: &Expr,
    negated: bool,
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    let symbol = if negated { "NOT IN" } else { "IN" };
    let elements = match right.strip_parens() {
        Expr::Subquery(select) => {
            let left = Box::new(expr_of(left, scope, None)?);
            let plan = scope.subquery(select)?;
            check(symbol, &left.ty, &single_column(&plan.types)?)?;
            let (op, all) = if negated { (CmpOp::Ne, true) } else { (CmpOp::Eq, false) };
            let usage = SubqueryUse::Quantified { op, all, left };
            return Ok(subquery(plan.index, usage, Type::Bool));
        }
        Expr::Tuple(tuple) => &tuple.exprs,
        // `x IN (y)` with the parentheses taken off is a list of one.
        single => std::slice::from_ref(single),
    };
    let mut list = Vec::with_capacity(elements.len());
    let mut arg: Option<Scalar> = None;
    for element in elements {
        let (left, right) = sides(left, element, scope)?;
        check(symbol, &left.ty, &right.ty)?;
        // Where the left side is open too, the first typed element decides.
        if arg.is_none() {
            arg = Some(left);
        }
        list.push(right);
    }
    let arg = match arg {
        Some(arg) => arg,
        None => expr_of(left, scope, None)?,
    };
    let constants: Option<Vec<Datum>> = list
        .iter()
        .map(|element| element.as_const().filter(|value| !has_null(value)).cloned())
        .collect();
    let set = constants.filter(|_| !matches!(arg.ty, Type::Tuple(_))).map(Set::from);
    Ok(fold(Scalar { ty: Type::Bool, node: Node::In { arg: Box::new(arg), list, negated, set } }))
}

fn has_null(value: &Datum) -> bool {
    match value {
        Datum::Null => true,
        Datum::Tuple(fields) => fields.iter().any(has_null),
        _ => false,
    }
}

fn matching(
    left: &Expr,
    right: &Expr,
    kind: Kind,
    negated: bool,
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    let text = expr_of(left, scope, Some(&Type::STRING))?;
    let source = expr_of(right, scope, Some(&Type::STRING))?;
    let fits = |ty: &Type| matches!(ty.family(), Family::String | Family::Unknown);
    if !fits(&text.ty) || !fits(&source.ty) {
        let op = match (kind, negated) {
            (Kind::Like, false) => "LIKE",
            (Kind::Like, true) => "NOT LIKE",
            (Kind::ILike, false) => "ILIKE",
            (Kind::ILike, true) => "NOT ILIKE",
            (Kind::Similar, false) => "SIMILAR TO",
            (Kind::Similar, true) => "NOT SIMILAR TO",
            (Kind::Regex, false) => "~",
            (Kind::Regex, true) => "!~",
            (Kind::IRegex, false) => "~*",
            (Kind::IRegex, true) => "!~*",
        };
        return Err(Error::UnsupportedComparison {
            left: text.ty.name(),
            op,
            right: source.ty.name(),
        });
    }
    let pattern = match source.as_const() {
        Some(Datum::String(source)) => Some(Pattern::new(kind, source)?),
        _ => None,
    };
    let args = Box::new([text, source]);
    Ok(fold(Scalar { ty: Type::Bool, node: Node::Match { args, kind, negated, pattern } }))
}

fn contains(
    op: CompareOp,
    left: &Expr,
    right: &Expr,
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    let (left, right) = if open_kind(left).is_some() {
        let right = expr_of(right, scope, None)?;
        (expr_of(left, scope, Some(&right.ty))?, right)
    } else {
        let left = expr_of(left, scope, None)?;
        let want = match op {
            CompareOp::JsonExists => Type::STRING,
            CompareOp::JsonSomeExists | CompareOp::JsonAllExists => Type::array(Type::STRING),
            _ => left.ty.clone(),
        };
        let right = expr_of(right, scope, Some(&want))?;
        (left, right)
    };
    let Some(code) = containment::code(op, &left.ty, &right.ty) else {
        let op = match op {
            CompareOp::Contains => "@>",
            CompareOp::ContainedBy => "<@",
            CompareOp::JsonExists => "?",
            CompareOp::JsonSomeExists => "?|",
            CompareOp::JsonAllExists => "?&",
            _ => "&&",
        };
        return Err(Error::UnsupportedComparison {
            left: left.ty.name(),
            op,
            right: right.ty.name(),
        });
    };
    Ok(fold(Scalar { ty: Type::Bool, node: Node::Binary(code, Box::new([left, right])) }))
}

/// `x BETWEEN a AND b`.
pub(super) fn between(between: &Between, scope: &mut dyn Scope) -> Result<Scalar, Error> {
    let range = |low: &Expr, high: &Expr, scope: &mut dyn Scope| {
        let (x, low) = sides(&between.expr, low, scope)?;
        let above = of_types(CmpOp::Ge, x, low)?;
        let (x, high) = sides(&between.expr, high, scope)?;
        let below = of_types(CmpOp::Le, x, high)?;
        Ok(Scalar { ty: Type::Bool, node: Node::And(vec![above, below]) })
    };
    let mut scalar = range(&between.low, &between.high, scope)?;
    if between.symmetric {
        let turned = range(&between.high, &between.low, scope)?;
        scalar = Scalar { ty: Type::Bool, node: Node::Or(vec![scalar, turned]) };
    }
    if between.negated {
        scalar = Scalar { ty: Type::Bool, node: Node::Not(Box::new(scalar)) };
    }
    Ok(fold(scalar))
}

/// `x op ANY (…)`, `x op ALL (…)`.
pub(super) fn quantified(
    op: CompareOp,
    quantifier: Quantifier,
    left: &Expr,
    right: &Expr,
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    let all = quantifier == Quantifier::All;
    let Some(cmp) = order_op(op) else {
        return Err(Error::Unsupported("ANY or ALL with this operator".to_owned()));
    };
    match right.strip_parens() {
        Expr::Subquery(select) => {
            let left = Box::new(expr_of(left, scope, None)?);
            let plan = scope.subquery(select)?;
            check(cmp.symbol(), &left.ty, &single_column(&plan.types)?)?;
            let usage = SubqueryUse::Quantified { op: cmp, all, left };
            Ok(subquery(plan.index, usage, Type::Bool))
        }
        Expr::Tuple(tuple) => {
            let mut elements = Vec::with_capacity(tuple.exprs.len());
            let mut arg = expr_of(left, scope, None)?;
            for element in &tuple.exprs {
                let (left, right) = sides(left, element, scope)?;
                check(cmp.symbol(), &left.ty, &right.ty)?;
                arg = left;
                elements.push(right);
            }
            let list = Scalar { ty: Type::array(arg.ty.clone()), node: Node::Array(elements) };
            Ok(any_all(cmp, all, arg, list))
        }
        array if open_kind(left).is_some() => {
            let array = expr_of(array, scope, None)?;
            let element = element_type(&array.ty)?;
            let arg = expr_of(left, scope, Some(&element))?;
            check(cmp.symbol(), &arg.ty, &element)?;
            Ok(any_all(cmp, all, arg, array))
        }
        array => {
            let arg = expr_of(left, scope, None)?;
            let array = expr_of(array, scope, Some(&Type::array(arg.ty.clone())))?;
            check(cmp.symbol(), &arg.ty, &element_type(&array.ty)?)?;
            Ok(any_all(cmp, all, arg, array))
        }
    }
}

fn any_all(op: CmpOp, all: bool, arg: Scalar, array: Scalar) -> Scalar {
    let args = Box::new([arg, array]);
    fold(Scalar { ty: Type::Bool, node: Node::Quantified { op, all, args } })
}

fn element_type(ty: &Type) -> Result<Type, Error> {
    match ty {
        Type::Array(element) => Ok((**element).clone()),
        Type::Unknown => Ok(Type::Unknown),
        other => Err(Error::Refused {
            code: base::sqlstate::SqlState::DATATYPE_MISMATCH,
            message: format!(
                "op ANY/ALL requires array or tuple on right side, found {}",
                other.name()
            ),
            hint: None,
        }),
    }
}
