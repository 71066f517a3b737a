//! Values as key parts, in either direction.
//!
//! ```text
//!   2, 'a' desc, NULL        8a  13 9e fffe  00        order of bytes = order of values
//! ```
//!
//! Shape: a part ends by itself, so parts are simply joined. Errors: JSON (which no key may hold here), an interval too
//! long for its sort key. Source: `spec/keys-and-values.md` §2.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use base::num;

use super::part::{self, take_byte, take_int_dir};
use crate::types::bits::Bits;
use crate::types::datum::{EnumValue, TimeTz};
use crate::types::inet::Inet;
use crate::types::interval::NANOS_PER_DAY;
use crate::types::time::MICROS_PER_SEC;
use crate::types::{Datum, EnumType, Error, Interval, Type};

/// What reading a broken key says.
pub(crate) const BROKEN: Error = Error::Corrupt("key is not of its index's form");

/// The same, made only when it is needed: an error that is made for every key must be thrown away for every key.
#[cold]
pub(crate) const fn broken() -> Error {
    BROKEN
}

/// Appends a value as a key part.
///
/// *Errors*: a value that no key can hold.
pub fn encode(out: &mut Vec<u8>, value: &Datum, desc: bool) -> Result<(), Error> {
    match value {
        Datum::Null => out.push(if desc { part::NULL_DESC } else { part::NULL }),
        Datum::Int(v) | Datum::Time(v) => part::put_int_dir(out, *v, desc),
        Datum::String(v) => part::put_bytes(out, v.as_bytes(), desc),
        Datum::Bool(v) => part::put_int_dir(out, i64::from(*v), desc),
        Datum::Date(v) => part::put_int_dir(out, i64::from(*v), desc),
        Datum::Oid(v) => part::put_int_dir(out, i64::from(*v), desc),
        Datum::Float(v) => part::put_float(out, *v, desc),
        Datum::Decimal(v) => part::put_decimal(out, v, desc),
        Datum::Bytes(v) => part::put_bytes(out, v, desc),
        Datum::Uuid(v) => part::put_bytes(out, v, desc),
        Datum::Inet(v) => part::put_bytes(out, &v.key_bytes(), desc),
        Datum::Enum(v) => part::put_bytes(out, v.physical(), desc),
        Datum::Timestamp(v) | Datum::TimestampTz(v) => {
            let nanos = v.rem_euclid(MICROS_PER_SEC) * 1_000;
            encode_time(out, v.div_euclid(MICROS_PER_SEC), nanos, desc);
        }
        Datum::TimeTz(v) => {
            out.push(part::TIMETZ);
            let utc = v.micros + i64::from(v.offset_secs) * MICROS_PER_SEC;
            part::put_int_dir(out, utc, desc);
            part::put_int_dir(out, i64::from(v.offset_secs), desc);
        }
        Datum::Interval(v) => encode_interval(out, v, desc)?,
        Datum::Bit(v) => encode_bits(out, v, desc),
        Datum::Array(elements) => {
            out.push(if desc { part::ARRAY_DESC } else { part::ARRAY });
            for element in elements.iter() {
                match element {
                    Datum::Null => out.push(if desc { 0xfe } else { 0x01 }),
                    other => encode(out, other, desc)?,
                }
            }
            out.push(if desc { 0xff } else { 0x00 });
        }
        Datum::Tuple(fields) => {
            for field in fields.iter() {
                encode(out, field, desc)?;
            }
        }
        Datum::Json(_) => {
            return Err(Error::Unsupported("JSONB in the key of an index".to_owned()));
        }
    }
    Ok(())
}

/// A moment: marker, seconds, nanoseconds.
pub(crate) fn encode_time(out: &mut Vec<u8>, secs: i64, nanos: i64, desc: bool) {
    out.push(part::TIME);
    part::put_int_dir(out, secs, desc);
    part::put_int_dir(out, nanos, desc);
}

