//! INSERT, UPSERT, UPDATE, DELETE.
//!
//! ```text
//!   INSERT INTO t (a, b) VALUES …      input: rows (a, b)                  ▶ defaults, computed, checks ▶ keys
//!   UPDATE t SET b = … FROM u WHERE …  input: old row of t, row of u, …    ▶ assignments over it
//!   DELETE FROM t USING u WHERE …      input: old row of t, row of u, …
//! ```

use std::sync::Arc;

use super::expr::{Stage, Want};
use super::lookup::Found;
use super::node::{Node, SortKey};
use super::order::target_of;
use super::scope::{Scope, ScopeColumn, SourceName};
use super::table::{Rules, Table};
use super::{Error as PlanError, Planner, Relation};
use crate::ast::dml::{Assignment, Delete, Returning, Update};
use crate::ast::expr::{Expr, Field, Tuple};
use crate::ast::query::{
    Direction, JoinCond, JoinKind, Nulls, OrderBy, OrderKey, SourceKind, TableExpr,
};
use crate::ast::{Name, ObjectName, Statement};
use crate::catalog::privilege::Privilege;
use crate::error::Error;
use crate::types::Datum;
use crate::types::expr::Scalar;

/// A planned write.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which statement.
    pub verb: Verb,
    /// Where rows go or are.
    pub table: Arc<Table>,
    /// What it asks of rows.
    pub rules: Arc<Rules>,
    /// What comes in.
    pub input: Node,
    /// What is done with it.
    pub action: Action,
    /// What goes out of each row written, over the table's new row (DELETE: the old one) and the other sources' columns.
    pub returning: Option<Vec<Scalar>>,
    /// The names of what goes out.
    pub returning_scope: Scope,
}

