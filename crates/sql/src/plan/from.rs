//! FROM: tables, views, subqueries, functions, `[SHOW …]`, and joins of them.
//!
//! ```text
//!   FROM a, b          cross join; WHERE a.x = b.y turns it into a hash join (filter pushes conditions down)
//!   FROM a JOIN b USING (x)     one x for both: the left's (RIGHT JOIN: the right's, FULL: the first that is not NULL)
//!   FROM t, f(t.x)     a function or LATERAL subquery that names what stands before it is run for each row of it
//! ```

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::expr::{Stage, Want};
use super::label::label;
use super::lookup::Found;
use super::node::{Join, JoinKind, Node, Scan, SetCall, SetSource, TableUse};
use super::scope::{Level, Scope, ScopeColumn, SourceName};
use super::select::{rename, visible};
use super::table::Table;
use super::using::{Side, apply_using, check_names, merge_columns, shared_names, side_of};
use super::walk::conjuncts;
use super::{Error as PlanError, Planner, Relation};
use crate::ast::expr::Expr;
use crate::ast::query::{self, IndexHint, JoinCond, SourceKind, TableExpr, TableSource};
use crate::ast::{ObjectName, Statement};
use crate::catalog::privilege::Privilege;
use crate::error::Error;
use crate::exec;
use crate::outcome::{Outcome, Rows};
use crate::types::Type;
use crate::types::expr::Scalar;
use crate::types::expr::set_function::{SetFunction, is_set_function};

impl Planner<'_, '_> {
    /// All sources of a FROM, side by side.
    pub fn from(&mut self, sources: &[TableExpr]) -> Result<Relation, Error> {
        let mut joined: Option<Relation> = None;
        for source in sources {
            joined = Some(match joined {
                None => self.table_expr(source)?,
                Some(left) => self.beside(left, source, query::JoinKind::Cross, &JoinCond::None)?,
            });
        }
        Ok(joined.unwrap_or_else(Relation::unit))
    }

    fn table_expr(&mut self, expr: &TableExpr) -> Result<Relation, Error> {
        self.deeper("query", |planner| match expr {
            TableExpr::Source(source) => planner.source(source),
            TableExpr::Paren(inner) => planner.table_expr(inner),
            TableExpr::Join(join) => {
                let left = planner.table_expr(&join.left)?;
                planner.beside(left, &join.right, join.kind, &join.cond)
            }
        })
    }

    /// Joins a source to what stands before it.
    pub fn beside(
        &mut self,
        left: Relation,
        right: &TableExpr,
        kind: query::JoinKind,
        cond: &JoinCond,
    ) -> Result<Relation, Error> {
        // What stands before can be named by functions and LATERAL subqueries only; a plain table never asks.
        let lateral_allowed = may_be_lateral(right);
        if lateral_allowed {
            self.levels.push(Level { scope: left.scope.clone(), touched: Cell::new(false) });
        }
        let planned = self.table_expr(right);
        let lateral = lateral_allowed && self.levels.pop().is_some_and(|level| level.touched.get());
        let right = planned?;
        check_names(&left.scope, &right.scope)?;
        let kind = match kind {
            query::JoinKind::Plain | query::JoinKind::Inner | query::JoinKind::Cross => {
                JoinKind::Inner
            }
            query::JoinKind::Left => JoinKind::Left,
            query::JoinKind::Right => JoinKind::Right,
            query::JoinKind::Full => JoinKind::Full,
        };
        self.join(left, right, kind, cond, lateral)
    }

    fn join(
        &mut self,
        left: Relation,
        right: Relation,
        kind: JoinKind,
        cond: &JoinCond,
        lateral: bool,
    ) -> Result<Relation, Error> {
        let (left_width, right_width) = (left.scope.width(), right.scope.width());
        let merged = match cond {
            JoinCond::Using(names) => merge_columns(names, &left.scope, &right.scope)?,
            JoinCond::Natural => {
                let names = shared_names(&left.scope, &right.scope);
                merge_columns(&names, &left.scope, &right.scope)?
            }
            JoinCond::None | JoinCond::On(_) => Vec::new(),
        };
        let mut columns = left.scope.columns;
        columns.extend(right.scope.columns);
        let mut join = Join {
            left: left.node,
            right: right.node,
            left_width,
            right_width,
            kind,
            left_keys: Vec::new(),
            right_keys: Vec::new(),
            on: None,
            lateral,
        };
        for (a, b) in &merged {
            let (one, other) = (&columns[*a], &columns[left_width + *b]);
            one.mark();
            other.mark();
            join.left_keys.push(Scalar::column(*a, one.ty.clone()));
            join.right_keys.push(Scalar::column(*b, other.ty.clone()));
        }
        if lateral && !merged.is_empty() {
            return Err(PlanError::Unsupported { what: "LATERAL with USING" }.into());
        }
        let mut relation = Relation { node: Node::Join(Box::new(join)), scope: Scope::of(columns) };
        match cond {
            JoinCond::On(on) => self.join_on(&mut relation, on)?,
            JoinCond::None | JoinCond::Using(_) | JoinCond::Natural => {
                apply_using(&mut relation, kind, &merged, left_width);
            }
        }
        Ok(relation)
    }

