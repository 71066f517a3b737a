//! Values as text, both ways.
//!
//! | type | text |
//! |---|---|
//! | BOOL | `true`, `false` |
//! | BYTES | `\x6162` |
//! | TIMESTAMPTZ | `2022-04-01 02:00:00.123456+00` |
//! | array | `{a,b,"c d",NULL}` |
//! | tuple | `(1,"a b",)` |
//! | JSONB | `{"a": 1}` |
//!
//! Shape: text as `cockroach sql` shows it; NULL is the caller's (it shows `NULL`, inside arrays too).

use std::fmt::Write;
use std::sync::Arc;

use super::bits::Bits;
use super::datum::EnumValue;
use super::inet::Inet;
use super::time::TextCx;
use super::{Datum, Decimal, EnumType, Error, Interval, Json, Type, Width, array, float, time};

impl Datum {
    /// The text form in UTC; NULL is `NULL`.
    pub fn to_text(&self) -> String {
        self.to_text_in(0)
    }

    /// The text form in the zone `zone_secs` east of UTC.
    pub fn to_text_in(&self, zone_secs: i32) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => float::to_text(*value, false),
            Self::Decimal(value) => value.to_string(),
            Self::String(value) => value.to_string(),
            Self::Bytes(value) => bytes_text(value),
            Self::Date(day) => time::date_text(*day),
            Self::Time(micros) => time::time_text(*micros),
            Self::TimeTz(value) => time::timetz_text(*value),
            Self::Timestamp(micros) => time::timestamp_text(*micros),
            Self::TimestampTz(micros) => time::timestamptz_text(*micros, zone_secs),
            Self::Interval(value) => value.to_string(),
            Self::Uuid(value) => base::ids::Uuid(*value).to_string(),
            Self::Inet(value) => value.to_string(),
            Self::Json(value) => value.to_string(),
            Self::Array(elements) => array::to_text(elements, zone_secs),
            Self::Enum(value) => value.logical().to_owned(),
            Self::Oid(value) => value.to_string(),
            Self::Tuple(fields) => array::tuple_text(fields, zone_secs),
            Self::Bit(value) => value.to_string(),
        }
    }

    /// The text of a value of a type: a 4-byte float prints its own digits, CHAR(n) pads.
    pub fn to_text_as(&self, ty: &Type, zone_secs: i32) -> String {
        match (self, ty) {
            (Self::Float(value), Type::Float(Width::W2 | Width::W4)) => {
                float::to_text(*value, true)
            }
            _ => self.to_text_in(zone_secs),
        }
    }
}

/// `\x` and hex digits.
pub fn bytes_text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 + bytes.len() * 2);
    out.push_str("\\x");
    push_hex(&mut out, bytes);
    out
}

/// Lower-case hex digits.
pub fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// Bytes of hex digits.
pub fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Bytes of `\x6162` or of text with `\\` and `\ooo` escapes.
pub fn parse_bytes(text: &str) -> Result<Vec<u8>, Error> {
    let bad = |cause: &str| Error::parse(text, "bytes", cause);
    if let Some(digits) = text.strip_prefix("\\x").or_else(|| text.strip_prefix("\\X")) {
        return parse_hex(digits).ok_or_else(|| bad("encoding/hex: invalid byte"));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let first =
            bytes.next().ok_or_else(|| bad("bytea encoded value ends with escape character"))?;
        if first == b'\\' {
            out.push(b'\\');
            continue;
        }
        let mut value = 0_u32;
        for digit in [Some(first), bytes.next(), bytes.next()] {
            let digit = digit
                .and_then(|digit| char::from(digit).to_digit(8))
                .ok_or_else(|| bad("invalid bytea escape sequence"))?;
            value = value * 8 + digit;
        }
        out.push(u8::try_from(value).map_err(|_| bad("invalid bytea escape sequence"))?);
    }
    Ok(out)
}

/// Reads a UUID: 32 hex digits, dashes and braces as one likes.
pub fn parse_uuid(text: &str) -> Result<[u8; 16], Error> {
    let trimmed = text.trim();
    let body = trimmed.strip_prefix("urn:uuid:").unwrap_or(trimmed);
    let digits: String = body.trim_start_matches('{').trim_end_matches('}').replace('-', "");
    parse_hex(&digits).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        Error::parse(
            text,
            "uuid",
            if digits.len() == 32 {
                "uuid: incorrect UUID format".to_owned()
            } else {
                format!("uuid: incorrect UUID length: {trimmed}")
            },
        )
    })
}

