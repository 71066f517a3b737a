//! From syntax to typed expression.
//!
//! ```text
//!   Binary(+, price, 1)      price is DECIMAL, so 1 is taken as DECIMAL      Binary(add, Column 2, Const 1)
//! ```
//!
//! Shape: operands whose type is open (literals) are typed after the others, see [`super::literal`]. Constants are
//! computed at once where nothing outside can change them.
//! Errors: an unknown name, types that do not fit. Left out: collations, IS OF over types known only at run time.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::sqlstate::SqlState;

use super::literal::{compile_literal, open_kind};
use super::scalar::{CmpOp, Node, Scalar, SubqueryUse};
use super::{Scope, access, call, compare, operator};
use crate::ast::expr::{BinaryOp, Expr, Tuple, UnaryOp};
use crate::types::wire::from_ast;
use crate::types::{Datum, Error, Family, TupleType, Type, cast};

/// Types an expression. `want` is the type that the context would like: literals take it, others may not.
///
/// *Errors*: an unknown name, types that do not fit.
pub fn compile(expr: &Expr, scope: &mut dyn Scope, want: Option<&Type>) -> Result<Scalar, Error> {
    if let Some(column) = scope.computed(expr) {
        return Ok(Scalar::column(column.ordinal, column.ty));
    }
    match expr {
        Expr::Literal(literal) => compile_literal(literal, scope, want),
        Expr::Column(parts) => match scope.column(parts) {
            Ok(column) => Ok(Scalar::column(column.ordinal, column.ty)),
            Err(error) => whole_row(parts, scope).ok_or(error),
        },
        Expr::Paren(inner) => compile(inner, scope, want),
        Expr::Unary(op, arg) => unary(*op, arg, scope, want),
        Expr::Binary(op, left, right) => binary(*op, left, right, scope, want),
        Expr::Compare(op, left, right) => compare::compile(*op, left, right, scope),
        Expr::Quantified(op, quantifier, left, right) => {
            compare::quantified(*op, *quantifier, left, right, scope)
        }
        Expr::And(left, right) => junction(left, right, true, scope),
        Expr::Or(left, right) => junction(left, right, false, scope),
        Expr::Not(arg) => {
            let arg = truth(arg, scope, "incompatible NOT argument type")?;
            Ok(Scalar { ty: Type::Bool, node: Node::Not(Box::new(arg)) })
        }
        Expr::IsNull { expr, negated } => {
            let arg = Box::new(compile(expr, scope, None)?);
            Ok(Scalar { ty: Type::Bool, node: Node::IsNull { arg, negated: *negated } })
        }
        Expr::Between(between) => compare::between(between, scope),
        Expr::Function(function) => call::compile(function, scope, want),
        Expr::Case(case) => call::case(case, scope, want),
        Expr::Coalesce { args, .. } => {
            let (args, ty) = unify(&args.iter().collect::<Vec<_>>(), "COALESCE", scope, want)?;
            Ok(Scalar { ty, node: Node::Coalesce(args) })
        }
        Expr::If(parts) => {
            let [when, then, otherwise] = &**parts;
            let when = truth(when, scope, "incompatible IF condition type")?;
            let (mut values, ty) = unify(&[then, otherwise], "IF", scope, want)?;
            let otherwise = values.pop().map(Box::new);
            let whens = values.pop().map(|then| (when, then)).into_iter().collect();
            Ok(Scalar { ty, node: Node::Case { whens, otherwise } })
        }
        Expr::NullIf(parts) => {
            let (args, ty) = unify(&[&parts[0], &parts[1]], "NULLIF", scope, want)?;
            Ok(Scalar { ty, node: Node::NullIf(Box::new(two(args)?)) })
        }
        Expr::Cast { expr, ty, .. } => {
            let ty = from_ast(ty, scope.types())?;
            compile_cast(expr, ty, scope)
        }
        Expr::Annotate { expr, ty, .. } => {
            let ty = from_ast(ty, scope.types())?;
            annotate(expr, ty, scope)
        }
        Expr::Array(elements) => array(elements, scope, want),
        Expr::Tuple(tuple) => compile_tuple(tuple, scope, want),
        _ => compile_rare(expr, scope, want),
    }
}

