//! The world: clusters by name, one clock, buckets; one door.
//!
//! ```text
//!   Input ─▶ World::apply ─▶ Output            state changes only here; every input is logged
//!                │
//!                ├─▶ State     clock, agenda, buckets, clusters      a plain value, cloned for checkpoints and branches
//!                └─▶ Timeline  log, checkpoints, branches, marks     how to come back to any moment
//!   Query ─▶ World::view ─▶ protocol view      reads, never moves time
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`input`] | what can influence a run |
//! | [`world`] | the door |
//! | [`state`] | the value behind it |
//! | [`sim_command`] | the lines that begin with `\sim` |
//! | [`split`] | a text cut into statements and commands |
//! | [`load`], [`text`] | what a page may begin with; colours and completion of what is typed |
//! | [`calendar`] | moments and lengths as people write them |
//!
//! Never knows: JavaScript, DOM, files, the wall clock.

pub mod calendar;
pub mod console;
pub mod fidelity;
pub mod input;
pub mod load;
pub mod sim_command;
pub mod text;
pub mod world;
