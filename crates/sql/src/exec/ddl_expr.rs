//! Expressions of definitions: checked, given their types, and turned into the text that a descriptor keeps.
//!
//! ```text
//!   DEFAULT 0            0:::INT8                        DEFAULT now()      now():::TIMESTAMPTZ
//!   CHECK (balance >= 0) balance >= 0:::INT8             nextval('s')       nextval(55:::REGCLASS)
//! ```
//!
//! *Source*: what SHOW CREATE TABLE of the real system prints. Left out: the types of constants deep inside calls are
//! guessed from the constant alone.

use crate::ast::ObjectName;
use crate::ast::expr::{CompareOp, Expr, Function, Literal, TypeKind, TypeName};
use crate::catalog::descpb::TableDescriptor;
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::names::Scope as Names;
use crate::catalog::snapshot::Snapshot;
use crate::error::Error;
use crate::plan::walk;
use crate::print;
use crate::types::expr::{self as types_expr, Column, Scalar, Scope};
use crate::types::time::TextCx;
use crate::types::wire::TypeSource;
use crate::types::{Error as TypesError, Type, wire};
use base::sort;

/// The columns of a table under definition, as an expression sees them.
pub(crate) struct TableScope<'a> {
    /// The table.
    pub desc: &'a TableDescriptor,
    /// Where types are looked up.
    pub types: &'a dyn TypeSource,
    /// What reading a literal time depends on.
    pub text_cx: TextCx,
}

impl Scope for TableScope<'_> {
    fn column(&mut self, parts: &[String]) -> Result<Column, TypesError> {
        let name = parts.last().map_or("", String::as_str);
        let qualified = parts.len() > 1 && parts[parts.len() - 2] != self.desc.name;
        let found = self.desc.columns.iter().position(|column| column.name == name);
        match found {
            Some(ordinal) if !qualified => {
                let message = self.desc.columns[ordinal].ty.clone().unwrap_or_default();
                Ok(Column { ordinal, ty: wire::from_message(&message, self.types)? })
            }
            Some(_) | None => Err(TypesError::UndefinedColumn(parts.join("."))),
        }
    }

    fn types(&self) -> &dyn TypeSource {
        self.types
    }

    fn text_cx(&self) -> TextCx {
        self.text_cx
    }
}

/// An expression as a descriptor keeps it.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its text.
    pub text: String,
    /// Sequences that it draws from.
    pub sequences: Vec<u32>,
}

/// What an expression of a definition may name.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    /// What exists.
    pub snapshot: &'a Snapshot,
    /// Where names are looked up.
    pub names: Names<'a>,
    /// What reading a literal time depends on.
    pub text_cx: TextCx,
}

/// Checks an expression that may not name columns (DEFAULT, ON UPDATE) and keeps it.
pub(crate) fn keep_default(
    expr: &Expr,
    ty: &Type,
    column: &str,
    env: Env<'_>,
) -> Result<Kept, Error> {
    let mut expr = expr.clone();
    let sequences = bind_sequences(&mut expr, env)?;
    let blank = TableDescriptor::default();
    let types = env.snapshot.type_source(env.names);
    let mut scope = TableScope { desc: &blank, types: &types, text_cx: env.text_cx };
    refuse_subquery(&expr, "DEFAULT")?;
    if walk::any(&expr, &mut |part| matches!(part, Expr::Column(_))) {
        return Err(CatalogError::refused(
            base::sqlstate::SqlState::INVALID_TABLE_DEFINITION,
            "variable sub-expressions are not allowed in DEFAULT",
        )
        .into());
    }
    types_expr::compile_assign(&expr, &mut scope, ty, column)?;
    annotate(&mut expr, Some(ty), &mut scope);
    Ok(Kept { text: text(&expr), sequences })
}

/// Checks an expression over the columns of a table (CHECK, computed columns, predicates) and keeps it.
pub(crate) fn keep_over(
    expr: &Expr,
    ty: &Type,
    place: &'static str,
    desc: &TableDescriptor,
    env: Env<'_>,
) -> Result<(Kept, Vec<u32>), Error> {
    let mut expr = expr.clone();
    let types = env.snapshot.type_source(env.names);
    let mut scope = TableScope { desc, types: &types, text_cx: env.text_cx };
    refuse_subquery(&expr, place)?;
    if *ty == Type::Bool {
        types_expr::compile_bool(&expr, &mut scope, place)?;
    } else {
        types_expr::compile_assign(&expr, &mut scope, ty, place)?;
    }
    unqualify(&mut expr);
    annotate(&mut expr, Some(ty), &mut scope);
    let columns = columns_in(&expr, desc);
    Ok((Kept { text: text(&expr), sequences: Vec::new() }, columns))
}

