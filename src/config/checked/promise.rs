//! What is promised to the users of a service: how much of each month it is up.

use crate::calendar::Zone;
use std::fmt;
use std::time::Duration;

/// `availability = "99.9%"`, by the months of its users' clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// How much of a month it is up.
    pub availability: Availability,
    /// Whose months count.
    pub zone: Zone,
    /// What runs of this month took of it before; known to a plan alone.
    pub spent: Spent,
}

/// What a service was down in a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// How long, in all.
    pub down: Duration,
    /// Runs whose journals could not be read any more: what they took is not in it.
    pub unread: u64,
}

/// A share of a month, in millionths: from one to all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Availability(u32);

const WHOLE: u32 = 1_000_000;

impl Availability {
    /// That many millionths; `None` where they are none, or more than the whole.
    pub fn new(millionths: u32) -> Option<Availability> {
        (1..=WHOLE).contains(&millionths).then_some(Availability(millionths))
    }

    /// Reads `"99.9%"`: up to four digits behind the point.
    pub fn parse(text: &str) -> Option<Availability> {
        let (whole, part) = match text.strip_suffix('%')?.split_once('.') {
            Some((whole, part)) => (whole, part),
            None => (text.strip_suffix('%')?, "0"),
        };
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(whole, 3) || !digits(part, 4) {
            return None;
        }
        Availability::new(format!("{whole}{part:0<4}").parse().ok()?)
    }

    /// In millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// What it leaves of so long a time to be down in.
    pub fn leaves(self, of: Duration) -> Duration {
        // Exact for any month: a part of the millionth is dropped before it is multiplied.
        of / WHOLE * (WHOLE - self.0)
    }
}

impl fmt::Display for Availability {
    /// `99.9%`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 10_000, self.0 % 10_000);
        match part {
            0 => write!(f, "{whole}%"),
            _ => write!(f, "{whole}.{}%", format!("{part:04}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        for (text, millionths) in [
            ("99.9%", 999_000),
            ("99.99%", 999_900),
            ("99.9999%", 999_999),
            ("0.0001%", 1),
            ("100%", WHOLE),
            ("7%", 70_000),
        ] {
            let read = Availability::parse(text).expect(text);
            assert_eq!((read.millionths(), read.to_string()), (millionths, text.to_string()));
        }
        let huge = "9".repeat(1 << 20) + "%";
        let bad = [
            "",
            "%",
            "99.9",
            "0%",
            "0.0%",
            "100.0001%",
            "101%",
            "99.99999%",
            "99.%",
            ".9%",
            "-1%",
            "9 %",
            "99,9%",
            "1e2%",
            "٩%",
            "99.9%%",
            &huge,
        ];
        for text in bad {
            assert_eq!(Availability::parse(text), None, "{text:.20}");
        }
    }

    #[test]
    fn what_it_leaves_of_a_month() {
        let month = Duration::from_secs(30 * 86_400);
        for (text, seconds) in [("99.9%", 2_592), ("99%", 25_920), ("100%", 0), ("50%", 1_296_000)] {
            assert_eq!(Availability::parse(text).unwrap().leaves(month).as_secs(), seconds, "{text}");
        }
    }
}
