//! A target on which some component must be alone: who may work there, and in which order the ways back go.

use super::planted::Defect;
use super::shape::Shape;
use std::collections::BTreeSet;
use std::ops::Range;

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
    /// Those of them whose way back takes the whole system back.
    pub unclean_whole: BTreeSet<usize>,
    /// The highest position in `begun` that is stuck.
    pub stuck: Option<usize>,
    /// The highest one whose way back takes the whole system back.
    pub stuck_whole: Option<usize>,
    /// Positions in `begun` that a whole-system restore took into a going-back set; others may have begun since.
    pub swept: Range<usize>,
    /// Offered to the queues now.
    pub offered_forth: Option<usize>,
    pub offered_back: Option<usize>,
}

impl Target {
    /// Who may begin here now.
    pub(super) fn admit_forth(&self, shape: &Shape) -> Option<usize> {
        let head = *self.forth.first()?;
        if shape.planted.has(Defect::TargetsAreShared) {
            return Some(head);
        }
        let alone = !shape.nodes[head].exclusive || self.unsettled == 0;
        (self.exclusive == 0 && alone).then_some(head)
    }

    /// Who may go back here now: one at a time, the last that began first. A whole-system restore waits until
    /// everything that began after it is clean; nothing goes back under a later whole-system snapshot, which holds
    /// its patched state and would bring it again.
    pub(super) fn admit_back(&self, shape: &Shape) -> Option<usize> {
        if self.active > 0 {
            return None;
        }
        let may = |at: &&usize| {
            let last = if shape.nodes[self.begun[**at]].whole { &self.unclean } else { &self.unclean_whole };
            last.last().is_none_or(|last| last <= *at)
        };
        self.back.iter().rev().find(may).map(|at| self.begun[*at])
    }

    /// Everything that has to go back before the one that began here at `at`, newly found.
    pub(super) fn sweep(&mut self, at: usize, whole: bool) -> Vec<usize> {
        if !whole {
            return self.unclean_whole.range(at + 1..).map(|k| self.begun[*k]).collect();
        }
        let (next, all) = (at + 1, self.begun.len());
        let Range { start, end } = self.swept.clone();
        let known = (start..=end).contains(&next);
        self.swept = if known { start..all } else { next..all };
        let before = if known { next..next } else { next..start.clamp(next, all) };
        before.chain(end.max(next)..all).map(|k| self.begun[k]).collect()
    }

    /// Whether something that began after the one at `at` may still take the whole system back.
    pub(super) fn is_unclean_after(&self, at: usize) -> bool {
        self.unclean_whole.last().is_some_and(|last| *last > at)
    }

    /// Whether something that has to go back before the one at `at` is stuck.
    pub(super) fn stuck_after(&self, at: usize, whole: bool) -> bool {
        let stuck = if whole { self.stuck } else { self.stuck_whole };
        stuck.is_some_and(|stuck| stuck > at)
    }
}
