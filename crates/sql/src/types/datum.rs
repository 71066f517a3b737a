//! One value of SQL, and the order of values.
//!
//! Shape: [`Datum`] is small (24 bytes) and cheap to clone: what is long is shared. The order is total: NULL first,
//! NaN before all numbers, strings by bytes, arrays and tuples element by element. Numbers compare across types.
//! Units: dates in days since 1970-01-01, times in microseconds, timestamps in microseconds since 1970-01-01 UTC.

use std::cmp::Ordering;
use std::sync::Arc;

use super::bits::Bits;
use super::inet::Inet;
use super::interval::Interval;
use super::json::Json;
use super::{Decimal, EnumType, Type, decimal, float, interval};

/// A time of day with an offset from UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeTz {
    /// Microseconds since midnight in its own zone.
    pub micros: i64,
    /// Seconds **west** of UTC, as PostgreSQL keeps it: `+02:00` is −7200.
    pub offset_secs: i32,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// The enum.
    pub ty: Arc<EnumType>,
    /// Index among its members.
    pub member: usize,
}

impl EnumValue {
    /// Bytes as in keys.
    pub fn physical(&self) -> &[u8] {
        self.ty.members.get(self.member).map_or(&[], |member| &member.physical)
    }

    /// Text as typed.
    pub fn logical(&self) -> &str {
        self.ty.members.get(self.member).map_or("", |member| &member.logical)
    }
}

/// A value.
#[derive(Clone, Debug)]
pub enum Datum {
    /// No value.
    Null,
    /// BOOL.
    Bool(bool),
    /// INT of any width.
    Int(i64),
    /// FLOAT of any width.
    Float(f64),
    /// DECIMAL.
    Decimal(Arc<Decimal>),
    /// STRING and its kin.
    String(Arc<str>),
    /// BYTES.
    Bytes(Arc<[u8]>),
    /// DATE: days since 1970-01-01; the extremes stand for the infinities.
    Date(i32),
    /// TIME: microseconds since midnight.
    Time(i64),
    /// TIMETZ.
    TimeTz(TimeTz),
    /// TIMESTAMP: microseconds since 1970-01-01, no zone.
    Timestamp(i64),
    /// TIMESTAMPTZ: microseconds since 1970-01-01 UTC.
    TimestampTz(i64),
    /// INTERVAL.
    Interval(Interval),
    /// UUID.
    Uuid([u8; 16]),
    /// INET.
    Inet(Arc<Inet>),
    /// JSONB.
    Json(Arc<Json>),
    /// An array.
    Array(Arc<[Datum]>),
    /// A value of an enum.
    Enum(Arc<EnumValue>),
    /// OID and the REG types.
    Oid(u32),
    /// A row of values.
    Tuple(Arc<[Datum]>),
    /// BIT, VARBIT.
    Bit(Arc<Bits>),
}

impl Datum {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// Bytes.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// A decimal.
    pub fn decimal(value: Decimal) -> Self {
        Self::Decimal(Arc::new(value))
    }

    /// A JSON value.
    pub fn json(value: Json) -> Self {
        Self::Json(Arc::new(value))
    }

    /// An array.
    pub fn array(elements: Vec<Self>) -> Self {
        Self::Array(elements.into())
    }

