//! Strings, continued: regular expressions, encodings, hashes, quoting, formats.

use std::fmt::Write;

use base::num;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::p::{ANY, BYTES, D, F, I, S, TS, TSTZ};
use super::{bytes_at, check_size, int_at, str_at};
use crate::types::expr::EvalCx;
use crate::types::expr::function::{Overload, Ret, f};
use crate::types::expr::like::{Kind, Pattern, regex};
use crate::types::text::{parse_bytes, parse_hex, push_hex};
use crate::types::{Datum, Error, Type};

const STRING: Ret = Ret::T(Type::STRING);
const BOOL: Ret = Ret::T(Type::Bool);

pub(super) static TABLE: &[Overload] = &[
    f("regexp_replace", &[S, S, S], STRING, |a, _| regexp_replace(a, "")),
    f("regexp_replace", &[S, S, S, S], STRING, |a, _| regexp_replace(a, str_at(a, 3))),
    f("regexp_extract", &[S, S], STRING, |a, _| {
        let found = regex(str_at(a, 1), false)?.captures(str_at(a, 0)).and_then(|found| {
            found.get(1).or_else(|| found.get(0)).map(|found| found.as_str().into())
        });
        Ok(found.unwrap_or(Datum::Null))
    }),
    f("regexp_match", &[S, S], Ret::ArrayOf(Type::STRING), |a, _| {
        let regex = regex(str_at(a, 1), false)?;
        let Some(found) = regex.captures(str_at(a, 0)) else { return Ok(Datum::Null) };
        let from = usize::from(found.len() > 1);
        Ok(Datum::array(
            (from..found.len())
                .map(|at| found.get(at).map_or(Datum::Null, |part| part.as_str().into()))
                .collect(),
        ))
    }),
    f("regexp_split_to_array", &[S, S], Ret::ArrayOf(Type::STRING), |a, _| {
        let regex = regex(str_at(a, 1), false)?;
        Ok(Datum::array(regex.split(str_at(a, 0)).map(Datum::from).collect()))
    }),
    f("like_escape", &[S, S, S], BOOL, |a, _| escaped(a, Kind::Like, false)),
    f("not_like_escape", &[S, S, S], BOOL, |a, _| escaped(a, Kind::Like, true)),
    f("ilike_escape", &[S, S, S], BOOL, |a, _| escaped(a, Kind::ILike, false)),
    f("not_ilike_escape", &[S, S, S], BOOL, |a, _| escaped(a, Kind::ILike, true)),
    f("similar_to_escape", &[S, S, S], BOOL, |a, _| escaped(a, Kind::Similar, false)),
    f("not_similar_to_escape", &[S, S, S], BOOL, |a, _| escaped(a, Kind::Similar, true)),
    f("to_hex", &[I], STRING, |a, _| Ok(format!("{:x}", int_at(a, 0)).into())),
    f("to_hex", &[BYTES], STRING, |a, _| Ok(hex(bytes_at(a, 0)))),
    f("to_hex", &[S], STRING, |a, _| Ok(hex(str_at(a, 0).as_bytes()))),
    f("encode", &[BYTES, S], STRING, encode),
    f("decode", &[S, S], Ret::T(Type::Bytes), decode),
    f("md5", &[S], STRING, |a, _| Ok(hex(&Md5::digest(str_at(a, 0).as_bytes())))),
    f("md5", &[BYTES], STRING, |a, _| Ok(hex(&Md5::digest(bytes_at(a, 0))))),
    f("sha256", &[S], STRING, |a, _| Ok(hex(&Sha256::digest(str_at(a, 0).as_bytes())))),
    f("sha256", &[BYTES], STRING, |a, _| Ok(hex(&Sha256::digest(bytes_at(a, 0))))),
    f("crc32ieee", &[S], Ret::T(Type::INT), |a, _| {
        Ok(crc(base::crc::ieee(&[str_at(a, 0).as_bytes()])))
    }),
    f("crc32ieee", &[BYTES], Ret::T(Type::INT), |a, _| Ok(crc(base::crc::ieee(&[bytes_at(a, 0)])))),
    f("crc32c", &[S], Ret::T(Type::INT), |a, _| {
        Ok(crc(base::crc::castagnoli(&[str_at(a, 0).as_bytes()])))
    }),
    f("fnv32", &[S], Ret::T(Type::INT), |a, _| Ok(fnv32(str_at(a, 0), false))),
    f("fnv32a", &[S], Ret::T(Type::INT), |a, _| Ok(fnv32(str_at(a, 0), true))),
    f("fnv64", &[S], Ret::T(Type::INT), |a, _| Ok(fnv64(str_at(a, 0), false))),
    f("fnv64a", &[S], Ret::T(Type::INT), |a, _| Ok(fnv64(str_at(a, 0), true))),
    f("quote_ident", &[S], STRING, |a, _| Ok(quote_ident(str_at(a, 0)).into())),
    f("quote_literal", &[S], STRING, |a, _| Ok(quote_literal(str_at(a, 0)).into())),
    f("quote_nullable", &[S], STRING, |a, _| {
        let text = a.first().and_then(Datum::as_str);
        Ok(text.map_or_else(|| "NULL".into(), |text| quote_literal(text).into()))
    })
    .null_ok(),
    f("format", &[S, ANY], STRING, format_text).variadic().null_ok(),
    f("format", &[S], STRING, format_text).null_ok(),
    f("convert_from", &[BYTES, S], STRING, |a, _| {
        std::str::from_utf8(bytes_at(a, 0))
            .map(Datum::from)
            .map_err(|_| Error::invalid("invalid byte sequence for encoding \"UTF8\""))
    }),
    f("convert_to", &[S, S], Ret::T(Type::Bytes), |a, _| Ok(Datum::bytes(str_at(a, 0).as_bytes()))),
    f("to_english", &[I], STRING, |a, _| Ok(english(int_at(a, 0)).into())),
    f("to_char", &[TS, S], STRING, |a, _| Ok(to_char(a))),
    f("to_char", &[TSTZ, S], STRING, |a, _| Ok(to_char(a))),
    f("to_char", &[I], STRING, |a, _| Ok(int_at(a, 0).to_string().into())),
    f("to_char", &[D], STRING, |a, _| Ok(a.first().map_or(Datum::Null, |v| v.to_text().into()))),
    f("to_char", &[F], STRING, |a, _| Ok(a.first().map_or(Datum::Null, |v| v.to_text().into()))),
];

