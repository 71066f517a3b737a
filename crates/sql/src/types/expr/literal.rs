//! Constants as written, which take the type of what stands around them.
//!
//! | literal | may become | by itself |
//! |---|---|---|
//! | `1` | INT, DECIMAL, FLOAT, OID | INT8 (DECIMAL when too large) |
//! | `1.5` | DECIMAL, FLOAT; INT when whole | DECIMAL |
//! | `'x'` | anything that is read from text | STRING |
//! | `b'x'` | BYTES, an enum's physical form | BYTES |

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::sync::Arc;

use base::sqlstate::SqlState;

use super::Scope;
use super::scalar::{Node, Scalar};
use crate::ast::expr::{Expr, Literal, UnaryOp};
use crate::types::bits::Bits;
use crate::types::datum::EnumValue;
use crate::types::{Datum, Decimal, Error, Family, Type};

/// What kind of constant an expression is, when its type is still open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Open {
    /// A whole number.
    Int,
    /// A number with a point; the flag says that it is whole all the same.
    Decimal(bool),
    /// A string.
    Text,
    /// NULL.
    Null,
}

/// Whether the type of an expression is still open, and how.
pub(crate) fn open_kind(expr: &Expr) -> Option<Open> {
    match expr.strip_parens() {
        Expr::Literal(Literal::Int(_)) => Some(Open::Int),
        Expr::Literal(Literal::Decimal(text)) => {
            let whole = Decimal::parse(text).is_ok_and(|value| value == value.truncate());
            Some(Open::Decimal(whole))
        }
        Expr::Literal(Literal::String(_)) => Some(Open::Text),
        Expr::Literal(Literal::Null) => Some(Open::Null),
        Expr::Unary(UnaryOp::Minus | UnaryOp::Plus, inner) => {
            open_kind(inner).filter(|kind| matches!(kind, Open::Int | Open::Decimal(_)))
        }
        // Numbers computed with numbers stay open.
        Expr::Binary(_, left, right) => match (open_kind(left)?, open_kind(right)?) {
            (Open::Int, Open::Int) => Some(Open::Int),
            (Open::Int | Open::Decimal(_), Open::Int | Open::Decimal(_)) => {
                Some(Open::Decimal(false))
            }
            _ => None,
        },
        _ => None,
    }
}

impl Open {
    /// Whether the constant may take a type of a family.
    pub(crate) const fn may_be(self, family: Family) -> bool {
        match self {
            Self::Int => {
                matches!(family, Family::Int | Family::Decimal | Family::Float | Family::Oid)
            }
            Self::Decimal(whole) => {
                matches!(family, Family::Decimal | Family::Float)
                    || whole && matches!(family, Family::Int)
            }
            Self::Text => !matches!(family, Family::Unknown | Family::Void | Family::Tuple),
            Self::Null => true,
        }
    }

    /// The family that the constant takes by itself.
    pub(crate) const fn own(self) -> Family {
        match self {
            Self::Int => Family::Int,
            Self::Decimal(_) => Family::Decimal,
            Self::Text => Family::String,
            Self::Null => Family::Unknown,
        }
    }

    /// Of several families, the one that fits best.
    pub(crate) fn best(self, families: &[Family]) -> Option<Family> {
        const NUMBERS: [Family; 3] = [Family::Int, Family::Decimal, Family::Float];
        const TEXTS: [Family; 6] = [
            Family::Interval,
            Family::String,
            Family::Json,
            Family::Array,
            Family::Int,
            Family::Decimal,
        ];
        let order: &[Family] = match self {
            Self::Int => &NUMBERS,
            Self::Decimal(_) => &NUMBERS[1..],
            Self::Text => &TEXTS,
            Self::Null => families,
        };
        order.iter().find(|family| families.contains(family)).copied()
    }
}

