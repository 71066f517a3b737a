//! One runner for datadriven files, used by the command line, native tests and wasm tests.
//!
//! | module | holds |
//! |---|---|
//! | [`datadriven`] | the file format |
//!
//! Never knows: JavaScript, DOM, the file system (it is handed texts and hands texts back).

pub mod datadriven;
