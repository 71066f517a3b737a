//! Strings.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use base::num;
use base::sqlstate::SqlState;

use super::p::{ANY, ARR, BIT, BYTES, I, S};
use super::{array_at, bytes_at, check_size, int_at, str_at};
use crate::types::expr::EvalCx;
use crate::types::expr::function::{Overload, Ret, f};
use crate::types::{Datum, Error, Type};

const STRING: Ret = Ret::T(Type::STRING);
const INT: Ret = Ret::T(Type::INT);
const BOOL: Ret = Ret::T(Type::Bool);

pub(super) static TABLE: &[Overload] = &[
    f("length", &[S], INT, |a, _| chars(a)),
    f("length", &[BYTES], INT, |a, _| Ok(count(bytes_at(a, 0).len()))),
    f("length", &[BIT], INT, |a, _| Ok(bit_len(a))),
    f("char_length", &[S], INT, |a, _| chars(a)),
    f("character_length", &[S], INT, |a, _| chars(a)),
    f("octet_length", &[S], INT, |a, _| Ok(count(str_at(a, 0).len()))),
    f("octet_length", &[BYTES], INT, |a, _| Ok(count(bytes_at(a, 0).len()))),
    f("bit_length", &[S], INT, |a, _| Ok(count(str_at(a, 0).len() * 8))),
    f("upper", &[S], STRING, |a, _| Ok(str_at(a, 0).to_uppercase().into())),
    f("lower", &[S], STRING, |a, _| Ok(str_at(a, 0).to_lowercase().into())),
    f("initcap", &[S], STRING, |a, _| Ok(initcap(str_at(a, 0)).into())),
    f("reverse", &[S], STRING, |a, _| Ok(str_at(a, 0).chars().rev().collect::<String>().into())),
    f("concat", &[ANY], STRING, |a, cx| Ok(concat(a, "", cx).into())).variadic().null_ok(),
    f("concat_ws", &[S, ANY], STRING, |a, cx| {
        let Some((separator, rest)) = a.split_first() else { return Ok(Datum::Null) };
        Ok(separator.as_str().map_or(Datum::Null, |by| concat(rest, by, cx).into()))
    })
    .variadic()
    .null_ok(),
    f("substr", &[S, I], STRING, substring),
    f("substr", &[S, I, I], STRING, substring),
    f("substring", &[S, I], STRING, substring),
    f("substring", &[S, I, I], STRING, substring),
    f("substring", &[S, S], STRING, |a, _| {
        let regex = super::super::like::regex(str_at(a, 1), false)?;
        let found = regex.captures(str_at(a, 0));
        Ok(found
            .and_then(|found| found.get(1).or_else(|| found.get(0)))
            .map_or(Datum::Null, |found| found.as_str().into()))
    }),
    f("substr", &[BYTES, I], Ret::T(Type::Bytes), substring_bytes),
    f("substr", &[BYTES, I, I], Ret::T(Type::Bytes), substring_bytes),
    f("substring", &[BYTES, I], Ret::T(Type::Bytes), substring_bytes),
    f("substring", &[BYTES, I, I], Ret::T(Type::Bytes), substring_bytes),
    f("left", &[S, I], STRING, |a, _| Ok(left(str_at(a, 0), int_at(a, 1)).into())),
    f("right", &[S, I], STRING, |a, _| Ok(right(str_at(a, 0), int_at(a, 1)).into())),
    f("lpad", &[S, I], STRING, |a, _| pad(a, " ", true)),
    f("lpad", &[S, I, S], STRING, |a, _| pad(a, str_at(a, 2), true)),
    f("rpad", &[S, I], STRING, |a, _| pad(a, " ", false)),
    f("rpad", &[S, I, S], STRING, |a, _| pad(a, str_at(a, 2), false)),
    f("repeat", &[S, I], STRING, |a, _| {
        let times = usize::try_from(int_at(a, 1)).unwrap_or(0);
        check_size(str_at(a, 0).len().saturating_mul(times))?;
        Ok(str_at(a, 0).repeat(times).into())
    }),
    f("replace", &[S, S, S], STRING, |a, _| {
        let (text, from, to) = (str_at(a, 0), str_at(a, 1), str_at(a, 2));
        if from.is_empty() {
            return Ok(text.into());
        }
        check_size(text.matches(from).count().saturating_mul(to.len()))?;
        Ok(text.replace(from, to).into())
    }),
    f("translate", &[S, S, S], STRING, |a, _| {
        let (from, to) = (str_at(a, 1), str_at(a, 2));
        let swap = |c: char| match from.chars().position(|found| found == c) {
            None => Some(c),
            Some(at) => to.chars().nth(at),
        };
        Ok(str_at(a, 0).chars().filter_map(swap).collect::<String>().into())
    }),
    f("overlay", &[S, S, I], STRING, overlay),
    f("overlay", &[S, S, I, I], STRING, overlay),
    f("split_part", &[S, S, I], STRING, split_part),
    f("string_to_array", &[S, S], Ret::ArrayOf(Type::STRING), |a, _| {
        Ok(string_to_array(str_at(a, 0), a.get(1).and_then(Datum::as_str), None))
    })
    .null_ok(),
    f("string_to_array", &[S, S, S], Ret::ArrayOf(Type::STRING), |a, _| {
        let null = a.get(2).and_then(Datum::as_str);
        Ok(string_to_array(str_at(a, 0), a.get(1).and_then(Datum::as_str), null))
    })
    .null_ok(),
    f("array_to_string", &[ARR, S], STRING, array_to_string),
    f("array_to_string", &[ARR, S, S], STRING, array_to_string),
    f("strpos", &[S, S], INT, |a, _| {
        let (text, part) = (str_at(a, 0), str_at(a, 1));
        let at =
            text.find(part).and_then(|at| text.get(..at)).map(|before| before.chars().count() + 1);
        Ok(count(at.unwrap_or(0)))
    }),
    f("starts_with", &[S, S], BOOL, |a, _| Ok(str_at(a, 0).starts_with(str_at(a, 1)).into())),
    f("btrim", &[S], STRING, |a, _| Ok(str_at(a, 0).trim().into())),
    f("btrim", &[S, S], STRING, |a, _| Ok(str_at(a, 0).trim_matches(among(a)).into())),
    f("ltrim", &[S], STRING, |a, _| Ok(str_at(a, 0).trim_start().into())),
    f("ltrim", &[S, S], STRING, |a, _| Ok(str_at(a, 0).trim_start_matches(among(a)).into())),
    f("rtrim", &[S], STRING, |a, _| Ok(str_at(a, 0).trim_end().into())),
    f("rtrim", &[S, S], STRING, |a, _| Ok(str_at(a, 0).trim_end_matches(among(a)).into())),
    f("ascii", &[S], INT, |a, _| {
        str_at(a, 0).chars().next().map_or_else(
            || Err(Error::invalid("the input string must not be empty")),
            |c| Ok(Datum::Int(i64::from(u32::from(c)))),
        )
    }),
    f("chr", &[I], STRING, |a, _| {
        u32::try_from(int_at(a, 0)).ok().and_then(char::from_u32).map_or_else(
            || Err(Error::invalid("input value must be <= 1114111 (maximum Unicode code point)")),
            |c| Ok(c.to_string().into()),
        )
    }),
];

