//! Attacks on the engine: generators, models, and what must hold whatever happens.
//!
//! ```text
//!   seed ─▶ chance ─▶ generators ─▶ statements, time, faults ─▶ a world
//!                                         │                      │ compared after each step
//!                                         └─────────▶ a model ◀──┘
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`bytes`] | readers of bytes from outside |
//! | [`chance`] | draws from a seed |
//! | [`history`] | `amber fuzz`: a world against a model of all history |
//! | [`schema`] | a database that changes at random |
//! | [`stage`] | a world with the few calls that attacks need |
//! | [`statements`] | statements from a grammar |
//!
//! Never knows: JavaScript, DOM, files, the wall clock.

pub mod bytes;
pub mod chance;
pub mod history;
pub mod schema;
pub mod stage;
pub mod statements;
