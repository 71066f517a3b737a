//! Calls of functions, and CASE.
//!
//! ```text
//!   name ─┬─ OVER …            the scope gives a column (window)
//!         ├─ aggregate         the scope gives a column
//!         ├─ set-returning     the scope gives a column
//!         ├─ greatest, least   arguments of one type
//!         └─ the table         the overload that fits best
//! ```

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::sqlstate::SqlState;

use super::compile::{compile as expr_of, equality, fold, truth, unify};
use super::function::{self, Arg, Overload};
use super::literal::open_kind;
use super::scalar::{Node, Scalar};
use super::{Scope, set_function};
use crate::ast::ObjectName;
use crate::ast::expr::{Case, Expr, Function};
use crate::types::{Datum, Error, TupleType, Type, aggregate};

/// A function's name as the table has it: without `pg_catalog.`, lower case.
pub fn plain_name(name: &ObjectName) -> String {
    match name.parts.as_slice() {
        [schema, object] if schema == "pg_catalog" => object.to_ascii_lowercase(),
        parts => parts.join(".").to_ascii_lowercase(),
    }
}

/// Types a call.
pub(super) fn compile(
    call: &Function,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let name = plain_name(&call.name);
    let column = if call.over.is_some() {
        Some(scope.window(call)?)
    } else if aggregate::is_aggregate(&name) {
        Some(scope.aggregate(call)?)
    } else if set_function::is_set_function(&name) {
        Some(scope.set_function(call)?)
    } else {
        None
    };
    if let Some(column) = column {
        return Ok(Scalar::column(column.ordinal, column.ty));
    }
    if call.filter.is_some() || !call.order_by.is_empty() {
        let clause = if call.filter.is_some() { "FILTER" } else { "ORDER BY" };
        return Err(Error::Refused {
            code: SqlState::WRONG_OBJECT_TYPE,
            message: format!("{clause} specified but {name}() is not an aggregate function"),
            hint: None,
        });
    }
    if matches!(name.as_str(), "greatest" | "least") {
        return extreme(&name, call, scope, want);
    }
    if !function::exists(&name) {
        return Err(Error::UnknownFunction(name));
    }
    if name == "pg_typeof" && call.args.len() == 1 {
        // The value does not tell widths, the type does.
        let ty = expr_of(&call.args[0], scope, None)?.ty;
        return Ok(Scalar::constant(ty.pg_name().into(), Type::STRING));
    }
    resolve(&name, &call.args, scope, want).map(fold)
}

/// Chooses the overload and types the arguments for it.
fn resolve(
    name: &str,
    exprs: &[Expr],
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let mut known: Vec<Option<Scalar>> = Vec::with_capacity(exprs.len());
    let mut kinds = Vec::with_capacity(exprs.len());
    for expr in exprs {
        if let Some(open) = open_kind(expr) {
            kinds.push(Arg::Open(open));
            known.push(None);
        } else {
            let scalar = expr_of(expr, scope, None)?;
            kinds.push(Arg::Typed(scalar.ty.clone()));
            known.push(Some(scalar));
        }
    }
    if name.starts_with("enum_") {
        adapt_enum(exprs, &mut known, &mut kinds, scope);
    }
    let Some(overload) = function::resolve(name, &kinds, want) else {
        return Err(unknown_signature(name, exprs, known, scope));
    };
    let element = known.iter().flatten().find_map(|scalar| match &scalar.ty {
        Type::Array(element) => Some((**element).clone()),
        _ => None,
    });
    let mut args = Vec::with_capacity(exprs.len());
    for (at, (expr, scalar)) in exprs.iter().zip(known).enumerate() {
        let scalar = if let Some(scalar) = scalar {
            scalar
        } else {
            let want = if overload.is_elem(at) { element.clone() } else { overload.wanted(at) };
            expr_of(expr, scope, want.as_ref())?
        };
        args.push(scalar);
    }
    let types: Vec<Type> = args.iter().map(|arg| arg.ty.clone()).collect();
    // A row with names becomes an object with these names, which its value alone does not know.
    if matches!(name, "to_json" | "to_jsonb" | "row_to_json")
        && let [Type::Tuple(tuple)] = types.as_slice()
        && !tuple.labels.is_empty()
        && let Some(build) = function::overloads("jsonb_build_object").last()
    {
        return Ok(labelled(build, tuple, &args));
    }
    Ok(Scalar { ty: overload.result(&types), node: Node::Call { overload, args } })
}

