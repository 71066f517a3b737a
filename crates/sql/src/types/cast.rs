//! Casts: `x::T`, and the silent ones of INSERT and UPDATE.
//!
//! ```text
//!   'abcd'::VARCHAR(3)            'abc'        an explicit cast cuts
//!   INSERT INTO t (v3) 'abcd'     error        an assignment checks: value too long for type VARCHAR(3)
//!   INSERT INTO t (i2) 99999      error        integer out of range for type int2
//!   INSERT INTO t (d) 1.005       1.01         decimals are rounded to their scale in both
//! ```
//!
//! Shape: [`cast`] converts between types, [`assign`] fits a value of the right family into a column.
//! Errors: a cast that does not exist is found when typing, by [`exists`].

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use base::num;

use super::expr::EvalCx;
use super::time::{self, MICROS_PER_DAY};
use super::{
    Datum, Decimal, Error, Family, Interval, Json, OidKind, StringKind, Type, Width, decimal, text,
};

/// Whether one type is cast to another when asked.
#[expect(clippy::match_same_arms, reason = "a table, in the order of the kinds")]
pub fn exists(from: &Type, to: &Type) -> bool {
    use Family as F;
    let (from_family, to_family) = (from.family(), to.family());
    if from_family == F::Unknown
        || from_family == to_family && !matches!(to, Type::Array(_) | Type::Tuple(_))
    {
        return true;
    }
    match (from, to) {
        (Type::Array(a), Type::Array(b)) => return exists(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            return a.types.len() == b.types.len()
                && a.types.iter().zip(&b.types).all(|(a, b)| exists(a, b));
        }
        _ => {}
    }
    // Everything has a text, and everything is read from one.
    if to_family == F::String || from_family == F::String {
        return to_family != F::Void;
    }
    match from_family {
        F::Bool => matches!(to_family, F::Int | F::Float | F::Decimal),
        F::Int => matches!(
            to_family,
            F::Bool
                | F::Float
                | F::Decimal
                | F::Oid
                | F::Bit
                | F::Interval
                | F::Timestamp
                | F::TimestampTz
                | F::Date
        ),
        F::Float | F::Decimal => {
            matches!(to_family, F::Bool | F::Int | F::Float | F::Decimal | F::Interval)
        }
        F::Bytes => to_family == F::Uuid,
        F::Uuid => to_family == F::Bytes,
        F::Date => matches!(to_family, F::Timestamp | F::TimestampTz | F::Int),
        F::Time => matches!(to_family, F::TimeTz | F::Interval),
        F::TimeTz => to_family == F::Time,
        F::Timestamp | F::TimestampTz => matches!(
            to_family,
            F::Date
                | F::Time
                | F::TimeTz
                | F::Timestamp
                | F::TimestampTz
                | F::Int
                | F::Float
                | F::Decimal
        ),
        F::Interval => matches!(to_family, F::Time | F::Int | F::Float | F::Decimal),
        F::Json => matches!(to_family, F::Bool | F::Int | F::Float | F::Decimal),
        F::Oid => to_family == F::Int,
        F::Bit => to_family == F::Int,
        F::Enum => to_family == F::Bytes,
        F::Unknown | F::String | F::Inet | F::Array | F::Tuple | F::Void => false,
    }
}

/// Whether a column of one type takes a value of another without being asked to cast.
#[expect(clippy::unnested_or_patterns, reason = "pairs read better than nests")]
pub fn assignable(from: &Type, to: &Type) -> bool {
    use Family as F;
    if from.equivalent(to) {
        return true;
    }
    if let (Type::Array(a), Type::Array(b)) = (from, to) {
        return assignable(a, b);
    }
    match (from.family(), to.family()) {
        // Any value may become text on its way into a string column.
        (_, F::String)
        | (F::Int | F::Float | F::Decimal, F::Int | F::Float | F::Decimal)
        | (F::Int, F::Oid)
        | (F::Oid, F::Int)
        | (F::Date | F::Timestamp | F::TimestampTz, F::Date | F::Timestamp | F::TimestampTz)
        | (F::Timestamp | F::TimestampTz, F::Time)
        | (F::TimestampTz, F::TimeTz)
        | (F::Time, F::TimeTz | F::Interval)
        | (F::TimeTz, F::Time)
        | (F::Interval, F::Time) => true,
        _ => false,
    }
}

