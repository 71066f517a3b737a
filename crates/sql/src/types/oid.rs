//! What a type is called: in SQL, in errors, in PostgreSQL, by number.
//!
//! | type | SQL | in errors | PostgreSQL | oid |
//! |---|---|---|---|---|
//! | INT8 | `INT8` | `int` | `bigint` | 20 |
//! | VARCHAR(3) | `VARCHAR(3)` | `varchar` | `character varying` | 1043 |
//! | TIMESTAMPTZ | `TIMESTAMPTZ` | `timestamptz` | `timestamp with time zone` | 1184 |
//!
//! Source: `pkg/sql/types` as seen in the test files; oids are PostgreSQL's.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::fmt;

use super::{OidKind, StringKind, Type, Width};

/// The first oid of user-defined types: this plus the descriptor's id.
pub const USER_TYPE_BASE: u32 = 100_000;

/// SQL, error, PostgreSQL names, oid, oid of the array.
struct Names(&'static str, &'static str, &'static str, u32, u32);

const fn names(ty: &Type) -> Names {
    match ty {
        Type::Unknown => Names("UNKNOWN", "unknown", "unknown", 705, 0),
        Type::Bool => Names("BOOL", "bool", "boolean", 16, 1000),
        Type::Int(Width::W2) => Names("INT2", "int2", "smallint", 21, 1005),
        Type::Int(Width::W4) => Names("INT4", "int4", "integer", 23, 1007),
        Type::Int(Width::W8) => Names("INT8", "int", "bigint", 20, 1016),
        Type::Float(Width::W2 | Width::W4) => Names("FLOAT4", "float4", "real", 700, 1021),
        Type::Float(Width::W8) => Names("FLOAT8", "float", "double precision", 701, 1022),
        Type::Decimal { .. } => Names("DECIMAL", "decimal", "numeric", 1700, 1231),
        Type::String(StringKind::String, _) => Names("STRING", "string", "text", 25, 1009),
        Type::String(StringKind::Varchar, _) => {
            Names("VARCHAR", "varchar", "character varying", 1043, 1015)
        }
        Type::String(StringKind::Char, _) => Names("CHAR", "char", "character", 1042, 1014),
        Type::String(StringKind::QChar, _) => Names("\"char\"", "\"char\"", "\"char\"", 18, 1002),
        Type::String(StringKind::Name, _) => Names("NAME", "name", "name", 19, 1003),
        Type::Bytes => Names("BYTES", "bytes", "bytea", 17, 1001),
        Type::Date => Names("DATE", "date", "date", 1082, 1182),
        Type::Time(_) => Names("TIME", "time", "time without time zone", 1083, 1183),
        Type::TimeTz(_) => Names("TIMETZ", "timetz", "time with time zone", 1266, 1270),
        Type::Timestamp(_) => {
            Names("TIMESTAMP", "timestamp", "timestamp without time zone", 1114, 1115)
        }
        Type::TimestampTz(_) => {
            Names("TIMESTAMPTZ", "timestamptz", "timestamp with time zone", 1184, 1185)
        }
        Type::Interval => Names("INTERVAL", "interval", "interval", 1186, 1187),
        Type::Uuid => Names("UUID", "uuid", "uuid", 2950, 2951),
        Type::Inet => Names("INET", "inet", "inet", 869, 1041),
        Type::Json => Names("JSONB", "jsonb", "jsonb", 3802, 3807),
        Type::Oid(OidKind::Oid) => Names("OID", "oid", "oid", 26, 1028),
        Type::Oid(OidKind::Regclass) => Names("REGCLASS", "regclass", "regclass", 2205, 2210),
        Type::Oid(OidKind::Regtype) => Names("REGTYPE", "regtype", "regtype", 2206, 2211),
        Type::Oid(OidKind::Regproc) => Names("REGPROC", "regproc", "regproc", 24, 1008),
        Type::Oid(OidKind::Regnamespace) => {
            Names("REGNAMESPACE", "regnamespace", "regnamespace", 4089, 4090)
        }
        Type::Oid(OidKind::Regrole) => Names("REGROLE", "regrole", "regrole", 4096, 4097),
        Type::Bit { varying: false, .. } => Names("BIT", "bit", "bit", 1560, 1561),
        Type::Bit { varying: true, .. } => Names("VARBIT", "varbit", "bit varying", 1562, 1563),
        Type::Tuple(_) => Names("RECORD", "tuple", "record", 2249, 2287),
        Type::Void => Names("VOID", "void", "void", 2278, 0),
        // What follows has names of its own kind.
        Type::Array(_) => Names("ARRAY", "array", "array", 2277, 0),
        Type::Enum(_) => Names("ENUM", "anyenum", "anyenum", 3500, 0),
    }
}

/// Writes the SQL form: `INT8`, `VARCHAR(3)`, `DECIMAL(10,2)`, `STRING[]`.
pub(crate) fn write_sql(ty: &Type, f: &mut impl fmt::Write) -> fmt::Result {
    match ty {
        Type::Array(element) => {
            write_sql(element, f)?;
            f.write_str("[]")
        }
        Type::Enum(ty) => f.write_str(&ty.name),
        Type::Decimal { precision: 1.., scale: 0 } => {
            write!(f, "DECIMAL({})", precision_of(ty))
        }
        Type::Decimal { precision: 1.., scale } => {
            write!(f, "DECIMAL({},{scale})", precision_of(ty))
        }
        Type::String(StringKind::Char, 1) | Type::Bit { varying: false, width: 1 } => {
            f.write_str(names(ty).0)
        }
        Type::String(kind, width) if *width > 0 && !matches!(kind, StringKind::QChar) => {
            write!(f, "{}({width})", names(ty).0)
        }
        Type::Bit { width: width @ 1.., .. } => write!(f, "{}({width})", names(ty).0),
        Type::Time(Some(digits))
        | Type::TimeTz(Some(digits))
        | Type::Timestamp(Some(digits))
        | Type::TimestampTz(Some(digits)) => write!(f, "{}({digits})", names(ty).0),
        Type::Tuple(tuple) => {
            if let Some((_, name)) = &tuple.composite {
                return f.write_str(name);
            }
            f.write_str("RECORD")
        }
        other => f.write_str(names(other).0),
    }
}

const fn precision_of(ty: &Type) -> u32 {
    if let Type::Decimal { precision, .. } = ty { *precision } else { 0 }
}

impl Type {
    /// The name that error texts use: `int`, `string`, `timestamptz`, `int[]`, `tuple{int, string}`.
    pub fn name(&self) -> String {
        match self {
            Self::Array(element) => format!("{}[]", element.name()),
            Self::Enum(ty) => ty.name.clone(),
            Self::Tuple(tuple) => {
                let fields: Vec<String> = tuple
                    .types
                    .iter()
                    .enumerate()
                    .map(|(i, ty)| match tuple.labels.get(i) {
                        Some(label) => format!("{} AS {label}", ty.name()),
                        None => ty.name(),
                    })
                    .collect();
                format!("tuple{{{}}}", fields.join(", "))
            }
            other => names(other).1.to_owned(),
        }
    }

    /// PostgreSQL's name: `bigint`, `text`, `timestamp with time zone`.
    pub fn pg_name(&self) -> String {
        match self {
            Self::Array(element) => format!("{}[]", element.pg_name()),
            Self::Enum(ty) => ty.name.clone(),
            other => names(other).2.to_owned(),
        }
    }

    /// PostgreSQL's number.
    pub fn oid(&self) -> u32 {
        match self {
            Self::Array(element) => match &**element {
                Self::Enum(ty) => USER_TYPE_BASE + ty.array_id,
                other => names(other).4,
            },
            Self::Enum(ty) => USER_TYPE_BASE + ty.id,
            Self::Tuple(tuple) => match &tuple.composite {
                Some((id, _)) => USER_TYPE_BASE + id,
                None => names(self).3,
            },
            other => names(other).3,
        }
    }

    /// The type with a number of PostgreSQL's, widths unset; user-defined types are not known here.
    pub fn from_oid(oid: u32) -> Option<Self> {
        SIMPLE.iter().find_map(|ty| {
            let Names(.., own, array) = names(ty);
            if own == oid {
                Some(ty.clone())
            } else if array == oid && array != 0 {
                Some(Self::array(ty.clone()))
            } else {
                None
            }
        })
    }
}

/// All types without parts, for look-ups by number or name.
pub(crate) const SIMPLE: [Type; 33] = [
    Type::Unknown,
    Type::Bool,
    Type::INT2,
    Type::INT4,
    Type::INT,
    Type::Float(Width::W4),
    Type::FLOAT,
    Type::DECIMAL,
    Type::STRING,
    Type::String(StringKind::Varchar, 0),
    Type::String(StringKind::Char, 0),
    Type::String(StringKind::QChar, 0),
    Type::NAME,
    Type::Bytes,
    Type::Date,
    Type::Time(None),
    Type::TimeTz(None),
    Type::TIMESTAMP,
    Type::TIMESTAMPTZ,
    Type::Interval,
    Type::Uuid,
    Type::Inet,
    Type::Json,
    Type::OID,
    Type::REGCLASS,
    Type::Oid(OidKind::Regtype),
    Type::Oid(OidKind::Regproc),
    Type::Oid(OidKind::Regnamespace),
    Type::Oid(OidKind::Regrole),
    Type::Bit { varying: false, width: 0 },
    Type::Bit { varying: true, width: 0 },
    Type::Void,
    Type::INT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_kind() {
        assert_eq!(Type::Decimal { precision: 10, scale: 2 }.to_string(), "DECIMAL(10,2)");
        assert_eq!(Type::String(StringKind::Varchar, 3).to_string(), "VARCHAR(3)");
        assert_eq!(Type::array(Type::STRING).to_string(), "STRING[]");
        assert_eq!(Type::Timestamp(Some(3)).to_string(), "TIMESTAMP(3)");
        assert_eq!(Type::array(Type::INT).name(), "int[]");
        assert_eq!(Type::tuple(vec![Type::INT, Type::STRING]).name(), "tuple{int, string}");
        assert_eq!(Type::from_oid(1016), Some(Type::array(Type::INT)));
        assert_eq!(Type::from_oid(Type::TIMESTAMPTZ.oid()), Some(Type::TIMESTAMPTZ));
    }
}
