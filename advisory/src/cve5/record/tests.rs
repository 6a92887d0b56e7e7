//! A record of our own, whole, cut and changed.

use super::super::Status;
use super::*;
use crate::ssvc::{Exploitation, TechnicalImpact};

const RECORD: &str = r#"{"dataType":"CVE_RECORD","dataVersion":"5.2","cveMetadata":{"cveId":"CVE-2025-12345","state":"PUBLISHED","datePublished":"2025-10-01T00:00:00Z"},
"containers":{"cna":{"providerMetadata":{"orgId":"o","shortName":"vendor"},"title":"Caf\u00e9",
"metrics":[{"format":"CVSS","cvssV3_1":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C","baseScore":8.5,"baseSeverity":"HIGH"},
"cvssV2_0":{"version":"2.0","vectorString":"AV:N/AC:L/Au:N/C:C/I:C/A:C","baseScore":10}},{"other":{"type":"x","content":{"options":3}}}],
"affected":[{"vendor":"V","product":"P","packageURL":"pkg:generic/p","defaultStatus":"unaffected","versions":[{"version":"1.0","lessThan":"1.9","status":"affected","versionType":"semver","changes":[{"at":"1.5","status":"unaffected"}]},{"version":"n/a","status":"perhaps"}]}],
"references":[{"url":"https://v.example/a","tags":["patch"]}]},
"adp":[{"providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"cvssV4_0":{"version":"4.0","vectorString":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N","baseScore":9.3}},
{"other":{"content":{"options":[{"Exploitation":"PoC"},{"Automatable":"Yes"},{"Technical Impact":"Total"}]},"type":"ssvc"}},{"other":{"type":"kev","content":{"dateAdded":"2025-10-02"}}}]}]}}"#;

fn reason(text: &str) -> String {
    Record::read(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn every_party_is_heard() {
    let record = Record::read(RECORD.as_bytes()).unwrap();
    assert_eq!((record.cve.to_string().as_str(), record.retracts()), ("CVE-2025-12345", false));
    assert_eq!(record.containers[0].title.as_deref(), Some("Café"));
    let points = record.ssvc();
    assert_eq!(points.exploitation, Some(Exploitation::PublicPoc));
    assert_eq!((points.automatable, points.technical_impact), (Some(true), Some(TechnicalImpact::Total)));
    assert_eq!(record.kev_added(), Day::new(2025, 10, 2));
    let affected = &record.containers[0].affected[0];
    assert_eq!(
        (affected.default_status, affected.versions[0].status),
        (Status::Unaffected, Status::Affected)
    );
    assert_eq!(&*affected.versions[0].changes[0].at, "1.5");
    assert_eq!(affected.versions[1].status, Status::Unknown);
    assert_eq!(affected.package_url.as_deref(), Some("pkg:generic/p"));
}

/// The CNA's 3.1 counts before CISA's 4.0, and its published number is found to be the temporal one.
#[test]
fn the_score_is_chosen_by_rule_and_computed() {
    let record = Record::read(RECORD.as_bytes()).unwrap();
    let chosen = record.chosen().unwrap();
    assert_eq!((chosen.container.role, chosen.vector.base().tenths()), (Role::Cna, 98));
    assert_eq!(chosen.published.agreement().unwrap().to_string(), "misplaced");
    let without = RECORD.replace("AV:N/AC:L/PR:N/UI:N/S:U", "AV:X/S:U").replace("Au:N/", "");
    let record = Record::read(without.as_bytes()).unwrap();
    assert_eq!(record.chosen().unwrap().container.provider.as_deref(), Some("CISA-ADP"));
}

/// CERT/CC's newer form of a selection stands in records, too.
#[test]
fn points_are_read_in_either_form() {
    let options = r#""options":[{"Exploitation":"PoC"},{"Automatable":"Yes"},{"Technical Impact":"Total"}]"#;
    let selections = r#""target_ids":["CVE-2025-12345"],"selections":[{"name":"Exploitation","key":"E","values":[{"name":"Active","key":"A"}]}]"#;
    assert!(RECORD.contains(options));
    let text = RECORD.replace(options, selections);
    assert_eq!(Record::read(text.as_bytes()).unwrap().ssvc().exploitation, Some(Exploitation::Active));
    let neither = reason(&RECORD.replace(options, r#""other":1"#));
    assert!(neither.contains("neither `options` nor `selections`"), "{neither}");
}

#[test]
fn what_is_no_record_is_refused() {
    assert_eq!(
        reason(&RECORD.replace("\"5.2\"", "\"4.0\"")),
        "a CVE record of the format 4.0; 5.0 to 5.x is read"
    );
    assert_eq!(reason(&RECORD.replace("CVE-2025-12345", "CVE-1")), "`CVE-1` is no CVE id");
    assert_eq!(reason(&RECORD.replace("2025-10-02", "soon")), "CVE-2025-12345: kev: `soon` is no day");
    assert!(reason(&RECORD.replace("PUBLISHED", "DELETED")).contains("unknown variant `DELETED`"));
    assert!(
        reason(&RECORD.replace("\"dataType\":\"CVE_RECORD\"", "\"dataVersion\":\"5.1\""))
            .contains("duplicate field")
    );
    let deep = RECORD.replace("\"o\"", &"[".repeat(1 << 20));
    assert!(reason(&deep).starts_with("not of the form of a CVE record"));
    let mut wide = b"\xff\xfe".to_vec();
    wide.extend(RECORD.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(Record::read(&wide).unwrap_err(), Cve5Error::Input(InputError::Wide));
}

#[test]
fn a_rejected_record_retracts() {
    let text = r#"{"dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2021-36593","state":"REJECTED"},"containers":{"cna":{"rejectedReasons":[{"lang":"en","value":"None."}]}}}"#;
    let record = Record::read(text.as_bytes()).unwrap();
    assert!(record.retracts() && record.chosen().is_none() && record.ssvc().is_empty());
    assert_eq!(&*record.containers[0].rejected[0], "None.");
}

#[test]
fn a_truncated_record_is_never_half_read() {
    for cut in 0..RECORD.len() {
        assert!(Record::read(&RECORD.as_bytes()[..cut]).is_err(), "cut at {cut}");
    }
}
