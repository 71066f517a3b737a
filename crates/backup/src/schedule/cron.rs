//! Recurrences: crontab lines of five fields, macros, and the moments at which they fire. UTC always.
//!
//! ```text
//!   ┌ minute 0–59   ┌ hour 0–23   ┌ day 1–31   ┌ month 1–12 or jan–dec   ┌ weekday 0–6 or sun–sat
//!   30              2             *            *                         mon-fri        * ? , - / in each field
//! ```
//!
//! Shape: five sets of bits. Where both days are restricted either of them fires, as in cron. A search ends after five
//! years. Units: microseconds since 1970. Errors: `None` for a text that is no recurrence.
//!
//! Ours, not a crate's: the crates on offer stand on chrono's zones or regex and cost 20 to 60 kB of compressed wasm
//! against less than 2 kB here, and none reads exactly what robfig's `ParseStandard` reads, which the real system uses.
//! *Source*: `spec/schedules-and-jobs.md` §1. Left out: time zones other than UTC.

use base::hlc::Timestamp;

use crate::moment::Civil;

const MICROS_PER_SEC: i64 = 1_000_000;
const SECS_PER_DAY: i64 = 86_400;

/// How far ahead a firing is looked for. *Units*: days.
const DAYS_MAX: i64 = 5 * 366;

/// Marks a field that was `*` or `?`: it restricts nothing.
const STAR: u64 = 1 << 63;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Words for whole lines.
const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// A recurrence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cron {
    /// Sets of minutes, hours, days of the month, months, weekdays.
    Fields([u64; 5]),
    /// Again after so many seconds: `@every 90m`.
    Every(i64),
}

impl Cron {
    /// Reads a recurrence; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut text = text.trim();
        if let Some(rest) = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ=")) {
            let (zone, line) = rest.split_once(' ')?;
            if !matches!(zone, "UTC" | "Etc/UTC") {
                return None;
            }
            text = line.trim();
        }
        if let Some(length) = text.strip_prefix("@every ") {
            return Some(Self::Every(seconds(length.trim())?.max(1)));
        }
        let line = if text.starts_with('@') {
            MACROS.iter().find(|(word, _)| *word == text)?.1
        } else {
            text
        };
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
        Some(Self::Fields([
            field(minute, 0, 59, &[])?,
            field(hour, 0, 23, &[])?,
            field(day, 1, 31, &[])?,
            field(month, 1, 12, &MONTHS)?,
            field(weekday, 0, 6, &WEEKDAYS)?,
        ]))
    }

    /// The first firing after a moment; `None` if there is none within five years.
    pub fn next(&self, after_micros: i64) -> Option<i64> {
        let after = after_micros.div_euclid(MICROS_PER_SEC);
        let secs = match self {
            Self::Every(length) => after.checked_add(*length)?,
            Self::Fields(fields) => first_after(fields, after)?,
        };
        secs.checked_mul(MICROS_PER_SEC)
    }

    /// Time between the next two firings. *Units*: seconds.
    pub fn period_secs(&self, now_micros: i64) -> Option<i64> {
        let first = self.next(now_micros)?;
        Some((self.next(first)? - first) / MICROS_PER_SEC)
    }
}

/// The first moment after `after`, in seconds, whose parts are all in their sets.
fn first_after([minutes, hours, days, months, weekdays]: &[u64; 5], after: i64) -> Option<i64> {
    let has = |set: &u64, at: i64| set >> at & 1 == 1;
    // Whole minutes only, the next one at the soonest.
    let start = after.div_euclid(60) + 1;
    let first_day = start.div_euclid(SECS_PER_DAY / 60);
    for day in first_day..first_day + DAYS_MAX {
        let civil = Civil::of(Timestamp::from_secs(day * SECS_PER_DAY));
        // 1970-01-01 was a Thursday.
        let weekday = (day + 4).rem_euclid(7);
        let (in_days, in_weekdays) = (has(days, civil.day), has(weekdays, weekday));
        let fits = if (days | weekdays) & STAR == 0 {
            in_days || in_weekdays
        } else {
            in_days && in_weekdays
        };
        if !fits || !has(months, civil.month) {
            continue;
        }
        let from = if day == first_day { start.rem_euclid(SECS_PER_DAY / 60) } else { 0 };
        let found = (from..SECS_PER_DAY / 60)
            .find(|minute| has(hours, minute / 60) && has(minutes, minute % 60));
        if let Some(minute) = found {
            return Some(day * SECS_PER_DAY + minute * 60);
        }
    }
    None
}

