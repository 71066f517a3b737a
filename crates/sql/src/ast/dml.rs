//! INSERT, UPSERT, UPDATE, DELETE, TRUNCATE.

use super::expr::Expr;
use super::query::{Limit, OrderBy, Select, SelectItem, TableExpr, With};
use super::{DropBehavior, Name, ObjectName};

/// INSERT or UPSERT.
#[derive(Clone, PartialEq, Debug)]
pub struct Insert {
    /// `WITH …`.
    pub with: Option<With>,
    /// UPSERT rather than INSERT.
    pub upsert: bool,
    /// Where rows go.
    pub table: ObjectName,
    /// `AS name` of the table.
    pub alias: Option<Name>,
    /// The columns that are given; empty means all in order.
    pub columns: Vec<Name>,
    /// Where rows come from; `None` for DEFAULT VALUES.
    pub source: Option<Box<Select>>,
    /// ON CONFLICT.
    pub on_conflict: Option<OnConflict>,
    /// RETURNING.
    pub returning: Returning,
}

/// ON CONFLICT ….
#[derive(Clone, PartialEq, Debug)]
pub struct OnConflict {
    /// `(columns)`; empty when the target is not said or is a constraint.
    pub columns: Vec<Name>,
    /// ON CONSTRAINT name.
    pub constraint: Option<Name>,
    /// WHERE after the columns: the predicate of a partial index.
    pub arbiter: Option<Expr>,
    /// DO UPDATE SET …; `None` for DO NOTHING.
    pub update: Option<ConflictUpdate>,
}

/// DO UPDATE SET … WHERE ….
#[derive(Clone, PartialEq, Debug)]
pub struct ConflictUpdate {
    /// The assignments.
    pub set: Vec<Assignment>,
    /// WHERE.
    pub filter: Option<Expr>,
}

/// `a = expr`, `(a, b) = (…)`, `(a, b) = (SELECT …)`.
#[derive(Clone, PartialEq, Debug)]
pub struct Assignment {
    /// The columns on the left.
    pub columns: Vec<Name>,
    /// The left side had parentheses.
    pub tuple: bool,
    /// The right side; `Expr::Default` resets a column.
    pub value: Expr,
}

/// RETURNING.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Returning {
    /// Not given.
    #[default]
    None,
    /// RETURNING NOTHING
    Nothing,
    /// RETURNING targets
    Items(Vec<SelectItem>),
}

/// UPDATE.
#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    /// `WITH …`.
    pub with: Option<With>,
    /// The table with its alias and index hint.
    pub table: TableExpr,
    /// SET.
    pub set: Vec<Assignment>,
    /// FROM.
    pub from: Vec<TableExpr>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// ORDER BY.
    pub order_by: Vec<OrderBy>,
    /// LIMIT.
    pub limit: Option<Limit>,
    /// RETURNING.
    pub returning: Returning,
}

/// DELETE.
#[derive(Clone, PartialEq, Debug)]
pub struct Delete {
    /// `WITH …`.
    pub with: Option<With>,
    /// The table with its alias and index hint.
    pub table: TableExpr,
    /// USING.
    pub using: Vec<TableExpr>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// ORDER BY.
    pub order_by: Vec<OrderBy>,
    /// LIMIT.
    pub limit: Option<Limit>,
    /// RETURNING.
    pub returning: Returning,
}

/// TRUNCATE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Truncate {
    /// The tables.
    pub tables: Vec<ObjectName>,
    /// CASCADE or RESTRICT.
    pub behavior: DropBehavior,
}
