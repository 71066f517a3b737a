//! Moments and lengths of time as people write them.
//!
//! ```text
//!   2022-04-01T02:00:00.5Z   2022-04-01 02:00   10:31   10:31:05.25      moments
//!   26h   1h30m   10s   500ms   2d   90                                  lengths (a bare number is seconds)
//! ```
//!
//! Units: nanoseconds since 1970 UTC. Left out: time zones other than a fixed offset `+02:00`; leap seconds.

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::num;
use protocol::time::Nanos;

const SECS_PER_DAY: i64 = 86_400;

/// Days since 1970-01-01 of a date of the Gregorian calendar.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of days since 1970-01-01.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// RFC 3339 with nine digits of a second: `2022-04-01T02:00:00.000000000Z`.
pub fn rfc3339(at: Timestamp) -> String {
    let (date, time, nanos) = parts(at.wall);
    format!("{date}T{time}.{nanos:09}Z")
}

/// The same of a time that has crossed a process.
pub fn stamp(at: Nanos) -> String {
    rfc3339(Timestamp::from_wall(at.0))
}

/// Date and time to the second, for people: `2022-04-01 02:00:00`.
pub fn short(at: Timestamp) -> String {
    let (date, time, _) = parts(at.wall);
    format!("{date} {time}")
}

fn parts(wall: i64) -> (String, String, i64) {
    let secs = wall.div_euclid(NANOS_PER_SEC);
    let (year, month, day) = civil_from_days(secs.div_euclid(SECS_PER_DAY));
    let of_day = secs.rem_euclid(SECS_PER_DAY);
    (
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60),
        wall.rem_euclid(NANOS_PER_SEC),
    )
}

/// A length as people say it: `25h`, `10m`, `1h 30m`, `12.5s`, `3ms`.
pub fn length(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.checked_abs().unwrap_or(i64::MAX);
    let secs = nanos / NANOS_PER_SEC;
    let rest = nanos % NANOS_PER_SEC;
    if secs == 0 {
        return if nanos % 1_000_000 == 0 {
            format!("{sign}{}ms", nanos / 1_000_000)
        } else {
            format!("{sign}{nanos}ns")
        };
    }
    let mut parts: Vec<String> = Vec::new();
    for (unit, size) in [("d", SECS_PER_DAY), ("h", 3600), ("m", 60)] {
        // Two days and more are said in days; 25 hours and 36 hours are said in hours.
        let count = match unit {
            "d" if secs < 2 * SECS_PER_DAY => 0,
            "h" if secs < 2 * SECS_PER_DAY => secs / 3600,
            "h" => secs % SECS_PER_DAY / 3600,
            "m" => secs % 3600 / 60,
            _ => secs / size,
        };
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
    }
    let (last, millis) = (secs % 60, rest / 1_000_000);
    if secs < 60 && millis > 0 {
        parts.push(format!("{last}.{}s", format!("{millis:03}").trim_end_matches('0')));
    } else if last > 0 {
        parts.push(format!("{last}s"));
    }
    format!("{sign}{}", parts.join(" "))
}

/// Reads a length: `26h`, `1h30m`, `500ms`, `2d`; a bare number is seconds. `None` if it is none.
pub fn parse_length(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit_end =
            tail.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at(unit_end);
        let size = unit_nanos(unit)?;
        total = total.checked_add(scaled(number, size)?)?;
        rest = after.trim_start();
    }
    Some(total)
}

fn unit_nanos(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "" | "s" | "sec" | "secs" => NANOS_PER_SEC,
        "m" | "min" | "mins" => 60 * NANOS_PER_SEC,
        "h" | "hour" | "hours" => 3600 * NANOS_PER_SEC,
        "d" | "day" | "days" => SECS_PER_DAY * NANOS_PER_SEC,
        "w" => 7 * SECS_PER_DAY * NANOS_PER_SEC,
        _ => return None,
    })
}

/// `number` with up to nine decimals, times `size`, in whole nanoseconds; no float takes part.
fn scaled(number: &str, size: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(size)?;
    if !fraction.is_empty() {
        let scale = 10_i64.checked_pow(num::to_u32(fraction.len()))?;
        let part: i64 = fraction.parse().ok()?;
        nanos = nanos.checked_add(
            i64::try_from(i128::from(part) * i128::from(size) / i128::from(scale)).ok()?,
        )?;
    }
    Some(nanos)
}

