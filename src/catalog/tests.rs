//! The catalog, written and read.

use super::*;
use crate::config::checked::FeedFormat;
use crate::model::Moment;
use crate::world::disk;
use patchform_advisory::cve::CveId;
use patchform_advisory::day::Day;
use patchform_advisory::priority::Listing;
use patchform_advisory::shrink::Shrank;
use patchform_advisory::ssvc::{CisaPoints, Exploitation};
use patchform_advisory::{Advisory, Affected, Ecosystem, Relations, epss, kev};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

struct Platform {
    _scratch: disk::Scratch,
    path: PathBuf,
}

fn platform() -> Platform {
    let scratch = disk::scratch().unwrap();
    let path = scratch.path().join(".patchform/catalog.db");
    Platform { _scratch: scratch, path }
}

fn taking(name: &str, format: FeedFormat) -> Taking<'_> {
    Taking {
        name,
        format,
        origin: "mirror/all.zip",
        max_age: Duration::from_secs(86_400),
        now: Moment(1_000_000),
        checked: Some(Moment(1_000_000)),
        accept_shrink: false,
        accept_older: false,
    }
}

fn edition(at: i64) -> Edition {
    Edition { digest: format!("{at:064x}"), at: Some(Moment(at)), memo: "noted".into(), ..Edition::default() }
}

fn record(id: &str, aliases: &[&str], upstream: &[&str], packages: &[(&str, &str)]) -> Advisory {
    let ids = |ids: &[&str]| ids.iter().map(|id| id.to_string()).collect();
    let mut record =
        Advisory { id: id.into(), aliases: ids(aliases), upstream: ids(upstream), ..Advisory::default() };
    record.affected =
        packages.iter().map(|(of, name)| Affected::below(Ecosystem::parse(of), name, "2-1")).collect();
    record.provenance.feed = "debian".into();
    record.provenance.file = "all.zip".into();
    record
}

fn cve(text: &str) -> CveId {
    CveId::parse(text).unwrap()
}

#[test]
fn advisories_come_back_with_the_packages_asked_for_and_the_records_that_join_them() {
    let platform = platform();
    let records = vec![
        record("DSA-1", &[], &["CVE-2024-0001"], &[("Debian:12", "openssl"), ("Debian:11", "openssl")]),
        record("GO-1", &["CVE-2024-0001", "GHSA-1"], &[], &[("Go", "example.org/x")]),
        record("GHSA-1", &[], &[], &[("npm", "x")]),
        record("DSA-2", &[], &[], &[("Debian:12", "zlib")]),
    ];
    let mut writer = Writer::open(&platform.path).unwrap();
    let counts =
        writer.take(&taking("debian", FeedFormat::Osv), &edition(5), &Content::Advisories(records.clone()));
    assert_eq!(counts.unwrap(), Counts { records: 4, new: 4, ..Counts::default() });

    // Read while the writer is open.
    let catalog = Catalog::open(&platform.path).unwrap();
    let bookworm = |ecosystem: &Ecosystem| *ecosystem == Ecosystem::parse("Debian:12");
    let read = catalog.advisories(bookworm, Some(&BTreeSet::from(["openssl", "nothing"]))).unwrap();
    let ids: Vec<(&str, usize)> = read.iter().map(|r| (r.id.as_str(), r.affected.len())).collect();
    assert_eq!(ids, [("DSA-1", 1), ("GO-1", 0), ("GHSA-1", 0)]);
    let relations = Relations::new(&read);
    assert_eq!(relations.vulnerability("GHSA-1"), "CVE-2024-0001");
    assert_eq!(relations.upstream("DSA-1"), ["CVE-2024-0001"]);
    let all = catalog.advisories(|_| true, None).unwrap();
    assert_eq!(all, records);
}

#[test]
fn what_differs_is_counted_and_what_is_withdrawn_is_told() {
    let platform = platform();
    let mut writer = Writer::open(&platform.path).unwrap();
    let mut take = |at: i64, records: Vec<Advisory>| {
        writer.take(&taking("debian", FeedFormat::Osv), &edition(at), &Content::Advisories(records)).unwrap()
    };
    let of = |id: &str| record(id, &[], &[], &[("Debian:12", "openssl")]);
    let many: Vec<Advisory> = (0..20).map(|n| of(&format!("DSA-{n}"))).collect();
    assert_eq!(take(1, many.clone()).new, 20);
    assert_eq!(take(2, many.clone()), Counts { records: 20, ..Counts::default() });
    let mut next = many;
    next[0].summary = "worse".into();
    next[1].withdrawn = Some("2026-01-01T00:00:00Z".into());
    next[2] = of("DSA-NEW");
    assert_eq!(
        take(3, next),
        Counts { records: 20, kept: 0, new: 1, changed: 1, withdrawn: 1, gone: 1, older: Vec::new() }
    );
    let standing = writer.feeds().unwrap().remove(0);
    let copy = standing.copy.clone().unwrap();
    assert_eq!((copy.records, copy.withdrawn, copy.edition_at), (20, 1, Some(Moment(3))));
    assert!(!standing.is_stale(Moment(1_000_001)) && standing.is_stale(Moment(1_000_000 + 86_400_001)));
}

