//! An assessment as JSON (docs/schemas/assessment.schema.json).

use super::{Assessment, words};
use crate::finding::{Found, Target, Why};
use serde_json::{Value as Json, json};

/// One object on one line.
pub fn render(assessment: &Assessment<'_>) -> String {
    let hosts: Vec<Json> = assessment
        .hosts
        .iter()
        .map(|host| {
            let components: Vec<String> = host.members.iter().map(|m| m.address.to_string()).collect();
            json!({"target": host.target, "platform": host.platform.ecosystem.to_string(), "components": components,
                   "packages": host.packages.len()})
        })
        .collect();
    let undecided: Vec<Json> = assessment
        .undecided
        .iter()
        .map(|named| {
            let host = &assessment.hosts[named.host];
            json!({"component": host.members[named.member].address.to_string(), "vulnerability": named.vulnerability,
                   "package": named.finding.installed.name, "version": named.finding.installed.version,
                   "why": named.finding.why.to_string(), "record": named.finding.record.id})
        })
        .collect();
    let closed: Vec<Json> = assessment
        .closed
        .iter()
        .map(|(key, known)| {
            json!({"component": key.component.to_string(), "vulnerability": key.vulnerability, "package": key.package,
                   "first_seen": known.first_seen.to_string(), "run": known.closed.as_ref().and_then(|c| c.run.clone())})
        })
        .collect();
    let unread: Vec<Json> = assessment
        .unread
        .iter()
        .map(|(address, why)| json!({"component": address.to_string(), "why": why}))
        .collect();
    let unasked: Vec<String> = assessment.unasked.iter().map(ToString::to_string).collect();
    let unheard: Vec<String> =
        assessment.unheard.iter().flat_map(|host| &host.members).map(|m| m.address.to_string()).collect();
    let exceptions: Vec<Json> = assessment
        .idle
        .iter()
        .map(|idle| {
            let why = match idle.why {
                Why::Lapsed => "lapsed",
                Why::NotBegun => "not_begun",
                Why::Empty => "empty",
            };
            let exception = idle.exception;
            json!({"name": exception.name(), "policy": exception.policy(), "why": why, "findings": idle.findings,
                   "from": exception.granted().to_string(), "until": exception.expires().to_string()})
        })
        .collect();
    let feeds: Vec<Json> = assessment
        .feeds
        .iter()
        .map(|feed| {
            json!({"name": feed.name, "format": feed.format, "records": feed.records, "stale": feed.stale,
                   "checked": feed.checked.map(|at| at.to_string()), "problem": feed.problem})
        })
        .collect();
    let findings: Vec<Json> = assessment.found.iter().map(|found| finding(assessment, found)).collect();
    let all = json!({"format_version": 1, "assessed": assessment.now.to_string(), "hosts": hosts, "feeds": feeds,
                     "findings": findings, "undecided": undecided, "closed": closed, "unread": unread, "without_inventory": unasked,
                     "without_advisories": unheard, "idle_exceptions": exceptions});
    format!("{all}\n")
}

fn finding(assessment: &Assessment<'_>, found: &Found<'_>) -> Json {
    let installed = found.named.finding.installed;
    let record = found.named.finding.record;
    let facts = &found.facts;
    let deadline = found.deadline.as_ref().map(|deadline| {
        json!({"day": words::day(found), "policy": deadline.profile, "row": deadline.row, "source": deadline.source,
               "told": deadline.to_string(), "assumed": deadline.assumed, "also": deadline.also})
    });
    let exception = found.exception.map(|exception| {
        json!({"name": exception.name(), "because": exception.justification(), "until": exception.expires().to_string()})
    });
    let (target, reason) = match &found.target {
        Target::Level(level) => (json!({"level": level}), Json::Null),
        Target::Source(version) => (json!({"source": version}), Json::Null),
        Target::Nowhere(why) => (Json::Null, json!(why)),
    };
    json!({
        "component": found.key.component.to_string(),
        "target": assessment.host(found).target,
        "vulnerability": found.key.vulnerability,
        "package": found.key.package,
        "version": installed.version,
        "source": installed.source_name(),
        "source_version": installed.source_version(),
        "in_patch_level": found.named.managed,
        "fix": target,
        "no_fix": reason,
        "priority": found.priority.word(),
        "urgency": found.urgency.urgency.to_string(),
        "because": found.urgency.because,
        "kev": facts.kev.map(|listing| json!({"added": listing.added.to_string(), "ransomware": listing.ransomware})),
        "epss": facts.epss.as_ref().map(|epss| json!({"probability": epss.probability, "model": epss.model})),
        "cvss": facts.cvss.map(|scored| f64::from(scored.score.tenths()) / 10.0),
        "why": found.named.finding.why.to_string(),
        "record": record.id,
        "feed": record.provenance.feed,
        "first_seen": found.first_seen.to_string(),
        "reopened": found.reopened.map(|at| at.to_string()),
        "standing": words::standing(found),
        "deadline": deadline,
        "exception": exception,
    })
}
