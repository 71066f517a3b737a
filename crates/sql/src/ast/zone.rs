//! CONFIGURE ZONE.
//!
//! Source: `spec/zone-configs-and-cluster.md` §1.

use super::expr::Expr;
use super::{Name, ObjectName};

/// What a zone belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ZoneTarget {
    /// RANGE default, meta, liveness, system, timeseries, tenants
    Range(Name),
    /// DATABASE name
    Database(Name),
    /// TABLE name
    Table(ObjectName),
    /// INDEX table@index; without a table the name is looked for in all.
    Index(TableIndex),
    /// PARTITION name OF TABLE t
    TablePartition(Name, ObjectName),
    /// PARTITION name OF INDEX t@i (`*` for all indexes)
    IndexPartition(Name, TableIndex),
}

/// `table@index`, or an index by its bare name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableIndex {
    /// The table; `None` if only the index was named.
    pub table: Option<ObjectName>,
    /// The index; may carry a schema when the table is not named.
    pub index: ObjectName,
}

/// ALTER target CONFIGURE ZONE ….
#[derive(Clone, PartialEq, Debug)]
pub struct ConfigureZone {
    /// Of what.
    pub target: ZoneTarget,
    /// What to do with it.
    pub change: ZoneChange,
}

/// What CONFIGURE ZONE does.
#[derive(Clone, PartialEq, Debug)]
pub enum ZoneChange {
    /// USING a = 1, b = COPY FROM PARENT; the value is `None` for COPY FROM PARENT.
    Using(Vec<(Name, Option<Expr>)>),
    /// USING DEFAULT
    Default,
    /// DISCARD
    Discard,
}