/// Reads a truth value: any beginning of true, false, yes, no, on, off, or 1, 0.
pub fn parse_bool(text: &str) -> Result<bool, Error> {
    let word = text.trim().to_ascii_lowercase();
    let is = |full: &str, least: usize| word.len() >= least && full.starts_with(&word);
    if word == "1" || is("true", 1) || is("yes", 1) || word == "on" {
        Ok(true)
    } else if word == "0" || is("false", 1) || is("no", 1) || is("off", 2) {
        Ok(false)
    } else {
        Err(Error::parse(text, "bool", "invalid bool value"))
    }
}

/// Reads an integer of 64 bits.
pub fn parse_int(text: &str) -> Result<i64, Error> {
    let trimmed = text.trim();
    trimmed.parse().map_err(|cause: std::num::ParseIntError| {
        use std::num::IntErrorKind;
        if matches!(cause.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) {
            Error::OutOfRange(format!("could not parse {text:?} as type int: strconv.ParseInt: parsing {trimmed:?}: value out of range"))
        } else {
            Error::parse(
                text,
                "int",
                format!("strconv.ParseInt: parsing {trimmed:?}: invalid syntax"),
            )
        }
    })
}

/// The value of an enum with a text.
pub fn parse_enum(text: &str, ty: &Arc<EnumType>) -> Result<Datum, Error> {
    let found = ty.members.iter().position(|member| member.logical == text);
    found
        .map(|member| Datum::Enum(Arc::new(EnumValue { ty: Arc::clone(ty), member })))
        .ok_or_else(|| Error::InvalidEnumValue { name: ty.name.clone(), text: text.to_owned() })
}

