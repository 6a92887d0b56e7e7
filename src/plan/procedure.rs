//! The two procedures of a change (page 5.2): the way forth is the operation plan, the way back the emergency plan.
//! Both are laid out here side by side, from the same facts.

use super::diff::Proposed;
use super::noun::{Entry, Planned, Step};
use crate::model::Purpose;
use patchform_sdk::message::{Can, Preview, Reload, WayBack, WayBackKind};
use std::time::Duration;

/// The way forth and the way back, in a plan for `purpose`. Without a way back the second is empty. `stored`: what is taken
/// away goes by restoring the snapshot of the time before it was there.
pub fn procedures(
    purpose: &Purpose,
    entry: &Entry,
    proposed: &Proposed,
    preview: &Preview,
    way_back: Option<&WayBack>,
    can: Can,
    stored: bool,
) -> (Vec<Planned>, Vec<Planned>) {
    let times = Times { entry, preview, way_back };
    let was_there = proposed.from.is_some();
    let taken_away = proposed.to.is_none();
    // Nobody previews what is taken away, and so what is to be done until it is out of force: the provider does what there is.
    let reload = can.reload && (taken_away || preview.reload != Reload::None);
    let drains = entry.drain.is_some();
    let blocks = entry.block.is_some();
    let restores = way_back.is_some_and(|w| w.kind == WayBackKind::Restore);
    let forth = [
        (Step::Gate, true),
        (Step::Fetch, can.fetch && !preview.artifacts.is_empty()),
        // What is not there yet cannot be ill, and what is taken back may be: that it is ill is why it goes.
        (Step::Measure, *purpose == Purpose::Apply && was_there && !entry.checks.is_empty()),
        (Step::Drain, drains),
        (Step::Block, blocks),
        (Step::Snapshot, restores),
        (Step::Backup, can.backup && was_there),
        (Step::Patch, !taken_away),
        (Step::Restore, stored),
        (Step::Uninstall, taken_away && !stored),
        (Step::Reload, reload),
        (Step::Verify, true),
        (Step::Unblock, blocks),
        (Step::Undrain, drains),
        (Step::Commit, true),
    ];
    let back = [
        (Step::Drain, drains && way_back.is_some()),
        (Step::Block, blocks && way_back.is_some()),
        (Step::Restore, restores),
        (Step::Uninstall, way_back.is_some_and(|w| w.kind == WayBackKind::Uninstall)),
        (Step::Reload, reload && way_back.is_some()),
        (Step::Verify, way_back.is_some()),
        (Step::Unblock, blocks),
        (Step::Undrain, drains),
    ];
    (times.lay_out(&forth), times.lay_out(&back))
}

/// The two procedures of what an abandoned run left undone at a component that stands at its level. Going back is doing it
/// again: each step of it is a target state. Its traffic is given back and customers are let in in any case: the run may have left
/// them away.
pub fn catching_up(entry: &Entry, preview: &Preview) -> (Vec<Planned>, Vec<Planned>) {
    let times = Times { entry, preview, way_back: None };
    let reload = preview.reload != Reload::None;
    let drains = reload && entry.drain.is_some();
    let blocks = reload && entry.block.is_some();
    let forth = [
        (Step::Gate, true),
        (Step::Drain, drains),
        (Step::Block, blocks),
        (Step::Reload, reload),
        (Step::Verify, true),
        (Step::Unblock, entry.block.is_some()),
        (Step::Undrain, entry.drain.is_some()),
        (Step::Commit, true),
    ];
    let back = [
        (Step::Drain, drains),
        (Step::Block, blocks),
        (Step::Reload, reload),
        (Step::Verify, true),
        (Step::Unblock, entry.block.is_some()),
        (Step::Undrain, entry.drain.is_some()),
    ];
    (times.lay_out(&forth), times.lay_out(&back))
}

/// Lets a way forth be watched for so long before it is committed.
pub fn soak(forth: &mut Vec<Planned>, long: Duration) {
    let commit = forth.iter().position(|p| p.action == Step::Commit);
    if let (Some(at), false) = (commit, long.is_zero()) {
        // It is watched by the engine itself, a look at a time: it has no answer that could be late.
        forth.insert(at, Planned { action: Step::Soak, expected: long, deadline: long });
    }
}

