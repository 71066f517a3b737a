//! Parts of values: `x[1]`, `x[1:2]`, `(x).name`.

use base::sqlstate::SqlState;

use super::Scope;
use super::compile::compile;
use super::scalar::{Node, Scalar};
use crate::ast::expr::{Expr, Field, Subscript};
use crate::types::{Error, Type};

/// An element or slice of an array, an element or field of JSON.
pub(super) fn index(
    expr: &Expr,
    subscripts: &[Subscript],
    scope: &mut dyn Scope,
) -> Result<Scalar, Error> {
    let mut value = compile(expr, scope, None)?;
    for subscript in subscripts {
        let mut bound = |end: &Option<Expr>| match end {
            Some(end) => compile(end, scope, Some(&Type::INT)).map(Some),
            None => Ok(None),
        };
        if subscript.slice {
            let ends = [bound(&subscript.begin)?, bound(&subscript.end)?];
            value =
                Scalar { ty: value.ty.clone(), node: Node::Slice(Box::new(value), Box::new(ends)) };
            continue;
        }
        let ty = match &value.ty {
            Type::Array(element) => (**element).clone(),
            Type::Json => Type::Json,
            other => {
                return Err(Error::Refused {
                    code: SqlState::DATATYPE_MISMATCH,
                    message: format!(
                        "cannot subscript type {} because it is not an array or json object",
                        other.name()
                    ),
                    hint: None,
                });
            }
        };
        let Some(begin) = &subscript.begin else {
            return Err(Error::Unsupported("an empty subscript".to_owned()));
        };
        let want = (!matches!(value.ty, Type::Json)).then_some(&Type::INT);
        let at = compile(begin, scope, want)?;
        value = Scalar { ty, node: Node::Index(Box::new([value, at])) };
    }
    Ok(value)
}

/// A field of a tuple.
pub(super) fn field(expr: &Expr, field: &Field, scope: &mut dyn Scope) -> Result<Scalar, Error> {
    let value = compile(expr, scope, None)?;
    let Type::Tuple(tuple) = &value.ty else {
        return Err(Error::Refused {
            code: SqlState::DATATYPE_MISMATCH,
            message: format!("type {} is not composite", value.ty.name()),
            hint: None,
        });
    };
    let at = match field {
        Field::Name(name) => {
            tuple.labels.iter().position(|label| label == name).ok_or_else(|| Error::Refused {
                code: SqlState::DATATYPE_MISMATCH,
                message: format!("could not identify column \"{name}\" in {}", value.ty.name()),
                hint: None,
            })?
        }
        Field::Ordinal(n) => base::num::index(n.saturating_sub(1)),
        Field::Star => return Ok(value),
    };
    let ty = tuple.types.get(at).cloned().ok_or_else(|| {
        Error::invalid(format!("tuple column {} does not exist", at.saturating_add(1)))
    })?;
    Ok(Scalar { ty, node: Node::Field(Box::new(value), at) })
}
