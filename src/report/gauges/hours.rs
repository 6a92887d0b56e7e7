//! The hours of what has not begun: until when they are open, and what does not start any more.

use crate::model::Moment;
use crate::plan::Plan;
use crate::plan::hours::{Kept, When};
use crate::policy::{self, Subject};
use crate::report::run_view::Stands;
use std::collections::BTreeMap;

/// Windows and blackouts that some components keep to together.
#[derive(Debug, Clone)]
pub struct Hours<'a> {
    /// They.
    pub kept: Kept<'a>,
    /// Whether they are open now.
    pub open: bool,
    /// When that changes next; `None` where they never open again.
    pub until: Option<Moment>,
    /// How many keep to them and have not begun.
    pub waiting: usize,
    /// How many of those need longer than is left, or have to wait for the next opening: this run does not start them.
    pub late: usize,
}

impl PartialEq for Hours<'_> {
    fn eq(&self, other: &Self) -> bool {
        let names = |h: &Self| (h.kept.window_names().join(","), h.kept.blackout_names().join(","));
        let rest = |h: &Self| (h.open, h.until, h.waiting, h.late);
        names(self) == names(other) && rest(self) == rest(other)
    }
}

/// Those of all components that have not begun, the ones that close first before others.
pub(super) fn hours<'a>(plan: &'a Plan, standing: &[Stands], now: Moment) -> Vec<Hours<'a>> {
    if plan.purpose.goes_back() {
        return Vec::new();
    }
    let mut by_hours: BTreeMap<(&[usize], &[usize]), Vec<Subject<'_>>> = BTreeMap::new();
    let untouched = |i: &usize| standing.get(*i) == Some(&Stands::Untouched);
    for (_, entry, change) in plan.changes().filter(|(i, e, _)| untouched(i) && !e.when.is_any_time()) {
        let key = (&entry.when.windows[..], &entry.when.blackouts[..]);
        by_hours.entry(key).or_default().push(Subject { entry, change, next: 0 });
    }
    let of_hours = |((windows, blackouts), subjects): (_, Vec<Subject<'_>>)| {
        let kept = plan.hours.kept(&When { windows: Vec::from(windows), blackouts: Vec::from(blackouts) });
        (!kept.is_any_time()).then(|| told(kept, &subjects, now))
    };
    let mut all: Vec<Hours<'a>> = by_hours.into_iter().filter_map(of_hours).collect();
    all.sort_by_key(|h| (h.until.unwrap_or(Moment(i64::MAX)), std::cmp::Reverse(h.waiting)));
    all
}

fn told<'a>(kept: Kept<'a>, subjects: &[Subject<'_>], now: Moment) -> Hours<'a> {
    let opening = kept.schedule().openings(now).next();
    let open = opening.is_some_and(|opening| opening.from <= now);
    let until = opening.map(|opening| if open { opening.until } else { opening.from });
    let fits =
        |subject: &&Subject<'_>| open && until.is_some_and(|u| policy::needs(**subject) <= u.since(now));
    let late = subjects.len() - subjects.iter().filter(fits).count();
    Hours { kept, open, until, waiting: subjects.len(), late }
}
