//! DATE, TIME and TIMESTAMP: calendar, text.
//!
//! ```text
//!   2022-04-01 02:00:00.123456+00      days 19083, microseconds of the day 7200123456, offset 0
//! ```
//!
//! Shape: the calendar (proleptic Gregorian) is `chrono`'s; text is ours, as the real system's forms are its own.
//! Units: days and microseconds since 1970-01-01; offsets in seconds **east** of UTC here.
//! Errors: a text that is no time; a year beyond what the calendar holds. Left out: names of zones other than UTC,
//! month names.

use std::fmt;

use base::hlc::Timestamp;
use base::num;
use chrono::{Datelike, Months, NaiveDate};

use super::datum::TimeTz;
use super::{Error, Interval};

/// Microseconds in a second.
pub const MICROS_PER_SEC: i64 = 1_000_000;
/// Microseconds in a day.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SEC;
/// Day 0 counted from the year 1, as chrono counts.
const EPOCH_DAYS_FROM_CE: i32 = 719_163;

/// The date `infinity`.
pub const DATE_INFINITY: i32 = i32::MAX;
/// The date `-infinity`.
pub const DATE_NEG_INFINITY: i32 = i32::MIN;

/// What reading a time may depend on.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextCx {
    /// What `now` and `today` mean.
    pub now: Timestamp,
    /// The session's zone, seconds east of UTC.
    pub zone_secs: i32,
}

/// Microseconds of an HLC time, rounded down.
pub const fn micros_of(ts: Timestamp) -> i64 {
    ts.wall.div_euclid(1_000)
}

/// The calendar date of a day.
pub fn civil(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(day.checked_add(EPOCH_DAYS_FROM_CE)?)
}

/// The day of a calendar date.
pub fn day_of(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH_DAYS_FROM_CE
}

/// Day and microseconds of the day.
pub fn split(micros: i64) -> (i32, i64) {
    let day = i32::try_from(micros.div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX);
    (day, micros.rem_euclid(MICROS_PER_DAY))
}

/// Microseconds of a day and a time in it.
pub fn join(day: i32, micros: i64) -> Option<i64> {
    i64::from(day).checked_mul(MICROS_PER_DAY)?.checked_add(micros)
}

/// A timestamp moved by an interval: first months (the day is held inside the month), then days, then time.
///
/// *Errors*: the result is beyond the calendar.
pub fn add_interval(micros: i64, interval: &Interval) -> Result<i64, Error> {
    let out_of_range = || Error::OutOfRange("timestamp out of range".to_owned());
    let (day, rest) = split(micros);
    let date = civil(day).ok_or_else(out_of_range)?;
    let months = Months::new(interval.months.unsigned_abs());
    let date = if interval.months < 0 {
        date.checked_sub_months(months)
    } else {
        date.checked_add_months(months)
    };
    let day = day_of(date.ok_or_else(out_of_range)?).checked_add(interval.days);
    day.and_then(|day| join(day, rest))
        .and_then(|moved| moved.checked_add(interval.nanos / 1_000))
        .filter(|moved| civil(split(*moved).0).is_some())
        .ok_or_else(out_of_range)
}

/// Rounded to `digits` decimals of a second.
pub fn round_micros(micros: i64, digits: Option<u8>) -> i64 {
    let unit = 10_i64.pow(u32::from(6 - digits.unwrap_or(6).min(6)));
    micros.saturating_add(unit / 2).div_euclid(unit).saturating_mul(unit)
}

/// `.ffffff` without trailing zeros; nothing for 0.
pub(crate) fn write_fraction(f: &mut impl fmt::Write, micros: u64) -> fmt::Result {
    if micros == 0 {
        return Ok(());
    }
    let digits = format!("{micros:06}");
    write!(f, ".{}", digits.trim_end_matches('0'))
}

/// `2022-04-01`; years before 1 with ` BC`.
pub fn date_text(day: i32) -> String {
    match day {
        DATE_INFINITY => return "infinity".to_owned(),
        DATE_NEG_INFINITY => return "-infinity".to_owned(),
        _ => {}
    }
    let mut out = String::with_capacity(10);
    let bc = push_date(&mut out, day);
    out.push_str(bc);
    out
}

