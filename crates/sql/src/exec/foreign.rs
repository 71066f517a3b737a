//! Sources in brackets that sql cannot run itself: the simulator runs them first and hands their rows in.
//!
//! ```text
//!   SELECT … FROM [SHOW BACKUP 'x' IN 'y'] JOIN [SHOW TABLES] …
//!                  └ foreign: Cx::holes[0]       └ run here
//! ```
//!
//! Shape: order of appearance is the order in which the planner meets them: WITH first, then FROM, then the rest.

use crate::ast::dml::Returning;
use crate::ast::expr::Expr;
use crate::ast::query::{
    JoinCond, Limit, OrderKey, Select, SelectBody, SourceKind, TableExpr, With,
};
use crate::ast::show::ShowJobsWhich;
use crate::ast::{Show, Statement};
use crate::plan::walk::each_child;

/// Whether only the simulator can run a statement.
pub const fn is_foreign(stmt: &Statement) -> bool {
    matches!(
        stmt,
        Statement::Backup(_)
            | Statement::Restore(_)
            | Statement::ShowBackups(_)
            | Statement::ShowBackup(_)
            | Statement::AlterBackup(_)
            | Statement::CheckExternalConnection(_)
            | Statement::CreateSchedule(_)
            | Statement::AlterBackupSchedule(_)
            | Statement::ControlSchedules(_)
            | Statement::ControlJobs(_)
    ) || is_foreign_show(stmt)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
const fn is_foreign_show(stmt: &Statement) -> bool {
    match stmt {
        Statement::Show(show) => {
            matches!(**show, Show::Schedules(_) | Show::CreateSchedules(_))
        }
        _ => false,
    }
}

/// The `[SHOW …]` sources of a statement that sql cannot run itself, in order of appearance. Their rows go into
/// [`Cx::holes`](crate::cx::Cx::holes).
pub fn foreign_sources(stmt: &Statement) -> Vec<&Statement> {
    let mut found = Vec::new();
    of_statement(stmt, &mut found);
    found
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn of_statement<'a>(stmt: &'a Statement, found: &mut Vec<&'a Statement>) {
    match stmt {
        Statement::Select(select) => of_select(select, found),
        Statement::Insert(insert) => {
            of_with(insert.with.as_ref(), found);
            if let Some(source) = &insert.source {
                of_select(source, found);
            }
            of_returning(&insert.returning, found);
        }
        Statement::Update(update) => {
            of_with(update.with.as_ref(), found);
            update.from.iter().for_each(|source| of_source(source, found));
            update.filter.iter().for_each(|expr| of_expr(expr, found));
            update.set.iter().for_each(|assignment| of_expr(&assignment.value, found));
            of_returning(&update.returning, found);
        }
        Statement::Delete(delete) => {
            of_with(delete.with.as_ref(), found);
            delete.using.iter().for_each(|source| of_source(source, found));
            delete.filter.iter().for_each(|expr| of_expr(expr, found));
            of_returning(&delete.returning, found);
        }
        Statement::Explain(explain) => of_statement(&explain.stmt, found),
        Statement::Show(show) => {
            if let Show::Jobs(jobs) = &**show
                && let ShowJobsWhich::Ids(query) | ShowJobsWhich::ForSchedules(query) = &jobs.which
            {
                of_select(query, found);
            }
        }
        _ => {}
    }
}

fn of_returning<'a>(returning: &'a Returning, found: &mut Vec<&'a Statement>) {
    if let Returning::Items(items) = returning {
        for item in items {
            of_expr(&item.expr, found);
        }
    }
}

fn of_with<'a>(with: Option<&'a With>, found: &mut Vec<&'a Statement>) {
    for cte in with.iter().flat_map(|with| &with.ctes) {
        of_source_statement(&cte.stmt, found);
    }
}

fn of_source_statement<'a>(stmt: &'a Statement, found: &mut Vec<&'a Statement>) {
    if is_foreign(stmt) {
        found.push(stmt);
    } else {
        of_statement(stmt, found);
    }
}

fn of_select<'a>(select: &'a Select, found: &mut Vec<&'a Statement>) {
    of_with(select.with.as_ref(), found);
    match &select.body {
        SelectBody::Clause(clause) => {
            clause.from.iter().for_each(|source| of_source(source, found));
            clause.filter.iter().for_each(|expr| of_expr(expr, found));
            clause.group_by.iter().for_each(|expr| of_expr(expr, found));
            clause.items.iter().for_each(|item| of_expr(&item.expr, found));
            clause.having.iter().for_each(|expr| of_expr(expr, found));
        }
        SelectBody::Values(rows) => rows.iter().flatten().for_each(|expr| of_expr(expr, found)),
        SelectBody::Table(_) => {}
        SelectBody::Union(union) => {
            of_select(&union.left, found);
            of_select(&union.right, found);
        }
        SelectBody::Paren(inner) => of_select(inner, found),
    }
    for term in &select.order_by {
        if let OrderKey::Expr(expr) = &term.key {
            of_expr(expr, found);
        }
    }
    if let Some(Limit::Rows(expr)) = &select.limit {
        of_expr(expr, found);
    }
}

fn of_source<'a>(source: &'a TableExpr, found: &mut Vec<&'a Statement>) {
    match source {
        TableExpr::Paren(inner) => of_source(inner, found),
        TableExpr::Join(join) => {
            of_source(&join.left, found);
            of_source(&join.right, found);
            if let JoinCond::On(on) = &join.cond {
                of_expr(on, found);
            }
        }
        TableExpr::Source(source) => match &source.kind {
            SourceKind::Subquery(select) => of_select(select, found),
            SourceKind::Functions { calls, .. } => {
                for call in calls {
                    of_expr(call, found);
                }
            }
            SourceKind::Show(stmt) => of_source_statement(stmt, found),
            SourceKind::Name(_) | SourceKind::ById { .. } => {}
        },
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn of_expr<'a>(expr: &'a Expr, found: &mut Vec<&'a Statement>) {
    match expr {
        Expr::Subquery(select) | Expr::Exists(select) | Expr::ArraySubquery(select) => {
            of_select(select, found);
        }
        _ => each_child(expr, &mut |child| of_expr(child, found)),
    }
}
