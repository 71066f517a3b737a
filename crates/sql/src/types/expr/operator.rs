//! Operators: which types they take, and their code.
//!
//! | | int | decimal | float | interval | date, timestamps |
//! |---|---|---|---|---|---|
//! | `+ -` | int | decimal | float | interval | ± interval, date ± int, differences |
//! | `*` | int | decimal | float | × number | |
//! | `/` | **decimal** | decimal | float | ÷ number | |
//! | `// %` | int | decimal | float | | |
//!
//! Shape: one table, searched by operator and families; int and decimal mix, float mixes with neither.
//! Errors: overflow, division by zero.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use base::num;

use super::EvalCx;
use crate::ast::expr::{BinaryOp, UnaryOp};
use crate::types::bits::Bits;
use crate::types::time::{self, MICROS_PER_DAY};
use crate::types::{Datum, Decimal, Error, Family, Interval, Json, Type, json_ops};

/// Code of an operator of two operands, neither of them NULL.
pub(crate) type BinaryFn = fn(&Datum, &Datum, &mut EvalCx<'_>) -> Result<Datum, Error>;
/// Code of an operator of one operand that is not NULL.
pub(crate) type UnaryFn = fn(&Datum) -> Result<Datum, Error>;

/// The result's type.
#[derive(Clone, Copy)]
enum Ret {
    Int,
    Float,
    Decimal,
    String,
    Date,
    Timestamp,
    TimestampTz,
    Interval,
    Json,
    Left,
    Right,
}

impl Ret {
    fn ty(self, left: &Type, right: &Type) -> Type {
        match self {
            Self::Int => Type::INT,
            Self::Float => Type::FLOAT,
            Self::Decimal => Type::DECIMAL,
            Self::String => Type::STRING,
            Self::Date => Type::Date,
            Self::Timestamp => Type::TIMESTAMP,
            Self::TimestampTz => Type::TIMESTAMPTZ,
            Self::Interval => Type::Interval,
            Self::Json => Type::Json,
            Self::Left => left.clone(),
            Self::Right => right.clone(),
        }
    }
}

struct Entry(BinaryOp, Family, Family, Ret, BinaryFn);

/// The symbol of an operator.
pub(crate) const fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BitAnd => "&",
        BitOr => "|",
        BitXor => "#",
        Plus => "+",
        Minus => "-",
        Mult => "*",
        Div => "/",
        FloorDiv => "//",
        Mod => "%",
        Pow => "^",
        Concat => "||",
        LShift => "<<",
        RShift => ">>",
        JsonFetchVal => "->",
        JsonFetchText => "->>",
        JsonFetchValPath => "#>",
        JsonFetchTextPath => "#>>",
    }
}

/// The code and result type of an operator over two types, if it takes them.
pub(crate) fn binary(op: BinaryOp, left: &Type, right: &Type) -> Option<(Type, BinaryFn)> {
    if op == Concat
        && let Some(found) = concat_overload(left, right)
    {
        return Some(found);
    }
    let (lf, rf) = (left.family(), right.family());
    let entry = BINARY.iter().find(|Entry(o, l, r, ..)| *o == op && *l == lf && *r == rf)?;
    Some((entry.3.ty(left, right), entry.4))
}

/// The families that may stand on the right of an operator with a left family: for typing literals.
pub(crate) fn right_families(op: BinaryOp, left: Family) -> impl Iterator<Item = Family> {
    BINARY.iter().filter(move |entry| entry.0 == op && entry.1 == left).map(|entry| entry.2)
}

/// The families that may stand on the left of an operator with a right family.
pub(crate) fn left_families(op: BinaryOp, right: Family) -> impl Iterator<Item = Family> {
    BINARY.iter().filter(move |entry| entry.0 == op && entry.2 == right).map(|entry| entry.1)
}

/// The type of an operator's result when one side is NULL without a type.
pub(crate) fn result_with_null(op: BinaryOp, left: &Type, right: &Type) -> Type {
    let (lf, rf) = (left.family(), right.family());
    let found = BINARY.iter().find(|Entry(o, l, r, ..)| {
        *o == op && (lf == Family::Unknown || *l == lf) && (rf == Family::Unknown || *r == rf)
    });
    let known = if lf == Family::Unknown { right } else { left };
    match found {
        Some(Entry(_, _, _, Ret::Left | Ret::Right, _)) | None => known.clone(),
        Some(entry) => entry.3.ty(left, right),
    }
}