/// Compiles a kept expression over the columns of a table.
pub(crate) fn compile_kept(
    text: &str,
    ty: &Type,
    desc: &TableDescriptor,
    snapshot: &Snapshot,
) -> Result<Scalar, Error> {
    let expr = parse(text)?;
    let mut scope = TableScope { desc, types: snapshot, text_cx: TextCx::default() };
    Ok(types_expr::compile_assign(&expr, &mut scope, ty, "")?)
}

/// The expression that a descriptor keeps as text.
pub(crate) fn parse(text: &str) -> Result<Expr, Error> {
    use crate::ast::Statement;
    use crate::ast::query::SelectBody;
    let mut parsed = crate::parser::parse(&format!("SELECT {text}"))?;
    if let Some(Statement::Select(select)) = parsed.pop().map(|parsed| parsed.stmt)
        && let SelectBody::Clause(mut clause) = select.body
        && let Some(item) = clause.items.pop()
    {
        return Ok(item.expr);
    }
    Err(CatalogError::Wire { place: "expression" }.into())
}

/// The text of an expression.
pub(crate) fn text(expr: &Expr) -> String {
    print::expr_to_string(expr, &print::Flags { show_secrets: true, ..Default::default() })
}

/// Ids of the columns that an expression names, in order of id.
pub(crate) fn columns_in(expr: &Expr, desc: &TableDescriptor) -> Vec<u32> {
    let mut ids = Vec::new();
    walk::any(expr, &mut |part| {
        if let Expr::Column(parts) = part
            && let Some(name) = parts.last()
            && let Some(column) = desc.columns.iter().find(|column| column.name == *name)
        {
            ids.push(column.id);
        }
        false
    });
    sort::natural(&mut ids);
    ids.dedup();
    ids
}

/// Gives a column another name wherever an expression has it.
pub(crate) fn rename_column(text_of: &str, from: &str, to: &str) -> Result<String, Error> {
    let mut expr = parse(text_of)?;
    visit(&mut expr, &mut |part| {
        if let Expr::Column(parts) = part
            && let Some(last) = parts.last_mut().filter(|name| *name == from)
        {
            to.clone_into(last);
        }
    });
    Ok(text(&expr))
}

/// Calls `f` on an expression and all below it, the outer first.
pub(crate) fn visit(expr: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    f(expr);
    let Ok(()) = walk::each_child_mut(expr, &mut |child| {
        visit(child, f);
        Ok::<(), std::convert::Infallible>(())
    });
}

fn refuse_subquery(expr: &Expr, place: &'static str) -> Result<(), Error> {
    if walk::has_subquery(expr) {
        return Err(TypesError::NotAllowed {
            what: "subqueries",
            place,
            code: base::sqlstate::SqlState::FEATURE_NOT_SUPPORTED,
        }
        .into());
    }
    Ok(())
}

fn unqualify(expr: &mut Expr) {
    visit(expr, &mut |part| {
        if let Expr::Column(parts) = part
            && let Some(last) = parts.pop()
        {
            *parts = vec![last];
        }
    });
}

/// Sequence functions with a name get the sequence's id: a rename does not break them.
fn bind_sequences(expr: &mut Expr, env: Env<'_>) -> Result<Vec<u32>, Error> {
    let (mut found, mut failed) = (Vec::new(), None);
    visit(expr, &mut |part| {
        let Expr::Function(call) = part else { return };
        if !matches!(call.name.object(), "nextval" | "currval" | "setval") {
            return;
        }
        let Some(name) = call.args.first().and_then(literal_name) else { return };
        match env.snapshot.resolve_kind(&name, env.names, Kind::Sequence) {
            Ok(desc) => {
                found.push(desc.id);
                if let Some(arg) = call.args.first_mut() {
                    *arg = id_as_regclass(desc.id);
                }
            }
            Err(cause) => failed = Some(cause),
        }
    });
    if let Some(cause) = failed {
        return Err(cause.into());
    }
    found.dedup();
    Ok(found)
}

