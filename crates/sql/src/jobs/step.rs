//! What a step of a job answers.

use base::hlc::Timestamp;

/// Where a job stands after one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// It can go on at once.
    Again,
    /// It can go on at this time, not before.
    WaitUntil(Timestamp),
    /// It met a pause point and is paused. The point's name.
    PausedAt(String),
    /// It is done: succeeded, or failed as its row says.
    Finished,
}
