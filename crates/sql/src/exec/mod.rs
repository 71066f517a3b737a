//! Carrying statements out.
pub mod error;

pub use error::Error;

use crate::ast;
use crate::cx::Cx;
use crate::outcome::Outcome;

/// Runs one statement: everything but what only the simulator can (BACKUP, RESTORE, SHOW BACKUP, schedules, job control).
pub fn execute(stmt: &ast::Statement, cx: &mut Cx<'_>) -> Result<Outcome, crate::error::Error> {
    let _ = (stmt, cx);
    Err(crate::error::Error::unsupported("statements"))
}

/// The `[SHOW …]` sources of a statement that sql cannot run itself, in order of appearance. Their rows go into `Cx::holes`.
pub fn foreign_sources(stmt: &ast::Statement) -> Vec<&ast::Statement> {
    let _ = stmt;
    Vec::new()
}
