//! A date and a time of day with its offset from UTC, as RFC 3339 writes them.

use jiff::SignedDuration;
use jiff::civil::DateTime as Civil;
use std::cmp::Ordering;
use std::fmt;

/// A date and a time of day, and how far the clocks there are ahead of UTC.
#[derive(Debug, Clone, Copy)]
pub struct DateTime {
    local: Civil,
    /// In minutes.
    offset: i16,
}

impl DateTime {
    /// Reads RFC 3339 strictly: `2026-11-22T02:40:00.5+01:00`, `T` and `Z` in capitals.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<DateTime, String> {
        let (date, rest) = text.split_once('T').ok_or("the T between date and time is missing")?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2]).ok_or("the date must be like 2026-11-22")?;
        let split =
            rest.find(['Z', '+', '-']).ok_or("the offset from UTC is missing: Z, +01:00 or the like")?;
        let (time, offset) = rest.split_at(split);
        let (time, fraction) = time.split_once('.').map_or((time, None), |(time, f)| (time, Some(f)));
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2]).ok_or("the time must be like 02:40:00")?;
        let nanos =
            fraction.map_or(Some(0), nanoseconds).ok_or("the fraction of the second must be digits")?;
        let offset = read_offset(offset).ok_or("the offset from UTC must be Z, +01:00 or the like")?;
        let local = Civil::new(year, month as i8, day as i8, hour as i8, minute as i8, second as i8, nanos)
            .map_err(|_| "there is no such date or time of day")?;
        Ok(DateTime { local, offset })
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.local.year()
    }

    /// The month, from 1.
    pub fn month(self) -> i8 {
        self.local.month()
    }

    /// The day of the month, from 1.
    pub fn day(self) -> i8 {
        self.local.day()
    }

    /// The day of the week: 0 for Sunday.
    pub fn weekday(self) -> usize {
        self.local.weekday().to_sunday_zero_offset() as usize
    }

    /// The hour, 0 to 23.
    pub fn hour(self) -> i8 {
        self.local.hour()
    }

    /// The minute.
    pub fn minute(self) -> i8 {
        self.local.minute()
    }

    /// The second.
    pub fn second(self) -> i8 {
        self.local.second()
    }

    /// How many minutes the clocks there are ahead of UTC.
    pub fn offset_minutes(self) -> i16 {
        self.offset
    }

    /// The same place, later by so many nanoseconds; `None` beyond the years -9999 to 9999.
    pub fn plus(self, nanoseconds: i64) -> Option<DateTime> {
        let local = self.local.checked_add(SignedDuration::from_nanos(nanoseconds)).ok()?;
        Some(DateTime { local, offset: self.offset })
    }

    /// Which of two comes first, wherever their clocks are.
    pub fn order(self, other: DateTime) -> Ordering {
        let far = SignedDuration::from_mins(i64::from(self.offset) - i64::from(other.offset));
        let apart = other.local.duration_until(self.local);
        apart.cmp(&far)
    }
}

/// Three numbers of exactly so many digits each.
fn numbers(text: &str, sign: char, digits: [usize; 3]) -> Option<[i16; 3]> {
    let mut parts = text.split(sign);
    let mut read = [0; 3];
    for (number, wanted) in read.iter_mut().zip(digits) {
        let part = parts.next().filter(|p| p.len() == wanted && all_digits(p))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(read)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Digits behind the ninth are dropped.
fn nanoseconds(digits: &str) -> Option<i32> {
    if digits.is_empty() || !all_digits(digits) {
        return None;
    }
    let nine = &digits[..digits.len().min(9)];
    nine.parse::<i32>().ok().map(|n| n * 10_i32.pow(9 - nine.len() as u32))
}

fn read_offset(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2)?;
    if !all_digits(hours) || !all_digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<i16>().ok()?, minutes.parse::<i16>().ok()?);
    let total = (hours <= 23 && minutes <= 59).then_some(hours * 60 + minutes)?;
    Some(if sign == "-" { -total } else { total })
}

impl fmt::Display for DateTime {
    /// RFC 3339 with whole seconds: `2026-11-22T02:40:00+01:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.year() < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{:02}-{:02}", self.year().unsigned_abs(), self.month(), self.day())?;
        write!(f, "T{:02}:{:02}:{:02}", self.hour(), self.minute(), self.second())?;
        match self.offset {
            0 => f.write_str("Z"),
            offset => write!(f, "{}", Offset(offset, ":")),
        }
    }
}

/// An offset in minutes as it is written, with what stands between hours and minutes: `+01:00`.
pub struct Offset(pub i16, pub &'static str);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs();
        write!(f, "{sign}{:02}{}{:02}", minutes / 60, self.1, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_rfc_3339_allows_and_nothing_else() {
        for (text, shown) in [
            ("2026-11-22T02:40:00Z", "2026-11-22T02:40:00Z"),
            ("2026-11-22T02:40:00.999999999999-00:30", "2026-11-22T02:40:00-00:30"),
            ("0000-02-29T00:00:00+23:59", "0000-02-29T00:00:00+23:59"),
        ] {
            assert_eq!(DateTime::parse(text).map(|t| t.to_string()), Ok(shown.to_string()));
        }
        for bad in [
            "",
            "T",
            "2026-11-22",
            "2026-11-22t02:40:00Z",
            "2026-11-22T02:40:00z",
            "2026-11-22T02:40:00",
            "2026-11-22T2:40:00Z",
            "2026-11-22T02:40:60Z",
            "2026-02-29T02:40:00Z",
            "2026-11-22T02:40:00.Z",
            "2026-11-22T02:40:00+24:00",
            "2026-11-22T02:40:00+01",
            "+026-11-22T02:40:00Z",
            "2026-11-22T02:40:00äZ",
            "2026-11-22T02:40:00ä",
        ] {
            assert!(DateTime::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn compares_moments_and_adds_to_the_local_time() {
        let at = |text: &str| DateTime::parse(text).expect(text);
        assert_eq!(at("2026-01-01T00:30:00+01:00").order(at("2025-12-31T23:30:00Z")), Ordering::Equal);
        assert_eq!(at("2026-01-01T00:00:00.1Z").order(at("2026-01-01T00:00:00Z")), Ordering::Greater);
        assert_eq!(at("2026-01-01T00:00:00+02:00").order(at("2026-01-01T00:00:00Z")), Ordering::Less);
        let later = at("2025-12-31T23:59:59.5+01:00").plus(500_000_000).expect("in range");
        assert_eq!(later.to_string(), "2026-01-01T00:00:00+01:00");
        assert!(at("9999-12-31T23:59:59Z").plus(1_000_000_000).is_none());
    }
}