/// Reads a moment. A time of day alone is taken on the day of `now`. `None` if it is no moment.
pub fn parse_moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(length) = text.strip_prefix('+') {
        return Some(now.add_nanos(parse_length(length)?));
    }
    if let Some(length) = text.strip_prefix('-') {
        return Some(now.add_nanos(-parse_length(length)?));
    }
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (Some(date), time),
        None if text.contains(':') => (None, text),
        None => (Some(text), "00:00"),
    };
    let days = match date {
        Some(date) => parse_date(date)?,
        None => now.wall.div_euclid(NANOS_PER_SEC).div_euclid(SECS_PER_DAY),
    };
    let (time, offset_secs) = split_offset(time.trim())?;
    let nanos = parse_time_of_day(time)?;
    let wall = days
        .checked_mul(SECS_PER_DAY)?
        .checked_sub(offset_secs)?
        .checked_mul(NANOS_PER_SEC)?
        .checked_add(nanos)?;
    (wall > 0).then(|| Timestamp::from_wall(wall))
}

fn parse_date(text: &str) -> Option<i64> {
    let mut fields = text.splitn(3, '-');
    let year: i64 = fields.next()?.parse().ok()?;
    let month: i64 = fields.next()?.parse().ok()?;
    let day: i64 = fields.next()?.parse().ok()?;
    let days = days_from_civil(year, month, day);
    // A date that does not come back as itself (February 30) is none.
    ((1970..=2261).contains(&year) && civil_from_days(days) == (year, month, day)).then_some(days)
}

/// Takes `Z`, `+02`, `+02:00` or `-0330` off the end.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(plain) = time.strip_suffix(['Z', 'z']) {
        return Some((plain, 0));
    }
    let Some(at) = time.find(['+', '-']) else { return Some((time, 0)) };
    let sign = if time[at..].starts_with('-') { -1 } else { 1 };
    let digits: String = time[at + 1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse::<i64>().ok()?),
        _ => return None,
    };
    Some((time[..at].trim_end(), sign * (hours * 3600 + minutes * 60)))
}

fn parse_time_of_day(text: &str) -> Option<i64> {
    let mut fields = text.splitn(3, ':');
    let hours: i64 = fields.next()?.parse().ok()?;
    let minutes: i64 = fields.next()?.parse().ok()?;
    let seconds = fields.next().unwrap_or("0");
    let nanos = scaled(seconds, NANOS_PER_SEC)?;
    let fits = (0..24).contains(&hours)
        && (0..60).contains(&minutes)
        && (0..60 * NANOS_PER_SEC).contains(&nanos);
    fits.then(|| (hours * 3600 + minutes * 60) * NANOS_PER_SEC + nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_as_written() {
        let at = parse_moment("2022-04-01T02:00:00.000000005Z", Timestamp::ZERO).unwrap();
        assert_eq!(at.wall, 1_648_778_400_000_000_005);
        assert_eq!(rfc3339(at), "2022-04-01T02:00:00.000000005Z");
        assert_eq!(
            parse_moment("2022-04-01 04:00+02:00", at),
            Some(Timestamp::from_secs(1_648_778_400))
        );
        assert_eq!(short(parse_moment("10:31", at).unwrap()), "2022-04-01 10:31:00");
        assert_eq!(short(parse_moment("2024-02-29", at).unwrap()), "2024-02-29 00:00:00");
        assert_eq!(parse_moment("2023-02-29", at), None);
        assert_eq!(parse_moment("25:00", at), None);
        assert_eq!(parse_moment("+1h", at), Some(at.add_nanos(3600 * NANOS_PER_SEC)));
    }

    #[test]
    fn lengths_both_ways() {
        for (text, said) in [
            ("26h", "26h"),
            ("1h30m", "1h 30m"),
            ("90", "1m 30s"),
            ("500ms", "500ms"),
            ("1.5s", "1.5s"),
            ("3d 2h", "3d 2h"),
        ] {
            assert_eq!(length(parse_length(text).unwrap()), said);
        }
        assert_eq!(parse_length("ten minutes"), None);
        assert_eq!(parse_length(""), None);
    }
}
