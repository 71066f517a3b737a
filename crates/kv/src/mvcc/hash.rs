//! The hash of one version, 128 bits, made to be added up.
//!
//! Shape: two lanes of 64 bits, sixteen bytes a step, mixed at the end. The sum over all versions does not depend on
//! their order nor on how they are stored, and one write moves it by one term. Not for secrets.

use base::hlc::Timestamp;
use base::num::{as_unsigned, low_u32, to_u64};

const LANES: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f];
const STEPS: [u64; 2] = [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53];

/// The term of one version.
pub(crate) fn version(key: &[u8], ts: Timestamp, value: &[u8]) -> u128 {
    let mut lanes = LANES;
    absorb(&mut lanes, key);
    absorb(&mut lanes, value);
    let logical = u64::from(low_u32(as_unsigned(i64::from(ts.logical))));
    step(&mut lanes, as_unsigned(ts.wall), logical);
    step(&mut lanes, to_u64(key.len()), to_u64(value.len()));
    let low = mix(lanes[0] ^ lanes[1].rotate_left(32));
    let high = mix(lanes[1].wrapping_add(low));
    (u128::from(high) << 64) | u128::from(low)
}

fn absorb(lanes: &mut [u64; 2], bytes: &[u8]) {
    let (chunks, rest) = bytes.as_chunks::<16>();
    for chunk in chunks {
        word(lanes, chunk);
    }
    if !rest.is_empty() {
        let mut last = [0; 16];
        last[..rest.len()].copy_from_slice(rest);
        word(lanes, &last);
    }
}

fn word(lanes: &mut [u64; 2], chunk: &[u8; 16]) {
    let (halves, _) = chunk.as_chunks::<8>();
    step(lanes, u64::from_le_bytes(halves[0]), u64::from_le_bytes(halves[1]));
}

const fn step(lanes: &mut [u64; 2], low: u64, high: u64) {
    lanes[0] = (lanes[0] ^ low).wrapping_mul(STEPS[0]).rotate_left(31);
    lanes[1] = (lanes[1] ^ high).wrapping_mul(STEPS[1]).rotate_left(27) ^ lanes[0];
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
    fn every_part_counts() {
        let t = Timestamp::from_wall(1);
        let terms = [
            version(b"a", t, b"b"),
            version(b"ab", t, b""),
            version(b"", t, b"ab"),
            version(b"a", t.next(), b"b"),
            version(b"a", Timestamp::from_wall(2), b"b"),
            version(b"b", t, b"b"),
            version(b"a\0", t, b"b"),
        ];
        for (i, a) in terms.iter().enumerate() {
            assert!(terms[i + 1..].iter().all(|b| a != b), "{i}");
        }
    }
}
