//! From syntax to typed expression.

use super::Scope;
use super::scalar::Scalar;
use crate::ast::expr::{Expr, Literal};
use crate::types::{Error, Type};

/// Types an expression. `want` is the type that the context would like: literals take it, others may not.
///
/// *Errors*: an unknown name, types that do not fit.
pub fn compile(
    _expr: &Expr,
    _scope: &mut dyn Scope,
    _want: Option<&Type>,
) -> Result<Scalar, Error> {
    Err(Error::Unsupported("expressions".to_owned()))
}

/// Types an expression that must be a truth value. `place` is the clause: `WHERE`, `HAVING`, `ON`, `CHECK`.
pub fn compile_bool(
    expr: &Expr,
    scope: &mut dyn Scope,
    _place: &'static str,
) -> Result<Scalar, Error> {
    compile(expr, scope, Some(&Type::Bool))
}

/// Types an expression whose value goes into a column, and fits it: its value is of exactly the column's type.
pub fn compile_assign(
    expr: &Expr,
    scope: &mut dyn Scope,
    ty: &Type,
    _column: &str,
) -> Result<Scalar, Error> {
    compile(expr, scope, Some(ty))
}

/// A literal as a value of a type, or of its default type.
pub fn compile_literal(
    _literal: &Literal,
    _scope: &dyn Scope,
    _want: Option<&Type>,
) -> Result<Scalar, Error> {
    Err(Error::Unsupported("expressions".to_owned()))
}
