//! One way to fulfil criteria, as entries of a record.

use super::condition::{Bound, Condition, Way};
use super::definition::Definition;
use super::resolution;
use super::vendor::Vendor;
use crate::affected::{Affected, Status};
use crate::ecosystem::Ecosystem;
use crate::installed::Module;
use crate::range::{Event, Range, RangeKind};
use std::collections::{BTreeMap, BTreeSet};

/// What a way comes to.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// The entries, without architectures; and these, none being all.
    pub entries: Vec<(Affected, BTreeSet<String>)>,
    /// The CVE that it is about, where the definition is about several.
    pub cve: Option<String>,
    /// Why nothing could be made of it, or only something unknown.
    pub gaps: Vec<Gap>,
    /// It asks for a running kernel, beside packages.
    pub kernel: bool,
    /// It begins above a version, and a range begins at one.
    pub above: bool,
}

/// What no record can say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gap {
    /// In words that follow "it asks for".
    pub what: String,
    /// Whether the document lacks it.
    pub damaged: bool,
}

/// What a way asks for, sorted.
#[derive(Default)]
struct Asked<'a> {
    releases: Vec<String>,
    arches: Option<BTreeSet<String>>,
    modules: Vec<&'a Module>,
    packages: BTreeMap<&'a str, Package<'a>>,
    absent: BTreeSet<&'a str>,
    kernel: bool,
    said: Option<&'a str>,
    gaps: Vec<Gap>,
}

#[derive(Default)]
struct Package<'a> {
    bounds: BTreeSet<&'a Bound>,
    arches: Option<BTreeSet<String>>,
}

/// The entries of a way. `given` is whose packages they are, where somebody said it.
pub(super) fn of(definition: &Definition, vendor: &Vendor, given: Option<&Ecosystem>, way: &Way) -> Entries {
    let mut asked = Asked::of(way);
    let mut found = Entries { kernel: asked.kernel, ..Entries::default() };
    let cve = asked.said.and_then(|words| words.strip_prefix('(')?.split_once(") "));
    found.cve = cve.map(|(cve, _)| cve.to_string()).filter(|cve| cve.starts_with("CVE-"));
    let said = cve.map(|(_, words)| words).or(asked.said);
    let unaffected = asked.contradiction(definition);
    let deciding: Vec<&str> = match asked.packages.is_empty() {
        false if asked.arches.as_ref().is_some_and(BTreeSet::is_empty) => Vec::new(),
        false => asked.deciding(),
        true => {
            // Of a host that lacks a package nothing is said; what is asked of no package at all cannot be said.
            if unaffected.is_empty() && asked.absent.is_empty() && asked.kernel {
                asked
                    .gaps
                    .push(Gap { what: "the kernel that runs, by no package".to_string(), damaged: false });
            }
            Vec::new()
        }
    };
    for name in unaffected.iter().copied().chain(deciding) {
        let denied = unaffected.contains(name);
        let package = asked.packages.get(name);
        let bounds: Vec<&Bound> =
            package.map_or_else(Vec::new, |package| package.bounds.iter().copied().collect());
        let (entry, above) = asked.entry(definition, name, &bounds, denied, said);
        let arches = intersected(asked.arches.as_ref(), package.and_then(|package| package.arches.as_ref()));
        // No host has two architectures.
        if arches.as_ref().is_some_and(BTreeSet::is_empty) {
            continue;
        }
        let version = bounds.iter().find_map(|bound| bound.version());
        let ecosystems = match given {
            Some(given) => vec![given.clone()],
            None => vendor.ecosystems(definition, &asked.releases, version),
        };
        if ecosystems.is_empty() {
            let what = format!("{name} without its release");
            asked.gaps.push(Gap { what, damaged: false });
        }
        found.above |= above;
        for ecosystem in ecosystems {
            let naming = given.map_or_else(|| vendor.naming(definition, name), Ecosystem::naming);
            let mut entry = Affected { naming, ecosystem, ..entry.clone() };
            entry.ranges.iter_mut().for_each(|range| *range = ordered(range, &entry.ecosystem));
            found.entries.push((entry, arches.clone().unwrap_or_default()));
        }
    }
    found.gaps = asked.gaps;
    found
}

