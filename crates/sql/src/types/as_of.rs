//! AS OF SYSTEM TIME: which moment an expression means.
//!
//! | form | example | meaning |
//! |---|---|---|
//! | timestamp | `'2022-04-01 10:00:00'` | that instant |
//! | interval below zero | `'-10s'`, `INTERVAL '-1m'` | before the statement |
//! | whole number | `1648807200000000000` | nanoseconds since 1970 |
//! | decimal | `1648807200000000000.0000000001` | nanoseconds and logical counter |
//! | function | `follower_read_timestamp()` | 4.8 s ago |
//!
//! Source: `spec/backup.md` §5, `spec/error-messages.md` §9. Units: nanoseconds.
//! Left out: `with_min_timestamp` and `with_max_staleness`, which read at their oldest bound here.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::hlc::Timestamp;
use base::sqlstate::SqlState;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::expr::{NoColumns, call::plain_name, compile};
use super::time::{self, TextCx};
use super::{Datum, Decimal, Error, Interval};
use crate::ast::expr::{Expr, Literal};

/// How far behind `follower_read_timestamp()` lies. *Units*: nanoseconds.
pub const FOLLOWER_READ_NANOS: i64 = 4_800_000_000;
/// Decimals of the logical counter.
const LOGICAL_DIGITS: i32 = 10;
const PREFIX: &str = "AS OF SYSTEM TIME: ";

fn refuse(code: SqlState, message: String) -> Error {
    Error::Refused { code, message, hint: None }
}

fn invalid(what: &str) -> Error {
    refuse(SqlState::UNCATEGORIZED, format!("{PREFIX}{what}"))
}

/// The moment that an expression means, for a statement that began at `now`.
///
/// *Errors*: an expression that is not constant, a moment in the future, zero or before 1970.
pub fn eval(expr: &Expr, now: Timestamp) -> Result<Timestamp, Error> {
    let ts = moment(expr, now)?;
    if ts.is_zero() {
        return Err(invalid("zero timestamp is invalid"));
    }
    if ts < Timestamp::ZERO {
        return Err(invalid("timestamp before 1970-01-01T00:00:00Z is invalid"));
    }
    if ts > now {
        return Err(refuse(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("{PREFIX}cannot specify timestamp in the future"),
        ));
    }
    Ok(ts)
}

fn moment(expr: &Expr, now: Timestamp) -> Result<Timestamp, Error> {
    let value = match expr.strip_parens() {
        Expr::Literal(Literal::String(text)) => return from_text(text, now),
        Expr::Function(call) => match plain_name(&call.name).as_str() {
            "follower_read_timestamp" | "experimental_follower_read_timestamp" => {
                return Ok(now.add_nanos(-FOLLOWER_READ_NANOS));
            }
            "with_min_timestamp" | "with_max_staleness" => {
                return Err(refuse(
                    SqlState::FEATURE_NOT_SUPPORTED,
                    format!("{PREFIX}bounded staleness reads are not supported"),
                ));
            }
            _ => return Err(not_constant()),
        },
        Expr::Subquery(_) | Expr::Exists(_) | Expr::ArraySubquery(_) => {
            return Err(refuse(
                SqlState::FEATURE_NOT_SUPPORTED,
                "subqueries are not allowed in AS OF SYSTEM TIME".to_owned(),
            ));
        }
        other => {
            let mut scope = NoColumns { text_cx: TextCx { now, zone_secs: 0 } };
            let scalar = compile(other, &mut scope, None).map_err(|error| match error {
                Error::UndefinedColumn(_) => not_constant(),
                other => other,
            })?;
            if !scalar.is_pure() {
                return Err(not_constant());
            }
            scalar.eval_pure()?
        }
    };
    from_datum(&value, now)
}

fn not_constant() -> Error {
    invalid(
        "only constant expressions, with_min_timestamp, with_max_staleness, or \
         follower_read_timestamp are allowed",
    )
}

fn from_datum(value: &Datum, now: Timestamp) -> Result<Timestamp, Error> {
    match value {
        Datum::Int(nanos) => Ok(Timestamp::from_wall(*nanos)),
        Datum::Decimal(value) => from_decimal(value),
        Datum::Interval(interval) => before(now, interval, &value.to_text()),
        Datum::Timestamp(micros) | Datum::TimestampTz(micros) => Ok(from_micros(*micros)),
        Datum::Date(day) => Ok(from_micros(time::join(*day, 0).unwrap_or(i64::MAX))),
        Datum::String(text) => from_text(text, now),
        other => Err(invalid(&format!(
            "expected timestamp, decimal, or interval, got {}",
            other.ty().name()
        ))),
    }
}

const fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_wall(micros.saturating_mul(1_000))
}

/// A text is tried as a timestamp, then as a number, then as an interval.
fn from_text(text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    let cx = TextCx { now, zone_secs: 0 };
    if let Ok(micros) = time::parse_timestamptz(text, &cx) {
        return Ok(from_micros(micros));
    }
    if let Ok(value) = Decimal::parse(text)
        && matches!(value, Decimal::Finite { .. })
    {
        return from_decimal(&value);
    }
    match Interval::parse(text) {
        Ok(interval) => before(now, &interval, text),
        Err(_) => Err(invalid("value is neither timestamp, decimal, nor interval")),
    }
}

fn before(now: Timestamp, interval: &Interval, text: &str) -> Result<Timestamp, Error> {
    if interval.total_nanos().unsigned_abs() < 1_000 {
        return Err(invalid(&format!(
            "interval value '{text}' too small, absolute value must be >= 1µs"
        )));
    }
    let micros = now.wall.div_euclid(1_000);
    let moved = time::add_interval(micros, interval)?;
    // Below a microsecond the clock's own digits stay.
    let wall = moved.saturating_mul(1_000).saturating_add(now.wall.rem_euclid(1_000));
    Ok(Timestamp::from_wall(wall))
}

/// Wall time before the point, the logical counter in ten digits after it.
fn from_decimal(value: &Decimal) -> Result<Timestamp, Error> {
    let bad = || invalid(&format!("value {value} is not a valid HLC timestamp"));
    let Decimal::Finite { exponent, .. } = value else { return Err(bad()) };
    if *exponent < -LOGICAL_DIGITS || *exponent > 20 {
        return Err(bad());
    }
    let Decimal::Finite { coeff, .. } = value.quantize(LOGICAL_DIGITS) else { return Err(bad()) };
    let unit = BigInt::from(10_000_000_000_i64);
    let wall = (&coeff / &unit).to_i64().ok_or_else(bad)?;
    let logical = (&coeff % &unit).to_i32().ok_or_else(bad)?;
    if logical < 0 {
        return Err(invalid("timestamp before 1970-01-01T00:00:00Z is invalid"));
    }
    Ok(Timestamp { wall, logical })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp { wall: 1_648_778_400_000_000_123, logical: 2 };

    fn text(text: &str) -> String {
        eval(&Expr::string(text), NOW).map_or_else(|e| e.to_string(), |ts| ts.to_string())
    }

    #[test]
    fn forms_of_the_sheet() {
        assert_eq!(text("2022-04-01 01:00:00"), "1648774800.000000000,0");
        assert_eq!(text("2022-04-01 01:00:00.5+02:00"), "1648767600.500000000,0");
        assert_eq!(text("-10s"), "1648778390.000000123,0");
        assert_eq!(text("-4h"), "1648764000.000000123,0");
        assert_eq!(text("1648774800000000000"), "1648774800.000000000,0");
        assert_eq!(text("1648774800000000000.0000000001"), "1648774800.000000000,1");
        let number = Expr::Literal(Literal::Int("1648774800000000000".to_owned()));
        assert_eq!(eval(&number, NOW).unwrap().to_string(), "1648774800.000000000,0");
        let follower = Expr::call("follower_read_timestamp", Vec::new());
        assert_eq!(eval(&follower, NOW).unwrap().to_string(), "1648778395.200000123,0");
    }

    #[test]
    fn refusals_of_the_sheet() {
        assert_eq!(text("2099-01-01"), "AS OF SYSTEM TIME: cannot specify timestamp in the future");
        assert_eq!(text("10s"), "AS OF SYSTEM TIME: cannot specify timestamp in the future");
        assert_eq!(text("0"), "AS OF SYSTEM TIME: zero timestamp is invalid");
        assert_eq!(
            text("1969-01-01"),
            "AS OF SYSTEM TIME: timestamp before 1970-01-01T00:00:00Z is invalid"
        );
        assert_eq!(
            text("-10ns"),
            "AS OF SYSTEM TIME: interval value '-10ns' too small, absolute value must be >= 1µs"
        );
        assert_eq!(
            text("yesterday-ish"),
            "AS OF SYSTEM TIME: value is neither timestamp, decimal, nor interval"
        );
        let column = Expr::Column(vec!["a".to_owned()]);
        assert_eq!(
            eval(&column, NOW).unwrap_err().to_string(),
            "AS OF SYSTEM TIME: only constant expressions, with_min_timestamp, \
             with_max_staleness, or follower_read_timestamp are allowed"
        );
    }
}
