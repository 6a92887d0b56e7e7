//! What a component's health after its patch is compared with.

use super::event::Leg;
use super::fold::Run;
use crate::model::Moment;
use crate::plan::noun::Step;
use patchform_sdk::message::Done;
use std::collections::BTreeSet;

/// What a component's health after its patch is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Names of the checks that were ill before the patch.
    pub ill_before: BTreeSet<String>,
    /// When its patch, or what takes that back, was begun last.
    pub since: Option<Moment>,
}

impl Run {
    /// What the health of component `i` is compared with.
    pub fn baseline(&self, i: usize) -> Baseline {
        self.components.get(i).map(|c| c.baseline.clone()).unwrap_or_default()
    }

    /// Component `i` begins `step`: what is in its journal from now on is due to that.
    pub(super) fn begins_anew(&mut self, i: usize, step: Step) {
        let c = &mut self.components[i];
        let anew = match step {
            _ if step.replaces() => true,
            // What the bad level still says while it ends does not count against the old one.
            Step::Reload => c.leg == Leg::Back,
            _ => false,
        };
        if anew {
            c.baseline.since = Some(self.at);
        }
    }

    /// Component `i` was measured before its patch.
    pub(super) fn measured(&mut self, i: usize, done: &Done) {
        let ill = done.ailments.iter().filter(|ailment| ailment.ill);
        self.components[i].baseline.ill_before = ill.map(|ailment| ailment.check.clone()).collect();
    }
}
