//! The findings of one package from one assessment to the next. Those that were seen, closed and opened again together are
//! kept together: of the thousands of a host each package has one or two such groups.

use super::remembered::{Seen, There};
use crate::model::Moment;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is remembered of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remembered {
    /// When it was seen for the first time.
    pub first_seen: Moment,
    /// When it was seen the last time.
    pub last_seen: Moment,
    /// The version that had it then.
    pub version: Arc<str>,
    /// How it ended; none while it is open.
    pub closed: Option<Closed>,
    /// When it was found again after it had been closed.
    pub reopened: Option<Moment>,
}

/// How a finding ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closed {
    /// When it was no longer seen.
    pub at: Moment,
    /// The run that brought another level; none where nobody knows one.
    pub run: Option<Arc<str>>,
    /// The version that is there now; none where the package is gone, or nothing says that it is affected any more.
    pub version: Option<Arc<str>>,
}

/// Vulnerabilities by their numbers, in rising order; hosts that have the same package share them.
pub type Numbers = Arc<[u32]>;

/// The findings of one package, by number of the vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course(Vec<(Remembered, Numbers)>);

impl Course {
    /// Of a package that is seen for the first time.
    pub(super) fn new(there: &[There], now: Moment) -> Course {
        let affected = there.iter().filter(|one| !one.open.is_empty());
        Course::of(affected.map(|one| (Remembered::new(one, now), Arc::clone(&one.open))).collect())
    }

    /// Of groups, each with what is remembered of it.
    pub fn of(groups: Vec<(Remembered, Numbers)>) -> Course {
        match <[_; 1]>::try_from(groups) {
            Ok(only) => Course(only.into()),
            Err(groups) => {
                let each =
                    groups.iter().flat_map(|(known, numbers)| numbers.iter().map(move |at| (*at, known)));
                let each: BTreeMap<u32, &Remembered> = each.collect();
                each.into_iter().map(|(number, known)| (number, known.clone())).collect()
            }
        }
    }

    /// What is remembered of a vulnerability.
    pub fn get(&self, vulnerability: u32) -> Option<&Remembered> {
        let has = |(_, numbers): &&(Remembered, Numbers)| numbers.binary_search(&vulnerability).is_ok();
        self.0.iter().find(has).map(|(known, _)| known)
    }

    /// Every vulnerability with what is remembered of it.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Remembered)> {
        self.0.iter().flat_map(|(known, numbers)| numbers.iter().map(move |number| (*number, known)))
    }

    /// What is remembered, each with the vulnerabilities that it is remembered of.
    pub fn groups(&self) -> &[(Remembered, Numbers)] {
        &self.0
    }

    /// Changes what is remembered of single vulnerabilities.
    pub fn change(&mut self, change: impl FnOnce(&mut BTreeMap<u32, Remembered>)) {
        let mut each = self.iter().map(|(number, known)| (number, known.clone())).collect();
        change(&mut each);
        *self = each.into_iter().collect();
    }

    /// Takes what an assessment found: what is `there` is open; what is not is closed, where its component was `seen`
    /// and somebody can tell.
    pub(super) fn take(&mut self, package: &str, there: &[There], seen: Option<&Seen<'_>>, now: Moment) {
        match (&mut self.0[..], there) {
            // Nothing but time has passed.
            ([(known, numbers)], [one]) if *numbers == one.open => {
                known.see(one, now);
                *numbers = Arc::clone(&one.open);
            }
            _ => self.change(|each| {
                for one in there {
                    for number in one.open.iter() {
                        each.entry(*number).or_insert_with(|| Remembered::new(one, now)).see(one, now);
                    }
                }
                let Some(seen) = seen else { return };
                let is_gone = |number: &u32| !there.iter().any(|one| one.may_have(*number));
                for (_, known) in each.iter_mut().filter(|(number, _)| is_gone(number)) {
                    known.end(package, seen, now);
                }
            }),
        }
    }
}

impl FromIterator<(u32, Remembered)> for Course {
    fn from_iter<I: IntoIterator<Item = (u32, Remembered)>>(all: I) -> Course {
        let mut groups: BTreeMap<Remembered, Vec<u32>> = BTreeMap::new();
        for (number, known) in all {
            groups.entry(known).or_default().push(number);
        }
        let sorted = |(known, mut numbers): (Remembered, Vec<u32>)| {
            numbers.sort_unstable();
            (known, numbers.into())
        };
        Course(groups.into_iter().map(sorted).collect())
    }
}

impl Remembered {
    fn new(there: &There, now: Moment) -> Remembered {
        let version = Arc::clone(&there.version);
        Remembered { first_seen: now, last_seen: now, version, closed: None, reopened: None }
    }

    /// It is there now.
    fn see(&mut self, there: &There, now: Moment) {
        if self.closed.take().is_some() {
            self.reopened = Some(now);
        }
        self.last_seen = now;
        self.version = Arc::clone(&there.version);
    }

    /// It is not there any more.
    fn end(&mut self, package: &str, seen: &Seen<'_>, now: Moment) {
        if self.closed.is_some() {
            return;
        }
        // A run that ended before it was seen cannot have closed it.
        let run = seen.run.filter(|(_, at)| *at >= self.last_seen).map(|(run, _)| run.into());
        let version = seen.version(package).map(Arc::from);
        self.closed = Some(Closed { at: now, run, version });
    }
}
