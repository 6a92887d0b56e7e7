//! `assess`: which vulnerabilities are open on which component.

use super::checking::{Checked, check_telling};
use super::inputs::Inputs;
use super::inventories::{self, Inventories};
use super::plan::{Stage, Stages};
use super::{Failure, Place, findings};
use crate::catalog::{Catalog, CatalogError, Known, Package};
use crate::config::checked::{Component, Config, FeedFormat};
use crate::config::source::Sources;
use crate::engine::fleet::Fleet;
use crate::finding::{
    Findings, Found, Host, Key, Knowledge, LevelPlace, Named, Rules, Seen, found, idle, named,
};
use crate::model::{Address, Diagnostics, Moment, Selection, Span};
use crate::plan::{NoSuchComponent, moves};
use crate::report::assessment::{Assessment, FeedAge, SourcePlace};
use crate::state::State;
use crate::world::clock;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::id;
use patchform_advisory::packages::{Candidates, Offered};
use patchform_advisory::priority::{Facts, thresholds};
use patchform_advisory::{Advisory, Ecosystem, Provenance, Verdict, csaf, openvex};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What is to be assessed.
#[derive(Debug, Clone)]
pub struct Request {
    /// Values of variables.
    pub inputs: Inputs,
    /// Only these components; all, where there are none.
    pub targets: Vec<Selection>,
    /// How long the state's lock is waited for.
    pub patience: Duration,
}

/// Everything that an assessment is made of.
pub struct Assessed {
    /// The configuration's texts.
    pub sources: Sources,
    /// Complaints that are no errors.
    pub warnings: Diagnostics,
    /// What was remembered when it was made, with what it found.
    pub findings: Findings,
    hosts: Vec<Host>,
    records: Vec<Advisory>,
    facts: BTreeMap<CveId, Facts>,
    rejected: BTreeSet<CveId>,
    offered: Vec<Package>,
    rules: Rules,
    unread: Vec<(Address, String)>,
    unasked: Vec<Address>,
    /// Whether every component was to be read, and none could not be.
    whole: bool,
    /// Indices of the places whose platform no advisory speaks of.
    unheard: Vec<usize>,
    feeds: Vec<FeedAge>,
    spans: BTreeMap<Address, LevelPlace>,
    places: BTreeMap<Address, SourcePlace>,
    has_policy: bool,
    now: Moment,
}

/// Reads what is installed, holds it against the catalog, and remembers what was found.
///
/// # Errors
/// What is wrong with the configuration, the catalog or what is remembered; a host that cannot be read is none.
pub fn assess(request: &Request, stages: &mut dyn Stages) -> Result<Assessed, Failure> {
    stages.stage(Stage::Checking);
    let checked = check_telling(&request.inputs, stages.watch())?;
    let catalog = Catalog::open(&checked.place.catalog).map_err(unusable)?;
    let mut asked = ask(checked, &request.targets, stages)?;
    stages.stage(Stage::Done);
    Assessed::of(&mut asked, &catalog, request.patience)
}

/// The places of components, asked for what is installed there.
pub(super) struct Asked {
    pub checked: Checked,
    pub fleet: Fleet,
    pub state: Option<State>,
    pub inventories: Inventories,
    /// Whether all components were asked for.
    all: bool,
}

/// Asks for those components that `targets` cover; all, where there are none.
///
/// # Errors
/// Targets that cover nothing; those of starting providers, and of reading the state.
pub(super) fn ask(
    mut checked: Checked,
    targets: &[Selection],
    stages: &mut dyn Stages,
) -> Result<Asked, Failure> {
    let components = &checked.config.components;
    let none = |target: &&Selection| !components.iter().any(|component| target.covers(&component.address));
    let unknown: Vec<Selection> = targets.iter().filter(none).cloned().collect();
    if !unknown.is_empty() {
        return Err(Failure::error(NoSuchComponent(unknown)));
    }
    let (fleet, state) = checked.start_and_read()?;
    stages.stage(Stage::Reading(checked.config.components.len()));
    let inventories = inventories::ask(&checked, &fleet, targets);
    Ok(Asked { checked, fleet, state, inventories, all: targets.is_empty() })
}

/// Why nobody can ask for what is due.
pub fn nothing_is_due() -> Failure {
    Failure::error("no `policy` block says until when a finding has to be gone, so that nothing is ever due")
        .hint("add one to the configuration, such as policy \"bod-26-04\" {}")
}

