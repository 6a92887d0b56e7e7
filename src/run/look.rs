//! What a reading says, before a run is taken back, of a component that its journal does not know as changed: the
//! reading decides (page 5.3, rule 7), since the journal may lack its end, or somebody else may have been there.

use super::damage::Damage;
use super::fold::Run;
use super::standing::{ActionStanding, Phase};
use crate::plan::noun::Step;

/// Why a component is stuck whose reading contradicts the journal.
pub(super) const DIFFERS: &str = "it does not read as before the run, although the run's journal does not tell that the \
                                  run changed it: the journal lacks its end (an older backup?), or somebody else changed it";

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

    /// Takes in such a reading. One that could not be made says nothing.
    pub(super) fn looked_at(&mut self, i: usize, digest: &Result<String, String>) -> Result<(), Damage> {
        if !self.must_read_as_before(i) {
            return Err(Damage::StrayReading { component: i });
        }
        let as_before = digest.as_ref().ok().map(|digest| *digest == self.shape.nodes[i].before);
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

    /// A reading contradicted the journal, and does not any more: somebody put it right. What it held down is free.
    fn put_right(&mut self, i: usize) {
        let c = &mut self.components[i];
        c.differs = false;
        c.changed = false;
        match c.phase {
            Phase::Returning => self.turned(i),
            Phase::Stuck(_) => {
                let stuck = |i: &usize| matches!(self.components[*i].phase, Phase::Stuck(_));
                let stuck: Vec<usize> = (0..self.components.len()).filter(stuck).collect();
                self.free_stuck(&stuck);
            }
            _ => {}
        }
    }

    /// Whether `i` differs from the reading before the run, and nothing is stored that would take it back.
    pub(super) fn differs_for_good(&self, i: usize) -> bool {
        let (node, c) = (&self.shape.nodes[i], &self.components[i]);
        let restores = node.back.iter().any(|planned| planned.action == Step::Restore);
        c.differs && (!c.unclean || (restores && c.way_back().is_none()))
    }
}
