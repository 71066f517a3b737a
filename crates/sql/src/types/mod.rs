//! Types of SQL and what is done with their values.
//!
//! ```text
//!   text ──parse──▶ Datum ──compare, operators, functions──▶ Datum ──to_text──▶ text
//!                     │                                        ▲
//!                     └─────────── row::RowCodec ──────────────┘   keys and values
//! ```
//!
//! Shape: [`Type`] says what may stand in a column, [`Datum`] is one value. A NULL belongs to every type.
//! Source: CockroachDB's `pkg/sql/types` and `pkg/sql/sem/tree` as seen from outside.
//! Left out: geometry, text search, vectors, collations (a collated string is read and kept as a string).

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::fmt;
use std::sync::Arc;

pub mod aggregate;
pub mod array;
pub mod as_of;
pub mod bits;
pub mod cast;
pub mod datum;
pub mod decimal;
pub mod error;
pub mod expr;
pub mod float;
pub mod inet;
pub mod interval;
pub mod json;
pub mod json_ops;
pub mod oid;
pub mod text;
pub mod time;
pub mod wire;

pub use datum::Datum;
pub use decimal::Decimal;
pub use error::Error;
pub use interval::Interval;
pub use json::Json;

/// Bytes of an integer or float.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Width {
    /// 2 bytes: INT2.
    W2,
    /// 4 bytes: INT4, FLOAT4.
    W4,
    /// 8 bytes: INT8, FLOAT8.
    W8,
}

/// Which of the string types.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum StringKind {
    /// STRING, TEXT.
    String,
    /// VARCHAR.
    Varchar,
    /// CHAR: a width of its own, padding is not kept.
    Char,
    /// `"char"`: one byte.
    QChar,
    /// NAME.
    Name,
}

/// Which of the types that are a number standing for an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OidKind {
    /// OID.
    Oid,
    /// REGCLASS: relations.
    Regclass,
    /// REGTYPE: types.
    Regtype,
    /// REGPROC: functions.
    Regproc,
    /// REGNAMESPACE: schemas.
    Regnamespace,
    /// REGROLE: users.
    Regrole,
}

/// One value of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnumMember {
    /// What stands in keys; bytes in the order of the values.
    pub physical: Vec<u8>,
    /// What is typed and printed.
    pub logical: String,
    /// Whether it may be read but not written (it is being added or removed).
    pub read_only: bool,
}

/// An enum made by CREATE TYPE, with its values at hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnumType {
    /// The descriptor's id.
    pub id: u32,
    /// The descriptor's id of the implicit array type; 0 if unknown.
    pub array_id: u32,
    /// The name as it prints: qualified by schema where that is not `public`.
    pub name: String,
    /// In the order of their physical form.
    pub members: Vec<EnumMember>,
}

/// The fields of a tuple (row) type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TupleType {
    /// Type of each field.
    pub types: Vec<Type>,
    /// Name of each field; empty when unnamed.
    pub labels: Vec<String>,
    /// For a composite type made by CREATE TYPE: its descriptor's id and name.
    pub composite: Option<(u32, String)>,
}

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// The type of a bare NULL.
    Unknown,
    /// BOOL.
    Bool,
    /// INT2, INT4, INT8.
    Int(Width),
    /// FLOAT4, FLOAT8.
    Float(Width),
    /// DECIMAL(precision, scale); precision 0 means any.
    Decimal {
        /// Digits in all, 0 for any.
        precision: u32,
        /// Digits after the point.
        scale: u32,
    },
    /// The strings; width 0 means any.
    String(StringKind, u32),
    /// BYTES.
    Bytes,
    /// DATE.
    Date,
    /// TIME(precision); `None` is 6 unsaid.
    Time(Option<u8>),
    /// TIMETZ(precision).
    TimeTz(Option<u8>),
    /// TIMESTAMP(precision).
    Timestamp(Option<u8>),
    /// TIMESTAMPTZ(precision).
    TimestampTz(Option<u8>),
    /// INTERVAL.
    Interval,
    /// UUID.
    Uuid,
    /// INET.
    Inet,
    /// JSONB.
    Json,
    /// T[].
    Array(Arc<Type>),
    /// An enum.
    Enum(Arc<EnumType>),
    /// OID and the REG types.
    Oid(OidKind),
    /// A row of values.
    Tuple(Arc<TupleType>),
    /// BIT(n) when not varying, else VARBIT(n); width 0 means any.
    Bit {
        /// Whether shorter values are allowed.
        varying: bool,
        /// Number of bits.
        width: u32,
    },
    /// What a function without a result gives.
    Void,
}

