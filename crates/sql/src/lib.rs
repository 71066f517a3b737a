//! The CockroachDB dialect: what a user says, what a table means.
//!
//! | module | holds |
//! |---|---|
//! | [`complete`] | what may stand at the cursor |
//! | [`help`] | what `\h` says |
//! | [`lexer`] | text to tokens, for parsing, colouring, completion |
//! | [`ast`] | statements as data |
//! | [`parser`] | tokens to statements |
//! | [`print`](mod@print) | statements to text in normal form |
//! | [`types`] | types, values, scalar expressions, functions |
//! | [`row`], [`pretty`] | rows to keys and values, keys in words |
//! | [`catalog`] | descriptors, names, zones, privileges: rows of `system` tables |
//! | [`jobs`] | rows of `system.jobs` and their states |
//! | [`rules`] | the two versions and how they differ |
//!
//! Never knows: where a backup lies; it parses BACKUP but cannot run it.

pub mod ast;
pub mod catalog;
pub mod complete;
pub mod cx;
pub mod error;
pub mod exec;
pub mod help;
pub mod jobs;
pub mod lexer;
pub mod outcome;
pub mod parser;
pub mod plan;
pub mod pretty;
pub mod print;
pub mod row;
pub mod rules;
pub mod session;
pub mod settings;
pub mod types;