/// Asks the gate once more directly before anything is taken away, for what keeps to windows, and for members of services: what
/// comes first may take longer than its window stays open, others may be away by then, and a run may be paused there or change
/// hands. Where that is its traffic or its customers, also directly before anything changes `behind` it.
pub fn ask_again(forth: &mut Vec<Planned>, behind: bool) {
    let disturbs = |planned: &Planned| {
        !matches!(planned.action, Step::Gate | Step::Fetch | Step::Measure | Step::Snapshot | Step::Backup)
    };
    let Some(gate) = forth.iter().copied().find(|planned| planned.action == Step::Gate) else { return };
    let first = forth.iter().position(disturbs);
    let away = |at: &usize| matches!(forth[*at].action, Step::Drain | Step::Block);
    let behind = first
        .filter(|at| behind && away(at))
        .and_then(|at| (at + 1..forth.len()).find(|k| disturbs(&forth[*k]) && !away(k)));
    // From behind, so that what comes before keeps its place.
    for at in behind.into_iter().chain(first) {
        forth.insert(at, gate);
    }
}

/// No expectation is longer, whatever a provider says: sums of it must stay within a clock's range.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);
/// A deadline is at least this, because a step that is called unclear too early costs more than one waited for.
const SHORTEST_DEADLINE: Duration = Duration::from_secs(120);
/// A deadline is this many times what is expected.
const PATIENCE: u32 = 5;
/// Bytes per second that a fetch is expected to bring, where the provider does not say.
const FETCH_RATE: u64 = 10_000_000;

struct Times<'a> {
    entry: &'a Entry,
    preview: &'a Preview,
    way_back: Option<&'a WayBack>,
}

impl Times<'_> {
    fn lay_out(&self, steps: &[(Step, bool)]) -> Vec<Planned> {
        steps.iter().filter(|(_, needed)| *needed).map(|(step, _)| self.plan(*step)).collect()
    }

    fn plan(&self, action: Step) -> Planned {
        let expected = self.expected(action).min(LONGEST);
        let deadline = (expected * PATIENCE).max(SHORTEST_DEADLINE) + self.checking(action).min(LONGEST);
        Planned { action, expected, deadline }
    }

    /// What the provider expects; otherwise a plain guess.
    fn expected(&self, step: Step) -> Duration {
        if matches!(step, Step::Restore | Step::Uninstall)
            && let Some(way) = self.way_back.filter(|w| w.duration > 0)
        {
            return Duration::from_millis(way.duration);
        }
        if let Some(ms) = self.preview.durations.get(step.name()) {
            return Duration::from_millis(*ms);
        }
        let checks = u64::try_from(self.entry.checks.len()).unwrap_or(u64::MAX);
        Duration::from_millis(match step {
            Step::Gate | Step::Soak | Step::Commit => 0,
            Step::Fetch => {
                let bytes = self.preview.artifacts.iter().fold(0, |sum: u64, a| sum.saturating_add(a.size));
                500 + bytes / (FETCH_RATE / 1_000)
            }
            Step::Measure => checks.saturating_mul(200),
            Step::Verify => checks.saturating_mul(200).saturating_add(500),
            Step::Snapshot | Step::Drain | Step::Undrain => 1_000,
            Step::Block | Step::Unblock => 2_000,
            Step::Backup => 30_000,
            Step::Patch | Step::Uninstall | Step::Restore => 5_000,
            Step::Reload => match self.preview.reload {
                Reload::None => 0,
                Reload::Service => 2_000,
                Reload::Reboot => 60_000,
                Reload::PowerCycle => 180_000,
            },
        })
    }

    /// How long may be waited for what others do: checks that go on trying, one after the other, and sessions that end.
    fn checking(&self, step: Step) -> Duration {
        let tries = self.entry.checks.iter();
        let sum = |all: Duration, one: Duration| all.saturating_add(one);
        match step {
            Step::Measure => {
                tries.map(|c| c.at_a_glance().within.saturating_add(c.timeout)).fold(Duration::ZERO, sum)
            }
            Step::Verify => tries.map(|c| c.within.saturating_add(c.timeout)).fold(Duration::ZERO, sum),
            // What is still worked on is waited for at each.
            Step::Drain | Step::Undrain => self.entry.drain.iter().fold(Duration::ZERO, |all, drain| {
                let places = u32::try_from(drain.from.len()).unwrap_or(u32::MAX);
                all.saturating_add(drain.wait.saturating_mul(places))
            }),
            Step::Block | Step::Unblock => {
                self.entry.block.as_ref().map_or(Duration::ZERO, |block| block.patience())
            }
            _ => Duration::ZERO,
        }
    }
}
