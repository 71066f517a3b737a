//! Jobs: long work as rows of `system.jobs`, and as steps.

pub mod jobspb;
pub mod step;

pub use step::Step;
