//! Transactions of a session: begin, end, go back to a savepoint, and the implicit one around a single statement.
//!
//! ```text
//!   no BEGIN     ▶ begin(implicit) ─ statement ─ commit      a 40001 in it: once more from the start
//!   BEGIN … END  ▶ begin ─ statement* ─ commit | rollback    an error in it: Aborted until the end
//!   a batch      ▶ begin(implicit) ─ statement* ─ commit     version 26.2: one transaction for all of them
//! ```
//!
//! *Source*: CockroachDB's `conn_executor` as seen from outside. Left out: priorities, deferred constraints, prepared
//! transactions.

use base::hlc::Timestamp;
use base::sqlstate::SqlState;

use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::{Notice, Outcome};
use crate::session::{OpenTxn, Savepoint, TxnState};

/// How a transaction begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Begin {
    /// It ends with its statement or batch.
    pub implicit: bool,
    /// It refuses writes.
    pub read_only: bool,
    /// It reads the past.
    pub historical: Option<Timestamp>,
}

/// Opens a transaction. The caller has checked that none is open.
pub fn begin(begin: Begin, cx: &mut Cx<'_>) {
    let started = cx.session.stmt_at;
    let kv = match begin.historical {
        Some(at) => cx.kv.begin_historical(at, started),
        None if begin.implicit && !cx.session.in_batch => cx.kv.begin(started).autocommit(),
        None => cx.kv.begin(started),
    };
    cx.session.txn = TxnState::Open(Box::new(OpenTxn {
        kv,
        started,
        historical: begin.historical,
        read_only: begin.read_only
            || begin.historical.is_some()
            || cx.session.flag("default_transaction_read_only", false),
        implicit: begin.implicit,
        savepoints: Vec::new(),
        statements: 0,
        changed_schema: false,
        jobs: Vec::new(),
    }));
}

/// BEGIN as a statement.
pub fn begin_block(mut options: Begin, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    match &mut cx.session.txn {
        TxnState::Idle => {
            options.implicit = false;
            begin(options, cx);
            Ok(Outcome::tag("BEGIN"))
        }
        // BEGIN in a batch turns the batch's own transaction into a block.
        TxnState::Open(open) if open.implicit => {
            open.implicit = false;
            open.read_only |= options.read_only;
            Ok(Outcome::tag("BEGIN"))
        }
        TxnState::Open(_) | TxnState::Aborted(_) => Err(Error::TransactionInProgress),
    }
}

/// COMMIT as a statement. A failed transaction is rolled back, and says so.
pub fn commit_block(cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    match &cx.session.txn {
        TxnState::Open(open) if !open.implicit => {
            commit(cx)?;
            Ok(Outcome::tag("COMMIT"))
        }
        TxnState::Aborted(_) => {
            rollback(cx);
            Ok(Outcome::tag("ROLLBACK"))
        }
        TxnState::Idle | TxnState::Open(_) => nothing_to_end("COMMIT", cx),
    }
}

/// ROLLBACK as a statement.
pub fn rollback_block(cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    if cx.session.in_block() {
        rollback(cx);
        return Ok(Outcome::tag("ROLLBACK"));
    }
    nothing_to_end("ROLLBACK", cx)
}

/// Old versions refuse the end of what was never begun; new ones, where DDL may have ended it, only warn.
fn nothing_to_end(tag: &'static str, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    if !cx.rules.autocommit_before_ddl() {
        return Err(Error::NoTransaction);
    }
    cx.notice(Notice::warning(
        "there is no transaction in progress",
        SqlState::NO_ACTIVE_SQL_TRANSACTION,
    ));
    Ok(Outcome::tag(tag))
}

/// Commits whatever is open. The jobs whose rows it wrote may start.
pub fn commit(cx: &mut Cx<'_>) -> Result<(), Error> {
    let TxnState::Open(open) = std::mem::replace(&mut cx.session.txn, TxnState::Idle) else {
        return Ok(());
    };
    let OpenTxn { kv, jobs, changed_schema, .. } = *open;
    let now = cx.clock.tick();
    let committed = cx.kv.commit(kv, now);
    if changed_schema {
        cx.session.tables.clear();
    }
    committed?;
    cx.jobs_started.extend(jobs);
    Ok(())
}

/// Undoes whatever is open.
pub fn rollback(cx: &mut Cx<'_>) {
    match std::mem::replace(&mut cx.session.txn, TxnState::Idle) {
        TxnState::Idle => {}
        TxnState::Open(open) | TxnState::Aborted(open) => {
            if open.changed_schema {
                cx.session.tables.clear();
            }
            cx.kv.rollback(open.kv);
        }
    }
}

/// A statement failed: an implicit transaction is undone, a block hears only its end from now on.
pub fn fail(cx: &mut Cx<'_>) {
    match std::mem::replace(&mut cx.session.txn, TxnState::Idle) {
        TxnState::Open(open) if open.implicit => {
            cx.session.txn = TxnState::Open(open);
            rollback(cx);
        }
        TxnState::Open(open) | TxnState::Aborted(open) => {
            cx.session.txn = TxnState::Aborted(open);
        }
        TxnState::Idle => {}
    }
}