    /// Whether this is NULL.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The integer, if it is one.
    pub const fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// The text of a string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The truth, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The raw bytes of BYTES, if it is one.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(value) = self { Some(value) } else { None }
    }

    /// The type that the value alone tells; widths are those of the widest.
    pub fn ty(&self) -> Type {
        match self {
            Self::Null => Type::Unknown,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::INT,
            Self::Float(_) => Type::FLOAT,
            Self::Decimal(_) => Type::DECIMAL,
            Self::String(_) => Type::STRING,
            Self::Bytes(_) => Type::Bytes,
            Self::Date(_) => Type::Date,
            Self::Time(_) => Type::Time(None),
            Self::TimeTz(_) => Type::TimeTz(None),
            Self::Timestamp(_) => Type::TIMESTAMP,
            Self::TimestampTz(_) => Type::TIMESTAMPTZ,
            Self::Interval(_) => Type::Interval,
            Self::Uuid(_) => Type::Uuid,
            Self::Inet(_) => Type::Inet,
            Self::Json(_) => Type::Json,
            Self::Array(elements) => Type::array(
                elements.iter().find(|element| !element.is_null()).map_or(Type::Unknown, Self::ty),
            ),
            Self::Enum(value) => Type::Enum(Arc::clone(&value.ty)),
            Self::Oid(_) => Type::OID,
            Self::Tuple(fields) => Type::tuple(fields.iter().map(Self::ty).collect()),
            Self::Bit(_) => Type::Bit { varying: true, width: 0 },
        }
    }

    /// Order of two values of types that compare. Values of types that do not (which typing keeps out) order by
    /// their kind, so that the order stays total.
    #[expect(clippy::match_same_arms, reason = "the commonest kinds come first")]
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => float::compare(*a, *b),
            (Self::Decimal(a), Self::Decimal(b)) => a.compare(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (
                Self::Timestamp(a) | Self::TimestampTz(a),
                Self::Timestamp(b) | Self::TimestampTz(b),
            ) => a.cmp(b),
            (Self::Uuid(a), Self::Uuid(b)) => a.cmp(b),
            (Self::Oid(a), Self::Oid(b)) => a.cmp(b),
            (Self::Interval(a), Self::Interval(b)) => interval::compare(a, b),
            _ => self.compare_rare(other),
        }
    }

    fn compare_rare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Json(a), Self::Json(b)) => a.compare(b),
            (Self::Array(a), Self::Array(b)) | (Self::Tuple(a), Self::Tuple(b)) => {
                compare_lists(a, b)
            }
            (Self::Enum(a), Self::Enum(b)) => a.physical().cmp(b.physical()),
            (Self::Inet(a), Self::Inet(b)) => a.key_bytes().cmp(&b.key_bytes()),
            (Self::Bit(a), Self::Bit(b)) => a.compare(b),
            (Self::TimeTz(a), Self::TimeTz(b)) => {
                let utc = |time: &TimeTz| time.micros + i64::from(time.offset_secs) * 1_000_000;
                utc(a).cmp(&utc(b)).then(a.offset_secs.cmp(&b.offset_secs))
            }
            (Self::Int(a), Self::Float(b)) => float::compare_int(*a, *b),
            (Self::Float(a), Self::Int(b)) => float::compare_int(*b, *a).reverse(),
            (Self::Int(a), Self::Oid(b)) => a.cmp(&i64::from(*b)),
            (Self::Oid(a), Self::Int(b)) => i64::from(*a).cmp(b),
            (Self::Int(a), Self::Decimal(b)) => Decimal::from(*a).compare(b),
            (Self::Decimal(a), Self::Int(b)) => a.compare(&Decimal::from(*b)),
            (Self::Float(a), Self::Decimal(b)) => decimal::from_f64(*a).compare(b),
            (Self::Decimal(a), Self::Float(b)) => a.compare(&decimal::from_f64(*b)),
            (Self::Date(a), Self::Timestamp(b) | Self::TimestampTz(b)) => day_micros(*a).cmp(b),
            (Self::Timestamp(a) | Self::TimestampTz(a), Self::Date(b)) => a.cmp(&day_micros(*b)),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    /// A number a kind, for the order of values that do not compare.
    fn kind(&self) -> super::Family {
        self.ty().family()
    }
}

/// Microseconds at the start of a day.
fn day_micros(day: i32) -> i64 {
    i64::from(day).saturating_mul(super::time::MICROS_PER_DAY)
}

/// Element by element, then the shorter first.
pub fn compare_lists(a: &[Datum], b: &[Datum]) -> Ordering {
    for (left, right) in a.iter().zip(b) {
        let order = left.compare(right);
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other).is_eq()
    }
}

impl Eq for Datum {}

impl PartialOrd for Datum {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Datum {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

impl From<i64> for Datum {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Datum {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Datum {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}
