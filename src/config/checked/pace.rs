//! How a rollout goes through its components: canary, waves, budget of failures, soak, zones (page 2.2).

use std::fmt;
use std::time::Duration;

/// A number of components, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many.
    Number(u64),
    /// Percent, in hundredths: 250 is 2.5 %.
    Share(u64),
}

impl Size {
    /// `"10%"`, `"2.5%"`; also `"10"`, as numbers may be written. Nothing is not a size.
    pub fn parse(text: &str) -> Option<Size> {
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().ok().filter(|n| *n > 0).map(Size::Number);
        };
        let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 || percent.ends_with('.') {
            return None;
        }
        let hundredths =
            whole.parse::<u64>().ok()?.checked_mul(100)? + format!("{part:0<2}").parse::<u64>().ok()?;
        (1..=10_000).contains(&hundredths).then_some(Size::Share(hundredths))
    }

    /// How many that are among `all`, where at least so many are wanted: rounded up.
    pub fn at_least(self, all: usize) -> u64 {
        match self {
            Size::Number(n) => n,
            Size::Share(hundredths) => {
                let all = (all as u128 * u128::from(hundredths)).div_ceil(10_000);
                u64::try_from(all).unwrap_or(u64::MAX)
            }
        }
    }

    /// How many that are among `all`: rounded down, and at least one. Otherwise nothing would ever start.
    pub fn of(self, all: usize) -> u64 {
        match self {
            Size::Number(n) => n,
            Size::Share(hundredths) => {
                let all = all as u128 * u128::from(hundredths) / 10_000;
                u64::try_from(all).unwrap_or(u64::MAX).max(1)
            }
        }
    }
}

impl fmt::Display for Size {
    /// As [`Size::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Number(n) => write!(f, "{n}"),
            Size::Share(h) if h % 100 == 0 => write!(f, "{}%", h / 100),
            Size::Share(h) => {
                let part = format!("{:02}", h % 100);
                write!(f, "{}.{}%", h / 100, part.trim_end_matches('0'))
            }
        }
    }
}

/// How a rollout goes through its components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// How many of each block go first; the others only when one of these is committed and none has failed.
    pub canary: u64,
    /// Sizes of the waves that follow; what is left is the last one.
    pub waves: Vec<Size>,
    /// With so many failures among all its components nothing more begins; `None`: however many.
    pub max_failures: Option<u64>,
    /// How long each component is watched once it is verified, before it counts as committed.
    pub soak: Duration,
    /// How many of one zone are worked on at once.
    pub max_per_zone: u64,
    /// Of how many zones members are worked on at once; `None`: of however many.
    pub max_zones: Option<u64>,
    /// Whether its blocks share canary and waves; else each block has its own.
    pub group: bool,
}

impl Default for Pace {
    /// All at once, as far as the other limits allow.
    fn default() -> Self {
        Pace {
            canary: 0,
            waves: Vec::new(),
            max_failures: None,
            soak: Duration::ZERO,
            max_per_zone: 1,
            max_zones: None,
            group: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_down_and_at_least_one() {
        for (text, all, size) in [
            ("10%", 100, 10),
            ("10%", 19, 1),
            ("10%", 3, 1),
            ("100%", 7, 7),
            ("2.5%", 1000, 25),
            ("12", 5, 12),
            ("0.01%", 20_000, 2),
            ("100%", usize::MAX, u64::MAX),
        ] {
            let found = Size::parse(text).unwrap();
            assert!(found.at_least(all) >= found.of(all) || all < 10, "{text} of {all}");
            assert_eq!((found.of(all), found.to_string()), (size, text.to_string()), "{text} of {all}");
        }
        for text in [
            "",
            "%",
            "0",
            "0%",
            "101%",
            "-1%",
            "1e2%",
            "ten",
            "1.%",
            ".5%",
            "1.234%",
            "99999999999999999999%",
        ] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
        assert_eq!(Size::Share(5_000).at_least(3), 2);
        assert_eq!(Size::parse("2.50%").unwrap().to_string(), "2.5%");
    }
}
