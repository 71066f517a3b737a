//! Values as they stand in tuples and alone.
//!
//! ```text
//!   26 05 416c696365        column 2 ahead, type 6 (bytes), length 5, "Alice"
//!   ── ── ──────────
//!   head  datum             head = (id − previous id) × 16 + type, most significant group first
//! ```
//!
//! Shape: `put_*` appends, `take_*` reads from the front of a slice and moves it. The binary forms of arrays and JSON
//! are modelled on the real ones, but not compared with them. Source: `spec/keys-and-values.md` §4, §5.

use std::sync::Arc;

use base::num;
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{ToPrimitive, Zero};

use super::part::{self, take_byte, take_bytes};
use super::{json, key};
use crate::types::bits::Bits;
use crate::types::datum::TimeTz;
use crate::types::decimal::digits;
use crate::types::inet::Inet;
use crate::types::time::MICROS_PER_SEC;
use crate::types::{Datum, Decimal, Error, Interval, Type};

/// What reading a broken value says.
pub(crate) const BROKEN: Error = Error::Corrupt("value is not of its column's form");

/// The same, made only when it is needed.
#[cold]
pub(crate) const fn broken() -> Error {
    BROKEN
}

/// Type numbers of tuple heads.
mod kind {
    pub(super) const NULL: u64 = 1;
    pub(super) const NOT_NULL: u64 = 2;
    pub(super) const INT: u64 = 3;
    pub(super) const FLOAT: u64 = 4;
    pub(super) const DECIMAL: u64 = 5;
    pub(super) const BYTES: u64 = 6;
    pub(super) const TIME: u64 = 8;
    pub(super) const INTERVAL: u64 = 9;
    pub(super) const TRUE: u64 = 10;
    pub(super) const FALSE: u64 = 11;
    pub(super) const UUID: u64 = 12;
    pub(super) const ARRAY: u64 = 13;
    pub(super) const INET: u64 = 14;
    pub(super) const JSON: u64 = 15;
    pub(super) const TUPLE: u64 = 16;
    pub(super) const BITS: u64 = 17;
    pub(super) const TIMETZ: u64 = 19;
}

/// Arrays may lie in tuples and tuples in arrays, but no deeper than this.
const DEPTH_MAX: u8 = 8;

/// A varint with the most significant group first.
pub(crate) fn put_msb(out: &mut Vec<u8>, v: u64) {
    let mut shift = (v | 1).ilog2();
    shift -= shift % 7;
    while shift > 0 {
        out.push(0x80 | num::low_u8(v >> shift));
        shift -= 7;
    }
    out.push(num::low_u8(v & 0x7f));
}

/// Reads [`put_msb`].
pub(crate) fn take_msb(bytes: &mut &[u8]) -> Option<u64> {
    let mut v = 0_u64;
    for _ in 0..10 {
        let byte = take_byte(bytes)?;
        v = v << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some(v);
        }
    }
    None
}

/// A varint with the least significant group first.
pub(crate) fn put_leb(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(0x80 | num::low_u8(v));
        v >>= 7;
    }
    out.push(num::low_u8(v));
}

/// Reads [`put_leb`].
pub(crate) fn take_leb(bytes: &mut &[u8]) -> Option<u64> {
    let mut v = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(bytes)?;
        v |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(v);
        }
    }
    None
}

/// A signed number, small ones short.
pub(crate) fn put_zigzag(out: &mut Vec<u8>, v: i64) {
    put_leb(out, num::as_unsigned(v << 1 ^ v >> 63));
}

/// Reads [`put_zigzag`].
pub(crate) fn take_zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let v = take_leb(bytes)?;
    Some(num::as_signed(v >> 1) ^ -num::as_signed(v & 1))
}

/// Length and bytes.
fn put_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    put_msb(out, num::to_u64(bytes.len()));
    out.extend_from_slice(bytes);
}

fn take_sized<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = take_msb(bytes)?;
    take_bytes(bytes, num::to_usize(len))
}

