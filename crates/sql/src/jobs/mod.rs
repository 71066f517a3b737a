//! Jobs: long work as rows of `system.jobs`, and as steps.

pub mod jobspb;
