//! Queries inside definitions: run, described, and rewritten with full names.
//!
//! ```text
//!   CREATE VIEW v AS SELECT * FROM orders      view_query: SELECT id, total FROM shop.public.orders
//!                                              depends on: orders (columns 1, 2)
//! ```
//!
//! Left out: statements in brackets as sources of views.

use crate::ast::expr::Expr;
use crate::ast::query::{
    JoinCond, Select, SelectBody, SelectClause, SelectItem, SourceKind, TableExpr, TableSource,
};
use crate::ast::{ObjectName, Statement};
use crate::catalog::error::Error as CatalogError;
use crate::catalog::names::Scope;
use crate::catalog::snapshot::Snapshot;
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Column, Rows};
use crate::plan::{Planner, select::visible, walk};
use base::sort;

/// The rows of a query.
pub(crate) fn rows(select: &Select, cx: &mut Cx<'_>) -> Result<Rows, Error> {
    let relation = Planner::new(cx).select(select)?;
    super::run_planned(relation, cx)
}

/// The columns that a query would have.
pub(crate) fn describe(select: &Select, cx: &mut Cx<'_>) -> Result<Vec<Column>, Error> {
    let mut relation = Planner::new(cx).select(select)?;
    visible(&mut relation);
    let columns = relation.scope.columns.into_iter();
    Ok(columns.map(|column| Column { name: column.name.to_string(), ty: column.ty }).collect())
}

/// One relation that a query reads, and the columns of it that the query names (by name, hence perhaps too many).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Read {
    /// The relation.
    pub id: u32,
    /// Its columns.
    pub columns: Vec<u32>,
}

/// Gives every relation in a query its full name; answers what is read.
#[expect(clippy::wildcard_enum_match_arm, reason = "only names matter")]
pub(crate) fn qualify(
    select: &mut Select,
    snapshot: &Snapshot,
    scope: Scope<'_>,
) -> Result<Vec<Read>, Error> {
    let mut walk = Qualify { snapshot, scope, ctes: Vec::new(), ids: Vec::new(), failed: None };
    walk.select(select);
    if let Some(cause) = walk.failed {
        return Err(cause);
    }
    let mut ids = walk.ids;
    sort::natural(&mut ids);
    ids.dedup();
    let mut named = Vec::new();
    each_expr(select, &mut |expr| {
        walk::any(expr, &mut |part| {
            match part {
                Expr::Column(parts) => named.extend(parts.last().cloned()),
                Expr::Star(_) => named.push("*".to_owned()),
                _ => {}
            }
            false
        });
    });
    let all = named.iter().any(|name| name == "*");
    Ok(ids
        .into_iter()
        .map(|id| {
            let desc = snapshot.table_desc(id);
            let columns = desc
                .iter()
                .flat_map(|desc| &desc.columns)
                .filter(|column| !column.hidden && (all || named.contains(&column.name)))
                .map(|column| column.id)
                .collect();
            Read { id, columns }
        })
        .collect())
}

/// Gives every relation in a query, INSERT, UPDATE or DELETE its full name; answers what is read and written.
#[expect(clippy::wildcard_enum_match_arm, reason = "other statements name nothing here")]
pub(crate) fn qualify_statement(
    stmt: &mut Statement,
    snapshot: &Snapshot,
    scope: Scope<'_>,
) -> Result<Vec<u32>, Error> {
    let mut walk = Qualify { snapshot, scope, ctes: Vec::new(), ids: Vec::new(), failed: None };
    match stmt {
        Statement::Select(select) => walk.select(select),
        Statement::Insert(insert) => {
            walk.name(&mut insert.table);
            if let Some(source) = &mut insert.source {
                walk.select(source);
            }
        }
        Statement::Update(update) => {
            walk.table(&mut update.table);
            update.from.iter_mut().for_each(|source| walk.table(source));
            let set = update.set.iter_mut().map(|assignment| &mut assignment.value);
            set.chain(&mut update.filter).for_each(|expr| walk.expr(expr));
        }
        Statement::Delete(delete) => {
            walk.table(&mut delete.table);
            delete.using.iter_mut().for_each(|source| walk.table(source));
            delete.filter.iter_mut().for_each(|expr| walk.expr(expr));
        }
        _ => {}
    }
    match walk.failed {
        Some(cause) => Err(cause),
        None => Ok(walk.ids),
    }
}

/// Writes the columns in place of a lone `*`.
pub(crate) fn expand_star(select: &mut Select, columns: &[Column]) {
    let SelectBody::Clause(clause) = &mut select.body else { return };
    let lone = matches!(clause.items.as_slice(), [SelectItem { expr: Expr::Star(parts), .. }] if parts.is_empty());
    if lone && clause.from.len() == 1 && matches!(clause.from.first(), Some(TableExpr::Source(_))) {
        clause.items = columns
            .iter()
            .map(|column| SelectItem { expr: Expr::Column(vec![column.name.clone()]), alias: None })
            .collect();
    }
}