/// A decimal with all its digits.
pub(crate) fn put_plain_decimal(out: &mut Vec<u8>, value: &Decimal) {
    let (coeff, exponent) = match value {
        Decimal::NaN => return out.push(0x18),
        Decimal::Infinity => return out.push(0x35),
        Decimal::NegInfinity => return out.push(0x19),
        Decimal::Finite { coeff, exponent } => (coeff, *exponent),
    };
    if coeff.is_zero() && exponent == 0 {
        return out.push(0x27);
    }
    // A zero counts as one digit here, though its body is empty.
    let e = i64::from(digits(coeff)) + i64::from(exponent);
    let size = e.unsigned_abs();
    match (coeff.sign() == Sign::Minus, e) {
        (false, 1..) => {
            out.push(0x34);
            part::put_uvarint(out, size);
        }
        (false, 0) => out.push(0x29),
        (false, _) => {
            out.push(0x28);
            part::put_uvarint(out, size);
        }
        (true, 1..) => {
            out.push(0x1a);
            part::put_uvarint(out, size);
        }
        (true, 0) => out.push(0x25),
        (true, _) => {
            out.push(0x26);
            part::put_uvarint(out, size);
        }
    }
    match coeff.magnitude().to_u64() {
        Some(0) => {}
        // What fits a word is written without making bytes of it first.
        Some(small) => part::put_low(out, small, part::byte_len(small)),
        None => out.extend(coeff.magnitude().to_bytes_be()),
    }
}

/// Reads [`put_plain_decimal`], which takes all of `bytes`.
pub(crate) fn plain_decimal(mut bytes: &[u8]) -> Option<Decimal> {
    let marker = take_byte(&mut bytes)?;
    let (negative, below) = match marker {
        0x18 => return Some(Decimal::NaN),
        0x35 => return Some(Decimal::Infinity),
        0x19 => return Some(Decimal::NegInfinity),
        0x27 => return Some(Decimal::zero()),
        0x34 | 0x29 => (false, false),
        0x28 => (false, true),
        0x1a | 0x25 => (true, false),
        0x26 => (true, true),
        _ => return None,
    };
    let size = if matches!(marker, 0x29 | 0x25) { 0 } else { part::take_uvarint(&mut bytes)? };
    let e = i64::try_from(size).ok()?;
    let magnitude = if bytes.len() <= 8 {
        BigUint::from(bytes.iter().fold(0_u64, |v, byte| v << 8 | u64::from(*byte)))
    } else {
        BigUint::from_bytes_be(bytes)
    };
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    let coeff = BigInt::from_biguint(sign, magnitude);
    let signed = if below { -e } else { e };
    let exponent = i32::try_from(signed - i64::from(digits(&coeff))).ok()?;
    Some(Decimal::Finite { coeff, exponent }).filter(Decimal::is_held)
}

/// Appends one column of a tuple: head and datum. NULL is written only where `id_delta` is 0, inside other values.
pub(crate) fn put_column(out: &mut Vec<u8>, id_delta: u32, value: &Datum) -> Result<(), Error> {
    let head = |out: &mut Vec<u8>, kind: u64| {
        let delta = u64::from(id_delta) << 4;
        if kind < 15 {
            put_msb(out, delta | kind);
        } else {
            put_msb(out, delta | 15);
            put_msb(out, kind);
        }
    };
    if let Datum::Bool(truth) = value {
        head(out, if *truth { kind::TRUE } else { kind::FALSE });
        return Ok(());
    }
    let (kind, mark) = (kind_of(value), out.len());
    head(out, kind);
    put_body(out, value, 0).inspect_err(|_| out.truncate(mark))
}

