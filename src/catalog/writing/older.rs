//! Entries of a copy that are older than those that are held.

use crate::model::Moment;
use serde::Deserialize;

/// What is older than what is held, and so is not taken: an old document, validly signed, would take a finding back.
pub(super) struct Older {
    now: Moment,
    /// Whether it is taken all the same, by order.
    accepted: bool,
    /// Each, with both dates.
    pub told: Vec<String>,
}

impl Older {
    /// None met yet.
    pub fn new(now: Moment, accepted: bool) -> Older {
        Older { now, accepted, told: Vec::new() }
    }

    /// Whether an entry is older than the one that is held; that is noted. A date that has not come yet is believed by nobody.
    pub fn has(&mut self, name: &str, found: Option<&str>, held: Option<&str>) -> bool {
        let moment = |text: Option<&str>| text.and_then(Moment::parse);
        let held = moment(held).filter(|held| !held.is_ahead_of(self.now) && !self.accepted);
        match moment(found).zip(held) {
            Some((found, held)) if found < held => {
                self.told.push(format!("{name}: this copy is of {found}, the one that is kept of {held}"));
                true
            }
            _ => false,
        }
    }
}

/// What documents of CSAF and OpenVEX say of when they were changed last.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Dated {
    document: Option<Head>,
    last_updated: Option<String>,
    timestamp: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    tracking: Option<Tracking>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tracking {
    current_release_date: Option<String>,
}

/// When a document was changed last, as it says itself.
pub(super) fn dated(body: &[u8]) -> Option<String> {
    let Dated { document, last_updated, timestamp } = serde_json::from_slice(body).ok()?;
    let tracking = document.and_then(|head| head.tracking);
    tracking.and_then(|tracking| tracking.current_release_date).or(last_updated).or(timestamp)
}
