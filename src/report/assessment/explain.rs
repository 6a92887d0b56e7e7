//! One vulnerability on one component, explained: why it is found or is not, who says so, how urgent, until when.

use super::{Assessment, words};
use crate::finding::{Findings, Found, Key, Named, Survey};
use crate::model::Address;
use crate::report::page::Page;
use crate::report::style::{Style, Tint, plain, tinted};
use patchform_advisory::{Finding, Naming, Verdict};

/// Where the values begin.
const COLUMN: usize = 16;

/// Explains a vulnerability, by any of its names, on a component; `survey` has everything that advisories say of its host.
/// None where nothing names it.
pub fn draw(
    assessment: &Assessment<'_>,
    survey: &Survey<'_>,
    vulnerability: &str,
    component: &Address,
    style: Style,
) -> Option<String> {
    let mut page = Page::new(style);
    let of_component =
        |named: &Named<'_>| named.place.member.address == *component && named.said.is_called(vulnerability);
    let all: Vec<Named> = survey.named().filter(of_component).collect();
    for named in &all {
        page.blank();
        let said = named.said;
        let (installed, vulnerability) = (said.finding.installed, said.vulnerability);
        let (tint, verdict) = match said.verdict() {
            Verdict::Affected => (Tint::Bad, "affected"),
            Verdict::NotAffected => (Tint::Good, "not affected"),
            Verdict::Unknown => (Tint::Change, "cannot be told"),
        };
        let head = format!("{vulnerability} in {} of {component}: ", installed.name);
        page.line(0, 2, &[tinted(Tint::Bold, head), tinted(tint, verdict)]);
        let mut say = |label: &str, text: String| page.labelled(2, COLUMN, label, &[plain(text)]);
        say("installed", described(named));
        say("why", rule(&said.finding));
        say("says", record(&said.finding));
        for other in &said.others {
            let label = if said.is_contradicted_by(other) { "contradicts" } else { "also says" };
            let of = match std::ptr::eq(other.installed, said.finding.installed) {
                true => String::new(),
                false => format!(", of the version {}", other.installed.version),
            };
            say(label, format!("{}: {}{of}", record(other), rule(other)));
        }
        let key = Key { component, package: &installed.name, vulnerability };
        if let Some(found) = assessment.found.iter().find(|found| found.key() == key) {
            judged(assessment, found, &mut page);
        } else {
            ended(assessment.remembered, key, &mut page);
        }
    }
    (!all.is_empty()).then(|| page.finish())
}

fn described(named: &Named<'_>) -> String {
    let installed = named.said.finding.installed;
    let arch = installed.arch.as_deref().map_or(String::new(), |arch| format!(", {arch}"));
    let module = installed.module.as_ref().map_or(String::new(), |module| format!(", module {module}"));
    let source = match &installed.source {
        Some(source) => format!(", built from {} {}", source.name, source.version),
        None => String::new(),
    };
    let managed = if named.place.managed { "" } else { "; patch_level does not name it" };
    format!("{}{arch}{module}{source}{managed}", installed.version)
}

fn rule(finding: &Finding<'_>) -> String {
    let entry = finding.entry;
    let note = entry.note.as_deref().map_or(String::new(), |note| format!(" ({note})"));
    let what = match entry.naming {
        Naming::Source => "the source package",
        Naming::Binary => "the package",
    };
    format!("{what} {} of {}: {}{note}", entry.package, entry.ecosystem, finding.why)
}

fn record(finding: &Finding<'_>) -> String {
    let record = finding.record;
    let at = &record.provenance;
    let line = if at.line > 0 { format!(", line {}", at.line) } else { String::new() };
    format!("{} of the feed {} ({}{line})", record.id, at.feed, at.file)
}

/// When what is open no more was seen, and what ended it.
fn ended(remembered: &Findings, key: Key<'_>, page: &mut Page) {
    let course = remembered.courses.get(key.component).and_then(|packages| packages.get(key.package));
    let number = remembered.names.find(key.vulnerability);
    let Some(known) = course.zip(number).and_then(|(course, number)| course.get(number)) else { return };
    let mut say = |label: &str, text: String| page.labelled(2, COLUMN, label, &[plain(text)]);
    say("first seen", known.first_seen.to_string());
    say("last seen", known.last_seen.to_string());
    if let Some(closed) = &known.closed {
        let by =
            closed.run.as_deref().map_or("no run of patchform".to_string(), |run| format!("the run {run}"));
        let version = closed.version.as_ref().map_or(String::new(), |version| format!(", at {version}"));
        say("closed", format!("{} by {by}{version}", closed.at));
    }
}

fn judged(assessment: &Assessment<'_>, found: &Found<'_>, page: &mut Page) {
    let facts = &found.judged.facts;
    let mut say = |label: &str, text: String| page.labelled(2, COLUMN, label, &[plain(text)]);
    say("go to", words::target(found.target()));
    let because = found.judged.urgency.because.join("; ");
    say(
        "priority",
        format!("{} (urgency {}: {because})", found.judged.priority, found.judged.urgency.urgency),
    );
    if let Some(listing) = facts.kev {
        let ransomware = if listing.ransomware { ", used by ransomware" } else { "" };
        say("KEV", format!("listed on {}{ransomware}", listing.added));
    }
    if let Some(epss) = &facts.epss {
        say("EPSS", format!("{:.3} (model {})", epss.probability, epss.model));
    }
    if let Some(scored) = facts.cvss {
        say("CVSS", format!("{} ({})", scored.score, scored.score.severity(scored.version)));
    }
    match &found.judged.deadline {
        Some(deadline) => {
            say("due", format!("{}: {deadline}", words::due(found)));
            say("by", deadline.source.clone());
            if let Some(also) = &deadline.also {
                say("besides", also.clone());
            }
        }
        None if assessment.has_policy => say("due", "no policy says anything of it".to_string()),
        None => {}
    }
    if let Some(exception) = found.judged.exception {
        let (name, why, until) = (exception.name(), exception.justification(), exception.expires());
        say("exception", format!("{name}, until {until}: {why}"));
    }
    say("first seen", found.judged.first_seen.to_string());
    if let Some(at) = found.judged.reopened {
        say("open again", at.to_string());
    }
}
