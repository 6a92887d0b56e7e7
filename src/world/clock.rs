//! Wall time and steady time.

use crate::model::Moment;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A clock that never goes back.
pub fn steady() -> Instant {
    Instant::now()
}

/// Seconds that local time is ahead of UTC at `moment`; 0 where the system's zone is not known.
pub fn local_offset(moment: Moment) -> i32 {
    let at = jiff::Timestamp::from_millisecond(moment.0);
    at.map_or(0, |at| jiff::tz::TimeZone::system().to_offset(at).seconds())
}

/// The system's zone by its name, such as `Europe/Berlin`, where it has one.
pub fn local_zone() -> Option<String> {
    jiff::tz::TimeZone::system().iana_name().map(str::to_string)
}