#[test]
fn a_copy_that_shrank_or_went_back_is_refused_and_the_last_one_kept() {
    let platform = platform();
    let mut writer = Writer::open(&platform.path).unwrap();
    let of = |count: usize| {
        Content::Advisories(
            (0..count).map(|n| record(&format!("A-{n}"), &[], &[], &[("npm", "x")])).collect(),
        )
    };
    let plain = taking("debian", FeedFormat::Osv);
    writer.take(&plain, &edition(5), &of(10)).unwrap();
    let refused = |answer: Result<Counts, StoreError>| match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let shrank = Refusal::Shrank(Shrank { before: 10, after: 8 });
    assert_eq!(refused(writer.take(&plain, &edition(6), &of(8))), shrank);
    let older = Refusal::Older { found: Moment(4), last: Moment(5) };
    assert_eq!(refused(writer.take(&plain, &edition(4), &of(10))), older);
    writer.failed(&plain, "it shrank").unwrap();
    let standing = writer.feeds().unwrap().remove(0);
    assert_eq!((standing.copy.unwrap().records, standing.problem.as_deref()), (10, Some("it shrank")));
    assert_eq!(Catalog::open(&platform.path).unwrap().advisories(|_| true, None).unwrap().len(), 10);
    let by_order = Taking { accept_shrink: true, accept_older: true, ..plain.clone() };
    assert_eq!(writer.take(&by_order, &edition(4), &of(8)).unwrap().gone, 2);
    // From elsewhere it is another feed, whatever its name.
    let elsewhere = Taking { origin: "https://other.example/", ..plain };
    assert_eq!(writer.take(&elsewhere, &edition(1), &of(1)).unwrap().new, 1);
    assert_eq!(Catalog::open(&platform.path).unwrap().advisories(|_| true, None).unwrap().len(), 1);
}

const KEV: &str = r#"{"catalogVersion":"v","dateReleased":"r","count":1,"vulnerabilities":[{"cveID":"CVE-2024-3400","vendorProject":"P","product":"O","vulnerabilityName":"N","dateAdded":"2024-04-12","shortDescription":"D","requiredAction":"A","dueDate":"2024-04-19","knownRansomwareCampaignUse":"Known","notes":""}]}"#;

#[test]
fn facts_of_several_feeds_are_joined_and_kev_decides_where_it_was_read() {
    let platform = platform();
    let mut writer = Writer::open(&platform.path).unwrap();
    let said = CveRecord {
        cve: cve("CVE-2024-3401"),
        rejected: false,
        updated: Some("2024-05-01T00:00:00Z".into()),
        disclosed: Day::new(2024, 4, 11),
        title: Some("T".into()),
        vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into()),
        vectors: vec!["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into()],
        points: CisaPoints {
            exploitation: Some(Exploitation::Active),
            automatable: Some(true),
            technical_impact: None,
        },
        kev_added: Day::new(2024, 4, 12),
        file: "CVE-2024-3401.json".into(),
    };
    let rejected = CveRecord { cve: cve("CVE-2024-9999"), rejected: true, ..said.clone() };
    let records = Content::Records(vec![said.clone(), rejected]);
    writer.take(&taking("vulnrichment", FeedFormat::Cve5), &edition(1), &records).unwrap();
    let day = "#model_version:v2025.03.14,score_date:2025-03-19T00:00:00Z\ncve,epss,percentile\nCVE-2024-3401,0.9,1.0\n";
    let scores = epss::Scores::read(day.as_bytes(), None).unwrap();
    let with_model = Edition { model: scores.model.clone(), ..edition(1) };
    writer.take(&taking("epss", FeedFormat::Epss), &with_model, &Content::Scores(scores)).unwrap();

    let asked = ["CVE-2024-3400", "CVE-2024-3401", "CVE-2024-9999", "CVE-1999-0001"].map(cve);
    let facts = |platform: &Platform| Catalog::open(&platform.path).unwrap().facts(asked).unwrap();
    let known = facts(&platform);
    assert_eq!(known.keys().map(ToString::to_string).collect::<Vec<_>>(), ["CVE-2024-3401", "CVE-2024-9999"]);
    let one = &known[&cve("CVE-2024-3401")];
    let undue = Listing { added: Day::new(2024, 4, 12).unwrap(), due: None, ransomware: false };
    assert_eq!((one.facts.kev, one.facts.disclosed), (Some(undue), Day::new(2024, 4, 11)));
    assert_eq!(one.facts.cvss.unwrap().score.to_string(), "9.8");
    assert_eq!(one.facts.epss.as_ref().unwrap().model, "v2025.03.14");
    assert_eq!((one.percentile, one.record.as_ref()), (Some(1.0), Some(&said)));
    assert!(known[&cve("CVE-2024-9999")].rejected && !one.rejected);
    assert_eq!(
        writer
            .feeds()
            .unwrap()
            .iter()
            .find(|f| f.name == "vulnrichment")
            .unwrap()
            .copy
            .as_ref()
            .unwrap()
            .withdrawn,
        1
    );

    let listed = kev::Catalog::read(KEV.as_bytes()).unwrap();
    writer.take(&taking("cisa", FeedFormat::Kev), &edition(1), &Content::Exploited(listed)).unwrap();
    let known = facts(&platform);
    assert_eq!(known[&cve("CVE-2024-3401")].facts.kev, None);
    let entry = &known[&cve("CVE-2024-3400")];
    assert!(entry.facts.kev.unwrap().ransomware && entry.listing.as_ref().unwrap().name == "N");
    assert_eq!(entry.said_by, [(FeedFormat::Kev, "cisa".to_string())]);
}

