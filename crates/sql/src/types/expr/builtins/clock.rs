//! Times.
//!
//! | function | moment |
//! |---|---|
//! | `now()`, `current_timestamp`, `transaction_timestamp()` | the transaction's beginning |
//! | `statement_timestamp()`, `clock_timestamp()` | the statement's beginning |
//! | `cluster_logical_timestamp()` | where the transaction reads, as a decimal with the logical counter |
//! | `follower_read_timestamp()` | 4.8 s before the statement |

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::hlc::Timestamp;
use base::num;
use chrono::Datelike;

use super::p::{DATE, F, I, IV, S, TIME, TS, TSTZ};
use super::{float_at, int_at, interval_at, str_at};
use crate::types::expr::EvalCx;
use crate::types::expr::function::{Overload, Ret, f};
use crate::types::interval::NANOS_PER_SEC;
use crate::types::time::{self, MICROS_PER_DAY, MICROS_PER_SEC, micros_of};
use crate::types::{Datum, Decimal, Error, Interval, Type};

const TIMESTAMPTZ: Ret = Ret::T(Type::TIMESTAMPTZ);
const TIMESTAMP: Ret = Ret::T(Type::TIMESTAMP);
const FLOAT: Ret = Ret::T(Type::FLOAT);
const INTERVAL: Ret = Ret::T(Type::Interval);

/// How far behind a follower may read. *Units*: nanoseconds.
pub(crate) const FOLLOWER_READ_NANOS: i64 = 4_800_000_000;

