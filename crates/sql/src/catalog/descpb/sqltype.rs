//! A SQL type, as it stands in a column descriptor (`T`).
//!
//! | type | family | width | oid |
//! |---|---|---|---|
//! | `INT8` | 1 | 64 | 20 |
//! | `STRING` | 7 | 0 | 25 |
//! | an enum | 24 | 0 | 100000 + id of its descriptor |
//!
//! Shape: the inner message without the wrapping field 1. The mapping to [`crate::types::Type`] stands there.
//! *Source*: `spec/manifest-wire.md` §6.9.

use wire::Message;

/// Numbers of the type families.
pub mod family {
    /// `BOOL`.
    pub const BOOL: i32 = 0;
    /// `INT2`, `INT4`, `INT8`.
    pub const INT: i32 = 1;
    /// `FLOAT4`, `FLOAT8`.
    pub const FLOAT: i32 = 2;
    /// `DECIMAL`.
    pub const DECIMAL: i32 = 3;
    /// `DATE`.
    pub const DATE: i32 = 4;
    /// `TIMESTAMP`.
    pub const TIMESTAMP: i32 = 5;
    /// `INTERVAL`.
    pub const INTERVAL: i32 = 6;
    /// `STRING`, `VARCHAR`, `CHAR`, `"char"`, `NAME`.
    pub const STRING: i32 = 7;
    /// `BYTES`.
    pub const BYTES: i32 = 8;
    /// `TIMESTAMPTZ`.
    pub const TIMESTAMPTZ: i32 = 9;
    /// A string with a collation.
    pub const COLLATED_STRING: i32 = 10;
    /// `OID` and the `REG…` types.
    pub const OID: i32 = 12;
    /// The type of a bare NULL.
    pub const UNKNOWN: i32 = 13;
    /// `UUID`.
    pub const UUID: i32 = 14;
    /// An array.
    pub const ARRAY: i32 = 15;
    /// `INET`.
    pub const INET: i32 = 16;
    /// `TIME`.
    pub const TIME: i32 = 17;
    /// `JSONB`.
    pub const JSON: i32 = 18;
    /// `TIMETZ`.
    pub const TIMETZ: i32 = 19;
    /// A tuple.
    pub const TUPLE: i32 = 20;
    /// `BIT`, `VARBIT`.
    pub const BIT: i32 = 21;
    /// `GEOMETRY`.
    pub const GEOMETRY: i32 = 22;
    /// `GEOGRAPHY`.
    pub const GEOGRAPHY: i32 = 23;
    /// A user-defined enum.
    pub const ENUM: i32 = 24;
    /// No value at all.
    pub const VOID: i32 = 26;
}

/// A SQL type.
#[derive(Clone, PartialEq, Message)]
pub struct SqlType {
    /// One of [`family`].
    #[wire(int32, required, tag = "1")]
    pub family: i32,
    /// Bits of a number, length of a string, scale of a decimal; 0 for none.
    #[wire(int32, required, tag = "2")]
    pub width: i32,
    /// Digits of a decimal, or of the fraction of a time.
    #[wire(int32, required, tag = "3")]
    pub precision: i32,
    /// Bounds of an array in very old descriptors.
    #[wire(int32, repeated, packed = "false", tag = "4")]
    pub array_dimensions: Vec<i32>,
    /// Collation of a string.
    #[wire(string, optional, tag = "5")]
    pub locale: Option<String>,
    /// Which spelling of a family: 7 VARCHAR, 8 CHAR, 9 `"char"`, 10 VARBIT, 5 REAL.
    #[wire(int32, required, tag = "6")]
    pub visible_type: i32,
    /// Family of an array's elements, in the old form.
    #[wire(int32, optional, tag = "7")]
    pub array_elem_type: Option<i32>,
    /// Types of a tuple's parts.
    #[wire(message, repeated, tag = "8")]
    pub tuple_contents: Vec<SqlType>,
    /// Names of a tuple's parts.
    #[wire(string, repeated, tag = "9")]
    pub tuple_labels: Vec<String>,
    /// PostgreSQL's number of the type.
    #[wire(uint32, required, tag = "10")]
    pub oid: u32,
    /// Type of an array's elements.
    #[wire(message, optional, tag = "11")]
    pub array_contents: Option<Box<SqlType>>,
    /// Whether `precision` was asked for.
    #[wire(bool, required, tag = "12")]
    pub time_precision_is_set: bool,
    /// Restriction of an interval.
    #[wire(message, optional, tag = "13")]
    pub interval_field: Option<IntervalField>,
    /// Restriction of a geometry.
    #[wire(bytes, optional, tag = "14")]
    pub geo: Option<Vec<u8>>,
    /// Extra numbers of a user-defined type.
    #[wire(message, optional, tag = "15")]
    pub meta: Option<TypeMeta>,
}

/// Which fields an interval keeps.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct IntervalField {
    /// The smallest unit.
    #[wire(int32, required, tag = "1")]
    pub unit: i32,
    /// The largest unit.
    #[wire(int32, required, tag = "2")]
    pub from: i32,
}

/// Extra numbers of a user-defined type.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct TypeMeta {
    /// Oid of the implicit array type.
    #[wire(uint32, required, tag = "2")]
    pub array_oid: u32,
}
