//! SHOW BACKUPS and SHOW BACKUP.
//!
//! | module | holds |
//! |---|---|
//! | [`backups`](mod@backups) | the fulls of a collection |
//! | [`contents`] | the layers of a chain, object by object |
//! | [`files`] | FILES, RANGES, and whether files are there |
//! | [`json`] | a manifest as JSON |
//!
//! *Source*: `spec/show-backup.md`, `spec/v26.2.md` §3.

pub mod backups;
pub mod contents;
pub mod files;
mod json;

pub use backups::backups;
pub use contents::backup;
