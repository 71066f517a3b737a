//! Queries: SELECT, VALUES, set operations, WITH, and what may stand in FROM.
//!
//! ```text
//!   Select ─ with ─ body ─ order_by ─ limit ─ offset ─ locking
//!                    ├ Clause: DISTINCT, targets, FROM, WHERE, GROUP BY, HAVING, WINDOW
//!                    ├ Values │ Table
//!                    ├ Union { left: Select, right: Select }
//!                    └ Paren(Select)
//! ```

use super::expr::Expr;
use super::{Name, ObjectName, Statement};

/// A whole query.
#[derive(Clone, PartialEq, Debug)]
pub struct Select {
    /// `WITH …`.
    pub with: Option<With>,
    /// What stands between WITH and ORDER BY.
    pub body: SelectBody,
    /// ORDER BY.
    pub order_by: Vec<OrderBy>,
    /// LIMIT, FETCH FIRST.
    pub limit: Option<Limit>,
    /// OFFSET.
    pub offset: Option<Expr>,
    /// FOR UPDATE and its like.
    pub locking: Vec<Locking>,
}

impl Select {
    /// A query that is only its body.
    pub const fn bare(body: SelectBody) -> Self {
        Self {
            with: None,
            body,
            order_by: Vec::new(),
            limit: None,
            offset: None,
            locking: Vec::new(),
        }
    }
}

/// LIMIT.
#[derive(Clone, PartialEq, Debug)]
pub enum Limit {
    /// LIMIT ALL: no limit.
    All,
    /// LIMIT n.
    Rows(Expr),
}

/// The middle of a query.
#[derive(Clone, PartialEq, Debug)]
pub enum SelectBody {
    /// SELECT ….
    Clause(Box<SelectClause>),
    /// VALUES (…), (…).
    Values(Vec<Vec<Expr>>),
    /// TABLE t.
    Table(ObjectName),
    /// UNION, INTERSECT, EXCEPT.
    Union(Box<Union>),
    /// A query in parentheses.
    Paren(Box<Select>),
}

/// UNION, INTERSECT, EXCEPT of two queries.
#[derive(Clone, PartialEq, Debug)]
pub struct Union {
    /// Which of them.
    pub op: SetOp,
    /// ALL: keep duplicates.
    pub all: bool,
    /// The query before the word; has no ORDER BY or LIMIT of its own unless in parentheses.
    pub left: Select,
    /// The query after the word.
    pub right: Select,
}

/// Set operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetOp {
    /// UNION
    Union,
    /// INTERSECT
    Intersect,
    /// EXCEPT
    Except,
}

/// `SELECT … FROM … WHERE …`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SelectClause {
    /// DISTINCT or DISTINCT ON.
    pub distinct: Distinct,
    /// What is selected; may be empty.
    pub items: Vec<SelectItem>,
    /// The sources, joined by commas.
    pub from: Vec<TableExpr>,
    /// AS OF SYSTEM TIME after FROM.
    pub as_of: Option<AsOf>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// GROUP BY.
    pub group_by: Vec<Expr>,
    /// HAVING.
    pub having: Option<Expr>,
    /// WINDOW w AS (…).
    pub windows: Vec<WindowDef>,
}

/// DISTINCT.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Distinct {
    /// Neither word, or ALL.
    #[default]
    No,
    /// DISTINCT
    Rows,
    /// DISTINCT ON (…)
    On(Vec<Expr>),
}

/// One target of SELECT or RETURNING.
#[derive(Clone, PartialEq, Debug)]
pub struct SelectItem {
    /// What is computed; `Expr::Star` for `*` and `t.*`.
    pub expr: Expr,
    /// AS name.
    pub alias: Option<Name>,
}

/// AS OF SYSTEM TIME of a query.
#[derive(Clone, PartialEq, Debug)]
pub enum AsOf {
    /// A moment.
    At(Expr),
    /// `ALL`: every version.
    All,
}

/// One source in FROM.
#[derive(Clone, PartialEq, Debug)]
pub enum TableExpr {
    /// A table, subquery, function or statement, with what follows it.
    Source(Box<TableSource>),
    /// A join of two.
    Join(Box<Join>),
    /// In parentheses.
    Paren(Box<TableExpr>),
}

/// A source with its index hint and alias.
#[derive(Clone, PartialEq, Debug)]
pub struct TableSource {
    /// What is read.
    pub kind: SourceKind,
    /// `@index` or `@{FORCE_INDEX=…}`.
    pub hint: Option<IndexHint>,
    /// WITH ORDINALITY.
    pub ordinality: bool,
    /// LATERAL.
    pub lateral: bool,
    /// AS name (columns).
    pub alias: Option<Alias>,
}

/// What a source reads.
#[derive(Clone, PartialEq, Debug)]
pub enum SourceKind {
    /// A table, view or sequence, or the name of a CTE.
    Name(ObjectName),
    /// `[105(1, 2) AS t]`: a table by its descriptor ID.
    ById {
        /// The descriptor ID.
        id: u32,
        /// The column IDs; `None` means all.
        columns: Option<Vec<u32>>,
    },
    /// A subquery.
    Subquery(Box<Select>),
    /// `ROWS FROM (f(…), …)` or a single function such as `generate_series(…)`.
    Functions {
        /// The calls; any scalar expression is allowed.
        calls: Vec<Expr>,
        /// `AS (a INT8, b STRING)` after a record function.
        columns: Vec<(Name, super::TypeName)>,
    },
    /// `[SHOW …]`, or another statement in brackets that gives rows.
    Show(Box<Statement>),
}

/// An index hint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IndexHint {
    /// `@name`
    Index(Name),
    /// `@[id]`
    Id(u32),
    /// `@{…}`: the flags as given, in capitals, with a value where there is one.
    Flags(Vec<(String, Option<String>)>),
}

