//! Definitions: CREATE, COMMENT, REFRESH of databases, schemas, tables, indexes, sequences, views, types.
//!
//! ```text
//!   CreateTable ─ items ─ Column(ColumnDef ─ quals: NOT NULL, DEFAULT, REFERENCES …)
//!                       ├ Index(IndexDef) ├ Constraint(ConstraintDef) ├ Family ├ Like
//! ```
//!
//! Shape: column qualifications are a list in the order typed, each with its CONSTRAINT name if it had one.
//! Left out: PARTITION BY is kept as text; partitions are definitions that the simulator prints but does not act on.

pub use super::alter::*;
use super::expr::{Expr, TypeName};
use super::query::{Direction, Nulls, Select};
use super::{KvOption, Name, ObjectName};

/// CREATE DATABASE.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateDatabase {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The name.
    pub name: Name,
    /// ENCODING, TEMPLATE, `LC_COLLATE`, `LC_CTYPE`, CONNECTION LIMIT, OWNER, PRIMARY REGION, REGIONS, SURVIVE …: the words in
    /// capitals and the value.
    pub options: Vec<(String, Expr)>,
}

/// CREATE SCHEMA.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateSchema {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// `name` or `db.name`; without a name the owner's.
    pub name: Option<ObjectName>,
    /// AUTHORIZATION.
    pub owner: Option<Name>,
}

/// TEMP, UNLOGGED.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Persistence {
    /// An ordinary object.
    #[default]
    Permanent,
    /// TEMP, TEMPORARY
    Temporary,
    /// UNLOGGED, which changes nothing
    Unlogged,
}

/// CREATE TABLE.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateTable {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// TEMP.
    pub persistence: Persistence,
    /// The name.
    pub name: ObjectName,
    /// Columns, indexes, constraints, families in order. With `AS`, columns have no type.
    pub items: Vec<TableItem>,
    /// PARTITION BY … as text.
    pub partition: Option<String>,
    /// WITH (…).
    pub params: Vec<KvOption>,
    /// ON COMMIT PRESERVE ROWS was given.
    pub on_commit_preserve: bool,
    /// LOCALITY ….
    pub locality: Option<Locality>,
    /// AS query.
    pub source: Option<Box<Select>>,
}

/// LOCALITY of a table in a multi-region database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Locality {
    /// GLOBAL
    Global,
    /// REGIONAL BY TABLE IN region; `None` is the primary region.
    RegionalByTable(Option<Name>),
    /// REGIONAL BY ROW AS column
    RegionalByRow(Option<Name>),
}

/// One item between the parentheses of CREATE TABLE.
#[derive(Clone, PartialEq, Debug)]
pub enum TableItem {
    /// A column.
    Column(Box<ColumnDef>),
    /// INDEX, UNIQUE INDEX, INVERTED INDEX.
    Index(Box<IndexDef>),
    /// A table constraint.
    Constraint(Box<ConstraintDef>),
    /// FAMILY name (columns).
    Family {
        /// Its name.
        name: Option<Name>,
        /// Its columns.
        columns: Vec<Name>,
    },
    /// LIKE table INCLUDING|EXCLUDING …; (including, word in capitals).
    Like {
        /// The model.
        table: ObjectName,
        /// INCLUDING is true.
        options: Vec<(bool, String)>,
    },
}

/// A column.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnDef {
    /// Its name.
    pub name: Name,
    /// Its type; `None` only in CREATE TABLE … (names) AS.
    pub ty: Option<TypeName>,
    /// What follows the type, in order.
    pub quals: Vec<ColumnQual>,
}

/// `[CONSTRAINT name] qualification`.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnQual {
    /// CONSTRAINT name.
    pub name: Option<Name>,
    /// The qualification.
    pub kind: ColumnQualKind,
}

/// What may follow a column's type.
#[derive(Clone, PartialEq, Debug)]
pub enum ColumnQualKind {
    /// NOT NULL
    NotNull,
    /// NULL
    Null,
    /// NOT VISIBLE
    NotVisible,
    /// PRIMARY KEY \[USING HASH …\] \[WITH (…)\]
    PrimaryKey {
        /// USING HASH.
        hash: Option<Hash>,
        /// WITH (…).
        params: Vec<KvOption>,
    },
    /// UNIQUE \[WITHOUT INDEX\]
    Unique {
        /// WITHOUT INDEX.
        without_index: bool,
    },
    /// DEFAULT expr
    Default(Expr),
    /// ON UPDATE expr
    OnUpdate(Expr),
    /// CHECK (expr)
    Check(Expr),
    /// REFERENCES table (column) …
    References(Box<Reference>),
    /// AS (expr) STORED|VIRTUAL
    Computed {
        /// The expression.
        expr: Expr,
        /// STORED is true.
        stored: bool,
    },
    /// GENERATED ALWAYS|BY DEFAULT AS IDENTITY (options)
    Identity {
        /// ALWAYS is true.
        always: bool,
        /// Options of its sequence.
        options: Vec<SequenceOption>,
    },
    /// \[CREATE \[IF NOT EXISTS\]\] FAMILY name
    Family {
        /// The name.
        name: Option<Name>,
        /// CREATE.
        create: bool,
        /// IF NOT EXISTS.
        if_not_exists: bool,
    },
}