pub(super) static TABLE: &[Overload] = &[
    f("now", &[], TIMESTAMPTZ, |_, cx| Ok(txn(cx))).volatile(),
    f("current_timestamp", &[], TIMESTAMPTZ, |_, cx| Ok(txn(cx))).volatile(),
    f("current_timestamp", &[I], TIMESTAMPTZ, |a, cx| Ok(rounded(txn(cx), a))).volatile(),
    f("transaction_timestamp", &[], TIMESTAMPTZ, |_, cx| Ok(txn(cx))).volatile(),
    f("statement_timestamp", &[], TIMESTAMPTZ, |_, cx| Ok(stmt(cx))).volatile(),
    f("clock_timestamp", &[], TIMESTAMPTZ, |_, cx| Ok(stmt(cx))).volatile(),
    // Where a TIMESTAMP is wanted, the same moments on the session's clock.
    f("now", &[], TIMESTAMP, |_, cx| Ok(Datum::Timestamp(local(cx)))).volatile(),
    f("current_timestamp", &[], TIMESTAMP, |_, cx| Ok(Datum::Timestamp(local(cx)))).volatile(),
    f("transaction_timestamp", &[], TIMESTAMP, |_, cx| Ok(Datum::Timestamp(local(cx)))).volatile(),
    f("statement_timestamp", &[], TIMESTAMP, |_, cx| Ok(without_zone(&stmt(cx), cx))).volatile(),
    f("clock_timestamp", &[], TIMESTAMP, |_, cx| Ok(without_zone(&stmt(cx), cx))).volatile(),
    f("localtimestamp", &[], TIMESTAMP, |_, cx| Ok(Datum::Timestamp(local(cx)))).volatile(),
    f("localtimestamp", &[I], TIMESTAMP, |a, cx| Ok(rounded(Datum::Timestamp(local(cx)), a)))
        .volatile(),
    f("current_date", &[], Ret::T(Type::Date), |_, cx| Ok(Datum::Date(time::split(local(cx)).0)))
        .volatile(),
    f("localtime", &[], Ret::T(Type::Time(None)), |_, cx| {
        Ok(Datum::Time(time::split(local(cx)).1))
    })
    .volatile(),
    f("current_time", &[], Ret::T(Type::TimeTz(None)), |_, cx| {
        let micros = time::split(local(cx)).1;
        Ok(Datum::TimeTz(crate::types::datum::TimeTz { micros, offset_secs: -cx.zone_secs }))
    })
    .volatile(),
    f("timeofday", &[], Ret::T(Type::STRING), |_, cx| Ok(stmt(cx).to_text_in(cx.zone_secs).into()))
        .volatile(),
    f("cluster_logical_timestamp", &[], Ret::T(Type::DECIMAL), |_, cx| {
        Ok(Datum::decimal(as_decimal(cx.logical_time)))
    })
    .volatile(),
    f("follower_read_timestamp", &[], TIMESTAMPTZ, |_, cx| Ok(follower_read(cx))).volatile(),
    f("experimental_follower_read_timestamp", &[], TIMESTAMPTZ, |_, cx| Ok(follower_read(cx)))
        .volatile(),
    f("extract", &[S, TS], FLOAT, |a, _| extract(a, 0)),
    f("extract", &[S, TSTZ], FLOAT, |a, cx| extract(a, cx.zone_secs)).volatile(),
    f("extract", &[S, DATE], FLOAT, |a, _| extract(a, 0)),
    f("extract", &[S, TIME], FLOAT, |a, _| extract(a, 0)),
    f("extract", &[S, IV], FLOAT, |a, _| extract(a, 0)),
    f("date_part", &[S, TS], FLOAT, |a, _| extract(a, 0)),
    f("date_part", &[S, TSTZ], FLOAT, |a, cx| extract(a, cx.zone_secs)).volatile(),
    f("date_part", &[S, DATE], FLOAT, |a, _| extract(a, 0)),
    f("date_part", &[S, TIME], FLOAT, |a, _| extract(a, 0)),
    f("date_part", &[S, IV], FLOAT, |a, _| extract(a, 0)),
    f("extract_duration", &[S, IV], Ret::T(Type::INT), |a, _| {
        let Datum::Float(value) = extract(a, 0)? else { return Ok(Datum::Null) };
        Ok(Datum::Int(num::truncate_f64(value)))
    }),
    f("date_trunc", &[S, TS], TIMESTAMP, |a, _| date_trunc(a, 0).map(Datum::Timestamp)),
    f("date_trunc", &[S, TSTZ], TIMESTAMPTZ, |a, cx| {
        date_trunc(a, cx.zone_secs).map(Datum::TimestampTz)
    })
    .volatile(),
    f("date_trunc", &[S, DATE], TIMESTAMPTZ, |a, cx| {
        date_trunc(a, cx.zone_secs).map(Datum::TimestampTz)
    })
    .volatile(),
    f("date_trunc", &[S, IV], INTERVAL, |a, _| interval_trunc(a)),
    f("age", &[TSTZ], INTERVAL, |a, cx| {
        Ok(Datum::Interval(age(micros_of(cx.txn_time), micros_at(a, 0))))
    })
    .volatile(),
    f("age", &[TSTZ, TSTZ], INTERVAL, |a, _| {
        Ok(Datum::Interval(age(micros_at(a, 0), micros_at(a, 1))))
    }),
    f("age", &[TS, TS], INTERVAL, |a, _| {
        Ok(Datum::Interval(age(micros_at(a, 0), micros_at(a, 1))))
    }),
    f("to_timestamp", &[F], TIMESTAMPTZ, |a, _| {
        Ok(Datum::TimestampTz(num::truncate_f64(libm::round(float_at(a, 0) * 1e6))))
    }),
    f("make_date", &[I, I, I], Ret::T(Type::Date), make_date),
    f("make_interval", &[I], INTERVAL, |a, _| {
        let months = i32::try_from(int_at(a, 0).saturating_mul(12)).unwrap_or(i32::MAX);
        Ok(Datum::Interval(Interval { months, ..Interval::default() }))
    }),
    f("timezone", &[S, TS], TIMESTAMPTZ, |a, _| {
        let zone = i64::from(zone(str_at(a, 0))?) * MICROS_PER_SEC;
        Ok(Datum::TimestampTz(micros_at(a, 1).saturating_sub(zone)))
    }),
    f("timezone", &[S, TSTZ], TIMESTAMP, |a, _| {
        let zone = i64::from(zone(str_at(a, 0))?) * MICROS_PER_SEC;
        Ok(Datum::Timestamp(micros_at(a, 1).saturating_add(zone)))
    }),
    f("overlaps", &[TSTZ, TSTZ, TSTZ, TSTZ], Ret::T(Type::Bool), |a, _| {
        let (from, to) =
            (micros_at(a, 0).min(micros_at(a, 1)), micros_at(a, 0).max(micros_at(a, 1)));
        let other = (micros_at(a, 2).min(micros_at(a, 3)), micros_at(a, 2).max(micros_at(a, 3)));
        Ok(Datum::Bool(from < other.1 && other.0 < to || from == other.0))
    }),
    f("sleep", &[F], Ret::T(Type::Bool), |_, _| {
        Err(Error::Unsupported("pg_sleep(); time moves by \\sim advance".to_owned()))
    })
    .volatile(),
    f("pg_sleep", &[F], Ret::T(Type::Bool), |_, _| {
        Err(Error::Unsupported("pg_sleep(); time moves by \\sim advance".to_owned()))
    })
    .volatile(),
];