pub(crate) fn encode_interval(out: &mut Vec<u8>, v: &Interval, desc: bool) -> Result<(), Error> {
    let total = i64::try_from(v.total_nanos())
        .map_err(|_| Error::OutOfRange("overflow during Encode".to_owned()))?;
    out.push(part::INTERVAL);
    part::put_int_dir(out, total, desc);
    part::put_int_dir(out, i64::from(v.months), desc);
    part::put_int_dir(out, i64::from(v.days), desc);
    Ok(())
}

fn encode_bits(out: &mut Vec<u8>, v: &Bits, desc: bool) {
    let used = num::to_u64(v.last_used());
    if desc {
        out.push(part::BITS_DESC);
        v.words.iter().for_each(|word| part::put_uvarint_desc(out, *word));
        out.push(0xff);
        part::put_uvarint_desc(out, used);
    } else {
        out.push(part::BITS);
        v.words.iter().for_each(|word| part::put_uvarint(out, *word));
        out.push(0x00);
        part::put_uvarint(out, used);
    }
}

/// Reads the key part of a column and moves past it.
///
/// *Errors*: bytes that are no such part.
pub fn decode(bytes: &mut &[u8], ty: &Type, desc: bool) -> Result<Datum, Error> {
    let null = if desc { part::NULL_DESC } else { part::NULL };
    if bytes.first() == Some(&null) {
        take_byte(bytes);
        return Ok(Datum::Null);
    }
    decode_present(bytes, ty, desc).ok_or_else(broken)
}

fn decode_present(bytes: &mut &[u8], ty: &Type, desc: bool) -> Option<Datum> {
    Some(match ty {
        Type::Int(_) => Datum::Int(take_int_dir(bytes, desc)?),
        Type::String(..) => Datum::from(String::from_utf8(take_string(bytes, desc)?).ok()?),
        Type::Bool => Datum::Bool(take_int_dir(bytes, desc)? != 0),
        Type::Date => Datum::Date(i32::try_from(take_int_dir(bytes, desc)?).ok()?),
        Type::Time(_) => Datum::Time(take_int_dir(bytes, desc)?),
        Type::Oid(_) => Datum::Oid(u32::try_from(take_int_dir(bytes, desc)?).ok()?),
        Type::Float(_) => Datum::Float(part::take_float(bytes, desc)?),
        Type::Decimal { .. } => Datum::decimal(part::take_decimal(bytes, desc)?),
        Type::Bytes => Datum::bytes(take_string(bytes, desc)?),
        Type::Uuid => Datum::Uuid(take_string(bytes, desc)?.try_into().ok()?),
        Type::Inet => Datum::Inet(Arc::new(Inet::from_key_bytes(&take_string(bytes, desc)?)?.0)),
        Type::Enum(ty) => enum_value(ty, &take_string(bytes, desc)?)?,
        Type::Timestamp(_) => Datum::Timestamp(take_time(bytes, desc)?),
        Type::TimestampTz(_) => Datum::TimestampTz(take_time(bytes, desc)?),
        Type::TimeTz(_) => {
            take_byte(bytes).filter(|marker| *marker == part::TIMETZ)?;
            let utc = take_int_dir(bytes, desc)?;
            let offset = i32::try_from(take_int_dir(bytes, desc)?).ok()?;
            Datum::TimeTz(TimeTz {
                micros: utc.checked_sub(i64::from(offset) * MICROS_PER_SEC)?,
                offset_secs: offset,
            })
        }
        Type::Interval => Datum::Interval(take_interval(bytes, desc)?),
        Type::Bit { .. } => Datum::Bit(Arc::new(take_bits(bytes, desc)?)),
        Type::Array(element) => {
            take_byte(bytes)?;
            let (end, null) = if desc { (0xff, 0xfe) } else { (0x00, 0x01) };
            let mut elements = Vec::new();
            loop {
                match *bytes.first()? {
                    marker if marker == end => {
                        take_byte(bytes);
                        return Some(Datum::array(elements));
                    }
                    marker if marker == null => {
                        take_byte(bytes);
                        elements.push(Datum::Null);
                    }
                    _ => elements.push(decode_present(bytes, element, desc)?),
                }
            }
        }
        Type::Tuple(tuple) => {
            let fields: Result<Vec<Datum>, Error> =
                tuple.types.iter().map(|ty| decode(bytes, ty, desc)).collect();
            Datum::Tuple(fields.ok()?.into())
        }
        Type::Unknown | Type::Json | Type::Void => return None,
    })
}

