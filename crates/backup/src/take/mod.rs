//! BACKUP: from a statement to objects.
//!
//! | module | holds |
//! |---|---|
//! | [`plan`](mod@plan) | all checks in the real order, then the job's row |
//! | [`privileges`] | who may back up what |
//! | [`resolve`] | which directory and chain; holding GC back |
//! | [`draft`] | a manifest without files |
//! | [`spec`] | what the job row keeps |
//! | [`job`] | the steps |
//! | [`append`] | what may be appended to a chain, and what is new to it |
//! | [`files`] | exported versions into table files |
//! | [`error`] | why a BACKUP in particular is refused |

pub mod append;
mod draft;
pub mod error;
pub mod files;
pub mod job;
mod plan;
mod privileges;
mod resolve;
pub mod spec;

pub use error::Error;
pub(crate) use plan::check_licence;
pub use plan::{Scheduled, dry_run, plan, plan_scheduled};
pub(crate) use resolve::record_over;
