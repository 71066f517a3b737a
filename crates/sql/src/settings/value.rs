//! Values of cluster settings: their kinds and their texts.
//!
//! | kind | letter | row holds | printed |
//! |---|---|---|---|
//! | bool | b | `true` | `true` |
//! | int | i | `3` | `3` |
//! | float | f | `0.05` | `0.05` |
//! | duration | d | `1h2m0s` | `01:02:00` |
//! | size | z | `134217728` | `128 MiB` |
//! | string | s | the text | the text |
//!
//! *Errors*: 22023 with the setting's name, as the real system prints them.

use base::sqlstate::SqlState;

use crate::catalog::error::Error;
use crate::types::time::TextCx;
use crate::types::{Datum, Interval, Type};

/// What a setting may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A length of time.
    Duration,
    /// A number of bytes.
    Size,
    /// A text.
    Text,
    /// One of a few words.
    Enum,
    /// The cluster's version.
    Version,
}

impl Kind {
    /// The letter in `system.settings.valueType` and SHOW CLUSTER SETTINGS.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Bool => "b",
            Self::Int => "i",
            Self::Float => "f",
            Self::Duration => "d",
            Self::Size => "z",
            Self::Text => "s",
            Self::Enum => "e",
            Self::Version => "m",
        }
    }

    /// The SQL type of SHOW CLUSTER SETTING's one column.
    pub const fn sql_type(self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::INT,
            Self::Float => Type::FLOAT,
            Self::Duration => Type::Interval,
            Self::Size | Self::Text | Self::Enum | Self::Version => Type::STRING,
        }
    }

    const fn wanted(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Duration => "interval",
            Self::Size | Self::Text | Self::Enum | Self::Version => "string",
        }
    }
}

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// *Units*: nanoseconds.
    Duration(i64),
    /// *Units*: bytes.
    Size(i64),
    /// A text, a word, a version.
    Text(String),
}

const NANOS: i64 = 1_000_000_000;

impl Value {
    /// The value that a row's text holds.
    pub fn decode(kind: Kind, text: &str) -> Option<Self> {
        Some(match kind {
            Kind::Bool => Self::Bool(text == "true"),
            Kind::Int => Self::Int(text.parse().ok()?),
            Kind::Float => Self::Float(text.parse().ok()?),
            Kind::Duration => Self::Duration(parse_go_duration(text)?),
            Kind::Size => Self::Size(text.parse().ok()?),
            Kind::Text | Kind::Enum | Kind::Version => Self::Text(text.to_owned()),
        })
    }

    /// The text that a row holds.
    pub fn encode(&self) -> String {
        match self {
            Self::Bool(on) => on.to_string(),
            Self::Int(n) | Self::Size(n) => n.to_string(),
            Self::Float(x) => Datum::Float(*x).to_text(),
            Self::Duration(nanos) => go_duration(*nanos),
            Self::Text(text) => text.clone(),
        }
    }

    /// What SHOW CLUSTER SETTING answers.
    pub fn datum(&self) -> Datum {
        match self {
            Self::Bool(on) => Datum::Bool(*on),
            Self::Int(n) => Datum::Int(*n),
            Self::Float(x) => Datum::Float(*x),
            Self::Duration(nanos) => {
                Datum::Interval(Interval { nanos: *nanos, ..Default::default() })
            }
            Self::Size(n) => Datum::from(size_text(*n)),
            Self::Text(text) => Datum::from(text.as_str()),
        }
    }

    /// What SHOW CLUSTER SETTINGS prints.
    pub fn shown(&self) -> String {
        match self {
            Self::Size(n) => size_text(*n),
            Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Duration(_) | Self::Text(_) => {
                self.encode()
            }
        }
    }

    /// The value that a user gives in SET CLUSTER SETTING.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only strings are texts here")]
    pub fn of_datum(name: &str, kind: Kind, datum: &Datum) -> Result<Self, Error> {
        let text = || match datum {
            Datum::String(text) => Some(text.to_string()),
            _ => None,
        };
        let made = match kind {
            Kind::Bool => match datum {
                Datum::Bool(on) => Some(Self::Bool(*on)),
                _ => text().and_then(|text| parse_bool(&text)).map(Self::Bool),
            },
            Kind::Int => match datum {
                Datum::Int(n) => Some(Self::Int(*n)),
                _ => text().and_then(|text| text.trim().parse().ok()).map(Self::Int),
            },
            Kind::Float => datum.to_text().parse().ok().map(Self::Float),
            Kind::Duration => match datum {
                Datum::Interval(span) => Some(Self::Duration(interval_nanos(span))),
                _ => text().and_then(|text| parse_duration(&text)).map(Self::Duration),
            },
            Kind::Size => match datum {
                Datum::Int(n) => Some(Self::Size(*n)),
                _ => text().and_then(|text| parse_size(&text)).map(Self::Size),
            },
            Kind::Text | Kind::Enum | Kind::Version => text().map(Self::Text),
        };
        made.ok_or_else(|| refuse(name, kind, datum))
    }
}

fn refuse(name: &str, kind: Kind, datum: &Datum) -> Error {
    let (wanted, found) = (kind.wanted(), datum.ty().to_string().to_lowercase());
    let message = match (kind, datum) {
        (Kind::Duration, Datum::String(text)) => {
            format!("could not parse \"{text}\" as type interval: interval: missing unit")
        }
        (Kind::Bool | Kind::Int | Kind::Float, Datum::String(text)) => {
            format!("could not parse \"{text}\" as type {wanted}")
        }
        (Kind::Size, Datum::String(text)) => {
            format!("invalid cluster setting '{name}': could not parse \"{text}\" as a byte size")
        }
        _ => format!("argument of {name} must be type {wanted}, not type {found}"),
    };
    let code = if matches!(datum, Datum::String(_)) {
        SqlState::INVALID_TEXT_REPRESENTATION
    } else {
        SqlState::DATATYPE_MISMATCH
    };
    Error::refused(code, message)
}

fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "on" | "yes" | "1" => Some(true),
        "false" | "f" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn interval_nanos(span: &Interval) -> i64 {
    let days = i64::from(span.months) * 30 + i64::from(span.days);
    days.saturating_mul(86_400 * NANOS).saturating_add(span.nanos)
}

/// `10s`, `1h30m`, `2 days`, `01:30:00`: what an interval may be.
fn parse_duration(text: &str) -> Option<i64> {
    parse_go_duration(text).or_else(|| match Type::Interval.parse_text(text, &TextCx::default()) {
        Ok(Datum::Interval(span)) => Some(interval_nanos(&span)),
        Ok(_) | Err(_) => None,
    })
}

/// Go's form: `1h2m3.5s`, `-5m`, `0s`.
fn parse_go_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (mut rest, negative) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let unit_nanos = match unit {
            "h" => 3600 * NANOS,
            "m" => 60 * NANOS,
            "s" => NANOS,
            "ms" => 1_000_000,
            "us" | "µs" => 1_000,
            "ns" => 1,
            "d" => 86_400 * NANOS,
            _ => return None,
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        nanos = nanos.checked_add(whole.checked_mul(unit_nanos)?)?;
        if !part.is_empty() {
            let shown = part.get(..part.len().min(9))?;
            let scale = 10_i64.checked_pow(u32::try_from(shown.len()).ok()?)?;
            nanos =
                nanos.checked_add(shown.parse::<i64>().ok()?.checked_mul(unit_nanos / scale)?)?;
        }
        rest = tail;
    }
    Some(if negative { -nanos } else { nanos })
}

/// Nanoseconds in Go's form.
pub fn go_duration(nanos: i64) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    let sign = if nanos < 0 { "-" } else { "" };
    let all = nanos.unsigned_abs();
    let second = NANOS.unsigned_abs();
    if all < second {
        let (unit, name) = match all {
            n if n >= 1_000_000 => (1_000_000, "ms"),
            n if n >= 1_000 => (1_000, "µs"),
            _ => (1, "ns"),
        };
        return format!("{sign}{}{name}", decimal(all, unit));
    }
    let (hours, minutes, rest) =
        (all / (3600 * second), all / (60 * second) % 60, all % (60 * second));
    let seconds = decimal(rest, second);
    if hours > 0 {
        format!("{sign}{hours}h{minutes}m{seconds}s")
    } else if minutes > 0 {
        format!("{sign}{minutes}m{seconds}s")
    } else {
        format!("{sign}{seconds}s")
    }
}

/// `n / unit` without trailing zeros; `unit` is a power of ten.
fn decimal(n: u64, unit: u64) -> String {
    let (whole, part) = (n / unit, n % unit);
    if part == 0 {
        return whole.to_string();
    }
    let width = unit.to_string().len() - 1;
    let digits = format!("{part:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// `128 MiB`: at most one digit after the point, as the real system prints sizes.
pub fn size_text(bytes: i64) -> String {
    if bytes < 0 {
        return format!("-{}", size_text(bytes.saturating_neg()));
    }
    let mut unit = 0;
    let mut tenths = bytes.saturating_mul(10);
    if bytes < i64::MAX / 10 {
        while tenths >= 10_240 && unit + 1 < UNITS.len() {
            tenths = (tenths + 512) / 1024;
            unit += 1;
        }
    }
    let name = UNITS.get(unit).copied().unwrap_or("B");
    if tenths % 10 == 0 || tenths >= 100 && unit > 0 {
        format!("{} {name}", (tenths + 5) / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// `64MiB`, `1.5 GB`, `1024`.
fn parse_size(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: i64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "kb" => 1_000,
        "m" | "mib" => 1 << 20,
        "mb" => 1_000_000,
        "g" | "gib" => 1 << 30,
        "gb" => 1_000_000_000,
        "t" | "tib" => 1 << 40,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let mut bytes = whole.parse::<i64>().ok()?.checked_mul(factor)?;
    if !part.is_empty() {
        let shown = part.get(..part.len().min(6))?;
        let scale = 10_i64.checked_pow(u32::try_from(shown.len()).ok()?)?;
        bytes = bytes.checked_add(shown.parse::<i64>().ok()?.checked_mul(factor)? / scale)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_go_both_ways() {
        for text in ["0s", "1h0m0s", "336h0m0s", "1m0s", "1.5s", "30s", "100ms"] {
            assert_eq!(go_duration(parse_go_duration(text).unwrap()), text);
        }
        assert_eq!(parse_go_duration("7d"), Some(7 * 86_400 * NANOS));
        assert_eq!(parse_go_duration("soon"), None);
    }

    #[test]
    fn sizes_are_read_and_printed() {
        assert_eq!(size_text(134_217_728), "128 MiB");
        assert_eq!(size_text(1 << 40), "1.0 TiB".replace(".0", ""));
        assert_eq!(size_text(512), "512 B");
        assert_eq!(size_text(1536), "1.5 KiB");
        assert_eq!(parse_size("64MiB"), Some(64 << 20));
        assert_eq!(parse_size("1.5 KiB"), Some(1536));
        assert_eq!(parse_size("big"), None);
    }
}
