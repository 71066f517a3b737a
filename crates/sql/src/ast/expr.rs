//! Scalar expressions and type names.
//!
//! ```text
//!   a + b * c            Binary(Plus, a, Binary(Mult, b, c))          printed a + (b * c)
//!   (a + b)              Paren(Binary(..))                            parentheses typed are kept
//!   -1                   Literal(Int("-1"))                           the sign of a constant belongs to it
//!   x AT TIME ZONE z     Function timezone(z, x)                      and EXTRACT, SUBSTRING, TRIM … likewise
//!   DATE '2022-01-01'    Cast { syntax: Prepend }
//!   x IS TRUE            Compare(IsNotDistinctFrom, x, true)
//! ```
//!
//! Shape: a tree of boxes; lists are `Vec`. Units: none.
//! Source: CockroachDB, "Scalar Expressions"; the shapes follow what its parser tests print.

use super::query::{OrderBy, Select, WindowSpec};
use super::{Name, ObjectName};

/// A scalar expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// A constant.
    Literal(Literal),
    /// `$1` is 1.
    Placeholder(u32),
    /// `DEFAULT` in VALUES and SET.
    Default,
    /// `a`, `t.a`, `s.t.a`, `db.s.t.a`: the column last.
    Column(Vec<Name>),
    /// `*` (no parts) or `t.*`, `s.t.*`: the parts before the star.
    Star(Vec<Name>),
    /// A column by its place in the source: `@1`.
    Ordinal(u32),
    /// `( … )` as typed.
    Paren(Box<Expr>),
    /// `+x`, `-x`, `~x`, and the roots `|/x`, `||/x`.
    Unary(UnaryOp, Box<Expr>),
    /// Arithmetic, concatenation, bits, JSON access.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// Comparisons, LIKE, regular expressions, IN, IS DISTINCT FROM, containment.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `x op ANY|SOME|ALL (array, tuple or subquery)`.
    Quantified(CompareOp, Quantifier, Box<Expr>, Box<Expr>),
    /// `a AND b`.
    And(Box<Expr>, Box<Expr>),
    /// `a OR b`.
    Or(Box<Expr>, Box<Expr>),
    /// `NOT a`.
    Not(Box<Expr>),
    /// `x IS NULL` (also IS UNKNOWN), `x IS NOT NULL` with `negated`.
    IsNull {
        /// What is asked about.
        expr: Box<Expr>,
        /// IS NOT NULL.
        negated: bool,
    },
    /// `x [NOT] BETWEEN [SYMMETRIC] low AND high`.
    Between(Box<Between>),
    /// `x IS [NOT] OF (types)`.
    IsOfType {
        /// What is asked about.
        expr: Box<Expr>,
        /// The types.
        types: Vec<TypeName>,
        /// IS NOT OF.
        negated: bool,
    },
    /// A call.
    Function(Box<Function>),
    /// `CASE … END`.
    Case(Box<Case>),
    /// `COALESCE(…)`, also written `IFNULL(a, b)`.
    Coalesce {
        /// Which of the two words was used.
        if_null: bool,
        /// The candidates, first not-null wins.
        args: Vec<Expr>,
    },
    /// `IF(cond, then, else)`.
    If(Box<[Expr; 3]>),
    /// `NULLIF(a, b)`.
    NullIf(Box<[Expr; 2]>),
    /// `IFERROR(a, b, code)`, `ISERROR(a, code)`.
    IfError(Box<IfError>),
    /// `x::T`, `CAST(x AS T)`, `T 'x'`.
    Cast {
        /// What is cast.
        expr: Box<Expr>,
        /// To which type.
        ty: TypeName,
        /// How it was written.
        syntax: CastSyntax,
    },
    /// `x:::T`, `ANNOTATE_TYPE(x, T)`: tells the type, never converts.
    Annotate {
        /// What is annotated.
        expr: Box<Expr>,
        /// Its type.
        ty: TypeName,
        /// Written `:::`.
        short: bool,
    },
    /// `x COLLATE locale`.
    Collate {
        /// The string.
        expr: Box<Expr>,
        /// The locale, as typed.
        locale: String,
    },
    /// `(SELECT …)` as a value.
    Subquery(Box<Select>),
    /// `EXISTS (SELECT …)`.
    Exists(Box<Select>),
    /// `ARRAY[…]`.
    Array(Vec<Expr>),
    /// `ARRAY(SELECT …)`.
    ArraySubquery(Box<Select>),
    /// `(a, b)`, `ROW(a, b)`, `((a, b) AS x, y)`.
    Tuple(Box<Tuple>),
    /// `x[1]`, `x[1:2]`.
    Index {
        /// The array or JSON value.
        expr: Box<Expr>,
        /// The subscripts in order.
        subscripts: Vec<Subscript>,
    },
    /// `(x).name`, `(x).*`, `(x).@2`.
    Field {
        /// The tuple.
        expr: Box<Expr>,
        /// Which of its fields.
        field: Field,
    },
}

