//! How urgent a finding is, how much its component matters, and which comes first of both.
//!
//! Two axes: [`Urgency`] is what attackers do or can do, from KEV, SSVC, EPSS, CVSS and exposure; [`Importance`] is what
//! the component means to those who run it. [`Priority`] joins them by a table. Deadlines come of [`crate::policy`], from
//! the same [`Facts`].

mod facts;
mod rank;
mod sources;
mod urgency;

pub use facts::{Exposure, Facts, Fix, Listing, Prediction, Scored};
pub use rank::{Importance, Priority};
pub use sources::Sources;
pub use urgency::{Judged, Urgency, thresholds};
