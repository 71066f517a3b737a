//! The pieces that key parts are made of: integers, bytes, floats, decimals, in order-preserving form.
//!
//! ```text
//!   88 + v                 0 ≤ v ≤ 109          12 … 00 01     bytes, 00 inside as 00 ff
//!   f5+n, v in n bytes     110 ≤ v              05 bits        float > 0
//!   88−n, v in n bytes     v < 0                29+E digits 00 decimal > 0
//! ```
//!
//! Shape: `put_*` appends, `take_*` reads from the front of a slice and moves it. Source: `spec/keys-and-values.md` §2.

use base::num;
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::Zero;

use crate::types::Decimal;

/// The marker of the integer 0.
pub(crate) const INT_ZERO: u8 = 0x88;
/// The greatest value that fits the marker.
const INT_SMALL: u64 = 109;
/// The marker before a number of one byte, less one.
const INT_MAX_SMALL: u8 = 0xf5;
/// The marker of NULL, ascending.
pub(crate) const NULL: u8 = 0x00;
/// The marker of NULL, descending.
pub(crate) const NULL_DESC: u8 = 0xff;
/// The marker of bytes.
pub(crate) const BYTES: u8 = 0x12;
/// The marker of bytes, descending.
pub(crate) const BYTES_DESC: u8 = 0x13;
/// The marker of a moment.
pub(crate) const TIME: u8 = 0x14;
/// The marker of an interval.
pub(crate) const INTERVAL: u8 = 0x16;
/// The marker of bits.
pub(crate) const BITS: u8 = 0x3a;
/// The marker of bits, descending.
pub(crate) const BITS_DESC: u8 = 0x3b;
/// The marker of a time of day with offset.
pub(crate) const TIMETZ: u8 = 0x3c;
/// The marker of an array.
pub(crate) const ARRAY: u8 = 0x3f;
/// The marker of an array, descending.
pub(crate) const ARRAY_DESC: u8 = 0x40;

/// Takes one byte from the front.
pub(crate) fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

/// Takes `len` bytes from the front.
pub(crate) fn take_bytes<'a>(bytes: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(taken)
}

/// A number of up to 8 bytes from the front.
fn take_number(bytes: &mut &[u8], len: usize) -> Option<u64> {
    Some(take_bytes(bytes, len)?.iter().fold(0, |v, byte| v << 8 | u64::from(*byte)))
}

/// Appends the low `len` bytes of a number.
pub(crate) fn put_low(out: &mut Vec<u8>, v: u64, len: u8) {
    let from = 8 - usize::from(len.min(8));
    out.extend_from_slice(&v.to_be_bytes()[from..]);
}

/// Bytes needed for a number, at least 1.
pub(crate) fn byte_len(v: u64) -> u8 {
    (8 - num::low_u8(u64::from(v.leading_zeros()) / 8)).max(1)
}

/// An unsigned number: ids, families, lengths.
pub(crate) fn put_uvarint(out: &mut Vec<u8>, v: u64) {
    if v <= INT_SMALL {
        out.push(INT_ZERO + num::low_u8(v));
    } else {
        let len = byte_len(v);
        out.push(INT_MAX_SMALL + len);
        put_low(out, v, len);
    }
}

/// An unsigned number, greater ones first.
pub(crate) fn put_uvarint_desc(out: &mut Vec<u8>, v: u64) {
    if v == 0 {
        out.push(INT_ZERO);
    } else {
        let len = byte_len(v);
        out.push(INT_ZERO - len);
        put_low(out, !v, len);
    }
}

/// Reads [`put_uvarint`].
pub(crate) fn take_uvarint(bytes: &mut &[u8]) -> Option<u64> {
    match take_byte(bytes)? {
        marker @ INT_ZERO..=INT_MAX_SMALL => Some(u64::from(marker - INT_ZERO)),
        marker @ 0xf6..=0xfd => take_number(bytes, usize::from(marker - INT_MAX_SMALL)),
        _ => None,
    }
}

/// Reads [`put_uvarint_desc`].
pub(crate) fn take_uvarint_desc(bytes: &mut &[u8]) -> Option<u64> {
    let len = usize::from(INT_ZERO.checked_sub(take_byte(bytes)?).filter(|len| *len <= 8)?);
    let mask = if len == 8 { u64::MAX } else { (1 << (len * 8)) - 1 };
    Some(!take_number(bytes, len)? & mask)
}

/// A signed number.
pub(crate) fn put_int(out: &mut Vec<u8>, v: i64) {
    if v >= 0 {
        return put_uvarint(out, num::as_unsigned(v));
    }
    // n bytes hold what is at least −(2^(8n) − 1).
    let len = byte_len(v.unsigned_abs());
    out.push(INT_ZERO - len);
    put_low(out, num::as_unsigned(v), len);
}

