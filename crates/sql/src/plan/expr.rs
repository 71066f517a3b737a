//! Expressions: subqueries are lifted out into columns, the rest is compiled over the row.
//!
//! ```text
//!   a > (SELECT max(b) FROM u) AND c IN (SELECT d FROM v)     over the row @1=a @2=c
//!   ─▶ Extend [ max(b), c IN … ]                              the row grows: @3, @4
//!   ─▶ @1 > @3 AND @4
//! ```
//!
//! Shape: all expressions that are computed over one row form a [`Stage`], so that the row has its final width before
//! any of them is compiled. A subquery's answer is remembered unless the subquery names a column around it.

use std::borrow::Cow;
use std::cell::Cell;

use super::node::{Node, Subquery, SubqueryKind};
use super::scope::{Level, Scope, ScopeColumn, resolve};
use super::walk::{each_child_mut, has_subquery};
use super::{Error as PlanError, Planner, Relation};
use crate::ast::Name;
use crate::ast::expr::{CompareOp, Expr, Quantifier};
use crate::ast::query::Select;
use crate::error::Error;
use crate::types::expr::{self as types_expr, Column, Scalar};
use crate::types::time::TextCx;
use crate::types::wire::TypeSource;
use crate::types::{Datum, Error as TypesError, Type};

/// What is wanted of an expression.
#[derive(Clone, Debug, Default)]
pub enum Want {
    /// Nothing.
    #[default]
    Any,
    /// A type, if the expression can have it.
    Type(Type),
    /// A truth value, for a clause.
    Condition(&'static str),
    /// A value for a column of this type and name.
    Column(Type, String),
}

/// Expressions over one row, with what is wanted of them.
#[derive(Debug, Default)]
pub struct Stage<'a> {
    exprs: Vec<(Cow<'a, Expr>, Want)>,
}

impl<'a> Stage<'a> {
    /// No expressions.
    pub const fn new() -> Self {
        Self { exprs: Vec::new() }
    }

    /// Adds an expression.
    pub fn push(&mut self, expr: &'a Expr, want: Want) {
        self.exprs.push((Cow::Borrowed(expr), want));
    }
}

/// Answers the compiler's questions about names.
pub struct Resolver<'a> {
    /// What can be named here.
    pub scope: &'a Scope,
    /// What can be named around.
    pub levels: &'a [Level],
    /// User-defined types.
    pub types: &'a dyn TypeSource,
    /// What reading a literal time depends on.
    pub text_cx: TextCx,
    /// Values of placeholders.
    pub placeholders: &'a [(Datum, Type)],
}

impl types_expr::Scope for Resolver<'_> {
    fn column(&mut self, parts: &[Name]) -> Result<Column, TypesError> {
        let (ordinal, ty) = resolve(self.scope, self.levels, parts)?;
        Ok(Column { ordinal, ty })
    }

    fn whole_row(&mut self, parts: &[Name]) -> Option<Vec<(Name, Column)>> {
        let row = self.scope.star(parts)?.into_iter().filter_map(|ordinal| {
            let column = self.scope.columns.get(ordinal)?;
            column.mark();
            Some((column.name.to_string(), Column { ordinal, ty: column.ty.clone() }))
        });
        Some(row.collect())
    }

    fn types(&self) -> &dyn TypeSource {
        self.types
    }

    fn text_cx(&self) -> TextCx {
        self.text_cx
    }

    fn computed(&mut self, expr: &Expr) -> Option<Column> {
        let Expr::Ordinal(n) = expr else { return None };
        let ordinal = base::num::index(*n).checked_sub(1)?;
        let column = self.scope.columns.get(ordinal)?;
        column.mark();
        Some(Column { ordinal, ty: column.ty.clone() })
    }

    fn placeholder(&mut self, n: u32) -> Result<(Datum, Type), TypesError> {
        base::num::index(n)
            .checked_sub(1)
            .and_then(|position| self.placeholders.get(position).cloned())
            .ok_or_else(|| TypesError::Refused {
                code: base::sqlstate::SqlState::UNDEFINED_PARAMETER,
                message: format!("no value provided for placeholder: ${n}"),
                hint: None,
            })
    }
}

