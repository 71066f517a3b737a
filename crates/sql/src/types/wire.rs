//! Types as they stand in descriptors, and as they are written in SQL.
//!
//! ```text
//!   ast::TypeName ──from_ast──▶ Type ──to_message──▶ descpb::SqlType     bytes of the descriptor
//!                                 ◀──from_message──
//! ```
//!
//! Shape: enums and composite types are looked up through [`TypeSource`], which the catalog is.
//! Errors: a type that does not exist (42704) or that Amber does not hold (0A000).
//! Source: `spec/manifest-wire.md` §6.9.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::{Error, OidKind, StringKind, TupleType, Type, Width, oid};
use crate::ast::{ObjectName, TypeKind, TypeName};
use crate::catalog::descpb::{IntervalField, SqlType, TypeMeta, family};

/// Where user-defined types are found.
pub trait TypeSource {
    /// The type with a name, if there is one.
    fn by_name(&self, name: &ObjectName) -> Option<Type>;
    /// The type whose descriptor has an id; also that of the implicit array type.
    fn by_id(&self, id: u32) -> Option<Type>;
}

/// A source without user-defined types.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTypes;

impl TypeSource for NoTypes {
    fn by_name(&self, _name: &ObjectName) -> Option<Type> {
        None
    }

    fn by_id(&self, _id: u32) -> Option<Type> {
        None
    }
}

/// The type that a name in SQL means. SERIAL types are the integers they are made of.
pub fn from_ast(name: &TypeName, source: &dyn TypeSource) -> Result<Type, Error> {
    match name {
        TypeName::Builtin { kind, width, scale } => builtin(*kind, *width, *scale),
        TypeName::Interval { .. } => Ok(Type::Interval),
        TypeName::Array(element) => {
            let element = from_ast(element, source)?;
            if matches!(element, Type::Array(_)) {
                return Err(Error::Unsupported("nested arrays".to_owned()));
            }
            Ok(Type::array(element))
        }
        TypeName::Collated(inner, _) => from_ast(inner, source),
        TypeName::User(name) => source.by_name(name).ok_or_else(|| Error::Refused {
            code: SqlState::UNDEFINED_OBJECT,
            message: format!("type \"{}\" does not exist", name.parts.join(".")),
            hint: None,
        }),
        TypeName::ById(id) => by_oid(*id, source).ok_or_else(|| Error::Refused {
            code: SqlState::UNDEFINED_OBJECT,
            message: format!("type with ID {id} does not exist"),
            hint: None,
        }),
    }
}

/// The type with a number of PostgreSQL's or of a descriptor.
pub fn by_oid(number: u32, source: &dyn TypeSource) -> Option<Type> {
    match number.checked_sub(oid::USER_TYPE_BASE) {
        Some(id) => source.by_id(id),
        None => Type::from_oid(number),
    }
}

fn builtin(kind: TypeKind, width: Option<u32>, scale: Option<u32>) -> Result<Type, Error> {
    let any = width.unwrap_or(0);
    // A precision of 6 said aloud is kept: it prints.
    let digits = || match width {
        None => Ok(None),
        Some(width) => {
            u8::try_from(width).ok().filter(|digits| *digits <= 6).map(Some).ok_or_else(|| {
                Error::Refused {
                    code: SqlState::SYNTAX_ERROR,
                    message: format!("precision {width} out of range"),
                    hint: None,
                }
            })
        }
    };
    Ok(match kind {
        TypeKind::Bool => Type::Bool,
        TypeKind::Int2 | TypeKind::Serial2 => Type::INT2,
        TypeKind::Int4 | TypeKind::Serial4 => Type::INT4,
        TypeKind::Int8 | TypeKind::Serial8 => Type::INT,
        TypeKind::Float4 => Type::Float(Width::W4),
        TypeKind::Float8 => Type::FLOAT,
        TypeKind::Decimal => Type::Decimal { precision: any, scale: scale.unwrap_or(0) },
        TypeKind::String | TypeKind::CiText => Type::String(StringKind::String, any),
        TypeKind::Varchar => Type::String(StringKind::Varchar, any),
        TypeKind::Char => Type::String(StringKind::Char, width.unwrap_or(1)),
        TypeKind::QChar => Type::String(StringKind::QChar, 1),
        TypeKind::Name => Type::NAME,
        TypeKind::Bytes => Type::Bytes,
        TypeKind::Date => Type::Date,
        TypeKind::Time => Type::Time(digits()?),
        TypeKind::TimeTz => Type::TimeTz(digits()?),
        TypeKind::Timestamp => Type::Timestamp(digits()?),
        TypeKind::TimestampTz => Type::TimestampTz(digits()?),
        TypeKind::Interval => Type::Interval,
        TypeKind::Uuid => Type::Uuid,
        TypeKind::Inet => Type::Inet,
        TypeKind::Jsonb => Type::Json,
        TypeKind::Bit => Type::Bit { varying: false, width: width.unwrap_or(1) },
        TypeKind::VarBit => Type::Bit { varying: true, width: any },
        TypeKind::Oid => Type::OID,
        TypeKind::RegClass => Type::REGCLASS,
        TypeKind::RegNamespace => Type::Oid(OidKind::Regnamespace),
        TypeKind::RegProc | TypeKind::RegProcedure => Type::Oid(OidKind::Regproc),
        TypeKind::RegRole => Type::Oid(OidKind::Regrole),
        TypeKind::RegType => Type::Oid(OidKind::Regtype),
        TypeKind::OidVector => Type::array(Type::OID),
        TypeKind::Int2Vector => Type::array(Type::INT2),
        TypeKind::Void => Type::Void,
        TypeKind::Box2d
        | TypeKind::Geometry
        | TypeKind::Geography
        | TypeKind::TsVector
        | TypeKind::TsQuery
        | TypeKind::Vector
        | TypeKind::PgLsn
        | TypeKind::Ltree
        | TypeKind::Record => {
            return Err(Error::Unsupported(format!("type {}", kind.sql())));
        }
    })
}

