//! INTERVAL: months, days and nanoseconds, kept apart.
//!
//! ```text
//!   1 year 2 mons 3 days 04:05:06.5    months 14   days 3   nanos 14706500000000
//! ```
//!
//! Shape: read in PostgreSQL's, ISO 8601's and Go's forms (`1 day 02:00`, `P1DT2H`, `-1h30m`); printed in PostgreSQL's.
//! Units: nanoseconds inside, microseconds in text. For the order a month is 30 days and a day 24 hours.

use std::cmp::Ordering;
use std::fmt;

use super::Error;

/// Nanoseconds in a microsecond.
pub const NANOS_PER_MICRO: i64 = 1_000;
/// Nanoseconds in a second.
pub const NANOS_PER_SEC: i64 = 1_000_000_000;
/// Nanoseconds in a day of 24 hours.
pub const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SEC;

/// A length of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Interval {
    /// Whole months.
    pub months: i32,
    /// Whole days.
    pub days: i32,
    /// The rest.
    pub nanos: i64,
}

/// The order of lengths.
pub fn compare(a: &Interval, b: &Interval) -> Ordering {
    a.total_nanos().cmp(&b.total_nanos())
}

impl Interval {
    /// Only nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self { months: 0, days: 0, nanos }
    }

    /// Only microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self::from_nanos(micros.saturating_mul(NANOS_PER_MICRO))
    }

    /// The length with months of 30 days and days of 24 hours.
    pub fn total_nanos(&self) -> i128 {
        (i128::from(self.months) * 30 + i128::from(self.days)) * i128::from(NANOS_PER_DAY)
            + i128::from(self.nanos)
    }

    /// Sum, part by part; saturates.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            months: self.months.saturating_add(other.months),
            days: self.days.saturating_add(other.days),
            nanos: self.nanos.saturating_add(other.nanos),
        }
    }

    /// The same length backwards; saturates.
    #[must_use]
    pub const fn neg(self) -> Self {
        Self {
            months: self.months.saturating_neg(),
            days: self.days.saturating_neg(),
            nanos: self.nanos.saturating_neg(),
        }
    }

    /// Multiplied by `by / over`; fractions of months go to days, of days to time.
    #[must_use]
    pub fn scale(self, by: i64, over: i64) -> Self {
        let over = if over == 0 { 1 } else { i128::from(over) };
        let by = i128::from(by);
        let months = i128::from(self.months) * by;
        // Everything below a whole month, in days times `over`.
        let days = months % over * 30 + i128::from(self.days) * by;
        let nanos =
            i128::from(self.nanos) * by / over + days % over * i128::from(NANOS_PER_DAY) / over;
        let days = days / over;
        Self {
            months: i32::try_from(months / over).unwrap_or(i32::MAX),
            days: i32::try_from(days).unwrap_or(i32::MAX),
            nanos: i64::try_from(nanos).unwrap_or(i64::MAX),
        }
    }

    /// Rounded to `digits` decimals of a second.
    #[must_use]
    pub fn rounded(self, digits: u8) -> Self {
        let unit = 10_i64.pow(u32::from(9 - digits.min(9)));
        let half = unit / 2;
        let nudged = if self.nanos < 0 {
            self.nanos.saturating_sub(half)
        } else {
            self.nanos.saturating_add(half)
        };
        Self { nanos: nudged / unit * unit, ..self }
    }

    /// Reads an interval.
    ///
    /// *Errors*: the text is of none of the forms, or too long a time.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let trimmed = text.trim();
        let parsed = if trimmed.starts_with('P') || trimmed.starts_with("-P") {
            parse_iso(trimmed)
        } else {
            parse_words(trimmed)
        };
        parsed.map(|interval| interval.rounded(6)).ok_or_else(|| {
            Error::parse_time(text, "interval", format!("interval: invalid input syntax {text:?}"))
        })
    }
}

/// A number in billionths, so that fractions stay exact.
const BILLION: i128 = 1_000_000_000;