/// Writes year, month, day and gives what must stand at the end.
fn push_date(out: &mut String, day: i32) -> &'static str {
    use fmt::Write;
    let date = civil(day).unwrap_or_default();
    let (year, bc) = if date.year() > 0 { (date.year(), "") } else { (1 - date.year(), " BC") };
    // Writing to a string cannot fail.
    let _ = write!(out, "{year:04}-{:02}-{:02}", date.month(), date.day());
    bc
}

/// `02:00:00.5`.
pub fn time_text(micros: i64) -> String {
    let mut out = String::with_capacity(15);
    push_time(&mut out, micros);
    out
}

fn push_time(out: &mut String, micros: i64) {
    use fmt::Write;
    let secs = micros / MICROS_PER_SEC;
    let _ = write!(out, "{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60);
    let _ = write_fraction(out, num::as_unsigned(micros % MICROS_PER_SEC));
}

/// `2022-04-01 02:00:00.5`.
pub fn timestamp_text(micros: i64) -> String {
    let (day, rest) = split(micros);
    let mut out = String::with_capacity(26);
    let bc = push_date(&mut out, day);
    out.push(' ');
    push_time(&mut out, rest);
    out.push_str(bc);
    out
}

/// `2022-04-01 02:00:00.5+00`, in the zone that lies `zone_secs` east of UTC.
pub fn timestamptz_text(micros: i64, zone_secs: i32) -> String {
    let local = micros.saturating_add(i64::from(zone_secs) * MICROS_PER_SEC);
    let mut out = timestamp_text(local);
    let bc = out.ends_with(" BC");
    if bc {
        out.truncate(out.len() - 3);
    }
    push_offset(&mut out, zone_secs);
    if bc {
        out.push_str(" BC");
    }
    out
}

/// `02:00:00+01`.
pub fn timetz_text(time: TimeTz) -> String {
    let mut out = time_text(time.micros);
    push_offset(&mut out, -time.offset_secs);
    out
}

/// `+02`, `-03:30`: parts that are zero are left out from the right.
fn push_offset(out: &mut String, zone_secs: i32) {
    use fmt::Write;
    let sign = if zone_secs < 0 { '-' } else { '+' };
    let secs = zone_secs.unsigned_abs();
    let _ = write!(out, "{sign}{:02}", secs / 3_600);
    if !secs.is_multiple_of(3_600) {
        let _ = write!(out, ":{:02}", secs / 60 % 60);
    }
    if !secs.is_multiple_of(60) {
        let _ = write!(out, ":{:02}", secs % 60);
    }
}

/// What a text of date and time holds.
#[derive(Clone, Copy, Debug)]
struct Parts {
    day: Option<i32>,
    micros: Option<i64>,
    zone_secs: Option<i32>,
}

/// Reads a date.
///
/// *Errors*: the text is no date.
pub fn parse_date(text: &str, cx: &TextCx) -> Result<i32, Error> {
    parse_parts(text, cx, "date")?.day.ok_or_else(|| no_form(text, "date"))
}

/// Reads a time of day.
///
/// *Errors*: the text is no time.
pub fn parse_time(text: &str, cx: &TextCx) -> Result<i64, Error> {
    parse_parts(text, cx, "time")?.micros.ok_or_else(|| no_form(text, "time"))
}

/// Reads a time of day with its offset; the session's where none is written.
///
/// *Errors*: the text is no time.
pub fn parse_timetz(text: &str, cx: &TextCx) -> Result<TimeTz, Error> {
    let parts = parse_parts(text, cx, "timetz")?;
    let micros = parts.micros.ok_or_else(|| no_form(text, "timetz"))?;
    Ok(TimeTz { micros, offset_secs: -parts.zone_secs.unwrap_or(cx.zone_secs) })
}

/// Reads a timestamp; an offset is read and dropped.
///
/// *Errors*: the text is no timestamp.
pub fn parse_timestamp(text: &str, cx: &TextCx) -> Result<i64, Error> {
    let parts = parse_parts(text, cx, "timestamp")?;
    let day = parts.day.ok_or_else(|| no_form(text, "timestamp"))?;
    join(day, parts.micros.unwrap_or(0)).ok_or_else(|| no_form(text, "timestamp"))
}

/// Reads a timestamp with time zone; the session's offset where none is written.
///
/// *Errors*: the text is no timestamp.
pub fn parse_timestamptz(text: &str, cx: &TextCx) -> Result<i64, Error> {
    let parts = parse_parts(text, cx, "timestamp")?;
    let day = parts.day.ok_or_else(|| no_form(text, "timestamp"))?;
    let zone = i64::from(parts.zone_secs.unwrap_or(cx.zone_secs)) * MICROS_PER_SEC;
    join(day, parts.micros.unwrap_or(0))
        .and_then(|micros| micros.checked_sub(zone))
        .ok_or_else(|| no_form(text, "timestamp"))
}

/// A text without any form of a time.
fn no_form(text: &str, ty: &'static str) -> Error {
    Error::Refused {
        code: base::sqlstate::SqlState::INVALID_DATETIME_FORMAT,
        message: format!("parsing as type {ty}: could not parse {text:?}"),
        hint: None,
    }
}

fn parse_parts(text: &str, cx: &TextCx, ty: &'static str) -> Result<Parts, Error> {
    let trimmed = text.trim();
    if let Some(parts) = parse_special(trimmed, cx) {
        return Ok(parts);
    }
    let mut parts = Parts { day: None, micros: None, zone_secs: None };
    let (body, bc) = trimmed
        .strip_suffix(" BC")
        .or_else(|| trimmed.strip_suffix(" AD"))
        .map_or((trimmed, false), |body| (body, trimmed.ends_with("BC")));
    let rest = match take_date(body, bc) {
        Some((day, rest)) => {
            let Some(day) = day else {
                return Err(field_overflow(text, ty));
            };
            parts.day = Some(day);
            rest
        }
        None => body,
    };
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start();
    if rest.is_empty() && parts.day.is_some() {
        return Ok(parts);
    }
    let (micros, rest) = take_time(rest).ok_or_else(|| no_form(text, ty))?;
    parts.micros = Some(micros.ok_or_else(|| field_overflow(text, ty))?);
    let rest = rest.trim();
    if !rest.is_empty() {
        parts.zone_secs = Some(parse_zone(rest).ok_or_else(|| no_form(text, ty))?);
    }
    Ok(parts)
}

fn field_overflow(text: &str, ty: &'static str) -> Error {
    Error::Refused {
        code: base::sqlstate::SqlState::DATETIME_FIELD_OVERFLOW,
        message: format!("parsing as type {ty}: field value out of range: {text:?}"),
        hint: None,
    }
}

fn parse_special(text: &str, cx: &TextCx) -> Option<Parts> {
    let word = text.to_ascii_lowercase();
    let local = micros_of(cx.now).saturating_add(i64::from(cx.zone_secs) * MICROS_PER_SEC);
    let (today, rest) = split(local);
    let (day, micros) = match word.as_str() {
        "now" => (today, rest),
        "today" => (today, 0),
        "tomorrow" => (today.saturating_add(1), 0),
        "yesterday" => (today.saturating_sub(1), 0),
        "epoch" => (0, 0),
        "infinity" => (DATE_INFINITY, 0),
        "-infinity" => (DATE_NEG_INFINITY, 0),
        _ => return None,
    };
    let zone_secs = (word == "epoch").then_some(0);
    Some(Parts { day: Some(day), micros: Some(micros), zone_secs })
}

/// `year-month-day` (also with `/`, or eight digits) from the start; the inner `None` is a date out of range.
fn take_date(text: &str, bc: bool) -> Option<(Option<i32>, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (year, month, day, rest) = if digits == 8 {
        (text.get(..4)?, text.get(4..6)?, text.get(6..8)?, text.get(8..)?)
    } else {
        let separator = text.get(digits..)?.chars().next().filter(|c| matches!(c, '-' | '/'))?;
        let (year, rest) = text.split_once(separator)?;
        let (month, rest) = rest.split_once(separator)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        (year, month, rest.get(..end)?, rest.get(end..)?)
    };
    let year: i32 = year.parse().ok()?;
    let (month, day): (u32, u32) = (month.parse().ok()?, day.parse().ok()?);
    let year = if bc { 1 - year } else { year };
    Some((NaiveDate::from_ymd_opt(year, month, day).map(day_of), rest))
}

/// `hours:minutes[:seconds[.fraction]]` from the start; the inner `None` is a time out of range.
fn take_time(text: &str) -> Option<(Option<i64>, &str)> {
    let end =
        text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let mut fields = clock.split(':');
    let hours: i64 = fields.next()?.parse().ok()?;
    let minutes: i64 = fields.next()?.parse().ok()?;
    let seconds = fields.next().unwrap_or("0");
    if fields.next().is_some() {
        return None;
    }
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let seconds: i64 = whole.parse().ok()?;
    let micros = fraction_micros(fraction)?;
    let in_range = hours < 24 && minutes < 60 && seconds <= 60
        || hours == 24 && minutes == 0 && seconds == 0 && micros == 0;
    let total = (hours * 3_600 + minutes * 60 + seconds) * MICROS_PER_SEC + micros;
    Some((in_range.then_some(total), rest))
}

/// Up to six digits after the point, the seventh rounds.
fn fraction_micros(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seven: String = fraction.chars().chain("0000000".chars()).take(7).collect();
    Some((seven.parse::<i64>().ok()? + 5) / 10)
}

/// A zone's offset in seconds east of UTC: `Z`, `UTC`, `+02`, `-03:30`, `+0530`.
pub fn parse_zone(text: &str) -> Option<i32> {
    if ["z", "utc", "gmt", "etc/utc", "etc/gmt"].iter().any(|name| text.eq_ignore_ascii_case(name))
    {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let body = text.get(1..)?;
    let spread;
    let body = if body.len() == 4 && !body.contains(':') {
        spread = format!("{}:{}", body.get(..2)?, body.get(2..)?);
        &spread
    } else {
        body
    };
    let mut secs = 0;
    let mut unit = 3_600;
    for field in body.split(':') {
        let value: i32 = field.parse().ok().filter(|value| (0..60).contains(value))?;
        secs += value * unit;
        unit /= 60;
    }
    (secs < 16 * 3_600).then_some(sign * secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CX: TextCx = TextCx { now: Timestamp { wall: 0, logical: 0 }, zone_secs: 0 };

    #[test]
    fn reads_and_prints_timestamps() {
        for text in
            ["2022-04-01 02:00:00.123456", "1969-12-31 23:59:59.5", "0044-03-15 00:00:00 BC"]
        {
            assert_eq!(timestamp_text(parse_timestamp(text, &CX).unwrap()), text);
        }
        for (text, want) in [
            ("2022-04-01T02:00:00Z", "2022-04-01 02:00:00+00"),
            ("2022-04-01 02:00:00+02:00", "2022-04-01 00:00:00+00"),
            ("2022-04-01 02:00-0330", "2022-04-01 05:30:00+00"),
            ("2022-04-01", "2022-04-01 00:00:00+00"),
            ("2022-04-01 02:00:00.0000005 UTC", "2022-04-01 02:00:00.000001+00"),
        ] {
            assert_eq!(timestamptz_text(parse_timestamptz(text, &CX).unwrap(), 0), want);
        }
        assert_eq!(timestamptz_text(0, -12_600), "1969-12-31 20:30:00-03:30");
        for bad in
            ["", "x", "2022-13-01", "2022-04-01 25:00", "2022-04-01 02", "2022-04-01 02:00 Mars"]
        {
            assert!(parse_timestamp(bad, &CX).is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_and_times_of_day() {
        assert_eq!(parse_date("2022-04-01", &CX).unwrap(), 19_083);
        assert_eq!(date_text(19_083), "2022-04-01");
        assert_eq!(date_text(parse_date("infinity", &CX).unwrap()), "infinity");
        assert_eq!(time_text(parse_time("02:03:04.5", &CX).unwrap()), "02:03:04.5");
        assert_eq!(timetz_text(parse_timetz("02:03:04+01:30", &CX).unwrap()), "02:03:04+01:30");
    }

    #[test]
    fn months_are_held_inside_the_month() {
        let end_of_january = parse_timestamp("2022-01-31 10:00", &CX).unwrap();
        let month = Interval { months: 1, ..Interval::default() };
        let moved = add_interval(end_of_january, &month).unwrap();
        assert_eq!(timestamp_text(moved), "2022-02-28 10:00:00");
        assert!(add_interval(end_of_january, &Interval { months: i32::MAX, ..month }).is_err());
    }
}
