//! Numbers against `i128` and against answers worked out by hand.

use super::*;
use proptest::prelude::*;

fn n(text: &str) -> Number {
    text.parse().expect(text)
}

#[test]
fn reads_and_prints() {
    for (text, printed) in [
        ("0", "0"),
        ("-0", "0"),
        ("007", "7"),
        ("1.50", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+5", "5"),
        ("1e3", "1000"),
        ("12e-1", "1.2"),
        ("1e-7", "0.0000001"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("10000000000000000000000", "10000000000000000000000"),
        ("0e999999999999", "0"),
    ] {
        assert_eq!(n(text).to_string(), printed, "{text}");
    }
    for text in ["", "-", ".", "e5", "1e", "1e+", "1_0", " 1", "1 ", "0x1", "inf", "NaN", "1.2.3", "--1", "١"]
    {
        assert_eq!(text.parse::<Number>(), Err(NumberError::NotANumber), "{text}");
    }
    for text in ["1e5000", "1e-5000", "1e999999999", "-1e-999999999999999999999"] {
        assert_eq!(text.parse::<Number>(), Err(NumberError::OutOfRange), "{text}");
    }
    assert_eq!("9".repeat(20_000).parse::<Number>(), Err(NumberError::OutOfRange));
}

#[test]
fn reckons_exactly() {
    assert_eq!(n("0.1").add(&n("0.2")), Ok(n("0.3")));
    assert_eq!(n("1").divide(&n("3")).and_then(|t| t.multiply(&n("3"))), Ok(n("1")));
    assert_eq!(n("1").divide(&n("7")).and_then(|t| t.multiply(&n("7"))), Ok(n("1")));
    assert_eq!(n("1").divide(&n("8")), Ok(n("0.125")));
    assert_eq!(n("1e-200").divide(&n("1e200")), Ok(n("1e-400")));
    assert_eq!(n("1e300").divide(&n("3e-5")).map(|q| q.to_string().len()), Ok(305));
    assert_eq!(n("5.5").remainder(&n("-2")), Ok(n("1.5")));
    assert_eq!(n("-9223372036854775808").negate(), n("9223372036854775808"));
    assert_eq!(n("-9223372036854775808").remainder(&n("-1")), Ok(n("0")));
    assert_eq!(n("-9223372036854775808").divide(&n("-1")), Ok(n("9223372036854775808")));
    assert_eq!(n("1").divide(&n("0")), Err(NumberError::DivisionByZero));
    assert_eq!(n("1").remainder(&n("0.0")), Err(NumberError::DivisionByZero));
    assert_eq!(n("2").power(200).map(|p| p.to_string().len()), Ok(61));
    assert_eq!(n("10").power(5_000), Err(NumberError::OutOfRange));
}

#[test]
fn rounds_and_shows() {
    for (text, floor, ceil, fixed) in [
        ("1.5", "1", "2", "1.50"),
        ("-1.5", "-2", "-1", "-1.50"),
        ("2", "2", "2", "2.00"),
        ("0.125", "0", "1", "0.12"),
    ] {
        assert_eq!(
            (n(text).floor(), n(text).ceil(), n(text).to_fixed(2)),
            (n(floor), n(ceil), fixed.to_string())
        );
    }
    assert_eq!(n("1500").to_scientific(2), ("1.50".to_string(), 3));
    assert_eq!(n("0.00999").to_scientific(1), ("1.0".to_string(), -2));
    assert_eq!(n("255").to_radix(16), "ff");
    assert_eq!(Number::parse_radix("-ff", 16), Ok(n("-255")));
    assert_eq!(Number::from_f64(0.1), Some(n("0.1")));
    assert_eq!(Number::from_f64(f64::NAN), None);
}

proptest! {
    #[test]
    fn whole_numbers_reckon_as_i128_does(a: i64, b: i64) {
        let (x, y) = (Number::from(a), Number::from(b));
        let (a, b) = (i128::from(a), i128::from(b));
        prop_assert_eq!(x.add(&y).map(|r| r.to_string()), Ok((a + b).to_string()));
        prop_assert_eq!(x.subtract(&y).map(|r| r.to_string()), Ok((a - b).to_string()));
        prop_assert_eq!(x.multiply(&y).map(|r| r.to_string()), Ok((a * b).to_string()));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        if b != 0 {
            prop_assert_eq!(x.remainder(&y).map(|r| r.to_string()), Ok((a % b).to_string()));
        }
    }

    #[test]
    fn what_is_printed_reads_back(digits in "-?[0-9]{1,30}(\\.[0-9]{1,30})?(e-?[0-9]{1,2})?") {
        let once = n(&digits);
        prop_assert_eq!(n(&once.to_string()), once);
    }
}