impl Planner<'_, '_> {
    /// Runs `f` with the answers to the compiler's questions about names.
    pub fn with_resolver<T>(
        &mut self,
        scope: &Scope,
        f: impl FnOnce(&mut Resolver<'_>) -> Result<T, TypesError>,
    ) -> Result<T, Error> {
        let snapshot = self.cx.snapshot()?;
        let names = snapshot.type_source(self.cx.name_scope());
        let mut resolver = Resolver {
            scope,
            levels: &self.levels,
            types: &names,
            text_cx: self.cx.text_cx(),
            placeholders: &self.placeholders,
        };
        Ok(f(&mut resolver)?)
    }

    /// Compiles an expression that holds no subquery.
    pub fn compile(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        want: Option<&Type>,
    ) -> Result<Scalar, Error> {
        self.with_resolver(scope, |resolver| types_expr::compile(expr, resolver, want))
    }

    /// Compiles an expression that holds no subquery, as it is wanted.
    pub fn compile_wanted(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        want: &Want,
    ) -> Result<Scalar, Error> {
        match want {
            Want::Any => self.compile(expr, scope, None),
            Want::Type(ty) => self.compile(expr, scope, Some(ty)),
            Want::Condition(place) => self.compile_bool(expr, scope, place),
            Want::Column(ty, name) => {
                let casts = self.cx.rules.assignment_casts();
                self.with_resolver(scope, |resolver| {
                    let scalar = types_expr::compile(expr, resolver, Some(ty))?;
                    let same =
                        matches!(scalar.ty, Type::Unknown) || scalar.ty.family() == ty.family();
                    if !casts && !same {
                        let (found, want) = (scalar.ty.name(), ty.name());
                        return Err(TypesError::TypeMismatch { found, want, column: name.clone() });
                    }
                    types_expr::assign(scalar, ty, name)
                })
            }
        }
    }

    /// Compiles a condition that holds no subquery. `place` is the clause that asks.
    pub fn compile_bool(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        place: &'static str,
    ) -> Result<Scalar, Error> {
        self.with_resolver(scope, |resolver| types_expr::compile_bool(expr, resolver, place))
    }

    /// The value of an expression that stands alone: in LIMIT, SET, EXECUTE.
    pub fn value(&mut self, expr: &Expr, want: Option<&Type>) -> Result<Datum, Error> {
        let scalar = self.compile(expr, &Scope::default(), want)?;
        Ok(self.cx.with_eval(|eval| scalar.eval(&[], eval))?)
    }

    /// Compiles the expressions of a stage over a plan's row, which grows by the answers of their subqueries.
    pub fn run_stage(
        &mut self,
        relation: &mut Relation,
        mut stage: Stage<'_>,
    ) -> Result<Vec<Scalar>, Error> {
        let with_subqueries =
            stage.exprs.iter_mut().map(|(expr, _)| expr).filter(|expr| has_subquery(expr));
        self.lift_all(relation, with_subqueries.map(Cow::to_mut))?;
        let mut scalars = Vec::with_capacity(stage.exprs.len());
        for (expr, want) in &stage.exprs {
            scalars.push(self.compile_wanted(expr, &relation.scope, want)?);
        }
        Ok(scalars)
    }

    /// Replaces the subqueries of expressions over a plan's row, which grows by their answers.
    pub fn lift_all<'e>(
        &mut self,
        relation: &mut Relation,
        exprs: impl Iterator<Item = &'e mut Expr>,
    ) -> Result<(), Error> {
        let mut exprs: Vec<&mut Expr> = exprs.collect();
        for expr in exprs.iter_mut().filter(|expr| has_subquery(expr)) {
            self.call_routines(relation, expr)?;
        }
        let mut lifted = Lifted { base: relation.scope.width(), ..Lifted::default() };
        for expr in exprs {
            self.lift(expr, &relation.scope, &mut lifted)?;
        }
        if lifted.subqueries.is_empty() {
            return Ok(());
        }
        let input = Box::new(relation.take_node());
        relation.node = Node::Extend { input, subqueries: lifted.subqueries };
        relation.scope.columns.extend(lifted.types.into_iter().map(ScopeColumn::nameless));
        Ok(())
    }

