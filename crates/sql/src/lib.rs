//! The CockroachDB dialect: what a user says, what a table means.
//!
//! | module | holds |
//! |---|---|
//! | [`catalog`] | descriptors, names, zones, privileges: rows of `system` tables |
//! | [`jobs`] | rows of `system.jobs` and their states |
//! | [`rules`] | the two versions and how they differ |
//!
//! Never knows: where a backup lies; it parses BACKUP but cannot run it.

pub mod catalog;
pub mod jobs;
pub mod rules;