/// Literals beside a value of an enum are values of that enum: `enum_range('a'::e, 'b')`.
fn adapt_enum(
    exprs: &[Expr],
    known: &mut [Option<Scalar>],
    kinds: &mut [Arg],
    scope: &mut dyn Scope,
) {
    let of_enum = |scalar: &&Scalar| matches!(scalar.ty, Type::Enum(_));
    let Some(ty) = known.iter().flatten().find(of_enum).map(|scalar| scalar.ty.clone()) else {
        return;
    };
    for ((expr, known), kind) in exprs.iter().zip(known).zip(kinds) {
        if known.is_none()
            && let Ok(scalar) = expr_of(expr, scope, Some(&ty))
            && matches!(scalar.ty, Type::Enum(_))
        {
            *kind = Arg::Typed(scalar.ty.clone());
            *known = Some(scalar);
        }
    }
}

/// A call of `jsonb_build_object` over the fields of a row with names.
fn labelled(build: &'static Overload, tuple: &TupleType, args: &[Scalar]) -> Scalar {
    let mut fields = Vec::with_capacity(tuple.types.len() * 2);
    for (at, (label, ty)) in tuple.labels.iter().zip(&tuple.types).enumerate() {
        fields.push(Scalar::constant(label.as_str().into(), Type::STRING));
        let row = args.first().cloned().unwrap_or(Scalar::constant(Datum::Null, Type::Unknown));
        fields.push(Scalar { ty: ty.clone(), node: Node::Field(Box::new(row), at) });
    }
    Scalar { ty: Type::Json, node: Node::Call { overload: build, args: fields } }
}

fn unknown_signature(
    name: &str,
    exprs: &[Expr],
    known: Vec<Option<Scalar>>,
    scope: &mut dyn Scope,
) -> Error {
    let mut args = Vec::with_capacity(exprs.len());
    for (expr, scalar) in exprs.iter().zip(known) {
        let ty = match scalar {
            Some(scalar) => scalar.ty,
            None => match expr_of(expr, scope, None) {
                Ok(scalar) => scalar.ty,
                Err(error) => return error,
            },
        };
        args.push(ty.name());
    }
    Error::UnknownSignature { name: name.to_owned(), args, want: None }
}

/// GREATEST and LEAST.
fn extreme(
    name: &str,
    call: &Function,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let place = if name == "greatest" { "GREATEST" } else { "LEAST" };
    let (args, ty) = unify(&call.args.iter().collect::<Vec<_>>(), place, scope, want)?;
    let Some(overload) = function::overloads(name).next() else {
        return Err(Error::UnknownFunction(name.to_owned()));
    };
    Ok(fold(Scalar { ty, node: Node::Call { overload, args } }))
}

/// CASE.
pub(super) fn case(
    case: &Case,
    scope: &mut dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    let mut conditions = Vec::with_capacity(case.whens.len());
    let operand = case.operand.as_ref().map(|operand| expr_of(operand, scope, None)).transpose()?;
    for (when, _) in &case.whens {
        conditions.push(match &operand {
            Some(operand) => {
                let hint = open_kind(when).is_none_or(|open| open.may_be(operand.ty.family()));
                let when = expr_of(when, scope, hint.then_some(&operand.ty))?;
                equality(operand.clone(), when)?
            }
            None => truth(when, scope, "incompatible condition type")?,
        });
    }
    let values: Vec<&Expr> =
        case.whens.iter().map(|(_, then)| then).chain(&case.otherwise).collect();
    let (mut values, ty) = unify(&values, "CASE", scope, want)?;
    let otherwise = case.otherwise.as_ref().and_then(|_| values.pop()).map(Box::new);
    let whens = conditions.into_iter().zip(values).collect();
    Ok(fold(Scalar { ty, node: Node::Case { whens, otherwise } }))
}