/// A constant as written, without its type.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// NULL.
    Null,
    /// true or false.
    Bool(bool),
    /// A whole number: an optional minus, then digits or `0x` digits, as typed.
    Int(String),
    /// A number with a point or exponent: an optional minus, then as typed.
    Decimal(String),
    /// `'…'`, `e'…'`, `$$…$$`: the text that is meant.
    String(String),
    /// `b'…'`, `x'…'`: the bytes that are meant.
    Bytes(Vec<u8>),
    /// `B'0101'`: the digits.
    Bits(String),
}

/// One operand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum UnaryOp {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `~`
    Complement,
    /// `|/`
    Sqrt,
    /// `||/`
    Cbrt,
}

/// Two operands, a value of some type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BinaryOp {
    /// `&`
    BitAnd,
    /// `|`
    BitOr,
    /// `#`
    BitXor,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Mult,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `^`
    Pow,
    /// `||`
    Concat,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `->`
    JsonFetchVal,
    /// `->>`
    JsonFetchText,
    /// `#>`
    JsonFetchValPath,
    /// `#>>`
    JsonFetchTextPath,
}

/// Two operands, a truth value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CompareOp {
    /// `=`
    Eq,
    /// `<`
    Lt,
    /// `>`
    Gt,
    /// `<=`
    Le,
    /// `>=`
    Ge,
    /// `!=`, `<>`
    Ne,
    /// `IN`; the right side is a tuple or a subquery.
    In,
    /// `NOT IN`
    NotIn,
    /// `LIKE`
    Like,
    /// `NOT LIKE`
    NotLike,
    /// `ILIKE`
    ILike,
    /// `NOT ILIKE`
    NotILike,
    /// `SIMILAR TO`
    SimilarTo,
    /// `NOT SIMILAR TO`
    NotSimilarTo,
    /// `~`
    RegMatch,
    /// `!~`
    NotRegMatch,
    /// `~*`
    RegIMatch,
    /// `!~*`
    NotRegIMatch,
    /// `IS DISTINCT FROM`, also `IS NOT TRUE`.
    IsDistinctFrom,
    /// `IS NOT DISTINCT FROM`, also `IS TRUE`.
    IsNotDistinctFrom,
    /// `@>`
    Contains,
    /// `<@`
    ContainedBy,
    /// `?`
    JsonExists,
    /// `?|`
    JsonSomeExists,
    /// `?&`
    JsonAllExists,
    /// `&&`
    Overlaps,
    /// `@@`
    TextMatches,
}

/// ANY, SOME, ALL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantifier {
    /// ANY
    Any,
    /// SOME, which means ANY
    Some,
    /// ALL
    All,
}

/// `x [NOT] BETWEEN [SYMMETRIC] low AND high`.
#[derive(Clone, PartialEq, Debug)]
pub struct Between {
    /// What is tested.
    pub expr: Expr,
    /// One end.
    pub low: Expr,
    /// The other end.
    pub high: Expr,
    /// NOT BETWEEN.
    pub negated: bool,
    /// SYMMETRIC: the ends may stand in either order.
    pub symmetric: bool,
}

