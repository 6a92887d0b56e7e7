//! What a run that was abandoned leaves undone: somebody has to know that what stands at a component is not in force, or
//! that nobody made sure of it. Not every kind can read that.

use super::component::Component;
use super::decide::snapshot_id;
use super::event::Leg;
use super::fold::Run;
use super::planted::Defect;
use super::shape::Node;
use super::standing::{Phase, Skip};
use crate::plan::noun::{Planned, Step};
use patchform_sdk::message::Reload;

/// What is still to be done so that what stands at a component is in force and verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// What it takes until it is in force; `None` where only the verification is missing.
    pub reload: Reload,
    /// Where only that is missing: which leg put there what was brought into force, and what that took.
    pub reloaded: Option<(Leg, Reload)>,
}

impl Undone {
    fn all(reload: Reload) -> Undone {
        Undone { reload, reloaded: None }
    }

    fn verify(leg: Leg, took: Reload) -> Undone {
        Undone { reload: Reload::None, reloaded: (took != Reload::None).then_some((leg, took)) }
    }
}

impl Run {
    /// Whether component `i` reached its level, verified, and its way back was not begun since, although it is to go back.
    pub fn has_reached(&self, i: usize) -> bool {
        let (Some(c), Some(node)) = (self.components.get(i), self.shape.nodes.get(i)) else { return false };
        let back = matches!(c.phase, Phase::Returning | Phase::Stuck(_));
        let untouched = c.leg == Leg::Back && c.highest == 0 && c.forth == node.forth.len();
        !c.put_back && !c.astray && (self.is_kept(i) || (back && c.changed && !c.differs && untouched))
    }

    /// Whether component `i` is at its level and was found well there, and is not to go back: what is left is to watch it and to give
    /// it back to its users.
    pub fn awaits_release(&self, i: usize) -> bool {
        let (Some(c), Some(node)) = (self.components.get(i), self.shape.nodes.get(i)) else { return false };
        let verify = node.forth.iter().rposition(|planned| planned.action == Step::Verify);
        matches!(c.phase, Phase::Forward | Phase::Halted) && verify.is_some_and(|verify| c.forth > verify)
    }

    /// Whether the way back of component `i` brought what stands there now into force, and verified it. Where nothing had to be
    /// taken back, nobody did.
    pub fn is_back_in_force(&self, i: usize) -> bool {
        let (Some(c), Some(node)) = (self.components.get(i), self.shape.nodes.get(i)) else { return false };
        let verifies = node.back.iter().any(|planned| planned.action == Step::Verify);
        c.phase == Phase::Restored && c.walked_back && verifies
    }

    /// What component `i` still needs so that what stands there is in force and verified, where its run was abandoned before
    /// that, or where a person put it back and no step of the run follows. `None` where nothing is.
    pub fn owed(&self, i: usize) -> Option<Undone> {
        let (c, node) = (self.components.get(i)?, self.shape.nodes.get(i)?);
        let follows = |planned: &Planned| matches!(planned.action, Step::Reload | Step::Verify);
        let whole = c.needs.max(node.reload);
        if self.is_finished() && c.put_back && node.back.is_empty() {
            return node.forth.iter().any(follows).then(|| Undone::all(whole));
        }
        if !self.is_finished() || !matches!(c.phase, Phase::Stuck(_)) {
            return None;
        }
        if self.planted(Defect::NothingIsOwed) || (!c.changed && self.planted(Defect::TrafficIsNotOwed)) {
            return None;
        }
        if !c.changed {
            // What uses it is kept away, and comes back once somebody has made sure of it; or something goes on there that is not to be
            // forgotten.
            let is_open = c.is_away() || self.is_left_running(i);
            return is_open.then(|| Undone::verify(leg(c), Reload::None));
        }
        if reads_otherwise(c, node) || c.differs || c.astray {
            return Some(Undone::all(whole));
        }
        let undone = undone(c, node);
        let has = |step| undone.iter().any(|planned| planned.action == step);
        match (has(Step::Reload), has(Step::Verify)) {
            (true, _) => Some(Undone::all(whole)),
            (false, true) => Some(Undone::verify(leg(c), whole)),
            (false, false) => c.is_away().then(|| Undone::verify(leg(c), whole)),
        }
    }