    /// ON: equalities between the sides become keys, the rest is asked of each pair.
    fn join_on(&mut self, relation: &mut Relation, on: &Expr) -> Result<(), Error> {
        self.refuse_aggregates(on, "JOIN conditions")?;
        let scope = relation.scope.clone();
        let Node::Join(join) = &mut relation.node else { return Ok(()) };
        if join.kind == JoinKind::Inner && super::walk::has_subquery(on) {
            return self.filter(relation, on, "ON");
        }
        let mut rest: Vec<Expr> = Vec::new();
        for conjunct in conjuncts(on) {
            if !join.lateral
                && let Some((left, right)) = self.split_equality(conjunct, &scope, join)?
            {
                join.left_keys.push(left);
                join.right_keys.push(right);
                continue;
            }
            rest.push(conjunct.clone());
        }
        if let Some(all) = rest.into_iter().reduce(|a, b| Expr::And(Box::new(a), Box::new(b))) {
            join.on = Some(self.compile_bool(&all, &scope, "ON")?);
        }
        Ok(())
    }

    /// `left expr = right expr`, each over its own side's row.
    pub fn split_equality(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        join: &Join,
    ) -> Result<Option<(Scalar, Scalar)>, Error> {
        let Expr::Compare(crate::ast::expr::CompareOp::Eq, a, b) = expr else { return Ok(None) };
        let split = |expr: &Expr| -> Option<Side> { side_of(expr, scope, join.left_width) };
        let (left, right) = match (split(a), split(b)) {
            (Some(Side::Left), Some(Side::Right)) => (a, b),
            (Some(Side::Right), Some(Side::Left)) => (b, a),
            _ => return Ok(None),
        };
        let left_scope = Scope::of(scope.columns[..join.left_width].to_vec());
        let right_scope = Scope::of(scope.columns[join.left_width..].to_vec());
        let left = self.compile(left, &left_scope, None)?;
        let right = self.compile(right, &right_scope, Some(&left.ty))?;
        // Sides of different types go the general way, where the comparison is typed as a whole.
        Ok((left.ty.family() == right.ty.family()).then_some((left, right)))
    }

    fn source(&mut self, source: &TableSource) -> Result<Relation, Error> {
        let mut relation = match &source.kind {
            SourceKind::Name(name) => {
                self.named_source(name, source.hint.as_ref(), source.alias.as_ref())?
            }
            SourceKind::ById { id, columns } => self.source_by_id(*id, columns.as_deref())?,
            SourceKind::Subquery(select) => {
                let mut relation = self.select(select)?;
                visible(&mut relation);
                for column in &mut relation.scope.columns {
                    column.source = SourceName::default();
                    column.used = None;
                }
                relation
            }
            SourceKind::Functions { calls, columns } => {
                if !columns.is_empty() {
                    return Err(PlanError::Unsupported { what: "record functions in FROM" }.into());
                }
                let own = match calls.as_slice() {
                    [one] => self.routine_source(one)?,
                    _ => None,
                };
                match own {
                    Some(own) if source.ordinality => number_rows(own),
                    Some(own) => own,
                    None => self.functions(calls, source.ordinality)?,
                }
            }
            SourceKind::Show(stmt) => self.statement_source(stmt)?,
        };
        let is_function = matches!(&source.kind, SourceKind::Functions { .. });
        if source.ordinality && !is_function {
            relation = number_rows(relation);
        }
        if let Some(alias) = &source.alias {
            let single = relation.scope.columns.iter().filter(|c| !c.hidden).count() == 1;
            rename(&mut relation.scope, alias)?;
            // `FROM generate_series(1, 3) AS g` names the column too.
            if is_function
                && single
                && alias.columns.is_empty()
                && let Some(column) = relation.scope.columns.first_mut()
            {
                column.name = alias.name.as_str().into();
            }
        }
        Ok(relation)
    }