fn hex(bytes: &[u8]) -> Datum {
    let mut out = String::with_capacity(bytes.len() * 2);
    push_hex(&mut out, bytes);
    out.into()
}

fn crc(sum: u32) -> Datum {
    Datum::Int(i64::from(sum))
}

fn fnv32(text: &str, after: bool) -> Datum {
    const PRIME: u32 = 0x0100_0193;
    let sum = text.bytes().fold(0x811c_9dc5_u32, |sum, byte| {
        if after {
            (sum ^ u32::from(byte)).wrapping_mul(PRIME)
        } else {
            sum.wrapping_mul(PRIME) ^ u32::from(byte)
        }
    });
    crc(sum)
}

fn fnv64(text: &str, after: bool) -> Datum {
    const PRIME: u64 = 0x0100_0000_01b3;
    let sum = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        if after {
            (sum ^ u64::from(byte)).wrapping_mul(PRIME)
        } else {
            sum.wrapping_mul(PRIME) ^ u64::from(byte)
        }
    });
    Datum::Int(num::as_signed(sum))
}

/// `\1` in the new text is the first group, `\&` all that was found; flags `g` everywhere, `i` letters alike.
fn regexp_replace(args: &[Datum], flags: &str) -> Result<Datum, Error> {
    let (text, new) = (str_at(args, 0), str_at(args, 2));
    let regex = regex(str_at(args, 1), flags.contains('i'))?;
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for found in regex.captures_iter(text).take(if flags.contains('g') { usize::MAX } else { 1 }) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(text.get(last..whole.start()).unwrap_or_default());
        last = whole.end();
        let mut chars = new.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('&') => out.push_str(whole.as_str()),
                Some(c) => match c.to_digit(10) {
                    Some(group) => {
                        out.push_str(found.get(num::index(group)).map_or("", |part| part.as_str()));
                    }
                    None => out.push(c),
                },
                None => out.push('\\'),
            }
        }
        check_size(out.len())?;
    }
    out.push_str(text.get(last..).unwrap_or_default());
    Ok(out.into())
}

/// A pattern with an escape character of its own, turned into one with `\`.
fn escaped(args: &[Datum], kind: Kind, negated: bool) -> Result<Datum, Error> {
    let escape = str_at(args, 2).chars().next();
    let mut pattern = String::new();
    let mut chars = str_at(args, 1).chars();
    while let Some(c) = chars.next() {
        if Some(c) == escape {
            pattern.push('\\');
            pattern.extend(chars.next());
        } else if c == '\\' {
            pattern.push_str("\\\\");
        } else {
            pattern.push(c);
        }
    }
    Ok(Datum::Bool(Pattern::new(kind, &pattern)?.matches(str_at(args, 0)) != negated))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base64, filled up to whole groups.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        for at in 0..4 {
            let letter = BASE64.get(word >> (18 - 6 * at) & 63).filter(|_| at <= group.len());
            out.push(char::from(*letter.unwrap_or(&b'=')));
        }
    }
    out
}

