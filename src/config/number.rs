//! Numbers that do not lie: exact decimals, exact integers of any size, and a bound on how large they may grow.
//!
//! Terraform keeps 512-bit binary floats; here 0.1 + 0.2 is 0.3 by construction, and what cannot be written down
//! (one third) keeps as many digits as Terraform's floats hold.

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, RoundingMode, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

mod parse;

/// Significant digits of a quotient that does not end: what 512 bits hold.
const QUOTIENT: u64 = 154;
/// Significant digits of any other number with a fraction: fewer, so that `1 / 7 * 7` is 1 again.
const PRECISION: u64 = 150;
/// The most digits before the decimal point, and the most zeros behind it.
const MAX_DIGITS: i64 = 4096;

/// An exact decimal number. Equal numbers are equal however they came about: `1.0` is `1`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Form);

/// Integers that fit are always `Small`, so that equality is structural.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Small(i64),
    Large(Arc<BigDecimal>),
}

/// Why a number could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is none.
    #[error("a number is required")]
    NotANumber,
    /// It has more digits than are kept.
    #[error("the number is too large or too small: at most {MAX_DIGITS} digits are supported")]
    OutOfRange,
    /// There is no such number.
    #[error("division by zero")]
    DivisionByZero,
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number(Form::Small(0));

    /// The value as an `i64`, if it is a whole number that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Small(n) => Some(*n),
            Form::Large(_) => None,
        }
    }

    /// The value as an index or a count: a whole number from zero up.
    pub fn as_usize(&self) -> Option<usize> {
        self.as_i64().and_then(|n| usize::try_from(n).ok())
    }

    /// The nearest floating-point number.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Form::Small(n) => *n as f64,
            Form::Large(n) => n.to_f64().unwrap_or(f64::INFINITY),
        }
    }

    /// The shortest decimal that stands for `n`; `None` for an infinity or not-a-number.
    pub fn from_f64(n: f64) -> Option<Number> {
        if n.is_finite() { format!("{n:e}").parse().ok() } else { None }
    }

    /// Whether there is nothing behind the decimal point.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Small(_) => true,
            Form::Large(n) => n.is_integer(),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match &self.0 {
            Form::Small(n) => n.signum(),
            Form::Large(n) => match n.sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            },
        }
    }

    /// Without its sign.
    pub fn abs(&self) -> Number {
        if self.signum() < 0 { self.negate() } else { self.clone() }
    }

    /// With the other sign.
    pub fn negate(&self) -> Number {
        match &self.0 {
            Form::Small(n) => match n.checked_neg() {
                Some(n) => Number(Form::Small(n)),
                None => Number::bounded(-BigDecimal::from(*n)).unwrap_or(Number::ZERO),
            },
            Form::Large(n) => Number::kept(-n.as_ref()),
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`NumberError::OutOfRange`].
    pub fn add(&self, other: &Number) -> Result<Number, NumberError> {
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Number(Form::Small(sum)));
        }
        Number::bounded(self.big() + other.big())
    }

    /// The difference.
    ///
    /// # Errors
    /// [`NumberError::OutOfRange`].
    pub fn subtract(&self, other: &Number) -> Result<Number, NumberError> {
        self.add(&other.negate())
    }

    /// The product.
    ///
    /// # Errors
    /// [`NumberError::OutOfRange`].
    pub fn multiply(&self, other: &Number) -> Result<Number, NumberError> {
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Number(Form::Small(product)));
        }
        Number::bounded(self.big() * other.big())
    }

    /// The quotient, to 154 significant digits.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`], [`NumberError::OutOfRange`].
    pub fn divide(&self, other: &Number) -> Result<Number, NumberError> {
        if other.signum() == 0 {
            return Err(NumberError::DivisionByZero);
        }
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &other.0)
            && a.checked_rem(*b) == Some(0)
            && let Some(quotient) = a.checked_div(*b)
        {
            return Ok(Number(Form::Small(quotient)));
        }
        // Long division on integers: as many digits as are kept, whatever the scales of the two.
        let (a, a_scale) = self.big().into_bigint_and_exponent();
        let (b, b_scale) = other.big().into_bigint_and_exponent();
        let have = digits(&a) as i64 - digits(&b) as i64;
        let shift = (QUOTIENT as i64 + 2 - have).max(0);
        let quotient = (a * BigInt::from(10).pow(shift as u32)) / b;
        Number::rounded_to(BigDecimal::new(quotient, a_scale - b_scale + shift), QUOTIENT)
    }

    /// What is left of a whole-numbered division towards zero: `-5 % 3` is `-2`, `5.5 % 2` is `1.5`.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`], [`NumberError::OutOfRange`].
    pub fn remainder(&self, other: &Number) -> Result<Number, NumberError> {
        if other.signum() == 0 {
            return Err(NumberError::DivisionByZero);
        }
        if let (Form::Small(a), Form::Small(b)) = (&self.0, &other.0) {
            return Ok(Number(Form::Small(a.checked_rem(*b).unwrap_or(0))));
        }
        Number::bounded(self.big() % other.big())
    }

    /// The nearest whole number downwards.
    pub fn floor(&self) -> Number {
        self.rounded(RoundingMode::Floor)
    }

    /// The nearest whole number upwards.
    pub fn ceil(&self) -> Number {
        self.rounded(RoundingMode::Ceiling)
    }

    /// Without what stands behind the decimal point.
    pub fn truncate(&self) -> Number {
        self.rounded(RoundingMode::Down)
    }

    /// With `places` digits behind the decimal point, half to even, as `format("%.2f", …)` prints it.
    pub fn to_fixed(&self, places: usize) -> String {
        self.big().with_scale_round(places as i64, RoundingMode::HalfEven).to_plain_string()
    }

    /// As mantissa and exponent with `places` digits behind the point: `("1.50", 3)` for 1500.
    pub fn to_scientific(&self, places: usize) -> (String, i64) {
        let big = self.big();
        if big.is_zero() {
            return (Number::ZERO.to_fixed(places), 0);
        }
        let wanted = NonZeroU64::new(places as u64 + 1).unwrap_or(NonZeroU64::MIN);
        let rounded = big.with_precision_round(wanted, RoundingMode::HalfEven);
        let (n, scale) = rounded.into_bigint_and_exponent();
        let exponent = digits(&n) as i64 - 1 - scale;
        let mantissa = BigDecimal::new(n.clone(), digits(&n) as i64 - 1);
        (mantissa.with_scale_round(places as i64, RoundingMode::HalfEven).to_plain_string(), exponent)
    }

    /// Raised to a whole, non-negative power.
    ///
    /// # Errors
    /// [`NumberError::OutOfRange`].
    pub fn power(&self, exponent: u32) -> Result<Number, NumberError> {
        let (mut result, mut base, mut left) = (Number(Form::Small(1)), self.clone(), exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = result.multiply(&base)?;
            }
            left >>= 1;
            if left > 0 {
                base = base.multiply(&base)?;
            }
        }
        Ok(result)
    }

    /// The whole number that `text` stands for in `base` (2 to 62: digits, then small, then capital letters).
    ///
    /// # Errors
    /// [`NumberError::NotANumber`], [`NumberError::OutOfRange`].
    pub fn parse_radix(text: &str, base: u32) -> Result<Number, NumberError> {
        let (negative, body) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if body.is_empty() || body.len() > MAX_DIGITS as usize {
            return Err(if body.is_empty() { NumberError::NotANumber } else { NumberError::OutOfRange });
        }
        let mut total = BigInt::zero();
        for c in body.bytes() {
            let digit = match c {
                b'0'..=b'9' => c - b'0',
                b'a'..=b'z' => c - b'a' + 10,
                b'A'..=b'Z' if base <= 36 => c - b'A' + 10,
                b'A'..=b'Z' => c - b'A' + 36,
                _ => return Err(NumberError::NotANumber),
            };
            if u32::from(digit) >= base {
                return Err(NumberError::NotANumber);
            }
            total = total * base + digit;
        }
        Number::bounded(BigDecimal::from(if negative { -total } else { total }))
    }

    /// A whole number in another base (2 to 36), small letters; what stands behind the point is dropped.
    pub fn to_radix(&self, base: u32) -> String {
        self.truncate().big().into_bigint_and_exponent().0.to_str_radix(base)
    }

    fn rounded(&self, mode: RoundingMode) -> Number {
        match &self.0 {
            Form::Small(_) => self.clone(),
            Form::Large(n) => Number::kept(n.with_scale_round(0, mode)),
        }
    }

    fn big(&self) -> BigDecimal {
        match &self.0 {
            Form::Small(n) => BigDecimal::from(*n),
            Form::Large(n) => n.as_ref().clone(),
        }
    }

    /// Rounds what has a fraction, refuses what is too large.
    fn bounded(n: BigDecimal) -> Result<Number, NumberError> {
        Number::rounded_to(n, PRECISION)
    }

    fn rounded_to(n: BigDecimal, precision: u64) -> Result<Number, NumberError> {
        let n = if n.is_integer() {
            n
        } else {
            let precision = NonZeroU64::new(precision).unwrap_or(NonZeroU64::MIN);
            n.with_precision_round(precision, RoundingMode::HalfEven)
        };
        let (mantissa, scale) = n.as_bigint_and_exponent();
        let places = digits(&mantissa) as i64 - scale;
        if !n.is_zero() && !(-MAX_DIGITS..=MAX_DIGITS).contains(&places) {
            return Err(NumberError::OutOfRange);
        }
        Ok(Number::kept(n))
    }

    /// In its one normal form.
    fn kept(n: BigDecimal) -> Number {
        let n = n.normalized();
        match n.to_i64() {
            Some(small) if n.is_integer() => Number(Form::Small(small)),
            _ => Number(Form::Large(Arc::new(n))),
        }
    }
}

/// How many decimal digits `n` has.
fn digits(n: &BigInt) -> u64 {
    BigDecimal::new(n.abs(), 0).digits()
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Number(Form::Small(n))
    }
}

impl From<u64> for Number {
    fn from(n: u64) -> Self {
        Number::kept(BigDecimal::from(n))
    }
}

impl From<usize> for Number {
    fn from(n: usize) -> Self {
        Number::from(n as u64)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Small(a), Form::Small(b)) => a.cmp(b),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl fmt::Display for Number {
    /// Plain decimal notation, without an exponent, as Terraform converts numbers to strings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small(n) => write!(f, "{n}"),
            Form::Large(n) => f.write_str(&n.to_plain_string()),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

#[cfg(test)]
mod tests;