    /// Replaces the subqueries of an expression by ordinals.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn lift(&mut self, expr: &mut Expr, scope: &Scope, lifted: &mut Lifted) -> Result<(), Error> {
        match expr {
            Expr::Subquery(select) => {
                let planned = self.subquery(select, scope)?;
                let kind = SubqueryKind::Scalar { width: planned.types.len() };
                let ty = one_type(planned.types.clone());
                *expr = lifted.add(planned, kind, ty);
            }
            Expr::Exists(select) => {
                let planned = self.subquery(select, scope)?;
                *expr = lifted.add(planned, SubqueryKind::Exists, Type::Bool);
            }
            Expr::ArraySubquery(select) => {
                let planned = self.subquery(select, scope)?;
                let kind = SubqueryKind::Array { width: planned.types.len() };
                let ty = Type::array(one_type(planned.types.clone()));
                *expr = lifted.add(planned, kind, ty);
            }
            Expr::Compare(op @ (CompareOp::In | CompareOp::NotIn), needle, list)
                if matches!(list.strip_parens(), Expr::Subquery(_)) =>
            {
                let negated = *op == CompareOp::NotIn;
                let found = self.lift_in(needle, list, scope, lifted)?;
                *expr = if negated { Expr::Not(Box::new(found)) } else { found };
            }
            Expr::Quantified(CompareOp::Eq, Quantifier::Any | Quantifier::Some, needle, list)
                if matches!(list.strip_parens(), Expr::Subquery(_)) =>
            {
                *expr = self.lift_in(needle, list, scope, lifted)?;
            }
            Expr::Quantified(_, _, left, list)
                if matches!(list.strip_parens(), Expr::Subquery(_)) =>
            {
                self.lift(left, scope, lifted)?;
                if let Expr::Subquery(select) = list.strip_parens() {
                    let planned = self.subquery(select, scope)?;
                    let kind = SubqueryKind::Array { width: planned.types.len() };
                    let ty = Type::array(one_type(planned.types.clone()));
                    **list = lifted.add(planned, kind, ty);
                }
            }
            _ if has_subquery(expr) => {
                each_child_mut(expr, &mut |child| self.lift(child, scope, lifted))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// `needle IN (subquery)` as one column.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn lift_in(
        &mut self,
        needle: &Expr,
        list: &Expr,
        scope: &Scope,
        lifted: &mut Lifted,
    ) -> Result<Expr, Error> {
        let Expr::Subquery(select) = list.strip_parens() else { return Ok(list.clone()) };
        if has_subquery(needle) {
            return Err(PlanError::Unsupported { what: "subquery on both sides of IN" }.into());
        }
        let planned = self.subquery(select, scope)?;
        let types = &planned.types;
        let fields = match needle.strip_parens() {
            Expr::Tuple(tuple) => tuple.exprs.iter().collect(),
            other => vec![other],
        };
        if fields.len() != types.len() {
            return Err(
                PlanError::SubqueryWidth { wanted: fields.len(), found: types.len() }.into()
            );
        }
        let mut scalars = Vec::with_capacity(fields.len());
        for (field, ty) in fields.into_iter().zip(types) {
            let scalar = self.compile(field, scope, Some(ty))?;
            if !scalar.ty.equivalent(ty) {
                return Err(TypesError::UnsupportedComparison {
                    left: scalar.ty.name(),
                    op: "IN",
                    right: format!("tuple{{{}}}", ty.name()),
                }
                .into());
            }
            scalars.push(scalar);
        }
        let kind = SubqueryKind::In { needle: scalars };
        Ok(lifted.add(planned, kind, Type::Bool))
    }

    /// Plans a subquery over a row.
    fn subquery(&mut self, select: &Select, scope: &Scope) -> Result<Planned, Error> {
        let slot = self.slot();
        self.levels.push(Level { scope: scope.clone(), touched: Cell::new(false) });
        let planned = self.select(select);
        let touched = self.levels.pop().is_some_and(|level| level.touched.get());
        let mut relation = planned?;
        super::select::visible(&mut relation);
        let types = relation.scope.columns.into_iter().map(|column| column.ty).collect();
        let slots_end = self.next_slot;
        Ok(Planned { slot, slots_end, node: relation.node, types, correlated: touched })
    }
}

/// A planned subquery.
struct Planned {
    slot: usize,
    slots_end: usize,
    node: Node,
    types: Vec<Type>,
    correlated: bool,
}

/// Subqueries lifted out of a stage.
#[derive(Debug, Default)]
struct Lifted {
    base: usize,
    subqueries: Vec<Subquery>,
    types: Vec<Type>,
}

impl Lifted {
    /// Adds a subquery; answers the ordinal of its answer.
    fn add(&mut self, planned: Planned, kind: SubqueryKind, ty: Type) -> Expr {
        let Planned { slot, slots_end, node, correlated, .. } = planned;
        self.subqueries.push(Subquery { slot, node, kind, correlated, slots_end });
        self.types.push(ty);
        Expr::Ordinal(base::num::to_u32(self.base + self.types.len()))
    }
}

/// The type of a row as one value.
fn one_type(mut types: Vec<Type>) -> Type {
    match (types.len(), types.pop()) {
        (1, Some(ty)) => ty,
        (_, Some(last)) => {
            types.push(last);
            Type::tuple(types)
        }
        (_, None) => Type::Unknown,
    }
}
