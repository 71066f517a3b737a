//! The catalog: what exists, as rows of `system` tables, and a derived cache over them.
//!
//! *Source*: `spec/system-tables.md`, `spec/manifest-wire.md` §4–6.

pub mod descpb;
pub mod ptspb;
pub mod zonepb;