/// `55:::REGCLASS`.
pub(crate) fn id_as_regclass(id: u32) -> Expr {
    Expr::Annotate {
        expr: Box::new(Expr::Literal(Literal::Int(id.to_string()))),
        ty: TypeName::plain(TypeKind::RegClass),
        short: true,
    }
}

/// The name in `'s'`, `'db.public.s'`, `'s'::REGCLASS`.
#[expect(clippy::wildcard_enum_match_arm, reason = "only constants name a sequence")]
fn literal_name(expr: &Expr) -> Option<ObjectName> {
    match expr {
        Expr::Literal(Literal::String(text)) => {
            let parts = text.split('.').map(|part| part.trim_matches('"').to_owned()).collect();
            Some(ObjectName { parts })
        }
        Expr::Cast { expr, .. } | Expr::Annotate { expr, .. } | Expr::Paren(expr) => {
            literal_name(expr)
        }
        _ => None,
    }
}

/// Writes the type behind each constant, as far as its surroundings tell it.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else only has parts")]
fn annotate(expr: &mut Expr, want: Option<&Type>, scope: &mut TableScope<'_>) {
    match expr {
        Expr::Literal(literal) => {
            if let Some(ty) = literal_type(literal, want) {
                let inner = Box::new(canonical(literal.clone(), &ty));
                *expr = Expr::Annotate { expr: inner, ty: type_name(&ty), short: true };
            }
        }
        Expr::Annotate { .. } => {}
        Expr::Cast { expr: inner, .. } => annotate(inner, None, scope),
        Expr::Function(call) => annotate_call(call, want, expr_is_now(call), scope)
            .map_or((), |wrapped| *expr = wrapped),
        Expr::Compare(CompareOp::In | CompareOp::NotIn, left, right) => {
            let ty = type_of(left, scope);
            annotate(left, None, scope);
            if let Expr::Tuple(tuple) = &mut **right {
                for part in &mut tuple.exprs {
                    annotate(part, ty.as_ref(), scope);
                }
            } else {
                annotate(right, ty.as_ref(), scope);
            }
        }
        Expr::Compare(_, left, right) | Expr::Binary(_, left, right) => {
            let (a, b) = (type_of(left, scope), type_of(right, scope));
            annotate(left, b.as_ref().or(want), scope);
            annotate(right, a.as_ref().or(want), scope);
        }
        Expr::Between(between) => {
            let ty = type_of(&between.expr, scope);
            annotate(&mut between.expr, None, scope);
            annotate(&mut between.low, ty.as_ref(), scope);
            annotate(&mut between.high, ty.as_ref(), scope);
        }
        Expr::Paren(inner) => annotate(inner, want, scope),
        _ => {
            let Ok(()) = walk::each_child_mut(expr, &mut |child| {
                annotate(child, None, scope);
                Ok::<(), std::convert::Infallible>(())
            });
        }
    }
}

fn expr_is_now(call: &Function) -> bool {
    matches!(
        call.name.object(),
        "now"
            | "current_timestamp"
            | "transaction_timestamp"
            | "statement_timestamp"
            | "clock_timestamp"
    )
}

/// The arguments of a call; a call whose result depends on the type around it is told that type.
#[expect(clippy::wildcard_enum_match_arm, reason = "the result's own type")]
fn annotate_call(
    call: &mut Function,
    want: Option<&Type>,
    is_now: bool,
    scope: &mut TableScope<'_>,
) -> Option<Expr> {
    // Beside an enum a text is a member of it.
    let of_enum = call
        .args
        .iter()
        .find_map(|arg| type_of(arg, scope).filter(|ty| matches!(ty, Type::Enum(_))));
    for arg in &mut call.args {
        annotate(arg, of_enum.as_ref(), scope);
    }
    let ty = want.filter(|_| is_now)?;
    let ty = match ty {
        Type::Timestamp(_) => Type::TIMESTAMP,
        Type::Date => Type::Date,
        _ => Type::TIMESTAMPTZ,
    };
    let inner = Box::new(Expr::Function(Box::new(std::mem::take(call))));
    Some(Expr::Annotate { expr: inner, ty: type_name(&ty), short: true })
}