/// A signed number, greater ones first when `desc`.
pub(crate) fn put_int_dir(out: &mut Vec<u8>, v: i64, desc: bool) {
    put_int(out, if desc { !v } else { v });
}

/// Reads [`put_int`].
pub(crate) fn take_int(bytes: &mut &[u8]) -> Option<i64> {
    let marker = *bytes.first()?;
    if marker >= INT_ZERO {
        return i64::try_from(take_uvarint(bytes)?).ok();
    }
    let len = INT_ZERO.checked_sub(take_byte(bytes)?).filter(|len| *len <= 8)?;
    let raw = take_number(bytes, usize::from(len))?;
    // The bytes above those kept are all ones in a negative number.
    let high = if len == 8 { 0 } else { u64::MAX << (u32::from(len) * 8) };
    Some(num::as_signed(raw | high))
}

/// Reads [`put_int_dir`].
pub(crate) fn take_int_dir(bytes: &mut &[u8], desc: bool) -> Option<i64> {
    let v = take_int(bytes)?;
    Some(if desc { !v } else { v })
}

/// Bytes that end by themselves.
pub(crate) fn put_bytes(out: &mut Vec<u8>, body: &[u8], desc: bool) {
    let start = out.len();
    out.push(BYTES);
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == 0) {
        let (before, after) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        out.push(0xff);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&[0x00, 0x01]);
    if desc {
        for byte in &mut out[start + 1..] {
            *byte = !*byte;
        }
        out[start] = BYTES_DESC;
    }
}

/// Reads [`put_bytes`] after its marker.
pub(crate) fn take_escaped(bytes: &mut &[u8], desc: bool) -> Option<Vec<u8>> {
    let flip = if desc { 0xff } else { 0x00 };
    let mut out = Vec::new();
    loop {
        let at = bytes.iter().position(|byte| *byte == flip)?;
        let run = take_bytes(bytes, at)?;
        let escape = *bytes.get(1)? ^ flip;
        take_bytes(bytes, 2)?;
        if desc {
            out.extend(run.iter().map(|byte| !byte));
        } else {
            out.extend_from_slice(run);
        }
        match escape {
            0x01 => return Some(out),
            0xff => out.push(0),
            _ => return None,
        }
    }
}

/// A float.
pub(crate) fn put_float(out: &mut Vec<u8>, value: f64, desc: bool) {
    if value.is_nan() {
        out.push(if desc { 0x06 } else { 0x02 });
        return;
    }
    let value = if desc { -value } else { value };
    if value == 0.0 {
        out.push(0x04);
    } else if value > 0.0 {
        out.push(0x05);
        out.extend_from_slice(&value.to_bits().to_be_bytes());
    } else {
        out.push(0x03);
        out.extend_from_slice(&(!value.to_bits()).to_be_bytes());
    }
}

/// Reads [`put_float`].
pub(crate) fn take_float(bytes: &mut &[u8], desc: bool) -> Option<f64> {
    let value = match take_byte(bytes)? {
        0x02 | 0x06 => return Some(f64::NAN),
        0x04 => return Some(0.0),
        0x05 => f64::from_bits(take_number(bytes, 8)?),
        0x03 => f64::from_bits(!take_number(bytes, 8)?),
        _ => return None,
    };
    Some(if desc { -value } else { value })
}

/// A decimal; trailing zeros are lost.
pub(crate) fn put_decimal(out: &mut Vec<u8>, value: &Decimal, desc: bool) {
    let (coeff, exponent) = match (value, desc) {
        (Decimal::NaN, false) => return out.push(0x18),
        (Decimal::NaN, true) => return out.push(0x36),
        (Decimal::Infinity, false) | (Decimal::NegInfinity, true) => return out.push(0x35),
        (Decimal::NegInfinity, false) | (Decimal::Infinity, true) => return out.push(0x19),
        (Decimal::Finite { coeff, exponent }, _) => (coeff, *exponent),
    };
    if coeff.is_zero() {
        return out.push(0x27);
    }
    let negative = (coeff.sign() == Sign::Minus) != desc;
    let text = coeff.magnitude().to_string();
    let ten_exponent = exponent.saturating_add(i32::try_from(text.len()).unwrap_or(i32::MAX));
    // 0.d1d2… × 100^e: with an odd power of ten the first pair begins with a zero.
    let e = ten_exponent.div_euclid(2) + ten_exponent.rem_euclid(2);
    let size = u64::from(e.unsigned_abs());
    match (negative, e) {
        (false, 11..) => {
            out.push(0x34);
            put_uvarint(out, size);
        }
        (false, 0..=10) => out.push(0x29 + num::low_u8(size)),
        (false, _) => {
            out.push(0x28);
            put_uvarint_desc(out, size);
        }
        (true, 11..) => {
            out.push(0x1a);
            put_uvarint_desc(out, size);
        }
        (true, 0..=10) => out.push(0x25 - num::low_u8(size)),
        (true, _) => {
            out.push(0x26);
            put_uvarint(out, size);
        }
    }
    let start = out.len();
    put_mantissa(out, text.trim_end_matches('0').as_bytes(), ten_exponent.rem_euclid(2) == 1);
    if negative {
        for byte in &mut out[start..] {
            *byte = !*byte;
        }
    }
    out.push(0x00);
}