fn count(n: usize) -> Datum {
    Datum::Int(num::to_i64(n))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a function's code")]
fn chars(args: &[Datum]) -> Result<Datum, Error> {
    Ok(count(str_at(args, 0).chars().count()))
}

fn bit_len(args: &[Datum]) -> Datum {
    if let Some(Datum::Bit(bits)) = args.first() { count(bits.len) } else { Datum::Null }
}

/// The characters of the second argument, as what may be trimmed.
fn among(args: &[Datum]) -> impl Fn(char) -> bool + Copy {
    let set = str_at(args, 1);
    move |c| set.contains(c)
}

fn initcap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric();
    }
    out
}

fn concat(args: &[Datum], separator: &str, cx: &EvalCx<'_>) -> String {
    let mut out = String::new();
    for value in args.iter().filter(|value| !value.is_null()) {
        if !out.is_empty() {
            out.push_str(separator);
        }
        out.push_str(&value.to_text_in(cx.zone_secs));
    }
    out
}

/// First (from 0) and one after the last of what `from` (from 1, may lie before the text) and `len` mean.
fn window(args: &[Datum]) -> Result<(usize, usize), Error> {
    let from = int_at(args, 1);
    let end = match args.get(2).and_then(Datum::as_int) {
        None => i64::MAX,
        Some(len) if len < 0 => {
            return Err(Error::Refused {
                code: SqlState::SUBSTRING_ERROR,
                message: format!("negative substring length {len} not allowed"),
                hint: None,
            });
        }
        Some(len) => from.saturating_add(len),
    };
    let at = |n: i64| usize::try_from(n.saturating_sub(1).max(0)).unwrap_or(usize::MAX);
    Ok((at(from), at(end)))
}

