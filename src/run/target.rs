//! A target on which some component must be alone: who may work there, and in which order the ways back go.

use super::shape::Shape;
use std::collections::BTreeSet;

/// A shared target with at least one exclusive member. Other targets need no book-keeping.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Target {
    /// Begun and not settled.
    pub unsettled: usize,
    /// Those of them that must be alone.
    pub exclusive: usize,
    /// Those at work, not only waiting for their way back.
    pub active: usize,
    /// Ready to begin, by index; one at a time is offered.
    pub forth: BTreeSet<usize>,
    /// Ready to go back, by position in `begun`.
    pub back: BTreeSet<usize>,
    /// All that began here, in order.
    pub begun: Vec<usize>,
    /// Positions in `begun` that are not clean again.
    pub unclean: BTreeSet<usize>,
    /// The highest position in `begun` that is stuck.
    pub stuck: Option<usize>,
    /// Everything in `begun` from here on is in a going-back set.
    pub swept: Option<usize>,
    /// Offered to the queues now.
    pub offered_forth: Option<usize>,
    pub offered_back: Option<usize>,
}

impl Target {
    /// Who may begin here now.
    pub(super) fn admit_forth(&self, shape: &Shape) -> Option<usize> {
        let head = *self.forth.first()?;
        let alone = !shape.nodes[head].exclusive || self.unsettled == 0;
        (self.exclusive == 0 && alone).then_some(head)
    }

    /// Who may go back here now: one at a time, the last that began first, and a whole-system restore only when
    /// everything that began after it is clean.
    pub(super) fn admit_back(&self, shape: &Shape) -> Option<usize> {
        if self.active > 0 {
            return None;
        }
        let last = self.unclean.last().copied();
        let mut ready = self.back.iter().rev();
        ready.find(|at| !shape.nodes[self.begun[**at]].whole || last == Some(**at)).map(|at| self.begun[*at])
    }
}
