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
    /// The strictest deadline of all profiles that an exception does not let pass; where it lets all pass, the strictest of
    /// those. None where no profile says anything.
    pub fn deadline(
        &self,
        facts: &Facts,
        priority: Priority,
        lets_pass: impl Fn(&Deadline) -> bool,
    ) -> Option<Deadline> {
        let all = self.profiles.iter().filter_map(|profile| profile.deadline(facts, priority));
        let (passed, binding): (Vec<_>, Vec<_>) = all.partition(lets_pass);
        Deadline::strictest(binding).or_else(|| Deadline::strictest(passed))
    }
}