fn substring(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let (from, end) = window(args)?;
    let part: String = str_at(args, 0).chars().skip(from).take(end.saturating_sub(from)).collect();
    Ok(part.into())
}

fn substring_bytes(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let (from, end) = window(args)?;
    let bytes = bytes_at(args, 0);
    let (from, end) = (from.min(bytes.len()), end.min(bytes.len()));
    Ok(Datum::bytes(bytes.get(from..end).unwrap_or_default()))
}

/// The first `n` characters; all but the last when negative.
fn left(text: &str, n: i64) -> String {
    let len = num::to_i64(text.chars().count());
    let keep = if n < 0 { len.saturating_add(n).max(0) } else { n };
    text.chars().take(usize::try_from(keep).unwrap_or(usize::MAX)).collect()
}

/// The last `n` characters; all but the first when negative.
fn right(text: &str, n: i64) -> String {
    let len = num::to_i64(text.chars().count());
    let drop = if n < 0 { n.saturating_neg() } else { len.saturating_sub(n).max(0) };
    text.chars().skip(usize::try_from(drop).unwrap_or(usize::MAX)).collect()
}

fn pad(args: &[Datum], fill: &str, on_left: bool) -> Result<Datum, Error> {
    let text = str_at(args, 0);
    let len = usize::try_from(int_at(args, 1)).unwrap_or(0);
    check_size(len)?;
    let have = text.chars().count();
    if have >= len {
        return Ok(text.chars().take(len).collect::<String>().into());
    }
    let filler: String = fill.chars().cycle().take(len - have).collect();
    Ok(if on_left { filler + text } else { text.to_owned() + &filler }.into())
}

fn overlay(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let (text, new) = (str_at(args, 0), str_at(args, 1));
    let from = int_at(args, 2);
    if from < 1 {
        return Err(Error::invalid("position must be greater than 0"));
    }
    let len =
        args.get(3).and_then(Datum::as_int).unwrap_or_else(|| num::to_i64(new.chars().count()));
    let before = usize::try_from(from - 1).unwrap_or(usize::MAX);
    let after = usize::try_from((from - 1).saturating_add(len).max(0)).unwrap_or(usize::MAX);
    let head: String = text.chars().take(before).collect();
    Ok((head + new + &text.chars().skip(after).collect::<String>()).into())
}

fn split_part(args: &[Datum], _: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let field = int_at(args, 2);
    let at = usize::try_from(field.saturating_sub(1))
        .map_err(|_| Error::invalid(format!("field position {field} must be greater than zero")))?;
    let (text, separator) = (str_at(args, 0), str_at(args, 1));
    let part = if separator.is_empty() {
        (at == 0).then_some(text)
    } else {
        text.split(separator).nth(at)
    };
    Ok(part.unwrap_or("").into())
}

fn string_to_array(text: &str, separator: Option<&str>, null: Option<&str>) -> Datum {
    let as_datum = |part: &str| if Some(part) == null { Datum::Null } else { part.into() };
    if text.is_empty() {
        return Datum::array(Vec::new());
    }
    Datum::array(match separator {
        None => text.chars().map(|c| as_datum(c.encode_utf8(&mut [0; 4]))).collect(),
        Some("") => vec![as_datum(text)],
        Some(separator) => text.split(separator).map(as_datum).collect(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a function's code")]
fn array_to_string(args: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let null = args.get(2).and_then(Datum::as_str);
    let parts: Vec<String> = array_at(args, 0)
        .iter()
        .filter_map(|element| match element {
            Datum::Null => null.map(str::to_owned),
            other => Some(other.to_text_in(cx.zone_secs)),
        })
        .collect();
    Ok(parts.join(str_at(args, 1)).into())
}
