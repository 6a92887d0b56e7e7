//! What was found, from one assessment to the next: first seen, last seen, closed by which run, open again.

use super::course::{Course, Numbers, Remembered};
use super::names::Names;
use crate::model::{Address, Moment};
use patchform_advisory::Installed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key<'a> {
    /// The component.
    pub component: &'a Address,
    /// The package.
    pub package: &'a str,
    /// The vulnerability.
    pub vulnerability: &'a str,
}

/// Everything that was ever found, and when that was looked at the last time. A fleet has millions of findings: what they
/// have in common is held once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// When the last assessment was.
    pub assessed: Option<Moment>,
    /// The vulnerabilities.
    pub names: Names,
    /// By component and package.
    pub courses: BTreeMap<Address, Packages>,
}

/// What was found of the packages of a component.
pub type Packages = BTreeMap<Arc<str>, Course>;

/// What is open now, by component and package. The vulnerabilities are numbers of [`Findings::names`].
pub type Open<'a> = BTreeMap<&'a Address, BTreeMap<&'a str, &'a [There]>>;

/// A version of a package that is there now; some packages are there in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct There {
    /// The version.
    pub version: Arc<str>,
    /// What it is affected by.
    pub open: Numbers,
    /// What nobody can tell of it any more, of what was found before.
    pub untold: Numbers,
    /// Other names of what it is affected by, under which something was found before: the vulnerability, and that name.
    pub former: Vec<(u32, u32)>,
}

/// What is there now of a component that was read.
pub struct Seen<'a> {
    /// The run that put its level there, and when.
    pub run: Option<(&'a str, Moment)>,
    /// The packages of its place, by name.
    pub packages: &'a [Installed],
}

impl Seen<'_> {
    /// The version of a package, the last of several.
    pub(super) fn version(&self, package: &str) -> Option<&str> {
        let end = self.packages.partition_point(|installed| *installed.name <= *package);
        let last = self.packages[..end].last().filter(|installed| installed.name == package);
        last.map(|installed| installed.version.as_str())
    }
}

impl There {
    /// Whether it is affected by a vulnerability.
    pub(super) fn has(&self, vulnerability: u32) -> bool {
        self.open.binary_search(&vulnerability).is_ok()
    }

    /// Whether it is affected by a vulnerability, or nobody can tell.
    pub(super) fn may_have(&self, vulnerability: u32) -> bool {
        self.has(vulnerability) || self.untold.binary_search(&vulnerability).is_ok()
    }
}

impl Findings {
    /// Takes an assessment: what is `open`, and what was `seen` of the components that were read. What was not read stays as
    /// it was: nobody knows.
    pub fn take(&mut self, open: &Open<'_>, seen: &BTreeMap<&Address, Seen<'_>>, now: Moment) {
        self.assessed = Some(now);
        for component in open.keys() {
            if !self.courses.contains_key(*component) {
                self.courses.insert((*component).clone(), Packages::new());
            }
        }
        for (component, known) in &mut self.courses {
            let mut open = open.get(component).into_iter().flatten().peekable();
            let seen = seen.get(component);
            let mut new = Vec::new();
            for (package, course) in known.iter_mut() {
                new.extend(std::iter::from_fn(|| open.next_if(|(there, _)| ***there < **package)));
                let there = open.next_if(|(there, _)| ***there == **package);
                course.take(package, there.map_or(&[], |(_, there)| there), seen, now);
            }
            let affected = |(_, there): &(&&str, &&[There])| there.iter().any(|one| !one.open.is_empty());
            for (package, there) in new.into_iter().chain(open).filter(affected) {
                known.insert((*package).into(), Course::new(there, now));
            }
        }
    }

    /// Opens again what a level that came back brings with it: findings of these components that were closed after the
    /// package had another version than the one that is there now. Answers how many.
    pub fn reopen(&mut self, levels: &BTreeMap<Address, BTreeMap<String, String>>, now: Moment) -> usize {
        let mut count = 0;
        for (component, parts) in levels {
            let Some(known) = self.courses.get_mut(component) else { continue };
            for (package, now_there) in parts {
                let Some(course) = known.get_mut(package.as_str()) else { continue };
                course.change(|each| {
                    let again =
                        |known: &&mut Remembered| known.closed.is_some() && *known.version == **now_there;
                    for known in each.values_mut().filter(again) {
                        known.closed = None;
                        known.reopened = Some(now);
                        count += 1;
                    }
                });
            }
        }
        count
    }

