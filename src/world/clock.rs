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
