//! A column that is alone in its family: a value with its own tag, without a tuple around it.
//!
//! | type | tag | data |
//! |---|---|---|
//! | INT, BOOL, DATE, TIME | 01 | zig-zag varint |
//! | STRING, BYTES, UUID, enum, JSONB | 03 | raw |
//! | DECIMAL | 05 | plain decimal |
//! | TIMESTAMP, INTERVAL, TIMETZ | 04, 06, 0c | as the key part |
//! | arrays and other rare types | 03 | as in a tuple, with its head |

use kv::mvcc::value::tag;

use super::{key, value};
use crate::types::{Datum, Error, Type};

/// A value with its own tag, without a tuple around it.
#[expect(clippy::match_same_arms, reason = "a table, in the order of the kinds")]
pub(crate) fn put(out: &mut Vec<u8>, datum: &Datum) -> Result<(), Error> {
    match datum {
        Datum::Int(v) => put_tagged_int(out, *v),
        Datum::Bool(v) => put_tagged_int(out, i64::from(*v)),
        Datum::Date(v) => put_tagged_int(out, i64::from(*v)),
        Datum::Time(v) => put_tagged_int(out, *v),
        Datum::Oid(v) => put_tagged_int(out, i64::from(*v)),
        Datum::Float(v) => {
            out.push(tag::FLOAT);
            out.extend_from_slice(&v.to_bits().to_be_bytes());
        }
        Datum::String(v) => put_tagged(out, v.as_bytes()),
        Datum::Bytes(v) => put_tagged(out, v),
        Datum::Uuid(v) => put_tagged(out, v),
        Datum::Enum(v) => put_tagged(out, v.physical()),
        Datum::Inet(v) => put_tagged(out, &v.key_bytes()),
        Datum::Json(v) => put_tagged(out, &super::json::encode(v)?),
        Datum::Decimal(v) => {
            out.push(tag::DECIMAL);
            value::put_plain_decimal(out, v);
        }
        Datum::Timestamp(_) | Datum::TimestampTz(_) => {
            out.push(tag::TIME);
            key::encode(out, datum, false)?;
        }
        Datum::Interval(v) => {
            out.push(tag::DURATION);
            key::encode_interval(out, v, false)?;
        }
        Datum::TimeTz(_) => {
            out.push(tag::TIMETZ);
            key::encode(out, datum, false)?;
        }
        Datum::Array(_) | Datum::Tuple(_) | Datum::Bit(_) | Datum::Null => {
            // As bytes, in the form that a tuple has for them.
            out.push(tag::BYTES);
            value::put_column(out, 0, datum)?;
        }
    }
    Ok(())
}

fn put_tagged_int(out: &mut Vec<u8>, v: i64) {
    out.push(tag::INT);
    value::put_zigzag(out, v);
}

fn put_tagged(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(tag::BYTES);
    out.extend_from_slice(bytes);
}

/// Reads what [`put`] wrote after the tag.
pub(crate) fn take(tag_found: u8, mut data: &[u8], ty: &Type) -> Option<Datum> {
    let bytes = &mut data;
    Some(match (tag_found, ty) {
        (tag::INT, Type::Int(_)) => Datum::Int(value::take_zigzag(bytes)?),
        (tag::INT, Type::Bool) => Datum::Bool(value::take_zigzag(bytes)? != 0),
        (tag::INT, Type::Date) => Datum::Date(i32::try_from(value::take_zigzag(bytes)?).ok()?),
        (tag::INT, Type::Time(_)) => Datum::Time(value::take_zigzag(bytes)?),
        (tag::INT, Type::Oid(_)) => Datum::Oid(u32::try_from(value::take_zigzag(bytes)?).ok()?),
        (tag::FLOAT, _) => Datum::Float(f64::from_bits(u64::from_be_bytes(data.try_into().ok()?))),
        (tag::BYTES, Type::String(..)) => Datum::from(std::str::from_utf8(data).ok()?),
        (tag::BYTES, Type::Bytes) => Datum::bytes(data),
        (tag::BYTES, Type::Uuid) => Datum::Uuid(data.try_into().ok()?),
        (tag::BYTES, Type::Enum(ty)) => key::enum_value(ty, data)?,
        (tag::BYTES, Type::Inet) => {
            Datum::Inet(std::sync::Arc::new(crate::types::inet::Inet::from_key_bytes(data)?.0))
        }
        (tag::BYTES, Type::Json) => Datum::json(super::json::decode(data)?),
        (tag::BYTES, ty) => {
            let (_, kind) = value::take_head(bytes)?;
            value::take_column(bytes, kind, ty)?
        }
        (tag::DECIMAL, _) => Datum::decimal(value::plain_decimal(data)?),
        (tag::TIME | tag::DURATION | tag::TIMETZ, ty) => key::decode(bytes, ty, false).ok()?,
        _ => return None,
    })
}