const fn kind_of(value: &Datum) -> u64 {
    match value {
        Datum::Null => kind::NULL,
        Datum::Bool(true) => kind::TRUE,
        Datum::Bool(false) => kind::FALSE,
        Datum::Int(_) | Datum::Date(_) | Datum::Time(_) | Datum::Oid(_) => kind::INT,
        Datum::Float(_) => kind::FLOAT,
        Datum::Decimal(_) => kind::DECIMAL,
        Datum::String(_) | Datum::Bytes(_) | Datum::Enum(_) => kind::BYTES,
        Datum::Timestamp(_) | Datum::TimestampTz(_) => kind::TIME,
        Datum::Interval(_) => kind::INTERVAL,
        Datum::Uuid(_) => kind::UUID,
        Datum::Array(_) => kind::ARRAY,
        Datum::Inet(_) => kind::INET,
        Datum::Json(_) => kind::JSON,
        Datum::Tuple(_) => kind::TUPLE,
        Datum::Bit(_) => kind::BITS,
        Datum::TimeTz(_) => kind::TIMETZ,
    }
}

/// What follows a head.
fn put_body(out: &mut Vec<u8>, value: &Datum, depth: u8) -> Result<(), Error> {
    match value {
        Datum::Null | Datum::Bool(_) => {}
        Datum::Int(v) | Datum::Time(v) => put_zigzag(out, *v),
        Datum::Date(v) => put_zigzag(out, i64::from(*v)),
        Datum::Oid(v) => put_zigzag(out, i64::from(*v)),
        Datum::Float(v) => out.extend_from_slice(&v.to_bits().to_be_bytes()),
        Datum::Decimal(v) => {
            // The length is nearly always below 128: its one byte is filled in afterwards.
            let at = out.len();
            out.push(0);
            put_plain_decimal(out, v);
            let len = out.len() - at - 1;
            if let (Ok(short @ 0..=0x7f), Some(place)) = (u8::try_from(len), out.get_mut(at)) {
                *place = short;
            } else {
                let plain = out.split_off(at + 1);
                out.truncate(at);
                put_leb(out, num::to_u64(len));
                out.extend(plain);
            }
        }
        Datum::String(v) => put_sized(out, v.as_bytes()),
        Datum::Bytes(v) => put_sized(out, v),
        Datum::Enum(v) => put_sized(out, v.physical()),
        Datum::Timestamp(v) | Datum::TimestampTz(v) => {
            put_zigzag(out, v.div_euclid(MICROS_PER_SEC));
            put_zigzag(out, v.rem_euclid(MICROS_PER_SEC) * 1_000);
        }
        Datum::Interval(v) => {
            put_zigzag(out, i64::from(v.months));
            put_zigzag(out, i64::from(v.days));
            put_zigzag(out, v.nanos);
        }
        Datum::Uuid(v) => out.extend_from_slice(v),
        Datum::Inet(v) => out.extend(v.key_bytes()),
        Datum::TimeTz(v) => {
            put_zigzag(out, v.micros);
            put_zigzag(out, i64::from(v.offset_secs));
        }
        Datum::Bit(v) => {
            put_msb(out, num::to_u64(v.len));
            v.words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
        }
        Datum::Json(v) => put_sized(out, &json::encode(v)?),
        Datum::Array(elements) => {
            let mut body = Vec::new();
            put_array(&mut body, elements, depth)?;
            put_sized(out, &body);
        }
        Datum::Tuple(fields) => {
            put_msb(out, num::to_u64(fields.len()));
            for field in fields.iter() {
                put_element_head(out, field);
                put_body(out, field, deeper(depth)?)?;
            }
        }
    }
    Ok(())
}

fn deeper(depth: u8) -> Result<u8, Error> {
    if depth >= DEPTH_MAX {
        return Err(Error::Unsupported("values nested so deep".to_owned()));
    }
    Ok(depth + 1)
}

/// A head without a column.
fn put_element_head(out: &mut Vec<u8>, value: &Datum) {
    let kind = kind_of(value);
    if kind < 15 {
        put_msb(out, kind);
    } else {
        put_msb(out, 15);
        put_msb(out, kind);
    }
}

