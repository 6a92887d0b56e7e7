//! The neutral records of a document: one for each of its vulnerabilities.

use super::document::Csaf;
use super::status::{Stance, Status, Verdict, verdicts};
use super::tree::Tree;
use super::vulnerability::Vulnerability;
use crate::advisory::{Advisory, Provenance, Severity};
use crate::affected::{Affected, NoFix};
use crate::ecosystem::Ecosystem;
use crate::feed::Feed;
use crate::remark::Remark;
use crate::said::Said;

/// The records of a document. Products without a package URL, and parts of products that are no release of a
/// distribution, cannot be told on a host; how many there are is remarked.
/// A stub of a deleted document retracts.
#[must_use]
pub fn records(document: &Csaf, provenance: &Provenance) -> Feed {
    let tree = Tree::of(document);
    let mut feed = Feed::default();
    for vulnerability in document.vulnerabilities() {
        let mut record = head(document, vulnerability, provenance);
        let mut passed = 0;
        for (product, verdict) in verdicts(vulnerability, &tree) {
            let entries = entries(&tree, product, &verdict);
            passed += usize::from(entries.is_empty());
            record.affected.extend(entries);
        }
        if passed > 0 {
            let reason = format!(
                "{passed} products have no package URL that could be told on a host; they are passed over"
            );
            feed.remarks.push(Remark::new(provenance.line, &record.id, reason));
        }
        feed.records.push(record);
    }
    if document.document.tracking.status == "deleted" && feed.records.is_empty() {
        feed.records.push(head(document, &Vulnerability::default(), provenance));
    }
    feed
}

fn head(document: &Csaf, vulnerability: &Vulnerability, provenance: &Provenance) -> Advisory {
    let tracking = &document.document.tracking;
    let alone = document.vulnerabilities().len() < 2;
    let name = vulnerability.name();
    let scores = vulnerability.scores.iter().flat_map(|score| [&score.cvss_v2, &score.cvss_v3]);
    let metrics = vulnerability.metrics.iter().map(|metric| &metric.content);
    let metrics = metrics.flat_map(|content| [&content.cvss_v2, &content.cvss_v3, &content.cvss_v4]);
    let vectors = scores.chain(metrics).flatten().filter_map(|cvss| cvss.get("vectorString")?.as_str());
    let mut severity: Vec<Severity> = vectors.map(vector).collect();
    severity.dedup();
    Advisory {
        id: if alone { tracking.id.clone() } else { format!("{}#{name}", tracking.id) },
        upstream: if name.is_empty() || name == tracking.id { Vec::new() } else { vec![name.to_string()] },
        withdrawn: (tracking.status == "deleted").then(|| tracking.current_release_date.clone()),
        published: Some(tracking.initial_release_date.clone()).filter(|text| !text.is_empty()),
        modified: Some(tracking.current_release_date.clone()).filter(|text| !text.is_empty()),
        summary: vulnerability.title.clone().unwrap_or_else(|| document.document.title.clone()),
        severity,
        references: vulnerability.references.iter().map(|reference| reference.url.clone()).collect(),
        reboot: vulnerability.remediations.iter().any(|remediation| {
            let restart = remediation.restart_required.as_ref().map(|restart| restart.category.as_str());
            matches!(restart, Some("machine" | "system"))
        }),
        provenance: provenance.clone(),
        ..Advisory::default()
    }
}

fn vector(text: &str) -> Severity {
    let system = match text {
        text if text.starts_with("CVSS:4") => "CVSS_V4",
        text if text.starts_with("CVSS:3") => "CVSS_V3",
        _ => "CVSS_V2",
    };
    Severity { system: system.to_string(), value: text.to_string() }
}

/// One entry for each package URL of a product.
fn entries(tree: &Tree, product: &str, verdict: &Verdict) -> Vec<Affected> {
    let Some(product) = tree.product(product) else { return Vec::new() };
    let id = product.definition.product_id.as_str();
    let Some(helper) = tree.helper(id) else { return Vec::new() };
    let last = verdict.statuses.contains(&Status::LastAffected);
    let platform = product.parts.last().and_then(|part| platform(tree, part.product));
    // A part of a product says nothing about the same package elsewhere, unless the product is a distribution's release.
    let told = |purl: &&str| product.parts.is_empty() || platform.is_some() && purl.starts_with("pkg:rpm/");
    let note = verdict.flags.first().map(|flag| flag.label.clone());
    let note = note.or_else(|| {
        let threat = verdict.threats.iter().find(|threat| threat.category == "impact");
        threat.map(|threat| threat.details.clone())
    });
    let said = |purl| Said {
        product: id,
        purl,
        platform: platform.clone(),
        stance: verdict.stance(),
        last,
        no_fix: no_fix(verdict),
        note: note.clone().filter(|_| verdict.stance() == Stance::NotAffected),
    };
    // A document that lists the same package in two spellings of a qualifier says it twice.
    helper.package_urls().filter(told).filter_map(|purl| said(purl).entry().ok()).collect()
}

/// What the vendor says about a fix, in the codes of remediations (3.2.4.12).
fn no_fix(verdict: &Verdict) -> NoFix {
    let has = |code: &str| verdict.remediations.iter().any(|remediation| remediation.category == code);
    match () {
        () if has("no_fix_planned") => NoFix::WontFix,
        () if has("fix_planned") => NoFix::Postponed,
        () => NoFix::Open,
    }
}

