//! Carrying statements out: the transaction around each, then the part that knows the statement.
//!
//! ```text
//!   execute ─▶ transaction control (txn)
//!           └▶ transaction open? else an implicit one ─▶ run_statement ─┬▶ queries, DML   plan ─▶ run
//!                                                                      ├▶ definitions    ddl, alter, grant, zone
//!                                                                      └▶ SHOW, SET      show, set
//! ```
//!
//! Shape: a statement that fails leaves nothing behind; inside BEGIN it fails the block. A conflict in an implicit
//! transaction (40001) is tried once more.
//! Left out: BACKUP, RESTORE, their SHOWs, schedules and job control, which the simulator dispatches.

pub mod aggregate;
mod alter_column;
mod alter_object;
mod alter_table;
pub mod cluster_functions;
mod ddl;
mod ddl_backfill;
mod ddl_build;
mod ddl_comment;
mod ddl_database;
mod ddl_drop;
mod ddl_expr;
mod ddl_fk;
mod ddl_index;
mod ddl_query;
mod ddl_sequence;
mod ddl_table;
mod ddl_temp;
mod ddl_truncate;
mod ddl_type;
mod ddl_view;
mod default_privileges;
pub mod descriptor_json;
pub mod error;
pub mod explain;
pub mod fk;
pub mod foreign;
mod grant;
pub mod host;
pub mod join;
mod password;
pub mod prepared;
pub mod project_set;
mod role;
mod routine;
pub mod run;
pub mod scan;
mod set;
mod show;
mod show_cluster;
pub mod show_create;
mod show_grants;
mod show_objects;
mod show_ranges;
pub mod sort;
pub mod statistics;
pub mod txn;
pub mod window;
pub mod write;
mod zone;

pub use error::Error;
pub use foreign::{foreign_sources, is_foreign};

use crate::ast::query::{AsOf, Select, SelectBody, TableExpr};
use crate::ast::session::TxnModes;
use crate::ast::{self, Statement};
use crate::cx::Cx;
use crate::error::Error as SqlError;
use crate::outcome::{Column, Outcome, Rows};
use crate::plan::{Planner, Relation, lookup_join, select::visible};
use crate::session::TxnState;
use crate::types::as_of;
use run::{Flow, Run};
use txn::Begin;

/// Runs one statement: everything but what only the simulator can (BACKUP, RESTORE, SHOW BACKUP, schedules, job control).
///
/// *Errors*: what the statement is refused for; an implicit transaction is undone then, a block fails.
pub fn execute(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    cx.session.stmt_at = cx.clock.tick();
    cx.session.snapshot = None;
    let result = if is_txn_control(stmt) { control(stmt, cx) } else { in_txn(stmt, cx) };
    cx.session.snapshot = None;
    result
}