#[test]
fn packages_and_documents_come_back_and_a_feed_that_is_not_configured_goes() {
    let platform = platform();
    let mut writer = Writer::open(&platform.path).unwrap();
    let package = |name: &str, version: &str| Package {
        suite: "bookworm".into(),
        name: name.into(),
        version: version.into(),
        arch: "amd64".into(),
        source: "src".into(),
        source_version: version.into(),
    };
    let apt = taking("security", FeedFormat::Apt);
    let mut take =
        |packages: Vec<Package>| writer.take(&apt, &edition(1), &Content::Offered(packages)).unwrap();
    let ten: Vec<Package> = (0..10).map(|n| package(&format!("p{n}"), "1")).collect();
    assert_eq!(take(ten.clone()).new, 10);
    let mut next = ten[1..].to_vec();
    next[0].version = "2".into();
    assert_eq!(take(next), Counts { records: 9, changed: 1, gone: 1, ..Counts::default() });
    let catalog = Catalog::open(&platform.path).unwrap();
    let of_one = catalog.offered(Some(&BTreeSet::from(["p1"]))).unwrap();
    assert_eq!((of_one.len(), of_one[0].version.as_str(), catalog.offered(None).unwrap().len()), (1, "2", 9));

    let document = Document {
        path: "2024/a.json".into(),
        name: "A".into(),
        stamp: "1".into(),
        withdrawn: false,
        body: b"{}".to_vec(),
    };
    let csaf = taking("vendor", FeedFormat::Csaf);
    let paths = vec!["2024/a.json".to_string(), "2024/b.json".to_string()];
    let second = Document { path: paths[1].clone(), ..document.clone() };
    let content = Content::Documents { changed: vec![document.clone(), second.clone()], all: paths.clone() };
    writer.take(&csaf, &edition(1), &content).unwrap();
    assert_eq!(writer.stamps("vendor").unwrap().len(), 2);
    let changed = Document { body: b"{ }".to_vec(), stamp: "2".into(), ..second };
    let content = Content::Documents { changed: vec![changed.clone()], all: paths };
    assert_eq!(writer.take(&csaf, &edition(2), &content).unwrap().changed, 1);
    let documents = catalog.documents(FeedFormat::Csaf).unwrap();
    assert_eq!(documents, [("vendor".to_string(), document), ("vendor".to_string(), changed)]);

    assert_eq!(writer.memo("vendor", FeedFormat::Csaf, "mirror/all.zip").unwrap().as_deref(), Some("noted"));
    assert_eq!(writer.memo("vendor", FeedFormat::Csaf, "elsewhere").unwrap(), None);
    assert_eq!(writer.keep_only(&BTreeSet::from(["vendor"])).unwrap(), ["security"]);
    assert!(catalog.offered(None).unwrap().is_empty());
}

#[test]
fn a_missing_a_damaged_and_a_newer_catalog_say_the_way_out() {
    let platform = platform();
    let said = |platform: &Platform| Catalog::open(&platform.path).err().unwrap().to_string();
    assert!(said(&platform).contains("`patchform collect` makes it"));
    drop(Writer::open(&platform.path).unwrap());
    assert!(Catalog::open(&platform.path).unwrap().feeds().unwrap().is_empty());
    let newer = rusqlite::Connection::open(&platform.path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    assert!(said(&platform).contains("has the form 99, of a newer patchform"));
    assert!(matches!(Writer::open(&platform.path), Err(CatalogError::Newer { .. })));
    std::fs::write(&platform.path, b"no store at all, but long enough to be taken for one".repeat(20))
        .unwrap();
    assert!(said(&platform).contains("damaged or no catalog") && said(&platform).contains("remove it"));
    let other = rusqlite::Connection::open(platform.path.with_file_name("other.db")).unwrap();
    other.execute_batch("PRAGMA application_id = 7; CREATE TABLE x (y)").unwrap();
    drop(other);
    let wrong = Writer::open(&platform.path.with_file_name("other.db")).err().unwrap().to_string();
    assert!(wrong.contains("it is another store"), "{wrong}");
}
