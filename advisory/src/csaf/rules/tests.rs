//! Every test of the table fails where it should, and nowhere on the samples.

use super::*;
use crate::csaf::sample;
use serde_json::{Value, json};

type Change = (&'static str, Value);

/// A change of a sample for each test; it must fail, whatever others say.
fn cases() -> Vec<(&'static str, Vec<Change>)> {
    let status = "/vulnerabilities/0/product_status";
    let history = "/document/tracking/revision_history/-";
    let revision = |date: &str, number: &str| json!({"date": date, "number": number, "summary": "-"});
    let product = |id: &str| json!({"name": id, "product_id": id});
    let v3 = |score: f64, more: &str, word: &str| {
        let mut object = json!({"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": score, "baseSeverity": "CRITICAL"});
        object[more] = json!(word);
        json!({"products": ["quince-4:jam"], "cvss_v3": object})
    };
    let scores = "/vulnerabilities/0/scores/-";
    vec![
        ("6.1.1", vec![("/vulnerabilities/0/product_status/fixed", json!(["nothing"]))]),
        ("6.1.2", vec![("/product_tree/full_product_names/-", product("cloud"))]),
        (
            "6.1.3",
            vec![(
                "/product_tree/relationships/-",
                json!({"category": "installed_on", "full_product_name": product("a"), "product_reference": "a", "relates_to_product_reference": "cloud"}),
            )],
        ),
        (
            "6.1.4",
            vec![(
                "/vulnerabilities/0/threats/-",
                json!({"category": "impact", "details": "-", "group_ids": ["x"]}),
            )],
        ),
        (
            "6.1.5",
            vec![(
                "/product_tree/product_groups/-",
                json!({"group_id": "both", "product_ids": ["jam", "jelly"]}),
            )],
        ),
        ("6.1.6", vec![("/vulnerabilities/0/product_status/first_fixed", json!(["quince-4:jam"]))]),
        ("6.1.7", vec![(scores, v3(9.8, "x", ""))]),
        (
            "6.1.8",
            vec![(scores, json!({"products": ["jam"], "cvss_v3": {"version": "3.1", "baseScore": 9.8}}))],
        ),
        ("6.1.9", vec![(scores, v3(9.7, "x", ""))]),
        ("6.1.10", vec![(scores, v3(9.8, "attackVector", "LOCAL"))]),
        (
            "6.1.11",
            vec![("/vulnerabilities/0/cwe", json!({"id": "CWE-79", "name": "Improper Input Validation"}))],
        ),
        ("6.1.12", vec![("/document/lang", json!("EZ"))]),
        (
            "6.1.13",
            vec![(
                "/product_tree/full_product_names/-",
                json!({"name": "x", "product_id": "x", "product_identification_helper": {"purl": "pkg:maven/@1.3.4"}}),
            )],
        ),
        ("6.1.14", vec![(history, revision("2026-02-03T09:00:00Z", "1"))]),
        ("6.1.15", vec![("/document/publisher/category", json!("translator"))]),
        ("6.1.16", vec![("/document/tracking/version", json!("1"))]),
        ("6.1.17", vec![("/document/tracking/version", json!("0"))]),
        ("6.1.18", vec![(history, revision("2026-01-01T09:00:00Z", "0"))]),
        ("6.1.19", vec![(history, revision("2026-01-01T09:00:00Z", "1.0.0-rc"))]),
        ("6.1.20", vec![("/document/tracking/version", json!("2.0.0-rc"))]),
        ("6.1.21", vec![(history, revision("2026-02-03T09:00:00Z", "4"))]),
        ("6.1.22", vec![(history, revision("2026-02-02T09:00:00Z", "2"))]),
        ("6.1.23", vec![("/vulnerabilities/-", json!({"cve": "CVE-2026-0001"}))]),
        (
            "6.1.24",
            vec![(
                "/vulnerabilities/0/involvements",
                json!([{"party": "vendor", "status": "open"}, {"party": "vendor", "status": "completed"}]),
            )],
        ),
        (
            "6.1.25",
            vec![(
                "/product_tree/full_product_names/-",
                json!({"name": "x", "product_id": "x", "product_identification_helper": {"hashes": [{"filename": "f", "file_hashes": [{"algorithm": "sha256", "value": "a"}, {"algorithm": "sha256", "value": "b"}]}]}}),
            )],
        ),
        ("6.1.26", vec![("/document/category", json!("V_eX"))]),
        (
            "6.1.27.1",
            vec![
                ("/document/category", json!("csaf_informational_advisory")),
                ("/document/notes", json!([])),
            ],
        ),
        ("6.1.27.2", vec![("/document/category", json!("csaf_security_incident_response"))]),
        ("6.1.27.3", vec![("/document/category", json!("csaf_informational_advisory"))]),
        ("6.1.27.4", vec![("/product_tree", Value::Null)]),
        ("6.1.27.5", vec![("/vulnerabilities/0/notes", Value::Null)]),
        ("6.1.27.6", vec![("/document/category", json!("csaf_security_advisory")), (status, Value::Null)]),
        ("6.1.27.7", vec![(status, json!({"recommended": ["cloud"]}))]),
        ("6.1.27.8", vec![("/vulnerabilities/0/cve", Value::Null)]),
        ("6.1.27.9", vec![("/vulnerabilities/0/flags", Value::Null)]),
        ("6.1.27.10", vec![("/vulnerabilities/0/remediations", json!([]))]),
        ("6.1.27.11", vec![("/vulnerabilities", Value::Null)]),
        ("6.1.28", vec![("/document/source_lang", json!("EN"))]),
        (
            "6.1.29",
            vec![("/vulnerabilities/0/remediations/-", json!({"category": "workaround", "details": "-"}))],
        ),
        ("6.1.30", vec![("/document/tracking/version", json!("2.0.0"))]),
        (
            "6.1.31",
            vec![(
                "/product_tree/branches/-",
                json!({"category": "product_version", "name": "prior to 4.2", "product": product("x")}),
            )],
        ),
        ("6.1.32", vec![("/vulnerabilities/0/flags/-", json!({"label": "component_not_present"}))]),
        (
            "6.1.33",
            vec![(
                "/vulnerabilities/0/flags/-",
                json!({"label": "vulnerable_code_not_present", "product_ids": ["cloud"]}),
            )],
        ),
    ]
}

/// As [`cases`], of the sample of 2.1.
fn cases_21() -> Vec<(&'static str, Vec<Change>)> {
    let category = |name: &str| ("/document/category", json!(name));
    let content = "/vulnerabilities/0/metrics/0/content";
    let group =
        |id: &str, name: Value| ("/document/distribution/sharing_group", json!({"id": id, "name": name}));
    let (all, other) = ("ffffffff-ffff-ffff-ffff-ffffffffffff", "5868d6be-b28a-404e-a245-0b5093b31b8b");
    let helper = |helper: Value| {
        (
            "/product_tree/full_product_names/-",
            json!({"name": "x", "product_id": "x", "product_identification_helper": helper}),
        )
    };
    let nested = (0..31).fold(Value::Null, |inner, _| {
        let mut branch = json!({"category": "product_family", "name": "x"});
        match inner {
            Value::Null => branch["product"] = json!({"name": "x", "product_id": "x"}),
            inner => branch["branches"] = json!([inner]),
        }
        branch
    });
    let stacked = |outer: &str, inner: &str| {
        let inner = json!({"category": inner, "name": "x", "product": {"name": "x", "product_id": "x"}});
        ("/product_tree/branches/-", json!({"category": outer, "name": "x", "branches": [inner]}))
    };
    let remediation = |category: &str, product: &str| {
        (
            "/vulnerabilities/0/remediations/-",
            json!({"category": category, "details": "-", "product_ids": [product]}),
        )
    };
    let ssvc = |key: &str, value: &str| json!({"schemaVersion": "2.0.0", "timestamp": "2026-02-01T00:00:00Z", "target_ids": ["CVE-2026-0002"], "selections": [{"namespace": "ssvc", "key": key, "version": "1.1.0", "values": [{"key": value}]}]});
    vec![
        (
            "6.1.27.12",
            vec![
                category("csaf_security_advisory"),
                ("/vulnerabilities/0/product_status", json!({"fixed": ["jam"]})),
            ],
        ),
        ("6.1.27.14", vec![category("csaf_withdrawn"), ("/document/notes", json!([]))]),
        ("6.1.27.15", vec![category("csaf_withdrawn")]),
        (
            "6.1.27.16",
            vec![
                category("csaf_superseded"),
                (
                    "/document/tracking/revision_history",
                    json!([{"date": "2026-02-02T09:00:00Z", "number": "2", "summary": "-"}]),
                ),
            ],
        ),
        ("6.1.27.17", vec![category("csaf_withdrawn")]),
        ("6.1.27.18", vec![category("csaf_superseded")]),
        ("6.1.27.19", vec![category("csaf_superseded")]),
        ("6.1.34", vec![("/product_tree/branches/-", nested)]),
        ("6.1.35", vec![remediation("no_fix_planned", "quince-4:jam")]),
        ("6.1.36", vec![remediation("vendor_fix", "cloud")]),
        ("6.1.37", vec![("/vulnerabilities/0/discovery_date", json!("2016-12-31T23:59:60Z"))]),
        (
            "6.1.38",
            vec![group(all, json!("Public")), ("/document/distribution/tlp", json!({"label": "RED"}))],
        ),
        ("6.1.39", vec![group(other, Value::Null)]),
        ("6.1.40", vec![group(other, json!("Public"))]),
        ("6.1.41", vec![group(all, json!("Everybody"))]),
        ("6.1.42", vec![helper(json!({"purls": ["pkg:rpm/a@1", "pkg:rpm/a@2"]}))]),
        ("6.1.43", vec![helper(json!({"model_numbers": ["P*A*"]}))]),
        ("6.1.44", vec![helper(json!({"serial_numbers": ["*P*\\*?*"]}))]),
        ("6.1.45", vec![("/vulnerabilities/0/disclosure_date", json!("2026-03-01T00:00:00Z"))]),
        ("6.1.46", vec![("/vulnerabilities/0/metrics/0/content/ssvc_v2/selections", json!([]))]),
        ("6.1.47", vec![("/vulnerabilities/0/metrics/0/content/ssvc_v2", ssvc("E", "A"))]),
        ("6.1.48", vec![("/vulnerabilities/0/metrics/0/content/ssvc_v2", ssvc("E", "Q"))]),
        (
            "6.1.49",
            vec![("/vulnerabilities/0/metrics/0/content/ssvc_v2/timestamp", json!("2026-03-01T00:00:00Z"))],
        ),
        (
            "6.1.51",
            vec![("/vulnerabilities/0/metrics/0/content/epss/timestamp", json!("2026-03-01T00:00:00Z"))],
        ),
        (
            "6.1.52",
            vec![(
                "/vulnerabilities/0/first_known_exploitation_dates/-",
                json!({"date": "2026-03-01T00:00:00Z", "exploitation_date": "2026-01-01T00:00:00Z"}),
            )],
        ),
        (
            "6.1.53",
            vec![(
                "/vulnerabilities/0/first_known_exploitation_dates/-",
                json!({"date": "2026-01-01T00:00:00Z", "exploitation_date": "2026-01-02T00:00:00Z"}),
            )],
        ),
        ("6.1.54", vec![("/document/license_expression", json!("MIT OR"))]),
        ("6.1.55", vec![("/document/license_expression", json!("LicenseRef-jam"))]),
        ("6.1.56", vec![(content, json!({"qualitative_severity_rating": "low", "cvss_v2": {}}))]),
        ("6.1.57", vec![stacked("vendor", "vendor")]),
        ("6.1.58", vec![stacked("product_version", "product_version_range")]),
    ]
}

fn numbers(reading: &Reading) -> Vec<&'static str> {
    let tests = check(reading).into_iter().filter_map(|complaint| match complaint.kind {
        Kind::Test(number) => Some(number),
        _ => None,
    });
    tests.collect()
}