/// Months, days and nanoseconds of `billionths` of a unit; fractions go down to the next finer part.
fn of_unit(unit: &str, billionths: i128) -> Option<Interval> {
    let months = |per: i128| {
        let total = billionths * per;
        let days = total % BILLION * 30;
        Some(Interval {
            months: i32::try_from(total / BILLION).ok()?,
            days: i32::try_from(days / BILLION).ok()?,
            nanos: i64::try_from(days % BILLION * i128::from(NANOS_PER_DAY) / BILLION).ok()?,
        })
    };
    let days = |per: i128| {
        let total = billionths * per;
        Some(Interval {
            months: 0,
            days: i32::try_from(total / BILLION).ok()?,
            nanos: i64::try_from(total % BILLION * i128::from(NANOS_PER_DAY) / BILLION).ok()?,
        })
    };
    let nanos =
        |per: i128| Some(Interval::from_nanos(i64::try_from(billionths * per / BILLION).ok()?));
    match unit {
        "ns" | "nanosecond" | "nanoseconds" => nanos(1),
        "us" | "µs" | "usec" | "microsecond" | "microseconds" => nanos(1_000),
        "ms" | "msec" | "millisecond" | "milliseconds" => nanos(1_000_000),
        "" | "s" | "sec" | "secs" | "second" | "seconds" => nanos(BILLION),
        "m" | "min" | "mins" | "minute" | "minutes" => nanos(60 * BILLION),
        "h" | "hr" | "hrs" | "hour" | "hours" => nanos(3_600 * BILLION),
        "d" | "day" | "days" => days(1),
        "w" | "week" | "weeks" => days(7),
        "mon" | "mons" | "month" | "months" => months(1),
        "y" | "yr" | "yrs" | "year" | "years" => months(12),
        "decade" | "decades" => months(120),
        "c" | "century" | "centuries" => months(1_200),
        "millennium" | "millenniums" | "millennia" => months(12_000),
        _ => None,
    }
}

/// Digits with an optional fraction from the start of `text`, in billionths, and what follows.
fn take_number(text: &str) -> Option<(i128, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 || whole.len() > 18 || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some((whole * BILLION + nine.parse::<i128>().ok()?, rest))
}

/// `[sign] number unit` and `[sign] hours:minutes[:seconds]`, any number of them.
fn parse_words(text: &str) -> Option<Interval> {
    let mut total = Interval::default();
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    // In Go's form one sign stands for all parts: -1h30m.
    let mut sticky_sign = 1;
    while !rest.is_empty() {
        let spaced = rest.starts_with(' ');
        rest = rest.trim_start();
        if rest.eq_ignore_ascii_case("ago") {
            return Some(total.neg());
        }
        let signed = rest.starts_with(['-', '+']);
        let mut sign = if rest.starts_with('-') { -1 } else { 1 };
        if signed {
            rest = rest.get(1..)?.trim_start();
            sticky_sign = sign;
        } else if !spaced {
            sign = sticky_sign;
        }
        let (number, after) = take_number(rest)?;
        let (part, after) = if after.starts_with(':') {
            take_clock(number, after)?
        } else if let Some(months) = after.strip_prefix('-') {
            let (months, after) = take_number(months)?;
            (of_unit("y", number)?.plus(of_unit("mon", months)?), after)
        } else {
            let unit_text = after.trim_start();
            let end = unit_text.find(|c: char| !c.is_alphabetic()).unwrap_or(unit_text.len());
            let (unit, after) = unit_text.split_at(end);
            (of_unit(&unit.to_lowercase(), number)?, after)
        };
        total = total.plus(if sign < 0 { part.neg() } else { part });
        rest = after;
    }
    Some(total)
}

/// The rest of `hours:minutes[:seconds]`.
fn take_clock(hours: i128, text: &str) -> Option<(Interval, &str)> {
    let (minutes, after) = take_number(text.strip_prefix(':')?)?;
    let (seconds, after) = match after.strip_prefix(':') {
        Some(rest) => take_number(rest)?,
        None => (0, after),
    };
    let part = of_unit("h", hours)?.plus(of_unit("m", minutes)?).plus(of_unit("s", seconds)?);
    Some((part, after))
}