fn txn(cx: &EvalCx<'_>) -> Datum {
    Datum::TimestampTz(micros_of(cx.txn_time))
}

fn stmt(cx: &EvalCx<'_>) -> Datum {
    Datum::TimestampTz(micros_of(cx.stmt_time))
}

/// A moment on the session's clock.
fn without_zone(moment: &Datum, cx: &EvalCx<'_>) -> Datum {
    let Datum::TimestampTz(micros) = moment else { return Datum::Null };
    Datum::Timestamp(micros.saturating_add(i64::from(cx.zone_secs) * MICROS_PER_SEC))
}

fn follower_read(cx: &EvalCx<'_>) -> Datum {
    Datum::TimestampTz(micros_of(cx.stmt_time.add_nanos(-FOLLOWER_READ_NANOS)))
}

/// The transaction's beginning on the session's clock.
fn local(cx: &EvalCx<'_>) -> i64 {
    micros_of(cx.txn_time).saturating_add(i64::from(cx.zone_secs) * MICROS_PER_SEC)
}

fn rounded(value: Datum, args: &[Datum]) -> Datum {
    let digits = u8::try_from(int_at(args, 0)).ok();
    match value {
        Datum::TimestampTz(at) => Datum::TimestampTz(time::round_micros(at, digits)),
        Datum::Timestamp(at) => Datum::Timestamp(time::round_micros(at, digits)),
        other => other,
    }
}

/// Wall time before the point, the logical counter in ten digits after it.
pub(crate) fn as_decimal(ts: Timestamp) -> Decimal {
    let logical = num_bigint::BigInt::from(ts.logical);
    Decimal::new(num_bigint::BigInt::from(ts.wall) * 10_000_000_000_i64 + logical, -10)
}

/// The moment of an argument, dates at their beginning.
fn micros_at(args: &[Datum], at: usize) -> i64 {
    match args.get(at) {
        Some(Datum::Timestamp(at) | Datum::TimestampTz(at) | Datum::Time(at)) => *at,
        Some(Datum::Date(day)) => time::join(*day, 0).unwrap_or(i64::MAX),
        _ => 0,
    }
}

fn zone(text: &str) -> Result<i32, Error> {
    time::parse_zone(text)
        .ok_or_else(|| Error::invalid(format!("could not parse {text:?} as time zone")))
}

fn unsupported(part: &str) -> Error {
    Error::invalid(format!("unsupported timespan: {part}"))
}