/// Whether a cast depends on nothing but its value.
pub(crate) fn is_immutable(from: &Type, to: &Type) -> bool {
    use Family as F;
    let timely = |family: F| {
        matches!(family, F::Date | F::Time | F::TimeTz | F::Timestamp | F::TimestampTz | F::Oid)
    };
    let (from, to) = (from.family(), to.family());
    from == to
        || !(to == F::Oid
            || from == F::Oid
            || from == F::String && timely(to)
            || to == F::String && timely(from))
}

/// A value of type `from` as type `to`, cut or rounded to its width.
///
/// *Errors*: the value has no such form.
pub fn cast(value: Datum, from: &Type, to: &Type, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let converted = convert(value, from, to, cx)?;
    Ok(match (&converted, to) {
        (Datum::String(value), Type::String(kind, width)) if *width > 0 => {
            let limit = num::index(*width);
            if value.chars().count() > limit {
                Datum::from(value.chars().take(limit).collect::<String>())
            } else if *kind == StringKind::Char && value.ends_with(' ') {
                Datum::from(value.trim_end_matches(' '))
            } else {
                converted
            }
        }
        (Datum::Bit(bits), Type::Bit { width: width @ 1.., .. })
            if bits.len > num::index(*width) =>
        {
            Datum::Bit(Arc::new(bits.truncated(num::index(*width))))
        }
        _ => fit(converted, to)?,
    })
}

/// A value fitted into a column: converted where the families differ, widths checked.
///
/// *Errors*: the value does not fit.
pub fn assign(value: Datum, to: &Type, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let from = value.ty();
    let converted = convert(value, &from, to, cx)?;
    match (&converted, to) {
        (Datum::String(value), Type::String(kind, width)) if *width > 0 => {
            let limit = num::index(*width);
            if value.chars().count() <= limit {
                return Ok(converted);
            }
            let bare = value.trim_end_matches(' ');
            if *kind == StringKind::Char && bare.chars().count() <= limit {
                return Ok(Datum::from(bare));
            }
            Err(Error::TooLong(to.to_string()))
        }
        (Datum::Bit(bits), Type::Bit { varying, width: width @ 1.. }) => {
            let limit = num::index(*width);
            if bits.len == limit || *varying && bits.len < limit {
                Ok(converted)
            } else if *varying {
                Err(Error::Refused {
                    code: base::sqlstate::SqlState::STRING_DATA_RIGHT_TRUNCATION,
                    message: format!("bit string length {} too large for type {to}", bits.len),
                    hint: None,
                })
            } else {
                Err(Error::Refused {
                    code: base::sqlstate::SqlState::STRING_DATA_LENGTH_MISMATCH,
                    message: format!("bit string length {} does not match type {to}", bits.len),
                    hint: None,
                })
            }
        }
        (Datum::Array(elements), Type::Array(element)) => Ok(Datum::array(
            elements
                .iter()
                .map(|value| assign(value.clone(), element, cx))
                .collect::<Result<_, _>>()?,
        )),
        (Datum::Enum(member), Type::Enum(_))
            if member.ty.members.get(member.member).is_some_and(|member| member.read_only) =>
        {
            Err(Error::Refused {
                code: base::sqlstate::SqlState::INVALID_PARAMETER_VALUE,
                message: format!("enum value \"{}\" is not yet public", member.logical()),
                hint: None,
            })
        }
        _ => fit(converted, to),
    }
}