/// The statement, as messages call it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// INSERT.
    Insert,
    /// UPSERT.
    Upsert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl Verb {
    /// In capitals.
    pub const fn upper(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Upsert => "UPSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }

    /// In lower case, as constraint errors begin.
    pub const fn lower(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Upsert => "upsert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// What is done with the rows that come in.
#[derive(Clone, Debug)]
pub enum Action {
    /// New rows; the input's columns go to these ordinals.
    Insert {
        /// Ordinals, in the order of the input's columns.
        columns: Vec<usize>,
        /// What happens where a key is there already.
        conflict: Option<Conflict>,
    },
    /// Changed rows: ordinals with their new values over the input's row.
    Update {
        /// What is set.
        set: Vec<(usize, Scalar)>,
    },
    /// Removed rows.
    Delete,
}

/// ON CONFLICT, or what UPSERT means.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The unique indexes that are asked; others refuse as ever. Empty: all.
    pub arbiters: Vec<usize>,
    /// What is set instead, over the row that is there followed by the one that was to be inserted; `None`: nothing is.
    pub set: Option<Vec<(usize, Scalar)>>,
    /// Only where this holds.
    pub filter: Option<Scalar>,
}

impl Write {
    /// Whether other sources are joined to the table, so that a row may come in several times.
    pub fn input_is_joined(&self) -> bool {
        fn joined(node: &Node) -> bool {
            match node {
                Node::Join(_) => true,
                Node::Filter { input, .. }
                | Node::Extend { input, .. }
                | Node::Project { input, .. }
                | Node::Sort { input, .. }
                | Node::Limit { input, .. } => joined(input),
                Node::With { body, .. } => joined(body),
                Node::Scan(_)
                | Node::Values { .. }
                | Node::Rows(_)
                | Node::ProjectSet { .. }
                | Node::Number { .. }
                | Node::Aggregate { .. }
                | Node::Window { .. }
                | Node::Distinct { .. }
                | Node::SetOp { .. }
                | Node::Cte { .. }
                | Node::Write(_) => false,
            }
        }
        joined(&self.input)
    }
}

impl Planner<'_, '_> {
    /// Plans a writing statement.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    pub fn plan_write(&mut self, stmt: &Statement) -> Result<Write, Error> {
        let with = match stmt {
            Statement::Insert(insert) => insert.with.as_ref(),
            Statement::Update(update) => update.with.as_ref(),
            Statement::Delete(delete) => delete.with.as_ref(),
            _ => None,
        };
        let in_sight = self.ctes.len();
        let ctes = self.with(with)?;
        let planned = match stmt {
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            _ => Err(PlanError::Unsupported { what: "this statement as a source" }.into()),
        };
        self.ctes.truncate(in_sight);
        let mut write = planned?;
        for cte in ctes.into_iter().rev() {
            let body = std::mem::replace(&mut write.input, Node::Values { rows: Vec::new() });
            write.input = cte.around(body);
        }
        super::lookup_join::rewrite(&mut write.input);
        Ok(write)
    }

    /// SET: ordinals and their values over the plan's row.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    pub(super) fn assignments(
        &mut self,
        list: &[Assignment],
        table: &Table,
        rules: &Rules,
        relation: &mut Relation,
    ) -> Result<Vec<(usize, Scalar)>, Error> {
        let mut exprs: Vec<(usize, Expr)> = Vec::new();
        for assignment in list {
            let ordinals = named_columns(&assignment.columns, table)?;
            for (position, ordinal) in ordinals.iter().enumerate() {
                if exprs.iter().any(|(known, _)| known == ordinal) {
                    let column = table.columns[*ordinal].name.clone();
                    return Err(PlanError::DuplicateAssignment { column }.into());
                }
                let value = if assignment.tuple {
                    tuple_part(&assignment.value, position, ordinals.len())?
                } else {
                    assignment.value.clone()
                };
                exprs.push((*ordinal, value));
            }
        }
        let mut stage = Stage::new();
        for (ordinal, expr) in exprs.iter().filter(|(_, expr)| !matches!(expr, Expr::Default)) {
            if table.columns[*ordinal].computed {
                let column = table.columns[*ordinal].name.clone();
                return Err(PlanError::ComputedColumn { column }.into());
            }
            stage.push(expr, column_want(table, *ordinal));
        }
        let mut given = self.run_stage(relation, stage)?.into_iter();
        Ok(exprs
            .iter()
            .map(|(ordinal, expr)| {
                let value = match expr {
                    Expr::Default => None,
                    _ => given.next(),
                };
                (*ordinal, value.unwrap_or_else(|| default_scalar(table, rules, *ordinal)))
            })
            .collect())
    }

    fn update(&mut self, update: &Update) -> Result<Write, Error> {
        self.cx.check_writable("UPDATE")?;
        self.refuse_unsafe("UPDATE", update.filter.is_none() && update.limit.is_none())?;
        let (table, mut relation) = self.written_source(&update.table, Privilege::Update)?;
        let width = relation.scope.width();
        relation = self.with_others(relation, &update.from)?;
        if let Some(filter) = &update.filter {
            self.filter(&mut relation, filter, "WHERE")?;
        }
        self.sort_rows(&mut relation, &update.order_by)?;
        self.limit(&mut relation, update.limit.as_ref(), None)?;
        let rules = table.rules(self.cx)?;
        let set = self.assignments(&update.set, &table, &rules, &mut relation)?;
        relation.scope.columns[..width].iter().for_each(ScopeColumn::mark);
        let (returning, returning_scope) =
            self.returning(&update.returning, &table, &relation.scope)?;
        Ok(Write {
            verb: Verb::Update,
            table,
            rules,
            input: relation.node,
            action: Action::Update { set },
            returning,
            returning_scope,
        })
    }

    fn delete(&mut self, delete: &Delete) -> Result<Write, Error> {
        self.cx.check_writable("DELETE")?;
        self.refuse_unsafe("DELETE", delete.filter.is_none() && delete.limit.is_none())?;
        let (table, mut relation) = self.written_source(&delete.table, Privilege::Delete)?;
        let width = relation.scope.width();
        relation = self.with_others(relation, &delete.using)?;
        if let Some(filter) = &delete.filter {
            self.filter(&mut relation, filter, "WHERE")?;
        }
        self.sort_rows(&mut relation, &delete.order_by)?;
        self.limit(&mut relation, delete.limit.as_ref(), None)?;
        relation.scope.columns[..width].iter().for_each(ScopeColumn::mark);
        let rules = table.rules(self.cx)?;
        let (returning, returning_scope) =
            self.returning(&delete.returning, &table, &relation.scope)?;
        Ok(Write {
            verb: Verb::Delete,
            table,
            rules,
            input: relation.node,
            action: Action::Delete,
            returning,
            returning_scope,
        })
    }

    /// What a session with safe updates does not do.
    fn refuse_unsafe(&self, verb: &'static str, all_rows: bool) -> Result<(), PlanError> {
        if !all_rows || !self.cx.session.flag("sql_safe_updates", false) {
            return Ok(());
        }
        let message = match verb {
            "UPDATE" => "rejected: UPDATE without WHERE clause (sql_safe_updates = true)",
            _ => "rejected: DELETE without WHERE clause (sql_safe_updates = true)",
        };
        let code = base::sqlstate::SqlState::WARNING;
        Err(PlanError::Refused { message, code, hint: None })
    }

    /// A table that can be written to, by name.
    pub(super) fn target(&mut self, name: &ObjectName) -> Result<(Arc<Table>, SourceName), Error> {
        match self.find_source(name)? {
            Found::Stored(table, source)
                if table.desc.view_query.is_empty() && table.desc.sequence_opts.is_none() =>
            {
                Ok((table, source))
            }
            Found::Stored(..) => {
                Err(PlanError::NotATable { name: name.object().to_owned(), what: "table" }.into())
            }
            Found::Virtual(..) => Err(PlanError::Refused {
                message: "virtual tables cannot be written to",
                code: base::sqlstate::SqlState::WRONG_OBJECT_TYPE,
                hint: None,
            }
            .into()),
        }
    }

    /// The table of UPDATE or DELETE with its alias, as the first source.
    fn written_source(
        &mut self,
        expr: &TableExpr,
        privilege: Privilege,
    ) -> Result<(Arc<Table>, Relation), Error> {
        let TableExpr::Source(source) = expr else {
            return Err(PlanError::Unsupported { what: "joins as the target of a write" }.into());
        };
        let (table, mut name) = match &source.kind {
            SourceKind::Name(name) => self.target(name)?,
            SourceKind::ById { id, .. } => self.find_by_id(*id)?,
            SourceKind::Subquery(_) | SourceKind::Functions { .. } | SourceKind::Show(_) => {
                return Err(PlanError::Unsupported {
                    what: "this source as the target of a write",
                }
                .into());
            }
        };
        self.require(&table, privilege)?;
        self.require(&table, Privilege::Select)?;
        if let Some(alias) = &source.alias {
            name = SourceName::alias(alias.name.clone());
        }
        let relation = self.scan(&table, &name, source.hint.as_ref())?;
        Ok((table, relation))
    }

    fn with_others(
        &mut self,
        mut relation: Relation,
        others: &[TableExpr],
    ) -> Result<Relation, Error> {
        for other in others {
            relation = self.beside(relation, other, JoinKind::Cross, &JoinCond::None)?;
        }
        Ok(relation)
    }

    /// ORDER BY of UPDATE and DELETE: rows keep their columns.
    fn sort_rows(&mut self, relation: &mut Relation, order_by: &[OrderBy]) -> Result<(), Error> {
        if order_by.is_empty() {
            return Ok(());
        }
        let mut stage = Stage::new();
        for term in order_by {
            if let OrderKey::Expr(expr) = &term.key {
                target_of(expr, &[], "ORDER BY")?;
                stage.push(expr, Want::Any);
            }
        }
        let scalars = self.run_stage(relation, stage)?;
        let width = relation.scope.width();
        let mut keys = Vec::with_capacity(scalars.len());
        let mut exprs: Vec<Scalar> = relation
            .scope
            .columns
            .iter()
            .enumerate()
            .map(|(position, column)| Scalar::column(position, column.ty.clone()))
            .collect();
        for (scalar, term) in scalars.into_iter().zip(order_by) {
            let column = scalar.as_column().unwrap_or_else(|| {
                exprs.push(scalar.clone());
                exprs.len() - 1
            });
            let descending = term.direction == Direction::Desc;
            let nulls_first = match term.nulls {
                Nulls::Default => !descending,
                Nulls::First => true,
                Nulls::Last => false,
            };
            keys.push(SortKey { column, descending, nulls_first });
        }
        let mut node = relation.take_node();
        if exprs.len() > width {
            for scalar in &exprs[width..] {
                relation.scope.columns.push(ScopeColumn::nameless(scalar.ty.clone()));
            }
            node = Node::Project { input: Box::new(node), exprs };
        }
        relation.node = Node::Sort { input: Box::new(node), keys };
        Ok(())
    }

    pub(super) fn returning(
        &mut self,
        returning: &Returning,
        table: &Arc<Table>,
        scope: &Scope,
    ) -> Result<(Option<Vec<Scalar>>, Scope), Error> {
        let Returning::Items(items) = returning else { return Ok((None, Scope::default())) };
        self.require(table, Privilege::Select)?;
        let targets = self.targets(items, scope)?;
        let mut exprs = Vec::with_capacity(targets.len());
        let mut columns = Vec::with_capacity(targets.len());
        for target in targets {
            self.refuse_aggregates(&target.expr, "RETURNING")?;
            let scalar = self.compile(&target.expr, scope, None)?;
            columns.push(ScopeColumn::new(target.name, scalar.ty.clone(), SourceName::default()));
            exprs.push(scalar);
        }
        Ok((Some(exprs), Scope::of(columns)))
    }
}

