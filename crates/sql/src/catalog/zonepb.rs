//! Zone configurations on the wire: `system.zones.config`.
//!
//! ```text
//!   field absent      inherit from the parent: index ─▶ table ─▶ database ─▶ RANGE default
//!   lists             inherit by flags 10 and 11
//! ```
//!
//! *Source*: `spec/system-tables.md` §4.1.

use wire::Message;

/// A zone.
#[derive(Clone, PartialEq, Message)]
pub struct ZoneConfig {
    /// Smaller ranges merge. *Units*: bytes.
    #[wire(int64, optional, tag = "2")]
    pub range_min_bytes: Option<i64>,
    /// Larger ranges split. *Units*: bytes.
    #[wire(int64, optional, tag = "3")]
    pub range_max_bytes: Option<i64>,
    /// How long old versions stay.
    #[wire(message, optional, tag = "4")]
    pub gc: Option<GcPolicy>,
    /// How many replicas a range has; 0 with subzones marks a placeholder.
    #[wire(int32, optional, tag = "5")]
    pub num_replicas: Option<i32>,
    /// Where replicas must or must not be.
    #[wire(message, repeated, tag = "6")]
    pub constraints: Vec<ConstraintsConjunction>,
    /// Which keys belong to which subzone.
    #[wire(message, repeated, tag = "7")]
    pub subzone_spans: Vec<SubzoneSpan>,
    /// Zones of indexes and partitions.
    #[wire(message, repeated, tag = "8")]
    pub subzones: Vec<Subzone>,
    /// Where leases should be, best first.
    #[wire(message, repeated, tag = "9")]
    pub lease_preferences: Vec<LeasePreference>,
    /// Whether `constraints` come from the parent.
    #[wire(bool, required, tag = "10")]
    pub inherited_constraints: bool,
    /// Whether `lease_preferences` come from the parent.
    #[wire(bool, required, tag = "11")]
    pub inherited_lease_preferences: bool,
    /// Whether reads are served everywhere.
    #[wire(bool, optional, tag = "12")]
    pub global_reads: Option<bool>,
    /// How many replicas vote.
    #[wire(int32, optional, tag = "13")]
    pub num_voters: Option<i32>,
    /// Where voting replicas must or must not be.
    #[wire(message, repeated, tag = "14")]
    pub voter_constraints: Vec<ConstraintsConjunction>,
    /// Whether an empty field 14 means none instead of inherit.
    #[wire(bool, required, tag = "15")]
    pub null_voter_constraints_is_empty: bool,
}

/// How long old versions stay.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct GcPolicy {
    /// *Units*: seconds; 0 or less means for ever.
    #[wire(int32, required, tag = "1")]
    pub ttl_seconds: i32,
}

/// Constraints that some or all replicas meet together.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ConstraintsConjunction {
    /// All of them must hold.
    #[wire(message, repeated, tag = "6")]
    pub constraints: Vec<Constraint>,
    /// For how many replicas; 0 for all.
    #[wire(int32, required, tag = "7")]
    pub num_replicas: i32,
}

/// One constraint: `+region=us-east`.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Constraint {
    /// 0 old positive, 1 required `+`, 2 prohibited `-`.
    #[wire(int32, required, tag = "1")]
    pub kind: i32,
    /// Tier of a locality, empty for an attribute.
    #[wire(string, required, tag = "2")]
    pub key: String,
    /// Value of the tier, or the attribute.
    #[wire(string, required, tag = "3")]
    pub value: String,
}

/// One choice for leases.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LeasePreference {
    /// All of them must hold.
    #[wire(message, repeated, tag = "1")]
    pub constraints: Vec<Constraint>,
}

/// A zone of an index or a partition.
#[derive(Clone, PartialEq, Message)]
pub struct Subzone {
    /// The index.
    #[wire(uint32, required, tag = "1")]
    pub index_id: u32,
    /// The partition; empty for the whole index.
    #[wire(string, required, tag = "2")]
    pub partition_name: String,
    /// Its zone, without subzones.
    #[wire(message, required, tag = "3")]
    pub config: ZoneConfig,
}

/// Keys of a subzone, without the table's prefix.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct SubzoneSpan {
    /// First key.
    #[wire(bytes, optional, tag = "1")]
    pub key: Option<Vec<u8>>,
    /// First key after; absent for the prefix end of `key`.
    #[wire(bytes, optional, tag = "2")]
    pub end_key: Option<Vec<u8>>,
    /// Index into the subzones.
    #[wire(int32, required, tag = "3")]
    pub subzone_index: i32,
}
