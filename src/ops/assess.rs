//! `assess`: which vulnerabilities are open on which component.

use super::checking::{Checked, check_telling};
use super::inputs::Inputs;
use super::inventories::{self, Inventories};
use super::plan::{Stage, Stages};
use super::{Failure, findings};
use crate::catalog::{Catalog, CatalogError, Known, Package};
use crate::config::checked::{Component, Config, FeedFormat};
use crate::config::source::Sources;
use crate::engine::fleet::Fleet;
use crate::finding::{
    Findings, Host, Knowledge, LevelPlace, Named, Names, Open, Placed, Remembered, Rules, Said, Seen, Survey,
    There, found, idle,
};
use crate::model::{Address, Diagnostic, Diagnostics, Moment, Selection, Span};
use crate::plan::{NoSuchComponent, moves};
use crate::report::assessment::{Assessment, FeedAge, SourcePlace};
use crate::state::State;
use crate::world::clock;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::id;
use patchform_advisory::priority::{Facts, thresholds};
use patchform_advisory::suite::{Archives, Suite};
use patchform_advisory::{Advisory, Ecosystem, Provenance, Verdict, csaf, openvex};
use std::collections::{BTreeMap, BTreeSet, HashSet};
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

/// Everything that is held against each other.
pub(super) struct Gathered {
    hosts: Vec<Host>,
    records: Vec<Advisory>,
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

/// What came of it.
pub struct Assessed<'a> {
    gathered: &'a Gathered,
    survey: Survey<'a>,
    facts: BTreeMap<CveId, Facts>,
    rejected: BTreeSet<CveId>,
    /// What was remembered when it was made, with what it found.
    findings: Findings,
}

