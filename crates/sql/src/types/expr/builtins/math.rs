//! Numbers. Floats go through `libm`, so that every machine gives the same bits.

use base::num;

use super::p::{ANY, D, F, I};
use super::{decimal_at, float_at, int_at};
use crate::types::expr::EvalCx;
use crate::types::expr::function::{Overload, Ret, f};
use crate::types::expr::operator::{decimal_pow, decimal_sqrt, negate, roots};
use crate::types::{Datum, Decimal, Error, Type, decimal};

const INT: Ret = Ret::T(Type::INT);
const FLOAT: Ret = Ret::T(Type::FLOAT);
const DECIMAL: Ret = Ret::T(Type::DECIMAL);

pub(super) static TABLE: &[Overload] = &[
    f("abs", &[I], INT, |a, _| abs(a)),
    f("abs", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::fabs(float_at(a, 0))))),
    f("abs", &[D], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).abs()))),
    f("ceil", &[D], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).neg().floor().neg()))),
    f("ceil", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::ceil(float_at(a, 0))))),
    f("ceil", &[I], FLOAT, |a, _| Ok(Datum::Float(num::to_f64(int_at(a, 0))))),
    f("ceiling", &[D], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).neg().floor().neg()))),
    f("ceiling", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::ceil(float_at(a, 0))))),
    f("ceiling", &[I], FLOAT, |a, _| Ok(Datum::Float(num::to_f64(int_at(a, 0))))),
    f("floor", &[D], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).floor()))),
    f("floor", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::floor(float_at(a, 0))))),
    f("floor", &[I], FLOAT, |a, _| Ok(Datum::Float(num::to_f64(int_at(a, 0))))),
    f("trunc", &[D], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).truncate()))),
    f("trunc", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::trunc(float_at(a, 0))))),
    f("trunc", &[D, I], DECIMAL, |a, _| Ok(Datum::decimal(truncated(a)?))),
    f("round", &[D], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).quantize(0)))),
    f("round", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::rint(float_at(a, 0))))),
    f("round", &[D, I], DECIMAL, |a, _| Ok(Datum::decimal(decimal_at(a, 0).quantize(places(a)?)))),
    f("round", &[F, I], FLOAT, |a, _| {
        let rounded = decimal::from_f64(float_at(a, 0)).quantize(places(a)?);
        Ok(Datum::Float(rounded.to_f64()))
    }),
    f("mod", &[I, I], INT, |a, _| match int_at(a, 1) {
        0 => Err(Error::DivisionByZero),
        by => Ok(Datum::Int(int_at(a, 0).wrapping_rem(by))),
    }),
    f("mod", &[F, F], FLOAT, |a, _| Ok(Datum::Float(libm::fmod(float_at(a, 0), float_at(a, 1))))),
    f("mod", &[D, D], DECIMAL, |a, _| decimal_at(a, 0).rem(&decimal_at(a, 1)).map(Datum::decimal)),
    f("div", &[I, I], INT, |a, _| match int_at(a, 1) {
        0 => Err(Error::DivisionByZero),
        by => Ok(Datum::Int(int_at(a, 0).wrapping_div(by))),
    }),
    f("div", &[F, F], FLOAT, |a, _| Ok(Datum::Float(libm::trunc(float_at(a, 0) / float_at(a, 1))))),
    f("div", &[D, D], DECIMAL, |a, _| {
        decimal_at(a, 0).floor_div(&decimal_at(a, 1)).map(Datum::decimal)
    }),
    f("power", &[I, I], INT, int_power),
    f("power", &[F, F], FLOAT, |a, _| Ok(Datum::Float(libm::pow(float_at(a, 0), float_at(a, 1))))),
    f("power", &[D, D], DECIMAL, |a, _| {
        Ok(Datum::decimal(decimal_pow(&decimal_at(a, 0), &decimal_at(a, 1))))
    }),
    f("pow", &[I, I], INT, int_power),
    f("pow", &[F, F], FLOAT, |a, _| Ok(Datum::Float(libm::pow(float_at(a, 0), float_at(a, 1))))),
    f("pow", &[D, D], DECIMAL, |a, _| {
        Ok(Datum::decimal(decimal_pow(&decimal_at(a, 0), &decimal_at(a, 1))))
    }),
    f("sqrt", &[F], FLOAT, |a, _| through(a, libm::sqrt)),
    f("sqrt", &[D], DECIMAL, |a, _| match decimal_sqrt(&decimal_at(a, 0)) {
        Some(root) => Ok(Datum::decimal(root)),
        None => through(a, libm::sqrt),
    }),
    f("cbrt", &[F], FLOAT, |a, _| through(a, libm::cbrt)),
    f("cbrt", &[D], DECIMAL, |a, _| through(a, libm::cbrt)),
    f("exp", &[F], FLOAT, |a, _| through(a, libm::exp)),
    f("exp", &[D], DECIMAL, |a, _| through(a, libm::exp)),
    f("ln", &[F], FLOAT, |a, _| logarithm(a, libm::log)),
    f("ln", &[D], DECIMAL, |a, _| logarithm(a, libm::log)),
    f("log", &[F], FLOAT, |a, _| logarithm(a, libm::log10)),
    f("log", &[D], DECIMAL, |a, _| logarithm(a, libm::log10)),
    f("sin", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::sin(float_at(a, 0))))),
    f("cos", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::cos(float_at(a, 0))))),
    f("tan", &[F], FLOAT, |a, _| Ok(Datum::Float(libm::tan(float_at(a, 0))))),
    f("pi", &[], FLOAT, |_, _| Ok(Datum::Float(std::f64::consts::PI))),
    f("degrees", &[F], FLOAT, |a, _| {
        Ok(Datum::Float(float_at(a, 0) * 180.0 / std::f64::consts::PI))
    }),
    f("radians", &[F], FLOAT, |a, _| {
        Ok(Datum::Float(float_at(a, 0) * std::f64::consts::PI / 180.0))
    }),
    f("sign", &[I], INT, |a, _| Ok(Datum::Int(int_at(a, 0).signum()))),
    f("sign", &[F], FLOAT, |a, _| {
        let value = float_at(a, 0);
        Ok(Datum::Float(if value == 0.0 { 0.0 } else { libm::copysign(1.0, value) }))
    }),
    f("sign", &[D], DECIMAL, |a, _| {
        let value = decimal_at(a, 0);
        let sign = i64::from(!value.is_zero()) * if value.is_negative() { -1 } else { 1 };
        Ok(Datum::decimal(Decimal::from(sign)))
    }),
    f("isnan", &[F], Ret::T(Type::Bool), |a, _| Ok(Datum::Bool(float_at(a, 0).is_nan()))),
    f("isnan", &[D], Ret::T(Type::Bool), |a, _| {
        Ok(Datum::Bool(matches!(decimal_at(a, 0), Decimal::NaN)))
    }),
    f("random", &[], FLOAT, |_, cx| Ok(Datum::Float(unit_float(cx)))).volatile(),
    f("greatest", &[ANY], Ret::Arg(0), |a, _| Ok(extreme(a.iter().max()))).variadic().null_ok(),
    f("least", &[ANY], Ret::Arg(0), |a, _| {
        Ok(extreme(a.iter().filter(|value| !value.is_null()).min()))
    })
    .variadic()
    .null_ok(),
];

