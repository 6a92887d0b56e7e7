//! What would count against a patch, or keep it from its way: before it does, it is asked whether this machine's own disk is
//! full, on which neither a provider nor a command can do its work.

use crate::plan::noun::Step;
use patchform_sdk::message::{Answer, Probed, Verdict};

/// Whether `answer` to `step` would count against what was patched.
pub(super) fn of_answer(step: Step, answer: &Answer) -> bool {
    match answer {
        // A gate refuses by its rule. Whatever else is refused ends the way of this one, and may send others back.
        Answer::Refused { .. } => step != Step::Gate,
        Answer::Applied(done) => step == Step::Verify && matches!(done.verdict, Some(Verdict::Ill { .. })),
        // It is asked about first.
        Answer::Unclear { .. } => false,
    }
}

/// Whether what a probe `found` of `step` would.
pub(super) fn of_probe(step: Step, found: &Result<Probed, String>) -> bool {
    step.effectful() && !matches!(found, Ok(Probed::After(_) | Probed::Busy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchform_sdk::message::Done;

    #[test]
    fn what_counts_against_a_patch() {
        let ill = || Done { verdict: Some(Verdict::Ill { why: "503".into() }), ..Done::default() };
        for (step, refused, ill_counts, before, between) in [
            (Step::Gate, false, false, false, false),
            (Step::Measure, true, false, false, false),
            (Step::Snapshot, true, false, true, true),
            (Step::Patch, true, false, true, true),
            (Step::Reload, true, false, true, true),
            (Step::Verify, true, true, false, false),
            (Step::Restore, true, false, true, true),
        ] {
            let half = || Ok(Probed::between(String::new()));
            let found = [
                of_answer(step, &Answer::refused("no")),
                of_answer(step, &Answer::Applied(ill())),
                of_probe(step, &Ok(Probed::before())),
                of_probe(step, &half()),
            ];
            assert_eq!(found, [refused, ill_counts, before, between], "{step:?}");
            assert!(!of_answer(step, &Answer::applied()) && !of_answer(step, &Answer::unclear("late")));
            assert!(
                !of_probe(step, &Ok(Probed::Busy)) && !of_probe(step, &Ok(Probed::After(Done::default())))
            );
        }
    }
}