/// Reads what is installed, holds it against the catalog, remembers what was found, and lets `show` make of it what is wanted;
/// it gets the configuration's texts and the complaints that are no errors, too.
///
/// # Errors
/// What is wrong with the configuration, the catalog or what is remembered; a host that cannot be read is none. Those of
/// `show`.
pub fn assess<T>(
    request: &Request,
    stages: &mut dyn Stages,
    show: impl FnOnce(&Assessed<'_>, &Sources, &Diagnostics) -> Result<T, Failure>,
) -> Result<T, Failure> {
    stages.stage(Stage::Checking);
    let checked = check_telling(&request.inputs, stages.watch())?;
    let catalog = Catalog::open(&checked.place.catalog).map_err(unusable)?;
    let mut asked = ask(checked, &request.targets, stages)?;
    stages.stage(Stage::Done);
    let gathered = Gathered::of(&mut asked, &catalog)?;
    let assessed = gathered.assess(&asked, &catalog, request.patience)?;
    show(&assessed, &asked.checked.sources, &asked.checked.warnings)
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
    // Hosts have the same names, mostly: that they are the same is cheaper to see than their order.
    let names: HashSet<&str> =
        packages.flat_map(|package| [package.name.as_str(), package.source_name()]).collect();
    names.into_iter().collect()
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
    let bears = |host: usize, of: &Ecosystem| hosts[host].platform.bearing_of(of).is_some();
    let read: BTreeSet<&Ecosystem> =
        records.iter().flat_map(|record| &record.affected).map(|entry| &entry.ecosystem).collect();
    let mut silent: Vec<usize> = (0..hosts.len()).collect();
    silent.retain(|host| !read.iter().any(|ecosystem| bears(*host, ecosystem)));
    if !silent.is_empty() {
        // Records of other packages than theirs count too. To look for these is dear, so that it is done last.
        let wanted = |ecosystem: &Ecosystem| silent.iter().any(|host| bears(*host, ecosystem));
        let beside = catalog.speaks_of(wanted).map_err(unusable)?;
        silent.retain(|host| !beside.iter().any(|ecosystem| bears(*host, ecosystem)));
    }
    Ok(silent)
}

/// What archives offer, and nobody is sent to, because a version of another release would be none of the host's own.
fn unplaced(hosts: &[Host], offered: &[Package]) -> Vec<Diagnostic> {
    let suites: BTreeSet<&str> = offered.iter().map(|package| package.suite.as_str()).collect();
    let untold = suites.iter().filter(|suite| Suite::of_name(suite).is_none());
    let mut told: Vec<Diagnostic> = untold
        .map(|suite| {
            let what = format!(
                "nobody is sent to a version of the suite {suite}: it does not say of which release it is"
            );
            Diagnostic::warning(what).help(
                "Say it in the feed's block, such as ecosystem = \"Debian:12\", and run `patchform collect`.",
            )
        })
        .collect();
    let lost = hosts.iter().filter(|host| !suites.is_empty() && host.platform.ecosystem.release.is_none());
    told.extend(lost.map(|host| {
        let address = &host.members[0].address;
        let what = format!("{address} is sent to no version that an archive offers: nothing there says of which release it is");
        Diagnostic::warning(what)
    }));
    told
}

fn feeds(catalog: &Catalog, now: Moment) -> Result<Vec<FeedAge>, Failure> {
    let feeds = catalog.feeds().map_err(unusable)?;
    let age = |feed: crate::catalog::Standing| FeedAge {
        format: feed.format.to_string(),
        records: feed.copy.as_ref().map(|copy| copy.records),
        checked: feed.checked,
        stale: feed.is_stale(now),
        why_stale: feed.why_stale(now),
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
    let gone = findings.courses.keys().filter(|address| !declared.contains(address));
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

impl Gathered {
    /// What was asked, which it takes, and what the catalog says of it.
    ///
    /// # Errors
    /// A catalog that cannot be read.
    pub(super) fn of(asked: &mut Asked, catalog: &Catalog) -> Result<Gathered, Failure> {
        let Inventories { hosts, unread, unasked } = std::mem::take(&mut asked.inventories);
        let now = clock::now();
        let names = names(&hosts);
        let records = records(catalog, &hosts, &names)?;
        let offered = catalog.offered(Some(&names)).map_err(unusable)?;
        for unplaced in unplaced(&hosts, &offered) {
            asked.checked.warnings.push(unplaced);
        }
        let config = &asked.checked.config;
        Ok(Gathered {
            unheard: unheard(catalog, &hosts, &records)?,
            records,
            offered,
            feeds: feeds(catalog, now)?,
            rules: rules(config),
            has_policy: !config.policies.is_empty(),
            spans: config.components.iter().map(|c| (c.address.clone(), level_place(c))).collect(),
            places: places(&asked.checked),
            hosts,
            whole: asked.all && unread.is_empty(),
            unread,
            unasked,
            now,
        })
    }

    /// For `propose`: that nothing is to be raised means nothing where no advisory speaks of a host.
    pub(super) fn unheard(&self) -> impl Iterator<Item = Diagnostic> {
        self.unheard.iter().map(|at| &self.hosts[*at]).map(|host| {
            let (address, platform) = (&host.members[0].address, &host.platform.ecosystem.text);
            let what = format!("no feed in the catalog says anything of {address} (platform {platform:?}): nothing can be raised there");
            Diagnostic::warning(what)
                .help("Declare a feed of its vendor's advisories, and let `patchform collect` read it.")
        })
    }

    /// Holds hosts against the catalog, and remembers what was found.
    ///
    /// # Errors
    /// A catalog that cannot be read; what is remembered that cannot be read or written.
    pub(super) fn assess(
        &self,
        asked: &Asked,
        catalog: &Catalog,
        patience: Duration,
    ) -> Result<Assessed<'_>, Failure> {
        let mut survey = self.survey(&self.hosts, |verdict| verdict != Verdict::NotAffected);
        let affected = survey.said().iter().flatten().filter(|said| said.verdict() == Verdict::Affected);
        let cves: BTreeSet<CveId> = affected.filter_map(|said| CveId::parse(said.vulnerability)).collect();
        let known: BTreeMap<CveId, Known> = catalog.facts(cves).map_err(unusable)?;
        let rejected = known.iter().filter(|(_, known)| known.rejected).map(|(cve, _)| *cve).collect();
        retract(&mut survey, &rejected);
        let findings = self.remember(&survey, asked, patience)?;
        let facts = known.into_iter().map(|(cve, known)| (cve, known.facts)).collect();
        Ok(Assessed { gathered: self, survey, facts, rejected, findings })
    }

    fn survey<'a>(&'a self, hosts: &'a [Host], wanted: impl Fn(Verdict) -> bool + Sync) -> Survey<'a> {
        let mut offered = Archives::default();
        for package in &self.offered {
            // A version that dpkg refuses is never proposed.
            let _ = offered.add(package.offered(), &package.suite);
        }
        Survey::new(hosts, &self.records, &offered, wanted)
    }

    /// Writes down what is open now, and what is not any more.
    fn remember(&self, survey: &Survey<'_>, asked: &Asked, patience: Duration) -> Result<Findings, Failure> {
        let config = &asked.checked.config;
        let declared: BTreeSet<&Address> = config.components.iter().map(|c| &c.address).collect();
        let mut seen = BTreeMap::new();
        // Of a host that no advisory speaks of nobody can tell that anything is closed.
        let heard = self.hosts.iter().enumerate().filter(|(at, _)| !self.unheard.contains(at));
        for (_, host) in heard {
            for member in &host.members {
                let record = asked.state.as_ref().and_then(|state| state.records.get(&member.address));
                let run = record.map(|record| (record.run.as_str(), record.at));
                seen.insert(&member.address, Seen { run, packages: &host.packages });
            }
        }
        findings::change(&asked.checked.place, "assess", patience, |findings| {
            let there = there(survey, &mut findings.names);
            let open = open(survey, &there);
            findings.carry(&moved(config, &declared, findings));
            self.hand_over(findings, &open, &declared);
            findings.keep(&declared);
            findings.rename(&open);
            findings.take(&open, &seen, self.now);
            true
        })
    }

    /// Lets findings follow their packages: to another component of the same place, or, where a block got or lost `count` or
    /// `for_each`, to another of its instances.
    fn hand_over(&self, findings: &mut Findings, open: &Open<'_>, declared: &BTreeSet<&Address>) {
        let known: BTreeSet<Address> = findings.courses.keys().cloned().collect();
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
}

fn retract(survey: &mut Survey<'_>, rejected: &BTreeSet<CveId>) {
    survey.retract(|name| CveId::parse(name).is_some_and(|cve| rejected.contains(&cve)));
}

/// What is there of a version, as it is put together.
#[derive(Default)]
struct Version {
    open: Vec<u32>,
    untold: Vec<u32>,
    former: Vec<(u32, u32)>,
}

/// What is open of packages that are alike, by their number, as what is remembered has it.
fn there(survey: &Survey<'_>, names: &mut Names) -> Vec<Vec<There>> {
    let mut numbers: Vec<Option<u32>> = vec![None; survey.names.len()];
    // Many packages have one record in common: its names are looked up once.
    let mut known: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    let mut of = |said: &[Said<'_>]| {
        let mut versions: BTreeMap<&str, Version> = BTreeMap::new();
        for said in said {
            let Version { open, untold, former } =
                versions.entry(&said.finding.installed.version).or_default();
            match said.verdict() {
                Verdict::Affected => {
                    let number =
                        *numbers[said.number].get_or_insert_with(|| names.number(said.vulnerability));
                    open.push(number);
                    for finding in std::iter::once(&said.finding).chain(&said.others) {
                        let (id, aliases) = (&finding.record.id, &finding.record.aliases);
                        let before = known.entry(finding.at).or_insert_with(|| {
                            std::iter::once(id).chain(aliases).filter_map(|id| names.find(id)).collect()
                        });
                        former.extend(
                            before.iter().filter(|name| **name != number).map(|name| (number, *name)),
                        );
                    }
                }
                // Of what was never found nothing could be closed.
                Verdict::Unknown => untold.extend(names.find(said.vulnerability)),
                Verdict::NotAffected => {}
            }
        }
        let there = versions.into_iter().map(|(version, Version { mut open, mut untold, former })| {
            open.sort_unstable();
            untold.sort_unstable();
            There { version: version.into(), open: open.into(), untold: untold.into(), former }
        });
        there.filter(|there| !there.open.is_empty() || !there.untold.is_empty()).collect()
    };
    survey.said().iter().map(|said| of(said)).collect()
}

fn open<'a>(survey: &'a Survey<'a>, there: &'a [Vec<There>]) -> Open<'a> {
    let of = |places: &'a [Placed<'a>]| {
        let open = places.iter().map(|place| (place.installed.name.as_str(), &*there[place.number]));
        open.filter(|(_, there)| !there.is_empty()).collect::<BTreeMap<_, _>>()
    };
    survey.components().map(|(member, places)| (&member.address, of(places))).collect()
}

