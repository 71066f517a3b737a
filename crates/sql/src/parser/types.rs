//! Type names: PostgreSQL's and CockroachDB's spellings to one normal form.
//!
//! ```text
//!   character varying(10) ─▶ VARCHAR(10)     timestamp(3) with time zone ─▶ TIMESTAMPTZ(3)     int[] ─▶ INT8[]
//! ```

use super::cursor::{Parser, Result};
use crate::ast::ObjectName;
use crate::ast::expr::{TypeKind, TypeName};

use TypeKind as K;

/// Names of types that are one word, in byte order.
const NAMES: &[(&str, TypeKind)] = &[
    ("bigint", K::Int8),
    ("bigserial", K::Serial8),
    ("bit", K::Bit),
    ("blob", K::Bytes),
    ("bool", K::Bool),
    ("boolean", K::Bool),
    ("box2d", K::Box2d),
    ("bpchar", K::Char),
    ("bytea", K::Bytes),
    ("bytes", K::Bytes),
    ("char", K::Char),
    ("character", K::Char),
    ("citext", K::CiText),
    ("date", K::Date),
    ("dec", K::Decimal),
    ("decimal", K::Decimal),
    ("double", K::Float8),
    ("float", K::Float8),
    ("float4", K::Float4),
    ("float8", K::Float8),
    ("geography", K::Geography),
    ("geometry", K::Geometry),
    ("inet", K::Inet),
    ("int", K::Int8),
    ("int2", K::Int2),
    ("int2vector", K::Int2Vector),
    ("int4", K::Int4),
    ("int64", K::Int8),
    ("int8", K::Int8),
    ("integer", K::Int8),
    ("interval", K::Interval),
    ("json", K::Jsonb),
    ("jsonb", K::Jsonb),
    ("ltree", K::Ltree),
    ("name", K::Name),
    ("numeric", K::Decimal),
    ("oid", K::Oid),
    ("oidvector", K::OidVector),
    ("pg_lsn", K::PgLsn),
    ("real", K::Float4),
    ("record", K::Record),
    ("regclass", K::RegClass),
    ("regnamespace", K::RegNamespace),
    ("regproc", K::RegProc),
    ("regprocedure", K::RegProcedure),
    ("regrole", K::RegRole),
    ("regtype", K::RegType),
    ("serial", K::Serial8),
    ("serial2", K::Serial2),
    ("serial4", K::Serial4),
    ("serial8", K::Serial8),
    ("smallint", K::Int2),
    ("smallserial", K::Serial2),
    ("string", K::String),
    ("text", K::String),
    ("time", K::Time),
    ("timestamp", K::Timestamp),
    ("timestamptz", K::TimestampTz),
    ("timetz", K::TimeTz),
    ("tsquery", K::TsQuery),
    ("tsvector", K::TsVector),
    ("uuid", K::Uuid),
    ("varbit", K::VarBit),
    ("varchar", K::Varchar),
    ("vector", K::Vector),
    ("void", K::Void),
];

/// The type of the system that a word means.
pub(super) fn builtin(word: &str) -> Option<TypeKind> {
    let at = NAMES.binary_search_by(|(name, _)| (*name).cmp(word)).ok()?;
    NAMES.get(at).map(|(_, kind)| *kind)
}

