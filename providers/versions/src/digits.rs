//! Runs of digits compared as numbers of any length, without building the number.

use std::cmp::Ordering;

/// Compares two runs of ASCII digits as numbers; an empty run is zero, leading zeros do not count.
pub(crate) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (significant(a), significant(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Splits off the digits that `text` starts with.
pub(crate) fn split_run(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(run(text, u8::is_ascii_digit))
}

/// How many bytes at the start of `text` satisfy `wanted`.
pub(crate) fn run(text: &[u8], wanted: impl Fn(&u8) -> bool) -> usize {
    text.iter().position(|b| !wanted(b)).unwrap_or(text.len())
}

/// The digits without leading zeros: nothing, for zero.
pub(crate) fn significant(digits: &[u8]) -> &[u8] {
    &digits[run(digits, |b| *b == b'0')..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_length_compare_by_value() {
        let table = [
            ("", "0", Ordering::Equal),
            ("007", "7", Ordering::Equal),
            ("9", "10", Ordering::Less),
            ("99999999999999999999999999999", "99999999999999999999999999998", Ordering::Greater),
        ];
        for (a, b, order) in table {
            assert_eq!(compare(a.as_bytes(), b.as_bytes()), order, "{a} {b}");
        }
    }
}
