//! What is known of every constraint: installed, offered, needed, and in the lock file.

use super::readings::Readings;
use crate::catalog::Package;
use crate::config::checked::Component;
use crate::config::levels::{Levels, WHOLE};
use crate::finding::{Host, Wish};
use crate::model::{Address, PatchLevel, Selection};
use patchform_advisory::Platform;
use patchform_advisory::suite::Suite;
use std::collections::BTreeMap;

/// What wishes are made of.
pub struct Known<'a> {
    /// What stands on the targets.
    pub readings: &'a Readings,
    /// What is installed beside it.
    pub hosts: &'a [Host],
    /// What archives offer.
    pub offered: &'a [Package],
    /// The lowest level that closes what is to be closed, by component and package.
    pub needed: &'a BTreeMap<(&'a Address, &'a str), &'a str>,
    /// The lock file.
    pub locked: &'a Levels,
    /// What is to be resolved; all, where there is none.
    pub targets: &'a [Selection],
}

/// A wish for each part that a constraint asks for.
pub fn wishes<'a>(components: &'a [Component], known: &Known<'a>) -> Vec<Wish<'a>> {
    let mut host_of: BTreeMap<&Address, &Host> = BTreeMap::new();
    for host in known.hosts {
        host_of.extend(host.members.iter().map(|member| (&member.address, host)));
    }
    let mut offered: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in known.offered {
        offered.entry(&package.name).or_default().push(package);
    }
    let mut all = Vec::new();
    for component in components {
        let Some(constrained) = &component.constrained else { continue };
        let address = &component.address;
        let host = host_of.get(address).copied();
        let arches: BTreeMap<&str, &str> = host.into_iter().flat_map(arches).collect();
        let left = !known.targets.is_empty() && !known.targets.iter().any(|target| target.covers(address));
        for (part, constraint) in &constrained.parts {
            let arch = arches.get(part.as_str()).copied();
            let installed = known.readings.levels.get(address).and_then(|level| installed(level, part));
            let offers = |package: &&&Package| {
                host.is_some_and(|host| is_of(&host.platform, &package.suite, installed))
                    && (package.arch == "all" || arch.is_none_or(|arch| arch == package.arch))
            };
            let offered = offered.get(part.as_str()).into_iter().flatten().filter(offers);
            // Kinds without an inventory are of one system, but for what could not be read.
            let system = match host {
                Some(host) => Some(system(&host.platform, arch)),
                None => (!known.readings.silent.contains(address)).then(String::new),
            };
            all.push(Wish {
                component: address,
                key: &constrained.key,
                part,
                constraint,
                scheme: constrained.scheme,
                system,
                locked: known.locked.row(&constrained.key, address).and_then(|row| row.levels.get(part)),
                installed,
                offered: offered.map(|package| package.version.as_str()).collect(),
                needed: known.needed.get(&(address, part.as_str())).copied(),
                left,
            });
        }
    }
    all
}

fn installed<'a>(level: &'a PatchLevel, part: &str) -> Option<&'a str> {
    match level {
        PatchLevel::Single(level) => (part == WHOLE).then_some(level),
        PatchLevel::Map(parts) => parts.get(part).map(String::as_str),
    }
}

/// The architecture of each package of a host.
fn arches(host: &Host) -> impl Iterator<Item = (&str, &str)> {
    host.packages.iter().filter_map(|package| Some((package.name.as_str(), package.arch.as_deref()?)))
}

/// Hosts with the same answer to what is offered.
fn system(platform: &Platform, arch: Option<&str>) -> String {
    format!("{} {}", platform.ecosystem.text, arch.unwrap_or_default())
}

/// Whether a host may take what a suite offers: a version of another release is none of its own, and neither is one of which
/// nobody can tell.
fn is_of(platform: &Platform, suite: &str, installed: Option<&str>) -> bool {
    Suite::of_name(suite).is_some_and(|suite| suite.offers_to(platform, installed))
}
