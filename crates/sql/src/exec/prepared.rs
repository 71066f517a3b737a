//! PREPARE, EXECUTE, DEALLOCATE.
//!
//! Shape: what is kept is the syntax; it is planned anew at each EXECUTE, with the values at hand, so a plan is never
//! stale.

use std::sync::Arc;

use crate::ast::Statement;
use crate::ast::session::{Execute, Prepare};
use crate::cx::Cx;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::plan::Planner;
use crate::session::Prepared;
use crate::types::wire::from_ast;

/// PREPARE.
pub fn prepare(prepare: &Prepare, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    if cx.session.prepared.contains_key(&prepare.name) {
        return Err(Error::DuplicatePrepared { name: prepare.name.clone() });
    }
    let snapshot = cx.snapshot()?;
    let mut types = Vec::with_capacity(prepare.types.len());
    for ty in &prepare.types {
        types.push(from_ast(ty, &snapshot.type_source(cx.name_scope()))?);
    }
    let made = Prepared { stmt: Arc::new(prepare.stmt.clone()), types };
    cx.session.prepared.insert(prepare.name.clone(), made);
    Ok(Outcome::tag("PREPARE"))
}

/// EXECUTE.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest really is everything else")]
pub fn execute(execute: &Execute, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    let Some(known) = cx.session.prepared.get(&execute.name).cloned() else {
        return Err(Error::UnknownPrepared { name: execute.name.clone() });
    };
    let mut values = Vec::with_capacity(execute.args.len());
    for (position, arg) in execute.args.iter().enumerate() {
        let want = known.types.get(position);
        let mut planner = Planner::new(cx);
        let scalar = planner.compile(arg, &crate::plan::scope::Scope::default(), want)?;
        let value = cx.with_eval(|eval| scalar.eval(&[], eval))?;
        values.push((value, scalar.ty));
    }
    let mut planner = Planner::new(cx);
    planner.placeholders = values;
    match &*known.stmt {
        Statement::Select(select) => {
            let relation = planner.select(select)?;
            Ok(Outcome::select(super::run_planned(relation, cx)?))
        }
        stmt @ (Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_)) => {
            let write = planner.plan_write(stmt)?;
            super::run_planned_write(&write, cx)
        }
        other => super::run_statement(other, cx),
    }
}

/// DEALLOCATE.
pub fn deallocate(name: Option<&str>, cx: &mut Cx<'_>) -> Result<Outcome, Error> {
    match name {
        None => cx.session.prepared.clear(),
        Some(name) => {
            if cx.session.prepared.remove(name).is_none() {
                return Err(Error::UnknownPrepared { name: name.to_owned() });
            }
        }
    }
    Ok(Outcome::tag("DEALLOCATE"))
}
