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
use crate::ast::dml::{Assignment, Delete, Insert, OnConflict, Returning, Update};
use crate::ast::expr::{Expr, Field, Tuple};
use crate::ast::query::{
    Direction, JoinCond, JoinKind, Nulls, OrderBy, OrderKey, Select, SelectBody, SourceKind,
    TableExpr,
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
        Ok(write)
    }

    fn insert(&mut self, insert: &Insert) -> Result<Write, Error> {
        let verb = if insert.upsert { Verb::Upsert } else { Verb::Insert };
        self.cx.check_writable(verb.upper())?;
        let (table, mut source) = self.target(&insert.table)?;
        self.require(&table, Privilege::Insert)?;
        if insert.upsert || insert.on_conflict.as_ref().is_some_and(|c| c.update.is_some()) {
            self.require(&table, Privilege::Select)?;
            self.require(&table, Privilege::Update)?;
        }
        if let Some(alias) = &insert.alias {
            source = SourceName::alias(alias.clone());
        }
        let rules = table.rules(self.cx)?;
        let (columns, input) = self.insert_source(insert, verb, &table, &rules)?;
        let conflict = match &insert.on_conflict {
            Some(clause) => Some(self.conflict(clause, &table, &source)?),
            None if insert.upsert => Some(upsert(&table, &columns)),
            None => None,
        };
        let relation =
            Relation { node: Node::Values { rows: Vec::new() }, scope: row_scope(&table, &source) };
        let (returning, returning_scope) =
            self.returning(&insert.returning, &table, &relation.scope)?;
        let action = Action::Insert { columns, conflict };
        Ok(Write { verb, table, rules, input, action, returning, returning_scope })
    }

    /// The ordinals that an INSERT gives, and the plan of the rows.
    fn insert_source(
        &mut self,
        insert: &Insert,
        verb: Verb,
        table: &Arc<Table>,
        rules: &Rules,
    ) -> Result<(Vec<usize>, Node), Error> {
        let explicit = !insert.columns.is_empty();
        let mut columns = if explicit {
            named_columns(&insert.columns, table)?
        } else {
            (0..table.columns.len())
                .filter(|&o| table.columns[o].public && !table.columns[o].hidden)
                .collect()
        };
        let Some(select) = &insert.source else {
            // DEFAULT VALUES: one row without columns.
            return Ok((Vec::new(), Node::Values { rows: vec![Vec::new()] }));
        };
        let width = self.source_width(select)?;
        let (given, relation) = match width {
            SourceWidth::Values(rows) => (rows.first().map_or(0, Vec::len), None),
            SourceWidth::Query(relation) => (relation.scope.width(), Some(relation)),
        };
        if given > columns.len() || (explicit && given < columns.len()) {
            return Err(PlanError::InsertWidth {
                what: verb.upper(),
                values: given,
                columns: columns.len(),
            }
            .into());
        }
        columns.truncate(given);
        if let Some(relation) = relation {
            refuse_computed(&columns, table)?;
            let node = self.assign_columns(relation, &columns, table)?;
            return Ok((columns, node));
        }
        let SelectBody::Values(rows) = &select.body else {
            return Ok((columns, Node::Values { rows: Vec::new() }));
        };
        let node = self.insert_values(rows, &columns, table, rules)?;
        Ok((columns, node))
    }

    fn source_width<'a>(&mut self, select: &'a Select) -> Result<SourceWidth<'a>, Error> {
        let plain = select.with.is_none()
            && select.order_by.is_empty()
            && select.limit.is_none()
            && select.offset.is_none();
        if plain && let SelectBody::Values(rows) = &select.body {
            return Ok(SourceWidth::Values(rows));
        }
        let mut relation = self.select(select)?;
        super::select::visible(&mut relation);
        Ok(SourceWidth::Query(Box::new(relation)))
    }

    /// VALUES as the source of an INSERT: DEFAULT is allowed, each value is fitted to its column.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn insert_values(
        &mut self,
        rows: &[Vec<Expr>],
        columns: &[usize],
        table: &Table,
        rules: &Rules,
    ) -> Result<Node, Error> {
        let scope = Scope::default();
        let mut planned = Vec::with_capacity(rows.len());
        for (position, &ordinal) in columns.iter().enumerate() {
            let default_only =
                rows.iter().all(|row| matches!(row.get(position), Some(Expr::Default)));
            if table.columns[ordinal].computed && !default_only {
                let column = table.columns[ordinal].name.clone();
                return Err(PlanError::ComputedColumn { column }.into());
            }
        }
        let wants: Vec<Want> = columns.iter().map(|&ordinal| column_want(table, ordinal)).collect();
        if rows.iter().flatten().any(super::walk::has_subquery) {
            return self.insert_subqueries(rows, columns, table, rules, &wants);
        }
        for row in rows {
            if row.len() != columns.len() {
                return Err(
                    PlanError::ValuesWidth { first: columns.len(), other: row.len() }.into()
                );
            }
            let mut scalars = Vec::with_capacity(row.len());
            for ((expr, want), &ordinal) in row.iter().zip(&wants).zip(columns.iter()) {
                scalars.push(match expr {
                    Expr::Default => default_scalar(table, rules, ordinal),
                    expr => self.compile_wanted(expr, &scope, want)?,
                });
            }
            planned.push(scalars);
        }
        Ok(Node::Values { rows: planned })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn insert_subqueries(
        &mut self,
        rows: &[Vec<Expr>],
        columns: &[usize],
        table: &Table,
        rules: &Rules,
        wants: &[Want],
    ) -> Result<Node, Error> {
        let mut all: Option<Node> = None;
        for row in rows {
            let mut unit = Relation::unit();
            let mut stage = Stage::new();
            for (expr, want) in row.iter().zip(wants).filter(|(e, _)| !matches!(e, Expr::Default)) {
                stage.push(expr, want.clone());
            }
            let mut given = self.run_stage(&mut unit, stage)?.into_iter();
            let exprs = row
                .iter()
                .zip(columns)
                .map(|(expr, &ordinal)| match expr {
                    Expr::Default => default_scalar(table, rules, ordinal),
                    _ => given.next().unwrap_or_else(|| default_scalar(table, rules, ordinal)),
                })
                .collect();
            let node = Node::Project { input: Box::new(unit.node), exprs };
            all = Some(match all {
                None => node,
                Some(before) => Node::SetOp {
                    op: super::node::SetOp::Union,
                    all: true,
                    left: Box::new(before),
                    right: Box::new(node),
                },
            });
        }
        Ok(all.unwrap_or(Node::Values { rows: Vec::new() }))
    }

    /// Fits the columns of a query to those of the table.
    fn assign_columns(
        &mut self,
        relation: Box<Relation>,
        columns: &[usize],
        table: &Table,
    ) -> Result<Node, Error> {
        let mut exprs = Vec::with_capacity(columns.len());
        for (position, &ordinal) in columns.iter().enumerate() {
            let expr = Expr::Ordinal(base::num::to_u32(position + 1));
            let want = column_want(table, ordinal);
            exprs.push(self.compile_wanted(&expr, &relation.scope, &want)?);
        }
        Ok(Node::Project { input: Box::new(relation.node), exprs })
    }

    fn conflict(
        &mut self,
        clause: &OnConflict,
        table: &Arc<Table>,
        source: &SourceName,
    ) -> Result<Conflict, Error> {
        let arbiters = arbiters(clause, table)?;
        let Some(update) = &clause.update else {
            return Ok(Conflict { arbiters, set: None, filter: None });
        };
        let mut scope = row_scope(table, source);
        scope.columns.extend(row_scope(table, &SourceName::alias("excluded")).columns);
        let mut relation = Relation { node: Node::Values { rows: Vec::new() }, scope };
        let rules = table.rules(self.cx)?;
        let set = self.assignments(&update.set, table, &rules, &mut relation)?;
        let filter = match &update.filter {
            Some(filter) => Some(self.compile_bool(filter, &relation.scope, "WHERE")?),
            None => None,
        };
        if matches!(relation.node, Node::Extend { .. }) {
            return Err(PlanError::Unsupported { what: "subqueries in ON CONFLICT" }.into());
        }
        Ok(Conflict { arbiters, set: Some(set), filter })
    }

    /// SET: ordinals and their values over the plan's row.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
    fn assignments(
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
    fn target(&mut self, name: &ObjectName) -> Result<(Arc<Table>, SourceName), Error> {
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

    fn returning(
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

/// Where the rows of an INSERT come from.
enum SourceWidth<'a> {
    Values(&'a [Vec<Expr>]),
    Query(Box<Relation>),
}

/// UPSERT: the given columns of the row with the same primary key take the new values.
fn upsert(table: &Table, columns: &[usize]) -> Conflict {
    let width = table.columns.len();
    let set = columns
        .iter()
        .filter(|ordinal| !table.indexes[0].key_columns.contains(ordinal))
        .map(|&ordinal| {
            (ordinal, Scalar::column(width + ordinal, table.columns[ordinal].ty.clone()))
        })
        .collect();
    Conflict { arbiters: vec![0], set: Some(set), filter: None }
}

/// The scope of a table's row under a name.
fn row_scope(table: &Table, source: &SourceName) -> Scope {
    let mut scope = table.scope();
    for column in &mut scope.columns {
        column.source = source.clone();
    }
    scope
}

fn named_columns(names: &[Name], table: &Table) -> Result<Vec<usize>, Error> {
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

fn refuse_computed(columns: &[usize], table: &Table) -> Result<(), PlanError> {
    match columns.iter().find(|&&ordinal| table.columns[ordinal].computed) {
        Some(&ordinal) => {
            Err(PlanError::ComputedColumn { column: table.columns[ordinal].name.clone() })
        }
        None => Ok(()),
    }
}

fn column_want(table: &Table, ordinal: usize) -> Want {
    let column = &table.columns[ordinal];
    Want::Column(column.ty.clone(), column.name.clone())
}

fn default_scalar(table: &Table, rules: &Rules, ordinal: usize) -> Scalar {
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

/// The unique indexes that ON CONFLICT names.
fn arbiters(clause: &OnConflict, table: &Table) -> Result<Vec<usize>, Error> {
    if let Some(name) = &clause.constraint {
        let found = table.indexes.iter().position(|index| index.unique && index.name == *name);
        return match found {
            Some(index) => Ok(vec![index]),
            None => Err(crate::catalog::Error::refused(
                base::sqlstate::SqlState::UNDEFINED_OBJECT,
                format!(
                    "unique constraint \"{name}\" for table \"{}\" does not exist",
                    table.desc.name
                ),
            )
            .into()),
        };
    }
    if clause.columns.is_empty() {
        if clause.update.is_some() {
            return Err(PlanError::Refused {
                message: "ON CONFLICT DO UPDATE requires explicit conflict columns",
                code: base::sqlstate::SqlState::SYNTAX_ERROR,
                hint: None,
            }
            .into());
        }
        return Ok(Vec::new());
    }
    let mut wanted = named_columns(&clause.columns, table)?;
    wanted.sort_unstable();
    let found: Vec<usize> = table
        .indexes
        .iter()
        .enumerate()
        .filter(|(_, index)| {
            index.unique && (index.predicate.is_empty() || clause.arbiter.is_some())
        })
        .filter(|(_, index)| {
            let mut key = index.key_columns.clone();
            key.sort_unstable();
            key == wanted
        })
        .map(|(position, _)| position)
        .collect();
    if found.is_empty() { Err(PlanError::NoArbiter.into()) } else { Ok(found) }
}