/// An array: flags and dimensions, type of the elements, length, a bit for each NULL if there are any, elements.
fn put_array(out: &mut Vec<u8>, elements: &[Datum], depth: u8) -> Result<(), Error> {
    const HAS_NULLS: u8 = 0x10;
    let has_nulls = elements.iter().any(Datum::is_null);
    out.push(if has_nulls { 1 | HAS_NULLS } else { 1 });
    let sample = elements.iter().find(|element| !element.is_null()).unwrap_or(&Datum::Null);
    put_element_head(out, sample);
    put_msb(out, num::to_u64(elements.len()));
    if has_nulls {
        for group in elements.chunks(8) {
            let bits = group.iter().enumerate();
            out.push(bits.fold(0, |byte, (i, v)| byte | u8::from(v.is_null()) << i));
        }
    }
    for element in elements.iter().filter(|element| !element.is_null()) {
        // A truth value is its own head.
        if matches!(element, Datum::Bool(_)) {
            put_element_head(out, element);
        }
        put_body(out, element, deeper(depth)?)?;
    }
    Ok(())
}

fn take_array(mut bytes: &[u8], element: &Type, depth: u8) -> Option<Vec<Datum>> {
    let flags = take_byte(&mut bytes)?;
    take_kind(&mut bytes)?;
    let len = num::to_usize(take_msb(&mut bytes)?);
    let nulls = if flags & 0x10 == 0 { &[][..] } else { take_bytes(&mut bytes, len.div_ceil(8))? };
    let mut elements = Vec::new();
    for at in 0..len {
        if nulls.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1) {
            elements.push(Datum::Null);
            continue;
        }
        if matches!(element, Type::Bool) {
            elements.push(Datum::Bool(take_kind(&mut bytes)? == kind::TRUE));
        } else {
            elements.push(take_body(&mut bytes, element, depth)?);
        }
    }
    Some(elements)
}

/// The type number of a head without a column.
fn take_kind(bytes: &mut &[u8]) -> Option<u64> {
    let head = take_msb(bytes)?;
    if head & 15 == 15 { take_msb(bytes) } else { Some(head & 15) }
}

/// The head of a column: by how much its id is ahead, and its type number.
pub(crate) fn take_head(bytes: &mut &[u8]) -> Option<(u64, u64)> {
    let head = take_msb(bytes)?;
    let kind = if head & 15 == 15 { take_msb(bytes)? } else { head & 15 };
    Some((head >> 4, kind))
}

/// Reads the datum of a column after its head.
pub(crate) fn take_column(bytes: &mut &[u8], kind_found: u64, ty: &Type) -> Option<Datum> {
    match kind_found {
        kind::NULL => Some(Datum::Null),
        kind::TRUE => Some(Datum::Bool(true)),
        kind::FALSE => Some(Datum::Bool(false)),
        _ => take_body(bytes, ty, 0),
    }
}

