//! A typed expression, ready to be evaluated.
//!
//! ```text
//!   a > 1 AND b IS NULL      And[ Compare(Gt, Column 0, Const 1), IsNull(Column 1) ]
//! ```
//!
//! Shape: an open tree, so that the planner can look for comparisons that bound an index. All names are resolved, all
//! overloads chosen.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use super::function::Overload;
use super::like::Pattern;
use super::operator::{BinaryFn, UnaryFn};
use crate::types::{Datum, Type};
use base::map::Set;

/// An expression with its type.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The type of its values.
    pub ty: Type,
    /// What it is.
    pub node: Node,
}

/// A comparison of order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each is the comparison that it abbreviates")]
pub enum CmpOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl CmpOp {
    /// The operator with its sides exchanged: `a < b` is `b > a`.
    #[must_use]
    pub const fn flip(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }

    /// As written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// Whether an order of two values fulfils the comparison.
    pub const fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

/// How a subquery's rows become a value.
#[derive(Clone, Debug)]
pub enum SubqueryUse {
    /// The one value of its one row, NULL without a row.
    Value,
    /// Whether it has a row.
    Exists,
    /// Its first column as an array.
    Array,
    /// Compared with each row; `all` asks for every row, else for one.
    Quantified {
        /// The comparison.
        op: CmpOp,
        /// ALL rather than ANY.
        all: bool,
        /// What is compared.
        left: Box<Scalar>,
    },
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum Node {
    /// A value.
    Const(Datum),
    /// A place in the row.
    Column(usize),
    /// NOT.
    Not(Box<Scalar>),
    /// AND of all.
    And(Vec<Scalar>),
    /// OR of all.
    Or(Vec<Scalar>),
    /// IS NULL, or IS NOT NULL.
    IsNull {
        /// What is asked about.
        arg: Box<Scalar>,
        /// IS NOT NULL.
        negated: bool,
    },
    /// A comparison of order; NULL if either side is.
    Compare(CmpOp, Box<[Scalar; 2]>),
    /// IS DISTINCT FROM, or IS NOT DISTINCT FROM.
    Distinct {
        /// Both sides.
        args: Box<[Scalar; 2]>,
        /// IS NOT DISTINCT FROM.
        negated: bool,
    },
    /// LIKE and regular expressions.
    Match {
        /// Text and pattern.
        args: Box<[Scalar; 2]>,
        /// Which kind of pattern.
        kind: super::like::Kind,
        /// NOT.
        negated: bool,
        /// The pattern, when it is a constant.
        pattern: Option<Pattern>,
    },
    /// An operator of one operand; NULL for NULL.
    Unary(UnaryFn, Box<Scalar>),
    /// An operator of two operands; NULL if either is.
    Binary(BinaryFn, Box<[Scalar; 2]>),
    /// IN a list.
    In {
        /// What is looked for.
        arg: Box<Scalar>,
        /// Among what.
        list: Vec<Scalar>,
        /// NOT IN.
        negated: bool,
        /// The list's values, when all are constants and none is NULL.
        set: Option<Set<Datum>>,
    },
    /// `x op ANY|ALL (array)`.
    Quantified {
        /// The comparison.
        op: CmpOp,
        /// ALL rather than ANY.
        all: bool,
        /// The value and the array.
        args: Box<[Scalar; 2]>,
    },
    /// CASE: pairs of condition and value, then ELSE.
    Case {
        /// Conditions with values.
        whens: Vec<(Scalar, Scalar)>,
        /// ELSE; NULL when absent.
        otherwise: Option<Box<Scalar>>,
    },
    /// COALESCE.
    Coalesce(Vec<Scalar>),
    /// NULLIF.
    NullIf(Box<[Scalar; 2]>),
    /// IFERROR, ISERROR (without a value instead).
    IfError {
        /// What may fail.
        arg: Box<Scalar>,
        /// The value instead.
        otherwise: Option<Box<Scalar>>,
    },
    /// A cast to the expression's type; `assign` checks widths instead of cutting.
    Cast {
        /// What is cast.
        arg: Box<Scalar>,
        /// A cast of assignment.
        assign: bool,
    },
    /// ARRAY of elements.
    Array(Vec<Scalar>),
    /// A tuple of fields.
    Tuple(Vec<Scalar>),
    /// An element of an array, from 1, or of JSON.
    Index(Box<[Scalar; 2]>),
    /// A part of an array, both ends included.
    Slice(Box<Scalar>, Box<[Option<Scalar>; 2]>),
    /// A field of a tuple, from 0.
    Field(Box<Scalar>, usize),
    /// A function.
    Call {
        /// The function and its chosen overload.
        overload: &'static Overload,
        /// Its arguments.
        args: Vec<Scalar>,
    },
    /// A subquery by its index.
    Subquery {
        /// What the host is asked for.
        index: usize,
        /// How its rows become a value.
        usage: SubqueryUse,
    },
}

impl Scalar {
    /// A constant of a type.
    pub const fn constant(value: Datum, ty: Type) -> Self {
        Self { ty, node: Node::Const(value) }
    }

    /// A column.
    pub const fn column(ordinal: usize, ty: Type) -> Self {
        Self { ty, node: Node::Column(ordinal) }
    }

    /// The value, if it is the same for every row.
    pub const fn as_const(&self) -> Option<&Datum> {
        if let Node::Const(value) = &self.node { Some(value) } else { None }
    }

