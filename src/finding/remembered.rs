//! What was found, from one assessment to the next: first seen, last seen, closed by which run, open again.

use crate::model::{Address, Moment};
use std::collections::{BTreeMap, BTreeSet};

/// Which finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The component.
    pub component: Address,
    /// The package.
    pub package: String,
    /// The vulnerability.
    pub vulnerability: String,
}

/// What is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// When it was seen for the first time.
    pub first_seen: Moment,
    /// When it was seen the last time.
    pub last_seen: Moment,
    /// The version that had it then.
    pub version: String,
    /// How it ended; none while it is open.
    pub closed: Option<Closed>,
    /// When it was found again after it had been closed.
    pub reopened: Option<Moment>,
}

/// How a finding ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When it was no longer seen.
    pub at: Moment,
    /// The run that brought another level; none where nobody knows one.
    pub run: Option<String>,
    /// The version that is there now; none where the package is gone, or nothing says that it is affected any more.
    pub version: Option<String>,
}

/// Everything that was ever found, and when that was looked at the last time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// When the last assessment was.
    pub assessed: Option<Moment>,
    /// By component, package and vulnerability.
    pub all: BTreeMap<Key, Remembered>,
}

/// What is there now of a component that was read.
pub struct Seen<'a> {
    /// The run that put its level there, and when.
    pub run: Option<(&'a str, Moment)>,
    /// The versions of its place's packages.
    pub versions: BTreeMap<&'a str, &'a str>,
}

impl Findings {
    /// Takes an assessment: `open` are the findings with their versions, `seen` are the components that were read. What was
    /// not read stays as it was: nobody knows.
    pub fn take(&mut self, open: &BTreeMap<Key, String>, seen: &BTreeMap<Address, Seen<'_>>, now: Moment) {
        self.assessed = Some(now);
        for (key, version) in open {
            let new = Remembered {
                first_seen: now,
                last_seen: now,
                version: version.clone(),
                closed: None,
                reopened: None,
            };
            let known = self.all.entry(key.clone()).or_insert(new);
            if known.closed.take().is_some() {
                known.reopened = Some(now);
            }
            known.last_seen = now;
            known.version.clone_from(version);
        }
        for (key, known) in self.all.iter_mut().filter(|(key, _)| !open.contains_key(key)) {
            let Some(seen) = seen.get(&key.component).filter(|_| known.closed.is_none()) else { continue };
            // A run that ended before it was seen cannot have closed it.
            let run = seen.run.filter(|(_, at)| *at >= known.last_seen).map(|(run, _)| run.to_string());
            let version = seen.versions.get(key.package.as_str()).map(ToString::to_string);
            known.closed = Some(Closed { at: now, run, version });
        }
    }

    /// Opens again what a level that came back brings with it: findings of these components that were closed after the
    /// package had another version than the one that is there now. Answers how many.
    pub fn reopen(&mut self, levels: &BTreeMap<Address, BTreeMap<String, String>>, now: Moment) -> usize {
        let mut count = 0;
        for (key, known) in &mut self.all {
            let now_there = levels.get(&key.component).and_then(|parts| parts.get(&key.package));
            if known.closed.is_some() && now_there == Some(&known.version) {
                known.closed = None;
                known.reopened = Some(now);
                count += 1;
            }
        }
        count
    }

    /// The findings that are open.
    pub fn open(&self) -> impl Iterator<Item = (&Key, &Remembered)> {
        self.all.iter().filter(|(_, known)| known.closed.is_none())
    }

    /// Carries what was found of components to the addresses that they have now. What was found there already is joined with
    /// it, and counts since the earlier of the two.
    pub fn carry(&mut self, moved: &BTreeMap<Address, Address>) {
        let leaves = self.all.extract_if(.., |key, _| moved.contains_key(&key.component));
        let leaves: Vec<(Key, Remembered)> = leaves.collect();
        for (key, known) in leaves {
            let Some(component) = moved.get(&key.component).cloned() else { continue };
            let there = self.all.entry(Key { component, ..key }).or_insert_with(|| known.clone());
            there.first_seen = there.first_seen.min(known.first_seen);
        }
    }