fn compile_rare(expr: &Expr, scope: &mut dyn Scope, want: Option<&Type>) -> Result<Scalar, Error> {
    match expr {
        Expr::Placeholder(n) => {
            let (value, ty) = scope.placeholder(*n)?;
            match (&value, want) {
                // An untyped argument arrives as text and takes the type that is wanted.
                (Datum::String(text), Some(want)) if ty == Type::Unknown => {
                    let literal = crate::ast::expr::Literal::String(text.to_string());
                    compile_literal(&literal, scope, Some(want))
                }
                _ => Ok(Scalar::constant(value, ty)),
            }
        }
        Expr::IfError(parts) => {
            let arg = compile(&parts.cond, scope, want)?;
            match &parts.otherwise {
                Some(otherwise) => {
                    let otherwise = compile(otherwise, scope, Some(&arg.ty))?;
                    let ty = arg.ty.clone();
                    let otherwise = Some(Box::new(otherwise));
                    Ok(Scalar { ty, node: Node::IfError { arg: Box::new(arg), otherwise } })
                }
                None => Ok(Scalar {
                    ty: Type::Bool,
                    node: Node::IfError { arg: Box::new(arg), otherwise: None },
                }),
            }
        }
        Expr::IsOfType { expr, types, negated } => {
            let arg = compile(expr, scope, None)?;
            let mut found = false;
            for ty in types {
                found |= from_ast(ty, scope.types())?.equivalent(&arg.ty);
            }
            Ok(Scalar::constant(Datum::Bool(found != *negated), Type::Bool))
        }
        Expr::Collate { expr, .. } => compile(expr, scope, Some(&Type::STRING)),
        Expr::Subquery(select) => {
            let plan = scope.subquery(select)?;
            let ty = single_column(&plan.types)?;
            Ok(subquery(plan.index, SubqueryUse::Value, ty))
        }
        Expr::Exists(select) => {
            let plan = scope.subquery(select)?;
            Ok(subquery(plan.index, SubqueryUse::Exists, Type::Bool))
        }
        Expr::ArraySubquery(select) => {
            let plan = scope.subquery(select)?;
            let ty = Type::array(single_column(&plan.types)?);
            Ok(subquery(plan.index, SubqueryUse::Array, ty))
        }
        Expr::Index { expr, subscripts } => access::index(expr, subscripts, scope),
        Expr::Field { expr, field } => access::field(expr, field, scope),
        Expr::Default => Err(Error::Refused {
            code: SqlState::SYNTAX_ERROR,
            message: "DEFAULT can only appear in a VALUES list within INSERT or on the right side \
                      of a SET"
                .to_owned(),
            hint: None,
        }),
        Expr::Star(_) => Err(Error::Refused {
            code: SqlState::SYNTAX_ERROR,
            message: "cannot use \"*\" in this context".to_owned(),
            hint: None,
        }),
        _ => Err(Error::Unsupported("this expression".to_owned())),
    }
}

/// A name that is no column but a source stands for its row.
fn whole_row(parts: &[String], scope: &mut dyn Scope) -> Option<Scalar> {
    let columns = scope.whole_row(parts)?;
    let labels = columns.iter().map(|(name, _)| name.clone()).collect();
    let types = columns.iter().map(|(_, column)| column.ty.clone()).collect();
    let args =
        columns.into_iter().map(|(_, column)| Scalar::column(column.ordinal, column.ty)).collect();
    let ty = Type::Tuple(std::sync::Arc::new(TupleType { types, labels, composite: None }));
    Some(Scalar { ty, node: Node::Tuple(args) })
}

/// A use of a planned subquery.
pub(super) const fn subquery(index: usize, usage: SubqueryUse, ty: Type) -> Scalar {
    Scalar { ty, node: Node::Subquery { index, usage } }
}

/// The type of a subquery used as a value: its column, or a tuple of its columns.
pub(super) fn single_column(types: &[Type]) -> Result<Type, Error> {
    match types {
        [] => Err(Error::Refused {
            code: SqlState::SYNTAX_ERROR,
            message: "subquery must return only one column, found 0".to_owned(),
            hint: None,
        }),
        [ty] => Ok(ty.clone()),
        many => Ok(Type::tuple(many.to_vec())),
    }
}

/// Types an expression that must be a truth value. `place` is the clause: `WHERE`, `HAVING`, `ON`, `CHECK`.
///
/// *Errors*: as [`compile`], and `argument of WHERE must be type bool, not type int`.
pub fn compile_bool(
    expr: &Expr,
    scope: &mut dyn Scope,
    place: &'static str,
) -> Result<Scalar, Error> {
    let scalar = compile(expr, scope, Some(&Type::Bool))?;
    if matches!(scalar.ty.family(), Family::Bool | Family::Unknown) {
        return Ok(scalar);
    }
    Err(Error::WrongArgument { place, want: Type::Bool.name(), found: scalar.ty.name() })
}

