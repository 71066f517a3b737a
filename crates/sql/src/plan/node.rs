//! The steps of a query: a tree whose leaves make rows and whose inner nodes change them.
//!
//! ```text
//!   SELECT a, count(*) FROM t JOIN u ON t.id = u.id WHERE … GROUP BY a ORDER BY 2 LIMIT 3
//!
//!   Limit ─ Sort ─ Project ─ Aggregate ─ HashJoin ┬ Scan t@primary, spans, filter
//!                                                 └ Scan u@primary
//! ```
//!
//! Shape: a row is a slice of datums; each node knows the width of what it makes by construction. Expressions read
//! the row by ordinal. Inside a correlated subquery the row of the query around it follows the node's own row, so an
//! outer column is just a greater ordinal.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use base::span::Span;

use super::table::Table;
use crate::types::Datum;
use crate::types::aggregate;
use crate::types::expr::Scalar;
use crate::types::expr::set_function::SetFunction;

/// A node of a plan.
#[derive(Clone, Debug)]
pub enum Node {
    /// One row for each list of expressions.
    Values {
        /// The lists, all of the same width.
        rows: Vec<Vec<Scalar>>,
    },
    /// Rows that are known already: virtual tables, filled holes.
    Rows(Arc<Vec<Vec<Datum>>>),
    /// Rows of an index of a table.
    Scan(Box<Scan>),
    /// The rows for which a condition is true.
    Filter {
        /// What comes in.
        input: Box<Node>,
        /// The condition, over the input's row.
        predicate: Scalar,
    },
    /// New rows computed from old.
    Project {
        /// What comes in.
        input: Box<Node>,
        /// One expression a column that goes out.
        exprs: Vec<Scalar>,
    },
    /// The input's row followed by the answers of subqueries.
    Extend {
        /// What comes in.
        input: Box<Node>,
        /// One column each.
        subqueries: Vec<Subquery>,
    },
    /// The input's row followed by what functions that return sets make of it, one row for the longest.
    ProjectSet {
        /// What comes in.
        input: Box<Node>,
        /// The functions.
        sets: Vec<SetCall>,
        /// Ends the row with a number from 1.
        ordinality: bool,
    },
    /// The input's row followed by its number from 1.
    Number {
        /// What comes in.
        input: Box<Node>,
    },
    /// Two inputs side by side.
    Join(Box<Join>),
    /// Groups.
    Aggregate {
        /// What comes in.
        input: Box<Node>,
        /// What makes a group, over the input's row. They come first in the row that goes out.
        keys: Vec<Scalar>,
        /// What is computed of each group.
        calls: Vec<AggregateCall>,
        /// There is one group even if nothing comes in.
        scalar: bool,
    },
    /// The input's row followed by window functions.
    Window {
        /// What comes in.
        input: Box<Node>,
        /// The functions, each with its own window.
        calls: Vec<WindowCall>,
    },
    /// The input in another order; equal rows keep theirs.
    Sort {
        /// What comes in.
        input: Box<Node>,
        /// By what, most significant first.
        keys: Vec<SortKey>,
    },
    /// The first row of each kind.
    Distinct {
        /// What comes in.
        input: Box<Node>,
        /// The columns that tell kinds apart.
        on: Vec<usize>,
    },
    /// A window of the input.
    Limit {
        /// What comes in.
        input: Box<Node>,
        /// At most so many rows.
        limit: Option<Scalar>,
        /// After so many.
        offset: Option<Scalar>,
    },
    /// Two inputs, one under the other.
    SetOp {
        /// Which.
        op: SetOp,
        /// Equal rows are kept.
        all: bool,
        /// The first.
        left: Box<Node>,
        /// The second.
        right: Box<Node>,
    },
    /// Names queries that `Cte` nodes below read.
    With {
        /// The slot that the query fills.
        slot: usize,
        /// The query.
        query: Box<Node>,
        /// What it is if it refers to itself.
        recursive: Option<Recursive>,
        /// What reads it.
        body: Box<Node>,
    },
    /// The rows in a slot.
    Cte {
        /// Which.
        slot: usize,
    },
    /// A data-modifying statement as a source: its RETURNING rows.
    Write(Rc<super::write::Write>),
}

/// The step of a recursive query.
#[derive(Clone, Debug)]
pub struct Recursive {
    /// The query over the rows that the last round added.
    pub step: Box<Node>,
    /// Equal rows are kept.
    pub all: bool,
}

/// One use of a table in a query, and which of its columns the plan reads.
#[derive(Clone, Debug)]
pub struct TableUse {
    /// The table.
    pub table: Arc<Table>,
    /// By ordinal; filled while expressions are compiled.
    pub columns: RefCell<Vec<bool>>,
}

/// A use of a table, shared between its scan and the columns that name it.
pub type Used = Rc<TableUse>;

/// A read of an index.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The table, and the columns that the plan reads; the others stay NULL in the row.
    pub used: Used,
    /// Position among the table's indexes; 0 is the primary one.
    pub index: usize,
    /// What is read, in order.
    pub spans: Vec<Span>,
    /// Values of the first key columns that are known only when the scan starts; then `spans` is not looked at.
    /// They are evaluated over a row of NULLs and the outer row.
    pub keys: Vec<Scalar>,
    /// From the end.
    pub reverse: bool,
    /// Columns that have one value in all that is read.
    pub fixed: Vec<usize>,
    /// Each span is one whole primary key.
    pub point: bool,
    /// The user named the index.
    pub hinted: bool,
    /// Which rows go on.
    pub filter: Option<Scalar>,
}