/// Pairs of digits as 2d + 1, the last as 2d; `odd` puts a zero before the first digit.
fn put_mantissa(out: &mut Vec<u8>, digits: &[u8], odd: bool) {
    let mut push = |tens: u8, ones: u8| {
        let pair = (tens - b'0') * 10 + (ones - b'0');
        out.push(pair * 2 + 1);
    };
    let rest = match digits.split_first() {
        Some((first, rest)) if odd => {
            push(b'0', *first);
            rest
        }
        _ => digits,
    };
    for pair in rest.chunks(2) {
        push(pair[0], *pair.get(1).unwrap_or(&b'0'));
    }
    if let Some(last) = out.last_mut() {
        *last -= 1;
    }
}

/// Reads [`put_decimal`].
pub(crate) fn take_decimal(bytes: &mut &[u8], desc: bool) -> Option<Decimal> {
    let marker = take_byte(bytes)?;
    let (exponent, negative) = match marker {
        0x18 | 0x36 => return Some(Decimal::NaN),
        0x19 if desc => return Some(Decimal::Infinity),
        0x35 if desc => return Some(Decimal::NegInfinity),
        0x19 => return Some(Decimal::NegInfinity),
        0x35 => return Some(Decimal::Infinity),
        0x27 => return Some(Decimal::zero()),
        0x1a => (signed(take_uvarint_desc(bytes)?, false)?, true),
        0x1b..=0x25 => (i32::from(0x25 - marker), true),
        0x26 => (signed(take_uvarint(bytes)?, true)?, true),
        0x28 => (signed(take_uvarint_desc(bytes)?, true)?, false),
        0x29..=0x33 => (i32::from(marker - 0x29), false),
        0x34 => (signed(take_uvarint(bytes)?, false)?, false),
        _ => return None,
    };
    let value = take_mantissa(bytes, exponent, negative)?;
    Some(if desc { value.neg() } else { value })
}

fn signed(size: u64, negative: bool) -> Option<i32> {
    let size = i32::try_from(size).ok()?;
    Some(if negative { -size } else { size })
}

fn take_mantissa(bytes: &mut &[u8], e: i32, negative: bool) -> Option<Decimal> {
    // The end is 00; a complemented pair is at least 38, a plain one at least 1 or the last one's even 2.
    let len = bytes.iter().position(|byte| *byte == 0)?;
    let body = take_bytes(bytes, len)?;
    take_byte(bytes)?;
    let mut digits = Vec::with_capacity(len * 2);
    for byte in body {
        let pair = if negative { !byte } else { *byte } / 2;
        digits.extend([pair / 10, pair % 10]);
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let exponent = e.checked_mul(2)?.checked_sub(i32::try_from(digits.len()).ok()?)?;
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    let magnitude = BigUint::from_radix_be(&digits, 10)?;
    Some(Decimal::Finite { coeff: BigInt::from_biguint(sign, magnitude), exponent })
        .filter(Decimal::is_held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_there_and_back() {
        for v in [0, 1, 109, 110, 255, 256, 65_535, 65_536, u64::MAX] {
            let (mut asc, mut desc) = (Vec::new(), Vec::new());
            put_uvarint(&mut asc, v);
            put_uvarint_desc(&mut desc, v);
            assert_eq!(take_uvarint(&mut &asc[..]), Some(v));
            assert_eq!(take_uvarint_desc(&mut &desc[..]), Some(v), "{v} {desc:02x?}");
        }
    }

    #[test]
    fn broken_bytes_are_refused() {
        for bytes in [&[0xf7, 1][..], &[0x80], &[0x05, 0], &[0x2a, 2], &[0x10]] {
            assert_eq!(take_int(&mut &*bytes), None, "{bytes:02x?}");
            assert_eq!(take_decimal(&mut &*bytes, false), None);
            assert_eq!(take_escaped(&mut &*bytes, false), None);
        }
    }
}