/// A type without its widths: what operators and functions are chosen by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each names the type it stands for")]
pub enum Family {
    Unknown,
    Bool,
    Int,
    Float,
    Decimal,
    String,
    Bytes,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Inet,
    Json,
    Array,
    Enum,
    Oid,
    Tuple,
    Bit,
    Void,
}

impl Type {
    /// INT8.
    pub const INT: Self = Self::Int(Width::W8);
    /// INT4.
    pub const INT4: Self = Self::Int(Width::W4);
    /// INT2.
    pub const INT2: Self = Self::Int(Width::W2);
    /// FLOAT8.
    pub const FLOAT: Self = Self::Float(Width::W8);
    /// DECIMAL of any size.
    pub const DECIMAL: Self = Self::Decimal { precision: 0, scale: 0 };
    /// STRING.
    pub const STRING: Self = Self::String(StringKind::String, 0);
    /// NAME.
    pub const NAME: Self = Self::String(StringKind::Name, 0);
    /// TIMESTAMP.
    pub const TIMESTAMP: Self = Self::Timestamp(None);
    /// TIMESTAMPTZ.
    pub const TIMESTAMPTZ: Self = Self::TimestampTz(None);
    /// OID.
    pub const OID: Self = Self::Oid(OidKind::Oid);
    /// REGCLASS.
    pub const REGCLASS: Self = Self::Oid(OidKind::Regclass);

    /// The array type with elements of this type.
    #[must_use]
    pub fn array(element: Self) -> Self {
        Self::Array(Arc::new(element))
    }

    /// The tuple type with unnamed fields.
    #[must_use]
    pub fn tuple(types: Vec<Self>) -> Self {
        Self::Tuple(Arc::new(TupleType { types, labels: Vec::new(), composite: None }))
    }

    /// The family.
    pub const fn family(&self) -> Family {
        match self {
            Self::Unknown => Family::Unknown,
            Self::Bool => Family::Bool,
            Self::Int(_) => Family::Int,
            Self::Float(_) => Family::Float,
            Self::Decimal { .. } => Family::Decimal,
            Self::String(..) => Family::String,
            Self::Bytes => Family::Bytes,
            Self::Date => Family::Date,
            Self::Time(_) => Family::Time,
            Self::TimeTz(_) => Family::TimeTz,
            Self::Timestamp(_) => Family::Timestamp,
            Self::TimestampTz(_) => Family::TimestampTz,
            Self::Interval => Family::Interval,
            Self::Uuid => Family::Uuid,
            Self::Inet => Family::Inet,
            Self::Json => Family::Json,
            Self::Array(_) => Family::Array,
            Self::Enum(_) => Family::Enum,
            Self::Oid(_) => Family::Oid,
            Self::Tuple(_) => Family::Tuple,
            Self::Bit { .. } => Family::Bit,
            Self::Void => Family::Void,
        }
    }

    /// Whether values of the two types are of one family throughout, so that they compare and need no cast.
    pub fn equivalent(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => true,
            (Self::Array(a), Self::Array(b)) => a.equivalent(b),
            (Self::Enum(a), Self::Enum(b)) => a.id == b.id,
            (Self::Tuple(a), Self::Tuple(b)) => {
                a.types.len() == b.types.len()
                    && a.types.iter().zip(&b.types).all(|(a, b)| a.equivalent(b))
            }
            (a, b) => a.family() == b.family(),
        }
    }

    /// Whether equal values may be written in different ways, so that a key alone does not hold the value:
    /// decimals and floats (1.0 and 1.00, 0 and −0), and what holds them.
    pub fn is_composite(&self) -> bool {
        match self {
            Self::Float(_) | Self::Decimal { .. } => true,
            Self::Array(element) => element.is_composite(),
            _ => matches!(self.family(), Family::Json),
        }
    }
}

impl fmt::Display for Type {
    /// The form of SHOW CREATE TABLE and of error texts for a column: `INT8`, `VARCHAR(3)`, `DECIMAL(10,2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        oid::write_sql(self, f)
    }
}