/// The set that a field names: a comma list of ranges.
fn field(text: &str, low: i64, high: i64, names: &[&str]) -> Option<u64> {
    text.split(',').try_fold(0, |set, part| Some(set | range(part, low, high, names)?))
}

/// `*`, `5`, `1-5`, `*/10`, `20-40/5`, `5/15` (from 5 on).
fn range(text: &str, low: i64, high: i64, names: &[&str]) -> Option<u64> {
    let (span, step) = match text.split_once('/') {
        Some((span, step)) => (span, Some(number(step)?)),
        None => (text, None),
    };
    let value = |word: &str| match names.iter().position(|name| word.eq_ignore_ascii_case(name)) {
        Some(at) => Some(low + base::num::to_i64(at)),
        None => number(word),
    };
    let mut star = 0;
    let (start, end) = if matches!(span, "*" | "?") {
        star = if step.is_none_or(|step| step == 1) { STAR } else { 0 };
        (low, high)
    } else if let Some((start, end)) = span.split_once('-') {
        (value(start)?, value(end)?)
    } else {
        let start = value(span)?;
        (start, if step.is_some() { high } else { start })
    };
    let step = step.unwrap_or(1);
    if start < low || end > high || start > end || step == 0 {
        return None;
    }
    let mut set = star;
    let mut at = start;
    while at <= end {
        set |= 1 << at;
        at += step;
    }
    Some(set)
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() < 6 && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// `1h30m`, `90s`: whole parts only.
fn seconds(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit())?;
        let count = number(rest.get(..unit_at)?)?;
        let unit = match rest.as_bytes().get(unit_at)? {
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        total = total.checked_add(count * unit)?;
        rest = rest.get(unit_at + 1..)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::plain_text;

    /// The next `n` firings after 2022-04-01 02:00 (a Friday), without seconds.
    fn fires(text: &str, n: usize) -> Vec<String> {
        let cron = Cron::parse(text).unwrap();
        let mut at = 1_648_778_400 * MICROS_PER_SEC;
        let mut found = Vec::new();
        for _ in 0..n {
            at = cron.next(at).unwrap();
            let text = plain_text(Timestamp::from_wall(at * 1000));
            found.push(text.strip_suffix(":00").unwrap().to_owned());
        }
        found
    }

    #[test]
    fn macros_fire_at_their_hours() {
        assert_eq!(fires("@hourly", 2), ["2022-04-01 03:00", "2022-04-01 04:00"]);
        assert_eq!(fires("@daily", 2), ["2022-04-02 00:00", "2022-04-03 00:00"]);
        assert_eq!(fires("@weekly", 1), ["2022-04-03 00:00"]);
        assert_eq!(fires("@monthly", 1), ["2022-05-01 00:00"]);
        assert_eq!(fires("@yearly", 2), ["2023-01-01 00:00", "2024-01-01 00:00"]);
    }

    #[test]
    fn fields_are_sets() {
        assert_eq!(fires("1 0 * * *", 1), ["2022-04-02 00:01"]);
        assert_eq!(
            fires("*/20 2 * * *", 3).join(" "),
            "2022-04-01 02:20 2022-04-01 02:40 2022-04-02 02:00"
        );
        assert_eq!(
            fires("30 8-10/2 * * mon-fri", 3).join(" "),
            "2022-04-01 08:30 2022-04-01 10:30 2022-04-04 08:30"
        );
        // Both days restricted: either fires. The 13th or a Sunday.
        assert_eq!(
            fires("0 0 13 * SUN", 3).join(" "),
            "2022-04-03 00:00 2022-04-10 00:00 2022-04-13 00:00"
        );
        assert_eq!(fires("0 0 29 2 *", 1), ["2024-02-29 00:00"]);
        assert_eq!(fires("@every 1h30m", 1), ["2022-04-01 03:30"]);
    }

    #[test]
    fn what_is_no_recurrence() {
        for text in [
            "",
            "daily",
            "@fortnightly",
            "* * * *",
            "60 * * * *",
            "* * 0 * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "* * * * 7",
            "* * * 13 *",
            "a b c d e",
            "@every soon",
            "CRON_TZ=Mars/Olympus * * * * *",
        ] {
            assert_eq!(Cron::parse(text), None, "{text}");
        }
        assert_eq!(Cron::parse("0 0 30 2 *").unwrap().next(0), None);
    }
}
