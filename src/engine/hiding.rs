//! Hides secrets in what providers answer, before any of it is stored or shown.

use crate::model::Mask;
use crate::target::LEFT_OUT;
use patchform_sdk::message::{Answer, CommandLine, Done, Probed, Verdict};

/// An answer without the secrets that its provider may have printed. A snapshot whose token holds one is not accepted:
/// stored as it is it would give the secret away, and masked it could not be restored.
pub fn answer(mut answer: Answer, mask: &Mask) -> Answer {
    match &mut answer {
        Answer::Applied(done) if gives_away(done, mask) => {
            return Answer::refused(
                "the snapshot was not accepted: a secret (the value of a sensitive variable) stands in its token, which \
                 is stored; let the snapshot be named without it",
            );
        }
        Answer::Applied(done) => mask_done(done, mask),
        Answer::Refused { why, output } | Answer::Unclear { why, output } => {
            mask.hide(why);
            mask.hide(output);
        }
    }
    answer
}

/// How far an action came, without secrets. `foreign`: another controller began it, in a run that has secrets; they may
/// have been changed since, so nothing is kept of what it printed.
pub fn probed(mut probed: Probed, mask: &Mask, foreign: bool) -> Probed {
    match &mut probed {
        // Taken again, it is refused with its reason.
        Probed::After(done) if gives_away(done, mask) => return Probed::before(),
        Probed::After(done) => {
            mask_done(done, mask);
            if foreign && !done.output.is_empty() {
                done.output = LEFT_OUT.into();
            }
        }
        Probed::Between { why, .. } => mask.hide(why),
        Probed::Before { .. } | Probed::Busy => {}
    }
    if let Probed::Before { ended: Some(ended) } | Probed::Between { ended: Some(ended), .. } = &mut probed {
        mask.hide(&mut ended.why);
        mask.hide(&mut ended.output);
        if foreign && !ended.output.is_empty() {
            ended.output = LEFT_OUT.into();
        }
    }
    probed
}

fn gives_away(done: &Done, mask: &Mask) -> bool {
    done.snapshot.as_ref().is_some_and(|snapshot| mask.finds(&snapshot.token))
}

/// A line for a person without the secrets in it.
pub fn mask_line(line: &mut CommandLine, mask: &Mask) {
    line.argv.iter_mut().chain(line.env.values_mut()).for_each(|word| mask.hide_word(word));
}

fn mask_done(done: &mut Done, mask: &Mask) {
    mask.hide(&mut done.output);
    done.ailments.iter_mut().for_each(|ailment| mask.hide(&mut ailment.why));
    if let Some(snapshot) = &mut done.snapshot {
        mask.hide(&mut snapshot.place);
        snapshot.by_hand.iter_mut().for_each(|line| mask_line(line, mask));
    }
    if let Some(Verdict::Ill { why } | Verdict::Inconclusive { why }) = &mut done.verdict {
        mask.hide(why);
    }
}
