//! Protected timestamps on the wire: columns `spans` and `target` of `system.protected_ts_records`.
//!
//! *Source*: `spec/system-tables.md` §4.4. 21.2 fills `spans`, 26.2 fills `target`.

use wire::Message;

/// What 21.2 protects: spans.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Spans {
    /// The spans.
    #[wire(message, repeated, tag = "1")]
    pub spans: Vec<Span>,
}

/// One span.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Span {
    /// First key.
    #[wire(bytes, tag = "3")]
    pub key: Vec<u8>,
    /// First key after.
    #[wire(bytes, tag = "4")]
    pub end_key: Vec<u8>,
}

/// What 26.2 protects: objects, or everything.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Target {
    /// Databases and tables.
    #[wire(message, optional, tag = "1")]
    pub schema_objects: Option<SchemaObjects>,
    /// Tenants.
    #[wire(message, optional, tag = "2")]
    pub tenants: Option<SchemaObjects>,
    /// The whole cluster.
    #[wire(message, optional, tag = "3")]
    pub cluster: Option<Cluster>,
    /// Whether tables that backups leave out are left out here too.
    #[wire(bool, tag = "4")]
    pub ignore_if_excluded_from_backup: bool,
}

/// A list of ids.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SchemaObjects {
    /// Ids of databases and tables.
    #[wire(uint32, repeated, tag = "1")]
    pub ids: Vec<u32>,
}

/// The whole cluster.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Cluster {}
