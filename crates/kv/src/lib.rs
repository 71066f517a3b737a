//! Versioned keys in ranges on nodes: the storage and transaction layer of one cluster.
//!
//! ```text
//!   Kv ── ranges, in key order ──┬─ Range 1: tree of versions, range tombstones, replicas, GC threshold
//!    │                           └─ Range 2 …
//!    ├─ locks: who has laid an intent on which key
//!    └─ nodes: locality, live or stopped
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`cluster`] | [`Kv`]: the one value through which everything is reached |
//! | [`txn`] | [`Txn`]: a serializable transaction as a plain value |
//! | [`range`] | [`Range`]: a piece of the key space, its replicas, its statistics |
//! | `dist_sender`, `split` | from keys to ranges; bounds of ranges |
//! | [`node`], [`liveness`] | nodes, what befalls them and what follows for ranges |
//! | `allocator`, [`replicate`] | where replicas and leases go, and how they get there |
//! | `latency` | how long messages between nodes take |
//! | [`mvcc`] | keys with times, values, the tree, scans, export, garbage collection |
//! | [`sst`] | table files: writer and reader |
//! | [`zone`] | [`SpanConfig`]: what a zone says about a span |
//! | [`protected`] | records that hold garbage collection back |
//! | [`error`] | what can go wrong |
//!
//! Never knows: SQL names, URIs, jobs. A key is bytes to it, a value too.

mod allocator;
pub mod cluster;
mod dist_sender;
pub mod error;
mod latency;
pub mod liveness;
pub mod mvcc;
pub mod node;
pub mod protected;
pub mod range;
pub mod replicate;
mod split;
pub mod sst;
pub mod txn;
pub mod zone;

pub use cluster::{Config, Direction, Ingested, Kv};
pub use error::Error;
pub use liveness::SlowLink;
pub use mvcc::batch::Batch;
pub use mvcc::export::{Export, Window};
pub use mvcc::gc::GcReport;
pub use mvcc::scan::Scan;
pub use mvcc::value::Value;
pub use mvcc::{RangeTombstone, Version, VersionState};
pub use node::{Membership, Node, NodeConfig, Process};
pub use protected::Protection;
pub use range::{Range, Replica, Standing, Stats};
pub use replicate::{Change, ChangeKind, Move};
pub use txn::{Savepoint, Txn};
pub use zone::SpanConfig;