/// `||` joins strings with anything, arrays with arrays and elements.
fn concat_overload(left: &Type, right: &Type) -> Option<(Type, BinaryFn)> {
    match (left, right) {
        (Type::Array(a), Type::Array(b)) if a.equivalent(b) => Some((left.clone(), |a, b, _| {
            let (Datum::Array(a), Datum::Array(b)) = (a, b) else { return Ok(Datum::Null) };
            Ok(Datum::Array(a.iter().chain(b.iter()).cloned().collect()))
        })),
        (Type::Array(element), other) if element.equivalent(other) => {
            Some((left.clone(), |a, b, _| {
                let Datum::Array(a) = a else { return Ok(Datum::Null) };
                Ok(Datum::Array(a.iter().chain([b]).cloned().collect()))
            }))
        }
        (other, Type::Array(element)) if element.equivalent(other) => {
            Some((right.clone(), |a, b, _| {
                let Datum::Array(b) = b else { return Ok(Datum::Null) };
                Ok(Datum::Array([a].into_iter().chain(b.iter()).cloned().collect()))
            }))
        }
        (Type::String(..), other) | (other, Type::String(..))
            if !matches!(other.family(), Family::Array | Family::Tuple | Family::Bytes) =>
        {
            Some((Type::STRING, |a, b, cx| {
                let (a, b) = (a.to_text_in(cx.zone_secs), b.to_text_in(cx.zone_secs));
                super::builtins::check_size(a.len() + b.len())?;
                Ok(Datum::from(a + &b))
            }))
        }
        _ => None,
    }
}

const fn overflow() -> Error {
    Error::OutOfRange(String::new())
}

fn ints(
    a: &Datum,
    b: &Datum,
    f: impl FnOnce(i64, i64) -> Result<i64, Error>,
) -> Result<Datum, Error> {
    let (Datum::Int(a), Datum::Int(b)) = (a, b) else { return Ok(Datum::Null) };
    f(*a, *b).map(Datum::Int)
}

