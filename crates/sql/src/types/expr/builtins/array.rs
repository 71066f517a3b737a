//! Arrays and enums.

use std::sync::Arc;

use base::num;

use super::p::{ARR, ELEM, ENUM, I};
use super::{array_at, int_at};
use crate::types::datum::EnumValue;
use crate::types::expr::function::{Overload, Ret, f};
use crate::types::{Datum, Type};

const INT: Ret = Ret::T(Type::INT);

pub(super) static TABLE: &[Overload] = &[
    f("array_length", &[ARR, I], INT, |a, _| Ok(dimension(a, num::to_i64(array_at(a, 0).len())))),
    f("array_lower", &[ARR, I], INT, |a, _| Ok(dimension(a, 1))),
    f("array_upper", &[ARR, I], INT, |a, _| Ok(dimension(a, num::to_i64(array_at(a, 0).len())))),
    f("cardinality", &[ARR], INT, |a, _| Ok(Datum::Int(num::to_i64(array_at(a, 0).len())))),
    f("array_append", &[ARR, ELEM], Ret::Arg(0), |a, _| Ok(joined(&[array_at(a, 0), &a[1..2]])))
        .null_ok(),
    f("array_prepend", &[ELEM, ARR], Ret::Arg(1), |a, _| Ok(joined(&[&a[0..1], array_at(a, 1)])))
        .null_ok(),
    f("array_cat", &[ARR, ARR], Ret::Arg(0), |a, _| Ok(joined(&[array_at(a, 0), array_at(a, 1)])))
        .null_ok(),
    f("array_remove", &[ARR, ELEM], Ret::Arg(0), |a, _| {
        let kept = array_at(a, 0).iter().filter(|element| Some(*element) != a.get(1));
        Ok(Datum::array(kept.cloned().collect()))
    })
    .null_ok(),
    f("array_replace", &[ARR, ELEM, ELEM], Ret::Arg(0), |a, _| {
        let swap = |element: &Datum| if *element == a[1] { a[2].clone() } else { element.clone() };
        Ok(Datum::array(array_at(a, 0).iter().map(swap).collect()))
    })
    .null_ok(),
    f("array_position", &[ARR, ELEM], INT, |a, _| {
        let at = array_at(a, 0).iter().position(|element| *element == a[1]);
        Ok(at.map_or(Datum::Null, |at| Datum::Int(num::to_i64(at + 1))))
    })
    .null_ok(),
    f("array_positions", &[ARR, ELEM], Ret::ArrayOf(Type::INT), |a, _| {
        let found = array_at(a, 0).iter().enumerate().filter(|(_, element)| **element == a[1]);
        Ok(Datum::array(found.map(|(at, _)| Datum::Int(num::to_i64(at + 1))).collect()))
    })
    .null_ok(),
    f("enum_first", &[ENUM], Ret::Arg(0), |a, _| Ok(member(a, |_| 0))).null_ok(),
    f("enum_last", &[ENUM], Ret::Arg(0), |a, _| Ok(member(a, |len| len.saturating_sub(1))))
        .null_ok(),
    f("enum_range", &[ENUM], Ret::ArrayOfArg(0), |a, _| {
        let Some(Datum::Enum(value)) = a.first() else { return Ok(Datum::Null) };
        let all = 0..value.ty.members.len();
        Ok(Datum::array(all.map(|at| member(a, |_| at)).collect()))
    }),
    f("enum_range", &[ENUM, ENUM], Ret::ArrayOfArg(0), |a, _| {
        let (Some(Datum::Enum(from)), Some(Datum::Enum(to))) = (a.first(), a.get(1)) else {
            return Ok(Datum::Null);
        };
        Ok(Datum::array((from.member..=to.member).map(|at| member(a, |_| at)).collect()))
    }),
];

/// The one dimension that an array has; others are NULL, as is every dimension of an empty array.
fn dimension(args: &[Datum], value: i64) -> Datum {
    if int_at(args, 1) == 1 && !array_at(args, 0).is_empty() {
        Datum::Int(value)
    } else {
        Datum::Null
    }
}

fn joined(parts: &[&[Datum]]) -> Datum {
    Datum::array(parts.concat())
}

/// A member of the enum of the first argument.
fn member(args: &[Datum], at: impl FnOnce(usize) -> usize) -> Datum {
    let Some(Datum::Enum(value)) = args.first() else { return Datum::Null };
    let member = at(value.ty.members.len());
    Datum::Enum(Arc::new(EnumValue { ty: Arc::clone(&value.ty), member }))
}
