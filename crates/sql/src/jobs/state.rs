//! States of a job, and what may follow what.
//!
//! ```text
//!   pending ─▶ running ─▶ succeeded
//!              │  ▲  ├─▶ reverting ─▶ failed | canceled | revert-failed
//!              ▼  │  └──▲
//!   pause-requested ─▶ paused ─(RESUME)─▶ running          cancel-requested ─▶ reverting
//! ```
//!
//! *Source*: `spec/schedules-and-jobs.md` §9.

use base::sqlstate::SqlState;

use crate::catalog::error::Error;

/// A state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each is the word in system.jobs")]
pub enum Status {
    Pending,
    Running,
    PauseRequested,
    Paused,
    CancelRequested,
    Reverting,
    Succeeded,
    Failed,
    Canceled,
    RevertFailed,
}

const WORDS: [(Status, &str); 10] = [
    (Status::Pending, "pending"),
    (Status::Running, "running"),
    (Status::PauseRequested, "pause-requested"),
    (Status::Paused, "paused"),
    (Status::CancelRequested, "cancel-requested"),
    (Status::Reverting, "reverting"),
    (Status::Succeeded, "succeeded"),
    (Status::Failed, "failed"),
    (Status::Canceled, "canceled"),
    (Status::RevertFailed, "revert-failed"),
];

impl Status {
    /// The word in `system.jobs.status`.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(status, _)| *status == self).map_or("", |(_, word)| word)
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, text)| *text == word).map(|(status, _)| *status)
    }

    /// Whether nothing will follow.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled | Self::RevertFailed)
    }

    /// Whether steps of the job may run.
    pub const fn can_step(self) -> bool {
        matches!(
            self,
            Self::Pending
                | Self::Running
                | Self::Reverting
                | Self::PauseRequested
                | Self::CancelRequested
        )
    }

    /// The state after PAUSE.
    ///
    /// *Errors*: a state that cannot be paused.
    pub fn pause(self) -> Result<Self, Error> {
        match self {
            Self::Pending | Self::Running | Self::Reverting => Ok(Self::PauseRequested),
            Self::PauseRequested | Self::Paused => Ok(self),
            Self::CancelRequested
            | Self::Succeeded
            | Self::Failed
            | Self::Canceled
            | Self::RevertFailed => Err(self.refuse("cannot be requested to be paused")),
        }
    }

    /// The state after RESUME.
    ///
    /// *Errors*: a state that cannot be resumed.
    pub fn resume(self) -> Result<Self, Error> {
        match self {
            Self::Paused => Ok(Self::Running),
            Self::Running => Ok(self),
            Self::Pending
            | Self::PauseRequested
            | Self::CancelRequested
            | Self::Reverting
            | Self::Succeeded
            | Self::Failed
            | Self::Canceled
            | Self::RevertFailed => Err(self.refuse("cannot be resumed")),
        }
    }

    /// The state after CANCEL.
    ///
    /// *Errors*: a state that cannot be cancelled.
    pub fn cancel(self) -> Result<Self, Error> {
        match self {
            Self::Pending | Self::Running | Self::Paused => Ok(Self::CancelRequested),
            Self::CancelRequested | Self::Canceled => Ok(self),
            Self::PauseRequested
            | Self::Reverting
            | Self::Succeeded
            | Self::Failed
            | Self::RevertFailed => Err(self.refuse("cannot be requested to be canceled")),
        }
    }

    fn refuse(self, what: &str) -> Error {
        Error::refused(SqlState::UNCATEGORIZED, format!("job with status {} {what}", self.word()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_refusals() {
        let text = |result: Result<Status, Error>| result.unwrap_err().to_string();
        assert_eq!(
            text(Status::Succeeded.pause()),
            "job with status succeeded cannot be requested to be paused"
        );
        assert_eq!(text(Status::Failed.resume()), "job with status failed cannot be resumed");
        assert_eq!(Status::Paused.cancel(), Ok(Status::CancelRequested));
        assert_eq!(Status::parse("revert-failed"), Some(Status::RevertFailed));
    }
}