fn checked(value: Option<i64>) -> Result<i64, Error> {
    value.ok_or_else(|| Error::OutOfRange("integer out of range".to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of an operator's code")]
fn floats(a: &Datum, b: &Datum, f: impl FnOnce(f64, f64) -> f64) -> Result<Datum, Error> {
    let (Datum::Float(a), Datum::Float(b)) = (a, b) else { return Ok(Datum::Null) };
    Ok(Datum::Float(f(*a, *b)))
}

/// Either kind of exact number as a decimal.
pub(crate) fn as_decimal(value: &Datum) -> Decimal {
    match value {
        Datum::Decimal(value) => (**value).clone(),
        Datum::Int(value) => Decimal::from(*value),
        _ => Decimal::NaN,
    }
}

fn decimals(
    a: &Datum,
    b: &Datum,
    f: impl FnOnce(&Decimal, &Decimal) -> Result<Decimal, Error>,
) -> Result<Datum, Error> {
    f(&as_decimal(a), &as_decimal(b)).and_then(Decimal::checked).map(Datum::decimal)
}

/// A float divided; by zero is an error as for the others.
fn float_div(a: &Datum, b: &Datum, f: impl FnOnce(f64, f64) -> f64) -> Result<Datum, Error> {
    if matches!(b, Datum::Float(0.0)) {
        return Err(Error::DivisionByZero);
    }
    floats(a, b, f)
}

fn interval_of(value: &Datum) -> Interval {
    if let Datum::Interval(value) = value { *value } else { Interval::default() }
}

/// A date or time moved by an interval.
fn moved(a: &Datum, interval: Interval) -> Result<Datum, Error> {
    Ok(match a {
        Datum::Timestamp(at) => Datum::Timestamp(time::add_interval(*at, &interval)?),
        Datum::TimestampTz(at) => Datum::TimestampTz(time::add_interval(*at, &interval)?),
        Datum::Date(day) => Datum::Timestamp(time::add_interval(
            time::join(*day, 0).ok_or_else(overflow)?,
            &interval,
        )?),
        Datum::Time(at) => Datum::Time((at + interval.nanos / 1_000).rem_euclid(MICROS_PER_DAY)),
        Datum::TimeTz(at) => Datum::TimeTz(crate::types::datum::TimeTz {
            micros: (at.micros + interval.nanos / 1_000).rem_euclid(MICROS_PER_DAY),
            offset_secs: at.offset_secs,
        }),
        Datum::Interval(other) => Datum::Interval(other.plus(interval)),
        _ => Datum::Null,
    })
}

/// Microseconds of what stands for a moment.
fn moment(value: &Datum) -> i64 {
    match value {
        Datum::Timestamp(at) | Datum::TimestampTz(at) | Datum::Time(at) => *at,
        Datum::Date(day) => time::join(*day, 0).unwrap_or(i64::MAX),
        _ => 0,
    }
}

/// The time between two moments, whole days apart from the rest.
fn difference(a: &Datum, b: &Datum) -> Datum {
    let micros = moment(a).saturating_sub(moment(b));
    let days = i32::try_from(micros / MICROS_PER_DAY).unwrap_or(i32::MAX);
    Datum::Interval(Interval { months: 0, days, nanos: micros % MICROS_PER_DAY * 1_000 })
}

fn day_plus(day: &Datum, days: &Datum, sign: i64) -> Result<Datum, Error> {
    let (Datum::Date(day), Datum::Int(days)) = (day, days) else { return Ok(Datum::Null) };
    days.checked_mul(sign)
        .and_then(|days| i64::from(*day).checked_add(days))
        .and_then(|day| i32::try_from(day).ok())
        .map(Datum::Date)
        .ok_or_else(|| Error::OutOfRange("date is out of range".to_owned()))
}

/// An interval times a float, through millionths.
fn interval_by_float(interval: &Datum, by: &Datum, divide: bool) -> Result<Datum, Error> {
    let Datum::Float(by) = by else { return Ok(Datum::Null) };
    if divide && *by == 0.0 {
        return Err(Error::DivisionByZero);
    }
    let millionths = num::truncate_f64(libm::round(by * 1e6));
    let interval = interval_of(interval);
    Ok(Datum::Interval(if divide {
        interval.scale(1_000_000, millionths)
    } else {
        interval.scale(millionths, 1_000_000)
    }))
}

pub(super) fn json_of(value: &Datum) -> &Json {
    if let Datum::Json(value) = value { value } else { &Json::Null }
}

/// The part of a JSON value that a name, an index or a path leads to.
fn fetch<'a>(json: &'a Datum, step: &Datum) -> Option<&'a Json> {
    let json = json_of(json);
    match step {
        Datum::String(name) => json.field(name),
        Datum::Int(at) => json.element(*at),
        Datum::Array(path) => json_ops::at_path(json, path),
        _ => None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the form of an operator's code")]
fn fetch_value(json: &Datum, step: &Datum) -> Result<Datum, Error> {
    Ok(fetch(json, step).map_or(Datum::Null, |value| Datum::json(value.clone())))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of an operator's code")]
fn fetch_text(json: &Datum, step: &Datum) -> Result<Datum, Error> {
    Ok(fetch(json, step).and_then(Json::to_bare_text).map_or(Datum::Null, Datum::from))
}

fn shift(a: i64, by: i64, f: fn(i64, u32) -> Option<i64>) -> Result<i64, Error> {
    u32::try_from(by).ok().filter(|by| *by < 64).and_then(|by| f(a, by)).ok_or_else(|| {
        Error::Refused {
            code: base::sqlstate::SqlState::INVALID_PARAMETER_VALUE,
            message: "shift argument out of range".to_owned(),
            hint: None,
        }
    })
}

fn bits(a: &Datum, b: &Datum, f: fn(u64, u64) -> u64) -> Result<Datum, Error> {
    let (Datum::Bit(a), Datum::Bit(b)) = (a, b) else { return Ok(Datum::Null) };
    if a.len != b.len {
        return Err(Error::Refused {
            code: base::sqlstate::SqlState::STRING_DATA_LENGTH_MISMATCH,
            message: "cannot AND bit strings of different sizes".to_owned(),
            hint: None,
        });
    }
    let words = a.words.iter().zip(&b.words).map(|(a, b)| f(*a, *b)).collect();
    Ok(Datum::Bit(Arc::new(Bits { words, len: a.len })))
}

fn int_pow(a: i64, b: i64) -> Result<i64, Error> {
    let exponent = u32::try_from(b)
        .map_err(|_| if b < 0 { Error::invalid("integer out of range") } else { overflow() });
    checked(a.checked_pow(exponent?))
}

/// A decimal to a power: whole powers exactly rounded to 20 digits, others through floats.
pub(crate) fn decimal_pow(a: &Decimal, b: &Decimal) -> Decimal {
    if let Some(n) = b.to_i64().filter(|n| n.unsigned_abs() <= 1_000)
        && Decimal::from(n) == *b
    {
        let mut power = Decimal::from(1);
        for _ in 0..n.unsigned_abs() {
            power = power.mul(a).round_digits(40);
        }
        let power =
            if n < 0 { Decimal::from(1).div(&power).unwrap_or(Decimal::Infinity) } else { power };
        return power.round_digits(crate::types::decimal::DIVISION_DIGITS);
    }
    crate::types::decimal::from_f64(libm::pow(a.to_f64(), b.to_f64()))
}

use BinaryOp::{
    BitAnd, BitOr, BitXor, Concat, Div, FloorDiv, JsonFetchText, JsonFetchTextPath, JsonFetchVal,
    JsonFetchValPath, LShift, Minus, Mod, Mult, Plus, Pow, RShift,
};
use Family as F;

const ADD_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, |a, b| Ok(a.add(b)));
const SUB_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, |a, b| Ok(a.sub(b)));
const MUL_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, |a, b| Ok(a.mul(b)));
const DIV_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, Decimal::div);
const FLOOR_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, Decimal::floor_div);
const MOD_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, Decimal::rem);
const POW_DECIMAL: BinaryFn = |a, b, _| decimals(a, b, |a, b| Ok(decimal_pow(a, b)));
const LATER: BinaryFn = |a, b, _| moved(a, interval_of(b));
const LATER_FLIPPED: BinaryFn = |a, b, _| moved(b, interval_of(a));
const EARLIER: BinaryFn = |a, b, _| moved(a, interval_of(b).neg());
const BETWEEN: BinaryFn = |a, b, _| Ok(difference(a, b));
const JSON_VALUE: BinaryFn = |a, b, _| fetch_value(a, b);
const JSON_TEXT: BinaryFn = |a, b, _| fetch_text(a, b);
const TIME_OF_DAY: BinaryFn =
    |a, b, _| Ok(moment(a).checked_add(moment(b)).map_or(Datum::Null, Datum::Timestamp));