fn extract(args: &[Datum], zone_secs: i32) -> Result<Datum, Error> {
    let part = str_at(args, 0).to_ascii_lowercase();
    if let Some(Datum::Interval(interval)) = args.get(1) {
        return interval_part(&part, *interval).map(Datum::Float);
    }
    let utc = micros_at(args, 1);
    if part == "epoch" {
        return Ok(Datum::Float(num::to_f64(utc) / 1e6));
    }
    let (day, rest) = time::split(utc.saturating_add(i64::from(zone_secs) * MICROS_PER_SEC));
    let date = time::civil(day).ok_or_else(|| Error::OutOfRange("date out of range".to_owned()))?;
    let small = |n: i64| num::to_f64(n);
    Ok(Datum::Float(match part.as_str() {
        "millennium" | "millenniums" => small((i64::from(date.year()) - 1).div_euclid(1_000) + 1),
        "century" | "centuries" => small((i64::from(date.year()) - 1).div_euclid(100) + 1),
        "decade" | "decades" => small(i64::from(date.year()).div_euclid(10)),
        "year" | "years" => small(i64::from(date.year())),
        "isoyear" => small(i64::from(date.iso_week().year())),
        "quarter" => small(i64::from((date.month() - 1) / 3 + 1)),
        "month" | "months" => small(i64::from(date.month())),
        "week" | "weeks" => small(i64::from(date.iso_week().week())),
        "day" | "days" => small(i64::from(date.day())),
        "dayofweek" | "dow" => small(i64::from(date.weekday().num_days_from_sunday())),
        "isodow" => small(i64::from(date.weekday().number_from_monday())),
        "dayofyear" | "doy" => small(i64::from(date.ordinal())),
        "hour" | "hours" => small(rest / (3_600 * MICROS_PER_SEC)),
        "minute" | "minutes" => small(rest / (60 * MICROS_PER_SEC) % 60),
        "second" | "seconds" => small(rest % (60 * MICROS_PER_SEC)) / 1e6,
        "millisecond" | "milliseconds" => small(rest % (60 * MICROS_PER_SEC)) / 1e3,
        "microsecond" | "microseconds" => small(rest % (60 * MICROS_PER_SEC)),
        "timezone" => f64::from(zone_secs),
        "timezone_hour" => f64::from(zone_secs / 3_600),
        "timezone_minute" => f64::from(zone_secs / 60 % 60),
        "julian" => small(i64::from(day) + 2_440_588) + small(rest) / small(MICROS_PER_DAY),
        _ => return Err(unsupported(&part)),
    }))
}

fn interval_part(part: &str, interval: Interval) -> Result<f64, Error> {
    let months = i64::from(interval.months);
    let nanos = interval.nanos;
    Ok(match part {
        "millennium" => num::to_f64(months / 12_000),
        "century" => num::to_f64(months / 1_200),
        "decade" => num::to_f64(months / 120),
        "year" | "years" => num::to_f64(months / 12),
        "quarter" => num::to_f64(months % 12 / 3 + 1),
        "month" | "months" => num::to_f64(months % 12),
        "day" | "days" => f64::from(interval.days),
        "hour" | "hours" => num::to_f64(nanos / (3_600 * NANOS_PER_SEC)),
        "minute" | "minutes" => num::to_f64(nanos / (60 * NANOS_PER_SEC) % 60),
        "second" | "seconds" => num::to_f64(nanos % (60 * NANOS_PER_SEC)) / 1e9,
        "millisecond" | "milliseconds" => num::to_f64(nanos % (60 * NANOS_PER_SEC)) / 1e6,
        "microsecond" | "microseconds" => num::to_f64(nanos % (60 * NANOS_PER_SEC)) / 1e3,
        "epoch" => {
            num::to_f64(i64::try_from(interval.total_nanos() / 1_000).unwrap_or(i64::MAX)) / 1e6
        }
        _ => return Err(unsupported(part)),
    })
}

