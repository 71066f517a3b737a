//! The numbers and UUIDs by which things are known.
//!
//! Shape: each kind of number is a type of its own, so that a job is never taken for a node.

use std::fmt;

use crate::hlc::Timestamp;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// A node of a cluster, from 1.
    NodeId(u32)
);
number!(
    /// A range of the key space, from 1.
    RangeId(u64)
);
number!(
    /// A descriptor: database, schema, table, type.
    DescId(u32)
);
number!(
    /// A job, a number of [`UniqueInts`].
    JobId(i64)
);
number!(
    /// A schedule, a number of [`UniqueInts`].
    ScheduleId(i64)
);
number!(
    /// A transaction of one cluster, from 1 in order of their beginnings.
    TxnId(u64)
);

/// Sixteen bytes that name a cluster, a backup or a record for good.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// A random UUID (version 4) of 16 bytes of chance.
    pub fn from_chance(mut bytes: [u8; 16]) -> Self {
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Nanoseconds from 1970 to 2015-01-01, where unique integers begin to count.
const UNIQUE_EPOCH_NANOS: i64 = 1_420_070_400_000_000_000;

/// Makes integers that never repeat: time in tens of microseconds above, node in the low 15 bits. Two asked for in
/// one such unit differ because the time part never stands still.
///
/// *Source*: what `unique_rowid()`, job and data file names of the real system look like.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct UniqueInts {
    last_time: i64,
}

impl UniqueInts {
    /// The next integer of `node` at `now`.
    pub fn next(&mut self, now: Timestamp, node: NodeId) -> i64 {
        let time = (now.wall - UNIQUE_EPOCH_NANOS).max(0) / 10_000;
        self.last_time = time.max(self.last_time + 1);
        (self.last_time << 15) | i64::from(node.0 & 0x7fff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unique_ints_rise_inside_one_instant() {
        let mut ints = UniqueInts::default();
        let now = Timestamp::from_secs(1_648_778_400);
        let (a, b) = (ints.next(now, NodeId(1)), ints.next(now, NodeId(1)));
        assert!(b > a && a > 1 << 58);
    }

    #[test]
    fn uuid_prints_with_dashes() {
        assert_eq!(
            Uuid::from_chance([0xff; 16]).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