const fn is_txn_control(stmt: &Statement) -> bool {
    matches!(
        stmt,
        Statement::Begin(_)
            | Statement::Commit
            | Statement::Rollback
            | Statement::Savepoint(_)
            | Statement::ReleaseSavepoint(_)
            | Statement::RollbackToSavepoint(_)
            | Statement::SetTransaction(_)
    )
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn control(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    let result = match stmt {
        Statement::Begin(modes) => modes_of(modes, cx).and_then(|b| txn::begin_block(b, cx)),
        Statement::Commit => txn::commit_block(cx),
        Statement::Rollback => txn::rollback_block(cx),
        Statement::Savepoint(name) => txn::savepoint(name, cx),
        Statement::ReleaseSavepoint(name) => txn::release(name, cx),
        Statement::RollbackToSavepoint(name) => txn::rollback_to(name, cx),
        Statement::SetTransaction(modes) => {
            modes_of(modes, cx).and_then(|options| txn::set_transaction(options, cx))
        }
        _ => Err(SqlError::unsupported("this statement")),
    };
    if result.is_err() {
        txn::fail(cx);
    }
    result
}

fn modes_of(modes: &TxnModes, cx: &mut Cx<'_>) -> Result<Begin, SqlError> {
    let historical = match &modes.as_of {
        Some(expr) => Some(as_of::eval(expr, cx.session.stmt_at)?),
        None => None,
    };
    Ok(Begin { implicit: false, read_only: modes.read_only.unwrap_or(false), historical })
}

/// Runs a statement in the open transaction or in one of its own.
fn in_txn(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    if matches!(cx.session.txn, TxnState::Aborted(_)) {
        return Err(SqlError::InFailedTransaction);
    }
    if is_definition(stmt) {
        txn::commit_before_ddl(cx)?;
    }
    let historical = match as_of(stmt) {
        Some(expr) => match as_of::eval(expr, cx.session.stmt_at) {
            Ok(at) => Some(at),
            Err(refused) => {
                txn::fail(cx);
                return Err(refused.into());
            }
        },
        None => None,
    };
    let first = attempt(stmt, historical, cx);
    match first {
        Err(error) if error.is_retry() && may_retry(cx) => {
            txn::rollback(cx);
            cx.session.stmt_at = cx.clock.tick();
            cx.session.snapshot = None;
            let second = attempt(stmt, historical, cx);
            if second.is_err() {
                txn::fail(cx);
            }
            second
        }
        Err(error) => {
            txn::fail(cx);
            Err(error)
        }
        Ok(outcome) => Ok(outcome),
    }
}

/// Whether the failed statement was alone in its transaction, so that nobody has seen anything of it.
fn may_retry(cx: &Cx<'_>) -> bool {
    match &cx.session.txn {
        TxnState::Open(open) => open.implicit && open.statements <= 1,
        TxnState::Idle => true,
        TxnState::Aborted(_) => false,
    }
}

fn attempt(
    stmt: &Statement,
    historical: Option<base::hlc::Timestamp>,
    cx: &mut Cx<'_>,
) -> Result<Outcome, SqlError> {
    match &cx.session.txn {
        TxnState::Open(open) => {
            if let Some(got) = historical
                && open.historical != historical
            {
                let expected = open.historical.unwrap_or(open.started);
                return Err(SqlError::InconsistentTime { expected, got });
            }
        }
        TxnState::Idle | TxnState::Aborted(_) => {
            txn::begin(Begin { implicit: true, read_only: false, historical }, cx);
        }
    }
    cx.open()?.statements += 1;
    let outcome = run_statement(stmt, cx)?;
    match &cx.session.txn {
        TxnState::Open(open) if open.implicit && !cx.session.in_batch => txn::commit(cx)?,
        TxnState::Open(_) | TxnState::Idle | TxnState::Aborted(_) => {}
    }
    Ok(outcome)
}

/// Runs a statement inside the open transaction.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn run_statement(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    match stmt {
        Statement::Select(select) => run_select(select, cx),
        Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => run_write(stmt, cx),
        Statement::Prepare(prepare) => prepared::prepare(prepare, cx),
        Statement::Execute(execute) => prepared::execute(execute, cx),
        Statement::Deallocate(name) => prepared::deallocate(name.as_deref(), cx),
        Statement::Explain(explain) => explain::explain(explain, cx),
        other => run_other(other, cx),
    }
}

pub use show_cluster::{locality_of, target_name as zone_target_name};

/// All session variables with their values, in order of name.
///
/// *Errors*: those of reading the catalog.
pub fn session_variables(cx: &mut Cx<'_>) -> Result<Vec<(&'static str, String)>, SqlError> {
    set::names().map(|name| Ok((name, set::value(name, cx)?))).collect()
}

/// Definitions, SHOW and SET.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn run_other(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    if let Some(outcome) = ddl::run(stmt, cx)? {
        return Ok(outcome);
    }
    match stmt {
        Statement::SetVar(set) => set::session_var(set, cx),
        Statement::Discard(what) => Ok(set::discard(*what, cx)),
        Statement::SetSessionCharacteristics(modes) => Ok(characteristics(modes, cx)),
        Statement::CreateStatistics(create) => statistics::create(create, cx),
        Statement::Call(call) => routine::call(call, cx),
        _ => Err(SqlError::unsupported("this statement")),
    }
}

/// SET SESSION CHARACTERISTICS: how later transactions begin.
fn characteristics(modes: &TxnModes, cx: &mut Cx<'_>) -> Outcome {
    if let Some(read_only) = modes.read_only {
        let value = if read_only { "on" } else { "off" };
        cx.session.vars.insert("default_transaction_read_only".to_owned(), value.to_owned());
    }
    Outcome::tag("SET SESSION CHARACTERISTICS")
}

/// Runs a query.
pub fn run_select(select: &Select, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    let relation = Planner::new(cx).select(select)?;
    Ok(Outcome::select(run_relation(relation, cx)?))
}

/// Runs a query with values for its placeholders.
pub(crate) fn run_planned(mut relation: Relation, cx: &mut Cx<'_>) -> Result<Rows, SqlError> {
    visible(&mut relation);
    run_relation(relation, cx)
}

