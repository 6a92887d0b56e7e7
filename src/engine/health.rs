//! What a component's checks say of its health, and what follows: a regression is told from an old illness.

use super::perform::Tools;
use crate::config::checked::{Check, Need};
use crate::plan::noun::Entry;
use crate::run::Baseline;
use crate::target::check::{self, Place, Verdict as Checked};
use crate::world::clock;
use patchform_sdk::message::{Ailment, Answer, Done, Verdict};

/// When it is looked at.
pub(super) enum Look<'a> {
    /// Before the patch, for a moment.
    Before,
    /// After it, as long as the checks say.
    After(&'a Baseline),
    /// After it, for a moment.
    Glance(&'a Baseline),
}

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// What decides; `None` where all is well.
    pub verdict: Option<Verdict>,
    /// What decides nothing.
    pub ailments: Vec<Ailment>,
}

impl Found {
    /// As the answer of a step.
    pub fn answer(self, digest: Option<String>) -> Answer {
        let Found { verdict, ailments } = self;
        let verdict = verdict.or(Some(Verdict::Healthy));
        Answer::Applied(Done { verdict, digest, ailments: ailments.into(), ..Done::default() })
    }
}

impl Tools {
    /// Asks the checks of `entry`, up to the first one that decides.
    pub(super) fn health(&self, entry: &Entry, look: &Look<'_>) -> Found {
        let since = look.baseline().and_then(|baseline| baseline.since).map(|at| clock::now().since(at));
        let place = Place { connection: &entry.connection, targets: &self.targets, since, mark: None };
        let mut found = Found::default();
        for check in &entry.checks {
            let short = (!matches!(look, Look::After(_))).then(|| check.at_a_glance());
            let checked = check::run(short.as_ref().unwrap_or(check), &place, &self.cancelled).verdict;
            match judge(check, checked, look) {
                Judged::Well => {}
                Judged::Told(ailment) => found.ailments.push(ailment),
                Judged::Decides(verdict) => {
                    found.verdict = Some(verdict);
                    return found;
                }
            }
        }
        found
    }
}

/// What follows from what a check found.
#[derive(Debug, PartialEq)]
enum Judged {
    Well,
    Told(Ailment),
    Decides(Verdict),
}

impl Look<'_> {
    fn baseline(&self) -> Option<&Baseline> {
        match self {
            Look::Before => None,
            Look::After(baseline) | Look::Glance(baseline) => Some(baseline),
        }
    }
}

fn judge(check: &Check, checked: Checked, look: &Look<'_>) -> Judged {
    let name = &check.name;
    let told = |ill, why: String| Judged::Told(Ailment { check: name.clone(), ill, why });
    match (checked, look.baseline()) {
        (Checked::Healthy, _) => Judged::Well,
        (Checked::Cancelled, _) => {
            Judged::Decides(Verdict::Inconclusive { why: format!("check {name:?} was not finished") })
        }
        (Checked::Unknown(why), _) if check.need == Need::Wanted => {
            told(false, format!("check {name:?} cannot tell: {why}"))
        }
        (Checked::Unknown(why), _) => Judged::Decides(Verdict::Inconclusive {
            why: format!(
                "check {name:?} cannot tell: {why}; once it can be asked again, `patchform resume`. The check is part of this run: \
                 where it is written wrong, mend it, then `patchform run abandon` and apply again"
            ),
        }),
        (Checked::Ill(why), _) if check.need == Need::Required => {
            Judged::Decides(Verdict::Ill { why: format!("check {name:?}: {why}") })
        }
        (Checked::Ill(why), None) => told(true, format!("check {name:?} is ill before the patch: {why}")),
        (Checked::Ill(why), Some(before)) if before.ill_before.contains(name) => {
            told(true, format!("check {name:?} is ill, as it was before the patch: {why}"))
        }
        (Checked::Ill(why), Some(_)) if check.need == Need::Kept => {
            Judged::Decides(Verdict::Ill { why: format!("check {name:?} was not ill before: {why}") })
        }
        (Checked::Ill(why), Some(_)) => {
            told(true, format!("check {name:?} is ill, which it was not before; it is only wanted: {why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::Probe;
    use std::time::Duration;

    fn judged(need: Need, checked: Checked, look: &Look<'_>) -> String {
        let probe = Probe::Tcp { host: "localhost".into(), port: 1 };
        let [timeout, interval, within] = [1, 1, 1].map(Duration::from_secs);
        let name = "load".to_string();
        let check = Check { name, probe, timeout, interval, within, successes: 1, failures: None, need };
        match judge(&check, checked, look) {
            Judged::Well => "well".into(),
            Judged::Told(ailment) => format!("told {}", ailment.ill),
            Judged::Decides(Verdict::Ill { .. }) => "ill".into(),
            Judged::Decides(Verdict::Inconclusive { .. }) => "pause".into(),
            Judged::Decides(Verdict::Healthy) => unreachable!("a check that is well decides nothing"),
        }
    }

    #[test]
    fn a_regression_is_told_from_an_old_illness() {
        let fresh = Baseline::default();
        let old = Baseline { ill_before: ["load".to_string()].into(), since: None };
        let looks = [Look::Before, Look::After(&fresh), Look::After(&old), Look::Glance(&old)];
        for (need, ill, unknown) in [
            (Need::Required, ["ill", "ill", "ill", "ill"], "pause"),
            (Need::Kept, ["told true", "ill", "told true", "told true"], "pause"),
            (Need::Wanted, ["told true", "told true", "told true", "told true"], "told false"),
        ] {
            for (look, ill) in looks.iter().zip(ill) {
                assert_eq!(judged(need, Checked::Ill("503".into()), look), ill, "{need:?}");
                assert_eq!(judged(need, Checked::Unknown("away".into()), look), unknown, "{need:?}");
                assert_eq!(judged(need, Checked::Healthy, look), "well");
                assert_eq!(judged(need, Checked::Cancelled, look), "pause");
            }
        }
    }
}