/// The scope of a table's row under a name.
pub(super) fn row_scope(table: &Table, source: &SourceName) -> Scope {
    let mut scope = table.scope();
    for column in &mut scope.columns {
        column.source = source.clone();
    }
    scope
}

pub(super) fn named_columns(names: &[Name], table: &Table) -> Result<Vec<usize>, Error> {
    let mut ordinals = Vec::with_capacity(names.len());
    for name in names {
        let ordinal =
            table.ordinal(name).ok_or_else(|| PlanError::UndefinedColumn { name: name.clone() })?;
        if ordinals.contains(&ordinal) {
            return Err(PlanError::DuplicateAssignment { column: name.clone() }.into());
        }
        ordinals.push(ordinal);
    }
    Ok(ordinals)
}

pub(super) fn column_want(table: &Table, ordinal: usize) -> Want {
    let column = &table.columns[ordinal];
    Want::Column(column.ty.clone(), column.name.clone())
}

pub(super) fn default_scalar(table: &Table, rules: &Rules, ordinal: usize) -> Scalar {
    rules
        .defaults
        .get(ordinal)
        .cloned()
        .flatten()
        .unwrap_or_else(|| Scalar::constant(Datum::Null, table.columns[ordinal].ty.clone()))
}

/// One value of `SET (a, b) = …`.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn tuple_part(value: &Expr, position: usize, columns: usize) -> Result<Expr, PlanError> {
    match value.strip_parens() {
        Expr::Tuple(tuple) => {
            let Tuple { exprs, .. } = &**tuple;
            if exprs.len() != columns {
                return Err(PlanError::AssignmentWidth { values: exprs.len(), columns });
            }
            Ok(exprs[position].clone())
        }
        Expr::Subquery(_) if columns == 1 => Ok(value.clone()),
        Expr::Subquery(_) => Ok(Expr::Field {
            expr: Box::new(value.clone()),
            field: Field::Ordinal(base::num::to_u32(position + 1)),
        }),
        _ if columns == 1 => Ok(value.clone()),
        _ => Err(PlanError::AssignmentWidth { values: 1, columns }),
    }
}