    /// Every finding.
    pub fn iter(&self) -> impl Iterator<Item = (Key<'_>, &Remembered)> {
        let packages = self.courses.iter().flat_map(|(component, packages)| {
            packages.iter().map(move |(package, course)| (component, package, course))
        });
        packages.flat_map(move |(component, package, course)| {
            course.iter().map(move |(number, known)| {
                (Key { component, package, vulnerability: self.names.name(number) }, known)
            })
        })
    }

    /// Carries what was found of components to the addresses that they have now. What was found there already is joined with
    /// it, and counts since the earlier of the two.
    pub fn carry(&mut self, moved: &BTreeMap<Address, Address>) {
        let leaves: Vec<(Address, Packages)> =
            self.courses.extract_if(.., |component, _| moved.contains_key(component)).collect();
        for (component, packages) in leaves {
            let Some(component) = moved.get(&component).cloned() else { continue };
            let there = self.courses.entry(component).or_default();
            for (package, course) in packages {
                there.entry(package).or_default().change(|each| {
                    for (number, known) in course.iter() {
                        let there = each.entry(number).or_insert_with(|| known.clone());
                        there.first_seen = there.first_seen.min(known.first_seen);
                    }
                });
            }
        }
    }

    /// Hands findings over to the component that has their package now: a package that no level names belongs to the first
    /// component of its place, and that may be another one than before. `beside` are the components that it may come from.
    pub fn hand_over<'b>(&mut self, open: &Open<'_>, beside: impl Fn(&Address) -> Vec<&'b Address>) {
        for (component, packages) in open {
            for from in beside(component) {
                for (package, there) in packages {
                    self.hand_over_one(package, there, (from, open), component);
                }
            }
        }
    }

    /// Hands over those of the vulnerabilities `wanted` of a package `to` a component that nothing is remembered of there, and
    /// that are open at another one, as far as is known, and not any more.
    fn hand_over_one(&mut self, package: &str, wanted: &[There], from: (&Address, &Open<'_>), to: &Address) {
        let (from, open) = from;
        let Some(course) = self.courses.get(from).and_then(|packages| packages.get(package)) else { return };
        let has = self.courses.get(to).and_then(|packages| packages.get(package));
        let still = open.get(from).and_then(|packages| packages.get(package));
        let goes = |(number, known): &(u32, &Remembered)| {
            known.closed.is_none()
                && wanted.iter().any(|there| there.may_have(*number))
                && has.is_none_or(|course| course.get(*number).is_none())
                && !still.is_some_and(|still| still.iter().any(|there| there.may_have(*number)))
        };
        let own = |(number, known): (u32, &Remembered)| (number, known.clone());
        let gone: BTreeMap<u32, Remembered> = course.iter().filter(goes).map(own).collect();
        if gone.is_empty() {
            return;
        }
        let left: Course = course.iter().filter(|(number, _)| !gone.contains_key(number)).map(own).collect();
        if let Some(packages) = self.courses.get_mut(from) {
            packages.insert(package.into(), left);
            packages.retain(|_, course| !course.groups().is_empty());
        }
        let there = self.courses.entry(to.clone()).or_default().entry(package.into()).or_default();
        there.change(|each| each.extend(gone));
    }

    /// Lets findings follow their vulnerability to another name, such as the CVE that its advisory got later. It is the same one,
    /// and counts since it was seen first.
    pub fn rename(&mut self, open: &Open<'_>) {
        for (component, packages) in open {
            let Some(known) = self.courses.get_mut(*component) else { continue };
            for (package, there) in
                packages.iter().filter(|(_, there)| there.iter().any(|one| !one.former.is_empty()))
            {
                let Some(course) = known.get_mut(*package) else { continue };
                let is_gone = |name: u32| {
                    let is_open = course.get(name).is_some_and(|known| known.closed.is_none());
                    is_open && !there.iter().any(|one| one.may_have(name))
                };
                let former = there.iter().flat_map(|one| &one.former).copied();
                let renamed: Vec<(u32, u32)> = former.filter(|(_, before)| is_gone(*before)).collect();
                if !renamed.is_empty() {
                    course.change(|each| rename(each, &renamed));
                }
            }
        }
    }

    /// Forgets components that the configuration has no more.
    pub fn keep(&mut self, components: &BTreeSet<&Address>) {
        self.courses.retain(|component, _| components.contains(component));
    }
}

