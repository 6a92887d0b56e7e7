//! Moments as CSAF writes them (RFC 3339), comparable whatever their zone and however fine their fraction.

/// The smallest fractions that are told apart: 10⁻¹⁸ s.
const FRACTION_DIGITS: usize = 18;

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Whole seconds since 1970-01-01T00:00:00Z; a leap second counts as the second after it.
    pub seconds: i64,
    /// What is beyond, in units of 10⁻¹⁸ s.
    pub fraction: u64,
}

/// The parts of a text of RFC 3339, section 5.6.
struct Parts<'a> {
    numbers: [i64; 6],
    fraction: &'a str,
    offset: i64,
}

impl Moment {
    /// The moment of a text of RFC 3339, section 5.6. Lower-case `t` and `z`, and a leap second in any minute are taken.
    #[must_use]
    pub fn parse(text: &str) -> Option<Moment> {
        let Parts { numbers: [year, month, day, hour, minute, second], fraction, offset } = parts(text)?;
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
        let digits = &fraction[..fraction.len().min(FRACTION_DIGITS)];
        let fraction = format!("{digits:0<FRACTION_DIGITS$}").parse().ok()?;
        Some(Moment { seconds, fraction })
    }

    /// Whether a text is a moment as CSAF 2.1 wants it (6.1.37): `T` and `Z` in upper case, and no leap second.
    #[must_use]
    pub fn is_strict(text: &str) -> bool {
        let plain = !text.contains(['t', 'z']);
        plain && parts(text).is_some_and(|parts| parts.numbers[5] < 60)
    }
}

fn parts(text: &str) -> Option<Parts<'_>> {
    if !text.is_ascii() || text.len() < 20 {
        return None;
    }
    let (date, rest) = text.split_at(10);
    let rest = rest.strip_prefix(['T', 't'])?;
    let (time, rest) = rest.split_at(8);
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = fields(time, ':', [2, 2, 2])?;
    let (fraction, zone) = fraction(rest)?;
    let dated = (1..=12).contains(&month) && day >= 1 && day <= length(year, month);
    let timed = hour < 24 && minute < 60 && second <= 60;
    let offset = offset(zone)?;
    (dated && timed).then_some(Parts { numbers: [year, month, day, hour, minute, second], fraction, offset })
}

/// Numbers of exactly so many digits, with `between` between them.
fn fields<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(between);
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits && all_digits(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits behind the point, and what follows them.
fn fraction(text: &str) -> Option<(&str, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some(("", text)) };
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    (end > 0).then(|| rest.split_at(end))
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let [hours, minutes] = fields(&zone[1..], ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that a leap day is the last of its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    before + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_compare_across_zones_and_fractions() {
        let at = |text| Moment::parse(text).expect(text);
        assert_eq!(at("1970-01-01T00:00:00Z"), Moment { seconds: 0, fraction: 0 });
        assert_eq!(at("2024-02-29T12:00:00Z").seconds, 1_709_208_000);
        assert_eq!(at("2024-01-23T10:00:00.000+12:00"), at("2024-01-22T22:00:00Z"));
        assert!(at("2024-01-21T10:00:00.00010Z") > at("2024-01-21T10:00:00.000Z"));
        assert_eq!(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_moment_is_not_taken() {
        for text in [
            "2024-01-24 10:00:00Z",
            "2024-01-24T10:00:00",
            "2024-01-24T10:00:00+00:10:21",
            "2023-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2014-13-31T00:00:00+01:00",
            "2024-01-24T24:00:00Z",
            "2024-01-24T10:00:00.Z",
            "2024-01-24T10:00:00+24:00",
            "２024-01-24T10:00:00Z",
            "",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        assert!(Moment::is_strict("2024-01-24T10:00:00.5-23:59"));
        assert!(!Moment::is_strict("2024-01-24t10:00:00Z"));
        assert!(!Moment::is_strict("2016-12-31T23:59:60Z"));
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_a_panic(text in ".{0,40}") {
            let _ = Moment::parse(&text);
        }

        #[test]
        fn days_follow_each_other(year in 1i64..9999, month in 1i64..=12) {
            let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
            prop_assert_eq!(days(year, month, length(year, month)) + 1, next);
        }
    }
}