fn run_relation(mut relation: Relation, cx: &mut Cx<'_>) -> Result<Rows, SqlError> {
    visible(&mut relation);
    lookup_join::rewrite(&mut relation.node);
    let columns = relation.scope.columns.into_iter();
    let columns =
        columns.map(|column| Column { name: column.name.to_string(), ty: column.ty }).collect();
    let mut rows = Vec::new();
    Run::new(cx).stream(&relation.node, &mut |run, row| {
        run.hold(row.len())?;
        rows.push(row.to_vec());
        Ok(Flow::More)
    })?;
    Ok(Rows { columns, rows })
}

fn run_write(stmt: &Statement, cx: &mut Cx<'_>) -> Result<Outcome, SqlError> {
    let write = Planner::new(cx).plan_write(stmt)?;
    run_planned_write(&write, cx)
}

/// Runs a planned write.
pub(crate) fn run_planned_write(
    write: &crate::plan::write::Write,
    cx: &mut Cx<'_>,
) -> Result<Outcome, SqlError> {
    use crate::plan::write::Verb;
    let written = Run::new(cx).run_write(write)?;
    // Writing a system table by hand changes what the catalog is derived from.
    if write.table.desc.parent_id == crate::catalog::system::SYSTEM_DB {
        cx.open()?.changed_schema = true;
    }
    let tag = match write.verb {
        Verb::Insert | Verb::Upsert => format!("INSERT 0 {}", written.count),
        Verb::Update => format!("UPDATE {}", written.count),
        Verb::Delete => format!("DELETE {}", written.count),
    };
    if write.returning.is_none() {
        return Ok(Outcome::Tag(tag));
    }
    let columns = write.returning_scope.columns.iter();
    let columns = columns.map(|column| Column::new(&*column.name, column.ty.clone()));
    Ok(Outcome::Rows(Rows { columns: columns.collect(), rows: written.rows }, tag))
}

/// Whether a statement changes definitions, so that newer versions commit before it.
const fn is_definition(stmt: &Statement) -> bool {
    matches!(
        stmt,
        Statement::CreateDatabase(_)
            | Statement::CreateSchema(_)
            | Statement::CreateTable(_)
            | Statement::CreateIndex(_)
            | Statement::CreateSequence(_)
            | Statement::CreateView(_)
            | Statement::CreateType(_)
            | Statement::CreateFunction(_)
            | Statement::Drop(_)
            | Statement::DropIndex(_)
            | Statement::AlterTable(_)
            | Statement::AlterSequence(_)
            | Statement::AlterType(_)
            | Statement::AlterDatabase(_)
            | Statement::AlterIndexVisible(_)
            | Statement::Rename(_)
            | Statement::SetSchema(_)
            | Statement::Owner(_)
            | Statement::Refresh(_)
            | Statement::Comment(_)
            | Statement::Truncate(_)
            | Statement::CreateRole(_)
            | Statement::AlterRole(_)
            | Statement::DropRole(_)
            | Statement::Grant(_)
            | Statement::AlterDefaultPrivileges(_)
            | Statement::ReassignOwned(_)
            | Statement::DropOwned(_)
    )
}

/// The AS OF SYSTEM TIME of a statement.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
fn as_of(stmt: &Statement) -> Option<&ast::Expr> {
    match stmt {
        Statement::Select(select) => as_of_select(select),
        Statement::Explain(explain) => as_of(&explain.stmt),
        _ => None,
    }
}

fn as_of_select(select: &Select) -> Option<&ast::Expr> {
    match &select.body {
        SelectBody::Clause(clause) => match &clause.as_of {
            Some(AsOf::At(expr)) => Some(expr),
            Some(AsOf::All) => None,
            None => clause.from.iter().find_map(as_of_source),
        },
        SelectBody::Paren(inner) => as_of_select(inner),
        SelectBody::Union(union) => {
            as_of_select(&union.left).or_else(|| as_of_select(&union.right))
        }
        SelectBody::Values(_) | SelectBody::Table(_) => None,
    }
}

fn as_of_source(source: &TableExpr) -> Option<&ast::Expr> {
    match source {
        TableExpr::Source(source) => match &source.kind {
            ast::query::SourceKind::Subquery(select) => as_of_select(select),
            ast::query::SourceKind::Name(_)
            | ast::query::SourceKind::ById { .. }
            | ast::query::SourceKind::Functions { .. }
            | ast::query::SourceKind::Show(_) => None,
        },
        TableExpr::Paren(inner) => as_of_source(inner),
        TableExpr::Join(join) => as_of_source(&join.left).or_else(|| as_of_source(&join.right)),
    }
}
