//! RESTORE: from objects to keys and descriptors.
//!
//! | module | holds |
//! |---|---|
//! | [`covering`] | which layers and files a moment needs |
//! | [`merge`] | the versions of many files into what one moment saw |
//! | [`missing`] | what a restored object needs |
//! | [`rewrite`] | descriptors of the backup as they will stand here |
//! | [`error`] | why a RESTORE in particular is refused |

pub mod covering;
pub mod error;
pub mod merge;
pub mod missing;
pub mod rewrite;

pub use error::Error;