    /// The place in the row, if it is nothing but a column.
    pub const fn as_column(&self) -> Option<usize> {
        if let Node::Column(ordinal) = &self.node { Some(*ordinal) } else { None }
    }

    /// The parts of a conjunction, or the expression itself.
    pub fn conjuncts(self) -> Vec<Self> {
        match self.node {
            Node::And(parts) => parts.into_iter().flat_map(Self::conjuncts).collect(),
            node => vec![Self { ty: self.ty, node }],
        }
    }

    /// Calls `visit` with this expression and all inside it, outermost first.
    pub fn walk(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        self.for_children(&mut |child| child.walk(visit));
    }

    /// Adds the ordinals of all columns used.
    pub fn columns(&self, into: &mut Set<usize>) {
        self.walk(&mut |scalar| {
            if let Node::Column(ordinal) = scalar.node {
                into.insert(ordinal);
            }
        });
    }

    /// Whether every evaluation with the same row gives the same value and nothing else changes: no subquery, no
    /// function of time, chance or the cluster.
    pub fn is_pure(&self) -> bool {
        let mut pure = true;
        self.walk(&mut |scalar| match &scalar.node {
            Node::Subquery { .. } => pure = false,
            Node::Call { overload, .. } if !overload.immutable => pure = false,
            // What a text means as a time or name depends on the session.
            Node::Cast { arg, .. } if !super::super::cast::is_immutable(&arg.ty, &scalar.ty) => {
                pure = false;
            }
            _ => {}
        });
        pure
    }

    /// Whether no column is used.
    pub fn is_row_free(&self) -> bool {
        let mut free = true;
        self.walk(&mut |scalar| {
            if matches!(scalar.node, Node::Column(_)) {
                free = false;
            }
        });
        free
    }

    /// Changes the ordinals of all columns: for a row of another shape.
    pub fn remap(&mut self, map: &dyn Fn(usize) -> usize) {
        if let Node::Column(ordinal) = &mut self.node {
            *ordinal = map(*ordinal);
        }
        self.for_children_mut(&mut |child| child.remap(map));
    }

    fn for_children(&self, f: &mut dyn FnMut(&Self)) {
        match &self.node {
            Node::Const(_) | Node::Column(_) => {}
            Node::Not(arg)
            | Node::IsNull { arg, .. }
            | Node::Unary(_, arg)
            | Node::Cast { arg, .. }
            | Node::Field(arg, _) => f(arg),
            Node::And(args)
            | Node::Or(args)
            | Node::Coalesce(args)
            | Node::Array(args)
            | Node::Tuple(args)
            | Node::Call { args, .. } => args.iter().for_each(f),
            Node::Compare(_, args)
            | Node::Distinct { args, .. }
            | Node::Match { args, .. }
            | Node::Binary(_, args)
            | Node::Quantified { args, .. }
            | Node::NullIf(args)
            | Node::Index(args) => args.iter().for_each(f),
            Node::In { arg, list, .. } => {
                f(arg);
                list.iter().for_each(f);
            }
            Node::Case { whens, otherwise } => {
                for (when, then) in whens {
                    f(when);
                    f(then);
                }
                if let Some(otherwise) = otherwise {
                    f(otherwise);
                }
            }
            Node::IfError { arg, otherwise } => {
                f(arg);
                if let Some(otherwise) = otherwise {
                    f(otherwise);
                }
            }
            Node::Slice(arg, ends) => {
                f(arg);
                ends.iter().flatten().for_each(f);
            }
            Node::Subquery { usage, .. } => {
                if let SubqueryUse::Quantified { left, .. } = usage {
                    f(left);
                }
            }
        }
    }

    fn for_children_mut(&mut self, f: &mut dyn FnMut(&mut Self)) {
        match &mut self.node {
            Node::Const(_) | Node::Column(_) => {}
            Node::Not(arg)
            | Node::IsNull { arg, .. }
            | Node::Unary(_, arg)
            | Node::Cast { arg, .. }
            | Node::Field(arg, _) => f(arg),
            Node::And(args)
            | Node::Or(args)
            | Node::Coalesce(args)
            | Node::Array(args)
            | Node::Tuple(args)
            | Node::Call { args, .. } => args.iter_mut().for_each(f),
            Node::Compare(_, args)
            | Node::Distinct { args, .. }
            | Node::Match { args, .. }
            | Node::Binary(_, args)
            | Node::Quantified { args, .. }
            | Node::NullIf(args)
            | Node::Index(args) => args.iter_mut().for_each(f),
            Node::In { arg, list, .. } => {
                f(arg);
                list.iter_mut().for_each(f);
            }
            Node::Case { whens, otherwise } => {
                for (when, then) in whens {
                    f(when);
                    f(then);
                }
                if let Some(otherwise) = otherwise {
                    f(otherwise);
                }
            }
            Node::IfError { arg, otherwise } => {
                f(arg);
                if let Some(otherwise) = otherwise {
                    f(otherwise);
                }
            }
            Node::Slice(arg, ends) => {
                f(arg);
                ends.iter_mut().flatten().for_each(f);
            }
            Node::Subquery { usage, .. } => {
                if let SubqueryUse::Quantified { left, .. } = usage {
                    f(left);
                }
            }
        }
    }
}
