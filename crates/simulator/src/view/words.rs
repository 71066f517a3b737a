//! Lengths, sizes and moments as the page's words say them.

use base::hlc::{NANOS_PER_SEC, Timestamp};

use crate::calendar;

/// A length to the coarseness that a reader wants: `1 h 18 min`, `3 min`, `12 s`, `2 d 4 h`.
pub(crate) fn length(nanos: i64) -> String {
    let secs = nanos.max(0) / NANOS_PER_SEC;
    let pair = |big: i64, big_unit: &str, small: i64, small_unit: &str| {
        if small == 0 {
            format!("{big} {big_unit}")
        } else {
            format!("{big} {big_unit} {small} {small_unit}")
        }
    };
    match secs {
        0..60 => format!("{secs} s"),
        60..600 => pair(secs / 60, "min", secs % 60, "s"),
        600..3600 => format!("{} min", secs / 60),
        3600..172_800 => pair(secs / 3600, "h", secs % 3600 / 60, "min"),
        _ => pair(secs / 86_400, "d", secs % 86_400 / 3600, "h"),
    }
}

/// A length as TTLs are set: `25 h`, `90 min`, `600 s`.
pub(crate) fn ttl(secs: i64) -> String {
    if secs >= 7200 && secs % 3600 == 0 {
        format!("{} h", secs / 3600)
    } else if secs >= 120 && secs % 60 == 0 {
        format!("{} min", secs / 60)
    } else {
        format!("{secs} s")
    }
}

/// `4.1 KiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_mul(10) / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// `1 file`, `3 files`.
pub(crate) fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// The time of day: `05:00`, with seconds if there are any.
pub(crate) fn time_of_day(at: Timestamp) -> String {
    let text = calendar::short(at);
    let time = &text[11..];
    time.strip_suffix(":00").unwrap_or(time).to_owned()
}

/// A name as a statement spells it: quoted where it must be.
pub(crate) fn quoted(name: &str) -> String {
    let plain = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A text as a string constant.
pub(crate) fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(length(4_680 * NANOS_PER_SEC), "1 h 18 min");
        assert_eq!(length(90 * NANOS_PER_SEC), "1 min 30 s");
        assert_eq!(ttl(90_000), "25 h");
        assert_eq!(ttl(5_400), "90 min");
        assert_eq!(size(4_200), "4.1 KiB");
        assert_eq!(quoted("odd name"), "\"odd name\"");
        assert_eq!(time_of_day(Timestamp::from_secs(1_648_778_400)), "02:00");
    }
}
