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

/// A number with one decimal. Written out by whole numbers: what prints floats is 15 kB of wasm.
pub(crate) fn tenths(x: f64) -> String {
    let tenths = whole((x * 10.0).round());
    let sign = if tenths < 0 { "-" } else { "" };
    let (units, rest) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    [sign, &units.to_string(), ".", &rest.to_string()].concat()
}

/// A pixel as an attribute: one decimal is as fine as screens go.
pub(crate) fn px(x: f64) -> String {
    let mut text = tenths(x);
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// Puts a short list in order of a measure; equal ones stay as they were. A sort that is small, not one that is fast for many.
pub(crate) fn order<T>(list: &mut [T], measure: impl Fn(&T) -> i64) {
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && measure(&list[at - 1]) > measure(&list[at]) {
            list.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_stable() {
        let mut list = [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd')];
        order(&mut list, |(n, _)| *n);
        assert_eq!(list.map(|(_, c)| c), ['d', 'b', 'a', 'c']);
    }

    #[test]
    fn floats_saturate_and_forgive() {
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(1e300), i64::MAX);
        assert_eq!(px(2.0 / 3.0), "0.7");
        assert_eq!(px(-12.04), "-12");
        assert_eq!(tenths(-0.25), "-0.3");
    }
}
