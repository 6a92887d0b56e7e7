//! A calendar day (UTC), which is what feeds and deadlines count in.

use jiff::ToSpan;
use jiff::civil::Date;
use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// A day by year, month and day of the month; none where there is no such day.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day)
    }

    /// The UTC day of a moment in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn of_milliseconds(moment: i64) -> Option<Day> {
        let days = i32::try_from(moment.div_euclid(86_400_000)).ok()?;
        Date::constant(1970, 1, 1).checked_add(days.days()).ok().map(Day)
    }

    /// Reads `2025-05-01`, alone or before a time of day, as in `2025-05-01T17:00:59.3117Z`. The day is the one written:
    /// feeds write it in UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Day> {
        let rest = text.get(10..)?;
        if !(rest.is_empty() || rest.starts_with(['T', ' '])) {
            return None;
        }
        let mut parts = text.get(..10)?.split('-');
        let mut part = |length: usize| parts.next().filter(|part| part.len() == length && digits(part));
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// That many days later; the last day that there is where it would lie beyond.
    #[must_use]
    pub fn plus_days(self, days: u16) -> Day {
        Day(self.0.saturating_add(i32::from(days).days()))
    }

    /// That many months later: the same day of the month, or its last day, so one month after 31 January is 28 February.
    #[must_use]
    pub fn plus_months(self, months: u8) -> Day {
        Day(self.0.saturating_add(i32::from(months).months()))
    }

    /// Days from `earlier` to this day; negative where it lies ahead.
    #[must_use]
    pub fn days_since(self, earlier: Day) -> i32 {
        earlier.0.until(self.0).map_or(0, |span| span.get_days())
    }
}

fn digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Day {
    /// `2025-05-01`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn days_are_read_and_written() {
        assert_eq!(day("2025-05-01T17:00:59.3117Z").to_string(), "2025-05-01");
        for text in ["", "2025-5-1", "2025-02-29", "2025-05-01x", "2025/05/01", "+025-05-01", "2025-05-0é"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::of_milliseconds(1_700_000_000_000), Some(day("2023-11-14")));
        assert_eq!(Day::of_milliseconds(-1), Some(day("1969-12-31")));
        assert_eq!(Day::of_milliseconds(i64::MAX), None);
    }

    #[test]
    fn days_and_months_are_added() {
        assert_eq!(day("2024-02-28").plus_days(2), day("2024-03-01"));
        assert_eq!(day("2025-01-31").plus_months(1), day("2025-02-28"));
        assert_eq!(day("9999-12-31").plus_days(9), day("9999-12-31"));
        assert_eq!(day("2025-03-01").days_since(day("2025-02-27")), 2);
        assert_eq!(day("2024-01-01").days_since(day("2025-01-01")), -366);
    }
}