struct Qualify<'a> {
    snapshot: &'a Snapshot,
    scope: Scope<'a>,
    ctes: Vec<String>,
    ids: Vec<u32>,
    failed: Option<Error>,
}

impl Qualify<'_> {
    fn select(&mut self, select: &mut Select) {
        let outer = self.ctes.len();
        if let Some(with) = &mut select.with {
            for cte in &mut with.ctes {
                if with.recursive {
                    self.ctes.push(cte.alias.name.clone());
                }
                if let Statement::Select(inner) = &mut cte.stmt {
                    self.select(inner);
                }
                if !with.recursive {
                    self.ctes.push(cte.alias.name.clone());
                }
            }
        }
        match &mut select.body {
            SelectBody::Clause(clause) => self.clause(clause),
            SelectBody::Union(union) => {
                self.select(&mut union.left);
                self.select(&mut union.right);
            }
            SelectBody::Paren(inner) => self.select(inner),
            SelectBody::Table(name) => self.name(name),
            SelectBody::Values(rows) => {
                for expr in rows.iter_mut().flatten() {
                    self.expr(expr);
                }
            }
        }
        self.ctes.truncate(outer);
    }

    fn clause(&mut self, clause: &mut SelectClause) {
        for source in &mut clause.from {
            self.table(source);
        }
        for item in &mut clause.items {
            self.expr(&mut item.expr);
        }
        let rest = clause.filter.iter_mut().chain(&mut clause.group_by).chain(&mut clause.having);
        for expr in rest {
            self.expr(expr);
        }
    }

    fn table(&mut self, source: &mut TableExpr) {
        match source {
            TableExpr::Source(source) => self.source(source),
            TableExpr::Paren(inner) => self.table(inner),
            TableExpr::Join(join) => {
                self.table(&mut join.left);
                self.table(&mut join.right);
                if let JoinCond::On(expr) = &mut join.cond {
                    self.expr(expr);
                }
            }
        }
    }

    fn source(&mut self, source: &mut TableSource) {
        match &mut source.kind {
            SourceKind::Name(name) => self.name(name),
            SourceKind::Subquery(inner) => self.select(inner),
            SourceKind::ById { id, .. } => self.ids.push(*id),
            SourceKind::Functions { .. } => {}
            SourceKind::Show(_) => {
                let cause = CatalogError::unsupported("statements in brackets in a view");
                self.failed = Some(cause.into());
            }
        }
    }

    fn name(&mut self, name: &mut ObjectName) {
        if name.parts.len() == 1 && self.ctes.iter().any(|cte| cte == name.object()) {
            return;
        }
        // A virtual table needs no dependency; a wrong name was refused when the query was described.
        if let Ok(desc) = self.snapshot.resolve_relation(name, self.scope) {
            self.ids.push(desc.id);
            name.parts = self.snapshot.full_name(desc).into();
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        if let Expr::Subquery(inner) | Expr::Exists(inner) | Expr::ArraySubquery(inner) = expr {
            self.select(inner);
            return;
        }
        let Ok(()) = walk::each_child_mut(expr, &mut |child| {
            self.expr(child);
            Ok::<(), std::convert::Infallible>(())
        });
    }
}

/// Every expression of a query, those of its parts too.
fn each_expr<'a>(select: &'a Select, f: &mut dyn FnMut(&'a Expr)) {
    if let Some(with) = &select.with {
        for cte in &with.ctes {
            if let Statement::Select(inner) = &cte.stmt {
                each_expr(inner, f);
            }
        }
    }
    for term in &select.order_by {
        if let crate::ast::query::OrderKey::Expr(expr) = &term.key {
            f(expr);
        }
    }
    match &select.body {
        SelectBody::Clause(clause) => {
            clause.items.iter().for_each(|item| f(&item.expr));
            clause.filter.iter().chain(&clause.group_by).chain(&clause.having).for_each(&mut *f);
            clause.from.iter().for_each(|source| each_expr_of_table(source, f));
        }
        SelectBody::Union(union) => {
            each_expr(&union.left, f);
            each_expr(&union.right, f);
        }
        SelectBody::Paren(inner) => each_expr(inner, f),
        SelectBody::Values(rows) => rows.iter().flatten().for_each(f),
        SelectBody::Table(_) => {}
    }
}

fn each_expr_of_table<'a>(source: &'a TableExpr, f: &mut dyn FnMut(&'a Expr)) {
    match source {
        TableExpr::Source(source) => {
            if let SourceKind::Subquery(inner) = &source.kind {
                each_expr(inner, f);
            }
        }
        TableExpr::Paren(inner) => each_expr_of_table(inner, f),
        TableExpr::Join(join) => {
            each_expr_of_table(&join.left, f);
            each_expr_of_table(&join.right, f);
            if let JoinCond::On(expr) = &join.cond {
                f(expr);
            }
        }
    }
}
