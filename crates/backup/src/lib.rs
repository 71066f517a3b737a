//! Backup and restore: jobs that carry spans between the key space and the buckets.
pub mod dest;
pub mod manifest;
pub mod moment;
