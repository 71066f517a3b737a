//! Engine keys: a user key with its time, as bytes of a table file.
//!
//! ```text
//!   user key · 00 · [ wall (8) [ logical (4) ] · length of the version incl. this byte ]
//!   foo @ 1643550788.737652545,0   666f6f 00 16cf10bc05055741 09
//! ```
//!
//! Order: user keys as bytes; same key: no version first, then newest first. This is not byte order.
//! Errors: bytes of no known form give `None`.
//! *Source*: `spec/keys-and-values.md` §6.

use std::cmp::Ordering;

use base::hlc::Timestamp;

/// Adds the engine key of `key` at `ts` to `out`. [`Timestamp::ZERO`] stands for "no version".
pub fn encode_into(out: &mut Vec<u8>, key: &[u8], ts: Timestamp) {
    out.extend_from_slice(key);
    out.push(0);
    version_into(out, ts);
}

/// The engine key of `key` at `ts`.
pub fn encode(key: &[u8], ts: Timestamp) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len() + 14);
    encode_into(&mut out, key, ts);
    out
}

/// Adds the version bytes of `ts` to `out`: nothing, 9 or 13 bytes.
pub fn version_into(out: &mut Vec<u8>, ts: Timestamp) {
    if ts.is_zero() {
        return;
    }
    out.extend_from_slice(&ts.wall.to_be_bytes());
    if ts.logical == 0 {
        out.push(9);
    } else {
        out.extend_from_slice(&ts.logical.to_be_bytes());
        out.push(13);
    }
}

/// The time in version bytes; the older synthetic bit is read and ignored.
pub fn decode_version(version: &[u8]) -> Option<Timestamp> {
    if version.is_empty() {
        return Some(Timestamp::ZERO);
    }
    let (length, body) = version.split_last()?;
    if usize::from(*length) != version.len() {
        return None;
    }
    let wall = i64::from_be_bytes(*body.first_chunk::<8>()?);
    let logical = match body.len() {
        8 => 0,
        12 | 13 => i32::from_be_bytes(*body.get(8..)?.first_chunk::<4>()?),
        _ => return None,
    };
    (wall >= 0 && logical >= 0).then_some(Timestamp { wall, logical })
}

/// Splits an engine key into user key and version bytes.
pub fn split(engine_key: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(*engine_key.last()?);
    let zero = engine_key.len().checked_sub(1 + length)?;
    let (key, rest) = engine_key.split_at(zero);
    let (marker, version) = rest.split_first()?;
    (*marker == 0).then_some((key, version))
}

/// The user key and the time of an engine key.
pub fn decode(engine_key: &[u8]) -> Option<(&[u8], Timestamp)> {
    let (key, version) = split(engine_key)?;
    Some((key, decode_version(version)?))
}

/// The order of versions: keys rise, the bare key stands before its versions, times fall.
pub fn compare(a: (&[u8], Timestamp), b: (&[u8], Timestamp)) -> Ordering {
    a.0.cmp(b.0).then_with(|| match (a.1.is_zero(), b.1.is_zero()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => b.1.cmp(&a.1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    #[test]
    fn vectors_of_the_sheet() {
        let wall = 1_643_550_788_737_652_545;
        let cases: [(&[u8], Timestamp, &str); 5] = [
            (b"foo", Timestamp::ZERO, "666f6f00"),
            (b"foo", Timestamp::from_wall(wall), "666f6f0016cf10bc0505574109"),
            (b"foo", Timestamp { wall, logical: 65_535 }, "666f6f0016cf10bc050557410000ffff0d"),
            (b"foo", Timestamp { wall: 0, logical: 65_535 }, "666f6f0000000000000000000000ffff0d"),
            (
                &[0xf2, 0x89, 0x8a, 0x88],
                Timestamp::from_secs(1_648_778_400),
                "f2898a880016e1a3381d56400009",
            ),
        ];
        for (key, ts, want) in cases {
            let bytes = encode(key, ts);
            assert_eq!(hex(&bytes), want);
            assert_eq!(decode(&bytes), Some((key, ts)));
        }
    }

    #[test]
    fn older_forms_are_read_and_broken_ones_refused() {
        let mut synthetic = b"foo\0".to_vec();
        synthetic.extend_from_slice(&7_i64.to_be_bytes());
        synthetic.extend_from_slice(&3_i32.to_be_bytes());
        synthetic.extend_from_slice(&[1, 14]);
        assert_eq!(decode(&synthetic), Some((&b"foo"[..], Timestamp { wall: 7, logical: 3 })));
        for broken in [&b""[..], b"\x09", b"foo\x03", b"foo\0\x02\x05"] {
            assert_eq!(decode(broken), None, "{broken:?}");
        }
    }
}
