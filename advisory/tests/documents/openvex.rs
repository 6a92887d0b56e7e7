//! OpenVEX documents of their project, Chainguard, Trivy, Grype and Ubuntu.

use crate::corpus::{Tally, bytes, folder};
use crate::{files, name};
use patchform_advisory::openvex::{self, Product, Reading, Statement, Status, in_force};
use std::path::Path;

fn read(path: &Path) -> Reading {
    openvex::read(&bytes(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether the file is an OpenVEX document, and not a CSAF one, a schema or a list.
fn is_openvex(path: &Path) -> bool {
    let name = name(path);
    !matches!(name, "csaf.json" | "openvex_json_schema.json" | "all.json") && !name.starts_with("csaf-")
}

#[test]
fn every_document_is_read_whole() {
    for collection in ["vex/openvex", "vex/trivy", "vex/grype", "vex/ubuntu-csaf-vex"] {
        let Some(folder) = folder(collection) else { return };
        let mut tally = Tally::default();
        for path in files(&folder, ".json").iter().filter(|path| is_openvex(path)) {
            let reading = read(path);
            let whole = reading.statements().count() == reading.document.statements.len();
            let dated = reading.statements().all(|statement| statement.since.is_some());
            tally.check(whole && dated && reading.complaints.is_empty(), || {
                format!("{}: {:?}", name(path), reading.complaints)
            });
        }
        tally.hold(&format!("{collection} (read)"), 0);
    }
}

/// File, vulnerability, product, part, and what the document says of it.
type Answer = (&'static str, &'static str, &'static str, Option<&'static str>, Option<Status>);

const ALPINE: &str =
    "pkg:oci/alpine@sha256%3A124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126";
const TRIVY: &str = "pkg:golang/github.com/aquasecurity/trivy";

const UBUNTU: &str = "ubuntu-csaf-vex/CVE-2023-38545.json";

const ANSWERS: [Answer; 21] = [
    (
        UBUNTU,
        "CVE-2023-38545",
        "pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=amd64&distro=jammy",
        None,
        Some(Status::Fixed),
    ),
    (
        UBUNTU,
        "CVE-2023-38545",
        "pkg:deb/ubuntu/curl@7.47.0-1ubuntu2.19?arch=source&distro=xenial",
        None,
        Some(Status::Affected),
    ),
    (
        UBUNTU,
        "CVE-2023-38545",
        "pkg:deb/ubuntu/curl@7.35.0-1ubuntu2.20+esm19?arch=source&distro=esm-infra-legacy/trusty",
        None,
        Some(Status::NotAffected),
    ),
    (UBUNTU, "CVE-2023-38545", "pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24", None, None),
    (
        "openvex/v0.0.1.json",
        "CVE-2023-12345",
        "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7",
        None,
        Some(Status::Fixed),
    ),
    ("openvex/v0.0.1.json", "CVE-2023-12345", "pkg:apk/wolfi/git@2.39.0-r2?arch=armv7", None, None),
    (
        "openvex/v001-1.vex.json",
        "CVE-1234-5678",
        "pkg:apk/wolfi/bash@1.0.0",
        None,
        Some(Status::UnderInvestigation),
    ),
    ("openvex/v001-2.vex.json", "CVE-1234-5678", "pkg:apk/wolfi/bash@1.0.0", None, Some(Status::Fixed)),
    (
        "openvex/v020-1.vex.json",
        "CVE-9876-54321",
        "pkg:apk/wolfi/bash@1.0.0",
        None,
        Some(Status::UnderInvestigation),
    ),
    ("openvex/v020-2.vex.json", "CVE-9876-54321", "pkg:apk/wolfi/git@2.41.0-1", None, None),
    (
        "openvex/v0.2.0.json",
        "CVE-2023-1255",
        ALPINE,
        Some("pkg:apk/alpine/libssl3@3.0.8-r3"),
        Some(Status::Fixed),
    ),
    ("openvex/v0.2.0.json", "CVE-2023-1255", ALPINE, Some("pkg:apk/alpine/libssl3@3.0.8-r2"), None),
    ("openvex/v0.2.0.json", "CVE-2023-1255", ALPINE, None, None),
    (
        "grype/vex-docs/openvex-demo1.json",
        "CVE-2023-1255",
        ALPINE,
        Some("pkg:apk/alpine/libcrypto3@3.0.8-r3?arch=x86_64"),
        Some(Status::Fixed),
    ),
    (
        "grype/vex-docs/openvex-image-no-subcomponents.json",
        "CVE-2023-1255",
        ALPINE,
        Some("pkg:apk/alpine/anything@1"),
        Some(Status::Fixed),
    ),
    (
        "grype/vex-docs/openvex-package-product.json",
        "CVE-2023-1255",
        "pkg:apk/alpine/libcrypto3@3.0.8-r3",
        None,
        Some(Status::Fixed),
    ),
    (
        "openvex/chainguard/pypi/joblib.openvex.json",
        "CVE-2022-21797",
        "pkg:pypi/joblib@1.0.0%2Bcgr.1",
        None,
        Some(Status::Fixed),
    ),
    (
        "openvex/chainguard/pypi/joblib.openvex.json",
        "GHSA-6hrg-qmvc-2xh8",
        "pkg:pypi/joblib@1.0.0",
        None,
        None,
    ),
    (
        "trivy/trivy.openvex.json",
        "CVE-2024-26147",
        TRIVY,
        Some("pkg:golang/helm.sh/helm/v3@v3.14.0"),
        Some(Status::NotAffected),
    ),
    ("trivy/trivy.openvex.json", "CVE-2024-26147", TRIVY, Some("pkg:golang/helm.sh/helm/v2"), None),
    ("trivy/trivy.openvex.json", "CVE-2024-99999", TRIVY, Some("pkg:golang/helm.sh/helm/v3"), None),
];

#[test]
fn each_product_has_the_status_that_the_document_says() {
    let Some(folder) = folder("vex") else { return };
    let mut tally = Tally::default();
    for (file, vulnerability, id, subcomponent, expected) in ANSWERS {
        let reading = read(&folder.join(file));
        let statements: Vec<Statement> = reading.statements().collect();
        let found = in_force(&statements, vulnerability, Product { id, subcomponent }).map(|s| s.status);
        tally.check(found == expected, || format!("{file}: {vulnerability} {id}: {found:?}"));
    }
    tally.hold("vex (status by product and part)", 0);
}

/// Two documents about one vulnerability: the later one counts, in whatever order they are read.
#[test]
fn the_later_document_counts() {
    let Some(folder) = folder("vex/openvex") else { return };
    let readings = [read(&folder.join("v001-2.vex.json")), read(&folder.join("v001-1.vex.json"))];
    let statements: Vec<Statement> = readings.iter().flat_map(Reading::statements).collect();
    let bash = Product { id: "pkg:apk/wolfi/bash@1.0.0", subcomponent: None };
    for order in [[0, 1], [1, 0]] {
        let ordered = order.map(|at| statements[at].clone());
        let status = in_force(&ordered, "CVE-1234-5678", bash).map(|statement| statement.status);
        assert_eq!(status, Some(Status::Fixed));
    }
}
