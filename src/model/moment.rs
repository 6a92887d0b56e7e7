//! A point in time, as a number that the pure core can compare and add to.

use std::fmt;
use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// This moment, later by `by`.
    pub fn plus(self, by: Duration) -> Moment {
        Moment(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment, earlier by `by`.
    pub fn minus(self, by: Duration) -> Moment {
        Moment(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long it is since `earlier`; zero when that lies ahead.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whether it lies so far ahead that no clock that is a little wrong explains it: whoever wrote it does not know the time.
    pub fn is_ahead_of(self, now: Moment) -> bool {
        const A_LITTLE: Duration = Duration::from_secs(3600);
        self > now.plus(A_LITTLE)
    }

    /// Reads RFC 3339, such as `2026-11-22T02:40:00.000Z`.
    pub fn parse(text: &str) -> Option<Moment> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Moment(t.as_millisecond()))
    }

    /// Reads a date as mail and Debian's release files write it: `Fri, 20 Nov 2026 00:12:41 UTC`.
    pub fn of_mail(text: &str) -> Option<Moment> {
        // RFC 2822 does not know `UTC`, which it calls `UT`.
        let text = text.strip_suffix(" UTC").map_or(text.to_string(), |before| format!("{before} +0000"));
        let zoned = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(&text).ok()?;
        Some(Moment(zoned.timestamp().as_millisecond()))
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC with milliseconds: `2026-11-22T02:40:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_rfc_3339() {
        let m = Moment::parse("2026-11-22T02:40:00.5Z").unwrap();
        assert_eq!(m.to_string(), "2026-11-22T02:40:00.500Z");
        assert_eq!(Moment::parse(&m.to_string()), Some(m));
        assert_eq!(Moment::parse("yesterday"), None);
        assert_eq!(Moment::of_mail("Sun, 22 Nov 2026 02:40:00 UTC"), Moment::parse("2026-11-22T02:40:00Z"));
        assert_eq!(Moment::of_mail("Mon, 22 Nov 2026 02:40:00 UTC"), None);
        assert_eq!(Moment::of_mail(""), None);
    }
}