/// Whether what is said of a package was found there, and is not known to be closed.
fn is_open(findings: &Findings, named: &Named<'_>) -> bool {
    let packages = findings.courses.get(&named.place.member.address);
    let course = packages.and_then(|packages| packages.get(named.place.installed.name.as_str()));
    let known =
        course.zip(findings.names.find(named.said.vulnerability)).and_then(|(c, number)| c.get(number));
    known.is_some_and(|known| known.closed.is_none())
}

impl<'a> Assessed<'a> {
    /// The places that answered.
    pub(super) fn hosts(&self) -> &'a [Host] {
        &self.gathered.hosts
    }

    /// What archives offer of their packages.
    pub(super) fn offered(&self) -> &'a [Package] {
        &self.gathered.offered
    }

    /// When it was made.
    pub(super) fn now(&self) -> Moment {
        self.gathered.now
    }

    /// Where components stand, for people.
    pub fn places(&self) -> &'a BTreeMap<Address, SourcePlace> {
        &self.gathered.places
    }

    /// Where patch levels stand.
    pub(super) fn spans(&self) -> &'a BTreeMap<Address, LevelPlace> {
        &self.gathered.spans
    }

    /// Everything that advisories say of some hosts, also of what is not affected; CVEs that were rejected are none.
    pub fn survey(&self, hosts: &'a [Host]) -> Survey<'a> {
        let mut survey = self.gathered.survey(hosts, |_| true);
        retract(&mut survey, &self.rejected);
        survey
    }

    /// The host of a component; none that was not read.
    pub fn host(&self, component: &Address) -> Option<&'a Host> {
        let has = |host: &&Host| host.members.iter().any(|member| member.address == *component);
        self.hosts().iter().find(has)
    }

    /// Why what feeds know under a name is taken for none: its record was withdrawn or closes no hole, or the CVE was rejected.
    pub fn retracted(&self, name: &str) -> Option<String> {
        if CveId::parse(name).is_some_and(|cve| self.rejected.contains(&cve)) {
            return Some(format!(
                "{name} was rejected: a feed of CVE records says that it is no vulnerability"
            ));
        }
        let is_it = |record: &&Advisory| {
            let ids = std::iter::once(&record.id).chain(&record.aliases).chain(&record.upstream);
            (record.withdrawn.is_some() || record.is_harmless())
                && ids.into_iter().any(|id| id::is_called(id, name))
        };
        let record = self.gathered.records.iter().find(is_it)?;
        let (id, feed) = (&record.id, &record.provenance.feed);
        Some(match &record.withdrawn {
            Some(at) => {
                format!(
                    "{id} of the feed {feed}, which speaks of {name}, was withdrawn ({at}): it raises nothing"
                )
            }
            None => format!(
                "{id} of the feed {feed} is a bug fix or an enhancement, as its publisher calls it, and names no CVE: it raises nothing"
            ),
        })
    }

    /// The assessment, as it is shown.
    pub fn assessment(&self) -> Assessment<'_> {
        let Assessed { gathered, survey, facts, findings, .. } = self;
        let Gathered { hosts, rules, now, .. } = gathered;
        let closed = |known: &Remembered| known.closed.as_ref().is_some_and(|closed| closed.at == *now);
        let idle = Day::of_milliseconds(now.0)
            .map(|today| idle(&rules.exceptions, hosts, survey, today, gathered.whole));
        let undecided: Vec<Named> =
            survey.named().filter(|named| named.said.verdict() == Verdict::Unknown).collect();
        Assessment {
            doubtful: undecided.iter().filter(|named| is_open(findings, named)).copied().collect(),
            idle: idle.unwrap_or_default(),
            now: *now,
            hosts,
            found: found(survey, &Knowledge { facts, rules, remembered: findings, now: *now }),
            undecided,
            remembered: findings,
            closed: findings.iter().filter(|(_, known)| closed(known)).collect(),
            unread: &gathered.unread,
            unasked: &gathered.unasked,
            unheard: gathered.unheard.iter().map(|i| &hosts[*i]).collect(),
            feeds: &gathered.feeds,
            places: &gathered.places,
            has_policy: gathered.has_policy,
        }
    }
}