fn take_body(bytes: &mut &[u8], ty: &Type, depth: u8) -> Option<Datum> {
    if depth > DEPTH_MAX {
        return None;
    }
    Some(match ty {
        Type::Int(_) => Datum::Int(take_zigzag(bytes)?),
        Type::String(..) => Datum::String(std::str::from_utf8(take_sized(bytes)?).ok()?.into()),
        Type::Time(_) => Datum::Time(take_zigzag(bytes)?),
        Type::Date => Datum::Date(i32::try_from(take_zigzag(bytes)?).ok()?),
        Type::Oid(_) => Datum::Oid(u32::try_from(take_zigzag(bytes)?).ok()?),
        Type::Float(_) => {
            Datum::Float(f64::from_bits(u64::from_be_bytes(take_bytes(bytes, 8)?.try_into().ok()?)))
        }
        Type::Decimal { .. } => {
            let len = num::to_usize(take_leb(bytes)?);
            Datum::decimal(plain_decimal(take_bytes(bytes, len)?)?)
        }
        Type::Bytes => Datum::bytes(take_sized(bytes)?),
        Type::Enum(ty) => key::enum_value(ty, take_sized(bytes)?)?,
        Type::Timestamp(_) => Datum::Timestamp(take_moment(bytes)?),
        Type::TimestampTz(_) => Datum::TimestampTz(take_moment(bytes)?),
        Type::Interval => Datum::Interval(Interval {
            months: i32::try_from(take_zigzag(bytes)?).ok()?,
            days: i32::try_from(take_zigzag(bytes)?).ok()?,
            nanos: take_zigzag(bytes)?,
        }),
        Type::Uuid => Datum::Uuid(take_bytes(bytes, 16)?.try_into().ok()?),
        Type::Inet => {
            let (inet, len) = Inet::from_key_bytes(bytes)?;
            take_bytes(bytes, len)?;
            Datum::Inet(Arc::new(inet))
        }
        Type::Json => Datum::json(json::decode(take_sized(bytes)?)?),
        Type::Array(element) => Datum::array(take_array(take_sized(bytes)?, element, depth + 1)?),
        Type::TimeTz(_) => Datum::TimeTz(TimeTz {
            micros: take_zigzag(bytes)?,
            offset_secs: i32::try_from(take_zigzag(bytes)?).ok()?,
        }),
        Type::Bit { .. } => {
            let len = num::to_usize(take_msb(bytes)?);
            let words = take_bytes(bytes, len.div_ceil(64).checked_mul(8)?)?
                .chunks_exact(8)
                .map(|word| word.iter().fold(0, |v, byte| v << 8 | u64::from(*byte)))
                .collect();
            Datum::Bit(Arc::new(Bits { words, len }))
        }
        Type::Tuple(tuple) => {
            let len = num::to_usize(take_msb(bytes)?);
            let mut fields = Vec::new();
            for ty in tuple.types.iter().take(len) {
                fields.push(match take_kind(bytes)? {
                    kind::NULL => Datum::Null,
                    kind::TRUE => Datum::Bool(true),
                    kind::FALSE => Datum::Bool(false),
                    _ => take_body(bytes, ty, depth + 1)?,
                });
            }
            Datum::Tuple(fields.into())
        }
        Type::Bool | Type::Unknown | Type::Void => return None,
    })
}

fn take_moment(bytes: &mut &[u8]) -> Option<i64> {
    let secs = take_zigzag(bytes)?;
    let nanos = take_zigzag(bytes)?;
    secs.checked_mul(MICROS_PER_SEC)?.checked_add(nanos / 1_000)
}

/// Moves past the datum of a column of any type.
pub(crate) fn skip_column(bytes: &mut &[u8], kind_found: u64) -> Option<()> {
    match kind_found {
        kind::NULL | kind::NOT_NULL | kind::TRUE | kind::FALSE => {}
        kind::INT => {
            take_leb(bytes)?;
        }
        kind::FLOAT => {
            take_bytes(bytes, 8)?;
        }
        kind::DECIMAL => {
            let len = take_leb(bytes)?;
            take_bytes(bytes, num::to_usize(len))?;
        }
        kind::BYTES | kind::ARRAY | kind::JSON => {
            take_sized(bytes)?;
        }
        kind::TIME | kind::TIMETZ => {
            take_leb(bytes)?;
            take_leb(bytes)?;
        }
        kind::INTERVAL => {
            for _ in 0..3 {
                take_leb(bytes)?;
            }
        }
        kind::UUID => {
            take_bytes(bytes, 16)?;
        }
        kind::INET => {
            let (_, len) = Inet::from_key_bytes(bytes)?;
            take_bytes(bytes, len)?;
        }
        kind::BITS => {
            let len = num::to_usize(take_msb(bytes)?);
            take_bytes(bytes, len.div_ceil(64).checked_mul(8)?)?;
        }
        kind::TUPLE => {
            // Fields may be tuples again only by hostile bytes; each still takes at least one byte.
            let len = take_msb(bytes)?;
            for _ in 0..len {
                let inner = take_kind(bytes)?;
                if inner == kind::TUPLE {
                    return None;
                }
                skip_column(bytes, inner)?;
            }
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests;
