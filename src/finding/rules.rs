//! By which rules findings are judged: the profiles in force, the exceptions, and the thresholds of EPSS.

use patchform_advisory::epss::Threshold;
use patchform_advisory::policy::{Deadline, Exception, Profile};
use patchform_advisory::priority::{Facts, Priority};

/// What the configuration says about deadlines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// The profiles; the strictest deadline counts.
    pub profiles: Vec<Profile>,
    /// What is let pass, for a reason and a time.
    pub exceptions: Vec<Exception>,
    /// What counts as likely, by the model of EPSS.
    pub thresholds: Vec<Threshold>,
}

impl Rules {
    /// The strictest deadline of all profiles; none where none says anything.
    pub fn deadline(&self, facts: &Facts, priority: Priority) -> Option<Deadline> {
        let all = self.profiles.iter().filter_map(|profile| profile.deadline(facts, priority));
        Deadline::strictest(all.collect())
    }
}
