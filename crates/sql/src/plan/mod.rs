//! From what a query says to a tree of steps.
//!
//! ```text
//!   ast::Select ─▶ from (sources, joins) ─▶ filter, index choice ─▶ group ─▶ window ─▶ project ─▶ order, limit
//!                     └─ Scope: names ▶ ordinals        expressions ─▶ types::expr::Scalar
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`node`] | the tree |
//! | [`scope`] | what names mean |
//! | [`expr`] | expressions: subqueries lifted out, the rest compiled |
//! | [`select`], [`from`], [`group`], [`order`] | the parts of a query |
//! | [`lookup`] | from a name to a table, privileges |
//! | [`index`], [`lookup_join`] | which index, which spans |
//! | [`table`] | a descriptor made ready for reading and writing rows |
//! | [`using`] | sides and columns of joins |
//! | [`write`](mod@write), [`insert`] | INSERT, UPDATE, DELETE |
//!
//! Shape: rules, no costs; statistics do not exist. Left out: join order (as written), merge joins.

pub mod cache;
pub mod error;
pub mod expr;
pub mod from;
pub mod group;
pub mod index;
pub mod insert;
pub mod label;
pub mod lookup;
pub mod lookup_join;
pub mod node;
pub mod order;
pub mod routine;
pub mod scope;
pub mod select;
pub mod table;
pub mod using;
pub mod walk;
pub mod write;

pub use error::Error;

use crate::cx::Cx;
use crate::error::Error as SqlError;
use crate::exec::Error as ExecError;
use crate::types::{Datum, Type};
use node::Node;
use scope::{Level, Scope};

/// How deep queries and views may nest.
const DEPTH_MAX: usize = 60;

/// What is being planned: the world, what is around, what is named.
#[derive(Debug)]
pub struct Planner<'p, 'c> {
    /// The world.
    pub cx: &'p mut Cx<'c>,
    /// The queries around the one being planned, innermost last.
    pub levels: Vec<Level>,
    /// The common table expressions in sight, newest last.
    pub ctes: Vec<CteEntry>,
    /// Values of `$1`, `$2`, ….
    pub placeholders: Vec<(Datum, Type)>,
    /// How many views are being planned around: their owners answer for what they read.
    pub in_views: usize,
    next_slot: usize,
    next_hole: usize,
    depth: usize,
}

/// A common table expression in sight.
#[derive(Clone, Debug)]
pub struct CteEntry {
    /// Its name.
    pub name: String,
    /// Where its rows will lie.
    pub slot: usize,
    /// Its columns.
    pub scope: Scope,
}

/// A plan and the names of what it makes.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The plan.
    pub node: Node,
    /// Its columns.
    pub scope: Scope,
}

impl<'p, 'c> Planner<'p, 'c> {
    /// A planner with nothing in sight.
    pub fn new(cx: &'p mut Cx<'c>) -> Self {
        Self {
            cx,
            levels: Vec::new(),
            ctes: Vec::new(),
            placeholders: Vec::new(),
            in_views: 0,
            next_slot: 0,
            next_hole: 0,
            depth: 0,
        }
    }

    /// A slot that nothing else uses.
    pub fn slot(&mut self) -> usize {
        self.next_slot += 1;
        self.next_slot - 1
    }

    /// The rows of the next `[SHOW …]` source that someone else ran.
    pub fn hole(&mut self) -> Result<crate::outcome::Rows, SqlError> {
        let position = self.next_hole;
        self.next_hole += 1;
        // A copy: should the statement be tried once more, the rows are wanted again.
        self.cx.holes.get(position).cloned().ok_or_else(|| ExecError::MissingSource.into())
    }

    /// Runs `f` one level deeper.
    pub fn deeper<T>(
        &mut self,
        what: &'static str,
        f: impl FnOnce(&mut Self) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        if self.depth >= DEPTH_MAX {
            return Err(ExecError::TooDeep { what, limit: DEPTH_MAX }.into());
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }
}

impl Relation {
    /// The plan, to be put inside another; an empty one stays.
    pub fn take_node(&mut self) -> Node {
        std::mem::replace(&mut self.node, Node::Values { rows: Vec::new() })
    }

    /// One row without columns.
    pub fn unit() -> Self {
        Self { node: Node::Values { rows: vec![Vec::new()] }, scope: Scope::default() }
    }
}