    /// A statement as a source: a query, DML with RETURNING, SHOW, or what others have run already.
    pub fn statement_source(&mut self, stmt: &Statement) -> Result<Relation, Error> {
        if exec::is_foreign(stmt) {
            let rows = self.hole()?;
            return Ok(rows_relation(rows));
        }
        if let Statement::Select(select) = stmt {
            return self.select(select);
        }
        if matches!(stmt, Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_)) {
            let write = self.plan_write(stmt)?;
            let scope = write.returning_scope.clone();
            return Ok(Relation { node: Node::Write(Rc::new(write)), scope });
        }
        match exec::run_statement(stmt, self.cx)? {
            Outcome::Rows(rows, _) => Ok(rows_relation(rows)),
            Outcome::Tag(_) => Ok(rows_relation(Rows::default())),
        }
    }

    /// A table, view, sequence or common table expression by name.
    pub fn named_source(
        &mut self,
        name: &ObjectName,
        hint: Option<&IndexHint>,
        alias: Option<&query::Alias>,
    ) -> Result<Relation, Error> {
        if name.parts.len() == 1
            && let Some(entry) = self.ctes.iter().rev().find(|entry| entry.name == name.object())
        {
            let mut scope = entry.scope.clone();
            for column in &mut scope.columns {
                column.source = SourceName::alias(name.object());
            }
            return Ok(Relation { node: Node::Cte { slot: entry.slot }, scope });
        }
        let _ = alias;
        match self.find_source(name)? {
            Found::Virtual(rows, source) => {
                let mut relation = rows_relation(rows);
                for column in &mut relation.scope.columns {
                    column.source = source.clone();
                }
                Ok(relation)
            }
            Found::Stored(table, source) => {
                self.require(&table, Privilege::Select)?;
                if !table.desc.view_query.is_empty() && !table.desc.is_materialized_view {
                    return self.view(&table, &source);
                }
                self.scan(&table, &source, hint)
            }
        }
    }

    fn source_by_id(&mut self, id: u32, columns: Option<&[u32]>) -> Result<Relation, Error> {
        let (table, source) = self.find_by_id(id)?;
        self.require(&table, Privilege::Select)?;
        let mut relation = self.scan(&table, &source, None)?;
        if let Some(ids) = columns {
            let positions: Vec<usize> = ids
                .iter()
                .filter_map(|id| table.columns.iter().position(|column| column.id == *id))
                .collect();
            super::select::keep(&mut relation, &positions);
        }
        Ok(relation)
    }

    /// The whole of a table, by its primary index or the one that a hint names.
    pub fn scan(
        &mut self,
        table: &Arc<Table>,
        source: &SourceName,
        hint: Option<&IndexHint>,
    ) -> Result<Relation, Error> {
        let index = hinted_index(table, hint)?;
        let used = Rc::new(TableUse {
            table: Arc::clone(table),
            columns: std::cell::RefCell::new(vec![false; table.columns.len()]),
        });
        let columns = table
            .columns
            .iter()
            .enumerate()
            .map(|(ordinal, column)| {
                let mut made = ScopeColumn::new(column.label(), column.ty.clone(), source.clone());
                made.hidden = column.hidden;
                made.merged = !column.public;
                made.used = Some((Rc::clone(&used), ordinal));
                made
            })
            .collect();
        let scan = Scan {
            spans: vec![table.index_span(index.unwrap_or(0))],
            index: index.unwrap_or(0),
            used,
            keys: Vec::new(),
            reverse: false,
            fixed: Vec::new(),
            point: false,
            hinted: index.is_some(),
            filter: None,
        };
        Ok(Relation { node: Node::Scan(Box::new(scan)), scope: Scope::of(columns) })
    }

    /// A view: its query, in a scope of its own.
    fn view(&mut self, table: &Arc<Table>, source: &SourceName) -> Result<Relation, Error> {
        let parsed = crate::parser::parse(&table.desc.view_query)?;
        let Some(Statement::Select(select)) = parsed.into_iter().next().map(|parsed| parsed.stmt)
        else {
            return Err(PlanError::Unsupported { what: "views that are not queries" }.into());
        };
        let levels = std::mem::take(&mut self.levels);
        let ctes = std::mem::take(&mut self.ctes);
        self.in_views += 1;
        let planned = self.deeper("view", |planner| planner.select(&select));
        self.in_views -= 1;
        self.levels = levels;
        self.ctes = ctes;
        let mut relation = planned?;
        visible(&mut relation);
        for (column, described) in relation.scope.columns.iter_mut().zip(&table.desc.columns) {
            column.name = described.name.as_str().into();
            column.source = source.clone();
            column.used = None;
        }
        Ok(relation)
    }

    /// Functions in FROM: one column each, or as many as a record has; NULLs fill up the shorter ones.
    fn functions(&mut self, calls: &[Expr], ordinality: bool) -> Result<Relation, Error> {
        let mut unit = Relation::unit();
        let mut sets = Vec::new();
        let mut columns: Vec<ScopeColumn> = Vec::new();
        for call in calls {
            let name = label(call);
            let source = SourceName::alias(name.clone());
            let Expr::Function(function) = call.strip_parens() else {
                return Err(PlanError::Unsupported { what: "expressions in FROM" }.into());
            };
            if !is_set_function(function.name.object()) {
                let mut stage = Stage::new();
                stage.push(call, Want::Any);
                for scalar in self.run_stage(&mut unit, stage)? {
                    columns.push(ScopeColumn::new(
                        name.as_str(),
                        scalar.ty.clone(),
                        source.clone(),
                    ));
                    sets.push(SetCall {
                        source: SetSource::Scalar(scalar),
                        width: 1,
                        tuple: false,
                    });
                }
                continue;
            }
            let mut function = (**function).clone();
            self.lift_all(&mut unit, function.args.iter_mut())?;
            let made = self
                .with_resolver(&unit.scope, |resolver| SetFunction::compile(&function, resolver))?;
            for (column, ty) in &made.columns {
                columns.push(ScopeColumn::new(column.as_str(), ty.clone(), source.clone()));
            }
            let width = made.columns.len();
            sets.push(SetCall { source: SetSource::Function(made), width, tuple: false });
        }
        if ordinality {
            columns.push(ScopeColumn::new("ordinality", Type::INT, SourceName::default()));
        }
        // Answers of subqueries in arguments come first in the row; they have no names.
        let before = unit.scope.width();
        let mut scope = unit.scope;
        scope.columns.extend(columns);
        let node = Node::ProjectSet { input: Box::new(unit.node), sets, ordinality };
        let mut relation = Relation { node, scope };
        if before > 0 {
            visible(&mut relation);
        }
        Ok(relation)
    }
}

