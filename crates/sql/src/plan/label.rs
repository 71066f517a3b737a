//! The name that a result column gets when none is given.
//!
//! | expression | name |
//! |---|---|
//! | `t.a`, `(x).a` | `a` |
//! | `f(…)` | `f` |
//! | `x::T`, `x[1]`, `x COLLATE …` | that of x, else the type's |
//! | `CASE`, `ARRAY[…]`, `EXISTS`, `COALESCE`, `NULLIF`, `IF` | `case`, `array`, `exists`, … |
//! | `(SELECT a …)` | `a` |
//! | `true` | `bool` |
//! | everything else | `?column?` |
//!
//! *Source*: PostgreSQL's `FigureColname`, which CockroachDB follows.

use crate::ast::expr::{Expr, Field, Literal, TypeKind, TypeName};
use crate::ast::query::{Select, SelectBody};

/// The name of a column without one.
pub const NO_NAME: &str = "?column?";

/// The name of a result column computed by `expr`.
pub fn label(expr: &Expr) -> String {
    strong(expr).or_else(|| weak(expr)).unwrap_or_else(|| NO_NAME.to_owned())
}

/// Names that win over that of a type.
fn strong(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Column(parts) => parts.last().cloned(),
        Expr::Function(call) => Some(match call.name.prefix() {
            [schema] if schema == "crdb_internal" => call.name.parts.join("."),
            _ => call.name.object().to_owned(),
        }),
        Expr::Field { field: Field::Name(name), .. } => Some(name.clone()),
        Expr::Paren(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::Annotate { expr: inner, .. }
        | Expr::Collate { expr: inner, .. }
        | Expr::Index { expr: inner, .. } => strong(inner),
        Expr::Case(case) => case.otherwise.as_ref().and_then(strong),
        Expr::Coalesce { .. } => Some("coalesce".to_owned()),
        Expr::If(_) => Some("if".to_owned()),
        Expr::NullIf(_) => Some("nullif".to_owned()),
        Expr::IfError(parts) => {
            Some(if parts.otherwise.is_some() { "iferror" } else { "iserror" }.to_owned())
        }
        Expr::Array(_) | Expr::ArraySubquery(_) => Some("array".to_owned()),
        Expr::Exists(_) => Some("exists".to_owned()),
        Expr::Subquery(query) => of_query(query),
        Expr::Tuple(tuple) if tuple.row => Some("row".to_owned()),
        Expr::Literal(_)
        | Expr::Placeholder(_)
        | Expr::Default
        | Expr::Star(_)
        | Expr::Ordinal(_)
        | Expr::Unary(..)
        | Expr::Binary(..)
        | Expr::Compare(..)
        | Expr::Quantified(..)
        | Expr::And(..)
        | Expr::Or(..)
        | Expr::Not(_)
        | Expr::IsNull { .. }
        | Expr::Between(_)
        | Expr::IsOfType { .. }
        | Expr::Tuple(_)
        | Expr::Field { .. } => None,
    }
}

/// Names for want of a better one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn weak(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Cast { expr: inner, ty, .. } => weak(inner).or_else(|| type_label(ty)),
        Expr::Paren(inner) | Expr::Annotate { expr: inner, .. } => weak(inner),
        Expr::Case(case) => {
            case.otherwise.as_ref().and_then(weak).or_else(|| Some("case".to_owned()))
        }
        Expr::Literal(Literal::Bool(_)) => Some("bool".to_owned()),
        _ => None,
    }
}

/// PostgreSQL's name of a type.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn type_label(ty: &TypeName) -> Option<String> {
    let name = match ty {
        TypeName::Builtin { kind, .. } => match kind {
            TypeKind::String => "text".to_owned(),
            TypeKind::Bytes => "bytea".to_owned(),
            TypeKind::Char => "bpchar".to_owned(),
            TypeKind::QChar => "char".to_owned(),
            TypeKind::Decimal => "numeric".to_owned(),
            _ => kind.sql().to_ascii_lowercase(),
        },
        TypeName::Interval { .. } => "interval".to_owned(),
        TypeName::Array(element) => type_label(element)?,
        TypeName::Collated(inner, _) => type_label(inner)?,
        TypeName::User(name) => name.object().to_owned(),
        TypeName::ById(_) => return None,
    };
    Some(name)
}

/// The name of a subquery's one column.
fn of_query(query: &Select) -> Option<String> {
    match &query.body {
        SelectBody::Clause(clause) => {
            let item = clause.items.first()?;
            item.alias.clone().or_else(|| strong(&item.expr))
        }
        SelectBody::Values(_) => Some("column1".to_owned()),
        SelectBody::Paren(inner) => of_query(inner),
        SelectBody::Union(union) => of_query(&union.left),
        SelectBody::Table(_) => None,
    }
}