/// Range and scale of numbers, precision of times: alike for both kinds of casts.
fn fit(value: Datum, to: &Type) -> Result<Datum, Error> {
    match (&value, to) {
        (Datum::Int(n), Type::Int(width)) => {
            let fits = match width {
                Width::W2 => i16::try_from(*n).is_ok(),
                Width::W4 => i32::try_from(*n).is_ok(),
                Width::W8 => true,
            };
            if fits {
                Ok(value)
            } else {
                Err(Error::OutOfRange(format!("integer out of range for type {}", to.name())))
            }
        }
        (Datum::Float(n), Type::Float(Width::W2 | Width::W4)) => {
            Ok(Datum::Float(f64::from(num::to_f32(*n))))
        }
        (Datum::Decimal(n), Type::Decimal { precision: precision @ 1.., scale }) => {
            let rounded = n.quantize(i32::try_from(*scale).unwrap_or(0));
            if let Decimal::Finite { coeff, .. } = &rounded
                && *coeff.magnitude() != num_bigint::BigUint::ZERO
                && decimal::digits(coeff) > *precision
            {
                return Err(Error::DecimalTooLong { precision: *precision, scale: *scale });
            }
            Ok(Datum::decimal(rounded))
        }
        (Datum::Timestamp(at), Type::Timestamp(digits @ Some(_))) => {
            Ok(Datum::Timestamp(time::round_micros(*at, *digits)))
        }
        (Datum::TimestampTz(at), Type::TimestampTz(digits @ Some(_))) => {
            Ok(Datum::TimestampTz(time::round_micros(*at, *digits)))
        }
        (Datum::Time(at), Type::Time(digits @ Some(_))) => {
            Ok(Datum::Time(time::round_micros(*at, *digits)))
        }
        _ => Ok(value),
    }
}

/// From family to family; widths are the caller's.
fn convert(value: Datum, from: &Type, to: &Type, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    if value.is_null()
        || matches!(
            (&value, to),
            (Datum::String(_), Type::String(..)) | (Datum::Oid(_), Type::Oid(_))
        )
    {
        return Ok(value);
    }
    Ok(match (&value, to) {
        (Datum::String(source), to) => from_string(source, to, cx)?,
        (value, Type::String(..)) => into_string(value, from, cx),
        (Datum::Bytes(bytes), Type::Uuid) => {
            Datum::Uuid(<[u8; 16]>::try_from(&**bytes).map_err(|_| {
                Error::parse(&text::bytes_text(bytes), "uuid", "uuid: incorrect UUID length")
            })?)
        }
        (Datum::Uuid(uuid), Type::Bytes) => Datum::bytes(*uuid),
        (Datum::Enum(member), Type::Bytes) => Datum::bytes(member.physical()),
        (Datum::Json(json), Type::Bool | Type::Int(_) | Type::Float(_) | Type::Decimal { .. }) => {
            from_json(json, to, cx)?
        }
        (Datum::Bit(bits), Type::Int(_)) => {
            let word = bits.words.first().copied().unwrap_or(0);
            let shift = u32::try_from(64_usize.saturating_sub(bits.len)).unwrap_or(0);
            Datum::Int(num::as_signed(word.checked_shr(shift).unwrap_or(0)))
        }
        (Datum::Array(elements), Type::Array(to)) => {
            let from = if let Type::Array(from) = from { (**from).clone() } else { Type::Unknown };
            Datum::array(
                elements
                    .iter()
                    .map(|value| cast(value.clone(), &from, to, cx))
                    .collect::<Result<_, _>>()?,
            )
        }
        (Datum::Tuple(fields), Type::Tuple(to)) => Datum::Tuple(
            fields
                .iter()
                .zip(&to.types)
                .map(|(field, ty)| cast(field.clone(), &field.ty(), ty, cx))
                .collect::<Result<_, _>>()?,
        ),
        (
            Datum::Bool(_) | Datum::Int(_) | Datum::Float(_) | Datum::Decimal(_) | Datum::Oid(_),
            _,
        ) => convert_number(value, to)?,
        (
            Datum::Date(_)
            | Datum::Timestamp(_)
            | Datum::TimestampTz(_)
            | Datum::Time(_)
            | Datum::TimeTz(_)
            | Datum::Interval(_),
            _,
        ) => convert_time(value, to, cx.zone_secs)?,
        _ => value,
    })
}

