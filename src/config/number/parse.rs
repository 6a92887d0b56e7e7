//! Numbers from text. A huge exponent is refused before anything is made of it.

use super::{BigDecimal, BigInt, Form, MAX_DIGITS, Number, NumberError};
use std::str::FromStr;

impl FromStr for Number {
    type Err = NumberError;

    /// Reads `-12.5e3`; no white space, no other base, no infinity.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Ok(small) = text.parse::<i64>() {
            return Ok(Number(Form::Small(small)));
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return Err(NumberError::NotANumber);
        }
        let exponent = exponent.map_or(Ok(0), read_exponent)?;
        let plain: String = whole.chars().chain(fraction.chars()).collect();
        let plain = plain.trim_start_matches('0');
        if plain.is_empty() {
            return Ok(Number::ZERO);
        }
        if plain.len() as i64 > 2 * MAX_DIGITS {
            return Err(NumberError::OutOfRange);
        }
        let places = plain.len() as i64 - fraction.len() as i64 + exponent;
        if places.abs() > MAX_DIGITS {
            return Err(NumberError::OutOfRange);
        }
        let digits = BigInt::from_str(plain).map_err(|_| NumberError::NotANumber)?;
        let digits = if text.starts_with('-') { -digits } else { digits };
        Number::bounded(BigDecimal::new(digits, fraction.len() as i64 - exponent))
    }
}

fn read_exponent(text: &str) -> Result<i64, NumberError> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    // More digits than this are out of range however many zeros stand around them.
    let size = unsigned.trim_start_matches('0');
    let size: i64 = if size.len() > 9 { 1_000_000_000 } else { size.parse().unwrap_or(0) };
    Ok(if text.starts_with('-') { -size } else { size })
}