/// A function that returns a set.
#[derive(Clone, Debug)]
pub struct SetCall {
    /// Where the rows come from.
    pub source: SetSource,
    /// How many columns it makes.
    pub width: usize,
    /// They go out as one tuple.
    pub tuple: bool,
}

/// What gives the rows of a [`SetCall`].
#[derive(Clone, Debug)]
pub enum SetSource {
    /// A function, its arguments over the input's row.
    Function(SetFunction),
    /// A plain expression: one row.
    Scalar(Scalar),
}

/// How a join treats rows without a partner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JoinKind {
    /// They are left out.
    Inner,
    /// Those of the left are kept.
    Left,
    /// Those of the right are kept.
    Right,
    /// All are kept.
    Full,
}

/// A join.
#[derive(Clone, Debug)]
pub struct Join {
    /// The first input; its rows are streamed.
    pub left: Node,
    /// The second input; its rows are held.
    pub right: Node,
    /// Columns of the left.
    pub left_width: usize,
    /// Columns of the right.
    pub right_width: usize,
    /// Rows without a partner.
    pub kind: JoinKind,
    /// Expressions over the left row that must equal `right_keys`.
    pub left_keys: Vec<Scalar>,
    /// Expressions over the right row.
    pub right_keys: Vec<Scalar>,
    /// What else must hold, over both rows.
    pub on: Option<Scalar>,
    /// The right is computed anew for each left row, whose columns are its outer row.
    pub lateral: bool,
}

/// One aggregate of a group.
#[derive(Clone, Debug)]
pub struct AggregateCall {
    /// The function and its arguments, over the input's row.
    pub aggregate: aggregate::Aggregate,
    /// Equal arguments count once.
    pub distinct: bool,
    /// Which rows count.
    pub filter: Option<Scalar>,
    /// In which order they are fed, with `descending`.
    pub order: Vec<(Scalar, bool)>,
}

/// A window function.
#[derive(Clone, Debug)]
pub struct WindowCall {
    /// The function.
    pub function: WindowFunction,
    /// Its arguments, over the input's row.
    pub args: Vec<Scalar>,
    /// Which rows count.
    pub filter: Option<Scalar>,
    /// What tells partitions apart.
    pub partition: Vec<Scalar>,
    /// Order inside a partition, with `descending`.
    pub order: Vec<(Scalar, bool)>,
    /// Which rows around the current one are seen.
    pub frame: Frame,
}

/// What a window function computes.
#[derive(Clone, Debug)]
pub enum WindowFunction {
    /// An aggregate over the frame.
    Aggregate(aggregate::Aggregate),
    /// `row_number()`.
    RowNumber,
    /// `rank()`.
    Rank,
    /// `dense_rank()`.
    DenseRank,
    /// `percent_rank()`.
    PercentRank,
    /// `cume_dist()`.
    CumeDist,
    /// `ntile(n)`.
    Ntile,
    /// `lag(x, n, default)`.
    Lag,
    /// `lead(x, n, default)`.
    Lead,
    /// `first_value(x)`.
    FirstValue,
    /// `last_value(x)`.
    LastValue,
    /// `nth_value(x, n)`.
    NthValue,
}

/// A frame of rows or peers.
#[derive(Clone, PartialEq, Debug)]
pub struct Frame {
    /// Bounds count rows, not peers.
    pub rows: bool,
    /// First row seen.
    pub start: Bound,
    /// Last row seen.
    pub end: Bound,
}

/// A bound of a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bound {
    /// The partition's first row.
    UnboundedPreceding,
    /// So many before.
    Preceding(u64),
    /// This row, or its peers.
    CurrentRow,
    /// So many after.
    Following(u64),
    /// The partition's last row.
    UnboundedFollowing,
}

/// One key of a sort.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SortKey {
    /// Column of the input.
    pub column: usize,
    /// Greatest first.
    pub descending: bool,
    /// NULLs come first.
    pub nulls_first: bool,
}

/// A set operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetOp {
    /// Rows of either.
    Union,
    /// Rows of both.
    Intersect,
    /// Rows of the first that the second has not.
    Except,
}

/// A subquery in an expression; its answer is one column.
#[derive(Clone, Debug)]
pub struct Subquery {
    /// Names its answer among those of the statement.
    pub slot: usize,
    /// The query. Its outer row is the row that comes in, followed by that row's own outer row.
    pub node: Node,
    /// How the answer is made.
    pub kind: SubqueryKind,
    /// It reads the outer row, so it is run for each row; else once.
    pub correlated: bool,
    /// Slots from `slot` up to here belong to it and to what is inside.
    pub slots_end: usize,
}

/// What a subquery answers.
#[derive(Clone, Debug)]
pub enum SubqueryKind {
    /// Its one value; NULL without rows, an error with several. Several columns make a tuple.
    Scalar {
        /// How many columns it has.
        width: usize,
    },
    /// Whether it has rows.
    Exists,
    /// All its values as an array (several columns: of tuples).
    Array {
        /// How many columns it has.
        width: usize,
    },
    /// Whether a value is among its rows, with SQL's three answers.
    In {
        /// The value, over the row that comes in: one expression a column.
        needle: Vec<Scalar>,
    },
}

impl Scan {
    /// A read of all columns of a table in a span of one of its indexes.
    pub fn whole(table: &Arc<Table>, index: usize, span: Span) -> Self {
        let used = Rc::new(TableUse {
            table: Arc::clone(table),
            columns: RefCell::new(vec![true; table.columns.len()]),
        });
        Self {
            used,
            index,
            spans: vec![span],
            keys: Vec::new(),
            reverse: false,
            fixed: Vec::new(),
            point: false,
            hinted: false,
            filter: None,
        }
    }
}
