//! Scalar expressions: from syntax to something that is evaluated for each row.
//!
//! ```text
//!   ast::Expr ──compile(scope)──▶ Scalar { ty, node } ──eval(row, cx)──▶ Datum
//!                  │  names → ordinals                       │  clock, chance, sequences, subqueries
//!                  └─ literals take the type around them     └─ NULL where an operand is NULL
//! ```
//!
//! Shape: typing follows CockroachDB's: a literal without type adapts to its neighbours, only then to its default
//! (INT8, DECIMAL, STRING). A [`Scope`] answers for names; an [`EvalCx`] for everything outside the row.
//! Errors: [`Error`] with the real texts. Left out: user-defined functions.

mod access;
mod builtins;
pub(crate) use builtins::base64;
pub mod call;
mod compare;
mod compile;
mod containment;
mod eval;
pub mod function;
pub mod like;
mod literal;
mod operator;
pub mod scalar;
pub mod set_function;

use std::sync::Arc;

use base::hlc::Timestamp;
use base::ids::{NodeId, UniqueInts, Uuid};
use base::rng::Rng;
use base::sqlstate::SqlState;

use super::time::TextCx;
use super::wire::{NoTypes, TypeSource};
use super::{Datum, Error, Type};
use crate::ast::expr::{Expr, Function};
use crate::ast::{Name, Select};

pub use compile::{assign, compile, compile_assign, compile_bool};
pub use literal::compile_literal;
pub use scalar::{CmpOp, Node, Scalar};

/// Where a name leads: a place in the row, and what stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Index in the row given to [`Scalar::eval`].
    pub ordinal: usize,
    /// Its type.
    pub ty: Type,
}

/// A planned subquery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subplan {
    /// What [`Host::subquery`] is asked for.
    pub index: usize,
    /// Types of its columns.
    pub types: Vec<Type>,
    /// Names of its columns.
    pub names: Vec<String>,
}

/// What the names in an expression mean, and what it may hold where it stands.
pub trait Scope {
    /// The column of a name of one or more parts, the column last.
    fn column(&mut self, parts: &[Name]) -> Result<Column, Error>;

    /// The columns of a source, when the name is that of a source: `SELECT t FROM t`.
    fn whole_row(&mut self, _parts: &[Name]) -> Option<Vec<(Name, Column)>> {
        None
    }

    /// User-defined types.
    fn types(&self) -> &dyn TypeSource {
        &NoTypes
    }

    /// What reading a literal time depends on.
    fn text_cx(&self) -> TextCx {
        TextCx::default()
    }

    /// A column that already holds the value of a whole expression: a GROUP BY expression above its grouping.
    fn computed(&mut self, _expr: &Expr) -> Option<Column> {
        None
    }

    /// The column that holds the result of an aggregate.
    fn aggregate(&mut self, _call: &Function) -> Result<Column, Error> {
        Err(Error::NotAllowed {
            what: "aggregate functions",
            place: "this context",
            code: SqlState::GROUPING_ERROR,
        })
    }

    /// The column that holds the result of a window function.
    fn window(&mut self, _call: &Function) -> Result<Column, Error> {
        Err(Error::NotAllowed {
            what: "window functions",
            place: "this context",
            code: SqlState::WINDOWING_ERROR,
        })
    }

    /// The column that holds the values of a set-returning function.
    fn set_function(&mut self, _call: &Function) -> Result<Column, Error> {
        Err(Error::NotAllowed {
            what: "generator functions",
            place: "this context",
            code: SqlState::FEATURE_NOT_SUPPORTED,
        })
    }

    /// Plans a subquery.
    fn subquery(&mut self, _select: &Select) -> Result<Subplan, Error> {
        Err(Error::NotAllowed {
            what: "subqueries",
            place: "this context",
            code: SqlState::FEATURE_NOT_SUPPORTED,
        })
    }

    /// The value of a placeholder, from 1.
    fn placeholder(&mut self, n: u32) -> Result<(Datum, Type), Error> {
        Err(Error::Refused {
            code: SqlState::UNDEFINED_PARAMETER,
            message: format!("no value provided for placeholder: ${n}"),
            hint: None,
        })
    }
}

/// A scope without columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoColumns {
    /// What reading a literal time depends on.
    pub text_cx: TextCx,
}

impl Scope for NoColumns {
    fn column(&mut self, parts: &[Name]) -> Result<Column, Error> {
        Err(Error::UndefinedColumn(parts.join(".")))
    }

