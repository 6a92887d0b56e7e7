//! What a row asks of a finding.

use crate::cvss::Severity;
use crate::epss::Threshold;
use crate::priority::{Exposure, Facts, Priority};
use crate::ssvc::TechnicalImpact;

/// One condition of a row. Each is the worse of its two answers, or its opposite.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Whether KEV lists it.
    InKev(bool),
    /// Whether anybody can reach the component over a public network.
    Exposed(bool),
    /// Whether exploitation can be automated.
    Automatable(bool),
    /// Whether exploitation gives total control.
    TotalControl(bool),
    /// Whether a working exploit is known.
    WorkingExploit(bool),
    /// The word for the computed CVSS score is at least that.
    CvssAtLeast(Severity),
    /// The vendor calls it critical; without a word of the vendor, its CVSS score does.
    VendorCritical,
    /// EPSS reaches a threshold of its model.
    Reaches(Threshold),
    /// Urgency and importance make it that.
    Priority(Priority),
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// By what is known.
    Known(bool),
    /// What it asks about is unknown, and counts as the worse.
    Assumed(bool, &'static str),
}

impl Condition {
    pub(super) fn answer(&self, facts: &Facts, priority: Priority) -> Answer {
        let exposed = match facts.exposure {
            Exposure::Unknown => None,
            exposure => Some(exposure == Exposure::Public),
        };
        let total = facts.ssvc.technical_impact.map(|impact| impact == TechnicalImpact::Total);
        match self {
            Condition::InKev(wanted) => Answer::Known(facts.kev.is_some() == *wanted),
            Condition::Exposed(wanted) => worse(exposed, *wanted, "exposed to a public network"),
            Condition::Automatable(wanted) => worse(facts.ssvc.automatable, *wanted, "automatable"),
            Condition::TotalControl(wanted) => worse(total, *wanted, "total technical impact"),
            Condition::WorkingExploit(wanted) => worse(facts.working_exploit(), *wanted, "a working exploit"),
            Condition::CvssAtLeast(least) => {
                worse(facts.severity().map(|severity| severity >= *least), true, "critical by CVSS")
            }
            Condition::VendorCritical => {
                let word = facts.vendor.or(facts.severity());
                worse(word.map(|severity| severity == Severity::Critical), true, "critical by its vendor")
            }
            Condition::Reaches(threshold) => {
                let prediction = facts.epss.as_ref().filter(|prediction| prediction.model == threshold.model);
                let reaches = prediction.map(|prediction| prediction.probability >= threshold.probability);
                worse(reaches, true, "as likely to be exploited as the threshold of another EPSS model")
            }
            Condition::Priority(wanted) => Answer::Known(priority == *wanted),
        }
    }
}

/// The answer to a yes-or-no fact whose worse side is yes.
fn worse(known: Option<bool>, wanted: bool, assumed: &'static str) -> Answer {
    known.map_or(Answer::Assumed(wanted, assumed), |known| Answer::Known(known == wanted))
}