fn extreme(value: Option<&Datum>) -> Datum {
    value.cloned().unwrap_or(Datum::Null)
}

/// A float from 0 up to 1, of 53 bits of chance.
fn unit_float(cx: &mut EvalCx<'_>) -> f64 {
    const STEPS: f64 = 9_007_199_254_740_992.0;
    num::u64_to_f64(cx.rng.next_u64() >> 11) / STEPS
}

fn abs(args: &[Datum]) -> Result<Datum, Error> {
    let value = int_at(args, 0);
    if value < 0 { negate(&Datum::Int(value)) } else { Ok(Datum::Int(value)) }
}

/// Digits after the point that are asked for.
fn places(args: &[Datum]) -> Result<i32, Error> {
    i32::try_from(int_at(args, 1))
        .ok()
        .filter(|places| places.abs() <= 2_000)
        .ok_or_else(|| Error::invalid("requested precision is out of range"))
}

fn truncated(args: &[Datum]) -> Result<Decimal, Error> {
    let scale = Decimal::new(1, places(args)?);
    let moved = decimal_at(args, 0).mul(&scale).truncate();
    Ok(moved.mul(&Decimal::new(1, -places(args)?)))
}

fn int_power(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    u32::try_from(int_at(args, 1))
        .ok()
        .and_then(|by| int_at(args, 0).checked_pow(by))
        .map(Datum::Int)
        .ok_or_else(|| Error::OutOfRange("integer out of range".to_owned()))
}

fn through(args: &[Datum], f: fn(f64) -> f64) -> Result<Datum, Error> {
    args.first().map_or(Ok(Datum::Null), |value| roots(value, f))
}

fn logarithm(args: &[Datum], f: fn(f64) -> f64) -> Result<Datum, Error> {
    let value = match args.first() {
        Some(Datum::Float(value)) => *value,
        _ => decimal_at(args, 0).to_f64(),
    };
    if value == 0.0 {
        return Err(Error::invalid("cannot take logarithm of zero"));
    }
    if value < 0.0 {
        return Err(Error::invalid("cannot take logarithm of a negative number"));
    }
    through(args, f)
}
