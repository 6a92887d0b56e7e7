//! A day of `days`: `"tue"`, `"2nd tue"`, `"last sun"`.

use jiff::civil::{Date, Weekday};

/// Days on which a window opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    weekday: Weekday,
    which: Which,
}

/// Which of a month's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Every,
    /// From 1.
    Nth(i8),
    Last,
}

/// Short names of the days of the week, and what they mean.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("sun", Weekday::Sunday),
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
];

const WHICH: [(&str, Which); 6] = [
    ("1st", Which::Nth(1)),
    ("2nd", Which::Nth(2)),
    ("3rd", Which::Nth(3)),
    ("4th", Which::Nth(4)),
    ("5th", Which::Nth(5)),
    ("last", Which::Last),
];

impl Day {
    /// Reads `tue`, `2nd tue` or `last sun`.
    pub fn read(text: &str) -> Option<Day> {
        let (which, name) = match text.split_once(' ') {
            None => (Which::Every, text),
            Some((which, name)) => (WHICH.iter().find(|(word, _)| *word == which)?.1, name),
        };
        let weekday = WEEKDAYS.iter().find(|(word, _)| *word == name)?.1;
        Some(Day { weekday, which })
    }

    /// Whether it comes every week.
    pub fn is_weekly(self) -> bool {
        matches!(self.which, Which::Every)
    }

    /// Whether it is this date.
    pub fn is(self, date: Date) -> bool {
        date.weekday() == self.weekday
            && match self.which {
                Which::Every => true,
                Which::Nth(n) => (date.day() - 1) / 7 + 1 == n,
                Which::Last => date.day() + 7 > date.days_in_month(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_and_nothing_else() {
        for (text, dates) in [
            ("tue", &[3, 10, 17, 24][..]),
            ("2nd tue", &[10]),
            ("1st sun", &[1]),
            ("5th sun", &[29]),
            ("5th tue", &[]),
            ("last sun", &[29]),
            ("last sat", &[28]),
        ] {
            let day = Day::read(text).unwrap();
            let found: Vec<i8> = (1..=30).filter(|d| day.is(jiff::civil::date(2026, 11, *d))).collect();
            assert_eq!(found, dates, "{text}");
        }
        for bad in
            ["", " ", "tue ", " tue", "2nd", "2nd  tue", "6th tue", "0th tue", "Tue", "dienstag", "2nd tue x"]
        {
            assert_eq!(Day::read(bad), None, "{bad}");
        }
    }
}