    /// Whether what component `i` was left with may have been put there in part only: its patch, or the restore on its way
    /// back, began and is not known to be done. `before`: whether that held before the run, since a way back leads there again.
    pub fn is_half(&self, i: usize, before: bool) -> bool {
        let (Some(c), Some(node)) = (self.components.get(i), self.shape.nodes.get(i)) else { return false };
        let left = undone(c, node);
        // A way back that has not come to its restore stands over what the way forth has left.
        let stopped = node.forth.get(c.forth).is_some_and(|planned| planned.action.replaces());
        let begun = left.first().is_some_and(|planned| planned.action.replaces())
            || (stopped && left.iter().any(|planned| planned.action.replaces()));
        let told = c.changed && !self.planted(Defect::HalfIsOwedAsWhole);
        told && (begun || reads_otherwise(c, node) || c.differs || c.astray || (goes_back(c) && before))
    }
}

/// Whether its way back was walked to its end, and something else is there than before the run: nobody knows what.
fn reads_otherwise(c: &Component, node: &Node) -> bool {
    goes_back(c) && c.back >= node.back.len() && !c.walked_back && !c.put_back
}

impl Run {
    /// What component `i` may need so that what stands there is whole, in force and verified, where this is the fold of only
    /// a beginning of its journal: what brings it into force, and whether it may be half done. `named`: whether what could be
    /// read of the rest tells of it. `None` where it is not changed by this run.
    pub fn may_owe(&self, i: usize, named: bool) -> Option<(Undone, bool)> {
        let (c, node) = (self.components.get(i)?, self.shape.nodes.get(i)?);
        let whole = c.needs.max(node.reload);
        match c.phase {
            _ if !node.changes => None,
            // Nothing follows there.
            Phase::Restored | Phase::Skipped(_) | Phase::Held { .. } if !named => None,
            // It came to rest, and nothing is known to have taken it back since: somebody is to make sure of that.
            Phase::Committed if !named => Some((Undone::verify(Leg::Forth, whole), false)),
            _ => Some((Undone::all(whole), true)),
        }
    }
}

impl Run {
    /// What component `i` may need, and whether it may be half done, through what the lines did that its journal lacks, where
    /// this run has ended and nobody made sure of it since. What reads as before the run is whole.
    pub fn may_owe_to_lost_lines(&self, i: usize) -> Option<(Undone, bool)> {
        let (c, node) = (self.components.get(i)?, self.shape.nodes.get(i)?);
        let whole = Undone::all(c.needs.max(node.reload));
        let back = c.walked_back || c.put_back || (c.tried && self.planted(Defect::RightIsInForce));
        match c.phase {
            _ if !node.changes || !self.is_finished() => None,
            _ if self.planted(Defect::LostLinesOweNothing) => None,
            Phase::Skipped(Skip::Unfit(_)) => None,
            Phase::Restored | Phase::Skipped(_) | Phase::Held { .. } if !back => Some((whole, !c.as_before)),
            Phase::Committed if !c.made_sure => self.may_owe(i, false),
            Phase::Stuck(_) if !c.made_sure && !c.put_back => Some((whole, c.changed || !c.as_before)),
            _ => None,
        }
    }

    /// The snapshot that lines may have asked for which its journal lacks, where it tells of none.
    pub fn lost_snapshot(&self, i: usize) -> Option<String> {
        self.may_owe_to_lost_lines(i)?;
        let asks = self.shape.nodes[i].forth.iter().any(|planned| planned.action == Step::Snapshot);
        (asks && self.components[i].snapshots.is_empty()).then(|| snapshot_id(self.id(), i, 1))
    }
}

/// Once its way back has begun, also by hand, what that left undone counts: it does again what the way forth did.
fn goes_back(c: &Component) -> bool {
    c.leg == Leg::Back && (c.highest > 0 || c.put_back)
}

/// Which leg put there what stands there.
fn leg(c: &Component) -> Leg {
    if goes_back(c) { Leg::Back } else { Leg::Forth }
}

fn undone<'a>(c: &Component, node: &'a Node) -> &'a [Planned] {
    let leg = leg(c);
    let next = if leg == Leg::Back { c.back } else { c.forth };
    node.procedure(leg).get(next..).unwrap_or_default()
}
