//! Moments and branches: where one can go back to.

use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// Branches, and the moments of the current one.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct MomentsView {
    /// Branches in order of their making.
    pub branches: Vec<Branch>,
    /// Inputs of the current branch, oldest first.
    pub inputs: Vec<InputMoment>,
    /// Bookmarks by name.
    pub marks: Vec<Mark>,
    /// How many inputs of the current branch are applied: less than all after a step back.
    pub position: u64,
}

/// A line of moments.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// The branch it left, if any.
    pub parent: Option<String>,
    /// When it left.
    pub forked_at: Nanos,
    /// Where it stands.
    pub head: Nanos,
    /// Whether statements go here.
    pub is_current: bool,
}

/// One input of the log.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct InputMoment {
    /// Its number from 1: `\sim goto #12`.
    pub n: u64,
    /// Virtual time before it.
    pub at: Nanos,
    /// The statement or command.
    pub text: String,
}

/// A bookmark.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// Its name: `\sim goto @name`.
    pub name: String,
    /// When it points to.
    pub at: Nanos,
}
