//! What would count against a patch: before it does, it is asked whether this machine's own disk is full, on which neither a
//! provider nor a command can do its work.

use crate::plan::noun::Step;
use patchform_sdk::message::{Answer, Probed, Verdict};

/// Whether `answer` to `step` would count against what was patched.
pub(super) fn of_answer(step: Step, answer: &Answer) -> bool {
    match answer {
        // A patch that was refused has changed nothing, and says nothing of its level.
        Answer::Refused { .. } => matches!(step, Step::Reload | Step::Restore | Step::Uninstall),
        Answer::Applied(done) => step == Step::Verify && matches!(done.verdict, Some(Verdict::Ill { .. })),
        // It is asked about first.
        Answer::Unclear { .. } => false,
    }
}

/// Whether what a probe `found` of `step` would.
pub(super) fn of_probe(step: Step, found: &Result<Probed, String>) -> bool {
    let changes = matches!(step, Step::Patch | Step::Reload | Step::Restore | Step::Uninstall);
    changes
        && match found {
            Ok(Probed::After(_) | Probed::Busy) => false,
            Ok(Probed::Before) => step != Step::Patch,
            Ok(Probed::Between { .. }) | Err(_) => true,
        }
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
            (Step::Measure, false, false, false, false),
            (Step::Snapshot, false, false, false, false),
            (Step::Patch, false, false, false, true),
            (Step::Reload, true, false, true, true),
            (Step::Verify, false, true, false, false),
            (Step::Restore, true, false, true, true),
        ] {
            let half = || Ok(Probed::Between { why: String::new() });
            let found = [
                of_answer(step, &Answer::refused("no")),
                of_answer(step, &Answer::Applied(ill())),
                of_probe(step, &Ok(Probed::Before)),
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
