//! DECIMAL: a coefficient times a power of ten, with NaN and infinities.
//!
//! ```text
//!   10000.50  =  1000050 × 10^-2        trailing zeros are part of the value: 1.0 and 1.00 are equal, not the same
//!   2.5E+4    =       25 × 10^3
//! ```
//!
//! Shape: big integers come from `num-bigint`; what is here is the scale, which follows the General Decimal
//! Arithmetic as CockroachDB's does: sums keep the finer scale, products add scales, quotients have 20 digits and
//! drop zeros down to the scale that an exact result would have.
//! Errors: division by zero. Left out: negative zero.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "types, values and syntax are large enums; what is not named is treated alike"
)]

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;
use num_traits::{Pow, Signed, ToPrimitive, Zero};

use super::Error;

/// Significant digits of a quotient.
pub const DIVISION_DIGITS: u32 = 20;
/// The largest and smallest exponent of a value that is read or computed.
const EXPONENT_MAX: i32 = 2_000;
/// The longest coefficient: about 12 000 digits.
const COEFF_BITS_MAX: u64 = 40_000;
/// The longest text of digits that is read.
const DIGITS_MAX: usize = 10_000;

/// A decimal value.
#[derive(Clone, Debug)]
pub enum Decimal {
    /// Not a number.
    NaN,
    /// Below all.
    NegInfinity,
    /// Above all.
    Infinity,
    /// `coeff × 10^exponent`.
    Finite {
        /// The digits, signed.
        coeff: BigInt,
        /// The power of ten.
        exponent: i32,
    },
}

/// Ten to a power.
pub fn pow10(n: u32) -> BigInt {
    BigInt::from(10u32).pow(n)
}

/// Number of decimal digits of a coefficient, sign aside; 1 for zero.
pub fn digits(coeff: &BigInt) -> u32 {
    // An estimate from the bits, corrected by one comparison, spares printing the number.
    let bits = coeff.bits();
    if bits < 64 {
        let small = coeff.magnitude().to_u64().unwrap_or(0);
        return small.checked_ilog10().unwrap_or(0) + 1;
    }
    let estimate = u32::try_from(bits * 30_103 / 100_000).unwrap_or(u32::MAX);
    if coeff.abs() >= pow10(estimate) { estimate + 1 } else { estimate }
}

impl Decimal {
    /// `coeff × 10^exponent`.
    pub fn new(coeff: impl Into<BigInt>, exponent: i32) -> Self {
        Self::Finite { coeff: coeff.into(), exponent }
    }

    /// The value itself, unless its exponent or its digits are beyond what is held: one sum of two such numbers could
    /// fill the memory.
    ///
    /// *Errors*: out of range.
    pub fn checked(self) -> Result<Self, Error> {
        if self.is_held() {
            Ok(self)
        } else {
            Err(Error::OutOfRange("exponent out of range".to_owned()))
        }
    }

    /// Whether exponent and digits are within what is held.
    pub fn is_held(&self) -> bool {
        match self {
            Self::Finite { coeff, exponent } => {
                exponent.unsigned_abs() <= 2 * EXPONENT_MAX.unsigned_abs()
                    && coeff.bits() <= COEFF_BITS_MAX
            }
            Self::NaN | Self::Infinity | Self::NegInfinity => true,
        }
    }

    /// Zero with no digits after the point.
    pub fn zero() -> Self {
        Self::new(0, 0)
    }

