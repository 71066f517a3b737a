//! BACKUP: from a statement to objects.
//!
//! | module | holds |
//! |---|---|
//! | [`append`] | what may be appended to a chain, and what is new to it |
//! | [`files`] | exported versions into table files |
//! | [`error`] | why a BACKUP in particular is refused |

pub mod append;
pub mod error;
pub mod files;

pub use error::Error;
