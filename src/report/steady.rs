//! A clock that nobody sets, as the events of a run tell it: what something took does not depend on the wall clock.

use crate::model::Moment;
use crate::run::event::{Event, What};

/// How far the wall clock was set since a run began.
#[derive(Debug, Clone, Copy, Default)]
pub struct Steady {
    /// In milliseconds; below 0 when it was set back.
    ahead: i64,
}

impl Steady {
    /// Takes an event in.
    pub fn see(&mut self, event: &Event) {
        if let What::Clock { ahead_ms } = event.what {
            self.ahead = self.ahead.saturating_add(ahead_ms);
        }
    }

    /// What this clock shows when the wall clock shows `at`.
    pub fn at(self, at: Moment) -> Moment {
        Moment(at.0.saturating_sub(self.ahead))
    }
}
