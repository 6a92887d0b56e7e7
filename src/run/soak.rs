//! A component is watched before it is committed (page 5.2): its checks are asked again and again, and one that fails is a
//! failure of the component. What is left is kept as a length of time, so that no clock that is set and no controller that
//! is lost shortens it.

use super::component::Component;
use super::damage::Damage;
use super::event::Leg;
use super::fold::Run;
use super::planted::Defect;
use super::shape::Node;
use super::standing::{ActionStanding, Phase};
use crate::plan::noun::Step;
use patchform_sdk::message::Verdict;
use std::time::Duration;

/// Pauses between two looks: at least, and at most. In between it is a tenth of the soak.
const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

impl Component {
    /// Whether nothing is left to do forth but to watch it, and to record it: it takes up no place of its rollout.
    pub(super) fn is_watched(&self, node: &Node) -> bool {
        let soak = node.forth.iter().position(|p| p.action == Step::Soak);
        self.leg == Leg::Forth && soak.is_some_and(|at| self.forth >= at)
    }

    /// How much of its soak is left; `None` while it is not at that.
    pub(super) fn soak_left(&self, node: &Node) -> Option<Duration> {
        let planned = self.planned(node).filter(|p| p.action == Step::Soak)?;
        Some(planned.expected.saturating_sub(self.soaked))
    }

    /// How long to wait before the next look.
    pub(super) fn look_after(&self, node: &Node) -> Duration {
        let whole = self.planned(node).map_or(Duration::ZERO, |p| p.expected);
        (whole / 10).clamp(EVERY.0, EVERY.1).min(self.soak_left(node).unwrap_or_default())
    }
}

impl Run {
    /// How much longer component `i` is watched before it is committed; `None` while it is not.
    pub fn soak_left(&self, i: usize) -> Option<Duration> {
        let c = self.components.get(i).filter(|c| c.phase == Phase::Forward)?;
        c.soak_left(&self.shape.nodes[i]).filter(|_| c.current == ActionStanding::Pending)
    }

    /// Takes in what a look found, so long after the one before.
    pub(super) fn watched(&mut self, i: usize, passed: Duration, found: &Verdict) -> Result<(), Damage> {
        self.known(i)?;
        if self.soak_left(i).is_none() {
            return Err(Damage::StrayWatch { component: i });
        }
        let blind = self.planted(Defect::SoakIsBlind);
        let c = &mut self.components[i];
        match found {
            Verdict::Healthy => {
                c.soaked = c.soaked.saturating_add(passed);
                let over = c.soak_left(&self.shape.nodes[i]).is_none_or(|left| left.is_zero());
                if over || self.planted(Defect::SoakIsOneLook) {
                    self.advance(i);
                }
            }
            Verdict::Ill { .. } if blind => self.advance(i),
            Verdict::Ill { why } => {
                // Should it be tried again, it is watched from the beginning.
                c.soaked = Duration::ZERO;
                self.fail(i, why, "");
            }
            Verdict::Inconclusive { why } => self.inconclusive(i, why),
        }
        Ok(())
    }
}
