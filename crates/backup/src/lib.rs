//! Backup and restore: jobs that carry spans between the key space and the buckets.
//!
//! ```text
//!   BACKUP ──take::plan──▶ row of system.jobs ──job::step … step──▶ objects in a bucket
//!   RESTORE ──restore::plan──▶ row ──job::step … step──▶ keys, descriptors
//!   SHOW BACKUP(S) ──show::backup(s)──▶ rows
//! ```
//!
//! | call | answers |
//! |---|---|
//! | `take::plan(&ast::Backup, &mut Cx) -> Result<cx::Planned, Error>` | the job, after all checks in the real order |
//! | `restore::plan(&ast::Restore, &mut Cx) -> Result<cx::Planned, Error>` | the same for RESTORE |
//! | `job::step(JobId, &mut Cx) -> Result<sql::jobs::Step, Error>` | one step of a running job of either kind; saves its state, and `succeeded` at the end |
//! | `job::abandon(JobId, &mut Cx) -> Result<(), Error>` | undoes what a failed or cancelled job left: call it in state `reverting` |
//! | `job::result_rows(JobId, &mut Cx) -> Result<Rows, Error>` | the row of a foreground statement whose job succeeded |
//! | `show::backups(&ast::ShowBackups, &mut Cx) -> Result<Rows, Error>` | SHOW BACKUPS IN |
//! | `show::backup(&ast::ShowBackup, &mut Cx) -> Result<Rows, Error>` | SHOW BACKUP |
//!
//! `Error` has `sqlstate()`, `detail()`, `hint()` and Display. Notices go to `cx.sql.notices`.
//!
//! | module | holds |
//! |---|---|
//! | [`dest`] | names, collections, chains, locks |
//! | [`crypt`] | encrypted objects, and what opens them |
//! | [`manifest`] | manifests as bytes and words |
//! | [`moment`] | moments as words |
//!
//! Never knows: sessions' conversations, screens; it answers with specs, records, rows.

pub mod alter;
pub mod connection;
pub mod crypt;
pub mod cx;
pub mod dest;
pub mod error;
pub mod job;
mod jobrow;
pub mod keyspan;
pub mod manifest;
pub mod moment;
pub mod restore;
pub mod schedule;
pub mod show;
pub mod statement;
pub mod statistics;
pub mod sys;
pub mod take;
pub mod targets;