fn from_string(source: &str, to: &Type, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    match to {
        Type::Oid(kind) => named_oid(source, *kind, cx),
        Type::Bytes => Ok(Datum::bytes(text::parse_bytes(source)?)),
        Type::Json => Ok(Datum::json(Json::parse(source)?)),
        to => to.parse_text(source, &cx.text_cx()),
    }
}

fn into_string(value: &Datum, from: &Type, cx: &mut EvalCx<'_>) -> Datum {
    match value {
        Datum::Oid(id) => Datum::from(oid_text(*id, from, cx)),
        Datum::Bytes(bytes) => Datum::from(text::bytes_text(bytes)),
        other => Datum::from(other.to_text_as(from, cx.zone_secs)),
    }
}

/// From truths, numbers and object ids; a number of time is in seconds, of a date in days.
fn convert_number(value: Datum, to: &Type) -> Result<Datum, Error> {
    let secs = |n: i64| n.checked_mul(time::MICROS_PER_SEC).ok_or_else(int_range);
    Ok(match (&value, to) {
        (Datum::Bool(truth), Type::Int(_)) => Datum::Int(i64::from(*truth)),
        (Datum::Bool(truth), Type::Float(_)) => Datum::Float(f64::from(u8::from(*truth))),
        (Datum::Bool(truth), Type::Decimal { .. }) => Datum::decimal(i64::from(*truth).into()),
        (Datum::Int(n), Type::Bool) => Datum::Bool(*n != 0),
        (Datum::Int(n), Type::Float(_)) => Datum::Float(num::to_f64(*n)),
        (Datum::Int(n), Type::Decimal { .. }) => Datum::decimal(Decimal::from(*n)),
        (Datum::Int(n), Type::Oid(_)) => Datum::Oid(u32::try_from(*n).map_err(|_| int_range())?),
        (Datum::Int(n), Type::Interval) => Datum::Interval(Interval::from_micros(secs(*n)?)),
        (Datum::Int(n), Type::Timestamp(_)) => Datum::Timestamp(secs(*n)?),
        (Datum::Int(n), Type::TimestampTz(_)) => Datum::TimestampTz(secs(*n)?),
        (Datum::Int(n), Type::Date) => Datum::Date(i32::try_from(*n).map_err(|_| int_range())?),
        (Datum::Int(n), Type::Bit { width, .. }) => int_bits(*n, *width)?,
        (Datum::Float(n), Type::Bool) => Datum::Bool(*n != 0.0),
        (Datum::Float(n), Type::Int(_)) => Datum::Int(float_to_int(*n)?),
        (Datum::Float(n), Type::Decimal { .. }) => Datum::decimal(decimal::from_f64(*n)),
        (Datum::Float(n), Type::Interval) => seconds_interval(*n),
        (Datum::Decimal(n), Type::Bool) => Datum::Bool(!n.is_zero()),
        (Datum::Decimal(n), Type::Int(_)) => Datum::Int(n.to_i64().ok_or_else(int_range)?),
        (Datum::Decimal(n), Type::Float(_)) => Datum::Float(n.to_f64()),
        (Datum::Decimal(n), Type::Interval) => seconds_interval(n.to_f64()),
        (Datum::Oid(id), Type::Int(_)) => Datum::Int(i64::from(*id)),
        _ => value,
    })
}

