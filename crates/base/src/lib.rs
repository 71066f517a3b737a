//! Words and laws that all crates share.
//!
//! | module | holds |
//! |---|---|
//! | [`hlc`] | hybrid logical time: one order for everything that happens |
//! | [`span`] | half-open ranges of keys and their algebra |
//! | [`ids`] | the numbers and UUIDs by which things are known |
//! | [`sqlstate`] | the five characters a client sees |
//! | [`rng`] | seeded chance, one stream a use |
//! | [`agenda`] | work by due time, then sequence |
//! | [`check`] | what an invariant says when it does not hold |
//! | [`num`] | lossless and clamped steps between number types |
//! | [`map`] | ordered maps and sets that weigh little |
//! | [`sort`] | sorting that weighs little |
//! | [`crc`] | the two checksums of the formats |
//! | [`room`] | memory asked for ahead |
//!
//! Never knows: tables, jobs, buckets.

pub mod agenda;
pub mod check;
pub mod crc;
pub mod hlc;
pub mod ids;
pub mod map;
pub mod num;
pub mod rng;
pub mod room;
pub mod sort;
pub mod span;
pub mod sqlstate;