pub(super) fn unusable(error: CatalogError) -> Failure {
    Failure::error(error)
}

/// The names of all packages, binary and source.
fn names(hosts: &[Host]) -> BTreeSet<&str> {
    let packages = hosts.iter().flat_map(|host| &host.packages);
    packages.flat_map(|package| [package.name.as_str(), package.source_name()]).collect()
}

/// The records that may bear on any of the hosts.
fn records(catalog: &Catalog, hosts: &[Host], names: &BTreeSet<&str>) -> Result<Vec<Advisory>, Failure> {
    let vendors: BTreeSet<&str> = hosts
        .iter()
        .flat_map(|host| std::iter::once(&host.platform.ecosystem).chain(&host.platform.parent))
        .map(|ecosystem| ecosystem.name.as_str())
        .collect();
    let wanted = |ecosystem: &Ecosystem| vendors.contains(ecosystem.name.as_str());
    let mut records = catalog.advisories(wanted, Some(names)).map_err(unusable)?;
    for format in [FeedFormat::Csaf, FeedFormat::OpenVex] {
        for (feed, document) in catalog.documents(format).map_err(unusable)? {
            let provenance = Provenance { feed, file: document.path, line: 0 };
            // What cannot be read was told when it was collected.
            let read = match format {
                FeedFormat::Csaf => csaf::read(document.body.as_ref())
                    .map(|reading| csaf::records(&reading.document, &provenance)),
                _ => openvex::read(document.body.as_ref())
                    .map(|reading| openvex::records(&reading, &provenance)),
            };
            records.extend(read.map(|feed| feed.records).unwrap_or_default());
        }
    }
    Ok(records)
}

/// The places of whose platform nothing in the catalog speaks: that nothing was found there means nothing.
fn unheard(catalog: &Catalog, hosts: &[Host], records: &[Advisory]) -> Result<Vec<usize>, Failure> {
    let stored = catalog.speaks_of().map_err(unusable)?;
    let of_documents = records.iter().flat_map(|record| &record.affected).map(|entry| &entry.ecosystem);
    let all: BTreeSet<&Ecosystem> = stored.iter().chain(of_documents).collect();
    let bears = |host: &Host| all.iter().any(|ecosystem| host.platform.bearing_of(ecosystem).is_some());
    Ok((0..hosts.len()).filter(|i| !bears(&hosts[*i])).collect())
}

fn feeds(catalog: &Catalog, now: Moment) -> Result<Vec<FeedAge>, Failure> {
    let feeds = catalog.feeds().map_err(unusable)?;
    let age = |feed: crate::catalog::Standing| FeedAge {
        format: feed.format.to_string(),
        records: feed.copy.as_ref().map(|copy| copy.records),
        checked: feed.checked,
        stale: feed.is_stale(now),
        problem: feed.problem,
        name: feed.name,
    };
    Ok(feeds.into_iter().map(age).collect())
}

fn rules(config: &Config) -> Rules {
    Rules {
        profiles: config.policies.iter().map(|policy| policy.profile.clone()).collect(),
        exceptions: config.policies.iter().flat_map(|policy| policy.exceptions.clone()).collect(),
        thresholds: thresholds(),
    }
}

/// Where components went by `moved` blocks, of those that something was found of. Who is declared still went nowhere.
fn moved(config: &Config, declared: &BTreeSet<&Address>, findings: &Findings) -> BTreeMap<Address, Address> {
    let known: BTreeSet<&Address> = findings.all.keys().map(|key| &key.component).collect();
    let gone = known.into_iter().filter(|address| !declared.contains(address));
    let ends = moves::ends(&config.moves, gone).filter(|(from, to)| *from != to);
    ends.map(|(from, to)| (from.clone(), to)).collect()
}

pub(super) fn places(checked: &Checked) -> BTreeMap<Address, SourcePlace> {
    let place = |span: Span| SourcePlace {
        file: checked.sources.path(span.file).to_string(),
        line: checked.sources.place(span.file, span.start as usize).line,
    };
    let components = &checked.config.components;
    components.iter().map(|component| (component.address.clone(), place(component.level_span))).collect()
}

