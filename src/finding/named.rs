//! What advisories say of the packages of hosts, one for each component, package and vulnerability.

use super::host::{Host, Member};
use super::level::Target;
use crate::model::{Address, parts};
use patchform_advisory::packages::Offered;
use patchform_advisory::suite::Archives;
use patchform_advisory::{Advisory, Finding, Fleet, Index, Installed, Platform, Relations, Verdict, Why, id};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// So many packages are judged while another thread would be started.
const ALONE: usize = 500;

/// What advisories say of hosts. Packages that hosts have in common are judged once, and what is said of them is there once.
#[derive(Debug)]
pub struct Survey<'a> {
    /// What the records are about, in rising order.
    pub names: Vec<&'a str>,
    /// By number of the package.
    said: Vec<Vec<Said<'a>>>,
    /// The packages of which something is said, by component and name.
    places: Vec<Placed<'a>>,
}

/// A package of a host; several of one name are one.
#[derive(Debug)]
pub struct Placed<'a> {
    /// Index of the host.
    pub host: usize,
    /// The component that it belongs to.
    pub member: &'a Member,
    /// Whether the component's level names it.
    pub managed: bool,
    /// The package.
    pub installed: &'a Installed,
    /// How many of that name are there, such as the kernels of a host that keeps the last ones.
    pub count: usize,
    /// Its number: the same for packages that are alike.
    pub number: usize,
}

/// A vulnerability that records name a package with: the same on every host that has the package.
#[derive(Debug)]
pub struct Said<'a> {
    /// The vulnerability: a CVE where one is named, else one name for all aliases.
    pub vulnerability: &'a str,
    /// Its place among [`Survey::names`].
    pub number: usize,
    /// What decides.
    pub finding: Finding<'a>,
    /// The other records that say something of it.
    pub others: Vec<Finding<'a>>,
    /// Where the package has to go.
    pub target: Target<'a>,
}

/// A vulnerability that records name a package of a host with.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Which package.
    pub place: &'a Placed<'a>,
    /// What is said of it.
    pub said: &'a Said<'a>,
}

impl<'a> Survey<'a> {
    /// Holds hosts against records, and keeps what has a verdict that is `wanted`. An advisory about several CVEs is one for each;
    /// of several records about one CVE one that knows decides rather than one that does not, then the vendor's own of that CVE
    /// rather than one that fixes it among others, then one that takes the package for affected: that another takes it for safe is
    /// no proof. Where what decides names no fix, one that does speaks for it.
    pub fn new(
        hosts: &'a [Host],
        records: &'a [Advisory],
        offered: &Archives<'a>,
        wanted: impl Fn(Verdict) -> bool + Sync,
    ) -> Survey<'a> {
        let (index, vulnerabilities) = (Index::new(records), Vulnerabilities::of(records));
        let mut fleet = Fleet::new(&index);
        let mut places = Vec::new();
        for (host, of) in hosts.iter().enumerate() {
            let platform = fleet.platform(&of.platform);
            let packages: Vec<&Installed> = of.packages.iter().collect();
            for together in packages.chunk_by(|a, b| a.name == b.name) {
                let number = fleet.number(platform, together);
                let (member, managed) = of.owner(&together[0].name);
                let (member, installed) = (&of.members[member], together[0]);
                let count = together.len();
                places.push(Placed { host, member, managed, installed, count, number });
            }
        }
        let said = parts::in_parts(fleet.distinct(), ALONE, |part| {
            let said = part.iter().map(|distinct| {
                let upgrades = Upgrades { offered, platform: fleet.place(distinct), last: None };
                vulnerabilities.said(fleet.findings(distinct), upgrades, &wanted)
            });
            said.collect::<Vec<_>>()
        });
        let said: Vec<Vec<Said>> = said.into_iter().flatten().collect();
        places.retain(|place| !said[place.number].is_empty());
        places.sort_by(|a, b| a.key().cmp(&b.key()));
        Survey { names: vulnerabilities.names, said, places }
    }

    /// Takes back what is said of vulnerabilities that are none.
    pub fn retract(&mut self, is_none: impl Fn(&str) -> bool) {
        let none: Vec<bool> = self.names.iter().map(|name| is_none(name)).collect();
        self.said.iter_mut().for_each(|said| said.retain(|said| !none[said.number]));
    }

    /// What is said of packages that are alike, by their number.
    pub fn said(&self) -> &[Vec<Said<'a>>] {
        &self.said
    }

    /// The packages of which something is said, by component.
    pub fn components(&'a self) -> impl Iterator<Item = (&'a Member, &'a [Placed<'a>])> {
        let components = self.places.chunk_by(|a, b| std::ptr::eq(a.member, b.member));
        components.map(|places| (places[0].member, places))
    }

    /// What is said of a package.
    pub fn of(&'a self, place: &Placed<'_>) -> &'a [Said<'a>] {
        &self.said[place.number]
    }

    /// Everything that is said, by component, package and vulnerability.
    pub fn named(&'a self) -> impl Iterator<Item = Named<'a>> {
        self.places.iter().flat_map(|place| self.of(place).iter().map(move |said| Named { place, said }))
    }
}

