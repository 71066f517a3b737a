//! Functions that give rows: `generate_series`, `unnest`, `jsonb_array_elements`, …
//!
//! Shape: compiled once, opened for each outer row, then pulled row by row, so that a long series costs no memory.

use super::scalar::Scalar;
use super::{EvalCx, Scope};
use crate::ast::expr::Function;
use crate::types::{Datum, Error, Type};

/// Whether a function of that name gives rows.
pub fn is_set_function(_name: &str) -> bool {
    false
}

/// A call of a function that gives rows.
#[derive(Clone, Debug)]
pub struct SetFunction {
    /// Names and types of the columns.
    pub columns: Vec<(String, Type)>,
    /// The arguments.
    pub args: Vec<Scalar>,
}

/// The rows of one call.
#[derive(Debug)]
pub struct SetRows {}

impl SetFunction {
    /// Types a call.
    pub fn compile(_call: &Function, _scope: &mut dyn Scope) -> Result<Self, Error> {
        Err(Error::Unsupported("generator functions".to_owned()))
    }

    /// Begins to give rows for an outer row.
    pub fn open(&self, _row: &[Datum], _cx: &mut EvalCx<'_>) -> Result<SetRows, Error> {
        Ok(SetRows {})
    }
}

impl Iterator for SetRows {
    type Item = Vec<Datum>;

    fn next(&mut self) -> Option<Vec<Datum>> {
        None
    }
}