/// From dates, times and intervals.
fn convert_time(value: Datum, to: &Type, zone_secs: i32) -> Result<Datum, Error> {
    let zone_micros = i64::from(zone_secs) * time::MICROS_PER_SEC;
    Ok(match (&value, to) {
        (Datum::Date(day), Type::Timestamp(_)) => Datum::Timestamp(day_start(*day)?),
        (Datum::Date(day), Type::TimestampTz(_)) => {
            Datum::TimestampTz(day_start(*day)?.saturating_sub(zone_micros))
        }
        (Datum::Date(day), Type::Int(_)) => Datum::Int(i64::from(*day)),
        (Datum::Timestamp(at), Type::TimestampTz(_)) => {
            Datum::TimestampTz(at.saturating_sub(zone_micros))
        }
        (Datum::TimestampTz(at), Type::Timestamp(_)) => {
            Datum::Timestamp(at.saturating_add(zone_micros))
        }
        (Datum::Timestamp(at), Type::Date) => Datum::Date(time::split(*at).0),
        (Datum::TimestampTz(at), Type::Date) => {
            Datum::Date(time::split(at.saturating_add(zone_micros)).0)
        }
        (Datum::Timestamp(at), Type::Time(_)) => Datum::Time(time::split(*at).1),
        (Datum::TimestampTz(at), Type::Time(_)) => {
            Datum::Time(time::split(at.saturating_add(zone_micros)).1)
        }
        (Datum::TimestampTz(at), Type::TimeTz(_)) => Datum::TimeTz(super::datum::TimeTz {
            micros: time::split(at.saturating_add(zone_micros)).1,
            offset_secs: -zone_secs,
        }),
        (Datum::Timestamp(at) | Datum::TimestampTz(at), Type::Int(_)) => {
            Datum::Int(at.div_euclid(time::MICROS_PER_SEC))
        }
        (Datum::Timestamp(at) | Datum::TimestampTz(at), Type::Float(_)) => {
            Datum::Float(num::to_f64(*at) / 1e6)
        }
        (Datum::Timestamp(at) | Datum::TimestampTz(at), Type::Decimal { .. }) => {
            Datum::decimal(Decimal::new(*at, -6))
        }
        (Datum::Time(at), Type::Interval) => Datum::Interval(Interval::from_micros(*at)),
        (Datum::Time(at), Type::TimeTz(_)) => {
            Datum::TimeTz(super::datum::TimeTz { micros: *at, offset_secs: -zone_secs })
        }
        (Datum::TimeTz(at), Type::Time(_)) => Datum::Time(at.micros),
        (Datum::Interval(length), Type::Time(_)) => {
            Datum::Time((length.nanos / 1_000).rem_euclid(MICROS_PER_DAY))
        }
        (Datum::Interval(length), Type::Int(_) | Type::Float(_) | Type::Decimal { .. }) => {
            let micros = i64::try_from(length.total_nanos() / 1_000).map_err(|_| int_range())?;
            match to {
                Type::Int(_) => Datum::Int(micros / time::MICROS_PER_SEC),
                Type::Float(_) => Datum::Float(num::to_f64(micros) / 1e6),
                _ => Datum::decimal(Decimal::new(micros, -6)),
            }
        }
        _ => value,
    })
}

fn int_range() -> Error {
    Error::OutOfRange("integer out of range".to_owned())
}

/// To the nearest, halves to the even neighbour, as PostgreSQL rounds.
fn float_to_int(n: f64) -> Result<i64, Error> {
    let rounded = libm::rint(n);
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded);
    if in_range { Ok(num::truncate_f64(rounded)) } else { Err(int_range()) }
}

fn seconds_interval(secs: f64) -> Datum {
    Datum::Interval(Interval::from_micros(num::truncate_f64(libm::round(secs * 1e6))))
}

fn day_start(day: i32) -> Result<i64, Error> {
    time::join(day, 0).ok_or_else(|| Error::OutOfRange("date is out of range".to_owned()))
}

fn int_bits(n: i64, width: u32) -> Result<Datum, Error> {
    let len = if width == 0 { 64 } else { num::index(width) };
    let digits: String = (0..len)
        .rev()
        .map(|at| if at < 64 && (num::as_unsigned(n) >> at) & 1 == 1 { '1' } else { '0' })
        .collect();
    Ok(Datum::Bit(Arc::new(super::bits::Bits::parse(&digits)?)))
}

fn from_json(json: &Json, to: &Type, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    match (json, to) {
        (Json::Null, _) => Ok(Datum::Null),
        (Json::Bool(truth), Type::Bool) => Ok(Datum::Bool(*truth)),
        (Json::Number(n), Type::Int(_) | Type::Float(_) | Type::Decimal { .. }) => {
            convert(Datum::decimal(n.clone()), &Type::DECIMAL, to, cx)
        }
        _ => Err(Error::invalid(format!(
            "cannot cast jsonb {} to type {}",
            json.type_name(),
            to.name()
        ))),
    }
}