static BINARY: &[Entry] = &[
    Entry(Plus, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, |a, b| checked(a.checked_add(b)))),
    Entry(Plus, F::Float, F::Float, Ret::Float, |a, b, _| floats(a, b, |a, b| a + b)),
    Entry(Plus, F::Decimal, F::Decimal, Ret::Decimal, ADD_DECIMAL),
    Entry(Plus, F::Int, F::Decimal, Ret::Decimal, ADD_DECIMAL),
    Entry(Plus, F::Decimal, F::Int, Ret::Decimal, ADD_DECIMAL),
    Entry(Plus, F::Date, F::Int, Ret::Date, |a, b, _| day_plus(a, b, 1)),
    Entry(Plus, F::Int, F::Date, Ret::Date, |a, b, _| day_plus(b, a, 1)),
    Entry(Plus, F::Date, F::Time, Ret::Timestamp, TIME_OF_DAY),
    Entry(Plus, F::Time, F::Date, Ret::Timestamp, TIME_OF_DAY),
    Entry(Plus, F::Interval, F::Interval, Ret::Interval, LATER),
    Entry(Plus, F::Timestamp, F::Interval, Ret::Timestamp, LATER),
    Entry(Plus, F::TimestampTz, F::Interval, Ret::TimestampTz, LATER),
    Entry(Plus, F::Date, F::Interval, Ret::Timestamp, LATER),
    Entry(Plus, F::Time, F::Interval, Ret::Left, LATER),
    Entry(Plus, F::TimeTz, F::Interval, Ret::Left, LATER),
    Entry(Plus, F::Interval, F::Timestamp, Ret::Timestamp, LATER_FLIPPED),
    Entry(Plus, F::Interval, F::TimestampTz, Ret::TimestampTz, LATER_FLIPPED),
    Entry(Plus, F::Interval, F::Date, Ret::Timestamp, LATER_FLIPPED),
    Entry(Plus, F::Interval, F::Time, Ret::Right, LATER_FLIPPED),
    Entry(Minus, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, |a, b| checked(a.checked_sub(b)))),
    Entry(Minus, F::Float, F::Float, Ret::Float, |a, b, _| floats(a, b, |a, b| a - b)),
    Entry(Minus, F::Decimal, F::Decimal, Ret::Decimal, SUB_DECIMAL),
    Entry(Minus, F::Int, F::Decimal, Ret::Decimal, SUB_DECIMAL),
    Entry(Minus, F::Decimal, F::Int, Ret::Decimal, SUB_DECIMAL),
    Entry(Minus, F::Date, F::Date, Ret::Int, |a, b, _| {
        Ok(Datum::Int((moment(a).saturating_sub(moment(b))) / MICROS_PER_DAY))
    }),
    Entry(Minus, F::Date, F::Int, Ret::Date, |a, b, _| day_plus(a, b, -1)),
    Entry(Minus, F::Timestamp, F::Timestamp, Ret::Interval, BETWEEN),
    Entry(Minus, F::TimestampTz, F::TimestampTz, Ret::Interval, BETWEEN),
    Entry(Minus, F::Timestamp, F::TimestampTz, Ret::Interval, BETWEEN),
    Entry(Minus, F::TimestampTz, F::Timestamp, Ret::Interval, BETWEEN),
    Entry(Minus, F::Time, F::Time, Ret::Interval, BETWEEN),
    Entry(Minus, F::Interval, F::Interval, Ret::Interval, EARLIER),
    Entry(Minus, F::Timestamp, F::Interval, Ret::Timestamp, EARLIER),
    Entry(Minus, F::TimestampTz, F::Interval, Ret::TimestampTz, EARLIER),
    Entry(Minus, F::Date, F::Interval, Ret::Timestamp, EARLIER),
    Entry(Minus, F::Time, F::Interval, Ret::Left, EARLIER),
    Entry(Minus, F::Json, F::String, Ret::Json, |a, b, _| {
        json_ops::without_key(json_of(a), b.as_str().unwrap_or("")).map(Datum::json)
    }),
    Entry(Minus, F::Json, F::Int, Ret::Json, |a, b, _| {
        json_ops::without_index(json_of(a), b.as_int().unwrap_or(0)).map(Datum::json)
    }),
    Entry(Mult, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, |a, b| checked(a.checked_mul(b)))),
    Entry(Mult, F::Float, F::Float, Ret::Float, |a, b, _| floats(a, b, |a, b| a * b)),
    Entry(Mult, F::Decimal, F::Decimal, Ret::Decimal, MUL_DECIMAL),
    Entry(Mult, F::Int, F::Decimal, Ret::Decimal, MUL_DECIMAL),
    Entry(Mult, F::Decimal, F::Int, Ret::Decimal, MUL_DECIMAL),
    Entry(Mult, F::Interval, F::Int, Ret::Interval, |a, b, _| {
        Ok(Datum::Interval(interval_of(a).scale(b.as_int().unwrap_or(0), 1)))
    }),
    Entry(Mult, F::Int, F::Interval, Ret::Interval, |a, b, _| {
        Ok(Datum::Interval(interval_of(b).scale(a.as_int().unwrap_or(0), 1)))
    }),
    Entry(Mult, F::Interval, F::Float, Ret::Interval, |a, b, _| interval_by_float(a, b, false)),
    Entry(Mult, F::Float, F::Interval, Ret::Interval, |a, b, _| interval_by_float(b, a, false)),
    Entry(Div, F::Int, F::Int, Ret::Decimal, DIV_DECIMAL),
    Entry(Div, F::Float, F::Float, Ret::Float, |a, b, _| float_div(a, b, |a, b| a / b)),
    Entry(Div, F::Decimal, F::Decimal, Ret::Decimal, DIV_DECIMAL),
    Entry(Div, F::Int, F::Decimal, Ret::Decimal, DIV_DECIMAL),
    Entry(Div, F::Decimal, F::Int, Ret::Decimal, DIV_DECIMAL),
    Entry(Div, F::Interval, F::Int, Ret::Interval, |a, b, _| match b {
        Datum::Int(0) => Err(Error::DivisionByZero),
        _ => Ok(Datum::Interval(interval_of(a).scale(1, b.as_int().unwrap_or(1)))),
    }),
    Entry(Div, F::Interval, F::Float, Ret::Interval, |a, b, _| interval_by_float(a, b, true)),
    Entry(FloorDiv, F::Int, F::Int, Ret::Int, |a, b, _| {
        ints(
            a,
            b,
            |a, b| if b == 0 { Err(Error::DivisionByZero) } else { checked(a.checked_div(b)) },
        )
    }),
    Entry(FloorDiv, F::Float, F::Float, Ret::Float, |a, b, _| {
        float_div(a, b, |a, b| libm::trunc(a / b))
    }),
    Entry(FloorDiv, F::Decimal, F::Decimal, Ret::Decimal, FLOOR_DECIMAL),
    Entry(FloorDiv, F::Int, F::Decimal, Ret::Decimal, FLOOR_DECIMAL),
    Entry(FloorDiv, F::Decimal, F::Int, Ret::Decimal, FLOOR_DECIMAL),
    Entry(Mod, F::Int, F::Int, Ret::Int, |a, b, _| {
        ints(a, b, |a, b| if b == 0 { Err(Error::DivisionByZero) } else { Ok(a.wrapping_rem(b)) })
    }),
    Entry(Mod, F::Float, F::Float, Ret::Float, |a, b, _| float_div(a, b, libm::fmod)),
    Entry(Mod, F::Decimal, F::Decimal, Ret::Decimal, MOD_DECIMAL),
    Entry(Mod, F::Int, F::Decimal, Ret::Decimal, MOD_DECIMAL),
    Entry(Mod, F::Decimal, F::Int, Ret::Decimal, MOD_DECIMAL),
    Entry(Pow, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, int_pow)),
    Entry(Pow, F::Float, F::Float, Ret::Float, |a, b, _| floats(a, b, libm::pow)),
    Entry(Pow, F::Decimal, F::Decimal, Ret::Decimal, POW_DECIMAL),
    Entry(Pow, F::Int, F::Decimal, Ret::Decimal, POW_DECIMAL),
    Entry(Pow, F::Decimal, F::Int, Ret::Decimal, POW_DECIMAL),
    Entry(Concat, F::Bytes, F::Bytes, Ret::Left, |a, b, _| {
        let (a, b) = (a.as_bytes().unwrap_or_default(), b.as_bytes().unwrap_or_default());
        Ok(Datum::bytes([a, b].concat()))
    }),
    Entry(Concat, F::Json, F::Json, Ret::Json, |a, b, _| {
        Ok(Datum::json(json_ops::concat(json_of(a), json_of(b))))
    }),
    Entry(JsonFetchVal, F::Json, F::String, Ret::Json, JSON_VALUE),
    Entry(JsonFetchVal, F::Json, F::Int, Ret::Json, JSON_VALUE),
    Entry(JsonFetchText, F::Json, F::String, Ret::String, JSON_TEXT),
    Entry(JsonFetchText, F::Json, F::Int, Ret::String, JSON_TEXT),
    Entry(JsonFetchValPath, F::Json, F::Array, Ret::Json, JSON_VALUE),
    Entry(JsonFetchTextPath, F::Json, F::Array, Ret::String, JSON_TEXT),
    Entry(BitAnd, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, |a, b| Ok(a & b))),
    Entry(BitOr, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, |a, b| Ok(a | b))),
    Entry(BitXor, F::Int, F::Int, Ret::Int, |a, b, _| ints(a, b, |a, b| Ok(a ^ b))),
    Entry(BitAnd, F::Bit, F::Bit, Ret::Left, |a, b, _| bits(a, b, |a, b| a & b)),
    Entry(BitOr, F::Bit, F::Bit, Ret::Left, |a, b, _| bits(a, b, |a, b| a | b)),
    Entry(BitXor, F::Bit, F::Bit, Ret::Left, |a, b, _| bits(a, b, |a, b| a ^ b)),
    Entry(LShift, F::Int, F::Int, Ret::Int, |a, b, _| {
        ints(a, b, |a, b| shift(a, b, |a, by| Some(a << by)))
    }),
    Entry(RShift, F::Int, F::Int, Ret::Int, |a, b, _| {
        ints(a, b, |a, b| shift(a, b, |a, by| Some(a >> by)))
    }),
];

