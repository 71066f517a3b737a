//! Sessions and transactions: BEGIN, SET, PREPARE, EXPLAIN, cluster settings.

use super::expr::{Expr, TypeName};
use super::{Name, Select, Statement};

/// The modes of BEGIN and SET TRANSACTION.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TxnModes {
    /// ISOLATION LEVEL.
    pub isolation: Option<Isolation>,
    /// PRIORITY.
    pub priority: Option<Priority>,
    /// READ ONLY (true), READ WRITE (false).
    pub read_only: Option<bool>,
    /// DEFERRABLE (true), NOT DEFERRABLE (false).
    pub deferrable: Option<bool>,
    /// AS OF SYSTEM TIME.
    pub as_of: Option<Expr>,
}

/// Isolation levels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Isolation {
    /// READ UNCOMMITTED
    ReadUncommitted,
    /// READ COMMITTED
    ReadCommitted,
    /// SNAPSHOT
    Snapshot,
    /// REPEATABLE READ
    RepeatableRead,
    /// SERIALIZABLE
    Serializable,
}

/// Priorities of transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// LOW
    Low,
    /// NORMAL
    Normal,
    /// HIGH
    High,
}

/// SET, RESET, USE.
#[derive(Clone, PartialEq, Debug)]
pub struct SetVar {
    /// SET LOCAL: until the transaction ends.
    pub local: bool,
    /// The variable, lower case; `database` for USE, `timezone` for SET TIME ZONE, dotted names joined.
    pub name: Name,
    /// The values. A bare word is a column reference of that name. Empty means RESET; `[Default]` SET … = DEFAULT.
    pub values: Vec<Expr>,
}

/// DISCARD and RESET ALL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discard {
    /// DISCARD ALL
    All,
    /// DISCARD SEQUENCES
    Sequences,
    /// DISCARD TEMP
    Temp,
    /// RESET ALL
    ResetAll,
}

/// SET CLUSTER SETTING name = value, RESET CLUSTER SETTING name.
#[derive(Clone, PartialEq, Debug)]
pub struct SetClusterSetting {
    /// The setting, dots included.
    pub name: Name,
    /// The value; a bare word is a column reference. `None` for RESET and for DEFAULT.
    pub value: Option<Expr>,
}

/// PREPARE name (types) AS statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Prepare {
    /// The name.
    pub name: Name,
    /// Types of the placeholders, from the left.
    pub types: Vec<TypeName>,
    /// What is prepared.
    pub stmt: Statement,
}

/// EXECUTE name (values).
#[derive(Clone, PartialEq, Debug)]
pub struct Execute {
    /// The name.
    pub name: Name,
    /// Values of the placeholders.
    pub args: Vec<Expr>,
}

/// EXPLAIN.
#[derive(Clone, PartialEq, Debug)]
pub struct Explain {
    /// EXPLAIN ANALYZE.
    pub analyze: bool,
    /// Mode and flags in capitals: `VERBOSE`, `TYPES`, `OPT`, `DISTSQL`, `DEBUG`, `PLAN`.
    pub options: Vec<String>,
    /// What is explained.
    pub stmt: Statement,
}

/// CANCEL QUERIES and CANCEL SESSIONS.
#[derive(Clone, PartialEq, Debug)]
pub struct CancelQuery {
    /// SESSION rather than QUERY.
    pub session: bool,
    /// IF EXISTS.
    pub if_exists: bool,
    /// Which: a query with one column. One ID is `VALUES (id)`.
    pub ids: Select,
}
