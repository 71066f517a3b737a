//! Aggregates: one value of many rows.
//!
//! ```text
//!   compile(call) ─▶ Aggregate { kind, args, ty } ─start─▶ State ─update(args)*─▶ finish ─▶ Datum
//! ```
//!
//! Shape: DISTINCT, FILTER and ORDER BY inside a call are the executor's, which feeds only what counts.

use super::expr::{Scalar, Scope};
use super::{Datum, Error, Type};
use crate::ast::expr::Function;

/// Which aggregate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Kind {
    Count,
    CountRows,
    Sum,
    SumInt,
    Avg,
    Min,
    Max,
    BoolAnd,
    BoolOr,
    ArrayAgg,
    StringAgg,
    JsonAgg,
    JsonObjectAgg,
    BitAnd,
    BitOr,
    XorAgg,
    AnyNotNull,
    Variance,
    Stddev,
}

/// A call of an aggregate, typed.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Which one.
    pub kind: Kind,
    /// Its arguments over the input row; none for `count(*)`.
    pub args: Vec<Scalar>,
    /// The type of its result.
    pub ty: Type,
}

/// Whether a function of that name is an aggregate.
pub fn is_aggregate(_name: &str) -> bool {
    false
}

/// Types a call; its arguments may hold no aggregates themselves.
pub fn compile(_call: &Function, _scope: &mut dyn Scope) -> Result<Aggregate, Error> {
    Err(Error::Unsupported("aggregates".to_owned()))
}

/// What has been seen so far.
#[derive(Clone, Debug)]
pub struct State {}

impl Aggregate {
    /// Nothing seen yet.
    pub fn start(&self) -> State {
        State {}
    }
}

impl State {
    /// Takes in one row's arguments.
    ///
    /// *Errors*: a sum that overflows.
    pub fn update(&mut self, _args: &[Datum]) -> Result<(), Error> {
        Ok(())
    }

    /// The result.
    pub fn finish(self) -> Result<Datum, Error> {
        Ok(Datum::Null)
    }
}
