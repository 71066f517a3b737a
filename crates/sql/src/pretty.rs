//! Keys in words: `/Table/106/1/2/0`.
//!
//! | key | text |
//! |---|---|
//! | `f2 89 8a 88` | `/Table/106/1/2/0` |
//! | `fe 8d b2 89` | `/Tenant/5/Table/42/1` |
//! | nothing, `ff ff` | `/Min`, `/Max` |
//! | `f2 89` to `f2 8b` | `/Table/106/{1-3}` |
//!
//! Shape: without the descriptor nothing is known of directions and types, so descending numbers come out as if
//! ascending, and what cannot be read is quoted. Source: `spec/keys-and-values.md` §7.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::fmt::Write;

use base::span::Span;

use crate::row::key::{self as datum_key};
use crate::row::part;
use crate::types::{Datum, Type, float, time};

/// The text of a key.
pub fn key(key: &[u8]) -> String {
    match key {
        [] => return "/Min".to_owned(),
        [0xff, 0xff] => return "/Max".to_owned(),
        [0x02, rest @ ..] => return local("/Meta1", rest),
        [0x03, rest @ ..] => return local("/Meta2", rest),
        [0x04, rest @ ..] => return local("/System", rest),
        _ => {}
    }
    let mut out = String::new();
    let mut rest = key;
    if rest.first() == Some(&0xfe) {
        let mut after = rest.get(1..).unwrap_or_default();
        if let Some(tenant) = part::take_uvarint(&mut after) {
            // Writing to a string cannot fail.
            let _ = write!(out, "/Tenant/{tenant}");
            rest = after;
        }
        if rest.is_empty() {
            return out;
        }
    }
    out.push_str("/Table");
    let mut depth = 0;
    while !rest.is_empty() {
        out.push('/');
        push_part(&mut out, &mut rest, depth);
        depth += 1;
    }
    out
}

/// The text of a key before the tables.
fn local(name: &str, rest: &[u8]) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name}/{}", quoted(rest)) }
}

/// The text of a key with a moment behind it: `<key>/<seconds>.<9 digits>,<logical>`.
pub fn key_at(bytes: &[u8], ts: base::hlc::Timestamp) -> String {
    format!("{}/{ts}", key(bytes))
}

/// The text of a span: common text, then `{a-b}`.
pub fn span(span: &Span) -> String {
    let (start, end) = (key(&span.start), key(&span.end));
    let common = start
        .char_indices()
        .zip(end.chars())
        .find(|((_, a), b)| a != b)
        .map_or(start.len().min(end.len()), |((at, _), _)| at);
    let (head, from) = start.split_at(common);
    let to = end.get(common..).unwrap_or_default();
    format!("{head}{{{from}-{to}}}")
}

/// Writes the next part and moves past it.
fn push_part(out: &mut String, rest: &mut &[u8], depth: usize) {
    let Some(marker) = rest.first().copied() else { return };
    let before = *rest;
    let text = match marker {
        part::NULL | part::NULL_DESC => one(rest, "NULL"),
        0x01 | 0xfe => one(rest, "!NULL"),
        0x02..=0x06 => part::take_float(rest, false).map(float_text),
        part::BYTES | part::BYTES_DESC => {
            part::take_byte(rest);
            part::take_escaped(rest, marker == part::BYTES_DESC).map(|body| quoted(&body))
        }
        part::TIME => moment(rest),
        part::INTERVAL => datum(rest, &Type::Interval),
        0x18..=0x36 => part::take_decimal(rest, false).map(|value| value.to_string()),
        part::BITS | part::BITS_DESC => {
            let desc = marker == part::BITS_DESC;
            datum_key::decode(rest, &Type::Bit { varying: true, width: 0 }, desc)
                .ok()
                .map(|value| format!("B{}", value.to_text()))
        }
        part::TIMETZ => datum(rest, &Type::TimeTz(None)),
        part::ARRAY | part::ARRAY_DESC => array(rest, marker == part::ARRAY_DESC),
        0x80..=0xfd if depth == 0 => part::take_uvarint(rest).map(|id| id.to_string()),
        0x80..=0xfd => part::take_int(rest).map(|value| value.to_string()),
        _ => None,
    };
    if let Some(text) = text {
        out.push_str(&text);
    } else {
        out.push_str(&quoted(before));
        *rest = &[];
    }
}

fn one(rest: &mut &[u8], text: &str) -> Option<String> {
    part::take_byte(rest)?;
    Some(text.to_owned())
}

fn datum(rest: &mut &[u8], ty: &Type) -> Option<String> {
    datum_key::decode(rest, ty, false).ok().map(|value| value.to_text())
}

fn float_text(value: f64) -> String {
    if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        float::to_text(value, false)
    }
}

