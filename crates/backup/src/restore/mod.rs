//! RESTORE: from objects to keys and descriptors.
//!
//! | module | holds |
//! |---|---|
//! | [`plan`](mod@plan) | all checks in the real order, then the job's row |
//! | [`empty`] | whether a cluster is empty enough for a restore of the whole |
//! | [`contents`] | what a chain holds at a moment |
//! | [`covering`] | which layers and files a moment needs |
//! | [`missing`] | what a restored object needs |
//! | [`place`] | where each object goes, and whether its place is free |
//! | [`rewrite`] | descriptors of the backup as they will stand here |
//! | [`merge`] | the versions of many files into what one moment saw |
//! | [`spec`] | what the job row keeps |
//! | [`job`] | the steps |
//! | [`abandon`] | undoing a RESTORE |
//! | [`system`] | system tables of a cluster restore |
//! | [`error`] | why a RESTORE in particular is refused |

pub(crate) mod abandon;
mod contents;
pub mod covering;
mod empty;
pub mod error;
pub mod job;
pub mod merge;
pub mod missing;
mod place;
mod plan;
pub mod rewrite;
pub mod spec;
mod system;

pub use error::Error;
pub(crate) use plan::newest_by_id;
pub use plan::plan;
