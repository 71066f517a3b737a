//! Times, lengths of time and sizes in words.
//!
//! ```text
//!   Fri 1 Apr 2022   06:42:00   06:42   2022-04-01 06:42:00.25   1 h 18 min   4.1 KiB   1 204
//! ```
//!
//! Units: nanoseconds, bytes. All times are shown in UTC. Left out: other display time zones.

use protocol::time::{NANOS_PER_SEC, Nanos};

use crate::num;

const SECS_PER_DAY: i64 = 86_400;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// A moment taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Civil {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    /// Seconds since midnight.
    secs: i64,
    nanos: i64,
}

/// Takes a moment apart. *Source*: Howard Hinnant, "chrono-compatible low-level date algorithms".
fn civil(t: Nanos) -> Civil {
    let secs = t.secs();
    let days = secs.div_euclid(SECS_PER_DAY);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Civil {
        year: yoe + era * 400 + i64::from(month <= 2),
        month: usize::try_from(month).unwrap_or(1),
        day: doy - (153 * mp + 2) / 5 + 1,
        weekday: usize::try_from(days.rem_euclid(7)).unwrap_or(0),
        secs: secs.rem_euclid(SECS_PER_DAY),
        nanos: t.0.rem_euclid(NANOS_PER_SEC),
    }
}

/// `Fri 1 Apr 2022`.
pub(crate) fn date(t: Nanos) -> String {
    format!("{} {}", short_date(t), civil(t).year)
}

/// `Fri 1 Apr`.
pub(crate) fn short_date(t: Nanos) -> String {
    let c = civil(t);
    let weekday = WEEKDAYS.get(c.weekday).unwrap_or(&"");
    let month = MONTHS.get(c.month.saturating_sub(1)).unwrap_or(&"");
    format!("{weekday} {} {month}", c.day)
}

/// `06:42`.
pub(crate) fn minutes(t: Nanos) -> String {
    let c = civil(t);
    format!("{:02}:{:02}", c.secs / 3600, c.secs / 60 % 60)
}

/// `06:42:00`.
pub(crate) fn seconds(t: Nanos) -> String {
    let c = civil(t);
    format!("{}:{:02}", minutes(t), c.secs % 60)
}

/// `2022-04-01 06:42:00.250000000`: as a statement spells it.
pub(crate) fn exact(t: Nanos) -> String {
    format!("{} {}.{:09}", iso_date(t), seconds(t), civil(t).nanos)
}

/// `06:42:00.25`: as many decimals as hundredths of a second need.
pub(crate) fn fine(t: Nanos) -> String {
    match civil(t).nanos / 10_000_000 {
        0 => seconds(t),
        hundredths => format!("{}.{hundredths:02}", seconds(t)),
    }
}

/// `06:42`, with seconds only where there are some.
pub(crate) fn brief(t: Nanos) -> String {
    if civil(t).secs % 60 == 0 { minutes(t) } else { seconds(t) }
}

/// `2022-04-01`.
fn iso_date(t: Nanos) -> String {
    let c = civil(t);
    format!("{:04}-{:02}-{:02}", c.year, c.month, c.day)
}

/// `2022-04-01 06:42:00`, with hundredths where there are some.
pub(crate) fn moment(t: Nanos) -> String {
    format!("{} {}", iso_date(t), fine(t))
}

/// A moment seen from `now`: the time alone on the same day, with the date on another.
pub(crate) fn near(t: Nanos, now: Nanos) -> String {
    if iso_date(t) == iso_date(now) { brief(t) } else { format!("{} {}", short_date(t), brief(t)) }
}

/// A length of time in its two largest units: `1 h 18 min`, `3 min`, `12.5 s`, `340 ms`.
pub(crate) fn duration(d: Nanos) -> String {
    let nanos = d.0.saturating_abs();
    let secs = nanos / NANOS_PER_SEC;
    let two = |big: i64, big_unit: &str, small: i64, small_unit: &str| {
        if small == 0 {
            format!("{big} {big_unit}")
        } else {
            format!("{big} {big_unit} {small} {small_unit}")
        }
    };
    match secs {
        0 if nanos < 1_000_000 => "0 ms".to_owned(),
        0 => format!("{} ms", nanos / 1_000_000),
        1..60 => match nanos / 100_000_000 % 10 {
            0 => format!("{secs} s"),
            tenths => format!("{secs}.{tenths} s"),
        },
        60..600 => two(secs / 60, "min", secs % 60, "s"),
        600..3_600 => format!("{} min", secs / 60),
        3_600..172_800 => two(secs / 3_600, "h", secs / 60 % 60, "min"),
        _ => two(secs / SECS_PER_DAY, "d", secs / 3_600 % 24, "h"),
    }
}

/// A TTL as people say it: whole hours, minutes or seconds; days only from ten on.
pub(crate) fn ttl(secs: i64) -> String {
    match secs {
        864_000.. if secs % 86_400 == 0 => format!("{} d", secs / 86_400),
        3_600.. if secs % 3_600 == 0 => format!("{} h", secs / 3_600),
        60.. if secs % 60 == 0 => format!("{} min", secs / 60),
        _ => format!("{secs} s"),
    }
}

/// When something is due, seen from now: `in 3 min`, `now`, `2 h ago`.
pub(crate) fn due(at: Nanos, now: Nanos) -> String {
    let left = at.since(now);
    match left.0 {
        ..-1_000_000 => format!("{} ago", duration(left)),
        -1_000_000..1_000_000 => "now".to_owned(),
        _ => format!("in {}", duration(left)),
    }
}

/// A size: `812 B`, `4.1 KiB`, `23 MiB`.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    let mut size = num::size(n) / 1024.0;
    let mut unit = 0;
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let unit = UNITS.get(unit).unwrap_or(&"");
    let size = if size < 10.0 { num::tenths(size) } else { num::whole(size.round()).to_string() };
    format!("{size} {unit}")
}

/// A sentence with a capital letter in front.
pub(crate) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        let first = first.to_ascii_uppercase();
        format!("{first}{}", letters.as_str())
    })
}

/// A count with its noun: `1 row`, `3 rows`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Nanos = Nanos(1_648_795_320_250_000_000); // 2022-04-01 06:42:00.25

    #[test]
    fn moments_read_as_people_write_them() {
        assert_eq!(date(T), "Fri 1 Apr 2022");
        assert_eq!(moment(T), "2022-04-01 06:42:00.25");
        assert_eq!(near(T, T.plus(Nanos::from_secs(86_400))), "Fri 1 Apr 06:42");
        assert_eq!(moment(Nanos::from_secs(951_782_400)), "2000-02-29 00:00:00");
        assert_eq!(date(Nanos::from_secs(0)), "Thu 1 Jan 1970");
    }

    #[test]
    fn lengths_keep_two_units() {
        let words = |secs| duration(Nanos::from_secs(secs));
        assert_eq!(duration(Nanos(340_000_000)), "340 ms");
        assert_eq!(duration(Nanos(1_400_000_000)), "1.4 s");
        assert_eq!(words(200), "3 min 20 s");
        assert_eq!(words(4_680), "1 h 18 min");
        assert_eq!(words(90_000), "25 h");
        assert_eq!(words(180_000), "2 d 2 h");
        assert_eq!(due(T, T), "now");
        assert_eq!(due(T.plus(Nanos::from_secs(180)), T), "in 3 min");
    }

    #[test]
    fn sizes_have_one_unit() {
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(4_200), "4.1 KiB");
        assert_eq!(bytes(1_048_575), "1.0 MiB");
    }
}
