//! Tests of dates (2.1): 6.1.37, 6.1.45, 6.1.49 and 6.1.51 to 6.1.53.

use super::{Findings, Subject};
use crate::moment::Moment;

/// 6.1.37
pub fn form(subject: &Subject, findings: &mut Findings) {
    for (path, text) in dates(subject) {
        if !Moment::is_strict(text) {
            findings.tell(path, format!("{text} is no date and time with `T`, a zone, and no leap second"));
        }
    }
}

/// Every date of a document.
fn dates<'a>(subject: &'a Subject) -> Vec<(String, &'a str)> {
    let tracking = &subject.document.document.tracking;
    let own = |name: &str| format!("/document/tracking/{name}");
    let mut found = vec![
        (own("current_release_date"), tracking.current_release_date.as_str()),
        (own("initial_release_date"), tracking.initial_release_date.as_str()),
    ];
    let generated = tracking.generator.as_ref().and_then(|generator| generator.date.as_deref());
    found.extend(generated.map(|date| (own("generator/date"), date)));
    let revisions = tracking.revision_history.iter().enumerate();
    found.extend(
        revisions.map(|(at, revision)| (own(&format!("revision_history/{at}/date")), revision.date.as_str())),
    );
    for (path, of) in subject.vulnerabilities() {
        let mut take = |name: String, date: Option<&'a str>| {
            found.extend(date.map(|date| (format!("{path}/{name}"), date)));
        };
        take("disclosure_date".into(), of.disclosure_date.as_deref());
        take("discovery_date".into(), of.discovery_date.as_deref());
        for (at, exploitation) in of.first_known_exploitation_dates.iter().enumerate() {
            take(format!("first_known_exploitation_dates/{at}/date"), Some(&exploitation.date));
            let known = Some(exploitation.exploitation_date.as_str());
            take(format!("first_known_exploitation_dates/{at}/exploitation_date"), known);
        }
        let flags = of.flags.iter().enumerate();
        flags.for_each(|(at, flag)| take(format!("flags/{at}/date"), flag.date.as_deref()));
        let parties = of.involvements.iter().enumerate();
        parties.for_each(|(at, party)| take(format!("involvements/{at}/date"), party.date.as_deref()));
        let remediations = of.remediations.iter().enumerate();
        remediations.for_each(|(at, r)| take(format!("remediations/{at}/date"), r.date.as_deref()));
        let threats = of.threats.iter().enumerate();
        threats.for_each(|(at, threat)| take(format!("threats/{at}/date"), threat.date.as_deref()));
        for (at, metric) in of.metrics.iter().enumerate() {
            let content = &metric.content;
            let epss = content.epss.as_ref().map(|epss| epss.timestamp.as_str());
            take(format!("metrics/{at}/content/epss/timestamp"), epss);
            let ssvc = content.ssvc_v2.as_ref().map(|ssvc| ssvc.timestamp.as_str());
            take(format!("metrics/{at}/content/ssvc_v2/timestamp"), ssvc);
        }
    }
    found
}

/// The date of the newest revision of a document that is no draft.
fn newest(subject: &Subject) -> Option<Moment> {
    let tracking = &subject.document.document.tracking;
    let dates = tracking.revision_history.iter().filter_map(|revision| Moment::parse(&revision.date));
    dates.max().filter(|_| matches!(tracking.status.as_str(), "final" | "interim"))
}

/// Tells dates that lie behind the newest revision.
fn late(subject: &Subject, findings: &mut Findings, named: impl Fn(&str) -> bool) {
    let Some(newest) = newest(subject) else { return };
    for (path, text) in dates(subject).into_iter().filter(|(path, _)| named(path)) {
        if Moment::parse(text).is_some_and(|date| date > newest) {
            findings.tell(path, format!("{text} is later than the newest revision of the document"));
        }
    }
}

/// 6.1.45: what everybody may read is disclosed.
pub fn disclosure(subject: &Subject, findings: &mut Findings) {
    let tlp =
        subject.document.document.distribution.as_ref().and_then(|distribution| distribution.tlp.as_ref());
    if tlp.is_some_and(|tlp| tlp.label == "CLEAR") {
        late(subject, findings, |path| path.ends_with("/disclosure_date"));
    }
}

/// 6.1.49
pub fn ssvc(subject: &Subject, findings: &mut Findings) {
    late(subject, findings, |path| path.ends_with("/ssvc_v2/timestamp"));
}

/// 6.1.51
pub fn epss(subject: &Subject, findings: &mut Findings) {
    late(subject, findings, |path| path.ends_with("/epss/timestamp"));
}

/// 6.1.52
pub fn exploitation(subject: &Subject, findings: &mut Findings) {
    late(subject, findings, |path| path.contains("/first_known_exploitation_dates/"));
}

/// 6.1.53
pub fn exploitation_order(subject: &Subject, findings: &mut Findings) {
    for (path, vulnerability) in subject.vulnerabilities() {
        for (at, known) in vulnerability.first_known_exploitation_dates.iter().enumerate() {
            let (written, attack) = (Moment::parse(&known.date), Moment::parse(&known.exploitation_date));
            if written.is_some() && attack > written {
                let path = format!("{path}/first_known_exploitation_dates/{at}/exploitation_date");
                findings.tell(
                    path,
                    format!(
                        "{} is later than {}, when it was written down",
                        known.exploitation_date, known.date
                    ),
                );
            }
        }
    }
}