/// The release of the platform that a package is part of, of the vendors whose packages have none in their URL.
fn platform(tree: &Tree, id: &str) -> Option<Ecosystem> {
    let product = tree.product(id)?;
    let cpe = product.definition.product_identification_helper.as_ref().and_then(|h| h.cpe.as_deref())?;
    let (_, tail) = cpe.split_once("cpe:/")?;
    let mut parts = tail.splitn(3, ':').skip(1);
    let name = product.definition.name.as_str();
    match (parts.next()?, parts.next()?) {
        ("redhat", rest) => Some(Ecosystem::parse(&format!("Red Hat:{rest}"))),
        ("suse", _) => Some(Ecosystem::parse(&format!("SUSE:{}", name.strip_prefix("SUSE ")?))),
        ("opensuse", _) => Some(Ecosystem::parse(&format!("openSUSE:{}", name.strip_prefix("openSUSE ")?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csaf::sample;
    use crate::installed::Installed;
    use crate::matching::Index;
    use crate::platform::Platform;
    use serde_json::json;

    const PURL: &str = "/product_tree/branches/0/branches/1/product/product_identification_helper";
    const CPE: &str = "/product_tree/branches/0/branches/0/product/product_identification_helper";

    #[test]
    fn a_fixed_build_of_a_platform_is_a_fix_of_its_release() {
        let part = |part: &str| {
            json!({"category": "default_component_of", "product_reference": part, "relates_to_product_reference": "B",
                   "full_product_name": {"name": part, "product_id": format!("B:{part}")}})
        };
        let text = json!({"document": {"title": "t", "tracking": {"id": "RHSA-1", "status": "final"}},
            "product_tree": {
                "full_product_names": [
                    {"name": "RHEL 8", "product_id": "B", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8::baseos"}},
                    {"name": "a", "product_id": "a-2.x86_64", "product_identification_helper": {"purl": "pkg:rpm/redhat/a@2-1.el8?arch=x86_64"}},
                    {"name": "b", "product_id": "b", "product_identification_helper": {"purl": "pkg:rpm/redhat/b"}}],
                "relationships": [part("a-2.x86_64"), part("b")]},
            "vulnerabilities": [
                {"cve": "CVE-2026-1", "product_status": {"fixed": ["B:a-2.x86_64"], "known_affected": ["B:b"]},
                 "remediations": [{"category": "no_fix_planned", "details": "no", "product_ids": ["B:b"]}]},
                {"cve": "CVE-2026-2", "product_status": {"known_not_affected": ["B:b", "B"]}}]});
        let document = crate::csaf::read(text.to_string().as_bytes()).unwrap().document;
        let feed = records(&document, &Provenance::default());
        let ids: Vec<(&str, Vec<&str>)> = feed.records.iter().map(|r| (r.id.as_str(), r.cves())).collect();
        assert_eq!(
            ids,
            [("RHSA-1#CVE-2026-1", vec!["CVE-2026-1"]), ("RHSA-1#CVE-2026-2", vec!["CVE-2026-2"])]
        );
        let remarks: Vec<String> = feed.remarks.iter().map(ToString::to_string).collect();
        let passed = "RHSA-1#CVE-2026-2: 1 products have no package URL that could be told on a host; they are passed over";
        assert_eq!(remarks, [format!("line 0: {passed}")]);
        let index = Index::new(&feed.records);
        let on = |release: &str, name: &str, version: &str| -> Vec<String> {
            let installed = Installed { arch: Some("x86_64".into()), ..Installed::new(name, version) };
            let platform = Platform::parse(&format!("Red Hat:enterprise_linux:{release}"));
            index.assess_one(&platform, &installed).iter().map(|found| found.why.to_string()).collect()
        };
        assert_eq!(on("8", "a", "1-1.el8"), ["below 2-1.el8"]);
        assert_eq!(on("8", "a", "2-1.el8"), ["fixed in 2-1.el8"]);
        assert_eq!(on("9", "a", "1-1.el9"), [""; 0]);
        assert_eq!(
            on("8", "b", "1"),
            ["the vendor will not fix it", "the vendor says that it is not affected"]
        );
    }

    #[test]
    fn a_deleted_document_retracts() {
        let deleted = [("/document/tracking/status", json!("deleted"))];
        let feed = records(&sample::with(&deleted).document, &Provenance::default());
        assert!(feed.records.iter().all(|record| record.withdrawn.is_some()) && !feed.records.is_empty());
        let stub = json!({"document": {"tracking": {"id": "CVE-2023-1", "status": "deleted"}}});
        let document = crate::csaf::read(stub.to_string().as_bytes()).unwrap().document;
        let feed = records(&document, &Provenance::default());
        assert_eq!(feed.records[0].id, "CVE-2023-1");
        assert!(feed.records[0].withdrawn.is_some());
    }

    #[test]
    fn a_package_url_that_is_none_is_passed_over_and_counted() {
        let odd = [(PURL, json!({"purl": "rpm/jam"})), (CPE, json!({"cpe": "cpe:/o:redhat"}))];
        let feed = records(&sample::with(&odd).document, &Provenance::default());
        assert!(feed.records[0].affected.is_empty() && feed.remarks.len() == 1, "{feed:?}");
    }
}
