//! Tests of versions and the revision history: 6.1.14, 6.1.16 to 6.1.22 and 6.1.30.

use super::{Findings, Subject};
use crate::csaf::document::Tracking;
use crate::csaf::version::Version;
use crate::moment::Moment;
use std::collections::BTreeSet;

const HISTORY: &str = "/document/tracking/revision_history";
const VERSION: &str = "/document/tracking/version";

/// Revisions with a date and a number, sorted by both. Others are the schema's affair.
fn sorted(tracking: &Tracking) -> Vec<(Moment, Version<'_>, &str)> {
    let dated = |at: usize| {
        let revision = &tracking.revision_history[at];
        Some((Moment::parse(&revision.date)?, Version::parse(&revision.number)?, revision.number.as_str()))
    };
    let mut revisions: Vec<_> = (0..tracking.revision_history.len()).filter_map(dated).collect();
    revisions.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    revisions
}

fn is_draft(tracking: &Tracking) -> bool {
    tracking.status == "draft"
}

/// 6.1.14
pub fn unsorted(subject: &Subject, findings: &mut Findings) {
    for [(_, before, older), (_, after, newer)] in sorted(&subject.document.document.tracking).array_windows()
    {
        if after < before {
            findings.tell(HISTORY, format!("by date, version {newer} follows version {older}"));
        }
    }
}

/// 6.1.16
pub fn latest(subject: &Subject, findings: &mut Findings) {
    let tracking = &subject.document.document.tracking;
    let revisions = sorted(tracking);
    let (Some((_, last, number)), Some(version)) = (revisions.last(), Version::parse(&tracking.version))
    else {
        return;
    };
    let counted = |version: &Version<'_>| {
        (version.numbers, version.integer, version.pre.filter(|_| !is_draft(tracking)).map(str::to_string))
    };
    if counted(last) != counted(&version) {
        findings.tell(VERSION, format!("is {}, but the last revision by date is {number}", tracking.version));
    }
}

/// 6.1.17
pub fn draft(subject: &Subject, findings: &mut Findings) {
    let tracking = &subject.document.document.tracking;
    let early = Version::parse(&tracking.version).is_some_and(|v| v.is_initial() || v.pre.is_some());
    if early && !is_draft(tracking) {
        let told = format!("is {}, but the version is {}", tracking.status, tracking.version);
        findings.tell("/document/tracking/status", told);
    }
}

/// Numbers of revisions with their places.
fn numbers(tracking: &Tracking) -> impl Iterator<Item = (String, Version<'_>, &str)> {
    tracking.revision_history.iter().enumerate().filter_map(|(at, revision)| {
        Some((format!("{HISTORY}/{at}/number"), Version::parse(&revision.number)?, revision.number.as_str()))
    })
}

/// 6.1.18
pub fn released(subject: &Subject, findings: &mut Findings) {
    let tracking = &subject.document.document.tracking;
    if is_draft(tracking) {
        return;
    }
    for (path, _, number) in numbers(tracking).filter(|(_, version, _)| version.is_initial()) {
        findings.tell(path, format!("is {number}, but the document is {}", tracking.status));
    }
}

/// 6.1.19
pub fn pre_release(subject: &Subject, findings: &mut Findings) {
    for (path, _, number) in numbers(&subject.document.document.tracking).filter(|(_, v, _)| v.pre.is_some())
    {
        findings.tell(path, format!("{number} is a pre-release"));
    }
}

/// 6.1.20
pub fn not_draft(subject: &Subject, findings: &mut Findings) {
    let tracking = &subject.document.document.tracking;
    let pre = Version::parse(&tracking.version).is_some_and(|version| version.pre.is_some());
    if pre && !is_draft(tracking) {
        findings.tell(
            VERSION,
            format!("{} is a pre-release, but the document is {}", tracking.version, tracking.status),
        );
    }
}

/// 6.1.21
pub fn gap(subject: &Subject, findings: &mut Findings) {
    let revisions = sorted(&subject.document.document.tracking);
    if let Some((_, first, number)) = revisions.first().filter(|(_, first, _)| first.numbers[0] > 1) {
        let major = first.numbers[0];
        findings.tell(HISTORY, format!("begins with version {number}; versions before {major} are missing"));
    }
    for [(_, before, older), (_, after, newer)] in revisions.array_windows() {
        if after.numbers[0] > before.numbers[0] + 1 {
            findings.tell(HISTORY, format!("between {older} and {newer} a version is missing"));
        }
    }
}

/// 6.1.22
pub fn twice(subject: &Subject, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for (at, revision) in subject.document.document.tracking.revision_history.iter().enumerate() {
        if !seen.insert(&revision.number) {
            findings.tell(format!("{HISTORY}/{at}/number"), format!("{} is there twice", revision.number));
        }
    }
}

/// 6.1.30
pub fn mixed(subject: &Subject, findings: &mut Findings) {
    let tracking = &subject.document.document.tracking;
    let document = Version::parse(&tracking.version).map(|version| version.integer);
    let kinds: BTreeSet<bool> =
        numbers(tracking).map(|(_, version, _)| version.integer).chain(document).collect();
    if kinds.len() > 1 {
        findings.tell("/document/tracking", "some versions are integers, others are semantic versions");
    }
}
