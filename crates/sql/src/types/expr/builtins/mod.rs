//! The functions, by what they are about.
//!
//! | module | holds |
//! |---|---|
//! | `text` | strings and bytes |
//! | `math` | numbers |
//! | `clock` | times |
//! | `json` | JSONB |
//! | `array` | arrays, enums, GREATEST and LEAST |
//! | `system` | session, cluster, ids, sequences |
//!
//! Shape: each module is a table of overloads and the code behind it. Names as PostgreSQL and CockroachDB have them.
//! Left out: functions that no backup lesson meets (geometry, text search, trigonometry beyond the basic ones).

use super::function::{Overload, Param};
use crate::types::{Datum, Decimal, Error, Family, Interval, Json};

mod array;
mod clock;
mod json;
mod math;
mod system;
mod text;
mod text_more;

pub(crate) use text_more::base64;

/// All tables.
pub(super) static TABLES: &[&[Overload]] = &[
    text::TABLE,
    text_more::TABLE,
    math::TABLE,
    clock::TABLE,
    json::TABLE,
    array::TABLE,
    system::TABLE,
];

/// Parameters by one letter or short word, so that the tables stay tables.
mod p {
    use super::{Family, Param};

    pub(super) const S: Param = Param::Is(Family::String);
    pub(super) const I: Param = Param::Is(Family::Int);
    pub(super) const F: Param = Param::Is(Family::Float);
    pub(super) const D: Param = Param::Is(Family::Decimal);
    pub(super) const B: Param = Param::Is(Family::Bool);
    pub(super) const BYTES: Param = Param::Is(Family::Bytes);
    pub(super) const J: Param = Param::Is(Family::Json);
    pub(super) const ARR: Param = Param::Is(Family::Array);
    pub(super) const ENUM: Param = Param::Is(Family::Enum);
    pub(super) const OID: Param = Param::Is(Family::Oid);
    pub(super) const INET: Param = Param::Is(Family::Inet);
    pub(super) const DATE: Param = Param::Is(Family::Date);
    pub(super) const TIME: Param = Param::Is(Family::Time);
    pub(super) const TS: Param = Param::Is(Family::Timestamp);
    pub(super) const TSTZ: Param = Param::Is(Family::TimestampTz);
    pub(super) const IV: Param = Param::Is(Family::Interval);
    pub(super) const BIT: Param = Param::Is(Family::Bit);
    pub(super) const ANY: Param = Param::Any;
    pub(super) const ELEM: Param = Param::Elem;
}

/// The text of an argument; typing has made sure that it is one.
fn str_at(args: &[Datum], at: usize) -> &str {
    args.get(at).and_then(Datum::as_str).unwrap_or("")
}

/// The integer of an argument.
fn int_at(args: &[Datum], at: usize) -> i64 {
    args.get(at).and_then(Datum::as_int).unwrap_or(0)
}

/// The truth of an argument.
fn bool_at(args: &[Datum], at: usize) -> bool {
    args.get(at).and_then(Datum::as_bool).unwrap_or(false)
}

/// The bytes of an argument.
fn bytes_at(args: &[Datum], at: usize) -> &[u8] {
    args.get(at).and_then(Datum::as_bytes).unwrap_or_default()
}

/// The float of an argument.
fn float_at(args: &[Datum], at: usize) -> f64 {
    if let Some(Datum::Float(value)) = args.get(at) { *value } else { 0.0 }
}

/// The decimal of an argument.
fn decimal_at(args: &[Datum], at: usize) -> Decimal {
    args.get(at).map_or(Decimal::NaN, super::operator::as_decimal)
}

/// The JSON of an argument.
fn json_at(args: &[Datum], at: usize) -> &Json {
    if let Some(Datum::Json(value)) = args.get(at) { value } else { &Json::Null }
}

/// The elements of an argument.
fn array_at(args: &[Datum], at: usize) -> &[Datum] {
    if let Some(Datum::Array(elements)) = args.get(at) { elements } else { &[] }
}

/// The interval of an argument.
fn interval_at(args: &[Datum], at: usize) -> Interval {
    if let Some(Datum::Interval(value)) = args.get(at) { *value } else { Interval::default() }
}

/// How many bytes a function may make at once.
const BYTES_MAX: usize = 16 << 20;

/// Refuses a result that would be larger than a statement may hold.
pub(super) fn check_size(bytes: usize) -> Result<(), Error> {
    if bytes <= BYTES_MAX {
        return Ok(());
    }
    Err(Error::Refused {
        code: base::sqlstate::SqlState::PROGRAM_LIMIT_EXCEEDED,
        message: "requested length too large".to_owned(),
        hint: None,
    })
}

#[cfg(test)]
mod tests;