/// Rows that are known already, as a source.
pub fn rows_relation(rows: Rows) -> Relation {
    let columns = rows
        .columns
        .into_iter()
        .map(|column| ScopeColumn::new(column.name, column.ty, SourceName::default()))
        .collect();
    Relation { node: Node::Rows(Arc::new(rows.rows)), scope: Scope::of(columns) }
}

/// WITH ORDINALITY over a source: one more column that counts.
fn number_rows(relation: Relation) -> Relation {
    let mut scope = relation.scope;
    scope.columns.push(ScopeColumn::new("ordinality", Type::INT, SourceName::default()));
    let node = Node::Number { input: Box::new(relation.node) };
    Relation { node, scope }
}

/// Functions and subqueries may name what stands before them.
fn may_be_lateral(expr: &TableExpr) -> bool {
    match expr {
        TableExpr::Source(source) => {
            source.lateral || matches!(&source.kind, SourceKind::Functions { .. })
        }
        TableExpr::Paren(inner) => may_be_lateral(inner),
        TableExpr::Join(_) => false,
    }
}

/// The index that a hint names.
fn hinted_index(table: &Table, hint: Option<&IndexHint>) -> Result<Option<usize>, PlanError> {
    let named = |name: &str| {
        table
            .indexes
            .iter()
            .position(|index| index.name == name)
            .ok_or_else(|| PlanError::UndefinedIndex { name: name.to_owned() })
    };
    match hint {
        None => Ok(None),
        Some(IndexHint::Index(name)) if name == "primary" => Ok(Some(0)),
        Some(IndexHint::Index(name)) => named(name).map(Some),
        Some(IndexHint::Id(id)) => table
            .indexes
            .iter()
            .position(|index| index.id == *id)
            .map(Some)
            .ok_or_else(|| PlanError::UndefinedIndex { name: format!("[{id}]") }),
        Some(IndexHint::Flags(flags)) => {
            for (flag, value) in flags {
                if flag == "FORCE_INDEX"
                    && let Some(name) = value
                {
                    return named(name).map(Some);
                }
            }
            Ok(None)
        }
    }
}
