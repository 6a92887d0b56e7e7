//! One component inside the fold: its place in its procedures, and what the run learned of it.

use super::baseline::Baseline;
use super::event::{ActionRef, Leg};
use super::shape::Node;
use super::standing::{ActionStanding, Failure, Phase, Skip};
use crate::model::Moment;
use crate::plan::noun::{Planned, Step};
use patchform_sdk::message::{Reload, Snapshot};
use std::time::Duration;

/// How often an action of the way back is tried before its component is stuck.
pub const BACK_TRIES: u32 = 3;
/// How often a step of the way forth is tried when it is proved not to have happened.
pub const FORTH_TRIES: u32 = 2;
/// How often the way back is walked when the reading at its end is not the one before the run.
pub const BACK_ROUNDS: u32 = 2;
/// An action that is still busy after this long, and after twice its deadline, makes its component stuck.
pub const BUSY_AT_LEAST: Duration = Duration::from_secs(600);

/// A snapshot that a run has asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its id, journalled before it was made.
    pub id: String,
    /// What was made; `None` when that is not known, so that an orphan may exist.
    pub made: Option<Box<Snapshot>>,
    /// Whether it was made: a way back rests on the last one that was.
    pub done: bool,
    /// Whether it was proved or promised not to exist.
    pub ruled_out: bool,
    /// When it was made, or asked for while that is not known.
    pub at: Moment,
}

/// How a component was stuck before a controller tried its way back once more.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WasStuck {
    pub why: String,
    pub under: Option<usize>,
    /// Index of the action of its way back at which it was.
    pub back: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Component {
    pub phase: Phase,
    pub leg: Leg,
    /// Index of the next or current action forth.
    pub forth: usize,
    /// Index of the next or current action back.
    pub back: usize,
    pub current: ActionStanding,
    /// Attempts of the current action so far.
    pub attempt: u32,
    /// Where attempts of this leg begin: above those of an earlier round.
    pub floor: u32,
    /// The highest attempt of any action of this leg.
    pub highest: u32,
    /// Failed tries of the current action under this controller.
    pub tries: u32,
    /// An action forth (by its index) that was tried before its gate was asked again, and how often.
    pub tried_before: (usize, u32),
    /// How often a probe found the current action busy.
    pub busy: u32,
    pub busy_for: Duration,
    /// While the run is being abandoned: why this one cannot be let go of, since its current action may still go on.
    pub goes_on: Option<String>,
    /// An action that was given up, with its attempt, of which nobody could tell whether it has ended.
    pub unended: Option<(ActionRef, u32)>,
    /// Whether it is let go whatever goes on there.
    pub leaving: bool,
    /// Whether it was left as it stood when the run was abandoned: nobody tried to restore it, or went on trying.
    pub left: bool,
    /// Whether it is read before its current action, which halted the run, is tried again.
    pub reread: bool,
    /// What that reading found: the digest that the next try expects.
    pub expects: Option<String>,
    /// Whether it was stuck, or had to stay under something stuck, when its controller took the run, and nothing was begun
    /// there since.
    pub freed: bool,
    /// Whether it got stuck since every try of its current action failed: none of them goes on any more.
    pub spent: bool,
    /// Whether it was read as before the run although its way back did not get it there: a person put it back, so that only
    /// what follows a restore is left to do. A controller that takes the run reads that anew.
    pub by_hand: bool,
    /// Whether the last reading told that, and nothing that would change it was begun since.
    pub put_back: bool,
    /// How it was stuck when its controller took the run, where nothing was done there since.
    pub was_stuck: Option<WasStuck>,
    /// Whether the way back was walked to its end, and the reading there was the one before the run.
    pub walked_back: bool,
    /// How often the way back was walked to its end in vain.
    pub rounds: u32,
    /// Direct dependencies that are not satisfied.
    pub waits: u32,
    /// Direct dependents that have begun and are not clean again.
    pub dirty: u32,
    /// Direct dependents that are stuck.
    pub pinned: u32,
    /// Begun, and not clean again.
    pub unclean: bool,
    /// Something on the target may differ from the reading before.
    pub changed: bool,
    /// A reading said that it is changed, which the journal does not know.
    pub differs: bool,
    /// A reading said that it is as before the run, where the journal does not know it as changed.
    pub as_before: bool,
    /// It was kept, and a reading says that it is neither as before the run nor as it was verified.
    pub astray: bool,
    /// Whether what earlier controllers did there does not matter any more: since one took the run last, it was verified, or
    /// something was begun that overwrites it.
    pub made_sure: bool,
    /// Something was, or may have been, changed in this run, even if it was taken back since.
    pub tried: bool,
    /// Traffic may be away.
    pub drained: bool,
    /// Customers may be kept out.
    pub blocked: bool,
    /// Why it is left alone once its traffic is back, where nothing else was done there.
    pub stays_away: Option<Skip>,
    /// Traffic may have returned since it was taken away: data may have been written.
    pub served: bool,
    /// Holds a place of its rollout's `max_parallel`.
    pub slot: bool,
    /// For an unchanged component: holding went through it already.
    pub held_through: bool,
    /// For an unchanged component: going back went through it already.
    pub back_through: bool,
    /// Position among those that began on its target.
    pub begun_at: Option<usize>,
    pub failure: Option<Failure>,
    /// Whether its failure counts against what its rollout allows.
    pub counted: bool,
    /// How long it has been watched.
    pub soaked: Duration,
    /// The component for whose failure it goes back; itself, where it failed first.
    pub back_for: Option<usize>,
    /// The component that could not go back, so that this one had to stay as it is.
    pub stuck_under: Option<usize>,
    pub snapshots: Vec<Stored>,
    /// What its health after its patch is compared with.
    pub baseline: Baseline,
    /// What the last patch or restore said is needed for it to be in force, until that is done.
    pub reload: Reload,
    /// The same, also when that is done.
    pub needs: Reload,
    /// Digest of the last verified reading.
    pub verified: Option<String>,
}