/// `USING HASH [WITH BUCKET_COUNT = n]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Hash {
    /// The old spelling of the bucket count.
    pub bucket_count: Option<Expr>,
}

/// REFERENCES of a column or FOREIGN KEY.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The referenced table.
    pub table: ObjectName,
    /// Its columns; empty means its primary key.
    pub columns: Vec<Name>,
    /// MATCH.
    pub matching: Match,
    /// ON DELETE.
    pub on_delete: RefAction,
    /// ON UPDATE.
    pub on_update: RefAction,
}

/// MATCH of a composite foreign key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Match {
    /// MATCH SIMPLE, the default
    #[default]
    Simple,
    /// MATCH FULL
    Full,
    /// MATCH PARTIAL
    Partial,
}

/// What a foreign key does to referencing rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RefAction {
    /// NO ACTION, the default
    #[default]
    NoAction,
    /// RESTRICT
    Restrict,
    /// CASCADE
    Cascade,
    /// SET NULL
    SetNull,
    /// SET DEFAULT
    SetDefault,
}

/// An index inside or outside CREATE TABLE.
#[derive(Clone, PartialEq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the statement")]
pub struct IndexDef {
    /// Its name; made up when missing.
    pub name: Option<Name>,
    /// UNIQUE.
    pub unique: bool,
    /// INVERTED, USING GIN.
    pub inverted: bool,
    /// VECTOR.
    pub vector: bool,
    /// The key columns.
    pub columns: Vec<IndexElem>,
    /// USING HASH.
    pub hash: Option<Hash>,
    /// STORING, COVERING, INCLUDE.
    pub storing: Vec<Name>,
    /// PARTITION BY … as text.
    pub partition: Option<String>,
    /// WITH (…).
    pub params: Vec<KvOption>,
    /// WHERE of a partial index.
    pub filter: Option<Expr>,
    /// VISIBLE (default), NOT VISIBLE.
    pub not_visible: bool,
}

/// One key column of an index.
#[derive(Clone, PartialEq, Debug)]
pub struct IndexElem {
    /// A column, or an expression for an expression index.
    pub key: IndexKey,
    /// An operator class such as `gin_trgm_ops`.
    pub op_class: Option<Name>,
    /// ASC, DESC.
    pub direction: Direction,
    /// NULLS FIRST, NULLS LAST.
    pub nulls: Nulls,
}

/// What an index is over.
#[derive(Clone, PartialEq, Debug)]
pub enum IndexKey {
    /// A column.
    Column(Name),
    /// `(expr)` or a call.
    Expr(Expr),
}

/// `[CONSTRAINT name] constraint` of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct ConstraintDef {
    /// CONSTRAINT name.
    pub name: Option<Name>,
    /// IF NOT EXISTS before the name.
    pub if_not_exists: bool,
    /// The constraint.
    pub kind: ConstraintKind,
}

/// Constraints of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum ConstraintKind {
    /// PRIMARY KEY (…)
    PrimaryKey(Box<IndexDef>),
    /// UNIQUE (…)
    Unique {
        /// Its index; `unique` is set.
        index: Box<IndexDef>,
        /// WITHOUT INDEX.
        without_index: bool,
    },
    /// CHECK (…)
    Check(Expr),
    /// FOREIGN KEY (…) REFERENCES …
    ForeignKey {
        /// The referencing columns.
        columns: Vec<Name>,
        /// What they reference.
        reference: Reference,
    },
}

/// CREATE INDEX.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateIndex {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// CONCURRENTLY, which changes nothing.
    pub concurrently: bool,
    /// The table.
    pub table: ObjectName,
    /// The index.
    pub index: IndexDef,
}

/// CREATE SEQUENCE.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateSequence {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// TEMP.
    pub persistence: Persistence,
    /// The name.
    pub name: ObjectName,
    /// The options in order.
    pub options: Vec<SequenceOption>,
}

