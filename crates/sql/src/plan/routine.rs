//! Calls of functions and procedures that users made.
//!
//! ```text
//!   SELECT f(a + 1) FROM t          f(x): INSERT INTO log VALUES (x); SELECT x * 2
//!   ─▶ ProjectSet [ @2 = a + 1 ]    the arguments become columns …
//!   ─▶ Extend [ @3 = body ]         … and the body a subquery whose outer row has them under the parameters' names
//! ```
//!
//! Shape: a body of several statements is its last query after the others as common table expressions. A body finds its own
//! columns first, then its parameters, by name or as `$1`. Left out: PL/pgSQL; overloads; calls inside table definitions.

use std::cell::Cell;

use base::sqlstate::SqlState;

use super::expr::{Stage, Want};
use super::node::{Join, JoinKind, Node, SetCall, SetSource, Subquery, SubqueryKind};
use super::scope::{Level, Scope, ScopeColumn, SourceName};
use super::select::visible;
use super::walk::each_child_mut;
use super::{Error as PlanError, Planner, Relation};
use crate::ast::dml::Returning;
use crate::ast::expr::{Case, Expr, Function, Literal};
use crate::ast::query::{Alias, Cte, Limit, Select, SelectBody, SelectClause, SelectItem, With};
use crate::ast::{ObjectName, Statement};
use crate::catalog::descpb::{FunctionDescriptor, LANG_SQL, SqlType, volatility};
use crate::catalog::error::{Error as CatalogError, Kind};
use crate::catalog::privilege::Privilege;
use crate::error::Error;
use crate::lexer::{self, TokenKind};
use crate::types::Type;
use crate::types::aggregate::is_aggregate;
use crate::types::expr::call::plain_name;
use crate::types::expr::{function, set_function};

/// Whether a call is of none of the functions that are built in.
pub fn is_call(call: &Function) -> bool {
    let name = plain_name(&call.name);
    call.over.is_none()
        && !function::exists(&name)
        && !is_aggregate(&name)
        && !set_function::is_set_function(&name)
        && !matches!(name.as_str(), "greatest" | "least")
}

/// A routine whose arguments are columns of a row, and its body planned over that row.
struct Entered {
    args: Vec<usize>,
    body: Relation,
    slot: usize,
    slots_end: usize,
    touched: bool,
}

impl Planner<'_, '_> {
    /// Replaces the calls of users' functions in an expression over a plan's row, which grows by their answers.
    pub(super) fn call_routines(
        &mut self,
        relation: &mut Relation,
        expr: &mut Expr,
    ) -> Result<(), Error> {
        each_child_mut(expr, &mut |child| self.call_routines(relation, child))?;
        let Expr::Function(call) = expr else { return Ok(()) };
        let Some(routine) = self.routine(call)? else { return Ok(()) };
        if routine.return_type.is_set {
            return Err(PlanError::Unsupported { what: "sets from functions outside FROM" }.into());
        }
        let entered = self.enter(&routine, &call.args, relation)?;
        let mut types: Vec<Type> =
            entered.body.scope.columns.iter().map(|column| column.ty.clone()).collect();
        let width = types.len();
        let ty = match (width, types.pop()) {
            (1, Some(ty)) => ty,
            (_, last) => Type::tuple(types.into_iter().chain(last).collect()),
        };
        let input = Box::new(relation.take_node());
        let subquery = Subquery {
            slot: entered.slot,
            node: entered.body.node,
            kind: SubqueryKind::Scalar { width },
            correlated: entered.touched || routine.volatility == volatility::VOLATILE,
            slots_end: entered.slots_end,
        };
        relation.node = Node::Extend { input, subqueries: vec![subquery] };
        relation.scope.columns.push(ScopeColumn::nameless(ty));
        let ordinal = |position: usize| Expr::Ordinal(base::num::to_u32(position + 1));
        let answer = ordinal(relation.scope.width() - 1);
        *expr = if routine.null_input_behavior > 1 {
            let is_null =
                |&at: &usize| Expr::IsNull { expr: Box::new(ordinal(at)), negated: false };
            Expr::Case(Box::new(Case {
                operand: None,
                whens: entered
                    .args
                    .iter()
                    .map(|at| (is_null(at), Expr::Literal(Literal::Null)))
                    .collect(),
                otherwise: Some(answer),
            }))
        } else {
            answer
        };
        if matches!(expr, Expr::Case(case) if case.whens.is_empty()) {
            *expr = ordinal(relation.scope.width() - 1);
        }
        Ok(())
    }