/// Types an expression whose value goes into a column, and fits it: its value is of exactly the column's type.
///
/// *Errors*: as [`compile`], and `value type int doesn't match type uuid of column "x"`.
pub fn compile_assign(
    expr: &Expr,
    scope: &mut dyn Scope,
    ty: &Type,
    column: &str,
) -> Result<Scalar, Error> {
    let scalar = compile(expr, scope, Some(ty))?;
    assign(scalar, ty, column)
}

/// Fits an expression that is already typed into a column.
///
/// *Errors*: the types do not fit.
pub fn assign(scalar: Scalar, ty: &Type, column: &str) -> Result<Scalar, Error> {
    if !cast::assignable(&scalar.ty, ty) {
        return Err(Error::TypeMismatch {
            found: scalar.ty.name(),
            want: ty.name(),
            column: column.to_owned(),
        });
    }
    if scalar.ty == *ty || matches!(scalar.node, Node::Const(Datum::Null)) {
        // A literal of the type itself may still be too wide for the column.
        let checked = !matches!(scalar.node, Node::Const(_));
        if checked || !has_width(ty) {
            return Ok(Scalar { ty: ty.clone(), node: scalar.node });
        }
    }
    if scalar.ty.equivalent(ty) && !has_width(ty) {
        return Ok(Scalar { ty: ty.clone(), node: scalar.node });
    }
    Ok(fold(Scalar { ty: ty.clone(), node: Node::Cast { arg: Box::new(scalar), assign: true } }))
}

/// Whether a type restricts the values of its family.
fn has_width(ty: &Type) -> bool {
    use crate::types::Width;
    match ty {
        Type::Int(width) | Type::Float(width) => *width != Width::W8,
        Type::Decimal { precision, .. } => *precision > 0,
        Type::String(_, width) | Type::Bit { width, .. } => *width > 0,
        Type::Time(digits)
        | Type::TimeTz(digits)
        | Type::Timestamp(digits)
        | Type::TimestampTz(digits) => digits.is_some(),
        Type::Array(element) => has_width(element),
        Type::Enum(_) => true,
        _ => false,
    }
}

/// Computes a constant expression at once, if nothing outside can change it. An error is left for the run.
pub(super) fn fold(scalar: Scalar) -> Scalar {
    if matches!(scalar.node, Node::Const(_)) || !scalar.is_row_free() || !scalar.is_pure() {
        return scalar;
    }
    match scalar.eval_pure() {
        Ok(value) => Scalar::constant(value, scalar.ty),
        Err(_) => scalar,
    }
}

pub(super) fn two(args: Vec<Scalar>) -> Result<[Scalar; 2], Error> {
    args.try_into().map_err(|_| Error::Unsupported("this number of arguments".to_owned()))
}

/// A truth value inside an expression; `text` begins the error.
pub(super) fn truth(
    expr: &Expr,
    scope: &mut dyn Scope,
    text: &'static str,
) -> Result<Scalar, Error> {
    let scalar = compile(expr, scope, Some(&Type::Bool))?;
    if matches!(scalar.ty.family(), Family::Bool | Family::Unknown) {
        return Ok(scalar);
    }
    Err(Error::Refused {
        code: SqlState::DATATYPE_MISMATCH,
        message: format!("{text}: {}", scalar.ty.name()),
        hint: None,
    })
}

fn junction(left: &Expr, right: &Expr, and: bool, scope: &mut dyn Scope) -> Result<Scalar, Error> {
    let text = if and { "incompatible AND argument type" } else { "incompatible OR argument type" };
    let mut args = Vec::with_capacity(2);
    for side in [left, right] {
        match truth(side, scope, text)?.node {
            Node::And(inner) if and => args.extend(inner),
            Node::Or(inner) if !and => args.extend(inner),
            node => args.push(Scalar { ty: Type::Bool, node }),
        }
    }
    Ok(Scalar { ty: Type::Bool, node: if and { Node::And(args) } else { Node::Or(args) } })
}