/// The type of a part that is a column, a cast, or has one told.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else is compiled for its type")]
fn type_of(expr: &Expr, scope: &mut TableScope<'_>) -> Option<Type> {
    match expr {
        Expr::Column(parts) => scope.column(parts).ok().map(|column| column.ty),
        Expr::Paren(inner) => type_of(inner, scope),
        Expr::Cast { ty, .. } | Expr::Annotate { ty, .. } => wire::from_ast(ty, scope.types).ok(),
        Expr::Literal(_) => None,
        _ => types_expr::compile(expr, scope, None).ok().map(|scalar| scalar.ty),
    }
}

fn literal_type(literal: &Literal, want: Option<&Type>) -> Option<Type> {
    let own = match literal {
        Literal::Null | Literal::Bool(_) => return None,
        Literal::Int(_) => Type::INT,
        Literal::Decimal(_) => Type::DECIMAL,
        Literal::String(_) => Type::STRING,
        Literal::Bytes(_) => Type::Bytes,
        Literal::Bits(_) => Type::Bit { varying: true, width: 0 },
    };
    let Some(want) = want else { return Some(own) };
    let fits = match literal {
        Literal::Int(_) => {
            matches!(want, Type::Int(_) | Type::Float(_) | Type::Decimal { .. } | Type::Oid(_))
        }
        Literal::Decimal(_) => matches!(want, Type::Float(_) | Type::Decimal { .. }),
        Literal::String(_) => !matches!(want, Type::Unknown | Type::Void),
        Literal::Null | Literal::Bool(_) | Literal::Bytes(_) | Literal::Bits(_) => false,
    };
    Some(if fits { widest(want) } else { own })
}

/// A type without its width: what a constant is told to be.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others have no width")]
fn widest(ty: &Type) -> Type {
    match ty {
        Type::Int(_) => Type::INT,
        Type::Float(_) => Type::FLOAT,
        Type::Decimal { .. } => Type::DECIMAL,
        Type::String(..) => Type::STRING,
        Type::Timestamp(_) => Type::TIMESTAMP,
        Type::TimestampTz(_) => Type::TIMESTAMPTZ,
        Type::Time(_) => Type::Time(None),
        Type::TimeTz(_) => Type::TimeTz(None),
        other => other.clone(),
    }
}

/// A constant in the form that its type prints: `1` as FLOAT8 is `1.0`, a date is printed as dates are.
fn canonical(literal: Literal, ty: &Type) -> Expr {
    let shown = match (&literal, ty) {
        (Literal::Int(text), Type::Float(_)) => Literal::Decimal(format!("{text}.0")),
        (
            Literal::String(text),
            Type::Date | Type::Timestamp(_) | Type::TimestampTz(_) | Type::Interval | Type::Uuid,
        ) => match ty.parse_text(text, &TextCx::default()) {
            Ok(datum) => Literal::String(datum.to_text()),
            Err(_) => Literal::String(text.clone()),
        },
        _ => literal,
    };
    Expr::Literal(shown)
}

/// A type as it is written behind `:::`.
#[expect(clippy::wildcard_enum_match_arm, reason = "texts, and what is written as one")]
fn type_name(ty: &Type) -> TypeName {
    if let Type::Enum(ty) = ty {
        return TypeName::ById(crate::types::oid::USER_TYPE_BASE + ty.id);
    }
    if let Type::Array(element) = ty {
        return TypeName::Array(Box::new(type_name(element)));
    }
    let kind = match ty {
        Type::Bool => TypeKind::Bool,
        Type::Int(_) => TypeKind::Int8,
        Type::Float(_) => TypeKind::Float8,
        Type::Decimal { .. } => TypeKind::Decimal,
        Type::Bytes => TypeKind::Bytes,
        Type::Date => TypeKind::Date,
        Type::Time(_) => TypeKind::Time,
        Type::TimeTz(_) => TypeKind::TimeTz,
        Type::Timestamp(_) => TypeKind::Timestamp,
        Type::TimestampTz(_) => TypeKind::TimestampTz,
        Type::Uuid => TypeKind::Uuid,
        Type::Inet => TypeKind::Inet,
        Type::Json => TypeKind::Jsonb,
        Type::Oid(_) => TypeKind::Oid,
        Type::Bit { .. } => TypeKind::VarBit,
        Type::Interval => return TypeName::Interval { fields: String::new(), precision: None },
        _ => TypeKind::String,
    };
    TypeName::plain(kind)
}