impl<'a> Placed<'a> {
    fn key(&self) -> (&'a Address, &'a str) {
        (&self.member.address, &self.installed.name)
    }
}

/// The vulnerabilities that records are about.
struct Vulnerabilities<'a> {
    names: Vec<&'a str>,
    /// Of each record the places of the names.
    of: Vec<Vec<usize>>,
}

impl<'a> Vulnerabilities<'a> {
    fn of(records: &'a [Advisory]) -> Vulnerabilities<'a> {
        let relations = Relations::new(records);
        let about: Vec<Vec<&str>> =
            records.iter().map(|record| vulnerabilities(record, &relations)).collect();
        let names: BTreeSet<&str> = about.iter().flatten().copied().collect();
        let names: Vec<&str> = names.into_iter().collect();
        let place = |name: &&str| names.binary_search(name).ok();
        let of = about.iter().map(|about| about.iter().filter_map(place).collect()).collect();
        Vulnerabilities { names, of }
    }

    /// What findings of packages of one name say, one for each vulnerability, in rising order.
    fn said(
        &self,
        findings: Vec<Finding<'a>>,
        mut upgrades: Upgrades<'a, '_>,
        wanted: &impl Fn(Verdict) -> bool,
    ) -> Vec<Said<'a>> {
        let about =
            |finding: Finding<'a>| self.of[finding.at].iter().map(move |number| (*number, finding.clone()));
        let mut all: Vec<(usize, Finding)> = findings.into_iter().flat_map(about).collect();
        all.sort_by_key(|(number, _)| *number);
        let mut said = Vec::new();
        let mut all = all.into_iter().peekable();
        while let Some((number, mut finding)) = all.next() {
            let mut others = Vec::new();
            while let Some((_, other)) = all.next_if(|(next, _)| *next == number) {
                others.push(prevail(self.names[number], &mut finding, other));
            }
            name_fix(&mut finding, &mut others);
            if wanted(finding.verdict()) {
                let target = Target::of(&finding, upgrades.of(finding.installed));
                said.push(Said { vulnerability: self.names[number], number, finding, others, target });
            }
        }
        said.shrink_to_fit();
        said
    }
}

/// What archives offer of packages, asked once for all that is said of one.
struct Upgrades<'a, 'o> {
    offered: &'o Archives<'a>,
    platform: &'o Platform,
    last: Option<(&'a Installed, Option<&'o Offered<'a>>)>,
}

impl<'a, 'o> Upgrades<'a, 'o> {
    fn of(&mut self, installed: &'a Installed) -> Option<&'o Offered<'a>> {
        match self.last {
            Some((last, upgrade)) if std::ptr::eq(last, installed) => upgrade,
            _ => {
                let arch = installed.arch.as_deref().unwrap_or("all");
                let package = (installed.name.as_str(), arch);
                let upgrade = self.offered.upgrade(self.platform, package, &installed.version);
                self.last.insert((installed, upgrade)).1
            }
        }
    }
}

fn vulnerabilities<'a>(record: &'a Advisory, relations: &Relations<'a>) -> Vec<&'a str> {
    // A bug fix is none, and a fleet of rpm hosts has thousands of them.
    if record.is_harmless() {
        return Vec::new();
    }
    let cves = record.cves();
    if cves.is_empty() { vec![relations.vulnerability(&record.id)] } else { cves }
}

impl<'a> Said<'a> {
    /// Affected, not affected although named, or unknown.
    pub fn verdict(&self) -> Verdict {
        self.finding.verdict()
    }