/// Where the level of a component is written: at its baseline, or in its own block.
pub(super) fn level_place(component: &Component) -> LevelPlace {
    match &component.baseline {
        Some(baseline) => LevelPlace { of: baseline.address.to_string(), span: baseline.span },
        None => LevelPlace { of: component.address.block().to_string(), span: component.level_span },
    }
}

impl Assessed {
    /// Holds what was asked against the catalog, and remembers what was found; takes the inventories.
    ///
    /// # Errors
    /// A catalog that cannot be read; what is remembered that cannot be read or written.
    pub(super) fn of(asked: &mut Asked, catalog: &Catalog, patience: Duration) -> Result<Assessed, Failure> {
        let Asked { checked, state, inventories, all, .. } = asked;
        let Inventories { hosts, unread, unasked } = std::mem::take(inventories);
        let now = clock::now();
        let names = names(&hosts);
        let records = records(catalog, &hosts, &names)?;
        let mut assessed = Assessed {
            unheard: unheard(catalog, &hosts, &records)?,
            records,
            offered: catalog.offered(Some(&names)).map_err(unusable)?,
            feeds: feeds(catalog, now)?,
            facts: BTreeMap::new(),
            rejected: BTreeSet::new(),
            rules: rules(&checked.config),
            has_policy: !checked.config.policies.is_empty(),
            spans: checked.config.components.iter().map(|c| (c.address.clone(), level_place(c))).collect(),
            places: places(checked),
            findings: Findings::default(),
            hosts,
            whole: *all && unread.is_empty(),
            unread,
            unasked,
            now,
            sources: Sources::new(),
            warnings: Diagnostics::default(),
        };
        assessed.learn(catalog)?;
        assessed.findings = assessed.remember(&checked.place, &checked.config, state.as_ref(), patience)?;
        (assessed.sources, assessed.warnings) =
            (std::mem::take(&mut checked.sources), std::mem::take(&mut checked.warnings));
        Ok(assessed)
    }

    /// The places that answered.
    pub(super) fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// What archives offer of their packages.
    pub(super) fn offered(&self) -> &[Package] {
        &self.offered
    }

    /// Asks the catalog what is known of the vulnerabilities that hosts are affected by.
    fn learn(&mut self, catalog: &Catalog) -> Result<(), Failure> {
        let named = named(&self.hosts, &self.records);
        let affected = named.iter().filter(|named| named.verdict() == Verdict::Affected);
        let cves: BTreeSet<CveId> = affected.filter_map(|named| CveId::parse(named.vulnerability)).collect();
        let known: BTreeMap<CveId, Known> = catalog.facts(cves).map_err(unusable)?;
        self.rejected = known.iter().filter(|(_, known)| known.rejected).map(|(cve, _)| *cve).collect();
        self.facts = known.into_iter().map(|(cve, known)| (cve, known.facts)).collect();
        Ok(())
    }

    /// Writes down what is open now, and what is not any more.
    fn remember(
        &self,
        place: &Place,
        config: &Config,
        state: Option<&State>,
        patience: Duration,
    ) -> Result<Findings, Failure> {
        let named = self.named();
        let affected = named.iter().filter(|named| named.verdict() == Verdict::Affected);
        let open: BTreeMap<Key, String> = affected
            .map(|named| {
                let installed = named.finding.installed;
                let component = self.hosts[named.host].members[named.member].address.clone();
                let vulnerability = named.vulnerability.to_string();
                (Key { component, package: installed.name.clone(), vulnerability }, installed.version.clone())
            })
            .collect();
        let mut seen = BTreeMap::new();
        for host in &self.hosts {
            for member in &host.members {
                let record = state.and_then(|state| state.records.get(&member.address));
                let run = record.map(|record| (record.run.as_str(), record.at));
                let versions = host.packages.iter().map(|p| (p.name.as_str(), p.version.as_str()));
                seen.insert(member.address.clone(), Seen { run, versions: versions.collect() });
            }
        }
        let declared: BTreeSet<&Address> = config.components.iter().map(|c| &c.address).collect();
        findings::change(place, "assess", patience, |findings| {
            findings.carry(&moved(config, &declared, findings));
            self.hand_over(findings, &open, &declared);
            findings.keep(&declared);
            findings.take(&open, &seen, self.now);
        })
    }