/// The symbol of an operator of one operand.
pub(crate) const fn unary_symbol(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Plus => "+",
        UnaryOp::Minus => "-",
        UnaryOp::Complement => "~",
        UnaryOp::Sqrt => "|/",
        UnaryOp::Cbrt => "||/",
    }
}

/// The code and result type of an operator over one type, if it takes it.
pub(crate) fn unary(op: UnaryOp, ty: &Type) -> Option<(Type, UnaryFn)> {
    let code: UnaryFn = match (op, ty.family()) {
        (UnaryOp::Plus, F::Int | F::Float | F::Decimal | F::Interval) => |value| Ok(value.clone()),
        (UnaryOp::Minus, F::Int | F::Float | F::Decimal | F::Interval) => negate,
        (UnaryOp::Complement, F::Int) => {
            |value| Ok(value.as_int().map_or(Datum::Null, |v| Datum::Int(!v)))
        }
        (UnaryOp::Sqrt, F::Float | F::Decimal) => |value| roots(value, libm::sqrt),
        (UnaryOp::Cbrt, F::Float | F::Decimal) => |value| roots(value, libm::cbrt),
        _ => return None,
    };
    Some((ty.clone(), code))
}

/// The same number with the other sign.
pub(crate) fn negate(value: &Datum) -> Result<Datum, Error> {
    Ok(match value {
        Datum::Int(value) => Datum::Int(checked(value.checked_neg())?),
        Datum::Float(value) => Datum::Float(-value),
        Datum::Decimal(value) => Datum::decimal(value.neg()),
        Datum::Interval(value) => Datum::Interval(value.neg()),
        _ => Datum::Null,
    })
}