/// Cuts off what is below a unit, on the clock of the zone.
fn date_trunc(args: &[Datum], zone_secs: i32) -> Result<i64, Error> {
    let zone = i64::from(zone_secs) * MICROS_PER_SEC;
    // A date has no zone: its beginning is taken on the session's clock.
    let is_date = matches!(args.get(1), Some(Datum::Date(_)));
    let local = micros_at(args, 1).saturating_add(if is_date { 0 } else { zone });
    let (day, rest) = time::split(local);
    let date = time::civil(day).ok_or_else(|| Error::OutOfRange("date out of range".to_owned()))?;
    let part = str_at(args, 0).to_ascii_lowercase();
    let floor = |unit: i64| rest - rest % unit;
    let start_of = |year: i32, month: u32| {
        chrono::NaiveDate::from_ymd_opt(year, month, 1).map_or(day, time::day_of)
    };
    let (day, rest) = match part.as_str() {
        "microsecond" | "microseconds" => (day, rest),
        "millisecond" | "milliseconds" => (day, floor(1_000)),
        "second" | "seconds" => (day, floor(MICROS_PER_SEC)),
        "minute" | "minutes" => (day, floor(60 * MICROS_PER_SEC)),
        "hour" | "hours" => (day, floor(3_600 * MICROS_PER_SEC)),
        "day" | "days" => (day, 0),
        "week" | "weeks" => {
            (day - i32::try_from(date.weekday().num_days_from_monday()).unwrap_or(0), 0)
        }
        "month" | "months" => (start_of(date.year(), date.month()), 0),
        "quarter" => (start_of(date.year(), (date.month() - 1) / 3 * 3 + 1), 0),
        "year" | "years" => (start_of(date.year(), 1), 0),
        "decade" | "decades" => (start_of(date.year().div_euclid(10) * 10, 1), 0),
        "century" | "centuries" => (start_of((date.year() - 1).div_euclid(100) * 100 + 1, 1), 0),
        "millennium" => (start_of((date.year() - 1).div_euclid(1_000) * 1_000 + 1, 1), 0),
        _ => return Err(unsupported(&part)),
    };
    Ok(time::join(day, rest).unwrap_or(i64::MAX).saturating_sub(zone))
}

fn interval_trunc(args: &[Datum]) -> Result<Datum, Error> {
    let interval = interval_at(args, 1);
    let part = str_at(args, 0).to_ascii_lowercase();
    let nanos = |unit: i64| interval.nanos - interval.nanos % unit;
    let cut = match part.as_str() {
        "year" | "years" => Interval { months: interval.months / 12 * 12, days: 0, nanos: 0 },
        "month" | "months" => Interval { days: 0, nanos: 0, ..interval },
        "day" | "days" => Interval { nanos: 0, ..interval },
        "hour" | "hours" => Interval { nanos: nanos(3_600 * NANOS_PER_SEC), ..interval },
        "minute" | "minutes" => Interval { nanos: nanos(60 * NANOS_PER_SEC), ..interval },
        "second" | "seconds" => Interval { nanos: nanos(NANOS_PER_SEC), ..interval },
        _ => return Err(unsupported(&part)),
    };
    Ok(Datum::Interval(cut))
}

/// The time between, in months, days and rest as a calendar counts.
fn age(later: i64, earlier: i64) -> Interval {
    if later < earlier {
        return age(earlier, later).neg();
    }
    let months_between = || {
        let (from, to) = (time::civil(time::split(earlier).0)?, time::civil(time::split(later).0)?);
        let months = (to.year() - from.year()) * 12 + i32::try_from(to.month()).ok()?
            - i32::try_from(from.month()).ok()?;
        let at = |months: i32| {
            let interval = Interval { months, ..Interval::default() };
            time::add_interval(earlier, &interval).ok()
        };
        let months = if at(months)? > later { months - 1 } else { months };
        Some((months, later.saturating_sub(at(months)?)))
    };
    let (months, rest) = months_between().unwrap_or((0, later.saturating_sub(earlier)));
    Interval {
        months,
        days: i32::try_from(rest / MICROS_PER_DAY).unwrap_or(i32::MAX),
        nanos: rest % MICROS_PER_DAY * 1_000,
    }
}

fn make_date(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let part = |at: usize| u32::try_from(int_at(args, at)).ok();
    i32::try_from(int_at(args, 0))
        .ok()
        .zip(part(1).zip(part(2)))
        .and_then(|(year, (month, day))| chrono::NaiveDate::from_ymd_opt(year, month, day))
        .map(|date| Datum::Date(time::day_of(date)))
        .ok_or_else(|| Error::Refused {
            code: base::sqlstate::SqlState::DATETIME_FIELD_OVERFLOW,
            message: "date field value out of range".to_owned(),
            hint: None,
        })
}