    /// Whether the value is zero of any scale.
    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Finite { coeff, .. } if coeff.is_zero())
    }

    /// Whether the value is below zero.
    pub fn is_negative(&self) -> bool {
        match self {
            Self::NaN | Self::Infinity => false,
            Self::NegInfinity => true,
            Self::Finite { coeff, .. } => coeff.is_negative(),
        }
    }

    /// Reads a decimal text: digits, point, exponent, or a word for what is not finite.
    ///
    /// *Errors*: the text is not of that form, or its exponent is out of range.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_finite(text.trim())
            .or_else(|| parse_word(text.trim()))
            .ok_or_else(|| Error::parse(text, "decimal", format!("parse mantissa: {text}")))
    }

    fn parse_finite(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let sign_len = usize::from(whole.starts_with(['-', '+']));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let bare = whole.get(sign_len..)?;
        if !all_digits(bare)
            || !all_digits(fraction)
            || !(1..=DIGITS_MAX).contains(&(bare.len() + fraction.len()))
        {
            return None;
        }
        let mut joined = String::with_capacity(text.len());
        joined.push_str(whole);
        joined.push_str(fraction);
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        if exponent.abs() > EXPONENT_MAX {
            return None;
        }
        Some(Self::new(joined.parse::<BigInt>().ok()?, exponent))
    }

    /// The order of values; NaN is below all.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Finite { coeff: a, exponent: ea }, Self::Finite { coeff: b, exponent: eb }) => {
                compare_finite(a, *ea, b, *eb)
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::NaN => 0,
            Self::NegInfinity => 1,
            Self::Finite { .. } => 2,
            Self::Infinity => 3,
        }
    }

    /// Sum, exact.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "NaN as operand and as result are two rules")]
    pub fn add(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Finite { coeff: a, exponent: ea }, Self::Finite { coeff: b, exponent: eb }) => {
                let exponent = (*ea).min(*eb);
                Self::new(scaled(a, ea - exponent) + scaled(b, eb - exponent), exponent)
            }
            (Self::NaN, _) | (_, Self::NaN) => Self::NaN,
            (Self::Infinity, Self::NegInfinity) | (Self::NegInfinity, Self::Infinity) => Self::NaN,
            (Self::Infinity, _) | (_, Self::Infinity) => Self::Infinity,
            (Self::NegInfinity, _) | (_, Self::NegInfinity) => Self::NegInfinity,
        }
    }

    /// Difference, exact.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    /// Product, exact.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Finite { coeff: a, exponent: ea }, Self::Finite { coeff: b, exponent: eb }) => {
                Self::new(a * b, ea.saturating_add(*eb))
            }
            (Self::NaN, _) | (_, Self::NaN) => Self::NaN,
            _ if self.is_zero() || other.is_zero() => Self::NaN,
            _ if self.is_negative() == other.is_negative() => Self::Infinity,
            _ => Self::NegInfinity,
        }
    }

    /// The same with the other sign.
    #[must_use]
    pub fn neg(&self) -> Self {
        match self {
            Self::NaN => Self::NaN,
            Self::NegInfinity => Self::Infinity,
            Self::Infinity => Self::NegInfinity,
            Self::Finite { coeff, exponent } => Self::new(-coeff, *exponent),
        }
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// Quotient with [`DIVISION_DIGITS`] significant digits, half up.
    ///
    /// *Errors*: the divisor is zero.
    pub fn div(&self, other: &Self) -> Result<Self, Error> {
        let (Self::Finite { coeff: a, exponent: ea }, Self::Finite { coeff: b, exponent: eb }) =
            (self, other)
        else {
            return Ok(self.div_special(other));
        };
        if b.is_zero() {
            return Err(Error::DivisionByZero);
        }
        let ideal = ea.saturating_sub(*eb);
        if a.is_zero() {
            return Ok(Self::new(0, ideal));
        }
        // Enough digits in the dividend that the whole part of the quotient has one more than is kept.
        let have = i64::from(digits(a)) - i64::from(digits(b));
        let shift = u32::try_from((i64::from(DIVISION_DIGITS) + 1 - have).max(0)).unwrap_or(0);
        let dividend = a * pow10(shift);
        let (quotient, rest) = (&dividend / b, &dividend % b);
        let exponent = ideal.saturating_sub(i32::try_from(shift).unwrap_or(i32::MAX));
        // A remainder past the kept digits only matters as "more than nothing": a digit 1 stands for it.
        let sticky = if rest.is_zero() {
            Self::new(quotient, exponent)
        } else {
            let sign = if a.is_negative() == b.is_negative() { 1 } else { -1 };
            Self::new(quotient * 10 + sign, exponent.saturating_sub(1))
        };
        Ok(sticky.round_digits(DIVISION_DIGITS).strip_zeros(ideal))
    }

    fn div_special(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Infinity | Self::NegInfinity, Self::Finite { .. }) => {
                if self.is_negative() == other.is_negative() {
                    Self::Infinity
                } else {
                    Self::NegInfinity
                }
            }
            (Self::Finite { .. }, Self::Infinity | Self::NegInfinity) => Self::zero(),
            _ => Self::NaN,
        }
    }

    /// Quotient without its fraction.
    ///
    /// *Errors*: the divisor is zero.
    pub fn floor_div(&self, other: &Self) -> Result<Self, Error> {
        self.whole_parts(other).map_or_else(
            || self.div(other).map(|quotient| quotient.truncate()),
            |(a, b, _)| {
                if b.is_zero() { Err(Error::DivisionByZero) } else { Ok(Self::new(a / b, 0)) }
            },
        )
    }

    /// Remainder with the sign of the dividend.
    ///
    /// *Errors*: the divisor is zero.
    pub fn rem(&self, other: &Self) -> Result<Self, Error> {
        self.whole_parts(other).map_or_else(
            || Ok(Self::NaN),
            |(a, b, exponent)| {
                if b.is_zero() {
                    Err(Error::DivisionByZero)
                } else {
                    Ok(Self::new(a % b, exponent))
                }
            },
        )
    }

    /// Both coefficients at the finer scale.
    fn whole_parts(&self, other: &Self) -> Option<(BigInt, BigInt, i32)> {
        if let (Self::Finite { coeff: a, exponent: ea }, Self::Finite { coeff: b, exponent: eb }) =
            (self, other)
        {
            let exponent = (*ea).min(*eb);
            Some((scaled(a, ea - exponent), scaled(b, eb - exponent), exponent))
        } else {
            None
        }
    }

    /// At most `keep` significant digits, half up.
    #[must_use]
    pub fn round_digits(&self, keep: u32) -> Self {
        let Self::Finite { coeff, exponent } = self else { return self.clone() };
        let have = digits(coeff);
        if have <= keep {
            return self.clone();
        }
        let drop = i32::try_from(have - keep).unwrap_or(i32::MAX);
        let rounded = self.quantize(-exponent.saturating_add(drop));
        // 9.99 may have become 10.0: one digit too many.
        if let Self::Finite { coeff, exponent } = &rounded
            && digits(coeff) > keep
        {
            return Self::new(coeff / 10, exponent + 1);
        }
        rounded
    }

    /// Exactly `scale` digits after the point (negative: zeros before it), half away from zero.
    #[must_use]
    pub fn quantize(&self, scale: i32) -> Self {
        let Self::Finite { coeff, exponent } = self else { return self.clone() };
        let target = scale.saturating_neg();
        if *exponent >= target {
            return Self::new(scaled(coeff, exponent - target), target);
        }
        let unit = pow10(u32::try_from(target - exponent).unwrap_or(0));
        let half: BigInt = &unit / 2;
        let nudged = if coeff.is_negative() { coeff - half } else { coeff + half };
        Self::new(nudged / unit, target)
    }

    /// The whole part, towards zero.
    #[must_use]
    pub fn truncate(&self) -> Self {
        if let Self::Finite { coeff, exponent } = self
            && *exponent < 0
        {
            return Self::new(coeff / pow10(exponent.unsigned_abs()), 0);
        }
        self.clone()
    }

    /// The greatest whole number that is not above.
    #[must_use]
    pub fn floor(&self) -> Self {
        let whole = self.truncate();
        if whole.compare(self).is_gt() { whole.sub(&Self::new(1, 0)) } else { whole }
    }

    /// Without trailing zeros, as long as the exponent does not rise above `ideal`.
    #[must_use]
    pub fn strip_zeros(self, ideal: i32) -> Self {
        let Self::Finite { mut coeff, mut exponent } = self else { return self };
        while exponent < ideal && !coeff.is_zero() && (&coeff % 10u32).is_zero() {
            coeff /= 10;
            exponent += 1;
        }
        Self::Finite { coeff, exponent }
    }

    /// The nearest integer, halves away from zero, if there is one of 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        let Self::Finite { exponent, .. } = self else { return None };
        // A huge exponent would make a huge number before it is found too large.
        if *exponent > 20 && !self.is_zero() {
            return None;
        }
        if let Self::Finite { coeff, .. } = self.quantize(0) { coeff.to_i64() } else { None }
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::NaN => f64::NAN,
            Self::NegInfinity => f64::NEG_INFINITY,
            Self::Infinity => f64::INFINITY,
            Self::Finite { coeff, exponent } => {
                format!("{coeff}e{exponent}").parse().unwrap_or(f64::NAN)
            }
        }
    }

    /// Digits after the point; 0 for whole numbers of any size.
    pub fn scale(&self) -> u32 {
        if let Self::Finite { exponent, .. } = self
            && *exponent < 0
        {
            exponent.unsigned_abs()
        } else {
            0
        }
    }
}

