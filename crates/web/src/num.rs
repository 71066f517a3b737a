//! The only casts of the page: between whole numbers of time and pixels.
//!
//! Shape: a picture needs floats, the protocol has none; both ways round to what a screen can show.

/// A whole number as a float. Loses what lies beyond 53 bits, which no pixel shows.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "std has no other way from i64 to f64, and pixels need no more than 53 bits"
)]
pub(crate) const fn float(n: i64) -> f64 {
    n as f64
}

/// A float as a whole number: rounded down, saturated, 0 for NaN.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "std has no other way from f64 to i64; the cast saturates by definition"
)]
pub(crate) const fn whole(x: f64) -> i64 {
    x as i64
}

/// A count as a float.
pub(crate) fn count(n: usize) -> f64 {
    float(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Bytes as a float.
pub(crate) fn size(n: u64) -> f64 {
    float(i64::try_from(n).unwrap_or(i64::MAX))
}

/// An index as the small number that messages carry.
pub(crate) fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A pixel as an attribute: one decimal is as fine as screens go.
pub(crate) fn px(x: f64) -> String {
    format!("{x:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_saturate_and_forgive() {
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(1e300), i64::MAX);
        assert_eq!(px(2.0 / 3.0), "0.7");
    }
}