/// Family, width, precision, visible type.
fn shape(ty: &Type) -> (i32, u32, u32, i32) {
    let digits = |digits: &Option<u8>| digits.map_or(0, u32::from);
    match ty {
        Type::Unknown => (family::UNKNOWN, 0, 0, 0),
        Type::Bool => (family::BOOL, 0, 0, 0),
        Type::Int(Width::W2) => (family::INT, 16, 0, 0),
        Type::Int(Width::W4) => (family::INT, 32, 0, 0),
        Type::Int(Width::W8) => (family::INT, 64, 0, 0),
        Type::Float(Width::W2 | Width::W4) => (family::FLOAT, 32, 0, 5),
        Type::Float(Width::W8) => (family::FLOAT, 64, 0, 0),
        Type::Decimal { precision, scale } => (family::DECIMAL, *scale, *precision, 0),
        Type::String(kind, width) => {
            let visible = match kind {
                StringKind::String | StringKind::Name => 0,
                StringKind::Varchar => 7,
                StringKind::Char => 8,
                StringKind::QChar => 9,
            };
            (family::STRING, *width, 0, visible)
        }
        Type::Bytes => (family::BYTES, 0, 0, 0),
        Type::Date => (family::DATE, 0, 0, 0),
        Type::Time(precision) => (family::TIME, 0, digits(precision), 0),
        Type::TimeTz(precision) => (family::TIMETZ, 0, digits(precision), 0),
        Type::Timestamp(precision) => (family::TIMESTAMP, 0, digits(precision), 0),
        Type::TimestampTz(precision) => (family::TIMESTAMPTZ, 0, digits(precision), 0),
        Type::Interval => (family::INTERVAL, 0, 0, 0),
        Type::Uuid => (family::UUID, 0, 0, 0),
        Type::Inet => (family::INET, 0, 0, 0),
        Type::Json => (family::JSON, 0, 0, 0),
        Type::Array(element) => {
            let (_, width, precision, visible) = shape(element);
            (family::ARRAY, width, precision, visible)
        }
        Type::Enum(_) => (family::ENUM, 0, 0, 0),
        Type::Oid(_) => (family::OID, 0, 0, 0),
        Type::Tuple(_) => (family::TUPLE, 0, 0, 0),
        Type::Bit { varying, width } => (family::BIT, *width, 0, if *varying { 10 } else { 0 }),
        Type::Void => (family::VOID, 0, 0, 0),
    }
}

/// The message of a type.
pub fn to_message(ty: &Type) -> SqlType {
    let (family, width, precision, visible_type) = shape(ty);
    let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let mut message = SqlType {
        family,
        width: number(width),
        precision: number(precision),
        visible_type,
        oid: ty.oid(),
        ..SqlType::default()
    };
    match ty {
        Type::Time(digits)
        | Type::TimeTz(digits)
        | Type::Timestamp(digits)
        | Type::TimestampTz(digits) => {
            message.time_precision_is_set = digits.is_some();
        }
        Type::Interval => message.interval_field = Some(IntervalField::default()),
        Type::Array(element) => {
            let inner = to_message(element);
            message.array_elem_type = Some(inner.family);
            message.array_contents = Some(Box::new(inner));
        }
        Type::Enum(ty) => {
            message.meta = Some(TypeMeta { array_oid: oid::USER_TYPE_BASE + ty.array_id });
        }
        Type::Tuple(tuple) => {
            message.tuple_contents = tuple.types.iter().map(to_message).collect();
            message.tuple_labels.clone_from(&tuple.labels);
        }
        _ => {}
    }
    message
}

