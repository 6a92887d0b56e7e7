//! Calendar: maintenance windows and blackouts in their own time zones. It says when they are open, and asks no clock.
//!
//! One rule for daylight saving: a window opens at the first moment at which the clocks there show its start or a
//! later time of that day. Where clocks are put forward over the start, that is the first moment after the gap; where
//! they are put back and show it twice, it is the first time. How long a window stays open is elapsed time.

mod cron;
mod dates;
mod day;
mod fit;
mod interval;
mod schedule;
mod times;
mod written;
mod zone;

pub use fit::Fit;
pub use interval::Interval;
pub use schedule::Schedule;
pub use times::Times;
pub use written::{Field, Written, Wrong};
pub use zone::{ZONES_VERSION, Zone};

#[cfg(test)]
mod tests;