fn parse_word(text: &str) -> Option<Decimal> {
    let word = text.to_ascii_lowercase();
    match word.as_str() {
        "nan" => Some(Decimal::NaN),
        "inf" | "+inf" | "infinity" | "+infinity" => Some(Decimal::Infinity),
        "-inf" | "-infinity" => Some(Decimal::NegInfinity),
        _ => None,
    }
}

/// `coeff × 10^by`, for `by` of at least 0.
fn scaled(coeff: &BigInt, by: i32) -> BigInt {
    if by <= 0 { coeff.clone() } else { coeff * pow10(by.unsigned_abs()) }
}

fn compare_finite(a: &BigInt, ea: i32, b: &BigInt, eb: i32) -> Ordering {
    if ea == eb {
        return a.cmp(b);
    }
    let by_sign = a.sign().cmp(&b.sign());
    if by_sign.is_ne() || a.is_zero() {
        return by_sign;
    }
    // Different magnitudes are told apart without making huge numbers.
    let top = |coeff: &BigInt, exponent: i32| i64::from(digits(coeff)) + i64::from(exponent);
    let by_size = top(a, ea).cmp(&top(b, eb));
    if by_size.is_ne() {
        return if a.is_negative() { by_size.reverse() } else { by_size };
    }
    let least = ea.min(eb);
    scaled(a, ea - least).cmp(&scaled(b, eb - least))
}