/// The type of a message; user-defined ones are looked up by their id.
pub fn from_message(message: &SqlType, source: &dyn TypeSource) -> Result<Type, Error> {
    let width = u32::try_from(message.width).unwrap_or(0);
    let precision = u32::try_from(message.precision).unwrap_or(0);
    // A precision without the mark of having been asked for comes from old descriptors and counts too.
    let digits = (message.time_precision_is_set || precision > 0)
        .then(|| u8::try_from(precision).unwrap_or(6));
    Ok(match message.family {
        family::BOOL => Type::Bool,
        family::INT => Type::Int(match (width, message.visible_type) {
            (16, _) | (0, 2) => Width::W2,
            (32, _) | (0, 1) => Width::W4,
            _ => Width::W8,
        }),
        family::FLOAT => {
            let narrow = width == 32 || (width == 0 && message.visible_type == 5);
            Type::Float(if narrow { Width::W4 } else { Width::W8 })
        }
        family::DECIMAL => Type::Decimal { precision, scale: width },
        family::DATE => Type::Date,
        family::TIMESTAMP => Type::Timestamp(digits),
        family::TIMESTAMPTZ => Type::TimestampTz(digits),
        family::TIME => Type::Time(digits),
        family::TIMETZ => Type::TimeTz(digits),
        family::INTERVAL => Type::Interval,
        family::STRING | family::COLLATED_STRING => Type::String(string_kind(message), width),
        family::BYTES => Type::Bytes,
        family::OID => match Type::from_oid(message.oid) {
            Some(ty @ Type::Oid(_)) => ty,
            _ => Type::OID,
        },
        family::UNKNOWN => Type::Unknown,
        family::UUID => Type::Uuid,
        family::INET => Type::Inet,
        family::JSON => Type::Json,
        family::BIT => Type::Bit { varying: message.visible_type == 10, width },
        family::VOID => Type::Void,
        family::ARRAY => {
            let Some(element) = &message.array_contents else {
                return Err(Error::Corrupt("array type without the type of its elements"));
            };
            Type::array(from_message(element, source)?)
        }
        family::TUPLE => tuple(message, source)?,
        family::ENUM => {
            let id = message.oid.saturating_sub(oid::USER_TYPE_BASE);
            source.by_id(id).ok_or_else(|| Error::Refused {
                code: SqlState::UNDEFINED_OBJECT,
                message: format!("type with ID {id} does not exist"),
                hint: None,
            })?
        }
        other => return Err(Error::Unsupported(format!("type family {other}"))),
    })
}

const fn string_kind(message: &SqlType) -> StringKind {
    match (message.visible_type, message.oid) {
        (7, _) => StringKind::Varchar,
        (8, _) => StringKind::Char,
        (9, _) => StringKind::QChar,
        (_, 19) => StringKind::Name,
        _ => StringKind::String,
    }
}

fn tuple(message: &SqlType, source: &dyn TypeSource) -> Result<Type, Error> {
    if let Some(id) = message.oid.checked_sub(oid::USER_TYPE_BASE)
        && let Some(composite) = source.by_id(id)
    {
        return Ok(composite);
    }
    let types = message
        .tuple_contents
        .iter()
        .map(|field| from_message(field, source))
        .collect::<Result<_, _>>()?;
    let labels = message.tuple_labels.clone();
    Ok(Type::Tuple(Arc::new(TupleType { types, labels, composite: None })))
}

#[cfg(test)]
mod tests {
    use wire::Message;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        let mut out = String::new();
        crate::types::text::push_hex(&mut out, bytes);
        out
    }

    #[test]
    fn bytes_of_the_sheet() {
        for (ty, want) in [
            (Type::Bool, "080010001800300050106000"),
            (Type::INT, "080110401800300050146000"),
            (Type::TIMESTAMP, "080510001800300050da086000"),
            (Type::STRING, "080710001800300050196000"),
            (Type::Bytes, "080810001800300050116000"),
        ] {
            assert_eq!(hex(&to_message(&ty).encode_to_vec()), want);
        }
    }

    #[test]
    fn there_and_back() {
        for ty in oid::SIMPLE.iter().cloned().chain([
            Type::array(Type::STRING),
            Type::Decimal { precision: 10, scale: 2 },
            Type::String(StringKind::Varchar, 3),
            Type::TimestampTz(Some(3)),
            Type::Bit { varying: false, width: 3 },
        ]) {
            assert_eq!(from_message(&to_message(&ty), &NoTypes).unwrap(), ty);
        }
    }
}
