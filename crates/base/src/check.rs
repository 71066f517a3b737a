//! What an invariant says when it does not hold.
//!
//! Tests, the simulator and the screen ask the same named functions; each answers with violations, never with a panic.

use std::fmt;

/// One rule that does not hold, with the values that show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The rule's name, as the function that checks it is called.
    pub rule: &'static str,
    /// What was found, in words and values.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.found)
    }
}
