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
//! | [`replay`] | a run as bytes |
//! | [`event`] | what followed from the inputs |
//! | [`sim_command`] | the lines that begin with `\sim` |
//! | [`meta`] | the shell's own lines |
//! | [`split`] | a text cut into statements and commands |
//! | [`load`], [`text`] | what a page may begin with; colours and completion of what is typed |
//! | [`console`] | results as the terminal shows them |
//! | [`calendar`] | moments and lengths as people write them |
//! | [`inspect`], [`archive`] | what lies in a folder, an archive or a bucket of real backup files |
//! | [`fidelity`] | what is exact, approximate, not simulated |
//!
//! Inside: `state` (the value), `cluster`, `timeline`, `dispatch` (statements), `waiting` (ranges that do not answer), `job`
//! (steps), `schedule` (ticks), `nodes` (failures and what follows), `nature` (GC and what it does to chains), `chains` (what
//! lies in buckets), `command`, `scenario`, `workload`, `hash`, `view`.
//!
//! Never knows: JavaScript, DOM, files, the wall clock.

pub mod archive;
pub mod calendar;
pub mod console;
pub mod event;
pub mod fidelity;
pub mod input;
pub mod inspect;
pub mod load;
pub mod meta;
pub mod replay;
pub mod sim_command;
pub mod split;
pub mod text;
pub mod world;

mod chains;
mod cluster;
mod command;
mod dispatch;
mod hash;
mod job;
mod job_control;
mod nature;
mod nodes;
mod scenario;
mod schedule;
mod sizes;
mod state;
mod timeline;
mod userfile;
mod view;
mod waiting;
mod workload;