    fn text_cx(&self) -> TextCx {
        self.text_cx
    }
}

/// What a sequence function does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SequenceOp {
    /// The next value.
    Next,
    /// The last value that this session got from this sequence.
    Current,
    /// Sets the value; the flag says whether it counts as used.
    Set(i64, bool),
}

/// A sequence, by name or by id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SequenceRef<'a> {
    /// As written.
    Name(&'a str),
    /// The descriptor's id.
    Id(u32),
}

/// What evaluation needs from outside: sequences, names, subqueries, functions about the cluster.
/// Each refuses unless the executor fills it in.
pub trait Host {
    /// Runs a sequence function.
    fn sequence(&mut self, _seq: SequenceRef<'_>, _op: SequenceOp) -> Result<i64, Error> {
        Err(Error::Unsupported("sequence functions in this context".to_owned()))
    }

    /// What the last `nextval` of this session gave.
    fn last_value(&mut self) -> Result<i64, Error> {
        Err(Error::Refused {
            code: SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
            message: "lastval is not yet defined in this session".to_owned(),
            hint: None,
        })
    }

    /// The id of the object that a text names, as one of the REG types. Absent: it does not exist.
    fn object_id(&mut self, _kind: super::OidKind, _name: &str) -> Result<Option<u32>, Error> {
        Ok(None)
    }

    /// The name of an object, as a REG type prints it. Absent: the number is shown.
    fn object_name(&mut self, _kind: super::OidKind, _id: u32) -> Option<String> {
        None
    }

    /// The rows of a planned subquery; `row` is the outer row, `at_most` how many rows are looked at.
    fn subquery(
        &mut self,
        _index: usize,
        _row: &[Datum],
        _at_most: usize,
    ) -> Result<Arc<Vec<Vec<Datum>>>, Error> {
        Err(Error::Unsupported("subqueries in this context".to_owned()))
    }

    /// A function about the cluster, its catalog or its settings (most of `crdb_internal`, `current_setting`,
    /// `has_table_privilege`, …). The name is lower case, with `crdb_internal.` where it was written.
    fn call(&mut self, name: &'static str, _args: &[Datum]) -> Result<Datum, Error> {
        Err(Error::Unsupported(format!("function {name}")))
    }
}

/// A host without anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {}

/// Everything outside the row that a value may depend on.
pub struct EvalCx<'a> {
    /// When the statement began: `statement_timestamp()`, `clock_timestamp()`.
    pub stmt_time: Timestamp,
    /// When the transaction began: `now()`, `current_date`.
    pub txn_time: Timestamp,
    /// When the transaction reads and writes: `cluster_logical_timestamp()`.
    pub logical_time: Timestamp,
    /// The session's zone, seconds east of UTC.
    pub zone_secs: i32,
    /// The stream for `gen_random_uuid()` and `random()`.
    pub rng: &'a mut Rng,
    /// The source of `unique_rowid()`.
    pub ints: &'a mut UniqueInts,
    /// The node that runs the statement.
    pub node: NodeId,
    /// The cluster.
    pub cluster_id: Uuid,
    /// The session's user.
    pub user: &'a str,
    /// The session's database.
    pub database: &'a str,
    /// Schemas of the session's search path, first first.
    pub search_path: &'a [String],
    /// What `version()` answers.
    pub version: &'a str,
    /// The rest.
    pub host: &'a mut dyn Host,
}

impl EvalCx<'_> {
    /// What reading a text depends on.
    pub const fn text_cx(&self) -> TextCx {
        TextCx { now: self.txn_time, zone_secs: self.zone_secs }
    }
}

/// Runs `f` with a context that knows nothing: for values that depend on nothing.
pub fn with_pure_cx<R>(f: impl FnOnce(&mut EvalCx<'_>) -> R) -> R {
    let mut cx = EvalCx {
        stmt_time: Timestamp::ZERO,
        txn_time: Timestamp::ZERO,
        logical_time: Timestamp::ZERO,
        zone_secs: 0,
        rng: &mut Rng::new(0),
        ints: &mut UniqueInts::default(),
        node: NodeId(1),
        cluster_id: Uuid::default(),
        user: "root",
        database: "",
        search_path: &[],
        version: "",
        host: &mut NoHost,
    };
    f(&mut cx)
}

#[cfg(test)]
mod tests;