    /// A call in FROM: rows with the columns that the function gives. `None`: it is none of a user's.
    pub(super) fn routine_source(&mut self, call: &Expr) -> Result<Option<Relation>, Error> {
        let Expr::Function(call) = call.strip_parens() else { return Ok(None) };
        let Some(routine) = self.routine(call)? else { return Ok(None) };
        self.run_routine(&routine, &call.args).map(Some)
    }

    /// What CALL answers: a row of what comes out, or nothing.
    pub(crate) fn call_procedure(&mut self, call: &Function) -> Result<Relation, Error> {
        let snapshot = self.cx.snapshot()?;
        let Some(routine) = snapshot.find_function(&call.name, self.cx.name_scope()) else {
            return Err(unknown(&call.name));
        };
        if !routine.is_procedure {
            return Err(kind_refused(
                &routine.name,
                "not a procedure",
                "call a function, use SELECT",
            ));
        }
        self.allow(routine)?;
        self.run_routine(&routine.clone(), &call.args)
    }

    fn run_routine(
        &mut self,
        routine: &FunctionDescriptor,
        args: &[Expr],
    ) -> Result<Relation, Error> {
        let mut unit = Relation::unit();
        let entered = self.enter(routine, args, &mut unit)?;
        let (left_width, right_width) = (unit.scope.width(), entered.body.scope.width());
        let source = SourceName::alias(routine.name.as_str());
        let mut columns: Vec<ScopeColumn> =
            unit.scope.columns.into_iter().map(|column| ScopeColumn::nameless(column.ty)).collect();
        let mut names = routine.outputs().map(|param| param.name.as_str());
        for column in entered.body.scope.columns {
            let name = match names.next() {
                Some(name) => name,
                None if right_width == 1 => routine.name.as_str(),
                None => &column.name,
            };
            columns.push(ScopeColumn::new(name, column.ty, source.clone()));
        }
        let join = Join {
            left: unit.node,
            right: entered.body.node,
            left_width,
            right_width,
            kind: if routine.return_type.is_set { JoinKind::Inner } else { JoinKind::Left },
            left_keys: Vec::new(),
            right_keys: Vec::new(),
            on: None,
            lateral: true,
        };
        let mut made = Relation { node: Node::Join(Box::new(join)), scope: Scope::of(columns) };
        visible(&mut made);
        Ok(made)
    }

    /// The function of a user's that a call means.
    fn routine(&mut self, call: &Function) -> Result<Option<FunctionDescriptor>, Error> {
        if !is_call(call) {
            return Ok(None);
        }
        let snapshot = self.cx.snapshot()?;
        let Some(found) = snapshot.find_function(&call.name, self.cx.name_scope()) else {
            return Ok(None);
        };
        if found.is_procedure {
            return Err(kind_refused(&found.name, "a procedure", "call a procedure, use CALL"));
        }
        self.allow(found)?;
        Ok(Some(found.clone()))
    }

    fn allow(&mut self, routine: &FunctionDescriptor) -> Result<(), Error> {
        let snapshot = self.cx.snapshot()?;
        let on = routine.privileges.as_ref();
        self.cx.require(&snapshot, on, Privilege::Execute, (Kind::Function, &routine.name))?;
        if routine.lang != LANG_SQL {
            return Err(PlanError::Unsupported { what: "running PL/pgSQL" }.into());
        }
        Ok(())
    }

