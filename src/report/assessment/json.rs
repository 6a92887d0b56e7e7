//! An assessment as JSON (docs/schemas/assessment.schema.json).

use super::each::{Each, Shown};
use super::{Assessment, FeedAge, words};
use crate::finding::{Found, Host, Idle, Judgement, Key, Named, Remembered, Target, Why};
use crate::model::{Address, Moment};
use patchform_advisory::day::Day;
use patchform_advisory::policy::Deadline;
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::io;

/// Writes one object on one line, finding by finding: a fleet has millions.
///
/// # Errors
/// Those of `out`.
pub fn write(assessment: &Assessment<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let unheard = || assessment.unheard.iter().flat_map(|host| &host.members);
    let document = Document {
        assessed: Shown(assessment.now),
        closed: Each(|| assessment.closed.iter().map(closed)),
        doubtful: Each(|| assessment.doubtful.iter().map(undecided)),
        feeds: Each(|| assessment.feeds.iter().map(feed)),
        findings: Each(|| assessment.found.iter().map(|found| Finding::of(assessment, found))),
        format_version: 1,
        hosts: Each(|| assessment.hosts.iter().map(host)),
        idle_exceptions: Each(|| assessment.idle.iter().map(exception)),
        undecided: Each(|| assessment.undecided.iter().map(undecided)),
        unread: Each(|| assessment.unread.iter().map(unread)),
        without_advisories: Each(|| unheard().map(|member| Shown(&member.address))),
        without_inventory: Each(|| assessment.unasked.iter().map(Shown)),
    };
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<C, B, D, F, H, I, U, R, A, W> {
    assessed: Shown<Moment>,
    closed: C,
    doubtful: B,
    feeds: D,
    findings: F,
    format_version: u64,
    hosts: H,
    idle_exceptions: I,
    undecided: U,
    unread: R,
    without_advisories: A,
    without_inventory: W,
}

fn host(host: &Host) -> Json {
    let components: Vec<String> = host.members.iter().map(|m| m.address.to_string()).collect();
    json!({"target": host.target, "platform": host.platform.ecosystem.to_string(), "components": components,
           "packages": host.packages.len()})
}

fn undecided(named: &Named<'_>) -> Json {
    let (address, finding) = (&named.place.member.address, &named.said.finding);
    json!({"component": address.to_string(), "vulnerability": named.said.vulnerability,
           "package": finding.installed.name, "version": finding.installed.version,
           "why": finding.why.to_string(), "record": finding.record.id})
}

fn closed((key, known): &(Key<'_>, &Remembered)) -> Json {
    json!({"component": key.component.to_string(), "vulnerability": key.vulnerability, "package": key.package,
           "first_seen": known.first_seen.to_string(), "run": known.closed.as_ref().and_then(|c| c.run.as_deref())})
}

fn unread((address, why): &(Address, String)) -> Json {
    json!({"component": address.to_string(), "why": why})
}

fn exception(idle: &Idle<'_>) -> Json {
    let why = match idle.why {
        Why::Lapsed => "lapsed",
        Why::NotBegun => "not_begun",
        Why::Empty => "empty",
    };
    let exception = idle.exception;
    json!({"name": exception.name(), "policy": exception.policy(), "why": why, "findings": idle.findings,
           "from": exception.granted().to_string(), "until": exception.expires().to_string()})
}

fn feed(feed: &FeedAge) -> Json {
    json!({"name": feed.name, "format": feed.format, "records": feed.records, "stale": feed.stale,
           "checked": feed.checked.map(|at| at.to_string()), "problem": feed.problem})
}

#[derive(Serialize)]
struct Finding<'x> {
    because: &'x [&'static str],
    component: Shown<&'x Address>,
    contradicted_by: Option<&'x str>,
    cvss: Option<f64>,
    deadline: Option<Term<'x>>,
    epss: Option<Epss<'x>>,
    exception: Option<Exception<'x>>,
    feed: &'x str,
    first_seen: Shown<Moment>,
    fix: Option<Fix<'x>>,
    in_patch_level: bool,
    kev: Option<Kev>,
    no_fix: Option<Shown<&'x Target<'x>>>,
    package: &'x str,
    priority: &'static str,
    record: &'x str,
    reopened: Option<Shown<Moment>>,
    source: &'x str,
    source_version: &'x str,
    standing: &'static str,
    target: &'x str,
    urgency: Shown<patchform_advisory::priority::Urgency>,
    version: &'x str,
    vulnerability: &'x str,
    why: Shown<&'x patchform_advisory::Why<'x>>,
}

#[derive(Serialize)]
struct Term<'x> {
    also: Option<&'x str>,
    assumed: &'x [&'static str],
    day: Option<Shown<Day>>,
    policy: &'x str,
    row: &'x str,
    source: &'x str,
    told: Shown<&'x Deadline>,
}

#[derive(Serialize)]
struct Epss<'x> {
    model: &'x str,
    probability: f64,
}

#[derive(Serialize)]
struct Exception<'x> {
    because: &'x str,
    name: &'x str,
    until: Shown<Day>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Fix<'x> {
    Level(&'x str),
    Source(&'x str),
}

#[derive(Serialize)]
struct Kev {
    added: Shown<Day>,
    ransomware: bool,
}

impl<'x> Finding<'x> {
    fn of(assessment: &'x Assessment<'_>, found: &'x Found<'_>) -> Finding<'x> {
        let (key, installed, said) = (found.key(), found.installed(), found.named.said);
        let record = said.finding.record;
        let Judgement { facts, urgency, priority, deadline, exception, first_seen, reopened, .. } =
            &*found.judged;
        let (fix, no_fix) = match found.target() {
            Target::Level(level) => (Some(Fix::Level(level)), None),
            Target::Source(version) => (Some(Fix::Source(version)), None),
            nowhere @ Target::Nowhere(_) => (None, Some(Shown(nowhere))),
        };
        Finding {
            because: &urgency.because,
            component: Shown(key.component),
            contradicted_by: said.contradicted_by().map(|other| other.record.id.as_str()),
            cvss: facts.cvss.map(|scored| f64::from(scored.score.tenths()) / 10.0),
            deadline: deadline.as_ref().map(|deadline| Term {
                also: deadline.also.as_deref(),
                assumed: &deadline.assumed,
                day: deadline.day().map(Shown),
                policy: &deadline.profile,
                row: &deadline.row,
                source: &deadline.source,
                told: Shown(deadline),
            }),
            epss: facts.epss.as_ref().map(|epss| Epss { model: &epss.model, probability: epss.probability }),
            exception: exception.map(|exception| Exception {
                because: exception.justification(),
                name: exception.name(),
                until: Shown(exception.expires()),
            }),
            feed: &record.provenance.feed,
            first_seen: Shown(*first_seen),
            fix,
            in_patch_level: found.named.place.managed,
            kev: facts.kev.map(|kev| Kev { added: Shown(kev.added), ransomware: kev.ransomware }),
            no_fix,
            package: key.package,
            priority: priority.word(),
            record: &record.id,
            reopened: reopened.map(Shown),
            source: installed.source_name(),
            source_version: installed.source_version(),
            standing: words::standing(found),
            target: &assessment.host(found).target,
            urgency: Shown(urgency.urgency),
            version: &installed.version,
            vulnerability: key.vulnerability,
            why: Shown(&said.finding.why),
        }
    }
}