/// The square root of a decimal, to the digits of a quotient.
pub(crate) fn decimal_sqrt(value: &Decimal) -> Option<Decimal> {
    let Decimal::Finite { coeff, exponent } = value else { return None };
    if coeff.sign() == num_bigint::Sign::Minus {
        return None;
    }
    // An even power of ten in front, and twice the digits wanted behind it.
    let digits = crate::types::decimal::DIVISION_DIGITS;
    let shift = i32::try_from(2 * digits + 2).ok()? + (exponent & 1);
    let scaled = coeff * crate::types::decimal::pow10(shift.unsigned_abs());
    let root = scaled.sqrt();
    let exact = &root * &root == scaled;
    let root = Decimal::new(root, (exponent - shift) / 2).round_digits(digits);
    Some(if exact { root.strip_zeros(exponent / 2) } else { root })
}

/// A root, of decimals through floats.
pub(crate) fn roots(value: &Datum, f: fn(f64) -> f64) -> Result<Datum, Error> {
    let number = match value {
        Datum::Float(value) => *value,
        other => as_decimal(other).to_f64(),
    };
    let root = f(number);
    if root.is_nan() && !number.is_nan() {
        return Err(Error::Refused {
            code: base::sqlstate::SqlState::INVALID_ARGUMENT_FOR_POWER,
            message: "cannot take square root of a negative number".to_owned(),
            hint: None,
        });
    }
    Ok(if matches!(value, Datum::Float(_)) {
        Datum::Float(root)
    } else {
        Datum::decimal(crate::types::decimal::from_f64(root))
    })
}

