//! JSON in binary: what stands in a JSONB column.
//!
//! ```text
//!   header  4    kind (array 80…, object 40…, scalar 20…) and number of parts
//!   entries 4n   kind and length of each part; for an object the names first
//!   parts        the bytes of each, joined
//! ```
//!
//! | entry kind | part |
//! |---|---|
//! | 0 null, 3 false, 4 true | nothing |
//! | 1 string | UTF-8 |
//! | 2 number | plain decimal |
//! | 5 container | header, entries, parts again |
//!
//! Shape: modelled on the real form, with every entry a length (the real one has an offset at each 32nd).
//! Errors: bytes of another form give nothing.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use super::part::take_bytes;
use super::value;
use crate::types::json::DEPTH_MAX;
use crate::types::{Error, Json};

const ARRAY: u32 = 0x8000_0000;
const OBJECT: u32 = 0x4000_0000;
const SCALAR: u32 = 0x2000_0000;
const LEN: u32 = 0x0fff_ffff;
const KIND_SHIFT: u32 = 28;

/// The bytes of a value.
///
/// *Errors*: it is nested deeper than what is read again.
pub(crate) fn encode(value: &Json) -> Result<Vec<u8>, Error> {
    if is_deeper(value, DEPTH_MAX) {
        return Err(Error::Refused {
            code: base::sqlstate::SqlState::PROGRAM_LIMIT_EXCEEDED,
            message: "JSON is nested too deep".to_owned(),
            hint: None,
        });
    }
    let mut out = Vec::new();
    match value {
        Json::Array(_) | Json::Object(_) => put_container(&mut out, value),
        scalar => put_parts(&mut out, SCALAR, 1, &[scalar], &[]),
    }
    Ok(out)
}

fn is_deeper(value: &Json, than: usize) -> bool {
    let Some(rest) = than.checked_sub(1) else { return true };
    match value {
        Json::Array(elements) => elements.iter().any(|element| is_deeper(element, rest)),
        Json::Object(fields) => fields.iter().any(|(_, field)| is_deeper(field, rest)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn put_container(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::Array(elements) => {
            let parts: Vec<&Json> = elements.iter().collect();
            put_parts(out, ARRAY, parts.len(), &parts, &[]);
        }
        Json::Object(fields) => {
            let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
            let parts: Vec<&Json> = fields.iter().map(|(_, value)| value).collect();
            put_parts(out, OBJECT, parts.len(), &parts, &names);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn put_parts(out: &mut Vec<u8>, kind: u32, count: usize, parts: &[&Json], names: &[&str]) {
    let put = |out: &mut Vec<u8>, word: u32| out.extend_from_slice(&word.to_be_bytes());
    put(out, kind | base::num::to_u32(count) & LEN);
    let mut body = Vec::new();
    for name in names {
        put(out, 1 << KIND_SHIFT | base::num::to_u32(name.len()) & LEN);
        body.extend_from_slice(name.as_bytes());
    }
    for part in parts {
        let start = body.len();
        let kind = match part {
            Json::Null => 0,
            Json::String(text) => {
                body.extend_from_slice(text.as_bytes());
                1
            }
            Json::Number(number) => {
                value::put_plain_decimal(&mut body, number);
                2
            }
            Json::Bool(false) => 3,
            Json::Bool(true) => 4,
            Json::Array(_) | Json::Object(_) => {
                put_container(&mut body, part);
                5
            }
        };
        put(out, kind << KIND_SHIFT | base::num::to_u32(body.len() - start) & LEN);
    }
    out.append(&mut body);
}

/// Reads [`encode`].
pub(crate) fn decode(bytes: &[u8]) -> Option<Json> {
    take_container(bytes, 0)
}

fn take_word(bytes: &mut &[u8]) -> Option<u32> {
    take_bytes(bytes, 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn take_container(mut bytes: &[u8], depth: usize) -> Option<Json> {
    if depth > DEPTH_MAX {
        return None;
    }
    let header = take_word(&mut bytes)?;
    let count = base::num::index(header & !(ARRAY | OBJECT | SCALAR));
    let is_object = header & OBJECT != 0;
    let entry_count = if is_object { count.checked_mul(2)? } else { count };
    let mut entries = take_bytes(&mut bytes, entry_count.checked_mul(4)?)?;
    let mut names: Vec<Arc<str>> = Vec::new();
    if is_object {
        for _ in 0..count {
            let len = base::num::index(take_word(&mut entries)? & LEN);
            names.push(std::str::from_utf8(take_bytes(&mut bytes, len)?).ok()?.into());
        }
    }
    let mut parts = Vec::new();
    for _ in 0..count {
        let entry = take_word(&mut entries)?;
        let part = take_bytes(&mut bytes, base::num::index(entry & LEN))?;
        parts.push(match entry >> KIND_SHIFT {
            0 => Json::Null,
            1 => Json::string(std::str::from_utf8(part).ok()?),
            2 => Json::Number(value::plain_decimal(part)?),
            3 => Json::Bool(false),
            4 => Json::Bool(true),
            5 => take_container(part, depth + 1)?,
            _ => return None,
        });
    }
    if is_object {
        Some(Json::object(names.into_iter().zip(parts)))
    } else if header & ARRAY != 0 {
        Some(Json::Array(parts))
    } else {
        parts.pop()
    }
}