/// `AS name (columns)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alias {
    /// The new name.
    pub name: Name,
    /// New names of the columns, from the left; may be fewer.
    pub columns: Vec<Name>,
}

/// A join.
#[derive(Clone, PartialEq, Debug)]
pub struct Join {
    /// Left side.
    pub left: TableExpr,
    /// Right side.
    pub right: TableExpr,
    /// Which rows without a partner stay.
    pub kind: JoinKind,
    /// HASH, MERGE, LOOKUP, INVERTED, STRAIGHT.
    pub hint: Option<JoinHint>,
    /// What pairs rows.
    pub cond: JoinCond,
}

/// Kinds of joins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    /// JOIN without a word before it.
    Plain,
    /// INNER JOIN
    Inner,
    /// LEFT JOIN
    Left,
    /// RIGHT JOIN
    Right,
    /// FULL JOIN
    Full,
    /// CROSS JOIN
    Cross,
}

/// Join hints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinHint {
    /// HASH
    Hash,
    /// MERGE
    Merge,
    /// LOOKUP
    Lookup,
    /// INVERTED
    Inverted,
    /// STRAIGHT
    Straight,
}

/// What pairs the rows of a join.
#[derive(Clone, PartialEq, Debug)]
pub enum JoinCond {
    /// Nothing: CROSS JOIN.
    None,
    /// ON expr.
    On(Expr),
    /// USING (columns).
    Using(Vec<Name>),
    /// NATURAL.
    Natural,
}

/// One term of ORDER BY.
#[derive(Clone, PartialEq, Debug)]
pub struct OrderBy {
    /// By what.
    pub key: OrderKey,
    /// ASC or DESC, if said.
    pub direction: Direction,
    /// NULLS FIRST or LAST, if said.
    pub nulls: Nulls,
}

/// What ORDER BY sorts by.
#[derive(Clone, PartialEq, Debug)]
pub enum OrderKey {
    /// An expression, an output column's name or number.
    Expr(Expr),
    /// `PRIMARY KEY table`.
    PrimaryKey(ObjectName),
    /// `INDEX table@index`.
    Index(ObjectName, Name),
}

/// ASC, DESC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Direction {
    /// Neither word: ascending.
    #[default]
    Default,
    /// ASC
    Asc,
    /// DESC
    Desc,
}

/// NULLS FIRST, NULLS LAST.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Nulls {
    /// Not said: first when ascending, last when descending.
    #[default]
    Default,
    /// NULLS FIRST
    First,
    /// NULLS LAST
    Last,
}

/// `WITH [RECURSIVE] …`.
#[derive(Clone, PartialEq, Debug)]
pub struct With {
    /// RECURSIVE.
    pub recursive: bool,
    /// The common table expressions in order.
    pub ctes: Vec<Cte>,
}

/// `name (columns) AS [NOT] MATERIALIZED (statement)`.
#[derive(Clone, PartialEq, Debug)]
pub struct Cte {
    /// Name and columns.
    pub alias: Alias,
    /// MATERIALIZED (true), NOT MATERIALIZED (false), not said.
    pub materialized: Option<bool>,
    /// Any statement that may give rows, SHOW included.
    pub stmt: Statement,
}

/// `w AS (…)`.
#[derive(Clone, PartialEq, Debug)]
pub struct WindowDef {
    /// Its name.
    pub name: Name,
    /// What it means.
    pub spec: WindowSpec,
}

/// The inside of `OVER ( … )`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WindowSpec {
    /// A window that this one refines.
    pub base: Option<Name>,
    /// PARTITION BY.
    pub partition_by: Vec<Expr>,
    /// ORDER BY.
    pub order_by: Vec<OrderBy>,
    /// ROWS, RANGE, GROUPS.
    pub frame: Option<Frame>,
}

/// A window frame.
#[derive(Clone, PartialEq, Debug)]
pub struct Frame {
    /// Its unit.
    pub mode: FrameMode,
    /// Where it starts.
    pub start: FrameBound,
    /// Where it ends; `None` means the current row.
    pub end: Option<FrameBound>,
    /// EXCLUDE.
    pub exclude: FrameExclusion,
}

/// Unit of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameMode {
    /// RANGE
    Range,
    /// ROWS
    Rows,
    /// GROUPS
    Groups,
}

/// An end of a frame.
#[derive(Clone, PartialEq, Debug)]
pub enum FrameBound {
    /// UNBOUNDED PRECEDING
    UnboundedPreceding,
    /// n PRECEDING
    Preceding(Box<Expr>),
    /// CURRENT ROW
    CurrentRow,
    /// n FOLLOWING
    Following(Box<Expr>),
    /// UNBOUNDED FOLLOWING
    UnboundedFollowing,
}

/// EXCLUDE in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FrameExclusion {
    /// Not said, or NO OTHERS.
    #[default]
    None,
    /// EXCLUDE CURRENT ROW
    CurrentRow,
    /// EXCLUDE GROUP
    Group,
    /// EXCLUDE TIES
    Ties,
}

/// FOR UPDATE and its like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Locking {
    /// How strong.
    pub strength: LockStrength,
    /// OF tables; empty means all.
    pub targets: Vec<ObjectName>,
    /// What to do when a row is locked.
    pub wait: LockWait,
}

/// Strength of a row lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockStrength {
    /// FOR UPDATE
    Update,
    /// FOR NO KEY UPDATE
    NoKeyUpdate,
    /// FOR SHARE
    Share,
    /// FOR KEY SHARE
    KeyShare,
}

/// What to do at a locked row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LockWait {
    /// Wait.
    #[default]
    Block,
    /// SKIP LOCKED
    Skip,
    /// NOWAIT
    Error,
}