fn encode(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let bytes = bytes_at(args, 0);
    match str_at(args, 1) {
        "hex" => Ok(hex(bytes)),
        "base64" => Ok(base64(bytes).into()),
        "escape" => {
            let mut out = String::new();
            for byte in bytes {
                match byte {
                    b'\\' => out.push_str("\\\\"),
                    0x20..=0x7e => out.push(char::from(*byte)),
                    // Writing to a string cannot fail.
                    _ => {
                        let _ = write!(out, "\\{byte:03o}");
                    }
                }
            }
            Ok(out.into())
        }
        _ => Err(bad_encoding()),
    }
}

fn bad_encoding() -> Error {
    Error::invalid("only 'hex', 'escape', and 'base64' formats are supported for encode and decode")
}

fn decode(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let text = str_at(args, 0);
    match str_at(args, 1) {
        "hex" => parse_hex(text)
            .map(Datum::bytes)
            .ok_or_else(|| Error::invalid("encoding/hex: invalid byte")),
        "escape" => parse_bytes(text).map(Datum::bytes),
        "base64" => {
            let mut out = Vec::with_capacity(text.len());
            let (mut word, mut bits) = (0_u32, 0);
            for byte in text.bytes().filter(|byte| *byte != b'=' && !byte.is_ascii_whitespace()) {
                let at = BASE64
                    .iter()
                    .position(|letter| *letter == byte)
                    .ok_or_else(|| Error::invalid("illegal base64 data"))?;
                word = word << 6 | num::to_u32(at);
                bits += 6;
                if bits >= 8 {
                    bits -= 8;
                    out.push(num::low_u8(u64::from(word >> bits)));
                }
            }
            Ok(Datum::bytes(out))
        }
        _ => Err(bad_encoding()),
    }
}

fn quote_ident(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn quote_literal(text: &str) -> String {
    if text.contains('\\') {
        format!("e'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// `format`: `%s` text, `%I` name, `%L` literal, `%%`.
fn format_text(args: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let Some(pattern) = args.first().and_then(Datum::as_str) else { return Ok(Datum::Null) };
    let mut rest = args.get(1..).unwrap_or_default().iter();
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let verb = chars.next();
        if verb == Some('%') {
            out.push('%');
            continue;
        }
        let value = rest.next().ok_or_else(|| Error::invalid("not enough arguments"))?;
        let text = (!value.is_null()).then(|| value.to_text_in(cx.zone_secs));
        match (verb, text) {
            (Some('s'), text) => out.push_str(&text.unwrap_or_default()),
            (Some('I'), Some(text)) => out.push_str(&quote_ident(&text)),
            (Some('L'), Some(text)) => out.push_str(&quote_literal(&text)),
            (Some('L'), None) => out.push_str("NULL"),
            (Some('I'), None) => {
                return Err(Error::invalid("NULL cannot be formatted as a SQL identifier"));
            }
            (verb, _) => {
                return Err(Error::invalid(format!(
                    "unrecognized format() type specifier {:?}",
                    verb.map(String::from).unwrap_or_default()
                )));
            }
        }
        check_size(out.len())?;
    }
    Ok(out.into())
}

fn english(n: i64) -> String {
    const DIGITS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let words: Vec<&str> = n
        .unsigned_abs()
        .to_string()
        .bytes()
        .filter_map(|digit| DIGITS.get(usize::from(digit - b'0')).copied())
        .collect();
    let sign = if n < 0 { "minus-" } else { "" };
    format!("{sign}{}", words.join("-"))
}

/// The few patterns that people use for times.
fn to_char(args: &[Datum]) -> Datum {
    let micros = match args.first() {
        Some(Datum::Timestamp(micros) | Datum::TimestampTz(micros)) => *micros,
        _ => return Datum::Null,
    };
    let text = crate::types::time::timestamp_text(micros);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let fields = [
        ("YYYY", part(0, 4)),
        ("MM", part(5, 7)),
        ("DD", part(8, 10)),
        ("HH24", part(11, 13)),
        ("MI", part(14, 16)),
        ("SS", part(17, 19)),
    ];
    let mut out = String::new();
    let mut rest = str_at(args, 1);
    while let Some(c) = rest.chars().next() {
        let found = fields.iter().find_map(|(name, value)| Some((rest.strip_prefix(name)?, value)));
        if let Some((after, value)) = found {
            out.push_str(value);
            rest = after;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out.into()
}