/// The decimal with the digits of the float's shortest form.
pub fn from_f64(value: f64) -> Decimal {
    if value.is_nan() {
        Decimal::NaN
    } else if value.is_infinite() {
        if value > 0.0 { Decimal::Infinity } else { Decimal::NegInfinity }
    } else {
        Decimal::parse_finite(&format!("{value:e}")).map_or(Decimal::NaN, |decimal| match decimal {
            // A whole float prints without exponent: 2.5e4 is 25000.
            Decimal::Finite { coeff, exponent } if exponent > 0 => {
                Decimal::new(scaled(&coeff, exponent), 0)
            }
            other => other,
        })
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(value, 0)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.compare(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.compare(other).is_eq()
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    /// Plain digits; an exponent where the point would stand outside the digits by more than six zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (coeff, exponent) = match self {
            Self::NaN => return f.write_str("NaN"),
            Self::NegInfinity => return f.write_str("-Infinity"),
            Self::Infinity => return f.write_str("Infinity"),
            Self::Finite { coeff, exponent } => (coeff, *exponent),
        };
        if coeff.is_negative() {
            f.write_str("-")?;
        }
        let text = coeff.magnitude().to_string();
        let len = i32::try_from(text.len()).unwrap_or(i32::MAX);
        let adjusted = exponent.saturating_add(len - 1);
        if exponent > 0 || adjusted < -6 {
            let (first, rest) = text.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(f, "{first}{point}{rest}E{adjusted:+}");
        }
        if exponent == 0 {
            return f.write_str(&text);
        }
        let places = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if text.len() > places {
            let (whole, fraction) = text.split_at(text.len() - places);
            write!(f, "{whole}.{fraction}")
        } else {
            write!(f, "0.{text:0>places$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn prints_what_it_reads() {
        for text in
            ["0", "0.00", "1.0", "-10000.50", "1648807200000000000.0000000001", "1E+100", "0E-7"]
        {
            assert_eq!(dec(text).to_string(), text);
        }
        assert_eq!(dec("25e3").to_string(), "2.5E+4");
        assert_eq!(dec(".5").to_string(), "0.5");
        assert_eq!(dec("0.0000001").to_string(), "1E-7");
        assert_eq!(dec("0.000001").to_string(), "0.000001");
        assert_eq!(dec("-Inf").to_string(), "-Infinity");
        assert!(Decimal::parse("1x").is_err() && Decimal::parse(".").is_err());
    }

    #[test]
    fn arithmetic_keeps_scale() {
        assert_eq!(dec("1.10").add(&dec("2.205")).to_string(), "3.305");
        assert_eq!(dec("1.10").mul(&dec("2.0")).to_string(), "2.200");
        assert_eq!(dec("1").div(&dec("3")).unwrap().to_string(), "0.33333333333333333333");
        assert_eq!(dec("2").div(&dec("3")).unwrap().to_string(), "0.66666666666666666667");
        assert_eq!(dec("4").div(&dec("2")).unwrap().to_string(), "2");
        assert_eq!(dec("100").div(&dec("10")).unwrap().to_string(), "10");
        assert_eq!(dec("1.00").div(&dec("2")).unwrap().to_string(), "0.50");
        assert_eq!(dec("7.5").floor_div(&dec("2")).unwrap().to_string(), "3");
        assert_eq!(dec("-7.5").rem(&dec("2")).unwrap().to_string(), "-1.5");
        assert_eq!(dec("1").div(&dec("0")), Err(Error::DivisionByZero));
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(dec("2.345").quantize(2).to_string(), "2.35");
        assert_eq!(dec("-2.345").quantize(2).to_string(), "-2.35");
        assert_eq!(dec("9.99").round_digits(2).to_string(), "10");
        assert_eq!(dec("-1.5").floor().to_string(), "-2");
        assert_eq!(dec("2.5").to_i64(), Some(3));
        assert_eq!(dec("1E+40").to_i64(), None);
    }

    #[test]
    fn orders_by_value() {
        assert_eq!(dec("1.0"), dec("1.00"));
        assert!(dec("-1E+50") < dec("-1") && dec("NaN") < dec("-Infinity"));
        assert!(dec("1E-50") > dec("0") && dec("99.9") < dec("1E+2"));
    }
}