impl Component {
    pub(super) fn new() -> Component {
        Component {
            phase: Phase::Unchanged,
            leg: Leg::Forth,
            forth: 0,
            back: 0,
            current: ActionStanding::Pending,
            attempt: 0,
            floor: 0,
            highest: 0,
            tries: 0,
            tried_before: (0, 0),
            busy: 0,
            busy_for: Duration::ZERO,
            goes_on: None,
            unended: None,
            leaving: false,
            left: false,
            reread: false,
            freed: false,
            spent: false,
            by_hand: false,
            put_back: false,
            was_stuck: None,
            expects: None,
            walked_back: false,
            rounds: 0,
            waits: 0,
            dirty: 0,
            pinned: 0,
            unclean: false,
            changed: false,
            differs: false,
            as_before: false,
            astray: false,
            made_sure: false,
            tried: false,
            drained: false,
            blocked: false,
            stays_away: None,
            served: false,
            slot: false,
            held_through: false,
            back_through: false,
            begun_at: None,
            failure: None,
            counted: false,
            soaked: Duration::ZERO,
            back_for: None,
            stuck_under: None,
            snapshots: Vec::new(),
            baseline: Baseline::default(),
            reload: Reload::None,
            needs: Reload::None,
            verified: None,
        }
    }

    /// Index of the current action in its leg.
    pub(super) fn at(&self) -> usize {
        match self.leg {
            Leg::Forth => self.forth,
            Leg::Back => self.back,
        }
    }

    /// The current action; `None` at the procedure's end.
    pub(super) fn planned<'a>(&self, node: &'a Node) -> Option<&'a Planned> {
        node.procedure(self.leg).get(self.at())
    }

    /// The current action's name.
    pub(super) fn action(&self, component: usize) -> ActionRef {
        ActionRef { component, leg: self.leg, index: self.at() }
    }

    /// Whether something has to be undone.
    pub(super) fn touched(&self) -> bool {
        self.changed || self.is_away()
    }

    /// Whether what uses it may be kept away from it.
    pub(super) fn is_away(&self) -> bool {
        self.drained || self.blocked
    }

    /// The snapshot that a restore uses.
    pub(super) fn way_back(&self) -> Option<&Stored> {
        self.snapshots.iter().rev().find(|s| s.done)
    }

    /// Begins the next action of the same leg.
    pub(super) fn next(&mut self, node: &Node) {
        match self.leg {
            Leg::Forth => self.forth += 1,
            Leg::Back => self.back = self.needed_from(node, self.back + 1),
        }
        self.fresh_action();
    }

    /// Begins an earlier action forth anew.
    pub(super) fn step_back(&mut self, to: usize) {
        self.floor = self.highest;
        self.forth = to;
        self.fresh_action();
    }

    /// Begins the way back at its start.
    pub(super) fn turn_back(&mut self, node: &Node) {
        if self.leg == Leg::Forth {
            self.leg = Leg::Back;
            self.highest = 0;
        }
        self.floor = self.highest;
        self.back = self.needed_from(node, 0);
        self.fresh_action();
    }

    fn fresh_action(&mut self) {
        self.current = ActionStanding::Pending;
        self.attempt = self.floor;
        let (tried, tries) = self.tried_before;
        self.tries = if self.leg == Leg::Forth && tried == self.forth { tries } else { 0 };
        self.reread = false;
        self.expects = None;
        self.not_busy();
    }

    /// Forgets how long the current action was busy.
    pub(super) fn not_busy(&mut self) {
        self.busy = 0;
        self.busy_for = Duration::ZERO;
    }

    /// The first action of the way back, from `from`, that has something to do where the component stands.
    fn needed_from(&self, node: &Node, from: usize) -> usize {
        let needed = |p: &Planned| match p.action {
            Step::Undrain => self.drained,
            Step::Unblock => self.blocked,
            Step::Restore | Step::Uninstall => self.changed && !self.by_hand,
            _ => self.changed,
        };
        (from..node.back.len()).find(|k| needed(&node.back[*k])).unwrap_or(node.back.len())
    }

    /// Notes that `step` may have had its effect.
    pub(super) fn may_have_had(&mut self, step: Step) {
        self.put_back &= !step.replaces();
        match step {
            Step::Patch | Step::Reload | Step::Restore | Step::Uninstall => {
                self.changed = true;
                self.tried = true;
            }
            Step::Drain => self.drained = true,
            Step::Block => self.blocked = true,
            Step::Undrain | Step::Unblock => self.served = true,
            _ => {}
        }
    }
}

impl Node {
    pub(super) fn procedure(&self, leg: Leg) -> &[Planned] {
        match leg {
            Leg::Forth => &self.forth,
            Leg::Back => &self.back,
        }
    }

    /// Index of the action of the way back that puts there what was there before.
    pub(super) fn restores_at(&self) -> Option<usize> {
        self.back.iter().rposition(|p| matches!(p.action, Step::Restore | Step::Uninstall))
    }
}