    /// A record that takes the package for safe where the one that decides takes it for affected.
    pub fn contradicted_by(&self) -> Option<&Finding<'a>> {
        self.others.iter().find(|other| self.is_contradicted_by(other))
    }

    /// Whether another finding is of the same version, and takes it for safe against the one that decides. What is for another
    /// architecture or stream says nothing against it.
    pub fn is_contradicted_by(&self, other: &Finding<'a>) -> bool {
        let is_safe = other.verdict() == Verdict::NotAffected
            && !matches!(other.why, Why::OtherArchitecture(_) | Why::OtherStream(_));
        self.verdict() == Verdict::Affected
            && is_safe
            && std::ptr::eq(other.installed, self.finding.installed)
    }

    /// The ids of the records that say something of it, and their aliases.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        let records = std::iter::once(&self.finding).chain(&self.others).map(|finding| finding.record);
        records.flat_map(|record| std::iter::once(&record.id).chain(&record.aliases)).map(String::as_str)
    }

    /// Whether it is known under a name: the vulnerability's own, or that of an advisory about it, in small letters too.
    pub fn is_called(&self, name: &str) -> bool {
        std::iter::once(self.vulnerability).chain(self.ids()).any(|id| id::is_called(id, name))
    }
}

/// Lets the one of two findings that says more of a vulnerability decide; answers the other one.
fn prevail<'a>(vulnerability: &str, decides: &mut Finding<'a>, other: Finding<'a>) -> Finding<'a> {
    match order(vulnerability, &other, decides) {
        Ordering::Greater => std::mem::replace(decides, other),
        _ => other,
    }
}

fn order(vulnerability: &str, a: &Finding<'_>, b: &Finding<'_>) -> Ordering {
    let weight = |finding: &Finding<'_>| {
        let own = is_own(vulnerability, &finding.record.id);
        (finding.verdict() != Verdict::Unknown, own, finding.verdict())
    };
    weight(a).cmp(&weight(b)).then_with(|| fixes(a, b))
}

/// Whether a record is its vendor's own about a CVE, which is called after it: `CVE-2026-1` of a tracker, `DEBIAN-CVE-2026-1` of
/// OSV. To have it as an alias makes none: anybody's record may.
fn is_own(vulnerability: &str, id: &str) -> bool {
    let vendor = id.strip_suffix(vulnerability).filter(|_| vulnerability.starts_with("CVE-"));
    let is_word = |vendor: &str| vendor.bytes().all(|byte| byte.is_ascii_uppercase());
    vendor.is_some_and(|vendor| vendor.is_empty() || vendor.strip_suffix('-').is_some_and(is_word))
}

/// Lets the highest fix that a record names speak for one that takes the same version for affected, and names none.
fn name_fix<'a>(decides: &mut Finding<'a>, others: &mut [Finding<'a>]) {
    if decides.verdict() != Verdict::Affected || decides.fix().is_some() {
        return;
    }
    let installed = decides.installed;
    let fixed =
        others.iter_mut().filter(|other| other.fix().is_some() && std::ptr::eq(other.installed, installed));
    if let Some(fixed) = fixed.reduce(|a, b| if fixes(b, a) == Ordering::Greater { b } else { a }) {
        std::mem::swap(decides, fixed);
    }
}

/// Of two fixes the higher one counts.
fn fixes(a: &Finding<'_>, b: &Finding<'_>) -> Ordering {
    match (a.fix(), b.fix(), a.entry.ecosystem.scheme()) {
        (Some(a), Some(b), Some(scheme)) => scheme.compare(a, b).unwrap_or(Ordering::Equal),
        (a, b, _) => a.is_some().cmp(&b.is_some()),
    }
}