    /// Puts the arguments at the end of a row and plans the body over it.
    fn enter(
        &mut self,
        routine: &FunctionDescriptor,
        args: &[Expr],
        relation: &mut Relation,
    ) -> Result<Entered, Error> {
        let params: Vec<_> = routine.inputs().cloned().collect();
        let mut given = args.to_vec();
        for param in params.iter().skip(given.len()) {
            let Some(text) = &param.default_expr else { break };
            given.push(crate::parser::parse_expr(text)?);
        }
        if given.len() != params.len() {
            return Err(unknown(&ObjectName::simple(routine.name.clone())));
        }
        let mut stage = Stage::new();
        for (expr, param) in given.iter().zip(&params) {
            let ty = self.hydrate(param.ty.as_ref())?;
            stage.push(expr, Want::Column(ty, param.name.clone()));
        }
        let scalars = self.run_stage(relation, stage)?;
        let mut scope = Scope::of(
            relation.scope.columns.iter().map(|c| ScopeColumn::nameless(c.ty.clone())).collect(),
        );
        let source = SourceName::alias(routine.name.as_str());
        let (mut sets, mut positions) = (Vec::new(), Vec::new());
        for (at, (scalar, param)) in scalars.into_iter().zip(&params).enumerate() {
            positions.push(scope.width());
            // Once by name, once by number.
            for name in [param.name.clone(), format!("${}", at + 1)] {
                let ty = scalar.ty.clone();
                scope.columns.push(ScopeColumn::new(name, ty.clone(), source.clone()));
                relation.scope.columns.push(ScopeColumn::nameless(ty));
                let source = SetSource::Scalar(scalar.clone());
                sets.push(SetCall { source, width: 1, tuple: false });
            }
        }
        if !sets.is_empty() {
            let input = Box::new(relation.take_node());
            relation.node = Node::ProjectSet { input, sets, ordinality: false };
        }
        self.body_over(routine, scope, positions)
    }

    fn body_over(
        &mut self,
        routine: &FunctionDescriptor,
        scope: Scope,
        args: Vec<usize>,
    ) -> Result<Entered, Error> {
        let slot = self.slot();
        self.levels.push(Level { scope, touched: Cell::new(false) });
        let around = std::mem::take(&mut self.ctes);
        // A definer's rights are those of a view's owner.
        self.in_views += usize::from(routine.security == 1);
        let body = self.deeper("function", |planner| planner.routine_body(routine));
        self.in_views -= usize::from(routine.security == 1);
        self.ctes = around;
        let touched = self.levels.pop().is_some_and(|level| level.touched.get());
        Ok(Entered { args, body: body?, slot, slots_end: self.next_slot, touched })
    }

    /// The body as one query that gives what the function gives.
    fn routine_body(&mut self, routine: &FunctionDescriptor) -> Result<Relation, Error> {
        let returns = routine.return_type.ty.as_ref();
        let ty = match returns {
            Some(ty) => self.hydrate(Some(ty))?,
            None => Type::Void,
        };
        let statements = crate::parser::parse(&named_parameters(&routine.function_body))?;
        let statements = statements.into_iter().map(|parsed| parsed.stmt).collect();
        let mut body = self.select(&fold(statements, matches!(ty, Type::Void)))?;
        visible(&mut body);
        if !routine.return_type.is_set {
            self.limit(&mut body, Some(&Limit::Rows(Expr::int(1))), None)?;
        }
        let wanted = outputs(routine, &ty, self)?;
        let found: Vec<Type> = body.scope.columns.iter().map(|column| column.ty.clone()).collect();
        let mismatch = || {
            let shown: Vec<String> = found.iter().map(Type::name).collect();
            let shown = match shown.as_slice() {
                [one] => one.clone(),
                many => format!("record({})", many.join(", ")),
            };
            let text = format!("return type mismatch in function declared to return {}", ty.name());
            CatalogError::refused(SqlState::INVALID_FUNCTION_DEFINITION, text)
                .with_detail(format!("Actual return type is {shown}"))
        };
        let Some(wanted) = wanted else { return Ok(body) };
        if wanted.len() != found.len() {
            return Err(mismatch().into());
        }
        let mut exprs = Vec::with_capacity(wanted.len());
        for (at, ty) in wanted.into_iter().enumerate() {
            let ordinal = Expr::Ordinal(base::num::to_u32(at + 1));
            let want = Want::Column(ty, String::new());
            let scalar = self.compile_wanted(&ordinal, &body.scope, &want);
            exprs.push(scalar.map_err(|_| Error::from(mismatch()))?);
        }
        for (column, scalar) in body.scope.columns.iter_mut().zip(&exprs) {
            column.ty = scalar.ty.clone();
        }
        body.node = Node::Project { input: Box::new(body.take_node()), exprs };
        Ok(body)
    }

    fn hydrate(&mut self, message: Option<&SqlType>) -> Result<Type, Error> {
        let message = message.ok_or(CatalogError::Wire { place: "function" })?;
        Ok(self.cx.snapshot()?.hydrate(message)?)
    }