impl Parser<'_> {
    /// A type, with array brackets.
    pub(super) fn type_name(&mut self) -> Result<TypeName> {
        let mut ty = self.simple_type()?;
        if self.eat("array") {
            if self.eat("[") {
                self.unsigned::<u32>()?;
                self.expect("]")?;
            }
            return Ok(TypeName::Array(Box::new(ty)));
        }
        let mut dimensions = 0;
        while self.eat("[") {
            if !self.is("]") {
                self.unsigned::<u32>()?;
            }
            self.expect("]")?;
            dimensions += 1;
            if dimensions == 1 {
                ty = TypeName::Array(Box::new(ty));
            }
        }
        Ok(ty)
    }

    fn simple_type(&mut self) -> Result<TypeName> {
        if self.eat("@") {
            return Ok(TypeName::ById(self.unsigned()?));
        }
        let quoted = self.kind(0) == Some(crate::lexer::TokenKind::QuotedIdent);
        let qualified = self.key_at(1) == ".";
        if qualified || !(self.is_function_name() || self.is_name()) {
            let name = self.type_path()?;
            // pg_catalog.int4 is the built-in type.
            if let [schema, word] = name.parts.as_slice()
                && schema == "pg_catalog"
                && let Some(kind) = builtin(word)
            {
                return Ok(TypeName::plain(kind));
            }
            return Ok(TypeName::User(name));
        }
        let name = self.any_name()?;
        if quoted {
            let kind = if name == "char" { Some(K::QChar) } else { builtin(&name) };
            return Ok(
                kind.map_or_else(|| TypeName::User(ObjectName::simple(name)), TypeName::plain)
            );
        }
        match builtin(&name) {
            Some(kind) => self.modifiers(kind, &name),
            None => Ok(TypeName::User(ObjectName::simple(name))),
        }
    }

    fn type_path(&mut self) -> Result<ObjectName> {
        if !self.is_function_name() && !self.is_name() {
            return Err(self.fault());
        }
        let mut parts = vec![self.any_name()?];
        while self.eat(".") {
            parts.push(self.any_name()?);
        }
        if parts.len() > 3 { Err(self.fault()) } else { Ok(ObjectName { parts }) }
    }

    /// Length, precision, VARYING, WITH TIME ZONE and the like after a type's word.
    fn modifiers(&mut self, kind: TypeKind, word: &str) -> Result<TypeName> {
        let mut kind = kind;
        match word {
            "double" => {
                self.expect("precision")?;
                return Ok(TypeName::plain(kind));
            }
            "char" | "character" if self.eat("varying") => kind = K::Varchar,
            "bit" if self.eat("varying") => kind = K::VarBit,
            "interval" => return self.interval_fields(),
            _ => {}
        }
        let (mut width, mut scale) = (None, None);
        let sized = matches!(
            kind,
            K::String
                | K::Varchar
                | K::Char
                | K::Bit
                | K::VarBit
                | K::Decimal
                | K::Time
                | K::TimeTz
                | K::Timestamp
                | K::TimestampTz
                | K::Vector
        ) || word == "float";
        if matches!(kind, K::Geometry | K::Geography) && self.eat("(") {
            return self.geometry(kind);
        }
        if sized && self.eat("(") {
            width = Some(self.unsigned()?);
            if kind == K::Decimal && self.eat(",") {
                scale = Some(self.unsigned()?);
            }
            self.expect(")")?;
        }
        if word == "float" {
            return self.float(width);
        }
        if matches!(word, "time" | "timestamp") {
            if self.eat_all(&["with", "time", "zone"]) {
                kind = if kind == K::Time { K::TimeTz } else { K::TimestampTz };
            } else {
                self.eat_all(&["without", "time", "zone"]);
            }
        }
        Ok(TypeName::Builtin { kind, width, scale })
    }

    fn float(&self, width: Option<u32>) -> Result<TypeName> {
        match width {
            None | Some(25..=54) => Ok(TypeName::plain(K::Float8)),
            Some(1..=24) => Ok(TypeName::plain(K::Float4)),
            Some(0) => Err(self.refuse(1, "precision for type float must be at least 1 bit")),
            Some(_) => Err(self.refuse(1, "precision for type float must be less than 54 bits")),
        }
    }

    /// `GEOMETRY(POINT, 4326)`: the shape is dropped, the reference system kept as the width.
    fn geometry(&mut self, kind: TypeKind) -> Result<TypeName> {
        self.any_name()?;
        let width = if self.eat(",") { u32::try_from(self.signed()?).ok() } else { None };
        self.expect(")")?;
        Ok(TypeName::Builtin { kind, width, scale: None })
    }

    /// What may follow INTERVAL.
    pub(super) fn interval_fields(&mut self) -> Result<TypeName> {
        if self.eat("(") {
            let width = Some(self.unsigned()?);
            self.expect(")")?;
            return Ok(TypeName::Builtin { kind: K::Interval, width, scale: None });
        }
        let first = self.key();
        if !matches!(first, "year" | "month" | "day" | "hour" | "minute" | "second") {
            return Ok(TypeName::plain(K::Interval));
        }
        self.skip();
        let mut fields = first.to_ascii_uppercase();
        let mut last = first;
        if first != "second" && first != "month" && self.is("to") {
            last = self.key_at(1);
            let allowed = match first {
                "year" => matches!(last, "month"),
                "day" => matches!(last, "hour" | "minute" | "second"),
                "hour" => matches!(last, "minute" | "second"),
                _ => last == "second",
            };
            self.skip();
            if !allowed {
                return Err(self.fault());
            }
            self.skip();
            fields.push_str(" TO ");
            fields.push_str(&last.to_ascii_uppercase());
        }
        let mut precision = None;
        if last == "second" && self.eat("(") {
            precision = Some(self.unsigned()?);
            self.expect(")")?;
        }
        Ok(TypeName::Interval { fields, precision })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted() {
        assert!(super::NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