/// Gives what is remembered new names; what is remembered under both counts since the earlier of the two.
fn rename(each: &mut BTreeMap<u32, Remembered>, renamed: &[(u32, u32)]) {
    for (now, before) in renamed {
        let Some(known) = each.get(before).cloned() else { continue };
        let there = each.entry(*now).or_insert_with(|| known.clone());
        there.first_seen = there.first_seen.min(known.first_seen);
    }
    for (_, before) in renamed {
        each.remove(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Closed;

    /// The only vulnerability of most tests.
    const CVE: &str = "CVE-2026-1";

    /// A component that was read, the run that put its level there and when, and its packages with their versions.
    type Read<'a> = (&'a str, Option<(&'a str, i64)>, &'a [(&'a str, &'a str)]);

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    /// Takes an assessment in which these packages at version 1 are affected by these vulnerabilities.
    fn take(findings: &mut Findings, open: &[(&str, &str, &[&str])], seen: &[Read<'_>], now: i64) {
        with(findings, open, |findings, open| {
            let names: Vec<Address> = seen.iter().map(|(component, ..)| address(component)).collect();
            let installed = |(name, version): &(&str, &str)| Installed::new(name, version);
            let packages: Vec<Vec<Installed>> =
                seen.iter().map(|(.., versions)| versions.iter().map(installed).collect()).collect();
            let all = names.iter().zip(&packages).zip(seen).map(|((name, packages), (_, run, _))| {
                (name, Seen { run: run.map(|(run, at)| (run, Moment(at))), packages })
            });
            findings.take(open, &all.collect(), Moment(now));
        });
    }

    fn with(
        findings: &mut Findings,
        open: &[(&str, &str, &[&str])],
        act: impl FnOnce(&mut Findings, &Open<'_>),
    ) {
        let addresses: Vec<Address> = open.iter().map(|(component, ..)| address(component)).collect();
        let mut there = |names: &[&str]| {
            let mut numbers: Vec<u32> = names.iter().map(|name| findings.names.number(name)).collect();
            numbers.sort_unstable();
            [There { version: "1".into(), open: numbers.into(), untold: [].into(), former: Vec::new() }]
        };
        let all: Vec<[There; 1]> = open.iter().map(|(_, _, names)| there(names)).collect();
        let mut by = Open::new();
        for ((address, (_, package, _)), there) in addresses.iter().zip(open).zip(&all) {
            by.entry(address).or_default().insert(package, there);
        }
        act(findings, &by);
    }

    fn known<'f>(
        findings: &'f Findings,
        component: &str,
        package: &str,
        name: &str,
    ) -> Option<&'f Remembered> {
        let number = findings.names.find(name)?;
        findings.courses.get(&address(component))?.get(package)?.get(number)
    }

    fn open(findings: &Findings) -> usize {
        findings.iter().filter(|(_, known)| known.closed.is_none()).count()
    }

    #[test]
    fn a_finding_is_closed_by_the_run_that_came_after_it_and_opens_again_with_its_level() {
        let mut findings = Findings::default();
        let both: &[(&str, &str, &[&str])] = &[("apt.web", "a", &[CVE]), ("apt.web", "b", &[CVE])];
        take(&mut findings, both, &[("apt.web", None, &[("a", "1"), ("b", "1")])], 10);
        take(&mut findings, both, &[], 20);
        assert_eq!(known(&findings, "apt.web", "a", CVE).unwrap().first_seen, Moment(10));
        take(&mut findings, &both[1..], &[("apt.web", Some(("r1", 25)), &[("a", "2"), ("b", "1")])], 30);
        let closed = Closed { at: Moment(30), run: Some("r1".into()), version: Some("2".into()) };
        assert_eq!(known(&findings, "apt.web", "a", CVE).unwrap().closed, Some(closed));
        assert_eq!(open(&findings), 1);
        let level = |version: &str| {
            BTreeMap::from([(address("apt.web"), BTreeMap::from([("a".to_string(), version.to_string())]))])
        };
        assert_eq!(findings.reopen(&level("3"), Moment(40)), 0);
        assert_eq!(findings.reopen(&level("1"), Moment(40)), 1);
        assert_eq!(known(&findings, "apt.web", "a", CVE).unwrap().reopened, Some(Moment(40)));
        assert_eq!(open(&findings), 2);
    }

    #[test]
    fn findings_of_one_package_go_ways_of_their_own() {
        let mut findings = Findings::default();
        let seen: &[Read<'_>] = &[("apt.web", None, &[("a", "1")])];
        take(&mut findings, &[("apt.web", "a", &["CVE-1", "CVE-2"])], seen, 10);
        take(&mut findings, &[("apt.web", "a", &["CVE-2", "CVE-3"])], seen, 20);
        take(&mut findings, &[("apt.web", "a", &["CVE-1", "CVE-2", "CVE-3"])], seen, 30);
        let told = ["CVE-1", "CVE-2", "CVE-3"].map(|name| {
            let known = known(&findings, "apt.web", "a", name).unwrap();
            (known.first_seen.0, known.last_seen.0, known.reopened.map(|at| at.0), known.closed.is_some())
        });
        assert_eq!(told, [(10, 30, Some(30), false), (10, 30, None, false), (20, 30, None, false)]);
    }

    #[test]
    fn a_finding_goes_to_the_component_that_has_its_package_now() {
        let mut findings = Findings::default();
        take(&mut findings, &[("apt.web", "a", &[CVE])], &[], 10);
        let (web, aaa) = (address("apt.web"), address("apt.aaa"));
        let hand_over = |findings: &mut Findings, open: &[(&str, &str, &[&str])], now| {
            with(findings, open, |findings, open| findings.hand_over(open, |_| vec![&aaa, &web]));
            take(findings, open, &[], now);
        };
        hand_over(&mut findings, &[("apt.aaa", "a", &[CVE])], 20);
        assert_eq!(known(&findings, "apt.web", "a", CVE), None);
        assert_eq!(known(&findings, "apt.aaa", "a", CVE).unwrap().first_seen, Moment(10));
        // Who still has it keeps it.
        hand_over(&mut findings, &[("apt.aaa", "a", &[CVE]), ("apt.web", "a", &[CVE])], 30);
        assert_eq!(known(&findings, "apt.aaa", "a", CVE).unwrap().first_seen, Moment(10));
        assert_eq!(known(&findings, "apt.web", "a", CVE).unwrap().first_seen, Moment(30));
    }

    #[test]
    fn a_finding_goes_along_with_its_component() {
        let mut findings = Findings::default();
        take(&mut findings, &[("apt.web", "a", &[CVE]), ("apt.web", "b", &[CVE])], &[], 10);
        take(&mut findings, &[("apt.shop", "b", &[CVE])], &[], 20);
        findings.carry(&BTreeMap::from([(address("apt.web"), address("apt.shop"))]));
        let all: Vec<_> = findings
            .iter()
            .map(|(key, known)| (key.component.to_string(), key.package, known.first_seen))
            .collect();
        let shop = || "apt.shop".to_string();
        assert_eq!(all, [(shop(), "a", Moment(10)), (shop(), "b", Moment(10))]);
    }

    #[test]
    fn what_nobody_can_tell_any_more_stays_open_and_is_none_where_it_never_was() {
        let mut findings = Findings::default();
        let web = address("apt.web");
        let installed = [Installed::new("a", "1")];
        let mut assess = |open: &[&str], untold: &[&str], now| {
            let mut numbers = |names: &[&str]| {
                names.iter().map(|name| findings.names.number(name)).collect::<Vec<_>>().into()
            };
            let (open, untold) = (numbers(open), numbers(untold));
            let there = [There { version: "1".into(), open, untold, former: Vec::new() }];
            let by = Open::from([(&web, BTreeMap::from([("a", &there[..])]))]);
            let seen = BTreeMap::from([(&web, Seen { run: None, packages: &installed })]);
            findings.take(&by, &seen, Moment(now));
            let each =
                findings.iter().map(|(key, known)| (key.vulnerability.to_string(), known.closed.is_none()));
            let mut each: Vec<(String, bool)> = each.collect();
            each.sort();
            each
        };
        let open = |name: &str| (name.to_string(), true);
        let never = assess(&[], &["CVE-1"], 10);
        assert_eq!(never, []);
        assert_eq!(assess(&["CVE-1", "CVE-2"], &[], 20), [open("CVE-1"), open("CVE-2")]);
        assert_eq!(assess(&[], &["CVE-1"], 30), [open("CVE-1"), ("CVE-2".to_string(), false)]);
        assert_eq!(assess(&[], &[], 40), [("CVE-1".to_string(), false), ("CVE-2".to_string(), false)]);
    }

    #[test]
    fn what_was_not_read_stays_open_and_a_run_of_before_closed_nothing() {
        let mut findings = Findings::default();
        take(&mut findings, &[("apt.web", "a", &[CVE])], &[("apt.web", None, &[("a", "1")])], 10);
        take(&mut findings, &[], &[], 20);
        assert_eq!(open(&findings), 1);
        take(&mut findings, &[], &[("apt.web", Some(("old", 5)), &[])], 30);
        let closed = Closed { at: Moment(30), run: None, version: None };
        assert_eq!(known(&findings, "apt.web", "a", CVE).unwrap().closed, Some(closed));
        findings.keep(&BTreeSet::new());
        assert_eq!(findings.iter().count(), 0);
    }
}
