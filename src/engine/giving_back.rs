//! Giving back what was taken away for a patch. By then the patch is in force and verified: that traffic cannot be given
//! back, or customers cannot be let in, because nobody is there to do it says nothing against it. So the run halts there, and
//! whoever resumes it tries that again.

use crate::plan::noun::Step;
use crate::run::decide::Begin;
use crate::run::event::Leg;
use patchform_sdk::message::{Answer, Cause, Done, Probed, Verdict};

/// Whether a step gives back what was taken away for a patch that stays.
fn gives_back(begin: &Begin) -> bool {
    begin.action.leg == Leg::Forth && matches!(begin.step, Step::Undrain | Step::Unblock)
}

/// What an answer to `begin` says. What is unclear is asked about first.
pub(super) fn of_answer(begin: &Begin, answer: Answer) -> Answer {
    match answer {
        Answer::Refused { why, output } if gives_back(begin) => Answer::Applied(waits(begin, &why, output)),
        other => other,
    }
}

/// What a probe says that `found` how far `begin` came. `own`: this controller began it, so that it was answered, and not done.
pub(super) fn of_probe(begin: &Begin, found: Result<Probed, String>, own: bool) -> Result<Probed, String> {
    let why = match &found {
        _ if !gives_back(begin) => return found,
        Ok(Probed::After(_) | Probed::Busy) => return found,
        Ok(Probed::Before { .. }) if !own => return found,
        Ok(Probed::Before { ended: None }) => "that was not done",
        Ok(Probed::Before { ended: Some(Cause { why, .. }) } | Probed::Between { why, .. }) | Err(why) => why,
    };
    Ok(Probed::After(waits(begin, why, String::new())))
}

fn waits(begin: &Begin, why: &str, output: String) -> Done {
    let (what, until) = match begin.step {
        Step::Unblock => ("customers may still be kept out", "its host"),
        _ => ("its traffic may still be away", "what sends it traffic"),
    };
    let why = format!(
        "{why}. Its patch is verified and stays, but {what}: bring {until} back, then resume, which tries that again"
    );
    Done { verdict: Some(Verdict::Inconclusive { why }), output, ..Done::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::ActionRef;

    fn begin(leg: Leg, step: Step) -> Begin {
        Begin {
            action: ActionRef { component: 0, leg, index: 0 },
            step,
            attempt: 1,
            token: 1,
            snapshot: None,
            expected: None,
            reload: patchform_sdk::message::Reload::None,
            baseline: Default::default(),
            asks: Default::default(),
        }
    }

    #[test]
    fn only_what_gives_back_on_the_way_forth_halts_instead_of_failing() {
        let between = || Ok(Probed::between("half"));
        for (leg, step, halts) in [
            (Leg::Forth, Step::Undrain, true),
            (Leg::Forth, Step::Unblock, true),
            (Leg::Back, Step::Undrain, false),
            (Leg::Back, Step::Unblock, false),
            (Leg::Forth, Step::Drain, false),
            (Leg::Forth, Step::Patch, false),
        ] {
            let begin = begin(leg, step);
            let waits = |done: &Done| matches!(done.verdict, Some(Verdict::Inconclusive { .. }));
            let answer = of_answer(&begin, Answer::refused("away"));
            assert_eq!(matches!(&answer, Answer::Applied(done) if waits(done)), halts, "{step:?}");
            for found in [Ok(Probed::before()), between(), Err("away".into())] {
                let told = of_probe(&begin, found.clone(), true);
                assert_eq!(matches!(&told, Ok(Probed::After(done)) if waits(done)), halts, "{step:?}");
                assert!(halts || told == found);
            }
            assert_eq!(of_probe(&begin, Ok(Probed::before()), false), Ok(Probed::before()));
            assert_eq!(of_probe(&begin, Ok(Probed::Busy), true), Ok(Probed::Busy));
            assert_eq!(of_answer(&begin, Answer::unclear("late")), Answer::unclear("late"));
        }
        // A verdict on the patch itself still counts.
        let ill =
            Answer::Applied(Done { verdict: Some(Verdict::Ill { why: "down".into() }), ..Done::default() });
        assert_eq!(of_answer(&begin(Leg::Forth, Step::Undrain), ill.clone()), ill);
    }
}