/// A function call, aggregate or window function.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Function {
    /// The function's name, lower case unless quoted.
    pub name: ObjectName,
    /// ALL or DISTINCT before the arguments.
    pub set: FunctionSet,
    /// The arguments; `count(*)` has one, `Expr::Star([])`.
    pub args: Vec<Expr>,
    /// ORDER BY inside the parentheses, or of WITHIN GROUP.
    pub order_by: Vec<OrderBy>,
    /// The ORDER BY stands in `WITHIN GROUP (…)`.
    pub within_group: bool,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expr>,
    /// `OVER …`.
    pub over: Option<Over>,
    /// The last argument was marked VARIADIC.
    pub variadic: bool,
}

/// ALL or DISTINCT before the arguments of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FunctionSet {
    /// Neither word.
    #[default]
    None,
    /// ALL
    All,
    /// DISTINCT
    Distinct,
}

/// `OVER name` or `OVER (…)`.
#[derive(Clone, PartialEq, Debug)]
pub enum Over {
    /// A window of the WINDOW clause.
    Name(Name),
    /// A window written in place.
    Spec(Box<WindowSpec>),
}

/// `CASE [operand] WHEN … THEN … [ELSE …] END`.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What each WHEN is compared with, if given.
    pub operand: Option<Expr>,
    /// The pairs of WHEN and THEN.
    pub whens: Vec<(Expr, Expr)>,
    /// ELSE.
    pub otherwise: Option<Expr>,
}

/// `IFERROR(cond, else, code)` or `ISERROR(cond, code)`.
#[derive(Clone, PartialEq, Debug)]
pub struct IfError {
    /// What may fail.
    pub cond: Expr,
    /// The value instead; `None` for ISERROR.
    pub otherwise: Option<Expr>,
    /// Only errors of this code count.
    pub code: Option<Expr>,
}

/// How a cast was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CastSyntax {
    /// `x::T`
    Short,
    /// `CAST(x AS T)`
    Explicit,
    /// `T 'x'`
    Prepend,
}

/// `(a, b)` with what CockroachDB adds to it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tuple {
    /// The fields.
    pub exprs: Vec<Expr>,
    /// `AS x, y`; empty when there are none.
    pub labels: Vec<Name>,
    /// Written with the word ROW.
    pub row: bool,
}

/// One subscript.
#[derive(Clone, PartialEq, Debug)]
pub struct Subscript {
    /// Before the colon, or the index itself.
    pub begin: Option<Expr>,
    /// After the colon.
    pub end: Option<Expr>,
    /// There was a colon.
    pub slice: bool,
}

/// Which field of a tuple.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Field {
    /// `.name`
    Name(Name),
    /// `.@2`
    Ordinal(u32),
    /// `.*`
    Star,
}

/// A type as written, folded to CockroachDB's own names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TypeName {
    /// A type of the system. `width` is a length or precision, `scale` the second number.
    Builtin {
        /// Which one.
        kind: TypeKind,
        /// `STRING(10)`, `DECIMAL(10, 2)`, `BIT(3)`, `TIMESTAMP(3)`, `VECTOR(3)`.
        width: Option<u32>,
        /// `DECIMAL(10, 2)`.
        scale: Option<u32>,
    },
    /// `INTERVAL DAY TO SECOND(3)`: the fields in capitals and the precision.
    Interval {
        /// `DAY TO SECOND`, `YEAR` …
        fields: String,
        /// Digits of a second.
        precision: Option<u32>,
    },
    /// `T[]`, `T ARRAY`.
    Array(Box<TypeName>),
    /// `STRING COLLATE locale`.
    Collated(Box<TypeName>, String),
    /// An enum, composite type, or any other name.
    User(ObjectName),
    /// `@100105`: a type by its OID.
    ById(u32),
}

impl TypeName {
    /// A type of the system without numbers.
    pub const fn plain(kind: TypeKind) -> Self {
        Self::Builtin { kind, width: None, scale: None }
    }
}

macro_rules! type_kinds {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)*) => {
        /// The types of the system that have a name of their own.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum TypeKind {
            $($(#[$doc])* $name,)*
        }

        impl TypeKind {
            /// CockroachDB's own name.
            pub const fn sql(self) -> &'static str {
                match self {
                    $(Self::$name => $sql,)*
                }
            }
        }
    };
}