fn take_string(bytes: &mut &[u8], desc: bool) -> Option<Vec<u8>> {
    let marker = if desc { part::BYTES_DESC } else { part::BYTES };
    take_byte(bytes).filter(|found| *found == marker)?;
    part::take_escaped(bytes, desc)
}

/// The member with a physical form.
pub(crate) fn enum_value(ty: &Arc<EnumType>, physical: &[u8]) -> Option<Datum> {
    let member = ty.members.iter().position(|member| member.physical == physical)?;
    Some(Datum::Enum(Arc::new(EnumValue { ty: Arc::clone(ty), member })))
}

fn take_time(bytes: &mut &[u8], desc: bool) -> Option<i64> {
    take_byte(bytes).filter(|marker| *marker == part::TIME)?;
    let secs = take_int_dir(bytes, desc)?;
    let nanos = take_int_dir(bytes, desc)?;
    secs.checked_mul(MICROS_PER_SEC)?.checked_add(nanos / 1_000)
}

pub(crate) fn take_interval(bytes: &mut &[u8], desc: bool) -> Option<Interval> {
    take_byte(bytes).filter(|marker| *marker == part::INTERVAL)?;
    let total = take_int_dir(bytes, desc)?;
    let months = i32::try_from(take_int_dir(bytes, desc)?).ok()?;
    let days = i32::try_from(take_int_dir(bytes, desc)?).ok()?;
    let whole = (i64::from(months) * 30 + i64::from(days)).checked_mul(NANOS_PER_DAY)?;
    Some(Interval { months, days, nanos: total.checked_sub(whole)? })
}

fn take_bits(bytes: &mut &[u8], desc: bool) -> Option<Bits> {
    take_byte(bytes)?;
    let end = if desc { 0xff } else { 0x00 };
    let take = |bytes: &mut &[u8]| {
        if desc { part::take_uvarint_desc(bytes) } else { part::take_uvarint(bytes) }
    };
    let mut words = Vec::new();
    while *bytes.first()? != end {
        words.push(take(bytes)?);
    }
    take_byte(bytes)?;
    let used = num::to_usize(take(bytes)?);
    let len = if words.is_empty() { 0 } else { (words.len() - 1) * 64 + used };
    Some(Bits { words, len })
}

/// Moves past one part of any type.
pub fn skip(bytes: &mut &[u8]) -> Result<(), Error> {
    skip_part(bytes, true).ok_or_else(broken)
}

/// Arrays of arrays do not exist, so bytes cannot make this call itself more than once.
fn skip_part(bytes: &mut &[u8], may_be_array: bool) -> Option<()> {
    let marker = *bytes.first()?;
    match marker {
        part::NULL | part::NULL_DESC | 0x01 | 0xfe => {
            take_byte(bytes)?;
        }
        0x02..=0x06 => {
            part::take_float(bytes, false)?;
        }
        part::BYTES | part::BYTES_DESC => {
            take_byte(bytes)?;
            part::take_escaped(bytes, marker == part::BYTES_DESC)?;
        }
        part::TIME | part::TIMETZ => {
            take_byte(bytes)?;
            part::take_int(bytes)?;
            part::take_int(bytes)?;
        }
        part::INTERVAL => {
            take_byte(bytes)?;
            for _ in 0..3 {
                part::take_int(bytes)?;
            }
        }
        0x18..=0x36 => {
            part::take_decimal(bytes, false)?;
        }
        part::BITS | part::BITS_DESC => {
            take_bits(bytes, marker == part::BITS_DESC)?;
        }
        part::ARRAY | part::ARRAY_DESC if may_be_array => {
            take_byte(bytes)?;
            let end = if marker == part::ARRAY_DESC { 0xff } else { 0x00 };
            while *bytes.first()? != end {
                skip_part(bytes, false)?;
            }
            take_byte(bytes)?;
        }
        0x80..=0xfd => {
            part::take_int(bytes)?;
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests;