impl Type {
    /// Reads a value of this type. Widths are not checked: [`super::cast::assign`] does that.
    ///
    /// *Errors*: the text is not of the type's form.
    pub fn parse_text(&self, text: &str, cx: &TextCx) -> Result<Datum, Error> {
        Ok(match self {
            Self::Unknown | Self::String(..) => Datum::from(text),
            Self::Bool => Datum::Bool(parse_bool(text)?),
            Self::Int(Width::W8) => Datum::Int(parse_int(text)?),
            Self::Int(_) => Datum::Int(parse_int(text).map_err(|error| match error {
                Error::Parse { text, cause, code, .. } => {
                    Error::Parse { text, ty: self.name(), cause, code }
                }
                other => other,
            })?),
            Self::Float(_) => Datum::Float(float::parse(text)?),
            Self::Decimal { .. } => Datum::decimal(Decimal::parse(text)?),
            Self::Bytes => Datum::bytes(parse_bytes(text)?),
            Self::Date => Datum::Date(time::parse_date(text, cx)?),
            Self::Time(digits) => {
                Datum::Time(time::round_micros(time::parse_time(text, cx)?, *digits))
            }
            Self::TimeTz(_) => Datum::TimeTz(time::parse_timetz(text, cx)?),
            Self::Timestamp(digits) => {
                Datum::Timestamp(time::round_micros(time::parse_timestamp(text, cx)?, *digits))
            }
            Self::TimestampTz(digits) => {
                Datum::TimestampTz(time::round_micros(time::parse_timestamptz(text, cx)?, *digits))
            }
            Self::Interval => Datum::Interval(Interval::parse(text)?),
            Self::Uuid => Datum::Uuid(parse_uuid(text)?),
            Self::Inet => Datum::Inet(Arc::new(Inet::parse(text)?)),
            Self::Json => Datum::json(Json::parse(text)?),
            Self::Array(element) => Datum::array(array::parse(text, element, cx)?),
            Self::Enum(ty) => parse_enum(text, ty)?,
            Self::Oid(_) => Datum::Oid(
                u32::try_from(parse_int(text)?)
                    .map_err(|_| Error::OutOfRange(format!("OID out of range: {text}")))?,
            ),
            Self::Tuple(tuple) => Datum::Tuple(array::parse_tuple(text, tuple, cx)?.into()),
            Self::Bit { .. } => Datum::Bit(Arc::new(Bits::parse(text)?)),
            Self::Void => Datum::Null,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round(ty: &Type, text: &str) -> String {
        ty.parse_text(text, &TextCx::default()).unwrap().to_text()
    }

    #[test]
    fn forms_of_the_shell() {
        assert_eq!(round(&Type::Bool, "t"), "true");
        assert_eq!(round(&Type::Bytes, "ab\\000"), "\\x616200");
        assert_eq!(round(&Type::Bytes, "\\x6162"), "\\x6162");
        assert_eq!(
            round(&Type::TIMESTAMPTZ, "2022-04-01 02:00:00.1234564"),
            "2022-04-01 02:00:00.123456+00"
        );
        assert_eq!(
            round(&Type::Timestamp(Some(0)), "2022-04-01 02:00:00.5"),
            "2022-04-01 02:00:01"
        );
        assert_eq!(
            round(&Type::Uuid, "63616665-B0BA-5eed-0123-456789abcdef"),
            "63616665-b0ba-5eed-0123-456789abcdef"
        );
        assert_eq!(
            round(&Type::array(Type::STRING), "{a,\"b c\",NULL,\"\"}"),
            "{a,\"b c\",NULL,\"\"}"
        );
    }

    #[test]
    fn refusals() {
        let message =
            |ty: Type, text: &str| ty.parse_text(text, &TextCx::default()).unwrap_err().to_string();
        assert_eq!(
            message(Type::INT, "x"),
            "could not parse \"x\" as type int: strconv.ParseInt: parsing \"x\": invalid syntax"
        );
        assert_eq!(
            message(Type::Bool, "maybe"),
            "could not parse \"maybe\" as type bool: invalid bool value"
        );
        assert_eq!(
            message(Type::Uuid, "foo"),
            "could not parse \"foo\" as type uuid: uuid: incorrect UUID length: foo"
        );
    }

    fn any_value() -> impl Strategy<Value = (Type, Datum)> {
        prop_oneof![
            any::<i64>().prop_map(|v| (Type::INT, Datum::Int(v))),
            any::<f64>().prop_map(|v| (Type::FLOAT, Datum::Float(v))),
            any::<bool>().prop_map(|v| (Type::Bool, Datum::Bool(v))),
            ".{0,8}".prop_map(|v| (Type::STRING, Datum::from(v))),
            prop::collection::vec(any::<u8>(), 0..8).prop_map(|v| (Type::Bytes, Datum::bytes(v))),
            (any::<i64>(), -40i32..40)
                .prop_map(|(c, e)| (Type::DECIMAL, Datum::decimal(Decimal::new(c, e)))),
            (-700_000i32..2_900_000).prop_map(|v| (Type::Date, Datum::Date(v))),
            (-60_000_000_000_000_000i64..250_000_000_000_000_000)
                .prop_map(|v| (Type::TIMESTAMP, Datum::Timestamp(v))),
            (-60_000_000_000_000_000i64..250_000_000_000_000_000)
                .prop_map(|v| (Type::TIMESTAMPTZ, Datum::TimestampTz(v))),
            (any::<i16>(), any::<i16>(), -1i64 << 50..1 << 50).prop_map(|(m, d, n)| {
                let interval =
                    Interval { months: m.into(), days: d.into(), nanos: n / 1_000 * 1_000 };
                (Type::Interval, Datum::Interval(interval))
            }),
            any::<[u8; 16]>().prop_map(|v| (Type::Uuid, Datum::Uuid(v))),
            prop::collection::vec(
                prop_oneof![Just(Datum::Null), ".{0,5}".prop_map(Datum::from)],
                0..5
            )
            .prop_map(|v| (Type::array(Type::STRING), Datum::array(v))),
        ]
    }

    proptest! {
        #[test]
        fn text_there_and_back((ty, value) in any_value()) {
            let text = value.to_text();
            let back = ty.parse_text(&text, &TextCx::default());
            prop_assert_eq!(back.map_err(|e| e.to_string()), Ok(value), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}", odd in "[-0-9:. +TZ{}(),\"a-z]{0,20}") {
            for ty in super::super::oid::SIMPLE {
                let _ = ty.parse_text(&text, &TextCx::default());
                let _ = ty.parse_text(&odd, &TextCx::default());
                let _ = Type::array(ty).parse_text(&odd, &TextCx::default());
            }
        }
    }
}
