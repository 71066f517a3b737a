//! Seeded chance, one stream a use.
//!
//! ```text
//!   seed ──fork("scatter")──▶ stream of its own     a new draw in one place moves no other
//!        └─fork("file-id")──▶ stream of its own
//! ```
//!
//! Shape: SplitMix64, a well-known mixer with 64 bits of state. Not for secrets.

/// A stream of chance. Clone it and both go the same way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rng {
    state: u64,
}

/// The step of SplitMix64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    /// The stream of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A stream of its own for one use, told by name. The parent does not move.
    #[must_use]
    pub fn fork(&self, name: &str) -> Self {
        let mut state = self.state ^ 0xcbf2_9ce4_8422_2325;
        for byte in name.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self { state: mix(state) }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A number below `bound`, which is at least 1 (0 counts as 1).
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound.max(1)
    }

    /// Sixteen bytes.
    pub fn bytes16(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next_u64().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next_u64().to_be_bytes());
        bytes
    }

    /// What the stream would be known by: for a state hash.
    pub const fn state(&self) -> u64 {
        self.state
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_are_apart_and_repeatable() {
        let root = Rng::new(7);
        let (mut a, mut b) = (root.fork("a"), root.fork("b"));
        assert_ne!(a.next_u64(), b.next_u64());
        assert_eq!(root.fork("a").next_u64(), Rng::new(7).fork("a").next_u64());
    }
}
