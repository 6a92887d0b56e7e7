//! A catalog of our own advisories in a folder, as `collect` makes it.

use super::lab::Lab;
use patchform::catalog::{Content, Edition, Package, Taking, Writer};
use patchform::config::checked::FeedFormat;
use patchform::world::clock;
use patchform_advisory::{Provenance, osv};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;

/// Puts a feed into the catalog of a folder, as `collect` does.
pub fn collected(lab: &Lab, name: &str, format: FeedFormat, content: &Content) {
    let mut writer = Writer::open(&lab.path(".patchform/catalog.db")).unwrap();
    let now = clock::now();
    let taking = Taking {
        name,
        format,
        origin: "feed",
        max_age: Duration::from_secs(86_400),
        now,
        checked: Some(now),
        accept_shrink: true,
        accept_older: true,
    };
    let edition = Edition { digest: format!("{:064x}", now.0), at: Some(now), ..Edition::default() };
    writer.take(&taking, &edition, content).unwrap();
}

/// Records of OSV: id, CVE, package, fix (none: it has none), a line about it.
pub fn advisories(lab: &Lab, ecosystem: &str, rows: &[(&str, &str, &str, Option<&str>, &str)]) {
    let records: Vec<Value> = rows
        .iter()
        .map(|(id, cve, package, fix, summary)| {
            let fixed = fix.map(|fix| json!({"fixed": fix}));
            let events: Vec<Value> = std::iter::once(json!({"introduced": "0"})).chain(fixed).collect();
            json!({"id": id, "modified": "2026-11-20T00:00:00Z", "published": "2026-11-02T00:00:00Z", "upstream": [cve],
                   "summary": summary, "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                   "ranges": [{"type": "ECOSYSTEM", "events": events}]}]})
        })
        .collect();
    let at = Provenance { feed: "osv".into(), file: "all.jsonl".into(), line: 0 };
    let read = |(line, record): (usize, &Value)| {
        let at = Provenance { line: line + 1, ..at.clone() };
        osv::read(record.to_string().as_bytes(), &at).unwrap().0
    };
    let records = records.iter().enumerate().map(read).collect();
    collected(lab, "osv", FeedFormat::Osv, &Content::Advisories(records));
}

/// A suite of this machine's architecture that offers versions of tar.
#[allow(dead_code, reason = "not every test has an archive")]
pub fn offered(lab: &Lab, suite: &str, versions: &[&str]) {
    let shown = Command::new("dpkg").arg("--print-architecture").output().unwrap();
    let arch = String::from_utf8(shown.stdout).unwrap().trim().to_string();
    let package = |version: &&str| Package {
        suite: suite.into(),
        name: "tar".into(),
        version: (*version).into(),
        arch: arch.clone(),
        source: "tar".into(),
        source_version: (*version).into(),
    };
    let packages = versions.iter().map(package).collect();
    collected(lab, &format!("apt-{suite}"), FeedFormat::Apt, &Content::Offered(packages));
}
