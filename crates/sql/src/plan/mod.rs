//! From a query's text to a tree of steps.
pub mod cache;
pub mod error;

pub use error::Error;
