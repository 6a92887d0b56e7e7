//! Dates of `except` and `dates`: `"2026-12-24"`, `"2026-12-20..2027-01-06"`, and every year `"12-24"`, `"12-20..01-06"`.

use jiff::civil::Date;

/// A date or a range of dates, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// Once.
    Once(Date, Date),
    /// Every year: month and day; it may go over the turn of the year.
    Yearly((i8, i8), (i8, i8)),
}

impl Dates {
    /// Reads a date or a range.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Dates, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        match (once(from), once(to), yearly(from), yearly(to)) {
            (Some(from), Some(to), ..) if from > to => Err("it ends before it begins".into()),
            (Some(from), Some(to), ..) => Ok(Dates::Once(from, to)),
            (.., Some(from), Some(to)) => Ok(Dates::Yearly(from, to)),
            (Some(_), _, _, Some(_)) | (_, Some(_), Some(_), _) => {
                Err("one end has a year and the other has none".into())
            }
            _ => Err("there is no such date".into()),
        }
    }

    /// Whether it holds a date.
    pub fn hold(self, date: Date) -> bool {
        match self {
            Dates::Once(from, to) => (from..=to).contains(&date),
            Dates::Yearly(from, to) => {
                let day = (date.month(), date.day());
                if from <= to { from <= day && day <= to } else { from <= day || day <= to }
            }
        }
    }

    /// Whether it comes every year.
    pub fn is_yearly(self) -> bool {
        matches!(self, Dates::Yearly(..))
    }
}

fn once(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = yearly(rest.strip_prefix('-')?)?;
    let digits = year.bytes().all(|b| b.is_ascii_digit());
    Date::new(year.parse().ok().filter(|_| digits)?, month, day).ok()
}

/// Month and day; the 29th of February is one.
fn yearly(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i8>().ok().filter(|_| digits)
    };
    let (month, day) = (number(month)?, number(day)?);
    Date::new(2000, month, day).ok().map(|_| (month, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn reads_dates_and_ranges_and_nothing_else() {
        for (text, inside, outside) in [
            ("2026-12-24", date(2026, 12, 24), date(2027, 12, 24)),
            ("2026-12-20..2027-01-06", date(2027, 1, 6), date(2027, 1, 7)),
            ("12-24", date(2031, 12, 24), date(2031, 12, 25)),
            ("12-20..01-06", date(2031, 1, 6), date(2031, 1, 7)),
            ("12-20..01-06", date(2031, 12, 20), date(2031, 12, 19)),
            ("02-29", date(2028, 2, 29), date(2027, 2, 28)),
        ] {
            let dates = Dates::read(text).unwrap();
            assert!(dates.hold(inside) && !dates.hold(outside), "{text}");
        }
        for (bad, why) in [
            ("", "no such date"),
            ("2026-02-29", "no such date"),
            ("02-30", "no such date"),
            ("24.12.", "no such date"),
            ("2026-1-1", "no such date"),
            ("+026-01-01", "no such date"),
            ("2026-12-24..", "no such date"),
            ("2026-12-24..2026-12-31..2027-01-01", "no such date"),
            ("2026-12-24..2026-12-20", "ends before"),
            ("2026-12-24..12-31", "one end"),
            ("12-24..2026-12-31", "one end"),
            ("äää-12-24", "no such date"),
        ] {
            assert!(Dates::read(bad).unwrap_err().contains(why), "{bad}");
        }
    }
}