/// A literal as a value of `want` where it can be one, else of its own type.
///
/// *Errors*: a string that is not of the form of `want`, a number out of range.
pub fn compile_literal(
    literal: &Literal,
    scope: &dyn Scope,
    want: Option<&Type>,
) -> Result<Scalar, Error> {
    match literal {
        Literal::Null => Ok(Scalar::constant(Datum::Null, want.cloned().unwrap_or(Type::Unknown))),
        Literal::Bool(value) => Ok(Scalar::constant(Datum::Bool(*value), Type::Bool)),
        Literal::Int(text) => int(text, want),
        Literal::Decimal(text) => decimal(text, want),
        Literal::String(value) => text(value, scope, want),
        Literal::Bytes(bytes) => Ok(self::bytes(bytes, want)),
        Literal::Bits(digits) => Ok(Scalar::constant(
            Datum::Bit(Arc::new(Bits::parse(digits)?)),
            Type::Bit { varying: true, width: 0 },
        )),
    }
}

fn int_value(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(&format!("{sign}{hex}"), 16).ok(),
        None => text.parse().ok(),
    }
}

fn int(text: &str, want: Option<&Type>) -> Result<Scalar, Error> {
    let out_of_range = || Error::Refused {
        code: SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
        message: "numeric constant out of int64 range".to_owned(),
        hint: None,
    };
    match want {
        Some(ty @ (Type::Decimal { .. } | Type::Float(_))) => {
            let text = int_value(text).map_or_else(|| text.to_owned(), |n| n.to_string());
            decimal(&text, Some(ty))
        }
        Some(ty @ Type::Oid(_)) => {
            let oid = int_value(text).and_then(|n| u32::try_from(n).ok());
            Ok(Scalar::constant(Datum::Oid(oid.ok_or_else(out_of_range)?), ty.clone()))
        }
        _ => match int_value(text) {
            // The width of a column is checked when the value is assigned to it.
            Some(n) => Ok(Scalar::constant(Datum::Int(n), Type::INT)),
            None if matches!(want, Some(Type::Int(_))) => Err(out_of_range()),
            None => decimal(text, None),
        },
    }
}

fn decimal(text: &str, want: Option<&Type>) -> Result<Scalar, Error> {
    let value = Decimal::parse(text)?;
    Ok(match want {
        Some(Type::Float(_)) => Scalar::constant(Datum::Float(value.to_f64()), Type::FLOAT),
        Some(Type::Int(_)) if value == value.truncate() && value.to_i64().is_some() => {
            Scalar::constant(Datum::Int(value.to_i64().unwrap_or(0)), Type::INT)
        }
        _ => Scalar::constant(Datum::decimal(value), Type::DECIMAL),
    })
}

/// Words that mean another moment in each transaction.
fn is_relative(text: &str) -> bool {
    ["now", "today", "tomorrow", "yesterday"]
        .iter()
        .any(|word| text.trim().eq_ignore_ascii_case(word))
}

fn text(value: &str, scope: &dyn Scope, want: Option<&Type>) -> Result<Scalar, Error> {
    let plain = || Scalar::constant(Datum::from(value), Type::STRING);
    let Some(want) = want else { return Ok(plain()) };
    let timely = matches!(
        want.family(),
        Family::Date | Family::Time | Family::TimeTz | Family::Timestamp | Family::TimestampTz
    );
    match want {
        Type::Unknown | Type::Void | Type::String(..) => Ok(plain()),
        // What a name means is only known when it runs; a number is known now.
        Type::Oid(_) => Ok(match value.parse() {
            Ok(oid) => Scalar::constant(Datum::Oid(oid), want.clone()),
            Err(_) => cast_later(plain(), want),
        }),
        _ if timely && is_relative(value) => Ok(cast_later(plain(), want)),
        _ => Ok(Scalar::constant(want.parse_text(value, &scope.text_cx())?, want.clone())),
    }
}

fn cast_later(arg: Scalar, ty: &Type) -> Scalar {
    Scalar { ty: ty.clone(), node: Node::Cast { arg: Box::new(arg), assign: false } }
}

fn bytes(value: &[u8], want: Option<&Type>) -> Scalar {
    if let Some(Type::Enum(ty)) = want
        && let Some(member) = ty.members.iter().position(|member| member.physical == value)
    {
        let value = EnumValue { ty: Arc::clone(ty), member };
        return Scalar::constant(Datum::Enum(Arc::new(value)), Type::Enum(Arc::clone(ty)));
    }
    Scalar::constant(Datum::bytes(value), Type::Bytes)
}