#[test]
fn the_samples_pass_every_test() {
    assert_eq!(check(&sample::with(&[])), []);
    assert_eq!(sample::with_21(&[]).complaints, []);
    assert_eq!(check(&sample::with_21(&[])), []);
}

#[test]
fn every_test_of_the_table_fails_where_it_should() {
    for (number, changes) in cases() {
        assert!(numbers(&sample::with(&changes)).contains(&number), "{number}");
    }
    for (number, changes) in cases_21() {
        assert!(numbers(&sample::with_21(&changes)).contains(&number), "{number}");
    }
    let cases: Vec<&str> = cases().iter().chain(&cases_21()).map(|(number, _)| *number).collect();
    for rule in RULES {
        assert!(cases.contains(&rule.number), "{} has no case here", rule.number);
    }
}

#[test]
fn numbers_are_in_order_and_none_is_there_twice() {
    let key = |rule: &Rule| {
        rule.number.split('.').map(|part| part.parse().expect("a number")).collect::<Vec<u32>>()
    };
    assert!(RULES.array_windows().all(|[a, b]| key(a) < key(b)));
}

#[test]
fn tests_of_2_1_are_not_held_against_2_0() {
    let old = sample::with(&[("/vulnerabilities/0/discovery_date", json!("2016-12-31T23:59:60Z"))]);
    assert_eq!(numbers(&old), [""; 0]);
}