/// The name of the object behind a number, for the REG types.
fn oid_text(id: u32, from: &Type, cx: &mut EvalCx<'_>) -> String {
    let name = if let Type::Oid(kind) = from
        && *kind != OidKind::Oid
    {
        cx.host.object_name(*kind, id)
    } else {
        None
    };
    name.unwrap_or_else(|| id.to_string())
}

/// The number of the object that a text names.
fn named_oid(source: &str, kind: OidKind, cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
    let trimmed = source.trim();
    if let Ok(id) = trimmed.parse::<u32>() {
        return Ok(Datum::Oid(id));
    }
    if kind == OidKind::Oid {
        return Err(Error::parse(
            source,
            "oid",
            format!("strconv.ParseInt: parsing {trimmed:?}: invalid syntax"),
        ));
    }
    cx.host.object_id(kind, trimmed)?.map(Datum::Oid).ok_or_else(|| {
        use base::sqlstate::SqlState;
        let (what, code) = match kind {
            OidKind::Regclass | OidKind::Oid => ("relation", SqlState::UNDEFINED_TABLE),
            OidKind::Regtype => ("type", SqlState::UNDEFINED_OBJECT),
            OidKind::Regproc => ("function", SqlState::UNDEFINED_FUNCTION),
            OidKind::Regnamespace => ("namespace", SqlState::UNDEFINED_OBJECT),
            OidKind::Regrole => ("role", SqlState::UNDEFINED_OBJECT),
        };
        Error::Refused { code, message: format!("{what} \"{trimmed}\" does not exist"), hint: None }
    })
}

#[cfg(test)]
mod tests {
    use super::super::expr::with_pure_cx;
    use super::*;

    fn casted(value: Datum, to: &Type) -> Result<String, Error> {
        let from = value.ty();
        with_pure_cx(|cx| cast(value, &from, to, cx)).map(|value| value.to_text())
    }

    fn assigned(value: Datum, to: &Type) -> Result<String, String> {
        with_pure_cx(|cx| assign(value, to, cx))
            .map(|value| value.to_text())
            .map_err(|error| format!("{} {error}", error.sqlstate()))
    }

    #[test]
    fn explicit_casts_cut() {
        let v3 = Type::String(StringKind::Varchar, 3);
        assert_eq!(casted("abcd".into(), &v3).unwrap(), "abc");
        assert_eq!(casted(Datum::Float(2.5), &Type::INT).unwrap(), "2");
        assert_eq!(
            casted(Datum::decimal(Decimal::parse("2.5").unwrap()), &Type::INT).unwrap(),
            "3"
        );
        assert_eq!(casted("{1,2}".into(), &Type::array(Type::INT)).unwrap(), "{1,2}");
        assert_eq!(casted(Datum::Int(5), &Type::Bit { varying: false, width: 4 }).unwrap(), "0101");
        assert_eq!(casted(Datum::Date(19_083), &Type::TIMESTAMP).unwrap(), "2022-04-01 00:00:00");
        assert!(!exists(&Type::Uuid, &Type::INT) && exists(&Type::INT, &Type::STRING));
    }

    #[test]
    fn assignments_check() {
        let v3 = Type::String(StringKind::Varchar, 3);
        assert_eq!(
            assigned("abcd".into(), &v3).unwrap_err(),
            "22001 value too long for type VARCHAR(3)"
        );
        assert_eq!(
            assigned(Datum::Int(99_999), &Type::INT2).unwrap_err(),
            "22003 integer out of range for type int2"
        );
        let d42 = Type::Decimal { precision: 4, scale: 2 };
        let dec = |text: &str| Datum::decimal(Decimal::parse(text).unwrap());
        assert_eq!(assigned(dec("1.005"), &d42).unwrap(), "1.01");
        assert_eq!(
            assigned(dec("100"), &d42).unwrap_err(),
            "22003 type DECIMAL(4,2): value with precision 4, scale 2 must round to an absolute value less than 10^2"
        );
        assert_eq!(assigned(Datum::Int(3), &d42).unwrap(), "3.00");
    }
}