    /// Hands findings over to the component that has their package now: a package that no level names belongs to the first
    /// component of its place, and that may be another one than before. `beside` are the components that it may come from.
    pub fn hand_over<'b>(
        &mut self,
        open: &BTreeMap<Key, String>,
        beside: impl Fn(&Address) -> Vec<&'b Address>,
    ) {
        for key in open.keys() {
            if self.all.contains_key(key) {
                continue;
            }
            let from =
                beside(&key.component).into_iter().map(|c| Key { component: c.clone(), ..key.clone() });
            let held = |from: &Key| {
                !open.contains_key(from) && self.all.get(from).is_some_and(|known| known.closed.is_none())
            };
            let Some(from) = from.into_iter().find(held) else { continue };
            if let Some(known) = self.all.remove(&from) {
                self.all.insert(key.clone(), known);
            }
        }
    }

    /// Forgets components that the configuration has no more.
    pub fn keep(&mut self, components: &BTreeSet<&Address>) {
        self.all.retain(|key, _| components.contains(&key.component));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(package: &str) -> Key {
        Key {
            component: "apt.web".parse().unwrap(),
            package: package.into(),
            vulnerability: "CVE-2026-1".into(),
        }
    }

    fn seen<'a>(run: Option<(&'a str, i64)>, versions: &[(&'a str, &'a str)]) -> BTreeMap<Address, Seen<'a>> {
        let versions = versions.iter().copied().collect();
        let run = run.map(|(run, at)| (run, Moment(at)));
        BTreeMap::from([("apt.web".parse().unwrap(), Seen { run, versions })])
    }

    #[test]
    fn a_finding_is_closed_by_the_run_that_came_after_it_and_opens_again_with_its_level() {
        let mut findings = Findings::default();
        let open = BTreeMap::from([(key("a"), "1".to_string()), (key("b"), "1".to_string())]);
        findings.take(&open, &seen(None, &[("a", "1"), ("b", "1")]), Moment(10));
        findings.take(&open, &BTreeMap::new(), Moment(20));
        assert_eq!(findings.all[&key("a")].first_seen, Moment(10));
        let still = BTreeMap::from([(key("b"), "1".to_string())]);
        findings.take(&still, &seen(Some(("r1", 25)), &[("a", "2"), ("b", "1")]), Moment(30));
        let closed = Closed { at: Moment(30), run: Some("r1".into()), version: Some("2".into()) };
        assert_eq!(findings.all[&key("a")].closed, Some(closed));
        assert_eq!(findings.open().count(), 1);
        let level = |version: &str| {
            let parts = BTreeMap::from([("a".to_string(), version.to_string())]);
            BTreeMap::from([("apt.web".parse().unwrap(), parts)])
        };
        assert_eq!(findings.reopen(&level("3"), Moment(40)), 0);
        assert_eq!(findings.reopen(&level("1"), Moment(40)), 1);
        assert_eq!(findings.all[&key("a")].reopened, Some(Moment(40)));
        assert_eq!(findings.open().count(), 2);
    }

    #[test]
    fn a_finding_goes_to_the_component_that_has_its_package_now() {
        let mut findings = Findings::default();
        let of = |component: &str| Key { component: component.parse().unwrap(), ..key("a") };
        let open = |component: &str| BTreeMap::from([(of(component), "1".to_string())]);
        findings.take(&open("apt.web"), &BTreeMap::new(), Moment(10));
        let (web, aaa): (Address, Address) = ("apt.web".parse().unwrap(), "apt.aaa".parse().unwrap());
        findings.hand_over(&open("apt.aaa"), |_| vec![&aaa, &web]);
        findings.take(&open("apt.aaa"), &BTreeMap::new(), Moment(20));
        assert_eq!(findings.all.keys().collect::<Vec<_>>(), [&of("apt.aaa")]);
        assert_eq!(findings.all[&of("apt.aaa")].first_seen, Moment(10));
        // Who still has it keeps it.
        let both = open("apt.aaa").into_iter().chain(open("apt.web")).collect();
        findings.hand_over(&both, |_| vec![&aaa, &web]);
        findings.take(&both, &BTreeMap::new(), Moment(30));
        assert_eq!(findings.all[&of("apt.aaa")].first_seen, Moment(10));
        assert_eq!(findings.all[&of("apt.web")].first_seen, Moment(30));
    }

    #[test]
    fn a_finding_goes_along_with_its_component() {
        let mut findings = Findings::default();
        let of =
            |component: &str, package: &str| Key { component: component.parse().unwrap(), ..key(package) };
        let open = |component: &str| {
            ["a", "b"].map(|package| (of(component, package), "1".to_string())).into_iter().collect()
        };
        findings.take(&open("apt.web"), &BTreeMap::new(), Moment(10));
        findings.take(
            &BTreeMap::from([(of("apt.shop", "b"), "1".to_string())]),
            &BTreeMap::new(),
            Moment(20),
        );
        let moved = BTreeMap::from([("apt.web".parse().unwrap(), "apt.shop".parse().unwrap())]);
        findings.carry(&moved);
        let known: Vec<_> = findings.all.iter().map(|(key, known)| (key.clone(), known.first_seen)).collect();
        assert_eq!(known, [(of("apt.shop", "a"), Moment(10)), (of("apt.shop", "b"), Moment(10))]);
    }

    #[test]
    fn what_was_not_read_stays_open_and_a_run_of_before_closed_nothing() {
        let mut findings = Findings::default();
        let open = BTreeMap::from([(key("a"), "1".to_string())]);
        findings.take(&open, &seen(None, &[("a", "1")]), Moment(10));
        findings.take(&BTreeMap::new(), &BTreeMap::new(), Moment(20));
        assert_eq!(findings.open().count(), 1);
        findings.take(&BTreeMap::new(), &seen(Some(("old", 5)), &[]), Moment(30));
        let closed = Closed { at: Moment(30), run: None, version: None };
        assert_eq!(findings.all[&key("a")].closed, Some(closed));
        findings.keep(&BTreeSet::new());
        assert!(findings.all.is_empty());
    }
}
