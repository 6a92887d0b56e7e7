//! What a component is at, as a timeline shows it: one row for each phase, and the phase in which a run says that it is.

use crate::plan::noun::Step;
use crate::report::style::Tint;
use crate::run::event::Leg;
use crate::run::{ActionStanding, Run, Standing};

/// What a component is at. The later ones disturb more: where several fall into one place of a drawing, the last one shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It is settled: nothing is done there any more.
    Over,
    /// Its turn has not come, or something else has to be settled first.
    Waits,
    /// No controller drove the run.
    Alone,
    /// It is watched before it counts as done.
    Soak,
    /// What the patch needs is brought there.
    Fetch,
    /// Its way back is stored.
    Snapshot,
    /// Its health is asked.
    Verify,
    /// Nothing is done there, and its traffic is away or customers are kept out.
    Out,
    /// Traffic is taken away or given back, customers are kept out or let in.
    Drain,
    /// The level changes, and comes into force.
    Patch,
    /// It goes back.
    Restore,
}

/// How a phase is drawn.
pub struct Look {
    /// The phase.
    pub phase: Phase,
    /// In words.
    pub name: &'static str,
    /// In text; each has another, so that they are told apart without colour and in ASCII.
    pub sign: char,
    /// In text with colour.
    pub tint: Tint,
    /// Fills of pictures, on light and on dark ground; told apart by people who cannot tell red from green.
    pub fills: (&'static str, &'static str),
}

impl Phase {
    /// How each is drawn, in the order of their ranks.
    pub const LOOKS: [Look; 11] = [
        look(Phase::Over, "settled", ' ', Tint::Plain, ("none", "none")),
        look(Phase::Waits, "waits", '.', Tint::Dim, ("#d8dee4", "#343b44")),
        look(Phase::Alone, "nobody drove the run", '?', Tint::Bad, ("url(#alone)", "url(#alone)")),
        look(Phase::Soak, "soak", '~', Tint::Info, ("#9fd3f2", "#2b6283")),
        look(Phase::Fetch, "fetch", 'f', Tint::Plain, ("#c8b6e2", "#6e5494")),
        look(Phase::Snapshot, "snapshot", 's', Tint::Plain, ("#f0c94a", "#a8861a")),
        look(Phase::Verify, "verify", 'v', Tint::Good, ("#3fb68b", "#2f9e77")),
        look(Phase::Out, "out, and nothing is done", 'o', Tint::Change, ("#7a6f9b", "#b7a9e0")),
        look(Phase::Drain, "drain or block", 'd', Tint::Plain, ("#cc79a7", "#b8628f")),
        look(Phase::Patch, "patch", 'P', Tint::Change, ("#0072b2", "#58a6d8")),
        look(Phase::Restore, "going back", 'R', Tint::Bad, ("#d55e00", "#f0883e")),
    ];

    /// How it is drawn.
    pub fn look(self) -> &'static Look {
        // A table in the order of the type; a test keeps it.
        &Phase::LOOKS[self as usize]
    }

    /// That of a step. The way back is one phase, except for its traffic and its customers.
    pub const fn of(step: Step, leg: Leg) -> Phase {
        match (step, leg) {
            (Step::Drain | Step::Undrain | Step::Block | Step::Unblock, _) => Phase::Drain,
            (Step::Restore | Step::Uninstall, _) | (_, Leg::Back) => Phase::Restore,
            (Step::Gate, _) => Phase::Waits,
            (Step::Fetch, _) => Phase::Fetch,
            (Step::Snapshot | Step::Backup, _) => Phase::Snapshot,
            (Step::Patch | Step::Reload, _) => Phase::Patch,
            (Step::Measure | Step::Verify | Step::Commit, _) => Phase::Verify,
            (Step::Soak, _) => Phase::Soak,
        }
    }

    /// What component `i` is at, as `run` stands.
    pub fn at(run: &Run, i: usize) -> Phase {
        match run.standing(i) {
            Standing::Untouched => Phase::Waits,
            Standing::Forward | Standing::GoingBack if run.soak_left(i).is_some() => Phase::Soak,
            Standing::Forward | Standing::GoingBack => match run.current(i) {
                Some((action, step))
                    if matches!(
                        run.action(action),
                        ActionStanding::Intended | ActionStanding::Unclear { .. }
                    ) =>
                {
                    Phase::of(step, action.leg)
                }
                _ if run.standing(i) == Standing::GoingBack && run.awaits_reading(i) => Phase::Restore,
                _ if is_out(run, i) => Phase::Out,
                _ => Phase::Waits,
            },
            _ => Phase::Over,
        }
    }
}

/// Whether what uses component `i` may be kept away from it.
pub(super) fn is_out(run: &Run, i: usize) -> bool {
    run.is_drained(i) || run.is_blocked(i)
}

const fn look(
    phase: Phase,
    name: &'static str,
    sign: char,
    tint: Tint,
    fills: (&'static str, &'static str),
) -> Look {
    Look { phase, name, sign, tint, fills }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_phase_has_its_row_and_looks_like_no_other() {
        for (at, look) in Phase::LOOKS.iter().enumerate() {
            assert_eq!(look.phase as usize, at);
        }
        let signs: BTreeSet<char> = Phase::LOOKS.iter().map(|l| l.sign).collect();
        assert!(signs.len() == Phase::LOOKS.len() && signs.iter().all(char::is_ascii));
        let fills: BTreeSet<_> = Phase::LOOKS.iter().flat_map(|l| [l.fills.0, l.fills.1]).collect();
        assert_eq!(fills.len(), 2 * Phase::LOOKS.len() - 2);
    }
}