/// `P1Y2M3DT4H5M6S`.
fn parse_iso(text: &str) -> Option<Interval> {
    let negative = text.starts_with('-');
    let mut rest = text.trim_start_matches('-').strip_prefix('P')?;
    let mut total = Interval::default();
    let mut in_time = false;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            in_time = true;
            rest = after;
            continue;
        }
        let minus = rest.starts_with('-');
        let (number, after) = take_number(rest.trim_start_matches('-'))?;
        let unit = match (after.chars().next()?, in_time) {
            ('Y', false) => "y",
            ('M', false) => "mon",
            ('W', false) => "w",
            ('D', false) => "d",
            ('H', true) => "h",
            ('M', true) => "m",
            ('S', true) => "s",
            _ => return None,
        };
        total = total.plus(of_unit(unit, if minus { -number } else { number })?);
        rest = after.get(1..)?;
    }
    Some(if negative { total.neg() } else { total })
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("00:00:00");
        }
        let mut separator = "";
        for (value, unit) in
            [(self.months / 12, "year"), (self.months % 12, "mon"), (self.days, "day")]
        {
            if value != 0 {
                let plural = if value == 1 { "" } else { "s" };
                write!(f, "{separator}{value} {unit}{plural}")?;
                separator = " ";
            }
        }
        if self.nanos == 0 {
            return Ok(());
        }
        let sign = if self.nanos < 0 {
            "-"
        } else if self.months < 0 || self.days < 0 {
            "+"
        } else {
            ""
        };
        let micros = self.nanos.unsigned_abs() / NANOS_PER_MICRO.unsigned_abs();
        let (secs, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
        write!(f, "{separator}{sign}{hours:02}:{minutes:02}:{secs:02}")?;
        super::time::write_fraction(f, fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        Interval::parse(text).unwrap().to_string()
    }

    #[test]
    fn reads_every_form() {
        assert_eq!(
            text("1 year 2 months 3 days 4 hours 5 minutes 6.5 seconds"),
            "1 year 2 mons 3 days 04:05:06.5"
        );
        assert_eq!(text("P1Y2M3DT4H5M6.5S"), "1 year 2 mons 3 days 04:05:06.5");
        assert_eq!(text("1-2 3 4:05:06.5"), "1 year 2 mons 04:05:09.5");
        assert_eq!(text("-10s"), "-00:00:10");
        assert_eq!(text("-1h30m"), "-01:30:00");
        assert_eq!(text("1.5 days"), "1 day 12:00:00");
        assert_eq!(text("1 mon 1 day 1s"), "1 mon 1 day 00:00:01");
        assert_eq!(text("-1 day 2 hours"), "-1 days +02:00:00");
        assert_eq!(text("25h"), "25:00:00");
        assert_eq!(text("10"), "00:00:10");
        assert_eq!(text("0s"), "00:00:00");
        assert_eq!(text("1 hour ago"), "-01:00:00");
        assert!(Interval::parse("x").is_err() && Interval::parse("").is_err());
        assert!(Interval::parse("1 fortnight").is_err());
    }

    #[test]
    fn scales_down_into_finer_parts() {
        let month = Interval { months: 1, ..Interval::default() };
        assert_eq!(month.scale(1, 2).to_string(), "15 days");
        assert_eq!(Interval::parse("3 days").unwrap().scale(1, 2).to_string(), "1 day 12:00:00");
        assert_eq!(Interval::parse("1h").unwrap().scale(3, 1).to_string(), "03:00:00");
    }

    #[test]
    fn a_month_is_thirty_days_in_order() {
        let month = Interval { months: 1, ..Interval::default() };
        assert!(compare(&month, &Interval { days: 30, ..Interval::default() }).is_eq());
    }
}