/// SAVEPOINT.
pub fn savepoint(name: &str, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    match &mut cx.session.txn {
        TxnState::Open(open) if !open.implicit => {
            let kv = cx.kv.savepoint(&open.kv);
            let jobs = open.jobs.len();
            open.savepoints.push(Savepoint { name: name.to_owned(), kv, jobs });
            Ok(Outcome::tag("SAVEPOINT"))
        }
        TxnState::Aborted(_) => Err(Error::InFailedTransaction),
        TxnState::Idle | TxnState::Open(_) => Err(Error::NoTransaction),
    }
}

/// RELEASE SAVEPOINT: it and all after it are forgotten, what was done stays.
pub fn release(name: &str, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    match &mut cx.session.txn {
        TxnState::Open(open) if !open.implicit => {
            let position = find(&open.savepoints, name)?;
            open.savepoints.truncate(position);
            Ok(Outcome::tag("RELEASE"))
        }
        TxnState::Aborted(_) => Err(Error::InFailedTransaction),
        TxnState::Idle | TxnState::Open(_) => Err(Error::NoTransaction),
    }
}

/// ROLLBACK TO SAVEPOINT: what was done since is undone; a failed transaction can go on.
pub fn rollback_to(name: &str, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    match std::mem::replace(&mut cx.session.txn, TxnState::Idle) {
        TxnState::Idle => Err(Error::NoTransaction),
        TxnState::Open(mut open) | TxnState::Aborted(mut open) => {
            let found = find(&open.savepoints, name);
            if let Ok(position) = found {
                cx.kv.rollback_to(&mut open.kv, &open.savepoints[position].kv);
                open.jobs.truncate(open.savepoints[position].jobs);
                open.savepoints.truncate(position + 1);
                if open.changed_schema {
                    cx.session.tables.clear();
                }
                cx.session.txn = TxnState::Open(open);
                return Ok(Outcome::tag("ROLLBACK"));
            }
            cx.session.txn = TxnState::Aborted(open);
            found.map(|_| Outcome::tag("ROLLBACK"))
        }
    }
}

/// The newest savepoint of a name.
fn find(savepoints: &[Savepoint], name: &str) -> Result<usize, Error> {
    savepoints
        .iter()
        .rposition(|savepoint| savepoint.name == name)
        .ok_or_else(|| Error::UnknownSavepoint { name: name.to_owned() })
}

/// SET TRANSACTION AS OF SYSTEM TIME, READ ONLY: only before anything was read or written.
pub fn set_transaction(options: Begin, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let TxnState::Open(open) = &mut cx.session.txn else { return Err(Error::NoTransaction) };
    if open.implicit {
        return Err(Error::NoTransaction);
    }
    open.read_only |= options.read_only;
    if let Some(at) = options.historical {
        if open.statements > 0 {
            return Err(Error::TooLate { what: "AS OF SYSTEM TIME" });
        }
        let now = cx.session.stmt_at;
        let fresh = std::mem::replace(&mut open.kv, cx.kv.begin_historical(at, now));
        cx.kv.rollback(fresh);
        open.historical = Some(at);
        open.read_only = true;
    }
    Ok(Outcome::tag("SET TRANSACTION"))
}

/// Opens the implicit transaction of a batch of several statements, where the version has one.
pub fn begin_batch(statements: usize, cx: &mut Cx<'_>) {
    cx.session.in_batch = statements > 1
        && cx.rules.batch_is_one_txn()
        && cx.session.flag("enable_implicit_transaction_for_batch_statements", true);
}

/// Ends a batch: what is still open and was not begun by BEGIN is committed.
pub fn end_batch(cx: &mut Cx<'_>) -> Result<(), Error> {
    if !std::mem::take(&mut cx.session.in_batch) {
        return Ok(());
    }
    match &cx.session.txn {
        TxnState::Open(open) if open.implicit => commit(cx),
        TxnState::Idle | TxnState::Open(_) | TxnState::Aborted(_) => Ok(()),
    }
}

/// Where the version commits before DDL: the open transaction ends here, with a notice if it had begun something.
pub fn commit_before_ddl(cx: &mut Cx<'_>) -> Result<(), Error> {
    if !cx.rules.autocommit_before_ddl() || !cx.session.flag("autocommit_before_ddl", true) {
        return Ok(());
    }
    match &cx.session.txn {
        TxnState::Open(open) if open.statements > 0 || !open.implicit => {
            commit(cx)?;
            // The statement's own transaction must see what was just committed.
            cx.session.stmt_at = cx.clock.tick();
            cx.session.snapshot = None;
            cx.notice(Notice::new(
                "auto-committing transaction before processing DDL due to autocommit_before_ddl \
                 setting",
            ));
            Ok(())
        }
        TxnState::Idle | TxnState::Open(_) | TxnState::Aborted(_) => Ok(()),
    }
}
