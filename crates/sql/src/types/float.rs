//! FLOAT: order and text.
//!
//! Shape: NaN is equal to itself and below all numbers, −0 equals 0. Text is the shortest that reads back, with an
//! exponent from 10^21 up and below 10^-4, as Go's `%g` gives it.

use std::cmp::Ordering;

use base::num;

use super::Error;

/// The order of floats.
pub fn compare(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// The order of an integer and a float.
pub fn compare_int(a: i64, b: f64) -> Ordering {
    compare(num::to_f64(a), b)
}

/// The text of a float: `1.5`, `1e+21`, `NaN`, `Infinity`. A 4-byte float prints with its own digits.
pub fn to_text(value: f64, narrow: bool) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let scientific =
        if narrow { format!("{:e}", num::to_f32(value)) } else { format!("{value:e}") };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..21).contains(&exponent) {
        return if narrow { num::to_f32(value).to_string() } else { value.to_string() };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Reads a float.
///
/// *Errors*: the text is no number.
pub fn parse(text: &str) -> Result<f64, Error> {
    let trimmed = text.trim();
    let value: Result<f64, _> = trimmed.parse();
    // Only a word may mean infinity.
    if value.as_ref().is_ok_and(|value| value.is_infinite())
        && trimmed.contains(|c: char| c.is_ascii_digit())
    {
        return Err(Error::OutOfRange(format!(
            "could not parse {text:?} as type float: strconv.ParseFloat: parsing {text:?}: value out of range"
        )));
    }
    value.map_err(|_| {
        Error::parse(text, "float", format!("strconv.ParseFloat: parsing {text:?}: invalid syntax"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_shortest() {
        for (value, text) in [
            (1.5, "1.5"),
            (100.0, "100"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5e-10, "-2.5e-10"),
        ] {
            assert_eq!(to_text(value, false), text);
        }
        assert_eq!(to_text(f64::from(1.1f32), true), "1.1");
    }

    #[test]
    fn nan_is_least() {
        assert!(
            compare(f64::NAN, f64::NEG_INFINITY).is_lt() && compare(f64::NAN, f64::NAN).is_eq()
        );
        assert!(compare(-0.0, 0.0).is_eq());
    }
}