#[cfg(test)]
mod tests {
    use super::super::with_pure_cx;
    use super::*;

    fn run(op: BinaryOp, a: &Datum, b: &Datum) -> Result<String, Error> {
        let (_, f) = binary(op, &a.ty(), &b.ty()).unwrap();
        with_pure_cx(|cx| f(a, b, cx)).map(|value| value.to_text())
    }

    #[test]
    fn numbers() {
        let (seven, two) = (Datum::Int(7), Datum::Int(2));
        for (op, want) in
            [(Plus, "9"), (Div, "3.5"), (FloorDiv, "3"), (Mod, "1"), (Pow, "49"), (LShift, "28")]
        {
            assert_eq!(run(op, &seven, &two).unwrap(), want);
        }
        assert_eq!(run(Div, &seven, &Datum::Int(0)), Err(Error::DivisionByZero));
        assert!(run(Plus, &Datum::Int(i64::MAX), &two).is_err());
        assert!(binary(Plus, &Type::INT, &Type::FLOAT).is_none(), "int and float never mix");
    }

    #[test]
    fn times() {
        let day = Datum::Date(19_083);
        let hour = Datum::Interval(Interval::parse("1 month 1 hour").unwrap());
        assert_eq!(run(Plus, &day, &hour).unwrap(), "2022-05-01 01:00:00");
        assert_eq!(run(Minus, &day, &Datum::Date(19_000)).unwrap(), "83");
        let (a, b) = (Datum::Timestamp(100_000_000_000), Datum::Timestamp(0));
        assert_eq!(run(Minus, &a, &b).unwrap(), "1 day 03:46:40");
    }
}