type_kinds! {
    /// BOOL, BOOLEAN
    Bool = "BOOL";
    /// INT2, SMALLINT
    Int2 = "INT2";
    /// INT4
    Int4 = "INT4";
    /// INT, INT8, INT64, INTEGER, BIGINT
    Int8 = "INT8";
    /// SERIAL2, SMALLSERIAL
    Serial2 = "SERIAL2";
    /// SERIAL4
    Serial4 = "SERIAL4";
    /// SERIAL, SERIAL8, BIGSERIAL
    Serial8 = "SERIAL8";
    /// FLOAT4, REAL
    Float4 = "FLOAT4";
    /// FLOAT, FLOAT8, DOUBLE PRECISION
    Float8 = "FLOAT8";
    /// DECIMAL, NUMERIC, DEC
    Decimal = "DECIMAL";
    /// STRING, TEXT
    String = "STRING";
    /// VARCHAR, CHARACTER VARYING
    Varchar = "VARCHAR";
    /// CHAR, CHARACTER
    Char = "CHAR";
    /// `"char"`
    QChar = "\"char\"";
    /// NAME
    Name = "NAME";
    /// CITEXT
    CiText = "CITEXT";
    /// BYTES, BYTEA, BLOB
    Bytes = "BYTES";
    /// DATE
    Date = "DATE";
    /// TIME
    Time = "TIME";
    /// TIMETZ
    TimeTz = "TIMETZ";
    /// TIMESTAMP
    Timestamp = "TIMESTAMP";
    /// TIMESTAMPTZ
    TimestampTz = "TIMESTAMPTZ";
    /// INTERVAL
    Interval = "INTERVAL";
    /// UUID
    Uuid = "UUID";
    /// INET
    Inet = "INET";
    /// JSONB, JSON
    Jsonb = "JSONB";
    /// BIT
    Bit = "BIT";
    /// VARBIT, BIT VARYING
    VarBit = "VARBIT";
    /// OID
    Oid = "OID";
    /// REGCLASS
    RegClass = "REGCLASS";
    /// REGNAMESPACE
    RegNamespace = "REGNAMESPACE";
    /// REGPROC
    RegProc = "REGPROC";
    /// REGPROCEDURE
    RegProcedure = "REGPROCEDURE";
    /// REGROLE
    RegRole = "REGROLE";
    /// REGTYPE
    RegType = "REGTYPE";
    /// OIDVECTOR
    OidVector = "OIDVECTOR";
    /// INT2VECTOR
    Int2Vector = "INT2VECTOR";
    /// BOX2D
    Box2d = "BOX2D";
    /// GEOMETRY
    Geometry = "GEOMETRY";
    /// GEOGRAPHY
    Geography = "GEOGRAPHY";
    /// TSVECTOR
    TsVector = "TSVECTOR";
    /// TSQUERY
    TsQuery = "TSQUERY";
    /// VECTOR
    Vector = "VECTOR";
    /// `PG_LSN`
    PgLsn = "PG_LSN";
    /// LTREE
    Ltree = "LTREE";
    /// VOID
    Void = "VOID";
    /// RECORD
    Record = "RECORD";
}

impl Expr {
    /// A string constant.
    pub fn string(text: impl Into<String>) -> Self {
        Self::Literal(Literal::String(text.into()))
    }

    /// A whole number.
    pub fn int(n: i64) -> Self {
        Self::Literal(Literal::Int(n.to_string()))
    }

    /// A truth value.
    pub const fn bool(b: bool) -> Self {
        Self::Literal(Literal::Bool(b))
    }

    /// The text, if this is a string constant.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Literal(Literal::String(s)) = self { Some(s) } else { None }
    }

    /// A call of a function by a plain name.
    pub fn call(name: &str, args: Vec<Self>) -> Self {
        Self::Function(Box::new(Function {
            name: ObjectName::simple(name),
            args,
            ..Function::default()
        }))
    }

    /// What stands in the parentheses, if the expression is in a pair of them.
    #[must_use]
    pub fn into_inner(self) -> Self {
        if let Self::Paren(inner) = self { *inner } else { self }
    }

    /// The expression without the parentheses around it.
    pub fn strip_parens(&self) -> &Self {
        let mut expr = self;
        while let Self::Paren(inner) = expr {
            expr = inner;
        }
        expr
    }
}
