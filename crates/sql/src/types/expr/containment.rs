//! Containment: `@>`, `<@`, `?`, `?|`, `?&`, `&&`.
//!
//! Shape: a table by operator and families, as in [`super::operator`].

use super::operator::{BinaryFn, json_of};
use crate::ast::expr::CompareOp;
use crate::types::{Datum, Family, Type, json_ops};

/// The code of a containment operator over two types, if it takes them.
pub(super) fn code(op: CompareOp, left: &Type, right: &Type) -> Option<BinaryFn> {
    use Family as F;
    Some(match (op, left.family(), right.family()) {
        (CompareOp::Contains, F::Json, F::Json) => {
            |a, b, _| Ok(Datum::Bool(json_ops::contains(json_of(a), json_of(b))))
        }
        (CompareOp::ContainedBy, F::Json, F::Json) => {
            |a, b, _| Ok(Datum::Bool(json_ops::contains(json_of(b), json_of(a))))
        }
        (CompareOp::JsonExists, F::Json, F::String) => {
            |a, b, _| Ok(Datum::Bool(json_ops::has_key(json_of(a), b.as_str().unwrap_or(""))))
        }
        (CompareOp::JsonSomeExists, F::Json, F::Array) => |a, b, _| {
            let has = |key: &Datum| json_ops::has_key(json_of(a), key.as_str().unwrap_or(""));
            Ok(Datum::Bool(elements(b).iter().any(has)))
        },
        (CompareOp::JsonAllExists, F::Json, F::Array) => |a, b, _| {
            let has = |key: &Datum| json_ops::has_key(json_of(a), key.as_str().unwrap_or(""));
            Ok(Datum::Bool(elements(b).iter().all(has)))
        },
        (CompareOp::Contains, F::Array, F::Array) => {
            |a, b, _| Ok(Datum::Bool(elements(b).iter().all(|value| has_element(a, value))))
        }
        (CompareOp::ContainedBy, F::Array, F::Array) => {
            |a, b, _| Ok(Datum::Bool(elements(a).iter().all(|value| has_element(b, value))))
        }
        (CompareOp::Overlaps, F::Array, F::Array) => {
            |a, b, _| Ok(Datum::Bool(elements(a).iter().any(|value| has_element(b, value))))
        }
        _ => return None,
    })
}

fn elements(value: &Datum) -> &[Datum] {
    if let Datum::Array(elements) = value { elements } else { &[] }
}

/// Whether an array holds a value; NULL is in none.
fn has_element(array: &Datum, value: &Datum) -> bool {
    !value.is_null() && elements(array).contains(value)
}