    /// Lets findings follow their packages: to another component of the same place, or, where a block got or lost `count` or
    /// `for_each`, to another of its instances.
    fn hand_over(
        &self,
        findings: &mut Findings,
        open: &BTreeMap<Key, String>,
        declared: &BTreeSet<&Address>,
    ) {
        let known: BTreeSet<Address> = findings.all.keys().map(|key| key.component.clone()).collect();
        let mut gone: BTreeMap<Address, Vec<&Address>> = BTreeMap::new();
        for address in known.iter().filter(|address| !declared.contains(address)) {
            gone.entry(address.block()).or_default().push(address);
        }
        let mut beside: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
        for host in &self.hosts {
            for member in &host.members {
                let others = host.members.iter().map(|other| &other.address);
                let before = gone.get(&member.address.block()).into_iter().flatten().copied();
                beside.insert(&member.address, others.chain(before).collect());
            }
        }
        findings.hand_over(open, |component| beside.get(component).cloned().unwrap_or_default());
    }

    /// When it was made.
    pub(super) fn now(&self) -> Moment {
        self.now
    }

    /// Where components stand, for people.
    pub fn places(&self) -> &BTreeMap<Address, SourcePlace> {
        &self.places
    }

    /// Where patch levels stand.
    pub(super) fn spans(&self) -> &BTreeMap<Address, LevelPlace> {
        &self.spans
    }

    /// What advisories say of the hosts' packages; CVEs that were rejected are none.
    pub fn named(&self) -> Vec<Named<'_>> {
        let mut named = named(&self.hosts, &self.records);
        named.retain(|named| {
            CveId::parse(named.vulnerability).is_none_or(|cve| !self.rejected.contains(&cve))
        });
        named
    }

    /// Why what feeds know under a name is taken for none: its record was withdrawn, or the CVE was rejected.
    pub fn retracted(&self, name: &str) -> Option<String> {
        if CveId::parse(name).is_some_and(|cve| self.rejected.contains(&cve)) {
            return Some(format!(
                "{name} was rejected: a feed of CVE records says that it is no vulnerability"
            ));
        }
        let is_it = |record: &&Advisory| {
            let ids = std::iter::once(&record.id).chain(&record.aliases).chain(&record.upstream);
            record.withdrawn.is_some() && ids.into_iter().any(|id| id::is_called(id, name))
        };
        let record = self.records.iter().find(is_it)?;
        let (at, feed) = (record.withdrawn.as_deref().unwrap_or_default(), &record.provenance.feed);
        Some(format!(
            "{} of the feed {feed}, which speaks of {name}, was withdrawn ({at}): it raises nothing",
            record.id
        ))
    }

    /// What is open, the most urgent first.
    fn found<'a>(&'a self, named: Vec<Named<'a>>) -> Vec<Found<'a>> {
        let mut offered = Candidates::default();
        for package in &self.offered {
            let Package { suite, name, version, arch, source, source_version } = package;
            let one = Offered { name, version, arch, source, source_version };
            // A version that dpkg refuses is never proposed.
            let _ = offered.add(one, suite);
        }
        let knowledge = Knowledge {
            facts: &self.facts,
            offered: &offered,
            rules: &self.rules,
            remembered: &self.findings,
            now: self.now,
        };
        let mut all = found(&self.hosts, named, &knowledge);
        all.sort_by(|a, b| a.rank().cmp(&b.rank()).then_with(|| a.key.cmp(&b.key)));
        all
    }

    /// The assessment, as it is shown.
    pub fn assessment(&self) -> Assessment<'_> {
        let all = self.named();
        let closed = |known: &crate::finding::Remembered| {
            known.closed.as_ref().is_some_and(|closed| closed.at == self.now)
        };
        let idle = Day::of_milliseconds(self.now.0)
            .map(|today| idle(&self.rules.exceptions, &self.hosts, &all, today, self.whole));
        let (undecided, named): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|named| named.verdict() == Verdict::Unknown);
        Assessment {
            idle: idle.unwrap_or_default(),
            now: self.now,
            hosts: &self.hosts,
            found: self.found(named),
            undecided,
            closed: self.findings.all.iter().filter(|(_, known)| closed(known)).collect(),
            unread: &self.unread,
            unasked: &self.unasked,
            unheard: self.unheard.iter().map(|i| &self.hosts[*i]).collect(),
            feeds: &self.feeds,
            places: &self.places,
            has_policy: self.has_policy,
        }
    }
}