    /// Plans a new routine's body only to see that it is sound.
    pub(crate) fn check_routine(&mut self, routine: &FunctionDescriptor) -> Result<(), Error> {
        let source = SourceName::alias(routine.name.as_str());
        let mut scope = Scope::default();
        for (at, param) in routine.inputs().enumerate() {
            let ty = self.hydrate(param.ty.as_ref())?;
            for name in [param.name.clone(), format!("${}", at + 1)] {
                scope.columns.push(ScopeColumn::new(name, ty.clone(), source.clone()));
            }
        }
        self.body_over(routine, scope, Vec::new()).map(|_| ())
    }
}

/// The types of the columns that come out; `None` where any will do.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other type is one column")]
fn outputs(
    routine: &FunctionDescriptor,
    ty: &Type,
    planner: &mut Planner<'_, '_>,
) -> Result<Option<Vec<Type>>, Error> {
    let out: Vec<_> = routine.outputs().collect();
    if !out.is_empty() {
        let types = out.into_iter().map(|param| planner.hydrate(param.ty.as_ref()));
        return types.collect::<Result<_, _>>().map(Some);
    }
    Ok(match ty {
        Type::Tuple(tuple) if tuple.types.is_empty() => None,
        Type::Tuple(tuple) => Some(tuple.types.clone()),
        other => Some(vec![other.clone()]),
    })
}

/// `$1` as the name of a column.
fn named_parameters(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut from = 0;
    for token in lexer::tokens(body).into_iter().filter(|t| t.kind == TokenKind::Placeholder) {
        text.push_str(body.get(from..token.start).unwrap_or_default());
        text.push('"');
        text.push_str(body.get(token.start..token.end).unwrap_or_default());
        text.push('"');
        from = token.end;
    }
    text.push_str(body.get(from..).unwrap_or_default());
    text
}

/// Several statements as one query: all but the last before it.
fn fold(mut statements: Vec<Statement>, void: bool) -> Select {
    let last = match statements.pop() {
        Some(Statement::Select(select)) if !void => *select,
        other => {
            let gives = other.as_ref().is_some_and(Statement::returns_rows);
            statements.extend(other);
            match statements.len() {
                count if count > 0 && gives && !void => {
                    Select::bare(SelectBody::Table(ObjectName::simple(step_name(count - 1))))
                }
                _ => nothing(),
            }
        }
    };
    if statements.is_empty() {
        return last;
    }
    let ctes = statements.into_iter().enumerate().map(|(at, stmt)| Cte {
        alias: Alias { name: step_name(at), columns: Vec::new() },
        materialized: None,
        stmt: silent(stmt),
    });
    let with = With { recursive: false, ctes: ctes.collect() };
    Select { with: Some(with), ..Select::bare(SelectBody::Paren(Box::new(last))) }
}

/// RETURNING NOTHING would be no source.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these have RETURNING")]
fn silent(mut stmt: Statement) -> Statement {
    let returning = match &mut stmt {
        Statement::Insert(insert) => &mut insert.returning,
        Statement::Update(update) => &mut update.returning,
        Statement::Delete(delete) => &mut delete.returning,
        _ => return stmt,
    };
    if matches!(returning, Returning::Nothing) {
        *returning = Returning::None;
    }
    stmt
}

fn step_name(at: usize) -> String {
    format!("statement {}", at + 1)
}

/// `SELECT NULL`.
fn nothing() -> Select {
    let item = SelectItem { expr: Expr::Literal(Literal::Null), alias: None };
    Select::bare(SelectBody::Clause(Box::new(SelectClause {
        items: vec![item],
        ..SelectClause::default()
    })))
}

/// Nothing is called so.
pub(crate) fn unknown(name: &ObjectName) -> Error {
    let text = format!("unknown function: {}()", crate::catalog::names::dotted(name));
    CatalogError::refused(SqlState::UNDEFINED_FUNCTION, text).into()
}

fn kind_refused(name: &str, is: &str, remedy: &str) -> Error {
    let text = format!("{name} is {is}");
    CatalogError::refused(SqlState::WRONG_OBJECT_TYPE, text)
        .with_hint(format!("To {remedy}."))
        .into()
}
