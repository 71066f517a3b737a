//! One runner for datadriven files, used by the command line, native tests and wasm tests.
//!
//! ```text
//!   text ─▶ datadriven::parse ─▶ suite by its directives ─▶ run each ─▶ Report { passed, failures, rewritten }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`datadriven`] | the file format |
//! | [`report`] | what a file gave |
//! | [`run`] | which suite a file is of, and running it |
//! | [`sql_suite`] | scripts against whole clusters |
//! | [`parser_suite`] | statements parsed and printed again |
//! | [`values`] | results as Go's database driver prints them |
//! | [`mvcc`] | histories of versions, on kv's own tree |
//!
//! Never knows: JavaScript, DOM, the file system (it is handed texts and hands texts back).

pub mod datadriven;
pub mod mvcc;
pub mod parser_suite;
pub mod report;
pub mod run;
pub mod sql_suite;
pub mod values;