/// Options of a sequence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SequenceOption {
    /// AS type
    As(TypeName),
    /// CYCLE is true, NO CYCLE false
    Cycle(bool),
    /// OWNED BY table.column; `None` for OWNED BY NONE
    OwnedBy(Option<Vec<Name>>),
    /// CACHE n
    Cache(i64),
    /// PER NODE CACHE n
    NodeCache(i64),
    /// INCREMENT \[BY\] n
    Increment(i64),
    /// MINVALUE n, NO MINVALUE
    MinValue(Option<i64>),
    /// MAXVALUE n, NO MAXVALUE
    MaxValue(Option<i64>),
    /// START \[WITH\] n
    Start(i64),
    /// RESTART \[WITH n\]
    Restart(Option<i64>),
    /// VIRTUAL
    Virtual,
}

/// CREATE VIEW.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the statement")]
pub struct CreateView {
    /// OR REPLACE.
    pub replace: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// TEMP.
    pub persistence: Persistence,
    /// MATERIALIZED.
    pub materialized: bool,
    /// The name.
    pub name: ObjectName,
    /// Names of its columns, if given.
    pub columns: Vec<Name>,
    /// The query.
    pub query: Box<Select>,
    /// WITH NO DATA (materialized only).
    pub no_data: bool,
}

/// CREATE TYPE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateType {
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The name.
    pub name: ObjectName,
    /// What it is.
    pub kind: CreateTypeKind,
}

/// What a new type is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CreateTypeKind {
    /// AS ENUM (labels)
    Enum(Vec<String>),
    /// AS (fields)
    Composite(Vec<(Name, TypeName)>),
}

/// A parameter of a function or procedure.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// One of [`class`](crate::catalog::descpb::class).
    pub class: i32,
    /// Its name.
    pub name: Option<Name>,
    /// Its type.
    pub ty: TypeName,
    /// DEFAULT.
    pub default: Option<Expr>,
}

/// CREATE FUNCTION or PROCEDURE.
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the statement")]
#[derive(Clone, PartialEq, Debug)]
pub struct CreateFunction {
    /// OR REPLACE.
    pub replace: bool,
    /// PROCEDURE rather than FUNCTION.
    pub procedure: bool,
    /// The name.
    pub name: ObjectName,
    /// Its parameters; columns of RETURNS TABLE are the last, as OUT.
    pub params: Vec<Param>,
    /// RETURNS type; `None` when absent or a TABLE.
    pub returns: Option<TypeName>,
    /// RETURNS SETOF or TABLE.
    pub is_set: bool,
    /// LANGUAGE in capitals.
    pub language: Option<String>,
    /// One of [`volatility`](crate::catalog::descpb::volatility).
    pub volatility: i32,
    /// LEAKPROOF.
    pub leak_proof: bool,
    /// What NULL as argument does: 1 called, 2 gives NULL, 3 STRICT.
    pub on_null: i32,
    /// SECURITY DEFINER.
    pub definer: bool,
    /// The body between the quotes.
    pub body: Option<String>,
    /// Everything after the name, as typed.
    pub text: String,
}

/// CREATE STATISTICS, ANALYZE.
#[derive(Clone, PartialEq, Debug)]
pub struct CreateStatistics {
    /// The name; `None` for ANALYZE.
    pub name: Option<Name>,
    /// ON columns.
    pub columns: Vec<Name>,
    /// FROM table.
    pub table: ObjectName,
    /// AS OF SYSTEM TIME.
    pub as_of: Option<Expr>,
}

/// REFRESH MATERIALIZED VIEW.
#[derive(Clone, PartialEq, Debug)]
pub struct Refresh {
    /// CONCURRENTLY.
    pub concurrently: bool,
    /// The view.
    pub name: ObjectName,
    /// WITH DATA (true), WITH NO DATA (false), not said.
    pub with_data: Option<bool>,
    /// AS OF SYSTEM TIME.
    pub as_of: Option<Expr>,
}

/// COMMENT ON … IS ….
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comment {
    /// On what.
    pub target: CommentTarget,
    /// The text; `None` for IS NULL.
    pub text: Option<String>,
}

/// What a comment is on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CommentTarget {
    /// DATABASE
    Database(Name),
    /// SCHEMA
    Schema(ObjectName),
    /// TABLE
    Table(ObjectName),
    /// COLUMN table.column: the column last
    Column(ObjectName, Name),
    /// INDEX
    Index(super::zone::TableIndex),
    /// CONSTRAINT name ON table
    Constraint(Name, ObjectName),
    /// TYPE
    Type(ObjectName),
}
