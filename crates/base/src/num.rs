//! Steps between number types, named by what they do to values that do not fit.
//!
//! The lint against `as` holds everywhere else. `usize` is 32 bits wide in the browser and 64 natively, so these are
//! also the only places where that difference could be felt.

#![allow(
    clippy::as_conversions,
    reason = "this module is where the conversions live, each with its own rule"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "each function says what happens to values that do not fit"
)]

/// A length or index as 64 bits; never loses.
pub const fn to_u64(n: usize) -> u64 {
    n as u64
}

/// A length as a signed number; saturates (no length is that large).
pub const fn to_i64(n: usize) -> i64 {
    if n as u64 > i64::MAX as u64 { i64::MAX } else { n as i64 }
}

/// An index from 32 bits; never loses.
pub const fn index(n: u32) -> usize {
    n as usize
}

/// A length as 32 bits; saturates.
pub const fn to_u32(n: usize) -> u32 {
    if n as u64 > u32::MAX as u64 { u32::MAX } else { n as u32 }
}

/// A length from 64 bits; saturates where `usize` is narrower.
pub const fn to_usize(n: u64) -> usize {
    if n > usize::MAX as u64 { usize::MAX } else { n as usize }
}

/// The low eight bits.
pub const fn low_u8(n: u64) -> u8 {
    n as u8
}

/// The low 32 bits.
pub const fn low_u32(n: u64) -> u32 {
    n as u32
}

/// The same 64 bits, read as signed.
pub const fn as_signed(n: u64) -> i64 {
    n as i64
}

/// The same 64 bits, read as unsigned.
pub const fn as_unsigned(n: i64) -> u64 {
    n as u64
}

/// The nearest float.
pub const fn to_f64(n: i64) -> f64 {
    n as f64
}

/// The nearest float of an unsigned number.
pub const fn u64_to_f64(n: u64) -> f64 {
    n as f64
}

/// The whole part, towards zero; saturates, NaN is 0.
pub const fn truncate_f64(n: f64) -> i64 {
    n as i64
}

/// The nearest 32-bit float.
pub const fn to_f32(n: f64) -> f32 {
    n as f32
}
