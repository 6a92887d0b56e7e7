//! What a reading says before a run goes on: of a component that its journal does not know as changed, since the journal may
//! lack its end, or somebody else may have been there; and of one that is stuck, since a person may have put it back. The
//! reading decides (page 5.3, rule 7).

use super::damage::Damage;
use super::event::Leg;
use super::fold::Run;
use super::planted::Defect;
use super::standing::{ActionStanding, Phase};
use crate::plan::noun::Step;

/// Why a component is stuck whose reading contradicts the journal.
pub(super) const DIFFERS: &str = "it does not read as before the run, although the run's journal does not tell that the \
                                  run changed it: the journal lacks its end (an older backup?), or somebody else changed it";

/// How a step begins its answer that refuses a component since it does not read as the plan says.
pub const CHANGED_SINCE: &str = "it was changed on its target since the plan was made";

/// Why a component is stuck that was kept, and is neither what it was kept as nor what it was before.
pub const ASTRAY: &str =
    "it reads neither as before the run nor as it was verified: somebody changed it since";

impl Run {
    /// Whether component `i` must read as before the run if the journal tells everything: nothing that it knows
    /// changed it, or is unclear and may have.
    pub fn must_read_as_before(&self, i: usize) -> bool {
        let (Some(node), Some(c)) = (self.shape.nodes.get(i), self.components.get(i)) else { return false };
        let changes = |step| matches!(step, Step::Patch | Step::Reload | Step::Restore | Step::Uninstall);
        let open = matches!(c.current, ActionStanding::Intended | ActionStanding::Unclear { .. });
        let under_way = open && c.planned(node).is_some_and(|planned| changes(planned.action));
        node.changes && (!c.changed || c.differs) && !under_way
    }

    /// Whether component `i` is stuck or kept under something stuck, or was when its controller took the run: a reading as
    /// before the run tells then that a person has put it back.
    pub fn may_be_put_back(&self, i: usize) -> bool {
        let Some(c) = self.components.get(i) else { return false };
        let stuck = c.freed || matches!(c.phase, Phase::Stuck(_)) || self.is_kept(i);
        let open = matches!(c.current, ActionStanding::Unclear { .. }) && !c.spent;
        stuck && c.changed && !c.differs && !open
    }

    /// Whether a reading of component `i`, made before the run goes on, says something.
    pub fn awaits_look(&self, i: usize) -> bool {
        let unended = self.components.get(i).is_some_and(|c| c.unended.is_some());
        unended || self.may_be_put_back(i) || self.must_read_as_before(i)
    }

    /// Takes in such a reading. One that could not be made says nothing.
    pub(super) fn looked_at(&mut self, i: usize, digest: &Result<String, String>) -> Result<(), Damage> {
        let as_before = digest.as_ref().ok().map(|digest| *digest == self.shape.nodes[i].before);
        if self.may_be_put_back(i) {
            match as_before {
                Some(true) => self.was_put_back(i),
                Some(false) => self.is_elsewhere(i, digest),
                None => {}
            }
            return Ok(());
        }
        if !self.must_read_as_before(i) {
            return Err(Damage::StrayReading { component: i });
        }
        self.components[i].as_before = as_before == Some(true);
        match as_before {
            Some(false) => self.contradicted(i),
            Some(true) if self.components[i].differs => self.put_right(i),
            _ => {}
        }
        Ok(())
    }

    /// The way back begins with everything that may have been changed. What has not begun, or was settled, has none
    /// that could be trusted: what stands on it may have begun since.
    fn contradicted(&mut self, i: usize) {
        self.cut = true;
        let c = &mut self.components[i];
        c.differs = true;
        c.may_have_had(Step::Patch);
        match c.phase {
            Phase::Stuck(_) => {}
            Phase::Returning => self.turned(i),
            _ if c.phase.unsettled() => {}
            _ => self.get_stuck(i, DIFFERS.into()),
        }
    }

    /// Nobody put `i` back. Where it is well otherwise, and was changed since it was verified, it is not well any more.
    fn is_elsewhere(&mut self, i: usize, digest: &Result<String, String>) {
        self.components[i].put_back = false;
        self.components[i].astray = false;
        if !self.is_well(i) {
            return;
        }
        let kept = self.is_kept(i);
        let c = &mut self.components[i];
        c.astray = c.verified.is_some() && c.verified.as_ref() != digest.as_ref().ok();
        let under = matches!(c.phase, Phase::Stuck(_)) && c.stuck_under.is_some();
        match c.astray {
            true if kept => self.enter(i, Phase::Stuck(ASTRAY.into())),
            false if under => self.keep(i),
            _ => {}
        }
    }

    /// Whether component `i`, which was well, was changed by somebody since it was verified, and not put back.
    pub fn is_astray(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.astray)
    }

    /// A step of `i` is refused. Where that is since it was changed, which the journal does not know, and another controller had
    /// the run before, lines may be lost.
    pub(super) fn refused_as_changed(&mut self, i: usize, why: &str) {
        let c = &self.components[i];
        self.cut |= self.taken_over && !c.changed && c.leg == Leg::Forth && why.starts_with(CHANGED_SINCE);
    }

    /// Whether a reading of a component contradicts the journal: it lacks its end, or somebody else was there.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// A reading contradicted the journal, and does not any more: somebody put it right. What it held down is free.
    fn put_right(&mut self, i: usize) {
        let c = &mut self.components[i];
        c.differs = false;
        c.changed = false;
        match c.phase {
            Phase::Returning => self.turned(i),
            Phase::Stuck(_) => self.free_all_stuck(),
            _ => {}
        }
    }

    /// `i` is back where its way back was to take it: what follows a restore is left to do. Where that had not got so far, a
    /// person did it.
    fn was_put_back(&mut self, i: usize) {
        let (node, c) = (&self.shape.nodes[i], &mut self.components[i]);
        // Else it did that itself, and got stuck later.
        c.was_stuck =
            c.was_stuck.take().filter(|was| node.restores_at().is_some_and(|restores| was.back > restores));
        c.put_back |= c.was_stuck.is_none();
        c.astray = false;
        c.by_hand = true;
        match self.components[i].phase {
            _ if self.planted(Defect::PutBackIsRestored) => self.restored(i),
            Phase::Returning => self.turned(i),
            Phase::Back => {
                // Others may have to go back first, and have no place for that.
                self.give_up_place(i);
                self.turned(i);
            }
            Phase::Stuck(_) => self.free_all_stuck(),
            // It is not at its planned level any more.
            Phase::Committed => self.take_into_set(i, self.components[i].back_for),
            _ => {}
        }
    }

    /// Whether component `i`, which its way back did not take there, was read as before the run: a person put it back.
    pub fn is_put_back(&self, i: usize) -> bool {
        self.components.get(i).is_some_and(|c| c.put_back)
    }

    fn free_all_stuck(&mut self) {
        let stuck = |i: &usize| matches!(self.components[*i].phase, Phase::Stuck(_));
        let stuck: Vec<usize> = (0..self.components.len()).filter(stuck).collect();
        self.free_stuck(&stuck);
    }

    /// Whether `i` differs from the reading before the run, and nothing is stored that would take it back.
    pub(super) fn differs_for_good(&self, i: usize) -> bool {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        let restores = node.back.iter().any(|planned| planned.action == Step::Restore);
        c.differs && (!c.unclean || (restores && c.way_back().is_none()))
    }
}