impl<'a> Asked<'a> {
    fn of(way: &'a Way) -> Asked<'a> {
        let mut asked = Asked::default();
        for condition in way {
            match &**condition {
                Condition::Release(release) => asked.releases.push(release.clone()),
                Condition::Arch(arches) => {
                    let these = arches.iter().cloned().collect();
                    asked.arches = intersected(asked.arches.as_ref(), Some(&these));
                }
                Condition::Module(module) => asked.modules.push(module),
                Condition::Package { name, bound, arches } => {
                    let package = asked.packages.entry(name).or_default();
                    package.bounds.insert(bound);
                    if !arches.is_empty() {
                        let these = arches.iter().cloned().collect();
                        package.arches = intersected(package.arches.as_ref(), Some(&these));
                    }
                }
                Condition::Absent(name) => drop(asked.absent.insert(name)),
                Condition::Kernel => asked.kernel = true,
                Condition::Said(words) => asked.said = Some(words),
                Condition::Unknown(what) => asked.gaps.push(Gap { what: what.clone(), damaged: false }),
                Condition::Lost(what) => asked.gaps.push(Gap { what: what.clone(), damaged: true }),
            }
        }
        if asked.releases.len() > 1 {
            let what = format!("several releases at once: {}", asked.releases.join(", "));
            asked.gaps.push(Gap { what, damaged: false });
        }
        if asked.modules.len() > 1 {
            asked.gaps.push(Gap { what: "several modules at once".to_string(), damaged: false });
        }
        asked
    }

    /// Packages that are asked to be there and not to be there: so Red Hat writes which are not affected. Anywhere else
    /// nobody is asked.
    fn contradiction(&mut self, definition: &Definition) -> BTreeSet<&'a str> {
        let both: BTreeSet<&str> =
            self.packages.keys().copied().filter(|name| self.absent.contains(name)).collect();
        if both.is_empty() {
            return both;
        }
        self.packages.clear();
        if definition.id.contains(".unaffected:") { both } else { BTreeSet::new() }
    }

    /// The packages that are affected: those whose version is asked for, else all. Others beside them are a condition that
    /// no record can say.
    fn deciding(&mut self) -> Vec<&'a str> {
        let any = BTreeSet::from([&Bound::Any]);
        let bounded: Vec<&str> = self
            .packages
            .iter()
            .filter(|(_, package)| package.bounds != any)
            .map(|(name, _)| *name)
            .collect();
        if self.packages.len() > 1 {
            let all: Vec<&str> = self.packages.keys().copied().collect();
            let what = format!("several packages at once: {:.200}", all.join(", "));
            self.gaps.push(Gap { what, damaged: false });
        }
        if bounded.is_empty() { self.packages.keys().copied().collect() } else { bounded }
    }

    /// What is said of a package, whosever it is; and whether it begins above a version.
    fn entry(
        &self,
        definition: &Definition,
        name: &str,
        bounds: &[&Bound],
        denied: bool,
        said: Option<&str>,
    ) -> (Affected, bool) {
        let mut entry = Affected::new(Ecosystem::default(), name);
        entry.module = self.modules.first().map(|module| (*module).clone());
        if let Some(gap) = self.gaps.first() {
            entry.status = Status::Undetermined;
            entry.note = Some(format!("the definition also asks for {}", gap.what));
            return (entry, false);
        }
        if denied {
            entry.status = Status::NotAffected;
            return (entry, false);
        }
        let bounds: Vec<&Bound> = bounds.iter().copied().filter(|bound| **bound != Bound::Any).collect();
        let introduced = |version: &str| Event::Introduced(version.to_string());
        let (from, until) = match bounds[..] {
            [] => {
                (entry.status, entry.note) = resolution::of(definition, name, said);
                return (entry, false);
            }
            [Bound::Nothing] => {
                entry.status = Status::NotAffected;
                return (entry, false);
            }
            [Bound::Exactly(version)] => {
                entry.versions = vec![version.clone()];
                return (entry, false);
            }
            [from @ (Bound::Above(_) | Bound::From(_))] => (Some(from), None),
            [until @ (Bound::Below(_) | Bound::UpTo(_))] => (None, Some(until)),
            // Bounds are in the order of their kinds.
            [until @ (Bound::Below(_) | Bound::UpTo(_)), from @ (Bound::Above(_) | Bound::From(_))] => {
                (Some(from), Some(until))
            }
            _ => {
                entry.status = Status::Undetermined;
                entry.note = Some("the definition asks for several versions at once".to_string());
                return (entry, false);
            }
        };
        let mut events = vec![introduced(from.and_then(Bound::version).unwrap_or("0"))];
        events.extend(until.map(|until| match until {
            Bound::UpTo(version) => Event::LastAffected(version.clone()),
            other => Event::Fixed(other.version().unwrap_or_default().to_string()),
        }));
        entry.ranges = vec![Range::new(RangeKind::Ecosystem, events, None, None)];
        (entry, matches!(from, Some(Bound::Above(_))))
    }
}

impl Bound {
    fn version(&self) -> Option<&str> {
        match self {
            Bound::Any | Bound::Nothing => None,
            Bound::Below(version)
            | Bound::UpTo(version)
            | Bound::Above(version)
            | Bound::From(version)
            | Bound::Exactly(version) => Some(version),
        }
    }
}

/// The same range, its events sorted as the versions of an ecosystem order.
fn ordered(range: &Range, ecosystem: &Ecosystem) -> Range {
    Range::new(range.kind, range.events.clone(), None, ecosystem.scheme())
}

/// What both allow; none allows all.
fn intersected(a: Option<&BTreeSet<String>>, b: Option<&BTreeSet<String>>) -> Option<BTreeSet<String>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(b).cloned().collect()),
        (a, b) => a.or(b).cloned(),
    }
}