fn unary(
    op: UnaryOp,
    arg: &Expr,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let want = want.cloned().or_else(|| {
        // A root of a whole number is taken of its float.
        matches!(op, UnaryOp::Sqrt | UnaryOp::Cbrt).then_some(Type::FLOAT)
    });
    let arg = compile(arg, scope, want.as_ref())?;
    if arg.ty == Type::Unknown {
        return Ok(arg);
    }
    let Some((ty, code)) = operator::unary(op, &arg.ty) else {
        return Err(Error::UnsupportedUnary { op: operator::unary_symbol(op), ty: arg.ty.name() });
    };
    Ok(fold(Scalar { ty, node: Node::Unary(code, Box::new(arg)) }))
}

fn binary(
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let (left, right) = operands(op, left, right, scope, want)?;
    if left.ty == Type::Unknown || right.ty == Type::Unknown {
        let ty = operator::result_with_null(op, &left.ty, &right.ty);
        return Ok(Scalar::constant(Datum::Null, ty));
    }
    let Some((ty, code)) = operator::binary(op, &left.ty, &right.ty) else {
        return Err(Error::UnsupportedBinary {
            left: left.ty.name(),
            op: operator::symbol(op),
            right: right.ty.name(),
        });
    };
    Ok(fold(Scalar { ty, node: Node::Binary(code, Box::new([left, right])) }))
}