/// RFC 3339 with as many decimals as there are, in UTC.
fn moment(rest: &mut &[u8]) -> Option<String> {
    part::take_byte(rest)?;
    let secs = part::take_int(rest)?;
    let nanos = part::take_int(rest)?;
    // A descending moment has complements here: whole seconds borrow from below zero.
    let secs = secs.checked_add(nanos.div_euclid(1_000_000_000))?;
    let nanos = nanos.rem_euclid(1_000_000_000);
    let text = time::timestamp_text(secs.checked_mul(time::MICROS_PER_SEC)?).replacen(' ', "T", 1);
    if nanos == 0 {
        return Some(text + "Z");
    }
    let digits = format!("{nanos:09}");
    Some(format!("{text}.{}Z", digits.trim_end_matches('0')))
}

fn array(rest: &mut &[u8], desc: bool) -> Option<String> {
    part::take_byte(rest)?;
    let (end, null) = if desc { (0xff, 0xfe) } else { (0x00, 0x01) };
    let mut parts = Vec::new();
    loop {
        match *rest.first()? {
            marker if marker == end => {
                part::take_byte(rest);
                return Some(format!("ARRAY[{}]", parts.join(",")));
            }
            marker if marker == null => {
                part::take_byte(rest);
                parts.push("NULL".to_owned());
            }
            part::ARRAY | part::ARRAY_DESC => return None,
            _ => {
                let mut text = String::new();
                let before = rest.len();
                push_part(&mut text, rest, 1);
                if rest.len() == before {
                    return None;
                }
                parts.push(text);
            }
        }
    }
}

/// Go's quoting: valid UTF-8 that can be seen stays, the rest is escaped.
pub fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_char(&mut out, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

fn push_char(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        c if c < ' ' || c == '\u{7f}' => {
            let _ = write!(out, "\\x{:02x}", u32::from(c));
        }
        c if c.is_control() || c == '\u{ad}' => {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
        c => out.push(c),
    }
}

/// The text of a value as part of a key, when its type is known: as SQL shows it, strings quoted.
pub fn value(value: &Datum) -> String {
    match value {
        Datum::Null => "NULL".to_owned(),
        Datum::String(text) => quoted(text.as_bytes()),
        Datum::Bytes(bytes) => quoted(bytes),
        other => other.to_text(),
    }
}

#[cfg(test)]
mod tests {
    use base::hlc::Timestamp;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        crate::types::text::parse_hex(hex).unwrap()
    }

    #[test]
    fn keys_of_the_sheet() {
        for (hex, text) in [
            ("f2898a", "/Table/106/1/2"),
            ("f2898a88", "/Table/106/1/2/0"),
            ("bb89898989", "/Table/51/1/1/1/1"),
            ("8b89898a89", "/Table/3/1/1/2/1"),
            ("f6c889", "/Table/200/1"),
            ("bb8b12416c69636500018988", "/Table/51/3/\"Alice\"/1/0"),
            ("bb8a008c88", "/Table/51/2/NULL/4/0"),
            ("a68988881273797374656d00018c89", "/Table/30/1/0/0/\"system\"/4/1"),
            ("fe8db289", "/Tenant/5/Table/42/1"),
            ("fe8d", "/Tenant/5"),
            ("", "/Min"),
            ("ffff", "/Max"),
            ("f28914f956fbd753f90333c750", "/Table/106/1/2016-03-30T13:40:35.053725008Z"),
            ("f2891484a90428ac84fccc38af", "/Table/106/1/1923-10-04T10:19:23.946274991Z"),
            ("f28986fb39", "/Table/106/1/-1223"),
            ("f28924e6bb00", "/Table/106/1/-12.34"),
            ("f2892c056400", "/Table/106/1/2.5E+4"),
            ("f28916fc0983fdd42bca008989", "/Table/106/1/1 mon 1 day 00:00:01"),
            ("f289120102085cff0001", "/Table/106/1/\"\\x01\\x02\\b\\\\\\xff\""),
            ("f2893f898a00", "/Table/106/1/ARRAY[1,2]"),
            ("f28910aa", "/Table/106/1/\"\\x10\\xaa\""),
        ] {
            assert_eq!(key(&bytes(hex)), text, "{hex}");
        }
        let ts = Timestamp { wall: 1_648_778_400_000_000_000, logical: 1 };
        assert_eq!(key_at(&bytes("f28988"), ts), "/Table/106/1/0/1648778400.000000000,1");
    }

    #[test]
    fn spans_of_the_sheet() {
        let text = |start: &str, end: &str| span(&Span::new(bytes(start), bytes(end)));
        assert_eq!(text("bb", "bc"), "/Table/5{1-2}");
        assert_eq!(text("f089", "f08b"), "/Table/104/{1-3}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_text(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            proptest::prop_assert!(key(&bytes).starts_with('/'));
        }
    }
}
