//! ALTER and DROP.
//!
//! ```text
//!   AlterTable ─ commands in order
//!   Rename, SetSchema, Owner, Drop: one struct each, with the kind of object in a field
//! ```

use super::ddl::{ColumnDef, ConstraintDef, IndexDef, Locality, SequenceOption};
use super::expr::{Expr, TypeName};
use super::query::Select;
use super::zone::TableIndex;
use super::{DropBehavior, KvOption, Name, ObjectKind, ObjectName};

/// DROP of anything but indexes and roles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drop {
    /// What kind.
    pub kind: ObjectKind,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The names.
    pub names: Vec<ObjectName>,
    /// CASCADE or RESTRICT.
    pub behavior: DropBehavior,
}

/// DROP INDEX.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DropIndex {
    /// IF EXISTS.
    pub if_exists: bool,
    /// CONCURRENTLY, which changes nothing.
    pub concurrently: bool,
    /// The indexes.
    pub indexes: Vec<TableIndex>,
    /// CASCADE or RESTRICT.
    pub behavior: DropBehavior,
}

/// ALTER TABLE.
#[derive(Clone, PartialEq, Debug)]
pub struct AlterTable {
    /// IF EXISTS.
    pub if_exists: bool,
    /// The table.
    pub name: ObjectName,
    /// The commands in order.
    pub commands: Vec<AlterTableCommand>,
}

/// One command of ALTER TABLE.
#[derive(Clone, PartialEq, Debug)]
pub enum AlterTableCommand {
    /// ADD COLUMN
    AddColumn {
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// The column.
        column: Box<ColumnDef>,
    },
    /// DROP COLUMN
    DropColumn {
        /// IF EXISTS.
        if_exists: bool,
        /// The column.
        column: Name,
        /// CASCADE or RESTRICT.
        behavior: DropBehavior,
    },
    /// ADD CONSTRAINT
    AddConstraint {
        /// The constraint.
        constraint: Box<ConstraintDef>,
        /// NOT VALID: existing rows are not checked.
        not_valid: bool,
    },
    /// DROP CONSTRAINT
    DropConstraint {
        /// IF EXISTS.
        if_exists: bool,
        /// Its name.
        name: Name,
        /// CASCADE or RESTRICT.
        behavior: DropBehavior,
    },
    /// VALIDATE CONSTRAINT
    ValidateConstraint(Name),
    /// RENAME COLUMN a TO b
    RenameColumn(Name, Name),
    /// RENAME CONSTRAINT a TO b
    RenameConstraint(Name, Name),
    /// ALTER COLUMN … TYPE
    SetType {
        /// The column.
        column: Name,
        /// The new type.
        ty: TypeName,
        /// USING.
        using: Option<Expr>,
    },
    /// ALTER COLUMN … SET DEFAULT; `None` for DROP DEFAULT
    SetDefault(Name, Option<Expr>),
    /// ALTER COLUMN … SET ON UPDATE; `None` for DROP ON UPDATE
    SetOnUpdate(Name, Option<Expr>),
    /// ALTER COLUMN … SET NOT NULL (true), DROP NOT NULL (false)
    SetNotNull(Name, bool),
    /// ALTER COLUMN … SET VISIBLE (true), SET NOT VISIBLE (false)
    SetVisible(Name, bool),
    /// ALTER COLUMN … DROP STORED
    DropStored(Name),
    /// ALTER PRIMARY KEY USING COLUMNS (…)
    AlterPrimaryKey(Box<IndexDef>),
    /// SET (params)
    SetParams(Vec<KvOption>),
    /// RESET (params)
    ResetParams(Vec<Name>),
    /// SET LOCALITY
    SetLocality(Locality),
    /// PARTITION BY … as text
    PartitionBy(String),
}

/// ALTER TABLE|INDEX … SPLIT AT, UNSPLIT AT, UNSPLIT ALL, SCATTER.
#[derive(Clone, PartialEq, Debug)]
pub struct Split {
    /// The table.
    pub table: ObjectName,
    /// The index; `None` is the primary index.
    pub index: Option<Name>,
    /// Which of them.
    pub action: SplitAction,
}

/// What is done to the ranges of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum SplitAction {
    /// SPLIT AT rows \[WITH EXPIRATION expr\]
    Split(Box<Select>, Option<Expr>),
    /// UNSPLIT AT rows
    Unsplit(Box<Select>),
    /// UNSPLIT ALL
    UnsplitAll,
    /// SCATTER \[FROM (…) TO (…)\]
    Scatter(Option<(Vec<Expr>, Vec<Expr>)>),
}

/// ALTER SEQUENCE with options.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlterSequence {
    /// IF EXISTS.
    pub if_exists: bool,
    /// The sequence.
    pub name: ObjectName,
    /// The options in order.
    pub options: Vec<SequenceOption>,
}

/// ALTER TYPE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlterType {
    /// The type.
    pub name: ObjectName,
    /// What changes.
    pub change: TypeChange,
}

/// What ALTER TYPE changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TypeChange {
    /// ADD VALUE
    AddValue {
        /// IF NOT EXISTS.
        if_not_exists: bool,
        /// The label.
        label: String,
        /// Where: BEFORE is true, with the neighbour.
        place: Option<(bool, String)>,
    },
    /// DROP VALUE
    DropValue(String),
    /// RENAME VALUE a TO b
    RenameValue(String, String),
}

/// ALTER DATABASE with what has no statement of its own: the words after the name as text.
#[derive(Clone, PartialEq, Debug)]
pub struct AlterDatabase {
    /// The database.
    pub name: Name,
    /// What changes.
    pub change: DatabaseChange,
}

/// What ALTER DATABASE changes.
#[derive(Clone, PartialEq, Debug)]
pub enum DatabaseChange {
    /// ADD REGION
    AddRegion(Name, bool),
    /// DROP REGION
    DropRegion(Name, bool),
    /// SET PRIMARY REGION
    PrimaryRegion(Name),
    /// SURVIVE ZONE FAILURE (false), REGION FAILURE (true)
    Survive(bool),
    /// SET var = values; empty means RESET
    Setting(Name, Vec<Expr>),
    /// CONVERT TO SCHEMA, PLACEMENT and their like, as text
    Other(String),
}

/// ALTER INDEX … VISIBLE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlterIndexVisible {
    /// IF EXISTS.
    pub if_exists: bool,
    /// The index.
    pub index: TableIndex,
    /// VISIBLE is true.
    pub visible: bool,
}

/// ALTER … RENAME TO.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rename {
    /// What kind. For an index `name` is the table (or empty) and `index` the index.
    pub kind: ObjectKind,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The old name.
    pub name: ObjectName,
    /// The index, when an index is renamed.
    pub index: Option<Name>,
    /// The new name; tables may move between databases of the same name form.
    pub new_name: ObjectName,
}

/// ALTER … SET SCHEMA.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetSchema {
    /// What kind.
    pub kind: ObjectKind,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The object.
    pub name: ObjectName,
    /// The new schema.
    pub schema: Name,
}

/// ALTER … OWNER TO.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner {
    /// What kind.
    pub kind: ObjectKind,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The object.
    pub name: ObjectName,
    /// The new owner.
    pub owner: Name,
}
