//! Plain types that cross a process: results of statements, views of the world, messages.
//!
//! ```text
//!   simulator ──fills──▶ result, views ──js──▶ messages ──▶ page, docs cell, npm user
//! ```
//!
//! Shape: serde types without behaviour; enums of words are `snake_case` strings, a view never carries a tag (who asked knows).
//! Units: times are [`time::Nanos`], strings in JavaScript; sizes are bytes; numbers of jobs and schedules are strings.
//! Left out: anything that knows the engine, JavaScript or the DOM.

pub mod agenda;
pub mod chain;
pub mod cluster;
pub mod data;
pub mod event;
pub mod jobs;
pub mod message;
pub mod moment;
pub mod plots;
pub mod query;
pub mod result;
pub mod schedules;
pub mod storage;
pub mod text;
pub mod time;
