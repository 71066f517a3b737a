//! RESTORE: from objects to keys and descriptors.
//!
//! | module | holds |
//! |---|---|
//! | [`covering`] | which layers and files a moment needs |
//! | [`error`] | why a RESTORE in particular is refused |

pub mod covering;
pub mod error;

pub use error::Error;