/// Both operands, open ones typed after the other.
fn operands(
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<(Scalar, Scalar), Error> {
    match (open_kind(left), open_kind(right)) {
        (None, Some(open)) => {
            let left = compile(left, scope, None)?;
            let families: Vec<Family> = operator::right_families(op, left.ty.family()).collect();
            let right = open_operand(right, op, open, &families, &left.ty, scope)?;
            Ok((left, right))
        }
        (Some(open), None) => {
            let right = compile(right, scope, None)?;
            let families: Vec<Family> = operator::left_families(op, right.ty.family()).collect();
            let left = open_operand(left, op, open, &families, &right.ty, scope)?;
            Ok((left, right))
        }
        (Some(_), Some(_)) => {
            // Two numbers may both become what the context wants; a text beside a number becomes a number.
            let numeric =
                want.filter(|want| matches!(want.family(), Family::Float | Family::Decimal));
            let left_first = open_kind(left) != Some(super::literal::Open::Text);
            if left_first {
                let left = compile(left, scope, numeric)?;
                let right_want = if op == BinaryOp::Concat { numeric } else { Some(&left.ty) };
                let right = compile(right, scope, right_want)?;
                Ok((left, right))
            } else {
                let right = compile(right, scope, numeric)?;
                let left_want = if op == BinaryOp::Concat { numeric } else { Some(&right.ty) };
                let left = compile(left, scope, left_want)?;
                Ok((left, right))
            }
        }
        (None, None) => Ok((compile(left, scope, None)?, compile(right, scope, None)?)),
    }
}

/// An operand whose type is open, beside one of type `other`; `families` are those that the operator takes there.
fn open_operand(
    expr: &Expr,
    op: BinaryOp,
    open: super::literal::Open,
    families: &[Family],
    other: &Type,
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    let family = other.family();
    let same = families.contains(&family) && open.may_be(family);
    if op == BinaryOp::Concat {
        // Beside a string everything may stay what it is; beside an array a text is its element.
        let want = match other {
            Type::Array(element) => Some(&**element),
            Type::Bytes | Type::Json => Some(other),
            _ => None,
        };
        return compile(expr, scope, want);
    }
    if same {
        return match compile(expr, scope, Some(other)) {
            // `ts - '1h'`: no moment, but perhaps a length of time.
            Err(_) if families.contains(&Family::Interval) => {
                compile(expr, scope, Some(&Type::Interval))
            }
            result => result,
        };
    }
    let want = open.best(families).map(|family| match family {
        Family::Int => Type::INT,
        Family::Decimal => Type::DECIMAL,
        Family::Float => Type::FLOAT,
        Family::Interval => Type::Interval,
        Family::Json => Type::Json,
        Family::Array => Type::array(Type::STRING),
        _ => Type::STRING,
    });
    compile(expr, scope, want.as_ref())
}

/// Several expressions as one type.
///
/// *Errors*: two of them have types that do not fit; `place` names the construct.
pub(super) fn unify(
    exprs: &[&Expr],
    place: &'static str,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<(Vec<Scalar>, Type), Error> {
    let mut found: Vec<Option<Scalar>> = Vec::with_capacity(exprs.len());
    let mut ty: Option<Type> = None;
    for expr in exprs {
        if open_kind(expr).is_some() {
            found.push(None);
            continue;
        }
        let scalar = compile(expr, scope, ty.as_ref().or(want))?;
        if ty.is_none() && scalar.ty != Type::Unknown {
            ty = Some(scalar.ty.clone());
        }
        found.push(Some(scalar));
    }
    // Without a type from the others, numbers with a point decide over those without.
    let open_type = || {
        let kinds: Vec<_> = exprs.iter().filter_map(|expr| open_kind(expr)).collect();
        let decimal = kinds.iter().any(|kind| matches!(kind, super::literal::Open::Decimal(_)));
        decimal.then_some(Type::DECIMAL)
    };
    let hint = ty.clone().or_else(|| want.cloned()).or_else(open_type);
    let mut scalars = Vec::with_capacity(exprs.len());
    for (expr, scalar) in exprs.iter().zip(found) {
        let scalar = match scalar {
            Some(scalar) => scalar,
            None => compile(expr, scope, hint.as_ref().or(ty.as_ref()))?,
        };
        if ty.is_none()
            && scalar.ty != Type::Unknown
            && !matches!(scalar.node, Node::Const(Datum::Null))
        {
            ty = Some(scalar.ty.clone());
        }
        scalars.push(scalar);
    }
    let ty = ty.or(hint).unwrap_or(Type::Unknown);
    for scalar in &scalars {
        if !scalar.ty.equivalent(&ty) {
            return Err(Error::IncompatibleTypes { place, types: (ty.name(), scalar.ty.name()) });
        }
    }
    Ok((scalars, ty))
}

fn compile_cast(expr: &Expr, ty: Type, scope: &mut dyn Scope) -> Result<Scalar, Error> {
    // A literal is read as the type itself, where it can be; widths then cut.
    let arg = compile(expr, scope, Some(&ty))?;
    if arg.ty == ty && !has_width(&ty) {
        return Ok(arg);
    }
    if !cast::exists(&arg.ty, &ty) {
        return Err(Error::InvalidCast { from: arg.ty.name(), to: ty.name() });
    }
    Ok(fold(Scalar { ty, node: Node::Cast { arg: Box::new(arg), assign: false } }))
}

fn annotate(expr: &Expr, ty: Type, scope: &mut dyn Scope) -> Result<Scalar, Error> {
    let arg = compile(expr, scope, Some(&ty))?;
    if arg.ty.equivalent(&ty) {
        return Ok(Scalar { ty, node: arg.node });
    }
    Err(Error::Refused {
        code: SqlState::DATATYPE_MISMATCH,
        message: format!(
            "incompatible type annotation for expression as {}, found type: {}",
            ty.name(),
            arg.ty.name()
        ),
        hint: None,
    })
}

fn array(elements: &[Expr], scope: &mut dyn Scope, want: Option<&Type>) -> Result<Scalar, Error> {
    let element = if let Some(Type::Array(element)) = want { Some(&**element) } else { None };
    let (args, ty) = unify(&elements.iter().collect::<Vec<_>>(), "ARRAY", scope, element)?;
    if ty == Type::Unknown && args.is_empty() {
        return Err(Error::Refused {
            code: SqlState::INDETERMINATE_DATATYPE,
            message: "cannot determine type of empty array. Consider casting to the desired type, for example ARRAY[]::int[]".to_owned(),
            hint: None,
        });
    }
    Ok(fold(Scalar { ty: Type::array(ty), node: Node::Array(args) }))
}

fn compile_tuple(
    tuple: &Tuple,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let wanted = if let Some(Type::Tuple(want)) = want { Some(want) } else { None };
    let mut args = Vec::with_capacity(tuple.exprs.len());
    for (at, expr) in tuple.exprs.iter().enumerate() {
        args.push(compile(expr, scope, wanted.and_then(|want| want.types.get(at)))?);
    }
    let types = args.iter().map(|arg| arg.ty.clone()).collect();
    let labels = if tuple.labels.is_empty() {
        wanted.map(|want| want.labels.clone()).unwrap_or_default()
    } else {
        tuple.labels.clone()
    };
    let composite = wanted.and_then(|want| want.composite.clone());
    let ty = Type::Tuple(std::sync::Arc::new(TupleType { types, labels, composite }));
    Ok(fold(Scalar { ty, node: Node::Tuple(args) }))
}

/// A comparison of equality, for CASE with an operand and the like.
pub(super) fn equality(left: Scalar, right: Scalar) -> Result<Scalar, Error> {
    compare::of_types(CmpOp::Eq, left, right)
}
