//! Hybrid logical time.
//!
//! ```text
//!   wall   ──1──────────2──────────2──────────3──▶   nanoseconds since 1970-01-01 UTC
//!   logical  0          0          1          0      breaks ties inside one nanosecond
//! ```
//!
//! Units: nanoseconds. Printed as `seconds.nnnnnnnnn,logical`, the form of the real system's errors.
//! Left out: clock skew between nodes (a fault of a later crate moves a node's own offset).

use std::fmt;

/// Nanoseconds in a second.
pub const NANOS_PER_SEC: i64 = 1_000_000_000;

/// A moment: wall clock first, then the logical counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Timestamp {
    /// Nanoseconds since 1970-01-01 UTC. 0 with `logical` 0 stands for "no time".
    pub wall: i64,
    /// Order inside one nanosecond, never negative.
    pub logical: i32,
}

impl Timestamp {
    /// No time at all: the start of a full backup, the threshold of a range never collected.
    pub const ZERO: Self = Self { wall: 0, logical: 0 };
    /// Later than everything.
    pub const MAX: Self = Self { wall: i64::MAX, logical: i32::MAX };

    /// A wall time with logical part 0. *Units*: nanoseconds.
    pub const fn from_wall(wall: i64) -> Self {
        Self { wall, logical: 0 }
    }

    /// Whole seconds since 1970 with logical part 0.
    pub const fn from_secs(secs: i64) -> Self {
        Self { wall: secs.saturating_mul(NANOS_PER_SEC), logical: 0 }
    }

    /// Whether this is "no time".
    pub const fn is_zero(self) -> bool {
        self.wall == 0 && self.logical == 0
    }

    /// The same moment moved by whole nanoseconds; the logical part falls to 0. Saturates.
    #[must_use]
    pub const fn add_nanos(self, nanos: i64) -> Self {
        Self { wall: self.wall.saturating_add(nanos), logical: 0 }
    }

    /// The least moment after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.logical == i32::MAX {
            Self { wall: self.wall.saturating_add(1), logical: 0 }
        } else {
            Self { wall: self.wall, logical: self.logical + 1 }
        }
    }

    /// The greatest moment before this one; zero stays zero.
    #[must_use]
    pub const fn prev(self) -> Self {
        if self.logical > 0 {
            Self { wall: self.wall, logical: self.logical - 1 }
        } else if self.wall > 0 {
            Self { wall: self.wall - 1, logical: i32::MAX }
        } else {
            Self::ZERO
        }
    }

    /// As a decimal: `wall.llllllllll`, what `cluster_logical_timestamp()` answers.
    pub fn to_decimal_string(self) -> String {
        format!("{}.{:010}", self.wall, self.logical)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, nanos) =
            (self.wall.div_euclid(NANOS_PER_SEC), self.wall.rem_euclid(NANOS_PER_SEC));
        write!(f, "{secs}.{nanos:09},{}", self.logical)
    }
}

/// The one clock of a world. It moves only when told, and never hands out a moment twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clock {
    now: Timestamp,
}

impl Clock {
    /// A clock that stands at `start`.
    pub const fn new(start: Timestamp) -> Self {
        Self { now: start }
    }

    /// Where the clock stands. The last moment handed out, or the wall it was moved to.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A moment later than all before it.
    pub fn tick(&mut self) -> Timestamp {
        self.now = self.now.next();
        self.now
    }

    /// Moves to `to` if that is later; time never runs back.
    pub fn advance_to(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_seconds_nanos_logical() {
        assert_eq!(
            Timestamp { wall: 1_648_810_000_123_456_789, logical: 0 }.to_string(),
            "1648810000.123456789,0"
        );
        assert_eq!(Timestamp { wall: 5, logical: 3 }.to_decimal_string(), "5.0000000003");
    }

    #[test]
    fn next_and_prev_are_inverse_and_ticks_rise() {
        let t = Timestamp { wall: 7, logical: i32::MAX };
        assert_eq!(t.next().prev(), t);
        assert_eq!(Timestamp::ZERO.prev(), Timestamp::ZERO);
        let mut clock = Clock::new(t);
        assert!(clock.tick() < clock.tick());
        clock.advance_to(Timestamp::ZERO);
        assert!(clock.now() > t);
    }
}
